//===- MmaLowering.cpp - Products as mma.sync -----------------------------===//
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

/// One K step of an operand from its tile in shared memory, one `ldmatrix.x4`
/// for 16 rows: four 8 x 16-byte matrices, each lane giving the address of one
/// of their rows (PTX ISA, "ldmatrix").
///
/// For A they are in the order rows 0-7 | 8-15 of the first 16 bytes, then of
/// the second: the A fragment of one instruction. For B the halves of K come
/// first: the B fragments of two instructions.
struct ReadFragmentsPattern : KernelPattern<ReadFragmentsOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(ReadFragmentsOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    TileType type = op.getInput().getType();
    auto shared = dyn_cast_if_present<SharedAttr>(type.getLayout());
    FragmentsType fragments = op.getType();
    int64_t stepBytes =
        getBytes(fragments.getShape()[1], fragments.getElementType());
    if (!shared || shared.getSwizzle() == Swizzle::None ||
        shared.getColumnMajor() || stepBytes != 32)
      return rewriter.notifyMatchFailure(
          op, "needs a swizzled tile in shared memory and a step of 32 bytes");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    auto span = static_cast<int64_t>(shared.getSwizzle());
    WarpTile tile(kernel.schedule);
    bool isA = fragments.getSide() == Side::A;
    Value warp = getWarpInRole(b, kernel.roles.lookup(op));
    Value firstRow =
        isA ? tile.getFirstRow(b, warp) : tile.getFirstColumn(b, warp);

    // The lane's offset does not change from slot to slot, so it is one
    // loop-invariant register for each step; the tile's address is the same in
    // all lanes and goes into the instruction as a uniform register.
    int64_t bytes = getBytes(op.getOffset(), type.getElementType());
    Value offset = getLaneOffset(b, fragments.getSide(), firstRow, span, bytes);
    Value address =
        arith::AddIOp::create(b, adaptor.getInput().front(), offset);
    int64_t atom = kernel.offsets.lookup(op.getInput()) +
                   bytes / span * type.getShape()[0] * span;
    int64_t rows = isA ? tile.rows : tile.columns;
    SmallVector<Value> registers;
    for (int64_t row = 0; row < rows; row += 16)
      loadMatrices(b, address, atom + row * span, registers);
    rewriter.replaceOpWithMultiple(op, {registers});
    return success();
  }

  /// Offset in the tile of the row that this lane addresses, `bytes` into K.
  static Value getLaneOffset(ImplicitLocOpBuilder &b, Side side, Value firstRow,
                             int64_t span, int64_t bytes) {
    Value lane = getLane(b);
    auto getBit = [&](int64_t bit) -> Value {
      Value shifted = arith::ShRUIOp::create(b, lane, constI32(b, bit));
      return arith::AndIOp::create(b, shifted, constI32(b, 1));
    };
    Value rowHalf = getBit(side == Side::A ? 3 : 4);
    Value bytesHalf = getBit(side == Side::A ? 4 : 3);
    Value row = arith::AndIOp::create(b, lane, constI32(b, 7));
    row = arith::AddIOp::create(b, row, mulI32(b, rowHalf, 8));
    row = arith::AddIOp::create(b, row, firstRow);
    SwizzledRow swizzled = getSwizzledRow(b, row, span);
    Value inRow = addI32(b, mulI32(b, bytesHalf, 16), bytes % span);
    inRow = arith::XOrIOp::create(b, inRow, swizzled.pattern);
    return arith::AddIOp::create(b, swizzled.offset, inRow);
  }

  static void loadMatrices(ImplicitLocOpBuilder &b, Value address,
                           int64_t offset, SmallVectorImpl<Value> &registers) {
    MLIRContext *context = b.getContext();
    auto result = LLVM::LLVMStructType::getLiteral(
        context, SmallVector<Type>(4, b.getI32Type()));
    Value loaded = NVVM::LdMatrixOp::create(
        b, result, sharedPointer(b, address, offset), 4, NVVM::MMALayout::row,
        NVVM::LdStMatrixShapeAttr::get(context, 8, 8),
        NVVM::LdStMatrixEltType::B16);
    for (int64_t i = 0; i < 4; ++i)
      registers.push_back(LLVM::ExtractValueOp::create(b, loaded, i));
  }
};

/// The scale words of one operand and which of their bytes applies.
class ScaleSelector {
public:
  /// `index` is the position in the word of the step's scale. A constant goes
  /// into the instruction's byte selector, a value shifts the words.
  ScaleSelector(ImplicitLocOpBuilder &b, ValueRange words, Value index)
      : words(words) {
    if (std::optional<int64_t> constant = getConstantIntValue(index)) {
      byte = *constant;
      return;
    }
    Value shift = mulI32(b, toI32(b, index), 8);
    for (Value &word : this->words)
      word = arith::ShRUIOp::create(b, word, shift);
  }

  int64_t getByte() const { return byte; }
  Value getWord(int64_t i) const { return words[i]; }

private:
  SmallVector<Value> words;
  int64_t byte = 0;
};

