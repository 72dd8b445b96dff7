// RUN: dgk-opt %s --verify-diagnostics --pass-pipeline='builtin.module(dgk.kernel(dgk-lower-tiles))'

dgk.kernel @clusters(%rows: index) {
  // expected-error @below {{[lower_tiles-c1] has per_cluster, which has no lowering; let each CTA take tiles of its own}}
  dgk.tiles (%m) in (%rows by 128) per_cluster {
  }
  dgk.return
}
