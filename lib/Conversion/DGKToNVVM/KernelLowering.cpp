//===- KernelLowering.cpp - State of one kernel's lowering ----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Conversion/DGKToNVVM/KernelLowering.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

using namespace mlir;
using namespace dgk;

#include "dgemm/Conversion/DGKToNVVM/LoweringInterfaces.cpp.inc"

Value KernelLowering::getParameter(ParameterKind kind, int64_t index) const {
  for (auto [i, parameter] : llvm::enumerate(plan.getParams()))
    if (parameter.getKind() == kind && parameter.getIndex() == index)
      return LLVM::LLVMFuncOp(func).getArgument(i);
  return {};
}

Value KernelLowering::getSymbol(ImplicitLocOpBuilder &b, SymbolKind kind,
                                Value memory, int64_t dimension) const {
  auto symbol = SymbolAttr::get(b.getContext(), kind, arguments.lookup(memory),
                                dimension);
  const auto *it = llvm::find(plan.getSymbols(), symbol);
  Value parameter =
      getParameter(ParameterKind::Symbol, it - plan.getSymbols().begin());
  return parameter ? arith::IndexCastOp::create(b, b.getIndexType(), parameter)
                         .getResult()
                   : Value();
}

Value KernelLowering::getSize(ImplicitLocOpBuilder &b, Value memory,
                              int64_t dimension) const {
  int64_t size = cast<MemRefType>(memory.getType()).getDimSize(dimension);
  if (!ShapedType::isDynamic(size))
    return arith::ConstantIndexOp::create(b, size);
  return getSymbol(b, SymbolKind::Dim, memory, dimension);
}

Value KernelLowering::getStride(ImplicitLocOpBuilder &b, Value memory,
                                int64_t dimension) const {
  SmallVector<int64_t> strides;
  int64_t offset;
  (void)cast<MemRefType>(memory.getType()).getStridesAndOffset(strides, offset);
  if (!ShapedType::isDynamic(strides[dimension]))
    return arith::ConstantIndexOp::create(b, strides[dimension]);
  return getSymbol(b, SymbolKind::Stride, memory, dimension);
}

Value dgk::constI32(ImplicitLocOpBuilder &b, int64_t value) {
  return arith::ConstantOp::create(b, b.getI32IntegerAttr(value));
}

Value dgk::addI32(ImplicitLocOpBuilder &b, Value a, int64_t value) {
  return value == 0
             ? a
             : arith::AddIOp::create(b, a, constI32(b, value)).getResult();
}

Value dgk::mulI32(ImplicitLocOpBuilder &b, Value a, int64_t value) {
  return value == 1
             ? a
             : arith::MulIOp::create(b, a, constI32(b, value)).getResult();
}

Value dgk::toI32(ImplicitLocOpBuilder &b, Value index) {
  return arith::IndexCastOp::create(b, b.getI32Type(), index);
}

Value dgk::sharedPointer(ImplicitLocOpBuilder &b, Value address,
                         int64_t offset) {
  auto type = LLVM::LLVMPointerType::get(
      b.getContext(), static_cast<unsigned>(NVVM::NVVMMemorySpace::Shared));
  Value base = LLVM::IntToPtrOp::create(b, type, address);
  if (offset == 0)
    return base;
  return LLVM::GEPOp::create(b, type, b.getI8Type(), base,
                             ArrayRef<LLVM::GEPArg>{int32_t(offset)});
}

Value dgk::toCluster(ImplicitLocOpBuilder &b, Value pointer) {
  auto type = LLVM::LLVMPointerType::get(
      b.getContext(),
      static_cast<unsigned>(NVVM::NVVMMemorySpace::SharedCluster));
  return LLVM::AddrSpaceCastOp::create(b, type, pointer);
}

Value dgk::toClusterRank(ImplicitLocOpBuilder &b, Value pointer, Value rank) {
  auto type = LLVM::LLVMPointerType::get(
      b.getContext(),
      static_cast<unsigned>(NVVM::NVVMMemorySpace::SharedCluster));
  return NVVM::MapaOp::create(b, type, pointer, rank);
}

// The hardware suspends the thread inside try_wait, so the loop rarely turns.
void dgk::waitForPhase(ImplicitLocOpBuilder &b, Value barrier, Value parity,
                       NVVM::MemScopeKind scope) {
  auto loop = scf::WhileOp::create(b, TypeRange(), ValueRange());
  OpBuilder::InsertionGuard guard(b);
  b.createBlock(&loop.getBefore());
  Value done =
      NVVM::MBarrierTryWaitOp::create(b, b.getI1Type(), barrier, parity,
                                      /*ticks=*/Value(), scope);
  Value again = arith::XOrIOp::create(
      b, done, arith::ConstantOp::create(b, b.getBoolAttr(true)));
  scf::ConditionOp::create(b, again, ValueRange());
  b.createBlock(&loop.getAfter());
  scf::YieldOp::create(b);
}

Value dgk::inlinePtx(ImplicitLocOpBuilder &b, Type result, StringRef text,
                     StringRef constraints, ValueRange operands,
                     bool hasSideEffects) {
  auto op = LLVM::InlineAsmOp::create(
      b, result ? TypeRange{result} : TypeRange(), operands,
      b.getStringAttr(text), b.getStringAttr(constraints),
      hasSideEffects ? b.getUnitAttr() : UnitAttr(),
      /*is_align_stack=*/UnitAttr(),
      LLVM::TailCallKindAttr::get(b.getContext(), LLVM::TailCallKind::None),
      /*asm_dialect=*/LLVM::AsmDialectAttr(),
      /*operand_attrs=*/ArrayAttr());
  return result ? op->getResult(0) : Value();
}

Value dgk::getThreadId(ImplicitLocOpBuilder &b) {
  return NVVM::ThreadIdXOp::create(b, b.getI32Type());
}

Value dgk::getLane(ImplicitLocOpBuilder &b) {
  return arith::AndIOp::create(b, getThreadId(b), constI32(b, 31));
}

Value dgk::getWarpInRole(ImplicitLocOpBuilder &b, RoleWarps role) {
  Value warp = arith::ShRUIOp::create(b, getThreadId(b), constI32(b, 5));
  return addI32(b, warp, -role.first);
}

Value dgk::exchangeLines(ImplicitLocOpBuilder &b, Value line) {
  Value half = arith::ShRUIOp::create(b, line, constI32(b, 3));
  half = arith::AndIOp::create(b, half, constI32(b, 1));
  return arith::XOrIOp::create(b, line, half);
}

Value dgk::isFirstLane(ImplicitLocOpBuilder &b) {
  return arith::CmpIOp::create(b, arith::CmpIPredicate::eq, getLane(b),
                               constI32(b, 0));
}

void dgk::onceForEachWarp(ImplicitLocOpBuilder &b, RoleWarps role,
                          bool isSynchronized, function_ref<void()> body) {
  if (role.elected)
    return body();
  if (!isSynchronized)
    NVVM::SyncWarpOp::create(b, constI32(b, -1));
  auto branch = scf::IfOp::create(b, isFirstLane(b));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  body();
}

void dgk::onceForRole(ImplicitLocOpBuilder &b, RoleWarps role,
                      function_ref<void()> body) {
  if (role.elected)
    return body();
  Value speaks =
      arith::CmpIOp::create(b, arith::CmpIPredicate::eq, getThreadId(b),
                            constI32(b, 32 * role.first));
  auto branch = scf::IfOp::create(b, speaks);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  body();
}
