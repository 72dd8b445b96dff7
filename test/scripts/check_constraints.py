#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares the numbered constraints of a dialect in its documentation, its
verifiers and its negative tests.

A constraint such as `matmul-c3` must be documented in ODS, must head a
diagnostic as "[matmul-c3]", and must be expected by a *_invalid.mlir test.
Exits with 1 when one of the three lacks a constraint of the others.
"""

import argparse
import pathlib
import re
import sys

LABEL = r"[a-z][a-z0-9_]*-c\d+"
DOCUMENTED = re.compile(rf"`({LABEL})`")
DIAGNOSED = re.compile(rf"\[({LABEL})\]|\"({LABEL})\"")
EXPECTED = re.compile(rf"expected-error.*?\[({LABEL})\]")


def labels(folders, pattern, expression):
    """Maps each label to the first file that has it."""
    found = {}
    for path in sorted(path for folder in folders for path in folder.rglob(pattern)):
        for match in expression.finditer(path.read_text(encoding="utf-8")):
            found.setdefault(next(filter(None, match.groups())), path)
    return found


def natural(label):
    operation, number = label.rsplit("-c", 1)
    return operation, int(number)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    folders = {"type": pathlib.Path, "required": True, "nargs": "+"}
    parser.add_argument("--ods", **folders, help="folders of .td")
    parser.add_argument("--source", **folders, help="folders of .cpp")
    parser.add_argument("--tests", **folders, help="folders of *_invalid.mlir")
    args = parser.parse_args()
    places = {
        "documentation": labels(args.ods, "*.td", DOCUMENTED),
        "diagnostic": labels(args.source, "*.cpp", DIAGNOSED),
        "negative test": labels(args.tests, "*_invalid.mlir", EXPECTED),
    }
    everything = sorted(set().union(*places.values()), key=natural)
    errors = 0
    for label in everything:
        for place, found in places.items():
            if label not in found:
                errors += 1
                seen = next(other[label] for other in places.values() if label in other)
                print(f"{label}: no {place} (known from {seen})")
    print(f"{len(everything)} constraints, {errors} gaps")
    return 1 if errors or not everything else 0


if __name__ == "__main__":
    sys.exit(main())
