//===- Scalar.h - What a thread computes, on a GPU and on the host --------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_TEST_SIMULATOR_NVCC_SCALAR_H
#define DGEMM_TEST_SIMULATOR_NVCC_SCALAR_H

// Each function here is compiled twice, by nvcc to PTX and by the host's
// compiler: the simulator must agree with the host bit for bit.

#include <stdint.h>

#ifdef __CUDACC__
#define DEVICE __host__ __device__
#define OUTLINED __host__ __device__ __noinline__
#else
#define DEVICE inline
#define OUTLINED inline
#endif

namespace scalar {

/// Values with small, large and negative numbers among them.
DEVICE uint32_t noise(uint32_t i) {
  i = (i ^ 61) ^ (i >> 16);
  i *= 9;
  i ^= i >> 4;
  i *= 0x27d4eb2d;
  i ^= i >> 15;
  return (i & 7) == 0 ? i >> 24 : i;
}
DEVICE uint64_t noise64(uint32_t i) {
  return (uint64_t)noise(2 * i + 1) << 32 | noise(2 * i);
}

DEVICE uint64_t integers64(uint32_t i) {
  uint64_t a = noise64(i), b = noise64(i + 1000) >> (i & 31);
  int64_t x = (int64_t)a, y = (int64_t)(b | 1);
  if (i & 1)
    y = -y;
  uint64_t sum = a / (b | 1) + 3 * (a % (b | 1));
  sum += 5 * (uint64_t)(x / y) + 7 * (uint64_t)(x % y);
  sum ^= a << (i & 63);
  sum ^= (uint64_t)(x >> (i & 63));
  return sum + (a < b) + 2 * (x < y);
}

DEVICE uint32_t integers32(uint32_t i) {
  uint32_t a = noise(i), b = noise(i + 77) >> (i & 15) | 1;
  int32_t x = (int32_t)a, y = (int32_t)b;
  uint32_t sum = a / b + 3 * (a % b) + (uint32_t)(x / y) + (uint32_t)(x % y);
  sum ^= (a / 7) + (a % 1000) + (uint32_t)(x / 12345);
  sum += (uint32_t)(uint16_t)a * (uint16_t)b;
  sum += (uint32_t)((int16_t)a / (int16_t)b);
  sum += (uint32_t)((int8_t)a * (int8_t)b);
  sum ^= (uint32_t)(((uint64_t)a * b) >> 32);
  return sum ^ (uint32_t)(((int64_t)x * y) >> 32);
}

/// A switch dense enough for a branch table.
DEVICE uint32_t switches(uint32_t i) {
  uint32_t a = noise(i);
  switch (i % 11) {
  case 0:
    return a + 1;
  case 1:
    return a * a;
  case 2:
    return a / 3;
  case 3:
    return a << 3;
  case 4:
    return a ^ (a >> 5);
  case 5:
    return ~a;
  case 6:
    return a * 1234567;
  case 7:
    return a % 37;
  case 8:
    return (uint32_t)((int32_t)a >> 4);
  default:
    return a | 15;
  }
}

OUTLINED uint32_t fibonacci(uint32_t n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

struct Pair {
  uint32_t a[6];
  uint64_t wide;
  uint8_t small;
};

OUTLINED Pair turn(Pair pair, int by) {
  Pair result = pair;
  for (int i = 0; i < 6; ++i)
    result.a[i] = pair.a[(i + by) % 6] + (uint32_t)i;
  result.wide = pair.wide * 3;
  result.small = (uint8_t)(pair.small + 200);
  return result;
}

/// Structures by value, arrays on the stack with variable indices.
DEVICE uint32_t structures(uint32_t i) {
  Pair pair;
  for (uint32_t j = 0; j < 6; ++j)
    pair.a[j] = noise(i + j);
  pair.wide = noise64(i);
  pair.small = (uint8_t)i;
  Pair turned = turn(turn(pair, 1), (int)(i % 5));
  uint32_t histogram[16] = {0};
  for (uint32_t j = 0; j < 40; ++j)
    histogram[(turned.a[j % 6] >> (j % 28)) & 15] += j;
  uint32_t sum = turned.small + (uint32_t)(turned.wide >> 7);
  for (uint32_t j = 0; j < 16; ++j)
    sum = sum * 31 + histogram[(j + i) & 15];
  return sum;
}

typedef uint32_t (*Operation)(uint32_t, uint32_t);
OUTLINED uint32_t opAdd(uint32_t a, uint32_t b) { return a + b; }
OUTLINED uint32_t opMultiply(uint32_t a, uint32_t b) { return a * b; }
OUTLINED uint32_t opRotate(uint32_t a, uint32_t b) {
  return a << (b & 31) | a >> ((32 - b) & 31);
}

/// f32 and f64 with one rounding for each operation.
DEVICE double floats(uint32_t i) {
  float a = (float)(int32_t)noise(i) * 0x1p-20f;
  float b = (float)(noise(i + 5) | 1) * 0x1p-18f;
  double c = (double)(int64_t)noise64(i), d = (double)(noise(i + 9) | 1);
  float quotient = a / b;
  double ratio = c / d;
  int32_t whole = (int32_t)quotient;
  uint64_t large = (uint64_t)(c < 0 ? -c : c);
  float top = a > b ? a : b;
  return (double)quotient + ratio + whole + (double)large + (double)top +
         (double)(uint8_t)whole;
}

} // namespace scalar

#endif // DGEMM_TEST_SIMULATOR_NVCC_SCALAR_H
