//===- ExecAsync.cpp - mbarriers and asynchronous copies ------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cta.h"

#include <algorithm>
#include <cstring>

using namespace dgemm::sim;

//===----------------------------------------------------------------------===//
// mbarriers
//===----------------------------------------------------------------------===//

/// The object at a shared (or generic) address; one that is not live is made
/// for init to start. Null after a fault.
MBarrier *Cta::findMBarrier(uint64_t address, uint32_t lane) {
  if (!sharedAddress(address) || address < SharedBase ||
      address + 8 > context_.sharedEnd) {
    fault("out-of-bounds",
          "an mbarrier at shared address " + std::to_string(address),
          static_cast<int>(lane));
    return nullptr;
  }
  if (address % 8 != 0) {
    fault("misaligned",
          "an mbarrier at shared address " + std::to_string(address),
          static_cast<int>(lane));
    return nullptr;
  }
  uint32_t at = static_cast<uint32_t>(address);
  mbarrierBegin_ = std::min(mbarrierBegin_, at);
  mbarrierEnd_ = std::max(mbarrierEnd_, at + 8);
  return &mbarriers_[at];
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
    MBarrier *barrier = findMBarrier(address[lane], lane);
    if (!barrier)
      return;
    token[lane] = barrier->token();
    uint32_t number = static_cast<uint32_t>(value[lane]);
    MBarrierError error = operateMBarrier(*barrier, number, number);
    if (error != MBarrierError::None)
      return fault("mbarrier",
                   std::string(describe(error)) + " (shared address " +
                       std::to_string(address[lane]) + ")",
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
                       std::to_string(address[lane]) + ")",
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
  Lanes map, shared, mbarrier = {}, coordinates[5];
  fetch(kernel_.operands[tensor.first], Type::U64, map);
  addresses(sharedSide, shared);
  if (!store)
    addresses(operand(2), mbarrier);
  const Operand &vector = kernel_.operands[tensor.first + 1];
  for (uint32_t d = 0; d < instruction_->count; ++d)
    fetch(element(vector, d), Type::S32, coordinates[d]);
  for (uint32_t lane = 0; lane < 32 && !faulted_; ++lane) {
    if (!((mask >> lane) & 1))
      continue;
    int32_t at[5] = {};
    for (uint32_t d = 0; d < instruction_->count; ++d)
      at[d] = static_cast<int32_t>(coordinates[d][lane]);
    issueCopy(lane, map[lane] + tensor.value, at, shared[lane], mbarrier[lane]);
  }
}

void Cta::issueCopy(uint32_t lane, uint64_t map, const int32_t *coordinates,
                    uint64_t shared, uint64_t mbarrier) {
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
  uint32_t address = static_cast<uint32_t>(shared);
  Expected<CopyPlan> plan = store
                                ? planTensorStore(*tensor, coordinates, address)
                                : planTensorLoad(*tensor, coordinates, address);
  if (!plan)
    return fault("tensor-copy", plan.message(), where);
  AsyncCopy copy;
  copy.store = store;
  copy.thread = warp_->index * 32 + lane;
  copy.group = bulkCommits_[copy.thread];
  copy.line = instruction_->line;
  copy.plan = std::move(*plan);
  for (const CopyChunk &chunk : copy.plan.chunks) {
    uint8_t *flags = nullptr;
    if (!resolveShared(chunk.shared, chunk.bytes, lane, false, flags))
      return;
    checkGenericWrites(chunk, lane);
    if (store)
      continue;
    checkSourcesInUse(chunk.shared, chunk.bytes, lane);
    // Until the copy completes nobody may read.
    std::memset(flags, 0, chunk.bytes);
    std::fill(genericWrites_.begin() + chunk.shared / 4,
              genericWrites_.begin() + (chunk.shared + chunk.bytes + 3) / 4,
              GenericWrite());
  }
  if (!store) {
    const MBarrier *barrier = findMBarrier(mbarrier, lane);
    if (!barrier)
      return;
    if (!barrier->isLive())
      return fault("mbarrier",
                   "a copy completes on an mbarrier that is not "
                   "initialised",
                   where);
    sharedAddress(mbarrier);
    copy.mbarrier = static_cast<uint32_t>(mbarrier);
    statistics_.bytesLoadedByCopies += copy.plan.transactionBytes;
  } else {
    statistics_.bytesStoredByCopies += copy.plan.transactionBytes;
  }
  copies_.push_back(std::move(copy));
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
  size_t index = random_.below(static_cast<uint32_t>(copies_.size()));
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
    uint8_t *to = &shared_[chunk.shared];
    uint8_t *written = &sharedWritten_[chunk.shared];
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
  MBarrier &barrier = mbarriers_[copy.mbarrier];
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
