//===- ExecCpAsync.cpp - cp.async of 4 to 16 bytes for each thread --------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cta.h"

#include <algorithm>
#include <cstring>

using namespace dgemm::sim;

void Cta::reportInSmallCopy(const SmallCopy &copy, uint32_t lane,
                            const char *kind, const std::string &message) {
  report(kind, message, static_cast<int>(lane), copy.line,
         static_cast<int>(copy.warp));
}

void Cta::executeSmallCopy(uint32_t mask) {
  for (uint32_t i = 0; i < numOperands(); ++i)
    if (!isUniformlyDefined(operand(i), mask, "an operand of cp.async"))
      return fault("undefined-address", "cp.async needs defined operands");
  auto source = static_cast<SmallCopySource>(instruction_->mode);
  SmallCopy copy;
  copy.bytes = static_cast<uint8_t>(operand(2).value);
  copy.line = instruction_->line;
  copy.warp = warp_->index;
  Lanes shared, global, size;
  addresses(operand(0), shared);
  addresses(operand(1), global);
  std::fill_n(size.v, 32, copy.bytes);
  uint32_t ignored = 0;
  if (source == SmallCopySource::Size)
    fetch(operand(3), Type::U32, size);
  if (source == SmallCopySource::Ignore)
    ignored = fetchPredicate(operand(3));
  for (uint32_t lane = 0; lane < 32; ++lane) {
    if (!((mask >> lane) & 1))
      continue;
    int where = static_cast<int>(lane);
    uint64_t to = shared[lane];
    if (!sharedAddress(to))
      return fault("out-of-bounds",
                   "the destination of cp.async is not in "
                   "shared memory",
                   where);
    if (to % copy.bytes != 0 || global[lane] % copy.bytes != 0)
      return fault("misaligned",
                   "cp.async of " + std::to_string(copy.bytes) +
                       " bytes from global address " +
                       hexadecimal(global[lane]) + " to shared address " +
                       hexadecimal(to) + ", both must be multiples of that",
                   where);
    if (size[lane] > copy.bytes)
      return fault("operand-range",
                   "the source size of cp.async is " +
                       std::to_string(size[lane]) + ", more than its " +
                       std::to_string(copy.bytes) + " bytes",
                   where);
    if (findOwner(to, lane, /*remote=*/false) != this)
      return;
    copy.shared[lane] = static_cast<uint32_t>(to) & SharedOffsetMask;
    copy.global[lane] = global[lane];
    copy.valid[lane] =
        (ignored >> lane) & 1 ? 0 : static_cast<uint8_t>(size[lane]);
  }
  // Lanes that have committed differently often complete apart.
  while (mask != 0 && !faulted_) {
    const uint32_t *commits = &smallCommits_[warp_->index * 32];
    copy.group = commits[__builtin_ctz(mask)];
    copy.mask = 0;
    for (uint32_t lane = 0; lane < 32; ++lane)
      copy.mask |= uint32_t(commits[lane] == copy.group) << lane;
    copy.mask &= mask;
    mask &= ~copy.mask;
    issueSmallCopy(copy);
  }
}

/// Until the copy completes nobody may read its destination.
void Cta::issueSmallCopy(SmallCopy copy) {
  for (uint32_t lane = 0; lane < 32; ++lane) {
    if (!((copy.mask >> lane) & 1))
      continue;
    uint8_t *flags = nullptr;
    if (!resolveShared(sharedWindow() + copy.shared[lane], copy.bytes, lane,
                       true, flags))
      return;
    std::memset(flags, 0, copy.bytes);
    if (!checker_)
      continue;
    checker_->asyncWrite(checker_->beginCpAsync(site(), lane), rank_,
                         copy.shared[lane], copy.bytes);
    if (copy.valid[lane] != 0)
      checker_->globalRead(site(), lane, copy.global[lane], copy.valid[lane]);
  }
  copy.order = smallOrder_++;
  smallCopies_.push_back(copy);
}

/// cp.async.wait_group, and cp.async.wait_all without an operand: that waits
/// for copies outside of groups too.
void Cta::executeSmallWait(uint32_t mask) {
  bool all = numOperands() == 0;
  Lanes pending = {};
  if (!all)
    fetch(operand(0), Type::U32, pending);
  for (const SmallCopy &copy : smallCopies_) {
    if (copy.warp != warp_->index || copy.arrive)
      continue;
    for (uint32_t left = copy.mask & mask; left != 0; left &= left - 1) {
      uint32_t lane = static_cast<uint32_t>(__builtin_ctz(left));
      uint32_t commits = smallCommits_[copy.warp * 32 + lane];
      bool old = copy.group < commits && commits - copy.group > pending[lane];
      if (all || old)
        return block(Wait::CopyGroup);
    }
  }
  if (!checker_)
    return;
  for (uint32_t lane = 0; lane < 32; ++lane)
    if ((mask >> lane) & 1)
      checker_->waitCpAsync(site(), lane, all,
                            static_cast<uint32_t>(pending[lane]));
}

