//===- Matmul.cpp - Dense matrix products as kernels ----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Conversion/DGemmToDGK/DGemmToDGK.h"

#include "Operand.h"

#include "dgemm/Dialect/DGemm/IR/DGemmOps.h"

#include <numeric>

using namespace mlir;
using namespace dgk;
using dgemm::lowering::kScalesPerWord;
using dgemm::lowering::Operand;

namespace {

/// Builds the loops over K of one output tile.
///
/// A scale word covers `span` elements of K, a K tile fewer or as many. So
/// there is one loop for each distinct span that is longer than a K tile, the
/// longest outermost, and one over the K tiles inside. A word is loaded in the
/// loop of its span.
class ReductionBuilder {
public:
  ReductionBuilder(OpBuilder &builder, Location loc, ScheduleAttr schedule,
                   Operand a, Operand b, Value m, Value n)
      : builder(builder), loc(loc), schedule(schedule), a(a), b(b), m(m), n(n) {
    for (const Operand &operand : {a, b})
      if (operand.scale && operand.getSpan() > schedule.getTileK())
        steps.push_back(operand.getSpan());
    llvm::sort(steps, std::greater<int64_t>());
    steps.erase(llvm::unique(steps), steps.end());
    steps.push_back(schedule.getTileK());
  }

  /// The sum over `length` elements of K from `begin` on, which is a multiple
  /// of what one scale word covers.
  Value build(Value begin, Value length, Value accumulator) {
    return buildLevel(0, begin, length, accumulator);
  }

  /// Elements of K that no split divides: a K tile, and what one scale word
  /// covers.
  int64_t getUnit() const {
    int64_t unit = 1;
    for (int64_t step : steps)
      unit = std::lcm(unit, step);
    return unit;
  }

private:
  /// Loads of scale words that are in force, with the K element where the
  /// word begins.
  struct Scale {
    Value tile, begin;
    Value index; // of the scale in its word, null where that follows from K
  };

  /// What one product takes: all of a K tile, or a block of it that has scales
  /// of its own.
  struct Part {
    Value k, a, b;
    Scale scaleA, scaleB;
  };

  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(builder, loc, value);
  }

  static std::optional<int64_t> getConstant(Value value) {
    return getConstantIntValue(value);
  }

  Value loadTile(Value source, Value row, Value k, int64_t rows,
                 int64_t columns, UnitAttr evictFirst = {}) {
    Type element = cast<MemRefType>(source.getType()).getElementType();
    return LoadOp::create(builder, loc, TileType::get({rows, columns}, element),
                          source, ValueRange{row, k}, DenseI64ArrayAttr(),
                          UnitAttr(), evictFirst);
  }

  /// Elements of K in one product.
  int64_t getPartLength() const {
    int64_t length = schedule.getTileK();
    return a.scale ? std::min({length, a.getSpan(), b.getSpan()}) : length;
  }

  /// `word`, or the last one that `scale` has: a K tile of several words may
  /// begin in front of the end and have a part behind it. What is there are
  /// zeros, of whatever scale.
  Value clampWord(const Operand &operand, Value word) {
    int64_t count = cast<MemRefType>(operand.scale.getType()).getDimSize(1);
    bool isWhole = !ShapedType::isDynamic(count) &&
                   count * operand.getSpan() % schedule.getTileK() == 0;
    // TMA brings zeros from behind the last word.
    if (isWhole || operand.getSpan() >= schedule.getTileK() ||
        operand.getScaleType().isInteger(32))
      return word;
    Value known =
        ShapedType::isDynamic(count)
            ? memref::DimOp::create(builder, loc, operand.scale, 1).getResult()
            : index(count);
    Value last = arith::SubIOp::create(builder, loc, known, index(1));
    return arith::MinUIOp::create(builder, loc, word, last);
  }

  /// Rows from `row` on and the part of the K tile from `k` on.
  Value loadOperand(const Operand &operand, Side side, Value row, Value k) {
    int64_t length = getPartLength();
    UnitAttr evictFirst =
        schedule.getEvictFirst() == side ? builder.getUnitAttr() : UnitAttr();
    if (!operand.isKFirst)
      return loadTile(operand.data, row, k, operand.tileRows, length,
                      evictFirst);
    Type element = cast<MemRefType>(operand.data.getType()).getElementType();
    return LoadOp::create(builder, loc,
                          TileType::get({operand.tileRows, length}, element),
                          operand.data, ValueRange{k, row}, DenseI64ArrayAttr(),
                          builder.getUnitAttr(), evictFirst);
  }

