#!/usr/bin/env python3
# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks that the pages generated from tablegen are complete.

The argument is the folder docs of a build, with Dialects and Passes. Each
operation needs a summary, a description and an example, each pass a summary and
a description. Exits with 1 and lists what lacks something.
"""

import argparse
import pathlib
import re
import sys

SECTION = re.compile(r"^### `([^`]+)`.*$", re.MULTILINE)
SUMMARY = re.compile(r"^_\S.*_$", re.MULTILINE)
SYNTAX = re.compile(r"Syntax:\s*```.*?```", re.DOTALL)
EXAMPLE = re.compile(r"\bExamples?\b|```mlir")


def sections(text):
    """Name and text of each operation or pass of a page."""
    starts = list(SECTION.finditer(text))
    ends = [match.start() for match in starts[1:]] + [len(text)]
    for match, end in zip(starts, ends):
        yield match.group(1), text[match.end() : end]


def description(section):
    """What stands between summary or syntax and the tables."""
    text = SUMMARY.sub("", SYNTAX.sub("", section), count=1)
    text = text.split("\n#### ")[0]
    return re.sub(r"^(Traits|Interfaces|Effects): .*$", "", text, flags=re.MULTILINE).strip()


def gaps(section, needs_example):
    if not SUMMARY.search(section):
        yield "summary"
    if len(description(section)) < 30:
        yield "description"
    if needs_example and not EXAMPLE.search(section):
        yield "example"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("docs", type=pathlib.Path)
    docs = parser.parse_args().docs
    count = errors = 0
    for folder, needs_example in [("Dialects", True), ("Passes", False)]:
        for page in sorted((docs / folder).glob("*.md")):
            for name, section in sections(page.read_text(encoding="utf-8")):
                count += 1
                for gap in gaps(section, needs_example):
                    errors += 1
                    print(f"{page.name}: {name} has no {gap}")
    print(f"{count} entries, {errors} gaps")
    return 1 if errors or not count else 0


if __name__ == "__main__":
    sys.exit(main())
