# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Approximations: hardware looks them up in tables that are not modelled.

Each result of the simulator must lie within a bound of what was recorded; infinities
and NaN must be equal.
"""

import math
import struct

import floats
from elementwise import elementwise
from suite import generator

# Largest difference from the recording: in units of the last place, or absolute if
# that is more. The manual bounds each side against the exact value: 1 or 2 units for
# rcp, sqrt, rsqrt, div and ex2, absolute errors for sin, cos, lg2 and tanh.
BOUNDS = {
    "rcp": (1, 0), "sqrt": (1, 0), "rsqrt": (2, 0), "div": (2, 0), "ex2": (2, 0),
    "lg2": (1, 2**-21.5), "sin": (0, 2**-20), "cos": (0, 2**-20), "tanh": (1, 2**-15),
}  # fmt: skip
FORMATS = {"f16": "<e", "f32": "<f", "f64": "<d"}

F32 = [
    f"{op}.approx{ftz}.f32 d32, a32;"
    for op in ("rcp", "sqrt", "rsqrt", "ex2", "lg2", "sin", "cos")
    for ftz in ("", ".ftz")
]
F32 += ["tanh.approx.f32 d32, a32;"]
DIVIDE = [
    f"div.{mode}{ftz}.f32 d32, a32, b32;" for mode in ("approx", "full") for ftz in ("", ".ftz")
]
F16 = [
    "ex2.approx.f16 d16, a16;",
    "tanh.approx.f16 d16, a16;",
    "ex2.approx.f16x2 d32, a32;",
    "tanh.approx.f16x2 d32, a32;",
]
BF16 = [
    "ex2.approx.ftz.bf16 d16, a16;",
    "tanh.approx.bf16 d16, a16;",
    "ex2.approx.ftz.bf16x2 d32, a32;",
    "tanh.approx.bf16x2 d32, a32;",
]
F64 = ["rcp.approx.ftz.f64 d64, a64;", "rsqrt.approx.ftz.f64 d64, a64;"]


def number(kind, bits):
    if kind == "bf16":
        kind, bits = "f32", bits << 16
    size = {"f16": 2, "f32": 4, "f64": 8}[kind]
    return struct.unpack(FORMATS[kind], bits.to_bytes(size, "little"))[0]


def agree(kind, bound, actual, recorded):
    """Equal, or both finite and within the bound."""
    if actual == recorded:
        return True
    units, absolute = bound
    a, b = number(kind, actual), number(kind, recorded)
    if not (math.isfinite(a) and math.isfinite(b)):
        return False
    # The lower word of an approximate f64 is zero.
    unit = 1 << 32 if kind == "f64" else 1
    close = (a < 0) == (b < 0) and abs(actual - recorded) <= units * unit
    return close or abs(a - b) <= absolute


def check(case, name, actual, recorded):
    """Lines about the elements of an output that are out of bounds."""
    lines = []
    for start, size, operation in case.table:
        op, *_, kind = operation.split()[0].split(".")
        pair = kind.endswith("x2")
        kind, width = kind.removesuffix("x2"), size // 2 if pair else size
        for at in range(start, start + size * case.count, width):
            got, wanted = (int.from_bytes(d[at : at + width], "little") for d in (actual, recorded))
            if not agree(kind, BOUNDS[op], got, wanted):
                lines.append(f"{case.describe(name, at)}: got {got:#x}, recorded {wanted:#x}")
    return lines[:8]


def cases():
    rng = generator("approx")
    values = floats.every_exponent([21]) + floats.specials("f32")
    values += floats.near("f32", rng, 1024, 3) + floats.near("f32", rng, 512, 8)
    a = (
        floats.specials("f32") * 3
        + floats.near("f32", rng, 512, 4)
        + floats.near("f32", rng, 512, 126)
    )
    b = a[::-1]
    rng.shuffle(b)
    every16 = list(range(0, 1 << 16, 3))
    both = [x | (x * 40503 & 0xFFFF) << 16 for x in every16]
    wide = (
        floats.specials("f64")
        + floats.near("f64", rng, 512, 3)
        + floats.near("f64", rng, 256, 1022)
    )
    result = [
        elementwise("approx/f32", F32, values),
        elementwise("approx/divide", DIVIDE, a, b),
        elementwise("approx/f16", F16, both),
        elementwise("approx/bf16", BF16, both),
        elementwise("approx/f64", F64, wide),
    ]
    for case in result:
        case.check = check
    return result
