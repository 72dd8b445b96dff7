#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes lib/Schedule/Measured/<chip>.csv from sweeps on hardware.

  dgemm-bench --suite=dense-fp8,dense-bf16 --all-candidates --device=cuda --json=sweep.json
  measured_schedules.py sweep.json > lib/Schedule/Measured/sm_90a.csv

One line for each problem: the fastest of its candidates whose result was right,
the cost model's choice where that is within the noise.
"""

import argparse
import json
import pathlib
import re

NOISE = 1.005
# What Schedule's getForm says of the forms of dgemm-bench.
FORMS = {
    "fp8-1d2d-bf16": "f8E4M3FN f8E4M3FN bf16 nt 1x128 128x128 f32",
    "fp8-1d1d-f32": "f8E4M3FN f8E4M3FN f32 nt 1x128 1x128 f32",
    "fp8-1d1d-f32-acc": "f8E4M3FN f8E4M3FN f32 nt 1x128 1x128 f32 more",
    "bf16-bf16": "bf16 bf16 bf16 nt",
    "bf16-bf16-acc": "bf16 bf16 bf16 nt more",
    "bf16-f32": "bf16 bf16 f32 nt",
    "bf16-f32-acc": "bf16 bf16 f32 nt more",
}
LAYOUT = re.compile(r"-(nn|tn|tt)\b")


def find_form(name):
    """The table's form of a form of dgemm-bench, None for one that it lacks."""
    layout = LAYOUT.search(name)
    form = FORMS.get(LAYOUT.sub("", name))
    return form.replace(" nt", f" {layout[1]}") if form and layout else form


def read_entries(paths):
    for path in paths:
        yield from json.loads(path.read_text(encoding="utf-8"))["measurements"]


def is_right(entry):
    return bool(entry.get("us")) and (entry.get("error_over_bound") or 0) <= 1


def choose(entries):
    best = min(entries, key=lambda entry: entry["us"])
    chosen = [entry for entry in entries if entry.get("chosen")]
    near = [entry for entry in chosen if entry["us"] <= NOISE * best["us"]]
    return near[0] if near else best


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sweeps", nargs="+", type=pathlib.Path)
    problems = {}
    for entry in read_entries(parser.parse_args().sweeps):
        form = find_form(entry["form"])
        if form and is_right(entry):
            key = (form, entry["m"], entry["n"], entry["k"])
            problems.setdefault(key, []).append(entry)
    print("# form;m;n;k;schedule")
    for key, entries in sorted(problems.items()):
        print(*key, choose(entries)["schedule"], sep=";")


if __name__ == "__main__":
    main()
