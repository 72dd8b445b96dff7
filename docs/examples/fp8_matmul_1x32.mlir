// FP8 by FP8 with a UE8M0 scale for 32 elements of K, on tensors, f32 result.
//
//   dgemm-run docs/examples/fp8_matmul_1x32.mlir --device=reference --check

func.func @fp8_1x32(%a: tensor<?x576xf8E4M3FN>, %sa: tensor<?x18xf8E8M0FNU>,
                    %b: tensor<192x576xf8E4M3FN>, %sb: tensor<192x18xf8E8M0FNU>,
                    %d: tensor<?x192xf32>) -> tensor<?x192xf32> {
  %0 = dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : tensor<?x576xf8E4M3FN>, tensor<?x18xf8E8M0FNU>,
        tensor<192x576xf8E4M3FN>, tensor<192x18xf8E8M0FNU>)
    outs(%d : tensor<?x192xf32>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x32>}
  return %0 : tensor<?x192xf32>
}
