//===- CAPI.cpp - Launching packs from C ----------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm-c/Runtime.h"

#include "dgemm/Runtime/Kernel.h"

#include <algorithm>
#include <new>
#include <string_view>

using namespace dgemm;
using namespace dgemm::runtime;

static_assert(DGEMM_MAX_RANK == launch::kMaxRank);
static_assert(static_cast<int>(ErrorCode::NoMemory) == DGEMM_NO_MEMORY &&
                  static_cast<int>(ErrorCode::HostAddress) ==
                      DGEMM_HOST_ADDRESS &&
                  static_cast<int>(ErrorCode::NegativeSize) ==
                      DGEMM_NEGATIVE_SIZE,
              "codes of C and C++ have the same order");

struct dgemm_error {
  ErrorCode code;
  /// Stands behind the error in its memory, or is a literal.
  const char *message;
};
struct dgemm_driver {
  std::shared_ptr<const Driver> driver;
};
struct dgemm_pack {
  pack::Pack pack;
  std::string plan;
};
struct dgemm_kernel {
  std::unique_ptr<Kernel> kernel;
};
struct dgemm_launcher {
  explicit dgemm_launcher(const Kernel &kernel)
      : kernel(kernel), launcher(kernel) {
    operands.reserve(kernel.getPlan().arguments.size());
  }
  const Kernel &kernel;
  Launcher launcher;
  std::vector<launch::ArgumentValue> operands;
  LaunchOptions options;
  /// `launcher` has launched `operands` with `options`.
  bool isPrepared = false;
};

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

/// There is no memory for an error that says that there is none.
static const dgemm_error kNoMemory = {ErrorCode::NoMemory,
                                      "the host has no memory left"};

static dgemm_error *noMemory() noexcept {
  // Nobody writes to an error, and freeing leaves this one alone.
  return const_cast<dgemm_error *>(&kNoMemory);
}

/// The error and its text are one piece of memory. Throws nothing, as handlers
/// of exceptions call it.
static dgemm_error *fail(ErrorCode code, std::string_view message) noexcept {
  void *memory =
      ::operator new(sizeof(dgemm_error) + message.size() + 1, std::nothrow);
  if (!memory)
    return noMemory();
  char *text = static_cast<char *>(memory) + sizeof(dgemm_error);
  std::copy(message.begin(), message.end(), text);
  text[message.size()] = 0;
  return new (memory) dgemm_error{code, text};
}

static dgemm_error *fail(const Error &error) noexcept {
  return fail(error.code, error.message);
}

/// Calls a function that returns an error or null; no exception leaves it.
template <typename Function>
static dgemm_error *guard(Function function) noexcept {
  try {
    return function();
  } catch (const std::bad_alloc &) {
    return noMemory();
  } catch (...) {
    return fail(ErrorCode::NoMemory, "the host refused a resource");
  }
}

dgemm_error_code dgemm_error_get_code(const dgemm_error *error) {
  return static_cast<dgemm_error_code>(error->code);
}

const char *dgemm_error_name(const dgemm_error *error) {
  return launch::getName(error->code);
}

const char *dgemm_error_message(const dgemm_error *error) {
  return error->message;
}

void dgemm_error_free(dgemm_error *error) {
  if (error != &kNoMemory)
    ::operator delete(error);
}

//===----------------------------------------------------------------------===//
// Drivers and packs
//===----------------------------------------------------------------------===//

dgemm_error *dgemm_driver_open(const char *path, dgemm_driver **driver) {
  return guard([&]() -> dgemm_error * {
    if (!driver)
      return fail(ErrorCode::BadHandle, "no place for the driver was passed");
    auto opened = path ? Driver::open(path) : Driver::open();
    if (!opened)
      return fail(opened.error());
    *driver = new dgemm_driver{*opened};
    return nullptr;
  });
}

void dgemm_driver_close(dgemm_driver *driver) { delete driver; }

static dgemm_error *keep(pack::Result<pack::Pack> read, dgemm_pack **pack) {
  if (!read)
    return fail(read.error());
  std::string plan = launch::writePlan(read->plan);
  *pack = new dgemm_pack{std::move(*read), std::move(plan)};
  return nullptr;
}

