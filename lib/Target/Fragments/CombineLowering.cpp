//===- CombineLowering.cpp - Partial sums through global memory -----------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A thread writes and reads the registers that it holds of a tile, so partial
// sums lie in the workspace in the order of registers: four of one thread, then
// the same four of the next. A warp's access is 512 contiguous bytes.
//
// Memory model (PTX ISA, "Memory consistency model"): the stores of all lanes
// come before the atomic of the first lane by `bar.warp.sync`; the atomic
// releases them at the scope of the GPU, and the last arriver's atomic, which
// reads from the chain of the others, acquires; `bar.warp.sync` again hands
// that to its lanes. Everything is in the generic proxy.
//
//===----------------------------------------------------------------------===//

#include "Fragments.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

using namespace mlir;
using namespace dgk;
using namespace dgk::fragments;

/// Partial sums that are on their way at the same time, in registers of a
/// thread: those of the accumulators are free by then.
static constexpr int64_t kRegistersInFlight = 64;

namespace {

/// Writes what one warp does for a partial sum.
class Combiner {
public:
  Combiner(ImplicitLocOpBuilder &b, const WarpTile &tile, CombineOp op,
           RoleWarps role)
      : b(b), tile(tile), op(op), role(role), warp(getWarpInRole(b, role)) {}

  /// Where the tile, and this thread's part of split 0, are in `workspace`.
  void locate(Value workspace) {
    auto global = LLVM::LLVMPointerType::get(
        b.getContext(), static_cast<unsigned>(NVVM::NVVMMemorySpace::Global));
    Value base = LLVM::AddrSpaceCastOp::create(b, global, workspace);
    Value number =
        arith::IndexCastUIOp::create(b, b.getI64Type(), op.getTile());
    Value bytes = arith::MulIOp::create(
        b, number,
        arith::ConstantOp::create(b, b.getI64IntegerAttr(op.getTileBytes())));
    counters = advance(base, bytes);
    Value thread = arith::AddIOp::create(b, mulI32(b, warp, 32), getLane(b));
    partials = advance(counters, addI32(b, mulI32(b, thread, kVectorBytes),
                                        CombineOp::kCounterBytes));
    Value row = arith::ShRUIOp::create(b, getLane(b), constI32(b, 2));
    firstRow = arith::AddIOp::create(b, row, tile.getFirstRow(b, warp));
    rows = toI32(b, op.getRows());
  }

  void write(ValueRange values) {
    Value mine = advance(
        partials, mulI32(b, toI32(b, op.getSplit()), op.getPartialBytes()));
    for (int64_t i = 0; i < tile.getTilesM(); ++i) {
      auto branch = scf::IfOp::create(b, holdsRows(i));
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(branch.thenBlock());
      for (int64_t j = 0; j < tile.getTilesN(); ++j) {
        int64_t first = tile.getIndex(i, j);
        Value vector = LLVM::PoisonOp::create(b, getVectorType());
        for (int64_t r = 0; r < kAccumulators; ++r)
          vector = LLVM::InsertElementOp::create(b, vector, values[first + r],
                                                 constI32(b, r));
        LLVM::StoreOp::create(b, vector, getVector(mine, first), kVectorBytes);
      }
    }
  }

  /// True in the last warp to come here for its part of the tile. The counter
  /// is zero again then.
  Value arrive() {
    NVVM::SyncWarpOp::create(b, constI32(b, -1));
    auto branch = scf::IfOp::create(b, b.getI32Type(), isFirstLane(b),
                                    /*withElseRegion=*/true);
    {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(branch.thenBlock());
      scf::YieldOp::create(b, increment(advance(counters, mulI32(b, warp, 4))));
      b.setInsertionPointToStart(branch.elseBlock());
      scf::YieldOp::create(b, constI32(b, 0));
    }
    Value before = NVVM::ShflOp::create(
        b, b.getI32Type(), constI32(b, -1), branch.getResult(0), constI32(b, 0),
        constI32(b, 31), NVVM::ShflKind::idx, /*return_value_and_is_valid=*/
        UnitAttr());
    NVVM::SyncWarpOp::create(b, constI32(b, -1));
    return arith::CmpIOp::create(b, arith::CmpIPredicate::eq, before,
                                 constI32(b, splits() - 1));
  }

  /// The sums of all splits, in their order, where `last`; `values` elsewhere.
  SmallVector<Value> read(ValueRange values, Value last) {
    SmallVector<Value> sums;
    for (int64_t i = 0; i < tile.getTilesM(); ++i) {
      int64_t count = kAccumulators * tile.getTilesN();
      ValueRange own = values.slice(tile.getIndex(i, 0), count);
      Value wanted = arith::AndIOp::create(b, last, holdsRows(i));
      auto branch = scf::IfOp::create(b, own.getTypes(), wanted,
                                      /*withElseRegion=*/true);
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(branch.thenBlock());
      scf::YieldOp::create(b, addRow(i));
      b.setInsertionPointToStart(branch.elseBlock());
      scf::YieldOp::create(b, own);
      llvm::append_range(sums, branch.getResults());
    }
    return sums;
  }

private:
  static constexpr int64_t kVectorBytes = 4 * kAccumulators;

