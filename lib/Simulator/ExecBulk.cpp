//===- ExecBulk.cpp - Bulk and tensor copies are issued -------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cluster.h"

#include <algorithm>
#include <cstring>

using namespace dgemm::sim;
using Path = CopyForm::Path;
using Mode = CopyForm::Mode;

/// Each lane issues a copy of its own.
void Cta::executeBulkCopy(uint32_t mask) {
  const CopyForm &form = kernel_.copies[instruction_->descriptor];
  for (uint32_t i = 0; i < numOperands(); ++i)
    if (!isUniformlyDefined(operand(i), mask, "an operand of a copy"))
      return fault("undefined-address", "a copy needs defined operands");
  auto lanes = [this](int8_t index, bool address) {
    Lanes value = {};
    if (index < 0)
      return value;
    const Operand &from = operand(static_cast<uint32_t>(index));
    if (address)
      addresses(from, value);
    else
      fetch(from, Type::U32, value);
    return value;
  };
  Lanes global = lanes(form.global, true), shared = lanes(form.shared, true);
  Lanes remote = lanes(form.remote, true);
  Lanes mbarrier = lanes(form.mbarrier, true), size = lanes(form.size, false);
  Lanes ctaMask = lanes(form.ctaMask, false), bytes = lanes(form.bytes, false);
  Lanes coordinates[5] = {};
  if (form.mode != Mode::Bulk) {
    const Operand &tensor = operand(static_cast<uint32_t>(form.global));
    const Operand &vector = kernel_.operands[tensor.first + 1];
    for (uint32_t d = 0; d < form.coordinates(); ++d)
      fetch(element(vector, d), Type::S32, coordinates[d]);
  }
  for (uint32_t lane = 0; lane < 32 && !faulted_; ++lane) {
    if (!((mask >> lane) & 1))
      continue;
    BulkRequest request;
    request.lane = lane;
    request.global = global[lane];
    for (unsigned d = 0; d < 5; ++d)
      request.coordinates[d] = static_cast<int32_t>(coordinates[d][lane]);
    request.shared = shared[lane];
    request.remote = remote[lane];
    request.size = static_cast<uint32_t>(size[lane]);
    request.mbarrier = mbarrier[lane];
    request.ctaMask = static_cast<uint16_t>(ctaMask[lane]);
    request.bytes =
        form.byteMask ? static_cast<uint16_t>(bytes[lane]) : uint16_t(0xffff);
    issueBulkCopy(form, request);
  }
}

/// What tensor maps the chip takes in a copy of this form.
static Status checkChip(const CopyForm &form, const TensorMap &map,
                        const std::string &target, Chip chip) {
  if (Status status = validate(map, chip.hasSubByteMaps()); !status.ok())
    return status;
  bool subByte = map.type >= TensorMapType::U4Align8;
  bool atoms = map.swizzle >= Swizzle::B128Atom32;
  bool toCluster = form.path == Path::GlobalToShared && form.toCluster;
  if (chip.number < 120 || !toCluster || (!subByte && !atoms))
    return {};
  return Error{std::string("'") + target + "' loads no " +
               (subByte ? "sub-byte types" : "swizzles 4 to 6") +
               " into .shared::cluster; spell the destination .shared::cta"};
}

Expected<CopyPlan> Cta::planTensor(const CopyForm &form,
                                   const BulkRequest &request,
                                   ReduceType &type) {
  TensorMap map;
  if (!readTensorMap(request.global, request.lane, map))
    return Error{""};
  if (map.rank != form.rank)
    return Error{"the copy has " + std::to_string(form.rank) +
                 " dimensions, the tensor map " + std::to_string(map.rank)};
  if (Status status =
          checkChip(form, map, context_.program.target, context_.chip);
      !status.ok())
    return status.error();
  if (form.reduces) {
    Expected<ReduceType> element = reduceType(map.type);
    if (!element)
      return element.error();
    type = *element;
    if (Status status = validate(form.reduceOp, type); !status.ok())
      return status.error();
  }
  uint32_t shared = static_cast<uint32_t>(request.shared);
  if (form.mode == Mode::Gather4)
    return planGather4(map, request.coordinates, shared);
  if (form.mode == Mode::Scatter4)
    return planScatter4(map, request.coordinates, shared);
  return form.path == Path::SharedToGlobal
             ? planTensorStore(map, request.coordinates, shared)
             : planTensorLoad(map, request.coordinates, shared);
}

Expected<CopyPlan> Cta::planCopy(const CopyForm &form,
                                 const BulkRequest &request, ReduceType &type) {
  if (form.mode != Mode::Bulk)
    return planTensor(form, request, type);
  type = form.reduceType;
  bool peer = form.path == Path::SharedToCluster;
  if (peer && request.remote % 16 != 0)
    return Error{"the destination address of a bulk copy is " +
                 std::to_string(request.remote) + ", must be a multiple of 16"};
  return planBulkCopy(peer ? request.remote : request.global,
                      static_cast<uint32_t>(request.shared), request.size);
}

