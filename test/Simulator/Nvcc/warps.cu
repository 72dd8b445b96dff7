//===- warps.cu - Atomics, reductions, packed halves ----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Scalar.h"

#include <cooperative_groups.h>
#include <cooperative_groups/reduce.h>
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_fp8.h>

namespace cg = cooperative_groups;

/// Sums of i over tiles of 8, the warp and the CTA, in this order.
extern "C" __global__ void reductions(uint32_t *out) {
  __shared__ uint32_t total;
  cg::thread_block block = cg::this_thread_block();
  uint32_t i = block.thread_rank();
  if (i == 0)
    total = 0;
  block.sync();
  auto tile = cg::tiled_partition<8>(block);
  uint32_t eight = cg::reduce(tile, i, cg::plus<uint32_t>());
  auto warp = cg::tiled_partition<32>(block);
  uint32_t most = cg::reduce(warp, scalar::noise(i), cg::greater<uint32_t>());
  uint32_t before = 0;
  if (i % 3 == 0) {
    auto some = cg::coalesced_threads();
    before = some.thread_rank();
    uint32_t sum = cg::reduce(some, i, cg::plus<uint32_t>());
    if (some.thread_rank() == 0)
      atomicAdd(&total, sum);
  }
  block.sync();
  uint32_t peers = __match_any_sync(~0u, i % 5);
  int same = 0;
  uint32_t all = __match_all_sync(~0u, i / 32, &same);
  out[8 * i] = eight;
  out[8 * i + 1] = most;
  out[8 * i + 2] = before;
  out[8 * i + 3] = total;
  out[8 * i + 4] = peers;
  out[8 * i + 5] = all + (uint32_t)same;
  out[8 * i + 6] = __ballot_sync(~0u, i & 2);
  out[8 * i + 7] = __shfl_xor_sync(~0u, i, 5) + __shfl_up_sync(~0u, i, 1, 16) +
                   __reduce_add_sync(~0u, i);
}

/// Cells of `cells`: add, min, max, and, or, xor, inc, dec, cas, exch; then the
/// float sums.
extern "C" __global__ void atomics(uint32_t *cells, float *sums, double *wide,
                                   unsigned long long *longs, __half2 *halves,
                                   __nv_bfloat162 *brains) {
  __shared__ uint32_t local[4];
  uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;
  if (threadIdx.x < 4)
    local[threadIdx.x] = threadIdx.x == 1 ? ~0u : 0;
  __syncthreads();
  uint32_t value = scalar::noise(i);
  atomicAdd(&cells[0], value);
  atomicMin((int *)&cells[1], (int)value);
  atomicMax(&cells[2], value);
  atomicAnd(&cells[3], value | 0xff);
  atomicOr(&cells[4], 1u << (i % 32));
  atomicXor(&cells[5], value);
  atomicInc(&cells[6], 9);
  atomicDec(&cells[7], 9);
  // A plain read beside other threads' atomics would be a data race.
  volatile uint32_t *cell = &cells[8];
  for (uint32_t seen = *cell, old;; seen = old) {
    old = atomicCAS(&cells[8], seen, seen + i);
    if (old == seen)
      break;
  }
  atomicExch(&cells[9], 5);
  atomicAdd(&sums[0], 0.5f);
  atomicAdd(&wide[0], 0.25);
  atomicAdd(&longs[0], (unsigned long long)value << 20);
  atomicMax(&longs[1], (unsigned long long)value << 20);
  atomicAdd(halves, __floats2half2_rn(1.0f, 0.5f));
  atomicAdd(brains, __floats2bfloat162_rn(1.0f, 2.0f));
  atomicAdd(&local[0], 1);
  atomicMin(&local[1], value);
  atomicMax(&local[2], value);
  __syncthreads();
  if (threadIdx.x == 0) {
    atomicAdd(&cells[10], local[0]);
    atomicMin(&cells[11], local[1]);
    atomicMax(&cells[12], local[2]);
  }
  __threadfence();
}

extern "C" __global__ void halves(const float *in, __half2 *h, __nv_bfloat162 *b,
                                  uint32_t *codes, float *back) {
  uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;
  __half2 x = __floats2half2_rn(in[2 * i], in[2 * i + 1]);
  __half2 y = __hfma2(x, x, __hadd2(x, __float2half2_rn(0.25f)));
  h[i] = __hmax2(__hmul2(y, x), __hneg2(x));
  __nv_bfloat162 p = __floats2bfloat162_rn(in[2 * i], in[2 * i + 1]);
  __nv_bfloat162 q = __hfma2(p, p, __hsub2(p, __float2bfloat162_rn(0.25f)));
  b[i] = __hmin2(q, __habs2(p));
  __nv_fp8x2_storage_t code = __nv_cvt_float2_to_fp8x2(
      make_float2(in[2 * i], in[2 * i + 1]), __NV_SATFINITE, __NV_E4M3);
  codes[i] = code | (uint32_t)__hlt(__low2half(x), __high2half(x)) << 16;
  back[i] = __half2float(__low2half(x)) + __bfloat162float(__high2bfloat16(p));
}
