// Products of FP4, beside FP4 and beside FP8: what changes in fragments, scales
// and instructions.
//
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-read-fragments),convert-dgk-to-nvvm,canonicalize,cse)' | FileCheck %s

#launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 128, cluster = 1, shared = 16384, workspace = 0,
  maps = [], parameters = []>
!acc = !dgk.accumulator<64x16xf32>
!wa = !dgk.tile<64x1xi32, #dgk.shared<none>>
!wb = !dgk.tile<16x1xi32, #dgk.shared<none>>
!ra = !dgk.scales<a, 64, i32>
!rb = !dgk.scales<b, 16, i32>

#packed = #dgk.mma_sync<mxf4nvf4, m = 16, n = 8, k = 64, a = f4E2M1FN, b = f4E2M1FN, scale_block = 32>
#by_packed = #dgk.schedule<tile = 64x16x128, warp_grid = 4x1, stages = 2, scale_stages = 2,
  instruction = #packed, swizzle = b64 x b64, math = <warps = 4, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
!ta4 = !dgk.tile<64x128xf4E2M1FN, #dgk.shared<b64>>
!tb4 = !dgk.tile<16x128xf4E2M1FN, #dgk.shared<b64>>

// Packed elements are read as the bytes that they are. An instruction takes two
// scales of 32 elements: two K steps of 64 elements are bytes 0, 1 and 2, 3.
// CHECK-LABEL: llvm.func @packed_by_32
// CHECK:         nvvm.ldmatrix {{.*}}eltType = #nvvm.ld_st_matrix_elt_type<b16>
// CHECK-NOT:     arith.shli {{.*}} %c2_i32
// CHECK-COUNT-2: nvvm.mma.block_scale {{.*}} scaleA[%{{.*}}, %c0_i16, %c0_i16] scaleB[%{{.*}}, %c0_i16, %c0_i16] {blockScaleFormat = #nvvm.block_scale_format<ue8m0>, kind = #nvvm.block_scale_kind<mxf4nvf4>, multiplicandAPtxType = #nvvm.mma_type<e2m1>, multiplicandBPtxType = #nvvm.mma_type<e2m1>, scaleVecSize = #nvvm.scale_vec_size<x2>, shape = #nvvm.shape<m = 16, n = 8, k = 64>}
// CHECK-COUNT-2: nvvm.mma.block_scale {{.*}} scaleA[%{{.*}}, %c2_i16, %c0_i16] scaleB[%{{.*}}, %c2_i16, %c0_i16]
// CHECK-NOT:     nvvm.mma.block_scale
// CHECK-NOT:     nvvm.prmt
// CHECK:         llvm.return
dgk.kernel @packed_by_32() attributes {schedule = #by_packed, launch = #launch} {
  %c0 = arith.constant 0 : index
  %ba = dgk.buffer at 0 : !dgk.buffer<1 x 64x128xf4E2M1FN, #dgk.shared<b64>>
  %bb = dgk.buffer at 4096 : !dgk.buffer<1 x 16x128xf4E2M1FN, #dgk.shared<b64>>
  %bsa = dgk.buffer at 5120 : !dgk.buffer<1 x 64x1xi32, #dgk.shared<none>>
  %bsb = dgk.buffer at 5376 : !dgk.buffer<1 x 16x1xi32, #dgk.shared<none>>
  %p = dgk.pipeline producers(1) consumers(4) at 8192 : !dgk.pipeline<1>
  dgk.roles {
    dgk.role @math warps(4) {
      %s = dgk.wait %p : !dgk.pipeline<1>
      %a = dgk.view %ba[%s] : !dgk.buffer<1 x 64x128xf4E2M1FN, #dgk.shared<b64>>
      %b = dgk.view %bb[%s] : !dgk.buffer<1 x 16x128xf4E2M1FN, #dgk.shared<b64>>
      %u = dgk.view %bsa[%s] : !dgk.buffer<1 x 64x1xi32, #dgk.shared<none>>
      %v = dgk.view %bsb[%s] : !dgk.buffer<1 x 16x1xi32, #dgk.shared<none>>
      %sa = dgk.read_scales %u : !wa -> !ra
      %sb = dgk.read_scales %v : !wb -> !rb
      %acc = dgk.zero : !acc
      %sum = dgk.mma %a scaled by %sa[%c0] per 32, %b scaled by %sb[%c0] per 32, %acc : !ta4, !tb4, !ra, !rb -> !acc
      dgk.release %p[%s] : !dgk.pipeline<1>
    }
  }
  dgk.return
}

