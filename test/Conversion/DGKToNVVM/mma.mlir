// A product becomes ldmatrix and mma.sync with block scales, K step by K step.
//
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-read-fragments),convert-dgk-to-nvvm,canonicalize,cse)' | FileCheck %s

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 64x16x64, warp_grid = 4x1, stages = 2, scale_stages = 2,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 4, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 128, cluster = 1, shared = 5440, workspace = 0,
  maps = [], parameters = []>
!acc = !dgk.accumulator<64x16xf32>
!ta = !dgk.tile<64x64xf8E4M3FN, #dgk.shared<b64>>
!tb = !dgk.tile<16x64xf8E4M3FN, #dgk.shared<b64>>

// A warp has 16 x 16 of the output: two instructions for each of two K steps. One
// word of A for its rows, two of B for two times 8 columns.
// CHECK-LABEL: llvm.func @constant_index
// CHECK:         %[[SA:.*]] = llvm.load %{{.*}} : !llvm.ptr<3> -> i32
// CHECK:         %[[SB0:.*]] = llvm.load %{{.*}} : !llvm.ptr<3> -> i32
// CHECK:         %[[SB1:.*]] = llvm.load %{{.*}} : !llvm.ptr<3> -> i32
// CHECK-NOT:     arith.shrui %[[SA]]
// The byte selector names the byte: 2 scales of 32 elements from byte 2 on.
// CHECK-COUNT-2: nvvm.mma.block_scale {{.*}} scaleA[%[[SA]], %c2_i16, %c0_i16] scaleB[%{{.*}}, %c2_i16, %c0_i16]
// CHECK-COUNT-2: nvvm.mma.block_scale {{.*}} scaleA[%[[SA]], %c3_i16, %c0_i16] scaleB[%{{.*}}, %c3_i16, %c0_i16]
// CHECK-NOT:     nvvm.mma.block_scale
// CHECK:         llvm.return
dgk.kernel @constant_index() attributes {schedule = #schedule, launch = #launch} {
  %c2 = arith.constant 2 : index
  %ra = dgk.buffer at 0 : !dgk.buffer<1 x 64x64xf8E4M3FN, #dgk.shared<b64>>
  %rb = dgk.buffer at 4096 : !dgk.buffer<1 x 16x64xf8E4M3FN, #dgk.shared<b64>>
  %rsa = dgk.buffer at 5120 : !dgk.buffer<1 x 64x1xi32, #dgk.shared<none>>
  %rsb = dgk.buffer at 5376 : !dgk.buffer<1 x 16x1xi32, #dgk.shared<none>>
  %p = dgk.pipeline producers(1) consumers(4) at 5440 : !dgk.pipeline<1>
  dgk.roles {
    dgk.role @math warps(4) {
      %s = dgk.wait %p : !dgk.pipeline<1>
      %ta = dgk.view %ra[%s] : !dgk.buffer<1 x 64x64xf8E4M3FN, #dgk.shared<b64>>
      %tb = dgk.view %rb[%s] : !dgk.buffer<1 x 16x64xf8E4M3FN, #dgk.shared<b64>>
      %tsa = dgk.view %rsa[%s] : !dgk.buffer<1 x 64x1xi32, #dgk.shared<none>>
      %tsb = dgk.view %rsb[%s] : !dgk.buffer<1 x 16x1xi32, #dgk.shared<none>>
      %sa = dgk.read_scales %tsa : !dgk.tile<64x1xi32, #dgk.shared<none>> -> !dgk.scales<a, 64, i32>
      %sb = dgk.read_scales %tsb : !dgk.tile<16x1xi32, #dgk.shared<none>> -> !dgk.scales<b, 16, i32>
      %acc = dgk.zero : !acc
      %sum = dgk.mma %ta scaled by %sa[%c2] per 32, %tb scaled by %sb[%c2] per 32, %acc
        : !ta, !tb, !dgk.scales<a, 64, i32>, !dgk.scales<b, 16, i32> -> !acc
      dgk.release %p[%s] : !dgk.pipeline<1>
    }
  }
  dgk.return
}

