//===- Emit.cpp - Compiles the kernels of a benchmark ---------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Bench/Emit.h"

#include "dgemm/Compiler/Compiler.h"
#include "dgemm/InitAll.h"
#include "dgemm/Pack/Pack.h"
#include "dgemm/Schedule/CostModel.h"
#include "dgemm/Schedule/Legality.h"
#include "dgemm/Target/Targets.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"

#include <atomic>
#include <mutex>
#include <thread>

using namespace mlir;
using namespace dgemm;
using namespace dgemm::bench;

//===----------------------------------------------------------------------===//
// Compiler
//===----------------------------------------------------------------------===//

namespace {

/// A context, and the errors that were reported in it.
class Session {
public:
  Session() : context(makeRegistry(), MLIRContext::Threading::DISABLED) {
    context.printOpOnDiagnostic(false);
    context.loadDialect<dgk::DGKDialect>();
    context.getDiagEngine().registerHandler([this](Diagnostic &diagnostic) {
      if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
        errors += (errors.empty() ? "" : "; ") + diagnostic.str();
      return success();
    });
  }

  static DialectRegistry makeRegistry() {
    DialectRegistry registry;
    registerAllDialects(registry);
    return registry;
  }
  /// The errors since the last call.
  std::string takeErrors() { return std::exchange(errors, {}); }

  MLIRContext context;

private:
  std::string errors;
};

/// Schedules of one problem on one target.
struct Analysis {
  OwningOpRef<ModuleOp> module;
  dgk::TargetAttr target;
  schedule::DenseProblem problem;
  SmallVector<schedule::Candidate> candidates;
  const schedule::Candidate *chosen = nullptr;
};

} // namespace

static std::string toText(Attribute attribute) {
  std::string text;
  llvm::raw_string_ostream(text) << attribute;
  return text;
}

/// "128x192x128/4": tile and stages, then what else sets the schedule apart.
static std::string getTileText(dgk::ScheduleAttr schedule) {
  std::string text =
      llvm::formatv("{0}x{1}x{2}/{3}", schedule.getTileM(), schedule.getTileN(),
                    schedule.getTileK(), schedule.getStages());
  if (dgk::ClusterAttr cluster = schedule.getCluster())
    text += llvm::formatv(" cluster {0}{1}", cluster.getSize(),
                          dgk::stringifyAxis(cluster.getAlong()))
                .str();
  if (schedule.getSplitK() > 1)
    text += llvm::formatv(" split {0}", schedule.getSplitK()).str();
  return schedule.getSwapAb() ? text + " swap" : text;
}

/// Fills `out` in place: `chosen` points into it.
static Status analyze(Session &session, const Problem &problem,
                      const std::string &target, Analysis &out) {
  out.target = dgk::lookupTarget(&session.context, target);
  if (!out.target)
    return Error{"unknown target '" + target + "', expected one of " +
                 llvm::join(dgk::getKnownChips(), ", ")};
  out.module = parseSourceString<ModuleOp>(makeModule(problem, ""),
                                           ParserConfig(&session.context));
  ProblemOpInterface op;
  if (out.module)
    out.module->walk([&](ProblemOpInterface found) { op = found; });
  if (!op)
    return Error{session.takeErrors()};
  FailureOr<schedule::DenseProblem> dense =
      schedule::analyze(op, out.target, {problem.m, problem.n, problem.k});
  if (failed(dense))
    return Error{session.takeErrors()};
  out.problem = *dense;
  out.candidates = schedule::getCandidates(out.problem, out.target);
  out.chosen = schedule::choose(out.candidates);
  return {};
}

static Expected<CompileResult>
compileText(Session &session, const std::string &text,
            const std::string &target, const std::string &ptxas, Stage stage) {
  auto module =
      parseSourceString<ModuleOp>(text, ParserConfig(&session.context));
  if (!module)
    return Error{session.takeErrors()};
  CompileOptions options;
  options.target = target;
  options.stage = stage;
  options.ptxas = ptxas;
  FailureOr<CompileResult> result = compile(*module, options);
  if (failed(result))
    return Error{session.takeErrors()};
  return std::move(*result);
}