// One scale for the whole step: byte 3 of A is taken from bytes 3 3 of a word
// 2 2 3 3, byte 0 of B from 0 0 of a word 0 0 1 1.
// CHECK-LABEL: llvm.func @packed_by_128
// CHECK-DAG:     %[[HIGH:.*]] = arith.constant 13090 : i32
// CHECK-DAG:     %[[LOW:.*]] = arith.constant 4352 : i32
// CHECK:         %[[SA:.*]] = nvvm.prmt <default> %[[HIGH]], %[[WA:.*]], %[[WA]] : i32
// CHECK:         %[[SB:.*]] = nvvm.prmt <default> %[[LOW]], %[[WB:.*]], %[[WB]] : i32
// CHECK-COUNT-4: nvvm.mma.block_scale {{.*}} scaleA[%[[SA]], %c2_i16, %c0_i16] scaleB[%{{.*}}, %c0_i16, %c0_i16]
// CHECK-NOT:     nvvm.mma.block_scale
// CHECK:         llvm.return
dgk.kernel @packed_by_128() attributes {schedule = #by_packed, launch = #launch} {
  %c0 = arith.constant 0 : index
  %c3 = arith.constant 3 : index
  %ba = dgk.buffer at 0 : !dgk.buffer<1 x 64x128xf4E2M1FN, #dgk.shared<b64>>
  %bb = dgk.buffer at 4096 : !dgk.buffer<1 x 16x128xf4E2M1FN, #dgk.shared<b64>>
  %bsa = dgk.buffer at 5120 : !dgk.buffer<1 x 64x1xi32, #dgk.shared<none>>
  %bsb = dgk.buffer at 5376 : !dgk.buffer<1 x 16x1xi32, #dgk.shared<none>>
  %p = dgk.pipeline producers(1) consumers(4) at 8192 : !dgk.pipeline<1>
  dgk.roles {
    dgk.role @math warps(4) {
      %s = dgk.wait %p : !dgk.pipeline<1>
      %a = dgk.view %ba[%s] : !dgk.buffer<1 x 64x128xf4E2M1FN, #dgk.shared<b64>>
      %b = dgk.view %bb[%s] : !dgk.buffer<1 x 16x128xf4E2M1FN, #dgk.shared<b64>>
      %u = dgk.view %bsa[%s] : !dgk.buffer<1 x 64x1xi32, #dgk.shared<none>>
      %v = dgk.view %bsb[%s] : !dgk.buffer<1 x 16x1xi32, #dgk.shared<none>>
      %sa = dgk.read_scales %u : !wa -> !ra
      %sb = dgk.read_scales %v : !wb -> !rb
      %acc = dgk.zero : !acc
      %sum = dgk.mma %a scaled by %sa[%c3] per 128, %b scaled by %sb[%c0] per 128, %acc : !ta4, !tb4, !ra, !rb -> !acc
      dgk.release %p[%s] : !dgk.pipeline<1>
    }
  }
  dgk.return
}

#fine = #dgk.mma_sync<mxf4nvf4, m = 16, n = 8, k = 64, a = f4E2M1FN, b = f4E2M1FN, scale_block = 16>
#by_fine = #dgk.schedule<tile = 64x16x128, warp_grid = 4x1, stages = 2, scale_stages = 2,
  instruction = #fine, swizzle = b64 x b64, math = <warps = 4, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>

