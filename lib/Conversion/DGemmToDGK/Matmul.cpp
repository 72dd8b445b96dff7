//===- Matmul.cpp - Dense matrix products as kernels ----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Conversion/DGemmToDGK/DGemmToDGK.h"

#include "dgemm/Dialect/DGemm/IR/DGemmOps.h"

#include <numeric>

using namespace mlir;
using namespace dgk;

namespace {

/// UE8M0 scales of consecutive K groups that one packed word holds.
/// UE8M0 scales in an i32.
constexpr int64_t kScalesPerWord = 4;

/// One operand as the kernel sees it.
struct Operand {
  Value data;
  Value scale;             // null where the problem has no scales
  int64_t granularity = 0; // K elements that share a scale
  int64_t blockRows = 1;   // rows that share a scale
  int64_t tileRows = 0;
  bool isKFirst = false; // whether K is the first dimension of `data`

  /// K elements that one element of the scale operand covers.
  int64_t getSpan() const {
    Type type = cast<MemRefType>(scale.getType()).getElementType();
    return type.isInteger(32) ? kScalesPerWord * granularity : granularity;
  }
};

/// Builds the loops over K of one output tile.
///
/// A scale word covers `span` elements of K, a K tile fewer or as many. So
/// there is one loop for each distinct span that is longer than a K tile, the
/// longest outermost, and one over the K tiles inside. A word is loaded in the
/// loop of its span.
class ReductionBuilder {
public:
  ReductionBuilder(OpBuilder &builder, Location loc, ScheduleAttr schedule,
                   Operand a, Operand b, Value extent, Value m, Value n)
      : builder(builder), loc(loc), schedule(schedule), a(a), b(b),
        extent(extent), m(m), n(n) {
    for (const Operand &operand : {a, b})
      if (operand.scale && operand.getSpan() > schedule.getTileK())
        steps.push_back(operand.getSpan());
    llvm::sort(steps, std::greater<int64_t>());
    steps.erase(llvm::unique(steps), steps.end());
    steps.push_back(schedule.getTileK());
  }

  Value build(Value accumulator) {
    return buildLevel(0, index(0), extent, accumulator);
  }

private:
  /// Loads of scale words that are in force, with the K element where the
  /// word begins.
  struct Scale {
    Value tile, begin;
  };

  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(builder, loc, value);
  }

  static std::optional<int64_t> getConstant(Value value) {
    return getConstantIntValue(value);
  }

  Value loadTile(Value source, Value row, Value k, int64_t rows,
                 int64_t columns) {
    Type element = cast<MemRefType>(source.getType()).getElementType();
    return LoadOp::create(builder, loc, TileType::get({rows, columns}, element),
                          source, ValueRange{row, k});
  }

  /// Rows from `row` on and the K tile from `k` on.
  Value loadOperand(const Operand &operand, Value row, Value k) {
    int64_t tileK = schedule.getTileK();
    if (!operand.isKFirst)
      return loadTile(operand.data, row, k, operand.tileRows, tileK);
    Type element = cast<MemRefType>(operand.data.getType()).getElementType();
    return LoadOp::create(builder, loc,
                          TileType::get({operand.tileRows, tileK}, element),
                          operand.data, ValueRange{k, row}, DenseI64ArrayAttr(),
                          builder.getUnitAttr());
  }

  /// The scale word of `operand` for the K elements from `k` on.
  Scale loadScale(const Operand &operand, Value row, Value k) {
    Value word =
        arith::DivUIOp::create(builder, loc, k, index(operand.getSpan()));
    if (operand.blockRows == 1)
      return {loadTile(operand.scale, row, word, operand.tileRows, 1), k};
    // Where tiles do not begin with a block, one scale for each common divisor.
    int64_t step = std::gcd(operand.tileRows, operand.blockRows);
    Type element = cast<MemRefType>(operand.scale.getType()).getElementType();
    Value tile = LoadOp::create(
        builder, loc, TileType::get({operand.tileRows / step, 1}, element),
        operand.scale, ValueRange{row, word},
        builder.getDenseI64ArrayAttr({step, operand.blockRows}), UnitAttr());
    return {tile, k};
  }

  /// Position within its word of the scale for element `k`.
  Value getScaleIndex(const Operand &operand, const Scale &scale, Value k) {
    Value distance = arith::SubIOp::create(builder, loc, k, scale.begin);
    return arith::DivUIOp::create(builder, loc, distance,
                                  index(operand.granularity));
  }