  /// The scale word of `operand` for the K elements from `k` on.
  Scale loadScale(const Operand &operand, Side side, Value row, Value k) {
    int64_t columns = operand.getScaleColumns();
    Value word = arith::DivUIOp::create(builder, loc, k,
                                        index(operand.getSpan() / columns));
    word = clampWord(operand, word);
    Value inWord;
    if (operand.isPromoted && operand.getScaleType().isInteger(32)) {
      inWord =
          arith::RemUIOp::create(builder, loc, word, index(kScalesPerWord));
      word = arith::DivUIOp::create(builder, loc, word, index(kScalesPerWord));
    }
    if (operand.isFetched())
      return {fetchScale(operand, side, row, word), k, inWord};
    if (operand.blockRows == 1)
      return {loadTile(operand.scale, row, word, operand.tileRows, columns), k,
              inWord};
    // Where tiles do not begin with a block, one scale for each common divisor.
    int64_t step = std::gcd(operand.tileRows, operand.blockRows);
    Type element = cast<MemRefType>(operand.scale.getType()).getElementType();
    Value tile = LoadOp::create(
        builder, loc, TileType::get({operand.tileRows / step, 1}, element),
        operand.scale, ValueRange{row, word},
        builder.getDenseI64ArrayAttr({step, operand.blockRows}), UnitAttr(),
        UnitAttr());
    return {tile, k, Value()};
  }

  /// Scales in the threads that use them. Bytes are words of one scale.
  Value fetchScale(const Operand &operand, Side side, Value row, Value column) {
    int64_t step = std::gcd(operand.tileRows, operand.blockRows);
    DenseI64ArrayAttr rows;
    if (operand.blockRows > 1)
      rows = builder.getDenseI64ArrayAttr({step, operand.blockRows});
    Type f32 = builder.getF32Type();
    Type type = operand.getScaleType().isF32() ? f32 : builder.getI32Type();
    int64_t count = operand.tileRows / step;
    Value scales =
        FetchScalesOp::create(builder, loc, ScalesType::get(side, count, type),
                              operand.scale, ValueRange{row, column}, rows);
    if (!operand.areBytes())
      return scales;
    return UnpackScalesOp::create(
        builder, loc, ScalesType::get(side, count, f32), scales, index(0));
  }

  /// `k - begin`. Each loop adds an offset to the element where it begins, so
  /// `k` is a sum with `begin` in front; without the subtraction it does not
  /// depend on the loops around `begin`.
  Value getDistance(Value k, Value begin) {
    auto sum = k.getDefiningOp<arith::AddIOp>();
    if (k == begin || !sum)
      return index(0);
    if (sum.getLhs() == begin)
      return sum.getRhs();
    return arith::AddIOp::create(builder, loc, getDistance(sum.getLhs(), begin),
                                 sum.getRhs());
  }

  /// Position within its word of the scale for element `k`.
  Value getScaleIndex(const Operand &operand, const Scale &scale, Value k) {
    if (scale.index)
      return scale.index;
    return arith::DivUIOp::create(builder, loc, getDistance(k, scale.begin),
                                  index(operand.granularity));
  }

  /// The scale of the K elements from `k` on: loaded here where a word covers
  /// no more than the tile, else the one in force.
  Scale getScale(const Operand &operand, Side side, Value row, Value k) {
    if (operand.scale && operand.getSpan() <= schedule.getTileK())
      return loadScale(operand, side, row, k);
    return side == Side::A ? scaleA : scaleB;
  }

  Part loadPart(Value k) {
    Part part{k, {}, {}, {}, {}};
    // What threads fetch is on its way while they wait for the tiles.
    bool fetchesA = a.scale && a.isFetched(),
         fetchesB = b.scale && b.isFetched();
    if (fetchesA)
      part.scaleA = loadScale(a, Side::A, m, k);
    if (fetchesB)
      part.scaleB = loadScale(b, Side::B, n, k);
    part.a = loadOperand(a, Side::A, m, k);
    part.b = loadOperand(b, Side::B, n, k);
    if (!fetchesA)
      part.scaleA = getScale(a, Side::A, m, k);
    if (!fetchesB)
      part.scaleB = getScale(b, Side::B, n, k);
    return part;
  }

