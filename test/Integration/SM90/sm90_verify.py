#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""SM120 kernels on an H100: see README.md for what this proves.

  sm90_verify.py --make DIR     compile the kernels, rewrite their PTX for sm_90a and
                                assemble them into DIR, with everything that --run
                                needs. Needs dgemm-compile and ptxas, no GPU.
  DIR/sm90_verify.py --run DIR  run them. Needs an H100 or H200, its driver, python3
                                and numpy; neither LLVM nor a CUDA toolkit.

The last line of --run is "N passed, N failed"; each failure prints the command that
repeats it alone. Exit code 1 if there is one.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
# Beside this file in a pack; in the sources the evaluator is a script of all tests.
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "scripts")]

import launch_plan

MODULES = ["sm90_verify.py", "problem.py", "cuda_driver.py", "README.md"]
POISONS = (0xA5, 0x5A, 0xFF)
# So few CTAs that each computes several tiles, through the same pipelines.
FEW_CTAS = 3


# Making a pack


def run_tool(command, text=None):
    answer = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {answer.stderr.strip()[:2000]}")
    return answer.stdout + answer.stderr


def make_variant(variant, folder, target):
    """Compiles one kernel; returns a line about it."""
    import rewrite_ptx
    import variants

    text = variants.module(variant)
    base = folder / variant.name
    base.with_suffix(".mlir").write_text(text, encoding="utf-8")
    compiler = ["dgemm-compile", "-", f"--target={target}"]
    plan = run_tool(compiler + ["--emit=plan"], text)
    base.with_suffix(".plan.json").write_text(plan, encoding="utf-8")
    ptx, count = rewrite_ptx.rewrite(run_tool(compiler + ["--emit=ptx"], text))
    base.with_suffix(".ptx").write_text(ptx, encoding="utf-8")
    cubin = str(base.with_suffix(".cubin"))
    facts = run_tool(["ptxas", "-arch=sm_90a", "-v", str(base) + ".ptx", "-o", cubin])
    spills = re.search(r"(\d+) bytes spill stores", facts)
    return f"{variant.name}: {count} MMAs emulated, {spills.group(1)} bytes of spills"


def select_variants(args):
    import variants

    every = variants.written_schedules() + variants.chosen_schedules()
    every += variants.random_variants(args.random, args.seed)
    return [v for v in every if not args.only or v.name in args.only]


def make(args):
    folder = pathlib.Path(args.make)
    folder.mkdir(parents=True, exist_ok=True)
    chosen = select_variants(args)
    failures, made = 0, []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [(v, pool.submit(make_variant, v, folder, args.target)) for v in chosen]
        for variant, job in jobs:
            try:
                print(job.result(), flush=True)
                made.append(variant.manifest())
            except Exception as error:  # one kernel must not hide the others
                failures += 1
                print(f"{variant.name}: FAIL {type(error).__name__}: {error}", flush=True)
    manifest = {"target": args.target, "variants": made}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    for name in MODULES:
        shutil.copy(HERE / name, folder)
    shutil.copy(launch_plan.__file__, folder)
    print(f"{len(made)} kernels made, {failures} failed")
    return 1 if failures or not made else 0


# Running a pack


class Runner:
    """One kernel on the device."""

    def __init__(self, device, folder, variant):
        self.device, self.variant = device, variant
        self.plan = launch_plan.load(folder / f"{variant['name']}.plan.json")
        image = (folder / f"{variant['name']}.cubin").read_bytes()
        self.function = device.load(image, self.plan["entry"], self.plan["shared_bytes"])

    def upload(self, image):
        address = self.device.allocate(image.size)
        self.device.write(address, image)
        self.allocations.append(address)
        return address

    def make_arguments(self, problem):
        """Arguments in the plan's order, found by their names."""
        from problem import GUARD

        a, stride_a = problem.matrix_image(problem.a)
        b, stride_b = problem.matrix_image(problem.b)
        sa, words_a, column_a = problem.scale_image(problem.ea)
        sb, words_b, column_b = problem.scale_image(problem.eb)
        self.output = self.device.allocate(problem.output_size())
        self.allocations.append(self.output)
        m, n, k = problem.m, problem.n, problem.k
        argument = launch_plan.Argument
        named = {
            "a": argument(self.upload(a) + GUARD, (m, k), (stride_a, 1)),
            "b": argument(self.upload(b) + GUARD, (n, k), (stride_b, 1)),
            "a_scale": argument(self.upload(sa) + GUARD, (m, words_a), (1, column_a)),
            "b_scale": argument(self.upload(sb) + GUARD, (n, words_b), (1, column_b)),
            "d": argument(self.output + GUARD, (m, n), (problem.row_d, 1)),
        }
        return [named[expected["name"]] for expected in self.plan["arguments"]]

    def add_workspace(self, launch):
        """Zeros, where splits of K meet; a launch leaves its counters zero."""
        import numpy as np

        if not launch.workspace_bytes:
            return
        address = self.upload(np.zeros(launch.workspace_bytes, np.uint8))
        launch.parameters = [
            (kind, address if kind == "workspace" else value)
            for kind, value in launch.parameters
        ]

    def run_once(self, problem, arguments, sm_count, poison):
        """The output's image after a launch on memory full of `poison`."""
        import numpy as np

        image = np.full(problem.output_size(), poison, np.uint8)
        self.device.write(self.output, image)
        launch = launch_plan.evaluate(self.plan, arguments, sm_count)
        if launch.grid:
            self.add_workspace(launch)
            self.device.launch(self.function, self.plan, launch)
        self.device.read(image, self.output)
        return image, launch.grid

    def run(self, problem):
        """Three launches on the whole device and one on a few multiprocessors,
        which all must give the same bits. Returns complaints, the largest error
        over its bound, and the grid."""
        from problem import check

        self.allocations = []
        try:
            arguments = self.make_arguments(problem)
            poisons = [*POISONS, POISONS[0]]
            counts = [self.device.sm_count()] * len(POISONS) + [FEW_CTAS]
            runs = [
                self.run_once(problem, arguments, count, poison)
                for count, poison in zip(counts, poisons)
            ]
        finally:
            for address in self.allocations:
                self.device.free(address)
        complaints, ratio = check(problem, [image for image, _ in runs], poisons)
        grid = runs[0][1]
        if (grid == 0) != (problem.m == 0 or problem.n == 0):
            complaints.append(f"the grid is {grid} for {problem.m} x {problem.n} elements")
        return complaints, ratio, grid


