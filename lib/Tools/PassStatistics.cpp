//===- PassStatistics.cpp - Statistics with release packages --------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Tools/PassStatistics.h"

#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <map>
#include <mutex>

using namespace mlir;

#if LLVM_ENABLE_STATS

// In code that is compiled with statistics, as ours is, a pass has room for
// them; the constructor and the assignment in a release build of MLIR leave
// that room as it is. These are called instead by the passes linked into the
// same program. Hidden, so that MLIR's own passes, which have no such room,
// keep theirs.
__attribute__((visibility("hidden")))
Pass::Statistic::Statistic(Pass *owner, const char *name,
                           const char *description)
    : llvm::Statistic{/*DebugType=*/"", name, description} {
  // Not one of the process-wide statistics, which are printed at exit.
  Initialized = true;
  owner->statistics.push_back(this);
}

__attribute__((visibility("hidden"))) Pass::Statistic &
Pass::Statistic::operator=(unsigned value) {
  llvm::Statistic::operator=(value);
  return *this;
}

namespace {
/// Remembers what each pass has counted, and prints the sums by pass in the
/// format of MLIR's list display.
class StatisticsReport : public PassInstrumentation {
public:
  ~StatisticsReport() override {
    llvm::raw_ostream &os = llvm::errs();
    for (const auto &[pass, statistics] : sums()) {
      os << pass << "\n";
      for (const auto &[name, entry] : statistics)
        os << llvm::format("  (S) %8llu ",
                           static_cast<unsigned long long>(entry.value))
           << name << " - " << entry.description << "\n";
    }
  }

  void runAfterPass(Pass *pass, Operation *) override { remember(pass); }
  void runAfterPassFailed(Pass *pass, Operation *) override { remember(pass); }

private:
  struct Entry {
    uint64_t value = 0;
    std::string description;
  };
  using Statistics = std::map<std::string, Entry>;

  /// Passes of MLIR itself list statistics without content. The names of all
  /// passes of this project tell which dialect they are about.
  static bool isOurs(Pass *pass) {
    llvm::StringRef argument = pass->getArgument();
    return argument.contains("dgemm") || argument.contains("dgk");
  }

  /// Called from the threads of the pass manager, each with a pass of its own.
  void remember(Pass *pass) {
    if (!isOurs(pass) || pass->getStatistics().empty())
      return;
    std::lock_guard<std::mutex> lock(mutex);
    auto &[name, statistics] = seen[pass];
    name = pass->getName().str();
    for (Pass::Statistic *statistic : pass->getStatistics())
      statistics[statistic->getName()] = {statistic->getValue(),
                                          statistic->getDesc()};
  }

  std::map<std::string, Statistics> sums() const {
    std::map<std::string, Statistics> result;
    for (const auto &[pass, named] : seen) {
      Statistics &sum = result[named.first];
      for (const auto &[name, entry] : named.second) {
        sum[name].value += entry.value;
        sum[name].description = entry.description;
      }
    }
    return result;
  }

  std::mutex mutex;
  std::map<Pass *, std::pair<std::string, Statistics>> seen;
};
} // namespace

static void addReport(PassManager &manager) {
  manager.addInstrumentation(std::make_unique<StatisticsReport>());
}

#else

static void addReport(PassManager &) {
  llvm::errs() << "statistics need a build with DGEMM_ENABLE_ASSERTIONS\n";
}

#endif // LLVM_ENABLE_STATS

void dgemm::reportPassStatistics(PassManager &manager) {
  llvm::cl::Option *option =
      llvm::cl::getRegisteredOptions().lookup("mlir-pass-statistics");
  if (option && option->getNumOccurrences() > 0)
    addReport(manager);
}