/// The CTA that a copy writes to. Addresses of the request become offsets.
bool Cta::findTarget(AsyncCopy &copy, BulkRequest &request) {
  const CopyForm &form = *copy.form;
  bool load = form.path == Path::GlobalToShared;
  bool peer = form.path == Path::SharedToCluster;
  if (!sharedAddress(request.shared) ||
      (peer && !sharedAddress(request.remote))) {
    fault("out-of-bounds", "a copy's address is not in shared memory",
          static_cast<int>(request.lane));
    return false;
  }
  copy.target = findOwner(request.shared, request.lane, load && form.toCluster);
  if (copy.target && peer)
    copy.target = findOwner(request.remote, request.lane, /*remote=*/true);
  request.shared &= SharedOffsetMask;
  request.remote &= SharedOffsetMask;
  return copy.target != nullptr;
}

/// The mbarrier that a copy completes on: in the CTA of the destination, at the
/// offset of `mbarrier`. With .cta_group::2 it is in either CTA of the pair;
/// the lowest bit of the rank in `mbarrier` says which.
bool Cta::findSignal(AsyncCopy &copy, uint32_t lane, uint64_t mbarrier) {
  const CopyForm &form = *copy.form;
  int where = static_cast<int>(lane);
  if (copy.inGroup())
    return true;
  if (!sharedAddress(mbarrier)) {
    fault("out-of-bounds", "the mbarrier of a copy is not in shared memory",
          where);
    return false;
  }
  uint32_t rank = static_cast<uint32_t>(mbarrier >> SharedRankShift);
  uint32_t to = copy.target->rank_;
  if (form.ctaGroup == 2) {
    to = (to & ~1u) | (rank & 1u);
  } else if (!form.multicast && rank != to) {
    fault("mbarrier",
          "the copy writes to CTA rank " + std::to_string(to) +
              " and completes on an mbarrier of rank " + std::to_string(rank) +
              "; both must be in the same CTA",
          where);
    return false;
  }
  copy.mbarrier = static_cast<uint32_t>(mbarrier) & SharedOffsetMask;
  const MBarrier *barrier =
      findMBarrier((uint64_t(to) << SharedRankShift) | copy.mbarrier, lane,
                   form.toCluster, &copy.signal);
  if (!barrier)
    return false;
  if (barrier->isLive())
    return true;
  std::string of = copy.signal == this
                       ? ""
                       : " in CTA rank " + std::to_string(copy.signal->rank_);
  fault("mbarrier",
        "a copy completes on an mbarrier that is not initialised" + of, where);
  return false;
}

/// Tells the checker of the copy and of the global memory that it uses.
void Cta::beginCopy(AsyncCopy &copy, uint32_t lane) {
  if (!checker_)
    return;
  const char *what =
      copy.inGroup() ? "copy out of shared memory" : "copy into shared memory";
  if (!copy.inGroup()) {
    copy.op = checker_->beginOnMBarrier(
        site(), lane, copy.signal->rank_, copy.mbarrier,
        copy.signal->mbarriers_[copy.mbarrier].phase(), what);
    copy.target->noteUse(site(), lane, checker_->moment(copy.op), true);
  } else {
    copy.op = checker_->begin(site(), lane, TimelineKind::BulkRead, rank_,
                              copy.thread, copy.group + 1, what);
    copy.writes = checker_->begin(site(), lane, TimelineKind::BulkWrite, rank_,
                                  copy.thread, copy.group + 1, what);
  }
  if (copy.form->path == Path::SharedToCluster)
    return;
  for (const CopyChunk &chunk : copy.plan.chunks) {
    if (chunk.kind != CopyChunk::Data)
      continue;
    uint32_t bytes = copy.plan.globalBytes(chunk.bytes);
    // Copies with byte masks may share their stretches with others of the kind.
    if (copy.inGroup())
      checker_->globalAsyncWrite(copy.writes, chunk.global, bytes,
                                 copy.form->reduces || copy.bytes != 0xffff);
    else
      checker_->globalAsyncRead(copy.op, chunk.global, bytes);
  }
}

/// Checks the shared memory that a copy will use. What it writes may not be
/// read until it completes.
bool Cta::claimShared(const AsyncCopy &copy, uint32_t lane) {
  bool load = !copy.readsShared();
  bool peer = copy.readsShared() && !copy.inGroup();
  for (CopyChunk chunk : copy.plan.chunks) {
    uint8_t *flags = nullptr;
    if (!load) {
      if (!resolveShared(sharedWindow() + chunk.shared, chunk.bytes, lane,
                         false, flags))
        return false;
      if (checker_)
        checker_->asyncRead(copy.op, rank_, chunk.shared, chunk.bytes);
    }
    if (copy.inGroup())
      continue;
    Cta &owner = *copy.target;
    if (peer)
      chunk.shared = static_cast<uint32_t>(chunk.global);
    if (!resolveShared(owner.sharedWindow() + chunk.shared, chunk.bytes, lane,
                       false, flags, /*remote=*/true))
      return false;
    if (checker_)
      checker_->asyncWrite(copy.op, owner.rank_, chunk.shared, chunk.bytes);
    if (!copy.form->reduces)
      std::memset(flags, 0, chunk.bytes);
  }
  return true;
}