// A position that only the launch knows shifts the words, and the selector
// counts from there. Scales of 128 elements: both steps take the same byte.
// CHECK-LABEL: llvm.func @dynamic_index
// CHECK:         %[[SA:.*]] = llvm.load %{{.*}} : !llvm.ptr<3> -> i32
// CHECK:         %[[WORD:.*]] = arith.shrui %[[SA]], %{{.*}}
// CHECK-COUNT-4: nvvm.mma.block_scale {{.*}} scaleA[%[[WORD]], %c0_i16, %c0_i16] scaleB[%{{.*}}, %c0_i16, %c0_i16]
// CHECK-NOT:     nvvm.mma.block_scale
// CHECK:         llvm.return
dgk.kernel @dynamic_index() attributes {schedule = #schedule, launch = #launch} {
  %byte = gpu.block_id x
  %ra = dgk.buffer at 0 : !dgk.buffer<1 x 64x64xf8E4M3FN, #dgk.shared<b64>>
  %rb = dgk.buffer at 4096 : !dgk.buffer<1 x 16x64xf8E4M3FN, #dgk.shared<b64>>
  %rsa = dgk.buffer at 5120 : !dgk.buffer<1 x 64x1xi32, #dgk.shared<none>>
  %rsb = dgk.buffer at 5376 : !dgk.buffer<1 x 16x1xi32, #dgk.shared<none>>
  %p = dgk.pipeline producers(1) consumers(4) at 5440 : !dgk.pipeline<1>
  dgk.roles {
    dgk.role @math warps(4) {
      %s = dgk.wait %p : !dgk.pipeline<1>
      %ta = dgk.view %ra[%s] : !dgk.buffer<1 x 64x64xf8E4M3FN, #dgk.shared<b64>>
      %tb = dgk.view %rb[%s] : !dgk.buffer<1 x 16x64xf8E4M3FN, #dgk.shared<b64>>
      %tsa = dgk.view %rsa[%s] : !dgk.buffer<1 x 64x1xi32, #dgk.shared<none>>
      %tsb = dgk.view %rsb[%s] : !dgk.buffer<1 x 16x1xi32, #dgk.shared<none>>
      %sa = dgk.read_scales %tsa : !dgk.tile<64x1xi32, #dgk.shared<none>> -> !dgk.scales<a, 64, i32>
      %sb = dgk.read_scales %tsb : !dgk.tile<16x1xi32, #dgk.shared<none>> -> !dgk.scales<b, 16, i32>
      %acc = dgk.zero : !acc
      %sum = dgk.mma %ta scaled by %sa[%byte] per 128, %tb scaled by %sb[%byte] per 128, %acc
        : !ta, !tb, !dgk.scales<a, 64, i32>, !dgk.scales<b, 16, i32> -> !acc
      dgk.release %p[%s] : !dgk.pipeline<1>
    }
  }
  dgk.return
}

#schedule32 = #dgk.schedule<tile = 64x32x64, warp_grid = 4x1, stages = 2, scale_stages = 2,
  instruction = #mma, swizzle = b64 x b32, math = <warps = 4, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
#mma16 = #dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = bf16, b = bf16>
#schedule16 = #dgk.schedule<tile = 64x16x64, warp_grid = 4x1, stages = 2, scale_stages = 1,
  instruction = #mma16, swizzle = b128 x b128, math = <warps = 4, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
#launch16 = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 128, cluster = 1, shared = 10256, workspace = 0,
  maps = [], parameters = []>

