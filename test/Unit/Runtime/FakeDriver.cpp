//===- FakeDriver.cpp - A CUDA driver without GPU -------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FakeDriver.h"

#include <cstdlib>
#include <cstring>
#include <memory>

using namespace dgemm::runtime;
using fake::State;

namespace dgemm::runtime {
struct CuContextObject {
  int device;
};
struct CuModuleObject {
  std::string image;
};
struct CuFunctionObject {
  std::string name;
};
struct CuStreamObject {
  CuContext context;
  bool isCapturing = false;
  std::vector<fake::LaunchRecord> captured;
};
struct CuEventObject {
  int number;
};
struct CuGraphObject {
  std::vector<fake::LaunchRecord> launches;
};
struct CuGraphExecObject {
  std::vector<fake::LaunchRecord> launches;
};
} // namespace dgemm::runtime

namespace {
struct Range {
  size_t bytes;
  unsigned type;
  int device;
  bool isManaged;
};

/// What lives as long as the library.
struct World {
  State state;
  std::map<CuAddress, Range> memory;
  CuContextObject contexts[8] = {{0}, {1}, {2}, {3}, {4}, {5}, {6}, {7}};
  CuContextObject foreign = {0};
  CuStreamObject foreignStream{&foreign, false, {}};
  std::map<CuMemoryHandle, size_t> handles;
  CuMemoryHandle nextHandle = 1;
  std::vector<std::unique_ptr<CuFunctionObject>> functions;
};
} // namespace

static World &world() {
  static World instance;
  return instance;
}

static State &state() { return world().state; }

static thread_local std::vector<CuContext> contextStack;

static CuContext current() {
  return contextStack.empty() ? nullptr : contextStack.back();
}

/// Counts a call; what it answers if the test wants it to fail.
static CuResult begin(const char *name) {
  if (state().isQuiet)
    return 0;
  ++state().calls[name];
  auto it = state().failures.find(name);
  return it == state().failures.end() ? 0 : it->second;
}

/// In front of every function that may fail.
#define BEGIN(name)                                                            \
  std::lock_guard<std::mutex> lock(state().mutex);                             \
  if (CuResult failure = begin(name))                                          \
    return failure;

