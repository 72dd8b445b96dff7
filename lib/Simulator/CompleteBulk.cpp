//===- CompleteBulk.cpp - Bulk and tensor copies complete -----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cta.h"

#include <algorithm>
#include <cstring>

using namespace dgemm::sim;
using Path = CopyForm::Path;

void Cta::reportInCopy(const AsyncCopy &copy, const char *kind,
                       const std::string &message) {
  report(kind, message, static_cast<int>(copy.thread % 32), copy.line,
         static_cast<int>(copy.thread / 32));
}

void Cta::faultInCopy(const AsyncCopy &copy, const char *kind,
                      const std::string &message) {
  reportInCopy(copy, kind, message);
  faulted_ = true;
}

/// Lets one copy, chosen at random, make a step.
void Cta::completeSomeCopy() {
  size_t bulk = copies_.size(), stores = asyncStores_.size();
  size_t chosen =
      random_.below(static_cast<uint32_t>(bulk + stores + smallCopies_.size()));
  if (chosen < bulk)
    return completeBulkCopy(chosen);
  if (chosen < bulk + stores)
    return completeAsyncStore(chosen - bulk);
  // There may be hundreds of these: more of them in one step then.
  uint32_t count = static_cast<uint32_t>(smallCopies_.size());
  for (uint32_t i = random_.below(count / 4 + 1) + 1;
       i != 0 && !smallCopies_.empty(); --i)
    completeSmallCopy();
}

/// Copies from shared memory make two steps: they read, and write later.
void Cta::completeBulkCopy(size_t index) {
  AsyncCopy &copy = copies_[index];
  if (copy.readsShared() && copy.state == AsyncCopy::State::Issued)
    return readSource(copy);
  if (copy.form->path == Path::GlobalToShared)
    completeLoad(copy);
  else if (copy.inGroup())
    writeGlobal(copy);
  else
    writePeer(copy);
  if (index + 1 != copies_.size())
    copies_[index] = std::move(copies_.back());
  copies_.pop_back();
}

/// The buffer of a chunk in global memory, or null after a fault.
GlobalMemory::Buffer *Cta::copyBuffer(const AsyncCopy &copy,
                                      const CopyChunk &chunk,
                                      const char *verb) {
  uint32_t bytes = copy.plan.globalBytes(chunk.bytes);
  GlobalMemory::Buffer *buffer = context_.memory.find(chunk.global, bytes);
  if (!buffer)
    faultInCopy(copy, "out-of-bounds",
                std::string("a copy ") + verb + " " + std::to_string(bytes) +
                    " bytes at global address " + hexadecimal(chunk.global) +
                    ", " + context_.memory.describe(chunk.global));
  return buffer;
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
    GlobalMemory::Buffer *from = copyBuffer(copy, chunk, "reads");
    if (!from)
      return;
    uint64_t offset = chunk.global - from->address;
    std::memcpy(to, &from->bytes[offset], chunk.bytes);
    transformLoaded(plan, to, chunk.bytes);
    if (from->written.empty())
      continue;
    std::memcpy(written, &from->written[offset], chunk.bytes);
    if (std::memchr(written, 0, chunk.bytes))
      reportInCopy(copy, "uninitialised-read",
                   "a copy reads global memory that nothing wrote: " +
                       from->name);
  }
  completeTransactions(copy);
}

void Cta::completeTransactions(AsyncCopy &copy) {
  uint64_t bytes = copy.plan.transactionBytes;
  MBarrier &barrier = copy.signal->mbarriers_[copy.mbarrier];
  uint64_t phases = barrier.phase();
  copy.signal->noteTransactions(
      copy.mbarrier, false,
      {copy.line, rank_, static_cast<int>(copy.thread / 32)});
  if (checker_)
    checker_->endOnMBarrier(copy.op);
  MBarrierError error =
      barrier.completeTransactions(static_cast<uint32_t>(bytes));
  if (error != MBarrierError::None)
    faultInCopy(copy, "mbarrier",
                "completing " + std::to_string(bytes) +
                    " bytes: " + describe(error));
  watchPhase(*copy.signal, copy.mbarrier, barrier, phases);
}

void Cta::readSource(AsyncCopy &copy) {
  copy.state = AsyncCopy::State::Read;
  for (const CopyChunk &chunk : copy.plan.chunks) {
    const uint8_t *from = &shared_[chunk.shared];
    copy.data.insert(copy.data.end(), from, from + chunk.bytes);
    if (std::memchr(&sharedWritten_[chunk.shared], 0, chunk.bytes))
      reportInCopy(copy, "uninitialised-read",
                   copy.inGroup()
                       ? "a copy to global memory reads shared memory that "
                         "nothing wrote"
                       : "a copy to another CTA reads shared memory that "
                         "nothing wrote");
  }
  if (!copy.plan.packSixBits)
    return;
  packSixBits(copy.data.data(), copy.data.size());
  copy.data.resize(copy.data.size() / 4 * 3);
}

/// Byte i of the data goes where bit i % 16 of the mask is set: chunks of plain
/// copies start at multiples of 16.
static void copyMasked(uint8_t *to, const uint8_t *from, uint32_t bytes,
                       uint16_t mask) {
  if (mask == 0xffff)
    return void(std::memcpy(to, from, bytes));
  for (uint32_t i = 0; i < bytes; ++i)
    if ((mask >> (i % 16)) & 1)
      to[i] = from[i];
}

void Cta::writeGlobal(AsyncCopy &copy) {
  const CopyForm &form = *copy.form;
  const uint8_t *data = copy.data.data();
  for (const CopyChunk &chunk : copy.plan.chunks) {
    GlobalMemory::Buffer *to =
        copyBuffer(copy, chunk, form.reduces ? "reduces" : "writes");
    if (!to)
      return;
    uint64_t at = chunk.global - to->address;
    uint32_t bytes = copy.plan.globalBytes(chunk.bytes);
    uint8_t *written = to->written.empty() ? nullptr : &to->written[at];
    if (form.reduces) {
      if (written && std::memchr(written, 0, bytes))
        reportInCopy(copy, "uninitialised-read",
                     "a reduction on global memory that nothing wrote: " +
                         to->name);
      reduce(form.reduceOp, copy.reduceType, &to->bytes[at], data, bytes);
    } else {
      copyMasked(&to->bytes[at], data, bytes, copy.bytes);
    }
    if (written && copy.bytes == 0xffff)
      std::memset(written, 1, bytes);
    for (uint32_t i = 0; written && copy.bytes != 0xffff && i < bytes; ++i)
      written[i] |= (copy.bytes >> (i % 16)) & 1;
    data += bytes;
  }
}

/// Into shared memory of a CTA of the cluster.
void Cta::writePeer(AsyncCopy &copy) {
  const CopyForm &form = *copy.form;
  const uint8_t *data = copy.data.data();
  for (const CopyChunk &chunk : copy.plan.chunks) {
    uint8_t *to = &copy.target->shared_[chunk.global];
    uint8_t *written = &copy.target->sharedWritten_[chunk.global];
    if (form.reduces) {
      if (std::memchr(written, 0, chunk.bytes))
        reportInCopy(copy, "uninitialised-read",
                     "a reduction on shared memory that nothing wrote");
      reduce(form.reduceOp, copy.reduceType, to, data, chunk.bytes);
    } else {
      std::memcpy(to, data, chunk.bytes);
    }
    std::memset(written, 1, chunk.bytes);
    data += chunk.bytes;
  }
  completeTransactions(copy);
}
