//===- warpgroups.cu - wgmma as CUDA C++ programs write it ----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// A persistent matmul of bf16, D = A B, with the parameters of the kernel
// `matmul` in test/Simulator/SM90/kernels.py (both operands K-major). One
// warpgroup loads, two multiply 64 x 128 each; a group of wgmma stays pending;
// one thread of a warpgroup releases a stage.

#include <cstdint>

constexpr int stages = 3, blockK = 64;
constexpr int tileBytes = 128 * blockK * 2;

struct alignas(64) TensorMap {
  char opaque[128];
};

struct Pipe {
  int stage = 0;
  uint32_t phase = 0;
  __device__ void advance() {
    if (++stage == stages) {
      stage = 0;
      phase ^= 1;
    }
  }
};

__device__ uint32_t address(const void *pointer) {
  return static_cast<uint32_t>(__cvta_generic_to_shared(pointer));
}

__device__ void init(uint64_t *barrier, int count) {
  asm volatile(
      "mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(address(barrier)),
      "r"(count));
}

__device__ void arrive(uint64_t *barrier) {
  asm volatile(
      "{ .reg .b64 state;\n"
      "mbarrier.arrive.shared::cta.b64 state, [%0]; }" ::"r"(address(barrier))
      : "memory");
}

__device__ void expect(uint64_t *barrier, int bytes) {
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(
                   address(barrier)),
               "r"(bytes)
               : "memory");
}

__device__ void wait(uint64_t *barrier, uint32_t phase) {
  uint32_t done;
  do {
    asm volatile("{ .reg .pred p;\n"
                 "mbarrier.try_wait.parity.shared::cta.b64 p, [%1], %2;\n"
                 "selp.u32 %0, 1, 0, p; }"
                 : "=r"(done)
                 : "r"(address(barrier)), "r"(phase)
                 : "memory");
  } while (!done);
}

__device__ void load(void *to, const TensorMap *map, int x, int y,
                     uint64_t *barrier) {
  asm volatile(
      "cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx"
      "::bytes [%0], [%1, {%2, %3}], [%4];" ::"r"(address(to)),
      "l"(map), "r"(x), "r"(y), "r"(address(barrier))
      : "memory");
}

__device__ void store(const void *from, const TensorMap *map, int x, int y) {
  asm volatile("cp.async.bulk.tensor.2d.global.shared::cta.bulk_group "
               "[%0, {%1, %2}], [%3];" ::"l"(map),
               "r"(x), "r"(y), "r"(address(from))
               : "memory");
}

__device__ uint64_t descriptor(const void *tile) {
  uint64_t start = (address(tile) & 0x3FFFF) >> 4;
  return start | uint64_t(1) << 16 | uint64_t(1024 >> 4) << 32 |
         uint64_t(1) << 62;
}

#define ROW(i)                                                                 \
  "+f"(d[i]), "+f"(d[i + 1]), "+f"(d[i + 2]), "+f"(d[i + 3]), "+f"(d[i + 4]),  \
      "+f"(d[i + 5]), "+f"(d[i + 6]), "+f"(d[i + 7])

__device__ void multiply(float (&d)[64], uint64_t a, uint64_t b, int add) {
  asm volatile(
      "{ .reg .pred p;\nsetp.ne.b32 p, %66, 0;\n"
      "wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16\n"
      "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
      "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, "
      "%30, %31, %32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, "
      "%44, %45, %46, %47, %48, %49, %50, %51, %52, %53, %54, %55, %56, %57, "
      "%58, %59, %60, %61, %62, %63}, %64, %65, p, 1, 1, 0, 0; }"
      : ROW(0), ROW(8), ROW(16), ROW(24), ROW(32), ROW(40), ROW(48), ROW(56)
      : "l"(a), "l"(b), "r"(add));
}

__device__ void fenceRegisters(float (&d)[64]) {
  for (float &value : d)
    asm volatile("" : "+f"(value)::"memory");
}

template <int pending> __device__ void waitGroups() {
  asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(pending) : "memory");
}

__device__ uint32_t pack(float low, float high) {
  uint32_t result;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(result) : "f"(high), "f"(low));
  return result;
}

