//===- Kernel.h - A pack on a GPU -------------------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   auto driver = dgemm::runtime::Driver::open();
//   auto pack = dgemm::pack::readPackFile("k.dgpack");
//   auto kernel = dgemm::runtime::Kernel::load(*driver, *pack, context);
//   dgemm::runtime::Launcher launcher(**kernel);       // one for each thread
//   auto status = launcher.launch(operands, count, {}, stream);
//
// dgemm-c/Runtime.h has the same for C.
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_RUNTIME_KERNEL_H
#define DGEMM_RUNTIME_KERNEL_H

#include "dgemm/Launch/Evaluate.h"
#include "dgemm/Pack/Operands.h"
#include "dgemm/Pack/Pack.h"
#include "dgemm/Runtime/Driver.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dgemm::runtime {

/// Which code of a pack was loaded.
enum class Code { Cubin, Ptx };

/// Whether code for `chip` ("sm_90a") runs on a GPU of this compute capability.
/// Chips with an a run on exactly that one, with an f on their family; others
/// also on later ones: cubins on those of the same major version, PTX on all.
bool isCompatible(const std::string &chip, int major, int minor, Code code);

/// A launch in the form that the driver takes. Used again, it allocates only
/// when it has less room than needed.
class EncodedLaunch {
public:
  EncodedLaunch() = default;
  EncodedLaunch(const EncodedLaunch &) = delete;

private:
  friend class Kernel;
  CuLaunchConfig config{};
  CuLaunchAttribute cluster{};
  std::vector<CuTensorMap> maps;
  std::vector<uint64_t> values;
  std::vector<void *> parameters;
};

/// How a pack is loaded.
struct LoadOptions {
  /// Compile the PTX even if there is a cubin for the device.
  bool preferPtx = false;
};

/// Code in a context, ready to launch. Const functions may be called from many
/// threads at the same time.
class Kernel {
public:
  /// Loads the code of `pack` into `context`, which may be that of another
  /// thread and outlives the kernel: the cubin if it is for the context's
  /// device, else the PTX, which the driver compiles. Fails with WrongChip when
  /// neither is for the device, with BadHandle when the context is null, and
  /// with DriverError when the driver refuses all there is; the message has its
  /// reasons.
  static Result<std::unique_ptr<Kernel>>
  load(std::shared_ptr<const Driver> driver, const pack::Pack &pack,
       CuContext context, const LoadOptions &options = {});
  ~Kernel();
  Kernel(const Kernel &) = delete;

  const launch::LaunchPlan &getPlan() const { return plan; }
  Code getCode() const { return code; }
  CuDevice getDevice() const { return device; }
  const DeviceFacts &getFacts() const { return facts; }
  const Driver &getDriver() const { return *driver; }
  CuContext getContext() const { return context; }

  /// Room for any launch of this kernel, so that `encode` allocates nothing.
  void reserve(EncodedLaunch &encoded) const;
  /// Encodes the tensor maps and lays out the parameters of a `launch` that is
  /// not empty. Fails with DriverError when the driver refuses a map.
  Status encode(const launch::Launch &launch, EncodedLaunch &encoded) const;
  /// Launches on `stream`. Neither waits nor allocates; the stream may be
  /// capturing. Fails with WrongDevice when the stream is of another context,
  /// else with DriverError.
  Status submit(EncodedLaunch &encoded, CuStream stream) const;
  /// Whether every operand with elements is memory of this device. Fails with
  /// HostAddress or WrongDevice.
  Status
  checkAddresses(const std::vector<launch::ArgumentValue> &operands) const;
  /// The same of the workspace, of which `bytes` are needed and `available`
  /// ones were passed; fails with BadWorkspace, too. Nothing is wrong with what
  /// is not needed.
  Status checkWorkspace(uint64_t address, uint64_t available,
                        uint64_t bytes) const;
  /// Whether the operands fit each other, as far as the pack says what is
  /// computed; fails as `pack::checkOperands`.
  Status
  checkOperands(const std::vector<launch::ArgumentValue> &operands) const {
    return matmul ? pack::checkOperands(*matmul, plan, operands) : Status();
  }

