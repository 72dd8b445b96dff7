# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Copies that need no tensor map, and tensor maps changed by the kernel."""

import floats
import ptx
from families.loads import Tile, round_up
from suite import Buffer, Case, generator, pointer

REDUCTIONS = {
    "add.u32": "u32", "add.s32": "s32", "add.u64": "u64", "inc.u32": "u32", "dec.u32": "u32",
    "min.u32": "u32", "min.s32": "s32", "min.u64": "u64", "min.s64": "s64", "max.u32": "u32",
    "max.s32": "s32", "max.u64": "u64", "max.s64": "s64", "and.b32": "u32", "and.b64": "u64",
    "or.b32": "u32", "or.b64": "u64", "xor.b32": "u32", "xor.b64": "u64", "add.noftz.f16": "f16",
    "add.noftz.bf16": "bf16", "min.f16": "f16", "max.f16": "f16", "min.bf16": "bf16", "max.bf16": "bf16",
    "add.f32": "f32", "add.f64": "f64",
}  # fmt: skip
SIZE = 2048


def copies():
    """Global to shared and back, 16 bytes to 4 KB."""
    result = []
    for size, source, target in ((16, 0, 0), (48, 16, 32), (1008, 32, 16), (4096, 0, 0)):
        body = (
            ptx.fill(4608, 32)
            + f"""setp.ne.u32 p, tid, 0; @p bra READY;
mbarrier.init.shared::cta.b64 [base+8192], 1; fence.mbarrier_init.release.cluster;
READY: {ptx.SYNC} @p bra ISSUED; ld.param.u64 z, [pa]; add.u32 t, base, 8192; add.u32 u, base, {target};
mbarrier.arrive.expect_tx.release.cta.shared::cta.b64 _, [t], {size};
cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [u], [z+{source}], {size}, [t];
ISSUED: add.u32 u, base, 8192;
"""
            + ptx.wait("u")
            + ptx.copy_out("pd", 4608, 32)
            + f"""
bar.sync 0; setp.ne.u32 p, tid, 0; @p bra END; ld.param.u64 z, [pe];
cp.async.bulk.global.shared::cta.bulk_group [z+{source}], [base], {size};
cp.async.bulk.commit_group; cp.async.bulk.wait_group 0;
END:
"""
        )
        name = f"bulk/copy_{size}"
        buffers = {
            "a": Buffer(generator(name).randbytes(4608)), "d": Buffer(size=4608, output=True),
            "e": Buffer(size=4608, output=True),
        }  # fmt: skip
        program = ptx.kernel([".u64 pa", ".u64 pd", ".u64 pe"], body)
        result.append(Case(name, program, buffers, [pointer(key) for key in buffers], shared=8256))
    return result


def reductions():
    result = []
    for operation, kind in REDUCTIONS.items():
        body = (
            ptx.copy_in("pa", SIZE, 32)
            + ptx.SYNC
            + f"""setp.ne.u32 p, tid, 0; @p bra END; ld.param.u64 z, [pd];
cp.reduce.async.bulk.global.shared::cta.bulk_group.{operation} [z+16], [base], {SIZE - 32};
cp.async.bulk.commit_group; cp.async.bulk.wait_group 0;
END:
"""
        )
        name = f"bulk/reduce_{operation}"
        rng = generator(name)
        buffers = {
            "a": Buffer(floats.data(kind, SIZE, rng)),
            "d": Buffer(floats.data(kind, SIZE, rng), output=True),
        }
        program = ptx.kernel([".u64 pa", ".u64 pd"], body)
        result.append(Case(name, program, buffers, [pointer(key) for key in buffers], shared=SIZE))
    return result


