//===- WgmmaLayout.cpp - Descriptors and forms of wgmma ---------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Simulator/Wgmma.h"

#include <cstdio>

using namespace dgemm::sim;

namespace {

// Fields of the descriptor: [13:0] start, [29:16] leading, [45:32] stride
// (all >> 4), [51:49] base offset, [63:62] swizzle.
constexpr uint64_t knownBits = 0xC00E3FFF3FFF3FFF;
constexpr uint32_t addressMask = 0x3FFFF;

const Swizzle swizzles[] = {Swizzle::None, Swizzle::B128, Swizzle::B64,
                            Swizzle::B32};

uint32_t bytesAt(uint64_t bits, unsigned shift) {
  return static_cast<uint32_t>(bits >> shift & 0x3FFF) << 4;
}

bool is16Bit(MatrixType type) {
  return type == MatrixType::BF16 || type == MatrixType::F16;
}

bool isFP8(MatrixType type) {
  return type == MatrixType::E4M3 || type == MatrixType::E5M2;
}

Error unknown(const WgmmaOp &op, const std::string &expected) {
  return Error{"wgmma of " + std::string(name(op.a)) + " x " + name(op.b) +
               " with N = " + std::to_string(op.n) +
               " does not exist: " + expected};
}

} // namespace

Expected<MatrixDescriptor> MatrixDescriptor::decode(uint64_t bits) {
  if (bits & ~knownBits) {
    char text[120];
    std::snprintf(text, sizeof(text),
                  "matrix descriptor 0x%016llx has bits 0x%016llx that must be "
                  "zero",
                  static_cast<unsigned long long>(bits),
                  static_cast<unsigned long long>(bits & ~knownBits));
    return Error{text};
  }
  MatrixDescriptor result;
  result.start = bytesAt(bits, 0);
  result.leadingOffset = bytesAt(bits, 16);
  result.strideOffset = bytesAt(bits, 32);
  result.baseOffset = bits >> 49 & 7;
  result.swizzle = swizzles[bits >> 62];
  return result;
}

uint64_t MatrixDescriptor::encode() const {
  uint64_t code = 0;
  for (uint64_t i = 0; i < 4; ++i)
    if (swizzles[i] == swizzle)
      code = i;
  auto field = [](uint32_t bytes) {
    return static_cast<uint64_t>((bytes & addressMask) >> 4);
  };
  return field(start) | field(leadingOffset) << 16 | field(strideOffset) << 32 |
         uint64_t(baseOffset) << 49 | code << 62;
}

uint32_t MatrixDescriptor::address(bool mnMajor, unsigned elementBytes,
                                   unsigned mn, unsigned k) const {
  uint32_t span = swizzleSpan(swizzle);
  uint32_t offset;
  if (!mnMajor) {
    uint32_t byte = k * elementBytes;
    offset = mn / 8 * strideOffset;
    if (span)
      offset += mn % 8 * span + byte;
    else
      offset += mn % 8 * 16 + byte / 16 * leadingOffset + byte % 16;
  } else {
    // In the unswizzled form the two offsets change roles.
    uint32_t row = span ? span : 16;
    uint32_t chunk = row / elementBytes;
    uint32_t outer = span ? leadingOffset : strideOffset;
    uint32_t inner = span ? strideOffset : leadingOffset;
    offset = mn / chunk * outer + k / 8 * inner + k % 8 * row +
             mn % chunk * elementBytes;
  }
  uint32_t linear = start + offset;
  // The phase of the XOR counts 128-byte lines from the base offset.
  uint32_t shifted = linear - (baseOffset << 7);
  return linear ^ (dgemm::sim::swizzle(swizzle, shifted) ^ shifted);
}

unsigned WgmmaOp::elementBytes() const {
  return isFP8(a) ? 1 : is16Bit(a) ? 2 : 4;
}

Status dgemm::sim::validate(const WgmmaOp &op) {
  if (op.n < 8 || op.n > 256 || op.n % 8)
    return unknown(op, "N is a multiple of 8 from 8 to 256");
  if (!is16Bit(op.a) && !isFP8(op.a) && op.a != MatrixType::TF32)
    return unknown(op, "types are bf16, f16, tf32, e4m3 and e5m2");
  if (isFP8(op.a) ? !isFP8(op.b) : op.a != op.b)
    return unknown(op, "A and B have the same type, or both e4m3 or e5m2");
  if (op.accumulator == AccumulatorType::F16 && op.a != MatrixType::F16 &&
      !isFP8(op.a))
    return unknown(op, "f16 accumulators go with f16, e4m3 and e5m2 only");
  if ((op.transA || op.transB) && !is16Bit(op.a))
    return unknown(op, "only 16-bit operands may be MN-major");
  if (op.transA && op.registersA)
    return unknown(op, "A in registers cannot be transposed");
  return {};
}

std::vector<uint32_t>
dgemm::sim::operandAddresses(const WgmmaOp &op, bool isA,
                             const MatrixDescriptor &descriptor) {
  unsigned extent = isA ? 64 : op.n;
  unsigned bytes = op.elementBytes();
  std::vector<uint32_t> addresses;
  addresses.reserve(2 * extent);
  if (isA ? op.transA : op.transB) {
    for (unsigned k = 0; k < op.k(); ++k)
      for (unsigned mn = 0; mn < extent; mn += 16 / bytes)
        addresses.push_back(descriptor.address(true, bytes, mn, k));
    return addresses;
  }
  for (unsigned mn = 0; mn < extent; ++mn)
    for (unsigned k = 0; k < op.k(); k += 16 / bytes)
      addresses.push_back(descriptor.address(false, bytes, mn, k));
  return addresses;
}
