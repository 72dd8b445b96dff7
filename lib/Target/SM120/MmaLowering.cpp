//===- MmaLowering.cpp - Products as mma.sync -----------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fragments.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

using namespace mlir;
using namespace dgk;
using namespace dgk::sm120;

namespace {

/// Bytes of K that one instruction consumes from each row.
constexpr int64_t kStepBytes = 32;

/// A fragment of one instruction's operand: 4 registers of A, 2 of B.
using Fragment = SmallVector<Value, 4>;

/// Loads the fragments of one operand from its tile in shared memory, one
/// `ldmatrix.x4` for 16 rows: four 8 x 16-byte matrices, each lane giving the
/// address of one of their rows (PTX ISA, "ldmatrix").
///
/// For A they are in the order rows 0-7 | 8-15 of the first 16 bytes, then of
/// the second: the A fragment of one instruction. For B the halves of K come
/// first: the B fragments of two instructions.
class FragmentLoader {
public:
  FragmentLoader(ImplicitLocOpBuilder &b, Side side, TileType type,
                 Value address, Value firstRow)
      : b(b), side(side), span(static_cast<int64_t>(
                              cast<SharedAttr>(type.getLayout()).getSwizzle())),
        atomBytes(type.getShape()[0] * span), tile(address) {
    Value lane = getLane(b);
    Value bit3 = getBit(lane, 3), bit4 = getBit(lane, 4);
    Value low = arith::AndIOp::create(b, lane, constI32(b, 7));
    Value rowHalf = side == Side::A ? bit3 : bit4;
    Value bytesHalf = side == Side::A ? bit4 : bit3;
    Value row = arith::AddIOp::create(b, low, mulI32(b, rowHalf, 8));
    row = arith::AddIOp::create(b, row, firstRow);
    SwizzledRow swizzled = getSwizzledRow(b, row, span);
    rowOffset = swizzled.offset;
    inRow =
        arith::XOrIOp::create(b, mulI32(b, bytesHalf, 16), swizzled.pattern);
  }

  /// Fragments of `rows` / 16 loads at K step `step`.
  SmallVector<Fragment> load(int64_t step, int64_t rows) {
    // The lane's offset does not change from slot to slot, so it is one
    // loop-invariant register for each step; the tile's address is the same in
    // all lanes and goes into the instruction as a uniform register.
    int64_t bytes = step * kStepBytes;
    Value steppedInRow =
        arith::XOrIOp::create(b, inRow, constI32(b, bytes % span));
    Value offset = arith::AddIOp::create(b, rowOffset, steppedInRow);
    Value address = arith::AddIOp::create(b, tile, offset);
    int64_t atom = bytes / span * atomBytes;
    SmallVector<Fragment> fragments;
    for (int64_t row = 0; row < rows; row += 16) {
      SmallVector<Value> r = loadMatrices(address, atom + row * span);
      if (side == Side::A) {
        fragments.emplace_back(r.begin(), r.end());
        continue;
      }
      fragments.push_back(Fragment{r[0], r[1]});
      fragments.push_back(Fragment{r[2], r[3]});
    }
    return fragments;
  }

private:
  Value getBit(Value value, int64_t bit) {
    Value shifted = arith::ShRUIOp::create(b, value, constI32(b, bit));
    return arith::AndIOp::create(b, shifted, constI32(b, 1));
  }

  SmallVector<Value> loadMatrices(Value address, int64_t offset) {
    MLIRContext *context = b.getContext();
    auto result = LLVM::LLVMStructType::getLiteral(
        context, SmallVector<Type>(4, b.getI32Type()));
    Value loaded = NVVM::LdMatrixOp::create(
        b, result, sharedPointer(b, address, offset), 4, NVVM::MMALayout::row,
        NVVM::LdStMatrixShapeAttr::get(context, 8, 8),
        NVVM::LdStMatrixEltType::B16);
    SmallVector<Value> registers;
    for (int64_t i = 0; i < 4; ++i)
      registers.push_back(LLVM::ExtractValueOp::create(b, loaded, i));
    return registers;
  }

  ImplicitLocOpBuilder &b;
  Side side;
  int64_t span, atomBytes;
  Value tile, rowOffset, inRow;
};

/// The scale words of one operand and which of their bytes applies.
class ScaleSelector {
public:
  /// `index` is the position in the word of the tile's first scale. A constant
  /// goes into the instruction's byte selector, a value shifts the words.
  ScaleSelector(ImplicitLocOpBuilder &b, ValueRange words, Value index,
                int64_t per)
      : words(words), per(per) {
    if (std::optional<int64_t> constant = getConstantIntValue(index)) {
      first = *constant;
      return;
    }
    Value shift = mulI32(b, toI32(b, index), 8);
    for (Value &word : this->words)
      word = arith::ShRUIOp::create(b, word, shift);
  }

