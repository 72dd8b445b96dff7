// The FP8 kernel of sm_100 on a CTA pair, asynchronous. A pair takes an output
// tile of 256 x 128 together: each CTA loads half the rows of A and of B, the
// leader's one thread multiplies for both, and accumulators live in tensor
// memory, two deep, so that the product of the next tile runs while four
// warps of each CTA store this one. Barriers that both CTAs share say ctas(2).
// Scale words go through a warp that reorders them, then into tensor memory.
// The epilogue reads tensor memory in parts that fit its registers and hands
// it back as soon as the last part is read.
//
// RUN: dgk-opt %s --dgk-verify-hazards | FileCheck %s

#mma = #dgk.tcgen05<mxf8f6f4, m = 256, n = 128, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#target = #dgk.target<"sm_100a", sm100, ptx = 88,
  limits = #dgk.limits<sharedPerCta = 232448, registersPerSm = 65536, registersPerThread = 255,
                       warpsPerSm = 64, clusterSize = 8, tensorMemoryColumns = 512>,
  rates = #dgk.rates<smCount = 148, smsPerGpc = 16, smsOfLastGpc = 8, clockMhz = 1856,
            bf16PerCycle = 8192, fp8PerCycle = 16384, fp4PerCycle = 32768, memoryGbs = 7700>, instructions = [#mma]>

!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x14xi32, strided<[1, ?]>>
!b = memref<2048x7168xf8E4M3FN>
!sb = memref<2048x14xi32, strided<[1, 2048]>>
!d = memref<?x2048xbf16>

!a_ring = !dgk.buffer<6 x 256x128xf8E4M3FN, #dgk.shared<b128, cta_group = 2>>
!b_ring = !dgk.buffer<6 x 128x128xf8E4M3FN, #dgk.shared<b128, cta_group = 2>>
!raw_a = !dgk.buffer<2 x 256x1xi32, #dgk.shared<none, cta_group = 2>>
!raw_b = !dgk.buffer<2 x 128x1xi32, #dgk.shared<none>>
!words_a = !dgk.buffer<2 x 256x1xi32, #dgk.shared<none, cta_group = 2, scale_words>>
!words_b = !dgk.buffer<2 x 128x1xi32, #dgk.shared<none, scale_words>>
!tmem_a = !dgk.buffer<1 x 256x1xi32, #dgk.tmem<cta_group = 2>>
!tmem_b = !dgk.buffer<1 x 128x1xi32, #dgk.tmem<cta_group = 1>>
!accumulators = !dgk.buffer<2 x 256x128xf32, #dgk.tmem<cta_group = 2>>
!staging = !dgk.buffer<8 x 32x64xbf16, #dgk.shared<b128>>
!tile_a = !dgk.tile<256x128xf8E4M3FN, #dgk.shared<b128, cta_group = 2>>
!tile_b = !dgk.tile<128x128xf8E4M3FN, #dgk.shared<b128, cta_group = 2>>
!raw_tile_a = !dgk.tile<256x1xi32, #dgk.shared<none, cta_group = 2>>
!raw_tile_b = !dgk.tile<128x1xi32, #dgk.shared<none>>
!word_tile_a = !dgk.tile<256x1xi32, #dgk.shared<none, cta_group = 2, scale_words>>
!word_tile_b = !dgk.tile<128x1xi32, #dgk.shared<none, scale_words>>
!tmem_tile_a = !dgk.tile<256x1xi32, #dgk.tmem<cta_group = 2>>
!tmem_tile_b = !dgk.tile<128x1xi32, #dgk.tmem<cta_group = 1>>
!acc_tile = !dgk.tile<256x128xf32, #dgk.tmem<cta_group = 2>>
!part = !dgk.accumulator<256x64xf32>
!out = !dgk.accumulator<256x64xbf16>

// CHECK-LABEL: dgk.kernel @pair
// CHECK: %[[ACC:.*]] = dgk.buffer at 0 : !dgk.buffer<2 x 256x128xf32, #dgk.tmem<cta_group = 2>>
// CHECK: dgk.pipeline producers(1) consumers(1) ctas(2) at {{.*}} : !dgk.pipeline<6>
// CHECK: dgk.role @load warps(1) elected {
// CHECK:   dgk.tiles (%m, %n) in {{.*}} raster <group = 8, along = m> per_cluster {
// CHECK: dgk.role @mma warps(1) elected leader {
// CHECK:   dgk.copy_to_tmem
// CHECK:   dgk.release %{{.*}}[%{{.*}}] after_mma
// CHECK:   dgk.mma_async %{{.*}} scaled by %{{.*}}[%{{.*}}] per 128, %{{.*}} scaled by %{{.*}}[%{{.*}}] per 128 into %{{.*}} accumulate(%{{.*}})
// CHECK:   dgk.commit %{{.*}}[%{{.*}}] after_mma
// CHECK: dgk.role @scales warps(1) {
// CHECK:   dgk.write
// CHECK: dgk.role @idle warps(1) {
// CHECK-NEXT: }
// CHECK: dgk.role @epilogue warps(4) {
// CHECK:   dgk.unpack %{{.*}}[%{{.*}}, %{{.*}}] : !dgk.tile<256x128xf32, #dgk.tmem<cta_group = 2>> -> !dgk.accumulator<256x64xf32>
dgk.kernel @pair(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) attributes {target = #target} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %words = arith.constant 14 : index
  %c64 = arith.constant 64 : index
  %c128 = arith.constant 128 : index
  %c512 = arith.constant 512 : index
  %cols = arith.constant 2048 : index
  %rows = memref.dim %d, %c0 : !d

  %acc = dgk.buffer at 0 : !accumulators
  %tsa = dgk.buffer at 256 : !tmem_a
  %tsb = dgk.buffer at 260 : !tmem_b
  %staging = dgk.buffer at 0 : !staging
  %ra = dgk.buffer at 32768 : !a_ring
  %rb = dgk.buffer at 131072 : !b_ring
  %raw_sa = dgk.buffer at 180224 : !raw_a
  %raw_sb = dgk.buffer at 181248 : !raw_b
  %rsa = dgk.buffer at 182272 : !words_a
  %rsb = dgk.buffer at 183296 : !words_b

  // Both CTAs fill their halves of an operand slot; the leader empties it.
  %operands = dgk.pipeline producers(1) consumers(1) ctas(2) at 184320 : !dgk.pipeline<6>
  // Raw scale words stay in their CTA; reordered ones are the pair's.
  %raw = dgk.pipeline producers(1) consumers(1) at 184416 : !dgk.pipeline<2>
  %scales = dgk.pipeline producers(1) consumers(1) ctas(2) at 184448 : !dgk.pipeline<2>
  // The leader fills an accumulator; the epilogues of both CTAs empty it.
  %results = dgk.pipeline producers(1) consumers(4) ctas(2) at 184480 : !dgk.pipeline<2>

  dgk.roles {
    dgk.role @load warps(1) elected {
      dgk.tiles (%m, %n) in (%rows by 256, %cols by 128) raster <group = 8, along = m> per_cluster {
        scf.for %w = %c0 to %words step %c1 {
          %u = dgk.acquire %raw : !dgk.pipeline<2>
          dgk.copy_async %sa[%m, %w] to %raw_sa[%u] : !sa, !raw_a
          dgk.copy_async %sb[%n, %w] to %raw_sb[%u] : !sb, !raw_b
          dgk.commit %raw[%u] bytes(1024) : !dgk.pipeline<2>
          %base = arith.muli %w, %c512 : index
          scf.for %j = %c0 to %c4 step %c1 {
            %o = arith.muli %j, %c128 : index
            %k = arith.addi %base, %o : index
            %s = dgk.acquire %operands : !dgk.pipeline<6>
            dgk.copy_async %a[%m, %k] to %ra[%s] : !a, !a_ring
            dgk.copy_async %b[%n, %k] to %rb[%s] : !b, !b_ring
            dgk.commit %operands[%s] bytes(24576) : !dgk.pipeline<6>
          }
        }
      }
    }
    dgk.role @mma warps(1) elected leader {
      %vsa = dgk.view %tsa : !tmem_a
      %vsb = dgk.view %tsb : !tmem_b
      dgk.tiles (%m, %n) in (%rows by 256, %cols by 128) raster <group = 8, along = m> per_cluster {
        %r = dgk.acquire %results : !dgk.pipeline<2>
        %sum = dgk.view %acc[%r] : !accumulators
        scf.for %w = %c0 to %words step %c1 {
          %u = dgk.wait %scales : !dgk.pipeline<2>
          %wa = dgk.view %rsa[%u] : !words_a
          %wb = dgk.view %rsb[%u] : !words_b
          dgk.copy_to_tmem %wa to %vsa : !word_tile_a, !tmem_tile_a
          dgk.copy_to_tmem %wb to %vsb : !word_tile_b, !tmem_tile_b
          dgk.release %scales[%u] after_mma : !dgk.pipeline<2>
          %base = arith.muli %w, %c4 : index
          scf.for %j = %c0 to %c4 step %c1 {
            %s = dgk.wait %operands : !dgk.pipeline<6>
            %ta = dgk.view %ra[%s] : !a_ring
            %tb = dgk.view %rb[%s] : !b_ring
            %block = arith.addi %base, %j : index
            %more = arith.cmpi ne, %block, %c0 : index
            dgk.mma_async %ta scaled by %vsa[%j] per 128, %tb scaled by %vsb[%j] per 128
                into %sum accumulate(%more)
              : !tile_a, !tile_b, !tmem_tile_a, !tmem_tile_b into !acc_tile
            dgk.release %operands[%s] after_mma : !dgk.pipeline<6>
          }
        }
        dgk.commit %results[%r] after_mma : !dgk.pipeline<2>
      }
    }
    dgk.role @scales warps(1) {
      dgk.tiles (%m, %n) in (%rows by 256, %cols by 128) raster <group = 8, along = m> per_cluster {
        scf.for %w = %c0 to %words step %c1 {
          %u = dgk.wait %raw : !dgk.pipeline<2>
          %ua = dgk.view %raw_sa[%u] : !raw_a
          %ub = dgk.view %raw_sb[%u] : !raw_b
          %xa = dgk.unpack %ua : !raw_tile_a -> !dgk.accumulator<256x1xi32>
          %xb = dgk.unpack %ub : !raw_tile_b -> !dgk.accumulator<128x1xi32>
          dgk.release %raw[%u] : !dgk.pipeline<2>
          %s = dgk.acquire %scales : !dgk.pipeline<2>
          %wa = dgk.view %rsa[%s] : !words_a
          %wb = dgk.view %rsb[%s] : !words_b
          dgk.write %xa to %wa : !dgk.accumulator<256x1xi32>, !word_tile_a
          dgk.write %xb to %wb : !dgk.accumulator<128x1xi32>, !word_tile_b
          dgk.commit %scales[%s] : !dgk.pipeline<2>
        }
      }
    }
    // Tensor memory is read by four warps whose number is a multiple of four.
    dgk.role @idle warps(1) {
    }
    dgk.role @epilogue warps(4) {
      dgk.tiles (%m, %n) in (%rows by 256, %cols by 128) raster <group = 8, along = m> per_cluster {
        %r = dgk.wait %results : !dgk.pipeline<2>
        %sum = dgk.view %acc[%r] : !accumulators
        %x0 = dgk.unpack %sum[%c0, %c0] : !acc_tile -> !part
        %y0 = dgk.convert %x0 : !part -> !out
        dgk.store_async %y0, %d[%m, %n] through %staging : !out, !d, !staging
        %x1 = dgk.unpack %sum[%c0, %c64] : !acc_tile -> !part
        dgk.release %results[%r] : !dgk.pipeline<2>
        %y1 = dgk.convert %x1 : !part -> !out
        %n1 = arith.addi %n, %c64 : index
        dgk.store_async %y1, %d[%m, %n1] through %staging : !out, !d, !staging
      }
      dgk.drain_stores
    }
  }
  // No CTA ends before the other's arrivals and copies are over.
  dgk.cluster_barrier
  dgk.return
}
