#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs a matmul in the simulator for each number of columns of a wgmma tile.

N is one tile and 8 columns: the second tile is a tail, and with scales for 128
columns of B it begins inside of a block wherever the tile is no whole block.
Exits with 1 if one fails.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

FORMS = {
    "bf16": ("bf16", "bf16", 16),
    "fp8": ("f8f6f4", "f8E4M3FN", 32),
}


def make_schedule(args, n):
    kind, element, k = FORMS[args.type]
    warps = 4 if args.tile_m == 64 else 8
    store = f"tma, store_slots = {warps}" if n % 16 == 0 else "registers, store_slots = 0"
    return (
        f"#dgk.schedule<tile = {args.tile_m}x{n}x{args.tile_k}, warp_grid = {warps}x1, "
        f"stages = 2, scale_stages = 1, instruction = #dgk.wgmma<{kind}, m = 64, n = 256, "
        f"k = {k}, a = {element}, b = {element}>, swizzle = b128 x b128, "
        f"math = <warps = {warps}, registers = {248 if warps == 4 else 232}>, "
        f"load = <warps = 4, registers = 40>, store = {store}, raster = <group = 8, along = m>>"
    )


def make_function(args, tile_n):
    n, k = tile_n + 8, args.k
    element = FORMS[args.type][1]
    a, b, d = f"memref<?x{k}x{element}>", f"memref<{n}x{k}x{element}>", f"memref<?x{n}xbf16>"
    schedule = make_schedule(args, tile_n)
    if args.type == "bf16":
        operands, scales, granularity = f"%a, %b : {a}, {b}", "", "layout = #dgemm.layout<nt>"
    else:
        blocks = -(-k // 128)
        sa = f"memref<?x{blocks}xf32, strided<[1, ?]>>"
        sb = f"memref<{-(-n // 128)}x{blocks}xf32>"
        operands = f"%a scaled by %sa, %b scaled by %sb : {a}, {sa}, {b}, {sb}"
        scales = f", %sa: {sa}, %sb: {sb}"
        granularity = "granularity = #dgemm.granularity<a = 1x128, b = 128x128>"
    return (
        f"func.func @columns_{tile_n}(%a: {a}, %b: {b}{scales}, %d: {d}) {{\n"
        f"  dgemm.matmul ins({operands}) outs(%d : {d})\n"
        f"    {{{granularity}, dgk.schedule = {schedule}}}\n  return\n}}"
    )


def run(args, file, tile_n):
    """Whether the matmul is right; what the tool says where it is not."""
    command = [args.tool, file, "--target=sm_90a", "--device=sim", "--check"]
    command += [f"--m={args.m}", f"--seed={tile_n}", f"--data={args.data}"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        print(f"{tile_n} columns: {answer.stdout}{answer.stderr}")
    return answer.returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tool", default="dgemm-run")
    parser.add_argument("--type", choices=FORMS, required=True)
    parser.add_argument("--tile-m", type=int, default=64)
    parser.add_argument("--tile-k", type=int, required=True)
    parser.add_argument("--m", type=int, required=True)
    parser.add_argument("--k", type=int, required=True)
    parser.add_argument("--columns", required=True, help="FIRST:LAST:STEP")
    parser.add_argument("--data", default="random")
    args = parser.parse_args()
    first, last, step = map(int, args.columns.split(":"))
    columns = range(first, last + 1, step)
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "kernel.mlir"
        passed = 0
        for n in columns:
            file.write_text(make_function(args, n))
            passed += run(args, file, n)
    print(f"{passed} of {len(columns)} tiles of {args.tile_m} rows passed")
    return 0 if passed == len(columns) else 1


if __name__ == "__main__":
    sys.exit(main())
