//===- DecodeInstruction.cpp - Opcodes, modifiers and operands ------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DecodeCopy.h"
#include "OpcodeTable.h"
#include "Parser.h"

#include <algorithm>
#include <cstring>

using namespace dgemm::sim;
using Kind = Operand::Kind;

static void applyModifier(const ModifierInfo &info, Instruction &instruction) {
  using Field = ModifierInfo::Field;
  uint8_t value = static_cast<uint8_t>(info.value);
  switch (info.field) {
  case Field::None:
    return;
  case Field::Flag:
    instruction.flags |= info.value;
    return;
  case Field::Round:
    instruction.round = static_cast<Round>(value);
    return;
  case Field::Compare:
    instruction.compare = static_cast<Compare>(value);
    return;
  case Field::BoolOp:
    instruction.boolOp = static_cast<BoolOp>(value);
    return;
  case Field::Space:
    instruction.space = static_cast<Space>(value);
    return;
  case Field::Action:
    instruction.action = static_cast<Action>(value);
    return;
  case Field::Count:
    instruction.count = value;
    return;
  case Field::Mode:
    instruction.mode = value;
    return;
  case Field::Order:
    instruction.order = static_cast<Order>(value);
    return;
  case Field::Scope:
    instruction.scope = static_cast<MemoryScope>(value);
    return;
  }
}

/// What a fence of this name acts on.
static FenceKind fenceKind(std::string_view name) {
  static constexpr std::pair<std::string_view, FenceKind> kinds[] = {
      {"fence", FenceKind::Thread},
      {"membar", FenceKind::Thread},
      {"fence.proxy.async", FenceKind::ProxyAsync},
      {"fence.proxy.async.global", FenceKind::ProxyAsyncGlobal},
      {"fence.proxy.async.shared::cta", FenceKind::ProxyAsyncShared},
      {"fence.proxy.async.shared::cluster", FenceKind::ProxyAsyncShared},
      {"fence.mbarrier_init", FenceKind::MBarrierInit}};
  for (const auto &[text, kind] : kinds)
    if (name == text)
      return kind;
  return FenceKind::None;
}

Status Decoder::decodeModifier(std::string_view modifier, uint32_t categories,
                               Instruction &instruction,
                               std::vector<Type> &types) {
  if (categories & (CatAny | CatCopy))
    return {};
  if (categories & (CatMma | CatTcgen05)) {
    mmaModifiers_.push_back(modifier);
    return {};
  }
  // `.and` is a combination in setp, and an action in atom.
  if (const ModifierInfo *info = findModifier(modifier, categories)) {
    applyModifier(*info, instruction);
    return {};
  }
  Type type = typeByName(modifier);
  if (type == Type::None || (categories & CatNoType))
    return Error{"unsupported modifier '." + std::string(modifier) + "'"};
  types.push_back(type);
  return {};
}

Status Decoder::checkOperand(char expected, const Operand &operand) {
  bool scalar = operand.kind == Kind::Register ||
                operand.kind == Kind::Immediate ||
                operand.kind == Kind::Special;
  bool result = operand.kind == Kind::Register || operand.kind == Kind::Sink;
  bool predicate = operand.kind == Kind::Register && operand.type == Type::Pred;
  switch (expected) {
  case 'd':
    if (result)
      return {};
    return Error{"expected a register as result"};
  case 'D':
    if (result)
      return {};
    if (operand.kind == Kind::Vector) {
      for (uint32_t i = 0; i < operand.count; ++i)
        if (!checkOperand('d', kernel_.operands[operand.first + i]).ok())
          return Error{"expected registers in a result vector"};
      return {};
    }
    return Error{"expected a register or vector as result"};
  case 's':
    if (scalar)
      return {};
    return Error{"expected a register or number"};
  case 'S':
    if (scalar || operand.kind == Kind::Vector)
      return {};
    return Error{"expected a register, number or vector"};
  case 'p':
    if (predicate || operand.kind == Kind::Immediate)
      return {};
    return Error{"expected a predicate"};
  case 'q':
  case 'e': {
    bool pair = operand.kind == Kind::Vector && operand.count == 2;
    const Operand &first = pair ? kernel_.operands[operand.first] : operand;
    const Operand &last = pair ? kernel_.operands[operand.first + 1] : operand;
    auto isPredicate = [](const Operand &value) {
      return value.kind == Kind::Sink ||
             (value.kind == Kind::Register && value.type == Type::Pred);
    };
    if (expected == 'q' && isPredicate(first) && isPredicate(last))
      return {};
    bool data = first.kind == Kind::Register || first.kind == Kind::Sink;
    if (expected == 'e' && data && (!pair || isPredicate(last)))
      return {};
    return Error{"expected a predicate as result"};
  }
  case 'm':
    if (operand.kind == Kind::Address && operand.count == 1)
      return {};
    return Error{"expected an address in brackets"};
  case 't':
    if (operand.kind == Kind::Address && operand.count == 2)
      return {};
    return Error{"expected a tensor map and coordinates in brackets"};
  default:
    return Error{"unexpected operand"};
  }
}

