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

/// What kind of mistake an error is, for callers that act on it.
enum class ErrorCode {
  /// The text is no launch plan, or one that contradicts itself.
  MalformedPlan,
  /// The plan is of a version that this library does not know.
  UnsupportedVersion,
  /// Arguments that the kernel was not compiled for: number, rank, a size or
  /// a stride that the plan fixes.
  WrongArguments,
  /// A null or misaligned address.
  BadAddress,
  /// A value that does not fit: overflow, a size beyond what the hardware
  /// addresses, a negative size.
  OutOfRange,
};

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
