//===- SelectSchedule.cpp - Choose how each problem is computed -----------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Schedule/CostModel.h"
#include "dgemm/Schedule/InstructionPolicy.h"
#include "dgemm/Schedule/Legality.h"
#include "dgemm/Schedule/Passes.h"
#include "dgemm/Target/Targets.h"

#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace dgemm {
#define GEN_PASS_DEF_SELECTSCHEDULE
#include "dgemm/Schedule/Passes.h.inc"
} // namespace dgemm

using namespace mlir;
using namespace dgemm;
using namespace dgemm::schedule;
using dgk::DGKDialect;
using dgk::ScheduleAttr;
using dgk::TargetAttr;

static std::string getTileText(ScheduleAttr schedule) {
  return llvm::formatv("{0}x{1}x{2}", schedule.getTileM(), schedule.getTileN(),
                       schedule.getTileK());
}

static double toMicroseconds(double nanoseconds) { return nanoseconds / 1000; }

/// What sets a schedule apart besides its tile and stages.
static void addForm(remark::detail::InFlightRemark &remark,
                    ScheduleAttr schedule) {
  if (schedule.getSplitK() > 1)
    remark << remark::metric("SplitK", schedule.getSplitK());
  if (schedule.getSwapAb())
    remark << remark::metric("SwapAb", true);
  if (schedule.getClusterSize() > 1)
    remark << remark::metric("Cluster", schedule.getClusterSize());
}

/// What the schedule takes of an SM. Kernels have as many CTAs as there are SMs
/// or their shared memory lets no second one in: its warps are all there are.
static void addResources(remark::detail::InFlightRemark &remark,
                         const DenseProblem &problem, TargetAttr target,
                         ScheduleAttr schedule) {
  DenseProblem oriented = orient(problem, schedule.getSwapAb());
  int64_t warps = schedule.getThreads() / 32;
  int64_t most = target.getLimits().getWarpsPerSm();
  remark << remark::metric("Stages", schedule.getStages())
         << remark::metric("SharedBytes",
                           getSharedMemoryUse(oriented, schedule).total())
         << remark::metric("EstimatedRegisters",
                           getPolicy(schedule.getMatrixInstruction())
                               .estimateMathRegisters(oriented, schedule))
         << remark::metric(
                "Occupancy",
                llvm::formatv("{0} of {1} warps", warps, most).str());
}

/// A remark belongs to the function around the op.
static remark::RemarkOpts getRemark(Operation *op, StringRef name) {
  auto function = op->getParentOfType<FunctionOpInterface>();
  return remark::RemarkOpts::name(name)
      .category("dgemm-select-schedule")
      .function(function ? function.getName() : StringRef());
}

namespace {

class SelectSchedulePass
    : public dgemm::impl::SelectScheduleBase<SelectSchedulePass> {
  using Base::Base;

  LogicalResult initialize(MLIRContext *context) override {
    for (auto [name, extent] :
         {std::pair("m", m.getValue()), std::pair("n", n.getValue()),
          std::pair("k", k.getValue())})
      if (extent < 1)
        return emitError(UnknownLoc::get(context))
               << "option " << name << " of dgemm-select-schedule is " << extent
               << ", expected at least 1";
    return success();
  }

  void runOnOperation() override {
    LogicalResult result = success();
    // All ops are tried, so that one run shows every problem.
    getOperation()->walk([&](ProblemOpInterface op) {
      if (succeeded(select(op)))
        return;
      ++numRejected;
      result = failure();
    });
    if (failed(result))
      signalPassFailure();
  }

  LogicalResult select(ProblemOpInterface op);
  LogicalResult keep(Operation *op, const DenseProblem &problem,
                     TargetAttr target, ScheduleAttr schedule);
  LogicalResult search(Operation *op, const DenseProblem &problem,
                       TargetAttr target);
  /// The op's target, else the one of the option; null after a diagnostic.
  TargetAttr getTarget(Operation *op);
  void report(Operation *op, const Candidate &candidate);
  void reportSlowForms(Operation *op, const DenseProblem &problem,
                       ScheduleAttr schedule);
  void countDeclined(const Candidate &candidate);
};

} // namespace

TargetAttr SelectSchedulePass::getTarget(Operation *op) {
  // The kernel dialect verifies the types of its attributes.
  if (auto given = op->getAttrOfType<TargetAttr>(DGKDialect::kTargetAttrName))
    return given;
  if (TargetAttr known = dgk::lookupTarget(&getContext(), target))
    return known;
  InFlightDiagnostic error = op->emitOpError() << "[select-c1] ";
  if (target.empty())
    error << "no target given";
  else
    error << "unknown target '" << target << "'";
  error << ", expected one of ";
  llvm::interleaveComma(dgk::getKnownChips(), error);
  error << "; set --dgemm-select-schedule=target=NAME";
  return {};
}

LogicalResult SelectSchedulePass::select(ProblemOpInterface op) {
  TargetAttr chip = getTarget(op);
  if (!chip)
    return failure();
  FailureOr<DenseProblem> problem = analyze(op, chip, {m, n, k});
  if (failed(problem))
    return failure();
  if (auto given =
          op->getAttrOfType<ScheduleAttr>(DGKDialect::kScheduleAttrName))
    return keep(op, *problem, chip, given);
  return search(op, *problem, chip);
}

