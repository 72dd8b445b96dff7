//===- ReadPlan.cpp - A plan out of JSON ----------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every key of the format is expected and no other: what a reader does not
// know could change what a launch does.
//
//===----------------------------------------------------------------------===//

#include "PlanNames.h"
#include "dgemm/Launch/LaunchPlan.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <initializer_list>
#include <limits>

using namespace dgemm::launch;
using Json = nlohmann::json;
using Path = std::string;

namespace {

/// Reads values of expected types. The first mistake is kept; values read after
/// it mean nothing.
class Reader {
public:
  Result<LaunchPlan> read(const Json &json);

private:
  void fail(ErrorCode code, const std::string &message) {
    if (status.ok())
      status = Error{code, "launch plan: " + message};
  }

  /// "block is "x", expected an integer": says what stands there, if it is
  /// short.
  void failType(const Path &path, const Json &json, const char *expected) {
    std::string text = json.is_structured()
                           ? json.type_name()
                           : json.dump(-1, ' ', /*ensure_ascii=*/true,
                                       Json::error_handler_t::replace);
    fail(ErrorCode::MalformedPlan,
         path + " is " + text.substr(0, 40) + ", expected " + expected);
  }

  /// Whether `json` is an object with these keys and no other.
  bool checkKeys(const Path &path, const Json &json,
                 std::initializer_list<const char *> keys);
  int64_t readInteger(const Path &path, const Json &json);
  size_t readIndex(const Path &path, const Json &json);
  std::string readString(const Path &path, const Json &json);
  ElementType readType(const Path &path, const Json &json);
  template <typename T, size_t N>
  T readName(const Path &path, const Json &json, const Named<T> (&table)[N]);
  template <typename T, typename Function>
  std::vector<T> readList(const Path &path, const Json &json,
                          Function readElement);
  std::vector<Extent> readExtents(const Path &path, const Json &json);

  bool checkHeader(const Json &json);
  Expression readExpression(const Path &path, const Json &json,
                            size_t depth = 0);
  Argument readArgument(const Path &path, const Json &json);
  Symbol readSymbol(const Path &path, const Json &json);
  TensorMap readMap(const Path &path, const Json &json);
  Parameter readParameter(const Path &path, const Json &json);
  Role readRole(const Path &path, const Json &json);

  Status status;
};

} // namespace

bool Reader::checkKeys(const Path &path, const Json &json,
                       std::initializer_list<const char *> keys) {
  if (!json.is_object()) {
    failType(path, json, "an object");
    return false;
  }
  for (const char *key : keys)
    if (!json.contains(key))
      fail(ErrorCode::MalformedPlan, path + " lacks '" + key + "'");
  for (const auto &item : json.items()) {
    bool known = std::any_of(keys.begin(), keys.end(), [&](const char *key) {
      return item.key() == key;
    });
    if (!known)
      fail(ErrorCode::MalformedPlan,
           path + " has '" + item.key() + "', which version " +
               std::to_string(kPlanVersion) + " does not know");
  }
  return status.ok();
}

int64_t Reader::readInteger(const Path &path, const Json &json) {
  // Numbers above the signed range are kept as unsigned ones.
  bool fits = json.is_number_integer() &&
              (!json.is_number_unsigned() ||
               json.get<uint64_t>() <=
                   static_cast<uint64_t>(std::numeric_limits<int64_t>::max()));
  if (fits)
    return json.get<int64_t>();
  failType(path, json, "a 64-bit integer");
  return 0;
}

size_t Reader::readIndex(const Path &path, const Json &json) {
  int64_t value = readInteger(path, json);
  if (value >= 0)
    return static_cast<size_t>(value);
  failType(path, json, "an index, counted from 0");
  return 0;
}

std::string Reader::readString(const Path &path, const Json &json) {
  if (json.is_string())
    return json.get<std::string>();
  failType(path, json, "a string");
  return {};
}

ElementType Reader::readType(const Path &path, const Json &json) {
  std::optional<ElementType> type = parseElementType(readString(path, json));
  if (!type)
    failType(path, json, "the name of an element type, such as \"bf16\"");
  return type.value_or(ElementType::I8);
}

