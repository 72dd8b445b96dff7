//===- ContractionTest.cpp - Products -------------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Reference/Contraction.h"

#include "TestSupport.h"

#include <cmath>

using namespace dgemm::reference;
using namespace dgemm::reference::test;

static Operand plain(const Tensor &tensor) {
  Operand operand;
  operand.data = tensor.view();
  return operand;
}

/// A random [mn, k] operand with the scales of its quantiser.
static Operand quantized(ElementType type, std::vector<int64_t> shape,
                         Granularity g, uint64_t seed,
                         std::vector<Tensor> &keep) {
  Tensor x = makeRandom(ElementType::F32, shape, seed);
  Tensor codes = make(type, shape);
  Tensor scales =
      make(ElementType::F32, {ceilDiv(shape[0], g.mn), ceilDiv(shape[1], g.k)});
  EXPECT_TRUE(
      quantize(Parallel(1), x.view(), g, false, codes.view(), scales.view())
          .ok());
  keep.push_back(codes);
  keep.push_back(scales);
  Operand operand;
  operand.data = codes.view();
  operand.scale = scales.view();
  operand.granularity = g;
  return operand;
}

static void expectPasses(const Contractions &contractions) {
  Expected<CheckResult> result = check(Parallel(2), contractions, {});
  ASSERT_TRUE(static_cast<bool>(result)) << result.message();
  EXPECT_TRUE(result->passed()) << result->firstFailure;
  EXPECT_EQ(result->checked, result->elements);
}

static Contractions runs(Expected<Contractions> contractions,
                         unsigned threads = 2) {
  EXPECT_TRUE(static_cast<bool>(contractions)) << contractions.message();
  if (!contractions)
    return {};
  Status status = run(Parallel(threads), *contractions);
  EXPECT_TRUE(status.ok()) << status.message();
  return *contractions;
}

TEST(Contraction, SmallExactProduct) {
  Tensor a = make(ElementType::BF16, {2, 3}, {1, 2, 3, 4, 5, 6});
  Tensor b = make(ElementType::BF16, {2, 3}, {1, 0, -1, 2, 1, 0});
  Tensor c = make(ElementType::F32, {2, 2}, {100, 200, 300, 400});
  Tensor d = make(ElementType::F32, {2, 2});
  runs(matmul(Layout::NT, plain(a), plain(b), std::nullopt, d.view()));
  EXPECT_EQ(values(d.view()), (std::vector<double>{-2, 4, -2, 13}));
  runs(matmul(Layout::NT, plain(a), plain(b), c.view(), d.view()));
  EXPECT_EQ(values(d.view()), (std::vector<double>{98, 204, 298, 413}));
}

TEST(Contraction, LayoutsAgree) {
  Tensor a = makeRandom(ElementType::BF16, {5, 7}, 1);
  Tensor b = makeRandom(ElementType::BF16, {3, 7}, 2);
  Tensor at = make(ElementType::BF16, {7, 5});
  Tensor bt = make(ElementType::BF16, {7, 3});
  ASSERT_TRUE(copyElements(a.view().transpose(), at.view()).ok());
  ASSERT_TRUE(copyElements(b.view().transpose(), bt.view()).ok());
  Tensor expected = make(ElementType::F32, {5, 3});
  runs(matmul(Layout::NT, plain(a), plain(b), std::nullopt, expected.view()));
  for (Layout layout : {Layout::NN, Layout::TN, Layout::TT}) {
    bool ta = layout != Layout::NN;
    bool tb = layout != Layout::TT;
    Tensor d = make(ElementType::F32, {5, 3});
    runs(matmul(layout, plain(ta ? at : a), plain(tb ? bt : b), std::nullopt,
                d.view()));
    EXPECT_EQ(values(d.view()), values(expected.view()));
  }
}

TEST(Contraction, ScaledAgainstSecondEvaluation) {
  for (int64_t k : {1, 127, 128, 300}) {
    std::vector<Tensor> keep;
    Operand a = quantized(ElementType::F8E4M3FN, {37, k}, {1, 128}, 3, keep);
    Operand b = quantized(ElementType::F8E4M3FN, {45, k}, {128, 128}, 4, keep);
    Tensor d = make(ElementType::BF16, {37, 45});
    expectPasses(runs(matmul(Layout::NT, a, b, std::nullopt, d.view())));
  }
}

