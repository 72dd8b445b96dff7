//===- ExecFloat.cpp - Floating-point arithmetic --------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cta.h"
#include "FloatSupport.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace dgemm::sim;

namespace {

template <typename T> T decode(uint64_t bits);
template <> float decode<float>(uint64_t bits) { return asFloat(bits); }
template <> double decode<double>(uint64_t bits) { return asDouble(bits); }

/// Subnormals become zero of the same sign.
template <typename T> T flush(T value) {
  return std::fpclassify(value) == FP_SUBNORMAL ? std::copysign(T(0), value)
                                                : value;
}

/// min and max: -0 is below +0; a NaN loses unless `keepNaN`.
template <typename T> T extremum(T a, T b, bool maximum, bool keepNaN) {
  if (std::isnan(a) || std::isnan(b)) {
    if (keepNaN || (std::isnan(a) && std::isnan(b)))
      return std::numeric_limits<T>::quiet_NaN();
    return std::isnan(a) ? b : a;
  }
  if (a == b)
    return std::signbit(a) == maximum ? b : a;
  return (a < b) == maximum ? b : a;
}

/// min and max of two or three sources. With .abs the magnitudes compare; with
/// .xorsign the result's sign is the product of those of the sources.
template <typename T>
T extremum(const Instruction &instruction, T a, T b, T c) {
  bool maximum = instruction.op == Op::Max, keep = instruction.has(FlagNan);
  bool sign = std::signbit(a) != std::signbit(b);
  if (instruction.has(FlagAbs))
    a = std::fabs(a), b = std::fabs(b), c = std::fabs(c);
  T result = extremum(a, b, maximum, keep);
  if (instruction.numOperands > 3)
    result = extremum(result, c, maximum, keep);
  return instruction.has(FlagXorSign) ? std::copysign(result, sign ? T(-1) : 1)
                                      : result;
}

/// sin.approx and cos.approx: the hardware takes turns, of which the sources
/// become a number first, towards zero, so that large sources keep little of
/// their angle and subnormal turns are zero.
template <typename T> double angle(T source) {
  float turns = 0;
  {
    RoundingScope scope(Round::Rz);
    turns = static_cast<float>(source) * 0.15915494f;
  }
  turns = flush(turns);
  double part = double(turns) - std::nearbyint(double(turns));
  return std::copysign(part, part == 0 ? double(turns) : part) *
         6.283185307179586;
}

/// div.approx multiplies by a reciprocal, which for divisors above 2^126 is
/// flushed to zero.
template <typename T>
T divide(const Instruction &instruction, T dividend, T divisor) {
  bool multiplies = instruction.has(FlagApprox);
  return multiplies && sizeof(T) == 4 && std::fabs(divisor) > T(0x1p126f)
             ? dividend * std::copysign(T(0), divisor)
             : dividend / divisor;
}

/// One lane. False for an instruction that floats do not have.
template <typename T>
bool compute(const Instruction &instruction, T a, T b, T c, T &result) {
  switch (instruction.op) {
  case Op::Add:
    result = a + b;
    return true;
  case Op::Sub:
    result = a - b;
    return true;
  case Op::Mul:
    result = a * b;
    return true;
  case Op::Fma:
  case Op::Mad:
    result = std::fma(a, b, c);
    return true;
  case Op::Div:
    result = divide(instruction, a, b);
    return true;
  case Op::Abs:
    result = std::fabs(a);
    return true;
  case Op::Neg:
    result = -a;
    return true;
  case Op::Min:
  case Op::Max:
    result = extremum(instruction, a, b, c);
    return true;
  case Op::Rcp:
    result = T(1) / a;
    return true;
  case Op::Sqrt:
    result = std::sqrt(a);
    return true;
  case Op::Rsqrt:
    result = T(1) / std::sqrt(a);
    return true;
  case Op::Ex2:
    result = std::exp2(a);
    return true;
  case Op::Lg2:
    result = std::log2(a);
    return true;
  case Op::Sin:
    result = static_cast<T>(std::sin(angle(a)));
    return true;
  case Op::Cos:
    result = static_cast<T>(std::cos(angle(a)));
    return true;
  case Op::Tanh:
    result = std::tanh(a);
    return true;
  case Op::Copysign:
    // PTX takes the sign of the first source.
    result = std::copysign(b, a);
    return true;
  default:
    return false;
  }
}

} // namespace

/// rcp and rsqrt of f64 are approximations of the upper word of the source,
/// and the lower word of the result is zero.
static bool isUpperWord(const Instruction &instruction) {
  return instruction.has(FlagApprox) &&
         (instruction.op == Op::Rcp || instruction.op == Op::Rsqrt);
}
static double upperWord(double value) {
  return asDouble(bitsOf(value) & ~uint64_t(0xffffffffu));
}
static float upperWord(float value) { return value; }

