# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Conversions: all sources of 8 and 16 bits, f32 at every exponent and every tie."""

import floats
from elementwise import elementwise
from suite import generator

INTEGERS = ["u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64"]
TO_INTEGER = ["rni", "rzi", "rmi", "rpi"]
ROUNDINGS = ["rn", "rz", "rm", "rp"]


def register(letter, kind):
    """The register of a value; 8-bit integers are in wider ones."""
    bits = int(kind.lstrip("usbfx")[:2]) if kind[-2:] != "x2" else 32
    return f"{letter}{max(bits, 16)}"


def convert(mode, to, source):
    d = register("d", to)
    return f"cvt{mode}.{to}.{source} {d}, {register('a', source)};"


def integer_to_integer(sources):
    operations = []
    for source in sources:
        for to in INTEGERS:
            operations += [convert("", to, source)] if to != source else []
            operations += [convert(".sat", to, source)] if saturates(to, source) else []
    return operations


def saturates(to, source):
    if to == source:
        return False
    wider = int(to[1:]) > int(source[1:])
    return not wider or (source[0] == "s" and to[0] == "u")


def integer_to_float(sources):
    """There is none from 8 bits to bf16."""
    pairs = [(source, to) for source in sources for to in ("f16", "bf16", "f32", "f64")]
    pairs = [pair for pair in pairs if pair[0][1:] != "8" or pair[1] != "bf16"]
    return [convert(f".{r}", to, source) for source, to in pairs for r in ROUNDINGS]


def float_to_integer(source, modes):
    targets = INTEGERS[2:] if source == "bf16" else INTEGERS
    return [convert(f".{r}{m}", to, source) for to in targets for r in TO_INTEGER for m in modes]


def float_to_integral(kind):
    ftz = ["", ".ftz"] if kind == "f32" else [""]
    sat = [] if kind == "bf16" else [m + ".sat" for m in ftz]
    return [convert(f".{r}{m}", kind, kind) for r in TO_INTEGER for m in ftz + sat]


# From f32 to what is narrower.
NARROW = [convert(f".{r}{m}", "f16", "f32") for r in ROUNDINGS for m in ("", ".sat", ".ftz")]
NARROW += [convert(f".{r}{m}", "bf16", "f32") for r in ROUNDINGS for m in ("",)]
NARROW += [convert(f".{r}.relu", to, "f32") for r in ("rn", "rz") for to in ("f16", "bf16")]
NARROW += [convert(f".{r}.satfinite", to, "f32") for r in ("rn", "rz") for to in ("f16", "bf16")]
NARROW += [
    f"cvt.{m}.tf32.f32 d32, a32;"
    for m in ("rna", "rn", "rz", "rn.relu", "rz.relu", "rna.satfinite")
]
PAIRS = [
    f"cvt.{r}{m}.{to}x2.f32 d32, a32, b32;"
    for r in ("rn", "rz")
    for m in ("", ".relu", ".satfinite", ".relu.satfinite")
    for to in ("f16", "bf16")
]
PAIRS += [
    f"cvt.rn.satfinite{m}.{to}x2.f32 d16, a32, b32;"
    for m in ("", ".relu")
    for to in ("e4m3", "e5m2")
]
FROM_F32 = [
    "cvt.ftz.f64.f32 d64, a32;",
    "cvt.f64.f32 d64, a32;",
    "cvt.sat.f32.f32 d32, a32;",
    "cvt.ftz.f32.f32 d32, a32;",
]
FROM_F64 = [
    f"cvt.{r}.{to}.f64 d{bits}, a64;"
    for to, bits in (("f32", 32), ("f16", 16), ("bf16", 16))
    for r in ROUNDINGS
]
FROM_F64 += ["cvt.rn.sat.f32.f64 d32, a64;", "cvt.rn.ftz.f32.f64 d32, a64;"]

FROM_HALF = [f"cvt{m}.f32.f16 d32, a16;" for m in ("", ".ftz", ".sat")] + [
    "cvt.f64.f16 d64, a16;",
    "cvt.rn.bf16.f16 d16, a16;",
]
FROM_HALF += [f"cvt.{r}.bf16.f16 d16, a16;" for r in ("rz", "rm", "rp")]
FROM_HALF += ["cvt.sat.f16.f16 d16, a16;"]
HALF_TO_FP8 = [
    f"cvt.rn.satfinite{m}.{to}x2.f16x2 d16, a32;" for m in ("", ".relu") for to in ("e4m3", "e5m2")
]
FROM_BRAIN = ["cvt.f32.bf16 d32, a16;", "cvt.f64.bf16 d64, a16;"]
FROM_BRAIN += [f"cvt.{r}.f16.bf16 d16, a16;" for r in ROUNDINGS]
FROM_FP8 = [
    f"cvt.rn{m}.f16x2.{source}x2 d32, a16;" for m in ("", ".relu") for source in ("e4m3", "e5m2")
]