  Value multiply(const Part &part, Value accumulator) {
    if (!a.scale)
      return MmaOp::create(builder, loc, accumulator.getType(), part.a, Value(),
                           Value(), IntegerAttr(), part.b, Value(), Value(),
                           IntegerAttr(), accumulator);
    return MmaOp::create(
        builder, loc, accumulator.getType(), part.a, part.scaleA.tile,
        getScaleIndex(a, part.scaleA, part.k),
        builder.getI64IntegerAttr(a.granularity), part.b, part.scaleB.tile,
        getScaleIndex(b, part.scaleB, part.k),
        builder.getI64IntegerAttr(b.granularity), accumulator);
  }

  /// The K tile from `k` on. All of its parts are loaded before the first is
  /// used, so that they come in one slot.
  Value buildStep(Value k, Value accumulator) {
    int64_t length = getPartLength();
    SmallVector<Part> parts = {loadPart(k)};
    for (int64_t first = length; first < schedule.getTileK(); first += length)
      parts.push_back(
          loadPart(arith::AddIOp::create(builder, loc, k, index(first))));
    for (const Part &part : parts)
      accumulator = multiply(part, accumulator);
    return accumulator;
  }

  /// One iteration of the loop with step `steps[level]`, from element `k` on;
  /// `length` elements of K are left for it.
  Value buildBody(size_t level, Value k, Value length, Value accumulator) {
    if (level + 1 == steps.size())
      return buildStep(k, accumulator);
    if (a.scale && a.getSpan() == steps[level])
      scaleA = loadScale(a, Side::A, m, k);
    if (b.scale && b.getSpan() == steps[level])
      scaleB = loadScale(b, Side::B, n, k);
    return buildLevel(level + 1, k, length, accumulator);
  }

  /// Loop over `length` elements of K from `begin` on. Where the length is
  /// known and no multiple of the step, the last iteration stands behind the
  /// loop, so that trip counts inside stay constants.
  Value buildLevel(size_t level, Value begin, Value length, Value accumulator) {
    int64_t step = steps[level];
    bool innermost = level + 1 == steps.size();
    std::optional<int64_t> known = getConstant(length);
    if (!known || innermost)
      return buildLoop(level, begin, length, accumulator);
    int64_t whole = *known - *known % step;
    if (whole > 0)
      accumulator = buildLoop(level, begin, index(whole), accumulator);
    if (whole == *known)
      return accumulator;
    Value k = arith::AddIOp::create(builder, loc, begin, index(whole));
    return buildBody(level, k, index(*known - whole), accumulator);
  }

  Value buildLoop(size_t level, Value begin, Value length, Value accumulator) {
    Value step = index(steps[level]);
    auto loop =
        scf::ForOp::create(builder, loc, index(0), length, step, accumulator);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    Value offset = loop.getInductionVar();
    Value k = arith::AddIOp::create(builder, loc, begin, offset);
    Value left = step;
    if (std::optional<int64_t> known = getConstant(length);
        level + 1 < steps.size() && (!known || *known % steps[level] != 0)) {
      Value rest = arith::SubIOp::create(builder, loc, length, offset);
      left = arith::MinUIOp::create(builder, loc, rest, step);
    }
    Value next = buildBody(level, k, left, loop.getRegionIterArg(0));
    scf::YieldOp::create(builder, loc, next);
    return loop.getResult(0);
  }

  OpBuilder &builder;
  Location loc;
  ScheduleAttr schedule;
  Operand a, b;
  Value m, n;
  SmallVector<int64_t> steps;
  Scale scaleA, scaleB;
};

/// Builds the loop over output tiles, and over the splits of K where the
/// schedule has some: the CTAs that share a tile take an equal part of K each,
/// the last part may be shorter or empty, and the last CTA to finish stores the
/// sum.
class SplitBuilder {
public:
  SplitBuilder(OpBuilder &builder, Location loc, ScheduleAttr schedule,
               Value rows, Value columns, Value extent)
      : builder(builder), loc(loc), schedule(schedule), rows(rows),
        columns(columns), extent(extent) {}

