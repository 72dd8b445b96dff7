//===- Problem.cpp - What a benchmark measures ----------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Bench/Problem.h"

#include "dgemm/Bench/Data.h"
#include "dgemm/Reference/Random.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

using namespace dgemm;
using namespace dgemm::bench;

//===----------------------------------------------------------------------===//
// Sizes and names
//===----------------------------------------------------------------------===//

static int64_t ceilDiv(int64_t x, int64_t y) { return (x + y - 1) / y; }

static double getElementBytes(std::string_view type) {
  if (type == "f4E2M1FN")
    return 0.5;
  if (type == "f8E4M3FN")
    return 1;
  return type == "bf16" ? 2 : 4;
}

static double getScaleBytes(const Problem &problem, ScaleBlock block,
                            int64_t rows) {
  if (block.depth == 0)
    return 0;
  double scales =
      1.0 * ceilDiv(rows, block.rows) * ceilDiv(problem.k, block.depth);
  return problem.scales == ScaleStorage::F32 ? 4 * scales : scales;
}

double Problem::getBytes() const {
  double output = 1.0 * m * n * getElementBytes(d) * (accumulate ? 2 : 1);
  return 1.0 * m * k * getElementBytes(a) + 1.0 * n * k * getElementBytes(b) +
         output + getScaleBytes(*this, aScale, m) +
         getScaleBytes(*this, bScale, n);
}

static const char *getShortName(std::string_view type) {
  if (type == "f4E2M1FN")
    return "fp4";
  if (type == "f8E4M3FN")
    return "fp8";
  return type == "bf16" ? "bf16" : "f32";
}

std::string Problem::getForm() const {
  std::string text = getShortName(a);
  if (a != b)
    text += std::string("x") + getShortName(b);
  if (hasScales() && scales != ScaleStorage::F32) {
    text += scales == ScaleStorage::Words ? "-mx" : "-plain";
    text += std::to_string(aScale.depth);
    if (aScale.depth != bScale.depth)
      text += "x" + std::to_string(bScale.depth);
  } else if (hasScales()) {
    text += bScale.rows > 1 ? "-1d2d" : "-1d1d";
  }
  text += std::string("-") + getShortName(d);
  if (accumulate)
    text += "-acc";
  return layout == "nt" ? text : text + "-" + layout;
}

