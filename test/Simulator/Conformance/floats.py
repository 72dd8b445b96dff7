# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Bit patterns of floating-point formats: the ones at which something changes."""

from suite import words

# Bits of exponent and of mantissa.
FORMATS = {
    "f64": (11, 52), "f32": (8, 23), "tf32": (8, 10), "bf16": (8, 7), "f16": (5, 10),
    "e5m2": (5, 2), "e4m3": (4, 3),
}  # fmt: skip


def specials(kind):
    """Zeros, ends of the ranges, infinities, NaN, small integers and neighbours."""
    exponent, mantissa = FORMATS[kind]
    bias, top = (1 << exponent - 1) - 1, (1 << exponent) - 1
    infinity = top << mantissa
    one = bias << mantissa
    values = [0, 1, (1 << mantissa) - 1, 1 << mantissa, (1 << mantissa) + 1]
    values += [one, one + 1, one - 1, one + (1 << mantissa), one - (1 << mantissa)]
    values += [infinity - 1, infinity, infinity | 1 << mantissa - 1, infinity + 1]
    values += [one + (1 << mantissa - 1), one + (3 << mantissa - 1)]
    sign = 1 << exponent + mantissa
    return values + [value | sign for value in values]


def near(kind, rng, count, spread):
    """Random numbers with exponents within `spread` of that of 1, both signs."""
    exponent, mantissa = FORMATS[kind]
    bias = (1 << exponent - 1) - 1
    low, high = max(0, bias - spread), min((1 << exponent) - 2, bias + spread)
    return [
        rng.getrandbits(1) << exponent + mantissa
        | rng.randint(low, high) << mantissa
        | rng.getrandbits(mantissa)
        for _ in range(count)
    ]


def every_exponent(ties):
    """f32 of all exponents whose mantissas are at, and beside, ties of narrower formats."""
    mantissas = [0, 1, 0x7FFFFF, 0x400000, 0x2AAAAA]
    for bit in ties:
        for odd in (0, 2 << bit):
            mantissas += [odd | 1 << bit, (odd | 1 << bit) - 1, (odd | 1 << bit) + 1]
    mantissas += [0x7FFFFF >> bit << bit for bit in ties]
    mantissas = sorted(set(mantissas))
    return [(i & 1) << 31 | e << 23 | m for e in range(256) for i, m in enumerate(mantissas)]


def data(kind, size, rng):
    """`size` bytes: anything for integers; for numbers sums that round, and special values."""
    kind = kind.removesuffix("_ftz")
    if kind not in FORMATS:
        return rng.randbytes(size)
    width = (1 + sum(FORMATS[kind])) // 8
    values = near(kind, rng, size // width, 3)
    return words([rng.choice(specials(kind)) if rng.random() < 0.5 else v for v in values], width)
