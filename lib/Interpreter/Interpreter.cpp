//===- Interpreter.cpp - Runs functions of dgemm ops on the CPU -----------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Interpreter/Interpreter.h"

#include "Executor.h"
#include "Generator.h"
#include "Storage.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace dgemm;
using reference::Expected;
using reference::Tensor;
using reference::View;

Interpreter::Interpreter(func::FuncOp function, InterpreterOptions options)
    : function(function), options(std::move(options)),
      parallel(this->options.threads) {
  if (function.isExternal())
    return;
  for (BlockArgument argument : function.getArguments())
    values[argument] = std::make_shared<RuntimeValue>();
}

void Interpreter::setArgumentName(unsigned index, std::string name) {
  names[index] = std::move(name);
}

std::string Interpreter::nameOf(Value value) const {
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument)
    return "a value";
  auto it = names.find(argument.getArgNumber());
  return it != names.end()
             ? it->second
             : "argument " + std::to_string(argument.getArgNumber());
}

const RuntimeValue &Interpreter::getArgument(unsigned index) const {
  func::FuncOp handle = function; // its accessors are not const
  return *values.find(handle.getArgument(index))->second;
}

std::vector<std::string> Interpreter::getUnusedExtents() const {
  std::vector<std::string> unused;
  for (const auto &[name, extent] : options.extents)
    if (!usedExtents.count(name))
      unused.push_back(name);
  return unused;
}

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

LogicalResult Interpreter::setArgument(unsigned index,
                                       const reference::NpyArray &array) {
  BlockArgument argument = function.getArgument(index);
  auto type = dyn_cast<ShapedType>(argument.getType());
  auto fail = [&](const Twine &reason) {
    return function.emitError("argument '")
           << nameOf(argument) << "': " << reason;
  };
  if (!type || !type.hasRank())
    return fail("only tensors and memrefs can be read from a file");
  std::optional<reference::ElementType> elementType =
      elementTypeOf(type.getElementType());
  if (!elementType)
    return fail("the reference has no such element type");
  std::vector<int64_t> shape =
      reference::tensorShape(*elementType, array.shape);
  std::string wanted;
  for (int64_t extent : type.getShape())
    wanted += (wanted.empty() ? "" : "x") +
              (ShapedType::isDynamic(extent) ? "?" : std::to_string(extent));
  bool fits = static_cast<int64_t>(shape.size()) == type.getRank();
  for (int64_t i = 0; fits && i < type.getRank(); ++i)
    fits = type.isDynamicDim(i) || type.getDimSize(i) == shape[i];
  if (!fits)
    return fail("the file holds " + reference::shapeString(shape) +
                " elements of " + reference::name(*elementType) +
                ", expected " + wanted);
  Expected<Tensor> tensor = allocateStorage(type, shape);
  if (!tensor)
    return fail(tensor.message());
  reference::Status status = reference::fromNpy(array, tensor->view());
  if (!status.ok())
    return fail(status.message());
  RuntimeValue &cell = *values[argument];
  cell.stored = *tensor;
  cell.given = true;
  // Codes have lost what they were before.
  Type element = type.getElementType();
  if (element.isBF16() || element.isF16() || element.isF32() ||
      element.isInteger(32))
    cell.plain = cell.stored;
  return success();
}

LogicalResult Interpreter::fillUnusedArguments() {
  auto it = options.extents.find("m");
  int64_t m = it != options.extents.end() ? it->second : defaultExtent("m", {});
  for (BlockArgument argument : function.getArguments()) {
    RuntimeValue &cell = *values[argument];
    auto type = dyn_cast<ShapedType>(argument.getType());
    if (cell.stored)
      continue;
    bool isDynamic = !type || !type.hasStaticShape();
    if (isDynamic && it != options.extents.end())
      usedExtents["m"] = m;
    if (!type) {
      if (!argument.getType().isIntOrIndexOrFloat())
        return function.emitError("argument '")
               << nameOf(argument) << "' has type " << argument.getType()
               << ", which the reference cannot make";
      cell.scalar = static_cast<double>(m);
      continue;
    }
    if (!type.hasRank())
      return function.emitError("argument '")
             << nameOf(argument) << "' needs a rank";
    SmallVector<int64_t> shape(type.getShape());
    for (int64_t &extent : shape)
      if (ShapedType::isDynamic(extent))
        extent = m;
    Expected<Tensor> tensor = allocateStorage(type, shape);
    if (!tensor)
      return function.emitError("argument '")
             << nameOf(argument) << "': " << tensor.message();
    cell.stored = *tensor;
    cell.plain = cell.stored;
  }
  return success();
}

