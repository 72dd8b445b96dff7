//===- Limits.cpp - What a schedule needs and a target has ----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Schedule/Limits.h"

#include "dgemm/Schedule/InstructionPolicy.h"
#include "dgemm/Target/Targets.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

#include <numeric>

using namespace mlir;
using namespace dgemm::schedule;
using dgk::ScheduleAttr;
using llvm::formatv;

/// Warps that a CTA may have: 1024 threads on every chip.
static constexpr int64_t kMaxWarpsPerCta = 32;
/// Largest extent of a TMA box (PTX ISA, cp.async.bulk.tensor).
static constexpr int64_t kMaxBox = 256;
/// Scale words of a tile begin at multiples of this many bytes.
static constexpr int64_t kScaleAlignment = 128;
/// A full and an empty mbarrier of 8 bytes for each slot of a pipeline.
static constexpr int64_t kBarrierBytes = 16;
static constexpr int64_t kSlotRows = 16;
/// Elements of 4 bits that a copy expands in one row of its box (CUDA driver
/// API, 16U4_ALIGN16B).
static constexpr int64_t kExpandedElements = 128;

/// Name and rule of each limit, in the order of the enumeration.
static constexpr std::pair<StringLiteral, StringLiteral> kLimits[] = {
    {"instruction", "select-c12"},
    {"warp tile", "select-c13"},
    {"tile K", "select-c14"},
    {"shared memory", "select-c15"},
    {"registers of a thread", "select-c16"},
    {"register file", "select-c17"},
    {"warps", "select-c18"},
    {"stages", "select-c19"},
    {"store path", "select-c20"},
    {"form", "select-c21"},
    {"split K", "select-c22"},
};
static_assert(std::size(kLimits) == static_cast<size_t>(Limit::SplitK) + 1);

StringRef dgemm::schedule::getName(Limit limit) {
  return kLimits[static_cast<size_t>(limit)].first;
}

StringRef Violation::getRule() const {
  return kLimits[static_cast<size_t>(limit)].second;
}

//===----------------------------------------------------------------------===//
// Shared memory
//===----------------------------------------------------------------------===//

dgk::MatrixInstruction
dgemm::schedule::findInstruction(const DenseProblem &problem,
                                 dgk::TargetAttr target) {
  bool isScaled = problem.blockA != 0 && problem.hasPackedScales;
  return dgk::findInstruction(target, problem.aType, problem.bType, isScaled,
                              isScaled ? problem.scaleType : Type());
}

/// Scales of a row that travel together.
static int64_t getScalesPerLoad(const DenseProblem &problem, dgk::Side side) {
  if (!problem.hasPackedScales)
    return 1;
  return side == dgk::Side::A ? problem.scalesPerLoadA : problem.scalesPerLoadB;
}

DenseProblem dgemm::schedule::orient(const DenseProblem &problem, bool swapAb) {
  if (!swapAb)
    return problem;
  DenseProblem out = problem;
  std::swap(out.m, out.n);
  std::swap(out.aType, out.bType);
  std::swap(out.blockA, out.blockB);
  std::swap(out.blockRowsA, out.blockRowsB);
  std::swap(out.isAKMajor, out.isBKMajor);
  std::swap(out.fetchesScalesA, out.fetchesScalesB);
  std::swap(out.scalesPerLoadA, out.scalesPerLoadB);
  return out;
}

int64_t dgemm::schedule::getWordElements(const DenseProblem &problem,
                                         dgk::Side side) {
  int64_t block = side == dgk::Side::A ? problem.blockA : problem.blockB;
  return getScalesPerLoad(problem, side) * block;
}

int64_t dgemm::schedule::getPartLength(const DenseProblem &problem,
                                       int64_t tileK) {
  if (problem.blockA == 0)
    return tileK;
  return std::min({tileK, getWordElements(problem, dgk::Side::A),
                   getWordElements(problem, dgk::Side::B)});
}

int64_t dgemm::schedule::getWordSpan(const DenseProblem &problem,
                                     dgk::Side side, int64_t tileK) {
  return std::max<int64_t>(getWordElements(problem, side) / tileK, 1);
}

