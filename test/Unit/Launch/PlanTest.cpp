//===- PlanTest.cpp - Launch plans as JSON --------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Samples.h"
#include "dgemm/Launch/LaunchPlan.h"

#include "gtest/gtest.h"

using namespace dgemm::launch;

namespace {

/// What is said of the sample with `from` replaced by `to`.
std::string complaint(const std::string &from, const std::string &to,
                      ErrorCode code = ErrorCode::MalformedPlan) {
  Result<LaunchPlan> plan = parsePlan(replaced(kSamplePlan, from, to));
  if (plan)
    return "accepted";
  EXPECT_EQ(plan.error().code, code);
  return plan.error().message;
}

TEST(Plan, Reads) {
  Result<LaunchPlan> plan = parsePlan(kSamplePlan);
  ASSERT_TRUE(static_cast<bool>(plan)) << plan.error().message;
  EXPECT_EQ(plan->entry, "sample");
  EXPECT_EQ(plan->chip, "sm_120a");
  ASSERT_EQ(plan->arguments.size(), 3u);
  EXPECT_EQ(plan->arguments[0].shape[0], std::nullopt);
  EXPECT_EQ(plan->arguments[1].shape[1], 48);
  EXPECT_FALSE(plan->arguments[2].isBuffer);
  ASSERT_EQ(plan->maps.size(), 1u);
  EXPECT_EQ(plan->maps[0].byteOffset, 32);
  EXPECT_EQ(plan->maps[0].box, (std::vector<int64_t>{64, 128}));
  EXPECT_EQ(plan->maps[0].dims[0], Expression::symbol(2));
  EXPECT_EQ(plan->parameters[1].kind, Parameter::Kind::Pointer);
  EXPECT_EQ(plan->sharedBytes, 84064);
}

/// What is written reads as the same plan and is written the same again.
TEST(Plan, WritesWhatItReads) {
  Result<LaunchPlan> plan = parsePlan(kSamplePlan);
  ASSERT_TRUE(static_cast<bool>(plan));
  std::string text = writePlan(*plan);
  Result<LaunchPlan> again = parsePlan(text);
  ASSERT_TRUE(static_cast<bool>(again)) << again.error().message;
  EXPECT_EQ(again->grid, plan->grid);
  EXPECT_EQ(writePlan(*again), text);
  EXPECT_EQ(text.back(), '\n');
}

/// Every prefix of a plan is refused, and so are other kinds of JSON.
TEST(Plan, RefusesWhatIsNoPlan) {
  for (size_t size = 0; size < kSamplePlan.size(); ++size)
    EXPECT_FALSE(parsePlan(kSamplePlan.substr(0, size)));
  for (const char *text : {"", "null", "[]", "3", "\"plan\"", "{}", "{\"a\":1}",
                           "\xff\xfe", "{\"format\": 3}"})
    EXPECT_FALSE(parsePlan(text)) << text;
  EXPECT_FALSE(parsePlan(kSamplePlan + "x"));
  EXPECT_EQ(parsePlan("nonsense").error().message,
            "launch plan: the text is not JSON (8 bytes)");
}

/// No byte that changes makes the reader fail in another way than by an error.
TEST(Plan, SurvivesEveryChangedByte) {
  for (size_t i = 0; i < kSamplePlan.size(); ++i)
    for (char byte : {'\0', ' ', '0', '9', '-', '"', ',', ':', '[', '{', '}',
                      ']', 'e', '\\', '\x80'}) {
      std::string text = kSamplePlan;
      text[i] = byte;
      if (Result<LaunchPlan> plan = parsePlan(text)) {
        EXPECT_TRUE(validate(*plan).ok());
      }
    }
}

TEST(Plan, KnowsItsVersion) {
  EXPECT_EQ(complaint("\"version\": 2", "\"version\": 1",
                      ErrorCode::UnsupportedVersion),
            "launch plan: version 1, but only version 2 is known; compile the "
            "kernel again with this version of dgemm");
  EXPECT_EQ(complaint("\"version\": 2,", ""),
            "launch plan: the plan lacks 'version'");
  EXPECT_EQ(complaint("launch-plan", "lunch-plan"),
            "launch plan: no object whose 'format' is \"dgemm.launch-plan\"");
}

TEST(Plan, RolesAreAllWarps) {
  EXPECT_EQ(complaint("\"warps\": 4", "\"warps\": 3"),
            "launch plan: the roles have 11 warps, but the block has 12");
  EXPECT_EQ(complaint("\"warps\": 4", "\"warps\": 0"),
            "launch plan: roles[1].warps is 0, expected 1 to 32");
  EXPECT_EQ(complaint("\"name\": \"load\"", "\"name\": \"\""),
            "launch plan: roles[1].name is empty");
  EXPECT_EQ(complaint("\"warps\": 4", "\"lanes\": 4"),
            "launch plan: roles[1] lacks 'warps'");
  Result<LaunchPlan> plan =
      parsePlan(replaced(kSamplePlan,
                         "{\"name\": \"math\", \"warps\": 8}, "
                         "{\"name\": \"load\", \"warps\": 4}",
                         ""));
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->roles.empty());
}

