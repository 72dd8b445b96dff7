//===- ReadPack.cpp - A pack out of bytes ---------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The digest of the whole file is checked before anything in it is believed.
// Every key of the manifest is expected and no other.
//
//===----------------------------------------------------------------------===//

#include "PackFormat.h"
#include "dgemm/Pack/Operands.h"
#include "dgemm/Pack/Pack.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <memory>

using namespace dgemm;
using namespace dgemm::pack;
using Json = nlohmann::json;
using Path = std::string;

static Error malformed(const std::string &message) {
  return {ErrorCode::MalformedPack, "pack: " + message};
}

//===----------------------------------------------------------------------===//
// Frame
//===----------------------------------------------------------------------===//

static uint64_t loadInteger(std::string_view file, size_t offset,
                            size_t bytes) {
  uint64_t result = 0;
  for (size_t i = 0; i < bytes; ++i)
    result |= uint64_t(static_cast<uint8_t>(file[offset + i])) << (8 * i);
  return result;
}

bool dgemm::pack::isPack(std::string_view bytes) {
  return bytes.substr(0, kMagic.size()) == kMagic;
}

/// Whether the file is whole. Nothing in it means anything before that.
static Status checkFrame(std::string_view file) {
  if (!isPack(file))
    return malformed("these bytes do not begin as a pack does");
  if (file.size() < kHeaderBytes)
    return malformed("cut off after " + std::to_string(file.size()) +
                     " bytes, the header alone has " +
                     std::to_string(kHeaderBytes));
  uint64_t expected = loadInteger(file, kFileBytesOffset, 8);
  Sha256::Digest digest = digestOf(file);
  bool isIntact = std::memcmp(digest.data(), file.data() + kDigestOffset,
                              digest.size()) == 0;
  if (!isIntact && expected != file.size())
    return malformed("the file has " + std::to_string(file.size()) +
                     " bytes, its header says " + std::to_string(expected) +
                     ": cut off, added to, or damaged");
  if (!isIntact)
    return malformed("the digest does not match: some byte of the " +
                     std::to_string(file.size()) + " changed");
  if (uint64_t version = loadInteger(file, kVersionOffset, 4);
      version != kPackVersion)
    return Error{ErrorCode::UnsupportedVersion,
                 "pack: version " + std::to_string(version) +
                     ", this library reads version " +
                     std::to_string(kPackVersion) +
                     "; use the dgemm that made it, or make it again"};
  uint64_t manifest = loadInteger(file, kManifestBytesOffset, 8);
  if (expected != file.size() || manifest > file.size() - kHeaderBytes)
    return malformed("sizes in the header contradict the file's size of " +
                     std::to_string(file.size()));
  return {};
}

static std::string_view manifestOf(std::string_view file) {
  return file.substr(kHeaderBytes, loadInteger(file, kManifestBytesOffset, 8));
}

//===----------------------------------------------------------------------===//
// Manifest
//===----------------------------------------------------------------------===//

namespace {

/// Reads the manifest. The first mistake is kept; values read after it mean
/// nothing.
class Reader {
public:
  explicit Reader(std::string_view file) : file(file) {}
  Result<Pack> read();

private:
  void fail(const std::string &message) {
    if (status.ok())
      status = malformed(message);
  }

  bool checkKeys(const Path &path, const Json &json,
                 std::initializer_list<const char *> keys);
  int64_t readInteger(const Path &path, const Json &json);
  bool readBool(const Path &path, const Json &json);
  std::string readString(const Path &path, const Json &json);
  size_t readArgument(const Path &path, const Json &json);
  /// `read` of what is not null.
  template <typename Function>
  auto readOptional(const Path &path, const Json &json, Function read)
      -> std::optional<decltype(read(path, json))> {
    if (json.is_null())
      return std::nullopt;
    return read(path, json);
  }
  Granularity readGranularity(const Path &path, const Json &json);
  HeadSplit readHeads(const Path &path, const Json &json);
  Arithmetic readArithmetic(const Path &path, const Json &json);
  Matmul readMatmul(const Path &path, const Json &json);
  PtxasFacts readFacts(const Path &path, const Json &json);
  ChipFacts readChip(const Path &path, const Json &json);
  void readPayload(const Path &path, const Json &json);
  void readPayloads(const Path &path, const Json &json);
  void readManifest(const Json &json);

