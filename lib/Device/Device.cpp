//===- Device.cpp - Where compiled kernels run ----------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Device/Device.h"

using namespace dgemm;
using namespace dgemm::device;

Expected<std::unique_ptr<LoadedKernel>>
Device::loadPack(const pack::Pack &pack) {
  if (pack.ptx.empty())
    return Error{pack.plan.entry + ": the pack holds a cubin only, but '" +
                 name() + "' runs PTX"};
  return load(pack.ptx, pack.plan);
}

Status Device::prepareWorkspace(const LoadedKernel &, uint64_t address,
                                uint64_t bytes) {
  std::vector<uint8_t> zeros(bytes);
  return write(address, zeros.data(), bytes);
}
