//===- MmaLowering.cpp - dgk.mma as wgmma ---------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Wgmma.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

using namespace mlir;
using namespace dgk;
using namespace dgk::fragments;
using namespace dgk::sm90;

namespace {

/// The type that wgmma's text names.
NVVM::WGMMATypes getOperandType(Type type) {
  if (isa<Float8E4M3FNType>(type))
    return NVVM::WGMMATypes::e4m3;
  return isa<BFloat16Type>(type) ? NVVM::WGMMATypes::bf16
                                 : NVVM::WGMMATypes::tf32;
}

/// One operand tile in shared memory: descriptors of its parts.
///
/// A descriptor (PTX ISA, "Matrix descriptor format") has address / 16 in bits
/// 13:0, the leading byte offset / 16 in bits 29:16, the stride byte offset /
/// 16 in bits 45:32, and the swizzle in bits 63:62. With S bytes of swizzle
/// span, 8 lines of S bytes are an atom:
///
///   K-major    lines are rows; groups of 8 rows are the stride offset apart.
///   The
///              leading offset has no meaning with a swizzle; 1 by convention.
///   MN-major   lines are steps of K; groups of 8 steps are the stride offset
///              apart, and the S bytes of the next rows the leading offset.
class Operand {
public:
  Operand(ImplicitLocOpBuilder &b, TileType type, Value tile, int64_t offset,
          Value firstRow)
      : b(b), elementBytes(getBytes(1, type.getElementType())),
        lines(getLines(type.getShape(), type.getLayout())),
        isKMajor(!isColumnMajor(type.getLayout())) {
    Swizzle swizzle = cast<SharedAttr>(type.getLayout()).getSwizzle();
    span = static_cast<int64_t>(swizzle);
    Value start = addI32(b, tile, offset);
    start =
        arith::AddIOp::create(b, start, mulI32(b, firstRow, getRowDistance(1)));
    Value masked = arith::AndIOp::create(b, start, constI32(b, 0x3FFFF));
    Value units = arith::ShRUIOp::create(b, masked, constI32(b, 4));
    Value wide = arith::ExtUIOp::create(b, b.getI64Type(), units);
    first = arith::OrIOp::create(b, wide, constI64(getFields(swizzle)));
  }

  /// From `row` of the tile and element `k` on. Below the swizzle's span a step
  /// along K is a plain addition: the hardware swizzles the final address. A
  /// longer row goes on in the next atom column, behind the last line of this.
  Value getDescriptor(int64_t row, int64_t k) const {
    int64_t inRow = k * elementBytes;
    int64_t alongK =
        isKMajor ? inRow / span * lines.count * span + inRow % span : k * span;
    int64_t distance = getRowDistance(row) + alongK;
    if (distance == 0)
      return first;
    return arith::AddIOp::create(b, first, constI64(distance / 16));
  }

  NVVM::MMALayout getLayoutOfA() const {
    return isKMajor ? NVVM::MMALayout::row : NVVM::MMALayout::col;
  }
  NVVM::MMALayout getLayoutOfB() const {
    return isKMajor ? NVVM::MMALayout::col : NVVM::MMALayout::row;
  }

private:
  Value constI64(int64_t value) const {
    return arith::ConstantOp::create(b, b.getI64IntegerAttr(value));
  }

  /// Bytes from the first row to `row`, which in an MN-major tile begins a
  /// line.
  int64_t getRowDistance(int64_t row) const {
    return isKMajor ? row * span : row * lines.count * elementBytes;
  }

  int64_t getFields(Swizzle swizzle) const {
    int64_t code = swizzle == Swizzle::B128  ? 1
                   : swizzle == Swizzle::B64 ? 2
                                             : 3;
    int64_t leading = isKMajor ? 1 : lines.count * span / 16;
    uint64_t fields = uint64_t(code) << 62 | uint64_t(8 * span / 16) << 32 |
                      uint64_t(leading) << 16;
    return static_cast<int64_t>(fields);
  }

