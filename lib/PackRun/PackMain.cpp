//===- PackMain.cpp - Packs from the command line -------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/PackRun/PackMain.h"

#include "CommandLine.h"

#include "dgemm/Device/CudaDevice.h"
#include "dgemm/Device/SimulatedDevice.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <numeric>

using namespace dgemm;
using namespace dgemm::packrun;

namespace {

/// One problem of a job.
struct Case {
  std::optional<int64_t> m, n, k;
  uint64_t seed = 0;
};

/// A pack with its code on the device.
struct LoadedPack {
  pack::Pack pack;
  std::unique_ptr<device::LoadedKernel> kernel;
};

/// Runs all jobs on one device.
class Session {
public:
  explicit Session(const CommandLine &cl)
      : cl(cl), parallel(static_cast<unsigned>(cl.jobsCount)) {}

  /// The exit code.
  int run();

private:
  Status openDevice(const pack::Pack &first);
  Expected<LoadedPack *> load(const std::string &path);
  bool runJob(const Job &job);
  bool runCase(const Job &job, const Case &problem);
  Expected<bool> runProblem(const Job &job, const Case &problem,
                            const LoadedPack &loaded);
  bool report(const Job &job, const MatmulProblem &problem,
              const device::KernelRuns &runs, const LoadedPack &loaded,
              uint64_t seed) const;
  void printReproducer(const Job &job, const Case &problem) const;

  const CommandLine &cl;
  reference::Parallel parallel;
  std::unique_ptr<device::Device> device;
  std::map<std::string, LoadedPack> packs;
  size_t passed = 0, failed = 0;
};

} // namespace

static int fail(const std::string &message) {
  std::fflush(stdout); // in the order of events
  std::fprintf(stderr, "dgemm-run: error: %s\n", message.c_str());
  return 2;
}

//===----------------------------------------------------------------------===//
// Devices and packs
//===----------------------------------------------------------------------===//

/// The simulator is the chip of the first pack.
Status Session::openDevice(const pack::Pack &first) {
  if (cl.device == "cuda") {
    device::CudaOptions options;
    options.driverPath = cl.driverPath;
    options.ordinal = static_cast<int>(cl.ordinal);
    options.smCount = cl.sms;
    options.preferPtx = cl.preferPtx;
    options.timeoutSeconds = cl.timeoutSeconds;
    if (cl.endsAtUnmappedPage)
      options.placement = device::Placement::EndAtUnmappedPage;
    auto opened = device::CudaDevice::open(options);
    if (!opened)
      return opened.error();
    std::printf("device %s, %lld SMs\n", (*opened)->getFacts().name.c_str(),
                static_cast<long long>((*opened)->smCount()));
    device = std::move(*opened);
    return {};
  }
  device::SimulatedChip chip;
  if (first.chip) {
    chip.smCount = first.chip->smCount;
    chip.sharedPerCta = static_cast<uint32_t>(first.chip->sharedPerCta);
  }
  chip.smCount = cl.sms > 0 ? cl.sms : chip.smCount;
  chip.threads = static_cast<unsigned>(cl.jobsCount);
  chip.maxInstructions = cl.maxInstructions;
  chip.raceCheck = !cl.noRaceCheck;
  device = std::make_unique<device::SimulatedDevice>(chip);
  return {};
}

/// Reads and loads each pack once.
Expected<LoadedPack *> Session::load(const std::string &path) {
  auto found = packs.find(path);
  if (found != packs.end())
    return &found->second;
  pack::Result<pack::Pack> pack = pack::readPackFile(path);
  if (!pack)
    return Error{pack.error().message};
  if (!device)
    if (Status status = openDevice(*pack); !status.ok())
      return status.error();
  auto kernel = device->loadPack(*pack);
  if (!kernel)
    return Error{path + ": " + kernel.message()};
  LoadedPack &result = packs[path];
  result.pack = std::move(*pack);
  result.kernel = std::move(*kernel);
  return &result;
}

//===----------------------------------------------------------------------===//
// Problems
//===----------------------------------------------------------------------===//

