//===- Parser.cpp - Modules, kernels and statements -----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Parser.h"
#include "OpcodeTable.h"

#include <algorithm>

using namespace dgemm::sim;

const Kernel *Program::find(const std::string &name) const {
  for (const Kernel &kernel : kernels)
    if (kernel.name == name)
      return &kernel;
  return nullptr;
}

bool Parser::consume(char c) {
  if (!peek().is(c))
    return false;
  next();
  return true;
}

bool Parser::consumeDirective(std::string_view name) {
  if (!peek().isDirective(name))
    return false;
  next();
  return true;
}

Status Parser::expect(char c) {
  if (consume(c))
    return {};
  return error(std::string("expected '") + c + "', found '" +
               std::string(peek().text) + "'");
}

Expected<uint64_t> Parser::integer() {
  const Token &token = peek();
  if (token.kind != Token::Kind::Number || token.type != Type::None)
    return error("expected an integer, found '" + std::string(token.text) +
                 "'");
  return next().value;
}

void Parser::skipLine() {
  uint32_t line = peek().line;
  while (peek().kind != Token::Kind::End && peek().line == line)
    next();
}

Status Parser::skipBraces() {
  uint32_t depth = 0;
  do {
    if (peek().kind == Token::Kind::End)
      return error("a block is not closed");
    depth += peek().is('{');
    depth -= peek().is('}');
    next();
  } while (depth != 0);
  return {};
}

/// Directives that linkage or debuggers need, and execution does not.
static bool isLinkage(const Token &token) {
  return token.isDirective("visible") || token.isDirective("weak") ||
         token.isDirective("common");
}

/// A chip that the PTX ISA names; "a" and "f" are its sets that are not
/// portable.
static bool isTarget(std::string_view name) {
  static const std::string_view chips[] = {
      "50", "52", "53", "60", "61",  "62",  "70",  "72",  "75",  "80", "86",
      "87", "88", "89", "90", "100", "101", "103", "110", "120", "121"};
  if (name.substr(0, 3) != "sm_")
    return false;
  name.remove_prefix(3);
  if (!name.empty() && (name.back() == 'a' || name.back() == 'f'))
    name.remove_suffix(1);
  return std::find(std::begin(chips), std::end(chips), name) != std::end(chips);
}

Status Parser::parseModuleItem() {
  bool external = false;
  while (isLinkage(peek()) || peek().isDirective("extern"))
    external |= next().text == "extern";
  const Token &token = peek();
  if (token.kind != Token::Kind::Directive)
    return error("expected a directive, found '" + std::string(token.text) +
                 "'");
  std::string_view name = next().text;
  if (name == "version" || name == "address_size") {
    if (peek().kind != Token::Kind::Number)
      return error("expected a number after '." + std::string(name) + "'");
    if (name == "address_size" && peek().value != 64)
      return error("only addresses of 64 bits are simulated");
    next();
    return {};
  }
  if (name == "loc" || name == "file") {
    // The line of the directive, of which one token is consumed.
    while (peek().kind != Token::Kind::End && peek().line == token.line)
      next();
    return {};
  }
  if (name == "target") {
    if (peek().kind != Token::Kind::Word)
      return error("expected the name of a target");
    if (!isTarget(peek().text))
      return error("there is no target '" + std::string(peek().text) + "'");
    program_.target = std::string(next().text);
    while (consume(','))
      next();
    return {};
  }
  if (name == "alias")
    return parseAlias();
  if (name == "pragma") {
    while (peek().kind != Token::Kind::End && !peek().is(';'))
      next();
    return expect(';');
  }
  if (name == "section") {
    next();
    if (peek().kind == Token::Kind::Word)
      next();
    if (!peek().is('{'))
      return error("expected '{' after .section");
    return skipBraces();
  }
  if (name == "entry")
    return parseEntry();
  if (name == "func")
    return parseFunction(external);
  if (name == "global" || name == "const" || name == "shared")
    return parseVariable(name, external);
  return errorAt(token.line,
                 "unsupported directive '." + std::string(name) + "'");
}

Status Parser::parseParameters() {
  if (!consume('('))
    return {};
  if (consume(')'))
    return {};
  do {
    if (!consumeDirective("param"))
      return error("expected '.param', found '" + std::string(peek().text) +
                   "'");
    if (Status status = parseVariable("param", false); !status.ok())
      return status;
  } while (consume(','));
  return expect(')');
}

Status Parser::parseClusterTuning(std::string_view name,
                                  std::vector<uint64_t> values) {
  if (name == "explicitcluster")
    kernel_.explicitCluster = true;
  if (name == "blocksareclusters")
    kernel_.blocksAreClusters = true;
  if (name == "maxclusterrank") {
    if (values.size() != 1 || values[0] == 0 || values[0] > MaxClusterSize)
      return error(".maxclusterrank must be 1 to " +
                   std::to_string(MaxClusterSize));
    kernel_.maxClusterRank = static_cast<uint32_t>(values[0]);
  }
  if (name != "reqnctapercluster")
    return {};
  if (values.empty() || values.size() > 3)
    return error(".reqnctapercluster needs one to three extents");
  values.resize(3, 1);
  for (unsigned i = 0; i < 3; ++i) {
    if (values[i] == 0 || values[i] > MaxClusterSize)
      return error(".reqnctapercluster is out of range");
    kernel_.requiredCluster[i] = static_cast<uint32_t>(values[i]);
  }
  return {};
}

