//===- CostModel.cpp - Candidate schedules and their times ----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Schedule/CostModel.h"

#include "dgemm/Schedule/InstructionPolicy.h"
#include "dgemm/Schedule/MeasuredSchedules.h"
#include "dgemm/Target/Targets.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

#include <cmath>
#include <limits>
#include <numeric>

using namespace mlir;
using namespace dgemm::schedule;
using dgk::ScheduleAttr;

//===----------------------------------------------------------------------===//
// Times
//===----------------------------------------------------------------------===//

/// K elements that one split takes.
static int64_t getPart(const DenseProblem &problem, ScheduleAttr schedule) {
  if (schedule.getSplitK() == 1)
    return problem.k;
  int64_t unit = getSplitUnit(problem, schedule.getTileK());
  return llvm::divideCeil(problem.k, schedule.getSplitK() * unit) * unit;
}

/// Bytes of the scales of `rows` rows, one for each block.
static double getScaleBytes(const DenseProblem &problem, double rows,
                            int64_t blockRows, int64_t block) {
  double each = problem.hasPackedScales ? 1 : 4;
  return block == 0 ? 0
                    : each * std::ceil(rows / blockRows) *
                          std::ceil(double(problem.k) / block);
}

double dgemm::schedule::getMemoryBytes(const DenseProblem &problem) {
  // In floating point: extents may be anything that a type can say.
  double m = problem.m, n = problem.n, k = problem.k;
  double outputs = problem.hasC ? 2 : 1;
  return (m * k * dgk::getElementBits(problem.aType) +
          n * k * dgk::getElementBits(problem.bType) +
          outputs * m * n * dgk::getElementBits(problem.dType)) /
             8 +
         getScaleBytes(problem, m, problem.blockRowsA, problem.blockA) +
         getScaleBytes(problem, n, problem.blockRowsB, problem.blockB);
}

/// CTAs that run at a time. A cluster lies in one GPC, and pairs of SMs are
/// never parted.
static int64_t getResidentCtas(dgk::TargetAttr target, ScheduleAttr schedule) {
  constexpr int64_t kPair = 2;
  dgk::RatesAttr rates = target.getRates();
  int64_t size = schedule.getClusterSize();
  if (!schedule.combinesInCluster() || size == kPair)
    return rates.getSmCount();
  return rates.getClusters(size) * size;
}

Prediction dgemm::schedule::predict(const DenseProblem &asked,
                                    dgk::TargetAttr target,
                                    ScheduleAttr schedule) {
  DenseProblem problem = orient(asked, schedule.getSwapAb());
  const InstructionPolicy &policy = getPolicy(schedule.getMatrixInstruction());
  PartTimes times = policy.getTimes(problem, target, schedule);

  Prediction out;
  int64_t rows = llvm::divideCeil(problem.m, schedule.getTileM());
  int64_t columns = llvm::divideCeil(problem.n, schedule.getTileN());
  if (llvm::MulOverflow(rows, columns, out.tiles))
    out.tiles = std::numeric_limits<int64_t>::max();
  int64_t units = out.tiles;
  if (llvm::MulOverflow(out.tiles, schedule.getSplitK(), units))
    units = std::numeric_limits<int64_t>::max();
  out.waves = llvm::divideCeil(units, getResidentCtas(target, schedule));
  out.kTile = times.kTile;
  int64_t k = std::min(problem.k, getPart(problem, schedule));
  double combine =
      schedule.getSplitK() > 1 ? policy.getCombineNs(problem, schedule) : 0;
  out.tile = llvm::divideCeil(k, schedule.getTileK()) * out.kTile + times.tile +
             combine;
  double work = out.waves * out.tile + times.launch;
  out.common = times.addend;
  out.total = policy.join(work, times.memory) + out.common;
  out.isMemoryBound = times.memory >= work;
  return out;
}

//===----------------------------------------------------------------------===//
// Candidates
//===----------------------------------------------------------------------===//

/// Rows of D up to which the small axis of the instruction may be theirs.
static constexpr int64_t kMostSwappedRows = 32;
/// The usual smallest tile N, and the shortest line of an operand that lies
/// along it.
static constexpr int64_t kFewestColumns = 16;
static constexpr int64_t kShortestLineBits = 32 * 8;

