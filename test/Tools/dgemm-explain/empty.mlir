// Extents of 0: no tiles and no time, in numbers that JSON knows.
// REQUIRES: dgemm-explain
// RUN: dgemm-explain %s --target=sm_120a,sm_90a | FileCheck %s --implicit-check-not=nan
// RUN: dgemm-explain %s --target=sm_120a,sm_90a --json > %t.json
// RUN: %python -c "import json, sys; print(json.load(open(sys.argv[1]))[0]['candidates'][0]['tflops'])" %t.json | FileCheck %s --check-prefix=JSON

// CHECK: dgemm.matmul on sm_120a
// CHECK: M = 0, N = 200, K = 0
// CHECK: bound by {{.*}}
// CHECK: dgk.schedule = #dgk.schedule<{{.*}}>
// CHECK: dgemm.matmul on sm_90a
// CHECK: M = 0, N = 200, K = 0
// CHECK: dgk.schedule = #dgk.schedule<{{.*}}>
// JSON: {{^}}0
func.func @empty(%a: memref<0x0xbf16>, %b: memref<200x0xbf16>, %d: memref<0x200xbf16>) {
  dgemm.matmul ins(%a, %b : memref<0x0xbf16>, memref<200x0xbf16>) outs(%d : memref<0x200xbf16>)
  return
}
