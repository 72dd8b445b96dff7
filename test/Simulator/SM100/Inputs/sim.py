"""Runs a kernel in the simulator and hands its output buffers back."""

import contextlib
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

INPUTS = pathlib.Path(__file__).parent


# Where the files of runs stay; a temporary folder each if this is None.
_kept = None


@contextlib.contextmanager
def keep(folder):
    """Runs within leave the kernel, the launch and the buffers in this folder."""
    global _kept
    folder.mkdir(parents=True, exist_ok=True)
    _kept = folder
    yield
    _kept = None


class Tensor:
    """A tensor-map parameter; sizes innermost first, strides in bytes."""

    def __init__(self, buffer, type, dims, strides, box, swizzle="none"):
        self.json = dict(tensor_map=dict(buffer=buffer, type=type, dims=dims, strides=strides, box=box,
                                         swizzle=swizzle))


def run(ptx, entry, inputs, outputs, parameters, *, grid=1, block=192, shared=0, cluster=1, seed=0,
        schedules=1, check=True):
    """`inputs`: arrays by name. `outputs`: dtype and shape by name. Parameters are tensors, names of
    buffers, or numbers (u32). Returns the outputs by name and exits if there are findings; with check=False,
    returns what the simulator says."""
    with contextlib.nullcontext(_kept) if _kept else tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        buffers = {}
        for name, array in inputs.items():
            np.save(folder / f"{name}.npy", np.ascontiguousarray(array))
            buffers[name] = {"npy": f"{name}.npy"}
        for name, (dtype, shape) in outputs.items():
            buffers[name] = {"bytes": int(np.prod(shape)) * np.dtype(dtype).itemsize, "out": f"{name}.out.npy",
                             "dtype": np.dtype(dtype).str, "shape": list(shape)}
        values = []
        for parameter in parameters:
            if isinstance(parameter, Tensor):
                values.append(parameter.json)
            elif isinstance(parameter, str):
                values.append({"pointer": parameter})
            else:
                values.append({"u32": int(parameter)})
        launch = dict(entry=entry, grid=[grid], block=[block], shared=shared, buffers=buffers, parameters=values)
        if cluster != 1:
            launch["cluster"] = [cluster]
        (folder / "launch.json").write_text(json.dumps(launch))
        (folder / "kernel.ptx").write_text(ptx)
        done = subprocess.run(["dgemm-sim", str(folder / "kernel.ptx"), "--launch", str(folder / "launch.json"),
                               f"--seed={seed}", f"--schedules={schedules}"], capture_output=True, text=True)
        messages = done.stderr.replace(str(folder) + "/", "")
        if not check:
            return messages
        if done.returncode != 0:
            sys.exit(messages)
        return {name: np.load(folder / f"{name}.out.npy") for name in outputs}


def bf16(values):
    """To bf16 bits (exact, or truncated)."""
    return (np.asarray(values, np.float32).view(np.uint32) >> 16).astype(np.uint16)


def from_bf16(bits):
    return (bits.astype(np.uint32) << 16).view(np.float32)


def same(name, actual, expected):
    if np.array_equal(actual, expected):
        return
    wrong = np.argwhere(actual != expected)
    at = tuple(wrong[0])
    sys.exit(f"{name}: {len(wrong)} of {actual.size} differ, the first at {at}: {actual[at]}, expected {expected[at]}")


def close(name, actual, expected, magnitude, relative):
    """|actual - expected| <= relative * magnitude, element by element."""
    error = np.abs(actual.astype(np.float64) - expected)
    wrong = np.argwhere(~(error <= relative * magnitude))
    if len(wrong):
        at = tuple(wrong[0])
        sys.exit(f"{name}: {len(wrong)} of {actual.size} are off, the first at {at}: {actual[at]}, "
                 f"expected {expected[at]}")
