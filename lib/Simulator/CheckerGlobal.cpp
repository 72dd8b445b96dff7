//===- CheckerGlobal.cpp - Accesses to global memory that race ------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reads and writes of global memory against what the same cluster wrote there:
// pages of last writers, made as they are written to.
//
//===----------------------------------------------------------------------===//

#include "CheckerState.h"

#include <algorithm>

using namespace dgemm::sim;

static constexpr uint64_t pageBytes = 4096;

/// Calls `visit(page, offset, bytes, address)` for each page of a stretch. A
/// page that nothing wrote to is passed over unless `make`.
template <typename F>
void Checker::forPages(uint64_t address, uint32_t bytes, bool make, F visit) {
  while (bytes != 0) {
    uint64_t index = address / pageBytes;
    uint32_t offset = static_cast<uint32_t>(address % pageBytes);
    uint32_t part = std::min(bytes, static_cast<uint32_t>(pageBytes) - offset);
    auto found = pages_.find(index);
    if (found == pages_.end() && make)
      found = pages_.emplace(index, std::make_unique<SharedShadow>(pageBytes))
                  .first;
    if (found != pages_.end())
      visit(*found->second, offset, part, index * pageBytes);
    address += part;
    bytes -= part;
  }
}

void Checker::reportGlobal(const Site &site, uint32_t lane,
                           const std::string &what, uint64_t address,
                           const Access &access, const char *missing) {
  bool fence = missing[0] == ' ';
  const char *kind = fence ? "missing-proxy-fence" : "data-race";
  const char *rule = fence ? "F5: " : access.has(Access::Async) ? "F6: " : "";
  if (firstAt(kind, site))
    report(site, static_cast<int>(lane), kind,
           rule + what + " global address " + hexAddress(address) + ", which " +
               describeAccess(site, access) + " wrote" + missing);
}

/// An access of a lane; strong ones do not race with each other.
void Checker::checkGlobal(const Site &site, uint32_t lane, uint64_t address,
                          uint32_t bytes, bool writes, uint8_t flags) {
  WarpState &state = warp(site);
  state.touch(1u << lane);
  Access self;
  self.clock = state.clock;
  self.line = site.line;
  self.agent = self.issuer = static_cast<uint16_t>(state.agent);
  self.lane = static_cast<uint8_t>(lane);
  self.flags = flags;
  forPages(address, bytes, writes,
           [&](SharedShadow &page, uint32_t at, uint32_t part, uint64_t base) {
             page.forWriters(
                 at, part, [&](const Access &access, uint32_t where, uint32_t) {
                   bool strong = (access.flags & flags & Access::Strong) != 0;
                   bool together = access.agent == state.agent &&
                                   access.clock == state.clock &&
                                   access.line == site.line;
                   if (strong || together || knowsWrite(state, lane, access))
                     return;
                   reportGlobal(
                       site, lane, writes ? "writes" : "reads", base + where,
                       access,
                       access.has(Access::Async)
                           ? ": cp.async.bulk.wait_group 0 (not .read) by the "
                             "thread that issued it must come before"
                           : ", and nothing orders the two");
                 });
             if (writes)
               page.setWriter(at, part, self);
           });
}

void Checker::globalRead(const Site &site, uint32_t lane, uint64_t address,
                         uint32_t bytes) {
  checkGlobal(site, lane, address, bytes, /*writes=*/false, 0);
}

void Checker::globalWrite(const Site &site, uint32_t lane, uint64_t address,
                          uint32_t bytes) {
  checkGlobal(site, lane, address, bytes, /*writes=*/true, 0);
}

void Checker::globalAtomic(const Site &site, uint32_t lane, uint64_t address,
                           uint32_t bytes, bool writes, Order order) {
  strongGlobal_ = true;
  synchronise(warp(site), lane, strong_[std::make_pair(~0u, address)], writes,
              order);
  checkGlobal(site, lane, address, bytes, writes, Access::Strong);
}

/// F5: what threads wrote reaches the async proxy after a fence.
void Checker::checkGlobalCopy(const AsyncOp &op, SharedShadow &page,
                              uint32_t at, uint32_t bytes, uint64_t base,
                              const char *verb, uint8_t flags) {
  const WarpState &state = warp(op.site);
  std::string what = std::string("the ") + op.what + verb;
  page.forWriters(
      at, bytes, [&](const Access &access, uint32_t where, uint32_t) {
        if (access.clock == 0 || (access.flags & flags & Access::Strong) != 0)
          return;
        bool async = access.has(Access::Async);
        bool self = access.agent == op.timeline && access.clock == op.clock;
        if (!self && !knowsWrite(state, op.lane, access))
          return reportGlobal(op.site, op.lane, what, base + where, access,
                              ", and nothing orders the two");
        if (!async && !op.generic &&
            !covers(state, op.lane, View::AsyncGlobal, access.agent,
                    access.lane, access.clock))
          reportGlobal(
              op.site, op.lane, what, base + where, access,
              " without fence.proxy.async since: the writer must execute it "
              "before the barrier to the issuer");
      });
}

void Checker::globalAsyncRead(const AsyncOp &op, uint64_t address,
                              uint32_t bytes) {
  forPages(address, bytes, /*make=*/false,
           [&](SharedShadow &page, uint32_t at, uint32_t part, uint64_t base) {
             checkGlobalCopy(op, page, at, part, base, " reads", 0);
           });
}

void Checker::globalAsyncWrite(const AsyncOp &op, uint64_t address,
                               uint32_t bytes, bool reduction) {
  Access self;
  self.clock = op.clock;
  self.line = op.site.line;
  self.agent = static_cast<uint16_t>(op.timeline);
  self.issuer = static_cast<uint16_t>(agentOf(op.site));
  self.lane = static_cast<uint8_t>(op.lane);
  self.flags = Access::Async | (reduction ? Access::Strong : 0);
  forPages(address, bytes, /*make=*/true,
           [&](SharedShadow &page, uint32_t at, uint32_t part, uint64_t base) {
             checkGlobalCopy(op, page, at, part, base, " overwrites",
                             self.flags);
             page.setWriter(at, part, self);
           });
}

std::vector<Checker::GlobalWrite> Checker::globalWrites() const {
  std::vector<GlobalWrite> all;
  for (const auto &[index, page] : pages_) {
    uint64_t base = index * pageBytes;
    page->forWriters(0, static_cast<uint32_t>(pageBytes),
                     [&](const Access &access, uint32_t at, uint32_t bytes) {
                       if (access.clock == 0 || access.has(Access::Strong))
                         return;
                       uint64_t begin = base + at;
                       GlobalWrite *last = all.empty() ? nullptr : &all.back();
                       if (last && last->end == begin &&
                           last->agent == access.issuer &&
                           last->line == access.line)
                         last->end += bytes;
                       else
                         all.push_back({begin, begin + bytes, access.issuer,
                                        access.lane, access.line});
                     });
  }
  return all;
}
