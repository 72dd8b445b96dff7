//===- Operands.cpp - Random operands on the GPU --------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Operands.h"

#include "dgemm/Reference/Formats.h"
#include "dgemm/Reference/Parallel.h"
#include "dgemm/Reference/Random.h"

#include <algorithm>
#include <cmath>

using namespace dgemm;
using namespace dgemm::bench;
using Kind = RandomPools::Kind;

//===----------------------------------------------------------------------===//
// Pools
//===----------------------------------------------------------------------===//

static constexpr uint64_t kChunk = uint64_t(1) << 16;

static unsigned getElementBits(Kind kind) {
  switch (kind) {
  case Kind::E2M1:
    return 4;
  case Kind::E4M3:
  case Kind::ScaleE8M0:
    return 8;
  case Kind::BF16:
    return 16;
  case Kind::F32:
  case Kind::ScaleF32:
    return 32;
  }
  return 0;
}

static reference::ElementType getType(Kind kind) {
  switch (kind) {
  case Kind::E2M1:
    return reference::ElementType::F4E2M1FN;
  case Kind::E4M3:
    return reference::ElementType::F8E4M3FN;
  case Kind::ScaleE8M0:
    return reference::ElementType::F8E8M0FNU;
  case Kind::BF16:
    return reference::ElementType::BF16;
  default:
    return reference::ElementType::F32;
  }
}

/// A normal number, for quantised formats times what a scale by the largest of
/// 128 numbers would make of it; a scale is such a largest number over the
/// largest of the format.
static double draw(Kind kind, const reference::Random &random, uint64_t index) {
  switch (kind) {
  case Kind::E4M3:
    return 160 * random.normal(index);
  case Kind::E2M1:
    return 2.2 * random.normal(index);
  case Kind::ScaleF32:
    return 0.006 * (0.8 + 0.4 * random.uniform(index));
  case Kind::ScaleE8M0:
    return std::ldexp(1.0, int(random.integer(index, -9, -6)));
  default:
    return random.normal(index);
  }
}

Expected<const RandomPools::Pool *> RandomPools::get(Kind kind) {
  auto found = pools.find(kind);
  if (found != pools.end())
    return &found->second;
  Pool pool;
  pool.bytes.resize(poolBytes);
  reference::Random random(/*seed=*/1, static_cast<uint32_t>(kind));
  uint64_t elements = poolBytes * 8 / getElementBits(kind);
  int64_t chunks = static_cast<int64_t>((elements + kChunk - 1) / kChunk);
  reference::Parallel().forEach(chunks, [&](int64_t chunk) {
    uint64_t end = std::min(elements, (chunk + 1) * kChunk);
    for (uint64_t i = chunk * kChunk; i < end; ++i)
      reference::storeElement(getType(kind), pool.bytes.data(),
                              static_cast<int64_t>(i), draw(kind, random, i));
  });
  Expected<GpuMemory> memory = gpu.allocate(poolBytes);
  if (!memory)
    return memory.error();
  pool.memory = std::move(*memory);
  Status status =
      gpu.write(pool.memory.getAddress(), pool.bytes.data(), poolBytes);
  if (!status.ok())
    return status.error();
  return &(pools[kind] = std::move(pool));
}

Status RandomPools::fill(Kind kind, uint64_t address, uint64_t bytes,
                         uint64_t phase) {
  Expected<const Pool *> pool = get(kind);
  if (!pool)
    return pool.error();
  uint64_t from = phase % poolBytes;
  for (uint64_t done = 0; done < bytes;) {
    uint64_t part = std::min(bytes - done, poolBytes - from);
    Status status =
        gpu.copy((*pool)->memory.getAddress() + from, address + done, part);
    if (!status.ok())
      return status;
    done += part;
    from = 0;
  }
  return {};
}

double RandomPools::getElement(Kind kind, uint64_t index,
                               uint64_t phase) const {
  uint64_t elements = poolBytes * 8 / getElementBits(kind);
  uint64_t first = phase * 8 / getElementBits(kind);
  return reference::loadElement(
      getType(kind), pools.at(kind).bytes.data(),
      static_cast<int64_t>((first + index) % elements));
}

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

