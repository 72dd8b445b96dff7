//===- Tcgen05MmaTest.cpp - One tcgen05.mma against first principles ------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MmaTestSupport.h"
#include "Tcgen05TestSupport.h"

using namespace dgemm::sim;
using namespace dgemm::sim::test;
using Kind = Tcgen05Op::Kind;
namespace reference = dgemm::reference;

namespace {

constexpr unsigned row = laneStride;

/// One instruction with random operands, laid out by shapes and strides.
struct Case {
  Kind kind = Kind::F16;
  const char *modifiers = "kind::f16";
  MatrixType a = MatrixType::BF16, b = MatrixType::BF16;
  unsigned typeA = 1, typeB = 1; // codes in the instruction descriptor
  unsigned k = 16;
  unsigned ctas = 1, m = 128, n = 64;
  unsigned blocks = 0; // of K, with a scale each
  bool ue4m3 = false;
  unsigned scaleIdA = 0, scaleIdB = 0;
  bool half = false; // f16 accumulators
  bool negateA = false, negateB = false, mnA = false, mnB = false;
  bool tensorA = false, accumulate = true, ws = false;
  unsigned scaleD = 0, laneD = 0;
  Swizzle swizzle = Swizzle::B128;
  bool masked = false;
  int integers = 0; // kind::i8: 1 unsigned, 2 signed

  unsigned width() const { return 256 / k; }
  bool padded(MatrixType type) const {
    return width() == 8 && !integers && codeBits(type) < 8;
  }
};

class Runner {
public:
  Runner(const Case &test, uint64_t seed)
      : test_(test), random_(seed), probe_(test.ctas), codeA_(test.m * test.k),
        codeB_(test.n * test.k) {}

  void check();

private:
  long double value(bool isA, unsigned mn, unsigned k) const;
  uint32_t randomCode(MatrixType type);
  void place(bool isA, unsigned cta, unsigned mn, unsigned k, uint32_t code);
  MatrixDescriptor descriptor(bool isA);
  void fillScales();
  void fillRowsA();
  uint32_t idesc() const;
  std::string instruction() const;
  TmemCell cell(unsigned m, unsigned n) const;
  void compare(const ProbeResult &result, unsigned m, unsigned n);

