//===- MmaLowering.cpp - Products as mma.sync -----------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MmaSync.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

#include <numeric>

using namespace mlir;
using namespace dgk;
using namespace dgk::fragments;
using namespace dgk::sm120;

int64_t sm120::getSpread(ScheduleAttr schedule, ScalesType type) {
  constexpr int64_t kBytes = 4;
  auto mma = dyn_cast<MmaSyncAttr>(schedule.getInstruction());
  if (!mma || type.getWords() != kSpreadWords || mma.getScaleBlock() == 0 ||
      mma.getK() / mma.getScaleBlock() != kBytes)
    return 1;
  // Selectors are moved to where they are used; that pays for registers.
  WarpTile tile(schedule);
  if (tile.rows * tile.columns < kLargeWarpTile)
    return 1;
  bool isA = type.getSide() == Side::A;
  return std::gcd(isA ? tile.getTilesM() : tile.getTilesN(), 2);
}

namespace {

/// One K step of an operand from its tile in shared memory, one `ldmatrix.x4`
/// for 16 rows: four 8 x 16-byte matrices, each lane giving the address of one
/// of their rows (PTX ISA, "ldmatrix").
///
/// For A they are in the order rows 0-7 | 8-15 of the first 16 bytes, then of
/// the second: the A fragment of one instruction. For B the halves of K come
/// first: the B fragments of two instructions.
///
/// Elements that were expanded on their way into shared memory take their bytes
/// here.
struct ReadFragmentsPattern : KernelPattern<ReadFragmentsOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(ReadFragmentsOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    TileType type = op.getInput().getType();
    auto shared = dyn_cast_if_present<SharedAttr>(type.getLayout());
    FragmentsType fragments = op.getType();
    bool expanded = shared && shared.getExpanded();
    auto getStoredBytes = [&](int64_t elements) {
      return expanded ? elements : getBytes(elements, type.getElementType());
    };
    int64_t stepBytes = getStoredBytes(fragments.getShape()[1]);
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
    int64_t bytes = getStoredBytes(op.getOffset());
    Value offset = getLaneOffset(b, fragments.getSide(), firstRow, span, bytes);
    Value address =
        arith::AddIOp::create(b, adaptor.getInput().front(), offset);
    int64_t atom = kernel.offsets.lookup(op.getInput()) +
                   bytes / span * type.getShape()[0] * span;
    int64_t rows = isA ? tile.rows : tile.columns;
    SmallVector<Value> registers;
    for (int64_t row = 0; row < rows; row += 16)
      loadMatrices(b, address, atom + row * span, expanded, registers);
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
                           int64_t offset, bool expanded,
                           SmallVectorImpl<Value> &registers) {
    MLIRContext *context = b.getContext();
    auto result = LLVM::LLVMStructType::getLiteral(
        context, SmallVector<Type>(4, b.getI32Type()));
    Value loaded = NVVM::LdMatrixOp::create(
        b, result, sharedPointer(b, address, offset), 4, NVVM::MMALayout::row,
        NVVM::LdStMatrixShapeAttr::get(context, 8, expanded ? 16 : 8),
        expanded ? NVVM::LdStMatrixEltType::B8X16_B4X16_P64
                 : NVVM::LdStMatrixEltType::B16);
    for (int64_t i = 0; i < 4; ++i) {
      Value value = LLVM::ExtractValueOp::create(b, loaded, i);
      if (expanded)
        value = arith::ShLIOp::create(b, value, constI32(b, kExpandedShift));
      registers.push_back(value);
    }
  }
};