// Sixteen scales of a row in four words. The lanes of rows 8 to 15 of A read the
// halves of their rows in the other order, so that no two rows meet in a bank; B
// has 8 rows, which do not. Step i takes word i.
// CHECK-LABEL: llvm.func @fine
// CHECK:         %[[X:.*]] = llvm.load %{{.*}} {alignment = 8 : i64} : !llvm.ptr<3> -> vector<2xi32>
// CHECK:         %[[Y:.*]] = llvm.load %{{.*}} {alignment = 8 : i64} : !llvm.ptr<3> -> vector<2xi32>
// CHECK:         %[[ODD:.*]] = arith.cmpi
// CHECK:         %[[W0:.*]] = arith.select %[[ODD]]
// CHECK:         %[[W1:.*]] = arith.select %[[ODD]]
// CHECK-COUNT-2: llvm.load %{{.*}} {alignment = 16 : i64} : !llvm.ptr<3> -> vector<4xi32>
// CHECK-COUNT-2: nvvm.mma.block_scale {{.*}} scaleA[%[[W0]], %c0_i16, %c0_i16] {{.*}} {blockScaleFormat = #nvvm.block_scale_format<ue4m3>, {{.*}} scaleVecSize = #nvvm.scale_vec_size<x4>
// CHECK-COUNT-2: nvvm.mma.block_scale {{.*}} scaleA[%[[W1]], %c0_i16, %c0_i16]
// CHECK-NOT:     nvvm.mma.block_scale
// CHECK:         llvm.return
dgk.kernel @fine() attributes {schedule = #by_fine, launch = #launch} {
  %c0 = arith.constant 0 : index
  %ba = dgk.buffer at 0 : !dgk.buffer<1 x 64x128xf4E2M1FN, #dgk.shared<b64>>
  %bb = dgk.buffer at 4096 : !dgk.buffer<1 x 16x128xf4E2M1FN, #dgk.shared<b64>>
  %bsa = dgk.buffer at 5120 : !dgk.buffer<1 x 64x16xf8E4M3FN, #dgk.shared<none>>
  %bsb = dgk.buffer at 6144 : !dgk.buffer<1 x 16x16xf8E4M3FN, #dgk.shared<none>>
  %p = dgk.pipeline producers(1) consumers(4) at 8192 : !dgk.pipeline<1>
  dgk.roles {
    dgk.role @math warps(4) {
      %s = dgk.wait %p : !dgk.pipeline<1>
      %a = dgk.view %ba[%s] : !dgk.buffer<1 x 64x128xf4E2M1FN, #dgk.shared<b64>>
      %b = dgk.view %bb[%s] : !dgk.buffer<1 x 16x128xf4E2M1FN, #dgk.shared<b64>>
      %u = dgk.view %bsa[%s] : !dgk.buffer<1 x 64x16xf8E4M3FN, #dgk.shared<none>>
      %v = dgk.view %bsb[%s] : !dgk.buffer<1 x 16x16xf8E4M3FN, #dgk.shared<none>>
      %sa = dgk.read_scales %u : !dgk.tile<64x16xf8E4M3FN, #dgk.shared<none>> -> !dgk.scales<a, 64, i32, words = 4>
      %sb = dgk.read_scales %v : !dgk.tile<16x16xf8E4M3FN, #dgk.shared<none>> -> !dgk.scales<b, 16, i32, words = 4>
      %acc = dgk.zero : !acc
      %sum = dgk.mma %a scaled by %sa[%c0] per 16, %b scaled by %sb[%c0] per 16, %acc
        : !ta4, !tb4, !dgk.scales<a, 64, i32, words = 4>, !dgk.scales<b, 16, i32, words = 4> -> !acc
      dgk.release %p[%s] : !dgk.pipeline<1>
    }
  }
  dgk.return
}

// Two of the words of a row, the second two: lanes of rows 8 to 15 of A read the
// second of them first. B has 8 rows, one load for both words.
#bytes = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#by_bytes = #dgk.schedule<tile = 64x16x64, warp_grid = 4x1, stages = 2, scale_stages = 2,
  instruction = #bytes, swizzle = b64 x b64, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
