//===- CommandLine.h - Options of dgemm-run on packs ------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_PACKRUN_COMMANDLINE_H
#define DGEMM_LIB_PACKRUN_COMMANDLINE_H

#include "MatmulProblem.h"

#include <string>
#include <vector>

namespace dgemm::packrun {

/// What to run each pack on, and how.
struct RunOptions {
  /// Extents that are not given are those of the pack, or defaults.
  std::vector<int64_t> m, n, k;
  std::vector<uint64_t> seeds = {0};
  DataKind data = DataKind::Random;
  int64_t rowPadding = 0;
  bool check = false;
  /// Rows to compare; 0: all.
  int64_t checkRows = 0;
  /// Launches whose results must be the same, bit for bit.
  uint64_t repeat = 1;
  /// Further launches that are timed.
  uint64_t timings = 10;
};

/// Packs with the options of their own.
struct Job {
  std::string path;
  RunOptions options;
};

struct CommandLine {
  bool wantsHelp = false;
  std::string device = "sim";
  std::vector<Job> jobs;
  // Of the process.
  int64_t sms = 0;
  uint64_t jobsCount = 0;
  // Of GPUs.
  std::string driverPath;
  int64_t ordinal = 0;
  bool endsAtUnmappedPage = false;
  bool preferPtx = false;
  double timeoutSeconds = 60;
  bool stopsAtFailure = false;
  // Of the simulator.
  uint64_t maxInstructions = uint64_t(1) << 32;
  bool noRaceCheck = false;
};

/// Reads the command line and the lists it names. Fails with what is wrong.
Expected<CommandLine> parseCommandLine(const std::vector<std::string> &words);

/// What --help prints.
extern const char *const kPackHelp;

} // namespace dgemm::packrun

#endif // DGEMM_LIB_PACKRUN_COMMANDLINE_H
