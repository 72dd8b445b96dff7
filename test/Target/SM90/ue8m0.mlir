// UE8M0 scales where instructions know none, on the way from the kernel to PTX. Words
// come by TMA with each K tile, bytes are fetched, and both become f32 in registers.
//
// RUN: dgemm-compile %s --target=sm_90a --emit=dgk --kernel=words_kernel | FileCheck %s --check-prefix=WORDS
// RUN: dgemm-compile %s --target=sm_90a --emit=dgk --kernel=bytes_kernel | FileCheck %s --check-prefix=BYTES
// RUN: dgemm-compile %s --target=sm_90a --kernel=words_kernel -o %t.words.ptx && FileCheck %s --input-file=%t.words.ptx --check-prefix=PTX
// RUN: dgemm-compile %s --target=sm_90a --kernel=bytes_kernel -o %t.bytes.ptx && FileCheck %s --input-file=%t.bytes.ptx --check-prefix=FETCH
// RUN: %if ptxas %{ ptxas -arch=sm_90a -v %t.words.ptx -o %t.cubin 2>&1 | FileCheck %s --check-prefix=PTXAS %}
// RUN: %if ptxas %{ ptxas -arch=sm_90a -v %t.bytes.ptx -o %t.cubin 2>&1 | FileCheck %s --check-prefix=PTXAS %}
// REQUIRES: dgemm-compile

// PTXAS: 0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
// The byte goes to the exponent, 0 becomes 2^-127 and 255 NaN.
// PTX:      shf.l.wrap.b32
// PTX-NEXT: and.b32 {{.*}}, 2139095040;
// PTX-NEXT: setp.eq.b32
// PTX-NEXT: max.u32 {{.*}}, 4194304;
// PTX-NEXT: selp.b32 {{.*}}, 2143289344,
// FETCH:    ld.global.b8
// FETCH:    max.u32 {{.*}}, 4194304;

#mma = #dgk.wgmma<f8f6f4, m = 64, n = 256, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#fp8 = #dgk.schedule<tile = 128x128x128, warp_grid = 8x1, stages = 5, scale_stages = 1,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>

// WORDS:      scf.for {{.*}} step %c128
// WORDS:        %[[BLOCK:.*]] = arith.divui %{{.*}}, %c128
// WORDS:        %[[INDEX:.*]] = arith.remui %[[BLOCK]], %c4
// WORDS:        %[[WORD:.*]] = arith.divui %[[BLOCK]], %c4
// WORDS:        dgk.load %{{.*}}[%m, %[[WORD]]] : memref<?x14xi32, strided<[1, ?]>> -> !dgk.tile<128x1xi32>
// WORDS:        dgk.mma %{{.*}} scaled by %{{.*}}[%[[INDEX]]] per 128, %{{.*}} scaled by
func.func @words(%a: memref<?x7168xf8E4M3FN>, %sa: memref<?x14xi32, strided<[1, ?]>>, %b: memref<2112x7168xf8E4M3FN>,
                 %sb: memref<2112x14xi32, strided<[1, 2112]>>, %d: memref<?x2112xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x7168xf8E4M3FN>, memref<?x14xi32, strided<[1, ?]>>, memref<2112x7168xf8E4M3FN>,
        memref<2112x14xi32, strided<[1, 2112]>>)
    outs(%d : memref<?x2112xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #fp8}
  return
}

// BYTES:      %[[A:.*]] = dgk.fetch_scales %{{.*}} : memref<?x56xf8E8M0FNU> -> !dgk.scales<a, 128, i32>
// BYTES:      dgk.unpack_scales %[[A]][%c0{{.*}}] : !dgk.scales<a, 128, i32> -> !dgk.scales<a, 128, f32>
// BYTES:      %[[B:.*]] = dgk.fetch_scales %{{.*}} rows [128, 128] : memref<17x56xf8E8M0FNU> -> !dgk.scales<b, 1, i32>
// BYTES:      dgk.unpack_scales %[[B]][%c0{{.*}}] : !dgk.scales<b, 1, i32> -> !dgk.scales<b, 1, f32>
func.func @bytes(%a: memref<?x7168xf8E4M3FN>, %sa: memref<?x56xf8E8M0FNU>, %b: memref<2112x7168xf8E4M3FN>,
                 %sb: memref<17x56xf8E8M0FNU>, %d: memref<?x2112xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x7168xf8E4M3FN>, memref<?x56xf8E8M0FNU>, memref<2112x7168xf8E4M3FN>, memref<17x56xf8E8M0FNU>)
    outs(%d : memref<?x2112xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #fp8}
  return
}
