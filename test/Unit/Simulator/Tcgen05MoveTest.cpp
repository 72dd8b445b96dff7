//===- Tcgen05MoveTest.cpp - ld, st, cp and shift in kernels --------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Tcgen05TestSupport.h"

using namespace dgemm::sim;
using namespace dgemm::sim::test;

namespace {

constexpr unsigned row = laneStride;

/// Tensor memory after an instruction of a thread, from random contents of
/// shared and tensor memory.
struct Outcome {
  Probe probe;
  ProbeResult result;
};

Outcome execute(const std::string &instruction, const MatrixDescriptor &source,
                unsigned ctas, uint32_t d) {
  Outcome outcome{Probe(ctas), {}};
  Stream random(ctas + d);
  for (auto &image : outcome.probe.shared)
    image = random.bytes(image.size());
  for (uint32_t &word : outcome.probe.tensor)
    word = random.word();
  outcome.probe.instruction = instruction;
  outcome.probe.descA = encodeSharedDescriptor(source);
  outcome.probe.d = d;
  outcome.result = run(outcome.probe);
  EXPECT_EQ(outcome.result.problem, "") << instruction;
  outcome.result.tensor.resize(outcome.probe.tensor.size());
  return outcome;
}

std::string copyOf(unsigned ctas, const char *modifiers) {
  return "tcgen05.cp.cta_group::" + std::to_string(ctas) + "." + modifiers +
         " [%d], %desc_a;";
}

} // namespace

TEST(Tcgen05Move, Copies) {
  struct Case {
    const char *modifiers;
    unsigned rows, bytes;
    Mode lane; // of a row
    std::vector<unsigned> copies;
  };
  const Case cases[] = {
      {"128x256b", 128, 32, {{{128, 1}}}, {0}},
      {"4x256b", 4, 32, {{{4, 32}}}, {0}},
      {"128x128b", 128, 16, {{{128, 1}}}, {0}},
      {"64x128b.warpx2::02_13", 64, 16, {{{64, 1}}}, {0, 64}},
      {"64x128b.warpx2::01_23", 64, 16, {{{32, 1}, {2, 64}}}, {0, 32}},
      {"32x128b.warpx4", 32, 16, {{{32, 1}}}, {0, 32, 64, 96}},
  };
  MatrixDescriptor source;
  source.start = 4096;
  source.strideOffset = 256;
  source.leadingOffset = 8192;
  Mode rows{{{8, 16}, {16, 256}}};
  for (const Case &test : cases)
    for (unsigned ctas : {1u, 2u}) {
      Outcome outcome = execute(copyOf(ctas, test.modifiers), source, ctas, 72);
      Probe expected = outcome.probe;
      for (unsigned c = 0; c < ctas; ++c)
        for (unsigned r = 0; r < test.rows; ++r)
          for (unsigned byte = 0; byte < test.bytes; byte += 4)
            for (unsigned copy : test.copies)
              std::memcpy(
                  &expected.cell({c, test.lane(r) + copy, 72 + byte / 4}),
                  &outcome.probe.shared[c][4096 + rows(r) + byte / 16 * 8192 +
                                           byte % 16],
                  4);
      EXPECT_EQ(outcome.result.tensor, expected.tensor) << test.modifiers;
    }
}

TEST(Tcgen05Move, CopiesExpand) {
  MatrixDescriptor source;
  source.strideOffset = 128;
  for (bool six : {false, true}) {
    Outcome outcome = execute(copyOf(1, six ? "32x128b.warpx4.b8x16.b6x16_p32"
                                            : "32x128b.warpx4.b8x16.b4x16_p64"),
                              source, 1, 8);
    for (unsigned r = 0; r < 32; ++r)
      for (unsigned i = 0; i < 16; ++i) {
        unsigned bit = i * (six ? 6 : 4);
        const uint8_t *bytes = &outcome.probe.shared[0][16 * r + bit / 8];
        unsigned code = (bytes[0] | bytes[1] << 8) >> (bit % 8);
        uint32_t word = outcome.result.cell({0, r + 64, 8 + i / 4});
        EXPECT_EQ(word >> (8 * (i % 4)) & 255,
                  six ? code & 63 : (code & 15) << 2);
      }
  }
}

// Rows of 32 bytes go to the next lane of their quarter.
TEST(Tcgen05Move, Shift) {
  for (unsigned ctas : {1u, 2u}) {
    std::string group = std::to_string(ctas);
    Outcome outcome =
        execute("tcgen05.shift.cta_group::" + group + ".down [%d];", {}, ctas,
                64 * row + 24);
    Probe expected = outcome.probe;
    for (unsigned c = 0; c < ctas; ++c)
      for (unsigned lane = 65; lane < 96; ++lane)
        for (unsigned i = 24; i < 32; ++i)
          expected.cell({c, lane, i}) = outcome.probe.cell({c, lane - 1, i});
    EXPECT_EQ(outcome.result.tensor, expected.tensor);
  }
}

