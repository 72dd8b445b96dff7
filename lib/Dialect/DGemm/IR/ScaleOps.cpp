//===- ScaleOps.cpp - Conversions between scale layouts -------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ContractionVerifier.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace dgemm;

std::optional<PackedScaleDims>
PackScalesOp::getPackedScaleDims(OpOperand &operand) {
  int64_t rank = getPacked().getType().getRank();
  if (operand != getPackedMutable())
    return std::nullopt;
  return PackedScaleDims{rank - 2, rank - 1};
}

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

static constexpr Rule kForm = "pack_scales-c1";
static constexpr Rule kTypes = "pack_scales-c2";
static constexpr Rule kRanks = "pack_scales-c3";
static constexpr Rule kGranularity = "pack_scales-c4";
static constexpr Rule kShapes = "pack_scales-c5";
static constexpr Rule kKGrouped = "pack_scales-c6";
static constexpr Rule kGroupOperand = "pack_scales-c7";
static constexpr Rule kStrides = "pack_scales-c8";

/// The most groups of K that one op packs.
static constexpr int64_t kMaxGroups = 128;

namespace {

/// The verifier of one pack_scales.
class PackVerifier {
public:
  explicit PackVerifier(PackScalesOp op)
      : op(op), scales{op.getScales(), "scales"}, ks{op.getKs(), "ks"},
        packed{op.getPacked(), "packed"},
        block(op.getGranularity().getBlock()) {}

  LogicalResult verify();

private:
  LogicalResult checkTypes();
  LogicalResult checkRanks();
  LogicalResult checkDim(int64_t dim, int64_t from, int64_t to,
                         int64_t expected, StringRef why);
  LogicalResult checkRowsAndBatch();
  LogicalResult checkWords();
  LogicalResult checkGroups();

  PackScalesOp op;
  Named scales, ks, packed;
  ScaleBlock block;
};

} // namespace

LogicalResult PackVerifier::checkTypes() {
  Type from = scales.getElementType();
  if (!from.isF32() && !isa<Float8E8M0FNUType>(from))
    return fail(op, kTypes) << "scales have elements of type " << from
                            << ", expected f32 or f8E8M0FNU";
  return checkIndexType(op, kTypes, packed);
}

LogicalResult PackVerifier::checkRanks() {
  int64_t rank = scales.getRank();
  if (rank != 2 && (rank != 3 || ks))
    return fail(op, kRanks)
           << "scales have " << rank
           << (rank == 1 ? " dimension (" : " dimensions (") << scales.getType()
           << "), expected " << (ks ? "2 with K groups" : "2 or 3")
           << ", [batch, rows, K]";
  return checkRank(op, kRanks, packed, rank, "as scales");
}

LogicalResult PackVerifier::checkRowsAndBatch() {
  int64_t rank = scales.getRank();
  if (rank == 3) {
    Extent batch("the batch");
    if (failed(unify(op, kShapes, batch, scales, 0)) ||
        failed(unify(op, kShapes, batch, packed, 0)))
      return failure();
  }
  int64_t rows = packed.getExtent(rank - 2);
  if (ShapedType::isDynamic(rows))
    return success();
  int64_t blocks = scales.getExtent(rank - 2);
  int64_t expected = llvm::divideCeil(rows, block.mn);
  if (!isStaticNot(blocks, expected))
    return success();
  return fail(op, kShapes) << "scales have " << blocks << " rows, expected "
                           << expected << " (packed has " << rows << " rows, "
                           << block.mn << " for each scale)";
}

LogicalResult PackVerifier::checkWords() {
  int64_t last = scales.getRank() - 1;
  int64_t bytes = scales.getExtent(last);
  int64_t words = packed.getExtent(last);
  if (ShapedType::isDynamic(bytes) || ShapedType::isDynamic(words))
    return success();
  int64_t least = llvm::divideCeil(bytes, 4);
  // Each K group fills up its last word.
  int64_t groups = ks ? ks.getExtent(0) : 0;
  if (ShapedType::isDynamic(groups))
    groups = kMaxGroups;
  int64_t most = ks ? bytes / 4 + groups : least;
  if (words >= least && words <= most)
    return success();
  InFlightDiagnostic error = fail(op, kShapes);
  error << "packed has " << words << " words along K, expected " << least;
  if (most > least)
    error << " to " << most;
  return error << " for " << bytes << " scales of 4 to a word";
}

LogicalResult PackVerifier::checkGroups() {
  if (!ks)
    return success();
  if (failed(checkIndexType(op, kGroupOperand, ks)) ||
      failed(checkRank(op, kGroupOperand, ks, 1, "[G]")) ||
      failed(checkContiguous(op, kGroupOperand, ks)))
    return failure();
  if (block.mn != 1)
    return fail(op, kKGrouped)
           << "has granularity " << block.mn << "x" << block.k
           << ", expected 1 row for each scale with K groups";
  Extent rows("rows");
  (void)unify(op, kKGrouped, rows, packed, 0);
  if (failed(checkMultiple(op, kKGrouped, rows, 4, " with K groups")))
    return failure();
  int64_t groups = ks.getExtent(0);
  if (ShapedType::isDynamic(groups) || groups <= kMaxGroups)
    return success();
  return fail(op, kKGrouped)
         << "has " << groups << " K groups, expected at most " << kMaxGroups;
}

LogicalResult PackVerifier::verify() {
  if (failed(checkForm(op, kForm)) || failed(checkTypes()) ||
      failed(checkRanks()))
    return failure();
  if (block.k != 32 && block.k != 128)
    return fail(op, kGranularity)
           << "has granularity " << block.mn << "x" << block.k
           << ", expected 32 or 128 elements of K for each scale";
  if (failed(checkGroups()) || failed(checkRowsAndBatch()) ||
      failed(checkWords()))
    return failure();
  return checkPackedStrides(op, kStrides, packed,
                            *op.getPackedScaleDims(op.getPackedMutable()));
}

LogicalResult PackScalesOp::verify() { return PackVerifier(*this).verify(); }
