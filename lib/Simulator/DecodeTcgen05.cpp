//===- DecodeTcgen05.cpp - Modifiers and operands of tcgen05 --------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Which spellings exist is what ptxas 13.0 accepts for sm_100a: modifiers come
// in any order, at most once for each group.
//
//===----------------------------------------------------------------------===//

#include "Parser.h"

#include <algorithm>

using namespace dgemm::sim;
using OperandKind = Operand::Kind;
using MmaKindOf = Tcgen05Op::Kind;
using Shape = Tcgen05Op::Shape;

namespace {

/// Modifiers of one group exclude each other.
enum Group : uint32_t {
  CtaGroup = 1u << 0,
  Sync = 1u << 1,
  Aligned = 1u << 2,
  SpaceCta = 1u << 3,
  SpaceCluster = 1u << 4,
  TypeB32 = 1u << 5,
  TypeB64 = 1u << 6,
  MoveShape = 1u << 7,
  CopyShape = 1u << 8,
  Number = 1u << 9,
  Pack = 1u << 10,
  Unpack = 1u << 11,
  Kind = 1u << 12,
  BlockScale = 1u << 13,
  VectorSize = 1u << 14,
  CollectorA = 1u << 15,
  CollectorB = 1u << 16,
  Shift = 1u << 17,
  Warps = 1u << 18,
  Source = 1u << 19, // .b8x16
  Format = 1u << 20, // .b4x16_p64
  Down = 1u << 21,
  Arrive = 1u << 22,
  Multicast = 1u << 23
};

struct Modifier {
  const char *name;
  uint32_t group;
  uint8_t value;
};

template <typename T> constexpr uint8_t u(T value) {
  return static_cast<uint8_t>(value);
}

enum WarpsValue : uint8_t { Warps02_13 = 1, Warps01_23, WarpsX4 };
enum CollectorValue : uint8_t { Fill, Use, LastUse, Discard };
enum VectorValue : uint8_t { Scale1X = 1, Scale2X, Block32, Scale4X, Block16 };

constexpr Modifier modifiers[] = {
    {"cta_group::1", CtaGroup, 1},
    {"cta_group::2", CtaGroup, 2},
    {"sync", Sync, 0},
    {"aligned", Aligned, 0},
    {"shared::cta", SpaceCta, 0},
    {"shared::cluster", SpaceCluster, 0},
    {"b32", TypeB32, 0},
    {"b64", TypeB64, 0},
    {"32x32b", MoveShape, u(Shape::L32x32b)},
    {"16x64b", MoveShape, u(Shape::L16x64b)},
    {"16x128b", MoveShape, u(Shape::L16x128b)},
    {"16x256b", MoveShape, u(Shape::L16x256b)},
    {"16x32bx2", MoveShape, u(Shape::L16x32bx2)},
    {"128x256b", CopyShape, u(Shape::C128x256b)},
    {"4x256b", CopyShape, u(Shape::C4x256b)},
    {"128x128b", CopyShape, u(Shape::C128x128b)},
    {"64x128b", CopyShape, u(Shape::C64x128b02_13)},
    {"32x128b", CopyShape, u(Shape::C32x128b)},
    {"x1", Number, 1},
    {"x2", Number, 2},
    {"x4", Number, 4},
    {"x8", Number, 8},
    {"x16", Number, 16},
    {"x32", Number, 32},
    {"x64", Number, 64},
    {"x128", Number, 128},
    {"pack::16b", Pack, 0},
    {"unpack::16b", Unpack, 0},
    {"kind::f16", Kind, u(MmaKindOf::F16)},
    {"kind::tf32", Kind, u(MmaKindOf::TF32)},
    {"kind::f8f6f4", Kind, u(MmaKindOf::F8F6F4)},
    {"kind::i8", Kind, u(MmaKindOf::I8)},
    {"kind::mxf8f6f4", Kind, u(MmaKindOf::MXF8F6F4)},
    {"kind::mxf4", Kind, u(MmaKindOf::MXF4)},
    {"kind::mxf4nvf4", Kind, u(MmaKindOf::MXF4NVF4)},
    {"block_scale", BlockScale, 0},
    {"scale_vec::1X", VectorSize, Scale1X},
    {"scale_vec::2X", VectorSize, Scale2X},
    {"scale_vec::4X", VectorSize, Scale4X},
    {"block16", VectorSize, Block16},
    {"block32", VectorSize, Block32},
    {"collector::a::fill", CollectorA, Fill},
    {"collector::a::use", CollectorA, Use},
    {"collector::a::lastuse", CollectorA, LastUse},
    {"collector::a::discard", CollectorA, Discard},
    {"ashift", Shift, 0},
    {"warpx2::02_13", Warps, Warps02_13},
    {"warpx2::01_23", Warps, Warps01_23},
    {"warpx4", Warps, WarpsX4},
    {"b8x16", Source, 0},
    {"b4x16_p64", Format, u(Tcgen05Op::Unpack::B4x16P64)},
    {"b6x16_p32", Format, u(Tcgen05Op::Unpack::B6x16P32)},
    {"down", Down, 0},
    {"mbarrier::arrive::one", Arrive, 0},
    {"multicast::cluster", Multicast, 0},
};

/// Which groups an instruction must and may have.
struct Rule {
  Op op;
  uint32_t required;
  uint32_t optional;
};

constexpr Rule rules[] = {
    {Op::TcAlloc, CtaGroup | Sync | Aligned | TypeB32, SpaceCta},
    {Op::TcDealloc, CtaGroup | Sync | Aligned | TypeB32, 0},
    {Op::TcRelinquish, CtaGroup | Sync | Aligned, 0},
    {Op::TcMma, CtaGroup | Kind, BlockScale | VectorSize | CollectorA | Shift},
    {Op::TcMmaWs, CtaGroup | Kind, CollectorB},
    {Op::TcCopy, CtaGroup | CopyShape, Warps | Source | Format},
    {Op::TcShift, CtaGroup | Down, 0},
    {Op::TcCommit, CtaGroup | Arrive | TypeB64, SpaceCluster | Multicast},
    {Op::TcLoad, Sync | MoveShape | Number | TypeB32, Aligned | Pack},
    {Op::TcStore, Sync | MoveShape | Number | TypeB32, Aligned | Unpack},
    {Op::TcWaitLoad, Sync | Aligned, 0},
    {Op::TcWaitStore, Sync | Aligned, 0},
    {Op::TcFenceBefore, 0, 0},
    {Op::TcFenceAfter, 0, 0},
};

const char *firstOf(uint32_t groups) {
  for (const Modifier &modifier : modifiers)
    if (modifier.group & groups)
      return modifier.name;
  return "";
}

/// .collector::b0::fill and so on.
bool isCollectorB(std::string_view name) {
  if (name.substr(0, 12) != "collector::b" || name.size() < 16 ||
      name[12] < '0' || name[12] > '3')
    return false;
  std::string_view use = name.substr(13);
  return use == "::fill" || use == "::use" || use == "::lastuse" ||
         use == "::discard";
}

/// The modifiers that an instruction has, by group.
class Modifiers {
public:
  Status read(const Rule &rule, const std::vector<std::string_view> &names) {
    for (std::string_view name : names)
      if (Status status = add(rule, name); !status.ok())
        return status;
    if (uint32_t missing = rule.required & ~present_)
      return Error{"expected a modifier such as '." +
                   std::string(firstOf(missing)) + "'"};
    return {};
  }
  bool has(uint32_t group) const { return (present_ & group) != 0; }
  uint8_t value(uint32_t group) const { return values_[__builtin_ctz(group)]; }

private:
  Status add(const Rule &rule, std::string_view name) {
    uint32_t allowed = rule.required | rule.optional;
    uint32_t group = 0;
    uint8_t value = 0;
    for (const Modifier &modifier : modifiers) {
      if (name != modifier.name || !(modifier.group & allowed))
        continue;
      group = modifier.group;
      value = modifier.value;
    }
    if (isCollectorB(name))
      group = CollectorB & allowed;
    if (group == 0)
      return Error{"unsupported modifier '." + std::string(name) + "'"};
    if (has(group))
      return Error{"'." + std::string(name) +
                   "' is the second modifier of its kind"};
    present_ |= group;
    values_[__builtin_ctz(group)] = value;
    return {};
  }

