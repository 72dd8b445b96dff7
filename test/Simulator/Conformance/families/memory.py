# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Loads and stores of parts of words in all state spaces, and generic addresses."""

from elementwise import elementwise, pairs
from families.integer import specials
from suite import generator

CELLS = {"global": "GLOBAL_CELL", "shared": "SHARED_CELL", "local": "frame"}
LOADS = {"u8": 1, "s8": 1, "b8": 1, "u16": 2, "s16": 2, "u32": 4, "s32": 4, "b32": 4, "f32": 4}


def frame(space, text):
    return f"{{ .local .align 8 .b8 frame[16]; {text} }}" if space == "local" else text


def widened(text):
    """The result is in x16, x32 or d64; cells of 8 bytes need results of 8 bytes."""
    for bits in (16, 32):
        if f"x{bits}" in text:
            return f"{{ .reg .b{bits} x{bits}; {text} cvt.u64.u{bits} d64, x{bits}; }}"
    return text


def parts(space):
    """A word is written whole and read in part, and the other way round."""
    cell, result = CELLS[space], []
    start = f"st.{space}.b64 [{cell}], a64;"
    for kind, size in LOADS.items():
        for register in ("x16", "x32", "d64"):
            if int(register[1:]) < 8 * size or (kind == "f32" and register == "d64"):
                continue
            at = (5 * size + 1) % (8 // size) * size
            result.append(f"{start} ld.{space}.{kind} {register}, [{cell}+{at}];")
    for kind, register in (
        ("u8", "b16"),
        ("b8", "b32"),
        ("u16", "b16"),
        ("s16", "b32"),
        ("u32", "b32"),
        ("b8", "b64"),
        ("b32", "b64"),
    ):
        size = LOADS.get(kind, 2)
        result.append(
            f"{start} st.{space}.{kind} [{cell}+{4 - size if size < 4 else 4}], {register}; ld.{space}.b64 d64, [{cell}];"
        )
    vectors = [
        "ld.SPACE.v2.b32 {t32, u32}, [CELL]; sub.u32 x32, t32, u32;",
        "ld.SPACE.v2.s16 {t32, u32}, [CELL+4]; sub.u32 x32, t32, u32;",
        "ld.SPACE.v4.u16 {t16, u16, x16, t16}, [CELL]; sub.u16 x16, x16, u16;",
        "ld.SPACE.v4.s8 {t32, u32, x32, t32}, [CELL+4]; mad.lo.u32 x32, u32, 1000, x32;",
        "st.SPACE.v4.b16 [CELL], {b16, a16, c16, b16}; ld.SPACE.b64 d64, [CELL];",
        "st.SPACE.v2.b32 [CELL], {b32, c32}; ld.SPACE.b64 d64, [CELL];",
        "st.SPACE.v2.u8 [CELL+6], {b32, c32}; ld.SPACE.b64 d64, [CELL];",
    ]
    result += [f"{start} {text.replace('SPACE', space).replace('CELL', cell)}" for text in vectors]
    return [frame(space, widened(text)) for text in result]


def generic():
    """The same words through generic addresses."""
    result = []
    for space in ("shared", "local"):
        address = "cvt.u64.u32 t64, cell;" if space == "shared" else "mov.u64 t64, frame;"
        address += f" cvta.{space}.u64 t64, t64;"
        start = f"st.{space}.b64 [{'cell' if space == 'shared' else 'frame'}], a64; {address}"
        result.append(frame(space, f"{start} ld.s16 d32, [t64+6];"))
        result.append(frame(space, f"{start} st.b16 [t64+2], b16; ld.b64 d64, [t64];"))
        result.append(
            frame(space, f"{start} cvta.to.{space}.u64 u64, t64; ld.{space}.b32 d32, [u64+4];")
        )
        for other in ("global", "shared", "shared::cluster", "local", "const"):
            result.append(frame(space, f"{address} isspacep.{other} dp, t64;"))
        if space == "shared":
            result.append(f"{start} atom.add.u32 d32, [t64], b32;")
            result.append(f"{start} atom.xor.b64 u64, [t64], b64; ld.b64 d64, [t64];")
    result.append("isspacep.global dp, out;")
    result.append(
        "{ .reg .b64 x; cvta.const.u64 x, table; and.b32 t32, a32, 12; cvt.u64.u32 t64, t32; add.u64 x, x, t64; ld.b32 d32, [x]; }"
    )
    result.append(
        "{ .reg .b64 x; mov.u64 x, table; and.b32 t32, a32, 14; cvt.u64.u32 t64, t32; add.u64 x, x, t64; ld.const.s16 d32, [x]; }"
    )
    result.append(
        "{ .reg .b64 x; mov.u64 x, table; and.b32 t32, a32, 15; cvt.u64.u32 t64, t32; add.u64 x, x, t64; ld.const.u8 d16, [x]; }"
    )
    return result


def cases():
    rng = generator("memory")
    a, b, c = pairs(specials(64), 384, rng, 64)
    result = [elementwise(f"memory/{space}", parts(space), a, b, c) for space in CELLS]
    table = ".const .align 8 .b32 table[4] = {0x01828384, -2, 0x7fffffff, 1000};\n.visible"
    last = elementwise("memory/generic", generic(), a, b, c)
    last.ptx = last.ptx.replace(".visible", table, 1)
    return result + [last]