TEST(Contraction, MixedGranularityAndFP4) {
  std::vector<Tensor> keep;
  Operand a = quantized(ElementType::F8E4M3FN, {9, 256}, {1, 128}, 5, keep);
  Operand b = quantized(ElementType::F4E2M1FN, {11, 256}, {1, 32}, 6, keep);
  Tensor d = make(ElementType::F32, {9, 11});
  expectPasses(runs(matmul(Layout::NT, a, b, std::nullopt, d.view())));
}

TEST(Contraction, PackedScalesMeanTheSame) {
  std::vector<Tensor> keep;
  Tensor x = makeRandom(ElementType::F32, {6, 300}, 8);
  Tensor codes = make(ElementType::F8E4M3FN, {6, 300});
  Tensor scales = make(ElementType::F8E8M0FNU, {6, 10});
  ASSERT_TRUE(quantize(Parallel(1), x.view(), {1, 32}, true, codes.view(),
                       scales.view())
                  .ok());
  Tensor packed = make(ElementType::I32, {6, 3});
  ASSERT_TRUE(packScales(scales.view(), 1, packed.view(), true).ok());
  Operand a{codes.view(), scales.view(), {1, 32}, false};
  Operand p{codes.view(), packed.view(), {1, 32}, false};
  Tensor d1 = make(ElementType::F32, {6, 6});
  Tensor d2 = make(ElementType::F32, {6, 6});
  runs(matmul(Layout::NT, a, a, std::nullopt, d1.view()));
  runs(matmul(Layout::NT, p, p, std::nullopt, d2.view()));
  EXPECT_EQ(values(d1.view()), values(d2.view()));
}

TEST(Contraction, SameBitsForAnyNumberOfThreads) {
  Tensor a = makeRandom(ElementType::BF16, {70, 500}, 1);
  Tensor b = makeRandom(ElementType::BF16, {90, 500}, 2);
  Tensor d1 = make(ElementType::F64, {70, 90});
  Tensor d8 = make(ElementType::F64, {70, 90});
  runs(matmul(Layout::NT, plain(a), plain(b), std::nullopt, d1.view()), 1);
  runs(matmul(Layout::NT, plain(a), plain(b), std::nullopt, d8.view()), 8);
  EXPECT_EQ(values(d1.view()), values(d8.view()));
}

TEST(Contraction, CheckFindsOneWrongElement) {
  Tensor a = makeRandom(ElementType::BF16, {40, 64}, 1);
  Tensor b = makeRandom(ElementType::BF16, {50, 64}, 2);
  Tensor d = make(ElementType::BF16, {40, 50});
  Contractions product =
      runs(matmul(Layout::NT, plain(a), plain(b), std::nullopt, d.view()));
  expectPasses(product);
  int64_t position = d.view().at(33, 7);
  d.view().store(position, d.view().load(position) * 1.01 + 0.01);
  Expected<CheckResult> result = check(Parallel(2), product, {});
  ASSERT_TRUE(static_cast<bool>(result));
  EXPECT_EQ(result->failures, 1);
  EXPECT_EQ(result->firstFailure.find("element [33, 7] is"), 0u);
}

/// 16 x 257 = 4112 lies between the BF16 numbers 4096 and 4128.
TEST(Contraction, ExactCheckKnowsWhereTiesGo) {
  Tensor a = make(ElementType::BF16, {1, 2}, {16, 16});
  Tensor b = make(ElementType::BF16, {1, 2}, {1, 256});
  Tensor d = make(ElementType::BF16, {1, 1});
  Contractions product =
      runs(matmul(Layout::NT, plain(a), plain(b), std::nullopt, d.view()));
  CheckOptions exact;
  exact.exact = true;
  EXPECT_TRUE(check(Parallel(1), product, exact)->passed());
  d.view().store(0, 4128);
  EXPECT_TRUE(check(Parallel(1), product, {})->passed());
  Expected<CheckResult> result = check(Parallel(1), product, exact);
  EXPECT_EQ(result->firstFailure,
            "element [0, 0] is 4128.000000, expected exactly 4096.000000");
}

