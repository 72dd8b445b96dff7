//===- Operands.cpp - Registers, immediates, vectors, addresses -----------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Parser.h"

using namespace dgemm::sim;

namespace {

struct SpecialName {
  const char *name;
  Special special;
};

} // namespace

static constexpr SpecialName specialNames[] = {
    {"%tid.x", Special::TidX},
    {"%tid.y", Special::TidY},
    {"%tid.z", Special::TidZ},
    {"%ntid.x", Special::NTidX},
    {"%ntid.y", Special::NTidY},
    {"%ntid.z", Special::NTidZ},
    {"%ctaid.x", Special::CtaIdX},
    {"%ctaid.y", Special::CtaIdY},
    {"%ctaid.z", Special::CtaIdZ},
    {"%nctaid.x", Special::NCtaIdX},
    {"%nctaid.y", Special::NCtaIdY},
    {"%nctaid.z", Special::NCtaIdZ},
    {"%laneid", Special::LaneId},
    {"%warpid", Special::WarpId},
    {"%nwarpid", Special::NWarpId},
    {"%smid", Special::SmId},
    {"%nsmid", Special::NSmId},
    {"%gridid", Special::GridId},
    {"%clock", Special::Clock},
    {"%clock64", Special::Clock64},
    {"%globaltimer", Special::GlobalTimer},
    {"%globaltimer_lo", Special::GlobalTimer},
    {"%lanemask_eq", Special::LaneMaskEq},
    {"%lanemask_le", Special::LaneMaskLe},
    {"%lanemask_lt", Special::LaneMaskLt},
    {"%lanemask_ge", Special::LaneMaskGe},
    {"%lanemask_gt", Special::LaneMaskGt},
    {"%cluster_ctaid.x", Special::ClusterCtaIdX},
    {"%cluster_ctaid.y", Special::ClusterCtaIdY},
    {"%cluster_ctaid.z", Special::ClusterCtaIdZ},
    {"%cluster_nctaid.x", Special::ClusterNCtaIdX},
    {"%cluster_nctaid.y", Special::ClusterNCtaIdY},
    {"%cluster_nctaid.z", Special::ClusterNCtaIdZ},
    {"%cluster_ctarank", Special::ClusterCtaRank},
    {"%cluster_nctarank", Special::ClusterNCtaRank},
    {"%clusterid.x", Special::ClusterIdX},
    {"%clusterid.y", Special::ClusterIdY},
    {"%clusterid.z", Special::ClusterIdZ},
    {"%nclusterid.x", Special::NClusterIdX},
    {"%nclusterid.y", Special::NClusterIdY},
    {"%nclusterid.z", Special::NClusterIdZ},
    {"%is_explicit_cluster", Special::IsExplicitCluster},
    {"%dynamic_smem_size", Special::DynamicSmemSize},
    {"%total_smem_size", Special::TotalSmemSize},
    {"%aggr_smem_size", Special::TotalSmemSize},
    {"%reserved_smem_offset_begin", Special::Zero},
    {"%reserved_smem_offset_end", Special::ReservedSmem},
    {"%reserved_smem_offset_cap", Special::ReservedSmem},
    {"%reserved_smem_offset_0", Special::Zero},
    {"%reserved_smem_offset_1", Special::Zero},
    {"%globaltimer_hi", Special::GlobalTimerHigh},
    {"%clock_hi", Special::GlobalTimerHigh},
    {"%current_graph_exec", Special::Zero},
};

/// %envreg0 to 31 and the counters %pm0 to 7 and %pm0_64: what the driver puts
/// there; zero here.
static bool isDriverRegister(std::string_view name) {
  bool env = name.substr(0, 7) == "%envreg";
  if (!env && name.substr(0, 3) != "%pm")
    return false;
  name.remove_prefix(env ? 7 : 3);
  size_t digits = name.find_first_not_of("0123456789");
  bool rest = digits == std::string_view::npos ||
              (!env && name.substr(digits) == "_64");
  return rest && digits != 0 && !name.empty();
}

uint32_t Parser::addOperands(const std::vector<Operand> &operands) {
  uint32_t first = static_cast<uint32_t>(kernel_.operands.size());
  kernel_.operands.insert(kernel_.operands.end(), operands.begin(),
                          operands.end());
  return first;
}

