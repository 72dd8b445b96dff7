# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every form of dgemm.matmul that has kernels, as the product of what may vary."""

import dataclasses
import itertools

BF16, FP8, FP4 = "bf16", "f8E4M3FN", "f4E2M1FN"
BITS = {BF16: 16, FP8: 8, FP4: 4, "f32": 32, "i32": 32, "f8E8M0FNU": 8}
SHORT = {BF16: "bf16", FP8: "fp8", FP4: "fp4"}
LAYOUTS = ("nt", "nn", "tn", "tt")
# C absent, the memory of D, other memory; a head split.
EXTRAS = ("none", "in_place", "plus", "heads")
# What is done for few rows: nothing, what the cost model chooses for at most 16 rows,
# or splits of K and swapped operands whatever the cost model says.
SMALL = ("plain", "few", "split", "swap", "swap_split")


@dataclasses.dataclass(frozen=True)
class Form:
    family: str  # "sm120" or "sm90"
    a: str
    b: str
    layout: str
    # Elements of M (N) and of K that share a scale; None without scales.
    a_block: tuple
    b_block: tuple
    out: str
    extra: str
    small: str

    def __str__(self):
        scales = "none"
        if self.a_block:
            scales = "_".join("{}x{}".format(*block) for block in (self.a_block, self.b_block))
        types = f"{SHORT[self.a]}_{SHORT[self.b]}"
        return "-".join(
            (self.family, types, self.layout, scales, self.out, self.extra, self.small)
        )

    def is_mixed(self):
        return {self.a, self.b} == {FP8, FP4}

    def element(self, side):
        return self.a if side == "a" else self.b

    def block(self, side):
        return self.a_block if side == "a" else self.b_block

    def is_k_first(self, side):
        return self.layout[0] == "t" if side == "a" else self.layout[1] == "n"

    def is_expanded(self, side):
        """TMA gives each element of 4 bits a byte."""
        return self.is_mixed() and self.element(side) == FP4 and not self.is_k_first(side)

    def is_copied_by_threads(self, side):
        return self.element(side) == FP4 and self.is_k_first(side)

    def values(self):
        """One value of each thing that varies, for tables of what was covered."""
        yield f"{self.family} {SHORT[self.a]} x {SHORT[self.b]} {self.layout}"
        if self.a_block:
            yield "scales {}x{} and {}x{}".format(*self.a_block, *self.b_block)
        yield self.out
        yield {"none": "without C", "in_place": "C in place", "plus": "C beside D"}.get(
            self.extra, "head split"
        )
        yield self.small


def products(family):
    """Operand types, layouts and scale granularities."""
    if family == "sm90":
        yield FP8, FP8, ("nt",), [((1, 128), (1, 128)), ((1, 128), (128, 128))]
    else:
        blocks = [((1, a), (1, b)) for a in (32, 128) for b in (32, 128)]
        yield FP8, FP8, LAYOUTS, blocks
        for a, b in ((FP4, FP4), (FP8, FP4), (FP4, FP8)):
            yield a, b, LAYOUTS, blocks
        yield FP4, FP4, LAYOUTS, [((1, 16), (1, 16))]
    yield BF16, BF16, LAYOUTS, [(None, None)]


def forms(family):
    result = []
    for a, b, layouts, blocks in products(family):
        for layout, (a_block, b_block), out, extra, small in itertools.product(
            layouts, blocks, ("bf16", "f32"), EXTRAS, SMALL
        ):
            # Swapped operands are stored transposed, which heads are not (select-c21).
            # Heads have FP8 and scales for 128 elements (matmul-c15).
            if extra == "heads" and small.startswith("swap"):
                continue
            has_heads = (a, b) == (FP8, FP8) and a_block[1] == b_block[1] == 128
            if extra == "heads" and not has_heads:
                continue
            result.append(Form(family, a, b, layout, a_block, b_block, out, extra, small))
    return result
