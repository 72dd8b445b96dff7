//===- KernelSet.cpp - Kernels to measure, in a folder --------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Bench/KernelSet.h"

#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>

using namespace dgemm::bench;
using Json = nlohmann::ordered_json;

static constexpr const char *kFormat = "dgemm.bench-kernels";
static constexpr int64_t kVersion = 1;

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

Expected<std::string> dgemm::bench::readFile(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return Error{"cannot read '" + path + "'"};
  return std::string(std::istreambuf_iterator<char>(file), {});
}

Status dgemm::bench::writeFile(const std::string &path,
                               std::string_view content) {
  std::ofstream file(path, std::ios::binary);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  if (file)
    return {};
  return Error{"cannot write '" + path + "'"};
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

Status dgemm::bench::writeKernelSet(const std::string &folder,
                                    const KernelSet &set) {
  Json entries = Json::array();
  for (const KernelEntry &entry : set.entries) {
    const Problem &p = entry.row.problem;
    const Published &u = entry.row.upstream;
    entries.push_back(
        {{"form", p.getForm()},
         {"m", p.m},
         {"n", p.n},
         {"k", p.k},
         {"upstream", {u.microseconds, u.tflops, u.gigabytes, u.cublasltRatio}},
         {"tile", entry.tile},
         {"schedule", entry.schedule},
         {"predicted_us", entry.predictedMicroseconds},
         {"chosen", entry.isChosen},
         {"kernel", entry.kernel},
         {"reason", entry.reason}});
  }
  Json json = {{"format", kFormat},
               {"version", kVersion},
               {"target", set.target},
               {"entries", std::move(entries)}};
  // Where text is no UTF-8 something else is wrong, too: replace it.
  return writeFile(folder + "/kernels.json",
                   json.dump(1, ' ', false, Json::error_handler_t::replace) +
                       "\n");
}

namespace {

/// Reads members of expected types; remembers that one was not as expected.
class Reader {
public:
  explicit Reader(const Json &json) : json(json) {}

  std::string text(const char *key) {
    const Json *value = find(key, &Json::is_string);
    return value ? value->get<std::string>() : std::string();
  }
  double number(const char *key) {
    const Json *value = find(key, &Json::is_number);
    return value ? value->get<double>() : 0;
  }
  bool flag(const char *key) {
    const Json *value = find(key, &Json::is_boolean);
    return value && value->get<bool>();
  }
  Published published(const char *key) {
    const Json *value = find(key, &Json::is_array);
    double numbers[4] = {};
    bool isWhole = value && value->size() == 4;
    for (size_t i = 0; isWhole && i < 4; ++i) {
      isWhole = (*value)[i].is_number();
      numbers[i] = isWhole ? (*value)[i].get<double>() : 0;
    }
    if (!isWhole && wrong.empty())
      wrong = key;
    return {numbers[0], numbers[1], numbers[2], numbers[3]};
  }

  /// The first key that was missing or of another type.
  std::string wrong;

private:
  const Json *find(const char *key, bool (Json::*isRight)() const noexcept) {
    auto found = json.is_object() ? json.find(key) : json.end();
    if (json.is_object() && found != json.end() && ((*found).*isRight)())
      return &*found;
    if (wrong.empty())
      wrong = key;
    return nullptr;
  }

  const Json &json;
};

} // namespace

static Expected<KernelEntry> readEntry(const Json &json) {
  Reader reader(json);
  Expected<Problem> problem = parseForm(reader.text("form"));
  if (!problem)
    return problem.error();
  KernelEntry entry;
  entry.row.problem = *problem;
  entry.row.problem.m = static_cast<int64_t>(reader.number("m"));
  entry.row.problem.n = static_cast<int64_t>(reader.number("n"));
  entry.row.problem.k = static_cast<int64_t>(reader.number("k"));
  entry.row.upstream = reader.published("upstream");
  entry.tile = reader.text("tile");
  entry.schedule = reader.text("schedule");
  entry.predictedMicroseconds = reader.number("predicted_us");
  entry.isChosen = reader.flag("chosen");
  entry.kernel = reader.text("kernel");
  entry.reason = reader.text("reason");
  if (reader.wrong.empty())
    return entry;
  return Error{"'" + reader.wrong + "' is missing or of another type"};
}

Expected<KernelSet> dgemm::bench::readKernelSet(const std::string &folder) {
  std::string path = folder + "/kernels.json";
  Expected<std::string> text = readFile(path);
  if (!text)
    return text.error();
  Json json = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
  Reader reader(json);
  KernelSet set;
  bool isRight =
      reader.text("format") == kFormat && reader.number("version") == kVersion;
  set.target = reader.text("target");
  if (!isRight || !reader.wrong.empty() || !json.contains("entries") ||
      !json["entries"].is_array())
    return Error{"'" + path + "' is no set of kernels of version " +
                 std::to_string(kVersion) + "; make it with --emit-packs"};
  for (const Json &item : json["entries"]) {
    Expected<KernelEntry> entry = readEntry(item);
    if (!entry)
      return Error{"'" + path + "', entry " +
                   std::to_string(set.entries.size()) + ": " + entry.message()};
    set.entries.push_back(std::move(*entry));
  }
  return set;
}
