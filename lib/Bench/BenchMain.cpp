//===- BenchMain.cpp - The command line of dgemm-bench --------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Bench/BenchMain.h"

#include "Options.h"
#include "Temporary.h"
#include "dgemm/Bench/Measure.h"
#include "dgemm/Bench/Report.h"
#include "dgemm/Bench/SassSuite.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <unistd.h>

using namespace dgemm::bench;

/// Problems of the options, in their order.
static Expected<std::vector<SuiteRow>> getRows(const Options &options) {
  std::vector<SuiteRow> rows;
  for (const std::string &name : options.suites) {
    Expected<std::vector<SuiteRow>> suite = getDenseSuite(name);
    if (!suite)
      return suite.error();
    rows.insert(rows.end(), suite->begin(), suite->end());
  }
  Expected<Problem> form = parseForm(options.form);
  if (!form)
    return form.error();
  for (const std::string &shape : options.shapes) {
    SuiteRow row{*form, {}};
    if (Status status = setExtents(shape, row.problem); !status.ok())
      return status.error();
    rows.push_back(row);
  }
  for (const Problem &problem :
       getRandomProblems(*form, options.random, options.seed))
    rows.push_back({problem, {}});
  rows.erase(std::remove_if(rows.begin(), rows.end(),
                            [&](const SuiteRow &row) {
                              return row.problem.getName().find(options.only) ==
                                     std::string::npos;
                            }),
             rows.end());
  if (rows.empty())
    return Error{"nothing to measure: give --suite, --shape or --random that "
                 "--only leaves something of"};
  return rows;
}

