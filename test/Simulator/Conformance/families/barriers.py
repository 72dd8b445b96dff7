# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""mbarrier phases, operation by operation, and named barriers.

One thread walks through operations that are legal for the model of the PTX ISA,
and writes after each what it can see: both parities, the state of tokens, the pending
count of tokens.
"""

import ptx
from suite import Buffer, Case, generator, pointer

STEPS = 60


class Model:
    """Just enough to choose legal operations."""

    def __init__(self, count):
        self.expected = self.pending = count
        self.transactions, self.phase = 0, 0

    def settle(self):
        if self.pending == 0 and self.transactions == 0:
            self.phase, self.pending = self.phase + 1, self.expected

    def room(self):
        """Arrivals that leave the phase incomplete, whatever the transactions."""
        return self.pending - 1


def choose(model, rng):
    """An operation: its text, and what it does to the model."""
    options = ["expect", "expect_cluster"]
    options += ["complete"] * 3 if model.transactions > 0 or model.pending > 0 else []
    if model.pending > 0:
        options += ["arrive", "arrive", "arrive_expect", "arrive_expect_cluster", "arrive_sink"]
        options += ["drop", "drop_expect"] if model.expected > 2 else []
    if model.room() > 0:
        options += ["arrive_no_complete"] + (["drop_no_complete"] if model.expected > 2 else [])
    name = rng.choice(options)
    count = rng.randint(1, min(3, max(1, model.pending)))
    size = rng.choice([1, 16, 16, 1024, 65536])
    if name == "complete":
        size = model.transactions if model.transactions > 0 and rng.random() < 0.7 else size
        model.transactions -= size
        model.settle()
        return f"mbarrier.complete_tx.relaxed.cluster.shared::cta.b64 [base], {size};"
    if name.startswith("expect"):
        model.transactions += size
        where = (
            "relaxed.cluster.shared::cluster" if "cluster" in name else "relaxed.cta.shared::cta"
        )
        return f"mbarrier.expect_tx.{where}.b64 [base], {size};"
    if "no_complete" in name:
        count = rng.randint(1, model.room())
        model.pending -= count
        drop = "_drop" if name.startswith("drop") else ""
        model.expected -= count if drop else 0
        if model.expected < 1:
            model.expected += count
            drop = ""
        return f"mbarrier.arrive{drop}.noComplete.shared::cta.b64 token, [base], {count};"
    if "expect" in name:
        model.transactions += size
        model.pending -= 1
        drop = "_drop" if name.startswith("drop") else ""
        model.expected -= 1 if drop else 0
        model.settle()
        if "cluster" in name:
            return (
                f"mbarrier.arrive.expect_tx.release.cluster.shared::cluster.b64 _, [base], {size};"
            )
        return f"mbarrier.arrive{drop}.expect_tx.release.cta.shared::cta.b64 token, [base], {size};"
    if name == "drop":
        count = min(count, model.expected - 1)
        model.expected -= count
        model.pending -= count
        model.settle()
        return f"mbarrier.arrive_drop.shared::cta.b64 token, [base], {count};"
    model.pending -= count
    model.settle()
    if name == "arrive_sink":
        return f"mbarrier.arrive.shared::cta.b64 _, [base], {count};"
    return f"mbarrier.arrive.shared::cta.b64 token, [base], {count};"


def look(step, countable):
    """Both parities, whether the phase of the token is complete, its pending count.

    Only tokens of .noComplete have a count.
    """
    count = "mbarrier.pending_count.b64 w3, token;" if countable else "mov.u32 w3, 0;"
    return f"""mbarrier.test_wait.parity.shared::cta.b64 p, [base], 0; selp.u32 w0, 1, 0, p;
