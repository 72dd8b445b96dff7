# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""mma.sync with f32 and f16 accumulators: fragments and rounding.

Each warp runs one instruction on its own fragments. Registers are filled with
patterns of different kinds: what the rounding of the sum depends on.
"""

import operands
from suite import HEADER, Buffer, Case, generator, pointer

# Name, shape, registers of A, B and C, type of A and B, of C and D.
FORMS = [
    ("bf16_k8", "m16n8k8.row.col.f32.bf16.bf16.f32", 2, 1, 4, "bf16", "bf16"),
    ("bf16", "m16n8k16.row.col.f32.bf16.bf16.f32", 4, 2, 4, "bf16", "bf16"),
    ("f16_k8", "m16n8k8.row.col.f32.f16.f16.f32", 2, 1, 4, "f16", "f16"),
    ("f16", "m16n8k16.row.col.f32.f16.f16.f32", 4, 2, 4, "f16", "f16"),
    ("f16_k8_d16", "m16n8k8.row.col.f16.f16.f16.f16", 2, 1, 2, "f16", "f16"),
    ("f16_d16", "m16n8k16.row.col.f16.f16.f16.f16", 4, 2, 2, "f16", "f16"),
    ("tf32_k4", "m16n8k4.row.col.f32.tf32.tf32.f32", 2, 1, 4, "tf32", "tf32"),
    ("tf32", "m16n8k8.row.col.f32.tf32.tf32.f32", 4, 2, 4, "tf32", "tf32"),
    ("e4m3", "m16n8k32.row.col.f32.e4m3.e4m3.f32", 4, 2, 4, "e4m3", "e4m3"),
    ("e5m2", "m16n8k32.row.col.f32.e5m2.e5m2.f32", 4, 2, 4, "e5m2", "e5m2"),
    ("e4m3_e5m2", "m16n8k32.row.col.f32.e4m3.e5m2.f32", 4, 2, 4, "e4m3", "e5m2"),
    ("e5m2_e4m3", "m16n8k32.row.col.f32.e5m2.e4m3.f32", 4, 2, 4, "e5m2", "e4m3"),
]


def program(form):
    _, text, count_a, count_b, count_c, _, _ = form
    lines = [
        HEADER,
        ".visible .entry k(.param .u64 pa, .param .u64 pb, .param .u64 pc, .param .u64 pd) {",
    ]
    lines.append(".reg .b32 a<4>, b<4>, c<4>, i, t; .reg .b64 p, o;")
    lines.append("mov.u32 i, %ctaid.x; mov.u32 t, %tid.x; mad.lo.u32 i, i, 32, t;")
    for name, count in (("a", count_a), ("b", count_b), ("c", count_c)):
        lines.append(f"ld.param.u64 p, [p{name}]; mul.wide.u32 o, i, {4 * count}; add.u64 p, p, o;")
        lines += [f"ld.global.b32 {name}{j}, [p+{4 * j}];" for j in range(count)]
    a, b, c = (registers(*pair) for pair in (("a", count_a), ("b", count_b), ("c", count_c)))
    lines.append(f"mma.sync.aligned.{text} {c}, {a}, {b}, {c};")
    lines.append(f"ld.param.u64 p, [pd]; mul.wide.u32 o, i, {4 * count_c}; add.u64 p, p, o;")
    lines += [f"st.global.b32 [p+{4 * j}], c{j};" for j in range(count_c)]
    return "\n".join(lines + ["ret;\n}\n"])


def registers(name, count):
    return "{" + ", ".join(f"{name}{i}" for i in range(count)) + "}"


def case(form, count, seed="", patterns=operands.PATTERNS):
    """`count` instructions, the patterns in turn."""
    name = f"mma/{form[0]}"
    rng = generator(name + seed)
    data = {"a": b"", "b": b"", "c": b""}
    for i in range(count):
        pattern = patterns[i % len(patterns)]
        both = operands.fragments(
            pattern, form[5], form[6], "f16" if form[4] == 2 else "f32", rng, form[2:5]
        )
        for key, value in zip("abc", both):
            data[key] += value
    buffers = {key: Buffer(value) for key, value in data.items()}
    buffers["d"] = Buffer(size=len(data["c"]), output=True)
    return Case(name, program(form), buffers, [pointer(key) for key in buffers], count)


def cases():
    return [case(form, 44) for form in FORMS]
