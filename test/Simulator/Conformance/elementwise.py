# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Kernels that apply many instructions to each element of three input arrays.

An operation is PTX text that uses the registers a16 a32 a64, b.., c.. (the low bits
of the element of each array), temporaries t16 t32 t64 (two of each: u..), p q, and
leaves its result in the one of d16 d32 d64 dp that its text names. d16
writes 16 bits, "dp" one byte. GLOBAL_CELL and SHARED_CELL are addresses of 8 bytes
that belong to the thread alone.
"""

import re

from suite import HEADER, Buffer, Case, pointer, words

BLOCK = 128
RESULT = re.compile(r"\bd(16|32|64|p)\b")
SIZES = {"16": 2, "32": 4, "64": 8, "p": 1}
STORES = {
    "16": "st.global.b16 [out+{0}], d16;",
    "32": "st.global.b32 [out+{0}], d32;",
    "64": "st.global.b64 [out+{0}], d64;",
    "p": "selp.u16 d16, 1, 0, dp; st.global.b8 [out+{0}], d16;",
}
PROLOGUE = """.visible .entry k(.param .u64 pa, .param .u64 pb, .param .u64 pc, .param .u64 po) {
.reg .pred p, q, dp;
.reg .b16 a16, b16, c16, d16, t16, u16;
.reg .b32 a32, b32, c32, d32, t32, u32, i32;
.reg .b64 a64, b64, c64, d64, t64, u64, i64, out, base;
.reg .b32 cell; .shared .align 8 .b8 cells[1024];
mov.u32 t32, %ctaid.x; mov.u32 u32, %tid.x; mad.lo.u32 i32, t32, 128, u32;
cvt.u64.u32 i64, i32; shl.b64 t64, i64, 3;
ld.param.u64 base, [pa]; add.u64 base, base, t64; ld.global.b64 a64, [base];
ld.global.b32 a32, [base]; ld.global.b16 a16, [base];
ld.param.u64 base, [pb]; add.u64 base, base, t64; ld.global.b64 b64, [base];
ld.global.b32 b32, [base]; ld.global.b16 b16, [base];
ld.param.u64 base, [pc]; add.u64 base, base, t64; ld.global.b64 c64, [base];
ld.global.b32 c32, [base]; ld.global.b16 c16, [base];
ld.param.u64 base, [po];
mov.u32 cell, cells; shl.b32 t32, u32, 3; add.u32 cell, cell, t32;
"""


def pad(values, count):
    return list(values) + [0] * (count - len(values))


def place(operation, offset):
    """A cell in global memory is the place of the result, used before it is written."""
    return operation.replace("GLOBAL_CELL", f"out+{offset}").replace("SHARED_CELL", "cell")


def elementwise(name, operations, a, b=(), c=()):
    """A case that applies `operations` to elements of three lists of 64-bit words."""
    count = -(-max(len(a), len(b), len(c)) // BLOCK) * BLOCK
    a, b, c = (pad(values, count) for values in (a, b, c))
    text, offset, table = [HEADER, PROLOGUE], 0, []
    shift = None
    for operation in operations:
        kind = RESULT.search(operation).group(1)
        size = SIZES[kind]
        if size != shift:
            text.append(f"mad.lo.u64 out, i64, {size}, base;")
            shift = size
        text.append(place(operation, offset))
        text.append(STORES[kind].format(offset))
        table.append((offset, size, operation))
        offset += size * count
        offset += -offset % 8
    text.append("ret;\n}\n")
    buffers = {
        "a": Buffer(words(a, 8)), "b": Buffer(words(b, 8)), "c": Buffer(words(c, 8)),
        "out": Buffer(size=offset, output=True),
    }  # fmt: skip
    parameters = [pointer(buffer) for buffer in buffers]
    case = Case(name, "\n".join(text), buffers, parameters, count // BLOCK, BLOCK)
    case.table, case.inputs, case.count = table, (a, b, c), count

    def describe(_, byte):
        start, size, operation = max(entry for entry in table if entry[0] <= byte)
        i = (byte - start) // size
        return f"{operation} of {a[i]:#x}, {b[i]:#x}, {c[i]:#x}"

    case.describe = describe
    return case


def pairs(specials, count, rng, bits):
    """All pairs of the special values, then random ones, and random third values."""
    both = [(x, y) for x in specials for y in specials]
    both += [(rng.getrandbits(bits), rng.getrandbits(bits)) for _ in range(count - len(both))]
    third = [rng.choice(specials) if rng.random() < 0.5 else rng.getrandbits(bits) for _ in both]
    return [x for x, _ in both], [y for _, y in both], third
