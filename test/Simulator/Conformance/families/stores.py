# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""TMA stores and reductions of tiles: what of global memory changes."""

import floats
import ptx
from families.loads import SPANS, TYPES, Tile, dense, round_up
from suite import Buffer, Case, generator, pointer

# An H100 takes bitwise operations on s64 and stores at negative coordinates for illegal
# instructions.
REDUCTIONS = {
    "add": ["u32", "s32", "u64", "f16", "bf16", "f32", "f64", "f32_ftz"], "min": ["u32", "s32", "u64", "s64", "f16", "bf16"],
    "max": ["u32", "s32", "u64", "s64", "f16", "bf16"], "inc": ["u32"], "dec": ["u32"],
    "and": ["u32", "s32", "u64"], "or": ["u32", "s32", "u64"], "xor": ["u32", "s32", "u64"],
}  # fmt: skip


def program(rank, size, operation):
    coordinates = ", ".join(f"c{i}" for i in range(rank))
    parameters = [".align 64 .b8 map[128]", ".u64 pa", ".u32 poffset"] + [
        f".s32 pc{i}" for i in range(rank)
    ]
    name = (
        f"cp.reduce.async.bulk.tensor.{rank}d.global.shared::cta.{operation}"
        if operation
        else f"cp.async.bulk.tensor.{rank}d.global.shared::cta"
    )
    body = ptx.copy_in("pa", size, 32) + ptx.SYNC + "setp.ne.u32 p, tid, 0; @p bra END;\n"
    body += "\n".join(f"ld.param.s32 c{i}, [pc{i}];" for i in range(rank))
    body += f"""
ld.param.u32 t, [poffset]; add.u32 t, t, base; mov.b64 z, map; cvta.param.u64 z, z;
{name}.tile.bulk_group [z, {{{coordinates}}}], [t];
cp.async.bulk.commit_group; cp.async.bulk.wait_group 0;
END:
"""
    return ptx.kernel(parameters, body, ".reg .b32 c<5>;")


def store(name, tile, operation=""):
    rng = generator(f"stores/{name}")
    size = round_up(tile.offset + tile.footprint(), 128)
    whole = round_up(tile.tensor_bytes() + 64, 16)
    if operation:
        source, target = floats.data(tile.kind, size, rng), floats.data(tile.kind, whole, rng)
    else:
        source, target = rng.randbytes(size), bytes(whole)
    buffers = {"a": Buffer(source), "d": Buffer(target, output=True)}
    parameters = [tile.map("d"), pointer("a"), {"u32": tile.offset}] + [
        {"s32": value} for value in tile.at
    ]
    text = program(len(tile.dims), size, operation)
    return Case(f"stores/{name}", text, buffers, parameters, shared=size)


def tiles():
    result = []
    for kind, size in TYPES.items():
        dims, box = [64 // size, 6], [32 // size, 4]
        result.append(
            store(f"type_{kind}", Tile(kind, dims, dense(kind, dims, 16), box, [48 // size, 3]))
        )
    for swizzle, span in SPANS.items():
        for inner in (16, 48, 128) if not span else (16, span):
            for offset in (0, 384):
                tile = Tile("u8", [256, 12], [256], [inner, 9], [32, 5], swizzle, offset=offset)
                result.append(store(f"swizzle_{swizzle}_{inner}_{offset}", tile))
    dims, box = [24, 5, 4, 3, 3], [16, 3, 2, 2, 2]
    for rank in range(1, 6):
        d, b = dims[:rank], box[:rank]
        for label, at in (("first", [0] * rank), ("high", [16] + [e - 1 for e in d[1:]])):
            result.append(store(f"rank_{rank}_{label}", Tile("u16", d, dense("u16", d), b, at)))
    for i, (b, step, at) in enumerate([([16, 8], [1, 2], [0, 1]), ([32, 7], [2, 3], [8, 15])]):
        result.append(store(f"step_{i}", Tile("u16", [48, 20], [96], b, at, steps=step)))
    return result


def cases():
    result = tiles()
    for operation, kinds in REDUCTIONS.items():
        for kind in kinds:
            size = TYPES[kind]
            dims, box = [256 // size, 9], [128 // size, 8]
            tile = Tile(kind, dims, dense(kind, dims), box, [144 // size, 2])
            result.append(store(f"reduce_{operation}_{kind}", tile, operation))
    tile = Tile("f32", [40, 6, 5], dense("f32", [40, 6, 5]), [32, 4, 3], [12, 3, 3], "128B")
    return result + [store("reduce_swizzle", tile, "add")]
