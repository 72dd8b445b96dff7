// Operand types and scales of SM120 in the levels between the problem and NVVM:
// the K tile of FP4, scales that are bytes, and what TMA does for mixed operands.
//
// RUN: dgemm-compile %s --target=sm_120a --emit=dgk --kernel=fp4_kernel | FileCheck %s --check-prefix=FP4
// RUN: dgemm-compile %s --target=sm_120a --emit=dgk --kernel=plain_kernel | FileCheck %s --check-prefix=PLAIN
// RUN: dgemm-compile %s --target=sm_120a --emit=dgk-async --kernel=mixed_kernel | FileCheck %s --check-prefix=MIXED
// RUN: dgemm-compile %s --target=sm_120a --emit=plan --kernel=mixed_kernel | FileCheck %s --check-prefix=PLAN
// RUN: dgemm-compile %s --target=sm_120a --emit=dgk-async --kernel=nvfp4_kernel | FileCheck %s --check-prefix=NVFP4
// RUN: dgemm-compile %s --target=sm_120a --emit=dgk-async --kernel=columns_kernel | FileCheck %s --check-prefix=COLUMNS
// RUN: dgemm-compile %s --target=sm_120a --emit=ptx --kernel=columns_kernel | FileCheck %s --check-prefix=COLUMNS-PTX
// RUN: dgemm-compile %s --target=sm_120a --emit=dgk-async --kernel=rows_kernel | FileCheck %s --check-prefix=ROWS
// RUN: dgemm-compile %s --target=sm_120a --emit=ptx --kernel=rows_kernel | FileCheck %s --check-prefix=ROWS-PTX
// REQUIRES: dgemm-compile

// A tile of 64 bytes is 128 elements; two steps of 64 elements for each product.
// FP4: dgk.load %{{.*}} : memref<?x640xf4E2M1FN> -> !dgk.tile<{{64|128}}x128xf4E2M1FN>
// FP4: dgk.mma %{{.*}} per 32, %{{.*}} per 32
func.func @fp4(%a: memref<?x640xf4E2M1FN>, %sa: memref<?x5xi32, strided<[1, ?]>>,
               %b: memref<192x640xf4E2M1FN>, %sb: memref<192x5xi32, strided<[1, 192]>>, %d: memref<?x192xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : memref<?x640xf4E2M1FN>, memref<?x5xi32, strided<[1, ?]>>,
      memref<192x640xf4E2M1FN>, memref<192x5xi32, strided<[1, 192]>>) outs(%d : memref<?x192xbf16>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x32>}
  return
}

// Bytes come in sixteens: 16 scales for 128 elements of A cover 2048 of K, 16 for
// 32 of B cover 512. Positions count from where their copy begins, so they do not
// depend on the loops around.
// PLAIN:     scf.for {{.*}} step %c2048
// PLAIN:       %[[SA:.*]] = dgk.load {{.*}} : memref<?x32xf8E8M0FNU> -> !dgk.tile<{{[0-9]+}}x16xf8E8M0FNU>
// PLAIN:       scf.for {{.*}} step %c512
// PLAIN:         %[[SB:.*]] = dgk.load {{.*}} : memref<192x128xf8E8M0FNU> -> !dgk.tile<{{[0-9]+}}x16xf8E8M0FNU>
// PLAIN:         scf.for {{.*}} step %c128
// PLAIN:           dgk.mma
func.func @plain(%a: memref<?x4096xf8E4M3FN>, %sa: memref<?x32xf8E8M0FNU>,
                 %b: memref<192x4096xf8E4M3FN>, %sb: memref<192x128xf8E8M0FNU>, %d: memref<?x192xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : memref<?x4096xf8E4M3FN>, memref<?x32xf8E8M0FNU>,
      memref<192x4096xf8E4M3FN>, memref<192x128xf8E8M0FNU>) outs(%d : memref<?x192xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x32>}
  return
}

// The expanded operand takes the space of FP8, but half of its bytes arrive.
// MIXED:     <of 1, f4E2M1FN, dims = {{.*}} -> (640, 192), strides = {{.*}} -> (320), box = [128, {{[0-9]+}}], swizzle = b128, expanded = true>
// MIXED:     dgk.buffer at {{[0-9]+}} : !dgk.buffer<[[STAGES:[0-9]+]] x [[M:[0-9]+]]x128xf8E4M3FN, #dgk.shared<b128>>
// MIXED:     dgk.buffer at {{[0-9]+}} : !dgk.buffer<[[STAGES]] x [[N:[0-9]+]]x128xf4E2M1FN, #dgk.shared<b128, expanded>>
// PLAN:      "type": "b4x16_p64"
func.func @mixed(%a: memref<?x640xf8E4M3FN>, %sa: memref<?x5xi32, strided<[1, ?]>>,
                 %b: memref<192x640xf4E2M1FN>, %sb: memref<192x5xi32, strided<[1, 192]>>, %d: memref<?x192xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : memref<?x640xf8E4M3FN>, memref<?x5xi32, strided<[1, ?]>>,
      memref<192x640xf4E2M1FN>, memref<192x5xi32, strided<[1, 192]>>) outs(%d : memref<?x192xbf16>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x32>}
  return
}

