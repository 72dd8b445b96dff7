//===- Declarations.cpp - Registers and variables of PTX ------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Parser.h"

#include <algorithm>
#include <array>
#include <cstring>

using namespace dgemm::sim;

/// What one declaration, and all of a kernel, may take: far above any chip, so
/// that malformed text cannot exhaust the machine.
static constexpr uint64_t maxRegisters = 1u << 16;
static constexpr uint64_t maxVariableBytes = uint64_t(1) << 24;
static constexpr uint64_t maxFrameBytes = uint64_t(512) << 10;

namespace {

struct TypeName {
  const char *name;
  Type type;
  uint8_t bits;
};

} // namespace

static constexpr TypeName typeNames[] = {
    {"pred", Type::Pred, 1},
    {"b8", Type::B8, 8},
    {"b16", Type::B16, 16},
    {"b32", Type::B32, 32},
    {"b64", Type::B64, 64},
    {"b128", Type::B128, 128},
    {"u8", Type::U8, 8},
    {"u16", Type::U16, 16},
    {"u32", Type::U32, 32},
    {"u64", Type::U64, 64},
    {"s8", Type::S8, 8},
    {"s16", Type::S16, 16},
    {"s32", Type::S32, 32},
    {"s64", Type::S64, 64},
    {"f16", Type::F16, 16},
    {"bf16", Type::BF16, 16},
    {"f16x2", Type::F16x2, 32},
    {"bf16x2", Type::BF16x2, 32},
    {"f32", Type::F32, 32},
    {"f32x2", Type::F32x2, 64},
    {"f64", Type::F64, 64},
    {"tf32", Type::TF32, 32},
    {"e4m3", Type::E4M3, 8},
    {"e5m2", Type::E5M2, 8},
    {"e2m1", Type::E2M1, 8},
    {"e2m3", Type::E2M3, 8},
    {"e3m2", Type::E3M2, 8},
    {"ue8m0", Type::UE8M0, 8},
    {"ue4m3", Type::UE4M3, 8},
    {"e4m3x2", Type::E4M3x2, 16},
    {"e5m2x2", Type::E5M2x2, 16},
    {"e2m1x2", Type::E2M1x2, 8},
    {"e2m3x2", Type::E2M3x2, 16},
    {"e3m2x2", Type::E3M2x2, 16},
    {"ue8m0x2", Type::UE8M0x2, 16},
    {"u2", Type::U2, 2},
    {"s2", Type::S2, 2},
    {"u4", Type::U4, 4},
    {"s4", Type::S4, 4},
    {"u16x2", Type::U16x2, 32},
    {"s16x2", Type::S16x2, 32},
};

Type dgemm::sim::typeByName(std::string_view name) {
  for (const TypeName &entry : typeNames)
    if (name == entry.name)
      return entry.type;
  return Type::None;
}

unsigned dgemm::sim::bitWidth(Type type) {
  // The executor asks several times per instruction.
  static constexpr std::array<uint8_t, 256> widths = [] {
    std::array<uint8_t, 256> result = {};
    for (const TypeName &entry : typeNames)
      result[static_cast<uint8_t>(entry.type)] = entry.bits;
    return result;
  }();
  return widths[static_cast<uint8_t>(type)];
}

bool dgemm::sim::isSigned(Type type) {
  return (type >= Type::S8 && type <= Type::S64) || type == Type::S2 ||
         type == Type::S4;
}

bool dgemm::sim::isFloat(Type type) {
  return type >= Type::F16 && type <= Type::TF32;
}

/// Types that memory and registers are declared with.
static bool isFundamental(Type type) {
  return type >= Type::Pred && type <= Type::F64;
}

Status Parser::declare(const std::string &name, const Symbol &symbol) {
  if (scopes_[scope_].symbols.emplace(name, symbol).second)
    return {};
  return error("'" + name + "' is declared twice");
}

const Symbol *Parser::lookup(std::string_view name) const {
  for (int scope = scope_; scope >= 0; scope = scopes_[scope].parent) {
    auto found = scopes_[scope].symbols.find(name);
    if (found != scopes_[scope].symbols.end())
      return &found->second;
  }
  return nullptr;
}

/// Words of the register file of a warp. Predicates are one bit per lane.
static uint32_t registerWords(Type type) {
  if (type == Type::Pred)
    return 2;
  return 32 * std::max(1u, bitWidth(type) / 32);
}

Status Parser::declareRegisters(const std::string &name, Type type,
                                std::optional<uint64_t> count) {
  uint64_t number = count.value_or(1);
  if (number > maxRegisters || kernel_.numRegisters + number > maxRegisters)
    return error("more than " + std::to_string(maxRegisters) + " registers");
  for (uint64_t i = 0; i < number; ++i) {
    Symbol symbol;
    symbol.type = type;
    symbol.reg = kernel_.numRegisters++;
    symbol.slot = kernel_.registerWords;
    kernel_.registerWords += registerWords(type);
    std::string full = count ? name + std::to_string(i) : name;
    if (Status status = declare(full, symbol); !status.ok())
      return status;
  }
  return {};
}