int64_t dgemm::schedule::getSplitUnit(const DenseProblem &problem,
                                      int64_t tileK) {
  int64_t a = getWordElements(problem, dgk::Side::A);
  int64_t b = getWordElements(problem, dgk::Side::B);
  return std::lcm(tileK, std::lcm(std::max(a, tileK), std::max(b, tileK)));
}

/// Bytes of the scales of one tile, at least a word for each row or for each
/// block of rows that share one. A tile that does not begin with a block has
/// one for each common divisor.
static int64_t getScaleBytes(const DenseProblem &problem, ScheduleAttr schedule,
                             dgk::Side side) {
  bool isA = side == dgk::Side::A;
  int64_t rows = isA ? schedule.getTileM() : schedule.getTileN();
  int64_t shared =
      std::gcd(rows, isA ? problem.blockRowsA : problem.blockRowsB);
  int64_t each = std::max<int64_t>(4, getScalesPerLoad(problem, side));
  return llvm::alignTo(each * rows / shared, kScaleAlignment);
}

int64_t dgemm::schedule::getSharedBits(const DenseProblem &problem,
                                       dgk::MatrixInstruction mma,
                                       dgk::Side side) {
  bool isKMajor = side == dgk::Side::A ? problem.isAKMajor : problem.isBKMajor;
  return std::max<int64_t>(mma.getContainerBits(side), isKMajor ? 4 : 8);
}

/// Bytes that `k` elements of one row of an operand's tile take in shared
/// memory.
static int64_t getRowBytes(const DenseProblem &problem, ScheduleAttr schedule,
                           dgk::Side side, int64_t k) {
  int64_t bits = getSharedBits(problem, schedule.getMatrixInstruction(), side);
  return llvm::divideCeil(k * bits, 8);
}

int64_t dgemm::schedule::getStageBytes(const DenseProblem &problem,
                                       ScheduleAttr schedule) {
  int64_t k = schedule.getTileK();
  int64_t bytes =
      schedule.getTileM() * getRowBytes(problem, schedule, dgk::Side::A, k) +
      schedule.getTileN() * getRowBytes(problem, schedule, dgk::Side::B, k);
  for (dgk::Side side : {dgk::Side::A, dgk::Side::B})
    if (problem.blockA != 0 && getWordSpan(problem, side, k) == 1 &&
        !(side == dgk::Side::A ? problem.fetchesScalesA
                               : problem.fetchesScalesB))
      bytes += llvm::divideCeil(
                   k, std::max<int64_t>(getWordElements(problem, side), 1)) *
               getScaleBytes(problem, schedule, side);
  return bytes;
}

SharedMemoryUse dgemm::schedule::getSharedMemoryUse(const DenseProblem &problem,
                                                    ScheduleAttr schedule) {
  int64_t k = schedule.getTileK();
  int64_t spanA = getWordSpan(problem, dgk::Side::A, k);
  int64_t spanB = getWordSpan(problem, dgk::Side::B, k);
  SharedMemoryUse use;
  use.operands = schedule.getStages() * getStageBytes(problem, schedule);
  int64_t word =
      (spanA > 1 ? getScaleBytes(problem, schedule, dgk::Side::A) : 0) +
      (spanB > 1 ? getScaleBytes(problem, schedule, dgk::Side::B) : 0);
  use.scales = schedule.getScaleStages() * word;
  use.staging = schedule.getStoreSlots() * kSlotRows *
                static_cast<int64_t>(schedule.getStoreSwizzle(problem.dType));
  bool hasCTile = problem.hasCTile && schedule.getSplitK() == 1 &&
                  dgk::fillsSpans(schedule.getTileN(), problem.dType);
  if (hasCTile)
    use.addend =
        schedule.getTileM() * dgk::getBytes(schedule.getTileN(), problem.dType);
  if (schedule.combinesInCluster())
    use.exchange = dgk::CombineInClusterOp::getSharedBytes(
        schedule.getSplitK(), schedule.getTileM() * schedule.getTileN());
  // Words that advance at different K tiles need a pipeline each.
  int64_t scalePipelines = (spanA > 1) + (spanB > 1 && spanB != spanA);
  use.barriers = kBarrierBytes * (schedule.getStages() + hasCTile +
                                  scalePipelines * schedule.getScaleStages());
  return use;
}

