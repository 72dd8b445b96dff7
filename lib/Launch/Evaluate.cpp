//===- Evaluate.cpp - A launch plan with numbers --------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Launch/Evaluate.h"

#include <algorithm>
#include <limits>

using namespace dgemm::launch;

static constexpr int64_t kMaxInt32 = std::numeric_limits<int32_t>::max();
/// Strides of tensor maps have 40 bits.
static constexpr int64_t kMaxMapStride = (int64_t(1) << 40) - 1;

/// Kernels that get the address of packed elements copy 16 at a time, 8 bytes.
static constexpr uint64_t kPieceBytes = 8;
static constexpr int64_t kPieceElements = 16;
/// Of elements that are bytes they copy 4.
static constexpr int64_t kBytesPiece = 4;

/// Bytes that the address of an operand is a multiple of where the kernel gets
/// it as it is.
static uint64_t getPointerAlignment(ElementType type) {
  int64_t bits = getBits(type);
  if (bits < 8)
    return kPieceBytes;
  return static_cast<uint64_t>(bits == 8 ? kBytesPiece : bits / 8);
}

namespace {

/// One evaluation. Functions fail with what they return.
class Evaluator {
public:
  Evaluator(const LaunchPlan &plan, const std::vector<ArgumentValue> &arguments,
            int64_t smCount, Launch &launch)
      : plan(plan), arguments(arguments), smCount(smCount), launch(launch) {}

  Status run();

private:
  /// Text of an error only: building it costs nothing while all is well.
  std::string describe(size_t argument) const {
    return plan.entry + ": argument " + std::to_string(argument) + " '" +
           plan.arguments[argument].name + "'";
  }
  Error error(ErrorCode code, const std::string &message) const {
    return {code, plan.entry + ": " + message};
  }
  std::string describe(const Symbol &symbol) const;
  std::string describeSource(const Expression &expression) const;
  std::string describeMap(const TensorMap &map, const Expression &expression,
                          const char *what) const;

  Status checkArguments() const;
  Status checkArgument(size_t index) const;
  Status checkDimension(size_t index, size_t dimension) const;
  Status checkAddress(size_t argument, uint64_t address,
                      uint64_t alignment) const;
  Status checkPieces(size_t argument) const;
  void findSymbols();
  Status findGrid();
  Status findWorkspace();
  template <typename Subject>
  Result<int64_t> evaluateWithin(const Expression &expression, int64_t limit,
                                 Subject subject) const;
  Status findMap(size_t index);
  Status findStrides(size_t index, TensorMapValue &value);
  Status findParameter(const Parameter &parameter);

  const LaunchPlan &plan;
  const std::vector<ArgumentValue> &arguments;
  int64_t smCount;
  Launch &launch;
};

} // namespace

static bool isEmpty(const ArgumentValue &value) {
  const auto *end = value.shape.begin() + value.rank;
  return std::find(value.shape.begin(), end, 0) != end;
}

Status Evaluator::checkDimension(size_t index, size_t dimension) const {
  const Argument &argument = plan.arguments[index];
  int64_t size = arguments[index].shape[dimension];
  int64_t stride = arguments[index].strides[dimension];
  auto differs = [&](const char *what, int64_t actual, int64_t expected) {
    return Error{ErrorCode::WrongArguments,
                 describe(index) + " has " + what + " " +
                     std::to_string(actual) + " in dimension " +
                     std::to_string(dimension) + ", expected " +
                     std::to_string(expected)};
  };
  if (Extent expected = argument.shape[dimension];
      expected.value_or(size) != size)
    return differs("size", size, *expected);
  if (size < 0)
    return Error{ErrorCode::NegativeSize,
                 describe(index) + " has the negative size " +
                     std::to_string(size) + " in dimension " +
                     std::to_string(dimension)};
  // Nothing lies one stride away.
  if (size <= 1)
    return {};
  if (Extent expected = argument.strides[dimension];
      expected.value_or(stride) != stride)
    return differs("stride", stride, *expected);
  if (stride < 0)
    return Error{ErrorCode::BadStride,
                 describe(index) + " has the negative stride " +
                     std::to_string(stride) + " in dimension " +
                     std::to_string(dimension)};
  return {};
}

