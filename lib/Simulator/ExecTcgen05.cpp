//===- ExecTcgen05.cpp - tcgen05 of warps: alloc, ld, st, wait ------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cluster.h"
#include "Tcgen05Unit.h"

#include <algorithm>

using namespace dgemm::sim;

void Cta::executeTcgen05(uint32_t mask) {
  switch (instruction_->op) {
  case Op::TcAlloc:
    return executeTmemAlloc(mask);
  case Op::TcDealloc:
    return executeTmemDealloc(mask);
  case Op::TcRelinquish:
    tcgen05_->tmem.allocator.relinquish();
    return;
  case Op::TcLoad:
    return executeTmemLoad(mask);
  case Op::TcStore:
    return executeTmemStore(mask);
  case Op::TcWaitLoad:
    endTmemAccesses(/*loads=*/true);
    return endTmemLoads();
  case Op::TcWaitStore:
    return endTmemAccesses(/*loads=*/false);
  case Op::TcFenceBefore:
  case Op::TcFenceAfter:
    if (checker_)
      checker_->fence(site(), mask,
                      instruction_->op == Op::TcFenceBefore
                          ? FenceKind::TensorBeforeSync
                          : FenceKind::TensorAfterSync);
    return;
  default:
    return issueTcgen05(mask);
  }
}

