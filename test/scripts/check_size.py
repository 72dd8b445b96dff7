#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Counts the instructions of the PTX on standard input; exits with 1 above --max.

What the compiler and ptxas take grows with the code, so a bound on its length
keeps the time to compile within bounds on any machine.
"""

import argparse
import re
import sys

# A line that begins with an opcode, behind a predicate or not. Declarations begin
# with a dot, labels with a dollar sign; operands of long instructions follow on
# lines of their own.
INSTRUCTION = re.compile(r"^\s*(@!?%?\w+\s+)?[a-z][\w.:]*(\s|;)")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--max", type=int, required=True)
    args = parser.parse_args()
    count = sum(bool(INSTRUCTION.match(line)) for line in sys.stdin)
    if count == 0:
        sys.exit("no instructions in the input, expected PTX")
    print(f"{count} instructions, at most {args.max}")
    return 0 if count <= args.max else 1


if __name__ == "__main__":
    sys.exit(main())
