//===- TensorMapProxy.cpp - What copies see of tensor maps ----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TensorMapProxy.h"

#include <algorithm>

using namespace dgemm::sim;

void TensorMapProxy::rememberMaps(const GlobalMemory &memory) {
  for (const auto &buffer : memory.buffers()) {
    const std::vector<uint8_t> &bytes = buffer->bytes;
    uint64_t unit = TensorMap::imageAlignment;
    uint64_t skip = (unit - buffer->address % unit) % unit;
    for (uint64_t at = skip; at + TensorMap::imageBytes <= bytes.size();
         at += unit) {
      if (!TensorMap::isImage(&bytes[at]))
        continue;
      Image &image = atLaunch_[buffer->address + at];
      std::copy_n(&bytes[at], image.size(), image.begin());
    }
  }
}

const TensorMapProxy::Image *TensorMapProxy::atLaunch(uint64_t address) const {
  auto found = atLaunch_.find(address);
  return found == atLaunch_.end() ? nullptr : &found->second;
}

void TensorMapProxy::release(uint64_t address, const Release &release) {
  std::lock_guard<std::mutex> lock(mutex_);
  released_[address] = release;
}

bool TensorMapProxy::released(uint64_t address, Release &release) const {
  std::lock_guard<std::mutex> lock(mutex_);
  auto found = released_.find(address);
  if (found == released_.end())
    return false;
  release = found->second;
  return true;
}

void AcquiredMap::add(const Checker::Moment &moment) {
  for (const Checker::Moment &old : moments)
    if (old.agent == moment.agent && old.lane == moment.lane)
      return;
  moments.push_back(moment);
}
