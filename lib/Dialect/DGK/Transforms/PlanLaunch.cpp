//===- PlanLaunch.cpp - What the host does --------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGK/Transforms/Passes.h"

#include "mlir/IR/AffineExpr.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace dgk {
#define GEN_PASS_DEF_DGKPLANLAUNCHPASS
#include "dgemm/Dialect/DGK/Transforms/Passes.h.inc"
} // namespace dgk

using namespace dgk;

namespace {

/// Collects the parts of a launch plan.
class Planner {
public:
  explicit Planner(KernelOp kernel)
      : kernel(kernel), context(kernel.getContext()) {}

  LogicalResult plan();

private:
  AffineExpr getSymbol(SymbolKind kind, int64_t argument, int64_t dimension) {
    auto symbol = SymbolAttr::get(context, kind, argument, dimension);
    auto *it = llvm::find(symbols, symbol);
    size_t index = it - symbols.begin();
    if (it == symbols.end())
      symbols.push_back(symbol);
    return getAffineSymbolExpr(index, context);
  }

  AffineExpr getDim(BlockArgument argument, int64_t dimension) {
    int64_t size = cast<MemRefType>(argument.getType()).getDimSize(dimension);
    if (!ShapedType::isDynamic(size))
      return getAffineConstantExpr(size, context);
    return getSymbol(SymbolKind::Dim, argument.getArgNumber(), dimension);
  }

  /// The stride of `dimension` in elements.
  AffineExpr getStride(BlockArgument argument, int64_t dimension) {
    SmallVector<int64_t> strides;
    int64_t offset;
    // The verifiers of copies and stores accept strided memrefs only.
    (void)cast<MemRefType>(argument.getType())
        .getStridesAndOffset(strides, offset);
    if (!ShapedType::isDynamic(strides[dimension]))
      return getAffineConstantExpr(strides[dimension], context);
    return getSymbol(SymbolKind::Stride, argument.getArgNumber(), dimension);
  }

  FailureOr<BlockArgument> getKernelArgument(Operation *op, Value memory) {
    auto argument = dyn_cast<BlockArgument>(memory);
    if (argument && argument.getOwner() == &kernel.getBody().front())
      return argument;
    op->emitOpError("[plan_launch-c1] views memory that is not a kernel "
                    "argument; pass the memref to the kernel");
    return failure();
  }

  /// `value` as an expression over the plan's symbols; null if it is none.
  AffineExpr getExpression(Value value);
  /// The tensor map that moves tiles of `buffer` from or to `argument` for
  /// `op`.
  FailureOr<int64_t> getMap(Operation *op, BlockArgument argument,
                            BufferType buffer, bool transposed);

  template <typename OpTy>
  LogicalResult planCopy(OpTy op, Value memory, BufferType buffer,
                         bool transposed);
  LogicalResult planDirectAccess(Operation *op, Value memory, int64_t rank);
  LogicalResult planSize(memref::DimOp op);
  LogicalResult planCombine(CombineOp op);
  FailureOr<AffineMap> planGrid();
  int64_t getSharedBytes();
  int64_t getThreads();
  void addParameter(ParameterKind kind, int64_t index);

  KernelOp kernel;
  MLIRContext *context;
  SmallVector<SymbolAttr> symbols;
  SmallVector<TensorMapAttr> maps;
  SmallVector<ParameterAttr> parameters;
  /// Bytes of the workspace; null as long as nothing needs one.
  AffineExpr workspace;
};

} // namespace

void Planner::addParameter(ParameterKind kind, int64_t index) {
  auto parameter = ParameterAttr::get(context, kind, index);
  if (!llvm::is_contained(parameters, parameter))
    parameters.push_back(parameter);
}

/// TMA moves whole rows of the contiguous dimension, `order[0]`, and finds the
/// others at multiples of 16 bytes. Strides that only the launch knows are the
/// caller's promise.
static LogicalResult verifyStrides(Operation *op, MemRefType type,
                                   ArrayRef<int64_t> order, bool expanded) {
  const int64_t kAlignment = expanded ? 32 : 16;
  auto [strides, offset] = type.getStridesAndOffset();
  if (strides[order.front()] != 1)
    return op->emitOpError("[plan_launch-c5] moves boxes along dimension ")
           << order.front() << " of " << type
           << ", expected stride 1 there; copy the operand";
  for (int64_t dimension : order.drop_front()) {
    if (ShapedType::isDynamic(strides[dimension]))
      continue;
    int64_t bytes = getBytes(strides[dimension], type.getElementType());
    if (bytes % kAlignment != 0)
      return op->emitOpError("[plan_launch-c6] has a stride of ")
             << bytes << " bytes in " << type << ", expected a multiple of "
             << kAlignment
             << " as TMA needs; pad the rows, or store from registers";
  }
  return success();
}