/// Is the result below the normal numbers? `result` is the smallest of them,
/// perhaps because it was rounded among subnormal numbers: with the exponent
/// out of their reach it shows.
template <typename T>
static bool isTiny(const Instruction &instruction, T a, T b, T c) {
  const T scale = T(0x1p64f), limit = std::numeric_limits<T>::min() * scale;
  if (instruction.op == Op::Div || instruction.op == Op::Rcp) {
    T dividend = instruction.op == Op::Div ? a : T(1);
    T divisor = instruction.op == Op::Div ? b : a;
    return std::fabs(dividend * scale / divisor) < limit;
  }
  if (instruction.op != Op::Mul && instruction.op != Op::Fma)
    return false;
  T small = std::fabs(a) < std::fabs(b) ? a : b;
  T large = std::fabs(a) < std::fabs(b) ? b : a;
  T product = instruction.op == Op::Mul
                  ? small * scale * large
                  : std::fma(small * scale, large, c * scale);
  return std::fabs(product) < limit;
}

/// Results that are NaN: of f32 they are all the same, f64 keeps the last
/// source that is one.
static uint64_t resultBits(const Instruction &instruction, const float *,
                           float result) {
  bool bits = instruction.op == Op::Copysign;
  return std::isnan(result) && !bits ? canonicalNaN : bitsOf(result);
}
static uint64_t resultBits(const Instruction &instruction,
                           const double *sources, double result) {
  if (!std::isnan(result))
    return bitsOf(result);
  switch (instruction.op) {
  case Op::Neg:
  case Op::Abs:
    return bitsOf(sources[0]) | uint64_t(1) << 51;
  case Op::Add:
  case Op::Sub:
  case Op::Mul:
  case Op::Fma:
  case Op::Mad:
  case Op::Min:
  case Op::Max:
    break;
  default:
    return isUpperWord(instruction) ? 0x7fffffff00000000u : bitsOf(result);
  }
  bool three = instruction.op == Op::Fma || instruction.op == Op::Mad;
  for (unsigned i : {1u, 2u, 0u})
    if ((i != 2 || three) && std::isnan(sources[i]))
      return bitsOf(sources[i]) | uint64_t(1) << 51;
  return 0xfff8000000000000u;
}

/// One lane, from bits to bits. `supported` stays as it is, or becomes false.
template <typename T>
static uint64_t computeLane(const Instruction &instruction, const T *sources,
                            bool &supported) {
  T a = sources[0], b = sources[1], c = sources[2];
  bool ftz = instruction.has(FlagFtz), upper = isUpperWord(instruction);
  if (ftz)
    a = flush(a), b = flush(b), c = flush(c);
  if (upper)
    a = upperWord(a);
  T result = 0;
  supported &= compute(instruction, a, b, c, result);
  if (upper)
    result = upperWord(result);
  if (ftz && std::fabs(result) == std::numeric_limits<T>::min() &&
      isTiny(instruction, a, b, c))
    result = std::copysign(T(0), result);
  if (ftz)
    result = flush(result);
  if (instruction.has(FlagSat))
    result = result > 0 ? std::min(result, T(1)) : T(0); // NaN too
  if (instruction.has(FlagRelu) && result <= 0)
    result = 0;
  return resultBits(instruction, sources, result);
}

std::string dgemm::sim::describeUnsupported(const std::string &opcode) {
  return "'" + opcode +
         "' is known for other types or forms only; rewrite it in terms of "
         "instructions of docs/Simulator.md, or run the kernel on a GPU";
}

/// Which sources of add, sub and fma with an f16 or bf16 type are of that type.
static bool isNarrowSource(const Instruction &instruction, uint32_t index) {
  if (instruction.sourceType == instruction.type)
    return false;
  return index == 1 || (index == 2 && instruction.op == Op::Fma);
}

template <typename T> void Cta::executeFloat(uint32_t mask) {
  Lanes sources[3] = {};
  uint32_t defined = ~0u;
  Type narrow = instruction_->sourceType;
  for (uint32_t i = 1; i < std::min(numOperands(), 4u); ++i) {
    bool widen = isNarrowSource(*instruction_, i);
    fetch(operand(i), widen ? narrow : instruction_->type, sources[i - 1]);
    for (uint32_t lane = 0; widen && lane < 32; ++lane)
      sources[i - 1][lane] =
          bitsOf(static_cast<T>(decodeNarrow(narrow, sources[i - 1][lane])));
    defined &= definedLanes(operand(i));
  }
  bool supported = true;
  RoundingScope rounding(instruction_->round);
  for (uint32_t lane = 0; lane < 32; ++lane) {
    T values[3];
    for (unsigned i = 0; i < 3; ++i)
      values[i] = decode<T>(sources[i][lane]);
    sources[0][lane] = computeLane(*instruction_, values, supported);
  }
  if (!supported)
    return fault(
        "unsupported",
        describeUnsupported(context_.program.opcodes[instruction_->text]));
  write(operand(0), sources[0], mask, defined);
}