/// The schedule with another number of stages, and other CTAs for a tile or
/// beside it.
static ScheduleAttr withStages(ScheduleAttr s, int64_t stages,
                               dgk::ClusterAttr cluster, int64_t splits) {
  return ScheduleAttr::get(
      s.getContext(), s.getTile(), s.getWarpGrid(), stages, s.getScaleStages(),
      s.getInstruction(), s.getSwizzleA(), s.getSwizzleB(), s.getMath(),
      s.getLoad(), s.getStore(), s.getStoreSlots(), s.getRaster(), cluster,
      splits, s.getSwapAb(), s.getEvictFirst());
}

static ScheduleAttr withCtas(ScheduleAttr s, dgk::ClusterAttr cluster,
                             int64_t splits) {
  return withStages(s, s.getStages(), cluster, splits);
}

namespace {

/// Makes the candidates of one problem on one target.
class CandidateBuilder {
public:
  /// For `problem`, or for it with A and B swapped.
  CandidateBuilder(const DenseProblem &asked, dgk::TargetAttr target,
                   dgk::MatrixInstruction instruction, bool swapAb)
      : asked(asked), problem(orient(asked, swapAb)), target(target),
        instruction(instruction), swapAb(swapAb),
        policy(getPolicy(instruction)) {}

  /// Adds the candidates with tiles of `shape`.
  void addTo(SmallVector<Candidate> &candidates, const TileShape &shape) const;

private:
  Candidate build(const TileShape &shape) const;
  /// With the K range of each tile shared by a cluster, of the size that makes
  /// it fastest; nullopt if there are CTAs enough without.
  std::optional<Candidate> buildInCluster(const TileShape &shape) const;
  /// A schedule whose warps are `grid`.
  ScheduleAttr makeSchedule(const TileShape &shape, WarpGrid grid,
                            int64_t stages, int64_t slotsPerWarp) const;
  bool fits(ScheduleAttr schedule) const;
  /// At most `most` stages, of which the kernel knows each slot's number.
  int64_t chooseStages(int64_t tileK, int64_t most) const;
  /// Staging slots of a warp that stores `pieces`, 0 for none.
  int64_t chooseStoreSlots(const TileShape &shape, WarpGrid grid,
                           int64_t stages, int64_t pieces) const;
  /// The schedule with as many splits of K as make it fastest.
  ScheduleAttr splitK(ScheduleAttr schedule) const;

  const DenseProblem &asked;
  DenseProblem problem;
  dgk::TargetAttr target;
  dgk::MatrixInstruction instruction;
  bool swapAb;
  const InstructionPolicy &policy;
};

} // namespace

/// Layout of an operand tile of `rows` rows: K-major rows are one span long, or
/// several of the widest; MN-major columns take the widest span that divides
/// them.
static dgk::Swizzle getOperandSwizzle(bool isKMajor, int64_t kBytes,
                                      int64_t rowsBytes) {
  if (isKMajor)
    return static_cast<dgk::Swizzle>(std::min<int64_t>(kBytes, 128));
  for (dgk::Swizzle swizzle :
       {dgk::Swizzle::B128, dgk::Swizzle::B64, dgk::Swizzle::B32})
    if (rowsBytes % static_cast<int64_t>(swizzle) == 0)
      return swizzle;
  return dgk::Swizzle::None;
}

ScheduleAttr CandidateBuilder::makeSchedule(const TileShape &shape,
                                            WarpGrid grid, int64_t stages,
                                            int64_t slotsPerWarp) const {
  MLIRContext *context = target.getContext();
  int64_t warps = grid.m * grid.n;
  int64_t k = shape.kBytes * 8 / instruction.getContainerBits(dgk::Side::A);
  bool hasLongWords = std::max(getWordSpan(problem, dgk::Side::A, k),
                               getWordSpan(problem, dgk::Side::B, k)) > 1;
  auto getLine = [&](dgk::Side side, int64_t rows) -> int64_t {
    return llvm::divideCeil(rows * getSharedBits(problem, instruction, side),
                            8);
  };
  // Of a part with a scale word of its own, where warps read operands.
  int64_t rowBytes = instruction.readsShared()
                         ? shape.kBytes
                         : shape.kBytes * getPartLength(problem, k) / k;
  dgk::Swizzle swizzleA = getOperandSwizzle(problem.isAKMajor, rowBytes,
                                            getLine(dgk::Side::A, shape.m));
  dgk::Swizzle swizzleB = getOperandSwizzle(
      problem.isBKMajor, rowBytes,
      getLine(dgk::Side::B,
              instruction.readsShared() ? shape.n / grid.n : shape.n));
  RoleRegisters registers = policy.getRegisters(problem, warps);
  auto math = dgk::RoleSpecAttr::get(context, warps, registers.math);
  auto load = dgk::RoleSpecAttr::get(context, 4, registers.load);
  auto store =
      slotsPerWarp > 0 ? dgk::StorePath::Tma : dgk::StorePath::Registers;
  return ScheduleAttr::get(
      context, {shape.m, shape.n, k}, {grid.m, grid.n}, stages,
      hasLongWords ? 2 : 1, instruction, swizzleA, swizzleB, math, load, store,
      warps * slotsPerWarp, getRaster(target, shape.m, shape.n), /*cluster=*/{},
      /*splitK=*/1, swapAb, policy.chooseEvictFirst(problem, shape));
}

