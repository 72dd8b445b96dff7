//===- ColumnLowering.cpp - Fragments of column-major tiles ---------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MmaSync.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

using namespace mlir;
using namespace dgk;
using namespace dgk::fragments;
using namespace dgk::sm120;

namespace {

/// Bit `bit` of the lane's number, as 0 or 1.
Value getLaneBit(ImplicitLocOpBuilder &b, int64_t bit) {
  Value shifted = arith::ShRUIOp::create(b, getLane(b), constI32(b, bit));
  return arith::AndIOp::create(b, shifted, constI32(b, 1));
}

/// One K step of an operand that is contiguous along its rows: a line in memory
/// is one element of K, and 16 bytes of it are neighbouring rows. `ldmatrix`
/// with `.trans` turns each of its matrices (PTX ISA, "ldmatrix").
///
/// Elements of 16 bits come in four matrices of 8 x 8. Those of A are in the
/// order rows 0-7 | 8-15 of the first half of K, then of the second: the A
/// fragment of one instruction. Of B the halves of K come first: the B
/// fragments of two instructions. Elements of 8 bits come in two matrices of 16
/// x 16, the halves of K, in both cases; for B their registers change places.
///
/// Elements of 4 bits are expanded and arrive like those of 8. An instruction
/// that wants bytes wants them in bits 2 to 5. One that wants pairs of
/// neighbours in K gets them from two matrices, of 16 even and of 16 odd lines,
/// for each half of its K step.
class ColumnReader {
public:
  ColumnReader(ImplicitLocOpBuilder &b, ReadFragmentsOp op, Value tile,
               int64_t offset)
      : b(b), type(op.getInput().getType()),
        span(static_cast<int64_t>(
            cast<SharedAttr>(type.getLayout()).getSwizzle())),
        bytes(getElementBits(type.getElementType()) == 16 ? 2 : 1),
        isFp4(getElementBits(type.getElementType()) == 4),
        isPaired(isFp4 && op.getType().getShape()[1] == kPairedStep),
        isA(op.getType().getSide() == Side::A), tile(tile),
        step(offset + static_cast<int64_t>(op.getOffset()) * span) {}

  /// Elements of K in a step of packed and of expanded 4-bit elements.
  static constexpr int64_t kPairedStep = 64, kExpandedStep = 32;

  /// Registers of `count` rows from `firstRow` on. The lane's address changes
  /// with the row and not with the K step, which is a distance of whole lines
  /// and ends up in the instruction.
  SmallVector<Value> read(Value firstRow, int64_t count) {
    Value k = getLaneLine();
    SwizzledRow line = getSwizzledRow(b, isFp4 ? exchangeLines(b, k) : k, span);
    Value first = arith::AddIOp::create(b, firstRow, getLaneRow());
    SmallVector<Value> registers;
    for (int64_t row = 0; row < count; row += 16) {
      // What does not change from slot to slot first.
      Value offset = arith::AddIOp::create(
          b, line.offset, getRowOffset(addI32(b, first, row), line.pattern));
      Value address = arith::AddIOp::create(b, tile, offset);
      SmallVector<Value> fragment;
      if (isPaired)
        for (int64_t half : {0, 1})
          appendPairs(load(address, step + half * kPairedStep / 2 * span),
                      fragment);
      else
        fragment = load(address, step);
      append(fragment, registers);
    }
    return registers;
  }

private:
  /// The element of K, within the step, that this lane addresses.
  Value getLaneLine() {
    if (isPaired)
      return getPairedLine();
    int64_t rows = bytes == 2 ? 8 : 16;
    Value k = arith::AndIOp::create(b, getLane(b), constI32(b, rows - 1));
    Value half = getLaneBit(b, bytes == 1 || isA ? 4 : 3);
    return arith::AddIOp::create(b, k, mulI32(b, half, rows));
  }

  /// Row j of a matrix goes to lanes of position j / 4 in their quads, which
  /// want the lines 2j and 2j + 1, of the two matrices one each.
  Value getPairedLine() {
    Value k = arith::AndIOp::create(b, getLane(b), constI32(b, 15));
    return arith::AddIOp::create(b, mulI32(b, k, 2), getLaneBit(b, 4));
  }

  /// The first of the rows, of 16, that this lane addresses.
  Value getLaneRow() {
    if (bytes == 1)
      return constI32(b, 0);
    return mulI32(b, getLaneBit(b, isA ? 3 : 4), 8);
  }

