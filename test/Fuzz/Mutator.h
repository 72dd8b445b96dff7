//===- Mutator.h - Seeded mutation of IR text -------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Turns valid IR into IR that is nearly valid. Purely textual, so that it
// reaches the parser as well as the verifiers, and free of MLIR, so that a seed
// gives the same text everywhere.
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_TEST_FUZZ_MUTATOR_H
#define DGEMM_TEST_FUZZ_MUTATOR_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dgemm::fuzz {

/// Sequence of numbers that depends on the seed alone, not on the library.
class Random {
public:
  explicit Random(uint64_t seed) : state(seed) {}
  uint64_t next();
  /// In [0, bound); bound must not be 0.
  size_t below(size_t bound) { return next() % bound; }

private:
  uint64_t state;
};

/// Splits text into numbers, words, strings, white space and single
/// characters; concatenated, they are the text again. A word starts with a
/// letter or with one of % # ! @ ^; the dimensions in `4x?xf32` are tokens of
/// their own.
std::vector<std::string_view> tokenize(std::string_view text);

/// The inputs in a test file: its parts between `// -----` without comment
/// lines, and each operation at the top level of a part with the aliases before
/// it. A mutation of one short operation leaves the rest of the input valid.
std::vector<std::string> splitInputs(std::string_view file);

/// Whether the text may crash MLIR 22 itself, which nothing in this project can
/// change: `array<index: 1>`, a dense array of elements without a width, in its
/// parser; a negative constant as the dimension of memref.dim in its canonical
/// patterns.
bool hitsUpstreamDefect(std::string_view text);

/// Mutates texts of a corpus.
class Mutator {
public:
  /// The corpus is kept by reference and must outlive the mutator.
  explicit Mutator(const std::vector<std::string> &corpus);

  /// The mutated text of one case.
  std::string mutate(uint64_t seed) const;

private:
  using Tokens = std::vector<std::string>;

  void mutateOnce(Tokens &tokens, Random &random) const;
  const std::string &anyToken(Random &random) const;

  const std::vector<std::string> &corpus;
  /// Every distinct token of the corpus, sorted.
  std::vector<std::string> dictionary;
};

} // namespace dgemm::fuzz

#endif // DGEMM_TEST_FUZZ_MUTATOR_H
