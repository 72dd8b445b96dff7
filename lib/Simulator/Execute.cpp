//===- Execute.cpp - One instruction of some lanes ------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cta.h"

#include <algorithm>

using namespace dgemm::sim;

void Cta::report(const char *kind, const std::string &message, int lane,
                 uint32_t line, int warp) {
  if (!reported_.insert({kind, line}).second ||
      findings_.size() >= context_.options.maxFindings)
    return;
  Finding finding;
  finding.kind = kind;
  finding.message = message;
  finding.kernel = kernel_.name;
  finding.line = line;
  std::copy_n(id_, 3, finding.cta);
  finding.warp = warp;
  finding.lane = lane;
  findings_.push_back(std::move(finding));
}

/// A finding after which the CTA cannot go on.
void Cta::fault(const char *kind, const std::string &message, int lane) {
  report(kind, message, lane, instruction_->line,
         static_cast<int>(warp_->index));
  faulted_ = true;
}

void Cta::block(Wait reason) {
  group_->wait = reason;
  blocked_ = true;
  if (reason == Wait::Converge)
    return;
  counts().waits += waitsSince_ == 0;
  group_->waitsSince = waitsSince_ != 0 ? waitsSince_ : slice_;
}

/// Lanes that others let go on: their instruction is done.
void Cta::endWait(const Warp &warp, Group &group) {
  countExecuted(warp, group.pc);
  statistics_.counts[group.pc].waitSlices += slice_ - group.waitsSince;
  group.waitsSince = 0;
  group.wait = Wait::None;
  ++group.pc;
}

void Cta::countExecuted(const Warp &warp, uint32_t pc) {
  ++executed_;
  ++statistics_.executed[context_.roleOfWarp[warp.index]][pc];
}

/// Aligned instructions need all live lanes of the warp.
bool Cta::converged(uint32_t mask) {
  if (group_->mask != warp_->live) {
    block(Wait::Converge);
    return false;
  }
  if (mask == group_->mask)
    return true;
  fault("divergence", "a predicate excludes some lanes from an instruction "
                      "that all lanes must execute");
  return false;
}

void Cta::branch(uint32_t taken) {
  uint32_t staying = group_->mask & ~taken;
  uint32_t next = group_->pc + 1;
  branched_ = true;
  if (staying == 0) {
    group_->pc = instruction_->target;
    return;
  }
  group_->pc = next;
  group_->mask = staying;
  uint32_t frame = group_->frame;
  if (taken != 0)
    warp_->groups.push_back({instruction_->target, taken, Wait::None, frame});
}

void Cta::endLanes(uint32_t mask) {
  leaveClusterBarrier(mask);
  settleUses(mask);
  warp_->live &= ~mask;
  leaveFrames(*warp_, group_->frame, mask);
  if (checker_)
    checker_->setLive(rank_, warp_->index, warp_->live);
  // Lanes that wait for others may have waited for these.
  for (Group &group : warp_->groups)
    if (group.wait == Wait::Converge)
      group.wait = Wait::None;
  branched_ = true;
  group_->pc += 1;
  group_->mask &= ~mask;
  if (group_->mask == 0)
    warp_->groups.erase(warp_->groups.begin() +
                        (group_ - warp_->groups.data()));
  if (warp_->live != 0)
    return;
  --liveWarps_;
  if (liveWarps_ == 0)
    reportUses();
  freeRegisters_ += warp_->registerCount * 32;
  releaseFromBarriers();
}

void Cta::step(Warp &warp, Group &group) {
  warp_ = &warp;
  group_ = &group;
  blocked_ = false;
  branched_ = false;
  uint32_t pc = group.pc;
  const Instruction &instruction = kernel_.code[pc];
  instruction_ = &instruction;
  waitsSince_ = group.waitsSince;
  group.waitsSince = 0;
  enterFrame(warp, group.frame);
  uint32_t mask = group.mask;
  if (instruction.guard.kind == Operand::Kind::Register) {
    uint32_t predicate = fetchPredicate(instruction.guard);
    if (uint32_t poison = mask & ~definedLanes(instruction.guard)) {
      report("undefined-register", "the guard is not defined",
             __builtin_ctz(poison), instruction.line,
             static_cast<int>(warp.index));
    }
    mask &= predicate;
  }
  if (mask != 0) {
    if (warp.wgmma)
      noteRegisterAccesses(*warp.wgmma);
    if (tcgen05_)
      checkTmemLoads(mask);
    if (checker_ && checker_->loadsInFlight(rank_, warp.index))
      watchUses();
    execute(mask);
  }
  if (blocked_ || faulted_)
    return;
  countExecuted(warp, pc);
  if (waitsSince_ != 0)
    statistics_.counts[pc].waitSlices += slice_ - waitsSince_;
  if (!branched_)
    ++group_->pc;
}

