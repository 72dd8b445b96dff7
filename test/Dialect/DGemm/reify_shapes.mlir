// RUN: dgemm-opt %s --resolve-ranked-shaped-type-result-dims --canonicalize | FileCheck %s

// The shape of a result is that of its init.
// CHECK-LABEL: @matmul
// CHECK-SAME: %[[D:[a-z0-9]+]]: tensor<?x256xf32>) -> (index, index)
// CHECK-DAG: %[[N:.*]] = arith.constant 256 : index
// CHECK-DAG: %[[M:.*]] = tensor.dim %[[D]]
// CHECK: return %[[M]], %[[N]]
func.func @matmul(%a: tensor<?x512xbf16>, %b: tensor<256x512xbf16>,
                  %d: tensor<?x256xf32>) -> (index, index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0 = dgemm.matmul ins(%a, %b : tensor<?x512xbf16>, tensor<256x512xbf16>)
    outs(%d : tensor<?x256xf32>)
  %m = tensor.dim %0, %c0 : tensor<?x256xf32>
  %n = tensor.dim %0, %c1 : tensor<?x256xf32>
  return %m, %n : index, index
}

// CHECK-LABEL: @hc_prenorm
// CHECK-SAME: %[[D:[a-z0-9]+]]: tensor<16x?x24xf32>, %[[S:[a-z0-9]+]]: tensor<16x?xf32>)
// CHECK-DAG: %[[M0:.*]] = tensor.dim %[[D]]
// CHECK-DAG: %[[M1:.*]] = tensor.dim %[[S]]
// CHECK: return %[[M0]], %[[M1]]
func.func @hc_prenorm(%a: tensor<?x1024xbf16>, %b: tensor<24x1024xf32>,
                      %d: tensor<16x?x24xf32>, %s: tensor<16x?xf32>)
    -> (index, index) {
  %c1 = arith.constant 1 : index
  %0:2 = dgemm.hc_prenorm ins(%a, %b
      : tensor<?x1024xbf16>, tensor<24x1024xf32>)
    outs(%d, %s : tensor<16x?x24xf32>, tensor<16x?xf32>) {num_splits = 16}
  %m0 = tensor.dim %0#0, %c1 : tensor<16x?x24xf32>
  %m1 = tensor.dim %0#1, %c1 : tensor<16x?xf32>
  return %m0, %m1 : index, index
}

// CHECK-LABEL: @mqa_logits
// CHECK-SAME: %[[L:[a-z0-9]+]]: tensor<?x?xf32>)
// CHECK: %[[SKV:.*]] = tensor.dim %[[L]]
// CHECK: return %[[SKV]]
func.func @mqa_logits(%q: tensor<?x64x128xf8E4M3FN>,
                      %kv: tensor<?x128xf8E4M3FN>, %kvs: tensor<?xf32>,
                      %w: tensor<?x64xf32>, %ks: tensor<?xi32>,
                      %ke: tensor<?xi32>, %l: tensor<?x?xf32>) -> index {
  %c1 = arith.constant 1 : index
  %0 = dgemm.mqa_logits
    ins(%q, %kv scaled by %kvs weighted by %w from %ks to %ke
      : tensor<?x64x128xf8E4M3FN>, tensor<?x128xf8E4M3FN>, tensor<?xf32>,
        tensor<?x64xf32>, tensor<?xi32>, tensor<?xi32>)
    outs(%l : tensor<?x?xf32>)
  %skv = tensor.dim %0, %c1 : tensor<?x?xf32>
  return %skv : index
}
