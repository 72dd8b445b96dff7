//===- Tcgen05Descriptor.cpp - Descriptors of tcgen05.mma -----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Simulator/Tcgen05.h"

#include <cstdio>

using namespace dgemm::sim;
using Kind = Tcgen05Op::Kind;

const char *dgemm::sim::name(Kind kind) {
  switch (kind) {
  case Kind::F16:
    return "kind::f16";
  case Kind::TF32:
    return "kind::tf32";
  case Kind::F8F6F4:
    return "kind::f8f6f4";
  case Kind::I8:
    return "kind::i8";
  case Kind::MXF8F6F4:
    return "kind::mxf8f6f4";
  case Kind::MXF4:
    return "kind::mxf4";
  case Kind::MXF4NVF4:
    return "kind::mxf4nvf4";
  }
  return "";
}

static std::string hex(uint64_t value, int digits) {
  char text[24];
  std::snprintf(text, sizeof(text), "0x%0*llx", digits,
                static_cast<unsigned long long>(value));
  return text;
}

namespace {

/// Takes the fields of an instruction descriptor one by one; the first that is
/// wrong becomes the error.
class Fields {
public:
  Fields(uint32_t bits, const Tcgen05Op &op) : bits_(bits), op_(op) {}

  unsigned get(unsigned high, unsigned low) {
    return bits_ >> low & ((2u << (high - low)) - 1);
  }
  /// An error unless `good`.
  void check(bool good, unsigned high, unsigned low, const char *field,
             const std::string &expected) {
    if (good || !status_.ok())
      return;
    std::string range = std::to_string(high);
    if (high != low)
      range += ":" + std::to_string(low);
    status_ =
        Error{"instruction descriptor " + hex(bits_, 8) + " of " +
              name(op_.kind) + ": bits " + range + " (" + field + ") are " +
              std::to_string(get(high, low)) + ", expected " + expected};
  }
  void zero(unsigned high, unsigned low, const char *field) {
    check(get(high, low) == 0, high, low, field, "0");
  }
  Status status() const { return status_; }

private:
  uint32_t bits_;
  const Tcgen05Op &op_;
  Status status_;
};

bool isNarrow(MatrixType type) {
  return type == MatrixType::E2M1 || type == MatrixType::E2M3 ||
         type == MatrixType::E3M2;
}

/// The element type of A (bits 9:7) or B (bits 12:10).
MatrixType elementType(Fields &fields, const Tcgen05Op &op, bool isA,
                       bool &isSigned) {
  unsigned low = isA ? 7 : 10;
  const char *field = isA ? "type of A" : "type of B";
  unsigned code = fields.get(low + 2, low);
  auto check = [&](bool good, const char *expected) {
    fields.check(good, low + 2, low, field, expected);
  };
  switch (op.kind) {
  case Kind::F16:
    check(code <= 1, "0 (f16) or 1 (bf16)");
    return code == 0 ? MatrixType::F16 : MatrixType::BF16;
  case Kind::TF32:
    check(code == 2, "2 (tf32)");
    return MatrixType::TF32;
  case Kind::I8:
    check(code <= 1, "0 (u8) or 1 (s8)");
    isSigned = code == 1;
    return MatrixType::E4M3; // of its width
  case Kind::MXF4:
  case Kind::MXF4NVF4:
    check(code == 1, "1 (e2m1)");
    return MatrixType::E2M1;
  default:
    break;
  }
  check(code != 2 && code <= 5,
        "0 (e4m3), 1 (e5m2), 3 (e2m3), 4 (e3m2) or 5 (e2m1)");
  static constexpr MatrixType types[] = {
      MatrixType::E4M3, MatrixType::E5M2, MatrixType::E4M3, MatrixType::E2M3,
      MatrixType::E3M2, MatrixType::E2M1, MatrixType::E4M3, MatrixType::E4M3};
  return types[code];
}

void decodeMajors(Fields &fields, Tcgen05Mma &mma) {
  mma.negateA = fields.get(13, 13) != 0;
  mma.negateB = fields.get(14, 14) != 0;
  mma.mnMajorA = fields.get(15, 15) != 0;
  mma.mnMajorB = fields.get(16, 16) != 0;
  bool packed = mma.op.kind == Kind::MXF4 || mma.op.kind == Kind::MXF4NVF4;
  const char *only = "0 (K-major: 4- and 6-bit types, and A in tensor memory, "
                     "are never MN-major)";
  bool bound = packed || isNarrow(mma.a) || mma.op.tensorA;
  fields.check(!(mma.mnMajorA && bound), 15, 15, "major of A", only);
  fields.check(!(mma.mnMajorB && (packed || isNarrow(mma.b))), 16, 16,
               "major of B", only);
  if (mma.op.kind != Kind::I8)
    return;
  fields.check(!mma.negateA, 13, 13, "negate A", "0");
  fields.check(!mma.negateB, 14, 14, "negate B", "0");
}

void decodeDense(Fields &fields, Tcgen05Mma &mma) {
  fields.zero(1, 0, "sparsity selector");
  unsigned saturate = fields.get(3, 3);
  fields.check(saturate == 0 || mma.op.kind == Kind::I8, 3, 3, "saturate", "0");
  mma.saturate = saturate != 0;
  unsigned type = fields.get(5, 4);
  switch (mma.op.kind) {
  case Kind::TF32:
    fields.check(type == 1, 5, 4, "type of D", "1 (f32)");
    break;
  case Kind::I8:
    fields.check(type == 2, 5, 4, "type of D", "2 (s32)");
    break;
  default:
    fields.check(type <= 1, 5, 4, "type of D", "0 (f16) or 1 (f32)");
    break;
  }
  mma.accumulator = type == 0   ? TmemAccumulator::F16
                    : type == 1 ? TmemAccumulator::F32
                                : TmemAccumulator::S32;
  bool brain = mma.a == MatrixType::BF16 || mma.b == MatrixType::BF16;
  fields.check(type != 0 || !brain, 5, 4, "type of D",
               "1 (f32): a bf16 operand does not go with f16");
  fields.zero(6, 6, "reserved");
  fields.zero(23, 23, "reserved");
  fields.zero(29, 29, "reserved");
  fields.zero(31, 30, "maximum shift");
  mma.m = fields.get(28, 24) << 4;
}

void decodeScaled(Fields &fields, Tcgen05Mma &mma) {
  fields.zero(1, 0, "reserved");
  fields.zero(3, 3, "reserved");
  fields.zero(6, 6, "reserved");
  fields.zero(26, 24, "reserved");
  mma.scaleIdB = fields.get(5, 4);
  mma.scaleIdA = fields.get(30, 29);
  unsigned scales = mma.op.scaleVector;
  const char *ids = scales == 1   ? "0 to 3"
                    : scales == 2 ? "0 or 2 (two scales each)"
                                  : "0 (four scales each)";
  fields.check(mma.scaleIdB % scales == 0, 5, 4, "scale-factor id of B", ids);
  fields.check(mma.scaleIdA % scales == 0, 30, 29, "scale-factor id of A", ids);
  unsigned type = fields.get(23, 23);
  mma.scaleType = type ? ScaleType::UE8M0 : ScaleType::UE4M3;
  fields.check(type == 1 || scales == 4, 23, 23, "type of the scales",
               "1 (ue8m0; ue4m3 goes with blocks of 16)");
  fields.zero(31, 31, "K = 96");
  mma.m = fields.get(28, 27) << 7;
}

void checkShape(Fields &fields, const Tcgen05Mma &mma) {
  const Tcgen05Op &op = mma.op;
  bool good;
  std::string expected;
  if (op.weightStationary) {
    good = mma.m == 32 || mma.m == 64 || mma.m == 128;
    expected = "M = 32, 64 or 128 (.ws)";
  } else if (op.ctas == 2) {
    good = mma.m == 128 || mma.m == 256;
    expected = "M = 128 or 256 (cta_group::2)";
  } else if (op.isScaled()) {
    good = mma.m == 128;
    expected = "M = 128 (block scale, cta_group::1)";
  } else {
    good = mma.m == 64 || mma.m == 128;
    expected = "M = 64 or 128 (cta_group::1)";
  }
  if (op.isScaled())
    fields.check(good, 28, 27, "M >> 7", expected);
  else
    fields.check(good, 28, 24, "M >> 4", expected);
  if (op.weightStationary) {
    good = mma.n == 64 || mma.n == 128 || mma.n == 256;
    expected = "N = 64, 128 or 256 (.ws)";
  } else {
    unsigned step = op.ctas == 2 || (mma.m == 128 && !op.isScaled()) ? 16 : 8;
    if (op.kind == Kind::I8 && mma.n > 32)
      step = 16;
    good = mma.n >= step && mma.n <= 256 && mma.n % step == 0;
    expected = "N in steps of " + std::to_string(step) +
               " up to 256 (M = " + std::to_string(mma.m) + ")";
  }
  fields.check(good, 22, 17, "N >> 3", expected);
}

unsigned depth(Kind kind) {
  switch (kind) {
  case Kind::F16:
    return 16;
  case Kind::TF32:
    return 8;
  case Kind::MXF4:
  case Kind::MXF4NVF4:
    return 64;
  default:
    return 32;
  }
}

} // namespace