mbarrier.test_wait.parity.shared::cta.b64 p, [base], 1; selp.u32 w1, 1, 0, p;
mbarrier.test_wait.shared::cta.b64 p, [base], token; selp.u32 w2, 1, 0, p;
{count}
st.global.v4.b32 [out+{16 * step}], {{w0, w1, w2, w3}};"""


def phases(number):
    name = f"barriers/phases{number}"
    rng = generator(name)
    count = [1, 2, 3, 5, 9, 17, 100, (1 << 20) - 1][number]
    model = Model(count)
    body = ["ld.param.u64 out, [pout]; setp.ne.u32 p, tid, 0; @p bra END;"]
    body.append(f"mbarrier.init.shared::cta.b64 [base], {count};")
    # A token of the first phase, from an arrival that does not complete it.
    if count > 1:
        body.append("mbarrier.arrive.noComplete.shared::cta.b64 token, [base], 1;")
        model.pending -= 1
    else:
        body.append("mbarrier.expect_tx.relaxed.cta.shared::cta.b64 [base], 8;")
        body.append("mbarrier.arrive.shared::cta.b64 token, [base];")
        body.append("mbarrier.complete_tx.relaxed.cluster.shared::cta.b64 [base], 8;")
        model.phase = 1
    held, steps, countable = 0, 0, count > 1
    while steps < STEPS:
        saved = dict(vars(model))
        text = choose(model, rng)
        # Tokens of phases before the last are stale.
        previous = held
        if "token" in text:
            held = saved["phase"]
        if model.phase - held > 1 or abs(model.transactions) > 1 << 19:
            vars(model).update(saved)
            held = previous
            if model.phase - held >= 1 and model.pending > 0:
                held = model.phase
                model.pending -= 1
                model.settle()
                text = "mbarrier.arrive.shared::cta.b64 token, [base];"
            else:
                continue
        if "token" in text:
            countable = "noComplete" in text
        body += [text, look(steps, countable)]
        steps += 1
    body.append("mbarrier.inval.shared::cta.b64 [base];\nEND:")
    program = ptx.kernel([".u64 pout"], "\n".join(body), ".reg .b64 token, out;")
    return Case(
        name, program, {"out": Buffer(size=16 * STEPS, output=True)}, [pointer("out")], shared=64
    )


def many_threads():
    """Each thread arrives; tokens say how many were pending before some of them."""
    body = """ld.param.u64 z, [pout]; setp.ne.u32 p, tid, 0; @p bra INITIALISED;
mbarrier.init.shared::cta.b64 [base], 128; st.shared.b32 [base+8], 0;
INITIALISED: bar.sync 0; mov.u32 i, 0;
AGAIN:
atom.shared.add.u32 t, [base+8], tid;
mbarrier.arrive.release.cta.shared::cta.b64 o, [base];
WAIT: mbarrier.try_wait.acquire.cta.shared::cta.b64 q, [base], o; @!q bra WAIT;
ld.shared.b32 t, [base+8]; mad.lo.u32 u, i, 128, tid; mul.wide.u32 token, u, 4; add.u64 token, token, z;
st.global.b32 [token], t; bar.sync 0;
add.u32 i, i, 1; setp.lt.u32 p, i, 5; @p bra AGAIN;
"""
    program = ptx.kernel([".u64 pout"], body, ".reg .b64 token;")
    buffers = {"out": Buffer(size=4 * 128 * 5, output=True)}
    return Case("barriers/threads", program, buffers, [pointer("out")], block=128, shared=64)


def named():
    """A ring of warps: each waits for the one before, through its own barrier."""
    body = """ld.param.u64 z, [pout]; shr.u32 i, tid, 5; setp.ne.u32 p, tid, 0;
@!p st.shared.b32 [base], 1; bar.sync 0;
setp.eq.u32 q, i, 0; @q bra WORK;
bar.sync i, 64;
WORK: ld.shared.b32 t, [base]; bar.warp.sync 0xffffffff;
mad.lo.u32 u, t, 7, i; st.shared.b32 [base], u;
setp.eq.u32 q, i, 3; @q bra DONE;
add.u32 w0, i, 1; barrier.arrive w0, 64;
DONE: mul.wide.u32 o, tid, 4; add.u64 o, o, z; st.global.b32 [o], t;
bar.sync 9; ld.shared.b32 t, [base]; st.global.b32 [o+512], t;
"""
    program = ptx.kernel([".u64 pout"], body)
    buffers = {"out": Buffer(size=1024, output=True)}
    return Case("barriers/named", program, buffers, [pointer("out")], block=128, shared=64)


def reductions():
    """Counts and votes of barriers, over the CTA and over two of its warps."""
    body = ["ld.param.u64 z, [pout]; mul.wide.u32 o, tid, 32; add.u64 o, o, z; shr.u32 i, tid, 6;"]
    tests = [
        "setp.eq.u32 p, tid, 77;",
        "and.b32 t, tid, 3; setp.ne.u32 p, t, 0;",
        "setp.lt.u32 p, tid, 500;",
    ]
    for j, test in enumerate(tests):
        body.append(f"{test} bar.red.popc.u32 w0, 0, p; st.global.b32 [o+{8 * j}], w0;")
        body.append("barrier.red.and.pred q, 1, !p; selp.u32 w1, 1, 0, q;")
        body.append("add.u32 u, i, 2; bar.red.or.pred q, u, 64, p; selp.u32 w2, 2, 0, q;")
        body.append(f"or.b32 w1, w1, w2; st.global.b32 [o+{8 * j + 4}], w1;")
    program = ptx.kernel([".u64 pout"], "\n".join(body))
    buffers = {"out": Buffer(size=32 * 128, output=True)}
    return Case("barriers/reductions", program, buffers, [pointer("out")], block=128, shared=64)


def cases():
    return [phases(i) for i in range(8)] + [many_threads(), named(), reductions()]
