#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles dense FP8 matmuls of many shapes, scale granularities and output
types to machine code and fails when one does not compile or spills registers.

  compile_dense_fp8.py [--target sm_120a]     needs dgemm-compile and ptxas
"""

import argparse
import os
import re
import subprocess
import sys

# Rows of A (None: known at launch), rows of B, K, elements per scale of A and B,
# output type. Tails in every dimension, one tile and many, short and long K.
CASES = [
    (None, 2112, 7168, 128, 128, "bf16"),
    (None, 2112, 7168, 128, 128, "f32"),
    (None, 2112, 7168, 32, 32, "bf16"),
    (None, 2112, 7168, 32, 128, "f32"),
    (None, 2112, 7168, 128, 32, "bf16"),
    (None, 7168, 2048, 128, 128, "bf16"),
    (None, 2110, 7168, 128, 128, "f32"),
    (None, 24, 512, 128, 128, "bf16"),
    (None, 129, 208, 128, 128, "bf16"),
    (None, None, 7168, 128, 128, "bf16"),
    (64, 2112, 7168, 128, 128, "bf16"),
    (127, 136, 144, 32, 32, "f32"),
    (1, 8, 16, 128, 128, "bf16"),
]
FACT = re.compile(r"^  (.*\S) +(\d+)  ", re.MULTILINE)


def text(extent):
    return "?" if extent is None else str(extent)


def matrix(rows, columns, element):
    return f"memref<{text(rows)}x{text(columns)}x{element}>"


def scales(rows, k, block):
    """Packed UE8M0: four to a word, columns that start 16 bytes apart."""
    words = -(-k // (4 * block))
    column = None if rows is None else -(-rows // 4) * 4
    return f"memref<{text(rows)}x{words}xi32, strided<[1, {text(column)}]>>"


def module(m, n, k, block_a, block_b, out):
    a, b = matrix(m, k, "f8E4M3FN"), matrix(n, k, "f8E4M3FN")
    sa, sb = scales(m, k, block_a), scales(n, k, block_b)
    d = matrix(m, n, out)
    return f"""
func.func @f(%a: {a}, %sa: {sa}, %b: {b}, %sb: {sb}, %d: {d}) {{
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : {a}, {sa}, {b}, {sb})
    outs(%d : {d})
    {{granularity = #dgemm.granularity<a = 1x{block_a}, b = 1x{block_b}>}}
  return
}}
"""


def compile_case(case, target):
    command = ["dgemm-compile", "-", f"--target={target}", "--emit=cubin"]
    command += ["--facts", "-o", os.devnull]
    answer = subprocess.run(
        command, input=module(*case), capture_output=True, text=True, check=False
    )
    if answer.returncode != 0:
        return answer.stderr.strip()
    facts = {name: int(value) for name, value in FACT.findall(answer.stderr)}
    if facts["spill stores"] or facts["spill loads"] or facts["stack"]:
        return f"spills: {facts}"
    return None


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--target", default="sm_120a")
    target = parser.parse_args().target
    failures = 0
    for case in CASES:
        error = compile_case(case, target)
        failures += error is not None
        print(f"{'FAIL' if error else 'ok'} {case} {error or ''}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
