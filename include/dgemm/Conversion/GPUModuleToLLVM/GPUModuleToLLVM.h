//===- GPUModuleToLLVM.h - Scalar code of kernels to llvm -------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_CONVERSION_GPUMODULETOLLVM_GPUMODULETOLLVM_H
#define DGEMM_CONVERSION_GPUMODULETOLLVM_GPUMODULETOLLVM_H

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Pass/Pass.h"

namespace dgemm {

#define GEN_PASS_DECL
#include "dgemm/Conversion/GPUModuleToLLVM/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "dgemm/Conversion/GPUModuleToLLVM/Passes.h.inc"

} // namespace dgemm

#endif // DGEMM_CONVERSION_GPUMODULETOLLVM_GPUMODULETOLLVM_H
