//===- Tensor.cpp - Strided arrays ----------------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Reference/Tensor.h"

#include <cstdlib>
#include <unistd.h>

using namespace dgemm::reference;

int64_t View::numElements() const {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  return count;
}

int64_t View::atLinear(int64_t linear) const {
  int64_t position = offset;
  for (int64_t dim = rank() - 1; dim >= 0; --dim) {
    position += linear % shape[dim] * strides[dim];
    linear /= shape[dim];
  }
  return position;
}

View View::select(int64_t dim, int64_t index) const {
  View result = *this;
  result.offset += index * strides[dim];
  result.shape.erase(result.shape.begin() + dim);
  result.strides.erase(result.strides.begin() + dim);
  return result;
}

View View::narrow(int64_t dim, int64_t start, int64_t size) const {
  View result = *this;
  result.offset += start * strides[dim];
  result.shape[dim] = size;
  return result;
}

View View::permute(const std::vector<int64_t> &order) const {
  View result = *this;
  for (size_t i = 0; i < order.size(); ++i) {
    result.shape[i] = shape[order[i]];
    result.strides[i] = strides[order[i]];
  }
  return result;
}

std::vector<int64_t>
dgemm::reference::rowMajorStrides(const std::vector<int64_t> &shape) {
  std::vector<int64_t> strides(shape.size());
  int64_t stride = 1;
  for (size_t i = shape.size(); i-- > 0;) {
    strides[i] = stride;
    stride *= shape[i] > 0 ? shape[i] : 1;
  }
  return strides;
}

std::string dgemm::reference::shapeString(const std::vector<int64_t> &shape) {
  if (shape.empty())
    return "scalar";
  std::string text;
  for (size_t i = 0; i < shape.size(); ++i)
    text += (i ? "x" : "") + std::to_string(shape[i]);
  return text;
}

/// More than this cannot be allocated in any case; asking would end the
/// process.
static int64_t memoryLimit() {
  int64_t pages = sysconf(_SC_PHYS_PAGES);
  int64_t pageSize = sysconf(_SC_PAGESIZE);
  return pages > 0 && pageSize > 0 ? pages * pageSize : int64_t(1) << 34;
}

/// Bytes from the first to the last element, or an error.
static Expected<int64_t> extentInBytes(ElementType type,
                                       const std::vector<int64_t> &shape,
                                       const std::vector<int64_t> &strides) {
  int64_t last = 0;
  bool empty = false;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] < 0 || strides[i] < 0)
      return Error{"negative extent or stride in shape " + shapeString(shape)};
    empty |= shape[i] == 0;
    int64_t span = 0;
    if (shape[i] > 1 &&
        (__builtin_mul_overflow(shape[i] - 1, strides[i], &span) ||
         __builtin_add_overflow(last, span, &last)))
      return Error{"shape " + shapeString(shape) + " exceeds 64 bits"};
  }
  if (empty)
    return int64_t(0);
  int64_t bits;
  if (__builtin_add_overflow(last, 1, &last) ||
      __builtin_mul_overflow(last, int64_t(bitWidth(type)), &bits))
    return Error{"shape " + shapeString(shape) + " exceeds 64 bits"};
  return (bits + 7) / 8;
}

Expected<Tensor> Tensor::create(ElementType type, std::vector<int64_t> shape) {
  // Strides of a shape that overflows are never used: check it first.
  int64_t count = 1;
  for (int64_t extent : shape)
    if (extent > 0 && __builtin_mul_overflow(count, extent, &count))
      return Error{"shape " + shapeString(shape) + " exceeds 64 bits"};
  std::vector<int64_t> strides = rowMajorStrides(shape);
  return create(type, std::move(shape), std::move(strides));
}

Expected<Tensor> Tensor::create(ElementType type, std::vector<int64_t> shape,
                                std::vector<int64_t> strides) {
  if (shape.size() != strides.size())
    return Error{"shape " + shapeString(shape) + " has strides " +
                 shapeString(strides)};
  Expected<int64_t> bytes = extentInBytes(type, shape, strides);
  if (!bytes)
    return bytes.error();
  // Otherwise rows would share bytes.
  for (size_t i = 0; i < shape.size() && type == ElementType::F4E2M1FN; ++i)
    if (strides[i] != 1 && strides[i] % 2 != 0 && shape[i] > 1)
      return Error{"f4 needs an even innermost extent, got shape " +
                   shapeString(shape) + " with strides " +
                   shapeString(strides)};
  if (*bytes > memoryLimit())
    return Error{"shape " + shapeString(shape) + " of " + name(type) +
                 " needs " + std::to_string(*bytes) +
                 " bytes, more than this machine has"};
  Tensor tensor;
  tensor.storage_ =
      std::make_shared<std::vector<uint8_t>>(static_cast<size_t>(*bytes));
  tensor.view_ = View{type, tensor.storage_->data(), 0, std::move(shape),
                      std::move(strides)};
  return tensor;
}

Expected<Tensor> Tensor::clone() const {
  if (!storage_)
    return Error{"copy of an empty tensor"};
  Tensor copy = *this;
  copy.storage_ = std::make_shared<std::vector<uint8_t>>(*storage_);
  copy.view_.data = copy.storage_->data();
  return copy;
}

Status dgemm::reference::copyElements(const View &from, const View &to) {
  if (from.shape != to.shape)
    return Error{"copy of shape " + shapeString(from.shape) + " into " +
                 shapeString(to.shape)};
  int64_t count = from.numElements();
  bool sameType = from.type == to.type;
  for (int64_t i = 0; i < count; ++i) {
    int64_t source = from.atLinear(i);
    int64_t target = to.atLinear(i);
    if (sameType)
      storeBits(to.type, to.data, target,
                loadBits(from.type, from.data, source));
    else
      to.store(target, from.load(source));
  }
  return {};
}

std::vector<int64_t> dgemm::reference::chooseStrides(
    const std::vector<std::optional<int64_t>> &strides,
    const std::vector<int64_t> &shape, int64_t padding) {
  size_t rank = shape.size();
  std::vector<int64_t> result(rank);
  if (rank == 0)
    return result;
  size_t unit = rank - 1;
  for (size_t i = 0; i < rank; ++i)
    if (strides[i] == 1)
      unit = i;
  // Empty lines are as far apart as TMA and elements of 4 bits need.
  constexpr int64_t kEmptyLine = 32;
  int64_t dense = shape[unit] == 0 ? kEmptyLine : shape[unit];
  // Packed scales have no choice.
  if (unit + 1 != rank) {
    padding = 0;
    dense = (dense + 3) / 4 * 4;
  }
  result[unit] = strides[unit].value_or(1);
  for (size_t i = rank; i-- > 0;) {
    if (i == unit)
      continue;
    result[i] = strides[i].value_or(dense + padding);
    if (!strides[i])
      padding = 0;
    int64_t next;
    // An overflow is found again, and reported, when storage is allocated.
    if (!__builtin_mul_overflow(result[i], std::max<int64_t>(1, shape[i]),
                                &next))
      dense = std::max(dense, next);
  }
  return result;
}
