//===- sim-matmul.cpp - A compiled FP8 matmul in the simulator ------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Runs the kernel of `dgemm-compile --emit=ptx` as its `--emit=plan` says, on
// random operands, and compares every element with a sum in f64.
//
//===----------------------------------------------------------------------===//

#include "dgemm/Launch/Evaluate.h"
#include "dgemm/Reference/Check.h"
#include "dgemm/Reference/Formats.h"
#include "dgemm/Reference/Parallel.h"
#include "dgemm/Simulator/Machine.h"
#include "dgemm/Simulator/TensorMap.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <mutex>
#include <sstream>

using namespace dgemm;

static constexpr const char *usage = R"(usage: sim-matmul PTX PLAN [options]
  --m=N --n=N --k=N   sizes that the plan leaves open (13, 1000, 2000)
  --ga=N --gb=N       elements of K per scale (128)
  --sms=N             streaming multiprocessors (3)
  --seed=N            of operands and schedule (0)
  --exact             operands whose sums are representable: equal bits
)";

namespace {

struct Problem {
  int64_t m = 13, n = 1000, k = 2000, ga = 128, gb = 128, sms = 3;
  uint64_t seed = 0;
  bool exact = false;
};

class SplitMix {
public:
  explicit SplitMix(uint64_t seed) : state(seed) {}
  uint64_t next() {
    uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    return z ^ (z >> 27);
  }
  uint32_t below(uint32_t bound) {
    return static_cast<uint32_t>((next() >> 32) * bound >> 32);
  }

private:
  uint64_t state;
};

/// One operand: codes, packed scales, and the values that they stand for.
struct Operand {
  std::vector<uint8_t> codes, scales;
  std::vector<double> values;
  int64_t words = 0, leading = 0;
};

} // namespace

static int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

static Operand makeOperand(int64_t rows, int64_t k, int64_t granularity,
                           bool exact, SplitMix &random) {
  static constexpr uint8_t simple[] = {0, 0x38, 0xb8, 0x40, 0xc0, 0x30, 0xb0};
  Operand result;
  result.codes.resize(static_cast<size_t>(rows * k));
  for (uint8_t &code : result.codes) {
    code = exact ? simple[random.below(7)]
                 : static_cast<uint8_t>(random.below(256));
    if ((code & 0x7f) == 0x7f)
      code = 0x12;
  }
  int64_t groups = ceilDiv(k, granularity);
  result.words = ceilDiv(groups, 4);
  result.leading = ceilDiv(rows, 4) * 4;
  result.scales.assign(static_cast<size_t>(result.words * result.leading * 4),
                       0x7f);
  result.values.resize(result.codes.size());
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t group = 0; group < groups; ++group) {
      uint32_t low = exact ? 126 : 110, span = exact ? 3 : 20;
      uint8_t scale = static_cast<uint8_t>(low + random.below(span));
      int64_t word = (group / 4) * result.leading + row;
      result.scales[static_cast<size_t>(4 * word + group % 4)] = scale;
      int64_t end = std::min(k, (group + 1) * granularity);
      for (int64_t i = group * granularity; i < end; ++i) {
        size_t at = static_cast<size_t>(row * k + i);
        result.values[at] = reference::decodeE4M3(result.codes[at]) *
                            reference::decodeE8M0(scale);
      }
    }
  }
  return result;
}

static bool fail(const std::string &message) {
  std::cerr << "sim-matmul: " << message << "\n";
  return false;
}

