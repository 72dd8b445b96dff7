//===- DGemmAttrs.cpp - Attributes of the problem dialect -----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGemm/IR/DGemmAttrs.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/TypeSwitch.h"

#include "dgemm/Dialect/DGemm/IR/DGemmDialect.h"

using namespace mlir;
using namespace dgemm;

#include "dgemm/Dialect/DGemm/IR/DGemmEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dgemm/Dialect/DGemm/IR/DGemmAttrs.cpp.inc"

void DGemmDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dgemm/Dialect/DGemm/IR/DGemmAttrs.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Scale blocks and granularity
//===----------------------------------------------------------------------===//

AsmPrinter &dgemm::operator<<(AsmPrinter &printer, const ScaleBlock &block) {
  printer.getStream() << block.mn << 'x' << block.k;
  return printer;
}

FailureOr<ScaleBlock> FieldParser<ScaleBlock>::parse(AsmParser &parser) {
  SMLoc loc = parser.getCurrentLocation();
  SmallVector<int64_t> dims;
  if (parser.parseDimensionList(dims, /*allowDynamic=*/false,
                                /*withTrailingX=*/false))
    return failure();
  if (dims.size() != 2) {
    parser.emitError(loc) << "expected rows x elements of K, such as 1x128";
    return failure();
  }
  return ScaleBlock{dims[0], dims[1]};
}

static LogicalResult verifyBlock(function_ref<InFlightDiagnostic()> emitError,
                                 StringRef name, ScaleBlock block) {
  if (block.mn > 0 && block.k > 0)
    return success();
  return emitError() << name << " = " << block.mn << "x" << block.k
                     << " is empty; both extents must be at least 1";
}

LogicalResult
GranularityAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                        ScaleBlock a, ScaleBlock b) {
  if (failed(verifyBlock(emitError, "granularity a", a)))
    return failure();
  return verifyBlock(emitError, "granularity b", b);
}

LogicalResult
ScaleBlockAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                       ScaleBlock block) {
  return verifyBlock(emitError, "scale block", block);
}

//===----------------------------------------------------------------------===//
// HeadSplitAttr
//===----------------------------------------------------------------------===//

LogicalResult
HeadSplitAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                      int64_t left, int64_t mid, int64_t right) {
  // The bound keeps every sum of column numbers within 64 bits.
  constexpr int64_t kMaxWidth = int64_t(1) << 31;
  for (int64_t width : {left, mid, right})
    if (width < 0 || width > kMaxWidth)
      return emitError() << "head_split width " << width
                         << " is out of range, expected 0 to " << kMaxWidth;
  if (left + right == 0)
    return emitError() << "head_split has left + right = 0; a head needs at "
                          "least one column";
  return success();
}

//===----------------------------------------------------------------------===//
// GroupingAttr
//===----------------------------------------------------------------------===//

/// Parses `= integer` of the parameter called `name`, at most once.
static ParseResult parseGroupingParameter(AsmParser &parser, StringRef name,
                                          std::optional<int64_t> &value) {
  if (value)
    return parser.emitError(parser.getCurrentLocation())
           << "'" << name << "' is given twice";
  int64_t parsed = 0;
  if (parser.parseEqual() || parser.parseInteger(parsed))
    return failure();
  value = parsed;
  return success();
}

Attribute GroupingAttr::parse(AsmParser &parser, Type) {
  if (parser.parseLess())
    return {};
  auto kind = FieldParser<GroupingKind>::parse(parser);
  if (failed(kind))
    return {};
  std::optional<int64_t> alignment;
  std::optional<int64_t> expectedM;
  while (succeeded(parser.parseOptionalComma())) {
    StringRef name;
    SMLoc loc = parser.getCurrentLocation();
    if (parser.parseKeyword(&name))
      return {};
    if (name != "alignment" && name != "expected_m") {
      parser.emitError(loc) << "unknown parameter '" << name
                            << "', expected 'alignment' or 'expected_m'";
      return {};
    }
    if (parseGroupingParameter(parser, name,
                               name == "alignment" ? alignment : expectedM))
      return {};
  }
  if (parser.parseGreater())
    return {};
  return parser.getChecked<GroupingAttr>(parser.getContext(), *kind,
                                         alignment.value_or(kDefaultAlignment),
                                         expectedM.value_or(0));
}

void GroupingAttr::print(AsmPrinter &printer) const {
  printer << "<" << stringifyGroupingKind(getKind());
  if (getAlignment() != kDefaultAlignment)
    printer << ", alignment = " << getAlignment();
  if (getExpectedM() != 0)
    printer << ", expected_m = " << getExpectedM();
  printer << ">";
}

LogicalResult GroupingAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                   GroupingKind, int64_t alignment,
                                   int64_t expectedM) {
  if (alignment < 1)
    return emitError() << "alignment = " << alignment
                       << " must be at least 1 row";
  if (expectedM < 0)
    return emitError() << "expected_m = " << expectedM
                       << " must be positive; leave it out if unknown";
  return success();
}
