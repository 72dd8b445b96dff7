//===- Tensor.h - Strided arrays --------------------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_REFERENCE_TENSOR_H
#define DGEMM_REFERENCE_TENSOR_H

#include "dgemm/Reference/Formats.h"
#include "dgemm/Reference/Status.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dgemm::reference {

/// A strided window on memory that somebody else owns. Offset and strides count
/// elements (nibbles for f4), all arithmetic is 64-bit.
struct View {
  ElementType type = ElementType::F32;
  uint8_t *data = nullptr;
  int64_t offset = 0;
  std::vector<int64_t> shape;
  std::vector<int64_t> strides;

  int64_t rank() const { return static_cast<int64_t>(shape.size()); }
  int64_t size(int64_t dim) const { return shape[dim]; }
  int64_t numElements() const;

  /// Position of an element, in elements from `data`.
  int64_t at(int64_t i) const { return offset + i * strides[0]; }
  int64_t at(int64_t i, int64_t j) const { return at(i) + j * strides[1]; }
  int64_t at(int64_t i, int64_t j, int64_t k) const {
    return at(i, j) + k * strides[2];
  }
  /// Position of the element with this row-major index.
  int64_t atLinear(int64_t linear) const;

  double load(int64_t position) const {
    return loadElement(type, data, position);
  }
  int64_t loadInteger(int64_t position) const {
    return static_cast<int64_t>(loadElement(type, data, position));
  }
  void store(int64_t position, double value) const {
    storeElement(type, data, position, value);
  }

  /// Fixes `index` in dimension `dim`, which disappears.
  View select(int64_t dim, int64_t index) const;
  /// Keeps `size` elements of dimension `dim` from `start`.
  View narrow(int64_t dim, int64_t start, int64_t size) const;
  /// Result dimension i is dimension order[i] of this view.
  View permute(const std::vector<int64_t> &order) const;
  View transpose() const { return permute({1, 0}); }
};

/// Memory together with a view on all of it. Copies share the memory.
class Tensor {
public:
  Tensor() = default;

  /// Zero-filled and row-major. Fails on negative extents, on sizes that
  /// overflow or exceed the machine's memory, and on an odd innermost f4
  /// extent.
  static Expected<Tensor> create(ElementType type, std::vector<int64_t> shape);
  /// The same with given strides in elements (positive, or zero for an extent
  /// of one).
  static Expected<Tensor> create(ElementType type, std::vector<int64_t> shape,
                                 std::vector<int64_t> strides);

  const View &view() const { return view_; }
  ElementType type() const { return view_.type; }
  const std::vector<int64_t> &shape() const { return view_.shape; }
  explicit operator bool() const { return storage_ != nullptr; }

  /// A deep copy with the same strides.
  Expected<Tensor> clone() const;

private:
  std::shared_ptr<std::vector<uint8_t>> storage_;
  View view_;
};

/// Row-major strides of a shape.
std::vector<int64_t> rowMajorStrides(const std::vector<int64_t> &shape);
/// Strides for a buffer of which some are free (none): the dimension of stride
/// 1, else the last one, becomes dense, the others follow from the last to the
/// first. `padding` elements stand between the rows of the innermost free
/// stride. Where the dimension of stride 1 is not the last one, as in packed
/// scales, it is rounded up to 4 elements and has no padding.
std::vector<int64_t>
chooseStrides(const std::vector<std::optional<int64_t>> &strides,
              const std::vector<int64_t> &shape, int64_t padding);
/// "64x7168" for messages; "scalar" for rank 0.
std::string shapeString(const std::vector<int64_t> &shape);
/// Copies equal shapes, converting the element type where they differ.
Status copyElements(const View &from, const View &to);

} // namespace dgemm::reference

#endif // DGEMM_REFERENCE_TENSOR_H
