//===- DecodeScalar.cpp - Rules of scalar instructions --------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpcodeTable.h"
#include "Parser.h"

using namespace dgemm::sim;
using Kind = Operand::Kind;

static uint32_t elements(const Operand &operand) {
  return operand.kind == Kind::Vector ? operand.count : 1;
}

/// mov between a register and the vector of its parts.
Status Decoder::checkScalarMove(const Instruction &instruction,
                                const std::vector<Operand> &operands) {
  uint32_t to = elements(operands[0]), from = elements(operands[1]);
  if (to == 1 && from == 1 && operands[0].kind != Kind::Vector &&
      operands[1].kind != Kind::Vector)
    return {};
  if (operands[0].kind == Kind::Vector && operands[1].kind == Kind::Vector)
    return Error{"one side must be a register"};
  uint32_t count = to * from;
  if ((count != 2 && count != 4) || bitWidth(instruction.type) / count < 8)
    return Error{"expected two or four elements of at least 8 bits"};
  return {};
}

Status Decoder::checkConvert(const Instruction &instruction,
                             const std::vector<Operand> &operands) {
  unsigned toBits = 0, fromBits = 0;
  Type to = pairElement(instruction.type, toBits);
  Type from = pairElement(instruction.sourceType, fromBits);
  bool two = to != Type::None && from == Type::None;
  if (operands.size() != (two ? 3u : 2u))
    return Error{two ? "expected two sources" : "expected one source"};
  bool small = to != Type::None && to != Type::F16 && to != Type::BF16 &&
               to != Type::UE8M0;
  if (small && !instruction.has(FlagSatFinite))
    return Error{"expected .satfinite"};
  if (to == Type::UE8M0 && instruction.round != Round::Rz &&
      instruction.round != Round::Rp)
    return Error{"expected .rz or .rp"};
  return {};
}

/// Floats only add, except that f16 and bf16 in vectors also have min and max.
static bool hasAction(const Instruction &instruction) {
  Type type = instruction.type;
  Action action = instruction.action;
  bool bitsOnly = action == Action::And || action == Action::Or ||
                  action == Action::Xor || action == Action::Exch ||
                  action == Action::Cas;
  if (type == Type::B128)
    return action == Action::Exch || action == Action::Cas;
  if (isFloat(type)) {
    bool extremes = (action == Action::Min || action == Action::Max) &&
                    instruction.count > 1 && bitWidth(type) <= 32 &&
                    type != Type::F32;
    return action == Action::Add || extremes ||
           ((type == Type::F32 || type == Type::F64) && action == Action::Exch);
  }
  if (type == Type::B16)
    return action == Action::Cas || action == Action::Exch;
  if (type == Type::B32 || type == Type::B64)
    return bitsOnly;
  bool wraps = action == Action::Inc || action == Action::Dec;
  return !wraps || type == Type::U32;
}

Status Decoder::checkAtomic(const Instruction &instruction,
                            const std::vector<Operand> &operands) {
  if (instruction.action == Action::None || instruction.action > Action::Dec)
    return Error{"expected an operation"};
  if (!hasAction(instruction))
    return Error{"the type does not have this operation"};
  bool atom = instruction.op == Op::Atom;
  bool swap = instruction.action == Action::Cas;
  bool hint =
      opcodes_[instruction.text].find("cache_hint") != std::string::npos;
  if (operands.size() != 2u + atom + swap + hint)
    return Error{swap ? "compare-and-swap has one operand more than others"
                      : "expected " + std::to_string(2 + atom + hint) +
                            " operands"};
  if (swap && !atom)
    return Error{"red has no compare-and-swap"};
  if (instruction.count * bitWidth(instruction.type) > 128)
    return Error{"a vector is wider than 128 bits"};
  if (instruction.count > 1 &&
      (!isFloat(instruction.type) || instruction.space != Space::Global))
    return Error{"vectors are floats in global memory"};
  for (size_t i = 0; i < operands.size(); ++i)
    if (operands[i].kind == Kind::Vector &&
        elements(operands[i]) != instruction.count)
      return Error{"expected " + std::to_string(instruction.count) +
                   " elements of data"};
  if (instruction.count > 1 && operands[atom ? 2 : 1].kind != Kind::Vector)
    return Error{"expected " + std::to_string(instruction.count) +
                 " elements of data"};
  return {};
}

Status Decoder::checkRedux(const Instruction &instruction) {
  bool bitwise =
      instruction.action >= Action::And && instruction.action <= Action::Xor;
  bool extreme =
      instruction.action == Action::Min || instruction.action == Action::Max;
  bool valid = instruction.type == Type::B32 ? bitwise
               : instruction.type == Type::F32
                   ? extreme
                   : extreme || bitwise || instruction.action == Action::Add;
  return valid ? Status() : Status(Error{"expected an operation of this type"});
}

Status Decoder::checkBarrierReduction(const Instruction &instruction) {
  bool count =
      instruction.action == Action::Popc && instruction.type == Type::U32;
  bool logic =
      (instruction.action == Action::And || instruction.action == Action::Or) &&
      instruction.type == Type::Pred;
  return count || logic
             ? Status()
             : Status(Error{"expected .popc.u32, .and.pred or .or.pred"});
}
