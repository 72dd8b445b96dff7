//===- DirectLowering.cpp - Accumulators and memory, element by element ---===//
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

namespace {

/// Row and column of the first element that this lane holds of a tile at
/// `coordinates`.
std::pair<Value, Value> getFirstElement(ImplicitLocOpBuilder &b,
                                        const KernelLowering &kernel,
                                        const WarpTile &tile, Value warp,
                                        ValueRange coordinates) {
  Value lane = getLaneOfStores(b, kernel);
  Value g = arith::ShRUIOp::create(b, lane, constI32(b, 2));
  Value t = arith::AndIOp::create(b, lane, constI32(b, 3));
  Value row = arith::AddIOp::create(b, g, tile.getFirstRow(b, warp));
  row = arith::AddIOp::create(b, row, toI32(b, coordinates[0]));
  Value column =
      arith::AddIOp::create(b, mulI32(b, t, 2), tile.getFirstColumn(b, warp));
  column = arith::AddIOp::create(b, column, toI32(b, coordinates[1]));
  return {row, column};
}

/// The matrix in `memory`, whose rows are those of the product's tiles, or
/// their columns.
Matrix getMatrix(ImplicitLocOpBuilder &b, const KernelLowering &kernel,
                 Value memory, bool transposed) {
  auto isMultiple = [&](int64_t dimension, int64_t tile) {
    int64_t extent = cast<MemRefType>(memory.getType()).getDimSize(dimension);
    return !ShapedType::isDynamic(extent) && extent % tile == 0;
  };
  Matrix matrix(b, kernel, memory);
  int64_t m = kernel.schedule.getTileM(), n = kernel.schedule.getTileN();
  // A cluster's last tiles along its axis may lie outside as a whole.
  if (ClusterAttr cluster = kernel.schedule.getCluster()) {
    m *= cluster.getAlong() == Axis::M ? cluster.getSize() : 1;
    n *= cluster.getAlong() == Axis::N ? cluster.getSize() : 1;
  }
  matrix.hasWholeRows = isMultiple(0, transposed ? n : m);
  matrix.hasWholeColumns = isMultiple(1, transposed ? m : n);
  return matrix;
}

/// Element by element, where TMA cannot reach the rows of the destination.
struct StorePattern : KernelPattern<StoreOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(StoreOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (op.getLow() || op.getCoordinates().size() != 2)
      return rewriter.notifyMatchFailure(op, "has a form without lowering");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    WarpTile tile(kernel.schedule);
    Value warp = getWarpInRole(b, kernel.roles.lookup(op));
    SmallVector<Value> coordinates(op.getCoordinates());
    if (op.getTransposed())
      std::swap(coordinates[0], coordinates[1]);
    auto [row, column] = getFirstElement(b, kernel, tile, warp, coordinates);
    Matrix to = getMatrix(b, kernel, op.getDestination(), op.getTransposed());
    // Columns of D are not those of the product then.
    if (op.getHeadsAttr())
      to.hasWholeColumns = false;
    ValueRange elements = adaptor.getValue();
    if (op.getTransposed())
      storeColumns(b, to, tile, elements, row, column);
    for (int64_t i = 0; i < tile.getTilesM() && !op.getTransposed(); ++i)
      for (int64_t half = 0; half < 2; ++half)
        storeRow(b, op, to, tile, elements, i, half,
                 addI32(b, row, tile.rowStep * i + 8 * half), column);
    rewriter.eraseOp(op);
    return success();
  }

  /// The lane's elements of one row of instructions, inside the matrix only.
  static void storeRow(ImplicitLocOpBuilder &b, StoreOp op, const Matrix &to,
                       const WarpTile &tile, ValueRange elements, int64_t i,
                       int64_t half, Value row, Value column) {
    auto rowBranch = scf::IfOp::create(b, to.hasRow(b, row));
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(rowBranch.thenBlock());
    Value start = to.getRowStart(b, row);
    for (int64_t j = 0; j < tile.getTilesN(); ++j)
      for (int64_t c = 0; c < 2; ++c) {
        Value at = addI32(b, column, kColumns * j + c);
        at = splitHeads(b, op.getHeadsAttr(), at);
        auto branch = scf::IfOp::create(b, to.hasColumn(b, at));
        OpBuilder::InsertionGuard inner(b);
        b.setInsertionPointToStart(branch.thenBlock());
        Value element = elements[tile.getIndex(i, j) + 2 * half + c];
        Value address = to.getAddress(b, start, at);
        if (op.getAccumulate())
          LLVM::AtomicRMWOp::create(b, LLVM::AtomicBinOp::fadd, address,
                                    element, LLVM::AtomicOrdering::monotonic);
        else
          LLVM::StoreOp::create(b, element, address);
      }
  }

  /// The lane's elements, rows of the tile along the columns of the matrix;
  /// `row` and `column` are those of the lane's first element in the tile.
  static void storeColumns(ImplicitLocOpBuilder &b, const Matrix &to,
                           const WarpTile &tile, ValueRange elements, Value row,
                           Value column) {
    for (int64_t j = 0; j < tile.getTilesN(); ++j)
      for (int64_t c = 0; c < 2; ++c) {
        Value target = addI32(b, column, kColumns * j + c);
        auto rowBranch = scf::IfOp::create(b, to.hasRow(b, target));
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointToStart(rowBranch.thenBlock());
        Value start = to.getRowStart(b, target);
        for (int64_t i = 0; i < tile.getTilesM(); ++i)
          for (int64_t half = 0; half < 2; ++half) {
            Value at = addI32(b, row, tile.rowStep * i + 8 * half);
            auto branch = scf::IfOp::create(b, to.hasColumn(b, at));
            OpBuilder::InsertionGuard inner(b);
            b.setInsertionPointToStart(branch.thenBlock());
            LLVM::StoreOp::create(b,
                                  elements[tile.getIndex(i, j) + 2 * half + c],
                                  to.getAddress(b, start, at));
          }
      }
  }
};

