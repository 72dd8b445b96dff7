//===- ExecWgmmaTest.cpp - wgmma in PTX: results and findings -------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WgmmaTestSupport.h"

#include "dgemm/Simulator/Machine.h"

using namespace dgemm::sim;
using namespace dgemm::sim::test;

namespace {

constexpr uint32_t bytesOfA = 16384, bytes = 49152, base = 1024;

std::string number(uint64_t value) { return std::to_string(value); }

std::string registers(const char *prefix, unsigned count) {
  std::string text = "{";
  for (unsigned i = 0; i < count; ++i)
    text += (i ? "," : "") + (prefix + number(i));
  return text + "}";
}

/// A kernel `k` of one warpgroup: copies an image to shared memory, runs `body`
/// and stores the registers of D. `%r0` is the thread, `%d4` and `%d5` are the
/// descriptors, `%a` A in registers, `%p1` is true and `%p0` false.
std::string wgmmaKernel(const WgmmaOp &op, const std::string &body) {
  unsigned count = op.registersD();
  std::string text =
      ".version 8.3\n.target sm_90a\n.address_size 64\n"
      ".visible .entry k(.param .u64 in, .param .u64 out, .param .u64 da,\n"
      " .param .u64 db, .param .u64 regs) {\n"
      ".reg .b32 %c<128>; .reg .b32 %a<4>; .reg .b32 %r<16>;\n"
      ".reg .b64 %d<16>; .reg .pred %p<4>;\n"
      ".shared .align 1024 .b8 buffer[" +
      number(bytes) +
      "];\n"
      "ld.param.u64 %d0, [in]; ld.param.u64 %d1, [out];\n"
      "ld.param.u64 %d4, [da]; ld.param.u64 %d5, [db];\n"
      "ld.param.u64 %d8, [regs];\n"
      "mov.u32 %r0, %tid.x; mov.u32 %r1, buffer; shl.b32 %r2, %r0, 4;\n"
      "cvt.u64.u32 %d2, %r2; add.u64 %d0, %d0, %d2; add.u32 %r1, %r1, %r2;\n"
      "add.u64 %d8, %d8, %d2; mov.u32 %r3, 0;\n"
      "setp.ne.u32 %p0, %r3, 0; setp.eq.u32 %p1, %r3, 0;\n"
      "COPY: ld.global.v4.b32 {%r4,%r5,%r6,%r7}, [%d0];\n"
      "st.shared.v4.b32 [%r1], {%r4,%r5,%r6,%r7};\n"
      "add.u64 %d0, %d0, 2048; add.u32 %r1, %r1, 2048;\n"
      "add.u32 %r3, %r3, 2048;\n"
      "setp.lt.u32 %p2, %r3, " +
      number(bytes) +
      "; @%p2 bra COPY;\n"
      "ld.global.v4.b32 " +
      registers("%a", 4) +
      ", [%d8];\n"
      "mul.wide.u32 %d3, %r0, " +
      number(4 * count) + "; add.u64 %d1, %d1, %d3;\n" + body + "\n";
  for (unsigned i = 0; i < count; ++i)
    text += "st.global.b32 [%d1+" + number(4 * i) + "], %c" + number(i) + ";\n";
  return text + "ret;\n}\n";
}

const char *const prologue = "fence.proxy.async; bar.sync 0;\n"
                             "wgmma.fence.sync.aligned;\n";
const char *const epilogue = "wgmma.commit_group.sync.aligned;\n"
                             "wgmma.wait_group.sync.aligned 0;";

/// `scaleD` is a predicate or a number.
std::string instruction(const WgmmaOp &op, const std::string &scaleD,
                        const std::string &descriptorB = "%d5") {
  std::string text =
      "wgmma.mma_async.sync.aligned.m64n" + number(op.n) + "k" +
      number(op.k()) +
      (op.accumulator == AccumulatorType::F32 ? ".f32." : ".f16.") +
      name(op.a) + "." + name(op.b) + " " + registers("%c", op.registersD()) +
      ", " + (op.registersA ? registers("%a", 4) : "%d4") + ", " + descriptorB +
      ", " + scaleD + ", " + (op.negateA ? "-1" : "1") + ", " +
      (op.negateB ? "-1" : "1");
  if (op.elementBytes() == 2) {
    if (!op.registersA)
      text += op.transA ? ", 1" : ", 0";
    text += op.transB ? ", 1" : ", 0";
  }
  return text + ";\n";
}

struct Image {
  std::vector<uint8_t> shared = std::vector<uint8_t>(bytes);
  std::vector<uint8_t> registers = std::vector<uint8_t>(128 * 16);
  uint64_t descriptors[2];
};

/// Puts an operand where its descriptor says.
void place(Image &image, const Problem64 &problem, bool isA) {
  const WgmmaOp &op = problem.op;
  MatrixDescriptor descriptor;
  bool mnMajor = isA ? op.transA : op.transB;
  descriptor.start = base + (isA ? 0 : bytesOfA);
  descriptor.swizzle = Swizzle::B128;
  descriptor.strideOffset = 1024;
  descriptor.leadingOffset = mnMajor ? 2048 : 16;
  image.descriptors[isA ? 0 : 1] = descriptor.encode();
  const std::vector<uint32_t> &codes = isA ? problem.a : problem.b;
  for (unsigned mn = 0; mn < (isA ? 64 : op.n); ++mn)
    for (unsigned k = 0; k < op.k(); ++k)
      putElement(
          &image.shared[descriptor.address(mnMajor, op.elementBytes(), mn, k) -
                        base],
          isA ? op.a : op.b, codes[mn * op.k() + k]);
}

/// A as the lanes hold it: 16 bytes for each thread.
void placeRegisters(Image &image, const Problem64 &problem) {
  const WgmmaOp &op = problem.op;
  unsigned width = op.elementBytes(), each = 4 / width;
  for (unsigned m = 0; m < 64; ++m)
    for (unsigned k = 0; k < op.k(); ++k) {
      unsigned thread = m / 16 * 32 + 4 * (m % 8) + k % (4 * each) / each;
      unsigned reg = m % 16 / 8 + 2 * (k / (4 * each));
      putElement(&image.registers[thread * 16 + reg * 4 + k % each * width],
                 op.a, problem.a[m * op.k() + k]);
    }
}

struct WgmmaRun {
  std::vector<double> d; // [64][n]
  std::vector<Finding> findings;
  std::string error;
  Statistics statistics;