// CHECK-LABEL: llvm.func @half_rows
// CHECK:         %[[X:.*]] = llvm.getelementptr %{{.*}}[5128]
// CHECK:         %[[W:.*]] = llvm.load %[[X]] : !llvm.ptr<3> -> i32
// CHECK:         %[[Y:.*]] = llvm.getelementptr %{{.*}}[5132]
// CHECK:         %[[V:.*]] = llvm.load %[[Y]] : !llvm.ptr<3> -> i32
// CHECK:         %[[ODD:.*]] = arith.cmpi ne
// CHECK:         %[[W1:.*]] = arith.select %[[ODD]], %[[W]], %[[V]]
// CHECK-COUNT-2: llvm.load %{{.*}} {alignment = 8 : i64} : !llvm.ptr<3> -> vector<2xi32>
// CHECK-NOT:     llvm.load
// CHECK-COUNT-2: nvvm.mma.block_scale {{.*}} scaleA[%[[W1]], %c0_i16, %c0_i16]
// CHECK-COUNT-2: nvvm.mma.block_scale {{.*}} scaleA[%[[W1]], %c1_i16, %c0_i16]
// CHECK:         llvm.return
dgk.kernel @half_rows() attributes {schedule = #by_bytes, launch = #launch} {
  %c4 = arith.constant 4 : index
  %ba = dgk.buffer at 0 : !dgk.buffer<1 x 64x64xf8E4M3FN, #dgk.shared<b64>>
  %bb = dgk.buffer at 4096 : !dgk.buffer<1 x 16x64xf8E4M3FN, #dgk.shared<b64>>
  %bsa = dgk.buffer at 5120 : !dgk.buffer<1 x 64x16xf8E8M0FNU, #dgk.shared<none>>
  %bsb = dgk.buffer at 6144 : !dgk.buffer<1 x 16x16xf8E8M0FNU, #dgk.shared<none>>
  %p = dgk.pipeline producers(1) consumers(4) at 8192 : !dgk.pipeline<1>
  dgk.roles {
    dgk.role @math warps(4) {
      %s = dgk.wait %p : !dgk.pipeline<1>
      %a = dgk.view %ba[%s] : !dgk.buffer<1 x 64x64xf8E4M3FN, #dgk.shared<b64>>
      %b = dgk.view %bb[%s] : !dgk.buffer<1 x 16x64xf8E4M3FN, #dgk.shared<b64>>
      %u = dgk.view %bsa[%s] : !dgk.buffer<1 x 64x16xf8E8M0FNU, #dgk.shared<none>>
      %v = dgk.view %bsb[%s] : !dgk.buffer<1 x 16x16xf8E8M0FNU, #dgk.shared<none>>
      %sa = dgk.read_scales %u from 2 : !dgk.tile<64x16xf8E8M0FNU, #dgk.shared<none>> -> !dgk.scales<a, 64, i32, words = 2>
      %sb = dgk.read_scales %v from 2 : !dgk.tile<16x16xf8E8M0FNU, #dgk.shared<none>> -> !dgk.scales<b, 16, i32, words = 2>
      %acc = dgk.zero : !acc
      %sum = dgk.mma %a scaled by %sa[%c4] per 32, %b scaled by %sb[%c4] per 32, %acc
        : !dgk.tile<64x64xf8E4M3FN, #dgk.shared<b64>>, !dgk.tile<16x64xf8E4M3FN, #dgk.shared<b64>>, !dgk.scales<a, 64, i32, words = 2>, !dgk.scales<b, 16, i32, words = 2> -> !acc
      dgk.release %p[%s] : !dgk.pipeline<1>
    }
  }
  dgk.return
}

#mixed = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f4E2M1FN, scale_block = 32>
#by_mixed = #dgk.schedule<tile = 64x16x128, warp_grid = 4x1, stages = 2, scale_stages = 2,
  instruction = #mixed, swizzle = b128 x b128, math = <warps = 4, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
!ta8 = !dgk.tile<64x128xf8E4M3FN, #dgk.shared<b128>>
!tbx = !dgk.tile<16x128xf4E2M1FN, #dgk.shared<b128, expanded>>

