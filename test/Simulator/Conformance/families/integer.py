# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Integer and bit arithmetic of 16, 32 and 64 bits."""

from elementwise import elementwise, pairs
from suite import generator


def specials(bits):
    top = 1 << (bits - 1)
    values = [0, 1, 2, 3, 7, 31, bits - 1, bits, 255, top - 1, top, top + 1]
    values += [2 * top - 1, 2 * top - 2, (2 * top - 1) // 3, 1 << (bits // 2), (1 << bits // 2) - 1]
    return sorted(set(values))


def inputs(name, bits, count):
    return pairs(specials(bits), count, generator(name), bits)


def arithmetic(bits):
    """Instructions that exist for u and s of 16, 32 and 64 bits."""
    d, a, b, c = (f"{r}{bits}" for r in "dabc")
    operations = []
    for t in (f"u{bits}", f"s{bits}"):
        operations += [f"{op}.{t} {d}, {a}, {b};" for op in ("add", "sub", "mul.lo", "mul.hi")]
        operations += [f"{op}.{t} {d}, {a}, {b};" for op in ("min", "max")]
        operations += [f"mad.lo.{t} {d}, {a}, {b}, {c};"]
        operations += [f"mad.hi.{t} {d}, {a}, {b}, {c};"] if bits > 16 else []
        # Division by zero is unspecified: b | 1.
        operations += [
            f"or.b{bits} t{bits}, {b}, 1; {op}.{t} {d}, {a}, t{bits};" for op in ("div", "rem")
        ]
        operations += [f"shr.{t} {d}, {a}, b32;"]
        compares = ["eq", "ne", "lt", "le", "gt", "ge"] + (
            ["lo", "ls", "hi", "hs"] if t[0] == "u" else []
        )
        operations += [f"setp.{op}.{t} dp, {a}, {b};" for op in compares]
        operations += [f"set.{op}.u32.{t} d32, {a}, {b};" for op in compares[:6]]
    operations += [f"{op}.s{bits} {d}, {a};" for op in ("abs", "neg")]
    operations += [f"{op}.b{bits} {d}, {a}, {b};" for op in ("and", "or", "xor")]
    operations += [f"{op}.b{bits} {d}, {a};" for op in ("not", "cnot")]
    operations += [f"shl.b{bits} {d}, {a}, b32;"]
    operations += [f"setp.lt.s32 p, a32, c32; selp.b{bits} {d}, {a}, {b}, p;"]
    return operations


WIDE16 = [f"mul.wide.{t}16 d32, a16, b16;" for t in "us"]
WIDE16 += [f"mad.wide.{t}16 d32, a16, b16, c32;" for t in "us"]
WIDE16 += [f"mov.b32 {{t16, u16}}, a32; {op}.u16 d16, t16, u16;" for op in ("add", "sub")]

WIDE32 = [f"mul.wide.{t}32 d64, a32, b32;" for t in "us"]
WIDE32 += [f"mad.wide.{t}32 d64, a32, b32, c64;" for t in "us"]
WIDE32 += [
    f"{op}24.{half}.{t}32 d32, a32, b32;" for op in ("mul",) for half in ("lo", "hi") for t in "us"
]
WIDE32 += [f"mad24.{half}.{t}32 d32, a32, b32, c32;" for half in ("lo", "hi") for t in "us"]
WIDE32 += [f"{op}.sat.s32 d32, a32, b32;" for op in ("add", "sub")]
WIDE32 += ["mad.hi.sat.s32 d32, a32, b32, c32;"]
WIDE32 += [f"sad.{t}32 d32, a32, b32, c32;" for t in "us"]
WIDE32 += [f"dp4a.{t}.{u} d32, a32, b32, c32;" for t in ("u32", "s32") for u in ("u32", "s32")]
WIDE32 += [
    f"dp2a.{half}.{t}.{u} d32, a32, b32, c32;"
    for half in ("lo", "hi") for t in ("u32", "s32") for u in ("u32", "s32")
]  # fmt: skip
WIDE32 += [f"{op}.u16x2 d32, a32, b32;" for op in ("add", "min", "max")]
WIDE32 += [f"{op}.s16x2 d32, a32, b32;" for op in ("add", "min", "max", "min.relu", "max.relu")]
WIDE32 += [f"{op}.relu.s32 d32, a32, b32;" for op in ("min", "max")]
WIDE32 += ["slct.b32.s32 d32, a32, b32, c32;", "slct.u64.s32 d64, a64, b64, c32;"]

BITS = [f"{op}.b32 d32, a32;" for op in ("popc", "clz", "brev")]
BITS += [f"bfind{s}.{t}32 d32, a32;" for s in ("", ".shiftamt") for t in "us"]
BITS += [
    "fns.b32 d32, a32, t32, u32;".replace("t32, u32", f"{base}, {n}")
    for base, n in ((0, 1), (5, 2), (20, -3), (8, 0))
]
BITS += [
    f"and.b32 t32, b32, 255; and.b32 u32, c32, 255; bfe.{t}32 d32, a32, t32, u32;" for t in "us"
]
BITS += [
    "shr.u32 t32, c32, 8; and.b32 t32, t32, 255; and.b32 u32, c32, 255; bfi.b32 d32, a32, b32, t32, u32;"
]
BITS += [
    "and.b32 t32, c32, 31; shr.u32 u32, c32, 5; and.b32 u32, u32, 63; bfi.b32 d32, a32, b32, t32, u32;"
]
BITS += [
    f"and.b32 t32, c32, 31; shr.u32 u32, c32, 5; and.b32 u32, u32, 63; bfe.{t}32 d32, a32, t32, u32;"
    for t in "us"
]
BITS += [f"szext.{mode}.{t}32 d32, a32, b32;" for mode in ("clamp", "wrap") for t in "us"]
BITS += [f"bmsk.{mode}.b32 d32, a32, b32;" for mode in ("clamp", "wrap")]
BITS += [f"shf.{way}.{mode}.b32 d32, a32, b32, c32;" for way in "lr" for mode in ("clamp", "wrap")]
BITS += [
    f"prmt.b32{mode} d32, a32, b32, c32;"
    for mode in ("", ".f4e", ".b4e", ".rc8", ".ecl", ".ecr", ".rc16")
]
BITS += [
    f"prmt.b32 d32, a32, b32, {selector:#x};"
    for selector in (0x3210, 0x7654, 0xFEDC, 0x9A43, 0x0123)
]
BITS += [
    f"setp.{op}.and.u32 dp, a32, b32, q;".replace("q;", f"{n}q;")
    for op in ("lt", "eq")
    for n in ("", "!")
]

BITS64 = [f"{op}.b64 d32, a64;" for op in ("popc", "clz")] + ["brev.b64 d64, a64;"]
BITS64 += [f"bfind{s}.{t}64 d32, a64;" for s in ("", ".shiftamt") for t in "us"]
BITS64 += [
    f"and.b32 t32, c32, 63; shr.u32 u32, c32, 6; and.b32 u32, u32, 127; bfe.{t}64 d64, a64, t32, u32;"
    for t in "us"
]
BITS64 += [
    "and.b32 t32, c32, 63; shr.u32 u32, c32, 6; and.b32 u32, u32, 127; bfi.b64 d64, a64, b64, t32, u32;"
]

CARRY = [
    "add.cc.u32 t32, a32, b32; addc.u32 d32, c32, 0;",
    "sub.cc.u32 t32, a32, b32; subc.u32 d32, c32, 0;",
    "add.cc.u32 t32, a32, b32; addc.cc.u32 t32, b32, c32; addc.u32 d32, 0, 0;",
    "sub.cc.u32 t32, a32, b32; subc.cc.u32 t32, b32, c32; subc.u32 d32, 0, 0;",
    "mad.lo.cc.u32 t32, a32, b32, c32; madc.hi.u32 d32, a32, b32, 0;",
    "mad.lo.cc.u32 t32, a32, b32, c32; madc.hi.cc.u32 t32, a32, b32, c32; addc.u32 d32, 0, 0;",
    "mad.hi.cc.u32 t32, a32, b32, c32; addc.u32 d32, t32, 0;",
    "add.cc.u64 t64, a64, b64; addc.u64 d64, c64, 0;",
    "sub.cc.u64 t64, a64, b64; subc.u64 d64, c64, 0;",
    "mad.lo.cc.u64 t64, a64, b64, c64; madc.hi.u64 d64, a64, b64, 0;",
    "add.cc.s32 t32, a32, b32; subc.s32 d32, a32, c32;",
    "sub.cc.s32 t32, a32, b32; addc.s32 d32, a32, c32;",
]


def lop3():
    return [f"lop3.b32 d32, a32, b32, c32, {table:#x};" for table in range(256)]


def cases():
    result = []
    for bits, extra in ((16, WIDE16), (32, WIDE32), (64, [])):
        name = f"integer/arithmetic{bits}"
        result.append(elementwise(name, arithmetic(bits) + extra, *inputs(name, bits, 384)))
    result.append(
        elementwise("integer/bits32", with_predicate(BITS), *inputs("integer/bits32", 32, 512))
    )
    result.append(elementwise("integer/bits64", BITS64, *inputs("integer/bits64", 64, 384)))
    result.append(elementwise("integer/carry", CARRY, *inputs("integer/carry", 64, 512)))
    # Every combination of three bits is in these words.
    result.append(elementwise("integer/lop3", lop3(), [0xF0F0F0F0], [0xCCCCCCCC], [0xAAAAAAAA]))
    return result


def with_predicate(operations):
    return [
        "setp.lt.s32 q, a32, c32; " + text if " q;" in text or "!q;" in text else text
        for text in operations
    ]