int64_t dgemm::schedule::getStoreSlotsPerWarp(const DenseProblem &problem,
                                              ScheduleAttr schedule) {
  auto span = static_cast<int64_t>(schedule.getStoreSwizzle(problem.dType));
  if (span == 0)
    return 0;
  int64_t rows = schedule.getWarpTileM(), columns = schedule.getWarpTileN();
  if (schedule.getSwapAb())
    std::swap(rows, columns);
  return llvm::divideCeil(rows, kSlotRows) *
         dgk::getBytes(columns, problem.dType) / span;
}

//===----------------------------------------------------------------------===//
// Rules
//===----------------------------------------------------------------------===//

namespace {

/// One schedule, one problem, one target; a method for each rule.
class Checker {
public:
  Checker(const DenseProblem &problem, dgk::TargetAttr target,
          ScheduleAttr schedule)
      : problem(problem), target(target), schedule(schedule),
        policy(getPolicy(schedule.getMatrixInstruction())) {}

  std::optional<Violation> run() const {
    using Check = std::optional<Violation> (Checker::*)() const;
    // Later checks rely on what earlier ones establish.
    constexpr Check checks[] = {&Checker::form,         &Checker::instruction,
                                &Checker::warpTile,     &Checker::tileK,
                                &Checker::stages,       &Checker::warps,
                                &Checker::registerFile, &Checker::registers,
                                &Checker::store,        &Checker::sharedMemory};
    for (Check check : checks)
      if (std::optional<Violation> violation = (this->*check)())
        return violation;
    return std::nullopt;
  }

private:
  std::optional<Violation> form() const;
  std::optional<Violation> cluster() const;
  std::optional<Violation> instruction() const;
  std::optional<Violation> warpTile() const;
  std::optional<Violation> tileK() const;
  std::optional<Violation> stages() const;
  std::optional<Violation> warps() const;
  std::optional<Violation> registerFile() const;
  std::optional<Violation> registers() const;
  std::optional<Violation> store() const;
  std::optional<Violation> sharedMemory() const;

  DenseProblem problem;
  dgk::TargetAttr target;
  ScheduleAttr schedule;
  const InstructionPolicy &policy;
};

} // namespace

template <typename... Ts>
static Violation broken(Limit limit, const char *format, Ts &&...args) {
  return {limit, formatv(format, std::forward<Ts>(args)...).str()};
}

static std::string toText(Attribute attr) {
  std::string text;
  llvm::raw_string_ostream(text) << attr;
  return text;
}

std::optional<Violation> Checker::form() const {
  if (std::optional<Violation> violation = cluster())
    return violation;
  if (schedule.getSwapAb() && problem.hasHeads)
    return broken(Limit::Form,
                  "schedule has swap_ab, expected no head split with it; leave "
                  "it out");
  if (schedule.getSplitK() > dgk::CombineOp::kMaxSplits)
    return broken(Limit::SplitK,
                  "schedule has split_k = {0}, expected at most {1}; take "
                  "smaller tiles for more CTAs",
                  schedule.getSplitK(), dgk::CombineOp::kMaxSplits);
  if (schedule.combinesInCluster() &&
      schedule.getSplitK() != schedule.getClusterSize())
    return broken(Limit::SplitK,
                  "schedule has split_k = {0} with {1} CTAs of a cluster along "
                  "k, expected as many; use cluster = <size = {0}, along = k>",
                  schedule.getSplitK(), schedule.getClusterSize());
  if (schedule.getSplitK() > 1 && schedule.getClusterSize() > 1 &&
      !schedule.combinesInCluster())
    return broken(Limit::SplitK,
                  "schedule has split_k = {0} with cluster = {1}, expected one "
                  "of them to be 1: the CTAs of a cluster share operands of "
                  "one K range; let it go along k",
                  schedule.getSplitK(), schedule.getClusterSize());
  return std::nullopt;
}

