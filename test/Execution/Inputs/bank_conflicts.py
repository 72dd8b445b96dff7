# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""bank_conflicts.py TARGET FILE...: runs each kernel in the simulator and prints the
instructions whose accesses to shared memory had bank conflicts."""

import json
import pathlib
import subprocess
import sys


def main():
    target, *files = sys.argv[1:]
    accesses = conflicts = 0
    for file in files:
        command = ["dgemm-run", file, f"--target={target}", "--device=sim", "--stats=-"]
        answer = subprocess.run(command, capture_output=True, text=True, check=True)
        text = answer.stdout
        statistics = json.loads(text[text.index("[\n") : text.rindex("\n]") + 2])
        for instruction in (i for launch in statistics for i in launch["instructions"]):
            accesses += instruction["shared_accesses"]
            conflicts += instruction["bank_conflicts"]
            if instruction["bank_conflicts"]:
                name = pathlib.Path(file).name
                print(name, instruction["opcode"], instruction["bank_conflicts"])
    print(f"{accesses} accesses of {len(files)} files, {conflicts} bank conflicts")


if __name__ == "__main__":
    main()
