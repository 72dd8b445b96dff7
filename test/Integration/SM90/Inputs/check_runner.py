#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs a pack on a device in Python, which computes the product from what the launch
plan tells it, once rightly and once with each of several mistakes: the right one
must pass, each mistake must be found.

  check_runner.py PACK
"""

import json
import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent.parent / "scripts")]

import problem as problems
import sm90_verify
from fake_device import FakeDevice

MOST_PRODUCTS = 2**25


class Device(FakeDevice):
    """Computes the product of what the launch plan says."""

    problem, launches = None, 0

    def view(self, tensor_map):
        """The bytes that a tensor map shows, as [dim 1, dim 0 in bytes]."""
        if tensor_map is None:
            return np.zeros((0, 0), np.uint8)
        width = tensor_map["dims"][0] * (4 if tensor_map["type"] == "i32" else 1)
        rows, stride, at = tensor_map["dims"][1], tensor_map["strides"][0], tensor_map["address"]
        return np.stack([self.memory[at + i * stride : at + i * stride + width] for i in range(rows)])

    def operand(self, named, data, scale, block):
        """Rows with their scales applied, decoded from device memory."""
        codes, words = self.view(named[data]), self.view(named[scale])
        if codes.size == 0:
            return None
        rows = codes.shape[0]
        exponents = words.reshape(words.shape[0], -1, 4)[:, :rows].transpose(1, 0, 2)
        scales = 2.0 ** (exponents.reshape(rows, -1).astype(float) - 127)
        return problems.E4M3[codes] * np.repeat(scales, block, 1)[:, : codes.shape[1]]

    def launch(self, function, plan, launch):
        for kind, value in launch.parameters:
            if kind == "workspace":
                assert value and not self.memory[value : value + launch.workspace_bytes].any()
        maps = zip(plan["tensor_maps"], launch.maps)
        named = {plan["arguments"][m["argument"]]["name"]: value for m, value in maps}
        problem = self.problem
        a = self.operand(named, "a", "a_scale", problem.block[0])
        b = self.operand(named, "b", "b_scale", problem.block[1])
        exact = np.zeros((problem.m, problem.n)) if a is None or b is None else a @ b.T
        self.store(plan, launch, named, problems.round_output(exact, problem.out))
        self.launches += 1
        self.mistake(self)

    def store(self, plan, launch, named, values):
        """By the tensor map of D, or by its address where it has none."""
        size = self.problem.output_bytes()
        if "d" in named:
            self.d, stride = named["d"]["address"], named["d"]["strides"][0]
        else:
            self.d = next(value for kind, value in launch.parameters if kind == "pointer")
            stride = size * self.problem.row_d
        bits = values.astype(np.float32).view(np.uint32) >> (8 * (4 - size))
        for row, line in enumerate(bits.astype(np.uint16 if size == 2 else np.uint32)):
            self.write(self.d + row * stride, line)


def nothing(device):
    pass


def missing_row(device):
    size = device.problem.n * device.problem.output_bytes()
    start = device.d + (device.problem.m - 1) * device.problem.row_d * device.problem.output_bytes()
    device.memory[start : start + size] = 0xA5


def one_bit(device):
    device.memory[device.d] ^= 1


def one_exponent(device):
    device.memory[device.d + device.problem.output_bytes() - 1] ^= 0x10


def byte_before(device):
    device.memory[device.d - 1] ^= 0xFF


def another_result(device):
    if device.launches == 3:
        device.memory[device.d] ^= 1


# Each with the data on which it must be found.
MISTAKES = {
    missing_row: ("exact", "random"),
    one_bit: ("exact",),
    one_exponent: ("exact", "random"),
    byte_before: ("exact", "random"),
    another_result: ("exact", "random"),
}


def complaints_of(folder, variant, shape, data, mistake):
    device = Device(mistake, 1 << 27)
    device.problem = problems.Problem(variant, shape, data, seed=1)
    return sm90_verify.Runner(device, folder, variant).run(device.problem)[0]


def check_right(folder, variant, shape, data):
    """Lines about what is said of a right result."""
    found = complaints_of(folder, variant, shape, data, nothing)
    return [f"{variant['name']} {shape} {data}: {complaint}" for complaint in found]


def check_mistakes(folder, variant):
    """Lines about mistakes that were not found, on one shape of a kernel."""
    shape = next(shape for shape in variant["shapes"] if 0 not in shape)
    return [
        f"{variant['name']} {shape} {data}: {mistake.__name__} was not found"
        for mistake, kinds in MISTAKES.items()
        for data in kinds
        if not complaints_of(folder, variant, shape, data, mistake)
    ]


def main():
    folder = pathlib.Path(sys.argv[1])
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    errors, count = [], 0
    for variant in manifest["variants"]:
        for shape in variant["shapes"]:
            # Four products on the CPU each: the large ones say no more.
            if shape[0] * shape[1] * shape[2] > MOST_PRODUCTS:
                continue
            for data in ("exact", "random"):
                errors += check_right(folder, variant, shape, data)
                count += 1
        errors += check_mistakes(folder, variant)
    print("\n".join(errors[:20]))
    print(f"{count} problems, {len(errors)} errors")
    return 1 if errors or not count else 0


if __name__ == "__main__":
    sys.exit(main())
