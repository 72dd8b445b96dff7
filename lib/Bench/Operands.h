//===- Operands.h - Random operands on the GPU ------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_BENCH_OPERANDS_H
#define DGEMM_LIB_BENCH_OPERANDS_H

#include "Gpu.h"

#include <map>

namespace dgemm::bench {

/// Random bytes that operands repeat: making gigabytes anew for each problem
/// would take longer than measuring, and power does not depend on it. The same
/// on every machine.
class RandomPools {
public:
  enum class Kind { E4M3, E2M1, BF16, F32, ScaleF32, ScaleE8M0 };

  /// `bytes` for each kind, a multiple of 16; best no multiple of a row, so
  /// that rows differ.
  RandomPools(const Gpu &gpu, uint64_t bytes) : gpu(gpu), poolBytes(bytes) {}

  /// Queues copies that fill `bytes` bytes at `address`. `phase` is where in
  /// the pool they begin, a multiple of 16.
  Status fill(Kind kind, uint64_t address, uint64_t bytes, uint64_t phase);
  /// The element with this index of memory that was filled so.
  double getElement(Kind kind, uint64_t index, uint64_t phase) const;

private:
  struct Pool {
    std::vector<uint8_t> bytes;
    GpuMemory memory;
  };
  Expected<const Pool *> get(Kind kind);

  const Gpu &gpu;
  const uint64_t poolBytes;
  std::map<Kind, Pool> pools;
};

/// The arguments of a kernel with their memory.
class Operands {
public:
  /// Makes operands for `plan`, whose dynamic sizes are M. D and C are one.
  static Expected<std::unique_ptr<Operands>>
  create(const Gpu &gpu, RandomPools &pools, const Problem &problem,
         const launch::LaunchPlan &plan);

  const std::vector<launch::ArgumentValue> &getValues() const { return values; }
  /// Address of the argument with this name, 0 if there is none.
  uint64_t getAddress(const std::string &name) const;
  /// Whether `plan` takes the same arguments.
  bool serve(const Problem &problem, const launch::LaunchPlan &plan) const;

  /// Puts D into the state before a launch: NaN, or what is added to.
  Status resetD(const Gpu &gpu, RandomPools &pools) const;
  /// Largest ratio of error and bound over some elements of D: the corners and
  /// random ones. Above 1 the result is wrong.
  Expected<double> check(const Gpu &gpu, const RandomPools &pools) const;

private:
  struct Argument {
    std::string name;
    launch::ElementType type;
    launch::ArgumentValue value;
    RandomPools::Kind kind;
    uint64_t phase = 0;
    GpuMemory memory;
    uint64_t bytes = 0;
  };
  const Argument *find(const std::string &name) const;
  double load(const RandomPools &pools, const Argument &argument, int64_t i,
              int64_t j) const;
  double loadScale(const RandomPools &pools, const Argument *argument,
                   const ScaleBlock &block, int64_t row, int64_t k) const;
  /// The exact value of D[m, n] and a bound of its error.
  void evaluate(const RandomPools &pools, int64_t m, int64_t n, double &value,
                double &bound) const;

  Problem problem;
  std::vector<Argument> arguments;
  std::vector<launch::ArgumentValue> values;
};

} // namespace dgemm::bench

#endif // DGEMM_LIB_BENCH_OPERANDS_H