Status Parser::parseTuning() {
  while (peek().kind == Token::Kind::Directive) {
    std::string_view name = next().text;
    std::vector<uint64_t> values;
    while (peek().kind == Token::Kind::Number) {
      values.push_back(next().value);
      if (!consume(','))
        break;
    }
    if (name == "reqntid" || name == "maxntid") {
      values.resize(3, 1);
      uint64_t threads = 1;
      for (uint64_t value : values) {
        if (value == 0 || value > 1024)
          return error("." + std::string(name) + " is out of range");
        threads *= value;
      }
      kernel_.maxThreads = static_cast<uint32_t>(threads);
      if (name == "reqntid")
        for (unsigned i = 0; i < 3; ++i)
          kernel_.requiredThreads[i] = static_cast<uint32_t>(values[i]);
    } else if (name == "maxnreg" && values.size() == 1) {
      kernel_.maxRegisters = static_cast<uint32_t>(values[0]);
    } else if (name == "reqnctapercluster" || name == "maxclusterrank" ||
               name == "explicitcluster" || name == "blocksareclusters") {
      if (Status status = parseClusterTuning(name, values); !status.ok())
        return status;
    } else if (name == "pragma") {
      next();
      if (Status status = expect(';'); !status.ok())
        return status;
    } else if (name != "minnctapersm" && name != "maxnctapersm" &&
               name != "noreturn" && name != "abi_preserve") {
      return error("unsupported directive '." + std::string(name) + "'");
    }
  }
  return {};
}

Status Parser::parseEntry() {
  if (peek().kind != Token::Kind::Word)
    return error("expected the name of a kernel");
  kernel_ = Kernel();
  lists_.clear();
  kernel_.name = std::string(next().text);
  if (program_.find(kernel_.name))
    return error("kernel '" + kernel_.name + "' is defined twice");
  openScope();
  branches_.clear();
  where_ = Where::Entry;
  inEntryParameters_ = true;
  Status status = parseParameters();
  inEntryParameters_ = false;
  if (status.ok())
    status = parseTuning();
  if (status.ok() && !consume(';')) { // else a declaration
    status = parseBody();
    if (status.ok())
      program_.kernels.push_back(std::move(kernel_));
  }
  where_ = Where::Module;
  scopes_.resize(1);
  scope_ = 0;
  return status;
}

void Parser::openScope() {
  Scope scope;
  scope.parent = scope_;
  scope.frameBytes = scopes_[scope_].frameBytes;
  scopes_.push_back(std::move(scope));
  scope_ = static_cast<int>(scopes_.size()) - 1;
}

/// Variables of the frame that come later take the place of those of the scope.
void Parser::closeScope() { scope_ = scopes_[scope_].parent; }

Status Parser::parseBody() {
  if (Status status = expect('{'); !status.ok())
    return status;
  depth_ = 1;
  while (depth_ != 0)
    if (Status status = parseStatement(); !status.ok())
      return status;
  Instruction exit;
  exit.op = where_ == Where::Function ? Op::Return : Op::Exit;
  exit.line = peek().line;
  exit.text = addOpcode("(end of the kernel)");
  addInstruction(exit, listSizes(kernel_));
  if (Status status = resolveBranches(); !status.ok())
    return status;
  return {};
}

/// What a label may be the name of, instead of a place.
static bool isLabelList(std::string_view directive) {
  return directive == "branchtargets" || directive == "calltargets" ||
         directive == "callprototype";
}

Status Parser::parseStatement() {
  const Token &token = peek();
  if (token.kind == Token::Kind::End)
    return error("kernel '" + kernel_.name + "' is not closed");
  if (consume('{')) {
    if (++depth_ > 1000)
      return error("blocks are nested too deeply");
    openScope();
    return {};
  }
  if (consume('}')) {
    --depth_;
    closeScope();
    return {};
  }
  if (consume(';'))
    return {};
  if (token.kind == Token::Kind::Directive) {
    std::string_view name = next().text;
    if (name == "reg")
      return parseRegisters();
    if (name == "shared" || name == "local" || name == "param" ||
        name == "global" || name == "const")
      return parseVariable(name, false);
    if (name == "loc" || name == "file") {
      while (peek().kind != Token::Kind::End && peek().line == token.line)
        next();
      return {};
    }
    if (name == "pragma") {
      next();
      return expect(';');
    }
    return errorAt(token.line,
                   "unsupported directive '." + std::string(name) + "'");
  }
  if (token.kind == Token::Kind::Word && peek(1).is(':')) {
    std::string label(next().text);
    next();
    if (peek().kind == Token::Kind::Directive && isLabelList(peek().text))
      return parseLabelList(label);
    uint32_t target = static_cast<uint32_t>(kernel_.code.size());
    if (!scopes_[scope_].labels.emplace(label, target).second)
      return errorAt(token.line, "label '" + label + "' is defined twice");
    return {};
  }
  return parseInstruction();
}