/// Rounds of tiles for a pair need SMs in pairs; larger clusters find room on
/// fewer SMs and gain little more.
std::optional<Violation> Checker::cluster() const {
  constexpr int64_t kPair = 2;
  int64_t ctas = schedule.getClusterSize();
  if (ctas == 1)
    return std::nullopt;
  int64_t most = target.getLimits().getClusterSize();
  if (ctas > most)
    return broken(Limit::Form,
                  "schedule has a cluster of {0} CTAs, {1} has at most {2}; "
                  "leave out cluster",
                  ctas, target.getChip(), most);
  // Splits of a tile need no round of all SMs.
  if (schedule.combinesInCluster())
    return std::nullopt;
  if (ctas != kPair)
    return broken(Limit::Form,
                  "schedule has a cluster of {0} CTAs, expected {1}: copies "
                  "are shared by pairs; use cluster = <size = {1}, ...>",
                  ctas, kPair);
  if (int64_t sms = target.getRates().getSmCount(); sms % ctas != 0)
    return broken(Limit::Form,
                  "schedule has a cluster of {0} CTAs, {1} has {2} SMs, one of "
                  "which would be left over; leave out cluster",
                  ctas, target.getChip(), sms);
  return std::nullopt;
}

std::optional<Violation> Checker::instruction() const {
  Attribute attr = schedule.getInstruction();
  if (!llvm::is_contained(target.getInstructions(), attr))
    return broken(Limit::Instruction,
                  "schedule uses {0}, which {1} does not have; its "
                  "instructions are those of the target attribute",
                  toText(attr), target.getChip());
  dgk::MatrixInstruction mma = schedule.getMatrixInstruction();
  bool isScaled = problem.blockA != 0 && problem.hasPackedScales;
  Type format = problem.scaleType;
  if (isScaled && !format)
    format = Float8E8M0FNUType::get(target.getContext());
  if (mma.getAType() == problem.aType && mma.getBType() == problem.bType &&
      mma.getScaleType() == (isScaled ? format : Type()))
    return std::nullopt;
  std::string text;
  llvm::raw_string_ostream(text)
      << "schedule uses " << attr << ", expected "
      << (isScaled ? "a block-scaled instruction" : "one without scales")
      << " for " << problem.aType << " x " << problem.bType;
  if (problem.scaleType)
    llvm::raw_string_ostream(text) << " with scales of " << problem.scaleType;
  return Violation{Limit::Instruction, text};
}

std::optional<Violation> Checker::warpTile() const {
  if (std::optional<std::string> text = policy.checkWarpTile(problem, schedule))
    return Violation{Limit::WarpTile, *text};
  if (std::max(schedule.getTileM(), schedule.getTileN()) <= kMaxBox)
    return std::nullopt;
  return broken(Limit::WarpTile,
                "tile {0} x {1} exceeds {2} rows of a TMA box; use a smaller "
                "tile",
                schedule.getTileM(), schedule.getTileN(), kMaxBox);
}

