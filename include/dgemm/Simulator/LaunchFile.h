//===- LaunchFile.h - Launches as JSON --------------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_SIMULATOR_LAUNCHFILE_H
#define DGEMM_SIMULATOR_LAUNCHFILE_H

// What to run and on what memory:
//
//   { "entry": "k", "grid": [4], "block": [384], "shared": 84064,
//     "sm_count": 4,
//     "buffers": {
//       "a": {"npy": "a.npy"},
//       "d": {"bytes": 8192, "out": "d.npy", "dtype": "<u2", "shape": [64,
//       64]}, "w": {"bytes": 4096, "fill": 0} },
//     "parameters": [
//       {"u32": 64}, {"f32": 1.5}, {"pointer": "w", "offset": 16},
//       {"bytes": [1, 2, 3]},
//       {"tensor_map": {"buffer": "a", "offset": 0, "type": "u8",
//          "dims": [7168, 64], "strides": [7168], "box": [64, 128],
//          "element_strides": [1, 1], "swizzle": "64B", "fill": "zero"}} ] }
//
// A buffer holds the elements of an .npy file, or `bytes` bytes with the value
// `fill`; without `fill` nothing wrote them, and a read of them is a finding.
// Paths are relative to the file. Scalars: u8 u16 u32 u64 s8 s16 s32 s64 f32
// f64. Tensor-map types: u8 u16 u32 s32 u64 s64 f16 f32 f64 bf16 tf32 u4_align8
// u4_align16 u6_align16; swizzles: none 32B 64B 128B 128B_atom32
// 128B_atom32_flip8 128B_atom64; fills: zero nan. Strides are in bytes.

#include "dgemm/Simulator/Machine.h"

namespace dgemm::sim {

/// A buffer that goes to a file after the launch.
struct Output {
  std::string buffer;
  std::string path;
  char kind = 'u';
  unsigned itemSize = 1;
  std::vector<int64_t> shape;
};

struct LaunchFile {
  Launch launch;
  GlobalMemory memory;
  std::vector<Output> outputs;
};

/// Reads a description and the files that it names.
Expected<LaunchFile> readLaunchFile(const std::string &path);
/// The same from text; paths are relative to `directory`.
Expected<LaunchFile> parseLaunch(const std::string &text,
                                 const std::string &directory);
/// Writes the outputs.
Status writeOutputs(const LaunchFile &file);

/// Statistics and findings as JSON.
std::string toJson(const Program &program, const Result &result, uint64_t seed);

} // namespace dgemm::sim

#endif // DGEMM_SIMULATOR_LAUNCHFILE_H
