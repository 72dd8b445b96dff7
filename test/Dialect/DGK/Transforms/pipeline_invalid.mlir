// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-pipeline))' --split-input-file --verify-diagnostics

// expected-error @below {{'dgk.kernel' op [pipeline-c4] has no schedule; run dgemm-select-schedule before convert-dgemm-to-dgk}}
dgk.kernel @kernel(%a: memref<?x64xbf16>, %i: index) {
  %t = dgk.load %a[%i, %i] : memref<?x64xbf16> -> !dgk.tile<128x64xbf16>
  dgk.return
}
