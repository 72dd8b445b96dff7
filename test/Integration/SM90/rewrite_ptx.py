# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Turns the PTX of an SM120 kernel into PTX that an H100 runs: the target changes,
and each block-scaled MMA becomes a plain MMA and a multiplication by the scales.
Nothing else does. README.md says what a run of the result proves.

For m16n8k32 with one scale for each row of A and column of B (scale_vec::1X), a
thread t of a warp holds rows t/4 and t/4 + 8 and columns 2(t%4) and 2(t%4) + 1 of
the accumulator. The scale of row r comes from thread 4(r%8) + 2*thread_id_a + r/8,
that of column c from thread 4c + thread_id_b, each byte byte_id of that
thread's scale register (PTX ISA, "Block scaling for mma.sync").
"""

import re


class RewriteError(Exception):
    """The PTX has something that has no form on sm_90a."""


MNEMONIC = (
    "mma.sync.aligned.m16n8k32.row.col.kind::mxf8f6f4.block_scale.scale_vec::1X"
    ".f32.e4m3.e4m3.f32.ue8m0"
)
REGISTERS = r"\s*\{([^}]*)\}\s*"
SCALE = r"\s*\{?\s*(%\w+)\s*\}?\s*"
BLOCK_SCALED = re.compile(
    re.escape(MNEMONIC)
    + ",".join([REGISTERS] * 4 + [SCALE, REGISTERS, SCALE, REGISTERS])
    + ";"
)

# Registers of the whole kernel: the lanes that provide scales when thread ids are 0.
PROLOGUE = """
	.reg .f32 %em_zero;
	.reg .b32 %em_lane, %em_row, %em_column;
	mov.f32 %em_zero, 0f00000000;
	mov.u32 %em_lane, %laneid;
	and.b32 %em_row, %em_lane, 28;
	and.b32 %em_column, %em_lane, 3;
	shl.b32 %em_column, %em_column, 3;
"""

# Reads byte `byte` of `register` as UE8M0 and leaves 2^(e - 127) as the bits of an
# f32 in `into`: e = 0 is a subnormal number, e = 255 is NaN.
SCALE_BITS = """
	{widen_byte}
	shl.b32 %em_t, %em_t, 3;
	shr.u32 {into}, {register}, %em_t;
	and.b32 {into}, {into}, 255;
	shl.b32 {into}, {into}, 23;
	setp.eq.u32 %em_p, {into}, 0x7f800000;
	max.u32 {into}, {into}, 0x00400000;
	selp.b32 {into}, 0x7fffffff, {into}, %em_p;"""

REPLACEMENT = """{{
	.reg .f32 %em_z<4>, %em_s<4>, %em_v<4>;
	.reg .b32 %em_a, %em_b, %em_t, %em_l, %em_g;
	.reg .pred %em_p;
	mma.sync.aligned.m16n8k32.row.col.f32.e4m3.e4m3.f32
		{{%em_z0, %em_z1, %em_z2, %em_z3}}, {{{a}}}, {{{b}}},
		{{%em_zero, %em_zero, %em_zero, %em_zero}};{bits_a}{bits_b}
	{widen_thread_a}
	shl.b32 %em_t, %em_t, 1;
	add.u32 %em_l, %em_row, %em_t;
	shfl.sync.idx.b32 %em_g, %em_a, %em_l, 31, -1;
	mov.b32 %em_s0, %em_g;
	add.u32 %em_l, %em_l, 1;
	shfl.sync.idx.b32 %em_g, %em_a, %em_l, 31, -1;
	mov.b32 %em_s1, %em_g;
	{widen_thread_b}
	add.u32 %em_l, %em_column, %em_t;
	shfl.sync.idx.b32 %em_g, %em_b, %em_l, 31, -1;
	mov.b32 %em_s2, %em_g;
	add.u32 %em_l, %em_l, 4;
	shfl.sync.idx.b32 %em_g, %em_b, %em_l, 31, -1;
	mov.b32 %em_s3, %em_g;
	mul.rn.f32 %em_v0, %em_s0, %em_s2;
	mul.rn.f32 %em_v1, %em_s0, %em_s3;
	mul.rn.f32 %em_v2, %em_s1, %em_s2;
	mul.rn.f32 %em_v3, %em_s1, %em_s3;
	fma.rn.f32 {d[0]}, %em_z0, %em_v0, {c[0]};
	fma.rn.f32 {d[1]}, %em_z1, %em_v1, {c[1]};
	fma.rn.f32 {d[2]}, %em_z2, %em_v2, {c[2]};
	fma.rn.f32 {d[3]}, %em_z3, %em_v3, {c[3]};
	}}"""


def split(registers):
    return [register.strip() for register in registers.split(",")]


def widen(selector):
    """Byte and thread ids are 16-bit registers or immediates."""
    if selector.startswith("%"):
        return f"cvt.u32.u16 %em_t, {selector};"
    return f"mov.u32 %em_t, {selector};"


def emulate(match):
    d, a, b, c, scale_a, ids_a, scale_b, ids_b = match.groups()
    (byte_a, thread_a), (byte_b, thread_b) = split(ids_a), split(ids_b)
    return REPLACEMENT.format(
        d=split(d),
        a=a,
        b=b,
        c=split(c),
        bits_a=SCALE_BITS.format(register=scale_a, widen_byte=widen(byte_a), into="%em_a"),
        bits_b=SCALE_BITS.format(register=scale_b, widen_byte=widen(byte_b), into="%em_b"),
        widen_thread_a=widen(thread_a),
        widen_thread_b=widen(thread_b),
    )


def add_prologue(ptx):
    """Behind the brace that opens the body of the only entry."""
    entries = list(re.finditer(r"^\.visible \.entry [^{]*\{", ptx, re.MULTILINE))
    if len(entries) != 1:
        raise RewriteError(f"{len(entries)} entries, expected 1")
    end = entries[0].end()
    return ptx[:end] + PROLOGUE + ptx[end:]


def rewrite(ptx):
    """PTX for sm_90a, and how many MMAs were replaced."""
    ptx, targets = re.subn(r"^\.target sm_12[01]a$", ".target sm_90a", ptx, flags=re.MULTILINE)
    if targets != 1:
        raise RewriteError("expected one line '.target sm_120a' or '.target sm_121a'")
    ptx, count = BLOCK_SCALED.subn(emulate, ptx)
    left = re.search(r"^.*block_scale.*$", ptx, re.MULTILINE)
    if left:
        raise RewriteError(f"no emulation for: {left.group(0).strip()}")
    return (add_prologue(ptx) if count else ptx), count