template <typename T, size_t N>
T Reader::readName(const Path &path, const Json &json,
                   const Named<T> (&table)[N]) {
  if (std::optional<T> value = findName(table, readString(path, json)))
    return *value;
  std::string names;
  for (const Named<T> &row : table)
    names += (names.empty() ? "" : ", ") + std::string(row.name);
  failType(path, json, ("one of " + names).c_str());
  return table[0].value;
}

template <typename T, typename Function>
std::vector<T> Reader::readList(const Path &path, const Json &json,
                                Function readElement) {
  std::vector<T> result;
  if (!json.is_array()) {
    failType(path, json, "a list");
    return result;
  }
  for (size_t i = 0; i < json.size() && status.ok(); ++i)
    result.push_back(
        readElement(path + "[" + std::to_string(i) + "]", json[i]));
  return result;
}

std::vector<Extent> Reader::readExtents(const Path &path, const Json &json) {
  return readList<Extent>(path, json,
                          [&](const Path &at, const Json &element) -> Extent {
                            if (element.is_null())
                              return std::nullopt;
                            return readInteger(at, element);
                          });
}

Expression Reader::readExpression(const Path &path, const Json &json,
                                  size_t depth) {
  if (json.is_number())
    return Expression::constant(readInteger(path, json));
  if (json.is_object() && json.contains("symbol")) {
    if (!checkKeys(path, json, {"symbol"}))
      return Expression::constant(0);
    return Expression::symbol(
        static_cast<int64_t>(readIndex(path + ".symbol", json["symbol"])));
  }
  if (depth == Expression::kMaxDepth) {
    fail(ErrorCode::MalformedPlan, path + " is nested deeper than " +
                                       std::to_string(Expression::kMaxDepth) +
                                       " levels");
    return Expression::constant(0);
  }
  if (!checkKeys(path, json, {"op", "lhs", "rhs"}))
    return Expression::constant(0);
  auto op = readName(path + ".op", json["op"], kOperators);
  Expression lhs = readExpression(path + ".lhs", json["lhs"], depth + 1);
  return Expression::combine(
      op, std::move(lhs),
      readExpression(path + ".rhs", json["rhs"], depth + 1));
}

Argument Reader::readArgument(const Path &path, const Json &json) {
  Argument result;
  bool isScalar = json.is_object() && json.value("kind", Json()) == "scalar";
  bool ok = isScalar ? checkKeys(path, json, {"name", "kind", "type"})
                     : checkKeys(path, json,
                                 {"name", "kind", "type", "shape", "strides"});
  if (!ok)
    return result;
  result.isBuffer = !isScalar;
  result.name = readString(path + ".name", json["name"]);
  result.type = readType(path + ".type", json["type"]);
  if (isScalar)
    return result;
  if (json["kind"] != "buffer")
    failType(path + ".kind", json["kind"], "\"buffer\" or \"scalar\"");
  result.shape = readExtents(path + ".shape", json["shape"]);
  result.strides = readExtents(path + ".strides", json["strides"]);
  return result;
}

Symbol Reader::readSymbol(const Path &path, const Json &json) {
  Symbol result;
  bool isSmCount = json.is_object() && json.value("kind", Json()) == "sm_count";
  bool ok = isSmCount
                ? checkKeys(path, json, {"kind"})
                : checkKeys(path, json, {"kind", "argument", "dimension"});
  if (!ok || isSmCount)
    return result;
  result.kind = readName(path + ".kind", json["kind"], kSymbolKinds);
  result.argument = readIndex(path + ".argument", json["argument"]);
  result.dimension = readIndex(path + ".dimension", json["dimension"]);
  return result;
}

