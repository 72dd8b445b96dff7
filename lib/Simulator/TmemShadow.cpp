//===- TmemShadow.cpp - Who accessed tensor memory last -------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TmemShadow.h"

#include <algorithm>

using namespace dgemm::sim;

static const char *nameOf(TmemShadow::Kind kind) {
  switch (kind) {
  case TmemShadow::Kind::Load:
    return "tcgen05.ld";
  case TmemShadow::Kind::Store:
    return "tcgen05.st";
  case TmemShadow::Kind::Mma:
    return "tcgen05.mma";
  case TmemShadow::Kind::Copy:
    return "tcgen05.cp";
  case TmemShadow::Kind::Shift:
    return "tcgen05.shift";
  }
  return "";
}

static bool sameWarp(const Site &a, const Site &b) {
  return a.cta == b.cta && a.warp == b.warp;
}

void TmemShadow::begin(const Event &event) {
  // More than the cells can name.
  if (events_.size() >= 8 * cells_.size())
    forgetOldEvents();
  events_.push_back(event);
}

/// Keeps the events that a cell names or that a wait will end.
void TmemShadow::forgetOldEvents() {
  std::vector<uint32_t> renamed(events_.size(), none);
  auto keep = [&](uint32_t id) {
    if (id != none)
      renamed[id] = 0;
  };
  for (const Cell &cell : cells_) {
    keep(cell.write);
    for (uint32_t id : cell.reads)
      keep(id);
  }
  std::vector<Event> kept;
  for (size_t i = 0; i < events_.size(); ++i) {
    bool pending = !events_[i].isAsync() && !events_[i].ended;
    if (renamed[i] == none && !pending)
      continue;
    renamed[i] = static_cast<uint32_t>(kept.size());
    kept.push_back(events_[i]);
  }
  auto rename = [&](uint32_t &id) { id = id == none ? none : renamed[id]; };
  for (Cell &cell : cells_) {
    rename(cell.write);
    for (uint32_t &id : cell.reads)
      rename(id);
  }
  events_ = std::move(kept);
}

/// Has the earlier access happened when the last event's does? `wrote`: it
/// wrote the cell.
bool TmemShadow::ordered(const Checker &checker, const Event &earlier,
                         bool wrote) const {
  const Event &now = events_.back();
  if (earlier.isAsync() && now.isAsync()) {
    // Both go through the tensor core in the order of issue.
    bool result = wrote && earlier.kind == Kind::Mma;
    bool accumulates = now.kind == Kind::Mma && now.shape == earlier.shape;
    bool pipelined = !result || accumulates || now.kind == Kind::Shift;
    bool issued =
        sameWarp(earlier.site, now.site) ||
        checker.knows(now.site, now.lane, earlier.issued, View::Tensor);
    if (pipelined && issued)
      return true;
  }
  if (!earlier.isAsync()) {
    if (!earlier.ended)
      return false;
    if (sameWarp(earlier.site, now.site))
      return true;
  }
  return checker.knows(now.site, now.lane, earlier.done, View::Tensor);
}

std::string TmemShadow::describe(const Checker &checker, const Event &earlier,
                                 uint32_t group, uint32_t column, bool wrote,
                                 bool write) const {
  const Event &now = events_.back();
  std::string text =
      std::string("the ") + nameOf(now.kind) + (write ? " writes" : " reads") +
      " lanes " + std::to_string(16 * group) + " to " +
      std::to_string(16 * group + 15) + ", column " + std::to_string(column) +
      " of tensor memory, which the " + nameOf(earlier.kind) + " of line " +
      std::to_string(earlier.site.line) + " (CTA rank " +
      std::to_string(earlier.site.cta) + ", warp " +
      std::to_string(earlier.site.warp) + ") may still " +
      (wrote ? "write: " : "read: ");
  if (!earlier.isAsync() && !earlier.ended)
    return text + "its warp has not executed tcgen05.wait::" +
           (earlier.kind == Kind::Load ? "ld" : "st");
  bool fences = checker.knows(now.site, now.lane, earlier.done, View::Generic);
  if (earlier.isAsync())
    return text + (fences ? "tcgen05.fence::after_thread_sync is missing "
                            "behind the wait for its tcgen05.commit"
                          : "nothing waits for its tcgen05.commit");
  return text + (fences ? "tcgen05.fence::before_thread_sync is missing there "
                          "or tcgen05.fence::after_thread_sync here"
                        : "nothing orders the two");
}

