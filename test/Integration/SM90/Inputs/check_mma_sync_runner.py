#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs a pack of mma_sync_verify.py on a device in Python that writes what the pack
expects, once rightly and once with each of several mistakes: the right one must
pass, each mistake must be found.

  check_mma_sync_runner.py PACK
"""

import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent.parent / "scripts")]

import mma_sync_verify
from fake_device import FIRST, FakeDevice


class Device(FakeDevice):
    """Writes the expected rows; a mistake is given the address of D and the distance of
    its rows."""

    runner = None

    def launch(self, function, plan, launch):
        # The output is allocated first.
        start = FIRST + mma_sync_verify.GUARD
        stride = self.runner.case.stride("d") * self.runner.width
        for row, line in enumerate(self.runner.expected):
            self.write(start + row * stride, line)
        self.mistake(self.memory, start, stride)


def nothing(memory, start, stride):
    pass


def one_bit(memory, start, stride):
    memory[start] ^= 1


def missing_row(memory, start, stride):
    memory[start : start + stride] = 0xA5


def byte_before(memory, start, stride):
    memory[start - 1] ^= 0xFF


def main():
    folder = pathlib.Path(sys.argv[1])
    names = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    runs = errors = 0
    for case in mma_sync_verify.cases():
        if case.name not in names:
            continue
        for mistake in (nothing, one_bit, missing_row, byte_before):
            device = Device(mistake, 1 << 24)
            device.runner = mma_sync_verify.Runner(device, folder, case)
            complaint = device.runner.run()
            runs += 1
            if bool(complaint) != (mistake is not nothing):
                errors += 1
                print(f"{case.name}, {mistake.__name__}: {complaint}")
    print(f"{runs} runs, {errors} errors")
    return 1 if errors or not runs else 0


if __name__ == "__main__":
    sys.exit(main())