/// CTAs for each tile where all run at a time. Without rows or columns there
/// are no tiles.
static int64_t getCtasForTile(dgk::TargetAttr target,
                              const Prediction &prediction) {
  return target.getRates().getSmCount() /
         std::max<int64_t>(prediction.tiles, 1);
}

/// Only as many CTAs as there are SMs, and only what is worth a workspace.
ScheduleAttr CandidateBuilder::splitK(ScheduleAttr schedule) const {
  constexpr double kWorth = 0.95;
  Prediction whole = predict(asked, target, schedule);
  int64_t unit = getSplitUnit(problem, schedule.getTileK());
  int64_t parts = llvm::divideCeil(problem.k, unit);
  int64_t most = std::min(
      {getCtasForTile(target, whole), parts, dgk::CombineOp::kMaxSplits});
  ScheduleAttr best = schedule;
  double fastest = kWorth * whole.getOwnTime();
  for (int64_t splits = 2; splits <= most; ++splits) {
    ScheduleAttr candidate = withCtas(schedule, {}, splits);
    double total = predict(asked, target, candidate).getOwnTime();
    if (total >= fastest)
      continue;
    fastest = total;
    best = candidate;
  }
  return best;
}

bool CandidateBuilder::fits(ScheduleAttr schedule) const {
  return getSharedMemoryUse(problem, schedule).total() <=
         target.getLimits().getSharedPerCta();
}

/// Where each iteration of the outermost loop over K, and each tile of the
/// output, take a multiple of the ring's slots, addresses of slots are
/// constants (SlotNumbers.cpp). That is worth a stage, and not half of them.
int64_t CandidateBuilder::chooseStages(int64_t tileK, int64_t most) const {
  constexpr int64_t kEnough = 4;
  if (!problem.hasKnownK || instruction.readsShared())
    return most;
  int64_t slots = llvm::divideCeil(problem.k, tileK);
  int64_t span = std::max(getWordSpan(problem, dgk::Side::A, tileK),
                          getWordSpan(problem, dgk::Side::B, tileK));
  // Words that serve one K tile have no loop of their own.
  if (span > 1)
    slots = std::gcd(slots, span);
  for (int64_t stages = most; stages >= kEnough && 2 * stages > most; --stages)
    if (slots % stages == 0)
      return stages;
  return most;
}

int64_t CandidateBuilder::chooseStoreSlots(const TileShape &shape,
                                           WarpGrid grid, int64_t stages,
                                           int64_t pieces) const {
  int64_t fewest = pieces > 0 ? 1 : 0;
  for (int64_t slots = pieces; slots > fewest; --slots)
    if (pieces % slots == 0 && fits(makeSchedule(shape, grid, stages, slots)))
      return slots;
  return fewest;
}

Candidate CandidateBuilder::build(const TileShape &shape) const {
  WarpGrid grid = policy.chooseGrid(problem, shape);
  ScheduleAttr schedule = makeSchedule(shape, grid, 2, 1);
  // Of few rows a tile holds little, and space is better spent on stages.
  bool isStaged =
      problem.dIsTmaAligned &&
      (!swapAb || (!instruction.readsShared() && asked.m > kMostSwappedRows));
  int64_t pieces = isStaged ? getStoreSlotsPerWarp(problem, schedule) : 0;
  int64_t slots = pieces > 0 ? 1 : 0;
  int64_t stages = 2;
  // Stages first: they hide latency at every K tile, slots once in a tile.
  while (stages < policy.getMaxStages() &&
         fits(makeSchedule(shape, grid, stages + 1, slots)))
    ++stages;
  slots = chooseStoreSlots(shape, grid, stages, pieces);

  Candidate out;
  out.schedule = splitK(makeSchedule(shape, grid, stages, slots));
  int64_t known = chooseStages(schedule.getTileK(), stages);
  // The length of a split is not known, so that nothing would be gained.
  if (known != stages && out.schedule.getSplitK() == 1)
    out.schedule = makeSchedule(shape, grid, known,
                                chooseStoreSlots(shape, grid, known, pieces));
  out.prediction = predict(asked, target, out.schedule);
  out.violation = checkSchedule(asked, target, out.schedule);
  out.declined = policy.getReasonAgainst(problem, target, shape);
  return out;
}

