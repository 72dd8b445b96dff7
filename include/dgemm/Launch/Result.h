//===- Result.h - Errors of launches as values ------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LAUNCH_RESULT_H
#define DGEMM_LAUNCH_RESULT_H

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace dgemm::launch {

/// What kind of mistake an error is, for callers that act on it. Plans, packs
/// and the runtime share the list; each function says which ones it returns.
enum class ErrorCode {
  /// The text is no launch plan, or one that contradicts itself.
  MalformedPlan,
  /// The plan or pack is of a version that this library does not know.
  UnsupportedVersion,
  /// Arguments that the kernel was not compiled for: number, rank, a size or
  /// a stride that the plan fixes.
  WrongArguments,
  /// The address of an operand with elements is null.
  NullAddress,
  /// An address is no multiple of what it must be aligned to.
  MisalignedAddress,
  /// A negative stride, or rows that are no multiple of 16 bytes apart.
  BadStride,
  /// A size is negative.
  NegativeSize,
  /// A value that does not fit: overflow, a size beyond what the hardware
  /// addresses.
  OutOfRange,
  /// The bytes are no pack, or one that was damaged or cut off.
  MalformedPack,
  /// A file could not be read.
  NoFile,
  /// There is no CUDA driver, or it lacks a function that is needed.
  NoDriver,
  /// There is no such device.
  NoDevice,
  /// The driver refused a call; the message has its name for the reason.
  DriverError,
  /// The pack holds no code that this device can run.
  WrongChip,
  /// The address is one of host memory, or of nothing that the driver knows.
  HostAddress,
  /// The memory or the stream belongs to another device than the kernel.
  WrongDevice,
  /// The kernel needs a workspace, but none, a smaller or a misaligned one was
  /// passed.
  BadWorkspace,
  /// An object that is needed was not passed, or belongs to something else.
  BadHandle,
  /// The host has no memory left.
  NoMemory,
};

/// "null_address": a name for programs and logs.
const char *getName(ErrorCode code);

/// Why something failed, in words for the person who asked for it.
struct Error {
  ErrorCode code;
  std::string message;
};

/// Success or an error.
class [[nodiscard]] Status {
public:
  Status() = default;
  Status(Error error) : failure(std::move(error)) {}

  bool ok() const { return !failure; }
  /// Only after a failure.
  const Error &error() const { return *failure; }

private:
  std::optional<Error> failure;
};

/// A value, or the error that prevented it. Dereference only after testing.
template <typename T> class [[nodiscard]] Result {
public:
  Result(T value) : content(std::move(value)) {}
  Result(Error error) : content(std::move(error)) {}

  explicit operator bool() const { return content.index() == 0; }
  T &operator*() { return *std::get_if<0>(&content); }
  const T &operator*() const { return *std::get_if<0>(&content); }
  T *operator->() { return std::get_if<0>(&content); }
  const T *operator->() const { return std::get_if<0>(&content); }
  /// Only after a failure.
  const Error &error() const { return *std::get_if<1>(&content); }

private:
  std::variant<T, Error> content;
};

} // namespace dgemm::launch

#endif // DGEMM_LAUNCH_RESULT_H
