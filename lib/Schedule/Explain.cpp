//===- Explain.cpp - Why a problem gets its schedule ----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Schedule/Explain.h"

#include "dgemm/Schedule/InstructionPolicy.h"
#include "dgemm/Target/Targets.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace dgemm;
using namespace dgemm::schedule;
using dgk::ScheduleAttr;
using llvm::formatv;

//===----------------------------------------------------------------------===//
// Search
//===----------------------------------------------------------------------===//

FailureOr<Explanation>
dgemm::schedule::explain(ProblemOpInterface op, dgk::TargetAttr target,
                         const ExpectedExtents &expected) {
  FailureOr<DenseProblem> problem = analyze(op, target, expected);
  if (failed(problem))
    return failure();
  Explanation out;
  out.problem = *problem;
  out.target = target;
  if (auto given =
          op->getAttrOfType<ScheduleAttr>(dgk::DGKDialect::kScheduleAttrName)) {
    Candidate candidate;
    candidate.schedule = given;
    candidate.violation = checkSchedule(*problem, target, given);
    // Of a kind that the target lacks it would take forever.
    if (dgk::getOperationsPerCycle(target, given.getMatrixInstruction()) > 0)
      candidate.prediction = predict(*problem, target, given);
    out.isGiven = true;
    if (!candidate.violation)
      out.chosen = 0;
    out.candidates.push_back(std::move(candidate));
    return out;
  }
  out.candidates = getCandidates(*problem, target);
  if (const Candidate *chosen = choose(out.candidates))
    out.chosen = chosen - out.candidates.begin();
  return out;
}

