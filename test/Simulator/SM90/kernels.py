# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Complete SM90 kernels as PTX text: TMA, mbarriers, wgmma, stmatrix.

  matmul   D (bf16) = A B: persistent, one warpgroup loads, two multiply; A and B
           bf16, each K-major or MN-major; a wgmma group stays pending
  scaled   D (bf16) = A B of e4m3 with f32 scales: of A by row and 128 of K, of B by
           128 of N and 128 of K; partial sums of 128 of K are promoted
  hybrid   D (f32) = A B of tf32, A from registers
  paired   matmul in clusters of two: the CTAs compute tiles side by side, each loads
           half of A's tile for both; a stage is free when both have read it

Memory that TMA loads is zero outside of the matrices, so all extents may be odd as
far as TMA's strides allow.
"""

TILE_M, TILE_N = 128, 128
HEADER = ".version 8.3\n.target sm_90a\n.address_size 64\n"


def registers(prefix, count, first=0):
    return "{" + ", ".join(f"%{prefix}{first + i}" for i in range(count)) + "}"


def wait(address, parity):
    """Spins until the phase of that parity has completed."""
    return f"""{{
  .reg .pred done;
AGAIN:
  mbarrier.try_wait.parity.shared::cta.b64 done, [{address}], {parity};
  @!done bra AGAIN;
}}"""


def next_stage(stages):
    return f"""
  add.u32 %stage, %stage, 1;
  setp.eq.u32 %p1, %stage, {stages};
  @%p1 xor.b32 %phase, %phase, 1;
  @%p1 mov.u32 %stage, 0;"""


def for_each_tile(label, body):
    """Tiles of this CTA, columns innermost: %row and %column are element indices."""
    return f"""
  mov.u32 %tile, %ctaid.x;
  mov.u32 %stage, 0;
  mov.u32 %phase, 0;
{label}_TILE:
  setp.ge.u32 %p0, %tile, %tiles;
  @%p0 bra {label}_END;
  div.u32 %row, %tile, %tiles_n;
  mul.lo.u32 %column, %row, %tiles_n;
  sub.u32 %column, %tile, %column;
  shl.b32 %row, %row, 7;
  shl.b32 %column, %column, 7;
{body}
  mov.u32 %r0, %nctaid.x;
  add.u32 %tile, %tile, %r0;
  bra {label}_TILE;
{label}_END:"""


def descriptor(to, address, leading, stride):
    """A shared-memory descriptor with a swizzle of 128 bytes."""
    high = 1 << 62 | stride >> 4 << 32 | leading >> 4 << 16
    return f"""
  and.b32 %r0, {address}, 0x3ffff;
  shr.u32 %r0, %r0, 4;
  cvt.u64.u32 {to}, %r0;
  or.b64 {to}, {to}, {high:#x};"""


def load(to, tensor, coordinates):
    return (
        "  cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes "
        f"[{to}], [%{tensor}, {{{coordinates}}}], [%full];\n"
    )


def prologue(name, maps, stages, stage_bytes, threads, arrivals, pointers=()):
    """Registers, the layout of shared memory, mbarriers."""
    parameters = [f".param .align 64 .b8 map_{m}[128]" for m in maps]
    parameters += [f".param .u64 {p}" for p in pointers]
    parameters += [f".param .u32 {e}" for e in ("extent_m", "extent_n", "extent_k")]
    text = HEADER + ".extern .shared .align 1024 .b8 smem[];\n"
    text += f".visible .entry {name}(\n  " + ",\n  ".join(parameters)
    text += f""")
  .maxntid {threads}, 1, 1
  .minnctapersm 1
{{
  .reg .pred %p<8>;
  .reg .b32 %r<32>, %thread, %lane, %base, %stage, %phase, %tile, %tiles, %tiles_n;
  .reg .b32 %row, %column, %k, %blocks, %full, %empty, %slot, %bars, %group, %q<32>;
  .reg .b32 %staging, %line, %a<16>;
  .reg .b64 %d<16>, {', '.join(['%map_' + m for m in maps] + ['%' + p for p in pointers])};
  .reg .f32 %f<64>, %s<8>, %c<64>;
"""
    for m in maps:
        text += f"  mov.b64 %d0, map_{m}; cvta.param.u64 %map_{m}, %d0;\n"
    for p in pointers:
        text += f"  ld.param.u64 %{p}, [{p}]; cvta.to.global.u64 %{p}, %{p};\n"
    staging = stages * stage_bytes
    return text + f"""
  mov.u32 %thread, %tid.x;
  and.b32 %lane, %thread, 31;
  // Stages, then 32 KiB to stage D, then the mbarriers: full and empty.
  mov.u32 %base, smem;
  add.u32 %base, %base, 1023;
  and.b32 %base, %base, -1024;
  add.u32 %staging, %base, {staging};
  add.u32 %bars, %staging, {2 * TILE_M * TILE_N};
  setp.ne.u32 %p0, %thread, 0;
  @%p0 bra READY;
  mov.u32 %r0, %bars;
  mov.u32 %r1, 0;
INIT:
  mbarrier.init.shared::cta.b64 [%r0], 1;
  mbarrier.init.shared::cta.b64 [%r0+{8 * stages}], {arrivals};
  add.u32 %r0, %r0, 8;
  add.u32 %r1, %r1, 1;
  setp.lt.u32 %p1, %r1, {stages};
  @%p1 bra INIT;
  fence.mbarrier_init.release.cluster;
  fence.proxy.async;
READY:
  bar.sync 0;
  ld.param.u32 %r2, [extent_n];
  add.u32 %r2, %r2, 127;
  shr.u32 %tiles_n, %r2, 7;
  ld.param.u32 %r3, [extent_m];
  add.u32 %r3, %r3, 127;
  shr.u32 %r3, %r3, 7;
  mul.lo.u32 %tiles, %r3, %tiles_n;
"""


def stage_addresses(stages, stage_bytes):
    return f"""
  shl.b32 %r0, %stage, 3;
  add.u32 %full, %bars, %r0;
  add.u32 %empty, %full, {8 * stages};
  mad.lo.u32 %slot, %stage, {stage_bytes}, %base;"""


def blocks_of_k(size):
    return f"""
  ld.param.u32 %blocks, [extent_k];
  add.u32 %blocks, %blocks, {size - 1};
  div.u32 %blocks, %blocks, {size};"""


def producer(label, stages, stage_bytes, block_k, transaction, loads):
    """One thread fills the stages."""
    body = f"""
  mov.u32 %k, 0;
{label}_K:
{stage_addresses(stages, stage_bytes)}
  xor.b32 %r1, %phase, 1;
{wait('%empty', '%r1')}
  mbarrier.arrive.expect_tx.shared::cta.b64 _, [%full], {transaction};
  mul.lo.u32 %r2, %k, {block_k};
{loads}{next_stage(stages)}
  add.u32 %k, %k, 1;
  setp.lt.u32 %p1, %k, %blocks;
  @%p1 bra {label}_K;"""
    return for_each_tile(label, body)


def release(address):
    """One arrival of each warp."""
    return f"""
  setp.eq.u32 %p2, %lane, 0;
  @%p2 mbarrier.arrive.shared::cta.b64 _, [{address}];"""


def store_tile(values, thread):
    """64 x 128 of a warpgroup through shared memory; `values` is a register prefix.

    %group is the warpgroup, `thread` its first thread."""
    text = f"""
  // The store before may still read the staging memory.
  setp.eq.u32 %p3, %thread, {thread};
  @%p3 cp.async.bulk.wait_group.read 0;
  add.u32 %r4, %group, 1;
  bar.sync %r4, 128;
  // Row (of 64) and address of the row that this lane names to stmatrix.
  sub.u32 %r5, %thread, {thread};
  shr.u32 %r5, %r5, 5;
  shl.b32 %r5, %r5, 4;
  and.b32 %r6, %lane, 15;
  add.u32 %r5, %r5, %r6;
  shl.b32 %r6, %r5, 7;
  shl.b32 %r7, %group, 14;
  add.u32 %line, %staging, %r7;
  add.u32 %r6, %r6, %line;
  and.b32 %r7, %r5, 7;
  shr.u32 %r8, %lane, 4;
"""
    for pair in range(TILE_N // 16):
        first = 8 * pair
        for i in range(4):
            low = first + 2 * i
            text += f"  cvt.rn.bf16x2.f32 %q{i}, %{values}{low + 1}, %{values}{low};\n"
        # Chunk of 16 bytes, swizzled by the row; 64 columns a box.
        text += f"""  add.u32 %r9, %r8, {2 * pair % 8};
  xor.b32 %r9, %r9, %r7;
  shl.b32 %r9, %r9, 4;
  add.u32 %r9, %r9, %r6;
  stmatrix.sync.aligned.m8n8.x4.shared.b16 [%r9+{8192 * (pair // 4)}], {{%q0, %q1, %q2, %q3}};
"""
    store = "cp.async.bulk.tensor.2d.global.shared::cta.bulk_group"
    return text + f"""
  fence.proxy.async;
  bar.sync %r4, 128;
  shl.b32 %r10, %group, 6;
  add.u32 %r10, %r10, %row;
  add.u32 %r11, %column, 64;
  add.u32 %r12, %line, 8192;
  @%p3 {store} [%map_d, {{%column, %r10}}], [%line];
  @%p3 {store} [%map_d, {{%r11, %r10}}], [%r12];
  @%p3 cp.async.bulk.commit_group;
"""


def matmul(a_major="k", b_major="k"):
    stages, block_k = 3, 64
    bytes_a = TILE_M * block_k * 2
    stage_bytes = bytes_a + TILE_N * block_k * 2
    maps = ["a", "b", "d"]
    text = prologue("matmul", maps, stages, stage_bytes, 384, 8)
    text += blocks_of_k(block_k)
    text += """
  shr.u32 %group, %thread, 7;
  setp.ne.u32 %p0, %group, 0;
  @%p0 bra MATH;
  setmaxnreg.dec.sync.aligned.u32 40;
  setp.ne.u32 %p0, %thread, 0;
  @%p0 bra DONE;
"""
    loads = f"  add.u32 %r3, %slot, {bytes_a};\n"
    for to, tensor, major, index in (("%slot", "map_a", a_major, "%row"), ("%r3", "map_b", b_major, "%column")):
        if major == "k":
            loads += load(to, tensor, f"%r2, {index}")
            continue
        # Two boxes of 64 x 64, each 64 rows of K.
        loads += load(to, tensor, f"{index}, %r2")
        loads += f"  add.u32 %r4, {index}, 64;\n  add.u32 %r5, {to}, 8192;\n"
        loads += load("%r5", tensor, "%r4, %r2")
    text += producer("LOAD", stages, stage_bytes, block_k, stage_bytes, loads)
    text += "  bra DONE;\n"

    tail = f", 1, 1, {int(a_major == 'mn')}, {int(b_major == 'mn')};\n"
    leading = {"k": 16, "mn": 8192}
    step = {"k": 2, "mn": 128}
    multiply = ""
    for i in range(block_k // 16):
        multiply += f"""  add.u64 %d2, %d0, {i * step[a_major]};
  add.u64 %d3, %d1, {i * step[b_major]};
  wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 {registers('f', 64)}, %d2, %d3, {'%p4' if i == 0 else '1'}{tail}"""
    body = f"""
  mov.u32 %k, 0;
  mov.u32 %q8, 0; // the stage before
MATH_K:
{stage_addresses(stages, stage_bytes)}
{wait('%full', '%phase')}
  shl.b32 %r1, %group, 13;
  add.u32 %r1, %r1, %slot;
{descriptor('%d0', '%r1', leading[a_major], 1024)}
  add.u32 %r1, %slot, {bytes_a};
{descriptor('%d1', '%r1', leading[b_major], 1024)}
  setp.ne.u32 %p4, %k, 0;
  wgmma.fence.sync.aligned;
{multiply}  wgmma.commit_group.sync.aligned;
  // All but the group just committed are complete.
  wgmma.wait_group.sync.aligned 1;
  @!%p4 bra FIRST;
{release('%q8')}
FIRST:
  mov.u32 %q8, %empty;
{next_stage(stages)}
  add.u32 %k, %k, 1;
  setp.lt.u32 %p1, %k, %blocks;
  @%p1 bra MATH_K;
  wgmma.wait_group.sync.aligned 0;
{release('%q8')}
{store_tile('f', '%q9')}"""
    text += f"""MATH:
  setmaxnreg.inc.sync.aligned.u32 232;
  sub.u32 %group, %group, 1;
  shl.b32 %q9, %group, 7;
  add.u32 %q9, %q9, 128;
{for_each_tile('MATH', body)}
  cp.async.bulk.wait_group 0;
DONE:
  ret;
}}
"""
    return text, 384, stages * stage_bytes


def replace(text, *pairs):
    """Each of the texts exists."""
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def paired():
    text, threads, shared = matmul()
    arrive = "mbarrier.arrive.shared::cta.b64 _, ["
    text = replace(
        text,
        ("entry matmul(", "entry paired("),
        ("  .minnctapersm 1\n", "  .minnctapersm 1\n  .reqnctapercluster 2, 1, 1\n"),
        (".reg .b32 %staging,", ".reg .b16 %mask;\n  .reg .b32 %rank, %half, %peer, %staging,"),
        ("  mov.u32 %thread, %tid.x;\n", "  mov.u32 %thread, %tid.x;\n  mov.u32 %rank, %cluster_ctarank;\n  mov.u16 %mask, 3;\n"),
        # The warps of both CTAs free a stage.
        ("[%r0+24], 8;", "[%r0+24], 16;"),
        ("  bar.sync 0;", "  barrier.cluster.arrive.release.aligned;\n  barrier.cluster.wait.acquire.aligned;"),
        ("setp.eq.u32 %p2, %lane, 0;", "setp.lt.u32 %p2, %lane, 2;\n  and.b32 %peer, %lane, 1;"),
        (f"  @%p2 {arrive}%q8];", "  mapa.shared::cluster.u32 %peer, %q8, %peer;\n  @%p2 mbarrier.arrive.release.cluster.shared::cluster.b64 _, [%peer];"),
        ("try_wait.parity.shared::cta", "try_wait.parity.acquire.cluster.shared::cta"),
        # Tiles of 128 x 256.
        ("add.u32 %r2, %r2, 127;\n  shr.u32 %tiles_n, %r2, 7;", "add.u32 %r2, %r2, 255;\n  shr.u32 %tiles_n, %r2, 8;"),
        ("%ctaid.x", "%clusterid.x"),
        ("%nctaid.x", "%nclusterid.x"),
        ("  shl.b32 %column, %column, 7;\n", "  shl.b32 %column, %column, 1;\n  add.u32 %column, %column, %rank;\n  shl.b32 %column, %column, 7;\n"),
        (
            load("%slot", "map_a", "%r2, %row"),
            """  shl.b32 %half, %rank, 6;
  add.u32 %half, %half, %row;
  shl.b32 %r4, %rank, 13;
  add.u32 %r4, %r4, %slot;
  cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes.multicast::cluster [%r4], [%map_a, {%r2, %half}], [%full], %mask;
""",
        ),
        # The peer may still arrive here, or load for this CTA.
        ("DONE:\n", "DONE:\n  barrier.cluster.arrive.release;\n  barrier.cluster.wait.acquire;\n"),
    )
    return text, threads, shared


def scaled():
    stages, block_k = 3, 128
    bytes_a = TILE_M * block_k
    stage_bytes = 2 * bytes_a + 1024
    maps = ["a", "b", "s", "d"]
    text = prologue("scaled", maps, stages, stage_bytes, 384, 8, ["scales_b"])
    text += blocks_of_k(block_k)
    text += """
  shr.u32 %group, %thread, 7;
  setp.ne.u32 %p0, %group, 2;
  @%p0 bra MATH;
  setmaxnreg.dec.sync.aligned.u32 40;
  setp.ne.u32 %p0, %thread, 256;
  @%p0 bra DONE;
"""
    loads = f"  add.u32 %r3, %slot, {bytes_a};\n  add.u32 %r4, %slot, {2 * bytes_a};\n"
    loads += load("%slot", "map_a", "%r2, %row") + load("%r3", "map_b", "%r2, %column")
    loads += load("%r4", "map_s", "%row, %k")
    text += producer("LOAD", stages, stage_bytes, block_k, 2 * bytes_a + 512, loads)
    text += "  bra DONE;\n"

    multiply = ""
    for i in range(4):
        multiply += f"""  add.u64 %d2, %d0, {2 * i};
  add.u64 %d3, %d1, {2 * i};
  wgmma.mma_async.sync.aligned.m64n128k32.f32.e4m3.e4m3 {registers('f', 64)}, %d2, %d3, {int(i != 0)}, 1, 1;
"""
    promote = "".join(
        f"  fma.rn.f32 %c{i}, %f{i}, %s{2 + (i >> 1 & 1)}, %c{i};\n" for i in range(64)
    )
    clear = "".join(f"  mov.f32 %c{i}, 0f00000000;\n" for i in range(64))
    body = f"""
{clear}
  // Scales of B: one for the tile and each block of K.
  shr.u32 %r1, %column, 7;
  mul.lo.u32 %r1, %r1, %blocks;
  mul.wide.u32 %d4, %r1, 4;
  add.u64 %d4, %scales_b, %d4;
  mov.u32 %k, 0;
MATH_K:
{stage_addresses(stages, stage_bytes)}
  ld.global.f32 %s4, [%d4];
  add.u64 %d4, %d4, 4;
{wait('%full', '%phase')}
  // Scales of rows g and g + 8 of this warp.
  shr.u32 %r2, %thread, 5;
  shl.b32 %r2, %r2, 4;
  shr.u32 %r3, %lane, 2;
  add.u32 %r2, %r2, %r3;
  shl.b32 %r2, %r2, 2;
  add.u32 %r2, %r2, %slot;
  ld.shared.f32 %s0, [%r2+{2 * bytes_a}];
  ld.shared.f32 %s1, [%r2+{2 * bytes_a + 32}];
  shl.b32 %r1, %group, 13;
  add.u32 %r1, %r1, %slot;
{descriptor('%d0', '%r1', 16, 1024)}
  add.u32 %r1, %slot, {bytes_a};
{descriptor('%d1', '%r1', 16, 1024)}
  wgmma.fence.sync.aligned;
{multiply}  wgmma.commit_group.sync.aligned;
  mul.f32 %s2, %s0, %s4;
  mul.f32 %s3, %s1, %s4;
  wgmma.wait_group.sync.aligned 0;
{release('%empty')}
{promote}{next_stage(stages)}
  add.u32 %k, %k, 1;
  setp.lt.u32 %p1, %k, %blocks;
  @%p1 bra MATH_K;
{store_tile('c', '%q9')}"""
    text += f"""MATH:
  setmaxnreg.inc.sync.aligned.u32 232;
  shl.b32 %q9, %group, 7;
{for_each_tile('MATH', body)}
  cp.async.bulk.wait_group 0;
DONE:
  ret;
}}
"""
    return text, 384, stages * stage_bytes


def hybrid():
    """One warpgroup multiplies, a warp loads; a tile of 64 x 64 for each CTA."""
    stages, block_k, n = 2, 32, 64
    bytes_a = 64 * block_k * 4
    stage_bytes = bytes_a + n * block_k * 4
    text = prologue("hybrid", ["a", "b"], stages, stage_bytes, 160, 4, ["out"])
    text += blocks_of_k(block_k)
    text += """
  mov.u32 %row, %ctaid.y;
  shl.b32 %row, %row, 6;
  mov.u32 %column, %ctaid.x;
  shl.b32 %column, %column, 6;
  mov.u32 %stage, 0;
  mov.u32 %phase, 0;
  mov.u32 %k, 0;
  setp.lt.u32 %p0, %thread, 128;
  @%p0 bra MATH;
  setp.ne.u32 %p0, %thread, 128;
  @%p0 bra DONE;
LOAD:
"""
    text += stage_addresses(stages, stage_bytes)
    text += "\n  xor.b32 %r1, %phase, 1;\n" + wait("%empty", "%r1")
    text += f"""
  mbarrier.arrive.expect_tx.shared::cta.b64 _, [%full], {stage_bytes};
  shl.b32 %r2, %k, 5;
  add.u32 %r3, %slot, {bytes_a};
"""
    text += load("%slot", "map_a", "%r2, %row") + load("%r3", "map_b", "%r2, %column")
    text += next_stage(stages)
    text += """
  add.u32 %k, %k, 1;
  setp.lt.u32 %p1, %k, %blocks;
  @%p1 bra LOAD;
  bra DONE;
MATH:
  // Row g of this warp in A, and where t lies in a chunk of 16 bytes.
  shr.u32 %r10, %thread, 5;
  shl.b32 %r10, %r10, 4;
  shr.u32 %r11, %lane, 2;
  add.u32 %r10, %r10, %r11;
  and.b32 %r12, %lane, 3;
  shl.b32 %r13, %r10, 7;
  shl.b32 %r14, %r12, 2;
  add.u32 %r13, %r13, %r14;
"""
    text += "".join(f"  mov.f32 %f{i}, 0f00000000;\n" for i in range(n // 2))
    text += "MATH_K:" + stage_addresses(stages, stage_bytes) + "\n" + wait("%full", "%phase")
    text += "\n  add.u32 %r15, %slot, %r13;\n"
    for chunk in range(8):
        # Rows g and g + 8 have the same swizzle: g.
        text += f"""  xor.b32 %r16, %r11, {chunk};
  shl.b32 %r16, %r16, 4;
  add.u32 %r16, %r16, %r15;
  ld.shared.b32 %a{2 * chunk}, [%r16];
  ld.shared.b32 %a{2 * chunk + 1}, [%r16+1024];
"""
    text += f"  add.u32 %r1, %slot, {bytes_a};" + descriptor("%d1", "%r1", 16, 1024)
    text += "\n  wgmma.fence.sync.aligned;\n"
    for i in range(4):
        text += f"""  add.u64 %d3, %d1, {2 * i};
  wgmma.mma_async.sync.aligned.m64n64k8.f32.tf32.tf32 {registers('f', 32)}, {registers('a', 4, 4 * i)}, %d3, 1, 1, 1;
"""
    text += "  wgmma.commit_group.sync.aligned;\n  wgmma.wait_group.sync.aligned 0;"
    text += release("%empty") + next_stage(stages)
    text += """
  add.u32 %k, %k, 1;
  setp.lt.u32 %p1, %k, %blocks;
  @%p1 bra MATH_K;
  ld.param.u32 %r20, [extent_m];
  ld.param.u32 %r21, [extent_n];
  add.u32 %r22, %row, %r10;
  shl.b32 %r23, %r12, 1;
  add.u32 %r23, %column, %r23;
"""
    for i in range(0, n // 2, 2):
        row, column = 8 * (i >> 1 & 1), 8 * (i >> 2)
        text += f"""  add.u32 %r24, %r22, {row};
  add.u32 %r25, %r23, {column};
  setp.lt.u32 %p1, %r24, %r20;
  setp.lt.and.u32 %p1, %r25, %r21, %p1;
  mad.lo.u32 %r26, %r24, %r21, %r25;
  mul.wide.u32 %d6, %r26, 4;
  add.u64 %d6, %out, %d6;
  @%p1 st.global.v2.f32 [%d6], {{%f{i}, %f{i + 1}}};
"""
    return text + "DONE:\n  ret;\n}\n", 160, stages * stage_bytes
