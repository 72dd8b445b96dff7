#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs what gemm.py made on a GPU instead of the simulator.

  run_on_gpu.py DIRECTORY     kernel.ptx and launch.json to d.npy

Needs an H100 or H200, its driver and python3.
"""

import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "Conformance")]

from record import Recorder
from suite import Buffer, Case, read_npy

import gemm


def load_case(folder):
    launch = json.loads((folder / "launch.json").read_text(encoding="utf-8"))
    ptx = (folder / "kernel.ptx").read_text(encoding="utf-8")
    # The recorder calls kernels k.
    ptx = ptx.replace(f".entry {launch['entry']}(", ".entry k(")
    buffers = {}
    for name, buffer in launch["buffers"].items():
        if "npy" in buffer:
            buffers[name] = Buffer(read_npy(folder / buffer["npy"]))
        else:
            buffers[name] = Buffer(size=buffer["bytes"], output=True)
    return launch, Case(
        launch["entry"], ptx, buffers, launch["parameters"], launch["grid"], launch["block"],
        shared=launch["shared"],
    )  # fmt: skip


def main():
    folder = pathlib.Path(sys.argv[1])
    launch, case = load_case(folder)
    output = launch["buffers"]["d"]
    (data,) = Recorder().run(case).values()
    kind = output["dtype"]
    values = memoryview(data).cast(gemm.SIZES[kind])
    gemm.save(folder / output["out"], kind, output["shape"], values)


if __name__ == "__main__":
    main()
