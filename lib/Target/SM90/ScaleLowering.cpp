//===- ScaleLowering.cpp - Scales and promotion ---------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wgmma.h"

using namespace mlir;
using namespace dgk;
using namespace dgk::fragments;
using namespace dgk::sm90;

namespace {

/// How the scales of one side meet the elements that a thread holds.
struct ScaleMap {
  ScaleMap(ScheduleAttr schedule, ScalesType type)
      : tile(schedule), side(type.getSide()),
        extent(side == Side::A ? schedule.getTileM() : schedule.getTileN()),
        block(extent / type.getRows()) {}

  bool isPerRow() const { return block == 1; }
  int64_t getExtentOfWarp() const {
    return side == Side::A ? tile.rows : tile.columns;
  }
  /// Registers of one thread: two for each 16 rows or 8 columns, or one for
  /// each block that the warp meets.
  int64_t getRegisters() const {
    if (isPerRow())
      return 2 * (side == Side::A ? tile.getTilesM() : tile.getTilesN());
    return side == Side::A ? extent / block
                           : std::max<int64_t>(getExtentOfWarp() / block, 1);
  }

  WarpTile tile;
  Side side;
  int64_t extent, block;
};

struct ReadScalesPattern : KernelPattern<ReadScalesOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(ReadScalesOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (op.getType().getWords() != 1)
      return rewriter.notifyMatchFailure(op, "needs one element for each row");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    ScaleMap map(kernel.schedule, op.getType());
    Value warp = getWarpInRole(b, kernel.roles.lookup(op));
    Value address = adaptor.getInput().front();
    int64_t offset = kernel.offsets.lookup(op.getInput());
    Type type = op.getType().getElementType();
    SmallVector<Value> scales =
        !map.isPerRow() ? readBlocks(b, map, type, warp, address, offset)
        : map.side == Side::A
            ? readRows(b, map, type, warp, address, offset)
            : readColumns(b, map, type, warp, address, offset);
    rewriter.replaceOpWithMultiple(op, {scales});
    return success();
  }

  /// Scales are f32, or words of four.
  static Value load(ImplicitLocOpBuilder &b, Type type, Value address,
                    int64_t offset) {
    return LLVM::LoadOp::create(b, type, sharedPointer(b, address, offset));
  }

  static Value index(ImplicitLocOpBuilder &b, Value address, Value number) {
    return arith::AddIOp::create(b, address, mulI32(b, number, 4));
  }

  static SmallVector<Value> readBlocks(ImplicitLocOpBuilder &b,
                                       const ScaleMap &map, Type type,
                                       Value warp, Value address,
                                       int64_t offset) {
    if (map.side == Side::B && map.tile.gridN > 1) {
      Value column = map.tile.getFirstColumn(b, warp);
      address =
          index(b, address,
                arith::DivUIOp::create(b, column, constI32(b, map.block)));
    }
    SmallVector<Value> scales;
    for (int64_t i = 0; i < map.getRegisters(); ++i)
      scales.push_back(load(b, type, address, offset + 4 * i));
    return scales;
  }

  /// Rows l / 4 and l / 4 + 8 of each 16.
  static SmallVector<Value> readRows(ImplicitLocOpBuilder &b,
                                     const ScaleMap &map, Type type, Value warp,
                                     Value address, int64_t offset) {
    Value g = arith::ShRUIOp::create(b, getLane(b), constI32(b, 2));
    Value row = arith::AddIOp::create(b, g, map.tile.getFirstRow(b, warp));
    address = index(b, address, row);
    SmallVector<Value> scales;
    for (int64_t i = 0; i < map.tile.getTilesM(); ++i)
      for (int64_t half = 0; half < 2; ++half)
        scales.push_back(load(b, type, address,
                              offset + 4 * (map.tile.rowStep * i + 8 * half)));
    return scales;
  }

  /// Columns 2 (l % 4) and the next of each 8.
  static SmallVector<Value> readColumns(ImplicitLocOpBuilder &b,
                                        const ScaleMap &map, Type type,
                                        Value warp, Value address,
                                        int64_t offset) {
    Value t = arith::AndIOp::create(b, getLane(b), constI32(b, 3));
    Value column = arith::AddIOp::create(b, mulI32(b, t, 2),
                                         map.tile.getFirstColumn(b, warp));
    address = index(b, address, column);
    auto pair = VectorType::get(2, type);
    SmallVector<Value> scales;
    for (int64_t j = 0; j < map.tile.getTilesN(); ++j) {
      Value both = LLVM::LoadOp::create(
          b, pair, sharedPointer(b, address, offset + 4 * kColumns * j),
          /*alignment=*/8);
      for (int64_t c = 0; c < 2; ++c)
        scales.push_back(
            LLVM::ExtractElementOp::create(b, both, constI32(b, c)));
    }
    return scales;
  }
};