Status Evaluator::checkArgument(size_t index) const {
  size_t rank = plan.arguments[index].shape.size();
  if (arguments[index].rank != rank)
    return Error{ErrorCode::WrongArguments,
                 describe(index) + " has rank " +
                     std::to_string(arguments[index].rank) + ", expected " +
                     std::to_string(rank)};
  for (size_t dimension = 0; dimension < rank; ++dimension)
    if (Status status = checkDimension(index, dimension); !status.ok())
      return status;
  return {};
}

Status Evaluator::checkArguments() const {
  if (arguments.size() != plan.arguments.size())
    return error(ErrorCode::WrongArguments,
                 std::to_string(arguments.size()) + " arguments, expected " +
                     std::to_string(plan.arguments.size()));
  for (size_t i = 0; i < arguments.size(); ++i)
    if (Status status = checkArgument(i); !status.ok())
      return status;
  if (smCount >= 1 && smCount <= kMaxInt32)
    return {};
  return error(ErrorCode::OutOfRange,
               std::to_string(smCount) +
                   " streaming multiprocessors, expected at least 1");
}

Status Evaluator::checkAddress(size_t argument, uint64_t address,
                               uint64_t alignment) const {
  // Nothing is read or written where there is no element.
  if (isEmpty(arguments[argument]))
    return {};
  if (address == 0)
    return Error{ErrorCode::NullAddress, describe(argument) + " is null"};
  if (address % alignment == 0)
    return {};
  return Error{ErrorCode::MisalignedAddress,
               describe(argument) + " is " +
                   std::to_string(address % alignment) +
                   " bytes beyond a multiple of " + std::to_string(alignment) +
                   " bytes, to which it must be aligned"};
}

/// Whether the lines of packed elements begin with a piece.
Status Evaluator::checkPieces(size_t argument) const {
  const ArgumentValue &value = arguments[argument];
  for (size_t i = 0; i < value.rank && !isEmpty(value); ++i)
    if (value.shape[i] > 1 && value.strides[i] != 1 &&
        value.strides[i] % kPieceElements != 0)
      return Error{ErrorCode::BadStride,
                   describe(argument) + " has lines " +
                       std::to_string(value.strides[i]) +
                       " elements apart, expected a multiple of " +
                       std::to_string(kPieceElements)};
  return {};
}

void Evaluator::findSymbols() {
  launch.symbols.clear();
  for (const Symbol &symbol : plan.symbols) {
    if (symbol.kind == Symbol::Kind::SmCount) {
      launch.symbols.push_back(smCount);
      continue;
    }
    const ArgumentValue &value = arguments[symbol.argument];
    launch.symbols.push_back(symbol.kind == Symbol::Kind::Dim
                                 ? value.shape[symbol.dimension]
                                 : value.strides[symbol.dimension]);
  }
}

/// "size 64 of argument 0 'a' in dimension 1".
std::string Evaluator::describe(const Symbol &symbol) const {
  if (symbol.kind == Symbol::Kind::SmCount)
    return std::to_string(smCount) + " multiprocessors";
  const ArgumentValue &value = arguments[symbol.argument];
  bool isSize = symbol.kind == Symbol::Kind::Dim;
  int64_t number =
      isSize ? value.shape[symbol.dimension] : value.strides[symbol.dimension];
  return (isSize ? "size " : "stride ") + std::to_string(number) +
         " of argument " + std::to_string(symbol.argument) + " '" +
         plan.arguments[symbol.argument].name + "' in dimension " +
         std::to_string(symbol.dimension);
}

/// What the caller passed of what the expression depends on.
std::string Evaluator::describeSource(const Expression &expression) const {
  std::string text;
  for (const Expression::Node &node : expression.getNodes())
    if (node.op == Expression::Op::Symbol)
      text += (text.empty() ? "; it follows from " : ", ") +
              describe(plan.symbols[static_cast<size_t>(node.value)]);
  return text;
}