TEST(Plan, WantsExactlyItsKeys) {
  EXPECT_EQ(complaint("\"block\": 384,", ""),
            "launch plan: the plan lacks 'block'");
  EXPECT_EQ(complaint("\"block\"", "\"grain\": 1, \"block\""),
            "launch plan: the plan has 'grain', which version 2 does not know");
  EXPECT_EQ(complaint("\"swizzle\": 64, ", ""),
            "launch plan: tensor_maps[0] lacks 'swizzle'");
  EXPECT_EQ(complaint("{\"kind\": \"sm_count\"}",
                      "{\"kind\": \"sm_count\", \"argument\": 0}"),
            "launch plan: symbols[0] has 'argument', which version 2 does not "
            "know");
}

TEST(Plan, WantsTypes) {
  EXPECT_EQ(complaint("\"block\": 384", "\"block\": \"384\""),
            "launch plan: block is \"384\", expected a 64-bit integer");
  EXPECT_EQ(complaint("\"block\": 384", "\"block\": 384.0"),
            "launch plan: block is 384.0, expected a 64-bit integer");
  EXPECT_EQ(complaint("\"block\": 384", "\"block\": 18446744073709551615"),
            "launch plan: block is 18446744073709551615, expected a 64-bit "
            "integer");
  EXPECT_EQ(complaint("\"entry\": \"sample\"", "\"entry\": null"),
            "launch plan: entry is null, expected a string");
  EXPECT_EQ(complaint("[64, 128]", "{}"),
            "launch plan: tensor_maps[0].box is object, expected a list");
  EXPECT_EQ(
      complaint("\"f8E4M3FN\"", "\"fp8\""),
      "launch plan: arguments[0].type is \"fp8\", expected the name of an "
      "element type, such as \"bf16\"");
  EXPECT_EQ(complaint("\"kind\": \"buffer\"", "\"kind\": \"memory\""),
            "launch plan: arguments[0].kind is \"memory\", expected \"buffer\" "
            "or \"scalar\"");
  EXPECT_EQ(complaint("\"op\": \"ceildiv\"", "\"op\": \"shift\""),
            "launch plan: grid.rhs.op is \"shift\", expected one of add, mul, "
            "floordiv, ceildiv, mod, min");
  EXPECT_EQ(complaint("\"fill\": \"zero\"", "\"fill\": \"nan\""),
            "launch plan: tensor_maps[0].fill is \"nan\", expected \"zero\"");
}

TEST(Plan, WantsIndicesThatExist) {
  EXPECT_EQ(complaint("{\"symbol\": 3}", "{\"symbol\": 4}"),
            "launch plan: tensor_maps[0].strides uses symbol 4, but there are "
            "4");
  EXPECT_EQ(complaint("{\"kind\": \"map\", \"index\": 0}",
                      "{\"kind\": \"map\", \"index\": 1}"),
            "launch plan: parameters[0].index is 1, but there are 1");
  EXPECT_EQ(complaint("{\"kind\": \"map\", \"index\": 0}",
                      "{\"kind\": \"map\", \"index\": -1}"),
            "launch plan: parameters[0].index is -1, expected an index, "
            "counted from 0");
  EXPECT_EQ(
      complaint("\"pointer\", \"index\": 1", "\"pointer\", \"index\": 2"),
      "launch plan: parameters[1].index names 'alpha', which is a scalar; "
      "expected a buffer");
  EXPECT_EQ(complaint("\"argument\": 0, \"dimension\": 1",
                      "\"argument\": 0, \"dimension\": 2"),
            "launch plan: symbols[2].dimension is 2, but there are 2");
}

