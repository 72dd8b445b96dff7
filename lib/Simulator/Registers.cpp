//===- Registers.cpp - Operands of all lanes ------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cluster.h"

#include <algorithm>
#include <cstring>

using namespace dgemm::sim;
using Kind = Operand::Kind;

/// The value of `bits` bits, extended to 64.
static uint64_t extend(uint64_t value, unsigned bits, bool isSigned) {
  if (bits == 0 || bits >= 64)
    return value;
  uint64_t mask = (uint64_t(1) << bits) - 1;
  value &= mask;
  bool negative = isSigned && (value >> (bits - 1)) != 0;
  return negative ? value | ~mask : value;
}

uint32_t Cta::fetchPredicate(const Operand &operand) const {
  if (operand.kind == Kind::Immediate)
    return operand.value != 0 ? ~0u : 0;
  uint32_t value = warp_->registers[operand.slot];
  return operand.negated ? ~value : value;
}

uint32_t Cta::definedLanes(const Operand &operand) const {
  if (operand.kind == Kind::Register)
    return warp_->defined[operand.reg];
  if (operand.kind != Kind::Vector && operand.kind != Kind::Address)
    return ~0u;
  uint32_t defined = ~0u;
  for (uint32_t i = 0; i < operand.count; ++i)
    defined &= definedLanes(kernel_.operands[operand.first + i]);
  return defined;
}

void Cta::fetch(const Operand &operand, Type type, Lanes &out) const {
  unsigned bits = dgemm::sim::bitWidth(type);
  bool sign = isSigned(type);
  if (operand.kind == Kind::Special) {
    for (uint32_t lane = 0; lane < 32; ++lane)
      out[lane] = special(static_cast<Special>(operand.value), lane);
    return;
  }
  if (operand.kind != Kind::Register) {
    uint64_t value = operand.value + (operand.shared ? sharedWindow() : 0);
    if (operand.inFrame)
      value += warp_->frames[warp_->frame].base;
    std::fill_n(out.v, 32, extend(value, bits, sign));
    return;
  }
  const uint32_t *words = &warp_->registers[operand.slot];
  if (operand.type == Type::Pred) {
    uint32_t value = fetchPredicate(operand);
    for (uint32_t lane = 0; lane < 32; ++lane)
      out[lane] = (value >> lane) & 1;
    return;
  }
  if (dgemm::sim::bitWidth(operand.type) >= 64) {
    std::memcpy(out.v, words, sizeof(out.v));
  } else {
    for (uint32_t lane = 0; lane < 32; ++lane)
      out[lane] = words[lane];
  }
  if (bits == 64 && !sign)
    return;
  if (bits == 32 && sign) {
    for (uint64_t &value : out.v)
      value = static_cast<uint64_t>(
          static_cast<int64_t>(static_cast<int32_t>(value)));
    return;
  }
  for (uint64_t &value : out.v)
    value = extend(value, bits, sign);
}

void Cta::write(const Operand &operand, const Lanes &value, uint32_t mask,
                uint32_t defined) {
  if (operand.kind != Kind::Register)
    return;
  if (operand.type == Type::Pred) {
    uint32_t bits = 0;
    for (uint32_t lane = 0; lane < 32; ++lane)
      bits |= static_cast<uint32_t>(value[lane] & 1) << lane;
    return writePredicate(operand, bits, mask, defined);
  }
  uint32_t *words = &warp_->registers[operand.slot];
  uint32_t &flags = warp_->defined[operand.reg];
  flags = (flags & ~mask) | (defined & mask);
  unsigned width = dgemm::sim::bitWidth(operand.type);
  if (width >= 64) {
    for (uint32_t lane = 0; lane < 32; ++lane)
      if ((mask >> lane) & 1)
        std::memcpy(words + 2 * lane, &value.v[lane], 8);
    return;
  }
  uint32_t keep = width == 32 ? ~0u : (1u << width) - 1;
  if (mask == ~0u) {
    for (uint32_t lane = 0; lane < 32; ++lane)
      words[lane] = static_cast<uint32_t>(value[lane]) & keep;
    return;
  }
  for (uint32_t lane = 0; lane < 32; ++lane)
    if ((mask >> lane) & 1)
      words[lane] = static_cast<uint32_t>(value[lane]) & keep;
}

void Cta::writePredicate(const Operand &operand, uint32_t value, uint32_t mask,
                         uint32_t defined) {
  if (operand.kind != Kind::Register || operand.type != Type::Pred)
    return;
  uint32_t &word = warp_->registers[operand.slot];
  word = (word & ~mask) | (value & mask);
  uint32_t &flags = warp_->defined[operand.reg];
  flags = (flags & ~mask) | (defined & mask);
}

/// 0, 1, 2 for the x, y, z of a special register.
static unsigned axis(Special special, Special x) {
  return static_cast<unsigned>(special) - static_cast<unsigned>(x);
}

