//===- ConvertTest.cpp - cvt in all its forms -----------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Against a conversion that searches the sorted values of the format: it shares
// nothing with the simulator's, which shifts bits.
//
//===----------------------------------------------------------------------===//

#include "ScalarSupport.h"
#include "SimTestSupport.h"

#include <algorithm>
#include <cmath>

using namespace dgemm::sim;
using namespace dgemm::sim::test;

namespace {

/// A float format as the list of its finite magnitudes, by code.
struct Format {
  const char *name;
  int exponent, mantissa, bias;
  uint32_t largest;
  bool infinity;
  uint32_t nan; // code of the NaN that conversions make

  uint32_t sign() const { return 1u << (exponent + mantissa); }
  double value(uint32_t code) const {
    uint32_t magnitude = code & (sign() - 1);
    double result = NAN;
    int e = static_cast<int>(magnitude >> mantissa);
    double fraction =
        (magnitude & ((1u << mantissa) - 1)) / double(1 << mantissa);
    if (magnitude <= largest)
      result = e == 0 ? std::ldexp(fraction, 1 - bias)
                      : std::ldexp(1 + fraction, e - bias);
    else if (infinity && magnitude == largest + 1)
      result = INFINITY;
    return code & sign() ? -result : result;
  }
  /// `mode`: n(earest even), a(way), z(ero), m(inus), p(lus).
  uint32_t round(double x, char mode, bool finite) const {
    if (std::isnan(x))
      return nan;
    bool negative = std::signbit(x);
    double magnitude = std::fabs(x);
    // The largest code whose value does not exceed the magnitude.
    uint32_t low = 0, high = largest + 1;
    while (high - low > 1) {
      uint32_t middle = (low + high) / 2;
      (value(middle) <= magnitude ? low : high) = middle;
    }
    uint32_t code = low;
    double step = std::ldexp(
        1.0, std::max(static_cast<int>(low >> mantissa), 1) - bias - mantissa);
    double rest = std::isinf(x) ? INFINITY : magnitude - value(low);
    if (rest > 0) {
      bool up = mode == 'n' ? rest > step / 2 || (rest == step / 2 && (low & 1))
                : mode == 'a' ? rest >= step / 2
                : mode == 'z' ? std::isinf(x)
                : mode == 'm' ? negative
                              : !negative;
      code += up || std::isinf(x);
    }
    if (code > largest)
      code = infinity && !finite ? largest + 1 : largest;
    return code | (negative ? sign() : 0);
  }
};

} // namespace

static constexpr Format f16 = {"f16", 5, 10, 15, 0x7bff, true, 0x7fff};
static constexpr Format bf16 = {"bf16", 8, 7, 127, 0x7f7f, true, 0x7fff};
static constexpr Format e4m3 = {"e4m3", 4, 3, 7, 0x7e, false, 0x7f};
static constexpr Format e5m2 = {"e5m2", 5, 2, 15, 0x7b, true, 0x7f};
static constexpr Format e2m1 = {"e2m1", 2, 1, 1, 7, false, 7};
static constexpr Format e2m3 = {"e2m3", 2, 3, 1, 31, false, 31};
static constexpr Format e3m2 = {"e3m2", 3, 2, 3, 31, false, 31};

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
static uint64_t bits64(double value) {
  uint64_t word;
  std::memcpy(&word, &value, 8);
  return word;
}

/// f32 values around every code of a format: itself, halfway to the next one,
/// and one step of f32 to both sides of each; and specials.
static std::vector<float> around(const Format &format, uint32_t stride = 1) {
  std::vector<float> values = {0.0f, -0.0f,  INFINITY, -INFINITY,
                               NAN,  1e-45f, 3e38f,    -3e38f};
  for (uint32_t code = 0; code <= format.largest; code += stride) {
    double here = format.value(code), next = format.value(code + 1);
    if (std::isnan(next) || std::isinf(next))
      next = 2 * here;
    for (double middle : {here, (here + next) / 2}) {
      float at = static_cast<float>(middle);
      for (float x :
           {at, std::nextafter(at, INFINITY), std::nextafter(at, 0.0f)})
        values.insert(values.end(), {x, -x});
    }
  }
  return values;
}

static std::vector<Sources> sourcesOf(const std::vector<float> &values) {
  std::vector<Sources> sources;
  for (size_t i = 0; i < values.size(); ++i)
    sources.push_back(
        {bits(values[i]), bits(values[(i * 7 + 3) % values.size()]), 0});
  return sources;
}

