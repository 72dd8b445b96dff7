//===- Storage.h - Types of MLIR as storage of the reference ----*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_INTERPRETER_STORAGE_H
#define DGEMM_LIB_INTERPRETER_STORAGE_H

#include "dgemm/Reference/Tensor.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/ArrayRef.h"

#include <optional>

namespace dgemm {

/// The element type, or nothing for types that the reference does not know.
std::optional<reference::ElementType> elementTypeOf(mlir::Type type);

/// Storage for a tensor or memref type whose dynamic extents are given by
/// `shape`. Static strides are kept. Dynamic ones become dense; of matrices
/// whose unit stride is not the last, as packed scales have it, the leading
/// extent is rounded up to four elements. `rowPadding` bytes are added to the
/// innermost of the dynamic ones where the unit stride is the last.
reference::Expected<reference::Tensor>
allocateStorage(mlir::ShapedType type, llvm::ArrayRef<int64_t> shape,
                int64_t rowPadding = 0);

/// Row-major f32 storage for the data before quantisation.
reference::Expected<reference::Tensor>
allocatePlain(llvm::ArrayRef<int64_t> shape);

} // namespace dgemm

#endif // DGEMM_LIB_INTERPRETER_STORAGE_H
