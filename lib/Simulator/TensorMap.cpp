//===- TensorMap.cpp - What cuTensorMapEncodeTiled encodes ------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Simulator/TensorMap.h"

#include <cstring>

using namespace dgemm::sim;

namespace {

/// Offsets in the image. Numbers are little-endian; counts that start at 1 are
/// stored less one.
enum ImageOffset : unsigned {
  AtMagic = 0,
  AtType = 8,
  AtRank,
  AtInterleave,
  AtSwizzle,
  AtFill,
  AtAddress = 16,
  AtDim = 24,
  AtStride = 44,
  AtBox = 76,
  AtElementStride = 81,
  AtChecksum = 120
};

constexpr uint64_t magic = 0x70614D6D6D656764; // "dgemmMap"

void put(uint8_t *image, unsigned offset, uint64_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i)
    image[offset + i] = static_cast<uint8_t>(value >> (8 * i));
}

uint64_t get(const uint8_t *image, unsigned offset, unsigned bytes) {
  uint64_t value = 0;
  for (unsigned i = 0; i < bytes; ++i)
    value |= static_cast<uint64_t>(image[offset + i]) << (8 * i);
  return value;
}

// FNV-1a: finds images that something wrote over.
uint64_t checksum(const uint8_t *image) {
  uint64_t hash = 0xCBF29CE484222325;
  for (unsigned i = 0; i < AtChecksum; ++i)
    hash = (hash ^ image[i]) * 0x100000001B3;
  return hash;
}

const char *name(TensorMapType type) {
  static const char *const names[] = {
      "UINT8",        "UINT16",       "UINT32",        "INT32",
      "UINT64",       "INT64",        "FLOAT16",       "FLOAT32",
      "FLOAT64",      "BFLOAT16",     "FLOAT32_FTZ",   "TFLOAT32",
      "TFLOAT32_FTZ", "16U4_ALIGN8B", "16U4_ALIGN16B", "16U6_ALIGN16B"};
  return names[static_cast<unsigned>(type)];
}

/// Types whose elements lie in groups of 16 that take 16 bytes of shared
/// memory.
bool isPadded(TensorMapType type) {
  return type == TensorMapType::U4Align16 || type == TensorMapType::U6Align16;
}

Error bad(const std::string &parameter, uint64_t value,
          const std::string &rule) {
  return Error{"tensor map: " + parameter + " is " + std::to_string(value) +
               ", " + rule};
}

std::string indexed(const char *parameter, unsigned d) {
  return std::string(parameter) + "[" + std::to_string(d) + "]";
}

Status checkAvailable(const TensorMap &map, bool subByte) {
  if (map.type > TensorMapType::U6Align16)
    return bad("dataType", static_cast<unsigned>(map.type), "at most 15");
  if (map.swizzle > Swizzle::B128Atom64)
    return bad("swizzle", static_cast<unsigned>(map.swizzle), "at most 6");
  if (map.interleave > Interleave::B32)
    return bad("interleave", static_cast<unsigned>(map.interleave),
               "at most 2");
  if (map.fill > OutOfBounds::NaN)
    return bad("oobFill", static_cast<unsigned>(map.fill), "at most 1");
  if (!subByte && map.type >= TensorMapType::U4Align8)
    return Error{std::string("tensor map: dataType ") + name(map.type) +
                 " needs sm_100 or later"};
  if (!subByte && map.swizzle >= Swizzle::B128Atom32)
    return bad("swizzle", static_cast<unsigned>(map.swizzle),
               "modes 4 to 6 need sm_100 or later");
  return {};
}

Status checkShape(const TensorMap &map) {
  for (unsigned d = 0; d < map.rank; ++d)
    if (map.dim[d] == 0 || map.dim[d] > uint64_t(1) << 32)
      return bad(indexed("globalDim", d), map.dim[d], "must be 1 to 2^32");
  if (isPadded(map.type) && map.dim[0] % 128)
    return bad("globalDim[0]", map.dim[0],
               std::string("must be a multiple of 128 for ") + name(map.type));
  if (map.type == TensorMapType::U4Align8 && map.dim[0] % 2)
    return bad("globalDim[0]", map.dim[0],
               "must be a multiple of 2 for 16U4_ALIGN8B");
  return {};
}