/// Nothing outside the matrix is read, not even for nothing: where the source
/// is what the kernel writes, other elements may be on their way already. The
/// branches are short enough to become predicates.
struct AddFromPattern : KernelPattern<AddFromOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(AddFromOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    WarpTile tile(kernel.schedule);
    Value warp = getWarpInRole(b, kernel.roles.lookup(op));
    SmallVector<Value> coordinates(op.getCoordinates());
    if (op.getTransposed())
      std::swap(coordinates[0], coordinates[1]);
    auto [row, column] = getFirstElement(b, kernel, tile, warp, coordinates);
    Matrix from = getMatrix(b, kernel, op.getSource(), op.getTransposed());
    SmallVector<Value> sums(adaptor.getValue());
    if (op.getTransposed())
      for (int64_t j = 0; j < tile.getTilesN(); ++j)
        for (int64_t c = 0; c < 2; ++c)
          addColumn(b, from, tile, j, c, row,
                    addI32(b, column, kColumns * j + c), sums);
    for (int64_t i = 0; i < tile.getTilesM() && !op.getTransposed(); ++i)
      for (int64_t half = 0; half < 2; ++half)
        addRow(b, from, tile, i, half,
               addI32(b, row, tile.rowStep * i + 8 * half), column, sums);
    rewriter.replaceOpWithMultiple(op, {sums});
    return success();
  }

  /// Builds `then` behind `condition`; its values, or else `otherwise`.
  static SmallVector<Value> choose(ImplicitLocOpBuilder &b, Value condition,
                                   ValueRange otherwise,
                                   function_ref<SmallVector<Value>()> then) {
    auto branch = scf::IfOp::create(b, TypeRange(otherwise), condition,
                                    /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(branch.thenBlock());
    scf::YieldOp::create(b, then());
    b.setInsertionPointToStart(branch.elseBlock());
    scf::YieldOp::create(b, otherwise);
    return branch.getResults();
  }

  /// Adds to the lane's elements of one row of instructions.
  static void addRow(ImplicitLocOpBuilder &b, const Matrix &from,
                     const WarpTile &tile, int64_t i, int64_t half, Value row,
                     Value column, SmallVectorImpl<Value> &sums) {
    SmallVector<Value> old;
    for (int64_t j = 0; j < tile.getTilesN(); ++j)
      for (int64_t c = 0; c < 2; ++c)
        old.push_back(sums[tile.getIndex(i, j) + 2 * half + c]);
    SmallVector<Value> added = choose(b, from.hasRow(b, row), old, [&] {
      SmallVector<Value> result;
      Value start = from.getRowStart(b, row);
      for (int64_t j = 0; j < tile.getTilesN(); ++j)
        for (int64_t c = 0; c < 2; ++c) {
          Value at = addI32(b, column, kColumns * j + c);
          Value sum = old[2 * j + c];
          result.append(choose(b, from.hasColumn(b, at), sum,
                               [&]() -> SmallVector<Value> {
                                 return {add(b, sum, from, start, at)};
                               }));
        }
      return result;
    });
    for (int64_t j = 0; j < tile.getTilesN(); ++j)
      for (int64_t c = 0; c < 2; ++c)
        sums[tile.getIndex(i, j) + 2 * half + c] = added[2 * j + c];
  }

  /// Adds to the lane's elements of one column of the tile, which is row `at`
  /// of the matrix; `row` is that of the lane's first element in the tile.
  static void addColumn(ImplicitLocOpBuilder &b, const Matrix &from,
                        const WarpTile &tile, int64_t j, int64_t c, Value row,
                        Value at, SmallVectorImpl<Value> &sums) {
    auto getIndex = [&](int64_t i, int64_t half) {
      return tile.getIndex(i, j) + 2 * half + c;
    };
    SmallVector<Value> old;
    for (int64_t i = 0; i < tile.getTilesM(); ++i)
      for (int64_t half = 0; half < 2; ++half)
        old.push_back(sums[getIndex(i, half)]);
    SmallVector<Value> added = choose(b, from.hasRow(b, at), old, [&] {
      SmallVector<Value> result;
      Value start = from.getRowStart(b, at);
      for (int64_t i = 0; i < tile.getTilesM(); ++i)
        for (int64_t half = 0; half < 2; ++half) {
          Value column = addI32(b, row, tile.rowStep * i + 8 * half);
          Value sum = old[2 * i + half];
          result.append(choose(b, from.hasColumn(b, column), sum,
                               [&]() -> SmallVector<Value> {
                                 return {add(b, sum, from, start, column)};
                               }));
        }
      return result;
    });
    for (int64_t i = 0; i < tile.getTilesM(); ++i)
      for (int64_t half = 0; half < 2; ++half)
        sums[getIndex(i, half)] = added[2 * i + half];
  }

  static Value add(ImplicitLocOpBuilder &b, Value sum, const Matrix &from,
                   Value rowStart, Value column) {
    Value loaded = LLVM::LoadOp::create(b, from.element,
                                        from.getAddress(b, rowStart, column));
    if (!from.element.isF32())
      loaded = arith::ExtFOp::create(b, b.getF32Type(), loaded);
    return arith::AddFOp::create(b, sum, loaded);
  }
};

} // namespace

void fragments::populateDirectPatterns(KernelLowering &kernel,
                                       const TypeConverter &converter,
                                       RewritePatternSet &patterns) {
  patterns.add<StorePattern, AddFromPattern>(kernel, converter,
                                             patterns.getContext());
}
