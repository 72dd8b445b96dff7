//===- Formats.cpp - Number formats, bit by bit ---------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Reference/Formats.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

using namespace dgemm::reference;

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

/// The magnitude of a finite code; the caller has removed the sign.
static double decodeMagnitude(const FloatLayout &layout, uint32_t code) {
  int exponent = static_cast<int>(code >> layout.mantissaBits);
  double fraction = code & ((1u << layout.mantissaBits) - 1);
  double one = 1u << layout.mantissaBits;
  if (exponent == 0)
    return std::ldexp(fraction, 1 - layout.bias - layout.mantissaBits);
  return std::ldexp(one + fraction,
                    exponent - layout.bias - layout.mantissaBits);
}

double dgemm::reference::decodeFloat(const FloatLayout &layout, uint32_t code) {
  uint32_t magnitude = code & (layout.signBit() - 1);
  double value = std::numeric_limits<double>::quiet_NaN();
  if (magnitude <= layout.maxCode)
    value = decodeMagnitude(layout, magnitude);
  else if (layout.hasInfinity && magnitude == layout.maxCode + 1)
    value = std::numeric_limits<double>::infinity();
  return code & layout.signBit() ? -value : value;
}

template <size_t N, typename Fn> static std::array<double, N> table(Fn fn) {
  std::array<double, N> values;
  for (size_t code = 0; code < N; ++code)
    values[code] = fn(static_cast<uint32_t>(code));
  return values;
}

static const std::array<double, 16> &tableE2M1() {
  static const auto values =
      table<16>([](uint32_t code) { return decodeFloat(layoutE2M1, code); });
  return values;
}

static const std::array<double, 256> &tableE4M3() {
  static const auto values =
      table<256>([](uint32_t code) { return decodeFloat(layoutE4M3, code); });
  return values;
}

static const std::array<double, 256> &tableE5M2() {
  static const auto values =
      table<256>([](uint32_t code) { return decodeFloat(layoutE5M2, code); });
  return values;
}

static const std::array<double, 256> &tableE8M0() {
  static const auto values = table<256>([](uint32_t code) {
    return code == 0xff ? std::numeric_limits<double>::quiet_NaN()
                        : std::ldexp(1.0, static_cast<int>(code) - 127);
  });
  return values;
}

double dgemm::reference::decodeE2M1(uint8_t code) {
  return tableE2M1()[code & 15];
}
double dgemm::reference::decodeE4M3(uint8_t code) { return tableE4M3()[code]; }
double dgemm::reference::decodeE5M2(uint8_t code) { return tableE5M2()[code]; }
double dgemm::reference::decodeE8M0(uint8_t code) { return tableE8M0()[code]; }
double dgemm::reference::decodeF16(uint16_t code) {
  return decodeFloat(layoutF16, code);
}