static Kind getKind(const launch::Argument &argument) {
  bool isScale = argument.name == "a_scale" || argument.name == "b_scale";
  switch (argument.type) {
  case launch::ElementType::F8E4M3FN:
    return Kind::E4M3;
  case launch::ElementType::F4E2M1FN:
    return Kind::E2M1;
  case launch::ElementType::BF16:
    return Kind::BF16;
  case launch::ElementType::F32:
    return isScale ? Kind::ScaleF32 : Kind::F32;
  default:
    return Kind::ScaleE8M0;
  }
}

/// Sizes and strides of an argument whose dynamic sizes are M. A stride that is
/// left open makes the argument contiguous; scales with stride 1 along the rows
/// get columns of whole 16 bytes.
static launch::ArgumentValue makeValue(const launch::Argument &argument,
                                       int64_t m) {
  launch::ArgumentValue value;
  value.rank = argument.shape.size();
  for (size_t i = 0; i < value.rank; ++i)
    value.shape[i] = argument.shape[i].value_or(m);
  constexpr int64_t kAlignment = 4;
  int64_t column =
      value.rank ? (value.shape[0] + kAlignment - 1) / kAlignment * kAlignment
                 : 1;
  int64_t next = 1;
  for (size_t i = value.rank; i-- > 0;) {
    bool isColumnMajor = i == 1 && argument.strides[0] == 1;
    value.strides[i] =
        argument.strides[i].value_or(isColumnMajor ? column : next);
    next = value.strides[i] * value.shape[i];
  }
  return value;
}

static uint64_t countBytes(const launch::ArgumentValue &value,
                           launch::ElementType type) {
  int64_t last = 0;
  for (size_t i = 0; i < value.rank; ++i)
    last += (value.shape[i] - 1) * value.strides[i];
  return ((last + 1) * launch::getBits(type) + 7) / 8;
}

Expected<std::unique_ptr<Operands>>
Operands::create(const Gpu &gpu, RandomPools &pools, const Problem &problem,
                 const launch::LaunchPlan &plan) {
  auto out = std::make_unique<Operands>();
  out->problem = problem;
  for (const launch::Argument &source : plan.arguments) {
    Argument argument;
    argument.name = source.name;
    argument.type = source.type;
    argument.kind = getKind(source);
    argument.value = makeValue(source, problem.m);
    argument.bytes = countBytes(argument.value, source.type);
    // Operands of one type begin at different places of the pool.
    argument.phase = 16 * 4099 * out->arguments.size();
    // C and D are one: whichever comes second has no memory of its own.
    const char *other = source.name == "c"   ? "d"
                        : source.name == "d" ? "c"
                                             : "";
    if (const Argument *twin = out->find(other)) {
      argument.value.address = twin->value.address;
      argument.phase = twin->phase;
    } else {
      Expected<GpuMemory> memory = gpu.allocate(argument.bytes);
      if (!memory)
        return memory.error();
      argument.memory = std::move(*memory);
      argument.value.address = argument.memory.getAddress();
    }
    out->arguments.push_back(std::move(argument));
  }
  for (const Argument &argument : out->arguments) {
    if (Status status = pools.fill(argument.kind, argument.value.address,
                                   argument.bytes, argument.phase);
        !status.ok())
      return status.error();
    out->values.push_back(argument.value);
  }
  return out;
}

const Operands::Argument *Operands::find(const std::string &name) const {
  for (const Argument &argument : arguments)
    if (argument.name == name)
      return &argument;
  return nullptr;
}

uint64_t Operands::getAddress(const std::string &name) const {
  const Argument *argument = find(name);
  return argument ? argument->value.address : 0;
}

bool Operands::serve(const Problem &other,
                     const launch::LaunchPlan &plan) const {
  if (other.getName() != problem.getName() ||
      plan.arguments.size() != arguments.size())
    return false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    launch::ArgumentValue value = makeValue(plan.arguments[i], problem.m);
    if (plan.arguments[i].name != arguments[i].name ||
        plan.arguments[i].type != arguments[i].type ||
        value.shape != arguments[i].value.shape ||
        value.strides != arguments[i].value.strides)
      return false;
  }
  return true;
}