/// 64 products of 1: the bound is that of 64, or of two roundings, and of three
/// more.
TEST(Contraction, BoundCountsRoundings) {
  std::vector<double> ones(64, 1);
  Tensor a = make(ElementType::BF16, {1, 64}, ones);
  Tensor b = make(ElementType::BF16, {1, 64}, ones);
  Tensor d = make(ElementType::F32, {1, 1});
  Contractions product =
      runs(matmul(Layout::NT, plain(a), plain(b), std::nullopt, d.view()));
  CheckOptions options;
  options.unitRoundoff = 0x1p-10;
  d.view().store(0, 65);
  EXPECT_TRUE(check(Parallel(1), product, options)->passed());
  options.productsPerRounding = 32;
  EXPECT_FALSE(check(Parallel(1), product, options)->passed());
  d.view().store(0, 64.25);
  EXPECT_TRUE(check(Parallel(1), product, options)->passed());
}

TEST(Contraction, CheckOfLargeProblemsTakesSamples) {
  Tensor a = makeRandom(ElementType::BF16, {100, 8}, 1);
  Tensor d = make(ElementType::F32, {100, 100});
  Contractions product =
      runs(matmul(Layout::NT, plain(a), plain(a), std::nullopt, d.view()));
  CheckOptions options;
  options.maxWork = 9 * 100 * 10;
  Expected<CheckResult> result = check(Parallel(2), product, options);
  ASSERT_TRUE(static_cast<bool>(result));
  EXPECT_EQ(result->elements, 10000);
  EXPECT_LE(result->checked, 1000);
  EXPECT_GE(result->checked, 200);
}

TEST(Contraction, EmptyExtents) {
  Tensor c = make(ElementType::F32, {2, 3}, {1, 2, 3, 4, 5, 6});
  Tensor d = make(ElementType::F32, {2, 3}, {9, 9, 9, 9, 9, 9});
  Tensor a = make(ElementType::BF16, {2, 0});
  Tensor b = make(ElementType::BF16, {3, 0});
  runs(matmul(Layout::NT, plain(a), plain(b), c.view(), d.view()));
  EXPECT_EQ(values(d.view()), values(c.view()));
  expectPasses(
      runs(matmul(Layout::NT, plain(a), plain(b), std::nullopt, d.view())));
  EXPECT_EQ(values(d.view()), std::vector<double>(6, 0.0));
  Tensor none = make(ElementType::BF16, {0, 5});
  Tensor wide = makeRandom(ElementType::BF16, {3, 5}, 1);
  Tensor empty = make(ElementType::F32, {0, 3});
  expectPasses(runs(matmul(Layout::NT, plain(none), plain(wide), std::nullopt,
                           empty.view())));
}

TEST(Contraction, HeadSplitKeepsTheGap) {
  Tensor a = make(ElementType::BF16, {1, 1}, {1});
  Tensor b = make(ElementType::BF16, {6, 1}, {1, 2, 3, 4, 5, 6});
  Tensor d = make(ElementType::F32, {1, 10}, std::vector<double>(10, -7));
  expectPasses(runs(matmul(Layout::NT, plain(a), plain(b), std::nullopt,
                           d.view(), HeadSplit{1, 2, 2})));
  EXPECT_EQ(values(d.view()),
            (std::vector<double>{1, -7, -7, 2, 3, 4, -7, -7, 5, 6}));
}

TEST(Contraction, ShapesThatDoNotFitAreErrors) {
  Tensor a = make(ElementType::BF16, {2, 3});
  Tensor b = make(ElementType::BF16, {2, 4});
  Tensor d = make(ElementType::F32, {2, 2});
  EXPECT_FALSE(matmul(Layout::NT, plain(a), plain(b), std::nullopt, d.view()));
  Tensor wrong = make(ElementType::F32, {3, 2});
  EXPECT_FALSE(
      matmul(Layout::NT, plain(a), plain(a), std::nullopt, wrong.view()));
  EXPECT_FALSE(matmul(Layout::NT, plain(a), plain(a), wrong.view(), d.view()));
  Operand scaled = plain(a);
  scaled.scale = d.view();
  EXPECT_FALSE(matmul(Layout::NT, scaled, plain(a), std::nullopt, d.view()));
}

//===----------------------------------------------------------------------===//
// Grouped
//===----------------------------------------------------------------------===//

