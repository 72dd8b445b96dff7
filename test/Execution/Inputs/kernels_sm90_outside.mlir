// Three by five whole tiles for clusters of two, and a store by threads: the last
// CTA of a cluster has a tile outside.
#mma = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>
#along_m = #dgk.schedule<tile = 128x128x64, warp_grid = 8x1, stages = 5, scale_stages = 1, instruction = #mma,
  swizzle = b128 x b128, math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>,
  store = registers, store_slots = 0, raster = <group = 8, along = m>, cluster = <size = 2, along = m>>
#along_n = #dgk.schedule<tile = 128x128x64, warp_grid = 8x1, stages = 5, scale_stages = 1, instruction = #mma,
  swizzle = b128 x b128, math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>,
  store = registers, store_slots = 0, raster = <group = 8, along = m>, cluster = <size = 2, along = n>>

!a = memref<384x128xbf16>
!b = memref<640x128xbf16>
!d = memref<384x640xbf16>

func.func @along_m(%a: !a, %b: !b, %c: !d, %d: !d) {
  dgemm.matmul ins(%a, %b plus %c : !a, !b, !d) outs(%d : !d)
    {layout = #dgemm.layout<nt>, dgk.schedule = #along_m}
  return
}
func.func @along_n(%a: !a, %b: !b, %c: !d, %d: !d) {
  dgemm.matmul ins(%a, %b plus %c : !a, !b, !d) outs(%d : !d)
    {layout = #dgemm.layout<nt>, dgk.schedule = #along_n}
  return
}