  /// Makes `bytes` bytes of global memory at `address` a workspace for this
  /// kernel: fills them with zeros, on `stream`, without waiting. Once before
  /// the first launch with that memory, and again after a kernel was aborted;
  /// launches leave it as the next one needs it. Fails with BadWorkspace,
  /// HostAddress or WrongDevice, else with DriverError. 0 bytes are a success.
  Status prepareWorkspace(uint64_t address, uint64_t bytes,
                          CuStream stream) const;

private:
  Kernel() = default;
  Status loadCode(const pack::Pack &pack, const LoadOptions &options);
  Status loadImage(const std::string &image, Code form);
  Status prepareFunction();
  Status checkAddress(std::optional<size_t> operand, uint64_t address) const;
  std::string describe(std::optional<size_t> operand) const;
  Error explain(CuResult result, CuStream stream, const char *call) const;

  std::shared_ptr<const Driver> driver;
  launch::LaunchPlan plan;
  /// What is computed, if the pack says so.
  std::optional<pack::Matmul> matmul;
  CuContext context = nullptr;
  CuDevice device = 0;
  DeviceFacts facts;
  Code code = Code::Cubin;
  CuModule module = nullptr;
  CuFunction function = nullptr;
};

/// What a caller may choose for a launch.
struct LaunchOptions {
  /// Streaming multiprocessors to use; 0: all of the device.
  int64_t smCount = 0;
  /// Global memory for the kernel itself: at least the plan's workspace bytes
  /// at a multiple of 256. Kernels that split K keep partial sums and counters
  /// there. It must be zeros before the first launch (`prepareWorkspace`), and
  /// nobody else may write to it afterwards: with other contents D stays
  /// unwritten, and nothing reports that. It belongs to one kernel, for
  /// launches of any shapes that follow each other; what may run at the same
  /// time needs its own. After a kernel was aborted it must be zeros again.
  uint64_t workspace = 0;
  uint64_t workspaceBytes = 0;

  bool operator==(const LaunchOptions &other) const {
    return smCount == other.smCount && workspace == other.workspace &&
           workspaceBytes == other.workspaceBytes;
  }
};

/// Launches one kernel again and again, without allocating. It keeps what the
/// last launch was given: a launch with the same operands neither checks them
/// nor encodes tensor maps anew. Used by one thread at a time.
class Launcher {
public:
  /// `kernel` must live as long as the launcher.
  explicit Launcher(const Kernel &kernel);

  /// Launches on `stream` with the operands of the plan in their order. M = 0
  /// is a success that launches nothing. Everything is checked before the
  /// driver is asked: fails as `launch::evaluate`, `Kernel::checkOperands` and
  /// `Kernel::checkAddresses`, with BadWorkspace, else as `Kernel::submit`. The
  /// error leaves the context as it was.
  Status launch(const launch::ArgumentValue *operands, size_t count,
                const LaunchOptions &options, CuStream stream);

  /// Launches once more what the last call of `launch` or `getWorkspaceBytes`
  /// was about, if that was a `launch` that succeeded; otherwise fails with
  /// BadHandle.
  Status launchAgain(CuStream stream);

  /// Bytes of workspace that a launch with these operands needs. Fails as
  /// `launch::evaluate` and `Kernel::checkOperands`.
  Result<uint64_t>
  getWorkspaceBytes(const std::vector<launch::ArgumentValue> &operands,
                    const LaunchOptions &options);

private:
  int64_t getSmCount(const LaunchOptions &options) const;
  Status prepare(const LaunchOptions &options);
  bool isSame(const launch::ArgumentValue *values, size_t count,
              const LaunchOptions &options) const;

  const Kernel &kernel;
  std::vector<launch::ArgumentValue> operands;
  LaunchOptions lastOptions;
  launch::Launch launched;
  EncodedLaunch encoded;
  /// `encoded` is that of `operands` and `lastOptions`.
  bool isPrepared = false;
};

} // namespace dgemm::runtime

#endif // DGEMM_RUNTIME_KERNEL_H