/// Address, strides, and that the last element has a 64-bit address.
Status checkPlace(const TensorMap &map) {
  bool wide = isPadded(map.type) || map.interleave == Interleave::B32;
  uint64_t unit = wide ? 32 : 16;
  std::string rule = "must be a multiple of " + std::to_string(unit);
  if (map.address % unit)
    return bad("globalAddress", map.address, rule);
  uint64_t end = map.address;
  bool overflow =
      __builtin_add_overflow(end, map.dim[0] * bitWidth(map.type) / 8, &end);
  for (unsigned d = 0; d + 1 < map.rank; ++d) {
    if (map.stride[d] % unit)
      return bad(indexed("globalStrides", d), map.stride[d], rule);
    if (map.stride[d] >= uint64_t(1) << 40)
      return bad(indexed("globalStrides", d), map.stride[d],
                 "must be below 2^40");
    uint64_t extent;
    overflow |=
        __builtin_mul_overflow(map.stride[d], map.dim[d + 1] - 1, &extent);
    overflow |= __builtin_add_overflow(end, extent, &end);
  }
  if (overflow)
    return Error{"tensor map: the tensor does not end within 2^64 bytes; "
                 "reduce globalDim or globalStrides"};
  return {};
}

Status checkBox(const TensorMap &map) {
  for (unsigned d = 0; d < map.rank; ++d) {
    if (map.box[d] == 0 || map.box[d] > 256)
      return bad(indexed("boxDim", d), map.box[d], "must be 1 to 256");
    if (map.elementStride[d] == 0 || map.elementStride[d] > 8)
      return bad(indexed("elementStrides", d), map.elementStride[d],
                 "must be 1 to 8");
  }
  if (isPadded(map.type) && map.box[0] != 128)
    return bad("boxDim[0]", map.box[0],
               std::string("must be 128 for ") + name(map.type));
  if (map.interleave != Interleave::None)
    return {};
  uint64_t bits = uint64_t(map.box[0]) * bitWidth(map.type);
  if (bits % 128)
    return bad("boxDim[0]", map.box[0],
               "must make rows of a multiple of 16 bytes, these are " +
                   std::to_string(bits / 8) + " bytes of " + name(map.type));
  uint32_t span = swizzleSpan(map.swizzle);
  if (span && map.rowBytes() > span)
    return bad("boxDim[0]", map.box[0],
               "makes rows of " + std::to_string(map.rowBytes()) +
                   " bytes, the swizzle allows " + std::to_string(span));
  return {};
}

Status checkModes(const TensorMap &map) {
  if (map.interleave != Interleave::None && map.rank < 3)
    return bad("tensorRank", map.rank, "must be at least 3 when interleaved");
  if (map.interleave == Interleave::B32 && map.swizzle != Swizzle::B32)
    return bad("swizzle", static_cast<unsigned>(map.swizzle),
               "must be SWIZZLE_32B (1) with INTERLEAVE_32B");
  if (map.fill == OutOfBounds::NaN && !isFloat(map.type))
    return Error{std::string("tensor map: NaN fill needs a floating-point "
                             "dataType, not ") +
                 name(map.type)};
  if (isPadded(map.type) && map.swizzle != Swizzle::None &&
      map.swizzle != Swizzle::B128 && map.swizzle != Swizzle::B128Atom32)
    return bad("swizzle", static_cast<unsigned>(map.swizzle),
               std::string("must be NONE (0), 128B (3) or 128B_ATOM_32B (4) "
                           "for ") +
                   name(map.type));
  return {};
}

} // namespace

