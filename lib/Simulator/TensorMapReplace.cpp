//===- TensorMapReplace.cpp - tensormap.replace -----------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Simulator/TensorMap.h"

using namespace dgemm::sim;

namespace {

Error outOfRange(const char *field, uint64_t value, const char *range) {
  return Error{std::string("tensormap.replace of ") + field + ": value " +
               std::to_string(value) + " is not " + range};
}

/// Elements of `values` are set to value if it is within 1 .. largest.
template <typename Array>
Status replaceElement(Array &values, const char *field, unsigned ordinal,
                      uint64_t value, uint64_t largest, const char *range) {
  if (ordinal >= values.size())
    return Error{std::string("tensormap.replace of ") + field + ": ordinal " +
                 std::to_string(ordinal) + " is not below " +
                 std::to_string(values.size())};
  if (value < 1 || value > largest)
    return outOfRange(field, value, range);
  values[ordinal] = static_cast<typename Array::value_type>(value);
  return {};
}

Status replaceStride(TensorMap &map, unsigned ordinal, uint64_t value) {
  if (ordinal >= map.stride.size())
    return Error{"tensormap.replace of global_stride: ordinal " +
                 std::to_string(ordinal) + " is not below 4"};
  map.stride[ordinal] = value;
  return {};
}

/// The codes of the instruction are not those of the driver.
Status replaceType(TensorMap &map, uint64_t code) {
  static const TensorMapType types[] = {
      TensorMapType::U8,        TensorMapType::U16,
      TensorMapType::U32,       TensorMapType::S32,
      TensorMapType::U64,       TensorMapType::S64,
      TensorMapType::F16,       TensorMapType::F32,
      TensorMapType::F32Ftz,    TensorMapType::F64,
      TensorMapType::BF16,      TensorMapType::TF32,
      TensorMapType::TF32Ftz,   TensorMapType::U4Align8,
      TensorMapType::U4Align16, TensorMapType::U6Align16};
  if (code > 15)
    return outOfRange("elemtype", code, "within 0 to 15");
  map.type = types[code];
  return {};
}

bool isB128(Swizzle swizzle) { return swizzle >= Swizzle::B128; }

Status replaceSwizzle(TensorMap &map, uint64_t mode) {
  if (mode > 3)
    return outOfRange("swizzle_mode", mode, "within 0 to 3");
  // A 128-byte swizzle keeps its atomicity.
  if (mode == 3 && isB128(map.swizzle))
    return {};
  map.swizzle = static_cast<Swizzle>(mode);
  return {};
}

Status replaceAtomicity(TensorMap &map, uint64_t atomicity) {
  if (atomicity > 3)
    return outOfRange("swizzle_atomicity", atomicity, "within 0 to 3");
  if (isB128(map.swizzle))
    map.swizzle =
        static_cast<Swizzle>(static_cast<unsigned>(Swizzle::B128) + atomicity);
  else if (atomicity != 0)
    return Error{"tensormap.replace of swizzle_atomicity: the map is not "
                 "swizzled by 128 bytes; replace swizzle_mode first"};
  return {};
}

} // namespace

Status dgemm::sim::replaceField(TensorMap &map, TensorMapField field,
                                unsigned ordinal, uint64_t value) {
  switch (field) {
  case TensorMapField::GlobalAddress:
    map.address = value;
    return {};
  case TensorMapField::Rank:
    if (value > 4)
      return outOfRange("rank", value, "rank - 1, within 0 to 4");
    map.rank = static_cast<unsigned>(value) + 1;
    return {};
  case TensorMapField::BoxDim:
    return replaceElement(map.box, "box_dim", ordinal, value, 256,
                          "within 1 to 256");
  case TensorMapField::GlobalDim:
    return replaceElement(map.dim, "global_dim", ordinal, value,
                          uint64_t(1) << 32, "within 1 to 2^32");
  case TensorMapField::GlobalStride:
    return replaceStride(map, ordinal, value);
  case TensorMapField::ElementStride:
    return replaceElement(map.elementStride, "element_stride", ordinal, value,
                          8, "within 1 to 8");
  case TensorMapField::ElemType:
    return replaceType(map, value);
  case TensorMapField::InterleaveLayout:
    if (value > 2)
      return outOfRange("interleave_layout", value, "within 0 to 2");
    map.interleave = static_cast<Interleave>(value);
    return {};
  case TensorMapField::SwizzleMode:
    return replaceSwizzle(map, value);
  case TensorMapField::SwizzleAtomicity:
    return replaceAtomicity(map, value);
  case TensorMapField::FillMode:
    if (value > 1)
      return outOfRange("fill_mode", value, "0 or 1");
    map.fill = static_cast<OutOfBounds>(value);
    return {};
  }
  return Error{"tensormap.replace: unknown field"};
}
