#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares the C++ evaluator of launch plans with launch_plan.py on random
arguments, right and wrong ones.

  check_launch_plan.py LAUNCH_EVAL PLAN... [--cases 2000] [--seed 1]
"""

import argparse
import collections
import random
import subprocess
import sys

import launch_plan

SIZES = [0, 1, 2, 3, 16, 127, 128, 129, 576, 7168, 100000]
WRONG_SIZES = [-1, 2**31 - 1, 2**31, 2**40, 2**62]
KINDS = ["map", "symbol", "pointer", "workspace"]


def make_argument(rng, expected, rows):
    """Mostly what fits: the first dimension is shared by all that leave it open."""
    shape = [rows if size is None else size for size in expected.get("shape", [])]
    strides = []
    for i, stride in enumerate(expected.get("strides", [])):
        elements = 16 * max(1, *shape[i + 1 :], 1) if stride is None else stride
        strides.append(elements)
    address = 0 if 0 in shape else 4096 * rng.randrange(1, 1000)
    argument = launch_plan.Argument(address, shape, strides)
    if shape and rng.random() < 0.08:
        spoil(rng, argument)
    return argument


def spoil(rng, argument):
    where = rng.randrange(len(argument.shape))
    choice = rng.randrange(4)
    if choice == 0:
        argument.shape[where] = rng.choice(SIZES + WRONG_SIZES)
    elif choice == 1:
        argument.strides[where] = rng.choice([-1, 0, 1, 24, 48, 2**40, 2**62])
    elif choice == 2:
        argument.address = rng.choice([0, 1, 2, 4, 8, 24, 2**63])
    else:
        argument.shape.pop()
        argument.strides.pop()


def make_case(rng, plan):
    rows = rng.choice(SIZES)
    arguments = [make_argument(rng, expected, rows) for expected in plan["arguments"]]
    if rng.random() < 0.02:
        arguments.pop()
    return rng.choice([1, 5, 132, 188, 0 if rng.random() < 0.1 else 170]), arguments


def line_of(case):
    sm_count, arguments = case
    numbers = [sm_count]
    for argument in arguments:
        numbers += [argument.address, len(argument.shape), *argument.shape, *argument.strides]
    return " ".join(str(number) for number in numbers)


def words_of(plan, launch):
    words = ["launch", launch.grid]
    if launch.grid:
        words += [plan["block"], plan["cluster"], plan["shared_bytes"], launch.workspace_bytes]
    for tensor_map in launch.maps:
        words.append("map")
        if tensor_map is None:
            words.append("empty")
            continue
        words += [tensor_map["type"], tensor_map["address"], *tensor_map["dims"]]
        words += [*tensor_map["strides"], *tensor_map["box"], tensor_map["swizzle"]]
    for kind, value in launch.parameters:
        words += ["parameter", KINDS.index(kind), value]
    return " ".join(str(word) for word in words)


def expect(plan, case):
    try:
        return words_of(plan, launch_plan.evaluate(plan, case[1], case[0]))
    except launch_plan.PlanError as error:
        return f"error {error.code}:"


def check(launch_eval, path, cases, seed):
    """Number of differences; prints the first few."""
    plan = launch_plan.load(path)
    rng = random.Random(seed)
    made = [make_case(rng, plan) for _ in range(cases)]
    answer = subprocess.run(
        [launch_eval, path],
        input="\n".join(map(line_of, made)) + "\n",
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    actual = answer.stdout.splitlines()
    if answer.returncode != 0 or len(actual) != cases:
        print(f"launch-eval gave {len(actual)} lines: {answer.stdout[:300]}{answer.stderr}")
        return 1
    outcomes, failures = collections.Counter(), 0
    for case, line in zip(made, actual):
        expected = expect(plan, case)
        outcomes[expected.split()[1] if expected.startswith("error") else "launch"] += 1
        same = line.startswith(expected) if expected.startswith("error") else line == expected
        if same:
            continue
        failures += 1
        if failures <= 3:
            print(f"case {line_of(case)}\n  expected {expected}\n  actual   {line}")
    print(f"{plan['entry']}: {cases} cases, {failures} differ, {dict(sorted(outcomes.items()))}")
    return failures


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("launch_eval")
    parser.add_argument("plans", nargs="+")
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    differ = [check(args.launch_eval, plan, args.cases, args.seed) for plan in args.plans]
    return 1 if any(differ) else 0


if __name__ == "__main__":
    sys.exit(main())
