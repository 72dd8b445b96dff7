//===- CopyBench.h - Kernels with buffers and tensor maps -------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_TEST_UNIT_SIMULATOR_COPYBENCH_H
#define DGEMM_TEST_UNIT_SIMULATOR_COPYBENCH_H

#include "SimTestSupport.h"
#include "dgemm/Simulator/Machine.h"

#include <cstdlib>
#include <cstring>
#include <fstream>

namespace dgemm::sim::test {

/// A launch of a kernel that a test writes as text. Buffer i is at %a<i>, the
/// generic address of tensor map i is %m<i>, %r0 is %tid.x, and `sm` is dynamic
/// shared memory.
///
/// With DGEMM_TEST_PTX_DIR set each kernel is written there, for ptxas.
class CopyBench {
public:
  explicit CopyBench(std::string target = "sm_90a")
      : target_(std::move(target)) {}

  /// Adds a buffer; `written`: it has values before the launch.
  uint64_t buffer(std::vector<uint8_t> bytes, bool written = true) {
    std::string index = std::to_string(buffers_);
    uint64_t address = memory_.add("a" + index, std::move(bytes), written);
    parameters_ +=
        std::string(maps_ + buffers_ ? ", " : "") + ".param .u64 p" + index;
    prelude_ += "ld.param.u64 %a" + index + ", [p" + index + "];\n";
    launch_.parameters.emplace_back(8);
    std::memcpy(launch_.parameters.back().data(), &address, 8);
    ++buffers_;
    return address;
  }

  void map(const TensorMap &map) {
    std::string index = std::to_string(maps_);
    parameters_ += std::string(maps_ + buffers_ ? ", " : "") +
                   ".param .align 64 .b8 t" + index + "[128]";
    prelude_ += "mov.b64 %m" + index + ", t" + index + "; cvta.param.u64 %m" +
                index + ", %m" + index + ";\n";
    TensorMap::Image image = map.encode();
    launch_.parameters.emplace_back(image.begin(), image.end());
    ++maps_;
  }

  /// One cluster of that many CTAs instead of one CTA.
  void cluster(uint32_t ctas) {
    launch_.grid[0] = launch_.cluster[0] = ctas;
    launch_.cluster[1] = launch_.cluster[2] = 1;
  }

  std::string text(const std::string &body) const {
    return ".version 9.0\n.target " + target_ +
           "\n.address_size 64\n"
           ".extern .shared .align 1024 .b8 sm[];\n" +
           module + ".visible .entry k(" + parameters_ +
           ") {\n"
           ".reg .pred %p<8>; .reg .b16 %h<8>; .reg .b32 %r<64>;\n"
           ".reg .b64 %d<32>; .reg .b64 %a<8>; .reg .b64 %m<8>;\n"
           ".reg .f32 %f<8>;\n" +
           prelude_ + "mov.u32 %r0, %tid.x;\n" + body + "\nret;\n}\n";
  }

  /// "" if nothing was found, or kinds and messages. Buffers change in place.
  std::string run(const std::string &body, uint32_t threads = 32,
                  uint64_t seed = 0) {
    std::string ptx = text(body);
    dump(ptx);
    Expected<Program> program = parsePtx(ptx);
    if (!program)
      return program.message();
    launch_.entry = "k";
    launch_.block[0] = threads;
    launch_.sharedBytes = 65536;
    Options options;
    options.seed = seed;
    options.threads = 1;
    options.maxInstructions = 1000000;
    Expected<Result> done = simulate(*program, launch_, memory_, options);
    if (!done)
      return done.message();
    statistics = done->statistics;
    std::string all;
    for (const Finding &finding : done->findings)
      all += (all.empty() ? "" : "\n") + finding.kind + ": " + finding.message;
    return all;
  }

