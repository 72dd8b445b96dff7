//===- MatrixMoveTest.cpp - ldmatrix and stmatrix -------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SimTestSupport.h"
#include "dgemm/Simulator/Matrix.h"

#include <array>
#include <cstring>

using namespace dgemm::sim;
using test::Stream;

namespace {

using Row = std::array<uint8_t, 16>;

/// Memory of one instruction: a row for each lane.
struct Rows {
  std::array<Row, 32> data = {};
  const uint8_t *in[32];
  uint8_t *out[32];

  Rows() {
    for (unsigned i = 0; i < 32; ++i)
      in[i] = out[i] = data[i].data();
  }
  Rows(const Rows &) = delete;
  void fill(Stream &random) {
    for (Row &row : data)
      for (uint8_t &byte : row)
        byte = static_cast<uint8_t>(random.bits());
  }
};

uint8_t byteOf(const WarpRegister &reg, unsigned lane, unsigned byte) {
  return static_cast<uint8_t>(reg[lane] >> (8 * byte));
}

uint16_t halfOf(const WarpRegister &reg, unsigned lane, unsigned half) {
  return static_cast<uint16_t>(reg[lane] >> (16 * half));
}

uint16_t halfAt(const Row &row, unsigned column) {
  return static_cast<uint16_t>(row[2 * column] | row[2 * column + 1] << 8);
}

MatrixMove move(MatrixForm form, unsigned count, bool trans) {
  MatrixMove op;
  op.form = form;
  op.count = count;
  op.trans = trans;
  return op;
}

// By the owner of each element: M[row][col] of matrix i is in lane
// 4 row + col / 2 of r[i], or with .trans in lane 4 col + row / 2.
TEST(SimLdMatrix, EveryElementOfM8N8HasItsLane) {
  for (unsigned count : {1u, 2u, 4u})
    for (bool trans : {false, true}) {
      Stream random(count + 8 * trans);
      Rows rows;
      rows.fill(random);
      MatrixMove op = move(MatrixForm::M8N8B16, count, trans);
      ASSERT_TRUE(validateLoad(op).ok());
      EXPECT_EQ(op.addressLanes(), 8 * count);
      EXPECT_EQ(op.registers(), count);
      EXPECT_EQ(op.rowBytes(), 16u);
      WarpRegister out[4];
      loadMatrix(op, rows.in, out);
      for (unsigned i = 0; i < count; ++i)
        for (unsigned row = 0; row < 8; ++row)
          for (unsigned col = 0; col < 8; ++col) {
            unsigned lane = trans ? 4 * col + row / 2 : 4 * row + col / 2;
            unsigned half = trans ? row % 2 : col % 2;
            ASSERT_EQ(halfOf(out[i], lane, half),
                      halfAt(rows.data[8 * i + row], col));
          }
    }
}

// The addresses that kernels use for a tile of 16 rows x 32 bytes give the A
// fragment of m16n8k32: A[m][k] in lane 4 (m % 8) + k % 16 / 4, register m / 8
// + 2 (k / 16), byte k % 4.
TEST(SimLdMatrix, LoadsTheFragmentsOfMma) {
  Stream random(5);
  std::array<std::array<uint8_t, 32>, 16> tile;
  for (auto &row : tile)
    for (uint8_t &byte : row)
      byte = static_cast<uint8_t>(random.bits());
  const uint8_t *rows[32];
  for (unsigned l = 0; l < 32; ++l)
    rows[l] = tile[(l & 7) + 8 * ((l >> 3) & 1)].data() + 16 * (l >> 4);
  WarpRegister a[4];
  loadMatrix(move(MatrixForm::M8N8B16, 4, false), rows, a);
  for (unsigned m = 0; m < 16; ++m)
    for (unsigned k = 0; k < 32; ++k)
      ASSERT_EQ(
          byteOf(a[m / 8 + 2 * (k / 16)], 4 * (m % 8) + k % 16 / 4, k % 4),
          tile[m][k]);
  // B: eight columns of K-major bytes.
  for (unsigned l = 0; l < 32; ++l)
    rows[l] = tile[l & 7].data() + 16 * ((l >> 3) & 1);
  WarpRegister b[2];
  loadMatrix(move(MatrixForm::M8N8B16, 2, false), rows, b);
  for (unsigned n = 0; n < 8; ++n)
    for (unsigned k = 0; k < 32; ++k)
      ASSERT_EQ(byteOf(b[k / 16], 4 * n + k % 16 / 4, k % 4), tile[n][k]);
}

/// Element `index` of `bits` bits, bit by bit.
unsigned bitString(const Row &row, unsigned bits, unsigned index) {
  unsigned value = 0;
  for (unsigned b = 0; b < bits; ++b) {
    unsigned at = bits * index + b;
    value |= (row[at / 8] >> (at % 8) & 1u) << b;
  }
  return value;
}

TEST(SimLdMatrix, ExpandsNarrowElements) {
  for (unsigned bits : {4u, 6u})
    for (unsigned count : {1u, 2u, 4u}) {
      Stream random(bits * 16 + count);
      Rows rows;
      rows.fill(random);
      MatrixMove op = move(
          bits == 4 ? MatrixForm::M8N16B4 : MatrixForm::M8N16B6, count, false);
      ASSERT_TRUE(validateLoad(op).ok());
      EXPECT_EQ(op.rowBytes(), 2 * bits);
      EXPECT_EQ(op.addressLanes(), 8 * count);
      WarpRegister out[4];
      loadMatrix(op, rows.in, out);
      for (unsigned i = 0; i < count; ++i)
        for (unsigned row = 0; row < 8; ++row)
          for (unsigned k = 0; k < 16; ++k)
            ASSERT_EQ(byteOf(out[i], 4 * row + k / 4, k % 4),
                      bitString(rows.data[8 * i + row], bits, k));
    }
}

// Rows are k, columns n: two 16 x 16 matrices give the B fragments of
// B[k][n] for n 0..7 (registers 0, 2) and 8..15 (registers 1, 3).
TEST(SimLdMatrix, TransposesBytes) {
  for (MatrixForm form :
       {MatrixForm::M16N16B8, MatrixForm::M16N16B4, MatrixForm::M16N16B6})
    for (unsigned count : {1u, 2u}) {
      unsigned bits = form == MatrixForm::M16N16B8   ? 8
                      : form == MatrixForm::M16N16B4 ? 4
                                                     : 6;
      Stream random(bits + count);
      Rows rows;
      rows.fill(random);
      MatrixMove op = move(form, count, true);
      ASSERT_TRUE(validateLoad(op).ok());
      EXPECT_EQ(op.addressLanes(), 16 * count);
      EXPECT_EQ(op.registers(), 2 * count);
      WarpRegister out[4];
      loadMatrix(op, rows.in, out);
      for (unsigned k = 0; k < 16 * count; ++k)
        for (unsigned n = 0; n < 16; ++n)
          ASSERT_EQ(byteOf(out[2 * (k / 16) + n / 8], 4 * (n % 8) + k % 16 / 4,
                           k % 4),
                    bitString(rows.data[k], bits, n));
    }
}

// Poison goes where its data would go, so padding may be poison.
TEST(SimLdMatrix, PaddingNeverReachesTheResult) {
  for (MatrixForm form : {MatrixForm::M8N16B4, MatrixForm::M8N16B6}) {
    MatrixMove op = move(form, 4, false);
    Rows rows;
    for (Row &row : rows.data)
      for (unsigned i = op.rowBytes(); i < 16; ++i)
        row[i] = 0xFF;
    WarpRegister out[4];
    loadMatrix(op, rows.in, out);
    for (const WarpRegister &reg : out)
      for (uint32_t word : reg)
        ASSERT_EQ(word, 0u);
  }
}

TEST(SimLdMatrix, IgnoresAddressesOfOtherLanes) {
  Rows rows;
  for (unsigned i = 8; i < 32; ++i)
    rows.in[i] = nullptr;
  WarpRegister out[1];
  for (bool trans : {false, true})
    loadMatrix(move(MatrixForm::M8N8B16, 1, trans), rows.in, out);
  loadMatrix(move(MatrixForm::M8N16B4, 1, false), rows.in, out);
  EXPECT_EQ(out[0][31], 0u);
}

TEST(SimStMatrix, InvertsLdMatrix) {
  for (unsigned count : {1u, 2u, 4u})
    for (bool trans : {false, true}) {
      Stream random(count + 100 * trans);
      MatrixMove op = move(MatrixForm::M8N8B16, count, trans);
      ASSERT_TRUE(validateStore(op).ok());
      Rows source, target;
      source.fill(random);
      WarpRegister regs[4];
      loadMatrix(op, source.in, regs);
      storeMatrix(op, regs, target.out);
      for (unsigned i = 0; i < 32; ++i)
        ASSERT_EQ(target.data[i], i < 8 * count ? source.data[i] : Row{});
    }
}

// Bytes of a lane are D[g][2t], D[g][2t+1], D[g+8][2t], D[g+8][2t+1]; column n
// of D is what the row of lane n holds.
TEST(SimStMatrix, StoresColumnsOfD) {
  for (unsigned count : {1u, 2u, 4u}) {
    MatrixMove op = move(MatrixForm::M16N8B8, count, true);
    ASSERT_TRUE(validateStore(op).ok());
    EXPECT_EQ(op.addressLanes(), 8 * count);
    EXPECT_EQ(op.registers(), count);
    WarpRegister regs[4] = {};
    for (unsigned i = 0; i < count; ++i)
      for (unsigned lane = 0; lane < 32; ++lane)
        for (unsigned d = 0; d < 4; ++d) {
          unsigned m = lane / 4 + 8 * (d >> 1);
          unsigned n = 2 * (lane % 4) + (d & 1);
          regs[i][lane] |= ((m * 8 + n) ^ (i << 1)) << (8 * d);
        }
    Rows rows;
    storeMatrix(op, regs, rows.out);
    for (unsigned i = 0; i < count; ++i)
      for (unsigned n = 0; n < 8; ++n)
        for (unsigned m = 0; m < 16; ++m)
          ASSERT_EQ(rows.data[8 * i + n][m], (m * 8 + n) ^ (i << 1));
  }
}

TEST(SimLdMatrix, FormsThatDoNotExist) {
  EXPECT_FALSE(validateLoad(move(MatrixForm::M8N8B16, 3, false)).ok());
  EXPECT_FALSE(validateLoad(move(MatrixForm::M8N16B4, 1, true)).ok());
  EXPECT_FALSE(validateLoad(move(MatrixForm::M8N16B6, 2, true)).ok());
  EXPECT_FALSE(validateLoad(move(MatrixForm::M16N16B8, 1, false)).ok());
  EXPECT_FALSE(validateLoad(move(MatrixForm::M16N16B8, 4, true)).ok());
  EXPECT_FALSE(validateLoad(move(MatrixForm::M16N8B8, 1, true)).ok());
  EXPECT_FALSE(validateStore(move(MatrixForm::M16N8B8, 1, false)).ok());
  EXPECT_FALSE(validateStore(move(MatrixForm::M8N16B4, 1, false)).ok());
  EXPECT_FALSE(validateStore(move(MatrixForm::M8N8B16, 8, false)).ok());
  EXPECT_EQ(validateLoad(move(MatrixForm::M16N16B8, 4, true)).message(),
            "ldmatrix.m16n16.b8 takes .x1 or .x2, not .x4");
}

} // namespace
