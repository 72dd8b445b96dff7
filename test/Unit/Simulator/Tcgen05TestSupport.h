//===- Tcgen05TestSupport.h - One tcgen05 instruction in a kernel *- C++
//-*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_TEST_UNIT_SIMULATOR_TCGEN05TESTSUPPORT_H
#define DGEMM_TEST_UNIT_SIMULATOR_TCGEN05TESTSUPPORT_H

// Layouts as shapes with strides and a swizzle of address bits, the other way
// to write what the library has as formulas; and a kernel that fills shared and
// tensor memory, executes one instruction and hands tensor memory back.

#include "SimTestSupport.h"
#include "dgemm/Simulator/Machine.h"
#include "dgemm/Simulator/Tcgen05.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace dgemm::sim::test {

/// A mode of a layout: sub-extents with strides, the first one fastest.
struct Mode {
  std::vector<std::pair<unsigned, unsigned>> parts; // extent, stride

  unsigned operator()(unsigned index) const {
    unsigned sum = 0;
    for (auto [extent, stride] : parts) {
      sum += index % extent * stride;
      index /= extent;
    }
    return sum;
  }
};

/// Swizzle<bits, base, shift> on a byte address.
struct BitSwizzle {
  unsigned bits = 0, base = 4, shift = 3;
  unsigned operator()(unsigned address) const {
    unsigned mask = ((1u << bits) - 1) << (base + shift);
    return address ^ ((address & mask) >> shift);
  }
};

inline BitSwizzle bitSwizzle(Swizzle swizzle) {
  switch (swizzle) {
  case Swizzle::B32:
    return {1, 4, 3};
  case Swizzle::B64:
    return {2, 4, 3};
  case Swizzle::B128:
    return {3, 4, 3};
  case Swizzle::B128Atom32:
    return {2, 5, 2};
  default:
    return {};
  }
}

/// A lane of tensor memory is worth this much, a column 1.
constexpr unsigned laneStride = 1u << 16;
/// The other CTA of a pair.
constexpr unsigned ctaStride = 1u << 24;

inline TmemCell cellAt(unsigned index) {
  return {index / ctaStride, index / laneStride % 256, index % laneStride};
}

struct Probe {
  static constexpr unsigned sharedBytes = 98304;
  static constexpr unsigned cells = 128 * 512;

  /// Uses [%d], %desc_a, %desc_b, %idesc, [%a], [%sfa], [%sfb], {%m0, ..},
  /// %p.
  std::string instruction;
  unsigned ctas = 1;
  std::vector<uint8_t> shared[2];
  std::vector<uint32_t> tensor;
  /// Start addresses are relative to the image of shared memory.
  uint64_t descA = 0, descB = 0;
  uint32_t idesc = 0, d = 0, a = 0, sfa = 0, sfb = 0;
  uint32_t mask[8] = {};
  bool accumulate = false;

  explicit Probe(unsigned ctas = 1) : ctas(ctas), tensor(ctas * cells) {
    for (auto &image : shared)
      image.resize(sharedBytes);
  }

  uint32_t &cell(const TmemCell &at) {
    return tensor[at.cta * cells + at.lane * 512 + at.column];
  }
};

struct ProbeResult {
  std::vector<uint32_t> tensor;
  std::string problem; // an error, or findings

  uint32_t cell(const TmemCell &at) const {
    return tensor[at.cta * Probe::cells + at.lane * 512 + at.column];
  }
};

inline std::string registerList(const char *prefix, unsigned first,
                                unsigned count) {
  std::string text = "{";
  for (unsigned i = 0; i < count; ++i)
    text += (i ? ", " : "") + std::string(prefix) + std::to_string(first + i);
  return text + "}";
}

