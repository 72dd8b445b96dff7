//===- NpyTest.cpp - NumPy files ------------------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Reference/Npy.h"

#include "TestSupport.h"

#include <cstring>

using namespace dgemm::reference;
using namespace dgemm::reference::test;

/// A version 1.0 file with this header and data.
static std::vector<uint8_t> file(const std::string &header,
                                 std::vector<uint8_t> data = {}) {
  std::vector<uint8_t> bytes = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  bytes.push_back(static_cast<uint8_t>(header.size()));
  bytes.push_back(static_cast<uint8_t>(header.size() >> 8));
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.insert(bytes.end(), data.begin(), data.end());
  return bytes;
}

static std::string messageOf(const std::vector<uint8_t> &bytes) {
  Expected<NpyArray> array = parseNpy(bytes.data(), bytes.size());
  return array ? "no error" : array.message();
}

TEST(Npy, RoundTripsEveryType) {
  for (ElementType type :
       {ElementType::F4E2M1FN, ElementType::F8E4M3FN, ElementType::F8E5M2,
        ElementType::F8E8M0FNU, ElementType::BF16, ElementType::F16,
        ElementType::F32, ElementType::F64, ElementType::I8, ElementType::I32,
        ElementType::I64}) {
    Tensor tensor = makeRandom(type, {3, 4}, 1);
    Expected<NpyArray> array = toNpy(tensor.view());
    ASSERT_TRUE(static_cast<bool>(array));
    std::vector<uint8_t> bytes = formatNpy(*array);
    EXPECT_EQ((bytes.size() - array->data.size()) % 64, 0u);
    Expected<NpyArray> parsed = parseNpy(bytes.data(), bytes.size());
    ASSERT_TRUE(static_cast<bool>(parsed)) << parsed.message();
    Tensor back = make(type, {3, 4});
    Status status = fromNpy(*parsed, back.view());
    ASSERT_TRUE(status.ok()) << status.message();
    EXPECT_EQ(values(tensor.view()), values(back.view())) << name(type);
  }
}

TEST(Npy, ShapesOfAnyRank) {
  for (std::vector<int64_t> shape :
       {std::vector<int64_t>{}, {5}, {0, 3}, {2, 1, 3}}) {
    Tensor tensor = makeRandom(ElementType::F32, shape, 2);
    Expected<NpyArray> array = toNpy(tensor.view());
    ASSERT_TRUE(static_cast<bool>(array));
    std::vector<uint8_t> bytes = formatNpy(*array);
    Expected<NpyArray> parsed = parseNpy(bytes.data(), bytes.size());
    ASSERT_TRUE(static_cast<bool>(parsed)) << parsed.message();
    EXPECT_EQ(parsed->shape, shape);
  }
}

TEST(Npy, StridedViewsAreWrittenInRowMajorOrder) {
  Tensor tensor = make(ElementType::I8, {2, 3}, {1, 2, 3, 4, 5, 6});
  Expected<NpyArray> array = toNpy(tensor.view().transpose());
  ASSERT_TRUE(static_cast<bool>(array));
  EXPECT_EQ(array->data, (std::vector<uint8_t>{1, 4, 2, 5, 3, 6}));
}

TEST(Npy, ReadsColumnMajor) {
  std::vector<uint8_t> bytes =
      file("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }\n",
           {1, 4, 2, 5, 3, 6});
  Expected<NpyArray> array = parseNpy(bytes.data(), bytes.size());
  ASSERT_TRUE(static_cast<bool>(array)) << array.message();
  EXPECT_EQ(array->data, (std::vector<uint8_t>{1, 2, 3, 4, 5, 6}));
}

TEST(Npy, RejectsWhatItCannotRead) {
  auto header = [](const char *descr, const char *shape) {
    return std::string("{'descr': '") + descr +
           "', 'fortran_order': False, 'shape': " + shape + ", }\n";
  };
  EXPECT_NE(messageOf({}).find("magic"), std::string::npos);
  EXPECT_NE(
      messageOf({0x93, 'N', 'U', 'M', 'P', 'Y', 9, 0, 0, 0}).find("version 9"),
      std::string::npos);
  EXPECT_NE(
      messageOf(file(header(">f4", "(1,)"), {0, 0, 0, 0})).find("big-endian"),
      std::string::npos);
  for (const char *descr : {"<c8", "O", "", "<f16", "<f3", "<M8"})
    EXPECT_NE(messageOf(file(header(descr, "()"))).find("element type"),
              std::string::npos)
        << descr;
  for (const char *shape :
       {"(1", "(-1,)", "(1 2)", "(99999999999999999999,)", "5", "(1,,2)"})
    EXPECT_NE(messageOf(file(header("<f4", shape))).find("malformed"),
              std::string::npos)
        << shape;
  // Overflowing products, and data that are too short or too long.
  EXPECT_NE(messageOf(file(header("<f4", "(4294967296, 4294967296)")))
                .find("64 bits"),
            std::string::npos);
  EXPECT_NE(messageOf(file(header("<f8", "(2305843009213693952,)")))
                .find("does not match"),
            std::string::npos);
  EXPECT_NE(messageOf(file(header("<f4", "(2,)"), {0, 0, 0, 0}))
                .find("does not match"),
            std::string::npos);
  EXPECT_NE(messageOf(file(header("<f4", "()"), {0, 0, 0, 0, 0}))
                .find("does not match"),
            std::string::npos);
  for (const char *text :
       {"", "{", "{}", "{'descr': '<f4'}", "{'descr': ['<f4']}",
        "{'descr': '<f4', 'descr': '<f4', }", "{'other': 1}",
        "{'descr': '<f4', 'fortran_order': Maybe, 'shape': ()}"})
    EXPECT_NE(messageOf(file(text)).find("malformed"), std::string::npos)
        << text;
}

TEST(Npy, EveryTruncationIsAnError) {
  Tensor tensor = makeRandom(ElementType::F32, {3, 3}, 3);
  std::vector<uint8_t> bytes = formatNpy(*toNpy(tensor.view()));
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(parseNpy(bytes.data(), size)) << size;
}

TEST(Npy, TypeAndShapeMustMatch) {
  Tensor tensor = make(ElementType::F8E4M3FN, {2, 4});
  NpyArray array{'f', 4, {2, 4}, std::vector<uint8_t>(32)};
  EXPECT_EQ(fromNpy(array, tensor.view()).message(),
            "element type is 'f4', expected 'u1' for f8E4M3FN");
  array = NpyArray{'u', 1, {8}, std::vector<uint8_t>(8)};
  EXPECT_EQ(fromNpy(array, tensor.view()).message(),
            "shape is 8, expected 2x4 for 2x4xf8E4M3FN");
  // What ml_dtypes writes.
  array = NpyArray{'V', 1, {2, 4}, std::vector<uint8_t>(8, 0x38)};
  EXPECT_TRUE(fromNpy(array, tensor.view()).ok());
  EXPECT_EQ(tensor.view().load(7), 1.0);
}

TEST(Npy, MissingFile) {
  Expected<NpyArray> array = readNpy("does/not/exist.npy");
  ASSERT_FALSE(array);
  EXPECT_NE(array.message().find("cannot open"), std::string::npos);
}
