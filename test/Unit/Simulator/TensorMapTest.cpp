//===- TensorMapTest.cpp - Tensor maps: rules, image, replace -------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Simulator/TensorMap.h"
#include "SimTestSupport.h"

using namespace dgemm::sim;

namespace {

/// A 64 x 8 tile of bf16 in a 100 x 50 matrix.
TensorMap valid() {
  TensorMap map;
  map.type = TensorMapType::BF16;
  map.rank = 2;
  map.address = 0x1000;
  map.dim[0] = 100;
  map.dim[1] = 50;
  map.stride[0] = 208;
  map.box[0] = 64;
  map.box[1] = 8;
  map.swizzle = Swizzle::B128;
  return map;
}

/// `change` makes the map illegal; the message names `parameter`.
template <typename Change>
void rejects(const char *parameter, Change change, bool subByte = true) {
  TensorMap map = valid();
  change(map);
  Status status = validate(map, subByte);
  EXPECT_FALSE(status.ok()) << parameter;
  EXPECT_NE(status.message().find(parameter), std::string::npos)
      << status.message();
}

template <typename Change> void accepts(Change change, bool subByte = true) {
  TensorMap map = valid();
  change(map);
  EXPECT_TRUE(validate(map, subByte).ok()) << validate(map, subByte).message();
}

TEST(SimTensorMap, AcceptsTheLimits) {
  accepts([](TensorMap &) {});
  accepts([](TensorMap &m) { m.dim[1] = uint64_t(1) << 32; });
  accepts([](TensorMap &m) { m.box[1] = 256; });
  accepts([](TensorMap &m) { m.elementStride[1] = 8; });
  accepts([](TensorMap &m) { m.stride[0] = (uint64_t(1) << 40) - 16; });
  accepts([](TensorMap &m) { m.fill = OutOfBounds::NaN; });
  // A row narrower than the span of its swizzle.
  accepts([](TensorMap &m) { m.box[0] = 8; });
  accepts([](TensorMap &m) {
    m.swizzle = Swizzle::None;
    m.box[0] = 256;
  });
}

TEST(SimTensorMap, RejectsEachBrokenRule) {
  rejects("tensorRank", [](TensorMap &m) { m.rank = 0; });
  rejects("tensorRank", [](TensorMap &m) { m.rank = 6; });
  rejects("globalAddress", [](TensorMap &m) { m.address = 0x1008; });
  rejects("globalDim[1]", [](TensorMap &m) { m.dim[1] = 0; });
  rejects("globalDim[0]",
          [](TensorMap &m) { m.dim[0] = (uint64_t(1) << 32) + 1; });
  rejects("globalStrides[0]", [](TensorMap &m) { m.stride[0] = 200; });
  rejects("globalStrides[0]",
          [](TensorMap &m) { m.stride[0] = uint64_t(1) << 40; });
  rejects("boxDim[1]", [](TensorMap &m) { m.box[1] = 0; });
  rejects("boxDim[1]", [](TensorMap &m) { m.box[1] = 257; });
  rejects("boxDim[0] is 4, must make rows of a multiple of 16 bytes, these "
          "are 8 bytes",
          [](TensorMap &m) { m.box[0] = 4; });
  rejects("boxDim[0] is 72, makes rows of 144 bytes, the swizzle allows 128",
          [](TensorMap &m) { m.box[0] = 72; });
  rejects("allows 64", [](TensorMap &m) { m.swizzle = Swizzle::B64; });
  rejects("allows 32", [](TensorMap &m) { m.swizzle = Swizzle::B32; });
  rejects("elementStrides[1]", [](TensorMap &m) { m.elementStride[1] = 9; });
  rejects("elementStrides[0]", [](TensorMap &m) { m.elementStride[0] = 0; });
  rejects("tensorRank", [](TensorMap &m) { m.interleave = Interleave::B16; });
  rejects("NaN fill", [](TensorMap &m) {
    m.type = TensorMapType::U16;
    m.fill = OutOfBounds::NaN;
  });
  rejects("dataType", [](TensorMap &m) { m.type = TensorMapType(16); });
  rejects("swizzle", [](TensorMap &m) { m.swizzle = Swizzle(7); });
  rejects("oobFill", [](TensorMap &m) { m.fill = OutOfBounds(2); });
  rejects("interleave", [](TensorMap &m) { m.interleave = Interleave(3); });
  rejects("2^64", [](TensorMap &m) {
    m.dim[1] = uint64_t(1) << 32;
    m.stride[0] = (uint64_t(1) << 40) - 16;
    m.address = ~uint64_t(15);
  });
}

TEST(SimTensorMap, RulesOfInterleavedMaps) {
  auto interleaved = [](TensorMap &m) {
    m.rank = 3;
    m.stride[0] = m.stride[1] = 256;
    m.interleave = Interleave::B32;
    m.swizzle = Swizzle::B32;
  };
  accepts(interleaved);
  rejects("swizzle", [&](TensorMap &m) {
    interleaved(m);
    m.swizzle = Swizzle::B64;
  });
  rejects("globalStrides[1]", [&](TensorMap &m) {
    interleaved(m);
    m.stride[1] = 48;
  });
}

void toNibbles(TensorMap &m) {
  m.type = TensorMapType::U4Align16;
  m.dim[0] = 256;
  m.stride[0] = 128;
  m.box[0] = 128;
}

TEST(SimTensorMap, RulesOfNarrowTypes) {
  accepts(toNibbles);
  rejects("globalDim[0]", [](TensorMap &m) {
    toNibbles(m);
    m.dim[0] = 200;
  });
  rejects("boxDim[0]", [](TensorMap &m) {
    toNibbles(m);
    m.box[0] = 64;
  });
  rejects("multiple of 32", [](TensorMap &m) {
    toNibbles(m);
    m.stride[0] = 144;
  });
  rejects("multiple of 32", [](TensorMap &m) {
    toNibbles(m);
    m.address = 0x1010;
  });
  rejects("swizzle", [](TensorMap &m) {
    toNibbles(m);
    m.swizzle = Swizzle::B128Atom64;
  });
  auto packed = [](TensorMap &m) {
    m.type = TensorMapType::U4Align8;
    m.box[0] = 256;
  };
  accepts(packed);
  rejects("globalDim[0]", [&](TensorMap &m) {
    packed(m);
    m.dim[0] = 101;
  });
  rejects("boxDim[0]", [&](TensorMap &m) {
    packed(m);
    m.box[0] = 16;
  });
}

TEST(SimTensorMap, OlderChipsLackNarrowTypesAndAtoms) {
  accepts([](TensorMap &) {}, /*subByte=*/false);
  rejects("sm_100", toNibbles, /*subByte=*/false);
  rejects(
      "sm_100", [](TensorMap &m) { m.swizzle = Swizzle::B128Atom32; },
      /*subByte=*/false);
}

TEST(SimTensorMap, Sizes) {
  TensorMap map = valid();
  EXPECT_EQ(map.transactionBytes(), 64u * 8 * 2);
  EXPECT_EQ(map.rowBytes(), 128u);
  EXPECT_EQ(map.sharedBytes(), 1024u);
  map.box[0] = 8;
  EXPECT_EQ(map.rowBytes(), 16u);
  EXPECT_EQ(map.rowPitch(), 128u);
  EXPECT_EQ(map.transactionBytes(), 128u);
  map.box[1] = 7;
  map.elementStride[1] = 3;
  map.elementStride[0] = 4; // ignored
  EXPECT_EQ(map.count(0), 8u);
  EXPECT_EQ(map.count(1), 3u);
  toNibbles(map);
  EXPECT_EQ(map.rowBytes(), 128u);
  EXPECT_EQ(map.transactionBytes(), 64u * 3);
  map.type = TensorMapType::U6Align16;
  EXPECT_EQ(map.rowBytes(), 128u);
  EXPECT_EQ(map.transactionBytes(), 96u * 3);
}

bool same(const TensorMap &x, const TensorMap &y) {
  return x.type == y.type && x.rank == y.rank && x.address == y.address &&
         x.dim == y.dim && x.stride == y.stride && x.box == y.box &&
         x.elementStride == y.elementStride && x.interleave == y.interleave &&
         x.swizzle == y.swizzle && x.fill == y.fill;
}

TEST(SimTensorMap, ImageRoundTrip) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    test::Stream random(seed);
    TensorMap map;
    map.type = static_cast<TensorMapType>(random.integer(0, 15));
    map.rank = static_cast<unsigned>(random.integer(1, 5));
    map.address = random.bits();
    for (unsigned d = 0; d < 5; ++d) {
      map.dim[d] = static_cast<uint64_t>(random.integer(1, int64_t(1) << 32));
      map.box[d] = static_cast<uint32_t>(random.integer(1, 256));
      map.elementStride[d] = static_cast<uint32_t>(random.integer(1, 8));
    }
    for (uint64_t &stride : map.stride)
      stride = random.bits();
    map.interleave = static_cast<Interleave>(random.integer(0, 2));
    map.swizzle = static_cast<Swizzle>(random.integer(0, 6));
    map.fill = static_cast<OutOfBounds>(random.integer(0, 1));
    TensorMap::Image image = map.encode();
    Expected<TensorMap> back = TensorMap::decode(image.data());
    ASSERT_TRUE(bool(back)) << back.message();
    ASSERT_TRUE(same(map, *back));
    // Any byte that something writes over is found.
    unsigned at = static_cast<unsigned>(random.integer(0, 127));
    image[at] ^= static_cast<uint8_t>(random.integer(1, 255));
    ASSERT_FALSE(bool(TensorMap::decode(image.data()))) << at;
  }
}