inline std::string probeKernel(const Probe &probe) {
  std::string group = ".cta_group::" + std::to_string(probe.ctas);
  std::string move;
  std::string words = registerList("%w", 0, 32);
  auto loop = [&](const char *label, const std::string &body) {
    return "mov.u32 %i, 0;\n" + std::string(label) + ":\n" + body +
           "add.u32 %i, %i, 1;\nsetp.lt.u32 %q, %i, 16;\n@%q bra " + label +
           ";\n";
  };
  std::string in, out;
  for (unsigned i = 0; i < 32; i += 4) {
    in += "ld.global.v4.b32 " + registerList("%w", i, 4) + ", [%in+" +
          std::to_string(4 * i) + "];\n";
    out += "st.global.v4.b32 [%out+" + std::to_string(4 * i) + "], " +
           registerList("%w", i, 4) + ";\n";
  }
  std::string sync = "barrier.cluster.arrive.release.aligned;\n"
                     "barrier.cluster.wait.acquire.aligned;\n";
  std::string masks;
  for (unsigned i = 0; i < 8; ++i)
    masks += "ld.global.u32 %m" + std::to_string(i) + ", [%args+" +
             std::to_string(48 + 4 * i) + "];\n";
  return ".version 8.8\n.target sm_100a\n.address_size 64\n"
         ".extern .shared .align 1024 .b8 smem[];\n"
         ".visible .entry k(.param .u64 args, .param .u64 image,"
         " .param .u64 in, .param .u64 out) {\n"
         ".reg .pred %p, %q; .reg .b16 %both;\n"
         ".reg .b32 %t, %x, %y, %i, %base, %lane, %rank, %idesc, %d, %a, %sfa,"
         " %sfb; .reg .b32 %m<8>; .reg .b32 %w<32>;\n"
         ".reg .b64 %args, %image, %in, %out, %desc_a, %desc_b, %g;\n"
         ".shared .align 8 .b64 bar; .shared .align 4 .b32 address;\n"
         "ld.param.u64 %args, [args]; ld.param.u64 %image, [image];\n"
         "ld.param.u64 %in, [in]; ld.param.u64 %out, [out];\n"
         "mov.u32 %t, %tid.x; mov.u32 %rank, %cluster_ctarank;\n"
         "shl.b32 %x, %t, 4; mul.lo.u32 %y, %rank, 98304;\n"
         "add.u32 %y, %y, %x; cvt.u64.u32 %g, %y;\n"
         "add.u64 %image, %image, %g; mov.u32 %y, smem; add.u32 %y, %y, %x;\n"
         "mov.u32 %i, 0;\nFILL:\n"
         "ld.global.v4.b32 {%w0, %w1, %w2, %w3}, [%image];\n"
         "st.shared.v4.b32 [%y], {%w0, %w1, %w2, %w3};\n"
         "add.u64 %image, %image, 2048; add.u32 %y, %y, 2048;\n"
         "add.u32 %i, %i, 1; setp.lt.u32 %q, %i, 48; @%q bra FILL;\n"
         "fence.proxy.async;\n"
         "setp.ne.u32 %q, %t, 0;\n"
         "@!%q mbarrier.init.shared::cta.b64 [bar], 1;\n"
         "@!%q fence.mbarrier_init.release.cluster;\n"
         "setp.ge.u32 %q, %t, 32; @%q bra ALLOCATED;\n"
         "tcgen05.alloc" +
         group +
         ".sync.aligned.shared::cta.b32 [address], 512;\n"
         "ALLOCATED:\nbar.sync 0;\n"
         // A thread moves the row of its lane, 32 columns at a time.
         "mov.u32 %base, 0; and.b32 %lane, %t, 96; shl.b32 %lane, %lane, 16;\n"
         "shl.b32 %x, %rank, 7; add.u32 %x, %x, %t;\n"
         "mul.wide.u32 %g, %x, 2048; add.u64 %in, %in, %g;\n"
         "add.u64 %out, %out, %g; mov.u32 %y, %lane;\n" +
         loop("IN", in + "tcgen05.st.sync.aligned.32x32b.x32.b32 [%y], " +
                        words +
                        ";\nadd.u32 %y, %y, 32; add.u64 %in, %in, 128;\n") +
         "tcgen05.wait::st.sync.aligned;\n"
         "tcgen05.fence::before_thread_sync;\n" +
         sync +
         "setp.ne.u32 %q, %t, 0; @%q bra WAIT;\n"
         "setp.ne.u32 %q, %rank, 0; @%q bra WAIT;\n"
         "tcgen05.fence::after_thread_sync;\n"
         "ld.global.u64 %desc_a, [%args]; ld.global.u64 %desc_b, [%args+8];\n"
         "mov.u32 %x, smem; and.b32 %x, %x, 0x3ffff; shr.u32 %x, %x, 4;\n"
         "cvt.u64.u32 %g, %x; add.u64 %desc_a, %desc_a, %g;\n"
         "add.u64 %desc_b, %desc_b, %g;\n"
         "ld.global.u32 %idesc, [%args+16]; ld.global.u32 %d, [%args+20];\n"
         "ld.global.u32 %a, [%args+24]; ld.global.u32 %sfa, [%args+28];\n"
         "ld.global.u32 %sfb, [%args+32]; ld.global.u32 %x, [%args+36];\n"
         "setp.ne.u32 %p, %x, 0; mov.u16 %both, " +
         (probe.ctas == 2 ? "3" : "1") + ";\n" + masks + probe.instruction +
         "\ntcgen05.commit" + group +
         ".mbarrier::arrive::one.shared::cluster.multicast::cluster.b64 [bar],"
         " %both;\n"
         "WAIT:\nmbarrier.try_wait.parity.shared::cta.b64 %q, [bar], 0;\n"
         "@!%q bra WAIT;\nbar.warp.sync 0xffffffff;\n"
         "tcgen05.fence::after_thread_sync;\nmov.u32 %y, %lane;\n" +
         loop("OUT", "tcgen05.ld.sync.aligned.32x32b.x32.b32 " + words +
                         ", [%y];\ntcgen05.wait::ld.sync.aligned;\n" + out +
                         "add.u32 %y, %y, 32; add.u64 %out, %out, 128;\n") +
         "tcgen05.fence::before_thread_sync;\n" + sync +
         "setp.ge.u32 %q, %t, 32; @%q bra END;\n"
         "tcgen05.fence::after_thread_sync;\n"
         "tcgen05.dealloc" +
         group + ".sync.aligned.b32 %base, 512;\nEND:\nret;\n}\n";
}

