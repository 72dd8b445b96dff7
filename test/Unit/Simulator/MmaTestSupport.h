//===- MmaTestSupport.h - One mma.sync from first principles ----*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_TEST_UNIT_SIMULATOR_MMATESTSUPPORT_H
#define DGEMM_TEST_UNIT_SIMULATOR_MMATESTSUPPORT_H

// Operands as matrices of codes. They are put into registers by the inverse of
// the fragment formulas (owner of an element, where the library enumerates the
// elements of an owner), and the result is computed in long double from values
// that are decoded here.

#include "SimTestSupport.h"
#include "dgemm/Reference/Formats.h"
#include "dgemm/Simulator/Matrix.h"

#include <cmath>
#include <cstring>
#include <limits>

namespace dgemm::sim::test {

struct Format {
  unsigned exponentBits, mantissaBits;
  int bias;
};

inline Format formatOf(MatrixType type) {
  switch (type) {
  case MatrixType::BF16:
    return {8, 7, 127};
  case MatrixType::F16:
    return {5, 10, 15};
  case MatrixType::TF32:
    return {8, 10, 127};
  case MatrixType::E4M3:
    return {4, 3, 7};
  case MatrixType::E5M2:
    return {5, 2, 15};
  case MatrixType::E3M2:
    return {3, 2, 3};
  case MatrixType::E2M3:
    return {2, 3, 1};
  case MatrixType::E2M1:
    return {2, 1, 1};
  }
  return {};
}

inline unsigned codeBits(MatrixType type) {
  Format f = formatOf(type);
  return 1 + f.exponentBits + f.mantissaBits;
}

inline long double decode(MatrixType type, uint32_t code) {
  Format f = formatOf(type);
  uint32_t mantissa = code & ((1u << f.mantissaBits) - 1);
  uint32_t top = (1u << f.exponentBits) - 1;
  uint32_t exponent = code >> f.mantissaBits & top;
  long double sign = code >> (f.exponentBits + f.mantissaBits) & 1 ? -1 : 1;
  bool hasInfinity = type == MatrixType::E5M2 || type < MatrixType::E4M3;
  if (hasInfinity && exponent == top)
    return mantissa ? std::numeric_limits<long double>::quiet_NaN()
                    : sign * std::numeric_limits<long double>::infinity();
  if (type == MatrixType::E4M3 && (code & 0x7F) == 0x7F)
    return std::numeric_limits<long double>::quiet_NaN();
  int shift = static_cast<int>(f.mantissaBits) + f.bias;
  if (exponent == 0)
    return sign * std::ldexp(static_cast<long double>(mantissa), 1 - shift);
  return sign *
         std::ldexp(static_cast<long double>(mantissa + (1u << f.mantissaBits)),
                    static_cast<int>(exponent) - shift);
}

inline long double decodeScale(ScaleType type, uint8_t code) {
  if (type == ScaleType::UE4M3)
    return decode(MatrixType::E4M3, code);
  return code == 0xFF ? std::numeric_limits<long double>::quiet_NaN()
                      : std::ldexp(1.0L, code - 127);
}

struct Registers {
  WarpRegister a[4], b[2], c[4], scaleA, scaleB;
};

struct Problem {
  MmaOp op;
  uint32_t a[16][64] = {}, b[64][8] = {};
  float c[16][8] = {};
  uint8_t scaleA[16][4] = {}, scaleB[8][4] = {};
  ScaleSelector select;

  /// Finite codes of any magnitude.
  void randomize(Stream &random) {
    auto finite = [&](MatrixType type) {
      while (true) {
        uint32_t code = random.word() & ((1u << codeBits(type)) - 1);
        long double value = decode(type, code);
        // Keeps sums of bf16 and tf32 products far from f32's limits.
        if (std::isfinite(value) && std::fabs(value) < 0x1p40L)
          return code;
      }
    };
    for (auto &row : a)
      for (uint32_t &code : row)
        code = finite(op.a);
    for (auto &row : b)
      for (uint32_t &code : row)
        code = finite(op.b);
    for (auto &row : c)
      for (float &value : row)
        value = static_cast<float>(random.integer(-4096, 4096)) / 64;
    auto scale = [&] {
      return static_cast<uint8_t>(op.scaleType == ScaleType::UE8M0
                                      ? random.integer(117, 137)
                                      : random.integer(0, 126));
    };
    for (auto &row : scaleA)
      for (uint8_t &code : row)
        code = scale();
    for (auto &row : scaleB)
      for (uint8_t &code : row)
        code = scale();
  }

  unsigned width() const { return op.containerBits(); }

  uint32_t container(MatrixType type, uint32_t code) const {
    if (type == MatrixType::E2M1 && width() == 8)
      return code << 2;
    return type == MatrixType::TF32 ? code << 13 : code;
  }

