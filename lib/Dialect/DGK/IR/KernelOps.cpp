//===- KernelOps.cpp - Kernels, roles and tile loops ----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGK/IR/DGK.h"

#include "mlir/Interfaces/FunctionImplementation.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace dgk;

#define GET_OP_CLASSES
#include "dgemm/Dialect/DGK/IR/DGKOps.cpp.inc"

//===----------------------------------------------------------------------===//
// KernelOp
//===----------------------------------------------------------------------===//

void KernelOp::build(OpBuilder &builder, OperationState &state, StringRef name,
                     FunctionType type) {
  state.addAttribute(SymbolTable::getSymbolAttrName(),
                     builder.getStringAttr(name));
  state.addAttribute(getFunctionTypeAttrName(state.name), TypeAttr::get(type));
  Block &block = state.addRegion()->emplaceBlock();
  for (Type input : type.getInputs())
    block.addArgument(input, state.location);
}

ParseResult KernelOp::parse(OpAsmParser &parser, OperationState &result) {
  auto buildType = [](Builder &builder, ArrayRef<Type> inputs,
                      ArrayRef<Type> results,
                      function_interface_impl::VariadicFlag, std::string &) {
    return builder.getFunctionType(inputs, results);
  };
  return function_interface_impl::parseFunctionOp(
      parser, result, /*allowVariadic=*/false,
      getFunctionTypeAttrName(result.name), buildType,
      getArgAttrsAttrName(result.name), getResAttrsAttrName(result.name));
}

void KernelOp::print(OpAsmPrinter &p) {
  function_interface_impl::printFunctionOp(
      p, *this, /*isVariadic=*/false, getFunctionTypeAttrName(),
      getArgAttrsAttrName(), getResAttrsAttrName());
}

RolesOp KernelOp::getRoles() {
  if (getBody().empty())
    return {};
  auto roles = getBody().front().getOps<RolesOp>();
  return roles.empty() ? RolesOp() : *roles.begin();
}

LogicalResult KernelOp::verify() {
  if (getBody().empty())
    return emitOpError("[kernel-c4] has no body; a kernel cannot be only "
                       "declared");
  for (Type type : getArgumentTypes())
    if (!isa<MemRefType, IntegerType, FloatType, IndexType>(type))
      return emitOpError("[kernel-c1] argument has type ")
             << type << ", expected a memref, integer, float or index";
  if (!getResultTypes().empty())
    return emitOpError("[kernel-c1] has ")
           << getResultTypes().size() << " results, expected none";
  LaunchPlanAttr plan = getLaunchAttr();
  TargetAttr target = getTargetAttr();
  if (plan && target) {
    int64_t limit = target.getLimits().getSharedPerCta();
    if (plan.getSharedBytes() > limit)
      return emitOpError("[kernel-c3] needs ")
             << plan.getSharedBytes() << " bytes of shared memory, but "
             << target.getChip() << " has " << limit
             << " for a CTA; use fewer stages or a smaller tile";
  }
  return success();
}

LogicalResult KernelOp::verifyRegions() {
  LaunchPlanAttr plan = getLaunchAttr();
  RolesOp roles = getRoles();
  if (!plan || !roles)
    return success();
  int64_t threads = 0;
  for (RoleOp role : roles.getOps<RoleOp>())
    threads += 32 * role.getWarps();
  if (threads == plan.getBlock())
    return success();
  return emitOpError("[kernel-c2] roles have ")
         << threads << " threads, but the launch plan's block is "
         << plan.getBlock();
}

//===----------------------------------------------------------------------===//
// LaunchOp
//===----------------------------------------------------------------------===//

LogicalResult LaunchOp::verifySymbolUses(SymbolTableCollection &symbols) {
  Operation *symbol = symbols.lookupNearestSymbolFrom(*this, getKernelAttr());
  if (symbol && symbol->hasAttr(DGKDialect::kLaunchAttrName))
    return success(); // compiled already: only its plan is left
  auto kernel = dyn_cast_if_present<KernelOp>(symbol);
  if (!kernel)
    return emitOpError("[launch-c1] ")
           << getKernelAttr() << " is not a dgk.kernel in this module";
  if (TypeRange(kernel.getArgumentTypes()) != TypeRange(getOperandTypes()))
    return emitOpError("[launch-c2] operand types ")
           << getOperandTypes() << " differ from the kernel's argument types "
           << kernel.getArgumentTypes();
  return success();
}

//===----------------------------------------------------------------------===//
// TilesOp
//===----------------------------------------------------------------------===//

