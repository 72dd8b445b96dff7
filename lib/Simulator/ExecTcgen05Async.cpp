//===- ExecTcgen05Async.cpp - tcgen05.mma, cp, shift, commit --------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A thread issues; the tensor core executes later (ExecTcgen05Run.cpp), in the
// order of issue. What an instruction says is checked here, at its issue.
//
//===----------------------------------------------------------------------===//

#include "Cluster.h"
#include "Tcgen05Unit.h"

#include <algorithm>

using namespace dgemm::sim;
using Kind = Tcgen05Task::Kind;

void Cta::issueTcgen05(uint32_t mask) {
  for (uint32_t i = 0; i < numOperands(); ++i)
    if (!isUniformlyDefined(operand(i), mask, "an operand"))
      return fault("undefined-address",
                   "a tcgen05 instruction needs defined operands");
  for (uint32_t lane = 0; lane < 32 && !faulted_; ++lane) {
    if (!((mask >> lane) & 1))
      continue;
    Tcgen05Task task;
    task.line = instruction_->line;
    task.warp = warp_->index;
    task.lane = lane;
    task.mma.op = kernel_.tcgen05[instruction_->descriptor];
    if (checker_)
      task.watched = checker_->beginTensor(site(), lane);
    bool good = false;
    switch (instruction_->op) {
    case Op::TcCopy:
      good = issueTmemCopy(task);
      break;
    case Op::TcShift:
      good = issueTmemShift(task);
      break;
    case Op::TcCommit:
      good = issueTcgen05Commit(task);
      break;
    default:
      good = issueTcgen05Mma(task);
      break;
    }
    if (!good)
      return;
    watchTmemTask(task);
    tcgen05_->tasks.push_back(std::move(task));
  }
}

uint64_t Cta::laneValue(uint32_t index, uint32_t lane) const {
  Lanes lanes;
  if (operand(index).kind == Operand::Kind::Address)
    addresses(operand(index), lanes);
  else
    fetch(operand(index), Type::U64, lanes);
  return lanes[lane];
}

/// Decodes a shared-memory descriptor of the lane. False after a fault.
bool Cta::sharedDescriptor(uint32_t index, uint32_t lane,
                           MatrixDescriptor &out) {
  Expected<MatrixDescriptor> descriptor =
      decodeSharedDescriptor(laneValue(index, lane));
  if (descriptor) {
    out = *descriptor;
    return true;
  }
  fault("mma-descriptor", descriptor.message(), static_cast<int>(lane));
  return false;
}

bool Cta::issueTcgen05Mma(Tcgen05Task &task) {
  const Tcgen05Op &op = task.mma.op;
  uint32_t lane = task.lane;
  int where = static_cast<int>(lane);
  Expected<Tcgen05Mma> mma = decodeInstructionDescriptor(
      static_cast<uint32_t>(laneValue(3, lane)), op);
  if (!mma) {
    fault("mma-descriptor", mma.message(), where);
    return false;
  }
  task.mma = *mma;
  task.d = static_cast<uint32_t>(laneValue(0, lane));
  if (op.tensorA)
    task.tensorA = static_cast<uint32_t>(laneValue(1, lane));
  else if (!sharedDescriptor(1, lane, task.a))
    return false;
  if (!sharedDescriptor(2, lane, task.b))
    return false;
  uint32_t next = 4;
  if (op.isScaled()) {
    task.scaleA = static_cast<uint32_t>(laneValue(next++, lane));
    task.scaleB = static_cast<uint32_t>(laneValue(next++, lane));
  }
  if (operand(next).kind == Operand::Kind::Vector) {
    const Operand &mask = operand(next++);
    for (uint32_t i = 0; i < mask.count; ++i) {
      Lanes lanes;
      fetch(element(mask, i), Type::U32, lanes);
      task.disabled[i] = static_cast<uint32_t>(lanes[lane]);
    }
  }
  task.accumulate = (fetchPredicate(operand(next++)) >> lane) & 1;
  if (next < numOperands() && op.weightStationary)
    task.zeroColumns = laneValue(next, lane);
  else if (next < numOperands())
    task.scaleD = static_cast<uint32_t>(operand(next).value);
  return checkMmaTask(task);
}