  std::string_view file;
  /// Where the first payload would be.
  size_t payloadBase = 0;
  /// Where the last payload ends.
  size_t end = 0;
  Pack pack;
  Status status;
};

} // namespace

bool Reader::checkKeys(const Path &path, const Json &json,
                       std::initializer_list<const char *> keys) {
  if (!json.is_object()) {
    fail(path + " is of type " + json.type_name() + ", expected an object");
    return false;
  }
  for (const char *key : keys)
    if (!json.contains(key))
      fail(path + " lacks '" + key + "'");
  if (json.size() != keys.size())
    fail(path + " has " + std::to_string(json.size()) + " keys, expected " +
         std::to_string(keys.size()));
  return status.ok();
}

int64_t Reader::readInteger(const Path &path, const Json &json) {
  bool fits = json.is_number_integer() &&
              (!json.is_number_unsigned() ||
               json.get<uint64_t>() <= static_cast<uint64_t>(INT64_MAX));
  int64_t value = fits ? json.get<int64_t>() : -1;
  if (value < 0)
    fail(path + " is no 64-bit integer from 0 on");
  return value;
}

bool Reader::readBool(const Path &path, const Json &json) {
  if (!json.is_boolean())
    fail(path + " is neither true nor false");
  return json.is_boolean() && json.get<bool>();
}

std::string Reader::readString(const Path &path, const Json &json) {
  if (!json.is_string()) {
    fail(path + " is no string");
    return {};
  }
  return json.get<std::string>();
}

size_t Reader::readArgument(const Path &path, const Json &json) {
  int64_t index = readInteger(path, json);
  size_t count = pack.plan.arguments.size();
  if (status.ok() && static_cast<size_t>(index) >= count)
    fail(path + " is " + std::to_string(index) + ", but the plan has " +
         std::to_string(count) + " arguments");
  return static_cast<size_t>(index);
}

Granularity Reader::readGranularity(const Path &path, const Json &json) {
  if (!checkKeys(path, json, {"mn", "k"}))
    return {};
  Granularity result{readInteger(path + ".mn", json["mn"]),
                     readInteger(path + ".k", json["k"])};
  if (result.mn == 0 || result.k == 0)
    fail(path + " is empty");
  return result;
}

HeadSplit Reader::readHeads(const Path &path, const Json &json) {
  if (!checkKeys(path, json, {"left", "mid", "right"}))
    return {};
  return {readInteger(path + ".left", json["left"]),
          readInteger(path + ".mid", json["mid"]),
          readInteger(path + ".right", json["right"])};
}

Arithmetic Reader::readArithmetic(const Path &path, const Json &json) {
  if (!checkKeys(path, json,
                 {"products_per_rounding", "truncated_products",
                  "alignment_bits", "fraction_bits", "chain"}))
    return {};
  Arithmetic result;
  auto read = [&](const char *key) {
    return readInteger(path + "." + key, json[key]);
  };
  result.productsPerRounding = read("products_per_rounding");
  result.truncatedProducts = read("truncated_products");
  result.alignmentBits = read("alignment_bits");
  result.fractionBits = read("fraction_bits");
  result.chain = read("chain");
  if (result.productsPerRounding == 0)
    fail(path + ".products_per_rounding is 0, expected at least 1");
  return result;
}