TensorMap Reader::readMap(const Path &path, const Json &json) {
  TensorMap result;
  if (!checkKeys(path, json,
                 {"argument", "offset_bytes", "type", "dims", "strides", "box",
                  "swizzle", "fill"}))
    return result;
  auto readDim = [&](const Path &at, const Json &element) {
    return readExpression(at, element);
  };
  auto readSize = [&](const Path &at, const Json &element) {
    return readInteger(at, element);
  };
  result.argument = readIndex(path + ".argument", json["argument"]);
  result.byteOffset = readInteger(path + ".offset_bytes", json["offset_bytes"]);
  result.type = readType(path + ".type", json["type"]);
  result.dims = readList<Expression>(path + ".dims", json["dims"], readDim);
  result.strides =
      readList<Expression>(path + ".strides", json["strides"], readDim);
  result.box = readList<int64_t>(path + ".box", json["box"], readSize);
  result.swizzle = readInteger(path + ".swizzle", json["swizzle"]);
  if (readString(path + ".fill", json["fill"]) != kFill)
    failType(path + ".fill", json["fill"], "\"zero\"");
  return result;
}

Parameter Reader::readParameter(const Path &path, const Json &json) {
  Parameter result;
  if (!checkKeys(path, json, {"kind", "index"}))
    return result;
  result.kind = readName(path + ".kind", json["kind"], kParameterKinds);
  result.index = readIndex(path + ".index", json["index"]);
  return result;
}

Role Reader::readRole(const Path &path, const Json &json) {
  Role result;
  if (!checkKeys(path, json, {"name", "warps"}))
    return result;
  result.name = readString(path + ".name", json["name"]);
  result.warps = readInteger(path + ".warps", json["warps"]);
  return result;
}

/// Format and version come first: another version has other keys.
bool Reader::checkHeader(const Json &json) {
  if (!json.is_object() || json.value("format", Json()) != Json(kFormat)) {
    fail(ErrorCode::MalformedPlan,
         "no object whose 'format' is \"" + std::string(kFormat) + "\"");
    return false;
  }
  if (!json.contains("version")) {
    fail(ErrorCode::MalformedPlan, "the plan lacks 'version'");
    return false;
  }
  int64_t version = readInteger("version", json["version"]);
  if (version != kPlanVersion)
    fail(ErrorCode::UnsupportedVersion,
         "version " + std::to_string(version) + ", but only version " +
             std::to_string(kPlanVersion) +
             " is known; compile the kernel again with this version of dgemm");
  return status.ok();
}

Result<LaunchPlan> Reader::read(const Json &json) {
  LaunchPlan plan;
  if (!checkHeader(json) ||
      !checkKeys("the plan", json,
                 {"format", "version", "entry", "chip", "arguments", "symbols",
                  "grid", "block", "cluster", "shared_bytes", "workspace_bytes",
                  "tensor_maps", "parameters", "roles"}))
    return status.error();
  plan.entry = readString("entry", json["entry"]);
  plan.chip = readString("chip", json["chip"]);
  plan.arguments = readList<Argument>(
      "arguments", json["arguments"],
      [&](const Path &at, const Json &e) { return readArgument(at, e); });
  plan.symbols = readList<Symbol>(
      "symbols", json["symbols"],
      [&](const Path &at, const Json &e) { return readSymbol(at, e); });
  plan.grid = readExpression("grid", json["grid"]);
  plan.block = readInteger("block", json["block"]);
  plan.cluster = readInteger("cluster", json["cluster"]);
  plan.sharedBytes = readInteger("shared_bytes", json["shared_bytes"]);
  plan.workspaceBytes =
      readExpression("workspace_bytes", json["workspace_bytes"]);
  plan.maps = readList<TensorMap>(
      "tensor_maps", json["tensor_maps"],
      [&](const Path &at, const Json &e) { return readMap(at, e); });
  plan.parameters = readList<Parameter>(
      "parameters", json["parameters"],
      [&](const Path &at, const Json &e) { return readParameter(at, e); });
  plan.roles = readList<Role>(
      "roles", json["roles"],
      [&](const Path &at, const Json &e) { return readRole(at, e); });
  if (!status.ok())
    return status.error();
  if (Status valid = validate(plan); !valid.ok())
    return valid.error();
  return plan;
}

Result<LaunchPlan> dgemm::launch::parsePlan(std::string_view text) {
  Json json = Json::parse(text.begin(), text.end(), /*callback=*/nullptr,
                          /*allow_exceptions=*/false);
  if (json.is_discarded())
    return Error{ErrorCode::MalformedPlan,
                 "launch plan: the text is not JSON (" +
                     std::to_string(text.size()) + " bytes)"};
  return Reader().read(json);
}
