//===- MmaSyncPolicy.cpp - Schedules for mma.sync -------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Policies.h"

#include "dgemm/Schedule/CostModel.h"
#include "dgemm/Target/Targets.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace dgemm::schedule;
using dgk::ScheduleAttr;

static constexpr int64_t kTileKBytes[] = {64, 128};
static constexpr int64_t kTileM[] = {64, 128};
static constexpr int64_t kTileN[] = {16, 32, 64, 128};
/// Rows from which on short K tiles pay: below, the extra barriers cost more
/// than the extra stage saves.
static constexpr int64_t kManyRows = 2048;
/// Of one instruction.
static constexpr int64_t kRows = 16;
static constexpr int64_t kColumns = 8;

namespace {

class MmaSyncPolicy final : public InstructionPolicy {
public:
  llvm::SmallVector<TileShape>
  getTiles(const DenseProblem &problem) const override {
    llvm::SmallVector<TileShape> tiles;
    for (int64_t m : kTileM)
      for (int64_t n : kTileN)
        for (int64_t kBytes : kTileKBytes)
          tiles.push_back({m, n, kBytes});
    // Warps of 64 x 64 read a quarter less for each product. Beside 128
    // accumulators there is room for fragments, but not for scales.
    if (problem.blockA == 0)
      tiles.push_back({256, 128, 64});
    return tiles;
  }

  WarpGrid chooseGrid(const DenseProblem &problem,
                      const TileShape &shape) const override;

  RoleRegisters getRegisters(const DenseProblem &problem,
                             int64_t mathWarps) const override;

  std::string getReasonAgainst(const DenseProblem &problem,
                               dgk::TargetAttr target,
                               const TileShape &shape) const override;
  std::optional<std::string>
  checkWarpTile(const DenseProblem &problem,
                ScheduleAttr schedule) const override;
  int64_t estimateMathRegisters(const DenseProblem &problem,
                                ScheduleAttr schedule) const override;

  double getCombineNs(const DenseProblem &problem,
                      ScheduleAttr schedule) const override;

  PartTimes getTimes(const DenseProblem &problem, dgk::TargetAttr target,
                     ScheduleAttr schedule) const override;
  double join(double work, double memory) const override {
    return std::max(work, memory);
  }
};

} // namespace

/// Operand bytes that reach one SM in a cycle while all SMs load. Measured for
/// DeepGEMM's kernels on an RTX PRO 6000: 0.07 cycles a byte.
static constexpr double kFeedBytesPerCycle = 1 / 0.07;
/// The same in a nanosecond, on that part.
static constexpr double kFeedBytesPerNs = 30.0;

double MmaSyncPolicy::getCombineNs(const DenseProblem &problem,
                                   ScheduleAttr schedule) const {
  // A warp's sums go to the L2 cache, its counter goes up, and the last one
  // reads the sums of all: three trips, one behind the other. It waits for one
  // batch of sums before it asks for the next: half of the rate of operands.
  constexpr double kTripsNs = 2000;
  constexpr double kBytesPerNs = kFeedBytesPerNs / 2;
  double bytes = 4.0 * std::min(schedule.getTileM(), problem.m) *
                 schedule.getTileN() * (schedule.getSplitK() + 1);
  return kTripsNs + bytes / kBytesPerNs;
}

/// Whether rows of 16 scales are read two words at a time
/// (dgk-read-scales-late): what is left over of K must be the same in all
/// tiles. With many rows K is not split.
static bool readsScalesLate(const DenseProblem &problem) {
  bool isFine =
      problem.scaleType && llvm::isa<mlir::Float8E4M3FNType>(problem.scaleType);
  int64_t elements = std::max(getWordElements(problem, dgk::Side::A),
                              getWordElements(problem, dgk::Side::B));
  return problem.hasKnownK && !isFine &&
         (problem.m >= kManyRows || problem.k % elements == 0);
}