Matmul Reader::readMatmul(const Path &path, const Json &json) {
  Matmul result;
  if (!checkKeys(path, json,
                 {"layout", "a", "b", "a_scale", "b_scale", "c", "d",
                  "in_place", "a_granularity", "b_granularity", "head_split",
                  "checked", "arithmetic"}))
    return result;
  auto index = [&](const Path &where, const Json &value) {
    return readArgument(where, value);
  };
  auto granularity = [&](const Path &where, const Json &value) {
    return readGranularity(where, value);
  };
  result.layout = readString(path + ".layout", json["layout"]);
  const std::string &layout = result.layout;
  if (layout != "nt" && layout != "nn" && layout != "tn" && layout != "tt")
    fail(path + ".layout is none of nt, nn, tn and tt");
  result.a = readArgument(path + ".a", json["a"]);
  result.b = readArgument(path + ".b", json["b"]);
  result.d = readArgument(path + ".d", json["d"]);
  result.aScale = readOptional(path + ".a_scale", json["a_scale"], index);
  result.bScale = readOptional(path + ".b_scale", json["b_scale"], index);
  result.c = readOptional(path + ".c", json["c"], index);
  result.aGranularity =
      readOptional(path + ".a_granularity", json["a_granularity"], granularity);
  result.bGranularity =
      readOptional(path + ".b_granularity", json["b_granularity"], granularity);
  result.heads = readOptional(path + ".head_split", json["head_split"],
                              [&](const Path &where, const Json &value) {
                                return readHeads(where, value);
                              });
  result.checked = readBool(path + ".checked", json["checked"]);
  result.inPlace = readBool(path + ".in_place", json["in_place"]);
  if (result.inPlace && !result.c)
    fail(path + " is in place but has no c");
  result.arithmetic = readArithmetic(path + ".arithmetic", json["arithmetic"]);
  if (result.aScale.has_value() != result.aGranularity.has_value() ||
      result.bScale.has_value() != result.bGranularity.has_value())
    fail(path + " has scales without granularity, or the other way around");
  if (Status known = validate(result, pack.plan); status.ok() && !known.ok())
    fail(known.error().message);
  return result;
}

PtxasFacts Reader::readFacts(const Path &path, const Json &json) {
  if (!checkKeys(path, json,
                 {"registers", "spill_store_bytes", "spill_load_bytes",
                  "stack_bytes", "static_shared_bytes", "barriers"}))
    return {};
  auto read = [&](const char *key) {
    return readInteger(path + "." + key, json[key]);
  };
  return {read("registers"),           read("spill_store_bytes"),
          read("spill_load_bytes"),    read("stack_bytes"),
          read("static_shared_bytes"), read("barriers")};
}

ChipFacts Reader::readChip(const Path &path, const Json &json) {
  if (!checkKeys(path, json, {"sm_count", "shared_bytes_per_cta"}))
    return {};
  ChipFacts result;
  result.smCount = readInteger(path + ".sm_count", json["sm_count"]);
  result.sharedPerCta =
      readInteger(path + ".shared_bytes_per_cta", json["shared_bytes_per_cta"]);
  return result;
}

void Reader::readPayload(const Path &path, const Json &json) {
  if (!checkKeys(path, json, {"kind", "offset", "bytes", "sha256"}))
    return;
  std::string kind = readString(path + ".kind", json["kind"]);
  std::string digest = readString(path + ".sha256", json["sha256"]);
  auto offset =
      static_cast<uint64_t>(readInteger(path + ".offset", json["offset"]));
  auto bytes =
      static_cast<uint64_t>(readInteger(path + ".bytes", json["bytes"]));
  if (!status.ok())
    return;
  uint64_t room = file.size() - std::min(payloadBase, file.size());
  if (offset > room || bytes > room - offset)
    return fail(path + " reaches beyond the end of the file");
  std::string_view content = file.substr(payloadBase + offset, bytes);
  if (sha256(content) != digest)
    return fail(path + ".sha256 is not that of the payload");
  if (kind != kPtx && kind != kCubin)
    return fail(path + ".kind is '" + kind + "', expected ptx or cubin");
  std::string &target = kind == kPtx ? pack.ptx : pack.cubin;
  if (!target.empty())
    return fail(path + " is a second " + kind);
  target = content;
  end = std::max<size_t>(end, payloadBase + offset + bytes);
}

