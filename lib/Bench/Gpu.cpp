//===- Gpu.cpp - The GPU as a benchmark needs it --------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Declarations follow the reference of the CUDA driver API; numbers of
// enumerators are part of its binary interface.
//
//===----------------------------------------------------------------------===//

#include "Gpu.h"

#include "SharedLibrary.h"

#include <utility>

using namespace dgemm;
using namespace dgemm::bench;

using Address = unsigned long long;

struct dgemm::bench::DriverFunctions {
  SharedLibrary library;
  int (*init)(unsigned) = nullptr;
  int (*deviceGet)(int *, int) = nullptr;
  int (*deviceGetName)(char *, int, int) = nullptr;
  int (*deviceGetAttribute)(int *, int, int) = nullptr;
  int (*retainContext)(void **, int) = nullptr;
  int (*setContext)(void *) = nullptr;
  int (*synchronize)() = nullptr;
  int (*getErrorName)(int, const char **) = nullptr;
  int (*allocate)(Address *, size_t) = nullptr;
  int (*release)(Address) = nullptr;
  int (*copyIn)(Address, const void *, size_t) = nullptr;
  int (*copyOut)(void *, Address, size_t) = nullptr;
  int (*copy)(Address, Address, size_t, void *) = nullptr;
  int (*fill)(Address, unsigned char, size_t, void *) = nullptr;
  int (*loadModule)(void **, const void *) = nullptr;
  int (*unloadModule)(void *) = nullptr;
  int (*getFunction)(void **, void *, const char *) = nullptr;
  int (*setAttribute)(void *, int, int) = nullptr;
  int (*launch)(const void *, void *, void **, void **) = nullptr;
  int (*encodeTiled)(void *, int, uint32_t, void *, const uint64_t *,
                     const uint64_t *, const uint32_t *, const uint32_t *, int,
                     int, int, int) = nullptr;
  int (*createEvent)(void **, unsigned) = nullptr;
  int (*recordEvent)(void *, void *) = nullptr;
  int (*waitEvent)(void *) = nullptr;
  int (*getElapsed)(float *, void *, void *) = nullptr;

  Status load();
  Status check(int result, const char *what) const;
};

namespace {

// CUdevice_attribute, CUfunction_attribute, CUlaunchAttributeID.
constexpr int kMultiprocessorCount = 16;
constexpr int kCapabilityMajor = 75;
constexpr int kCapabilityMinor = 76;
constexpr int kMaxDynamicShared = 8;
constexpr int kClusterDimension = 4;

/// CUlaunchAttribute.
struct alignas(8) LaunchAttribute {
  int id = 0;
  char padding[4] = {};
  union {
    char bytes[64];
    struct {
      unsigned x, y, z;
    } cluster;
  } value = {};
};
static_assert(sizeof(LaunchAttribute) == 72);

/// CUlaunchConfig.
struct LaunchConfig {
  unsigned grid[3] = {1, 1, 1};
  unsigned block[3] = {1, 1, 1};
  unsigned sharedBytes = 0;
  void *stream = nullptr;
  LaunchAttribute *attributes = nullptr;
  unsigned numAttributes = 0;
};

} // namespace

Status DriverFunctions::load() {
  Status status = library.open({"libcuda.so.1", "libcuda.so"});
  auto find = [&](const char *name, auto *&function) {
    if (status.ok())
      status = library.find(name, function);
  };
  find("cuInit", init);
  find("cuDeviceGet", deviceGet);
  find("cuDeviceGetName", deviceGetName);
  find("cuDeviceGetAttribute", deviceGetAttribute);
  find("cuDevicePrimaryCtxRetain", retainContext);
  find("cuCtxSetCurrent", setContext);
  find("cuCtxSynchronize", synchronize);
  find("cuGetErrorName", getErrorName);
  find("cuMemAlloc_v2", allocate);
  find("cuMemFree_v2", release);
  find("cuMemcpyHtoD_v2", copyIn);
  find("cuMemcpyDtoH_v2", copyOut);
  find("cuMemcpyDtoDAsync_v2", copy);
  find("cuMemsetD8Async", fill);
  find("cuModuleLoadData", loadModule);
  find("cuModuleUnload", unloadModule);
  find("cuModuleGetFunction", getFunction);
  find("cuFuncSetAttribute", setAttribute);
  find("cuLaunchKernelEx", launch);
  find("cuTensorMapEncodeTiled", encodeTiled);
  find("cuEventCreate", createEvent);
  find("cuEventRecord", recordEvent);
  find("cuEventSynchronize", waitEvent);
  find("cuEventElapsedTime", getElapsed);
  return status;
}

