//===- Tmem.cpp - Allocation of tensor memory -----------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Tmem.h"

#include <algorithm>

using namespace dgemm::sim;

static bool isColumnCount(uint32_t count) {
  return count >= TmemAllocator::unit && count <= TmemAllocator::columns &&
         (count & (count - 1)) == 0;
}

std::string TmemAllocator::checkRequest(uint32_t count) const {
  if (!isColumnCount(count))
    return "tcgen05.alloc of " + std::to_string(count) +
           " columns: expected a power of two from 32 to 512";
  if (relinquished_)
    return "tcgen05.alloc after tcgen05.relinquish_alloc_permit";
  if (count > lastCount_)
    return "tcgen05.alloc of " + std::to_string(count) +
           " columns after one of " + std::to_string(lastCount_) +
           ": the counts of a CTA must not increase";
  return {};
}

bool TmemAllocator::allocate(uint32_t count, uint32_t line, uint32_t &column) {
  // Sorted by column: the first gap that is large enough.
  uint32_t at = 0;
  auto next = live_.begin();
  while (next != live_.end() && next->column - at < count) {
    at = next->column + next->count;
    ++next;
  }
  if (at + count > columns)
    return false;
  live_.insert(next, {at, count, line});
  lastCount_ = count;
  column = at;
  return true;
}

std::string TmemAllocator::release(uint32_t column, uint32_t count) {
  auto found =
      std::find_if(live_.begin(), live_.end(), [&](const Allocation &entry) {
        return entry.column == column;
      });
  if (found == live_.end())
    return "tcgen05.dealloc of column " + std::to_string(column) +
           ": no allocation starts there (" + describe() + " allocated)";
  if (found->count != count)
    return "tcgen05.dealloc of " + std::to_string(count) +
           " columns at column " + std::to_string(column) +
           ": the allocation of line " + std::to_string(found->line) + " has " +
           std::to_string(found->count);
  live_.erase(found);
  return {};
}

std::string TmemAllocator::relinquish() {
  relinquished_ = true;
  return {};
}

bool TmemAllocator::contains(uint32_t column, uint32_t count) const {
  return std::any_of(live_.begin(), live_.end(), [&](const Allocation &entry) {
    return column >= entry.column &&
           column + count <= entry.column + entry.count;
  });
}

std::string TmemAllocator::describe() const {
  if (live_.empty())
    return "nothing is";
  std::string text = "columns";
  const char *separator = " ";
  for (const Allocation &entry : live_) {
    text += separator + std::to_string(entry.column) + " to " +
            std::to_string(entry.column + entry.count - 1);
    separator = " and ";
  }
  return text + " are";
}