  ImplicitLocOpBuilder &b;
  int64_t elementBytes;
  TileLines lines;
  bool isKMajor;
  int64_t span = 0;
  Value first;
};

/// `nvvm.wgmma.wait.group.sync.aligned` does not say which registers it waits
/// for, so LLVM could read them before it. This wait passes them through.
SmallVector<Value> waitForAll(ImplicitLocOpBuilder &b, ValueRange sums) {
  return passThrough(b, sums, "wgmma.wait_group.sync.aligned 0;");
}

struct MmaPattern : KernelPattern<MmaOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(MmaOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!isDescriptorTile(op.getA()) || !isDescriptorTile(op.getB()) ||
        op.getAScale())
      return rewriter.notifyMatchFailure(
          op, "needs swizzled tiles of one span in shared memory, without "
              "scales; run dgk-promote-partials first");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    WarpTile tile(kernel.schedule);
    Value warp = getWarpInRole(b, kernel.roles.lookup(op));
    Value group = arith::DivUIOp::create(b, warp, constI32(b, tile.group));
    Value first = mulI32(b, group, tile.group);
    Operand a = getOperand(b, op.getA(), adaptor.getA().front(),
                           tile.getFirstRow(b, first));
    Operand bOperand = getOperand(b, op.getB(), adaptor.getB().front(),
                                  tile.getFirstColumn(b, first));
    // The first product of a sum that starts from zero need not read it.
    bool startsFromZero =
        isa_and_present<ZeroOp>(op.getAccumulator().getDefiningOp());

