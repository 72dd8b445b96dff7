#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the conformance cases on a GPU and stores what they write.

  record.py DIR [--family NAME]... [--only PART]...

Needs an H100 or H200, its driver and python3. Recordings of all families that were
asked for are written anew. A case that fails or does not end is reported, and leaves no
recording; the others go on in a new process.
"""

import argparse
import pathlib
import multiprocessing
import pickle
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
# Beside this file in a pack; the driver is shared with the tests on SM90.
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "Integration" / "SM90")]

import recordings
from cuda_driver import Device, DriverError, aligned_buffer
from suite import extents, load_cases

DATA_TYPES = {
    "u8": 0, "u16": 1, "u32": 2, "s32": 3, "u64": 4, "s64": 5, "f16": 6, "f32": 7,
    "f64": 8, "bf16": 9, "f32_ftz": 10, "tf32": 11, "tf32_ftz": 12,
}  # fmt: skip
SWIZZLES = {"none": 0, "32B": 1, "64B": 2, "128B": 3}
SCALARS = {"u8": 1, "s8": 1, "u16": 2, "s16": 2, "u32": 4, "s32": 4, "u64": 8, "s64": 8}
# Buffers of a launch have this much room around them.
SLACK = 4096


def triple(value):
    return (extents(value) + [1, 1])[:3]


class Recorder:
    def __init__(self):
        self.device = Device()
        self.functions = {}

    def function(self, case):
        if case.ptx not in self.functions:
            self.functions[case.ptx] = self.device.load_ptx(case.ptx, "k", case.shared)
        return self.functions[case.ptx]

    def parameter(self, value, addresses):
        kind = next(iter(value))
        if kind == "pointer":
            number = addresses[value["pointer"]] + value.get("offset", 0)
            return aligned_buffer(number.to_bytes(8, "little"), 8)
        if kind == "tensor_map":
            tensor = dict(value["tensor_map"])
            tensor["address"] = addresses[tensor["buffer"]] + tensor.get("offset", 0)
            tensor["type"] = DATA_TYPES[tensor["type"]]
            tensor["swizzle"] = SWIZZLES[tensor.get("swizzle", "none")]
            tensor["fill"] = int(tensor.get("fill") == "nan")
            return self.device.encode(tensor)
        size = SCALARS[kind]
        number = value[kind] & (1 << 8 * size) - 1
        return aligned_buffer(number.to_bytes(size, "little"), size)

    def run(self, case):
        """The contents of the outputs after the launch."""
        function, device = self.function(case), self.device
        addresses = {}
        for name, buffer in case.buffers.items():
            addresses[name] = device.allocate(len(buffer.data) + SLACK)
            device.write_bytes(addresses[name], buffer.data)
        parameters = [self.parameter(value, addresses) for value in case.parameters]
        grid, block, cluster = (triple(v) for v in (case.grid, case.block, case.cluster))
        device.launch_cluster(function, grid, block, cluster, case.shared, parameters)
        device.wait(3.0)
        outputs = {
            name: device.read_bytes(addresses[name], len(case.buffers[name].data))
            for name in case.outputs()
        }
        for address in addresses.values():
            device.free(address)
        return outputs


def work(folder, cases):
    """Runs cases that have no result yet, up to the first that breaks the context."""
    try:
        recorder = Recorder()
    except DriverError as error:
        sys.exit(f"record.py: {error}")
    if not any(folder.iterdir()):
        device = recorder.device
        capability = ".".join(map(str, device.capability()))
        print(f"{device.name()}, capability {capability}, driver API {device.driver_version()}")
    for i, case in enumerate(cases):
        path = folder / str(i)
        if path.exists():
            continue
        path.write_bytes(pickle.dumps("the process ended"))
        try:
            result = recorder.run(case)
        except DriverError as error:
            path.write_bytes(pickle.dumps(str(error)))
            return
        path.write_bytes(pickle.dumps(result))


def collect(folder, cases, target):
    """Writes the recordings; returns how many cases failed."""
    results, failed = {}, 0
    for i, case in enumerate(cases):
        path = folder / str(i)
        result = pickle.loads(path.read_bytes()) if path.exists() else "it did not run"
        if isinstance(result, str):
            print(f"{case.name}: {result}")
            failed += 1
        else:
            results.setdefault(case.family, []).append((case, result))
    for family, entries in results.items():
        recordings.write(target, family, entries)
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("target", type=pathlib.Path)
    parser.add_argument("--family", action="append")
    parser.add_argument("--only", action="append", help="cases whose name contains this")
    parser.add_argument("--limit", type=float, default=240, help="seconds, then it stops")
    args = parser.parse_args()
    cases = load_cases(args.family, args.only)
    start = time.monotonic()
    end = start + args.limit
    # A process that uses the GPU after an error in a kernel fails in everything.
    context = multiprocessing.get_context("fork")
    args.target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        while len(list(folder.iterdir())) < len(cases) and time.monotonic() < end:
            worker = context.Process(target=work, args=(folder, cases))
            worker.start()
            worker.join()
            ran = len(list(folder.iterdir()))
            print(f"{time.monotonic() - start:.1f} s: {ran} of {len(cases)} cases ran", flush=True)
            if ran == 0:
                return 1
        failed = collect(folder, cases, args.target)
    print(f"{len(cases) - failed} recorded, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
