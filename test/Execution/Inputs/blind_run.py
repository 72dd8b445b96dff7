#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Stands for a dgemm-run that ends well but compared one element only."""

print("PASS dgemm.matmul d: 1 of 1 elements compared, max error 0 (bound there 0)")