Status Parser::parseRegisters() {
  if (peek().kind != Token::Kind::Directive)
    return error("expected a type after .reg");
  Type type = typeByName(next().text);
  if (!isFundamental(type))
    return error("a register cannot have this type");
  do {
    if (peek().kind != Token::Kind::Word)
      return error("expected the name of a register");
    std::string name(next().text);
    std::optional<uint64_t> count;
    if (consume('<')) {
      Expected<uint64_t> number = integer();
      if (!number)
        return number.error();
      count = *number;
      if (Status status = expect('>'); !status.ok())
        return status;
    }
    if (Status status = declareRegisters(name, type, count); !status.ok())
      return status;
  } while (consume(','));
  return expect(';');
}

/// `[4][8]` is 32; `[]` is 0; nothing is none.
Expected<std::optional<uint64_t>> Parser::parseExtents() {
  std::optional<uint64_t> elements;
  while (consume('[')) {
    uint64_t extent = 0;
    if (!peek().is(']')) {
      Expected<uint64_t> value = integer();
      if (!value)
        return value.error();
      extent = *value;
    }
    if (Status status = expect(']'); !status.ok())
      return status.error();
    if (extent > maxVariableBytes ||
        elements.value_or(1) * extent > maxVariableBytes)
      return error("a variable is larger than " +
                   std::to_string(maxVariableBytes) + " bytes");
    elements = elements.value_or(1) * extent;
  }
  return elements;
}

/// `name`, `name+8`, `generic(name)`.
Expected<uint64_t> Parser::parseInitialAddress() {
  bool generic = peek().text == "generic" && peek(1).is('(');
  if (generic) {
    next();
    next();
  }
  if (peek().kind != Token::Kind::Word)
    return error("expected the name of a variable, found '" +
                 std::string(peek().text) + "'");
  Expected<Operand> operand = parseWordOperand();
  if (!operand)
    return operand.error();
  if (operand->kind != Operand::Kind::Immediate || operand->inFrame ||
      operand->dynamicShared || operand->kernelShared)
    return error("an initialiser must be a number or the address of a "
                 "variable in global or const memory");
  if (generic)
    if (Status status = expect(')'); !status.ok())
      return status.error();
  Expected<int64_t> offset = parseOffset();
  if (!offset)
    return offset.error();
  return operand->value + static_cast<uint64_t>(*offset);
}

/// A number, an address, or some bytes of an address: `0xFF00(name)`.
Expected<uint64_t> Parser::parseInitialValue(unsigned elementBytes) {
  bool negative = consume('-');
  if (peek().kind == Token::Kind::Word && !negative)
    return parseInitialAddress();
  if (peek().kind != Token::Kind::Number)
    return error("an initialiser must be a number or an address, found '" +
                 std::string(peek().text) + "'");
  Token number = next();
  uint64_t value = number.value;
  if (number.type == Type::None && !negative && consume('(')) {
    Expected<uint64_t> address = parseInitialAddress();
    if (!address)
      return address;
    if (Status status = expect(')'); !status.ok())
      return status.error();
    return value == 0 ? 0 : (*address & value) >> __builtin_ctzll(value);
  }
  if (number.type == Type::F64 && elementBytes == 4) {
    double wide;
    std::memcpy(&wide, &value, sizeof(wide));
    float narrow = static_cast<float>(negative ? -wide : wide);
    value = 0;
    std::memcpy(&value, &narrow, sizeof(narrow));
    return value;
  }
  if (number.type != Type::None)
    return negative ? value ^ uint64_t(1) << (8 * elementBytes - 1) : value;
  return negative ? -value : value;
}

Status Parser::parseInitializers(GlobalVariable &variable,
                                 unsigned elementBytes, uint64_t &offset,
                                 unsigned depth) {
  if (depth > 8)
    return error("initialisers are nested too deeply");
  do {
    if (peek().is('}'))
      break;
    if (consume('{')) {
      if (Status status =
              parseInitializers(variable, elementBytes, offset, depth + 1);
          !status.ok())
        return status;
      continue;
    }
    Expected<uint64_t> value = parseInitialValue(elementBytes);
    if (!value)
      return value.error();
    if (offset + elementBytes > variable.bytes.size())
      return error("more initialisers than elements");
    std::memcpy(&variable.bytes[offset], &*value, std::min(elementBytes, 8u));
    offset += elementBytes;
  } while (consume(','));
  return expect('}');
}

Status Parser::parseInitializer(GlobalVariable &variable,
                                unsigned elementBytes) {
  uint64_t offset = 0;
  if (consume('{'))
    return parseInitializers(variable, elementBytes, offset, 0);
  Expected<uint64_t> value = parseInitialValue(elementBytes);
  if (!value)
    return value.error();
  if (variable.bytes.size() < elementBytes)
    return error("more initialisers than elements");
  std::memcpy(variable.bytes.data(), &*value, std::min(elementBytes, 8u));
  return {};
}

