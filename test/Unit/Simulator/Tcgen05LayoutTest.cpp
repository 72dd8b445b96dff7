//===- Tcgen05LayoutTest.cpp - Tensor memory, two ways --------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Tcgen05TestSupport.h"

#include <set>

using namespace dgemm::sim;
using namespace dgemm::sim::test;
using Shape = Tcgen05Op::Shape;

namespace {

constexpr unsigned row = laneStride;

/// Lane of the warp and number of the register, as layouts of tensor memory.
struct MoveLayout {
  Shape shape;
  Mode lane, reg;
};

MoveLayout layoutOf(Shape shape, unsigned count) {
  switch (shape) {
  case Shape::L16x64b:
    return {shape, {{{2, 8 * row}, {2, 1}, {8, row}}}, {{{count, 2}}}};
  case Shape::L16x128b:
    return {shape, {{{4, 1}, {8, row}}}, {{{2, 8 * row}, {count, 4}}}};
  case Shape::L16x256b:
    return {shape, {{{4, 2}, {8, row}}}, {{{2, 1}, {2, 8 * row}, {count, 8}}}};
  case Shape::L16x32bx2:
    return {shape, {{{16, row}, {2, 100}}}, {{{count, 1}}}};
  default:
    return {shape, {{{32, row}}}, {{{count, 1}}}};
  }
}

Tcgen05Op mmaOp(unsigned ctas, bool ws = false, unsigned scaleVector = 0) {
  Tcgen05Op op;
  op.ctas = ctas;
  op.weightStationary = ws;
  op.scaleVector = scaleVector;
  return op;
}

} // namespace

TEST(Tcgen05Layout, RegistersOfLoads) {
  for (Shape shape : {Shape::L32x32b, Shape::L16x64b, Shape::L16x128b,
                      Shape::L16x256b, Shape::L16x32bx2})
    for (unsigned count : {1u, 2u, 8u}) {
      Tcgen05Op op;
      op.shape = shape;
      op.count = count;
      MoveLayout layout = layoutOf(shape, count);
      std::set<unsigned> cells;
      for (unsigned i = 0; i < registerCount(op); ++i)
        for (unsigned lane = 0; lane < 32; ++lane) {
          TmemCell cell = registerCell(shape, i, lane, 100);
          unsigned at = layout.lane(lane) + layout.reg(i);
          EXPECT_EQ(cell.lane * row + cell.column, at)
              << unsigned(shape) << " register " << i << " lane " << lane;
          EXPECT_LT(cell.lane, laneCount(shape));
          EXPECT_LT(cell.column % 100, columnCount(op));
          cells.insert(at);
        }
      // No cell twice.
      EXPECT_EQ(cells.size(), 32 * registerCount(op));
    }
}

// The accumulator of mma.sync: an epilogue may take over its code.
TEST(Tcgen05Layout, LoadOf256BitsIsFragmentOfMmaSync) {
  for (unsigned i = 0; i < 8; ++i)
    for (unsigned lane = 0; lane < 32; ++lane)
      EXPECT_EQ(registerCell(Shape::L16x256b, i, lane),
                (TmemCell{0, lane / 4 + 8 * (i / 2 % 2),
                          8 * (i / 4) + 2 * (lane % 4) + i % 2}));
}

TEST(Tcgen05Layout, CopiesCoverTheirLanes) {
  struct Case {
    Shape shape;
    Mode rowToLane; // first copy
    unsigned copies, copyStride;
  };
  const Case cases[] = {
      {Shape::C128x256b, {{{128, 1}}}, 1, 0},
      {Shape::C128x128b, {{{128, 1}}}, 1, 0},
      {Shape::C4x256b, {{{4, 32}}}, 1, 0},
      {Shape::C64x128b02_13, {{{64, 1}}}, 2, 64},
      {Shape::C64x128b01_23, {{{32, 1}, {2, 64}}}, 2, 32},
      {Shape::C32x128b, {{{32, 1}}}, 4, 32},
  };
  for (const Case &entry : cases)
    for (unsigned r = 0; r < copyShape(entry.shape).rows; ++r) {
      unsigned lanes[4];
      ASSERT_EQ(copyLanes(entry.shape, r, lanes), entry.copies);
      for (unsigned i = 0; i < entry.copies; ++i)
        EXPECT_EQ(lanes[i], entry.rowToLane(r) + i * entry.copyStride)
            << unsigned(entry.shape) << " row " << r;
    }
}

