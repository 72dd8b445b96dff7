#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Stands for a dgemm-run that ends well but compared one element only."""

import re
import sys

path = next(word.split("=", 1)[1] for word in sys.argv if word.startswith("--list="))
extents = {"m": 1, "n": 1, "k": 1}
with open(path, encoding="utf-8") as lines:
    for line in lines:
        extents |= dict(re.findall(r"--([mnk])=(\d+)", line))
        shape = " ".join(f"{name}={value}" for name, value in extents.items())
        print(f"PASS random_kernel {shape} seed=0 on sim: 1 launch, 1 of 1 elements compared")
