//===- BufferizableOpInterfaceImpl.cpp - Bufferization of problems --------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGemm/Transforms/BufferizableOpInterfaceImpl.h"

#include "dgemm/Dialect/DGemm/IR/DGemmOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace mlir::bufferization;
using namespace dgemm;

//===----------------------------------------------------------------------===//
// Packed scales
//===----------------------------------------------------------------------===//
//
// A tensor does not say in which order its elements lie, and bufferization
// makes row-major memrefs. Packed scales must lie along their rows, so a buffer
// that is known to have another order is replaced.
//
//===----------------------------------------------------------------------===//

/// The type of a buffer with the shape of `type` and the layout of packed
/// scales.
static MemRefType getPackedType(MemRefType type, PackedScaleDims dims) {
  auto layout =
      StridedLayoutAttr::get(type.getContext(), /*offset=*/0,
                             getPackedScaleStrides(type.getShape(), dims));
  return MemRefType::get(type.getShape(), type.getElementType(), layout,
                         type.getMemorySpace());
}

/// Allocates packed scales with the shape of `like`.
static FailureOr<Value>
allocatePackedScales(OpBuilder &builder, Location loc, Value like,
                     PackedScaleDims dims,
                     const BufferizationOptions &options) {
  auto type = cast<MemRefType>(like.getType());
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(builder, loc, value);
  };
  SmallVector<OpFoldResult> sizes = memref::getMixedSizes(builder, loc, like);
  auto multiply = [&](Value x, Value y) -> Value {
    return builder.createOrFold<arith::MulIOp>(loc, x, y);
  };
  auto extent = [&](int64_t dim) {
    return getValueOrCreateConstantIndexOp(builder, loc, sizes[dim]);
  };
  // Rows rounded up to 4.
  Value groups = builder.createOrFold<arith::CeilDivUIOp>(loc, extent(dims.mn),
                                                          constant(4));
  Value column = multiply(groups, constant(4));
  Value batch = multiply(column, extent(dims.k));
  Value total = batch;
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    if (dim != dims.mn && dim != dims.k)
      total = multiply(total, extent(dim));

  auto flat =
      MemRefType::get({ShapedType::kDynamic}, type.getElementType(),
                      MemRefLayoutAttrInterface(), type.getMemorySpace());
  FailureOr<Value> buffer = options.createAlloc(builder, loc, flat, {total});
  if (failed(buffer))
    return failure();
  MemRefType packed = getPackedType(type, dims);
  SmallVector<int64_t> known = packed.getStridesAndOffset().first;
  SmallVector<OpFoldResult> strides;
  for (auto [dim, stride] : llvm::enumerate(known)) {
    if (!ShapedType::isDynamic(stride))
      strides.push_back(builder.getIndexAttr(stride));
    else
      strides.push_back(static_cast<int64_t>(dim) == dims.k ? column : batch);
  }
  return memref::ReinterpretCastOp::create(builder, loc, packed, *buffer,
                                           builder.getIndexAttr(0), sizes,
                                           strides)
      .getResult();
}

/// The buffer itself, or packed scales with its content if it has another
/// layout. An init that is not read is not copied.
static FailureOr<Value> toPackedLayout(RewriterBase &rewriter, Location loc,
                                       Value buffer, PackedScaleDims dims,
                                       bool copyContent,
                                       const BufferizationOptions &options) {
  if (hasPackedScaleStrides(cast<MemRefType>(buffer.getType()), dims))
    return buffer;
  FailureOr<Value> packed =
      allocatePackedScales(rewriter, loc, buffer, dims, options);
  if (failed(packed))
    return failure();
  if (copyContent &&
      failed(options.createMemCpy(rewriter, loc, buffer, *packed)))
    return failure();
  return packed;
}

//===----------------------------------------------------------------------===//
// The model of all ops
//===----------------------------------------------------------------------===//

