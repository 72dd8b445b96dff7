//===- Json.h - JSON values -------------------------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_SIMULATOR_JSON_H
#define DGEMM_LIB_SIMULATOR_JSON_H

#include "dgemm/Simulator/Status.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dgemm::sim {

/// A JSON value. Numbers keep their text, so that 64-bit integers survive.
struct Json {
  enum class Kind : uint8_t { Null, Bool, Number, String, Array, Object };
  Kind kind = Kind::Null;
  bool boolean = false;
  std::string text; // of a number or string
  std::vector<Json> items;
  std::vector<std::pair<std::string, Json>> members;

  bool isObject() const { return kind == Kind::Object; }
  bool isArray() const { return kind == Kind::Array; }
  bool isString() const { return kind == Kind::String; }
  bool isNumber() const { return kind == Kind::Number; }

  /// A member, or null.
  const Json *find(std::string_view name) const;
  /// An integer from -2^63 to 2^64 - 1, as bits. Strings such as "0x10" count.
  Expected<uint64_t> integer() const;
  Expected<double> real() const;
};

/// The whole of `text` must be one value. An error names line and column.
Expected<Json> parseJson(std::string_view text);

} // namespace dgemm::sim

#endif // DGEMM_LIB_SIMULATOR_JSON_H
