//===- MatrixMove.cpp - ldmatrix and stmatrix -------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Simulator/Matrix.h"

#include <cstring>

using namespace dgemm::sim;

namespace {

bool isM16N16(MatrixForm form) {
  return form == MatrixForm::M16N16B8 || form == MatrixForm::M16N16B4 ||
         form == MatrixForm::M16N16B6;
}

const char *spelling(MatrixForm form) {
  switch (form) {
  case MatrixForm::M8N8B16:
    return "m8n8.b16";
  case MatrixForm::M8N16B4:
    return "m8n16.b8x16.b4x16_p64";
  case MatrixForm::M8N16B6:
    return "m8n16.b8x16.b6x16_p32";
  case MatrixForm::M16N16B8:
    return "m16n16.b8";
  case MatrixForm::M16N16B4:
    return "m16n16.b8x16.b4x16_p64";
  case MatrixForm::M16N16B6:
    return "m16n16.b8x16.b6x16_p32";
  case MatrixForm::M16N8B8:
    return "m16n8.b8";
  }
  return "unknown form";
}

Status checkCount(const char *name, const MatrixMove &op, unsigned largest) {
  if (op.count == 1 || op.count == 2 || (op.count == 4 && largest == 4))
    return {};
  return Error{std::string(name) + "." + spelling(op.form) + " takes .x1" +
               (largest == 4 ? ", .x2 or .x4" : " or .x2") + ", not .x" +
               std::to_string(op.count)};
}

/// Element `index` of a row, zero-extended. All formats are little-endian bit
/// strings.
uint32_t element(const uint8_t *row, unsigned bits, unsigned index) {
  unsigned bit = bits * index;
  uint32_t word = row[bit / 8];
  if (bit % 8 + bits > 8)
    word |= static_cast<uint32_t>(row[bit / 8 + 1]) << 8;
  return (word >> (bit % 8)) & ((1u << bits) - 1);
}

unsigned elementBits(MatrixForm form) {
  switch (form) {
  case MatrixForm::M8N16B4:
  case MatrixForm::M16N16B4:
    return 4;
  case MatrixForm::M8N16B6:
  case MatrixForm::M16N16B6:
    return 6;
  case MatrixForm::M8N8B16:
    return 16;
  default:
    return 8;
  }
}

// r[i].h(c) = M_i[g][2t + c]: the bytes 4t .. 4t+3 of row g as they are.
void loadRows(unsigned count, const uint8_t *const *rows, WarpRegister *out) {
  for (unsigned i = 0; i < count; ++i)
    for (unsigned lane = 0; lane < 32; ++lane)
      std::memcpy(&out[i][lane], rows[8 * i + lane / 4] + 4 * (lane % 4), 4);
}

// r[i].h(c) = M_i[2t + c][g]
void loadTransposed(unsigned count, const uint8_t *const *rows,
                    WarpRegister *out) {
  for (unsigned i = 0; i < count; ++i)
    for (unsigned lane = 0; lane < 32; ++lane) {
      uint32_t word = 0;
      for (unsigned c = 0; c < 2; ++c) {
        const uint8_t *row = rows[8 * i + 2 * (lane % 4) + c];
        unsigned g = lane / 4;
        word |= (row[2 * g] | static_cast<uint32_t>(row[2 * g + 1]) << 8)
                << (16 * c);
      }
      out[i][lane] = word;
    }
}

// r[i].b(c) = element 4t + c of row g
void loadExpanded(unsigned count, unsigned bits, const uint8_t *const *rows,
                  WarpRegister *out) {
  for (unsigned i = 0; i < count; ++i)
    for (unsigned lane = 0; lane < 32; ++lane) {
      const uint8_t *row = rows[8 * i + lane / 4];
      uint32_t word = 0;
      for (unsigned c = 0; c < 4; ++c)
        word |= element(row, bits, 4 * (lane % 4) + c) << (8 * c);
      out[i][lane] = word;
    }
}

// r[2i + h].b(c) = M_i[4t + c][g + 8h]
void loadSquare(unsigned count, unsigned bits, const uint8_t *const *rows,
                WarpRegister *out) {
  for (unsigned i = 0; i < count; ++i)
    for (unsigned h = 0; h < 2; ++h)
      for (unsigned lane = 0; lane < 32; ++lane) {
        uint32_t word = 0;
        for (unsigned c = 0; c < 4; ++c)
          word |=
              element(rows[16 * i + 4 * (lane % 4) + c], bits, lane / 4 + 8 * h)
              << (8 * c);
        out[2 * i + h][lane] = word;
      }
}

// The row of the higher lane is written last in all three.
void storeRows(unsigned count, const WarpRegister *in, uint8_t *const *rows) {
  for (unsigned i = 0; i < count; ++i)
    for (unsigned lane = 0; lane < 32; ++lane)
      std::memcpy(rows[8 * i + lane / 4] + 4 * (lane % 4), &in[i][lane], 4);
}

void storeTransposed(unsigned count, const WarpRegister *in,
                     uint8_t *const *rows) {
  for (unsigned i = 0; i < count; ++i)
    for (unsigned row = 0; row < 8; ++row)
      for (unsigned g = 0; g < 8; ++g) {
        uint16_t half =
            static_cast<uint16_t>(in[i][4 * g + row / 2] >> (16 * (row % 2)));
        std::memcpy(rows[8 * i + row] + 2 * g, &half, 2);
      }
}

// Column n of matrix i is 16 bytes: byte m is byte (n & 1) + 2 * (m >> 3) of
// lane 4 * (m & 7) + (n >> 1).
void storeColumns(unsigned count, const WarpRegister *in,
                  uint8_t *const *rows) {
  for (unsigned i = 0; i < count; ++i)
    for (unsigned n = 0; n < 8; ++n)
      for (unsigned m = 0; m < 16; ++m) {
        unsigned byte = (n & 1) + 2 * (m >> 3);
        rows[8 * i + n][m] =
            static_cast<uint8_t>(in[i][4 * (m & 7) + (n >> 1)] >> (8 * byte));
      }
}

} // namespace

