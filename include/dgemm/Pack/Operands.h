//===- Operands.h - Operands of a packed product ----------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A launch plan knows each operand for itself; the description of the product
// says how they belong together.
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_PACK_OPERANDS_H
#define DGEMM_PACK_OPERANDS_H

#include "dgemm/Launch/Evaluate.h"
#include "dgemm/Pack/Pack.h"

#include <vector>

namespace dgemm::pack {

/// Whether `matmul` names matrices among the arguments of `plan`. Fails with
/// WrongArguments.
Status validate(const Matmul &matmul, const launch::LaunchPlan &plan);

/// Whether operands that `launch::evaluate` takes fit each other and a valid
/// `matmul`. Allocates nothing unless it fails, with
///  - WrongArguments: two operands differ in M, N or K; scales or C have
///  another
///    shape than follows from them; C begins where D does and is not the same
///    matrix, or must be D and is not;
///  - BadStride: elements of D share memory.
Status checkOperands(const Matmul &matmul, const launch::LaunchPlan &plan,
                     const std::vector<launch::ArgumentValue> &operands);

} // namespace dgemm::pack

#endif // DGEMM_PACK_OPERANDS_H
