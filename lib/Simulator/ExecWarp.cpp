//===- ExecWarp.cpp - What the lanes and warps do together ----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cta.h"
#include "FloatSupport.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace dgemm::sim;

/// Calls `function` with each set of lanes that name the same members.
template <typename F>
void Cta::forEachSet(const Operand &members, uint32_t mask, F function) {
  Lanes value;
  fetch(members, Type::U32, value);
  while (mask != 0) {
    uint64_t first = value[static_cast<uint32_t>(__builtin_ctz(mask))];
    uint32_t same = 0;
    for (uint32_t lane = 0; lane < 32; ++lane)
      same |= uint32_t(((mask >> lane) & 1) && value[lane] == first) << lane;
    function(same);
    mask &= ~same;
  }
}

/// Lanes that meet at the instruction order what they did before it; elect.sync
/// exchanges nothing, so it orders nothing.
void Cta::orderMembers(const Operand &members, uint32_t mask) {
  if (!checker_ || instruction_->op == Op::Elect)
    return;
  forEachSet(members, mask, [&](uint32_t set) { checker_->sync(site(), set); });
}

/// Are all lanes of the member masks here? Else waits for them. Lanes may name
/// different masks, as those of different tiles do: each set of lanes goes on
/// by itself, and `mask` becomes those that do. A lane that executes the
/// instruction must be a member, and the members must agree.
bool Cta::membersHere(const Operand &members, uint32_t &mask) {
  Lanes value;
  fetch(members, Type::U32, value);
  uint32_t missing = 0;
  for (uint32_t lane = 0; lane < 32; ++lane) {
    if (!((mask >> lane) & 1))
      continue;
    uint32_t named = static_cast<uint32_t>(value[lane]);
    uint32_t wanted = named & warp_->live;
    int where = static_cast<int>(lane);
    if (!((named >> lane) & 1)) {
      fault("divergence",
            "a lane executes the instruction that its member mask "
            "does not name",
            where);
      return false;
    }
    if ((wanted & ~group_->mask) != 0) {
      missing |= 1u << lane;
      continue;
    }
    if ((wanted & ~mask) != 0) {
      fault("divergence",
            "a predicate excludes a lane that the member mask names",
            __builtin_ctz(wanted & ~mask));
      return false;
    }
    for (uint32_t other = lane + 1; other < 32; ++other)
      if (((wanted >> other) & 1) && value[other] != value[lane]) {
        fault("divergence",
              "lanes " + std::to_string(lane) + " and " +
                  std::to_string(other) + " name different members",
              where);
        return false;
      }
  }
  if (missing == 0) {
    orderMembers(members, mask);
    return true;
  }
  if (missing == mask) {
    block(Wait::Converge);
    return false;
  }
  // The sets that are complete go on; the others wait here.
  size_t index = static_cast<size_t>(group_ - warp_->groups.data());
  uint32_t pc = group_->pc, frame = group_->frame;
  group_->mask &= ~missing;
  warp_->groups.push_back({pc, missing, Wait::Converge, frame});
  group_ = &warp_->groups[index];
  mask &= ~missing;
  orderMembers(members, mask);
  return true;
}

void Cta::executeShuffle(uint32_t mask) {
  if (!membersHere(operand(4), mask))
    return;
  Lanes source, offset, control, members;
  fetch(operand(4), Type::U32, members);
  fetch(operand(1), Type::U32, source);
  fetch(operand(2), Type::U32, offset);
  fetch(operand(3), Type::U32, control);
  Lanes result = source;
  uint32_t inRange = 0, defined = 0, known = definedLanes(operand(1));
  for (uint32_t lane = 0; lane < 32; ++lane) {
    uint32_t clamp = control[lane] & 31, segment = (control[lane] >> 8) & 31;
    uint32_t by = offset[lane] & 31;
    uint32_t maxLane = (lane & segment) | (clamp & ~segment);
    uint32_t minLane = lane & segment;
    uint32_t from = lane;
    bool valid = false;
    switch (instruction_->action) {
    case Action::Up:
      valid = static_cast<int>(lane) - static_cast<int>(by) >=
              static_cast<int>(maxLane);
      from = lane - by;
      break;
    case Action::Down:
      from = lane + by;
      valid = from <= maxLane;
      break;
    case Action::Bfly:
      from = lane ^ by;
      valid = from <= maxLane;
      break;
    default:
      from = minLane | (by & ~segment);
      valid = from <= maxLane;
      break;
    }
    from = valid ? from & 31 : lane;
    bool executes = (mask >> from) & 1 && (members[lane] >> from) & 1;
    result[lane] = source[from];
    inRange |= uint32_t(valid) << lane;
    defined |= uint32_t(executes && ((known >> from) & 1)) << lane;
  }
  const Operand &to = operand(0);
  write(element(to, 0), result, mask, defined);
  if (to.kind == Operand::Kind::Vector)
    writePredicate(element(to, 1), inRange, mask);
}

