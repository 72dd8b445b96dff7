//===- MmaRules.cpp - Which mma.sync instructions exist ---------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Simulator/Matrix.h"

#include <cstdio>

using namespace dgemm::sim;

namespace {

bool isByteType(MatrixType type) { return type >= MatrixType::E4M3; }

std::string describe(const MmaOp &op) {
  static const char *const kinds[] = {"", ".kind::f8f6f4", ".kind::mxf8f6f4",
                                      ".kind::mxf4", ".kind::mxf4nvf4"};
  std::string text = "mma.sync.m16n8k" + std::to_string(op.k);
  text += kinds[static_cast<unsigned>(op.kind)];
  if (op.isScaled())
    text += ".scale_vec::" + std::to_string(op.scaleVector) + "X";
  const char *accumulator =
      op.accumulator == AccumulatorType::F32 ? ".f32" : ".f16";
  text += std::string(accumulator) + "." + name(op.a) + "." + name(op.b) +
          accumulator;
  if (op.isScaled())
    text += op.scaleType == ScaleType::UE8M0 ? ".ue8m0" : ".ue4m3";
  return text;
}

Error unknown(const MmaOp &op, const std::string &expected) {
  return Error{describe(op) + " does not exist: " + expected};
}

Status validatePlain(const MmaOp &op) {
  if (op.isScaled())
    return unknown(op, ".scale_vec needs a .kind with .block_scale");
  bool isFP8 = op.a == MatrixType::E4M3 || op.a == MatrixType::E5M2;
  bool isFP8B = op.b == MatrixType::E4M3 || op.b == MatrixType::E5M2;
  if (isByteType(op.a) && !isFP8)
    return unknown(op, "6-bit and 4-bit types need a .kind");
  if (isFP8 ? !isFP8B : op.a != op.b)
    return unknown(op, "A and B have the same type, or both e4m3 or e5m2");
  unsigned k = isFP8 ? 32 : op.a == MatrixType::TF32 ? 8 : 16;
  if (op.k != k && op.k != k / 2)
    return unknown(op, std::string("K of ") + name(op.a) + " is " +
                           std::to_string(k) + " or " + std::to_string(k / 2));
  if (op.accumulator == AccumulatorType::F16 && op.a != MatrixType::F16 &&
      !isFP8)
    return unknown(op, "f16 accumulators go with f16, e4m3 and e5m2 only");
  return {};
}

Status validateBytes(const MmaOp &op, unsigned scaleVector) {
  if (!isByteType(op.a) || !isByteType(op.b))
    return unknown(op, "types are e4m3, e5m2, e3m2, e2m3 and e2m1");
  if (op.k != 32)
    return unknown(op, "K is 32");
  if (op.scaleVector != scaleVector)
    return unknown(op, scaleVector ? "the scale_vec is 1X"
                                   : "f8f6f4 has no scales");
  if (scaleVector && op.scaleType != ScaleType::UE8M0)
    return unknown(op, "scales are ue8m0");
  if (scaleVector && op.accumulator != AccumulatorType::F32)
    return unknown(op, "accumulators are f32");
  return {};
}

Status validateNibbles(const MmaOp &op) {
  if (op.a != MatrixType::E2M1 || op.b != MatrixType::E2M1)
    return unknown(op, "types are e2m1");
  if (op.k != 64)
    return unknown(op, "K is 64");
  if (op.accumulator != AccumulatorType::F32)
    return unknown(op, "accumulators are f32");
  if (op.scaleVector == 2 && op.scaleType == ScaleType::UE8M0)
    return {};
  if (op.kind == MmaKind::MXF4)
    return unknown(op, "scales are 2X ue8m0");
  if (op.scaleVector != 4)
    return unknown(op, "scales are 2X ue8m0, 4X ue4m3 or 4X ue8m0");
  return {};
}

Status checkContainers(const char *operand, MatrixType type,
                       const WarpRegister *regs, unsigned count) {
  uint32_t mask = 0;
  if (type == MatrixType::E2M1)
    mask = 0xC3C3C3C3u;
  else if (type == MatrixType::E3M2 || type == MatrixType::E2M3)
    mask = 0xC0C0C0C0u;
  if (!mask)
    return {};
  for (unsigned i = 0; i < count; ++i)
    for (unsigned lane = 0; lane < 32; ++lane)
      if (regs[i][lane] & mask) {
        char text[160];
        std::snprintf(text, sizeof(text),
                      "register %u of %s in lane %u is 0x%08X: bits 0x%08X "
                      "must be zero around %s elements",
                      i, operand, lane, regs[i][lane], mask, name(type));
        return Error{text};
      }
  return {};
}

Status checkScaleSigns(const char *operand, const WarpRegister &scales,
                       uint32_t lanes, unsigned byte, unsigned count) {
  uint32_t mask = 0;
  for (unsigned j = 0; j < count; ++j)
    mask |= 0x80u << (8 * (byte + j));
  for (unsigned lane = 0; lane < 32; ++lane)
    if ((lanes >> lane & 1) && (scales[lane] & mask)) {
      char text[160];
      std::snprintf(text, sizeof(text),
                    "scale register of %s in lane %u is 0x%08X: bit 7 of a "
                    "ue4m3 scale must be zero",
                    operand, lane, scales[lane]);
      return Error{text};
    }
  return {};
}

} // namespace