static const std::pair<const char *, char> roundings[] = {
    {"rn", 'n'}, {"rz", 'z'}, {"rm", 'm'}, {"rp", 'p'}};

TEST(Convert, FloatToHalves) {
  for (const Format &format : {f16, bf16}) {
    std::vector<float> values = around(format, 13);
    for (auto [name, mode] : roundings) {
      std::string op = std::string("cvt.") + name + "." + format.name + ".f32";
      std::vector<uint64_t> out =
          evaluate(op + " %h, %fa; cvt.u64.u16 %d, %h;", sourcesOf(values));
      for (size_t i = 0; i < values.size(); ++i)
        ASSERT_EQ(out[i], format.round(values[i], mode, false))
            << op << " " << values[i];
    }
  }
}

TEST(Convert, Modifiers) {
  std::vector<float> values = around(f16, 29);
  std::vector<Sources> sources = sourcesOf(values);
  auto check = [&](const std::string &op, auto expected) {
    std::vector<uint64_t> out =
        evaluate(op + " %h, %fa; cvt.u64.u16 %d, %h;", sources);
    for (size_t i = 0; i < values.size(); ++i)
      ASSERT_EQ(out[i], expected(values[i])) << op << " " << values[i];
  };
  check("cvt.rn.relu.f16.f32", [](float x) {
    return f16.round(std::isnan(x) ? x : std::max(x, 0.0f) + 0.0f, 'n', false);
  });
  check("cvt.rn.satfinite.f16.f32",
        [](float x) { return f16.round(x, 'n', true); });
  check("cvt.rn.sat.f16.f32", [](float x) {
    return f16.round(x > 0 ? std::min(x, 1.0f) : 0.0f, 'n', false);
  });
  check("cvt.rz.satfinite.relu.bf16.f32", [](float x) {
    return bf16.round(std::isnan(x) ? x : std::max(x, 0.0f) + 0.0f, 'z', true);
  });
}

/// Pairs of small floats: the first source is the upper half.
TEST(Convert, FloatsToSmallFloats) {
  for (const Format &format : {e4m3, e5m2, e2m1, e2m3, e3m2}) {
    std::vector<float> values = around(format);
    std::vector<Sources> sources = sourcesOf(values);
    bool nibble = format.exponent + format.mantissa == 3;
    std::string to = nibble ? "%x" : "%h";
    std::string move = nibble ? "cvt.u64.u8 %d, %x;" : "cvt.u64.u16 %d, %h;";
    for (bool relu : {false, true}) {
      std::string op = std::string("cvt.rn.satfinite.") +
                       (relu ? "relu." : "") + format.name + "x2.f32 ";
      std::vector<uint64_t> out =
          evaluate(op + to + ", %fa, %fb; " + move, sources);
      for (size_t i = 0; i < values.size(); ++i) {
        auto code = [&](uint64_t word) {
          float x = real(word);
          if (relu && x <= 0)
            x = 0;
          return format.round(x, 'n', true);
        };
        uint32_t width = nibble ? 4 : 8;
        ASSERT_EQ(out[i], code(sources[i].a) << width | code(sources[i].b))
            << op << values[i];
      }
    }
  }
}

/// Every code of the small formats, to f16x2 and from there back.
TEST(Convert, SmallFloatsToHalvesAndBack) {
  for (const Format &format : {e4m3, e5m2, e2m1, e2m3, e3m2}) {
    bool nibble = format.exponent + format.mantissa == 3;
    uint32_t codes = 2 * format.sign();
    std::vector<Sources> sources(codes);
    for (uint32_t code = 0; code < codes; ++code)
      sources[code].a = code | ((code * 5 + 1) % codes) << (nibble ? 4 : 8);
    std::string name = std::string(format.name) + "x2";
    std::string in = nibble ? "cvt.u8.u16 %x, %ha; " : "";
    std::string from = nibble ? "%x" : "%ha";
    std::vector<uint64_t> out = evaluate(in + "cvt.rn.f16x2." + name + " %r, " +
                                             from + "; cvt.u64.u32 %d, %r;",
                                         sources);
    for (uint32_t code = 0; code < codes; ++code) {
      double low = format.value(code),
             high = format.value((code * 5 + 1) % codes);
      ASSERT_EQ(out[code],
                f16.round(low, 'n', false) | f16.round(high, 'n', false) << 16)
          << name << " " << code;
    }
    std::string back = nibble ? "cvt.u64.u8 %d, %y;" : "cvt.u64.u16 %d, %h;";
    out = evaluate(in + "cvt.rn.f16x2." + name + " %r, " + from +
                       "; cvt.rn.satfinite." + name + ".f16x2 " +
                       (nibble ? "%y" : "%h") + ", %r; " + back,
                   sources);
    for (uint32_t code = 0; code < codes; ++code) {
      auto again = [&](uint32_t x) {
        return format.round(format.value(x), 'n', true);
      };
      ASSERT_EQ(out[code], again(code) | again((code * 5 + 1) % codes)
                                             << (nibble ? 4 : 8))
          << name << " " << code;
    }
  }
}