TEST(Tcgen05Layout, Accumulators) {
  struct Case {
    unsigned ctas, m, n;
    bool ws;
    Mode rows, columns;
  };
  const Case cases[] = {
      {1, 128, 96, false, {{{128, row}}}, {{{96, 1}}}},
      {1, 64, 72, false, {{{16, row}, {4, 32 * row}}}, {{{72, 1}}}},
      {2, 256, 32, false, {{{128, row}, {2, ctaStride}}}, {{{32, 1}}}},
      {2,
       128,
       64,
       false,
       {{{64, row}, {2, ctaStride}}},
       {{{32, 1}, {2, 64 * row}}}},
      {1, 128, 64, true, {{{128, row}}}, {{{64, 1}}}},
      {1, 64, 128, true, {{{64, row}}}, {{{64, 1}, {2, 64 * row}}}},
      {1, 32, 256, true, {{{32, row}}}, {{{64, 1}, {4, 32 * row}}}},
  };
  for (const Case &entry : cases) {
    Tcgen05Mma mma;
    mma.op = mmaOp(entry.ctas, entry.ws);
    mma.m = entry.m;
    mma.n = entry.n;
    std::set<unsigned> cells;
    for (unsigned m = 0; m < mma.m; ++m)
      for (unsigned n = 0; n < mma.n; ++n) {
        unsigned at = entry.rows(m) + entry.columns(n);
        EXPECT_EQ(accumulatorCell(mma, m, n), cellAt(at)) << m << ", " << n;
        EXPECT_LT(at % row, mma.accumulatorColumns());
        cells.insert(at);
      }
    EXPECT_EQ(cells.size(), size_t(mma.m) * mma.n);
  }
}

// A block of scales goes through shared memory by tcgen05.cp.32x128b.warpx4:
// where that puts them is where the mma looks.
TEST(Tcgen05Layout, ScalesAreWhereTheCopyPutsThem) {
  Tcgen05Mma mma;
  mma.op = mmaOp(1, false, 4);
  mma.m = 128;
  mma.n = 256;
  Mode rowToByte{{{32, 16}, {4, 4}}};
  for (bool isA : {true, false})
    for (unsigned q = 0; q < (isA ? 128u : 256u); ++q)
      for (unsigned j = 0; j < 4; ++j) {
        // Each copy takes 128 rows and 4 columns.
        unsigned byte = rowToByte(q % 128) + j;
        unsigned lanes[4];
        ASSERT_EQ(copyLanes(Shape::C32x128b, byte / 16, lanes), 4u);
        ScaleCell cell = scaleCell(mma, isA, q, j);
        EXPECT_EQ(cell.column, q / 128 * 4 + byte % 16 / 4);
        EXPECT_EQ(cell.byte, byte % 4);
        for (unsigned i = 0; i < 4; ++i)
          EXPECT_EQ(cell.lane + i * cell.stride, lanes[i]);
        EXPECT_EQ(cell.lanesEnd, 128u);
      }
}

TEST(Tcgen05Layout, ScaleIdSelectsTheByte) {
  Tcgen05Mma mma;
  mma.op = mmaOp(1, false, 2);
  mma.scaleIdA = 2;
  EXPECT_EQ(scaleCell(mma, true, 33, 1).byte, 3u);
  EXPECT_EQ(scaleCell(mma, true, 33, 1).column, 1u);
  EXPECT_EQ(scaleCell(mma, false, 33, 1).byte, 1u);
}

