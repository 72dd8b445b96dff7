# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Approximations: hardware looks them up in tables that are not modelled.

Each result of the simulator must lie within a bound of what was recorded. Zeros,
infinities and NaN must be equal.
"""

import math
import struct

import floats
from elementwise import elementwise
from suite import generator

# Largest difference: (ulp of the larger, absolute). The manual gives 1 or 2 ulp for
# rcp, sqrt, rsqrt and div, and absolute errors for sin, cos, lg2 and tanh; both
# sides may be off.
BOUNDS = {
    "rcp.approx": (2, 0), "sqrt.approx": (4, 0), "rsqrt.approx": (4, 0), "div.approx": (4, 0),
    "div.full": (4, 0), "ex2.approx": (4, 0), "lg2.approx": (2, 2**-21), "sin.approx": (0, 2**-19.5),
    "cos.approx": (0, 2**-19.5), "tanh.approx.f32": (0, 2**-10.5), "tanh.approx": (2, 0),
}  # fmt: skip

F32 = [f"{op}.approx{ftz}.f32 d32, a32;" for op in ("rcp", "sqrt", "rsqrt", "ex2", "lg2", "sin", "cos") for ftz in ("", ".ftz")]
F32 += ["tanh.approx.f32 d32, a32;"]
DIVIDE = [f"div.{mode}{ftz}.f32 d32, a32, b32;" for mode in ("approx", "full") for ftz in ("", ".ftz")]
F16 = ["ex2.approx.f16 d16, a16;", "tanh.approx.f16 d16, a16;", "ex2.approx.f16x2 d32, a32;", "tanh.approx.f16x2 d32, a32;"]
BF16 = ["ex2.approx.ftz.bf16 d16, a16;", "tanh.approx.bf16 d16, a16;", "ex2.approx.ftz.bf16x2 d32, a32;", "tanh.approx.bf16x2 d32, a32;"]
F64 = ["rcp.approx.ftz.f64 d64, a64;", "rsqrt.approx.ftz.f64 d64, a64;"]


def cases():
    rng = generator("approx")
    values = floats.every_exponent([21]) + floats.specials("f32")
    values += floats.near("f32", rng, 1024, 3) + floats.near("f32", rng, 512, 8)
    a = floats.specials("f32") * 3 + floats.near("f32", rng, 512, 4) + floats.near("f32", rng, 512, 126)
    b = a[::-1]
    rng.shuffle(b)
    every16 = list(range(0, 1 << 16, 3))
    both = [x | (x * 40503 & 0xFFFF) << 16 for x in every16]
    wide = floats.specials("f64") + floats.near("f64", rng, 512, 3) + floats.near("f64", rng, 256, 1022)
    return [
        elementwise("approx/f32", F32, values),
        elementwise("approx/divide", DIVIDE, a, b),
        elementwise("approx/f16", F16, both),
        elementwise("approx/bf16", BF16, both),
        elementwise("approx/f64", F64, wide),
    ]