/// A pack with a cubin only: sets of thousands of kernels travel.
static Expected<std::string> makePack(Session &session, const std::string &text,
                                      const std::string &target,
                                      const std::string &ptxas) {
  Expected<CompileResult> result =
      compileText(session, text, target, ptxas, Stage::Pack);
  if (!result)
    return result.error();
  launch::Result<pack::Pack> pack = pack::readPack(result->output);
  if (!pack)
    return Error{pack.error().message};
  if (pack->cubin.empty())
    return Error{"no cubin: there is no ptxas on PATH, in $CUDA_HOME/bin or in "
                 "/usr/local/cuda/bin; give its path with --ptxas"};
  pack->ptx.clear();
  launch::Result<std::string> bytes = pack::writePack(*pack);
  if (!bytes)
    return Error{bytes.error().message};
  return std::move(*bytes);
}

//===----------------------------------------------------------------------===//
// Entries
//===----------------------------------------------------------------------===//

namespace {

/// Makes the entries of a set, then their kernels, each different one once.
class Emitter {
public:
  Emitter(const EmitOptions &options, KernelSet &set)
      : options(options), set(set) {}

  Status addEntries(const SuiteRow &row);
  /// Compiles in `options.jobs` threads.
  Status compileAll();

private:
  void add(const SuiteRow &row, const Analysis &analysis,
           const schedule::Candidate &candidate);
  void addReason(const SuiteRow &row, const std::string &tile,
                 const std::string &reason);
  Status addGiven(const SuiteRow &row, const Analysis &analysis);
  bool isWanted(const schedule::Candidate &candidate) const;
  Status writeKernel(Session &session, size_t index);
  void work();

  const EmitOptions &options;
  KernelSet &set;
  Session session;
  /// Text of each kernel's module, and its index.
  std::vector<std::string> texts;
  llvm::StringMap<size_t> known;

  std::mutex mutex;
  std::atomic<size_t> next{0};
  /// Reasons of kernels that do not compile, by index.
  std::vector<std::string> failures;
  Status failure;
};

} // namespace

bool Emitter::isWanted(const schedule::Candidate &candidate) const {
  return options.declinedToo ? !candidate.violation : candidate.isEligible();
}

void Emitter::addReason(const SuiteRow &row, const std::string &tile,
                        const std::string &reason) {
  KernelEntry entry;
  entry.row = row;
  entry.tile = tile;
  entry.reason = reason;
  set.entries.push_back(std::move(entry));
}

static std::string getKernelName(size_t index) {
  return llvm::formatv("k{0,0+4}.dgpack", index);
}

void Emitter::add(const SuiteRow &row, const Analysis &analysis,
                  const schedule::Candidate &candidate) {
  KernelEntry entry;
  entry.row = row;
  entry.tile = getTileText(candidate.schedule);
  entry.schedule = toText(candidate.schedule);
  entry.predictedMicroseconds = candidate.prediction.total / 1000;
  entry.isChosen =
      analysis.chosen && analysis.chosen->schedule == candidate.schedule;
  std::string text = makeModule(row.problem, entry.schedule);
  auto [found, isNew] = known.try_emplace(text, texts.size());
  if (isNew)
    texts.push_back(std::move(text));
  entry.kernel = getKernelName(found->second);
  set.entries.push_back(std::move(entry));
}

Status Emitter::addGiven(const SuiteRow &row, const Analysis &analysis) {
  for (const std::string &text : options.schedules) {
    auto schedule = dyn_cast_or_null<dgk::ScheduleAttr>(
        parseAttribute(text, &session.context));
    if (!schedule)
      return Error{"'" + text +
                   "' is no #dgk.schedule: " + session.takeErrors()};
    schedule::Candidate candidate;
    candidate.schedule = schedule;
    candidate.prediction =
        schedule::predict(analysis.problem, analysis.target, schedule);
    candidate.violation =
        schedule::checkSchedule(analysis.problem, analysis.target, schedule);
    if (candidate.violation)
      addReason(row, getTileText(schedule),
                "[" + candidate.violation->getRule().str() + "] " +
                    candidate.violation->text);
    else
      add(row, analysis, candidate);
  }
  return {};
}