Status Decoder::checkOperands(const char *signature,
                              const Instruction &instruction,
                              std::vector<Operand> &operands) {
  bool optional = false;
  size_t index = 0;
  for (const char *letter = signature; *letter; ++letter) {
    if (*letter == '?') {
      optional = true;
      continue;
    }
    if (index == operands.size()) {
      if (optional)
        return {};
      return Error{"expected more than " + std::to_string(index) + " operands"};
    }
    if (Status status = checkOperand(*letter, operands[index]); !status.ok())
      return Error{"operand " + std::to_string(index + 1) + ": " +
                   status.message()};
    ++index;
  }
  if (index != operands.size())
    return Error{"expected " + std::to_string(index) + " operands, found " +
                 std::to_string(operands.size())};
  return {};
}

Status Decoder::checkVector(const Operand &operand, uint32_t count,
                            const char *what) {
  if (operand.kind == Kind::Sink)
    return Error{std::string(what) + " needs registers"};
  bool scalar = operand.kind == Kind::Register && count == 1;
  if (!scalar && (operand.kind != Kind::Vector || operand.count != count))
    return Error{std::string(what) + " needs " + std::to_string(count) +
                 " registers"};
  for (uint32_t i = 0; i < operand.count && !scalar; ++i)
    if (kernel_.operands[operand.first + i].type == Type::Pred)
      return Error{std::string(what) + " cannot hold predicates"};
  return {};
}

/// Number of elements that an operand stands for.
static uint32_t elements(const Operand &operand) {
  return operand.kind == Kind::Vector ? operand.count : 1;
}

/// Decimal literals are doubles; an f32 instruction takes them as f32.
static void narrowImmediate(Operand &operand, Type type) {
  if (operand.kind != Kind::Immediate || operand.type != Type::F64 ||
      bitWidth(type) != 32)
    return;
  double wide;
  std::memcpy(&wide, &operand.value, sizeof(wide));
  float narrow = static_cast<float>(wide);
  operand.value = 0;
  std::memcpy(&operand.value, &narrow, sizeof(narrow));
  operand.type = Type::F32;
}

static MatrixForm finishForm(const Instruction &instruction,
                             std::string_view opcode) {
  MatrixForm form = static_cast<MatrixForm>(instruction.mode);
  bool six = instruction.has(FlagNan);
  bool narrow = opcode.find("b8x16") != std::string_view::npos;
  if (form == MatrixForm::M8N16B4 && six)
    return MatrixForm::M8N16B6;
  if (form == MatrixForm::M16N16B8 && narrow)
    return six ? MatrixForm::M16N16B6 : MatrixForm::M16N16B4;
  return form;
}

Status Decoder::finishMatrixMove(Instruction &instruction,
                                 const std::vector<Operand> &operands) {
  bool load = instruction.op == Op::LdMatrix;
  MatrixMove move;
  move.form = finishForm(instruction, opcodes_[instruction.text]);
  move.count = instruction.count;
  move.trans = instruction.has(FlagTranspose);
  if (Status status = load ? validateLoad(move) : validateStore(move);
      !status.ok())
    return status;
  Status status = checkVector(operands[load ? 0 : 1], move.registers(),
                              load ? "the result" : "the source");
  if (!status.ok())
    return status;
  if (instruction.space != Space::Shared && instruction.space != Space::Generic)
    return Error{"the address must be in shared memory"};
  instruction.descriptor = static_cast<uint32_t>(kernel_.moves.size());
  kernel_.moves.push_back(move);
  return {};
}

