//===- ExecInteger.cpp - Integer, bit and data movement instructions ------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Sources arrive extended to 64 bits by the signedness of the type, results are
// cut to the width of the register: most instructions need no width.
//
//===----------------------------------------------------------------------===//

#include "Cta.h"

#include <algorithm>

using namespace dgemm::sim;

// clang and gcc have them; ISO C++ has not.
__extension__ typedef __int128 Signed128;
__extension__ typedef unsigned __int128 Unsigned128;

static int64_t s(uint64_t value) { return static_cast<int64_t>(value); }

static uint64_t lowMask(unsigned bits) {
  return bits >= 64 ? ~uint64_t(0) : (uint64_t(1) << bits) - 1;
}

template <typename F> void Cta::map1(uint32_t mask, F function) {
  Lanes a;
  fetch(operand(1), instruction_->type, a);
  for (uint64_t &value : a.v)
    value = function(value);
  write(operand(0), a, mask, definedLanes(operand(1)));
}

template <typename F> void Cta::map2(uint32_t mask, F function) {
  Lanes a, b;
  fetch(operand(1), instruction_->type, a);
  fetch(operand(2), instruction_->type, b);
  for (uint32_t lane = 0; lane < 32; ++lane)
    a[lane] = function(a[lane], b[lane]);
  write(operand(0), a, mask,
        definedLanes(operand(1)) & definedLanes(operand(2)));
}

template <typename F> void Cta::map3(uint32_t mask, F function) {
  Lanes a, b, c;
  fetch(operand(1), instruction_->type, a);
  fetch(operand(2), instruction_->type, b);
  fetch(operand(3), instruction_->type, c);
  for (uint32_t lane = 0; lane < 32; ++lane)
    a[lane] = function(a[lane], b[lane], c[lane]);
  write(operand(0), a, mask,
        definedLanes(operand(1)) & definedLanes(operand(2)) &
            definedLanes(operand(3)));
}

/// add and sub with carries and saturation.
void Cta::executeAdd(uint32_t mask) {
  bool subtract = instruction_->op == Op::Sub;
  bool carryIn = instruction_->has(FlagCarryIn);
  bool carryOut = instruction_->has(FlagCarryOut);
  if (instruction_->has(FlagSat))
    return map2(mask, [&](uint64_t a, uint64_t b) {
      int64_t sum = subtract ? s(a) - s(b) : s(a) + s(b);
      return static_cast<uint64_t>(
          std::clamp<int64_t>(sum, INT32_MIN, INT32_MAX));
    });
  if (!carryIn && !carryOut) {
    if (subtract)
      return map2(mask, [](uint64_t a, uint64_t b) { return a - b; });
    return map2(mask, [](uint64_t a, uint64_t b) { return a + b; });
  }
  unsigned bits = dgemm::sim::bitWidth(instruction_->type);
  uint64_t wide = lowMask(bits);
  uint32_t in = carryIn ? warp_->carry : 0, out = 0;
  unsigned lane = 0;
  map2(mask, [&](uint64_t a, uint64_t b) {
    Unsigned128 x = a & wide, y = b & wide, c = (in >> lane) & 1;
    // Hardware subtracts by adding the complement, so the flag is set where
    // there is no borrow. It shows where add and sub share a chain.
    Unsigned128 sum =
        subtract ? x + (~b & wide) + (carryIn ? c : 1) : x + y + c;
    out |= static_cast<uint32_t>((sum >> bits) & 1) << lane++;
    return static_cast<uint64_t>(sum);
  });
  if (carryOut)
    warp_->carry = (warp_->carry & ~mask) | (out & mask);
}

/// mad.cc and madc: the low or high half of the product plus a third source.
void Cta::executeMultiplyCarry(uint32_t mask) {
  Type type = instruction_->type;
  unsigned bits = dgemm::sim::bitWidth(type);
  uint64_t wide = lowMask(bits);
  bool high = instruction_->has(FlagHigh), sign = isSigned(type);
  uint32_t in = instruction_->has(FlagCarryIn) ? warp_->carry : 0, out = 0;
  unsigned lane = 0;
  map3(mask, [&](uint64_t a, uint64_t b, uint64_t c) {
    Unsigned128 product = sign
                              ? static_cast<Unsigned128>(Signed128(s(a)) * s(b))
                              : Unsigned128(a & wide) * (b & wide);
    Unsigned128 part = (high ? product >> bits : product) & wide;
    Unsigned128 sum = part + (c & wide) + ((in >> lane) & 1);
    out |= static_cast<uint32_t>((sum >> bits) & 1) << lane++;
    return static_cast<uint64_t>(sum);
  });
  if (instruction_->has(FlagCarryOut))
    warp_->carry = (warp_->carry & ~mask) | (out & mask);
}