TEST(Plan, WantsWhatTheHardwareHas) {
  EXPECT_EQ(complaint("\"block\": 384", "\"block\": 400"),
            "launch plan: block is 400, expected a multiple of 32");
  EXPECT_EQ(complaint("\"cluster\": 1", "\"cluster\": 0"),
            "launch plan: cluster is 0, expected 1 to 16");
  EXPECT_EQ(complaint("[64, 128]", "[64, 257]"),
            "launch plan: tensor_maps[0].box is 257, expected 1 to 256");
  EXPECT_EQ(complaint("[64, 128]", "[72, 128]"),
            "launch plan: tensor_maps[0].box is 576 bits wide, expected a "
            "multiple of 16 bytes");
  EXPECT_EQ(complaint("[64, 128]", "[128, 128]"),
            "launch plan: tensor_maps[0].box is 128 bytes wide, at most the "
            "swizzle's span of 64");
  EXPECT_EQ(complaint("\"offset_bytes\": 32", "\"offset_bytes\": 8"),
            "launch plan: tensor_maps[0].offset_bytes is 8, expected a "
            "multiple of 16");
  EXPECT_EQ(complaint("[64, 128]", "[64]"),
            "launch plan: tensor_maps[0] has 2 dims, 1 strides and 1 box "
            "sizes, expected n, n - 1 and n for an n of 1 to 5");
}

TEST(Plan, KnowsExpandedElementsInMapsOnly) {
  LaunchPlan plan = *parsePlan(kSamplePlan);
  plan.maps[0].type = ElementType::B4X16P64;
  EXPECT_EQ(validate(plan).error().message,
            "launch plan: tensor_maps[0] has a box of 64 and a swizzle of 64, "
            "expected 128 and 0 or 128 for b4x16_p64");
  plan.maps[0].box[0] = plan.maps[0].swizzle = 128;
  EXPECT_TRUE(validate(plan).ok());
  EXPECT_NE(writePlan(plan).find("b4x16_p64"), std::string::npos);
  plan.arguments[0].type = ElementType::B4X16P64;
  EXPECT_EQ(
      validate(plan).error().message,
      "launch plan: arguments[0] has type b4x16_p64, which is for tensor maps");
}

TEST(Plan, RefusesDeepExpressions) {
  std::string expression = "1";
  for (size_t i = 0; i < Expression::kMaxDepth; ++i)
    expression = R"({"op": "add", "lhs": 1, "rhs": )" + expression + "}";
  EXPECT_EQ(complaint("{\"symbol\": 3}", expression), "accepted");
  expression = R"({"op": "add", "lhs": 1, "rhs": )" + expression + "}";
  EXPECT_NE(complaint("{\"symbol\": 3}", expression)
                .find("is nested deeper than 32 levels"),
            std::string::npos);
  // Far beyond what recursion could bear.
  std::string deep;
  for (int i = 0; i < 100000; ++i)
    deep += R"({"op": "add", "lhs": 1, "rhs": )";
  deep += "1" + std::string(100000, '}');
  EXPECT_NE(complaint("{\"symbol\": 3}", deep)
                .find("is nested deeper than 32 levels"),
            std::string::npos);
}

TEST(ElementType, HasNamesAndSizes) {
  EXPECT_EQ(getBits(ElementType::F4E2M1FN), 4);
  EXPECT_EQ(getBits(ElementType::F8E8M0FNU), 8);
  EXPECT_EQ(getName(ElementType::BF16), "bf16");
  EXPECT_EQ(parseElementType("f8E5M2"), ElementType::F8E5M2);
  EXPECT_EQ(parseElementType("float"), std::nullopt);
}

} // namespace
