//===- CopyLowering.cpp - Copies as TMA instructions ----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Conversion/DGKToNVVM/KernelLowering.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

using namespace mlir;
using namespace dgk;

namespace {

/// TMA names coordinates from the contiguous dimension outwards.
SmallVector<Value> getTmaCoordinates(ImplicitLocOpBuilder &b, CopyAsyncOp op) {
  SmallVector<Value> result;
  for (Value coordinate : llvm::reverse(op.getCoordinates()))
    result.push_back(toI32(b, coordinate));
  auto rank = static_cast<int64_t>(result.size());
  BufferType buffer = op.getBuffer().getType();
  if (getCopyDimension(rank, buffer.getShape(), buffer.getLayout(),
                       op.getTransposed()) != rank - 1)
    std::swap(result[0], result[1]);
  return result;
}

/// A column of few elements, each copied by `cp.async`.
struct CopyElementsPattern : KernelPattern<CopyAsyncOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(CopyAsyncOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!op.getElementwise() || op.getCoordinates().size() != 2)
      return failure();
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    BufferType type = op.getBuffer().getType();
    Value destination = arith::AddIOp::create(
        b, adaptor.getBuffer(),
        mulI32(b, adaptor.getSlot(), type.getSlotBytes()));
    int64_t offset = kernel.offsets.lookup(op.getBuffer());
    for (int64_t i = 0; i < type.getShape().front(); ++i)
      NVVM::CpAsyncOp::create(b, sharedPointer(b, destination, offset + 4 * i),
                              getSource(b, op, i), /*size=*/4,
                              NVVM::LoadCacheModifierKind::CA,
                              /*cpSize=*/Value());
    rewriter.eraseOp(op);
    return success();
  }

  /// Address of the element `i` rows on, or of the last row: what lies beyond
  /// scales no element that is stored.
  Value getSource(ImplicitLocOpBuilder &b, CopyAsyncOp op, int64_t i) const {
    Value memory = op.getSource();
    Value one = arith::ConstantIndexOp::create(b, 1);
    Value last = arith::SubIOp::create(b, kernel.getSize(b, memory, 0), one);
    ArrayRef<int64_t> steps = op.getRows().value_or(ArrayRef<int64_t>({1, 1}));
    Value row =
        arith::AddIOp::create(b, op.getCoordinates()[0],
                              arith::ConstantIndexOp::create(b, i * steps[0]));
    row = arith::DivUIOp::create(b, row,
                                 arith::ConstantIndexOp::create(b, steps[1]));
    row = arith::MinUIOp::create(b, row, last);
    auto wide = [&](Value index) {
      return arith::IndexCastUIOp::create(b, b.getI64Type(), index);
    };
    Value at = arith::AddIOp::create(
        b,
        arith::MulIOp::create(b, wide(row),
                              wide(kernel.getStride(b, memory, 0))),
        arith::MulIOp::create(b, wide(op.getCoordinates()[1]),
                              wide(kernel.getStride(b, memory, 1))));
    Value pointer = kernel.getParameter(ParameterKind::Pointer,
                                        kernel.arguments.lookup(memory));
    auto global = LLVM::LLVMPointerType::get(
        b.getContext(), static_cast<unsigned>(NVVM::NVVMMemorySpace::Global));
    pointer = LLVM::AddrSpaceCastOp::create(b, global, pointer);
    return LLVM::GEPOp::create(b, global, b.getI32Type(), pointer,
                               ArrayRef<LLVM::GEPArg>{at});
  }
};

