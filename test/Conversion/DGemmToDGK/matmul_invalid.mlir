// RUN: dgemm-opt %s --split-input-file --verify-diagnostics --convert-dgemm-to-dgk

func.func @no_kernel_form(%ke: memref<?xi32>, %logits: memref<?x?xf32, strided<[?, 1]>>) {
  // expected-error @below {{[dgemm_to_dgk-c1] has no kernel form on this target; dgemm.matmul has, and `dgemm-run --device=reference` runs every op}}
  dgemm.clean_logits ins(to %ke : memref<?xi32>) outs(%logits : memref<?x?xf32, strided<[?, 1]>>)
  return
}

// -----

func.func @no_target(%a: memref<?x64xbf16>, %b: memref<64x64xbf16>, %d: memref<?x64xbf16>) {
  // expected-error @below {{[dgemm_to_dgk-c2] has no 'dgk.target' attribute; run dgemm-select-schedule first}}
  dgemm.matmul ins(%a, %b : memref<?x64xbf16>, memref<64x64xbf16>) outs(%d : memref<?x64xbf16>)
  return
}

// -----

#mma = #dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = bf16, b = bf16>
#target = #dgk.target<"sm_120a", sm120, ptx = 88,
  limits = #dgk.limits<sharedPerCta = 101376, registersPerSm = 65536, registersPerThread = 255,
                       warpsPerSm = 48, clusterSize = 1, tensorMemoryColumns = 0>,
  rates = #dgk.rates<smCount = 188, smsPerGpc = 1, smsOfLastGpc = 0, clockMhz = 2114,
            bf16PerCycle = 1024, fp8PerCycle = 2048, fp4PerCycle = 4096, memoryGbs = 1500>, instructions = [#mma]>
func.func @no_schedule(%a: memref<?x64xbf16>, %b: memref<64x64xbf16>, %d: memref<?x64xbf16>) {
  // expected-error @below {{[dgemm_to_dgk-c2] has no 'dgk.schedule' attribute; run dgemm-select-schedule first}}
  dgemm.matmul ins(%a, %b : memref<?x64xbf16>, memref<64x64xbf16>) outs(%d : memref<?x64xbf16>) {dgk.target = #target}
  return
}

// -----

func.func @tensors(%a: tensor<?x64xbf16>, %b: tensor<64x64xbf16>, %d: tensor<?x64xbf16>) -> tensor<?x64xbf16> {
  // expected-error @below {{[dgemm_to_dgk-c3] has an operand of type 'tensor<?x64xbf16>', expected memrefs; run one-shot-bufferize first}}
  %0 = dgemm.matmul ins(%a, %b : tensor<?x64xbf16>, tensor<64x64xbf16>) outs(%d : tensor<?x64xbf16>)
  return %0 : tensor<?x64xbf16>
}

// -----

func.func @epilogue(%a: memref<?x512xf8E4M3FN>, %sa: memref<?x4xf32>, %b: memref<?x512xf8E4M3FN>,
                    %sb: memref<?x4xf32>, %d: memref<?x?xbf16>) {
  // expected-error @below {{[dgemm_to_dgk-c4] has heads of 2147483648 columns, expected at most 2147483647}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : memref<?x512xf8E4M3FN>, memref<?x4xf32>,
      memref<?x512xf8E4M3FN>, memref<?x4xf32>) outs(%d : memref<?x?xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>,
     epilogue = #dgemm.head_split<left = 1073741824, mid = 1073741824, right = 0>}
  return
}
