//===- Lexer.h - Tokens of PTX ----------------------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_SIMULATOR_LEXER_H
#define DGEMM_LIB_SIMULATOR_LEXER_H

#include "dgemm/Simulator/Program.h"

#include <string_view>

namespace dgemm::sim {

struct Token {
  enum class Kind : uint8_t {
    End,
    Word,       // opcode.with.modifiers, %register, label
    Directive,  // .reg
    Number,     // value holds the bits
    String,     // text without quotes
    Punctuation // text is one character
  };
  Kind kind = Kind::End;
  std::string_view text;
  uint64_t value = 0;
  Type type = Type::None; // of a number: F32, F64, or None for an integer
  uint32_t line = 0;

  bool is(char c) const { return kind == Kind::Punctuation && text[0] == c; }
  bool isDirective(std::string_view name) const {
    return kind == Kind::Directive && text == name;
  }
};

/// Splits a module. `text` must outlive the tokens; the last one is End.
Expected<std::vector<Token>> tokenize(std::string_view text);

/// "line 12: message".
Error errorAt(uint32_t line, const std::string &message);

} // namespace dgemm::sim

#endif // DGEMM_LIB_SIMULATOR_LEXER_H
