//===- gemm.cu - A warp-specialised matmul with TMA and mma.sync ----------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// D[m][n] = sum over k of A[m][k] * B[n][k] in bf16 with f32 sums. Warp 4 loads
// tiles of 64 x 64 by TMA into a ring of slots, swizzled by 128 bytes; warps 0
// to 3 multiply 16 rows of A each by 64 columns. Written as people write such
// kernels: inline PTX with scoped labels, and C++ around it.
//
//===----------------------------------------------------------------------===//

#include <cuda_bf16.h>
#include <stdint.h>

namespace {

constexpr int tile = 64;
constexpr int slots = 3;
constexpr uint32_t tileBytes = tile * tile * sizeof(__nv_bfloat16);

struct alignas(64) TensorMap {
  char opaque[128];
};

struct alignas(1024) Shared {
  __nv_bfloat16 a[slots][tile * tile];
  __nv_bfloat16 b[slots][tile * tile];
  uint64_t full[slots];
  uint64_t empty[slots];
};

__device__ uint32_t address(const void *pointer) {
  return static_cast<uint32_t>(__cvta_generic_to_shared(pointer));
}

__device__ void initialise(uint64_t *barrier, uint32_t count) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(address(barrier)),
               "r"(count));
}

__device__ void expect(uint64_t *barrier, uint32_t bytes) {
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(
                   address(barrier)),
               "r"(bytes)
               : "memory");
}

__device__ void arrive(uint64_t *barrier) {
  asm volatile("{\n.reg .b64 state;\n"
               "mbarrier.arrive.shared::cta.b64 state, [%0];\n}\n" ::"r"(
                   address(barrier))
               : "memory");
}

__device__ void wait(uint64_t *barrier, uint32_t phase) {
  asm volatile("{\n.reg .pred done;\n"
               "AGAIN:\n"
               "mbarrier.try_wait.parity.shared::cta.b64 done, [%0], %1, %2;\n"
               "@done bra DONE;\n"
               "bra AGAIN;\n"
               "DONE:\n}\n" ::"r"(address(barrier)),
               "r"(phase), "r"(0x989680)
               : "memory");
}

__device__ void load(void *to, const TensorMap *map, uint64_t *barrier, int x,
                     int y) {
  asm volatile(
      "cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::"
      "bytes [%0], [%1, {%3, %4}], [%2];" ::"r"(address(to)),
      "l"(map), "r"(address(barrier)), "r"(x), "r"(y)
      : "memory");
}

/// Four 8 x 8 matrices: each lane gives the address of one row of 16 bytes.
__device__ void loadMatrices(uint32_t (&fragment)[4], uint32_t from) {
  asm volatile(
      "ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
      : "=r"(fragment[0]), "=r"(fragment[1]), "=r"(fragment[2]),
        "=r"(fragment[3])
      : "r"(from));
}

__device__ void multiply(float (&d)[4], const uint32_t (&a)[4], uint32_t b0,
                         uint32_t b1) {
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
               "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
               "{%0, %1, %2, %3};"
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

/// Where TMA put row `row`, 16-byte chunk `chunk` of a tile.
__device__ uint32_t swizzled(uint32_t base, uint32_t row, uint32_t chunk) {
  return base + row * 128 + ((chunk ^ (row & 7)) << 4);
}

__device__ void produce(Shared &shared, const TensorMap *a, const TensorMap *b,
                        int steps) {
  for (int i = 0; i < steps; ++i) {
    int slot = i % slots, round = i / slots;
    wait(&shared.empty[slot], (round & 1) ^ 1);
    expect(&shared.full[slot], 2 * tileBytes);
    load(shared.a[slot], a, &shared.full[slot], i * tile, blockIdx.y * tile);
    load(shared.b[slot], b, &shared.full[slot], i * tile, blockIdx.x * tile);
  }
}

__device__ void consume(Shared &shared, float (&sums)[8][4], int steps,
                        uint32_t warp, uint32_t lane) {
  for (int i = 0; i < steps; ++i) {
    int slot = i % slots, round = i / slots;
    wait(&shared.full[slot], round & 1);
    uint32_t a = address(shared.a[slot]), b = address(shared.b[slot]);
#pragma unroll
    for (uint32_t k = 0; k < tile / 16; ++k) {
      uint32_t left[4];
      loadMatrices(left, swizzled(a, 16 * warp + (lane & 15),
                                  2 * k + (lane >> 4)));
#pragma unroll
      for (uint32_t n = 0; n < 4; ++n) {
        uint32_t right[4];
        loadMatrices(right, swizzled(b, 16 * n + (lane & 7) + ((lane >> 4) << 3),
                                     2 * k + ((lane >> 3) & 1)));
        multiply(sums[2 * n], left, right[0], right[1]);
        multiply(sums[2 * n + 1], left, right[2], right[3]);
      }
    }
    __syncwarp();
    if (lane == 0)
      arrive(&shared.empty[slot]);
  }
}

} // namespace

extern "C" __global__ void __launch_bounds__(160)
    gemm(const __grid_constant__ TensorMap a, const __grid_constant__ TensorMap b,
         __nv_bfloat16 *d, int m, int n, int k) {
  extern __shared__ __align__(1024) char memory[];
  Shared &shared = *reinterpret_cast<Shared *>(memory);
  uint32_t warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  int steps = (k + tile - 1) / tile;
  if (threadIdx.x == 0) {
    for (int slot = 0; slot < slots; ++slot) {
      initialise(&shared.full[slot], 1);
      initialise(&shared.empty[slot], 4);
    }
    asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
  }
  __syncthreads();
  if (warp == 4) {
    if (lane == 0)
      produce(shared, &a, &b, steps);
    return;
  }
  float sums[8][4] = {};
  consume(shared, sums, steps, warp, lane);
  for (int j = 0; j < 8; ++j)
    for (int half = 0; half < 2; ++half) {
      int row = blockIdx.y * tile + 16 * warp + lane / 4 + 8 * half;
      int column = blockIdx.x * tile + 8 * j + 2 * (lane % 4);
      if (row >= m || column >= n)
        continue;
      *reinterpret_cast<__nv_bfloat162 *>(&d[(size_t)row * n + column]) =
          __floats2bfloat162_rn(sums[j][2 * half], sums[j][2 * half + 1]);
    }
}