static uint64_t alignTo(uint64_t value, uint64_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

Status Parser::place(const std::string &name, std::string_view space,
                     bool external, uint32_t alignment, uint64_t bytes,
                     Type type) {
  Symbol symbol;
  symbol.kind = Symbol::Kind::Address;
  symbol.type = type;
  if (space == "param" && inEntryParameters_) {
    symbol.address = alignTo(kernel_.parameterBytes, alignment);
    if (symbol.address + bytes > 32764)
      return error("parameters exceed 32764 bytes");
    kernel_.parameterBytes = static_cast<uint32_t>(symbol.address + bytes);
    kernel_.parameters.push_back({name, static_cast<uint32_t>(symbol.address),
                                  static_cast<uint32_t>(bytes), alignment});
  } else if (space == "local" || space == "param") {
    symbol.inFrame = true;
    symbol.address = alignTo(scopes_[scope_].frameBytes, alignment);
    if (symbol.address + bytes > maxFrameBytes)
      return error("local memory exceeds 512 KiB per thread");
    uint32_t end = static_cast<uint32_t>(symbol.address + bytes);
    scopes_[scope_].frameBytes = end;
    kernel_.localBytes = std::max(kernel_.localBytes, end);
    symbol.address += space == "param" ? FrameParams : 0;
  } else if (space == "shared") {
    bool own = where_ == Where::Entry;
    uint32_t &largest = own ? kernel_.sharedAlignment : moduleSharedAlignment_;
    largest = std::max(largest, alignment);
    symbol.dynamicShared = external;
    symbol.shared = true;
    if (!external) {
      // Those of device functions are there once, as the module's.
      uint32_t &used = own ? kernel_.staticShared : moduleShared_;
      symbol.kernelShared = own;
      symbol.address = alignTo(SharedBase + used, alignment);
      if (symbol.address + bytes > (uint64_t(1) << 24))
        return error("shared memory exceeds 16 MiB");
      used = static_cast<uint32_t>(symbol.address + bytes - SharedBase);
    }
  } else {
    symbol.address = ModuleWindow + alignTo(moduleBytes_, alignment);
    moduleBytes_ = symbol.address - ModuleWindow + bytes;
    if (moduleBytes_ > (uint64_t(1) << 28))
      return error("module variables exceed 256 MiB");
  }
  if (formals_) {
    Operand operand;
    operand.kind = Operand::Kind::Immediate;
    operand.value = symbol.address;
    formals_->push_back({operand, static_cast<uint32_t>(bytes)});
  }
  return declare(name, symbol);
}

Status Parser::parseVariable(std::string_view space, bool external) {
  uint32_t alignment = 0;
  Type type = Type::None;
  unsigned vector = 1;
  while (peek().kind == Token::Kind::Directive) {
    std::string_view name = next().text;
    if (name == "align") {
      Expected<uint64_t> value = integer();
      if (!value)
        return value.error();
      if (*value == 0 || *value > 4096 || (*value & (*value - 1)))
        return error("an alignment must be a power of two up to 4096");
      alignment = static_cast<uint32_t>(*value);
    } else if (name == "v2" || name == "v4" || name == "v8") {
      vector = static_cast<unsigned>(name[1] - '0');
    } else if (name == "ptr" || name == "global" || name == "shared" ||
               name == "const" || name == "local" || name == "managed" ||
               name == "attribute") {
      // What a pointer parameter points to.
      if (name == "attribute")
        while (!peek().is(')') && peek().kind != Token::Kind::End)
          next();
      consume(')');
    } else {
      type = typeByName(name);
      if (!isFundamental(type) || type == Type::Pred)
        return error("unsupported type '." + std::string(name) +
                     "' of a variable");
    }
  }
  if (type == Type::None)
    return error("a variable has no type");
  unsigned elementBytes = bitWidth(type) / 8 * vector;
  if (external && (space == "global" || space == "const"))
    return error("an .extern variable is defined in another module, and there "
                 "is only this one");
  do {
    if (peek().kind != Token::Kind::Word)
      return error("expected the name of a variable");
    std::string name(next().text);
    Expected<std::optional<uint64_t>> elements = parseExtents();
    if (!elements)
      return elements.error();
    uint64_t bytes = elements->value_or(1) * elementBytes;
    GlobalVariable variable;
    bool module = space == "global" || space == "const";
    if (peek().is('=')) {
      if (!module || bytes > maxVariableBytes)
        return error("'" + name + "' cannot have an initialiser");
      next();
      variable.bytes.resize(bytes);
      Status status = parseInitializer(variable, bitWidth(type) / 8);
      if (!status.ok())
        return status;
    }
    uint32_t align = std::max(alignment, elementBytes);
    if (Status status = place(name, space, external, align, bytes, type);
        !status.ok())
      return status;
    if (!module)
      continue;
    variable.name = name;
    variable.alignment = align;
    variable.address = scopes_[scope_].symbols[name].address;
    variable.bytes.resize(bytes);
    program_.globals.push_back(std::move(variable));
  } while (space != "param" && consume(','));
  return space == "param" ? Status() : expect(';');
}
