// Hyper-connection prenorm: a skinny TF32 product and the row sums of squares that
// the norm needs.
//
//   dgemm-run docs/examples/hc_prenorm.mlir --device=reference --check

func.func @hc_prenorm(%a: memref<?x1024xbf16>, %b: memref<24x1024xf32>,
                      %d: memref<?x24xf32>, %s: memref<?xf32>) {
  dgemm.hc_prenorm ins(%a, %b : memref<?x1024xbf16>, memref<24x1024xf32>)
    outs(%d, %s : memref<?x24xf32>, memref<?xf32>)
  return
}
