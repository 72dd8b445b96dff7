#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The products of DeepGEMM's tests at full N and K: for each pair of operand types the
kernel that the cost model chooses, every element compared. For sm_12x the forward
products with up to 128 rows; for sm_90a those with 4096 rows as well, and the gradients.

Products run in the simulator in the order of their size. --shard=2/8 takes every eighth
of them from the second on, --most the small ones; a failure prints the command that
repeats it. --make-only leaves packs and list.txt, for dgemm-run-device --list on a
machine with a GPU.

  upstream_shapes.py --bin=build/bin --most=2     up to 2 G multiply-accumulates each
"""

import dataclasses
import pathlib
import re
import secrets
import sys
import time

from forms import BF16, FP4, FP8, Form
from kernels import PACKED, Kernel
from trials import Trials, call, make_parser, parse, take_shard

# Rows, and N x K of the tests for BF16 outputs, for F32 outputs, and with a head split.
ROWS = (1, 128)
BATCH = 4096
NK_BF16 = [
    (2112, 7168),
    (576, 7168),
    (24576, 1536),
    (32768, 512),
    (7168, 16384),
    (4096, 7168),
    (7168, 2048),
]
NK_F32 = [(256, 7168), (129280, 7168)]
NK_HEADS = [(8192, 512), (32768, 512)]
HEADS = (128, 64, 128)
# Types, granularities, and whether C is tried as well.
TYPES = [
    (FP8, FP8, 128, 128, True),
    (FP4, FP4, 32, 32, False),
    (FP8, FP4, 128, 32, False),
    (FP4, FP8, 32, 128, False),
    (FP4, FP4, 16, 16, False),
    (BF16, BF16, None, None, True),
]


FP8_1D2D = (FP8, FP8, (1, 128), (128, 128))
FP8_1D1D = (FP8, FP8, (1, 128), (1, 128))
PLAIN_BF16 = (BF16, BF16, None, None)


@dataclasses.dataclass
class Product:
    form: Form
    m: int
    n: int
    k: int

    def work(self):
        """Multiply-accumulates in units of 10^9."""
        return self.m * self.n * self.k / 1e9

    def __str__(self):
        return f"{self.form}-{self.m}x{self.n}x{self.k}"

    def kernel(self, target):
        form = self.form
        heads = HEADS if form.extra == "heads" else None
        kernel = Kernel(
            name=str(self),
            form=form,
            m=None,
            n=self.n,
            k=self.k,
            most_m=self.m,
            heads=heads,
            scale_types={},
            lines={
                "a": None if form.is_k_first("a") else self.k,
                "b": self.n if form.is_k_first("b") else self.k,
            },
            target=target,
            sms=0,
            expected_m=self.m,
            takes_chosen=True,
        )
        kernel.lines |= {"c": kernel.columns(), "d": kernel.columns()}
        if form.a_block and form.family == "sm90":
            by_row = form.b_block[0] == 1
            kernel.scale_types = {"a": "f32 along rows", "b": "f32 along rows" if by_row else "f32"}
            kernel.lines |= {"sa": None, "sb": self.n if by_row else self.k // 128}
        elif form.a_block:
            fine = form.a_block[1] == 16
            kernel.scale_types = dict.fromkeys("ab", FP8 if fine else PACKED)
            words = self.k // 16
            kernel.lines |= {"sa": words if fine else None, "sb": words if fine else self.n}
        return kernel


def sm90_products():
    """Forward; gradients of the input, whose B lies along N, and of the weights, where
    both operands lie along the other axis; FP8 keeps all of them along K."""
    result = []

    def add(types, layout, out, extra, shapes):
        a, b, a_block, b_block = types
        form = Form("sm90", a, b, layout, a_block, b_block, out, extra, "few")
        result.extend(Product(form, *shape) for shape in shapes)

    def with_rows(pairs, rows=(*ROWS, BATCH)):
        return [(m, n, k) for m in rows for n, k in pairs]

    add(FP8_1D2D, "nt", "bf16", "none", with_rows(NK_BF16))
    add(FP8_1D1D, "nt", "f32", "none", with_rows(NK_BF16))
    add(PLAIN_BF16, "nt", "bf16", "none", with_rows(NK_BF16))
    add(PLAIN_BF16, "nt", "bf16", "plus", with_rows(NK_BF16))
    add(PLAIN_BF16, "nt", "f32", "none", with_rows(NK_F32))
    for types, by_input, by_weights in ((FP8_1D2D, "nt", "nt"), (PLAIN_BF16, "nn", "tn")):
        to_input = [(BATCH, k, n) for n, k in NK_BF16]
        to_weights = [(n, BATCH, k) for n, k in NK_BF16]
        add(types, by_input, "bf16", "none", to_input)
        types = FP8_1D1D if types == FP8_1D2D else types
        add(types, by_weights, "f32", "in_place", to_weights)
        add(types, by_weights, "bf16", "none", to_weights)
    add(FP8_1D2D, "nt", "bf16", "heads", with_rows(NK_HEADS, (128, BATCH)))
    return sorted(result, key=lambda product: (product.work(), str(product)))


def products(target):
    if target == "sm_90a":
        return sm90_products()
    result = []

    def add(types, out, extra, shapes, rows=ROWS):
        a, b, a_block, b_block, _ = types
        blocks = [block and (1, block) for block in (a_block, b_block)]
        form = Form("sm120", a, b, "nt", *blocks, out, extra, "few")
        result.extend(Product(form, m, n, k) for m in rows for n, k in shapes)

    for types in TYPES:
        add(types, "bf16", "none", NK_BF16)
        if types[-1]:
            add(types, "bf16", "plus", NK_BF16)
    add(TYPES[-1], "f32", "none", NK_F32)
    add(TYPES[0], "bf16", "heads", NK_HEADS, rows=(128,))
    return sorted(result, key=lambda product: (product.work(), str(product)))


def run(args, product):
    """What is wrong, or nothing."""
    base = args.folder / re.sub(r"\W", "_", str(product))
    source, pack = base.with_suffix(".mlir"), base.with_suffix(".dgpack")
    source.write_text(product.kernel(args.target).mlir(), encoding="utf-8")
    text, is_good = call(
        [args.bin / "dgemm-compile", source, f"--target={args.target}", "--emit=pack",
         f"-m={product.m}", "-o", pack, *([] if args.make_only else ["--ptxas=none"])]
    )  # fmt: skip
    if not is_good:
        return text
    if args.make_only:
        with open(args.folder / "list.txt", "a", encoding="utf-8") as listed:
            listed.write(f"{pack} --m={product.m} --seed={args.seed} --repeat=2 --timings=0\n")
        return ""
    text, is_good = call(
        [args.bin / "dgemm-run-device", pack, "--device=sim", "--check", f"--m={product.m}",
         f"--seed={args.seed}", f"--repeat={args.orders}", f"--jobs={args.jobs}"]
    )  # fmt: skip
    count = product.m * product.n
    pack.unlink()
    return "" if is_good and f"{count} of {count} elements compared" in text else text


def parse_arguments():
    parser = make_parser(__doc__, "product", "upstream-shapes")
    parser.add_argument("--target", default="sm_120a")
    parser.add_argument("--most", type=float, help="10^9 multiply-accumulates of a product")
    parser.add_argument("--orders", type=int, default=1, help="of warps and copies")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--make-only", action="store_true", help="packs and their list")
    return parse(parser)


def select(args):
    wanted = [
        product
        for product in products(args.target)
        if re.search(args.only, str(product)) and not (args.most and product.work() > args.most)
    ]
    return take_shard(wanted, args.shard)


def main():
    args = parse_arguments()
    if args.make_only:
        (args.folder / "list.txt").write_text("", encoding="utf-8")

    def attempt(product):
        began = time.monotonic()
        return run(args, product), time.monotonic() - began

    # One at a time: the simulator takes all --jobs.
    trials = Trials(select(args), seconds=args.seconds)
    for product, (complaint, seconds) in trials.run(attempt):
        print(f"{'FAIL' if complaint else 'PASS'} {product}, {seconds:.1f} s", flush=True)
        if complaint:
            trials.failed += 1
            print(f"{complaint.rstrip()}\nrepeat with: {pathlib.Path(__file__).name} "
                  f"--bin={args.bin} --target={args.target} --only='^{product}$' "
                  f"--seed={args.seed} --orders={args.orders}", flush=True)  # fmt: skip
    what = "products made" if args.make_only else "products right"
    print(f"{trials.summary(what)}, seed {args.seed}, {trials.elapsed():.0f} s")
    return trials.exit_code()


if __name__ == "__main__":
    sys.exit(main())
