//===- Fixture.h - Problems and schedules for tests -------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_TEST_UNIT_SCHEDULE_FIXTURE_H
#define DGEMM_TEST_UNIT_SCHEDULE_FIXTURE_H

#include "dgemm/Schedule/CostModel.h"
#include "dgemm/Target/Targets.h"

#include "mlir/IR/MLIRContext.h"
#include "gtest/gtest.h"

namespace dgemm::schedule {

/// The parameters of a schedule that tests vary.
struct Shape {
  int64_t m = 128;
  int64_t n = 128;
  int64_t k = 128;
  int64_t gridM = 4;
  int64_t gridN = 2;
  int64_t stages = 2;
  int64_t slots = 8;
  int64_t scaleStages = 2;
  int64_t mathRegisters = 232;
  int64_t loadRegisters = 40;
};

class ScheduleFixture : public ::testing::Test {
protected:
  ScheduleFixture() { context.loadDialect<dgk::DGKDialect>(); }

  DenseProblem makeProblem(int64_t m, int64_t n, int64_t k) {
    DenseProblem problem;
    problem.m = m;
    problem.n = n;
    problem.k = k;
    problem.aType = problem.bType = mlir::Float8E4M3FNType::get(&context);
    problem.dType = mlir::BFloat16Type::get(&context);
    problem.blockA = problem.blockB = 128;
    problem.dIsTmaAligned = n % 8 == 0;
    return problem;
  }

  /// FP8 with one f32 scale for each 1 x 128 of A and 128 x 128 of B.
  DenseProblem make1D2D(int64_t m, int64_t n, int64_t k) {
    DenseProblem problem = makeProblem(m, n, k);
    problem.hasPackedScales = false;
    problem.blockRowsB = 128;
    return problem;
  }

  DenseProblem makeBf16(int64_t m, int64_t n, int64_t k) {
    DenseProblem problem = makeProblem(m, n, k);
    problem.aType = problem.bType = mlir::BFloat16Type::get(&context);
    problem.blockA = problem.blockB = 0;
    return problem;
  }

  dgk::TargetAttr getTarget(llvm::StringRef chip = "sm_120a") {
    return dgk::lookupTarget(&context, chip);
  }

  dgk::ScheduleAttr makeSchedule(const Shape &s) {
    auto swizzle = s.k == 64 ? dgk::Swizzle::B64 : dgk::Swizzle::B128;
    mlir::Type f8 = mlir::Float8E4M3FNType::get(&context);
    auto mma = dgk::MmaSyncAttr::get(&context, dgk::MmaKind::MXF8F6F4, 16, 8,
                                     32, f8, f8, 32);
    auto math =
        dgk::RoleSpecAttr::get(&context, s.gridM * s.gridN, s.mathRegisters);
    auto load = dgk::RoleSpecAttr::get(&context, 4, s.loadRegisters);
    auto store = s.slots ? dgk::StorePath::Tma : dgk::StorePath::Registers;
    return dgk::ScheduleAttr::get(
        &context, {s.m, s.n, s.k}, {s.gridM, s.gridN}, s.stages, s.scaleStages,
        mma, swizzle, swizzle, math, load, store, s.slots,
        dgk::RasterAttr::get(&context, 8, dgk::Axis::M), {}, 1, false,
        std::nullopt);
  }

  mlir::MLIRContext context;
};

} // namespace dgemm::schedule

#endif // DGEMM_TEST_UNIT_SCHEDULE_FIXTURE_H
