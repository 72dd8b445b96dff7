//===- Executor.h - Evaluates one dgemm op ----------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_INTERPRETER_EXECUTOR_H
#define DGEMM_LIB_INTERPRETER_EXECUTOR_H

#include "Problems.h"

#include "dgemm/Interpreter/Interpreter.h"

namespace dgemm {

/// Evaluates an op on the stored data, compares the result with a second
/// evaluation if asked to, and evaluates it on the unquantised data as well
/// where all of them are known.
class Executor {
public:
  Executor(Interpreter &interpreter, mlir::Operation *op)
      : interpreter(interpreter), op(op) {}

  llvm::LogicalResult run();

private:
  llvm::LogicalResult bindOutputs();
  llvm::LogicalResult saveAccumulator();
  llvm::LogicalResult checkScales();
  bool hasPlainData() const;
  const reference::Tensor &tensorOf(mlir::Value value, Version version) const;
  reference::View inputOf(mlir::Value value, Version version) const;

  llvm::LogicalResult evaluate(Version version);
  bool usesBackend(Version version) const {
    return interpreter.options.backend && version == Version::Stored;
  }
  llvm::LogicalResult
  compute(Version version, llvm::function_ref<reference::Status()> onReference);
  reference::CheckOptions checkOptions() const;
  llvm::LogicalResult evaluateProduct(Version version,
                                      const OperandSource &source);
  template <typename OpTy>
  llvm::LogicalResult evaluateLogits(OpTy op, Version version,
                                     const OperandSource &source);
  llvm::LogicalResult evaluateClean(CleanLogitsOp op, Version version,
                                    const OperandSource &source);
  llvm::LogicalResult evaluateMetadata(PagedMQAMetadataOp op,
                                       const OperandSource &source);
  llvm::LogicalResult evaluatePack(PackScalesOp op,
                                   const OperandSource &source);
  reference::Status packMatrix(PackScalesOp op, const reference::View &from,
                               const reference::View &to,
                               llvm::ArrayRef<int64_t> ks) const;

  llvm::LogicalResult report(const reference::Status &status) const;
  llvm::LogicalResult
  record(const char *result,
         const reference::Expected<reference::CheckResult> &check);
  bool isChecking(Version version) const {
    return interpreter.options.check && version == Version::Stored;
  }

  Interpreter &interpreter;
  mlir::Operation *op;
  llvm::DenseMap<mlir::Value, std::shared_ptr<RuntimeValue>> outputs;
  /// C as it was, when the op overwrites it.
  reference::Tensor accumulator;
  /// Of the reference, unless a backend evaluated the op.
  Arithmetic arithmetic{0x1p-53, 1, {}};
};

} // namespace dgemm

#endif // DGEMM_LIB_INTERPRETER_EXECUTOR_H
