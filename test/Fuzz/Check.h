//===- Check.h - What must hold for any input -------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_TEST_FUZZ_CHECK_H
#define DGEMM_TEST_FUZZ_CHECK_H

#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/StringRef.h"
#include <memory>
#include <string>
#include <vector>

namespace dgemm::fuzz {

/// How far an input came, and what was wrong on the way.
struct Verdict {
  /// It parsed and verified.
  bool valid = false;
  /// Number of pipelines that accepted it.
  unsigned lowered = 0;
  /// Empty, or which promise did not hold.
  std::string failure;
};

/// Checks inputs against the promises made for any text:
///   - a refused input comes with an error diagnostic;
///   - a valid module prints to text that parses to the same module, in the
///     custom and in the generic form;
///   - a pipeline returns, with valid IR or with an error diagnostic.
/// That nothing crashes or hangs is for the caller to see.
class Checker {
public:
  /// `pipelines` are textual, anchored at builtin.module, and must be valid.
  explicit Checker(std::vector<std::string> pipelines);

  /// Whether the text is a pipeline; says what is wrong with it on stderr.
  static bool isPipeline(llvm::StringRef text);

  Verdict check(llvm::StringRef text);

private:
  /// A context keeps all types and attributes that it ever saw, so each one
  /// serves only some thousand inputs.
  mlir::MLIRContext &freshContext();

  mlir::DialectRegistry registry;
  std::vector<std::string> pipelines;
  std::unique_ptr<mlir::MLIRContext> context;
  unsigned uses = 0;
};

} // namespace dgemm::fuzz

#endif // DGEMM_TEST_FUZZ_CHECK_H