  /// Distance of a row from the start of its line, which is cut into atoms of
  /// one span.
  Value getRowOffset(Value row, Value pattern) {
    Value distance = mulI32(b, row, bytes);
    Value atom = arith::DivUIOp::create(b, distance, constI32(b, span));
    Value inAtom = arith::RemUIOp::create(b, distance, constI32(b, span));
    return arith::AddIOp::create(b, mulI32(b, atom, type.getShape()[1] * span),
                                 arith::XOrIOp::create(b, inAtom, pattern));
  }

  SmallVector<Value> load(Value address, int64_t offset) {
    MLIRContext *context = b.getContext();
    auto result = LLVM::LLVMStructType::getLiteral(
        context, SmallVector<Type>(4, b.getI32Type()));
    int64_t rows = bytes == 2 ? 8 : 16;
    Value loaded = NVVM::LdMatrixOp::create(
        b, result, sharedPointer(b, address, offset), bytes == 2 ? 4 : 2,
        NVVM::MMALayout::col,
        NVVM::LdStMatrixShapeAttr::get(context, rows, rows),
        bytes == 2 ? NVVM::LdStMatrixEltType::B16
        : isFp4    ? NVVM::LdStMatrixEltType::B8X16_B4X16_P64
                   : NVVM::LdStMatrixEltType::B8);
    SmallVector<Value> registers;
    for (int64_t i = 0; i < 4; ++i)
      registers.push_back(LLVM::ExtractValueOp::create(b, loaded, i));
    return registers;
  }

  /// Joins the nibbles of even and odd lines: rows 0-7, then rows 8-15. A
  /// product and a sum are one instruction.
  void appendPairs(ArrayRef<Value> loaded, SmallVectorImpl<Value> &fragment) {
    for (int64_t i : {0, 1})
      fragment.push_back(
          arith::AddIOp::create(b, mulI32(b, loaded[i + 2], 16), loaded[i]));
  }

  /// The registers of 16 rows as instructions want them.
  void append(ArrayRef<Value> fragment, SmallVectorImpl<Value> &registers) {
    constexpr int64_t kInOrder[] = {0, 1, 2, 3}, kHalvesFirst[] = {0, 2, 1, 3};
    bool isApart = bytes == 1 && !isA;
    for (int64_t i : isApart ? kHalvesFirst : kInOrder) {
      Value value = fragment[i];
      if (isFp4 && !isPaired)
        value = arith::ShLIOp::create(b, value, constI32(b, kExpandedShift));
      registers.push_back(isApart && !isFp4 ? copy(value) : value);
    }
  }

  /// A B fragment takes two neighbouring registers, of which the load writes
  /// one in each half. ptxas would join them by two moves for every product;
  /// the result of an instruction that it cannot see through is put in place
  /// once. Grids have one dimension, so that this adds zero bits.
  Value copy(Value value) {
    Value zero = NVVM::BlockIdZOp::create(b, b.getI32Type());
    return arith::OrIOp::create(b, value, zero);
  }

  ImplicitLocOpBuilder &b;
  TileType type;
  int64_t span, bytes;
  bool isFp4, isPaired, isA;
  Value tile;
  int64_t step;
};

struct ReadColumnsPattern : KernelPattern<ReadFragmentsOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(ReadFragmentsOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    TileType type = op.getInput().getType();
    auto shared = dyn_cast_if_present<SharedAttr>(type.getLayout());
    int64_t bits = getElementBits(type.getElementType());
    int64_t k = op.getType().getShape()[1];
    bool isStep = bits == 4 ? k == ColumnReader::kPairedStep ||
                                  k == ColumnReader::kExpandedStep
                            : bits * k == 256;
    if (!shared || !shared.getColumnMajor() ||
        shared.getExpanded() != (bits == 4) || !isStep)
      return rewriter.notifyMatchFailure(
          op, "needs a column-major tile in shared memory of elements of 8 or "
              "16 bits, or expanded ones of 4, and a step of 32 bytes");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    WarpTile tile(kernel.schedule);
    Value warp = getWarpInRole(b, kernel.roles.lookup(op));
    bool isA = op.getType().getSide() == Side::A;
    Value firstRow =
        isA ? tile.getFirstRow(b, warp) : tile.getFirstColumn(b, warp);
    ColumnReader reader(b, op, adaptor.getInput().front(),
                        kernel.offsets.lookup(op.getInput()));
    rewriter.replaceOpWithMultiple(
        op, {reader.read(firstRow, isA ? tile.rows : tile.columns)});
    return success();
  }
};

} // namespace

void sm120::populateColumnPatterns(KernelLowering &kernel,
                                   const TypeConverter &converter,
                                   RewritePatternSet &patterns) {
  patterns.add<ReadColumnsPattern>(kernel, converter, patterns.getContext());
}