namespace {

/// A warp stores lane + 100 * register with one shape to lanes 32 to 63, or
/// loads with it what .32x32b stored; `out` gets what .32x32b (or the shape)
/// loads, one row of `columns` words per lane.
std::vector<uint32_t> throughShape(const std::string &body, unsigned words) {
  std::string text =
      ".version 8.8\n.target sm_100a\n.address_size 64\n"
      ".visible .entry k(.param .u64 out) {\n.reg .pred %q;\n"
      ".reg .b32 %t, %d, %base; .reg .b32 %w<32>; .reg .b32 %v<32>;\n"
      ".reg .b64 %out, %g; .shared .align 4 .b32 address;\n"
      "mov.u32 %t, %tid.x; ld.param.u64 %out, [out];\n"
      "setp.lt.u32 %q, %t, 32; @%q bra END;\n"
      "tcgen05.alloc.cta_group::1.sync.aligned.shared::cta.b32 [address], 32;\n"
      "bar.warp.sync 0xffffffff; ld.shared.u32 %base, [address];\n"
      "add.u32 %d, %base, 0x200000;\n"
      "sub.u32 %t, %t, 32; mul.wide.u32 %g, %t, " +
      std::to_string(4 * words) + "; add.u64 %out, %out, %g;\n";
  for (unsigned i = 0; i < 32; ++i)
    text += "add.u32 %w" + std::to_string(i) + ", %t, " +
            std::to_string(100 * i) + ";\n";
  text += body;
  for (unsigned i = 0; i < words; ++i)
    text += "st.global.u32 [%out+" + std::to_string(4 * i) + "], %v" +
            std::to_string(i) + ";\n";
  text += "tcgen05.dealloc.cta_group::1.sync.aligned.b32 %base, 32;\n"
          "END:\nret;\n}\n";
  Expected<Program> program = parsePtx(text);
  if (!program) {
    ADD_FAILURE() << program.message();
    return {};
  }
  GlobalMemory memory;
  uint64_t out = memory.add("out", std::vector<uint8_t>(128 * words), true);
  Launch launch;
  launch.entry = "k";
  launch.block[0] = 64;
  launch.parameters.emplace_back(8);
  std::memcpy(launch.parameters[0].data(), &out, 8);
  Expected<Result> done = simulate(*program, launch, memory, Options());
  if (!done) {
    ADD_FAILURE() << done.message();
    return {};
  }
  for (const Finding &finding : done->findings)
    ADD_FAILURE() << finding.toString();
  std::vector<uint32_t> result(32 * words);
  std::memcpy(result.data(), memory.find("out")->bytes.data(), 128 * words);
  return result;
}

std::string store(const char *shape, unsigned registers,
                  const char *extra = "") {
  return "tcgen05.st.sync.aligned." + std::string(shape) + ".b32 [%d]" + extra +
         ", " + registerList("%w", 0, registers) +
         ";\ntcgen05.wait::st.sync.aligned;\n";
}

std::string load(const char *shape, unsigned registers,
                 const char *extra = "") {
  return "tcgen05.ld.sync.aligned." + std::string(shape) + ".b32 " +
         registerList("%v", 0, registers) + ", [%d]" + extra +
         ";\ntcgen05.wait::ld.sync.aligned;\n";
}

} // namespace

TEST(Tcgen05Move, LoadsAndStoresOfEachShape) {
  struct Case {
    const char *shape;
    unsigned registers;
    Mode lane, reg;
    const char *extra;
  };
  // 16 lanes, 16 columns.
  const Case cases[] = {
      {"16x64b.x8", 8, {{{2, 8 * row}, {2, 1}, {8, row}}}, {{{8, 2}}}, ""},
      {"16x128b.x4", 8, {{{4, 1}, {8, row}}}, {{{2, 8 * row}, {4, 4}}}, ""},
      {"16x256b.x2",
       8,
       {{{4, 2}, {8, row}}},
       {{{2, 1}, {2, 8 * row}, {2, 8}}},
       ""},
      {"16x32bx2.x8", 8, {{{16, row}, {2, 8}}}, {{{8, 1}}}, ", 8"},
  };
  for (const Case &test : cases) {
    std::vector<uint32_t> loaded = throughShape(
        store("32x32b.x16", 16) + load(test.shape, test.registers, test.extra),
        test.registers);
    ASSERT_EQ(loaded.size(), 32u * test.registers);
    std::vector<uint32_t> stored =
        throughShape(store("32x32b.x16", 16) +
                         store(test.shape, test.registers, test.extra) +
                         load("32x32b.x16", 16),
                     16);
    ASSERT_EQ(stored.size(), 512u);
    for (unsigned lane = 0; lane < 32; ++lane)
      for (unsigned i = 0; i < test.registers; ++i) {
        unsigned at = test.lane(lane) + test.reg(i);
        EXPECT_EQ(loaded[lane * test.registers + i],
                  at / row + 100 * (at % row))
            << test.shape;
        EXPECT_EQ(stored[at / row * 16 + at % row], lane + 100 * i)
            << test.shape;
      }
  }
}

TEST(Tcgen05Move, SixteenBits) {
  // The low halves of two columns make a register, the even one below.
  std::vector<uint32_t> packed =
      throughShape(store("32x32b.x16", 16) + load("32x32b.x8.pack::16b", 8), 8);
  ASSERT_EQ(packed.size(), 256u);
  std::vector<uint32_t> unpacked =
      throughShape(store("32x32b.x2.unpack::16b", 2) + load("32x32b.x4", 4), 4);
  ASSERT_EQ(unpacked.size(), 128u);
  for (uint32_t lane = 0; lane < 32; ++lane) {
    for (uint32_t i = 0; i < 8; ++i)
      EXPECT_EQ(packed[lane * 8 + i], (lane + 200 * i) | (lane + 200 * i + 100)
                                                             << 16);
    for (uint32_t i = 0; i < 4; ++i)
      EXPECT_EQ(unpacked[lane * 4 + i], i % 2 ? 0 : lane + 50 * i);
  }
}
