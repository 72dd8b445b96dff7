#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the conformance cases in the simulator and compares with the recordings.

  replay.py --simulator dgemm-sim [--family NAME]... [--only PART]... [--keep DIR]

Every byte of every output must be what the GPU wrote, except for approximations,
which have bounds (families/approx.py); a finding of the simulator is a failure too.
Exit code 1 if there is one.
"""

import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile

import recordings
from suite import FAMILIES, load_cases, read_npy

HERE = pathlib.Path(__file__).resolve().parent
# Differences of one case that are printed.
SHOWN = 8


def differences(case, name, actual, expected):
    """One line for each of the first bytes that differ."""
    lines, last = [], None
    if len(actual) != len(expected):
        return [f"{name} has {len(actual)} bytes, expected {len(expected)}"]
    places = [i for i in range(len(actual)) if actual[i] != expected[i]]
    for place in places:
        what = case.describe(name, place) if case.describe else f"word {place // 4}"
        if what == last:
            continue
        last = what
        start = place // 4 * 4
        got, wanted = (data[start : start + 4][::-1].hex() for data in (actual, expected))
        lines.append(f"{name}[{place}]: {what}: got {got}, recorded {wanted}")
        if len(lines) == SHOWN:
            break
    return [f"{len(places)} of {len(actual)} bytes of {name} differ", *lines] if places else []


def simulate(case, folder, args):
    """Outputs by name, or the text of what went wrong."""
    paths = case.write(folder)
    command = [args.simulator, str(folder / "k.ptx"), "--launch", str(folder / "k.json")]
    command += ["--threads=1", f"--seed={args.seed}"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    except subprocess.TimeoutExpired:
        return "the simulator did not end within 120 s"
    if answer.returncode != 0:
        return (answer.stderr + answer.stdout).strip()[:600] or f"exit code {answer.returncode}"
    return {name: read_npy(path) for name, path in paths.items()}


def check(case, recorded, args):
    """Lines about what is wrong with a case; none if it is right."""
    if case.name not in recorded:
        return ["there is no recording: run record.py on a GPU"]
    digest, expected = recorded[case.name]
    if digest != case.digest():
        return ["the recording is of another program or of other inputs: run record.py on a GPU"]
    if args.keep:
        folder = args.keep / case.name.replace("/", "_")
        folder.mkdir(parents=True, exist_ok=True)
        outputs = simulate(case, folder, args)
    else:
        with tempfile.TemporaryDirectory() as name:
            outputs = simulate(case, pathlib.Path(name), args)
    if isinstance(outputs, str):
        return outputs.split("\n")
    compare = case.check or differences
    return [line for name in outputs for line in compare(case, name, outputs[name], expected[name])]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--simulator", required=True)
    parser.add_argument("--family", action="append")
    parser.add_argument("--only", action="append", help="cases whose name contains this")
    parser.add_argument("--recorded", type=pathlib.Path, default=HERE / "recorded")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=pathlib.Path, help="leave the launches in this folder")
    args = parser.parse_args()
    passed = failed = 0
    for family in args.family or FAMILIES:
        cases = load_cases([family], args.only)
        recorded = recordings.read(args.recorded, family)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            results = list(pool.map(lambda case: check(case, recorded, args), cases))
        for case, lines in zip(cases, results):
            if lines:
                print(f"{case.name}: " + "\n    ".join(lines))
        wrong = sum(bool(lines) for lines in results)
        print(f"{family}: {len(cases) - wrong} passed, {wrong} failed", flush=True)
        passed, failed = passed + len(cases) - wrong, failed + wrong
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
