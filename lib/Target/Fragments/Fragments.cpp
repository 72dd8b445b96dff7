//===- Fragments.cpp - Where accumulators lie -----------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fragments.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

using namespace mlir;
using namespace dgk;
using namespace dgk::fragments;

WarpTile::WarpTile(ScheduleAttr schedule)
    : rows(schedule.getWarpTileM()), columns(schedule.getWarpTileN()),
      gridN(schedule.getWarpGrid()[1]),
      group(schedule.getMatrixInstruction().getThreads() / 32),
      instructionM(schedule.getMatrixInstruction().getM()),
      rowStep(group == 1 ? instructionM
                         : instructionM * (schedule.getWarpGrid()[0] / group)) {
}

/// Warps stand row by row, `gridN` in a row. Lone warps take consecutive rows.
/// Groups take turns, `instructionM` rows each, and their warps 16 of those.
Value WarpTile::getFirstRow(ImplicitLocOpBuilder &b, Value warp) const {
  Value row = arith::DivUIOp::create(b, warp, constI32(b, group * gridN));
  if (group == 1)
    return mulI32(b, row, rows);
  row = mulI32(b, row, instructionM);
  Value inGroup = arith::RemUIOp::create(b, warp, constI32(b, group));
  return arith::AddIOp::create(b, row, mulI32(b, inGroup, kRows));
}

Value WarpTile::getFirstColumn(ImplicitLocOpBuilder &b, Value warp) const {
  Value number = arith::DivUIOp::create(b, warp, constI32(b, group));
  Value column = arith::RemUIOp::create(b, number, constI32(b, gridN));
  return mulI32(b, column, columns);
}

