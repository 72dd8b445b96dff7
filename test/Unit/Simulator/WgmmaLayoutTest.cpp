//===- WgmmaLayoutTest.cpp - wgmma: operands in shared memory -------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Shared memory is filled by the TMA of the simulator from a dense tensor, with
// the offsets that kernels use for such boxes.

#include "WgmmaTestSupport.h"
#include "dgemm/Simulator/TensorCopy.h"

using namespace dgemm::sim;
using namespace dgemm::sim::test;

namespace {

struct Shared {
  std::vector<uint8_t> bytes = std::vector<uint8_t>(128 * 1024, 0xEE);

  /// Loads a box of `inner` x `outer` elements of `row` bytes at (x, 0).
  void load(const std::vector<uint8_t> &global, TensorMapType type,
            uint64_t columns, uint64_t rows, uint64_t rowBytes, int32_t x,
            uint32_t inner, Swizzle mode, uint32_t to) {
    TensorMap map;
    map.type = type;
    map.rank = 2;
    map.dim[0] = columns;
    map.dim[1] = rows;
    map.stride[0] = rowBytes;
    map.box[0] = inner;
    map.box[1] = static_cast<uint32_t>(rows);
    map.swizzle = mode;
    int32_t at[] = {x, 0};
    Expected<CopyPlan> plan = planTensorLoad(map, at, to);
    ASSERT_TRUE(bool(plan)) << plan.message();
    for (const CopyChunk &chunk : plan->chunks)
      if (chunk.kind == CopyChunk::Data)
        std::memcpy(&bytes[chunk.shared], &global[chunk.global], chunk.bytes);
  }

  std::vector<uint8_t> pieces(const std::vector<uint32_t> &addresses) const {
    std::vector<uint8_t> result;
    for (uint32_t address : addresses) {
      EXPECT_EQ(address % 16, 0u);
      result.insert(result.end(), &bytes[address], &bytes[address] + 16);
    }
    return result;
  }
};

TensorMapType mapType(unsigned bytes) {
  return bytes == 1   ? TensorMapType::U8
         : bytes == 2 ? TensorMapType::U16
                      : TensorMapType::U32;
}

struct Stored {
  MatrixDescriptor descriptor;
  Shared shared;
};

/// Rows of K in one swizzle span; the instruction takes 32 bytes of them that
/// start `step` instructions in.
void storeKMajor(const WgmmaOp &op, MatrixType type,
                 const std::vector<uint32_t> &codes, Swizzle mode,
                 unsigned step, uint32_t start, Stored &out) {
  unsigned bytes = op.elementBytes(), k = op.k();
  unsigned rows = static_cast<unsigned>(codes.size()) / k;
  uint32_t span = swizzleSpan(mode);
  std::vector<uint8_t> global(span * rows + 4, 0x55);
  for (unsigned mn = 0; mn < rows; ++mn)
    for (unsigned i = 0; i < k; ++i)
      putElement(&global[span * mn + 32 * step + i * bytes], type,
                 codes[mn * k + i]);
  // putElement writes within the element only, so order does not matter.
  out.shared.load(global, mapType(bytes), span / bytes, rows, span, 0,
                  span / bytes, mode, start);
  out.descriptor.start = start + 32 * step;
  out.descriptor.strideOffset = 8 * span;
  out.descriptor.leadingOffset = 16;
  out.descriptor.swizzle = mode;
}

/// Boxes of one swizzle span of MN by all of K (16 rows), one after another.
void storeMNMajor(const WgmmaOp &op, MatrixType type,
                  const std::vector<uint32_t> &codes, Swizzle mode,
                  uint32_t start, Stored &out) {
  unsigned k = op.k();
  unsigned extent = static_cast<unsigned>(codes.size()) / k;
  uint32_t span = swizzleSpan(mode), chunk = span / 2;
  std::vector<uint8_t> global(2 * extent * k + 4);
  for (unsigned mn = 0; mn < extent; ++mn)
    for (unsigned i = 0; i < k; ++i)
      putElement(&global[2 * (i * extent + mn)], type, codes[mn * k + i]);
  for (unsigned c = 0; c * chunk < extent; ++c)
    out.shared.load(global, mapType(2), extent, k, 2 * extent,
                    static_cast<int32_t>(c * chunk), chunk, mode,
                    start + c * k * span);
  out.descriptor.start = start;
  out.descriptor.strideOffset = 8 * span;  // the next 8 of K
  out.descriptor.leadingOffset = k * span; // the next chunk of MN
  out.descriptor.swizzle = mode;
}

const Swizzle spans[] = {Swizzle::B32, Swizzle::B64, Swizzle::B128};

void expectLayout(const Problem64 &problem, const Stored &a, const Stored &b) {
  std::vector<uint8_t> piecesA =
      a.shared.pieces(operandAddresses(problem.op, true, a.descriptor));
  std::vector<uint8_t> piecesB =
      b.shared.pieces(operandAddresses(problem.op, false, b.descriptor));
  ASSERT_EQ(piecesA.size(), 16u * problem.op.piecesA());
  ASSERT_EQ(piecesB.size(), 16u * problem.op.piecesB());
  WgmmaOperands operands;
  operands.sharedA = piecesA.data();
  operands.sharedB = piecesB.data();
  expectExact(problem, execute(problem, operands));
}

// Destinations of the TMA need not start a pattern: both swizzles work on
// absolute addresses, with base offset 0.
TEST(SimWgmma, KMajorTilesOfTMA) {
  uint64_t seed = 1;
  for (const WgmmaOp &op : allTypes(72))
    for (Swizzle mode : spans)
      for (unsigned step = 0; step < swizzleSpan(mode) / 32; ++step) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Stream random(seed++);
        Problem64 problem(op);
        fillIntegers(problem, random);
        Stored a, b;
        storeKMajor(op, op.a, problem.a, mode, step, 1024, a);
        storeKMajor(op, op.b, problem.b, mode, step,
                    128 * static_cast<uint32_t>(random.integer(0, 63)), b);
        expectLayout(problem, a, b);
      }
}