/// Scales of the rows or columns that a lane has, or of the blocks of them, as
/// `readRows`, `readColumns` and `readBlocks` bring them from shared memory.
struct FetchScalesPattern : KernelPattern<FetchScalesOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(FetchScalesOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    ScaleMap map(kernel.schedule, op.getType());
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value warp = getWarpInRole(b, kernel.roles.lookup(op));
    Matrix from(b, kernel, op.getSource());
    Value column = toI32(b, op.getCoordinates()[1]);
    Value first = toI32(b, op.getCoordinates()[0]);
    Value last = addI32(b, from.rows, -1);
    SmallVector<Value> scales;
    for (Value row : getRows(b, map, warp)) {
      row = arith::AddIOp::create(b, first, row);
      if (std::optional<ArrayRef<int64_t>> rows = op.getRows())
        row = arith::DivUIOp::create(b, row, constI32(b, rows->back()));
      Value start = from.getRowStart(b, arith::MinUIOp::create(b, row, last));
      Value scale = LLVM::LoadOp::create(b, from.element,
                                         from.getAddress(b, start, column));
      if (from.element.isInteger(8))
        scale = arith::ExtUIOp::create(b, b.getI32Type(), scale);
      scales.push_back(scale);
    }
    rewriter.replaceOpWithMultiple(op, {scales});
    return success();
  }

  /// The lane's rows (of A) or columns (of B) of the tile, or the first of each
  /// block.
  static SmallVector<Value> getRows(ImplicitLocOpBuilder &b,
                                    const ScaleMap &map, Value warp) {
    SmallVector<Value> rows;
    if (!map.isPerRow()) {
      Value block = map.side == Side::B ? map.tile.getFirstColumn(b, warp)
                                        : constI32(b, 0);
      for (int64_t i = 0; i < map.getRegisters(); ++i)
        rows.push_back(addI32(b, block, map.block * i));
      return rows;
    }
    Value lane = getLane(b);
    if (map.side == Side::A) {
      Value g = arith::ShRUIOp::create(b, lane, constI32(b, 2));
      Value row = arith::AddIOp::create(b, g, map.tile.getFirstRow(b, warp));
      for (int64_t i = 0; i < map.tile.getTilesM(); ++i)
        for (int64_t half = 0; half < 2; ++half)
          rows.push_back(addI32(b, row, map.tile.rowStep * i + 8 * half));
      return rows;
    }
    Value t = arith::AndIOp::create(b, lane, constI32(b, 3));
    Value column = arith::AddIOp::create(b, mulI32(b, t, 2),
                                         map.tile.getFirstColumn(b, warp));
    for (int64_t j = 0; j < map.tile.getTilesN(); ++j)
      for (int64_t c = 0; c < 2; ++c)
        rows.push_back(addI32(b, column, kColumns * j + c));
    return rows;
  }
};

/// Words to f32. The byte goes to where f32 has its exponent. Two numbers are
/// written otherwise there: 2^-127 is denormal, and what is left of 255 would
/// be infinite.
struct UnpackScalesPattern : KernelPattern<UnpackScalesOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(UnpackScalesOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    constexpr int64_t kExponent = 0x7f800000, kSmallest = 0x00400000,
                      kNan = 0x7fc00000, kFractionBits = 23;
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value shift = arith::SubIOp::create(b, constI32(b, kFractionBits),
                                        mulI32(b, toI32(b, op.getIndex()), 8));
    Value nan = constI32(b, kNan), exponent = constI32(b, kExponent);
    SmallVector<Value> scales;
    for (Value word : adaptor.getInput()) {
      // To the left around the end: the shift is taken modulo 32.
      Value bits = LLVM::FshlOp::create(b, word, word, shift);
      bits = arith::AndIOp::create(b, bits, exponent);
      Value isNan =
          arith::CmpIOp::create(b, arith::CmpIPredicate::eq, bits, exponent);
      bits = arith::MaxUIOp::create(b, bits, constI32(b, kSmallest));
      bits = arith::SelectOp::create(b, isNan, nan, bits);
      scales.push_back(LLVM::BitcastOp::create(b, b.getF32Type(), bits));
    }
    rewriter.replaceOpWithMultiple(op, {scales});
    return success();
  }
};

