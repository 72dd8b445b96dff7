//===- OperandsTest.cpp - Operands that must fit each other ---------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Pack/Operands.h"

#include "gtest/gtest.h"

#include <limits>

using namespace dgemm;
using namespace dgemm::pack;
using launch::ArgumentValue;
using launch::ElementType;

namespace {

/// A product whose extents and strides are all open.
class Operands : public ::testing::Test {
protected:
  enum { A, B, AScale, BScale, C, D };

  void SetUp() override {
    plan.entry = "k";
    for (const char *name : {"a", "b", "a_scale", "b_scale", "c", "d"})
      plan.arguments.push_back({name,
                                ElementType::F32,
                                true,
                                {std::nullopt, std::nullopt},
                                {std::nullopt, 1}});
    matmul.a = A;
    matmul.b = B;
    matmul.d = D;
    matmul.aScale = AScale;
    matmul.bScale = BScale;
    matmul.c = C;
    matmul.aGranularity = Granularity{1, 128};
    matmul.bGranularity = Granularity{128, 128};
    ASSERT_TRUE(validate(matmul, plan).ok());
    setShapes(200, 300, 600);
  }

  static ArgumentValue matrix(uint64_t address, int64_t rows, int64_t columns) {
    ArgumentValue value;
    value.address = address;
    value.rank = 2;
    value.shape = {rows, columns};
    value.strides = {columns, 1};
    return value;
  }

  void setShapes(int64_t m, int64_t n, int64_t k) {
    bool isA = matmul.layout[0] == 't', isB = matmul.layout[1] == 'n';
    values = {matrix(0x1000, isA ? k : m, isA ? m : k),
              matrix(0x2000, isB ? k : n, isB ? n : k),
              matrix(0x3000, m, (k + 127) / 128),
              matrix(0x4000, (n + 127) / 128, (k + 127) / 128),
              matrix(0x5000, m, n),
              matrix(0x6000, m, n)};
  }

  std::string complaint(ErrorCode code) const {
    Status status = checkOperands(matmul, plan, values);
    if (status.ok())
      return "accepted";
    EXPECT_EQ(status.error().code, code) << status.error().message;
    return status.error().message;
  }
  std::string mismatch() const { return complaint(ErrorCode::WrongArguments); }

