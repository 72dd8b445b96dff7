//===- Data.h - Tables that are part of the benchmark -----------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The files of benchmarks/anchors, built into the tool so that it needs none on
// the machine where it measures.
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_BENCH_DATA_H
#define DGEMM_BENCH_DATA_H

#include <string_view>

namespace dgemm::bench {

/// Text of the table with this name ("h100_dense_fp8"), empty if there is none.
std::string_view getTable(std::string_view name);

} // namespace dgemm::bench

#endif // DGEMM_BENCH_DATA_H
