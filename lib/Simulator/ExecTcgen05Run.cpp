//===- ExecTcgen05Run.cpp - What the tensor core does, and when -----------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cluster.h"
#include "Tcgen05Unit.h"

using namespace dgemm::sim;
using Kind = Tcgen05Task::Kind;

/// CTA 0 or 1 of the pair of this one; of a single CTA, itself.
Cta &Cta::taskCta(unsigned index) {
  if (kernel_.ctaGroup != 2)
    return *this;
  return cluster_.cta((rank_ & ~1u) + index);
}

void Cta::reportInTask(const Tcgen05Task &task, const char *kind,
                       const std::string &message) {
  report(kind, message, static_cast<int>(task.lane), task.line,
         static_cast<int>(task.warp));
}

/// The first instruction that has been issued and not executed.
void Cta::runTcgen05Task() {
  Tcgen05Task task = std::move(tcgen05_->tasks.front());
  tcgen05_->tasks.pop_front();
  switch (task.kind) {
  case Kind::Mma:
    return runTcgen05Mma(task);
  case Kind::Copy:
    return runTmemCopy(task);
  case Kind::Shift:
    return runTmemShift(task);
  case Kind::Commit:
    return runTcgen05Commit(task);
  }
}

/// 16 bytes of operand; reports what nothing wrote.
const uint8_t *Cta::readAsyncSource(const Tcgen05Task &task, Cta &owner,
                                    uint32_t at, uint32_t bytes) {
  if (std::memchr(&owner.sharedWritten_[at], 0, bytes))
    reportInTask(task, "uninitialised-read",
                 "a tcgen05 instruction reads shared address " +
                     hexadecimal(owner.sharedWindow() + at) +
                     ", which nothing wrote, or a copy is still writing");
  return &owner.shared_[at];
}

const uint32_t *Cta::readTmem(const Tcgen05Task &task, Cta &owner,
                              unsigned lane, unsigned column, unsigned count) {
  Tmem &tmem = owner.tcgen05_->tmem;
  if (std::memchr(tmem.written(lane) + column, 0, count))
    reportInTask(task, "uninitialised-read",
                 "a tcgen05 instruction reads lane " + std::to_string(lane) +
                     ", columns " + std::to_string(column) + " to " +
                     std::to_string(column + count - 1) +
                     " of tensor memory, which nothing wrote");
  return tmem.row(lane) + column;
}

void Cta::readMmaOperands(const Tcgen05Task &task, OperandBuffer &buffer) {
  const Tcgen05Mma &mma = task.mma;
  for (unsigned c = 0; c < mma.op.ctas; ++c) {
    Cta &owner = taskCta(c);
    for (bool isA : {true, false}) {
      if (isA && mma.op.tensorA)
        continue;
      unsigned index = 0, bytes = pieceDataBytes(mma, isA);
      for (uint32_t at : operandPieces(mma, isA, isA ? task.a : task.b))
        buffer.setPiece(isA, c, index++,
                        readAsyncSource(task, owner, at, bytes));
    }
  }
  if (mma.op.tensorA) {
    TmemAddress at(task.tensorA);
    for (unsigned m = 0; m < mma.m; ++m) {
      const uint32_t *words = nullptr;
      for (unsigned copy = operandACopies(mma); copy-- > 0;) {
        TmemCell cell = operandACell(mma, m, copy);
        words = readTmem(task, taskCta(cell.cta), at.lane + cell.lane,
                         at.column, 8);
      }
      buffer.setRowA(m, words);
    }
  }
  if (mma.op.isScaled())
    readMmaScales(task, buffer);
}

/// One scale factor: all copies of its cell must hold the same.
uint8_t Cta::readScale(const Tcgen05Task &task, Cta &owner, bool isA,
                       unsigned index, unsigned j) {
  TmemAddress at(isA ? task.scaleA : task.scaleB);
  ScaleCell cell = scaleCell(task.mma, isA, index, j);
  uint8_t code = 0;
  for (unsigned lane = cell.lane; lane < cell.lanesEnd; lane += cell.stride) {
    uint32_t word = *readTmem(task, owner, lane, at.column + cell.column, 1);
    uint8_t byte = static_cast<uint8_t>(word >> (8 * cell.byte));
    if (lane == cell.lane)
      code = byte;
    else if (byte != code)
      reportInTask(task, "scale-copies",
                   std::string("the scale of ") + (isA ? "row " : "column ") +
                       std::to_string(index) + " of " + (isA ? "A" : "B") +
                       " is " + hexadecimal(code) + " in lane " +
                       std::to_string(cell.lane) + " of tensor memory and " +
                       hexadecimal(byte) + " in lane " + std::to_string(lane) +
                       "; each quarter of the lanes needs a copy");
  }
  if (task.mma.scaleType == ScaleType::UE4M3 && code >= 0x80)
    reportInTask(task, "operand-bits", "bit 7 of a ue4m3 scale is set");
  return code;
}