SmallVector<Value>
fragments::buildBranch(ImplicitLocOpBuilder &b, TypeRange types,
                       Value condition, function_ref<SmallVector<Value>()> then,
                       function_ref<SmallVector<Value>()> otherwise) {
  auto branch = scf::IfOp::create(b, types, condition, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  scf::YieldOp::create(b, then());
  b.setInsertionPointToStart(branch.elseBlock());
  scf::YieldOp::create(b, otherwise());
  return SmallVector<Value>(branch.getResults());
}

RowBlocks::RowBlocks(ImplicitLocOpBuilder &b, const WarpTile &tile, Value warp,
                     Value lane, Value rows)
    : b(b), tile(tile) {
  Value row = arith::ShRUIOp::create(b, lane, constI32(b, 2));
  firstRow = arith::AddIOp::create(b, row, tile.getFirstRow(b, warp));
  this->rows = toI32(b, rows);
}

Value RowBlocks::holdsRows(int64_t i) const {
  if (!computed.empty())
    return computed[i];
  return arith::CmpIOp::create(b, arith::CmpIPredicate::ult,
                               addI32(b, firstRow, tile.rowStep * i), rows);
}

void RowBlocks::computeAll() {
  SmallVector<Value> all;
  for (int64_t i = 0; i < tile.getTilesM(); ++i)
    all.push_back(holdsRows(i));
  computed = all;
}

void RowBlocks::forEach(function_ref<void(int64_t)> body) const {
  for (int64_t i = 0; i < tile.getTilesM(); ++i) {
    auto branch = scf::IfOp::create(b, holdsRows(i));
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(branch.thenBlock());
    body(i);
  }
}

SmallVector<Value> RowBlocks::update(ValueRange values, Update update,
                                     Value condition) const {
  SmallVector<Value> result;
  int64_t count = kAccumulators * tile.getTilesN();
  for (int64_t i = 0; i < tile.getTilesM(); ++i) {
    ValueRange own = values.slice(tile.getIndex(i, 0), count);
    Value wanted = holdsRows(i);
    if (condition)
      wanted = arith::AndIOp::create(b, condition, wanted);
    llvm::append_range(result, buildBranch(
                                   b, own.getTypes(), wanted,
                                   [&] { return update(i, own); },
                                   [&] { return SmallVector<Value>(own); }));
  }
  return result;
}

Value fragments::getLaneOfStores(ImplicitLocOpBuilder &b,
                                 const KernelLowering &kernel) {
  Value lane = getLane(b);
  if (kernel.schedule.getMatrixInstruction().readsShared())
    return lane;
  // No instruction, but nothing that is moved out of a loop either.
  return inlinePtx(b, b.getI32Type(), "", "=r,0", lane,
                   /*hasSideEffects=*/true);
}

SwizzledRow fragments::getSwizzledRow(ImplicitLocOpBuilder &b, Value row,
                                      int64_t span) {
  // The swizzle XORs address bits 4.. with the number of the 128-byte line,
  // bits 7.. (PTX ISA, "Tensor swizzling modes").
  Value offset = mulI32(b, row, span);
  Value line = arith::ShRUIOp::create(b, offset, constI32(b, 7));
  Value masked = arith::AndIOp::create(b, line, constI32(b, span / 16 - 1));
  return {offset, arith::ShLIOp::create(b, masked, constI32(b, 4))};
}

/// The type with which elements are read and written: LLVM knows no narrow
/// floats.
static Type getLoadType(Type element) {
  return getElementBits(element) == 8
             ? IntegerType::get(element.getContext(), 8)
             : element;
}

Matrix::Matrix(ImplicitLocOpBuilder &b, const KernelLowering &kernel,
               Value memory)
    : element(
          getLoadType(cast<MemRefType>(memory.getType()).getElementType())) {
  auto global = LLVM::LLVMPointerType::get(
      b.getContext(), static_cast<unsigned>(NVVM::NVVMMemorySpace::Global));
  pointer = LLVM::AddrSpaceCastOp::create(
      b, global,
      kernel.getParameter(ParameterKind::Pointer,
                          kernel.arguments.lookup(memory)));
  rowStride = toI32(b, kernel.getStride(b, memory, 0));
  columnStride = toI32(b, kernel.getStride(b, memory, 1));
  rows = toI32(b, kernel.getSize(b, memory, 0));
  columns = toI32(b, kernel.getSize(b, memory, 1));
}

/// Whether `index` is below `size`, which it is if `isWhole`.
static Value isInside(ImplicitLocOpBuilder &b, Value index, Value size,
                      bool isWhole) {
  if (isWhole)
    return arith::ConstantOp::create(b, b.getBoolAttr(true));
  return arith::CmpIOp::create(b, arith::CmpIPredicate::ult, index, size);
}

Value Matrix::hasRow(ImplicitLocOpBuilder &b, Value row) const {
  return isInside(b, row, rows, hasWholeRows);
}

Value Matrix::hasColumn(ImplicitLocOpBuilder &b, Value column) const {
  return isInside(b, column, columns, hasWholeColumns);
}

/// An index times a stride passes 2^32 for large matrices.
static Value mulWide(ImplicitLocOpBuilder &b, Value index, Value stride) {
  Value wideIndex = arith::ExtUIOp::create(b, b.getI64Type(), index);
  Value wideStride = arith::ExtUIOp::create(b, b.getI64Type(), stride);
  return arith::MulIOp::create(b, wideIndex, wideStride);
}

Value Matrix::getRowStart(ImplicitLocOpBuilder &b, Value row) const {
  return mulWide(b, row, rowStride);
}

Value Matrix::getAddress(ImplicitLocOpBuilder &b, Value rowStart,
                         Value column) const {
  Value offset =
      arith::AddIOp::create(b, rowStart, mulWide(b, column, columnStride));
  return LLVM::GEPOp::create(b, pointer.getType(), element, pointer,
                             ArrayRef<LLVM::GEPArg>{offset});
}

Value fragments::splitHeads(ImplicitLocOpBuilder &b, HeadSplitAttr heads,
                            Value column) {
  if (!heads || heads.getMid() == 0)
    return column;
  Value gaps =
      arith::DivUIOp::create(b, addI32(b, column, heads.getRight()),
                             constI32(b, heads.getLeft() + heads.getRight()));
  return arith::AddIOp::create(b, column, mulI32(b, gaps, heads.getMid()));
}