  const Case &test_;
  Stream random_;
  Probe probe_;
  std::vector<uint32_t> codeA_, codeB_;
  uint8_t scaleA_[256][4] = {}, scaleB_[256][4] = {};
  MatrixDescriptor descA_, descB_;
  static constexpr unsigned startB = 49152, columnD = 64;
};

uint32_t Runner::randomCode(MatrixType type) {
  if (test_.integers)
    return random_.word() & 255;
  while (true) {
    uint32_t code = random_.word() & ((1u << codeBits(type)) - 1);
    long double value = decode(type, code);
    if (std::isfinite(value) && std::fabs(value) < 0x1p20L)
      return code;
  }
}

long double Runner::value(bool isA, unsigned mn, unsigned k) const {
  uint32_t code = (isA ? codeA_ : codeB_)[mn * test_.k + k];
  if (test_.integers)
    return test_.integers == 2 ? static_cast<int8_t>(code) : int(code);
  long double value = decode(isA ? test_.a : test_.b, code);
  if (isA ? test_.negateA : test_.negateB)
    value = -value;
  if (test_.blocks == 0)
    return value;
  unsigned j = k / (test_.k / test_.blocks);
  uint8_t scale = isA ? scaleA_[mn][j] : scaleB_[mn][j];
  return value *
         decodeScale(test_.ue4m3 ? ScaleType::UE4M3 : ScaleType::UE8M0, scale);
}

MatrixDescriptor Runner::descriptor(bool isA) {
  MatrixDescriptor d;
  bool mn = isA ? test_.mnA : test_.mnB;
  unsigned span = swizzleSpan(test_.swizzle);
  d.start = isA ? 0 : startB;
  d.swizzle = test_.swizzle;
  if (mn && span) {
    // Chunks of a span of MN follow each other; all of K within a chunk.
    unsigned depth = test_.swizzle == Swizzle::B128Atom32 ? 4 : 8;
    d.strideOffset = depth * span;
    d.leadingOffset = test_.k * span;
  } else if (span) {
    d.strideOffset = 8 * span;
    d.leadingOffset = 16;
  } else {
    d.strideOffset = 128;
    d.leadingOffset = 8192;
  }
  return d;
}

/// Into shared memory, at the tile's own copy of the layout.
void Runner::place(bool isA, unsigned cta, unsigned mn, unsigned k,
                   uint32_t code) {
  const MatrixDescriptor &d = isA ? descA_ : descB_;
  MatrixType type = isA ? test_.a : test_.b;
  unsigned span = swizzleSpan(test_.swizzle), width = test_.width();
  unsigned offset, bit = 0;
  if (isA ? test_.mnA : test_.mnB) {
    unsigned bytes = width / 8, depth = span && width == 32 ? 4 : 8;
    unsigned chunk = (span ? span : 16) / bytes;
    unsigned outer = span ? d.leadingOffset : d.strideOffset;
    unsigned inner = span ? d.strideOffset : d.leadingOffset;
    offset = Mode{{{chunk, bytes}, {1024, outer}}}(mn) +
             Mode{{{depth, span ? span : 16}, {1024, inner}}}(k);
  } else {
    bool narrow = test_.padded(type);
    unsigned bits = narrow ? codeBits(type) : width;
    unsigned position = narrow ? k % 16 * bits : k * bits % 128;
    unsigned unit = narrow ? k / 16 : k * bits / 128;
    offset = Mode{{{8, span ? span : 16}, {1024, d.strideOffset}}}(mn) +
             unit * (span ? 16 : d.leadingOffset) + position / 8;
    bit = position % 8;
  }
  unsigned address = bitSwizzle(test_.swizzle)(d.start + offset);
  uint32_t word =
      test_.a == MatrixType::TF32 && width == 32 ? code << 13 : code;
  uint64_t shifted = uint64_t(word) << bit;
  for (unsigned i = 0; i < 4 && address + i < Probe::sharedBytes; ++i)
    probe_.shared[cta][address + i] |= static_cast<uint8_t>(shifted >> (8 * i));
}

TmemCell Runner::cell(unsigned m, unsigned n) const {
  unsigned width = test_.n, at = columnD + test_.laneD * row;
  if (test_.ws) {
    width = test_.n * test_.m / 128;
    return cellAt(at + m * row + n / width * test_.m * row + n % width);
  }
  if (test_.ctas == 2 && test_.m == 128) {
    width /= 2;
    return cellAt(at + Mode{{{64, row}, {2, ctaStride}}}(m) +
                  Mode{{{width, 1}, {2, 64 * row}}}(n));
  }
  if (test_.m == 64)
    return cellAt(at + Mode{{{16, row}, {4, 32 * row}}}(m) + n);
  return cellAt(at + Mode{{{128, row}, {2, ctaStride}}}(m) + n);
}

void Runner::fillScales() {
  probe_.sfa = 0;
  probe_.sfb = 16;
  auto scale = [&] {
    return static_cast<uint8_t>(test_.ue4m3 ? random_.integer(1, 126)
                                            : random_.integer(117, 137));
  };
  auto put = [&](unsigned base, unsigned id, unsigned cta, unsigned lane,
                 unsigned q, unsigned j, uint8_t code) {
    uint32_t &word = probe_.cell({cta, lane, base + q / 32});
    unsigned shift = 8 * (id + j);
    word = (word & ~(255u << shift)) | uint32_t(code) << shift;
  };
  unsigned rows = test_.m / test_.ctas;
  for (unsigned j = 0; j < test_.blocks; ++j) {
    for (unsigned m = 0; m < test_.m; ++m) {
      scaleA_[m][j] = scale();
      for (unsigned warp = 0; warp < 4; ++warp)
        put(0, test_.scaleIdA, m / rows, m % rows % 32 + 32 * warp, m % rows, j,
            scaleA_[m][j]);
    }
    for (unsigned n = 0; n < test_.n; ++n) {
      scaleB_[n][j] = scale();
      bool split = test_.ctas == 2 && test_.m == 128;
      unsigned columns = split ? test_.n / 2 : test_.n;
      for (unsigned cta = 0; cta < test_.ctas; ++cta)
        for (unsigned warp = 0; warp < 4; ++warp)
          if (!split || warp / 2 == n / columns)
            put(16, test_.scaleIdB, cta, n % columns % 32 + 32 * warp,
                n % columns, j, scaleB_[n][j]);
    }
  }
}

void Runner::fillRowsA() {
  probe_.a = 48 + test_.laneD * row;
  for (unsigned m = 0; m < test_.m; ++m)
    for (unsigned k = 0; k < test_.k; ++k) {
      TmemCell at = cell(m, 0);
      uint32_t code = codeA_[m * test_.k + k];
      if (test_.a == MatrixType::TF32)
        code <<= 13;
      if (test_.a == MatrixType::E2M1 && test_.width() == 8)
        code <<= 2;
      unsigned bit = k * test_.width();
      at.column = 48 + bit / 32;
      for (unsigned copy = 0; copy < (test_.ctas == 2 && test_.m == 128) + 1u;
           ++copy) {
        probe_.cell({at.cta, at.lane + 64 * copy, at.column}) |= code
                                                                 << (bit % 32);
      }
    }
}

uint32_t Runner::idesc() const {
  uint32_t bits = test_.typeA << 7 | test_.typeB << 10 |
                  uint32_t(test_.negateA) << 13 |
                  uint32_t(test_.negateB) << 14 | uint32_t(test_.mnA) << 15 |
                  uint32_t(test_.mnB) << 16 | test_.n >> 3 << 17;
  if (test_.blocks == 0)
    return bits |
           (test_.integers ? 2u
            : test_.half   ? 0u
                           : 1u)
               << 4 |
           test_.m >> 4 << 24;
  return bits | test_.scaleIdB << 4 | uint32_t(!test_.ue4m3) << 23 |
         test_.m >> 7 << 27 | test_.scaleIdA << 29;
}

std::string Runner::instruction() const {
  std::string text = std::string("tcgen05.mma") + (test_.ws ? ".ws" : "") +
                     ".cta_group::" + std::to_string(test_.ctas) + "." +
                     test_.modifiers + " [%d], " +
                     (test_.tensorA ? "[%a]" : "%desc_a") + ", %desc_b, %idesc";
  if (test_.blocks)
    text += ", [%sfa], [%sfb]";
  if (test_.masked)
    text += ", " + registerList("%m", 0, 4 * test_.ctas);
  text += ", %p";
  if (test_.scaleD)
    text += ", " + std::to_string(test_.scaleD);
  return text + ";";
}

void Runner::compare(const ProbeResult &result, unsigned m, unsigned n) {
  TmemCell at = cell(m, n);
  uint32_t before = probe_.cell(at), after = result.cell(at);
  unsigned bit = 128 * at.cta + at.lane;
  if ((probe_.mask[bit / 32] >> (bit % 32)) & 1) {
    ASSERT_EQ(after, before) << "a masked lane changed: " << m << ", " << n;
    return;
  }
  auto number = [&](uint32_t word) -> long double {
    if (test_.integers)
      return static_cast<int32_t>(word);
    if (test_.half)
      return reference::decodeF16(static_cast<uint16_t>(word));
    float value;
    std::memcpy(&value, &word, 4);
    return value;
  };
  long double sum = 0, magnitude = 0;
  if (test_.accumulate)
    sum = std::ldexp(number(before), -static_cast<int>(test_.scaleD));
  magnitude = std::fabs(sum);
  for (unsigned k = 0; k < test_.k; ++k) {
    long double product = value(true, m, k) * value(false, n, k);
    sum += product;
    magnitude += std::fabs(product);
  }
  if (test_.half)
    ASSERT_EQ(after >> 16, before >> 16) << m << ", " << n;
  if (test_.half && std::fabs(sum) >= 65520) {
    ASSERT_TRUE(std::isinf(number(after))) << m << ", " << n;
    return;
  }
  double bound = 0;
  if (!test_.integers)
    bound = reference::halfUlp(test_.half ? reference::ElementType::F16
                                          : reference::ElementType::F32,
                               static_cast<double>(sum)) +
            static_cast<double>(magnitude) * 0x1p-44;
  ASSERT_LE(std::fabs(static_cast<double>(number(after) - sum)), bound)
      << m << ", " << n << ": " << static_cast<double>(number(after)) << " for "
      << static_cast<double>(sum);
}

void Runner::check() {
  for (uint32_t &word : probe_.tensor)
    word = random_.word();
  descA_ = descriptor(true);
  descB_ = descriptor(false);
  for (uint32_t &code : codeA_)
    code = randomCode(test_.a);
  for (uint32_t &code : codeB_)
    code = randomCode(test_.b);
  unsigned rows = test_.m / test_.ctas, columns = test_.n / test_.ctas;
  for (unsigned k = 0; k < test_.k; ++k) {
    for (unsigned m = 0; m < test_.m && !test_.tensorA; ++m)
      place(true, m / rows, m % rows, k, codeA_[m * test_.k + k]);
    for (unsigned n = 0; n < test_.n; ++n)
      place(false, n / columns, n % columns, k, codeB_[n * test_.k + k]);
  }
  if (test_.tensorA) {
    for (unsigned cta = 0; cta < test_.ctas; ++cta)
      for (unsigned lane = 0; lane < 128; ++lane)
        for (unsigned i = 48; i < 56; ++i)
          probe_.cell({cta, lane, i}) = 0;
    fillRowsA();
  }
  // Accumulators that are numbers of some size.
  for (unsigned m = 0; m < test_.m; ++m)
    for (unsigned n = 0; n < test_.n; ++n) {
      float value = static_cast<float>(random_.integer(-4096, 4096)) / 16;
      uint32_t &word = probe_.cell(cell(m, n));
      if (test_.half)
        word = (word & 0xFFFF0000u) | reference::encodeF16(value);
      else
        std::memcpy(&word, &value, 4);
    }
  if (test_.masked)
    for (uint32_t &word : probe_.mask)
      word = random_.word();
  fillScales();
  probe_.instruction = instruction();
  probe_.idesc = idesc();
  probe_.d = columnD + test_.laneD * row;
  probe_.descA = encodeSharedDescriptor(descA_);
  probe_.descB = encodeSharedDescriptor(descB_);
  probe_.accumulate = test_.accumulate;
  ProbeResult result = run(probe_, random_.word());
  ASSERT_EQ(result.problem, "") << probe_.instruction;
  for (unsigned m = 0; m < test_.m; ++m)
    for (unsigned n = 0; n < test_.n; ++n) {
      compare(result, m, n);
      if (::testing::Test::HasFatalFailure())
        return;
      result.tensor[cell(m, n).cta * Probe::cells + cell(m, n).lane * 512 +
                    cell(m, n).column] = probe_.cell(cell(m, n));
    }
  EXPECT_EQ(result.tensor, probe_.tensor) << "another cell changed";
}

void check(const Case &test, uint64_t seed = 1) {
  SCOPED_TRACE(std::string(test.modifiers) + " M " + std::to_string(test.m) +
               " N " + std::to_string(test.n) + " seed " +
               std::to_string(seed));
  Runner(test, seed).check();
}

Case f16(MatrixType type = MatrixType::BF16) {
  Case test;
  test.a = test.b = type;
  test.typeA = test.typeB = type == MatrixType::BF16;
  return test;
}

Case tf32() {
  Case test;
  test.kind = Kind::TF32;
  test.modifiers = "kind::tf32";
  test.a = test.b = MatrixType::TF32;
  test.typeA = test.typeB = 2;
  test.k = 8;
  return test;
}

unsigned narrowCode(MatrixType type) {
  switch (type) {
  case MatrixType::E5M2:
    return 1;
  case MatrixType::E2M3:
    return 3;
  case MatrixType::E3M2:
    return 4;
  case MatrixType::E2M1:
    return 5;
  default:
    return 0;
  }
}

Case narrow(MatrixType a, MatrixType b) {
  Case test;
  test.kind = Kind::F8F6F4;
  test.modifiers = "kind::f8f6f4";
  test.a = a;
  test.b = b;
  test.typeA = narrowCode(a);
  test.typeB = narrowCode(b);
  test.k = 32;
  return test;
}

Case scaled(MatrixType a, MatrixType b) {
  Case test = narrow(a, b);
  test.kind = Kind::MXF8F6F4;
  test.modifiers = "kind::mxf8f6f4.block_scale";
  test.blocks = 1;
  return test;
}

Case packed(unsigned blocks) {
  Case test;
  test.kind = Kind::MXF4NVF4;
  test.modifiers = blocks == 4 ? "kind::mxf4nvf4.block_scale.scale_vec::4X"
                               : "kind::mxf4.block_scale";
  test.a = test.b = MatrixType::E2M1;
  test.k = 64;
  test.blocks = blocks;
  test.ue4m3 = blocks == 4;
  return test;
}

} // namespace

