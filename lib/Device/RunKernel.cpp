//===- RunKernel.cpp - A kernel on operands of the host -------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Device/RunKernel.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <numeric>

using namespace dgemm;
using namespace dgemm::device;
using reference::View;

namespace {

/// Bytes that one operand, or several at the same place, occupy.
struct Allocation {
  std::string name;
  uint8_t *host = nullptr;
  uint64_t address = 0;
  uint64_t bytes = 0;
  bool isRead = false;
  bool isWritten = false;
  /// A flag for each byte: it belongs to an element. Empty: all do.
  std::vector<uint8_t> isElement;
  /// What the first run left.
  std::vector<uint8_t> first;
};

/// An operand whose strides the kernel does not take, with others.
struct Copy {
  View original;
  reference::Tensor tensor;
};

/// Runs one kernel. What it allocates is released at the end.
class Runner {
public:
  Runner(Device &device, const LoadedKernel &kernel,
         const launch::LaunchPlan &plan,
         const std::vector<KernelOperand> &operands)
      : device(device), kernel(kernel), plan(plan), operands(operands) {}
  ~Runner();
  Runner(const Runner &) = delete;

  Status place();
  /// One launch. Operands that no kernel may change are written before the
  /// first and inspected after the last one only.
  Expected<KernelRun> run(uint64_t seed, bool isFirst, bool isLast);
  Expected<std::vector<double>> time(unsigned count) {
    return device.time(kernel, launch, count);
  }
  Status bringBack();
  bool isEmpty() const { return launch.isEmpty(); }

private:
  std::vector<int64_t> findStrides(size_t index) const;
  Status adaptOperands();
  Status adapt(size_t index, const std::vector<int64_t> &strides);
  Status placeOperand(size_t index);
  Status placeWorkspace();
  Allocation &allocationFor(const View &view, const std::string &name);
  Status fill(const Allocation &allocation);
  Status inspect(Allocation &allocation, KernelRun &result);

  Device &device;
  const LoadedKernel &kernel;
  const launch::LaunchPlan &plan;
  std::vector<KernelOperand> operands;
  std::vector<Copy> copies;
  std::vector<Allocation> allocations;
  /// Address of the workspace, nothing where the kernel needs none.
  std::optional<uint64_t> workspace;
  std::vector<launch::ArgumentValue> arguments;
  launch::Launch launch;
};

} // namespace

//===----------------------------------------------------------------------===//
// Where elements are
//===----------------------------------------------------------------------===//

static int64_t bitsOf(const View &view) {
  return reference::bitWidth(view.type);
}

/// Bytes from the first element to the end of the last one.
static uint64_t spanOf(const View &view) {
  int64_t last = 0;
  for (size_t i = 0; i < view.shape.size(); ++i) {
    if (view.shape[i] == 0)
      return 0;
    last += (view.shape[i] - 1) * view.strides[i];
  }
  return static_cast<uint64_t>((last + 1) * bitsOf(view) + 7) / 8;
}

/// Marks the bytes of all elements whose first indices are given by `offset`,
/// in elements; `dim` is the next dimension.
static void markElements(const View &view, size_t dim, int64_t offset,
                         std::vector<uint8_t> &flags) {
  int64_t bits = bitsOf(view);
  if (dim == view.shape.size()) {
    int64_t begin = offset * bits / 8, end = (offset * bits + bits + 7) / 8;
    std::fill(flags.begin() + begin, flags.begin() + end, 1);
    return;
  }
  bool isRow = dim + 1 == view.shape.size() && view.strides[dim] == 1;
  if (isRow) {
    int64_t begin = offset * bits / 8;
    int64_t end = ((offset + view.shape[dim]) * bits + 7) / 8;
    std::fill(flags.begin() + begin, flags.begin() + end, 1);
    return;
  }
  for (int64_t i = 0; i < view.shape[dim]; ++i)
    markElements(view, dim + 1, offset + i * view.strides[dim], flags);
}