dgemm_error *dgemm_pack_open(const char *path, dgemm_pack **pack) {
  return guard([&]() -> dgemm_error * {
    if (!path || !pack)
      return fail(ErrorCode::BadHandle, "no path or no place was passed");
    return keep(pack::readPackFile(path), pack);
  });
}

dgemm_error *dgemm_pack_read(const void *bytes, size_t size,
                             dgemm_pack **pack) {
  return guard([&]() -> dgemm_error * {
    if (!bytes || !pack)
      return fail(ErrorCode::BadHandle, "no bytes or no place were passed");
    return keep(pack::readPack(
                    std::string_view(static_cast<const char *>(bytes), size)),
                pack);
  });
}

void dgemm_pack_close(dgemm_pack *pack) { delete pack; }

const char *dgemm_pack_kernel(const dgemm_pack *pack) {
  return pack->pack.plan.entry.c_str();
}

const char *dgemm_pack_chip(const dgemm_pack *pack) {
  return pack->pack.plan.chip.c_str();
}

const char *dgemm_pack_op(const dgemm_pack *pack) {
  return pack->pack.op.c_str();
}

const char *dgemm_pack_schedule(const dgemm_pack *pack) {
  return pack->pack.schedule.c_str();
}

const char *dgemm_pack_plan(const dgemm_pack *pack) {
  return pack->plan.c_str();
}

size_t dgemm_pack_operand_count(const dgemm_pack *pack) {
  return pack->pack.plan.arguments.size();
}

