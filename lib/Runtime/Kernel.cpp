//===- Kernel.cpp - A pack on a GPU ---------------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Runtime/Kernel.h"

#include <algorithm>
#include <cstdlib>

using namespace dgemm;
using namespace dgemm::runtime;

/// Clusters of more CTAs run on some devices only.
static constexpr int64_t kPortableCluster = 8;

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

bool dgemm::runtime::isCompatible(const std::string &chip, int major, int minor,
                                  Code code) {
  if (chip.compare(0, 3, "sm_") != 0)
    return false;
  char *end = nullptr;
  long number = std::strtol(chip.c_str() + 3, &end, 10);
  std::string suffix = end;
  long chipMajor = number / 10, chipMinor = number % 10;
  if (suffix == "a")
    return chipMajor == major && chipMinor == minor;
  if (suffix == "f" || code == Code::Cubin)
    return chipMajor == major && chipMinor <= minor;
  return suffix.empty() && number <= 10 * major + minor;
}

Kernel::~Kernel() {
  if (!module)
    return;
  ContextScope scope(*driver, context);
  if (scope.result() == cu::kSuccess)
    (void)driver->moduleUnload(module);
}

Status Kernel::prepareFunction() {
  CuResult result =
      driver->moduleGetFunction(&function, module, plan.entry.c_str());
  if (result != cu::kSuccess)
    return driver->error(result, "the code has no kernel '" + plan.entry +
                                     "', which its launch plan names");
  if (plan.sharedBytes > 0)
    result = driver->funcSetAttribute(function, cu::kMaxDynamicSharedBytes,
                                      static_cast<int>(plan.sharedBytes));
  if (result != cu::kSuccess)
    return driver->error(
        result, plan.entry + " asks for " + std::to_string(plan.sharedBytes) +
                    " bytes of shared memory, " + facts.name + " allows " +
                    std::to_string(facts.sharedPerBlock));
  if (plan.cluster > kPortableCluster)
    result =
        driver->funcSetAttribute(function, cu::kNonPortableClusterAllowed, 1);
  return driver->check(result, "cuFuncSetAttribute");
}

Status Kernel::loadImage(const std::string &image, Code form) {
  char log[2048] = {};
  int options[] = {cu::kJitErrorLog, cu::kJitErrorLogBytes};
  void *values[] = {log, reinterpret_cast<void *>(sizeof(log) - 1)};
  CuResult result =
      driver->moduleLoadDataEx(&module, image.c_str(), 2, options, values);
  const char *what = form == Code::Cubin ? "the driver refuses the cubin"
                                         : "the driver refuses the PTX";
  if (result != cu::kSuccess) {
    module = nullptr;
    Error error = driver->error(result, what);
    if (log[0])
      error.message += std::string(": ") + log;
    return error;
  }
  code = form;
  return prepareFunction();
}

/// The cubin, then the PTX.
Status Kernel::loadCode(const pack::Pack &pack, const LoadOptions &options) {
  bool hasCubin = !pack.cubin.empty() && isCompatible(plan.chip, facts.major,
                                                      facts.minor, Code::Cubin);
  bool hasPtx = !pack.ptx.empty() &&
                isCompatible(plan.chip, facts.major, facts.minor, Code::Ptx);
  if (!hasCubin && !hasPtx)
    return Error{ErrorCode::WrongChip,
                 plan.entry + " is for " + plan.chip + ", but device " +
                     std::to_string(device) + " is " + facts.name + " (sm_" +
                     std::to_string(facts.major) + std::to_string(facts.minor) +
                     "); compile it for that with --target"};
  std::string reasons;
  if (hasCubin && !(hasPtx && options.preferPtx)) {
    Status status = loadImage(pack.cubin, Code::Cubin);
    if (status.ok() || module)
      return status;
    reasons = status.error().message + "; ";
  }
  if (!hasPtx)
    return Error{ErrorCode::DriverError,
                 plan.entry + ": " + reasons + "the pack has no PTX instead"};
  Status status = loadImage(pack.ptx, Code::Ptx);
  if (status.ok())
    return status;
  return Error{ErrorCode::DriverError,
               plan.entry + ": " + reasons + status.error().message};
}

