# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Clusters: ranks, distributed shared memory, remote barriers, multicast."""

import ptx
from families.loads import Tile
from suite import Buffer, Case, generator, pointer

CLUSTER_SYNC = "barrier.cluster.arrive.release.aligned; barrier.cluster.wait.acquire.aligned;\n"
REGISTERS = [
    "cluster_ctarank", "cluster_nctarank", "cluster_ctaid.x", "cluster_ctaid.y", "cluster_ctaid.z",
    "cluster_nctaid.x", "cluster_nctaid.y", "cluster_nctaid.z", "clusterid.x", "clusterid.y", "clusterid.z",
    "nclusterid.x", "nclusterid.y", "nclusterid.z", "ctaid.x", "ctaid.y", "ctaid.z", "nctaid.x", "nctaid.y",
]  # fmt: skip
# The CTA's linear index i in the grid.
LINEAR = """mov.u32 t, %ctaid.x; mov.u32 u, %ctaid.y; mov.u32 w0, %nctaid.x; mad.lo.u32 i, u, w0, t;
mov.u32 t, %ctaid.z; mov.u32 u, %nctaid.y; mul.lo.u32 u, u, w0; mad.lo.u32 i, t, u, i;
"""


def ranks(label, grid, cluster):
    count = len(REGISTERS)
    body = LINEAR + f"mul.wide.u32 o, i, {4 * count + 8}; ld.param.u64 z, [pd]; add.u64 z, z, o;\n"
    body += "setp.ne.u32 p, tid, 0; @p bra END;\n"
    for j, name in enumerate(REGISTERS):
        body += f"mov.u32 w0, %{name}; st.global.b32 [z+{4 * j}], w0;\n"
    body += f"mov.pred p, %is_explicit_cluster; selp.u32 w0, 1, 0, p; st.global.b32 [z+{4 * count}], w0;\n"
    # The rank of the CTA that an address of the last one belongs to.
    body += (
        "mov.u32 w1, %cluster_nctarank; sub.u32 w1, w1, 1; mapa.shared::cluster.u32 w2, base, w1;\n"
    )
    body += f"getctarank.shared::cluster.u32 w3, w2; st.global.b32 [z+{4 * count + 4}], w3;\nEND:\n"
    ctas = grid[0] * grid[1] * grid[2]
    buffers = {"d": Buffer(size=ctas * (4 * count + 8), output=True)}
    return Case(
        f"clusters/ranks_{label}",
        ptx.kernel([".u64 pd"], body),
        buffers,
        [pointer("d")],
        grid,
        32,
        cluster,
        64,
    )


def remote(size):
    """Each CTA reads, adds to and writes what the next one has."""
    body = (
        LINEAR
        + f"""mov.u32 w0, %cluster_ctarank; add.u32 w1, w0, 1; rem.u32 w1, w1, {size};
shl.b32 t, tid, 2; add.u32 u, base, t; mad.lo.u32 w2, i, 1000, tid; st.shared.b32 [u], w2; st.shared.b32 [u+128], w2;
st.shared.b32 [u+256], 0;
{CLUSTER_SYNC}mapa.shared::cluster.u32 t, u, w1;
ld.shared::cluster.b32 w3, [t]; atom.shared::cluster.add.u32 w2, [t+128], 7; st.shared::cluster.b32 [t+256], w2;
cvt.u64.u32 o, t; cvta.shared::cluster.u64 o, o; ld.b32 w2, [o]; add.u32 w3, w3, w2;
cvt.u64.u32 o, base; cvta.shared.u64 o, o; mapa.u64 o, o, w1; getctarank.u64 w2, o; add.u32 w3, w3, w2;
red.shared::cluster.max.u32 [t+256], w0;
{CLUSTER_SYNC}mul.wide.u32 o, i, 512; ld.param.u64 z, [pd]; add.u64 z, z, o; mul.wide.u32 o, tid, 4; add.u64 z, z, o;
st.global.b32 [z], w3; ld.shared.b32 w2, [u+128]; st.global.b32 [z+128], w2;
ld.shared.b32 w2, [u+256]; st.global.b32 [z+256], w2; ld.shared.b32 w2, [u]; st.global.b32 [z+384], w2;
"""
    )
    buffers = {"d": Buffer(size=512 * 2 * size, output=True)}
    return Case(
        f"clusters/remote_{size}",
        ptx.kernel([".u64 pd"], body),
        buffers,
        [pointer("d")],
        2 * size,
        32,
        size,
        512,
    )