  Matmul matmul;
  launch::LaunchPlan plan;
  std::vector<ArgumentValue> values;
};

TEST_F(Operands, FitInAllLayouts) {
  for (const char *layout : {"nt", "nn", "tn", "tt"}) {
    matmul.layout = layout;
    for (int64_t m : {0, 1, 200})
      for (int64_t k : {0, 1, 600}) {
        setShapes(m, 300, k);
        EXPECT_EQ(mismatch(), "accepted") << layout << m << k;
      }
    // One size of one operand at a time.
    for (size_t i = 0; i < values.size(); ++i)
      for (size_t dimension : {0, 1}) {
        setShapes(200, 300, 600);
        values[i].shape[dimension] += 200;
        EXPECT_NE(mismatch(), "accepted") << layout << i << dimension;
      }
  }
}

TEST_F(Operands, AreNamedWithBothNumbers) {
  values[B].shape[1] = 601;
  EXPECT_EQ(mismatch(), "k: operand 1 'b' has size 601 in dimension 1, "
                        "expected 600 for K = 600 of operand 0 'a'");
  setShapes(200, 300, 600);
  values[A].shape[0] = 199;
  EXPECT_EQ(mismatch(), "k: operand 5 'd' has size 200 in dimension 0, "
                        "expected 199 for M = 199 of operand 0 'a'");
  setShapes(200, 300, 600);
  values[D].shape[1] = 299;
  EXPECT_EQ(mismatch(), "k: operand 5 'd' has size 299 in dimension 1, "
                        "expected 300 for N = 300 of operand 1 'b'");
  setShapes(200, 300, 600);
  values[C].shape[0] = 1;
  EXPECT_EQ(mismatch(), "k: operand 4 'c' has size 1 in dimension 0, expected "
                        "200 for M = 200 of operand 0 'a'");
}

TEST_F(Operands, HaveScalesOfTheirShape) {
  values[AScale].shape[1] = 4;
  EXPECT_EQ(mismatch(), "k: operand 2 'a_scale' has size 4 in dimension 1, "
                        "expected 5 for K = 600 of operand 0 'a'");
  setShapes(200, 300, 600);
  values[BScale].shape[0] = 300;
  EXPECT_EQ(mismatch(), "k: operand 3 'b_scale' has size 300 in dimension 0, "
                        "expected 3 for N = 300 of operand 1 'b'");
  // Four scales of each row share a word.
  setShapes(200, 300, 600);
  plan.arguments[AScale].type = ElementType::I32;
  values[AScale].shape[1] = 2;
  EXPECT_EQ(mismatch(), "accepted");
  values[AScale].shape[1] = 5;
  EXPECT_EQ(mismatch(), "k: operand 2 'a_scale' has size 5 in dimension 1, "
                        "expected 2 for K = 600 of operand 0 'a'");
}

TEST_F(Operands, LeaveGapsBetweenHeads) {
  matmul.heads = HeadSplit{64, 8, 36};
  values[C].shape[1] = values[D].shape[1] = 324;
  values[C].strides[0] = values[D].strides[0] = 324;
  EXPECT_EQ(mismatch(), "accepted");
  values[D].shape[1] = 300;
  EXPECT_EQ(mismatch(), "k: operand 5 'd' has size 300 in dimension 1, "
                        "expected 324 for N = 300 of operand 1 'b'");
  values[D].shape[1] = 324;
  matmul.heads = HeadSplit{64, 8, 64};
  EXPECT_EQ(mismatch(), "k: operand 1 'b' has N = 300, expected a multiple of "
                        "the 128 columns of a head");
}

TEST_F(Operands, WriteEveryElementToItsOwnPlace) {
  for (int64_t stride : {0, 8, 299}) {
    values[D].strides[0] = stride;
    EXPECT_EQ(complaint(ErrorCode::BadStride),
              "k: operand 5 'd' has stride " + std::to_string(stride) +
                  " in dimension 0, expected at least 300: elements of the "
                  "result would share memory");
  }
  values[D].strides[0] = 300;
  values[D].strides[1] = 0;
  EXPECT_NE(complaint(ErrorCode::BadStride), "accepted");
  // Columns of D may be what is contiguous.
  values[D].strides = {1, 200};
  EXPECT_EQ(mismatch(), "accepted");
  values[D].strides = {1, 199};
  EXPECT_NE(complaint(ErrorCode::BadStride), "accepted");
  values[D].strides = {int64_t(1) << 60,
                       std::numeric_limits<int64_t>::max() - 1};
  EXPECT_NE(complaint(ErrorCode::OutOfRange), "accepted");
  // Strides that lead nowhere say nothing, nor does D without elements.
  setShapes(1, 300, 600);
  values[D].strides[0] = 0;
  EXPECT_EQ(mismatch(), "accepted");
  setShapes(200, 1, 600);
  values[D].strides = {1, 0};
  EXPECT_EQ(mismatch(), "accepted");
  setShapes(0, 300, 600);
  values[D].strides = {0, 0};
  EXPECT_EQ(mismatch(), "accepted");
}

TEST_F(Operands, AddToTheSameMatrixOrToAnother) {
  values[C].address = values[D].address;
  EXPECT_EQ(mismatch(), "accepted");
  values[C].strides[0] = 600;
  EXPECT_EQ(mismatch(), "k: operand 4 'c' has stride 600 in dimension 0, "
                        "expected the 300 of operand 5 'd', as both begin at "
                        "the same address");
  values[C].address = 0x5000;
  EXPECT_EQ(mismatch(), "accepted");
  matmul.inPlace = true;
  EXPECT_EQ(mismatch(), "k: operand 4 'c' must be operand 5 'd': the kernel "
                        "adds to what is there");
  setShapes(0, 300, 600);
  EXPECT_EQ(mismatch(), "accepted");
}

TEST_F(Operands, AreMatrices) {
  matmul.d = 6;
  EXPECT_EQ(validate(matmul, plan).error().message,
            "the matmul uses argument 6, but the plan has 6");
  matmul.d = D;
  plan.arguments[C].shape.pop_back();
  EXPECT_EQ(validate(matmul, plan).error().message,
            "the matmul uses argument 4 'c', which has 1 dimensions, expected "
            "those of a matrix");
  matmul.layout = "t";
  EXPECT_EQ(validate(matmul, plan).error().message,
            "the layout of the matmul is 't', expected nt, nn, tn or tt");
}

} // namespace
