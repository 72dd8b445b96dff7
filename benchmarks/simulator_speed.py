#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures how fast the simulator runs compiled FP8 matmuls.

Prints multiply-accumulates per second of one core through block-scaled mma.sync
with all that the kernel does around it (ldmatrix, barriers, TMA), with the race
checker and without it, against a target of 0.5 G/s; and the time of a matmul of
512x2112x7168 with the checker, on all cores, against a target of 60 s. Time of a
core is the processor time of the process, so a busy machine does not matter
there; start-up and compilation are subtracted.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "docs/examples/fp8_matmul.mlir"
TARGET_RATE = 0.5e9  # multiply-accumulates per second and core
TARGET_SECONDS = 60  # of 512x2112x7168
UNCHECKED = "--no-race-check"


def run(tool, *options):
    """Processor and wall seconds of one run, and its statistics."""
    with tempfile.NamedTemporaryFile(suffix=".json") as stats:
        command = [str(tool), str(EXAMPLE), "--device=sim", f"--stats={stats.name}", *options]
        before = os.times()
        start = time.perf_counter()
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        wall = time.perf_counter() - start
        after = os.times()
        if answer.returncode != 0:
            sys.exit(f"{' '.join(command)}\n{answer.stdout}{answer.stderr}")
        runs = json.loads(pathlib.Path(stats.name).read_text(encoding="utf-8"))
    used = after.children_user + after.children_system
    used -= before.children_user + before.children_system
    return used, wall, runs


def measure_core(args, *options):
    """Multiply-accumulates per second of processor time."""
    best = 0
    for _ in range(args.repeats):
        common = [f"--m={args.m}", "--jobs=1", *options]
        one, _, runs = run(args.tool, *common, "--schedules=1")
        several, _, _ = run(args.tool, *common, f"--schedules={1 + args.schedules}")
        seconds = (several - one) / args.schedules
        best = max(best, runs[0]["multiply_accumulates"] / seconds)
    return best


def verdict(met):
    return "met" if met else "MISSED"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tool", type=pathlib.Path, default=ROOT / "build/bin/dgemm-run")
    parser.add_argument("--m", type=int, default=128, help="rows of the small matmul")
    parser.add_argument("--schedules", type=int, default=2, help="runs that are timed together")
    parser.add_argument("--repeats", type=int, default=3, help="of which the best counts")
    parser.add_argument("--slack", type=float, default=1, help="factor on the targets")
    parser.add_argument("--no-large", action="store_true", help="without 512x2112x7168")
    args = parser.parse_args()

    ok = True
    for name, options in (("with race checker", []), ("without", [UNCHECKED])):
        rate = measure_core(args, *options)
        met = rate * args.slack >= TARGET_RATE
        ok &= met
        print(
            f"{name:20} {rate * 1e-9:6.2f} G multiply-accumulates/s on one core, "
            f"target {TARGET_RATE * 1e-9:.1f}  {verdict(met)}",
            flush=True,
        )
    if args.no_large:
        return 0 if ok else 1
    used, wall, runs = run(args.tool, "--m=512", "--check")
    met = wall <= TARGET_SECONDS * args.slack
    print(
        f"512x2112x7168        {wall:6.1f} s on {os.cpu_count()} cores "
        f"({used:.1f} s of processor time; {runs[0]['seconds']:.1f} s simulated, the rest compiles "
        f"and compares), target {TARGET_SECONDS} s  {verdict(met)}"
    )
    return 0 if ok and met else 1


if __name__ == "__main__":
    sys.exit(main())
