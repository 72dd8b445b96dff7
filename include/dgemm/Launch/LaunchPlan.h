//===- LaunchPlan.h - What the host does to launch a kernel -----*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A launch plan as data and as JSON; docs/LaunchPlan.md describes the format.
// Plain C++17 without MLIR, LLVM or CUDA: launchers and the simulator use it.
//
//   auto plan = dgemm::launch::parsePlan(text);
//   if (!plan)
//     report(plan.error().message);
//   dgemm::launch::Launch launch;
//   auto status = dgemm::launch::evaluate(*plan, arguments, smCount, launch);
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LAUNCH_LAUNCHPLAN_H
#define DGEMM_LAUNCH_LAUNCHPLAN_H

#include "dgemm/Launch/Expression.h"
#include "dgemm/Launch/Result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dgemm::launch {

/// Version of the JSON format that this library reads and writes.
inline constexpr int64_t kPlanVersion = 2;
/// Dimensions that an argument may have.
inline constexpr size_t kMaxRank = 8;
/// Dimensions that a tensor map may have.
inline constexpr size_t kMaxMapRank = 5;

/// Element types of arguments and tensor maps, named as in MLIR.
enum class ElementType {
  I8,
  I16,
  I32,
  I64,
  F16,
  BF16,
  F32,
  F64,
  F8E4M3FN,
  F8E5M2,
  F8E8M0FNU,
  F4E2M1FN,
  /// For tensor maps only: f4E2M1FN of which 16 take 16 bytes of shared memory,
  /// packed in the first 8 (CUDA driver API, 16U4_ALIGN16B).
  B4X16P64,
  Index,
};

/// "bf16"; "f8E4M3FN".
std::string_view getName(ElementType type);
/// The type of that name, none when it is unknown.
std::optional<ElementType> parseElementType(std::string_view name);
/// Bits of an element in global memory; two f4E2M1FN share a byte.
int64_t getBits(ElementType type);
/// Multiple of addresses and row distances under a tensor map of this type.
int64_t getMapAlignment(ElementType type);

/// A size or stride in elements; empty when only the launch knows it.
using Extent = std::optional<int64_t>;

/// One argument of the kernel, in the order in which callers pass them.
struct Argument {
  /// For diagnostics: "a_scale". Not empty; need not be unique.
  std::string name;
  ElementType type = ElementType::I8;
  /// A view of global memory; otherwise a scalar without shape.
  bool isBuffer = true;
  /// As many sizes as strides, at most kMaxRank.
  std::vector<Extent> shape, strides;
};

/// A value that the launch knows.
struct Symbol {
  enum class Kind { Dim, Stride, SmCount };
  Kind kind = Kind::SmCount;
  /// Dimension of an argument, for Dim and Stride.
  size_t argument = 0, dimension = 0;
};

/// One TMA descriptor. Lists begin with the contiguous dimension.
struct TensorMap {
  /// The buffer that it views, from this byte on.
  size_t argument = 0;
  int64_t byteOffset = 0;
  /// What is copied; may differ from the argument's type.
  ElementType type = ElementType::I8;
  /// Sizes in elements.
  std::vector<Expression> dims;
  /// Distances in bytes, of all dimensions but the first.
  std::vector<Expression> strides;
  /// Elements of one copy.
  std::vector<int64_t> box;
  /// Span of the swizzle in bytes: 0, 32, 64 or 128.
  int64_t swizzle = 0;
};

/// One parameter of the compiled kernel.
struct Parameter {
  enum class Kind {
    /// 128 bytes: tensor map `index`, aligned to 64.
    Map,
    /// 4 bytes: symbol `index`.
    Symbol,
    /// 8 bytes: address of argument `index`.
    Pointer,
    /// 8 bytes: address of the workspace; `index` is 0.
    Workspace,
  };
  Kind kind = Kind::Map;
  size_t index = 0;
};

/// Warps of a CTA with a common job, for statistics and diagnostics.
struct Role {
  std::string name;
  int64_t warps = 0;
};

struct LaunchPlan {
  /// The symbol that a loader looks up.
  std::string entry;
  /// Chip that the code is for: "sm_120a".
  std::string chip;
  std::vector<Argument> arguments;
  std::vector<Symbol> symbols;
  /// CTAs; the grid has one dimension. 0: nothing to launch.
  Expression grid = Expression::constant(0);
  /// Threads of a CTA.
  int64_t block = 32;
  /// CTAs of a cluster.
  int64_t cluster = 1;
  /// Dynamic shared memory of a CTA.
  int64_t sharedBytes = 0;
  /// Global memory that the kernel needs for itself, in bytes: zeros before the
  /// first launch, and left by each launch as any other needs it.
  Expression workspaceBytes = Expression::constant(0);
  std::vector<TensorMap> maps;
  std::vector<Parameter> parameters;
  /// From warp 0 on, all warps of the block; or none, when all do the same.
  std::vector<Role> roles;
};

/// Whether the parts of a plan fit together: indices exist, limits of the
/// hardware that no argument can change hold.
Status validate(const LaunchPlan &plan);

/// Reads a plan. It is valid when the result holds one; otherwise the error
/// names the key that is wrong, for example `tensor_maps[0].box[1]`.
Result<LaunchPlan> parsePlan(std::string_view json);

/// The plan as JSON, the same text for the same plan; ends with a newline.
std::string writePlan(const LaunchPlan &plan);

} // namespace dgemm::launch

#endif // DGEMM_LAUNCH_LAUNCHPLAN_H
