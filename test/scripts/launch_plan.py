# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Launch plans in Python, written from docs/LaunchPlan.md and independent of the
C++ library: a second opinion for tests, and enough to launch a kernel.
"""

import json

MAX_INT32 = 2**31 - 1
MAX_INT64 = 2**63 - 1
BITS = {
    "i8": 8, "i16": 16, "i32": 32, "i64": 64, "index": 64,
    "f16": 16, "bf16": 16, "f32": 32, "f64": 64,
    "f8E4M3FN": 8, "f8E5M2": 8, "f8E8M0FNU": 8, "f4E2M1FN": 4,
}  # fmt: skip


class PlanError(Exception):
    """`code` is one of those of dgemm/Launch/Result.h in snake_case."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Argument:
    """What a caller passes: address, sizes and strides in elements."""

    def __init__(self, address, shape, strides):
        self.address, self.shape, self.strides = address, list(shape), list(strides)

    def is_empty(self):
        return 0 in self.shape


class Launch:
    """Numbers of one launch; no maps and no parameters when the grid is 0."""

    def __init__(self):
        self.grid, self.maps, self.parameters, self.symbols = 0, [], [], []
        self.workspace_bytes = 0


def load(path):
    with open(path, encoding="utf-8") as file:
        plan = json.load(file)
    if plan.get("format") != "dgemm.launch-plan" or plan.get("version") != 2:
        raise PlanError("malformed_plan", f"{path} is no launch plan of version 2")
    return plan


def evaluate_expression(expression, symbols):
    if isinstance(expression, int):
        return expression
    if "symbol" in expression:
        return symbols[expression["symbol"]]
    lhs = evaluate_expression(expression["lhs"], symbols)
    rhs = evaluate_expression(expression["rhs"], symbols)
    op = expression["op"]
    if op in ("floordiv", "ceildiv", "mod") and rhs <= 0:
        raise PlanError("out_of_range", f"{op} by {rhs}")
    value = {
        "add": lambda: lhs + rhs,
        "mul": lambda: lhs * rhs,
        "min": lambda: min(lhs, rhs),
        "floordiv": lambda: lhs // rhs,
        "ceildiv": lambda: -(-lhs // rhs),
        "mod": lambda: lhs % rhs,
    }[op]()
    if not -MAX_INT64 - 1 <= value <= MAX_INT64:
        raise PlanError("out_of_range", f"{op} of {lhs} and {rhs}")
    return value


def evaluate_within(expression, symbols, limit):
    value = evaluate_expression(expression, symbols)
    if not 0 <= value <= limit:
        raise PlanError("out_of_range", f"{value} is not in 0 to {limit}")
    return value


def check_argument(expected, actual):
    name, shape = expected["name"], expected.get("shape", [])
    if len(actual.shape) != len(shape):
        raise PlanError("wrong_arguments", f"{name} has rank {len(actual.shape)}")
    for i, size in enumerate(actual.shape):
        if shape[i] not in (None, size):
            raise PlanError("wrong_arguments", f"{name} has size {size} in dimension {i}")
        if size < 0:
            raise PlanError("negative_size", f"{name} has size {size}")
        if size <= 1:
            continue
        stride = actual.strides[i]
        if expected["strides"][i] not in (None, stride):
            raise PlanError("wrong_arguments", f"{name} has stride {stride} in dimension {i}")
        if stride < 0:
            raise PlanError("bad_stride", f"{name} has stride {stride}")


def check_address(name, argument, alignment):
    if argument.is_empty():
        return
    if argument.address == 0 or argument.address % alignment:
        code = "misaligned_address" if argument.address else "null_address"
        raise PlanError(code, f"{name} is at {argument.address:#x}")


def check_pieces(name, argument):
    """Lines of packed elements are copied 16 at a time."""
    if argument.is_empty():
        return
    for size, stride in zip(argument.shape, argument.strides):
        if size > 1 and stride != 1 and stride % 16:
            raise PlanError("bad_stride", f"{name} has lines {stride} elements apart")


def find_symbol(symbol, arguments, sm_count):
    if symbol["kind"] == "sm_count":
        return sm_count
    argument = arguments[symbol["argument"]]
    values = argument.shape if symbol["kind"] == "dim" else argument.strides
    return values[symbol["dimension"]]


def find_map(plan, tensor_map, arguments, symbols):
    """The arguments of cuTensorMapEncodeTiled, None for an empty tensor."""
    argument = arguments[tensor_map["argument"]]
    name = plan["arguments"][tensor_map["argument"]]["name"]
    dims = [evaluate_within(e, symbols, MAX_INT32) for e in tensor_map["dims"]]
    if 0 in dims:
        return None
    alignment = 32 if tensor_map["type"] == "b4x16_p64" else 16
    check_address(name, argument, alignment)
    if alignment == 32 and dims[0] % 128:
        raise PlanError("out_of_range", f"{name} has rows of {dims[0]} elements")
    strides = []
    for dim, expression in zip(dims[1:], tensor_map["strides"]):
        # No row follows: the hardware gets a legal stride that means nothing.
        stride = alignment if dim == 1 else evaluate_within(expression, symbols, 2**40 - 1)
        if stride % alignment:
            raise PlanError("bad_stride", f"{name} has rows {stride} bytes apart")
        strides.append(stride)
    return {
        "type": tensor_map["type"],
        "address": argument.address + tensor_map["offset_bytes"],
        "dims": dims,
        "strides": strides,
        "box": tensor_map["box"],
        "swizzle": tensor_map["swizzle"],
    }


def find_parameter(plan, parameter, arguments, symbols):
    """Kind and value: a map's index, a symbol's value, an address."""
    kind, index = parameter["kind"], parameter["index"]
    if kind == "symbol":
        return kind, evaluate_within({"symbol": index}, symbols, MAX_INT32)
    if kind == "pointer":
        argument = plan["arguments"][index]
        packed = BITS[argument["type"]] < 8
        if packed:
            check_pieces(argument["name"], arguments[index])
        alignment = {4: 8, 8: 4}.get(BITS[argument["type"]], BITS[argument["type"]] // 8)
        check_address(argument["name"], arguments[index], alignment)
        return kind, arguments[index].address
    return kind, index


def evaluate(plan, arguments, sm_count):
    """The launch of `plan` with these arguments; raises PlanError."""
    if len(arguments) != len(plan["arguments"]):
        raise PlanError("wrong_arguments", f"{len(arguments)} arguments")
    for expected, actual in zip(plan["arguments"], arguments):
        check_argument(expected, actual)
    if not 1 <= sm_count <= MAX_INT32:
        raise PlanError("out_of_range", f"{sm_count} streaming multiprocessors")
    launch = Launch()
    launch.symbols = [find_symbol(s, arguments, sm_count) for s in plan["symbols"]]
    launch.grid = evaluate_within(plan["grid"], launch.symbols, MAX_INT32)
    if launch.grid % plan["cluster"]:
        raise PlanError("out_of_range", f"grid {launch.grid}, cluster {plan['cluster']}")
    if launch.grid == 0:
        return launch
    launch.workspace_bytes = evaluate_within(
        plan["workspace_bytes"], launch.symbols, MAX_INT64)
    for tensor_map in plan["tensor_maps"]:
        launch.maps.append(find_map(plan, tensor_map, arguments, launch.symbols))
    for parameter in plan["parameters"]:
        launch.parameters.append(find_parameter(plan, parameter, arguments, launch.symbols))
    return launch
