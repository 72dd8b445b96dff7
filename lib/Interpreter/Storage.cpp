//===- Storage.cpp - Types of MLIR as storage of the reference ------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Storage.h"

#include "dgemm/Reference/Quantize.h"

#include "mlir/IR/BuiltinAttributes.h"

#include <algorithm>

using namespace mlir;
using dgemm::reference::ElementType;
using dgemm::reference::Expected;
using dgemm::reference::Tensor;

std::optional<ElementType> dgemm::elementTypeOf(Type type) {
  if (isa<Float4E2M1FNType>(type))
    return ElementType::F4E2M1FN;
  if (isa<Float8E4M3FNType>(type))
    return ElementType::F8E4M3FN;
  if (isa<Float8E5M2Type>(type))
    return ElementType::F8E5M2;
  if (isa<Float8E8M0FNUType>(type))
    return ElementType::F8E8M0FNU;
  if (type.isBF16())
    return ElementType::BF16;
  if (type.isF16())
    return ElementType::F16;
  if (type.isF32())
    return ElementType::F32;
  if (type.isF64())
    return ElementType::F64;
  if (type.isInteger(8))
    return ElementType::I8;
  if (type.isInteger(32))
    return ElementType::I32;
  if (type.isInteger(64) || type.isIndex())
    return ElementType::I64;
  return std::nullopt;
}

/// Replaces dynamic strides as the header says.
static std::vector<int64_t> denseStrides(ArrayRef<int64_t> strides,
                                         ArrayRef<int64_t> shape,
                                         int64_t padding) {
  std::vector<int64_t> result(strides.begin(), strides.end());
  size_t rank = shape.size();
  size_t unit = rank - 1;
  for (size_t i = 0; i < rank; ++i)
    if (strides[i] == 1)
      unit = i;
  // Packed scales have no choice.
  if (unit + 1 != rank)
    padding = 0;
  int64_t dense = std::max<int64_t>(1, shape[unit]);
  if (unit + 1 != rank)
    dense = dgemm::reference::roundUp(dense, 4);
  if (ShapedType::isDynamic(result[unit]))
    result[unit] = 1;
  for (size_t i = rank; i-- > 0;) {
    if (i == unit)
      continue;
    if (ShapedType::isDynamic(result[i])) {
      result[i] = dense + padding;
      padding = 0;
    }
    int64_t next;
    // An overflow is found again, and reported, when storage is allocated.
    if (!__builtin_mul_overflow(result[i], std::max<int64_t>(1, shape[i]),
                                &next))
      dense = std::max(dense, next);
  }
  return result;
}

Expected<Tensor> dgemm::allocateStorage(ShapedType type,
                                        ArrayRef<int64_t> shape,
                                        int64_t rowPadding) {
  std::optional<ElementType> elementType = elementTypeOf(type.getElementType());
  if (!elementType)
    return reference::Error{"the reference has no such element type"};
  std::vector<int64_t> extents(shape.begin(), shape.end());
  auto memref = dyn_cast<MemRefType>(type);
  if (!memref || memref.getLayout().isIdentity() || extents.empty())
    return Tensor::create(*elementType, extents);
  SmallVector<int64_t> strides;
  int64_t offset;
  if (failed(memref.getStridesAndOffset(strides, offset)))
    return reference::Error{"the memref has no strided layout"};
  // The offset only says where in a larger buffer this one starts.
  int64_t padding = rowPadding * 8 / reference::bitWidth(*elementType);
  return Tensor::create(*elementType, extents,
                        denseStrides(strides, extents, padding));
}

Expected<Tensor> dgemm::allocatePlain(ArrayRef<int64_t> shape) {
  return Tensor::create(ElementType::F32,
                        std::vector<int64_t>(shape.begin(), shape.end()));
}
