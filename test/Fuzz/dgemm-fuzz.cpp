//===- dgemm-fuzz.cpp - Mutation fuzz of parser, verifiers and passes -----===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Check.h"
#include "Mutator.h"
#include "Watchdog.h"

#include "dgemm/InitAll.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>
#include <unistd.h>

using namespace dgemm::fuzz;
using Clock = std::chrono::steady_clock;

namespace {
struct Options {
  llvm::cl::OptionCategory category{"dgemm-fuzz options"};
  llvm::cl::list<std::string> files{
      llvm::cl::Positional, llvm::cl::desc("<.mlir files to mutate>"),
      llvm::cl::OneOrMore, llvm::cl::cat(category)};
  llvm::cl::opt<double> seconds{"seconds", llvm::cl::init(10),
                                llvm::cl::desc("How long to run"),
                                llvm::cl::cat(category)};
  llvm::cl::opt<uint64_t> seed{"seed", llvm::cl::init(1),
                               llvm::cl::desc("Seed of the first case"),
                               llvm::cl::cat(category)};
  llvm::cl::opt<unsigned> maxFailures{
      "max-failures", llvm::cl::init(10),
      llvm::cl::desc("Stop after this many failures"), llvm::cl::cat(category)};
  llvm::cl::opt<unsigned> hangSeconds{
      "hang-seconds", llvm::cl::init(30),
      llvm::cl::desc("One case may take this long"), llvm::cl::cat(category)};
  llvm::cl::list<std::string> pipelines{
      "pipeline",
      llvm::cl::desc("Textual pass pipeline to run on what is valid, such as "
                     "'builtin.module(canonicalize)'; may be repeated"),
      llvm::cl::cat(category)};
  llvm::cl::opt<std::string> saveTo{
      "save-to", llvm::cl::desc("Folder for the inputs that failed"),
      llvm::cl::init("."), llvm::cl::cat(category)};
  llvm::cl::opt<bool> replay{
      "replay", llvm::cl::desc("Check the files as they are, in this process"),
      llvm::cl::cat(category)};
};
} // namespace

static std::vector<std::string> readCorpus(const Options &options) {
  std::vector<std::string> corpus;
  for (const std::string &file : options.files) {
    auto buffer = llvm::MemoryBuffer::getFile(file);
    if (!buffer) {
      llvm::errs() << "dgemm-fuzz: " << file << ": "
                   << buffer.getError().message() << "\n";
      exit(1);
    }
    llvm::StringRef text = (*buffer)->getBuffer();
    if (options.replay) {
      corpus.push_back(text.str());
      continue;
    }
    for (std::string &input : splitInputs({text.data(), text.size()}))
      corpus.push_back(std::move(input));
  }
  return corpus;
}

/// Says what failed and how to see it again; keeps the input.
static void report(const Options &options, const Mutator &mutator,
                   uint64_t seed, llvm::StringRef what) {
  std::string path = options.saveTo + "/fuzz-" + std::to_string(seed) + ".mlir";
  llvm::sys::fs::create_directories(options.saveTo);
  std::error_code error;
  std::string text = mutator.mutate(seed);
  llvm::raw_fd_ostream(path, error) << text;
  llvm::outs() << "FAILURE seed " << seed << ": " << what
               << "\nreproduce: dgemm-fuzz --replay";
  for (const std::string &pipeline : options.pipelines)
    llvm::outs() << " --pipeline='" << pipeline << "'";
  llvm::outs() << " " << path << "\ninput:\n" << text << "\n";
  llvm::outs().flush();
}

/// Checks cases until the time is up or a promise is broken; runs in a child.
static void fuzzUntil(Clock::time_point end, const Options &options,
                      const Mutator &mutator, Progress &progress) {
  Checker checker({options.pipelines.begin(), options.pipelines.end()});
  while (Clock::now() < end) {
    std::string text = mutator.mutate(progress.seed);
    ++progress.cases;
    if (hitsUpstreamDefect(text)) {
      ++progress.seed;
      continue;
    }
    Verdict verdict = checker.check(text);
    progress.valid += verdict.valid;
    progress.lowered += verdict.lowered;
    if (!verdict.failure.empty()) {
      llvm::outs() << verdict.failure << "\n";
      llvm::outs().flush();
      _exit(1);
    }
    ++progress.seed;
  }
}

static int fuzz(const Options &options) {
  std::vector<std::string> corpus = readCorpus(options);
  Mutator mutator(corpus);
  Watchdog watchdog;
  Progress &progress = watchdog.progress();
  progress.seed = options.seed;
  Clock::time_point end =
      Clock::now() +
      std::chrono::milliseconds(static_cast<int64_t>(options.seconds * 1000));
  unsigned failures = 0;
  while (Clock::now() < end && failures < options.maxFailures) {
    std::string death =
        watchdog.run([&] { fuzzUntil(end, options, mutator, progress); },
                     options.hangSeconds);
    if (death.empty())
      break;
    report(options, mutator, progress.seed, death);
    ++progress.seed;
    ++failures;
  }
  llvm::outs() << progress.cases << " cases from " << corpus.size()
               << " inputs, " << progress.valid << " valid, "
               << progress.lowered << " lowered, " << failures
               << " failures; first seed " << options.seed << "\n";
  return failures != 0;
}

static int replay(const Options &options) {
  Checker checker({options.pipelines.begin(), options.pipelines.end()});
  bool failed = false;
  for (const std::string &text : readCorpus(options)) {
    Verdict verdict = checker.check(text);
    llvm::outs() << (verdict.valid ? "valid" : "refused") << ", "
                 << verdict.lowered << " pipelines accepted it\n"
                 << verdict.failure;
    failed |= !verdict.failure.empty();
  }
  return failed;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  Options options;
  llvm::cl::HideUnrelatedOptions(options.category);
  llvm::cl::ParseCommandLineOptions(
      argc, argv,
      "Mutates valid IR and checks that parser, verifiers, printers and passes "
      "answer with a diagnostic or with valid IR\n");
  dgemm::registerAllPasses();
  dgemm::registerUpstreamPasses();
  for (const std::string &pipeline : options.pipelines)
    if (!Checker::isPipeline(pipeline)) {
      llvm::errs() << "dgemm-fuzz: not a pipeline anchored at builtin.module: "
                   << pipeline << "\n";
      return 1;
    }
  return options.replay ? replay(options) : fuzz(options);
}
