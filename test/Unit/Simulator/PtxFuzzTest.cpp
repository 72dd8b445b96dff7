//===- PtxFuzzTest.cpp - Broken PTX is an error, never a crash ------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PtxSupport.h"
#include "SimTestSupport.h"

#include <cstdlib>

using namespace dgemm::sim;
using namespace dgemm::sim::test;

/// A kernel with a little of everything.
static std::string seedText() {
  return kernel(
      R"(.local .align 8 .b8 stack[32];
setp.lt.and.u32 %p1|%p2, %r0, 16, !%p3;
mad.wide.s32 %d2, %r0, -3, %d1; bfe.u32 %r2, %r0, 2, 3;
lop3.b32 %r3, %r2, %r0, 5, 0xe8; prmt.b32 %r4, %r3, %r2, 0x3210;
mov.b64 %d3, {%r2, %r3}; mov.b64 {%r4, _}, %d3; shf.l.wrap.b32 %r5, %r2, %r3, 4;
cvt.rn.bf16x2.f32 %r6, %f1, 0f3F800000; fma.rn.f32 %f2, %f1, 1.5, %f3;
cvt.rzi.s64.f64 %d4, %g1; selp.b32 %r7, %r0, -1, %p1;
@%p1 bra L1;
{ .reg .b32 %t<4>; add.s32 %t1, %r0, 1; bra L1; L1: }
L1: shfl.sync.idx.b32 %r8|%p4, %r7, 0, 31, -1; vote.sync.ballot.b32 %r9, %p1, -1;
elect.sync %r10|%p5, -1; mov.u32 %r11, tile; mov.u32 %r12, dynamic;
st.shared.v4.b32 [tile+16], {%r0, %r1, 7, %r2}; ld.shared.v2.u32 {%r13, %r14}, [%r11+16];
@%p5 mbarrier.init.shared.b64 [%r12], 1; fence.mbarrier_init.release.cluster;
bar.sync 0; @%p5 mbarrier.arrive.expect_tx.shared.b64 %d5, [%r12], 64;
ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r15, %r16, %r17, %r18}, [%r11];
mma.sync.aligned.m16n8k32.row.col.kind::mxf8f6f4.block_scale.scale_vec::1X.f32.e4m3.e4m3.f32.ue8m0
 {%f4, %f5, %f6, %f7}, {%r15, %r16, %r17, %r18}, {%r1, %r2}, {%f4, %f5, %f6, %f7}, %r3, {0, 1}, %r4, {3, 2};
stmatrix.sync.aligned.m8n8.x2.trans.shared.b16 [%r11], {%r15, %r16};
cvta.local.u64 %d6, %d2; mov.u64 %d7, stack; st.local.u64 [%d7+8], %d6;
cp.async.bulk.tensor.2d.shared::cta.global.tile.mbarrier::complete_tx::bytes [%r11], [%d0, {%r0, 4}], [%r12];
cp.async.bulk.tensor.2d.global.shared::cta.tile.bulk_group [%d0, {%r0, %r1}], [%r11];
cp.async.bulk.shared::cta.global.mbarrier::complete_tx::bytes.L2::cache_hint [%r11], [%d0], 64, [%r12], %d5;
cp.reduce.async.bulk.global.shared::cta.bulk_group.add.noftz.bf16 [%d0], [%r11], %r7;
cp.async.bulk.tensor.2d.shared::cta.global.tile::gather4.mbarrier::complete_tx::bytes [%r11], [%d0, {%r0, 1, 2, 3, 4}], [%r12];
cp.async.ca.shared.global [%r11], [%d1], 4, %r2; cp.async.commit_group; cp.async.wait_group 0;
cp.async.cg.shared.global.L2::128B [%r11+16], [%d0], 16, %p1; cp.async.mbarrier.arrive.noinc.shared.b64 [%r12];
tensormap.replace.tile.box_dim.shared::cta.b1024.b32 [%r11], 0, %r2; cp.async.wait_all;
fence.proxy.tensormap::generic.acquire.gpu [%d0], 128; mbarrier.pending_count.b64 %r9, %d5;
cp.async.bulk.commit_group; cp.async.bulk.wait_group.read 0;
mbarrier.try_wait.parity.shared.b64 %p6, [%r12], 1; setmaxnreg.dec.sync.aligned.u32 40;
atom.global.cas.b32 %r19, [%d1], 0, %r0; red.global.add.f32 [%d1], %f1; bar.warp.sync -1;
st.global.b32 [%d1], %r8;)",
      ".global .align 8 .b32 table[4] = {1, 2, -3};\n"
      ".shared .align 128 .b8 tile[1024];\n"
      ".extern .shared .align 1024 .b8 dynamic[];\n");
}

