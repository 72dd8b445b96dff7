//===- Check.cpp - What must hold for any input ---------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Check.h"

#include "dgemm/InitAll.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace dgemm::fuzz;

namespace {
/// Swallows diagnostics and counts the errors among them.
class ErrorCounter : public ScopedDiagnosticHandler {
public:
  explicit ErrorCounter(MLIRContext *context)
      : ScopedDiagnosticHandler(context, [this](Diagnostic &diagnostic) {
          errors += diagnostic.getSeverity() == DiagnosticSeverity::Error;
          return success();
        }) {}
  unsigned errors = 0;
};
} // namespace

static std::string print(ModuleOp module, bool generic) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  OpPrintingFlags flags;
  module->print(stream, generic ? flags.printGenericOpForm() : flags);
  return text;
}

/// Prints the module, parses that and prints it again; empty when both texts
/// agree.
static std::string checkRoundTrip(ModuleOp module, bool generic) {
  std::string first = print(module, generic);
  OwningOpRef<ModuleOp> again =
      parseSourceString<ModuleOp>(first, module.getContext());
  std::string form = generic ? "generic form" : "custom form";
  if (!again)
    return "the " + form + " of a valid module does not parse:\n" + first;
  // Both as generic text, so that nothing hides behind a custom printer.
  if (print(*again, true) != print(module, true))
    return "the " + form + " parses to another module:\n" + first;
  return "";
}

static LogicalResult parsePipeline(llvm::StringRef text, PassManager &manager) {
  FailureOr<OpPassManager> parsed = parsePassPipeline(text);
  if (failed(parsed) || parsed->getOpAnchorName() != "builtin.module")
    return failure();
  static_cast<OpPassManager &>(manager) = std::move(*parsed);
  return success();
}

/// Runs one pipeline on a copy; returns whether it accepted the module.
static bool runPipeline(ModuleOp module, llvm::StringRef pipeline,
                        std::string &failure) {
  OwningOpRef<ModuleOp> copy = module.clone();
  ErrorCounter counter(module.getContext());
  PassManager manager(module.getContext());
  if (failed(parsePipeline(pipeline, manager)))
    return false;
  bool accepted = succeeded(manager.run(*copy));
  if (!accepted && counter.errors == 0)
    failure = ("no diagnostic from failing pipeline " + pipeline).str();
  return accepted;
}

bool Checker::isPipeline(llvm::StringRef text) {
  MLIRContext context;
  PassManager manager(&context);
  return succeeded(parsePipeline(text, manager));
}

Checker::Checker(std::vector<std::string> pipelines)
    : pipelines(std::move(pipelines)) {
  registerAllDialects(registry);
}

MLIRContext &Checker::freshContext() {
  constexpr unsigned usesPerContext = 2000;
  if (!context || ++uses > usesPerContext) {
    context = std::make_unique<MLIRContext>(registry,
                                            MLIRContext::Threading::DISABLED);
    uses = 0;
  }
  return *context;
}

Verdict Checker::check(llvm::StringRef text) {
  Verdict verdict;
  MLIRContext &ctx = freshContext();
  ErrorCounter counter(&ctx);
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &ctx);
  if (!module) {
    if (counter.errors == 0)
      verdict.failure = "no diagnostic for a refused input";
    return verdict;
  }
  verdict.valid = true;
  for (bool generic : {false, true})
    if (verdict.failure.empty())
      verdict.failure = checkRoundTrip(*module, generic);
  for (const std::string &pipeline : pipelines)
    if (verdict.failure.empty())
      verdict.lowered += runPipeline(*module, pipeline, verdict.failure);
  return verdict;
}
