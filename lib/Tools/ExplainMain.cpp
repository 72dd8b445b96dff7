//===- ExplainMain.cpp - The command line of dgemm-explain ----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Tools/ExplainMain.h"

#include "dgemm/Schedule/Explain.h"
#include "dgemm/Target/Targets.h"

#include "mlir/IR/TypeUtilities.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/WithColor.h"

#include <cmath>

using namespace mlir;
using namespace dgemm;
namespace cl = llvm::cl;

static constexpr llvm::StringLiteral overview =
    R"(says why a problem gets its schedule, or why it cannot run

For each operation of the dgemm dialect, each target and each M: the candidates,
the limits that they hit, predicted time and utilisation, what is chosen and why,
and what the parts of the chip's family choose.
For a call that the target cannot run: the rule that it breaks, and the nearest
call that is legal; the exit code is 1 then.

EXAMPLES:
  dgemm-explain matmul.mlir --target=sm_120a --m 1,16,128,4096
  dgemm-explain matmul.mlir --target=rtx-pro-6000,rtx-5090,gb10 --m 4096
  dgemm-explain matmul.mlir --target=sm_90a --json
)";

namespace {

struct Options {
  cl::OptionCategory category{"dgemm-explain options"};
  cl::opt<std::string> input{cl::Positional, cl::desc("<file.mlir or ->"),
                             cl::init("-"), cl::cat(category)};
  cl::list<std::string> targets{
      "target", cl::CommaSeparated, cl::value_desc("names"),
      cl::desc("Chips or parts (default: those of the ops, else sm_120a)"),
      cl::cat(category)};
  cl::list<int64_t> m{
      "m", cl::CommaSeparated, cl::value_desc("extents"),
      cl::desc("Values of M where it is dynamic (default: 4096)"),
      cl::cat(category)};
  cl::opt<int64_t> n{"n", cl::init(4096),
                     cl::desc("N where it is dynamic (default: 4096)"),
                     cl::cat(category)};
  cl::opt<int64_t> k{"k", cl::init(4096),
                     cl::desc("K where it is dynamic (default: 4096)"),
                     cl::cat(category)};
  cl::opt<bool> json{"json", cl::desc("Print JSON"), cl::cat(category)};

  /// The extents of a call with `m` rows. Where nobody says how many columns
  /// there are, they are whole heads.
  schedule::ExpectedExtents getExtents(ProblemOpInterface op, int64_t m) const {
    int64_t columns = n;
    auto matmul = dyn_cast<MatmulOp>(op.getOperation());
    HeadSplitAttr heads = matmul ? matmul.getEpilogueAttr() : HeadSplitAttr();
    if (heads && n.getNumOccurrences() == 0)
      columns = llvm::alignTo(columns, heads.getLeft() + heads.getRight());
    return {m, columns, k};
  }
};

/// Explains the ops of one module.
class Explainer {
public:
  Explainer(const Options &options, raw_ostream &stream)
      : options(options), stream(stream) {}

  /// Fails when a call is illegal or a target unknown.
  LogicalResult run(ModuleOp module);

private:
  LogicalResult run(ProblemOpInterface op, StringRef name);
  LogicalResult run(ProblemOpInterface op, dgk::TargetAttr target, bool isPart);
  void printParts(ProblemOpInterface op, dgk::TargetAttr target, int64_t m);
  void printLegalCall(ProblemOpInterface op, dgk::TargetAttr target,
                      const schedule::ExpectedExtents &extents);
  void printTarget(ProblemOpInterface op, dgk::TargetAttr target,
                   StringRef name);

  const Options &options;
  raw_ostream &stream;
  llvm::json::Array problems;
};

} // namespace

static void reportError(const llvm::Twine &message) {
  llvm::WithColor::error(llvm::errs(), "dgemm-explain") << message << '\n';
}

