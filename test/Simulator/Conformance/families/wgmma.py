# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""wgmma: rounding, all N, descriptors, negation, chains of instructions.

Each CTA copies its image to shared memory as it is; descriptors say which bytes of
it are A and B, so that every form of address shows in the sums.
"""

import operands
from suite import HEADER, Buffer, Case, generator, pointer

SWIZZLE_CODES = {0: 0, 128: 1, 64: 2, 32: 3}
# Type of D, of A, of B.
FORMS = [
    ("f32", "bf16", "bf16"), ("f32", "f16", "f16"), ("f16", "f16", "f16"), ("f32", "tf32", "tf32"),
    ("f32", "e4m3", "e4m3"), ("f32", "e5m2", "e5m2"), ("f32", "e4m3", "e5m2"), ("f32", "e5m2", "e4m3"),
    ("f16", "e4m3", "e4m3"), ("f16", "e5m2", "e5m2"), ("f16", "e4m3", "e5m2"), ("f16", "e5m2", "e4m3"),
]  # fmt: skip

COPY = """mov.u32 i, tid;
COPY:
shl.b32 t, i, 4; cvt.u64.u32 o, t; add.u64 o, o, image; add.u32 t, t, base;
ld.global.v4.b32 {w0, w1, w2, w3}, [o]; st.shared.v4.b32 [t], {w0, w1, w2, w3};
add.u32 i, i, 128; setp.lt.u32 p, i, %d; @p bra COPY;
fence.proxy.async; bar.sync 0;
"""


class Instruction:
    """The form of one wgmma; `steps` of them follow each other on the same D."""

    def __init__(
        self, form, n, registers=False, trans=(0, 0), negate=(1, 1), accumulate=1, steps=1
    ):
        self.d, self.a, self.b = form
        self.n, self.registers, self.trans = n, registers, trans
        self.negate, self.accumulate, self.steps = negate, accumulate, steps

    def width(self):
        return operands.BYTES[self.a]

    def count(self):
        """Registers of D."""
        return self.n // (2 if self.d == "f32" else 4)

    def text(self, step):
        k = 32 // self.width()
        d = "{" + ", ".join(f"d{i}" for i in range(self.count())) + "}"
        a = (
            f"{{a{4 * step}, a{4 * step + 1}, a{4 * step + 2}, a{4 * step + 3}}}"
            if self.registers
            else f"x{step}"
        )
        name = f"wgmma.mma_async.sync.aligned.m64n{self.n}k{k}.{self.d}.{self.a}.{self.b}"
        flags = [f"{value}" for value in self.negate]
        if self.width() == 2:
            flags += [f"{value}" for value in self.trans[self.registers :]]
        return f"{name} {d}, {a}, y{step}, q, {', '.join(flags)};"

    def name(self):
        text = f"{self.d}_{self.a}_{self.b}_n{self.n}"
        text += "_rs" if self.registers else ""
        return text


def program(op, image_bytes):
    words = op.steps * 4 if op.registers else 0
    parameters = ["pimage", "pa", "pc", "pd"] + [
        f"q{name}{i}" for i in range(op.steps) for name in "xy"
    ]
    lines = [HEADER, ".extern .shared .align 1024 .b8 smem[];"]
    lines.append(f".visible .entry k({', '.join('.param .u64 ' + name for name in parameters)}) {{")
    lines.append(
        f".reg .pred p, q; .reg .b32 d<{op.count()}>, a<{max(words, 1)}>, w<4>, i, t, tid, base, cta;"
    )
    lines.append(f".reg .b64 image, o, s, z, x<{op.steps}>, y<{op.steps}>;")
    lines.append("mov.u32 tid, %tid.x; mov.u32 cta, %ctaid.x; mov.u32 base, smem;")
    lines.append(
        f"ld.param.u64 image, [pimage]; mul.wide.u32 o, cta, {image_bytes}; add.u64 image, image, o;"
    )
    lines.append(COPY % (image_bytes // 16))
    lines.append("mad.lo.u32 i, cta, 128, tid; shr.u32 t, base, 4; cvt.u64.u32 s, t;")
    for step in range(op.steps):
        lines += [
            f"ld.param.u64 {name}{step}, [q{name}{step}]; add.u64 {name}{step}, {name}{step}, s;"
            for name in "xy"
        ]
    if op.registers:
        lines.append(f"ld.param.u64 z, [pa]; mul.wide.u32 o, i, {4 * words}; add.u64 o, o, z;")
        lines += [f"ld.global.b32 a{j}, [o+{4 * j}];" for j in range(words)]
    lines.append(f"ld.param.u64 z, [pc]; mul.wide.u32 o, i, {4 * op.count()}; add.u64 o, o, z;")
    lines += [f"ld.global.b32 d{j}, [o+{4 * j}];" for j in range(op.count())]
    lines.append(f"setp.ne.u32 q, {op.accumulate}, 0;")
    lines.append("wgmma.fence.sync.aligned;")
    lines += [op.text(step) for step in range(op.steps)]
    lines.append("wgmma.commit_group.sync.aligned; wgmma.wait_group.sync.aligned 0;")
    lines.append(f"ld.param.u64 z, [pd]; mul.wide.u32 o, i, {4 * op.count()}; add.u64 o, o, z;")
    lines += [f"st.global.b32 [o+{4 * j}], d{j};" for j in range(op.count())]
    return "\n".join(lines + ["ret;\n}\n"])


def descriptor(start, leading, stride, swizzle, base=0):
    code = SWIZZLE_CODES[swizzle]
    return start >> 4 | leading >> 4 << 16 | stride >> 4 << 32 | base << 49 | code << 62


def case(name, op, descriptors, image_bytes, patterns, ctas=1, seed=""):
    """`descriptors`: a pair for each step. One pattern for each CTA in turn."""
    rng = generator(name + seed)
    image, regs, c = b"", b"", b""
    narrow = min(op.a, op.b, key=operands.widest)
    for i in range(ctas):
        pattern = patterns[i % len(patterns)]
        half = image_bytes // 2
        # A is in the lower half and B in the upper one: their types may differ.
        image += operands.operand(pattern, op.a, rng, half) + operands.operand(
            pattern, op.b, rng, half
        )
        regs += operands.operand(pattern, op.a, rng, 128 * 16 * op.steps) if op.registers else b""
        c += operands.accumulators(pattern, op.d, rng, 128 * 4 * op.count(), narrow)
    buffers = {
        "image": Buffer(image), "a": Buffer(regs or bytes(16)), "c": Buffer(c),
        "d": Buffer(size=len(c), output=True),
    }  # fmt: skip
    parameters = [pointer(key) for key in buffers]
    parameters += [{"u64": value} for pair in descriptors for value in pair]
    return Case(name, program(op, image_bytes), buffers, parameters, ctas, 128, shared=image_bytes)


def rounding(form, ctas, seed="", steps=1, patterns=operands.PATTERNS):
    """Rounding of the sum, K-major without swizzle: A at 0, B at 2048."""
    op = Instruction(form, 8, steps=steps)
    pairs = [
        (descriptor(2048 * i, 128, 256, 0), descriptor(2048 * (steps + i), 128, 256, 0))
        for i in range(steps)
    ]
    name = f"wgmma/rounding_{op.name()}" + (f"_x{steps}" if steps > 1 else "")
    return case(name, op, pairs, 4096 * steps, patterns, ctas, seed)


def sizes():
    """All N; K-major, 128-byte swizzle."""
    result = []
    for n in range(8, 257, 8):
        op = Instruction(
            ("f32", "bf16", "bf16") if n % 16 else ("f16", "f16", "f16"), n, registers=n % 3 == 0
        )
        pairs = [(descriptor(0, 16, 1024, 128), descriptor(32768, 16, 1024, 128))]
        result.append(case(f"wgmma/size_{op.name()}", op, pairs, 65536, ["integer"]))
    for n in (24, 256):
        for form in (("f32", "tf32", "tf32"), ("f32", "e4m3", "e5m2"), ("f16", "e5m2", "e4m3")):
            op = Instruction(form, n)
            pairs = [(descriptor(0, 16, 1024, 128), descriptor(32768, 16, 1024, 128))]
            result.append(case(f"wgmma/size_{op.name()}", op, pairs, 65536, ["integer"]))
    return result


def layouts():
    """16-bit operands in all layouts, with different strides of A and B."""
    result = []

    def add(label, a, b, trans=(0, 0), registers=False, form=("f32", "bf16", "bf16")):
        op = Instruction(form, 24, registers, trans)
        name = f"wgmma/layout_{op.a}{'_rs' * registers}_{label}"
        result.append(case(name, op, [(a, b)], 32768, ["integer"]))

    half = 16384
    for trans in ((0, 0), (0, 1), (1, 0), (1, 1)):
        for span in (0, 32, 64, 128):
            unit = max(8 * span, 128)
            for i, (leading, stride) in enumerate(
                [(unit, 2 * unit), (4 * unit, unit), (unit + 128, 3 * unit + 256)]
            ):
                label = f"trans{trans[0]}{trans[1]}_{span}_{i}"
                a = descriptor(0, leading, stride, span)
                b = descriptor(half, stride, leading + unit, span)
                add(label, a, b, trans)
                if trans[0] == 0 and i == 0:
                    add(label, a, b, trans, registers=True)
    # Steps along K inside of an atom, other starts, and base offsets.
    for span in (32, 64, 128):
        for step in range(1, span // 32):
            add(
                f"step_{span}_{step}",
                descriptor(32 * step, 16, 8 * span, span),
                descriptor(half + 32 * step, 16, 8 * span, span),
            )
        for base in range(8):
            start = 128 * base
            add(
                f"base_{span}_{base}",
                descriptor(start, 16, 8 * span, span, base),
                descriptor(half, 16, 8 * span, span, base),
            )
            add(
                f"start_{span}_{base}",
                descriptor(start, 16, 8 * span, span),
                descriptor(half + start, 16, 8 * span, span),
            )
        for base in (1, 2, 5):
            a = descriptor(128 * base, 16 * span, 8 * span, span, base)
            add(
                f"base_mn_{span}_{base}",
                a,
                descriptor(half, 16 * span, 8 * span, span, base),
                (1, 1),
            )
    # Other element sizes: K-major only.
    for form in (("f32", "tf32", "tf32"), ("f32", "e4m3", "e4m3"), ("f16", "e5m2", "e4m3")):
        for span in (0, 32, 64, 128):
            unit = max(8 * span, 128)
            a, b = descriptor(0, unit, 2 * unit, span), descriptor(half, 2 * unit, unit, span)
            if span:
                b = descriptor(half + span - 32, 16, unit, span)
            add(f"k_{span}", a, b, form=form)
            add(f"k_{span}", a, b, form=form, registers=True)
    return result


def flags():
    """Negation, scale-d, registers with every type; chains."""
    result = []
    pair = (descriptor(0, 128, 256, 0), descriptor(2048, 128, 256, 0))
    for form in FORMS:
        for i, (negate, accumulate, registers) in enumerate(
            [((-1, 1), 1, False), ((1, -1), 0, True), ((-1, -1), 0, False)]
        ):
            op = Instruction(form, 8, registers, negate=negate, accumulate=accumulate)
            result.append(
                case(
                    f"wgmma/flags_{op.name()}_{i}", op, [pair], 4096, ["near", "bits", "sparse"], 1
                )
            )
    return result


def cases():
    result = [rounding(form, 11) for form in FORMS]
    result += [rounding(form, 11, steps=3) for form in FORMS if form[1] != "e5m2"]
    return result + flags() + sizes() + layouts()