std::optional<Violation> Checker::tileK() const {
  int64_t k = schedule.getTileK();
  // Warps read each part of a K tile on its own; descriptors step from one to
  // the next.
  int64_t part = schedule.getMatrixInstruction().readsShared()
                     ? k
                     : getPartLength(problem, k);
  // Of B a descriptor names one warp's columns.
  int64_t columns = schedule.getMatrixInstruction().readsShared()
                        ? schedule.getWarpTileN()
                        : schedule.getTileN();
  struct Operand {
    char name;
    bool isKMajor;
    int64_t rows;
    int64_t bytes; // of a part's elements of a row in shared memory
    int64_t line;  // bytes of the rows of one element of K, as well
    bool expanded; // by TMA
    dgk::Swizzle swizzle;
    int64_t elements; // that the scales serve which travel together
    int64_t block;
  };
  dgk::MatrixInstruction mma = schedule.getMatrixInstruction();
  auto isExpanded = [&](dgk::Side side) {
    bool isA = side == dgk::Side::A;
    return (isA ? problem.isAKMajor : problem.isBKMajor) &&
           mma.getContainerBits(side) >
               dgk::getElementBits(isA ? problem.aType : problem.bType);
  };
  auto getLine = [&](dgk::Side side, int64_t rows) -> int64_t {
    return llvm::divideCeil(rows * getSharedBits(problem, mma, side), 8);
  };
  // As the op calls them.
  char nameA = schedule.getSwapAb() ? 'b' : 'a';
  char nameB = schedule.getSwapAb() ? 'a' : 'b';
  for (const Operand &x :
       {Operand{nameA, problem.isAKMajor, schedule.getTileM(),
                getRowBytes(problem, schedule, dgk::Side::A, part),
                getLine(dgk::Side::A, schedule.getTileM()),
                isExpanded(dgk::Side::A), schedule.getSwizzleA(),
                getWordElements(problem, dgk::Side::A), problem.blockA},
        Operand{nameB, problem.isBKMajor, columns,
                getRowBytes(problem, schedule, dgk::Side::B, part),
                getLine(dgk::Side::B, columns), isExpanded(dgk::Side::B),
                schedule.getSwizzleB(), getWordElements(problem, dgk::Side::B),
                problem.blockB}}) {
    auto span = static_cast<int64_t>(x.swizzle);
    // Narrower swizzles leave bank conflicts in ldmatrix, whose addresses
    // stay within one atom. Descriptors step from atom to atom.
    bool fitsSpan = x.bytes == span ||
                    (mma.readsShared() && span == 128 && x.bytes % span == 0);
    if (x.isKMajor && (span < 64 || !fitsSpan))
      return broken(
          Limit::TileK,
          "tile K = {0}{5} makes rows of {1} bytes in {2}, with "
          "swizzle {3}; expected rows of 64 bytes with b64 or of 128 "
          "bytes {4}with b128",
          k, x.bytes, x.name, dgk::stringifySwizzle(x.swizzle),
          mma.readsShared() ? "and multiples of them " : "",
          part == k
              ? std::string()
              : formatv(" in parts of {0}, of a scale word each,", part).str());
    if (!x.isKMajor && (span == 0 || x.line % span != 0 ||
                        part % schedule.getMatrixInstruction().getK() != 0))
      return broken(Limit::TileK,
                    "{0} is contiguous along its rows, {1} bytes of a tile of "
                    "{2} and K = {3}, with swizzle {4}; expected a multiple of "
                    "the swizzle's bytes, and of K = {5} of the instruction",
                    x.name, x.line, x.rows, k, dgk::stringifySwizzle(x.swizzle),
                    schedule.getMatrixInstruction().getK());
    if (x.expanded && span != kExpandedElements)
      return broken(Limit::TileK,
                    "tile K = {0} is not the {1} elements of {2} that TMA "
                    "expands at a time; use tile K = {1} with swizzle b128",
                    k, kExpandedElements, x.name);
    // Scales outside of the instruction: a product for each of their blocks.
    bool isPerBlock = mma.readsShared() && x.elements != 0;
    bool isMultiple = (isPerBlock || part < k) && k % x.elements == 0;
    if (!isMultiple && x.elements % k != 0)
      return broken(Limit::TileK,
                    "tile K = {0} is neither a divisor nor a multiple of the "
                    "{1} elements of {2} that one scale word serves ({3} x "
                    "{4}); use a smaller tile K",
                    k, x.elements, x.name,
                    x.elements / std::max<int64_t>(x.block, 1), x.block);
    if (part < k && x.elements != part && x.elements <= k)
      return broken(Limit::TileK,
                    "tile K = {0} is loaded in parts of {1} elements, with a "
                    "scale word each; a word of {2} serves {3} ({4} x {5}), "
                    "expected {1} or more than tile K; use a smaller tile K",
                    k, part, x.name, x.elements, x.elements / x.block, x.block);
  }
  return std::nullopt;
}

std::optional<Violation> Checker::stages() const {
  if (schedule.getStages() >= 2)
    return std::nullopt;
  return broken(Limit::Stages,
                "schedule has {0} stage, expected at least 2: with one, loads "
                "never run beside the matrix instructions",
                schedule.getStages());
}

std::optional<Violation> Checker::warps() const {
  int64_t warps = schedule.getThreads() / 32;
  int64_t most = std::min(kMaxWarpsPerCta, target.getLimits().getWarpsPerSm());
  if (warps <= most)
    return std::nullopt;
  return broken(Limit::Warps,
                "schedule has {0} warps ({1} math, {2} load), {3} has at most "
                "{4} for a CTA; use a smaller warp_grid",
                warps, schedule.getMath().getWarps(),
                schedule.getLoad().getWarps(), target.getChip(), most);
}