struct CopyAsyncPattern : KernelPattern<CopyAsyncOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(CopyAsyncOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto acquire = op.getSlot().getDefiningOp<AcquireOp>();
    if (!acquire || !op.getMap())
      return rewriter.notifyMatchFailure(
          op, "needs a slot of this role and a tensor map");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    BufferType type = op.getBuffer().getType();
    Value map = kernel.getParameter(ParameterKind::Map, *op.getMap());
    Value barrier = arith::AddIOp::create(
        b, rewriter.getRemappedValue(acquire.getPipeline()),
        mulI32(b, adaptor.getSlot(), 8));
    Value barrierPointer =
        sharedPointer(b, barrier, kernel.offsets.lookup(acquire.getPipeline()));
    Value destination = arith::AddIOp::create(
        b, adaptor.getBuffer(),
        mulI32(b, adaptor.getSlot(), type.getSlotBytes()));
    SmallVector<Value> coordinates = getTmaCoordinates(b, op);

    // A row longer than the swizzle's span arrives as several boxes, each an
    // atom of its own behind the last.
    int64_t elements = kernel.plan.getMaps()[*op.getMap()].getBox().front();
    bool column = type.getShape().back() == 1;
    int64_t length = getLines(type.getShape(), type.getLayout()).length;
    int64_t boxes = column ? 1 : length / elements;
    Value mask = beginMulticast(b, op);
    for (int64_t i = 0; i < boxes; ++i) {
      SmallVector<Value> at = coordinates;
      at[0] = addI32(b, at[0], i * elements);
      Value to = sharedPointer(b, destination,
                               kernel.offsets.lookup(op.getBuffer()) +
                                   i * type.getSlotBytes() / boxes);
      NVVM::CpAsyncBulkTensorGlobalToSharedClusterOp::create(
          b, mask ? toCluster(b, to) : to, map, at, barrierPointer,
          /*im2colOffsets=*/ValueRange(), mask, getCachePolicy(b, op),
          NVVM::TMALoadMode::TILE, /*isCTAOnly=*/!mask,
          /*group=*/NVVM::CTAGroupKindAttr(), /*predicate=*/Value());
    }
    rewriter.eraseOp(op);
    return success();
  }

  /// PTX ISA, "createpolicy", which has no operation in the NVVM dialect: null
  /// for a copy whose lines are as good as any.
  static Value getCachePolicy(ImplicitLocOpBuilder &b, CopyAsyncOp op) {
    if (!op.getEvictFirst())
      return {};
    return LLVM::InlineAsmOp::create(
               b, TypeRange{b.getI64Type()}, ValueRange(),
               b.getStringAttr(
                   "createpolicy.fractional.L2::evict_first.b64 $0, 1.0;"),
               b.getStringAttr("=l"), /*has_side_effects=*/UnitAttr(),
               /*is_align_stack=*/UnitAttr(),
               LLVM::TailCallKindAttr::get(b.getContext(),
                                           LLVM::TailCallKind::None),
               LLVM::AsmDialectAttr(), /*operand_attrs=*/ArrayAttr())
        .getResult(0);
  }

  /// The mask of a copy for several CTAs, null without; what is built behind it
  /// is for the first of them.
  static Value beginMulticast(ImplicitLocOpBuilder &b, CopyAsyncOp op) {
    std::optional<uint64_t> ctas = op.getMulticast();
    if (!ctas)
      return {};
    Value mask = arith::ConstantOp::create(b, b.getI16IntegerAttr(*ctas));
    Value rank = NVVM::ClusterId::create(b, b.getI32Type());
    Value isFirst =
        arith::CmpIOp::create(b, arith::CmpIPredicate::eq, rank,
                              constI32(b, llvm::countr_zero(*ctas)));
    auto branch = scf::IfOp::create(b, isFirst);
    b.setInsertionPointToStart(branch.thenBlock());
    return mask;
  }
};

/// Every lane may have issued copies; a lane without any does not wait.
struct DrainStoresPattern : KernelPattern<DrainStoresOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(DrainStoresOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<NVVM::CpAsyncBulkWaitGroupOp>(
        op, rewriter.getI32IntegerAttr(0), /*read=*/UnitAttr());
    return success();
  }
};

} // namespace

void dgk::populateCopyPatterns(KernelLowering &kernel,
                               const TypeConverter &converter,
                               RewritePatternSet &patterns) {
  patterns.add<CopyElementsPattern, CopyAsyncPattern, DrainStoresPattern>(
      kernel, converter, patterns.getContext());
}