/// Elements are expanded 128 at a time (CUDA driver API, 16U4_ALIGN16B). A size
/// that only the launch knows is the caller's promise.
static LogicalResult verifyExpansion(Operation *op, MemRefType type,
                                     int64_t dimension) {
  constexpr int64_t kElements = 128;
  int64_t size = type.getDimSize(dimension);
  if (ShapedType::isDynamic(size) || size % kElements == 0)
    return success();
  return op->emitOpError("[plan_launch-c9] expands ")
         << type << " along dimension " << dimension
         << ", expected a multiple of " << kElements
         << " elements there as TMA needs; pad them with zeros to "
         << llvm::alignTo(size, kElements);
}

FailureOr<int64_t> Planner::getMap(Operation *op, BlockArgument argument,
                                   BufferType buffer, bool transposed) {
  ArrayRef<int64_t> tile = buffer.getShape();
  auto layout = cast<SharedAttr>(buffer.getLayout());
  Swizzle swizzle = layout.getSwizzle();
  bool expanded = layout.getExpanded();
  auto type = cast<MemRefType>(argument.getType());
  Type element = type.getElementType();
  // TMA names dimensions from the contiguous one outwards.
  int64_t rank = type.getRank();
  SmallVector<int64_t> order(llvm::reverse(llvm::seq<int64_t>(rank)));
  SmallVector<int64_t> box(order.size(), 1);
  if (getCopyDimension(rank, tile, layout, transposed) != order[0])
    std::swap(order[0], order[1]);
  if (failed(verifyStrides(op, type, order, expanded)) ||
      (expanded && failed(verifyExpansion(op, type, order[0]))))
    return failure();
  TileLines lines = getLines(tile, layout);
  if (tile.size() == 2 && tile.back() == 1)
    std::swap(lines.count, lines.length);
  box[0] = lines.length;
  if (tile.size() == 2)
    box[1] = lines.count;
  // A row longer than the swizzle's span arrives as several boxes.
  if (swizzle != Swizzle::None)
    box[0] =
        std::min<int64_t>(box[0], static_cast<int64_t>(swizzle) * 8 /
                                      (expanded ? 8 : getElementBits(element)));
  SmallVector<AffineExpr> dims, strides;
  for (int64_t dimension : order)
    dims.push_back(getDim(argument, dimension));
  for (int64_t dimension : ArrayRef(order).drop_front())
    strides.push_back(
        (getStride(argument, dimension) * getElementBits(element)).floorDiv(8));
  // Symbols are still being found; plan() gives all maps the final number.
  auto emitOpError = [&] { return op->emitOpError(); };
  function_ref<InFlightDiagnostic()> emitError = emitOpError;
  auto map = TensorMapAttr::getChecked(
      emitError, context, static_cast<int64_t>(argument.getArgNumber()),
      element, AffineMap::get(0, symbols.size(), dims, context),
      AffineMap::get(0, symbols.size(), strides, context),
      ArrayRef<int64_t>(box), swizzle, /*byteOffset=*/int64_t(0), expanded);
  if (!map)
    return failure();
  auto *it = llvm::find_if(maps, [&](TensorMapAttr other) {
    return other.getArgument() == map.getArgument() &&
           other.getBox() == map.getBox() &&
           other.getSwizzle() == map.getSwizzle() &&
           other.getExpanded() == map.getExpanded() &&
           other.getDims().getResults() == map.getDims().getResults() &&
           other.getStrides().getResults() == map.getStrides().getResults();
  });
  if (it != maps.end())
    return it - maps.begin();
  maps.push_back(map);
  addParameter(ParameterKind::Map, maps.size() - 1);
  return maps.size() - 1;
}

template <typename OpTy>
LogicalResult Planner::planCopy(OpTy op, Value memory, BufferType buffer,
                                bool transposed) {
  FailureOr<BlockArgument> argument = getKernelArgument(op, memory);
  if (failed(argument))
    return failure();
  FailureOr<int64_t> map = getMap(op, *argument, buffer, transposed);
  if (failed(map))
    return failure();
  op.setMap(*map);
  return success();
}

