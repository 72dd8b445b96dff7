//===- ExecTcgen05Watch.cpp - Accesses to tensor memory, as the checker sees
//--===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cluster.h"
#include "Tcgen05Unit.h"

using namespace dgemm::sim;
using Kind = TmemShadow::Kind;

/// Part of the access whose event was begun.
void Cta::watchTmemArea(Cta &owner, uint32_t groups, uint32_t column,
                        uint32_t columns, bool write, int lane) {
  std::string problem =
      owner.tcgen05_->shadow.check(*checker_, {groups, column, columns}, write);
  if (!problem.empty())
    report("tmem-race", problem, lane, instruction_->line,
           static_cast<int>(warp_->index));
}

/// A ld or st of the warp. `split`: two halves, `second` columns apart.
void Cta::watchTmemMove(const TmemAddress &at, const Tcgen05Op &op,
                        int64_t second, bool split, uint32_t lane) {
  if (!checker_)
    return;
  bool store = instruction_->op == Op::TcStore;
  TmemShadow::Event event;
  event.kind = store ? Kind::Store : Kind::Load;
  event.site = site();
  event.lane = lane;
  event.issued = checker_->now(event.site, lane);
  tcgen05_->shadow.begin(event);
  uint32_t groups = laneCount(op.shape) == 32 ? 3u : 1u;
  int where = static_cast<int>(lane);
  watchTmemArea(*this, groups << (at.lane / 16), at.column, columnCount(op),
                store, where);
  if (split)
    watchTmemArea(*this, groups << (at.lane / 16),
                  static_cast<uint32_t>(at.column + second), columnCount(op),
                  store, where);
}

/// tcgen05.wait: the accesses of the warp have happened.
void Cta::endTmemAccesses(bool loads) {
  if (!checker_)
    return;
  uint32_t lane = static_cast<uint32_t>(__builtin_ctz(group_->mask));
  tcgen05_->shadow.end(loads ? Kind::Load : Kind::Store, warp_->index,
                       checker_->now(site(), lane));
}

/// Groups of 16 lanes that hold rows of D or A.
static uint32_t rowGroups(const Tcgen05Task &task, uint32_t lane, unsigned cta,
                          bool masked) {
  const Tcgen05Mma &mma = task.mma;
  bool halves =
      !mma.usesAllLanes() && mma.op.ctas == 1 && !mma.op.weightStationary;
  uint32_t groups = halves ? 0x55u << (lane / 16) : 0xFFu;
  for (uint32_t group = 0; group < 8 && masked; ++group) {
    uint32_t bit = 128 * cta + 16 * group;
    uint32_t disabled = task.disabled[bit / 32] >> (bit % 32) & 0xFFFF;
    if (disabled == 0xFFFF)
      groups &= ~(1u << group);
  }
  return groups;
}

/// An mma, cp or shift, at its issue.
void Cta::watchTmemTask(const Tcgen05Task &task) {
  if (!checker_ || task.kind == Tcgen05Task::Kind::Commit)
    return;
  const Tcgen05Mma &mma = task.mma;
  TmemAddress d(task.d), a(task.tensorA), sfa(task.scaleA), sfb(task.scaleB);
  TmemShadow::Event event;
  event.kind = task.kind == Tcgen05Task::Kind::Mma    ? Kind::Mma
               : task.kind == Tcgen05Task::Kind::Copy ? Kind::Copy
                                                      : Kind::Shift;
  event.site = site();
  event.lane = task.lane;
  event.issued = checker_->now(event.site, task.lane);
  event.done = checker_->moment(task.watched);
  event.shape = uint64_t(task.d) << 32 | mma.m << 16 | mma.n << 4 |
                unsigned(mma.accumulator) << 1 | mma.op.weightStationary;
  int where = static_cast<int>(task.lane);
  for (unsigned c = 0; c < mma.op.ctas; ++c) {
    Cta &owner = taskCta(c);
    owner.tcgen05_->shadow.begin(event);
    auto watch = [&](uint32_t groups, uint32_t column, uint32_t columns,
                     bool write) {
      watchTmemArea(owner, groups, column, columns, write, where);
    };
    if (event.kind == Kind::Copy) {
      bool single = mma.op.shape == Tcgen05Op::Shape::C4x256b;
      watch(single ? 0x55u : 0xFFu, d.column,
            copyShape(mma.op.shape).rowBytes / 4, true);
      continue;
    }
    if (event.kind == Kind::Shift) {
      watch(3u << (d.lane / 16), d.column, 8, true);
      continue;
    }
    if (mma.op.tensorA)
      watch(rowGroups(task, a.lane, c, false), a.column, 8, false);
    if (mma.op.isScaled()) {
      bool split = mma.op.ctas == 2 && mma.m == 128;
      watch(0xFF, sfa.column, (mma.rowsA() + 31) / 32, false);
      watch(0xFF, sfb.column, ((split ? mma.n / 2 : mma.n) + 31) / 32, false);
    }
    watch(rowGroups(task, d.lane, c, true), d.column, mma.accumulatorColumns(),
          true);
  }
}
