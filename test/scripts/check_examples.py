#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs every example with --check, for several numbers of rows.

A run must pass, and must have compared something. Examples whose extents are all
static are run once.
"""

import argparse
import pathlib
import subprocess
import sys


def run(tool, example, arguments):
    command = [tool, str(example), "--device=reference", "--check", *arguments]
    result = subprocess.run(command, capture_output=True, text=True)
    passed = result.returncode == 0 and "\nPASS " in result.stdout
    if not passed:
        print(" ".join(command))
        print(result.stdout, result.stderr)
    return passed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tool", default="dgemm-run")
    parser.add_argument("--examples", type=pathlib.Path, required=True)
    parser.add_argument("--rows", type=int, nargs="*", default=[])
    options = parser.parse_args()
    examples = sorted(options.examples.glob("*.mlir"))
    failures = 0
    runs = 0
    for example in examples:
        variants = [[]]
        # Not every example has a dynamic number of rows.
        probe = [options.tool, str(example), "--m=0"]
        if subprocess.run(probe, capture_output=True).returncode == 0:
            variants = [[f"--m={m}", f"--seed={m}"] for m in options.rows] or [[]]
        for variant in variants:
            runs += 1
            failures += not run(options.tool, example, variant)
    print(f"{runs} runs of {len(examples)} examples, {failures} failed")
    return failures != 0 or not examples


if __name__ == "__main__":
    sys.exit(main())