// FP4 that has a byte for each element: ldmatrix spreads the nibbles, a shift
// puts them where the product wants them. A is read as ever.
// CHECK-LABEL: llvm.func @expanded
// CHECK:         nvvm.ldmatrix {{.*}}eltType = #nvvm.ld_st_matrix_elt_type<b16>, {{.*}} shape = #nvvm.ld_st_matrix_shape<m = 8, n = 8>
// CHECK:         %[[B:.*]] = nvvm.ldmatrix {{.*}}eltType = #nvvm.ld_st_matrix_elt_type<b8x16.b4x16_p64>, {{.*}} shape = #nvvm.ld_st_matrix_shape<m = 8, n = 16>
// CHECK:         %[[B0:.*]] = llvm.extractvalue %[[B]][0]
// CHECK:         arith.shli %[[B0]], %c2_i32
// CHECK-COUNT-8: nvvm.mma.block_scale {{.*}} multiplicandAPtxType = #nvvm.mma_type<e4m3>, multiplicandBPtxType = #nvvm.mma_type<e2m1>, scaleVecSize = #nvvm.scale_vec_size<x1>
// CHECK-NOT:     nvvm.mma.block_scale
// CHECK:         llvm.return
dgk.kernel @expanded() attributes {schedule = #by_mixed, launch = #launch} {
  %c0 = arith.constant 0 : index
  %ba = dgk.buffer at 0 : !dgk.buffer<1 x 64x128xf8E4M3FN, #dgk.shared<b128>>
  %bb = dgk.buffer at 8192 : !dgk.buffer<1 x 16x128xf4E2M1FN, #dgk.shared<b128, expanded>>
  %bsa = dgk.buffer at 10240 : !dgk.buffer<1 x 64x1xi32, #dgk.shared<none>>
  %bsb = dgk.buffer at 10496 : !dgk.buffer<1 x 16x1xi32, #dgk.shared<none>>
  %p = dgk.pipeline producers(1) consumers(4) at 12288 : !dgk.pipeline<1>
  dgk.roles {
    dgk.role @math warps(4) {
      %s = dgk.wait %p : !dgk.pipeline<1>
      %a = dgk.view %ba[%s] : !dgk.buffer<1 x 64x128xf8E4M3FN, #dgk.shared<b128>>
      %b = dgk.view %bb[%s] : !dgk.buffer<1 x 16x128xf4E2M1FN, #dgk.shared<b128, expanded>>
      %u = dgk.view %bsa[%s] : !dgk.buffer<1 x 64x1xi32, #dgk.shared<none>>
      %v = dgk.view %bsb[%s] : !dgk.buffer<1 x 16x1xi32, #dgk.shared<none>>
      %sa = dgk.read_scales %u : !wa -> !ra
      %sb = dgk.read_scales %v : !wb -> !rb
      %acc = dgk.zero : !acc
      %sum = dgk.mma %a scaled by %sa[%c0] per 32, %b scaled by %sb[%c0] per 128, %acc : !ta8, !tbx, !ra, !rb -> !acc
      dgk.release %p[%s] : !dgk.pipeline<1>
    }
  }
  dgk.return
}

// FP4 along M: two matrices of 16 lines for each half of a step, even and odd lines,
// whose nibbles are joined. B, along K, is read as ever.
!tat = !dgk.tile<64x128xf4E2M1FN, #dgk.shared<b64, column_major, expanded>>
!tbp = !dgk.tile<16x128xf4E2M1FN, #dgk.shared<b64>>
// CHECK-LABEL: llvm.func @turned_pairs
// CHECK:         %[[EIGHTS:.*]] = arith.shrui %[[LINE:.*]], %c3_i32
// CHECK-NEXT:    %[[UPPER:.*]] = arith.andi %[[EIGHTS]], %c1_i32
// CHECK-NEXT:    arith.xori %[[LINE]], %[[UPPER]]
// CHECK:         %[[R:.*]] = nvvm.ldmatrix %{{.*}} {eltType = #nvvm.ld_st_matrix_elt_type<b8x16.b4x16_p64>, layout = #nvvm.mma_layout<col>, num = 2 : i32, shape = #nvvm.ld_st_matrix_shape<m = 16, n = 16>}
// CHECK-DAG:     %[[R0:.*]] = llvm.extractvalue %[[R]][0]
// CHECK-DAG:     %[[R2:.*]] = llvm.extractvalue %[[R]][2]
// CHECK-DAG:     %[[HIGH:.*]] = arith.muli %[[R2]], %c16_i32 :
// CHECK:         arith.addi %[[HIGH]], %[[R0]]
// CHECK:         nvvm.ldmatrix {{.*}}<b8x16.b4x16_p64>, {{.*}} shape = #nvvm.ld_st_matrix_shape<m = 16, n = 16>
// CHECK:         nvvm.ldmatrix {{.*}}eltType = #nvvm.ld_st_matrix_elt_type<b16>, {{.*}} shape = #nvvm.ld_st_matrix_shape<m = 8, n = 8>
// CHECK:         llvm.return
dgk.kernel @turned_pairs() attributes {schedule = #by_packed, launch = #launch} {
  %c0 = arith.constant 0 : index
  %ba = dgk.buffer at 0 : !dgk.buffer<1 x 64x128xf4E2M1FN, #dgk.shared<b64, column_major, expanded>>
  %bb = dgk.buffer at 8192 : !dgk.buffer<1 x 16x128xf4E2M1FN, #dgk.shared<b64>>
  %bsa = dgk.buffer at 10240 : !dgk.buffer<1 x 64x1xi32, #dgk.shared<none>>
  %bsb = dgk.buffer at 10496 : !dgk.buffer<1 x 16x1xi32, #dgk.shared<none>>
  %p = dgk.pipeline producers(129) consumers(4) at 12288 : !dgk.pipeline<1>
  dgk.roles {
    dgk.role @math warps(4) {
      %s = dgk.wait %p : !dgk.pipeline<1>
      %a = dgk.view %ba[%s] : !dgk.buffer<1 x 64x128xf4E2M1FN, #dgk.shared<b64, column_major, expanded>>
      %b = dgk.view %bb[%s] : !dgk.buffer<1 x 16x128xf4E2M1FN, #dgk.shared<b64>>
      %u = dgk.view %bsa[%s] : !dgk.buffer<1 x 64x1xi32, #dgk.shared<none>>
      %v = dgk.view %bsb[%s] : !dgk.buffer<1 x 16x1xi32, #dgk.shared<none>>
      %sa = dgk.read_scales %u : !wa -> !ra
      %sb = dgk.read_scales %v : !wb -> !rb
      %acc = dgk.zero : !acc
      %sum = dgk.mma %a scaled by %sa[%c0] per 32, %b scaled by %sb[%c0] per 32, %acc : !tat, !tbp, !ra, !rb -> !acc
      dgk.release %p[%s] : !dgk.pipeline<1>
    }
  }
  dgk.return
}

