#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""BF16 kernels of SM120 on an H100, against the simulator, bit for bit.

sm_90 has all that these kernels consist of: mma.sync of BF16, ldmatrix, stmatrix,
TMA, mbarriers, setmaxnreg. So the schedules of SM120 are compiled for sm_90a as they
are, by naming #dgk.mma_sync as their instruction, and nothing is emulated.

  mma_sync_verify.py --make DIR     compile the kernels, run each in the simulator and
                                    keep its bits. Needs dgemm-compile, dgemm-run,
                                    ptxas and numpy, no GPU.
  DIR/mma_sync_verify.py --run DIR  run them on an H100 or H200, whose driver, python3
                                    and numpy are all that it needs.

Every element must have the simulator's bits, whatever the number of CTAs; guards
around the output and the padding of its rows must keep theirs. Operands and their
padding are surrounded by NaN. The last line of --run is "N passed, N failed".
"""

import argparse
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys
import zlib

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
# Beside this file in a pack; in the sources the evaluator is a script of all tests.
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "scripts")]

import launch_plan

MODULES = ["mma_sync_verify.py", "cuda_driver.py"]
GUARD = 4096
NAN_BF16 = 0x7FFF
POISONS = (0xA5, 0x5A, 0xFF)
FEW_CTAS = 3
MMA = "#dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = bf16, b = bf16>"


@dataclasses.dataclass
class Case:
    """D [m, n] = A B in one layout; lines of A and B are `pad` elements apart beyond
    the next multiple of 16 bytes, those of D `gap` elements beyond their length."""

    name: str
    layout: str
    shape: tuple
    out: str
    tile: tuple
    grid: tuple
    stages: int
    store: tuple
    pad: int = 0
    gap: int = 0

    def lines(self, operand):
        """Lines of an operand in memory, and the length of each."""
        m, n, k = self.shape
        rows, is_k_first = (
            (m, self.layout[0] == "t") if operand == "a" else (n, self.layout[1] == "n")
        )
        return (k, rows) if is_k_first else (rows, k)

    def stride(self, operand):
        if operand == "d":
            return self.shape[1] + self.gap
        return -(-self.lines(operand)[1] // 8) * 8 + self.pad

    def swizzles(self):
        """The widest that divides a tile along K, or along M or N."""
        m, n, k = self.tile
        sizes = (m if self.layout[0] == "t" else k, n if self.layout[1] == "n" else k)
        return [next(span for span in (128, 64, 32) if 2 * size % span == 0) for size in sizes]

    def module(self):
        swizzle_a, swizzle_b = self.swizzles()
        lines = {name: self.lines(name) for name in "ab"} | {"d": self.shape[:2]}
        types = {
            name: f"memref<{count}x{length}x{self.out if name == 'd' else 'bf16'}, "
            f"strided<[{self.stride(name)}, 1]>>"
            for name, (count, length) in lines.items()
        }
        return f"""#schedule = #dgk.schedule<tile = {"x".join(map(str, self.tile))},
  warp_grid = {"x".join(map(str, self.grid))}, stages = {self.stages}, scale_stages = 1,
  instruction = {MMA}, swizzle = b{swizzle_a} x b{swizzle_b},
  math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>,
  store = {self.store[0]}, store_slots = {self.store[1]}, raster = <group = 8, along = m>>
