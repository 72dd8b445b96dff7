# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Floating-point arithmetic that IEEE 754 and the PTX ISA define to the last bit."""

import floats
from elementwise import elementwise
from suite import generator

ROUNDINGS = ["rn", "rz", "rm", "rp"]
COMPARES = [
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "equ",
    "neu",
    "ltu",
    "leu",
    "gtu",
    "geu",
    "num",
    "nan",
]


def inputs(name, kind, count, spread=4):
    """Pairs of special values, then random bits, then sums that cancel and round."""
    rng, bits = generator(name), 1 + sum(floats.FORMATS[kind])
    values = floats.specials(kind)
    a = [x for x in values for _ in values]
    b = [y for _ in values for y in values]
    c = [rng.choice(values) for _ in a]
    for _ in range(count // 2):
        a.append(rng.getrandbits(bits))
        b.append(rng.getrandbits(bits))
        c.append(rng.getrandbits(bits))
    for target in (a, b, c):
        target += floats.near(kind, rng, count - count // 2, spread)
    return a, b, c


F32 = [
    f"{op}.{r}{ftz} d32, a32, b32;"
    for op in ("add", "sub", "mul")
    for r in ROUNDINGS
    for ftz in (".f32", ".ftz.f32", ".sat.f32")
]
F32 += [
    f"fma.{r}{ftz} d32, a32, b32, c32;"
    for r in ROUNDINGS
    for ftz in (".f32", ".ftz.f32", ".sat.f32")
]
F32 += [
    f"{op}{m}.f32 d32, a32, b32;"
    for op in ("min", "max")
    for m in ("", ".ftz", ".NaN", ".ftz.NaN", ".xorsign.abs", ".NaN.xorsign.abs")
]
F32 += [f"{op}{m}.f32 d32, a32;" for op in ("abs", "neg") for m in ("", ".ftz")]
F32 += ["copysign.f32 d32, a32, b32;"]
F32 += [
    f"testp.{op}.f32 dp, a32;"
    for op in ("finite", "infinite", "number", "notanumber", "normal", "subnormal")
]
F32 += [f"setp.{op}{ftz}.f32 dp, a32, b32;" for op in COMPARES for ftz in ("", ".ftz")]
F32 += [f"set.{op}.{to}.f32 d32, a32, b32;" for op in ("lt", "neu") for to in ("u32", "f32")]
F32 += [
    "slct.f32.f32 d32, a32, b32, c32;",
    "slct.ftz.f32.f32 d32, a32, b32, c32;",
    "slct.s32.f32 d32, a32, b32, c32;",
]

DIVIDE = [
    f"{op}.{r}{ftz} d32, a32, b32;"
    for op in ("div",)
    for r in ROUNDINGS
    for ftz in (".f32", ".ftz.f32")
]
DIVIDE += [
    f"{op}.{r}{ftz} d32, a32;"
    for op in ("rcp", "sqrt")
    for r in ROUNDINGS
    for ftz in (".f32", ".ftz.f32")
]

F64 = [f"{op}.{r}.f64 d64, a64, b64;" for op in ("add", "sub", "mul") for r in ROUNDINGS]
F64 += [f"fma.{r}.f64 d64, a64, b64, c64;" for r in ROUNDINGS]
F64 += [f"{op}.f64 d64, a64, b64;" for op in ("min", "max")]
F64 += [f"{op}.f64 d64, a64;" for op in ("abs", "neg")]
F64 += ["copysign.f64 d64, a64, b64;"]
F64 += [
    f"testp.{op}.f64 dp, a64;"
    for op in ("finite", "infinite", "number", "notanumber", "normal", "subnormal")
]
F64 += [f"setp.{op}.f64 dp, a64, b64;" for op in COMPARES]

DIVIDE64 = [f"div.{r}.f64 d64, a64, b64;" for r in ROUNDINGS]
DIVIDE64 += [f"{op}.{r}.f64 d64, a64;" for op in ("rcp", "sqrt") for r in ROUNDINGS]


def half(kind, packed):
    """Arithmetic of f16 and bf16, one or two at a time."""
    t = kind + "x2" * packed
    d, a, b, c = (r + ("32" if packed else "16") for r in "dabc")
    is16 = kind == "f16"
    modes = ["", ".ftz", ".sat", ".ftz.sat"] if is16 else [""]
    operations = [f"{op}.rn{m}.{t} {d}, {a}, {b};" for op in ("add", "sub", "mul") for m in modes]
    operations += [
        f"fma.rn{m}.{t} {d}, {a}, {b}, {c};"
        for m in modes + ([".relu", ".ftz.relu"] if is16 else [".relu"])
    ]
    modes = ["", ".NaN", ".xorsign.abs", ".NaN.xorsign.abs"] + (
        [".ftz", ".ftz.NaN"] if is16 else []
    )
    operations += [f"{op}{m}.{t} {d}, {a}, {b};" for op in ("min", "max") for m in modes]
    operations += [
        f"{op}{m}.{t} {d}, {a};" for op in ("abs", "neg") for m in ([""] + [".ftz"] * is16)
    ]
    if packed:
        operations += [f"set.{op}.{t}.{t} {d}, {a}, {b};" for op in COMPARES]
        operations += [
            f"setp.lt.{t} p|q, {a}, {b}; selp.u32 t32, 1, 0, p; selp.u32 d32, 2, t32, q;"
        ]
    else:
        operations += [f"setp.{op}.{t} dp, {a}, {b};" for op in COMPARES]
    return operations


def half_inputs(name, kind):
    """16-bit inputs; the upper halves are other elements of the same lists."""
    a, b, c = inputs(name, kind, 256)
    rng = generator(name + "/upper")
    order = list(range(len(a)))
    rng.shuffle(order)
    return [[x | values[i] << 16 for x, i in zip(values, order)] for values in (a, b, c)]


def cases():
    result = [
        elementwise("floating/f32", F32, *inputs("floating/f32", "f32", 384)),
        elementwise("floating/f32_divide", DIVIDE, *inputs("floating/f32_divide", "f32", 640, 130)),
        elementwise("floating/f64", F64, *inputs("floating/f64", "f64", 384)),
        elementwise(
            "floating/f64_divide", DIVIDE64, *inputs("floating/f64_divide", "f64", 384, 1022)
        ),
    ]
    for kind in ("f16", "bf16"):
        for packed in (False, True):
            name = f"floating/{kind}{'x2' * packed}"
            result.append(elementwise(name, half(kind, packed), *half_inputs(name, kind)))
    return result
