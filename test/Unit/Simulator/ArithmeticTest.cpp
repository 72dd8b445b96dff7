//===- ArithmeticTest.cpp - Integer, float and packed instructions --------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ScalarSupport.h"
#include "SimTestSupport.h"

#include "dgemm/Reference/Formats.h"

#include <algorithm>
#include <cmath>
#include <functional>

using namespace dgemm;
using namespace dgemm::sim;
using namespace dgemm::sim::test;

__extension__ typedef __int128 Wide;
__extension__ typedef unsigned __int128 UnsignedWide;
__extension__ typedef __float128 Quad;

static uint32_t bits(float value) {
  uint32_t word;
  std::memcpy(&word, &value, 4);
  return word;
}
static float real(uint64_t word) {
  uint32_t low = static_cast<uint32_t>(word);
  float value;
  std::memcpy(&value, &low, 4);
  return value;
}
static double real64(uint64_t word) {
  double value;
  std::memcpy(&value, &word, 8);
  return value;
}
static uint64_t bits64(double value) {
  uint64_t word;
  std::memcpy(&word, &value, 8);
  return word;
}
static int32_t low(uint64_t word) { return static_cast<int32_t>(word); }

/// Random words of all lengths, and edges.
static std::vector<Sources> words(uint64_t seed, size_t count = 512) {
  Stream random(seed);
  static const uint64_t edges[] = {
      0,           1,           ~uint64_t(0), uint64_t(1) << 63,
      0x80000000u, 0x7fffffffu, 31,           32,
      0xffff,      0x8000,      0x7fff,       64,
      33};
  std::vector<Sources> values;
  auto any = [&] {
    if (random.integer(0, 5) == 0)
      return edges[random.integer(0, std::size(edges) - 1)];
    return random.bits() >> random.integer(0, 63);
  };
  for (size_t i = 0; i < count; ++i)
    values.push_back({any(), any(), any()});
  return values;
}

using Expected64 = std::function<uint64_t(const Sources &)>;

static void check(const std::string &body, const std::vector<Sources> &values,
                  const Expected64 &expected,
                  const std::string &target = "sm_100a") {
  std::vector<uint64_t> out = evaluate(body, values, target);
  for (size_t i = 0; i < values.size(); ++i)
    ASSERT_EQ(out[i], expected(values[i]))
        << body << std::hex << " of " << values[i].a << ", " << values[i].b
        << ", " << values[i].c;
}

/// An instruction on the 32-bit registers.
static void
check32(const std::string &instruction,
        const std::function<uint32_t(uint32_t, uint32_t, uint32_t)> &expected) {
  check(instruction + " cvt.u64.u32 %d, %r;", words(11),
        [&](const Sources &s) -> uint64_t {
          return expected(static_cast<uint32_t>(s.a),
                          static_cast<uint32_t>(s.b),
                          static_cast<uint32_t>(s.c));
        });
}

TEST(Arithmetic, Products) {
  check("mul.hi.s64 %d, %a, %b;", words(1), [](const Sources &s) {
    return static_cast<uint64_t>((Wide(int64_t(s.a)) * Wide(int64_t(s.b))) >>
                                 64);
  });
  check("mad.hi.u64 %d, %a, %b, %c;", words(2), [](const Sources &s) {
    return static_cast<uint64_t>((UnsignedWide(s.a) * s.b) >> 64) + s.c;
  });
  check32("mul24.lo.u32 %r, %ra, %rb;", [](uint32_t a, uint32_t b, uint32_t) {
    return uint32_t(uint64_t(a & 0xffffff) * (b & 0xffffff));
  });
  check32("mul24.hi.s32 %r, %ra, %rb;", [](uint32_t a, uint32_t b, uint32_t) {
    int64_t x = int32_t(a << 8) >> 8, y = int32_t(b << 8) >> 8;
    return uint32_t((x * y) >> 16);
  });
  check32("mad24.lo.s32 %r, %ra, %rb, %rc;",
          [](uint32_t a, uint32_t b, uint32_t c) {
            int64_t x = int32_t(a << 8) >> 8, y = int32_t(b << 8) >> 8;
            return uint32_t(x * y) + c;
          });
  check("mul.wide.s16 %r, %ha, %hb; cvt.u64.u32 %d, %r;", words(3),
        [](const Sources &s) -> uint64_t {
          return uint32_t(int16_t(s.a) * int16_t(s.b));
        });
  check("mad.wide.u16 %r, %ha, %hb, %rc; cvt.u64.u32 %d, %r;", words(4),
        [](const Sources &s) -> uint64_t {
          return uint32_t(uint32_t(uint16_t(s.a)) * uint16_t(s.b) +
                          uint32_t(s.c));
        });
}

