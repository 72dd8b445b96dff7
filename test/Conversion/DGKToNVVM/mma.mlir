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