template void Cta::executeFloat<float>(uint32_t);
template void Cta::executeFloat<double>(uint32_t);

/// f32x2: two f32 in 64 bits.
void Cta::executeFloatPair(uint32_t mask) {
  Lanes sources[3] = {};
  uint32_t defined = ~0u;
  for (uint32_t i = 1; i < std::min(numOperands(), 4u); ++i) {
    fetch(operand(i), Type::B64, sources[i - 1]);
    defined &= definedLanes(operand(i));
  }
  bool supported = true;
  RoundingScope rounding(instruction_->round);
  for (uint32_t lane = 0; lane < 32; ++lane) {
    uint64_t packed = 0;
    for (unsigned shift : {0u, 32u}) {
      float values[3];
      for (unsigned i = 0; i < 3; ++i)
        values[i] = asFloat(sources[i][lane] >> shift);
      packed |= computeLane(*instruction_, values, supported) << shift;
    }
    sources[0][lane] = packed;
  }
  if (!supported)
    return fault(
        "unsupported",
        describeUnsupported(context_.program.opcodes[instruction_->text]));
  write(operand(0), sources[0], mask, defined);
}

/// One f16 or bf16: computed in f64 so that rounding once more is right.
static uint64_t computeHalf(const Instruction &instruction, Type type,
                            const uint64_t *codes, bool &supported) {
  double values[3];
  double normal = type == Type::F16 ? 0x1p-14 : 0x1p-126;
  uint64_t infinity = type == Type::F16 ? 0x7c00 : 0x7f80;
  auto flushHalf = [&](double value) {
    return instruction.has(FlagFtz) && std::fabs(value) < normal
               ? std::copysign(0.0, value)
               : value;
  };
  for (unsigned i = 0; i < 3; ++i)
    values[i] = flushHalf(decodeNarrow(type, codes[i]));
  double a = values[0], b = values[1], c = values[2], result = 0;
  switch (instruction.op) {
  case Op::Add:
    result = addToOdd(a, b);
    break;
  case Op::Sub:
    result = addToOdd(a, -b);
    break;
  case Op::Fma:
    result = addToOdd(a * b, c); // the product is exact
    break;
  case Op::Neg:
  case Op::Abs:
    if ((codes[0] & 0x7fff) > infinity)
      return 0x7fff;
    result = instruction.op == Op::Neg ? -a : std::fabs(a);
    break;
  default:
    supported &= compute(instruction, a, b, c, result);
    break;
  }
  if (instruction.has(FlagSat))
    result = result > 0 ? std::min(result, 1.0) : 0; // NaN too
  if (instruction.has(FlagRelu) && result <= 0)
    result = 0;
  uint64_t code = encodeNarrow(type, result, Round::Rn, false);
  // What would round to the smallest normal number without subnormal ones is
  // none of them.
  double ulp = type == Type::F16 ? 0x1p-11 : 0x1p-8;
  bool tiny = std::fabs(result) < normal * (1 - ulp / 2);
  return instruction.has(FlagFtz) && tiny ? code & 0x8000 : code;
}

/// f16 and bf16, one or two to a register.
void Cta::executeHalf(uint32_t mask) {
  Type type = instruction_->type;
  unsigned bits = 0;
  Type part = pairElement(type, bits);
  bool pair = part != Type::None;
  Lanes sources[3] = {};
  uint32_t defined = ~0u;
  for (uint32_t i = 1; i < std::min(numOperands(), 4u); ++i) {
    fetch(operand(i), type, sources[i - 1]);
    defined &= definedLanes(operand(i));
  }
  bool supported = true;
  for (uint32_t lane = 0; lane < 32; ++lane) {
    uint64_t packed = 0;
    for (unsigned shift = 0; shift < (pair ? 32u : 16u); shift += 16) {
      uint64_t codes[3];
      for (unsigned i = 0; i < 3; ++i)
        codes[i] = (sources[i][lane] >> shift) & 0xffff;
      packed |= computeHalf(*instruction_, pair ? part : type, codes, supported)
                << shift;
    }
    sources[0][lane] = packed;
  }
  if (!supported)
    return fault(
        "unsupported",
        describeUnsupported(context_.program.opcodes[instruction_->text]));
  write(operand(0), sources[0], mask, defined);
}
