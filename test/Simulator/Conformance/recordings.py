# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Files of recorded outputs: one for each family, compressed with xz.

A file starts with a line of JSON: [case, digest, [[output, size], ...]] for each
case. The outputs follow in the same order, each transposed to planes of equal bytes of
32-bit words, which compresses better.
"""

import json
import lzma

PLANES = 4


def split(data):
    return b"".join(data[i::PLANES] for i in range(PLANES))


def join(data):
    result, at = bytearray(len(data)), 0
    for i in range(PLANES):
        size = len(range(i, len(data), PLANES))
        result[i::PLANES] = data[at : at + size]
        at += size
    return bytes(result)


def path(folder, family):
    return folder / f"{family}.xz"


def write(folder, family, entries):
    """`entries`: pairs of a case and its outputs by name."""
    head = [
        [case.name, case.digest(), [[name, len(outputs[name])] for name in case.outputs()]]
        for case, outputs in entries
    ]
    body = b"".join(split(outputs[name]) for case, outputs in entries for name in case.outputs())
    data = json.dumps(head, separators=(",", ":")).encode() + b"\n" + body
    path(folder, family).write_bytes(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME))


def read(folder, family):
    """By name of the case: its digest, and the outputs by name."""
    file = path(folder, family)
    if not file.exists():
        return {}
    head, body = lzma.decompress(file.read_bytes()).split(b"\n", maxsplit=1)
    result, at = {}, 0
    for name, digest, outputs in json.loads(head):
        values = {}
        for output, size in outputs:
            values[output] = join(body[at : at + size])
            at += size
        result[name] = (digest, values)
    return result
