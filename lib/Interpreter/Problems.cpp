//===- Problems.cpp - Problems of the reference from dgemm ops ------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Problems.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace dgemm;
using reference::Contractions;
using reference::Expected;
using reference::Operand;
using reference::View;

Type dgemm::elementTypeOfValue(Value value) {
  return cast<ShapedType>(value.getType()).getElementType();
}

bool dgemm::isFP4(Value value) {
  return isa<Float4E2M1FNType>(elementTypeOfValue(value));
}

bool dgemm::isQuantized(Value value) {
  return isFP4(value) ||
         isa<Float8E4M3FNType, Float8E5M2Type>(elementTypeOfValue(value));
}

static Operand operandOf(const OperandSource &source, Value data, Value scale,
                         ScaleBlock block) {
  Operand operand;
  operand.data = source.input(data);
  if (!scale || source.version == Version::Plain)
    return operand;
  FetchedScale fetched = source.scale(scale);
  operand.scale = fetched.view;
  operand.granularity =
      fetched.granularity.value_or(reference::Granularity{block.mn, block.k});
  return operand;
}

static std::optional<View> optionalInput(const OperandSource &source,
                                         Value value) {
  if (!value)
    return std::nullopt;
  return source.input(value);
}

/// A and B of an op with optional granularity.
template <typename OpTy>
static std::pair<Operand, Operand> operandsOf(OpTy op,
                                              const OperandSource &source) {
  std::optional<GranularityAttr> granularity = op.getGranularity();
  return {operandOf(source, op.getA(), op.getAScale(),
                    granularity ? granularity->getA() : ScaleBlock()),
          operandOf(source, op.getB(), op.getBScale(),
                    granularity ? granularity->getB() : ScaleBlock())};
}

static reference::Layout layoutOf(Layout layout) {
  switch (layout) {
  case Layout::NT:
    return reference::Layout::NT;
  case Layout::NN:
    return reference::Layout::NN;
  case Layout::TN:
    return reference::Layout::TN;
  case Layout::TT:
    return reference::Layout::TT;
  }
  llvm_unreachable("unknown layout");
}

static reference::Grouping groupingOf(GroupingKind kind) {
  switch (kind) {
  case GroupingKind::ContiguousIndex:
    return reference::Grouping::ContiguousIndex;
  case GroupingKind::ContiguousPsum:
    return reference::Grouping::ContiguousPsum;
  case GroupingKind::Masked:
    return reference::Grouping::Masked;
  case GroupingKind::KGrouped:
    return reference::Grouping::KGrouped;
  }
  llvm_unreachable("unknown grouping");
}

static reference::Equation equationOf(Equation equation) {
  switch (equation) {
  case Equation::BHR_HDR_BHD:
    return reference::Equation::BhrHdrBhd;
  case Equation::BHD_HDR_BHR:
    return reference::Equation::BhdHdrBhr;
  case Equation::BHD_BHR_HDR:
    return reference::Equation::BhdBhrHdr;
  case Equation::BMK_BNK_MN:
    return reference::Equation::BmkBnkMn;
  }
  llvm_unreachable("unknown equation");
}

static Expected<Contractions> contractions(MatmulOp op,
                                           const OperandSource &source) {
  auto [a, b] = operandsOf(op, source);
  std::optional<reference::HeadSplit> heads;
  if (std::optional<HeadSplitAttr> split = op.getEpilogue())
    heads = reference::HeadSplit{split->getLeft(), split->getMid(),
                                 split->getRight()};
  return reference::matmul(layoutOf(op.getLayout()), a, b,
                           optionalInput(source, op.getC()),
                           source.output(op.getD()), heads);
}

static Expected<Contractions> contractions(GroupedMatmulOp op,
                                           const OperandSource &source) {
  auto [a, b] = operandsOf(op, source);
  GroupingAttr grouping = op.getGrouping();
  return reference::groupedMatmul(
      groupingOf(grouping.getKind()), grouping.getAlignment(),
      layoutOf(op.getLayout()), a, b, source.input(op.getGroup()),
      optionalInput(source, op.getC()), source.output(op.getD()));
}

static Expected<Contractions> contractions(BatchedMatmulOp op,
                                           const OperandSource &source) {
  auto [a, b] = operandsOf(op, source);
  return reference::batchedMatmul(equationOf(op.getEquation()), a, b,
                                  optionalInput(source, op.getC()),
                                  source.output(op.getD()));
}

static Expected<Contractions> contractions(HCPrenormOp op,
                                           const OperandSource &source) {
  return reference::hcPrenorm(source.input(op.getA()), source.input(op.getB()),
                              source.output(op.getD()), op.getNumSplits());
}

Expected<Contractions> dgemm::contractionsOf(Operation *op,
                                             const OperandSource &source) {
  return llvm::TypeSwitch<Operation *, Expected<Contractions>>(op)
      .Case<MatmulOp, GroupedMatmulOp, BatchedMatmulOp, HCPrenormOp>(
          [&](auto op) { return contractions(op, source); })
      .Default([](Operation *) {
        return Expected<Contractions>(
            reference::Error{"is not a matrix product"});
      });
}

static std::optional<View> scaleOf(const OperandSource &source, Value scale) {
  if (!scale || source.version == Version::Plain)
    return std::nullopt;
  return source.scale(scale).view;
}

reference::MQALogits dgemm::problemOf(MQALogitsOp op,
                                      const OperandSource &source) {
  reference::MQALogits problem;
  problem.q = source.input(op.getQ());
  problem.qScale = scaleOf(source, op.getQScale());
  problem.keys = {source.input(op.getKv()), scaleOf(source, op.getKvScale())};
  problem.weights = source.input(op.getWeights());
  problem.ks = source.input(op.getKs());
  problem.ke = source.input(op.getKe());
  problem.logits = source.output(op.getLogits());
  problem.compressed = op.getCompressed();
  problem.clean = op.getClean();
  return problem;
}

reference::PagedMQALogits dgemm::problemOf(PagedMQALogitsOp op,
                                           const OperandSource &source) {
  reference::PagedMQALogits problem;
  problem.q = source.input(op.getQ());
  problem.qScale = scaleOf(source, op.getQScale());
  if (source.version == Version::Plain)
    problem.plainPages = source.input(op.getKvCache());
  else
    problem.pages = source.input(op.getKvCache());
  problem.blockTable = source.input(op.getBlockTable());
  problem.weights = source.input(op.getWeights());
  problem.contextLens = source.input(op.getContextLens());
  problem.logits = source.output(op.getLogits());
  return problem;
}

static double productTolerance(Value a, Value b) {
  if (isFP4(a) && isFP4(b))
    return 2e-2;
  if (isFP4(a) || isFP4(b))
    return 1e-2;
  return isQuantized(a) || isQuantized(b) ? 1e-3 : 1e-5;
}

double dgemm::toleranceOf(Operation *op) {
  return llvm::TypeSwitch<Operation *, double>(op)
      .Case<MatmulOp, GroupedMatmulOp, BatchedMatmulOp>(
          [](auto op) { return productTolerance(op.getA(), op.getB()); })
      .Case<HCPrenormOp>([](auto) { return 1e-8; })
      .Case<MQALogitsOp, PagedMQALogitsOp>(
          [](auto op) { return isFP4(op.getQ()) ? 2e-2 : 1e-3; })
      .Default([](Operation *) { return 1e-5; });
}
