# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs a pack as on a machine without a CUDA driver, whatever this one has; the
exit code is 0 when that is an error."""

import ctypes
import sys

sys.path.insert(0, sys.argv[1])
import sm90_verify


def missing(name):
    raise OSError(f"{name}: cannot open shared object file")


ctypes.CDLL = missing
sys.argv = ["sm90_verify.py", "--run", sys.argv[1]]
sys.exit(0 if sm90_verify.main() == 1 else 1)