def asynchronous():
    """cp.async of 4, 8 and 16 bytes; fewer source bytes than that are padded with zeros."""
    result = []
    for level, size in (("ca", 4), ("ca", 8), ("ca", 16), ("cg", 16)):
        body = (
            ptx.fill(1024, 32)
            + f"""bar.sync 0; ld.param.u64 z, [pa]; mul.lo.u32 t, tid, {size}; cvt.u64.u32 o, t; add.u64 z, z, o;
add.u32 u, base, t; and.b32 i, tid, {size - 1}; add.u32 i, i, 1;
cp.async.{level}.shared.global [u], [z], {size};
cp.async.commit_group;
cp.async.{level}.shared.global [u+512], [z+512], {size}, i;
cp.async.commit_group; cp.async.wait_group 1;
ld.shared.b32 w0, [u]; add.u32 w0, w0, 1; st.shared.b32 [u], w0;
cp.async.wait_all; bar.sync 0;
"""
            + ptx.copy_out("pd", 1024, 32)
        )
        name = f"bulk/async_{level}_{size}"
        buffers = {
            "a": Buffer(generator(name).randbytes(1024)),
            "d": Buffer(size=1024, output=True),
        }
        program = ptx.kernel([".u64 pa", ".u64 pd"], body)
        result.append(Case(name, program, buffers, [pointer(key) for key in buffers], shared=1024))
    for form in ("", ".noinc"):
        count = 64 if form else 32
        body = (
            ptx.fill(512, 32)
            + f"""setp.ne.u32 p, tid, 0; @p bra READY; mbarrier.init.shared::cta.b64 [base+512], {count};
READY: bar.sync 0; ld.param.u64 z, [pa]; mul.wide.u32 o, tid, 16; add.u64 z, z, o; cvt.u32.u64 t, o; add.u32 u, base, t;
cp.async.cg.shared.global [u], [z], 16;
cp.async.mbarrier.arrive{form}.shared::cta.b64 [base+512];
mbarrier.arrive.shared::cta.b64 _, [base+512]; add.u32 u, base, 512;
"""
            + ptx.wait("u")
            + ptx.copy_out("pd", 512, 32)
        )
        name = f"bulk/async_arrive{form}"
        buffers = {"a": Buffer(generator(name).randbytes(512)), "d": Buffer(size=512, output=True)}
        program = ptx.kernel([".u64 pa", ".u64 pd"], body)
        result.append(Case(name, program, buffers, [pointer(key) for key in buffers], shared=576))
    return result


# Fields to replace, and the tile that the changed map describes.
BEFORE = Tile("u8", [64, 6], [80], [32, 4], [16, 3])
REPLACED = {
    "none": ([], BEFORE, 0),
    "address": (["global_address.SPACE.b1024.b64 [MAP], z"], BEFORE, 160),
    "dim": (["global_dim.SPACE.b1024.b32 [MAP], 1, 5"], Tile("u8", [64, 5], [80], [32, 4], [16, 3]), 0),
    "dim0": (["global_dim.SPACE.b1024.b32 [MAP], 0, 40"], Tile("u8", [40, 6], [80], [32, 4], [16, 3]), 0),
    "stride": (["global_stride.SPACE.b1024.b64 [MAP], 0, 112"], Tile("u8", [64, 6], [112], [32, 4], [16, 3]), 0),
    "box": (["box_dim.SPACE.b1024.b32 [MAP], 1, 2"], Tile("u8", [64, 6], [80], [32, 2], [16, 3]), 0),
    "box0": (["box_dim.SPACE.b1024.b32 [MAP], 0, 48"], Tile("u8", [64, 6], [80], [48, 4], [16, 3]), 0),
    "step": (["element_stride.SPACE.b1024.b32 [MAP], 1, 2"], Tile("u8", [64, 6], [80], [32, 4], [16, 3], steps=[1, 2]), 0),
    "type": (["elemtype.SPACE.b1024.b32 [MAP], 7", "global_dim.SPACE.b1024.b32 [MAP], 0, 16", "box_dim.SPACE.b1024.b32 [MAP], 0, 8"],
             Tile("f32", [16, 6], [80], [8, 4], [4, 3]), 0),
    "fill": (["elemtype.SPACE.b1024.b32 [MAP], 7", "global_dim.SPACE.b1024.b32 [MAP], 0, 16", "box_dim.SPACE.b1024.b32 [MAP], 0, 8", "fill_mode.SPACE.b1024.b32 [MAP], 1"],
             Tile("f32", [16, 6], [80], [8, 4], [4, 3], fill="nan"), 0),
    "swizzle": (["swizzle_mode.SPACE.b1024.b32 [MAP], 1"], Tile("u8", [64, 6], [80], [32, 4], [16, 3], "32B"), 0),
    "rank": (["rank.SPACE.b1024.b32 [MAP], 2", "global_dim.SPACE.b1024.b32 [MAP], 2, 3", "global_stride.SPACE.b1024.b64 [MAP], 1, 160",
              "box_dim.SPACE.b1024.b32 [MAP], 2, 2", "element_stride.SPACE.b1024.b32 [MAP], 2, 1"],
             Tile("u8", [64, 6, 3], [80, 160], [32, 4, 2], [16, 3, 1]), 0),
}  # fmt: skip


