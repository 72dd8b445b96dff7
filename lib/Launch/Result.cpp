//===- Result.cpp - Errors of launches as values --------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Launch/Result.h"

using namespace dgemm::launch;

const char *dgemm::launch::getName(ErrorCode code) {
  switch (code) {
  case ErrorCode::MalformedPlan:
    return "malformed_plan";
  case ErrorCode::UnsupportedVersion:
    return "unsupported_version";
  case ErrorCode::WrongArguments:
    return "wrong_arguments";
  case ErrorCode::NullAddress:
    return "null_address";
  case ErrorCode::MisalignedAddress:
    return "misaligned_address";
  case ErrorCode::BadStride:
    return "bad_stride";
  case ErrorCode::NegativeSize:
    return "negative_size";
  case ErrorCode::OutOfRange:
    return "out_of_range";
  case ErrorCode::MalformedPack:
    return "malformed_pack";
  case ErrorCode::NoFile:
    return "no_file";
  case ErrorCode::NoDriver:
    return "no_driver";
  case ErrorCode::NoDevice:
    return "no_device";
  case ErrorCode::DriverError:
    return "driver_error";
  case ErrorCode::WrongChip:
    return "wrong_chip";
  case ErrorCode::HostAddress:
    return "host_address";
  case ErrorCode::WrongDevice:
    return "wrong_device";
  case ErrorCode::BadWorkspace:
    return "bad_workspace";
  case ErrorCode::BadHandle:
    return "bad_handle";
  case ErrorCode::NoMemory:
    return "no_memory";
  }
  return "";
}
