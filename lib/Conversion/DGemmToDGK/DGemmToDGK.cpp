//===- DGemmToDGK.cpp - From the problem to the kernel --------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Conversion/DGemmToDGK/DGemmToDGK.h"

#include "dgemm/Dialect/DGemm/IR/DGemmOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

using namespace mlir;

namespace dgemm {
#define GEN_PASS_DEF_CONVERTDGEMMTODGKPASS
#include "dgemm/Conversion/DGemmToDGK/Passes.h.inc"
} // namespace dgemm

using namespace dgemm;

/// A symbol for the kernel of `op`: the name of the function around it, with
/// `_kernel` and a number behind it where that is taken.
static std::string makeKernelName(SymbolTable &symbols, Operation *op) {
  auto func = op->getParentOfType<func::FuncOp>();
  std::string base = (func ? func.getSymName() : "dgemm").str() + "_kernel";
  std::string name = base;
  for (unsigned i = 1; symbols.lookup(name); ++i)
    name = base + "_" + std::to_string(i);
  return name;
}

namespace {
struct ConvertDGemmToDGK
    : dgemm::impl::ConvertDGemmToDGKPassBase<ConvertDGemmToDGK> {
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    SmallVector<Operation *> problems;
    getOperation().walk([&](Operation *op) {
      if (isa_and_present<DGemmDialect>(op->getDialect()))
        problems.push_back(op);
    });
    for (Operation *op : problems)
      if (failed(convert(symbols, op)))
        return signalPassFailure();
  }

  LogicalResult convert(SymbolTable &symbols, Operation *op) {
    auto matmul = dyn_cast<MatmulOp>(op);
    if (!matmul)
      return op->emitOpError(
          "[dgemm_to_dgk-c1] has no kernel form on this target; "
          "dgemm.matmul has, and `dgemm-run "
          "--device=reference` runs every op");
    OpBuilder builder(op->getContext());
    builder.setInsertionPointToEnd(getOperation().getBody());
    FailureOr<dgk::KernelOp> kernel =
        buildMatmulKernel(builder, matmul, makeKernelName(symbols, op));
    if (failed(kernel))
      return failure();
    symbols.insert(*kernel);
    builder.setInsertionPoint(op);
    dgk::LaunchOp::create(builder, op->getLoc(),
                          FlatSymbolRefAttr::get(kernel->getSymNameAttr()),
                          op->getOperands());
    op->erase();
    ++numKernels;
    return success();
  }
};
} // namespace