/// A 128-bit sum and product by carries.
TEST(Arithmetic, Carries) {
  check("add.cc.u64 %d, %a, %b; addc.u64 %d, %c, %c;", words(5),
        [](const Sources &s) {
          return 2 * s.c + uint64_t((UnsignedWide(s.a) + s.b) >> 64);
        });
  check("sub.cc.u32 %r, %ra, %rb; subc.u32 %r, %rc, 0; cvt.u64.u32 %d, %r;",
        words(6), [](const Sources &s) -> uint64_t {
          return uint32_t(uint32_t(s.c) - (uint32_t(s.a) < uint32_t(s.b)));
        });
  check("mad.lo.cc.u64 %d, %a, %b, %c; madc.hi.u64 %d, %a, %b, 0;", words(7),
        [](const Sources &s) {
          return uint64_t((UnsignedWide(s.a) * s.b + s.c) >> 64);
        });
}

TEST(Arithmetic, DotProducts) {
  auto dot4 = [](auto first, auto second) {
    return [=](uint32_t a, uint32_t b, uint32_t c) {
      for (unsigned i = 0; i < 32; i += 8)
        c += uint32_t(int32_t(decltype(first)(a >> i)) *
                      int32_t(decltype(second)(b >> i)));
      return c;
    };
  };
  check32("dp4a.u32.u32 %r, %ra, %rb, %rc;", dot4(uint8_t(), uint8_t()));
  check32("dp4a.s32.u32 %r, %ra, %rb, %rc;", dot4(int8_t(), uint8_t()));
  check32("dp4a.u32.s32 %r, %ra, %rb, %rc;", dot4(uint8_t(), int8_t()));
  for (bool high : {false, true})
    check32(std::string("dp2a.") + (high ? "hi" : "lo") +
                ".s32.u32 %r, %ra, %rb, %rc;",
            [=](uint32_t a, uint32_t b, uint32_t c) {
              b >>= high ? 16 : 0;
              return c + uint32_t(int16_t(a) * int32_t(b & 255)) +
                     uint32_t(int16_t(a >> 16) * int32_t((b >> 8) & 255));
            });
}

TEST(Arithmetic, Fields) {
  check32("szext.clamp.s32 %r, %ra, %rb;",
          [](uint32_t a, uint32_t b, uint32_t) {
            b = std::min(b, 32u);
            return b == 0 ? 0 : uint32_t(int32_t(a << (32 - b)) >> (32 - b));
          });
  check32("szext.wrap.u32 %r, %ra, %rb;", [](uint32_t a, uint32_t b, uint32_t) {
    b &= 31;
    return b == 0 ? 0 : a << (32 - b) >> (32 - b);
  });
  check32("bmsk.clamp.b32 %r, %ra, %rb;", [](uint32_t a, uint32_t b, uint32_t) {
    uint32_t mask = 0;
    for (uint32_t i = 0; i < 32; ++i)
      mask |= uint32_t(i >= a && i - a < b) << i;
    return mask;
  });
  check32("bmsk.wrap.b32 %r, %ra, %rb;", [](uint32_t a, uint32_t b, uint32_t) {
    uint32_t mask = 0;
    for (uint32_t i = 0; i < 32; ++i)
      mask |= uint32_t(i >= (a & 31) && i - (a & 31) < (b & 31)) << i;
    return mask;
  });
  check("bfe.s64 %d, %a, %rb, %rc;", words(8), [](const Sources &s) {
    uint32_t from = s.b & 255, count = s.c & 255;
    if (count == 0)
      return uint64_t(0);
    uint32_t top = std::min(from + count - 1, 63u);
    uint64_t sign = (s.a >> top) & 1, result = 0;
    for (uint32_t i = 0; i < 64; ++i) {
      uint64_t bit =
          i < count && from + i < 64 ? (s.a >> (from + i)) & 1 : sign;
      result |= bit << i;
    }
    return result;
  });
  check("bfi.b64 %d, %a, %b, %rc, 7;", words(9), [](const Sources &s) {
    uint64_t result = s.b;
    for (uint32_t i = 0; i < 7; ++i) {
      uint32_t to = (s.c & 255) + i;
      if (to < 64)
        result = (result & ~(uint64_t(1) << to)) | ((s.a >> i) & 1) << to;
    }
    return result;
  });
  check("bfind.shiftamt.s64 %r, %a; cvt.u64.u32 %d, %r;", words(10),
        [](const Sources &s) -> uint64_t {
          uint64_t x = int64_t(s.a) < 0 ? ~s.a : s.a;
          return x == 0 ? 0xffffffff : uint64_t(__builtin_clzll(x));
        });
}

