//===- Measure.cpp - Times kernels on a GPU -------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Bench/Measure.h"

#include "CublasLt.h"
#include "KernelTimes.h"
#include "Operands.h"
#include "dgemm/Pack/Pack.h"

using namespace dgemm;
using namespace dgemm::bench;

namespace {

/// Measures entries one after the other; operands stay while the problem does.
class Runner {
public:
  static Expected<std::unique_ptr<Runner>> create(const MeasureOptions &options,
                                                  MachineInfo &machine);

  Measurement run(const KernelEntry &entry);
  const Gpu &getGpu() const { return *gpu; }

private:
  Status time(Measurement &out);
  Status makeOperands(const Problem &problem, const launch::LaunchPlan &plan);
  Status check(PreparedLaunch &launch, Measurement &out);
  void timeBaseline(const Problem &problem);

  const MeasureOptions *options = nullptr;
  MachineInfo *machine = nullptr;
  std::unique_ptr<Gpu> gpu;
  std::unique_ptr<RandomPools> pools;
  std::unique_ptr<KernelTimer> timer;
  std::unique_ptr<CublasLt> cublaslt;
  std::unique_ptr<Operands> operands;
  /// Of the operands' problem.
  double baseline = 0;
};

} // namespace

Expected<std::unique_ptr<Runner>> Runner::create(const MeasureOptions &options,
                                                 MachineInfo &machine) {
  auto out = std::make_unique<Runner>();
  out->options = &options;
  out->machine = &machine;
  Expected<std::unique_ptr<Gpu>> gpu = Gpu::open(options.driver);
  if (!gpu)
    return gpu.error();
  out->gpu = std::move(*gpu);
  out->pools = std::make_unique<RandomPools>(*out->gpu, options.poolBytes);
  Expected<std::unique_ptr<KernelTimer>> timer =
      KernelTimer::create(*out->gpu, options.cupti, options.flushBytes);
  if (!timer)
    return timer.error();
  out->timer = std::move(*timer);
  machine = {
      out->gpu->getName(), out->gpu->getSmCount(), out->timer->getMethod(), {}};
  if (!out->timer->getReason().empty())
    machine.notes.push_back("events instead of CUPTI: " +
                            out->timer->getReason());
  if (options.cublaslt == "none")
    return out;
  Expected<std::unique_ptr<CublasLt>> cublaslt =
      CublasLt::open(*out->gpu, options.cublaslt);
  if (cublaslt)
    out->cublaslt = std::move(*cublaslt);
  else
    machine.notes.push_back("no cuBLASLt: " + cublaslt.message());
  return out;
}

Status Runner::makeOperands(const Problem &problem,
                            const launch::LaunchPlan &plan) {
  if (operands && operands->serve(problem, plan))
    return {};
  // Two sets of the largest problems need not fit.
  operands.reset();
  baseline = 0;
  Expected<std::unique_ptr<Operands>> made =
      Operands::create(*gpu, *pools, problem, plan);
  if (!made)
    return made.error();
  operands = std::move(*made);
  timeBaseline(problem);
  return {};
}

/// Without a scale for each block; a problem that cuBLASLt does not know has no
/// baseline.
void Runner::timeBaseline(const Problem &problem) {
  if (!cublaslt)
    return;
  auto call = cublaslt->prepare(problem, {operands->getAddress("a"),
                                          operands->getAddress("b"),
                                          operands->getAddress("d")});
  Expected<Times> times = call ? timer->measure(*call, options->repetitions)
                               : Expected<Times>(call.error());
  if (times)
    baseline = times->mean;
  else
    machine->notes.push_back(times.message());
}

Status Runner::check(PreparedLaunch &launch, Measurement &out) {
  if (!options->check)
    return {};
  Status status = operands->resetD(*gpu, *pools);
  if (status.ok())
    status = gpu->run(launch);
  if (status.ok())
    status = gpu->synchronize();
  if (!status.ok())
    return status;
  Expected<double> error = operands->check(*gpu, *pools);
  if (!error)
    return error.error();
  out.error = *error;
  if (out.isWrong())
    out.problem =
        "wrong result: error " + std::to_string(*error) + " times its bound";
  return {};
}

Status Runner::time(Measurement &out) {
  launch::Result<pack::Pack> pack =
      pack::readPackFile(options->folder + "/" + out.entry.kernel);
  if (!pack)
    return Error{pack.error().message};
  if (Status status = makeOperands(out.entry.row.problem, pack->plan);
      !status.ok())
    return status;
  out.cublaslt = baseline;
  launch::Launch launch;
  launch::Status evaluated = launch::evaluate(pack->plan, operands->getValues(),
                                              gpu->getSmCount(), launch);
  if (!evaluated.ok())
    return Error{evaluated.error().message};
  Expected<std::unique_ptr<PreparedLaunch>> prepared =
      gpu->prepare(*pack, launch);
  if (!prepared)
    return prepared.error();
  if (Status status = check(**prepared, out); !status.ok())
    return status;
  Expected<Times> times = timer->measure([&] { return gpu->run(**prepared); },
                                         options->repetitions);
  if (!times)
    return times.error();
  out.mean = times->mean;
  out.median = times->median;
  out.least = times->least;
  return {};
}

Measurement Runner::run(const KernelEntry &entry) {
  Measurement out;
  out.entry = entry;
  out.problem = entry.reason;
  if (entry.kernel.empty())
    return out;
  if (Status status = time(out); !status.ok())
    out.problem = status.message();
  return out;
}

Expected<MeasuredSet>
dgemm::bench::measure(const KernelSet &set, const MeasureOptions &options,
                      const std::function<void(const Measurement &)> &report) {
  MeasuredSet out;
  Expected<std::unique_ptr<Runner>> runner =
      Runner::create(options, out.machine);
  if (!runner)
    return runner.error();
  const std::string &chip = (*runner)->getGpu().getArchitecture();
  if (set.target.rfind(chip, 0) != 0)
    return Error{"the kernels are for " + set.target + ", this device is a " +
                 chip + " (" + out.machine.device + ")"};
  for (const KernelEntry &entry : set.entries) {
    out.measurements.push_back((*runner)->run(entry));
    report(out.measurements.back());
  }
  return out;
}
