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
    onceForRole(b, kernel.roles.lookup(op), [&] {
      for (int64_t i = 0; i < type.getShape().front(); ++i)
        NVVM::CpAsyncOp::create(
            b, sharedPointer(b, destination, offset + 4 * i),
            getSource(b, op, i), /*size=*/4, NVVM::LoadCacheModifierKind::CA,
            /*cpSize=*/Value());
    });
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

/// What a thread copies at once: neighbours in a line of the memory.
struct PieceForm {
  explicit PieceForm(BufferType type)
      : lines(getLines(type.getShape(), type.getLayout())),
        bits(getElementBits(type.getElementType())),
        isExpanded(isCopiedByThreads(type.getLayout())),
        elements(isExpanded ? kExpandedPiece : kBytesPiece),
        stored(isExpanded ? kExpandedPiece : kBytesPiece),
        pitch(isExpanded ? static_cast<int64_t>(
                               cast<SharedAttr>(type.getLayout()).getSwizzle())
                         : lines.length) {}

  static constexpr int64_t kBytesPiece = 4;

  int64_t getPiecesOfLine() const { return lines.length / elements; }
  int64_t getBytes() const { return elements * bits / 8; }

  TileLines lines;
  int64_t bits;
  /// 4-bit elements get a byte each, in swizzled lines; others stay as they
  /// are.
  bool isExpanded;
  int64_t elements;
  /// Bytes of a piece, and between lines, in shared memory.
  int64_t stored, pitch;
};

/// Copies by all threads of the role. Of 4-bit elements that lie along the rows
/// of an operand, 16 in 8 bytes become 16 bytes of shared memory, of which the
/// second half is not written. Rows of bytes, which TMA may not find, are
/// copied 4 at a time. A thread serves one piece of a line and every so many
/// lines, so that addresses go up by constants.
struct CopyPiecesPattern : KernelPattern<CopyAsyncOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(CopyAsyncOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!op.getByThreads())
      return failure();
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    BufferType type = op.getBuffer().getType();
    PieceForm form(type);
    RoleWarps role = kernel.roles.lookup(op);
    int64_t pieces = form.getPiecesOfLine(), count = form.lines.count;
    int64_t step = 32 * role.count / pieces;
    Value thread = addI32(b, getThreadId(b), -32 * role.first);
    Value piece = arith::RemUIOp::create(b, thread, constI32(b, pieces));
    Value line = arith::DivUIOp::create(b, thread, constI32(b, pieces));

    Source source =
        getSource(b, op, form, line, mulI32(b, piece, form.elements));
    Value slot = arith::AddIOp::create(
        b, adaptor.getBuffer(),
        mulI32(b, adaptor.getSlot(), type.getSlotBytes()));
    Value destination =
        arith::AddIOp::create(b, slot, getOffset(b, form, piece, line));
    // Lines that are not as many as are exchanged apart have other places.
    bool isExchanged = form.isExpanded && step % kExchangedLines != 0;
    Value distance = arith::MulIOp::create(
        b, source.lineBytes,
        arith::ConstantOp::create(b, b.getI64IntegerAttr(step)));
    for (int64_t first = 0; first < count; first += step) {
      int64_t distant = first * form.pitch;
      if (isExchanged) {
        Value there = getOffset(b, form, piece, addI32(b, line, first));
        destination = arith::AddIOp::create(b, slot, there);
        distant = 0;
      }
      auto copy = [&] {
        copyPiece(
            b, form, source, addI32(b, source.firstLine, first),
            sharedPointer(b, destination,
                          kernel.offsets.lookup(op.getBuffer()) + distant));
      };
      if (first + step <= count) {
        copy();
      } else {
        Value exists = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, line,
                                             constI32(b, count - first));
        auto branch = scf::IfOp::create(b, exists);
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointToStart(branch.thenBlock());
        copy();
      }
      source.pointer =
          LLVM::GEPOp::create(b, source.pointer.getType(), b.getI8Type(),
                              source.pointer, ArrayRef<LLVM::GEPArg>{distance});
    }
    rewriter.eraseOp(op);
    return success();
  }

