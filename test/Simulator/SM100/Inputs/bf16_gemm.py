"""bf16_gemm.ptx against numpy: small integers exactly, random numbers within rounding."""

import sys

import numpy as np

import sim

PTX = (sim.INPUTS / "bf16_gemm.ptx").read_text()


def multiply(a, b, *, grid, seed, schedules=1, ptx=PTX, check=True):
    (m, k), n = a.shape, b.shape[0]
    bits = dict(a=sim.bf16(a), b=sim.bf16(b))
    maps = [sim.Tensor(name, "bf16", [k, rows], [2 * k], [64, box], "128B")
            for name, rows, box in (("a", m, 128), ("b", n, 64))]
    out = sim.run(ptx, "bf16_gemm", bits, dict(d=("f4", (m, n))),
                  maps + ["d", m // 128, n // 64, (k + 63) // 64], grid=grid, block=192, shared=3 * 24576, seed=seed,
                  schedules=schedules, check=check)
    return out["d"] if check else out


def main():
    random = np.random.default_rng(1)
    a, b = random.integers(-4, 5, (256, 320)), random.integers(-4, 5, (192, 320))
    sim.same("integers", multiply(a, b, grid=2, seed=1, schedules=4), (a @ b.T).astype(np.float32))
    # A tail in K: TMA fills with zeros.
    a, b = (sim.from_bf16(sim.bf16(random.standard_normal((128, 264)))) for _ in range(2))
    expected = a.astype(np.float64) @ b.T.astype(np.float64)
    magnitude = np.abs(a).astype(np.float64) @ np.abs(b.T).astype(np.float64)
    sim.close("random", multiply(a, b, grid=1, seed=2), expected, magnitude, 2.0**-21)


if __name__ == "__main__":
    sys.exit(main())