/// The scale words of one operand and which of their bytes apply to a step.
///
/// An instruction takes `count` scales, neighbours in a word from the byte on
/// that its selector names. Where fewer scales cover the step, one for all of
/// it, its byte is repeated first: two words, of bytes 0 0 1 1 and 2 2 3 3,
/// serve all steps of a word, and the selector names the pair.
class ScaleSelector {
public:
  /// `registers` are words of one row behind those of another, or of `spread`
  /// rows (`getSpread`); `index` is the position among the scales of a row of
  /// the step's first. A constant goes into the instruction's selector, a value
  /// picks and shifts words.
  ScaleSelector(ImplicitLocOpBuilder &b, ValueRange registers, ScalesType type,
                int64_t spread, Value index, bool isRepeated)
      : perRow(type.getWords()), spread(spread) {
    std::optional<int64_t> constant = getConstantIntValue(index);
    if (constant && (*constant < 0 || *constant >= kBytes * perRow))
      return;
    byte = constant.value_or(0) % kBytes;
    for (size_t i = 0; i < registers.size(); i += perRow)
      for (int64_t thread = 0; thread < spread; ++thread) {
        SmallVector<Value> row;
        for (int64_t word = 0; word < perRow; ++word)
          row.push_back(registers[i + getSpreadWord(word, thread)]);
        words.push_back(constant ? row[*constant / kBytes]
                                 : pick(b, row, index));
      }
    if (isRepeated) {
      repeat(b, byte / 2 == 0 ? 0x1100 : 0x3322);
      byte = byte % 2 * 2;
    }
  }

  /// Whether `count` scales from the byte on are in the word.
  bool isLegal(int64_t count) const {
    return !words.empty() && byte + count <= kBytes && byte % count == 0;
  }
  int64_t getByte() const { return byte; }
  /// Of the `i`-th row of instructions, or column.
  int64_t getThread(int64_t i) const { return i % spread; }
  Value getWord(int64_t i) const { return words[i]; }

private:
  static constexpr int64_t kBytes = 4;

  /// The scale at `index` in byte 0.
  Value pick(ImplicitLocOpBuilder &b, ValueRange row, Value index) const {
    Value position = toI32(b, index);
    Value number = arith::ShRUIOp::create(b, position, constI32(b, 2));
    Value word = row.front();
    for (int64_t i = 1; i < perRow; ++i) {
      Value isHere = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, number,
                                           constI32(b, i));
      word = arith::SelectOp::create(b, isHere, row[i], word);
    }
    Value inWord = perRow == 1
                       ? position
                       : arith::AndIOp::create(b, position, constI32(b, 3));
    return arith::ShRUIOp::create(b, word, mulI32(b, inWord, 8));
  }

  /// Nibble i of `selector` is the byte that becomes byte i (PTX ISA, "prmt").
  void repeat(ImplicitLocOpBuilder &b, int64_t selector) {
    for (Value &word : words)
      word = NVVM::PermuteOp::create(b, b.getI32Type(), word, word,
                                     constI32(b, selector),
                                     NVVM::PermuteMode::DEFAULT);
  }

  int64_t perRow, spread;
  SmallVector<Value> words;
  int64_t byte = 0;
};

/// How an instruction is written.
struct Spelling {
  NVVM::MMABlockScaleKind kind;
  NVVM::ScaleVecSize scales;
  NVVM::BlockScaleFormat format;
  std::array<NVVM::MMATypes, 2> types;
};

static NVVM::MMATypes getMmaType(Type type) {
  return getElementBits(type) == 4 ? NVVM::MMATypes::e2m1
                                   : NVVM::MMATypes::e4m3;
}