void Cta::executeMultiply(uint32_t mask) {
  if (instruction_->has(FlagCarryIn | FlagCarryOut))
    return executeMultiplyCarry(mask);
  Type type = instruction_->type;
  unsigned bits = dgemm::sim::bitWidth(type);
  bool high = instruction_->has(FlagHigh), sign = isSigned(type);
  auto product = [=](uint64_t a, uint64_t b) -> uint64_t {
    if (!high)
      return a * b;
    if (bits < 64)
      return sign ? static_cast<uint64_t>(s(a * b) >> bits) : (a * b) >> bits;
    if (sign)
      return static_cast<uint64_t>((Signed128(s(a)) * s(b)) >> 64);
    return static_cast<uint64_t>((Unsigned128(a) * b) >> 64);
  };
  if (instruction_->op == Op::Mul)
    return map2(mask, product);
  if (!instruction_->has(FlagWide))
    return map3(mask, [=](uint64_t a, uint64_t b, uint64_t c) {
      uint64_t sum = product(a, b) + c;
      if (!instruction_->has(FlagSat))
        return sum;
      return static_cast<uint64_t>(
          std::clamp<int64_t>(s(sum), INT32_MIN, INT32_MAX));
    });
  // The addend of mad.wide is twice as wide.
  Lanes a, b, c;
  fetch(operand(1), type, a);
  fetch(operand(2), type, b);
  fetch(operand(3), Type::U64, c);
  for (uint32_t lane = 0; lane < 32; ++lane)
    a[lane] = a[lane] * b[lane] + c[lane];
  write(operand(0), a, mask,
        definedLanes(operand(1)) & definedLanes(operand(2)) &
            definedLanes(operand(3)));
}

static uint64_t bitFieldExtract(uint64_t a, uint64_t b, uint64_t c,
                                unsigned bits, bool sign) {
  unsigned position = b & 0xff, length = c & 0xff;
  if (length == 0)
    return 0;
  // The sign is the top bit of the field, or of the value if that is shorter.
  unsigned top = std::min(position + length - 1, bits - 1);
  uint64_t value = position >= bits ? 0 : (a & lowMask(bits)) >> position;
  value &= lowMask(length);
  bool negative = sign && ((a >> top) & 1);
  unsigned have = position >= bits ? 0 : std::min(length, bits - position);
  return negative ? value | ~lowMask(have) : value;
}

static uint64_t lop3(uint64_t a, uint64_t b, uint64_t c, uint64_t table) {
  uint64_t result = 0;
  for (unsigned i = 0; i < 8; ++i) {
    if (!((table >> i) & 1))
      continue;
    result |= (i & 4 ? a : ~a) & (i & 2 ? b : ~b) & (i & 1 ? c : ~c);
  }
  return result;
}

static uint64_t permute(uint64_t a, uint64_t b, uint64_t c, uint8_t mode) {
  uint64_t bytes = (b << 32) | (a & 0xffffffffu);
  unsigned at = c & 3;
  auto pick = [&](unsigned selector) -> uint64_t {
    uint64_t byte = (bytes >> (8 * (selector & 7))) & 0xff;
    if (selector & 8)
      return byte & 0x80 ? 0xff : 0;
    return byte;
  };
  uint64_t result = 0;
  for (unsigned i = 0; i < 4; ++i) {
    unsigned selector = 0;
    switch (mode) {
    case 0:
      selector = (c >> (4 * i)) & 15;
      break;
    case 1: // f4e
      selector = (at + i) & 7;
      break;
    case 2: // b4e
      selector = (at - i) & 7;
      break;
    case 3: // rc8
      selector = at;
      break;
    case 4: // ecl
      selector = std::max(i, at);
      break;
    case 5: // ecr
      selector = std::min(i, at);
      break;
    default: // rc16
      selector = (at & 1) * 2 + (i & 1);
      break;
    }
    result |= pick(selector) << (8 * i);
  }
  return result;
}

static uint64_t findLeading(uint64_t a, unsigned bits, bool sign, bool amount) {
  if (sign && s(a) < 0)
    a = ~a;
  a &= lowMask(bits);
  if (a == 0)
    return 0xffffffffu;
  uint64_t position = 63 - static_cast<unsigned>(__builtin_clzll(a));
  return amount ? bits - 1 - position : position;
}

