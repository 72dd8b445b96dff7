//===- Check.cpp - When is a result right ---------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Reference/Check.h"
#include "dgemm/Reference/Random.h"

#include <algorithm>
#include <cmath>
#include <set>

using namespace dgemm::reference;

void CheckResult::merge(const CheckResult &other) {
  elements += other.elements;
  checked += other.checked;
  failures += other.failures;
  if (other.maxError > maxError || bound == 0) {
    maxError = std::max(maxError, other.maxError);
    bound = other.bound;
  }
  worstRatio = std::max(worstRatio, other.worstRatio);
  if (firstFailure.empty())
    firstFailure = other.firstFailure;
}

/// NaN with NaN, infinity with the same infinity.
static bool sameSpecial(double actual, double rounded) {
  return (std::isnan(actual) && std::isnan(rounded)) || actual == rounded;
}

/// `value` as the output type stores it.
static double rounded(ElementType type, double value) {
  uint8_t bytes[8] = {};
  storeElement(type, bytes, 0, value);
  return loadElement(type, bytes, 0);
}

void CheckResult::compare(ElementType type, double actual, long double expected,
                          double slack,
                          const std::function<std::string()> &where) {
  ++checked;
  double target = static_cast<double>(expected);
  double stored = rounded(type, target);
  if (!std::isfinite(stored) || !std::isfinite(actual)) {
    if (sameSpecial(actual, stored))
      return;
    // At the edge of the range rounding decides between largest and infinity.
    if (std::isfinite(target) && std::isfinite(slack) &&
        (rounded(type, target + slack) == actual ||
         rounded(type, target - slack) == actual))
      return;
    ++failures;
    if (firstFailure.empty())
      firstFailure = where() + " is " + std::to_string(actual) + ", expected " +
                     std::to_string(target);
    return;
  }
  double error = static_cast<double>(
      std::fabs(static_cast<long double>(actual) - expected));
  double limit = slack + halfUlp(type, std::fabs(target) + slack);
  double ratio = error == 0 ? 0 : error / limit;
  if (error > maxError || bound == 0) {
    maxError = error;
    bound = limit;
  }
  worstRatio = std::max(ratio, worstRatio);
  if (error <= limit)
    return;
  ++failures;
  if (firstFailure.empty())
    firstFailure = where() + " is " + std::to_string(actual) + ", expected " +
                   std::to_string(target) + " within " + std::to_string(limit);
}

void CheckResult::compareExact(ElementType type, double actual,
                               long double expected,
                               const std::function<std::string()> &where) {
  ++checked;
  double stored = rounded(type, static_cast<double>(expected));
  if (sameSpecial(actual, stored))
    return;
  double error = std::fabs(actual - stored);
  if (std::isfinite(error))
    maxError = std::max(maxError, error);
  worstRatio = HUGE_VAL;
  ++failures;
  if (firstFailure.empty())
    firstFailure = where() + " is " + std::to_string(actual) +
                   ", expected exactly " + std::to_string(stored);
}

Expected<double> dgemm::reference::calcDiff(const View &x, const View &y) {
  if (x.shape != y.shape)
    return Error{"calc_diff of shapes " + shapeString(x.shape) + " and " +
                 shapeString(y.shape)};
  double products = 0;
  double squares = 0;
  for (int64_t i = 0, e = x.numElements(); i < e; ++i) {
    double a = x.load(x.atLinear(i));
    double b = y.load(y.atLinear(i));
    if (std::isinf(a) || std::isinf(b)) {
      if (a != b)
        return 1.0;
      continue;
    }
    products += a * b;
    squares += a * a + b * b;
  }
  return squares == 0 ? 0.0 : 1 - 2 * products / squares;
}

std::vector<int64_t> dgemm::reference::sampleRows(int64_t rows, int64_t count,
                                                  uint64_t seed) {
  std::set<int64_t> chosen;
  if (rows <= count) {
    for (int64_t row = 0; row < rows; ++row)
      chosen.insert(row);
  } else {
    chosen = {0, rows - 1};
    Random random(seed, 0x636865);
    // A repeated draw only makes the sample smaller.
    for (int64_t i = 0; i < count - 2; ++i)
      chosen.insert(random.integer(static_cast<uint64_t>(i), 0, rows - 1));
  }
  return {chosen.begin(), chosen.end()};
}