    ValueRange old = adaptor.getAccumulator();
    if (startsFromZero) {
      MmaOp idle = getIdleProduct(op);
      old = idle ? ValueRange(kernel.products[idle]) : ValueRange();
    }
    NVVM::WgmmaFenceAlignedOp::create(b);
    int64_t columns = op.getType().getShape()[1] / tile.gridN;
    int64_t count = getRegisters(columns);
    SmallVector<Value> sums;
    auto row = static_cast<int64_t>(op.getFirstRow().value_or(0));
    auto column = static_cast<int64_t>(op.getFirstColumn().value_or(0));
    int64_t blocks = op.getType().getShape()[0] / tile.rowStep;
    for (int64_t i = 0; i < blocks; ++i, row += tile.rowStep) {
      Value sum = old.empty() ? makeUndefined(b, count)
                              : pack(b, old.slice(i * count, count));
      sums.push_back(multiply(b, op.getA().getType(), a, row, bOperand, column,
                              columns, sum, startsFromZero));
    }
    NVVM::WgmmaGroupSyncAlignedOp::create(b);
    bool isAwaited = llvm::any_of(
        op->getUsers(), [](Operation *user) { return isa<AwaitOp>(user); });
    SmallVector<Value> results = unpack(b, sums);
    if (!isAwaited)
      results = waitForAll(b, results);
    rewriter.replaceOpWithMultiple(op, {results});
    kernel.products[op] = std::move(results);
    return success();
  }

  /// The product before `op` whose registers `op` may take over: all that was
  /// to be done with its result is done. Named as the operand that a product
  /// from zero does not read, they keep the assembler from giving the two
  /// products registers of their own, for which a tall tile has no room.
  static MmaOp getIdleProduct(MmaOp op) {
    for (Operation *before = op->getPrevNode(); before;
         before = before->getPrevNode()) {
      auto product = dyn_cast<MmaOp>(before);
      if (!product)
        continue;
      bool isIdle = product.getType() == op.getType() &&
                    llvm::all_of(product->getUsers(), [&](Operation *user) {
                      return user->getBlock() == op->getBlock() &&
                             user->isBeforeInBlock(op);
                    });
      return isIdle ? product : MmaOp();
    }
    return {};
  }

  Operand getOperand(ImplicitLocOpBuilder &b, Value tile, Value address,
                     Value firstRow) const {
    return Operand(b, cast<TileType>(tile.getType()), address,
                   kernel.offsets.lookup(tile), firstRow);
  }

  /// Registers that are written before they are read. Zeros would be written
  /// between the fence and the product, which PTX does not allow.
  static Value makeUndefined(ImplicitLocOpBuilder &b, int64_t count) {
    Type type = LLVM::LLVMStructType::getLiteral(
        b.getContext(), SmallVector<Type>(count, b.getF32Type()));
    return LLVM::PoisonOp::create(b, type);
  }

  static Value pack(ImplicitLocOpBuilder &b, ValueRange values) {
    Value packed = makeUndefined(b, values.size());
    for (auto [i, value] : llvm::enumerate(values))
      packed = LLVM::InsertValueOp::create(b, packed, value, i);
    return packed;
  }

  /// All of K for the rows of the instruction at `row` of the warp and
  /// `columns` from `column` on.
  Value multiply(ImplicitLocOpBuilder &b, Type operandType, const Operand &a,
                 int64_t row, const Operand &bOperand, int64_t column,
                 int64_t columns, Value sum, bool startsFromZero) const {
    auto instruction = cast<WgmmaAttr>(kernel.schedule.getInstruction());
    int64_t extent = cast<TileType>(operandType).getShape().back();
    auto shape = NVVM::MMAShapeAttr::get(
        b.getContext(), static_cast<int>(instruction.getM()),
        static_cast<int>(columns), static_cast<int>(instruction.getK()));
    for (int64_t k = 0; k < extent; k += instruction.getK()) {
      auto out = startsFromZero && k == 0 ? NVVM::WGMMAScaleOut::zero
                                          : NVVM::WGMMAScaleOut::one;
      sum = NVVM::WgmmaMmaAsyncOp::create(
          b, sum.getType(), sum, a.getDescriptor(row, k),
          bOperand.getDescriptor(column, k), shape,
          getOperandType(instruction.getAType()),
          getOperandType(instruction.getBType()), NVVM::WGMMATypes::f32, out,
          NVVM::WGMMAScaleIn::one, NVVM::WGMMAScaleIn::one, a.getLayoutOfA(),
          bOperand.getLayoutOfB(), NVVM::MMAIntOverflowAttr());
    }
    return sum;
  }

  static SmallVector<Value> unpack(ImplicitLocOpBuilder &b,
                                   ArrayRef<Value> sums) {
    SmallVector<Value> values;
    for (Value sum : sums) {
      auto type = cast<LLVM::LLVMStructType>(sum.getType());
      for (size_t i = 0; i < type.getBody().size(); ++i)
        values.push_back(LLVM::ExtractValueOp::create(b, sum, i));
    }
    return values;
  }
};

struct AwaitPattern : KernelPattern<AwaitOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(AwaitOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    SmallVector<Value> results = waitForAll(b, adaptor.getProduct());
    kernel.products[op.getProduct().getDefiningOp()] = results;
    rewriter.replaceOpWithMultiple(op, {results});
    return success();
  }
};

} // namespace

SmallVector<Value> sm90::passThrough(ImplicitLocOpBuilder &b, ValueRange values,
                                     StringRef text) {
  std::string outputs, inputs;
  for (size_t i = 0; i < values.size(); ++i) {
    outputs += i == 0 ? "=f" : ",=f";
    inputs += "," + std::to_string(i);
  }
  Type type = LLVM::LLVMStructType::getLiteral(
      b.getContext(), SmallVector<Type>(values.size(), b.getF32Type()));
  Value passed = inlinePtx(b, type, text, outputs + inputs, values,
                           /*hasSideEffects=*/true);
  SmallVector<Value> results;
  for (size_t i = 0; i < values.size(); ++i)
    results.push_back(LLVM::ExtractValueOp::create(b, passed, i));
  return results;
}

void sm90::populateMmaPatterns(KernelLowering &kernel,
                               const TypeConverter &converter,
                               RewritePatternSet &patterns) {
  patterns.add<MmaPattern, AwaitPattern>(kernel, converter,
                                         patterns.getContext());
}
