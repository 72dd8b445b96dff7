//===- TmemShadow.h - Who accessed tensor memory last -----------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_SIMULATOR_TMEMSHADOW_H
#define DGEMM_LIB_SIMULATOR_TMEMSHADOW_H

// Finds accesses to tensor memory that nothing orders (F10 to F12): at each
// access, those before it that conflict must have happened, as the checker's
// clocks know it through tcgen05.fence. What the accessing warp itself must do
// first: tcgen05.wait::ld and ::st; a tcgen05.commit and a wait for it. In the
// order of issue, without any of that: mma, cp and shift of one thread, except
// that what an mma wrote is there only for an mma of the same shape at the same
// address, and for a shift. Records are kept for 16 lanes of a column.

#include "Checker.h"
#include "Tmem.h"

namespace dgemm::sim {

class TmemShadow {
public:
  enum class Kind : uint8_t { Load, Store, Mma, Copy, Shift };

  struct Event {
    Kind kind = Kind::Load;
    Site site;
    uint32_t lane = 0;
    /// Of the instruction's issue, and of its end; that of a ld or st is the
    /// wait for it.
    Checker::Moment issued, done;
    bool ended = false;
    uint64_t shape = 0; // of an mma: equal if accumulators are

    bool isAsync() const { return kind >= Kind::Mma; }
  };

  /// Lanes in groups of 16, a bit each, and columns.
  struct Area {
    uint32_t groups = 0;
    uint32_t column = 0;
    uint32_t columns = 0;
  };

  /// Starts an access; `check` looks at parts of it.
  void begin(const Event &event);
  /// The first earlier access that conflicts with that of the last event, in
  /// words, or an empty string. Records it.
  std::string check(const Checker &checker, const Area &area, bool write);
  /// tcgen05.wait::ld or ::st of a warp.
  void end(Kind kind, uint32_t warp, const Checker::Moment &now);
  /// New columns: nobody has accessed them.
  void clear(uint32_t column, uint32_t columns);
  /// An access to the columns that has not happened for sure: for dealloc.
  std::string findUse(const Checker &checker, const Site &site, uint32_t lane,
                      uint32_t column, uint32_t columns) const;

private:
  static constexpr uint32_t none = ~0u, groups = 8, maxReads = 4;
  struct Cell {
    uint32_t write = none;
    uint32_t reads[maxReads] = {none, none, none, none};
  };

  Cell &cell(uint32_t group, uint32_t column) {
    return cells_[size_t(group) * Tmem::columns + column];
  }
  bool ordered(const Checker &checker, const Event &earlier, bool wrote) const;
  std::string describe(const Checker &checker, const Event &earlier,
                       uint32_t group, uint32_t column, bool wrote,
                       bool write) const;
  void addRead(Cell &cell) const;
  void forgetOldEvents();

  std::vector<Event> events_;
  std::vector<Cell> cells_ = std::vector<Cell>(size_t(groups) * Tmem::columns);
};

} // namespace dgemm::sim

#endif // DGEMM_LIB_SIMULATOR_TMEMSHADOW_H
