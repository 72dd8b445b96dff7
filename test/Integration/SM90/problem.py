# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Data of a scaled matmul with poison around everything, and the check of a result.

A result is right when every element lies within a bound that follows from the
number of products, the format of the sums and the rounding of the output; where
all products and sums are representable it must be exact. Nothing outside of the
result may change.
"""

import zlib

import numpy as np

GUARD = 4096
# What operands and their padding are surrounded by: NaN in e4m3 and in UE8M0.
NAN_E4M3, NAN_UE8M0 = 0x7F, 0xFF
# 0, +-0.5, +-1, +-2: with scales of 0.5 to 2 all sums of up to 2^17 products are
# multiples of 2^-4 below 2^20, so exact in f32.
EXACT_CODES = np.array([0x00, 0x30, 0xB0, 0x38, 0xB8, 0x40, 0xC0], np.uint8)


def decode_table():
    codes = np.arange(256)
    exponent, mantissa = codes >> 3 & 15, codes & 7
    value = np.where(
        exponent == 0, mantissa * 2.0**-9, (8 + mantissa) * 2.0 ** (exponent - 10.0)
    )
    value[codes & 127 == 127] = np.nan
    return np.where(codes & 128, -value, value)


E4M3 = decode_table()


def ceil_div(a, b):
    return -(-a // b)


class Problem:
    """Operands of one (m, n, k), their device images and the expected result."""

    def __init__(self, variant, shape, data, seed):
        self.m, self.n, self.k = shape
        self.block, self.out, self.pad = variant["block"], variant["out"], variant["pad"]
        self.row_d = variant["row_d"] or self.n + self.pad
        self.exact = data == "exact"
        # Fresh data for each kernel, shape and seed, the same on each machine.
        name = f"{variant['name']} {shape} {data}".encode()
        rng = np.random.default_rng([seed, zlib.crc32(name)])
        self.a, self.ea = self.draw(rng, self.m, self.block[0])
        self.b, self.eb = self.draw(rng, self.n, self.block[1])

    def draw(self, rng, rows, block):
        """Codes and scale exponents of an operand."""
        groups = ceil_div(self.k, block)
        if self.exact:
            codes = rng.choice(EXACT_CODES, (rows, self.k))
            return codes, rng.integers(126, 129, (rows, groups)).astype(np.uint8)
        codes = rng.integers(0, 256, (rows, self.k)).astype(np.uint8)
        codes[codes & 127 == 127] = 0x12
        return codes, rng.integers(110, 131, (rows, groups)).astype(np.uint8)

    def dequantize(self, codes, exponents, block):
        scales = np.repeat(2.0 ** (exponents.astype(float) - 127), block, axis=1)
        return E4M3[codes] * scales[:, : self.k]

    def reference(self):
        """Exact products, f64 sums; and the sums of the magnitudes."""
        a = self.dequantize(self.a, self.ea, self.block[0])
        b = self.dequantize(self.b, self.eb, self.block[1])
        return a @ b.T, np.abs(a) @ np.abs(b).T

    # Images: what lies in device memory, with guards in front and behind.

    def matrix_image(self, codes):
        stride = codes.shape[1] + self.pad
        image = np.full(2 * GUARD + codes.shape[0] * stride, NAN_E4M3, np.uint8)
        body = image[GUARD:-GUARD].reshape(codes.shape[0], stride)
        body[:, : codes.shape[1]] = codes
        return image, stride

    def scale_image(self, exponents):
        """Words of four scales, columns that start 16 bytes apart."""
        rows, groups = exponents.shape
        words, column = ceil_div(groups, 4), 4 * ceil_div(rows, 4)
        # Scales behind the last one of a row are 0.
        packed = np.zeros((rows, 4 * words), np.uint8)
        packed[:, :groups] = exponents
        body = np.full((words, column, 4), NAN_UE8M0, np.uint8)
        body[:, :rows] = packed.reshape(rows, words, 4).transpose(1, 0, 2)
        guard = np.full(GUARD, NAN_UE8M0, np.uint8)
        return np.concatenate([guard, body.reshape(-1), guard]), words, column

    def output_bytes(self):
        return 2 if self.out == "bf16" else 4

    def output_size(self):
        return 2 * GUARD + self.m * self.row_d * self.output_bytes()

    def split_output(self, image):
        """The elements as f64, and all bytes that are none of them."""
        size, stride = self.output_bytes(), self.row_d
        body = image[GUARD : image.size - GUARD].reshape(self.m, stride * size)
        inside = np.ascontiguousarray(body[:, : self.n * size])
        outside = np.concatenate(
            [image[:GUARD], body[:, self.n * size :].reshape(-1), image[image.size - GUARD :]]
        )
        if self.out == "f32":
            return inside.view(np.float32).astype(float), outside
        bits = inside.view(np.uint16).astype(np.uint32) << 16
        return bits.view(np.float32).astype(float), outside


def round_output(values, out):
    """f64 values that f32 holds, as the output stores them (round to even)."""
    single = values.astype(np.float32)
    if out == "f32":
        return single.astype(float)
    bits = single.view(np.uint32)
    bits = (bits + 0x7FFF + (bits >> 16 & 1)) & np.uint32(0xFFFF0000)
    return bits.view(np.float32).astype(float)


def half_ulp(magnitude, out):
    _, exponent = np.frexp(magnitude)
    # magnitude < 2^exponent, so its last bit is worth 2^(exponent - precision).
    return np.ldexp(0.5, np.maximum(exponent, -125) - (8 if out == "bf16" else 24))


def error_bound(problem, reference, magnitudes):
    """How far an element may be from `reference`.

    An instruction adds 32 exact products: tensor cores align them with the largest
    and cut off below its last bit, at worst 2^-22 of the magnitudes each. The sum of
    an instruction is scaled exactly and added to the accumulator with one f32
    rounding. The last term is the rounding of the output.
    """
    instructions = ceil_div(problem.k, 32)
    slack = magnitudes * (32 * 2.0**-22 + instructions * 2.0**-24)
    return slack + half_ulp(np.abs(reference) + slack, problem.out)


def check(problem, images, poisons):
    """Complaints about the output images of repeated runs, each of which started
    with all bytes equal to its poison; and the largest error over its bound."""
    complaints = []
    outputs = [problem.split_output(image) for image in images]
    for (_, outside), poison in zip(outputs, poisons):
        changed = int((outside != poison).sum())
        if changed:
            complaints.append(f"{changed} bytes outside of the output were written")
            break
    first = outputs[0][0]
    for run, (values, _) in enumerate(outputs[1:], 2):
        # Bits, not numbers: a NaN would differ from itself.
        different = int((values.view(np.uint64) != first.view(np.uint64)).sum())
        if different:
            complaints.append(f"run {run} differs from run 1 in {different} elements")
            break
    reference, magnitudes = problem.reference()
    bound = error_bound(problem, reference, magnitudes)
    error = np.abs(first - reference)
    wrong = ~(error <= bound)  # NaN is wrong
    if problem.exact:
        wrong |= first != round_output(reference, problem.out)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        complaints.append(
            f"{int(wrong.sum())} of {wrong.size} elements are wrong, first [{row}, {column}] is "
            f"{first[row, column]:.9g}, expected {reference[row, column]:.9g}"
        )
    return complaints, float(np.max(error / bound, initial=0.0))