/// Calls `visit(begin, end)` for each run of bytes with the same flag.
static Status
forEachRun(const std::vector<uint8_t> &flags, uint8_t wanted,
           const std::function<Status(uint64_t, uint64_t)> &visit) {
  auto begin = std::find(flags.begin(), flags.end(), wanted);
  while (begin != flags.end()) {
    auto end = std::find(begin, flags.end(), !wanted);
    Status status = visit(static_cast<uint64_t>(begin - flags.begin()),
                          static_cast<uint64_t>(end - flags.begin()));
    if (!status.ok())
      return status;
    begin = std::find(end, flags.end(), wanted);
  }
  return {};
}

//===----------------------------------------------------------------------===//
// Placing
//===----------------------------------------------------------------------===//

Runner::~Runner() {
  for (const Allocation &allocation : allocations)
    (void)device.release(allocation.address).ok();
  if (workspace)
    (void)device.release(*workspace).ok();
}

Allocation &Runner::allocationFor(const View &view, const std::string &name) {
  uint8_t *host = view.data + view.offset * bitsOf(view) / 8;
  for (Allocation &allocation : allocations)
    if (allocation.host == host)
      return allocation;
  Allocation &result = allocations.emplace_back();
  result.name = name;
  result.host = host;
  return result;
}

static bool beginAtSameByte(const View &a, const View &b) {
  return a.type == b.type &&
         a.data + a.offset * bitsOf(a) / 8 == b.data + b.offset * bitsOf(b) / 8;
}

/// Strides of an operand that the kernel takes: those that the plan leaves open
/// grow to the next legal ones, from the innermost to the outermost.
std::vector<int64_t> Runner::findStrides(size_t index) const {
  const View &view = operands[index].view;
  const std::vector<launch::Extent> &fixed = plan.arguments[index].strides;
  std::vector<int64_t> strides = view.strides;
  size_t rank = view.shape.size();
  if (fixed.size() != rank || spanOf(view) == 0)
    return strides;
  // Operands that share memory share strides.
  int64_t multiple = 1;
  for (size_t i = 0; i < operands.size(); ++i)
    if (beginAtSameByte(operands[i].view, view))
      multiple = std::max(multiple, launch::getAlignment(plan, i).strides);
  size_t unit = rank - 1;
  for (size_t i = 0; i < rank; ++i)
    unit = fixed[i] == 1 ? i : unit;
  std::vector<size_t> order(rank);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return std::pair(view.strides[a], b) < std::pair(view.strides[b], a);
  });
  int64_t span = 1;
  for (size_t i : order) {
    if (view.shape[i] <= 1)
      continue;
    if (i != unit && !fixed[i])
      strides[i] =
          (std::max(strides[i], span) + multiple - 1) / multiple * multiple;
    span = std::max(span, strides[i] * view.shape[i]);
  }
  return strides;
}

/// Gives the kernel a copy where it takes no strides of the caller's.
Status Runner::adapt(size_t index, const std::vector<int64_t> &strides) {
  View view = operands[index].view;
  for (const Copy &copy : copies)
    if (beginAtSameByte(copy.original, view) &&
        copy.original.shape == view.shape) {
      operands[index].view = copy.tensor.view();
      return {};
    }
  Expected<reference::Tensor> tensor =
      reference::Tensor::create(view.type, view.shape, strides);
  if (!tensor)
    return tensor.error();
  operands[index].view = tensor->view();
  copies.push_back({view, *tensor});
  return reference::copyElements(view, tensor->view());
}

Status Runner::adaptOperands() {
  // Operands that share memory must find each other.
  std::vector<std::vector<int64_t>> strides;
  for (size_t i = 0; i < operands.size(); ++i)
    strides.push_back(findStrides(i));
  for (size_t i = 0; i < operands.size(); ++i)
    if (strides[i] != operands[i].view.strides)
      if (Status status = adapt(i, strides[i]); !status.ok())
        return status;
  return {};
}