/// What element-by-element access needs: the address, sizes and strides.
LogicalResult Planner::planDirectAccess(Operation *op, Value memory,
                                        int64_t rank) {
  FailureOr<BlockArgument> argument = getKernelArgument(op, memory);
  if (failed(argument))
    return failure();
  addParameter(ParameterKind::Pointer, argument->getArgNumber());
  for (int64_t i : llvm::seq(rank))
    for (AffineExpr expr : {getDim(*argument, i), getStride(*argument, i)})
      if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
        addParameter(ParameterKind::Symbol, symbol.getPosition());
  return success();
}

/// The dimension that `op` asks for, if it is a constant that exists:
/// memref.dim leaves others to the run time.
static std::optional<int64_t> getDimension(memref::DimOp op) {
  std::optional<int64_t> dimension = op.getConstantIndex();
  auto type = dyn_cast<MemRefType>(op.getSource().getType());
  if (!dimension || !type || *dimension < 0 || *dimension >= type.getRank())
    return std::nullopt;
  return dimension;
}

LogicalResult Planner::planSize(memref::DimOp op) {
  FailureOr<BlockArgument> argument = getKernelArgument(op, op.getSource());
  std::optional<int64_t> dimension = getDimension(op);
  if (failed(argument))
    return failure();
  if (!dimension)
    return op.emitOpError("[plan_launch-c2] asks for a dimension that is not a "
                          "constant below the rank");
  if (auto symbol = dyn_cast<AffineSymbolExpr>(getDim(*argument, *dimension)))
    addParameter(ParameterKind::Symbol, symbol.getPosition());
  return success();
}

AffineExpr Planner::getExpression(Value value) {
  if (std::optional<int64_t> constant = getConstantIntValue(value))
    return getAffineConstantExpr(*constant, context);
  if (auto dim = value.getDefiningOp<memref::DimOp>();
      dim && getDimension(dim) && isa<BlockArgument>(dim.getSource()))
    return getDim(cast<BlockArgument>(dim.getSource()), *getDimension(dim));
  Operation *op = value.getDefiningOp();
  if (!isa_and_present<arith::AddIOp, arith::SubIOp, arith::MulIOp,
                       arith::DivUIOp>(op))
    return {};
  AffineExpr left = getExpression(op->getOperand(0));
  AffineExpr right = getExpression(op->getOperand(1));
  if (!left || !right)
    return {};
  if (isa<arith::AddIOp>(op))
    return left + right;
  if (isa<arith::DivUIOp>(op))
    return left.floorDiv(right);
  return isa<arith::SubIOp>(op) ? left - right : left * right;
}

LogicalResult Planner::planCombine(CombineOp op) {
  AffineExpr tiles = getExpression(op.getTileCount());
  if (!tiles)
    return op.emitOpError("[plan_launch-c7] has a number of tiles that is no "
                          "sum, product or rounded up quotient of constants "
                          "and sizes of kernel arguments");
  if (workspace)
    return op.emitOpError("[plan_launch-c8] is not the only one of its kernel; "
                          "they would share one workspace");
  workspace = tiles * op.getTileBytes();
  addParameter(ParameterKind::Workspace, 0);
  return success();
}

FailureOr<AffineMap> Planner::planGrid() {
  AffineExpr smCount = getSymbol(SymbolKind::SmCount, 0, 0);
  // Whole clusters, also of an odd number of SMs: the last one then waits.
  ScheduleAttr schedule = kernel.getScheduleAttr();
  if (int64_t ctas = schedule ? schedule.getClusterSize() : 1; ctas > 1)
    smCount = smCount.ceilDiv(ctas) * ctas;
  AffineExpr tiles;
  WalkResult result = kernel.walk([&](TilesOp op) {
    tiles = getAffineConstantExpr(1, context);
    for (auto [i, extent, size] :
         llvm::enumerate(op.getExtents(), op.getSizes())) {
      AffineExpr expr = getExpression(extent);
      int64_t step = op.getTilesPerStep(i);
      if (!expr)
        return op.emitOpError("[plan_launch-c3] has an extent that is no sum, "
                              "difference or product of constants and sizes of "
                              "kernel arguments"),
               WalkResult::interrupt();
      tiles = tiles * (expr.ceilDiv(size * step) * step);
    }
    return WalkResult::advance();
  });
  if (result.wasInterrupted())
    return failure();
  SmallVector<AffineExpr> grid = {smCount};
  if (tiles)
    grid.push_back(tiles);
  return AffineMap::get(0, symbols.size(), grid, context);
}

