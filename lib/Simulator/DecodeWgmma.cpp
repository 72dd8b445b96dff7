//===- DecodeWgmma.cpp - Forms of wgmma.mma_async -------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Parser.h"

#include <array>

using namespace dgemm::sim;
using Kind = Operand::Kind;

namespace {

/// The fields of "m64nNkK". Zero where it is none.
struct Shape {
  unsigned n = 0, k = 0;

  explicit Shape(std::string_view text) {
    if (text.substr(0, 4) != "m64n")
      return;
    text.remove_prefix(4);
    n = number(text);
    if (text.empty() || text[0] != 'k')
      return;
    text.remove_prefix(1);
    k = number(text);
    k = text.empty() ? k : 0;
  }

private:
  static unsigned number(std::string_view &text) {
    unsigned value = 0;
    while (!text.empty() && text[0] >= '0' && text[0] <= '9' && value < 1000) {
      value = 10 * value + static_cast<unsigned>(text[0] - '0');
      text.remove_prefix(1);
    }
    return value;
  }
};

Status decodeTypes(const std::vector<std::string_view> &modifiers,
                   WgmmaOp &op) {
  static constexpr MatrixType types[] = {MatrixType::BF16, MatrixType::F16,
                                         MatrixType::TF32, MatrixType::E4M3,
                                         MatrixType::E5M2};
  for (std::string_view modifier : modifiers)
    if (modifier == "s8" || modifier == "u8" || modifier == "b1")
      return Error{"element type ." + std::string(modifier) +
                   " is outside of the simulated set (bf16, f16, tf32, e4m3, "
                   "e5m2)"};
  if (modifiers.size() != 4)
    return Error{"expected a shape and the types of D, A and B"};
  if (modifiers[1] != "f32" && modifiers[1] != "f16")
    return Error{"D is .f32 or .f16, not ." + std::string(modifiers[1])};
  op.accumulator =
      modifiers[1] == "f32" ? AccumulatorType::F32 : AccumulatorType::F16;
  MatrixType *fields[] = {&op.a, &op.b};
  for (unsigned i = 0; i < 2; ++i) {
    bool known = false;
    for (MatrixType type : types) {
      if (modifiers[2 + i] != name(type))
        continue;
      *fields[i] = type;
      known = true;
    }
    if (!known)
      return Error{"unsupported element type ." +
                   std::string(modifiers[2 + i])};
  }
  return {};
}

/// A number that must be one of two.
Status decodeChoice(const Operand &operand, const char *what, int64_t no,
                    int64_t yes, bool &out) {
  int64_t value = static_cast<int64_t>(operand.value);
  if (operand.kind != Kind::Immediate || (value != no && value != yes))
    return Error{std::string(what) + " is the number " + std::to_string(no) +
                 " or " + std::to_string(yes)};
  out = value == yes;
  return {};
}

} // namespace

/// Operands: D, A, B, scale-d, imm-scale-a, imm-scale-b, and for 16-bit types
/// imm-trans-a (unless A is in registers) and imm-trans-b.
Status Decoder::finishWgmma(Instruction &instruction,
                            const std::vector<Operand> &operands) {
  const std::string &name = opcodes_[instruction.text];
  if (name.find(".mma_async.sp.") != std::string::npos)
    return Error{"structured sparsity is outside of the simulated set"};
  WgmmaOp op;
  if (Status status = decodeTypes(mmaModifiers_, op); !status.ok())
    return status;
  Shape shape(mmaModifiers_[0]);
  op.n = shape.n;
  op.registersA = operands[1].kind == Kind::Vector;
  if (Status status = validate(op); !status.ok())
    return status;
  if (shape.k != op.k())
    return Error{"K of these types is " + std::to_string(op.k()) + ", not " +
                 std::to_string(shape.k)};
  bool wide = op.elementBytes() == 2;
  size_t expected = 6u + (wide ? (op.registersA ? 1u : 2u) : 0u);
  if (operands.size() != expected)
    return Error{"expected " + std::to_string(expected) + " operands, found " +
                 std::to_string(operands.size())};
  struct Choice {
    const char *what;
    int64_t no, yes;
    bool *field;
  };
  std::vector<Choice> choices = {{"imm-scale-a", 1, -1, &op.negateA},
                                 {"imm-scale-b", 1, -1, &op.negateB}};
  if (wide && !op.registersA)
    choices.push_back({"imm-trans-a", 0, 1, &op.transA});
  if (wide)
    choices.push_back({"imm-trans-b", 0, 1, &op.transB});
  for (size_t i = 0; i < choices.size(); ++i)
    if (Status status =
            decodeChoice(operands[4 + i], choices[i].what, choices[i].no,
                         choices[i].yes, *choices[i].field);
        !status.ok())
      return status;
  if (Status status = checkVector(operands[0], op.registersD(), "D");
      !status.ok())
    return status;
  if (op.registersA)
    if (Status status = checkVector(operands[1], 4, "A"); !status.ok())
      return status;
  for (unsigned i = 0; i < (op.registersA ? 2u : 1u); ++i)
    for (uint32_t j = 0; j < operands[i].count; ++j) {
      const Operand &element = kernel_.operands[operands[i].first + j];
      if (element.kind != Kind::Register || bitWidth(element.type) != 32)
        return Error{"D and A need registers of 32 bits"};
    }
  instruction.descriptor =
      static_cast<uint32_t>(kernel_.warpgroupMatrices.size());
  kernel_.warpgroupMatrices.push_back(op);
  return {};
}
