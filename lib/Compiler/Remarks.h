//===- Remarks.h - Command-line options of remarks --------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_COMPILER_REMARKS_H
#define DGEMM_LIB_COMPILER_REMARKS_H

#include "mlir/Support/LLVM.h"
#include "llvm/Support/CommandLine.h"

namespace dgemm {

/// The options by which mlir-opt selects remarks, under the same names.
struct RemarkOptions {
  explicit RemarkOptions(llvm::cl::OptionCategory &category);

  /// Turns remarks on in the context if an option asks for some. Fails when
  /// the output file cannot be opened; the reason is in `message`.
  llvm::LogicalResult apply(mlir::MLIRContext &context,
                            std::string &message) const;

  enum class Format { Text, YAML, Bitstream };

  llvm::cl::opt<std::string> all, passed, missed, failing, analysis;
  llvm::cl::opt<Format> format;
  llvm::cl::opt<std::string> file;
};

} // namespace dgemm

#endif // DGEMM_LIB_COMPILER_REMARKS_H