  uint32_t present_ = 0;
  uint8_t values_[32] = {};
};

Status readCopy(const Modifiers &modifiers, Tcgen05Op &op) {
  op.shape = static_cast<Shape>(modifiers.value(CopyShape));
  uint8_t warps = modifiers.value(Warps);
  switch (op.shape) {
  case Shape::C64x128b02_13:
    if (warps != Warps02_13 && warps != Warps01_23)
      return Error{".64x128b needs .warpx2::02_13 or .warpx2::01_23"};
    if (warps == Warps01_23)
      op.shape = Shape::C64x128b01_23;
    break;
  case Shape::C32x128b:
    if (warps != WarpsX4)
      return Error{".32x128b needs .warpx4"};
    break;
  default:
    if (warps != 0)
      return Error{"only .64x128b and .32x128b go to several warps"};
    break;
  }
  if (modifiers.has(Source) != modifiers.has(Format))
    return Error{"expected .b8x16 together with .b4x16_p64 or .b6x16_p32"};
  op.unpack = static_cast<Tcgen05Op::Unpack>(modifiers.value(Format));
  return {};
}

Status readScale(const Modifiers &modifiers, Tcgen05Op &op) {
  bool scaledKind = op.kind == MmaKindOf::MXF8F6F4 ||
                    op.kind == MmaKindOf::MXF4 ||
                    op.kind == MmaKindOf::MXF4NVF4;
  if (scaledKind != modifiers.has(BlockScale))
    return Error{scaledKind ? "expected .block_scale"
                            : "this kind has no .block_scale"};
  uint8_t size = modifiers.value(VectorSize);
  auto isOneOf = [&](std::initializer_list<uint8_t> sizes) {
    return std::find(sizes.begin(), sizes.end(), size) != sizes.end();
  };
  switch (op.kind) {
  case MmaKindOf::MXF8F6F4:
    op.scaleVector = 1;
    return isOneOf({0, Scale1X, Block32})
               ? Status()
               : Status(Error{"kind::mxf8f6f4 has .scale_vec::1X or "
                              ".block32"});
  case MmaKindOf::MXF4:
    op.scaleVector = 2;
    return isOneOf({0, Scale2X, Block32})
               ? Status()
               : Status(Error{"kind::mxf4 has .scale_vec::2X or .block32"});
  case MmaKindOf::MXF4NVF4:
    op.scaleVector = isOneOf({Scale4X, Block16}) ? 4 : 2;
    return isOneOf({Scale2X, Block32, Scale4X, Block16})
               ? Status()
               : Status(Error{"kind::mxf4nvf4 needs .scale_vec::2X, "
                              ".scale_vec::4X, .block16 or .block32"});
  default:
    return size == 0 ? Status()
                     : Status(Error{"this kind has no scale vectors"});
  }
}

Status readMma(const Modifiers &modifiers, Tcgen05Op &op) {
  op.kind = static_cast<MmaKindOf>(modifiers.value(Kind));
  if (Status status = readScale(modifiers, op); !status.ok())
    return status;
  if (!op.weightStationary)
    return {};
  if (op.isScaled())
    return Error{".ws has no block scales"};
  return op.ctas == 1 ? Status() : Status(Error{".ws needs .cta_group::1"});
}

/// A chip whose tensor core is of this generation, and only some of whose
/// features are in its family.
Status checkTarget(std::string_view target, const Modifiers &modifiers, Op op) {
  std::string_view chip = target.substr(0, 6);
  char suffix = target.empty() ? ' ' : target.back();
  bool known = chip == "sm_100" || chip == "sm_103" || chip == "sm_110";
  if (!known || (suffix != 'a' && suffix != 'f'))
    return Error{"needs .target sm_100a, the module has " +
                 std::string(target)};
  bool vector = modifiers.value(VectorSize) == Scale1X ||
                modifiers.value(VectorSize) == Scale2X ||
                modifiers.value(VectorSize) == Scale4X;
  bool integer =
      modifiers.has(Kind) && modifiers.value(Kind) == u(MmaKindOf::I8);
  if (suffix == 'f' && (vector || integer || op == Op::TcShift))
    return Error{"not in .target " + std::string(target) + ", only in sm_100a"};
  return {};
}

/// Operands in order, each taken by what it must be.
class Operands {
public:
  Operands(const Kernel &kernel, const std::vector<Operand> &operands)
      : kernel_(kernel), operands_(operands) {}