TEST(Tcgen05Mma, Sixteen) {
  check(f16());
  check(f16(MatrixType::F16));
  Case test = f16(MatrixType::F16);
  test.half = true;
  check(test);
  test = f16();
  test.accumulate = false;
  check(test);
  test.negateA = true;
  check(test);
  test.negateB = true;
  test.accumulate = true;
  test.scaleD = 3;
  check(test);
  test = f16();
  test.masked = true;
  check(test);
  test.n = 256;
  check(test);
}

TEST(Tcgen05Mma, SharedLayouts) {
  for (Swizzle swizzle :
       {Swizzle::None, Swizzle::B32, Swizzle::B64, Swizzle::B128})
    for (unsigned majors = 0; majors < 4; ++majors) {
      Case test = f16();
      test.swizzle = swizzle;
      test.mnA = majors & 1;
      test.mnB = majors & 2;
      check(test, 10 + majors);
      // Bytes may be MN-major here.
      test = narrow(MatrixType::E4M3, MatrixType::E5M2);
      test.swizzle = swizzle;
      test.mnA = majors & 1;
      test.mnB = majors & 2;
      test.n = 128;
      check(test, 20 + majors);
    }
  Case test = tf32();
  test.mnA = test.mnB = true;
  test.swizzle = Swizzle::B128Atom32;
  check(test);
}

