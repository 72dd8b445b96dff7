"""Formats, quantisers and .npy files of the reference against ml_dtypes and numpy.

The quantisers are written here from their specification, not from the C++.
"""

import pathlib
import subprocess
import sys
import tempfile

import ml_dtypes
import numpy as np

FORMATS = {
    "f4E2M1FN": ml_dtypes.float4_e2m1fn,
    "f8E4M3FN": ml_dtypes.float8_e4m3fn,
    "f8E5M2": ml_dtypes.float8_e5m2,
    "f8E8M0FNU": ml_dtypes.float8_e8m0fnu,
    "bf16": ml_dtypes.bfloat16,
    "f16": np.float16,
}
TOOL = sys.argv[1]
failures = 0


def run(*arguments):
    command = [TOOL, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def call(*arguments):
    result = run(*arguments)
    assert result.returncode == 0, result.stderr


def expect(name, actual, expected):
    global failures
    if np.array_equal(actual, expected, equal_nan=actual.dtype.kind == "f"):
        return
    failures += 1
    where = np.argwhere(actual != expected)[:3].tolist()
    print(f"{name}: {actual.shape} differs from {expected.shape} at {where}")


def unpack(codes):
    """Nibbles of bytes, the low one first."""
    return np.stack([codes & 15, codes >> 4], axis=-1).reshape(*codes.shape[:-1], -1)


def check_decode(tmp):
    for name, dtype in FORMATS.items():
        bits = 4 if name == "f4E2M1FN" else np.dtype(dtype).itemsize * 8
        codes = np.arange(2**bits, dtype=np.uint16 if bits == 16 else np.uint8)
        call("decode", name, tmp / "out.npy")
        expected = codes.view(dtype).astype(np.float64)
        expect(f"decode {name}", np.load(tmp / "out.npy"), expected)


def samples(name, tmp, rng):
    """Values of every magnitude, all representable values and all ties."""
    call("decode", name, tmp / "decoded.npy")
    exact = np.load(tmp / "decoded.npy")
    exact = np.unique(exact[np.isfinite(exact)])
    ties = (exact[1:] + exact[:-1]) / 2
    spread = rng.standard_normal(4000) * 2.0 ** rng.integers(-30, 20, 4000)
    values = np.concatenate([exact, ties, np.nextafter(ties, np.inf), spread])
    # ml_dtypes goes through f32.
    values = values.astype(np.float32).astype(np.float64)
    values = values[np.abs(values) < 1e38]
    return values[: values.size // 2 * 2]


def check_encode(tmp, rng):
    limits = {"f4E2M1FN": 6, "f8E4M3FN": 448, "f8E5M2": 57344}
    for name, dtype in FORMATS.items():
        if name == "f8E8M0FNU":
            continue
        values = samples(name, tmp, rng)
        np.save(tmp / "in.npy", values)
        call("encode", name, tmp / "in.npy", tmp / "out.npy")
        actual = np.load(tmp / "out.npy")
        clipped = values
        if name in limits:
            clipped = np.clip(values, -limits[name], limits[name])
        with np.errstate(over="ignore"):
            expected = clipped.astype(np.float32).astype(dtype)
        if name == "f4E2M1FN":
            actual = unpack(actual)
        expected = expected.view(np.uint16 if name in ("bf16", "f16") else np.uint8)
        if name == "f16":
            actual = actual.view(np.uint16)
        expect(f"encode {name}", actual, expected)


def check_tf32(tmp, rng):
    values = rng.standard_normal(10000).astype(np.float32)
    values[:1000] = 1 + np.arange(1000) * 2.0**-13
    np.save(tmp / "in.npy", values)
    call("tf32", tmp / "in.npy", tmp / "out.npy")
    _, exponent = np.frexp(values.astype(np.float64))
    step = 2.0 ** (exponent - 11)
    expected = (np.round(values / step) * step).astype(np.float32)
    expect("tf32", np.load(tmp / "out.npy"), expected)


def ue8m0_up(x):
    _, exponent = np.frexp(x.astype(np.float64))
    power = np.where(x == 2.0 ** (exponent - 1), exponent - 1, exponent)
    return 2.0 ** np.clip(power, -126, 127)


def quantize(x, fmt, mn, k, powers_of_two):
    rows, columns = x.shape
    padded = np.zeros((-(-rows // mn) * mn, -(-columns // k) * k), np.float32)
    padded[:rows, :columns] = x
    blocks = padded.reshape(padded.shape[0] // mn, mn, padded.shape[1] // k, k)
    amax = np.maximum(np.abs(blocks).max(axis=(1, 3)), np.float32(1e-4))
    largest = np.float32(6 if fmt == "f4E2M1FN" else 448)
    scales = (amax / largest).astype(np.float32)
    if powers_of_two:
        scales = ue8m0_up(scales).astype(np.float32)
    inverse = (np.float32(1) / scales)[:, None, :, None]
    scaled = (blocks * inverse).reshape(padded.shape)[:rows, :columns]
    if fmt != "f4E2M1FN":
        codes = np.clip(scaled, -448, 448).astype(ml_dtypes.float8_e4m3fn)
        return codes.view(np.uint8), scales
    thresholds = np.array([0.25, 0.75, 1.25, 1.75, 2.5, 3.5, 5.0], np.float32)
    codes = np.searchsorted(thresholds, np.abs(scaled), side="left").astype(np.uint8)
    codes |= np.where((scaled < 0) & (codes != 0), 8, 0).astype(np.uint8)
    return codes[:, 0::2] | codes[:, 1::2] << 4, scales


def check_quantize(tmp, rng):
    cases = [
        ("f8E4M3FN", 1, 128, 7, 300),
        ("f8E4M3FN", 1, 32, 7, 300),
        ("f8E4M3FN", 128, 128, 200, 300),
        ("f8E4M3FN", 1, 64, 33, 64),
        ("f4E2M1FN", 1, 32, 9, 300),
        ("f4E2M1FN", 1, 32, 0, 64),
    ]
    for fmt, mn, k, rows, columns in cases:
        for powers_of_two in (0, 1):
            x = rng.standard_normal((rows, columns)).astype(np.float32)
            x *= 2.0 ** rng.integers(-8, 8, (rows, 1)).astype(np.float32)
            if rows:
                x[0] = np.round(x[0] * 2) / 2  # ties
                x[-1] = 0
            np.save(tmp / "x.npy", x)
            paths = [tmp / "x.npy", tmp / "codes.npy", tmp / "scales.npy"]
            call("quantize", fmt, mn, k, powers_of_two, *paths)
            codes, scales = quantize(x, fmt, mn, k, powers_of_two)
            name = f"quantize {fmt} {mn}x{k} of {rows}x{columns}"
            expect(name + " codes", np.load(paths[1]), codes)
            expect(name + " scales", np.load(paths[2]), scales)


def check_files(tmp, rng):
    arrays = [
        np.float32(3.5),
        np.zeros((0, 4), np.float64),
        np.arange(5, dtype=np.int64),
        rng.integers(0, 255, (3, 4, 5)).astype(np.uint8),
        np.asfortranarray(rng.standard_normal((4, 6)).astype(np.float32)),
        rng.standard_normal((2, 3)).astype(np.float16),
        rng.standard_normal((2, 3)).astype(ml_dtypes.bfloat16),
        rng.standard_normal((2, 4)).astype(ml_dtypes.float8_e4m3fn),
    ]
    for array in arrays:
        np.save(tmp / "in.npy", array)
        call("copy", tmp / "in.npy", tmp / "out.npy")
        actual = np.load(tmp / "out.npy")
        # The bytes matter: numpy forgets the names of other types.
        raw = np.ascontiguousarray(array)
        assert actual.shape == array.shape, (actual.shape, array.shape)
        expect(f"copy {array.dtype}", np.frombuffer(actual.tobytes(), np.uint8),
               np.frombuffer(raw.tobytes(), np.uint8))
    rejected = [
        np.zeros(2, dtype=[("x", "<f4"), ("y", "<f4")]),
        np.zeros(2, dtype=">f4"),
        np.zeros(2, dtype=np.complex64),
        np.array(["text"]),
    ]
    for array in rejected:
        np.save(tmp / "in.npy", array)
        result = run("copy", tmp / "in.npy", tmp / "out.npy")
        assert result.returncode == 1, f"accepted {array.dtype}"
        assert "in.npy" in result.stderr, result.stderr


def main():
    rng = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as folder:
        tmp = pathlib.Path(folder)
        check_decode(tmp)
        check_encode(tmp, rng)
        check_tf32(tmp, rng)
        check_quantize(tmp, rng)
        check_files(tmp, rng)
    print(f"{failures} differences")
    return failures != 0


if __name__ == "__main__":
    sys.exit(main())