def barriers(size):
    """All CTAs arrive on the barrier of rank 0; st.async and red.async complete bytes on others."""
    body = (
        LINEAR
        + f"""mov.u64 o, 0x1122334455667788;
mov.u32 rank, %cluster_ctarank; add.u32 next, rank, 1; rem.u32 next, next, {size};
setp.ne.u32 p, tid, 0; @p bra READY;
mbarrier.init.shared::cta.b64 [base], {32 * size}; mbarrier.init.shared::cta.b64 [base+8], 1;
st.shared.b32 [base+16], 0; st.shared.v4.b32 [base+32], {{1, 2, 3, 4}}; st.shared.v4.b32 [base+48], {{5, 6, 7, 8}};
mbarrier.expect_tx.relaxed.cta.shared::cta.b64 [base+8], 28;
fence.mbarrier_init.release.cluster;
READY:
{CLUSTER_SYNC}mapa.shared::cluster.u32 t, base, 0;
add.u32 w3, tid, 1; red.shared::cluster.add.u32 [t+16], w3;
mbarrier.arrive.release.cluster.shared::cluster.b64 _, [t];
setp.ne.u32 p, tid, 0; @p bra SENT;
mapa.shared::cluster.u32 t, base, next; add.u32 u, t, 8; mad.lo.u32 w0, rank, 100, 11; add.u32 w1, w0, 1;
st.async.shared::cluster.mbarrier::complete_tx::bytes.v4.b32 [t+32], {{w0, w1, w0, w1}}, [u];
st.async.shared::cluster.mbarrier::complete_tx::bytes.b64 [t+48], o, [u];
red.async.relaxed.cluster.shared::cluster.mbarrier::complete_tx::bytes.add.u32 [t+56], w1, [u];
mbarrier.arrive.shared::cta.b64 _, [base+8];
SENT:
setp.ne.u32 q, rank, 0; @q bra LOCAL;
add.u32 u, base, 0;
FIRST: mbarrier.try_wait.parity.acquire.cluster.shared::cta.b64 q, [u], 0; @!q bra FIRST;
LOCAL: add.u32 u, base, 8;
SECOND: mbarrier.try_wait.parity.acquire.cluster.shared::cta.b64 q, [u], 0; @!q bra SECOND;
mul.wide.u32 o, i, 64; ld.param.u64 z, [pd]; add.u64 z, z, o; setp.ne.u32 p, tid, 0; @p bra DONE;
ld.shared.b32 w0, [base+16]; st.global.b32 [z], w0;
ld.shared.v4.b32 {{w0, w1, w2, w3}}, [base+32]; st.global.v4.b32 [z+16], {{w0, w1, w2, w3}};
ld.shared.v4.b32 {{w0, w1, w2, w3}}, [base+48]; st.global.v4.b32 [z+32], {{w0, w1, w2, w3}};
DONE:
{CLUSTER_SYNC}"""
    )
    program = ptx.kernel([".u64 pd"], body, ".reg .b32 rank, next;")
    buffers = {"d": Buffer(size=64 * size, output=True)}
    return Case(f"clusters/barriers_{size}", program, buffers, [pointer("d")], size, 32, size, 128)


