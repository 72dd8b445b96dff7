//===- Gpu.cpp - The GPU as a benchmark needs it --------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Gpu.h"

#include <utility>

using namespace dgemm;
using namespace dgemm::bench;

/// An error of the launcher's libraries as one of ours.
static Status convert(const launch::Status &status) {
  return status.ok() ? Status() : Status(Error{status.error().message});
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

GpuMemory &GpuMemory::operator=(GpuMemory &&other) {
  std::swap(driver, other.driver);
  std::swap(address, other.address);
  std::swap(bytes, other.bytes);
  return *this;
}

GpuMemory::~GpuMemory() {
  // A failure was reported by what queued the work.
  if (driver)
    (void)driver->memFree(address);
}

Expected<GpuMemory> Gpu::allocate(uint64_t bytes) const {
  runtime::CuAddress address = 0;
  std::string what = "allocation of " + std::to_string(bytes) + " bytes";
  Status status =
      convert(driver->check(driver->memAlloc(&address, bytes), what.c_str()));
  if (!status.ok())
    return status.error();
  return GpuMemory(*driver, address, bytes);
}

Status Gpu::write(uint64_t address, const void *from, uint64_t bytes) const {
  return convert(driver->check(driver->memcpyHtoD(address, from, bytes),
                               "copy to the device"));
}

Status Gpu::read(uint64_t address, void *to, uint64_t bytes) const {
  return convert(driver->check(driver->memcpyDtoH(to, address, bytes),
                               "copy from the device"));
}

Status Gpu::copy(uint64_t from, uint64_t to, uint64_t bytes) const {
  return convert(
      driver->check(driver->memcpyDtoD(to, from, bytes), "copy on the device"));
}

Status Gpu::fill(uint64_t address, uint8_t value, uint64_t bytes) const {
  return convert(driver->check(
      driver->memsetD8Async(address, value, bytes, nullptr), "memset"));
}

//===----------------------------------------------------------------------===//
// Device
//===----------------------------------------------------------------------===//

Status Gpu::initialize(const std::string &path) {
  auto opened =
      path.empty() ? runtime::Driver::open() : runtime::Driver::open(path);
  if (!opened)
    return Error{opened.error().message};
  driver = std::move(*opened);
  launch::Result<runtime::DeviceFacts> facts =
      runtime::getDeviceFacts(*driver, 0);
  if (!facts)
    return Error{facts.error().message};
  name = facts->name;
  smCount = facts->smCount;
  architecture =
      "sm_" + std::to_string(facts->major) + std::to_string(facts->minor);
  // The primary context goes with the process: kernels of other libraries may
  // still use it.
  runtime::CuResult result = driver->primaryCtxRetain(&context, 0);
  if (result == runtime::cu::kSuccess)
    result = driver->ctxSetCurrent(context);
  for (runtime::CuEvent &event : events)
    if (result == runtime::cu::kSuccess)
      result = driver->eventCreate(&event, runtime::cu::kEventDefault);
  return convert(driver->check(result, "context of the device"));
}

Expected<std::unique_ptr<Gpu>> Gpu::open(const std::string &driver) {
  std::unique_ptr<Gpu> gpu(new Gpu);
  if (Status status = gpu->initialize(driver); !status.ok())
    return status.error();
  return gpu;
}

Status Gpu::synchronize() const {
  return convert(driver->check(driver->ctxSynchronize(), "kernel"));
}

Status Gpu::mark(int which) const {
  return convert(
      driver->check(driver->eventRecord(events[which], nullptr), "event"));
}

Expected<double> Gpu::getElapsed() const {
  float milliseconds = 0;
  runtime::CuResult result = driver->eventSynchronize(events[1]);
  if (result == runtime::cu::kSuccess)
    result = driver->eventElapsedTime(&milliseconds, events[0], events[1]);
  if (Status status = convert(driver->check(result, "kernel")); !status.ok())
    return status.error();
  return 1000.0 * milliseconds;
}

//===----------------------------------------------------------------------===//
// Launches
//===----------------------------------------------------------------------===//

/// Gives the launch the zeros that it wants for itself.
static Status addWorkspace(const Gpu &gpu, const runtime::Kernel &kernel,
                           launch::Launch &launch, GpuMemory &workspace) {
  if (launch.workspaceBytes == 0)
    return {};
  Expected<GpuMemory> memory = gpu.allocate(launch.workspaceBytes);
  if (!memory)
    return memory.error();
  workspace = std::move(*memory);
  uint64_t address = workspace.getAddress();
  if (launch::Status status = launch::setWorkspace(launch, address);
      !status.ok())
    return Error{status.error().message};
  return convert(
      kernel.prepareWorkspace(address, launch.workspaceBytes, nullptr));
}

Expected<std::unique_ptr<PreparedLaunch>>
Gpu::prepare(const pack::Pack &pack, const launch::Launch &launch) const {
  auto kernel = runtime::Kernel::load(driver, pack, context);
  if (!kernel)
    return Error{kernel.error().message};
  auto out = std::make_unique<PreparedLaunch>();
  out->kernel = std::move(*kernel);
  launch::Launch complete = launch;
  Status status = addWorkspace(*this, *out->kernel, complete, out->workspace);
  if (status.ok())
    status = convert(out->kernel->encode(complete, out->encoded));
  if (!status.ok())
    return status.error();
  return out;
}

Status Gpu::run(PreparedLaunch &prepared) const {
  return convert(prepared.kernel->submit(prepared.encoded, nullptr));
}
