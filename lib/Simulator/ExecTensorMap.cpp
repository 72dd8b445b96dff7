//===- ExecTensorMap.cpp - Tensor maps in memory, and their fences --------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cta.h"

#include <algorithm>
#include <cstring>

using namespace dgemm::sim;

/// The 128 bytes of a map, or null after a fault.
uint8_t *Cta::mapBytes(Space space, uint64_t address, uint32_t lane,
                       bool write) {
  if (address % TensorMap::imageAlignment != 0) {
    fault("misaligned", "a tensor map must be aligned to 64 bytes",
          static_cast<int>(lane));
    return nullptr;
  }
  uint8_t *bytes = nullptr, *written = nullptr;
  for (uint32_t i = 0; i < TensorMap::imageBytes; i += 64) {
    uint8_t *part = resolve(space, address + i, 64, lane, write, written);
    if (!part)
      return nullptr;
    bytes = bytes ? bytes : part;
  }
  return bytes;
}

static bool isGlobal(uint64_t address) { return address < SharedWindow; }

/// When the lane does this, if anybody asks later.
Checker::Moment Cta::moment(uint32_t lane) {
  return checker_ ? checker_->now(site(), lane) : Checker::Moment();
}

/// Is what the lane does now ordered behind the moment?
bool Cta::follows(uint32_t lane, const Checker::Moment &moment) const {
  return !checker_ || checker_->knows(site(), lane, moment);
}

/// The map that the lane acquired, or a thread before it; null if none did.
const TensorMap::Image *Cta::acquiredMap(uint64_t address,
                                         uint32_t lane) const {
  auto found = acquiredMaps_.find(address);
  if (found == acquiredMaps_.end())
    return nullptr;
  for (const Checker::Moment &moment : found->second.moments)
    if (follows(lane, moment))
      return &found->second.image;
  return nullptr;
}

/// The map that a copy sees. Copies do not see what the kernel wrote to global
/// memory before a release and an acquire.
bool Cta::readTensorMap(uint64_t address, uint32_t lane, TensorMap &map) {
  const uint8_t *bytes = mapBytes(Space::Generic, address, lane, false);
  if (!bytes)
    return false;
  TensorMap::Image current, seen;
  std::copy_n(bytes, current.size(), current.begin());
  seen = current;
  if (isGlobal(address)) {
    const TensorMap::Image *old = acquiredMap(address, lane);
    old = old ? old : context_.maps->atLaunch(address);
    seen = old ? *old : TensorMap::Image();
  }
  if (seen != current) {
    TensorMapProxy::Release last;
    bool isReleased =
        context_.maps->released(address, last) && last.image == current;
    report("stale-tensor-map",
           "the tensor map at " + hexadecimal(address) +
               " was changed by this kernel, the copy uses what was there "
               "before: " +
               (isReleased
                    ? "fence.proxy.tensormap::generic.acquire is missing "
                      "between the release and this copy"
                    : "nothing released it since, with "
                      "fence.proxy.tensormap::generic.release or "
                      "tensormap.cp_fenceproxy"),
           static_cast<int>(lane), instruction_->line,
           static_cast<int>(warp_->index));
  }
  Expected<TensorMap> decoded = TensorMap::decode(seen.data());
  if (!decoded) {
    fault("tensor-map", decoded.message(), static_cast<int>(lane));
    return false;
  }
  map = *decoded;
  return true;
}

void Cta::noteMapChange(uint64_t address, uint32_t lane) {
  changedMaps_[address].push_back(moment(lane));
}

/// A generic store to global memory: does it belong to a map?
void Cta::noteMapStore(uint64_t address, const uint8_t *bytes, uint32_t lane) {
  uint64_t line = address / 64 * 64, offset = address - line;
  if (TensorMap::isImage(bytes - offset))
    noteMapChange(line, lane);
  // The second half of a map follows the one with the mark.
  const GlobalMemory::Buffer *buffer = context_.memory.find(line - 64, 64);
  if (buffer && TensorMap::isImage(&buffer->bytes[line - 64 - buffer->address]))
    noteMapChange(line - 64, lane);
}

void Cta::executeMapReplace(uint32_t mask) {
  for (uint32_t i = 0; i < numOperands(); ++i)
    if (!isUniformlyDefined(operand(i), mask,
                            "an operand of tensormap.replace"))
      return fault("undefined-address",
                   "tensormap.replace needs defined operands");
  auto field = static_cast<TensorMapField>(instruction_->mode);
  bool wide = field == TensorMapField::GlobalAddress ||
              field == TensorMapField::GlobalStride;
  bool indexed = numOperands() == 3;
  Lanes address, value;
  addresses(operand(0), address);
  fetch(operand(numOperands() - 1), wide ? Type::U64 : Type::U32, value);
  unsigned ordinal = indexed ? static_cast<unsigned>(operand(1).value) : 0;
  for (uint32_t lane = 0; lane < 32; ++lane) {
    if (!((mask >> lane) & 1))
      continue;
    int where = static_cast<int>(lane);
    uint8_t *bytes = mapBytes(instruction_->space, address[lane], lane, true);
    if (!bytes)
      return;
    Expected<TensorMap> map = TensorMap::decode(bytes);
    if (!map)
      return fault("tensor-map", map.message(), where);
    if (field == TensorMapField::ElemType && value[lane] > 12 &&
        !context_.chip.hasSubByteMaps())
      return fault("tensor-map",
                   "tensormap.replace of elemtype: '" +
                       context_.program.target + "' has no type " +
                       std::to_string(value[lane]),
                   where);
    if (Status status = replaceField(*map, field, ordinal, value[lane]);
        !status.ok())
      return fault("tensor-map", status.message(), where);
    TensorMap::Image image = map->encode();
    std::copy(image.begin(), image.end(), bytes);
    bool shared =
        instruction_->space == Space::Shared ||
        (instruction_->space == Space::Generic && !isGlobal(address[lane]));
    watch(instruction_->space, address[lane], TensorMap::imageBytes, lane,
          Touch::Write);
    if (!shared)
      noteMapChange(address[lane], lane);
  }
}

