//===- CheckerLoads.cpp - Loads that are still in flight ------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A load returns at some time after its issue. An arrival at an mbarrier does
// not wait for it, so a copy that the arrival lets go may overwrite what the
// load has yet to read (measured on H100: wrong elements in a few of 2330
// problems, none with a fence). The loads of a warp that arrives therefore stay
// unknown to everybody until something has waited for their registers.
//
//===----------------------------------------------------------------------===//

#include "CheckerState.h"

#include <algorithm>

using namespace dgemm::sim;

void Checker::noteLoaded(WarpState &warp, const Site &site,
                         const LoadedRow &row) {
  if (warp.recentLine != site.line)
    warp.recent.clear();
  warp.recentLine = site.line;
  warp.recent.push_back(row);
}

/// Lanes that have parted execute a load one group after the other: one load,
/// of which a use waits for all.
bool Checker::joinOtherLanes(WarpState &warp, const Site &site, uint32_t reg) {
  uint16_t index = reg < warp.loadOf.size() ? warp.loadOf[reg] : 0;
  if (index == 0)
    return false;
  InFlightLoad &load = warp.loads[index - 1u];
  uint32_t lanes = 0;
  for (const LoadedRow &row : warp.recent)
    lanes |= row.lane < 32 ? 1u << row.lane : warp.live;
  if (load.line != site.line || (load.lanes & lanes) != 0) {
    retire(warp, index - 1u);
    return false;
  }
  load.lanes |= lanes;
  load.rows.insert(load.rows.end(), warp.recent.begin(), warp.recent.end());
  warp.recent.clear();
  return true;
}

void Checker::loaded(const Site &site, const uint32_t *registers,
                     size_t count) {
  WarpState &state = warp(site);
  if (state.recent.empty() || count == 0)
    return state.recent.clear();
  if (joinOtherLanes(state, site, registers[0]))
    return;
  if (state.freeLoads.empty()) {
    state.freeLoads.push_back(static_cast<uint16_t>(state.loads.size()));
    state.loads.emplace_back();
  }
  uint16_t index = state.freeLoads.back();
  state.freeLoads.pop_back();
  InFlightLoad &load = state.loads[index];
  load.rows.swap(state.recent);
  state.recent.clear();
  load.registers.assign(registers, registers + count);
  load.line = site.line;
  load.released = false;
  load.lanes = 0;
  for (const LoadedRow &row : load.rows)
    load.lanes |= row.lane < 32 ? 1u << row.lane : state.live;
  for (uint32_t reg : load.registers) {
    // Functions number their registers themselves.
    if (reg >= state.loadOf.size())
      state.loadOf.resize(reg + 1);
    state.loadOf[reg] = static_cast<uint16_t>(index + 1);
  }
  ++state.numLoads;
}

bool Checker::loadsInFlight(uint32_t cta, uint32_t warp) const {
  return warps_[cta * shape_.warps + warp]->numLoads != 0;
}

void Checker::uses(const Site &site, uint32_t reg) {
  WarpState &state = warp(site);
  uint16_t index = reg < state.loadOf.size() ? state.loadOf[reg] : 0;
  if (index == 0)
    return;
  // The load itself, which some of the lanes are yet to execute.
  const InFlightLoad &load = state.loads[index - 1u];
  if (load.line == site.line && (state.live & ~load.lanes) != 0)
    return;
  retire(state, index - 1u);
}

void Checker::copies(const Site &site, uint32_t from, uint32_t to) {
  WarpState &state = warp(site);
  auto getLoad = [&](uint32_t reg) -> uint16_t {
    return reg < state.loadOf.size() ? state.loadOf[reg] : 0;
  };
  // Lanes that have parted make the same copy one group after the other.
  uint16_t index = getLoad(from);
  if (index != 0 && index == getLoad(to))
    return;
  uses(site, to);
  if (index == 0)
    return;
  if (to >= state.loadOf.size())
    state.loadOf.resize(to + 1);
  state.loadOf[to] = index;
  state.loads[index - 1u].registers.push_back(to);
}

/// The load has read its bytes. If its warp arrived somewhere meanwhile, that
/// is when it read them.
void Checker::retire(WarpState &warp, uint32_t index) {
  InFlightLoad &load = warp.loads[index];
  for (uint32_t reg : load.registers)
    if (warp.loadOf[reg] == index + 1)
      warp.loadOf[reg] = 0;
  if (load.released) {
    for (const LoadedRow &row : load.rows)
      warp.touch(row.lane < 32 ? 1u << row.lane : warp.live);
    for (const LoadedRow &row : load.rows)
      shadows_[row.cta]->setReads(
          warp.agent, row.address, row.bytes,
          ReadStamp(warp.clock, row.lane, 15, load.line, /*late=*/true));
  }
  load.rows.clear();
  load.registers.clear();
  warp.freeLoads.push_back(static_cast<uint16_t>(index));
  --warp.numLoads;
}

/// These lanes have waited for their loads.
void Checker::retireLanes(WarpState &warp, uint32_t mask) {
  if (warp.numLoads == 0)
    return;
  for (uint32_t i = 0; i < warp.loads.size(); ++i) {
    InFlightLoad &load = warp.loads[i];
    load.lanes &= ~mask;
    if (!load.rows.empty() && (load.lanes & warp.live) == 0)
      retire(warp, i);
  }
}

/// The warp arrives while loads are in flight: nobody learns of these.
void Checker::markReleased(WarpState &warp) {
  if (warp.numLoads == 0)
    return;
  for (InFlightLoad &load : warp.loads) {
    if (load.released || load.rows.empty())
      continue;
    load.released = true;
    for (const LoadedRow &row : load.rows)
      shadows_[row.cta]->setReads(
          warp.agent, row.address, row.bytes,
          ReadStamp(ReadStamp::never, row.lane, 15, load.line, /*late=*/true));
  }
}

/// The issuing warp itself loads what its copy overwrites.
void Checker::checkOwnLoads(const AsyncOp &op, uint32_t cta, uint32_t address,
                            uint32_t bytes) {
  const WarpState &state = warp(op.site);
  if (state.numLoads == 0)
    return;
  for (const InFlightLoad &load : state.loads) {
    auto overlaps = [&](const LoadedRow &row) {
      return row.cta == cta && row.address < address + bytes &&
             address < row.address + row.bytes;
    };
    auto found = std::find_if(load.rows.begin(), load.rows.end(), overlaps);
    if (found == load.rows.end())
      continue;
    ReadStamp stamp(ReadStamp::never, found->lane, 15, load.line, true);
    return reportOverwrite(op.site, op.lane, found->address, state.agent, stamp,
                           &op);
  }
}
