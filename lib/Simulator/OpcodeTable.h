//===- OpcodeTable.h - Opcodes and what they accept -------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_SIMULATOR_OPCODETABLE_H
#define DGEMM_LIB_SIMULATOR_OPCODETABLE_H

#include "dgemm/Simulator/Program.h"

#include <string_view>

namespace dgemm::sim {

/// Groups of modifiers that an opcode accepts.
enum Category : uint32_t {
  CatRound = 1u << 0,
  CatSat = 1u << 1,
  CatFtz = 1u << 2,
  CatApprox = 1u << 3,
  CatHalf = 1u << 4, // .lo .hi .wide
  CatCompare = 1u << 5,
  CatBool = 1u << 6,
  CatSpace = 1u << 7,
  CatMemory = 1u << 8, // ordering, scope, cache operators
  CatVector = 1u << 9,
  CatAction = 1u << 10,
  CatSync = 1u << 11,
  CatShift = 1u << 12, // .l .r .clamp .wrap
  CatPermute = 1u << 13,
  CatNan = 1u << 14,
  CatUni = 1u << 15,
  CatShiftAmount = 1u << 16,
  CatMatrix = 1u << 17, // shapes, counts, .trans
  CatMma = 1u << 18,
  CatCopy = 1u << 19, // DecodeCopy.cpp reads the modifiers
  CatRead = 1u << 20,
  CatParity = 1u << 21,
  CatTo = 1u << 22,
  CatCarry = 1u << 23,
  CatAny = 1u << 24, // no effect here, any spelling
  CatNoType = 1u << 25,
  CatTcgen05 = 1u << 28, // Decoder::finishTcgen05 knows them
  CatClass = 1u << 26,   // of testp
  CatNoComplete = 1u << 29,
  CatCompletion = 1u << 30, // .mbarrier::complete_tx::bytes
  CatCluster = 1u << 31     // of barrier.cluster
};

/// Operand signature, a letter each, `?` makes it and the rest optional:
///   d result register or `_`     s scalar source
///   D register or vector result  S scalar or vector source
///   p predicate source           q predicate result, or a pair of them
///   m memory                     t memory with tensor coordinates
///   e result with a predicate (`d|p`)
struct OpcodeInfo {
  const char *name;
  Op op;
  const char *signature;
  uint32_t categories;
  uint32_t flags;
};

struct ModifierInfo {
  const char *name;
  uint32_t category;
  enum class Field : uint8_t {
    None,
    Flag,
    Round,
    Compare,
    BoolOp,
    Space,
    Action,
    Count,
    Mode,
    Order,
    Scope
  } field;
  uint32_t value;
};

/// The opcode that is the longest prefix of `text`; `length` is its length.
const OpcodeInfo *findOpcode(std::string_view text, size_t &length);
/// The entry of that name within these categories.
const ModifierInfo *findModifier(std::string_view name, uint32_t categories);

/// The classes that testp knows.
enum class FloatClass : uint8_t {
  Finite,
  Infinite,
  Number,
  NotANumber,
  Normal,
  Subnormal
};

/// Does the instruction have these types? Implemented in OpcodeTypes.cpp.
Status checkTypes(const Instruction &instruction,
                  const std::vector<Type> &types);
/// Does the target, such as "sm_120a", have the instruction? An error names
/// both and the targets that do. Implemented in TargetRules.cpp.
Status checkTarget(std::string_view target, std::string_view opcode);
/// The element of a packed pair and how many bits it takes; None if the type is
/// no pair.
Type pairElement(Type type, unsigned &bits);

} // namespace dgemm::sim

#endif // DGEMM_LIB_SIMULATOR_OPCODETABLE_H
