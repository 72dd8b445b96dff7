// Accumulators to global memory: through staging slots by TMA, or element by
// element from registers.
//
// RUN: dgk-opt %s --convert-dgk-to-nvvm --canonicalize --cse | FileCheck %s

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 64x64x64, warp_grid = 4x1, stages = 2, scale_stages = 2,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 4, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 4, raster = <group = 8, along = m>>
#tma = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 128, cluster = 1, shared = 8192, workspace = 0,
  maps = [<of 0, bf16, dims = () -> (128, 128), strides = () -> (256), box = [64, 16], swizzle = b128>], parameters = [<map 0>]>
#tma_f32 = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 128, cluster = 1, shared = 16384, workspace = 0,
  maps = [<of 0, f32, dims = () -> (128, 128), strides = () -> (512), box = [32, 16], swizzle = b128>], parameters = [<map 0>]>
#pointer = #dgk.launch_plan<symbols = [<dim 0 of 0>], grid = () -> (1), block = 128, cluster = 1, shared = 0, workspace = 0,
  maps = [], parameters = [<pointer 0>, <symbol 0>]>

// A warp's 16 x 64 elements of BF16 are one slot of 2048 bytes: 4 times
// `stmatrix` for two neighbouring instructions each.
// CHECK-LABEL: llvm.func @staged_bf16(
// CHECK-SAME:    %[[MAP:.*]]: !llvm.ptr {
// CHECK:         %[[SLOT:.*]] = arith.muli %{{.*}}, %c2048_i32
// The lane that issues the copies waits until the slot has been read, the others
// wait for it.
// CHECK:         scf.if %[[FIRST:.*]] {
// CHECK-NEXT:      nvvm.cp.async.bulk.wait_group 0 {read}
// CHECK-NEXT:    }
// CHECK-NEXT:    nvvm.bar.warp.sync
// CHECK-COUNT-4: nvvm.stmatrix {{.*}} {eltType = #nvvm.ld_st_matrix_elt_type<b16>, layout = #nvvm.mma_layout<row>, shape = #nvvm.ld_st_matrix_shape<m = 8, n = 8>} : !llvm.ptr<3>, i32, i32, i32, i32
// CHECK-NOT:     nvvm.stmatrix
// Generic writes become visible to the asynchronous proxy before the copy.
// CHECK:         nvvm.fence.proxy {kind = #nvvm.proxy_kind<async.shared>, space = #nvvm.shared_space<cta>}
// CHECK-NEXT:    nvvm.bar.warp.sync
// CHECK-NEXT:    scf.if %[[FIRST]] {
// CHECK:           nvvm.cp.async.bulk.tensor.global.shared.cta %[[MAP]], %{{.*}}, box[%c64_i32, %{{.*}}] : !llvm.ptr, <3>
// CHECK-NEXT:      nvvm.cp.async.bulk.commit.group
// CHECK-NEXT:    }
// Draining waits until all copies are complete, not only read.
// CHECK-NEXT:    nvvm.cp.async.bulk.wait_group 0{{$}}
dgk.kernel @staged_bf16(%d: memref<128x128xbf16>) attributes {schedule = #schedule, launch = #tma} {
  %c64 = arith.constant 64 : index
  %staging = dgk.buffer at 0 : !dgk.buffer<4 x 16x64xbf16, #dgk.shared<b128>>
  dgk.roles {
    dgk.role @math warps(4) {
      %zero = dgk.zero : !dgk.accumulator<64x64xf32>
      %out = dgk.convert %zero : !dgk.accumulator<64x64xf32> -> !dgk.accumulator<64x64xbf16>
      dgk.store_async %out, %d[%c64, %c64] through %staging map(0)
        : !dgk.accumulator<64x64xbf16>, memref<128x128xbf16>, !dgk.buffer<4 x 16x64xbf16, #dgk.shared<b128>>
      dgk.drain_stores
    }
  }
  dgk.return
}

