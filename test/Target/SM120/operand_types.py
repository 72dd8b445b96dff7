#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles block-scaled matmuls of every pair of operand types and assembles each.

N = 2112, K = 7168; schedules, granularities and layouts of scales take turns. Each
must do without spills and without a stack. `dgemm-bench --suite=sass` counts what
the loops consist of.

  operand_types.py --print=NAME     the module of one row

Needs dgemm-compile and ptxas on PATH.
"""

import argparse
import dataclasses
import re
import subprocess
import sys
import tempfile

FP8, FP4 = "f8E4M3FN", "f4E2M1FN"
PACKED, PLAIN, UE4M3 = "i32", "f8E8M0FNU", "f8E4M3FN"
N, K = 2112, 7168
SHARED_BYTES = 101376
STORE_SLOT_BYTES = 2048
FACT = re.compile(r"^  (registers|spill stores|spill loads|stack) +(\d+)  ", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Row:
    types: tuple
    tile: tuple
    grid: tuple
    blocks: tuple
    scales: tuple = (PACKED, PACKED)
    out: str = "bf16"
    layout: str = "nt"

    @property
    def name(self):
        def join(values):
            return "x".join(map(str, values))

        kinds = "" if set(self.scales) == {PACKED} else "-" + join(self.scales)
        return (
            f"{join(self.types)}-tile{join(self.tile)}-warps{join(self.grid)}"
            f"-scales{join(self.blocks)}{kinds}-{self.out}-{self.layout}"
        )

    def along_rows(self, operand):
        return self.layout[operand] == "tn"[operand]

    def element_bits(self, operand):
        """In shared memory. FP4 beside FP8, or along M or N, takes a byte."""
        return 4 if set(self.types) == {FP4} and not self.along_rows(operand) else 8

    def swizzle(self, operand):
        length = self.tile[operand] if self.along_rows(operand) else self.tile[2]
        return f"b{min(128, length * self.element_bits(operand) // 8)}"

    @property
    def operand_bytes(self):
        return sum(self.tile[i] * self.tile[2] * self.element_bits(i) // 8 for i in (0, 1))

    @property
    def stages(self):
        warps = self.grid[0] * self.grid[1]
        rows = self.tile[0] + self.tile[1]
        scales = 4 if set(self.scales) == {PACKED} else 16
        # Slack, barriers, two slots of scales, one of staging for each warp.
        free = SHARED_BYTES - 2048 - 2 * rows * scales - warps * STORE_SLOT_BYTES
        return min(8, free // (self.operand_bytes + rows * scales))

    def schedule(self):
        packed = set(self.types) == {FP4}
        kind, k = ("mxf4nvf4", 64) if packed else ("mxf8f6f4", 32)
        block = 16 if UE4M3 in self.scales else 32
        warps = self.grid[0] * self.grid[1]
        registers = 248 if warps == 4 else 232
        return (
            f"#dgk.schedule<tile = {'x'.join(map(str, self.tile))}, "
            f"warp_grid = {'x'.join(map(str, self.grid))}, stages = {self.stages}, "
            f"scale_stages = 2, instruction = #dgk.mma_sync<{kind}, m = 16, n = 8, k = {k}, "
            f"a = {self.types[0]}, b = {self.types[1]}, scale_block = {block}>, "
            f"swizzle = {self.swizzle(0)} x {self.swizzle(1)}, "
            f"math = <warps = {warps}, registers = {registers}>, "
            "load = <warps = 4, registers = 40>, "
            f"store = tma, store_slots = {warps}, raster = <group = 8, along = m>>"
        )

    def scale(self, rows, operand):
        block, kind = self.blocks[operand], self.scales[operand]
        if kind == PACKED:
            return f"memref<{rows}x{-(-K // (4 * block))}xi32, strided<[1, {rows}]>>"
        count = -(-K // block)
        return f"memref<{rows}x{count}x{kind}, strided<[{-(-count // 16) * 16}, 1]>>"

    def matrix(self, rows, stride, operand):
        element = self.types[operand]
        if self.along_rows(operand):
            return f"memref<{K}x{rows}x{element}, strided<[{stride}, 1]>>"
        return f"memref<{rows}x{K}x{element}>"

    def module(self):
        a, b = self.matrix("?", 4096, 0), self.matrix(N, N, 1)
        sa, sb, d = self.scale("?", 0), self.scale(N, 1), f"memref<?x{N}x{self.out}>"
        return f"""\
