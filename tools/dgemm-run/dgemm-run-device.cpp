//===- dgemm-run-device.cpp - Runs packs, without a compiler --------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/PackRun/PackMain.h"

int main(int argc, char **argv) { return dgemm::packrun::packMain(argc, argv); }
