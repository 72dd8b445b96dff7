# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes a problem for a compiled matmul: what dgemm-sim needs, and the result.

  matmul.py PTX PLAN DIRECTORY m=130 n=136 k=272 ga=128 gb=128 sms=2 seed=1

Operands are FP8 with packed scales, or BF16 without. Writes launch.json, the operands
and expected.npy. The operands are small numbers and powers of two, so that all sums
are exact, in any order. Needs Python alone.
"""

import json
import math
import os
import random
import shutil
import struct
import sys
from array import array
from operator import mul

CODES = {0.0: 0x00, 1.0: 0x38, -1.0: 0xB8, 2.0: 0x40, -2.0: 0xC0, 0.5: 0x30, -0.5: 0xB0}
FOLD = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "min": min,
    "max": max,
    "ceildiv": lambda a, b: -(-a // b),
    "floordiv": lambda a, b: a // b,
    "div": lambda a, b: a // b,
    "mod": lambda a, b: a % b,
}
TYPES = {"f8E4M3FN": "u8", "i32": "s32", "bf16": "bf16", "f32": "f32"}


def save(path, kind, shape, values):
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {tuple(shape)}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        array({"|u1": "B", "<u2": "H", "<u4": "I"}[kind], values).tofile(file)


def bits_of(value, bf16):
    bits = struct.unpack("<I", struct.pack("<f", value))[0]
    return (bits + 0x7FFF + (bits >> 16 & 1)) >> 16 if bf16 else bits


class Operand:
    """Rows of codes with one scale for `granularity` elements of K, four in a word. Scales
    are 1 where the operand has none."""

    def __init__(self, rows, k, granularity, source, scaled):
        span = 1 if scaled else 0
        self.codes = [[source.choice(list(CODES)) for _ in range(k)] for _ in range(rows)]
        groups = -(-k // granularity)
        self.words, self.leading = -(-groups // 4), -(-rows // 4) * 4
        exponents = [[source.randint(-span, span) for _ in range(groups)] for _ in range(rows)]
        self.scales = [0x7F7F7F7F] * (self.words * self.leading)
        for row, line in enumerate(exponents):
            for group, exponent in enumerate(line):
                at, shift = group // 4 * self.leading + row, group % 4 * 8
                self.scales[at] = self.scales[at] & ~(255 << shift) | (127 + exponent) << shift
        self.values = [
            [math.ldexp(x, exponents[row][i // granularity]) for i, x in enumerate(line)]
            for row, line in enumerate(self.codes)
        ]


def make(ptx, plan, directory, options):
    m, n, k, ga, gb, sms = (options[x] for x in ("m", "n", "k", "ga", "gb", "sms"))
    names = [argument["name"] for argument in plan["arguments"]]
    scaled = "a_scale" in names
    source = random.Random(options["seed"])
    a, b = Operand(m, k, ga, source, scaled), Operand(n, k, gb, source, scaled)
    shapes = {
        "a": (("dim", m, k), ("stride", k, 1)),
        "b": (("dim", n, k), ("stride", k, 1)),
        "a_scale": (("dim", m, a.words), ("stride", 1, a.leading)),
        "b_scale": (("dim", n, b.words), ("stride", 1, b.leading)),
        "d": (("dim", m, n), ("stride", n, 1)),
    }

    def symbol(index):
        entry = plan["symbols"][index]
        if entry["kind"] == "sm_count":
            return sms
        table = {kind: values for kind, *values in shapes[names[entry["argument"]]]}
        return table[entry["kind"]][entry["dimension"]]

    def value(expression):
        if isinstance(expression, int):
            return expression
        if "symbol" in expression:
            return symbol(expression["symbol"])
        return FOLD[expression["op"]](value(expression["lhs"]), value(expression["rhs"]))

    def tensor_map(entry):
        return {
            "buffer": names[entry["argument"]],
            "offset": entry["offset_bytes"],
            "type": TYPES[entry["type"]],
            "dims": [value(x) for x in entry["dims"]],
            "strides": [value(x) for x in entry["strides"]],
            "box": entry["box"],
            "swizzle": f"{entry['swizzle']}B" if entry["swizzle"] else "none",
        }

    def parameter(entry):
        if entry["kind"] == "map":
            return {"tensor_map": tensor_map(plan["tensor_maps"][entry["index"]])}
        if entry["kind"] == "symbol":
            return {"u32": symbol(entry["index"])}
        return {"pointer": names[entry["index"]]}

    bf16 = plan["arguments"][names.index("d")]["type"] == "bf16"
    kind, size = ("<u2", 2) if bf16 else ("<u4", 4)
    os.makedirs(directory, exist_ok=True)
    for name, operand in (("a", a), ("b", b)):
        values = [x for row in operand.codes for x in row]
        if not scaled:
            words = [bits_of(x, True) for x in values]
            save(f"{directory}/{name}.npy", "<u2", (len(operand.codes), k), words)
            continue
        codes = [CODES[x] for x in values]
        save(f"{directory}/{name}.npy", "|u1", (len(operand.codes), k), codes)
        save(f"{directory}/{name}_scale.npy", "<u4", (len(operand.scales),), operand.scales)
    buffers = {name: {"npy": f"{name}.npy"} for name in names if name != "d"}
    buffers["d"] = {"bytes": m * n * size, "out": "d.npy", "dtype": kind, "shape": [m, n]}
    launch = {
        "entry": plan["entry"],
        "grid": [value(plan["grid"])],
        "block": [value(plan["block"])],
        "shared": value(plan["shared_bytes"]),
        "sm_count": sms,
        "buffers": buffers,
        "parameters": [parameter(entry) for entry in plan["parameters"]],
    }
    with open(f"{directory}/launch.json", "w") as file:
        json.dump(launch, file, indent=1)
    shutil.copy(ptx, f"{directory}/kernel.ptx")
    result = [bits_of(sum(map(mul, x, y)), bf16) for x in a.values for y in b.values]
    save(f"{directory}/expected.npy", kind, (m, n), result)


if __name__ == "__main__":
    options = {"m": 130, "n": 136, "k": 272, "ga": 128, "gb": 128, "sms": 2, "seed": 1}
    options.update((key, int(value)) for key, value in (x.split("=") for x in sys.argv[4:]))
    with open(sys.argv[2]) as file:
        make(sys.argv[1], json.load(file), sys.argv[3], options)
