# Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Memory and one kernel in Python, with the interface of `cuda_driver.Device`."""

import numpy as np

FIRST = 4096


class FakeDevice:
    """Subclasses launch. `mistake` is called by them after each launch, to change
    memory."""

    def __init__(self, mistake, size):
        self.mistake, self.end = mistake, FIRST
        self.memory = np.zeros(size, np.uint8)

    def allocate(self, size):
        address, self.end = self.end, self.end + size + (-size % 256)
        return address

    def free(self, address):
        self.end = FIRST

    def write(self, address, array):
        self.memory[address : address + array.nbytes] = array.view(np.uint8).reshape(-1)

    def read(self, array, address):
        array[:] = self.memory[address : address + array.nbytes]

    def sm_count(self):
        return 132

    def load(self, image, entry, shared_bytes):
        return None
