//===- Lexer.cpp - Tokens of PTX ------------------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lexer.h"

#include <cctype>
#include <cstdlib>
#include <cstring>

using namespace dgemm::sim;

Error dgemm::sim::errorAt(uint32_t line, const std::string &message) {
  return Error{"line " + std::to_string(line) + ": " + message};
}

namespace {

class Lexer {
public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Expected<std::vector<Token>> run();

private:
  char peek(size_t ahead = 0) const {
    return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0';
  }
  static bool isWordStart(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) || c == '_' ||
           c == '$' || c == '%';
  }
  static bool isWordChar(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$';
  }
  /// False at an unterminated comment.
  bool skipBlanks();
  void lexWord();
  Status lexNumber();
  Status lexReal(size_t start);
  Status lexString();
  void push(Token::Kind kind, size_t start, size_t length);

  std::string_view text_;
  size_t position_ = 0;
  uint32_t line_ = 1;
  std::vector<Token> tokens_;
};

} // namespace

void Lexer::push(Token::Kind kind, size_t start, size_t length) {
  Token token;
  token.kind = kind;
  token.text = text_.substr(start, length);
  token.line = line_;
  tokens_.push_back(token);
}

bool Lexer::skipBlanks() {
  while (position_ < text_.size()) {
    char c = peek();
    if (c == '\n')
      ++line_;
    if (std::isspace(static_cast<unsigned char>(c))) {
      ++position_;
      continue;
    }
    if (c == '/' && peek(1) == '/') {
      while (position_ < text_.size() && peek() != '\n')
        ++position_;
      continue;
    }
    if (c != '/' || peek(1) != '*')
      return true;
    size_t end = text_.find("*/", position_ + 2);
    if (end == std::string_view::npos)
      return false;
    for (; position_ < end + 2; ++position_)
      line_ += peek() == '\n';
  }
  return true;
}

void Lexer::lexWord() {
  size_t start = position_++;
  while (true) {
    if (isWordChar(peek())) {
      ++position_;
      continue;
    }
    bool dot = peek() == '.' && isWordChar(peek(1));
    bool colons = peek() == ':' && peek(1) == ':' && isWordChar(peek(2));
    if (!dot && !colons)
      break;
    position_ += dot ? 1 : 2;
  }
  push(Token::Kind::Word, start, position_ - start);
}

Status Lexer::lexReal(size_t start) {
  while (std::isdigit(static_cast<unsigned char>(peek())) || peek() == '.')
    ++position_;
  if (peek() == 'e' || peek() == 'E') {
    ++position_;
    if (peek() == '+' || peek() == '-')
      ++position_;
    while (std::isdigit(static_cast<unsigned char>(peek())))
      ++position_;
  }
  std::string copy(text_.substr(start, position_ - start));
  char *end = nullptr;
  double value = std::strtod(copy.c_str(), &end);
  if (*end != '\0')
    return errorAt(line_, "malformed number '" + copy + "'");
  push(Token::Kind::Number, start, position_ - start);
  std::memcpy(&tokens_.back().value, &value, sizeof(value));
  tokens_.back().type = Type::F64;
  return {};
}

Status Lexer::lexNumber() {
  size_t start = position_;
  unsigned base = 10, maxDigits = 20;
  Type type = Type::None;
  char second = peek() == '0' ? peek(1) : '\0';
  if (second == 'x' || second == 'X') {
    base = 16, maxDigits = 16, position_ += 2;
  } else if (second == 'b' || second == 'B') {
    base = 2, maxDigits = 64, position_ += 2;
  } else if (second == 'f' || second == 'F') {
    base = 16, maxDigits = 8, type = Type::F32, position_ += 2;
  } else if (second == 'd' || second == 'D') {
    base = 16, maxDigits = 16, type = Type::F64, position_ += 2;
  } else if (second >= '0' && second <= '7') {
    base = 8, maxDigits = 23;
  }
  size_t digits = position_;
  uint64_t value = 0;
  for (; std::isxdigit(static_cast<unsigned char>(peek())); ++position_) {
    char c = peek();
    unsigned digit = std::isdigit(static_cast<unsigned char>(c))
                         ? unsigned(c - '0')
                         : unsigned(std::tolower(c) - 'a') + 10;
    if (digit >= base)
      break;
    value = value * base + digit;
  }
  if (base == 10 && (peek() == '.' || peek() == 'e' || peek() == 'E')) {
    position_ = start;
    return lexReal(start);
  }
  size_t count = position_ - digits;
  if (count == 0 || count > maxDigits)
    return errorAt(
        line_, "malformed number '" +
                   std::string(text_.substr(start, position_ - start)) + "'");
  push(Token::Kind::Number, start, position_ - start);
  tokens_.back().value = value;
  tokens_.back().type = type;
  if (peek() == 'U')
    ++position_;
  if (isWordChar(peek()))
    return errorAt(line_,
                   "a number is followed by '" + std::string(1, peek()) + "'");
  return {};
}

Status Lexer::lexString() {
  size_t start = ++position_;
  while (position_ < text_.size() && peek() != '"' && peek() != '\n')
    position_ += peek() == '\\' ? 2 : 1;
  if (peek() != '"')
    return errorAt(line_, "a string is not closed");
  push(Token::Kind::String, start, position_ - start);
  ++position_;
  return {};
}

Expected<std::vector<Token>> Lexer::run() {
  while (true) {
    if (!skipBlanks())
      return errorAt(line_, "a comment is not closed");
    if (position_ >= text_.size())
      break;
    char c = peek();
    Status status;
    if (isWordStart(c)) {
      lexWord();
    } else if (std::isdigit(static_cast<unsigned char>(c))) {
      status = lexNumber();
    } else if (c == '"') {
      status = lexString();
    } else if (c == '.' && isWordStart(peek(1))) {
      size_t start = ++position_;
      while (isWordChar(peek()))
        ++position_;
      push(Token::Kind::Directive, start, position_ - start);
    } else if (c != '\0' && std::strchr("{}[]()<>,;:@!|+-*/~=&^?.", c)) {
      push(Token::Kind::Punctuation, position_++, 1);
    } else {
      status = errorAt(line_, "unexpected character");
    }
    if (!status.ok())
      return status.error();
  }
  push(Token::Kind::End, text_.size(), 0);
  return std::move(tokens_);
}

Expected<std::vector<Token>> dgemm::sim::tokenize(std::string_view text) {
  return Lexer(text).run();
}
