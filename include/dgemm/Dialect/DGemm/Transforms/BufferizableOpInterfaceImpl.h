//===- BufferizableOpInterfaceImpl.h - Bufferization of problems *- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGEMM_TRANSFORMS_BUFFERIZABLEOPINTERFACEIMPL_H
#define DGEMM_DIALECT_DGEMM_TRANSFORMS_BUFFERIZABLEOPINTERFACEIMPL_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace dgemm {

/// Lets one-shot bufferization take the problem ops from tensors to memrefs.
void registerBufferizableOpInterfaceExternalModels(
    mlir::DialectRegistry &registry);

} // namespace dgemm

#endif // DGEMM_DIALECT_DGEMM_TRANSFORMS_BUFFERIZABLEOPINTERFACEIMPL_H
