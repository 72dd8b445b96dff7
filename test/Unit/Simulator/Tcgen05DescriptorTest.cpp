//===- Tcgen05DescriptorTest.cpp - Fields and what they refuse ------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Simulator/Tcgen05.h"

#include <gtest/gtest.h>

using namespace dgemm::sim;
using Kind = Tcgen05Op::Kind;

namespace {

// f32 += bf16 * bf16, M = 128, N = 64.
constexpr uint32_t good = 1 << 4 | 1 << 7 | 1 << 10 | 8 << 17 | 8 << 24;
// f32 += e4m3 * e4m3 with ue8m0 scales, M = 128, N = 64.
constexpr uint32_t goodScaled = 8 << 17 | 1 << 23 | 1 << 27;

Tcgen05Op op(Kind kind, unsigned ctas = 1, unsigned scaleVector = 0) {
  Tcgen05Op result;
  result.kind = kind;
  result.ctas = ctas;
  result.scaleVector = scaleVector;
  return result;
}

/// The error, or an empty string.
std::string refusal(uint32_t bits, const Tcgen05Op &op) {
  Expected<Tcgen05Mma> mma = decodeInstructionDescriptor(bits, op);
  return mma ? "" : mma.message();
}

void expectRefusal(uint32_t bits, const Tcgen05Op &op,
                   const std::string &part) {
  std::string message = refusal(bits, op);
  EXPECT_NE(message.find(part), std::string::npos)
      << "expected '" << part << "' in '" << message << "'";
}

uint32_t with(uint32_t bits, unsigned high, unsigned low, uint32_t value) {
  uint32_t mask = ((2u << (high - low)) - 1) << low;
  return (bits & ~mask) | value << low;
}

} // namespace

TEST(Tcgen05Descriptor, Fields) {
  Expected<Tcgen05Mma> mma =
      decodeInstructionDescriptor(good | 1 << 13 | 1 << 16, op(Kind::F16));
  ASSERT_TRUE(mma);
  EXPECT_EQ(mma->a, MatrixType::BF16);
  EXPECT_EQ(mma->accumulator, TmemAccumulator::F32);
  EXPECT_TRUE(mma->negateA);
  EXPECT_FALSE(mma->negateB);
  EXPECT_FALSE(mma->mnMajorA);
  EXPECT_TRUE(mma->mnMajorB);
  EXPECT_EQ(mma->m, 128u);
  EXPECT_EQ(mma->n, 64u);
  EXPECT_EQ(mma->k, 16u);
  mma = decodeInstructionDescriptor(
      with(goodScaled, 9, 7, 5) | 2u << 4 | 3u << 29, op(Kind::MXF8F6F4, 1, 1));
  ASSERT_TRUE(mma);
  EXPECT_EQ(mma->a, MatrixType::E2M1);
  EXPECT_EQ(mma->b, MatrixType::E4M3);
  EXPECT_EQ(mma->scaleIdB, 2u);
  EXPECT_EQ(mma->scaleIdA, 3u);
  EXPECT_EQ(mma->scaleType, ScaleType::UE8M0);
}

TEST(Tcgen05Descriptor, DenseRefusals) {
  Tcgen05Op f16 = op(Kind::F16);
  EXPECT_EQ(refusal(good, f16), "");
  expectRefusal(good | 1, f16, "bits 1:0 (sparsity selector) are 1");
  expectRefusal(good | 4, f16, "bits 2 (sparse)");
  expectRefusal(good | 8, f16, "bits 3 (saturate)");
  expectRefusal(with(good, 5, 4, 2), f16,
                "bits 5:4 (type of D) are 2, expected 0 (f16) or 1 (f32)");
  expectRefusal(with(good, 5, 4, 0), f16, "a bf16 operand");
  expectRefusal(good | 1 << 6, f16, "bits 6 (reserved)");
  expectRefusal(with(good, 9, 7, 2), f16,
                "bits 9:7 (type of A) are 2, expected 0 (f16) or 1 (bf16)");
  expectRefusal(with(good, 12, 10, 7), f16, "bits 12:10 (type of B) are 7");
  expectRefusal(good | 1 << 23, f16, "bits 23 (reserved)");
  expectRefusal(good | 1u << 29, f16, "bits 29 (reserved)");
  expectRefusal(good | 1u << 30, f16, "bits 31:30 (maximum shift)");
  expectRefusal(good, op(Kind::TF32), "2 (tf32)");
  expectRefusal(with(with(with(good, 9, 7, 2), 12, 10, 2), 5, 4, 0),
                op(Kind::TF32), "type of D");
  expectRefusal(with(good, 9, 7, 2), op(Kind::F8F6F4), "3 (e2m3)");
  expectRefusal(good, op(Kind::I8), "2 (s32)");
  // 6-bit types are K-major only; so is A in tensor memory.
  expectRefusal(with(good, 9, 7, 3) | 1 << 15, op(Kind::F8F6F4), "major of A");
  expectRefusal(with(good, 12, 10, 5) | 1 << 16, op(Kind::F8F6F4),
                "major of B");
  f16.tensorA = true;
  expectRefusal(good | 1 << 15, f16, "major of A");
}

