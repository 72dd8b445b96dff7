//===- ExecMemory.cpp - Loads, stores, atomics, address spaces ------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cluster.h"
#include "FloatSupport.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace dgemm::sim;

/// Base plus offset. A 32-bit base wraps at 32 bits.
void Cta::addresses(const Operand &memory, Lanes &out) const {
  const Operand &base = kernel_.operands[memory.first];
  fetch(base, Type::U64, out);
  bool narrow = base.kind == Operand::Kind::Register &&
                dgemm::sim::bitWidth(base.type) == 32;
  for (uint64_t &address : out.v) {
    address += memory.value;
    if (narrow)
      address &= 0xffffffffu;
  }
}

/// Takes a generic address into the shared::cluster window. False if it is
/// elsewhere.
bool Cta::sharedAddress(uint64_t &address) const {
  constexpr uint64_t end = uint64_t(MaxClusterSize) << SharedRankShift;
  if (address >= SharedWindow && address < SharedWindow + end)
    address -= SharedWindow;
  return address < end;
}

std::string dgemm::sim::hexadecimal(uint64_t value) {
  char text[24];
  std::snprintf(text, sizeof(text), "0x%llx",
                static_cast<unsigned long long>(value));
  return text;
}

uint8_t *Cta::resolveShared(uint64_t address, uint32_t bytes, uint32_t lane,
                            bool write, uint8_t *&written, bool remote) {
  Cta *owner = findOwner(address, lane, remote);
  if (!owner)
    return nullptr;
  uint64_t full = address;
  address &= SharedOffsetMask;
  bool inside = address >= SharedBase && bytes <= context_.sharedEnd &&
                address <= context_.sharedEnd - bytes;
  if (!inside) {
    fault("out-of-bounds",
          std::to_string(bytes) + " bytes at shared address " +
              hexadecimal(full) + " are outside of the shared memory of CTA " +
              "rank " + std::to_string(owner->rank_) + " (" +
              hexadecimal(owner->sharedWindow() + SharedBase) + " to " +
              hexadecimal(owner->sharedWindow() + context_.sharedEnd) + ")",
          static_cast<int>(lane));
    return nullptr;
  }
  if (address < owner->mbarrierEnd_ &&
      address + bytes > owner->mbarrierBegin_) {
    uint32_t from = static_cast<uint32_t>(address);
    auto next = owner->mbarriers_.lower_bound(from < 8 ? 0 : from - 7);
    if (next != owner->mbarriers_.end() && next->first < from + bytes &&
        next->second.isLive()) {
      fault("mbarrier",
            "an access to the mbarrier at shared address " +
                hexadecimal(owner->sharedWindow() + next->first) +
                " by other than mbarrier instructions",
            static_cast<int>(lane));
      return nullptr;
    }
  }
  written = &owner->sharedWritten_[address];
  return &owner->shared_[address];
}

uint8_t *Cta::resolve(Space space, uint64_t address, uint32_t bytes,
                      uint32_t lane, bool write, uint8_t *&written) {
  written = nullptr;
  if (address % bytes != 0) {
    fault("misaligned",
          "address " + hexadecimal(address) + " of an access of " +
              std::to_string(bytes) + " bytes",
          static_cast<int>(lane));
    return nullptr;
  }
  if (space == Space::Generic) {
    space = Space::Global;
    if (address >= SharedWindow && address < SharedWindow + (1ull << 32)) {
      space = Space::SharedCluster;
      address -= SharedWindow;
    } else if (address >= LocalWindow && address < LocalWindow + (1ull << 32)) {
      space = Space::Local;
      address -= LocalWindow;
    } else if (address >= ParamWindow && address < ParamWindow + (1ull << 32)) {
      space = Space::Param;
      address -= ParamWindow;
    }
  }
  if (space == Space::Shared || space == Space::SharedCluster)
    return resolveShared(address, bytes, lane, write, written,
                         space == Space::SharedCluster);
  if (space == Space::Param && address >= FrameParams) {
    space = Space::Local;
    address -= FrameParams;
  }
  if (space == Space::Local) {
    uint32_t end = warp_->frames[warp_->frame].end;
    if (address <= end && bytes <= end - address) {
      LocalMemory &memory = local_[warp_->index * 32 + lane];
      written = &memory.written[address];
      return &memory.bytes[address];
    }
    fault("out-of-bounds",
          std::to_string(bytes) + " bytes at local address " +
              hexadecimal(address) + ", of which " + std::to_string(end) +
              " are in use",
          static_cast<int>(lane));
    return nullptr;
  }
  if (space == Space::Param) {
    uint64_t size = context_.parameters.size();
    if (address <= size && bytes <= size - address && !write)
      return const_cast<uint8_t *>(context_.parameters.data()) + address;
    fault("out-of-bounds",
          std::string(write ? "a write" : "a read") + " of " +
              std::to_string(bytes) + " bytes at parameter address " +
              hexadecimal(address) + " of " + std::to_string(size),
          static_cast<int>(lane));
    return nullptr;
  }
  GlobalMemory::Buffer *buffer = context_.memory.find(address, bytes);
  if (!buffer) {
    fault("out-of-bounds",
          std::to_string(bytes) + " bytes at global address " +
              hexadecimal(address) + ", " + context_.memory.describe(address),
          static_cast<int>(lane));
    return nullptr;
  }
  uint64_t offset = address - buffer->address;
  if (!buffer->written.empty())
    written = &buffer->written[offset];
  return &buffer->bytes[offset];
}

