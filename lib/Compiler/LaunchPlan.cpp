//===- LaunchPlan.cpp - The launch plan of a kernel as data ---------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Compiler/LaunchPlan.h"

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/AffineMap.h"

using namespace mlir;
using namespace dgemm;
using launch::Expression;

static Expression::Op getOp(AffineExprKind kind) {
  switch (kind) {
  case AffineExprKind::Mul:
    return Expression::Op::Mul;
  case AffineExprKind::Mod:
    return Expression::Op::Mod;
  case AffineExprKind::FloorDiv:
    return Expression::Op::FloorDiv;
  case AffineExprKind::CeilDiv:
    return Expression::Op::CeilDiv;
  default:
    return Expression::Op::Add;
  }
}

/// Plans have symbols and no dimensions; the attribute's verifier sees to that.
static Expression convert(AffineExpr expr) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return Expression::constant(constant.getValue());
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return Expression::symbol(symbol.getPosition());
  auto binary = cast<AffineBinaryOpExpr>(expr);
  return Expression::combine(getOp(binary.getKind()), convert(binary.getLHS()),
                             convert(binary.getRHS()));
}

static std::vector<Expression> convert(AffineMap map) {
  std::vector<Expression> result;
  for (AffineExpr expr : map.getResults())
    result.push_back(convert(expr));
  return result;
}

/// Several results mean their minimum.
static Expression convertGrid(AffineMap map) {
  Expression grid = convert(map.getResult(0));
  for (AffineExpr expr : map.getResults().drop_front())
    grid = Expression::combine(Expression::Op::Min, grid, convert(expr));
  return grid;
}

static launch::Symbol convert(dgk::SymbolAttr symbol) {
  launch::Symbol result;
  if (symbol.getKind() == dgk::SymbolKind::SmCount)
    return result;
  result.kind = symbol.getKind() == dgk::SymbolKind::Dim
                    ? launch::Symbol::Kind::Dim
                    : launch::Symbol::Kind::Stride;
  result.argument = symbol.getArgument();
  result.dimension = symbol.getDimension();
  return result;
}

static launch::Parameter convert(dgk::ParameterAttr parameter) {
  launch::Parameter result;
  result.index = parameter.getIndex();
  switch (parameter.getKind()) {
  case dgk::ParameterKind::Map:
    result.kind = launch::Parameter::Kind::Map;
    break;
  case dgk::ParameterKind::Symbol:
    result.kind = launch::Parameter::Kind::Symbol;
    break;
  case dgk::ParameterKind::Pointer:
    result.kind = launch::Parameter::Kind::Pointer;
    break;
  case dgk::ParameterKind::Workspace:
    result.kind = launch::Parameter::Kind::Workspace;
    break;
  }
  return result;
}

/// The launcher's name of `type`, which stands at `where`.
static FailureOr<launch::ElementType>
convertType(dgk::KernelOp kernel, Type type, const llvm::Twine &where) {
  std::string name;
  llvm::raw_string_ostream(name) << type;
  if (std::optional<launch::ElementType> result =
          launch::parseElementType(name))
    return *result;
  return kernel.emitOpError(where)
         << " has elements of type " << type
         << ", which launch plans do not know; they know i8 to i64, f16, bf16, "
            "f32, f64, f8E4M3FN, f8E5M2, f8E8M0FNU, f4E2M1FN and index";
}

static std::vector<launch::Extent> convertExtents(ArrayRef<int64_t> extents) {
  std::vector<launch::Extent> result;
  for (int64_t extent : extents)
    result.push_back(ShapedType::isDynamic(extent) ? launch::Extent()
                                                   : launch::Extent(extent));
  return result;
}

static FailureOr<launch::Argument> convertArgument(dgk::KernelOp kernel,
                                                   unsigned index) {
  launch::Argument result;
  auto name = kernel.getArgAttrOfType<StringAttr>(
      index, dgk::DGKDialect::kArgumentNameAttrName);
  result.name = name ? name.str() : "arg" + std::to_string(index);
  Type type = kernel.getArgumentTypes()[index];
  auto memref = dyn_cast<MemRefType>(type);
  auto element = convertType(kernel, memref ? memref.getElementType() : type,
                             "argument " + llvm::Twine(index));
  if (failed(element))
    return failure();
  result.type = *element;
  result.isBuffer = memref != nullptr;
  if (!memref)
    return result;
  SmallVector<int64_t> strides;
  int64_t offset;
  if (failed(memref.getStridesAndOffset(strides, offset)))
    return kernel.emitOpError("argument ")
           << index << " has type " << memref
           << ", expected a strided layout: launchers know no other";
  result.shape = convertExtents(memref.getShape());
  result.strides = convertExtents(strides);
  return result;
}

static FailureOr<launch::TensorMap>
convertMap(dgk::KernelOp kernel, dgk::TensorMapAttr map, size_t index) {
  auto element = convertType(kernel, map.getElementType(),
                             "tensor map " + llvm::Twine(index));
  if (failed(element))
    return failure();
  launch::TensorMap result;
  result.argument = map.getArgument();
  result.byteOffset = map.getByteOffset();
  result.type = map.getExpanded() ? launch::ElementType::B4X16P64 : *element;
  result.dims = convert(map.getDims());
  result.strides = convert(map.getStrides());
  result.box = map.getBox().vec();
  result.swizzle = static_cast<int64_t>(map.getSwizzle());
  return result;
}

FailureOr<launch::LaunchPlan> dgemm::getLaunchPlan(dgk::KernelOp kernel,
                                                   StringRef chip) {
  dgk::LaunchPlanAttr attr = kernel.getLaunchAttr();
  if (!attr)
    return kernel.emitOpError("has no launch plan; run dgk-plan-launch first");
  launch::LaunchPlan plan;
  plan.entry = kernel.getSymName().str();
  plan.chip = chip.str();
  for (unsigned i : llvm::seq(kernel.getNumArguments())) {
    auto argument = convertArgument(kernel, i);
    if (failed(argument))
      return failure();
    plan.arguments.push_back(*argument);
  }
  for (auto [i, map] : llvm::enumerate(attr.getMaps())) {
    auto converted = convertMap(kernel, map, i);
    if (failed(converted))
      return failure();
    plan.maps.push_back(*converted);
  }
  for (dgk::SymbolAttr symbol : attr.getSymbols())
    plan.symbols.push_back(convert(symbol));
  for (dgk::ParameterAttr parameter : attr.getParams())
    plan.parameters.push_back(convert(parameter));
  if (dgk::RolesOp roles = kernel.getRoles())
    for (auto role : roles.getOps<dgk::RoleOp>())
      plan.roles.push_back(
          {role.getSymName().str(), static_cast<int64_t>(role.getWarps())});
  plan.grid = convertGrid(attr.getGrid());
  plan.block = attr.getBlock();
  plan.cluster = attr.getCluster();
  plan.sharedBytes = attr.getSharedBytes();
  plan.workspaceBytes = convert(attr.getWorkspace().getResult(0));
  if (launch::Status status = launch::validate(plan); !status.ok())
    return kernel.emitOpError() << status.error().message;
  return plan;
}
