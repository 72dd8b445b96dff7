//===- InitAll.h - Registration of everything in dgemm ----------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The one place that knows every dialect, extension and pass of the project.
// Tools and embedders call these functions instead of keeping lists.
//
// Two sets exist on purpose. The kernel set holds the kernel dialect and what
// is below it; a tool that registers only this set cannot parse an op of the
// problem dialect, so a lowering that leaks one is found at once.
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_INITALL_H
#define DGEMM_INITALL_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace dgemm {

/// Adds the kernel dialect and the upstream dialects that a kernel may use
/// (arith, cf, func, gpu, index, llvm, math, memref, nvvm, scf, vector), with
/// the interfaces needed to translate them to LLVM IR and to serialise them
/// for NVIDIA targets. No tensors, no problem dialect.
void registerKernelDialects(mlir::DialectRegistry &registry);

/// Adds the kernel set, the problem dialect, and the upstream dialects around
/// it (affine, bufferization, linalg, tensor), with the bufferization models of
/// all of them.
void registerAllDialects(mlir::DialectRegistry &registry);

/// Registers the passes and pipelines from the kernel dialect downwards.
void registerKernelPasses();

/// Registers all passes and pipelines of the project.
void registerAllPasses();

/// Registers the passes of MLIR itself, so that a pipeline on the command line
/// can mix both. Must be called at most once in a process.
void registerUpstreamPasses();

} // namespace dgemm

#endif // DGEMM_INITALL_H