namespace {

/// Lanes `first` to `last` - 1 that are in the mask go over the 32 banks of
/// four bytes together.
struct BankAccess {
  const Lanes &address;
  uint32_t mask, first, last, bytes;

  bool has(uint32_t lane) const { return (mask >> lane) & 1; }
  /// Passes over the banks: the most different words that one of them has to
  /// give.
  uint32_t passes() const;

private:
  bool inOneLine() const;
  uint32_t passesOfUnits() const;
  uint32_t passesOfWords() const;
};

} // namespace

/// All within the same 128 bytes: no bank has two words to give.
bool BankAccess::inOneLine() const {
  uint64_t line = ~uint64_t(0);
  for (uint32_t lane = first; lane < last; ++lane) {
    if (!has(lane))
      continue;
    uint64_t at = address[lane];
    if (line != ~uint64_t(0) && at / 128 != line)
      return false;
    line = at / 128;
    if (at % bytes != 0)
      return false;
  }
  return line != ~uint64_t(0);
}

/// Eight lanes with 16 bytes each: four banks are always used together. 0 if
/// an address is not aligned, or without lanes.
uint32_t BankAccess::passesOfUnits() const {
  uint64_t units[8][8];
  uint32_t used[8] = {}, worst = 0;
  for (uint32_t lane = first; lane < last; ++lane) {
    if (!has(lane))
      continue;
    if (address[lane] % 16 != 0)
      return 0;
    uint64_t unit = address[lane] / 16;
    uint64_t *seen = units[unit % 8];
    uint32_t &count = used[unit % 8];
    if (std::find(seen, seen + count, unit) == seen + count)
      seen[count++] = unit;
    worst = std::max(worst, count);
  }
  return worst;
}

uint32_t BankAccess::passesOfWords() const {
  uint32_t words[32][32]; // of a bank: each lane has one at most
  uint8_t used[32] = {};
  uint32_t worst = 0;
  for (uint32_t lane = first; lane < last; ++lane) {
    if (!has(lane))
      continue;
    for (uint32_t byte = 0; byte < bytes; byte += 4) {
      uint32_t word = static_cast<uint32_t>(address[lane] + byte) / 4;
      uint32_t bank = word % 32, count = used[bank];
      bool seen = false;
      for (uint32_t i = 0; i < count; ++i)
        seen |= words[bank][i] == word;
      if (seen)
        continue;
      words[bank][count] = word;
      worst = std::max<uint32_t>(worst, ++used[bank]);
    }
  }
  return worst;
}

uint32_t BankAccess::passes() const {
  if (inOneLine())
    return 1;
  uint32_t units = bytes == 16 ? passesOfUnits() : 0;
  return units != 0 ? units : passesOfWords();
}

/// How many passes over the 32 banks of four bytes an access takes. Lanes go
/// together in groups of 128 bytes. Lanes that access other memory, by generic
/// addresses, do not count.
void Cta::countWavefronts(const Lanes &address, uint32_t mask, uint32_t bytes) {
  for (uint32_t lane = 0; lane < 32; ++lane) {
    uint64_t at = address[lane];
    if (!sharedAddress(at))
      mask &= ~(1u << lane);
  }
  if (mask == 0)
    return;
  uint32_t together = bytes <= 4 ? 32 : bytes == 8 ? 16 : 8;
  InstructionCounts &here = counts();
  ++here.sharedAccesses;
  for (uint32_t first = 0; first < 32; first += together) {
    uint32_t worst =
        BankAccess{address, mask, first, first + together, bytes}.passes();
    here.wavefronts += worst;
    here.bankConflicts += worst - std::min(worst, 1u);
  }
}

uint64_t dgemm::sim::loadValue(const uint8_t *from, unsigned bytes, Type type) {
  uint64_t value = 0;
  std::memcpy(&value, from, bytes);
  if (!isSigned(type) || bytes == 8)
    return value;
  unsigned shift = 64 - 8 * bytes;
  return static_cast<uint64_t>(static_cast<int64_t>(value << shift) >> shift);
}

/// Are these flags of the thread's own memory? Compilers copy structures with
/// their padding there: what is read is undefined, and its use is a finding.
bool Cta::inLocal(const uint8_t *written, uint32_t lane) const {
  const std::vector<uint8_t> &flags = local_[warp_->index * 32 + lane].written;
  return written >= flags.data() && written < flags.data() + flags.size();
}