ParseResult TilesOp::parse(OpAsmParser &parser, OperationState &result) {
  SmallVector<OpAsmParser::Argument> arguments;
  SmallVector<OpAsmParser::UnresolvedOperand> extents;
  SmallVector<int64_t> sizes;
  Type index = parser.getBuilder().getIndexType();
  if (parser.parseArgumentList(arguments, OpAsmParser::Delimiter::Paren) ||
      parser.parseKeyword("in") ||
      parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Paren, [&] {
        return failure(parser.parseOperand(extents.emplace_back()) ||
                       parser.parseKeyword("by") ||
                       parser.parseInteger(sizes.emplace_back()));
      }))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("raster"))) {
    RasterAttr raster;
    if (parser.parseCustomAttributeWithFallback(
            raster, Type(), getRasterAttrName(result.name), result.attributes))
      return failure();
  }
  if (succeeded(parser.parseOptionalKeyword("cluster"))) {
    ClusterAttr cluster;
    if (parser.parseCustomAttributeWithFallback(cluster, Type(),
                                                getClusterAttrName(result.name),
                                                result.attributes))
      return failure();
  }
  if (succeeded(parser.parseOptionalKeyword("per_cluster")))
    result.addAttribute(getPerClusterAttrName(result.name),
                        parser.getBuilder().getUnitAttr());
  result.addAttribute(getSizesAttrName(result.name),
                      parser.getBuilder().getDenseI64ArrayAttr(sizes));
  for (OpAsmParser::Argument &argument : arguments)
    argument.type = index;
  Region *body = result.addRegion();
  if (parser.resolveOperands(extents, index, result.operands) ||
      parser.parseOptionalAttrDictWithKeyword(result.attributes) ||
      parser.parseRegion(*body, arguments))
    return failure();
  ensureTerminator(*body, parser.getBuilder(), result.location);
  return success();
}

void TilesOp::print(OpAsmPrinter &p) {
  p << " (";
  llvm::interleaveComma(getBody().getArguments(), p);
  p << ") in (";
  llvm::interleaveComma(llvm::zip(getExtents(), getSizes()), p, [&](auto pair) {
    p << std::get<0>(pair) << " by " << std::get<1>(pair);
  });
  p << ")";
  if (RasterAttr raster = getRasterAttr()) {
    p << " raster ";
    p.printStrippedAttrOrType(raster);
  }
  if (ClusterAttr cluster = getClusterAttr()) {
    p << " cluster ";
    p.printStrippedAttrOrType(cluster);
  }
  if (getPerCluster())
    p << " per_cluster";
  p.printOptionalAttrDictWithKeyword(
      (*this)->getAttrs(), {getSizesAttrName(), getRasterAttrName(),
                            getClusterAttrName(), getPerClusterAttrName()});
  p << " ";
  p.printRegion(getBody(), /*printEntryBlockArgs=*/false,
                /*printBlockTerminators=*/false);
}

void TilesOp::getAsmBlockArgumentNames(Region &region,
                                       OpAsmSetValueNameFn setName) {
  auto arguments = region.getArguments();
  // A raster says which axes the last two dimensions are.
  size_t rank = arguments.size();
  for (auto [i, argument] : llvm::enumerate(arguments))
    if (getRaster() && i + 2 >= rank)
      setName(argument, i + 2 == rank ? "m" : "n");
    else
      setName(argument, "i");
}

LogicalResult TilesOp::verify() {
  size_t rank = getExtents().size();
  Block &body = getBody().front();
  if (body.getNumArguments() != rank || rank == 0 ||
      llvm::any_of(body.getArgumentTypes(),
                   [](Type type) { return !type.isIndex(); }))
    return emitOpError("[tiles-c1] has ")
           << body.getNumArguments() << " coordinates for " << rank
           << " extents, expected one of type index for each";
  if (getSizes().size() != rank ||
      llvm::any_of(getSizes(), [](int64_t v) { return v <= 0; }))
    return emitOpError("[tiles-c2] has tile sizes [")
           << getSizes() << "] for " << rank
           << " extents, expected a positive one for each";
  if ((getRaster() || getCluster()) && rank < 2)
    return emitOpError("[tiles-c3] has a raster or cluster over ")
           << rank << " dimension, expected at least 2";
  if (getCluster() && getCluster()->getAlong() == Axis::K && rank < 3)
    return emitOpError("[tiles-c3] has a cluster along k over ")
           << rank << " dimensions, expected at least 3: splits of K, M and N";
  if (getCluster() && getPerCluster())
    return emitOpError("[tiles-c4] has per_cluster and cluster; expected tiles "
                       "that are taken together or side by side, not both");
  return success();
}

