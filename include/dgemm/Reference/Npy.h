//===- Npy.h - NumPy .npy files ---------------------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_REFERENCE_NPY_H
#define DGEMM_REFERENCE_NPY_H

// Types without a NumPy name are stored as their bytes: f8* as uint8, bf16 as
// uint16, two f4 elements per uint8 along the innermost dimension (the even
// index in the low nibble), which halves that extent. Raw types of the same
// size (such as ml_dtypes writes: V1, V2, f1) are read as well.

#include "dgemm/Reference/Tensor.h"

namespace dgemm::reference {

/// What a file holds: elements in row-major order.
struct NpyArray {
  char kind = 'f'; // f, i, u, b or V as NumPy names them
  unsigned itemSize = 4;
  std::vector<int64_t> shape;
  std::vector<uint8_t> data;
};

/// Parses the contents of a file. Rejects anything malformed, truncated,
/// too long, big-endian, structured, or larger than the machine's memory.
Expected<NpyArray> parseNpy(const uint8_t *bytes, size_t size);
Expected<NpyArray> readNpy(const std::string &path);
Status writeNpy(const std::string &path, const NpyArray &array);
/// The bytes of a version 1.0 file.
std::vector<uint8_t> formatNpy(const NpyArray &array);

/// The shape that a tensor of this type has in a file.
std::vector<int64_t> npyShape(ElementType type, std::vector<int64_t> shape);
/// The shape that a file's array gives a tensor of this type.
std::vector<int64_t> tensorShape(ElementType type, std::vector<int64_t> shape);

/// Copies a view into an array as described above.
Expected<NpyArray> toNpy(const View &view);
/// Copies an array into a view. Type and shape must match; i32 takes i4 and u4,
/// i8 takes i1 and u1.
Status fromNpy(const NpyArray &array, const View &view);

} // namespace dgemm::reference

#endif // DGEMM_REFERENCE_NPY_H
