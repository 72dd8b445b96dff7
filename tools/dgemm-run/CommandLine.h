//===- CommandLine.h - Options of dgemm-run ---------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_TOOLS_DGEMM_RUN_COMMANDLINE_H
#define DGEMM_TOOLS_DGEMM_RUN_COMMANDLINE_H

#include "dgemm/Interpreter/Interpreter.h"

#include "llvm/Support/CommandLine.h"

namespace dgemm {

/// All options of the tool.
struct CommandLine {
  llvm::cl::OptionCategory category{"dgemm-run options"};
  llvm::cl::list<std::string> files{
      llvm::cl::Positional, llvm::cl::desc("<file.mlir, - for stdin>"),
      llvm::cl::OneOrMore, llvm::cl::cat(category)};
  llvm::cl::opt<std::string> device{
      "device", llvm::cl::init("reference"),
      llvm::cl::desc(
          "Where to run: 'reference' computes on the CPU in f64 from "
          "the stored values (default), 'sim' compiles for --target and runs "
          "the PTX in the simulator, 'cuda' runs the kernels on a GPU"),
      llvm::cl::value_desc("name"), llvm::cl::cat(category)};
  llvm::cl::opt<std::string> target{
      "target", llvm::cl::init("sm_120a"),
      llvm::cl::desc("Chip to compile for and to simulate (default sm_120a; "
                     "with --device=cuda that of the GPU)"),
      llvm::cl::value_desc("chip"), llvm::cl::cat(category)};
  llvm::cl::opt<uint64_t> schedules{
      "schedules", llvm::cl::init(1),
      llvm::cl::desc("Simulate this many orders of warps and copies, those of "
                     "--seed and the seeds after it (default 1)"),
      llvm::cl::value_desc("number"), llvm::cl::cat(category)};
  llvm::cl::opt<unsigned> sms{
      "sms", llvm::cl::init(0),
      llvm::cl::desc("Streaming multiprocessors to use (default 0: all of the "
                     "chip)"),
      llvm::cl::value_desc("number"), llvm::cl::cat(category)};
  llvm::cl::opt<uint64_t> maxInstructions{
      "max-instructions", llvm::cl::init(uint64_t(1) << 32),
      llvm::cl::desc("Warp instructions that a simulated CTA may execute "
                     "(default 2^32)"),
      llvm::cl::value_desc("number"), llvm::cl::cat(category)};
  llvm::cl::opt<bool> noRaceCheck{
      "no-race-check",
      llvm::cl::desc("Simulate without looking for data races and missing "
                     "fences"),
      llvm::cl::cat(category)};
  llvm::cl::opt<std::string> stats{
      "stats",
      llvm::cl::desc("Write what the simulator counted in each launch to a "
                     "file, as JSON; - is the standard output"),
      llvm::cl::value_desc("file"), llvm::cl::cat(category)};
  llvm::cl::opt<DataKind> data{
      "data", llvm::cl::init(DataKind::Random),
      llvm::cl::desc("Generated numbers:"),
      llvm::cl::values(
          clEnumValN(DataKind::Random, "random",
                     "normal ones, quantised with the scales that fit them "
                     "(default)"),
          clEnumValN(DataKind::Exact, "exact",
                     "small multiples of powers of two: results must be equal "
                     "bit for bit"),
          clEnumValN(DataKind::Codes, "codes",
                     "every finite code of quantised formats, scales of 20 "
                     "powers of two")),
      llvm::cl::cat(category)};
  llvm::cl::opt<int64_t> rowPadding{
      "row-padding", llvm::cl::init(0),
      llvm::cl::desc("Bytes between rows whose distance the type of an "
                     "argument leaves open, a multiple of 16 (default 0)"),
      llvm::cl::value_desc("bytes"), llvm::cl::cat(category)};
  llvm::cl::opt<std::string> function{
      "function",
      llvm::cl::desc("Function to run; needed if the file has several"),
      llvm::cl::value_desc("name"), llvm::cl::cat(category)};
  llvm::cl::opt<int64_t> m{
      "m", llvm::cl::init(-1),
      llvm::cl::desc(
          "Extent of the dynamic number of rows, tokens or sequences "
          "(default 64)"),
      llvm::cl::value_desc("extent"), llvm::cl::cat(category)};
  llvm::cl::opt<int64_t> compileM{
      "compile-m", llvm::cl::init(0),
      llvm::cl::desc("Rows of A to choose the schedule for, as 'dgemm-compile "
                     "-m' (default: those that run)"),
      llvm::cl::value_desc("rows"), llvm::cl::cat(category)};
  llvm::cl::list<std::string> extents{
      "dim",
      llvm::cl::desc(
          "Extent of another dynamic dimension: n, k, groups, batch, "
          "heads, dim, skv, columns, next_n, pages, blocks, slots"),
      llvm::cl::value_desc("name=extent"), llvm::cl::cat(category)};
  llvm::cl::opt<uint64_t> seed{
      "seed", llvm::cl::init(0),
      llvm::cl::desc("Seed of generated data; equal seeds give equal data on "
                     "every machine (default 0)"),
      llvm::cl::value_desc("number"), llvm::cl::cat(category)};
  llvm::cl::list<std::string> inputs{
      "input",
      llvm::cl::desc("Read an argument from a file instead of generating it"),
      llvm::cl::value_desc("argument=file.npy"), llvm::cl::cat(category)};
  llvm::cl::list<std::string> outputs{
      "output",
      llvm::cl::desc("Write an argument (after the run) or a result ('result', "
                     "or 'result0', 'result1', ...) to a file"),
      llvm::cl::value_desc("name=file.npy"), llvm::cl::cat(category)};
  llvm::cl::opt<bool> check{
      "check",
      llvm::cl::desc(
          "Compare every element (beyond 2^36 multiplications: those "
          "of some rows) with a second evaluation, and the whole with "
          "the result of the data before quantisation; "
          "exit 1 if either fails"),
      llvm::cl::cat(category)};
  llvm::cl::opt<bool> checked{
      "checked",
      llvm::cl::desc(
          "Reject f32 scales that are not positive powers of two, as "
          "targets need them that have UE8M0 scales only"),
      llvm::cl::cat(category)};
  llvm::cl::opt<unsigned> threads{
      "jobs", llvm::cl::init(0),
      llvm::cl::desc("Number of threads; the result does not depend on it "
                     "(default: all cores)"),
      llvm::cl::value_desc("number"), llvm::cl::cat(category)};
};

} // namespace dgemm

#endif // DGEMM_TOOLS_DGEMM_RUN_COMMANDLINE_H