static bool matrixType(std::string_view name, MatrixType &type) {
  static constexpr MatrixType all[] = {
      MatrixType::BF16, MatrixType::F16,  MatrixType::TF32, MatrixType::E4M3,
      MatrixType::E5M2, MatrixType::E3M2, MatrixType::E2M3, MatrixType::E2M1};
  for (MatrixType candidate : all) {
    if (name != dgemm::sim::name(candidate))
      continue;
    type = candidate;
    return true;
  }
  return false;
}

static bool mmaKind(std::string_view name, MmaKind &kind) {
  static constexpr std::pair<const char *, MmaKind> kinds[] = {
      {"kind::f8f6f4", MmaKind::F8F6F4},
      {"kind::mxf8f6f4", MmaKind::MXF8F6F4},
      {"kind::mxf4", MmaKind::MXF4},
      {"kind::mxf4nvf4", MmaKind::MXF4NVF4}};
  for (const auto &[spelling, value] : kinds) {
    if (name != spelling)
      continue;
    kind = value;
    return true;
  }
  return false;
}

/// Modifiers other than the types.
static bool mmaModifier(std::string_view modifier, MmaOp &op, bool &scaled) {
  if (modifier == "row" || modifier == "col")
    return true;
  if (modifier.substr(0, 6) == "m16n8k") {
    std::string_view k = modifier.substr(6);
    op.k = k == "4"    ? 4
           : k == "8"  ? 8
           : k == "16" ? 16
           : k == "32" ? 32
           : k == "64" ? 64
                       : 0;
    return true;
  }
  if (modifier == "block_scale") {
    scaled = true;
    return true;
  }
  if (modifier == "scale_vec::1X" || modifier == "scale_vec::2X" ||
      modifier == "scale_vec::4X") {
    op.scaleVector = unsigned(modifier[11] - '0');
    return true;
  }
  if (modifier == "ue8m0" || modifier == "ue4m3") {
    op.scaleType = modifier == "ue8m0" ? ScaleType::UE8M0 : ScaleType::UE4M3;
    return true;
  }
  return mmaKind(modifier, op.kind);
}

Status Decoder::checkSelectors(const Instruction &instruction,
                               const std::vector<Operand> &operands) {
  if (operands.size() != 8)
    return Error{".block_scale needs two scales and two selectors"};
  ScaleSelector select;
  unsigned *fields[] = {&select.byteA, &select.threadA, &select.byteB,
                        &select.threadB};
  bool immediate = true;
  for (unsigned i = 0; i < 4; ++i) {
    const Operand &selector = operands[5 + 2 * (i / 2)];
    if (selector.kind != Kind::Vector || selector.count != 2)
      return Error{"a scale selector needs two elements"};
    const Operand &element = kernel_.operands[selector.first + i % 2];
    immediate &= element.kind == Kind::Immediate;
    *fields[i] = static_cast<unsigned>(std::min<uint64_t>(element.value, 99));
  }
  if (elements(operands[4]) != 1 || elements(operands[6]) != 1)
    return Error{"a scale operand is one register"};
  return immediate ? validate(kernel_.matrices[instruction.descriptor], select)
                   : Status();
}

Status Decoder::finishMma(Instruction &instruction,
                          const std::vector<Operand> &operands) {
  MmaOp op;
  bool scaled = false;
  std::vector<std::string_view> types;
  for (std::string_view modifier : mmaModifiers_)
    if (!mmaModifier(modifier, op, scaled))
      types.push_back(modifier);
  if (types.size() != 4)
    return Error{"expected the types of D, A, B and C"};
  if (types[0] != types[3] || (types[0] != "f32" && types[0] != "f16"))
    return Error{"unsupported type of the accumulator"};
  op.accumulator =
      types[0] == "f32" ? AccumulatorType::F32 : AccumulatorType::F16;
  if (!matrixType(types[1], op.a) || !matrixType(types[2], op.b))
    return Error{"unsupported element type of A or B"};
  if (!scaled)
    op.scaleVector = 0;
  else if (op.scaleVector == 0)
    op.scaleVector = op.kind == MmaKind::MXF8F6F4 ? 1 : 2;
  if (Status status = validate(op); !status.ok())
    return status;
  if (parseChip(target_).number == 90)
    op.rounding = MmaRounding::H100;
  const uint32_t counts[] = {op.registersD(), op.registersA(), op.registersB(),
                             op.registersD()};
  const char *names[] = {"D", "A", "B", "C"};
  for (unsigned i = 0; i < 4; ++i)
    if (Status status = checkVector(operands[i], counts[i], names[i]);
        !status.ok())
      return status;
  instruction.descriptor = static_cast<uint32_t>(kernel_.matrices.size());
  kernel_.matrices.push_back(op);
  if (!scaled)
    return operands.size() == 4 ? Status()
                                : Status(Error{"expected 4 operands"});
  instruction.flags |= FlagBlockScale;
  return checkSelectors(instruction, operands);
}