// BF16: no scales. Two instructions for each of four K steps of 32 bytes.
// CHECK-LABEL: llvm.func @bf16
// CHECK-COUNT-2: nvvm.ldmatrix {{.*}}layout = #nvvm.mma_layout<row>, num = 4 : i32
// CHECK-COUNT-8: nvvm.mma.sync A[{{.*}}] B[{{.*}}] C[{{.*}}] {layoutA = #nvvm.mma_layout<row>, layoutB = #nvvm.mma_layout<col>, multiplicandAPtxType = #nvvm.mma_type<bf16>, multiplicandBPtxType = #nvvm.mma_type<bf16>, shape = #nvvm.shape<m = 16, n = 8, k = 16>}
// CHECK-NOT:     nvvm.mma
// CHECK:         llvm.return
dgk.kernel @bf16() attributes {schedule = #schedule16, launch = #launch16} {
  %ra = dgk.buffer at 0 : !dgk.buffer<1 x 64x64xbf16, #dgk.shared<b128>>
  %rb = dgk.buffer at 8192 : !dgk.buffer<1 x 16x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(4) at 10240 : !dgk.pipeline<1>
  dgk.roles {
    dgk.role @math warps(4) {
      %s = dgk.wait %p : !dgk.pipeline<1>
      %ta = dgk.view %ra[%s] : !dgk.buffer<1 x 64x64xbf16, #dgk.shared<b128>>
      %tb = dgk.view %rb[%s] : !dgk.buffer<1 x 16x64xbf16, #dgk.shared<b128>>
      %acc = dgk.zero : !acc
      %sum = dgk.mma %ta, %tb, %acc
        : !dgk.tile<64x64xbf16, #dgk.shared<b128>>, !dgk.tile<16x64xbf16, #dgk.shared<b128>> -> !acc
      dgk.release %p[%s] : !dgk.pipeline<1>
    }
  }
  dgk.return
}

// Operands that are contiguous along M and N: 8 x 8 elements of 16 bits are turned on
// their way into registers. The K steps are whole lines apart: 16 lines of 128 bytes
// of A, of 32 bytes of B behind the 8192 bytes of A.
// CHECK-LABEL: llvm.func @bf16_columns
// CHECK:         nvvm.ldmatrix %[[A0:[0-9]+]] {eltType = #nvvm.ld_st_matrix_elt_type<b16>, layout = #nvvm.mma_layout<col>, num = 4 : i32, shape = #nvvm.ld_st_matrix_shape<m = 8, n = 8>}
// CHECK:         llvm.getelementptr %{{.*}}[8192]
// CHECK:         nvvm.ldmatrix
// CHECK:         llvm.getelementptr %[[A0]][2048]
// CHECK:         nvvm.ldmatrix
// CHECK:         llvm.getelementptr %{{.*}}[8704]
// CHECK:         nvvm.ldmatrix
// CHECK-COUNT-8: nvvm.mma.sync
// CHECK:         llvm.return
dgk.kernel @bf16_columns() attributes {schedule = #schedule16, launch = #launch16} {
  %ra = dgk.buffer at 0 : !dgk.buffer<1 x 64x64xbf16, #dgk.shared<b128, column_major>>
  %rb = dgk.buffer at 8192 : !dgk.buffer<1 x 16x64xbf16, #dgk.shared<b32, column_major>>
  %p = dgk.pipeline producers(1) consumers(4) at 10240 : !dgk.pipeline<1>
  dgk.roles {
    dgk.role @math warps(4) {
      %s = dgk.wait %p : !dgk.pipeline<1>
      %ta = dgk.view %ra[%s] : !dgk.buffer<1 x 64x64xbf16, #dgk.shared<b128, column_major>>
      %tb = dgk.view %rb[%s] : !dgk.buffer<1 x 16x64xbf16, #dgk.shared<b32, column_major>>
      %acc = dgk.zero : !acc
      %sum = dgk.mma %ta, %tb, %acc
        : !dgk.tile<64x64xbf16, #dgk.shared<b128, column_major>>, !dgk.tile<16x64xbf16, #dgk.shared<b32, column_major>> -> !acc
      dgk.release %p[%s] : !dgk.pipeline<1>
    }
  }
  dgk.return
}

