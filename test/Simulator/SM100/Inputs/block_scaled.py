"""block_scaled.ptx.in against numpy, for each kind of block-scaled tcgen05.mma.

`block_scaled.py --ptx FORM` prints the kernel of one form; the forms are the keys of FORMS."""

import sys

import numpy as np

import sim

E2M1 = np.array([0, 0.5, 1, 1.5, 2, 3, 4, 6])
E2M1 = np.concatenate([E2M1, -E2M1])


def e4m3(code):
    exponent, mantissa = code >> 3 & 15, code & 7
    value = np.where(exponent == 0, mantissa * 2.0**-9, (8 + mantissa) * 2.0**(exponent - 10.0))
    return np.where(code & 128, -value, value)


def e5m2(code):
    exponent, mantissa = code >> 2 & 31, code & 3
    value = np.where(exponent == 0, mantissa * 2.0**-16, (4 + mantissa) * 2.0**(exponent - 17.0))
    return np.where(code & 128, -value, value)


def ue8m0(code):
    return 2.0**(code.astype(np.float64) - 127)


class Type:
    def __init__(self, idesc, bits, decode, codes, tensor, bytes):
        self.idesc, self.bits, self.decode, self.codes = idesc, bits, decode, codes
        self.tensor, self.bytes = tensor, bytes  # of TMA, and what it counts per stage

    def random(self, random, rows, k):
        """Codes in memory order, and their values."""
        codes = random.choice(self.codes, (rows, k)).astype(np.uint8)
        values = self.decode(codes)
        return (codes[:, 0::2] | codes[:, 1::2] << 4 if self.bits == 4 else codes), values


FINITE8 = [code for code in range(256) if code & 0x7F < 0x78]
F8 = Type(0, 8, e4m3, FINITE8, "u8", 16384)
F8E5 = Type(1, 8, e5m2, FINITE8, "u8", 16384)
# Padded to bytes by TMA in a mixed product, packed otherwise.
F4PADDED = Type(5, 4, lambda code: E2M1[code], range(16), "u4_align16", 8192)
F4 = Type(1, 4, lambda code: E2M1[code], range(16), "u8", 16384)


class Form:
    def __init__(self, mma, a, b, block, scales, ue=True):
        self.mma, self.a, self.b, self.block, self.scales, self.ue = mma, a, b, block, scales, ue
        self.k = 256 if a is F4 else 128  # per stage
        self.words = self.k // block // 4

    def ptx(self):
        text = (sim.INPUTS / "block_scaled.ptx.in").read_text()
        steps = self.k // (4 * self.block)  # scales per mma
        values = dict(MMA=self.mma, WORDS=self.words, COLUMNS=4 * self.words,
                      BYTES=self.a.bytes + self.b.bytes + 1024 * self.words)
        for i in range(4):
            byte = i * steps % 4
            idesc = (byte << 4 | self.a.idesc << 7 | self.b.idesc << 10 | 16 << 17 | self.ue << 23 | 1 << 27 |
                     byte << 29)
            values[f"IDESC{i}"] = f"{idesc:#010x}"
            values[f"COLUMN{i}"] = i * steps // 4 * 4
        for name, value in values.items():
            text = text.replace(f"@{name}@", str(value))
        return text

    def decode_scale(self, code):
        return ue8m0(code) if self.ue else e4m3(code)

    def run(self, m, n, k, *, seed, codes=None, schedules=1, ptx=None, check=True):
        """Returns D, the exact product, and the sum of magnitudes."""
        random = np.random.default_rng(seed)
        inputs, values = {}, []
        for name, type, rows in (("a", self.a, m), ("b", self.b, n)):
            bits, numbers = type.random(random, rows, k)
            scales = random.choice(codes or self.scales, (rows, k // self.block)).astype(np.uint8)
            # Four scales of a row are a word; words of the same K follow each other.
            words = scales.view(np.uint32).T
            inputs.update({name: bits, "sf" + name: words})
            values.append(numbers * np.repeat(self.decode_scale(scales), self.block, axis=1))
        maps = [sim.Tensor(name, type.tensor, [k if type is F4PADDED else bits, rows], [bits], [128, 128], "128B")
                for name, type, rows in (("a", self.a, m), ("b", self.b, n))
                for bits in [inputs[name].shape[1]]]
        maps += [sim.Tensor("sf" + name, "u32", [rows, k // self.block // 4], [4 * rows], [128, self.words])
                 for name, rows in (("a", m), ("b", n))]
        out = sim.run(ptx or self.ptx(), "block_scaled", inputs, dict(d=("f4", (m, n))),
                      maps + ["d", m // 128, n // 128, k // self.k], grid=m // 128 * (n // 128), block=256,
                      shared=2 * 36864, seed=seed, schedules=schedules, check=check)
        if not check:
            return out
        return out["d"], values[0] @ values[1].T, np.abs(values[0]) @ np.abs(values[1]).T


UE8 = list(range(120, 135))
FORMS = {
    "mxf8": Form("kind::mxf8f6f4.block_scale.scale_vec::1X", F8, F8E5, 32, UE8),
    "mxf8f4": Form("kind::mxf8f6f4.block_scale.block32", F8, F4PADDED, 32, UE8),
    "mxf4": Form("kind::mxf4.block_scale.scale_vec::2X", F4, F4, 32, UE8),
    "mxf4nvf4_2x": Form("kind::mxf4nvf4.block_scale.block32", F4, F4, 32, UE8),
    "mxf4nvf4": Form("kind::mxf4nvf4.block_scale.scale_vec::4X", F4, F4, 16, [c for c in range(8, 120)], ue=False),
}


def main():
    if sys.argv[1] == "--ptx":
        print(FORMS[sys.argv[2]].ptx())
        return
    form = FORMS[sys.argv[1]]
    # Sums that f32 holds: powers of two as scales, few bits in the operands.
    if form.a is F4:
        exact = [127, 128] if form.ue else [0x38, 0x40]
        d, expected, _ = form.run(128, 128, 512, seed=3, codes=exact, schedules=3)
        sim.same(f"{sys.argv[1]}, exact", d, expected.astype(np.float32))
    d, expected, magnitude = form.run(256, 128, 3 * form.k, seed=4)
    sim.close(f"{sys.argv[1]}, random", d, expected, magnitude, 2.0**-20)


if __name__ == "__main__":
    sys.exit(main())