static double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  size_t middle = values.size() / 2;
  return values.size() % 2 ? values[middle]
                           : (values[middle - 1] + values[middle]) / 2;
}

static void printTime(const device::KernelRuns &runs, const Extents &extents) {
  std::vector<double> seconds = runs.seconds;
  if (seconds.empty())
    return;
  double time = median(seconds);
  double operations = 2.0 * static_cast<double>(extents.m) *
                      static_cast<double>(extents.n) *
                      static_cast<double>(extents.k);
  std::printf(", %.2f us (%.2f to %.2f), %.1f TFLOPS", time * 1e6,
              *std::min_element(seconds.begin(), seconds.end()) * 1e6,
              *std::max_element(seconds.begin(), seconds.end()) * 1e6,
              operations / time * 1e-12);
}

/// What the device found and what the comparison says. False if it is anything
/// bad.
bool Session::report(const Job &job, const MatmulProblem &problem,
                     const device::KernelRuns &runs, const LoadedPack &loaded,
                     uint64_t seed) const {
  reference::CheckResult result;
  std::vector<std::string> complaints;
  for (const device::KernelRun &run : runs.runs)
    for (const auto *list : {&run.report.findings, &run.mistakes})
      complaints.insert(complaints.end(), list->begin(), list->end());
  if (job.options.check) {
    Expected<reference::CheckResult> checked =
        problem.check(parallel, job.options.checkRows);
    if (checked)
      result = std::move(*checked);
    else
      complaints.push_back("cannot be checked: " + checked.message());
  }
  bool isGood = complaints.empty() && result.passed();
  const Extents &extents = problem.getExtents();
  std::printf(
      "%s %s m=%lld n=%lld k=%lld seed=%llu on %s: ", isGood ? "PASS" : "FAIL",
      loaded.pack.plan.entry.c_str(), static_cast<long long>(extents.m),
      static_cast<long long>(extents.n), static_cast<long long>(extents.k),
      static_cast<unsigned long long>(seed), device->name());
  if (runs.runs.empty())
    std::printf("nothing to launch");
  else
    std::printf("%zu launch%s", runs.runs.size(),
                runs.runs.size() == 1 ? "" : "es");
  if (job.options.check)
    std::printf(", %lld of %lld elements compared, max error %.4g (bound there "
                "%.4g), largest error / bound %.3f",
                static_cast<long long>(result.checked),
                static_cast<long long>(result.elements), result.maxError,
                result.bound, result.worstRatio);
  printTime(runs, extents);
  std::printf("\n");
  if (!result.passed())
    complaints.push_back(
        std::to_string(result.failures) +
        " elements outside of their bound; first: " + result.firstFailure);
  constexpr size_t kMost = 20;
  for (size_t i = 0; i < std::min(kMost, complaints.size()); ++i)
    std::printf("  %s\n", complaints[i].c_str());
  if (complaints.size() > kMost)
    std::printf("  and %zu more\n", complaints.size() - kMost);
  return isGood;
}

Expected<bool> Session::runProblem(const Job &job, const Case &problem,
                                   const LoadedPack &loaded) {
  std::map<std::string, int64_t> wanted;
  for (auto [name, extent] :
       {std::pair("m", problem.m), {"n", problem.n}, {"k", problem.k}})
    if (extent)
      wanted[name] = *extent;
  DataOptions data{problem.seed, job.options.data, job.options.rowPadding};
  Expected<MatmulProblem> matmul =
      MatmulProblem::make(loaded.pack, wanted, data, parallel);
  if (!matmul)
    return matmul.error();
  device::RunRequest request;
  for (uint64_t i = 0; i < job.options.repeat; ++i)
    request.seeds.push_back(problem.seed + i);
  request.timings = static_cast<unsigned>(job.options.timings);
  Expected<device::KernelRuns> runs =
      device::runKernel(*device, *loaded.kernel, loaded.pack.plan,
                        matmul->getOperands(), request);
  if (!runs)
    return runs.error();
  return report(job, *matmul, *runs, loaded, problem.seed);
}

