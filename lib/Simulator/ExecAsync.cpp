//===- ExecAsync.cpp - mbarriers and asynchronous copies ------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cluster.h"

#include <algorithm>
#include <cstring>

using namespace dgemm::sim;

//===----------------------------------------------------------------------===//
// mbarriers
//===----------------------------------------------------------------------===//

/// The object at a shared (or generic) address; one that is not live is made
/// for init to start. Null after a fault. `remote`: it may be of another CTA of
/// the cluster, `holder`.
MBarrier *Cta::findMBarrier(uint64_t address, uint32_t lane, bool remote,
                            Cta **holder) {
  bool shared = sharedAddress(address);
  uint32_t at = static_cast<uint32_t>(address) & SharedOffsetMask;
  if (!shared || at < SharedBase || at + 8 > context_.sharedEnd) {
    fault("out-of-bounds",
          "an mbarrier at shared address " + hexadecimal(address),
          static_cast<int>(lane));
    return nullptr;
  }
  if (at % 8 != 0) {
    fault("misaligned", "an mbarrier at shared address " + hexadecimal(address),
          static_cast<int>(lane));
    return nullptr;
  }
  Cta *owner = findOwner(address, lane, remote);
  if (!owner)
    return nullptr;
  if (holder)
    *holder = owner;
  owner->mbarrierBegin_ = std::min(owner->mbarrierBegin_, at);
  owner->mbarrierEnd_ = std::max(owner->mbarrierEnd_, at + 8);
  return &owner->mbarriers_[at];
}

MBarrierError Cta::operateMBarrier(MBarrier &barrier, uint32_t value,
                                   uint32_t count) {
  bool drop = instruction_->has(FlagDrop);
  switch (instruction_->op) {
  case Op::MBarInit:
    return barrier.init(value);
  case Op::MBarInval:
    return barrier.invalidate();
  case Op::MBarExpectTx:
    return barrier.expectTransactions(value);
  case Op::MBarCompleteTx:
    return barrier.completeTransactions(value);
  default:
    break;
  }
  if (instruction_->has(FlagExpectTx))
    return drop ? barrier.arriveDropExpect(value) : barrier.arriveExpect(value);
  return drop ? barrier.arriveDrop(count) : barrier.arrive(count);
}

void Cta::executeMBarrier(uint32_t mask) {
  bool arrive = instruction_->op == Op::MBarArrive;
  uint32_t memory = arrive ? 1 : 0;
  if (!isUniformlyDefined(operand(memory), mask, "an address"))
    return fault("undefined-address", "an mbarrier needs a defined address");
  Lanes address, value, token = {};
  addresses(operand(memory), address);
  std::fill_n(value.v, 32, 1);
  if (numOperands() > memory + 1) {
    fetch(operand(memory + 1), Type::U32, value);
    isUniformlyDefined(operand(memory + 1), mask, "a count of an mbarrier");
  }
  for (uint32_t lane = 0; lane < 32; ++lane) {
    if (!((mask >> lane) & 1))
      continue;
    MBarrier *barrier = findMBarrier(
        address[lane], lane, instruction_->space == Space::SharedCluster);
    if (!barrier)
      return;
    token[lane] = barrier->token();
    uint32_t number = static_cast<uint32_t>(value[lane]);
    MBarrierError error = operateMBarrier(*barrier, number, number);
    if (error != MBarrierError::None)
      return fault("mbarrier",
                   std::string(describe(error)) + " (shared address " +
                       hexadecimal(address[lane]) + ")",
                   static_cast<int>(lane));
  }
  if (arrive)
    write(operand(0), token, mask);
}

/// Waits only if no lane's phase has completed; try_wait may fail for a while.
void Cta::executeMBarrierWait(uint32_t mask) {
  if (!isUniformlyDefined(operand(1), mask, "an address") ||
      !isUniformlyDefined(operand(2), mask, "a phase"))
    return fault("undefined-address", "a wait needs a defined mbarrier");
  bool parity = instruction_->has(FlagParity);
  Lanes address, state;
  addresses(operand(1), address);
  fetch(operand(2), parity ? Type::U32 : Type::U64, state);
  uint32_t done = 0;
  for (uint32_t lane = 0; lane < 32; ++lane) {
    if (!((mask >> lane) & 1))
      continue;
    MBarrier *barrier = findMBarrier(address[lane], lane);
    if (!barrier)
      return;
    bool complete = false;
    MBarrierError error = parity
                              ? barrier->testParity(state[lane] & 1, complete)
                              : barrier->testToken(state[lane], complete);
    if (error != MBarrierError::None)
      return fault("mbarrier",
                   std::string(describe(error)) + " (shared address " +
                       hexadecimal(address[lane]) + ")",
                   static_cast<int>(lane));
    done |= uint32_t(complete) << lane;
  }
  if (done == 0 && instruction_->op == Op::MBarTryWait)
    return block(Wait::MBarrier);
  writePredicate(operand(0), done, mask);
}

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

