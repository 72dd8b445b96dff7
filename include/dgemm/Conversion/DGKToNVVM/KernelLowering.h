//===- KernelLowering.h - State of one kernel's lowering --------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_CONVERSION_DGKTONVVM_KERNELLOWERING_H
#define DGEMM_CONVERSION_DGKTONVVM_KERNELLOWERING_H

#include "dgemm/Dialect/DGK/IR/DGK.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Transforms/DialectConversion.h"

namespace dgk {

/// Warps of a role in the CTA.
struct RoleWarps {
  int64_t first = 0;
  int64_t count = 0;
  /// One thread runs the role.
  bool elected = false;
  /// All threads run it, and one of them speaks for it.
  bool hasSpeaker = false;
};

/// Position of one role in one pipeline's ring: addresses of stack variables
/// with the slot number and the parity that the next wait expects.
struct Cursor {
  mlir::Value slot, parity;
};

/// What the patterns of one kernel share: where things are. Filled once before
/// the conversion, only read by the patterns.
class KernelLowering {
public:
  KernelLowering(KernelOp kernel, mlir::LLVM::LLVMFuncOp func)
      : plan(kernel.getLaunchAttr()), schedule(kernel.getScheduleAttr()),
        target(kernel.getTargetAttr()), func(func) {}

  LaunchPlanAttr plan;
  ScheduleAttr schedule;
  TargetAttr target;
  mlir::LLVM::LLVMFuncOp func;

  /// Address (i32) of the CTA's dynamic shared memory. Buffers, pipelines and
  /// tiles convert to addresses without the offsets below, which go into the
  /// instructions.
  mlir::Value sharedBase;
  /// Bytes from that address to a buffer, a pipeline's full barriers, or the
  /// buffer of a tile.
  llvm::DenseMap<mlir::Value, int64_t> offsets;
  /// Releases of slots that only instructions of whole warps have read: then
  /// all lanes are past the wait for the slot.
  llvm::DenseSet<mlir::Operation *> collectiveReads;
  /// Releases of slots from which nothing is in flight any more: matrix
  /// instructions have read them by descriptor and were waited for, and what
  /// came into registers has been used.
  llvm::DenseSet<mlir::Operation *> completedReads;
  /// Registers with the results of matrix products that are lowered already:
  /// the one thing that patterns write.
  llvm::DenseMap<mlir::Operation *, llvm::SmallVector<mlir::Value>> products;
  /// Cursor that an acquire or wait takes its slot from.
  llvm::DenseMap<mlir::Operation *, Cursor> cursors;
  /// Slot that an acquire or wait gets, where it is the same each time.
  llvm::DenseMap<mlir::Operation *, int64_t> slotNumbers;
  /// Address of a stack variable that counts how often a warp has taken part in
  /// a `dgk.combine_in_cluster`.
  llvm::DenseMap<mlir::Operation *, mlir::Value> rounds;
  /// Role around an operation that needs to know its warps.
  llvm::DenseMap<mlir::Operation *, RoleWarps> roles;
  /// Kernel argument behind the placeholder of a memref.
  llvm::DenseMap<mlir::Value, int64_t> arguments;

  /// Position of a parameter in the compiled kernel, nothing if it has none.
  mlir::Value getParameter(ParameterKind kind, int64_t index) const;
  /// Size or stride of an argument as index: a constant or a parameter.
  mlir::Value getSize(mlir::ImplicitLocOpBuilder &b, mlir::Value memory,
                      int64_t dimension) const;
  mlir::Value getStride(mlir::ImplicitLocOpBuilder &b, mlir::Value memory,
                        int64_t dimension) const;

private:
  mlir::Value getSymbol(mlir::ImplicitLocOpBuilder &b, SymbolKind kind,
                        mlir::Value memory, int64_t dimension) const;
};

/// Whether an instruction that reads shared memory can take `operand` by
/// descriptor: a swizzled tile, along K one swizzle span; along M or N, of
/// which only 16-bit types can be read, any number of them.
bool isDescriptorTile(mlir::Value operand);

/// Pattern that knows its kernel.
template <typename OpTy>
struct KernelPattern : mlir::OpConversionPattern<OpTy> {
  KernelPattern(KernelLowering &kernel, const mlir::TypeConverter &converter,
                mlir::MLIRContext *context)
      : mlir::OpConversionPattern<OpTy>(converter, context), kernel(kernel) {}