/// A kernel of one warpgroup whose wgmmas are right.
static std::string warpgroupText() {
  return kernel(
      R"(mov.u32 %r1, tile; shl.b32 %r2, %r0, 5; add.u32 %r1, %r1, %r2;
st.shared.v4.b32 [%r1], {0, 0, 0, 0}; st.shared.v4.b32 [%r1+16], {0, 0, 0, 0};
fence.proxy.async; bar.sync 0; mov.b32 %r3, 0; mov.b32 %r4, %r3;
mov.b64 %d5, 0x0000001000080040; add.u64 %d6, %d5, 128; setp.ne.u32 %p1, %r3, 0;
wgmma.fence.sync.aligned;
wgmma.mma_async.sync.aligned.m64n8k16.f32.bf16.bf16 {%f1, %f2, %f3, %f4}, %d5, %d6, %p1, 1, -1, 0, 1;
wgmma.mma_async.sync.aligned.m64n8k16.f32.f16.f16 {%f1, %f2, %f3, %f4}, %d5, %d6, 1, 1, 1, 0, 0;
wgmma.commit_group.sync.aligned;
wgmma.mma_async.sync.aligned.m64n16k32.f16.e4m3.e5m2 {%r5, %r6, %r7, %r8}, %d5, %d5, 0, 1, 1;
wgmma.mma_async.sync.aligned.m64n8k8.f32.tf32.tf32 {%f5, %f6, %f7, %f8}, {%r3, %r4, %r3, %r4}, %d6, %p1, 1, 1;
wgmma.commit_group.sync.aligned; wgmma.wait_group.sync.aligned 1;
add.f32 %f9, %f1, %f4; wgmma.wait_group.sync.aligned 0; add.f32 %f9, %f9, %f8;
st.global.f32 [%d1], %f9;)",
      ".shared .align 128 .b8 tile[4096];\n");
}

/// A warp that does with the tensor core of sm_100 what one can.
static std::string tensorText() {
  std::string text = kernel(
      R"(tcgen05.alloc.cta_group::1.sync.aligned.shared::cta.b32 [word], 128; bar.warp.sync -1;
tcgen05.relinquish_alloc_permit.cta_group::1.sync.aligned; ld.shared.u32 %r1, [word];
setp.eq.u32 %p1, %r0, 0; @%p1 mbarrier.init.shared.b64 [bar], 1; mov.u32 %r2, tile; mov.b32 %r3, 0;
mov.b32 %r4, 0; shl.b32 %r5, %r0, 4; add.u32 %r5, %r5, %r2;
FILL: st.shared.v4.b32 [%r5], {%r3, %r3, %r3, %r3}; add.u32 %r5, %r5, 512; add.u32 %r4, %r4, 1;
setp.lt.u32 %p2, %r4, 16; @%p2 bra FILL; fence.proxy.async; bar.sync 0;
tcgen05.st.sync.aligned.32x32b.x4.b32 [%r1], {%r3, %r3, %r3, %r3};
tcgen05.st.sync.aligned.16x32bx2.x2.unpack::16b.b32 [%r1+16], 8, {%r3, %r3}; tcgen05.wait::st.sync.aligned;
shr.u32 %r6, %r2, 4; or.b32 %r6, %r6, 0x80000; mov.b64 %d2, {%r6, 0x4008}; mov.b32 %r7, 0x04040490;
mov.b32 %r8, 0x08820000; tcgen05.fence::after_thread_sync; @!%p1 bra DONE;
tcgen05.cp.cta_group::1.32x128b.warpx4 [%r1+64], %d2; tcgen05.cp.cta_group::1.32x128b.warpx4 [%r1+68], %d2;
tcgen05.cp.cta_group::1.128x256b.b8x16.b4x16_p64 [%r1+80], %d2; tcgen05.shift.cta_group::1.down [%r1+80];
tcgen05.mma.cta_group::1.kind::f16 [%r1], %d2, %d2, %r7, {%r3, %r3, %r3, 1}, 0;
tcgen05.mma.cta_group::1.kind::mxf8f6f4.block_scale [%r1+32], %d2, %d2, %r8, [%r1+64], [%r1+68], !%p1;
tcgen05.commit.cta_group::1.mbarrier::arrive::one.shared::cluster.b64 [bar];
DONE: bar.warp.sync -1;
WAIT: mbarrier.try_wait.parity.shared.b64 %p3, [bar], 0; @!%p3 bra WAIT; tcgen05.fence::after_thread_sync;
tcgen05.ld.sync.aligned.16x64b.x2.b32 {%r9, %r10}, [%r1+32]; tcgen05.wait::ld.sync.aligned;
add.u32 %r9, %r9, %r10; st.global.b32 [%d1], %r9; tcgen05.fence::before_thread_sync;
tcgen05.dealloc.cta_group::1.sync.aligned.b32 %r1, 128;)",
      ".shared .align 1024 .b8 tile[8192]; .shared .align 8 .b64 bar;\n"
      ".shared .align 4 .b32 word;\n");
  return text.replace(text.find("sm_120a"), 7, "sm_100a");
}