static std::string readText(const char *path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

static int64_t extent(const launch::Argument &argument, size_t dimension,
                      int64_t otherwise) {
  return argument.shape[dimension].value_or(otherwise);
}

/// Codes of the driver and of the simulator's maps.
static sim::TensorMapType mapType(launch::ElementType type) {
  switch (type) {
  case launch::ElementType::I32:
    return sim::TensorMapType::S32;
  case launch::ElementType::BF16:
    return sim::TensorMapType::BF16;
  case launch::ElementType::F32:
    return sim::TensorMapType::F32;
  default:
    return sim::TensorMapType::U8;
  }
}

static std::vector<uint8_t> encode(const launch::TensorMapValue &value) {
  sim::TensorMap map;
  map.type = mapType(value.type);
  map.rank = static_cast<unsigned>(value.rank);
  map.address = value.address;
  for (size_t i = 0; i < value.rank; ++i) {
    map.dim[i] = value.dims[i];
    map.box[i] = value.box[i];
  }
  for (size_t i = 0; i + 1 < value.rank; ++i)
    map.stride[i] = value.strides[i];
  map.swizzle = value.swizzle == 0    ? sim::Swizzle::None
                : value.swizzle == 32 ? sim::Swizzle::B32
                : value.swizzle == 64 ? sim::Swizzle::B64
                                      : sim::Swizzle::B128;
  sim::TensorMap::Image image = map.encode();
  return {image.begin(), image.end()};
}

static sim::Launch makeLaunch(const launch::LaunchPlan &plan,
                              const launch::Launch &evaluated,
                              const Problem &problem) {
  sim::Launch result;
  result.entry = plan.entry;
  result.grid[0] = evaluated.grid;
  result.block[0] = evaluated.block;
  result.sharedBytes = evaluated.sharedBytes;
  result.smCount = static_cast<uint32_t>(problem.sms);
  for (const launch::ParameterValue &parameter : evaluated.parameters) {
    std::vector<uint8_t> bytes;
    if (parameter.kind == launch::Parameter::Kind::Map) {
      bytes = encode(evaluated.maps[parameter.value]);
    } else {
      bool pointer = parameter.kind == launch::Parameter::Kind::Pointer;
      bytes.resize(pointer ? 8 : 4);
      std::memcpy(bytes.data(), &parameter.value, bytes.size());
    }
    result.parameters.push_back(std::move(bytes));
  }
  return result;
}

/// Every element: within the rounding of the sums and of the store, or equal.
static reference::CheckResult compare(const Problem &problem, const Operand &a,
                                      const Operand &b,
                                      reference::ElementType type,
                                      const std::vector<uint8_t> &d) {
  reference::CheckResult total;
  std::mutex mutex;
  reference::Parallel().forEach(problem.m, [&](int64_t row) {
    reference::CheckResult result;
    for (int64_t column = 0; column < problem.n; ++column) {
      double sum = 0, magnitude = 0;
      const double *x = &a.values[static_cast<size_t>(row * problem.k)];
      const double *y = &b.values[static_cast<size_t>(column * problem.k)];
      for (int64_t i = 0; i < problem.k; ++i) {
        sum += x[i] * y[i];
        magnitude += std::fabs(x[i] * y[i]);
      }
      // One rounding to f32 for each 32 elements of K.
      double steps = static_cast<double>(ceilDiv(problem.k, 32));
      double slack = problem.exact ? 0 : steps * magnitude * 0x1p-24;
      double actual =
          reference::loadElement(type, d.data(), row * problem.n + column);
      auto where = [&] {
        return "d[" + std::to_string(row) + "][" + std::to_string(column) + "]";
      };
      result.compare(type, actual, sum, slack, where);
      uint8_t stored[4] = {};
      reference::storeElement(type, stored, 0, sum);
      if (problem.exact && reference::loadElement(type, stored, 0) != actual) {
        ++result.failures;
        result.firstFailure = where() + " is not exact";
      }
    }
    std::lock_guard<std::mutex> lock(mutex);
    total.merge(result);
  });
  return total;
}

static bool run(const sim::Program &program, const launch::LaunchPlan &plan,
                Problem problem) {
  if (plan.arguments.size() != 5)
    return fail("expected the arguments of a scaled matmul without C");
  // By name: the order is the caller's.
  const char *names[] = {"a", "b", "a_scale", "b_scale", "d"};
  size_t index[5];
  for (unsigned i = 0; i < 5; ++i) {
    index[i] = 5;
    for (size_t j = 0; j < 5; ++j)
      if (plan.arguments[j].name == names[i])
        index[i] = j;
    if (index[i] == 5)
      return fail(std::string("the plan has no argument ") + names[i]);
  }
  problem.n = extent(plan.arguments[index[1]], 0, problem.n);
  problem.k = extent(plan.arguments[index[0]], 1, problem.k);
  bool brain = plan.arguments[index[4]].type == launch::ElementType::BF16;
  auto type =
      brain ? reference::ElementType::BF16 : reference::ElementType::F32;

  SplitMix random(problem.seed);
  Operand a =
      makeOperand(problem.m, problem.k, problem.ga, problem.exact, random);
  Operand b =
      makeOperand(problem.n, problem.k, problem.gb, problem.exact, random);
  sim::GlobalMemory memory;
  size_t bytes = static_cast<size_t>(problem.m * problem.n) * (brain ? 2 : 4);
  const uint64_t addresses[] = {
      memory.add("a", a.codes, true), memory.add("b", b.codes, true),
      memory.add("a_scale", a.scales, true),
      memory.add("b_scale", b.scales, true),
      memory.add("d", std::vector<uint8_t>(bytes), false)};
  const int64_t views[5][4] = {{problem.m, problem.k, problem.k, 1},
                               {problem.n, problem.k, problem.k, 1},
                               {problem.m, a.words, 1, a.leading},
                               {problem.n, b.words, 1, b.leading},
                               {problem.m, problem.n, problem.n, 1}};
  std::vector<launch::ArgumentValue> arguments(5);
  for (unsigned i = 0; i < 5; ++i) {
    launch::ArgumentValue &value = arguments[index[i]];
    value.address = addresses[i];
    value.rank = 2;
    std::copy_n(views[i], 2, value.shape.begin());
    std::copy_n(views[i] + 2, 2, value.strides.begin());
  }
  launch::Launch evaluated;
  if (auto status = launch::evaluate(plan, arguments, problem.sms, evaluated);
      !status.ok())
    return fail(status.error().message);
  sim::Options options;
  options.seed = problem.seed;
  auto result = sim::simulate(program, makeLaunch(plan, evaluated, problem),
                              memory, options);
  if (!result)
    return fail(result.message());
  for (const sim::Finding &finding : result->findings)
    fail(finding.toString());
  const sim::GlobalMemory::Buffer &d = *memory.find("d");
  bool complete =
      std::find(d.written.begin(), d.written.end(), 0) == d.written.end();
  reference::CheckResult check = compare(problem, a, b, type, d.bytes);
  double rate = static_cast<double>(result->statistics.multiplyAccumulates) /
                result->seconds;
  std::cout << problem.m << "x" << problem.n << "x" << problem.k << " seed "
            << problem.seed << ": " << check.failures << " of " << check.checked
            << " wrong, worst " << check.worstRatio << " of the bound, "
            << rate * 1e-9 << " G multiply-accumulates/s\n";
  if (!check.passed())
    fail(check.firstFailure);
  if (!complete)
    fail("the kernel did not write all of d");
  return check.passed() && complete && result->findings.empty();
}

int main(int argc, char **argv) {
  if (argc < 3) {
    std::cerr << usage;
    return 1;
  }
  Problem problem;
  const std::pair<const char *, int64_t *> numbers[] = {
      {"--m=", &problem.m},   {"--n=", &problem.n},   {"--k=", &problem.k},
      {"--ga=", &problem.ga}, {"--gb=", &problem.gb}, {"--sms=", &problem.sms}};
  for (int i = 3; i < argc; ++i) {
    std::string option = argv[i];
    bool known = option == "--exact" || option.rfind("--seed=", 0) == 0;
    problem.exact |= option == "--exact";
    if (option.rfind("--seed=", 0) == 0)
      problem.seed = std::strtoull(argv[i] + 7, nullptr, 10);
    for (const auto &[name, target] : numbers) {
      if (option.rfind(name, 0) != 0)
        continue;
      *target = std::strtoll(argv[i] + std::strlen(name), nullptr, 10);
      known = *target > 0;
    }
    if (!known) {
      std::cerr << usage;
      return 1;
    }
  }
  auto program = sim::parsePtx(readText(argv[1]));
  if (!program)
    return fail(program.message()), 1;
  auto plan = launch::parsePlan(readText(argv[2]));
  if (!plan)
    return fail(plan.error().message), 1;
  return run(*program, *plan, problem) ? 0 : 1;
}