void Cta::executeTensorCopy(uint32_t mask) {
  bool store = instruction_->op == Op::TensorStore;
  const Operand &tensor = operand(store ? 0 : 1);
  const Operand &sharedSide = operand(store ? 1 : 0);
  bool defined = isUniformlyDefined(tensor, mask, "a tensor coordinate") &&
                 isUniformlyDefined(sharedSide, mask, "an address") &&
                 (store || isUniformlyDefined(operand(2), mask, "an mbarrier"));
  if (!defined)
    return fault("undefined-address", "a copy needs defined operands");
  Lanes map, shared, mbarrier = {}, ranks = {}, coordinates[5];
  fetch(kernel_.operands[tensor.first], Type::U64, map);
  addresses(sharedSide, shared);
  if (!store)
    addresses(operand(2), mbarrier);
  if (instruction_->has(FlagMulticast)) {
    if (!isUniformlyDefined(operand(3), mask, "a multicast mask"))
      return fault("undefined-address", "a copy needs a defined mask");
    fetch(operand(3), Type::U16, ranks);
  }
  const Operand &vector = kernel_.operands[tensor.first + 1];
  for (uint32_t d = 0; d < instruction_->count; ++d)
    fetch(element(vector, d), Type::S32, coordinates[d]);
  for (uint32_t lane = 0; lane < 32 && !faulted_; ++lane) {
    if (!((mask >> lane) & 1))
      continue;
    int32_t at[5] = {};
    for (uint32_t d = 0; d < instruction_->count; ++d)
      at[d] = static_cast<int32_t>(coordinates[d][lane]);
    issueCopy(lane, map[lane] + tensor.value, at, shared[lane], mbarrier[lane],
              static_cast<uint32_t>(ranks[lane]));
  }
}

void Cta::issueCopy(uint32_t lane, uint64_t map, const int32_t *coordinates,
                    uint64_t shared, uint64_t mbarrier, uint32_t ranks) {
  int where = static_cast<int>(lane);
  uint8_t *written = nullptr;
  if (map % TensorMap::imageAlignment != 0)
    return fault("misaligned", "a tensor map must be aligned to 64 bytes",
                 where);
  const uint8_t *image = nullptr;
  for (uint32_t i = 0; i < TensorMap::imageBytes; i += 64) {
    const uint8_t *part =
        resolve(Space::Generic, map + i, 64, lane, false, written);
    if (!part)
      return;
    image = image ? image : part;
  }
  Expected<TensorMap> tensor = TensorMap::decode(image);
  if (!tensor)
    return fault("tensor-map", tensor.message(), where);
  if (tensor->rank != instruction_->count)
    return fault("tensor-map",
                 "the copy has " + std::to_string(instruction_->count) +
                     " dimensions, the tensor map " +
                     std::to_string(tensor->rank),
                 where);
  if (Status status = validate(*tensor); !status.ok())
    return fault("tensor-map", status.message(), where);
  if (!sharedAddress(shared))
    return fault("out-of-bounds", "a copy's address is not in shared memory",
                 where);
  bool store = instruction_->op == Op::TensorStore;
  uint32_t offset = static_cast<uint32_t>(shared) & SharedOffsetMask;
  Expected<CopyPlan> plan = store
                                ? planTensorStore(*tensor, coordinates, offset)
                                : planTensorLoad(*tensor, coordinates, offset);
  if (!plan)
    return fault("tensor-copy", plan.message(), where);
  AsyncCopy copy;
  copy.store = store;
  copy.thread = warp_->index * 32 + lane;
  copy.group = bulkCommits_[copy.thread];
  copy.line = instruction_->line;
  copy.plan = std::move(*plan);
  copy.target = findOwner(shared, lane, instruction_->has(FlagCluster));
  if (!copy.target)
    return;
  if (!store)
    return issueLoad(copy, lane, mbarrier, ranks);
  if (!claimShared(copy, lane))
    return;
  statistics_.bytesStoredByCopies += copy.plan.transactionBytes;
  copies_.push_back(std::move(copy));
}