/// Where a word of the text begins and how long it is.
static std::pair<size_t, size_t> someWord(const std::string &text,
                                          Stream &random) {
  static constexpr const char *letters =
      "%abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$";
  size_t from = static_cast<size_t>(
      random.integer(0, static_cast<int64_t>(text.size()) - 1));
  size_t begin = text.find_first_of(letters, from);
  if (begin == std::string::npos)
    return {0, 0};
  size_t end = text.find_first_not_of(letters, begin);
  return {begin, std::min(end, text.size()) - begin};
}

/// One operand, modifier or opcode in the place of another.
static std::string exchange(std::string text, Stream &random) {
  auto [from, fromLength] = someWord(text, random);
  auto [to, toLength] = someWord(text, random);
  std::string word = text.substr(from, fromLength);
  return text.replace(to, toLength, word);
}

static std::string mutate(std::string text, Stream &random) {
  static const char *pieces[] = {"%r1",
                                 "%d1",
                                 "%p1",
                                 "%f1",
                                 "_",
                                 "{",
                                 "}",
                                 "[",
                                 "]",
                                 ",",
                                 ";",
                                 "|",
                                 "!",
                                 "@",
                                 ".u64",
                                 ".b8",
                                 ".v4",
                                 "-1",
                                 "0xffffffffffffffff",
                                 "999",
                                 "L1",
                                 ":",
                                 ".wide",
                                 ".x4",
                                 ".trans",
                                 "/*",
                                 "\"",
                                 "."};
  int64_t count = random.integer(1, 3);
  while (count-- > 0 && text.size() > 2) {
    int64_t last = static_cast<int64_t>(text.size()) - 1;
    size_t at = static_cast<size_t>(random.integer(0, last));
    size_t length = static_cast<size_t>(random.integer(1, 12));
    const char *piece = pieces[random.integer(0, std::size(pieces) - 1)];
    switch (random.integer(0, 4)) {
    case 0:
      text.erase(at, length);
      break;
    case 1:
      text.insert(at, piece);
      break;
    case 2:
      text.replace(at, length, piece);
      break;
    case 3:
      text[at] = static_cast<char>(random.integer(1, 255));
      break;
    default: // a piece of the text elsewhere
      text.insert(at, text.substr(static_cast<size_t>(random.integer(0, last)),
                                  length));
      break;
    }
  }
  return text;
}

static void fuzz(const std::string &original, uint32_t threads,
                 uint64_t cases) {
  ASSERT_TRUE(bool(parsePtx(original))) << parsePtx(original).message();
  size_t parsed = 0;
  for (uint64_t seed = 0; seed < cases; ++seed) {
    Stream random(seed);
    std::string text = original;
    if (random.flip())
      text = mutate(text, random);
    else
      for (int64_t i = random.integer(1, 2); i > 0; --i)
        text = exchange(text, random);
    SCOPED_TRACE(seed);
    Outcome result = run(text, threads, seed, 2048, 1, 300);
    parsed += result.error.empty();
    if (!result.error.empty())
      EXPECT_GT(result.error.size(), 10u);
  }
  // The mutations are small enough that many run.
  EXPECT_GT(parsed, cases / 100);
}

static uint64_t caseCount() {
  const char *chosen = std::getenv("DGEMM_SIM_FUZZ_CASES");
  return chosen ? std::strtoull(chosen, nullptr, 10) : 4000;
}

TEST(PtxFuzz, MutantsParseOrFailInWordsAndRun) {
  fuzz(seedText(), 64, caseCount());
}

TEST(PtxFuzz, MutantsOfWgmma) {
  std::string text = warpgroupText();
  text.replace(text.find("sm_120a"), 7, "sm_90a");
  EXPECT_EQ(run(text, 128).kind(), "0 findings");
  fuzz(text, 128, caseCount() / 4);
}

TEST(PtxFuzz, MutantsOfTcgen05) {
  std::string text = tensorText();
  Outcome outcome = run(text, 32);
  for (const Finding &finding : outcome.findings)
    ADD_FAILURE() << finding.toString();
  EXPECT_EQ(outcome.kind(), "0 findings");
  fuzz(text, 32, caseCount() / 4);
}
