//===- Json.cpp - A small JSON reader -------------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Json.h"

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

class Reader {
public:
  explicit Reader(std::string_view text) : text_(text) {}

  Expected<Json> run();

private:
  char peek() const {
    return position_ < text_.size() ? text_[position_] : '\0';
  }
  Error error(const std::string &message) const;
  void skipBlanks();
  bool consume(char c);
  bool consumeWord(std::string_view word);
  Status value(Json &out, unsigned depth);
  Status string(std::string &out);
  Status number(Json &out);
  Status array(Json &out, unsigned depth);
  Status object(Json &out, unsigned depth);

  std::string_view text_;
  size_t position_ = 0;
};

} // namespace

Error Reader::error(const std::string &message) const {
  size_t end = std::min(position_, text_.size());
  auto line =
      1 + std::count(text_.begin(),
                     text_.begin() + static_cast<std::ptrdiff_t>(end), '\n');
  return Error{"line " + std::to_string(line) + ": " + message};
}

void Reader::skipBlanks() {
  while (peek() == ' ' || peek() == '\n' || peek() == '\t' || peek() == '\r')
    ++position_;
}

bool Reader::consume(char c) {
  skipBlanks();
  if (peek() != c || position_ >= text_.size())
    return false;
  ++position_;
  return true;
}

bool Reader::consumeWord(std::string_view word) {
  if (text_.substr(position_, word.size()) != word)
    return false;
  position_ += word.size();
  return true;
}

Status Reader::string(std::string &out) {
  if (!consume('"'))
    return error("expected a string");
  while (position_ < text_.size() && peek() != '"') {
    char c = text_[position_++];
    if (c != '\\') {
      out += c;
      continue;
    }
    static constexpr std::string_view from = "\"\\/bfnrt",
                                      to = "\"\\/\b\f\n\r\t";
    size_t which = from.find(peek());
    if (position_ >= text_.size() || which == std::string_view::npos)
      return error("unsupported escape in a string");
    out += to[which];
    ++position_;
  }
  return consume('"') ? Status() : error("a string is not closed");
}

Status Reader::number(Json &out) {
  size_t start = position_;
  while (peek() == '-' || peek() == '+' || peek() == '.' || peek() == 'e' ||
         peek() == 'E' || (peek() >= '0' && peek() <= '9'))
    ++position_;
  if (position_ == start)
    return error("expected a value");
  out.kind = Json::Kind::Number;
  out.text = std::string(text_.substr(start, position_ - start));
  return {};
}

Status Reader::array(Json &out, unsigned depth) {
  out.kind = Json::Kind::Array;
  if (consume(']'))
    return {};
  do {
    out.items.emplace_back();
    if (Status status = value(out.items.back(), depth + 1); !status.ok())
      return status;
  } while (consume(','));
  return consume(']') ? Status() : error("expected ',' or ']'");
}

Status Reader::object(Json &out, unsigned depth) {
  out.kind = Json::Kind::Object;
  if (consume('}'))
    return {};
  do {
    std::string key;
    if (Status status = string(key); !status.ok())
      return status;
    if (out.find(key))
      return error("'" + key + "' is given twice");
    if (!consume(':'))
      return error("expected ':'");
    out.members.emplace_back(key, Json());
    if (Status status = value(out.members.back().second, depth + 1);
        !status.ok())
      return status;
  } while (consume(','));
  return consume('}') ? Status() : error("expected ',' or '}'");
}

Status Reader::value(Json &out, unsigned depth) {
  if (depth > maxDepth)
    return error("values are nested too deeply");
  if (consume('{'))
    return object(out, depth);
  if (consume('['))
    return array(out, depth);
  if (peek() == '"') {
    out.kind = Json::Kind::String;
    return string(out.text);
  }
  if (consumeWord("null"))
    return {};
  out.boolean = text_.substr(position_, 4) == "true";
  if (consumeWord("true") || consumeWord("false")) {
    out.kind = Json::Kind::Bool;
    return {};
  }
  return number(out);
}

Expected<Json> Reader::run() {
  Json result;
  if (Status status = value(result, 0); !status.ok())
    return status.error();
  skipBlanks();
  if (position_ != text_.size())
    return error("something follows the value");
  return result;
}

Expected<Json> dgemm::sim::parseJson(std::string_view text) {
  return Reader(text).run();
}
