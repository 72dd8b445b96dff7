//===- LaunchPlan.cpp - What a valid plan is ------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Launch/LaunchPlan.h"

#include <limits>

using namespace dgemm::launch;

namespace {
struct TypeRow {
  ElementType type;
  std::string_view name;
  int64_t bits;
};
} // namespace

static constexpr TypeRow kTypes[] = {
    {ElementType::I8, "i8", 8},
    {ElementType::I16, "i16", 16},
    {ElementType::I32, "i32", 32},
    {ElementType::I64, "i64", 64},
    {ElementType::F16, "f16", 16},
    {ElementType::BF16, "bf16", 16},
    {ElementType::F32, "f32", 32},
    {ElementType::F64, "f64", 64},
    {ElementType::F8E4M3FN, "f8E4M3FN", 8},
    {ElementType::F8E5M2, "f8E5M2", 8},
    {ElementType::F8E8M0FNU, "f8E8M0FNU", 8},
    {ElementType::F4E2M1FN, "f4E2M1FN", 4},
    {ElementType::B4X16P64, "b4x16_p64", 4},
    {ElementType::Index, "index", 64},
};

static const TypeRow &getRow(ElementType type) {
  for (const TypeRow &row : kTypes)
    if (row.type == type)
      return row;
  return kTypes[0];
}

std::string_view dgemm::launch::getName(ElementType type) {
  return getRow(type).name;
}

int64_t dgemm::launch::getBits(ElementType type) { return getRow(type).bits; }

int64_t dgemm::launch::getMapAlignment(ElementType type) {
  return type == ElementType::B4X16P64 ? 32 : 16;
}

std::optional<ElementType>
dgemm::launch::parseElementType(std::string_view name) {
  for (const TypeRow &row : kTypes)
    if (row.name == name)
      return row.type;
  return std::nullopt;
}

namespace {

/// The first thing that is wrong with a plan.
class Validator {
public:
  explicit Validator(const LaunchPlan &plan) : plan(plan) {}

  Status run() {
    checkFrame();
    checkRoles();
    for (size_t i = 0; i < plan.arguments.size(); ++i)
      checkArgument(name("arguments", i), plan.arguments[i]);
    for (size_t i = 0; i < plan.symbols.size(); ++i)
      checkSymbol(name("symbols", i), plan.symbols[i]);
    checkExpression("grid", plan.grid);
    checkExpression("workspace_bytes", plan.workspaceBytes);
    for (size_t i = 0; i < plan.maps.size(); ++i)
      checkMap(name("tensor_maps", i), plan.maps[i]);
    for (size_t i = 0; i < plan.parameters.size(); ++i)
      checkParameter(name("parameters", i), plan.parameters[i]);
    return status;
  }

private:
  static std::string name(const std::string &list, size_t index) {
    return list + "[" + std::to_string(index) + "]";
  }

  void require(bool condition, const std::string &message) {
    if (!condition && status.ok())
      status = Error{ErrorCode::MalformedPlan, "launch plan: " + message};
  }

  void requireRange(const std::string &where, int64_t value, int64_t low,
                    int64_t high) {
    require(value >= low && value <= high,
            where + " is " + std::to_string(value) + ", expected " +
                std::to_string(low) + " to " + std::to_string(high));
  }

  /// `index` names an element of a list with `size` elements.
  bool checkIndex(const std::string &where, size_t index, size_t size) {
    require(index < size, where + " is " + std::to_string(index) +
                              ", but there are " + std::to_string(size));
    return index < size;
  }

  /// `index` names a buffer.
  bool checkBuffer(const std::string &where, size_t index) {
    if (!checkIndex(where, index, plan.arguments.size()))
      return false;
    require(plan.arguments[index].isBuffer,
            where + " names '" + plan.arguments[index].name +
                "', which is a scalar; expected a buffer");
    return plan.arguments[index].isBuffer;
  }

  void checkFrame() {
    constexpr int64_t kMax = std::numeric_limits<int32_t>::max();
    require(!plan.entry.empty(), "entry is empty");
    require(!plan.chip.empty(), "chip is empty");
    requireRange("block", plan.block, 32, 1024);
    require(plan.block % 32 == 0, "block is " + std::to_string(plan.block) +
                                      ", expected a multiple of 32");
    requireRange("cluster", plan.cluster, 1, 16);
    requireRange("shared_bytes", plan.sharedBytes, 0, kMax);
  }

  void checkRoles() {
    int64_t warps = 0;
    for (size_t i = 0; i < plan.roles.size(); ++i) {
      std::string where = "roles[" + std::to_string(i) + "]";
      require(!plan.roles[i].name.empty(), where + ".name is empty");
      requireRange(where + ".warps", plan.roles[i].warps, 1, 32);
      warps = std::min<int64_t>(warps + plan.roles[i].warps, 1024);
    }
    require(plan.roles.empty() || warps == plan.block / 32,
            "the roles have " + std::to_string(warps) +
                " warps, but the block has " + std::to_string(plan.block / 32));
  }