/// "matmul.mlir:12:3".
static std::string getPlace(Operation *op) {
  auto place = op->getLoc()->findInstanceOf<FileLineColLoc>();
  if (!place)
    return "?";
  return (place.getFilename().getValue() + ":" + llvm::Twine(place.getLine()) +
          ":" + llvm::Twine(place.getColumn()))
      .str();
}

/// Whether the op keeps the rules of its dialect.
static bool isWellFormed(Operation *op) {
  ScopedDiagnosticHandler silence(op->getContext(),
                                  [](Diagnostic &) { return success(); });
  return succeeded(verify(op));
}

/// "1008 TFLOP/s in FP8": the rate that predictions for the op are made with.
static std::string getRate(ProblemOpInterface op, dgk::TargetAttr target) {
  auto matmul = dyn_cast<MatmulOp>(op.getOperation());
  dgk::MatrixInstruction instruction;
  if (matmul && isWellFormed(op))
    for (bool scaled : {true, false})
      if (!instruction)
        instruction = dgk::findInstruction(
            target, getElementTypeOrSelf(matmul.getA().getType()),
            getElementTypeOrSelf(matmul.getB().getType()), scaled);
  int64_t bits = instruction ? instruction.getContainerBits(dgk::Side::A) : 8;
  StringRef kind = bits == 4 ? "FP4" : bits == 8 ? "FP8" : "BF16";
  double rate = target.getRates().getTflops(bits);
  double tenths = std::round(10 * rate);
  // Four digits, as in the data sheets.
  bool isWhole = rate >= 1000 || tenths == 10 * std::round(rate);
  return llvm::formatv(
      isWhole ? "{0:F0} TFLOP/s in {1}" : "{0:F1} TFLOP/s in {1}", rate, kind);
}

void Explainer::printTarget(ProblemOpInterface op, dgk::TargetAttr target,
                            StringRef name) {
  dgk::RatesAttr rates = target.getRates();
  stream << getPlace(op) << ": " << op->getName() << " on "
         << (name.empty() ? target.getChip() : name) << ": "
         << rates.getSmCount() << " SMs, " << getRate(op, target) << ", "
         << rates.getMemoryGbs() << " GB/s, "
         << target.getLimits().getSharedPerCta()
         << " bytes of shared memory for a CTA\n";
}

void Explainer::printLegalCall(ProblemOpInterface op, dgk::TargetAttr target,
                               const schedule::ExpectedExtents &extents) {
  schedule::LegalCall call =
      schedule::findNearestLegalCall(op, target, extents);
  if (!call.module) {
    stream << "no legal call is near: "
           << (isWellFormed(op) ? "the op runs on --device=reference"
                                : "the call is wrong on every device")
           << "\n";
    return;
  }
  stream << "nearest legal call: " << llvm::join(call.changes, "; ") << "\n";
  for (Operation &function : *call.module->getBody())
    stream << function << "\n";
}

/// Parts of one family run the same kernels, or recompiled ones, at rates of
/// their own: a chip's name stands for all of them.
void Explainer::printParts(ProblemOpInterface op, dgk::TargetAttr target,
                           int64_t m) {
  SmallVector<std::pair<StringRef, dgk::TargetAttr>> parts;
  for (StringRef name : dgk::getKnownParts())
    if (auto part = dgk::lookupTarget(op->getContext(), name);
        part.getFamily() == target.getFamily())
      parts.push_back({name, part});
  if (parts.size() < 2)
    return;
  stream << "parts of this family choose:\n";
  for (auto [name, part] : parts)
    if (auto explanation =
            schedule::explain(op, part, options.getExtents(op, m));
        succeeded(explanation))
      schedule::printPart(stream, name, *explanation);
}

