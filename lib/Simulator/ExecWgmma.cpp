//===- ExecWgmma.cpp - wgmma and the registers it uses --------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cluster.h"

#include <algorithm>
#include <cstring>

using namespace dgemm::sim;

static std::string atLine(const Instruction &instruction) {
  return "the wgmma of line " + std::to_string(instruction.line);
}

//===----------------------------------------------------------------------===//
// Warpgroups
//===----------------------------------------------------------------------===//

WgmmaMember &Cta::wgmmaMember() {
  return wgmma_.groups[warp_->index / Warpgroup::size]
      .members[warp_->index % Warpgroup::size];
}

/// The warpgroup of the warp. Null after a fault.
Warpgroup *Cta::findWarpgroup() {
  uint32_t index = warp_->index / Warpgroup::size;
  if ((index + 1) * Warpgroup::size > context_.warps) {
    fault("warpgroup", "wgmma needs four warps from a multiple of four on; the "
                       "CTA has " +
                           std::to_string(context_.warps) + " warps");
    return nullptr;
  }
  if (wgmma_.groups.empty()) {
    wgmma_.groups.resize(context_.warps / Warpgroup::size);
  }
  Warpgroup &group = wgmma_.groups[index];
  WgmmaMember &member = wgmmaMember();
  if (member.registers.empty() || member.frame != warp_->frame)
    member.registers.assign(warp_->defined.size(), WgmmaRegister());
  member.frame = warp_->frame;
  warp_->wgmma = &member;
  return &group;
}

/// The warp passes a wgmma instruction: that of the other warps. False after a
/// fault.
bool Cta::passWithWarpgroup(Warpgroup &group) {
  uint32_t place = warp_->index % Warpgroup::size;
  WgmmaMember &member = group.members[place];
  size_t index = static_cast<size_t>(member.events - group.firstEvent);
  if (index == group.events.size())
    group.events.push_back({instruction_, 0});
  Warpgroup::Event &event = group.events[index];
  if (event.instruction != instruction_) {
    uint32_t first = warp_->index - place;
    uint32_t other = first + uint32_t(__builtin_ctz(event.passed));
    fault("warpgroup", "all warps of a warpgroup execute the same wgmma "
                       "instructions: after " +
                           std::to_string(member.events) + " of them, warp " +
                           std::to_string(other) + " executed line " +
                           std::to_string(event.instruction->line));
    return false;
  }
  event.passed |= 1u << place;
  ++member.events;
  while (!group.events.empty() &&
         group.events.front().passed == Warpgroup::all) {
    group.events.pop_front();
    ++group.firstEvent;
  }
  return true;
}

void Cta::executeWgmma() {
  Warpgroup *group = findWarpgroup();
  if (!group)
    return;
  WgmmaMember &member = wgmmaMember();
  switch (instruction_->op) {
  case Op::Wgmma:
    return issueWgmma(*group, member);
  case Op::WgmmaFence:
    member.fences += passWithWarpgroup(*group);
    return;
  case Op::WgmmaCommit:
    if (!passWithWarpgroup(*group))
      return;
    if (member.commits++ == group->firstCommit + group->commits.size())
      group->commits.push_back(member.issued);
    return;
  default:
    return waitForWgmma(*group, member);
  }
}

void Cta::waitForWgmma(Warpgroup &group, WgmmaMember &member) {
  Lanes value;
  fetch(operand(0), Type::U32, value);
  uint32_t pending = static_cast<uint32_t>(value[0]);
  uint32_t last = member.waited;
  // Groups before the first that is kept were waited for by all.
  if (member.commits > group.firstCommit + uint64_t(pending))
    last = std::max(
        last, group.commits[member.commits - 1 - pending - group.firstCommit]);
  if (group.executed < last)
    return block(Wait::Wgmma);
  if (!passWithWarpgroup(group))
    return;
  member.waited = last;
  if (checker_ && member.commits > pending)
    checker_->learn(site(), ~0u,
                    checker_->timeline(TimelineKind::Wgmma, rank_,
                                       warp_->index / Warpgroup::size),
                    member.commits - pending);
  // A warp that did not wait may yet be told which wgmma it should have.
  uint32_t byAll = last;
  for (const WgmmaMember &other : group.members)
    byAll = std::min(byAll, other.waited);
  while (group.released < byAll) {
    group.operations.pop_front();
    ++group.released;
  }
  while (!group.commits.empty() && group.commits.front() <= byAll) {
    bool passed = true;
    for (const WgmmaMember &other : group.members)
      passed &= other.commits > group.firstCommit;
    if (!passed)
      break;
    group.commits.pop_front();
    ++group.firstCommit;
  }
}

