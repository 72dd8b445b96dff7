//===- SimulatorMma.cpp - Speed of the simulated matrix units -------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Multiply-accumulates per second of CPU time of one core through block-scaled
// mma.sync, alone and with the ldmatrix of its operands, and through wgmma in a
// kernel, checks included. Not a test: it prints.

#include "dgemm/Simulator/Machine.h"
#include "dgemm/Simulator/Matrix.h"

#include <cstdio>
#include <ctime>
#include <string>
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

double cpuSeconds() { return double(std::clock()) / CLOCKS_PER_SEC; }

template <typename Step> void measure(const char *name, Step step) {
  constexpr double work = 16 * 8 * 32;
  double best = 0;
  for (int repeat = 0; repeat < 5; ++repeat) {
    constexpr int count = 100000;
    double start = cpuSeconds();
    for (int i = 0; i < count; ++i)
      step();
    double rate = work * count / (cpuSeconds() - start);
    best = rate > best ? rate : best;
  }
  std::printf("%-28s %6.2f GMAC/s\n", name, best * 1e-9);
}

/// A kernel of one warpgroup that multiplies tiles of pseudo-random bytes:
/// `steps` times four instructions of 128 columns, as with a block of K.
struct Form {
  const char *name;
  const char *types;
  const char *tail;
  int k;
  /// Bits of two halves that are random and that are set: no infinities, some
  /// eight powers of two.
  const char *random, *set;
};

std::string kernelOf(const Form &form, int steps) {
  std::string d = "{";
  int registers = form.types[2] == '1' ? 32 : 64;
  for (int i = 0; i < registers; ++i)
    d += (i ? ", %f" : "%f") + std::to_string(i);
  d += "}";
  std::string text =
      ".version 8.3\n.target sm_90a\n.address_size 64\n"
      ".visible .entry k(.param .u32 seed) {\n"
      ".reg .b32 %r<8>; .reg .b64 %d<4>; .reg .f32 %f<64>; .reg .pred %p;\n"
      ".shared .align 1024 .b8 tiles[24576];\n"
      "mov.u32 %r0, %tid.x; shl.b32 %r1, %r0, 2; mov.u32 %r2, tiles;\n"
      "add.u32 %r2, %r2, %r1; ld.param.u32 %r4, [seed];\n"
      "mad.lo.u32 %r4, %r0, 0x9e3779b9, %r4; mov.u32 %r3, 0;\n"
      "FILL: mad.lo.u32 %r4, %r4, 1664525, 1013904223;\n"
      "shr.u32 %r5, %r4, 7; and.b32 %r5, %r5, " +
      std::string(form.random) + "; or.b32 %r5, %r5, " + form.set +
      ";\n"
      "st.shared.b32 [%r2], %r5; add.u32 %r2, %r2, 512;\n"
      "add.u32 %r3, %r3, 512; setp.lt.u32 %p, %r3, 24576; @%p bra FILL;\n"
      "fence.proxy.async; bar.sync 0;\n"
      "mov.b64 %d0, 0x4000004000010040; mov.b64 %d1, 0x4000004000010240;\n"
      "mov.u32 %r3, 0;\n"
      "LOOP: wgmma.fence.sync.aligned;\n";
  for (int i = 0; i < 4; ++i)
    text += "add.u64 %d2, %d0, " + std::to_string(2 * i) +
            "; add.u64 %d3, %d1, " + std::to_string(2 * i) +
            ";\nwgmma.mma_async.sync.aligned.m64n128k" +
            std::to_string(form.k) + form.types + " " + d + ", %d2, %d3, " +
            (i ? "1" : "0") + ", 1, 1" + form.tail + ";\n";
  return text +
         "wgmma.commit_group.sync.aligned;\n"
         "wgmma.wait_group.sync.aligned 0;\n"
         "add.u32 %r3, %r3, 1; setp.lt.u32 %p, %r3, " +
         std::to_string(steps) + "; @%p bra LOOP;\nret;\n}\n";
}

void measureKernel(const Form &form) {
  const char *name = form.name;
  Expected<Program> program = parsePtx(kernelOf(form, 200));
  if (!program)
    return static_cast<void>(
        std::printf("%s: %s\n", name, program.message().c_str()));
  double best = 0;
  for (int repeat = 0; repeat < 5; ++repeat) {
    GlobalMemory memory;
    Launch launch;
    launch.entry = "k";
    launch.block[0] = 128;
    launch.parameters = {{1, 2, 3, 4}};
    Options options;
    options.threads = 1;
    double start = cpuSeconds();
    Expected<Result> result = simulate(*program, launch, memory, options);
    if (!result || !result->findings.empty())
      return static_cast<void>(
          std::printf("%s: %s\n", name,
                      result ? result->findings[0].toString().c_str()
                             : result.message().c_str()));
    double rate =
        double(result->statistics.multiplyAccumulates) / (cpuSeconds() - start);
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
  const Form forms[] = {
      {"wgmma e4m3", ".f32.e4m3.e4m3", "", 32, "0xbfbfbfbf", "0"},
      {"wgmma e5m2 x e4m3", ".f32.e5m2.e4m3", "", 32, "0xbfbfbfbf", "0"},
      {"wgmma bf16", ".f32.bf16.bf16", ", 0, 0", 16, "0x83ff83ff",
       "0x3c003c00"},
      {"wgmma f16, f16 results", ".f16.f16.f16", ", 0, 0", 16, "0x9fff9fff",
       "0x20002000"},
      {"wgmma tf32", ".f32.tf32.tf32", "", 8, "0x83ffffff", "0x3c000000"},
      {"wgmma bf16, any exponents", ".f32.bf16.bf16", ", 0, 0", 16,
       "0x9fff9fff", "0x20002000"}};
  for (const Form &form : forms)
    measureKernel(form);
}
