//===- Json.cpp - JSON values ---------------------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Json.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

using namespace dgemm::sim;

static constexpr unsigned maxDepth = 64;

const Json *Json::find(std::string_view name) const {
  for (const auto &[key, value] : members)
    if (key == name)
      return &value;
  return nullptr;
}

Expected<uint64_t> Json::integer() const {
  Error error{"expected an integer, found '" + text + "'"};
  if ((kind != Kind::Number && kind != Kind::String) || text.empty())
    return error;
  bool negative = text[0] == '-';
  char *end = nullptr;
  errno = 0;
  uint64_t value =
      negative ? static_cast<uint64_t>(std::strtoll(text.c_str(), &end, 0))
               : std::strtoull(text.c_str(), &end, 0);
  if (errno != 0 || *end != '\0' || end == text.c_str())
    return error;
  return value;
}

Expected<double> Json::real() const {
  char *end = nullptr;
  double value = std::strtod(text.c_str(), &end);
  if (kind != Kind::Number || *end != '\0')
    return Error{"expected a number, found '" + text + "'"};
  return value;
}

namespace {

/// Builds the value from what the parser finds. Each function returns false to
/// stop it; the reason is in `error`.
class Builder : public nlohmann::json_sax<nlohmann::json> {
public:
  Json root;
  std::string error;

  bool null() override { return add(Json::Kind::Null, "") != nullptr; }
  bool boolean(bool value) override {
    Json *json = add(Json::Kind::Bool, value ? "true" : "false");
    if (json)
      json->boolean = value;
    return json != nullptr;
  }
  bool number_integer(number_integer_t value) override {
    return add(Json::Kind::Number, std::to_string(value)) != nullptr;
  }
  bool number_unsigned(number_unsigned_t value) override {
    return add(Json::Kind::Number, std::to_string(value)) != nullptr;
  }
  /// Integers beyond 64 bits come as floats: their text tells them apart.
  bool number_float(number_float_t, const string_t &text) override {
    return add(Json::Kind::Number, text) != nullptr;
  }
  bool string(string_t &value) override {
    return add(Json::Kind::String, value) != nullptr;
  }
  bool binary(binary_t &) override { return false; }
  bool start_object(std::size_t) override { return open(Json::Kind::Object); }
  bool start_array(std::size_t) override { return open(Json::Kind::Array); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t &name) override {
    if (open_.back()->find(name)) {
      error = "'" + name + "' is given twice";
      return false;
    }
    open_.back()->members.emplace_back(name, Json());
    return true;
  }
  bool parse_error(std::size_t, const std::string &,
                   const nlohmann::detail::exception &exception) override {
    // "[json.exception...] parse error at line 1, column 2: what"
    std::string what = exception.what();
    size_t line = what.find("line ");
    error = line == std::string::npos ? what : what.substr(line);
    return false;
  }

private:
  /// Where the next value goes.
  Json *add(Json::Kind kind, std::string text) {
    Json *json = &root;
    if (!open_.empty() && open_.back()->kind == Json::Kind::Array) {
      open_.back()->items.emplace_back();
      json = &open_.back()->items.back();
    } else if (!open_.empty()) {
      json = &open_.back()->members.back().second;
    }
    json->kind = kind;
    json->text = std::move(text);
    return json;
  }
  bool open(Json::Kind kind) {
    if (open_.size() >= maxDepth) {
      error = "values are nested too deeply";
      return false;
    }
    // The parents of what is open do not grow until it is closed.
    open_.push_back(add(kind, ""));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  std::vector<Json *> open_;
};

} // namespace

namespace {

/// Reads the text and notes how far the parser has come.
struct Cursor {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char *;
  using reference = const char &;

  const char *at;
  const char **furthest;

  reference operator*() const { return *at; }
  Cursor &operator++() {
    *furthest = ++at;
    return *this;
  }
  Cursor operator++(int) {
    Cursor before = *this;
    ++*this;
    return before;
  }
  bool operator==(const Cursor &other) const { return at == other.at; }
  bool operator!=(const Cursor &other) const { return at != other.at; }
};

} // namespace

Expected<Json> dgemm::sim::parseJson(std::string_view text) {
  Builder builder;
  const char *furthest = text.data(), *end = text.data() + text.size();
  Cursor begin{text.data(), &furthest};
  if (nlohmann::json::sax_parse(begin, Cursor{end, &furthest}, &builder))
    return std::move(builder.root);
  if (builder.error.substr(0, 5) == "line ")
    return Error{builder.error};
  return Error{"line " +
               std::to_string(1 + std::count(text.data(), furthest, '\n')) +
               ": " + builder.error};
}
