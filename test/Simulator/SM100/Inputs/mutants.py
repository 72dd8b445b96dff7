"""Kernels of this directory with one thing wrong: what does the simulator find?

`mutants.py NAME...` runs those of the mutants (all without names). Each is a kernel, what to replace in its
text (a pattern, the first occurrence behind a mark), and what a finding must say."""

import re
import sys

import bf16_gemm
import block_scaled
import numpy as np
import pair_gemm
import sim
import tmem_a

RANDOM = np.random.default_rng(1)
A, B = RANDOM.integers(-4, 5, (512, 320)), RANDOM.integers(-4, 5, (256, 320))

AFTER = "tcgen05.fence::after_thread_sync;"
BEFORE = "tcgen05.fence::before_thread_sync;"


def wait(label):
    """A loop that waits for an mbarrier."""
    return rf"  mbarrier\.try_wait[^\n]*\n  @!%p bra {label};\n"


# name: (kernel, mark, old, new, kind of finding, part of its text)
MUTANTS = {
    # F10: results of tcgen05.mma.
    "ld without fence": ("bf16", "DONE_WAIT:", AFTER, "", "tmem-race",
                         "after_thread_sync is missing behind the wait for its tcgen05.commit"),
    "ld without wait": ("bf16", "DONE_WAIT:", wait("DONE_WAIT"), "", "tmem-race",
                        "nothing waits for its tcgen05.commit"),
    "arrive instead of commit": ("bf16", "@%p bra MULTIPLY_STAGE;", r"tcgen05.commit.*;",
                                 "mbarrier.arrive.shared::cta.b64 _, [%bar];", "tmem-race",
                                 "nothing waits for its tcgen05.commit"),
    # F11: accumulators that are read again.
    "arrive without fence": ("bf16", "STORE_COLUMNS:", BEFORE, "", "tmem-race", "may still read"),
    "mma without wait": ("bf16", "FREE_WAIT:", wait("FREE_WAIT"), "", "tmem-race", "may still read"),
    "ld without wait::ld": ("bf16", "STORE_COLUMNS:", "tcgen05.wait::ld.sync.aligned;", "", "tcgen05-wait",
                            "is used before tcgen05.wait::ld"),
    # F12: what tcgen05.st wrote.
    "st without wait::st": ("tmem_a", "WIDEN:", "tcgen05.wait::st.sync.aligned;", "", "tmem-race",
                            "its warp has not executed tcgen05.wait::st"),
    "st without fence": ("tmem_a", "WIDEN:", BEFORE, "", "tmem-race", "may still write"),
    "mma of A without fence": ("tmem_a", "READY_WAIT:", AFTER, "", "tmem-race", "may still write"),
    "st without wait": ("tmem_a", "EMPTY_WAIT:", wait("EMPTY_WAIT"), "", "tmem-race", "may still read"),
    # Shared memory.
    "scales without proxy fence": ("mxf8", "TRANSPOSE_WORDS:", "fence.proxy.async.shared::cta;", "",
                                   "missing-proxy-fence", "fence.proxy.async"),
    "mma without scales": ("mxf8", "FULL_WAIT:", wait("SCALED_WAIT"), "", "", "shared address"),
    "mma without data": ("bf16", "FULL_WAIT:", wait("FULL_WAIT"), "", "", "shared address"),
    "load without wait": ("bf16", "LOAD_WAIT:", wait("LOAD_WAIT"), "", "", ""),
    "commit before the mma": ("bf16", "MULTIPLY_STAGE:", "  setp.ne.u32 %accumulate, %k, 0;\n",
                              "  setp.ne.u32 %accumulate, %k, 0;\n  mov.u32 %bar, empty;\n  add.u32 %bar, %bar, %t;\n"
                              "  tcgen05.commit.cta_group::1.mbarrier::arrive::one.shared::cluster.b64 [%bar];\n", "",
                              ""),
    # Tensor memory.
    "no dealloc": ("bf16", "END:", "tcgen05.dealloc.cta_group::1.sync.aligned.b32 %tmem, 128;", "", "tmem-allocation",
                   "without tcgen05.dealloc of columns 0 to 127"),
    "dealloc of fewer": ("bf16", "END:", "%tmem, 128;", "%tmem, 64;", "tmem-allocation", "has 128"),
    "too few columns": ("bf16", "ALLOC:", r"\[tmem_base\], 128;", "[tmem_base], 64;", "tmem-allocation",
                        "uses columns 64 to 127"),
    "wrong lanes": ("bf16", "STORE:", "  add.u32 %d, %d, %x;\n", "", "tmem-lane", "reaches lanes"),
    "no copy of scales": ("mxf8", "COPY_SCALES:", r"  tcgen05.cp.*%x.*\n", "",
                          "uninitialised-read", "of tensor memory"),
    # Pairs.
    "exit before the peer": ("pair", "END:", "  barrier.cluster.arrive.release.aligned;\n"
                             "  barrier.cluster.wait.acquire.aligned;\n", "  bar.sync 0;\n", "", ""),
    "commit to one CTA": ("pair", "MULTIPLY:", "mov.u16 %both, 3;", "mov.u16 %both, 1;", "", "no warp can go on"),
    "half of the bytes": ("pair", "LOAD_STAGE:", "49152", "24576", "data-race", "F3"),
    "free without arrival": ("pair", "STORE_COLUMNS:", "  @%elected mbarrier.arrive.release.cluster", "  @!%p "
                             "mbarrier.arrive.release.cluster", "", ""),
}


def run(name):
    kernel, mark, old, new, kind, part = MUTANTS[name]
    module = dict(bf16=bf16_gemm, tmem_a=tmem_a, pair=pair_gemm).get(kernel)
    whole = module.PTX if module else block_scaled.FORMS[kernel].ptx()
    at = whole.index(mark)
    text, count = re.subn(old, lambda match: new, whole[at:], count=1)
    if count == 0:
        sys.exit(f"{name}: nothing to replace")
    text = whole[:at] + text
    if kernel == "bf16":
        found = bf16_gemm.multiply(A, B, grid=1, seed=1, ptx=text, schedules=20, check=False)
    elif kernel == "pair":
        found = pair_gemm.multiply(A, B, grid=2, seed=1, ptx=text, schedules=20, check=False)
    elif kernel == "tmem_a":
        found = tmem_a.multiply(A[:128], B[:32], seed=1, ptx=text, schedules=20, check=False)
    else:
        found = block_scaled.FORMS[kernel].run(128, 128, 512, seed=1, ptx=text, schedules=20, check=False)
    lines = [line for line in found.splitlines() if f": {kind}" in line and part in line]
    print(f"{name}: {(lines or found.splitlines() or ['nothing'])[0]}")
    return bool(lines)


def main():
    missed = [name for name in sys.argv[1:] or MUTANTS if not run(name)]
    sys.exit(f"not found: {', '.join(missed)}" if missed else 0)


if __name__ == "__main__":
    main()
