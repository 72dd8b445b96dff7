//===- SassSuite.cpp - Machine code of a set of kernels -------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Bench/SassSuite.h"

#include "Temporary.h"
#include "dgemm/Bench/Data.h"
#include "dgemm/Bench/Report.h"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <unistd.h>

using namespace dgemm::bench;
using Json = nlohmann::ordered_json;

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

/// Columns of sm120_sass.csv: kernel, tile, mma, instructions, mma count,
/// per mma, nop, ldsm, lds, registers, spills, stages.
static std::optional<SassAnchor> findAnchor(const std::string &name) {
  for (const auto &fields : parseCsv(getTable("sm120_sass"))) {
    if (fields.size() < 8 || fields[0] + "/" + fields[1] != name)
      continue;
    double mma = std::atof(fields[4].c_str());
    return SassAnchor{std::atof(fields[3].c_str()) / mma,
                      std::atof(fields[7].c_str()) / mma};
  }
  return std::nullopt;
}

Expected<std::vector<SassRow>> dgemm::bench::getSassSuite() {
  std::vector<SassRow> rows;
  for (const auto &fields : parseCsv(getTable("sass_suite"))) {
    Expected<Problem> problem = parseForm(fields[1]);
    if (!problem)
      return problem.error();
    SassRow row{fields[0],
                *problem,
                fields[3],
                findAnchor(fields[4]),
                std::atof(fields[5].c_str()),
                std::atof(fields[6].c_str())};
    if (Status status = setExtents(fields[2], row.problem); !status.ok())
      return status.error();
    if (!fields[4].empty() && !row.anchor)
      return Error{"no kernel of sm120_sass is '" + fields[4] + "'"};
    rows.push_back(std::move(row));
  }
  return rows;
}

//===----------------------------------------------------------------------===//
// Counting
//===----------------------------------------------------------------------===//

namespace {

/// A file that goes with this object.
class TemporaryFile {
public:
  static Expected<TemporaryFile> create(const std::string &content) {
    std::string path = getTemporaryTemplate();
    int file = mkstemp(path.data());
    if (file < 0)
      return Error{"cannot make a file like '" + path + "'"};
    close(file);
    TemporaryFile out(path);
    if (Status status = writeFile(path, content); !status.ok())
      return status.error();
    return out;
  }
  TemporaryFile(TemporaryFile &&other) : path(std::move(other.path)) {
    other.path.clear();
  }
  ~TemporaryFile() {
    if (!path.empty())
      unlink(path.c_str());
  }

  const std::string &getPath() const { return path; }

private:
  explicit TemporaryFile(std::string path) : path(std::move(path)) {}

  std::string path;
};

} // namespace

static Status count(const CompiledKernel &compiled, const std::string &nvdisasm,
                    SassResult &out) {
  Expected<TemporaryFile> file = TemporaryFile::create(compiled.cubin);
  if (!file)
    return file.error();
  Expected<std::string> text = disassemble(file->getPath(), nvdisasm);
  if (!text)
    return text.error();
  std::vector<SassKernel> kernels = parseSass(*text);
  if (kernels.size() != 1)
    return Error{"the disassembly has " + std::to_string(kernels.size()) +
                 " kernels, expected one"};
  const SassKernel &kernel = kernels.front();
  out.tile = compiled.tile;
  out.registers = kernel.registers;
  out.spills = kernel.spills;
  out.stack = compiled.stackBytes;
  if (kernel.mainLoop)
    out.loop = kernel.loops[*kernel.mainLoop];
  else
    out.reason = "no loop with matrix instructions";
  return {};
}