def replaced(label, in_place):
    """The map goes to global memory, is changed there or on its way, and is used."""
    changes, tile, shift = REPLACED[label]
    name = f"bulk/replace_{label}{'_global' * in_place}"
    size, rank = round_up(tile.footprint(), 128) + 128, len(tile.dims)
    parameters = [".align 64 .b8 map[128]", ".u64 pa", ".u64 pmap", ".u64 pd"]
    body = (
        ptx.fill(size, 32)
        + """shl.b32 t, tid, 2; add.u32 u, base, t; mov.b64 z, map; cvt.u64.u32 o, t; add.u64 z, z, o;
cvta.param.u64 z, z; ld.b32 w0, [z];
ld.param.u64 target, [pmap]; add.u64 z, target, o;
"""
    )
    space = "global" if in_place else "shared::cta"
    place = "target" if in_place else "base+4096"
    body += (
        "st.global.b32 [z], w0; bar.warp.sync 0xffffffff;\n"
        if in_place
        else "st.shared.b32 [u+4096], w0; bar.warp.sync 0xffffffff;\n"
    )
    body += "setp.ne.u32 p, tid, 0; @p bra CHANGED;\n"
    body += f"ld.param.u64 z, [pa]; add.u64 z, z, {shift};\n"
    body += "mbarrier.init.shared::cta.b64 [base+4352], 1; fence.mbarrier_init.release.cluster;\n"
    for change in changes:
        body += f"tensormap.replace.tile.{change.replace('SPACE', space).replace('MAP', place)};\n"
    body += "CHANGED: bar.warp.sync 0xffffffff;\n"
    if in_place:
        body += "fence.proxy.tensormap::generic.release.gpu; bar.warp.sync 0xffffffff;\n"
    else:
        body += "add.u32 u, base, 4096; tensormap.cp_fenceproxy.global.shared::cta.tensormap::generic.release.gpu.sync.aligned [target], [u], 128;\n"
    coordinates = ", ".join(map(str, tile.at))
    body += (
        ptx.SYNC
        + f"""setp.ne.u32 p, tid, 0; @p bra ISSUED;
fence.proxy.tensormap::generic.acquire.gpu [target], 128;
mbarrier.arrive.expect_tx.release.cta.shared::cta.b64 _, [base+4352], {tile.bytes()}; add.u32 t, base, 4352;
cp.async.bulk.tensor.{rank}d.shared::cluster.global.mbarrier::complete_tx::bytes [base], [target, {{{coordinates}}}], [t];
ISSUED: add.u32 u, base, 4352;
"""
        + ptx.wait("u")
        + ptx.copy_out("pd", size, 32)
    )
    buffers = {
        "a": Buffer(generator(name).randbytes(1024)), "map": Buffer(bytes(128)),
        "d": Buffer(size=size, output=True),
    }  # fmt: skip
    arguments = [BEFORE.map("a")] + [pointer(key) for key in buffers]
    program = ptx.kernel(parameters, body, ".reg .b64 target;")
    return Case(name, program, buffers, arguments, shared=4416)


def cases():
    maps = [replaced(label, in_place) for label in REPLACED for in_place in (False, True)]
    return copies() + reductions() + asynchronous() + maps