void Cta::executeVote(uint32_t mask) {
  if (membersHere(operand(2), mask))
    forEachSet(operand(2), mask, [&](uint32_t set) { voteAmong(set); });
}

void Cta::voteAmong(uint32_t mask) {
  uint32_t votes = fetchPredicate(operand(1)) & mask;
  isUniformlyDefined(operand(1), mask, "a vote");
  Lanes value;
  bool result = false;
  switch (instruction_->action) {
  case Action::Ballot:
    std::fill_n(value.v, 32, votes);
    return write(operand(0), value, mask);
  case Action::All:
    result = votes == mask;
    break;
  case Action::Any:
    result = votes != 0;
    break;
  default:
    result = votes == mask || votes == 0;
    break;
  }
  writePredicate(operand(0), result ? ~0u : 0, mask);
}

/// min and max of f32: NaN lanes do not count unless .NaN keeps them.
static uint64_t reduceFloats(const Instruction &instruction,
                             const Lanes &values, uint32_t mask) {
  bool maximum = instruction.action == Action::Max, first = true;
  float result = asFloat(canonicalNaN);
  for (uint32_t lane = 0; lane < 32; ++lane) {
    float next = asFloat(values[lane]);
    if (instruction.has(FlagAbs))
      next = std::fabs(next);
    bool skip = std::isnan(next) && !instruction.has(FlagNan);
    if (!((mask >> lane) & 1) || skip)
      continue;
    if (std::isnan(next))
      return canonicalNaN;
    // -0 is below +0.
    bool less = next < result || (next == result && std::signbit(next));
    result = first || less != maximum ? next : result;
    first = false;
  }
  return bitsOf(result);
}

void Cta::executeRedux(uint32_t mask) {
  if (membersHere(operand(2), mask))
    forEachSet(operand(2), mask, [&](uint32_t set) { reduceAmong(set); });
}

void Cta::reduceAmong(uint32_t mask) {
  Type type = instruction_->type;
  bool sign = isSigned(type);
  Lanes value;
  fetch(operand(1), type, value);
  uint64_t result = 0;
  bool first = true;
  for (uint32_t lane = 0; lane < 32; ++lane) {
    if (!((mask >> lane) & 1))
      continue;
    uint64_t next = value[lane];
    bool less = sign ? static_cast<int64_t>(next) < static_cast<int64_t>(result)
                     : next < result;
    switch (instruction_->action) {
    case Action::Add:
      result += next;
      break;
    case Action::And:
      result = first ? next : result & next;
      break;
    case Action::Or:
      result |= next;
      break;
    case Action::Xor:
      result ^= next;
      break;
    case Action::Min:
      result = first || less ? next : result;
      break;
    default:
      result = first || !less ? next : result;
      break;
    }
    first = false;
  }
  bool known = (mask & ~definedLanes(operand(1))) == 0;
  if (type == Type::F32)
    result = reduceFloats(*instruction_, value, mask);
  std::fill_n(value.v, 32, result);
  write(operand(0), value, mask, known ? ~0u : 0);
}

/// match.any: the lanes that hold the same value. match.all: all lanes, and
/// true, if all hold the same.
void Cta::executeMatch(uint32_t mask) {
  if (membersHere(operand(2), mask))
    forEachSet(operand(2), mask, [&](uint32_t set) { matchAmong(set); });
}

void Cta::matchAmong(uint32_t mask) {
  Lanes value, result = {};
  fetch(operand(1), instruction_->type, value);
  for (uint32_t lane = 0; lane < 32; ++lane)
    for (uint32_t other = 0; other < 32; ++other)
      if (((mask >> other) & 1) && value[lane] == value[other])
        result[lane] |= uint64_t(1) << other;
  uint32_t defined = definedLanes(operand(1));
  if (!instruction_->has(FlagInc))
    return write(operand(0), result, mask, defined);
  bool same = result[static_cast<uint32_t>(__builtin_ctz(mask))] == mask;
  defined = (mask & ~defined) == 0 ? ~0u : 0;
  std::fill_n(result.v, 32, same ? mask : 0);
  const Operand &to = operand(0);
  write(element(to, 0), result, mask, defined);
  if (to.kind == Operand::Kind::Vector)
    writePredicate(element(to, 1), same ? ~0u : 0, mask, defined);
}

/// The lowest lane, as measured; programs must not rely on which it is.
void Cta::executeElect(uint32_t mask) {
  if (membersHere(operand(1), mask))
    forEachSet(operand(1), mask, [&](uint32_t set) { electAmong(set); });
}

void Cta::electAmong(uint32_t mask) {
  uint32_t leader = static_cast<uint32_t>(__builtin_ctz(mask));
  Lanes value;
  std::fill_n(value.v, 32, leader);
  const Operand &to = operand(0);
  write(element(to, 0), value, mask);
  if (to.kind == Operand::Kind::Vector)
    writePredicate(element(to, 1), 1u << leader, mask);
}