namespace {
/// Six rows of one element, two groups with weights 1 and 10.
struct Groups : testing::Test {
  Tensor a = make(ElementType::BF16, {6, 1}, {1, 2, 3, 4, 5, 6});
  Tensor b = make(ElementType::BF16, {2, 1, 1}, {1, 10});
  Tensor d = make(ElementType::F32, {6, 1}, std::vector<double>(6, -1));

  Expected<Contractions> product(Grouping grouping, int64_t alignment,
                                 std::vector<double> group) {
    indices =
        make(ElementType::I32, {static_cast<int64_t>(group.size())}, group);
    return groupedMatmul(grouping, alignment, Layout::NT, plain(a), plain(b),
                         indices.view(), std::nullopt, d.view());
  }
  Tensor indices;
};
} // namespace

TEST_F(Groups, ByIndex) {
  expectPasses(
      runs(product(Grouping::ContiguousIndex, 2, {1, -1, 0, 0, -1, 1})));
  EXPECT_EQ(values(d.view()), (std::vector<double>{10, 20, 3, 4, -1, 60}));
  EXPECT_FALSE(product(Grouping::ContiguousIndex, 2, {2, 0, 0, 0, 0, 0}));
  EXPECT_FALSE(product(Grouping::ContiguousIndex, 2, {0, 0}));
}

TEST_F(Groups, ByEnd) {
  runs(product(Grouping::ContiguousPsum, 2, {1, 5}));
  EXPECT_EQ(values(d.view()), (std::vector<double>{1, -1, 30, 40, 50, -1}));
  EXPECT_FALSE(product(Grouping::ContiguousPsum, 2, {1, 7}));
  EXPECT_FALSE(product(Grouping::ContiguousPsum, 2, {1}));
  EXPECT_FALSE(product(Grouping::ContiguousPsum, 2, {-1, 2}));
}

TEST_F(Groups, EmptyGroupByEnd) {
  runs(product(Grouping::ContiguousPsum, 2, {0, 2}));
  EXPECT_EQ(values(d.view()), (std::vector<double>{10, 20, -1, -1, -1, -1}));
}

TEST_F(Groups, Masked) {
  Tensor a3 = make(ElementType::BF16, {2, 3, 1}, {1, 2, 3, 4, 5, 6});
  Tensor d3 = make(ElementType::F32, {2, 3, 1}, std::vector<double>(6, -1));
  Tensor rows = make(ElementType::I32, {2}, {0, 2});
  expectPasses(
      runs(groupedMatmul(Grouping::Masked, 128, Layout::NT, plain(a3), plain(b),
                         rows.view(), std::nullopt, d3.view())));
  EXPECT_EQ(values(d3.view()), (std::vector<double>{-1, -1, -1, 40, 50, -1}));
  rows.view().store(0, 4);
  EXPECT_FALSE(groupedMatmul(Grouping::Masked, 128, Layout::NT, plain(a3),
                             plain(b), rows.view(), std::nullopt, d3.view()));
}

TEST(KGrouped, BothOrientationsAndEmptyGroups) {
  // K extents 2, 0, 1; M = 2, N = 1.
  Tensor ks = make(ElementType::I32, {3}, {2, 0, 1});
  Tensor c = make(ElementType::F32, {3, 2, 1}, {100, 200, 300, 400, 500, 600});
  Tensor tnA = make(ElementType::BF16, {3, 2}, {1, 2, 3, 4, 5, 6});
  Tensor tnB = make(ElementType::BF16, {3, 1}, {1, 10, 100});
  Tensor ntA = make(ElementType::BF16, {6}, {1, 3, 2, 4, 5, 6});
  Tensor ntB = make(ElementType::BF16, {3}, {1, 10, 100});
  std::vector<double> expected = {131, 242, 300, 400, 1000, 1200};
  for (bool tn : {true, false}) {
    Tensor d = make(ElementType::F32, {3, 2, 1});
    expectPasses(runs(
        groupedMatmul(Grouping::KGrouped, 128, tn ? Layout::TN : Layout::NT,
                      plain(tn ? tnA : ntA), plain(tn ? tnB : ntB), ks.view(),
                      c.view(), d.view())));
    EXPECT_EQ(values(d.view()), expected);
  }
  ks.view().store(0, 3);
  Tensor d = make(ElementType::F32, {3, 2, 1});
  EXPECT_FALSE(groupedMatmul(Grouping::KGrouped, 128, Layout::TN, plain(tnA),
                             plain(tnB), ks.view(), c.view(), d.view()));
}