  const std::vector<uint8_t> &bytes(unsigned index) const {
    return memory_.find("a" + std::to_string(index))->bytes;
  }
  template <typename T> T at(unsigned index, size_t element) const {
    T value;
    std::memcpy(&value, bytes(index).data() + element * sizeof(T), sizeof(T));
    return value;
  }

  Statistics statistics;
  /// Variables of the module, before the kernel.
  std::string module;

private:
  static void dump(const std::string &ptx) {
    const char *directory = std::getenv("DGEMM_TEST_PTX_DIR");
    if (!directory)
      return;
    const testing::TestInfo *test =
        testing::UnitTest::GetInstance()->current_test_info();
    size_t hash = std::hash<std::string>()(ptx);
    std::ofstream(std::string(directory) + "/" + test->test_suite_name() + "." +
                  test->name() + "." + std::to_string(hash) + ".ptx")
        << ptx;
  }

  std::string target_, parameters_, prelude_;
  GlobalMemory memory_;
  Launch launch_;
  unsigned buffers_ = 0, maps_ = 0;
};

/// What the first seed that finds something finds. A race shows in some
/// schedules only.
template <typename Run> std::string firstFinding(Run run) {
  std::string found;
  for (uint64_t seed = 0; seed < 32 && found.empty(); ++seed)
    found = run(seed);
  return found;
}

/// Thread 0 makes an mbarrier for one arrival at `sm` (%r1 is its address) and
/// %r2 is the first address of a tile, 1024 bytes behind.
inline const char *const makeBarrier =
    "mov.u32 %r1, sm; add.u32 %r2, %r1, 1024;\n"
    "setp.ne.u32 %p1, %r0, 0;\n"
    "@!%p1 mbarrier.init.shared.b64 [%r1], 1;\n"
    "@!%p1 fence.mbarrier_init.release.cluster;\n"
    "bar.sync 0;\n";

/// All threads wait for phase 0 of the barrier at %r1.
inline const char *const awaitBarrier =
    "WAIT: mbarrier.try_wait.parity.shared.b64 %p2, [%r1], 0;\n"
    "@!%p2 bra WAIT;\n";

/// All threads wait, then copy `words` words of the tile to buffer `to`.
inline std::string awaitAndDump(unsigned words, unsigned to) {
  return std::string(awaitBarrier) +
         "mov.u32 %r40, %r0; mov.u32 %r43, %ntid.x;\n"
         "COPY: setp.ge.u32 %p3, %r40, " +
         std::to_string(words) +
         ";\n@%p3 bra COPIED;\n"
         "shl.b32 %r41, %r40, 2; add.u32 %r42, %r2, %r41;\n"
         "ld.shared.b32 %r44, [%r42]; cvt.u64.u32 %d30, %r41;\n"
         "add.u64 %d31, %a" +
         std::to_string(to) +
         ", %d30; st.global.b32 [%d31], %r44;\n"
         "add.u32 %r40, %r40, %r43; bra COPY;\nCOPIED:\n";
}

/// All threads write `words` words of buffer `from` to the tile, and fence.
inline std::string fillTile(unsigned words, unsigned from) {
  return "mov.u32 %r40, %r0; mov.u32 %r43, %ntid.x;\n"
         "FILL: setp.ge.u32 %p3, %r40, " +
         std::to_string(words) +
         ";\n@%p3 bra FILLED;\n"
         "shl.b32 %r41, %r40, 2; add.u32 %r42, %r2, %r41;\n"
         "cvt.u64.u32 %d30, %r41; add.u64 %d31, %a" +
         std::to_string(from) +
         ", %d30;\nld.global.b32 %r44, [%d31]; st.shared.b32 [%r42], %r44;\n"
         "add.u32 %r40, %r40, %r43; bra "
         "FILL;\nFILLED:\nfence.proxy.async.shared::cta; bar.sync 0;\n";
}

} // namespace dgemm::sim::test

#endif // DGEMM_TEST_UNIT_SIMULATOR_COPYBENCH_H
