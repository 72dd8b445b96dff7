//===- dgemm-run.cpp - Runs a function of dgemm ops -----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CommandLine.h"

#include "dgemm/Device/CudaDevice.h"
#include "dgemm/Execution/KernelBackend.h"
#include "dgemm/InitAll.h"
#include "dgemm/Interpreter/Interpreter.h"
#include "dgemm/PackRun/PackMain.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/AsmParser/AsmParserState.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"

#include <chrono>
#include <cmath>

using namespace mlir;
using namespace dgemm;

//===----------------------------------------------------------------------===//
// Options
//===----------------------------------------------------------------------===//

namespace {
/// What runs the function.
enum class Device { Reference, Sim, Cuda };

using NamedFile = std::pair<std::string, std::string>;
} // namespace

static const char *overview =
    R"(Runs a function made of dgemm ops and shows or checks its result.

Arguments that no --input names get data that suits the op which uses them:
normal numbers, quantised with matching scales, and valid groups, page tables
and lengths. Names of arguments are those of the file, without '%'.

Examples:
  dgemm-run docs/examples/fp8_matmul.mlir --check
  dgemm-run docs/examples/fp8_matmul.mlir --device=sim --check --schedules=5
  dgemm-run docs/examples/sm120/*.mlir --device=sim --check
  dgemm-run docs/examples/fp8_matmul.mlir --m 4096 --seed 7 --output d=d.npy
  dgemm-run docs/examples/bf16_nt.mlir --input a=a.npy --input b=b.npy

In .npy files f8 types are uint8, bf16 is uint16, and two f4 elements share a
uint8, the one with the even index in the low half.
)";

static LogicalResult fail(const llvm::Twine &message) {
  llvm::outs().flush(); // in the order of events
  llvm::errs() << "dgemm-run: error: " << message << "\n";
  return failure();
}

static FailureOr<Device> parseDevice(StringRef name) {
  if (name == "reference")
    return Device::Reference;
  if (name == "sim")
    return Device::Sim;
  if (name == "cuda")
    return Device::Cuda;
  return fail("unknown device '" + name +
              "', expected 'reference', 'sim' or 'cuda'");
}

/// Splits "left=right".
static FailureOr<NamedFile> splitAssignment(StringRef option, StringRef text) {
  auto [name, value] = text.split('=');
  if (name.empty() || value.empty())
    return fail("--" + option + "=" + text + ": expected name=value");
  name.consume_front("%");
  return NamedFile(name.str(), value.str());
}

static FailureOr<InterpreterOptions> parseOptions(const CommandLine &cl) {
  InterpreterOptions options;
  options.seed = cl.seed;
  options.threads = cl.threads;
  options.check = cl.check;
  options.checked = cl.checked;
  options.data = cl.data;
  options.rowPadding = cl.rowPadding;
  if (cl.rowPadding < 0 || cl.rowPadding % 16 != 0)
    return fail("--row-padding must be a multiple of 16, and not negative");
  if (cl.schedules == 0)
    return fail("--schedules must be at least 1");
  if (cl.m.getNumOccurrences()) {
    if (cl.m < 0)
      return fail("--m must not be negative");
    options.extents["m"] = cl.m;
  }
  if (cl.compileM.getNumOccurrences() && cl.compileM < 1)
    return fail("--compile-m must be at least 1");
  for (const std::string &text : cl.extents) {
    FailureOr<NamedFile> pair = splitAssignment("dim", text);
    if (failed(pair))
      return failure();
    int64_t extent;
    if (StringRef(pair->second).getAsInteger(10, extent) || extent < 0)
      return fail("--dim=" + text + ": expected a non-negative integer");
    options.extents[pair->first] = extent;
  }
  return options;
}

//===----------------------------------------------------------------------===//
// The file
//===----------------------------------------------------------------------===//

namespace {
/// A parsed file. Names of values are kept, as people use them in options.
struct ParsedFile {
  llvm::SourceMgr sourceMgr;
  Block block;
  AsmParserState names;
};
} // namespace

static LogicalResult parseFile(const std::string &path, MLIRContext &context,
                               ParsedFile &file) {
  auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(path, /*IsText=*/true);
  if (std::error_code error = buffer.getError())
    return fail("cannot read '" + path + "': " + error.message());
  file.sourceMgr.AddNewSourceBuffer(std::move(*buffer), llvm::SMLoc());
  ParserConfig config(&context);
  if (failed(
          parseAsmSourceFile(file.sourceMgr, &file.block, config, &file.names)))
    return failure();
  for (Operation &op : file.block)
    if (failed(verify(&op)))
      return failure();
  return success();
}

