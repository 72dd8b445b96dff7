# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The kernels that the verification build compiles, and the problems that each is
run on. A variant is one kernel; sizes that it leaves open differ by problem.
"""

import random


class Variant:
    """D [m, n] = A [m, k] B [n, k]^T, with UE8M0 scales of `block` elements of K.

    schedule: text of a #dgk.schedule, None to let dgemm-select-schedule choose.
    dynamic: the launch knows n and k as well; then `shapes` may have several.
    pad: elements between the rows of A, B and D beyond their length. Strides are
         then known to the launch only.
    row_d: distance of the rows of D, known to the kernel; TMA stores need that and n.
    shapes: (m, n, k) of each problem.
    """

    def __init__(self, name, shapes, block, out, schedule=None, dynamic=False, pad=0, row_d=None):
        self.name, self.shapes, self.block, self.out = name, shapes, block, out
        self.schedule, self.dynamic, self.pad, self.row_d = schedule, dynamic, pad, row_d

    def manifest(self):
        return {
            "name": self.name,
            "shapes": self.shapes,
            "block": self.block,
            "out": self.out,
            "pad": self.pad,
            "row_d": self.row_d,
        }


def ceil_div(a, b):
    return -(-a // b)


def matrix(rows, columns, element, stride=None):
    """The type of a matrix whose extents are numbers or None; `stride` is that of
    its rows, "?" where only the launch knows it, None for contiguous rows."""
    shape = "x".join("?" if extent is None else str(extent) for extent in (rows, columns))
    layout = "" if stride is None else f", strided<[{stride}, 1]>"
    return f"memref<{shape}x{element}{layout}>"


def packed_scales(rows, k, block):
    """Packed UE8M0: four to a word, columns that start 16 bytes apart."""
    words = "?" if k is None else ceil_div(k, 4 * block)
    column = "?" if rows is None else 4 * ceil_div(rows, 4)
    return f"memref<{'?' if rows is None else rows}x{words}xi32, strided<[1, {column}]>>"


def module(variant):
    """The problem as MLIR."""
    _, n, k = (None, None, None) if variant.dynamic else variant.shapes[0]
    stride, (block_a, block_b) = "?" if variant.pad else None, variant.block
    types = {
        "a": matrix(None, k, "f8E4M3FN", stride),
        "sa": packed_scales(None, k, block_a),
        "b": matrix(n, k, "f8E4M3FN", stride),
        "sb": packed_scales(n, k, block_b),
        "d": matrix(None, n, variant.out, variant.row_d or stride),
    }
    inputs = [types[name] for name in ("a", "sa", "b", "sb")]
    arguments = ", ".join(f"%{name}: {text}" for name, text in types.items())
    schedule = f", dgk.schedule = {variant.schedule}" if variant.schedule else ""
    return f"""func.func @{variant.name}({arguments}) {{
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : {", ".join(inputs)})
    outs(%d : {types["d"]})
    {{granularity = #dgemm.granularity<a = 1x{block_a}, b = 1x{block_b}>{schedule}}}
  return
}}
"""


MMA = (
    "#dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>"
)


def schedule(tile, stages, grid="4x2", store="tma", slots=16):
    m, n, k = tile
    return (
        f"#dgk.schedule<tile = {m}x{n}x{k}, warp_grid = {grid}, stages = {stages}, "
        f"scale_stages = 2, instruction = {MMA}, swizzle = b{k} x b{k}, "
        "math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, "
        f"store = {store}, store_slots = {slots}, raster = <group = 8, along = m>>"
    )


ROWS = (0, 1, 13, 128, 200, 300)


def rows(counts, n, k):
    return [(m, n, k) for m in counts]


def written_schedules():
    """Schedules by hand: every tile size, number of stages, store path and scale
    granularity that the kernels have, with tails in all dimensions."""
    large = schedule((128, 128, 128), 2)
    small_k = schedule((128, 128, 64), 4, slots=8)
    return [
        Variant("ds", rows((1, 64, 129, 700), 2112, 7168), (128, 128), "bf16", large),
        Variant("ds64", rows((1, 64, 129, 4096), 2112, 7168), (128, 128), "bf16", small_k),
        Variant("ktail", rows(ROWS, 576, 576), (128, 128), "bf16", large),
        Variant("g32f32", rows(ROWS, 584, 2112), (32, 32), "f32",
                schedule((128, 128, 64), 4)),
        Variant("g32b128", rows(ROWS, 320, 1600), (32, 128), "bf16", large),
        Variant("mixed", rows(ROWS, 264, 1104), (128, 32), "f32",
                schedule((128, 128, 128), 2, slots=8)),
        Variant("mixed64", rows(ROWS, 264, 1104), (32, 128), "bf16", small_k),
        Variant("n24", rows(ROWS, 24, 1024), (128, 32), "bf16",
                schedule((128, 128, 64), 4)),
        Variant("oddn", rows(ROWS, 33, 784), (128, 128), "bf16",
                schedule((128, 128, 64), 4, store="registers", slots=0)),
        Variant("oddnf", rows(ROWS, 35, 784), (32, 128), "f32",
                schedule((128, 128, 128), 2, store="registers", slots=0)),
        Variant("bm64", rows(ROWS, 200, 1552), (128, 128), "bf16",
                schedule((64, 128, 128), 3, grid="2x4", slots=8)),
        Variant("bm64s", rows(ROWS, 200, 1552), (128, 32), "f32",
                schedule((64, 128, 64), 4, grid="2x4")),
        Variant("bn64", rows(ROWS, 200, 1552), (128, 128), "bf16",
                schedule((128, 64, 64), 4)),
        Variant("strided", rows(ROWS, 200, 1552), (128, 128), "bf16", large,
                pad=48, row_d=248),
        Variant("dyn", rows(ROWS, 1000, 2992) + [(70, 8, 16), (70, 136, 0), (0, 8, 16)],
                (128, 128), "bf16", schedule((128, 128, 128), 2, store="registers", slots=0),
                dynamic=True, row_d=1008),
        Variant("dyn32", rows(ROWS, 1000, 1904) + [(70, 8, 16), (129, 256, 4096)],
                (32, 128), "f32", schedule((128, 128, 64), 4, store="registers", slots=0),
                dynamic=True, row_d=1000),
        Variant("dyn_registers", rows(ROWS, 1001, 1904) + [(70, 9, 16), (70, 131, 0)],
                (32, 32), "bf16", schedule((128, 128, 64), 4, store="registers", slots=0),
                dynamic=True, pad=32),
    ]  # fmt: skip


def chosen_schedules():
    """Problems for which dgemm-select-schedule finds the schedule."""
    return [
        Variant("auto", rows((0, 1, 64, 129, 700), 2112, 7168), (128, 128), "bf16"),
        Variant("auto_f32", rows((1, 64, 300), 2112, 7168), (128, 128), "f32"),
        Variant("auto_32", rows((1, 64, 300), 576, 7168), (32, 32), "bf16"),
        Variant("auto_mixed", rows((1, 64, 300), 4096, 512), (128, 32), "f32"),
        Variant("auto_wide", rows((1, 130), 24576, 1536), (128, 128), "bf16"),
        Variant("auto_odd", rows(ROWS, 129, 208), (128, 128), "bf16"),
        # The cost model splits K: few columns, and K long.
        Variant("auto_split", rows((1, 77, 961), 12, 2944), (128, 32), "bf16"),
        Variant("auto_tiny", rows((1, 17), 8, 16), (128, 128), "bf16"),
        Variant("auto_strided", rows(ROWS, 264, 1104), (32, 32), "f32", pad=16),
        Variant("auto_dyn", rows(ROWS, 1000, 2992) + [(33, 8, 16), (257, 640, 3216)],
                (128, 128), "bf16", dynamic=True),
    ]  # fmt: skip


def random_variants(count, seed):
    """`count` problems with extents drawn by `seed`, at most 2^31 products each."""
    rng = random.Random(seed)
    result = []
    for i in range(count):
        n = rng.choice([rng.randrange(1, 300), 8 * rng.randrange(1, 500)])
        k = 16 * rng.choice([rng.randrange(1, 40), rng.randrange(1, 300)])
        most = max(1, min(1500, 2**31 // (n * k)))
        shapes = rows([rng.randrange(1, most + 1) for _ in range(3)], n, k)
        block = (rng.choice([32, 128]), rng.choice([32, 128]))
        out = rng.choice(["bf16", "f32"])
        result.append(Variant(f"random{seed}_{i}", shapes, block, out))
    return result
