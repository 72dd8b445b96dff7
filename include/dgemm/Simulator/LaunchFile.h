//===- LaunchFile.h - Launches as JSON --------------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_SIMULATOR_LAUNCHFILE_H
#define DGEMM_SIMULATOR_LAUNCHFILE_H

// What to run and on what memory, and what came of it:
// docs/SimulatorFiles.md has every member of both.

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
/// The same from text; paths are relative to `directory`. The buffers that it
/// gives a size take at most `maxBytes` together.
Expected<LaunchFile> parseLaunch(const std::string &text,
                                 const std::string &directory,
                                 uint64_t maxBytes = uint64_t(1) << 34);
/// Writes the outputs.
Status writeOutputs(const LaunchFile &file);

/// Statistics and findings as JSON.
std::string toJson(const Program &program, const Result &result, uint64_t seed);

} // namespace dgemm::sim

#endif // DGEMM_SIMULATOR_LAUNCHFILE_H
