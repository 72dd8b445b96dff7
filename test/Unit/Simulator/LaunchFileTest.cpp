//===- LaunchFileTest.cpp - Launch descriptions, member by member ---------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Simulator/LaunchFile.h"
#include "dgemm/Reference/Npy.h"
#include "dgemm/Simulator/TensorMap.h"

#include "gtest/gtest.h"

#include <cstring>

using namespace dgemm;
using namespace dgemm::sim;

namespace {

/// A description with one more member.
std::string with(const std::string &member) {
  return "{\"entry\": \"k\", \"buffers\": {\"x\": {\"bytes\": 4096}, "
         "\"e\": {\"bytes\": 16, \"fill\": 255}}" +
         (member.empty() ? "" : ", " + member) + "}";
}

std::string errorOf(const std::string &text) {
  Expected<LaunchFile> file = parseLaunch(text, "");
  return file ? "no error" : file.message();
}

/// The error of one parameter, without where it is.
std::string parameterError(const std::string &parameter) {
  return errorOf(with("\"parameters\": [" + parameter + "]"));
}

std::vector<uint8_t> parameter(const std::string &text) {
  Expected<LaunchFile> file =
      parseLaunch(with("\"parameters\": [" + text + "]"), "");
  EXPECT_TRUE(static_cast<bool>(file)) << file.message();
  return file ? file->launch.parameters.at(0) : std::vector<uint8_t>();
}

uint64_t integer(const std::vector<uint8_t> &bytes) {
  uint64_t value = 0;
  std::memcpy(&value, bytes.data(), bytes.size());
  return value;
}

TEST(LaunchFile, ShapeOfTheLaunch) {
  Expected<LaunchFile> file = parseLaunch(
      with("\"grid\": [4, 6], \"block\": 96, \"cluster\": [2, 3], "
           "\"shared\": 1024, \"sm_count\": 7, \"non_portable_cluster\": true, "
           "\"roles\": [{\"name\": \"load\", \"warps\": 1}, "
           "{\"name\": \"math\", \"warps\": 2}]"),
      "");
  ASSERT_TRUE(static_cast<bool>(file)) << file.message();
  const Launch &launch = file->launch;
  EXPECT_EQ(launch.entry, "k");
  EXPECT_EQ(std::vector<uint32_t>(launch.grid, launch.grid + 3),
            (std::vector<uint32_t>{4, 6, 1}));
  EXPECT_EQ(std::vector<uint32_t>(launch.block, launch.block + 3),
            (std::vector<uint32_t>{96, 1, 1}));
  EXPECT_EQ(std::vector<uint32_t>(launch.cluster, launch.cluster + 3),
            (std::vector<uint32_t>{2, 3, 1}));
  EXPECT_TRUE(launch.nonPortableCluster);
  EXPECT_EQ(launch.sharedBytes, 1024u);
  EXPECT_EQ(launch.smCount, 7u);
  ASSERT_EQ(launch.roles.size(), 2u);
  EXPECT_EQ(launch.roles[1].name, "math");
  EXPECT_EQ(launch.roles[1].warps, 2u);
}

TEST(LaunchFile, DefaultsAreOneThreadOfOneCta) {
  Expected<LaunchFile> file = parseLaunch("{\"entry\": \"k\"}", "");
  ASSERT_TRUE(static_cast<bool>(file));
  EXPECT_EQ(file->launch.grid[0], 1u);
  EXPECT_EQ(file->launch.block[2], 1u);
  EXPECT_EQ(file->launch.cluster[0], 0u);
  EXPECT_EQ(file->launch.sharedBytes, 0u);
  EXPECT_EQ(file->launch.smCount, 1u);
  EXPECT_TRUE(file->launch.parameters.empty() && file->launch.roles.empty());
}

TEST(LaunchFile, ErrorsInTheShape) {
  EXPECT_EQ(errorOf("{}"), "launch: expected 'entry', the name of a kernel");
  EXPECT_EQ(errorOf("[]"), "launch: expected an object");
  EXPECT_EQ(errorOf("{\"entry\": 3}"), "launch: 'entry' is no text");
  EXPECT_EQ(errorOf("{\"entry\": \"a\", \"entry\": \"b\"}"),
            "line 1: 'entry' is given twice");
  EXPECT_EQ(errorOf(with("\"grid\": []")), "launch: 'grid' is empty");
  EXPECT_EQ(errorOf(with("\"block\": [1, 1, 1, 1]")),
            "launch: 'block' has more than 3 elements");
  EXPECT_EQ(errorOf(with("\"grid\": 4294967296")),
            "launch: 'grid': 4294967296 is out of range");
  EXPECT_EQ(errorOf(with("\"grid\": -1")),
            "launch: 'grid': -1 is out of range");
  EXPECT_EQ(errorOf(with("\"cluster\": [2, 0]")),
            "launch: 'cluster' must have positive extents");
  EXPECT_EQ(errorOf(with("\"non_portable_cluster\": 1")),
            "launch: 'non_portable_cluster' is true or false");
  EXPECT_EQ(errorOf(with("\"shared\": 4294967296")),
            "launch: 'shared': 4294967296 is out of range");
  EXPECT_EQ(errorOf(with("\"smcount\": 2")),
            "launch: unknown member 'smcount'");
  EXPECT_EQ(errorOf(with("\"parameters\": {}")),
            "launch: 'parameters' is not a list");
  EXPECT_EQ(errorOf("{\"entry\": \"k\", \"buffers\": []}"),
            "launch: 'buffers' is not an object");
}

TEST(LaunchFile, ErrorsInRoles) {
  std::string form =
      "role 0: expected such as {\"name\": \"load\", \"warps\": 4}";
  EXPECT_EQ(errorOf(with("\"roles\": [{\"name\": \"a\"}]")), form);
  EXPECT_EQ(errorOf(with("\"roles\": [{\"warps\": 1}]")), form);
  EXPECT_EQ(errorOf(with("\"roles\": [{\"name\": \"a\", \"warps\": 33}]")),
            "role 0: 'warps' is 33, expected 1 to 32");
  EXPECT_EQ(errorOf(with("\"roles\": [{\"lanes\": 1}]")),
            "role 0: unknown member 'lanes'");
  EXPECT_EQ(errorOf(with("\"roles\": 1")), "launch: 'roles' is not a list");
}

TEST(LaunchFile, BuffersAreFilledOrUnwritten) {
  Expected<LaunchFile> file = parseLaunch(with(""), "");
  ASSERT_TRUE(static_cast<bool>(file));
  const GlobalMemory::Buffer *x = file->memory.find("x");
  const GlobalMemory::Buffer *e = file->memory.find("e");
  ASSERT_TRUE(x && e);
  EXPECT_EQ(x->bytes.size(), 4096u);
  EXPECT_EQ(x->written, std::vector<uint8_t>(4096, 0));
  EXPECT_EQ(e->bytes, std::vector<uint8_t>(16, 255));
  EXPECT_TRUE(e->written.empty());
  EXPECT_EQ(x->address % 512, 0u);
}

TEST(LaunchFile, BuffersComeFromAndGoToFiles) {
  std::string folder = ::testing::TempDir();
  reference::NpyArray array;
  array.kind = 'i';
  array.itemSize = 2;
  array.shape = {2, 3};
  array.data = {1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0};
  ASSERT_TRUE(reference::writeNpy(folder + "/launch-in.npy", array).ok());
  Expected<LaunchFile> file = parseLaunch(
      "{\"entry\": \"k\", \"buffers\": {\"a\": {\"npy\": \"launch-in.npy\", "
      "\"out\": \"launch-out.npy\", \"dtype\": \"<i2\", \"shape\": [3, 2]}, "
      "\"b\": {\"bytes\": 4, \"fill\": 1, \"out\": \"launch-raw.npy\"}}}",
      folder);
  ASSERT_TRUE(static_cast<bool>(file)) << file.message();
  EXPECT_EQ(file->memory.find("a")->bytes, array.data);
  EXPECT_TRUE(file->memory.find("a")->written.empty());
  ASSERT_TRUE(writeOutputs(*file).ok());
  auto out = reference::readNpy(folder + "/launch-out.npy");
  ASSERT_TRUE(static_cast<bool>(out));
  EXPECT_EQ(out->kind, 'i');
  EXPECT_EQ(out->shape, (std::vector<int64_t>{3, 2}));
  EXPECT_EQ(out->data, array.data);
  auto raw = reference::readNpy(folder + "/launch-raw.npy");
  ASSERT_TRUE(static_cast<bool>(raw));
  EXPECT_EQ(raw->itemSize, 1u);
  EXPECT_EQ(raw->shape, std::vector<int64_t>{4});
  // A folder that does not exist is an error of the writing.
  file->outputs[0].path = folder + "/no/such/folder.npy";
  EXPECT_FALSE(writeOutputs(*file).ok());
}

TEST(LaunchFile, ErrorsInBuffers) {
  auto error = [](const std::string &buffer) {
    return errorOf("{\"entry\": \"k\", \"buffers\": {\"x\": " + buffer + "}}");
  };
  EXPECT_EQ(error("{}"), "buffer 'x': expected either 'npy' or 'bytes'");
  EXPECT_EQ(error("{\"npy\": \"a\", \"bytes\": 1}"),
            "buffer 'x': expected either 'npy' or 'bytes'");
  EXPECT_EQ(error("7"), "buffer 'x': expected an object");
  for (const char *bytes : {"17179869185", "-1", "18446744073709551616"})
    EXPECT_EQ(error("{\"bytes\": " + std::string(bytes) + "}"),
              "buffer 'x': 'bytes' is " + std::string(bytes) +
                  ", expected an integer up to 17179869184, which is left for "
                  "all buffers");
  EXPECT_EQ(error("{\"bytes\": 4, \"fill\": 256}"),
            "buffer 'x': 'fill': 256 is out of range");
  EXPECT_EQ(error("{\"npy\": 5}"), "buffer 'x': 'npy' is no text");
  EXPECT_EQ(error("{\"npy\": \"a.npy\", \"fill\": 1}"),
            "buffer 'x': 'fill' goes with 'bytes', not with 'npy'");
  EXPECT_EQ(error("{\"bytes\": 4, \"out\": 3}"),
            "buffer 'x': 'out' is no text");
  EXPECT_NE(error("{\"npy\": \"nowhere.npy\"}").find("nowhere.npy"),
            std::string::npos);
  std::string out = "{\"bytes\": 4, \"out\": \"o.npy\", ";
  EXPECT_EQ(error(out + "\"dtype\": \"<f3\"}"),
            "buffer 'x': 'dtype' is '<f3', expected such as '<u2'");
  EXPECT_EQ(error(out + "\"dtype\": \"<u2\", \"shape\": [3]}"),
            "buffer 'x': 'shape' and 'dtype' do not make 4 bytes");
  EXPECT_EQ(error(out + "\"shape\": [4611686018427387904, 4, 4]}"),
            "buffer 'x': 'shape' and 'dtype' do not make 4 bytes");
  EXPECT_EQ(error("{\"bytes\": 4, \"size\": 4}"),
            "buffer 'x': unknown member 'size'");
}

TEST(LaunchFile, Scalars) {
  EXPECT_EQ(parameter("{\"u8\": 255}"), std::vector<uint8_t>{255});
  EXPECT_EQ(integer(parameter("{\"s16\": -2}")), 0xfffeu);
  EXPECT_EQ(parameter("{\"u32\": \"0x10\"}").size(), 4u);
  EXPECT_EQ(integer(parameter("{\"u32\": \"0x10\"}")), 16u);
  EXPECT_EQ(integer(parameter("{\"u64\": 18446744073709551615}")), ~0ull);
  EXPECT_EQ(integer(parameter("{\"s64\": -9223372036854775808}")), 1ull << 63);
  EXPECT_EQ(integer(parameter("{\"f32\": 1.5}")), 0x3fc00000u);
  EXPECT_EQ(integer(parameter("{\"f64\": -2}")), 0xc000000000000000u);
  EXPECT_EQ(parameter("{\"bytes\": [1, 2, 3]}"),
            (std::vector<uint8_t>{1, 2, 3}));
}

TEST(LaunchFile, PointersHaveOffsets) {
  Expected<LaunchFile> file =
      parseLaunch(with("\"parameters\": [{\"pointer\": \"x\"}, "
                       "{\"pointer\": \"x\", \"offset\": 4096}]"),
                  "");
  ASSERT_TRUE(static_cast<bool>(file)) << file.message();
  uint64_t address = file->memory.find("x")->address;
  EXPECT_EQ(integer(file->launch.parameters[0]), address);
  EXPECT_EQ(integer(file->launch.parameters[1]), address + 4096);
}

TEST(LaunchFile, ErrorsInParameters) {
  EXPECT_EQ(parameterError("3"),
            "parameter 0: expected an object such as {\"u32\": 1}");
  EXPECT_EQ(parameterError("{}"),
            "parameter 0: expected an object such as {\"u32\": 1}");
  EXPECT_EQ(parameterError("{\"u128\": 1}"),
            "parameter 0: unknown kind of parameter 'u128'");
  EXPECT_EQ(parameterError("{\"u8\": 1}, {\"u8\": 256}"),
            "parameter 1: 256 does not fit u8");
  EXPECT_EQ(parameterError("{\"s8\": -129}"),
            "parameter 0: -129 does not fit s8");
  EXPECT_EQ(parameterError("{\"u32\": 1, \"u16\": 2}"),
            "parameter 0: unknown member 'u16'");
  EXPECT_EQ(parameterError("{\"pointer\": \"y\"}"),
            "parameter 0: there is no buffer 'y'");
  EXPECT_EQ(parameterError("{\"pointer\": \"x\", \"offset\": 4097}"),
            "parameter 0: offset 4097 is behind the end of 'x'");
  EXPECT_EQ(parameterError("{\"pointer\": \"x\", \"at\": 4}"),
            "parameter 0: unknown member 'at'");
  EXPECT_EQ(parameterError("{\"bytes\": [256]}"),
            "parameter 0: 'bytes': 256 is out of range");
  EXPECT_NE(parameterError("{\"f32\": \"many\"}"), "no error");
  EXPECT_NE(parameterError("{\"u32\": 1.5}"), "no error");
}

TEST(LaunchFile, TensorMaps) {
  Expected<LaunchFile> file = parseLaunch(
      with("\"parameters\": [{\"tensor_map\": {\"buffer\": \"x\", "
           "\"offset\": 32, \"type\": \"bf16\", \"dims\": [32, 9, 3], "
           "\"strides\": [128, 1152], \"box\": [16, 8, 2], "
           "\"element_strides\": [1, 2, 1], \"swizzle\": \"32B\", "
           "\"fill\": \"nan\", \"interleave\": \"none\", "
           "\"l2_promotion\": \"256B\"}}]"),
      "");
  ASSERT_TRUE(static_cast<bool>(file)) << file.message();
  ASSERT_EQ(file->launch.parameters[0].size(), 128u);
  Expected<TensorMap> map =
      TensorMap::decode(file->launch.parameters[0].data());
  ASSERT_TRUE(static_cast<bool>(map)) << map.message();
  EXPECT_EQ(map->address, file->memory.find("x")->address + 32);
  EXPECT_EQ(map->type, TensorMapType::BF16);
  EXPECT_EQ(map->rank, 3u);
  EXPECT_EQ(map->dim[1], 9u);
  EXPECT_EQ(map->stride[1], 1152u);
  EXPECT_EQ(map->box[2], 2u);
  EXPECT_EQ(map->elementStride[1], 2u);
  EXPECT_EQ(map->swizzle, Swizzle::B32);
  EXPECT_EQ(map->fill, OutOfBounds::NaN);
}

/// Every type and every swizzle that is documented, with a box that it takes.
TEST(LaunchFile, NamesOfTensorMaps) {
  const std::pair<const char *, TensorMapType> types[] = {
      {"u8", TensorMapType::U8},
      {"u16", TensorMapType::U16},
      {"u32", TensorMapType::U32},
      {"s32", TensorMapType::S32},
      {"u64", TensorMapType::U64},
      {"s64", TensorMapType::S64},
      {"f16", TensorMapType::F16},
      {"f32", TensorMapType::F32},
      {"f64", TensorMapType::F64},
      {"bf16", TensorMapType::BF16},
      {"f32_ftz", TensorMapType::F32Ftz},
      {"tf32", TensorMapType::TF32},
      {"tf32_ftz", TensorMapType::TF32Ftz},
      {"u4_align8", TensorMapType::U4Align8},
      {"u4_align16", TensorMapType::U4Align16},
      {"u6_align16", TensorMapType::U6Align16}};
  for (const auto &[name, type] : types) {
    auto bytes = parameter(
        std::string("{\"tensor_map\": {\"buffer\": \"x\", \"type\": \"") +
        name + "\", \"dims\": [128], \"strides\": [], \"box\": [128]}}");
    Expected<TensorMap> map = TensorMap::decode(bytes.data());
    ASSERT_TRUE(static_cast<bool>(map)) << name;
    EXPECT_EQ(map->type, type) << name;
  }
  const std::pair<const char *, Swizzle> swizzles[] = {
      {"none", Swizzle::None},
      {"32B", Swizzle::B32},
      {"64B", Swizzle::B64},
      {"128B", Swizzle::B128},
      {"128B_atom32", Swizzle::B128Atom32},
      {"128B_atom32_flip8", Swizzle::B128Atom32Flip8},
      {"128B_atom64", Swizzle::B128Atom64}};
  for (const auto &[name, swizzle] : swizzles) {
    auto bytes = parameter(
        std::string("{\"tensor_map\": {\"buffer\": \"x\", \"type\": \"u8\", "
                    "\"dims\": [128], \"strides\": [], \"box\": [32], "
                    "\"swizzle\": \"") +
        name + "\"}}");
    Expected<TensorMap> map = TensorMap::decode(bytes.data());
    ASSERT_TRUE(static_cast<bool>(map)) << name;
    EXPECT_EQ(map->swizzle, swizzle) << name;
  }
}

TEST(LaunchFile, ErrorsInTensorMaps) {
  auto error = [](const std::string &members) {
    return parameterError("{\"tensor_map\": {" + members + "}}");
  };
  std::string base = "\"buffer\": \"x\", \"type\": \"u8\", \"dims\": [64, 4], ";
  std::string good = base + "\"strides\": [64], \"box\": [64, 4]";
  EXPECT_EQ(error(good), "no error");
  EXPECT_EQ(error("\"type\": \"u8\""), "parameter 0: expected 'buffer'");
  EXPECT_EQ(error("\"buffer\": \"x\", \"dims\": [64], \"box\": [64], "
                  "\"strides\": []"),
            "parameter 0: expected 'type'");
  EXPECT_EQ(error(base + "\"strides\": [64], \"box\": [64]"),
            "parameter 0: 'dims', 'box', 'strides' (one less) and "
            "'element_strides' must agree in rank");
  EXPECT_EQ(error(good + ", \"element_strides\": [1]"),
            "parameter 0: 'dims', 'box', 'strides' (one less) and "
            "'element_strides' must agree in rank");
  EXPECT_EQ(error("\"buffer\": \"x\", \"type\": \"e4m3\", \"dims\": [64], "
                  "\"strides\": [], \"box\": [64]"),
            "parameter 0: 'type' is 'e4m3', expected one of u8, u16, u32, s32, "
            "u64, s64, f16, f32, f64, bf16, f32_ftz, tf32, tf32_ftz, "
            "u4_align8, u4_align16, u6_align16");
  EXPECT_EQ(error(good + ", \"swizzle\": 64"),
            "parameter 0: 'swizzle' is '64', expected one of none, 32B, 64B, "
            "128B, 128B_atom32, 128B_atom32_flip8, 128B_atom64");
  EXPECT_EQ(error(good + ", \"fill\": \"one\""),
            "parameter 0: 'fill' is 'one', expected one of zero, nan");
  EXPECT_EQ(error(good + ", \"l2_promotion\": \"1K\""),
            "parameter 0: 'l2_promotion' is '1K', expected one of none, 64B, "
            "128B, 256B");
  EXPECT_EQ(error(good + ", \"oobFill\": 1"),
            "parameter 0: unknown member 'oobFill'");
  EXPECT_EQ(error(base + "\"strides\": [64], \"box\": [64, 4, 1, 1, 1, 1]"),
            "parameter 0: 'box' has more than 5 elements");
  // The rules of the driver: strides of 16 bytes, boxes of 256.
  EXPECT_NE(error(base + "\"strides\": [72], \"box\": [64, 4]").find("16"),
            std::string::npos);
  EXPECT_NE(error(base + "\"strides\": [64], \"box\": [64, 257]").find("256"),
            std::string::npos);
}

} // namespace