  bool isSplit() const { return schedule.getSplitK() > 1; }

  /// Leaves the builder in the body of the loop.
  void beginTiles() {
    SmallVector<Value> extents = {rows, columns};
    SmallVector<int64_t> sizes = {schedule.getTileM(), schedule.getTileN()};
    if (isSplit()) {
      // The slowest dimension: the first wave works on as many tiles as it can.
      extents.insert(extents.begin(), index(schedule.getSplitK()));
      sizes.insert(sizes.begin(), 1);
    }
    auto tiles = TilesOp::create(builder, loc, extents,
                                 builder.getDenseI64ArrayAttr(sizes),
                                 schedule.getRaster(), schedule.getCluster());
    ReturnOp::create(builder, loc);
    body = builder.createBlock(
        &tiles.getBody(), {},
        SmallVector<Type>(extents.size(), builder.getIndexType()),
        SmallVector<Location>(extents.size(), loc));
  }

  /// Coordinates of the tile's first element.
  Value getRow() { return body->getArguments().end()[-2]; }
  Value getColumn() { return body->getArguments().end()[-1]; }

  /// First element of K and number of elements that this CTA adds up. Parts are
  /// multiples of `unit` elements but for the last.
  std::pair<Value, Value> getRange(int64_t unit) {
    if (!isSplit())
      return {index(0), extent};
    Value part = getPart(unit);
    Value begin = arith::MulIOp::create(builder, loc, getSplit(), part);
    std::optional<int64_t> known = getConstantIntValue(extent);
    if (known && *known == schedule.getSplitK() * *getConstantIntValue(part))
      return {begin, part};
    Value first = arith::MinUIOp::create(builder, loc, begin, extent);
    Value rest = arith::SubIOp::create(builder, loc, extent, first);
    return {begin, arith::MinUIOp::create(builder, loc, rest, part)};
  }

  /// The sum over all of K, with the builder where only the CTA is that has it.
  Value combine(Value partial) {
    if (!isSplit())
      return partial;
    if (schedule.combinesInCluster()) {
      auto combined = CombineInClusterOp::create(
          builder, loc, partial.getType(), builder.getI1Type(), partial,
          getSplit(), schedule.getSplitK(), countRowsInTile(), IntegerAttr());
      return enterLast(combined.getLast(), combined.getSum());
    }
    Value tilesN = countTiles(columns, schedule.getTileN());
    Value tileM = divide(getRow(), schedule.getTileM());
    Value tile = arith::AddIOp::create(
        builder, loc, arith::MulIOp::create(builder, loc, tileM, tilesN),
        divide(getColumn(), schedule.getTileN()));
    Value count = arith::MulIOp::create(
        builder, loc, countTiles(rows, schedule.getTileM()), tilesN);
    Value inTile = countRowsInTile();
    auto combined = CombineOp::create(
        builder, loc, partial.getType(), builder.getI1Type(), partial,
        getSplit(), schedule.getSplitK(), tile, count, inTile);
    return enterLast(combined.getLast(), combined.getSum());
  }

  void endTiles() {
    builder.setInsertionPointToEnd(body);
    YieldOp::create(builder, loc);
  }

private:
  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(builder, loc, value);
  }
  Value getSplit() { return body->getArgument(0); }

  /// Rows of the matrix from the tile's first on.
  Value countRowsInTile() {
    return arith::SubIOp::create(builder, loc, rows, getRow());
  }

  /// Leaves the builder where `last`, who has the `sum`.
  Value enterLast(Value last, Value sum) {
    auto branch = scf::IfOp::create(builder, loc, last);
    builder.setInsertionPointToStart(branch.thenBlock());
    return sum;
  }

  Value divide(Value value, int64_t by) {
    return arith::DivUIOp::create(builder, loc, value, index(by));
  }
  Value countTiles(Value extent, int64_t size) {
    if (std::optional<int64_t> known = getConstantIntValue(extent))
      return index(llvm::divideCeil(*known, size));
    return divide(arith::AddIOp::create(builder, loc, extent, index(size - 1)),
                  size);
  }

  /// Elements of K for each split.
  Value getPart(int64_t unit) {
    int64_t splits = schedule.getSplitK();
    if (std::optional<int64_t> known = getConstantIntValue(extent))
      return index(llvm::divideCeil(*known, splits * unit) * unit);
    Value units = countTiles(extent, splits * unit);
    return arith::MulIOp::create(builder, loc, units, index(unit));
  }

  OpBuilder &builder;
  Location loc;
  ScheduleAttr schedule;
  Value rows, columns, extent;
  Block *body = nullptr;
};

} // namespace

