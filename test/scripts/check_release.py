#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks a disassembly (nvdisasm) on the standard input: when a warp of the loop with
wgmma arrives at a barrier, every register that it loaded from the slot it gives back
has been used, so that none of these reads can still be on its way. A slot's loads stand
behind the wait for it, and in front of the next wait or behind it if they are of the
next slot: the n-th arrival in the text answers the n-th wait. PTX has that order, which
docs/Rationale.md rests a release without a fence on; ptxas does not promise to keep it.
"""

import re
import sys

INSTRUCTION = re.compile(r"/\*[0-9a-f]{4,}\*/\s+(?:@!?U?P\w+\s+)?([A-Z][\w.]*)\s*([^;]*);")
REGISTER = re.compile(r"\bR(\d+)\b")
WORDS = {".64": 2, ".128": 4}


def get_loaded(opcode, operands):
    """Registers that a load from shared memory writes."""
    first = REGISTER.match(operands)
    if not opcode.startswith("LDS") or opcode.startswith("LDSM") or not first:
        return set()
    words = next((n for suffix, n in WORDS.items() if suffix in opcode), 1)
    return {int(first[1]) + i for i in range(words)}


def find_pending(text):
    """Arrivals seen behind a product, and the registers that were not used by then."""
    pending, waits, products, arrivals, late = {}, 0, 0, 0, []
    for opcode, operands in INSTRUCTION.findall(text):
        loaded = get_loaded(opcode, operands)
        sources = operands.split(",", 1)[1] if loaded else operands
        for number in REGISTER.findall(sources):
            pending.pop(int(number), None)
        pending.update((number, waits) for number in loaded)
        waits += ".TRYWAIT" in opcode
        products += opcode.startswith(("QGMMA", "HGMMA"))
        if opcode.startswith("SYNCS.ARRIVE") and products:
            arrivals += 1
            late += sorted(n for n, wait in pending.items() if wait <= arrivals)
    return arrivals, late


def main():
    arrivals, late = find_pending(sys.stdin.read())
    if not arrivals:
        print("no arrival behind a product")
        return 1
    for register in late:
        print(f"R{register} is loaded from shared memory and not used before the arrival")
    print(f"{arrivals} arrivals, {len(late)} reads on their way")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
