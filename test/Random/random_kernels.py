#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random kernels of every form of dgemm.matmul, on random problems in the simulator.

A form is a choice of operand types, layout, scale granularities, output, C or head
split, and of what is done for few rows (forms.py). In each round every form gets one
kernel: extents and strides that are fixed or open, and the chosen schedule, any legal
candidate, or one with splits of K. It runs --problems problems, each in --orders orders
of warps and copies. Every element must be right (exact on exact data), and the
simulator must find nothing: what lies between and around rows is poison, which is NaN.

A kernel is a function of its name, SEED/FORM/ROUND, alone. A failure prints the command
that repeats it. The end is a table of what was covered.

  random_kernels.py --bin=build/bin                     one round, a fresh seed
  random_kernels.py --bin=build/bin --rounds=5          50 problems of each form
  random_kernels.py --bin=build/bin --shard=2/8         the second eighth of the forms
  random_kernels.py --bin=build/bin --kernel=7/sm120-bf16_bf16-nt-none-f32-none-plain/0
  random_kernels.py --bin=build/bin --family=sm90 --make-only --folder=packs
                    packs and packs/list.txt for dgemm-run-device --list on a GPU
"""

import collections
import dataclasses
import json
import pathlib
import random
import re
import secrets
import sys

from forms import forms
from kernels import choose_schedule, make_kernel, make_problem
from trials import Trials, call, make_parser, parse, take_shard

# Seconds; a process that takes longer hangs.
LIMIT = 600
PROGRESS = 250
PASSED = re.compile(
    r"PASS \S+ m=(\d+) n=(\d+) k=(\d+) seed=\d+ on sim: (\d+|nothing to) launch(?:es)?, "
    r"(\d+) of (\d+) elements compared"
)


@dataclasses.dataclass
class Outcome:
    kernel: object
    problems: list
    complaint: str = ""  # empty when all is well
    stores_by_tma: bool = False


class Runner:
    """Makes and runs kernels in one folder."""

    def __init__(self, args):
        self.args, self.bin = args, args.bin

    def make(self, kernel, base):
        """A complaint, or nothing and the pack."""
        source = base.with_suffix(".mlir")
        source.write_text(kernel.mlir(), encoding="utf-8")
        if not kernel.takes_chosen:
            text, is_good = call(
                [self.bin / "dgemm-explain", source, f"--target={kernel.target}", "--json",
                 f"-m={kernel.expected_m}"],
                LIMIT,
            )  # fmt: skip
            if not is_good:
                return text
            schedule = choose_schedule(kernel, json.loads(text)[0]["candidates"])
            if not schedule:
                return f"no candidate is legal\n{text}"
            source.write_text(kernel.mlir(schedule), encoding="utf-8")
        command = [self.bin / "dgemm-compile", source, f"--target={kernel.target}"]
        command += ["--emit=pack", f"-m={kernel.expected_m}", "-o", base.with_suffix(".dgpack")]
        text, is_good = call(command + ([] if self.args.make_only else ["--ptxas=none"]), LIMIT)
        return "" if is_good else text

    def run(self, kernel):
        base = self.args.folder / re.sub(r"\W", "_", kernel.name)
        problems = [make_problem(kernel, i) for i in range(self.args.problems)]
        outcome = Outcome(kernel, problems)
        outcome.complaint = self.make(kernel, base)
        if outcome.complaint:
            return outcome
        pack, listed = base.with_suffix(".dgpack"), base.with_suffix(".list")
        always = {"repeat": self.args.orders, "timings": 0}
        lines = [
            " ".join([str(pack), *(f"--{name}={x}" for name, x in (options | always).items())])
            for options, _ in problems
        ]
        listed.write_text("\n".join(lines) + "\n", encoding="utf-8")
        if self.args.make_only:
            return outcome
        command = [self.args.tool, f"--list={listed}", "--device=sim", "--check", "--jobs=1"]
        text, is_good = call([*command, f"--sms={kernel.sms}"], LIMIT)
        passed = PASSED.findall(text)
        expected = []
        for _, (m, n, k) in problems:
            launches = self.args.orders if m * n else "nothing to"
            expected.append(tuple(map(str, (m, n, k, launches, m * n, m * n))))
        if not is_good or passed != expected:
            outcome.complaint = text
        outcome.stores_by_tma = b"store = tma" in pack.read_bytes()
        if not outcome.complaint and not self.args.keep:
            for suffix in (".mlir", ".dgpack", ".list"):
                base.with_suffix(suffix).unlink()
        return outcome

    def print_failure(self, outcome):
        kernel = outcome.kernel
        print(f"FAIL {kernel}\n{outcome.complaint.rstrip()}")
        print(
            f"repeat with: {pathlib.Path(__file__).name} --bin={self.args.bin} "
            f"--kernel={kernel.name} --problems={self.args.problems} --orders={self.args.orders}",
            flush=True,
        )


def coverage(outcomes):
    """How many problems have each property."""
    result = collections.Counter()
    for outcome in outcomes:
        kernel = outcome.kernel
        for _, (m, n, k) in outcome.problems:
            for value in kernel.form.values():
                result[value] += 1
            for side, kind in kernel.scale_types.items():
                result[f"scales of {side}: {kind}"] += 1
            result[kernel.target] += 1
            result["tail in M"] += m % 16 != 0
            result["tail in N"] += n % 16 != 0
            result["tail in K"] += k % 128 != 0
            result["odd N"] += n % 2 != 0
            result["M from 1 to 16"] += m <= 16
            result["extents open"] += kernel.dynamic
            result["M fixed"] += kernel.m is not None
            result["an extent of 0 fixed"] += 0 in (kernel.m, kernel.n, kernel.k)
            result["stores by TMA"] += outcome.stores_by_tma
            result["stores by address"] += not outcome.stores_by_tma
            result["rows of D apart"] += kernel.lines["d"] not in (None, kernel.columns())
    return result


def names(args):
    """Kernels to run, in the order of rounds."""
    if args.kernel:
        return args.kernel
    # All families share one order, so that a shard has something of everything.
    every = [form for family in args.family for form in forms(family)]
    every = [form for form in every if re.search(args.only, str(form))]
    random.Random(args.seed).shuffle(every)
    every = take_shard(every, args.shard)
    if args.forms:
        every = every[: args.forms]
    return [f"{args.seed}/{form}/{i}" for i in range(args.rounds) for form in every]


def parse_arguments():
    parser = make_parser(__doc__, "kernel", "random-kernels")
    parser.add_argument("--tool", type=pathlib.Path, help="runs packs (BIN/dgemm-run-device)")
    parser.add_argument("--family", nargs="*", default=["sm120", "sm90"])
    parser.add_argument("--forms", type=int, help="so many forms, in the order of the seed")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--problems", type=int, default=10, help="of each kernel")
    parser.add_argument("--orders", type=int, default=3, help="of warps and copies")
    parser.add_argument("--seed", default=str(secrets.randbelow(10**9)))
    parser.add_argument("--kernel", nargs="*", help="SEED/FORM/ROUND")
    parser.add_argument("--keep", action="store_true", help="keep files of what passed")
    parser.add_argument("--make-only", action="store_true", help="packs and their list")
    parser.add_argument("--require-coverage", action="store_true")
    args = parse(parser)
    args.tool = args.tool or args.bin / "dgemm-run-device"
    return args


def main():
    args = parse_arguments()
    print(f"seed {args.seed}", flush=True)
    runner, outcomes = Runner(args), []
    by_name = {str(form): form for family in ("sm120", "sm90") for form in forms(family)}
    trials = Trials(names(args), args.jobs, args.seconds)

    def run(name):
        return runner.run(make_kernel(name, by_name[name.split("/")[1]]))

    for _, outcome in trials.run(run):
        outcomes.append(outcome)
        if outcome.complaint:
            trials.failed += 1
            runner.print_failure(outcome)
        if trials.tried % PROGRESS == 0:
            print(f"{trials.tried} of {len(trials.items)} kernels tried", flush=True)
    good = [outcome for outcome in outcomes if not outcome.complaint]
    table = coverage(good)
    for name, count in sorted(table.items()):
        print(f"{count:7} {name}")
    if args.make_only:
        lists = sorted(args.folder.glob("*.list"))
        text = "".join(path.read_text(encoding="utf-8") for path in lists)
        (args.folder / "list.txt").write_text(text, encoding="utf-8")
    done = collections.Counter(outcome.kernel.name.split("/")[1] for outcome in good)
    what = f"kernels of {len(done)} forms {'made' if args.make_only else 'right'}"
    print(
        f"{trials.summary(what)}; {args.problems} problems in {args.orders} orders each, "
        f"seed {args.seed}, {trials.elapsed():.0f} s"
    )
    missing = [name for name, count in table.items() if count == 0]
    if args.require_coverage and missing:
        print("not covered:", ", ".join(missing))
        return 1
    return trials.exit_code()


if __name__ == "__main__":
    sys.exit(main())