/// What an mma asks of tensor memory: lanes and allocated columns.
bool Cta::checkMmaTask(const Tcgen05Task &task) {
  const Tcgen05Mma &mma = task.mma;
  int where = static_cast<int>(task.lane);
  auto bad = [&](const char *kind, const std::string &message) {
    fault(kind, message, where);
    return false;
  };
  Status layout = checkOperandLayout(mma, false, task.b);
  if (layout.ok() && !mma.op.tensorA)
    layout = checkOperandLayout(mma, true, task.a);
  if (!layout.ok())
    return bad("mma-descriptor", layout.message());
  if (task.zeroColumns != 0)
    return bad("unsupported", "a zero-column mask of tcgen05.mma.ws");
  if (mma.op.weightStationary && mma.op.tensorA && mma.m != 128)
    return bad("unsupported",
               "tcgen05.mma.ws with A in tensor memory and M = " +
                   std::to_string(mma.m));
  Cta *peer = mma.op.ctas == 2 ? pairCta() : this;
  if (!peer)
    return false;
  // Rows that take 16 lanes of each quarter may take the other 16.
  bool halves =
      !mma.usesAllLanes() && mma.op.ctas == 1 && !mma.op.weightStationary;
  auto lanesFit = [&](uint32_t lane) {
    return lane == 0 || (halves && lane == 16);
  };
  struct Range {
    const char *what;
    TmemAddress at;
    uint32_t columns;
    bool used;
    bool scales;
  };
  auto scaleColumns = [](unsigned count) { return (count + 31) / 32; };
  unsigned columns = mma.op.ctas == 2 && mma.m == 128 ? mma.n / 2 : mma.n;
  const Range ranges[] = {
      {"D of tcgen05.mma", TmemAddress(task.d), mma.accumulatorColumns(), true,
       false},
      {"A of tcgen05.mma", TmemAddress(task.tensorA), 8, mma.op.tensorA, false},
      {"the scales of A", TmemAddress(task.scaleA), scaleColumns(mma.rowsA()),
       mma.op.isScaled(), true},
      {"the scales of B", TmemAddress(task.scaleB), scaleColumns(columns),
       mma.op.isScaled(), true}};
  for (const Range &range : ranges) {
    if (!range.used)
      continue;
    if (range.scales ? range.at.lane != 0 : !lanesFit(range.at.lane))
      return bad("tmem-lane", std::string("the address of ") + range.what +
                                  " has lane " + std::to_string(range.at.lane) +
                                  ", expected 0" +
                                  (halves && !range.scales ? " or 16" : ""));
    for (Cta *cta : {this, peer})
      if (!checkTmemColumns(cta->tcgen05_->tmem.allocator, range.at.column,
                            range.columns, range.what))
        return false;
  }
  return checkMmaShared(task);
}

/// Bounds and proxies of the operands in shared memory.
bool Cta::checkMmaShared(const Tcgen05Task &task) {
  for (unsigned c = 0; c < task.mma.op.ctas; ++c) {
    Cta &owner = taskCta(c);
    for (bool isA : {true, false}) {
      if (isA && task.mma.op.tensorA)
        continue;
      for (uint32_t at : operandPieces(task.mma, isA, isA ? task.a : task.b))
        if (!checkAsyncSource(owner, at, task))
          return false;
    }
  }
  return true;
}

/// 16 bytes of shared memory that the tensor core will read.
bool Cta::checkAsyncSource(Cta &owner, uint32_t at, const Tcgen05Task &task) {
  uint8_t *written = nullptr;
  if (!resolveShared(owner.sharedWindow() + at, 16, task.lane, /*write=*/false,
                     written, /*remote=*/true))
    return false;
  if (checker_)
    checker_->asyncRead(task.watched, owner.rank_, at, 16);
  return true;
}

