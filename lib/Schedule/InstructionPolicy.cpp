//===- InstructionPolicy.cpp - Schedules by instruction -------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Policies.h"

using namespace dgemm::schedule;

bool InstructionPolicy::prefers(dgk::ScheduleAttr a,
                                dgk::ScheduleAttr b) const {
  auto key = [](dgk::ScheduleAttr s) {
    return std::tuple(!s.getSwapAb(), -s.getTileN(), s.getTileK(),
                      -s.getTileM());
  };
  return key(a) < key(b);
}

bool dgemm::schedule::hasPolicy(dgk::MatrixInstruction instruction) {
  return instruction.getThreads() >= 32;
}

const InstructionPolicy &
dgemm::schedule::getPolicy(dgk::MatrixInstruction instruction) {
  return instruction.readsShared() ? getWgmmaPolicy() : getMmaSyncPolicy();
}