  KernelLowering &kernel;
};

//===----------------------------------------------------------------------===//
// Address arithmetic, in i32
//===----------------------------------------------------------------------===//

mlir::Value constI32(mlir::ImplicitLocOpBuilder &b, int64_t value);
mlir::Value addI32(mlir::ImplicitLocOpBuilder &b, mlir::Value a, int64_t value);
mlir::Value mulI32(mlir::ImplicitLocOpBuilder &b, mlir::Value a, int64_t value);
mlir::Value toI32(mlir::ImplicitLocOpBuilder &b, mlir::Value index);
/// Pointer to shared memory at `address` + `offset` bytes; the offset ends up
/// in the instruction.
mlir::Value sharedPointer(mlir::ImplicitLocOpBuilder &b, mlir::Value address,
                          int64_t offset = 0);
/// The same address in the shared memory of the cluster.
mlir::Value toCluster(mlir::ImplicitLocOpBuilder &b, mlir::Value pointer);
/// What lies at the same offset in the CTA with this rank in the cluster.
mlir::Value toClusterRank(mlir::ImplicitLocOpBuilder &b, mlir::Value pointer,
                          mlir::Value rank);
/// Spins until the phase with `parity` of the barrier has completed, and
/// acquires what was released on it at `scope`.
void waitForPhase(
    mlir::ImplicitLocOpBuilder &b, mlir::Value barrier, mlir::Value parity,
    mlir::NVVM::MemScopeKind scope = mlir::NVVM::MemScopeKind::CTA);
/// PTX for which there is no operation, or that no operation orders as needed;
/// LLVM may not leave out or move what `hasSideEffects`. Without `result` there
/// is none.
mlir::Value inlinePtx(mlir::ImplicitLocOpBuilder &b, mlir::Type result,
                      llvm::StringRef text, llvm::StringRef constraints,
                      mlir::ValueRange operands, bool hasSideEffects);
mlir::Value getThreadId(mlir::ImplicitLocOpBuilder &b);
mlir::Value getLane(mlir::ImplicitLocOpBuilder &b);
/// Number of the warp within its role.
mlir::Value getWarpInRole(mlir::ImplicitLocOpBuilder &b, RoleWarps role);
/// Where `line` is among the lines of an expanded column-major tile: the lower
/// bit is turned over in the upper half of each so many lines.
constexpr int64_t kExchangedLines = 16;
mlir::Value exchangeLines(mlir::ImplicitLocOpBuilder &b, mlir::Value line);
/// True in the lane that acts for its warp.
mlir::Value isFirstLane(mlir::ImplicitLocOpBuilder &b);
/// Builds `body` to run once for each warp of `role`, behind what all lanes of
/// the warp did before; `isSynchronized` where they meet anyway.
void onceForEachWarp(mlir::ImplicitLocOpBuilder &b, RoleWarps role,
                     bool isSynchronized, llvm::function_ref<void()> body);

/// Builds `body` to run once for `role`, which is elected or has a speaker.
void onceForRole(mlir::ImplicitLocOpBuilder &b, RoleWarps role,
                 llvm::function_ref<void()> body);

/// Elements of 4 bits that `ldmatrix` expands at a time, and that a thread
/// copies at once.
constexpr int64_t kExpandedPiece = 16;

/// Fills in `slotNumbers` for the operations of `role`.
void recordSlotNumbers(KernelLowering &kernel, RoleOp role);

/// Fills in `collectiveReads` and `completedReads` for `release`: how the slot
/// was read that it gives back.
void recordReads(KernelLowering &kernel, ReleaseOp release);

/// Emits the diagnostic of the first rule dgk_to_nvvm-cN that the kernel
/// breaks.
llvm::LogicalResult verifyConvertible(KernelOp kernel);

//===----------------------------------------------------------------------===//
// Patterns that every family shares
//===----------------------------------------------------------------------===//

void populatePipelinePatterns(KernelLowering &kernel,
                              const mlir::TypeConverter &converter,
                              mlir::RewritePatternSet &patterns);
void populateRolePatterns(KernelLowering &kernel,
                          const mlir::TypeConverter &converter,
                          mlir::RewritePatternSet &patterns);
void populateCopyPatterns(KernelLowering &kernel,
                          const mlir::TypeConverter &converter,
                          mlir::RewritePatternSet &patterns);
void populateAccumulatorPatterns(KernelLowering &kernel,
                                 const mlir::TypeConverter &converter,
                                 mlir::RewritePatternSet &patterns);

} // namespace dgk

#include "dgemm/Conversion/DGKToNVVM/LoweringInterfaces.h.inc"

#endif // DGEMM_CONVERSION_DGKTONVVM_KERNELLOWERING_H
