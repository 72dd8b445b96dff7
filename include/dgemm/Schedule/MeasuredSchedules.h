//===- MeasuredSchedules.h - Schedules that won on hardware -----*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The table of measured schedules, lib/Schedule/Measured/<chip>.csv: for each
// problem that was measured on the chip the fastest candidate of all. Lines are
// `form;m;n;k;schedule`; `benchmarks/measured_schedules.py` makes them from the
// JSON that `dgemm-bench --all-candidates` writes. For shapes between them the
// cost model chooses.
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_SCHEDULE_MEASUREDSCHEDULES_H
#define DGEMM_SCHEDULE_MEASUREDSCHEDULES_H

#include "dgemm/Schedule/Limits.h"

namespace dgemm::schedule {

/// What of a problem besides its extents decides its kernel, as the table says
/// it: "f8E4M3FN f8E4M3FN bf16 nt 1x128 128x128 f32", and " more" where C is
/// added or D has a head split.
std::string getForm(const DenseProblem &problem);

/// The schedule that was the fastest for this form and these extents (expected
/// ones, where they are known at launch only) on the target's chip; null if
/// nobody measured it, or if the target is not the chip of that name as the
/// compiler knows it.
dgk::ScheduleAttr lookupMeasured(const DenseProblem &problem,
                                 dgk::TargetAttr target);

/// The table of a chip, empty if there is none.
llvm::StringRef getMeasuredTable(llvm::StringRef chip);

} // namespace dgemm::schedule

#endif // DGEMM_SCHEDULE_MEASUREDSCHEDULES_H