TEST(SimWgmma, MNMajorTilesOfTMA) {
  uint64_t seed = 1;
  for (MatrixType type : {MatrixType::BF16, MatrixType::F16})
    for (Swizzle modeA : spans)
      for (Swizzle modeB : spans)
        for (unsigned trans = 1; trans < 4; ++trans) {
          SCOPED_TRACE("seed " + std::to_string(seed));
          Stream random(seed++);
          WgmmaOp op = make(type, 192);
          op.transA = trans & 1;
          op.transB = trans & 2;
          ASSERT_TRUE(validate(op).ok());
          Problem64 problem(op);
          fillIntegers(problem, random);
          Stored a, b;
          if (op.transA)
            storeMNMajor(op, type, problem.a, modeA, 2048, a);
          else
            storeKMajor(op, type, problem.a, modeA, 0, 2048, a);
          if (op.transB)
            storeMNMajor(op, type, problem.b, modeB, 4096, b);
          else
            storeKMajor(op, type, problem.b, modeB, 0, 4096, b);
          expectLayout(problem, a, b);
        }
}

// Without swizzle: matrices of 8 x 16 bytes, 128 bytes each, anywhere. The
// offset of the next one along MN and along K trade places when MN-major.
TEST(SimWgmma, CoreMatricesWithoutSwizzle) {
  uint64_t seed = 1;
  for (bool mnMajor : {false, true}) {
    Stream random(seed++);
    WgmmaOp op = make(MatrixType::BF16, 64);
    op.transA = op.transB = mnMajor;
    Problem64 problem(op);
    fillIntegers(problem, random);
    Stored stored[2];
    for (unsigned side = 0; side < 2; ++side) {
      const std::vector<uint32_t> &codes = side ? problem.b : problem.a;
      uint32_t alongMN = side ? 256 : 128, alongK = side ? 128 : 1024;
      for (unsigned mn = 0; mn < 64; ++mn)
        for (unsigned k = 0; k < 16; ++k) {
          uint32_t at = 512 + mn / 8 * alongMN + k / 8 * alongK;
          at += mnMajor ? k % 8 * 16 + mn % 8 * 2 : mn % 8 * 16 + k % 8 * 2;
          putElement(&stored[side].shared.bytes[at], op.a, codes[mn * 16 + k]);
        }
      MatrixDescriptor &descriptor = stored[side].descriptor;
      descriptor.start = 512;
      descriptor.leadingOffset = alongK;
      descriptor.strideOffset = alongMN;
    }
    expectLayout(problem, stored[0], stored[1]);
  }
}

// A tile that software swizzled relative to its own start.
TEST(SimWgmma, BaseOffsetMovesThePhase) {
  for (unsigned phase = 0; phase < 8; ++phase) {
    MatrixDescriptor relative;
    relative.start = 1024 + 128 * phase;
    relative.strideOffset = 1024;
    relative.baseOffset = phase;
    relative.swizzle = Swizzle::B128;
    for (unsigned mn = 0; mn < 64; ++mn)
      for (unsigned k = 0; k < 16; ++k) {
        uint32_t offset = mn * 128 + 2 * k;
        ASSERT_EQ(relative.address(false, 2, mn, k),
                  relative.start + swizzle(Swizzle::B128, offset));
      }
  }
}

TEST(SimWgmma, DescriptorsRoundTrip) {
  // 128B swizzle, start 0x2000, stride 1024, leading 16.
  Expected<MatrixDescriptor> d =
      MatrixDescriptor::decode(0x4000004000010200ull);
  ASSERT_TRUE(bool(d));
  EXPECT_EQ(d->start, 0x2000u);
  EXPECT_EQ(d->leadingOffset, 16u);
  EXPECT_EQ(d->strideOffset, 1024u);
  EXPECT_EQ(d->swizzle, Swizzle::B128);
  EXPECT_EQ(d->encode(), 0x4000004000010200ull);
  for (uint64_t seed = 0; seed < 100; ++seed) {
    Stream random(seed);
    uint64_t bits = random.bits() & 0xC00E3FFF3FFF3FFFull;
    Expected<MatrixDescriptor> decoded = MatrixDescriptor::decode(bits);
    ASSERT_TRUE(bool(decoded));
    ASSERT_EQ(decoded->encode(), bits);
  }
  EXPECT_FALSE(bool(MatrixDescriptor::decode(1ull << 14)));
  EXPECT_FALSE(bool(MatrixDescriptor::decode(1ull << 52)));
}

} // namespace
