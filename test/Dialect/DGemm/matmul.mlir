// RUN: dgemm-opt %s | dgemm-opt | FileCheck %s
// RUN: dgemm-opt %s --mlir-print-op-generic | dgemm-opt | FileCheck %s

// CHECK-LABEL: @packed_scales
// CHECK: dgemm.matmul ins(%{{.*}} scaled by %{{.*}}, %{{.*}} scaled by %{{.*}} : memref<?x7168xf8E4M3FN>, memref<?x14xi32, strided<[1, ?]>>, memref<2112x7168xf8E4M3FN>, memref<2112x14xi32, strided<[1, 2112]>>) outs(%{{.*}} : memref<?x2112xbf16>) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
func.func @packed_scales(%a: memref<?x7168xf8E4M3FN>,
                         %sa: memref<?x14xi32, strided<[1, ?]>>,
                         %b: memref<2112x7168xf8E4M3FN>,
                         %sb: memref<2112x14xi32, strided<[1, 2112]>>,
                         %d: memref<?x2112xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x7168xf8E4M3FN>, memref<?x14xi32, strided<[1, ?]>>,
        memref<2112x7168xf8E4M3FN>, memref<2112x14xi32, strided<[1, 2112]>>)
    outs(%d : memref<?x2112xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// Spaces around the x, f32 scales of blocks, checked, a discardable attribute.
// CHECK-LABEL: @block_scales
// CHECK: dgemm.matmul ins({{.*}} plus %{{.*}} : {{.*}}) outs({{.*}}) {checked, granularity = #dgemm.granularity<a = 1x128, b = 128x128>, some.schedule = "kept"}
func.func @block_scales(%a: memref<?x7168xf8E4M3FN>, %sa: memref<?x56xf32>,
                        %b: memref<2112x7168xf8E4M3FN>, %sb: memref<17x56xf32>,
                        %c: memref<?x2112xf32>, %d: memref<?x2112xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb plus %c
      : memref<?x7168xf8E4M3FN>, memref<?x56xf32>,
        memref<2112x7168xf8E4M3FN>, memref<17x56xf32>, memref<?x2112xf32>)
    outs(%d : memref<?x2112xf32>)
    {granularity = #dgemm.granularity<a = 1 x 128, b = 128 x 128>, checked,
     some.schedule = "kept"}
  return
}

// CHECK-LABEL: @ue8m0_scales_tensors
// CHECK: %[[D:.*]] = dgemm.matmul
// CHECK: return %[[D]] : tensor<?x576xbf16>
func.func @ue8m0_scales_tensors(%a: tensor<?x7168xf8E4M3FN>,
                                %sa: tensor<?x224xf8E8M0FNU>,
                                %b: tensor<576x7168xf8E4M3FN>,
                                %sb: tensor<576x224xf8E8M0FNU>,
                                %d: tensor<?x576xbf16>) -> tensor<?x576xbf16> {
  %0 = dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : tensor<?x7168xf8E4M3FN>, tensor<?x224xf8E8M0FNU>,
        tensor<576x7168xf8E4M3FN>, tensor<576x224xf8E8M0FNU>)
    outs(%d : tensor<?x576xbf16>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x32>}
  return %0 : tensor<?x576xbf16>
}

// CHECK-LABEL: @fp4_by_fp4
func.func @fp4_by_fp4(%a: memref<?x2080xf4E2M1FN>, %sa: memref<?x65xf8E8M0FNU>,
                      %b: memref<?x2080xf4E2M1FN>, %sb: memref<?x65xf8E8M0FNU>,
                      %d: memref<?x?xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x2080xf4E2M1FN>, memref<?x65xf8E8M0FNU>,
        memref<?x2080xf4E2M1FN>, memref<?x65xf8E8M0FNU>)
    outs(%d : memref<?x?xbf16>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x32>}
  return
}

// The granularities of the operands differ, and so do their scale types.
// CHECK-LABEL: @fp8_by_fp4
func.func @fp8_by_fp4(%a: memref<?x7168xf8E4M3FN>, %sa: memref<?x56xf32>,
                      %b: memref<576x7168xf4E2M1FN>,
                      %sb: memref<576x56xi32, strided<[1, 576]>>,
                      %d: memref<?x576xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x7168xf8E4M3FN>, memref<?x56xf32>,
        memref<576x7168xf4E2M1FN>, memref<576x56xi32, strided<[1, 576]>>)
    outs(%d : memref<?x576xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x32>}
  return
}