  const Operand *peek() const {
    return index_ < operands_.size() ? &operands_[index_] : nullptr;
  }
  Status take(bool good, const char *expected) {
    if (!peek() || !good)
      return Error{"operand " + std::to_string(index_ + 1) + ": expected " +
                   expected};
    ++index_;
    return {};
  }
  Status end() const {
    return index_ == operands_.size()
               ? Status()
               : Status(Error{"expected " + std::to_string(index_) +
                              " operands, found " +
                              std::to_string(operands_.size())});
  }

  bool isRegister(const Operand *operand, unsigned bits) const {
    return operand && operand->kind == OperandKind::Register &&
           operand->type != Type::Pred && bitWidth(operand->type) == bits;
  }
  bool isImmediate() const {
    return peek() && peek()->kind == OperandKind::Immediate;
  }
  bool isScalar(unsigned bits) const {
    return isImmediate() || isRegister(peek(), bits);
  }
  bool isMemory() const {
    return peek() && peek()->kind == OperandKind::Address && peek()->count == 1;
  }
  /// [register + offset]
  bool isTensorAddress() const {
    return isMemory() && isRegister(&kernel_.operands[peek()->first], 32);
  }
  bool isVector(uint32_t count, bool result) const {
    if (!peek() || peek()->kind != OperandKind::Vector ||
        peek()->count != count)
      return false;
    uint32_t registers = 0;
    for (uint32_t i = 0; i < count; ++i) {
      const Operand &element = kernel_.operands[peek()->first + i];
      registers += isRegister(&element, 32);
      if (!isRegister(&element, 32) &&
          (result || element.kind != OperandKind::Immediate))
        return false;
    }
    return registers != 0;
  }
  bool isPredicate() const {
    return isImmediate() || (peek() && peek()->kind == OperandKind::Register &&
                             peek()->type == Type::Pred);
  }