Result<std::unique_ptr<Kernel>>
Kernel::load(std::shared_ptr<const Driver> driver, const pack::Pack &pack,
             CuContext context, const LoadOptions &options) {
  if (!driver || !context)
    return Error{ErrorCode::BadHandle,
                 pack.plan.entry + ": loading needs a driver and a context"};
  if (pack.matmul)
    if (Status status = pack::validate(*pack.matmul, pack.plan); !status.ok())
      return Error{status.error().code,
                   pack.plan.entry + ": " + status.error().message};
  std::unique_ptr<Kernel> kernel(new Kernel);
  kernel->driver = std::move(driver);
  kernel->plan = pack.plan;
  kernel->context = context;
  kernel->matmul = pack.matmul;
  ContextScope scope(*kernel->driver, context);
  CuResult result = scope.result();
  if (result == cu::kSuccess)
    result = kernel->driver->ctxGetDevice(&kernel->device);
  if (result != cu::kSuccess)
    return kernel->driver->error(result, pack.plan.entry +
                                             ": the context cannot be used");
  Result<DeviceFacts> facts = getDeviceFacts(*kernel->driver, kernel->device);
  if (!facts)
    return facts.error();
  kernel->facts = std::move(*facts);
  if (Status status = kernel->loadCode(pack, options); !status.ok())
    return status.error();
  return kernel;
}

//===----------------------------------------------------------------------===//
// Encoding
//===----------------------------------------------------------------------===//

/// CUtensorMapDataType.
static int getMapType(launch::ElementType type) {
  switch (type) {
  case launch::ElementType::I8:
  case launch::ElementType::F8E4M3FN:
  case launch::ElementType::F8E5M2:
  case launch::ElementType::F8E8M0FNU:
    return 0;
  case launch::ElementType::I16:
    return 1;
  case launch::ElementType::I32:
    return 3;
  case launch::ElementType::I64:
  case launch::ElementType::Index:
    return 5;
  case launch::ElementType::F16:
    return 6;
  case launch::ElementType::F32:
    return 7;
  case launch::ElementType::F64:
    return 8;
  case launch::ElementType::BF16:
    return 9;
  case launch::ElementType::F4E2M1FN:
    return 13;
  case launch::ElementType::B4X16P64:
    return 14;
  }
  return 0;
}

/// CUtensorMapSwizzle.
static int getSwizzle(uint32_t span) {
  switch (span) {
  case 32:
    return 1;
  case 64:
    return 2;
  case 128:
    return 3;
  default:
    return 0;
  }
}

static CuResult encodeMap(const Driver &driver,
                          const launch::TensorMapValue &value,
                          CuTensorMap &map) {
  map = CuTensorMap();
  if (value.isEmpty)
    return cu::kSuccess;
  static constexpr uint32_t kElementStrides[launch::kMaxMapRank] = {1, 1, 1, 1,
                                                                    1};
  return driver.tensorMapEncodeTiled(
      &map, getMapType(value.type), static_cast<unsigned>(value.rank),
      reinterpret_cast<void *>(value.address), value.dims.data(),
      value.strides.data(), value.box.data(), kElementStrides,
      cu::kInterleaveNone, getSwizzle(value.swizzle), cu::kPromoteL2To256,
      cu::kFillZero);
}

void Kernel::reserve(EncodedLaunch &encoded) const {
  encoded.maps.resize(plan.maps.size());
  encoded.values.resize(plan.parameters.size());
  encoded.parameters.resize(plan.parameters.size());
}

Status Kernel::encode(const launch::Launch &launch,
                      EncodedLaunch &encoded) const {
  encoded.maps.resize(launch.maps.size());
  encoded.values.resize(launch.parameters.size());
  encoded.parameters.resize(launch.parameters.size());
  for (size_t i = 0; i < launch.maps.size(); ++i) {
    CuResult result = encodeMap(*driver, launch.maps[i], encoded.maps[i]);
    if (result != cu::kSuccess)
      return driver->error(result, plan.entry +
                                       ": cuTensorMapEncodeTiled of map " +
                                       std::to_string(i));
  }
  for (size_t i = 0; i < launch.parameters.size(); ++i) {
    const launch::ParameterValue &parameter = launch.parameters[i];
    encoded.values[i] = parameter.value;
    bool isMap = parameter.kind == launch::Parameter::Kind::Map;
    encoded.parameters[i] =
        isMap ? static_cast<void *>(&encoded.maps[parameter.value])
              : static_cast<void *>(&encoded.values[i]);
  }
  CuLaunchConfig &config = encoded.config;
  config = CuLaunchConfig();
  config.grid[0] = launch.grid;
  config.block[0] = launch.block;
  config.grid[1] = config.grid[2] = config.block[1] = config.block[2] = 1;
  config.sharedBytes = launch.sharedBytes;
  if (launch.cluster <= 1)
    return {};
  encoded.cluster = CuLaunchAttribute();
  encoded.cluster.id = cu::kLaunchClusterDimension;
  encoded.cluster.extents[0] = launch.cluster;
  encoded.cluster.extents[1] = encoded.cluster.extents[2] = 1;
  config.attributes = &encoded.cluster;
  config.attributeCount = 1;
  return {};
}