std::string Problem::getName() const {
  return getForm() + " " + std::to_string(m) + "x" + std::to_string(n) + "x" +
         std::to_string(k);
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> out;
  for (size_t begin = 0; begin <= text.size();) {
    size_t end = std::min(text.find(separator, begin), text.size());
    out.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

std::vector<std::vector<std::string>>
dgemm::bench::parseCsv(std::string_view text) {
  std::vector<std::vector<std::string>> out;
  for (const std::string &line : split(text, '\n'))
    if (!line.empty() && line[0] != '#')
      out.push_back(split(line, ','));
  if (!out.empty())
    out.erase(out.begin());
  return out;
}

Status dgemm::bench::setExtents(std::string_view text, Problem &problem) {
  std::vector<std::string> parts = split(text, 'x');
  int64_t *extents[] = {&problem.m, &problem.n, &problem.k};
  for (size_t i = 0; i < 3 && parts.size() == 3; ++i) {
    char *end = nullptr;
    *extents[i] = std::strtoll(parts[i].c_str(), &end, 10);
    if (*end != '\0' || *extents[i] < 1)
      parts.clear();
  }
  if (parts.size() == 3)
    return {};
  return Error{"'" + std::string(text) +
               "' is no shape, expected MxNxK such as 128x2112x7168"};
}

/// Types and scales by the first words of a form.
static bool setTypes(std::string_view word, Problem &problem) {
  struct Types {
    const char *word, *a, *b;
  };
  constexpr Types known[] = {{"fp8", "f8E4M3FN", "f8E4M3FN"},
                             {"fp4", "f4E2M1FN", "f4E2M1FN"},
                             {"fp8xfp4", "f8E4M3FN", "f4E2M1FN"},
                             {"fp4xfp8", "f4E2M1FN", "f8E4M3FN"},
                             {"bf16", "bf16", "bf16"}};
  for (const Types &types : known)
    if (word == types.word) {
      problem.a = types.a;
      problem.b = types.b;
      return true;
    }
  return false;
}

static bool setScales(std::string_view word, Problem &problem) {
  struct Scales {
    const char *word;
    ScaleBlock a, b;
    ScaleStorage storage;
  };
  constexpr auto kF32 = ScaleStorage::F32;
  constexpr auto kWords = ScaleStorage::Words;
  constexpr auto kBytes = ScaleStorage::Bytes;
  constexpr Scales known[] = {{"1d2d", {1, 128}, {128, 128}, kF32},
                              {"1d1d", {1, 128}, {1, 128}, kF32},
                              {"mx128", {1, 128}, {1, 128}, kWords},
                              {"mx32", {1, 32}, {1, 32}, kWords},
                              {"mx16", {1, 16}, {1, 16}, kWords},
                              {"mx128x32", {1, 128}, {1, 32}, kWords},
                              {"mx32x128", {1, 32}, {1, 128}, kWords},
                              {"plain128", {1, 128}, {1, 128}, kBytes},
                              {"plain32", {1, 32}, {1, 32}, kBytes},
                              {"plain16", {1, 16}, {1, 16}, kBytes},
                              {"plain128x32", {1, 128}, {1, 32}, kBytes},
                              {"plain32x128", {1, 32}, {1, 128}, kBytes}};
  for (const Scales &scales : known)
    if (word == scales.word) {
      problem.aScale = scales.a;
      problem.bScale = scales.b;
      problem.scales = scales.storage;
      return true;
    }
  return false;
}

static bool setOption(std::string_view word, Problem &problem) {
  if (word == "bf16" || word == "f32") {
    problem.d = word;
    return true;
  }
  if (word == "acc") {
    problem.accumulate = true;
    return true;
  }
  bool isLayout = word == "nt" || word == "nn" || word == "tn" || word == "tt";
  if (isLayout)
    problem.layout = word;
  return isLayout || setScales(word, problem);
}

Expected<Problem> dgemm::bench::parseForm(std::string_view form) {
  Problem problem;
  problem.d = "bf16";
  std::vector<std::string> words = split(form, '-');
  bool isKnown = setTypes(words[0], problem);
  for (size_t i = 1; isKnown && i < words.size(); ++i)
    isKnown = setOption(words[i], problem);
  if (isKnown && (problem.hasScales() || problem.a == "bf16"))
    return problem;
  return Error{"'" + std::string(form) +
               "' is no form of a product, expected operands (fp8, fp4, "
               "fp8xfp4, fp4xfp8, bf16), scales (1d2d, 1d1d, mx128, mx32, "
               "mx128x32, mx32x128, and plain128 and so on; none for bf16), "
               "output (bf16, f32), acc, "
               "layout (nn, tn, tt), for example fp8-1d2d-bf16"};
}

//===----------------------------------------------------------------------===//
// Suites
//===----------------------------------------------------------------------===//

/// Reads `m,n,k,[recipe,]layout,out,accumulate,us,tflops,gbs,ratio`.
static Expected<SuiteRow> readRow(const std::vector<std::string> &fields,
                                  bool hasRecipe) {
  size_t at = 3;
  std::string form = "bf16";
  if (hasRecipe)
    form = "fp8-" + fields[at++];
  std::string layout = fields[at], output = fields[at + 1];
  form += "-" + std::string(output == "FP32" ? "f32" : "bf16");
  if (fields[at + 2] == "1")
    form += "-acc";
  form += "-" + layout;
  std::transform(form.begin(), form.end(), form.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  Expected<Problem> problem = parseForm(form);
  if (!problem)
    return problem.error();
  SuiteRow row{*problem, {}};
  if (Status status = setExtents(fields[0] + "x" + fields[1] + "x" + fields[2],
                                 row.problem);
      !status.ok())
    return status.error();
  auto number = [&](size_t i) { return std::atof(fields[at + i].c_str()); };
  row.upstream = {number(3), number(4), number(5), number(6)};
  return row;
}

Expected<std::vector<SuiteRow>>
dgemm::bench::getDenseSuite(std::string_view name) {
  bool isFp8 = name == "dense-fp8";
  if (!isFp8 && name != "dense-bf16")
    return Error{"no suite is named '" + std::string(name) +
                 "', expected dense-fp8, dense-bf16 or sass"};
  std::vector<SuiteRow> rows;
  for (const auto &fields :
       parseCsv(getTable(isFp8 ? "h100_dense_fp8" : "h100_dense_bf16"))) {
    Expected<SuiteRow> row = readRow(fields, isFp8);
    if (!row)
      return row.error();
    rows.push_back(std::move(*row));
  }
  return rows;
}

/// A multiple of `step`, evenly distributed in the logarithm.
static int64_t pick(double uniform, int64_t low, int64_t high, int64_t step) {
  double value = low * std::pow(double(high) / low, uniform);
  int64_t steps = std::llround(value / step);
  return std::clamp(steps * step, low, high);
}

std::vector<Problem> dgemm::bench::getRandomProblems(const Problem &form,
                                                     int64_t count,
                                                     uint64_t seed) {
  reference::Random random(seed, /*stream=*/0);
  std::vector<Problem> out;
  for (uint64_t i = 0; static_cast<int64_t>(out.size()) < count; i += 3) {
    Problem problem = form;
    problem.m = pick(random.uniform(i), 1, 8192, 1);
    problem.n = pick(random.uniform(i + 1), 256, 16384, 64);
    problem.k = pick(random.uniform(i + 2), 512, 16384, 128);
    if (problem.getFlops() <= 0x1p38)
      out.push_back(std::move(problem));
  }
  return out;
}
