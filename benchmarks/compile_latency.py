#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures how long dgemm-compile takes, whole process, on one core.

For each input and target: the best and the median time from .mlir to PTX and to
a cubin (with ptxas), against the targets of 0.3 s and 0.6 s, and the split by
pass that --mlir-timing reports for the best run. --json prints one object for
each in a list instead.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
# The dense FP8 kernel of each family.
EXAMPLES = {
    "sm_90a": ROOT / "docs/examples/fp8_matmul_1d2d.mlir",
    "sm_120a": ROOT / "docs/examples/fp8_matmul.mlir",
}
# Seconds for one dense kernel. A just-in-time compiler built on nvcc needs 1.8
# to 3.0 s for the same.
LIMITS = {"ptx": 0.3, "cubin": 0.6}
# "    0.0004 (  4.7%)    Canonicalizer"; two more spaces for each level.
TIMING = re.compile(r"^\s+(\d+\.\d+) \(\s*\d+\.\d+%\)  ( *)(\S.*?)\s*$")


@dataclasses.dataclass
class Run:
    seconds: float
    split: list  # (depth, seconds, name)


@dataclasses.dataclass
class Row:
    """All runs of one input on one target, to one form of output."""

    file: pathlib.Path
    target: str
    emit: str
    limit: float
    runs: list

    @property
    def best(self):
        return min(self.runs, key=lambda run: run.seconds)

    @property
    def median(self):
        return statistics.median(run.seconds for run in self.runs)

    @property
    def met(self):
        return self.best.seconds <= self.limit

    def print(self, with_split):
        print(
            f"{self.file.name:28} {self.target:7} {self.emit:6} best {self.best.seconds:6.3f} s  "
            f"median {self.median:6.3f} s  target {self.limit:.1f} s  "
            f"{'met' if self.met else 'MISSED'}"
        )
        if with_split:
            for depth, seconds, name in self.best.split:
                print(f"      {seconds * 1000:8.1f} ms  {'  ' * depth}{name}")

    def to_json(self):
        return {
            "file": self.file.name,
            "target": self.target,
            "emit": self.emit,
            "best_s": round(self.best.seconds, 4),
            "median_s": round(self.median, 4),
            "limit_s": self.limit,
            "met": self.met,
        }


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


def get_inputs(args):
    """Pairs of file and target: the files given, or the examples."""
    targets = args.target or list(EXAMPLES)
    if args.files:
        return [(file, target) for target in targets for file in args.files]
    for target in targets:
        if target not in EXAMPLES:
            sys.exit(f"no example for {target}, expected one of {', '.join(EXAMPLES)}; name files")
    return [(EXAMPLES[target], target) for target in targets]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    parser.add_argument("--tool", type=pathlib.Path, default=ROOT / "build/bin/dgemm-compile")
    parser.add_argument(
        "--target", action="append", help="may be repeated; default: all with an example"
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument(
        "--max", type=float, metavar="SECONDS", help="limit for a cubin, and half of it for PTX"
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--no-split", dest="split", action="store_false")
    args = parser.parse_args()
    limits = {"ptx": args.max / 2, "cubin": args.max} if args.max else LIMITS
    rows = []
    for file, target in get_inputs(args):
        for emit, limit in limits.items():
            runs = [measure(args.tool, file, target, emit) for _ in range(args.runs)]
            rows.append(Row(file, target, emit, limit, runs))
            if not args.json:
                rows[-1].print(args.split)
    if args.json:
        print(json.dumps([row.to_json() for row in rows], indent=2))
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
