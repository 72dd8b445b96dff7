//===- Mutator.cpp - Seeded mutation of IR text ---------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Mutator.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <set>

using namespace dgemm::fuzz;

uint64_t Random::next() {
  // splitmix64 (Steele, Lea, Flood 2014): each seed is a good start.
  state += 0x9e3779b97f4a7c15;
  uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static bool isDigit(char c) {
  return std::isdigit(static_cast<unsigned char>(c));
}
static bool isSpace(char c) {
  return std::isspace(static_cast<unsigned char>(c));
}
static bool isWordStart(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) || c == '_' || c == '%' ||
         c == '#' || c == '!' || c == '@' || c == '^';
}
static bool isWordPart(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' ||
         c == '$';
}

/// Length of the token at the start of a text that is not empty.
static size_t tokenLength(std::string_view text, bool afterDimension) {
  char first = text[0];
  size_t length = 1;
  if (first == '"') {
    while (length < text.size() && text[length] != '"')
      ++length;
    return std::min(length + 1, text.size());
  }
  // The x between dimensions is not the start of a word.
  if (first == 'x' && afterDimension)
    return 1;
  bool (*part)(char) = nullptr;
  if (isSpace(first))
    part = isSpace;
  else if (isDigit(first))
    part = isDigit;
  else if (isWordStart(first))
    part = isWordPart;
  while (part && length < text.size() && part(text[length]))
    ++length;
  return length;
}

std::vector<std::string_view> dgemm::fuzz::tokenize(std::string_view text) {
  std::vector<std::string_view> tokens;
  bool afterDimension = false;
  while (!text.empty()) {
    size_t length = tokenLength(text, afterDimension);
    tokens.push_back(text.substr(0, length));
    afterDimension = isDigit(text[0]) || text[0] == '?' || text[0] == '*';
    text.remove_prefix(length);
  }
  return tokens;
}

static bool startsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

namespace {
/// Collects the inputs of one file, line by line.
class Splitter {
public:
  /// A line with its end, without the comment lines.
  void addLine(std::string_view line) {
    whole += line;
    if (line[0] == '#' || line[0] == '!')
      aliases += line;
    else
      operation += line;
    if (line[0] == '}')
      finishOperation();
  }

  /// At the end of the file and at `// -----`.
  void finishInput() {
    bool several = operations > 1 || (operations == 1 && !operation.empty());
    if (!whole.empty() && (several || operations == 0))
      inputs.push_back(whole);
    whole.clear();
    aliases.clear();
    operation.clear();
    operations = 0;
  }

  std::vector<std::string> inputs;

private:
  void finishOperation() {
    inputs.push_back(aliases + operation);
    operation.clear();
    ++operations;
  }

  std::string whole, aliases, operation;
  unsigned operations = 0;
};
} // namespace

std::vector<std::string> dgemm::fuzz::splitInputs(std::string_view file) {
  Splitter splitter;
  while (!file.empty()) {
    size_t end = std::min(file.find('\n'), file.size() - 1) + 1;
    std::string_view line = file.substr(0, end);
    file.remove_prefix(end);
    std::string_view code = line;
    while (!code.empty() && isSpace(code[0]))
      code.remove_prefix(1);
    if (startsWith(code, "// -----"))
      splitter.finishInput();
    else if (!code.empty() && !startsWith(code, "//"))
      splitter.addLine(line);
  }
  splitter.finishInput();
  return std::move(splitter.inputs);
}

