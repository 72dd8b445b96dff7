# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random kernels of a form, and random problems for a kernel."""

import dataclasses
import random
import re

from forms import BF16, BITS, FP4, FP8

TILE = 128
# Multiplications of one problem, for each order of warps and copies.
MOST_WORK = 1 << 21
PACKED, PLAIN = "i32", "f8E8M0FNU"
# Kernels of which an extent is known to be 0.
EMPTY = 0.06


def round_up(value, multiple):
    return -(-value // multiple) * multiple


def line_unit(form, side):
    """Elements between lines of an operand are a multiple of this."""
    if side == "d":
        return 128 // BITS[form.out]
    if form.is_copied_by_threads(side):
        return 16
    return (256 if form.is_expanded(side) else 128) // BITS[form.element(side)]


def extent(chance, most, step):
    """Small ones, edges of tiles and any others, multiples of `step`."""
    kind = chance.randrange(4)
    if kind == 0:
        value = chance.randint(1, 2 * step + 16)
    elif kind == 1:
        value = 64 * chance.randint(1, max(1, most // 64)) + chance.choice((-1, 0, 1)) * step
    else:
        value = chance.randint(1, most)
    return max(step, value // step * step)


@dataclasses.dataclass
class Kernel:
    """Extents and distances of lines that are None are open."""

    name: str
    form: object
    m: object
    n: object
    k: object
    most_m: int
    heads: tuple  # left, mid, right
    scale_types: dict
    lines: dict  # distance of lines by operand: a, b, c, d, sa, sb
    target: str
    sms: int
    expected_m: int
    takes_chosen: bool
    # What the problems are drawn from.
    dynamic: bool = False  # N and K are open as well
    step: dict = dataclasses.field(default_factory=dict)
    extents: tuple = ()

    def text(self, extent):
        return "?" if extent is None else str(extent)

    def columns(self):
        """Of D."""
        if not self.heads or self.n is None:
            return self.n
        left, mid, right = self.heads
        return self.n // (left + right) * (left + mid + right)

    def matrix_type(self, side):
        if side in "cd":
            rows, length, element = self.m, self.columns(), self.form.out
        else:
            rows, length = self.m if side == "a" else self.n, self.k
            if self.form.is_k_first(side):
                rows, length = length, rows
            element = self.form.element(side)
        shape = f"{self.text(rows)}x{self.text(length)}x{element}"
        return f"memref<{shape}, strided<[{self.text(self.lines[side])}, 1]>>"

    def scale_type(self, side):
        block_mn, block_k = self.form.block(side)
        rows = self.m if side == "a" else self.n
        kind = self.scale_types[side]
        covered = 4 * block_k if kind == PACKED else block_k
        rows = None if rows is None else -(-rows // block_mn)
        count = None if self.k is None else -(-self.k // covered)
        strides = f"{self.text(self.lines['s' + side])}, 1"
        if kind == PACKED or kind == "f32 along rows":
            strides = f"1, {self.text(self.lines['s' + side])}"
        element = kind.split()[0]
        shape = f"{self.text(rows)}x{self.text(count)}x{element}"
        return f"memref<{shape}, strided<[{strides}]>>"

    def mlir(self, schedule=None):
        types = {"a": self.matrix_type("a"), "b": self.matrix_type("b")}
        inputs = "%a, %b"
        attributes = [f"layout = #dgemm.layout<{self.form.layout}>"]
        if self.form.a_block:
            types = {
                "a": types["a"],
                "sa": self.scale_type("a"),
                "b": types["b"],
                "sb": self.scale_type("b"),
            }
            inputs = "%a scaled by %sa, %b scaled by %sb"
            blocks = "a = {}x{}, b = {}x{}".format(*self.form.a_block, *self.form.b_block)
            attributes.append(f"granularity = #dgemm.granularity<{blocks}>")
        if self.form.extra == "plus":
            types["c"] = self.matrix_type("c")
            inputs += " plus %c"
        input_types = list(types.values())
        types["d"] = self.matrix_type("d")
        if self.form.extra == "in_place":
            inputs += " plus %d"
            input_types.append(types["d"])
        if self.heads:
            split = "left = {}, mid = {}, right = {}".format(*self.heads)
            attributes.append(f"epilogue = #dgemm.head_split<{split}>")
        if schedule:
            attributes.append(f"dgk.schedule = {schedule}")
        arguments = ", ".join(f"%{name}: {text}" for name, text in types.items())
        return (
            f"// {self.name}\n"
            f"func.func @random({arguments}) {{\n"
            f"  dgemm.matmul ins({inputs} : {', '.join(input_types)})\n"
            f"    outs(%d : {types['d']}) {{{', '.join(attributes)}}}\n"
            "  return\n}\n"
        )


def draw_heads(chance):
    unit = chance.choice((64, 64, 32, 8, 1))
    most = 128 // unit if unit > 8 else 16
    return tuple(unit * chance.randint(1, max(1, most // 2)) for _ in range(3))


def draw_scale_types(chance, form):
    result = {}
    for side in "ab":
        block = form.block(side)
        if not block:
            continue
        if form.family == "sm90":
            # Words of four scales are for single rows (matmul-c8).
            kinds = ("f32 along rows", "f32", PACKED) if block[0] == 1 else ("f32",)
            result[side] = chance.choice((*kinds, PLAIN))
        elif block[1] == 16:
            result[side] = FP8
        else:
            result[side] = chance.choice((PACKED, PACKED, PLAIN))
    return result


def k_step(chance, form, scale_types, dynamic):
    """What K is a multiple of: groups of elements that TMA expands, rows as far apart as
    it needs where the distance is their length, or any number."""
    is_packed = [form.element(side) == FP4 and not form.is_k_first(side) for side in "ab"]
    step = 2 if any(is_packed) else 1
    if any(form.is_expanded(side) for side in "ab"):
        step = 128
    elif dynamic:
        step = max(line_unit(form, side) for side in "ab")
    elif chance.random() < 0.5:
        step = 16
    for side, kind in scale_types.items():
        # Rows of scales whose distance is open are whole copies of 16 bytes.
        if dynamic and kind in (PLAIN, FP8) and form.family == "sm120":
            step = max(step, 16 * form.block(side)[1])
    return step


def draw_lines(chance, kernel):
    """Distances of lines; None where the type leaves them open."""
    form, lines, dynamic = kernel.form, {}, kernel.dynamic
    for side in "ab":
        unit = line_unit(form, side)
        length = kernel.k
        if form.is_k_first(side):
            length = kernel.most_m if side == "a" else kernel.n
        gap = unit * chance.choice((0, 0, 1, 3))
        lines[side] = None if dynamic else round_up(length, unit) + gap
    for side in "cd":
        aligned = line_unit(form, "d")
        gap = chance.choice((0, 0, aligned, 3 * aligned, 1, 5))
        lines[side] = None if dynamic else kernel.columns() + gap
    for side, kind in kernel.scale_types.items():
        rows = kernel.m if side == "a" else kernel.n
        block = form.block(side)
        if kind == PACKED or kind == "f32 along rows":
            lines["s" + side] = None if rows is None else round_up(-(-rows // block[0]), 4)
        elif dynamic:
            lines["s" + side] = None
        else:
            # TMA finds rows 16 bytes apart, threads those 4 bytes apart.
            unit = chance.choice((16, 4)) if form.family == "sm120" else 1
            count = -(-kernel.k // block[1])
            lines["s" + side] = round_up(count, unit) + unit * chance.choice((0, 0, 1))
    return lines


def limit(extents, step):
    """The extents, K and then M halved until there is little to multiply."""
    m, n, k = extents
    while m * n * k > MOST_WORK and k > step["k"]:
        k = max(step["k"], k // 2 // step["k"] * step["k"])
    while m * n * k > MOST_WORK and m > step["m"]:
        m = max(step["m"], m // 2 // step["m"] * step["m"])
    return m, n, k


def empty_one(chance, extents, is_m_open):
    """One of the extents that are fixed becomes 0."""
    empty = chance.choice((1, 2, 2) if is_m_open else (0, 1, 2, 2))
    return tuple(0 if i == empty else extent for i, extent in enumerate(extents))


def make_kernel(name, form):
    """The kernel of this name: nothing else decides."""
    chance = random.Random(name)
    dynamic = chance.random() < 0.25
    is_m_open = dynamic or chance.random() < 0.7
    few = form.small != "plain" and form.small != "split"
    scale_types = draw_scale_types(chance, form)
    step = {"m": 1, "n": 1, "k": k_step(chance, form, scale_types, dynamic)}
    for side, extent_name in (("a", "m"), ("b", "n")):
        if dynamic and form.is_k_first(side):
            step[extent_name] = line_unit(form, side)
        elif form.is_copied_by_threads(side):
            step[extent_name] = 2
    if chance.random() < 0.5:
        step["n"] = max(step["n"], 8)
    heads = draw_heads(chance) if form.extra == "heads" else None
    if heads:
        step["n"] = heads[0] + heads[2]
        if dynamic and form.is_k_first("b"):
            heads = (64, heads[1], 64)
            step["n"] = 128
    if few:
        # Beyond 32 rows that are fixed nothing is swapped.
        m = chance.choice((1, chance.randint(1, 16), 16, 17, 33 if is_m_open else 32))
        m = round_up(m, step["m"])
    else:
        m = extent(chance, 280, step["m"])
    n = extent(chance, 260, step["n"])
    k = extent(chance, 1200 if few or form.small == "split" else 700, step["k"])
    m, n, k = limit((m, n, k), step)
    empty = random.Random(f"{name} empty")
    if empty.random() < EMPTY and not dynamic:
        m, n, k = empty_one(empty, (m, n, k), is_m_open)
    # What lies along M has lines of whole bytes, or of units that are copied.
    expected_m = chance.randint(1, 16) if few else chance.choice((max(1, m), 300, 4096))
    expected_m = -(-expected_m // step["m"]) * step["m"]
    kernel = Kernel(
        name=name,
        form=form,
        m=None if is_m_open else m,
        n=None if dynamic else n,
        k=None if dynamic else k,
        most_m=m,
        heads=heads,
        scale_types=scale_types,
        lines={},
        target="sm_90a" if form.family == "sm90" else chance.choice(("sm_120a", "sm_121a")),
        sms=chance.choice((1, 2, 3, 7, 20)),
        expected_m=expected_m,
        takes_chosen=form.small == "few" or (form.small == "plain" and chance.random() < 0.4),
        dynamic=dynamic,
        step=step,
        extents=(m, n, k),
    )
    kernel.lines = draw_lines(chance, kernel)
    return kernel


def at_most(chance, most, step):
    """A multiple of `step`, which divides `most`."""
    return max(step, chance.randint(1, most) // step * step)


def make_problem(kernel, number):
    """Options of dgemm-run, and the extents. The first problem is the largest."""
    chance = random.Random(f"{kernel.name} {number}")
    (m, n, k), step, options = kernel.extents, kernel.step, {}
    if kernel.m is None:
        if number > 0:
            m = chance.choice((step["m"], m, at_most(chance, m, step["m"])))
        options["m"] = m
    if kernel.dynamic:
        if number > 0:
            n, k = at_most(chance, n, step["n"]), at_most(chance, k, step["k"])
            k = 0 if chance.random() < 0.05 else k
        options |= {"n": n, "k": k, "row-padding": chance.choice((0, 32, 64, 256))}
    kinds = ("random", "exact") if kernel.form.a == BF16 else ("random", "exact", "codes")
    options["data"] = chance.choice(kinds)
    options["seed"] = chance.randrange(10**6)
    return options, (m, n, k)


PAIR = re.compile(r"cluster = <size = \d+, along = [mn]>")
SHARED_K = re.compile(r"cluster = <size = (\d+), along = k>, split_k = \d+")


def with_fewer_ctas(chance, schedule):
    """The same for a cluster that shares K, of any size up to that one's."""
    size = chance.randint(2, int(SHARED_K.search(schedule)[1]))
    return SHARED_K.sub(f"cluster = <size = {size}, along = k>, split_k = {size}", schedule)


def choose_schedule(kernel, candidates):
    """One of the legal candidates that dgemm-explain lists, or a form of it that the
    cost model does not consider."""
    chance = random.Random(f"{kernel.name} schedule")
    swaps = kernel.form.small.startswith("swap")
    legal = [
        candidate["schedule"]
        for candidate in candidates
        if "rule" not in candidate and ("swap_ab" in candidate["schedule"]) == swaps
    ]
    if kernel.form.small != "plain":
        legal = [schedule for schedule in legal if not PAIR.search(schedule)]
    if not legal:
        return None
    shared = [schedule for schedule in legal if "along = k" in schedule]
    legal = [schedule for schedule in legal if "along = k" not in schedule]
    if kernel.form.small.endswith("split") and shared and chance.random() < 0.5:
        return with_fewer_ctas(chance, chance.choice(shared))
    schedule = chance.choice(legal)
    head, _, tail = schedule.partition(", split_k = ")
    if tail:
        schedule = head + tail.lstrip("0123456789")
    if kernel.form.small.endswith("split"):
        # Behind the raster, in front of swap_ab.
        splits = chance.choice((2, 2, 3, 4, 5, 8, 32))
        head, comma, tail = schedule.partition(", swap_ab")
        schedule = (head if comma else head[:-1]) + f", split_k = {splits}"
        schedule += comma + tail if comma else ">"
    return schedule