void Session::printReproducer(const Job &job, const Case &problem) const {
  std::printf("  reproduce: dgemm-run %s --device=%s", job.path.c_str(),
              device->name());
  for (auto [name, extent] :
       {std::pair("m", problem.m), {"n", problem.n}, {"k", problem.k}})
    if (extent)
      std::printf(" --%s=%lld", name, static_cast<long long>(*extent));
  if (job.options.data != DataKind::Random)
    std::printf(" --data=%s",
                job.options.data == DataKind::Exact ? "exact" : "codes");
  if (job.options.rowPadding)
    std::printf(" --row-padding=%lld",
                static_cast<long long>(job.options.rowPadding));
  if (job.options.repeat > 1)
    std::printf(" --repeat=%llu",
                static_cast<unsigned long long>(job.options.repeat));
  if (cl.sms)
    std::printf(" --sms=%lld", static_cast<long long>(cl.sms));
  if (cl.preferPtx)
    std::printf(" --ptx");
  if (cl.endsAtUnmappedPage)
    std::printf(" --unmapped");
  std::printf(" --seed=%llu --check\n",
              static_cast<unsigned long long>(problem.seed));
}

/// False where the device cannot go on.
bool Session::runCase(const Job &job, const Case &problem) {
  Expected<LoadedPack *> loaded = load(job.path);
  Expected<bool> isGood = loaded ? runProblem(job, problem, **loaded)
                                 : Expected<bool>(loaded.error());
  if (!device) {
    (void)fail(isGood.message());
    return false;
  }
  if (!isGood)
    std::printf("FAIL %s: %s\n", job.path.c_str(), isGood.message().c_str());
  bool isPassed = isGood && *isGood;
  ++(isPassed ? passed : failed);
  if (!isPassed && (job.options.check || !isGood))
    printReproducer(job, problem);
  std::fflush(stdout);
  if (!device->isUsable())
    return false;
  return isPassed || !cl.stopsAtFailure;
}

/// Each value, or none once.
static std::vector<std::optional<int64_t>>
orNone(const std::vector<int64_t> &values) {
  std::vector<std::optional<int64_t>> result(values.begin(), values.end());
  if (result.empty())
    result.push_back(std::nullopt);
  return result;
}

bool Session::runJob(const Job &job) {
  for (std::optional<int64_t> n : orNone(job.options.n))
    for (std::optional<int64_t> k : orNone(job.options.k))
      for (std::optional<int64_t> m : orNone(job.options.m))
        for (uint64_t seed : job.options.seeds)
          if (!runCase(job, {m, n, k, seed}))
            return false;
  return true;
}

int Session::run() {
  for (const Job &job : cl.jobs)
    if (!runJob(job)) {
      if (!device)
        return 2;
      if (!device->isUsable())
        return fail("the device cannot be used any more; " +
                    std::to_string(passed) + " problems passed before");
      break;
    }
  std::printf("passed %zu of %zu problems\n", passed, passed + failed);
  return failed == 0 ? 0 : 1;
}

//===----------------------------------------------------------------------===//
// Interface
//===----------------------------------------------------------------------===//

static bool isPackFile(const std::string &path) {
  char begin[8] = {};
  std::ifstream stream(path, std::ios::binary);
  stream.read(begin, sizeof(begin));
  return stream.gcount() == sizeof(begin) &&
         pack::isPack(std::string_view(begin, sizeof(begin)));
}

bool dgemm::packrun::isForPacks(int argc, char **argv) {
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    if (word.compare(0, 7, "--list=") == 0 || word == "--list")
      return true;
    constexpr const char *kSuffix = ".dgpack";
    bool isNamed =
        word.size() > 7 && word.compare(word.size() - 7, 7, kSuffix) == 0;
    if (word[0] != '-' && (isNamed || isPackFile(word)))
      return true;
  }
  return false;
}

int dgemm::packrun::packMain(int argc, char **argv) {
  Expected<CommandLine> cl = parseCommandLine({argv + 1, argv + argc});
  if (!cl)
    return fail(cl.message());
  if (cl->wantsHelp) {
    std::fputs(kPackHelp, stdout);
    return 0;
  }
  return Session(*cl).run();
}
