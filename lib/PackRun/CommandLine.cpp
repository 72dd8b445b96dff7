//===- CommandLine.cpp - Options of dgemm-run on packs --------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CommandLine.h"

#include <cstdlib>
#include <limits>
#include <sstream>

using namespace dgemm;
using namespace dgemm::packrun;

const char *const dgemm::packrun::kPackHelp =
    R"(usage: dgemm-run <pack>... [options]
       dgemm-run --list=<file> [options]

Runs packs (dgemm-compile --emit=pack) on generated data and checks the results.
Operands are surrounded by poison, and so are their rows where --row-padding
leaves room; what the kernel has to write is poisoned before it runs.

Lists are separated by commas; every combination is a problem of its own.

  --device=sim|cuda     where to run (default sim)
  --m=<list> --n=<list> --k=<list>
                        extents that the kernel leaves open (default 64, 128,
                        256); --dim=n=<extent> is the same as --n
  --seed=<list>         seeds of generated data (default 0)
  --data=random|exact|codes
                        normal numbers that are quantised (default); numbers
                        whose sums are exact; any code under any scale
  --row-padding=<bytes> between rows whose distance the kernel leaves open, a
                        multiple of 16; where the kernel needs it, rows are as
                        much further apart as makes the distance a legal one
  --check               compare every element with the reference; exit 1 where
                        one is outside of its bound
  --check-rows=<n>      compare that many rows only, the first and the last one
                        among them
  --repeat=<n>          launch n times; all results must be the same bits
                        (--schedules is the same)
  --timings=<n>         cuda: time n further launches with cold caches, and
                        print the median (default 10)
  --sms=<n>             streaming multiprocessors to use (default 0: all)
  --jobs=<n>            host threads (default: all cores)
  --list=<file>         problems: each line has a pack and options of its own
                        from --m to --timings; # begins a comment
  --stop                end after the first failure

cuda:
  --ordinal=<n>         device (default 0)
  --driver=<path>       driver library (default $DGEMM_CUDA_DRIVER, else
                        libcuda.so.1)
  --ptx                 compile the PTX of the pack even if it has a cubin
  --unmapped            end each operand at a page that is not mapped
  --timeout=<seconds>   after which a kernel is taken for one that hangs (60)

sim:
  --max-instructions=<n>  warp instructions of a CTA (default 2^32)
  --no-race-check         do not look for data races and missing fences
)";

namespace {

/// Reads words into a command line; the first mistake is kept.
class Parser {
public:
  Expected<CommandLine> run(const std::vector<std::string> &words);

private:
  void fail(const std::string &message) {
    if (status.ok())
      status = Error{message};
  }
  uint64_t readNumber(const std::string &name, const std::string &text,
                      uint64_t most);
  int64_t readExtent(const std::string &name, const std::string &text) {
    return static_cast<int64_t>(
        readNumber(name, text,
                   static_cast<uint64_t>(std::numeric_limits<int64_t>::max())));
  }
  std::vector<int64_t> readExtents(const std::string &name,
                                   const std::string &text);
  bool readRunOption(const std::string &name, const std::string &value,
                     RunOptions &options);
  bool readFlag(const std::string &name, RunOptions &options);
  bool readOption(const std::string &name, const std::string &value);
  void readDim(const std::string &value, RunOptions &options);
  void readData(const std::string &value, RunOptions &options);
  void readList(const std::string &path);
  void readLine(const std::string &line, const std::string &where);

  CommandLine result;
  RunOptions common;
  Status status;
};

} // namespace

static std::vector<std::string> split(const std::string &text) {
  std::vector<std::string> parts;
  std::stringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');)
    parts.push_back(part);
  return parts;
}

uint64_t Parser::readNumber(const std::string &name, const std::string &text,
                            uint64_t most) {
  char *end = nullptr;
  errno = 0;
  unsigned long long value = std::strtoull(text.c_str(), &end, 10);
  bool isNumber = !text.empty() && text[0] >= '0' && text[0] <= '9' && !*end;
  if (!isNumber || errno != 0 || value > most)
    fail("--" + name + "=" + text + ": expected a number from 0 to " +
         std::to_string(most));
  return value;
}

std::vector<int64_t> Parser::readExtents(const std::string &name,
                                         const std::string &text) {
  std::vector<int64_t> result;
  for (const std::string &part : split(text))
    result.push_back(readExtent(name, part));
  if (result.empty())
    fail("--" + name + " is an empty list");
  return result;
}

void Parser::readDim(const std::string &value, RunOptions &options) {
  size_t at = value.find('=');
  std::string name = value.substr(0, at);
  if (at == std::string::npos || (name != "m" && name != "n" && name != "k"))
    return fail("--dim=" + value + ": expected m, n or k with =extent");
  std::vector<int64_t> extents = readExtents("dim", value.substr(at + 1));
  (name == "m" ? options.m : name == "n" ? options.n : options.k) = extents;
}

void Parser::readData(const std::string &value, RunOptions &options) {
  if (value == "random")
    options.data = DataKind::Random;
  else if (value == "exact")
    options.data = DataKind::Exact;
  else if (value == "codes")
    options.data = DataKind::Codes;
  else
    fail("--data=" + value + ": expected random, exact or codes");
}