PACK = [f"cvt.pack.sat.{t}.s32 d32, a32, b32;" for t in ("u16", "s16")]
PACK += [f"cvt.pack.sat.{t}.s32.b32 d32, a32, b32, c32;" for t in ("u8", "s8")]


def wide_integers(name):
    rng = generator(name)
    values = []
    for bit in range(64):
        values += [1 << bit, (1 << bit) - 1, (1 << bit) + 1, -(1 << bit), rng.getrandbits(bit + 1)]
        # Ties and their neighbours at 24, 11, 8 and 53 bits.
        for width in (24, 11, 8, 53):
            if bit > width:
                tie = (
                    rng.getrandbits(width - 1) | 1 << width - 1
                ) << bit - width | 1 << bit - width - 1
                values += [tie, tie - 1, tie + 1, -tie]
    return [value & (1 << 64) - 1 for value in values]


def f64_values(name):
    """Around every exponent of f32, and beyond its ends."""
    rng = generator(name)
    values = floats.specials("f64")
    for exponent in range(1023 - 160, 1023 + 140):
        for mantissa in (
            0,
            1 << 28,
            (1 << 28) - 1,
            (1 << 28) + 1,
            3 << 28,
            1 << 41,
            1 << 44,
            rng.getrandbits(52),
        ):
            values.append(rng.getrandbits(1) << 63 | exponent << 52 | mantissa)
    return values


def cases():
    every8, every16 = list(range(256)), list(range(1 << 16))
    fp32 = every8 and floats.every_exponent([8, 11, 12, 15, 19, 20])
    other = generator("convert/pairs").sample(fp32, len(fp32))
    wide, wide64 = wide_integers("convert/wide"), f64_values("convert/f64")
    # Few integers have more than 128 in common with the ends of a smaller type.
    fp16 = [value for value in every16 if value % 3 == 0 or value & 0x3F in (0, 1, 0x3F)]
    integral = [
        e << 23 | m
        for e in range(110, 200)
        for m in (0, 1, 0x400000, 0x3FFFFF, 0x400001, 0x600000, 0x7FFFFF, 0x155555)
    ]
    integral = floats.specials("f32") + [s | v for v in integral for s in (0, 1 << 31)]
    return [
        elementwise(
            "convert/from8",
            integer_to_integer(["u8", "s8"]) + integer_to_float(["u8", "s8"]),
            every8,
        ),
        elementwise(
            "convert/from16",
            integer_to_integer(["u16", "s16"]),
            every16[::7] + [0x7FFF, 0x8000, 0xFFFF, 127, 128, 255, 256, 0xFF7F, 0xFF80],
        ),
        elementwise(
            "convert/from16_float",
            integer_to_float(["u16", "s16"])[:8]
            + [convert(".rn", to, "s16") for to in ("f16", "bf16")],
            every16,
        ),
        elementwise("convert/from32_64", integer_to_integer(["u32", "s32", "u64", "s64"]), wide),
        elementwise(
            "convert/from32_64_float", integer_to_float(["u32", "s32", "u64", "s64"]), wide
        ),
        elementwise(
            "convert/f32_integer",
            float_to_integer("f32", ["", ".ftz"]) + float_to_integral("f32"),
            integral,
        ),
        elementwise("convert/f32_sat", float_to_integer("f32", [".sat"]), integral),
        elementwise(
            "convert/f64_integer", float_to_integer("f64", [""]) + float_to_integral("f64"), wide64
        ),
        elementwise(
            "convert/f16_integer", float_to_integer("f16", [""]), fp16[::5] + floats.specials("f16")
        ),
        elementwise(
            "convert/bf16_integer",
            float_to_integer("bf16", [""]),
            fp16[::5] + floats.specials("bf16"),
        ),
        elementwise("convert/f16_integral", float_to_integral("f16"), every16),
        elementwise("convert/bf16_integral", float_to_integral("bf16"), every16),
        elementwise("convert/f32_narrow", NARROW + FROM_F32, fp32),
        elementwise("convert/f32_pairs", PAIRS, fp32, other),
        elementwise("convert/f64_narrow", FROM_F64, wide64),
        elementwise("convert/from_f16", FROM_HALF, every16),
        elementwise(
            "convert/f16_fp8", HALF_TO_FP8, [x | (x * 40503 & 0xFFFF) << 16 for x in every16]
        ),
        elementwise("convert/from_bf16", FROM_BRAIN, every16),
        elementwise("convert/from_fp8", FROM_FP8, [x | x * 167 % 256 << 8 for x in every8]),
        elementwise("convert/pack", PACK, wide, wide[::-1], wide[1:] + wide[:1]),
    ]
