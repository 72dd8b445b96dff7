//===- LaunchExtents.cpp - What extents of a launch may be ----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A kernel whose types leave extents open is compiled once; the launch checks
// what it is called with. Here the same is asked in front of it, by the rules
// of a call whose types say everything.
//
//===----------------------------------------------------------------------===//

#include "dgemm/Schedule/Legality.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace dgemm;
using namespace dgemm::schedule;

/// Rows of scales that are bytes and whose distance only the launch knows are
/// copied by TMA.
static constexpr int64_t kTmaBytes = 16;

/// The type with `shape` where it leaves an extent open. Strides that were
/// given stay.
static MemRefType resolve(Type type, ArrayRef<int64_t> shape) {
  auto memref = cast<MemRefType>(type);
  SmallVector<int64_t> known(memref.getShape());
  for (auto [extent, launched] : llvm::zip(known, shape))
    if (ShapedType::isDynamic(extent))
      extent = launched;
  return MemRefType::get(known, memref.getElementType(), memref.getLayout(),
                         memref.getMemorySpace());
}

static SmallVector<int64_t, 2> getScaleShape(Type element, ScaleBlock block,
                                             int64_t rows, int64_t k) {
  int64_t perElement = element.isInteger(32) ? 4 : 1;
  return {static_cast<int64_t>(llvm::divideCeil(rows, block.mn)),
          static_cast<int64_t>(llvm::divideCeil(k, block.k * perElement))};
}

/// The types of a function's arguments for the operands of `op`.
static SmallVector<std::pair<Value, Type>>
getArguments(MatmulOp op, const ExpectedExtents &extents) {
  auto getOr = [](int64_t extent, int64_t launched) {
    return ShapedType::isDynamic(extent) ? launched : extent;
  };
  ProblemShape shape = op.getProblemShape();
  int64_t m = getOr(shape.m, extents.m), n = getOr(shape.n, extents.n);
  int64_t k = getOr(shape.k, extents.k);
  Layout layout = op.getLayout();
  SmallVector<int64_t, 2> a = {m, k}, b = {n, k}, d = {m, n};
  if (layout == Layout::TN || layout == Layout::TT)
    std::swap(a[0], a[1]);
  if (layout == Layout::NN || layout == Layout::TN)
    std::swap(b[0], b[1]);
  if (HeadSplitAttr split = op.getEpilogueAttr())
    d[1] =
        n / (split.getLeft() + split.getRight()) * split.getStoredHeadWidth();
  SmallVector<std::pair<Value, Type>> out = {
      {op.getA(), resolve(op.getA().getType(), a)},
      {op.getB(), resolve(op.getB().getType(), b)}};
  if (GranularityAttr granularity = op.getGranularityAttr())
    for (auto [scale, block, rows] :
         {std::tuple(op.getAScale(), granularity.getA(), m),
          std::tuple(op.getBScale(), granularity.getB(), n)}) {
      auto type = cast<MemRefType>(scale.getType());
      out.push_back({scale, resolve(type, getScaleShape(type.getElementType(),
                                                        block, rows, k))});
    }
  if (op.getC() && op.getC() != op.getD())
    out.push_back({op.getC(), resolve(op.getC().getType(), d)});
  out.push_back({op.getD(), resolve(op.getD().getType(), d)});
  return out;
}

OwningOpRef<ModuleOp>
dgemm::schedule::instantiate(MatmulOp op, const ExpectedExtents &extents) {
  Location location = op.getLoc();
  OwningOpRef<ModuleOp> module(ModuleOp::create(location));
  OpBuilder builder = OpBuilder::atBlockEnd(module->getBody());
  SmallVector<std::pair<Value, Type>> arguments = getArguments(op, extents);
  SmallVector<Type> types(llvm::make_second_range(arguments));
  auto function =
      func::FuncOp::create(builder, location, "launched",
                           builder.getFunctionType(types, TypeRange()));
  Block *body = function.addEntryBlock();
  builder.setInsertionPointToEnd(body);
  IRMapping mapping;
  for (auto [argument, inside] : llvm::zip(arguments, body->getArguments()))
    mapping.map(argument.first, inside);
  builder.clone(*op, mapping);
  func::ReturnOp::create(builder, location);
  return module;
}

/// The kernel was made for rows of scales that TMA finds.
static LogicalResult checkScaleRows(MatmulOp op, MatmulOp launched) {
  for (auto [asked, given, name] :
       {std::tuple(op.getAScale(), launched.getAScale(), "a_scale"),
        std::tuple(op.getBScale(), launched.getBScale(), "b_scale")}) {
    if (!asked)
      continue;
    auto type = cast<MemRefType>(asked.getType());
    auto known = cast<MemRefType>(given.getType());
    int64_t row = known.getStridesAndOffset().first[0];
    if (dgk::getElementBits(type.getElementType()) != 8 ||
        ShapedType::isStatic(type.getStridesAndOffset().first[0]) ||
        ShapedType::isDynamic(row) || row % kTmaBytes == 0)
      continue;
    return op.emitOpError("[select-c11] rows of ")
           << name << " are " << row << " bytes apart, expected a multiple of "
           << kTmaBytes << " where only the launch knows them; pad the rows to "
           << llvm::alignTo(row, kTmaBytes) << " bytes, or give K in the types";
  }
  return success();
}

LogicalResult dgemm::schedule::checkExtents(ProblemOpInterface op,
                                            dgk::TargetAttr target,
                                            const ExpectedExtents &extents) {
  auto matmul = dyn_cast<MatmulOp>(op.getOperation());
  if (!matmul)
    return success();
  OwningOpRef<ModuleOp> module = instantiate(matmul, extents);
  if (failed(verify(*module)))
    return failure();
  MatmulOp launched;
  module->walk([&](MatmulOp inside) { launched = inside; });
  if (failed(analyze(cast<ProblemOpInterface>(launched.getOperation()), target,
                     extents)))
    return failure();
  return checkScaleRows(matmul, launched);
}