/// The CTAs of a cluster are on SMs in a row.
uint32_t Cta::smId() const {
  uint32_t cta = cluster_.index() * cluster_.size() + rank_;
  return cta % std::max(1u, context_.launch.smCount);
}

uint64_t Cta::special(Special special, uint32_t lane) const {
  const Launch &launch = context_.launch;
  uint32_t thread = warp_->index * 32 + lane;
  uint32_t below = (1u << lane) - 1, self = 1u << lane;
  switch (special) {
  case Special::TidX:
    return thread % launch.block[0];
  case Special::TidY:
    return thread / launch.block[0] % launch.block[1];
  case Special::TidZ:
    return thread / launch.block[0] / launch.block[1];
  case Special::NTidX:
    return launch.block[0];
  case Special::NTidY:
    return launch.block[1];
  case Special::NTidZ:
    return launch.block[2];
  case Special::CtaIdX:
    return id_[0];
  case Special::CtaIdY:
    return id_[1];
  case Special::CtaIdZ:
    return id_[2];
  case Special::NCtaIdX:
    return launch.grid[0];
  case Special::NCtaIdY:
    return launch.grid[1];
  case Special::NCtaIdZ:
    return launch.grid[2];
  case Special::LaneId:
    return lane;
  case Special::WarpId:
    return warp_->index;
  case Special::NWarpId:
    return context_.warps;
  case Special::SmId:
    return smId();
  case Special::NSmId:
    return launch.smCount;
  case Special::Clock:
  case Special::Clock64:
  case Special::GlobalTimer:
    return executed_;
  case Special::LaneMaskEq:
    return self;
  case Special::LaneMaskLe:
    return below | self;
  case Special::LaneMaskLt:
    return below;
  case Special::LaneMaskGe:
    return ~below;
  case Special::LaneMaskGt:
    return ~(below | self);
  case Special::ClusterCtaIdX:
  case Special::ClusterCtaIdY:
  case Special::ClusterCtaIdZ: {
    unsigned i = axis(special, Special::ClusterCtaIdX);
    return id_[i] % context_.cluster[i];
  }
  case Special::ClusterNCtaIdX:
  case Special::ClusterNCtaIdY:
  case Special::ClusterNCtaIdZ:
    return context_.cluster[axis(special, Special::ClusterNCtaIdX)];
  case Special::ClusterIdX:
  case Special::ClusterIdY:
  case Special::ClusterIdZ: {
    unsigned i = axis(special, Special::ClusterIdX);
    return id_[i] / context_.cluster[i];
  }
  case Special::NClusterIdX:
  case Special::NClusterIdY:
  case Special::NClusterIdZ: {
    unsigned i = axis(special, Special::NClusterIdX);
    return launch.grid[i] / context_.cluster[i];
  }
  case Special::ClusterCtaRank:
    return rank_;
  case Special::ClusterNCtaRank:
    return context_.clusterSize;
  case Special::IsExplicitCluster:
    return context_.explicitCluster;
  case Special::DynamicSmemSize:
    return launch.sharedBytes;
  case Special::TotalSmemSize:
    return context_.sharedEnd - SharedBase;
  case Special::ReservedSmem:
    return SharedBase;
  case Special::GlobalTimerHigh:
    return executed_ >> 32;
  case Special::GridId:
  case Special::Zero:
    return 0;
  }
  return 0;
}

const Operand &Cta::element(const Operand &operand, uint32_t index) const {
  return operand.kind == Kind::Vector ? kernel_.operands[operand.first + index]
                                      : operand;
}

void Cta::fetchVector(const Operand &operand, WarpRegister *out) const {
  uint32_t count = operand.kind == Kind::Vector ? operand.count : 1;
  for (uint32_t i = 0; i < count; ++i) {
    const Operand &from = element(operand, i);
    if (from.kind == Kind::Register && dgemm::sim::bitWidth(from.type) <= 32 &&
        from.type != Type::Pred) {
      std::memcpy(out[i], &warp_->registers[from.slot], sizeof(out[i]));
      continue;
    }
    Lanes value;
    fetch(from, Type::U32, value);
    for (uint32_t lane = 0; lane < 32; ++lane)
      out[i][lane] = static_cast<uint32_t>(value[lane]);
  }
}

void Cta::writeVector(const Operand &operand, const WarpRegister *in,
                      uint32_t defined) {
  uint32_t count = operand.kind == Kind::Vector ? operand.count : 1;
  for (uint32_t i = 0; i < count; ++i) {
    Lanes value;
    for (uint32_t lane = 0; lane < 32; ++lane)
      value[lane] = in[i][lane];
    write(element(operand, i), value, group_->mask, defined);
  }
}

bool Cta::isUniformlyDefined(const Operand &operand, uint32_t mask,
                             const char *what) {
  uint32_t poison = mask & ~definedLanes(operand);
  if (poison == 0)
    return true;
  report("undefined-register", std::string(what) + " is not defined",
         __builtin_ctz(poison), instruction_->line,
         static_cast<int>(warp_->index));
  return false;
}
