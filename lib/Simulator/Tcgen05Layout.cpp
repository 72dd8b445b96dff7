//===- Tcgen05Layout.cpp - Where tcgen05 finds its elements ---------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Simulator/Tcgen05.h"

#include <cstring>

using namespace dgemm::sim;
using Shape = Tcgen05Op::Shape;

//===----------------------------------------------------------------------===//
// ld, st, cp
//===----------------------------------------------------------------------===//

static unsigned registersPerCount(Shape shape) {
  return shape == Shape::L16x128b ? 2 : shape == Shape::L16x256b ? 4 : 1;
}

unsigned dgemm::sim::registerCount(const Tcgen05Op &op) {
  return op.count * registersPerCount(op.shape);
}

unsigned dgemm::sim::laneCount(Shape shape) {
  return shape == Shape::L32x32b ? 32 : 16;
}

/// Columns that .x1 spans.
static unsigned columnsPerCount(Shape shape) {
  switch (shape) {
  case Shape::L16x64b:
    return 2;
  case Shape::L16x128b:
    return 4;
  case Shape::L16x256b:
    return 8;
  default:
    return 1;
  }
}

unsigned dgemm::sim::columnCount(const Tcgen05Op &op) {
  return op.count * columnsPerCount(op.shape) * (op.pack16 ? 2 : 1);
}

TmemCell dgemm::sim::registerCell(Shape shape, unsigned index, unsigned lane,
                                  int offset) {
  unsigned group = lane >> 2, thread = lane & 3;
  switch (shape) {
  case Shape::L16x64b:
    return {0, group + 8 * (lane & 1), 2 * index + ((lane >> 1) & 1)};
  case Shape::L16x128b:
    return {0, group + 8 * (index & 1), 4 * (index >> 1) + thread};
  case Shape::L16x256b:
    return {0, group + 8 * ((index >> 1) & 1),
            8 * (index >> 2) + 2 * thread + (index & 1)};
  case Shape::L16x32bx2:
    return {0, lane & 15,
            index + (lane < 16 ? 0 : static_cast<unsigned>(offset))};
  default:
    return {0, lane, index};
  }
}

TmemCopyShape dgemm::sim::copyShape(Shape shape) {
  switch (shape) {
  case Shape::C128x256b:
    return {128, 32};
  case Shape::C4x256b:
    return {4, 32};
  case Shape::C128x128b:
    return {128, 16};
  case Shape::C64x128b02_13:
  case Shape::C64x128b01_23:
    return {64, 16};
  default:
    return {32, 16};
  }
}

unsigned dgemm::sim::copyLanes(Shape shape, unsigned row,
                               unsigned (&lanes)[4]) {
  switch (shape) {
  case Shape::C4x256b:
    lanes[0] = 32 * row;
    return 1;
  case Shape::C64x128b02_13:
    lanes[0] = row;
    lanes[1] = row + 64;
    return 2;
  case Shape::C64x128b01_23:
    // The first 32 rows go to warps 0 and 1, the others to 2 and 3.
    lanes[0] = row < 32 ? row : row + 32;
    lanes[1] = lanes[0] + 32;
    return 2;
  case Shape::C32x128b:
    for (unsigned i = 0; i < 4; ++i)
      lanes[i] = row + 32 * i;
    return 4;
  default:
    lanes[0] = row;
    return 1;
  }
}

void dgemm::sim::expandPacked(Tcgen05Op::Unpack unpack, const uint8_t *in,
                              uint8_t *out) {
  if (unpack == Tcgen05Op::Unpack::None) {
    std::memcpy(out, in, 16);
    return;
  }
  bool four = unpack == Tcgen05Op::Unpack::B4x16P64;
  for (unsigned i = 0; i < 16; ++i) {
    unsigned bit = i * (four ? 4 : 6);
    unsigned pair = in[bit / 8] | unsigned(in[bit / 8 + 1]) << 8;
    unsigned code = pair >> (bit % 8);
    out[i] = static_cast<uint8_t>(four ? (code & 15) << 2 : code & 63);
  }
}

//===----------------------------------------------------------------------===//
// Operands in shared memory
//===----------------------------------------------------------------------===//

/// Offset within the pattern to a physical address.
static uint32_t place(const MatrixDescriptor &descriptor, uint32_t offset) {
  uint32_t linear = descriptor.start + offset;
  // The phase of the XOR counts 128-byte lines from the base offset.
  uint32_t shifted = linear - (descriptor.baseOffset << 7);
  return linear ^ (swizzle(descriptor.swizzle, shifted) ^ shifted);
}

