//===- NvccSupport.h - Running kernels of a PTX file ------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_TEST_UNIT_SIMULATOR_NVCCSUPPORT_H
#define DGEMM_TEST_UNIT_SIMULATOR_NVCCSUPPORT_H

#include "dgemm/Simulator/Machine.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

namespace dgemm::sim::test {

/// A module, buffers by name, and what the last launch found.
struct Device {
  Program program;
  GlobalMemory memory;
  Launch launch;
  std::string error;
  std::vector<Finding> findings;

  explicit Device(const std::string &file) {
    const char *folder = std::getenv("DGEMM_SIM_NVCC_PTX");
    std::string path =
        (folder ? std::string(folder) : DGEMM_NVCC_INPUTS) + "/" + file;
    std::ifstream stream(path);
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream) {
      error = "cannot read " + path;
      return;
    }
    Expected<Program> parsed = parsePtx(text.str());
    if (parsed)
      program = std::move(*parsed);
    else
      error = path + ": " + parsed.message();
  }

  template <typename T>
  void add(const std::string &name, const std::vector<T> &values) {
    std::vector<uint8_t> bytes(values.size() * sizeof(T));
    std::memcpy(bytes.data(), values.data(), bytes.size());
    memory.add(name, std::move(bytes), true);
  }
  template <typename T> void scalar(T value) {
    std::vector<uint8_t> bytes(sizeof(T));
    std::memcpy(bytes.data(), &value, sizeof(T));
    launch.parameters.push_back(std::move(bytes));
  }
  void pointer(const std::string &name) { scalar(memory.find(name)->address); }

  void run(const std::string &kernel, uint32_t ctas, uint32_t threads,
           uint32_t shared = 0, uint64_t seed = 0) {
    launch.entry = kernel;
    launch.grid[0] = ctas;
    launch.block[0] = threads;
    launch.sharedBytes = shared;
    Options options;
    options.seed = seed;
    options.threads = 1;
    options.maxInstructions = uint64_t(1) << 24;
    Expected<Result> result = simulate(program, launch, memory, options);
    if (result)
      findings = std::move(result->findings);
    else
      error = result.message();
  }

  /// The findings' kinds with a blank between them.
  std::string kinds() const {
    std::string all;
    for (const Finding &finding : findings)
      all += (all.empty() ? "" : " ") + finding.kind;
    return all;
  }

  template <typename T> std::vector<T> read(const std::string &name) const {
    const std::vector<uint8_t> &bytes = memory.find(name)->bytes;
    std::vector<T> values(bytes.size() / sizeof(T));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }
};

} // namespace dgemm::sim::test

#endif // DGEMM_TEST_UNIT_SIMULATOR_NVCCSUPPORT_H
