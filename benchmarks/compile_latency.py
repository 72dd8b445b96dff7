#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures how long dgemm-compile takes, whole process, on one core.

For each input: the best and the median time from .mlir to PTX and to a cubin
(with ptxas), against the targets of 0.3 s and 0.6 s, and the split by pass that
--mlir-timing reports for the best run.
"""

import argparse
import dataclasses
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Seconds for one dense kernel. A just-in-time compiler built on nvcc needs 1.8
# to 3.0 s for the same.
TARGETS = {"ptx": 0.3, "cubin": 0.6}
# "    0.0004 (  4.7%)    Canonicalizer"; two more spaces for each level.
TIMING = re.compile(r"^\s+(\d+\.\d+) \(\s*\d+\.\d+%\)  ( *)(\S.*?)\s*$")


@dataclasses.dataclass
class Run:
    seconds: float
    split: list  # (depth, seconds, name)


def parse_timing(text):
    """The lines of a timing report, in order."""
    matches = filter(None, map(TIMING.match, text.splitlines()))
    return [(len(m.group(2)) // 2, float(m.group(1)), m.group(3)) for m in matches]


def one_core():
    """Threads would hide work that a busy machine has to do one by one."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def measure(tool, file, target, emit):
    command = [str(tool), str(file), f"--target={target}", f"--emit={emit}"]
    command += ["--mlir-timing", "-o", os.devnull]
    start = time.perf_counter()
    answer = subprocess.run(
        command, preexec_fn=one_core, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - start
    if answer.returncode != 0:
        sys.exit(f"{' '.join(command)}\nended with {answer.returncode}:\n{answer.stderr}")
    return Run(seconds, parse_timing(answer.stderr))


def print_split(run):
    for depth, seconds, name in run.split:
        print(f"      {seconds * 1000:8.1f} ms  {'  ' * depth}{name}")


def report(args, file):
    """Prints the rows of one input; returns whether it is within the targets."""
    ok = True
    for emit, limit in TARGETS.items():
        runs = [measure(args.tool, file, args.target, emit) for _ in range(args.runs)]
        best = min(runs, key=lambda run: run.seconds)
        median = statistics.median(run.seconds for run in runs)
        met = best.seconds <= limit * args.slack
        ok &= met
        print(
            f"{file.name:28} {emit:6} best {best.seconds:6.3f} s  median {median:6.3f} s  "
            f"target {limit:.1f} s  {'met' if met else 'MISSED'}"
        )
        if args.split:
            print_split(best)
    return ok


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    default = ROOT / "docs/examples/fp8_matmul.mlir"
    parser.add_argument("files", nargs="*", type=pathlib.Path, default=[default])
    parser.add_argument("--tool", type=pathlib.Path, default=ROOT / "build/bin/dgemm-compile")
    parser.add_argument("--target", default="sm_120a")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--slack", type=float, default=1, help="factor on the targets")
    parser.add_argument("--no-split", dest="split", action="store_false")
    args = parser.parse_args()
    results = [report(args, file) for file in args.files]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