static uint64_t reverse(uint64_t a, unsigned bits) {
  uint64_t result = 0;
  for (unsigned i = 0; i < bits; ++i)
    result |= ((a >> i) & 1) << (bits - 1 - i);
  return result;
}

bool Cta::executeInteger(uint32_t mask) {
  Type type = instruction_->type;
  unsigned bits = dgemm::sim::bitWidth(type);
  bool sign = isSigned(type);
  uint64_t low = lowMask(bits);
  switch (instruction_->op) {
  case Op::Add:
  case Op::Sub:
    executeAdd(mask);
    return true;
  case Op::Mul:
  case Op::Mad:
    executeMultiply(mask);
    return true;
  case Op::Div:
    map2(mask, [=](uint64_t a, uint64_t b) -> uint64_t {
      if (b == 0)
        return ~uint64_t(0);
      if (sign && s(b) == -1)
        return -a;
      return sign ? static_cast<uint64_t>(s(a) / s(b)) : a / b;
    });
    return true;
  case Op::Rem:
    map2(mask, [=](uint64_t a, uint64_t b) -> uint64_t {
      if (b == 0)
        return a;
      if (sign && s(b) == -1)
        return 0;
      return sign ? static_cast<uint64_t>(s(a) % s(b)) : a % b;
    });
    return true;
  case Op::Abs:
    map1(mask, [](uint64_t a) { return s(a) < 0 ? -a : a; });
    return true;
  case Op::Neg:
    map1(mask, [](uint64_t a) { return -a; });
    return true;
  case Op::Min:
  case Op::Max: {
    bool maximum = instruction_->op == Op::Max;
    bool positive = instruction_->has(FlagRelu);
    map2(mask, [=](uint64_t a, uint64_t b) {
      bool less = sign ? s(a) < s(b) : a < b;
      uint64_t result = less == maximum ? b : a;
      return positive && s(result) < 0 ? 0 : result;
    });
    return true;
  }
  case Op::Sad:
    map3(mask, [=](uint64_t a, uint64_t b, uint64_t c) {
      return c + ((sign ? s(a) < s(b) : a < b) ? b - a : a - b);
    });
    return true;
  case Op::Popc:
    map1(mask, [=](uint64_t a) -> uint64_t {
      return static_cast<uint64_t>(__builtin_popcountll(a & low));
    });
    return true;
  case Op::Clz:
    map1(mask, [=](uint64_t a) -> uint64_t {
      a &= low;
      return a == 0 ? bits
                    : bits - 64 + static_cast<unsigned>(__builtin_clzll(a));
    });
    return true;
  case Op::Bfind:
    map1(mask, [=](uint64_t a) {
      return findLeading(a, bits, sign, instruction_->has(FlagRight));
    });
    return true;
  case Op::Brev:
    map1(mask, [=](uint64_t a) { return reverse(a, bits); });
    return true;
  case Op::Bfe:
    map3(mask, [=](uint64_t a, uint64_t b, uint64_t c) {
      return bitFieldExtract(a, b, c, bits, sign);
    });
    return true;
  case Op::And:
    map2(mask, [](uint64_t a, uint64_t b) { return a & b; });
    return true;
  case Op::Or:
    map2(mask, [](uint64_t a, uint64_t b) { return a | b; });
    return true;
  case Op::Xor:
    map2(mask, [](uint64_t a, uint64_t b) { return a ^ b; });
    return true;
  case Op::Not:
    map1(mask, [](uint64_t a) { return ~a; });
    return true;
  case Op::Cnot:
    map1(mask, [](uint64_t a) -> uint64_t { return a == 0; });
    return true;
  case Op::Shl:
  case Op::Shr:
    executeShift(mask);
    return true;
  case Op::Bfi:
  case Op::Lop3:
  case Op::Prmt:
  case Op::Shf:
    executeBits(mask);
    return true;
  default:
    return false;
  }
}

/// The amount of a shift is a u32, whatever the type.
void Cta::executeShift(uint32_t mask) {
  Type type = instruction_->type;
  unsigned bits = dgemm::sim::bitWidth(type);
  bool left = instruction_->op == Op::Shl, sign = isSigned(type);
  Lanes a, b;
  fetch(operand(1), type, a);
  fetch(operand(2), Type::U32, b);
  for (uint32_t lane = 0; lane < 32; ++lane) {
    uint64_t amount = std::min<uint64_t>(b[lane], bits);
    if (left)
      a[lane] = amount >= bits ? 0 : a[lane] << amount;
    else if (sign)
      a[lane] =
          static_cast<uint64_t>(s(a[lane]) >> std::min<uint64_t>(amount, 63));
    else
      a[lane] = amount >= bits ? 0 : a[lane] >> amount;
  }
  write(operand(0), a, mask,
        definedLanes(operand(1)) & definedLanes(operand(2)));
}

