//===- MBarrier.cpp - State of an mbarrier object ---------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Simulator/MBarrier.h"

#include <cstdlib>

using namespace dgemm::sim;

const char *dgemm::sim::describe(MBarrierError error) {
  switch (error) {
  case MBarrierError::None:
    return "no error";
  case MBarrierError::InitCount:
    return "the expected arrival count is not within 1 to 2^20-1";
  case MBarrierError::AlreadyInitialized:
    return "init of an mbarrier that is in use; mbarrier.inval comes first";
  case MBarrierError::NotInitialized:
    return "no mbarrier was initialized at this address";
  case MBarrierError::ArriveCount:
    return "the number of arrivals is not within 1 to 2^20-1";
  case MBarrierError::PendingUnderflow:
    return "more arrivals than the phase expects";
  case MBarrierError::TransactionRange:
    return "the transaction count leaves -(2^20-1) to 2^20-1";
  case MBarrierError::WouldComplete:
    return "an arrive with .noComplete must not complete the phase";
  case MBarrierError::StaleToken:
    return "the state is neither of the current phase nor of the one before";
  }
  return "unknown error";
}

MBarrierError MBarrier::init(uint32_t count) {
  if (live_)
    return MBarrierError::AlreadyInitialized;
  if (count == 0 || count > maxCount)
    return MBarrierError::InitCount;
  *this = MBarrier();
  expected_ = pending_ = count;
  live_ = true;
  return MBarrierError::None;
}

MBarrierError MBarrier::invalidate() {
  if (!live_)
    return MBarrierError::NotInitialized;
  *this = MBarrier();
  return MBarrierError::None;
}

MBarrierError MBarrier::checkArrive(uint32_t count) const {
  if (!live_)
    return MBarrierError::NotInitialized;
  if (count == 0 || count > maxCount)
    return MBarrierError::ArriveCount;
  return count > pending_ ? MBarrierError::PendingUnderflow
                          : MBarrierError::None;
}

MBarrierError MBarrier::checkTransactions(int64_t change) const {
  if (!live_)
    return MBarrierError::NotInitialized;
  return std::llabs(transactions_ + change) > maxCount
             ? MBarrierError::TransactionRange
             : MBarrierError::None;
}

void MBarrier::tryComplete() {
  if (pending_ != 0 || transactions_ != 0)
    return;
  ++phase_;
  pending_ = expected_;
  expectedBytes_ = completedBytes_ = 0;
}

MBarrierError MBarrier::arrive(uint32_t count) {
  if (MBarrierError error = checkArrive(count); error != MBarrierError::None)
    return error;
  pending_ -= count;
  tryComplete();
  return MBarrierError::None;
}

MBarrierError MBarrier::expectTransactions(uint32_t bytes) {
  MBarrierError error = checkTransactions(bytes);
  if (error != MBarrierError::None)
    return error;
  transactions_ += static_cast<int32_t>(bytes);
  expectedBytes_ += bytes;
  return error;
}

MBarrierError MBarrier::arriveExpect(uint32_t bytes, uint32_t count) {
  if (MBarrierError error = checkArrive(count); error != MBarrierError::None)
    return error;
  if (MBarrierError error = expectTransactions(bytes);
      error != MBarrierError::None)
    return error;
  return arrive(count);
}

MBarrierError MBarrier::completeTransactions(uint32_t bytes) {
  if (MBarrierError error = checkTransactions(-static_cast<int64_t>(bytes));
      error != MBarrierError::None)
    return error;
  transactions_ -= static_cast<int32_t>(bytes);
  completedBytes_ += bytes;
  tryComplete();
  return MBarrierError::None;
}

MBarrierError MBarrier::arriveDrop(uint32_t count) {
  if (MBarrierError error = checkArrive(count); error != MBarrierError::None)
    return error;
  // pending never exceeds expected unless copies added to it, and those may
  // not drop.
  if (count > expected_)
    return MBarrierError::PendingUnderflow;
  expected_ -= count;
  return arrive(count);
}

MBarrierError MBarrier::arriveNoComplete(uint32_t count, bool drop) {
  if (MBarrierError error = checkArrive(count); error != MBarrierError::None)
    return error;
  if (count == pending_ && transactions_ == 0)
    return MBarrierError::WouldComplete;
  return drop ? arriveDrop(count) : arrive(count);
}

MBarrierError MBarrier::arriveDropExpect(uint32_t bytes, uint32_t count) {
  if (MBarrierError error = checkArrive(count); error != MBarrierError::None)
    return error;
  if (count > expected_)
    return MBarrierError::PendingUnderflow;
  if (MBarrierError error = expectTransactions(bytes);
      error != MBarrierError::None)
    return error;
  return arriveDrop(count);
}

MBarrierError MBarrier::addPending() {
  if (!live_)
    return MBarrierError::NotInitialized;
  if (pending_ == maxCount)
    return MBarrierError::ArriveCount;
  ++pending_;
  return MBarrierError::None;
}

MBarrierError MBarrier::testParity(bool parity, bool &done) const {
  if (!live_)
    return MBarrierError::NotInitialized;
  done = this->parity() != parity;
  return MBarrierError::None;
}

// The token keeps 43 bits of the phase number: more phases than a simulation
// can run through.
uint64_t MBarrier::token() const {
  return (phase_ << 20) | (pending_ & maxCount);
}

uint32_t MBarrier::tokenPending(uint64_t token) { return token & maxCount; }

MBarrierError MBarrier::testToken(uint64_t token, bool &done) const {
  if (!live_)
    return MBarrierError::NotInitialized;
  uint64_t phase = (token & ~countable) >> 20;
  if (phase != phase_ && phase + 1 != phase_)
    return MBarrierError::StaleToken;
  done = phase != phase_;
  return MBarrierError::None;
}