func.func @{self.name}(%a: {types["a"]}, %b: {types["b"]}, %d: {types["d"]}) {{
  dgemm.matmul ins(%a, %b : {types["a"]}, {types["b"]}) outs(%d : {types["d"]})
    {{layout = #dgemm.layout<{self.layout}>, dgk.schedule = #schedule}}
  return
}}
"""

    def draw(self, operand):
        """Bits of an operand: all exponents near 1, so that sums round."""
        rng = np.random.default_rng(zlib.crc32(f"{self.name} {operand}".encode()))
        count, length = self.lines(operand)
        values = rng.standard_normal((count, length)) * 2.0 ** rng.integers(-6, 7, (count, length))
        return (values.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16)


def cases():
    """Each layout with each store path, output and a tile of each kind; tails in M,
    N and K; several tiles for each CTA."""
    large, short, low, thin = (
        ((128, 128, 64), (4, 2), 2),
        ((128, 64, 32), (4, 2), 6),
        ((64, 128, 64), (2, 4), 3),
        ((128, 32, 64), (4, 2), 4),
    )
    direct = ("registers", 0)
    result = []
    for layout in ("nt", "nn", "tn", "tt"):
        result += [
            Case(f"{layout}_large", layout, (200, 264, 520), "bf16", *large, ("tma", 8)),
            Case(f"{layout}_wide", layout, (129, 136, 1048), "f32", *large, ("tma", 8), pad=24),
            Case(f"{layout}_short", layout, (257, 200, 333), "f32", *short, ("tma", 8), pad=8),
            Case(f"{layout}_odd", layout, (131, 77, 201), "bf16", *low, direct, gap=2),
            Case(f"{layout}_thin", layout, (300, 65, 95), "f32", *thin, direct, pad=16, gap=1),
            Case(f"{layout}_tiny", layout, (1, 8, 7), "bf16", *large, ("tma", 8)),
        ]
    return result


# Making a pack


def run_tool(command):
    answer = subprocess.run([str(x) for x in command], capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {(answer.stdout + answer.stderr)[-2000:]}")
    return answer.stdout


def make_case(case, folder):
    """Compiles and simulates one case."""
    base = folder / case.name
    source = base.with_suffix(".mlir")
    source.write_text(case.module(), encoding="utf-8")
    compiler = ["dgemm-compile", source, "--target=sm_90a"]
    base.with_suffix(".plan.json").write_text(
        run_tool([*compiler, "--emit=plan"]), encoding="utf-8"
    )
    ptx = run_tool([*compiler, "--emit=ptx"])
    count = ptx.count("mma.sync.aligned.m16n8k16")
    if count == 0 or "wgmma" in ptx:
        raise RuntimeError("the PTX does not multiply with mma.sync")
    base.with_suffix(".ptx").write_text(ptx, encoding="utf-8")
    ptxas = ["ptxas", "-arch=sm_90a", f"{base}.ptx", "-o", base.with_suffix(".cubin")]
    run_tool(ptxas)
    command = ["dgemm-run", source, "--target=sm_90a", "--device=sim", "--check"]
    for operand in "ab":
        np.save(f"{base}.{operand}.npy", case.draw(operand))
        command.append(f"--input={operand}={base}.{operand}.npy")
    run_tool([*command, f"--output=d={base}.d.npy"])
    return count


def make(args):
    folder = pathlib.Path(args.make)
    folder.mkdir(parents=True, exist_ok=True)
    made, failures = [], 0
    for case in cases():
        if args.only and case.name not in args.only:
            continue
        try:
            print(f"{case.name}: {make_case(case, folder)} MMAs", flush=True)
            made.append(case.name)
        except RuntimeError as error:  # one kernel must not hide the others
            failures += 1
            print(f"{case.name}: FAIL {error}", flush=True)
    (folder / "manifest.json").write_text(json.dumps(made), encoding="utf-8")
    for name in MODULES:
        shutil.copy(HERE / name, folder)
    shutil.copy(launch_plan.__file__, folder)
    print(f"{len(made)} kernels made, {failures} failed")
    return 1 if failures or not made else 0


# Running a pack


def operand_image(case, operand, bits):
    """The operand between guards, with lines apart."""
    stride = case.stride(operand)
    image = np.full(2 * (GUARD // 2) + bits.shape[0] * stride, NAN_BF16, np.uint16)
    body = image[GUARD // 2 : image.size - GUARD // 2].reshape(bits.shape[0], stride)
    body[:, : bits.shape[1]] = bits
    return image.view(np.uint8)


class Runner:
    """One case on the device."""

    def __init__(self, device, folder, case):
        self.device, self.case, base = device, case, folder / case.name
        self.plan = launch_plan.load(f"{base}.plan.json")
        image = base.with_suffix(".cubin").read_bytes()
        self.function = device.load(image, self.plan["entry"], self.plan["shared_bytes"])
        self.operands = {name: np.load(f"{base}.{name}.npy") for name in "ab"}
        expected = np.load(f"{base}.d.npy")
        self.width = 2 if case.out == "bf16" else 4
        self.expected = np.ascontiguousarray(expected).view(np.uint8).reshape(case.shape[0], -1)

    def run_once(self, arguments, output, sm_count, poison):
        """What is wrong after a launch on memory full of `poison`, or None."""
        m, stride = self.case.shape[0], self.case.stride("d") * self.width
        image = np.full(2 * GUARD + m * stride, poison, np.uint8)
        self.device.write(output, image)
        launch = launch_plan.evaluate(self.plan, arguments, sm_count)
        self.device.launch(self.function, self.plan, launch)
        self.device.read(image, output)
        body = image[GUARD : image.size - GUARD].reshape(m, stride)
        length = self.expected.shape[1]
        outside = np.concatenate([image[:GUARD], body[:, length:].reshape(-1), image[-GUARD:]])
        if (outside != poison).any():
            return f"{int((outside != poison).sum())} bytes outside of the output were written"
        different = (body[:, :length] != self.expected).reshape(m, -1, self.width).any(axis=2)
        if different.any():
            row, column = np.argwhere(different)[0]
            return (
                f"{int(different.sum())} of {different.size} elements differ from the "
                f"simulator, first [{row}, {column}]"
            )
        return None

    def run(self):
        """The first complaint of several launches, or None."""
        size = 2 * GUARD + self.case.shape[0] * self.case.stride("d") * self.width
        allocations = [self.device.allocate(size)]
        arguments = {}
        for name, bits in self.operands.items():
            image = operand_image(self.case, name, bits)
            allocations.append(self.device.allocate(image.size))
            self.device.write(allocations[-1], image)
            arguments[name] = launch_plan.Argument(
                allocations[-1] + GUARD, bits.shape, (self.case.stride(name), 1)
            )
        arguments["d"] = launch_plan.Argument(
            allocations[0] + GUARD, self.case.shape[:2], (self.case.stride("d"), 1)
        )
        ordered = [arguments[expected["name"]] for expected in self.plan["arguments"]]
        counts = [self.device.sm_count()] * len(POISONS) + [FEW_CTAS]
        complaint = None
        for count, poison in zip(counts, [*POISONS, POISONS[0]]):
            complaint = complaint or self.run_once(ordered, allocations[0], count, poison)
        for address in allocations:
            self.device.free(address)
        return complaint


def run(args):
    from cuda_driver import Device, DriverError

    folder = pathlib.Path(args.run)
    names = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    try:
        device = Device()
        if device.capability() != (9, 0):
            raise DriverError(f"{device.name()} is not of sm_90, for which the kernels were made")
    except DriverError as error:
        print(error)
        return 1
    print(f"{device.name()}, {device.sm_count()} multiprocessors")
    passed = failed = 0
    for case in cases():
        if case.name not in names or (args.only and case.name not in args.only):
            continue
        try:
            complaint = Runner(device, folder, case).run()
        except DriverError as error:
            # The context is lost, so nothing after this could run.
            print(f"FAIL {case.name}: {error}\n{passed} passed, {failed + 1} failed", flush=True)
            os._exit(1)
        print(f"{'FAIL' if complaint else 'ok'} {case.name} {case.shape}: "
              f"{complaint or 'equal bit for bit'}", flush=True)  # fmt: skip
        passed, failed = passed + (not complaint), failed + bool(complaint)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--make", metavar="DIR")
    action.add_argument("--run", metavar="DIR")
    parser.add_argument("--only", nargs="*", help="names of cases")
    args = parser.parse_args()
    return make(args) if args.make else run(args)


if __name__ == "__main__":
    sys.exit(main())