const char *dgemm::sim::name(MatrixType type) {
  static const char *const names[] = {"bf16", "f16",  "tf32", "e4m3",
                                      "e5m2", "e3m2", "e2m3", "e2m1"};
  return names[static_cast<unsigned>(type)];
}

unsigned MmaOp::containerBits() const {
  if (kind == MmaKind::MXF4 || kind == MmaKind::MXF4NVF4)
    return 4;
  if (isByteType(a))
    return 8;
  return a == MatrixType::TF32 ? 32 : 16;
}

// A register holds 32 / W elements of 4 consecutive lanes along K.
unsigned MmaOp::registersB() const { return k * containerBits() / 128; }

unsigned MmaOp::registersA() const { return 2 * registersB(); }

unsigned MmaOp::registersD() const {
  return accumulator == AccumulatorType::F32 ? 4 : 2;
}

Status dgemm::sim::validate(const MmaOp &op) {
  switch (op.kind) {
  case MmaKind::Plain:
    return validatePlain(op);
  case MmaKind::F8F6F4:
    return validateBytes(op, 0);
  case MmaKind::MXF8F6F4:
    return validateBytes(op, 1);
  case MmaKind::MXF4:
  case MmaKind::MXF4NVF4:
    return validateNibbles(op);
  }
  return unknown(op, "the kind is unknown");
}

Status dgemm::sim::validate(const MmaOp &op, const ScaleSelector &select) {
  auto check = [&](const char *what, unsigned value, unsigned largest,
                   unsigned step) -> Status {
    if (value <= largest && value % step == 0)
      return {};
    std::string legal;
    for (unsigned i = 0; i <= largest; i += step)
      legal += (i ? ", " : "") + std::to_string(i);
    return Error{std::string(what) + " is " + std::to_string(value) +
                 ", with scale_vec::" + std::to_string(op.scaleVector) +
                 "X it may be " + legal};
  };
  unsigned step = op.scaleVector;
  unsigned largest = 4 - step;
  if (Status s = check("byte-id of scale-a", select.byteA, largest, step);
      !s.ok())
    return s;
  if (Status s = check("thread-id of scale-a", select.threadA, 1, 1); !s.ok())
    return s;
  if (Status s = check("byte-id of scale-b", select.byteB, largest, step);
      !s.ok())
    return s;
  return check("thread-id of scale-b", select.threadB, 3, 1);
}

Status dgemm::sim::checkOperandBits(const MmaOp &op, const WarpRegister *a,
                                    const WarpRegister *b,
                                    const MmaScales *scales) {
  if (op.containerBits() == 8) {
    if (Status s = checkContainers("A", op.a, a, op.registersA()); !s.ok())
      return s;
    if (Status s = checkContainers("B", op.b, b, op.registersB()); !s.ok())
      return s;
  }
  if (!scales || op.scaleType != ScaleType::UE4M3)
    return {};
  if (Status s = checkScaleSigns("A", *scales->a, scales->lanesA(),
                                 scales->select.byteA, op.scaleVector);
      !s.ok())
    return s;
  return checkScaleSigns("B", *scales->b, scales->lanesB(),
                         scales->select.byteB, op.scaleVector);
}
