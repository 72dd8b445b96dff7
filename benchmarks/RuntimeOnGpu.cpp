//===- RuntimeOnGpu.cpp - The launcher on a real GPU ----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   dgemm-runtime-gpu k.dgpack [pack-for-another-chip.dgpack]
//
// Prints what a launch costs the host, and checks what the fake driver of the
// unit tests cannot tell: that errors leave the context usable, that graphs
// replay with other contents, that threads do not disturb each other, that a
// workspace needs zeros once only, and that the driver compiles the PTX. Exit
// code 1 when something is not as it should.
//
//===----------------------------------------------------------------------===//

#include "dgemm/Device/CudaDevice.h"
#include "dgemm/Reference/Tensor.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <random>
#include <thread>

using namespace dgemm;
using namespace dgemm::runtime;
using device::CudaDevice;
using launch::ArgumentValue;

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

int failures = 0;

void expect(bool condition, const std::string &what) {
  std::printf("%s %s\n", condition ? "PASS" : "FAIL", what.c_str());
  failures += !condition;
}

/// Operands of one kernel on the device.
class Operands {
public:
  Operands(CudaDevice &device, const pack::Pack &pack)
      : device(device), pack(pack), plan(pack.plan) {}

  /// Memory for up to `m` rows, full of positive numbers of every type.
  bool allocate(int64_t m, uint64_t seed) {
    values = makeValues(m);
    for (size_t i = 0; i < values.size(); ++i) {
      bytes.push_back(spanOf(i));
      auto address = device.allocate(plan.arguments[i].name, bytes[i]);
      if (!address)
        return false;
      addresses.push_back(*address);
      values[i].address = *address;
    }
    return fill(seed);
  }

  bool fill(uint64_t seed) {
    for (size_t i = 0; i + 1 < values.size(); ++i) {
      std::mt19937_64 random(seed * 16 + i);
      std::vector<uint8_t> content(bytes[i]);
      for (uint8_t &byte : content)
        byte = static_cast<uint8_t>(0x30 | (random() & 15));
      if (!device.write(addresses[i], content.data(), content.size()).ok())
        return false;
    }
    return true;
  }

  /// The operands for fewer rows.
  std::vector<ArgumentValue> of(int64_t m) const {
    std::vector<ArgumentValue> result = makeValues(m);
    for (size_t i = 0; i < result.size(); ++i) {
      result[i].address = values[i].address;
      result[i].strides = values[i].strides;
    }
    return result;
  }

  std::vector<uint8_t> result() const {
    std::vector<uint8_t> content(bytes.back());
    if (!device.read(addresses.back(), content.data(), content.size()).ok())
      content.clear();
    return content;
  }

private:
  std::vector<ArgumentValue> makeValues(int64_t m) const {
    std::vector<ArgumentValue> result;
    for (size_t index = 0; index < plan.arguments.size(); ++index) {
      const launch::Argument &argument = plan.arguments[index];
      ArgumentValue &value = result.emplace_back();
      value.rank = argument.shape.size();
      int64_t rows = m;
      if (pack.matmul && pack.matmul->aScale == index &&
          argument.type != launch::ElementType::I32)
        rows = (m + pack.matmul->aGranularity->mn - 1) /
               pack.matmul->aGranularity->mn;
      std::vector<int64_t> shape;
      for (size_t i = 0; i < value.rank; ++i)
        shape.push_back(argument.shape[i].value_or(rows));
      std::vector<int64_t> strides =
          reference::chooseStrides(argument.strides, shape, 0);
      std::copy(shape.begin(), shape.end(), value.shape.begin());
      std::copy(strides.begin(), strides.end(), value.strides.begin());
    }
    return result;
  }

  uint64_t spanOf(size_t i) const {
    int64_t last = 0;
    for (size_t dim = 0; dim < values[i].rank; ++dim)
      last += (values[i].shape[dim] - 1) * values[i].strides[dim];
    return static_cast<uint64_t>((last + 1) *
                                 launch::getBits(plan.arguments[i].type) / 8);
  }

  CudaDevice &device;
  const pack::Pack &pack;
  const launch::LaunchPlan &plan;
  std::vector<ArgumentValue> values;
  std::vector<uint64_t> addresses, bytes;
};