def reproduction(args, variant, shape, data):
    shape = "x".join(map(str, shape))
    return (
        f"{sys.executable} {sys.argv[0]} --run {args.run} --only {variant['name']} "
        f"--shape {shape} --data {data} --seed {args.seed}"
    )


def problems_of(args, variant):
    for shape in variant["shapes"]:
        if args.shape and shape != args.shape:
            continue
        for data in ("exact", "random"):
            if args.data in (None, data):
                yield shape, data


def run_problem(args, runner, shape, data):
    """Whether it passed; prints a line, and the way to repeat a failure."""
    from problem import Problem

    variant = runner.variant
    complaints, ratio, grid = runner.run(Problem(variant, shape, data, args.seed))
    m, n, k = shape
    print(
        f"{'FAIL' if complaints else 'ok'} {variant['name']} m={m} n={n} k={k} {data} "
        f"grid {grid}, error {ratio:.3f} of the bound",
        flush=True,
    )
    for complaint in complaints:
        print(f"  {complaint}")
    if complaints:
        print(f"  repeat: {reproduction(args, variant, shape, data)}", flush=True)
    return not complaints


def run_all(args, device, manifest, folder):
    from cuda_driver import DriverError

    passed = failed = 0
    end = time.monotonic() + args.limit
    for variant in manifest["variants"]:
        if args.only and variant["name"] not in args.only:
            continue
        runner = Runner(device, folder, variant)
        for shape, data in problems_of(args, variant):
            if time.monotonic() > end:
                print(f"stopped after {args.limit} s, as asked")
                return passed, failed
            try:
                good = run_problem(args, runner, shape, data)
            except DriverError as error:
                # The context is lost, so nothing after this could run.
                print(f"FAIL {variant['name']} {shape} {data}: {error}")
                print(f"  repeat: {reproduction(args, variant, shape, data)}")
                return passed, failed + 1
            passed, failed = passed + good, failed + (not good)
    return passed, failed


def run(args):
    from cuda_driver import Device, DriverError

    folder = pathlib.Path(args.run)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    try:
        device = Device()
    except DriverError as error:
        print(error)
        return 1
    if device.capability() != (9, 0):
        print(f"{device.name()} is sm_{device.capability()[0]}{device.capability()[1]}, "
              "expected sm_90: the kernels were assembled for sm_90a")  # fmt: skip
        return 1
    print(f"{device.name()}, {device.sm_count()} multiprocessors, seed {args.seed}")
    passed, failed = run_all(args, device, manifest, folder)
    print(f"{passed} passed, {failed} failed", flush=True)
    if failed or not passed:
        # A kernel that hangs would also hang the end of this process.
        sys.stdout.flush()
        os._exit(1)
    return 0


def parse_shape(text):
    shape = [int(extent) for extent in text.split("x")]
    if len(shape) != 3:
        raise argparse.ArgumentTypeError("expected MxNxK")
    return shape


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--make", metavar="DIR")
    action.add_argument("--run", metavar="DIR")
    parser.add_argument("--only", nargs="*", help="names of kernels")
    parser.add_argument("--seed", type=int, default=1, help="of random kernels and data")
    parser.add_argument("--random", type=int, default=0, help="random kernels to make besides")
    parser.add_argument("--target", default="sm_120a", choices=["sm_120a", "sm_121a"])
    parser.add_argument("--shape", type=parse_shape, help="run only this MxNxK")
    parser.add_argument("--data", choices=["exact", "random"], help="run only this data")
    parser.add_argument("--limit", type=float, default=1e9, help="seconds to run for")
    args = parser.parse_args()
    return make(args) if args.make else run(args)


if __name__ == "__main__":
    sys.exit(main())