Status Emitter::addEntries(const SuiteRow &row) {
  Analysis analysis;
  if (Status status = analyze(session, row.problem, options.target, analysis);
      !status.ok()) {
    if (!analysis.target)
      return status;
    addReason(row, "", status.message());
    return {};
  }
  set.target = analysis.target.getChip().str();
  if (!options.schedules.empty())
    return addGiven(row, analysis);
  if (!analysis.chosen) {
    addReason(row, "", "no schedule fits " + options.target);
    return {};
  }
  for (const schedule::Candidate &candidate : analysis.candidates)
    if (&candidate == analysis.chosen ||
        (options.allCandidates && isWanted(candidate)))
      add(row, analysis, candidate);
  return {};
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

Status Emitter::writeKernel(Session &session, size_t index) {
  Expected<std::string> pack =
      makePack(session, texts[index], options.target, options.ptxas);
  if (pack)
    return writeFile(options.folder + "/" + getKernelName(index), *pack);
  failures[index] = pack.message();
  return {};
}

/// One thread of `compileAll`.
void Emitter::work() {
  Session own;
  for (size_t i = next++; i < texts.size(); i = next++) {
    if (options.progress) {
      std::lock_guard<std::mutex> lock(mutex);
      options.progress(i, texts.size(), getKernelName(i));
    }
    Status status = writeKernel(own, i);
    if (status.ok())
      continue;
    std::lock_guard<std::mutex> lock(mutex);
    failure = status;
    return;
  }
}

Status Emitter::compileAll() {
  failures.resize(texts.size());
  unsigned jobs =
      options.jobs ? options.jobs : std::thread::hardware_concurrency();
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < jobs; ++i)
    threads.emplace_back([this] { work(); });
  work();
  for (std::thread &thread : threads)
    thread.join();
  for (KernelEntry &entry : set.entries)
    for (size_t i = 0; i < failures.size(); ++i)
      if (!failures[i].empty() && entry.kernel == getKernelName(i)) {
        entry.kernel.clear();
        entry.reason = failures[i];
      }
  return failure;
}

Status dgemm::bench::emitKernels(const std::vector<SuiteRow> &rows,
                                 const EmitOptions &options, KernelSet &set) {
  if (std::error_code error = llvm::sys::fs::create_directories(options.folder))
    return Error{"cannot make folder '" + options.folder +
                 "': " + error.message()};
  set.target = options.target;
  Emitter emitter(options, set);
  for (const SuiteRow &row : rows)
    if (Status status = emitter.addEntries(row); !status.ok())
      return status;
  if (Status status = emitter.compileAll(); !status.ok())
    return status;
  return writeKernelSet(options.folder, set);
}

Expected<CompiledKernel> dgemm::bench::compileKernel(const Problem &problem,
                                                     const std::string &target,
                                                     const std::string &tile,
                                                     const std::string &ptxas) {
  Session session;
  Analysis analysis;
  if (Status status = analyze(session, problem, target, analysis); !status.ok())
    return status.error();
  auto hasTile = [&](const schedule::Candidate &candidate) {
    return !candidate.violation &&
           llvm::StringRef(getTileText(candidate.schedule))
               .starts_with(tile + "/");
  };
  const schedule::Candidate *wanted = analysis.chosen;
  if (!tile.empty()) {
    auto found = llvm::find_if(analysis.candidates, hasTile);
    wanted = found == analysis.candidates.end() ? nullptr : &*found;
  }
  if (!wanted)
    return Error{"no legal candidate of " + target + " has tile '" + tile +
                 "'"};
  Expected<CompileResult> code =
      compileText(session, makeModule(problem, toText(wanted->schedule)),
                  target, ptxas, Stage::Cubin);
  if (!code)
    return code.error();
  CompiledKernel out;
  out.tile = getTileText(wanted->schedule);
  out.cubin = std::move(code->output);
  if (code->kernel && code->kernel->facts) {
    const PtxasFacts &facts = *code->kernel->facts;
    out.registers = facts.registers;
    out.spillBytes = facts.spillStores + facts.spillLoads;
    out.stackBytes = facts.stack;
  }
  return out;
}