LogicalResult Interpreter::prepare() {
  if (function.isExternal() || !function.getBody().hasOneBlock())
    return function.emitError(
        "the reference runs functions whose body is one block");
  Generator generator(*this);
  for (Operation &op : function.getBody().front())
    if (failed(generator.prepareOp(&op)))
      return failure();
  return fillUnusedArguments();
}

//===----------------------------------------------------------------------===//
// Light ops
//===----------------------------------------------------------------------===//

LogicalResult Interpreter::runConstant(Operation *op) {
  auto constant = cast<arith::ConstantOp>(op);
  auto cell = std::make_shared<RuntimeValue>();
  values[constant.getResult()] = cell;
  if (auto integer = dyn_cast<IntegerAttr>(constant.getValue())) {
    cell->scalar = static_cast<double>(integer.getValue().getSExtValue());
    return success();
  }
  if (auto number = dyn_cast<FloatAttr>(constant.getValue())) {
    cell->scalar = number.getValueAsDouble();
    return success();
  }
  auto dense = dyn_cast<DenseElementsAttr>(constant.getValue());
  if (!dense)
    return op->emitError("the reference knows scalar and dense constants only");
  Expected<Tensor> tensor =
      allocateStorage(dense.getType(), dense.getType().getShape());
  if (!tensor)
    return op->emitError(tensor.message());
  const View &view = tensor->view();
  int64_t position = 0;
  if (isa<FloatType>(dense.getElementType())) {
    for (APFloat value : dense.getValues<APFloat>())
      reference::storeBits(view.type, view.data, position++,
                           value.bitcastToAPInt().getZExtValue());
  } else {
    for (APInt value : dense.getValues<APInt>())
      reference::storeBits(view.type, view.data, position++,
                           value.getZExtValue());
  }
  cell->stored = *tensor;
  cell->plain = *tensor;
  return success();
}

/// tensor.empty and memref.alloc: zeros, so that runs are reproducible.
LogicalResult Interpreter::allocate(Operation *op) {
  auto type = cast<ShapedType>(op->getResult(0).getType());
  SmallVector<int64_t> shape(type.getShape());
  unsigned next = 0;
  for (int64_t &extent : shape)
    if (ShapedType::isDynamic(extent))
      extent =
          static_cast<int64_t>(values.lookup(op->getOperand(next++))->scalar);
  Expected<Tensor> stored = allocateStorage(type, shape);
  if (!stored)
    return op->emitError(stored.message());
  auto cell = std::make_shared<RuntimeValue>();
  cell->stored = *stored;
  cell->plain = *stored;
  if (isa<FloatType>(type.getElementType())) {
    Expected<Tensor> plain = allocatePlain(shape);
    if (!plain)
      return op->emitError(plain.message());
    cell->plain = *plain;
  }
  values[op->getResult(0)] = cell;
  return success();
}

LogicalResult Interpreter::runCast(Operation *op) {
  Cell cell = values.lookup(op->getOperand(0));
  auto type = cast<ShapedType>(op->getResult(0).getType());
  for (int64_t i = 0; type.hasRank() && i < type.getRank(); ++i)
    if (!type.isDynamicDim(i) && type.getDimSize(i) != cell->stored.shape()[i])
      return op->emitError("extent ")
             << cell->stored.shape()[i] << " of dimension " << i
             << " does not fit type " << type;
  values[op->getResult(0)] = cell;
  return success();
}

