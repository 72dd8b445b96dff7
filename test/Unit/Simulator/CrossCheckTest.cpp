//===- CrossCheckTest.cpp - Layouts derived twice -------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// What only SM120 and SM100 have cannot be recorded on an H100. The simulator
// follows the formulas of the PTX ISA; here the same layouts come from another
// source, as maps of (thread, value) to coordinates by shapes and strides, or
// from the forms of an instruction that every chip has and that were recorded.

#include "SimTestSupport.h"
#include "dgemm/Simulator/Matrix.h"

#include <array>
#include <cmath>
#include <cstring>
#include <vector>

using namespace dgemm::sim;
using test::Stream;

namespace {

/// A layout: an index counts through the modes, the first one fastest, and each
/// mode moves by its stride.
struct Layout {
  struct Mode {
    unsigned size, stride;
  };
  std::vector<Mode> modes;

  unsigned size() const {
    unsigned size = 1;
    for (const Mode &mode : modes)
      size *= mode.size;
    return size;
  }
  unsigned operator()(unsigned index) const {
    unsigned offset = 0;
    for (const Mode &mode : modes) {
      offset += index % mode.size * mode.stride;
      index /= mode.size;
    }
    return offset;
  }
};

/// Threads and values of an operand; a coordinate is row + rows * column.
struct Fragment {
  Layout threads, values;
  unsigned rows;