/// The value of an operand that all lanes of the mask must agree on.
bool Cta::fetchUniform(const Operand &operand, Type type, uint32_t mask,
                       const char *what, uint64_t &value) {
  if (!isUniformlyDefined(operand, mask, what)) {
    fault("undefined-address", std::string(what) + " has no value");
    return false;
  }
  Lanes lanes;
  if (operand.kind == Operand::Kind::Address)
    addresses(operand, lanes);
  else
    fetch(operand, type, lanes);
  uint32_t first = static_cast<uint32_t>(__builtin_ctz(mask));
  value = lanes[first];
  for (uint32_t lane = first; lane < 32; ++lane) {
    if (!((mask >> lane) & 1) || lanes[lane] == value)
      continue;
    fault("divergence",
          std::string(what) + " is " + hexadecimal(lanes[lane]) + " here and " +
              hexadecimal(value) + " in lane " + std::to_string(first) +
              "; all lanes must agree",
          static_cast<int>(lane));
    return false;
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Allocation
//===----------------------------------------------------------------------===//

/// The other CTA of the pair. Null after a fault.
Cta *Cta::pairCta() {
  if (cluster_.size() % 2 == 0)
    return &cluster_.cta(rank_ ^ 1u);
  fault(
      "tmem-allocation",
      ".cta_group::2 needs clusters of an even number of CTAs, this one has " +
          std::to_string(cluster_.size()));
  return nullptr;
}

/// Both CTAs of a pair take part in an allocation of .cta_group::2. False while
/// the other one is missing, or after a fault.
bool Cta::meetPairForAlloc(uint32_t count) {
  Cta *peer = pairCta();
  if (!peer)
    return false;
  Tcgen05Unit &mine = *tcgen05_, &other = *peer->tcgen05_;
  if (mine.pairRequests.size() == mine.pairGrants)
    mine.pairRequests.push_back(count);
  if (other.pairRequests.size() < mine.pairRequests.size()) {
    block(Wait::Tmem);
    return false;
  }
  uint32_t others = other.pairRequests[mine.pairGrants];
  if (others == count)
    return true;
  fault("tmem-allocation", "the CTAs of a pair allocate " +
                               std::to_string(count) + " and " +
                               std::to_string(others) + " columns");
  return false;
}

void Cta::executeTmemAlloc(uint32_t mask) {
  uint64_t address = 0, count = 0;
  if (!fetchUniform(operand(0), Type::U64, mask, "the address of an alloc",
                    address) ||
      !fetchUniform(operand(1), Type::U32, mask, "a number of columns", count))
    return;
  uint32_t columns = static_cast<uint32_t>(count);
  TmemAllocator &allocator = tcgen05_->tmem.allocator;
  if (std::string error = allocator.checkRequest(columns); !error.empty())
    return fault("tmem-allocation", error);
  uint32_t lane = static_cast<uint32_t>(__builtin_ctz(mask));
  uint8_t *written = nullptr;
  uint8_t *to =
      resolve(instruction_->space, address, 4, lane, /*write=*/true, written);
  if (!to)
    return;
  bool pair = kernel_.ctaGroup == 2;
  if (pair && !meetPairForAlloc(columns))
    return;
  uint32_t column = 0;
  // The address goes to shared memory as a store of the warp would.
  if (!allocator.allocate(columns, instruction_->line, column))
    return block(Wait::Tmem);
  tcgen05_->pairGrants += pair;
  tcgen05_->tmem.poison(column, columns);
  tcgen05_->shadow.clear(column, columns);
  watch(instruction_->space, address, 4, lane, Touch::Write);
  std::memcpy(to, &column, 4);
  if (written)
    std::memset(written, 1, 4);
}

void Cta::executeTmemDealloc(uint32_t mask) {
  uint64_t address = 0, count = 0;
  if (!fetchUniform(operand(0), Type::U32, mask, "a dealloc's address",
                    address) ||
      !fetchUniform(operand(1), Type::U32, mask, "a number of columns", count))
    return;
  TmemAddress at(static_cast<uint32_t>(address));
  if (at.lane != 0)
    return fault("tmem-allocation", "tcgen05.dealloc of lane " +
                                        std::to_string(at.lane) +
                                        ": an allocation starts at lane 0");
  if (const Tcgen05Task *task = findTaskOn(at.column, uint32_t(count)))
    return fault("tmem-allocation",
                 "tcgen05.dealloc of columns that the instruction of line " +
                     std::to_string(task->line) +
                     " still uses; wait for its tcgen05.commit");
  uint32_t lane = static_cast<uint32_t>(__builtin_ctz(mask));
  if (checker_ && at.column + count <= Tmem::columns) {
    std::string use = tcgen05_->shadow.findUse(*checker_, site(), lane,
                                               at.column, uint32_t(count));
    if (!use.empty())
      report("tmem-race", "tcgen05.dealloc: " + use, static_cast<int>(lane),
             instruction_->line, static_cast<int>(warp_->index));
  }
  std::string error =
      tcgen05_->tmem.allocator.release(at.column, uint32_t(count));
  if (!error.empty())
    fault("tmem-allocation", error);
}

bool Cta::hasTcgen05Tasks() const {
  return tcgen05_ && !tcgen05_->tasks.empty();
}

/// At the end of the CTA: everything must be free, and done.
void Cta::finishTcgen05() {
  if (!tcgen05_)
    return;
  for (const TmemAllocator::Allocation &entry : tcgen05_->tmem.allocator.live())
    report("tmem-allocation",
           "the CTA ended without tcgen05.dealloc of columns " +
               std::to_string(entry.column) + " to " +
               std::to_string(entry.column + entry.count - 1),
           -1, entry.line, -1);
  for (const Tcgen05Task &task : tcgen05_->tasks)
    if (task.kind != Tcgen05Task::Kind::Commit)
      report("exit-with-pending-copy",
             "the CTA ended while a tcgen05 instruction still runs; wait for "
             "its tcgen05.commit",
             static_cast<int>(task.lane), task.line,
             static_cast<int>(task.warp));
}

//===----------------------------------------------------------------------===//
// ld, st, wait
//===----------------------------------------------------------------------===//

/// Columns first .. first + count - 1 must lie in one allocation.
bool Cta::checkTmemColumns(const TmemAllocator &allocator, uint64_t first,
                           uint32_t count, const char *what) {
  if (first < Tmem::columns && first + count <= Tmem::columns &&
      allocator.contains(static_cast<uint32_t>(first), count))
    return true;
  int64_t begin = static_cast<int64_t>(first);
  fault("tmem-allocation",
        std::string(what) + " uses columns " + std::to_string(begin) + " to " +
            std::to_string(begin + count - 1) + " of tensor memory; " +
            allocator.describe() + " allocated");
  return false;
}

/// A warp reaches a quarter of the lanes, by its number.
bool Cta::checkTmemLanes(const TmemAddress &at, const Tcgen05Op &op) {
  uint32_t first = warp_->index % 4 * 32;
  bool half = laneCount(op.shape) == 16 && at.lane == first + 16;
  if (at.lane == first || half)
    return true;
  fault("tmem-lane", "warp " + std::to_string(warp_->index) +
                         " reaches lanes " + std::to_string(first) + " to " +
                         std::to_string(first + 31) +
                         " of tensor memory; the address has lane " +
                         std::to_string(at.lane));
  return false;
}

/// Checks the address of a ld or st. `second`: offset of the second half of
/// .16x32bx2.
bool Cta::tmemAccess(const Operand &memory, int64_t second, uint32_t mask,
                     uint32_t &address) {
  const Tcgen05Op &op = kernel_.tcgen05[instruction_->descriptor];
  uint64_t bits = 0;
  if (!fetchUniform(memory, Type::U32, mask, "an address of tensor memory",
                    bits))
    return false;
  address = static_cast<uint32_t>(bits);
  TmemAddress at(address);
  const TmemAllocator &allocator = tcgen05_->tmem.allocator;
  const char *what = instruction_->op == Op::TcLoad ? "a ld" : "a st";
  return checkTmemLanes(at, op) &&
         checkTmemColumns(allocator, at.column, columnCount(op), what) &&
         (op.shape != Tcgen05Op::Shape::L16x32bx2 ||
          checkTmemColumns(allocator, uint64_t(at.column + second),
                           columnCount(op), what));
}

/// The cell of register `index`; with 16-bit packing, of its half.
static TmemCell packedCell(const Tcgen05Op &op, unsigned index, unsigned half,
                           unsigned lane, int offset) {
  if (!op.pack16)
    return registerCell(op.shape, index, lane, offset);
  // Twice the columns: each pair of cells shares a register.
  TmemCell cell = registerCell(op.shape, index, lane, 0);
  cell.column = 2 * cell.column + half;
  if (op.shape == Tcgen05Op::Shape::L16x32bx2 && lane >= 16)
    cell.column += static_cast<unsigned>(offset);
  return cell;
}

void Cta::executeTmemLoad(uint32_t mask) {
  const Tcgen05Op &op = kernel_.tcgen05[instruction_->descriptor];
  int64_t second =
      numOperands() > 2 ? static_cast<int64_t>(operand(2).value) : 0;
  uint32_t address = 0;
  if (!tmemAccess(operand(1), second, mask, address))
    return;
  TmemAddress at(address);
  watchTmemMove(at, op, second, numOperands() > 2,
                static_cast<uint32_t>(__builtin_ctz(mask)));
  Tmem &tmem = tcgen05_->tmem;
  uint32_t count = registerCount(op);
  Tcgen05Load load;
  load.warp = warp_->index;
  load.line = instruction_->line;
  for (uint32_t i = 0; i < count; ++i) {
    const Operand &to = element(operand(0), i);
    Lanes value = {};
    for (uint32_t lane = 0; lane < 32; ++lane) {
      for (uint32_t half = 0; half < (op.pack16 ? 2u : 1u); ++half) {
        TmemCell cell = packedCell(op, i, half, lane, static_cast<int>(second));
        uint32_t row = at.lane + cell.lane, column = at.column + cell.column;
        uint64_t word = tmem.row(row)[column];
        value[lane] |= op.pack16 ? (word & 0xFFFF) << (16 * half) : word;
        if (tmem.written(row)[column])
          continue;
        report("uninitialised-read",
               "lane " + std::to_string(row) + ", column " +
                   std::to_string(column) +
                   " of tensor memory, which nothing wrote, or an instruction "
                   "has not written yet",
               static_cast<int>(lane), instruction_->line,
               static_cast<int>(warp_->index));
      }
    }
    write(to, value, mask);
    load.registers.push_back(to.reg);
  }
  tcgen05_->loads.push_back(std::move(load));
}

void Cta::executeTmemStore(uint32_t mask) {
  const Tcgen05Op &op = kernel_.tcgen05[instruction_->descriptor];
  bool split = numOperands() > 2;
  int64_t second = split ? static_cast<int64_t>(operand(1).value) : 0;
  const Operand &data = operand(split ? 2 : 1);
  uint32_t address = 0;
  if (!tmemAccess(operand(0), second, mask, address))
    return;
  TmemAddress at(address);
  watchTmemMove(at, op, second, split,
                static_cast<uint32_t>(__builtin_ctz(mask)));
  Tmem &tmem = tcgen05_->tmem;
  uint32_t count = registerCount(op);
  for (uint32_t i = 0; i < count; ++i) {
    const Operand &from = element(data, i);
    uint32_t defined = definedLanes(from);
    Lanes value;
    fetch(from, Type::U32, value);
    for (uint32_t lane = 0; lane < 32; ++lane) {
      for (uint32_t half = 0; half < (op.pack16 ? 2u : 1u); ++half) {
        TmemCell cell = packedCell(op, i, half, lane, static_cast<int>(second));
        uint32_t row = at.lane + cell.lane, column = at.column + cell.column;
        uint32_t word = static_cast<uint32_t>(value[lane]);
        tmem.row(row)[column] =
            op.pack16 ? (word >> (16 * half)) & 0xFFFF : word;
        tmem.written(row)[column] = (defined >> lane) & 1;
      }
    }
  }
}

/// tcgen05.wait::ld: the registers hold their values.
void Cta::endTmemLoads() {
  std::vector<Tcgen05Load> &loads = tcgen05_->loads;
  loads.erase(std::remove_if(loads.begin(), loads.end(),
                             [&](const Tcgen05Load &load) {
                               return load.warp == warp_->index;
                             }),
              loads.end());
}

/// Does the operand name a register that a tcgen05.ld still fills?
const Tcgen05Load *Cta::findTmemLoad(const Operand &operand) const {
  if (operand.kind == Operand::Kind::Vector ||
      operand.kind == Operand::Kind::Address) {
    for (uint32_t i = 0; i < operand.count; ++i)
      if (const Tcgen05Load *load =
              findTmemLoad(kernel_.operands[operand.first + i]))
        return load;
    return nullptr;
  }
  if (operand.kind != Operand::Kind::Register)
    return nullptr;
  for (const Tcgen05Load &load : tcgen05_->loads)
    if (load.warp == warp_->index &&
        std::find(load.registers.begin(), load.registers.end(), operand.reg) !=
            load.registers.end())
      return &load;
  return nullptr;
}

/// Reports the use of a register before tcgen05.wait::ld.
void Cta::checkTmemLoads(uint32_t mask) {
  const Tcgen05Load *load = findTmemLoad(instruction_->guard);
  for (uint32_t i = 0; i < numOperands() && !load; ++i)
    load = findTmemLoad(operand(i));
  if (!load)
    return;
  report(
      "tcgen05-wait",
      "a register that the tcgen05.ld of line " + std::to_string(load->line) +
          " fills is used before tcgen05.wait::ld",
      __builtin_ctz(mask), instruction_->line, static_cast<int>(warp_->index));
}
