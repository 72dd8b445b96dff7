#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Reduces the JSON that `lit -o` writes to "N passed, N failed, N skipped".

Lists what was skipped and what failed before that line. Exits with 1 if a test
failed or if none ran.
"""

import argparse
import json
import sys

PASSED = {"PASS", "FLAKYPASS", "XFAIL"}
SKIPPED = {"UNSUPPORTED", "SKIPPED", "EXCLUDED"}


def classify(code):
    """A code this script does not know counts as a failure."""
    if code in PASSED:
        return "passed"
    return "skipped" if code in SKIPPED else "failed"


def count(results):
    """Maps passed, failed and skipped to the names of their tests."""
    names = {"passed": [], "failed": [], "skipped": []}
    for test in results["tests"]:
        names[classify(test["code"])].append(test["name"])
    return names


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", help="file written by lit -o")
    with open(parser.parse_args().results, encoding="utf-8") as file:
        names = count(json.load(file))
    for kind in ["skipped", "failed"]:
        for name in sorted(names[kind]):
            print(f"{kind}: {name}")
    print(", ".join(f"{len(names[kind])} {kind}" for kind in names), flush=True)
    return 0 if names["passed"] and not names["failed"] else 1


if __name__ == "__main__":
    sys.exit(main())
