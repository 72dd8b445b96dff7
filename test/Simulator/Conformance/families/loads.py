# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""TMA loads of tiles: types, swizzles, boxes, tails, strides, fills.

Shared memory is filled before the load and written out whole after it, so that gaps and
what lies behind the box show as well.
"""

import floats
import ptx
from suite import Buffer, Case, generator, pointer

TYPES = {
    "u8": 1, "u16": 2, "u32": 4, "s32": 4, "u64": 8, "s64": 8, "f16": 2, "f32": 4, "f64": 8,
    "bf16": 2, "f32_ftz": 4, "tf32": 4, "tf32_ftz": 4,
}  # fmt: skip
FLOATS = ["f16", "f32", "f64", "bf16", "f32_ftz", "tf32", "tf32_ftz"]
SPANS = {"none": 0, "32B": 32, "64B": 64, "128B": 128}
# The mbarrier lies behind the tile.
LIMIT = 32768


def program(rank, size, space="shared::cluster"):
    """Loads one tile to `offset`; `size` bytes of shared memory are written out."""
    coordinates = ", ".join(f"c{i}" for i in range(rank))
    parameters = [".align 64 .b8 map[128]", ".u64 pd", ".u32 poffset", ".u32 pbytes"]
    parameters += [f".s32 pc{i}" for i in range(rank)]
    body = (
        ptx.fill(size, 32)
        + f"add.u32 barrier, base, {LIMIT}; setp.ne.u32 p, tid, 0; @p bra READY;\n"
    )
    body += (
        "mbarrier.init.shared::cta.b64 [barrier], 1; fence.mbarrier_init.release.cluster;\nREADY:\n"
        + ptx.SYNC
    )
    body += "setp.ne.u32 p, tid, 0; @p bra ISSUED;\n"
    body += "\n".join(f"ld.param.s32 c{i}, [pc{i}];" for i in range(rank))
    body += f"""
