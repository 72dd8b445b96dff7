//===- CompileMain.cpp - The command line of dgemm-compile ----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Compiler/CompileMain.h"

#include "Remarks.h"
#include "dgemm/Compiler/Compiler.h"
#include "dgemm/Tools/PassStatistics.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/ToolOutputFile.h"
#include "llvm/Support/WithColor.h"

using namespace mlir;
using namespace dgemm;
namespace cl = llvm::cl;

static constexpr llvm::StringLiteral overview =
    R"(compiles GEMM-like problems to GPU kernels

The input is MLIR with operations of the dgemm dialect (what to compute), with
dgk.kernel (how), or with a gpu.module (in which instructions). Compilation
starts there and stops at the level that --emit names. No GPU is needed, and no
CUDA toolkit except ptxas for --emit=cubin and --facts, and for the machine code
in a pack, which else has PTX only.

EXAMPLES:
  dgemm-compile matmul.mlir --target=sm_120a                PTX on the output
  dgemm-compile matmul.mlir --emit=cubin -o matmul.cubin --facts
  dgemm-compile matmul.mlir --emit=schedule                 how it will be done
  dgemm-compile matmul.mlir --emit=dgk | dgk-opt -          the kernel, readable
  dgemm-compile matmul.mlir --emit=plan                     how to launch it
  dgemm-compile matmul.mlir --emit=pack -o matmul.dgpack    all of that, in a file
)";

namespace {

/// All options of the tool.
struct Options {
  cl::OptionCategory category{"Compilation options"};
  cl::OptionCategory debugging{"Options to look inside"};

  cl::opt<std::string> input{cl::Positional, cl::desc("<file.mlir or ->"),
                             cl::init("-"), cl::cat(category)};
  cl::opt<std::string> output{
      "o", cl::value_desc("file"), cl::init("-"), cl::cat(category),
      cl::desc("File to write (default: -, the standard output)")};
  cl::opt<std::string> target{
      "target", cl::value_desc("chip"), cl::cat(category),
      cl::desc("Chip to compile for (default: the one that the file names, "
               "else sm_120a)")};
  cl::opt<int64_t> expectedM{
      "m", cl::value_desc("rows"), cl::init(4096), cl::cat(category),
      cl::desc("Rows of A to choose a schedule for where the types do not tell "
               "(default: 4096); the kernel takes any number")};
  cl::opt<int64_t> expectedN{
      "n", cl::value_desc("columns"), cl::init(4096), cl::cat(category),
      cl::desc("The same for columns of D (default: 4096)")};
  cl::opt<int64_t> expectedK{"k", cl::value_desc("extent"), cl::init(4096),
                             cl::cat(category),
                             cl::desc("The same for K (default: 4096)")};
  cl::opt<Stage> stage{
      "emit", cl::init(Stage::PTX), cl::cat(category),
      cl::desc("Level to stop at (default: ptx)"),
      cl::values(
          clEnumValN(Stage::Schedule, "schedule",
                     "the problem with its chosen schedule"),
          clEnumValN(Stage::DGK, "dgk", "the kernel, one thread of control"),
          clEnumValN(Stage::DGKAsync, "dgk-async",
                     "the kernel with roles, stages, barriers, addresses"),
          clEnumValN(Stage::Plan, "plan",
                     "what the host does to launch the kernel, as JSON"),
          clEnumValN(Stage::NVVM, "nvvm", "a gpu.module of nvvm and llvm"),
          clEnumValN(Stage::LLVM, "llvm", "LLVM IR, optimised"),
          clEnumValN(Stage::PTX, "ptx", "PTX text"),
          clEnumValN(Stage::Cubin, "cubin", "machine code, by ptxas"),
          clEnumValN(Stage::Pack, "pack",
                     "problem, schedule, plan and code in one file, to run "
                     "without a compiler"))};
  cl::opt<std::string> kernel{
      "kernel", cl::value_desc("name"), cl::cat(category),
      cl::desc("Kernel to emit when the module has several")};
  cl::opt<std::string> ptxas{
      "ptxas", cl::value_desc("path"), cl::cat(category),
      cl::desc("ptxas to use (default: from PATH, $CUDA_HOME or "
               "/usr/local/cuda); 'none' makes packs without machine code")};
  cl::opt<unsigned> optLevel{
      "O",
      cl::Prefix,
      cl::value_desc("level"),
      cl::init(3),
      cl::cat(category),
      cl::desc("Optimisation of LLVM IR and PTX, 0 to 3 (default: 3)")};
  cl::opt<bool> facts{
      "facts", cl::cat(category),
      cl::desc("Print what ptxas says about the kernel: registers, spills, "
               "shared memory (to the error output)")};
  RemarkOptions remarks{debugging};
};

} // namespace

/// The options of MLIR that the help shows; the many others stay available.
static constexpr llvm::StringLiteral shownOptions[] = {
    "mlir-print-ir-after-all",
    "mlir-print-ir-after",
    "mlir-print-ir-after-change",
    "mlir-print-ir-before-all",
    "mlir-print-ir-before",
    "mlir-print-ir-module-scope",
    "mlir-print-ir-tree-dir",
    "mlir-timing",
    "mlir-timing-display",
    "mlir-output-format",
    "mlir-pass-statistics",
    "mlir-pass-statistics-display",
    "mlir-pass-pipeline-crash-reproducer",
    "mlir-print-debuginfo",
    "mlir-print-op-on-diagnostic",
    "mlir-print-op-generic"};

