//===- GeneratorNumbers.cpp - Numbers of generated data -------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Generator.h"

#include "dgemm/Reference/Generate.h"

#include <cmath>

using namespace mlir;
using namespace dgemm;
using reference::Random;
using reference::View;

void Generator::fillNormal(Value value, double factor, bool asBF16) {
  if (!isNew(value))
    return;
  Cell cell = cellOf(value);
  reference::NumberKind kind;
  kind.isExact = interpreter.options.data == DataKind::Exact;
  kind.factor = factor;
  kind.asBF16 = asBF16;
  std::optional<View> stored;
  if (!isQuantized(value))
    stored = cell->stored.view();
  reference::fillNumbers(interpreter.parallel, randomOf(value), kind,
                         cell->plain.view(), stored);
}

PackScalesOp dgemm::packerOf(Value scale) {
  if (auto pack = scale.getDefiningOp<PackScalesOp>())
    return pack;
  for (Operation *user : scale.getUsers())
    if (auto pack = dyn_cast<PackScalesOp>(user))
      if (pack.getPacked() == scale)
        return pack;
  return {};
}

bool Generator::needsPowersOfTwo(Value scale) const {
  bool isChecked = op->hasAttr("checked") || interpreter.options.checked;
  bool isExact = interpreter.options.data == DataKind::Exact;
  Type type = elementTypeOfValue(scale);
  return isChecked || isExact || packerOf(scale) ||
         !(type.isF32() || isa<Float8E4M3FNType>(type));
}

void Generator::generateAccumulator(Value c, double factor) {
  if (c)
    fillNormal(c, factor, /*asBF16=*/true);
}

void Generator::generateScales(Value scales) {
  if (!isNew(scales))
    return;
  Random random = randomOf(scales, 1);
  const View &view = cellOf(scales)->stored.view();
  for (int64_t i = 0; i < view.numElements(); ++i)
    view.store(view.atLinear(i),
               std::ldexp(1.0, static_cast<int>(random.integer(
                                   static_cast<uint64_t>(i), -12, 12))));
}

void Generator::fillCodes(Value value) {
  if (!isNew(value))
    return;
  Cell cell = cellOf(value);
  reference::fillCodes(interpreter.parallel, randomOf(value),
                       cell->stored.view());
  cell->plain = reference::Tensor();
}

void Generator::fillScaleCodes(Value scale) {
  if (isNew(scale))
    reference::fillScaleCodes(randomOf(scale, 1), cellOf(scale)->stored.view());
}
