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
    result = a / b;
    return true;
  case Op::Abs:
    result = std::fabs(a);
    return true;
  case Op::Neg:
    result = -a;
    return true;
  case Op::Min:
  case Op::Max:
    result =
        extremum(a, b, instruction.op == Op::Max, instruction.has(FlagNan));
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
    result = std::sin(a);
    return true;
  case Op::Cos:
    result = std::cos(a);
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

template <typename T> void Cta::executeFloat(uint32_t mask) {
  Lanes sources[3] = {};
  uint32_t defined = ~0u;
  for (uint32_t i = 1; i < std::min(numOperands(), 4u); ++i) {
    fetch(operand(i), instruction_->type, sources[i - 1]);
    defined &= definedLanes(operand(i));
  }
  bool ftz = instruction_->has(FlagFtz);
  bool supported = true;
  RoundingScope rounding(instruction_->round);
  for (uint32_t lane = 0; lane < 32; ++lane) {
    T a = decode<T>(sources[0][lane]), b = decode<T>(sources[1][lane]),
      c = decode<T>(sources[2][lane]);
    if (ftz)
      a = flush(a), b = flush(b), c = flush(c);
    T result = 0;
    supported &= compute(*instruction_, a, b, c, result);
    if (ftz)
      result = flush(result);
    if (instruction_->has(FlagSat))
      result = std::isnan(result) ? T(0) : std::clamp(result, T(0), T(1));
    bool sign = instruction_->op == Op::Neg || instruction_->op == Op::Abs ||
                instruction_->op == Op::Copysign;
    sources[0][lane] = sizeof(T) == 4 && std::isnan(result) && !sign
                           ? canonicalNaN
                           : bitsOf(result);
  }
  if (!supported)
    return fault("unsupported",
                 "'" + context_.program.opcodes[instruction_->text] +
                     "' is not supported");
  write(operand(0), sources[0], mask, defined);
}

template void Cta::executeFloat<float>(uint32_t);
template void Cta::executeFloat<double>(uint32_t);

/// f16 and bf16, one or two to a register: computed in f64, rounded once.
void Cta::executeHalf(uint32_t mask) {
  Type type = instruction_->type;
  bool pair = type == Type::F16x2 || type == Type::BF16x2;
  Type part = type == Type::F16x2    ? Type::F16
              : type == Type::BF16x2 ? Type::BF16
                                     : type;
  Lanes sources[3] = {};
  uint32_t defined = ~0u;
  for (uint32_t i = 1; i < std::min(numOperands(), 4u); ++i) {
    fetch(operand(i), type, sources[i - 1]);
    defined &= definedLanes(operand(i));
  }
  bool supported = true;
  for (uint32_t lane = 0; lane < 32; ++lane) {
    uint64_t packed = 0;
    for (unsigned half = 0; half < (pair ? 2u : 1u); ++half) {
      double values[3];
      for (unsigned i = 0; i < 3; ++i)
        values[i] = decodeNarrow(
            part,
            static_cast<uint32_t>(sources[i][lane] >> (16 * half)) & 0xffff);
      double result = 0;
      supported &=
          compute(*instruction_, values[0], values[1], values[2], result);
      if (instruction_->has(FlagSat))
        result = std::isnan(result) ? 0 : std::clamp(result, 0.0, 1.0);
      if (instruction_->has(FlagRelu))
        result = result < 0 ? 0 : result;
      packed |= uint64_t(encodeNarrow(part, result, Round::Rn, false))
                << (16 * half);
    }
    sources[0][lane] = packed;
  }
  if (!supported)
    return fault("unsupported",
                 "'" + context_.program.opcodes[instruction_->text] +
                     "' is not supported");
  write(operand(0), sources[0], mask, defined);
}
