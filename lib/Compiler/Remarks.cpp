//===- Remarks.cpp - Command-line options of remarks ----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Remarks.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Remark/RemarkStreamer.h"
#include "llvm/Support/Regex.h"

using namespace mlir;
using namespace dgemm;
namespace cl = llvm::cl;

RemarkOptions::RemarkOptions(cl::OptionCategory &category)
    : all("remarks-filter", cl::value_desc("regex"), cl::cat(category),
          cl::desc("Show remarks of the categories that match, e.g. "
                   "--remarks-filter=.*")),
      passed("remarks-filter-passed", cl::value_desc("regex"),
             cl::cat(category), cl::desc("The same for what a pass did")),
      missed("remarks-filter-missed", cl::value_desc("regex"),
             cl::cat(category), cl::desc("The same for what a pass declined")),
      failing("remarks-filter-failed", cl::value_desc("regex"),
              cl::cat(category), cl::desc("The same for what went wrong")),
      analysis("remarks-filter-analyse", cl::value_desc("regex"),
               cl::cat(category), cl::desc("The same for what a pass found")),
      format("remark-format", cl::cat(category), cl::init(Format::Text),
             cl::desc("Where remarks go"),
             cl::values(clEnumValN(Format::Text, "emitRemark",
                                   "text on the error output (default)"),
                        clEnumValN(Format::YAML, "yaml", "YAML file"),
                        clEnumValN(Format::Bitstream, "bitstream",
                                   "LLVM bitstream file"))),
      file("remarks-output-file", cl::value_desc("path"), cl::cat(category),
           cl::desc("File of remarks (default: remarks.yaml or "
                    "remarks.bitstream)")) {}

/// One kind of remark is wanted by its own filter or by the one for all. Not
/// left to the engine: it ignores the latter for kinds without an own filter.
static std::optional<std::string> getFilter(const cl::opt<std::string> &all,
                                            const cl::opt<std::string> &kind) {
  if (all.empty() && kind.empty())
    return std::nullopt;
  if (all.empty() || kind.empty())
    return all.getValue() + kind.getValue();
  return "(" + all.getValue() + ")|(" + kind.getValue() + ")";
}

/// MLIR compiles the expressions without asking whether they are valid.
static LogicalResult checkFilter(const cl::opt<std::string> &option,
                                 std::string &message) {
  std::string reason;
  if (option.empty() || llvm::Regex(option.getValue()).isValid(reason))
    return success();
  message = ("--" + option.ArgStr + "=" + option.getValue() +
             " is not a regular expression: " + reason)
                .str();
  return failure();
}

LogicalResult RemarkOptions::apply(MLIRContext &context,
                                   std::string &message) const {
  const cl::opt<std::string> *filters[] = {&all, &passed, &missed, &failing,
                                           &analysis};
  for (const auto *filter : filters)
    if (failed(checkFilter(*filter, message)))
      return failure();
  if (llvm::all_of(filters, [](const auto *filter) { return filter->empty(); }))
    return success();

  remark::RemarkCategories categories{
      std::nullopt, getFilter(all, passed), getFilter(all, missed),
      getFilter(all, analysis), getFilter(all, failing)};
  auto policy = std::make_unique<remark::RemarkEmittingPolicyAll>();
  if (format == Format::Text)
    return remark::enableOptimizationRemarks(context, nullptr,
                                             std::move(policy), categories,
                                             /*printAsEmitRemarks=*/true);
  bool isYaml = format == Format::YAML;
  std::string path = file;
  if (path.empty())
    path = isYaml ? "remarks.yaml" : "remarks.bitstream";
  auto result = remark::enableOptimizationRemarksWithLLVMStreamer(
      context, path,
      isYaml ? llvm::remarks::Format::YAML : llvm::remarks::Format::Bitstream,
      std::move(policy), categories);
  if (failed(result))
    message = "cannot write remarks to '" + path + "'";
  return result;
}
