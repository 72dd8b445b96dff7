# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a conformance case is, and how its inputs are made.

A case is a PTX kernel, the buffers and parameters of one launch, and the names of
the buffers that it writes. Both sides run the same case: `record.py` on a GPU,
`replay.py` in the simulator. Its launch description is the JSON of dgemm-sim.
Inputs follow from the names of the case alone, so only outputs are stored.
"""

import hashlib
import importlib
import json
import random
import struct

FAMILIES = [
    "integer", "floating", "convert", "approx", "memory", "warp", "atomics", "barriers",
    "loads", "stores", "clusters", "bulk", "matrix", "mma", "wgmma",
]  # fmt: skip
# What output buffers hold before a launch.
FILL = 0xCD
HEADER = ".version 8.6\n.target sm_90a\n.address_size 64\n"


class Buffer:
    """Global memory: `data`, or `size` bytes of FILL. `output`: compare it."""

    def __init__(self, data=None, size=0, output=False):
        self.data = bytes([FILL]) * size if data is None else bytes(data)
        self.output = output
        self.filled = data is None


class Case:
    """One launch; `parameters` as in a launch description of dgemm-sim."""

    def __init__(self, name, ptx, buffers, parameters, grid=1, block=32, cluster=1, shared=0):
        self.name, self.ptx = name, ptx
        self.buffers, self.parameters = buffers, parameters
        self.grid, self.block, self.cluster = grid, block, cluster
        self.shared = shared
        # Of outputs that are only bounded: see approx.py.
        self.check = None
        # Explains the byte of an output, for reports of differences.
        self.describe = None

    @property
    def family(self):
        return self.name.split("/", maxsplit=1)[0]

    def outputs(self):
        return [name for name, buffer in self.buffers.items() if buffer.output]

    def description(self):
        """The launch description without buffers."""
        return {
            "entry": "k", "grid": extents(self.grid), "block": extents(self.block),
            "cluster": extents(self.cluster), "shared": self.shared,
            "parameters": self.parameters,
        }  # fmt: skip

    def digest(self):
        """Changes with everything that decides the result."""
        digest = hashlib.sha256(self.ptx.encode())
        digest.update(json.dumps(self.description(), sort_keys=True).encode())
        for name, buffer in self.buffers.items():
            digest.update(f"{name} {buffer.output} {len(buffer.data)} ".encode())
            digest.update(buffer.data)
        return digest.hexdigest()[:16]

    def write(self, folder):
        """Writes k.ptx, k.json and the inputs; returns the paths of the outputs."""
        description, paths = self.description(), {}
        description["buffers"] = {}
        for name, buffer in self.buffers.items():
            if buffer.filled:
                entry = {"bytes": len(buffer.data), "fill": FILL}
            else:
                write_npy(folder / f"{name}.npy", buffer.data)
                entry = {"npy": f"{name}.npy"}
            if buffer.output:
                paths[name] = folder / f"{name}.out.npy"
                entry["out"] = paths[name].name
            description["buffers"][name] = entry
        (folder / "k.ptx").write_text(self.ptx, encoding="utf-8")
        (folder / "k.json").write_text(json.dumps(description), encoding="utf-8")
        return paths


def extents(value):
    return [value] if isinstance(value, int) else list(value)


def write_npy(path, data):
    """The bytes as a one-dimensional array of u8."""
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({len(data)},), }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    head = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header))
    path.write_bytes(head + header.encode() + data)


def read_npy(path):
    data = path.read_bytes()
    return data[10 + struct.unpack_from("<H", data, 8)[0] :]


def load_cases(families=None, only=None):
    """All cases of the families in order; `only`: whose name contains one of these."""
    cases = []
    for family in families or FAMILIES:
        cases += importlib.import_module(f"families.{family}").cases()
    names = [case.name for case in cases]
    assert len(set(names)) == len(names), "two cases have the same name"
    return [case for case in cases if not only or any(part in case.name for part in only)]


# Inputs


def generator(name):
    """The same numbers for the same name, in every version of Python."""
    return random.Random(name)


def words(values, size):
    """Little-endian integers of `size` bytes; negative ones wrap."""
    mask = (1 << 8 * size) - 1
    return b"".join((value & mask).to_bytes(size, "little") for value in values)


def unpack(data, size):
    return [int.from_bytes(data[i : i + size], "little") for i in range(0, len(data), size)]


def f32(value):
    return struct.unpack("<I", struct.pack("<f", value))[0]


def pointer(buffer, offset=0):
    return {"pointer": buffer, "offset": offset} if offset else {"pointer": buffer}
