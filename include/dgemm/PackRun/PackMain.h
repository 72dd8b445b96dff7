//===- PackMain.h - Packs from the command line -----------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_PACKRUN_PACKMAIN_H
#define DGEMM_PACKRUN_PACKMAIN_H

namespace dgemm::packrun {

/// Whether the command line of dgemm-run names a pack or a list of packs.
bool isForPacks(int argc, char **argv);

/// dgemm-run on packs; returns the exit code, 1 when a problem failed, 2 when
/// the command line is wrong or the device cannot be used.
int packMain(int argc, char **argv);

} // namespace dgemm::packrun

#endif // DGEMM_PACKRUN_PACKMAIN_H
