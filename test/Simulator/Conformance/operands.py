# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Operands of matrix instructions that show how sums are rounded.

An operand is a run of registers, so its elements are those of fragments or of tiles
in shared memory alike: all patterns are independent of the place of an element.
"""

import floats
from suite import words

# "bits": anything, infinities and NaN included. "wide": any finite number. "near",
# "medium": exponents within 2 and 10 of 1. "sparse": mostly zeros, so that two or
# three terms meet at any distance. "cancel": terms of the same magnitude and of
# both signs, with a small accumulator. "tiny" and "huge": sums that leave the range
# of the accumulator. "floor": sums in the subnormal range of f32. "one": powers of two
# only. "integer": exact sums.
PATTERNS = [
    "near",
    "wide",
    "medium",
    "sparse",
    "cancel",
    "tiny",
    "huge",
    "floor",
    "one",
    "integer",
    "bits",
]
BYTES = {"f64": 8, "f32": 4, "tf32": 4, "bf16": 2, "f16": 2, "e4m3": 1, "e5m2": 1}


def finite(kind, rng, low, high, mantissa=None):
    """A number with an exponent field within [low, high] around that of 1."""
    exponent, bits = floats.FORMATS[kind]
    bias = (1 << exponent - 1) - 1
    top = (1 << exponent) - 2
    if kind == "e4m3":
        top += 1
    field = min(max(rng.randint(low, high) + bias, 0), top)
    value = field << bits | (rng.getrandbits(bits) if mantissa is None else mantissa)
    if kind == "e4m3" and value == 0x7F:
        value = 0x7E
    return value | rng.getrandbits(1) << exponent + bits


def widest(kind):
    exponent, _ = floats.FORMATS[kind]
    return 1 << exponent - 1


def element(pattern, kind, rng):
    wide = widest(kind)
    if pattern == "bits":
        # Few elements are not finite: most sums have none.
        if rng.random() < 0.02:
            return rng.choice(floats.specials(kind))
        return finite(kind, rng, -3, 3)
    if pattern == "wide":
        return finite(kind, rng, -wide, wide - 1)
    if pattern == "near":
        return finite(kind, rng, -2, 2)
    if pattern == "medium":
        return finite(kind, rng, -10, 10)
    if pattern == "sparse":
        if rng.random() < 0.8:
            return rng.getrandbits(1) << sum(floats.FORMATS[kind])
        return finite(kind, rng, -14, 14)
    if pattern == "cancel":
        return finite(kind, rng, 0, 0) if rng.random() < 0.7 else finite(kind, rng, -12, -2)
    if pattern == "tiny":
        return finite(kind, rng, -wide, -wide // 2)
    if pattern == "huge":
        return (
            finite(kind, rng, wide // 2 - 1, wide // 2)
            if wide > 16
            else finite(kind, rng, wide // 2 + 2, wide)
        )
    if pattern == "floor":
        # Zeros, so that few terms meet.
        if rng.random() < (0.6 if wide > 16 else 0.95):
            return rng.getrandbits(1) << sum(floats.FORMATS[kind])
        return finite(kind, rng, -75, -60) if wide > 16 else finite(kind, rng, -wide, 2 - wide)
    if pattern == "one":
        return finite(kind, rng, -wide // 2, wide // 2, 0)
    return finite(kind, rng, 0, 1, 0)


def accumulator(pattern, kind, rng, inputs):
    """C: of the magnitude of the products, or far from it."""
    wide = widest(kind)
    if pattern == "bits" and rng.random() < 0.05:
        return rng.choice(floats.specials(kind))
    if rng.random() < 0.2:
        return rng.getrandbits(1) << sum(floats.FORMATS[kind])
    if pattern == "integer":
        return finite(kind, rng, 0, 3, 0)
    if pattern == "tiny":
        low = -2 * widest(inputs)
        return finite(kind, rng, max(-wide, low), max(-wide, low) + 40)
    if pattern == "floor":
        return finite(kind, rng, -wide, 10 - wide)
    if pattern == "huge":
        high = min(2 * (widest(inputs) - 1), wide - 1)
        return finite(kind, rng, high - 4, high)
    if pattern == "wide":
        reach = min(2 * widest(inputs), wide)
        return finite(kind, rng, -reach, reach - 1)
    if pattern in ("medium", "sparse", "one"):
        return finite(kind, rng, -24, 20)
    if pattern == "cancel":
        return finite(kind, rng, -26, 3)
    return finite(kind, rng, -4, 6)


def operand(pattern, kind, rng, size):
    """`size` bytes of elements."""
    width = BYTES[kind]
    if pattern == "integer":
        # 1 or 2 and a sign: eight bits decide, so that large images are quick to make.
        table = [element(pattern, kind, rng) for _ in range(16)]
        shift = 13 if kind == "tf32" else 0
        table = [words([value << shift], width) for value in table]
        return b"".join(table[byte & 15] for byte in rng.randbytes(size // width))
    values = [element(pattern, kind, rng) for _ in range(size // width)]
    if kind == "tf32":
        # Ten bits of mantissa; the bits below are ignored, so they are random.
        values = [value << 13 | rng.getrandbits(13) for value in values]
    return words(values, width)


def accumulators(pattern, kind, rng, size, inputs):
    width = BYTES[kind]
    return words([accumulator(pattern, kind, rng, inputs) for _ in range(size // width)], width)


def fragments(pattern, kind_a, kind_b, kind_c, rng, registers):
    """Registers of one warp: A, B and C."""
    sizes = [128 * count for count in registers]
    narrow = min(kind_a, kind_b, key=widest)
    return (
        operand(pattern, kind_a, rng, sizes[0]),
        operand(pattern, kind_b, rng, sizes[1]),
        accumulators(pattern, kind_c, rng, sizes[2], narrow),
    )
