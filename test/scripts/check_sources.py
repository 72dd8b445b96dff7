#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks on the text of the project's sources; exits with 1 if one fails.

  format  clang-format 22 would change nothing
  length  at most 600 lines in a file of include, lib or tools
  banner  C++ and tablegen files name their licence in the first lines
  paths   no home or work folder of one machine in any file
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys

MAX_LINES = 600
CODE_FOLDERS = ["include", "lib", "tools"]
CXX = {".h", ".cpp", ".c"}
CODE = CXX | {".td"}
LICENCE = "SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception"
# Spelt so that this file does not find itself.
PRIVATE_PATH = re.compile(r"(?<![\w.$}~-])/(?:work|root|home/\w+|tmp/\w+)" + "/")


def files(root, folders, suffixes):
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in suffixes and path.is_file() and "Inputs" not in path.parts:
                yield path


def check_format(root):
    """clang-format itself prints file, line and what is wrong."""
    tool = shutil.which("clang-format-22") or "clang-format"
    sources = [str(path) for path in files(root, CODE_FOLDERS + ["test"], CXX)]
    command = [tool, "--dry-run", "--Werror", *sources]
    if subprocess.run(command, check=False).returncode == 0:
        return []
    return ["run clang-format-22 -i on the files above"]


def check_length(root):
    errors = []
    for path in files(root, CODE_FOLDERS, CODE | {".py"}):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > MAX_LINES:
            errors.append(f"{path}: {lines} lines, at most {MAX_LINES}; split it by meaning")
    return errors


def check_banner(root):
    errors = []
    for path in files(root, CODE_FOLDERS, CODE):
        with open(path, encoding="utf-8") as file:
            start = [next(file, "") for _ in range(6)]
        if not any(LICENCE in line for line in start):
            errors.append(f"{path}: the first 6 lines lack '{LICENCE}'")
    return errors


def tracked_files(root):
    """Without git, for example in a release archive, there is nothing to check."""
    if not shutil.which("git"):
        return []
    command = ["git", "-C", str(root), "ls-files", "-z"]
    answer = subprocess.run(command, check=False, capture_output=True)
    return [root / name for name in answer.stdout.decode().split("\0") if name]


def check_paths(root):
    errors = []
    for path in tracked_files(root):
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
        for number, line in enumerate(lines, 1):
            if PRIVATE_PATH.search(line):
                errors.append(f"{path}:{number}: path of one machine: {line.strip()}")
    return errors


CHECKS = {
    "format": check_format,
    "length": check_length,
    "banner": check_banner,
    "paths": check_paths,
}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("checks", nargs="+", choices=CHECKS)
    args = parser.parse_args()
    errors = [error for name in args.checks for error in CHECKS[name](args.root)]
    print("\n".join(errors))
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