/// cp.async.mbarrier.arrive: an arrival when the copies of the thread so far
/// are complete. Without .noinc the phase expects one arrival more.
void Cta::executeSmallArrive(uint32_t mask) {
  if (!isUniformlyDefined(operand(0), mask, "an address"))
    return fault("undefined-address", "an mbarrier needs a defined address");
  SmallCopy copy;
  copy.arrive = true;
  copy.mask = mask;
  copy.warp = warp_->index;
  copy.line = instruction_->line;
  Lanes address;
  addresses(operand(0), address);
  for (uint32_t lane = 0; lane < 32; ++lane) {
    if (!((mask >> lane) & 1))
      continue;
    MBarrier *barrier = findMBarrier(address[lane], lane);
    if (!barrier)
      return;
    uint64_t at = address[lane];
    sharedAddress(at);
    copy.shared[lane] = static_cast<uint32_t>(at) & SharedOffsetMask;
    MBarrierError error = MBarrierError::NotInitialized;
    if (!instruction_->has(FlagNoInc))
      error = barrier->addPending();
    else if (barrier->isLive())
      error = MBarrierError::None;
    if (error != MBarrierError::None)
      return fault("mbarrier",
                   std::string(describe(error)) + " (shared address " +
                       hexadecimal(at) + ")",
                   static_cast<int>(lane));
    if (checker_)
      copy.clocks[lane] =
          checker_->arriveCpAsync(site(), lane, copy.shared[lane]);
  }
  copy.order = smallOrder_++;
  smallCopies_.push_back(copy);
}

/// A copy at random, or some lanes of it. Where an arrive comes up, the copies
/// before it go first.
void Cta::completeSmallCopy() {
  size_t index = random_.below(static_cast<uint32_t>(smallCopies_.size()));
  const SmallCopy &chosen = smallCopies_[index];
  uint32_t lanes = chosen.mask;
  size_t before = index;
  for (size_t i = 0; i < smallCopies_.size() && chosen.arrive; ++i) {
    const SmallCopy &other = smallCopies_[i];
    if (other.arrive || other.warp != chosen.warp || other.order > chosen.order)
      continue;
    lanes &= ~other.mask;
    before = (other.mask & chosen.mask) != 0 ? i : before;
  }
  if (lanes == 0) {
    index = before;
    lanes = smallCopies_[index].mask;
  }
  // Kernels split warps by one bit of the lane number, if they do.
  static constexpr uint32_t parts[] = {0x55555555u, 0x33333333u, 0x0f0f0f0fu,
                                       0x00ff00ffu, 0x0000ffffu};
  uint32_t some = parts[random_.below(5)];
  some = lanes & (random_.below(2) == 0 ? some : ~some);
  if (random_.below(2) == 0 && some != 0)
    lanes = some;
  SmallCopy part = smallCopies_[index];
  part.mask = lanes;
  smallCopies_[index].mask &= ~lanes;
  if (smallCopies_[index].mask == 0) {
    smallCopies_[index] = smallCopies_.back();
    smallCopies_.pop_back();
  }
  if (part.arrive)
    arriveAfterCopies(part);
  else
    writeSmallCopy(part);
}

void Cta::writeSmallCopy(const SmallCopy &copy) {
  for (uint32_t lane = 0; lane < 32; ++lane) {
    if (!((copy.mask >> lane) & 1))
      continue;
    uint32_t valid = copy.valid[lane];
    uint8_t *to = &shared_[copy.shared[lane]];
    uint8_t *written = &sharedWritten_[copy.shared[lane]];
    std::memset(to, 0, copy.bytes);
    std::memset(written, 1, copy.bytes);
    if (valid == 0)
      continue;
    GlobalMemory::Buffer *from = context_.memory.find(copy.global[lane], valid);
    if (!from) {
      reportInSmallCopy(copy, lane, "out-of-bounds",
                        "cp.async reads " + std::to_string(valid) +
                            " bytes at global address " +
                            hexadecimal(copy.global[lane]) + ", " +
                            context_.memory.describe(copy.global[lane]));
      faulted_ = true;
      return;
    }
    uint64_t offset = copy.global[lane] - from->address;
    std::memcpy(to, &from->bytes[offset], valid);
    if (from->written.empty())
      continue;
    std::memcpy(written, &from->written[offset], valid);
    if (std::memchr(written, 0, valid))
      reportInSmallCopy(copy, lane, "uninitialised-read",
                        "cp.async reads global memory that nothing wrote: " +
                            from->name);
  }
}

void Cta::arriveAfterCopies(const SmallCopy &copy) {
  for (uint32_t lane = 0; lane < 32; ++lane) {
    if (!((copy.mask >> lane) & 1))
      continue;
    MBarrier &barrier = mbarriers_[copy.shared[lane]];
    uint64_t phases = barrier.phase();
    if (checker_)
      checker_->mbarrierPublish(rank_, copy.shared[lane],
                                checker_->timeline(TimelineKind::CpAsync, rank_,
                                                   copy.warp * 32 + lane),
                                copy.clocks[lane]);
    MBarrierError error = barrier.arrive();
    watchPhase(*this, copy.shared[lane], barrier, phases);
    if (error == MBarrierError::None)
      continue;
    reportInSmallCopy(copy, lane, "mbarrier",
                      std::string("cp.async.mbarrier.arrive: ") +
                          describe(error) + " (shared address " +
                          hexadecimal(copy.shared[lane]) + ")");
    faulted_ = true;
    return;
  }
}