/// Registers for scale words of a warp's `m` x `n` elements. Where an
/// instruction takes whole words, two rows share registers in large tiles,
/// which the thread selector tells apart; and since a K step is done with its
/// word, no more than half of them are needed at a time (tried with
/// ptxas 13.0.88).
static int64_t countScaleWords(const DenseProblem &problem, int64_t m,
                               int64_t n) {
  constexpr int64_t kLarge = 64 * 64;
  if (problem.blockA == 0)
    return 0;
  auto getWords = [&](int64_t scales) {
    return readsScalesLate(problem) ? 1 : std::max<int64_t>(scales / 4, 1);
  };
  int64_t words = m / kRows * getWords(problem.scalesPerLoadA) +
                  n / kColumns * getWords(problem.scalesPerLoadB);
  bool takesWords =
      problem.scaleType && llvm::isa<mlir::Float8E4M3FNType>(problem.scaleType);
  return takesWords && m * n >= kLarge ? llvm::divideCeil(words, 4) : words;
}

/// Accumulators, two sets of A and B fragments, scale words, and what addresses
/// and loop state take, of a thread whose warp owns `m` x `n` elements.
static int64_t estimateRegisters(const DenseProblem &problem, int64_t m,
                                 int64_t n) {
  constexpr int64_t kThreads = 32;
  // Every 16 x 32 byte (A) or 8 x 32 byte (B) fragment takes 4 or 2 registers.
  int64_t fragments = m / kRows * 4 + n / kColumns * 2;
  // Measured on sm_120a with fragments loaded one K step ahead: 135 registers
  // for a 32 x 64 warp tile, of which 122 are counted above, in a bare loop;
  // barriers, tile coordinates and the epilogue's addresses take the rest.
  constexpr int64_t kOther = 40;
  return m * n / kThreads + 2 * fragments + countScaleWords(problem, m, n) +
         kOther;
}

/// The grid of so many warps that loads the fewest fragments; of equals one
/// with whole output lines, then more warps along M. Nothing if the tile is too
/// small.
static std::optional<WarpGrid> findGrid(const DenseProblem &problem,
                                        const TileShape &shape, int64_t warps) {
  std::optional<std::tuple<int64_t, bool, int64_t>> best;
  std::optional<WarpGrid> grid;
  for (int64_t m = warps; m >= 1; m /= 2) {
    int64_t n = warps / m;
    if (shape.m % (16 * m) != 0 || shape.n % (16 * n) != 0)
      continue;
    bool isPartial = dgk::getBytes(shape.n / n, problem.dType) % 128 != 0;
    auto key = std::tuple(shape.m / m + shape.n / n, isPartial, n);
    if (best && *best <= key)
      continue;
    best = key;
    grid = {m, n};
  }
  return grid;
}

/// FP4 by FP4: two elements in a byte.
static bool isPairedFp4(const DenseProblem &problem) {
  return dgk::getElementBits(problem.aType) == 4 &&
         dgk::getElementBits(problem.bType) == 4;
}

/// K elements of a tile. FP4 by FP4 is packed; beside FP8 an element has a
/// byte.
static int64_t getTileK(const DenseProblem &problem, const TileShape &shape) {
  return shape.kBytes * (isPairedFp4(problem) ? 2 : 1);
}

/// Whether the load role's threads copy an operand: FP4 along M or N.
static bool copiesByThreads(const DenseProblem &problem) {
  auto isTurnedFp4 = [](mlir::Type type, bool isKMajor) {
    return dgk::getElementBits(type) == 4 && !isKMajor;
  };
  return isTurnedFp4(problem.aType, problem.isAKMajor) ||
         isTurnedFp4(problem.bType, problem.isBKMajor);
}

/// With 4 warps nobody is short of registers; with 8, 256 x 232 + 128 x 40 are
/// the 384 x 168 that the CTA starts with, and so are 256 x 224 + 128 x 56 for
/// copies whose addresses and sizes differ from thread to thread.
RoleRegisters MmaSyncPolicy::getRegisters(const DenseProblem &problem,
                                          int64_t mathWarps) const {
  if (mathWarps == 4)
    return {248, 40};
  return copiesByThreads(problem) ? RoleRegisters{224, 56}
                                  : RoleRegisters{232, 40};
}