std::optional<Candidate>
CandidateBuilder::buildInCluster(const TileShape &shape) const {
  // With fewer the sums have taken what hides latency.
  constexpr int64_t kFewestStages = 4;
  ScheduleAttr schedule = build(shape).schedule;
  int64_t unit = getSplitUnit(problem, schedule.getTileK());
  int64_t most =
      std::min({int64_t(target.getLimits().getClusterSize()),
                int64_t(llvm::divideCeil(problem.k, unit)),
                getCtasForTile(target, predict(asked, target,
                                               withCtas(schedule, {}, 1)))});
  std::optional<Candidate> best;
  for (int64_t splits = 2; splits <= most; ++splits) {
    auto cluster =
        dgk::ClusterAttr::get(schedule.getContext(), splits, dgk::Axis::K);
    Candidate candidate;
    int64_t stages = schedule.getStages();
    auto fill = [&] {
      candidate.schedule = withStages(schedule, stages, cluster, splits);
      return fits(candidate.schedule);
    };
    while (!fill() && stages > kFewestStages)
      --stages;
    if (!fits(candidate.schedule))
      break;
    candidate.prediction = predict(asked, target, candidate.schedule);
    if (!best || candidate.prediction.total < best->prediction.total)
      best = candidate;
  }
  if (!best)
    return best;
  best->violation = checkSchedule(asked, target, best->schedule);
  best->declined = policy.getReasonAgainst(problem, target, shape);
  return best;
}

void CandidateBuilder::addTo(SmallVector<Candidate> &candidates,
                             const TileShape &shape) const {
  candidates.push_back(build(shape));
  if (!policy.combinesInClusters())
    return;
  if (std::optional<Candidate> candidate = buildInCluster(shape))
    candidates.push_back(std::move(*candidate));
}

/// Marks the candidate that won on hardware; adds it if it is none of them.
static void addMeasured(const DenseProblem &problem, dgk::TargetAttr target,
                        SmallVector<Candidate> &candidates) {
  ScheduleAttr measured = lookupMeasured(problem, target);
  if (!measured)
    return;
  auto *found = llvm::find_if(candidates, [&](const Candidate &candidate) {
    return candidate.schedule == measured;
  });
  if (found == candidates.end()) {
    Candidate added;
    added.schedule = measured;
    added.prediction = predict(problem, target, measured);
    added.violation = checkSchedule(problem, target, measured);
    candidates.push_back(std::move(added));
    found = &candidates.back();
  }
  found->isMeasured = !found->violation;
}

/// Whether B would be turned in registers, which costs instructions, and
/// swapped no operand would be: as the first one it is turned by `ldmatrix`.
/// Registers of FP4 take an instruction each in any case, which turns them,
/// too.
static bool turnsOnlyB(const DenseProblem &problem) {
  bool isAFree = problem.isAKMajor || dgk::getElementBits(problem.aType) == 4;
  return isAFree && !problem.isBKMajor &&
         dgk::getElementBits(problem.bType) == 8;
}

/// Candidates with A and B swapped, where there are few rows, or where that
/// spares turning an operand.
static void addSwapped(const DenseProblem &problem, dgk::TargetAttr target,
                       SmallVector<Candidate> &candidates) {
  // Of two types each instruction takes its first operand in one of them.
  dgk::MatrixInstruction instruction =
      findInstruction(orient(problem, /*swapAb=*/true), target);
  if (!instruction || !hasPolicy(instruction))
    return;
  bool hasFewRows = problem.m <= kMostSwappedRows;
  bool spares = problem.isOutputPlain && turnsOnlyB(problem) &&
                !instruction.readsShared();
  if (!hasFewRows && !spares)
    return;
  int64_t fewest = problem.isAKMajor
                       ? kFewestColumns
                       : kShortestLineBits / dgk::getElementBits(problem.aType);
  CandidateBuilder builder(problem, target, instruction, /*swapAb=*/true);
  for (const TileShape &shape : getPolicy(instruction).getTiles(problem))
    if (!hasFewRows || shape.n < 2 * std::max(problem.m, fewest))
      builder.addTo(candidates, shape);
}