static Value getSize(OpBuilder &builder, Location loc, Value source,
                     int64_t dim) {
  int64_t size = cast<MemRefType>(source.getType()).getDimSize(dim);
  if (!ShapedType::isDynamic(size))
    return arith::ConstantIndexOp::create(builder, loc, size);
  return memref::DimOp::create(builder, loc, source, dim);
}

/// Attributes that `dgemm-select-schedule` leaves, or a diagnostic.
static LogicalResult getChoice(dgemm::MatmulOp op, TargetAttr &target,
                               ScheduleAttr &schedule) {
  target = op->getAttrOfType<TargetAttr>(DGKDialect::kTargetAttrName);
  schedule = op->getAttrOfType<ScheduleAttr>(DGKDialect::kScheduleAttrName);
  if (target && schedule)
    return success();
  return op.emitOpError("[dgemm_to_dgk-c2] has no '")
         << (target ? DGKDialect::kScheduleAttrName
                    : DGKDialect::kTargetAttrName)
         << "' attribute; run dgemm-select-schedule first";
}

static LogicalResult verifyForm(dgemm::MatmulOp op) {
  for (Value operand : op->getOperands())
    if (!isa<MemRefType>(operand.getType()))
      return op.emitOpError("[dgemm_to_dgk-c3] has an operand of type ")
             << operand.getType()
             << ", expected memrefs; run one-shot-bufferize first";
  constexpr int64_t kMaxWidth = std::numeric_limits<int32_t>::max();
  dgemm::HeadSplitAttr split = op.getEpilogueAttr();
  if (split && split.getStoredHeadWidth() > kMaxWidth)
    return op.emitOpError("[dgemm_to_dgk-c4] has heads of ")
           << split.getStoredHeadWidth() << " columns, expected at most "
           << kMaxWidth;
  return success();
}

/// Gives the arguments of `kernel` the names of the operands that `op` has.
static void nameArguments(KernelOp kernel, dgemm::MatmulOp op) {
  std::pair<Value, StringRef> operands[] = {{op.getA(), "a"},
                                            {op.getB(), "b"},
                                            {op.getAScale(), "a_scale"},
                                            {op.getBScale(), "b_scale"},
                                            {op.getC(), "c"},
                                            {op.getD(), "d"}};
  unsigned index = 0;
  for (auto [operand, name] : operands)
    if (operand)
      kernel.setArgAttr(index++, DGKDialect::kArgumentNameAttrName,
                        StringAttr::get(op.getContext(), name));
}

/// Adds C at `coordinates`: as a tile that is on its way long before, or read
/// by the threads, which is the only way for a product that is D transposed.
static Value addC(OpBuilder &builder, dgemm::MatmulOp op, Value c, Value sum,
                  ValueRange coordinates, bool swapped) {
  Location loc = op.getLoc();
  auto type = cast<MemRefType>(c.getType());
  auto schedule =
      op->getAttrOfType<ScheduleAttr>(DGKDialect::kScheduleAttrName);
  // Of the splits of a tile one adds C, and nobody knows before which.
  if (swapped || schedule.getSplitK() > 1 ||
      !comesAsTile(type, schedule.getMatrixInstruction()) ||
      !fillsSpans(schedule.getTileN(), type.getElementType()))
    return AddFromOp::create(builder, loc, sum, c, coordinates, swapped);
  auto shape = cast<AccumulatorType>(sum.getType()).getShape();
  Value tile =
      LoadOp::create(builder, loc, TileType::get(shape, type.getElementType()),
                     c, coordinates);
  return AddTileOp::create(builder, loc, sum, tile);
}

