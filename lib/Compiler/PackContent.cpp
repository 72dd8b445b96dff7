//===- PackContent.cpp - What a pack says of a kernel ---------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Compiler/PackContent.h"

#include "dgemm/Compiler/LaunchPlan.h"
#include "dgemm/Dialect/DGemm/IR/DGemmOps.h"

using namespace mlir;
using namespace dgemm;

//===----------------------------------------------------------------------===//
// Problems
//===----------------------------------------------------------------------===//

static pack::Matmul describe(MatmulOp op) {
  pack::Matmul result;
  result.layout = stringifyLayout(op.getLayout()).str();
  result.checked = op.getChecked();
  result.inPlace = op.getC() && op.getC() == op.getD();
  if (std::optional<GranularityAttr> granularity = op.getGranularity()) {
    ScaleBlock a = granularity->getA(), b = granularity->getB();
    result.aGranularity = pack::Granularity{a.mn, a.k};
    result.bGranularity = pack::Granularity{b.mn, b.k};
  }
  if (std::optional<HeadSplitAttr> heads = op.getEpilogue())
    result.heads =
        pack::HeadSplit{heads->getLeft(), heads->getMid(), heads->getRight()};
  return result;
}

std::vector<ProblemRecord> dgemm::recordProblems(ModuleOp module) {
  std::vector<ProblemRecord> result;
  module.walk([&](Operation *op) {
    if (!isa_and_present<DGemmDialect>(op->getDialect()))
      return;
    ProblemRecord &record = result.emplace_back();
    record.op = op->getName().getStringRef().str();
    if (auto matmul = dyn_cast<MatmulOp>(op))
      record.matmul = describe(matmul);
  });
  return result;
}

static std::optional<size_t> findArgument(const launch::LaunchPlan &plan,
                                          StringRef name) {
  for (auto [i, argument] : llvm::enumerate(plan.arguments))
    if (argument.name == name)
      return i;
  return std::nullopt;
}

/// Finds the operands of a matmul among the arguments of its kernel, which are
/// named after them.
static LogicalResult findOperands(dgk::KernelOp kernel,
                                  const launch::LaunchPlan &plan,
                                  pack::Matmul &matmul) {
  for (auto [name, index] :
       {std::pair("a", &matmul.a), std::pair("b", &matmul.b),
        std::pair("d", &matmul.d)}) {
    std::optional<size_t> found = findArgument(plan, name);
    if (!found)
      return kernel.emitOpError("has no argument named '") << name << "'";
    *index = *found;
  }
  matmul.aScale = findArgument(plan, "a_scale");
  matmul.bScale = findArgument(plan, "b_scale");
  matmul.c = findArgument(plan, "c");
  return success();
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

pack::Arithmetic dgemm::getArithmetic(dgk::KernelOp kernel) {
  dgk::ScheduleAttr schedule = kernel.getScheduleAttr();
  dgk::MatrixInstruction instruction = schedule.getMatrixInstruction();
  pack::Arithmetic result;
  result.productsPerRounding = instruction.getK();
  int64_t bits = instruction.getAlignmentBits();
  if (bits == 0)
    return result;
  result.truncatedProducts = instruction.getK();
  result.alignmentBits = bits;
  // f32 has 23 bits of fraction.
  result.fractionBits = std::min<int64_t>(bits, 23);
  bool promotes =
      kernel.walk([](dgk::PromoteOp) { return WalkResult::interrupt(); })
          .wasInterrupted();
  if (promotes)
    result.chain = schedule.getTileK();
  return result;
}

static std::string print(Attribute attribute) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  if (attribute)
    attribute.print(stream);
  return text;
}

FailureOr<std::vector<pack::Pack>>
dgemm::describeKernels(ModuleOp module, StringRef chip,
                       ArrayRef<ProblemRecord> problems) {
  SmallVector<dgk::KernelOp> kernels(module.getOps<dgk::KernelOp>());
  std::vector<pack::Pack> result;
  // Kernels written by hand stand in front of those made of problems.
  size_t byHand = kernels.size() - std::min(kernels.size(), problems.size());
  for (auto [i, kernel] : llvm::enumerate(kernels)) {
    pack::Pack &pack = result.emplace_back();
    auto plan = getLaunchPlan(kernel, chip);
    if (failed(plan))
      return failure();
    pack.plan = std::move(*plan);
    pack.target = print(kernel.getTargetAttr());
    pack.schedule = print(kernel.getScheduleAttr());
    if (dgk::TargetAttr target = kernel.getTargetAttr())
      pack.chip = pack::ChipFacts{target.getRates().getSmCount(),
                                  target.getLimits().getSharedPerCta()};
    if (i < byHand)
      continue;
    const ProblemRecord &record = problems[i - byHand];
    pack.op = record.op;
    pack.matmul = record.matmul;
    if (!pack.matmul)
      continue;
    if (failed(findOperands(kernel, pack.plan, *pack.matmul)))
      return failure();
    if (kernel.getScheduleAttr())
      pack.matmul->arithmetic = getArithmetic(kernel);
  }
  return result;
}
