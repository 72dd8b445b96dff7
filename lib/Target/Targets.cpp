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

/// Of an SM in a cycle, see `#dgk.rates`.
struct Operations {
  int64_t bf16;
  int64_t fp8;
  int64_t fp4;
};

struct Gpcs {
  int64_t sms;
  int64_t smsOfLast;
};

struct Rates {
  int64_t smCount;
  Gpcs gpcs;
  int64_t clockMhz;
  Operations perCycle;
  int64_t memoryGbs;
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

// Dense operations of an SM in a cycle: the architecture whitepapers' rates
// divided by SMs and clock.
static constexpr Operations kHopper = {4096, 8192, 0};
static constexpr Operations kBlackwell = {8192, 16384, 32768};
static constexpr Operations kSM120 = {1024, 2048, 4096};
/// GeForce parts halve BF16 with f32 accumulation, and not the block-scaled
/// instructions.
static constexpr Operations kGeForce = {512, 2048, 4096};

/// Of 132 SMs of an H100, cudaOccupancyMaxActiveClusters finds 39, 30, 22, 17,
/// 15 and 15 clusters of 3 to 8. Where GPCs are smaller differs from board to
/// board; with these there are 37, 30, 22, 15, 15 and 15. The B200 is taken to
/// be like that.
static constexpr Gpcs kGpcs = {16, 8};
static constexpr Gpcs kNoClusters = {1, 0};

// Also what `sm_90a` and the other chips stand for. Clocks are the boost clocks
// of the data sheets where these have one; those of the B200 and of the GB10 of
// DGX Spark give their 4500 TFLOP/s in FP8 and 500 in FP4.
static constexpr Rates kH100 = {132, kGpcs, 1830, kHopper, 3350};
static constexpr Rates kB200 = {148, kGpcs, 1856, kBlackwell, 8000};
static constexpr Rates kRtxPro6000 = {188, kNoClusters, 2617, kSM120, 1792};
static constexpr Rates kRtx5090 = {170, kNoClusters, 2407, kGeForce, 1792};
static constexpr Rates kGB10 = {48, kNoClusters, 2543, kSM120, 273};

// Limits: CUDA C++ Programming Guide, "Technical Specifications per Compute
// Capability". Shared memory is the opt-in maximum of one CTA, 1 KiB less than
// the SM has. Clusters are the portable size; on sm_12x, which has no
// multicast, larger ones gain nothing.
// Rates guide the choice of a schedule; code runs on every part of its chip,
// and takes the SM count from the device at launch.
static constexpr Chip kChips[] = {
    {"sm_90a", "sm_90a", Family::SM90, kSM90Limits, kH100, getWgmma},
    {"sm_100a", "sm_100a", Family::SM100, kSM100Limits, kB200, getTcgen05},
    {"sm_120a", "sm_120a", Family::SM120, kSM120Limits, kRtxPro6000,
     getMmaSync},
    {"sm_121a", "sm_121a", Family::SM120, kSM120Limits, kGB10, getMmaSync},
    {"h100", "sm_90a", Family::SM90, kSM90Limits, kH100, getWgmma},
    {"b200", "sm_100a", Family::SM100, kSM100Limits, kB200, getTcgen05},
    {"rtx-pro-6000", "sm_120a", Family::SM120, kSM120Limits, kRtxPro6000,
     getMmaSync},
    {"rtx-5090", "sm_120a", Family::SM120, kSM120Limits, kRtx5090, getMmaSync},
    {"gb10", "sm_121a", Family::SM120, kSM120Limits, kGB10, getMmaSync},
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
  auto rates = RatesAttr::get(context, r.smCount, r.gpcs.sms, r.gpcs.smsOfLast,
                              r.clockMhz, r.perCycle.bf16, r.perCycle.fp8,
                              r.perCycle.fp4, r.memoryGbs);
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

double dgk::getOperationsPerCycle(TargetAttr target,
                                  MatrixInstruction instruction) {
  return target.getRates().getPerCycle(instruction.getContainerBits(Side::A));
}

double dgk::getTflops(TargetAttr target, MatrixInstruction instruction) {
  return target.getRates().getTflops(instruction.getContainerBits(Side::A));
}

double dgk::getClockGhz(TargetAttr target) {
  return target.getRates().getClockMhz() / 1000.0;
}