static FailureOr<func::FuncOp> findFunction(ParsedFile &file, StringRef name) {
  SmallVector<func::FuncOp> functions;
  for (Operation &op : file.block)
    op.walk([&](func::FuncOp function) {
      if (!function.isExternal() &&
          (name.empty() || function.getSymName() == name))
        functions.push_back(function);
    });
  if (functions.size() == 1)
    return functions.front();
  if (functions.empty())
    return fail(name.empty() ? "the file has no function with a body"
                             : "the file has no function @" + name);
  std::string all;
  for (func::FuncOp function : functions)
    all += (all.empty() ? "@" : ", @") + function.getSymName().str();
  return fail("choose one of " + all + " with --function");
}

static std::vector<std::string> argumentNames(const ParsedFile &file,
                                              func::FuncOp function) {
  std::vector<std::string> result;
  const AsmParserState::BlockDefinition *definition =
      file.names.getBlockDef(&function.getBody().front());
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    std::string name = std::to_string(i);
    if (definition && i < definition->arguments.size()) {
      llvm::SMRange range = definition->arguments[i].loc;
      StringRef text(range.Start.getPointer(),
                     range.End.getPointer() - range.Start.getPointer());
      text.consume_front("%");
      if (!text.empty())
        name = text.str();
    }
    result.push_back(name);
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

namespace {
/// One run, and what the report says about it.
class Session {
public:
  /// `backend` is null on the reference.
  Session(const CommandLine &cl, StringRef path, func::FuncOp function,
          std::vector<std::string> names, const InterpreterOptions &options,
          const KernelBackend *backend)
      : cl(cl), path(path), function(function), names(std::move(names)),
        backend(backend), interpreter(function, options) {}

  LogicalResult run();

private:
  LogicalResult readInputs();
  LogicalResult writeOutputs();
  const RuntimeValue *find(StringRef name) const;
  void printArguments() const;
  void printResults() const;
  void printSummary(StringRef name, const RuntimeValue &value) const;
  bool printKernels() const;
  LogicalResult writeStatistics() const;
  bool printChecks() const;
  void printReproducer();

  const CommandLine &cl;
  StringRef path;
  func::FuncOp function;
  std::vector<std::string> names;
  const KernelBackend *backend;
  Interpreter interpreter;
};
} // namespace

const RuntimeValue *Session::find(StringRef name) const {
  for (auto [i, argument] : llvm::enumerate(names))
    if (argument == name)
      return &interpreter.getArgument(i);
  size_t index = 0;
  auto results = interpreter.getResults();
  bool isResult = name == "result" || (name.consume_front("result") &&
                                       !name.getAsInteger(10, index));
  return isResult && index < results.size() ? results[index].get() : nullptr;
}

LogicalResult Session::readInputs() {
  for (const std::string &text : cl.inputs) {
    FailureOr<NamedFile> input = splitAssignment("input", text);
    if (failed(input))
      return failure();
    auto it = llvm::find(names, input->first);
    if (it == names.end())
      return fail("--input=" + text + ": the function has no argument '" +
                  input->first + "'; it has " + llvm::join(names, ", "));
    reference::Expected<reference::NpyArray> array =
        reference::readNpy(input->second);
    if (!array)
      return fail(array.message());
    if (failed(interpreter.setArgument(it - names.begin(), *array)))
      return failure();
  }
  return success();
}

LogicalResult Session::writeOutputs() {
  for (const std::string &text : cl.outputs) {
    FailureOr<NamedFile> output = splitAssignment("output", text);
    if (failed(output))
      return failure();
    const RuntimeValue *value = find(output->first);
    if (!value || !value->stored)
      return fail("--output=" + text +
                  ": the function has no such argument or result; arguments "
                  "are " +
                  llvm::join(names, ", "));
    reference::Expected<reference::NpyArray> array =
        reference::toNpy(value->stored.view());
    if (!array)
      return fail(array.message());
    reference::Status status = reference::writeNpy(output->second, *array);
    if (!status.ok())
      return fail(status.message());
  }
  return success();
}

static std::string describe(const reference::Tensor &tensor) {
  std::string shape = tensor.shape().empty()
                          ? ""
                          : reference::shapeString(tensor.shape()) + "x";
  return shape + reference::name(tensor.type());
}

void Session::printArguments() const {
  for (auto [i, name] : llvm::enumerate(names)) {
    const RuntimeValue &value = interpreter.getArgument(i);
    llvm::outs() << "  " << name << ": ";
    if (value.stored)
      llvm::outs() << describe(value.stored)
                   << (value.given ? ", from a file" : "") << "\n";
    else
      llvm::outs() << value.scalar << "\n";
  }
}

/// Magnitude and oddities of what an op wrote.
void Session::printSummary(StringRef name, const RuntimeValue &value) const {
  const reference::View &view = value.stored.view();
  double sum = 0;
  int64_t nans = 0;
  int64_t infinities = 0;
  int64_t count = view.numElements();
  for (int64_t i = 0; i < count; ++i) {
    double x = view.load(view.atLinear(i));
    nans += std::isnan(x);
    infinities += std::isinf(x);
    if (std::isfinite(x))
      sum += std::fabs(x);
  }
  int64_t finite = count - nans - infinities;
  llvm::outs() << "result " << name << ": " << describe(value.stored)
               << ", mean magnitude "
               << llvm::format("%.6g", finite ? sum / finite : 0.0);
  if (nans || infinities)
    llvm::outs() << ", " << nans << " NaN, " << infinities << " infinite";
  llvm::outs() << "\n";
}

void Session::printResults() const {
  for (auto [i, name] : llvm::enumerate(names))
    if (interpreter.getArgument(i).isWritten)
      printSummary(name, interpreter.getArgument(i));
  auto results = interpreter.getResults();
  for (auto [i, value] : llvm::enumerate(results))
    if (value->stored)
      printSummary(results.size() == 1 ? "0" : std::to_string(i), *value);
}

/// What the device found. False if it is anything.
bool Session::printKernels() const {
  if (!backend)
    return true;
  bool passed = true;
  for (const OpRun &opRun : backend->getRuns()) {
    passed &= opRun.passed();
    double seconds = 0;
    for (const device::KernelRun &run : opRun.runs)
      seconds += run.report.seconds;
    llvm::outs() << (opRun.passed() ? "PASS " : "FAIL ") << opRun.kernel
                 << ": ";
    if (opRun.runs.empty())
      llvm::outs() << "nothing to launch\n";
    else
      llvm::outs() << opRun.runs.size() << " of " << cl.schedules
                   << " schedules from seed " << opRun.runs.front().seed << ", "
                   << llvm::format(cl.device == "cuda" ? "%.3g s" : "%.3f s",
                                   seconds)
                   << (opRun.passed() ? ", no findings\n" : "\n");
    for (const device::KernelRun &run : opRun.runs)
      for (const auto *list : {&run.report.findings, &run.mistakes})
        for (const std::string &text : *list)
          llvm::outs() << "  " << text << " [seed " << run.seed << "]\n";
  }
  return passed;
}

LogicalResult Session::writeStatistics() const {
  if (cl.stats.empty() || !backend)
    return success();
  std::string text = backend->getStatistics();
  if (cl.stats == "-") {
    llvm::outs() << text;
    return success();
  }
  std::error_code error;
  llvm::raw_fd_ostream stream(cl.stats, error);
  if (!error) {
    stream << text;
    stream.close();
    error = stream.error();
    stream.clear_error();
  }
  return error ? fail("cannot write '" + cl.stats + "': " + error.message())
               : success();
}

bool Session::printChecks() const {
  bool passed = true;
  for (const OpCheck &check : interpreter.getChecks()) {
    const reference::CheckResult &details = check.details;
    passed &= details.passed();
    llvm::outs() << (details.passed() ? "PASS " : "FAIL ")
                 << check.op->getName() << " " << check.result << ": "
                 << details.checked << " of " << details.elements
                 << " elements compared, max error "
                 << llvm::format("%.4g (bound there %.4g)", details.maxError,
                                 details.bound)
                 << llvm::format(", largest error / bound %.3f",
                                 details.worstRatio);
    if (!details.passed())
      llvm::outs() << ", " << details.failures
                   << " outside; first: " << details.firstFailure;
    llvm::outs() << "\n";
  }
  for (const SimilarityCheck &check : interpreter.getSimilarities()) {
    passed &= check.passed();
    llvm::outs() << (check.isInformative ? check.passed() ? "PASS " : "FAIL "
                                         : "INFO ")
                 << check.output << ": calc_diff to unquantised data "
                 << llvm::format("%.3g, bound %.3g", check.difference,
                                 check.tolerance)
                 << (check.isInformative ? "" : " (too few elements to decide)")
                 << "\n";
  }
  if (interpreter.getChecks().empty()) {
    llvm::outs() << "FAIL nothing was compared\n";
    return false;
  }
  if (interpreter.getSimilarities().empty())
    llvm::outs() << "INFO calc_diff: no unquantised data to compare with\n";
  return passed;
}

void Session::printReproducer() {
  llvm::outs() << "reproduce: dgemm-run " << path << " --device=" << cl.device
               << " --function=" << function.getSymName();
  if (cl.m.getNumOccurrences())
    llvm::outs() << " --m=" << cl.m;
  if (cl.compileM.getNumOccurrences())
    llvm::outs() << " --compile-m=" << cl.compileM;
  for (const std::string &text : cl.extents)
    llvm::outs() << " --dim=" << text;
  for (const std::string &text : cl.inputs)
    llvm::outs() << " --input=" << text;
  if (cl.checked)
    llvm::outs() << " --checked";
  if (backend)
    llvm::outs() << " --target=" << cl.target
                 << " --schedules=" << cl.schedules;
  if (cl.sms)
    llvm::outs() << " --sms=" << cl.sms;
  if (cl.data != DataKind::Random)
    llvm::outs() << (cl.data == DataKind::Exact ? " --data=exact"
                                                : " --data=codes");
  if (cl.rowPadding)
    llvm::outs() << " --row-padding=" << cl.rowPadding;
  llvm::outs() << " --seed=" << cl.seed << " --check\n";
}

LogicalResult Session::run() {
  for (auto [i, name] : llvm::enumerate(names))
    interpreter.setArgumentName(i, name);
  if (failed(readInputs()) || failed(interpreter.prepare()))
    return failure();
  for (const std::string &name : interpreter.getUnusedExtents())
    return fail("no dynamic dimension is called '" + name +
                "', or types and files say that it is different");
  llvm::outs() << "@" << function.getSymName() << " on " << cl.device
               << ", seed " << cl.seed << "\n";
  printArguments();
  llvm::outs().flush();
  auto start = std::chrono::steady_clock::now();
  if (failed(interpreter.run()))
    return failure();
  std::chrono::duration<double> seconds =
      std::chrono::steady_clock::now() - start;
  printResults();
  llvm::outs() << "time: " << llvm::format("%.3f s", seconds.count())
               << (cl.check ? ", with comparison\n" : "\n");
  if (failed(writeOutputs()) || failed(writeStatistics()))
    return failure();
  bool isClean = printKernels();
  bool isRight = !cl.check || printChecks();
  if (cl.check || !isClean)
    printReproducer();
  if (!isRight)
    return fail("the result is wrong");
  return isClean ? success() : fail("the device has findings");
}

static std::unique_ptr<device::Device> makeSimulator(const CommandLine &cl,
                                                     Location location) {
  auto chip = getSimulatedChip(location, cl.target);
  if (failed(chip))
    return nullptr;
  chip->smCount = cl.sms ? cl.sms : chip->smCount;
  chip->threads = cl.threads;
  chip->maxInstructions = cl.maxInstructions;
  chip->raceCheck = !cl.noRaceCheck;
  return std::make_unique<device::SimulatedDevice>(*chip);
}

/// Unless a target is asked for, it is the GPU's.
static std::unique_ptr<device::Device> openGpu(const CommandLine &cl,
                                               std::string &target) {
  device::CudaOptions options;
  options.smCount = cl.sms;
  if (std::optional<std::string> path =
          llvm::sys::Process::GetEnv("DGEMM_CUDA_DRIVER"))
    options.driverPath = *path;
  auto opened = device::CudaDevice::open(options);
  if (!opened) {
    (void)fail(opened.message());
    return nullptr;
  }
  const runtime::DeviceFacts &facts = (*opened)->getFacts();
  if (!cl.target.getNumOccurrences())
    target = "sm_" + std::to_string(10 * facts.major + facts.minor) + "a";
  return std::move(*opened);
}

static LogicalResult runFile(const CommandLine &cl, const std::string &path) {
  FailureOr<Device> device = parseDevice(cl.device);
  FailureOr<InterpreterOptions> options = parseOptions(cl);
  if (failed(device) || failed(options))
    return failure();
  DialectRegistry registry;
  registerAllDialects(registry);
  MLIRContext context(registry);
  context.printOpOnDiagnostic(false);
  ParsedFile file;
  SourceMgrDiagnosticHandler diagnostics(file.sourceMgr, &context,
                                         llvm::errs());
  if (failed(parseFile(path, context, file)))
    return failure();
  FailureOr<func::FuncOp> function = findFunction(file, cl.function);
  if (failed(function))
    return failure();
  std::unique_ptr<device::Device> kernels;
  std::unique_ptr<KernelBackend> backend;
  if (*device != Device::Reference) {
    KernelBackendOptions backendOptions{cl.target, cl.seed, cl.schedules};
    backendOptions.expectedM = cl.compileM;
    backendOptions.assemble = *device == Device::Cuda;
    kernels = *device == Device::Sim ? makeSimulator(cl, function->getLoc())
                                     : openGpu(cl, backendOptions.target);
    if (!kernels)
      return failure();
    backend = std::make_unique<KernelBackend>(*kernels, backendOptions);
    options->backend = backend.get();
  }
  Session session(cl, path, *function, argumentNames(file, *function), *options,
                  backend.get());
  return session.run();
}

/// All files, so that one run shows every failure.
static LogicalResult runMain(const CommandLine &cl) {
  LogicalResult result = success();
  for (const std::string &path : cl.files)
    if (failed(runFile(cl, path)))
      result = failure();
  return result;
}

/// LLVM registers an option of this name, which counts nothing in a release
/// build; here it is what dgemm-sim calls so.
static void takeOverOption(StringRef name) {
  if (llvm::cl::Option *option = llvm::cl::getRegisteredOptions().lookup(name))
    option->removeArgument();
}

int main(int argc, char **argv) {
  if (packrun::isForPacks(argc, argv))
    return packrun::packMain(argc, argv);
  llvm::InitLLVM init(argc, argv);
  takeOverOption("stats");
  CommandLine cl;
  llvm::cl::HideUnrelatedOptions(cl.category);
  llvm::cl::ParseCommandLineOptions(argc, argv, overview);
  return failed(runMain(cl));
}