/// A number of a tensor map, in terms of the operand that it views.
std::string Evaluator::describeMap(const TensorMap &map,
                                   const Expression &expression,
                                   const char *what) const {
  std::string dimension;
  for (const Expression::Node &node : expression.getNodes()) {
    if (node.op != Expression::Op::Symbol)
      continue;
    const Symbol &symbol = plan.symbols[static_cast<size_t>(node.value)];
    if (symbol.kind != Symbol::Kind::SmCount && symbol.argument == map.argument)
      dimension = " in dimension " + std::to_string(symbol.dimension);
  }
  return "argument " + std::to_string(map.argument) + " '" +
         plan.arguments[map.argument].name + "': the " + what + dimension;
}

/// The value if it is from 0 to `limit`. `subject` says what it is, for errors.
template <typename Subject>
Result<int64_t> Evaluator::evaluateWithin(const Expression &expression,
                                          int64_t limit,
                                          Subject subject) const {
  Result<int64_t> value = expression.evaluate(launch.symbols);
  if (!value)
    return error(value.error().code, subject() + ": " + value.error().message +
                                         describeSource(expression));
  if (*value >= 0 && *value <= limit)
    return value;
  return error(ErrorCode::OutOfRange,
               subject() + " is " + std::to_string(*value) +
                   ", expected 0 to " + std::to_string(limit) +
                   describeSource(expression));
}

Status Evaluator::findGrid() {
  Result<int64_t> grid = evaluateWithin(plan.grid, kMaxInt32,
                                        [] { return std::string("the grid"); });
  if (!grid)
    return grid.error();
  if (*grid % plan.cluster != 0)
    return error(ErrorCode::OutOfRange,
                 "the grid has " + std::to_string(*grid) +
                     " CTAs, expected a multiple of the cluster's " +
                     std::to_string(plan.cluster));
  launch.grid = static_cast<uint32_t>(*grid);
  launch.block = static_cast<uint32_t>(plan.block);
  launch.cluster = static_cast<uint32_t>(plan.cluster);
  launch.sharedBytes = static_cast<uint32_t>(plan.sharedBytes);
  launch.workspaceBytes = 0;
  return {};
}

Status Evaluator::findWorkspace() {
  Result<int64_t> bytes =
      evaluateWithin(plan.workspaceBytes, std::numeric_limits<int64_t>::max(),
                     [] { return std::string("the size of the workspace"); });
  if (!bytes)
    return bytes.error();
  launch.workspaceBytes = static_cast<uint64_t>(*bytes);
  return {};
}

Status Evaluator::findStrides(size_t index, TensorMapValue &value) {
  const TensorMap &map = plan.maps[index];
  int64_t alignment = getMapAlignment(map.type);
  for (size_t i = 0; i < map.strides.size(); ++i) {
    // Nothing lies one stride away, but the hardware wants a legal one.
    if (value.dims[i + 1] == 1) {
      value.strides[i] = static_cast<uint64_t>(alignment);
      continue;
    }
    Result<int64_t> stride = evaluateWithin(map.strides[i], kMaxMapStride, [&] {
      return describeMap(map, map.strides[i], "stride in bytes");
    });
    if (!stride)
      return stride.error();
    if (*stride % alignment != 0)
      return Error{ErrorCode::BadStride,
                   describe(map.argument) + " has rows " +
                       std::to_string(*stride) +
                       " bytes apart, expected a multiple of " +
                       std::to_string(alignment)};
    value.strides[i] = static_cast<uint64_t>(*stride);
  }
  return {};
}

Status Evaluator::findMap(size_t index) {
  const TensorMap &map = plan.maps[index];
  TensorMapValue value;
  for (size_t i = 0; i < map.dims.size(); ++i) {
    // Coordinates of copies are signed 32-bit integers.
    Result<int64_t> dim = evaluateWithin(map.dims[i], kMaxInt32, [&] {
      return describeMap(map, map.dims[i], "size");
    });
    if (!dim)
      return dim.error();
    value.dims[i] = static_cast<uint64_t>(*dim);
    value.box[i] = static_cast<uint32_t>(map.box[i]);
    value.isEmpty |= *dim == 0;
  }
  if (value.isEmpty) {
    launch.maps.emplace_back().isEmpty = true;
    return {};
  }
  if (map.type == ElementType::B4X16P64 && value.dims[0] % 128 != 0)
    return Error{ErrorCode::OutOfRange,
                 describe(map.argument) + " has rows of " +
                     std::to_string(value.dims[0]) +
                     " elements, expected a multiple of 128 as TMA expands "
                     "them; pad them with zeros to " +
                     std::to_string((value.dims[0] + 127) / 128 * 128)};
  value.type = map.type;
  value.rank = map.dims.size();
  value.swizzle = static_cast<uint32_t>(map.swizzle);
  uint64_t base = arguments[map.argument].address;
  if (Status status =
          checkAddress(map.argument, base, getMapAlignment(map.type));
      !status.ok())
    return status;
  value.address = base + static_cast<uint64_t>(map.byteOffset);
  Status status = findStrides(index, value);
  launch.maps.push_back(value);
  return status;
}