// FP32 fills two slots of 32 columns, in pairs of neighbours; with two slots for
// each warp a copy may still be on its way while the other slot is written.
// CHECK-LABEL: llvm.func @staged_f32(
// CHECK:         nvvm.cp.async.bulk.wait_group 1 {read}
// CHECK-COUNT-8: llvm.store %{{.*}} {alignment = 8 : i64} : vector<2xf32>, !llvm.ptr<3>
// CHECK:         nvvm.cp.async.bulk.tensor.global.shared.cta
// CHECK:         nvvm.cp.async.bulk.wait_group 1 {read}
// CHECK-COUNT-8: llvm.store %{{.*}} {alignment = 8 : i64} : vector<2xf32>, !llvm.ptr<3>
// CHECK:         nvvm.cp.async.bulk.tensor.global.shared.cta
// CHECK-NOT:     nvvm.cp.async.bulk.tensor
// CHECK:         llvm.return
dgk.kernel @staged_f32(%d: memref<128x128xf32>) attributes {schedule = #schedule, launch = #tma_f32} {
  %c64 = arith.constant 64 : index
  %staging = dgk.buffer at 0 : !dgk.buffer<8 x 16x32xf32, #dgk.shared<b128>>
  dgk.roles {
    dgk.role @math warps(4) {
      %zero = dgk.zero : !dgk.accumulator<64x64xf32>
      dgk.store_async %zero, %d[%c64, %c64] through %staging map(0)
        : !dgk.accumulator<64x64xf32>, memref<128x128xf32>, !dgk.buffer<8 x 16x32xf32, #dgk.shared<b128>>
    }
  }
  dgk.return
}

// From registers: each lane holds two rows and, for each of 8 instructions, two
// columns. Rows and columns beyond the matrix are skipped; rows times stride is
// computed with 64 bits.
// CHECK-LABEL: llvm.func @from_registers(
// CHECK-SAME:    %[[D:[^:]*]]: !llvm.ptr, %[[ROWS:[^:]*]]: i32)
// CHECK:         %[[IN:.*]] = arith.cmpi ult, %{{.*}}, %{{.*}} : i32
// CHECK-NEXT:    scf.if %[[IN]] {
// CHECK:           %[[START:.*]] = arith.muli %{{.*}}, %{{.*}} : i64
// CHECK-COUNT-16:  llvm.store %{{.*}}, %{{.*}} : f32, !llvm.ptr
// CHECK:         scf.if
// CHECK-COUNT-16:  llvm.store %{{.*}}, %{{.*}} : f32, !llvm.ptr
// CHECK-NOT:     llvm.store
// CHECK:         llvm.return
dgk.kernel @from_registers(%d: memref<?x33xf32>) attributes {schedule = #schedule, launch = #pointer} {
  %c0 = arith.constant 0 : index
  dgk.roles {
    dgk.role @math warps(4) {
      %zero = dgk.zero : !dgk.accumulator<64x64xf32>
      dgk.store %zero, %d[%c0, %c0] : !dgk.accumulator<64x64xf32>, memref<?x33xf32>
    }
  }
  dgk.return
}

// Sums in memory: the same copies, as reductions.
// CHECK-LABEL: llvm.func @accumulated(
// CHECK-COUNT-2: nvvm.cp.async.bulk.tensor.reduce %{{.*}}, %{{.*}}, box[%{{.*}}, %{{.*}}] {redKind = #nvvm.tma_redux_kind<add>} : !llvm.ptr, <3>
// CHECK-NOT:     nvvm.cp.async.bulk.tensor
// CHECK:         llvm.return
dgk.kernel @accumulated(%d: memref<128x128xf32>) attributes {schedule = #schedule, launch = #tma_f32} {
  %c64 = arith.constant 64 : index
  %staging = dgk.buffer at 0 : !dgk.buffer<8 x 16x32xf32, #dgk.shared<b128>>
  dgk.roles {
    dgk.role @math warps(4) {
      %zero = dgk.zero : !dgk.accumulator<64x64xf32>
      dgk.store_async %zero, %d[%c64, %c64] through %staging accumulate map(0)
        : !dgk.accumulator<64x64xf32>, memref<128x128xf32>, !dgk.buffer<8 x 16x32xf32, #dgk.shared<b128>>
    }
  }
  dgk.return
}