// Beside FP8 its bytes are shifted where the product wants them.
!tbt = !dgk.tile<16x128xf4E2M1FN, #dgk.shared<b32, column_major, expanded>>
// CHECK-LABEL: llvm.func @turned_bytes
// CHECK:         %[[R:.*]] = nvvm.ldmatrix %{{.*}}<b8x16.b4x16_p64>, {{.*}} shape = #nvvm.ld_st_matrix_shape<m = 16, n = 16>
// CHECK:         %[[R0:.*]] = llvm.extractvalue %[[R]][0]
// CHECK:         arith.shli %[[R0]], %c2_i32
// CHECK-NOT:     arith.muli %[[R0]]
// CHECK:         llvm.return
dgk.kernel @turned_bytes() attributes {schedule = #by_mixed, launch = #launch} {
  %c0 = arith.constant 0 : index
  %ba = dgk.buffer at 0 : !dgk.buffer<1 x 64x128xf8E4M3FN, #dgk.shared<b128>>
  %bb = dgk.buffer at 8192 : !dgk.buffer<1 x 16x128xf4E2M1FN, #dgk.shared<b32, column_major, expanded>>
  %bsa = dgk.buffer at 12288 : !dgk.buffer<1 x 64x1xi32, #dgk.shared<none>>
  %bsb = dgk.buffer at 12544 : !dgk.buffer<1 x 16x1xi32, #dgk.shared<none>>
  %p = dgk.pipeline producers(129) consumers(4) at 12800 : !dgk.pipeline<1>
  dgk.roles {
    dgk.role @math warps(4) {
      %s = dgk.wait %p : !dgk.pipeline<1>
      %a = dgk.view %ba[%s] : !dgk.buffer<1 x 64x128xf8E4M3FN, #dgk.shared<b128>>
      %b = dgk.view %bb[%s] : !dgk.buffer<1 x 16x128xf4E2M1FN, #dgk.shared<b32, column_major, expanded>>
      %u = dgk.view %bsa[%s] : !dgk.buffer<1 x 64x1xi32, #dgk.shared<none>>
      %v = dgk.view %bsb[%s] : !dgk.buffer<1 x 16x1xi32, #dgk.shared<none>>
      %sa = dgk.read_scales %u : !wa -> !ra
      %sb = dgk.read_scales %v : !wb -> !rb
      %acc = dgk.zero : !acc
      %sum = dgk.mma %a scaled by %sa[%c0] per 32, %b scaled by %sb[%c0] per 128, %acc : !ta8, !tbt, !ra, !rb -> !acc
      dgk.release %p[%s] : !dgk.pipeline<1>
    }
  }
  dgk.return
}

