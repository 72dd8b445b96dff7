//===- clusters.cu - Distributed shared memory, multicast copies ----------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <cooperative_groups.h>
#include <cuda/ptx>

#include <cstdint>

namespace cg = cooperative_groups;
namespace ptx = cuda::ptx;

/// A histogram whose bins lie in the shared memory of four CTAs.
extern "C" __global__ void __cluster_dims__(4, 1, 1)
    histogram(const uint32_t *keys, uint32_t *bins, uint32_t count,
              uint32_t binsPerCta) {
  extern __shared__ uint32_t local[];
  cg::cluster_group cluster = cg::this_cluster();
  for (uint32_t i = threadIdx.x; i < binsPerCta; i += blockDim.x)
    local[i] = 0;
  cluster.sync();
  uint32_t first = blockIdx.x * blockDim.x + threadIdx.x;
  for (uint32_t i = first; i < count; i += gridDim.x * blockDim.x) {
    uint32_t key = keys[i] % (binsPerCta * 4);
    uint32_t *peer = cluster.map_shared_rank(local, key / binsPerCta);
    atomicAdd(peer + key % binsPerCta, 1u);
  }
  cluster.sync();
  uint32_t *mine = bins + cluster.block_rank() * binsPerCta;
  for (uint32_t i = threadIdx.x; i < binsPerCta; i += blockDim.x)
    atomicAdd(mine + i, local[i]);
}

/// Each CTA reads the sums of all CTAs of its cluster; out: a sum per CTA.
extern "C" __global__ void clusterSum(const uint32_t *in, uint32_t *out) {
  __shared__ uint32_t total;
  cg::cluster_group cluster = cg::this_cluster();
  cg::thread_block block = cg::this_thread_block();
  if (threadIdx.x == 0)
    total = 0;
  block.sync();
  atomicAdd(&total, in[blockIdx.x * blockDim.x + threadIdx.x]);
  auto token = cluster.barrier_arrive();
  cluster.barrier_wait(std::move(token));
  if (threadIdx.x < cluster.num_blocks()) {
    uint32_t *other = cluster.map_shared_rank(&total, threadIdx.x);
    if (cluster.query_shared_rank(other) != threadIdx.x)
      __trap();
    atomicAdd(&out[blockIdx.x], *other);
  }
  cluster.sync();
}

/// Each thread sends two numbers to the next CTA, which waits for the bytes.
extern "C" __global__ void __cluster_dims__(3, 1, 1) asyncRing(uint32_t *out) {
  __shared__ alignas(8) uint32_t slots[64][2];
  __shared__ uint64_t barrier;
  cg::cluster_group cluster = cg::this_cluster();
  if (threadIdx.x == 0) {
    ptx::mbarrier_init(&barrier, 1);
    ptx::fence_mbarrier_init(ptx::sem_release, ptx::scope_cluster);
    ptx::mbarrier_arrive_expect_tx(ptx::sem_release, ptx::scope_cta,
                                   ptx::space_shared, &barrier, sizeof(slots));
  }
  cluster.sync();
  uint32_t next = (cluster.block_rank() + 1) % cluster.num_blocks();
  uint32_t values[2] = {blockIdx.x, threadIdx.x};
  ptx::st_async(&cluster.map_shared_rank(slots, next)[threadIdx.x][0], values,
                cluster.map_shared_rank(&barrier, next));
  while (!ptx::mbarrier_try_wait_parity(&barrier, 0))
    ;
  uint32_t *at = slots[threadIdx.x];
  out[blockIdx.x * blockDim.x + threadIdx.x] = at[0] * 1000 + at[1];
  cluster.sync();
}

/// CTA 0 copies blocks of 128 words into both CTAs of its cluster, a slot at a
/// time; the consumers of both free it. out: sums over the blocks.
extern "C" __global__ void __cluster_dims__(2, 1, 1)
    multicast(const uint32_t *in, uint32_t *out, uint32_t blocks) {
  constexpr uint32_t slots = 2, words = 128;
  __shared__ alignas(128) uint32_t data[slots][words];
  __shared__ uint64_t full[slots], empty[slots];
  cg::cluster_group cluster = cg::this_cluster();
  bool leader = cluster.block_rank() == 0;
  if (threadIdx.x == 0) {
    for (uint32_t i = 0; i < slots; ++i) {
      ptx::mbarrier_init(&full[i], 1);
      ptx::mbarrier_init(&empty[i], 2 * words / 32);
    }
    ptx::fence_mbarrier_init(ptx::sem_release, ptx::scope_cluster);
  }
  cluster.sync();
  if (threadIdx.x >= words) {
    if (threadIdx.x == words) {
      for (uint32_t i = 0; i < blocks + slots; ++i) {
        uint32_t slot = i % slots, parity = (i / slots) & 1;
        while (!ptx::mbarrier_try_wait_parity(
            ptx::sem_acquire, ptx::scope_cluster, &empty[slot], parity ^ 1))
          ;
        if (i >= blocks)
          continue;
        ptx::mbarrier_arrive_expect_tx(ptx::sem_release, ptx::scope_cta,
                                       ptx::space_shared, &full[slot],
                                       words * 4);
        if (leader)
          ptx::cp_async_bulk(ptx::space_cluster, ptx::space_global, data[slot],
                             in + i * words, words * 4, &full[slot],
                             uint16_t(3));
      }
    }
  } else {
    uint32_t sum = 0;
    for (uint32_t i = 0; i < blocks; ++i) {
      uint32_t slot = i % slots, parity = (i / slots) & 1;
      while (!ptx::mbarrier_try_wait_parity(&full[slot], parity))
        ;
      sum += data[slot][threadIdx.x] * (i + 1 + cluster.block_rank());
      __syncwarp();
      if (threadIdx.x % 32 < 2)
        ptx::mbarrier_arrive(
            ptx::sem_release, ptx::scope_cluster, ptx::space_cluster,
            cluster.map_shared_rank(&empty[slot], threadIdx.x % 32));
    }
    out[blockIdx.x * words + threadIdx.x] = sum;
  }
  cluster.sync();
}