// Halves of the lanes compute halves of the columns, and hold their scales.
TEST(Tcgen05Layout, ScalesOfPairsWithHalfRows) {
  Tcgen05Mma mma;
  mma.op = mmaOp(2, false, 1);
  mma.m = 128;
  mma.n = 64;
  ScaleCell low = scaleCell(mma, false, 31, 0);
  ScaleCell high = scaleCell(mma, false, 33, 0);
  EXPECT_EQ(low.lane, 31u);
  EXPECT_EQ(low.lanesEnd, 64u);
  EXPECT_EQ(high.lane, 65u);
  EXPECT_EQ(high.lanesEnd, 128u);
  EXPECT_EQ(high.column, 0u);
}

TEST(Tcgen05Layout, SharedMemory) {
  Stream random(7);
  for (Swizzle swizzle :
       {Swizzle::None, Swizzle::B32, Swizzle::B64, Swizzle::B128}) {
    MatrixDescriptor d;
    d.swizzle = swizzle;
    d.start = 2048;
    d.leadingOffset = 16 * unsigned(random.integer(8, 200));
    d.strideOffset = 16 * unsigned(random.integer(8, 200));
    BitSwizzle permute = bitSwizzle(swizzle);
    unsigned span = swizzleSpan(swizzle);
    // K-major, bytes.
    Mode rows{{{8, span ? span : 16}, {32, d.strideOffset}}};
    Mode bytes{{{16, 1}, {2, span ? 16 : d.leadingOffset}}};
    for (unsigned mn = 0; mn < 256; ++mn)
      for (unsigned byte : {0u, 16u})
        EXPECT_EQ(sharedAddressK(d, mn, byte),
                  permute(2048 + rows(mn) + bytes(byte)));
    // MN-major, 16-bit elements.
    unsigned chunk = span ? span / 2 : 8;
    unsigned outer = span ? d.leadingOffset : d.strideOffset;
    unsigned inner = span ? d.strideOffset : d.leadingOffset;
    Mode mns{{{chunk, 2}, {256 / chunk, outer}}};
    Mode ks{{{8, span ? span : 16}, {2, inner}}};
    for (unsigned mn = 0; mn < 256; mn += 8)
      for (unsigned k = 0; k < 16; ++k)
        EXPECT_EQ(sharedAddressMN(d, 2, mn, k),
                  permute(2048 + mns(mn) + ks(k)));
  }
}

TEST(Tcgen05Layout, SharedMemoryWithAtomsOf32Bytes) {
  MatrixDescriptor d;
  d.swizzle = Swizzle::B128Atom32;
  d.leadingOffset = 4096;
  d.strideOffset = 1536;
  BitSwizzle permute = bitSwizzle(d.swizzle);
  Mode mns{{{32, 4}, {8, 4096}}};
  Mode ks{{{4, 128}, {2, 1536}}};
  for (unsigned mn = 0; mn < 256; mn += 4)
    for (unsigned k = 0; k < 8; ++k)
      EXPECT_EQ(sharedAddressMN(d, 4, mn, k), permute(mns(mn) + ks(k)));
}

TEST(Tcgen05Layout, Expansion) {
  Stream random(3);
  std::vector<uint8_t> in = random.bytes(16);
  uint8_t out[16];
  unsigned __int128 bits;
  std::memcpy(&bits, in.data(), 16);
  expandPacked(Tcgen05Op::Unpack::B4x16P64, in.data(), out);
  for (unsigned i = 0; i < 16; ++i)
    EXPECT_EQ(out[i], unsigned(bits >> (4 * i) & 15) << 2);
  expandPacked(Tcgen05Op::Unpack::B6x16P32, in.data(), out);
  for (unsigned i = 0; i < 16; ++i)
    EXPECT_EQ(out[i], unsigned(bits >> (6 * i) & 63));
  expandPacked(Tcgen05Op::Unpack::None, in.data(), out);
  EXPECT_EQ(std::memcmp(in.data(), out, 16), 0);
}