Utilisation dgemm::schedule::getUtilisation(const DenseProblem &problem,
                                            dgk::TargetAttr target,
                                            const Prediction &prediction) {
  double m = problem.m, n = problem.n, k = problem.k;
  Utilisation out;
  // Without rows, columns or K there may be nothing to do.
  if (prediction.total == 0)
    return out;
  // Operations per nanosecond are 10^9 a second.
  out.tflops = 2 * m * n * k / prediction.total / 1000;
  out.gigabytes = getMemoryBytes(problem) / prediction.total;
  out.ofPeak =
      out.tflops / dgk::getTflops(target, findInstruction(problem, target));
  out.ofBandwidth = out.gigabytes / target.getRates().getMemoryGbs();
  return out;
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static std::string getTile(ScheduleAttr schedule) {
  return formatv("{0}x{1}x{2}", schedule.getTileM(), schedule.getTileN(),
                 schedule.getTileK());
}

/// What sets a schedule apart besides its tile: "split_k 4, swap_ab".
static std::string getForm(ScheduleAttr schedule) {
  std::string text;
  auto add = [&](const std::string &part) {
    text += (text.empty() ? "" : ", ") + part;
  };
  if (dgk::ClusterAttr cluster = schedule.getCluster())
    add(formatv("cluster {0} along {1}", cluster.getSize(),
                dgk::stringifyAxis(cluster.getAlong())));
  if (schedule.getSplitK() > 1)
    add(formatv("split_k {0}", schedule.getSplitK()));
  if (schedule.getSwapAb())
    add("swap_ab");
  if (schedule.getEvictFirst())
    add(formatv("evict_first {0}", stringifySide(*schedule.getEvictFirst())));
  return text;
}

/// Limit, choice, and what sets the schedule apart.
static std::string getVerdict(const Explanation &explanation, size_t index) {
  const Candidate &candidate = explanation.candidates[index];
  std::string form = getForm(candidate.schedule), text;
  if (index == explanation.chosen)
    text = explanation.isGiven ? "given" : "chosen";
  else if (candidate.violation)
    text =
        formatv("[{0}] {1}: {2}", candidate.violation->getRule(),
                getName(candidate.violation->limit), candidate.violation->text);
  else if (!candidate.declined.empty())
    text = "declined: " + candidate.declined;
  if (form.empty() || text.empty())
    return form + text;
  return form + "; " + text;
}

static void printRow(raw_ostream &stream, const Explanation &explanation,
                     size_t index) {
  const Candidate &candidate = explanation.candidates[index];
  ScheduleAttr schedule = candidate.schedule;
  const Prediction &prediction = candidate.prediction;
  const InstructionPolicy &policy = getPolicy(schedule.getMatrixInstruction());
  Utilisation use =
      getUtilisation(explanation.problem, explanation.target, prediction);
  std::string warps =
      formatv("{0}x{1}", schedule.getWarpGrid()[0], schedule.getWarpGrid()[1]);
  stream << formatv(
      "{0} {1,-12} {2,5} {3,6} {4,7} {5,5} {6,6} {7,5} {8,9:F1} {9,8:F0} "
      "{10,5:P0} {11,6:F0} {12,5:P0}  {13}\n",
      index == explanation.chosen ? ">" : " ", getTile(schedule), warps,
      schedule.getStages(),
      getSharedMemoryUse(orient(explanation.problem, schedule.getSwapAb()),
                         schedule)
          .total(),
      policy.estimateMathRegisters(
          orient(explanation.problem, schedule.getSwapAb()), schedule),
      prediction.tiles, prediction.waves, prediction.total / 1000, use.tflops,
      use.ofPeak, use.gigabytes, use.ofBandwidth,
      getVerdict(explanation, index));
}

/// Tile and form: "64x32x128, split_k 7".
static std::string getName(ScheduleAttr schedule) {
  std::string form = getForm(schedule);
  return getTile(schedule) + (form.empty() ? "" : ", " + form);
}

/// Whether a candidate that does not pay is predicted to be faster.
static bool hasFasterDeclined(const Explanation &explanation,
                              const Candidate &chosen) {
  return llvm::any_of(explanation.candidates, [&](const Candidate &candidate) {
    return !candidate.violation && !candidate.declined.empty() &&
           candidate.prediction.total < chosen.prediction.total;
  });
}

/// The fastest candidate that may be chosen.
static const Candidate *getFastest(const Explanation &explanation) {
  const Candidate *fastest = nullptr;
  for (const Candidate &candidate : explanation.candidates)
    if (candidate.isEligible() &&
        (!fastest || candidate.prediction.total < fastest->prediction.total))
      fastest = &candidate;
  return fastest;
}

/// What the time of a candidate consists of.
static std::string getBound(const Explanation &explanation,
                            const Candidate &candidate) {
  const Prediction &prediction = candidate.prediction;
  const DenseProblem &problem = explanation.problem;
  if (prediction.isMemoryBound)
    return formatv(
        "memory: reading A{0}B{1} and writing D once takes {2:F1} us",
        problem.hasC || problem.blockA != 0 ? ", " : " and ",
        problem.blockA == 0 ? (problem.hasC ? " and C" : "")
        : problem.hasC      ? ", scales and C"
                            : " and scales",
        prediction.total / 1000);
  return formatv(
      "{0} wave(s) of {1} tiles at {2:F1} us each, {3:F0} ns for "
      "each of {4} K tiles",
      prediction.waves, explanation.target.getRates().getSmCount(),
      prediction.tile / 1000, prediction.kTile,
      llvm::divideCeil(explanation.problem.k, candidate.schedule.getTileK()));
}

static void printChoice(raw_ostream &stream, const Explanation &explanation) {
  if (!explanation.chosen) {
    stream << (explanation.isGiven
                   ? "not legal: the schedule that the op has breaks a rule\n"
                   : "not legal: no candidate fits\n");
    return;
  }
  const Candidate &chosen = explanation.candidates[*explanation.chosen];
  stream << "bound by " << getBound(explanation, chosen) << "\n";
  if (explanation.isGiven) {
    stream << "kept: the op has this schedule\n";
    return;
  }
  const Candidate *fastest = getFastest(explanation);
  stream << "chosen " << getName(chosen.schedule) << ": ";
  if (chosen.isMeasured)
    stream << "the fastest when this problem was timed on the chip\n";
  else if (!fastest)
    stream << "legal, though none is expected to pay\n";
  else if (chosen.prediction.total <= fastest->prediction.total)
    stream << (hasFasterDeclined(explanation, chosen)
                   ? "the fastest of those that pay\n"
                   : "the fastest\n");
  else
    stream << formatv(
        "within {0:P1} of the fastest, {1} ({2:F1} us), and preferred for its "
        "{3}\n",
        chosen.prediction.total / fastest->prediction.total - 1,
        getName(fastest->schedule), fastest->prediction.total / 1000,
        getTile(chosen.schedule) == getTile(fastest->schedule) ? "form"
                                                               : "tile");
  stream << "dgk.schedule = " << chosen.schedule << "\n";
}

void dgemm::schedule::print(raw_ostream &stream,
                            const Explanation &explanation) {
  const DenseProblem &problem = explanation.problem;
  stream << formatv("M = {0}, N = {1}, K = {2}: {3} x {4} to {5}\n", problem.m,
                    problem.n, problem.k, problem.aType, problem.bType,
                    problem.dType);
  stream << formatv(
      "  {0,-12} {1,5} {2,6} {3,7} {4,5} {5,6} {6,5} {7,9} {8,8} {9,5} {10,6} "
      "{11,5}\n",
      "tile", "warps", "stages", "shared", "regs", "tiles", "waves", "us",
      "TFLOP/s", "peak", "GB/s", "peak");
  for (size_t i = 0; i < explanation.candidates.size(); ++i)
    printRow(stream, explanation, i);
  printChoice(stream, explanation);
}

void dgemm::schedule::printPart(raw_ostream &stream, StringRef name,
                                const Explanation &explanation) {
  stream << formatv("  {0,-13} {1,4} SMs  ", name,
                    explanation.target.getRates().getSmCount());
  if (!explanation.chosen) {
    stream << "not legal\n";
    return;
  }
  const Candidate &chosen = explanation.candidates[*explanation.chosen];
  Utilisation use = getUtilisation(explanation.problem, explanation.target,
                                   chosen.prediction);
  std::string form = getForm(chosen.schedule);
  stream << formatv("{0,-12} {1,8:F1} us {2,6:F0} TFLOP/s {3,4:P0} of peak "
                    "{4,6:F0} GB/s {5,4:P0} of peak{6}{7}\n",
                    getTile(chosen.schedule), chosen.prediction.total / 1000,
                    use.tflops, use.ofPeak, use.gigabytes, use.ofBandwidth,
                    form.empty() ? "" : "  ", form);
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

static std::string toText(Attribute attribute) {
  std::string text;
  llvm::raw_string_ostream(text) << attribute;
  return text;
}

static llvm::json::Object toJson(const Explanation &explanation,
                                 const Candidate &candidate) {
  ScheduleAttr schedule = candidate.schedule;
  const Prediction &prediction = candidate.prediction;
  Utilisation use =
      getUtilisation(explanation.problem, explanation.target, prediction);
  llvm::json::Object out{
      {"tile", getTile(schedule)},
      {"stages", schedule.getStages()},
      {"schedule", toText(schedule)},
      {"shared_bytes",
       getSharedMemoryUse(orient(explanation.problem, schedule.getSwapAb()),
                          schedule)
           .total()},
      {"tiles", prediction.tiles},
      {"waves", prediction.waves},
      {"predicted_us", prediction.total / 1000},
      {"memory_bound", prediction.isMemoryBound},
      {"measured", candidate.isMeasured},
      {"tflops", use.tflops},
      {"gbs", use.gigabytes}};
  if (candidate.violation) {
    out["rule"] = candidate.violation->getRule();
    out["limit"] = getName(candidate.violation->limit);
    out["reason"] = candidate.violation->text;
  } else if (!candidate.declined.empty()) {
    out["reason"] = candidate.declined;
  }
  return out;
}

llvm::json::Object dgemm::schedule::toJson(const Explanation &explanation) {
  llvm::json::Array candidates;
  for (const Candidate &candidate : explanation.candidates)
    candidates.push_back(::toJson(explanation, candidate));
  llvm::json::Object out{{"m", explanation.problem.m},
                         {"n", explanation.problem.n},
                         {"k", explanation.problem.k},
                         {"given", explanation.isGiven},
                         {"candidates", std::move(candidates)}};
  if (explanation.chosen)
    out["chosen"] = static_cast<int64_t>(*explanation.chosen);
  return out;
}