/// One kernel on one device, and what is tried with it.
class Trial {
public:
  Trial(CudaDevice &device, const pack::Pack &pack)
      : device(device), driver(*device.getDriver()), pack(pack),
        operands(device, pack) {}

  bool prepare() {
    auto loaded = device.loadPack(pack);
    if (!loaded) {
      std::printf("%s\n", loaded.message().c_str());
      return false;
    }
    keeper = std::move(*loaded);
    kernel = &CudaDevice::getKernel(*keeper);
    return operands.allocate(kRows, 1) && allocateWorkspace();
  }

  void loadTimes(const char *other);
  void mistakes();
  void graphs();
  void threads();
  void overhead();

private:
  static constexpr int64_t kRows = 512;

  /// Poison first: only what `prepareWorkspace` does makes it usable.
  bool allocateWorkspace() {
    Launcher launcher(*kernel);
    auto bytes = launcher.getWorkspaceBytes(operands.of(kRows), {});
    if (!bytes || *bytes == 0)
      return static_cast<bool>(bytes);
    options.workspaceBytes = (*bytes + 255) / 256 * 256;
    auto address = device.allocate("workspace", options.workspaceBytes);
    if (!address)
      return false;
    options.workspace = *address;
    return prepareWorkspace(*kernel);
  }

  bool prepareWorkspace(const Kernel &user) {
    return user
        .prepareWorkspace(options.workspace, options.workspaceBytes,
                          device.getStream())
        .ok();
  }

  Status launchOnly(Launcher &launcher,
                    const std::vector<ArgumentValue> &values) {
    return launcher.launch(values.data(), values.size(), options,
                           device.getStream());
  }

  bool launchAndWait(Launcher &launcher,
                     const std::vector<ArgumentValue> &values) {
    return launchOnly(launcher, values).ok() &&
           driver.streamSynchronize(device.getStream()) == 0;
  }
  std::unique_ptr<Kernel> loadEmpty();
  template <typename Function> void measure(const char *what, Function launch);

  CudaDevice &device;
  const Driver &driver;
  const pack::Pack &pack;
  std::unique_ptr<device::LoadedKernel> keeper;
  const Kernel *kernel = nullptr;
  Operands operands;
  /// The workspace of `kernel`, on one stream.
  LaunchOptions options;
};

} // namespace

void Trial::loadTimes(const char *other) {
  for (bool preferPtx : {false, true}) {
    LoadOptions options;
    options.preferPtx = preferPtx;
    Clock::time_point start = Clock::now();
    auto loaded =
        Kernel::load(device.getDriver(), pack, device.getContext(), options);
    double seconds = secondsSince(start);
    std::string form = preferPtx ? "PTX, compiled by the driver" : "the cubin";
    expect(static_cast<bool>(loaded),
           "loads " + form + (loaded ? "" : ": " + loaded.error().message));
    if (!loaded)
      continue;
    std::printf("  in %.1f ms\n", seconds * 1e3);
    std::vector<uint8_t> results[2];
    for (int i = 0; i < 2; ++i) {
      const Kernel &user = i == 0 ? *kernel : **loaded;
      Launcher launcher(user);
      // A workspace belongs to one kernel.
      expect(prepareWorkspace(user), "has zeros for a workspace");
      expect(launchAndWait(launcher, operands.of(kRows)), "runs " + form);
      results[i] = operands.result();
    }
    expect(results[0] == results[1], "the same result, bit for bit");
  }
  if (!other)
    return;
  auto wrong = pack::readPackFile(other);
  expect(static_cast<bool>(wrong), "reads the pack for another chip");
  if (!wrong)
    return;
  auto loaded = Kernel::load(device.getDriver(), *wrong, device.getContext());
  expect(!loaded && loaded.error().code == ErrorCode::WrongChip,
         "another chip: " + (loaded ? "loaded" : loaded.error().message));
}

