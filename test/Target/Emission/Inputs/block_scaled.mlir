// One K loop of a block-scaled product, written by hand: a tensor map as kernel
// parameter, mbarriers, a TMA load, ldmatrix and mma.block_scale, with the
// cursor of the pipeline in memory and scf and index operations left in.
module {
  gpu.module @kernels {
    llvm.mlir.global external @dynamic() {addr_space = 3 : i32, alignment = 1024 : i64} : !llvm.array<0 x i8>

    llvm.func @block_scaled(%map: !llvm.ptr {llvm.byval = !llvm.array<128 x i8>, llvm.align = 64 : i64, nvvm.grid_constant},
                            %scale: i32, %count: i32, %out: !llvm.ptr<1>)
        attributes {nvvm.kernel, gpu.kernel, nvvm.reqntid = array<i32: 128, 1, 1>, nvvm.minctasm = 1 : i32,
                    nvvm.maxnreg = 168 : i32} {
      %zero = llvm.mlir.constant(0 : i32) : i32
      %one = llvm.mlir.constant(1 : i32) : i32
      %bytes = llvm.mlir.constant(4096 : i32) : i32
      %step = llvm.mlir.constant(128 : i32) : i32
      %selector = llvm.mlir.constant(0 : i16) : i16
      %zerof = llvm.mlir.constant(0.0 : f32) : f32
      %shared = llvm.mlir.addressof @dynamic : !llvm.ptr<3>
      %full = llvm.getelementptr %shared[4096] : (!llvm.ptr<3>) -> !llvm.ptr<3>, i8

      // Parity of the barrier, as a variable in memory.
      %parity = llvm.alloca %one x i32 : (i32) -> !llvm.ptr
      llvm.store %zero, %parity : i32, !llvm.ptr

      %elected = nvvm.elect.sync -> i1
      scf.if %elected {
        nvvm.mbarrier.init %full, %one : !llvm.ptr<3>, i32
        nvvm.fence.mbarrier.init
      }
      nvvm.barrier0
      nvvm.setmaxregister increase 168

      %lower = arith.constant 0 : index
      %upper = arith.index_cast %count : i32 to index
      %unit = arith.constant 1 : index
      %sum0, %sum1, %sum2, %sum3 = scf.for %k = %lower to %upper step %unit
          iter_args(%c0 = %zerof, %c1 = %zerof, %c2 = %zerof, %c3 = %zerof) -> (f32, f32, f32, f32) {
        %number = arith.index_cast %k : index to i32
        %column = llvm.mul %number, %step : i32
        scf.if %elected {
          nvvm.mbarrier.arrive.expect_tx %full, %bytes : !llvm.ptr<3>, i32
          nvvm.cp.async.bulk.tensor.shared.cluster.global %shared, %map, %full, box[%column, %zero] {isCTAOnly = true} : !llvm.ptr<3>, !llvm.ptr
        }
        %phase = llvm.load %parity : !llvm.ptr -> i32
        scf.while : () -> () {
          %done = nvvm.mbarrier.try_wait %full, %phase : !llvm.ptr<3>, i32 -> i1
          %again = llvm.xor %done, %elected : i1
          scf.condition(%again)
        } do {
          scf.yield
        }
        %flipped = llvm.xor %phase, %one : i32
        llvm.store %flipped, %parity : i32, !llvm.ptr

        %a = nvvm.ldmatrix %shared {num = 4 : i32, layout = #nvvm.mma_layout<row>, shape = #nvvm.ld_st_matrix_shape<m = 8, n = 8>, eltType = #nvvm.ld_st_matrix_elt_type<b16>} : (!llvm.ptr<3>) -> !llvm.struct<(i32, i32, i32, i32)>
        %a0 = llvm.extractvalue %a[0] : !llvm.struct<(i32, i32, i32, i32)>
        %a1 = llvm.extractvalue %a[1] : !llvm.struct<(i32, i32, i32, i32)>
        %a2 = llvm.extractvalue %a[2] : !llvm.struct<(i32, i32, i32, i32)>
        %a3 = llvm.extractvalue %a[3] : !llvm.struct<(i32, i32, i32, i32)>
        %d = nvvm.mma.block_scale A[%a0, %a1, %a2, %a3] B[%a0, %a1] C[%c0, %c1, %c2, %c3]
             scaleA[%scale, %selector, %selector] scaleB[%scale, %selector, %selector]
             {shape = #nvvm.shape<m = 16, n = 8, k = 32>,
              multiplicandAPtxType = #nvvm.mma_type<e4m3>, multiplicandBPtxType = #nvvm.mma_type<e4m3>,
              scaleVecSize = #nvvm.scale_vec_size<x1>, blockScaleFormat = #nvvm.block_scale_format<ue8m0>,
              kind = #nvvm.block_scale_kind<mxf8f6f4>}
           : (i32, i32, f32) -> !llvm.struct<(f32, f32, f32, f32)>
        %d0 = llvm.extractvalue %d[0] : !llvm.struct<(f32, f32, f32, f32)>
        %d1 = llvm.extractvalue %d[1] : !llvm.struct<(f32, f32, f32, f32)>
        %d2 = llvm.extractvalue %d[2] : !llvm.struct<(f32, f32, f32, f32)>
        %d3 = llvm.extractvalue %d[3] : !llvm.struct<(f32, f32, f32, f32)>
        scf.yield %d0, %d1, %d2, %d3 : f32, f32, f32, f32
      }
      %sum01 = llvm.fadd %sum0, %sum1 : f32
      %sum23 = llvm.fadd %sum2, %sum3 : f32
      %sum = llvm.fadd %sum01, %sum23 : f32
      llvm.store %sum, %out : f32, !llvm.ptr<1>
      llvm.return
    }
  }
}
