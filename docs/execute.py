#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the commands in a page and puts their output into it.

A line

    <!-- run: dgemm-opt docs/examples/fp8_matmul.mlir | head -n 20 -->

is followed by a fenced block that holds what the command prints. The command is
run by bash in the folder of the project, with the tools of the build on PATH.
By default the blocks are rewritten; with --check the exit code is 1 when a page
is stale, and the difference is printed.
"""

import argparse
import difflib
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
RUN = re.compile(r"^<!-- run: (.*) -->$")
FENCE = "```"


def execute(command, build):
    """Output of a command; a page must not show a failing one."""
    path = os.pathsep.join([str(build / "bin"), str(build / "venv/bin"), os.environ["PATH"]])
    answer = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    # 141: the reader of a pipe, such as head, had enough.
    if answer.returncode not in (0, 141):
        sys.exit(f"'{command}' ended with {answer.returncode}:\n{answer.stderr}")
    return answer.stdout.rstrip("\n").splitlines()


def end_of_block(lines, start):
    """Index after the fenced block at lines[start], or start without one."""
    if start >= len(lines) or not lines[start].startswith(FENCE):
        return start
    for index in range(start + 1, len(lines)):
        if lines[index] == FENCE:
            return index + 1
    sys.exit(f"line {start + 1}: the block does not end")


def refresh(text, run):
    """The page with every block replaced by what run(command) returns."""
    lines = text.splitlines()
    result = []
    index = 0
    while index < len(lines):
        result.append(lines[index])
        command = RUN.match(lines[index])
        index += 1
        if not command:
            continue
        end = end_of_block(lines, index)
        opening = lines[index] if end > index else FENCE + "text"
        result += [opening, *run(command.group(1)), FENCE]
        index = end
    return "\n".join(result) + "\n"


def is_current(page, old, new):
    diff = difflib.unified_diff(
        old.splitlines(), new.splitlines(), f"{page} (committed)", f"{page} (now)", lineterm=""
    )
    text = "\n".join(diff)
    if text:
        print(text)
        print(f"{page} is stale; run docs/execute.py {page}")
    return not text


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pages", nargs="+", type=pathlib.Path)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    build = args.build.resolve()
    current = True
    for page in args.pages:
        old = page.read_text(encoding="utf-8")
        new = refresh(old, lambda command: execute(command, build))
        if args.check:
            current &= is_current(page, old, new)
        elif old != new:
            page.write_text(new, encoding="utf-8")
            print(f"{page} updated")
    return 0 if current else 1


if __name__ == "__main__":
    sys.exit(main())