extern "C" {

State *fakeDriverState() { return &state(); }

void fakeDriverRegister(unsigned long long address, size_t bytes,
                        unsigned memoryType, int device, int isManaged) {
  std::lock_guard<std::mutex> lock(state().mutex);
  world().memory[address] = {bytes, memoryType, device, isManaged != 0};
}

CuStream fakeDriverForeignStream() { return &world().foreignStream; }

//===----------------------------------------------------------------------===//
// Devices and contexts
//===----------------------------------------------------------------------===//

/// A process that cannot set the state chooses the GPU by environment.
CuResult cuInit(unsigned) {
  BEGIN("cuInit");
  if (const char *capability = std::getenv("FAKE_CUDA_CAPABILITY")) {
    state().capabilityMajor = std::atoi(capability) / 10;
    state().capabilityMinor = std::atoi(capability) % 10;
  }
  return 0;
}

CuResult cuDriverGetVersion(int *version) {
  *version = 13000;
  return 0;
}

CuResult cuGetErrorName(CuResult result, const char **name) {
  static const std::map<CuResult, const char *> names = {
      {cu::kInvalidValue, "CUDA_ERROR_INVALID_VALUE"},
      {cu::kOutOfMemory, "CUDA_ERROR_OUT_OF_MEMORY"},
      {cu::kInvalidContext, "CUDA_ERROR_INVALID_CONTEXT"},
      {218, "CUDA_ERROR_INVALID_PTX"},
      {200, "CUDA_ERROR_INVALID_IMAGE"},
      {500, "CUDA_ERROR_NOT_FOUND"},
      {700, "CUDA_ERROR_ILLEGAL_ADDRESS"},
      {cu::kInvalidHandle, "CUDA_ERROR_INVALID_HANDLE"}};
  auto it = names.find(result);
  *name = it == names.end() ? nullptr : it->second;
  return it == names.end() ? cu::kInvalidValue : 0;
}

CuResult cuDeviceGetCount(int *count) {
  BEGIN("cuDeviceGetCount");
  *count = state().devices;
  return 0;
}

CuResult cuDeviceGet(CuDevice *device, int ordinal) {
  *device = ordinal;
  return ordinal < state().devices ? 0 : 101;
}

CuResult cuDeviceGetName(char *name, int bytes, CuDevice) {
  std::strncpy(name, "Fake GPU", static_cast<size_t>(bytes));
  return 0;
}

CuResult cuDeviceGetAttribute(int *value, int attribute, CuDevice) {
  BEGIN("cuDeviceGetAttribute");
  switch (attribute) {
  case cu::kCapabilityMajor:
    *value = state().capabilityMajor;
    return 0;
  case cu::kCapabilityMinor:
    *value = state().capabilityMinor;
    return 0;
  case cu::kSmCount:
    *value = state().smCount;
    return 0;
  case cu::kL2CacheBytes:
    *value = 1 << 16;
    return 0;
  case cu::kSharedPerBlockOptIn:
    *value = state().sharedPerBlock;
    return 0;
  default:
    return cu::kInvalidValue;
  }
}

CuResult cuDevicePrimaryCtxRetain(CuContext *context, CuDevice device) {
  BEGIN("cuDevicePrimaryCtxRetain");
  *context = &world().contexts[device];
  return 0;
}

CuResult cuDevicePrimaryCtxRelease_v2(CuDevice) { return 0; }

CuResult cuCtxGetCurrent(CuContext *context) {
  *context = current();
  return 0;
}

CuResult cuCtxSetCurrent(CuContext context) {
  if (!contextStack.empty())
    contextStack.pop_back();
  if (context)
    contextStack.push_back(context);
  return 0;
}

CuResult cuCtxPushCurrent_v2(CuContext context) {
  BEGIN("cuCtxPushCurrent_v2");
  contextStack.push_back(context);
  return 0;
}

CuResult cuCtxPopCurrent_v2(CuContext *context) {
  if (contextStack.empty())
    return cu::kInvalidContext;
  *context = contextStack.back();
  contextStack.pop_back();
  return 0;
}

CuResult cuCtxGetDevice(CuDevice *device) {
  if (!current())
    return cu::kInvalidContext;
  *device = current()->device;
  return 0;
}

CuResult cuCtxSynchronize() {
  BEGIN("cuCtxSynchronize");
  return 0;
}

//===----------------------------------------------------------------------===//
// Code
//===----------------------------------------------------------------------===//

CuResult cuModuleLoadDataEx(CuModule *module, const void *image, unsigned count,
                            int *options, void **values) {
  const char *text = static_cast<const char *>(image);
  bool isElf = std::memcmp(text,
                           "\x7f"
                           "ELF",
                           4) == 0;
  BEGIN(isElf ? "cubin" : "ptx");
  // Refused by the compiler: the log has the reason.
  for (unsigned i = 0; i < count && !state().jitLog.empty(); ++i)
    if (options[i] == cu::kJitErrorLog) {
      std::strcpy(static_cast<char *>(values[i]), state().jitLog.c_str());
      return 218;
    }
  if (!current())
    return cu::kInvalidContext;
  *module = new CuModuleObject{text};
  state().images.push_back(text);
  ++state().liveModules;
  return 0;
}

CuResult cuModuleUnload(CuModule module) {
  BEGIN("cuModuleUnload");
  delete module;
  --state().liveModules;
  return current() ? 0 : cu::kInvalidContext;
}

CuResult cuModuleGetFunction(CuFunction *function, CuModule, const char *name) {
  BEGIN("cuModuleGetFunction");
  world().functions.push_back(
      std::make_unique<CuFunctionObject>(CuFunctionObject{name}));
  *function = world().functions.back().get();
  return 0;
}

CuResult cuFuncSetAttribute(CuFunction, int attribute, int value) {
  BEGIN("cuFuncSetAttribute");
  if (attribute == cu::kMaxDynamicSharedBytes && value > state().sharedPerBlock)
    return cu::kInvalidValue;
  state().functionAttributes[attribute] = value;
  return 0;
}

//===----------------------------------------------------------------------===//
// Launches
//===----------------------------------------------------------------------===//

CuResult cuTensorMapEncodeTiled(CuTensorMap *map, int type, unsigned rank,
                                void *address, const uint64_t *dims,
                                const uint64_t *strides, const uint32_t *box,
                                const uint32_t *elementStrides, int interleave,
                                int swizzle, int promotion, int fill) {
  BEGIN("cuTensorMapEncodeTiled");
  bool isLegal = reinterpret_cast<uintptr_t>(address) % 16 == 0 && rank >= 1 &&
                 rank <= 5 && interleave == 0 &&
                 reinterpret_cast<uintptr_t>(map) % 64 == 0;
  for (unsigned i = 0; i < rank; ++i)
    isLegal &= dims[i] > 0 && box[i] > 0 && box[i] <= 256 &&
               elementStrides[i] == 1 && (i == 0 || strides[i - 1] % 16 == 0);
  if (!isLegal)
    return cu::kInvalidValue;
  if (state().isQuiet)
    return 0;
  fake::EncodedMap record;
  record.type = type;
  record.dims.assign(dims, dims + rank);
  record.strides.assign(strides, strides + rank - 1);
  record.box.assign(box, box + rank);
  record.address = reinterpret_cast<uintptr_t>(address);
  record.swizzle = swizzle;
  record.promotion = promotion;
  record.fill = fill;
  map->words[0] = state().maps.size() + 1;
  state().maps.push_back(record);
  return 0;
}

CuResult cuLaunchKernelEx(const CuLaunchConfig *config, CuFunction function,
                          void **parameters, void **) {
  std::function<void(const fake::LaunchRecord &)> body;
  fake::LaunchRecord record;
  {
    BEGIN("cuLaunchKernelEx");
    if (!current())
      return cu::kInvalidContext;
    CuStream stream = config->stream;
    if (stream && stream->context != current())
      return cu::kInvalidHandle;
    if (config->grid[0] == 0 || config->block[0] == 0 ||
        config->block[0] > 1024)
      return cu::kInvalidValue;
    if (state().isQuiet)
      return 0;
    record.config = *config;
    for (unsigned i = 0; i < config->attributeCount; ++i)
      if (config->attributes[i].id == cu::kLaunchClusterDimension)
        std::memcpy(record.cluster, config->attributes[i].extents,
                    sizeof(record.cluster));
    record.config.attributes = nullptr;
    record.kernel = function->name;
    record.isCaptured = stream && stream->isCapturing;
    for (size_t i = 0; i < state().parameterBytes.size(); ++i) {
      const auto *bytes = static_cast<const uint8_t *>(parameters[i]);
      record.parameters.emplace_back(bytes, bytes + state().parameterBytes[i]);
    }
    state().launches.push_back(record);
    if (record.isCaptured) {
      stream->captured.push_back(record);
      return 0;
    }
    body = state().body;
  }
  if (body)
    body(record);
  return 0;
}

CuResult cuPointerGetAttributes(unsigned count, int *attributes, void **values,
                                CuAddress address) {
  BEGIN("cuPointerGetAttributes");
  if (!current())
    return cu::kInvalidContext;
  auto it = world().memory.upper_bound(address);
  Range range{0, 0, -2, false};
  if (it != world().memory.begin() &&
      address - std::prev(it)->first < std::prev(it)->second.bytes)
    range = std::prev(it)->second;
  for (unsigned i = 0; i < count; ++i) {
    if (attributes[i] == cu::kPointerMemoryType)
      *static_cast<unsigned *>(values[i]) = range.type;
    if (attributes[i] == cu::kPointerIsManaged)
      *static_cast<int *>(values[i]) = range.isManaged;
    if (attributes[i] == cu::kPointerDeviceOrdinal)
      *static_cast<int *>(values[i]) = range.device;
  }
  return 0;
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

CuResult cuMemAlloc_v2(CuAddress *address, size_t bytes) {
  BEGIN("cuMemAlloc_v2");
  if (!current())
    return cu::kInvalidContext;
  void *memory = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
  *address = reinterpret_cast<CuAddress>(memory);
  world().memory[*address] = {bytes, cu::kMemoryDevice, current()->device,
                              false};
  ++state().liveAllocations;
  return 0;
}

CuResult cuMemFree_v2(CuAddress address) {
  BEGIN("cuMemFree_v2");
  if (!world().memory.erase(address))
    return cu::kInvalidValue;
  --state().liveAllocations;
  std::free(reinterpret_cast<void *>(address));
  return 0;
}

CuResult cuMemcpyHtoD_v2(CuAddress to, const void *from, size_t bytes) {
  BEGIN("cuMemcpyHtoD_v2");
  std::memcpy(reinterpret_cast<void *>(to), from, bytes);
  return 0;
}

CuResult cuMemcpyDtoH_v2(void *to, CuAddress from, size_t bytes) {
  BEGIN("cuMemcpyDtoH_v2");
  std::memcpy(to, reinterpret_cast<void *>(from), bytes);
  return 0;
}

CuResult cuMemcpyDtoD_v2(CuAddress to, CuAddress from, size_t bytes) {
  BEGIN("cuMemcpyDtoD_v2");
  std::memcpy(reinterpret_cast<void *>(to), reinterpret_cast<void *>(from),
              bytes);
  return 0;
}

CuResult cuMemsetD8_v2(CuAddress to, unsigned char value, size_t bytes) {
  BEGIN("cuMemsetD8_v2");
  std::memset(reinterpret_cast<void *>(to), value, bytes);
  return 0;
}

CuResult cuMemsetD8Async(CuAddress to, unsigned char value, size_t bytes,
                         CuStream stream) {
  BEGIN("cuMemsetD8Async");
  if (!current())
    return cu::kInvalidContext;
  if (stream && stream->context != current())
    return cu::kInvalidHandle;
  std::memset(reinterpret_cast<void *>(to), value, bytes);
  return 0;
}

CuResult cuMemGetAllocationGranularity(size_t *bytes,
                                       const CuMemoryProperties *, int) {
  *bytes = 4096;
  return 0;
}

CuResult cuMemAddressReserve(CuAddress *address, size_t bytes, size_t,
                             CuAddress, unsigned long long) {
  BEGIN("cuMemAddressReserve");
  *address = reinterpret_cast<CuAddress>(std::aligned_alloc(4096, bytes));
  return 0;
}

CuResult cuMemAddressFree(CuAddress address, size_t) {
  BEGIN("cuMemAddressFree");
  std::free(reinterpret_cast<void *>(address));
  return 0;
}

CuResult cuMemCreate(CuMemoryHandle *handle, size_t bytes,
                     const CuMemoryProperties *, unsigned long long) {
  BEGIN("cuMemCreate");
  *handle = world().nextHandle++;
  world().handles[*handle] = bytes;
  ++state().liveAllocations;
  return 0;
}

CuResult cuMemRelease(CuMemoryHandle handle) {
  BEGIN("cuMemRelease");
  --state().liveAllocations;
  return world().handles.erase(handle) ? 0 : cu::kInvalidValue;
}

CuResult cuMemMap(CuAddress address, size_t bytes, size_t, CuMemoryHandle,
                  unsigned long long) {
  BEGIN("cuMemMap");
  world().memory[address] = {bytes, cu::kMemoryDevice, 0, false};
  return 0;
}

CuResult cuMemUnmap(CuAddress address, size_t bytes) {
  BEGIN("cuMemUnmap");
  auto it = world().memory.find(address);
  // Exactly what was mapped.
  if (it == world().memory.end() || it->second.bytes != bytes)
    return cu::kInvalidValue;
  world().memory.erase(it);
  return 0;
}

CuResult cuMemSetAccess(CuAddress, size_t, const CuMemoryAccess *, size_t) {
  return 0;
}

//===----------------------------------------------------------------------===//
// Streams, graphs, events
//===----------------------------------------------------------------------===//

CuResult cuStreamCreate(CuStream *stream, unsigned) {
  BEGIN("cuStreamCreate");
  *stream = new CuStreamObject{current(), false, {}};
  return 0;
}

CuResult cuStreamDestroy_v2(CuStream stream) {
  delete stream;
  return 0;
}

CuResult cuStreamSynchronize(CuStream) {
  BEGIN("cuStreamSynchronize");
  return 0;
}

CuResult cuStreamQuery(CuStream) { return 0; }

CuResult cuStreamGetCtx(CuStream stream, CuContext *context) {
  *context = stream->context;
  return 0;
}

CuResult cuStreamBeginCapture_v2(CuStream stream, int) {
  stream->isCapturing = true;
  return 0;
}

CuResult cuStreamEndCapture(CuStream stream, CuGraph *graph) {
  stream->isCapturing = false;
  *graph = new CuGraphObject{stream->captured};
  stream->captured.clear();
  return 0;
}

CuResult cuGraphInstantiateWithFlags(CuGraphExec *exec, CuGraph graph,
                                     unsigned long long) {
  *exec = new CuGraphExecObject{graph->launches};
  return 0;
}

CuResult cuGraphLaunch(CuGraphExec exec, CuStream) {
  for (const fake::LaunchRecord &launch : exec->launches)
    if (state().body)
      state().body(launch);
  return 0;
}

CuResult cuGraphExecDestroy(CuGraphExec exec) {
  delete exec;
  return 0;
}

CuResult cuGraphDestroy(CuGraph graph) {
  delete graph;
  return 0;
}

CuResult cuEventCreate(CuEvent *event, unsigned) {
  BEGIN("cuEventCreate");
  *event = new CuEventObject{0};
  return 0;
}

CuResult cuEventDestroy_v2(CuEvent event) {
  delete event;
  return 0;
}

CuResult cuEventRecord(CuEvent, CuStream) {
  BEGIN("cuEventRecord");
  return 0;
}

CuResult cuEventQuery(CuEvent) {
  BEGIN("cuEventQuery");
  if (state().pendingQueries == 0)
    return 0;
  --state().pendingQueries;
  return cu::kNotReady;
}

CuResult cuEventSynchronize(CuEvent) {
  BEGIN("cuEventSynchronize");
  return 0;
}

CuResult cuEventElapsedTime(float *milliseconds, CuEvent, CuEvent) {
  *milliseconds = 0.25f;
  return 0;
}
}
