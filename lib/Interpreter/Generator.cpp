//===- Generator.cpp - Extents and data of products -----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Generator.h"

#include "Storage.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/TypeSwitch.h"

#include <numeric>
#include <set>
#include <tuple>

using namespace mlir;
using namespace dgemm;
using reference::ceilDiv;
using reference::Random;
using reference::Status;
using reference::View;

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

BlockArgument Generator::argumentOf(Value value) const {
  while (Operation *definition = value.getDefiningOp()) {
    if (!isa<tensor::CastOp, memref::CastOp>(definition))
      return {};
    value = definition->getOperand(0);
  }
  return dyn_cast<BlockArgument>(value);
}

Generator::Cell Generator::cellOf(Value value) const {
  BlockArgument argument = value ? argumentOf(value) : BlockArgument();
  return argument ? interpreter.values.lookup(argument) : nullptr;
}

bool Generator::isNew(Value value) const {
  Cell cell = value ? cellOf(value) : nullptr;
  return cell && fresh.contains(cell.get());
}

Random Generator::randomOf(Value value, unsigned purpose) const {
  return Random(interpreter.options.seed,
                argumentOf(value).getArgNumber() * 16 + purpose);
}

LogicalResult Generator::report(const Status &status) const {
  return status.ok() ? success() : op->emitOpError(status.message());
}

//===----------------------------------------------------------------------===//
// Extents
//===----------------------------------------------------------------------===//

/// What is known before anything is chosen: of arguments with storage their
/// extents, of others what their types say.
SmallVector<int64_t> Generator::knownExtents(Value value) const {
  if (Cell cell = cellOf(value); cell && cell->stored)
    return llvm::to_vector(cell->stored.shape());
  ArrayRef<int64_t> type = cast<ShapedType>(value.getType()).getShape();
  SmallVector<int64_t> extents(type);
  BlockArgument argument = argumentOf(value);
  if (!argument)
    return extents;
  ArrayRef<int64_t> root = cast<ShapedType>(argument.getType()).getShape();
  for (auto [extent, other] : llvm::zip_equal(extents, root))
    if (ShapedType::isDynamic(extent))
      extent = other;
  return extents;
}

void Generator::solveSymbols(ArrayRef<OperandExtents> operands) {
  // Products need a second pass, when their other factor is known.
  for (int pass = 0; pass < 2; ++pass)
    for (const OperandExtents &operand : operands) {
      SmallVector<int64_t> known = knownExtents(operand.value);
      if (known.size() != operand.extents.size())
        continue;
      for (auto [expr, extent] : llvm::zip_equal(operand.extents, known)) {
        if (ShapedType::isDynamic(extent))
          continue;
        if (std::optional<int64_t> value = solve(expr, extent, symbols))
          symbols[expr.symbol] = *value;
      }
    }
}

LogicalResult Generator::checkExtents(ArrayRef<OperandExtents> operands) {
  for (const OperandExtents &operand : operands) {
    SmallVector<int64_t> known = knownExtents(operand.value);
    if (known.size() != operand.extents.size())
      return op->emitOpError()
             << "operand '" << operand.name << "' has rank " << known.size()
             << ", expected " << operand.extents.size();
    for (auto [dim, expr] : llvm::enumerate(operand.extents)) {
      std::optional<int64_t> expected = evaluate(expr, symbols);
      if (!expected || ShapedType::isDynamic(known[dim]) ||
          known[dim] == *expected)
        continue;
      InFlightDiagnostic error = op->emitOpError();
      error << "operand '" << operand.name << "' has extent " << known[dim]
            << " in dimension " << dim << ", expected " << *expected;
      if (!expr.symbol.empty())
        error << " (" << expr.symbol << " = " << symbols[expr.symbol] << ")";
      return error;
    }
  }
  return success();
}

int64_t Generator::symbol(const std::string &name) {
  auto it = symbols.find(name);
  if (it != symbols.end())
    return it->second;
  const auto &given = interpreter.options.extents;
  auto option = given.find(name);
  int64_t value =
      option != given.end() ? option->second : defaultExtent(name, symbols);
  if (option != given.end())
    interpreter.usedExtents[name] = value;
  return symbols[name] = value;
}

