# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Exchanges and votes between the lanes of a warp, whole and in part."""

from elementwise import elementwise
from suite import generator

MASKS = [0xFFFFFFFF, 0x0F0F0F0F, 0x80000100, 0x7FFFFFFE, 0x00000010]


def lanes(mask):
    """p: the lane is in the mask; results of the others are 0."""
    return (
        f"mov.u32 t32, %laneid; mov.u32 u32, {mask:#x}; shr.u32 u32, u32, t32; and.b32 u32, u32, 1;"
        " setp.ne.u32 p, u32, 0; mov.u32 d32, 0; mov.u32 t32, 0; setp.ne.u32 dp, t32, 0;"
    )


def shuffles():
    result = []
    for mode in ("up", "down", "bfly", "idx"):
        result.append(f"shfl.sync.{mode}.b32 d32, a32, b32, c32, 0xffffffff;")
        result.append(f"shfl.sync.{mode}.b32 t32|dp, a32, b32, c32, 0xffffffff;")
        result.append(
            f"shfl.sync.{mode}.b32 d32|q, a32, 1, {0 if mode == 'up' else 31}, 0xffffffff;"
        )
        # From the lane itself, or from one that takes part as well.
        result.append(
            f"{lanes(0x0F0F0F0F)} @p shfl.sync.{mode}.b32 d32, a32, {'0' if mode != 'idx' else '3'}, 0x1c1f, 0x0f0f0f0f;"
        )
    return result


def votes():
    result, odd = [], "and.b32 t32, a32, 1; setp.ne.u32 q, t32, 0;"
    some = "and.b32 t32, c32, 0x1000; setp.eq.u32 q, t32, 0;"
    for mask in MASKS:
        for source in (odd, some):
            for negate in ("", "!"):
                for mode in ("all", "any", "uni"):
                    result.append(
                        f"{source} {lanes(mask)} @p vote.sync.{mode}.pred dp, {negate}q, {mask:#x};"
                    )
                result.append(
                    f"{source} {lanes(mask)} @p vote.sync.ballot.b32 d32, {negate}q, {mask:#x};"
                )
    return result


def matches():
    result = []
    for mask in MASKS:
        for bits in (32, 64):
            value = (
                "and.b32 i32, b32, 3;"
                if bits == 32
                else "and.b64 t64, b64, 3; shl.b64 t64, t64, 33;"
            )
            register = "i32" if bits == 32 else "t64"
            same = "mov.u32 i32, 5;" if bits == 32 else "mov.u64 t64, 5;"
            result.append(
                f"{value} {lanes(mask)} @p match.any.sync.b{bits} d32, {register}, {mask:#x};"
            )
            for source in (value, same):
                result.append(
                    f"{source} {lanes(mask)} @p match.all.sync.b{bits} d32|q, {register}, {mask:#x};"
                )
                result.append(
                    f"{source} {lanes(mask)} @p match.all.sync.b{bits} u32|dp, {register}, {mask:#x};"
                )
    return result


def reductions():
    result = []
    for mask in MASKS:
        for op in (
            "add.u32",
            "add.s32",
            "min.u32",
            "min.s32",
            "max.u32",
            "max.s32",
            "and.b32",
            "or.b32",
            "xor.b32",
        ):
            result.append(f"{lanes(mask)} @p redux.sync.{op} d32, a32, {mask:#x};")
        result.append(f"{lanes(mask)} @p elect.sync d32|q, {mask:#x};")
        result.append(f"{lanes(mask)} @p elect.sync u32|dp, {mask:#x};")
    return result


REGISTERS = [
    "laneid",
    "tid.x",
    "tid.y",
    "ntid.x",
    "ctaid.x",
    "nctaid.x",
    "lanemask_eq",
    "lanemask_le",
]
REGISTERS += ["lanemask_lt", "lanemask_ge", "lanemask_gt"]


def cases():
    rng = generator("warp")
    count = 512
    a = [rng.getrandbits(32) for _ in range(count)]
    # Whole warps of equal values come up too.
    b = [rng.randrange(32) if rng.random() < 0.9 else rng.getrandbits(32) for _ in range(count)]
    c = [
        rng.getrandbits(32) & 0x1F1F if rng.random() < 0.5 else 0x1F | rng.getrandbits(5) << 8
        for _ in range(count)
    ]
    for i in range(32, 64):
        b[i], c[i], a[i] = 3, 31, 1
    for i in range(64, 96):
        a[i], c[i] = 2, 0x1F1F
    registers = [f"mov.u32 d32, %{name};" for name in REGISTERS]
    return [
        elementwise("warp/shuffle", shuffles(), a, b, c),
        elementwise("warp/vote", votes(), a, b, c),
        elementwise("warp/match", matches(), a, b, c),
        elementwise("warp/reduce", reductions(), a, b, c),
        elementwise("warp/registers", registers, a, b, c),
    ]
