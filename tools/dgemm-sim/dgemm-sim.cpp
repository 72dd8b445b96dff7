//===- dgemm-sim.cpp - Runs PTX on a simulated GPU ------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Simulator/LaunchFile.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string_view>

using namespace dgemm::sim;

static constexpr const char *help =
    R"(OVERVIEW: Runs a PTX kernel on a simulated GPU and reports what a GPU
would punish only at random: data races, missing fences, reads of memory that
nothing wrote, accesses out of bounds, misuse of barriers, deadlocks. Exits with
1 if there are findings or the input is wrong.

USAGE: dgemm-sim kernel.ptx --launch launch.json [options]

  --ptx FILE              the PTX, instead of the first argument; - is stdin
  --launch FILE           grid, buffers and parameters
                          (see docs/SimulatorFiles.md)
  --entry NAME            run this kernel instead of the launch's
  --stats FILE            write statistics and findings as JSON; - is stdout
  --seed N                interleave warps and complete copies in the Nth order
                          (0)
  --schedules N           try N seeds, from --seed on (1)
  --threads N             host threads (one per core)
  --max-instructions N    warp instructions that one CTA may execute (2^32)
  --no-check              do not look for races and missing fences
  --parse-only            read the PTX and stop
)";

namespace {

struct Arguments {
  std::string ptx, launch, entry, stats;
  Options options;
  uint64_t schedules = 1;
  bool parseOnly = false;
};

} // namespace

static int fail(const std::string &message) {
  std::cerr << "dgemm-sim: error: " << message << "\n";
  return 1;
}

static Status parseNumber(const std::string &name, const std::string &text,
                          uint64_t &out) {
  char *end = nullptr;
  errno = 0;
  out = std::strtoull(text.c_str(), &end, 0);
  if (text.empty() || *end != '\0' || text[0] == '-' || errno == ERANGE)
    return Error{name + " needs a number below 2^64, not '" + text + "'"};
  return {};
}

static bool takesValue(const std::string &name) {
  static const std::string_view names[] = {
      "--ptx",  "--launch",    "--entry",   "--stats",
      "--seed", "--schedules", "--threads", "--max-instructions"};
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

static Status setOption(const std::string &name, const std::string &value,
                        Arguments &arguments) {
  uint64_t number = 0;
  Status status;
  if (name == "--ptx") {
    arguments.ptx = value;
  } else if (name == "--launch") {
    arguments.launch = value;
  } else if (name == "--entry") {
    arguments.entry = value;
  } else if (name == "--stats") {
    arguments.stats = value;
  } else if (name == "--seed") {
    status = parseNumber(name, value, arguments.options.seed);
  } else if (name == "--schedules") {
    status = parseNumber(name, value, arguments.schedules);
    if (status.ok() && arguments.schedules == 0)
      return Error{"--schedules is at least 1"};
  } else if (name == "--max-instructions") {
    status = parseNumber(name, value, arguments.options.maxInstructions);
  } else if (name == "--threads") {
    status = parseNumber(name, value, number);
    if (status.ok() && number > 1024)
      return Error{"--threads is at most 1024"};
    arguments.options.threads = static_cast<unsigned>(number);
  }
  return status;
}

static Status parseArguments(int argc, char **argv, Arguments &arguments) {
  for (int i = 1; i < argc; ++i) {
    std::string name = argv[i];
    if (name.size() < 2 || name[0] != '-') {
      if (!arguments.ptx.empty())
        return Error{"more than one PTX file"};
      arguments.ptx = name;
      continue;
    }
    if (name == "--parse-only") {
      arguments.parseOnly = true;
      continue;
    }
    if (name == "--no-check") {
      arguments.options.check = false;
      continue;
    }
    std::string value;
    size_t equals = name.find('=');
    if (equals != std::string::npos) {
      value = name.substr(equals + 1);
      name.resize(equals);
    }
    if (!takesValue(name))
      return Error{"unknown option '" + name + "' (see --help)"};
    if (equals == std::string::npos && ++i < argc)
      value = argv[i];
    if (value.empty())
      return Error{name + " needs a value"};
    if (Status status = setOption(name, value, arguments); !status.ok())
      return status;
  }
  if (arguments.ptx.empty())
    return Error{"no PTX file (see --help)"};
  if (arguments.launch.empty() && !arguments.parseOnly)
    return Error{"no --launch (see --help)"};
  return {};
}

static Expected<std::string> readText(const std::string &path) {
  std::ostringstream text;
  if (path == "-") {
    text << std::cin.rdbuf();
    return text.str();
  }
  std::ifstream stream(path, std::ios::binary);
  if (!stream)
    return Error{"cannot read '" + path + "'"};
  // A folder can be opened, but not read.
  if (stream.peek() != std::ifstream::traits_type::eof())
    text << stream.rdbuf();
  if (stream.bad())
    return Error{"cannot read '" + path + "': is it a folder?"};
  return text.str();
}

static Status writeText(const std::string &path, const std::string &text) {
  if (path == "-") {
    std::cout << text;
    return {};
  }
  std::ofstream stream(path, std::ios::binary);
  stream << text;
  if (!stream.flush())
    return Error{"cannot write '" + path + "'"};
  return {};
}

/// One schedule. Returns the number of findings.
static Expected<size_t> runOnce(const Program &program,
                                const Arguments &arguments, uint64_t seed) {
  Expected<LaunchFile> file = readLaunchFile(arguments.launch);
  if (!file)
    return file.error();
  if (!arguments.entry.empty())
    file->launch.entry = arguments.entry;
  Options options = arguments.options;
  options.seed = seed;
  Expected<Result> result =
      simulate(program, file->launch, file->memory, options);
  if (!result)
    return result.error();
  for (const Finding &finding : result->findings)
    std::cerr << arguments.ptx << ": " << finding.toString() << " [seed "
              << seed << "]\n";
  if (!arguments.stats.empty())
    if (Status status =
            writeText(arguments.stats, toJson(program, *result, seed));
        !status.ok())
      return status.error();
  if (Status status = writeOutputs(*file); !status.ok())
    return status.error();
  return result->findings.size();
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::string(argv[i]) != "--help" && std::string(argv[i]) != "-h")
      continue;
    std::cout << help;
    return 0;
  }
  Arguments arguments;
  if (Status status = parseArguments(argc, argv, arguments); !status.ok())
    return fail(status.message());
  Expected<std::string> text = readText(arguments.ptx);
  if (!text)
    return fail(text.message());
  Expected<Program> program = parsePtx(*text);
  if (!program)
    return fail(arguments.ptx + ": " + program.message());
  if (arguments.parseOnly)
    return 0;
  size_t found = 0;
  for (uint64_t i = 0; i < arguments.schedules && found == 0; ++i) {
    Expected<size_t> result =
        runOnce(*program, arguments, arguments.options.seed + i);
    if (!result)
      return fail(result.message());
    found = *result;
  }
  return found == 0 ? 0 : 1;
}
