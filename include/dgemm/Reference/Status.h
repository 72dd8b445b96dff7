//===- Status.h - Errors as values ------------------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_REFERENCE_STATUS_H
#define DGEMM_REFERENCE_STATUS_H

// The reference has no dependency on LLVM and throws nothing across its API, so
// it carries its own small error type.

#include <optional>
#include <string>
#include <utility>

namespace dgemm::reference {

/// Why an operation failed, in words for the person who called it.
struct Error {
  std::string message;
};

/// Success, or an error. Test it like a pointer to an error:
/// `if (Status status = f(); !status.ok()) return status;`
class [[nodiscard]] Status {
public:
  Status() = default;
  Status(Error error) : error_(std::move(error.message)) {}

  bool ok() const { return !error_; }
  /// The reason of the failure. Empty on success.
  const std::string &message() const {
    static const std::string none;
    return error_ ? *error_ : none;
  }
  Error error() const { return Error{message()}; }

private:
  std::optional<std::string> error_;
};

/// A value, or the error that prevented it. Dereference only after testing.
template <typename T> class [[nodiscard]] Expected {
public:
  Expected(T value) : value_(std::move(value)) {}
  Expected(Error error) : error_(std::move(error.message)) {}

  explicit operator bool() const { return value_.has_value(); }
  T &operator*() { return *value_; }
  const T &operator*() const { return *value_; }
  T *operator->() { return &*value_; }
  const T *operator->() const { return &*value_; }
  const std::string &message() const { return error_; }
  Error error() const { return Error{error_}; }

private:
  std::optional<T> value_;
  std::string error_;
};

} // namespace dgemm::reference

#endif // DGEMM_REFERENCE_STATUS_H
