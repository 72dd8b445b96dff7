//===- Quantize.cpp - Scales, quantisers, packing of scales ---------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Reference/Quantize.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>

using namespace dgemm::reference;

float dgemm::reference::roundUpToUE8M0(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  uint32_t exponent = (bits >> 23) & 0xff;
  if (bits & 0x7fffff)
    ++exponent;
  exponent = std::clamp(exponent, 1u, 254u);
  return std::ldexp(1.0f, static_cast<int>(exponent) - 127);
}

uint8_t dgemm::reference::quantizeE2M1(float scaled) {
  static const float thresholds[] = {.25f, .75f, 1.25f, 1.75f,
                                     2.5f, 3.5f, 5.0f};
  float magnitude = std::fabs(scaled);
  uint8_t code = 0;
  for (float threshold : thresholds)
    code += magnitude > threshold;
  return scaled < 0 && code != 0 ? code | 8 : code;
}

/// The largest code of an operand format.
static float largest(ElementType type) {
  switch (type) {
  case ElementType::F4E2M1FN:
    return 6;
  case ElementType::F8E5M2:
    return 57344;
  default:
    return 448;
  }
}

/// `scale` as scales of `type` can be: f8E4M3FN to nearest, never 0.
static float roundScale(ElementType type, float scale) {
  if (type != ElementType::F8E4M3FN)
    return scale;
  constexpr double kSmallest = 1.0 / 512;
  return static_cast<float>(std::max(decodeE4M3(encodeE4M3(scale)), kSmallest));
}

namespace {
/// One block of elements that share a scale.
struct Block {
  int64_t mnBegin, mnEnd, kBegin, kEnd;
};
} // namespace

static float largestMagnitude(const View &x, const Block &block) {
  float amax = 1e-4f;
  for (int64_t mn = block.mnBegin; mn < block.mnEnd; ++mn)
    for (int64_t k = block.kBegin; k < block.kEnd; ++k)
      amax = std::max(amax, static_cast<float>(std::fabs(x.load(x.at(mn, k)))));
  return amax;
}

static void quantizeBlock(const View &x, const Block &block, float inverse,
                          const View &codes) {
  for (int64_t mn = block.mnBegin; mn < block.mnEnd; ++mn)
    for (int64_t k = block.kBegin; k < block.kEnd; ++k) {
      float scaled = static_cast<float>(x.load(x.at(mn, k))) * inverse;
      int64_t position = codes.at(mn, k);
      if (codes.type == ElementType::F4E2M1FN)
        storeBits(codes.type, codes.data, position, quantizeE2M1(scaled));
      else
        codes.store(position, scaled);
    }
}

static Status checkQuantize(const View &x, Granularity g, const View &codes,
                            const View &scales) {
  if (x.rank() != 2 || codes.shape != x.shape)
    return Error{"quantisation of shape " + shapeString(x.shape) + " into " +
                 shapeString(codes.shape)};
  if (codes.type != ElementType::F8E4M3FN &&
      codes.type != ElementType::F8E5M2 && codes.type != ElementType::F4E2M1FN)
    return Error{std::string("no quantiser for ") + name(codes.type)};
  if (g.mn < 1 || g.k < 1)
    return Error{"granularity must be positive"};
  std::vector<int64_t> expected = {ceilDiv(x.size(0), g.mn),
                                   ceilDiv(x.size(1), g.k)};
  if (scales.shape != expected)
    return Error{"scales have shape " + shapeString(scales.shape) +
                 ", expected " + shapeString(expected)};
  return {};
}

Status dgemm::reference::quantize(const Parallel &parallel, const View &x,
                                  Granularity g, bool powersOfTwo,
                                  const View &codes, const View &scales) {
  if (Status status = checkQuantize(x, g, codes, scales); !status.ok())
    return status;
  powersOfTwo |= scales.type == ElementType::F8E8M0FNU;
  auto quantizeRow = [&](int64_t row) {
    for (int64_t column = 0; column < scales.size(1); ++column) {
      Block block = {row * g.mn, std::min((row + 1) * g.mn, x.size(0)),
                     column * g.k, std::min((column + 1) * g.k, x.size(1))};
      float scale = largestMagnitude(x, block) / largest(codes.type);
      if (powersOfTwo)
        scale = roundUpToUE8M0(scale);
      scale = roundScale(scales.type, scale);
      scales.store(scales.at(row, column), scale);
      quantizeBlock(x, block, 1.0f / scale, codes);
    }
  };
  // Rows of f4 whose innermost dimension is MN share bytes.
  bool shared = codes.type == ElementType::F4E2M1FN && codes.strides[1] != 1;
  Parallel one(1);
  (shared ? one : parallel).forEach(scales.size(0), quantizeRow);
  return {};
}