LogicalResult Generator::allocate(const OperandExtents &operand) {
  Cell cell = cellOf(operand.value);
  if (!cell || cell->stored)
    return success();
  SmallVector<int64_t> shape;
  for (const ExtentExpr &expr : operand.extents) {
    for (const std::string *name : {&expr.symbol, &expr.times})
      if (!name->empty())
        symbol(*name);
    std::optional<int64_t> extent = evaluate(expr, symbols);
    if (!extent)
      return op->emitOpError()
             << "extents of operand '" << operand.name << "' exceed 64 bits";
    shape.push_back(*extent);
  }
  BlockArgument argument = argumentOf(operand.value);
  reference::Expected<reference::Tensor> tensor =
      allocateStorage(cast<ShapedType>(argument.getType()), shape,
                      interpreter.options.rowPadding);
  if (!tensor)
    return op->emitOpError()
           << "operand '" << operand.name << "': " << tensor.message();
  cell->stored = *tensor;
  if (reference::isFloat(tensor->type()) &&
      tensor->type() != reference::ElementType::F8E8M0FNU) {
    reference::Expected<reference::Tensor> plain = allocatePlain(shape);
    if (!plain)
      return op->emitOpError()
             << "operand '" << operand.name << "': " << plain.message();
    cell->plain = *plain;
  } else {
    cell->plain = cell->stored;
  }
  fresh.insert(cell.get());
  return success();
}

/// How many columns scales of groups of K need: that depends on each group.
void Generator::symbolsOfGroups() {
  auto columns = [&](Value ks, int64_t perColumn) {
    int64_t total = 0;
    if (Cell cell = cellOf(ks); cell && cell->stored)
      for (int64_t i = 0; i < cell->stored.view().numElements(); ++i)
        total += ceilDiv(cell->stored.view().loadInteger(i), perColumn);
    return total;
  };
  if (auto pack = dyn_cast<PackScalesOp>(op)) {
    if (!pack.getKs())
      return;
    int64_t k = pack.getGranularity().getBlock().k;
    symbols["scale_columns"] = columns(pack.getKs(), k);
    symbols.insert({"packed_columns", columns(pack.getKs(), 4 * k)});
    return;
  }
  auto grouped = dyn_cast<GroupedMatmulOp>(op);
  if (!grouped || grouped.getGrouping().getKind() != GroupingKind::KGrouped)
    return;
  symbols["k"] = columns(grouped.getGroup(), 1);
  if (!grouped.getGranularity())
    return;
  auto perColumn = [&](Value scale, ScaleBlock block) {
    return elementTypeOfValue(scale).isInteger(32) ? 4 * block.k : block.k;
  };
  GranularityAttr g = *grouped.getGranularity();
  symbols.insert(
      {"a_scale_columns",
       columns(grouped.getGroup(), perColumn(grouped.getAScale(), g.getA()))});
  symbols.insert(
      {"b_scale_columns",
       columns(grouped.getGroup(), perColumn(grouped.getBScale(), g.getB()))});
}

LogicalResult Generator::allocateOperands() {
  SmallVector<OperandExtents> operands = operandExtents(op);
  solveSymbols(operands);
  for (const OperandExtents &operand : operands) {
    if (failed(allocate(operand)))
      return failure();
    if (operand.name == "group" || operand.name == "ks") {
      if (auto grouped = dyn_cast<GroupedMatmulOp>(op))
        generateGroups(grouped);
      if (auto pack = dyn_cast<PackScalesOp>(op); pack && isNew(pack.getKs()))
        generateKGroups(cellOf(pack.getKs())->stored.view(), pack.getKs(),
                        symbol("scale_columns") *
                            pack.getGranularity().getBlock().k,
                        pack.getGranularity().getBlock().k);
      symbolsOfGroups();
    }
    // An argument may be several operands.
    solveSymbols(operands);
  }
  return checkExtents(operands);
}

