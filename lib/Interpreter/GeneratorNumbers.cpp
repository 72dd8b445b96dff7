//===- GeneratorNumbers.cpp - Numbers of generated data -------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Generator.h"

#include <cmath>
#include <iterator>

using namespace mlir;
using namespace dgemm;
using reference::ceilDiv;
using reference::Random;
using reference::View;

/// A number of `DataKind::Exact`: 0, 0.5, 1 or 2 with a sign, and one of three
/// powers of two for each 32 elements. Products are multiples of 2^-4 up to
/// 2^4, so sums of 2^16 of them are exact in f32.
static double exactNumber(const Random &random, uint64_t index) {
  static constexpr double numbers[] = {0, 0.5, -0.5, 1, -1, 2, -2};
  int64_t choice = random.integer(index, 0, int64_t(std::size(numbers)) - 1);
  int64_t exponent = random.integer(~(index / 32), -1, 1);
  return std::ldexp(numbers[choice], static_cast<int>(exponent));
}

void Generator::fillNormal(Value value, double factor, bool asBF16) {
  if (!isNew(value))
    return;
  Cell cell = cellOf(value);
  Random random = randomOf(value);
  const View &plain = cell->plain.view();
  const View &stored = cell->stored.view();
  bool copies = !isQuantized(value);
  bool isExact = interpreter.options.data == DataKind::Exact;
  const int64_t chunk = 1 << 14;
  int64_t count = plain.numElements();
  interpreter.parallel.forEach(ceilDiv(count, chunk), [&](int64_t part) {
    int64_t end = std::min(count, (part + 1) * chunk);
    for (int64_t i = part * chunk; i < end; ++i) {
      uint64_t index = static_cast<uint64_t>(i);
      double x = factor *
                 (isExact ? exactNumber(random, index) : random.normal(index));
      if (asBF16)
        x = reference::decodeBF16(reference::encodeBF16(x));
      plain.store(i, x);
      if (copies)
        stored.store(stored.atLinear(i), x);
    }
  });
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
  return isChecked || isExact || packerOf(scale) ||
         !elementTypeOfValue(scale).isF32();
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
  Random random = randomOf(value);
  const View &view = cell->stored.view();
  int64_t most = (int64_t(1) << reference::bitWidth(view.type)) - 1;
  interpreter.parallel.forEach(view.numElements(), [&](int64_t i) {
    int64_t at = view.atLinear(i);
    uint64_t index = static_cast<uint64_t>(i);
    reference::storeBits(view.type, view.data, at,
                         static_cast<uint64_t>(random.integer(index, 0, most)));
    if (!std::isfinite(view.load(at)))
      view.store(at, 1);
  });
  cell->plain = reference::Tensor();
}

void Generator::fillScaleCodes(Value scale) {
  if (!isNew(scale))
    return;
  Random random = randomOf(scale, 1);
  const View &view = cellOf(scale)->stored.view();
  bool isPacked = view.type == reference::ElementType::I32;
  for (int64_t i = 0; i < view.numElements(); ++i) {
    uint64_t bits = 0;
    for (uint64_t byte = 0; byte < 4; ++byte)
      bits |= static_cast<uint64_t>(
                  random.integer(4 * static_cast<uint64_t>(i) + byte, 110, 129))
              << (8 * byte);
    int64_t at = view.atLinear(i);
    if (isPacked)
      reference::storeBits(view.type, view.data, at, bits);
    else
      view.store(at, std::ldexp(1.0, static_cast<int>(bits & 0xff) - 127));
  }
}