TEST(Convert, Scales) {
  // The exponent of the magnitude; .rp goes up, .satfinite keeps infinity out.
  std::vector<float> values = {1.0f, 1.5f,   -3.0f, 0x1p-127f, 0x1.8p-127f,
                               0.0f, 1e-45f, 3e38f, INFINITY,  NAN};
  std::vector<uint64_t> down = {127, 127, 128, 0, 0, 0, 0, 254, 254, 255};
  std::vector<uint64_t> up = {127, 128, 129, 0, 1, 0, 0, 254, 254, 255};
  std::vector<Sources> sources;
  for (float value : values)
    sources.push_back({bits(value), bits(1.0f), 0});
  std::vector<uint64_t> out =
      evaluate("cvt.rz.satfinite.ue8m0x2.f32 %h, %fa, %fb; cvt.u64.u16 %d, %h;",
               sources);
  for (size_t i = 0; i < values.size(); ++i)
    EXPECT_EQ(out[i], down[i] << 8 | 127) << values[i];
  out =
      evaluate("cvt.rp.satfinite.ue8m0x2.f32 %h, %fa, %fb; cvt.u64.u16 %d, %h;",
               sources);
  for (size_t i = 0; i < values.size(); ++i)
    EXPECT_EQ(out[i], up[i] << 8 | 127) << values[i];
  std::vector<Sources> codes(256);
  for (uint32_t code = 0; code < 256; ++code)
    codes[code].a = code | 127 << 8;
  out = evaluate("cvt.rn.bf16x2.ue8m0x2 %r, %ha; cvt.u64.u32 %d, %r;", codes);
  for (uint32_t code = 0; code < 256; ++code)
    EXPECT_EQ(out[code] & 0xffff,
              bf16.round(code == 255 ? NAN : std::ldexp(1.0, int(code) - 127),
                         'n', false))
        << code;
}

/// Every f16 and bf16 to f32, f64, and integers.
TEST(Convert, EveryHalf) {
  std::vector<Sources> sources(65536);
  for (uint32_t code = 0; code < 65536; ++code)
    sources[code].a = code;
  for (const Format &format : {f16, bf16}) {
    std::string name = format.name;
    std::vector<uint64_t> wide =
        evaluate("cvt.f64." + name + " %g, %ha; mov.b64 %d, %g;", sources);
    std::vector<uint64_t> narrow = evaluate(
        "cvt.f32." + name + " %f, %ha; mov.b32 %r, %f; cvt.u64.u32 %d, %r;",
        sources);
    std::vector<uint64_t> byte = evaluate(
        "cvt.rni.s8." + name + " %r, %ha; cvt.u64.u32 %d, %r;", sources);
    std::vector<uint64_t> whole =
        evaluate("cvt.rzi.u64." + name + " %d, %ha;", sources);
    for (uint32_t code = 0; code < 65536; ++code) {
      double value = format.value(code);
      if (std::isnan(value)) {
        // As recorded on an H100: bf16 moves to the upper half as it is.
        ASSERT_EQ(narrow[code], name == "bf16" ? code << 16 : 0x7fffffffu)
            << code;
        ASSERT_EQ(byte[code], 0u) << code;
        ASSERT_EQ(whole[code], uint64_t(1) << 63) << code;
        continue;
      }
      ASSERT_EQ(wide[code], bits64(value)) << name << code;
      ASSERT_EQ(narrow[code], bits(static_cast<float>(value))) << name << code;
      double clamped = std::clamp(std::nearbyint(value), -128.0, 127.0);
      ASSERT_EQ(byte[code], static_cast<uint32_t>(static_cast<int>(clamped)))
          << name << code;
      uint64_t expected = value <= 0        ? 0
                          : value >= 0x1p64 ? ~uint64_t(0)
                                            : static_cast<uint64_t>(value);
      ASSERT_EQ(whole[code], expected) << name << code;
    }
  }
}

