//===- SimulatedDevice.cpp - The PTX simulator as a device ----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Device/SimulatedDevice.h"

#include "dgemm/Simulator/LaunchFile.h"
#include "dgemm/Simulator/TensorMap.h"

#include <algorithm>
#include <cstring>

using namespace dgemm;
using namespace dgemm::device;

namespace {
struct ParsedKernel final : LoadedKernel {
  sim::Program program;
  std::string entry;
  std::vector<sim::Role> roles;
};
} // namespace

Expected<std::unique_ptr<LoadedKernel>>
SimulatedDevice::load(const std::string &code, const launch::LaunchPlan &plan) {
  Expected<sim::Program> program = sim::parsePtx(code);
  if (!program)
    return Error{plan.entry + ": " + program.message()};
  if (!program->find(plan.entry))
    return Error{"the code has no kernel '" + plan.entry +
                 "', which its launch plan names"};
  auto kernel = std::make_unique<ParsedKernel>();
  kernel->program = std::move(*program);
  kernel->entry = plan.entry;
  for (const launch::Role &role : plan.roles)
    kernel->roles.push_back({role.name, static_cast<uint32_t>(role.warps)});
  return std::unique_ptr<LoadedKernel>(std::move(kernel));
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

static Error noMemory(const char *what, uint64_t address, uint64_t bytes) {
  return Error{std::string(what) + " of " + std::to_string(bytes) +
               " bytes at address " + std::to_string(address) +
               ", which is not within one allocation"};
}

Expected<uint64_t> SimulatedDevice::allocate(const std::string &name,
                                             uint64_t bytes) {
  return memory.add(name, std::vector<uint8_t>(bytes, kPoison), false);
}

Status SimulatedDevice::release(uint64_t address) {
  if (!memory.remove(address))
    return noMemory("a release", address, 0);
  return {};
}

Status SimulatedDevice::write(uint64_t address, const void *from,
                              uint64_t bytes) {
  sim::GlobalMemory::Buffer *buffer = memory.find(address, bytes);
  if (!buffer)
    return noMemory("a write", address, bytes);
  uint64_t offset = address - buffer->address;
  std::memcpy(buffer->bytes.data() + offset, from, bytes);
  std::memset(buffer->written.data() + offset, 1, bytes);
  return {};
}

Status SimulatedDevice::read(uint64_t address, void *to, uint64_t bytes) const {
  const sim::GlobalMemory::Buffer *buffer = memory.find(address, bytes);
  if (!buffer)
    return noMemory("a read", address, bytes);
  std::memcpy(to, buffer->bytes.data() + (address - buffer->address), bytes);
  return {};
}

Status SimulatedDevice::poison(uint64_t address, uint64_t bytes) {
  sim::GlobalMemory::Buffer *buffer = memory.find(address, bytes);
  if (!buffer)
    return noMemory("poison", address, bytes);
  uint64_t offset = address - buffer->address;
  std::memset(buffer->bytes.data() + offset, kPoison, bytes);
  std::memset(buffer->written.data() + offset, 0, bytes);
  return {};
}

//===----------------------------------------------------------------------===//
// Launches
//===----------------------------------------------------------------------===//

static sim::TensorMapType getMapType(launch::ElementType type) {
  switch (type) {
  case launch::ElementType::I16:
    return sim::TensorMapType::U16;
  case launch::ElementType::I32:
    return sim::TensorMapType::S32;
  case launch::ElementType::I64:
  case launch::ElementType::Index:
    return sim::TensorMapType::S64;
  case launch::ElementType::F16:
    return sim::TensorMapType::F16;
  case launch::ElementType::BF16:
    return sim::TensorMapType::BF16;
  case launch::ElementType::F32:
    return sim::TensorMapType::F32;
  case launch::ElementType::F64:
    return sim::TensorMapType::F64;
  case launch::ElementType::F4E2M1FN:
    return sim::TensorMapType::U4Align8;
  case launch::ElementType::B4X16P64:
    return sim::TensorMapType::U4Align16;
  case launch::ElementType::I8:
  case launch::ElementType::F8E4M3FN:
  case launch::ElementType::F8E5M2:
  case launch::ElementType::F8E8M0FNU:
    return sim::TensorMapType::U8;
  }
  return sim::TensorMapType::U8;
}

static sim::Swizzle getSwizzle(uint32_t span) {
  switch (span) {
  case 32:
    return sim::Swizzle::B32;
  case 64:
    return sim::Swizzle::B64;
  case 128:
    return sim::Swizzle::B128;
  default:
    return sim::Swizzle::None;
  }
}

/// The 128 bytes of a map; zeros for one that views nothing.
static Expected<std::vector<uint8_t>>
encodeMap(const launch::TensorMapValue &value) {
  if (value.isEmpty)
    return std::vector<uint8_t>(sim::TensorMap::imageBytes);
  sim::TensorMap map;
  map.type = getMapType(value.type);
  map.rank = static_cast<unsigned>(value.rank);
  map.address = value.address;
  std::copy_n(value.dims.begin(), value.rank, map.dim.begin());
  std::copy_n(value.box.begin(), value.rank, map.box.begin());
  std::copy_n(value.strides.begin(), value.rank - 1, map.stride.begin());
  map.swizzle = getSwizzle(value.swizzle);
  if (Status status = sim::validate(map); !status.ok())
    return status.error();
  sim::TensorMap::Image image = map.encode();
  return std::vector<uint8_t>(image.begin(), image.end());
}

static Expected<std::vector<uint8_t>>
encodeParameter(const launch::ParameterValue &parameter,
                const launch::Launch &launch) {
  if (parameter.kind == launch::Parameter::Kind::Map)
    return encodeMap(launch.maps[parameter.value]);
  bool isSymbol = parameter.kind == launch::Parameter::Kind::Symbol;
  std::vector<uint8_t> bytes(isSymbol ? 4 : 8);
  std::memcpy(bytes.data(), &parameter.value, bytes.size());
  return bytes;
}

Expected<LaunchReport> SimulatedDevice::launch(const LoadedKernel &kernel,
                                               const launch::Launch &launch,
                                               uint64_t seed) {
  const auto &parsed = static_cast<const ParsedKernel &>(kernel);
  sim::Launch description;
  description.entry = parsed.entry;
  description.grid[0] = launch.grid;
  description.block[0] = launch.block;
  description.roles = parsed.roles;
  if (launch.cluster > 1) {
    description.cluster[0] = launch.cluster;
    description.cluster[1] = description.cluster[2] = 1;
    description.nonPortableCluster = true;
  }
  description.sharedBytes = launch.sharedBytes;
  description.smCount = static_cast<uint32_t>(chip.smCount);
  for (const launch::ParameterValue &parameter : launch.parameters) {
    Expected<std::vector<uint8_t>> bytes = encodeParameter(parameter, launch);
    if (!bytes)
      return Error{parsed.entry + ": " + bytes.message()};
    description.parameters.push_back(std::move(*bytes));
  }
  sim::Options options;
  options.seed = seed;
  options.threads = chip.threads;
  options.maxInstructions = chip.maxInstructions;
  options.check = chip.raceCheck;
  options.sharedLimit = chip.sharedPerCta;
  Expected<sim::Result> result =
      sim::simulate(parsed.program, description, memory, options);
  if (!result)
    return Error{parsed.entry + ": " + result.message()};
  LaunchReport report;
  report.seconds = result->seconds;
  for (const sim::Finding &finding : result->findings)
    report.findings.push_back(finding.toString());
  report.statistics = sim::toJson(parsed.program, *result, seed);
  return report;
}
