//===- WgmmaTestSupport.h - One wgmma from first principles -----*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_TEST_UNIT_SIMULATOR_WGMMATESTSUPPORT_H
#define DGEMM_TEST_UNIT_SIMULATOR_WGMMATESTSUPPORT_H

#include "MmaTestSupport.h"
#include "dgemm/Simulator/Wgmma.h"

#include <array>

namespace dgemm::sim::test {

/// D of four warps, by row and column.
class Accumulators {
public:
  explicit Accumulators(const WgmmaOp &op)
      : op_(op), regs_(4 * size_t(op.registersD())) {
    for (unsigned w = 0; w < 4; ++w)
      warps[w] = reinterpret_cast<WarpRegister *>(
          regs_[w * size_t(op.registersD())].data());
  }

  // r[i]: m = 16 w + g + 8 ((i >> 1) & 1), n = 8 (i >> 2) + 2 t + (i & 1).
  template <typename Visit> void forEach(Visit visit) {
    for (unsigned w = 0; w < 4; ++w)
      for (unsigned i = 0; i < op_.n / 2; ++i)
        for (unsigned lane = 0; lane < 32; ++lane)
          visit(16 * w + lane / 4 + 8 * (i >> 1 & 1),
                8 * (i >> 2) + 2 * (lane % 4) + (i & 1), w, i, lane);
  }

  void set(const std::vector<float> &c) {
    forEach([&](unsigned m, unsigned n, unsigned w, unsigned i, unsigned lane) {
      float value = c[m * op_.n + n];
      if (op_.accumulator == AccumulatorType::F32) {
        std::memcpy(&warps[w][i][lane], &value, 4);
        return;
      }
      uint32_t &word = warps[w][i / 2][lane];
      uint32_t half = dgemm::reference::encodeF16(value);
      word = i & 1 ? (word & 0xFFFF) | half << 16 : half;
    });
  }

  std::vector<double> get() {
    std::vector<double> d(64 * op_.n);
    forEach([&](unsigned m, unsigned n, unsigned w, unsigned i, unsigned lane) {
      float value;
      if (op_.accumulator == AccumulatorType::F32) {
        std::memcpy(&value, &warps[w][i][lane], 4);
        d[m * op_.n + n] = value;
        return;
      }
      d[m * op_.n + n] = dgemm::reference::decodeF16(
          static_cast<uint16_t>(warps[w][i / 2][lane] >> (16 * (i & 1))));
    });
    return d;
  }

  WarpRegister *warps[4];

private:
  WgmmaOp op_;
  std::vector<std::array<uint32_t, 32>> regs_;
};

/// Codes of A [64][k] and B [n][k], and C.
struct Problem64 {
  WgmmaOp op;
  std::vector<uint32_t> a, b;
  std::vector<float> c;

  explicit Problem64(const WgmmaOp &op)
      : op(op), a(64 * op.k()), b(op.n * op.k()), c(64 * op.n) {}

  template <typename Next> void fill(Next next) {
    for (uint32_t &code : a)
      code = next(op.a);
    for (uint32_t &code : b)
      code = next(op.b);
  }
  long double valueA(unsigned m, unsigned k) const {
    return decode(op.a, a[m * op.k() + k]) * (op.negateA ? -1 : 1);
  }
  long double valueB(unsigned n, unsigned k) const {
    return decode(op.b, b[n * op.k() + k]) * (op.negateB ? -1 : 1);
  }
  double valueC(unsigned m, unsigned n) const {
    if (!op.accumulate)
      return 0;
    float value = c[m * op.n + n];
    return op.accumulator == AccumulatorType::F32
               ? value
               : dgemm::reference::decodeF16(
                     dgemm::reference::encodeF16(value));
  }
};

/// Bytes of an element as it lies in memory.
inline void putElement(uint8_t *to, MatrixType type, uint32_t code) {
  uint32_t word = type == MatrixType::TF32 ? code << 13 : code;
  std::memcpy(to, &word,
              type == MatrixType::TF32  ? 4
              : type <= MatrixType::F16 ? 2
                                        : 1);
}

inline std::vector<double> execute(const Problem64 &problem,
                                   const WgmmaOperands &operands) {
  Accumulators d(problem.op);
  d.set(problem.c);
  wgmma(problem.op, operands, d.warps);
  return d.get();
}

/// The pieces of an operand straight from the matrix, K-major.
inline std::vector<uint8_t> dense(const WgmmaOp &op, MatrixType type,
                                  const std::vector<uint32_t> &codes) {
  std::vector<uint8_t> bytes(codes.size() * op.elementBytes() + 4);
  for (size_t i = 0; i < codes.size(); ++i)
    putElement(&bytes[i * op.elementBytes()], type, codes[i]);
  return bytes;
}

inline std::vector<double> executeDense(const Problem64 &problem) {
  std::vector<uint8_t> a = dense(problem.op, problem.op.a, problem.a);
  std::vector<uint8_t> b = dense(problem.op, problem.op.b, problem.b);
  WgmmaOperands operands;
  operands.sharedA = a.data();
  operands.sharedB = b.data();
  return execute(problem, operands);
}

/// Codes of integers of magnitude up to 3: every sum is exact everywhere.
inline uint32_t smallInteger(Stream &random, MatrixType type) {
  long double value = random.integer(-3, 3);
  uint32_t code = 0;
  Format f = formatOf(type);
  if (value == 0)
    return 0;
  // 1, 2, 3 = 2^e (1 + m).
  int exponent = std::fabs(value) >= 2;
  code = static_cast<uint32_t>(exponent + f.bias) << f.mantissaBits;
  if (std::fabs(value) == 3)
    code |= 1u << (f.mantissaBits - 1);
  if (value < 0)
    code |= 1u << (f.exponentBits + f.mantissaBits);
  return code;
}

inline void fillIntegers(Problem64 &problem, Stream &random) {
  problem.fill([&](MatrixType type) { return smallInteger(random, type); });
  for (float &value : problem.c)
    value = static_cast<float>(random.integer(-100, 100));
}

inline void expectExact(const Problem64 &problem,
                        const std::vector<double> &d) {
  for (unsigned m = 0; m < 64; ++m)
    for (unsigned n = 0; n < problem.op.n; ++n) {
      long double sum = problem.valueC(m, n);
      for (unsigned k = 0; k < problem.op.k(); ++k)
        sum += problem.valueA(m, k) * problem.valueB(n, k);
      ASSERT_EQ(d[m * problem.op.n + n], static_cast<double>(sum))
          << m << ", " << n;
    }
}

inline WgmmaOp make(MatrixType type, unsigned n) {
  WgmmaOp op;
  op.a = op.b = type;
  op.n = n;
  return op;
}

inline std::vector<WgmmaOp> allTypes(unsigned n) {
  std::vector<WgmmaOp> ops = {make(MatrixType::BF16, n),
                              make(MatrixType::F16, n),
                              make(MatrixType::TF32, n)};
  for (MatrixType a : {MatrixType::E4M3, MatrixType::E5M2})
    for (MatrixType b : {MatrixType::E4M3, MatrixType::E5M2}) {
      ops.push_back(make(a, n));
      ops.back().b = b;
    }
  size_t count = ops.size();
  for (size_t i = 0; i < count; ++i)
    if (ops[i].a != MatrixType::BF16 && ops[i].a != MatrixType::TF32) {
      ops.push_back(ops[i]);
      ops.back().accumulator = AccumulatorType::F16;
    }
  return ops;
}

} // namespace dgemm::sim::test

#endif // DGEMM_TEST_UNIT_SIMULATOR_WGMMATESTSUPPORT_H