std::string Cta::describeWgmmaWait(const Warp &warp) const {
  const Warpgroup &group = wgmma_.groups[warp.index / Warpgroup::size];
  uint32_t first = warp.index / Warpgroup::size * Warpgroup::size;
  for (const AsyncWgmma &operation : group.operations) {
    if (operation.issued == Warpgroup::all)
      continue;
    std::string missing;
    for (uint32_t i = 0; i < Warpgroup::size; ++i)
      if (!((operation.issued >> i) & 1))
        missing += (missing.empty() ? "" : ", ") + std::to_string(first + i);
    return atLine(*operation.instruction) + ", which warp " + missing +
           " of its warpgroup did not execute";
  }
  return "a wgmma";
}

//===----------------------------------------------------------------------===//
// Issue
//===----------------------------------------------------------------------===//

/// The value that all lanes of the warp agree on. False after a fault.
bool Cta::uniformOperand(const Operand &from, Type type, const char *what,
                         uint64_t &value) {
  if (!isUniformlyDefined(from, ~0u, what)) {
    fault("undefined-address", std::string(what) + " needs a defined value");
    return false;
  }
  Lanes lanes;
  fetch(from, type, lanes);
  for (uint32_t lane = 1; lane < 32; ++lane) {
    if (lanes[lane] == lanes[0])
      continue;
    fault("wgmma-operand",
          std::string(what) + " is " + hexadecimal(lanes[lane]) +
              ", in lane 0 " + hexadecimal(lanes[0]) +
              "; it must be the same in all threads",
          static_cast<int>(lane));
    return false;
  }
  value = lanes[0];
  return true;
}

/// Where an operand in shared memory lies. False after a fault.
bool Cta::locateOperand(AsyncWgmma &operation, bool isA) {
  const char *what = isA ? "A" : "B";
  Expected<MatrixDescriptor> descriptor =
      MatrixDescriptor::decode(operation.descriptors[isA ? 0 : 1]);
  if (!descriptor) {
    fault("wgmma-operand", std::string(what) + ": " + descriptor.message());
    return false;
  }
  std::vector<uint32_t> &addresses = operation.addresses[isA ? 0 : 1];
  addresses = operandAddresses(operation.op, isA, *descriptor);
  statistics_.operandWavefronts += addresses.size() / 8;
  for (uint32_t address : addresses) {
    if (address >= SharedBase && address + 16 <= context_.sharedEnd)
      continue;
    fault("out-of-bounds", std::string(what) + " of a wgmma, with descriptor " +
                               hexadecimal(operation.descriptors[isA ? 0 : 1]) +
                               ", reads shared address " +
                               hexadecimal(address) +
                               ", outside of the CTA's shared memory (" +
                               hexadecimal(SharedBase) + " to " +
                               hexadecimal(context_.sharedEnd) + ")");
    return false;
  }
  return true;
}

/// What must be the same in all warps. False after a fault.
bool Cta::readWgmmaOperands(AsyncWgmma &operation, bool first) {
  uint64_t scale = 0, descriptors[2] = {0, 0};
  bool registersA = operation.op.registersA;
  if ((!registersA && !uniformOperand(operand(1), Type::U64,
                                      "the descriptor of A", descriptors[0])) ||
      !uniformOperand(operand(2), Type::U64, "the descriptor of B",
                      descriptors[1]) ||
      !uniformOperand(operand(3), Type::Pred, "scale-d", scale))
    return false;
  if (first) {
    operation.op.accumulate = scale != 0;
    std::copy_n(descriptors, 2, operation.descriptors);
    return (registersA || locateOperand(operation, true)) &&
           locateOperand(operation, false);
  }
  const char *what = nullptr;
  if (descriptors[0] != operation.descriptors[0])
    what = "the descriptor of A";
  if (descriptors[1] != operation.descriptors[1])
    what = "the descriptor of B";
  if (operation.op.accumulate != (scale != 0))
    what = "scale-d";
  if (!what)
    return true;
  fault("wgmma-operand",
        std::string(what) + " differs between the warps of a warpgroup");
  return false;
}

void Cta::issueWgmma(Warpgroup &group, WgmmaMember &member) {
  uint32_t number = member.issued + 1;
  bool first = number > group.released + group.operations.size();
  if (!passWithWarpgroup(group))
    return;
  if (first) {
    group.operations.emplace_back();
    AsyncWgmma &fresh = group.operations.back();
    fresh.op = kernel_.warpgroupMatrices[instruction_->descriptor];
    fresh.instruction = instruction_;
  }
  AsyncWgmma &operation = group.operation(number);
  if (!readWgmmaOperands(operation, first))
    return;
  watchOperands(member, operation);
  checkAccumulators(member, operation, number);
  if (operation.op.registersA)
    checkFragments(member, number);
  member.issued = number;
  uint32_t place = warp_->index % Warpgroup::size;
  operation.frames[place] = warp_->frame;
  operation.issued |= 1u << place;
  if (operation.issued != Warpgroup::all)
    return;
  ++wgmma_.ready;
}