Status DriverFunctions::check(int result, const char *what) const {
  if (result == 0)
    return {};
  const char *name = nullptr;
  getErrorName(result, &name);
  return Error{std::string(what) + " failed: " + (name ? name : "CUDA error ") +
               " (" + std::to_string(result) + ")"};
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

GpuMemory &GpuMemory::operator=(GpuMemory &&other) {
  std::swap(functions, other.functions);
  std::swap(address, other.address);
  std::swap(bytes, other.bytes);
  return *this;
}

GpuMemory::~GpuMemory() {
  // A failure was reported by what queued the work.
  if (functions)
    functions->release(address);
}

Expected<GpuMemory> Gpu::allocate(uint64_t bytes) const {
  Address address = 0;
  Status status = functions->check(functions->allocate(&address, bytes),
                                   "allocation of device memory");
  if (!status.ok())
    return Error{status.message() + ", " + std::to_string(bytes) + " bytes"};
  return GpuMemory(*functions, address, bytes);
}

Status Gpu::write(uint64_t address, const void *from, uint64_t bytes) const {
  return functions->check(functions->copyIn(address, from, bytes),
                          "copy to the device");
}

Status Gpu::read(uint64_t address, void *to, uint64_t bytes) const {
  return functions->check(functions->copyOut(to, address, bytes),
                          "copy from the device");
}

Status Gpu::copy(uint64_t from, uint64_t to, uint64_t bytes) const {
  return functions->check(functions->copy(to, from, bytes, nullptr),
                          "copy on the device");
}

Status Gpu::fill(uint64_t address, uint8_t value, uint64_t bytes) const {
  return functions->check(functions->fill(address, value, bytes, nullptr),
                          "memset");
}

//===----------------------------------------------------------------------===//
// Device
//===----------------------------------------------------------------------===//

Gpu::Gpu() : functions(std::make_unique<DriverFunctions>()) {}
// The primary context goes with the process: kernels of other libraries may
// still use it.
Gpu::~Gpu() = default;

Status Gpu::initialize() {
  if (Status status = functions->load(); !status.ok())
    return Error{"no CUDA driver: " + status.message()};
  Status status;
  auto call = [&](int result, const char *what) {
    if (status.ok())
      status = functions->check(result, what);
  };
  int device = 0, count = 0, major = 0, minor = 0;
  char text[256] = {};
  call(functions->init(0), "cuInit");
  if (!status.ok())
    return status;
  call(functions->deviceGet(&device, 0), "cuDeviceGet");
  call(functions->deviceGetName(text, sizeof(text) - 1, device), "device name");
  call(functions->deviceGetAttribute(&count, kMultiprocessorCount, device),
       "device attribute");
  call(functions->deviceGetAttribute(&major, kCapabilityMajor, device),
       "device attribute");
  call(functions->deviceGetAttribute(&minor, kCapabilityMinor, device),
       "device attribute");
  call(functions->retainContext(&context, device), "context");
  if (!status.ok())
    return status;
  call(functions->setContext(context), "context");
  for (void *&event : events)
    call(functions->createEvent(&event, 0), "event");
  name = text;
  smCount = count;
  architecture = "sm_" + std::to_string(major) + std::to_string(minor);
  return status;
}

Expected<std::unique_ptr<Gpu>> Gpu::open() {
  std::unique_ptr<Gpu> gpu(new Gpu);
  if (Status status = gpu->initialize(); !status.ok())
    return status.error();
  return gpu;
}

Status Gpu::synchronize() const {
  return functions->check(functions->synchronize(), "kernel");
}

Status Gpu::mark(int which) const {
  return functions->check(functions->recordEvent(events[which], nullptr),
                          "event");
}

Expected<double> Gpu::getElapsed() const {
  float milliseconds = 0;
  Status status = functions->check(functions->waitEvent(events[1]), "kernel");
  if (status.ok())
    status = functions->check(
        functions->getElapsed(&milliseconds, events[0], events[1]), "event");
  if (!status.ok())
    return status.error();
  return 1000.0 * milliseconds;
}

//===----------------------------------------------------------------------===//
// Launches
//===----------------------------------------------------------------------===//

/// CUtensorMapDataType; formats of one byte are copied as bytes.
static int getMapType(launch::ElementType type) {
  switch (launch::getBits(type)) {
  case 4:
    return 14; // 16 of 4 bits in 16 bytes of shared memory
  case 8:
    return 0;
  case 16:
    return type == launch::ElementType::BF16 ? 9 : 1;
  case 32:
    return type == launch::ElementType::F32 ? 7 : 3;
  default:
    return 5;
  }
}

static int getSwizzle(uint32_t span) {
  return span == 0 ? 0 : span == 32 ? 1 : span == 64 ? 2 : 3;
}

Status Gpu::encode(const launch::TensorMapValue &value,
                   PreparedLaunch::Map &map) const {
  if (value.isEmpty)
    return {};
  constexpr uint32_t ones[launch::kMaxMapRank] = {1, 1, 1, 1, 1};
  constexpr int kL2Promotion256 = 3;
  return functions->check(
      functions->encodeTiled(&map, getMapType(value.type), value.rank,
                             reinterpret_cast<void *>(value.address),
                             value.dims.data(), value.strides.data(),
                             value.box.data(), ones, 0,
                             getSwizzle(value.swizzle), kL2Promotion256, 0),
      "tensor map");
}

Status Gpu::addWorkspace(PreparedLaunch &prepared) const {
  uint64_t bytes = prepared.launch.workspaceBytes;
  if (bytes == 0)
    return {};
  Expected<GpuMemory> memory = allocate(bytes);
  if (!memory)
    return memory.error();
  prepared.workspace = std::move(*memory);
  uint64_t address = prepared.workspace.getAddress();
  if (launch::Status status = launch::setWorkspace(prepared.launch, address);
      !status.ok())
    return Error{status.error().message};
  return fill(address, 0, bytes);
}

Expected<std::unique_ptr<PreparedLaunch>>
Gpu::prepare(const std::string &cubin, const launch::LaunchPlan &plan,
             const launch::Launch &launch) const {
  auto out = std::make_unique<PreparedLaunch>();
  void *module = nullptr;
  if (Status status = functions->check(
          functions->loadModule(&module, cubin.data()), "loading of the cubin");
      !status.ok())
    return status.error();
  out->module = std::shared_ptr<void>(
      module, [this](void *handle) { functions->unloadModule(handle); });
  Status status = functions->check(
      functions->getFunction(&out->function, module, plan.entry.c_str()),
      "look-up of the kernel");
  if (status.ok())
    status = functions->check(functions->setAttribute(out->function,
                                                      kMaxDynamicShared,
                                                      int(launch.sharedBytes)),
                              "dynamic shared memory");
  out->launch = launch;
  out->maps.resize(launch.maps.size());
  for (size_t i = 0; status.ok() && i < launch.maps.size(); ++i)
    status = encode(launch.maps[i], out->maps[i]);
  if (status.ok())
    status = addWorkspace(*out);
  if (!status.ok())
    return status.error();
  for (launch::ParameterValue &value : out->launch.parameters)
    out->parameters.push_back(value.kind == launch::Parameter::Kind::Map
                                  ? static_cast<void *>(&out->maps[value.value])
                                  : static_cast<void *>(&value.value));
  return out;
}

Status Gpu::run(PreparedLaunch &prepared) const {
  LaunchAttribute cluster;
  cluster.id = kClusterDimension;
  cluster.value.cluster = {prepared.launch.cluster, 1, 1};
  LaunchConfig config;
  config.grid[0] = prepared.launch.grid;
  config.block[0] = prepared.launch.block;
  config.sharedBytes = prepared.launch.sharedBytes;
  config.attributes = &cluster;
  config.numAttributes = prepared.launch.cluster > 1 ? 1 : 0;
  return functions->check(functions->launch(&config, prepared.function,
                                            prepared.parameters.data(),
                                            nullptr),
                          "launch");
}
