#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random problems for a GPU: every candidate schedule of random shapes of each form
becomes a pack, and a list has several problems for each.

  random_packs.py --bench=dgemm-bench --out=packs --seed=1       here
  dgemm-run-device --list=packs/list.txt --device=cuda --check   on the GPU's machine
"""

import argparse
import pathlib
import random
import subprocess

# Form of dgemm-bench, what K is a multiple of, and N, and M.
FORMS = [
    ("fp8-1d2d-bf16", 16, 1, 1),
    ("fp8-1d1d-f32", 16, 1, 1),
    ("fp8-1d1d-f32-acc", 16, 1, 1),
    ("bf16-bf16", 8, 1, 1),
    ("bf16-bf16-acc", 8, 1, 1),
    ("bf16-f32", 8, 1, 1),
    ("bf16-f32-acc", 8, 1, 1),
    ("bf16-nn-bf16", 8, 8, 1),
    ("bf16-tn-bf16", 8, 8, 8),
    ("bf16-tt-bf16", 8, 8, 8),
]


def round_up(value, multiple):
    return -(-value // multiple) * multiple


def make_shape(rng, k_unit, n_unit, m_unit):
    """M is only what the schedules expect: the list has others."""
    m = round_up(rng.choice([1, 16, 64, 200, 300]), m_unit)
    n = rng.choice([8 * rng.randrange(1, 20), 16 * rng.randrange(2, 40), rng.randrange(8, 500)])
    return f"{m}x{round_up(n, n_unit)}x{k_unit * rng.randrange(1, 60)}"


def make_packs(args, rng, form, units):
    folder = args.out / form
    folder.mkdir(parents=True, exist_ok=True)
    shapes = ",".join(make_shape(rng, *units) for _ in range(args.shapes))
    subprocess.run(
        [args.bench, f"--form={form}", f"--shape={shapes}", "--all-candidates",
         f"--emit-packs={folder}", "--target=sm_90a", f"--jobs={args.jobs}"],
        check=True,
    )  # fmt: skip
    return sorted(folder.glob("*.dgpack"))


def make_problem(rng, pack, m_unit):
    m = rng.choice([1, 2, rng.randrange(1, 40), rng.randrange(1, 130), rng.randrange(100, 400)])
    options = {
        "m": round_up(m, m_unit),
        "seed": rng.randrange(10**6),
        "row-padding": rng.choice([0, 0, 16, 32]),
        "repeat": 100 if rng.random() < 0.02 else 2,
        "timings": 0,
        "data": rng.choice(["random", "random", "exact", "codes"]),
    }
    return " ".join([str(pack), *(f"--{name}={value}" for name, value in options.items())])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", default="dgemm-bench")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--shapes", type=int, default=4, help="of each form")
    parser.add_argument("--problems", type=int, default=7, help="of each pack")
    parser.add_argument("--jobs", type=int, default=0)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    lines = []
    for form, *units in FORMS:
        for pack in make_packs(args, rng, form, units):
            lines += [make_problem(rng, pack, units[2]) for _ in range(args.problems)]
    rng.shuffle(lines)
    (args.out / "list.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} problems in {args.out}/list.txt")


if __name__ == "__main__":
    main()