/// An mbarrier of another CTA can be arrived at, and nothing else.
static Status finishMBarrier(const Instruction &instruction,
                             const std::vector<Operand> &operands) {
  if (instruction.has(FlagNoComplete) && operands.size() != 3)
    return Error{".noComplete needs a count"};
  if (instruction.has(FlagNoComplete) &&
      instruction.space == Space::SharedCluster)
    return Error{".noComplete is for mbarriers of .shared::cta"};
  switch (instruction.space) {
  case Space::Generic:
  case Space::Shared:
    return {};
  case Space::SharedCluster:
    break;
  default:
    return Error{"an mbarrier is in shared memory"};
  }
  if (instruction.op == Op::MBarExpectTx ||
      instruction.op == Op::MBarCompleteTx)
    return {};
  if (instruction.op != Op::MBarArrive)
    return Error{"an mbarrier of .shared::cluster can be arrived at, not "
                 "initialised, invalidated or waited for"};
  return operands[0].kind == Kind::Sink
             ? Status()
             : Status(Error{"an arrive at .shared::cluster has no state: the "
                            "result must be '_'"});
}

/// What red.async can do with a type.
static bool reducesAsync(Action action, Type type) {
  switch (action) {
  case Action::Inc:
  case Action::Dec:
    return type == Type::U32;
  case Action::Min:
  case Action::Max:
    return type == Type::U32 || type == Type::S32;
  case Action::And:
  case Action::Or:
  case Action::Xor:
    return type == Type::B32;
  case Action::Add:
    return type == Type::U32 || type == Type::S32 || type == Type::U64;
  default:
    return false;
  }
}

/// st.async and red.async.
static Status checkAsyncStore(const Instruction &instruction) {
  if (instruction.mode != 1)
    return Error{"expected .mbarrier::complete_tx::bytes"};
  if (instruction.space != Space::Generic &&
      instruction.space != Space::SharedCluster)
    return Error{"expected .shared::cluster or no state space"};
  Type type = instruction.type;
  unsigned bits = bitWidth(type);
  bool stores = (bits == 32 || bits == 64) && type <= Type::F64 &&
                type != Type::F16x2 && type != Type::BF16x2 &&
                type != Type::F32x2 && bits * instruction.count <= 128;
  if (instruction.op == Op::AsyncStore ? stores
                                       : reducesAsync(instruction.action, type))
    return {};
  return Error{"unsupported type"};
}