/// All instructions of one K step.
struct MmaPattern : KernelPattern<MmaOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(MmaOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto instruction = cast<MmaSyncAttr>(kernel.schedule.getInstruction());
    auto isScales = [](Value scale) {
      return scale && isa<ScalesType>(scale.getType());
    };
    if (!isa<FragmentsType>(op.getA().getType()) ||
        !isa<FragmentsType>(op.getB().getType()) ||
        instruction.getKind() != MmaKind::MXF8F6F4 ||
        !isScales(op.getAScale()) || !isScales(op.getBScale()))
      return rewriter.notifyMatchFailure(
          op, "needs operands and scales in registers; run dgk-hoist-scales "
              "and dgk-read-fragments first");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    ScaleSelector sa(b, adaptor.getAScale(), op.getAScaleIndex());
    ScaleSelector sb(b, adaptor.getBScale(), op.getBScaleIndex());
    if (sa.getByte() > 3 || sb.getByte() > 3)
      return op.emitOpError("[mma-c5] selects bytes ")
             << sa.getByte() << " and " << sb.getByte()
             << " of its scale words, expected 0 to 3";
    SmallVector<Value> acc(adaptor.getAccumulator());
    multiply(b, instruction, WarpTile(kernel.schedule), adaptor.getA(),
             adaptor.getB(), sa, sb, acc);
    rewriter.replaceOpWithMultiple(op, {acc});
    return success();
  }

  /// Column by column, so that neighbours in time share B and differ in the
  /// accumulator.
  static void multiply(ImplicitLocOpBuilder &b, MmaSyncAttr instruction,
                       const WarpTile &tile, ValueRange fa, ValueRange fb,
                       const ScaleSelector &sa, const ScaleSelector &sb,
                       MutableArrayRef<Value> acc) {
    for (int64_t j = 0; j < tile.getTilesN(); ++j)
      for (int64_t i = 0; i < tile.getTilesM(); ++i)
        multiplyOne(b, instruction, fa.slice(kRegistersA * i, kRegistersA),
                    fb.slice(kRegistersB * j, kRegistersB), sa.getWord(i),
                    sa.getByte(), sb.getWord(j), sb.getByte(),
                    acc.slice(tile.getIndex(i, j), kAccumulators));
  }

  static void multiplyOne(ImplicitLocOpBuilder &b, MmaSyncAttr instruction,
                          ValueRange fa, ValueRange fb, Value wordA,
                          int64_t byteA, Value wordB, int64_t byteB,
                          MutableArrayRef<Value> acc) {
    auto selector = [&](int64_t value) -> Value {
      return arith::ConstantOp::create(b, b.getI16IntegerAttr(value));
    };
    Type result = LLVM::LLVMStructType::getLiteral(
        b.getContext(), SmallVector<Type>(kAccumulators, b.getF32Type()));
    Value d = NVVM::MmaBlockScaleOp::create(
        b, result, fa, fb, acc, wordA, selector(byteA), selector(0), wordB,
        selector(byteB), selector(0),
        {instruction.getM(), instruction.getN(), instruction.getK()},
        std::array<NVVM::MMATypes, 2>{NVVM::MMATypes::e4m3,
                                      NVVM::MMATypes::e4m3},
        NVVM::ScaleVecSize::X1, NVVM::BlockScaleFormat::UE8M0,
        NVVM::MMABlockScaleKind::MXF8F6F4);
    for (int64_t r = 0; r < kAccumulators; ++r)
      acc[r] = LLVM::ExtractValueOp::create(b, d, r);
  }
};

/// Scale words go where thread selector 0 finds them (PTX ISA, "Block scaling
/// for mma.sync"): of A, lanes 0 and 1 of quad g hold rows g and g + 8; of B,
/// lane 0 holds column g. The other lanes load a word that nothing reads.
///
/// The selectors could spread the words of two rows of instructions of A and
/// four columns of B over a quad and save loads. But ptxas 13 keeps byte and
/// thread selectors together in a uniform register, so each combination costs a
/// move for each byte: 31 moves instead of 3 and 3 loads instead of 10 for one
/// word of a 128 x 128 tile.
struct ReadScalesPattern : KernelPattern<ReadScalesOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(ReadScalesOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    WarpTile tile(kernel.schedule);
    Value warp = getWarpInRole(b, kernel.roles.lookup(op));
    Value lane = getLane(b);
    Value row = arith::ShRUIOp::create(b, lane, constI32(b, 2));
    bool isA = op.getType().getSide() == Side::A;
    if (isA) {
      Value odd = arith::AndIOp::create(b, lane, constI32(b, 1));
      row = arith::AddIOp::create(b, row, mulI32(b, odd, 8));
    }
    row = arith::AddIOp::create(
        b, row, isA ? tile.getFirstRow(b, warp) : tile.getFirstColumn(b, warp));
    Value address =
        arith::AddIOp::create(b, adaptor.getInput().front(), mulI32(b, row, 4));
    int64_t step = 4 * (isA ? kRows : kColumns);
    int64_t count = isA ? tile.getTilesM() : tile.getTilesN();
    int64_t offset = kernel.offsets.lookup(op.getInput());
    SmallVector<Value> words;
    for (int64_t i = 0; i < count; ++i)
      words.push_back(LLVM::LoadOp::create(
          b, b.getI32Type(), sharedPointer(b, address, offset + step * i)));
    rewriter.replaceOpWithMultiple(op, {words});
    return success();
  }
};

} // namespace

void sm120::populateMmaPatterns(KernelLowering &kernel,
                                const TypeConverter &converter,
                                RewritePatternSet &patterns) {
  patterns.add<MmaPattern, ReadFragmentsPattern, ReadScalesPattern>(
      kernel, converter, patterns.getContext());
}