/// A load into the memory of one CTA, or of all that `ranks` names: each gets
/// the data at the same offset, and completes on its own.
void Cta::issueLoad(AsyncCopy &copy, uint32_t lane, uint64_t mbarrier,
                    uint32_t ranks) {
  statistics_.bytesLoadedByCopies += copy.plan.transactionBytes;
  if (!instruction_->has(FlagMulticast)) {
    if (findSignal(copy, lane, mbarrier) && claimShared(copy, lane))
      copies_.push_back(std::move(copy));
    return;
  }
  if (ranks == 0 || ranks >> cluster_.size() != 0)
    return fault("multicast",
                 "mask " + hexadecimal(ranks) +
                     " must name CTA ranks below the cluster's size of " +
                     std::to_string(cluster_.size()),
                 static_cast<int>(lane));
  uint64_t offset =
      copy.plan.chunks.empty() ? SharedBase : copy.plan.chunks[0].shared;
  for (uint32_t rank = 0; rank < cluster_.size(); ++rank) {
    if (!((ranks >> rank) & 1))
      continue;
    AsyncCopy part = copy;
    uint64_t window = uint64_t(rank) << SharedRankShift;
    part.target = findOwner(window | offset, lane, /*remote=*/true);
    if (!part.target || !findSignal(part, lane, mbarrier) ||
        !claimShared(part, lane))
      return;
    copies_.push_back(std::move(part));
  }
}

/// The mbarrier that a load completes on: in the CTA of the destination, at the
/// offset of `mbarrier`. With .cta_group::2 it is in either CTA of the pair;
/// the lowest bit of the rank in `mbarrier` says which.
bool Cta::findSignal(AsyncCopy &copy, uint32_t lane, uint64_t mbarrier) {
  int where = static_cast<int>(lane);
  if (!sharedAddress(mbarrier)) {
    fault("out-of-bounds", "the mbarrier of a copy is not in shared memory",
          where);
    return false;
  }
  uint32_t rank = static_cast<uint32_t>(mbarrier >> SharedRankShift);
  uint32_t to = copy.target->rank_;
  bool multicast = instruction_->has(FlagMulticast);
  if (instruction_->has(FlagPair)) {
    to = (to & ~1u) | (rank & 1u);
  } else if (!multicast && rank != to) {
    fault("mbarrier",
          "the copy writes to CTA rank " + std::to_string(to) +
              " and completes on an mbarrier of rank " + std::to_string(rank) +
              "; both must be in the same CTA",
          where);
    return false;
  }
  copy.mbarrier = static_cast<uint32_t>(mbarrier) & SharedOffsetMask;
  const MBarrier *barrier =
      findMBarrier((to << SharedRankShift) | copy.mbarrier, lane,
                   instruction_->has(FlagCluster), &copy.signal);
  if (!barrier)
    return false;
  if (barrier->isLive())
    return true;
  std::string of = copy.signal == this
                       ? ""
                       : " in CTA rank " + std::to_string(copy.signal->rank_);
  fault("mbarrier",
        "a copy completes on an mbarrier that is not initialised" + of, where);
  return false;
}

/// Checks the shared memory that a copy will use. A load's may not be read
/// until it completes.
bool Cta::claimShared(const AsyncCopy &copy, uint32_t lane) {
  Cta &owner = *copy.target;
  for (const CopyChunk &chunk : copy.plan.chunks) {
    uint8_t *flags = nullptr;
    if (!resolveShared(owner.sharedWindow() + chunk.shared, chunk.bytes, lane,
                       false, flags, /*remote=*/true))
      return false;
    checkGenericWrites(owner, chunk, lane);
    if (copy.store)
      continue;
    checkSourcesInUse(owner, chunk.shared, chunk.bytes, lane);
    checkWgmmaReaders(owner, chunk.shared, chunk.bytes, lane);
    std::memset(flags, 0, chunk.bytes);
    auto words = owner.genericWrites_.begin();
    std::fill(words + chunk.shared / 4,
              words + (chunk.shared + chunk.bytes + 3) / 4, GenericWrite());
  }
  return true;
}

/// Are at most `pending` of the latest groups of each thread under way?
bool Cta::bulkGroupsDone(uint32_t mask, uint32_t pending, bool read) const {
  for (const AsyncCopy &copy : copies_) {
    bool mine = copy.thread / 32 == warp_->index &&
                ((mask >> (copy.thread % 32)) & 1) != 0;
    if (!copy.store || !mine)
      continue;
    uint32_t commits = bulkCommits_[copy.thread];
    bool waitedFor = copy.group < commits && commits - copy.group > pending;
    if (waitedFor && !(read && copy.state == AsyncCopy::State::Read))
      return false;
  }
  return true;
}