// Elements of 8 bits are turned 16 x 16 at a time, both halves of K by one
// instruction. For B the registers of the halves alternate, and pass through an
// operation that no later tool sees through.
// CHECK-LABEL: llvm.func @fp8_columns
// CHECK:         %[[A:.*]] = nvvm.ldmatrix %{{.*}} {eltType = #nvvm.ld_st_matrix_elt_type<b8>, layout = #nvvm.mma_layout<col>, num = 2 : i32, shape = #nvvm.ld_st_matrix_shape<m = 16, n = 16>}
// CHECK:         %[[A0:.*]] = llvm.extractvalue %[[A]][0]
// CHECK:         %[[A1:.*]] = llvm.extractvalue %[[A]][1]
// CHECK:         %[[A2:.*]] = llvm.extractvalue %[[A]][2]
// CHECK:         %[[A3:.*]] = llvm.extractvalue %[[A]][3]
// CHECK:         %[[B:.*]] = nvvm.ldmatrix
// CHECK:         %[[L0:.*]] = llvm.extractvalue %[[B]][0]
// CHECK:         %[[L1:.*]] = llvm.extractvalue %[[B]][1]
// CHECK:         %[[L2:.*]] = llvm.extractvalue %[[B]][2]
// CHECK:         %[[L3:.*]] = llvm.extractvalue %[[B]][3]
// CHECK:         %[[ZERO:.*]] = nvvm.read.ptx.sreg.ctaid.z
// CHECK:         %[[B0:.*]] = arith.ori %[[L0]], %[[ZERO]]
// CHECK:         %[[B2:.*]] = arith.ori %[[L2]], %[[ZERO]]
// CHECK:         %[[B1:.*]] = arith.ori %[[L1]], %[[ZERO]]
// CHECK:         %[[B3:.*]] = arith.ori %[[L3]], %[[ZERO]]
// CHECK:         nvvm.mma.block_scale A[%[[A0]], %[[A1]], %[[A2]], %[[A3]]] B[%[[B0]], %[[B2]]]
// CHECK:         nvvm.mma.block_scale A[%[[A0]], %[[A1]], %[[A2]], %[[A3]]] B[%[[B1]], %[[B3]]]
// CHECK:         llvm.return
dgk.kernel @fp8_columns() attributes {schedule = #schedule32, launch = #launch} {
  %c0 = arith.constant 0 : index
  %ra = dgk.buffer at 0 : !dgk.buffer<1 x 64x64xf8E4M3FN, #dgk.shared<b64, column_major>>
  %rb = dgk.buffer at 4096 : !dgk.buffer<1 x 32x64xf8E4M3FN, #dgk.shared<b32, column_major>>
  %rs = dgk.buffer at 6144 : !dgk.buffer<1 x 64x1xi32, #dgk.shared<none>>
  %rt = dgk.buffer at 6400 : !dgk.buffer<1 x 32x1xi32, #dgk.shared<none>>
  %p = dgk.pipeline producers(1) consumers(4) at 6528 : !dgk.pipeline<1>
  dgk.roles {
    dgk.role @math warps(4) {
      %s = dgk.wait %p : !dgk.pipeline<1>
      %ta = dgk.view %ra[%s] : !dgk.buffer<1 x 64x64xf8E4M3FN, #dgk.shared<b64, column_major>>
      %tb = dgk.view %rb[%s] : !dgk.buffer<1 x 32x64xf8E4M3FN, #dgk.shared<b32, column_major>>
      %tsa = dgk.view %rs[%s] : !dgk.buffer<1 x 64x1xi32, #dgk.shared<none>>
      %tsb = dgk.view %rt[%s] : !dgk.buffer<1 x 32x1xi32, #dgk.shared<none>>
      %sa = dgk.read_scales %tsa : !dgk.tile<64x1xi32, #dgk.shared<none>> -> !dgk.scales<a, 64, i32>
      %sb = dgk.read_scales %tsb : !dgk.tile<32x1xi32, #dgk.shared<none>> -> !dgk.scales<b, 32, i32>
      %acc = dgk.zero : !dgk.accumulator<64x32xf32>
      %sum = dgk.mma %ta scaled by %sa[%c0] per 128, %tb scaled by %sb[%c0] per 128, %acc
        : !dgk.tile<64x64xf8E4M3FN, #dgk.shared<b64, column_major>>, !dgk.tile<32x64xf8E4M3FN, #dgk.shared<b32, column_major>>,
          !dgk.scales<a, 64, i32>, !dgk.scales<b, 32, i32> -> !dgk.accumulator<64x32xf32>
      dgk.release %p[%s] : !dgk.pipeline<1>
    }
  }
  dgk.return
}