Expected<std::vector<SassResult>>
dgemm::bench::measureSass(const std::vector<SassRow> &rows,
                          const Compiler &compiler, const std::string &target,
                          const std::string &ptxas,
                          const std::string &nvdisasm) {
  if (!compiler.compile)
    return Error{"this build has no compiler; use dgemm-bench"};
  Expected<std::string> tool = findNvdisasm(nvdisasm);
  if (!tool)
    return tool.error();
  std::vector<SassResult> out;
  for (const SassRow &row : rows) {
    SassResult result;
    result.row = row;
    Expected<CompiledKernel> compiled =
        compiler.compile(row.problem, target, row.tile, ptxas);
    if (!compiled)
      result.reason = compiled.message();
    else if (Status status = count(*compiled, *tool, result); !status.ok())
      return status.error();
    out.push_back(std::move(result));
  }
  return out;
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

static std::string getKey(const SassRow &row) {
  return row.problem.getName() + " " + (row.tile.empty() ? "-" : row.tile);
}

static Json toJson(const SassResult &result) {
  Json json = {{"row", getKey(result.row)}};
  if (!result.hasCode()) {
    json["reason"] = result.reason;
    return json;
  }
  const SassLoop &loop = *result.loop;
  json["tile"] = result.tile;
  json["registers"] = result.registers;
  json["spills"] = result.spills;
  json["stack"] = result.stack;
  json["instructions"] = loop.getLength();
  json["mma"] = loop.matrix;
  json["per_mma"] = loop.getPerMatrix();
  json["ldsm_per_mma"] = loop.getPerMatrix("LDSM");
  json["kinds"] = loop.kinds;
  return json;
}

std::string dgemm::bench::toJson(const std::vector<SassResult> &results,
                                 const std::string &target,
                                 const std::string &label) {
  Json rows = Json::array();
  for (const SassResult &result : results)
    rows.push_back(::toJson(result));
  Json json = {{"label", label}, {"target", target}, {"rows", std::move(rows)}};
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

static Expected<Json> parseHistory(const std::string &history) {
  if (history.empty())
    return Json::array();
  Json json = Json::parse(history, nullptr, /*allow_exceptions=*/false);
  if (json.is_array())
    return json;
  return Error{"the history is no JSON list of runs"};
}

Expected<std::string> dgemm::bench::getLastRun(const std::string &history,
                                               const std::string &target) {
  Expected<Json> runs = parseHistory(history);
  if (!runs)
    return runs.error();
  std::string last;
  for (const Json &run : *runs)
    if (run.is_object() && run.contains("target") && run["target"] == target)
      last = run.dump();
  return last;
}

Expected<std::string> dgemm::bench::appendRun(const std::string &history,
                                              const std::string &run) {
  Expected<Json> runs = parseHistory(history);
  if (!runs)
    return runs.error();
  runs->push_back(Json::parse(run, nullptr, /*allow_exceptions=*/false));
  return runs->dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

//===----------------------------------------------------------------------===//
// Table
//===----------------------------------------------------------------------===//

/// Instructions for each matrix instruction of a row in an earlier run, 0 if it
/// was not there.
static double findBefore(const Json &run, const SassRow &row) {
  if (!run.is_object() || !run.contains("rows") || !run["rows"].is_array())
    return 0;
  for (const Json &entry : run["rows"])
    if (entry.is_object() && entry.contains("row") &&
        entry["row"] == getKey(row) && entry.contains("per_mma") &&
        entry["per_mma"].is_number())
      return entry["per_mma"].get<double>();
  return 0;
}

/// "goal", "above goal", "over limit", "spills", or nothing.
static std::string getVerdict(const SassResult &result) {
  double perMatrix = result.loop->getPerMatrix();
  if (result.spills > 0 || result.stack > 0)
    return "spills";
  if (result.row.limit > 0 && perMatrix > result.row.limit)
    return "over limit";
  if (result.row.goal == 0)
    return "";
  return perMatrix <= result.row.goal ? "goal" : "above goal";
}

static std::vector<std::string> makeLine(const SassResult &result,
                                         double before) {
  const SassRow &row = result.row;
  const SassLoop &loop = *result.loop;
  auto kind = [&](const char *name) {
    return std::to_string(loop.count(name));
  };
  double anchor = row.anchor ? row.anchor->perMatrix : 0;
  return {
      row.name,
      result.tile,
      std::to_string(result.registers),
      std::to_string(result.spills),
      std::to_string(loop.getLength()),
      std::to_string(loop.matrix),
      formatNumber(loop.getPerMatrix(), 2),
      formatNumber(before, 2, before > 0),
      formatNumber(anchor, 2, anchor > 0),
      formatNumber(row.goal, 2, row.goal > 0),
      formatNumber(loop.getPerMatrix("LDSM"), 3),
      formatNumber(anchor > 0 ? row.anchor->ldsmPerMatrix : 0, 3, anchor > 0),
      kind("NOP"),
      kind("LDS"),
      kind("UMOV"),
      kind("SYNCS"),
      getVerdict(result)};
}

void dgemm::bench::printSassTable(std::ostream &stream,
                                  const std::vector<SassResult> &results,
                                  const std::string &before) {
  Json last = before.empty()
                  ? Json()
                  : Json::parse(before, nullptr, /*allow_exceptions=*/false);
  Table table({"kernel", "tile/stages", "regs", "spills", "loop", "MMA",
               "per MMA", "before", "upstream", "goal", "LDSM/MMA", "upstream",
               "NOP", "LDS", "UMOV", "SYNCS", "verdict"},
              2);
  for (const SassResult &result : results)
    if (result.hasCode())
      table.add(makeLine(result, findBefore(last, result.row)));
  table.print(stream);
  for (const SassResult &result : results)
    if (!result.hasCode())
      stream << result.row.name << " " << result.row.tile << ": "
             << result.reason << "\n";
}
