//===- InterfacesTest.cpp - Interfaces of the problem ops -----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGemm/IR/DGemmOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace dgemm;

namespace {

constexpr int64_t kDynamic = ShapedType::kDynamic;

/// A module with one op whose operands are made up.
class ProblemTest : public ::testing::Test {
protected:
  ProblemTest() {
    context.loadDialect<DGemmDialect, func::FuncDialect, memref::MemRefDialect,
                        tensor::TensorDialect>();
    context.allowUnregisteredDialects();
  }

  /// Parses `%name = "operand"() : () -> type` lines and the op behind them.
  Operation *parse(StringRef source) {
    module = parseSourceString<ModuleOp>(source, ParserConfig(&context));
    return module ? &module->getBody()->back() : nullptr;
  }

  ProblemShape shapeOf(StringRef source) {
    Operation *op = parse(source);
    EXPECT_NE(op, nullptr);
    return cast<ContractionProblem>(op).getProblemShape();
  }

  Value operand(OpBuilder &builder, Type type) {
    OperationState state(builder.getUnknownLoc(), "test.operand");
    state.addTypes(type);
    return builder.create(state)->getResult(0);
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

void expectShape(ProblemShape shape, int64_t batch, int64_t m, int64_t n,
                 int64_t k) {
  EXPECT_EQ(shape.batch, batch);
  EXPECT_EQ(shape.m, m);
  EXPECT_EQ(shape.n, n);
  EXPECT_EQ(shape.k, k);
}

TEST_F(ProblemTest, MatmulFindsExtentsInAnyOperand) {
  expectShape(shapeOf(R"(
    %a = "test.a"() : () -> memref<?x512xbf16>
    %b = "test.b"() : () -> memref<?x?xbf16>
    %d = "test.d"() : () -> memref<?x256xf32>
    dgemm.matmul ins(%a, %b : memref<?x512xbf16>, memref<?x?xbf16>)
      outs(%d : memref<?x256xf32>))"),
              1, kDynamic, 256, 512);
}

TEST_F(ProblemTest, MatmulFollowsLayout) {
  expectShape(shapeOf(R"(
    %a = "test.a"() : () -> memref<512x64xbf16>
    %b = "test.b"() : () -> memref<512x256xbf16>
    %d = "test.d"() : () -> memref<?x?xf32>
    dgemm.matmul ins(%a, %b : memref<512x64xbf16>, memref<512x256xbf16>)
      outs(%d : memref<?x?xf32>) {layout = #dgemm.layout<tn>})"),
              1, 64, 256, 512);
}

TEST_F(ProblemTest, HeadSplitDoesNotTellN) {
  expectShape(shapeOf(R"(
    %a = "test.a"() : () -> memref<64x512xf8E4M3FN>
    %b = "test.b"() : () -> memref<?x512xf8E4M3FN>
    %s = "test.s"() : () -> memref<?x?xf32>
    %d = "test.d"() : () -> memref<64x320xbf16>
    dgemm.matmul ins(%a scaled by %s, %b scaled by %s
        : memref<64x512xf8E4M3FN>, memref<?x?xf32>, memref<?x512xf8E4M3FN>,
          memref<?x?xf32>)
      outs(%d : memref<64x320xbf16>)
      {granularity = #dgemm.granularity<a = 1x128, b = 1x128>,
       epilogue = #dgemm.head_split<left = 64, mid = 32, right = 64>})"),
              1, 64, kDynamic, 512);
}

TEST_F(ProblemTest, KGroupedConcatenationTellsK) {
  expectShape(shapeOf(R"(
    %a = "test.a"() : () -> memref<65536xf8E4M3FN>
    %b = "test.b"() : () -> memref<?xf8E4M3FN>
    %s = "test.s"() : () -> memref<?x?xf32>
    %k = "test.k"() : () -> memref<4xi32>
    %d = "test.d"() : () -> memref<?x64x256xf32>
    dgemm.grouped_matmul ins(%a scaled by %s, %b scaled by %s grouped by %k
        plus %d : memref<65536xf8E4M3FN>, memref<?x?xf32>, memref<?xf8E4M3FN>,
        memref<?x?xf32>, memref<4xi32>, memref<?x64x256xf32>)
      outs(%d : memref<?x64x256xf32>)
      {grouping = #dgemm.grouping<k_grouped>,
       granularity = #dgemm.granularity<a = 1x128, b = 1x128>})"),
              4, 64, 256, 1024);
}

TEST_F(ProblemTest, BatchedFollowsEquation) {
  expectShape(shapeOf(R"(
    %a = "test.a"() : () -> memref<?x8x1024xbf16>
    %b = "test.b"() : () -> memref<8x1024x4096xbf16>
    %d = "test.d"() : () -> memref<?x8x4096xbf16>
    dgemm.batched_matmul ins(%a, %b
        : memref<?x8x1024xbf16>, memref<8x1024x4096xbf16>)
      outs(%d : memref<?x8x4096xbf16>)
      {equation = #dgemm.equation<bhd_hdr_bhr>})"),
              8, kDynamic, 4096, 1024);
}

TEST_F(ProblemTest, HCPrenormSkipsSplits) {
  Operation *op = parse(R"(
    %a = "test.a"() : () -> memref<?x512xbf16>
    %b = "test.b"() : () -> memref<24x512xf32>
    %d = "test.d"() : () -> memref<4x13x24xf32>
    %s = "test.s"() : () -> memref<4x13xf32>
    dgemm.hc_prenorm ins(%a, %b : memref<?x512xbf16>, memref<24x512xf32>)
      outs(%d, %s : memref<4x13x24xf32>, memref<4x13xf32>) {num_splits = 4})");
  ASSERT_NE(op, nullptr);
  auto problem = cast<ContractionProblem>(op);
  expectShape(problem.getProblemShape(), 1, 13, 24, 512);
  EXPECT_FALSE(problem.getC());
  EXPECT_FALSE(problem.getAScale());
}

//===----------------------------------------------------------------------===//
// Memory effects
//===----------------------------------------------------------------------===//

bool hasEffect(Operation *op, unsigned operand, bool isWrite) {
  SmallVector<MemoryEffects::EffectInstance> effects;
  cast<MemoryEffectOpInterface>(op).getEffects(effects);
  return llvm::any_of(effects, [&](const MemoryEffects::EffectInstance &e) {
    return e.getEffectValue<OpOperand *>() == &op->getOpOperand(operand) &&
           isa<MemoryEffects::Write>(e.getEffect()) == isWrite;
  });
}

TEST_F(ProblemTest, InputsAreReadAndInitsWritten) {
  Operation *op = parse(R"(
    %a = "test.a"() : () -> memref<64x512xbf16>
    %c = "test.c"() : () -> memref<64x64xf32>
    %d = "test.d"() : () -> memref<64x64xf32>
    dgemm.matmul ins(%a, %a plus %c
        : memref<64x512xbf16>, memref<64x512xbf16>, memref<64x64xf32>)
      outs(%d : memref<64x64xf32>))");
  ASSERT_NE(op, nullptr);
  for (unsigned input : {0, 1, 2}) {
    EXPECT_TRUE(hasEffect(op, input, /*isWrite=*/false));
    EXPECT_FALSE(hasEffect(op, input, /*isWrite=*/true));
  }
  EXPECT_FALSE(hasEffect(op, 3, /*isWrite=*/false));
  EXPECT_TRUE(hasEffect(op, 3, /*isWrite=*/true));
}

TEST_F(ProblemTest, InitThatKeepsPartsIsReadAsWell) {
  Operation *op = parse(R"(
    %e = "test.e"() : () -> memref<64xi32>
    %l = "test.l"() : () -> memref<64x128xf32>
    dgemm.clean_logits ins(to %e : memref<64xi32>)
      outs(%l : memref<64x128xf32>))");
  ASSERT_NE(op, nullptr);
  EXPECT_TRUE(hasEffect(op, 1, /*isWrite=*/false));
  EXPECT_TRUE(hasEffect(op, 1, /*isWrite=*/true));
}

TEST_F(ProblemTest, TensorsHaveNoEffects) {
  Operation *op = parse(R"(
    %a = "test.a"() : () -> tensor<64x512xbf16>
    %d = "test.d"() : () -> tensor<64x64xf32>
    %0 = dgemm.matmul ins(%a, %a : tensor<64x512xbf16>, tensor<64x512xbf16>)
      outs(%d : tensor<64x64xf32>))");
  ASSERT_NE(op, nullptr);
  EXPECT_TRUE(isMemoryEffectFree(op));
}

//===----------------------------------------------------------------------===//
// Builders
//===----------------------------------------------------------------------===//

TEST_F(ProblemTest, BuilderMakesResultsForTensorsOnly) {
  OpBuilder builder(&context);
  module = ModuleOp::create(builder.getUnknownLoc());
  builder.setInsertionPointToStart(module->getBody());
  auto f32 = builder.getF32Type();
  auto bf16 = builder.getBF16Type();
  auto build = [&](auto make) {
    Value a = operand(builder, make({64, 512}, bf16));
    Value b = operand(builder, make({256, 512}, bf16));
    Value d = operand(builder, make({64, 256}, f32));
    return MatmulOp::create(builder, builder.getUnknownLoc(), a, b, Value(),
                            Value(), Value(), d, GranularityAttr());
  };
  MatmulOp onTensors = build([](ArrayRef<int64_t> shape, Type type) -> Type {
    return RankedTensorType::get(shape, type);
  });
  MatmulOp onMemrefs = build([](ArrayRef<int64_t> shape, Type type) -> Type {
    return MemRefType::get(shape, type);
  });
  EXPECT_EQ(onTensors->getNumResults(), 1u);
  EXPECT_EQ(onMemrefs->getNumResults(), 0u);
  EXPECT_EQ(onMemrefs.getLayout(), Layout::NT);
  EXPECT_TRUE(succeeded(verify(*module)));
}

TEST_F(ProblemTest, BuilderOfTwoInits) {
  OpBuilder builder(&context);
  module = ModuleOp::create(builder.getUnknownLoc());
  builder.setInsertionPointToStart(module->getBody());
  auto f32 = builder.getF32Type();
  Value a =
      operand(builder, RankedTensorType::get({13, 512}, builder.getBF16Type()));
  Value b = operand(builder, RankedTensorType::get({24, 512}, f32));
  Value d = operand(builder, RankedTensorType::get({4, 13, 24}, f32));
  Value s = operand(builder, RankedTensorType::get({4, 13}, f32));
  auto op =
      HCPrenormOp::create(builder, builder.getUnknownLoc(), a, b, d, s, 4);
  EXPECT_EQ(op->getNumResults(), 2u);
  EXPECT_TRUE(succeeded(verify(*module)));
}

} // namespace