int64_t Planner::getSharedBytes() {
  int64_t end = 0;
  kernel.walk([&](BufferOp op) {
    BufferType type = op.getType();
    if (type.isShared())
      end = std::max<int64_t>(end, op.getOffset().value_or(0) +
                                       type.getSlots() * type.getSlotBytes());
  });
  kernel.walk([&](PipelineOp op) {
    end = std::max<int64_t>(end, op.getOffset().value_or(0) +
                                     16 * op.getType().getSlots());
  });
  kernel.walk([&](CombineInClusterOp op) {
    end = std::max<int64_t>(end,
                            op.getOffset().value_or(0) + op.getSharedBytes());
  });
  return end;
}

int64_t Planner::getThreads() {
  int64_t warps = 0;
  kernel.walk([&](RoleOp role) { warps += role.getWarps(); });
  return 32 * warps;
}

LogicalResult Planner::plan() {
  FailureOr<AffineMap> grid = planGrid();
  if (failed(grid))
    return failure();
  WalkResult result = kernel.walk([&](Operation *op) {
    LogicalResult ok =
        TypeSwitch<Operation *, LogicalResult>(op)
            .Case([&](CopyAsyncOp op) {
              if (op.getElementwise() || op.getByThreads())
                return planDirectAccess(op, op.getSource(),
                                        op.getCoordinates().size());
              return planCopy(op, op.getSource(), op.getBuffer().getType(),
                              op.getTransposed());
            })
            .Case([&](StoreAsyncOp op) {
              return planCopy(op, op.getDestination(),
                              op.getStaging().getType(), /*transposed=*/false);
            })
            .Case<AddFromOp, FetchScalesOp>([&](auto op) {
              return planDirectAccess(op, op.getSource(),
                                      op.getCoordinates().size());
            })
            .Case([&](StoreOp op) {
              return planDirectAccess(op, op.getDestination(),
                                      op.getCoordinates().size());
            })
            .Case([&](memref::DimOp op) { return planSize(op); })
            .Case([&](CombineOp op) { return planCombine(op); })
            .Default([](Operation *) { return success(); });
    return failed(ok) ? WalkResult::interrupt() : WalkResult::advance();
  });
  if (result.wasInterrupted())
    return failure();

  unsigned count = symbols.size();
  auto widen = [&](AffineMap map) {
    return AffineMap::get(0, count, map.getResults(), context);
  };
  for (TensorMapAttr &map : maps)
    map = TensorMapAttr::get(context, map.getArgument(), map.getElementType(),
                             widen(map.getDims()), widen(map.getStrides()),
                             map.getBox(), map.getSwizzle(), map.getExpanded());
  auto bytes = AffineMap::getConstantMap(0, context);
  if (workspace)
    bytes = AffineMap::get(0, isa<AffineConstantExpr>(workspace) ? 0 : count,
                           workspace);
  ScheduleAttr schedule = kernel.getScheduleAttr();
  auto emitError = [&] { return kernel.emitOpError(); };
  function_ref<InFlightDiagnostic()> emitErrorRef = emitError;
  auto plan = LaunchPlanAttr::getChecked(
      emitErrorRef, context, ArrayRef<SymbolAttr>(symbols), widen(*grid),
      getThreads(), schedule ? schedule.getClusterSize() : int64_t(1),
      getSharedBytes(), bytes, ArrayRef<TensorMapAttr>(maps),
      ArrayRef<ParameterAttr>(parameters));
  if (!plan)
    return failure();
  kernel.setLaunchAttr(plan);
  return success();
}

namespace {
struct PlanLaunch : dgk::impl::DGKPlanLaunchPassBase<PlanLaunch> {
  void runOnOperation() override {
    if (!getOperation().getRoles()) {
      getOperation().emitOpError("[plan_launch-c4] has no roles; run "
                                 "dgk-warp-specialize first");
      return signalPassFailure();
    }
    if (failed(Planner(getOperation()).plan()))
      signalPassFailure();
  }
};
} // namespace