/// Options of single problems, which lines of lists have as well.
bool Parser::readRunOption(const std::string &name, const std::string &value,
                           RunOptions &options) {
  constexpr uint64_t kMany = 1000000;
  if (name == "m" || name == "n" || name == "k") {
    (name == "m"   ? options.m
     : name == "n" ? options.n
                   : options.k) = readExtents(name, value);
  } else if (name == "dim") {
    readDim(value, options);
  } else if (name == "seed") {
    options.seeds.clear();
    for (const std::string &part : split(value))
      options.seeds.push_back(
          readNumber(name, part, std::numeric_limits<uint64_t>::max()));
  } else if (name == "data") {
    readData(value, options);
  } else if (name == "row-padding") {
    options.rowPadding = readExtent(name, value);
    if (options.rowPadding % 16 != 0)
      fail("--row-padding=" + value + ": expected a multiple of 16");
  } else if (name == "check-rows") {
    options.checkRows = readExtent(name, value);
    options.check = true;
  } else if (name == "repeat" || name == "schedules") {
    options.repeat = readNumber(name, value, kMany);
    if (options.repeat == 0)
      fail("--" + name + " must be at least 1");
  } else if (name == "timings") {
    options.timings = readNumber(name, value, kMany);
  } else {
    return false;
  }
  return true;
}

bool Parser::readOption(const std::string &name, const std::string &value) {
  constexpr uint64_t kThreads = 4096;
  if (name == "device") {
    result.device = value;
    if (value != "sim" && value != "cuda")
      fail("--device=" + value + ": packs run on 'sim' and 'cuda'");
  } else if (name == "sms") {
    result.sms = readExtent(name, value);
  } else if (name == "jobs") {
    result.jobsCount = readNumber(name, value, kThreads);
  } else if (name == "driver") {
    result.driverPath = value;
  } else if (name == "ordinal") {
    result.ordinal = static_cast<int64_t>(readNumber(name, value, 1024));
  } else if (name == "timeout") {
    result.timeoutSeconds =
        static_cast<double>(readNumber(name, value, 1000000));
  } else if (name == "max-instructions") {
    result.maxInstructions =
        readNumber(name, value, std::numeric_limits<uint64_t>::max());
  } else if (name == "list") {
    readList(value);
  } else {
    return false;
  }
  return true;
}

bool Parser::readFlag(const std::string &name, RunOptions &options) {
  if (name == "check")
    options.check = true;
  else if (name == "stop")
    result.stopsAtFailure = true;
  else if (name == "ptx")
    result.preferPtx = true;
  else if (name == "unmapped")
    result.endsAtUnmappedPage = true;
  else if (name == "no-race-check")
    result.noRaceCheck = true;
  else if (name == "help")
    result.wantsHelp = true;
  else
    return false;
  return true;
}

/// "-m", "--m" and "--m=7": the name, and the value if there is one.
static std::pair<std::string, std::optional<std::string>>
splitOption(const std::string &word) {
  size_t begin = word.compare(0, 2, "--") == 0 ? 2 : 1;
  size_t at = word.find('=');
  if (at == std::string::npos)
    return {word.substr(begin), std::nullopt};
  return {word.substr(begin, at - begin), word.substr(at + 1)};
}

void Parser::readLine(const std::string &line, const std::string &where) {
  Job job;
  job.options = common;
  std::stringstream words(line.substr(0, line.find('#')));
  for (std::string word; words >> word;) {
    if (word[0] != '-') {
      if (!job.path.empty())
        return fail(where + "a line has one pack, this one has two");
      job.path = word;
      continue;
    }
    auto [name, value] = splitOption(word);
    bool isKnown = value ? readRunOption(name, *value, job.options)
                         : name == "check" && readFlag(name, job.options);
    if (!isKnown)
      return fail(where + "'" + word + "' is no option of a problem");
  }
  if (!job.path.empty())
    result.jobs.push_back(job);
}

void Parser::readList(const std::string &path) {
  pack::Result<std::string> text = pack::readFile(path);
  if (!text)
    return fail("the list: " + text.error().message);
  std::stringstream stream(*text);
  size_t number = 0;
  for (std::string line; std::getline(stream, line) && status.ok();)
    readLine(line, path + ":" + std::to_string(++number) + ": ");
}

Expected<CommandLine> Parser::run(const std::vector<std::string> &words) {
  std::vector<std::string> paths, lists;
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i].size() < 2 || words[i][0] != '-') {
      paths.push_back(words[i]);
      continue;
    }
    auto [name, value] = splitOption(words[i]);
    if (!value && readFlag(name, common))
      continue;
    if (!value && i + 1 < words.size())
      value = words[++i];
    // Lines of lists begin with all options of the command line.
    if (value && name == "list") {
      lists.push_back(*value);
      continue;
    }
    if (!value ||
        !(readRunOption(name, *value, common) || readOption(name, *value)))
      fail("unknown option or missing value: '" + words[i] +
           "'; see dgemm-run --help pack.dgpack");
  }
  for (const std::string &path : paths)
    result.jobs.push_back({path, common});
  for (const std::string &path : lists)
    readList(path);
  if (result.driverPath.empty()) {
    const char *driver = std::getenv("DGEMM_CUDA_DRIVER");
    result.driverPath = driver && *driver ? driver : "libcuda.so.1";
  }
  if (result.jobs.empty() && !result.wantsHelp)
    fail("no pack is given");
  if (!status.ok())
    return status.error();
  return std::move(result);
}

Expected<CommandLine>
dgemm::packrun::parseCommandLine(const std::vector<std::string> &words) {
  return Parser().run(words);
}
