#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Counts machine instructions per matrix instruction in the loops of a kernel.

Input is a cubin (needs nvdisasm on PATH) or the text of `nvdisasm -c` or
`nvdisasm`. For each kernel: instructions, registers, local-memory accesses
(spills), and for each loop that contains matrix instructions its length, how
many instructions there are for each matrix instruction, and shared-memory
matrix loads (LDSM) for each matrix instruction. NOPs count as instructions.

The main loop is the innermost loop with the most matrix instructions: where
ptxas unrolled a loop, that is the unrolled body, not the remainder.

With limits (--max-...) the exit code is 1 when a kernel exceeds one.
"""

import argparse
import collections
import dataclasses
import json
import pathlib
import re
import shutil
import subprocess
import sys

SECTION = re.compile(r"\s*\.section\s+\.text\.([\w.$]+)")
LABEL = re.compile(r"\s*\.(L_x_\d+):")
INSTRUCTION = re.compile(
    r"\s*/\*([0-9a-f]{4,})\*/\s+(?:@!?U?P[T\d]+\s+)?([A-Z][A-Z0-9_.]*)([^;]*);"
)
BRANCH_LABEL = re.compile(r"\.(L_x_\d+)")
BRANCH_ADDRESS = re.compile(r"0x([0-9a-f]+)")
REGISTER = re.compile(r"(?<![\w.])R(\d+)")
# nvdisasm without -c prints the register count that the driver will use.
REGCOUNT = re.compile(
    r"EIATTR_REGCOUNT\b.*?index@\(([\w.$]+)\).*?\.word\s+0x([0-9a-f]+)", re.DOTALL
)
MATRIX = re.compile(r"(?:[QOHI]MMA|[HQI]GMMA|UTC\w*MMA)\b")
SPILLS = ("LDL", "STL")


@dataclasses.dataclass
class Loop:
    """Instructions start to end, both inclusive, as indices into the kernel."""

    start: int
    end: int
    kinds: collections.Counter

    @property
    def length(self):
        return self.end - self.start + 1

    @property
    def matrix(self):
        return sum(n for kind, n in self.kinds.items() if MATRIX.match(kind))

    def contains(self, other):
        return other is not self and self.start <= other.start and other.end <= self.end

    def facts(self):
        per = {"per_mma": self.length, "ldsm_per_mma": self.kinds["LDSM"]}
        return {
            "instructions": self.length,
            "mma": self.matrix,
            **{name: round(value / self.matrix, 3) for name, value in per.items()},
            "kinds": dict(self.kinds.most_common()),
        }


class Kernel:
    def __init__(self, name):
        self.name = name
        self.code = []  # (address, opcode, operands)
        self.labels = {}  # name -> index of the next instruction
        self.declared_registers = None

    @property
    def registers(self):
        """As declared; else one more than the highest number in the code."""
        if self.declared_registers is not None:
            return self.declared_registers
        used = [int(n) for _, _, text in self.code for n in REGISTER.findall(text)]
        return max(used, default=-1) + 1

    def count(self, *kinds):
        return sum(opcode.split(".")[0] in kinds for _, opcode, _ in self.code)

    def target(self, operands):
        """Index of the instruction that a branch jumps to, or None."""
        label = BRANCH_LABEL.search(operands)
        if label:
            return self.labels.get(label.group(1))
        address = BRANCH_ADDRESS.search(operands)
        if not address:
            return None
        wanted = int(address.group(1), 16)
        for index, (found, _, _) in enumerate(self.code):
            if found == wanted:
                return index
        return None

    def matrix_loops(self):
        """Loops with matrix instructions: the bodies of backward branches. Of
        several branches to one start the longest body counts. A branch back
        over an EXIT comes from code that was moved behind the kernel's end,
        such as the retry of a wait, and makes no loop."""
        longest = {}
        for end, (_, opcode, operands) in enumerate(self.code):
            if opcode.split(".")[0] != "BRA":
                continue
            start = self.target(operands)
            if start is None or start > end:
                continue
            body = self.code[start : end + 1]
            kinds = collections.Counter(opcode.split(".")[0] for _, opcode, _ in body)
            loop = Loop(start, end, kinds)
            if loop.matrix and not kinds["EXIT"]:
                longest[start] = loop
        return [longest[start] for start in sorted(longest)]

    def main_loop(self):
        loops = self.matrix_loops()
        inner = [x for x in loops if not any(x.contains(y) for y in loops)]
        return max(inner, key=lambda loop: loop.matrix, default=None)

    def facts(self):
        main = self.main_loop()
        return {
            "kernel": self.name,
            "instructions": len(self.code),
            "registers": self.registers,
            "spills": self.count(*SPILLS),
            "main_loop": main.facts() if main else None,
            "loops": [loop.facts() for loop in self.matrix_loops()],
        }


def parse(text):
    """The kernels of a disassembly, in their order."""
    kernels = []
    for line in text.splitlines():
        section = SECTION.match(line)
        if section:
            kernels.append(Kernel(section.group(1)))
        if not kernels:
            continue
        kernel = kernels[-1]
        label = LABEL.match(line)
        if label:
            kernel.labels[label.group(1)] = len(kernel.code)
        instruction = INSTRUCTION.match(line)
        if instruction:
            address, opcode, operands = instruction.groups()
            kernel.code.append((int(address, 16), opcode, operands))
    declared = {name: int(count, 16) for name, count in REGCOUNT.findall(text)}
    for kernel in kernels:
        kernel.declared_registers = declared.get(kernel.name)
    return kernels


def disassemble(path):
    data = path.read_bytes()
    if not data.startswith(b"\x7fELF"):
        return data.decode()
    if not shutil.which("nvdisasm"):
        sys.exit(f"{path} is machine code, and there is no nvdisasm on PATH to read it")
    command = ["nvdisasm", str(path)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def describe(facts):
    lines = [
        "{kernel}: {instructions} instructions, {registers} registers, "
        "{spills} spill instructions".format(**facts)
    ]
    for loop in facts["loops"]:
        name = "main loop" if loop == facts["main_loop"] else "loop"
        kinds = ", ".join(f"{kind} {n}" for kind, n in list(loop["kinds"].items())[:12])
        lines.append(
            "  {name}: {instructions} instructions, {mma} MMA, {per_mma:.2f} per MMA, "
            "{ldsm_per_mma:.2f} LDSM per MMA".format(name=name, **loop)
        )
        lines.append(f"    {kinds}")
    return "\n".join(lines)


def violations(facts, args):
    """What exceeds the limits of the command line, in words."""
    main = facts["main_loop"]
    if args.max_per_mma is not None and main is None:
        yield "no loop with matrix instructions"
    elif args.max_per_mma is not None and main["per_mma"] > args.max_per_mma:
        yield f"{main['per_mma']} instructions per MMA in the main loop, at most {args.max_per_mma}"
    for name in ["spills", "registers"]:
        limit = getattr(args, "max_" + name)
        if limit is not None and facts[name] > limit:
            yield f"{facts[name]} {name}, at most {limit}"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--max-per-mma", type=float, metavar="X")
    parser.add_argument("--max-spills", type=int, metavar="N")
    parser.add_argument("--max-registers", type=int, metavar="N")
    args = parser.parse_args()

    facts = [k.facts() for path in args.files for k in parse(disassemble(path))]
    print(json.dumps(facts, indent=2) if args.json else "\n".join(map(describe, facts)))
    failed = not facts
    if failed:
        print("error: no kernel found", file=sys.stderr)
    for kernel in facts:
        for text in violations(kernel, args):
            print(f"error: {kernel['kernel']}: {text}", file=sys.stderr)
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
