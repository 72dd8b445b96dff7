//===- Executor.cpp - Evaluates one dgemm op ------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Executor.h"

#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace dgemm;
using reference::CheckOptions;
using reference::CheckResult;
using reference::Expected;
using reference::Status;
using reference::Tensor;
using reference::View;

LogicalResult Executor::report(const Status &status) const {
  return status.ok() ? success() : op->emitOpError(status.message());
}

LogicalResult Executor::record(const char *result,
                               const Expected<CheckResult> &check) {
  if (!check)
    return report(check.error());
  interpreter.checks.push_back({op, result, *check});
  return success();
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

/// A tensor result starts as a copy of its init; a memref is written in place.
LogicalResult Executor::bindOutputs() {
  auto destination = cast<DestinationStyleOpInterface>(op);
  for (OpOperand &init : destination.getDpsInitsMutable()) {
    auto cell = interpreter.values.lookup(init.get());
    if (isa<TensorType>(init.get().getType())) {
      auto copy = std::make_shared<RuntimeValue>(*cell);
      for (Tensor *tensor : {&copy->stored, &copy->plain}) {
        if (!*tensor)
          continue;
        Expected<Tensor> clone = tensor->clone();
        if (!clone)
          return report(clone.error());
        *tensor = *clone;
      }
      interpreter.values[destination.getTiedOpResult(&init)] = copy;
      cell = copy;
    }
    outputs[init.get()] = cell;
  }
  return success();
}

const Tensor &Executor::tensorOf(Value value, Version version) const {
  const RuntimeValue &cell = *interpreter.values.find(value)->second;
  bool isPlain = version == Version::Plain && cell.plain;
  return isPlain ? cell.plain : cell.stored;
}

View Executor::inputOf(Value value, Version version) const {
  const View &view = tensorOf(value, version).view();
  if (accumulator && version == Version::Stored &&
      value == cast<ProblemOpInterface>(op).getAccumulator())
    return accumulator.view();
  return view;
}

/// The second evaluation needs C as it was before.
LogicalResult Executor::saveAccumulator() {
  Value c = cast<ProblemOpInterface>(op).getAccumulator();
  if (!c || !interpreter.options.check)
    return success();
  Expected<Tensor> copy = tensorOf(c, Version::Stored).clone();
  if (!copy)
    return report(copy.error());
  accumulator = *copy;
  return success();
}

/// Scales that must be powers of two, when the op or the caller asks for that.
LogicalResult Executor::checkScales() {
  auto contraction = dyn_cast<ContractionProblem>(op);
  bool isChecked = op->hasAttr("checked") || interpreter.options.checked;
  if (!contraction || !isChecked)
    return success();
  for (auto [name, scale] : {std::pair("a_scale", contraction.getAScale()),
                             std::pair("b_scale", contraction.getBScale())}) {
    if (!scale)
      continue;
    Status status =
        reference::checkPowersOfTwo(tensorOf(scale, Version::Stored).view());
    if (!status.ok())
      return op->emitOpError()
             << "has " << name << " with a " << status.message();
  }
  return success();
}

bool Executor::hasPlainData() const {
  if (!interpreter.options.check)
    return false;
  auto contraction = dyn_cast<ContractionProblem>(op);
  for (Value operand : op->getOperands()) {
    const RuntimeValue &cell = *interpreter.values.find(operand)->second;
    Type type = elementTypeOfValue(operand);
    bool isScale = isa<Float8E8M0FNUType>(type) || type.isInteger(32) ||
                   (contraction && (operand == contraction.getAScale() ||
                                    operand == contraction.getBScale()));
    if (!cell.plain && !isScale)
      return false;
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Evaluation
//===----------------------------------------------------------------------===//

/// Evaluates the op on the backend, or on the reference if there is none or
/// the data are not those that are stored.
LogicalResult Executor::compute(Version version,
                                llvm::function_ref<Status()> onReference) {
  if (!usesBackend(version))
    return report(onReference());
  SmallVector<View> operands;
  for (Value operand : op->getOperands()) {
    auto it = outputs.find(operand);
    operands.push_back(it != outputs.end() ? it->second->stored.view()
                                           : tensorOf(operand, version).view());
  }
  FailureOr<Arithmetic> result = interpreter.options.backend->run(op, operands);
  if (failed(result))
    return failure();
  arithmetic = *result;
  return success();
}

CheckOptions Executor::checkOptions() const {
  CheckOptions options;
  options.seed = interpreter.options.seed;
  options.unitRoundoff = arithmetic.unitRoundoff;
  options.productsPerRounding = arithmetic.productsPerRounding;
  options.truncation = arithmetic.truncation;
  options.exact = interpreter.options.data == DataKind::Exact;
  return options;
}

LogicalResult Executor::evaluateProduct(Version version,
                                        const OperandSource &source) {
  Expected<reference::Contractions> products = contractionsOf(op, source);
  if (!products)
    return report(products.error());
  if (failed(compute(version, [&] {
        return reference::run(interpreter.parallel, *products);
      })))
    return failure();
  CheckOptions options = checkOptions();
  if (isChecking(version) &&
      failed(record(
          "d", reference::check(interpreter.parallel, *products, options))))
    return failure();
  auto prenorm = dyn_cast<HCPrenormOp>(op);
  if (!prenorm)
    return success();
  View a = source.input(prenorm.getA());
  View squares = source.output(prenorm.getSqrSum());
  std::optional<int64_t> splits = prenorm.getNumSplits();
  if (!usesBackend(version) && failed(report(reference::hcPrenormSquares(
                                   interpreter.parallel, a, squares, splits))))
    return failure();
  if (!isChecking(version))
    return success();
  return record("sqr_sum",
                reference::checkHCPrenormSquares(a, squares, splits, options));
}

template <typename OpTy>
LogicalResult Executor::evaluateLogits(OpTy logits, Version version,
                                       const OperandSource &source) {
  auto problem = problemOf(logits, source);
  if (failed(compute(version, [&] {
        return reference::run(interpreter.parallel, problem);
      })))
    return failure();
  if (!isChecking(version))
    return success();
  return record("logits", reference::check(interpreter.parallel, problem,
                                           checkOptions()));
}

LogicalResult Executor::evaluateClean(CleanLogitsOp clean, Version version,
                                      const OperandSource &source) {
  std::optional<View> ks;
  if (clean.getKs())
    ks = source.input(clean.getKs());
  View ke = source.input(clean.getKe());
  View logits = source.output(clean.getLogits());
  Expected<Tensor> before = outputs.lookup(clean.getLogits())->stored.clone();
  if (!before)
    return report(before.error());
  int64_t nextN = clean.getNextN();
  if (failed(compute(version, [&] {
        return reference::cleanLogits(ks, ke, logits, nextN);
      })))
    return failure();
  if (!isChecking(version))
    return success();
  return record("logits", reference::checkCleanLogits(ks, ke, before->view(),
                                                      logits, nextN));
}

LogicalResult Executor::evaluateMetadata(PagedMQAMetadataOp metadata,
                                         const OperandSource &source) {
  reference::PagedMetadata problem;
  problem.contextLens = source.input(metadata.getContextLens());
  if (metadata.getIndices())
    problem.indices = source.input(metadata.getIndices());
  problem.metadata = source.output(metadata.getMetadata());
  problem.splitKV = metadata.getSplitKv();
  problem.atom = metadata.getAtom();
  if (failed(compute(Version::Stored, [&] { return reference::run(problem); })))
    return failure();
  return interpreter.options.check
             ? record("metadata", reference::check(problem))
             : success();
}

/// Unpacks: each scale of [from] must be the byte at its place, others zero.
static CheckResult checkPacked(const View &from, int64_t mn, const View &to) {
  CheckResult result;
  for (int64_t row = 0; row < to.size(0); ++row)
    for (int64_t column = 0; column < 4 * to.size(1); ++column) {
      uint64_t word =
          reference::loadBits(to.type, to.data, to.at(row, column / 4));
      double actual = static_cast<double>(word >> (8 * (column % 4)) & 0xff);
      double expected = 0;
      if (column < from.size(1)) {
        double scale = from.load(from.at(row / mn, column));
        expected = std::isnan(scale) ? 255 : std::ilogb(std::fabs(scale)) + 127;
      }
      result.compare(reference::ElementType::I32, actual, expected, 0.5, [&] {
        return "byte " + std::to_string(column) + " of row " +
               std::to_string(row);
      });
    }
  return result;
}

/// Packs one batch, or all groups of K.
Status Executor::packMatrix(PackScalesOp pack, const View &from, const View &to,
                            ArrayRef<int64_t> ks) const {
  ScaleBlock block = pack.getGranularity().getBlock();
  bool isChecked = pack.getChecked() || interpreter.options.checked;
  return pack.getKs() ? reference::packScalesKGrouped(from, ks.vec(), block.k,
                                                      to, isChecked)
                      : reference::packScales(from, block.mn, to, isChecked);
}

static void checkMatrix(PackScalesOp pack, const View &from, const View &to,
                        ArrayRef<int64_t> ks, CheckResult &check) {
  ScaleBlock block = pack.getGranularity().getBlock();
  if (!pack.getKs())
    return check.merge(checkPacked(from, block.mn, to));
  int64_t column = 0;
  int64_t word = 0;
  for (int64_t k : ks) {
    int64_t columns = reference::ceilDiv(k, block.k);
    int64_t words = reference::ceilDiv(columns, 4);
    check.merge(checkPacked(from.narrow(1, column, columns), 1,
                            to.narrow(1, word, words)));
    column += columns;
    word += words;
  }
}

LogicalResult Executor::evaluatePack(PackScalesOp pack,
                                     const OperandSource &source) {
  View scales = source.input(pack.getScales());
  View packed = source.output(pack.getPacked());
  SmallVector<int64_t> ks;
  if (pack.getKs()) {
    View extents = source.input(pack.getKs());
    for (int64_t g = 0; g < extents.size(0); ++g)
      ks.push_back(extents.loadInteger(extents.at(g)));
  }
  bool isBatched = scales.rank() == 3;
  int64_t batches = isBatched ? scales.size(0) : 1;
  if (isBatched && packed.size(0) != batches)
    return report(reference::Error{"batches of scales and packed differ"});
  auto from = [&](int64_t i) {
    return isBatched ? scales.select(0, i) : scales;
  };
  auto to = [&](int64_t i) { return isBatched ? packed.select(0, i) : packed; };
  auto packAll = [&]() -> Status {
    for (int64_t i = 0; i < batches; ++i)
      if (Status status = packMatrix(pack, from(i), to(i), ks); !status.ok())
        return status;
    return {};
  };
  if (failed(compute(Version::Stored, packAll)))
    return failure();
  if (!interpreter.options.check)
    return success();
  CheckResult check;
  for (int64_t i = 0; i < batches; ++i)
    checkMatrix(pack, from(i), to(i), ks, check);
  check.elements = check.checked;
  return record("packed", check);
}

LogicalResult Executor::evaluate(Version version) {
  auto input = [&](Value value) { return inputOf(value, version); };
  auto output = [&](Value value) -> View {
    const RuntimeValue &cell = *outputs.lookup(value);
    bool isPlain = version == Version::Plain && cell.plain;
    return (isPlain ? cell.plain : cell.stored).view();
  };
  auto scale = [&](Value value) -> FetchedScale {
    return {inputOf(value, Version::Stored), std::nullopt};
  };
  OperandSource source{version, input, output, scale};
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case<MatmulOp, GroupedMatmulOp, BatchedMatmulOp, HCPrenormOp>(
          [&](auto) { return evaluateProduct(version, source); })
      .Case<MQALogitsOp, PagedMQALogitsOp>(
          [&](auto op) { return evaluateLogits(op, version, source); })
      .Case<CleanLogitsOp>(
          [&](auto op) { return evaluateClean(op, version, source); })
      .Case<PagedMQAMetadataOp>(
          [&](auto op) { return evaluateMetadata(op, source); })
      .Case<PackScalesOp>([&](auto op) { return evaluatePack(op, source); })
      .Default([](Operation *op) {
        return op->emitError("'")
               << op->getName() << "' is not known to the reference";
      });
}

LogicalResult Executor::run() {
  if (failed(bindOutputs()) || failed(saveAccumulator()) ||
      failed(checkScales()))
    return failure();
  // Before the first evaluation, which may overwrite inputs.
  bool isPlainKnown = hasPlainData();
  if (failed(evaluate(Version::Stored)))
    return failure();
  bool isInteger = isa<PagedMQAMetadataOp, PackScalesOp>(op);
  for (auto &[value, cell] : outputs) {
    if (isInteger)
      cell->plain = cell->stored;
    else if (!isPlainKnown)
      cell->plain = Tensor();
    cell->isWritten = true;
    cell->tolerance = isInteger ? 0 : toleranceOf(op);
  }
  if (isInteger || !isPlainKnown)
    return success();
  return evaluate(Version::Plain);
}