dgemm_error *dgemm_pack_operand(const dgemm_pack *pack, size_t index,
                                dgemm_operand_info *info) {
  return guard([&]() -> dgemm_error * {
    if (!pack || !info)
      return fail(ErrorCode::BadHandle, "no pack or no place was passed");
    const std::vector<launch::Argument> &arguments = pack->pack.plan.arguments;
    if (index >= arguments.size())
      return fail(Error{
          ErrorCode::OutOfRange,
          pack->pack.plan.entry + " has " + std::to_string(arguments.size()) +
              " operands, there is no operand " + std::to_string(index)});
    const launch::Argument &argument = arguments[index];
    *info = dgemm_operand_info();
    info->name = argument.name.c_str();
    // Names of types are literals.
    info->type = launch::getName(argument.type).data();
    info->rank = static_cast<int32_t>(argument.shape.size());
    for (size_t i = 0; i < argument.shape.size(); ++i) {
      info->shape[i] = argument.shape[i].value_or(-1);
      info->strides[i] = argument.strides[i].value_or(-1);
    }
    launch::Alignment alignment = launch::getAlignment(pack->pack.plan, index);
    info->alignment = alignment.address;
    info->stride_multiple = alignment.strides;
    const std::optional<pack::Matmul> &matmul = pack->pack.matmul;
    bool isInPlace = matmul && matmul->inPlace && matmul->c == index;
    info->alias = isInPlace ? static_cast<int32_t>(matmul->d) : -1;
    return nullptr;
  });
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

dgemm_error *dgemm_kernel_load(const dgemm_driver *driver,
                               const dgemm_pack *pack, void *context,
                               dgemm_kernel **kernel) {
  return guard([&]() -> dgemm_error * {
    if (!driver || !pack || !kernel)
      return fail(ErrorCode::BadHandle, "loading needs a driver and a pack");
    auto *chosen = static_cast<CuContext>(context);
    if (!chosen)
      (void)driver->driver->ctxGetCurrent(&chosen);
    if (!chosen)
      return fail(ErrorCode::BadHandle,
                  "this thread has no CUDA context; make one current or pass "
                  "one");
    auto loaded = Kernel::load(driver->driver, pack->pack, chosen);
    if (!loaded)
      return fail(loaded.error());
    *kernel = new dgemm_kernel{std::move(*loaded)};
    return nullptr;
  });
}

void dgemm_kernel_unload(dgemm_kernel *kernel) { delete kernel; }

const char *dgemm_kernel_code(const dgemm_kernel *kernel) {
  return kernel->kernel->getCode() == Code::Cubin ? "cubin" : "ptx";
}

dgemm_error *dgemm_launcher_create(const dgemm_kernel *kernel,
                                   dgemm_launcher **launcher) {
  return guard([&]() -> dgemm_error * {
    if (!kernel || !launcher)
      return fail(ErrorCode::BadHandle, "a launcher needs a kernel");
    *launcher = new dgemm_launcher(*kernel->kernel);
    return nullptr;
  });
}

void dgemm_launcher_destroy(dgemm_launcher *launcher) { delete launcher; }

/// Takes over the operands; fails where a rank is beyond what the struct holds.
static Status takeOperands(dgemm_launcher &launcher,
                           const dgemm_operand *operands, size_t count) {
  if (count > 0 && !operands)
    return Error{ErrorCode::BadHandle, "no operands were passed"};
  launcher.operands.clear();
  for (size_t i = 0; i < count; ++i) {
    const dgemm_operand &from = operands[i];
    if (from.rank < 0 || from.rank > DGEMM_MAX_RANK)
      return Error{ErrorCode::WrongArguments, "operand " + std::to_string(i) +
                                                  " has rank " +
                                                  std::to_string(from.rank)};
    launch::ArgumentValue &to = launcher.operands.emplace_back();
    to.address = from.address;
    to.rank = static_cast<size_t>(from.rank);
    std::copy_n(from.shape, to.rank, to.shape.begin());
    std::copy_n(from.strides, to.rank, to.strides.begin());
  }
  return {};
}

static LaunchOptions convert(const dgemm_launch_options *options) {
  LaunchOptions result;
  if (!options)
    return result;
  result.smCount = options->sm_count;
  result.workspace = options->workspace;
  result.workspaceBytes = options->workspace_bytes;
  return result;
}

static bool isSame(const dgemm_operand &a, const launch::ArgumentValue &b) {
  return a.address == b.address && a.rank >= 0 &&
         static_cast<size_t>(a.rank) == b.rank &&
         std::equal(a.shape, a.shape + a.rank, b.shape.begin()) &&
         std::equal(a.strides, a.strides + a.rank, b.strides.begin());
}

/// The operands of the launch before are not converted once more.
static Status launchOnce(dgemm_launcher &launcher,
                         const dgemm_operand *operands, size_t count,
                         const LaunchOptions &options, CuStream stream) {
  if (launcher.isPrepared && operands && count == launcher.operands.size() &&
      options == launcher.options &&
      std::equal(operands, operands + count, launcher.operands.begin(), isSame))
    return launcher.launcher.launchAgain(stream);
  launcher.isPrepared = false;
  launcher.options = options;
  if (Status status = takeOperands(launcher, operands, count); !status.ok())
    return status;
  Status status = launcher.launcher.launch(launcher.operands.data(), count,
                                           options, stream);
  launcher.isPrepared = status.ok();
  return status;
}

dgemm_error *dgemm_launcher_workspace(dgemm_launcher *launcher,
                                      const dgemm_operand *operands,
                                      size_t count,
                                      const dgemm_launch_options *options,
                                      uint64_t *bytes) {
  return guard([&]() -> dgemm_error * {
    if (!launcher || !bytes)
      return fail(ErrorCode::BadHandle, "no launcher or no place was passed");
    launcher->isPrepared = false;
    if (Status status = takeOperands(*launcher, operands, count); !status.ok())
      return fail(status.error());
    Result<uint64_t> needed = launcher->launcher.getWorkspaceBytes(
        launcher->operands, convert(options));
    if (!needed)
      return fail(needed.error());
    *bytes = *needed;
    return nullptr;
  });
}

dgemm_error *dgemm_launcher_prepare_workspace(dgemm_launcher *launcher,
                                              uint64_t workspace,
                                              uint64_t bytes, void *stream) {
  return guard([&]() -> dgemm_error * {
    if (!launcher)
      return fail(ErrorCode::BadHandle, "no launcher was passed");
    Status status = launcher->kernel.prepareWorkspace(
        workspace, bytes, static_cast<CuStream>(stream));
    return status.ok() ? nullptr : fail(status.error());
  });
}

dgemm_error *dgemm_launch(dgemm_launcher *launcher,
                          const dgemm_operand *operands, size_t count,
                          const dgemm_launch_options *options, void *stream) {
  return guard([&]() -> dgemm_error * {
    if (!launcher)
      return fail(ErrorCode::BadHandle, "no launcher was passed");
    Status status = launchOnce(*launcher, operands, count, convert(options),
                               static_cast<CuStream>(stream));
    return status.ok() ? nullptr : fail(status.error());
  });
}