Expected<Operand> Parser::parseWordOperand() {
  Token token = next();
  Operand operand;
  if (token.text == "_") {
    operand.kind = Operand::Kind::Sink;
    return operand;
  }
  if (token.text == "WARP_SZ") {
    operand.kind = Operand::Kind::Immediate;
    operand.value = 32;
    return operand;
  }
  for (const SpecialName &entry : specialNames) {
    if (token.text != entry.name)
      continue;
    operand.kind = Operand::Kind::Special;
    operand.value = static_cast<uint64_t>(entry.special);
    return operand;
  }
  const Symbol *symbol = lookup(token.text);
  if (!symbol && isDriverRegister(token.text)) {
    operand.kind = Operand::Kind::Special;
    operand.value = static_cast<uint64_t>(Special::Zero);
    return operand;
  }
  if (!symbol)
    return errorAt(token.line,
                   "'" + std::string(token.text) + "' is not declared");
  if (symbol->kind == Symbol::Kind::Register) {
    operand.kind = Operand::Kind::Register;
    operand.type = symbol->type;
    operand.reg = symbol->reg;
    operand.slot = symbol->slot;
    return operand;
  }
  operand.kind = Operand::Kind::Immediate;
  operand.value = symbol->address;
  operand.dynamicShared = symbol->dynamicShared;
  operand.shared = symbol->shared;
  operand.kernelShared = symbol->kernelShared;
  operand.inFrame = symbol->inFrame;
  if (symbol->kind == Symbol::Kind::Function)
    functions_[symbol->index].addressTaken = true;
  return operand;
}

/// A register, special register, symbol or number with its sign.
Expected<Operand> Parser::parsePrimary() {
  const Token &token = peek();
  if (token.kind == Token::Kind::Word) {
    Expected<Operand> operand = parseWordOperand();
    // `symbol+4` outside of brackets.
    if (!operand || operand->kind != Operand::Kind::Immediate ||
        !(peek().is('+') || peek().is('-')))
      return operand;
    Expected<int64_t> offset = parseOffset();
    if (!offset)
      return offset.error();
    operand->value += static_cast<uint64_t>(*offset);
    return operand;
  }
  bool negative = consume('-');
  bool inverted = !negative && consume('~');
  if (peek().kind != Token::Kind::Number)
    return error("expected an operand, found '" + std::string(peek().text) +
                 "'");
  Token number = next();
  Operand operand;
  operand.kind = Operand::Kind::Immediate;
  operand.type = number.type;
  operand.value = number.value;
  if (number.type == Type::F64 && negative)
    operand.value ^= uint64_t(1) << 63;
  else if (number.type == Type::F32 && negative)
    operand.value ^= uint64_t(1) << 31;
  else if (negative)
    operand.value = -operand.value;
  else if (inverted)
    operand.value = ~operand.value;
  return operand;
}

Expected<Operand> Parser::parseVector() {
  next(); // {
  std::vector<Operand> elements;
  do {
    Expected<Operand> element = parsePrimary();
    if (!element)
      return element;
    elements.push_back(*element);
    if (elements.size() > 256)
      return error("a vector has more than 256 elements");
  } while (consume(','));
  if (Status status = expect('}'); !status.ok())
    return status.error();
  Operand vector;
  vector.kind = Operand::Kind::Vector;
  vector.first = addOperands(elements);
  vector.count = static_cast<uint32_t>(elements.size());
  return vector;
}

/// `+4`, `-8`, `+-8`, or nothing.
Expected<int64_t> Parser::parseOffset() {
  uint64_t offset = 0;
  while (peek().is('+') || peek().is('-')) {
    bool negative = next().is('-');
    if (consume('-'))
      negative = !negative;
    Expected<uint64_t> value = integer();
    if (!value)
      return value.error();
    offset += negative ? -*value : *value;
  }
  return static_cast<int64_t>(offset);
}

/// `[base+offset]`, and `[map, {coordinates}]` of tensor copies.
Expected<Operand> Parser::parseMemory() {
  next(); // [
  Expected<Operand> base = parsePrimary();
  if (!base)
    return base;
  Expected<int64_t> offset = parseOffset();
  if (!offset)
    return offset.error();
  std::vector<Operand> parts{*base};
  if (consume(',')) {
    if (!peek().is('{'))
      return error("expected the coordinates of a tensor copy");
    Expected<Operand> coordinates = parseVector();
    if (!coordinates)
      return coordinates;
    parts.push_back(*coordinates);
  }
  if (Status status = expect(']'); !status.ok())
    return status.error();
  Operand memory;
  memory.kind = Operand::Kind::Address;
  memory.first = addOperands(parts);
  memory.count = static_cast<uint32_t>(parts.size());
  memory.value = static_cast<uint64_t>(*offset);
  return memory;
}

Expected<Operand> Parser::parseOperand() {
  if (peek().is('{'))
    return parseVector();
  if (peek().is('['))
    return parseMemory();
  bool negated = consume('!');
  Expected<Operand> operand = parsePrimary();
  if (!operand)
    return operand;
  if (negated && operand->type != Type::Pred)
    return error("'!' needs a predicate");
  operand->negated = negated;
  if (!consume('|'))
    return operand;
  Expected<Operand> second = parsePrimary();
  if (!second)
    return second;
  Operand pair;
  pair.kind = Operand::Kind::Vector;
  pair.first = addOperands({*operand, *second});
  pair.count = 2;
  return pair;
}