void Trial::mistakes() {
  Launcher launcher(*kernel);
  std::vector<uint8_t> host(1 << 20);
  std::vector<ArgumentValue> right = operands.of(kRows);
  auto attempt = [&](const char *what, ErrorCode code, auto change) {
    std::vector<ArgumentValue> values = right;
    change(values);
    Status status = launchOnly(launcher, values);
    bool isRight = !status.ok() && status.error().code == code;
    expect(isRight, std::string(what) + ": " +
                        (status.ok() ? "launched" : status.error().message));
    expect(driver.ctxSynchronize() == 0 && launchAndWait(launcher, right),
           "  and the context goes on");
  };
  attempt("null", ErrorCode::NullAddress,
          [](auto &values) { values[0].address = 0; });
  attempt("memory of the host", ErrorCode::HostAddress, [&](auto &values) {
    values[0].address =
        (reinterpret_cast<uintptr_t>(host.data()) + 255) / 256 * 256;
  });
  attempt("an address of nothing", ErrorCode::HostAddress,
          [](auto &values) { values[0].address = 0x100; });
  attempt("misaligned", ErrorCode::MisalignedAddress,
          [](auto &values) { values[0].address += 8; });
  attempt("M beyond 32 bits", ErrorCode::OutOfRange, [&](auto &values) {
    for (size_t i = 0; i < values.size(); ++i)
      for (size_t dim = 0; dim < values[i].rank; ++dim)
        if (!pack.plan.arguments[i].shape[dim])
          values[i].shape[dim] = int64_t(1) << 32;
  });
  attempt("a negative size", ErrorCode::NegativeSize, [&](auto &values) {
    for (size_t i = 0; i < values.size(); ++i)
      for (size_t dim = 0; dim < values[i].rank; ++dim)
        if (!pack.plan.arguments[i].shape[dim])
          values[i].shape[dim] = -1;
  });
  if (pack.matmul)
    attempt("operands that contradict each other", ErrorCode::WrongArguments,
            [&](auto &values) {
              bool isKFirst = pack.matmul->layout[0] == 't';
              --values[pack.matmul->a].shape[isKFirst ? 1 : 0];
            });
  if (options.workspaceBytes > 0) {
    Status status =
        launcher.launch(right.data(), right.size(), {}, device.getStream());
    expect(!status.ok() && status.error().code == ErrorCode::BadWorkspace,
           "no workspace: " +
               (status.ok() ? "launched" : status.error().message));
  }
  std::vector<ArgumentValue> none = operands.of(0);
  for (ArgumentValue &value : none)
    value.address = 0;
  expect(launchAndWait(launcher, none), "M = 0 launches nothing");
}

void Trial::graphs() {
  Launcher launcher(*kernel);
  std::vector<ArgumentValue> values = operands.of(kRows);
  CuStream stream = device.getStream();
  expect(launchAndWait(launcher, values), "launches");
  std::vector<uint8_t> before = operands.result();
  CuGraph graph = nullptr;
  CuGraphExec exec = nullptr;
  // New operands: everything is checked and encoded during the capture.
  Launcher fresh(*kernel);
  CuResult result = driver.streamBeginCapture(stream, cu::kCaptureThreadLocal);
  Status status = launchOnly(fresh, values);
  expect(result == 0 && status.ok(),
         "is captured" + (status.ok() ? "" : ": " + status.error().message));
  result = driver.streamEndCapture(stream, &graph);
  if (result == 0)
    result = driver.graphInstantiate(&exec, graph, 0);
  expect(result == 0, "the graph can be instantiated");
  if (result != 0)
    return;
  expect(operands.fill(2), "other contents");
  result = driver.graphLaunch(exec, stream);
  if (result == 0)
    result = driver.streamSynchronize(stream);
  std::vector<uint8_t> replayed = operands.result();
  expect(result == 0 && replayed != before, "the graph computes them");
  for (int i = 0; i < 10 && result == 0; ++i)
    result = driver.graphLaunch(exec, stream);
  expect(result == 0 && driver.streamSynchronize(stream) == 0 &&
             operands.result() == replayed,
         "ten replays later, too, bit for bit");
  expect(launchAndWait(launcher, values) && replayed == operands.result(),
         "the same as a launch does, bit for bit");
  (void)driver.graphExecDestroy(exec);
  (void)driver.graphDestroy(graph);
}

void Trial::threads() {
  std::atomic<int> errors{0};
  std::vector<std::thread> pool;
  Launcher first(*kernel);
  expect(launchAndWait(first, operands.of(kRows)), "launches");
  std::vector<uint8_t> expected = operands.result();
  for (int t = 0; t < 8; ++t)
    pool.emplace_back([&] {
      Launcher launcher(*kernel);
      std::vector<ArgumentValue> values = operands.of(kRows);
      for (int i = 0; i < 100; ++i)
        errors += !launchOnly(launcher, values).ok();
    });
  for (std::thread &thread : pool)
    thread.join();
  expect(errors == 0 && driver.ctxSynchronize() == 0,
         "8 threads without a context launch 100 times");
  expect(operands.result() == expected, "and the result is the same");
}