Status Runner::placeOperand(size_t index) {
  const KernelOperand &operand = operands[index];
  const View &view = operand.view;
  launch::ArgumentValue &value = arguments[index];
  value.rank = view.shape.size();
  if (value.rank > launch::kMaxRank)
    return Error{plan.entry + ": operand " + std::to_string(index) + " has " +
                 std::to_string(value.rank) + " dimensions, at most " +
                 std::to_string(launch::kMaxRank) + " can be passed"};
  std::copy(view.shape.begin(), view.shape.end(), value.shape.begin());
  std::copy(view.strides.begin(), view.strides.end(), value.strides.begin());
  uint64_t bytes = spanOf(view);
  if (bytes == 0)
    return {};
  Allocation &allocation = allocationFor(view, plan.arguments[index].name);
  if (allocation.bytes != 0 && allocation.bytes != bytes)
    return Error{plan.entry + ": operands '" + allocation.name + "' and '" +
                 plan.arguments[index].name +
                 "' begin at the same byte but differ in size"};
  allocation.isRead |= operand.isRead;
  allocation.isWritten |= operand.isWritten;
  if (allocation.bytes == 0) {
    Expected<uint64_t> address = device.allocate(allocation.name, bytes);
    if (!address)
      return address.error();
    allocation.bytes = bytes;
    allocation.address = *address;
    allocation.isElement.resize(bytes);
  }
  markElements(view, 0, 0, allocation.isElement);
  value.address = allocation.address;
  return {};
}

Status Runner::place() {
  if (operands.size() != plan.arguments.size())
    return Error{plan.entry + ": " + std::to_string(operands.size()) +
                 " operands, the kernel takes " +
                 std::to_string(plan.arguments.size())};
  arguments.resize(operands.size());
  if (Status status = adaptOperands(); !status.ok())
    return status;
  for (size_t i = 0; i < operands.size(); ++i)
    if (Status status = placeOperand(i); !status.ok())
      return status;
  launch::Status status =
      launch::evaluate(plan, arguments, device.smCount(), launch);
  if (!status.ok())
    return Error{status.error().message};
  return placeWorkspace();
}

