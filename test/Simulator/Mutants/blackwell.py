# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes the kernels of SM100/Inputs with small problems for mutate.py.

  blackwell.py DIRECTORY

Each kernel gets a subdirectory of its name, with an expected.npy that numpy confirms.
"""

import json
import pathlib
import shutil
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "SM100" / "Inputs"))
import bf16_gemm
import block_scaled
import pair_gemm
import sim
import tmem_a

RANDOM = np.random.default_rng(5)


def integers(rows, k):
    return RANDOM.integers(-4, 5, (rows, k))


def gemm(module, m, n, k, grid):
    a, b = integers(m, k), integers(n, k)
    sim.same(module.__name__, module.multiply(a, b, grid=grid, seed=1), (a @ b.T).astype(np.float32))


def a_in_tensor_memory(k):
    a, b = integers(128, k), integers(32, k)
    d, _ = tmem_a.multiply(a, b, seed=1)
    sim.same("tmem_a", d, (a @ b.T).astype(np.float32))


def scaled(form):
    form = block_scaled.FORMS[form]
    d, expected, magnitude = form.run(128, 128, 5 * form.k, seed=2)
    sim.close("block_scaled", d, expected, magnitude, 2.0**-20)


PROBLEMS = {
    "bf16_gemm": lambda: gemm(bf16_gemm, 256, 128, 320, 1),
    # An odd number of tiles, whose multiplications take less time than their stores.
    "bf16_short": lambda: gemm(bf16_gemm, 128, 320, 64, 1),
    "pair_gemm": lambda: gemm(pair_gemm, 256, 384, 320, 2),
    "pair_short": lambda: gemm(pair_gemm, 256, 640, 64, 2),
    "tmem_a": lambda: a_in_tensor_memory(224),
    # So many phases that an arrival less in each adds up to a warp.
    "tmem_a_long": lambda: a_in_tensor_memory(2304),
    "mxf8": lambda: scaled("mxf8"),
    "mxf4nvf4": lambda: scaled("mxf4nvf4"),
}


def main(directory):
    for name, run in PROBLEMS.items():
        folder = pathlib.Path(directory) / name
        with sim.keep(folder):
            run()
        launch = json.loads((folder / "launch.json").read_text())
        launch["buffers"]["d"]["out"] = "d.npy"
        (folder / "launch.json").write_text(json.dumps(launch))
        shutil.copy(folder / "d.out.npy", folder / "expected.npy")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