/// Host time of a launch, with a queue that never fills.
template <typename Function>
void Trial::measure(const char *what, Function launch) {
  constexpr int kBatches = 200, kLaunches = 100;
  std::vector<double> times;
  for (int batch = 0; batch < kBatches; ++batch) {
    Clock::time_point start = Clock::now();
    for (int i = 0; i < kLaunches; ++i)
      if (!launch(i))
        return expect(false, what);
    times.push_back(secondsSince(start) / kLaunches);
    (void)driver.streamSynchronize(device.getStream());
  }
  std::sort(times.begin(), times.end());
  std::printf("%-44s median %.2f us, 90%% %.2f us\n", what,
              times[times.size() / 2] * 1e6,
              times[times.size() * 9 / 10] * 1e6);
}

/// A kernel without parameters: what the driver takes at least.
std::unique_ptr<Kernel> Trial::loadEmpty() {
  pack::Pack empty;
  empty.plan.entry = "empty";
  empty.plan.chip = "sm_90";
  empty.ptx = ".version 8.0\n.target sm_90\n.address_size 64\n"
              ".visible .entry empty() { ret; }\n";
  auto loaded = Kernel::load(device.getDriver(), empty, device.getContext());
  expect(static_cast<bool>(loaded), "loads an empty kernel");
  return loaded ? std::move(*loaded) : nullptr;
}

void Trial::overhead() {
  CuStream stream = device.getStream();
  Launcher launcher(*kernel);
  std::vector<ArgumentValue> one = operands.of(1), two = operands.of(2);
  measure("host, launch with the same operands",
          [&](int) { return launchOnly(launcher, one).ok(); });
  measure("host, launch with other operands each time",
          [&](int i) { return launchOnly(launcher, i % 2 ? one : two).ok(); });
  launch::Launch evaluated;
  EncodedLaunch encoded;
  if (!launch::evaluate(pack.plan, one, kernel->getFacts().smCount, evaluated)
           .ok() ||
      !launch::setWorkspace(evaluated, options.workspace).ok() ||
      !kernel->encode(evaluated, encoded).ok())
    return expect(false, "encodes");
  measure("host, cuLaunchKernelEx alone",
          [&](int) { return kernel->submit(encoded, stream).ok(); });
  if (std::unique_ptr<Kernel> empty = loadEmpty()) {
    EncodedLaunch nothing;
    launch::Launch plain;
    plain.grid = 1;
    plain.block = 32;
    if (empty->encode(plain, nothing).ok())
      measure("host, cuLaunchKernelEx of an empty kernel",
              [&](int) { return empty->submit(nothing, stream).ok(); });
  }
  measure("host, evaluating the plan alone", [&](int i) {
    return launch::evaluate(pack.plan, i % 2 ? one : two,
                            kernel->getFacts().smCount, evaluated)
        .ok();
  });
  measure("host, checking addresses alone",
          [&](int) { return kernel->checkAddresses(one).ok(); });
  measure("host, encoding tensor maps alone",
          [&](int) { return kernel->encode(evaluated, encoded).ok(); });
}

int main(int argc, char **argv) {
  if (argc < 2) {
    std::fprintf(stderr,
                 "usage: dgemm-runtime-gpu <pack> [pack for another chip]\n");
    return 2;
  }
  auto pack = pack::readPackFile(argv[1]);
  device::CudaOptions options;
  if (argc > 3)
    options.driverPath = argv[3];
  auto device = CudaDevice::open(options);
  if (!pack || !device) {
    std::fprintf(stderr, "%s\n",
                 pack ? device.message().c_str()
                      : pack.error().message.c_str());
    return 2;
  }
  std::printf("%s on %s\n", pack->plan.entry.c_str(),
              (*device)->getFacts().name.c_str());
  {
    Trial trial(**device, *pack);
    if (!trial.prepare())
      return 1;
    trial.loadTimes(argc > 2 ? argv[2] : nullptr);
    trial.mistakes();
    trial.graphs();
    trial.threads();
    trial.overhead();
  }
  std::printf("%d failures\n", failures);
  return failures ? 1 : 0;
}
