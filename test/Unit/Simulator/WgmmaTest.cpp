//===- WgmmaTest.cpp - wgmma: layouts and sums ----------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Simulator/Wgmma.h"
#include "MmaTestSupport.h"
#include "dgemm/Simulator/TensorCopy.h"

#include <array>

using namespace dgemm::sim;
using namespace dgemm::sim::test;

namespace {

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
void putElement(uint8_t *to, MatrixType type, uint32_t code) {
  uint32_t word = type == MatrixType::TF32 ? code << 13 : code;
  std::memcpy(to, &word,
              type == MatrixType::TF32  ? 4
              : type <= MatrixType::F16 ? 2
                                        : 1);
}

std::vector<double> execute(const Problem64 &problem,
                            const WgmmaOperands &operands) {
  Accumulators d(problem.op);
  d.set(problem.c);
  wgmma(problem.op, operands, d.warps);
  return d.get();
}

/// The pieces of an operand straight from the matrix, K-major.
std::vector<uint8_t> dense(const WgmmaOp &op, MatrixType type,
                           const std::vector<uint32_t> &codes) {
  std::vector<uint8_t> bytes(codes.size() * op.elementBytes() + 4);
  for (size_t i = 0; i < codes.size(); ++i)
    putElement(&bytes[i * op.elementBytes()], type, codes[i]);
  return bytes;
}

std::vector<double> executeDense(const Problem64 &problem) {
  std::vector<uint8_t> a = dense(problem.op, problem.op.a, problem.a);
  std::vector<uint8_t> b = dense(problem.op, problem.op.b, problem.b);
  WgmmaOperands operands;
  operands.sharedA = a.data();
  operands.sharedB = b.data();
  return execute(problem, operands);
}

/// Codes of integers of magnitude up to 3: every sum is exact everywhere.
uint32_t smallInteger(Stream &random, MatrixType type) {
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

void fillIntegers(Problem64 &problem, Stream &random) {
  problem.fill([&](MatrixType type) { return smallInteger(random, type); });
  for (float &value : problem.c)
    value = static_cast<float>(random.integer(-100, 100));
}

void expectExact(const Problem64 &problem, const std::vector<double> &d) {
  for (unsigned m = 0; m < 64; ++m)
    for (unsigned n = 0; n < problem.op.n; ++n) {
      long double sum = problem.valueC(m, n);
      for (unsigned k = 0; k < problem.op.k(); ++k)
        sum += problem.valueA(m, k) * problem.valueB(n, k);
      ASSERT_EQ(d[m * problem.op.n + n], static_cast<double>(sum))
          << m << ", " << n;
    }
}

WgmmaOp make(MatrixType type, unsigned n) {
  WgmmaOp op;
  op.a = op.b = type;
  op.n = n;
  return op;
}

std::vector<WgmmaOp> allTypes(unsigned n) {
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

TEST(SimWgmma, IntegersOfEveryTypeAndFlag) {
  uint64_t seed = 1;
  for (WgmmaOp op : allTypes(24))
    for (unsigned flags = 0; flags < 8; ++flags) {
      SCOPED_TRACE(std::string(name(op.a)) + " x " + name(op.b) + ", seed " +
                   std::to_string(seed));
      Stream random(seed++);
      op.negateA = flags & 1;
      op.negateB = flags & 2;
      op.accumulate = flags & 4;
      ASSERT_TRUE(validate(op).ok()) << validate(op).message();
      Problem64 problem(op);
      fillIntegers(problem, random);
      if (!op.accumulate)
        problem.c[5] = std::numeric_limits<float>::quiet_NaN();
      expectExact(problem, executeDense(problem));
    }
}

// A[m][k] in lane 4 (m % 8) + k % (4E) / E of warp m / 16, register
// m % 16 / 8 + 2 (k / (4E)).
TEST(SimWgmma, AFromRegisters) {
  uint64_t seed = 1;
  for (WgmmaOp op : allTypes(16)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Stream random(seed++);
    op.registersA = true;
    ASSERT_TRUE(validate(op).ok());
    Problem64 problem(op);
    fillIntegers(problem, random);
    WarpRegister regs[4][4];
    unsigned bytes = op.elementBytes(), each = 4 / bytes;
    for (unsigned m = 0; m < 64; ++m)
      for (unsigned k = 0; k < op.k(); ++k) {
        uint32_t &word = regs[m / 16][m % 16 / 8 + 2 * (k / (4 * each))]
                             [4 * (m % 8) + k % (4 * each) / each];
        uint8_t image[4], element[4];
        std::memcpy(image, &word, 4);
        putElement(element, op.a, problem.a[m * op.k() + k]);
        std::memcpy(image + k % each * bytes, element, bytes);
        std::memcpy(&word, image, 4);
      }
    std::vector<uint8_t> b = dense(op, op.b, problem.b);
    WgmmaOperands operands;
    for (unsigned w = 0; w < 4; ++w)
      operands.registersA[w] = regs[w];
    operands.sharedB = b.data();
    expectExact(problem, execute(problem, operands));
  }
}

//===----------------------------------------------------------------------===//
// Layouts: shared memory is filled by the TMA of the simulator from a dense
// tensor, with the offsets that kernels use for such boxes.
//===----------------------------------------------------------------------===//

struct Shared {
  std::vector<uint8_t> bytes = std::vector<uint8_t>(128 * 1024, 0xEE);

  /// Loads a box of `inner` x `outer` elements of `row` bytes at (x, 0).
  void load(const std::vector<uint8_t> &global, TensorMapType type,
            uint64_t columns, uint64_t rows, uint64_t rowBytes, int32_t x,
            uint32_t inner, Swizzle mode, uint32_t to) {
    TensorMap map;
    map.type = type;
    map.rank = 2;
    map.dim[0] = columns;
    map.dim[1] = rows;
    map.stride[0] = rowBytes;
    map.box[0] = inner;
    map.box[1] = static_cast<uint32_t>(rows);
    map.swizzle = mode;
    int32_t at[] = {x, 0};
    Expected<CopyPlan> plan = planTensorLoad(map, at, to);
    ASSERT_TRUE(bool(plan)) << plan.message();
    for (const CopyChunk &chunk : plan->chunks)
      if (chunk.kind == CopyChunk::Data)
        std::memcpy(&bytes[chunk.shared], &global[chunk.global], chunk.bytes);
  }

  std::vector<uint8_t> pieces(const std::vector<uint32_t> &addresses) const {
    std::vector<uint8_t> result;
    for (uint32_t address : addresses) {
      EXPECT_EQ(address % 16, 0u);
      result.insert(result.end(), &bytes[address], &bytes[address] + 16);
    }
    return result;
  }
};

TensorMapType mapType(unsigned bytes) {
  return bytes == 1   ? TensorMapType::U8
         : bytes == 2 ? TensorMapType::U16
                      : TensorMapType::U32;
}

struct Stored {
  MatrixDescriptor descriptor;
  Shared shared;
};

/// Rows of K in one swizzle span; the instruction takes 32 bytes of them that
/// start `step` instructions in.
void storeKMajor(const WgmmaOp &op, MatrixType type,
                 const std::vector<uint32_t> &codes, Swizzle mode,
                 unsigned step, uint32_t start, Stored &out) {
  unsigned bytes = op.elementBytes(), k = op.k();
  unsigned rows = static_cast<unsigned>(codes.size()) / k;
  uint32_t span = swizzleSpan(mode);
  std::vector<uint8_t> global(span * rows + 4, 0x55);
  for (unsigned mn = 0; mn < rows; ++mn)
    for (unsigned i = 0; i < k; ++i)
      putElement(&global[span * mn + 32 * step + i * bytes], type,
                 codes[mn * k + i]);
  // putElement writes within the element only, so order does not matter.
  out.shared.load(global, mapType(bytes), span / bytes, rows, span, 0,
                  span / bytes, mode, start);
  out.descriptor.start = start + 32 * step;
  out.descriptor.strideOffset = 8 * span;
  out.descriptor.leadingOffset = 16;
  out.descriptor.swizzle = mode;
}

/// Boxes of one swizzle span of MN by all of K (16 rows), one after another.
void storeMNMajor(const WgmmaOp &op, MatrixType type,
                  const std::vector<uint32_t> &codes, Swizzle mode,
                  uint32_t start, Stored &out) {
  unsigned k = op.k();
  unsigned extent = static_cast<unsigned>(codes.size()) / k;
  uint32_t span = swizzleSpan(mode), chunk = span / 2;
  std::vector<uint8_t> global(2 * extent * k + 4);
  for (unsigned mn = 0; mn < extent; ++mn)
    for (unsigned i = 0; i < k; ++i)
      putElement(&global[2 * (i * extent + mn)], type, codes[mn * k + i]);
  for (unsigned c = 0; c * chunk < extent; ++c)
    out.shared.load(global, mapType(2), extent, k, 2 * extent,
                    static_cast<int32_t>(c * chunk), chunk, mode,
                    start + c * k * span);
  out.descriptor.start = start;
  out.descriptor.strideOffset = 8 * span;  // the next 8 of K
  out.descriptor.leadingOffset = k * span; // the next chunk of MN
  out.descriptor.swizzle = mode;
}

const Swizzle spans[] = {Swizzle::B32, Swizzle::B64, Swizzle::B128};

void expectLayout(const Problem64 &problem, const Stored &a, const Stored &b) {
  std::vector<uint8_t> piecesA =
      a.shared.pieces(operandAddresses(problem.op, true, a.descriptor));
  std::vector<uint8_t> piecesB =
      b.shared.pieces(operandAddresses(problem.op, false, b.descriptor));
  ASSERT_EQ(piecesA.size(), 16u * problem.op.piecesA());
  ASSERT_EQ(piecesB.size(), 16u * problem.op.piecesB());
  WgmmaOperands operands;
  operands.sharedA = piecesA.data();
  operands.sharedB = piecesB.data();
  expectExact(problem, execute(problem, operands));
}

// Destinations of the TMA need not start a pattern: both swizzles work on
// absolute addresses, with base offset 0.
TEST(SimWgmma, KMajorTilesOfTMA) {
  uint64_t seed = 1;
  for (const WgmmaOp &op : allTypes(72))
    for (Swizzle mode : spans)
      for (unsigned step = 0; step < swizzleSpan(mode) / 32; ++step) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Stream random(seed++);
        Problem64 problem(op);
        fillIntegers(problem, random);
        Stored a, b;
        storeKMajor(op, op.a, problem.a, mode, step, 1024, a);
        storeKMajor(op, op.b, problem.b, mode, step,
                    128 * static_cast<uint32_t>(random.integer(0, 63)), b);
        expectLayout(problem, a, b);
      }
}

TEST(SimWgmma, MNMajorTilesOfTMA) {
  uint64_t seed = 1;
  for (MatrixType type : {MatrixType::BF16, MatrixType::F16})
    for (Swizzle modeA : spans)
      for (Swizzle modeB : spans)
        for (unsigned trans = 1; trans < 4; ++trans) {
          SCOPED_TRACE("seed " + std::to_string(seed));
          Stream random(seed++);
          WgmmaOp op = make(type, 192);
          op.transA = trans & 1;
          op.transB = trans & 2;
          ASSERT_TRUE(validate(op).ok());
          Problem64 problem(op);
          fillIntegers(problem, random);
          Stored a, b;
          if (op.transA)
            storeMNMajor(op, type, problem.a, modeA, 2048, a);
          else
            storeKMajor(op, type, problem.a, modeA, 0, 2048, a);
          if (op.transB)
            storeMNMajor(op, type, problem.b, modeB, 4096, b);
          else
            storeKMajor(op, type, problem.b, modeB, 0, 4096, b);
          expectLayout(problem, a, b);
        }
}

// Without swizzle: matrices of 8 x 16 bytes, 128 bytes each, anywhere. The
// offset of the next one along MN and along K trade places when MN-major.
TEST(SimWgmma, CoreMatricesWithoutSwizzle) {
  uint64_t seed = 1;
  for (bool mnMajor : {false, true}) {
    Stream random(seed++);
    WgmmaOp op = make(MatrixType::BF16, 64);
    op.transA = op.transB = mnMajor;
    Problem64 problem(op);
    fillIntegers(problem, random);
    Stored stored[2];
    for (unsigned side = 0; side < 2; ++side) {
      const std::vector<uint32_t> &codes = side ? problem.b : problem.a;
      uint32_t alongMN = side ? 256 : 128, alongK = side ? 128 : 1024;
      for (unsigned mn = 0; mn < 64; ++mn)
        for (unsigned k = 0; k < 16; ++k) {
          uint32_t at = 512 + mn / 8 * alongMN + k / 8 * alongK;
          at += mnMajor ? k % 8 * 16 + mn % 8 * 2 : mn % 8 * 16 + k % 8 * 2;
          putElement(&stored[side].shared.bytes[at], op.a, codes[mn * 16 + k]);
        }
      MatrixDescriptor &descriptor = stored[side].descriptor;
      descriptor.start = 512;
      descriptor.leadingOffset = alongK;
      descriptor.strideOffset = alongMN;
    }
    expectLayout(problem, stored[0], stored[1]);
  }
}

// A tile that software swizzled relative to its own start.
TEST(SimWgmma, BaseOffsetMovesThePhase) {
  for (unsigned phase = 0; phase < 8; ++phase) {
    MatrixDescriptor relative;
    relative.start = 1024 + 128 * phase;
    relative.strideOffset = 1024;
    relative.baseOffset = phase;
    relative.swizzle = Swizzle::B128;
    for (unsigned mn = 0; mn < 64; ++mn)
      for (unsigned k = 0; k < 16; ++k) {
        uint32_t offset = mn * 128 + 2 * k;
        ASSERT_EQ(relative.address(false, 2, mn, k),
                  relative.start + swizzle(Swizzle::B128, offset));
      }
  }
}

TEST(SimWgmma, DescriptorsRoundTrip) {
  // 128B swizzle, start 0x2000, stride 1024, leading 16.
  Expected<MatrixDescriptor> d =
      MatrixDescriptor::decode(0x4000004000010200ull);
  ASSERT_TRUE(bool(d));
  EXPECT_EQ(d->start, 0x2000u);
  EXPECT_EQ(d->leadingOffset, 16u);
  EXPECT_EQ(d->strideOffset, 1024u);
  EXPECT_EQ(d->swizzle, Swizzle::B128);
  EXPECT_EQ(d->encode(), 0x4000004000010200ull);
  for (uint64_t seed = 0; seed < 100; ++seed) {
    Stream random(seed);
    uint64_t bits = random.bits() & 0xC00E3FFF3FFF3FFFull;
    Expected<MatrixDescriptor> decoded = MatrixDescriptor::decode(bits);
    ASSERT_TRUE(bool(decoded));
    ASSERT_EQ(decoded->encode(), bits);
  }
  EXPECT_FALSE(bool(MatrixDescriptor::decode(1ull << 14)));
  EXPECT_FALSE(bool(MatrixDescriptor::decode(1ull << 52)));
}

//===----------------------------------------------------------------------===//
// The sum
//===----------------------------------------------------------------------===//

/// The measured model, term by term with integers.
double model(const Problem64 &problem, unsigned m, unsigned n) {
  bool is8Bit = problem.op.elementBytes() == 1;
  int fraction = is8Bit ? 13 : 25, keep = is8Bit ? 14 : 24;
  struct Term {
    long double value;
    int exponent;
  };
  std::vector<Term> terms;
  for (unsigned k = 0; k < problem.op.k(); ++k) {
    long double x = problem.valueA(m, k), y = problem.valueB(n, k);
    if (x != 0 && y != 0)
      terms.push_back({x * y, std::ilogb(x) + std::ilogb(y)});
  }
  if (double c = problem.valueC(m, n))
    terms.push_back({c, std::ilogb(c)});
  if (terms.empty())
    return 0;
  int largest = terms[0].exponent;
  for (const Term &term : terms)
    largest = std::max(largest, term.exponent);
  int64_t sum = 0;
  for (const Term &term : terms)
    sum += static_cast<int64_t>(
        std::trunc(std::ldexp(term.value, fraction - largest)));
  uint64_t magnitude = static_cast<uint64_t>(sum < 0 ? -sum : sum);
  int length = 0;
  while (magnitude >> length)
    ++length;
  int drop = std::max(length - keep, 0);
  long double result = static_cast<long double>(magnitude >> drop << drop);
  return static_cast<double>(
      std::ldexp(sum < 0 ? -result : result, largest - fraction));
}

uint32_t finiteCode(Stream &random, MatrixType type, long double limit) {
  while (true) {
    uint32_t code = random.word() & ((1u << codeBits(type)) - 1);
    long double value = decode(type, code);
    if (std::isfinite(value) && std::fabs(value) < limit &&
        (value == 0 || std::fabs(value) > 1 / limit))
      return code;
  }
}

TEST(SimWgmma, SumsFollowTheMeasuredModel) {
  uint64_t seed = 1;
  uint64_t inexact = 0;
  for (const WgmmaOp &op : allTypes(40)) {
    if (op.accumulator == AccumulatorType::F16)
      continue;
    for (int repeat = 0; repeat < 8; ++repeat) {
      SCOPED_TRACE(std::string(name(op.a)) + " x " + name(op.b) + ", seed " +
                   std::to_string(seed));
      Stream random(seed++);
      Problem64 problem(op);
      // A narrow range makes many bits overlap.
      long double limit = repeat % 2 ? 0x1p20L : 0x1p3L;
      problem.fill(
          [&](MatrixType type) { return finiteCode(random, type, limit); });
      for (float &value : problem.c)
        value = repeat % 4
                    ? std::ldexp(static_cast<float>(
                                     random.integer(-(1 << 23), 1 << 23)),
                                 static_cast<int>(random.integer(-30, -10)))
                    : 0;
      std::vector<double> d = executeDense(problem);
      for (unsigned m = 0; m < 64; ++m)
        for (unsigned n = 0; n < op.n; ++n) {
          ASSERT_EQ(d[m * op.n + n], model(problem, m, n)) << m << ", " << n;
          long double exact = problem.valueC(m, n);
          for (unsigned k = 0; k < op.k(); ++k)
            exact += problem.valueA(m, k) * problem.valueB(n, k);
          inexact += exact != d[m * op.n + n];
        }
    }
  }
  EXPECT_GT(inexact, 10000u);
}

/// The instruction with A[0][k] = B[0][k] = 2^e[k] and C = c, D[0][0].
double chain(MatrixType type, std::initializer_list<int> exponents, float c) {
  Problem64 problem(make(type, 8));
  unsigned k = 0;
  for (int e : exponents) {
    uint32_t code = static_cast<uint32_t>(e + formatOf(type).bias)
                    << formatOf(type).mantissaBits;
    problem.a[k] = problem.b[k] = code;
    ++k;
  }
  problem.c[0] = c;
  return executeDense(problem)[0];
}

// Facts measured on hardware, in numbers.
TEST(SimWgmma, EightBitSumsKeepThirteenBits) {
  EXPECT_EQ(chain(MatrixType::E4M3, {}, 1 + 0x1p-13f), 1 + 0x1p-13);
  EXPECT_EQ(chain(MatrixType::E4M3, {}, 1 + 0x1p-14f), 1.0);
  EXPECT_EQ(chain(MatrixType::E4M3, {0, -6}, 0), 1 + 0x1p-12);
  EXPECT_EQ(chain(MatrixType::E4M3, {3, -4}, 0), 64.0);
  EXPECT_EQ(chain(MatrixType::E4M3, {3, -4, -4}, 0), 64.0);
  // Toward zero, not down.
  EXPECT_EQ(chain(MatrixType::E4M3, {}, -1 - 0x1p-14f), -1.0);
}

TEST(SimWgmma, SixteenBitSumsKeepTwoGuardBits) {
  EXPECT_EQ(chain(MatrixType::BF16, {}, 1 + 0x1p-23f), 1 + 0x1p-23);
  // Two products of 2^-24 add up in the guard bits; one is cut off.
  EXPECT_EQ(chain(MatrixType::BF16, {-12, -12}, 1), 1 + 0x1p-23);
  EXPECT_EQ(chain(MatrixType::BF16, {-12}, 1), 1.0);
  EXPECT_EQ(chain(MatrixType::BF16, {-13, -13, -13, -13, -13}, 1), 1.0);
}

TEST(SimWgmma, InfinityAndNaN) {
  Problem64 problem(make(MatrixType::F16, 8));
  uint32_t inf = 0x7C00, one = 0x3C00, minusOne = 0xBC00;
  problem.a[0] = inf;
  problem.b[0] = one;
  problem.b[16] = minusOne;
  problem.c[8 * 3] = std::numeric_limits<float>::quiet_NaN();
  problem.c[8 * 4] = -std::numeric_limits<float>::infinity();
  std::vector<double> d = executeDense(problem);
  EXPECT_EQ(d[0], std::numeric_limits<double>::infinity());
  EXPECT_EQ(d[1], -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(d[2])); // inf * 0
  EXPECT_EQ(d[8], 0.0);
  EXPECT_TRUE(std::isnan(d[8 * 3]));
  EXPECT_EQ(d[8 * 4], -std::numeric_limits<double>::infinity());
}

TEST(SimWgmma, FormsThatDoNotExist) {
  auto rejects = [](WgmmaOp op, const char *part) {
    Status status = validate(op);
    EXPECT_NE(status.message().find(part), std::string::npos)
        << status.message();
  };
  rejects(make(MatrixType::BF16, 12), "N is a multiple of 8");
  rejects(make(MatrixType::BF16, 264), "N is a multiple of 8");
  rejects(make(MatrixType::E2M1, 8), "types are");
  WgmmaOp op = make(MatrixType::BF16, 8);
  op.b = MatrixType::F16;
  rejects(op, "the same type");
  op = make(MatrixType::BF16, 8);
  op.accumulator = AccumulatorType::F16;
  rejects(op, "f16 accumulators");
  op = make(MatrixType::E4M3, 8);
  op.transB = true;
  rejects(op, "MN-major");
  op = make(MatrixType::BF16, 8);
  op.transA = op.registersA = true;
  rejects(op, "cannot be transposed");
}

} // namespace
