//===- DecodeCopy.h - Modifiers of asynchronous copies ----------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_SIMULATOR_DECODECOPY_H
#define DGEMM_LIB_SIMULATOR_DECODECOPY_H

// Copies have their own decoder: what a modifier means depends on the others,
// and their order is free, as it is to ptxas.

#include "dgemm/Simulator/CopyForm.h"
#include "dgemm/Simulator/Program.h"

#include <string>
#include <vector>

namespace dgemm::sim {

/// A form and its operands: letters as in OpcodeInfo::signature.
template <typename Form> struct DecodedCopy {
  Form form;
  std::string signature;
};

/// cp.async.bulk{.tensor, .prefetch} and cp.reduce.async.bulk{.tensor}. Names
/// the modifier that the target lacks, or that does not go with the others.
Expected<DecodedCopy<CopyForm>> decodeBulkCopy(std::string_view opcode,
                                               std::string_view target);

/// cp.async.{ca,cg}.shared.global; what an optional operand is depends on the
/// operands.
Expected<DecodedCopy<SmallCopySource>>
decodeSmallCopy(std::string_view opcode, const std::vector<Operand> &operands);

/// The field of tensormap.replace, whether it has an ordinal, and that the
/// target can replace it.
struct MapReplaceForm {
  TensorMapField field = TensorMapField::GlobalAddress;
  bool ordinal = false;
  Space space = Space::Generic;
};
Expected<DecodedCopy<MapReplaceForm>> decodeMapReplace(std::string_view opcode,
                                                       std::string_view target);

/// "a.b::c.d" at the dots.
std::vector<std::string_view> splitDots(std::string_view text);

} // namespace dgemm::sim

#endif // DGEMM_LIB_SIMULATOR_DECODECOPY_H
