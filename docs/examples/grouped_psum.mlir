// Experts whose rows are given by the end of each group; B is [G, K, N].
//
//   dgemm-run docs/examples/grouped_psum.mlir --device=reference --check

func.func @grouped_psum(%a: tensor<?x256xbf16>, %b: tensor<4x256x128xbf16>,
                        %ends: tensor<4xi32>, %d: tensor<?x128xbf16>)
    -> tensor<?x128xbf16> {
  %0 = dgemm.grouped_matmul ins(%a, %b grouped by %ends
      : tensor<?x256xbf16>, tensor<4x256x128xbf16>, tensor<4xi32>)
    outs(%d : tensor<?x128xbf16>)
    {grouping = #dgemm.grouping<contiguous_psum, alignment = 16>,
     layout = #dgemm.layout<nn>}
  return %0 : tensor<?x128xbf16>
}
