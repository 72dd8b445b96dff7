"""tmem_a.ptx against numpy: A in tensor memory, tf32."""

import sys

import numpy as np

import sim

PTX = (sim.INPUTS / "tmem_a.ptx").read_text()


def truncate(values):
    """What tf32 keeps of f32."""
    return (values.view(np.uint32) & 0xFFFFE000).view(np.float32)


def multiply(a, b, *, seed, schedules=1, ptx=PTX, check=True):
    (m, k), b = a.shape, np.asarray(b, np.float32)
    out = sim.run(ptx, "tmem_a", dict(a=sim.bf16(a), b=b), dict(d=("f4", (m, 32)), s=("f4", (m,))),
                  ["a", sim.Tensor("b", "f32", [k, 32], [4 * k], [32, 32], "128B"), "d", "s", k // 32],
                  grid=m // 128, block=256, shared=8192, seed=seed, schedules=schedules, check=check)
    return (out["d"], out["s"]) if check else out


def main():
    random = np.random.default_rng(1)
    a, b = random.integers(-8, 9, (256, 224)), random.integers(-8, 9, (32, 224))
    d, s = multiply(a, b, seed=1, schedules=4)
    sim.same("integers", d, (a @ b.T).astype(np.float32))
    sim.same("squares", s, (a * a).sum(axis=1).astype(np.float32))
    a = sim.from_bf16(sim.bf16(random.standard_normal((128, 128))))
    b = random.standard_normal((32, 128)).astype(np.float32)
    d, _ = multiply(a, b, seed=2)
    a, b = a.astype(np.float64), truncate(b).astype(np.float64)
    sim.close("random", d, a @ b.T, np.abs(a) @ np.abs(b.T), 2.0**-21)


if __name__ == "__main__":
    sys.exit(main())