void Cta::executeLoad(uint32_t mask) {
  const Operand &to = operand(0);
  if (!isUniformlyDefined(operand(1), mask, "an address"))
    return fault("undefined-address", "a load needs a defined address");
  Lanes address;
  addresses(operand(1), address);
  unsigned bytes = dgemm::sim::bitWidth(instruction_->type) / 8;
  uint32_t count = instruction_->count;
  // Of .b128, each half is an element.
  uint32_t halves = bytes == 16 ? 2 : 1;
  bytes /= halves;
  count *= halves;
  if (instruction_->space == Space::Shared ||
      instruction_->space == Space::Generic)
    countWavefronts(address, mask, bytes * count);
  Lanes values[8];
  uint32_t undefined[8] = {};
  for (uint32_t lane = 0; lane < 32; ++lane) {
    if (!((mask >> lane) & 1))
      continue;
    uint8_t *written = nullptr;
    const uint8_t *from = resolve(instruction_->space, address[lane],
                                  bytes * count, lane, false, written);
    if (!from)
      return;
    watch(instruction_->space, address[lane], bytes * count, lane, Touch::Read);
    for (uint32_t i = 0; i < count; ++i) {
      values[i][lane] = loadValue(from + i * bytes, bytes, instruction_->type);
    }
    if (!written || !std::memchr(written, 0, size_t(bytes) * count))
      continue;
    if (inLocal(written, lane)) {
      for (uint32_t i = 0; i < count; ++i)
        if (std::memchr(written + i * bytes, 0, bytes))
          undefined[i] |= 1u << lane;
      continue;
    }
    report("uninitialised-read",
           "memory at " + hexadecimal(address[lane]) +
               " that nothing wrote, or that a copy is still writing",
           static_cast<int>(lane), instruction_->line,
           static_cast<int>(warp_->index));
  }
  watchLoaded(to);
  // What follows from a read that is reported need not be reported as well.
  for (uint32_t i = 0; i < count; ++i)
    write(halves == 1 ? element(to, i) : wordOf(element(to, i / 2), i % 2),
          values[i], mask, ~undefined[i]);
}

void Cta::executeStore(uint32_t mask) {
  const Operand &from = operand(1);
  if (!isUniformlyDefined(operand(0), mask, "an address"))
    return fault("undefined-address", "a store needs a defined address");
  Lanes address;
  addresses(operand(0), address);
  unsigned bytes = dgemm::sim::bitWidth(instruction_->type) / 8;
  uint32_t count = instruction_->count;
  uint32_t halves = bytes == 16 ? 2 : 1;
  bytes /= halves;
  count *= halves;
  if (instruction_->space == Space::Shared ||
      instruction_->space == Space::Generic)
    countWavefronts(address, mask, bytes * count);
  bool global = instruction_->space == Space::Global;
  if (global)
    isUniformlyDefined(from, mask, "a value stored to global memory");
  for (uint32_t i = 0; i < count; ++i) {
    Operand source =
        halves == 1 ? element(from, i) : wordOf(element(from, i / 2), i % 2);
    Lanes value;
    fetch(source, halves == 1 ? instruction_->type : Type::B64, value);
    uint32_t defined = definedLanes(source);
    for (uint32_t lane = 0; lane < 32; ++lane) {
      if (!((mask >> lane) & 1))
        continue;
      uint8_t *written = nullptr;
      uint8_t *to = resolve(instruction_->space, address[lane], bytes * count,
                            lane, true, written);
      if (!to)
        return;
      if (i == 0)
        watch(instruction_->space, address[lane], bytes * count, lane,
              Touch::Write);
      std::memcpy(to + i * bytes, &value.v[lane], bytes);
      if (written)
        std::memset(written + i * bytes, (defined >> lane) & 1, bytes);
      if (kernel_.changesTensorMaps && global && i + 1 == count)
        noteMapStore(address[lane], to, lane);
    }
  }
}

/// cvta and isspacep: generic windows.
void Cta::executeAddressOf(uint32_t mask) {
  uint64_t window = 0;
  bool cluster = instruction_->space == Space::SharedCluster;
  bool own = instruction_->space == Space::Shared;
  if (own || cluster)
    window = SharedWindow;
  else if (instruction_->space == Space::Local)
    window = LocalWindow;
  else if (instruction_->space == Space::Param)
    window = ParamWindow;
  Lanes value;
  fetch(operand(1), Type::U64, value);
  uint32_t inside = 0;
  for (uint32_t lane = 0; lane < 32; ++lane) {
    bool in = window != 0 ? value[lane] >> 32 == window >> 32
                          : value[lane] >> 32 < SharedWindow >> 32;
    if (own || cluster) {
      uint32_t rank = static_cast<uint32_t>(value[lane]) >> SharedRankShift;
      in &= own ? rank == rank_ : rank < cluster_.size();
    }
    inside |= uint32_t(in) << lane;
    value[lane] += instruction_->has(FlagTo) ? -window : window;
  }
  if (instruction_->op == Op::Isspacep)
    return writePredicate(operand(0), inside, mask, definedLanes(operand(1)));
  write(operand(0), value, mask, definedLanes(operand(1)));
}