__device__ void produce(const TensorMap *a, const TensorMap *b, char *tiles,
                        uint64_t *full, uint64_t *empty, int count, int columns,
                        int blocks) {
  Pipe pipe;
  for (int tile = blockIdx.x; tile < count; tile += gridDim.x)
    for (int k = 0; k < blocks; ++k, pipe.advance()) {
      wait(&empty[pipe.stage], pipe.phase ^ 1);
      uint64_t *barrier = &full[pipe.stage];
      char *to = tiles + 2 * tileBytes * pipe.stage;
      expect(barrier, 2 * tileBytes);
      load(to, a, k * blockK, tile / columns * 128, barrier);
      load(to + tileBytes, b, k * blockK, tile % columns * 128, barrier);
    }
}

__device__ void consume(const TensorMap *map, char *tiles, char *staging,
                        uint64_t *full, uint64_t *empty, int count, int columns,
                        int blocks) {
  int group = threadIdx.x / 128 - 1, thread = threadIdx.x % 128;
  int lane = thread % 32;
  staging += group * 16384;
  Pipe pipe;
  for (int tile = blockIdx.x; tile < count; tile += gridDim.x) {
    float d[64];
    int previous = -1;
    for (int k = 0; k < blocks; ++k) {
      wait(&full[pipe.stage], pipe.phase);
      const char *a = tiles + 2 * tileBytes * pipe.stage;
      uint64_t descA = descriptor(a + group * 8192);
      uint64_t descB = descriptor(a + tileBytes);
      fenceRegisters(d);
      asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
      for (int i = 0; i < blockK / 16; ++i)
        multiply(d, descA + 2 * i, descB + 2 * i, k | i);
      asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
      fenceRegisters(d);
      waitGroups<1>();
      if (previous >= 0 && thread == 37)
        arrive(&empty[previous]);
      previous = pipe.stage;
      pipe.advance();
    }
    waitGroups<0>();
    fenceRegisters(d);
    if (previous >= 0 && thread == 37)
      arrive(&empty[previous]);
    if (thread == 0)
      asm volatile("cp.async.bulk.wait_group.read 0;" ::: "memory");
    asm volatile("bar.sync %0, 128;" ::"r"(group + 1) : "memory");
    int row = thread / 32 * 16 + lane % 16;
    for (int i = 0; i < 8; ++i) {
      int chunk = 2 * i % 8 + lane / 16;
      char *to = staging + i / 4 * 8192 + row * 128 + (chunk ^ (row & 7)) * 16;
      const float *v = &d[8 * i];
      asm volatile("stmatrix.sync.aligned.m8n8.x4.shared.b16 [%0], "
                   "{%1, %2, %3, %4};" ::"r"(address(to)),
                   "r"(pack(v[0], v[1])), "r"(pack(v[2], v[3])),
                   "r"(pack(v[4], v[5])), "r"(pack(v[6], v[7]))
                   : "memory");
    }
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
    asm volatile("bar.sync %0, 128;" ::"r"(group + 1) : "memory");
    if (thread == 0) {
      int x = tile % columns * 128, y = tile / columns * 128 + group * 64;
      store(staging, map, x, y);
      store(staging + 8192, map, x + 64, y);
      asm volatile("cp.async.bulk.commit_group;" ::: "memory");
    }
  }
  if (thread == 0)
    asm volatile("cp.async.bulk.wait_group 0;" ::: "memory");
}

extern "C" __global__ void __launch_bounds__(384, 1)
    matmul(const __grid_constant__ TensorMap a,
           const __grid_constant__ TensorMap b,
           const __grid_constant__ TensorMap d, uint32_t m, uint32_t n,
           uint32_t k) {
  extern __shared__ char memory[];
  uintptr_t aligned = (reinterpret_cast<uintptr_t>(memory) + 1023) & ~1023ull;
  char *tiles = reinterpret_cast<char *>(aligned);
  char *staging = tiles + stages * 2 * tileBytes;
  uint64_t *full = reinterpret_cast<uint64_t *>(staging + 32768);
  uint64_t *empty = full + stages;
  if (threadIdx.x == 0) {
    for (int i = 0; i < stages; ++i) {
      init(&full[i], 1);
      init(&empty[i], 2);
    }
    asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
    asm volatile("fence.proxy.async;" ::: "memory");
  }
  __syncthreads();
  int columns = (n + 127) / 128, count = (m + 127) / 128 * columns;
  int blocks = (k + blockK - 1) / blockK;
  if (threadIdx.x < 128) {
    asm volatile("setmaxnreg.dec.sync.aligned.u32 40;");
    if (threadIdx.x == 0)
      produce(&a, &b, tiles, full, empty, count, columns, blocks);
    return;
  }
  asm volatile("setmaxnreg.inc.sync.aligned.u32 232;");
  consume(&d, tiles, staging, full, empty, count, columns, blocks);
}
