//===- DriverTypes.h - What the CUDA driver is called with ------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The part of the driver's binary interface that dgemm uses, declared here
// because launchers have no CUDA toolkit. Names of the driver with Cu in place
// of CU. Structs have the layout of the driver's own; a test compares them with
// cuda.h where there is one.
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_RUNTIME_DRIVERTYPES_H
#define DGEMM_RUNTIME_DRIVERTYPES_H

#include <cstddef>
#include <cstdint>

namespace dgemm::runtime {

/// 0 is success.
using CuResult = int;
/// Number of a device, from 0.
using CuDevice = int;
using CuAddress = unsigned long long;
using CuContext = struct CuContextObject *;
using CuModule = struct CuModuleObject *;
using CuFunction = struct CuFunctionObject *;
/// Null is the default stream of the current context.
using CuStream = struct CuStreamObject *;
using CuEvent = struct CuEventObject *;
using CuGraph = struct CuGraphObject *;
using CuGraphExec = struct CuGraphExecObject *;
using CuMemoryHandle = unsigned long long;

namespace cu {
// Results.
inline constexpr CuResult kSuccess = 0;
inline constexpr CuResult kInvalidValue = 1;
inline constexpr CuResult kOutOfMemory = 2;
inline constexpr CuResult kNoDevice = 100;
inline constexpr CuResult kInvalidContext = 201;
inline constexpr CuResult kInvalidHandle = 400;
inline constexpr CuResult kNotReady = 600;

// Attributes of devices.
inline constexpr int kSmCount = 16;
inline constexpr int kL2CacheBytes = 38;
inline constexpr int kCapabilityMajor = 75;
inline constexpr int kCapabilityMinor = 76;
inline constexpr int kSharedPerBlockOptIn = 97;

// Attributes of functions.
inline constexpr int kMaxDynamicSharedBytes = 8;
inline constexpr int kNonPortableClusterAllowed = 14;

// Attributes of pointers, and kinds of memory.
inline constexpr int kPointerMemoryType = 2;
inline constexpr int kPointerIsManaged = 8;
inline constexpr int kPointerDeviceOrdinal = 9;
inline constexpr unsigned kMemoryHost = 1;
inline constexpr unsigned kMemoryDevice = 2;

// Options of the compiler in the driver.
inline constexpr int kJitErrorLog = 5;
inline constexpr int kJitErrorLogBytes = 6;

inline constexpr unsigned kLaunchClusterDimension = 4;

inline constexpr unsigned kEventDefault = 0;
inline constexpr unsigned kStreamDefault = 0;
inline constexpr unsigned kStreamNonBlocking = 1;
inline constexpr int kCaptureThreadLocal = 1;

// Tensor maps: no interleaving; promotion to 256 bytes; zeros outside.
inline constexpr int kInterleaveNone = 0;
inline constexpr int kPromoteL2To256 = 3;
inline constexpr int kFillZero = 0;

// Mapped memory.
inline constexpr int kAllocationPinned = 1;
inline constexpr int kLocationDevice = 1;
inline constexpr int kAccessReadWrite = 3;
inline constexpr int kGranularityMinimum = 0;
} // namespace cu

/// CUtensorMap: opaque. CUDA 12 aligns it to 64 bytes, CUDA 13 to 128.
struct alignas(128) CuTensorMap {
  uint64_t words[16];
};

/// CUlaunchAttribute with a value of three extents.
struct CuLaunchAttribute {
  unsigned id;
  unsigned pad;
  unsigned extents[3];
  unsigned rest[13];
};

/// CUlaunchConfig.
struct CuLaunchConfig {
  unsigned grid[3];
  unsigned block[3];
  unsigned sharedBytes;
  CuStream stream;
  CuLaunchAttribute *attributes;
  unsigned attributeCount;
};

/// CUmemLocation.
struct CuMemoryLocation {
  int type;
  int id;
};

/// CUmemAllocationProp.
struct CuMemoryProperties {
  int type;
  int handleTypes;
  CuMemoryLocation location;
  void *win32;
  unsigned char flags[8];
};

/// CUmemAccessDesc.
struct CuMemoryAccess {
  CuMemoryLocation location;
  int flags;
};

} // namespace dgemm::runtime

