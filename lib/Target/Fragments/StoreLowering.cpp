//===- StoreLowering.cpp - Accumulators to global memory, by TMA ----------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fragments.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace dgk;
using namespace dgk::fragments;

namespace {

/// The two neighbours in a row that one lane holds, as one vector.
Value getPair(ImplicitLocOpBuilder &b, ValueRange elements, int64_t first) {
  auto type = VectorType::get(2, elements[first].getType());
  return vector::FromElementsOp::create(
      b, type, ValueRange{elements[first], elements[first + 1]});
}

/// Writes pieces of a warp's tile into staging slots: 16 rows, one swizzle span
/// wide.
class PieceWriter {
public:
  PieceWriter(ImplicitLocOpBuilder &b, const WarpTile &tile, BufferType staging,
              Value lane)
      : b(b), tile(tile), bytes(getBytes(1, staging.getElementType())),
        columns(staging.getShape().back()), span(columns * bytes), lane(lane) {}

  int64_t getColumns() const { return columns; }

  /// Piece at 16-row block `i` and `column` of what the warp has of the
  /// destination, which is its tile or, `transposed`, the transpose, to `slot`.
  void write(ValueRange elements, int64_t i, int64_t column, Value slot,
             bool transposed) {
    if (bytes == 2)
      writeNarrow(elements, i, column, slot, transposed);
    else if (transposed)
      writeWideTransposed(elements, i, column, slot);
    else
      writeWide(elements, i, column, slot);
  }

private:
  /// First register of the pair in row half `half` of instruction (i, j).
  int64_t getIndex(int64_t i, int64_t j, int64_t half) const {
    return tile.getIndex(i, j) + 2 * half;
  }

  /// First register of a pair that goes to rows [8 `half`, 8 `half` + 8) of the
  /// piece, columns [8 `block`, 8 `block` + 8) of the destination: neighbours
  /// in a column where the tile is transposed.
  int64_t getPairIndex(int64_t i, int64_t half, int64_t block,
                       bool transposed) const {
    return transposed ? getIndex(block / 2, 2 * i + half, block % 2)
                      : getIndex(i, block, half);
  }

  /// 16-bit elements: `stmatrix` takes the fragment as it is, or turns it. Lane
  /// l gives the address of row l % 8 of matrix l / 8; the matrices are the
  /// upper and lower halves of two neighbouring blocks of 8 columns.
  void writeNarrow(ValueRange elements, int64_t i, int64_t column, Value slot,
                   bool transposed) {
    int64_t count = columns / 8;
    Value row = arith::AndIOp::create(b, lane, constI32(b, 15));
    Value next = arith::ShRUIOp::create(b, lane, constI32(b, 4));
    SwizzledRow swizzled = getSwizzledRow(b, row, span);
    Value start = arith::AddIOp::create(b, slot, swizzled.offset);
    for (int64_t j = 0; j < count; j += 2) {
      Value chunk = mulI32(b, addI32(b, next, j), 16);
      Value inRow = arith::XOrIOp::create(b, chunk, swizzled.pattern);
      Value address = arith::AddIOp::create(b, start, inRow);
      SmallVector<Value> registers;
      for (int64_t k = j; k < std::min(j + 2, count); ++k)
        for (int64_t half = 0; half < 2; ++half) {
          Value pair = getPair(
              b, elements, getPairIndex(i, half, column / 8 + k, transposed));
          registers.push_back(LLVM::BitcastOp::create(b, b.getI32Type(), pair));
        }
      NVVM::StMatrixOp::create(
          b, sharedPointer(b, address), registers,
          transposed ? NVVM::MMALayout::col : NVVM::MMALayout::row,
          NVVM::LdStMatrixShapeAttr::get(b.getContext(), 8, 8),
          NVVM::LdStMatrixEltType::B16);
    }
  }

