//===- Generator.h - Data for the arguments of a function -------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_INTERPRETER_GENERATOR_H
#define DGEMM_LIB_INTERPRETER_GENERATOR_H

#include "Extents.h"
#include "Problems.h"

#include "dgemm/Dialect/DGemm/IR/DGemmOps.h"
#include "dgemm/Interpreter/Interpreter.h"
#include "dgemm/Reference/Random.h"

#include "llvm/ADT/SmallPtrSet.h"

namespace dgemm {

/// The op that packs these scales, if they are packed in the function.
PackScalesOp packerOf(mlir::Value scale);

/// Makes storage and data for the arguments that ops use, op by op. The op that
/// uses an argument first decides what data it gets.
class Generator {
public:
  explicit Generator(Interpreter &interpreter) : interpreter(interpreter) {}

  llvm::LogicalResult prepareOp(mlir::Operation *op);

private:
  using Cell = std::shared_ptr<RuntimeValue>;

  // Extents.
  llvm::SmallVector<int64_t> knownExtents(mlir::Value value) const;
  void solveSymbols(llvm::ArrayRef<OperandExtents> operands);
  llvm::LogicalResult checkExtents(llvm::ArrayRef<OperandExtents> operands);
  llvm::LogicalResult allocate(const OperandExtents &operand);
  llvm::LogicalResult allocateOperands();
  void symbolsOfGroups();
  int64_t symbol(const std::string &name);

  // Arguments.
  mlir::BlockArgument argumentOf(mlir::Value value) const;
  Cell cellOf(mlir::Value value) const;
  /// Was storage for this value made just now, without data from the caller?
  bool isNew(mlir::Value value) const;
  reference::Random randomOf(mlir::Value value, unsigned purpose = 0) const;

  // Data of each op.
  llvm::LogicalResult generate();
  llvm::LogicalResult generateProduct(mlir::Value a, mlir::Value aScale,
                                      mlir::Value b, mlir::Value bScale);
  reference::Tensor standIn(mlir::Value value, Version version);
  llvm::LogicalResult quantizeTerms(mlir::Value aScale, mlir::Value bScale);
  llvm::LogicalResult quantizeOperand(const reference::Operand &plain,
                                      const reference::Operand &stored,
                                      mlir::Value scale);
  void generateAccumulator(mlir::Value c, double factor);
  void generateGroups(GroupedMatmulOp op);
  void generateContiguous(GroupedMatmulOp op, const reference::View &group);
  void generateKGroups(const reference::View &ks, mlir::Value value,
                       int64_t total, int64_t unit);
  void clearPaddingRows(GroupedMatmulOp op);
  void generateIndices(mlir::Value indices);
  void generateLengths(mlir::Value lens, mlir::Value indices, int64_t longest);
  int64_t longestContext(PagedMQAMetadataOp op);
  void generateRanges(MQALogitsOp op);
  void generateBlockTable(PagedMQALogitsOp op);
  llvm::LogicalResult generateQuery(mlir::Value q, mlir::Value scale);
  llvm::LogicalResult generateKeys(MQALogitsOp op);
  llvm::LogicalResult generatePages(PagedMQALogitsOp op);
  void generateWeights(mlir::Value weights);
  void generateScales(mlir::Value scales);
  llvm::LogicalResult generateFor(MQALogitsOp op);
  llvm::LogicalResult generateFor(PagedMQALogitsOp op);
  llvm::LogicalResult generateFor(CleanLogitsOp op);

  // Primitives.
  /// Fills `plain` with normal numbers (bf16 precision if `asBF16`) and copies
  /// them to `stored` unless that is quantised.
  void fillNormal(mlir::Value value, double factor = 1, bool asBF16 = true);
  /// Data and scales of `DataKind::Codes`.
  void fillCodes(mlir::Value value);
  void fillScaleCodes(mlir::Value scale);
  bool needsPowersOfTwo(mlir::Value scale) const;
  llvm::LogicalResult report(const reference::Status &status) const;

  Interpreter &interpreter;
  mlir::Operation *op = nullptr;
  SymbolMap symbols;
  llvm::SmallPtrSet<RuntimeValue *, 8> fresh;
};

} // namespace dgemm

#endif // DGEMM_LIB_INTERPRETER_GENERATOR_H
