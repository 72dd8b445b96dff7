//===- Formats.h - Number formats, bit by bit -------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_REFERENCE_FORMATS_H
#define DGEMM_REFERENCE_FORMATS_H

// Exact decoding of every stored format to f64, and encoding with round to
// nearest, ties to even. f64 holds every value of every format here exactly.

#include <cstdint>

namespace dgemm::reference {

/// Element types of tensors. Two f4 elements share a byte: the element with the
/// even index sits in the low nibble.
enum class ElementType : uint8_t {
  F4E2M1FN,
  F8E4M3FN,
  F8E5M2,
  F8E8M0FNU,
  BF16,
  F16,
  F32,
  F64,
  I8,
  I32,
  I64
};

/// Width of one element in bits.
unsigned bitWidth(ElementType type);
/// The name that MLIR prints, e.g. "f8E4M3FN".
const char *name(ElementType type);
bool isFloat(ElementType type);

//===----------------------------------------------------------------------===//
// Decoding. Every bit pattern is legal input; NaN and infinity decode to
// themselves.
//===----------------------------------------------------------------------===//

double decodeE2M1(uint8_t code); // the low four bits
double decodeE4M3(uint8_t code);
double decodeE5M2(uint8_t code);
double decodeE8M0(uint8_t code); // 2^(code - 127), 0xFF is NaN
double decodeBF16(uint16_t code);
double decodeF16(uint16_t code);

//===----------------------------------------------------------------------===//
// Encoding: nearest, ties to even. Formats without infinity (e2m1, e4m3)
// saturate at their largest value, and so does e5m2 (as conversions on GPUs do
// with .satfinite); bf16 and f16 overflow to infinity. e2m1 has no NaN and
// encodes it as its largest value.
//===----------------------------------------------------------------------===//

/// Layout of a small float: sign, exponent, mantissa, from the top.
struct FloatLayout {
  int exponentBits;
  int mantissaBits;
  int bias;
  /// The largest finite code without its sign. The next one is infinity if
  /// there is one, and every code above is NaN.
  uint32_t maxCode;
  bool hasInfinity;

  uint32_t signBit() const { return 1u << (exponentBits + mantissaBits); }
};

inline constexpr FloatLayout layoutE2M1 = {2, 1, 1, 0x7, false};
inline constexpr FloatLayout layoutE2M3 = {2, 3, 1, 0x1f, false};
inline constexpr FloatLayout layoutE3M2 = {3, 2, 3, 0x1f, false};
inline constexpr FloatLayout layoutE4M3 = {4, 3, 7, 0x7e, false};
inline constexpr FloatLayout layoutE5M2 = {5, 2, 15, 0x7b, true};
inline constexpr FloatLayout layoutBF16 = {8, 7, 127, 0x7f7f, true};
inline constexpr FloatLayout layoutF16 = {5, 10, 15, 0x7bff, true};
inline constexpr FloatLayout layoutTF32 = {8, 10, 127, 0x3fbff, true};
inline constexpr FloatLayout layoutF32 = {8, 23, 127, 0x7f7fffff, true};

enum class Rounding : uint8_t {
  NearestEven,
  NearestAway, // ties away from zero
  TowardsZero,
  Down,
  Up
};

/// The value of any code; bits above the sign are ignored.
double decodeFloat(const FloatLayout &layout, uint32_t code);
/// Rounds a finite magnitude to a code without a sign, as the value that is
/// `negative` or not. The result may exceed the largest finite code: the caller
/// decides what overflow means.
uint64_t roundMagnitude(const FloatLayout &layout, double magnitude,
                        bool negative, Rounding rounding);

uint8_t encodeE2M1(double value);
uint8_t encodeE4M3(double value);
uint8_t encodeE5M2(double value);
/// The nearest power of two, ties upwards; 0 and below encode as 0 (2^-127).
uint8_t encodeE8M0(double value);
uint16_t encodeBF16(double value);
uint16_t encodeF16(double value);

/// The nearest TF32 value: f32 with 10 mantissa bits.
float roundToTF32(float value);

/// The exponent byte of a scale: bits 23..30 of the f32 pattern.
uint8_t exponentByte(float scale);
/// Is this f32 a positive, normal power of two, i.e. exact in UE8M0?
bool isPowerOfTwo(float scale);

/// Half of the distance between `value` and the next larger representable
/// magnitude of `type`: the largest rounding error of a store. Floats only.
double halfUlp(ElementType type, double value);

/// Element `index` of the array at `data`, as f64 (integers are exact up to
/// 2^53). For f4 the index counts nibbles.
double loadElement(ElementType type, const uint8_t *data, int64_t index);
/// Stores `value`, rounded as the encoders above say. Integers truncate.
void storeElement(ElementType type, uint8_t *data, int64_t index, double value);
/// The bits of an element, zero-extended.
uint64_t loadBits(ElementType type, const uint8_t *data, int64_t index);
void storeBits(ElementType type, uint8_t *data, int64_t index, uint64_t bits);

/// Decodes `count` elements that lie `stride` elements apart.
void decodeStrided(ElementType type, const uint8_t *data, int64_t index,
                   int64_t stride, int64_t count, double *out);

} // namespace dgemm::reference

#endif // DGEMM_REFERENCE_FORMATS_H
