#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles dense FP8 and BF16 matmuls with schedules written by hand and
assembles each.

A variant is a schedule, scale granularities, an output type, a shape, element
types and a layout. Each
must compile to PTX that ptxas accepts without spills and without a stack. The
default set pairs every schedule with every granularity and output, and every N
with every K; --all is the whole product.

  variants.py --target=sm_120a              what the test runs
  variants.py --print --only=NAME           the module of one variant
  variants.py --only=NAME                   compile one variant

Needs dgemm-compile and ptxas on PATH. A failure is printed with a command that
repeats it.
"""

import argparse
import concurrent.futures
import dataclasses
import itertools
import os
import re
import subprocess
import sys

MMA = {
    "f8E4M3FN": "#dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, "
    "scale_block = 32>",
    "bf16": "#dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = bf16, b = bf16>",
}
BYTES = {"f8E4M3FN": 1, "bf16": 2, "f32": 4}
SHARED_BYTES = 101376
STORE_SLOT_BYTES = 2048

# CTA tile and grid of math warps. Warp tiles from 16 x 16 to 64 x 32.
SCHEDULES = [
    ((128, 128, 128), (4, 2)),
    ((128, 128, 64), (4, 2)),
    ((128, 128, 64), (2, 4)),
    ((64, 128, 128), (2, 4)),
    ((64, 128, 64), (4, 2)),
    ((64, 64, 128), (4, 2)),
    ((128, 64, 64), (4, 2)),
    ((64, 32, 128), (4, 2)),
    ((128, 16, 128), (8, 1)),
]
# The same for BF16.
WIDE_SCHEDULES = [
    ((128, 128, 64), (4, 2)),
    ((128, 128, 32), (4, 2)),
    ((64, 128, 64), (2, 4)),
    ((64, 32, 64), (4, 2)),
    ((128, 16, 64), (8, 1)),
]
# Layouts that have kernels, by element type.
LAYOUTS = {"f8E4M3FN": ("nt", "nn", "tn", "tt"), "bf16": ("nt", "nn", "tn", "tt")}
GRANULARITIES = [(128, 128), (32, 32), (128, 32), (32, 128)]
OUTPUTS = ["bf16", "f32"]
COLUMNS = [24, 576, 2112, 33, 129280, None]
DEPTHS = [64, 576, 2112, 7168, 7296, None]

STACK = re.compile(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads")


def text(extent):
    return "?" if extent is None else str(extent)


def widest_swizzle(size):
    """Of the spans that divide a row of so many bytes."""
    return next(span for span in (128, 64, 32) if size % span == 0)


@dataclasses.dataclass(frozen=True)
class Variant:
    tile: tuple
    grid: tuple
    granularity: tuple
    out: str
    n: int
    k: int
    element: str = "f8E4M3FN"
    layout: str = "nt"

    @property
    def name(self):
        tile, grid = "x".join(map(str, self.tile)), "x".join(map(str, self.grid))
        kind = "scales" + "x".join(map(str, self.granularity)) if self.granularity else self.element
        n, k = self.n or "dyn", self.k or "dyn"
        layout = "" if self.layout == "nt" else f"-{self.layout}"
        return f"tile{tile}-warps{grid}-{kind}{layout}-{self.out}-n{n}-k{k}"

    @property
    def stores_by_tma(self):
        """Rows of D must be a known multiple of 16 bytes apart, and a warp's
        columns whole lines of the staging buffer."""
        size = BYTES[self.out]
        columns = self.tile[1] // self.grid[1]
        return self.n is not None and self.n * size % 16 == 0 and columns * size % 128 == 0

    @property
    def stages(self):
        slots = 8 * STORE_SLOT_BYTES if self.stores_by_tma else 0
        free = SHARED_BYTES - 1024 - slots - 2048  # slack, barriers, scale ring
        m, n, k = self.tile
        return min(8, free // ((m + n) * k * BYTES[self.element] + 1024))

    @property
    def swizzles(self):
        """Along K, or along M and N where these lie innermost."""
        m, n, k = self.tile
        inner = (m if self.layout[0] == "t" else k, n if self.layout[1] == "n" else k)
        return " x ".join(f"b{widest_swizzle(size * BYTES[self.element])}" for size in inner)

    def schedule(self):
        store = ("tma", 8) if self.stores_by_tma else ("registers", 0)
        return (
            f"#dgk.schedule<tile = {'x'.join(map(str, self.tile))}, "
            f"warp_grid = {'x'.join(map(str, self.grid))}, stages = {self.stages}, "
            f"scale_stages = 2, instruction = {MMA[self.element]}, swizzle = {self.swizzles}, "
            "math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, "
            f"store = {store[0]}, store_slots = {store[1]}, raster = <group = 8, along = m>>"
        )

    def module(self):
        def matrix(rows, columns, is_transposed):
            """Rows begin at multiples of 16 bytes."""
            if is_transposed:
                rows, columns = columns, rows
            aligned = 16 // BYTES[self.element]
            stride = None if columns is None else -(-columns // aligned) * aligned
            layout = "" if stride == columns else f", strided<[{stride}, 1]>"
            return f"memref<{text(rows)}x{text(columns)}x{self.element}{layout}>"

        def scales(rows, block):
            """Packed UE8M0: four to a word, columns 16 bytes aligned."""
            words = None if self.k is None else -(-self.k // (4 * block))
            column = None if rows is None else -(-rows // 4) * 4
            return f"memref<{text(rows)}x{text(words)}xi32, strided<[1, {text(column)}]>>"

        a = matrix(None, self.k, self.layout[0] == "t")
        b = matrix(self.n, self.k, self.layout[1] == "n")
        d = f"memref<?x{text(self.n)}x{self.out}>"
        attributes = f"layout = #dgemm.layout<{self.layout}>, dgk.schedule = {self.schedule()}"
        if not self.granularity:
            return f"""\
