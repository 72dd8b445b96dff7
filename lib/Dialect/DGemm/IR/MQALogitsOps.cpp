//===- MQALogitsOps.cpp - Multi-query attention logits --------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGemm/IR/DGemmOps.h"

#include "Extents.h"

using namespace mlir;
using namespace dgemm;

LogicalResult MQALogitsOp::verify() { return success(); }

LogicalResult PagedMQALogitsOp::verify() { return success(); }

LogicalResult PagedMQAMetadataOp::verify() { return success(); }

// What lies within a row's range stays.
bool CleanLogitsOp::readsInits() { return true; }

LogicalResult CleanLogitsOp::verify() { return success(); }
