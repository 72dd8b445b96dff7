//===- TestSupport.h - Short ways to make tensors ---------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM__TESTSUPPORT_H
#define DGEMM__TESTSUPPORT_H

#include "dgemm/Reference/Random.h"
#include "dgemm/Reference/Tensor.h"

#include "gtest/gtest.h"

namespace dgemm::reference::test {

inline Tensor make(ElementType type, std::vector<int64_t> shape) {
  Expected<Tensor> tensor = Tensor::create(type, std::move(shape));
  EXPECT_TRUE(static_cast<bool>(tensor)) << tensor.message();
  return tensor ? *tensor : Tensor();
}

inline Tensor make(ElementType type, std::vector<int64_t> shape,
                   const std::vector<double> &values) {
  Tensor tensor = make(type, std::move(shape));
  for (size_t i = 0; i < values.size(); ++i)
    tensor.view().store(tensor.view().atLinear(static_cast<int64_t>(i)),
                        values[i]);
  return tensor;
}

inline Tensor makeRandom(ElementType type, std::vector<int64_t> shape,
                         uint64_t seed) {
  Tensor tensor = make(type, std::move(shape));
  Random random(seed, 0);
  for (int64_t i = 0, e = tensor.view().numElements(); i < e; ++i)
    tensor.view().store(tensor.view().atLinear(i),
                        random.normal(static_cast<uint64_t>(i)));
  return tensor;
}

inline std::vector<double> values(const View &view) {
  std::vector<double> out;
  for (int64_t i = 0, e = view.numElements(); i < e; ++i)
    out.push_back(view.load(view.atLinear(i)));
  return out;
}

} // namespace dgemm::reference::test

#endif // DGEMM__TESTSUPPORT_H