/// Whether fragments of an operand are in registers twice, as they are read and
/// as instructions want them: those of B along N, and pairs of FP4.
static bool turnsFragments(const DenseProblem &problem) {
  return !problem.isBKMajor || (isPairedFp4(problem) && !problem.isAKMajor);
}

/// Whether rows of scales of both operands are divided at different places, and
/// one column of B at a time does not make up for it.
static bool divideRowsApart(const DenseProblem &problem) {
  bool areRows = std::min(problem.scalesPerLoadA, problem.scalesPerLoadB) > 4;
  return areRows && problem.blockA != problem.blockB &&
         (problem.aType == problem.bType || problem.blockA < problem.blockB);
}

/// What some operands have no room for: beside C, the tile's coordinates stay
/// in registers of each lane; scales of A and B that come at different times
/// have slots of their own. FP4 that is turned on both sides has room for
/// neither, nor for the words that NVFP4 has for each K step; B that is turned
/// alone not for both, if A has finer scales and is FP8 or C has f32.
static bool isTightWithTurned(const DenseProblem &problem) {
  bool hasC = !problem.isOutputPlain;
  bool isPaired = isPairedFp4(problem);
  if (isPaired && !problem.isAKMajor && !problem.isBKMajor)
    return problem.blockA != problem.blockB || hasC || problem.blockA == 16;
  bool isBTurned = !problem.isBKMajor && (!isPaired || problem.isAKMajor);
  bool isWide = isPaired ? problem.dType.isF32()
                         : dgk::getElementBits(problem.aType) == 8;
  return hasC && problem.blockA < problem.blockB && isBTurned && isWide;
}

/// Whether ptxas would spill although the estimate fits: words that arrive with
/// each K tile, or two at a time, are there twice, and each K step of a tile
/// has offsets of its own. Tried with 13.0.88 on all granularities, with known
/// and unknown K.
static bool isTight(const DenseProblem &problem, const TileShape &shape,
                    int64_t m, int64_t n) {
  constexpr int64_t kMost = 264, kApart = 4;
  int64_t k = getTileK(problem, shape);
  int64_t needed = estimateRegisters(problem, m, n) + 2 * (shape.kBytes / 32);
  if (problem.blockA == 0)
    return needed > kMost;
  bool isLate = readsScalesLate(problem);
  bool hasRows =
      isLate && std::max(problem.scalesPerLoadA, problem.scalesPerLoadB) > 4;
  if ((hasRows && turnsFragments(problem)) || isTightWithTurned(problem))
    return true;
  if (divideRowsApart(problem))
    needed += kApart;
  if (getWordSpan(problem, dgk::Side::A, k) == 1 ||
      (isLate && problem.scalesPerLoadA > 4))
    needed += m / kRows;
  if (getWordSpan(problem, dgk::Side::B, k) == 1 ||
      (isLate && problem.scalesPerLoadB > 4))
    needed += n / kColumns;
  return needed > kMost;
}

/// 4 warps where each gets 64 x 64 elements: one warp on each scheduler has 32
/// independent instructions in a row, and loads a third less for each of them
/// than one of 8 warps. Else 8 warps, or 4 if the tile is too small for them.
WarpGrid MmaSyncPolicy::chooseGrid(const DenseProblem &problem,
                                   const TileShape &shape) const {
  constexpr int64_t kLarge = 64;
  std::optional<WarpGrid> few = findGrid(problem, shape, 4);
  std::optional<WarpGrid> many = findGrid(problem, shape, 8);
  if (!few)
    llvm_unreachable("tiles are at least 64 x 16");
  int64_t m = shape.m / few->m, n = shape.n / few->n;
  bool isLarge =
      m >= kLarge && n >= kLarge &&
      estimateRegisters(problem, m, n) <= getRegisters(problem, 4).math &&
      !isTight(problem, shape, m, n);
  return many && !isLarge ? *many : *few;
}

