//===- Targets.cpp - The chips that the compiler knows --------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Target/Targets.h"

using namespace mlir;
using namespace dgk;

namespace {

/// The element types of matrix operands, made once for a lookup.
struct ElementTypes {
  explicit ElementTypes(MLIRContext *context)
      : f8(Float8E4M3FNType::get(context)), f4(Float4E2M1FNType::get(context)),
        bf16(BFloat16Type::get(context)), f32(Float32Type::get(context)) {}

  Type f8;
  Type f4;
  Type bf16;
  /// Operands of TF32 instructions: f32 whose low bits are ignored.
  Type f32;
};

struct Limits {
  int64_t sharedPerCta;
  int64_t registersPerSm;
  int64_t registersPerThread;
  int64_t warpsPerSm;
  int64_t clusterSize;
  int64_t tensorMemoryColumns;
};

struct Rates {
  int64_t smCount;
  int64_t fp8Tflops;
  int64_t memoryGbs;
  double bf16Tflops;
  /// Of packed FP4; 0 where there is none.
  double fp4Tflops;
};

using Instructions = SmallVector<Attribute> (*)(MLIRContext *);

struct Chip {
  /// What users call it: the chip for its usual part, or a part.
  StringLiteral name;
  /// As for the PTX `.target` directive.
  StringLiteral chip;
  Family family;
  Limits limits;
  Rates rates;
  Instructions instructions;
};

} // namespace

//===----------------------------------------------------------------------===//
// Instructions of each family
//===----------------------------------------------------------------------===//

/// mma.sync of sm_120a and sm_121a (PTX ISA, "mma with block scaling"). The
/// block-scaled kinds come first: on GeForce parts they are not halved, so they
/// also serve products without scales. Of two that multiply the same types the
/// faster one is first: packed FP4 has twice the rate of FP8.
static SmallVector<Attribute> getMmaSync(MLIRContext *context) {
  ElementTypes types(context);
  SmallVector<Attribute> out;
  for (int64_t scaleBlock : {32, 16})
    out.push_back(MmaSyncAttr::get(context, MmaKind::MXF4NVF4, 16, 8, 64,
                                   types.f4, types.f4, scaleBlock));
  for (Type a : {types.f8, types.f4})
    for (Type b : {types.f8, types.f4})
      out.push_back(
          MmaSyncAttr::get(context, MmaKind::MXF8F6F4, 16, 8, 32, a, b, 32));
  out.push_back(MmaSyncAttr::get(context, MmaKind::F8F6F4, 16, 8, 32, types.f8,
                                 types.f8, 0));
  out.push_back(MmaSyncAttr::get(context, MmaKind::BF16, 16, 8, 16, types.bf16,
                                 types.bf16, 0));
  out.push_back(MmaSyncAttr::get(context, MmaKind::TF32, 16, 8, 8, types.f32,
                                 types.f32, 0));
  return out;
}

/// wgmma of sm_90a. N is the largest; every multiple of 8 below is legal too.
/// mma.sync is slower and never chosen, but a schedule may name it: kernels of
/// sm_120 run on this chip.
static SmallVector<Attribute> getWgmma(MLIRContext *context) {
  ElementTypes types(context);
  return {WgmmaAttr::get(context, MmaKind::F8F6F4, 64, 256, 32, types.f8,
                         types.f8, 0),
          WgmmaAttr::get(context, MmaKind::BF16, 64, 256, 16, types.bf16,
                         types.bf16, 0),
          WgmmaAttr::get(context, MmaKind::TF32, 64, 256, 8, types.f32,
                         types.f32, 0),
          MmaSyncAttr::get(context, MmaKind::BF16, 16, 8, 16, types.bf16,
                           types.bf16, 0)};
}