// CHECK-LABEL: @fp4_by_fp8
func.func @fp4_by_fp8(%a: memref<?x7168xf4E2M1FN>, %sa: memref<?x224xf8E8M0FNU>,
                      %b: memref<576x7168xf8E4M3FN>, %sb: memref<5x56xf32>,
                      %d: memref<?x576xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x7168xf4E2M1FN>, memref<?x224xf8E8M0FNU>,
        memref<576x7168xf8E4M3FN>, memref<5x56xf32>)
    outs(%d : memref<?x576xbf16>)
    {granularity = #dgemm.granularity<a = 1x32, b = 128x128>}
  return
}

// CHECK-LABEL: @bf16
// CHECK: dgemm.matmul ins(%{{.*}}, %{{.*}} : memref<?x7168xbf16>, memref<256x7168xbf16>) outs(%{{.*}} : memref<?x256xf32>){{$}}
func.func @bf16(%a: memref<?x7168xbf16>, %b: memref<256x7168xbf16>,
                %d: memref<?x256xf32>) {
  dgemm.matmul ins(%a, %b : memref<?x7168xbf16>, memref<256x7168xbf16>)
    outs(%d : memref<?x256xf32>) {layout = #dgemm.layout<nt>}
  return
}

// CHECK-LABEL: @layouts
// CHECK: layout = #dgemm.layout<nn>
// CHECK: layout = #dgemm.layout<tn>
// CHECK: layout = #dgemm.layout<tt>
func.func @layouts(%mk: memref<?x512xbf16>, %km: memref<512x?xbf16>,
                   %nk: memref<256x512xbf16>, %kn: memref<512x256xbf16>,
                   %d: memref<?x256xbf16>) {
  dgemm.matmul ins(%mk, %kn : memref<?x512xbf16>, memref<512x256xbf16>)
    outs(%d : memref<?x256xbf16>) {layout = #dgemm.layout<nn>}
  dgemm.matmul ins(%km, %kn : memref<512x?xbf16>, memref<512x256xbf16>)
    outs(%d : memref<?x256xbf16>) {layout = #dgemm.layout<tn>}
  dgemm.matmul ins(%km, %nk : memref<512x?xbf16>, memref<256x512xbf16>)
    outs(%d : memref<?x256xbf16>) {layout = #dgemm.layout<tt>}
  return
}

// A view whose first dimension is contiguous, padded rows of D, and FP4 that is
// packed along M.
// CHECK-LABEL: @strides
func.func @strides(%a: memref<512x1024xf4E2M1FN, strided<[1, 512]>>,
                   %sa: memref<512x32xf8E8M0FNU>,
                   %b: memref<256x1024xf8E4M3FN, strided<[2048, 1]>>,
                   %sb: memref<256x8xf32>,
                   %d: memref<512x256xbf16, strided<[512, 1], offset: ?>>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<512x1024xf4E2M1FN, strided<[1, 512]>>,
        memref<512x32xf8E8M0FNU>,
        memref<256x1024xf8E4M3FN, strided<[2048, 1]>>, memref<256x8xf32>)
    outs(%d : memref<512x256xbf16, strided<[512, 1], offset: ?>>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x128>}
  return
}

// 32 heads of 256 columns become heads of 320.
// CHECK-LABEL: @head_split
// CHECK: epilogue = #dgemm.head_split<left = 128, mid = 64, right = 128>
func.func @head_split(%a: memref<?x512xf8E4M3FN>, %sa: memref<?x4xf32>,
                      %b: memref<8192x512xf8E4M3FN>, %sb: memref<64x4xf32>,
                      %d: memref<?x10240xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x512xf8E4M3FN>, memref<?x4xf32>,
        memref<8192x512xf8E4M3FN>, memref<64x4xf32>)
    outs(%d : memref<?x10240xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>,
     epilogue = #dgemm.head_split<left = 128, mid = 64, right = 128>}
  return
}

// Nothing is known of the shapes; empty problems are problems.
// CHECK-LABEL: @dynamic_and_empty
func.func @dynamic_and_empty(%x: memref<?x?xf8E4M3FN>, %s: memref<?x?xf32>,
                             %d: memref<?x?xf32>, %e: memref<0x128xbf16>,
                             %f: memref<64x128xbf16>, %g: memref<0x64xf32>,
                             %h: memref<8x0xbf16>, %i: memref<8x8xbf16>) {
  dgemm.matmul ins(%x scaled by %s, %x scaled by %s
      : memref<?x?xf8E4M3FN>, memref<?x?xf32>, memref<?x?xf8E4M3FN>,
        memref<?x?xf32>)
    outs(%d : memref<?x?xf32>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  dgemm.matmul ins(%e, %f : memref<0x128xbf16>, memref<64x128xbf16>)
    outs(%g : memref<0x64xf32>)
  dgemm.matmul ins(%h, %h plus %i : memref<8x0xbf16>, memref<8x0xbf16>, memref<8x8xbf16>)
    outs(%i : memref<8x8xbf16>)
  return
}