#by_large = #dgk.schedule<tile = 128x128x64, warp_grid = 2x2, stages = 2, scale_stages = 2,
  instruction = #fine, swizzle = b32 x b32, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>

// Beside 64 x 64 elements two rows of instructions of A, and two columns of B,
// have their words in the same registers: 8 loads of one word, of which the lanes of
// rows 8 to 15 change neighbours back, and 8 loads of two. Of the second row, which
// is thread 1, register 2 has word 0, the only one that this step takes.
// CHECK-LABEL: llvm.func @spread
// CHECK:         arith.ori
// CHECK-COUNT-4: llvm.load %{{.*}} : !llvm.ptr<3> -> i32
// CHECK:         %[[A0:.*]] = arith.select
// CHECK:         %[[A2:.*]] = arith.select
// CHECK-COUNT-4: llvm.load %{{.*}} : !llvm.ptr<3> -> i32
// CHECK-NOT:     llvm.load %{{.*}} : !llvm.ptr<3> -> i32
// CHECK-COUNT-8: llvm.load %{{.*}} {alignment = 8 : i64} : !llvm.ptr<3> -> vector<2xi32>
// CHECK:         nvvm.mma.block_scale {{.*}} scaleA[%[[A0]], %c0_i16, %c0_i16] scaleB[%[[B0:.*]], %c0_i16, %c0_i16]
// CHECK:         nvvm.mma.block_scale {{.*}} scaleA[%[[A2]], %c0_i16, %c1_i16] scaleB[%[[B0]], %c0_i16, %c0_i16]
// CHECK:         nvvm.mma.block_scale {{.*}} scaleA[%{{.*}}, %c0_i16, %c0_i16] scaleB[%[[B0]], %c0_i16, %c0_i16]
// CHECK:         nvvm.mma.block_scale {{.*}} scaleA[%{{.*}}, %c0_i16, %c1_i16] scaleB[%[[B0]], %c0_i16, %c0_i16]
// CHECK:         nvvm.mma.block_scale {{.*}} scaleA[%[[A0]], %c0_i16, %c0_i16] scaleB[%{{.*}}, %c0_i16, %c1_i16]
// CHECK-COUNT-27: nvvm.mma.block_scale
// CHECK-NOT:     nvvm.mma.block_scale
// CHECK:         llvm.return
dgk.kernel @spread() attributes {schedule = #by_large, launch = #launch} {
  %c0 = arith.constant 0 : index
  %ba = dgk.buffer at 0 : !dgk.buffer<1 x 128x64xf4E2M1FN, #dgk.shared<b32>>
  %bsa = dgk.buffer at 4096 : !dgk.buffer<1 x 128x16xf8E4M3FN, #dgk.shared<none>>
  %p = dgk.pipeline producers(1) consumers(4) at 8192 : !dgk.pipeline<1>
  dgk.roles {
    dgk.role @math warps(4) {
      %s = dgk.wait %p : !dgk.pipeline<1>
      %a = dgk.view %ba[%s] : !dgk.buffer<1 x 128x64xf4E2M1FN, #dgk.shared<b32>>
      %u = dgk.view %bsa[%s] : !dgk.buffer<1 x 128x16xf8E4M3FN, #dgk.shared<none>>
      %sa = dgk.read_scales %u : !dgk.tile<128x16xf8E4M3FN, #dgk.shared<none>> -> !dgk.scales<a, 128, i32, words = 4>
      %sb = dgk.read_scales %u : !dgk.tile<128x16xf8E4M3FN, #dgk.shared<none>> -> !dgk.scales<b, 128, i32, words = 4>
      %acc = dgk.zero : !dgk.accumulator<128x128xf32>
      %sum = dgk.mma %a scaled by %sa[%c0] per 16, %a scaled by %sb[%c0] per 16, %acc
        : !dgk.tile<128x64xf4E2M1FN, #dgk.shared<b32>>, !dgk.tile<128x64xf4E2M1FN, #dgk.shared<b32>>, !dgk.scales<a, 128, i32, words = 4>, !dgk.scales<b, 128, i32, words = 4> -> !dgk.accumulator<128x128xf32>
      dgk.release %p[%s] : !dgk.pipeline<1>
    }
  }
  dgk.return
}
