//===- PackedScalesTest.cpp - Layout of packed scales ---------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGemm/IR/PackedScales.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/MLIRContext.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace dgemm;

namespace {

constexpr int64_t kDynamic = ShapedType::kDynamic;

bool isPacked(MLIRContext &context, ArrayRef<int64_t> shape,
              ArrayRef<int64_t> strides, PackedScaleDims dims) {
  auto layout = StridedLayoutAttr::get(&context, 0, strides);
  return hasPackedScaleStrides(
      MemRefType::get(shape, IntegerType::get(&context, 32), layout), dims);
}

TEST(PackedScales, RowsAreRoundedUpTo16Bytes) {
  EXPECT_EQ(getPackedScaleRows(1), 4);
  EXPECT_EQ(getPackedScaleRows(2112), 2112);
  EXPECT_EQ(getPackedScaleRows(2113), 2116);
}

TEST(PackedScales, StridesOfMatrixAndBatch) {
  EXPECT_EQ(getPackedScaleStrides({13, 5}, {0, 1}),
            (SmallVector<int64_t>{1, 16}));
  EXPECT_EQ(getPackedScaleStrides({8, 13, 5}, {1, 2}),
            (SmallVector<int64_t>{80, 1, 16}));
  // K in front, rows last.
  EXPECT_EQ(getPackedScaleStrides({5, 8, 13}, {2, 0}),
            (SmallVector<int64_t>{16, 80, 1}));
}

TEST(PackedScales, DynamicShapeHasDynamicStrides) {
  EXPECT_EQ(getPackedScaleStrides({kDynamic, 5}, {0, 1}),
            (SmallVector<int64_t>{1, kDynamic}));
  EXPECT_EQ(getPackedScaleStrides({8, 13, kDynamic}, {1, 2}),
            (SmallVector<int64_t>{kDynamic, 1, 16}));
}

TEST(PackedScales, ChecksWhatIsStatic) {
  MLIRContext context;
  EXPECT_TRUE(isPacked(context, {13, 5}, {1, 16}, {0, 1}));
  EXPECT_TRUE(isPacked(context, {13, 5}, {kDynamic, kDynamic}, {0, 1}));
  EXPECT_TRUE(isPacked(context, {kDynamic, 5}, {1, 100}, {0, 1}));
  EXPECT_FALSE(isPacked(context, {13, 5}, {5, 1}, {0, 1}));
  EXPECT_FALSE(isPacked(context, {13, 5}, {1, 13}, {0, 1}));
  EXPECT_FALSE(isPacked(context, {8, 13, 5}, {100, 1, 16}, {1, 2}));
}

TEST(PackedScales, StrideOfOneElementDoesNotMatter) {
  MLIRContext context;
  EXPECT_TRUE(isPacked(context, {13, 1}, {1, 1}, {0, 1}));
  EXPECT_TRUE(isPacked(context, {1, 5}, {5, 4}, {0, 1}));
}

} // namespace