std::optional<Violation> Checker::registerFile() const {
  dgk::RoleSpecAttr math = schedule.getMath();
  dgk::RoleSpecAttr load = schedule.getLoad();
  int64_t needed = 32 * (math.getWarps() * math.getRegisters() +
                         load.getWarps() * load.getRegisters());
  // Roles trade what the CTA got at launch, where all threads have the same, a
  // multiple of 8. With less, setmaxnreg.inc would wait for ever.
  int64_t threads = schedule.getThreads();
  int64_t each = dgk::getRegistersAtLaunch(target, threads);
  // A small CTA starts with 255, and 256 is neither more nor less to
  // setmaxnreg.
  for (dgk::RoleSpecAttr role : {math, load})
    if (each % 8 != 0 && role.getRegisters() > each)
      return broken(Limit::RegisterFile,
                    "schedule gives {0} registers to each {1} thread; the {2} "
                    "threads start with {3}, the most that {4} gives to one, "
                    "which setmaxnreg can only lower; take 24 to {5}",
                    role.getRegisters(), role == math ? "math" : "load",
                    threads, each, target.getChip(), each / 8 * 8);
  if (needed <= threads * each)
    return std::nullopt;
  return broken(
      Limit::RegisterFile,
      "schedule gives {0} x {1} + {2} x {3} registers to its threads, "
      "{4} in all; at launch {5} gives {6} to each of {7}, {8} in "
      "all; lower the registers of a role",
      32 * math.getWarps(), math.getRegisters(), 32 * load.getWarps(),
      load.getRegisters(), needed, target.getChip(), each, threads,
      threads * each);
}

std::optional<Violation> Checker::registers() const {
  int64_t needed = policy.estimateMathRegisters(problem, schedule);
  int64_t available = std::min(schedule.getMath().getRegisters(),
                               target.getLimits().getRegistersPerThread());
  if (needed <= available)
    return std::nullopt;
  return broken(Limit::Registers,
                "a warp tile of {0} x {1} needs about {2} registers in a math "
                "thread, of which {3} hold accumulators; the thread has {4}; "
                "use a smaller tile or more math warps",
                schedule.getWarpTileM(), schedule.getWarpTileN(), needed,
                schedule.getWarpTileM() * schedule.getWarpTileN() / 32,
                available);
}

std::optional<Violation> Checker::store() const {
  int64_t slots = schedule.getStoreSlots();
  if (schedule.getStore() == dgk::StorePath::Registers) {
    if (slots == 0)
      return std::nullopt;
    return broken(Limit::Store,
                  "schedule has store = registers with store_slots = {0}, "
                  "expected 0: nothing is staged",
                  slots);
  }
  if (schedule.getSwapAb() && schedule.getMatrixInstruction().readsShared())
    return broken(Limit::Store,
                  "schedule has store = tma with swap_ab and wgmma, expected "
                  "store = registers, store_slots = 0");
  if (!problem.dIsTmaAligned)
    return broken(Limit::Store,
                  "schedule has store = tma, but the rows of d and their "
                  "distance are not known to be multiples of 16 bytes, or left "
                  "and right of a head split are no multiples of 128 bytes; "
                  "use store = registers, store_slots = 0");
  int64_t pieces = getStoreSlotsPerWarp(problem, schedule);
  int64_t warps = schedule.getMath().getWarps();
  if (slots > 0 && slots % warps == 0 && pieces % (slots / warps) == 0)
    return std::nullopt;
  return broken(Limit::Store,
                "schedule has store = tma with store_slots = {0}, expected a "
                "positive multiple of the {1} math warps whose share of a warp "
                "divides its {2} pieces",
                slots, warps, pieces);
}

std::optional<Violation> Checker::sharedMemory() const {
  SharedMemoryUse use = getSharedMemoryUse(problem, schedule);
  int64_t available = target.getLimits().getSharedPerCta();
  if (use.total() <= available)
    return std::nullopt;
  return broken(
      Limit::SharedMemory,
      "schedule needs {0} bytes of shared memory, {1} has {2}: {3} "
      "stages of operands {4}, scales {5}, store staging {6}, a tile of C {7}, "
      "sums of other CTAs {8}, barriers {9}; use fewer stages, fewer "
      "store_slots or a smaller tile",
      use.total(), target.getChip(), available, schedule.getStages(),
      use.operands, use.scales, use.staging, use.addend, use.exchange,
      use.barriers);
}

std::optional<Violation>
dgemm::schedule::checkSchedule(const DenseProblem &problem,
                               dgk::TargetAttr target, ScheduleAttr schedule) {
  return Checker(orient(problem, schedule.getSwapAb()), target, schedule).run();
}