/// What a wgmma reads. Its groups are those of the warpgroup: what one warp
/// waited for has been read on behalf of all.
void Cta::watchOperands(const WgmmaMember &member,
                        const AsyncWgmma &operation) {
  if (!checker_)
    return;
  uint32_t group = warp_->index / Warpgroup::size;
  AsyncOp op = checker_->begin(site(), 0, TimelineKind::Wgmma, rank_, group,
                               member.commits + 1, "wgmma");
  for (const std::vector<uint32_t> &addresses : operation.addresses)
    for (uint32_t address : addresses)
      checker_->asyncRead(op, rank_, address, 16);
}

//===----------------------------------------------------------------------===//
// Registers
//===----------------------------------------------------------------------===//

void Cta::reportFence(const std::string &message) {
  report("missing-wgmma-fence", message + "; execute wgmma.fence between them",
         -1, instruction_->line, static_cast<int>(warp_->index));
}

/// The accumulators of a wgmma that the warp issues.
void Cta::checkAccumulators(WgmmaMember &member, const AsyncWgmma &operation,
                            uint32_t number) {
  if (member.fences == 0)
    report("missing-wgmma-fence",
           "the first wgmma of a warp needs wgmma.fence before it", -1,
           instruction_->line, static_cast<int>(warp_->index));
  const Operand &d = operand(0);
  for (uint32_t i = 0; i < d.count; ++i) {
    WgmmaRegister &reg = member.registers[element(d, i).reg];
    if (member.fences != 0 && reg.touched == member.fences + 1)
      reportFence("register " + std::to_string(i) +
                  " of D was accessed, then a wgmma uses it");
    if (reg.writer != 0 && reg.fences == member.fences &&
        reg.shape != operation.op.n)
      reportFence("register " + std::to_string(i) +
                  " of D belongs to a wgmma of another shape");
    if (reg.reader > member.waited)
      report("wgmma-in-flight",
             "register " + std::to_string(i) +
                 " of D holds A of a wgmma that the warp did not wait for",
             -1, instruction_->line, static_cast<int>(warp_->index));
    reg.writer = number;
    reg.shape = operation.op.n;
    reg.fences = member.fences;
  }
}

/// A in registers.
void Cta::checkFragments(WgmmaMember &member, uint32_t number) {
  const Operand &a = operand(1);
  for (uint32_t i = 0; i < a.count; ++i) {
    WgmmaRegister &reg = member.registers[element(a, i).reg];
    if (member.fences != 0 && reg.touched == member.fences + 1)
      reportFence("register " + std::to_string(i) +
                  " of A was accessed, then a wgmma reads it");
    if (reg.writer > member.waited)
      report("wgmma-in-flight",
             "register " + std::to_string(i) +
                 " of A is a result that the warp did not wait for",
             -1, instruction_->line, static_cast<int>(warp_->index));
    reg.reader = number;
  }
}

void Cta::noteRegisterAccess(WgmmaMember &member, const Operand &operand) {
  if (operand.kind == Operand::Kind::Vector ||
      operand.kind == Operand::Kind::Address) {
    for (uint32_t i = 0; i < operand.count; ++i)
      noteRegisterAccess(member, kernel_.operands[operand.first + i]);
    return;
  }
  if (operand.kind != Operand::Kind::Register)
    return;
  WgmmaRegister &reg = member.registers[operand.reg];
  reg.touched = member.fences + 1;
  uint32_t last = std::max(reg.writer, reg.reader);
  if (last <= member.waited)
    return;
  Warpgroup &group = wgmma_.groups[warp_->index / Warpgroup::size];
  std::string message =
      std::string("a register that is ") +
      (reg.writer == last ? "the result" : "operand A") + " of " +
      atLine(*group.operation(last).instruction) +
      " is used before wgmma.wait_group made sure that it is complete";
  report("wgmma-in-flight", message, -1, instruction_->line,
         static_cast<int>(warp_->index));
}

