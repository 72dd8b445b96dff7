//===- Precompiled.cpp - Owner of the precompiled header ------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Empty: exists so that the precompiled header has a target to belong to.
//
//===----------------------------------------------------------------------===//
