# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The part of the CUDA driver API that tests need, through ctypes."""

import ctypes
import time

NOT_READY = 600
ATTRIBUTE_SM_COUNT = 16
FUNCTION_MAX_DYNAMIC_SHARED = 8
DATA_TYPES = {
    "i8": 0, "f8E4M3FN": 0, "f8E5M2": 0, "f8E8M0FNU": 0,
    "i16": 1, "i32": 3, "i64": 5, "f16": 6, "f32": 7, "f64": 8, "bf16": 9,
}  # fmt: skip
SWIZZLES = {0: 0, 32: 1, 64: 2, 128: 3}
L2_PROMOTION_256 = 3
JIT_ERROR_LOG, JIT_ERROR_LOG_SIZE = 5, 6
LAUNCH_CLUSTER_DIMENSION = 4
MAP_BYTES, MAP_ALIGNMENT = 128, 64


class LaunchAttribute(ctypes.Structure):
    """CUlaunchAttribute with a value of three extents."""

    _fields_ = (
        ("id", ctypes.c_uint),
        ("pad", ctypes.c_uint),
        ("extents", ctypes.c_uint * 3),
        ("rest", ctypes.c_uint * 13),
    )


class LaunchConfig(ctypes.Structure):
    """CUlaunchConfig."""

    _fields_ = (
        ("grid", ctypes.c_uint * 3),
        ("block", ctypes.c_uint * 3),
        ("shared_bytes", ctypes.c_uint),
        ("stream", ctypes.c_void_p),
        ("attributes", ctypes.POINTER(LaunchAttribute)),
        ("attribute_count", ctypes.c_uint),
    )


class DriverError(Exception):
    """A call failed; after some of these errors the context is of no more use."""


class Hang(DriverError):
    """A kernel did not end."""


def aligned_buffer(content, alignment):
    """A ctypes array that keeps `content` alive, and its aligned address."""
    array = (ctypes.c_ubyte * (len(content) + alignment))()
    address = ctypes.addressof(array)
    address += -address % alignment
    ctypes.memmove(address, bytes(content), len(content))
    return array, address


