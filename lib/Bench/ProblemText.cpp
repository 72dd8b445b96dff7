//===- ProblemText.cpp - Problems as modules ------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Bench/Emit.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

using namespace dgemm::bench;
using llvm::formatv;

/// Elements of a scale column, which TMA wants 16 bytes aligned.
static constexpr int64_t kColumnAlignment = 4;

static std::string getExtent(int64_t extent, bool isDynamic) {
  return isDynamic ? "?" : std::to_string(extent);
}

/// Rows x K, or K x rows where the operand is not K-major.
static std::string getMatrixType(int64_t rows, int64_t depth,
                                 const std::string &element, bool isDynamic,
                                 bool isKMajor) {
  std::string extent = getExtent(rows, isDynamic);
  if (isKMajor)
    return formatv("memref<{0}x{1}x{2}>", extent, depth, element);
  return formatv("memref<{0}x{1}x{2}>", depth, extent, element);
}

/// Scales that are bytes lie along K, in rows that TMA finds.
static std::string getByteScaleType(int64_t rows, int64_t depth,
                                    ScaleBlock block, bool isDynamic) {
  constexpr int64_t kRowAlignment = 16, kFineBlock = 16;
  int64_t columns = llvm::divideCeil(depth, block.depth);
  return formatv("memref<{0}x{1}x{2}, strided<[{3}, 1]>>",
                 getExtent(rows, isDynamic), columns,
                 block.depth == kFineBlock ? "f8E4M3FN" : "f8E8M0FNU",
                 llvm::alignTo(columns, kRowAlignment));
}

/// Other scales of single rows have stride 1 along the rows, as TMA loads them.
static std::string getScaleType(int64_t rows, int64_t depth, ScaleBlock block,
                                ScaleStorage storage, bool isDynamic) {
  if (storage == ScaleStorage::Bytes)
    return getByteScaleType(rows, depth, block, isDynamic);
  bool isPacked = storage == ScaleStorage::Words;
  int64_t perWord = isPacked ? 4 : 1;
  int64_t columns = llvm::divideCeil(depth, block.depth * perWord);
  const char *element = isPacked ? "i32" : "f32";
  if (block.rows > 1)
    return formatv("memref<{0}x{1}x{2}>", llvm::divideCeil(rows, block.rows),
                   columns, element);
  return formatv("memref<{0}x{1}x{2}, strided<[1, {3}]>>",
                 getExtent(rows, isDynamic), columns, element,
                 getExtent(llvm::alignTo(rows, kColumnAlignment), isDynamic));
}

namespace {

/// Types of the operands, M dynamic.
struct Types {
  explicit Types(const Problem &p)
      : a(getMatrixType(p.m, p.k, p.a, true, p.layout[0] == 'n')),
        b(getMatrixType(p.n, p.k, p.b, false, p.layout[1] == 't')),
        d(formatv("memref<?x{0}x{1}>", p.n, p.d)) {
    if (!p.hasScales())
      return;
    aScale = getScaleType(p.m, p.k, p.aScale, p.scales, true);
    bScale = getScaleType(p.n, p.k, p.bScale, p.scales, false);
  }

  std::string a, aScale, b, bScale, d;
};

} // namespace

static std::string getAttributes(const Problem &problem,
                                 const std::string &schedule) {
  std::vector<std::string> parts;
  if (problem.layout != "nt")
    parts.push_back("layout = #dgemm.layout<" + problem.layout + ">");
  if (problem.hasScales())
    parts.push_back(
        formatv("granularity = #dgemm.granularity<a = {0}x{1}, b = {2}x{3}>",
                problem.aScale.rows, problem.aScale.depth, problem.bScale.rows,
                problem.bScale.depth));
  if (!schedule.empty())
    parts.push_back("dgk.schedule = " + schedule);
  if (parts.empty())
    return "";
  std::string text = " {" + parts[0];
  for (size_t i = 1; i < parts.size(); ++i)
    text += ", " + parts[i];
  return text + "}";
}

std::string dgemm::bench::makeModule(const Problem &problem,
                                     const std::string &schedule) {
  Types types(problem);
  std::string plus = problem.accumulate ? " plus %d" : "";
  std::string plusType = problem.accumulate ? ", " + types.d : "";
  std::string attributes = getAttributes(problem, schedule);
  if (!problem.hasScales())
    return formatv("func.func @matmul(%a: {0}, %b: {1}, %d: {2}) {{\n"
                   "  dgemm.matmul ins(%a, %b{3} : {0}, {1}{4}) outs(%d : {2})"
                   "{5}\n  return\n}\n",
                   types.a, types.b, types.d, plus, plusType, attributes);
  return formatv("func.func @matmul(%a: {0}, %sa: {1}, %b: {2}, %sb: {3}, "
                 "%d: {4}) {{\n  dgemm.matmul ins(%a scaled by %sa, %b scaled "
                 "by %sb{5} : {0}, {1}, {2}, {3}{6}) outs(%d : {4}){7}\n"
                 "  return\n}\n",
                 types.a, types.aScale, types.b, types.bScale, types.d, plus,
                 plusType, attributes);
}
