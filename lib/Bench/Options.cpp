//===- Options.cpp - Options of dgemm-bench -------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"

#include <cerrno>
#include <cstdlib>

using namespace dgemm::bench;

const char *const dgemm::bench::kHelp =
    R"(OVERVIEW: Measures kernels on a GPU, or their machine code on any machine.

USAGE: dgemm-bench --suite=NAMES [options]
       dgemm-bench --form=FORM --shape=MxNxK,... | --random=N [options]

What to measure:
  --suite=NAMES          dense-fp8, dense-bf16 (39 products each with the times
                         of the best existing kernels); sass (machine code)
  --form=FORM            form of the problems of --shape and --random
                         (fp8-1d2d-bf16): operands, scales, output
  --shape=MxNxK,...      these problems
  --random=N             N problems with random extents
  --seed=N               which (1)
  --only=TEXT            those problems whose name contains TEXT
  --target=CHIP          chip to compile for (sm_90a; for sass sm_120a)

Which schedules (default: what the cost model chooses):
  --all-candidates       every candidate that the policy finds worth a try
  --declined-too         with it: also those that it declines, if legal
  --schedules=FILE       those of a file, one #dgk.schedule in a line

Where:
  --device=cuda          the GPU of this machine
  --emit-packs=DIR       compile into a folder and stop; needs no GPU
  --packs=DIR            measure that folder; needs no compiler
  --jobs=N               compile N kernels at once (1; 0: one for each core)
  --ptxas=FILE           ptxas to use

How to measure:
  --reps=N               calls that are timed (30)
  --flush-mb=N           megabytes that a memset writes before each call (8192)
  --cupti=FILE           libcupti; "none": events instead (they add about 3 us)
  --cublaslt=FILE        libcublasLt; "none": no baseline
  --no-check             do not compare samples of the results

Machine code (--suite=sass, or cubins and disassemblies as arguments):
  --nvdisasm=FILE        nvdisasm to use
  --history=FILE         compare with the last run in this JSON file and append

Output:
  --json=FILE            results as JSON, too
  --label=TEXT           what to call this run in the history
)";

namespace {

/// An option and where its value goes; one of the pointers is set.
struct Option {
  const char *name;
  std::string Options::*text = nullptr;
  int64_t Options::*number = nullptr;
  bool Options::*flag = nullptr;
  std::vector<std::string> Options::*list = nullptr;
};

} // namespace

static constexpr Option kOptions[] = {
    {"--suite", nullptr, nullptr, nullptr, &Options::suites},
    {"--shape", nullptr, nullptr, nullptr, &Options::shapes},
    {"--form", &Options::form},
    {"--only", &Options::only},
    {"--device", &Options::device},
    {"--target", &Options::target},
    {"--packs", &Options::packs},
    {"--emit-packs", &Options::emitPacks},
    {"--schedules", &Options::schedules},
    {"--json", &Options::json},
    {"--ptxas", &Options::ptxas},
    {"--cupti", &Options::cupti},
    {"--cublaslt", &Options::cublaslt},
    {"--nvdisasm", &Options::nvdisasm},
    {"--history", &Options::history},
    {"--label", &Options::label},
    {"--random", nullptr, &Options::random},
    {"--seed", nullptr, &Options::seed},
    {"--reps", nullptr, &Options::repetitions},
    {"--flush-mb", nullptr, &Options::flushMegabytes},
    {"--jobs", nullptr, &Options::jobs},
    {"--all-candidates", nullptr, nullptr, &Options::allCandidates},
    {"--declined-too", nullptr, nullptr, &Options::declinedToo},
    {"--no-check", nullptr, nullptr, &Options::noCheck},
    {"--help", nullptr, nullptr, &Options::help}};

static Status setNumber(const std::string &name, const std::string &text,
                        int64_t &out) {
  char *end = nullptr;
  errno = 0;
  out = std::strtoll(text.c_str(), &end, 10);
  if (!text.empty() && *end == '\0' && errno == 0 && out >= 0)
    return {};
  return Error{name + " needs a number of at least 0, not '" + text + "'"};
}

static void addParts(const std::string &text, std::vector<std::string> &out) {
  for (size_t begin = 0; begin <= text.size();) {
    size_t end = std::min(text.find(',', begin), text.size());
    out.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
}

static Status setOption(const Option &option, const std::string &value,
                        Options &out) {
  if (option.number)
    return setNumber(option.name, value, out.*option.number);
  if (option.list)
    addParts(value, out.*option.list);
  else
    out.*option.text = value;
  return {};
}

Expected<Options> dgemm::bench::parseOptions(int argc, char **argv) {
  Options out;
  for (int i = 1; i < argc; ++i) {
    std::string argument = argv[i];
    if (argument.size() < 2 || argument[0] != '-') {
      out.files.push_back(argument);
      continue;
    }
    size_t equals = argument.find('=');
    std::string name = argument.substr(0, equals);
    const Option *found = nullptr;
    for (const Option &option : kOptions)
      if (name == option.name)
        found = &option;
    if (!found)
      return Error{"unknown option " + name + "; --help lists them"};
    if (found->flag) {
      out.*found->flag = true;
      continue;
    }
    bool isNext = equals == std::string::npos;
    if (isNext && i + 1 == argc)
      return Error{name + " needs a value: " + name + "=..."};
    std::string value = isNext ? argv[++i] : argument.substr(equals + 1);
    if (Status status = setOption(*found, value, out); !status.ok())
      return status.error();
  }
  if (out.repetitions == 0)
    return Error{"--reps is at least 1"};
  return out;
}
