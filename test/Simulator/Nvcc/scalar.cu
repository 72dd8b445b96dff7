//===- scalar.cu - Ordinary CUDA C++ --------------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Scalar.h"

#include <assert.h>
#include <stdio.h>

static __device__ uint32_t index() {
  return blockIdx.x * blockDim.x + threadIdx.x;
}

extern "C" __global__ void integers(uint64_t *out) {
  uint32_t i = index();
  out[i] = scalar::integers64(i) ^ scalar::integers32(i);
}

extern "C" __global__ void switches(uint32_t *out) {
  uint32_t i = index();
  out[i] = scalar::switches(i);
}

extern "C" __global__ void recursion(uint32_t *out) {
  uint32_t i = index();
  out[i] = scalar::fibonacci(i % 13);
}

extern "C" __global__ void structures(uint32_t *out) {
  uint32_t i = index();
  out[i] = scalar::structures(i);
}

extern "C" __global__ void floats(double *out) {
  uint32_t i = index();
  out[i] = scalar::floats(i);
}

__device__ scalar::Operation operations[3] = {
    scalar::opAdd, scalar::opMultiply, scalar::opRotate};

extern "C" __global__ void pointers(uint32_t *out, uint32_t n) {
  uint32_t i = index();
  out[i] = operations[i % n](scalar::noise(i), i);
}

struct Shape {
  __device__ virtual uint32_t area(uint32_t i) const { return i; }
};
struct Square : Shape {
  uint32_t side;
  __device__ Square(uint32_t side) : side(side) {}
  __device__ uint32_t area(uint32_t i) const override { return side * side + i; }
};

extern "C" __global__ void virtuals(uint32_t *out, uint32_t n) {
  uint32_t i = index();
  Shape plain;
  Square square(i + n);
  const Shape *shapes[2] = {&plain, &square};
  out[i] = shapes[(i / n) % 2]->area(i);
}

__constant__ uint32_t table[5] = {2, 3, 5, 7, 11};
__device__ uint32_t counter = 100;
__device__ uint32_t *const counterAddress = &counter;
struct Node {
  const Node *next;
  uint16_t value;
};
__device__ const Node last = {nullptr, 7}, middle = {&last, 50};
__device__ const Node first = {&middle, 600};

extern "C" __global__ void variables(uint32_t *out) {
  uint32_t i = index();
  uint32_t sum = table[i % 5];
  for (const Node *node = &first; node; node = node->next)
    sum += node->value;
  out[i] = sum + *(volatile uint32_t *)counterAddress;
}

extern "C" __global__ void prints(uint32_t *out, uint32_t n) {
  uint32_t i = index();
  if (i == 3)
    printf("thread %u of %s: %5.2f %lld %c|%-6d|\n", i, "three", 1.5,
           -1234567890123ll, 'x', 42);
  assert(i < n);
  out[i] = i;
}
