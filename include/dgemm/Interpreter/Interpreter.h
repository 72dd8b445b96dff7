//===- Interpreter.h - Runs functions of dgemm ops on the CPU ---*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_INTERPRETER_INTERPRETER_H
#define DGEMM_INTERPRETER_INTERPRETER_H

// Binds the reference (dgemm/Reference) to the ops of the dialect: makes data
// for the arguments of a function, evaluates its ops one after the other, and
// compares each result with a second evaluation.

#include "dgemm/Reference/Contraction.h"
#include "dgemm/Reference/Npy.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"

#include <map>
#include <memory>

namespace dgemm {

/// What a value of the function is at run time. Tensors and memrefs alike have
/// storage; integers and indices are scalars.
struct RuntimeValue {
  reference::Tensor stored;
  /// The same before quantisation, in f32, as far as it is known. Integers and
  /// unquantised floats share `stored`.
  reference::Tensor plain;
  /// Integer or float, when the value has no shape.
  double scalar = 0;
  /// The bound on the similarity of both, after an op wrote them; 0: none.
  double tolerance = 0;
  /// Some op wrote it.
  bool isWritten = false;
  /// Came from the caller, not from the generator.
  bool given = false;
};

/// What generated floating-point data are.
enum class DataKind {
  /// Normal numbers, quantised with the scales that fit them.
  Random,
  /// Small integers times powers of two: no sum of their products is rounded.
  Exact,
  /// Any finite code of quantised formats under any of many scales.
  Codes
};

/// How exact the arithmetic was that made a result.
struct Arithmetic {
  /// Relative error of one rounding of a sum.
  double unitRoundoff = 0x1p-24;
  /// Products that are added between roundings.
  int64_t productsPerRounding = 1;
  /// What the matrix instruction does, if it truncates its sums.
  reference::TruncatedSums truncation;
};

/// Evaluates ops in place of the reference, for example by compiled code.
class OpBackend {
public:
  virtual ~OpBackend() = default;
  /// Evaluates `op`. `operands` are where its operands are, in their order;
  /// results belong into those that the op writes. Fails with a diagnostic.
  virtual llvm::FailureOr<Arithmetic>
  run(mlir::Operation *op, llvm::ArrayRef<reference::View> operands) = 0;
};

struct InterpreterOptions {
  uint64_t seed = 0;
  DataKind data = DataKind::Random;
  /// Bytes between rows whose distance the type of the argument leaves open, a
  /// multiple of 16.
  int64_t rowPadding = 0;
  /// Evaluates the ops of the dialect; the reference then checks them. Null:
  /// the reference evaluates them. Must live as long as the interpreter.
  OpBackend *backend = nullptr;
  /// 0: one for each core.
  unsigned threads = 0;
  /// Reject f32 scales that are not positive powers of two, as ops with the
  /// attribute `checked` do; make such scales.
  bool checked = false;
  /// Compare every result with a second evaluation, and all results with those
  /// of the data before quantisation.
  bool check = false;
  /// Extents of dynamic dimensions by name: m, n, k, groups, ...
  std::map<std::string, int64_t> extents;
};

/// The comparison of one result of one op.
struct OpCheck {
  mlir::Operation *op;
  std::string result;
  reference::CheckResult details;
};

/// The comparison of one output with the result of unquantised data.
struct SimilarityCheck {
  std::string output;
  double difference;
  double tolerance;
  /// Too few elements for a statistic to decide.
  bool isInformative;
  bool passed() const { return !isInformative || difference < tolerance; }
};

/// Runs one function once. Problems are reported as diagnostics at the op, or
/// at the function for its arguments.
class Interpreter {
public:
  Interpreter(mlir::func::FuncOp function, InterpreterOptions options);

  /// Names of arguments in messages; "argument N" unless set.
  void setArgumentName(unsigned index, std::string name);
  /// Uses an array instead of generated data. The extents of dynamic
  /// dimensions follow from it.
  llvm::LogicalResult setArgument(unsigned index,
                                  const reference::NpyArray &array);

  /// Gives every argument its extents and, unless set, data that its op can
  /// use: quantised normal numbers with their scales, valid groups, page tables
  /// and so on.
  llvm::LogicalResult prepare();
  /// Evaluates the function. Call after prepare().
  llvm::LogicalResult run();

  const RuntimeValue &getArgument(unsigned index) const;
  /// What the function returned.
  llvm::ArrayRef<std::shared_ptr<RuntimeValue>> getResults() const {
    return results;
  }
  llvm::ArrayRef<OpCheck> getChecks() const { return checks; }
  llvm::ArrayRef<SimilarityCheck> getSimilarities() const {
    return similarities;
  }
  /// Extents that the options named but no dynamic dimension has.
  std::vector<std::string> getUnusedExtents() const;

private:
  friend class Generator;
  friend class Executor;
  using Cell = std::shared_ptr<RuntimeValue>;

  llvm::LogicalResult runOp(mlir::Operation *op);
  llvm::LogicalResult runLight(mlir::Operation *op);
  llvm::LogicalResult runCast(mlir::Operation *op);
  llvm::LogicalResult runConstant(mlir::Operation *op);
  llvm::LogicalResult allocate(mlir::Operation *op);
  llvm::LogicalResult fill(mlir::Operation *op);
  llvm::LogicalResult fillUnusedArguments();
  void compareOutputs();
  std::string nameOf(mlir::Value value) const;

  mlir::func::FuncOp function;
  InterpreterOptions options;
  reference::Parallel parallel;
  llvm::DenseMap<mlir::Value, Cell> values;
  llvm::DenseMap<unsigned, std::string> names;
  std::vector<Cell> results;
  std::vector<OpCheck> checks;
  std::vector<SimilarityCheck> similarities;
  llvm::StringMap<int64_t> usedExtents;
};

} // namespace dgemm

#endif // DGEMM_INTERPRETER_INTERPRETER_H