/// Zeros once for all runs: each must leave it as it found it.
Status Runner::placeWorkspace() {
  if (launch.isEmpty() || launch.workspaceBytes == 0)
    return {};
  // Devices may put the last byte in front of memory that does not exist: whole
  // multiples keep the first one aligned.
  constexpr uint64_t kUnit = launch::kWorkspaceAlignment;
  uint64_t bytes = (launch.workspaceBytes + kUnit - 1) / kUnit * kUnit;
  Expected<uint64_t> address = device.allocate("workspace", bytes);
  if (!address)
    return address.error();
  workspace = *address;
  if (Status status = device.prepareWorkspace(kernel, *address, bytes);
      !status.ok())
    return status;
  launch::Status status = launch::setWorkspace(launch, *address);
  if (!status.ok())
    return Error{status.error().message};
  return {};
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

Status Runner::fill(const Allocation &allocation) {
  if (allocation.isRead && !device.marksPoison()) {
    // One write instead of one for each row.
    std::vector<uint8_t> image(allocation.bytes, kPoison);
    for (uint64_t i = 0; i < allocation.bytes; ++i)
      if (allocation.isElement[i])
        image[i] = allocation.host[i];
    return device.write(allocation.address, image.data(), image.size());
  }
  Status status = device.poison(allocation.address, allocation.bytes);
  if (!status.ok() || !allocation.isRead)
    return status;
  return forEachRun(allocation.isElement, 1, [&](uint64_t begin, uint64_t end) {
    return device.write(allocation.address + begin, allocation.host + begin,
                        end - begin);
  });
}

/// Index of the first byte that differs, or the size.
static uint64_t findDifference(const uint8_t *a, const uint8_t *b,
                               uint64_t bytes) {
  if (std::memcmp(a, b, bytes) == 0)
    return bytes;
  return static_cast<uint64_t>(std::mismatch(a, a + bytes, b).first - a);
}

/// Compares what a run left with what it may have changed.
Status Runner::inspect(Allocation &allocation, KernelRun &result) {
  std::vector<uint8_t> now(allocation.bytes);
  Status status = device.read(allocation.address, now.data(), allocation.bytes);
  if (!status.ok())
    return status;
  auto at = [&](const std::string &what, uint64_t byte) {
    result.mistakes.push_back(what + " byte " + std::to_string(byte) + " of '" +
                              allocation.name + "', which has " +
                              std::to_string(allocation.bytes) + " bytes");
  };
  bool isReported = false;
  status = forEachRun(allocation.isElement, 0,
                      [&](uint64_t begin, uint64_t end) -> Status {
                        while (begin < end && now[begin] == kPoison)
                          ++begin;
                        if (begin < end && !isReported)
                          at("the kernel wrote between rows:", begin);
                        isReported |= begin < end;
                        return {};
                      });
  if (!allocation.isWritten)
    return forEachRun(
        allocation.isElement, 1, [&](uint64_t begin, uint64_t end) -> Status {
          uint64_t same = findDifference(now.data() + begin,
                                         allocation.host + begin, end - begin);
          if (same != end - begin)
            at("the kernel changed an operand that it only reads:",
               begin + same);
          return {};
        });
  if (allocation.first.empty()) {
    allocation.first = std::move(now);
    return status;
  }
  uint64_t same =
      findDifference(now.data(), allocation.first.data(), allocation.bytes);
  if (same != allocation.bytes)
    at("the result differs from that of the first order:", same);
  return status;
}

Expected<KernelRun> Runner::run(uint64_t seed, bool isFirst, bool isLast) {
  for (const Allocation &allocation : allocations)
    if (isFirst || allocation.isWritten)
      if (Status status = fill(allocation); !status.ok())
        return status.error();
  Expected<LaunchReport> report = device.launch(kernel, launch, seed);
  if (!report)
    return report.error();
  KernelRun result;
  result.seed = seed;
  result.report = std::move(*report);
  for (Allocation &allocation : allocations)
    if (isLast || allocation.isWritten)
      if (Status status = inspect(allocation, result); !status.ok())
        return status.error();
  return result;
}

Status Runner::bringBack() {
  for (Allocation &allocation : allocations)
    if (allocation.isWritten)
      (void)forEachRun(allocation.isElement, 1,
                       [&](uint64_t begin, uint64_t end) -> Status {
                         std::memcpy(allocation.host + begin,
                                     allocation.first.data() + begin,
                                     end - begin);
                         return {};
                       })
          .ok();
  for (const Copy &copy : copies)
    for (const KernelOperand &operand : operands)
      if (operand.isWritten && operand.view.data == copy.tensor.view().data)
        if (Status status =
                reference::copyElements(copy.tensor.view(), copy.original);
            !status.ok())
          return status;
  return {};
}

Expected<KernelRuns> dgemm::device::runKernel(
    Device &device, const LoadedKernel &kernel, const launch::LaunchPlan &plan,
    const std::vector<KernelOperand> &operands, const RunRequest &request) {
  Runner runner(device, kernel, plan, operands);
  if (Status status = runner.place(); !status.ok())
    return status.error();
  KernelRuns result;
  size_t count = request.seeds.size();
  if (runner.isEmpty() || count == 0)
    return result;
  for (size_t i = 0; i < count; ++i) {
    Expected<KernelRun> run =
        runner.run(request.seeds[i], i == 0, i + 1 == count);
    if (!run)
      return run.error();
    result.runs.push_back(std::move(*run));
  }
  if (Status status = runner.bringBack(); !status.ok())
    return status.error();
  if (request.timings == 0)
    return result;
  Expected<std::vector<double>> seconds = runner.time(request.timings);
  if (!seconds)
    return seconds.error();
  result.seconds = std::move(*seconds);
  return result;
}

Expected<std::vector<KernelRun>>
dgemm::device::runKernel(Device &device, const LoadedKernel &kernel,
                         const launch::LaunchPlan &plan,
                         const std::vector<KernelOperand> &operands,
                         const std::vector<uint64_t> &seeds) {
  Expected<KernelRuns> result =
      runKernel(device, kernel, plan, operands, RunRequest{seeds, 0});
  if (!result)
    return result.error();
  return std::move(result->runs);
}
