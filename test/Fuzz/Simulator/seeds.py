#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Gathers PTX and launch descriptions from the tests as seeds of the fuzzers.

Usage: seeds.py TEST-FOLDER OUTPUT-FOLDER. Writes seeds-ptx, seeds-launch and
ptx.dict (the words of the PTX) to the output folder.
"""

import pathlib
import re
import sys

MAX_SEED = 1 << 16


def pieces(text):
    """The file itself, or the parts that split-file would make of it."""
    parts = re.split(r"^//--- .*$", text, flags=re.M)
    return parts[1:] if len(parts) > 1 else parts


def strings(text):
    """Raw strings, and adjacent literals joined as the compiler joins them."""
    found = re.findall(r'R"\((.*?)\)"', text, flags=re.S)
    for group in re.findall(r'(?:"(?:[^"\\\n]|\\.)*"\s*)+', text):
        parts = re.findall(r'"((?:[^"\\\n]|\\.)*)"', group)
        found.append("".join(parts).replace("\\n", "\n").replace('\\"', '"'))
    return found


def kernel(body):
    """A body of the unit tests, within a module."""
    return (
        ".version 8.8\n.target sm_100a\n.address_size 64\n"
        ".visible .entry k(.param .u64 out) {\n.reg .pred %p<8>; .reg .b16 %h<8>;"
        ".reg .b32 %r<32>; .reg .b64 %d<16>; .reg .f32 %f<16>; .reg .f64 %g<8>;\n"
        + body + "\nret;\n}\n"
    )


def gather(folder):
    ptx, launch = [], []
    for path in sorted(folder.rglob("*")):
        if path.suffix not in {".ptx", ".json", ".test", ".cpp", ".h"}:
            continue
        text = path.read_text(errors="ignore")
        parts = strings(text) if path.suffix in {".cpp", ".h"} else pieces(text)
        for part in parts:
            if ".entry" in part and ".target" in part:
                ptx.append(part)
            elif ";" in part and "%" in part and path.suffix == ".cpp":
                ptx.append(kernel(part))
            elif part.lstrip().startswith("{") and '"' in part:
                launch.append(part)
    return ptx, launch


def words(texts):
    """Opcodes, modifiers and directives, as libFuzzer writes dictionaries."""
    found = set()
    for text in texts:
        for word in re.findall(r"\.?[a-z][\w:]*(?:\.[\w:]+)*", text):
            found.add(word)
            found.update("." + part for part in word.split(".") if part)
    return "".join(f'"{word}"\n' for word in sorted(found) if len(word) < 60)


def main():
    source, target = (pathlib.Path(argument) for argument in sys.argv[1:3])
    ptx, launch = gather(source)
    for name, texts in [("seeds-ptx", ptx), ("seeds-launch", launch)]:
        (target / name).mkdir(parents=True, exist_ok=True)
        for index, text in enumerate(texts):
            if len(text) <= MAX_SEED:
                (target / name / f"{index:04}").write_text(text)
        print(f"{name}: {len(texts)}")
    for folder in ["corpus-ptx", "corpus-launch"]:
        (target / folder).mkdir(exist_ok=True)
    (target / "ptx.dict").write_text(words(ptx))
    return 0


if __name__ == "__main__":
    sys.exit(main())