/// fns: counts set bits from the base on, upwards or downwards.
TEST(Arithmetic, FindNthSet) {
  auto one = [](uint32_t mask, uint32_t base, int32_t offset) {
    return uint32_t(evaluate("fns.b32 %r, %ra, %rb, %rc; cvt.u64.u32 %d, %r;",
                             {{mask, base, uint32_t(offset)}})[0]);
  };
  EXPECT_EQ(one(0xaaaaaaaa, 3, 1), 3u);
  EXPECT_EQ(one(0xaaaaaaaa, 3, 2), 5u);
  EXPECT_EQ(one(0xaaaaaaaa, 3, -1), 3u);
  EXPECT_EQ(one(0xaaaaaaaa, 3, -2), 1u);
  EXPECT_EQ(one(0xaaaaaaaa, 3, -3), ~0u);
  EXPECT_EQ(one(0xaaaaaaaa, 3, 0), 3u);
  EXPECT_EQ(one(0xaaaaaaaa, 2, 0), ~0u);
  EXPECT_EQ(one(0xaaaaaaaa, 2, 1), 3u);
}

TEST(Arithmetic, Lop3WithPredicate) {
  check("setp.eq.u32 %q, %rc, 0; lop3.or.b32 %r|%p, %ra, %rb, %rc, 0x80, %q;"
        "selp.u64 %d, 1, 0, %p;",
        words(12), [](const Sources &s) -> uint64_t {
          return uint32_t(s.a & s.b & s.c) != 0 || uint32_t(s.c) == 0;
        });
}

TEST(Arithmetic, PermuteModes) {
  auto byte = [](uint32_t a, uint32_t b, unsigned i) {
    return (uint64_t(b) << 32 | a) >> (8 * (i & 7)) & 255;
  };
  const std::pair<const char *, unsigned (*)(unsigned, unsigned)> modes[] = {
      {"f4e", [](unsigned i, unsigned c) { return c + i; }},
      {"b4e", [](unsigned i, unsigned c) { return c - i; }},
      {"rc8", [](unsigned, unsigned c) { return c; }},
      {"ecl", [](unsigned i, unsigned c) { return std::max(i, c); }},
      {"ecr", [](unsigned i, unsigned c) { return std::min(i, c); }},
      {"rc16", [](unsigned i, unsigned c) { return 2 * (c & 1) + (i & 1); }}};
  for (auto [name, select] : modes)
    check32(std::string("prmt.b32.") + name + " %r, %ra, %rb, %rc;",
            [&, pick = select](uint32_t a, uint32_t b, uint32_t c) {
              uint32_t result = 0;
              for (unsigned i = 0; i < 4; ++i)
                result |= uint32_t(byte(a, b, pick(i, c & 3))) << (8 * i);
              return result;
            });
}

TEST(Arithmetic, PairsOfShorts) {
  auto halves = [](const std::function<int(int, int)> &f, bool sign) {
    return [=](uint32_t a, uint32_t b, uint32_t) {
      uint32_t result = 0;
      for (unsigned i = 0; i < 32; i += 16) {
        int x = sign ? int16_t(a >> i) : int(uint16_t(a >> i));
        int y = sign ? int16_t(b >> i) : int(uint16_t(b >> i));
        result |= (uint32_t(f(x, y)) & 0xffff) << i;
      }
      return result;
    };
  };
  auto add = [](int x, int y) { return x + y; };
  auto least = [](int x, int y) { return std::min(x, y); };
  auto most = [](int x, int y) { return std::max({x, y, 0}); };
  check32("add.u16x2 %r, %ra, %rb;", halves(add, false));
  check32("min.s16x2 %r, %ra, %rb;", halves(least, true));
  check32("min.u16x2 %r, %ra, %rb;", halves(least, false));
  check32("max.relu.s16x2 %r, %ra, %rb;", halves(most, true));
  check32("min.relu.s32 %r, %ra, %rb;", [](uint32_t a, uint32_t b, uint32_t) {
    return uint32_t(std::max(std::min(int32_t(a), int32_t(b)), 0));
  });
}

