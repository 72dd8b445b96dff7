//===- Driver.h - The CUDA driver, opened at run time -----------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_RUNTIME_DRIVER_H
#define DGEMM_RUNTIME_DRIVER_H

// Nothing of CUDA is needed to build this or to start a program with it; a
// machine without the driver gets an error from `Driver::open`.

#include "dgemm/Launch/Result.h"
#include "dgemm/Runtime/DriverTypes.h"

#include <memory>
#include <string>

namespace dgemm::runtime {

using launch::Error;
using launch::ErrorCode;
using launch::Result;
using launch::Status;

/// The driver's functions. All may be called from any thread.
class Driver {
public:
  /// Opens the driver and initialises it (cuInit). `path` is what dlopen takes;
  /// tests pass a driver of their own. Fails with NoDriver when the library or
  /// one of its functions is missing, with NoDevice when it finds no GPU, else
  /// with DriverError. The library stays open as long as the object.
  static Result<std::shared_ptr<const Driver>>
  open(const std::string &path = "libcuda.so.1");
  ~Driver();
  Driver(const Driver &) = delete;

#define DGEMM_DECLARE(member, name, parameters) CuResult(*member) parameters;
  DGEMM_DRIVER_FUNCTIONS(DGEMM_DECLARE)
#undef DGEMM_DECLARE

  /// "cuMemAlloc_v2: CUDA_ERROR_OUT_OF_MEMORY (2)", with `what` in front.
  Error error(CuResult result, const std::string &what) const;
  /// The same, or success.
  Status check(CuResult result, const char *what) const {
    return result == cu::kSuccess ? Status() : Status(error(result, what));
  }

private:
  Driver() = default;

  void *library = nullptr;
};

/// What one GPU has.
struct DeviceFacts {
  std::string name;
  /// Compute capability: 9, 0.
  int major = 0, minor = 0;
  int64_t smCount = 0;
  int64_t l2Bytes = 0;
  int64_t sharedPerBlock = 0;
};

/// Fails with NoDevice when there is no such device.
Result<DeviceFacts> getDeviceFacts(const Driver &driver, CuDevice device);

/// Makes a context the current one of this thread for as long as it lives, if
/// it is not already. Allocates nothing.
class ContextScope {
public:
  ContextScope(const Driver &driver, CuContext context);
  ~ContextScope();
  ContextScope(const ContextScope &) = delete;

  CuResult result() const { return outcome; }

private:
  const Driver &driver;
  bool isPushed = false;
  CuResult outcome;
};

} // namespace dgemm::runtime

#endif // DGEMM_RUNTIME_DRIVER_H