unsigned dgemm::sim::bitWidth(TensorMapType type) {
  static const unsigned widths[] = {8,  16, 32, 32, 64, 64, 16, 32,
                                    64, 16, 32, 32, 32, 4,  4,  6};
  return widths[static_cast<unsigned>(type)];
}

bool dgemm::sim::isFloat(TensorMapType type) {
  return type >= TensorMapType::F16 && type <= TensorMapType::TF32Ftz;
}

uint32_t TensorMap::count(unsigned d) const {
  // The innermost stride counts only when interleaved.
  if (d == 0 && interleave == Interleave::None)
    return box[0];
  return (box[d] + elementStride[d] - 1) / elementStride[d];
}

uint64_t TensorMap::transactionBytes() const {
  uint64_t elements = 1;
  for (unsigned d = 0; d < rank; ++d)
    elements *= count(d);
  return elements * bitWidth(type) / 8;
}

uint32_t TensorMap::rowBytes() const {
  return isPadded(type) ? count(0) : count(0) * bitWidth(type) / 8;
}

uint32_t TensorMap::rowPitch() const {
  uint32_t span = swizzleSpan(swizzle);
  return span ? span : rowBytes();
}

uint64_t TensorMap::sharedBytes() const {
  uint64_t bytes = rowPitch();
  for (unsigned d = 1; d < rank; ++d)
    bytes *= count(d);
  return bytes;
}

TensorMap::Image TensorMap::encode() const {
  Image image = {};
  uint8_t *out = image.data();
  put(out, AtMagic, magic, 8);
  put(out, AtType, static_cast<uint8_t>(type), 1);
  put(out, AtRank, rank, 1);
  put(out, AtInterleave, static_cast<uint8_t>(interleave), 1);
  put(out, AtSwizzle, static_cast<uint8_t>(swizzle), 1);
  put(out, AtFill, static_cast<uint8_t>(fill), 1);
  put(out, AtAddress, address, 8);
  for (unsigned d = 0; d < 5; ++d) {
    put(out, AtDim + 4 * d, dim[d] - 1, 4);
    put(out, AtBox + d, box[d] - 1, 1);
    put(out, AtElementStride + d, elementStride[d] - 1, 1);
  }
  for (unsigned d = 0; d < 4; ++d)
    put(out, AtStride + 8 * d, stride[d], 8);
  put(out, AtChecksum, checksum(out), 8);
  return image;
}

bool TensorMap::isImage(const uint8_t *bytes) {
  return get(bytes, AtMagic, 8) == magic;
}

Expected<TensorMap> TensorMap::decode(const uint8_t *image) {
  if (!isImage(image))
    return Error{"there is no tensor map at this address"};
  if (get(image, AtChecksum, 8) != checksum(image))
    return Error{"the tensor map at this address was written over"};
  TensorMap map;
  map.type = static_cast<TensorMapType>(image[AtType]);
  map.rank = image[AtRank];
  map.interleave = static_cast<Interleave>(image[AtInterleave]);
  map.swizzle = static_cast<Swizzle>(image[AtSwizzle]);
  map.fill = static_cast<OutOfBounds>(image[AtFill]);
  map.address = get(image, AtAddress, 8);
  for (unsigned d = 0; d < 5; ++d) {
    map.dim[d] = get(image, AtDim + 4 * d, 4) + 1;
    map.box[d] = image[AtBox + d] + 1u;
    map.elementStride[d] = image[AtElementStride + d] + 1u;
  }
  for (unsigned d = 0; d < 4; ++d)
    map.stride[d] = get(image, AtStride + 8 * d, 8);
  return map;
}

Status dgemm::sim::validate(const TensorMap &map, bool subByte) {
  if (map.rank < 1 || map.rank > 5)
    return bad("tensorRank", map.rank, "must be 1 to 5");
  if (Status s = checkAvailable(map, subByte); !s.ok())
    return s;
  if (Status s = checkModes(map); !s.ok())
    return s;
  if (Status s = checkShape(map); !s.ok())
    return s;
  if (Status s = checkPlace(map); !s.ok())
    return s;
  return checkBox(map);
}