Status Decoder::finish(Instruction &instruction, const std::vector<Type> &types,
                       std::vector<Operand> &operands) {
  switch (instruction.op) {
  case Op::Mma:
    return finishMma(instruction, operands);
  case Op::Wgmma:
    return finishWgmma(instruction, operands);
  case Op::LdMatrix:
  case Op::StMatrix:
    return finishMatrixMove(instruction, operands);
  case Op::Ld:
  case Op::St: {
    const Operand &data = operands[instruction.op == Op::Ld ? 0 : 1];
    if (elements(data) != instruction.count)
      return Error{"expected " + std::to_string(instruction.count) +
                   " elements of data"};
    if (instruction.count * bitWidth(instruction.type) > 256)
      return Error{"a vector is wider than 256 bits"};
    return {};
  }
  case Op::Mov:
    return checkScalarMove(instruction, operands);
  case Op::BarRed:
    return checkBarrierReduction(instruction);
  case Op::MBarInit:
  case Op::MBarInval:
  case Op::MBarArrive:
  case Op::MBarExpectTx:
  case Op::MBarCompleteTx:
  case Op::MBarTryWait:
  case Op::MBarTestWait:
    return finishMBarrier(instruction, operands);
  case Op::AsyncStore:
    if (elements(operands[1]) != instruction.count)
      return Error{"expected " + std::to_string(instruction.count) +
                   " elements of data"};
    return checkAsyncStore(instruction);
  case Op::AsyncReduce:
    return checkAsyncStore(instruction);
  case Op::MapA:
  case Op::GetCtaRank:
    if (instruction.type != Type::U32 && instruction.type != Type::U64)
      return Error{"expected .u32 or .u64"};
    return instruction.space == Space::Generic ||
                   instruction.space == Space::SharedCluster
               ? Status()
               : Status(Error{"expected .shared::cluster or no state space"});
  case Op::Cvt:
    return checkConvert(instruction, operands);
  case Op::Set:
  case Op::Setp:
    return instruction.compare != Compare::None
               ? Status()
               : Status(Error{"expected a comparison"});
  case Op::Atom:
  case Op::Red:
    kernel_.globalAtomics |= instruction.space != Space::Shared;
    return checkAtomic(instruction, operands);
  case Op::BulkWait:
  case Op::SmallWait:
    if (!operands.empty() && operands[0].kind != Kind::Immediate)
      return Error{"the number of groups must be a constant"};
    return {};
  case Op::BulkCopy:
    return checkBulkCopy(instruction, operands);
  case Op::MapReplace:
  case Op::MapCopyFence:
  case Op::MapFence:
  case Op::CacheHint:
    return checkMapOperands(instruction, operands);
  case Op::Shfl:
    if (instruction.action < Action::Up || instruction.action > Action::Idx ||
        operands.size() != 5)
      return Error{"expected .up, .down, .bfly or .idx and a member mask"};
    return {};
  case Op::Vote:
    return instruction.action >= Action::All
               ? Status()
               : Status(Error{"expected .all, .any, .uni or .ballot"});
  case Op::Redux:
    return checkRedux(instruction);
  default:
    return {};
  }
}

Expected<Instruction> Decoder::decode(std::string_view opcode,
                                      std::vector<Operand> &operands,
                                      uint32_t line) {
  Instruction instruction;
  instruction.line = line;
  std::string name(opcode);
  auto known = std::find(opcodes_.begin(), opcodes_.end(), name);
  instruction.text = static_cast<uint32_t>(known - opcodes_.begin());
  if (known == opcodes_.end())
    opcodes_.push_back(name);

  auto fail = [&](const std::string &message) {
    return errorAt(line, "'" + name + "': " + message);
  };
  size_t length = 0;
  const OpcodeInfo *info = findOpcode(opcode, length);
  if (!info)
    return fail("unsupported instruction");
  instruction.op = info->op;
  instruction.flags = info->flags;
  std::vector<Type> types;
  std::string_view rest = opcode.substr(length);
  if (!rest.empty())
    rest.remove_prefix(1);
  for (std::string_view modifier : splitDots(rest))
    if (Status status =
            decodeModifier(modifier, info->categories, instruction, types);
        !status.ok())
      return fail(status.message());
  if (info->op == Op::Fence)
    instruction.mode = static_cast<uint8_t>(fenceKind(info->name));
  instruction.type = types.empty() ? Type::None : types[0];
  instruction.sourceType = types.size() > 1 ? types[1] : instruction.type;
  bool needsType = !(info->categories &
                     (CatNoType | CatMma | CatMatrix | CatAny | CatTcgen05));
  if (needsType && types.empty())
    return fail("expected a type");
  if (Status status = checkTypes(instruction, types); !status.ok())
    return fail(status.message());

  if (info->categories & CatTcgen05) {
    if (Status status = finishTcgen05(instruction, operands); !status.ok())
      return fail(status.message());
    return instruction;
  }
  std::string signature = info->signature;
  if (info->categories & CatCopy)
    if (Status status = decodeCopy(opcode, instruction, operands, signature);
        !status.ok())
      return fail(status.message());
  if (instruction.op == Op::BarRed && operands.size() > 3)
    signature = "dssp"; // with the number of threads
  if (Status status = checkOperands(signature.c_str(), instruction, operands);
      !status.ok())
    return fail(status.message());
  for (Operand &operand : operands)
    narrowImmediate(operand, instruction.sourceType);
  if (Status status = finish(instruction, types, operands); !status.ok())
    return fail(status.message());
  return instruction;
}