TEST(Convert, FloatsToIntegers) {
  std::vector<double> values = {
      0.5,    -0.5,    1.5,      2.5,       -2.5,  127.5,        -128.7,
      255.9,  65535.4, -32768.9, 1e20,      -1e20, 2147483647.5, -2147483648.5,
      9.3e18, -9.3e18, INFINITY, -INFINITY, NAN};
  std::vector<Sources> sources;
  for (double value : values)
    sources.push_back({bits64(value), 0, 0});
  const std::pair<const char *, double (*)(double)> modes[] = {
      {"rni", [](double x) { return std::nearbyint(x); }},
      {"rzi", [](double x) { return std::trunc(x); }},
      {"rmi", [](double x) { return std::floor(x); }},
      {"rpi", [](double x) { return std::ceil(x); }}};
  for (auto [mode, function] : modes)
    for (unsigned width : {8u, 16u, 32u, 64u})
      for (bool sign : {false, true}) {
        std::string op = std::string("cvt.") + mode + (sign ? ".s" : ".u") +
                         std::to_string(width) + ".f64";
        std::vector<uint64_t> out =
            evaluate(width == 64 ? op + " %d, %ga;"
                                 : op + " %r, %ga; cvt.u64.u32 %d, %r;",
                     sources);
        for (size_t i = 0; i < values.size(); ++i) {
          double low = sign ? -std::ldexp(1.0, int(width) - 1) : 0;
          double high = std::ldexp(1.0, int(width) - sign);
          uint64_t mask =
              width >= 32 ? ~uint64_t(0) >> (64 - width) : 0xffffffff;
          double x = function(values[i]);
          uint64_t top = uint64_t(1) << (width - 1);
          uint64_t expected =
              std::isnan(x) ? (sign ? ~(top - 1) : top)
              : x >= high   ? (sign ? top - 1 : (top - 1) | top)
              : x <= low    ? (sign ? ~(top - 1) : 0)
                            : static_cast<uint64_t>(static_cast<int64_t>(x));
          if (x >= 0x1p63 && x < high)
            expected = static_cast<uint64_t>(x);
          ASSERT_EQ(out[i], expected & mask) << op << " " << values[i];
        }
      }
}

TEST(Convert, IntegersToFloats) {
  Stream random(3);
  std::vector<Sources> sources;
  for (unsigned i = 0; i < 512; ++i)
    sources.push_back({random.bits() >> random.integer(0, 63), 0, 0});
  for (uint64_t edge : {uint64_t(0), ~uint64_t(0), uint64_t(1) << 63,
                        (uint64_t(1) << 63) - 1, uint64_t(0x10000010000001)})
    sources.push_back({edge, 0, 0});
  for (bool sign : {false, true})
    for (auto [name, mode] : roundings) {
      std::string from = sign ? ".s64" : ".u64";
      auto exact = [&](uint64_t x) -> long double {
        return sign ? static_cast<long double>(static_cast<int64_t>(x))
                    : static_cast<long double>(x);
      };
      std::vector<uint64_t> wide =
          evaluate(std::string("cvt.") + name + ".f64" + from +
                       " %g, %a; mov.b64 %d, %g;",
                   sources);
      std::vector<uint64_t> half =
          evaluate(std::string("cvt.") + name + ".bf16" + from +
                       " %h, %a; cvt.u64.u16 %d, %h;",
                   sources);
      for (size_t i = 0; i < sources.size(); ++i) {
        // 64 bits of mantissa hold every 64-bit integer.
        long double x = exact(sources[i].a);
        double down = static_cast<double>(x);
        while (static_cast<long double>(down) > x)
          down = std::nextafter(down, -INFINITY);
        double up = down;
        if (static_cast<long double>(down) < x)
          up = std::nextafter(down, INFINITY);
        double expected = mode == 'n'   ? static_cast<double>(x)
                          : mode == 'm' ? down
                          : mode == 'p' ? up
                          : x < 0       ? up
                                        : down;
        ASSERT_EQ(wide[i], bits64(expected)) << name << from << sources[i].a;
        // Rounding the double to nearest would round twice: see from below.
        double odd = down == up || (bits64(down) & 1) ? down : up;
        ASSERT_EQ(half[i], bf16.round(odd, mode, false))
            << name << from << sources[i].a;
      }
    }
}