/// Pairs of CTAs for the large tiles, whose operands load the L2 cache most.
/// The model gives them the times of lone CTAs: what they gain is power.
static void addPairs(const DenseProblem &problem, dgk::TargetAttr target,
                     SmallVector<Candidate> &candidates) {
  constexpr int64_t kLargeTile = 128 * 128;
  if (target.getLimits().getClusterSize() < 2)
    return;
  for (size_t i = 0, e = candidates.size(); i < e; ++i) {
    ScheduleAttr schedule = candidates[i].schedule;
    if (!candidates[i].isEligible() || schedule.getSplitK() > 1 ||
        schedule.getSwapAb() ||
        schedule.getTileM() * schedule.getTileN() < kLargeTile)
      continue;
    for (auto [along, extent, tile] :
         {std::tuple(dgk::Axis::M, problem.m, schedule.getTileM()),
          std::tuple(dgk::Axis::N, problem.n, schedule.getTileN())}) {
      if (extent <= tile)
        continue;
      Candidate pair = candidates[i];
      pair.schedule = withCtas(
          schedule, dgk::ClusterAttr::get(schedule.getContext(), 2, along),
          /*splits=*/1);
      pair.violation = checkSchedule(problem, target, pair.schedule);
      candidates.push_back(std::move(pair));
    }
  }
}

SmallVector<Candidate>
dgemm::schedule::getCandidates(const DenseProblem &problem,
                               dgk::TargetAttr target) {
  dgk::MatrixInstruction instruction = findInstruction(problem, target);
  if (!instruction || !hasPolicy(instruction))
    return {};
  CandidateBuilder builder(problem, target, instruction, /*swapAb=*/false);
  SmallVector<Candidate> out;
  for (const TileShape &shape : getPolicy(instruction).getTiles(problem))
    builder.addTo(out, shape);
  addSwapped(problem, target, out);
  addPairs(problem, target, out);
  addMeasured(problem, target, out);
  return out;
}

//===----------------------------------------------------------------------===//
// Choice
//===----------------------------------------------------------------------===//

/// Whether `a` comes before `b`, of two that are equally fast.
static bool isBefore(const InstructionPolicy &policy, const Candidate &a,
                     const Candidate &b) {
  if (policy.prefers(a.schedule, b.schedule))
    return true;
  return !policy.prefers(b.schedule, a.schedule) &&
         a.prediction.total < b.prediction.total;
}

const Candidate *dgemm::schedule::choose(ArrayRef<Candidate> candidates) {
  for (const Candidate &candidate : candidates)
    if (candidate.isMeasured)
      return &candidate;
  // What does not pay is better than nothing.
  bool anyEligible = llvm::any_of(
      candidates, [](const Candidate &c) { return c.isEligible(); });
  auto isOpen = [&](const Candidate &c) {
    return anyEligible ? c.isEligible() : !c.violation;
  };
  double fastest = std::numeric_limits<double>::infinity();
  for (const Candidate &candidate : candidates)
    if (isOpen(candidate))
      fastest = std::min(fastest, candidate.prediction.getOwnTime());

  const Candidate *best = nullptr;
  for (const Candidate &candidate : candidates) {
    const InstructionPolicy &policy =
        getPolicy(candidate.schedule.getMatrixInstruction());
    if (isOpen(candidate) &&
        candidate.prediction.getOwnTime() <= policy.getTie() * fastest &&
        (!best || isBefore(policy, candidate, *best)))
      best = &candidate;
  }
  return best;
}

dgk::RasterAttr dgemm::schedule::getRaster(dgk::TargetAttr target,
                                           int64_t tileM, int64_t tileN) {
  // A group is as many tiles along their shorter side.
  auto [side, other] = std::minmax(tileM, tileN);
  int64_t sms = target.getRates().getSmCount();
  auto lines = [&, side = side, other = other](int64_t group) {
    return group * side + llvm::divideCeil(sms, group) * other;
  };
  int64_t group = lines(16) < lines(8) ? 16 : 8;
  return dgk::RasterAttr::get(target.getContext(), group,
                              tileM > tileN ? dgk::Axis::N : dgk::Axis::M);
}
