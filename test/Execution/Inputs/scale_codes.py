# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A column of scales as .npy: bytes FIRST, FIRST + 1, ..., at most LAST, then LAST again;
as words, in their first byte.

  scale_codes.py FILE ROWS FIRST LAST u1|i4
"""

import pathlib
import struct
import sys


def main():
    path, rows, first, last, kind = sys.argv[1:]
    codes = [min(int(first) + row, int(last)) for row in range(int(rows))]
    header = f"{{'descr': '<{kind}', 'fortran_order': False, 'shape': ({rows}, 1)}}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    data = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode()
    data += struct.pack(f"<{rows}{'B' if kind == 'u1' else 'i'}", *codes)
    pathlib.Path(path).write_bytes(data)


if __name__ == "__main__":
    main()