void Cta::readMmaScales(const Tcgen05Task &task, OperandBuffer &buffer) {
  const Tcgen05Mma &mma = task.mma;
  for (unsigned j = 0; j < mma.op.scaleVector; ++j) {
    for (unsigned m = 0; m < mma.m; ++m)
      buffer.setScale(
          true, m, j,
          readScale(task, taskCta(m / mma.rowsA()), true, m % mma.rowsA(), j));
    // All of B's are in each CTA.
    for (unsigned c = mma.op.ctas; c-- > 0;)
      for (unsigned n = 0; n < mma.n; ++n)
        buffer.setScale(false, n, j, readScale(task, taskCta(c), false, n, j));
  }
}

void Cta::runTcgen05Mma(const Tcgen05Task &task) {
  const Tcgen05Mma &mma = task.mma;
  OperandBuffer buffer(mma);
  readMmaOperands(task, buffer);
  if (faulted_)
    return;
  Tcgen05Operands operands = buffer.operands();
  TmemAddress at(task.d);
  for (unsigned n = 0; n < mma.n; n += 8) {
    for (unsigned m = 0; m < mma.m; ++m) {
      TmemCell cell = accumulatorCell(mma, m, n);
      cell.lane += at.lane;
      if (task.isDisabled(cell))
        continue;
      Cta &owner = taskCta(cell.cta);
      Tmem &tmem = owner.tcgen05_->tmem;
      unsigned column = at.column + cell.column;
      if (task.accumulate)
        readTmem(task, owner, cell.lane, column, 8);
      multiplyRow(mma, operands, m, n, task.accumulate, task.scaleD,
                  tmem.row(cell.lane) + column);
      std::memset(tmem.written(cell.lane) + column, 1, 8);
    }
  }
  statistics_.multiplyAccumulates += uint64_t(mma.m) * mma.n * mma.k;
}

void Cta::runTmemCopy(const Tcgen05Task &task) {
  const Tcgen05Op &op = task.mma.op;
  TmemCopyShape shape = copyShape(op.shape);
  TmemAddress at(task.d);
  unsigned data = op.unpack == Tcgen05Op::Unpack::None       ? 16
                  : op.unpack == Tcgen05Op::Unpack::B4x16P64 ? 8
                                                             : 12;
  for (unsigned c = 0; c < op.ctas; ++c) {
    Cta &owner = taskCta(c);
    Tmem &tmem = owner.tcgen05_->tmem;
    for (unsigned row = 0; row < shape.rows; ++row) {
      unsigned lanes[4];
      unsigned count = copyLanes(op.shape, row, lanes);
      for (unsigned byte = 0; byte < shape.rowBytes; byte += 16) {
        uint8_t expanded[16];
        expandPacked(op.unpack,
                     readAsyncSource(task, owner,
                                     sharedAddressK(task.a, row, byte), data),
                     expanded);
        unsigned column = at.column + byte / 4;
        for (unsigned i = 0; i < count; ++i) {
          std::memcpy(tmem.row(lanes[i]) + column, expanded, 16);
          std::memset(tmem.written(lanes[i]) + column, 1, 4);
        }
      }
    }
  }
}

/// Rows of 32 bytes of 32 lanes move to the next lane; the first one keeps its
/// value (tcgen05.cp.4x256b fills it).
void Cta::runTmemShift(const Tcgen05Task &task) {
  TmemAddress at(task.d);
  for (unsigned c = 0; c < task.mma.op.ctas; ++c) {
    Tmem &tmem = taskCta(c).tcgen05_->tmem;
    for (unsigned lane = at.lane + 31; lane > at.lane; --lane) {
      std::memcpy(tmem.row(lane) + at.column, tmem.row(lane - 1) + at.column,
                  32);
      std::memcpy(tmem.written(lane) + at.column,
                  tmem.written(lane - 1) + at.column, 8);
    }
  }
}

/// All earlier tasks have executed: arrives at the mbarriers.
void Cta::runTcgen05Commit(const Tcgen05Task &task) {
  uint32_t offset = task.mbarrier & SharedOffsetMask;
  uint32_t ranks =
      task.ranks != 0 ? task.ranks : 1u << (task.mbarrier >> SharedRankShift);
  for (uint32_t rank = 0; rank < cluster_.size(); ++rank) {
    if (!((ranks >> rank) & 1))
      continue;
    MBarrier &barrier = cluster_.cta(rank).mbarriers_[offset];
    uint64_t phases = barrier.phase();
    if (checker_)
      checker_->mbarrierPublish(rank, offset, task.watched.timeline,
                                task.watched.clock);
    MBarrierError error = barrier.arrive();
    watchPhase(cluster_.cta(rank), offset, barrier, phases);
    if (error == MBarrierError::None)
      continue;
    reportInTask(task, "mbarrier",
                 std::string("tcgen05.commit at shared address ") +
                     hexadecimal((rank << SharedRankShift) | offset) + ": " +
                     describe(error));
    faulted_ = true;
  }
}