/// The result of barrier.red for lanes that waited at it.
void Cta::deliverReduction(Warp &warp, Group &group,
                           const NamedBarrier &barrier) {
  const Instruction &instruction = kernel_.code[group.pc];
  if (instruction.op != Op::BarRed)
    return;
  Warp *savedWarp = warp_;
  const Instruction *savedInstruction = instruction_;
  warp_ = &warp;
  instruction_ = &instruction;
  enterFrame(warp, group.frame);
  bool result = instruction.action == Action::And ? barrier.all : barrier.any;
  Lanes value;
  std::fill_n(value.v, 32,
              instruction.action == Action::Popc ? barrier.votes : result);
  write(operand(0), value, group.mask);
  warp_ = savedWarp;
  instruction_ = savedInstruction;
}

/// All threads of the barrier have come: its warps go on.
void Cta::completeBarrier(NamedBarrier &barrier) {
  if (checker_)
    checker_->completePhase(namedBarrierSync(barrier));
  for (uint32_t index : barrier.waiting) {
    if (checker_)
      checker_->acquire({rank_, index, 0}, warps_[index].live,
                        namedBarrierSync(barrier));
    for (Group &group : warps_[index].groups) {
      if (group.wait != Wait::Barrier)
        continue;
      deliverReduction(warps_[index], group, barrier);
      endWait(warps_[index], group);
    }
  }
  barrier = NamedBarrier();
}

/// A warp has ended: barriers of the whole CTA do not wait for it.
void Cta::releaseFromBarriers() {
  for (NamedBarrier &barrier : barriers_)
    if (barrier.wholeCta && barrier.arrived >= liveWarps_ * 32 &&
        barrier.arrived != 0)
      completeBarrier(barrier);
}

void Cta::executeBarrier(uint32_t mask) {
  Lanes id, count;
  uint32_t red = instruction_->op == Op::BarRed;
  fetch(operand(red), Type::U32, id);
  bool wholeCta = numOperands() < 2 + 2 * red;
  std::fill_n(count.v, 32, liveWarps_ * 32);
  if (!wholeCta)
    fetch(operand(red + 1), Type::U32, count);
  uint32_t lane = static_cast<uint32_t>(__builtin_ctz(mask));
  if (id[lane] > 15)
    return fault("barrier",
                 "barrier " + std::to_string(id[lane]) + " does not exist");
  uint32_t threads = static_cast<uint32_t>(count[lane]);
  if (threads == 0 || threads % 32 != 0 || threads > context_.warps * 32)
    return fault("barrier", "a barrier of " + std::to_string(threads) +
                                " threads in a CTA of " +
                                std::to_string(context_.threads));
  NamedBarrier &barrier = barriers_[id[lane]];
  if (barrier.arrived != 0 && !barrier.wholeCta && barrier.expected != threads)
    return fault("barrier", "barrier " + std::to_string(id[lane]) +
                                " is used with " + std::to_string(threads) +
                                " and " + std::to_string(barrier.expected) +
                                " threads at the same time");
  if (checker_)
    checker_->arriveBarrier(site(), mask, namedBarrierSync(barrier));
  barrier.wholeCta = wholeCta;
  barrier.expected = threads;
  barrier.arrived += 32;
  if (red) {
    const Operand &vote = operand(numOperands() - 1);
    isUniformlyDefined(vote, mask, "a vote");
    uint32_t votes = fetchPredicate(vote) & mask;
    barrier.votes += static_cast<uint32_t>(__builtin_popcount(votes));
    barrier.all &= votes == mask;
    barrier.any |= votes != 0;
  }
  if (barrier.arrived > barrier.expected)
    return fault("barrier",
                 "more threads than " + std::to_string(barrier.expected) +
                     " arrived at barrier " + std::to_string(id[lane]));
  if (barrier.arrived == barrier.expected) {
    deliverReduction(*warp_, *group_, barrier);
    completeBarrier(barrier);
    if (checker_ && instruction_->op != Op::BarArrive)
      checker_->acquire(site(), mask, namedBarrierSync(barrier));
    return;
  }
  if (instruction_->op == Op::BarArrive)
    return;
  barrier.waiting.push_back(warp_->index);
  block(Wait::Barrier);
}

void Cta::executeSetMaxNReg() {
  uint32_t count = static_cast<uint32_t>(operand(0).value);
  bool increase = instruction_->has(FlagInc);
  if (count < 24 || count > 256 || count % 8 != 0)
    return fault("registers", "setmaxnreg takes a multiple of 8 from 24 to "
                              "256, not " +
                                  std::to_string(count));
  uint32_t now = warp_->registerCount;
  if (increase ? count < now : count > now)
    return fault("registers", "setmaxnreg from " + std::to_string(now) +
                                  " to " + std::to_string(count) +
                                  (increase ? " decreases" : " increases"));
  if (!increase) {
    freeRegisters_ += (now - count) * 32;
    warp_->registerCount = count;
    return;
  }
  uint32_t more = (count - now) * 32;
  if (more > freeRegisters_)
    return block(Wait::Registers);
  freeRegisters_ -= more;
  warp_->registerCount = count;
}