void Reader::readPayloads(const Path &path, const Json &json) {
  if (!json.is_array())
    return fail(path + " is no list");
  for (size_t i = 0; i < json.size() && status.ok(); ++i)
    readPayload(path + "[" + std::to_string(i) + "]", json[i]);
  if (status.ok() && pack.ptx.empty() && pack.cubin.empty())
    fail("there is no code");
  if (status.ok() && end != file.size())
    fail("the file has " + std::to_string(file.size()) +
         " bytes, its payloads end at " + std::to_string(end));
}

void Reader::readManifest(const Json &json) {
  if (!checkKeys("manifest", json,
                 {"format", "version", "op", "matmul", "target", "schedule",
                  "chip", "plan", "ptxas", "payloads"}))
    return;
  if (readString("format", json["format"]) != kFormat)
    fail("format is not '" + std::string(kFormat) + "'");
  if (readInteger("version", json["version"]) != kPackVersion)
    fail("version of manifest and header differ");
  pack.op = readString("op", json["op"]);
  pack.target = readString("target", json["target"]);
  pack.schedule = readString("schedule", json["schedule"]);
  Result<launch::LaunchPlan> plan = launch::parsePlan(json["plan"].dump(
      -1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace));
  if (!plan) {
    if (status.ok())
      status = plan.error();
    return;
  }
  pack.plan = std::move(*plan);
  pack.matmul = readOptional("matmul", json["matmul"],
                             [&](const Path &where, const Json &value) {
                               return readMatmul(where, value);
                             });
  pack.chip = readOptional("chip", json["chip"],
                           [&](const Path &where, const Json &value) {
                             return readChip(where, value);
                           });
  pack.facts = readOptional("ptxas", json["ptxas"],
                            [&](const Path &where, const Json &value) {
                              return readFacts(where, value);
                            });
  readPayloads("payloads", json["payloads"]);
}

Result<Pack> Reader::read() {
  status = checkFrame(file);
  if (!status.ok())
    return status.error();
  std::string_view manifest = manifestOf(file);
  payloadBase = alignPayload(kHeaderBytes + manifest.size());
  Json json = Json::parse(manifest, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded())
    return malformed("the manifest is no JSON");
  readManifest(json);
  if (!status.ok())
    return status.error();
  return std::move(pack);
}

//===----------------------------------------------------------------------===//
// Interface
//===----------------------------------------------------------------------===//

Result<Pack> dgemm::pack::readPack(std::string_view bytes) {
  return Reader(bytes).read();
}

Result<std::string> dgemm::pack::readManifest(std::string_view bytes) {
  if (Status status = checkFrame(bytes); !status.ok())
    return status.error();
  return std::string(manifestOf(bytes));
}

/// With the functions of C, which tell why: a stream of C++ takes a directory
/// for an empty file, and throws from its buffer where a disk fails.
Result<std::string> dgemm::pack::readFile(const std::string &path) {
  auto fail = [&](int reason) {
    return Error{ErrorCode::NoFile,
                 "cannot read '" + path + "': " + std::strerror(reason)};
  };
  std::unique_ptr<std::FILE, int (*)(std::FILE *)> file(
      std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file)
    return fail(errno);
  std::string bytes;
  char piece[65536];
  while (size_t count = std::fread(piece, 1, sizeof(piece), file.get()))
    bytes.append(piece, count);
  if (std::ferror(file.get()))
    return fail(errno);
  return bytes;
}

Result<Pack> dgemm::pack::readPackFile(const std::string &path) {
  Result<std::string> bytes = readFile(path);
  if (!bytes)
    return bytes.error();
  Result<Pack> result = readPack(*bytes);
  if (!result)
    return Error{result.error().code, path + ": " + result.error().message};
  return result;
}
