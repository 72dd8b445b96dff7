//===- ChipSupport.cpp - What LLVM can select for a chip ------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ChipSupport.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/MCSubtargetInfo.h"

#include <algorithm>

using namespace mlir;
using namespace dgemm;

namespace {

/// A chip name taken apart: "sm_120a" is {120, 'a'}, "sm_89" is {89, 0}.
struct ChipName {
  unsigned number = 0;
  char suffix = 0;
};

/// The chips that have the instructions of a family of intrinsics.
struct Requirement {
  /// Start of the names of the intrinsics.
  StringLiteral prefix;
  /// Lowest and highest chip number.
  unsigned first, last;
  /// Only the architecture-specific ("a", "f") form of the chip has it.
  bool specific;
  /// For the diagnostic.
  StringLiteral chips;
};

} // namespace

/// First match decides. Source: PTX ISA, "Target ISA notes" of each
/// instruction.
static constexpr Requirement requirements[] = {
    {"llvm.nvvm.mma.block.scale", 120, 129, true, "sm_120a, sm_121a"},
    {"llvm.nvvm.mma.m16n8k32.row.col.kind", 120, 129, true, "sm_120a, sm_121a"},
    {"llvm.nvvm.tcgen05", 100, 119, true, "sm_100a, sm_103a, sm_110a"},
    {"llvm.nvvm.wgmma", 90, 90, true, "sm_90a"},
    {"llvm.nvvm.setmaxnreg", 90, 999, true, "sm_90a and later"},
    {"llvm.nvvm.tensormap.replace", 90, 999, true, "sm_90a and later"},
    {"llvm.nvvm.ldmatrix.sync.aligned.m16n16", 100, 999, true,
     "sm_100a and later"},
    {"llvm.nvvm.ldmatrix.sync.aligned.m8n16", 100, 999, true,
     "sm_100a and later"},
    {"llvm.nvvm.stmatrix.sync.aligned.m16n8", 100, 999, true,
     "sm_100a and later"},
    {"llvm.nvvm.stmatrix", 90, 999, false, "sm_90 and later"},
    {"llvm.nvvm.cp.async.bulk", 90, 999, false, "sm_90 and later"},
    {"llvm.nvvm.elect", 90, 999, false, "sm_90 and later"},
    {"llvm.nvvm.fence.proxy", 90, 999, false, "sm_90 and later"},
    {"llvm.nvvm.griddepcontrol", 90, 999, false, "sm_90 and later"},
    {"llvm.nvvm.barrier.cluster", 90, 999, false, "sm_90 and later"},
    {"llvm.nvvm.mapa", 90, 999, false, "sm_90 and later"},
    {"llvm.nvvm.mbarrier.try.wait", 90, 999, false, "sm_90 and later"},
    {"llvm.nvvm.mbarrier.arrive.expect.tx", 90, 999, false, "sm_90 and later"},
};

static ChipName parseChip(StringRef chip) {
  ChipName name;
  if (!chip.consume_front("sm_") || chip.consumeInteger(10, name.number))
    return {};
  name.suffix = chip.empty() ? 0 : chip.front();
  return name;
}

/// The first PTX version that knows a chip. LLVM ends the process when a
/// module's version is older. Source: PTX ISA, "Release notes".
static unsigned getFirstPtxVersion(ChipName chip) {
  if (chip.number >= 110 && chip.number < 120)
    return 90;
  bool isVariant = chip.number == 103 || chip.number == 121;
  if (isVariant || chip.suffix == 'f')
    return 88;
  if (chip.number >= 120)
    return 87;
  if (chip.number >= 100)
    return 86;
  return chip.number >= 90 ? 80 : 78;
}

/// The architecture-specific chips that LLVM knows: the kernels of this project
/// use nothing older.
static std::string listChips(const llvm::MCSubtargetInfo &info) {
  SmallVector<StringRef> names;
  for (const auto &entry : info.getAllProcessorDescriptions()) {
    ChipName name = parseChip(entry.Key);
    if (name.number >= 90 && name.suffix == 'a')
      names.push_back(entry.Key);
  }
  return llvm::join(names, ", ");
}

LogicalResult dgemm::checkChip(const llvm::MCSubtargetInfo &info,
                               StringRef chip, unsigned ptxVersion,
                               EmitErrorFn emitError) {
  if (!info.isCPUStringValid(chip))
    return emitError() << "no code generator for chip '" << chip
                       << "'; known chips: " << listChips(info);
  std::string feature = "ptx" + std::to_string(ptxVersion);
  bool isKnown =
      llvm::any_of(info.getAllProcessorFeatures(),
                   [&](const auto &entry) { return feature == entry.Key; });
  if (!isKnown)
    return emitError() << "no code generator for PTX version " << ptxVersion
                       << "; use 88 (PTX ISA 8.8)";
  unsigned first = getFirstPtxVersion(parseChip(chip));
  if (ptxVersion < first)
    return emitError() << "PTX version " << ptxVersion
                       << " does not know chip '" << chip
                       << "', which needs at least " << first;
  return success();
}

static bool isMet(const Requirement &requirement, ChipName chip) {
  return chip.number >= requirement.first && chip.number <= requirement.last &&
         (!requirement.specific || chip.suffix);
}

LogicalResult dgemm::checkIntrinsics(const llvm::Module &module, StringRef chip,
                                     EmitErrorFn emitError) {
  ChipName name = parseChip(chip);
  for (const llvm::Function &function : module) {
    if (!function.isIntrinsic() || function.use_empty())
      continue;
    const auto *found = llvm::find_if(requirements, [&](const auto &entry) {
      return function.getName().starts_with(entry.prefix);
    });
    if (found == std::end(requirements) || isMet(*found, name))
      continue;
    return emitError() << "kernel uses " << function.getName() << ", which "
                       << chip << " does not have (" << found->chips
                       << " have); compile for one of those";
  }
  return success();
}
