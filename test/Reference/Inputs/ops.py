"""Every op of dgemm-run against numpy, on the data that dgemm-run generated.

Written from the definition of the ops; shares nothing with the C++. Formats are
decoded by ml_dtypes.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import ml_dtypes
import numpy as np

#===------------------------------------------------------------------------===#
# Formats
#===------------------------------------------------------------------------===#


def fp8(codes):
    return codes.view(ml_dtypes.float8_e4m3fn).astype(np.float64)


def fp4(codes):
    nibbles = np.stack([codes & 15, codes >> 4], axis=-1)
    nibbles = nibbles.reshape(*codes.shape[:-1], codes.shape[-1] * 2)
    return nibbles.view(ml_dtypes.float4_e2m1fn).astype(np.float64)


def bf16(codes):
    return codes.view(ml_dtypes.bfloat16).astype(np.float64)


def floats(array):
    """f32 or f16 as they are, bf16 from its bits."""
    return bf16(array) if array.dtype == np.uint16 else array.astype(np.float64)


def ue8m0(codes):
    return 2.0 ** (codes.astype(np.float64) - 127)


def unpacked(words):
    """[.., words] of i32 to [.., 4 * words] scales."""
    words = np.ascontiguousarray(words)
    return ue8m0(words.view(np.uint8).reshape(*words.shape[:-1], -1))


def scales(array):
    if array.dtype == np.int32:
        return unpacked(array)
    return ue8m0(array) if array.dtype == np.uint8 else array.astype(np.float64)


def scaled(values, scale, mn, k):
    """values [.., mn, k] times scales, each repeated over what it covers."""
    scale = np.repeat(np.repeat(scales(scale), mn, axis=-2), k, axis=-1)
    return values * scale[..., : values.shape[-2], : values.shape[-1]]


#===------------------------------------------------------------------------===#
# Comparison
#===------------------------------------------------------------------------===#


class Mismatch(Exception):
    pass


def compare(actual, expected, defined=None):
    """Each defined element is its exact value, rounded."""
    if actual.shape != expected.shape:
        raise Mismatch(f"shape {actual.shape}, expected {expected.shape}")
    mantissa = 8 if actual.dtype == np.uint16 else 24
    values = floats(actual)
    finite = np.isfinite(expected)
    _, exponent = np.frexp(np.where(finite, expected, 0))
    slack = 1e-12 * (1 + np.abs(np.where(finite, expected, 0)).max(initial=0))
    with np.errstate(invalid="ignore"):
        wrong = np.abs(values - expected) > 2.0 ** (exponent - mantissa - 1) * 1.001 + slack
    wrong = np.where(finite, wrong, values != expected)
    if defined is not None:
        wrong &= defined
    if wrong.any():
        at = tuple(np.argwhere(wrong)[0])
        raise Mismatch(f"{wrong.sum()} of {wrong.size} wrong, at {at}: "
                       f"{values[at]}, expected {expected[at]}")


#===------------------------------------------------------------------------===#
# Ops. `x` holds the arguments after the run, by name.
#===------------------------------------------------------------------------===#


def product(x, a, b, ga=None, gb=None, c=None):
    left = scaled(a(x["a"]), x["sa"], *ga) if ga else a(x["a"])
    right = scaled(b(x["b"]), x["sb"], *gb) if gb else b(x["b"])
    result = left @ np.swapaxes(right, -1, -2)
    return result if c is None else result + floats(c)


def dense(a, b, ga=None, gb=None, with_c=False):
    def check(x):
        compare(x["out"], product(x, a, b, ga, gb, x["c"] if with_c else None))
    return check


def bf16_layout(layout, with_c):
    def check(x):
        a = bf16(x["a"]).T if layout[0] == "t" else bf16(x["a"])
        b = bf16(x["b"]) if layout[1] == "n" else bf16(x["b"]).T
        # The second letter: n is B as the BLAS means it, [K, N].
        if layout in ("nn", "tn"):
            b = bf16(x["b"])
        elif layout in ("nt", "tt"):
            b = bf16(x["b"]).T
        compare(x["out"], a @ b + (floats(x["c"]) if with_c else 0))
    return check


def head_split(x):
    raw = product(x, fp8, fp8, (1, 128), (128, 128))
    expected = np.full((raw.shape[0], raw.shape[1] // 256 * 320), -5.0)
    for n in range(raw.shape[1]):
        head, j = divmod(n, 256)
        expected[:, head * 320 + (j if j < 128 else j + 64)] = raw[:, n]
    compare(x["d"], expected)


def grouped_index(b, gb):
    def check(x):
        a = scaled(fp8(x["a"]), x["sa"], 1, 128)
        weights = scaled(b(x["b"]), x["sb"], *gb)
        rows = x["rows"]
        expected = np.zeros((a.shape[0], weights.shape[1]))
        for r, g in enumerate(rows):
            if g >= 0:
                expected[r] = weights[g] @ a[r]
        # Padding behind the rows of a group has A = 0 and gives 0.
        compare(x["d"], expected)
        starts = [r for r in range(len(rows)) if r == 0 or
                  (rows[r] >= 0 and rows[r] != rows[r - 1])]
        assert all(r % 16 == 0 for r in starts), "groups start aligned"
    return check


def grouped_psum(x):
    a, b, ends = bf16(x["a"]), bf16(x["b"]), x["ends"]
    expected = np.zeros((a.shape[0], b.shape[2]))
    start = 0
    for g, end in enumerate(ends):
        expected[start:end] = a[start:end] @ b[g]
        start = -(-end // 16) * 16
    compare(x["out"], expected)


def grouped_masked(x):
    a = scaled(fp8(x["a"]), x["sa"], 1, 128)
    b = scaled(fp8(x["b"]), x["sb"], 128, 128)
    expected = a @ np.swapaxes(b, 1, 2)
    valid = np.arange(a.shape[1])[None, :] < x["valid"][:, None]
    compare(x["d"], expected, valid[:, :, None] & np.ones(expected.shape, bool))


def k_grouped(form):
    def check(x):
        c = x["c"]
        groups, m, n = c.shape
        expected = c.astype(np.float64)
        k0 = s0 = 0
        for g, k in enumerate(x["ks"]):
            if form == "nt":
                a = fp8(x["a"][k0 * m : (k0 + k) * m]).reshape(m, k)
                b = fp8(x["b"][k0 * n : (k0 + k) * n]).reshape(n, k)
            else:
                decode = bf16 if form == "bf16" else fp8
                a = decode(x["a"])[k0 : k0 + k].T
                b = decode(x["b"])[k0 : k0 + k].T
            if form != "bf16":
                columns = -(-k // 128)
                a = scaled(a, x["sa"][:, s0 : s0 + columns], 1, 128)
                b = scaled(b, x["sb"][:, s0 : s0 + columns], 1, 128)
                s0 += columns
            expected[g] += a @ b.T
            k0 += k
        assert (x["ks"] == 0).any(), "one group should be empty"
        compare(x["out"], expected)
    return check


def einsum(equation, output="out"):
    def check(x):
        if "x" in x:
            a, b = bf16(x["x"]), bf16(x["y"])
        else:
            a, b = bf16(x["a"]), bf16(x["b"])
        c = x["c"] if "c" in x else 0
        compare(x[output], np.einsum(equation, a, b, optimize=True) + c)
    return check


def fp8_einsum(equation):
    def check(x):
        a, b = fp8(x["x"]), fp8(x["y"])
        if equation == "bhd,bhr->hdr":
            a = a * np.repeat(x["sx"].astype(np.float64), 128, 0)[: a.shape[0]]
            b = b * np.repeat(x["sy"].astype(np.float64), 128, 0)[: b.shape[0]]
        else:
            a = scaled(a, x["sx"], 1, 128)
            b = scaled(b, x["sy"], 128, 128)
        c = x["c"] if "c" in x else 0
        compare(x["out"], np.einsum(equation, a, b, optimize=True) + c)
    return check


def prenorm(splits, d, squares):
    def check(x):
        a = bf16(x["a"])
        _, exponent = np.frexp(x["b"].astype(np.float64))
        step = 2.0 ** (exponent - 11)
        b = np.round(x["b"] / step) * step
        blocks = np.array_split(np.arange(a.shape[1] // 64), splits or 1)
        parts = [slice(64 * p[0], 64 * p[-1] + 64) for p in blocks]
        products = np.stack([a[:, p] @ b[:, p].T for p in parts])
        sums = np.stack([(a[:, p] ** 2).sum(1) for p in parts])
        compare(x[d], products if splits else products[0])
        compare(x[squares], sums if splits else sums[0])
    return check


def logit_matrix(q, kv, weights):
    """[S, H, D], [SKV, D], [S, H] to [S, SKV]."""
    scores = np.maximum(np.einsum("shd,jd->shj", q, kv, optimize=True), 0)
    return np.einsum("shj,sh->sj", scores, weights, optimize=True)


def quantized_rows(codes, words):
    values = fp4(codes)
    shape = values.shape
    flat = values.reshape(-1, shape[-1])
    return scaled(flat, words.reshape(-1, 1), 1, 32).reshape(shape)


def mqa(form, output, clean):
    def check(x):
        if form == "fp8":
            q, kv = fp8(x["q"]), fp8(x["kv"]) * x["kvs"][:, None].astype(np.float64)
        else:
            q, kv = quantized_rows(x["q"], x["qs"]), quantized_rows(x["kv"], x["kvs"])
        full = logit_matrix(q, kv, floats(x["w"]))
        expected = np.full(x[output].shape, -np.inf)
        for i, (begin, end) in enumerate(zip(x["ks"], x["ke"])):
            if end > begin:
                column = begin if clean else 0
                expected[i, column : column + end - begin] = full[i, begin:end]
        compare(x[output], expected, None if clean else np.isfinite(expected))
    return check


def paged(form, dim, block, output):
    def check(x):
        nbytes = dim if form == "fp8" else dim // 2
        raw = x["cache"].view(np.uint8).reshape(x["cache"].shape[0], -1)
        codes = raw[:, : block * nbytes].reshape(-1, block, nbytes)
        tails = np.ascontiguousarray(raw[:, block * nbytes :])
        if form == "fp8":
            scale = tails.view(np.float32).astype(np.float64)
            keys = fp8(codes) * scale[:, :, None]
            q = fp8(x["q"])
        else:
            keys = quantized_rows(codes, tails.view(np.int32))
            q = quantized_rows(x["q"], x["qs"])
        batch, next_n = x["lens"].shape
        expected = np.full(x[output].shape, np.inf)
        for b in range(batch):
            # All pages of the sequence behind each other.
            sequence = keys[x["table"][b]].reshape(-1, dim)
            for n in range(next_n):
                row, length = b * next_n + n, x["lens"][b, n]
                logits = logit_matrix(q[b, n][None], sequence[:length],
                                      floats(x["w"])[row][None])
                expected[row, :length] = logits[0]
        compare(x[output], expected, np.isfinite(expected))
    return check


def metadata(split, output, varlen):
    def check(x):
        lens = x["lens"]
        units = []
        if varlen:
            t = 0
            while t < len(lens):
                pair = t + 1 < len(lens) and x["idx"][t] == x["idx"][t + 1]
                length = lens[t + pair, 0]
                units += [(t, s) for s in range(-(-length // split))]
                t += 1 + pair
            end = len(lens)
        else:
            atoms = -(-lens.shape[1] // 2)
            for b, length in enumerate(lens[:, -1]):
                for atom in range(atoms):
                    units += [(b * atoms + atom, s) for s in range(-(-length // split))]
            end = len(lens) * atoms
        slots = len(x[output]) - 1
        q, r = divmod(len(units), slots)
        sizes = [q] * (slots - r) + [q + 1] * r
        starts = np.concatenate([[0], np.cumsum(sizes)]).astype(int)
        expected = np.array((units + [(end, 0)]))[starts] if units else \
            np.array([(end, 0)] * (slots + 1))
        if not np.array_equal(x[output], expected):
            raise Mismatch("metadata differ")
    return check


def clean(next_n, output, before):
    def check(x):
        rows, columns = x[output].shape
        expected = floats(x[before]).copy()
        for i in range(rows):
            begin = x["ks"][i // next_n] if "ks" in x else 0
            end = x["ke"][i // next_n] - next_n + i % next_n + 1
            j = np.arange(columns)
            expected[i, (j < begin) | (j >= end)] = -np.inf
        compare(x[output], expected)
    return check


def pack(x):
    # The product used the scales that were packed.
    a = scaled(fp8(x["a"]), x["sa"], 1, 128)
    b = scaled(fp8(x["b"]), x["sb"], 128, 128)
    compare(x["out"], a @ b.T)


def pack_groups(x):
    columns = []
    start = 0
    for k in x["ks"]:
        count = -(-k // 32)
        group = np.log2(x["s"][:, start : start + count]).astype(int) + 127
        padded = np.zeros((group.shape[0], -(-count // 4) * 4), np.uint8)
        padded[:, :count] = group
        columns.append(np.ascontiguousarray(padded).view(np.int32))
        start += count
    if not np.array_equal(x["p"], np.concatenate(columns, axis=1)):
        raise Mismatch("packed scales differ")


#===------------------------------------------------------------------------===#
# Cases
#===------------------------------------------------------------------------===#

F8, F4 = (1, 128), (1, 32)
BLOCK = (128, 128)


class Case:
    """An example, its arguments, and what is compared. `before` maps arguments that
    the op overwrites to the dtype of the data that they start with."""

    def __init__(self, file, arguments, check, out=None, before=None, c=None, dims=()):
        self.file = file
        self.arguments = arguments.split()
        self.check = check
        self.out = out
        self.before = before or {}
        self.c = c  # the argument that is C, when it is overwritten
        self.dims = dims


CASES = [
    Case("fp8_matmul_1x32", "a sa b sb", dense(fp8, fp8, F4, F4), "result"),
    Case("fp8_matmul_1d2d", "a sa b sb", dense(fp8, fp8, F8, BLOCK), "d"),
    Case("fp8_matmul_accumulate", "a sa b sb", dense(fp8, fp8, F8, F8, True), "d", c="d"),
    Case("fp4_matmul", "a sa b sb", dense(fp4, fp4, F4, F4), "d"),
    Case("fp8_fp4_matmul", "a sa b sb", dense(fp8, fp4, F8, F4), "d"),
    Case("fp4_fp8_matmul", "a sa b sb", dense(fp4, fp8, F4, F8), "result"),
    *[Case(f"bf16_{layout}", "a b", bf16_layout(layout, False), "d")
      for layout in ("nt", "nn", "tn", "tt")],
    *[Case(f"bf16_{layout}_accumulate", "a b c", bf16_layout(layout, True), "result")
      for layout in ("nt", "nn", "tn", "tt")],
    Case("head_split", "a sa b sb d", head_split, before={"d": np.uint16}),
    Case("grouped_index", "a sa b sb rows d", grouped_index(fp8, BLOCK)),
    Case("grouped_index_fp4", "a sa b sb rows d", grouped_index(fp4, F4)),
    Case("grouped_psum", "a b ends", grouped_psum, "result"),
    Case("grouped_masked", "a sa b sb valid d", grouped_masked),
    Case("k_grouped_tn", "a sa b sb ks", k_grouped("tn"), "d", c="d"),
    Case("k_grouped_nt", "a sa b sb ks c", k_grouped("nt"), "d", dims=("k=1536",)),
    Case("k_grouped_bf16", "a b ks c", k_grouped("bf16"), "result", dims=("k=416",)),
    Case("batched_bhr_hdr_bhd", "x y", einsum("bhr,hdr->bhd"), "z"),
    Case("batched_bhd_hdr_bhr", "x y", einsum("bhd,hdr->bhr"), "result"),
    Case("batched_bmk_bnk_mn", "a b", einsum("smk,snk->mn"), "d", c="d"),
    Case("batched_fp8_bhr_hdr_bhd", "x sx y sy", fp8_einsum("bhr,hdr->bhd"), "z"),
    Case("batched_fp8_bhd_hdr_bhr", "x sx y sy", fp8_einsum("bhd,hdr->bhr"), "z"),
    Case("batched_fp8_bhd_bhr_hdr", "x sx y sy", fp8_einsum("bhd,bhr->hdr"), "z", c="z"),
    Case("hc_prenorm", "a b d s", prenorm(None, "d", "s")),
    Case("hc_prenorm_splits", "a b result0 result1", prenorm(5, "result0", "result1")),
    Case("mqa_logits_fp8", "q kv kvs w ks ke logits", mqa("fp8", "logits", True)),
    Case("mqa_logits_fp8_compressed", "q kv kvs w ks ke", mqa("fp8", "out", False), "result"),
    Case("mqa_logits_fp4", "q qs kv kvs w ks ke logits", mqa("fp4", "logits", True)),
    Case("mqa_logits_fp4_compressed", "q qs kv kvs w ks ke", mqa("fp4", "out", False),
         "result"),
    Case("paged_mqa_logits_fp8", "q cache table w lens logits",
         paged("fp8", 128, 64, "logits")),
    Case("paged_mqa_logits_fp4", "q qs cache table w lens logits",
         paged("fp4", 128, 32, "logits")),
    Case("paged_mqa_logits_varlen", "q cache table w lens", paged("fp8", 64, 64, "out"),
         "result"),
    Case("paged_mqa_metadata", "lens meta", metadata(128, "meta", False)),
    Case("paged_mqa_metadata_varlen", "lens idx", metadata(256, "out", True), "result"),
    Case("clean_logits", "ks ke", clean(1, "out", "before"), "logits",
         before={"logits": np.float32}),
    Case("clean_logits_next_n", "ke logits", clean(3, "out", "logits"), "result"),
    Case("pack_scales", "a sa b sb", pack, "result"),
    Case("pack_scales_k_grouped", "s ks p", pack_groups),
]


def run(tool, file, arguments, outputs, inputs, folder):
    command = [tool, str(file), *arguments]
    command += [f"--output={name}={folder / name}.npy" for name in outputs]
    command += [f"--input={name}={path}" for name, path in inputs.items()]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        raise Mismatch(" ".join(command) + "\n" + result.stderr)
    return {name: np.load(f"{folder / name}.npy") for name in outputs}


def evaluate(tool, case, file, arguments, folder):
    outputs = [*case.arguments, *([case.out] if case.out else [])]
    inputs = {}
    extra = {}
    overwritten = dict(case.before)
    if case.c:
        overwritten[case.c] = np.float32
    if overwritten:
        # Shapes are known after a first run, then the run of interest.
        shapes = run(tool, file, arguments, list(overwritten), {}, folder)
        for name, dtype in overwritten.items():
            rng = np.random.default_rng(7)
            data = rng.standard_normal(shapes[name].shape).astype(np.float32) * 32
            if dtype == np.uint16:
                data = np.full(shapes[name].shape, -5.0, ml_dtypes.bfloat16).view(dtype)
            np.save(folder / f"before_{name}.npy", data)
            inputs[name] = folder / f"before_{name}.npy"
            extra["c" if name == case.c else "before"] = data
    x = run(tool, file, arguments, outputs, inputs, folder)
    x.update(extra)
    if case.out:
        x["out"] = x[case.out]
    case.check(x)


def has_rows(tool, file):
    probe = [tool, str(file), "--m=1"]
    return subprocess.run(probe, capture_output=True).returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tool", default="dgemm-run")
    parser.add_argument("--examples", type=pathlib.Path, required=True)
    parser.add_argument("--rows", type=int, nargs="*", default=[1, 37, 96])
    options = parser.parse_args()
    failures = runs = 0
    for case in CASES:
        file = options.examples / f"{case.file}.mlir"
        dynamic = has_rows(options.tool, file)
        for seed, m in enumerate(options.rows):
            arguments = [f"--seed={seed}", *[f"--dim={dim}" for dim in case.dims]]
            if dynamic:
                arguments.append(f"--m={m}")
            runs += 1
            with tempfile.TemporaryDirectory() as folder:
                try:
                    evaluate(options.tool, case, file, arguments, pathlib.Path(folder))
                except (Mismatch, AssertionError) as error:
                    failures += 1
                    print(f"{case.file} {' '.join(arguments)}: {error}")
    print(f"{runs} runs of {len(CASES)} ops, {failures} differ from numpy")
    return failures != 0


if __name__ == "__main__":
    sys.exit(main())