Status Operands::resetD(const Gpu &gpu, RandomPools &pools) const {
  const Argument *d = find("d");
  if (!d)
    return Error{"the kernel has no argument d"};
  if (problem.accumulate)
    return pools.fill(d->kind, d->value.address, d->bytes, d->phase);
  constexpr uint8_t kNan = 0xff;
  return gpu.fill(d->value.address, kNan, d->bytes);
}

//===----------------------------------------------------------------------===//
// Check
//===----------------------------------------------------------------------===//

double Operands::load(const RandomPools &pools, const Argument &argument,
                      int64_t i, int64_t j) const {
  return pools.getElement(argument.kind,
                          i * argument.value.strides[0] +
                              j * argument.value.strides[1],
                          argument.phase);
}

double Operands::loadScale(const RandomPools &pools, const Argument *argument,
                           const ScaleBlock &block, int64_t row,
                           int64_t k) const {
  if (!argument)
    return 1;
  int64_t i = row / block.rows, j = k / block.depth;
  if (problem.scales != ScaleStorage::Words)
    return load(pools, *argument, i, j);
  int64_t word =
      i * argument->value.strides[0] + j / 4 * argument->value.strides[1];
  return pools.getElement(argument->kind, 4 * word + j % 4, argument->phase);
}

/// Relative error that sums may have, of the sum of the magnitudes of the
/// products: f32 accumulation, or wgmma with FP8, which keeps 13 bits
/// (docs/Conformance.md). Far below what a missing K tile makes.
static double getSumError(const Problem &problem) {
  return problem.a == "bf16" ? 0x1p-14 : 0x1p-10;
}

void Operands::evaluate(const RandomPools &pools, int64_t m, int64_t n,
                        double &value, double &bound) const {
  const Argument *a = find("a"), *b = find("b");
  const Argument *sa = find("a_scale"), *sb = find("b_scale");
  bool isKMajorA = problem.layout[0] == 'n';
  bool isKMajorB = problem.layout[1] == 't';
  value = 0;
  double magnitude = 0;
  for (int64_t k = 0; k < problem.k; ++k) {
    double x = isKMajorA ? load(pools, *a, m, k) : load(pools, *a, k, m);
    double y = isKMajorB ? load(pools, *b, n, k) : load(pools, *b, k, n);
    double product = x * y * loadScale(pools, sa, problem.aScale, m, k) *
                     loadScale(pools, sb, problem.bScale, n, k);
    value += product;
    magnitude += std::abs(product);
  }
  double added = problem.accumulate ? load(pools, *find("d"), m, n) : 0;
  value += added;
  double rounding = problem.d == "bf16" ? 0x1p-8 : 0x1p-23;
  bound = getSumError(problem) * magnitude +
          rounding * (std::abs(value) + 2 * std::abs(added));
}

Expected<double> Operands::check(const Gpu &gpu,
                                 const RandomPools &pools) const {
  const Argument *d = find("d"), *a = find("a"), *b = find("b");
  if (!d || !a || !b || d->value.rank != 2)
    return Error{"the kernel is no product with arguments a, b and d"};
  constexpr int64_t kSamples = 64;
  reference::Random random(/*seed=*/2, /*stream=*/0);
  double worst = 0;
  for (int64_t i = 0; i < kSamples; ++i) {
    int64_t m = random.integer(2 * i, 0, problem.m - 1);
    int64_t n = random.integer(2 * i + 1, 0, problem.n - 1);
    if (i < 4) {
      m = i % 2 ? problem.m - 1 : 0;
      n = i / 2 ? problem.n - 1 : 0;
    }
    uint8_t bytes[8] = {};
    int64_t size = launch::getBits(d->type) / 8;
    uint64_t at = (m * d->value.strides[0] + n * d->value.strides[1]) * size;
    if (Status status = gpu.read(d->value.address + at, bytes, size);
        !status.ok())
      return status.error();
    double value = 0, bound = 0;
    evaluate(pools, m, n, value, bound);
    double actual = reference::loadElement(getType(d->kind), bytes, 0);
    double ratio = std::abs(actual - value) / bound;
    // NaN is worse than anything.
    worst = ratio <= worst ? worst : std::isnan(ratio) ? INFINITY : ratio;
  }
  return worst;
}