  /// Registers and lanes that hold no operand get random bits.
  void pack(Stream &random, Registers &out) const {
    auto scramble = [&](WarpRegister &reg) {
      for (uint32_t &word : reg)
        word = random.word();
    };
    for (WarpRegister &reg : out.a)
      scramble(reg);
    for (WarpRegister &reg : out.b)
      scramble(reg);
    for (WarpRegister &reg : out.c)
      scramble(reg);
    scramble(out.scaleA);
    scramble(out.scaleB);
    unsigned perRegister = 32 / width();
    auto place = [&](WarpRegister *regs, unsigned reg, unsigned lane,
                     unsigned element, uint32_t value) {
      uint64_t mask = ((uint64_t(1) << width()) - 1) << (element * width());
      uint32_t &word = regs[reg][lane];
      word = static_cast<uint32_t>((word & ~mask) | uint64_t(value)
                                                        << (element * width()));
    };
    for (unsigned k = 0; k < op.k; ++k) {
      unsigned t = k % (4 * perRegister) / perRegister;
      unsigned group = k / (4 * perRegister);
      for (unsigned m = 0; m < 16; ++m)
        place(out.a, m / 8 + 2 * group, 4 * (m % 8) + t, k % perRegister,
              container(op.a, a[m][k]));
      for (unsigned n = 0; n < 8; ++n)
        place(out.b, group, 4 * n + t, k % perRegister,
              container(op.b, b[k][n]));
    }
    packAccumulators(out);
    if (op.isScaled())
      packScales(out);
  }

  void packAccumulators(Registers &out) const {
    for (unsigned m = 0; m < 16; ++m)
      for (unsigned n = 0; n < 8; ++n) {
        unsigned lane = 4 * (m % 8) + n / 2;
        if (op.accumulator == AccumulatorType::F32) {
          std::memcpy(&out.c[2 * (m / 8) + n % 2][lane], &c[m][n], 4);
          continue;
        }
        uint32_t &word = out.c[m / 8][lane];
        uint32_t half = reference::encodeF16(c[m][n]);
        word =
            n % 2 ? (word & 0xFFFF) | half << 16 : (word & 0xFFFF0000) | half;
      }
  }

  void packScales(Registers &out) const {
    auto place = [](uint32_t &word, unsigned byte, uint8_t value) {
      word = (word & ~(0xFFu << (8 * byte))) | uint32_t(value) << (8 * byte);
    };
    for (unsigned j = 0; j < op.scaleVector; ++j) {
      for (unsigned m = 0; m < 16; ++m)
        place(out.scaleA[4 * (m % 8) + 2 * select.threadA + m / 8],
              select.byteA + j, scaleA[m][j]);
      for (unsigned n = 0; n < 8; ++n)
        place(out.scaleB[4 * n + select.threadB], select.byteB + j,
              scaleB[n][j]);
    }
  }

  /// C of one output as the instruction sees it.
  long double accumulator(unsigned m, unsigned n) const {
    if (op.accumulator == AccumulatorType::F16)
      return reference::decodeF16(reference::encodeF16(c[m][n]));
    return c[m][n];
  }

  /// The exact result (to long double), and the sum of magnitudes.
  long double expected(unsigned m, unsigned n, long double &magnitude) const {
    long double sum = accumulator(m, n);
    magnitude = std::fabs(sum);
    for (unsigned k = 0; k < op.k; ++k) {
      long double product = decode(op.a, a[m][k]) * decode(op.b, b[k][n]);
      if (op.isScaled()) {
        unsigned j = k / (op.k / op.scaleVector);
        product *= decodeScale(op.scaleType, scaleA[m][j]) *
                   decodeScale(op.scaleType, scaleB[n][j]);
      }
      sum += product;
      magnitude += std::fabs(product);
    }
    return sum;
  }
};

/// Runs the instruction and returns D[m][n] as f64.
struct Result {
  double d[16][8];
  WarpRegister regs[4];
};

inline void run(const MmaOp &op, const ScaleSelector &select,
                const Registers &in, Result &out) {
  MmaScales scales;
  scales.a = &in.scaleA;
  scales.b = &in.scaleB;
  scales.select = select;
  mma(op, in.a, in.b, in.c, out.regs, op.isScaled() ? &scales : nullptr);
  for (unsigned m = 0; m < 16; ++m)
    for (unsigned n = 0; n < 8; ++n) {
      unsigned lane = 4 * (m % 8) + n / 2;
      if (op.accumulator == AccumulatorType::F32) {
        float value;
        std::memcpy(&value, &out.regs[2 * (m / 8) + n % 2][lane], 4);
        out.d[m][n] = value;
        continue;
      }
      out.d[m][n] = reference::decodeF16(
          static_cast<uint16_t>(out.regs[m / 8][lane] >> (16 * (n % 2))));
    }
}

/// Packs, runs and compares: one rounding to the output, and what the
/// summation in f64 may lose.
inline void expectRight(const Problem &problem, Stream &random) {
  Registers in;
  problem.pack(random, in);
  Result result;
  run(problem.op, problem.select, in, result);
  bool isF32 = problem.op.accumulator == AccumulatorType::F32;
  for (unsigned m = 0; m < 16; ++m)
    for (unsigned n = 0; n < 8; ++n) {
      long double magnitude;
      long double expected = problem.expected(m, n, magnitude);
      double actual = result.d[m][n];
      if (std::isnan(expected)) {
        ASSERT_TRUE(std::isnan(actual)) << m << ", " << n;
        continue;
      }
      if (!isF32 && std::fabs(expected) >= 65520) {
        ASSERT_TRUE(std::isinf(actual)) << m << ", " << n;
        continue;
      }
      double bound = reference::halfUlp(isF32 ? reference::ElementType::F32
                                              : reference::ElementType::F16,
                                        static_cast<double>(expected)) +
                     static_cast<double>(magnitude) * 0x1p-46;
      ASSERT_LE(std::fabs(static_cast<double>(actual - expected)), bound)
          << m << ", " << n << ": " << actual << " for "
          << static_cast<double>(expected);
    }
}

} // namespace dgemm::sim::test

#endif // DGEMM_TEST_UNIT_SIMULATOR_MMATESTSUPPORT_H