/// tcgen05.mma of sm_100a, as issued for a CTA pair; M and N are the largest.
static SmallVector<Attribute> getTcgen05(MLIRContext *context) {
  ElementTypes types(context);
  SmallVector<Attribute> out;
  for (Type a : {types.f8, types.f4})
    for (Type b : {types.f8, types.f4})
      out.push_back(
          Tcgen05Attr::get(context, MmaKind::MXF8F6F4, 256, 256, 32, a, b, 32));
  out.push_back(Tcgen05Attr::get(context, MmaKind::MXF4, 256, 256, 64, types.f4,
                                 types.f4, 32));
  out.push_back(Tcgen05Attr::get(context, MmaKind::F8F6F4, 256, 256, 32,
                                 types.f8, types.f8, 0));
  out.push_back(Tcgen05Attr::get(context, MmaKind::BF16, 256, 256, 16,
                                 types.bf16, types.bf16, 0));
  out.push_back(Tcgen05Attr::get(context, MmaKind::TF32, 256, 256, 8, types.f32,
                                 types.f32, 0));
  return out;
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

/// PTX ISA version that all chips accept and ptxas of CUDA 12.9 and newer
/// reads.
static constexpr int64_t kPtxVersion = 88;

static constexpr Limits kSM90Limits = {232448, 65536, 255, 64, 8, 0};
static constexpr Limits kSM100Limits = {232448, 65536, 255, 64, 8, 512};
static constexpr Limits kSM120Limits = {101376, 65536, 255, 48, 1, 0};

// Limits: CUDA C++ Programming Guide, "Technical Specifications per Compute
// Capability". Shared memory is the opt-in maximum of one CTA, 1 KiB less than
// the SM has. Clusters are the portable size; on sm_12x, which has no
// multicast, larger ones gain nothing.
// Rates: dense peaks of the data sheets; that of the RTX 5090 in FP8 is its FP4
// rate halved (block-scaled instructions are not slowed down there, those of
// BF16 with f32 accumulation are), as is the one of the GB10 of DGX Spark. They
// guide the choice of a schedule; code runs on every part of its chip, and
// takes the SM count from the device at launch.
static constexpr Chip kChips[] = {
    {"sm_90a",
     "sm_90a",
     Family::SM90,
     kSM90Limits,
     {132, 1979, 3350, 989, 0},
     getWgmma},
    {"sm_100a",
     "sm_100a",
     Family::SM100,
     kSM100Limits,
     {148, 4500, 8000, 2250, 9000},
     getTcgen05},
    {"sm_120a",
     "sm_120a",
     Family::SM120,
     kSM120Limits,
     {188, 1007, 1792, 503.8, 2015},
     getMmaSync},
    {"sm_121a",
     "sm_121a",
     Family::SM120,
     kSM120Limits,
     {48, 250, 273, 125, 500},
     getMmaSync},
    {"h100",
     "sm_90a",
     Family::SM90,
     kSM90Limits,
     {132, 1979, 3350, 989, 0},
     getWgmma},
    {"b200",
     "sm_100a",
     Family::SM100,
     kSM100Limits,
     {148, 4500, 8000, 2250, 9000},
     getTcgen05},
    {"rtx-pro-6000",
     "sm_120a",
     Family::SM120,
     kSM120Limits,
     {188, 1007, 1792, 503.8, 2015},
     getMmaSync},
    {"rtx-5090",
     "sm_120a",
     Family::SM120,
     kSM120Limits,
     {170, 838, 1792, 209.5, 1676},
     getMmaSync},
    {"gb10",
     "sm_121a",
     Family::SM120,
     kSM120Limits,
     {48, 250, 273, 125, 500},
     getMmaSync},
};

TargetAttr dgk::lookupTarget(MLIRContext *context, StringRef name) {
  const Chip *chip =
      llvm::find_if(kChips, [&](const Chip &c) { return c.name == name; });
  if (chip == std::end(kChips))
    return {};
  const Limits &l = chip->limits;
  const Rates &r = chip->rates;
  auto limits = LimitsAttr::get(context, l.sharedPerCta, l.registersPerSm,
                                l.registersPerThread, l.warpsPerSm,
                                l.clusterSize, l.tensorMemoryColumns);
  auto rates = RatesAttr::get(context, r.smCount, r.fp8Tflops, r.memoryGbs);
  return TargetAttr::get(context, chip->chip, chip->family, kPtxVersion, limits,
                         rates, chip->instructions(context));
}

/// Names of the rows that are chips, or of those that are parts.
static SmallVector<StringRef> getNames(bool areChips) {
  SmallVector<StringRef> names;
  for (const Chip &chip : kChips)
    if ((chip.name == chip.chip) == areChips)
      names.push_back(chip.name);
  return names;
}

SmallVector<StringRef> dgk::getKnownChips() { return getNames(true); }

SmallVector<StringRef> dgk::getKnownParts() { return getNames(false); }

MatrixInstruction dgk::findInstruction(TargetAttr target, Type aType,
                                       Type bType, bool scaled,
                                       Type scaleType) {
  for (Attribute attr : target.getInstructions()) {
    auto instruction = cast<MatrixInstruction>(attr);
    if (instruction.getAType() == aType && instruction.getBType() == bType &&
        (instruction.getScaleBlock() != 0) == scaled &&
        (!scaleType || instruction.getScaleType() == scaleType))
      return instruction;
  }
  return {};
}

//===----------------------------------------------------------------------===//
// Rates
//===----------------------------------------------------------------------===//

double dgk::getTflops(TargetAttr target, MatrixInstruction instruction) {
  RatesAttr rates = target.getRates();
  const Chip *chip = llvm::find_if(kChips, [&](const Chip &c) {
    return c.chip == target.getChip() &&
           c.rates.smCount == rates.getSmCount() &&
           c.rates.fp8Tflops == rates.getFp8Tflops();
  });
  bool isKnown = chip != std::end(kChips);
  auto fp8 = static_cast<double>(rates.getFp8Tflops());
  double bf16 = isKnown ? chip->rates.bf16Tflops : fp8 / 2;
  switch (instruction.getContainerBits(Side::A)) {
  case 4:
    return isKnown ? chip->rates.fp4Tflops : 2 * fp8;
  case 8:
    return fp8;
  case 16:
    return bf16;
  default:
    return bf16 / 2;
  }
}

/// FP8 operations of an SM in a cycle, two for each multiplication.
static double getFp8PerCycle(Family family) {
  switch (family) {
  case Family::SM90:
    return 8192;
  case Family::SM100:
    return 16384;
  case Family::SM120:
    return 2048;
  }
  llvm_unreachable("unknown family");
}

double dgk::getClockGhz(TargetAttr target) {
  RatesAttr rates = target.getRates();
  return 1000.0 * rates.getFp8Tflops() /
         (rates.getSmCount() * getFp8PerCycle(target.getFamily()));
}
