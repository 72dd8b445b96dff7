//===- Temporary.h - Names of temporary files -------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_BENCH_TEMPORARY_H
#define DGEMM_LIB_BENCH_TEMPORARY_H

#include <filesystem>
#include <string>
#include <system_error>

namespace dgemm::bench {

/// A template for mkstemp and mkdtemp in the folder that the system has for
/// such files, the current one if it has none.
inline std::string getTemporaryTemplate() {
  std::error_code error;
  std::filesystem::path folder = std::filesystem::temp_directory_path(error);
  return (folder / "dgemm-bench-XXXXXX").string();
}

} // namespace dgemm::bench

#endif // DGEMM_LIB_BENCH_TEMPORARY_H