class Device:
    """The first GPU with its primary context."""

    def __init__(self):
        try:
            self.cuda = ctypes.CDLL("libcuda.so.1")
        except OSError as error:
            raise DriverError(f"this machine has no CUDA driver: {error}") from error
        self.call("cuInit", 0)
        self.device = ctypes.c_int()
        self.call("cuDeviceGet", ctypes.byref(self.device), 0)
        context = ctypes.c_void_p()
        self.call("cuDevicePrimaryCtxRetain", ctypes.byref(context), self.device)
        self.call("cuCtxSetCurrent", context)

    def call(self, name, *arguments):
        code = getattr(self.cuda, name)(*arguments)
        if code == 0:
            return
        text = ctypes.c_char_p()
        self.cuda.cuGetErrorName(code, ctypes.byref(text))
        error = text.value.decode() if text.value else "unknown error"
        raise DriverError(f"{name}: {error} ({code})")

    def attribute(self, attribute):
        value = ctypes.c_int()
        self.call("cuDeviceGetAttribute", ctypes.byref(value), attribute, self.device)
        return value.value

    def capability(self):
        return self.attribute(75), self.attribute(76)

    def sm_count(self):
        return self.attribute(ATTRIBUTE_SM_COUNT)

    def name(self):
        text = ctypes.create_string_buffer(128)
        self.call("cuDeviceGetName", text, 128, self.device)
        return text.value.decode()

    def allocate(self, size):
        address = ctypes.c_uint64()
        self.call("cuMemAlloc_v2", ctypes.byref(address), ctypes.c_size_t(max(1, size)))
        return address.value

    def free(self, address):
        self.call("cuMemFree_v2", ctypes.c_uint64(address))

    def write_bytes(self, address, data):
        self.call("cuMemcpyHtoD_v2", ctypes.c_uint64(address), data, ctypes.c_size_t(len(data)))

    def read_bytes(self, address, size):
        data = ctypes.create_string_buffer(size)
        self.call("cuMemcpyDtoH_v2", data, ctypes.c_uint64(address), ctypes.c_size_t(size))
        return data.raw

    def driver_version(self):
        value = ctypes.c_int()
        self.call("cuDriverGetVersion", ctypes.byref(value))
        return value.value

    def write(self, address, array):
        """Copies a contiguous numpy array to the device."""
        self.call(
            "cuMemcpyHtoD_v2",
            ctypes.c_uint64(address),
            ctypes.c_void_p(array.ctypes.data),
            ctypes.c_size_t(array.nbytes),
        )

    def read(self, array, address):
        self.call(
            "cuMemcpyDtoH_v2",
            ctypes.c_void_p(array.ctypes.data),
            ctypes.c_uint64(address),
            ctypes.c_size_t(array.nbytes),
        )

    def load(self, image, entry, shared_bytes):
        """The function `entry` of a cubin."""
        module, function = ctypes.c_void_p(), ctypes.c_void_p()
        self.call("cuModuleLoadData", ctypes.byref(module), image)
        self.call("cuModuleGetFunction", ctypes.byref(function), module, entry.encode())
        self.call("cuFuncSetAttribute", function, FUNCTION_MAX_DYNAMIC_SHARED, shared_bytes)
        return function

    def load_ptx(self, text, entry, shared_bytes):
        """The function `entry` of PTX text, compiled by the driver."""
        log = ctypes.create_string_buffer(8192)
        options = (ctypes.c_int * 2)(JIT_ERROR_LOG, JIT_ERROR_LOG_SIZE)
        values = (ctypes.c_void_p * 2)(ctypes.addressof(log), len(log))
        module, function = ctypes.c_void_p(), ctypes.c_void_p()
        try:
            self.call(
                "cuModuleLoadDataEx", ctypes.byref(module), text.encode(), 2, options, values
            )
        except DriverError as error:
            raise DriverError(f"{error}: {log.value.decode()}") from error
        self.call("cuModuleGetFunction", ctypes.byref(function), module, entry.encode())
        self.call("cuFuncSetAttribute", function, FUNCTION_MAX_DYNAMIC_SHARED, shared_bytes)
        return function

    def encode(self, tensor_map):
        """The bytes of a tensor map; zeros for an empty tensor.

        Beside what a launch plan says of a map there may be "element_strides" and
        the driver's numbers "interleave" and "fill"; a type and a swizzle may be
        the driver's numbers as well.
        """
        array, address = aligned_buffer(bytes(MAP_BYTES), MAP_ALIGNMENT)
        if tensor_map is None:
            return array, address
        rank = len(tensor_map["dims"])
        data_type, swizzle = tensor_map["type"], tensor_map["swizzle"]
        self.call(
            "cuTensorMapEncodeTiled",
            ctypes.c_void_p(address),
            DATA_TYPES.get(data_type, data_type),
            rank,
            ctypes.c_void_p(tensor_map["address"]),
            (ctypes.c_uint64 * rank)(*tensor_map["dims"]),
            (ctypes.c_uint64 * max(1, rank - 1))(*tensor_map["strides"]),
            (ctypes.c_uint32 * rank)(*tensor_map["box"]),
            (ctypes.c_uint32 * rank)(*tensor_map.get("element_strides", [1] * rank)),
            tensor_map.get("interleave", 0),
            SWIZZLES.get(swizzle, swizzle),
            L2_PROMOTION_256,
            tensor_map.get("fill", 0),
        )
        return array, address

    def pack_parameters(self, launch):
        """Buffers of the kernel's parameters, and the array of their addresses."""
        buffers = []
        for kind, value in launch.parameters:
            if kind == "map":
                buffers.append(self.encode(launch.maps[value]))
            elif kind == "symbol":
                buffers.append(aligned_buffer(value.to_bytes(4, "little"), 4))
            else:
                buffers.append(aligned_buffer(value.to_bytes(8, "little"), 8))
        addresses = [address for _, address in buffers]
        return buffers, (ctypes.c_void_p * max(1, len(addresses)))(*addresses)

    def launch(self, function, plan, launch, timeout=30.0):
        """Runs the kernel and waits; raises Hang after `timeout` seconds."""
        buffers, addresses = self.pack_parameters(launch)
        self.call(
            "cuLaunchKernel", function, launch.grid, 1, 1, plan["block"], 1, 1,
            plan["shared_bytes"], None, addresses, None,
        )  # fmt: skip
        del buffers  # the driver has copied them
        self.wait(timeout)

    def launch_cluster(self, function, grid, block, cluster, shared_bytes, buffers):
        """Starts a kernel; extents are triples, `buffers` as of pack_parameters."""
        attribute = LaunchAttribute(LAUNCH_CLUSTER_DIMENSION, 0, tuple(cluster))
        config = LaunchConfig(
            tuple(grid), tuple(block), shared_bytes, None, ctypes.pointer(attribute), 1
        )
        addresses = (ctypes.c_void_p * max(1, len(buffers)))(*[a for _, a in buffers])
        self.call("cuLaunchKernelEx", ctypes.byref(config), function, addresses, None)

    def wait(self, timeout=30.0):
        """Until all work is done; raises Hang after `timeout` seconds."""
        end = time.monotonic() + timeout
        while self.cuda.cuStreamQuery(None) == NOT_READY:
            if time.monotonic() > end:
                raise Hang(f"the kernel did not end within {timeout:g} s")
            time.sleep(0.0002)
        self.call("cuCtxSynchronize")
