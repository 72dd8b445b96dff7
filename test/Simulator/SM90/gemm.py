# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes a problem for a kernel of kernels.py and checks what came out.

  gemm.py make KERNEL DIRECTORY [option=value ...]    kernel.ptx, launch.json, inputs
  gemm.py check DIRECTORY                             compares d.npy

Kernels: matmul, scaled, hybrid. Options: m, n, k, ctas, seed, a and b (majors of
matmul: k or mn), data (integers: results are exact and must be equal; random: they
must lie within the bound of the instruction), old and new (text to replace in the
PTX, which must be there: to break it). Needs Python alone.
"""

import json
import math
import os
import random
import struct
import sys
from array import array
from operator import mul

import kernels

SIZES = {"<u2": "H", "|u1": "B", "<f4": "f"}


def save(path, kind, shape, values):
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {tuple(shape)}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        array(SIZES[kind], values).tofile(file)


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack_from("<H", data, 8)
    kind = data[10 : 10 + length].decode().split("'descr': '")[1].split("'")[0]
    values = array(SIZES[kind])
    values.frombytes(data[10 + length :])
    return list(values)


def bits_of(value):
    return struct.unpack("<I", struct.pack("<f", value))[0]


def float_of(bits):
    return struct.unpack("<f", struct.pack("<I", bits))[0]


def to_bf16(value):
    """Rounds to nearest even."""
    bits = bits_of(value)
    return (bits + 0x7FFF + (bits >> 16 & 1)) >> 16


def from_e4m3(code):
    exponent, mantissa = code >> 3 & 15, code & 7
    value = math.ldexp(mantissa, -9) if exponent == 0 else math.ldexp(8 + mantissa, exponent - 10)
    return -value if code & 128 else value


E4M3 = {from_e4m3(code): code for code in range(255) if code & 127 != 127}


class Problem:
    def __init__(self, kernel, options):
        self.kernel = kernel
        self.m, self.n, self.k = (int(options.get(e, d)) for e, d in (("m", 200), ("n", 168), ("k", 144)))
        self.ctas = int(options.get("ctas", 3))
        self.majors = options.get("a", "k"), options.get("b", "k")
        self.exact = options.get("data", "integers") == "integers"
        self.old, self.new = options.get("old", ""), options.get("new", "")
        self.random = random.Random(int(options.get("seed", 1)))
        self.a = self.matrix(self.m)
        self.b = self.matrix(self.n)

    def element(self):
        if self.exact:
            return float(self.random.randint(-3, 3))
        value = self.random.gauss(0, 1)
        if self.kernel == "scaled":
            return from_e4m3(self.random.choice([c for c in range(256) if c & 127 < 0x50]))
        # Bits that the operand types keep.
        keep = 0xFFFFE000 if self.kernel == "hybrid" else 0xFFFF0000
        return float_of(bits_of(value) & keep)

    def matrix(self, rows):
        return [[self.element() for _ in range(self.k)] for _ in range(rows)]

    def encode(self, value):
        return E4M3[value or 0.0] if self.kernel == "scaled" else bits_of(value) >> 16

    def scale(self):
        return math.ldexp(1 if self.exact else self.random.uniform(1, 2), self.random.randint(-2, 2))

    def write(self, directory):
        os.makedirs(directory, exist_ok=True)
        self.directory = directory
        make = getattr(self, "make_" + self.kernel)
        ptx, launch, expected = make()
        with open(f"{directory}/kernel.ptx", "w") as file:
            assert self.old in ptx, self.old
            file.write(ptx.replace(self.old, self.new))
        with open(f"{directory}/launch.json", "w") as file:
            json.dump(launch, file, indent=1)
        with open(f"{directory}/expected.json", "w") as file:
            json.dump({"exact": self.exact, **expected}, file)

    def save_matrix(self, name, rows, major, kind):
        """Row-major with K (or the other extent) innermost. The dimensions of it."""
        encode = self.encode if kind != "<f4" else float
        if major == "mn":
            rows = list(zip(*rows))
        save(f"{self.directory}/{name}.npy", kind, (len(rows), len(rows[0])), [encode(x) for row in rows for x in row])
        return len(rows[0]), len(rows)

    def tensor_map(self, name, kind, dims, box, size, swizzle="128B"):
        return {"tensor_map": {"buffer": name, "type": kind, "dims": list(dims), "strides": [dims[0] * size], "box": box, "swizzle": swizzle}}

    def launch(self, name, threads, shared, parameters, output):
        extents = [{"u32": e} for e in (self.m, self.n, self.k)]
        buffers = {b: {"npy": f"{b}.npy"} for b in ("a", "b")}
        kind, size = output
        buffers["d"] = {"bytes": self.m * self.n * size, "out": "d.npy", "dtype": kind, "shape": [self.m, self.n]}
        return {
            "entry": name,
            "grid": [self.ctas],
            "block": [threads],
            # Slack to align the stages, staging of D, mbarriers.
            "shared": shared + 1024 + 2 * 128 * 128 + 64,
            "sm_count": self.ctas,
            "buffers": buffers,
            "parameters": parameters + extents,
        }

    def reference(self, scales=None):
        """D, and the sum of the magnitudes of the terms."""
        rows = []
        for i, a in enumerate(self.a):
            row = []
            for j, b in enumerate(self.b):
                products = list(map(mul, a, b))
                if scales:
                    parts = [products[x : x + 128] for x in range(0, self.k, 128)]
                    row.append((sum(scales(i, j, x) * sum(p) for x, p in enumerate(parts)), sum(scales(i, j, x) * sum(map(abs, p)) for x, p in enumerate(parts))))
                else:
                    row.append((sum(products), sum(map(abs, products))))
            rows.append(row)
        return rows

    def make_matmul(self):
        ptx, threads, shared = kernels.matmul(*self.majors)
        maps = []
        for name, rows, major in (("a", self.a, self.majors[0]), ("b", self.b, self.majors[1])):
            dims = self.save_matrix(name, rows, major, "<u2")
            maps.append(self.tensor_map(name, "bf16", dims, [64, 128 if major == "k" else 64], 2))
        maps.append(self.tensor_map("d", "bf16", (self.n, self.m), [64, 64], 2))
        launch = self.launch("matmul", threads, shared, maps, ("<u2", 2))
        bound = 2.0**-20 * math.ceil(self.k / 16)
        return ptx, launch, {"rows": self.reference(), "bf16": True, "bound": bound}

    def make_paired(self):
        ptx, threads, shared = kernels.paired()
        maps = []
        for name, rows, box in (("a", self.a, 64), ("b", self.b, 128)):
            dims = self.save_matrix(name, rows, "k", "<u2")
            maps.append(self.tensor_map(name, "bf16", dims, [64, box], 2))
        maps.append(self.tensor_map("d", "bf16", (self.n, self.m), [64, 64], 2))
        launch = self.launch("paired", threads, shared, maps, ("<u2", 2))
        launch["cluster"] = [2]
        bound = 2.0**-20 * math.ceil(self.k / 16)
        return ptx, launch, {"rows": self.reference(), "bf16": True, "bound": bound}

    def make_scaled(self):
        ptx, threads, shared = kernels.scaled()
        blocks = -(-self.k // 128)
        padded = -(-self.m // 4) * 4
        scales_a = [[self.scale() for _ in range(padded)] for _ in range(blocks)]
        scales_b = [[self.scale() for _ in range(blocks)] for _ in range(-(-self.n // 128))]
        scales_a, scales_b = ([[float_of(bits_of(x)) for x in row] for row in s] for s in (scales_a, scales_b))
        maps = []
        for name, rows in (("a", self.a), ("b", self.b)):
            dims = self.save_matrix(name, rows, "k", "|u1")
            maps.append(self.tensor_map(name, "u8", dims, [128, 128], 1))
        self.save_matrix("sa", scales_a, "k", "<f4")
        self.save_matrix("sb", scales_b, "k", "<f4")
        maps.append(self.tensor_map("sa", "f32", (padded, blocks), [128, 1], 4, "none"))
        maps.append(self.tensor_map("d", "bf16", (self.n, self.m), [64, 64], 2))
        launch = self.launch("scaled", threads, shared, maps + [{"pointer": "sb"}], ("<u2", 2))
        launch["buffers"].update({s: {"npy": f"{s}.npy"} for s in ("sa", "sb")})
        rows = self.reference(lambda i, j, x: scales_a[x][i] * scales_b[j // 128][x])
        return ptx, launch, {"rows": rows, "bf16": True, "bound": 4 * 2.0**-8}

    def make_hybrid(self):
        ptx, threads, shared = kernels.hybrid()
        maps = []
        for name, rows in (("a", self.a), ("b", self.b)):
            dims = self.save_matrix(name, rows, "k", "<f4")
            maps.append(self.tensor_map(name, "f32", dims, [32, 64], 4))
        launch = self.launch("hybrid", threads, shared, maps + [{"pointer": "d"}], ("<f4", 4))
        launch["grid"] = [-(-self.n // 64), -(-self.m // 64)]
        bound = 2.0**-20 * math.ceil(self.k / 8)
        return ptx, launch, {"rows": self.reference(), "bf16": False, "bound": bound}


def check(directory):
    with open(f"{directory}/expected.json") as file:
        expected = json.load(file)
    found = read(f"{directory}/d.npy")
    if expected["bf16"]:
        found = [float_of(x << 16) for x in found]
    width = len(expected["rows"][0])
    wrong = []
    for i, row in enumerate(expected["rows"]):
        for j, (value, magnitude) in enumerate(row):
            rounded = float_of(to_bf16(value) << 16) if expected["bf16"] else value
            allowed = 0.0
            if not expected["exact"]:
                allowed = expected["bound"] * magnitude + (abs(value) * 2.0**-7 if expected["bf16"] else 0)
            d = found[i * width + j]
            if not abs(d - rounded) <= allowed:
                wrong.append(f"D[{i}][{j}] is {d}, expected {rounded} +- {allowed}")
    for line in wrong[:8]:
        print(line)
    print(f"{len(wrong)} of {len(found)} elements are wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    if sys.argv[1] == "check":
        sys.exit(check(sys.argv[2]))
    Problem(sys.argv[2], dict(o.split("=", 1) for o in sys.argv[4:])).write(sys.argv[3])