void Cta::faultInCopy(const AsyncCopy &copy, const char *kind,
                      const std::string &message) {
  report(kind, message, static_cast<int>(copy.thread % 32), copy.line,
         static_cast<int>(copy.thread / 32));
  faulted_ = true;
}

/// Lets one copy, chosen at random, make a step.
void Cta::completeSomeCopy() {
  size_t count = copies_.size() + asyncStores_.size();
  size_t index = random_.below(static_cast<uint32_t>(count));
  if (index < copies_.size())
    return completeCopy(index);
  completeAsyncStore(index - copies_.size());
}

void Cta::completeCopy(size_t index) {
  AsyncCopy &copy = copies_[index];
  if (copy.store && copy.state == AsyncCopy::State::Issued)
    return readStore(copy);
  if (copy.store)
    writeStore(copy);
  else
    completeLoad(copy);
  if (index + 1 != copies_.size())
    copies_[index] = std::move(copies_.back());
  copies_.pop_back();
}

void Cta::completeLoad(AsyncCopy &copy) {
  const CopyPlan &plan = copy.plan;
  for (const CopyChunk &chunk : plan.chunks) {
    uint8_t *to = &copy.target->shared_[chunk.shared];
    uint8_t *written = &copy.target->sharedWritten_[chunk.shared];
    if (chunk.kind == CopyChunk::Poison)
      continue;
    std::memset(written, 1, chunk.bytes);
    if (chunk.kind == CopyChunk::Fill) {
      writeFill(plan, to, chunk.bytes);
      continue;
    }
    GlobalMemory::Buffer *from =
        context_.memory.find(chunk.global, chunk.bytes);
    if (!from)
      return faultInCopy(copy, "out-of-bounds",
                         "a copy reads " + std::to_string(chunk.bytes) +
                             " bytes at global address " +
                             std::to_string(chunk.global) + ", " +
                             context_.memory.describe(chunk.global));
    uint64_t offset = chunk.global - from->address;
    std::memcpy(to, &from->bytes[offset], chunk.bytes);
    transformLoaded(plan, to, chunk.bytes);
    if (from->written.empty())
      continue;
    std::memcpy(written, &from->written[offset], chunk.bytes);
    if (std::memchr(written, 0, chunk.bytes))
      report("uninitialised-read",
             "a copy reads global memory that nothing wrote: " + from->name,
             static_cast<int>(copy.thread % 32), copy.line,
             static_cast<int>(copy.thread / 32));
  }
  MBarrier &barrier = copy.signal->mbarriers_[copy.mbarrier];
  MBarrierError error = barrier.completeTransactions(
      static_cast<uint32_t>(plan.transactionBytes));
  if (error != MBarrierError::None)
    faultInCopy(copy, "mbarrier",
                std::string("completing ") +
                    std::to_string(plan.transactionBytes) +
                    " bytes: " + describe(error));
}

void Cta::readStore(AsyncCopy &copy) {
  copy.state = AsyncCopy::State::Read;
  for (const CopyChunk &chunk : copy.plan.chunks) {
    const uint8_t *from = &shared_[chunk.shared];
    copy.data.insert(copy.data.end(), from, from + chunk.bytes);
    if (std::memchr(&sharedWritten_[chunk.shared], 0, chunk.bytes))
      report("uninitialised-read",
             "a copy to global memory reads shared memory that nothing wrote",
             static_cast<int>(copy.thread % 32), copy.line,
             static_cast<int>(copy.thread / 32));
  }
}

void Cta::writeStore(AsyncCopy &copy) {
  size_t offset = 0;
  for (const CopyChunk &chunk : copy.plan.chunks) {
    GlobalMemory::Buffer *to = context_.memory.find(chunk.global, chunk.bytes);
    if (!to)
      return faultInCopy(copy, "out-of-bounds",
                         "a copy writes " + std::to_string(chunk.bytes) +
                             " bytes at global address " +
                             std::to_string(chunk.global) + ", " +
                             context_.memory.describe(chunk.global));
    uint64_t at = chunk.global - to->address;
    std::memcpy(&to->bytes[at], &copy.data[offset], chunk.bytes);
    if (!to->written.empty())
      std::memset(&to->written[at], 1, chunk.bytes);
    offset += chunk.bytes;
  }
}