func.func @matmul(%a: {a}, %sa: {sa}, %b: {b}, %sb: {sb}, %d: {d}) {{
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : {a}, {sa}, {b}, {sb})
    outs(%d : {d})
    {{granularity = #dgemm.granularity<a = 1x{self.blocks[0]}, b = 1x{self.blocks[1]}>,
     layout = #dgemm.layout<{self.layout}>,
     dgk.schedule = {self.schedule()}}}
  return
}}
"""


ROWS = [
    Row((FP8, FP8), (128, 128, 128), (2, 2), (128, 128)),
    Row((FP8, FP8), (128, 128, 64), (2, 2), (128, 128)),
    Row((FP8, FP8), (128, 128, 128), (4, 2), (128, 128)),
    Row((FP8, FP8), (128, 128, 128), (4, 2), (32, 32)),
    Row((FP8, FP8), (128, 128, 128), (4, 2), (128, 32), (PLAIN, PLAIN)),
    Row((FP4, FP4), (128, 128, 256), (2, 2), (128, 128)),
    Row((FP4, FP4), (128, 128, 128), (2, 2), (32, 32)),
    Row((FP4, FP4), (128, 128, 128), (2, 2), (32, 128), out="f32"),
    Row((FP4, FP4), (128, 128, 256), (4, 2), (128, 128)),
    Row((FP4, FP4), (128, 128, 256), (4, 2), (32, 32), (PLAIN, PLAIN)),
    Row((FP8, FP4), (128, 128, 128), (2, 2), (128, 128)),
    Row((FP8, FP4), (128, 128, 128), (2, 2), (128, 32)),
    Row((FP8, FP4), (128, 128, 128), (4, 2), (128, 32)),
    Row((FP4, FP8), (128, 128, 128), (2, 2), (128, 128)),
    Row((FP4, FP8), (128, 128, 128), (2, 2), (32, 32)),
    Row((FP4, FP8), (64, 128, 128), (2, 4), (32, 128), out="f32"),
    Row((FP4, FP4), (128, 128, 256), (4, 2), (16, 16), (UE4M3, UE4M3)),
    Row((FP4, FP4), (128, 128, 128), (4, 2), (16, 16), (UE4M3, UE4M3), out="f32"),
    Row((FP4, FP4), (128, 128, 128), (2, 2), (32, 32), layout="tn"),
    Row((FP4, FP4), (128, 128, 128), (4, 2), (128, 128), layout="nn"),
    Row((FP4, FP4), (64, 128, 256), (2, 4), (128, 128), layout="tt"),
    Row((FP4, FP4), (64, 128, 128), (2, 4), (16, 16), (UE4M3, UE4M3), layout="tn"),
    Row((FP8, FP4), (128, 128, 128), (2, 2), (128, 32), layout="nn"),
    Row((FP8, FP4), (128, 128, 64), (4, 2), (128, 128), layout="tn"),
    Row((FP4, FP8), (128, 128, 128), (2, 2), (32, 128), layout="tt"),
    Row((FP4, FP8), (64, 64, 128), (4, 2), (32, 32), layout="tn", out="f32"),
]


def measure(row, target, cubin):
    """What ptxas says of the kernel."""
    command = ["dgemm-compile", "-", f"--target={target}", "--emit=cubin", "--facts", "-o", cubin]
    answer = subprocess.run(
        command, input=row.module(), capture_output=True, text=True, check=False
    )
    if answer.returncode != 0:
        sys.exit(f"error: {row.name}: {answer.stderr}")
    return {name: int(value) for name, value in FACT.findall(answer.stderr)}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--target", default="sm_120a")
    parser.add_argument("--print", metavar="NAME", help="the module of one row")
    args = parser.parse_args()
    if args.print:
        print(next(row for row in ROWS if row.name == args.print).module(), end="")
        return 0
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        for row in ROWS:
            facts = measure(row, args.target, f"{folder}/kernel.cubin")
            bad = any(facts[name] for name in ("spill stores", "spill loads", "stack"))
            failures += bad
            print(f"{row.name:90} {row.stages} stages {facts}{' FAIL' if bad else ''}")
    print(f"{len(ROWS)} kernels for {args.target}, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