LogicalResult Explainer::run(ProblemOpInterface op, dgk::TargetAttr target,
                             bool isPart) {
  SmallVector<int64_t> extents(options.m.begin(), options.m.end());
  if (extents.empty())
    extents.push_back(schedule::ExpectedExtents().m);
  for (int64_t m : extents) {
    // A diagnostic of a rule goes to the error output, in front of the call.
    stream.flush();
    FailureOr<schedule::Explanation> explanation = failure();
    schedule::ExpectedExtents expected = options.getExtents(op, m);
    if (succeeded(verify(op)))
      explanation = schedule::explain(op, target, expected);
    if (failed(explanation) ||
        failed(schedule::checkExtents(op, target, expected))) {
      if (!options.json)
        printLegalCall(op, target, expected);
      return failure();
    }
    if (options.json) {
      llvm::json::Object json = schedule::toJson(*explanation);
      json["place"] = getPlace(op);
      json["op"] = op->getName().getStringRef();
      json["target"] = target.getChip();
      json["sm_count"] = target.getRates().getSmCount();
      problems.push_back(std::move(json));
    } else {
      schedule::print(stream, *explanation);
      if (!isPart && explanation->chosen)
        printParts(op, target, m);
    }
    if (!explanation->chosen)
      return failure();
  }
  return success();
}

LogicalResult Explainer::run(ProblemOpInterface op, StringRef name) {
  auto target =
      op->getAttrOfType<dgk::TargetAttr>(dgk::DGKDialect::kTargetAttrName);
  if (!name.empty() || !target)
    target = dgk::lookupTarget(op->getContext(),
                               name.empty() ? StringRef("sm_120a") : name);
  if (!target) {
    reportError("unknown target '" + name + "', expected one of " +
                llvm::join(dgk::getKnownChips(), ", ") + ", " +
                llvm::join(dgk::getKnownParts(), ", "));
    return failure();
  }
  if (!options.json)
    printTarget(op, target, name);
  return run(op, target, llvm::is_contained(dgk::getKnownParts(), name));
}

LogicalResult Explainer::run(ModuleOp module) {
  SmallVector<ProblemOpInterface> ops;
  module.walk([&](ProblemOpInterface op) { ops.push_back(op); });
  if (ops.empty()) {
    reportError("the file has no operation of the dgemm dialect");
    return failure();
  }
  std::vector<std::string> targets(options.targets.begin(),
                                   options.targets.end());
  if (targets.empty())
    targets.emplace_back();
  LogicalResult result = success();
  for (ProblemOpInterface op : ops)
    for (const std::string &target : targets)
      if (failed(run(op, target)))
        result = failure();
  if (options.json)
    stream << llvm::formatv("{0:2}", llvm::json::Value(std::move(problems)))
           << "\n";
  return result;
}

static LogicalResult checkOptions(const Options &options) {
  SmallVector<int64_t> extents(options.m.begin(), options.m.end());
  extents.push_back(options.n);
  extents.push_back(options.k);
  for (int64_t extent : extents)
    if (extent < 1) {
      reportError("extents are at least 1, not " + llvm::Twine(extent) +
                  "; nothing is launched for 0");
      return failure();
    }
  return success();
}

int dgemm::explainMain(int argc, char **argv, DialectRegistry &registry) {
  llvm::InitLLVM initialization(argc, argv);
  Options options;
  cl::HideUnrelatedOptions(options.category);
  cl::ParseCommandLineOptions(argc, argv, overview);
  if (failed(checkOptions(options)))
    return 1;
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.printOpOnDiagnostic(false);
  context.loadDialect<dgk::DGKDialect>();
  std::string message;
  auto file = openInputFile(options.input, &message);
  if (!file) {
    reportError(message);
    return 1;
  }
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(file), llvm::SMLoc());
  SourceMgrDiagnosticHandler handler(sources, &context);
  // What does not verify is explained, too.
  ParserConfig config(&context, /*verifyAfterParse=*/false);
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(sources, config);
  if (!module)
    return 1;
  return failed(Explainer(options, llvm::outs()).run(*module)) ? 1 : 0;
}
