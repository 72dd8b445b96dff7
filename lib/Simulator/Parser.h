//===- Parser.h - PTX text to a program -------------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_SIMULATOR_PARSER_H
#define DGEMM_LIB_SIMULATOR_PARSER_H

#include "Lexer.h"

#include <array>
#include <map>
#include <optional>

namespace dgemm::sim {

/// What a name of PTX stands for.
struct Symbol {
  enum class Kind : uint8_t { Register, Address, Function };
  Kind kind = Kind::Register;
  Type type = Type::None;
  uint32_t reg = 0;
  uint32_t slot = 0;
  uint64_t address = 0; // within its state space
  bool dynamicShared = false;
  bool shared = false;
  bool kernelShared = false;
  bool inFrame = false;
  uint32_t index = 0; // of a function
};

/// A `{ }` block: names declared in it, and the block around it.
struct Scope {
  int parent = -1;
  std::map<std::string, Symbol, std::less<>> symbols;
  std::map<std::string, uint32_t, std::less<>> labels;
  /// Lists of labels for brx.idx; the others are prototypes and targets of
  /// calls, which only name them.
  std::map<std::string, std::vector<std::string>, std::less<>> tables;
  uint32_t frameBytes = 0; // of the frame where the scope began
};

/// A device function: its body is parsed like a kernel's and linked into the
/// kernels that reach it.
struct FunctionBody {
  Function info;
  Kernel body;
  /// For each instruction, which list its descriptor refers to: an index of
  /// Parser::listSizes plus one; 0 if it has none.
  std::vector<uint8_t> lists;
  bool defined = false;
  bool addressTaken = false;
  std::string alias; // the function that this is another name of
};

/// Fills the fields of an instruction that its modifiers choose, and checks its
/// operands. Implemented in DecodeInstruction.cpp.
class Decoder {
public:
  Decoder(Kernel &kernel, std::vector<std::string> &opcodes,
          std::string_view target)
      : kernel_(kernel), opcodes_(opcodes), target_(target) {}

  /// `operands` become those of the instruction. `line` is that of `opcode`.
  Expected<Instruction> decode(std::string_view opcode,
                               std::vector<Operand> &operands, uint32_t line);

private:
  Status decodeModifier(std::string_view modifier, uint32_t categories,
                        Instruction &instruction, std::vector<Type> &types);
  Status checkOperands(const char *signature, const Instruction &instruction,
                       std::vector<Operand> &operands);
  Status checkOperand(char expected, const Operand &operand);
  Status finish(Instruction &instruction, const std::vector<Type> &types,
                std::vector<Operand> &operands);
  Status finishMma(Instruction &instruction,
                   const std::vector<Operand> &operands);
  // DecodeWgmma.cpp
  Status finishWgmma(Instruction &instruction,
                     const std::vector<Operand> &operands);
  Status finishMatrixMove(Instruction &instruction,
                          const std::vector<Operand> &operands);
  Status checkSelectors(const Instruction &instruction,
                        const std::vector<Operand> &operands);
  Status decodeCopy(std::string_view opcode, Instruction &instruction,
                    const std::vector<Operand> &operands,
                    std::string &signature);
  Status checkBulkCopy(const Instruction &instruction,
                       const std::vector<Operand> &operands);
  Status checkMapOperands(const Instruction &instruction,
                          const std::vector<Operand> &operands);
  Status checkVector(const Operand &operand, uint32_t count, const char *what);
  // DecodeTcgen05.cpp
  Status finishTcgen05(Instruction &instruction,
                       const std::vector<Operand> &operands);
  // DecodeScalar.cpp
  Status checkScalarMove(const Instruction &instruction,
                         const std::vector<Operand> &operands);
  Status checkConvert(const Instruction &instruction,
                      const std::vector<Operand> &operands);
  Status checkAtomic(const Instruction &instruction,
                     const std::vector<Operand> &operands);
  Status checkRedux(const Instruction &instruction);
  Status checkBarrierReduction(const Instruction &instruction);