LogicalResult Interpreter::fill(Operation *op) {
  auto fillOp = cast<linalg::FillOp>(op);
  double scalar = values.lookup(fillOp.getInputs().front())->scalar;
  Cell target = values.lookup(fillOp.getOutputs().front());
  auto cell = target;
  if (fillOp.getNumResults() == 1) {
    cell = std::make_shared<RuntimeValue>();
    Expected<Tensor> stored = target->stored.clone();
    Expected<Tensor> plain =
        target->plain ? target->plain.clone() : target->stored.clone();
    if (!stored || !plain)
      return op->emitError(stored.message());
    cell->stored = *stored;
    cell->plain = *plain;
    values[fillOp.getResult(0)] = cell;
  }
  for (const Tensor *tensor : {&cell->stored, &cell->plain})
    if (*tensor)
      for (int64_t i = 0; i < tensor->view().numElements(); ++i)
        tensor->view().store(tensor->view().atLinear(i), scalar);
  return success();
}

LogicalResult Interpreter::runLight(Operation *op) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case<arith::ConstantOp>([&](auto) { return runConstant(op); })
      .Case<tensor::EmptyOp, memref::AllocOp, memref::AllocaOp>(
          [&](auto) { return allocate(op); })
      .Case<memref::DeallocOp>([](auto) { return success(); })
      .Case<tensor::CastOp, memref::CastOp>([&](auto) { return runCast(op); })
      .Case<linalg::FillOp>([&](auto) { return fill(op); })
      .Case<tensor::DimOp, memref::DimOp>([&](auto dim) {
        double index = values.lookup(dim.getIndex())->scalar;
        const std::vector<int64_t> &shape =
            values.lookup(dim.getSource())->stored.shape();
        auto cell = std::make_shared<RuntimeValue>();
        values[dim.getResult()] = cell;
        if (index < 0 || index >= static_cast<double>(shape.size()))
          return LogicalResult(op->emitOpError("has no dimension ")
                               << static_cast<int64_t>(index));
        cell->scalar = static_cast<double>(shape[static_cast<size_t>(index)]);
        return success();
      })
      .Case<func::ReturnOp>([&](func::ReturnOp op) {
        for (Value operand : op.getOperands())
          results.push_back(values.lookup(operand));
        return success();
      })
      .Default([](Operation *op) {
        return op->emitError("'")
               << op->getName()
               << "' is not known to the reference, which runs dgemm ops, "
                  "constants, tensor.empty, memref.alloc, casts, dim, "
                  "linalg.fill and return";
      });
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

LogicalResult Interpreter::runOp(Operation *op) {
  if (isa<ProblemOpInterface>(op))
    return Executor(*this, op).run();
  return runLight(op);
}

/// Compares everything that ops wrote, and that is visible outside, with the
/// results of the unquantised data.
void Interpreter::compareOutputs() {
  auto compare = [&](const std::string &name, const RuntimeValue &cell) {
    if (cell.tolerance == 0 || !cell.plain)
      return;
    Expected<double> difference =
        reference::calcDiff(cell.stored.view(), cell.plain.view());
    // Of a few numbers one that nearly cancels may dominate.
    const int64_t enough = 1024;
    const View &view = cell.stored.view();
    int64_t written = 0;
    for (int64_t i = 0; i < view.numElements() && written < enough; ++i) {
      double value = view.load(view.atLinear(i));
      written += value != 0 && std::isfinite(value);
    }
    bool isInformative = written >= enough;
    similarities.push_back(
        {name, difference ? *difference : 1.0, cell.tolerance, isInformative});
  };
  for (BlockArgument argument : function.getArguments())
    compare(nameOf(argument), *values[argument]);
  for (auto [i, result] : llvm::enumerate(results))
    compare(results.size() == 1 ? "result" : "result" + std::to_string(i),
            *result);
}

LogicalResult Interpreter::run() {
  for (Operation &op : function.getBody().front())
    if (failed(runOp(&op)))
      return failure();
  if (options.check)
    compareOutputs();
  return success();
}