def multicast(label, size, mask, swizzle="none"):
    """Rank 0 loads for the CTAs of a mask, rank 1 the next rows for all."""
    tile = Tile("u8", [64, 40], [80], [32, 4], [16, 3], swizzle)
    bytes_, total = tile.bytes(), 2 * tile.bytes()
    body = (
        ptx.fill(512, 32)
        + LINEAR
        + f"""
mov.u32 rank, %cluster_ctarank; setp.ne.u32 p, tid, 0; @p bra READY;
mbarrier.init.shared::cta.b64 [base+512], 1; fence.mbarrier_init.release.cluster;
shl.b32 t, 1, rank; and.b32 t, t, {mask}; setp.ne.u32 q, t, 0; selp.u32 w0, {total}, {bytes_}, q;
mbarrier.arrive.expect_tx.release.cta.shared::cta.b64 _, [base+512], w0;
READY: fence.proxy.async;
{CLUSTER_SYNC}setp.ne.u32 p, tid, 0; @p bra ISSUED; mov.b64 z, map; cvta.param.u64 z, z; add.u32 t, base, 512;
add.u32 u, base, 128;
setp.eq.u32 p, rank, 0; mov.u16 lanes, {mask};
@p cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes.multicast::cluster [base], [z, {{16, 3}}], [t], lanes;
setp.eq.u32 p, rank, 1; mov.u16 lanes, {(1 << size) - 1};
@p cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes.multicast::cluster [u], [z, {{48, 38}}], [t], lanes;
ISSUED: add.u32 u, base, 512;
mul.wide.u32 target, i, 512; ld.param.u64 z, [pd]; add.u64 target, z, target;
"""
        + ptx.wait("u")
        + ptx.copy_out("target", 512, 32)
        + CLUSTER_SYNC
    )
    name = f"clusters/multicast_{label}"
    data = generator(name).randbytes(80 * 40)
    program = ptx.kernel(
        [".align 64 .b8 map[128]", ".u64 pd"],
        body,
        ".reg .b32 rank; .reg .b16 lanes; .reg .b64 target;",
    )
    buffers = {"a": Buffer(data), "d": Buffer(size=512 * size, output=True)}
    return Case(name, program, buffers, [tile.map("a"), pointer("d")], size, 32, size, 576)


def bulk(size):
    """Each CTA copies from its shared memory to that of the next; a multicast of plain bytes."""
    body = (
        LINEAR
        + f"""mov.u32 rank, %cluster_ctarank; add.u32 next, rank, 1; rem.u32 next, next, {size};
shl.b32 t, tid, 2; add.u32 u, base, t; mad.lo.u32 w0, i, 77, tid; st.shared.b32 [u], w0; st.shared.b32 [u+128], 3;
st.shared.b32 [u+256], 4; setp.ne.u32 p, tid, 0; @p bra READY;
mbarrier.init.shared::cta.b64 [base+512], 1; fence.mbarrier_init.release.cluster;
mbarrier.arrive.expect_tx.release.cta.shared::cta.b64 _, [base+512], 160;
READY: fence.proxy.async;
{CLUSTER_SYNC}setp.ne.u32 p, tid, 0; @p bra ISSUED;
mapa.shared::cluster.u32 t, base, next; add.u32 w1, t, 144; add.u32 w2, t, 512;
cp.async.bulk.shared::cluster.shared::cta.mbarrier::complete_tx::bytes [w1], [base], 96, [w2];
setp.eq.u32 p, rank, {size - 1}; mov.u16 lanes, {(1 << size) - 1}; ld.param.u64 z, [pa]; add.u32 w1, base, 256; add.u32 w2, base, 512;
@p cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes.multicast::cluster [w1], [z+32], 64, [w2], lanes;
ISSUED: add.u32 w2, base, 512;
{ptx.wait("w2")}
mul.wide.u32 o, i, 384; ld.param.u64 z, [pd]; add.u64 z, z, o; mul.wide.u32 o, tid, 4; add.u64 z, z, o;
ld.shared.b32 w0, [u]; st.global.b32 [z], w0; ld.shared.b32 w0, [u+128]; st.global.b32 [z+128], w0;
ld.shared.b32 w0, [u+256]; st.global.b32 [z+256], w0;
{CLUSTER_SYNC}"""
    )
    name = f"clusters/bulk_{size}"
    program = ptx.kernel([".u64 pa", ".u64 pd"], body, ".reg .b32 rank, next; .reg .b16 lanes;")
    buffers = {
        "a": Buffer(generator(name).randbytes(128)),
        "d": Buffer(size=384 * size, output=True),
    }
    return Case(name, program, buffers, [pointer("a"), pointer("d")], size, 32, size, 576)


def cases():
    result = [
        ranks("4", [8, 1, 1], [4, 1, 1]),
        ranks("2x2", [4, 6, 1], [2, 2, 1]),
        ranks("1x2x4", [1, 4, 4], [1, 2, 4]),
    ]
    result += [make(size) for make in (remote, barriers, bulk) for size in (2, 4, 8)]
    for size, mask in ((2, 3), (2, 2), (4, 5), (4, 14), (8, 0xA5)):
        result.append(multicast(f"{size}_{mask}", size, mask))
    return result + [multicast("4_swizzle", 4, 15, "32B")]
