#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Counts machine instructions of dense FP8 and BF16 matmuls with N = 2112,
K = 7168 for several schedules, and fails where the code is worse than it has to be.

The matrix instruction takes two issue slots, so 2.0 instructions for each is the
floor; DeepGEMM's kernels have 2.62 in the main loop of FP8 at 128 x 128 x 128, and
2.73 of BF16 at 128 x 128 x 64. A schedule with a limit must reach it; all must do
without spills and stack.

Needs dgemm-compile, ptxas and nvdisasm on PATH.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

import variants

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
import sass_counts  # noqa: E402

# Tile, warp grid, granularities, output, limit of instructions for each MMA.
ROWS = [
    ((128, 128, 128), (4, 2), (128, 128), "bf16", 2.62),
    ((128, 128, 64), (4, 2), (128, 128), "bf16", 2.70),
    ((128, 128, 128), (4, 2), (128, 128), "f32", 2.62),
    ((128, 128, 128), (4, 2), (32, 32), "bf16", None),
    ((128, 128, 64), (4, 2), (32, 32), "bf16", None),
    ((128, 128, 128), (2, 4), (128, 128), "bf16", None),
    ((128, 64, 128), (4, 2), (128, 128), "bf16", None),
    ((64, 128, 128), (2, 4), (128, 128), "bf16", None),
    ((64, 64, 128), (4, 2), (128, 128), "bf16", None),
    ((64, 32, 128), (4, 2), (128, 128), "bf16", None),
    ((128, 16, 128), (8, 1), (128, 128), "bf16", None),
]
# Of BF16: tile, warp grid, layout, output, limit.
WIDE_ROWS = [
    ((128, 128, 64), (4, 2), "nt", "bf16", 2.5),
    ((128, 128, 32), (4, 2), "nt", "bf16", None),
    ((64, 128, 64), (2, 4), "nt", "f32", None),
    ((128, 16, 64), (8, 1), "nt", "bf16", None),
]
STACK = re.compile(r"^  stack +(\d+)  ", re.MULTILINE)


def measure(variant, target, cubin):
    """Facts of sass_counts about the kernel, and its stack in bytes."""
    command = ["dgemm-compile", "-", f"--target={target}", "--emit=cubin", "--facts", "-o", cubin]
    answer = subprocess.run(
        command, input=variant.module(), capture_output=True, text=True, check=False
    )
    if answer.returncode != 0:
        sys.exit(f"error: {variant.name}: {answer.stderr}")
    (kernel,) = sass_counts.parse(sass_counts.disassemble(pathlib.Path(cubin)))
    return kernel.facts(), int(STACK.search(answer.stderr).group(1))


def rows():
    """Variants with their limits."""
    for tile, grid, granularity, out, limit in ROWS:
        yield variants.Variant(tile, grid, granularity, out, 2112, 7168), limit
    for tile, grid, layout, out, limit in WIDE_ROWS:
        yield variants.Variant(tile, grid, None, out, 2112, 7168, "bf16", layout), limit


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--target", default="sm_120a")
    args = parser.parse_args()
    errors = []
    print(f"{'schedule':58} stages regs spills stack  MMA per MMA LDSM/MMA limit")
    with tempfile.TemporaryDirectory() as folder:
        for variant, limit in rows():
            facts, stack = measure(variant, args.target, f"{folder}/kernel.cubin")
            loop = facts["main_loop"]
            print(
                f"{variant.name:58} {variant.stages:6} {facts['registers']:4} "
                f"{facts['spills']:6} {stack:5} {loop['mma']:4} {loop['per_mma']:7.2f} "
                f"{loop['ldsm_per_mma']:8.2f} {limit or '':>5}"
            )
            if facts["spills"] or stack:
                errors.append(f"{variant.name}: spills")
            if limit and loop["per_mma"] > limit:
                errors.append(f"{variant.name}: {loop['per_mma']} per MMA, at most {limit}")
    for error in errors:
        print(f"error: {error}")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
