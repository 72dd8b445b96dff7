//===- Verification.cpp - Building blocks of the verifiers ----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Verification.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"

using namespace mlir;
using namespace dgemm;

bool dgemm::isFP8(Type type) { return isa<Float8E4M3FNType>(type); }

bool dgemm::isFP4(Type type) { return isa<Float4E2M1FNType>(type); }

std::string dgemm::shapeText(ArrayRef<int64_t> shape) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  llvm::interleave(
      shape, stream,
      [&](int64_t extent) {
        if (ShapedType::isDynamic(extent))
          stream << '?';
        else
          stream << extent;
      },
      "x");
  return text;
}

InFlightDiagnostic dgemm::fail(Operation *op, Rule rule) {
  return op->emitOpError() << "[" << rule << "] ";
}

//===----------------------------------------------------------------------===//
// Form, ranks and types
//===----------------------------------------------------------------------===//

LogicalResult dgemm::checkForm(Operation *op, Rule rule) {
  auto destination = cast<DestinationStyleOpInterface>(op);
  Type first = op->getOperand(0).getType();
  bool onTensors = isa<TensorType>(first);
  for (auto [index, type] : llvm::enumerate(op->getOperandTypes()))
    if (isa<TensorType>(type) != onTensors)
      return fail(op, rule)
             << "operand #" << index << " is " << type << ", but operand #0 is "
             << first << "; use tensors for all operands or memrefs for all";
  unsigned expected = onTensors ? destination.getNumDpsInits() : 0;
  if (op->getNumResults() != expected)
    return fail(op, rule) << "has " << op->getNumResults()
                          << " results, expected " << expected
                          << (onTensors ? ", one for each init"
                                        : " because the operands are memrefs");
  for (int64_t index = 0; index < expected; ++index) {
    Type init = destination.getDpsInitOperand(index)->get().getType();
    Type result = op->getResult(index).getType();
    if (init != result)
      return fail(op, rule) << "result #" << index << " is " << result
                            << ", expected " << init << " as its init";
  }
  return success();
}

LogicalResult dgemm::checkRank(Operation *op, Rule rule, Named operand,
                               int64_t rank, StringRef dims) {
  if (operand.getRank() == rank)
    return success();
  return fail(op, rule) << operand.name << " has " << operand.getRank()
                        << (operand.getRank() == 1 ? " dimension ("
                                                   : " dimensions (")
                        << operand.getType() << "), expected " << rank << ", "
                        << dims;
}

LogicalResult dgemm::checkIndexType(Operation *op, Rule rule, Named operand) {
  if (operand.getElementType().isSignlessInteger(32))
    return success();
  return fail(op, rule) << operand.name << " has elements of type "
                        << operand.getElementType() << ", expected i32";
}

//===----------------------------------------------------------------------===//
// Extents
//===----------------------------------------------------------------------===//

LogicalResult dgemm::unify(Operation *op, Rule rule, Extent &extent,
                           Named operand, int64_t dim) {
  int64_t size = operand.getExtent(dim);
  if (ShapedType::isDynamic(size))
    return success();
  if (!extent.isStatic()) {
    extent.size = size;
    extent.source = operand.name;
    return success();
  }
  if (extent.size == size)
    return success();
  return fail(op, rule) << operand.name << " has shape "
                        << shapeText(operand.getType().getShape()) << ", so "
                        << extent.name << " = " << size << " in dimension "
                        << dim << ", expected " << extent.size << " as in "
                        << extent.source;
}

LogicalResult dgemm::checkMultiple(Operation *op, Rule rule,
                                   const Extent &extent, int64_t factor,
                                   StringRef why) {
  if (!extent.isStatic() || extent.size % factor == 0)
    return success();
  return fail(op, rule) << extent.name << " = " << extent.size << " (of "
                        << extent.source << "), expected a multiple of "
                        << factor << why;
}

LogicalResult dgemm::checkNotEmpty(Operation *op, Rule rule,
                                   const Extent &extent) {
  if (extent.size != 0)
    return success();
  return fail(op, rule) << extent.name << " = 0 (of " << extent.source
                        << "), expected at least 1; leave the op out";
}

//===----------------------------------------------------------------------===//
// Strides
//===----------------------------------------------------------------------===//

/// Row-major strides of a dense shape; dynamic left of a dynamic extent.
static SmallVector<int64_t> denseStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size());
  int64_t stride = 1;
  for (int64_t dim = shape.size() - 1; dim >= 0; --dim) {
    strides[dim] = stride;
    stride = product(stride, shape[dim]);
  }
  return strides;
}

std::optional<SmallVector<int64_t>> dgemm::stridesOf(Named operand) {
  auto memref = dyn_cast<MemRefType>(operand.value.getType());
  if (!memref)
    return denseStrides(operand.getType().getShape());
  SmallVector<int64_t> strides;
  int64_t offset = 0;
  if (failed(memref.getStridesAndOffset(strides, offset)))
    return std::nullopt;
  return strides;
}