  void checkArgument(const std::string &where, const Argument &argument) {
    require(!argument.name.empty(), where + ".name is empty");
    require(argument.shape.size() == argument.strides.size(),
            where + " has " + std::to_string(argument.shape.size()) +
                " sizes, but " + std::to_string(argument.strides.size()) +
                " strides");
    require(argument.shape.size() <= kMaxRank, where + " has more than " +
                                                   std::to_string(kMaxRank) +
                                                   " dimensions");
    require(argument.isBuffer || argument.shape.empty(),
            where + " is a scalar with a shape");
    require(argument.type != ElementType::B4X16P64,
            where + " has type b4x16_p64, which is for tensor maps");
    for (const Extent &size : argument.shape)
      require(size.value_or(0) >= 0, where + ".shape has a negative size");
  }

  void checkSymbol(const std::string &where, const Symbol &symbol) {
    if (symbol.kind == Symbol::Kind::SmCount ||
        !checkBuffer(where + ".argument", symbol.argument))
      return;
    checkIndex(where + ".dimension", symbol.dimension,
               plan.arguments[symbol.argument].shape.size());
  }

  void checkExpression(const std::string &where, const Expression &expression) {
    require(expression.getDepth() <= Expression::kMaxDepth,
            where + " has more than " + std::to_string(Expression::kMaxDepth) +
                " levels");
    for (const Expression::Node &node : expression.getNodes()) {
      if (node.op != Expression::Op::Symbol)
        continue;
      bool exists = node.value >= 0 &&
                    static_cast<size_t>(node.value) < plan.symbols.size();
      require(exists, where + " uses symbol " + std::to_string(node.value) +
                          ", but there are " +
                          std::to_string(plan.symbols.size()));
    }
  }

  void checkMap(const std::string &where, const TensorMap &map) {
    checkBuffer(where + ".argument", map.argument);
    size_t rank = map.dims.size();
    require(rank >= 1 && rank <= kMaxMapRank &&
                map.strides.size() + 1 == rank && map.box.size() == rank,
            where + " has " + std::to_string(rank) + " dims, " +
                std::to_string(map.strides.size()) + " strides and " +
                std::to_string(map.box.size()) +
                " box sizes, expected n, n - 1 and n for an n of 1 to " +
                std::to_string(kMaxMapRank));
    for (const Expression &dim : map.dims)
      checkExpression(where + ".dims", dim);
    for (const Expression &stride : map.strides)
      checkExpression(where + ".strides", stride);
    for (int64_t size : map.box)
      requireRange(where + ".box", size, 1, 256);
    require(map.byteOffset >= 0 && map.byteOffset % 16 == 0,
            where + ".offset_bytes is " + std::to_string(map.byteOffset) +
                ", expected a multiple of 16");
    checkSwizzle(where, map);
  }

  void checkSwizzle(const std::string &where, const TensorMap &map) {
    int64_t span = map.swizzle;
    require(span == 0 || span == 32 || span == 64 || span == 128,
            where + ".swizzle is " + std::to_string(span) +
                ", expected 0, 32, 64 or 128");
    if (!status.ok())
      return;
    if (map.type == ElementType::B4X16P64) {
      require(map.box[0] == 128 && (span == 0 || span == 128),
              where + " has a box of " + std::to_string(map.box[0]) +
                  " and a swizzle of " + std::to_string(span) +
                  ", expected 128 and 0 or 128 for b4x16_p64");
      return;
    }
    int64_t bits = map.box[0] * getBits(map.type);
    require(bits % 128 == 0, where + ".box is " + std::to_string(bits) +
                                 " bits wide, expected a multiple of 16 bytes");
    require(span == 0 || bits <= 8 * span,
            where + ".box is " + std::to_string(bits / 8) +
                " bytes wide, at most the swizzle's span of " +
                std::to_string(span));
  }

  void checkParameter(const std::string &where, const Parameter &parameter) {
    std::string index = where + ".index";
    switch (parameter.kind) {
    case Parameter::Kind::Map:
      checkIndex(index, parameter.index, plan.maps.size());
      return;
    case Parameter::Kind::Symbol:
      checkIndex(index, parameter.index, plan.symbols.size());
      return;
    case Parameter::Kind::Pointer:
      checkBuffer(index, parameter.index);
      return;
    case Parameter::Kind::Workspace:
      requireRange(index, static_cast<int64_t>(parameter.index), 0, 0);
      return;
    }
  }

  const LaunchPlan &plan;
  Status status;
};

} // namespace

Status dgemm::launch::validate(const LaunchPlan &plan) {
  return Validator(plan).run();
}
