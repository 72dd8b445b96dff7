// RUN: dgemm-opt %s | dgemm-opt | FileCheck %s
// RUN: dgemm-opt %s --mlir-print-op-generic | dgemm-opt | FileCheck %s

// Y is a slice of a padded tensor.
// CHECK-LABEL: @bhr_hdr_bhd
// CHECK: dgemm.batched_matmul ins(%{{.*}}, %{{.*}} : memref<?x128x512xbf16>, memref<128x128x512xbf16, strided<[81920, 640, 1]>>) outs(%{{.*}} : memref<?x128x128xbf16>) {equation = #dgemm.equation<bhr_hdr_bhd>}
func.func @bhr_hdr_bhd(
    %x: memref<?x128x512xbf16>,
    %y: memref<128x128x512xbf16, strided<[81920, 640, 1]>>,
    %z: memref<?x128x128xbf16>) {
  dgemm.batched_matmul ins(%x, %y
      : memref<?x128x512xbf16>,
        memref<128x128x512xbf16, strided<[81920, 640, 1]>>)
    outs(%z : memref<?x128x128xbf16>)
    {equation = #dgemm.equation<bhr_hdr_bhd>}
  return
}

// CHECK-LABEL: @bhd_hdr_bhr
func.func @bhd_hdr_bhr(%x: tensor<?x128x128xbf16>, %y: tensor<128x128x512xbf16>,
                       %z: tensor<?x128x512xbf16>) -> tensor<?x128x512xbf16> {
  %0 = dgemm.batched_matmul ins(%x, %y
      : tensor<?x128x128xbf16>, tensor<128x128x512xbf16>)
    outs(%z : tensor<?x128x512xbf16>)
    {equation = #dgemm.equation<bhd_hdr_bhr>}
  return %0 : tensor<?x128x512xbf16>
}

// CHECK-LABEL: @bmk_bnk_mn
func.func @bmk_bnk_mn(%a: memref<129x128x128xbf16>, %b: memref<129x384x128xbf16>,
                      %f32: memref<128x384xf32>, %bf16: memref<128x384xbf16>) {
  dgemm.batched_matmul ins(%a, %b plus %f32
      : memref<129x128x128xbf16>, memref<129x384x128xbf16>, memref<128x384xf32>)
    outs(%f32 : memref<128x384xf32>) {equation = #dgemm.equation<bmk_bnk_mn>}
  dgemm.batched_matmul ins(%a, %b
      : memref<129x128x128xbf16>, memref<129x384x128xbf16>)
    outs(%bf16 : memref<128x384xbf16>) {equation = #dgemm.equation<bmk_bnk_mn>}
  return
}

// Scales have the dimensions of their operand, in its order.
// CHECK-LABEL: @fp8_bhr_hdr_bhd
func.func @fp8_bhr_hdr_bhd(%x: memref<?x8x4096xf8E4M3FN>,
                           %sx: memref<?x8x32xf32>,
                           %y: memref<8x1024x4096xf8E4M3FN>,
                           %sy: memref<8x8x32xf32>,
                           %z: memref<?x8x1024xbf16>) {
  dgemm.batched_matmul ins(%x scaled by %sx, %y scaled by %sy
      : memref<?x8x4096xf8E4M3FN>, memref<?x8x32xf32>,
        memref<8x1024x4096xf8E4M3FN>, memref<8x8x32xf32>)
    outs(%z : memref<?x8x1024xbf16>)
    {equation = #dgemm.equation<bhr_hdr_bhd>,
     granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// CHECK-LABEL: @fp8_bhd_hdr_bhr
func.func @fp8_bhd_hdr_bhr(%x: memref<?x8x1024xf8E4M3FN>,
                           %sx: memref<?x8x8xf32>,
                           %y: memref<8x1024x4096xf8E4M3FN>,
                           %sy: memref<8x8x32xf32>, %c: memref<?x8x4096xf32>,
                           %z: memref<?x8x4096xf32>) {
  dgemm.batched_matmul ins(%x scaled by %sx, %y scaled by %sy plus %c
      : memref<?x8x1024xf8E4M3FN>, memref<?x8x8xf32>,
        memref<8x1024x4096xf8E4M3FN>, memref<8x8x32xf32>, memref<?x8x4096xf32>)
    outs(%z : memref<?x8x4096xf32>)
    {equation = #dgemm.equation<bhd_hdr_bhr>,
     granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// CHECK-LABEL: @fp8_bhd_bhr_hdr
func.func @fp8_bhd_bhr_hdr(%x: memref<4096x8x1024xf8E4M3FN>,
                           %sx: memref<32x8x1024xf32>,
                           %y: memref<4096x8x4096xf8E4M3FN>,
                           %sy: memref<32x8x4096xf32>,
                           %z: memref<8x1024x4096xf32>) {
  dgemm.batched_matmul ins(%x scaled by %sx, %y scaled by %sy plus %z
      : memref<4096x8x1024xf8E4M3FN>, memref<32x8x1024xf32>,
        memref<4096x8x4096xf8E4M3FN>, memref<32x8x4096xf32>,
        memref<8x1024x4096xf32>)
    outs(%z : memref<8x1024x4096xf32>)
    {equation = #dgemm.equation<bhd_bhr_hdr>,
     granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}