private:
  /// What one thread reads: where its first piece is, the line that it is in,
  /// how many lines there are and how far apart, and the bytes of a piece that
  /// are inside of the memory.
  struct Source {
    Value pointer, firstLine, lines, lineBytes, bytes;
  };

  Source getSource(ImplicitLocOpBuilder &b, CopyAsyncOp op,
                   const PieceForm &form, Value line, Value element) const {
    Value memory = op.getSource();
    BufferType type = op.getBuffer().getType();
    auto rank = static_cast<int64_t>(op.getCoordinates().size());
    int64_t inner = getCopyDimension(rank, type.getShape(), type.getLayout(),
                                     op.getTransposed());
    int64_t outer = 2 * rank - 3 - inner;
    Source source;
    source.lines = toI32(b, kernel.getSize(b, memory, outer));
    source.firstLine =
        arith::AddIOp::create(b, toI32(b, op.getCoordinates()[outer]), line);
    Value at =
        arith::AddIOp::create(b, toI32(b, op.getCoordinates()[inner]), element);
    source.bytes =
        getBytesInside(b, form,
                       arith::SubIOp::create(
                           b, toI32(b, kernel.getSize(b, memory, inner)), at));

    // Pieces begin with whole bytes.
    auto toBytes = [&](Value elements) -> Value {
      Value wide = arith::ExtUIOp::create(b, b.getI64Type(), elements);
      if (form.bits == 8)
        return wide;
      return arith::ShRUIOp::create(
          b, wide, arith::ConstantOp::create(b, b.getI64IntegerAttr(1)));
    };
    source.lineBytes = toBytes(toI32(b, kernel.getStride(b, memory, outer)));
    Value offset = arith::AddIOp::create(
        b,
        arith::MulIOp::create(
            b, arith::ExtUIOp::create(b, b.getI64Type(), source.firstLine),
            source.lineBytes),
        toBytes(at));
    auto global = LLVM::LLVMPointerType::get(
        b.getContext(), static_cast<unsigned>(NVVM::NVVMMemorySpace::Global));
    Value pointer = LLVM::AddrSpaceCastOp::create(
        b, global,
        kernel.getParameter(ParameterKind::Pointer,
                            kernel.arguments.lookup(memory)));
    source.pointer = LLVM::GEPOp::create(b, global, b.getI8Type(), pointer,
                                         ArrayRef<LLVM::GEPArg>{offset});
    return source;
  }

  /// Bytes with any of the next `elements` elements, at most those of a piece.
  static Value getBytesInside(ImplicitLocOpBuilder &b, const PieceForm &form,
                              Value elements) {
    Value inside = arith::MaxSIOp::create(b, elements, constI32(b, 0));
    inside = arith::MinSIOp::create(b, inside, constI32(b, form.elements));
    if (form.bits == 8)
      return inside;
    return arith::ShRUIOp::create(b, addI32(b, inside, 1), constI32(b, 1));
  }

  /// Offset in a slot of a thread's first piece.
  static Value getOffset(ImplicitLocOpBuilder &b, const PieceForm &form,
                         Value piece, Value line) {
    Value start =
        mulI32(b, form.isExpanded ? exchangeLines(b, line) : line, form.pitch);
    if (!form.isExpanded)
      return arith::AddIOp::create(b, start, mulI32(b, piece, form.stored));
    int64_t perAtom = form.pitch / form.stored;
    Value atom = arith::DivUIOp::create(b, piece, constI32(b, perAtom));
    Value inAtom = arith::RemUIOp::create(b, piece, constI32(b, perAtom));
    // The swizzle XORs address bits 4.. with the number of the 128-byte line
    // (PTX ISA, "Tensor swizzling modes").
    Value pattern = arith::AndIOp::create(
        b, arith::ShRUIOp::create(b, start, constI32(b, 7)),
        constI32(b, perAtom - 1));
    Value inLine =
        mulI32(b, arith::XOrIOp::create(b, inAtom, pattern), form.stored);
    start = arith::AddIOp::create(
        b, mulI32(b, atom, form.lines.count * form.pitch), start);
    return arith::AddIOp::create(b, start, inLine);
  }

  /// What lies outside of the memory becomes zero and is not read.
  static void copyPiece(ImplicitLocOpBuilder &b, const PieceForm &form,
                        const Source &source, Value line, Value destination) {
    Value isInside =
        arith::CmpIOp::create(b, arith::CmpIPredicate::ult, line, source.lines);
    Value bytes =
        arith::SelectOp::create(b, isInside, source.bytes, constI32(b, 0));
    NVVM::CpAsyncOp::create(b, destination, source.pointer,
                            static_cast<int32_t>(form.getBytes()),
                            NVVM::LoadCacheModifierKind::CA, bytes);
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
    onceForRole(b, kernel.roles.lookup(op), [&] {
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
    });
    rewriter.eraseOp(op);
    return success();
  }

  /// PTX ISA, "createpolicy", which has no operation in the NVVM dialect: null
  /// for a copy whose lines are as good as any.
  static Value getCachePolicy(ImplicitLocOpBuilder &b, CopyAsyncOp op) {
    if (!op.getEvictFirst())
      return {};
    return inlinePtx(b, b.getI64Type(),
                     "createpolicy.fractional.L2::evict_first.b64 $0, 1.0;",
                     "=l", /*operands=*/{}, /*hasSideEffects=*/false);
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
  patterns.add<CopyElementsPattern, CopyPiecesPattern, CopyAsyncPattern,
               DrainStoresPattern>(kernel, converter, patterns.getContext());
}
