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

/// A temporary file that goes away with this object.
class TemporaryFile {
public:
  /// Creates the file; `error` is set when that fails.
  TemporaryFile(StringRef suffix, std::error_code &error) {
    error = llvm::sys::fs::createTemporaryFile("dgemm", suffix, path);
    if (!error)
      remover.setFile(path);
  }
  StringRef getPath() const { return path; }

private:
  SmallString<128> path;
  llvm::FileRemover remover;
};

} // namespace

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

static std::string readFile(StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  return buffer ? (*buffer)->getBuffer().str() : std::string();
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
  std::error_code cubinError, logError;
  TemporaryFile cubin("cubin", cubinError), log("txt", logError);
  std::error_code ptxError;
  TemporaryFile ptx("ptx", ptxError);
  for (std::error_code error : {cubinError, logError, ptxError})
    if (error)
      return emitError(location)
             << "cannot create a temporary file: " << error.message();
  {
    llvm::raw_fd_ostream file(ptx.getPath(), ptxError);
    file << kernel.ptx;
    file.close();
    if (file.has_error()) {
      ptxError = file.error();
      file.clear_error();
    }
  }
  if (ptxError)
    return emitError(location)
           << "cannot write " << ptx.getPath() << ": " << ptxError.message();

  std::string arch = ("-arch=" + chip).str();
  StringRef arguments[] = {ptxas,         arch, "-v",
                           ptx.getPath(), "-o", cubin.getPath()};
  std::optional<StringRef> redirects[] = {StringRef(), log.getPath(),
                                          log.getPath()};
  std::string message;
  int status = llvm::sys::ExecuteAndWait(ptxas, arguments, std::nullopt,
                                         redirects, 0, 0, &message);
  std::string output = readFile(log.getPath());
  if (status != 0)
    return emitError(location)
           << "ptxas refused the kernel '" << kernel.name << "' for " << chip
           << " (exit code " << status << "): " << message << output;
  reportWarnings(output, location);
  kernel.facts = parsePtxasFacts(output, kernel.name);
  kernel.cubin = readFile(cubin.getPath());
  return success();
}