  Kernel &kernel_;
  std::vector<std::string> &opcodes_;
  std::string_view target_;
  std::vector<std::string_view> mmaModifiers_;
};

class Parser {
public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  Expected<Program> run();

private:
  const Token &peek(size_t ahead = 0) const {
    return tokens_[std::min(position_ + ahead, tokens_.size() - 1)];
  }
  const Token &next() {
    const Token &token = peek();
    if (position_ + 1 < tokens_.size())
      ++position_;
    return token;
  }
  bool consume(char c);
  bool consumeDirective(std::string_view name);
  Status expect(char c);
  Error error(const std::string &message) const {
    return errorAt(peek().line, message);
  }
  Expected<uint64_t> integer();
  void skipLine();
  Status skipBraces();

  // Parser.cpp: modules and kernels.
  Status parseModuleItem();
  Status parseEntry();
  Status parseParameters();
  Status parseTuning();
  Status parseClusterTuning(std::string_view name,
                            std::vector<uint64_t> values);
  Status parseBody();
  Status parseStatement();
  Status parseInstruction();
  Status resolveBranches();
  void openScope();
  void closeScope();

  // Functions.cpp
  Status parseFunction(bool external);
  Status parseFormals(std::vector<Formal> &formals);
  Status parseAlias();
  Status declareFunction(const std::string &name, FunctionBody *&function);
  Status parseLabelList(const std::string &label);
  Status parseCall(std::string_view opcode, const Operand &guard);
  Expected<std::vector<Operand>> parseArguments();
  Status parseTableBranch(const Operand &guard);
  uint32_t addOpcode(std::string_view opcode);

  // Link.cpp
  using ListSizes = std::array<size_t, 7>;
  static ListSizes listSizes(const Kernel &kernel);
  void addInstruction(const Instruction &instruction, const ListSizes &before);
  void link();
  void linkFunctions(Kernel &kernel);
  void append(Kernel &kernel, uint32_t index);
  void finishShared(Kernel &kernel);

  // Declarations.cpp
  Status parseRegisters();
  Status declareRegisters(const std::string &name, Type type,
                          std::optional<uint64_t> count);
  Status parseVariable(std::string_view space, bool external);
  Expected<std::optional<uint64_t>> parseExtents();
  Status parseInitializer(GlobalVariable &variable, unsigned elementBytes);
  Status parseInitializers(GlobalVariable &variable, unsigned elementBytes,
                           uint64_t &offset, unsigned depth);
  Expected<uint64_t> parseInitialValue(unsigned elementBytes);
  Expected<uint64_t> parseInitialAddress();
  Status place(const std::string &name, std::string_view space, bool external,
               uint32_t alignment, uint64_t bytes, Type type);
  Status declare(const std::string &name, const Symbol &symbol);
  const Symbol *lookup(std::string_view name) const;

  // Operands.cpp
  Expected<Operand> parseOperand();
  Expected<Operand> parsePrimary();
  Expected<Operand> parseWordOperand();
  Expected<Operand> parseVector();
  Expected<Operand> parseMemory();
  Expected<int64_t> parseOffset();
  uint32_t addOperands(const std::vector<Operand> &operands);

  struct Branch {
    uint32_t instruction;
    int scope;
    std::string label;
    uint32_t line;
    uint32_t table = ~0u; // of brx.idx: the label is the name of the list
  };

  std::vector<Token> tokens_;
  size_t position_ = 0;
  Program program_;
  Kernel kernel_;
  std::vector<Scope> scopes_ = std::vector<Scope>(1);
  int scope_ = 0; // the module
  std::vector<Branch> branches_;
  std::vector<FunctionBody> functions_;
  std::vector<uint8_t> lists_; // FunctionBody::lists of the body at hand
  std::vector<Formal> *formals_ = nullptr; // of the list that is being parsed
  uint32_t moduleShared_ = 0;
  uint32_t moduleSharedAlignment_ = 16;
  uint64_t moduleBytes_ = 0;
  uint32_t depth_ = 0;
  /// What the text at hand belongs to.
  enum class Where : uint8_t { Module, Entry, Function } where_ = Where::Module;
  bool inEntryParameters_ = false;
};

/// The type of that name without the dot, or None.
Type typeByName(std::string_view name);

} // namespace dgemm::sim

#endif // DGEMM_LIB_SIMULATOR_PARSER_H
