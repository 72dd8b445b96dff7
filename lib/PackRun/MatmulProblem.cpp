//===- MatmulProblem.cpp - Operands of a packed matmul --------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MatmulProblem.h"

#include "dgemm/Reference/Generate.h"

#include <limits>

using namespace dgemm;
using namespace dgemm::packrun;
using reference::ceilDiv;
using reference::Tensor;
using reference::View;

/// The type of the reference; none for one that no matmul has.
static std::optional<reference::ElementType> convert(launch::ElementType type) {
  switch (type) {
  case launch::ElementType::I8:
    return reference::ElementType::I8;
  case launch::ElementType::I32:
    return reference::ElementType::I32;
  case launch::ElementType::I64:
  case launch::ElementType::Index:
    return reference::ElementType::I64;
  case launch::ElementType::F16:
    return reference::ElementType::F16;
  case launch::ElementType::BF16:
    return reference::ElementType::BF16;
  case launch::ElementType::F32:
    return reference::ElementType::F32;
  case launch::ElementType::F64:
    return reference::ElementType::F64;
  case launch::ElementType::F8E4M3FN:
    return reference::ElementType::F8E4M3FN;
  case launch::ElementType::F8E5M2:
    return reference::ElementType::F8E5M2;
  case launch::ElementType::F8E8M0FNU:
    return reference::ElementType::F8E8M0FNU;
  case launch::ElementType::F4E2M1FN:
    return reference::ElementType::F4E2M1FN;
  case launch::ElementType::I16:
  case launch::ElementType::B4X16P64:
    return std::nullopt;
  }
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Extents
//===----------------------------------------------------------------------===//

Status
MatmulProblem::findExtents(const std::map<std::string, int64_t> &wanted) {
  const launch::Argument &a = pack.plan.arguments[matmul().a];
  const launch::Argument &b = pack.plan.arguments[matmul().b];
  const launch::Argument &d = pack.plan.arguments[matmul().d];
  for (const launch::Argument *argument : {&a, &b, &d})
    if (argument->shape.size() != 2)
      return Error{"'" + argument->name + "' has " +
                   std::to_string(argument->shape.size()) +
                   " dimensions, expected those of a matrix"};
  size_t aRow = isKFirstInA() ? 1 : 0, bRow = isKFirstInB() ? 1 : 0;
  auto find = [&](const char *name, std::initializer_list<launch::Extent> known,
                  int64_t otherwise, int64_t &extent) -> Status {
    auto it = wanted.find(name);
    extent = it == wanted.end() ? otherwise : it->second;
    for (const launch::Extent &value : known) {
      if (!value)
        continue;
      if (it != wanted.end() && it->second != *value)
        return Error{std::string("the kernel is for ") + name + " = " +
                     std::to_string(*value) + ", not " +
                     std::to_string(it->second)};
      extent = *value;
    }
    return {};
  };
  // With a head split D has more columns than the product.
  launch::Extent columns = matmul().heads ? launch::Extent() : d.shape[1];
  Status status = find("m", {a.shape[aRow], d.shape[0]}, 64, extents.m);
  if (status.ok())
    status = find("n", {b.shape[bRow], columns}, 128, extents.n);
  if (status.ok())
    status = find("k", {a.shape[1 - aRow], b.shape[1 - bRow]}, 256, extents.k);
  return status;
}

//===----------------------------------------------------------------------===//
// Storage
//===----------------------------------------------------------------------===//

Status MatmulProblem::allocate(size_t index, std::vector<int64_t> shape,
                               int64_t rowPadding) {
  const launch::Argument &argument = pack.plan.arguments[index];
  std::optional<reference::ElementType> type = convert(argument.type);
  if (!type || argument.strides.size() != shape.size())
    return Error{"'" + argument.name + "' is no operand of a matmul"};
  int64_t padding = rowPadding * 8 / reference::bitWidth(*type);
  Expected<Tensor> tensor = Tensor::create(
      *type, shape, reference::chooseStrides(argument.strides, shape, padding));
  if (!tensor)
    return Error{"'" + argument.name + "': " + tensor.message()};
  tensors[index] = *tensor;
  return {};
}

/// [MN, K] of scales.
static std::vector<int64_t> scaleShape(int64_t mn, int64_t k,
                                       const pack::Granularity &granularity,
                                       bool isPacked) {
  return {isPacked ? mn : ceilDiv(mn, granularity.mn),
          ceilDiv(k, (isPacked ? 4 : 1) * granularity.k)};
}

static std::vector<int64_t> matrixShape(int64_t mn, int64_t k, bool isKFirst) {
  return isKFirst ? std::vector<int64_t>{k, mn} : std::vector<int64_t>{mn, k};
}

Status MatmulProblem::allocateAll(int64_t rowPadding) {
  tensors.resize(pack.plan.arguments.size());
  const pack::Matmul &op = matmul();
  auto scale = [&](std::optional<size_t> index, int64_t mn,
                   const std::optional<pack::Granularity> &granularity) {
    if (!index || !granularity)
      return Status();
    bool isPacked =
        pack.plan.arguments[*index].type == launch::ElementType::I32;
    return allocate(*index, scaleShape(mn, extents.k, *granularity, isPacked),
                    rowPadding);
  };
  int64_t columns = extents.n;
  if (op.heads && op.heads->left + op.heads->right > 0) {
    int64_t width = op.heads->left + op.heads->right;
    if (extents.n % width != 0)
      return Error{"N = " + std::to_string(extents.n) +
                   " is no multiple of the heads' " + std::to_string(width) +
                   " columns"};
    columns = extents.n / width * (width + op.heads->mid);
  }
  Status status = allocate(
      op.a, matrixShape(extents.m, extents.k, isKFirstInA()), rowPadding);
  if (status.ok())
    status = allocate(op.b, matrixShape(extents.n, extents.k, isKFirstInB()),
                      rowPadding);
  if (status.ok())
    status = scale(op.aScale, extents.m, op.aGranularity);
  if (status.ok())
    status = scale(op.bScale, extents.n, op.bGranularity);
  if (status.ok())
    status = allocate(op.d, {extents.m, columns}, rowPadding);
  if (status.ok() && op.c && !op.inPlace)
    status = allocate(*op.c, {extents.m, columns}, rowPadding);
  if (status.ok() && op.c && op.inPlace)
    tensors[*op.c] = tensors[op.d];
  for (size_t i = 0; status.ok() && i < tensors.size(); ++i)
    if (!tensors[i])
      status = Error{"argument '" + pack.plan.arguments[i].name +
                     "' is no operand of the matmul"};
  return status;
}

//===----------------------------------------------------------------------===//
// Data
//===----------------------------------------------------------------------===//

reference::Random MatmulProblem::randomOf(size_t argument,
                                          unsigned purpose) const {
  return reference::Random(options.seed,
                           static_cast<uint32_t>(argument * 16 + purpose));
}

/// Quantises `plain` with the scales that fit it.
static Status quantizeMatrix(const reference::Parallel &parallel,
                             const View &plain,
                             reference::Granularity granularity,
                             bool powersOfTwo, const View &codes,
                             const View &scales) {
  if (scales.type != reference::ElementType::I32)
    return reference::quantize(parallel, plain, granularity, powersOfTwo, codes,
                               scales);
  Expected<Tensor> unpacked =
      Tensor::create(reference::ElementType::F32,
                     {plain.size(0), ceilDiv(plain.size(1), granularity.k)});
  if (!unpacked)
    return unpacked.error();
  Status status = reference::quantize(parallel, plain, granularity, true, codes,
                                      unpacked->view());
  if (!status.ok())
    return status;
  return reference::packScales(unpacked->view(), 1, scales, true);
}

Status
MatmulProblem::fillOperand(const reference::Parallel &parallel, size_t data,
                           std::optional<size_t> scale,
                           const std::optional<pack::Granularity> &granularity,
                           bool isKFirst) {
  const View &stored = tensors[data].view();
  reference::Random random = randomOf(data, 0);
  if (options.kind == DataKind::Codes && scale) {
    reference::fillCodes(parallel, random, stored);
    reference::fillScaleCodes(randomOf(*scale, 1), tensors[*scale].view());
    return {};
  }
  Expected<Tensor> plain =
      Tensor::create(reference::ElementType::F32, stored.shape);
  if (!plain)
    return plain.error();
  reference::NumberKind kind;
  kind.isExact = options.kind == DataKind::Exact;
  reference::fillNumbers(parallel, random, kind, plain->view(),
                         scale ? std::nullopt : std::optional<View>(stored));
  if (!scale || !granularity)
    return {};
  bool powersOfTwo = kind.isExact || matmul().checked ||
                     tensors[*scale].type() != reference::ElementType::F32;
  View from = isKFirst ? plain->view().transpose() : plain->view();
  View to = isKFirst ? stored.transpose() : stored;
  return quantizeMatrix(parallel, from, {granularity->mn, granularity->k},
                        powersOfTwo, to, tensors[*scale].view());
}

Status MatmulProblem::fill(const reference::Parallel &parallel) {
  const pack::Matmul &op = matmul();
  Status status =
      fillOperand(parallel, op.a, op.aScale, op.aGranularity, isKFirstInA());
  if (status.ok())
    status =
        fillOperand(parallel, op.b, op.bScale, op.bGranularity, isKFirstInB());
  if (!status.ok() || !op.c)
    return status;
  const Tensor &c = tensors[*op.c];
  Expected<Tensor> plain =
      Tensor::create(reference::ElementType::F32, c.shape());
  if (!plain)
    return plain.error();
  reference::NumberKind kind;
  kind.isExact = options.kind == DataKind::Exact;
  kind.factor = 32;
  reference::fillNumbers(parallel, randomOf(*op.c, 0), kind, plain->view(),
                         c.view());
  Expected<Tensor> copy = c.clone();
  if (!copy)
    return copy.error();
  accumulator = *copy;
  return {};
}

Expected<MatmulProblem> MatmulProblem::make(
    const pack::Pack &pack, const std::map<std::string, int64_t> &wanted,
    const DataOptions &options, const reference::Parallel &parallel) {
  if (!pack.matmul)
    return Error{"the pack does not say what '" + pack.plan.entry +
                 "' computes, so no operands can be made for it"};
  MatmulProblem problem(pack);
  problem.options = options;
  Status status = problem.findExtents(wanted);
  if (status.ok())
    status = problem.allocateAll(options.rowPadding);
  if (status.ok())
    status = problem.fill(parallel);
  if (!status.ok())
    return status.error();
  return problem;
}

//===----------------------------------------------------------------------===//
// Use
//===----------------------------------------------------------------------===//

std::vector<device::KernelOperand> MatmulProblem::getOperands() const {
  std::vector<device::KernelOperand> result;
  for (size_t i = 0; i < tensors.size(); ++i) {
    device::KernelOperand operand;
    operand.view = tensors[i].view();
    operand.isWritten = i == matmul().d;
    operand.isRead = i != matmul().d;
    result.push_back(operand);
  }
  return result;
}

reference::Operand MatmulProblem::operandOf(
    size_t data, std::optional<size_t> scale,
    const std::optional<pack::Granularity> &granularity) const {
  reference::Operand operand;
  operand.data = tensors[data].view();
  if (scale && granularity) {
    operand.scale = tensors[*scale].view();
    operand.granularity = {granularity->mn, granularity->k};
  }
  return operand;
}

static reference::Layout convert(const std::string &layout) {
  if (layout == "nn")
    return reference::Layout::NN;
  if (layout == "tn")
    return reference::Layout::TN;
  return layout == "tt" ? reference::Layout::TT : reference::Layout::NT;
}

static reference::CheckOptions convert(const pack::Arithmetic &arithmetic) {
  reference::CheckOptions options;
  // Devices accumulate in f32.
  options.unitRoundoff = 0x1p-24;
  options.productsPerRounding = arithmetic.productsPerRounding;
  options.truncation.products = arithmetic.truncatedProducts;
  options.truncation.alignmentBits = static_cast<int>(arithmetic.alignmentBits);
  options.truncation.fractionBits = static_cast<int>(arithmetic.fractionBits);
  options.truncation.chain = arithmetic.chain;
  return options;
}

Expected<reference::CheckResult>
MatmulProblem::check(const reference::Parallel &parallel, int64_t rows) const {
  const pack::Matmul &op = matmul();
  std::optional<View> c;
  if (op.c)
    c = accumulator.view();
  std::optional<reference::HeadSplit> heads;
  if (op.heads)
    heads =
        reference::HeadSplit{op.heads->left, op.heads->mid, op.heads->right};
  Expected<reference::Contractions> products = reference::matmul(
      convert(op.layout), operandOf(op.a, op.aScale, op.aGranularity),
      operandOf(op.b, op.bScale, op.bGranularity), c, tensors[op.d].view(),
      heads);
  if (!products)
    return products.error();
  reference::CheckOptions check = convert(op.arithmetic);
  check.seed = options.seed;
  check.exact = options.kind == DataKind::Exact;
  check.maxWork = std::numeric_limits<int64_t>::max();
  if (rows > 0)
    check.maxWork = rows * (extents.k + 1) * extents.n;
  return reference::check(parallel, *products, check);
}