bool dgemm::fuzz::hitsUpstreamDefect(std::string_view text) {
  if (text.find(".dim ") != text.npos && text.find("constant -") != text.npos)
    return true;
  static constexpr std::string_view start = "array<";
  for (size_t at = text.find(start); at != text.npos;
       at = text.find(start, at + 1)) {
    std::string_view type = text.substr(at + start.size());
    while (!type.empty() && isSpace(type[0]))
      type.remove_prefix(1);
    bool integer = type.size() > 1 && (type[0] == 'i' && isDigit(type[1]));
    if (!integer && !startsWith(type, "f") && !startsWith(type, "bf"))
      return true;
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Mutations
//===----------------------------------------------------------------------===//

// Values at which arithmetic on shapes overflows, divides by zero or meets the
// marker of a dynamic dimension (INT64_MIN).
static constexpr std::array numbers = {"0",          "1",
                                       "2",          "3",
                                       "-1",         "127",
                                       "128",        "129",
                                       "4294967296", "9223372036854775807",
                                       "?",          "-9223372036854775808",
                                       "65536",      "18446744073709551616"};
static constexpr std::array words = {
    "f8E4M3FN", "f8E5M2", "f4E2M1FN", "f8E8M0FNU", "bf16",   "f16",
    "f32",      "f64",    "i1",       "i4",        "i8",     "i32",
    "i64",      "index",  "none",     "tensor",    "memref", "vector",
    "true",     "unit",   "*",        "complex",   "()",     "strided"};
static constexpr std::array punctuation = {"(", ")", "[", "]", "{",  "}",  "<",
                                           ">", ",", ":", "=", "->", "\"", "?"};

template <size_t size>
static std::string pick(const std::array<const char *, size> &from,
                        Random &random) {
  return from[random.below(size)];
}

/// A value near the old one, or a special one.
static std::string otherNumber(const std::string &old, Random &random) {
  if (old.size() > 15 || random.below(2) == 0)
    return pick(numbers, random);
  uint64_t value = std::stoull(old);
  const std::array<uint64_t, 4> near = {value + 1, value - 1, value * 2,
                                        value / 2};
  return std::to_string(static_cast<int64_t>(near[random.below(near.size())]));
}

Mutator::Mutator(const std::vector<std::string> &corpus) : corpus(corpus) {
  std::set<std::string> distinct;
  for (const std::string &text : corpus)
    for (std::string_view token : tokenize(text))
      if (!isSpace(token[0]))
        distinct.emplace(token);
  dictionary.assign(distinct.begin(), distinct.end());
}

const std::string &Mutator::anyToken(Random &random) const {
  return dictionary[random.below(dictionary.size())];
}

/// Changes a token into one that could stand in its place.
static void replaceAlike(std::string &token, Random &random) {
  if (isDigit(token[0]) || token == "?")
    token = token == "?" ? pick(numbers, random) : otherNumber(token, random);
  else if (isWordStart(token[0]))
    token = pick(words, random);
  else
    token = pick(punctuation, random);
}

/// Changes a number or word alike wherever it occurs: an operand and its type
/// in the function's arguments still agree, so that the input gets past the
/// parser to the verifiers.
static void replaceEverywhere(std::vector<std::string> &tokens,
                              Random &random) {
  auto isCandidate = [](const std::string &token) {
    return isDigit(token[0]) || token[0] == '?' || token[0] == 'f' ||
           token[0] == 'b' || token[0] == 'i' || token[0] == 't' ||
           token[0] == 'm';
  };
  std::vector<std::string> candidates;
  std::copy_if(tokens.begin(), tokens.end(), std::back_inserter(candidates),
               isCandidate);
  if (candidates.empty())
    return;
  std::string from = candidates[random.below(candidates.size())];
  std::string to = from;
  replaceAlike(to, random);
  std::replace(tokens.begin(), tokens.end(), from, to);
}

static void changeByte(std::string &token, Random &random) {
  token[random.below(token.size())] = static_cast<char>(random.below(256));
}

void Mutator::mutateOnce(Tokens &tokens, Random &random) const {
  size_t at = random.below(tokens.size());
  size_t other = random.below(tokens.size());
  auto begin = tokens.begin();
  switch (random.below(14)) {
  case 0: // Remove up to 8 tokens: an operand, an attribute, a bracket.
    tokens.erase(begin + at,
                 begin + std::min(tokens.size(), at + 1 + random.below(8)));
    break;
  case 1:
    tokens.insert(begin + at, tokens[other]);
    break;
  case 2:
    std::swap(tokens[at], tokens[other]);
    break;
  case 3:
    tokens[at] = tokens[other];
    break;
  case 4:
    tokens[at] = anyToken(random);
    break;
  case 5:
    tokens.insert(begin + at, anyToken(random));
    break;
  case 6:
    changeByte(tokens[at], random);
    break;
  case 7:
  case 8:
    replaceAlike(tokens[at], random);
    break;
  default:
    replaceEverywhere(tokens, random);
    break;
  }
}

std::string Mutator::mutate(uint64_t seed) const {
  Random random(seed);
  const std::string &text = corpus[random.below(corpus.size())];
  std::vector<std::string_view> views = tokenize(text);
  Tokens tokens(views.begin(), views.end());
  // Half of the cases have one mutation: of more, one is refused early.
  do {
    if (!tokens.empty())
      mutateOnce(tokens, random);
  } while (random.below(2) == 0);
  std::string mutated;
  for (const std::string &token : tokens)
    mutated += token;
  return mutated;
}