double dgemm::reference::decodeBF16(uint16_t code) {
  uint32_t bits = static_cast<uint32_t>(code) << 16;
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

//===----------------------------------------------------------------------===//
// Encoding
//===----------------------------------------------------------------------===//

static uint64_t bitsOf(double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

static uint32_t bitsOf(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

static float floatOf(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

/// Does the code go up by one? `rest` is what was cut off, `half` half of the
/// distance between codes, `odd` the lowest bit that stays.
static bool roundsUp(uint64_t rest, uint64_t half, bool odd, bool negative,
                     Rounding rounding) {
  switch (rounding) {
  case Rounding::NearestEven:
    return rest > half || (rest == half && odd);
  case Rounding::NearestAway:
    return rest >= half;
  case Rounding::TowardsZero:
    return false;
  case Rounding::Down:
    return negative && rest != 0;
  case Rounding::Up:
    return !negative && rest != 0;
  }
  return false;
}

uint64_t dgemm::reference::roundMagnitude(const FloatLayout &layout,
                                          double magnitude, bool negative,
                                          Rounding rounding) {
  uint64_t bits = bitsOf(magnitude) & ~(uint64_t(1) << 63);
  int exponent = static_cast<int>(bits >> 52) - 1023;
  uint64_t mantissa = bits & ((uint64_t(1) << 52) - 1);
  if (exponent == -1023)
    exponent = -1022; // f64 subnormals are below any format's smallest value
  else
    mantissa |= uint64_t(1) << 52;
  int minExponent = 1 - layout.bias;
  int steps = exponent > minExponent ? exponent - minExponent : 0;
  int below = exponent < minExponent ? minExponent - exponent : 0;
  // Further than 60 bits nothing but "not zero" is left.
  int shift = std::min(52 - layout.mantissaBits + below, 60);
  uint64_t kept = mantissa >> shift;
  uint64_t rest = mantissa & ((uint64_t(1) << shift) - 1);
  uint64_t half = uint64_t(1) << (shift - 1);
  bool up = roundsUp(rest, half, kept & 1, negative, rounding);
  // The implicit bit of a normal number carries one into the exponent field.
  return (static_cast<uint64_t>(steps) << layout.mantissaBits) + kept + up;
}

static uint64_t encodeMagnitude(const FloatLayout &layout, double value) {
  return roundMagnitude(layout, value, false, Rounding::NearestEven);
}

static uint32_t signOf(const FloatLayout &layout, double value) {
  return std::signbit(value) ? layout.signBit() : 0;
}

/// Encodes with saturation; `nan` is the code of NaN without sign.
static uint32_t encodeSaturated(const FloatLayout &layout, double value,
                                uint32_t nan) {
  uint32_t sign = signOf(layout, value);
  if (std::isnan(value))
    return sign | nan;
  if (std::isinf(value))
    return sign | layout.maxCode;
  uint64_t code = encodeMagnitude(layout, value);
  return sign |
         static_cast<uint32_t>(code < layout.maxCode ? code : layout.maxCode);
}

/// Encodes with overflow to infinity, whose code follows the largest one.
static uint32_t encodeWithInfinity(const FloatLayout &layout, double value) {
  uint32_t sign = signOf(layout, value);
  uint32_t infinity = layout.maxCode + 1;
  if (std::isnan(value))
    return sign | infinity | (1u << (layout.mantissaBits - 1));
  if (std::isinf(value))
    return sign | infinity;
  uint64_t code = encodeMagnitude(layout, value);
  return sign | static_cast<uint32_t>(code < infinity ? code : infinity);
}

uint8_t dgemm::reference::encodeE2M1(double value) {
  return static_cast<uint8_t>(
      encodeSaturated(layoutE2M1, value, layoutE2M1.maxCode));
}
uint8_t dgemm::reference::encodeE4M3(double value) {
  return static_cast<uint8_t>(encodeSaturated(layoutE4M3, value, 0x7f));
}
uint8_t dgemm::reference::encodeE5M2(double value) {
  return static_cast<uint8_t>(encodeSaturated(layoutE5M2, value, 0x7f));
}
uint16_t dgemm::reference::encodeBF16(double value) {
  return static_cast<uint16_t>(encodeWithInfinity(layoutBF16, value));
}
uint16_t dgemm::reference::encodeF16(double value) {
  return static_cast<uint16_t>(encodeWithInfinity(layoutF16, value));
}

uint8_t dgemm::reference::encodeE8M0(double value) {
  if (std::isnan(value))
    return 0xff;
  if (!(value > 0))
    return 0;
  if (std::isinf(value))
    return 0xfe;
  int exponent;
  double fraction =
      std::frexp(value, &exponent); // value = fraction * 2^exponent
  int code = exponent - 1 + 127 + (fraction >= 0.75 ? 1 : 0);
  if (code < 0)
    return 0;
  return static_cast<uint8_t>(code > 0xfe ? 0xfe : code);
}

float dgemm::reference::roundToTF32(float value) {
  uint32_t bits = bitsOf(value);
  if ((bits & 0x7f800000u) == 0x7f800000u)
    return value;
  uint32_t odd = (bits >> 13) & 1;
  return floatOf((bits + 0xfff + odd) & ~0x1fffu);
}

uint8_t dgemm::reference::exponentByte(float scale) {
  return static_cast<uint8_t>(bitsOf(scale) >> 23);
}

bool dgemm::reference::isPowerOfTwo(float scale) {
  uint32_t bits = bitsOf(scale);
  uint32_t exponent = bits >> 23; // includes the sign
  return (bits & 0x7fffff) == 0 && exponent >= 1 && exponent <= 0xfe;
}

static double halfUlp(const FloatLayout &layout, double value) {
  int exponent = 1 - layout.bias;
  if (value != 0 && std::isfinite(value)) {
    int own = std::ilogb(value);
    exponent = own > exponent ? own : exponent;
  }
  return std::ldexp(0.5, exponent - layout.mantissaBits);
}

double dgemm::reference::halfUlp(ElementType type, double value) {
  switch (type) {
  case ElementType::F4E2M1FN:
    return ::halfUlp(layoutE2M1, value);
  case ElementType::F8E4M3FN:
    return ::halfUlp(layoutE4M3, value);
  case ElementType::F8E5M2:
    return ::halfUlp(layoutE5M2, value);
  case ElementType::BF16:
    return ::halfUlp(layoutBF16, value);
  case ElementType::F16:
    return ::halfUlp(layoutF16, value);
  case ElementType::F32:
    return ::halfUlp(layoutF32, value);
  default:
    return 0;
  }
}

//===----------------------------------------------------------------------===//
// Elements in memory
//===----------------------------------------------------------------------===//

unsigned dgemm::reference::bitWidth(ElementType type) {
  switch (type) {
  case ElementType::F4E2M1FN:
    return 4;
  case ElementType::F8E4M3FN:
  case ElementType::F8E5M2:
  case ElementType::F8E8M0FNU:
  case ElementType::I8:
    return 8;
  case ElementType::BF16:
  case ElementType::F16:
    return 16;
  case ElementType::F32:
  case ElementType::I32:
    return 32;
  case ElementType::F64:
  case ElementType::I64:
    return 64;
  }
  return 0;
}

const char *dgemm::reference::name(ElementType type) {
  switch (type) {
  case ElementType::F4E2M1FN:
    return "f4E2M1FN";
  case ElementType::F8E4M3FN:
    return "f8E4M3FN";
  case ElementType::F8E5M2:
    return "f8E5M2";
  case ElementType::F8E8M0FNU:
    return "f8E8M0FNU";
  case ElementType::BF16:
    return "bf16";
  case ElementType::F16:
    return "f16";
  case ElementType::F32:
    return "f32";
  case ElementType::F64:
    return "f64";
  case ElementType::I8:
    return "i8";
  case ElementType::I32:
    return "i32";
  case ElementType::I64:
    return "i64";
  }
  return "unknown";
}

bool dgemm::reference::isFloat(ElementType type) {
  return type != ElementType::I8 && type != ElementType::I32 &&
         type != ElementType::I64;
}

template <typename T> static T loadAs(const uint8_t *data, int64_t index) {
  T value;
  std::memcpy(&value, data + index * static_cast<int64_t>(sizeof(T)),
              sizeof(T));
  return value;
}

uint64_t dgemm::reference::loadBits(ElementType type, const uint8_t *data,
                                    int64_t index) {
  switch (bitWidth(type)) {
  case 4:
    return (data[index >> 1] >> ((index & 1) * 4)) & 15;
  case 8:
    return data[index];
  case 16:
    return loadAs<uint16_t>(data, index);
  case 32:
    return loadAs<uint32_t>(data, index);
  default:
    return loadAs<uint64_t>(data, index);
  }
}

void dgemm::reference::storeBits(ElementType type, uint8_t *data, int64_t index,
                                 uint64_t bits) {
  if (type == ElementType::F4E2M1FN) {
    int shift = (index & 1) * 4;
    uint8_t &byte = data[index >> 1];
    byte = static_cast<uint8_t>((byte & ~(15 << shift)) | (bits & 15) << shift);
    return;
  }
  int64_t bytes = bitWidth(type) / 8;
  // Little-endian, as every machine that this project supports.
  std::memcpy(data + index * bytes, &bits, static_cast<size_t>(bytes));
}

static double decodeBits(ElementType type, uint64_t bits) {
  switch (type) {
  case ElementType::F4E2M1FN:
    return tableE2M1()[bits & 15];
  case ElementType::F8E4M3FN:
    return tableE4M3()[bits & 255];
  case ElementType::F8E5M2:
    return tableE5M2()[bits & 255];
  case ElementType::F8E8M0FNU:
    return tableE8M0()[bits & 255];
  case ElementType::BF16:
    return decodeBF16(static_cast<uint16_t>(bits));
  case ElementType::F16:
    return decodeF16(static_cast<uint16_t>(bits));
  case ElementType::F32:
    return floatOf(static_cast<uint32_t>(bits));
  case ElementType::F64: {
    double value;
    std::memcpy(&value, &bits, sizeof(value));
    return value;
  }
  case ElementType::I8:
    return static_cast<int8_t>(bits);
  case ElementType::I32:
    return static_cast<int32_t>(bits);
  case ElementType::I64:
    return static_cast<double>(static_cast<int64_t>(bits));
  }
  return 0;
}

double dgemm::reference::loadElement(ElementType type, const uint8_t *data,
                                     int64_t index) {
  return decodeBits(type, loadBits(type, data, index));
}

static uint64_t encodeBits(ElementType type, double value) {
  switch (type) {
  case ElementType::F4E2M1FN:
    return encodeE2M1(value);
  case ElementType::F8E4M3FN:
    return encodeE4M3(value);
  case ElementType::F8E5M2:
    return encodeE5M2(value);
  case ElementType::F8E8M0FNU:
    return encodeE8M0(value);
  case ElementType::BF16:
    return encodeBF16(value);
  case ElementType::F16:
    return encodeF16(value);
  case ElementType::F32:
    return encodeWithInfinity(layoutF32, value);
  case ElementType::F64:
    return bitsOf(value);
  case ElementType::I8:
  case ElementType::I32:
  case ElementType::I64:
    return static_cast<uint64_t>(static_cast<int64_t>(value));
  }
  return 0;
}

void dgemm::reference::storeElement(ElementType type, uint8_t *data,
                                    int64_t index, double value) {
  storeBits(type, data, index, encodeBits(type, value));
}

void dgemm::reference::decodeStrided(ElementType type, const uint8_t *data,
                                     int64_t index, int64_t stride,
                                     int64_t count, double *out) {
  // The two common 8-bit cases without a switch per element.
  const std::array<double, 256> *bytes = nullptr;
  if (type == ElementType::F8E4M3FN)
    bytes = &tableE4M3();
  else if (type == ElementType::F8E8M0FNU)
    bytes = &tableE8M0();
  for (int64_t i = 0; i < count; ++i) {
    int64_t position = index + i * stride;
    out[i] = bytes ? (*bytes)[data[position]]
                   : decodeBits(type, loadBits(type, data, position));
  }
}
