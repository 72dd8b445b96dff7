#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs random FP8 and BF16 matmuls in the simulator and compares every element.

Problem i is made from the number --first + i alone. Each is compiled, runs in
--schedules orders of warps and copies, and must give no finding and the right
result: exact on exact data, else within the bound that K and the formats allow.
A failure prints what it said and the command that repeats it. The end is a table
of what was covered; with --require-coverage it fails where something was not.
"""

import argparse
import collections
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import random
import subprocess
import sys
import time

TILE = 128
BITS = {"f8E4M3FN": 8, "bf16": 16, "f32": 32}
# Layouts that have kernels, by element type of A and B.
LAYOUTS = {"f8E4M3FN": ("nt", "nn", "tn", "tt"), "bf16": ("nt", "nn", "tn", "tt")}


def alignment(element):
    """Elements in 16 bytes."""
    return 128 // BITS[element]


@dataclasses.dataclass
class Problem:
    number: int
    m: int
    n: int
    k: int
    element: str  # of A and B
    layout: str
    a_block: int  # elements of K for each scale; 0 without scales
    b_block: int
    out: str
    dynamic: bool  # N and K as well as M
    gap: int  # elements between rows of D
    padding: int  # bytes between rows whose distance is open
    target: str
    sms: int
    data: str

    def operand(self, rows, is_m, is_k_first):
        """Type of a matrix of `rows` by K, or K by `rows`; lines 16 bytes apart."""
        k = "?" if self.dynamic else self.k
        size = "?" if self.dynamic or is_m else rows
        shape = f"{k}x{size}" if is_k_first else f"{size}x{k}"
        stride = "?"
        if not self.dynamic:
            step = alignment(self.element)
            stride = -(-(rows if is_k_first else self.k) // step) * step
        return f"memref<{shape}x{self.element}, strided<[{stride}, 1]>>"

    def scales(self, rows, block):
        """Four to a word, words along the rows."""
        words = "?" if self.dynamic else -(-self.k // (4 * block))
        column = "?" if self.dynamic or rows is None else -(-rows // 4) * 4
        rows = "?" if self.dynamic or rows is None else rows
        return f"memref<{rows}x{words}xi32, strided<[1, {column}]>>"

    def mlir(self):
        n, stride = ("?", "?") if self.dynamic else (self.n, self.n + self.gap)
        types = {
            "a": self.operand(self.m, True, self.layout[0] == "t"),
            "b": self.operand(self.n, False, self.layout[1] == "n"),
        }
        inputs, attributes = "%a, %b", [f"layout = #dgemm.layout<{self.layout}>"]
        if self.a_block:
            types["sa"] = self.scales(None, self.a_block)
            types["sb"] = self.scales(self.n, self.b_block)
            types = {name: types[name] for name in ("a", "sa", "b", "sb")}
            inputs = "%a scaled by %sa, %b scaled by %sb"
            blocks = f"a = 1x{self.a_block}, b = 1x{self.b_block}"
            attributes.append(f"granularity = #dgemm.granularity<{blocks}>")
        input_types = ", ".join(types.values())
        types["d"] = f"memref<?x{n}x{self.out}, strided<[{stride}, 1]>>"
        arguments = ", ".join(f"%{name}: {text}" for name, text in types.items())
        return (
            f"func.func @problem({arguments}) {{\n"
            f"  dgemm.matmul ins({inputs} : {input_types})\n"
            f"    outs(%d : {types['d']}) {{{', '.join(attributes)}}}\n"
            "  return\n}\n"
        )

    def options(self):
        result = [f"--m={self.m}", f"--target={self.target}", f"--sms={self.sms}"]
        result += [f"--seed={self.number}", f"--data={self.data}"]
        if self.dynamic:
            result += [f"--dim=n={self.n}", f"--dim=k={self.k}"]
            result += [f"--row-padding={self.padding}"]
        return result


def extent(chance, most, step):
    """Small ones, tile edges and any others, multiples of `step`."""
    kind = chance.randrange(4)
    if kind == 0:
        value = chance.randint(1, 2 * step + 16)
    elif kind == 1:
        value = TILE * chance.randint(1, max(1, most // TILE)) + chance.choice((-1, 0, 1)) * step
    else:
        value = chance.randint(1, most)
    return max(step, value // step * step)


def make_problem(number):
    chance = random.Random(number)
    dynamic = chance.random() < 0.3
    out = chance.choice(("bf16", "f32"))
    element = chance.choice(("f8E4M3FN", "f8E4M3FN", "bf16"))
    layout = chance.choice(LAYOUTS[element])
    # Rows of 16 bytes can be stored by TMA, others must be by address.
    aligned = alignment(out)
    m_step, n_step, k_step = 1, aligned if chance.random() < 0.5 else 1, 1
    if chance.random() < 0.5:
        k_step = 16
    if dynamic:
        # The distance of lines is their length.
        m_step = alignment(element) if layout[0] == "t" else 1
        n_step = alignment(element) if layout[1] == "n" else aligned
        n_step, k_step = max(n_step, aligned), 16
    m, n = extent(chance, 500, m_step), extent(chance, 400, n_step)
    k = extent(chance, 1600, k_step)
    while m * n * k > 60e6:
        k = max(k_step, k // 2 // k_step * k_step)
    gap = chance.choice((0, 0, aligned, 3 * aligned, 1, 5)) if not dynamic else 0
    return Problem(
        number=number,
        m=m,
        n=n,
        k=k,
        element=element,
        layout=layout,
        a_block=0 if element == "bf16" else chance.choice((32, 128)),
        b_block=0 if element == "bf16" else chance.choice((32, 128)),
        out=out,
        dynamic=dynamic,
        gap=gap,
        padding=chance.choice((0, 16, 48, 256)),
        target=chance.choice(("sm_120a", "sm_121a")),
        sms=chance.choice((1, 2, 3, 7, 48)),
        data=chance.choice(("random", "exact", "codes")),
    )


@dataclasses.dataclass
class Outcome:
    problem: Problem
    output: str  # empty when all is well
    multiplied: int = 0
    seconds: float = 0
    ctas: int = 0
    stores_by_tma: bool = False


def run_problem(args, problem):
    source = args.folder / f"problem-{problem.number}.mlir"
    stats = args.folder / f"problem-{problem.number}.json"
    source.write_text(problem.mlir(), encoding="utf-8")
    command = [str(args.tool), str(source), "--device=sim", "--check", "--jobs=1"]
    command += [f"--schedules={args.schedules}", f"--stats={stats}", *problem.options()]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = answer.stdout.splitlines()
    compared = f"PASS dgemm.matmul d: {problem.m * problem.n} of"
    ok = answer.returncode == 0 and any(line.startswith(compared) for line in lines)
    if not ok:
        return Outcome(problem, answer.stdout + answer.stderr)
    runs = json.loads(stats.read_text(encoding="utf-8"))
    if len(runs) != args.schedules:
        return Outcome(problem, f"{len(runs)} runs\n")
    return Outcome(
        problem,
        "",
        multiplied=sum(run["multiply_accumulates"] for run in runs),
        seconds=sum(run["seconds"] for run in runs),
        ctas=runs[0]["ctas"],
        stores_by_tma=any("bulk_group" in opcode for opcode in runs[0]["opcodes"]),
    )


def print_failure(args, outcome):
    print(f"FAIL {outcome.problem}\n{outcome.output.rstrip()}")
    print(
        f"repeat with: {pathlib.Path(__file__).name} --tool={args.tool} "
        f"--first={outcome.problem.number} --count=1 --schedules={args.schedules}",
        flush=True,
    )


def coverage(outcomes):
    """How many problems have each property."""
    result = collections.Counter()
    for outcome in outcomes:
        p = outcome.problem
        result["tail in M"] += p.m % TILE != 0
        result["tail in N"] += p.n % TILE != 0
        result["tail in K"] += p.k % TILE != 0
        result["operand along M or N"] += p.layout != "nt"
        result["K no multiple of 8"] += p.k % 8 != 0
        result["part of a word of scales"] += p.a_block > 0 and p.k % (4 * p.a_block) != 0
        result["one tile"] += p.m <= 16 and p.n <= 64
        # A tile has at most 128 x 128 elements.
        waves = -(-p.m // TILE) * -(-p.n // TILE) / p.sms
        result["several waves"] += waves > 1
        result["more SMs than tiles"] += outcome.ctas < p.sms
        result["everything dynamic"] += p.dynamic
        result["rows of D apart"] += p.gap > 0 or (p.dynamic and p.padding > 0)
        result["stores by TMA"] += outcome.stores_by_tma
        result["stores by address"] += not outcome.stores_by_tma
        for block in (p.a_block, p.b_block):
            result["granularity 32"] += block == 32
            result["granularity 128"] += block == 128
        for value in (p.out, p.target, f"{p.data} data", f"{p.element} {p.layout}"):
            result[value] += 1
    return result


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tool", type=pathlib.Path, required=True, help="dgemm-run")
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("random-problems"))
    parser.add_argument("--first", type=int, default=0, help="number of the first problem")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--schedules", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--require-coverage", action="store_true")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)

    start = time.monotonic()
    problems = [make_problem(args.first + i) for i in range(args.count)]
    outcomes = []
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for outcome in pool.map(lambda problem: run_problem(args, problem), problems):
            outcomes.append(outcome)
            if outcome.output:
                print_failure(args, outcome)
    failed = sum(bool(outcome.output) for outcome in outcomes)
    good = [outcome for outcome in outcomes if not outcome.output]
    for name, count in sorted(coverage(good).items()):
        print(f"{count:6} {name}")
    missing = [name for name, count in coverage(good).items() if count == 0]
    multiplied = sum(outcome.multiplied for outcome in good)
    print(
        f"{len(good)} of {args.count} problems right in {args.schedules} schedules each, "
        f"{multiplied / 1e9:.1f} G multiply-accumulates in "
        f"{sum(outcome.seconds for outcome in good):.1f} s of simulation, "
        f"{time.monotonic() - start:.1f} s in all"
    )
    if args.require_coverage and missing:
        print("not covered:", ", ".join(missing))
        return 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