unsigned MatrixMove::addressLanes() const {
  return (isM16N16(form) ? 16 : 8) * count;
}

unsigned MatrixMove::registers() const {
  return (isM16N16(form) ? 2 : 1) * count;
}

unsigned MatrixMove::rowBytes() const {
  unsigned bits = elementBits(form);
  return bits == 4 ? 8 : bits == 6 ? 12 : 16;
}

Status dgemm::sim::validateLoad(const MatrixMove &op) {
  if (op.form == MatrixForm::M16N8B8)
    return Error{"ldmatrix has no form m16n8.b8; stmatrix has"};
  if (isM16N16(op.form) && !op.trans)
    return Error{std::string("ldmatrix.") + spelling(op.form) +
                 " exists with .trans only"};
  if ((op.form == MatrixForm::M8N16B4 || op.form == MatrixForm::M8N16B6) &&
      op.trans)
    return Error{std::string("ldmatrix.") + spelling(op.form) +
                 " has no .trans"};
  return checkCount("ldmatrix", op, isM16N16(op.form) ? 2 : 4);
}

Status dgemm::sim::validateStore(const MatrixMove &op) {
  if (op.form != MatrixForm::M8N8B16 && op.form != MatrixForm::M16N8B8)
    return Error{std::string("stmatrix has no form ") + spelling(op.form) +
                 "; it has m8n8.b16 and m16n8.b8"};
  if (op.form == MatrixForm::M16N8B8 && !op.trans)
    return Error{"stmatrix.m16n8.b8 exists with .trans only"};
  return checkCount("stmatrix", op, 4);
}

void dgemm::sim::loadMatrix(const MatrixMove &op, const uint8_t *const rows[32],
                            WarpRegister *out) {
  if (op.form == MatrixForm::M8N8B16)
    return op.trans ? loadTransposed(op.count, rows, out)
                    : loadRows(op.count, rows, out);
  if (isM16N16(op.form))
    return loadSquare(op.count, elementBits(op.form), rows, out);
  loadExpanded(op.count, elementBits(op.form), rows, out);
}

void dgemm::sim::storeMatrix(const MatrixMove &op, const WarpRegister *in,
                             uint8_t *const rows[32]) {
  if (op.form == MatrixForm::M16N8B8)
    return storeColumns(op.count, in, rows);
  if (op.trans)
    return storeTransposed(op.count, in, rows);
  storeRows(op.count, in, rows);
}