/// Calls X(member, exported name, parameter types) for each function of the
/// driver that dgemm uses. All of them return a CuResult.
#define DGEMM_DRIVER_FUNCTIONS(X)                                              \
  X(init, "cuInit", (unsigned))                                                \
  X(driverGetVersion, "cuDriverGetVersion", (int *))                           \
  X(getErrorName, "cuGetErrorName", (CuResult, const char **))                 \
  X(deviceGetCount, "cuDeviceGetCount", (int *))                               \
  X(deviceGet, "cuDeviceGet", (CuDevice *, int))                               \
  X(deviceGetName, "cuDeviceGetName", (char *, int, CuDevice))                 \
  X(deviceGetAttribute, "cuDeviceGetAttribute", (int *, int, CuDevice))        \
  X(primaryCtxRetain, "cuDevicePrimaryCtxRetain", (CuContext *, CuDevice))     \
  X(primaryCtxRelease, "cuDevicePrimaryCtxRelease_v2", (CuDevice))             \
  X(ctxGetCurrent, "cuCtxGetCurrent", (CuContext *))                           \
  X(ctxSetCurrent, "cuCtxSetCurrent", (CuContext))                             \
  X(ctxPushCurrent, "cuCtxPushCurrent_v2", (CuContext))                        \
  X(ctxPopCurrent, "cuCtxPopCurrent_v2", (CuContext *))                        \
  X(ctxGetDevice, "cuCtxGetDevice", (CuDevice *))                              \
  X(ctxSynchronize, "cuCtxSynchronize", ())                                    \
  X(moduleLoadDataEx, "cuModuleLoadDataEx",                                    \
    (CuModule *, const void *, unsigned, int *, void **))                      \
  X(moduleUnload, "cuModuleUnload", (CuModule))                                \
  X(moduleGetFunction, "cuModuleGetFunction",                                  \
    (CuFunction *, CuModule, const char *))                                    \
  X(funcSetAttribute, "cuFuncSetAttribute", (CuFunction, int, int))            \
  X(tensorMapEncodeTiled, "cuTensorMapEncodeTiled",                            \
    (CuTensorMap *, int, unsigned, void *, const uint64_t *, const uint64_t *, \
     const uint32_t *, const uint32_t *, int, int, int, int))                  \
  X(launchKernelEx, "cuLaunchKernelEx",                                        \
    (const CuLaunchConfig *, CuFunction, void **, void **))                    \
  X(pointerGetAttributes, "cuPointerGetAttributes",                            \
    (unsigned, int *, void **, CuAddress))                                     \
  X(memAlloc, "cuMemAlloc_v2", (CuAddress *, size_t))                          \
  X(memFree, "cuMemFree_v2", (CuAddress))                                      \
  X(memcpyHtoD, "cuMemcpyHtoD_v2", (CuAddress, const void *, size_t))          \
  X(memcpyDtoH, "cuMemcpyDtoH_v2", (void *, CuAddress, size_t))                \
  X(memcpyDtoD, "cuMemcpyDtoD_v2", (CuAddress, CuAddress, size_t))             \
  X(memsetD8, "cuMemsetD8_v2", (CuAddress, unsigned char, size_t))             \
  X(memsetD8Async, "cuMemsetD8Async",                                          \
    (CuAddress, unsigned char, size_t, CuStream))                              \
  X(memAddressReserve, "cuMemAddressReserve",                                  \
    (CuAddress *, size_t, size_t, CuAddress, unsigned long long))              \
  X(memAddressFree, "cuMemAddressFree", (CuAddress, size_t))                   \
  X(memCreate, "cuMemCreate",                                                  \
    (CuMemoryHandle *, size_t, const CuMemoryProperties *,                     \
     unsigned long long))                                                      \
  X(memRelease, "cuMemRelease", (CuMemoryHandle))                              \
  X(memMap, "cuMemMap",                                                        \
    (CuAddress, size_t, size_t, CuMemoryHandle, unsigned long long))           \
  X(memUnmap, "cuMemUnmap", (CuAddress, size_t))                               \
  X(memSetAccess, "cuMemSetAccess",                                            \
    (CuAddress, size_t, const CuMemoryAccess *, size_t))                       \
  X(memGetAllocationGranularity, "cuMemGetAllocationGranularity",              \
    (size_t *, const CuMemoryProperties *, int))                               \
  X(streamCreate, "cuStreamCreate", (CuStream *, unsigned))                    \
  X(streamDestroy, "cuStreamDestroy_v2", (CuStream))                           \
  X(streamSynchronize, "cuStreamSynchronize", (CuStream))                      \
  X(streamQuery, "cuStreamQuery", (CuStream))                                  \
  X(streamGetCtx, "cuStreamGetCtx", (CuStream, CuContext *))                   \
  X(streamBeginCapture, "cuStreamBeginCapture_v2", (CuStream, int))            \
  X(streamEndCapture, "cuStreamEndCapture", (CuStream, CuGraph *))             \
  X(graphInstantiate, "cuGraphInstantiateWithFlags",                           \
    (CuGraphExec *, CuGraph, unsigned long long))                              \
  X(graphLaunch, "cuGraphLaunch", (CuGraphExec, CuStream))                     \
  X(graphExecDestroy, "cuGraphExecDestroy", (CuGraphExec))                     \
  X(graphDestroy, "cuGraphDestroy", (CuGraph))                                 \
  X(eventCreate, "cuEventCreate", (CuEvent *, unsigned))                       \
  X(eventDestroy, "cuEventDestroy_v2", (CuEvent))                              \
  X(eventRecord, "cuEventRecord", (CuEvent, CuStream))                         \
  X(eventQuery, "cuEventQuery", (CuEvent))                                     \
  X(eventSynchronize, "cuEventSynchronize", (CuEvent))                         \
  X(eventElapsedTime, "cuEventElapsedTime", (float *, CuEvent, CuEvent))

#endif // DGEMM_RUNTIME_DRIVERTYPES_H
