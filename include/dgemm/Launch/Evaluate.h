//===- Evaluate.h - A launch plan with numbers ------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LAUNCH_EVALUATE_H
#define DGEMM_LAUNCH_EVALUATE_H

#include "dgemm/Launch/LaunchPlan.h"

#include <array>

namespace dgemm::launch {

/// What a caller passes for one argument of the kernel.
struct ArgumentValue {
  /// Address of the element whose indices are all 0. May be null when there is
  /// no element.
  uint64_t address = 0;
  size_t rank = 0;
  /// Elements.
  std::array<int64_t, kMaxRank> shape{}, strides{};
};

/// What cuTensorMapEncodeTiled is given. Lists begin with the contiguous
/// dimension.
struct TensorMapValue {
  /// The viewed memory has no element. There is no such tensor map; the kernel
  /// copies nothing with it and gets 128 zero bytes in its place. The fields
  /// below are then not set.
  bool isEmpty = false;
  ElementType type = ElementType::I8;
  size_t rank = 0;
  uint64_t address = 0;
  std::array<uint64_t, kMaxMapRank> dims{};
  /// Bytes, from the second dimension on.
  std::array<uint64_t, kMaxMapRank - 1> strides{};
  std::array<uint32_t, kMaxMapRank> box{};
  uint32_t swizzle = 0;
};

/// One parameter with its value.
struct ParameterValue {
  Parameter::Kind kind = Parameter::Kind::Map;
  /// Index into `Launch::maps`, 32-bit integer, or address; 0 for the workspace
  /// until `setWorkspace` says where it is.
  uint64_t value = 0;
};

/// Everything that a launch needs. May be used again for other launches of any
/// plan; then its memory is, too.
struct Launch {
  /// CTAs. 0: there is nothing to launch, and neither maps nor parameters.
  uint32_t grid = 0;
  uint32_t block = 0;
  uint32_t cluster = 1;
  uint32_t sharedBytes = 0;
  /// Bytes of global memory to give to `setWorkspace`, 0 where the kernel needs
  /// none.
  uint64_t workspaceBytes = 0;
  std::vector<TensorMapValue> maps;
  std::vector<ParameterValue> parameters;
  /// Values of the plan's symbols.
  std::vector<int64_t> symbols;

  bool isEmpty() const { return grid == 0; }
};

/// Puts the sizes, strides and addresses of `arguments` and the number of
/// streaming multiprocessors into a valid `plan`. Allocates only when `launch`
/// has less room than needed or when it fails. Fails when
///  - number or ranks of the arguments, or sizes and strides that the plan
///    fixes, differ (a stride along fewer than two elements does not count);
///  - a size is negative, or a stride along two or more elements is;
///  - an address is null or misaligned: 16 bytes under a tensor map, else the
///    element's size;
///  - a number overflows or exceeds what its place takes: 2^31 - 1 for
///    the grid, symbols and sizes under a tensor map, 2^40 for its strides,
///    which must be multiples of 16 bytes.
/// Errors name the kernel, and where it is one, the argument and its dimension.
/// `launch` is unspecified after a failure.
Status evaluate(const LaunchPlan &plan,
                const std::vector<ArgumentValue> &arguments, int64_t smCount,
                Launch &launch);

/// What numbers of an operand must be multiples of.
struct Alignment {
  /// Of the address, in bytes.
  uint64_t address = 1;
  /// Of every stride but 1 that the plan leaves open, in elements, where its
  /// dimension has more than one.
  int64_t strides = 1;
};

/// What `evaluate` wants of an argument of a valid plan.
Alignment getAlignment(const LaunchPlan &plan, size_t argument);

/// Bytes that the address of a workspace is a multiple of.
inline constexpr uint64_t kWorkspaceAlignment = 256;

/// Tells the kernel where its workspace is: `launch.workspaceBytes` bytes of
/// global memory or more. They are zeros before the kernel's first launch; each
/// launch of the same plan, with any shapes, may use them after the one before
/// it. Launches that may run at the same time need one each. Fails when the
/// address is misaligned, or null where there must be memory.
Status setWorkspace(Launch &launch, uint64_t address);

} // namespace dgemm::launch

#endif // DGEMM_LAUNCH_EVALUATE_H
