# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Pieces of PTX that several families use.

Kernels made here have dynamic shared memory `smem`, and registers tid, base (of
smem), i, t, u, w0..w3 (b32), p, q (pred), o, z (b64).
"""

from suite import HEADER

REGISTERS = """.reg .pred p, q;
.reg .b32 tid, base, i, t, u, w<4>;
.reg .b64 o, z;
mov.u32 tid, %tid.x; mov.u32 base, smem;
"""


def kernel(parameters, body, registers=""):
    """`parameters`: declarations without .param."""
    declared = ", ".join(f".param {parameter}" for parameter in parameters)
    lines = [HEADER, ".extern .shared .align 1024 .b8 smem[];"]
    lines += [f".visible .entry k({declared}) {{", REGISTERS + registers, body, "ret;\n}\n"]
    return "\n".join(lines)


def copy_in(parameter, size, threads, offset=0, label="IN"):
    """Shared memory from the buffer of a pointer parameter, 16 bytes at a time."""
    return f"""ld.param.u64 z, [{parameter}]; mov.u32 i, tid;
{label}: setp.ge.u32 p, i, {size // 16}; @p bra {label}_END;
shl.b32 t, i, 4; cvt.u64.u32 o, t; add.u64 o, o, z; add.u32 t, t, base;
ld.global.v4.b32 {{w0, w1, w2, w3}}, [o]; st.shared.v4.b32 [t+{offset}], {{w0, w1, w2, w3}};
add.u32 i, i, {threads}; bra {label};
{label}_END:
"""


def fill(size, threads, label="FILL", value=0xCDCDCDCD):
    """Shared memory with a constant."""
    return f"""mov.u32 i, tid; mov.u32 w0, {value:#x};
{label}: setp.ge.u32 p, i, {size // 16}; @p bra {label}_END;
shl.b32 t, i, 4; add.u32 t, t, base;
st.shared.v4.b32 [t], {{w0, w0, w0, w0}}; add.u32 i, i, {threads}; bra {label};
{label}_END:
"""


def copy_out(parameter, size, threads, offset=0, label="OUT"):
    """Shared memory to the buffer of a pointer parameter, or at the register `target`."""
    address = "mov.b64 z, target;" if parameter == "target" else f"ld.param.u64 z, [{parameter}];"
    return f"""{address} mov.u32 i, tid;
{label}: setp.ge.u32 p, i, {size // 16}; @p bra {label}_END;
shl.b32 t, i, 4; cvt.u64.u32 o, t; add.u64 o, o, z; add.u32 t, t, base;
ld.shared.v4.b32 {{w0, w1, w2, w3}}, [t+{offset}]; st.global.v4.b32 [o], {{w0, w1, w2, w3}};
add.u32 i, i, {threads}; bra {label};
{label}_END:
"""


SYNC = "fence.proxy.async; bar.sync 0;\n"


def wait(address, parity=0, label="WAIT"):
    """Until the phase of a parity of an mbarrier is complete."""
    return f"""{label}: mbarrier.try_wait.parity.shared::cta.b64 q, [{address}], {parity};
@!q bra {label};
"""