// Scales for 16 elements: four words of a row in registers.
// NVFP4:     #dgk.mma_sync<mxf4nvf4, m = 16, n = 8, k = 64, a = f4E2M1FN, b = f4E2M1FN, scale_block = 16>
// NVFP4:     dgk.read_scales %{{.*}} : !dgk.tile<{{[0-9]+}}x16xf8E4M3FN, #dgk.shared<none>> -> !dgk.scales<a, {{[0-9]+}}, i32, words = 4>
// NVFP4:     dgk.mma %{{.*}} per 16, %{{.*}} per 16
func.func @nvfp4(%a: memref<?x512xf4E2M1FN>, %sa: memref<?x32xf8E4M3FN>,
                 %b: memref<192x512xf4E2M1FN>, %sb: memref<192x32xf8E4M3FN>, %d: memref<?x192xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : memref<?x512xf4E2M1FN>, memref<?x32xf8E4M3FN>,
      memref<192x512xf4E2M1FN>, memref<192x32xf8E4M3FN>) outs(%d : memref<?x192xbf16>)
    {granularity = #dgemm.granularity<a = 1x16, b = 1x16>}
  return
}

// FP4 along M and N takes a byte for each element, whatever the instruction wants,
// and comes by all threads of the load role; scales still come by TMA, from one.
// COLUMNS:     parameters = [{{.*}}<pointer 0>
// COLUMNS:     dgk.buffer at {{[0-9]+}} : !dgk.buffer<[[STAGES:[0-9]+]] x [[M:[0-9]+]]x[[K:[0-9]+]]xf4E2M1FN, #dgk.shared<b{{[0-9]+}}, column_major, expanded>>
// COLUMNS:     dgk.buffer at {{[0-9]+}} : !dgk.buffer<[[STAGES]] x [[N:[0-9]+]]x[[K]]xf4E2M1FN, #dgk.shared<b{{[0-9]+}}, column_major, expanded>>
// COLUMNS:     dgk.pipeline producers(129) consumers({{[0-9]+}}) at {{[0-9]+}} : !dgk.pipeline<[[STAGES]]>
// COLUMNS:     dgk.pipeline producers(1) consumers({{[0-9]+}})
// COLUMNS:     dgk.role @load warps(4) registers(56) {
// COLUMNS:       dgk.copy_async {{.*}} map({{[0-9]+}})
// COLUMNS:       dgk.copy_async %arg0[%{{.*}}, %m] to {{.*}} by_threads transposed
// COLUMNS-NEXT:  dgk.copy_async %arg1[%{{.*}}, %n] to {{.*}} by_threads transposed
// COLUMNS-NEXT:  dgk.commit {{.*}} bytes(0)
// COLUMNS-PTX-DAG: ldmatrix.sync.aligned.m16n16.x2.trans.shared.b8x16.b4x16_p64
// COLUMNS-PTX-DAG: mma.sync.aligned.m16n8k64.row.col.kind::mxf4nvf4.block_scale.scale_vec::2X
// COLUMNS-PTX-DAG: cp.async.ca.shared.global [%{{.*}}], [%{{.*}}], 8, %r
// COLUMNS-PTX-DAG: cp.async.mbarrier.arrive.noinc.shared.b64
func.func @columns(%a: memref<640x?xf4E2M1FN, strided<[4096, 1]>>, %sa: memref<?x2xi32, strided<[1, ?]>>,
                   %b: memref<640x192xf4E2M1FN>, %sb: memref<192x2xi32, strided<[1, 192]>>, %d: memref<?x192xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : memref<640x?xf4E2M1FN, strided<[4096, 1]>>, memref<?x2xi32, strided<[1, ?]>>,
      memref<640x192xf4E2M1FN>, memref<192x2xi32, strided<[1, 192]>>) outs(%d : memref<?x192xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, layout = #dgemm.layout<tn>}
  return
}

// Rows of 20 scales are no multiple of 16 bytes: threads copy those of A, 4 bytes at a
// time, beside everything else by TMA.
// ROWS:     dgk.kernel @rows_kernel
// ROWS:     dgk.pipeline producers(1) consumers
// ROWS:     dgk.pipeline producers(129) consumers
// ROWS:     dgk.role @load warps(4) registers(40) {
// ROWS:       dgk.copy_async %arg2[%m, %{{.*}}] to {{.*}} by_threads : memref<?x20xf8E8M0FNU>
// ROWS-NEXT:  dgk.copy_async %arg3[%n, %{{.*}}] to {{.*}} map({{[0-9]+}}) : memref<192x20xf8E8M0FNU, strided<[32, 1]>>
// ROWS-NEXT:  dgk.commit
// ROWS-PTX-DAG: cp.async.ca.shared.global [%{{.*}}], [%{{.*}}], 4, %r
// ROWS-PTX-DAG: cp.async.mbarrier.arrive.noinc.shared.b64
func.func @rows(%a: memref<?x640xf8E4M3FN>, %sa: memref<?x20xf8E8M0FNU>,
                %b: memref<192x640xf8E4M3FN>, %sb: memref<192x20xf8E8M0FNU, strided<[32, 1]>>, %d: memref<?x192xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : memref<?x640xf8E4M3FN>, memref<?x20xf8E8M0FNU>,
      memref<192x640xf8E4M3FN>, memref<192x20xf8E8M0FNU, strided<[32, 1]>>) outs(%d : memref<?x192xbf16>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x32>}
  return
}