Expected<Tcgen05Mma>
dgemm::sim::decodeInstructionDescriptor(uint32_t bits, const Tcgen05Op &op) {
  Fields fields(bits, op);
  Tcgen05Mma mma;
  mma.op = op;
  mma.k = depth(op.kind);
  fields.zero(2, 2, "sparse");
  mma.a = elementType(fields, op, true, mma.signedA);
  mma.b = elementType(fields, op, false, mma.signedB);
  if (op.isScaled())
    decodeScaled(fields, mma);
  else
    decodeDense(fields, mma);
  decodeMajors(fields, mma);
  mma.n = fields.get(22, 17) << 3;
  checkShape(fields, mma);
  if (!fields.status().ok())
    return fields.status().error();
  return mma;
}

//===----------------------------------------------------------------------===//
// Shared-memory descriptors
//===----------------------------------------------------------------------===//

// [13:0] start, [29:16] leading, [45:32] stride (all >> 4), [48:46] = 1,
// [51:49] base offset, [52] absolute leading offset, [63:61] swizzle.
static constexpr unsigned constantShift = 46;

static bool swizzleOf(unsigned code, Swizzle &out) {
  switch (code) {
  case 0:
    out = Swizzle::None;
    return true;
  case 1:
    out = Swizzle::B128Atom32;
    return true;
  case 2:
    out = Swizzle::B128;
    return true;
  case 4:
    out = Swizzle::B64;
    return true;
  case 6:
    out = Swizzle::B32;
    return true;
  default:
    return false;
  }
}

