//===- Sass.h - Machine code, counted ---------------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_BENCH_SASS_H
#define DGEMM_BENCH_SASS_H

#include "dgemm/Bench/Problem.h"

#include <map>
#include <optional>

namespace dgemm::bench {

/// The body of a backward branch that contains matrix instructions.
struct SassLoop {
  /// Instructions of the kernel, both inclusive.
  size_t begin = 0;
  size_t end = 0;
  /// Instructions by opcode without suffixes: "LDSM".
  std::map<std::string, int64_t> kinds;
  int64_t matrix = 0;

  int64_t getLength() const { return static_cast<int64_t>(end - begin + 1); }
  int64_t count(const std::string &kind) const {
    auto found = kinds.find(kind);
    return found == kinds.end() ? 0 : found->second;
  }
  /// Instructions, NOPs counted, for each matrix instruction.
  double getPerMatrix() const { return double(getLength()) / matrix; }
  double getPerMatrix(const std::string &kind) const {
    return double(count(kind)) / matrix;
  }
};

/// One kernel of a disassembly.
struct SassKernel {
  std::string name;
  int64_t instructions = 0;
  /// As declared; else one more than the highest number in the code.
  int64_t registers = 0;
  /// Loads and stores of local memory.
  int64_t spills = 0;
  std::vector<SassLoop> loops;
  /// Of `loops`: the innermost one with the most matrix instructions. Where
  /// ptxas unrolled a loop that is the unrolled body, not the remainder.
  std::optional<size_t> mainLoop;
};

/// The kernels in the text of `nvdisasm` or `nvdisasm -c`. A branch back over
/// an EXIT comes from code that was moved behind the kernel's end, such as the
/// retry of a wait, and makes no loop; of several branches to one start the
/// longest body counts.
std::vector<SassKernel> parseSass(std::string_view text);

/// nvdisasm: `path` when it is not empty, else the first of PATH,
/// $CUDA_HOME/bin and /usr/local/cuda/bin.
Expected<std::string> findNvdisasm(const std::string &path);

/// Text of a file: a disassembly as it is, machine code through nvdisasm.
Expected<std::string> disassemble(const std::string &file,
                                  const std::string &nvdisasm);

/// A few lines about a kernel and its loops.
std::string describe(const SassKernel &kernel);

} // namespace dgemm::bench

#endif // DGEMM_BENCH_SASS_H
