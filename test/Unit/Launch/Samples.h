//===- Samples.h - A launch plan to test with -------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_TEST_UNIT_LAUNCH_SAMPLES_H
#define DGEMM_TEST_UNIT_LAUNCH_SAMPLES_H

#include <string>

/// D [M, 48] bf16 from A [M, K] f8E4M3FN in tiles of 128 x 48: one copy of A,
/// stores to D by address.
inline const std::string kSamplePlan = R"json({
  "format": "dgemm.launch-plan",
  "version": 2,
  "entry": "sample",
  "chip": "sm_120a",
  "arguments": [
    {"name": "a", "kind": "buffer", "type": "f8E4M3FN",
     "shape": [null, null], "strides": [null, 1]},
    {"name": "d", "kind": "buffer", "type": "bf16",
     "shape": [null, 48], "strides": [48, 1]},
    {"name": "alpha", "kind": "scalar", "type": "f32"}
  ],
  "symbols": [
    {"kind": "sm_count"},
    {"kind": "dim", "argument": 0, "dimension": 0},
    {"kind": "dim", "argument": 0, "dimension": 1},
    {"kind": "stride", "argument": 0, "dimension": 0}
  ],
  "grid": {"op": "min", "lhs": {"symbol": 0},
           "rhs": {"op": "ceildiv", "lhs": {"symbol": 1}, "rhs": 128}},
  "block": 384,
  "cluster": 1,
  "shared_bytes": 84064,
  "workspace_bytes": 0,
  "tensor_maps": [
    {"argument": 0, "offset_bytes": 32, "type": "f8E4M3FN",
     "dims": [{"symbol": 2}, {"symbol": 1}], "strides": [{"symbol": 3}],
     "box": [64, 128], "swizzle": 64, "fill": "zero"}
  ],
  "parameters": [
    {"kind": "map", "index": 0},
    {"kind": "pointer", "index": 1},
    {"kind": "symbol", "index": 1}
  ],
  "roles": [{"name": "math", "warps": 8}, {"name": "load", "warps": 4}]
})json";

/// `text` with the first `from` replaced by `to`.
inline std::string replaced(std::string text, const std::string &from,
                            const std::string &to) {
  size_t at = text.find(from);
  return at == std::string::npos ? "missing: " + from
                                 : text.replace(at, from.size(), to);
}

#endif // DGEMM_TEST_UNIT_LAUNCH_SAMPLES_H