//===----------------------------------------------------------------------===//
// Batched, prenorm
//===----------------------------------------------------------------------===//

TEST(Batched, Reducing) {
  Tensor a = make(ElementType::BF16, {2, 1, 2}, {1, 2, 3, 4});
  Tensor b = make(ElementType::BF16, {2, 1, 2}, {1, 1, 10, 10});
  Tensor d = make(ElementType::F32, {1, 1});
  expectPasses(runs(batchedMatmul(Equation::BmkBnkMn, plain(a), plain(b),
                                  std::nullopt, d.view())));
  EXPECT_EQ(d.view().load(0), 73);
}

TEST(Batched, EinsumForms) {
  const int64_t B = 3, H = 2, R = 5, D = 4;
  Tensor bhr = makeRandom(ElementType::BF16, {B, H, R}, 1);
  Tensor bhd = makeRandom(ElementType::BF16, {B, H, D}, 2);
  Tensor hdr = makeRandom(ElementType::BF16, {H, D, R}, 3);
  struct Case {
    Equation equation;
    Tensor &a, &b;
    std::vector<int64_t> shape;
  } cases[] = {{Equation::BhrHdrBhd, bhr, hdr, {B, H, D}},
               {Equation::BhdHdrBhr, bhd, hdr, {B, H, R}},
               {Equation::BhdBhrHdr, bhd, bhr, {H, D, R}}};
  auto at = [](const Tensor &t, int64_t i, int64_t j, int64_t k) {
    return t.view().load(t.view().at(i, j, k));
  };
  for (Case &c : cases) {
    Tensor d = make(ElementType::F64, c.shape);
    expectPasses(runs(batchedMatmul(c.equation, plain(c.a), plain(c.b),
                                    std::nullopt, d.view())));
    double expected = 0; // element with b = 2 or d = 3, h = 1, last index 3
    if (c.equation == Equation::BhrHdrBhd)
      for (int64_t r = 0; r < R; ++r)
        expected += at(bhr, 2, 1, r) * at(hdr, 1, 3, r);
    if (c.equation == Equation::BhdHdrBhr)
      for (int64_t i = 0; i < D; ++i)
        expected += at(bhd, 2, 1, i) * at(hdr, 1, i, 3);
    if (c.equation == Equation::BhdBhrHdr)
      for (int64_t b = 0; b < B; ++b)
        expected += at(bhd, b, 1, 2) * at(bhr, b, 1, 3);
    double actual =
        c.equation == Equation::BhdBhrHdr ? at(d, 1, 2, 3) : at(d, 2, 1, 3);
    EXPECT_NEAR(actual, expected, 1e-12);
  }
}

TEST(Prenorm, SplitsDivideBlocksOf64) {
  EXPECT_EQ(splitRange(448, 3, 0), (std::pair<int64_t, int64_t>{0, 192}));
  EXPECT_EQ(splitRange(448, 3, 1), (std::pair<int64_t, int64_t>{192, 320}));
  EXPECT_EQ(splitRange(448, 3, 2), (std::pair<int64_t, int64_t>{320, 448}));
  EXPECT_EQ(splitRange(64, 2, 1), (std::pair<int64_t, int64_t>{64, 64}));
}

TEST(Prenorm, RoundsOnlyBToTF32) {
  Tensor a = make(ElementType::BF16, {1, 64});
  Tensor b = make(ElementType::F32, {1, 64});
  a.view().store(0, 2);
  b.view().store(0, 1.0f + 0x1p-20f);
  Tensor d = make(ElementType::F32, {1, 1});
  Tensor squares = make(ElementType::F32, {1});
  expectPasses(runs(hcPrenorm(a.view(), b.view(), d.view(), std::nullopt)));
  ASSERT_TRUE(
      hcPrenormSquares(Parallel(1), a.view(), squares.view(), std::nullopt)
          .ok());
  EXPECT_EQ(d.view().load(0), 2.0);
  EXPECT_EQ(squares.view().load(0), 4.0);
}