TEST(SimTensorMap, ReplaceFields) {
  using Field = TensorMapField;
  TensorMap map = valid();
  auto set = [&](Field field, unsigned ordinal, uint64_t value) {
    return replaceField(map, field, ordinal, value).ok();
  };
  EXPECT_TRUE(set(Field::GlobalAddress, 0, 0x2000));
  EXPECT_EQ(map.address, 0x2000u);
  EXPECT_TRUE(set(Field::Rank, 0, 2));
  EXPECT_EQ(map.rank, 3u);
  EXPECT_TRUE(set(Field::GlobalDim, 2, 77));
  EXPECT_EQ(map.dim[2], 77u);
  EXPECT_TRUE(set(Field::GlobalStride, 1, 4096));
  EXPECT_EQ(map.stride[1], 4096u);
  EXPECT_TRUE(set(Field::BoxDim, 4, 256));
  EXPECT_EQ(map.box[4], 256u);
  EXPECT_TRUE(set(Field::ElementStride, 1, 2));
  EXPECT_EQ(map.elementStride[1], 2u);
  // The codes of the instruction: 9 is f64, 10 bf16, 12 tf32.ftz.
  EXPECT_TRUE(set(Field::ElemType, 0, 9));
  EXPECT_EQ(map.type, TensorMapType::F64);
  EXPECT_TRUE(set(Field::ElemType, 0, 10));
  EXPECT_EQ(map.type, TensorMapType::BF16);
  EXPECT_TRUE(set(Field::ElemType, 0, 8));
  EXPECT_EQ(map.type, TensorMapType::F32Ftz);
  EXPECT_TRUE(set(Field::SwizzleAtomicity, 0, 3));
  EXPECT_EQ(map.swizzle, Swizzle::B128Atom64);
  EXPECT_TRUE(set(Field::SwizzleMode, 0, 3));
  EXPECT_EQ(map.swizzle, Swizzle::B128Atom64);
  EXPECT_TRUE(set(Field::SwizzleMode, 0, 2));
  EXPECT_EQ(map.swizzle, Swizzle::B64);
  EXPECT_FALSE(set(Field::SwizzleAtomicity, 0, 1));
  EXPECT_TRUE(set(Field::SwizzleAtomicity, 0, 0));
  EXPECT_TRUE(set(Field::InterleaveLayout, 0, 1));
  EXPECT_EQ(map.interleave, Interleave::B16);
  EXPECT_TRUE(set(Field::FillMode, 0, 1));
  EXPECT_EQ(map.fill, OutOfBounds::NaN);
}

TEST(SimTensorMap, ReplaceRejectsWhatNoMapCanHold) {
  using Field = TensorMapField;
  const struct {
    Field field;
    unsigned ordinal;
    uint64_t value;
  } cases[] = {{Field::Rank, 0, 5},          {Field::BoxDim, 5, 1},
               {Field::BoxDim, 0, 0},        {Field::BoxDim, 0, 257},
               {Field::GlobalDim, 0, 0},     {Field::GlobalDim, 5, 1},
               {Field::GlobalStride, 4, 16}, {Field::ElementStride, 0, 9},
               {Field::ElemType, 0, 16},     {Field::InterleaveLayout, 0, 3},
               {Field::SwizzleMode, 0, 4},   {Field::SwizzleAtomicity, 0, 4},
               {Field::FillMode, 0, 2}};
  for (const auto &c : cases) {
    TensorMap map = valid();
    EXPECT_FALSE(replaceField(map, c.field, c.ordinal, c.value).ok());
    EXPECT_TRUE(same(map, valid()));
  }
}

} // namespace
