#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs random block-scaled matmuls of every pair of operand types in the
simulator and compares every element.

Problem i is made from the number --first + i alone; the pairs take turns. Each is
compiled, runs in --schedules orders of warps and copies, and must give no finding
and the right result. A failure prints what it said and the command that repeats
it. The end is a table of what was covered.
"""

import argparse
import collections
import concurrent.futures
import dataclasses
import os
import pathlib
import random
import sys

from random_problems import extent, run_problem

FP8, FP4 = "f8E4M3FN", "f4E2M1FN"
PAIRS = [(FP8, FP8), (FP4, FP4), (FP8, FP4), (FP4, FP8), (FP4, FP4)]
# The last pair is NVFP4.
FINE = len(PAIRS) - 1
# Multiples of K that a pair needs: rows of 16 bytes; TMA expands 128 elements.
K_STEP = {(FP8, FP8): 16, (FP4, FP4): 32, (FP8, FP4): 128, (FP4, FP8): 128}
PACKED, PLAIN, UE4M3 = "packed i32", "f8E8M0FNU", "f8E4M3FN"


@dataclasses.dataclass
class Problem:
    number: int
    types: tuple
    m: int
    n: int
    k: int
    blocks: tuple
    scale_types: tuple
    out: str
    dynamic: bool  # N and K as well as M
    padding: int  # bytes between rows whose distance is open
    target: str
    sms: int
    data: str

    def scales(self, rows, operand):
        block, kind = self.blocks[operand], self.scale_types[operand]
        if kind == PACKED:
            words = "?" if self.dynamic else -(-self.k // (4 * block))
            column = "?" if rows == "?" else -(-rows // 4) * 4
            return f"memref<{rows}x{words}xi32, strided<[1, {column}]>>"
        if self.dynamic:
            return f"memref<{rows}x?x{kind}, strided<[?, 1]>>"
        count = -(-self.k // block)
        return f"memref<{rows}x{count}x{kind}, strided<[{-(-count // 16) * 16}, 1]>>"

    def mlir(self):
        n, k = ("?", "?") if self.dynamic else (self.n, self.k)
        rows = ", strided<[?, 1]>" if self.dynamic else ""
        types = {
            "a": f"memref<?x{k}x{self.types[0]}{rows}>",
            "sa": self.scales("?", 0),
            "b": f"memref<{n}x{k}x{self.types[1]}{rows}>",
            "sb": self.scales(n, 1),
            "d": f"memref<?x{n}x{self.out}{rows}>",
        }
        arguments = ", ".join(f"%{name}: {text}" for name, text in types.items())
        inputs = ", ".join(types[name] for name in ("a", "sa", "b", "sb"))
        blocks = "a = 1x{}, b = 1x{}".format(*self.blocks)
        return (
            f"func.func @problem({arguments}) {{\n"
            f"  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : {inputs})\n"
            f"    outs(%d : {types['d']}) {{granularity = #dgemm.granularity<{blocks}>}}\n"
            "  return\n}\n"
        )

    def options(self):
        result = [f"--m={self.m}", f"--target={self.target}", f"--sms={self.sms}"]
        result += [f"--seed={self.number}", f"--data={self.data}"]
        if self.dynamic:
            result += [f"--dim=n={self.n}", f"--dim=k={self.k}"]
            result += [f"--row-padding={self.padding}"]
        return result


def make_problem(number):
    chance = random.Random(1000003 * number)
    types = PAIRS[number % len(PAIRS)]
    is_fine = number % len(PAIRS) == FINE
    dynamic = chance.random() < 0.3
    blocks = (16, 16) if is_fine else (chance.choice((32, 128)), chance.choice((32, 128)))
    kinds = [UE4M3 if is_fine else chance.choice((PACKED, PLAIN)) for _ in types]
    k_step = K_STEP[types]
    if dynamic and set(kinds) != {PACKED}:
        # Rows of scales whose distance is open are whole copies of 16 bytes.
        k_step = 16 * max(block for block, kind in zip(blocks, kinds) if kind != PACKED)
    m, n = extent(chance, 300, 1), extent(chance, 300, 8 if dynamic else 1)
    k = extent(chance, 1600, k_step)
    while m * n * k > 40e6:
        m = m if k > k_step else m // 2
        k = max(k_step, k // (2 * k_step) * k_step)
    return Problem(
        number=number,
        types=types,
        m=m,
        n=n,
        k=k,
        blocks=blocks,
        scale_types=tuple(kinds),
        out=chance.choice(("bf16", "f32")),
        dynamic=dynamic,
        padding=chance.choice((0, 32, 64, 256)),
        target=chance.choice(("sm_120a", "sm_121a")),
        sms=chance.choice((1, 2, 3, 7, 48)),
        data=chance.choice(("random", "exact", "codes")),
    )


def properties(p):
    yield " x ".join(p.types)
    yield "granularities " + " x ".join(map(str, p.blocks))
    yield "scales " + " x ".join(p.scale_types)
    for value in (p.out, f"{p.data} data"):
        yield value
    if p.k % 128 != 0:
        yield "tail in K"
    if p.m % 128 != 0 and p.n % 128 != 0:
        yield "tails in M and N"
    if p.dynamic:
        yield "everything dynamic"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tool", type=pathlib.Path, required=True, help="dgemm-run")
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("random-types"))
    parser.add_argument("--first", type=int, default=0, help="number of the first problem")
    parser.add_argument("--count", type=int, default=50 * len(PAIRS))
    parser.add_argument("--schedules", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)

    problems = [make_problem(args.first + i) for i in range(args.count)]
    failed = 0
    table = collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for outcome in pool.map(lambda problem: run_problem(args, problem), problems):
            if not outcome.output:
                table.update(properties(outcome.problem))
                continue
            failed += 1
            print(f"FAIL {outcome.problem}\n{outcome.output.rstrip()}")
            print(
                f"repeat with: {pathlib.Path(__file__).name} --tool={args.tool} "
                f"--first={outcome.problem.number} --count=1 --schedules={args.schedules}",
                flush=True,
            )
    for name, count in sorted(table.items()):
        print(f"{count:6} {name}")
    print(f"{args.count - failed} of {args.count} right in {args.schedules} orders each")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