//===----------------------------------------------------------------------===//
// Floats
//===----------------------------------------------------------------------===//

/// Bit patterns of f32 pairs with specials and equal exponents among them.
static std::vector<Sources> floats(uint64_t seed) {
  std::vector<Sources> values = words(seed, 1024);
  Stream random(seed);
  static const uint32_t edges[] = {0,          0x80000000, 0x7f800000,
                                   0xff800000, 0x7fc00000, 1,
                                   0x80000001, 0x3f800000, 0x007fffff};
  for (Sources &value : values)
    for (uint64_t *word : {&value.a, &value.b, &value.c})
      if (random.integer(0, 3) == 0)
        *word = edges[random.integer(0, std::size(edges) - 1)];
      else
        *word = random.word() & 0x9fffffff;
  return values;
}

static uint32_t canonical(float value) {
  return std::isnan(value) ? 0x7fffffff : bits(value);
}
static float flush(float value) {
  return std::fabs(value) < 0x1p-126f ? std::copysign(0.0f, value) : value;
}

static void checkFloat(const std::string &instruction,
                       const std::function<float(float, float, float)> &f) {
  check(instruction + " mov.b32 %r, %f; cvt.u64.u32 %d, %r;", floats(21),
        [&](const Sources &s) -> uint64_t {
          return canonical(f(real(s.a), real(s.b), real(s.c)));
        });
}

TEST(Arithmetic, Extremes) {
  auto least = [](float a, float b) {
    if (std::isnan(a) || std::isnan(b))
      return std::isnan(a) ? b : a;
    return a < b || (a == b && std::signbit(a)) ? a : b;
  };
  checkFloat("min.f32 %f, %fa, %fb;",
             [&](float a, float b, float) { return least(a, b); });
  checkFloat("min.f32 %f, %fa, %fb, %fc;",
             [&](float a, float b, float c) { return least(least(a, b), c); });
  checkFloat("max.NaN.f32 %f, %fa, %fb;", [&](float a, float b, float) {
    return std::isnan(a) || std::isnan(b) ? NAN : -least(-a, -b);
  });
  checkFloat("max.xorsign.abs.f32 %f, %fa, %fb;", [&](float a, float b, float) {
    float most = -least(-std::fabs(a), -std::fabs(b));
    return std::isnan(a) && std::isnan(b)
               ? NAN
               : std::copysign(most, std::signbit(a) != std::signbit(b) ? -1.0f
                                                                        : 1.0f);
  });
}

TEST(Arithmetic, FlushAndSaturate) {
  checkFloat("mul.ftz.f32 %f, %fa, %fb;", [](float a, float b, float) {
    return flush(flush(a) * flush(b));
  });
  checkFloat("fma.rn.ftz.f32 %f, %fa, %fb, %fc;",
             [](float a, float b, float c) {
               return flush(std::fma(flush(a), flush(b), flush(c)));
             });
  checkFloat("add.sat.f32 %f, %fa, %fb;", [](float a, float b, float) {
    float sum = a + b;
    return sum > 0 ? std::min(sum, 1.0f) : 0.0f;
  });
}

TEST(Arithmetic, PairsOfFloats) {
  std::vector<Sources> values = floats(22);
  std::vector<Sources> other = floats(23);
  for (size_t i = 0; i < values.size(); ++i) {
    values[i].a |= other[i].a << 32;
    values[i].b |= other[i].b << 32;
    values[i].c |= other[i].c << 32;
  }
  auto both = [&](const std::string &op,
                  const std::function<float(float, float, float)> &f) {
    check(op, values, [&](const Sources &s) {
      return canonical(f(real(s.a), real(s.b), real(s.c))) |
             uint64_t(canonical(
                 f(real(s.a >> 32), real(s.b >> 32), real(s.c >> 32))))
                 << 32;
    });
  };
  both("add.rn.f32x2 %d, %a, %b;",
       [](float a, float b, float) { return a + b; });
  both("mul.rn.ftz.f32x2 %d, %a, %b;",
       [](float a, float b, float) { return flush(flush(a) * flush(b)); });
  both("fma.rn.f32x2 %d, %a, %b, %c;",
       [](float a, float b, float c) { return std::fma(a, b, c); });
}