void TmemShadow::addRead(Cell &cell) const {
  uint32_t id = static_cast<uint32_t>(events_.size() - 1);
  const Event &now = events_.back();
  for (uint32_t &read : cell.reads) {
    // A later read of the same kind by the same warp ends later.
    bool same = read != none && events_[read].kind == now.kind &&
                sameWarp(events_[read].site, now.site);
    if (read != none && !same)
      continue;
    read = id;
    return;
  }
  cell.reads[id % maxReads] = id;
}

std::string TmemShadow::check(const Checker &checker, const Area &area,
                              bool write) {
  std::string problem;
  uint32_t goodWrite = none, goodRead = none;
  uint32_t id = static_cast<uint32_t>(events_.size() - 1);
  for (uint32_t group = 0; group < groups; ++group) {
    if (!((area.groups >> group) & 1))
      continue;
    for (uint32_t i = 0; i < area.columns; ++i) {
      uint32_t column = area.column + i;
      Cell &at = cell(group, column);
      auto good = [&](uint32_t other, bool wrote, uint32_t &last) {
        if (other == none || other == id || other == last)
          return true;
        if (!ordered(checker, events_[other], wrote))
          return false;
        last = other;
        return true;
      };
      auto note = [&](uint32_t other, bool wrote) {
        if (problem.empty())
          problem =
              describe(checker, events_[other], group, column, wrote, write);
      };
      // Who read what was written came after that: whoever comes after one of
      // the readers does so too.
      bool covered = good(at.write, true, goodWrite);
      for (uint32_t read : at.reads)
        covered |= !covered && read != none && good(read, false, goodRead);
      if (!covered)
        note(at.write, true);
      if (!write) {
        addRead(at);
        continue;
      }
      for (uint32_t read : at.reads)
        if (!good(read, false, goodRead))
          note(read, false);
      at = Cell();
      at.write = id;
    }
  }
  return problem;
}

void TmemShadow::end(Kind kind, uint32_t warp, const Checker::Moment &now) {
  // Those of the warp that are not ended are behind its last wait.
  for (size_t i = events_.size(); i-- > 0;) {
    Event &event = events_[i];
    if (event.kind != kind || event.site.warp != warp)
      continue;
    if (event.ended)
      return;
    event.ended = true;
    event.done = now;
  }
}

void TmemShadow::clear(uint32_t column, uint32_t columns) {
  for (uint32_t group = 0; group < groups; ++group)
    std::fill_n(&cell(group, column), columns, Cell());
}

/// Has the access happened, as the lane knows?
static bool isOver(const Checker &checker, const TmemShadow::Event &event,
                   const Site &site, uint32_t lane) {
  if (!event.isAsync() && (!event.ended || sameWarp(event.site, site)))
    return event.ended;
  return checker.knows(site, lane, event.done, View::Generic);
}

static std::string describeUse(const TmemShadow::Event &event,
                               uint32_t column) {
  return std::string("the ") + nameOf(event.kind) + " of line " +
         std::to_string(event.site.line) + " (CTA rank " +
         std::to_string(event.site.cta) + ", warp " +
         std::to_string(event.site.warp) + ") may still use column " +
         std::to_string(column);
}

std::string TmemShadow::findUse(const Checker &checker, const Site &site,
                                uint32_t lane, uint32_t column,
                                uint32_t columns) const {
  for (uint32_t group = 0; group < groups; ++group)
    for (uint32_t i = column; i < column + columns; ++i) {
      const Cell &at = cells_[size_t(group) * Tmem::columns + i];
      bool covered = false;
      for (uint32_t id : at.reads) {
        if (id == none)
          continue;
        if (!isOver(checker, events_[id], site, lane))
          return describeUse(events_[id], i);
        covered = true;
      }
      if (!covered && at.write != none &&
          !isOver(checker, events_[at.write], site, lane))
        return describeUse(events_[at.write], i);
    }
  return {};
}
