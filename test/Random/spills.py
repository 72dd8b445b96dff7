#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Registers of the kernels that the cost model chooses: none may spill.

Every form of dgemm.matmul for mma.sync (forms.py), with packed and with plain scales, with
extents of N and K that are fixed and that are open, for many rows and for few. ptxas says
what it spilled; nothing runs. Forms come in a random order, so that --seconds=60 is a
sample of everything. A failure names the case; --case repeats it.

  spills.py --bin=build/bin                        all of them, about an hour of one core
  spills.py --bin=build/bin --only='fp8_fp4.*4096$' --jobs=2
  spills.py --bin=build/bin --case=CASE --keep     leaves the kernel in --folder
"""

import dataclasses
import itertools
import random
import re
import secrets
import sys

from forms import FP8, Form, forms
from kernels import PACKED, PLAIN, Kernel, line_unit, round_up
from trials import Trials, call, make_parser, parse, take_shard

N, K = 4096, 7168
ROWS = (4096, 16)
HEADS = (128, 64, 128)
FACTS = re.compile(r"(registers|spill stores|spill loads) +(\d+)")


@dataclasses.dataclass
class Case:
    form: Form
    scales: dict  # by operand
    is_open: bool  # N and K
    rows: int  # expected

    def __str__(self):
        short = {PACKED: "packed", PLAIN: "plain", FP8: "fp8"}
        kinds = "_".join(short[kind] for kind in self.scales.values()) or "none"
        return f"{self.form}/{kinds}/{'open' if self.is_open else 'fixed'}/{self.rows}"

    def columns_of_b(self):
        """N, whole heads."""
        unit = HEADS[0] + HEADS[2]
        return N // unit * unit if self.form.extra == "heads" else N

    def kernel(self):
        form, n = self.form, self.columns_of_b()
        kernel = Kernel(
            name=str(self),
            form=form,
            m=None,
            n=None if self.is_open else n,
            k=None if self.is_open else K,
            most_m=max(ROWS),
            heads=HEADS if form.extra == "heads" else None,
            scale_types=self.scales,
            lines={},
            target="sm_120a",
            sms=0,
            expected_m=self.rows,
            takes_chosen=True,
        )
        kernel.lines = {side: self.line(kernel, side) for side in "abcd"}
        for side, kind in self.scales.items():
            kernel.lines["s" + side] = self.scale_line(side, kind)
        return kernel

    def line(self, kernel, side):
        if self.is_open:
            return None
        if side in "cd":
            return kernel.columns()
        if not self.form.is_k_first(side):
            return K
        rows = max(ROWS) if side == "a" else self.columns_of_b()
        return round_up(rows, line_unit(self.form, side))

    def scale_line(self, side, kind):
        if self.is_open or (kind == PACKED and side == "a"):
            return None
        if kind == PACKED:
            return self.columns_of_b()
        return round_up(K // self.form.block(side)[1], 16)


def cases():
    for form in forms("sm120"):
        if form.small != "plain":
            continue
        kinds = [PACKED, PLAIN]
        if not form.a_block:
            choices = [{}]
        elif form.a_block[1] == 16:
            choices = [dict.fromkeys("ab", FP8)]
        else:
            choices = [dict(zip("ab", pair)) for pair in itertools.product(kinds, kinds)]
        for scales, is_open, rows in itertools.product(choices, (False, True), ROWS):
            yield Case(form, scales, is_open, rows)


def compile_case(args, case):
    """What is wrong, or nothing."""
    base = args.folder / re.sub(r"\W", "_", str(case))
    source, cubin = base.with_suffix(".mlir"), base.with_suffix(".cubin")
    source.write_text(case.kernel().mlir(), encoding="utf-8")
    command = [args.bin / "dgemm-compile", source, "--target=sm_120a", f"-m={case.rows}"]
    command += ["--emit=cubin", "-o", cubin, "--facts"]
    text, is_good = call(command)
    facts = dict(FACTS.findall(text))
    if not args.keep:
        source.unlink()
        cubin.unlink(missing_ok=True)
    if not is_good or len(facts) != 3:
        return text.strip()
    if facts["spill stores"] == facts["spill loads"] == "0":
        return ""
    return (
        f"{facts['registers']} registers, {facts['spill stores']} bytes of spill stores, "
        f"{facts['spill loads']} of spill loads"
    )


def select(args):
    every = list(cases())
    if args.case:
        return [case for case in every if str(case) in args.case]
    every = [case for case in every if re.search(args.only, str(case))]
    random.Random(args.seed).shuffle(every)
    return take_shard(every, args.shard)[: args.cases]


def parse_arguments():
    parser = make_parser(__doc__, "case", "spills")
    parser.add_argument("--case", nargs="*", help="cases by name")
    parser.add_argument("--cases", type=int, help="so many, in the order of the seed")
    parser.add_argument("--seed", default=str(secrets.randbelow(10**9)))
    parser.add_argument("--keep", action="store_true", help="keep kernels in --folder")
    return parse(parser)


def main():
    args = parse_arguments()
    wanted = select(args)
    print(f"seed {args.seed}, {len(wanted)} cases", flush=True)
    trials = Trials(wanted, args.jobs, args.seconds)
    for case, complaint in trials.run(lambda case: compile_case(args, case)):
        if complaint:
            trials.failed += 1
            print(f"FAIL {case}: {complaint}", flush=True)
    print(f"{trials.summary('kernels without spills')}, {trials.elapsed():.0f} s")
    return trials.exit_code()


if __name__ == "__main__":
    sys.exit(main())