  /// Calls visit(thread, value, row, column).
  template <typename Visit> void forEach(Visit visit) const {
    for (unsigned thread = 0; thread < threads.size(); ++thread)
      for (unsigned value = 0; value < values.size(); ++value) {
        unsigned at = threads(thread) + values(value);
        visit(thread, value, at % rows, at / rows);
      }
  }
};

// m16n8k64 of 4-bit elements. A thread's first mode steps along K.
const Fragment nibblesA{
    {{{4, 128}, {8, 1}}}, {{{8, 16}, {2, 8}, {2, 512}}}, 16};
const Fragment nibblesB{{{{4, 64}, {8, 1}}}, {{{8, 8}, {2, 256}}}, 8};
// m16n8k32 of elements in bytes.
const Fragment bytesA{{{{4, 64}, {8, 1}}}, {{{4, 16}, {2, 8}, {2, 256}}}, 16};
const Fragment bytesB{{{{4, 32}, {8, 1}}}, {{{4, 8}, {2, 128}}}, 8};
// D of m16n8.
const Fragment sums{{{{4, 32}, {8, 1}}}, {{{2, 16}, {2, 8}}}, 16};
// Scales: two, and four, threads have the same row or column.
const Layout scalesA{{{2, 8}, {2, 0}, {8, 1}}};
const Layout scalesB{{{4, 0}, {8, 1}}};

/// Registers of a warp that hold `bits` wide elements.
void setElement(WarpRegister *regs, unsigned bits, unsigned lane,
                unsigned value, uint32_t code) {
  unsigned perRegister = 32 / bits;
  unsigned shift = value % perRegister * bits;
  uint32_t &word = regs[value / perRegister][lane];
  word &= ~(((uint64_t(1) << bits) - 1) << shift);
  word |= code << shift;
}

struct Operands {
  WarpRegister a[4] = {}, b[2] = {}, c[4] = {}, d[4] = {};
  WarpRegister scaleA = {}, scaleB = {};
};

float floatAt(const WarpRegister *regs, unsigned lane, unsigned value) {
  float result;
  std::memcpy(&result, &regs[value][lane], 4);
  return result;
}

MmaOp scaledOp(MmaKind kind, unsigned vector, ScaleType type) {
  MmaOp op;
  op.kind = kind;
  op.a = op.b = kind == MmaKind::MXF8F6F4 ? MatrixType::E4M3 : MatrixType::E2M1;
  op.k = kind == MmaKind::MXF8F6F4 ? 32 : 64;
  op.scaleVector = vector;
  op.scaleType = type;
  return op;
}

const MmaOp scaledOps[] = {scaledOp(MmaKind::MXF8F6F4, 1, ScaleType::UE8M0),
                           scaledOp(MmaKind::MXF4, 2, ScaleType::UE8M0),
                           scaledOp(MmaKind::MXF4NVF4, 2, ScaleType::UE8M0),
                           scaledOp(MmaKind::MXF4NVF4, 4, ScaleType::UE4M3)};

/// The code of 2^exponent, 0 to 3.
uint32_t scaleCode(ScaleType type, unsigned exponent) {
  return type == ScaleType::UE8M0 ? 127 + exponent : (7 + exponent) << 3;
}

/// Calls visit for each selector of the table of the instruction.
template <typename Visit> void forEachSelector(unsigned vector, Visit visit) {
  for (unsigned byteA = 0; byteA < 4; byteA += vector)
    for (unsigned threadA = 0; threadA < 2; ++threadA)
      for (unsigned byteB = 0; byteB < 4; byteB += vector)
        for (unsigned threadB = 0; threadB < 4; ++threadB) {
          ScaleSelector select;
          select.byteA = byteA;
          select.threadA = threadA;
          select.byteB = byteB;
          select.threadB = threadB;
          visit(select);
        }
}

/// Scales where the layouts put them; NaN everywhere else. A layout says which
/// row a thread has, the order of its modes which of those that share it.
void placeScales(const MmaOp &op, const ScaleSelector &select, Operands &out) {
  uint32_t bad = op.scaleType == ScaleType::UE8M0 ? 0xFF : 0x7F;
  for (unsigned lane = 0; lane < 32; ++lane) {
    out.scaleA[lane] = out.scaleB[lane] = bad * 0x01010101u;
    for (unsigned j = 0; j < op.scaleVector; ++j) {
      if (lane / scalesA.modes[0].size % scalesA.modes[1].size ==
          select.threadA)
        setElement(&out.scaleA, 8, lane, select.byteA + j,
                   scaleCode(op.scaleType, (scalesA(lane) + j) % 4));
      if (lane % scalesB.modes[0].size == select.threadB)
        setElement(&out.scaleB, 8, lane, select.byteB + j,
                   scaleCode(op.scaleType, (scalesB(lane) + 2 * j) % 4));
    }
  }
}

// Operands of ones: each block of K gives its length times its two scales.
TEST(SimCrossCheck, ScaleSelectors) {
  for (const MmaOp &op : scaledOps) {
    unsigned count = 0;
    forEachSelector(op.scaleVector, [&](const ScaleSelector &select) {
      ASSERT_TRUE(validate(op, select).ok());
      Operands in;
      uint32_t one = op.k == 32 ? 0x38383838u : 0x22222222u;
      for (unsigned lane = 0; lane < 32; ++lane) {
        for (WarpRegister &reg : in.a)
          reg[lane] = one;
        for (WarpRegister &reg : in.b)
          reg[lane] = one;
      }
      placeScales(op, select, in);
      MmaScales scales;
      scales.a = &in.scaleA;
      scales.b = &in.scaleB;
      scales.select = select;
      mma(op, in.a, in.b, in.c, in.d, &scales);
      sums.forEach([&](unsigned lane, unsigned value, unsigned m, unsigned n) {
        float expected = 0;
        for (unsigned j = 0; j < op.scaleVector; ++j)
          expected += std::ldexp(float(op.k / op.scaleVector),
                                 int((m + j) % 4 + (n + 2 * j) % 4));
        ASSERT_EQ(floatAt(in.d, lane, value), expected)
            << "m " << m << ", n " << n << ", byte " << select.byteA << " "
            << select.byteB << ", thread " << select.threadA << " "
            << select.threadB;
      });
      ++count;
    });
    EXPECT_EQ(count, op.scaleVector == 1   ? 128u
                     : op.scaleVector == 2 ? 32u
                                           : 8u);
  }
}

/// One element of A and one of B are 1; their product is where D says.
void checkPlaces(const MmaOp &op, const Fragment &a, const Fragment &b,
                 unsigned bits, uint32_t one) {
  struct Place {
    unsigned lane, value;
  };
  std::vector<Place> placeB(8 * op.k);
  b.forEach([&](unsigned lane, unsigned value, unsigned n, unsigned k) {
    placeB[k * 8 + n] = {lane, value};
  });
  std::vector<bool> seen(16 * op.k);
  a.forEach([&](unsigned lane, unsigned value, unsigned m, unsigned k) {
    seen[k * 16 + m] = true;
    unsigned n = (m + k) % 8;
    Operands in;
    setElement(in.a, bits, lane, value, one);
    Place at = placeB[k * 8 + n];
    setElement(in.b, bits, at.lane, at.value, one);
    for (unsigned i = 0; i < 32; ++i)
      in.scaleA[i] = in.scaleB[i] = scaleCode(op.scaleType, 0) * 0x01010101u;
    MmaScales scales;
    scales.a = &in.scaleA;
    scales.b = &in.scaleB;
    mma(op, in.a, in.b, in.c, in.d, op.isScaled() ? &scales : nullptr);
    sums.forEach([&](unsigned lane, unsigned value, unsigned row,
                     unsigned col) {
      ASSERT_EQ(floatAt(in.d, lane, value), row == m && col == n ? 1.0f : 0.0f)
          << "A[" << m << "][" << k << "], B[" << k << "][" << n << "], D["
          << row << "][" << col << "]";
    });
  });
  for (bool place : seen)
    EXPECT_TRUE(place);
}

TEST(SimCrossCheck, FragmentsOfNibbles) {
  for (const MmaOp &op : scaledOps)
    if (op.k == 64)
      checkPlaces(op, nibblesA, nibblesB, 4, 0x2);
}

TEST(SimCrossCheck, FragmentsOfBytes) {
  MmaOp op;
  op.k = 32;
  op.a = op.b = MatrixType::E4M3;
  checkPlaces(op, bytesA, bytesB, 8, 0x38);
  op.kind = MmaKind::F8F6F4;
  op.a = op.b = MatrixType::E2M1; // in bits 5:2 of the byte
  checkPlaces(op, bytesA, bytesB, 8, 0x2 << 2);
}

// Exact sums do not depend on rounding: a scaled instruction with scales of 1
// gives what the recorded mma.sync of H100 gives.
TEST(SimCrossCheck, ScalesOfOneAreThePlainInstruction) {
  Stream random(11);
  MmaOp scaled = scaledOps[0], plain;
  plain.k = 32;
  plain.a = plain.b = MatrixType::E4M3;
  plain.rounding = MmaRounding::H100;
  for (unsigned trial = 0; trial < 50; ++trial) {
    Operands in, other;
    // +-1, +-2 and 0.
    const uint32_t codes[] = {0x00, 0x38, 0xB8, 0x40, 0xC0};
    for (unsigned lane = 0; lane < 32; ++lane)
      for (unsigned value = 0; value < 16; ++value) {
        setElement(in.a, 8, lane, value, codes[random.integer(0, 4)]);
        if (value < 8)
          setElement(in.b, 8, lane, value, codes[random.integer(0, 4)]);
        in.scaleA[lane] = in.scaleB[lane] = 0x7F7F7F7Fu;
      }
    MmaScales scales;
    scales.a = &in.scaleA;
    scales.b = &in.scaleB;
    mma(scaled, in.a, in.b, in.c, in.d, &scales);
    mma(plain, in.a, in.b, in.c, other.d);
    for (unsigned i = 0; i < 4; ++i)
      for (unsigned lane = 0; lane < 32; ++lane)
        ASSERT_EQ(in.d[i][lane], other.d[i][lane]);
  }
}

//===----------------------------------------------------------------------===//
// ldmatrix and stmatrix by the forms of m8n8.b16
//===----------------------------------------------------------------------===//

using Row = std::array<uint8_t, 16>;
using Rows = std::array<Row, 32>;

Rows randomRows(Stream &random) {
  Rows rows;
  for (Row &row : rows)
    for (uint8_t &byte : row)
      byte = static_cast<uint8_t>(random.bits());
  return rows;
}

void load(MatrixForm form, unsigned count, bool trans, const Rows &rows,
          WarpRegister *out) {
  MatrixMove op;
  op.form = form;
  op.count = count;
  op.trans = trans;
  ASSERT_TRUE(validateLoad(op).ok());
  const uint8_t *pointers[32];
  for (unsigned i = 0; i < 32; ++i)
    pointers[i] = rows[i].data();
  loadMatrix(op, pointers, out);
}

void expectEqual(const WarpRegister *actual, const WarpRegister *expected,
                 unsigned count) {
  for (unsigned i = 0; i < count; ++i)
    for (unsigned lane = 0; lane < 32; ++lane)
      ASSERT_EQ(actual[i][lane], expected[i][lane])
          << "register " << i << ", lane " << lane;
}

/// Element `k` of `bits` bits of a row as a number.
uint8_t bitsAt(const Row &row, unsigned bits, unsigned k) {
  unsigned value = 0;
  for (unsigned i = 0; i < bits; ++i) {
    unsigned at = k * bits + i;
    value |= (row[at / 8] >> (at % 8) & 1u) << i;
  }
  return static_cast<uint8_t>(value);
}

// Padded rows of narrow elements load like rows of the same elements in bytes.
TEST(SimCrossCheck, NarrowRowsLoadAsBytes) {
  Stream random(12);
  for (auto [form, bits] :
       {std::pair{MatrixForm::M8N16B4, 4u}, std::pair{MatrixForm::M8N16B6, 6u}})
    for (unsigned count : {1u, 2u, 4u}) {
      Rows rows = randomRows(random), bytes = {};
      for (unsigned i = 0; i < 32; ++i)
        for (unsigned k = 0; k < 16; ++k)
          bytes[i][k] = bitsAt(rows[i], bits, k);
      WarpRegister actual[4] = {}, expected[4] = {};
      load(form, count, false, rows, actual);
      load(MatrixForm::M8N8B16, count, false, bytes, expected);
      expectEqual(actual, expected, count);
    }
}

// A transposed load of 16x16 bytes is a plain load of the transposed matrix;
// and it is what transposed loads of pairs give, once the lanes of even and odd
// columns have exchanged their bytes.
TEST(SimCrossCheck, TransposedBytes) {
  Stream random(13);
  for (unsigned count : {1u, 2u}) {
    Rows rows = randomRows(random), columns = {};
    for (unsigned i = 0; i < 16 * count; ++i)
      for (unsigned k = 0; k < 16; ++k)
        columns[i / 16 * 16 + k][i % 16] = rows[i][k];
    WarpRegister actual[4] = {}, expected[4] = {}, pairs[4] = {};
    load(MatrixForm::M16N16B8, count, true, rows, actual);
    load(MatrixForm::M8N8B16, 2 * count, false, columns, expected);
    expectEqual(actual, expected, 2 * count);
    // r[i].h(c) of a pair load: bytes 2 g and 2 g + 1 of row 8 i + 2 t + c.
    load(MatrixForm::M8N8B16, 2 * count, true, rows, pairs);
    for (unsigned lane = 0; lane < 32; ++lane)
      for (unsigned i = 0; i < 2 * count; ++i)
        for (unsigned c = 0; c < 4; ++c) {
          unsigned row = 4 * (lane % 4) + c, column = lane / 4 + 8 * (i % 2);
          unsigned from = 4 * (column / 2) + row % 8 / 2;
          uint32_t word = pairs[i / 2 * 2 + row / 8][from];
          unsigned shift = 16 * (row % 2) + 8 * (column % 2);
          ASSERT_EQ(actual[i][lane] >> (8 * c) & 255, word >> shift & 255);
        }
  }
}

// What stmatrix m16n8.b8 stores are the columns of D as mma.sync leaves it.
TEST(SimCrossCheck, StoredBytesAreColumnsOfD) {
  Stream random(14);
  for (unsigned count : {1u, 2u, 4u}) {
    WarpRegister regs[4] = {};
    uint8_t d[4][16][8];
    for (unsigned i = 0; i < count; ++i)
      sums.forEach([&](unsigned lane, unsigned value, unsigned m, unsigned n) {
        d[i][m][n] = static_cast<uint8_t>(random.bits());
        setElement(&regs[i], 8, lane, value, d[i][m][n]);
      });
    MatrixMove op;
    op.form = MatrixForm::M16N8B8;
    op.count = count;
    op.trans = true;
    ASSERT_TRUE(validateStore(op).ok());
    Rows rows = {};
    uint8_t *pointers[32];
    for (unsigned i = 0; i < 32; ++i)
      pointers[i] = rows[i].data();
    storeMatrix(op, regs, pointers);
    for (unsigned i = 0; i < count; ++i)
      for (unsigned n = 0; n < 8; ++n)
        for (unsigned m = 0; m < 16; ++m)
          ASSERT_EQ(rows[8 * i + n][m], d[i][m][n]) << m << " " << n;
    // Loaded again as rows of 16 bytes they are fragments of the transpose.
    WarpRegister back[4] = {};
    load(MatrixForm::M8N8B16, count, false, rows, back);
    for (unsigned i = 0; i < count; ++i)
      for (unsigned lane = 0; lane < 32; ++lane)
        for (unsigned c = 0; c < 4; ++c)
          ASSERT_EQ(back[i][lane] >> (8 * c) & 255,
                    d[i][4 * (lane % 4) + c][lane / 4]);
  }
}

} // namespace