static LogicalResult failWithoutStrides(Operation *op, Rule rule,
                                        Named operand) {
  return fail(op, rule) << operand.name << " is " << operand.getType()
                        << ", expected a memref with strides";
}

/// The stride of a dimension with at most one element does not matter.
static bool strideMatters(Named operand, int64_t dim) {
  int64_t extent = operand.getExtent(dim);
  return ShapedType::isDynamic(extent) || extent > 1;
}

LogicalResult dgemm::checkInnerStride(Operation *op, Rule rule, Named operand) {
  std::optional<SmallVector<int64_t>> strides = stridesOf(operand);
  if (!strides)
    return failWithoutStrides(op, rule, operand);
  int64_t last = operand.getRank() - 1;
  if (!strideMatters(operand, last) || !isStaticNot(strides->back(), 1))
    return success();
  return fail(op, rule) << operand.name << " has stride " << strides->back()
                        << " in dimension " << last
                        << ", expected 1; copy it or transpose the view";
}

LogicalResult dgemm::checkRowMajor(Operation *op, Rule rule, Named operand) {
  if (failed(checkInnerStride(op, rule, operand)))
    return failure();
  SmallVector<int64_t> strides = *stridesOf(operand);
  int64_t row = operand.getRank() - 2;
  if (row < 0 || !strideMatters(operand, row))
    return success();
  int64_t columns = operand.getExtent(row + 1);
  if (ShapedType::isDynamic(strides[row]) || ShapedType::isDynamic(columns) ||
      strides[row] >= columns)
    return success();
  return fail(op, rule) << operand.name << " has stride " << strides[row]
                        << " between rows of " << columns
                        << " elements, expected at least " << columns;
}

LogicalResult dgemm::checkUnitStride(Operation *op, Rule rule, Named operand) {
  std::optional<SmallVector<int64_t>> strides = stridesOf(operand);
  if (!strides)
    return failWithoutStrides(op, rule, operand);
  int64_t rank = operand.getRank();
  for (int64_t dim = std::max<int64_t>(rank - 2, 0); dim < rank; ++dim)
    if (!strideMatters(operand, dim) || !isStaticNot((*strides)[dim], 1))
      return success();
  return fail(op, rule) << operand.name << " has strides "
                        << shapeText(*strides)
                        << ", expected stride 1 in one of the two inner "
                           "dimensions; copy it to a dense buffer";
}

LogicalResult dgemm::checkDenseSlabs(Operation *op, Rule rule, Named operand) {
  std::optional<SmallVector<int64_t>> strides = stridesOf(operand);
  if (!strides)
    return failWithoutStrides(op, rule, operand);
  int64_t rows = operand.getExtent(1);
  int64_t columns = operand.getExtent(2);
  int64_t expected = product(rows, columns);
  if (ShapedType::isDynamic(expected) || !strideMatters(operand, 0) ||
      !isStaticNot(strides->front(), expected))
    return success();
  return fail(op, rule) << operand.name << " has stride " << strides->front()
                        << " between groups of " << rows << "x" << columns
                        << ", expected " << expected
                        << "; the groups must follow each other densely";
}

LogicalResult dgemm::checkContiguous(Operation *op, Rule rule, Named operand) {
  std::optional<SmallVector<int64_t>> strides = stridesOf(operand);
  if (!strides)
    return failWithoutStrides(op, rule, operand);
  SmallVector<int64_t> dense = denseStrides(operand.getType().getShape());
  for (auto [dim, expected] : llvm::enumerate(dense)) {
    int64_t actual = (*strides)[dim];
    if (ShapedType::isDynamic(expected) || !strideMatters(operand, dim) ||
        !isStaticNot(actual, expected))
      continue;
    return fail(op, rule) << operand.name << " has stride " << actual
                          << " in dimension " << dim << ", expected "
                          << expected << "; it must be contiguous";
  }
  return success();
}

//===----------------------------------------------------------------------===//
// FP4
//===----------------------------------------------------------------------===//

LogicalResult dgemm::checkFP4Packing(Operation *op, Rule rule, Named operand) {
  if (!isFP4(operand.getElementType()))
    return success();
  std::optional<SmallVector<int64_t>> strides = stridesOf(operand);
  if (!strides)
    return failWithoutStrides(op, rule, operand);
  for (auto [dim, stride] : llvm::enumerate(*strides)) {
    int64_t extent = operand.getExtent(dim);
    if (stride == 1 && extent > 1 && extent % 2 != 0)
      return fail(op, rule)
             << operand.name << " has " << extent
             << " f4E2M1FN elements in dimension " << dim
             << ", expected an even number because a byte holds two; pad with "
                "zeros";
  }
  for (auto [dim, stride] : llvm::enumerate(*strides)) {
    bool isOdd = !ShapedType::isDynamic(stride) && stride % 2 != 0;
    if (isOdd && stride != 1 && strideMatters(operand, dim))
      return fail(op, rule)
             << operand.name << " has stride " << stride
             << " f4E2M1FN elements in dimension " << dim
             << ", expected an even number because a byte holds two";
  }
  return success();
}
