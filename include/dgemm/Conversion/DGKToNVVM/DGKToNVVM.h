//===- DGKToNVVM.h - From kernels to NVVM -----------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_CONVERSION_DGKTONVVM_DGKTONVVM_H
#define DGEMM_CONVERSION_DGKTONVVM_DGKTONVVM_H

#include "mlir/Pass/Pass.h"

namespace dgk {

#define GEN_PASS_DECL
#include "dgemm/Conversion/DGKToNVVM/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "dgemm/Conversion/DGKToNVVM/Passes.h.inc"

} // namespace dgk

#endif // DGEMM_CONVERSION_DGKTONVVM_DGKTONVVM_H
