//===- launch-eval.cpp - Evaluates a launch plan for a test ---------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// launch-eval PLAN < CASES: one launch for each line of CASES,
//
//   SM_COUNT { ADDRESS RANK SIZE... STRIDE... }
//
// as one line: "error CODE: message", or all numbers of the launch in order.
//
//===----------------------------------------------------------------------===//

#include "dgemm/Launch/Evaluate.h"

#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

using namespace dgemm::launch;

static int fail(const Error &error) {
  std::cout << "error " << getName(error.code) << ": " << error.message << '\n';
  return 1;
}

static void printMap(const TensorMapValue &map) {
  std::cout << " map";
  if (map.isEmpty) {
    std::cout << " empty";
    return;
  }
  std::cout << ' ' << getName(map.type) << ' ' << map.address;
  for (size_t i = 0; i < map.rank; ++i)
    std::cout << ' ' << map.dims[i];
  for (size_t i = 0; i + 1 < map.rank; ++i)
    std::cout << ' ' << map.strides[i];
  for (size_t i = 0; i < map.rank; ++i)
    std::cout << ' ' << map.box[i];
  std::cout << ' ' << map.swizzle;
}

static void print(const Launch &launch) {
  std::cout << "launch " << launch.grid;
  if (!launch.isEmpty())
    std::cout << ' ' << launch.block << ' ' << launch.cluster << ' '
              << launch.sharedBytes << ' ' << launch.workspaceBytes;
  for (const TensorMapValue &map : launch.maps)
    printMap(map);
  for (const ParameterValue &parameter : launch.parameters)
    std::cout << " parameter " << static_cast<int>(parameter.kind) << ' '
              << parameter.value;
  std::cout << '\n';
}

static std::vector<ArgumentValue> readArguments(std::istream &line) {
  std::vector<ArgumentValue> arguments;
  ArgumentValue value;
  while (line >> value.address >> value.rank) {
    for (size_t i = 0; i < value.rank && i < kMaxRank; ++i)
      line >> value.shape[i];
    for (size_t i = 0; i < value.rank && i < kMaxRank; ++i)
      line >> value.strides[i];
    arguments.push_back(value);
  }
  return arguments;
}

int main(int argc, char **argv) {
  std::ifstream file(argc == 2 ? argv[1] : "");
  if (!file) {
    std::cerr << "usage: launch-eval PLAN < CASES\n";
    return 2;
  }
  std::string text{std::istreambuf_iterator<char>(file),
                   std::istreambuf_iterator<char>()};
  Result<LaunchPlan> plan = parsePlan(text);
  if (!plan)
    return fail(plan.error());
  // What the compiler wrote is what this library writes.
  if (writePlan(*plan) != text) {
    std::cout << "error: the plan is written differently\n";
    return 1;
  }
  Launch launch;
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream stream(line);
    int64_t smCount = 0;
    stream >> smCount;
    Status status = evaluate(*plan, readArguments(stream), smCount, launch);
    if (status.ok())
      print(launch);
    else
      (void)fail(status.error());
  }
  return 0;
}