// Column 64 of the product lies behind a gap: the second piece of the first head.
// CHECK-LABEL: llvm.func @heads(
// CHECK:         nvvm.cp.async.bulk.tensor.global.shared.cta %{{.*}}, %{{.*}}, box[%c96_i32, %{{.*}}]
// CHECK:         nvvm.cp.async.bulk.tensor.global.shared.cta %{{.*}}, %{{.*}}, box[%c128_i32, %{{.*}}]
dgk.kernel @heads(%d: memref<128x128xf32>) attributes {schedule = #schedule, launch = #tma_f32} {
  %c64 = arith.constant 64 : index
  %staging = dgk.buffer at 0 : !dgk.buffer<8 x 16x32xf32, #dgk.shared<b128>>
  dgk.roles {
    dgk.role @math warps(4) {
      %zero = dgk.zero : !dgk.accumulator<64x64xf32>
      dgk.store_async %zero, %d[%c64, %c64] through %staging heads <left = 64, mid = 32, right = 64> map(0)
        : !dgk.accumulator<64x64xf32>, memref<128x128xf32>, !dgk.buffer<8 x 16x32xf32, #dgk.shared<b128>>
    }
  }
  dgk.return
}

// C: rows and columns outside are not read, BF16 is added as f32.
// CHECK-LABEL: llvm.func @added(
// CHECK:         scf.if %{{.*}} -> (f32, f32,
// CHECK:           scf.if %{{.*}} -> (f32) {
// CHECK-COUNT-32: llvm.load %{{.*}} : !llvm.ptr<1> -> bf16
// CHECK-NOT:     llvm.load %{{.*}} : !llvm.ptr<1>
// And elements without TMA are summed where they lie.
// CHECK-COUNT-32: llvm.atomicrmw fadd %{{.*}}, %{{.*}} monotonic : !llvm.ptr<1>, f32
#pointers = #dgk.launch_plan<symbols = [<dim 0 of 0>, <dim 0 of 1>], grid = () -> (1), block = 128, cluster = 1, shared = 0, workspace = 0,
  maps = [], parameters = [<pointer 0>, <symbol 0>, <pointer 1>, <symbol 1>]>
dgk.kernel @added(%d: memref<?x33xf32>, %c: memref<?x33xbf16>) attributes {schedule = #schedule, launch = #pointers} {
  %c0 = arith.constant 0 : index
  dgk.roles {
    dgk.role @math warps(4) {
      %zero = dgk.zero : !dgk.accumulator<64x64xf32>
      %sum = dgk.add_from %zero, %c[%c0, %c0] : !dgk.accumulator<64x64xf32>, memref<?x33xbf16>
      dgk.store %sum, %d[%c0, %c0] accumulate : !dgk.accumulator<64x64xf32>, memref<?x33xf32>
    }
  }
  dgk.return
}

// Columns of whole tiles are all there: nothing is asked for each of them.
// CHECK-LABEL: llvm.func @whole_columns(
// CHECK:         arith.cmpi ult
// CHECK:         scf.if %{{.*}} -> (f32, f32,
// CHECK-NOT:       arith.cmpi
// CHECK-COUNT-8:   llvm.load %{{.*}} : !llvm.ptr<1> -> bf16
// CHECK:         arith.cmpi ult
// CHECK:         scf.if %{{.*}} -> (f32, f32,
#whole = #dgk.launch_plan<symbols = [<dim 0 of 0>, <dim 0 of 1>], grid = () -> (1), block = 128, cluster = 1, shared = 0, workspace = 0,
  maps = [], parameters = [<pointer 0>, <symbol 0>, <pointer 1>, <symbol 1>]>
dgk.kernel @whole_columns(%d: memref<?x128xf32>, %c: memref<?x128xbf16>) attributes {schedule = #schedule, launch = #whole} {
  %c0 = arith.constant 0 : index
  dgk.roles {
    dgk.role @math warps(4) {
      %zero = dgk.zero : !dgk.accumulator<64x64xf32>
      %sum = dgk.add_from %zero, %c[%c0, %c0] : !dgk.accumulator<64x64xf32>, memref<?x128xbf16>
      dgk.store %sum, %d[%c0, %c0] : !dgk.accumulator<64x64xf32>, memref<?x128xf32>
    }
  }
  dgk.return
}