//===----------------------------------------------------------------------===//
// Packing
//===----------------------------------------------------------------------===//

static uint32_t scaleByte(const View &scales, int64_t position) {
  if (scales.type == ElementType::F8E8M0FNU)
    return static_cast<uint32_t>(loadBits(scales.type, scales.data, position));
  return exponentByte(static_cast<float>(scales.load(position)));
}

static std::string shortest(float value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%g", static_cast<double>(value));
  return text;
}

Status dgemm::reference::checkPowersOfTwo(const View &scales) {
  if (scales.type != ElementType::F32)
    return {};
  for (int64_t i = 0, e = scales.numElements(); i < e; ++i) {
    float scale = static_cast<float>(scales.load(scales.atLinear(i)));
    if (!isPowerOfTwo(scale))
      return Error{"scale " + std::to_string(i) + " of shape " +
                   shapeString(scales.shape) + " that is " + shortest(scale) +
                   ", not a positive power of two; round scales up to powers "
                   "of two before quantising"};
  }
  return {};
}

/// Packs rows of at most four K groups each: word q from groups 4q..4q+3.
static void packRow(const View &row, const View &words) {
  for (int64_t q = 0; q < words.size(0); ++q) {
    uint32_t word = 0;
    for (int64_t j = 0; j < 4 && 4 * q + j < row.size(0); ++j)
      word |= scaleByte(row, row.at(4 * q + j)) << (8 * j);
    storeBits(words.type, words.data, words.at(q), word);
  }
}

static Status checkPack(const View &scales, const View &packed, bool checked) {
  if (scales.rank() != 2 || packed.rank() != 2)
    return Error{"packing needs matrices, got " + shapeString(scales.shape) +
                 " and " + shapeString(packed.shape)};
  if (scales.type != ElementType::F32 && scales.type != ElementType::F8E8M0FNU)
    return Error{std::string("scales to pack must be f32 or f8E8M0FNU, got ") +
                 name(scales.type)};
  if (packed.type != ElementType::I32)
    return Error{std::string("packed scales must be i32, got ") +
                 name(packed.type)};
  return checked ? checkPowersOfTwo(scales) : Status();
}

Status dgemm::reference::packScales(const View &scales, int64_t granMN,
                                    const View &packed, bool checked) {
  if (Status status = checkPack(scales, packed, checked); !status.ok())
    return status;
  if (granMN < 1 || scales.size(0) != ceilDiv(packed.size(0), granMN) ||
      packed.size(1) != ceilDiv(scales.size(1), 4))
    return Error{"packed scales have shape " + shapeString(packed.shape) +
                 ", which does not correspond to " + shapeString(scales.shape) +
                 " with " + std::to_string(granMN) + " rows per scale"};
  for (int64_t mn = 0; mn < packed.size(0); ++mn)
    packRow(scales.select(0, mn / granMN), packed.select(0, mn));
  return {};
}

Status dgemm::reference::packScalesKGrouped(const View &scales,
                                            const std::vector<int64_t> &ks,
                                            int64_t granK, const View &packed,
                                            bool checked) {
  if (Status status = checkPack(scales, packed, checked); !status.ok())
    return status;
  int64_t columns = 0;
  int64_t words = 0;
  for (int64_t k : ks) {
    if (k < 0 || granK < 1)
      return Error{"negative K extent " + std::to_string(k) + " of a group"};
    columns += ceilDiv(k, granK);
    words += ceilDiv(k, 4 * granK);
  }
  if (scales.size(1) < columns || packed.size(1) < words ||
      scales.size(0) != packed.size(0))
    return Error{"scales " + shapeString(scales.shape) + " and packed " +
                 shapeString(packed.shape) + " do not hold the " +
                 std::to_string(columns) + " scales and " +
                 std::to_string(words) + " words of each row of the groups"};
  for (int64_t mn = 0; mn < scales.size(0); ++mn) {
    View source = scales.select(0, mn);
    View target = packed.select(0, mn);
    int64_t column = 0;
    int64_t word = 0;
    for (int64_t k : ks) {
      int64_t groupColumns = ceilDiv(k, granK);
      int64_t groupWords = ceilDiv(k, 4 * granK);
      packRow(source.narrow(0, column, groupColumns),
              target.narrow(0, word, groupWords));
      column += groupColumns;
      word += groupWords;
    }
  }
  return {};
}