Expected<MatrixDescriptor> dgemm::sim::decodeSharedDescriptor(uint64_t bits) {
  auto fail = [&](const std::string &message) {
    return Error{"shared-memory descriptor " + hex(bits, 16) + ": " + message};
  };
  auto bytes = [&](unsigned shift) {
    return static_cast<uint32_t>(bits >> shift & 0x3FFF) << 4;
  };
  unsigned constant = bits >> constantShift & 7;
  if (constant != 1)
    return fail("bits 48:46 are " + std::to_string(constant) +
                ", sm_100 needs 1");
  if (bits >> 52 & 1)
    return fail("bit 52 (absolute leading offset) is for sm_103a with K = 96");
  uint64_t reserved = (bits & 0x1FE00000C000C000u);
  if (reserved)
    return fail("bits " + hex(reserved, 16) + " must be zero");
  MatrixDescriptor result;
  unsigned code = static_cast<unsigned>(bits >> 61);
  if (!swizzleOf(code, result.swizzle))
    return fail("bits 63:61 (swizzle) are " + std::to_string(code) +
                ", expected 0 (none), 1 (128B, atoms of 32), 2 (128B), 4 (64B) "
                "or 6 (32B)");
  result.start = bytes(0);
  result.leadingOffset = bytes(16);
  result.strideOffset = bytes(32);
  result.baseOffset = bits >> 49 & 7;
  return result;
}

uint64_t
dgemm::sim::encodeSharedDescriptor(const MatrixDescriptor &descriptor) {
  uint64_t code = 0;
  for (unsigned i = 0; i < 8; ++i) {
    Swizzle swizzle;
    if (swizzleOf(i, swizzle) && swizzle == descriptor.swizzle)
      code = i;
  }
  auto field = [](uint32_t bytes) {
    return static_cast<uint64_t>((bytes & 0x3FFFF) >> 4);
  };
  return field(descriptor.start) | field(descriptor.leadingOffset) << 16 |
         field(descriptor.strideOffset) << 32 | uint64_t(1) << constantShift |
         uint64_t(descriptor.baseOffset) << 49 | code << 61;
}

Status dgemm::sim::checkOperandLayout(const Tcgen05Mma &mma, bool isA,
                                      const MatrixDescriptor &descriptor) {
  bool mnMajor = isA ? mma.mnMajorA : mma.mnMajorB;
  bool atom32 = descriptor.swizzle == Swizzle::B128Atom32;
  bool wide = mma.containerBits() == 32;
  std::string operand = isA ? "A" : "B";
  if (atom32 && !(mnMajor && wide))
    return Error{"the descriptor of " + operand +
                 " has the swizzle 128B with atoms of 32 bytes, which is for "
                 "MN-major 32-bit elements"};
  if (mnMajor && wide && !atom32)
    return Error{"MN-major 32-bit elements of " + operand +
                 " need the swizzle 128B with atoms of 32 bytes"};
  return {};
}