  Status takeTensorAddress() {
    return take(isTensorAddress(),
                "an address of tensor memory in brackets, a 32-bit register");
  }
  Status takeScalar(unsigned bits) {
    return take(isScalar(bits), bits == 64   ? "a 64-bit register"
                                : bits == 32 ? "a 32-bit register"
                                             : "a 16-bit register");
  }

private:
  const Kernel &kernel_;
  const std::vector<Operand> &operands_;
  size_t index_ = 0;
};

bool isColumnCount(uint64_t count) {
  return count >= 32 && count <= 512 && (count & (count - 1)) == 0;
}

Status checkAlloc(Operands &operands, Op op) {
  if (op == Op::TcRelinquish)
    return operands.end();
  if (Status status =
          op == Op::TcAlloc
              ? operands.take(operands.isMemory(), "an address in brackets")
              : operands.takeScalar(32);
      !status.ok())
    return status;
  const Operand *count = operands.peek();
  if (operands.isImmediate() && !isColumnCount(count->value))
    return Error{std::to_string(count->value) +
                 " columns: expected a power of two from 32 to 512"};
  if (Status status = operands.takeScalar(32); !status.ok())
    return status;
  return operands.end();
}

Status checkMove(Operands &operands, const Tcgen05Op &op, bool load) {
  uint32_t registers = registerCount(op);
  bool limited = registers <= 128;
  if (!limited)
    return Error{"more than 128 registers"};
  std::string vector = std::to_string(registers) + " registers in braces";
  auto takeVector = [&] {
    return operands.take(operands.isVector(registers, load), vector.c_str());
  };
  if (Status status = load ? takeVector() : operands.takeTensorAddress();
      !status.ok())
    return status;
  if (load)
    if (Status status = operands.takeTensorAddress(); !status.ok())
      return status;
  if (op.shape == Shape::L16x32bx2)
    if (Status status = operands.take(operands.isImmediate(),
                                      "the offset of the second half");
        !status.ok())
      return status;
  if (!load)
    if (Status status = takeVector(); !status.ok())
      return status;
  return operands.end();
}

/// Operands behind the instruction descriptor.
Status checkMmaTail(Operands &operands, const Tcgen05Op &op) {
  if (op.isScaled())
    for (int i = 0; i < 2; ++i)
      if (Status status = operands.takeTensorAddress(); !status.ok())
        return status;
  bool dense = !op.isScaled() && !op.weightStationary;
  const Operand *next = operands.peek();
  if (dense && next && next->kind == OperandKind::Vector)
    if (Status status =
            operands.take(operands.isVector(4 * op.ctas, false),
                          op.ctas == 1 ? "4 registers as lane mask"
                                       : "8 registers as lane mask");
        !status.ok())
      return status;
  if (Status status = operands.take(operands.isPredicate(), "a predicate");
      !status.ok())
    return status;
  if (op.weightStationary && operands.peek())
    if (Status status = operands.takeScalar(64); !status.ok())
      return status;
  bool scalesInput = op.kind == MmaKindOf::F16 || op.kind == MmaKindOf::TF32;
  if (dense && scalesInput && operands.peek()) {
    uint64_t scale = operands.peek()->value;
    if (Status status = operands.take(operands.isImmediate() && scale <= 15,
                                      "the scale of D, a number from 0 to 15");
        !status.ok())
      return status;
  }
  return operands.end();
}

Status checkMma(Operands &operands, Tcgen05Op &op, const Modifiers &modifiers) {
  if (Status status = operands.takeTensorAddress(); !status.ok())
    return status;
  op.tensorA = operands.isTensorAddress();
  if (Status status =
          operands.take(op.tensorA || operands.isScalar(64),
                        "a 64-bit descriptor or an address in brackets");
      !status.ok())
    return status;
  if (Status status = operands.takeScalar(64); !status.ok())
    return status;
  if (Status status = operands.takeScalar(32); !status.ok())
    return status;
  if (modifiers.has(Shift)) {
    if (!op.tensorA || op.isScaled())
      return Error{".ashift needs A in tensor memory and no block scale"};
    uint8_t collector = modifiers.value(CollectorA);
    if (modifiers.has(CollectorA) && (collector == Fill || collector == Use))
      return Error{".ashift does not go with .collector::a::fill or ::use"};
  }
  return checkMmaTail(operands, op);
}

Status checkCommit(Operands &operands, const Tcgen05Op &op) {
  if (Status status =
          operands.take(operands.isMemory(), "an mbarrier in brackets");
      !status.ok())
    return status;
  if (op.multicast)
    if (Status status = operands.take(operands.isRegister(operands.peek(), 16),
                                      "a mask of CTAs, a 16-bit register");
        !status.ok())
      return status;
  return operands.end();
}

} // namespace

