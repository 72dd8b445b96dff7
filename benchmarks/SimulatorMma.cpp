//===- SimulatorMma.cpp - Speed of the simulated matrix units -------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Multiply-accumulates per second on one core through block-scaled mma.sync,
// alone and with the ldmatrix of its operands. Not a test: it prints.

#include "dgemm/Simulator/Matrix.h"

#include <chrono>
#include <cstdio>
#include <vector>

using namespace dgemm::sim;

namespace {

struct Operands {
  std::vector<uint8_t> memory = std::vector<uint8_t>(4096);
  const uint8_t *rowsA[32];
  const uint8_t *rowsB[32];
  WarpRegister a[4], b[2], sums[4] = {}, scales;

  Operands() {
    for (size_t i = 0; i < memory.size(); ++i)
      memory[i] = static_cast<uint8_t>(i * 37 & 0x77);
    for (unsigned lane = 0; lane < 32; ++lane) {
      rowsA[lane] = &memory[32 * (lane % 16) + 16 * (lane / 16)];
      rowsB[lane] = &memory[1024 + 32 * (lane % 8) + 16 * (lane / 8 % 2)];
      scales[lane] = 0x7F7F7F7F;
    }
  }
  Operands(const Operands &) = delete;

  void load() {
    MatrixMove op;
    op.count = 4;
    loadMatrix(op, rowsA, a);
    op.count = 2;
    loadMatrix(op, rowsB, b);
  }
};

template <typename Step> void measure(const char *name, Step step) {
  using Clock = std::chrono::steady_clock;
  constexpr double work = 16 * 8 * 32;
  double best = 0;
  for (int repeat = 0; repeat < 5; ++repeat) {
    constexpr int count = 100000;
    Clock::time_point start = Clock::now();
    for (int i = 0; i < count; ++i)
      step();
    std::chrono::duration<double> seconds = Clock::now() - start;
    double rate = work * count / seconds.count();
    best = rate > best ? rate : best;
  }
  std::printf("%-28s %6.2f GMAC/s\n", name, best * 1e-9);
}

} // namespace

int main() {
  Operands operands;
  operands.load();
  MmaScales scales;
  scales.a = scales.b = &operands.scales;
  MmaOp op;
  op.kind = MmaKind::MXF8F6F4;
  op.a = op.b = MatrixType::E4M3;
  op.k = 32;
  op.scaleVector = 1;
  auto multiply = [&] {
    mma(op, operands.a, operands.b, operands.sums, operands.sums, &scales);
  };
  measure("mxf8f6f4 e4m3", multiply);
  measure("mxf8f6f4 e4m3 and ldmatrix", [&] {
    operands.load();
    multiply();
  });
  op.b = MatrixType::E2M1;
  measure("mxf8f6f4 e4m3 x e2m1", multiply);
  op = MmaOp();
  op.a = op.b = MatrixType::BF16;
  measure("bf16 (pairs of k16)", [&] {
    mma(op, operands.a, operands.b, operands.sums, operands.sums);
    mma(op, operands.a, operands.b, operands.sums, operands.sums);
  });
}
