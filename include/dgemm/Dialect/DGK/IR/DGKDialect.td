//===- DGKDialect.td - The kernel dialect ------------------*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGK_IR_DGKDIALECT_TD
#define DGEMM_DIALECT_DGK_IR_DGKDIALECT_TD

include "mlir/IR/OpBase.td"

def DGK_Dialect : Dialect {
  let name = "dgk";
  let cppNamespace = "::dgk";
  let summary = "GEMM-like kernels: how to compute";
  let description = [{
    One kernel of a GEMM-like problem, from the textbook algorithm to the form
    in which everything that runs beside everything else is written down.

    *Synchronous form.* One thread of control: `dgk.tiles` walks the output
    tiles, `dgk.load` fetches operand tiles, `dgk.mma` multiplies them into an
    accumulator, `dgk.map` and `dgk.reduce` work on accumulators, `dgk.store`
    writes the result. Nothing here names a thread, a stage or an address.

    *Asynchronous form.* `dgk.buffer` rings live in shared or tensor memory,
    `dgk.pipeline` orders their reuse (acquire, commit, wait, release),
    `dgk.roles` gives warps their jobs, and the kernel carries its launch plan.

    Both forms use the same operations for the arithmetic, so a pass that goes
    from one to the other moves data movement and nothing else.
  }];
  let useDefaultAttributePrinterParser = 1;
  let useDefaultTypePrinterParser = 1;
  let hasOperationAttrVerify = 1;
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect"
  ];
  let extraClassDeclaration = [{
    /// Discardable attribute of a problem op: how to compute it.
    static constexpr ::llvm::StringLiteral kScheduleAttrName = "dgk.schedule";
    /// Discardable attribute of a problem op: the chip it is compiled for.
    static constexpr ::llvm::StringLiteral kTargetAttrName = "dgk.target";
    /// Name of a kernel argument, which the launch plan shows to callers.
    static constexpr ::llvm::StringLiteral kArgumentNameAttrName = "dgk.name";
    /// What compiled code keeps of its kernel: the launch plan.
    static constexpr ::llvm::StringLiteral kLaunchAttrName = "dgk.launch";

    void registerAttributes();
    void registerTypes();
  }];
}

#endif // DGEMM_DIALECT_DGK_IR_DGKDIALECT_TD