/// Notes which list has grown for the instruction's sake: its descriptor refers
/// to that one.
void Parser::addInstruction(const Instruction &instruction,
                            const ListSizes &before) {
  ListSizes now = listSizes(kernel_);
  uint8_t list = 0;
  for (size_t i = 0; i < now.size(); ++i)
    if (now[i] != before[i])
      list = static_cast<uint8_t>(i + 1);
  lists_.push_back(list);
  kernel_.code.push_back(instruction);
}

Status Parser::parseInstruction() {
  uint32_t line = peek().line;
  Operand guard;
  if (consume('@')) {
    bool negated = consume('!');
    Expected<Operand> predicate = parsePrimary();
    if (!predicate)
      return predicate.error();
    guard = *predicate;
    if (guard.kind != Operand::Kind::Register || guard.type != Type::Pred)
      return errorAt(line, "a guard must be a predicate register");
    guard.negated = negated;
  }
  if (peek().kind != Token::Kind::Word)
    return error("expected an instruction, found '" + std::string(peek().text) +
                 "'");
  std::string_view opcode = next().text;
  if (opcode == "call" || opcode == "call.uni")
    return parseCall(opcode, guard);
  if (opcode == "brx.idx" || opcode == "brx.idx.uni")
    return parseTableBranch(guard);
  std::vector<Operand> operands;
  std::string label;
  if (opcode == "bra" || opcode == "bra.uni") {
    if (peek().kind != Token::Kind::Word)
      return error("expected a label");
    label = std::string(next().text);
  } else {
    while (!peek().is(';')) {
      Expected<Operand> operand = parseOperand();
      if (!operand)
        return operand.error();
      operands.push_back(*operand);
      if (!consume(','))
        break;
    }
  }
  if (Status status = expect(';'); !status.ok())
    return status;
  ListSizes before = listSizes(kernel_);
  Decoder decoder(kernel_, program_.opcodes, program_.target);
  Expected<Instruction> instruction = decoder.decode(opcode, operands, line);
  if (!instruction)
    return instruction.error();
  if (Status status = checkTarget(program_.target, opcode); !status.ok())
    return errorAt(line, status.message());
  instruction->guard = guard;
  instruction->firstOperand = addOperands(operands);
  instruction->numOperands = static_cast<uint32_t>(operands.size());
  if (instruction->op == Op::Bra)
    branches_.push_back({static_cast<uint32_t>(kernel_.code.size()), scope_,
                         std::move(label), line, ~0u});
  if (where_ == Where::Function && instruction->op == Op::Exit &&
      opcode.substr(0, 3) == "ret")
    instruction->op = Op::Return;
  addInstruction(*instruction, before);
  return {};
}

/// The entry of that name in `scope` or around it, or null.
template <typename Map>
static const typename Map::mapped_type *findLabel(const std::vector<Scope> &all,
                                                  int scope, Map Scope::*member,
                                                  const std::string &label) {
  for (; scope > 0; scope = all[scope].parent) {
    const Map &labels = all[scope].*member;
    auto found = labels.find(label);
    if (found != labels.end())
      return &found->second;
  }
  return nullptr;
}

Status Parser::resolveBranches() {
  for (const Branch &branch : branches_) {
    auto missing = [&](const std::string &label) {
      return errorAt(branch.line, "label '" + label + "' is not defined");
    };
    if (branch.table == ~0u) {
      const uint32_t *label =
          findLabel(scopes_, branch.scope, &Scope::labels, branch.label);
      if (!label)
        return missing(branch.label);
      kernel_.code[branch.instruction].target = *label;
      continue;
    }
    const std::vector<std::string> *names =
        findLabel(scopes_, branch.scope, &Scope::tables, branch.label);
    if (!names)
      return missing(branch.label);
    for (const std::string &name : *names) {
      const uint32_t *label =
          findLabel(scopes_, branch.scope, &Scope::labels, name);
      if (!label)
        return missing(name);
      kernel_.branchTables[branch.table].push_back(*label);
    }
  }
  return {};
}

Expected<Program> Parser::run() {
  while (peek().kind != Token::Kind::End)
    if (Status status = parseModuleItem(); !status.ok())
      return status.error();
  link();
  return std::move(program_);
}

Expected<Program> dgemm::sim::parsePtx(const std::string &text) {
  Expected<std::vector<Token>> tokens = tokenize(text);
  if (!tokens)
    return tokens.error();
  return Parser(std::move(*tokens)).run();
}