TEST(Tcgen05Mma, AccumulatorLayouts) {
  Case test = f16();
  test.m = 64;
  test.n = 24;
  check(test);
  test.laneD = 16;
  test.n = 72;
  check(test);
  test = f16();
  test.ctas = 2;
  test.m = 256;
  test.n = 96;
  check(test);
  test.masked = true;
  test.m = 128;
  check(test);
  test = f16();
  test.ws = true;
  for (unsigned m : {32u, 64u, 128u}) {
    test.m = m;
    test.n = 128;
    check(test);
  }
}

TEST(Tcgen05Mma, TensorFloat) {
  check(tf32());
  Case test = tf32();
  test.tensorA = true;
  check(test);
  test.m = 64;
  test.laneD = 16;
  check(test);
  test = tf32();
  test.tensorA = true;
  test.ctas = 2;
  test.m = 128;
  check(test);
}

TEST(Tcgen05Mma, EveryPairOfNarrowTypes) {
  const MatrixType types[] = {MatrixType::E4M3, MatrixType::E5M2,
                              MatrixType::E3M2, MatrixType::E2M3,
                              MatrixType::E2M1};
  uint64_t seed = 30;
  for (MatrixType a : types)
    for (MatrixType b : types) {
      Case test = narrow(a, b);
      test.n = 16;
      check(test, ++seed);
      test = scaled(a, b);
      test.n = 8;
      test.scaleIdA = seed % 4;
      test.scaleIdB = (seed + 1) % 4;
      check(test, ++seed);
    }
  Case test = narrow(MatrixType::E2M1, MatrixType::E4M3);
  test.tensorA = true;
  check(test);
}

TEST(Tcgen05Mma, BlockScales) {
  Case test = scaled(MatrixType::E4M3, MatrixType::E2M1);
  test.n = 256;
  check(test);
  test.ctas = 2;
  test.m = 256;
  check(test);
  test.m = 128;
  test.n = 128;
  check(test);
  for (unsigned id : {0u, 2u}) {
    test = packed(2);
    test.scaleIdA = id;
    test.scaleIdB = 2 - id;
    check(test);
  }
  test.modifiers = "kind::mxf4nvf4.block_scale.scale_vec::2X";
  check(test);
  check(packed(4));
  test = packed(4);
  test.ue4m3 = false;
  check(test);
  test.tensorA = true;
  check(test);
}

TEST(Tcgen05Mma, Integers) {
  Case test;
  test.kind = Kind::I8;
  test.modifiers = "kind::i8";
  test.k = 32;
  test.a = test.b = MatrixType::E4M3;
  for (int sign : {1, 2}) {
    test.integers = sign;
    test.typeA = test.typeB = unsigned(sign - 1);
    check(test);
  }
}