Status Evaluator::findParameter(const Parameter &parameter) {
  ParameterValue result{parameter.kind, parameter.index};
  if (parameter.kind == Parameter::Kind::Symbol) {
    int64_t value = launch.symbols[parameter.index];
    if (value < 0 || value > kMaxInt32)
      return error(ErrorCode::OutOfRange,
                   describe(plan.symbols[parameter.index]) +
                       ", expected 0 to " + std::to_string(kMaxInt32) +
                       ", as kernels count in 32 bits");
    result.value = static_cast<uint64_t>(value);
  }
  if (parameter.kind == Parameter::Kind::Pointer) {
    ElementType type = plan.arguments[parameter.index].type;
    result.value = arguments[parameter.index].address;
    uint64_t alignment = getPointerAlignment(type);
    if (getBits(type) < 8)
      if (Status status = checkPieces(parameter.index); !status.ok())
        return status;
    if (Status status = checkAddress(parameter.index, result.value, alignment);
        !status.ok())
      return status;
  }
  if (parameter.kind == Parameter::Kind::Workspace)
    result.value = 0;
  launch.parameters.push_back(result);
  return {};
}

Status Evaluator::run() {
  launch.maps.clear();
  launch.parameters.clear();
  if (Status status = checkArguments(); !status.ok())
    return status;
  findSymbols();
  if (Status status = findGrid(); !status.ok() || launch.isEmpty())
    return status;
  if (Status status = findWorkspace(); !status.ok())
    return status;
  for (size_t i = 0; i < plan.maps.size(); ++i)
    if (Status status = findMap(i); !status.ok())
      return status;
  for (const Parameter &parameter : plan.parameters)
    if (Status status = findParameter(parameter); !status.ok())
      return status;
  return {};
}

Status dgemm::launch::evaluate(const LaunchPlan &plan,
                               const std::vector<ArgumentValue> &arguments,
                               int64_t smCount, Launch &launch) {
  return Evaluator(plan, arguments, smCount, launch).run();
}

Alignment dgemm::launch::getAlignment(const LaunchPlan &plan, size_t argument) {
  Alignment result;
  ElementType type = plan.arguments[argument].type;
  for (const Parameter &parameter : plan.parameters) {
    if (parameter.kind != Parameter::Kind::Pointer ||
        parameter.index != argument)
      continue;
    result.address = std::max(result.address, getPointerAlignment(type));
    if (getBits(type) < 8)
      result.strides = std::max(result.strides, kPieceElements);
  }
  for (const TensorMap &map : plan.maps) {
    if (map.argument != argument)
      continue;
    int64_t bytes = getMapAlignment(map.type);
    result.address = std::max(result.address, static_cast<uint64_t>(bytes));
    // All are powers of two; fewer than one element is one.
    result.strides = std::max(result.strides, 8 * bytes / getBits(type));
  }
  return result;
}

Status dgemm::launch::setWorkspace(Launch &launch, uint64_t address) {
  if (launch.workspaceBytes > 0 && address == 0)
    return Error{ErrorCode::BadWorkspace,
                 "the workspace is null, expected " +
                     std::to_string(launch.workspaceBytes) + " bytes"};
  if (address % kWorkspaceAlignment != 0)
    return Error{ErrorCode::BadWorkspace,
                 "the workspace is " +
                     std::to_string(address % kWorkspaceAlignment) +
                     " bytes beyond a multiple of " +
                     std::to_string(kWorkspaceAlignment) +
                     " bytes, to which it must be aligned"};
  for (ParameterValue &parameter : launch.parameters)
    if (parameter.kind == Parameter::Kind::Workspace)
      parameter.value = address;
  return {};
}
