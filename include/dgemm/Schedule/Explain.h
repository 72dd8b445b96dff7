//===- Explain.h - Why a problem gets its schedule --------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_SCHEDULE_EXPLAIN_H
#define DGEMM_SCHEDULE_EXPLAIN_H

#include "dgemm/Schedule/CostModel.h"
#include "dgemm/Schedule/Legality.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/JSON.h"

namespace dgemm::schedule {

/// The search for a schedule of one problem with numbers for its extents.
struct Explanation {
  DenseProblem problem;
  dgk::TargetAttr target;
  llvm::SmallVector<Candidate> candidates;
  /// Of `candidates`, the one to use; none when no candidate is legal.
  std::optional<size_t> chosen;
  /// The op has a schedule of its own: it is the only candidate, and chosen if
  /// it is legal.
  bool isGiven = false;
};

/// How far a prediction is from what the target can do.
struct Utilisation {
  double tflops = 0;
  double gigabytes = 0;
  /// Fractions of the peak rates of the matrix instruction and of memory.
  double ofPeak = 0;
  double ofBandwidth = 0;
};

Utilisation getUtilisation(const DenseProblem &problem, dgk::TargetAttr target,
                           const Prediction &prediction);

/// The same search as that of `dgemm-select-schedule`. Fails with the
/// diagnostic of the first rule that the op breaks on the target.
llvm::FailureOr<Explanation> explain(ProblemOpInterface op,
                                     dgk::TargetAttr target,
                                     const ExpectedExtents &expected);

/// A table of the candidates with the limits that they hit, and why the chosen
/// one was.
void print(llvm::raw_ostream &stream, const Explanation &explanation);

/// One line: what is chosen on the part called `name`, with predicted time and
/// utilisation.
void printPart(llvm::raw_ostream &stream, llvm::StringRef name,
               const Explanation &explanation);

llvm::json::Object toJson(const Explanation &explanation);

/// A legal call near an illegal one.
struct LegalCall {
  /// A function with the op.
  mlir::OwningOpRef<mlir::ModuleOp> module;
  /// What to do to get there, in words.
  llvm::SmallVector<std::string> changes;
};

/// The call with the fewest and cheapest changes that the target can run:
/// conversions that an op or a copy does (layout, packed scales, padding)
/// before those that change what is computed. Null `module` when none of the
/// changes known here makes the call legal, or the op is no matmul. The op need
/// not verify.
LegalCall findNearestLegalCall(ProblemOpInterface op, dgk::TargetAttr target,
                               const ExpectedExtents &expected);

} // namespace dgemm::schedule

#endif // DGEMM_SCHEDULE_EXPLAIN_H