void Cta::execute(uint32_t mask) {
  if (instruction_->has(FlagAligned)) {
    if (!converged(mask))
      return;
    // All lanes are here, so each has issued what comes before.
    if (checker_)
      checker_->sync(site(), mask);
  }
  switch (instruction_->op) {
  case Op::Nop:
    return;
  case Op::Fence:
    return executeFence(mask);
  case Op::Bra:
    return branch(mask);
  case Op::BraTable:
    return executeBranchTable(mask);
  case Op::Call:
    return executeCall(mask);
  case Op::Return:
    return executeReturn(mask);
  case Op::Exit:
    return endLanes(mask);
  case Op::Trap:
    return fault("trap", "the kernel executed trap", __builtin_ctz(mask));
  case Op::Mov:
    return executeMove(mask);
  case Op::Cvt:
    return executeConvert(mask);
  case Op::Set:
  case Op::Setp:
    return executeSet(mask);
  case Op::CvtPack:
    return executeConvertPack(mask);
  case Op::Testp:
    return executeTestClass(mask);
  case Op::Selp:
  case Op::Slct:
    return executeSelect(mask);
  case Op::Cvta:
  case Op::Isspacep:
    return executeAddressOf(mask);
  case Op::Ld:
    return executeLoad(mask);
  case Op::St:
    return executeStore(mask);
  case Op::Atom:
  case Op::Red:
    return executeAtomic(mask);
  case Op::Shfl:
    return executeShuffle(mask);
  case Op::Vote:
    return executeVote(mask);
  case Op::Redux:
    return executeRedux(mask);
  case Op::Match:
    return executeMatch(mask);
  case Op::Elect:
    return executeElect(mask);
  case Op::Activemask: {
    Lanes value;
    std::fill_n(value.v, 32, mask);
    return write(operand(0), value, mask);
  }
  case Op::WarpSync:
    membersHere(operand(0), mask);
    return;
  case Op::BarSync:
  case Op::BarArrive:
  case Op::BarRed:
    return executeBarrier(mask);
  case Op::SetMaxNReg:
    return executeSetMaxNReg();
  case Op::ClusterArrive:
    return executeClusterArrive(mask);
  case Op::ClusterWait:
    return executeClusterWait(mask);
  case Op::MapA:
    return executeMapA(mask);
  case Op::GetCtaRank:
    return executeGetCtaRank(mask);
  case Op::AsyncStore:
  case Op::AsyncReduce:
    return executeAsyncStore(mask);
  case Op::MBarInit:
  case Op::MBarInval:
  case Op::MBarArrive:
  case Op::MBarExpectTx:
  case Op::MBarCompleteTx:
    return executeMBarrier(mask);
  case Op::MBarTryWait:
  case Op::MBarTestWait:
    return executeMBarrierWait(mask);
  case Op::MBarPending:
    return executePendingCount(mask);
  case Op::BulkCopy:
    return executeBulkCopy(mask);
  case Op::SmallCopy:
    return executeSmallCopy(mask);
  case Op::SmallCommit:
    for (uint32_t lane = 0; lane < 32; ++lane)
      smallCommits_[warp_->index * 32 + lane] += (mask >> lane) & 1;
    if (checker_)
      checker_->commitCpAsync(site(), mask);
    return;
  case Op::SmallWait:
    return executeSmallWait(mask);
  case Op::SmallArrive:
    return executeSmallArrive(mask);
  case Op::MapReplace:
    return executeMapReplace(mask);
  case Op::MapCopyFence:
    return executeMapCopyFence(mask);
  case Op::MapFence:
    return executeMapFence(mask);
  case Op::MapPrefetch:
    return executeMapPrefetch(mask);
  case Op::CacheHint:
    return executeCacheHint(mask);
  case Op::CachePolicy:
    return executeCachePolicy(mask);
  case Op::BulkCommit:
    for (uint32_t lane = 0; lane < 32; ++lane)
      bulkCommits_[warp_->index * 32 + lane] += (mask >> lane) & 1;
    return;
  case Op::BulkWait:
    return executeBulkWait(mask);
  case Op::LdMatrix:
  case Op::StMatrix:
    return executeMatrixMove(mask);
  case Op::Mma:
    return executeMma(mask);
  case Op::Wgmma:
  case Op::WgmmaFence:
  case Op::WgmmaCommit:
  case Op::WgmmaWait:
    return executeWgmma();
  case Op::TcAlloc:
  case Op::TcDealloc:
  case Op::TcRelinquish:
  case Op::TcMma:
  case Op::TcMmaWs:
  case Op::TcCopy:
  case Op::TcShift:
  case Op::TcCommit:
  case Op::TcLoad:
  case Op::TcStore:
  case Op::TcWaitLoad:
  case Op::TcWaitStore:
  case Op::TcFenceBefore:
  case Op::TcFenceAfter:
    return executeTcgen05(mask);
  default:
    break;
  }
  switch (instruction_->type) {
  case Type::F32:
    return executeFloat<float>(mask);
  case Type::F64:
    return executeFloat<double>(mask);
  case Type::F32x2:
    return executeFloatPair(mask);
  case Type::F16:
  case Type::BF16:
  case Type::F16x2:
  case Type::BF16x2:
    return executeHalf(mask);
  default:
    break;
  }
  bool pair =
      instruction_->type == Type::U16x2 || instruction_->type == Type::S16x2;
  if (pair ? !executeIntegerSpecial(mask)
           : !executeInteger(mask) && !executeIntegerSpecial(mask))
    fault("unsupported",
          describeUnsupported(context_.program.opcodes[instruction_->text]));
}