  /// 32-bit elements: two neighbours at a time. Half a warp writes four rows
  /// at once, of which the swizzle keeps only two apart: its unit is 16 bytes,
  /// that of a quad of lanes 32. So two of the four write the blocks in another
  /// order, half of a span further on: odd rows where a span is a line of all
  /// banks, every other pair of rows where two spans share one. Four spans of
  /// 32 bytes are a line already.
  void writeWide(ValueRange elements, int64_t i, int64_t column, Value slot) {
    int64_t count = columns / 8;
    Value g = arith::ShRUIOp::create(b, lane, constI32(b, 2));
    Value t = arith::AndIOp::create(b, lane, constI32(b, 3));
    int64_t apart = count / 2;
    Value bit = arith::AndIOp::create(b, g, constI32(b, 4 / count));
    Value isApart =
        arith::CmpIOp::create(b, arith::CmpIPredicate::ne, bit, constI32(b, 0));
    // Swizzles repeat after 8 rows.
    SwizzledRow swizzled = getSwizzledRow(b, g, span);
    Value start = arith::AddIOp::create(b, slot, swizzled.offset);
    for (int64_t half = 0; half < 2; ++half)
      for (int64_t j = 0; j < count; ++j) {
        auto pairOf = [&](int64_t block) {
          return getPair(b, elements, getIndex(i, column / 8 + block, half));
        };
        Value pair = pairOf(j), inRow = constI32(b, 32 * j);
        if (apart != 0) {
          pair = arith::SelectOp::create(b, isApart, pairOf(j ^ apart), pair);
          inRow = arith::SelectOp::create(b, isApart,
                                          constI32(b, 32 * (j ^ apart)), inRow);
        }
        inRow = arith::AddIOp::create(b, mulI32(b, t, 8), inRow);
        inRow = arith::XOrIOp::create(b, inRow, swizzled.pattern);
        Value address = arith::AddIOp::create(b, start, inRow);
        LLVM::StoreOp::create(b, pair,
                              sharedPointer(b, address, 8 * half * span),
                              /*alignment=*/8);
      }
  }

  /// 32-bit elements of a transposed tile, one at a time: 8 neighbours of each
  /// of 4 rows. The rows are two apart, so that the swizzle sends their two
  /// chunks of 16 bytes to different banks.
  void writeWideTransposed(ValueRange elements, int64_t i, int64_t column,
                           Value slot) {
    Value g = arith::ShRUIOp::create(b, lane, constI32(b, 2));
    Value t = arith::AndIOp::create(b, lane, constI32(b, 3));
    for (int64_t c = 0; c < 2; ++c) {
      SwizzledRow swizzled =
          getSwizzledRow(b, addI32(b, mulI32(b, t, 2), c), span);
      Value start = arith::AddIOp::create(b, slot, swizzled.offset);
      for (int64_t k = 0; k < columns / 8; ++k) {
        Value inRow = mulI32(b, addI32(b, g, 8 * k), bytes);
        inRow = arith::XOrIOp::create(b, inRow, swizzled.pattern);
        Value address = arith::AddIOp::create(b, start, inRow);
        for (int64_t half = 0; half < 2; ++half)
          LLVM::StoreOp::create(
              b, elements[getPairIndex(i, half, column / 8 + k, true) + c],
              sharedPointer(b, address, 8 * half * span));
      }
    }
  }

  ImplicitLocOpBuilder &b;
  const WarpTile &tile;
  int64_t bytes, columns, span;
  Value lane;
};

struct StoreAsyncPattern : KernelPattern<StoreAsyncOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(StoreAsyncOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    WarpTile tile(kernel.schedule);
    RoleWarps role = kernel.roles.lookup(op);
    BufferType staging = op.getStaging().getType();
    PieceWriter writer(b, tile, staging, getLaneOfStores(b, kernel));
    int64_t slots = staging.getSlots() / role.count;
    // What the warp has of the destination.
    bool transposed = op.getTransposed();
    int64_t rows = transposed ? tile.columns : tile.rows;
    int64_t columns = transposed ? tile.rows : tile.columns;
    int64_t step = transposed ? kRows : tile.rowStep;
    int64_t pieces =
        rows / kRows * llvm::divideCeil(columns, writer.getColumns());
    if (staging.getShape().front() != kRows)
      return op.emitOpError("[store_async-c3] stages ")
             << staging << ", expected slots of " << kRows << " rows";
    if (!op.getMap() || slots == 0 || pieces % slots != 0)
      return op.emitOpError("[store_async-c3] has ")
             << staging.getSlots() << " staging slots for " << role.count
             << " warps with " << pieces
             << " pieces each; the slots of a warp must divide its pieces";

    Value map = kernel.getParameter(ParameterKind::Map, *op.getMap());
    Value warp = getWarpInRole(b, role);
    Value first =
        arith::AddIOp::create(b, adaptor.getStaging().front(),
                              mulI32(b, warp, slots * staging.getSlotBytes()));
    first = addI32(b, first, kernel.offsets.lookup(op.getStaging()));
    SmallVector<Value> origin = getOrigin(b, op, tile, warp);
    int64_t piece = 0;
    for (int64_t i = 0; i < rows / kRows; ++i)
      for (int64_t column = 0; column < columns;
           column += writer.getColumns(), ++piece) {
        Value slot = addI32(b, first, piece % slots * staging.getSlotBytes());
        waitForSlot(b, slots);
        writer.write(adaptor.getValue(), i, column, slot, transposed);
        SmallVector<Value> at = origin;
        at[0] = addI32(b, at[0], column);
        at[0] = splitHeads(b, op.getHeadsAttr(), at[0]);
        at[1] = addI32(b, at[1], step * i);
        copyOut(b, op, map, slot, at);
      }
    rewriter.eraseOp(op);
    return success();
  }