func.func @matmul(%a: {a}, %b: {b}, %d: {d}) {{
  dgemm.matmul ins(%a, %b : {a}, {b}) outs(%d : {d}) {{{attributes}}}
  return
}}
"""
        block_a, block_b = self.granularity
        sa, sb = scales(None, block_a), scales(self.n, block_b)
        return f"""\
func.func @matmul(%a: {a}, %sa: {sa}, %b: {b}, %sb: {sb}, %d: {d}) {{
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : {a}, {sa}, {b}, {sb})
    outs(%d : {d})
    {{granularity = #dgemm.granularity<a = 1x{block_a}, b = 1x{block_b}>,
     {attributes}}}
  return
}}
"""


def everything():
    for (tile, grid), granularity, out, n, k in itertools.product(
        SCHEDULES, GRANULARITIES, OUTPUTS, COLUMNS, DEPTHS
    ):
        for layout in LAYOUTS["f8E4M3FN"] if tile[1] >= 32 else ("nt", "tt"):
            yield Variant(tile, grid, granularity, out, n, k, layout=layout)
    for (tile, grid), out, n, k, layout in itertools.product(
        WIDE_SCHEDULES, OUTPUTS, COLUMNS, DEPTHS, LAYOUTS["bf16"]
    ):
        yield Variant(tile, grid, None, out, n, k, "bf16", layout)


def selection():
    """Each schedule with each granularity, output and layout, each N with each K;
    the rest takes turns."""
    shapes = itertools.cycle(itertools.product(COLUMNS, DEPTHS))
    layouts = itertools.cycle(LAYOUTS["f8E4M3FN"])
    for (tile, grid), granularity, out in itertools.product(SCHEDULES, GRANULARITIES, OUTPUTS):
        n, k = next(shapes)
        # 16 bytes are less than any swizzle's span.
        layout = next(layouts) if tile[1] >= 32 else "nt"
        yield Variant(tile, grid, granularity, out, n, k, layout=layout)
    for (tile, grid), out, layout in itertools.product(WIDE_SCHEDULES, OUTPUTS, LAYOUTS["bf16"]):
        n, k = next(shapes)
        yield Variant(tile, grid, None, out, n, k, "bf16", layout)


def run(command, stdin=None):
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)


def compile_variant(variant, target):
    """What is wrong with a variant, or None."""
    answer = run(["dgemm-compile", "-", f"--target={target}", "--emit=ptx"], variant.module())
    if answer.returncode != 0:
        return answer.stderr.strip()
    if "mma.sync" not in answer.stdout:
        return "no mma.sync in the PTX"
    command = ["ptxas", f"-arch={target}", "-v", "-o", os.devnull, "-"]
    answer = run(command, answer.stdout)
    if answer.returncode != 0:
        return answer.stderr.strip()
    stack = STACK.search(answer.stderr)
    if not stack:
        return f"ptxas says nothing of the stack: {answer.stderr.strip()}"
    if any(int(value) for value in stack.groups()):
        return stack.group(0)
    return None


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--target", default="sm_120a")
    parser.add_argument("--all", action="store_true", help="the whole product")
    parser.add_argument("--only", metavar="NAME", help="one variant of the whole product")
    parser.add_argument("--print", action="store_true", help="print modules, compile nothing")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    args = parser.parse_args()

    variants = list(everything() if args.all or args.only else selection())
    if args.only:
        variants = [variant for variant in variants if variant.name == args.only]
    if not variants:
        print(f"error: no variant {args.only}", file=sys.stderr)
        return 1
    if args.print:
        print("\n// -----\n\n".join(f"// {v.name}\n{v.module()}" for v in variants), end="")
        return 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        errors = list(pool.map(lambda variant: compile_variant(variant, args.target), variants))
    for variant, error in zip(variants, errors):
        if error:
            print(f"FAIL {variant.name}\n{error}")
            print(
                f"repeat: {sys.argv[0]} --print --only={variant.name} | dgemm-compile - "
                f"--target={args.target} | ptxas -arch={args.target} -v -o /dev/null -"
            )
    failures = sum(error is not None for error in errors)
    print(f"{len(variants)} variants for {args.target}, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