  std::string kind() const {
    if (!error.empty())
      return error;
    if (findings.empty())
      return "no findings";
    return findings[0].kind;
  }
};

WgmmaRun run(const Problem64 &problem, const std::string &text,
             uint64_t seed = 0, uint32_t threads = 128) {
  const WgmmaOp &op = problem.op;
  WgmmaRun result;
  Expected<Program> program = parsePtx(text);
  if (!program) {
    result.error = program.message();
    return result;
  }
  Image image;
  place(image, problem, true);
  place(image, problem, false);
  placeRegisters(image, problem);
  GlobalMemory memory;
  Launch launch;
  launch.entry = "k";
  launch.block[0] = threads;
  size_t outBytes = size_t(128) * op.registersD() * 4;
  uint64_t values[5] = {memory.add("in", image.shared, true),
                        memory.add("out", std::vector<uint8_t>(outBytes), true),
                        image.descriptors[0], image.descriptors[1],
                        memory.add("regs", image.registers, true)};
  for (uint64_t value : values) {
    launch.parameters.emplace_back(8);
    std::memcpy(launch.parameters.back().data(), &value, 8);
  }
  Options options;
  options.seed = seed;
  options.threads = 1;
  options.maxInstructions = 1000000;
  Expected<dgemm::sim::Result> done =
      simulate(*program, launch, memory, options);
  if (!done) {
    result.error = done.message();
    return result;
  }
  result.findings = std::move(done->findings);
  result.statistics = std::move(done->statistics);
  Accumulators d(op);
  const std::vector<uint8_t> &out = memory.find("out")->bytes;
  for (unsigned thread = 0; thread < 128; ++thread)
    for (unsigned i = 0; i < op.registersD(); ++i)
      std::memcpy(&d.warps[thread / 32][i][thread % 32],
                  &out[(thread * op.registersD() + i) * 4], 4);
  result.d = d.get();
  return result;
}

std::string once(const WgmmaOp &op) {
  return wgmmaKernel(op, prologue + instruction(op, "%p0") + epilogue);
}

TEST(ExecWgmma, EveryTypeMajorAndSource) {
  uint64_t seed = 1;
  for (WgmmaOp op : allTypes(24))
    for (unsigned form = 0; form < 5; ++form) {
      op.registersA = form == 1;
      op.transA = form == 2 || form == 4;
      op.transB = form == 3 || form == 4;
      op.negateB = form == 1;
      op.accumulate = false;
      if (!validate(op).ok())
        continue;
      SCOPED_TRACE(once(op));
      Stream random(seed);
      Problem64 problem(op);
      fillIntegers(problem, random);
      WgmmaRun result = run(problem, once(op), seed++);
      ASSERT_EQ(result.kind(), "no findings");
      expectExact(problem, result.d);
      EXPECT_EQ(result.statistics.multiplyAccumulates, 64u * op.n * op.k());
      EXPECT_EQ(result.statistics.warpgroupMatrices, 1u);
      // Of 128 bytes each.
      EXPECT_EQ(result.statistics.operandWavefronts,
                (op.registersA ? 0 : 16u) + op.n / 4);
    }
  EXPECT_GT(seed, 30u);
}

TEST(ExecWgmma, EveryN) {
  for (unsigned n = 8; n <= 256; n += 8) {
    WgmmaOp op = make(MatrixType::E4M3, n);
    op.accumulate = false;
    Stream random(n);
    Problem64 problem(op);
    fillIntegers(problem, random);
    WgmmaRun result = run(problem, once(op), n);
    ASSERT_EQ(result.kind(), "no findings");
    expectExact(problem, result.d);
  }
}

// Accumulation needs no fence between the instructions, may span groups, and
// takes scale-d as a number too.
TEST(ExecWgmma, ChainsAndGroups) {
  WgmmaOp op = make(MatrixType::BF16, 16);
  op.accumulate = false;
  std::string body = prologue + instruction(op, "%p0");
  for (int i = 0; i < 3; ++i)
    body += instruction(op, "1") + "wgmma.commit_group.sync.aligned;\n";
  body += "wgmma.wait_group.sync.aligned 1;\n"
          "wgmma.wait_group.sync.aligned 0;";
  for (uint64_t seed = 0; seed < 10; ++seed) {
    Stream random(seed);
    Problem64 problem(op);
    fillIntegers(problem, random);
    WgmmaRun result = run(problem, wgmmaKernel(op, body), seed);
    ASSERT_EQ(result.kind(), "no findings");
    for (double &value : result.d)
      value /= 4;
    expectExact(problem, result.d);
  }
}

/// The kind of finding of a changed kernel, over some schedules the first.
std::string changed(const std::string &from, const std::string &to,
                    WgmmaOp op = make(MatrixType::BF16, 16),
                    uint32_t threads = 128) {
  Stream random(3);
  Problem64 problem(op);
  fillIntegers(problem, random);
  std::string text = once(op);
  size_t at = text.find(from);
  if (at == std::string::npos)
    return "no such text: " + from;
  text.replace(at, from.size(), to);
  for (uint64_t seed = 0; seed < 20; ++seed) {
    WgmmaRun result = run(problem, text, seed, threads);
    if (result.kind() != "no findings")
      return result.kind();
  }
  return "no findings";
}

TEST(ExecWgmma, RegistersAreOrderedByFences) {
  std::string fence = "wgmma.fence.sync.aligned;", commit = "wgmma.commit";
  EXPECT_EQ(changed(fence, ""), "missing-wgmma-fence");
  EXPECT_EQ(changed(fence, fence + "mov.b32 %c3, 0;"), "missing-wgmma-fence");
  EXPECT_EQ(changed(fence, "mov.b32 %c3, 0;" + fence), "no findings");
  // Reading counts as well.
  EXPECT_EQ(changed(fence, fence + "mov.b32 %r9, %r8;"), "no findings");
  WgmmaOp op = make(MatrixType::TF32, 8);
  op.registersA = true;
  EXPECT_EQ(changed(fence, fence + "mov.b32 %a1, 0;", op),
            "missing-wgmma-fence");
  // Another shape in the same registers.
  std::string other = instruction(make(MatrixType::BF16, 8), "1");
  EXPECT_EQ(changed(commit, other + commit), "missing-wgmma-fence");
  EXPECT_EQ(changed(commit, fence + other + commit), "no findings");
  EXPECT_EQ(
      changed(commit, instruction(make(MatrixType::BF16, 16), "1") + commit),
      "no findings");
}

TEST(ExecWgmma, RegistersAreInFlightUntilTheWait) {
  std::string wait = "wgmma.wait_group.sync.aligned 0;";
  std::string commit = "wgmma.commit_group.sync.aligned;";
  EXPECT_EQ(changed(wait, ""), "wgmma-in-flight");
  EXPECT_EQ(changed(wait, "wgmma.wait_group.sync.aligned 1;"),
            "wgmma-in-flight");
  EXPECT_EQ(changed(commit, ""), "wgmma-in-flight");
  EXPECT_EQ(changed(wait, "mov.b32 %r9, %c5;" + wait), "wgmma-in-flight");
  EXPECT_EQ(changed(wait, "mov.b32 %c5, 0;" + wait), "wgmma-in-flight");
  EXPECT_EQ(changed(wait, wait + "mov.b32 %c5, 0;"), "no findings");
  // A in registers, too.
  WgmmaOp op = make(MatrixType::TF32, 8);
  op.registersA = true;
  EXPECT_EQ(changed(wait, "mov.b32 %a1, 0;" + wait, op), "wgmma-in-flight");
  EXPECT_EQ(changed(wait, wait + "mov.b32 %a1, 0;", op), "no findings");
  EXPECT_EQ(changed(wait, "ret;"), "wgmma-in-flight");
}

TEST(ExecWgmma, OperandsInSharedMemory) {
  std::string wait = "wgmma.wait_group.sync.aligned 0;";
  std::string store = "mov.u32 %r9, buffer; setp.lt.u32 %p3, %r0, 32;"
                      "@%p3 st.shared.b32 [%r9], %r0;";
  EXPECT_EQ(changed(wait, store + wait), "overwritten-source");
  EXPECT_EQ(changed(wait, wait + store), "no findings");
  // What is not read may be written.
  EXPECT_EQ(changed(wait, "mov.u32 %r9, buffer; setp.lt.u32 %p3, %r0, 32;"
                          "@%p3 st.shared.b32 [%r9+64], %r0;" +
                              wait),
            "no findings");
  EXPECT_EQ(changed("fence.proxy.async;", ""), "missing-proxy-fence");
  EXPECT_EQ(changed("bra COPY", "bra NEXT; NEXT:"), "uninitialised-read");
  EXPECT_EQ(changed("mul.wide", "add.u64 %d4, %d4, 16000; mul.wide"),
            "out-of-bounds");
  EXPECT_EQ(changed("mul.wide", "or.b64 %d4, %d4, 32768; mul.wide"),
            "wgmma-operand");
}

TEST(ExecWgmma, TheWarpgroupGoesTogether) {
  std::string fence = "wgmma.fence.sync.aligned;";
  std::string warp = "shr.u32 %r8, %r0, 5; setp.eq.u32 %p3, %r8, 2;";
  std::string commit = "wgmma.commit";
  // Other operands in one warp, or in one lane.
  EXPECT_EQ(changed(fence, warp + "@%p3 add.u64 %d5, %d5, 2;" + fence),
            "wgmma-operand");
  EXPECT_EQ(changed(fence, "setp.eq.u32 %p3, %r0, 9;"
                           "@%p3 add.u64 %d4, %d4, 2;" +
                               fence),
            "wgmma-operand");
  EXPECT_EQ(changed(fence, warp + "@%p3 setp.eq.u32 %p0, %r0, %r0;" + fence),
            "wgmma-operand");
  // One warp executes one more, or leaves.
  EXPECT_EQ(changed(fence, warp + "@%p3 " + fence + fence), "warpgroup");
  EXPECT_EQ(changed(fence, warp + "@%p3 ret;" + fence), "deadlock");
  EXPECT_EQ(
      changed(fence,
              "and.b32 %r8, %r0, 31; setp.eq.u32 %p3, %r8, 9; @%p3 " + fence),
      "divergence");
  EXPECT_EQ(
      changed("%r0, %tid.x", "%r0, %tid.x", make(MatrixType::BF16, 8), 96),
      "warpgroup");
  EXPECT_EQ(changed("", "", make(MatrixType::BF16, 8), 128), "no findings");
}

// Functions have registers of their own; a wgmma writes those of its caller.
TEST(ExecWgmma, InAndAroundFunctions) {
  WgmmaOp op = make(MatrixType::BF16, 16);
  std::string wait = "wgmma.wait_group.sync.aligned 0;";
  std::string small = ".func f() { .reg .b32 %z<300>; mov.b32 %z255, 7;\n"
                      "nanosleep.u32 9; nanosleep.u32 9; ret; }\n";
  std::string call = "{ call f; }\n";
  Stream random(3);
  Problem64 problem(op);
  problem.op.accumulate = false;
  fillIntegers(problem, random);
  std::string text = once(problem.op);
  text.insert(text.find(wait), call);
  text.insert(text.find(".visible"), small);
  for (uint64_t seed = 0; seed < 20; ++seed) {
    WgmmaRun result = run(problem, text, seed);
    ASSERT_EQ(result.kind(), "no findings");
    expectExact(problem, result.d);
  }
  std::string leaves =
      ".func g(.reg .b64 %d4, .reg .b64 %d5) { .reg .b32 %c<8>;\n"
      ".reg .pred %p0; setp.ne.u64 %p0, %d4, %d4;\n"
      "wgmma.fence.sync.aligned;\n" +
      instruction(op, "%p0") + "ret; }\n";
  text = once(problem.op);
  text.insert(text.find(wait), "call g, (%d4, %d5);\n");
  text.insert(text.find(".visible"), leaves);
  EXPECT_EQ(run(problem, text).kind(), "wgmma-in-flight");
}

TEST(ExecWgmma, UndefinedInputs) {
  std::string scale = instruction(make(MatrixType::BF16, 16), "%p0");
  // The old D has no value; with scale-d it reaches memory.
  EXPECT_EQ(changed(scale, instruction(make(MatrixType::BF16, 16), "%p1")),
            "undefined-register");
  EXPECT_EQ(changed("ld.param.u64 %d5, [db];", ""), "undefined-register");
  WgmmaOp op = make(MatrixType::TF32, 8);
  op.registersA = true;
  EXPECT_EQ(changed("ld.global.v4.b32 {%a0,%a1,%a2,%a3}", //
                    "ld.global.v4.b32 {%a0,%a1,%a2,_}", op),
            "undefined-register");
}

TEST(ExecWgmma, FormsThatAreRefused) {
  WgmmaOp op = make(MatrixType::BF16, 16);
  auto refuses = [&](const std::string &from, const std::string &to,
                     const std::string &part) {
    std::string message = changed(from, to, op);
    EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  refuses("mma_async.sync", "mma_async.sp.sync", "structured sparsity");
  refuses("f32.bf16.bf16", "s32.s8.s8", "element type .s8 is outside");
  refuses("m64n16k16", "m64n12k16", "N is a multiple of 8");
  refuses("m64n16k16", "m64n16k8", "K of these types is 16, not 8");
  refuses("m64n16k16", "m64n24k16", "D needs 12 registers");
  refuses("f32.bf16", "f16.bf16", "f16 accumulators go with");
  refuses("f32.bf16", "f64.bf16", "D is .f32 or .f16, not .f64");
  refuses("bf16.bf16", "bf16.f16", "the same type");
  refuses("%p0, 1, 1, 0, 0", "%p0, 2, 1, 0, 0", "imm-scale-a is the number");
  refuses("%p0, 1, 1, 0, 0", "%p0, 1, 1, 0, 2", "imm-trans-b is the number");
  refuses("%p0, 1, 1, 0, 0", "%p0, 1, 1, 0", "expected 8 operands, found 7");
  refuses("%c7}", "%d7}", "registers of 32 bits");
  op.registersA = true;
  refuses("{%a0,%a1,%a2,%a3}, %d5", "{%a0,%a1,%a2}, %d5", "A needs 4");
}

} // namespace