Status Decoder::finishTcgen05(Instruction &instruction,
                              const std::vector<Operand> &operands) {
  const Rule *rule =
      std::find_if(std::begin(rules), std::end(rules), [&](const Rule &entry) {
        return entry.op == instruction.op;
      });
  Modifiers modifiers;
  if (Status status = modifiers.read(*rule, mmaModifiers_); !status.ok())
    return status;
  if (Status status = checkTarget(target_, modifiers, instruction.op);
      !status.ok())
    return status;
  Tcgen05Op op;
  op.weightStationary = instruction.op == Op::TcMmaWs;
  op.ctas = modifiers.has(CtaGroup) ? modifiers.value(CtaGroup) : 1;
  op.pack16 = modifiers.has(Pack | Unpack);
  op.multicast = modifiers.has(Multicast);
  if (modifiers.has(SpaceCta))
    instruction.space = Space::Shared;
  if (modifiers.has(CtaGroup)) {
    if (kernel_.ctaGroup != 0 && kernel_.ctaGroup != op.ctas)
      return Error{"the kernel uses both .cta_group::1 and .cta_group::2"};
    kernel_.ctaGroup = static_cast<uint8_t>(op.ctas);
  }
  Operands list(kernel_, operands);
  Status status;
  switch (instruction.op) {
  case Op::TcAlloc:
  case Op::TcDealloc:
  case Op::TcRelinquish:
    status = checkAlloc(list, instruction.op);
    break;
  case Op::TcMma:
  case Op::TcMmaWs:
    status = readMma(modifiers, op);
    if (status.ok())
      status = checkMma(list, op, modifiers);
    if (status.ok() && modifiers.has(Shift))
      status = Error{".ashift is not part of the simulator"};
    break;
  case Op::TcCopy:
    status = readCopy(modifiers, op);
    if (status.ok())
      status = list.takeTensorAddress();
    if (status.ok())
      status = list.takeScalar(64);
    if (status.ok())
      status = list.end();
    break;
  case Op::TcShift:
    status = list.takeTensorAddress();
    if (status.ok())
      status = list.end();
    break;
  case Op::TcCommit:
    status = checkCommit(list, op);
    break;
  case Op::TcLoad:
  case Op::TcStore:
    op.shape = static_cast<Shape>(modifiers.value(MoveShape));
    op.count = modifiers.value(Number);
    status = checkMove(list, op, instruction.op == Op::TcLoad);
    break;
  default:
    status = list.end();
    break;
  }
  if (!status.ok())
    return status;
  instruction.descriptor = static_cast<uint32_t>(kernel_.tcgen05.size());
  kernel_.tcgen05.push_back(op);
  return {};
}