uint32_t dgemm::sim::sharedAddressK(const MatrixDescriptor &descriptor,
                                    unsigned mn, unsigned byte) {
  uint32_t span = swizzleSpan(descriptor.swizzle);
  uint32_t offset = mn / 8 * descriptor.strideOffset;
  if (span)
    offset += mn % 8 * span + byte;
  else
    offset += mn % 8 * 16 + byte / 16 * descriptor.leadingOffset;
  return place(descriptor, offset);
}

uint32_t dgemm::sim::sharedAddressMN(const MatrixDescriptor &descriptor,
                                     unsigned bytes, unsigned mn, unsigned k) {
  uint32_t span = swizzleSpan(descriptor.swizzle);
  uint32_t row = span ? span : 16;
  uint32_t chunk = row / bytes;
  // Without swizzle the two offsets change roles. With atoms of 32 bytes a
  // group of K has four rows, else eight.
  uint32_t depth = descriptor.swizzle == Swizzle::B128Atom32 ? 4 : 8;
  uint32_t outer = span ? descriptor.leadingOffset : descriptor.strideOffset;
  uint32_t inner = span ? descriptor.strideOffset : descriptor.leadingOffset;
  return place(descriptor, mn / chunk * outer + k / depth * inner +
                               k % depth * row + mn % chunk * bytes);
}

std::vector<uint32_t>
dgemm::sim::operandPieces(const Tcgen05Mma &mma, bool isA,
                          const MatrixDescriptor &descriptor) {
  unsigned extent = isA ? mma.rowsA() : mma.columnsB();
  std::vector<uint32_t> pieces;
  pieces.reserve(2 * extent);
  if (!(isA ? mma.mnMajorA : mma.mnMajorB)) {
    for (unsigned mn = 0; mn < extent; ++mn)
      for (unsigned byte = 0; byte < 32; byte += 16)
        pieces.push_back(sharedAddressK(descriptor, mn, byte));
    return pieces;
  }
  unsigned bytes = mma.containerBits() / 8;
  for (unsigned k = 0; k < mma.k; ++k)
    for (unsigned mn = 0; mn < extent; mn += 16 / bytes)
      pieces.push_back(sharedAddressMN(descriptor, bytes, mn, k));
  return pieces;
}

//===----------------------------------------------------------------------===//
// Operands in tensor memory
//===----------------------------------------------------------------------===//

bool Tcgen05Mma::usesAllLanes() const {
  return op.weightStationary ? m == 128 : m == 128 * op.ctas;
}

unsigned Tcgen05Mma::accumulatorColumns() const {
  if (op.weightStationary)
    return m == 32 ? n / 4 : m == 64 ? n / 2 : n;
  return op.ctas == 2 && m == 128 ? n / 2 : n;
}

TmemCell dgemm::sim::accumulatorCell(const Tcgen05Mma &mma, unsigned m,
                                     unsigned n) {
  unsigned width = mma.accumulatorColumns();
  if (mma.op.weightStationary)
    return {0, m + mma.m * (n / width), n % width};
  if (mma.usesAllLanes())
    return {m / 128, m % 128, n};
  if (mma.op.ctas == 2)
    return {m / 64, m % 64 + 64 * (n / width), n % width};
  return {0, m % 16 + 32 * (m / 16), n};
}

unsigned dgemm::sim::operandACopies(const Tcgen05Mma &mma) {
  return mma.op.ctas == 2 && mma.m == 128 ? 2 : 1;
}

TmemCell dgemm::sim::operandACell(const Tcgen05Mma &mma, unsigned m,
                                  unsigned copy) {
  TmemCell cell = accumulatorCell(mma, m, 0);
  cell.lane += 64 * copy;
  return cell;
}

ScaleCell dgemm::sim::scaleCell(const Tcgen05Mma &mma, bool isA, unsigned index,
                                unsigned j) {
  ScaleCell cell;
  unsigned first = 0;
  if (!isA && mma.op.ctas == 2 && mma.m == 128) {
    // Each half of the lanes computes half of the columns.
    unsigned half = mma.n / 2;
    first = index / half * 64;
    index %= half;
    cell.lanesEnd = first + 64;
  }
  cell.lane = first + index % 32;
  cell.column = index / 32;
  cell.byte = (isA ? mma.scaleIdA : mma.scaleIdB) + j;
  return cell;
}