static void arrangeHelp(Options &options) {
  auto &registered = cl::getRegisteredOptions();
  for (StringRef name : shownOptions)
    if (cl::Option *option = registered.lookup(name))
      option->addCategory(options.debugging);
  cl::HideUnrelatedOptions({&options.category, &options.debugging});
}

static void reportError(const llvm::Twine &message) {
  llvm::WithColor::error(llvm::errs(), "dgemm-compile") << message << '\n';
}

/// LLVM's answer to what it cannot do is to end the process: this makes an
/// error of it that says what to do.
static void handleFatalError(void *, const char *reason, bool) {
  reportError(llvm::Twine("LLVM gave up: ") + reason);
  llvm::errs() << "This is a defect of the compiler or of IR written by hand; "
                  "--emit=nvvm shows what LLVM was given.\n";
  llvm::sys::Process::Exit(1, /*NoCleanup=*/true);
}

static OwningOpRef<ModuleOp> parseInput(const Options &options,
                                        MLIRContext &context,
                                        llvm::SourceMgr &sources) {
  std::string message;
  auto file = openInputFile(options.input, &message);
  if (!file) {
    reportError(message);
    return {};
  }
  sources.AddNewSourceBuffer(std::move(file), llvm::SMLoc());
  return parseSourceFile<ModuleOp>(sources, &context);
}

static CompileOptions getCompileOptions(const Options &options) {
  CompileOptions result;
  result.target = options.target;
  result.expectedM = options.expectedM;
  result.expectedN = options.expectedN;
  result.expectedK = options.expectedK;
  result.stage = options.stage;
  result.kernel = options.kernel;
  result.optLevel = options.optLevel;
  result.ptxas = options.ptxas;
  result.wantFacts = options.facts;
  return result;
}

static LogicalResult configurePasses(PassManager &passes) {
  if (failed(applyPassManagerCLOptions(passes)))
    return failure();
  reportPassStatistics(passes);
  return success();
}

static void printFacts(const CompileResult &result) {
  if (!result.kernel || !result.kernel->facts)
    return;
  llvm::errs() << "kernel " << result.kernel->name << '\n';
  printPtxasFacts(llvm::errs(), *result.kernel->facts);
  if (result.launch)
    llvm::errs() << llvm::formatv("  {0,-22}{1,8}  bytes\n",
                                  "dynamic shared memory",
                                  result.launch.getSharedBytes());
}

static LogicalResult checkOptions(const Options &options) {
  if (options.optLevel > 3) {
    reportError("-O takes 0, 1, 2 or 3, not " + llvm::Twine(options.optLevel));
    return failure();
  }
  if (options.facts && options.stage < Stage::PTX) {
    reportError("--facts needs the kernel's code; use it with --emit=ptx or "
                "--emit=cubin");
    return failure();
  }
  bool toTerminal = options.output == "-" && options.stage >= Stage::Cubin &&
                    llvm::sys::Process::StandardOutIsDisplayed();
  if (!toTerminal)
    return success();
  reportError("the output is binary and would garble the terminal; give a file "
              "with -o");
  return failure();
}

static LogicalResult writeOutput(StringRef path, StringRef content) {
  std::string message;
  auto file = openOutputFile(path, &message);
  if (!file) {
    reportError(message);
    return failure();
  }
  file->os() << content;
  file->os().flush();
  if (file->os().has_error()) {
    reportError("cannot write '" + path + "': " + file->os().error().message());
    file->os().clear_error();
    return failure();
  }
  file->keep();
  return success();
}

/// An error prints the whole operation, which is a kernel of thousands of lines
/// here; only who asks for that gets it.
static void shortenDiagnostics(MLIRContext &context) {
  const auto *option =
      cl::getRegisteredOptions().lookup("mlir-print-op-on-diagnostic");
  if (!option || option->getNumOccurrences() == 0)
    context.printOpOnDiagnostic(false);
}

static LogicalResult run(const Options &options, DialectRegistry &registry) {
  DefaultTimingManager timings;
  applyDefaultTimingManagerCLOptions(timings);
  TimingScope timing = timings.getRootScope();

  // One kernel has no work for a second thread; starting threads costs more.
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  shortenDiagnostics(context);
  llvm::SourceMgr sources;
  SourceMgrDiagnosticHandler handler(sources, &context);
  std::string message;
  if (failed(options.remarks.apply(context, message))) {
    reportError(message);
    return failure();
  }
  TimingScope parsing = timing.nest("Parser");
  OwningOpRef<ModuleOp> module = parseInput(options, context, sources);
  parsing.stop();
  if (!module)
    return failure();
  auto result =
      compile(*module, getCompileOptions(options), timing, configurePasses);
  if (failed(result))
    return failure();
  if (options.facts)
    printFacts(*result);
  TimingScope writing = timing.nest("Output");
  return writeOutput(options.output, result->output);
}

int dgemm::compileMain(int argc, char **argv, DialectRegistry &registry) {
  llvm::InitLLVM initialization(argc, argv);
  llvm::install_fatal_error_handler(handleFatalError);
  Options options;
  registerAsmPrinterCLOptions();
  registerMLIRContextCLOptions();
  registerPassManagerCLOptions();
  registerDefaultTimingManagerCLOptions();
  arrangeHelp(options);
  cl::ParseCommandLineOptions(argc, argv, overview);
  if (failed(checkOptions(options)))
    return 1;
  return failed(run(options, registry)) ? 1 : 0;
}