  int64_t splits() { return static_cast<int64_t>(op.getSplits()); }

  Type getVectorType() {
    return VectorType::get(kAccumulators, b.getF32Type());
  }

  Value advance(Value pointer, Value bytes) {
    return LLVM::GEPOp::create(b, pointer.getType(), b.getI8Type(), pointer,
                               ArrayRef<LLVM::GEPArg>{bytes});
  }

  /// Address of the four registers from `first` on, where `start` is that of
  /// register 0.
  Value getVector(Value start, int64_t first) {
    int64_t bytes = first / kAccumulators * 32 * role.count * kVectorBytes;
    return LLVM::GEPOp::create(b, start.getType(), b.getI8Type(), start,
                               ArrayRef<LLVM::GEPArg>{int32_t(bytes)});
  }

  /// Whether this lane's upper row of row block `i` is stored. The lower one
  /// may not be, which costs nothing.
  Value holdsRows(int64_t i) {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ult,
                                 addI32(b, firstRow, tile.rowStep * i), rows);
  }

  /// The counter's old value; it wraps to zero behind the last split. LLVM has
  /// no order for atomics on this target, so PTX says it.
  Value increment(Value counter) {
    return LLVM::InlineAsmOp::create(
               b, TypeRange{b.getI32Type()},
               ValueRange{counter, constI32(b, splits() - 1)},
               b.getStringAttr("atom.acq_rel.gpu.global.inc.u32 $0, [$1], $2;"),
               b.getStringAttr("=r,l,r,~{memory}"),
               /*has_side_effects=*/b.getUnitAttr(),
               /*is_align_stack=*/UnitAttr(),
               LLVM::TailCallKindAttr::get(b.getContext(),
                                           LLVM::TailCallKind::None),
               /*asm_dialect=*/LLVM::AsmDialectAttr(),
               /*operand_attrs=*/ArrayAttr())
        .getResult(0);
  }

  /// Sums of the 16 rows of block `i`. Loads of many splits are issued before
  /// the first addition: one trip to the L2 cache for all of them.
  SmallVector<Value> addRow(int64_t i) {
    int64_t group =
        std::max<int64_t>(1, kRegistersInFlight / (kAccumulators * splits()));
    SmallVector<Value> sums;
    for (int64_t j = 0; j < tile.getTilesN(); j += group) {
      int64_t end = std::min(j + group, tile.getTilesN());
      SmallVector<Value> loaded;
      for (int64_t split = 0; split < splits(); ++split)
        for (int64_t k = j; k < end; ++k)
          loaded.push_back(load(split, tile.getIndex(i, k)));
      for (int64_t k = 0; k < end - j; ++k)
        addVectors(loaded, k, end - j, sums);
    }
    return sums;
  }

  Value load(int64_t split, int64_t first) {
    Value start = LLVM::GEPOp::create(
        b, partials.getType(), b.getI8Type(), partials,
        ArrayRef<LLVM::GEPArg>{int32_t(split * op.getPartialBytes())});
    return LLVM::LoadOp::create(b, getVectorType(), getVector(start, first),
                                kVectorBytes);
  }

  /// Appends the sums of vectors `k`, `k + step`, ... of `loaded`.
  void addVectors(ArrayRef<Value> loaded, int64_t k, int64_t step,
                  SmallVector<Value> &sums) {
    for (int64_t r = 0; r < kAccumulators; ++r) {
      Value sum;
      for (size_t at = k; at < loaded.size(); at += step) {
        Value part =
            LLVM::ExtractElementOp::create(b, loaded[at], constI32(b, r));
        sum = sum ? arith::AddFOp::create(b, sum, part).getResult() : part;
      }
      sums.push_back(sum);
    }
  }

  ImplicitLocOpBuilder &b;
  const WarpTile &tile;
  CombineOp op;
  RoleWarps role;
  Value warp, counters, partials, firstRow, rows;
};

struct CombinePattern : KernelPattern<CombineOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(CombineOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    WarpTile tile(kernel.schedule);
    Value workspace = kernel.getParameter(ParameterKind::Workspace, 0);
    Combiner combiner(b, tile, op, kernel.roles.lookup(op));
    combiner.locate(workspace);
    combiner.write(adaptor.getPartial());
    Value last = combiner.arrive();
    SmallVector<Value> sums = combiner.read(adaptor.getPartial(), last);
    rewriter.replaceOpWithMultiple(op, {sums, {last}});
    return success();
  }
};

} // namespace

void fragments::populateCombinePatterns(KernelLowering &kernel,
                                        const TypeConverter &converter,
                                        RewritePatternSet &patterns) {
  patterns.add<CombinePattern>(kernel, converter, patterns.getContext());
}