/// The code of the value that is nearest to `exact`, of those around the one
/// that rounding twice gives.
static uint16_t nearest(double (*decode)(uint16_t), uint16_t (*encode)(double),
                        Quad exact, double tiny) {
  double rounded = static_cast<double>(exact);
  if (std::isnan(rounded))
    return 0x7fff;
  uint16_t best = encode(rounded);
  if (std::isinf(decode(best)) || (best & 0x7fff) == 0)
    return best;
  auto distance = [&](uint16_t code) {
    Quad difference = decode(code) - exact;
    return difference < 0 ? -difference : difference;
  };
  for (uint16_t code : {uint16_t(best - 1), uint16_t(best + 1)}) {
    if (std::isinf(decode(code)))
      continue;
    Quad here = distance(best), there = distance(code);
    bool even = code % 2 == 0;
    // A tie that an addend below the last of 113 bits breaks.
    if (tiny != 0)
      even = (decode(code) > decode(best)) == (tiny > 0);
    if (there < here || (there == here && even))
      best = code;
  }
  return best;
}

/// Every f16 against two others, bf16 too: exact in f64 and rounded once.
TEST(Arithmetic, Halves) {
  std::vector<Sources> values;
  for (uint32_t code = 0; code < 65536; code += 3)
    values.push_back({code | (code ^ 0x5555) << 16,
                      (code * 40503u + 11) & 0xffffffff,
                      (code * 30011u + 7777) & 0xffffffff});
  struct Half {
    const char *name;
    double (*decode)(uint16_t);
    uint16_t (*encode)(double);
    double normal;
  };
  const Half halves[] = {
      {"f16", reference::decodeF16, reference::encodeF16, 0x1p-14},
      {"bf16", reference::decodeBF16, reference::encodeBF16, 0x1p-126}};
  for (const Half &half : halves) {
    auto both = [&](const std::string &op,
                    const std::function<Quad(double, double, double)> &f) {
      check(op + half.name + "x2 %r, %ra, %rb, %rc; cvt.u64.u32 %d, %r;",
            values, [&](const Sources &s) -> uint64_t {
              uint64_t packed = 0;
              for (unsigned i = 0; i < 32; i += 16) {
                double a = half.decode(uint16_t(s.a >> i)),
                       b = half.decode(uint16_t(s.b >> i)),
                       c = half.decode(uint16_t(s.c >> i));
                Quad exact = f(a, b, c);
                double tiny = exact == a * b ? c : 0;
                packed |=
                    uint64_t(nearest(half.decode, half.encode, exact, tiny))
                    << i;
              }
              return packed;
            });
    };
    both("fma.rn.", [](double a, double b, double c) {
      return static_cast<Quad>(a * b) + c;
    });
    both("fma.rn.relu.", [](double a, double b, double c) {
      Quad sum = static_cast<Quad>(a * b) + c;
      return sum <= 0 ? 0 : sum;
    });
  }
  // A tie that only the tiny addend breaks: 1 + 2^-8 is halfway in bf16.
  EXPECT_EQ(evaluate("fma.rn.bf16 %h, %ha, %hb, %hc; cvt.u64.u16 %d, %h;",
                     {{0x3f81, 0x3f81, 0x0080}, {0x3f80, 0x4040, 0x3b80}})[0],
            reference::encodeBF16(1.015686035));
  EXPECT_EQ(evaluate("fma.rn.bf16 %h, %ha, %hb, %hc; cvt.u64.u16 %d, %h;",
                     {{0x3fc0, 0x3fab, 0x0100}, {0x3fc0, 0x3fab, 0x8100}}),
            ([] {
              // 1.5 * 1.3359375 = 2.00390625 is no tie; both round down.
              std::vector<uint64_t> v(32);
              v[0] = v[1] = 0x4000;
              return v;
            }()));
  check("min.NaN.f16 %h, %ha, %hb; cvt.u64.u16 %d, %h;",
        {{0x7e00, 0x3c00}, {0x8000, 0x0000}, {0x3c00, 0xbc00}},
        [](const Sources &s) -> uint64_t {
          return s.a == 0x7e00 ? 0x7fff : s.a == 0x8000 ? 0x8000 : 0xbc00;
        });
  check("add.ftz.f16 %h, %ha, %hb; cvt.u64.u16 %d, %h;",
        {{0x0001, 0x0001}, {0x0001, 0x3c00}, {0x0400, 0x8001}},
        [](const Sources &s) -> uint64_t {
          return s.a == 0x0400 ? 0x0400 : s.b == 0x3c00 ? 0x3c00 : 0;
        });
}

