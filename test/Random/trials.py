# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the scripts of this folder share: options, the part of a list that is wanted, tools
as processes, and a loop over many trials with a limit of time."""

import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import time


def make_parser(description, thing, folder):
    """Options of all scripts; `thing` is what they try, `folder` where files go."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="folder of the tools")
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path(folder))
    parser.add_argument("--only", default="", help="those whose names match this expression")
    parser.add_argument("--shard", default="1/1", help="part i/n of all")
    parser.add_argument("--seconds", type=float, help=f"start no {thing} after this time")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    return parser


def parse(parser):
    """The options of this call, and their folder."""
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    return args


def take_shard(items, shard):
    """Part i of n, for `shard` "i/n": every n-th item from the i-th on."""
    part, parts = map(int, shard.split("/"))
    return items[part - 1 :: parts]


def call(command, limit=None):
    """Output of a tool, and whether it ended well, in `limit` seconds."""
    try:
        answer = subprocess.run(
            [str(word) for word in command],
            capture_output=True,
            text=True,
            check=False,
            timeout=limit,
        )
    except subprocess.TimeoutExpired:
        return f"{command[0]} takes more than {limit} s\n", False
    return answer.stdout + answer.stderr, answer.returncode == 0


class Trials:
    """Tries items, `jobs` at a time, and starts none after `seconds`."""

    def __init__(self, items, jobs=1, seconds=None):
        self.items, self.jobs, self.seconds = items, jobs, seconds
        self.start = time.monotonic()
        self.tried = self.failed = 0

    def elapsed(self):
        return time.monotonic() - self.start

    def run(self, function):
        """What `function` returns for each item that was tried, with the item, in the
        order of the items."""

        def attempt(item):
            if self.seconds and self.elapsed() > self.seconds:
                return None
            return function(item)

        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            for item, result in zip(self.items, pool.map(attempt, self.items)):
                if result is not None:
                    self.tried += 1
                    yield item, result

    def summary(self, what):
        """How many of those that were tried are `what`, and how many were not."""
        return (
            f"{self.tried - self.failed} of {self.tried} {what}, "
            f"{len(self.items) - self.tried} not tried"
        )

    def exit_code(self):
        return 1 if self.failed or not self.tried else 0
