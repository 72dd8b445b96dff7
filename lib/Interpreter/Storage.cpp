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
  std::vector<std::optional<int64_t>> known;
  for (int64_t stride : strides)
    known.push_back(ShapedType::isDynamic(stride) ? std::optional<int64_t>()
                                                  : stride);
  return Tensor::create(*elementType, extents,
                        reference::chooseStrides(known, extents, padding));
}

Expected<Tensor> dgemm::allocatePlain(ArrayRef<int64_t> shape) {
  return Tensor::create(ElementType::F32,
                        std::vector<int64_t>(shape.begin(), shape.end()));
}