TEST(Arithmetic, MixedPrecision) {
  check(
      "fma.rn.f32.bf16 %f, %ha, %hb, %fc; mov.b32 %r, %f; cvt.u64.u32 %d, %r;",
      {{0x3fc0, 0x4040, bits(0.25f)}},
      [](const Sources &) -> uint64_t { return bits(1.5f * 3.0f + 0.25f); });
  check("sub.f32.f16 %f, %ha, %fb; mov.b32 %r, %f; cvt.u64.u32 %d, %r;",
        {{0x3c00, bits(0.25f), 0}},
        [](const Sources &) -> uint64_t { return bits(0.75f); });
}

/// Approximations: within one unit in the last place of the exact value; sin
/// and cos of an angle that is rounded as hardware does it.
TEST(Arithmetic, Approximations) {
  Stream random(5);
  std::vector<Sources> values;
  for (int i = 0; i < 2000; ++i)
    values.push_back({bits(static_cast<float>(
                          std::ldexp(1 + (random.word() & 0xffffff) * 0x1p-24,
                                     int(random.integer(-20, 5))))),
                      bits(3.7f), 0});
  const std::pair<const char *, double (*)(double)> functions[] = {
      {"rcp.approx.f32", [](double x) { return 1 / x; }},
      {"sqrt.approx.f32", [](double x) { return std::sqrt(x); }},
      {"rsqrt.approx.f32", [](double x) { return 1 / std::sqrt(x); }},
      {"ex2.approx.f32", [](double x) { return std::exp2(x); }},
      {"lg2.approx.f32", [](double x) { return std::log2(x); }},
      {"sin.approx.f32", [](double x) { return std::sin(x); }},
      {"cos.approx.f32", [](double x) { return std::cos(x); }},
      {"tanh.approx.f32", [](double x) { return std::tanh(x); }}};
  for (auto [name, function] : functions) {
    std::vector<uint64_t> out = evaluate(
        std::string(name) + " %f, %fa; mov.b32 %r, %f; cvt.u64.u32 %d, %r;",
        values);
    for (size_t i = 0; i < values.size(); ++i) {
      float exact = static_cast<float>(function(real(values[i].a)));
      float got = real(out[i]), source = real(values[i].a);
      bool angle = name == std::string("sin.approx.f32") ||
                   name == std::string("cos.approx.f32");
      ASSERT_TRUE((angle && std::fabs(got - exact) <= source * 0x1p-22f) ||
                  got == exact || got == std::nextafter(exact, INFINITY) ||
                  got == std::nextafter(exact, -INFINITY))
          << name << " " << real(values[i].a) << ": " << got << ", " << exact;
    }
  }
  // Those of f64 have a lower word of zero.
  EXPECT_EQ(evaluate("rcp.approx.ftz.f64 %g, %ga; mov.b64 %d, %g;",
                     {{bits64(3.0)}})[0],
            bits64(1 / 3.0) & ~uint64_t(0xffffffff));
  EXPECT_EQ(evaluate("div.full.f32 %f, %fa, %fb; mov.b32 %r, %f;"
                     "cvt.u64.u32 %d, %r;",
                     {{bits(1.0f), bits(3.0f)}})[0],
            bits(1.0f / 3));
}

