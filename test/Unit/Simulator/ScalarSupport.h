//===- ScalarSupport.h - One instruction on many values ---------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_TEST_UNIT_SIMULATOR_SCALARSUPPORT_H
#define DGEMM_TEST_UNIT_SIMULATOR_SCALARSUPPORT_H

#include "dgemm/Simulator/Machine.h"

#include <gtest/gtest.h>

#include <cstring>

namespace dgemm::sim::test {

/// Sources of one lane, each in 64 bits.
struct Sources {
  uint64_t a = 0, b = 0, c = 0;
};

/// What `body` leaves in %d for each of `values`, whose words are in %a, %b and
/// %c. All are 64-bit registers; ra, rb, rc, r (32 bits) and ha, hb, hc, h (16)
/// hold their low parts, fa to f and ga to g are floats; r, h, f and g are not
/// moved into %d unless the body does.
inline std::vector<uint64_t> evaluate(const std::string &body,
                                      std::vector<Sources> values,
                                      const std::string &target = "sm_100a") {
  values.resize((values.size() + 31) / 32 * 32);
  uint32_t count = static_cast<uint32_t>(values.size());
  std::string text =
      ".version 9.0\n.target " + target +
      "\n.address_size 64\n"
      ".visible .entry k(.param .u64 in, .param .u64 out) {\n"
      ".reg .pred %p, %q; .reg .b16 %h, %ha, %hb, %hc; .reg .b8 %x, %y;\n"
      ".reg .b32 %r, %ra, %rb, %rc, %i; .reg .f32 %f, %fa, %fb, %fc;\n"
      ".reg .b64 %d, %a, %b, %c, %in, %out; .reg .f64 %g, %ga, %gb, %gc;\n"
      ".reg .b128 %w;\n"
      "ld.param.u64 %in, [in]; ld.param.u64 %out, [out];\n"
      "mov.u32 %i, %ctaid.x; mad.lo.u32 %i, %i, 32, 0; mov.u32 %r, %tid.x;\n"
      "add.u32 %i, %i, %r; mad.wide.u32 %in, %i, 24, %in;\n"
      "mad.wide.u32 %out, %i, 8, %out;\n"
      "ld.global.b64 %a, [%in]; ld.global.b64 %b, [%in+8];\n"
      "ld.global.b64 %c, [%in+16];\n"
      "cvt.u32.u64 %ra, %a; cvt.u32.u64 %rb, %b; cvt.u32.u64 %rc, %c;\n"
      "cvt.u16.u64 %ha, %a; cvt.u16.u64 %hb, %b; cvt.u16.u64 %hc, %c;\n"
      "mov.b32 %fa, %ra; mov.b32 %fb, %rb; mov.b32 %fc, %rc;\n"
      "mov.b64 %ga, %a; mov.b64 %gb, %b; mov.b64 %gc, %c;\n"
      "mov.b64 %d, 0;\n" +
      body + "\nst.global.b64 [%out], %d; ret;\n}\n";
  Expected<Program> program = parsePtx(text);
  if (!program) {
    ADD_FAILURE() << program.message() << "\n" << body;
    return std::vector<uint64_t>(count);
  }
  GlobalMemory memory;
  std::vector<uint8_t> in(count * sizeof(Sources));
  std::memcpy(in.data(), values.data(), in.size());
  uint64_t addresses[2] = {
      memory.add("in", std::move(in), true),
      memory.add("out", std::vector<uint8_t>(count * 8), true)};
  Launch launch;
  launch.entry = "k";
  launch.grid[0] = count / 32;
  launch.block[0] = 32;
  for (uint64_t address : addresses) {
    launch.parameters.emplace_back(8);
    std::memcpy(launch.parameters.back().data(), &address, 8);
  }
  Options options;
  options.threads = 1;
  Expected<Result> result = simulate(*program, launch, memory, options);
  if (!result)
    ADD_FAILURE() << result.message();
  else if (!result->findings.empty())
    ADD_FAILURE() << result->findings[0].toString() << "\n" << body;
  std::vector<uint64_t> out(count);
  std::memcpy(out.data(), memory.find("out")->bytes.data(), count * 8);
  return out;
}

} // namespace dgemm::sim::test

#endif // DGEMM_TEST_UNIT_SIMULATOR_SCALARSUPPORT_H