//===----------------------------------------------------------------------===//
// Launching
//===----------------------------------------------------------------------===//

/// Why a launch failed; only now it is worth to look at the stream.
Error Kernel::explain(CuResult result, CuStream stream,
                      const char *call) const {
  CuContext other = nullptr;
  bool isForeign = result == cu::kInvalidHandle ||
                   result == cu::kInvalidContext || result == cu::kInvalidValue;
  if (isForeign && stream &&
      driver->streamGetCtx(stream, &other) == cu::kSuccess && other &&
      other != context)
    return {ErrorCode::WrongDevice,
            plan.entry +
                ": the stream belongs to another context than the "
                "kernel, which is loaded on device " +
                std::to_string(device)};
  return driver->error(result, plan.entry + ": " + call);
}

Status Kernel::submit(EncodedLaunch &encoded, CuStream stream) const {
  ContextScope scope(*driver, context);
  CuResult result = scope.result();
  encoded.config.stream = stream;
  if (result == cu::kSuccess)
    result = driver->launchKernelEx(&encoded.config, function,
                                    encoded.parameters.data(), nullptr);
  if (result == cu::kSuccess)
    return {};
  return explain(result, stream, "cuLaunchKernelEx");
}

/// The subject of an error about an operand, or about the workspace.
std::string Kernel::describe(std::optional<size_t> operand) const {
  if (!operand)
    return plan.entry + ": the workspace ";
  return plan.entry + ": operand " + std::to_string(*operand) + " '" +
         plan.arguments[*operand].name + "' ";
}

Status Kernel::checkAddress(std::optional<size_t> operand,
                            uint64_t address) const {
  unsigned type = 0;
  int isManaged = 0;
  int ordinal = -1;
  int attributes[] = {cu::kPointerMemoryType, cu::kPointerIsManaged,
                      cu::kPointerDeviceOrdinal};
  void *values[] = {&type, &isManaged, &ordinal};
  CuResult result =
      driver->pointerGetAttributes(3, attributes, values, address);
  if (result != cu::kSuccess)
    return driver->error(result, describe(operand) + "cuPointerGetAttributes");
  if (type != cu::kMemoryDevice && !isManaged)
    return Error{ErrorCode::HostAddress,
                 describe(operand) +
                     (type == cu::kMemoryHost
                          ? "is in memory of the host; copy it to the device"
                          : "has an address that is no memory of the device")};
  if (isManaged || ordinal == device)
    return {};
  return Error{
      ErrorCode::WrongDevice,
      describe(operand) + "is in memory of device " + std::to_string(ordinal) +
          ", but the kernel is loaded on device " + std::to_string(device)};
}

static bool hasElements(const launch::ArgumentValue &value) {
  const auto *end = value.shape.begin() + value.rank;
  return std::find(value.shape.begin(), end, 0) == end;
}

Status Kernel::checkAddresses(
    const std::vector<launch::ArgumentValue> &operands) const {
  for (size_t i = 0; i < operands.size(); ++i)
    if (plan.arguments[i].isBuffer && hasElements(operands[i]))
      if (Status status = checkAddress(i, operands[i].address); !status.ok())
        return status;
  return {};
}

Status Kernel::checkWorkspace(uint64_t address, uint64_t available,
                              uint64_t bytes) const {
  auto fail = [&](const std::string &what) {
    return Error{ErrorCode::BadWorkspace, describe(std::nullopt) + what};
  };
  if (bytes == 0)
    return {};
  if (address == 0)
    return fail("is missing, the kernel needs " + std::to_string(bytes) +
                " bytes");
  if (available < bytes)
    return fail("has " + std::to_string(available) +
                " bytes, the kernel needs " + std::to_string(bytes) + " bytes");
  if (address % launch::kWorkspaceAlignment != 0)
    return fail("does not begin at a multiple of " +
                std::to_string(launch::kWorkspaceAlignment) + " bytes");
  return checkAddress(std::nullopt, address);
}

Status Kernel::prepareWorkspace(uint64_t address, uint64_t bytes,
                                CuStream stream) const {
  if (bytes == 0)
    return {};
  ContextScope scope(*driver, context);
  if (scope.result() != cu::kSuccess)
    return driver->error(scope.result(),
                         plan.entry + ": the context cannot be used");
  if (Status status = checkWorkspace(address, bytes, bytes); !status.ok())
    return status;
  CuResult result = driver->memsetD8Async(address, 0, bytes, stream);
  if (result == cu::kSuccess)
    return {};
  return explain(result, stream, "cuMemsetD8Async of the workspace");
}
