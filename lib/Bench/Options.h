//===- Options.h - Options of dgemm-bench -----------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_BENCH_OPTIONS_H
#define DGEMM_LIB_BENCH_OPTIONS_H

#include "dgemm/Bench/Problem.h"

namespace dgemm::bench {

/// All options of the tool.
struct Options {
  std::vector<std::string> suites;
  std::vector<std::string> shapes;
  std::string form = "fp8-1d2d-bf16";
  std::string only;
  std::string device;
  std::string target;
  std::string packs;
  std::string emitPacks;
  std::string schedules;
  std::string json;
  std::string ptxas;
  std::string cupti;
  std::string cublaslt;
  std::string nvdisasm;
  std::string history;
  std::string label;
  std::vector<std::string> files;
  int64_t random = 0;
  int64_t seed = 1;
  int64_t repetitions = 30;
  int64_t flushMegabytes = 8192;
  int64_t jobs = 1;
  bool allCandidates = false;
  bool declinedToo = false;
  bool noCheck = false;
  bool help = false;
};

/// Text of --help.
extern const char *const kHelp;

/// Reads the command line. An error says what is wrong and what is known.
Expected<Options> parseOptions(int argc, char **argv);

} // namespace dgemm::bench

#endif // DGEMM_LIB_BENCH_OPTIONS_H
