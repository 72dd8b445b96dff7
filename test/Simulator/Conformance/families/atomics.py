# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Atomics on global and shared memory: what they return and what they leave."""

import floats
from elementwise import elementwise, pairs
from families.integer import specials
from suite import HEADER, Buffer, Case, generator, pointer

# Each thread has a word of its own; CELL becomes its address.
SPACES = {"global": "GLOBAL_CELL", "shared": "SHARED_CELL"}
INTEGER32 = ["add.u32", "add.s32", "min.u32", "min.s32", "max.u32", "max.s32", "inc.u32", "dec.u32"]
INTEGER32 += ["and.b32", "or.b32", "xor.b32", "exch.b32"]
INTEGER64 = [
    "add.u64",
    "min.u64",
    "min.s64",
    "max.u64",
    "max.s64",
    "and.b64",
    "or.b64",
    "xor.b64",
    "exch.b64",
]


def both(space, operation, bits, reduce=True):
    """Old and new value of one atomic; `red` leaves the same as `atom`."""
    cell = SPACES[space]
    start = f"st.{space}.b{bits} [{cell}], a{bits};"
    source = f"b{bits}, c{bits}" if operation.startswith("cas") else f"b{bits}"
    result = [
        f"{start} atom.{space}.{operation} d{bits}, [{cell}], {source};",
        f"{start} atom.{space}.{operation} t{bits}, [{cell}], {source}; ld.{space}.b{bits} d{bits}, [{cell}];",
    ]
    if reduce and not operation.startswith(("cas", "exch")):
        result.append(
            f"{start} red.{space}.{operation} [{cell}], {source}; ld.{space}.b{bits} d{bits}, [{cell}];"
        )
    return result


def integers(bits):
    names = INTEGER32 if bits == 32 else INTEGER64
    return [
        text
        for space in SPACES
        for name in names + [f"cas.b{bits}"]
        for text in both(space, name, bits)
    ]


def cas16():
    return [text for space in SPACES for text in both(space, "cas.b16", 16)]


def floating(operation, bits):
    return [text for space in SPACES for text in both(space, operation, bits)]


def vectors():
    """red and atom of several numbers, global memory only."""
    result = []
    start = "st.global.v2.b32 [GLOBAL_CELL], {a32, b32};"
    for name in ("add.v2.f32", "add.noftz.v2.f16x2", "add.noftz.v2.bf16x2"):
        result.append(
            f"{start} atom.global.{name} {{t32, u32}}, [GLOBAL_CELL], {{b32, c32}}; mov.b64 d64, {{t32, u32}};"
        )
        result.append(
            f"{start} red.global.{name} [GLOBAL_CELL], {{b32, c32}}; ld.global.b64 d64, [GLOBAL_CELL];"
        )
    return result


CONTEND = """.visible .entry k(.param .u64 po) {
.reg .pred p; .reg .b32 t, i, c, r<8>; .reg .b64 o, s; .shared .align 8 .b32 cell[16];
ld.param.u64 o, [po]; mov.u32 t, %tid.x; mov.u32 c, %ctaid.x; mad.lo.u32 i, c, 256, t;
setp.lt.u32 p, t, 16; shl.b32 r0, t, 2; mov.u32 r1, cell; add.u32 r1, r1, r0;
@p st.shared.b32 [r1], 7; bar.sync 0;
"""


def contention():
    """All threads on the same words; the result does not depend on the order."""
    names = ["add.u32", "min.s32", "max.u32", "inc.u32", "and.b32", "or.b32", "xor.b32"]
    body = [HEADER, CONTEND, "mul.lo.u32 r2, i, 2654435761;"]
    for j, name in enumerate(names):
        value = "1000" if name == "inc.u32" else "r2"
        body.append(
            f"red.global.{name} [o+{4 * j}], {value}; red.shared.{name} [cell+{4 * j}], {value};"
        )
    body.append("bar.sync 0; mad.lo.u32 r3, c, 16, t; mul.wide.u32 s, r3, 4; add.u64 s, s, o;")
    body.append("@p ld.shared.b32 r4, [r1]; @p st.global.b32 [s+64], r4; ret;\n}\n")
    buffers = {"out": Buffer(bytes(64 + 4 * 64), output=True)}
    return Case("atomics/contention", "\n".join(body), buffers, [pointer("out")], 4, 256)


def numbers(name, kind, count):
    """Pairs of special values and sums that round, in `count` elements."""
    rng, bits = generator(name), 1 + sum(floats.FORMATS[kind])
    values = floats.specials(kind)
    a, b, _ = pairs(values, len(values) ** 2 + count // 2, rng, bits)
    a += floats.near(kind, rng, count // 2, 3)
    b += floats.near(kind, rng, count // 2, 3)
    return a, b


def packed(name, kind):
    """f16x2 and bf16x2: other elements of the same lists in the upper half."""
    a, b = numbers(name, kind, 128)
    order = list(range(len(a)))
    generator(name + "/order").shuffle(order)
    a, b = ([x | values[i] << 16 for x, i in zip(values, order)] for values in (a, b))
    return a, b, b[1:] + b[:1]


def cases():
    result = []
    for bits in (32, 64):
        name = f"atomics/integer{bits}"
        a, b, c = pairs(specials(bits), 384, generator(name), bits)
        result.append(elementwise(name, integers(bits), a, b, c))
    a, b, c = pairs(specials(16)[:8], 128, generator("atomics/cas16"), 16)
    result.append(
        elementwise(
            "atomics/cas16",
            cas16(),
            a,
            [x if i % 2 else y for i, (x, y) in enumerate(zip(a, b))],
            c,
        )
    )
    for kind, bits in (("f32", 32), ("f64", 64)):
        name = f"atomics/{kind}"
        result.append(elementwise(name, floating(f"add.{kind}", bits), *numbers(name, kind, 256)))
    for kind in ("f16", "bf16"):
        name = f"atomics/{kind}"
        result.append(
            elementwise(name, floating(f"add.noftz.{kind}", 16), *numbers(name, kind, 256))
        )
        result.append(
            elementwise(
                f"{name}x2", floating(f"add.noftz.{kind}x2", 32), *packed(f"{name}x2", kind)
            )
        )
    result.append(elementwise("atomics/vector", vectors(), *packed("atomics/vector", "f16")))
    return result + [contention()]
