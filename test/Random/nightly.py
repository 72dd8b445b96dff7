#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What check-dgemm-nightly runs: spills.py, upstream_shapes.py for sm_120a and sm_121a,
then random_kernels.py with 50 problems of every form in three orders.

Environment:
  DGEMM_NIGHTLY_SHARD=i/n    part of the products and forms (1/1)
  DGEMM_NIGHTLY_SECONDS=N    start nothing after so long, in each of the four runs
  DGEMM_NIGHTLY_SEED=N       instead of a fresh one
"""

import os
import pathlib
import secrets
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def main():
    binaries, folder = sys.argv[1:]
    seed = os.environ.get("DGEMM_NIGHTLY_SEED", str(secrets.randbelow(10**6)))
    common = [f"--bin={binaries}", f"--folder={folder}", f"--seed={seed}"]
    common.append("--shard=" + os.environ.get("DGEMM_NIGHTLY_SHARD", "1/1"))
    if seconds := os.environ.get("DGEMM_NIGHTLY_SECONDS"):
        common.append(f"--seconds={seconds}")
    runs = [
        ["spills.py"],
        ["upstream_shapes.py", "--target=sm_120a"],
        ["upstream_shapes.py", "--target=sm_121a"],
        ["random_kernels.py", "--rounds=5", "--problems=10", "--orders=3"],
    ]
    failed = 0
    for script, *options in runs:
        command = [sys.executable, str(HERE / script), *common, *options]
        print(" ".join(command), flush=True)
        failed += subprocess.run(command, check=False).returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