/// Instructions with three sources or more of 32 or 64 bits.
void Cta::executeBits(uint32_t mask) {
  Type type = instruction_->type;
  unsigned bits = dgemm::sim::bitWidth(type);
  Lanes a, b, c, d;
  fetch(operand(1), type, a);
  fetch(operand(2), type, b);
  fetch(operand(3), Type::U32, c);
  uint32_t defined = definedLanes(operand(1)) & definedLanes(operand(2)) &
                     definedLanes(operand(3));
  if (numOperands() > 4) {
    fetch(operand(4), Type::U32, d);
    defined &= definedLanes(operand(4));
  }
  for (uint32_t lane = 0; lane < 32; ++lane) {
    uint64_t x = a[lane], y = b[lane], z = c[lane];
    switch (instruction_->op) {
    case Op::Lop3:
      a[lane] = lop3(x, y, z, d[lane]);
      break;
    case Op::Prmt:
      a[lane] = permute(x, y, z, instruction_->mode);
      break;
    case Op::Bfi: {
      unsigned position = z & 0xff, length = d[lane] & 0xff;
      uint64_t field =
          position >= bits ? 0 : lowMask(std::min(length, 64u)) << position;
      a[lane] = (y & ~field) | (position >= 64 ? 0 : (x << position) & field);
      break;
    }
    default: { // shf
      uint64_t amount =
          instruction_->has(FlagClamp) ? std::min<uint64_t>(z, 32) : z & 31;
      uint64_t both = (y << 32) | (x & 0xffffffffu);
      a[lane] = instruction_->has(FlagRight) ? both >> amount
                                             : (both << amount) >> 32;
      break;
    }
    }
  }
  const Operand &to = operand(0);
  write(element(to, 0), a, mask, defined);
  if (to.kind != Operand::Kind::Vector)
    return;
  // lop3.and and lop3.or also compare the result with zero.
  uint32_t nonzero = 0, other = fetchPredicate(operand(5));
  for (uint32_t lane = 0; lane < 32; ++lane)
    nonzero |= uint32_t(a[lane] != 0) << lane;
  bool both = !instruction_->has(FlagRight);
  writePredicate(element(to, 1), both ? nonzero & other : nonzero | other, mask,
                 defined & definedLanes(operand(5)));
}

/// One 64-bit word of a register or number; a .b128 register has two.
Operand Cta::wordOf(const Operand &operand, uint32_t word) const {
  Operand part = operand;
  if (operand.kind == Operand::Kind::Register && operand.type == Type::B128) {
    part.type = Type::B64;
    part.slot += 64 * word;
  } else if (word != 0) {
    part = Operand();
    part.kind = operand.kind == Operand::Kind::Sink ? Operand::Kind::Sink
                                                    : Operand::Kind::Immediate;
  }
  return part;
}

void Cta::executeMove(uint32_t mask) {
  const Operand &to = operand(0), &from = operand(1);
  unsigned bits = dgemm::sim::bitWidth(instruction_->type);
  bool pack = from.kind == Operand::Kind::Vector;
  bool unpack = to.kind == Operand::Kind::Vector;
  uint32_t defined = definedLanes(from);
  if (!pack && !unpack && bits <= 64) {
    Lanes value;
    fetch(from, instruction_->type, value);
    return write(to, value, mask, defined);
  }
  uint32_t count = pack ? from.count : unpack ? to.count : 1;
  unsigned part = bits / count;
  Lanes whole[2] = {};
  for (uint32_t word = 0; !pack && word * 64 < bits; ++word)
    fetch(wordOf(from, word), Type::U64, whole[word]);
  for (uint32_t i = 0; i < count && (pack || unpack); ++i) {
    Lanes value;
    Lanes &word = whole[part * i / 64];
    unsigned shift = part * i % 64;
    if (pack) {
      fetch(element(from, i), Type::U64, value);
      for (uint32_t lane = 0; lane < 32; ++lane)
        word[lane] |= (value[lane] & lowMask(part)) << shift;
      continue;
    }
    for (uint32_t lane = 0; lane < 32; ++lane)
      value[lane] = (word[lane] >> shift) & lowMask(part);
    write(element(to, i), value, mask, defined);
  }
  for (uint32_t word = 0; !unpack && word * 64 < bits; ++word)
    write(wordOf(to, word), whole[word], mask, defined);
}
