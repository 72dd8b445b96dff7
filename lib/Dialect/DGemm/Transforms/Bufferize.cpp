//===- Bufferize.cpp - From tensors to memrefs that kernels take ----------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGemm/IR/DGemmOps.h"
#include "dgemm/Dialect/DGemm/Transforms/Passes.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotModuleBufferize.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/Support/MathExtras.h"

namespace dgemm {
#define GEN_PASS_DEF_DGEMMBUFFERIZEPASS
#include "dgemm/Dialect/DGemm/Transforms/Passes.h.inc"
} // namespace dgemm

using namespace mlir;
using namespace dgemm;

/// Words of a column of packed scales start 16 bytes apart, as TMA needs.
static constexpr int64_t columnAlignment = 4;

/// The types of packed scales in each function. Collected before
/// bufferization, which asks for the types of arguments when the ops that use
/// them are on memrefs already.
using ScaleTypes = DenseSet<std::pair<Operation *, Type>>;

static ScaleTypes collectScaleTypes(ModuleOp module) {
  ScaleTypes types;
  module.walk([&](ContractionProblem op) {
    Operation *func = op->getParentOfType<func::FuncOp>();
    for (Value scale : {op.getAScale(), op.getBScale()}) {
      auto type = scale ? dyn_cast<RankedTensorType>(scale.getType()) : nullptr;
      bool isPacked = type && type.getElementType().isInteger(32) &&
                      (type.getRank() == 2 || type.getRank() == 3);
      if (isPacked)
        types.insert({func, type});
    }
  });
  return types;
}

/// Stride of one step: unknown as soon as one extent below it is.
static int64_t multiply(int64_t stride, int64_t extent) {
  if (ShapedType::isDynamic(stride) || ShapedType::isDynamic(extent))
    return ShapedType::kDynamic;
  return stride * extent;
}

/// The layout of ops.md 2.5 for scales [(G,) rows, words].
static MemRefType getPackedScaleType(RankedTensorType type,
                                     Attribute memorySpace) {
  int64_t rank = type.getRank();
  int64_t rows = type.getDimSize(rank - 2);
  int64_t column = ShapedType::isDynamic(rows)
                       ? ShapedType::kDynamic
                       : int64_t(llvm::alignTo(rows, columnAlignment));
  SmallVector<int64_t> strides(rank, 1);
  strides[rank - 1] = column;
  if (rank == 3)
    strides[0] = multiply(column, type.getDimSize(rank - 1));
  return MemRefType::get(
      type.getShape(), type.getElementType(),
      StridedLayoutAttr::get(type.getContext(), /*offset=*/0, strides),
      memorySpace);
}

static bufferization::BufferLikeType
convertArgument(bufferization::TensorLikeType type, Attribute memorySpace,
                func::FuncOp func, const ScaleTypes &scales) {
  auto tensor = cast<TensorType>(type);
  if (scales.contains({func, tensor}))
    return cast<bufferization::BufferLikeType>(
        getPackedScaleType(cast<RankedTensorType>(tensor), memorySpace));
  return cast<bufferization::BufferLikeType>(
      bufferization::getMemRefTypeWithStaticIdentityLayout(tensor,
                                                           memorySpace));
}

//===----------------------------------------------------------------------===//
// Results of functions
//===----------------------------------------------------------------------===//

/// The value behind casts that do not change the memory.
static Value stripCasts(Value value) {
  while (auto cast = value.getDefiningOp<memref::CastOp>())
    value = cast.getSource();
  return value;
}

/// Makes the buffer of a result an argument behind the others: in place of the
/// allocation that the function would return, else with a copy.
static void addResultArgument(func::FuncOp func, func::ReturnOp terminator,
                              Value result) {
  unsigned index = func.getNumArguments();
  Value source = stripCasts(result);
  // Adding an argument fails only for signatures other than a function type.
  (void)func.insertArgument(index, source.getType(), {}, func.getLoc());
  Value argument = func.getArgument(index);
  auto alloc = source.getDefiningOp<memref::AllocOp>();
  if (alloc && alloc->getBlock() == terminator->getBlock()) {
    alloc.replaceAllUsesWith(argument);
    alloc.erase();
    return;
  }
  OpBuilder builder(terminator);
  memref::CopyOp::create(builder, terminator.getLoc(), source, argument);
}

/// Takes memrefs out of the results: those that are arguments already need no
/// result, the others become arguments.
static void dropBufferResults(func::FuncOp func, func::ReturnOp terminator) {
  llvm::BitVector dropped(func.getNumResults());
  SmallVector<Value> results(terminator.getOperands());
  for (auto [i, result] : llvm::enumerate(results)) {
    if (!isa<BaseMemRefType>(result.getType()))
      continue;
    dropped.set(i);
    Value source = stripCasts(terminator.getOperand(i));
    auto argument = dyn_cast<BlockArgument>(source);
    bool isArgument = argument && argument.getOwner() == &func.front() &&
                      argument.getArgNumber() < func.getNumArguments();
    if (!isArgument)
      addResultArgument(func, terminator, source);
  }
  terminator->eraseOperands(dropped);
  (void)func.eraseResults(dropped);
}

/// Entry points write where their caller says. Functions that the module itself
/// calls keep their signature.
static void dropBufferResults(ModuleOp module) {
  for (auto func : module.getOps<func::FuncOp>()) {
    if (func.isExternal() || !func.getBody().hasOneBlock() ||
        !SymbolTable::symbolKnownUseEmpty(func, module))
      continue;
    if (auto terminator =
            dyn_cast<func::ReturnOp>(func.front().getTerminator()))
      dropBufferResults(func, terminator);
  }
}

namespace {

struct DGemmBufferize final
    : dgemm::impl::DGemmBufferizePassBase<DGemmBufferize> {
  void runOnOperation() override {
    bufferization::OneShotBufferizationOptions options;
    options.bufferizeFunctionBoundaries = true;
    ScaleTypes scales = collectScaleTypes(getOperation());
    options.functionArgTypeConverterFn =
        [&](bufferization::TensorLikeType type, Attribute memorySpace,
            func::FuncOp func, const bufferization::BufferizationOptions &) {
          return convertArgument(type, memorySpace, func, scales);
        };
    bufferization::BufferizationState state;
    if (failed(bufferization::runOneShotModuleBufferize(getOperation(), options,
                                                        state)))
      return signalPassFailure();
    dropBufferResults(getOperation());
  }
};

} // namespace