template <typename T>
std::vector<uint8_t> asBytes(const std::vector<T> &values) {
  std::vector<uint8_t> bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

inline ProbeResult run(const Probe &probe, uint64_t seed = 0) {
  ProbeResult result;
  Expected<Program> program = parsePtx(probeKernel(probe));
  if (!program) {
    result.problem = program.message();
    return result;
  }
  std::vector<uint32_t> args(20);
  std::memcpy(&args[0], &probe.descA, 8);
  std::memcpy(&args[2], &probe.descB, 8);
  args[4] = probe.idesc;
  args[5] = probe.d;
  args[6] = probe.a;
  args[7] = probe.sfa;
  args[8] = probe.sfb;
  args[9] = probe.accumulate;
  std::copy_n(probe.mask, 8, &args[12]);
  std::vector<uint8_t> image;
  for (unsigned c = 0; c < probe.ctas; ++c)
    image.insert(image.end(), probe.shared[c].begin(), probe.shared[c].end());
  GlobalMemory memory;
  uint64_t pointers[] = {memory.add("args", asBytes(args), true),
                         memory.add("image", image, true),
                         memory.add("in", asBytes(probe.tensor), true),
                         memory.add("out", asBytes(probe.tensor), true)};
  Launch launch;
  launch.entry = "k";
  launch.block[0] = 128;
  launch.grid[0] = probe.ctas;
  std::fill_n(launch.cluster, 3, 1);
  launch.cluster[0] = probe.ctas;
  launch.sharedBytes = Probe::sharedBytes;
  for (uint64_t pointer : pointers) {
    launch.parameters.emplace_back(8);
    std::memcpy(launch.parameters.back().data(), &pointer, 8);
  }
  Options options;
  options.seed = seed;
  options.threads = 1;
  Expected<sim::Result> done = simulate(*program, launch, memory, options);
  if (!done) {
    result.problem = done.message();
    return result;
  }
  for (const Finding &finding : done->findings)
    result.problem += finding.kind + ": " + finding.message + "\n";
  result.tensor.resize(probe.tensor.size());
  std::memcpy(result.tensor.data(), memory.find("out")->bytes.data(),
              4 * result.tensor.size());
  return result;
}

} // namespace dgemm::sim::test

#endif // DGEMM_TEST_UNIT_SIMULATOR_TCGEN05TESTSUPPORT_H