ld.param.u32 t, [poffset]; add.u32 t, t, base; ld.param.u32 u, [pbytes];
mov.b64 z, map; cvta.param.u64 z, z;
mbarrier.arrive.expect_tx.release.cta.shared::cta.b64 _, [barrier], u;
cp.async.bulk.tensor.{rank}d.{space}.global.mbarrier::complete_tx::bytes [t], [z, {{{coordinates}}}], [barrier];
ISSUED:
"""
    body += ptx.wait("barrier") + ptx.copy_out("pd", size, 32)
    return ptx.kernel(parameters, body, ".reg .b32 barrier, c<5>;")


class Tile:
    """A tensor map, where the tile starts, and where it goes."""

    def __init__(
        self,
        kind,
        dims,
        strides,
        box,
        at,
        swizzle="none",
        steps=None,
        offset=0,
        fill="zero",
        start=0,
    ):
        self.kind, self.dims, self.strides, self.box = kind, dims, strides, box
        self.at, self.swizzle, self.steps = at, swizzle, steps or [1] * len(dims)
        self.offset, self.fill, self.start = offset, fill, start

    def extents(self):
        """Elements of the box in each dimension; the step of the first is not used."""
        counts = [-(-extent // step) for extent, step in zip(self.box, self.steps)]
        return [self.box[0], *counts[1:]]

    def bytes(self):
        return TYPES[self.kind] * product(self.extents())

    def footprint(self):
        inner = self.box[0] * TYPES[self.kind]
        return (SPANS[self.swizzle] or inner) * product(self.extents()[1:])

    def tensor_bytes(self):
        """From the start of the buffer to the end of the tensor."""
        last = sum((extent - 1) * stride for extent, stride in zip(self.dims[1:], self.strides))
        return self.start + last + self.dims[0] * TYPES[self.kind]

    def map(self, buffer):
        result = {
            "buffer": buffer, "type": self.kind, "dims": self.dims, "strides": self.strides,
            "box": self.box, "element_strides": self.steps, "swizzle": self.swizzle, "fill": self.fill,
        }  # fmt: skip
        if self.start:
            result["offset"] = self.start
        return {"tensor_map": result}


def product(values):
    result = 1
    for value in values:
        result *= value
    return result


def round_up(value, unit):
    return -(-value // unit) * unit


def load(name, tile, space="shared::cluster"):
    size = round_up(tile.offset + tile.footprint(), 128) + 128
    assert size <= LIMIT, name
    whole, rng = round_up(tile.tensor_bytes(), 16), generator(f"loads/{name}")
    # tf32 rounds; the others move bits, whatever they are.
    data = floats.data("f32", whole, rng) if "tf32" in tile.kind else rng.randbytes(whole)
    buffers = {"a": Buffer(data), "d": Buffer(size=size, output=True)}
    parameters = [tile.map("a"), pointer("d"), {"u32": tile.offset}, {"u32": tile.bytes()}]
    parameters += [{"s32": value} for value in tile.at]
    rank = len(tile.dims)
    return Case(f"loads/{name}", program(rank, size, space), buffers, parameters, shared=LIMIT + 64)


def dense(kind, dims, pad=0):
    """Strides of a tensor whose rows have `pad` more bytes than they need."""
    strides, step = [], round_up(dims[0] * TYPES[kind], 16) + pad
    for extent in dims[1:]:
        strides.append(step)
        step *= extent
    return strides


def types():
    result = []
    for kind, size in TYPES.items():
        dims, box = [64 // size, 6], [32 // size, 4]
        strides = dense(kind, dims, 16)
        result.append(load(f"type_{kind}", Tile(kind, dims, strides, box, [16 // size, 1])))
        result.append(load(f"type_{kind}_low", Tile(kind, dims, strides, box, [-16 // size, -2])))
        result.append(
            load(f"type_{kind}_high", Tile(kind, dims, strides, box, [48 // size, 4], start=32))
        )
        if kind in FLOATS:
            tile = Tile(kind, dims, strides, box, [-16 // size, 3], fill="nan")
            result.append(load(f"type_{kind}_nan", tile))
    return result


def swizzles():
    result = []
    for swizzle, span in SPANS.items():
        for inner in (16, 32, 48, 64, 128):
            if span and inner > span:
                continue
            # The inner dimension ends within the last box.
            tile = Tile(
                "u8",
                [256, 12],
                [256],
                [inner, 9],
                [256 - inner + (16 if inner > 16 else 0), 2],
                swizzle,
            )
            result.append(load(f"swizzle_{swizzle}_{inner}", tile))
        if span:
            for offset in range(128, 1152, 128):
                tile = Tile("u16", [128, 12], [256], [span // 2, 9], [0, 0], swizzle, offset=offset)
                result.append(load(f"swizzle_{swizzle}_at_{offset}", tile))
            tile = Tile("f32", [96, 3, 4], [400, 1200], [span // 4, 3, 3], [-4, 1, -1], swizzle)
            result.append(load(f"swizzle_{swizzle}_3d", tile))
    return result


def ranks():
    result = []
    dims, box = [24, 5, 4, 3, 3], [16, 3, 2, 2, 2]
    for rank in range(1, 6):
        d, b = dims[:rank], box[:rank]
        strides = dense("u16", d)
        for label, at in (
            ("first", [0] * rank),
            ("low", [-8] + [-1] * (rank - 1)),
            ("high", [16] + [e - 1 for e in d[1:]]),
            ("out", [24] + [0] * (rank - 1)),
        ):
            result.append(load(f"rank_{rank}_{label}", Tile("u16", d, strides, b, at)))
        result.append(
            load(
                f"rank_{rank}_cta",
                Tile("u16", d, strides, b, [8] + [1] * (rank - 1)),
                "shared::cta",
            )
        )
        far = [0] * (rank - 1)
        result.append(load(f"rank_{rank}_far", Tile("u16", d, strides, b, far + [-(1 << 20)])))
    result.append(load("rank_1_long", Tile("u8", [1000], [], [256], [800])))
    result.append(load("rank_2_box", Tile("u8", [64, 300], [64], [16, 256], [16, 60])))
    # Rows that overlap, and rows that are far apart.
    result.append(load("rank_2_overlap", Tile("u16", [64, 8], [16], [16, 8], [8, 0])))
    result.append(load("rank_2_sparse", Tile("u32", [8, 8], [4096], [8, 8], [0, 1])))
    return result


def steps():
    result = []
    for i, (box, step, at) in enumerate([
        ([16, 8], [1, 2], [0, 0]), ([16, 7], [1, 3], [0, 5]), ([16, 8], [1, 8], [8, -4]), ([16, 9], [1, 4], [0, 8]),
        ([32, 8], [2, 1], [0, 0]), ([16, 5], [1, 5], [8, 3]), ([32, 8], [4, 3], [-8, -3]),
    ]):  # fmt: skip
        tile = Tile("u16", [48, 20], [96], box, at, steps=step)
        result.append(load(f"step_{i}", tile))
    result.append(
        load("step_3d", Tile("u8", [32, 9, 9], [32, 288], [16, 6, 7], [16, -1, 2], steps=[1, 2, 3]))
    )
    result.append(
        load("step_swizzle", Tile("u8", [128, 20], [128], [64, 16], [0, 1], "64B", [1, 2]))
    )
    return result


def cases():
    return types() + swizzles() + ranks() + steps()
