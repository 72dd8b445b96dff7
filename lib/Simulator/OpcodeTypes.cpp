//===- OpcodeTypes.cpp - Which types an instruction has -------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpcodeTable.h"

using namespace dgemm::sim;

static constexpr uint64_t only(Type type) {
  return uint64_t(1) << static_cast<unsigned>(type);
}

template <typename... Types> static constexpr uint64_t setOf(Types... types) {
  return (only(types) | ...);
}

static constexpr uint64_t words = setOf(Type::U32, Type::S32);
static constexpr uint64_t longs = setOf(Type::U64, Type::S64);
static constexpr uint64_t integers =
    words | longs | setOf(Type::U16, Type::S16);
static constexpr uint64_t bits32 = only(Type::B32);
static constexpr uint64_t bits = setOf(Type::B16, Type::B32, Type::B64);
static constexpr uint64_t floats = setOf(Type::F32, Type::F64);
static constexpr uint64_t halves =
    setOf(Type::F16, Type::BF16, Type::F16x2, Type::BF16x2);
static constexpr uint64_t shorts = setOf(Type::U16x2, Type::S16x2);
static constexpr uint64_t pairs = only(Type::F32x2);
static constexpr uint64_t bytes = setOf(Type::B8, Type::U8, Type::S8);
static constexpr uint64_t memory =
    integers | bits | floats | bytes | only(Type::B128);
static constexpr uint64_t narrow =
    setOf(Type::E4M3x2, Type::E5M2x2, Type::E2M1x2, Type::E2M3x2, Type::E3M2x2,
          Type::UE8M0x2);
static constexpr uint64_t anyType = ~uint64_t(0);

/// The types of the result.
static uint64_t typesOf(const Instruction &instruction) {
  switch (instruction.op) {
  case Op::Add:
  case Op::Sub:
    return instruction.has(FlagCarryIn | FlagCarryOut)
               ? words | longs
               : integers | floats | halves | shorts | pairs;
  case Op::Mul:
    return integers | floats | halves | pairs;
  case Op::Mad:
    return integers | floats;
  case Op::Div:
    return integers | floats;
  case Op::Rem:
  case Op::Sad:
    return integers;
  case Op::Abs:
  case Op::Neg:
    return integers | floats | halves;
  case Op::Min:
  case Op::Max:
    return integers | floats | halves | shorts;
  case Op::Popc:
  case Op::Clz:
  case Op::Brev:
    return setOf(Type::B32, Type::B64);
  case Op::Bfind:
  case Op::Bfe:
    return words | longs;
  case Op::Bfi:
    return setOf(Type::B32, Type::B64);
  case Op::And:
  case Op::Or:
  case Op::Xor:
  case Op::Not:
    return bits | only(Type::Pred);
  case Op::Cnot:
  case Op::Shl:
    return bits;
  case Op::Shr:
    return bits | integers;
  case Op::Lop3:
  case Op::Shf:
  case Op::Prmt:
  case Op::Fns:
  case Op::Bmsk:
    return bits32;
  case Op::Szext:
  case Op::Mul24:
  case Op::Mad24:
  case Op::Dp4a:
  case Op::Dp2a:
    return words;
  case Op::Fma:
    return floats | halves | pairs;
  case Op::Rcp:
  case Op::Sqrt:
  case Op::Rsqrt:
  case Op::Copysign:
  case Op::Testp:
    return floats;
  case Op::Ex2:
  case Op::Tanh:
    return halves | only(Type::F32);
  case Op::Lg2:
  case Op::Sin:
  case Op::Cos:
    return only(Type::F32);
  case Op::Mov:
    return integers | bits | floats | halves | bytes |
           setOf(Type::Pred, Type::B128);
  case Op::Selp:
  case Op::Slct:
    return integers | bits | floats;
  case Op::Set:
    return words | setOf(Type::F32, Type::U16, Type::S16) | halves;
  case Op::Setp:
    return integers | bits | floats | halves;
  case Op::Cvt:
    return integers | bytes | floats | halves | narrow | only(Type::TF32);
  case Op::CvtPack:
    return setOf(Type::U16, Type::S16, Type::U8, Type::S8, Type::U4, Type::S4,
                 Type::U2, Type::S2);
  case Op::Ld:
  case Op::St:
    return memory | halves;
  case Op::Atom:
  case Op::Red:
    return words | longs | floats | halves |
           setOf(Type::B16, Type::B32, Type::B64, Type::B128, Type::U16,
                 Type::S16);
  case Op::Redux:
    return words | setOf(Type::B32, Type::F32);
  case Op::Match:
    return setOf(Type::B32, Type::B64);
  case Op::Shfl:
  case Op::Vote:
    return setOf(Type::B32, Type::U32, Type::S32, Type::F32, Type::Pred);
  default:
    return anyType;
  }
}

/// The types of the sources, where an instruction names two.
static uint64_t sourceTypesOf(const Instruction &instruction) {
  switch (instruction.op) {
  case Op::Add:
  case Op::Sub:
  case Op::Fma:
    return setOf(Type::F16, Type::BF16);
  case Op::Cvt:
    return integers | bytes | floats | halves | narrow;
  case Op::CvtPack:
    return only(Type::S32);
  case Op::Set:
    return integers | bits | floats | halves;
  case Op::Slct:
    return setOf(Type::S32, Type::F32);
  case Op::Dp4a:
  case Op::Dp2a:
    return words;
  default:
    return anyType;
  }
}

/// Does an instruction of this kind need one type, two or three?
static bool hasCount(Op op, Type type, size_t count) {
  switch (op) {
  case Op::Cvt:
  case Op::Set:
  case Op::Slct:
  case Op::Dp4a:
  case Op::Dp2a:
    return count == 2;
  case Op::CvtPack:
    return count == 2 || count == 3;
  case Op::Add:
  case Op::Sub:
  case Op::Fma:
    return count == 1 || (count == 2 && type == Type::F32);
  default:
    return count <= 2;
  }
}

/// Pairs of types between which nothing converts.
static bool converts(const Instruction &instruction) {
  unsigned toBits = 0, fromBits = 0;
  Type to = pairElement(instruction.type, toBits);
  Type from = pairElement(instruction.sourceType, fromBits);
  if (instruction.type == Type::TF32)
    return instruction.sourceType == Type::F32;
  if (to == Type::None)
    return from == Type::None;
  return from != Type::None || instruction.sourceType == Type::F32;
}

Status dgemm::sim::checkTypes(const Instruction &instruction,
                              const std::vector<Type> &types) {
  if (!hasCount(instruction.op, instruction.type, types.size()))
    return Error{types.size() < 2 ? "expected two types" : "too many types"};
  bool known = (typesOf(instruction) & only(instruction.type)) != 0;
  if (types.size() > 1)
    known &= (sourceTypesOf(instruction) & only(types[1])) != 0;
  if (types.size() > 2)
    known &= types[2] == Type::B32;
  if (instruction.op == Op::Cvt)
    known &= converts(instruction);
  return known ? Status() : Status(Error{"unsupported type"});
}
