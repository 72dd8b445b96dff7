//===- Problems.h - Problems of the reference from dgemm ops ----*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_INTERPRETER_PROBLEMS_H
#define DGEMM_LIB_INTERPRETER_PROBLEMS_H

#include "dgemm/Dialect/DGemm/IR/DGemmOps.h"
#include "dgemm/Reference/Contraction.h"
#include "dgemm/Reference/Logits.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace dgemm {

/// Which of the two versions of the data a problem is made of.
enum class Version {
  Stored, // as the op says, with scales
  Plain   // before quantisation, without scales
};

/// A scale, and its granularity where that is not the op's own.
struct FetchedScale {
  reference::View view;
  std::optional<reference::Granularity> granularity;
};

/// Where a problem's operands are. All but `scale` must return a view for every
/// value that they are asked for.
struct OperandSource {
  Version version = Version::Stored;
  llvm::function_ref<reference::View(mlir::Value)> input;
  llvm::function_ref<reference::View(mlir::Value)> output;
  llvm::function_ref<FetchedScale(mlir::Value)> scale;
};

/// The products that matmul, grouped_matmul, batched_matmul and hc_prenorm are
/// made of.
reference::Expected<reference::Contractions>
contractionsOf(mlir::Operation *op, const OperandSource &source);

reference::MQALogits problemOf(MQALogitsOp op, const OperandSource &source);
reference::PagedMQALogits problemOf(PagedMQALogitsOp op,
                                    const OperandSource &source);

/// The bound on calc_diff that DeepGEMM's tests have for this op.
double toleranceOf(mlir::Operation *op);

/// Element type of a shaped value.
mlir::Type elementTypeOfValue(mlir::Value value);
/// f8E4M3FN or f4E2M1FN.
bool isQuantized(mlir::Value value);
bool isFP4(mlir::Value value);

} // namespace dgemm

#endif // DGEMM_LIB_INTERPRETER_PROBLEMS_H