/// Copies a map from shared to global memory and releases it there.
void Cta::executeMapCopyFence(uint32_t mask) {
  if (!isUniformlyDefined(operand(0), mask, "an address") ||
      !isUniformlyDefined(operand(1), mask, "an address"))
    return fault("undefined-address",
                 "tensormap.cp_fenceproxy needs defined addresses");
  Lanes to, from;
  addresses(operand(0), to);
  addresses(operand(1), from);
  uint32_t first = static_cast<uint32_t>(__builtin_ctz(mask));
  for (uint32_t lane = first; lane < 32; ++lane)
    if (((mask >> lane) & 1) &&
        (to[lane] != to[first] || from[lane] != from[first]))
      return fault("divergence",
                   "the lanes of tensormap.cp_fenceproxy name different maps",
                   static_cast<int>(lane));
  const uint8_t *source = mapBytes(Space::Shared, from[first], first, false);
  uint8_t *target =
      source ? mapBytes(Space::Global, to[first], first, true) : nullptr;
  if (!target)
    return;
  TensorMap::Image image;
  std::copy_n(source, image.size(), image.begin());
  if (Expected<TensorMap> map = TensorMap::decode(source); !map)
    return fault("tensor-map", map.message(), static_cast<int>(first));
  if (checker_)
    checker_->sync(site(), mask);
  watch(Space::Shared, from[first], TensorMap::imageBytes, first, Touch::Read);
  watch(Space::Global, to[first], TensorMap::imageBytes, first, Touch::Write);
  std::copy(image.begin(), image.end(), target);
  changedMaps_.erase(to[first]);
  releaseMap(to[first], image, first);
  if (checker_)
    checker_->sync(site(), mask);
}

void Cta::releaseMap(uint64_t address, const TensorMap::Image &image,
                     uint32_t lane) {
  context_.maps->release(address, {image, checker_, moment(lane)});
}

/// fence.proxy.tensormap::generic.release by a lane: of maps whose changes all
/// come before it.
void Cta::releaseMaps(uint32_t lane) {
  for (auto changed = changedMaps_.begin(); changed != changedMaps_.end();) {
    auto &[address, moments] = *changed;
    bool before = std::all_of(
        moments.begin(), moments.end(),
        [&](const Checker::Moment &moment) { return follows(lane, moment); });
    const GlobalMemory::Buffer *buffer =
        context_.memory.find(address, TensorMap::imageBytes);
    if (!before || !buffer) {
      ++changed;
      continue;
    }
    TensorMap::Image image;
    std::copy_n(&buffer->bytes[address - buffer->address], image.size(),
                image.begin());
    releaseMap(address, image, lane);
    changed = changedMaps_.erase(changed);
  }
}

/// fence.proxy.tensormap::generic.acquire by a lane.
void Cta::acquireMap(uint64_t address, uint32_t lane) {
  TensorMapProxy::Release last;
  if (!context_.maps->released(address, last))
    return;
  // Between clusters the order is that of this run.
  if (last.checker == checker_ && !follows(lane, last.moment))
    return;
  AcquiredMap &map = acquiredMaps_[address];
  if (map.image != last.image)
    map = {last.image, {}};
  map.add(moment(lane));
}

void Cta::executeMapFence(uint32_t mask) {
  bool acquire = instruction_->has(FlagAcquire);
  if (acquire && !isUniformlyDefined(operand(0), mask, "an address"))
    return fault("undefined-address", "a fence needs a defined address");
  Lanes address = {};
  if (acquire)
    addresses(operand(0), address);
  for (uint32_t lane = 0; lane < 32; ++lane) {
    if (!((mask >> lane) & 1))
      continue;
    if (!acquire) {
      releaseMaps(lane);
      continue;
    }
    if (!mapBytes(Space::Generic, address[lane], lane, false))
      return;
    acquireMap(address[lane], lane);
  }
}

/// Has no effect, but there must be a map, or zeros where a launch had none to
/// give: an H100 takes those.
void Cta::executeMapPrefetch(uint32_t mask) {
  if (!isUniformlyDefined(operand(0), mask, "an address"))
    return fault("undefined-address", "a prefetch needs a defined address");
  Lanes address;
  addresses(operand(0), address);
  Space space = instruction_->has(FlagParam) ? Space::Param : Space::Generic;
  for (uint32_t lane = 0; lane < 32; ++lane) {
    if (!((mask >> lane) & 1))
      continue;
    const uint8_t *bytes = mapBytes(space, address[lane], lane, false);
    if (!bytes)
      return;
    auto isZero = [](uint8_t byte) { return byte == 0; };
    bool isAbsent = std::all_of(bytes, bytes + TensorMap::imageBytes, isZero);
    if (!isAbsent && !TensorMap::isImage(bytes))
      return fault("tensor-map", "there is no tensor map at this address",
                   static_cast<int>(lane));
  }
}
