//===- ExecCall.cpp - Calls of device functions ---------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Lanes that make the same call share a frame: each has its lane of the frame's
// registers, and bytes at the same addresses of its local memory. Lanes that
// diverge within the function share it too; the last one that leaves frees it.
//
//===----------------------------------------------------------------------===//

#include "Cta.h"

#include <algorithm>
#include <cstring>

using namespace dgemm::sim;

/// A GPU's stack is at most this long.
static constexpr uint32_t maxLocalBytes = 512u << 10;
static constexpr uint32_t maxDepth = 1024;

/// Makes the registers of that frame the warp's.
void Cta::enterFrame(Warp &warp, uint32_t frame) {
  if (warp.frame == frame)
    return;
  Frame &old = warp.frames[warp.frame], &now = warp.frames[frame];
  old.registers.swap(warp.registers);
  old.defined.swap(warp.defined);
  now.registers.swap(warp.registers);
  now.defined.swap(warp.defined);
  warp.frame = frame;
}

/// These lanes are no longer in the frame, nor in its callers.
void Cta::leaveFrames(Warp &warp, uint32_t frame, uint32_t mask) {
  while (frame != 0) {
    warp.frames[frame].lanes &= ~mask;
    frame = warp.frames[frame].caller;
  }
  warp.frames[0].lanes &= ~mask;
}

/// Takes lanes out of the group that runs, to another place. The group's other
/// lanes stay; the caller says where.
void Cta::moveGroup(uint32_t pc, uint32_t mask, uint32_t frame) {
  branched_ = true;
  if (mask == group_->mask) {
    group_->pc = pc;
    group_->frame = frame;
    return;
  }
  group_->mask &= ~mask;
  size_t index = static_cast<size_t>(group_ - warp_->groups.data());
  warp_->groups.push_back({pc, mask, Wait::None, frame});
  group_ = &warp_->groups[index];
}