/// A load into all CTAs of a mask: each gets the data at the same offset, and
/// completes on its own.
void Cta::multicast(const AsyncCopy &copy, const BulkRequest &request) {
  uint32_t ranks = request.ctaMask;
  if (ranks == 0 || ranks >> cluster_.size() != 0)
    return fault("multicast",
                 "mask " + hexadecimal(ranks) +
                     " must name CTA ranks below the cluster's size of " +
                     std::to_string(cluster_.size()),
                 static_cast<int>(request.lane));
  for (uint32_t rank = 0; rank < cluster_.size(); ++rank) {
    if (!((ranks >> rank) & 1))
      continue;
    AsyncCopy part = copy;
    uint64_t window = uint64_t(rank) << SharedRankShift;
    part.target = findOwner(window | SharedBase, request.lane, /*remote=*/true);
    if (!part.target || !findSignal(part, request.lane, request.mbarrier))
      return;
    beginCopy(part, request.lane);
    if (!claimShared(part, request.lane))
      return;
    copies_.push_back(std::move(part));
  }
}

void Cta::issueBulkCopy(const CopyForm &form, BulkRequest request) {
  bool prefetch = form.path == Path::Prefetch;
  AsyncCopy copy;
  copy.form = &form;
  if (!prefetch && !findTarget(copy, request))
    return;
  Expected<CopyPlan> plan = planCopy(form, request, copy.reduceType);
  if (faulted_)
    return;
  if (!plan)
    return fault("tensor-copy", plan.message(), static_cast<int>(request.lane));
  if (prefetch)
    return;
  copy.thread = warp_->index * 32 + request.lane;
  copy.group = bulkCommits_[copy.thread];
  copy.line = instruction_->line;
  copy.bytes = request.bytes;
  copy.plan = std::move(*plan);
  (copy.inGroup() ? statistics_.bytesStoredByCopies
                  : statistics_.bytesLoadedByCopies) +=
      copy.plan.transactionBytes;
  if (form.multicast)
    return multicast(copy, request);
  if (!findSignal(copy, request.lane, request.mbarrier))
    return;
  beginCopy(copy, request.lane);
  if (claimShared(copy, request.lane))
    copies_.push_back(std::move(copy));
}

/// Waits until at most `pending` of the latest groups of each thread are under
/// way: with .read until their sources have been read.
void Cta::executeBulkWait(uint32_t mask) {
  Lanes pending;
  fetch(operand(0), Type::U32, pending);
  bool read = instruction_->has(FlagRead);
  for (const AsyncCopy &copy : copies_) {
    uint32_t lane = copy.thread % 32;
    bool mine = copy.thread / 32 == warp_->index && ((mask >> lane) & 1);
    if (!copy.inGroup() || !mine)
      continue;
    uint32_t commits = bulkCommits_[copy.thread];
    bool waitedFor =
        copy.group < commits && commits - copy.group > pending[lane];
    if (waitedFor && !(read && copy.state == AsyncCopy::State::Read))
      return block(Wait::BulkGroup);
  }
  watchBulkWait(mask, pending, read);
}

//===----------------------------------------------------------------------===//
// Caches
//===----------------------------------------------------------------------===//

/// prefetch, discard and applypriority change no value here. The latter two
/// name whole lines of 128 bytes.
void Cta::executeCacheHint(uint32_t mask) {
  if (!isUniformlyDefined(operand(0), mask, "an address"))
    return fault("undefined-address", "a cache hint needs a defined address");
  if (numOperands() == 1)
    return;
  Lanes address;
  addresses(operand(0), address);
  for (uint32_t lane = 0; lane < 32; ++lane) {
    uint8_t *written = nullptr;
    if (((mask >> lane) & 1) &&
        !resolve(Space::Global, address[lane], 128, lane, false, written))
      return;
  }
}

/// createpolicy: a value that copies and loads take as a hint.
void Cta::executeCachePolicy(uint32_t mask) {
  for (uint32_t i = 1; i < numOperands(); ++i)
    if (!isUniformlyDefined(operand(i), mask, "an operand of createpolicy"))
      return;
  if (numOperands() == 4) {
    Lanes primary, total;
    fetch(operand(2), Type::U32, primary);
    fetch(operand(3), Type::U32, total);
    for (uint32_t lane = 0; lane < 32; ++lane)
      if (((mask >> lane) & 1) && primary[lane] > total[lane])
        return fault("cache-policy",
                     "the primary size is " + std::to_string(primary[lane]) +
                         ", more than the total size of " +
                         std::to_string(total[lane]),
                     static_cast<int>(lane));
  }
  // Opaque: no hint, in the encoding that compilers emit as a constant.
  Lanes policy;
  std::fill_n(policy.v, 32, uint64_t(0x12F0000000000000));
  write(operand(0), policy, mask);
}
