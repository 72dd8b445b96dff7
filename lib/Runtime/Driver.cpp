//===- Driver.cpp - The CUDA driver, opened at run time -------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Runtime/Driver.h"

#include <dlfcn.h>

using namespace dgemm::runtime;

Driver::~Driver() {
  if (library)
    dlclose(library);
}

Error Driver::error(CuResult result, const std::string &what) const {
  const char *name = nullptr;
  if (getErrorName(result, &name) != cu::kSuccess || !name)
    name = "an unknown error";
  return {ErrorCode::DriverError,
          what + ": " + name + " (" + std::to_string(result) + ")"};
}

Result<std::shared_ptr<const Driver>> Driver::open(const std::string &path) {
  std::shared_ptr<Driver> driver(new Driver);
  driver->library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!driver->library) {
    const char *reason = dlerror();
    return Error{ErrorCode::NoDriver,
                 std::string("this machine has no CUDA driver: ") +
                     (reason ? reason : path)};
  }
  const char *missing = nullptr;
  auto find = [&](const char *name) {
    void *function = dlsym(driver->library, name);
    missing = function || missing ? missing : name;
    return function;
  };
#define DGEMM_FIND(member, name, parameters)                                   \
  driver->member = reinterpret_cast<CuResult(*) parameters>(find(name));
  DGEMM_DRIVER_FUNCTIONS(DGEMM_FIND)
#undef DGEMM_FIND
  if (missing)
    return Error{ErrorCode::NoDriver,
                 "the CUDA driver '" + path + "' has no " + missing +
                     "; dgemm needs that of CUDA 12.0 or a newer one"};
  CuResult result = driver->init(0);
  if (result == cu::kNoDevice)
    return Error{ErrorCode::NoDevice, "the CUDA driver finds no GPU"};
  if (result != cu::kSuccess)
    return driver->error(result, "cuInit");
  return std::shared_ptr<const Driver>(std::move(driver));
}

Result<DeviceFacts> dgemm::runtime::getDeviceFacts(const Driver &driver,
                                                   CuDevice device) {
  int count = 0;
  if (Status status =
          driver.check(driver.deviceGetCount(&count), "cuDeviceGetCount");
      !status.ok())
    return status.error();
  if (device < 0 || device >= count)
    return Error{ErrorCode::NoDevice,
                 "there is no CUDA device " + std::to_string(device) +
                     ", this machine has " + std::to_string(count)};
  DeviceFacts facts;
  CuResult result = cu::kSuccess;
  auto get = [&](int attribute) {
    int value = 0;
    if (result == cu::kSuccess)
      result = driver.deviceGetAttribute(&value, attribute, device);
    return value;
  };
  facts.major = get(cu::kCapabilityMajor);
  facts.minor = get(cu::kCapabilityMinor);
  facts.smCount = get(cu::kSmCount);
  facts.l2Bytes = get(cu::kL2CacheBytes);
  facts.sharedPerBlock = get(cu::kSharedPerBlockOptIn);
  if (result != cu::kSuccess)
    return driver.error(result, "cuDeviceGetAttribute");
  char name[128] = {};
  if (driver.deviceGetName(name, sizeof(name) - 1, device) == cu::kSuccess)
    facts.name = name;
  return facts;
}

ContextScope::ContextScope(const Driver &driver, CuContext context)
    : driver(driver) {
  CuContext current = nullptr;
  outcome = driver.ctxGetCurrent(&current);
  if (outcome != cu::kSuccess || current == context)
    return;
  outcome = driver.ctxPushCurrent(context);
  isPushed = outcome == cu::kSuccess;
}

ContextScope::~ContextScope() {
  CuContext popped;
  if (isPushed)
    (void)driver.ctxPopCurrent(&popped);
}