  Value buildStep(Value k, Value accumulator) {
    int64_t tileK = schedule.getTileK();
    Value ta = loadOperand(a, m, k);
    Value tb = loadOperand(b, n, k);
    if (!a.scale)
      return MmaOp::create(builder, loc, accumulator.getType(), ta, Value(),
                           Value(), IntegerAttr(), tb, Value(), Value(),
                           IntegerAttr(), accumulator);
    // A word that covers no more than this tile is loaded here.
    Scale sa = a.getSpan() <= tileK ? loadScale(a, m, k) : scaleA;
    Scale sb = b.getSpan() <= tileK ? loadScale(b, n, k) : scaleB;
    return MmaOp::create(builder, loc, accumulator.getType(), ta, sa.tile,
                         getScaleIndex(a, sa, k),
                         builder.getI64IntegerAttr(a.granularity), tb, sb.tile,
                         getScaleIndex(b, sb, k),
                         builder.getI64IntegerAttr(b.granularity), accumulator);
  }

  /// One iteration of the loop with step `steps[level]`, from element `k` on;
  /// `length` elements of K are left for it.
  Value buildBody(size_t level, Value k, Value length, Value accumulator) {
    if (level + 1 == steps.size())
      return buildStep(k, accumulator);
    if (a.scale && a.getSpan() == steps[level])
      scaleA = loadScale(a, m, k);
    if (b.scale && b.getSpan() == steps[level])
      scaleB = loadScale(b, n, k);
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
  Value extent, m, n;
  SmallVector<int64_t> steps;
  Scale scaleA, scaleB;
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

/// Adds C, rounds, and writes the tile at `coordinates` of the product. C that
/// is D and f32 is added in memory, where no thread waits for it; otherwise it
/// is added before the one rounding.
static void storeSum(OpBuilder &builder, dgemm::MatmulOp op,
                     const IRMapping &args, Value sum, ValueRange coordinates) {
  Location loc = op.getLoc();
  Value d = args.lookup(op.getD());
  Type element = cast<MemRefType>(d.getType()).getElementType();
  bool accumulates = op.getC() == op.getD() && element.isF32();
  if (op.getC() && !accumulates)
    sum = AddFromOp::create(builder, loc, sum, args.lookup(op.getC()),
                            coordinates);
  auto type = cast<AccumulatorType>(sum.getType());
  if (element != type.getElementType())
    sum = ConvertOp::create(
        builder, loc, AccumulatorType::get(type.getShape(), element), sum);
  HeadSplitAttr heads;
  if (dgemm::HeadSplitAttr split = op.getEpilogueAttr())
    heads = HeadSplitAttr::get(op.getContext(), split.getLeft(), split.getMid(),
                               split.getRight());
  StoreOp::create(builder, loc, sum, d, coordinates, Value(), Value(),
                  UnitAttr(), accumulates ? builder.getUnitAttr() : UnitAttr(),
                  heads);
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
                   isKFirst};
  };
  Layout layout = op.getLayout();
  GranularityAttr granularity = op.getGranularityAttr();
  Operand a = operand(op.getA(), op.getAScale(),
                      granularity ? granularity.getA() : ScaleBlock(),
                      schedule.getTileM(),
                      layout == Layout::TN || layout == Layout::TT);
  Operand b = operand(op.getB(), op.getBScale(),
                      granularity ? granularity.getB() : ScaleBlock(),
                      schedule.getTileN(),
                      layout == Layout::NN || layout == Layout::TN);
  Value rows = getSize(builder, loc, args.lookup(op.getD()), 0);
  // A head split gives D more columns than the product has.
  Value columns = op.getEpilogue()
                      ? getSize(builder, loc, b.data, b.isKFirst ? 1 : 0)
                      : getSize(builder, loc, args.lookup(op.getD()), 1);
  Value extent = getSize(builder, loc, a.data, a.isKFirst ? 0 : 1);

  auto tiles = TilesOp::create(
      builder, loc, ValueRange{rows, columns},
      builder.getDenseI64ArrayAttr({schedule.getTileM(), schedule.getTileN()}),
      schedule.getRaster());
  ReturnOp::create(builder, loc);
  Block *body = builder.createBlock(
      &tiles.getBody(), {}, {builder.getIndexType(), builder.getIndexType()},
      {loc, loc});
  Value m = body->getArgument(0), n = body->getArgument(1);
  SmallVector<int64_t> shape = {schedule.getTileM(), schedule.getTileN()};
  Value zero = ZeroOp::create(
      builder, loc, AccumulatorType::get(shape, builder.getF32Type()));
  Value sum =
      ReductionBuilder(builder, loc, schedule, a, b, extent, m, n).build(zero);
  storeSum(builder, op, args, sum, ValueRange{m, n});
  YieldOp::create(builder, loc);
  return kernel;
}