/// Adds C, rounds, and writes the tile at row `m` and column `n` of the
/// product, which is D transposed where operands were swapped. C that is D and
/// f32 is added in memory, where no thread waits for it; otherwise it is added
/// before the one rounding.
static void storeSum(OpBuilder &builder, dgemm::MatmulOp op,
                     const IRMapping &args, Value sum, Value m, Value n,
                     bool swapped) {
  Location loc = op.getLoc();
  Value d = args.lookup(op.getD());
  Type element = cast<MemRefType>(d.getType()).getElementType();
  bool accumulates = op.getC() == op.getD() && element.isF32() && !swapped;
  SmallVector<Value> coordinates = {m, n};
  if (swapped)
    std::swap(coordinates[0], coordinates[1]);
  if (op.getC() && !accumulates)
    sum = addC(builder, op, args.lookup(op.getC()), sum, coordinates, swapped);
  auto type = cast<AccumulatorType>(sum.getType());
  if (element != type.getElementType())
    sum = ConvertOp::create(
        builder, loc, AccumulatorType::get(type.getShape(), element), sum);
  HeadSplitAttr heads;
  if (dgemm::HeadSplitAttr split = op.getEpilogueAttr())
    heads = HeadSplitAttr::get(op.getContext(), split.getLeft(), split.getMid(),
                               split.getRight());
  StoreOp::create(builder, loc, sum, d, coordinates, Value(), Value(),
                  swapped ? builder.getUnitAttr() : UnitAttr(),
                  accumulates ? builder.getUnitAttr() : UnitAttr(), heads);
}

FailureOr<KernelOp> dgemm::buildMatmulKernel(OpBuilder &builder, MatmulOp op,
                                             StringRef name) {
  TargetAttr target;
  ScheduleAttr schedule;
  if (failed(verifyForm(op)) || failed(getChoice(op, target, schedule)))
    return failure();
  Location loc = op.getLoc();
  auto kernel = KernelOp::create(
      builder, loc, name,
      builder.getFunctionType(op->getOperandTypes(), TypeRange()));
  kernel.setTargetAttr(target);
  kernel.setScheduleAttr(schedule);
  nameArguments(kernel, op);

  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(&kernel.getBody().front());
  IRMapping args;
  args.map(op->getOperands(), kernel.getBody().getArguments());
  auto operand = [&](Value data, Value scale, ScaleBlock block, int64_t rows,
                     bool isKFirst) {
    return Operand{args.lookup(data),
                   scale ? args.lookup(scale) : Value(),
                   block.k,
                   block.mn,
                   rows,
                   isKFirst,
                   schedule.getMatrixInstruction().getScaleBlock() == 0};
  };
  Layout layout = op.getLayout();
  GranularityAttr granularity = op.getGranularityAttr();
  // D^T = B A^T has the rows of D in its columns.
  bool swapped = schedule.getSwapAb();
  Operand a = operand(op.getA(), op.getAScale(),
                      granularity ? granularity.getA() : ScaleBlock(),
                      swapped ? schedule.getTileN() : schedule.getTileM(),
                      layout == Layout::TN || layout == Layout::TT);
  Operand b = operand(op.getB(), op.getBScale(),
                      granularity ? granularity.getB() : ScaleBlock(),
                      swapped ? schedule.getTileM() : schedule.getTileN(),
                      layout == Layout::NN || layout == Layout::TN);
  Value rows = getSize(builder, loc, args.lookup(op.getD()), 0);
  // A head split gives D more columns than the product has.
  Value columns = op.getEpilogue()
                      ? getSize(builder, loc, b.data, b.isKFirst ? 1 : 0)
                      : getSize(builder, loc, args.lookup(op.getD()), 1);
  Value extent = getSize(builder, loc, a.data, a.isKFirst ? 0 : 1);
  if (swapped) {
    std::swap(a, b);
    std::swap(rows, columns);
  }

  SplitBuilder split(builder, loc, schedule, rows, columns, extent);
  split.beginTiles();
  Value m = split.getRow(), n = split.getColumn();
  SmallVector<int64_t> shape = {schedule.getTileM(), schedule.getTileN()};
  Value zero = ZeroOp::create(
      builder, loc, AccumulatorType::get(shape, builder.getF32Type()));
  ReductionBuilder reduction(builder, loc, schedule, a, b, m, n);
  auto [begin, length] = split.getRange(reduction.getUnit());
  Value sum = split.combine(reduction.build(begin, length, zero));
  storeSum(builder, op, args, sum, m, n, swapped);
  split.endTiles();
  return kernel;
}