/// The blocks of 16 x 8 elements, of those of a warp, that a promotion adds to.
struct Band {
  Band(const WarpTile &tile, PromoteOp op) {
    ArrayRef<int64_t> shape = op.getPartial().getType().getShape();
    row = static_cast<int64_t>(op.getFirstRow().value_or(0)) / tile.rowStep;
    rows = shape[0] / tile.rowStep;
    column = static_cast<int64_t>(op.getFirstColumn().value_or(0)) / kColumns;
    columns = shape[1] / tile.gridN / kColumns;
  }

  int64_t row, rows, column, columns;
};

/// Products of a scale of A and one of B, which neighbouring elements share.
class ScaleProducts {
public:
  ScaleProducts(const WarpTile &tile, const ScaleMap &rows,
                const ScaleMap &columns)
      : tile(tile), rows(rows), columns(columns) {}

  /// Makes those of the elements of `band`.
  void build(ImplicitLocOpBuilder &b, const Band &band, ValueRange aScales,
             ValueRange bScales) {
    for (int64_t i = band.row; i < band.row + band.rows; ++i)
      for (int64_t j = band.column; j < band.column + band.columns; ++j)
        for (int64_t r = 0; r < kAccumulators; ++r) {
          auto [position, isNew] =
              positions.try_emplace(getScales(i, j, r), values.size());
          if (isNew)
            values.push_back(
                arith::MulFOp::create(b, aScales[position->first.first],
                                      bScales[position->first.second]));
        }
  }
  /// The product for register `r` of block (i, j).
  Value get(int64_t i, int64_t j, int64_t r) const {
    return values[positions.lookup(getScales(i, j, r))];
  }

  SmallVector<Value> values;

private:
  std::pair<int64_t, int64_t> getScales(int64_t i, int64_t j, int64_t r) const {
    return {rows.isPerRow() ? 2 * i + r / 2 : tile.rowStep * i / rows.block,
            columns.isPerRow() ? 2 * j + r % 2 : kColumns * j / columns.block};
  }

  const WarpTile &tile;
  const ScaleMap &rows, &columns;
  DenseMap<std::pair<int64_t, int64_t>, size_t> positions;
};

/// Products of scales of which a thread can hold all beside its sums.
constexpr size_t kFewProducts = 32;

struct PromotePattern : KernelPattern<PromoteOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(PromoteOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    WarpTile tile(kernel.schedule);
    ScaleMap rows(kernel.schedule, op.getAScale().getType());
    ScaleMap columns(kernel.schedule, op.getBScale().getType());
    Band band(tile, op);
    ScaleProducts products(tile, rows, columns);
    products.build(b, band, adaptor.getAScale(), adaptor.getBScale());
    bool areFew = products.values.size() <= kFewProducts;
    if (areFew)
      products.values = passThrough(b, products.values, "");

    SmallVector<Value> sums(adaptor.getAccumulator());
    SmallVector<int64_t> indices;
    for (int64_t i = band.row; i < band.row + band.rows; ++i)
      for (int64_t j = band.column; j < band.column + band.columns; ++j)
        for (int64_t r = 0; r < kAccumulators; ++r) {
          Value partial = adaptor.getPartial()[indices.size()];
          indices.push_back(tile.getIndex(i, j) + r);
          Value &sum = sums[indices.back()];
          sum = LLVM::FMAOp::create(b, partial, products.get(i, j, r), sum);
        }
    if (!areFew || isBeforeProduct(op))
      pinBand(b, indices, sums);
    rewriter.replaceOpWithMultiple(op, {sums});
    return success();
  }

  static bool isBeforeProduct(Operation *op) {
    while ((op = op->getNextNode()))
      if (isa<MmaOp>(op))
        return true;
    return false;
  }

  /// LLVM sinks these additions to the end of the loop: behind the next
  /// product, so that the partial sums of both would be alive, for which a
  /// thread has no registers, and the next could not take these over; or behind
  /// the release of the slot whose scales they use, which must come after a use
  /// of each (that of few products is enough). No instruction, but a place in
  /// the order.
  static void pinBand(ImplicitLocOpBuilder &b, ArrayRef<int64_t> indices,
                      MutableArrayRef<Value> sums) {
    SmallVector<Value> band;
    for (int64_t index : indices)
      band.push_back(sums[index]);
    for (auto [index, value] : llvm::zip(indices, passThrough(b, band, "")))
      sums[index] = value;
  }
};

} // namespace

int64_t sm90::getScaleRegisters(ScheduleAttr schedule, ScalesType type) {
  return ScaleMap(schedule, type).getRegisters();
}

void sm90::populateScalePatterns(KernelLowering &kernel,
                                 const TypeConverter &converter,
                                 RewritePatternSet &patterns) {
  patterns.add<ReadScalesPattern, FetchScalesPattern, UnpackScalesPattern,
               PromotePattern>(kernel, converter, patterns.getContext());
}