TEST(Arithmetic, Comparisons) {
  const std::pair<const char *, std::function<bool(double, double)>> all[] = {
      {"eq", [](double a, double b) { return a == b; }},
      {"ne", [](double a, double b) { return a < b || a > b; }},
      {"lt", [](double a, double b) { return a < b; }},
      {"le", [](double a, double b) { return a <= b; }},
      {"gt", [](double a, double b) { return a > b; }},
      {"ge", [](double a, double b) { return a >= b; }},
      {"equ", [](double a, double b) { return !(a < b || a > b); }},
      {"neu", [](double a, double b) { return !(a == b); }},
      {"ltu", [](double a, double b) { return !(a >= b); }},
      {"leu", [](double a, double b) { return !(a > b); }},
      {"gtu", [](double a, double b) { return !(a <= b); }},
      {"geu", [](double a, double b) { return !(a < b); }},
      {"num",
       [](double a, double b) { return !std::isnan(a) && !std::isnan(b); }},
      {"nan",
       [](double a, double b) { return std::isnan(a) || std::isnan(b); }}};
  for (const auto &[name, function] : all) {
    check(std::string("setp.") + name +
              ".f32 %p, %fa, %fb; selp.u64 %d, 1, 0, %p;",
          floats(31), [f = function](const Sources &s) -> uint64_t {
            return f(real(s.a), real(s.b));
          });
    check(std::string("setp.") + name +
              ".f16x2 %p|%q, %ra, %rb; selp.u64 %d, 1, 0, %p;"
              "@%q add.u64 %d, %d, 2;",
          words(32), [f = function](const Sources &s) -> uint64_t {
            auto at = [](uint64_t x) {
              return reference::decodeF16(uint16_t(x));
            };
            return f(at(s.a), at(s.b)) + 2 * f(at(s.a >> 16), at(s.b >> 16));
          });
  }
  check("setp.lt.ftz.f32 %p, %fa, %fb; selp.u64 %d, 1, 0, %p;",
        {{0, 1}, {1, 0x00800000}},
        [](const Sources &s) -> uint64_t { return s.a == 1; });
  check("set.lt.f16x2.f16x2 %r, %ra, %rb; cvt.u64.u32 %d, %r;",
        {{0x3c004000, 0x40003c00}},
        [](const Sources &) -> uint64_t { return 0x3c000000; });
  check("set.gt.u16.bf16 %h, %ha, %hb; cvt.u64.u16 %d, %h;", {{0x4000, 0x3f80}},
        [](const Sources &) -> uint64_t { return 0xffff; });
}

TEST(Arithmetic, ClassesAndSelections) {
  const std::pair<const char *, bool (*)(double)> classes[] = {
      {"finite", [](double x) { return std::isfinite(x); }},
      {"infinite", [](double x) { return std::isinf(x); }},
      {"number", [](double x) { return !std::isnan(x); }},
      {"notanumber", [](double x) { return std::isnan(x); }},
      {"normal", [](double x) { return x == 0 || std::isnormal(x); }},
      {"subnormal",
       [](double x) { return std::fpclassify(x) == FP_SUBNORMAL; }}};
  std::vector<Sources> values = {{0},
                                 {1},
                                 {bits64(1)},
                                 {bits64(INFINITY)},
                                 {bits64(NAN)},
                                 {bits64(-0.0)},
                                 {bits64(-1e-310)}};
  for (auto [name, function] : classes)
    check(std::string("testp.") + name + ".f64 %p, %ga; selp.u64 %d, 1, 0, %p;",
          values, [f = function](const Sources &s) -> uint64_t {
            return f(real64(s.a));
          });
  check("slct.u64.s32 %d, %a, %b, %rc;", words(41),
        [](const Sources &s) { return low(s.c) >= 0 ? s.a : s.b; });
  check("slct.u64.f32 %d, %a, %b, %fc;", floats(42),
        [](const Sources &s) { return real(s.c) >= 0 ? s.a : s.b; });
  check("copysign.f64 %g, %ga, %gb; mov.b64 %d, %g;", words(43),
        [](const Sources &s) {
          return (s.b & ~(uint64_t(1) << 63)) | (s.a & uint64_t(1) << 63);
        });
}

/// 128-bit registers, and vectors of parts.
TEST(Arithmetic, WideMoves) {
  check("mov.b128 %w, {%a, %b}; mov.b128 {_, %d}, %w;", words(51),
        [](const Sources &s) { return s.b; });
  check("mov.b128 %w, {%ra, %rb, %rc, %ra}; mov.b128 {%a, %d}, %w;", words(52),
        [](const Sources &s) { return (s.a << 32) | uint32_t(s.c); });
  check("mov.b64 %d, {%ha, %hb, %hc, %ha};", words(53), [](const Sources &s) {
    return uint64_t(uint16_t(s.a)) | uint64_t(uint16_t(s.b)) << 16 |
           uint64_t(uint16_t(s.c)) << 32 | s.a << 48;
  });
}
