//===- MeasuredSchedules.cpp - Schedules that won on hardware -------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Schedule/MeasuredSchedules.h"

#include "dgemm/Target/Targets.h"

#include "mlir/AsmParser/AsmParser.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace dgemm::schedule;
using dgk::ScheduleAttr;

static std::string toText(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

std::string dgemm::schedule::getForm(const DenseProblem &problem) {
  // BLAS letters: t is contiguous along K in B, along M in A.
  std::string form = llvm::formatv("{0} {1} {2} {3}{4}", toText(problem.aType),
                                   toText(problem.bType), toText(problem.dType),
                                   problem.isAKMajor ? "n" : "t",
                                   problem.isBKMajor ? "t" : "n");
  if (problem.blockA != 0)
    form += llvm::formatv(" {0}x{1} {2}x{3} {4}", problem.blockRowsA,
                          problem.blockA, problem.blockRowsB, problem.blockB,
                          problem.hasPackedScales ? "ue8m0" : "f32")
                .str();
  return problem.isOutputPlain ? form : form + " more";
}

ScheduleAttr dgemm::schedule::lookupMeasured(const DenseProblem &problem,
                                             dgk::TargetAttr target) {
  StringRef table = getMeasuredTable(target.getChip());
  // What was fastest on the chip says nothing of one with other limits or
  // rates.
  if (table.empty() ||
      target != dgk::lookupTarget(target.getContext(), target.getChip()))
    return {};
  std::string start = llvm::formatv("{0};{1};{2};{3};", getForm(problem),
                                    problem.m, problem.n, problem.k);
  for (StringRef line : llvm::split(table, '\n'))
    if (line.consume_front(start))
      return dyn_cast_if_present<ScheduleAttr>(
          parseAttribute(line, target.getContext()));
  return {};
}