  /// Coordinates of the warp's first element, innermost first.
  static SmallVector<Value> getOrigin(ImplicitLocOpBuilder &b, StoreAsyncOp op,
                                      const WarpTile &tile, Value warp) {
    SmallVector<Value> origin;
    for (Value coordinate : llvm::reverse(op.getCoordinates()))
      origin.push_back(toI32(b, coordinate));
    bool transposed = op.getTransposed();
    Value &alongColumns = origin[transposed ? 1 : 0];
    Value &alongRows = origin[transposed ? 0 : 1];
    alongColumns =
        arith::AddIOp::create(b, alongColumns, tile.getFirstColumn(b, warp));
    alongRows = arith::AddIOp::create(b, alongRows, tile.getFirstRow(b, warp));
    return origin;
  }

  /// The first lane issues every copy, so it alone knows when a slot has been
  /// read; the others wait for it.
  static void waitForSlot(ImplicitLocOpBuilder &b, int64_t slots) {
    inFirstLane(b, [&] {
      NVVM::CpAsyncBulkWaitGroupOp::create(b, b.getI32IntegerAttr(slots - 1),
                                           b.getUnitAttr());
    });
    NVVM::SyncWarpOp::create(b, constI32(b, -1));
  }

  /// PTX ISA, "Async proxy": each writer fences its writes before the copy that
  /// another thread issues may read them.
  static void copyOut(ImplicitLocOpBuilder &b, StoreAsyncOp op, Value map,
                      Value slot, ValueRange coordinates) {
    NVVM::FenceProxyOp::create(
        b,
        NVVM::ProxyKindAttr::get(b.getContext(), NVVM::ProxyKind::async_shared),
        NVVM::SharedSpaceAttr::get(b.getContext(),
                                   NVVM::SharedSpace::shared_cta));
    NVVM::SyncWarpOp::create(b, constI32(b, -1));
    inFirstLane(b, [&] {
      Value source = sharedPointer(b, slot);
      if (op.getAccumulate())
        NVVM::CpAsyncBulkTensorReduceOp::create(
            b, map, source, NVVM::TMAReduxKind::ADD, NVVM::TMAStoreMode::TILE,
            coordinates, /*l2CacheHint=*/Value());
      else
        NVVM::CpAsyncBulkTensorSharedCTAToGlobalOp::create(
            b, map, source, coordinates, /*l2CacheHint=*/Value(),
            NVVM::TMAStoreMode::TILE, /*predicate=*/Value());
      NVVM::CpAsyncBulkCommitGroupOp::create(b);
    });
  }

  static void inFirstLane(ImplicitLocOpBuilder &b, function_ref<void()> body) {
    auto branch = scf::IfOp::create(b, isFirstLane(b));
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(branch.thenBlock());
    body();
  }
};

} // namespace

void fragments::populateStorePatterns(KernelLowering &kernel,
                                      const TypeConverter &converter,
                                      RewritePatternSet &patterns) {
  patterns.add<StoreAsyncPattern>(kernel, converter, patterns.getContext());
  populateDirectPatterns(kernel, converter, patterns);
  populateAddendPatterns(kernel, converter, patterns);
}
