# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""ldmatrix and stmatrix with rows in any order."""

import ptx
from suite import Buffer, Case, generator, pointer, words

BYTES = 2048


def rows(name):
    """Addresses of 32 different rows of 16 bytes."""
    return words([16 * row for row in generator(name).sample(range(BYTES // 16), 32)], 4)


def registers(name, count):
    return "{" + ", ".join(f"{name}{i}" for i in range(count)) + "}"


def load(count, trans):
    name = f"matrix/ldmatrix_x{count}{trans}"
    body = (
        ptx.copy_in("pa", BYTES, 32)
        + f"""bar.sync 0;
mul.wide.u32 o, tid, 4; ld.param.u64 z, [pb]; add.u64 z, z, o; ld.global.b32 t, [z]; add.u32 t, t, base;
ldmatrix.sync.aligned.m8n8.x{count}{trans}.shared.b16 {registers("w", count)}, [t];
ld.param.u64 z, [pd]; mul.wide.u32 o, tid, {4 * count}; add.u64 z, z, o;
"""
    )
    body += "\n".join(f"st.global.b32 [z+{4 * i}], w{i};" for i in range(count))
    program = ptx.kernel([".u64 pa", ".u64 pb", ".u64 pd"], body)
    data = generator(name + "/data").randbytes(BYTES)
    buffers = {
        "a": Buffer(data),
        "rows": Buffer(rows(name)),
        "d": Buffer(size=128 * count, output=True),
    }
    return Case(name, program, buffers, [pointer(key) for key in buffers], shared=BYTES)


def store(count, trans):
    name = f"matrix/stmatrix_x{count}{trans}"
    body = (
        ptx.fill(BYTES, 32)
        + f"""bar.sync 0;
mul.wide.u32 o, tid, 4; ld.param.u64 z, [pb]; add.u64 z, z, o; ld.global.b32 t, [z]; add.u32 t, t, base;
ld.param.u64 z, [pa]; mul.wide.u32 o, tid, {4 * count}; add.u64 z, z, o;
"""
    )
    body += "\n".join(f"ld.global.b32 w{i}, [z+{4 * i}];" for i in range(count))
    body += f"\nstmatrix.sync.aligned.m8n8.x{count}{trans}.shared.b16 [t], {registers('w', count)};\nbar.sync 0;\n"
    body += ptx.copy_out("pd", BYTES, 32)
    program = ptx.kernel([".u64 pa", ".u64 pb", ".u64 pd"], body)
    data = generator(name + "/data").randbytes(128 * count)
    buffers = {"a": Buffer(data), "rows": Buffer(rows(name)), "d": Buffer(size=BYTES, output=True)}
    return Case(name, program, buffers, [pointer(key) for key in buffers], shared=BYTES)


def cases():
    forms = [(count, trans) for count in (1, 2, 4) for trans in ("", ".trans")]
    return [make(*form) for make in (load, store) for form in forms]