bool Cta::issueTmemCopy(Tcgen05Task &task) {
  task.kind = Kind::Copy;
  const Tcgen05Op &op = task.mma.op;
  task.d = static_cast<uint32_t>(laneValue(0, task.lane));
  if (!sharedDescriptor(1, task.lane, task.a))
    return false;
  Cta *peer = op.ctas == 2 ? pairCta() : this;
  if (!peer)
    return false;
  TmemAddress at(task.d);
  TmemCopyShape shape = copyShape(op.shape);
  if (at.lane != 0) {
    fault("tmem-lane",
          "the address of tcgen05.cp has lane " + std::to_string(at.lane) +
              ", expected 0",
          static_cast<int>(task.lane));
    return false;
  }
  for (Cta *cta : {this, peer})
    if (!checkTmemColumns(cta->tcgen05_->tmem.allocator, at.column,
                          shape.rowBytes / 4, "tcgen05.cp"))
      return false;
  for (unsigned c = 0; c < op.ctas; ++c)
    for (unsigned row = 0; row < shape.rows; ++row)
      for (unsigned byte = 0; byte < shape.rowBytes; byte += 16)
        if (!checkAsyncSource(taskCta(c), sharedAddressK(task.a, row, byte),
                              task))
          return false;
  return true;
}

bool Cta::issueTmemShift(Tcgen05Task &task) {
  task.kind = Kind::Shift;
  task.d = static_cast<uint32_t>(laneValue(0, task.lane));
  TmemAddress at(task.d);
  if (at.lane % 32 != 0 || at.lane >= Tmem::lanes) {
    fault("tmem-lane",
          "the address of tcgen05.shift has lane " + std::to_string(at.lane) +
              ", expected a multiple of 32 below 128",
          static_cast<int>(task.lane));
    return false;
  }
  Cta *peer = task.mma.op.ctas == 2 ? pairCta() : this;
  if (!peer)
    return false;
  for (Cta *cta : {this, peer})
    if (!checkTmemColumns(cta->tcgen05_->tmem.allocator, at.column, 8,
                          "tcgen05.shift"))
      return false;
  return true;
}

bool Cta::issueTcgen05Commit(Tcgen05Task &task) {
  task.kind = Kind::Commit;
  uint64_t address = laneValue(0, task.lane);
  int where = static_cast<int>(task.lane);
  if (!findMBarrier(address, task.lane, /*remote=*/true))
    return false;
  sharedAddress(address);
  task.mbarrier = static_cast<uint32_t>(address);
  task.ranks = 0;
  if (!task.mma.op.multicast) {
    watchCommit(task);
    return true;
  }
  task.ranks = static_cast<uint32_t>(laneValue(1, task.lane)) & 0xFFFF;
  if (task.ranks != 0 && task.ranks >> cluster_.size() == 0) {
    watchCommit(task);
    return true;
  }
  fault("multicast",
        "mask " + hexadecimal(task.ranks) +
            " must name CTA ranks below the cluster's size of " +
            std::to_string(cluster_.size()),
        where);
  return false;
}

/// The arrivals of a commit will publish what the thread issued before it.
void Cta::watchCommit(Tcgen05Task &task) {
  if (!checker_)
    return;
  uint32_t offset = task.mbarrier & SharedOffsetMask;
  uint32_t ranks =
      task.ranks != 0 ? task.ranks : 1u << (task.mbarrier >> SharedRankShift);
  for (uint32_t rank = 0; rank < cluster_.size(); ++rank)
    if ((ranks >> rank) & 1)
      checker_->commitTensor(site(), task.lane, rank, offset);
}

/// A task of the CTA or its pair that touches these columns.
const Tcgen05Task *Cta::findTaskOn(uint32_t first, uint32_t count) {
  for (uint32_t rank = 0; rank < cluster_.size(); ++rank) {
    Cta &issuer = cluster_.cta(rank);
    for (const Tcgen05Task &task : issuer.tcgen05_->tasks) {
      bool reaches =
          &issuer == this || (task.mma.op.ctas == 2 && (rank ^ 1u) == rank_);
      if (!reaches || task.kind == Kind::Commit)
        continue;
      uint32_t column = TmemAddress(task.d).column;
      uint32_t width =
          task.kind == Kind::Mma ? task.mma.accumulatorColumns() : 8;
      if (column < first + count && first < column + width)
        return &task;
    }
  }
  return nullptr;
}
