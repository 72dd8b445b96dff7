//===- Operands.cpp - Operands of a packed product ------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Pack/Operands.h"

#include <algorithm>

using namespace dgemm;
using namespace dgemm::pack;
using launch::ArgumentValue;

//===----------------------------------------------------------------------===//
// Descriptions
//===----------------------------------------------------------------------===//

static Status checkMatrix(size_t index, const launch::LaunchPlan &plan) {
  size_t count = plan.arguments.size();
  if (index >= count)
    return Error{ErrorCode::WrongArguments,
                 "the matmul uses argument " + std::to_string(index) +
                     ", but the plan has " + std::to_string(count)};
  const launch::Argument &argument = plan.arguments[index];
  if (argument.isBuffer && argument.shape.size() == 2)
    return {};
  return Error{ErrorCode::WrongArguments,
               "the matmul uses argument " + std::to_string(index) + " '" +
                   argument.name + "', which has " +
                   std::to_string(argument.shape.size()) +
                   " dimensions, expected those of a matrix"};
}

Status dgemm::pack::validate(const Matmul &matmul,
                             const launch::LaunchPlan &plan) {
  const std::string &layout = matmul.layout;
  if (layout != "nt" && layout != "nn" && layout != "tn" && layout != "tt")
    return Error{ErrorCode::WrongArguments, "the layout of the matmul is '" +
                                                layout +
                                                "', expected nt, nn, tn or tt"};
  for (std::optional<size_t> index :
       {std::optional(matmul.a), std::optional(matmul.b), matmul.aScale,
        matmul.bScale, matmul.c, std::optional(matmul.d)})
    if (index)
      if (Status status = checkMatrix(*index, plan); !status.ok())
        return status;
  return {};
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

namespace {

/// One of M, N and K, and the operand that it is taken from.
struct Extent {
  const char *name;
  size_t operand;
  int64_t size;
};

class Checker {
public:
  Checker(const Matmul &matmul, const launch::LaunchPlan &plan,
          const std::vector<ArgumentValue> &operands)
      : matmul(matmul), plan(plan), operands(operands),
        m{"M", matmul.a, sizeOf(matmul.a, isKFirstInA() ? 1 : 0)},
        n{"N", matmul.b, sizeOf(matmul.b, isKFirstInB() ? 1 : 0)},
        k{"K", matmul.a, sizeOf(matmul.a, isKFirstInA() ? 0 : 1)} {}

  Status run() const;

private:
  bool isKFirstInA() const { return matmul.layout[0] == 't'; }
  bool isKFirstInB() const { return matmul.layout[1] == 'n'; }
  int64_t sizeOf(size_t operand, size_t dimension) const {
    return operands[operand].shape[dimension];
  }
  std::string describe(size_t operand) const {
    return "operand " + std::to_string(operand) + " '" +
           plan.arguments[operand].name + "'";
  }
  Error fail(ErrorCode code, const std::string &message) const {
    return {code, plan.entry + ": " + message};
  }

  Status expect(size_t operand, size_t dimension, int64_t expected,
                const Extent &extent) const;
  Status checkScale(std::optional<size_t> operand, const Extent &mn,
                    const std::optional<Granularity> &granularity) const;
  Status checkOutput(size_t operand) const;
  Status checkRows() const;
  Status checkAccumulator(size_t c) const;

  const Matmul &matmul;
  const launch::LaunchPlan &plan;
  const std::vector<ArgumentValue> &operands;
  Extent m, n, k;
};

} // namespace

static bool hasElements(const ArgumentValue &value) {
  return value.shape[0] != 0 && value.shape[1] != 0;
}

Status Checker::expect(size_t operand, size_t dimension, int64_t expected,
                       const Extent &extent) const {
  int64_t size = sizeOf(operand, dimension);
  if (size == expected)
    return {};
  return fail(ErrorCode::WrongArguments,
              describe(operand) + " has size " + std::to_string(size) +
                  " in dimension " + std::to_string(dimension) + ", expected " +
                  std::to_string(expected) + " for " + extent.name + " = " +
                  std::to_string(extent.size) + " of " +
                  describe(extent.operand));
}

/// Sizes of packs may be anything, so sums are those of unsigned numbers.
static int64_t ceilDiv(int64_t value, int64_t divisor) {
  auto by = static_cast<uint64_t>(std::max<int64_t>(divisor, 1));
  return static_cast<int64_t>((static_cast<uint64_t>(value) + by - 1) / by);
}

/// [MN, K] of scales; four of K share a word where they are packed.
Status
Checker::checkScale(std::optional<size_t> operand, const Extent &mn,
                    const std::optional<Granularity> &granularity) const {
  if (!operand || !granularity)
    return {};
  bool isPacked = plan.arguments[*operand].type == launch::ElementType::I32;
  int64_t rows = isPacked ? mn.size : ceilDiv(mn.size, granularity->mn);
  int64_t groups = ceilDiv(k.size, granularity->k);
  Status status = expect(*operand, 0, rows, mn);
  if (!status.ok())
    return status;
  return expect(*operand, 1, isPacked ? ceilDiv(groups, 4) : groups, k);
}

/// The shape of D, which is that of C.
Status Checker::checkOutput(size_t operand) const {
  if (Status status = expect(operand, 0, m.size, m); !status.ok())
    return status;
  if (!matmul.heads)
    return expect(operand, 1, n.size, n);
  auto width = static_cast<uint64_t>(matmul.heads->left) +
               static_cast<uint64_t>(matmul.heads->right);
  auto columns = static_cast<uint64_t>(n.size);
  if (width == 0)
    return expect(operand, 1, n.size, n);
  if (columns % width != 0)
    return fail(ErrorCode::WrongArguments,
                describe(n.operand) + " has N = " + std::to_string(n.size) +
                    ", expected a multiple of the " + std::to_string(width) +
                    " columns of a head");
  uint64_t stored =
      columns / width * (width + static_cast<uint64_t>(matmul.heads->mid));
  return expect(operand, 1, static_cast<int64_t>(stored), n);
}

/// Kernels write all elements of D, in any order.
Status Checker::checkRows() const {
  const ArgumentValue &d = operands[matmul.d];
  if (!hasElements(d))
    return {};
  bool areColumnsDense = d.strides[0] >= 1 && d.strides[0] < d.strides[1];
  size_t inner = d.shape[1] <= 1 || (d.shape[0] > 1 && areColumnsDense) ? 0 : 1;
  size_t outer = 1 - inner;
  auto overlaps = [&](size_t dimension, int64_t expected) {
    return fail(ErrorCode::BadStride,
                describe(matmul.d) + " has stride " +
                    std::to_string(d.strides[dimension]) + " in dimension " +
                    std::to_string(dimension) + ", expected at least " +
                    std::to_string(expected) +
                    ": elements of the result would share memory");
  };
  if (d.shape[inner] > 1 && d.strides[inner] < 1)
    return overlaps(inner, 1);
  int64_t span = 1;
  if (d.shape[inner] > 1 &&
      (__builtin_mul_overflow(d.shape[inner] - 1, d.strides[inner], &span) ||
       __builtin_add_overflow(span, 1, &span)))
    return fail(ErrorCode::OutOfRange,
                describe(matmul.d) + " reaches beyond all memory");
  if (d.shape[outer] > 1 && d.strides[outer] < span)
    return overlaps(outer, span);
  return {};
}

/// C is the same matrix as D, or begins elsewhere.
Status Checker::checkAccumulator(size_t c) const {
  const ArgumentValue &from = operands[c], &to = operands[matmul.d];
  if (!hasElements(to))
    return {};
  if (from.address != to.address) {
    if (!matmul.inPlace)
      return {};
    return fail(ErrorCode::WrongArguments,
                describe(c) + " must be " + describe(matmul.d) +
                    ": the kernel adds to what is there");
  }
  for (size_t i = 0; i < 2; ++i)
    if (to.shape[i] > 1 && from.strides[i] != to.strides[i])
      return fail(
          ErrorCode::WrongArguments,
          describe(c) + " has stride " + std::to_string(from.strides[i]) +
              " in dimension " + std::to_string(i) + ", expected the " +
              std::to_string(to.strides[i]) + " of " + describe(matmul.d) +
              ", as both begin at the same address");
  return {};
}

Status Checker::run() const {
  Status status = expect(matmul.b, isKFirstInB() ? 0 : 1, k.size, k);
  if (status.ok())
    status = checkOutput(matmul.d);
  if (status.ok() && matmul.c)
    status = checkOutput(*matmul.c);
  if (status.ok())
    status = checkScale(matmul.aScale, m, matmul.aGranularity);
  if (status.ok())
    status = checkScale(matmul.bScale, n, matmul.bGranularity);
  if (status.ok())
    status = checkRows();
  if (status.ok() && matmul.c)
    status = checkAccumulator(*matmul.c);
  return status;
}

Status dgemm::pack::checkOperands(const Matmul &matmul,
                                  const launch::LaunchPlan &plan,
                                  const std::vector<ArgumentValue> &operands) {
  return Checker(matmul, plan, operands).run();
}