void Cta::executeBranchTable(uint32_t mask) {
  if (!isUniformlyDefined(operand(0), mask, "the index of a branch"))
    return fault("undefined-address", "brx.idx needs a defined index");
  const std::vector<uint32_t> &table =
      kernel_.branchTables[instruction_->descriptor];
  Lanes index;
  fetch(operand(0), Type::U32, index);
  for (uint32_t lane = 0; lane < 32; ++lane)
    if (((mask >> lane) & 1) && index[lane] >= table.size())
      return fault("branch-table",
                   "index " + std::to_string(index[lane]) + " of a list of " +
                       std::to_string(table.size()) + " labels",
                   static_cast<int>(lane));
  uint32_t next = group_->pc + 1, left = mask;
  bool all = mask == group_->mask;
  while (left != 0) {
    uint64_t which = index[static_cast<uint32_t>(__builtin_ctz(left))];
    uint32_t same = 0;
    for (uint32_t lane = 0; lane < 32; ++lane)
      same |= uint32_t(((left >> lane) & 1) && index[lane] == which) << lane;
    left &= ~same;
    moveGroup(table[which], same, group_->frame);
  }
  if (!all)
    group_->pc = next;
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

/// Gives each of these threads local memory up to `end`; nothing wrote that
/// above `from`.
bool Cta::growLocal(uint32_t end, uint32_t from, uint32_t mask) {
  if (end > maxLocalBytes) {
    fault("stack-overflow",
          "calls need " + std::to_string(end) +
              " bytes of local memory per thread, there are " +
              std::to_string(maxLocalBytes));
    return false;
  }
  for (uint32_t lane = 0; lane < 32; ++lane) {
    if (!((mask >> lane) & 1))
      continue;
    LocalMemory &memory = local_[warp_->index * 32 + lane];
    if (memory.bytes.size() < end) {
      memory.bytes.resize(end);
      memory.written.resize(end);
    }
    // A function without memory of its own: nothing to clear.
    if (end != from)
      std::memset(memory.written.data() + from, 0, end - from);
  }
  return true;
}

void Cta::copyLocal(uint32_t thread, uint64_t to, uint64_t from,
                    uint32_t bytes) {
  LocalMemory &memory = local_[thread];
  std::memcpy(&memory.bytes[to], &memory.bytes[from], bytes);
  std::memcpy(&memory.written[to], &memory.written[from], bytes);
}

/// An argument, whose value in registers of the caller is `value`, to its place
/// in the frame of the function, which runs.
void Cta::copyToFormal(const Operand &from, const Formal &formal,
                       uint32_t callerBase, uint32_t calleeFrame, uint32_t mask,
                       const Lanes &value, uint32_t defined) {
  if (formal.operand.kind == Operand::Kind::Register)
    return write(formal.operand, value, mask, defined);
  uint64_t to =
      formal.operand.value - FrameParams + warp_->frames[calleeFrame].base;
  for (uint32_t lane = 0; lane < 32; ++lane) {
    if (!((mask >> lane) & 1))
      continue;
    uint32_t thread = warp_->index * 32 + lane;
    if (from.inFrame) {
      copyLocal(thread, to, from.value - FrameParams + callerBase,
                formal.bytes);
      continue;
    }
    uint32_t bytes = std::min(formal.bytes, 8u);
    std::memcpy(&local_[thread].bytes[to], &value.v[lane], bytes);
    std::memset(&local_[thread].written[to], (defined >> lane) & 1, bytes);
  }
}

/// The same for a result; the caller's frame runs.
void Cta::copyFromFormal(const Formal &formal, uint32_t calleeBase,
                         const Operand &to, uint32_t callerBase, uint32_t mask,
                         const Lanes &value, uint32_t defined) {
  bool inRegister = formal.operand.kind == Operand::Kind::Register;
  uint64_t from = formal.operand.value - FrameParams + calleeBase;
  uint32_t bytes = std::min(formal.bytes, 8u);
  Lanes result = value;
  for (uint32_t lane = 0; lane < 32; ++lane) {
    if (!((mask >> lane) & 1))
      continue;
    uint32_t thread = warp_->index * 32 + lane;
    uint64_t target = to.value - FrameParams + callerBase;
    if (to.inFrame && !inRegister) {
      copyLocal(thread, target, from, formal.bytes);
    } else if (to.inFrame) {
      std::memcpy(&local_[thread].bytes[target], &value.v[lane], bytes);
      std::memset(&local_[thread].written[target], (defined >> lane) & 1,
                  bytes);
    } else if (!inRegister) {
      result[lane] = 0;
      std::memcpy(&result[lane], &local_[thread].bytes[from], bytes);
    }
  }
  if (!to.inFrame)
    write(to, result, mask, inRegister ? defined : ~0u);
}

/// The frame of lanes that made the same call and are in it still: lanes that
/// come later join them, and may meet them at an instruction that needs all of
/// them. Else a free one, or one past the end.
uint32_t Cta::findFrame(const Frame &call) const {
  const std::vector<Frame> &frames = warp_->frames;
  uint32_t free = static_cast<uint32_t>(frames.size());
  for (uint32_t i = free; i-- > 1;) {
    if (frames[i].lanes == 0) {
      free = i;
      continue;
    }
    if (frames[i].caller == call.caller && frames[i].call == call.call &&
        frames[i].function == call.function)
      return i;
  }
  return free;
}

/// Lets these lanes enter a function. False after a fault.
bool Cta::callFunction(uint32_t index, uint32_t mask) {
  const Function &function = kernel_.functions[index];
  const CallSite &site = kernel_.calls[instruction_->descriptor];
  if (function.parameters.size() != site.numArguments ||
      function.results.size() != site.numResults) {
    fault("call", "'" + function.name + "' takes " +
                      std::to_string(function.parameters.size()) +
                      " arguments and returns " +
                      std::to_string(function.results.size()) +
                      ", the call has " + std::to_string(site.numArguments) +
                      " and " + std::to_string(site.numResults));
    return false;
  }
  if (function.builtin != Function::Builtin::None)
    return callBuiltin(function, mask);
  uint32_t callerFrame = group_->frame;
  Frame frame;
  frame.caller = callerFrame;
  frame.call = group_->pc;
  frame.function = index;
  frame.lanes = mask;
  frame.depth = warp_->frames[callerFrame].depth + 1;
  frame.base = (warp_->frames[callerFrame].end + 63) / 64 * 64;
  frame.end = frame.base + function.frameBytes;
  if (frame.depth > maxDepth) {
    fault("stack-overflow",
          "calls are nested more than " + std::to_string(maxDepth) + " deep");
    return false;
  }
  if (!growLocal(frame.end, frame.base, mask))
    return false;
  std::vector<Lanes> values(site.numArguments);
  std::vector<uint32_t> defined(site.numArguments);
  for (uint32_t i = 0; i < site.numArguments; ++i) {
    const Operand &argument = operand(site.numResults + i);
    fetch(argument, Type::U64, values[i]);
    defined[i] = definedLanes(argument);
  }
  std::vector<Frame> &frames = warp_->frames;
  uint32_t slot = findFrame(frame);
  if (slot == frames.size())
    frames.emplace_back();
  if (frames[slot].lanes != 0) {
    frames[slot].lanes |= mask;
  } else {
    frame.registers.resize(function.registerWords);
    frame.defined.resize(function.numRegisters);
    frames[slot] = std::move(frame);
  }
  enterFrame(*warp_, slot);
  for (uint32_t &flags : warp_->defined)
    flags &= ~mask;
  for (uint32_t i = 0; i < site.numArguments; ++i)
    copyToFormal(operand(site.numResults + i), function.parameters[i],
                 frames[callerFrame].base, slot, mask, values[i], defined[i]);
  moveGroup(function.entry, mask, slot);
  return true;
}

void Cta::executeCall(uint32_t mask) {
  const CallSite &site = kernel_.calls[instruction_->descriptor];
  uint32_t next = group_->pc + 1, callerFrame = group_->frame;
  bool all = mask == group_->mask;
  if (site.function != CallSite::Indirect) {
    if (!callFunction(site.function, mask) || all)
      return;
  } else {
    const Operand &target = operand(numOperands() - 1);
    if (!isUniformlyDefined(target, mask, "the address of a function"))
      return fault("undefined-address", "a call needs a defined address");
    Lanes address;
    fetch(target, Type::U64, address);
    // Lanes that call the same function go together.
    for (uint32_t left = mask; left != 0;) {
      uint32_t lane = static_cast<uint32_t>(__builtin_ctz(left));
      uint64_t which = (address[lane] - FunctionWindow) / 16;
      if (address[lane] % 16 != 0 || which >= kernel_.functions.size() ||
          !kernel_.functions[which].linked)
        return fault("call",
                     "address " + std::to_string(address[lane]) +
                         " is not that of a function",
                     static_cast<int>(lane));
      uint32_t same = 0;
      for (uint32_t i = 0; i < 32; ++i)
        same |= uint32_t(((left >> i) & 1) && address[i] == address[lane]) << i;
      left &= ~same;
      // The operands of the call are the caller's.
      enterFrame(*warp_, callerFrame);
      if (!callFunction(static_cast<uint32_t>(which), same))
        return;
    }
    if (all)
      return;
  }
  if (branched_)
    group_->pc = next;
}

void Cta::executeReturn(uint32_t mask) {
  uint32_t index = group_->frame;
  Frame &frame = warp_->frames[index];
  const Function &function = kernel_.functions[frame.function];
  const CallSite &site = kernel_.calls[kernel_.code[frame.call].descriptor];
  uint32_t base = frame.base, caller = frame.caller, next = frame.call + 1;
  uint32_t first = kernel_.code[frame.call].firstOperand;
  std::vector<Lanes> values(site.numResults);
  std::vector<uint32_t> defined(site.numResults);
  for (uint32_t i = 0; i < site.numResults; ++i) {
    const Operand &result = function.results[i].operand;
    if (result.kind != Operand::Kind::Register)
      continue;
    fetch(result, Type::U64, values[i]);
    defined[i] = definedLanes(result);
  }
  uint32_t after = group_->pc + 1;
  bool all = mask == group_->mask;
  frame.lanes &= ~mask;
  enterFrame(*warp_, caller);
  for (uint32_t i = 0; i < site.numResults; ++i)
    copyFromFormal(function.results[i], base, kernel_.operands[first + i],
                   warp_->frames[caller].base, mask, values[i], defined[i]);
  moveGroup(next, mask, caller);
  if (!all)
    group_->pc = after;
}

//===----------------------------------------------------------------------===//
// What the runtime of CUDA provides
//===----------------------------------------------------------------------===//

/// The text at a generic address, cut where it is not readable or too long.
std::string Cta::readString(uint64_t address) {
  std::string text;
  while (text.size() < 200) {
    const GlobalMemory::Buffer *buffer = context_.memory.find(address, 1);
    if (!buffer)
      break;
    char c = static_cast<char>(buffer->bytes[address - buffer->address]);
    if (c == '\0')
      break;
    text += c;
    ++address;
  }
  return text;
}

/// printf prints nothing here; a failed assertion ends the CTA, as it ends the
/// grid on a GPU.
bool Cta::callBuiltin(const Function &function, uint32_t mask) {
  const CallSite &site = kernel_.calls[instruction_->descriptor];
  uint32_t base = warp_->frames[group_->frame].base;
  uint32_t lane = static_cast<uint32_t>(__builtin_ctz(mask));
  auto argument = [&](uint32_t i) {
    const Operand &from = operand(site.numResults + i);
    Lanes value;
    if (!from.inFrame) {
      fetch(from, Type::U64, value);
      return value[lane];
    }
    uint64_t word = 0;
    std::memcpy(&word,
                &local_[warp_->index * 32 + lane]
                     .bytes[from.value - FrameParams + base],
                function.parameters[i].bytes == 4 ? 4 : 8);
    return word;
  };
  if (function.builtin == Function::Builtin::AssertFail) {
    std::string what = "assertion '" + readString(argument(0)) +
                       "' failed in " + readString(argument(1)) + ":" +
                       std::to_string(static_cast<uint32_t>(argument(2)));
    fault("assert", what, static_cast<int>(lane));
    return false;
  }
  // As on a GPU, the number of arguments that the format names.
  std::string format = readString(argument(0));
  Lanes count = {};
  for (size_t i = 0; i + 1 < format.size(); ++i)
    if (format[i] == '%' && format[++i] != '%')
      for (uint64_t &value : count.v)
        ++value;
  Formal result;
  result.operand.kind = Operand::Kind::Register;
  result.bytes = 4;
  for (uint32_t i = 0; i < site.numResults; ++i)
    copyFromFormal(result, 0, operand(i), base, mask, count, ~0u);
  return true;
}
