//===- LaunchPlanAttrs.cpp - What the host does, as attributes ------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGK/IR/DGK.h"

using namespace mlir;
using namespace dgk;

using EmitError = function_ref<InFlightDiagnostic()>;

void SymbolAttr::print(AsmPrinter &p) const {
  p << "<" << stringifySymbolKind(getKind());
  if (getKind() != SymbolKind::SmCount)
    p << " " << getDimension() << " of " << getArgument();
  p << ">";
}

Attribute SymbolAttr::parse(AsmParser &parser, Type) {
  int64_t dimension = 0, argument = 0;
  if (parser.parseLess())
    return {};
  FailureOr<SymbolKind> kind = FieldParser<SymbolKind>::parse(parser);
  if (failed(kind))
    return {};
  if (*kind != SymbolKind::SmCount &&
      (parser.parseInteger(dimension) || parser.parseKeyword("of") ||
       parser.parseInteger(argument)))
    return {};
  if (parser.parseGreater())
    return {};
  return SymbolAttr::get(parser.getContext(), *kind, argument, dimension);
}

void ParameterAttr::print(AsmPrinter &p) const {
  p << "<" << stringifyParameterKind(getKind());
  if (getKind() != ParameterKind::Workspace)
    p << " " << getIndex();
  p << ">";
}

Attribute ParameterAttr::parse(AsmParser &parser, Type) {
  int64_t index = 0;
  if (parser.parseLess())
    return {};
  FailureOr<ParameterKind> kind = FieldParser<ParameterKind>::parse(parser);
  if (failed(kind) ||
      (*kind != ParameterKind::Workspace && parser.parseInteger(index)) ||
      parser.parseGreater())
    return {};
  return ParameterAttr::get(parser.getContext(), *kind, index);
}

/// CUDA driver API, 16U4_ALIGN16B.
static LogicalResult verifyExpandedMap(EmitError emitError, Type elementType,
                                       int64_t width, Swizzle swizzle) {
  if (getElementBits(elementType) == 4 && width == 128 &&
      (swizzle == Swizzle::None || swizzle == Swizzle::B128))
    return success();
  return emitError() << "[tensor_map-c7] expands boxes of " << width
                     << " elements of type " << elementType << " with swizzle "
                     << stringifySwizzle(swizzle)
                     << ", expected 128 elements of 4 bits with b128 or none";
}

LogicalResult TensorMapAttr::verify(EmitError emitError, int64_t argument,
                                    Type elementType, AffineMap dims,
                                    AffineMap strides, ArrayRef<int64_t> box,
                                    Swizzle swizzle, int64_t byteOffset,
                                    bool expanded) {
  size_t rank = box.size();
  if (rank < 1 || rank > 5 || dims.getNumResults() != rank ||
      strides.getNumResults() + 1 != rank)
    return emitError() << "[tensor_map-c1] " << dims.getNumResults()
                       << " sizes, " << strides.getNumResults()
                       << " strides and " << rank
                       << " box sizes; expected n, n - 1 and n for n in 1..5";
  if (llvm::any_of(box, [](int64_t v) { return v < 1 || v > 256; }))
    return emitError() << "[tensor_map-c2] a box size is outside 1..256";
  if (!elementType.isIntOrFloat())
    return emitError() << "[tensor_map-c5] element type is " << elementType
                       << ", expected an integer or float";
  if (byteOffset < 0 || byteOffset % 16 != 0)
    return emitError() << "[tensor_map-c6] begins at byte " << byteOffset
                       << ", expected a multiple of 16";
  if (expanded)
    return verifyExpandedMap(emitError, elementType, box[0], swizzle);
  int64_t inner = getBytes(box[0], elementType);
  if (inner % 16 != 0)
    return emitError() << "[tensor_map-c3] the box is " << inner
                       << " bytes wide, expected a multiple of 16";
  auto span = static_cast<int64_t>(swizzle);
  if (span && inner > span)
    return emitError() << "[tensor_map-c4] the box is " << inner
                       << " bytes wide, more than the swizzle span " << span;
  return success();
}

LogicalResult LaunchPlanAttr::verify(
    EmitError emitError, ArrayRef<SymbolAttr> symbols, AffineMap grid,
    int64_t block, int64_t cluster, int64_t sharedBytes, AffineMap workspace,
    ArrayRef<TensorMapAttr> maps, ArrayRef<ParameterAttr> params) {
  if (grid.getNumResults() == 0 || grid.getNumDims() != 0 ||
      grid.getNumSymbols() > symbols.size())
    return emitError() << "[launch_plan-c1] grid " << AffineMapAttr::get(grid)
                       << " must have results and use only the plan's "
                       << symbols.size() << " symbols";
  if (block < 32 || block > 1024 || block % 32 || cluster < 1)
    return emitError() << "[launch_plan-c2] block is " << block
                       << " threads and cluster " << cluster
                       << ", expected a multiple of 32 up to 1024, and >= 1";
  if (workspace.getNumResults() != 1 || workspace.getNumDims() != 0 ||
      workspace.getNumSymbols() > symbols.size())
    return emitError() << "[launch_plan-c6] workspace "
                       << AffineMapAttr::get(workspace)
                       << " must have one result and use only the plan's "
                       << symbols.size() << " symbols";
  if (sharedBytes < 0 ||
      (workspace.isConstant() && workspace.getSingleConstantResult() < 0))
    return emitError() << "[launch_plan-c3] negative number of bytes";
  for (TensorMapAttr map : maps)
    if (std::max(map.getDims().getNumSymbols(),
                 map.getStrides().getNumSymbols()) > symbols.size())
      return emitError() << "[launch_plan-c4] a tensor map uses more than the "
                            "plan's "
                         << symbols.size() << " symbols";
  for (ParameterAttr param : params) {
    size_t limit = param.getKind() == ParameterKind::Map      ? maps.size()
                   : param.getKind() == ParameterKind::Symbol ? symbols.size()
                                                              : SIZE_MAX;
    if (param.getIndex() < 0 || size_t(param.getIndex()) >= limit)
      return emitError() << "[launch_plan-c5] parameter index "
                         << param.getIndex() << " is out of range";
  }
  return success();
}