TEST(Convert, BetweenIntegers) {
  EXPECT_EQ(evaluate("cvt.s64.s8 %d, %ra;", {{0x80}})[0], uint64_t(-128));
  EXPECT_EQ(evaluate("cvt.u32.s16 %r, %ha; cvt.u64.u32 %d, %r;", {{0x8000}})[0],
            0xffff8000u);
  EXPECT_EQ(evaluate("cvt.sat.u8.s32 %r, %ra; cvt.u64.u32 %d, %r;",
                     {{uint32_t(-5)}, {300}, {77}}),
            (std::vector<uint64_t>([] {
              std::vector<uint64_t> v(32);
              v[1] = 255, v[2] = 77;
              return v;
            }())));
  EXPECT_EQ(evaluate("cvt.sat.s32.u64 %r, %a; cvt.u64.u32 %d, %r;",
                     {{uint64_t(1) << 40}})[0],
            0x7fffffffu);
}

TEST(Convert, Packs) {
  auto one = [](const std::string &body, uint64_t a, uint64_t b, uint64_t c) {
    return evaluate(body + " cvt.u64.u32 %d, %r;", {{a, b, c}})[0];
  };
  EXPECT_EQ(
      one("cvt.pack.sat.s16.s32 %r, %ra, %rb;", 70000, uint32_t(-70000), 0),
      0x7fff8000u);
  EXPECT_EQ(one("cvt.pack.sat.u8.s32.b32 %r, %ra, %rb, %rc;", 300, uint32_t(-1),
                0x1234),
            0x1234ff00u);
  EXPECT_EQ(
      one("cvt.pack.sat.s4.s32.b32 %r, %ra, %rb, %rc;", uint32_t(-3), 9, 0xabc),
      0xabcd7u);
  EXPECT_EQ(one("cvt.pack.sat.u2.s32.b32 %r, %ra, %rb, %rc;", 2, 7, 1), 0x1bu);
}

TEST(Convert, RoundToInteger) {
  std::vector<Sources> sources = {
      {bits(2.5f)}, {bits(-2.5f)}, {bits(0.3f)}, {bits(-0.3f)}};
  auto check = [&](const char *mode, std::vector<float> expected) {
    std::vector<uint64_t> out =
        evaluate(std::string("cvt.") + mode +
                     ".f32.f32 %f, %fa; mov.b32 %r, %f; cvt.u64.u32 %d, %r;",
                 sources);
    for (size_t i = 0; i < expected.size(); ++i)
      EXPECT_EQ(out[i], bits(expected[i])) << mode << i;
  };
  check("rni", {2, -2, 0, -0.0f});
  check("rzi", {2, -2, 0, -0.0f});
  check("rmi", {2, -3, 0, -1});
  check("rpi", {3, -2, 1, -0.0f});
}

TEST(Convert, Subnormals) {
  std::vector<Sources> sources = {{bits(1e-40f)}, {bits64(1e-40)}};
  EXPECT_EQ(evaluate("cvt.ftz.f64.f32 %g, %fa; mov.b64 %d, %g;", sources)[0],
            0u);
  EXPECT_EQ(evaluate("cvt.rn.ftz.f32.f64 %f, %ga; mov.b32 %r, %f;"
                     "cvt.u64.u32 %d, %r;",
                     sources)[1],
            0u);
  EXPECT_EQ(evaluate("cvt.rn.f32.f64 %f, %ga; mov.b32 %r, %f;"
                     "cvt.u64.u32 %d, %r;",
                     sources)[1],
            bits(1e-40f));
}

/// tf32 keeps ten bits of the mantissa.
TEST(Convert, TF32) {
  std::vector<Sources> sources = {{0x3f800000 | 0x1000},
                                  {0x3f800000 | 0x3000},
                                  {0xbf800000 | 0x1001},
                                  {0x7f7fffff},
                                  {0x3f800000 | 0x0fff}};
  auto check = [&](const char *op, std::vector<uint64_t> expected) {
    std::vector<uint64_t> out = evaluate(
        std::string(op) + ".tf32.f32 %r, %fa; cvt.u64.u32 %d, %r;", sources);
    for (size_t i = 0; i < expected.size(); ++i)
      EXPECT_EQ(out[i], expected[i]) << op << " " << i;
  };
  check("cvt.rn", {0x3f800000, 0x3f804000, 0xbf802000, 0x7f800000, 0x3f800000});
  check("cvt.rna",
        {0x3f802000, 0x3f804000, 0xbf802000, 0x7f800000, 0x3f800000});
  check("cvt.rz", {0x3f800000, 0x3f802000, 0xbf800000, 0x7f7fe000, 0x3f800000});
  check("cvt.rn.satfinite",
        {0x3f800000, 0x3f804000, 0xbf802000, 0x7f7fe000, 0x3f800000});
  check("cvt.rz.relu", {0x3f800000, 0x3f802000, 0, 0x7f7fe000, 0x3f800000});
}
