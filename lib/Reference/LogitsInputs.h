//===- LogitsInputs.h - Operands of attention logits, row by row *- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM__LOGITSINPUTS_H
#define DGEMM__LOGITSINPUTS_H

// What the evaluation and the check of both logits ops share: shapes, and where
// bytes are. No arithmetic.

#include "dgemm/Reference/Logits.h"

namespace dgemm::reference {

/// A vector of D elements with its scales: one f32, or four UE8M0 bytes that
/// each cover 32 elements.
struct ScaledRow {
  View data;
  std::optional<float> scale;
  std::optional<uint32_t> word;
};

Status validate(const MQALogits &problem);
Status validate(const PagedMQALogits &problem);

/// Token `j` of a dense key sequence.
ScaledRow keyRow(const KeySource &keys, int64_t j);
/// Token `j` of sequence `b` of a paged cache. Call only after validation.
ScaledRow keyRow(const PagedMQALogits &problem, int64_t b, int64_t j);
/// Row `h` of a [H, D] query with i32 [H] scales.
ScaledRow queryRow(const View &q, const std::optional<View> &scale, int64_t h);

} // namespace dgemm::reference

#endif // DGEMM__LOGITSINPUTS_H