std::string MmaSyncPolicy::getReasonAgainst(const DenseProblem &problem,
                                            dgk::TargetAttr,
                                            const TileShape &shape) const {
  if (shape.n < 32 && problem.n > shape.n)
    return llvm::formatv("a tile of {0} columns pays only for N <= {0}",
                         shape.n);
  if (shape.kBytes < 128 && problem.m < kManyRows)
    return llvm::formatv("K tiles of {0} bytes pay only for M >= {1}",
                         shape.kBytes, kManyRows);
  if (shape.kBytes < 128 && !problem.isBKMajor &&
      dgk::getElementBits(problem.bType) == 8)
    return llvm::formatv("K tiles of {0} bytes do not pay where b is turned in "
                         "registers: less of that hides behind products",
                         shape.kBytes);
  bool isPlainFine =
      std::max(problem.scalesPerLoadA, problem.scalesPerLoadB) > 4 &&
      problem.blockA == 32 && problem.blockB == 32;
  if (shape.kBytes < 128 && isPlainFine)
    return llvm::formatv("K tiles of {0} bytes do not pay where scales of 32 "
                         "elements are read between them",
                         shape.kBytes);
  if (shape.kBytes < 128 && problem.blockA != 0) {
    int64_t k = getTileK(problem, shape);
    auto [least, most] = std::minmax({getWordSpan(problem, dgk::Side::A, k),
                                      getWordSpan(problem, dgk::Side::B, k)});
    // Of operands that are turned the longer tile takes twice the space.
    bool isTurned = !problem.isAKMajor || !problem.isBKMajor;
    if (least == 2 && !(isPairedFp4(problem) && isTurned))
      return llvm::formatv("K tiles of {0} bytes do not pay where scales come "
                           "with every other one, in slots of their own",
                           shape.kBytes);
    if (least == 1 && most > 1 && !isTurned)
      return llvm::formatv("K tiles of {0} bytes do not pay where scales of "
                           "one operand come with each, those of the other in "
                           "slots of their own",
                           shape.kBytes);
  }
  return {};
}

std::optional<std::string>
MmaSyncPolicy::checkWarpTile(const DenseProblem &,
                             ScheduleAttr schedule) const {
  int64_t gridM = schedule.getWarpGrid()[0];
  int64_t gridN = schedule.getWarpGrid()[1];
  // One ldmatrix.x4 loads a 16-row tile of A or two 8-row tiles of B.
  if (schedule.getTileM() % (16 * gridM) == 0 &&
      schedule.getTileN() % (16 * gridN) == 0)
    return std::nullopt;
  return llvm::formatv("tile {0} x {1} over a warp grid {2} x {3} gives a warp "
                       "{4:f1} x {5:f1} elements, expected multiples of 16 x "
                       "16; change tile or warp_grid",
                       schedule.getTileM(), schedule.getTileN(), gridM, gridN,
                       double(schedule.getTileM()) / gridM,
                       double(schedule.getTileN()) / gridN)
      .str();
}

int64_t MmaSyncPolicy::estimateMathRegisters(const DenseProblem &problem,
                                             ScheduleAttr schedule) const {
  return estimateRegisters(problem, schedule.getWarpTileM(),
                           schedule.getWarpTileN());
}

// The constants are those of DeepGEMM's SM120 heuristic (0.07 cycles per byte,
// 120 cycles per barrier round, 2000 cycles per tile), at the clock that a part
// keeps while its tensor cores work. With them the model is within 11 % of the
// times published for an RTX PRO 6000 at 4096x2112x7168, 4096x5120x8192,
// 4096x5120x25600 and 4096x24576x1536 in FP8 and at three shapes in FP4
// (CostModelTest.cpp holds it to that).
static constexpr double kBarrierCycles = 120;
static constexpr double kTileCycles = 2000;
/// Of the clock of the data sheet's rate: DeepGEMM counts with 814 TFLOP/s in
/// FP8 on an RTX PRO 6000, whose data sheet has 1007.6. Other parts are taken
/// to be as far from theirs.
static constexpr double kClockUnderLoad = 814.0 / 1007.6;