static Spelling getSpelling(MmaSyncAttr instruction) {
  bool packed = instruction.getKind() == MmaKind::MXF4NVF4;
  bool fine = isa<Float8E4M3FNType>(instruction.getScaleType());
  return {
      packed ? NVVM::MMABlockScaleKind::MXF4NVF4
             : NVVM::MMABlockScaleKind::MXF8F6F4,
      fine     ? NVVM::ScaleVecSize::X4
      : packed ? NVVM::ScaleVecSize::X2
               : NVVM::ScaleVecSize::X1,
      fine ? NVVM::BlockScaleFormat::UE4M3 : NVVM::BlockScaleFormat::UE8M0,
      {getMmaType(instruction.getAType()), getMmaType(instruction.getBType())}};
}

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
        instruction.getScaleBlock() == 0 || !isScales(op.getAScale()) ||
        !isScales(op.getBScale()))
      return rewriter.notifyMatchFailure(
          op, "needs operands and scales in registers; run dgk-hoist-scales "
              "and dgk-read-fragments first");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    int64_t count = instruction.getK() / instruction.getScaleBlock();
    auto select = [&](ValueRange registers, Value scale, Value index,
                      int64_t per) {
      bool isRepeated = count > 1 && per >= instruction.getK();
      auto type = cast<ScalesType>(scale.getType());
      return ScaleSelector(b, registers, type, getSpread(kernel.schedule, type),
                           index, isRepeated);
    };
    ScaleSelector sa = select(adaptor.getAScale(), op.getAScale(),
                              op.getAScaleIndex(), *op.getAScalePer());
    ScaleSelector sb = select(adaptor.getBScale(), op.getBScale(),
                              op.getBScaleIndex(), *op.getBScalePer());
    if (!sa.isLegal(count) || !sb.isLegal(count))
      return op.emitOpError("[mma-c5] takes ")
             << count << " of its scales from positions "
             << getText(op.getAScaleIndex()) << " and "
             << getText(op.getBScaleIndex())
             << " on, expected them in one word of those that it has";
    SmallVector<Value> acc(adaptor.getAccumulator());
    multiply(b, instruction, WarpTile(kernel.schedule), adaptor.getA(),
             adaptor.getB(), sa, sb, acc);
    rewriter.replaceOpWithMultiple(op, {acc});
    return success();
  }

  static std::string getText(Value index) {
    std::optional<int64_t> constant = getConstantIntValue(index);
    return constant ? std::to_string(*constant) : "a value";
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
                    fb.slice(kRegistersB * j, kRegistersB), sa, i, sb, j,
                    acc.slice(tile.getIndex(i, j), kAccumulators));
  }

  static void multiplyOne(ImplicitLocOpBuilder &b, MmaSyncAttr instruction,
                          ValueRange fa, ValueRange fb, const ScaleSelector &sa,
                          int64_t i, const ScaleSelector &sb, int64_t j,
                          MutableArrayRef<Value> acc) {
    auto selector = [&](int64_t value) -> Value {
      return arith::ConstantOp::create(b, b.getI16IntegerAttr(value));
    };
    Type result = LLVM::LLVMStructType::getLiteral(
        b.getContext(), SmallVector<Type>(kAccumulators, b.getF32Type()));
    Spelling spelling = getSpelling(instruction);
    Value d = NVVM::MmaBlockScaleOp::create(
        b, result, fa, fb, acc, sa.getWord(i), selector(sa.getByte()),
        selector(sa.getThread(i)), sb.getWord(j), selector(sb.getByte()),
        selector(sb.getThread(j)),
        {instruction.getM(), instruction.getN(), instruction.getK()},
        spelling.types, spelling.scales, spelling.format, spelling.kind);
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
///
/// Where an instruction takes all four bytes of a word there is one combination
/// for each pair of threads, and words are spread (`getSpread`): thread t has
/// those of the t-th of two rows or columns of instructions. All rows of a quad
/// lie in the same four banks, so its lanes load their words in different
/// orders. With four threads of B ptxas moves 28 selectors instead of 12 in two
/// K tiles, as many as that saves in loads.
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
    Value odd = arith::AndIOp::create(b, lane, constI32(b, 1));
    if (isA)
      row = arith::AddIOp::create(b, row, mulI32(b, odd, 8));
    row = arith::AddIOp::create(
        b, row, isA ? tile.getFirstRow(b, warp) : tile.getFirstColumn(b, warp));
    int64_t spread = getSpread(kernel.schedule, op.getType());
    Value thread = getThread(b, lane, isA, spread);
    int64_t rows = isA ? kRows : kColumns;
    row = arith::AddIOp::create(b, row, mulI32(b, thread, rows));
    TileType input = op.getInput().getType();
    int64_t pitch = getBytes(input.getShape().back(), input.getElementType());
    int64_t words = op.getType().getWords();
    Value address = arith::AddIOp::create(b, adaptor.getInput().front(),
                                          mulI32(b, row, pitch));
    int64_t step = pitch * rows * spread;
    int64_t count = (isA ? tile.getTilesM() : tile.getTilesN()) / spread;
    int64_t offset = kernel.offsets.lookup(op.getInput()) +
                     4 * static_cast<int64_t>(op.getFirst());
    SmallVector<Value> loaded;
    for (int64_t i = 0; i < count; ++i) {
      int64_t at = offset + step * i;
      if (spread > 1)
        loadSpread(b, address, thread, isA ? odd : Value(), at, loaded);
      else if (isA && pitch == kSwappedPitch && words % 2 == 0)
        loadSwapped(b, address, odd, at, words, loaded);
      else
        loaded.append(loadWords(b, sharedPointer(b, address, at), words));
    }
    rewriter.replaceOpWithMultiple(op, {loaded});
    return success();
  }

  /// Neighbouring words, in one load.
  static SmallVector<Value> loadWords(ImplicitLocOpBuilder &b, Value pointer,
                                      int64_t count) {
    if (count == 1)
      return {LLVM::LoadOp::create(b, b.getI32Type(), pointer)};
    Value row =
        LLVM::LoadOp::create(b, VectorType::get({count}, b.getI32Type()),
                             pointer, /*alignment=*/4 * count);
    SmallVector<Value> words;
    for (int64_t i = 0; i < count; ++i)
      words.push_back(LLVM::ExtractElementOp::create(b, row, constI32(b, i)));
    return words;
  }

  /// Which of `spread` threads, as the selector counts them, this lane is: of A
  /// they are pairs of lanes.
  static Value getThread(ImplicitLocOpBuilder &b, Value lane, bool isA,
                         int64_t spread) {
    Value number =
        isA ? arith::ShRUIOp::create(b, lane, constI32(b, 1)).getResult()
            : lane;
    return arith::AndIOp::create(b, number, constI32(b, spread - 1));
  }

  /// The four words of a row, in the order of `getSpreadWord`. Of A the lanes
  /// of a quad have four rows: those of `odd` ones load neighbours in the other
  /// order, and change them back.
  static void loadSpread(ImplicitLocOpBuilder &b, Value address, Value thread,
                         Value odd, int64_t offset,
                         SmallVectorImpl<Value> &words) {
    Value first = mulI32(b, thread, 2);
    int64_t together = odd ? 1 : 2;
    if (odd)
      first = arith::OrIOp::create(b, first, odd);
    SmallVector<Value> loaded;
    for (int64_t i = 0; i < kSpreadWords; i += together) {
      Value word = arith::XOrIOp::create(b, first, constI32(b, i));
      Value at = arith::AddIOp::create(b, address, mulI32(b, word, 4));
      loaded.append(loadWords(b, sharedPointer(b, at, offset), together));
    }
    if (!odd) {
      words.append(loaded);
      return;
    }
    Value isOdd =
        arith::CmpIOp::create(b, arith::CmpIPredicate::ne, odd, constI32(b, 0));
    for (int64_t i = 0; i < kSpreadWords; ++i)
      words.push_back(
          arith::SelectOp::create(b, isOdd, loaded[i ^ 1], loaded[i]));
  }

  /// Two or four words of rows g and g + 8, which lie in the same banks: the
  /// lanes of one row read their halves in the other order.
  static constexpr int64_t kSwappedPitch = 16;

  static void loadSwapped(ImplicitLocOpBuilder &b, Value address, Value odd,
                          int64_t offset, int64_t count,
                          SmallVectorImpl<Value> &words) {
    Value half = mulI32(b, odd, 2 * count);
    Value first = arith::AddIOp::create(b, address, half);
    Value second = arith::SubIOp::create(b, address, half);
    SmallVector<Value> x =
        loadWords(b, sharedPointer(b, first, offset), count / 2);
    SmallVector<Value> y =
        loadWords(b, sharedPointer(b, second, offset + 2 * count), count / 2);
    Value isOdd =
        arith::CmpIOp::create(b, arith::CmpIPredicate::ne, odd, constI32(b, 0));
    for (int64_t i = 0; i < count / 2; ++i)
      words.push_back(arith::SelectOp::create(b, isOdd, y[i], x[i]));
    for (int64_t i = 0; i < count / 2; ++i)
      words.push_back(arith::SelectOp::create(b, isOdd, x[i], y[i]));
  }
};

} // namespace

void sm120::populateMmaPatterns(KernelLowering &kernel,
                                const TypeConverter &converter,
                                RewritePatternSet &patterns) {
  patterns.add<MmaPattern, ReadFragmentsPattern, ReadScalesPattern>(
      kernel, converter, patterns.getContext());
}
