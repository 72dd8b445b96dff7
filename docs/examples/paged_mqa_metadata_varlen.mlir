// The same division when rows are tokens: neighbours of one sequence form pairs.
//
//   dgemm-run docs/examples/paged_mqa_metadata_varlen.mlir --device=reference --check

func.func @paged_mqa_metadata_varlen(%lens: tensor<?x1xi32>, %idx: tensor<?xi32>,
                                     %meta: tensor<133x2xi32>)
    -> tensor<133x2xi32> {
  %0 = dgemm.paged_mqa_metadata
    ins(%lens indexed by %idx : tensor<?x1xi32>, tensor<?xi32>)
    outs(%meta : tensor<133x2xi32>) {block_kv = 64, split_kv = 256}
  return %0 : tensor<133x2xi32>
}