static double getCyclesPerNs(dgk::TargetAttr target) {
  return kClockUnderLoad * dgk::getClockGhz(target);
}

/// Machine instructions for each matrix instruction in main loops of large
/// tiles (`dgemm-bench --suite=sass`).
static double getInstructionsPerMma(dgk::MatrixInstruction mma) {
  constexpr double kFp8 = 2.2, kPackedFp4 = 2.35, kMixed = 2.6, kBf16 = 2.2;
  if (mma.getContainerBits(dgk::Side::A) == 4)
    return kPackedFp4;
  if (mma.getContainerBits(dgk::Side::A) > 8)
    return kBf16;
  return mma.getAType() == mma.getBType() ? kFp8 : kMixed;
}

/// What tensor cores wait for instructions, as a factor. A scheduler issues a
/// matrix instruction every 16 cycles, the bytes of its operands being what
/// they are, and half of the others beyond two for each find no free slot:
/// DeepGEMM's FP8 by FP4 has 4.25 and comes to 670 TFLOP/s at 4096x24576x1536.
static double getIssueFactor(dgk::MatrixInstruction mma) {
  constexpr double kExposed = 0.45, kFree = 2, kCycles = 16;
  return 1 + kExposed * (getInstructionsPerMma(mma) - kFree) / kCycles;
}

/// Operand bytes that an SM receives for one K tile.
static double getFeedBytes(const DenseProblem &problem, ScheduleAttr schedule) {
  int64_t k = schedule.getTileK();
  double bytes = schedule.getTileM() * dgk::getBytes(k, problem.aType) +
                 schedule.getTileN() * dgk::getBytes(k, problem.bType);
  if (problem.blockA == 0)
    return bytes;
  bytes += 4.0 * schedule.getTileM() / problem.blockRowsA /
           getWordSpan(problem, dgk::Side::A, k);
  return bytes + 4.0 * schedule.getTileN() / problem.blockRowsB /
                     getWordSpan(problem, dgk::Side::B, k);
}

/// Cycles of prologue and epilogue of a tile. Stores from registers write rows
/// in pieces of 16 bytes, so that each 32-byte sector travels twice.
static double getTileCycles(const DenseProblem &problem,
                            ScheduleAttr schedule) {
  if (schedule.getStore() == dgk::StorePath::Tma)
    return kTileCycles;
  double bytes =
      schedule.getTileM() * dgk::getBytes(schedule.getTileN(), problem.dType);
  return kTileCycles + bytes / kFeedBytesPerCycle;
}

PartTimes MmaSyncPolicy::getTimes(const DenseProblem &problem,
                                  dgk::TargetAttr target,
                                  ScheduleAttr schedule) const {
  dgk::MatrixInstruction instruction = schedule.getMatrixInstruction();
  double cyclesPerNs = getCyclesPerNs(target);
  double operations =
      2.0 * schedule.getTileM() * schedule.getTileN() * schedule.getTileK();
  double mma = operations * getIssueFactor(instruction) /
               dgk::getOperationsPerCycle(target, instruction);
  double feed = getFeedBytes(problem, schedule) / kFeedBytesPerCycle;
  double barrier = kBarrierCycles / std::sqrt(double(schedule.getStages()));
  return {(std::max(mma, feed) + barrier) / cyclesPerNs,
          getTileCycles(problem, schedule) / cyclesPerNs, /*launch=*/0,
          getMemoryBytes(problem) / target.getRates().getMemoryGbs()};
}

const InstructionPolicy &dgemm::schedule::getMmaSyncPolicy() {
  static const MmaSyncPolicy policy;
  return policy;
}
