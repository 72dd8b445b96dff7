//===- DriverTypesTest.cpp - Our declarations against cuda.h --------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Runtime/DriverTypes.h"

#include "gtest/gtest.h"

#include <cuda.h>

#include <cstddef>

namespace rt = dgemm::runtime;
namespace cu = dgemm::runtime::cu;

static_assert(sizeof(rt::CuTensorMap) == sizeof(CUtensorMap) &&
              alignof(rt::CuTensorMap) >= alignof(CUtensorMap));
static_assert(sizeof(rt::CuLaunchAttribute) == sizeof(CUlaunchAttribute) &&
              offsetof(rt::CuLaunchAttribute, extents) ==
                  offsetof(CUlaunchAttribute, value));
static_assert(sizeof(rt::CuLaunchConfig) == sizeof(CUlaunchConfig) &&
              offsetof(rt::CuLaunchConfig, block) ==
                  offsetof(CUlaunchConfig, blockDimX) &&
              offsetof(rt::CuLaunchConfig, sharedBytes) ==
                  offsetof(CUlaunchConfig, sharedMemBytes) &&
              offsetof(rt::CuLaunchConfig, stream) ==
                  offsetof(CUlaunchConfig, hStream) &&
              offsetof(rt::CuLaunchConfig, attributes) ==
                  offsetof(CUlaunchConfig, attrs) &&
              offsetof(rt::CuLaunchConfig, attributeCount) ==
                  offsetof(CUlaunchConfig, numAttrs));
static_assert(sizeof(rt::CuMemoryProperties) == sizeof(CUmemAllocationProp) &&
              offsetof(rt::CuMemoryProperties, location) ==
                  offsetof(CUmemAllocationProp, location));
static_assert(sizeof(rt::CuMemoryAccess) == sizeof(CUmemAccessDesc));
static_assert(sizeof(rt::CuAddress) == sizeof(CUdeviceptr) &&
              sizeof(rt::CuMemoryHandle) ==
                  sizeof(CUmemGenericAllocationHandle));

TEST(DriverTypes, ConstantsAreThoseOfTheDriver) {
  EXPECT_EQ(cu::kInvalidValue, CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cu::kOutOfMemory, CUDA_ERROR_OUT_OF_MEMORY);
  EXPECT_EQ(cu::kNoDevice, CUDA_ERROR_NO_DEVICE);
  EXPECT_EQ(cu::kInvalidContext, CUDA_ERROR_INVALID_CONTEXT);
  EXPECT_EQ(cu::kInvalidHandle, CUDA_ERROR_INVALID_HANDLE);
  EXPECT_EQ(cu::kNotReady, CUDA_ERROR_NOT_READY);
  EXPECT_EQ(cu::kSmCount, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
  EXPECT_EQ(cu::kL2CacheBytes, CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE);
  EXPECT_EQ(cu::kCapabilityMajor, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
  EXPECT_EQ(cu::kCapabilityMinor, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
  EXPECT_EQ(cu::kSharedPerBlockOptIn,
            CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN);
  EXPECT_EQ(cu::kMaxDynamicSharedBytes,
            CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES);
  EXPECT_EQ(cu::kNonPortableClusterAllowed,
            CU_FUNC_ATTRIBUTE_NON_PORTABLE_CLUSTER_SIZE_ALLOWED);
  EXPECT_EQ(cu::kPointerMemoryType, CU_POINTER_ATTRIBUTE_MEMORY_TYPE);
  EXPECT_EQ(cu::kPointerIsManaged, CU_POINTER_ATTRIBUTE_IS_MANAGED);
  EXPECT_EQ(cu::kPointerDeviceOrdinal, CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL);
  EXPECT_EQ(cu::kMemoryHost, unsigned(CU_MEMORYTYPE_HOST));
  EXPECT_EQ(cu::kMemoryDevice, unsigned(CU_MEMORYTYPE_DEVICE));
  EXPECT_EQ(cu::kJitErrorLog, CU_JIT_ERROR_LOG_BUFFER);
  EXPECT_EQ(cu::kJitErrorLogBytes, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES);
  EXPECT_EQ(cu::kLaunchClusterDimension,
            unsigned(CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION));
  EXPECT_EQ(cu::kCaptureThreadLocal, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL);
  EXPECT_EQ(cu::kStreamNonBlocking, unsigned(CU_STREAM_NON_BLOCKING));
  EXPECT_EQ(cu::kPromoteL2To256, CU_TENSOR_MAP_L2_PROMOTION_L2_256B);
  EXPECT_EQ(cu::kAllocationPinned, CU_MEM_ALLOCATION_TYPE_PINNED);
  EXPECT_EQ(cu::kLocationDevice, CU_MEM_LOCATION_TYPE_DEVICE);
  EXPECT_EQ(cu::kAccessReadWrite, CU_MEM_ACCESS_FLAGS_PROT_READWRITE);
  EXPECT_EQ(cu::kGranularityMinimum, CU_MEM_ALLOC_GRANULARITY_MINIMUM);
}
