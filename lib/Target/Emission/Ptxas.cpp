//===- Ptxas.cpp - ptxas as a child process -------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Target/Emission.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace dgemm;

namespace {

/// The files between this process and ptxas; they go away with this object.
class Exchange {
public:
  /// Creates the files and writes `ptx` into the first.
  static FailureOr<Exchange> create(StringRef ptx, Location location);

  /// Runs ptxas; fails with its words when it refuses.
  LogicalResult run(StringRef ptxas, StringRef chip,
                    const EmittedKernel &kernel, Location location);

  /// What ptxas printed in `run`.
  StringRef getLog() const { return log; }

  /// Reads what ptxas made in `run`.
  LogicalResult readCubin(std::string &bytes, Location location) const;

private:
  struct File {
    SmallString<128> path;
    std::unique_ptr<llvm::FileRemover> remover;
  };

  static LogicalResult createFile(File &file, StringRef suffix,
                                  Location location);

  File ptxFile, cubinFile, logFile;
  std::string log;
};

} // namespace

static LogicalResult writeFile(StringRef path, StringRef text,
                               Location location) {
  std::error_code error;
  llvm::raw_fd_ostream file(path, error);
  if (!error) {
    file << text;
    file.close();
    error = file.error();
    file.clear_error();
  }
  if (error)
    return emitError(location)
           << "cannot write '" << path << "': " << error.message();
  return success();
}

static FailureOr<std::string> readFile(StringRef path, Location location) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer)
    return emitError(location)
           << "cannot read '" << path << "': " << buffer.getError().message();
  return (*buffer)->getBuffer().str();
}

LogicalResult Exchange::createFile(File &file, StringRef suffix,
                                   Location location) {
  std::error_code error =
      llvm::sys::fs::createTemporaryFile("dgemm", suffix, file.path);
  if (error)
    return emitError(location)
           << "cannot create a temporary file: " << error.message();
  file.remover = std::make_unique<llvm::FileRemover>(file.path);
  return success();
}

FailureOr<Exchange> Exchange::create(StringRef ptx, Location location) {
  Exchange exchange;
  if (failed(createFile(exchange.ptxFile, "ptx", location)) ||
      failed(createFile(exchange.cubinFile, "cubin", location)) ||
      failed(createFile(exchange.logFile, "txt", location)) ||
      failed(writeFile(exchange.ptxFile.path, ptx, location)))
    return failure();
  return exchange;
}

LogicalResult Exchange::run(StringRef ptxas, StringRef chip,
                            const EmittedKernel &kernel, Location location) {
  std::string arch = ("-arch=" + chip).str();
  StringRef arguments[] = {ptxas,        arch, "-v",
                           ptxFile.path, "-o", cubinFile.path};
  std::optional<StringRef> redirects[] = {StringRef(), logFile.path,
                                          logFile.path};
  std::string message;
  int status = llvm::sys::ExecuteAndWait(ptxas, arguments, std::nullopt,
                                         redirects, 0, 0, &message);
  FailureOr<std::string> output = readFile(logFile.path, location);
  if (failed(output))
    return failure();
  log = std::move(*output);
  if (status == 0)
    return success();
  return emitError(location) << "ptxas refused the kernel '" << kernel.name
                             << "' for " << chip << " (exit code " << status
                             << "): " << message << StringRef(log).rtrim();
}

LogicalResult Exchange::readCubin(std::string &bytes, Location location) const {
  FailureOr<std::string> content = readFile(cubinFile.path, location);
  if (failed(content))
    return failure();
  bytes = std::move(*content);
  return success();
}

std::optional<std::string> dgemm::findPtxas(StringRef path) {
  if (!path.empty()) {
    if (llvm::sys::fs::can_execute(path))
      return path.str();
    return std::nullopt;
  }
  if (auto found = llvm::sys::findProgramByName("ptxas"))
    return *found;
  SmallVector<std::string> folders;
  if (auto home = llvm::sys::Process::GetEnv("CUDA_HOME"))
    folders.push_back(*home + "/bin");
  folders.push_back("/usr/local/cuda/bin");
  SmallVector<StringRef> views(folders.begin(), folders.end());
  if (auto found = llvm::sys::findProgramByName("ptxas", views))
    return *found;
  return std::nullopt;
}

/// Passes on what ptxas warns of: it is about code that we made.
static void reportWarnings(StringRef output, Location location) {
  for (StringRef line : llvm::split(output, '\n'))
    if (line.contains("warning"))
      emitWarning(location) << line.trim();
}

LogicalResult dgemm::assemble(EmittedKernel &kernel, StringRef chip,
                              StringRef ptxas, Location location,
                              TimingScope &timing) {
  TimingScope timer = timing.nest("ptxas");
  FailureOr<Exchange> exchange = Exchange::create(kernel.ptx, location);
  if (failed(exchange) ||
      failed(exchange->run(ptxas, chip, kernel, location)) ||
      failed(exchange->readCubin(kernel.cubin, location)))
    return failure();
  reportWarnings(exchange->getLog(), location);
  kernel.facts = parsePtxasFacts(exchange->getLog(), kernel.name);
  return success();
}