  int64_t getByte(int64_t step) const { return first + step * 32 / per; }
  Value getWord(int64_t i) const { return words[i]; }

private:
  SmallVector<Value> words;
  int64_t per, first = 0;
};

struct MmaPattern : KernelPattern<MmaOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(MmaOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto a = dyn_cast<TileType>(op.getA().getType());
    TileType bType = op.getB().getType();
    auto instruction = cast<MmaSyncAttr>(kernel.schedule.getInstruction());
    if (!a || !isSwizzled(a) || !isSwizzled(bType) ||
        instruction.getKind() != MmaKind::MXF8F6F4 ||
        !isa_and_present<ScalesType>(op.getAScale() ? op.getAScale().getType()
                                                    : Type()))
      return rewriter.notifyMatchFailure(
          op,
          "needs swizzled operands in shared memory and scales in registers");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    ScaleSelector sa(b, adaptor.getAScale(), op.getAScaleIndex(),
                     *op.getAScalePer());
    ScaleSelector sb(b, adaptor.getBScale(), op.getBScaleIndex(),
                     *op.getBScalePer());
    int64_t steps = a.getShape()[1] / instruction.getK();
    if (sa.getByte(steps - 1) > 3 || sb.getByte(steps - 1) > 3)
      return op.emitOpError("[mma-c5] reads beyond its scale word: the tile "
                            "begins at byte ")
             << sa.getByte(0) << " and " << sb.getByte(0) << " and has "
             << steps << " steps of 32 elements";

    WarpTile tile(kernel.schedule);
    Value warp = getWarpInRole(b, kernel.roles.lookup(op));
    FragmentLoader loadA(b, Side::A, a, adaptor.getA().front(),
                         tile.getFirstRow(b, warp));
    FragmentLoader loadB(b, Side::B, bType, adaptor.getB().front(),
                         tile.getFirstColumn(b, warp));
    SmallVector<Value> acc(adaptor.getAccumulator());
    // Fragments of the next step are on their way while this one multiplies.
    SmallVector<Fragment> fa = loadA.load(0, tile.rows);
    SmallVector<Fragment> fb = loadB.load(0, tile.columns);
    for (int64_t step = 0; step < steps; ++step) {
      SmallVector<Fragment> nextA, nextB;
      if (step + 1 < steps) {
        nextA = loadA.load(step + 1, tile.rows);
        nextB = loadB.load(step + 1, tile.columns);
      }
      multiply(b, instruction, tile, fa, fb, sa, sb, step, acc);
      fa = std::move(nextA);
      fb = std::move(nextB);
    }
    rewriter.replaceOpWithMultiple(op, {acc});
    return success();
  }

  static bool isSwizzled(TileType type) {
    auto shared = dyn_cast_if_present<SharedAttr>(type.getLayout());
    return shared && shared.getSwizzle() != Swizzle::None;
  }

  /// All instructions of one K step, column by column, so that neighbours in
  /// time share B and differ in the accumulator.
  static void multiply(ImplicitLocOpBuilder &b, MmaSyncAttr instruction,
                       const WarpTile &tile, ArrayRef<Fragment> fa,
                       ArrayRef<Fragment> fb, const ScaleSelector &sa,
                       const ScaleSelector &sb, int64_t step,
                       MutableArrayRef<Value> acc) {
    for (int64_t j = 0; j < tile.getTilesN(); ++j)
      for (int64_t i = 0; i < tile.getTilesM(); ++i) {
        MutableArrayRef<Value> c = acc.slice(
            kAccumulators * (i * tile.getTilesN() + j), kAccumulators);
        multiplyOne(b, instruction, fa[i], fb[j], sa, sb, step, i, j, c);
      }
  }

  static void multiplyOne(ImplicitLocOpBuilder &b, MmaSyncAttr instruction,
                          ArrayRef<Value> fa, ArrayRef<Value> fb,
                          const ScaleSelector &sa, const ScaleSelector &sb,
                          int64_t step, int64_t i, int64_t j,
                          MutableArrayRef<Value> acc) {
    auto selector = [&](int64_t value) -> Value {
      return arith::ConstantOp::create(b, b.getI16IntegerAttr(value));
    };
    Type result = LLVM::LLVMStructType::getLiteral(
        b.getContext(), SmallVector<Type>(kAccumulators, b.getF32Type()));
    Value d = NVVM::MmaBlockScaleOp::create(
        b, result, fa, fb, acc, sa.getWord(i), selector(sa.getByte(step)),
        selector(0), sb.getWord(j), selector(sb.getByte(step)), selector(0),
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
/// move for each byte: 31 moves instead of 4 and 3 loads instead of 10 for one
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
    int64_t step = 4 * (isA ? kInstructionM : kInstructionN);
    int64_t count = isA ? tile.getTilesM() : tile.getTilesN();
    SmallVector<Value> words;
    for (int64_t i = 0; i < count; ++i)
      words.push_back(LLVM::LoadOp::create(
          b, b.getI32Type(), sharedPointer(b, address, step * i)));
    rewriter.replaceOpWithMultiple(op, {words});
    return success();
  }
};

} // namespace

void sm120::populateMmaPatterns(KernelLowering &kernel,
                                const TypeConverter &converter,
                                RewritePatternSet &patterns) {
  patterns.add<MmaPattern, ReadScalesPattern>(kernel, converter,
                                              patterns.getContext());
}