LogicalResult Generator::prepareOp(Operation *operation) {
  op = operation;
  symbols.clear();
  fresh.clear();
  if (auto paged = dyn_cast<PagedMQALogitsOp>(op))
    symbols["block_kv"] = paged.getBlockKv();
  if (failed(allocateOperands()))
    return failure();
  // An extent that was asked for and follows from elsewhere as well is fine.
  for (const auto &[name, extent] : interpreter.options.extents)
    if (auto it = symbols.find(name);
        it != symbols.end() && it->second == extent)
      interpreter.usedExtents[name] = extent;
  return generate();
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// Quantises one matrix into its codes and scales, packed or not.
LogicalResult Generator::quantizeOperand(const reference::Operand &plain,
                                         const reference::Operand &stored,
                                         Value scaleValue) {
  if (!stored.scale)
    return success();
  const View &scale = *stored.scale;
  bool isPacked = scale.type == reference::ElementType::I32;
  bool powersOfTwo = needsPowersOfTwo(scaleValue);
  if (!isPacked)
    return report(reference::quantize(interpreter.parallel, plain.data,
                                      stored.granularity, powersOfTwo,
                                      stored.data, scale));
  reference::Expected<reference::Tensor> unpacked = reference::Tensor::create(
      reference::ElementType::F32,
      {plain.data.size(0), ceilDiv(plain.data.size(1), stored.granularity.k)});
  if (!unpacked)
    return report(unpacked.error());
  if (failed(report(reference::quantize(interpreter.parallel, plain.data,
                                        stored.granularity, true, stored.data,
                                        unpacked->view()))))
    return failure();
  return report(reference::packScales(unpacked->view(), 1, scale, true));
}

/// Storage that stands for a value which is not generated: another op makes it,
/// or the caller gave it and it must not change.
reference::Tensor Generator::standIn(Value value, Version version) {
  for (const OperandExtents &operand : operandExtents(op)) {
    if (operand.value != value)
      continue;
    SmallVector<int64_t> shape;
    for (const ExtentExpr &expr : operand.extents)
      shape.push_back(evaluate(expr, symbols).value_or(0));
    reference::Expected<reference::Tensor> tensor =
        version == Version::Plain
            ? allocatePlain(shape)
            : allocateStorage(cast<ShapedType>(value.getType()), shape);
    if (tensor)
      return *tensor;
  }
  return reference::Tensor();
}

LogicalResult Generator::quantizeTerms(Value aScale, Value bScale) {
  // Stand-ins must live until all terms are done.
  std::vector<reference::Tensor> standIns;
  auto viewOf = [&](Value value, Version version) -> View {
    Cell cell = cellOf(value);
    bool isInteger = elementTypeOfValue(value).isInteger(32);
    bool isPlain = version == Version::Plain && !isInteger;
    if (cell && isPlain && cell->plain)
      return cell->plain.view();
    if (cell && !isPlain && cell->stored && !cell->given)
      return cell->stored.view();
    standIns.push_back(standIn(value, version));
    if (cell && cell->stored && !isPlain)
      if (reference::Expected<reference::Tensor> copy = cell->stored.clone())
        standIns.back() = *copy;
    return standIns.back().view();
  };
  auto storedView = [&](Value value) { return viewOf(value, Version::Stored); };
  auto plainView = [&](Value value) { return viewOf(value, Version::Plain); };
  auto scaleView = [&](Value value) -> FetchedScale {
    PackScalesOp pack = packerOf(value);
    if (!pack || !cellOf(pack.getScales()) || pack.getKs())
      return {storedView(value), std::nullopt};
    ScaleBlock block = pack.getGranularity().getBlock();
    return {storedView(pack.getScales()),
            reference::Granularity{block.mn, block.k}};
  };
  // The products only serve to find the matrices and their scales.
  auto stored =
      contractionsOf(op, {Version::Stored, storedView, storedView, scaleView});
  if (!stored)
    return report(stored.error());
  auto plain =
      contractionsOf(op, {Version::Plain, plainView, plainView, scaleView});
  if (!plain)
    return report(plain.error());
  // By place and size: an empty group is where the next one is.
  std::set<std::tuple<bool, int64_t, int64_t>> done;
  for (size_t i = 0; i < stored->size(); ++i)
    for (size_t t = 0; t < (*stored)[i].terms.size(); ++t) {
      const reference::Term &to = (*stored)[i].terms[t];
      const reference::Term &from = (*plain)[i].terms[t];
      if (done.insert({false, to.a.data.offset, to.a.data.numElements()})
              .second &&
          failed(quantizeOperand(from.a, to.a, aScale)))
        return failure();
      if (done.insert({true, to.b.data.offset, to.b.data.numElements()})
              .second &&
          failed(quantizeOperand(from.b, to.b, bScale)))
        return failure();
    }
  return success();
}

LogicalResult Generator::generateProduct(Value a, Value aScale, Value b,
                                         Value bScale) {
  if (interpreter.options.data == DataKind::Codes && aScale && bScale) {
    for (Value data : {a, b})
      fillCodes(data);
    for (Value scale : {aScale, bScale})
      fillScaleCodes(scale);
    return success();
  }
  fillNormal(a);
  fillNormal(b, 1, /*asBF16=*/!isa<HCPrenormOp>(op));
  if (auto grouped = dyn_cast<GroupedMatmulOp>(op))
    clearPaddingRows(grouped);
  if (!aScale || !bScale)
    return success();
  bool isAnyNew = false;
  for (Value value : {a, aScale, b, bScale})
    isAnyNew |= isNew(value);
  return isAnyNew ? quantizeTerms(aScale, bScale) : success();
}

//===----------------------------------------------------------------------===//
// Groups
//===----------------------------------------------------------------------===//

/// Divides blocks of `alignment` rows among the groups; the last block of each
/// group ends with some padding.
void Generator::generateContiguous(GroupedMatmulOp op, const View &group) {
  int64_t rows = symbol("m");
  int64_t groups = symbol("groups");
  int64_t alignment = op.getGrouping().getAlignment();
  int64_t blocks = ceilDiv(rows, alignment);
  Random random = randomOf(op.getGroup());
  std::vector<int64_t> blocksOf(static_cast<size_t>(groups));
  for (int64_t i = 0; i < blocks && groups > 0; ++i)
    ++blocksOf[static_cast<size_t>(
        random.integer(static_cast<uint64_t>(i), 0, groups - 1))];
  bool byIndex = op.getGrouping().getKind() == GroupingKind::ContiguousIndex;
  int64_t begin = 0;
  for (int64_t g = 0; g < groups; ++g) {
    int64_t count = blocksOf[static_cast<size_t>(g)];
    int64_t slab = std::min(rows, begin + count * alignment);
    int64_t tail = slab - (slab - 1) / alignment * alignment;
    int64_t end = begin;
    if (slab > begin)
      end =
          slab - random.integer(static_cast<uint64_t>(blocks + g), 0, tail - 1);
    if (byIndex)
      for (int64_t row = begin; row < slab; ++row)
        group.store(group.at(row), row < end ? static_cast<double>(g) : -1.0);
    else
      group.store(group.at(g), static_cast<double>(end));
    begin = slab;
  }
}

/// Divides units of K at random; of several groups one stays empty.
void Generator::generateKGroups(const View &ks, Value value, int64_t total,
                                int64_t unit) {
  int64_t groups = ks.size(0);
  if (groups == 0)
    return;
  Random random = randomOf(value);
  int64_t empty = groups > 1 ? random.integer(0, 0, groups - 1) : -1;
  std::vector<int64_t> extents(static_cast<size_t>(groups));
  int64_t units = total / unit;
  auto draw = [&](int64_t i) {
    int64_t others = empty < 0 ? groups : groups - 1;
    int64_t g = random.integer(static_cast<uint64_t>(i) + 1, 0, others - 1);
    return static_cast<size_t>(empty >= 0 && g >= empty ? g + 1 : g);
  };
  for (int64_t i = 0; i < units; ++i)
    extents[draw(i)] += unit;
  // What is not a multiple of the unit goes to one group.
  extents[draw(units)] += total % unit;
  for (int64_t g = 0; g < groups; ++g)
    ks.store(ks.at(g), static_cast<double>(extents[static_cast<size_t>(g)]));
}

void Generator::generateGroups(GroupedMatmulOp op) {
  if (!isNew(op.getGroup()))
    return;
  const View &group = cellOf(op.getGroup())->stored.view();
  GroupingAttr grouping = op.getGrouping();
  Random random = randomOf(op.getGroup());
  switch (grouping.getKind()) {
  case GroupingKind::ContiguousIndex:
  case GroupingKind::ContiguousPsum:
    return generateContiguous(op, group);
  case GroupingKind::Masked: {
    int64_t most = symbol("m");
    int64_t hint = grouping.getExpectedM();
    for (int64_t g = 0; g < group.size(0); ++g) {
      uint64_t index = static_cast<uint64_t>(g);
      double expected =
          static_cast<double>(hint) * (0.7 + 0.6 * random.uniform(index));
      int64_t rows = hint ? static_cast<int64_t>(expected)
                          : random.integer(index, 0, most);
      group.store(group.at(g), static_cast<double>(std::min(rows, most)));
    }
    return;
  }
  case GroupingKind::KGrouped: {
    int64_t unit = grouping.getAlignment();
    if (std::optional<GranularityAttr> g = op.getGranularity()) {
      // Whole words where the number of packed columns is fixed.
      bool isPacked = elementTypeOfValue(op.getAScale()).isInteger(32);
      unit = std::lcm(unit, isPacked ? 4 * g->getA().k : g->getA().k);
    }
    return generateKGroups(group, op.getGroup(), symbol("k"), unit);
  }
  }
}

/// Rows of A that belong to no group are zero, as in an inference engine.
void Generator::clearPaddingRows(GroupedMatmulOp op) {
  if (op.getGrouping().getKind() != GroupingKind::ContiguousIndex ||
      !isNew(op.getA()))
    return;
  Cell group = cellOf(op.getGroup());
  Cell a = cellOf(op.getA());
  if (!group || !group->stored ||
      group->stored.view().size(0) != a->stored.view().size(0))
    return;
  const View &indices = group->stored.view();
  for (int64_t row = 0; row < indices.size(0); ++row) {
    if (indices.loadInteger(indices.at(row)) >= 0)
      continue;
    for (int64_t k = 0; k < a->plain.view().size(1); ++k) {
      a->plain.view().store(a->plain.view().at(row, k), 0);
      a->stored.view().store(a->stored.view().at(row, k), 0);
    }
  }
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

LogicalResult Generator::generate() {
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case<MatmulOp, GroupedMatmulOp>([&](auto op) {
        generateAccumulator(op.getC(), 32);
        return generateProduct(op.getA(), op.getAScale(), op.getB(),
                               op.getBScale());
      })
      .Case<BatchedMatmulOp>([&](BatchedMatmulOp op) {
        bool isGradient = op.getEquation() == Equation::BHD_BHR_HDR;
        generateAccumulator(op.getC(), isGradient ? 10 : 32);
        return generateProduct(op.getA(), op.getAScale(), op.getB(),
                               op.getBScale());
      })
      .Case<HCPrenormOp>([&](HCPrenormOp op) {
        return generateProduct(op.getA(), {}, op.getB(), {});
      })
      .Case<MQALogitsOp, PagedMQALogitsOp, CleanLogitsOp>(
          [&](auto op) { return generateFor(op); })
      .Case<PagedMQAMetadataOp>([&](PagedMQAMetadataOp op) {
        generateIndices(op.getIndices());
        generateLengths(op.getContextLens(), op.getIndices(),
                        longestContext(op));
        return success();
      })
      .Case<PackScalesOp>([&](PackScalesOp op) {
        generateScales(op.getScales());
        return success();
      })
      .Default([](Operation *) { return success(); });
}
