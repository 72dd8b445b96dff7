# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Breaks correct kernels in many ways: dgemm-sim must notice each.

  mutate.py DGEMM_SIM SEEDS LEAST DIRECTORY[+DIRECTORY...]...

A directory holds kernel.ptx, launch.json, its inputs and expected.npy; those joined by +
are problems of the same kernel. The kernel as it is must run without findings, with the
expected result, in SEEDS orders of each problem. Then each mutant must be found in one
of them: by a finding (races, deadlocks and faults are findings) or by a wrong result.
There must be LEAST mutants. Prints a line for each.
"""

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

PER_KIND = 3  # sites of a kind in one kernel
CRASH = "the simulator crashed"

# Mutants that are as correct as the kernel is, with the reason: name of the kernel, of
# the mutation, and how many of it at most.
EQUIVALENT = [
    ("matmul|scaled", "no fence of mbarrier inits", 1, "fence.proxy.async follows, and does the same"),
    ("fine", "wait without loop", 1, "that for a stage: the scales waited for before were released after the stage"),
    ("fine", "no fence.proxy.async", 1, "that of an operand slot: 6 slots are 3 words, so the next load of its stage waits for the second word from it, which is released later with a fence"),
    ("odd", "no fence.proxy.async", 1, "that of the last step of K: the next load of its stage comes after scales released later"),
    ("matmul|scaled", "no fence.proxy.async", 1, "that after the inits: fence.mbarrier_init does the same"),
    (".*_gemm|tmem_a|mx.*", "no bar.warp.sync", 1, "at the end: all lanes execute the aligned barrier that follows, which brings them together"),
    (".*_gemm", "no tcgen05.fence after", 2, "one orders the epilogue's loads, that after the wait for TMA comes before the mma too; the latter alone orders no tensor memory"),
    ("mx.*", "no tcgen05.fence after", 1, "before tcgen05.cp: the warps waited for used shared memory only"),
    ("tmem_a|mx.*", "no tcgen05.fence after", 1, "before dealloc, which accesses no tensor memory; the loads are over (wait::ld, bar.sync)"),
    ("tmem_a|mx.*", "no tcgen05.fence before", 1, "before the same bar.sync and dealloc"),
    ("along_.", "no bar.warp.sync", 1, "before stmatrix.sync, which all lanes execute together"),
    ("mx.*", "no tcgen05.fence before at all", 1, "the only one is that before dealloc"),
]


class Problem:
    """A launch, and what comes out."""

    def __init__(self, directory):
        with open(f"{directory}/launch.json") as file:
            self.launch = json.load(file)
        with open(f"{directory}/expected.npy", "rb") as file:
            self.expected = file.read()
        for buffer in self.launch["buffers"].values():
            if "npy" in buffer:
                buffer["npy"] = os.path.abspath(f"{directory}/{buffer['npy']}")


class Kernel:
    def __init__(self, directories):
        self.directory, *_ = directories = directories.split("+")
        self.name = os.path.basename(self.directory)
        with open(f"{self.directory}/kernel.ptx") as file:
            self.lines = file.read().split("\n")
        self.problems = [Problem(x) for x in directories]
        self.used = {}

    def sites(self, pattern):
        """Lines that match, spread over the kernel."""
        found = [i for i, line in enumerate(self.lines) if re.search(pattern, line.split("//")[0])]
        if len(found) <= PER_KIND:
            return found
        return [found[i * (len(found) - 1) // (PER_KIND - 1)] for i in range(PER_KIND)]

    def definition(self, register, before):
        """The last line before that moves a number to the register."""
        pattern = rf"mov\.[bu]\d+\s+{re.escape(register)}, (\d+);"
        for i in range(before, -1, -1):
            if re.search(pattern, self.lines[i]):
                return i
        return None


# A mutation: name, then a function from a kernel to (line, new text of lines) pairs.
def removed(pattern):
    def mutants(kernel):
        for i in kernel.sites(pattern):
            yield i, {i: re.sub(r"^(\s*)(@!?%\w+\s+)?[^;]*;", r"\1", kernel.lines[i])}

    return mutants


def all_removed(pattern):
    """Everywhere at once, so that none stands in for another."""

    def mutants(kernel):
        change = {i: line for mutant in removed(pattern)(kernel) for i, line in mutant[1].items()}
        if change:
            yield min(change), change

    return mutants


def replaced(pattern, new):
    def mutants(kernel):
        for i in kernel.sites(pattern):
            line = re.sub(pattern, new, kernel.lines[i])
            if line != kernel.lines[i]:
                yield i, {i: line}

    return mutants


def number_before(pattern, change):
    """Changes the constant in a register that the match names as its group."""

    def mutants(kernel):
        for i in kernel.sites(pattern):
            operand = re.search(pattern, kernel.lines[i]).group(1)
            if operand.isdigit():
                start, end = re.search(pattern, kernel.lines[i]).span(1)
                if change(int(operand)) == int(operand):
                    continue
                yield i, {i: kernel.lines[i][:start] + str(change(int(operand))) + kernel.lines[i][end:]}
                continue
            at = kernel.definition(operand, i)
            if at is None:
                continue
            # The register may serve others: a new one for this line alone.
            value = int(re.search(r", (\d+);", kernel.lines[at]).group(1))
            if change(value) == value:
                continue
            text = f"{{ .reg .b32 %mutant; mov.b32 %mutant, {change(value)}; "
            yield i, {i: text + kernel.lines[i].replace(operand, "%mutant") + " }"}

    return mutants


def without_loop(kernel):
    """A wait that does not try again."""
    for i in kernel.sites(r"mbarrier\.try_wait"):
        for j in range(i + 1, min(i + 4, len(kernel.lines))):
            if re.search(r"@!?%?\w+\s+bra", kernel.lines[j]):
                yield i, {j: re.sub(r"@!?%?\w+\s+bra[^;]*;", "", kernel.lines[j])}
                break


def other_phase(kernel):
    for i in kernel.sites(r"mbarrier\.try_wait"):
        match = re.search(r"(\S+);", kernel.lines[i])
        text = f"{{ .reg .b32 %mutant; xor.b32 %mutant, {match.group(1)}, 1; "
        yield i, {i: text + kernel.lines[i].replace(match.group(0), "%mutant;") + " }"}


def other_wrap(change):
    """The index of a stage starts over too early or too late."""

    def mutants(kernel):
        pattern = r"setp\.eq\.[bsu]32\s+(%p\d*), (%\w+), ([1-9]);"
        count = 0
        for i, line in enumerate(kernel.lines):
            match = re.search(pattern, line)
            following = " ".join(kernel.lines[i + 1 : i + 4])
            turns = match and re.search(rf"selp\.b32[^;]*{match.group(1)};|@{match.group(1)} xor", following)
            if not turns or count == PER_KIND:
                continue
            new = change(int(match.group(3)))
            if new < 1:
                continue
            count += 1
            yield i, {i: line[: match.start(3)] + str(new) + line[match.end(3) :]}

    return mutants


def same_phase(kernel):
    """The phase does not change when the stages start over."""
    for i in kernel.sites(r"^\s*(@%p\d* )?xor\.b32\s+%(r\d+|\w*phase), %(r\d+|\w*phase), (%r\d+|1);"):
        before = " ".join(kernel.lines[max(0, i - 4) : i])
        if "selp." in before or "setp.eq" in kernel.lines[i - 1]:
            yield i, {i: re.sub(r"xor\.b32\s+(\S+), (\S+), \S+;", r"mov.b32 \1, \2;", kernel.lines[i])}


def without_cluster_barrier(kernel):
    """Both halves of a meeting of the cluster, at the start or at the end."""
    for i in kernel.sites(r"barrier\.cluster\.arrive"):
        yield i, {i: "", i + 1: re.sub(r"barrier\.cluster\.wait[^;]*;", "", kernel.lines[i + 1])}


def changed_map(field, change):
    """A tensor map that does not fit what the kernel does."""

    def mutants(kernel):
        for index, parameter in enumerate(kernel.problems[0].launch["parameters"]):
            tensor_map = parameter.get("tensor_map")
            if tensor_map and tensor_map.get(field) in change:
                yield f"parameter {index}", {"map": (index, field, change[tensor_map[field]])}

    return mutants


SWIZZLES = {"128B": "none", "64B": "none", "32B": "none"}
LOAD = r"cp\.async\.bulk\.tensor\S*mbarrier"
MUTATIONS = [
    ("no fence.proxy.async", removed(r"fence\.proxy\.async")),
    ("no fence of mbarrier inits", removed(r"fence\.mbarrier_init")),
    ("no barrier", removed(r"\b(bar|barrier)\.sync")),
    ("no bar.warp.sync", removed(r"bar\.warp\.sync")),
    ("no arrive", removed(r"mbarrier\.arrive\.(shared|release)")),
    ("no arrive.expect_tx", removed(r"mbarrier\.arrive\.expect_tx")),
    ("expects more bytes", number_before(r"mbarrier\.arrive\.expect_tx[^;]*, (\S+);", lambda x: x + 16)),
    ("expects fewer bytes", number_before(r"mbarrier\.arrive\.expect_tx[^;]*, (\S+);", lambda x: x // 2)),
    ("one more arrival", number_before(r"mbarrier\.init[^;]*, (\S+);", lambda x: x + 1)),
    ("one arrival less", number_before(r"mbarrier\.init[^;]*, (\S+);", lambda x: max(x - 1, 1))),
    ("wait without loop", without_loop),
    ("other phase", other_phase),
    ("phase does not turn", same_phase),
    ("fewer stages", other_wrap(lambda x: x - 1)),
    ("more stages", other_wrap(lambda x: x + 1)),
    ("wait for the next mbarrier", replaced(r"(mbarrier\.try_wait[^\[]*\[%\w+)(\+\d+)?\]", r"\1\2+8]")),
    ("no TMA load", removed(LOAD)),
    ("other destination", replaced(rf"({LOAD}\S* \[%\w+)((?:\+\d+)?)\]", r"\1\2+1024]")),
    ("no commit of copies", removed(r"cp\.async\.bulk\.commit_group")),
    ("no wait for copies", removed(r"cp\.async\.bulk\.wait_group")),
    ("waits for fewer copies", replaced(r"(cp\.async\.bulk\.wait_group\S*\s+)0", r"\g<1>1")),
    ("other named barrier", replaced(r"((?:bar|barrier)\.sync\s+)([1-9])\b", lambda m: m.group(1) + str(int(m.group(2)) % 15 + 1))),
    ("no wgmma.fence", removed(r"wgmma\.fence")),
    ("no wgmma.commit_group", removed(r"wgmma\.commit_group")),
    ("no wgmma.wait_group", removed(r"wgmma\.wait_group")),
    ("wgmma stays pending", replaced(r"(wgmma\.wait_group\.sync\.aligned )(\d)", lambda m: m.group(1) + str(int(m.group(2)) + 1))),
    ("no tcgen05.commit", removed(r"tcgen05\.commit")),
    ("no tcgen05.wait", removed(r"tcgen05\.wait")),
    ("no tcgen05.fence before", removed(r"tcgen05\.fence::before")),
    ("no tcgen05.fence after", removed(r"tcgen05\.fence::after")),
    ("no tcgen05.fence before at all", all_removed(r"tcgen05\.fence::before")),
    ("no tcgen05.fence after at all", all_removed(r"tcgen05\.fence::after")),
    ("commit to the next mbarrier", replaced(r"(tcgen05\.commit[^\[]*\[%?\w+)\]", r"\1+8]")),
    ("no tcgen05.cp", removed(r"tcgen05\.cp")),
    ("no tcgen05.mma", removed(r"tcgen05\.mma")),
    ("no barrier.cluster.wait", removed(r"barrier\.cluster\.wait")),
    ("no barrier.cluster", without_cluster_barrier),
    ("arrives at one CTA only", replaced(r"(mapa\S*\s+\S+ \S+, )%\w+;", r"\g<1>0;")),
    ("multicast to one CTA only", replaced(r"(mov\.b16\s+%rs\d+, )3;", r"\g<1>1;")),
    ("multicast to one CTA only", replaced(r"(mov\.b16\s+%rs\d+, )3;", r"\g<1>2;")),
    ("no tcgen05.dealloc", removed(r"tcgen05\.dealloc")),
    ("other scale selector", replaced(r"(block_scale[^;]*, )(0x\w+),", lambda m: f"{m.group(1)}{int(m.group(2), 16) ^ 1 << 29:#x},")),
    ("other scale selector", replaced(r"(mov\.b16\s+%rs\d+, )([0-3]);", lambda m: f"{m.group(1)}{(int(m.group(2)) + 1) % 4};")),
    ("other swizzle", changed_map("swizzle", SWIZZLES)),
]


def simulate(simulator, directory, ptx, problem, seed):
    """What one order shows, or nothing."""
    command = [simulator, ptx, "--launch", f"{directory}/launch.json", f"--seed={seed}", "--threads=1", "--max-instructions=400000"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode and "error:" in done.stderr:
        return ""  # refused: no mutant
    if done.returncode:
        findings = re.findall(r"kernel.ptx: ([\w-]+): kernel \w+[^:]*: (F\d+)?", done.stderr)
        kinds = sorted({kind + (f" ({rule})" if rule else "") for kind, rule in findings})
        if done.returncode < 0:
            return f"{CRASH}, signal {-done.returncode}"
        return ", ".join(kinds) or done.stderr.strip()[:90] or f"exit status {done.returncode}"
    with open(f"{directory}/d.npy", "rb") as file:
        return "" if file.read() == problem.expected else "wrong result"


def run(job):
    """Returns what was found, and in which order."""
    simulator, seeds, kernel, name, index, change = job
    directory = f"{kernel.directory}/mutants/{index}"
    os.makedirs(directory, exist_ok=True)
    lines = list(kernel.lines)
    for line, text in change.items():
        if line != "map":
            lines[line] = text
    ptx = f"{directory}/kernel.ptx"
    with open(ptx, "w") as file:
        file.write("\n".join(lines))
    for problem in kernel.problems:
        launch = json.loads(json.dumps(problem.launch))
        if "map" in change:
            index, field, value = change["map"]
            launch["parameters"][index]["tensor_map"][field] = value
        with open(f"{directory}/launch.json", "w") as file:
            json.dump(launch, file)
        for seed in range(seeds):
            found = simulate(simulator, directory, ptx, problem, seed)
            if found:
                return found, seed
    return "", seeds


def equivalence(kernel, text):
    """Why it is none that could be found; each reason serves only so often."""
    for entry in EQUIVALENT:
        kernels, name, count, reason = entry
        used = kernel.used.get(entry, 0)
        if re.fullmatch(kernels, kernel.name) and text.split(":")[0] == name and used < count:
            kernel.used[entry] = used + 1
            return reason
    return None


def main(simulator, seeds, least, directories):
    failures = total = 0
    jobs = []
    for kernel in map(Kernel, directories):
        jobs.append((simulator, seeds, kernel, "as it is", 0, {}))
        for name, mutants in MUTATIONS:
            for where, change in mutants(kernel):
                text = f"{name}: {where}" if isinstance(where, str) else f"{name}: {where + 1}: {' '.join(kernel.lines[where].split())[:60]}"
                jobs.append((simulator, seeds, kernel, text, len(jobs), change))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for job, (found, seed) in zip(jobs, pool.map(run, jobs)):
            kernel, text, change = job[2].name, job[3], job[5]
            verdict = f"{found} [seed {seed}]" if found else "nothing"
            if bool(found) != bool(change) or found.startswith(CRASH):
                reason = equivalence(job[2], text) if change else None
                verdict += f"; equivalent: {reason}" if reason else "  <-- WRONG"
                failures += reason is None
            total += bool(change)
            print(f"{kernel:10} {text:90} {verdict}")
    print(f"{total} mutants of {len(directories)} kernels, {failures} failures")
    return failures != 0 or total < least


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]))