TEST(Tcgen05Descriptor, ScaledRefusals) {
  Tcgen05Op one = op(Kind::MXF8F6F4, 1, 1), two = op(Kind::MXF4, 1, 2),
            four = op(Kind::MXF4NVF4, 1, 4);
  uint32_t packed = goodScaled | 1 << 7 | 1 << 10;
  EXPECT_EQ(refusal(goodScaled, one), "");
  EXPECT_EQ(refusal(packed, two), "");
  EXPECT_EQ(refusal(packed, four), "");
  EXPECT_EQ(refusal(packed & ~(1u << 23), four), "");
  expectRefusal(goodScaled & ~(1u << 23), one, "bits 23 (type of the scales)");
  expectRefusal(packed & ~(1u << 23), two, "type of the scales");
  expectRefusal(packed | 1 << 4, two, "scale-factor id of B");
  expectRefusal(packed | 1 << 29, two, "scale-factor id of A");
  EXPECT_EQ(refusal(packed | 2 << 4, two), "");
  expectRefusal(packed | 2 << 4, four, "0 (four scales each)");
  expectRefusal(packed | 1u << 31, two, "bits 31 (K = 96)");
  expectRefusal(packed | 1 << 15, two, "major of A");
  expectRefusal(goodScaled, two, "1 (e2m1)");
  expectRefusal(goodScaled | 1 << 24, one, "bits 26:24 (reserved)");
}

TEST(Tcgen05Descriptor, Shapes) {
  Tcgen05Op f16 = op(Kind::F16), pair = op(Kind::F16, 2);
  Tcgen05Op stationary = f16;
  stationary.weightStationary = true;
  auto shape = [](unsigned m, unsigned n) {
    return with(with(good, 28, 24, m >> 4), 22, 17, n >> 3);
  };
  EXPECT_EQ(refusal(shape(64, 8), f16), "");
  EXPECT_EQ(refusal(shape(64, 256), f16), "");
  expectRefusal(shape(128, 8), f16, "N in steps of 16");
  expectRefusal(shape(128, 0), f16, "bits 22:17 (N >> 3) are 0");
  expectRefusal(shape(128, 264), f16, "up to 256");
  expectRefusal(shape(256, 64), f16, "M = 64 or 128");
  expectRefusal(shape(32, 64), f16, "M = 64 or 128");
  EXPECT_EQ(refusal(shape(256, 16), pair), "");
  EXPECT_EQ(refusal(shape(128, 48), pair), "");
  expectRefusal(shape(64, 64), pair, "M = 128 or 256");
  expectRefusal(shape(256, 24), pair, "N in steps of 16");
  EXPECT_EQ(refusal(shape(32, 64), stationary), "");
  expectRefusal(shape(32, 32), stationary, "N = 64, 128 or 256");
  expectRefusal(goodScaled + (1 << 27), op(Kind::MXF8F6F4, 1, 1), "M = 128");
  EXPECT_EQ(refusal(with(goodScaled, 22, 17, 1), op(Kind::MXF8F6F4, 1, 1)), "");
}

TEST(Tcgen05Descriptor, SharedMemory) {
  for (Swizzle swizzle : {Swizzle::None, Swizzle::B32, Swizzle::B64,
                          Swizzle::B128, Swizzle::B128Atom32}) {
    MatrixDescriptor d;
    d.start = 0x12340;
    d.leadingOffset = 0x2000;
    d.strideOffset = 0x400;
    d.baseOffset = 5;
    d.swizzle = swizzle;
    Expected<MatrixDescriptor> back =
        decodeSharedDescriptor(encodeSharedDescriptor(d));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->start, d.start);
    EXPECT_EQ(back->leadingOffset, d.leadingOffset);
    EXPECT_EQ(back->strideOffset, d.strideOffset);
    EXPECT_EQ(back->baseOffset, 5u);
    EXPECT_EQ(back->swizzle, swizzle);
  }
  auto refused = [](uint64_t bits, const std::string &part) {
    Expected<MatrixDescriptor> d = decodeSharedDescriptor(bits);
    ASSERT_FALSE(d) << part;
    EXPECT_NE(d.message().find(part), std::string::npos) << d.message();
  };
  constexpr uint64_t version = uint64_t(1) << 46;
  refused(0, "bits 48:46 are 0");
  refused(version | uint64_t(1) << 47, "bits 48:46 are 3");
  refused(version | uint64_t(1) << 52, "bit 52");
  refused(version | uint64_t(1) << 53, "must be zero");
  refused(version | 1 << 14, "must be zero");
  for (uint64_t code : {3, 5, 7})
    refused(version | code << 61, "bits 63:61 (swizzle)");
}

TEST(Tcgen05Descriptor, LayoutOfOperands) {
  Tcgen05Mma mma;
  mma.k = 8;
  MatrixDescriptor plain, atoms;
  plain.swizzle = Swizzle::B128;
  atoms.swizzle = Swizzle::B128Atom32;
  EXPECT_TRUE(checkOperandLayout(mma, true, plain).ok());
  EXPECT_FALSE(checkOperandLayout(mma, true, atoms).ok());
  mma.mnMajorA = true;
  EXPECT_FALSE(checkOperandLayout(mma, true, plain).ok());
  EXPECT_TRUE(checkOperandLayout(mma, true, atoms).ok());
  EXPECT_TRUE(checkOperandLayout(mma, false, plain).ok());
}