/// The buffer of an operand, in the layout that the op needs.
static FailureOr<Value> getOperandBuffer(RewriterBase &rewriter,
                                         OpOperand &operand,
                                         const BufferizationOptions &options,
                                         BufferizationState &state) {
  if (!isa<TensorType>(operand.get().getType()))
    return operand.get();
  FailureOr<Value> buffer = getBuffer(rewriter, operand.get(), options, state);
  if (failed(buffer))
    return failure();
  Operation *op = operand.getOwner();
  std::optional<PackedScaleDims> dims =
      cast<ProblemOpInterface>(op).getPackedScaleDims(operand);
  if (!dims)
    return buffer;
  bool isInit = cast<DestinationStyleOpInterface>(op).isDpsInit(&operand);
  return toPackedLayout(rewriter, op->getLoc(), *buffer, *dims,
                        /*copyContent=*/!isInit, options);
}

namespace {

template <typename OpTy>
struct ProblemBufferization
    : public DstBufferizableOpInterfaceExternalModel<ProblemBufferization<OpTy>,
                                                     OpTy> {
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand,
                              const AnalysisState &) const {
    auto destination = cast<DestinationStyleOpInterface>(op);
    return !destination.isDpsInit(&operand) ||
           cast<ProblemOpInterface>(op).readsInits();
  }

  /// C and D may share a buffer: an element of D depends on that element of C
  /// alone.
  bool bufferizesToElementwiseAccess(Operation *op, const AnalysisState &,
                                     ArrayRef<OpOperand *> operands) const {
    auto destination = cast<DestinationStyleOpInterface>(op);
    Value accumulator = cast<ProblemOpInterface>(op).getAccumulator();
    return accumulator && llvm::all_of(operands, [&](OpOperand *operand) {
             return destination.isDpsInit(operand) ||
                    operand->get() == accumulator;
           });
  }

  FailureOr<BufferLikeType>
  getBufferType(Operation *op, Value value, const BufferizationOptions &options,
                const BufferizationState &state,
                SmallVector<Value> &invocationStack) const {
    auto result = cast<OpResult>(value);
    OpOperand *init =
        cast<DestinationStyleOpInterface>(op).getTiedOpOperand(result);
    FailureOr<BufferLikeType> type = bufferization::getBufferType(
        init->get(), options, state, invocationStack);
    if (failed(type))
      return failure();
    auto memref = dyn_cast<MemRefType>(*type);
    std::optional<PackedScaleDims> dims =
        cast<ProblemOpInterface>(op).getPackedScaleDims(*init);
    if (!memref || !dims || hasPackedScaleStrides(memref, *dims))
      return type;
    return cast<BufferLikeType>(getPackedType(memref, *dims));
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options,
                          BufferizationState &state) const {
    auto destination = cast<DestinationStyleOpInterface>(op);
    if (destination.hasPureBufferSemantics())
      return success();
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPoint(op);
    SmallVector<Value> buffers;
    SmallVector<Value> results;
    for (OpOperand &operand : op->getOpOperands()) {
      FailureOr<Value> buffer =
          getOperandBuffer(rewriter, operand, options, state);
      if (failed(buffer))
        return failure();
      buffers.push_back(*buffer);
      if (destination.isDpsInit(&operand))
        results.push_back(*buffer);
    }
    // Operand segments are among the properties, so the clone has them.
    OperationState clone(op->getLoc(), op->getName(), buffers, TypeRange(),
                         llvm::to_vector(op->getDiscardableAttrs()));
    clone.propertiesAttr = op->getPropertiesAsAttribute();
    rewriter.create(clone);
    replaceOpWithBufferizedValues(rewriter, op, results);
    return success();
  }
};

template <typename... Ops> void attachTo(MLIRContext *context) {
  (Ops::template attachInterface<ProblemBufferization<Ops>>(*context), ...);
}

} // namespace

void dgemm::registerBufferizableOpInterfaceExternalModels(
    DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, DGemmDialect *) {
    // Ops of these are made above.
    context->loadDialect<arith::ArithDialect, memref::MemRefDialect>();
    attachTo<MatmulOp, GroupedMatmulOp, BatchedMatmulOp, HCPrenormOp,
             MQALogitsOp, PagedMQALogitsOp, PagedMQAMetadataOp, CleanLogitsOp,
             PackScalesOp>(context);
  });
}
