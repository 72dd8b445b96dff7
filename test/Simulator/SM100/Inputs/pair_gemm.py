"""pair_gemm.ptx against numpy: small integers exactly, random numbers within rounding."""

import sys

import numpy as np

import sim

PTX = (sim.INPUTS / "pair_gemm.ptx").read_text()


def multiply(a, b, *, grid, seed, schedules=1, ptx=PTX, check=True):
    (m, k), n = a.shape, b.shape[0]
    maps = [sim.Tensor(name, "bf16", [k, rows], [2 * k], [64, box], "128B")
            for name, rows, box in (("a", m, 128), ("b", n, 64))]
    out = sim.run(ptx, "pair_gemm", dict(a=sim.bf16(a), b=sim.bf16(b)), dict(d=("f4", (m, n))),
                  maps + ["d", m // 256, n // 128, (k + 63) // 64], grid=grid, cluster=2, block=192, shared=3 * 24576,
                  seed=seed, schedules=schedules, check=check)
    return out["d"] if check else out


def main():
    random = np.random.default_rng(1)
    a, b = random.integers(-4, 5, (512, 320)), random.integers(-4, 5, (384, 320))
    sim.same("integers", multiply(a, b, grid=4, seed=1, schedules=4), (a @ b.T).astype(np.float32))
    a, b = (sim.from_bf16(sim.bf16(random.standard_normal((256, 200)))) for _ in range(2))
    expected = a.astype(np.float64) @ b.T.astype(np.float64)
    magnitude = np.abs(a).astype(np.float64) @ np.abs(b.T).astype(np.float64)
    sim.close("random", multiply(a, b, grid=2, seed=2), expected, magnitude, 2.0**-21)


if __name__ == "__main__":
    sys.exit(main())