static Expected<std::vector<std::string>>
readSchedules(const std::string &path) {
  std::vector<std::string> out;
  if (path.empty())
    return out;
  Expected<std::string> text = readFile(path);
  if (!text)
    return text.error();
  std::string line;
  for (char c : *text + "\n") {
    if (c != '\n') {
      line += c;
      continue;
    }
    if (!line.empty() && line[0] == '#' && line.rfind("#dgk.", 0) == 0)
      out.push_back(line);
    line.clear();
  }
  if (out.empty())
    return Error{"'" + path + "' has no line that begins with #dgk.schedule"};
  return out;
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

static Status emit(const Options &options, const Compiler &compiler,
                   const std::string &folder, KernelSet &set) {
  if (!compiler.emit)
    return Error{"this build has no compiler; make the kernels with "
                 "dgemm-bench --emit-packs=DIR and give --packs=DIR"};
  Expected<std::vector<SuiteRow>> rows = getRows(options);
  if (!rows)
    return rows.error();
  Expected<std::vector<std::string>> schedules =
      readSchedules(options.schedules);
  if (!schedules)
    return schedules.error();
  EmitOptions emission;
  emission.target = options.target.empty() ? "sm_90a" : options.target;
  emission.ptxas = options.ptxas;
  emission.folder = folder;
  emission.allCandidates = options.allCandidates;
  emission.declinedToo = options.declinedToo;
  emission.schedules = *schedules;
  emission.jobs = static_cast<unsigned>(options.jobs);
  bool isTerminal = isatty(STDERR_FILENO);
  emission.progress = [isTerminal](size_t done, size_t all,
                                   const std::string &) {
    if (isTerminal)
      std::cerr << "\rcompiling " << done + 1 << " of " << all << std::flush;
  };
  Status status = compiler.emit(*rows, emission, set);
  if (isTerminal)
    std::cerr << "\n";
  return status;
}

static int reportEmitted(const KernelSet &set, const std::string &folder) {
  size_t kernels = 0;
  for (const KernelEntry &entry : set.entries) {
    kernels += !entry.kernel.empty();
    if (entry.kernel.empty())
      std::cout << entry.row.problem.getName() << " " << entry.tile << ": "
                << entry.reason << "\n";
  }
  std::cout << folder << ": " << kernels << " of " << set.entries.size()
            << " entries for " << set.target << " have a kernel\n";
  return kernels ? 0 : 1;
}

/// A folder of its own for kernels that are made and measured in one run.
static Expected<std::string> makeTemporaryFolder() {
  std::string path = getTemporaryTemplate();
  if (mkdtemp(path.data()))
    return path;
  return Error{"cannot make a folder like '" + path + "'"};
}

//===----------------------------------------------------------------------===//
// Measuring
//===----------------------------------------------------------------------===//

static MeasureOptions getMeasureOptions(const Options &options,
                                        const std::string &folder) {
  MeasureOptions out;
  out.folder = folder;
  out.cupti = options.cupti;
  out.cublaslt = options.cublaslt;
  out.repetitions = options.repetitions;
  out.flushBytes = static_cast<uint64_t>(options.flushMegabytes) << 20;
  out.check = !options.noCheck;
  return out;
}

static bool hasSeveralCandidates(const KernelSet &set) {
  for (size_t i = 1; i < set.entries.size(); ++i)
    if (set.entries[i].row.problem.getName() ==
        set.entries[i - 1].row.problem.getName())
      return true;
  return false;
}

static Expected<int> measureSet(const Options &options, const KernelSet &set,
                                const std::string &folder) {
  bool isTerminal = isatty(STDERR_FILENO);
  size_t done = 0;
  Expected<MeasuredSet> measured = measure(
      set, getMeasureOptions(options, folder), [&](const Measurement &) {
        if (isTerminal)
          std::cerr << "\rmeasuring " << ++done << " of " << set.entries.size()
                    << std::flush;
      });
  if (!measured)
    return measured.error();
  if (isTerminal)
    std::cerr << "\n";
  printDenseTable(std::cout, *measured);
  if (hasSeveralCandidates(set))
    printChoiceTable(std::cout, *measured);
  if (!options.json.empty())
    if (Status status = writeFile(options.json, toJson(*measured, set.target));
        !status.ok())
      return status.error();
  return isClean(*measured) ? 0 : 1;
}

//===----------------------------------------------------------------------===//
// Machine code
//===----------------------------------------------------------------------===//

/// Compares with the history and appends to it.
static Expected<std::string> updateHistory(const Options &options,
                                           const std::string &target,
                                           const std::string &run) {
  if (options.history.empty())
    return std::string();
  std::string history;
  // A history that is not there yet begins with this run.
  if (access(options.history.c_str(), F_OK) == 0) {
    Expected<std::string> text = readFile(options.history);
    if (!text)
      return text.error();
    history = *text;
  }
  Expected<std::string> last = getLastRun(history, target);
  if (!last)
    return last.error();
  Expected<std::string> longer = appendRun(history, run);
  if (!longer)
    return longer.error();
  if (Status status = writeFile(options.history, *longer); !status.ok())
    return status.error();
  return last;
}

static Expected<int> runSassSuite(const Options &options,
                                  const Compiler &compiler) {
  Expected<std::vector<SassRow>> rows = getSassSuite();
  if (!rows)
    return rows.error();
  rows->erase(std::remove_if(rows->begin(), rows->end(),
                             [&](const SassRow &row) {
                               return row.name.find(options.only) ==
                                      std::string::npos;
                             }),
              rows->end());
  std::string target = options.target.empty() ? "sm_120a" : options.target;
  Expected<std::vector<SassResult>> results =
      measureSass(*rows, compiler, target, options.ptxas, options.nvdisasm);
  if (!results)
    return results.error();
  std::string run = toJson(*results, target, options.label);
  Expected<std::string> last = updateHistory(options, target, run);
  if (!last)
    return last.error();
  if (!options.json.empty())
    if (Status status = writeFile(options.json, run); !status.ok())
      return status.error();
  printSassTable(std::cout, *results, *last);
  bool isBad = std::any_of(results->begin(), results->end(),
                           [](const SassResult &r) { return r.isBad(); });
  bool hasCode = std::any_of(results->begin(), results->end(),
                             [](const SassResult &r) { return r.hasCode(); });
  return isBad || !hasCode ? 1 : 0;
}

/// Cubins and disassemblies that were named on the command line.
static Expected<int> describeFiles(const Options &options) {
  int spilling = 0;
  for (const std::string &file : options.files) {
    Expected<std::string> text = disassemble(file, options.nvdisasm);
    if (!text)
      return text.error();
    std::vector<SassKernel> kernels = parseSass(*text);
    if (kernels.empty())
      return Error{"no kernel in '" + file + "'"};
    for (const SassKernel &kernel : kernels) {
      std::cout << describe(kernel);
      spilling += kernel.spills > 0;
    }
  }
  return spilling ? 1 : 0;
}

static Expected<int> run(const Options &options, const Compiler &compiler) {
  if (!options.files.empty())
    return describeFiles(options);
  if (std::find(options.suites.begin(), options.suites.end(), "sass") !=
      options.suites.end()) {
    if (options.suites.size() == 1)
      return runSassSuite(options, compiler);
    return Error{"--suite=sass stands alone: it needs no GPU"};
  }
  if (!options.device.empty() && options.device != "cuda")
    return Error{"--device is cuda, not '" + options.device + "'"};
  if (!options.emitPacks.empty()) {
    KernelSet set;
    Status status = emit(options, compiler, options.emitPacks, set);
    if (!status.ok())
      return status.error();
    return reportEmitted(set, options.emitPacks);
  }
  if (!options.packs.empty()) {
    Expected<KernelSet> set = readKernelSet(options.packs);
    if (!set)
      return set.error();
    return measureSet(options, *set, options.packs);
  }
  if (options.device.empty())
    return Error{"say where: --device=cuda measures on this machine, "
                 "--emit-packs=DIR compiles for another"};
  Expected<std::string> folder = makeTemporaryFolder();
  if (!folder)
    return folder.error();
  KernelSet set;
  if (Status status = emit(options, compiler, *folder, set); !status.ok())
    return status.error();
  return measureSet(options, set, *folder);
}

int dgemm::bench::benchMain(int argc, char **argv, const Compiler &compiler) {
  Expected<Options> options = parseOptions(argc, argv);
  Expected<int> result = options ? 0 : Expected<int>(options.error());
  if (options && (options->help || argc == 1)) {
    std::cout << kHelp;
    return 0;
  }
  if (options)
    result = run(*options, compiler);
  if (result)
    return *result;
  std::cerr << "dgemm-bench: error: " << result.message() << "\n";
  return 1;
}
