//===- FakeDriver.h - A CUDA driver without GPU -----------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A shared library with the functions of the driver that dgemm calls. Memory of
// its devices is memory of the host; kernels do what the test says. It refuses
// what the driver refuses, and counts.
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_TEST_UNIT_RUNTIME_FAKEDRIVER_H
#define DGEMM_TEST_UNIT_RUNTIME_FAKEDRIVER_H

#include "dgemm/Runtime/DriverTypes.h"

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace fake {

/// What cuTensorMapEncodeTiled was given; the map's words begin with its
/// number.
struct EncodedMap {
  int type = -1;
  std::vector<uint64_t> dims, strides;
  std::vector<uint32_t> box;
  uint64_t address = 0;
  int swizzle = -1, promotion = -1, fill = -1;
};

/// One launch with copies of its parameters.
struct LaunchRecord {
  dgemm::runtime::CuLaunchConfig config{};
  /// Extents of the cluster, 0 without one.
  unsigned cluster[3] = {};
  std::vector<std::vector<uint8_t>> parameters;
  std::string kernel;
  bool isCaptured = false;
};

struct State {
  std::mutex mutex;
  // The machine.
  int devices = 2;
  int capabilityMajor = 9, capabilityMinor = 0;
  int smCount = 132;
  int sharedPerBlock = 232448;
  // What the next calls answer: a result for a function's name.
  std::map<std::string, int> failures;
  /// What the driver's compiler says about PTX that it refuses.
  std::string jitLog;
  /// Bytes of each parameter of the kernels, which no launch tells.
  std::vector<size_t> parameterBytes;
  /// What a kernel does; may be empty. Called with the launch.
  std::function<void(const LaunchRecord &)> body;
  /// Queries of an event that answer "not ready".
  int pendingQueries = 0;
  /// Nothing is recorded, so that the library allocates nothing itself.
  bool isQuiet = false;
  // What happened.
  std::map<std::string, int> calls;
  std::vector<EncodedMap> maps;
  std::vector<LaunchRecord> launches;
  std::vector<std::string> images;
  std::map<int, int> functionAttributes;
  size_t liveAllocations = 0, liveModules = 0;

  /// As it was when the library was opened, but for live objects.
  void reset();
};

inline void State::reset() {
  std::lock_guard<std::mutex> lock(mutex);
  devices = 2;
  capabilityMajor = 9;
  capabilityMinor = 0;
  smCount = 132;
  sharedPerBlock = 232448;
  failures.clear();
  jitLog.clear();
  body = nullptr;
  pendingQueries = 0;
  isQuiet = false;
  parameterBytes.clear();
  calls.clear();
  maps.clear();
  launches.clear();
  images.clear();
  functionAttributes.clear();
}

} // namespace fake

extern "C" {
/// The state of the library, the same for everybody in the process.
fake::State *fakeDriverState();
/// Memory that only the host may use but the driver knows, of another device,
/// or managed.
void fakeDriverRegister(unsigned long long address, size_t bytes,
                        unsigned memoryType, int device, int isManaged);
/// A stream of a context that nobody else has.
dgemm::runtime::CuStream fakeDriverForeignStream();
}

#endif // DGEMM_TEST_UNIT_RUNTIME_FAKEDRIVER_H
