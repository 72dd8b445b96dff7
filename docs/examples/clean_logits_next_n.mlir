// The same for three queries of each sequence, of which the last sees most.
//
//   dgemm-run docs/examples/clean_logits_next_n.mlir --device=reference --check

func.func @clean_logits_next_n(%ke: tensor<?xi32>, %logits: tensor<?x300xbf16>)
    -> tensor<?x300xbf16> {
  %0 = dgemm.clean_logits ins(to %ke : tensor<?xi32>)
    outs(%logits : tensor<?x300xbf16>) {next_n = 3}
  return %0 : tensor<?x300xbf16>
}
