//===- Report.cpp - Measurements as tables and JSON -----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Bench/Report.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

using namespace dgemm::bench;
using Json = nlohmann::ordered_json;

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

void Table::print(std::ostream &stream) const {
  std::vector<size_t> widths(rows.front().size());
  for (const auto &row : rows)
    for (size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], row[i].size());
  for (const auto &row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      std::string padding(widths[i] - row[i].size(), ' ');
      line += i < left ? row[i] + padding : padding + row[i];
      line += "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    stream << line << "\n";
  }
}

std::string dgemm::bench::formatNumber(double value, int digits, bool isKnown) {
  if (!isKnown)
    return "-";
  char text[64];
  std::snprintf(text, sizeof(text), "%.*f", digits, value);
  return text;
}

void RatioSummary::add(double ratio, const std::string &name) {
  if (count == 0 || ratio < worst) {
    worst = ratio;
    worstName = name;
  }
  logarithms += std::log(ratio);
  geometricMean = std::exp(logarithms / ++count);
}

//===----------------------------------------------------------------------===//
// Dense products
//===----------------------------------------------------------------------===//

static void printSummary(std::ostream &stream, const char *name,
                         const RatioSummary &summary) {
  if (summary.count == 0)
    return;
  stream << name << ": geometric mean "
         << formatNumber(summary.geometricMean, 3) << " over " << summary.count
         << " rows, worst " << formatNumber(summary.worst, 3) << " ("
         << summary.worstName << ")\n";
}

static void printMachine(std::ostream &stream, const MachineInfo &machine) {
  stream << machine.device << ", " << machine.smCount
         << " SMs, kernel times by " << machine.method << "\n";
  for (const std::string &note : machine.notes)
    stream << "note: " << note << "\n";
}

void dgemm::bench::printDenseTable(std::ostream &stream,
                                   const MeasuredSet &set) {
  printMachine(stream, set.machine);
  Table table({"problem", "schedule", "us", "least", "TFLOPS", "GB/s",
               "cublaslt us", "upstream us", "vs cublaslt", "vs upstream",
               "error"},
              2);
  RatioSummary cublaslt, upstream;
  std::vector<std::string> remarks;
  for (const Measurement &m : set.measurements) {
    std::string name = m.entry.row.problem.getName();
    double published = m.entry.row.upstream.microseconds;
    bool isMeasured = m.isMeasured();
    bool hasCublaslt = isMeasured && m.cublaslt > 0;
    bool hasUpstream = isMeasured && published > 0;
    if (hasCublaslt)
      cublaslt.add(m.cublaslt / m.mean, name);
    if (hasUpstream)
      upstream.add(published / m.mean, name);
    table.add({name, m.entry.tile.empty() ? "-" : m.entry.tile,
               formatNumber(m.mean, 1, isMeasured),
               formatNumber(m.least, 1, isMeasured),
               formatNumber(m.getTflops(), 0, isMeasured),
               formatNumber(m.getGigabytes(), 0, isMeasured),
               formatNumber(m.cublaslt, 1, m.cublaslt > 0),
               formatNumber(published, 1, published > 0),
               formatNumber(m.cublaslt / m.mean, 2, hasCublaslt),
               formatNumber(published / m.mean, 2, hasUpstream),
               formatNumber(m.error, 2, m.error >= 0)});
    if (!m.problem.empty())
      remarks.push_back(name + " " + m.entry.tile + ": " + m.problem);
  }
  table.print(stream);
  for (const std::string &remark : remarks)
    stream << remark << "\n";
  printSummary(stream, "cublaslt us / us", cublaslt);
  printSummary(stream, "upstream us / us", upstream);
}

//===----------------------------------------------------------------------===//
// Choices
//===----------------------------------------------------------------------===//

namespace {
/// The candidates of one problem.
struct Choice {
  const Measurement *best = nullptr;
  const Measurement *chosen = nullptr;
  size_t count = 0;
};
} // namespace

static std::vector<std::pair<std::string, Choice>>
getChoices(const MeasuredSet &set) {
  std::vector<std::pair<std::string, Choice>> out;
  std::map<std::string, size_t> index;
  for (const Measurement &m : set.measurements) {
    std::string name = m.entry.row.problem.getName();
    auto [found, isNew] = index.try_emplace(name, out.size());
    if (isNew)
      out.emplace_back(name, Choice());
    Choice &choice = out[found->second].second;
    if (!m.isMeasured() || m.isWrong())
      continue;
    ++choice.count;
    if (!choice.best || m.mean < choice.best->mean)
      choice.best = &m;
    if (m.entry.isChosen)
      choice.chosen = &m;
  }
  return out;
}

void dgemm::bench::printChoiceTable(std::ostream &stream,
                                    const MeasuredSet &set) {
  Table table({"problem", "best", "chosen", "best us", "chosen us", "predicted",
               "candidates", "best/chosen"},
              3);
  RatioSummary summary;
  for (const auto &[name, choice] : getChoices(set)) {
    bool isKnown = choice.best && choice.chosen;
    if (isKnown)
      summary.add(choice.best->mean / choice.chosen->mean, name);
    const Measurement *best = choice.best, *chosen = choice.chosen;
    table.add(
        {name, best ? best->entry.tile : "-", chosen ? chosen->entry.tile : "-",
         formatNumber(best ? best->mean : 0, 1, best),
         formatNumber(chosen ? chosen->mean : 0, 1, chosen),
         formatNumber(chosen ? chosen->entry.predictedMicroseconds : 0, 1,
                      chosen),
         std::to_string(choice.count),
         formatNumber(isKnown ? best->mean / chosen->mean : 0, 3, isKnown)});
  }
  table.print(stream);
  printSummary(stream, "best us / chosen us", summary);
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

static Json toJson(const Measurement &m) {
  const Problem &p = m.entry.row.problem;
  Json json = {{"problem", p.getName()},
               {"form", p.getForm()},
               {"m", p.m},
               {"n", p.n},
               {"k", p.k},
               {"tile", m.entry.tile},
               {"schedule", m.entry.schedule},
               {"chosen", m.entry.isChosen},
               {"predicted_us", m.entry.predictedMicroseconds}};
  if (m.isMeasured()) {
    json["us"] = m.mean;
    json["median_us"] = m.median;
    json["least_us"] = m.least;
    json["tflops"] = m.getTflops();
    json["gbs"] = m.getGigabytes();
  }
  if (m.cublaslt > 0)
    json["cublaslt_us"] = m.cublaslt;
  if (m.entry.row.upstream.microseconds > 0)
    json["upstream_us"] = m.entry.row.upstream.microseconds;
  // JSON has no infinity.
  if (m.error >= 0)
    json["error_over_bound"] = std::min(m.error, 1e30);
  if (!m.problem.empty())
    json["reason"] = m.problem;
  return json;
}

std::string dgemm::bench::toJson(const MeasuredSet &set,
                                 const std::string &target) {
  Json measurements = Json::array();
  for (const Measurement &measurement : set.measurements)
    measurements.push_back(::toJson(measurement));
  Json json = {{"format", "dgemm.bench-results"},
               {"version", 1},
               {"target", target},
               {"device", set.machine.device},
               {"sm_count", set.machine.smCount},
               {"method", set.machine.method},
               {"measurements", std::move(measurements)}};
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

bool dgemm::bench::isClean(const MeasuredSet &set) {
  return std::none_of(set.measurements.begin(), set.measurements.end(),
                      [](const Measurement &m) {
                        bool isMissing =
                            !m.entry.kernel.empty() && !m.isMeasured();
                        return m.isWrong() || isMissing;
                      });
}