LogicalResult SelectSchedulePass::keep(Operation *op,
                                       const DenseProblem &problem,
                                       TargetAttr target,
                                       ScheduleAttr schedule) {
  if (std::optional<Violation> violation =
          checkSchedule(problem, target, schedule))
    return op->emitOpError()
           << "[" << violation->getRule() << "] " << violation->text;
  op->setDiscardableAttr(DGKDialect::kTargetAttrName, target);
  ++numKept;
  Prediction prediction = predict(problem, target, schedule);
  auto remark = remark::passed(op->getLoc(), getRemark(op, "ScheduleKept"));
  remark << remark::metric("Tile", getTileText(schedule))
         << remark::metric("PredictedMicroseconds",
                           toMicroseconds(prediction.total));
  addForm(remark, schedule);
  addResources(remark, problem, target, schedule);
  reportSlowForms(op, problem, schedule);
  return success();
}

LogicalResult SelectSchedulePass::search(Operation *op,
                                         const DenseProblem &problem,
                                         TargetAttr target) {
  SmallVector<Candidate> candidates = getCandidates(problem, target);
  numCandidates += candidates.size();
  for (const Candidate &candidate : candidates)
    countDeclined(candidate);
  const Candidate *chosen = choose(candidates);
  if (!chosen) {
    // Candidates begin with the smallest tile; `analyze` made sure of one.
    const Candidate &smallest = candidates.front();
    return op->emitOpError()
           << "[" << smallest.violation->getRule() << "] none of "
           << candidates.size() << " schedules fits " << target.getChip()
           << "; the smallest, tile " << getTileText(smallest.schedule) << ": "
           << smallest.violation->text;
  }
  op->setDiscardableAttr(DGKDialect::kTargetAttrName, target);
  op->setDiscardableAttr(DGKDialect::kScheduleAttrName, chosen->schedule);
  ++numChosen;
  for (const Candidate &candidate : candidates)
    if (&candidate != chosen)
      report(op, candidate);
  auto remark = remark::passed(op->getLoc(), getRemark(op, "ScheduleChosen"));
  remark << remark::metric("Tile", getTileText(chosen->schedule))
         << remark::metric("Waves", chosen->prediction.waves)
         << remark::metric("PredictedMicroseconds",
                           toMicroseconds(chosen->prediction.total));
  addForm(remark, chosen->schedule);
  addResources(remark, problem, target, chosen->schedule);
  reportSlowForms(op, problem, chosen->schedule);
  return success();
}

void SelectSchedulePass::countDeclined(const Candidate &candidate) {
  if (!candidate.violation) {
    numUnprofitable += !candidate.declined.empty();
    return;
  }
  switch (candidate.violation->limit) {
  case Limit::SharedMemory:
    ++numOverSharedMemory;
    return;
  case Limit::Registers:
  case Limit::RegisterFile:
    ++numOverRegisters;
    return;
  default:
    ++numOverOther;
    return;
  }
}

void SelectSchedulePass::report(Operation *op, const Candidate &candidate) {
  ScheduleAttr schedule = candidate.schedule;
  if (candidate.isEligible()) {
    auto remark =
        remark::analysis(op->getLoc(), getRemark(op, "CandidateSlower"));
    remark << remark::metric("Tile", getTileText(schedule))
           << remark::metric("Stages", schedule.getStages())
           << remark::metric("PredictedMicroseconds",
                             toMicroseconds(candidate.prediction.total));
    addForm(remark, schedule);
    return;
  }
  const std::optional<Violation> &violation = candidate.violation;
  auto remark =
      remark::missed(op->getLoc(), getRemark(op, "CandidateDeclined"));
  remark << remark::metric("Tile", getTileText(schedule))
         << remark::metric(
                "Limit", violation
                             ? dgemm::schedule::getName(violation->limit).str()
                             : "profitability")
         << remark::reason("{0}",
                           violation ? violation->text : candidate.declined);
  addForm(remark, schedule);
}

/// What the call itself rules out, whatever the tile.
void SelectSchedulePass::reportSlowForms(Operation *op,
                                         const DenseProblem &problem,
                                         ScheduleAttr schedule) {
  auto missed = [&](StringRef name, const Twine &reason) {
    remark::missed(op->getLoc(), getRemark(op, name))
        << remark::reason("{0}", reason.str());
  };
  if (!problem.dIsTmaAligned && !schedule.getSwapAb())
    missed("StoresByAddress",
           "TMA stores need rows of d at a known distance that is a multiple "
           "of 16 bytes, and heads of whole 128 bytes; pad the rows and give "
           "their stride in the type of d");
  auto turns = [](Type type, bool isKMajor) {
    return !isKMajor && dgk::getElementBits(type) == 8;
  };
  bool turnsB = schedule.getSwapAb() ? turns(problem.aType, problem.isAKMajor)
                                     : turns(problem.bType, problem.isBKMajor);
  if (turnsB && !schedule.getMatrixInstruction().readsShared())
    missed("OperandTurned",
           llvm::Twine(schedule.getSwapAb() ? "a" : "b") +
               " does not lie along K: its bytes are turned in registers, one "
               "operation for two matrix instructions; a K-major operand needs "
               "none");
}