/// What an instruction of a warp that uses wgmma does to its registers.
void Cta::noteRegisterAccesses(WgmmaMember &member) {
  // Functions that the kernel calls have registers of their own.
  if (instruction_->op == Op::Wgmma || member.frame != warp_->frame)
    return;
  bool pending = member.issued > member.waited;
  if (instruction_->op == Op::Return && pending)
    return fault(
        "wgmma-in-flight",
        "a function returns, and its registers end, before it waited "
        "for its wgmma with wgmma.commit_group and wgmma.wait_group 0");
  if (instruction_->op == Op::Exit && pending)
    report("wgmma-in-flight",
           "the warp ends before it waited for its wgmma with "
           "wgmma.commit_group and wgmma.wait_group 0",
           -1, instruction_->line, static_cast<int>(warp_->index));
  noteRegisterAccess(member, instruction_->guard);
  for (uint32_t i = 0; i < instruction_->numOperands; ++i)
    noteRegisterAccess(member, operand(i));
}

//===----------------------------------------------------------------------===//
// Execution
//===----------------------------------------------------------------------===//

/// One wgmma, of a warpgroup chosen at random. Some must be ready.
void Cta::executeSomeWgmma() {
  uint32_t count = static_cast<uint32_t>(wgmma_.groups.size());
  uint32_t start = random_.below(count);
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t index = (start + i) % count;
    Warpgroup &group = wgmma_.groups[index];
    uint32_t next = group.executed + 1;
    if (next > group.released + group.operations.size() ||
        group.operation(next).issued != Warpgroup::all)
      continue;
    completeWgmma(index, group.operation(next));
    ++group.executed;
    --wgmma_.ready;
    return;
  }
}

/// The bytes of an operand in shared memory, in the order of its pieces.
void Cta::gatherOperand(const AsyncWgmma &operation, uint32_t firstWarp,
                        bool isA, std::vector<uint8_t> &bytes) {
  const std::vector<uint32_t> &addresses = operation.addresses[isA ? 0 : 1];
  bytes.resize(addresses.size() * 16 + 16);
  for (size_t i = 0; i < addresses.size(); ++i) {
    std::memcpy(&bytes[16 * i], &shared_[addresses[i]], 16);
    if (std::memchr(&sharedWritten_[addresses[i]], 0, 16))
      report("uninitialised-read",
             std::string(isA ? "A" : "B") +
                 " of a wgmma is at shared address " +
                 hexadecimal(addresses[i]) +
                 " that nothing wrote, or that a copy is still writing",
             -1, operation.instruction->line, static_cast<int>(firstWarp));
  }
}

void Cta::completeWgmma(uint32_t index, const AsyncWgmma &operation) {
  const WgmmaOp &op = operation.op;
  uint32_t firstWarp = index * Warpgroup::size;
  uint32_t firstOperand = operation.instruction->firstOperand;
  const Operand &d = kernel_.operands[firstOperand];
  const Operand &a = kernel_.operands[firstOperand + 1];
  struct Registers {
    WarpRegister d[WgmmaOp::maxRegistersD], a[4];
  };
  std::vector<Registers> registers(Warpgroup::size);
  std::vector<uint8_t> bytes[2];
  WgmmaOperands in;
  WarpRegister *results[Warpgroup::size];
  for (uint32_t w = 0; w < Warpgroup::size; ++w) {
    warp_ = &warps_[firstWarp + w];
    enterFrame(*warp_, operation.frames[w]);
    fetchVector(d, registers[w].d);
    if (op.registersA)
      fetchVector(a, registers[w].a);
    in.registersA[w] = registers[w].a;
    results[w] = registers[w].d;
  }
  if (!op.registersA)
    gatherOperand(operation, firstWarp, true, bytes[0]);
  gatherOperand(operation, firstWarp, false, bytes[1]);
  in.sharedA = bytes[0].data();
  in.sharedB = bytes[1].data();
  wgmma(op, in, results);
  for (uint32_t w = 0; w < Warpgroup::size; ++w) {
    Warp &warp = warps_[firstWarp + w];
    warp_ = &warp;
    // Rows whose A has no value: those of four lanes each.
    uint32_t poison = op.registersA ? ~definedLanes(a) : 0;
    poison |= poison >> 1 & 0x55555555u;
    poison |= poison << 1 & 0xAAAAAAAAu;
    poison |= (poison >> 2 & 0x33333333u) | (poison << 2 & 0xCCCCCCCCu);
    for (uint32_t i = 0; i < d.count; ++i) {
      const Operand &reg = element(d, i);
      std::memcpy(&warp.registers[reg.slot], results[w][i],
                  sizeof(WarpRegister));
      uint32_t &defined = warp.defined[reg.reg];
      defined = (op.accumulate ? defined : ~0u) & ~poison;
    }
  }
  statistics_.multiplyAccumulates += uint64_t(64) * op.n * op.k();
  ++statistics_.warpgroupMatrices;
}