int64_t TilesOp::getTilesPerStep(size_t dimension) {
  ClusterAttr cluster = getClusterAttr();
  if (!cluster)
    return 1;
  // Dimensions from the last one on.
  size_t fromEnd = cluster.getAlong() == Axis::N   ? 1
                   : cluster.getAlong() == Axis::M ? 2
                                                   : 3;
  return dimension + fromEnd == getExtents().size() ? cluster.getSize() : 1;
}

//===----------------------------------------------------------------------===//
// Roles
//===----------------------------------------------------------------------===//

int64_t dgk::getRegistersAtLaunch(TargetAttr target, int64_t threads) {
  int64_t file = target ? target.getLimits().getRegistersPerSm() : 65536;
  int64_t most = target ? target.getLimits().getRegistersPerThread() : 255;
  return std::min(file / threads / 8 * 8, most);
}

/// setmaxnreg is for whole warpgroups: four warps, the first of which has a
/// number that four divides.
static LogicalResult verifyWarpgroups(RolesOp op) {
  int64_t first = 0;
  for (RoleOp role : op.getOps<RoleOp>()) {
    if (role.getRegisters() && first % 4 != 0)
      return op.emitOpError("[roles-c4] give registers to @")
             << role.getSymName() << ", which begins at warp " << first
             << "; setmaxnreg is for whole warpgroups, so expected a multiple "
                "of 4: put the role in front of those with other numbers of "
                "warps, or leave its registers out";
    first += role.getWarps();
  }
  return success();
}

/// Roles trade what the CTA got when it started, where all threads have the
/// same; one without registers keeps that. With less than all take,
/// setmaxnreg.inc waits for ever.
static LogicalResult verifyRegisters(RolesOp op, TargetAttr target) {
  int64_t threads = 0;
  for (RoleOp role : op.getOps<RoleOp>())
    threads += 32 * static_cast<int64_t>(role.getWarps());
  int64_t each = getRegistersAtLaunch(target, threads), taken = 0;
  for (RoleOp role : op.getOps<RoleOp>()) {
    auto wanted = static_cast<int64_t>(role.getRegisters().value_or(each));
    taken += 32 * static_cast<int64_t>(role.getWarps()) * wanted;
    // 255 is what a small CTA starts with, and 256 is neither more nor less to
    // setmaxnreg.
    if (each % 8 != 0 && wanted > each)
      return op.emitOpError("[roles-c3] give ")
             << wanted << " registers to each thread of @" << role.getSymName()
             << ", but " << threads << " threads start with " << each << " on "
             << target.getChip()
             << ", which setmaxnreg can only lower; expected a multiple of 8 "
                "in 24.."
             << each / 8 * 8;
  }
  if (taken <= threads * each)
    return success();
  return op.emitOpError("[roles-c2] take ")
         << taken << " registers, but " << threads << " threads start with "
         << each << " on " << target.getChip() << ", " << threads * each
         << " in all; a role without registers keeps what it starts with; give "
            "the roles fewer registers or warps";
}

LogicalResult RolesOp::verifyRegions() {
  llvm::StringSet<> names;
  Block &body = getBody().front();
  for (Operation &op : body) {
    auto role = dyn_cast<RoleOp>(op);
    if (!role || !names.insert(role.getSymName()).second)
      return emitOpError("[roles-c1] holds '")
             << op.getName()
             << "', expected only dgk.role with names of their own";
  }
  if (body.empty())
    return emitOpError("[roles-c1] holds no dgk.role, expected at least one");
  int64_t warps = 0;
  for (RoleOp role : getOps<RoleOp>())
    warps += role.getWarps();
  if (warps > kMostWarps)
    return emitOpError("[roles-c5] have ")
           << warps << " warps, but a CTA has at most " << kMostWarps
           << "; give the roles fewer warps";
  if (failed(verifyWarpgroups(*this)))
    return failure();
  TargetAttr target = (*this)->getParentOfType<KernelOp>().getTargetAttr();
  return target ? verifyRegisters(*this, target) : success();
}

bool RoleOp::copiesByThreads() {
  return walk([](CopyAsyncOp copy) {
           return copy.getByThreads() ? WalkResult::interrupt()
                                      : WalkResult::advance();
         })
      .wasInterrupted();
}

LogicalResult RoleOp::verify() {
  auto warps = static_cast<int64_t>(getWarps());
  if (warps <= 0 || warps > kMostWarps || (getRegisters() && warps % 4 != 0))
    return emitOpError("[role-c1] has ")
           << warps << " warps, expected 1 to " << kMostWarps
           << ", and a multiple of 4 where registers are given";
  if (std::optional<uint64_t> registers = getRegisters())
    if (*registers < 24 || *registers > 256 || *registers % 8 != 0)
      return emitOpError("[role-c2] has ")
             << *registers << " registers, expected a multiple of 8 in 24..256";
  return success();
}
