//===- SelectSchedule.cpp - Choose how each problem is computed -----------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Schedule/CostModel.h"
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
  void report(Operation *op, const Candidate &candidate,
              const Candidate &chosen);
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
  remark::passed(op->getLoc(), getRemark(op, "ScheduleKept"))
      << remark::metric("Tile", getTileText(schedule))
      << remark::metric("PredictedMicroseconds",
                        toMicroseconds(prediction.total));
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
    report(op, candidate, *chosen);
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

void SelectSchedulePass::report(Operation *op, const Candidate &candidate,
                                const Candidate &chosen) {
  ScheduleAttr schedule = candidate.schedule;
  double microseconds = toMicroseconds(candidate.prediction.total);
  if (&candidate == &chosen) {
    remark::passed(op->getLoc(), getRemark(op, "ScheduleChosen"))
        << remark::metric("Tile", getTileText(schedule))
        << remark::metric("Stages", schedule.getStages())
        << remark::metric("Waves", candidate.prediction.waves)
        << remark::metric("PredictedMicroseconds", microseconds);
    return;
  }
  if (candidate.isEligible()) {
    remark::analysis(op->getLoc(), getRemark(op, "CandidateSlower"))
        << remark::metric("Tile", getTileText(schedule))
        << remark::metric("Stages", schedule.getStages())
        << remark::metric("PredictedMicroseconds", microseconds);
    return;
  }
  remark::missed(op->getLoc(), getRemark(op, "CandidateDeclined"))
      << remark::metric("Tile", getTileText(schedule))
      << remark::metric(
             "Limit",
             candidate.violation
                 ? dgemm::schedule::getName(candidate.violation->limit).str()
                 : "profitability")
      << remark::reason("{0}", candidate.violation ? candidate.violation->text
                                                   : candidate.declined);
}
