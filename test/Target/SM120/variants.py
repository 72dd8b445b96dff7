#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles dense FP8 matmuls with schedules written by hand and assembles each.

A variant is a schedule, scale granularities, an output type and a shape. Each
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

MMA = (
    "#dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>"
)
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
GRANULARITIES = [(128, 128), (32, 32), (128, 32), (32, 128)]
OUTPUTS = ["bf16", "f32"]
COLUMNS = [24, 576, 2112, 33, 129280, None]
DEPTHS = [64, 576, 2112, 7168, 7296, None]

STACK = re.compile(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads")


def text(extent):
    return "?" if extent is None else str(extent)


@dataclasses.dataclass(frozen=True)
class Variant:
    tile: tuple
    grid: tuple
    granularity: tuple
    out: str
    n: int
    k: int

    @property
    def name(self):
        tile, grid = "x".join(map(str, self.tile)), "x".join(map(str, self.grid))
        scales = "x".join(map(str, self.granularity))
        n, k = self.n or "dyn", self.k or "dyn"
        return f"tile{tile}-warps{grid}-scales{scales}-{self.out}-n{n}-k{k}"

    @property
    def stores_by_tma(self):
        """Rows of D must be a known multiple of 16 bytes apart, and a warp's
        columns whole lines of the staging buffer."""
        size = {"bf16": 2, "f32": 4}[self.out]
        columns = self.tile[1] // self.grid[1]
        return self.n is not None and self.n * size % 16 == 0 and columns * size % 128 == 0

    @property
    def stages(self):
        slots = 8 * STORE_SLOT_BYTES if self.stores_by_tma else 0
        free = SHARED_BYTES - 1024 - slots - 2048  # slack, barriers, scale ring
        m, n, k = self.tile
        return min(8, free // ((m + n) * k + 1024))

    def schedule(self):
        swizzle = f"b{self.tile[2]}"
        store = ("tma", 8) if self.stores_by_tma else ("registers", 0)
        return (
            f"#dgk.schedule<tile = {'x'.join(map(str, self.tile))}, "
            f"warp_grid = {'x'.join(map(str, self.grid))}, stages = {self.stages}, "
            f"scale_stages = 2, instruction = {MMA}, swizzle = {swizzle} x {swizzle}, "
            "math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, "
            f"store = {store[0]}, store_slots = {store[1]}, raster = <group = 8, along = m>>"
        )

    def module(self):
        def matrix(rows, columns, element):
            return f"memref<{text(rows)}x{text(columns)}x{element}>"

        def scales(rows, block):
            """Packed UE8M0: four to a word, columns 16 bytes aligned."""
            words = None if self.k is None else -(-self.k // (4 * block))
            column = None if rows is None else -(-rows // 4) * 4
            return f"memref<{text(rows)}x{text(words)}xi32, strided<[1, {text(column)}]>>"

        block_a, block_b = self.granularity
        a, b = matrix(None, self.k, "f8E4M3FN"), matrix(self.n, self.k, "f8E4M3FN")
        sa, sb = scales(None, block_a), scales(self.n, block_b)
        d = matrix(None, self.n, self.out)
        return f"""\
func.func @matmul(%a: {a}, %sa: {sa}, %b: {b}, %sb: {sb}, %d: {d}) {{
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : {a}, {sa}, {b}, {sb})
    outs(%d : {d})
    {{granularity = #dgemm.granularity<a = 1x{block_a}, b = 1x{block_b}>,
     dgk.schedule = {self.schedule()}}}
  return
}}
"""


def everything():
    for (tile, grid), granularity, out, n, k in itertools.product(
        SCHEDULES, GRANULARITIES, OUTPUTS, COLUMNS, DEPTHS
    ):
        yield Variant(tile, grid, granularity, out, n, k)


def selection():
    """Each schedule with each granularity and output, each N with each K; the
    rest takes turns."""
    shapes = itertools.cycle(itertools.product(COLUMNS, DEPTHS))
    for (tile, grid), granularity, out in itertools.product(SCHEDULES, GRANULARITIES, OUTPUTS):
        n, k = next(shapes)
        yield Variant(tile, grid, granularity, out, n, k)


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
