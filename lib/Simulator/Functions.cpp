//===- Functions.cpp - Device functions, calls, branch tables -------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Parser.h"

#include <algorithm>

using namespace dgemm::sim;

uint32_t Parser::addOpcode(std::string_view opcode) {
  std::vector<std::string> &all = program_.opcodes;
  auto known = std::find(all.begin(), all.end(), opcode);
  if (known != all.end())
    return static_cast<uint32_t>(known - all.begin());
  all.emplace_back(opcode);
  return static_cast<uint32_t>(all.size() - 1);
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

static Function::Builtin builtinByName(std::string_view name) {
  if (name == "vprintf")
    return Function::Builtin::Printf;
  if (name == "__assertfail")
    return Function::Builtin::AssertFail;
  return Function::Builtin::None;
}

/// The function of that name, declared now or before.
Status Parser::declareFunction(const std::string &name,
                               FunctionBody *&function) {
  auto found = scopes_[0].symbols.find(name);
  if (found == scopes_[0].symbols.end()) {
    Symbol symbol;
    symbol.kind = Symbol::Kind::Function;
    symbol.index = static_cast<uint32_t>(functions_.size());
    symbol.address = FunctionWindow + uint64_t(16) * symbol.index;
    found = scopes_[0].symbols.emplace(name, symbol).first;
    functions_.emplace_back();
    functions_.back().info.name = name;
  }
  if (found->second.kind != Symbol::Kind::Function)
    return error("'" + name + "' is declared twice");
  function = &functions_[found->second.index];
  return {};
}

/// `(.param .b32 a, .reg .b32 %b)`.
Status Parser::parseFormals(std::vector<Formal> &formals) {
  if (consume(')'))
    return {};
  Status status;
  formals_ = &formals;
  do {
    if (consumeDirective("param")) {
      status = parseVariable("param", false);
    } else if (consumeDirective("reg")) {
      Type type = typeByName(peek().text);
      next();
      std::string name(peek().text);
      if (peek().kind != Token::Kind::Word || type == Type::None ||
          type > Type::F64)
        return error("expected the type and the name of a register");
      next();
      status = declareRegisters(name, type, std::nullopt);
      if (!status.ok())
        break;
      Operand operand;
      const Symbol &symbol = *lookup(name);
      operand.kind = Operand::Kind::Register;
      operand.type = type;
      operand.reg = symbol.reg;
      operand.slot = symbol.slot;
      formals.push_back({operand, std::max(1u, bitWidth(type) / 8)});
    } else {
      status = error("expected '.param' or '.reg', found '" +
                     std::string(peek().text) + "'");
    }
  } while (status.ok() && consume(','));
  formals_ = nullptr;
  return status.ok() ? expect(')') : status;
}

Status Parser::parseFunction(bool external) {
  kernel_ = Kernel();
  lists_.clear();
  branches_.clear();
  scopes_.resize(1);
  openScope();
  where_ = Where::Function;
  Function info;
  auto parse = [&]() -> Status {
    if (consume('('))
      if (Status status = parseFormals(info.results); !status.ok())
        return status;
    if (peek().kind != Token::Kind::Word)
      return error("expected the name of a function");
    info.name = kernel_.name = std::string(next().text);
    // Its body may call it.
    FunctionBody *function = nullptr;
    if (Status status = declareFunction(info.name, function); !status.ok())
      return status;
    if (consume('('))
      if (Status status = parseFormals(info.parameters); !status.ok())
        return status;
    if (Status status = parseTuning(); !status.ok())
      return status;
    if (external)
      info.builtin = builtinByName(info.name);
    if (consume(';')) {
      if (!function->defined)
        function->info = std::move(info);
      return {};
    }
    if (function->defined)
      return error("function '" + info.name + "' is defined twice");
    function->info = info;
    function->defined = true;
    if (Status status = parseBody(); !status.ok())
      return status;
    info.numRegisters = kernel_.numRegisters;
    info.registerWords = kernel_.registerWords;
    info.frameBytes = kernel_.localBytes;
    // The vector may have grown: there were calls of functions.
    function = &functions_[lookup(info.name)->index];
    function->info = std::move(info);
    function->body = std::move(kernel_);
    function->lists = std::move(lists_);
    return {};
  };
  Status status = parse();
  where_ = Where::Module;
  formals_ = nullptr;
  scopes_.resize(1);
  scope_ = 0;
  return status;
}

/// `.alias name, function;`
Status Parser::parseAlias() {
  std::string names[2];
  for (unsigned i = 0; i < 2; ++i) {
    if (peek().kind != Token::Kind::Word || (i == 1 && !lookup(peek().text)))
      return error("expected the name of a declared function");
    names[i] = std::string(next().text);
    if (i == 0)
      if (Status status = expect(','); !status.ok())
        return status;
  }
  FunctionBody *function = nullptr;
  if (Status status = declareFunction(names[0], function); !status.ok())
    return status;
  if (lookup(names[1])->kind != Symbol::Kind::Function)
    return error("'" + names[1] + "' is no function");
  function->alias = names[1];
  return expect(';');
}

//===----------------------------------------------------------------------===//
// Calls and branch tables
//===----------------------------------------------------------------------===//

/// `name: .branchtargets a, b;`, and `.calltargets` and `.callprototype`, which
/// say nothing that execution needs.
Status Parser::parseLabelList(const std::string &label) {
  bool branches = next().text == "branchtargets";
  std::vector<std::string> names;
  while (!peek().is(';')) {
    if (peek().kind == Token::Kind::End)
      return error("a list of labels is not closed");
    const Token &token = next();
    if (branches && token.kind == Token::Kind::Word)
      names.emplace_back(token.text);
    else if (branches && !token.is(','))
      return errorAt(token.line, "expected a label, found '" +
                                     std::string(token.text) + "'");
  }
  if (!scopes_[scope_].tables.emplace(label, std::move(names)).second)
    return error("label '" + label + "' is defined twice");
  return expect(';');
}

/// `(a, b)`: variables of the param space, registers or numbers.
Expected<std::vector<Operand>> Parser::parseArguments() {
  std::vector<Operand> arguments;
  if (Status status = expect('('); !status.ok())
    return status.error();
  if (consume(')'))
    return arguments;
  do {
    Expected<Operand> argument = parsePrimary();
    if (!argument)
      return argument.error();
    arguments.push_back(*argument);
  } while (consume(','));
  if (Status status = expect(')'); !status.ok())
    return status.error();
  return arguments;
}

/// `call (results), function, (arguments), prototype;`
Status Parser::parseCall(std::string_view opcode, const Operand &guard) {
  Instruction instruction;
  instruction.op = Op::Call;
  instruction.line = peek().line;
  instruction.guard = guard;
  CallSite site;
  std::vector<Operand> operands;
  if (peek().is('(')) {
    Expected<std::vector<Operand>> results = parseArguments();
    if (!results)
      return results.error();
    operands = std::move(*results);
    for (const Operand &result : operands)
      if (result.kind != Operand::Kind::Register && !result.inFrame &&
          result.kind != Operand::Kind::Sink)
        return error("'call': a result must be a register or a variable of "
                     "the param space");
    if (Status status = expect(','); !status.ok())
      return status;
  }
  site.numResults = static_cast<uint32_t>(operands.size());
  const Symbol *symbol =
      peek().kind == Token::Kind::Word ? lookup(peek().text) : nullptr;
  if (!symbol)
    return error("'call': '" + std::string(peek().text) + "' is not declared");
  Expected<Operand> target = Operand();
  if (symbol->kind == Symbol::Kind::Function) {
    site.function = symbol->index;
    next();
  } else {
    target = parsePrimary();
    if (!target)
      return target.error();
    if (target->kind != Operand::Kind::Register || target->type == Type::Pred)
      return error("'call': expected a function or a register");
  }
  if (consume(',') && peek().is('(')) {
    Expected<std::vector<Operand>> arguments = parseArguments();
    if (!arguments)
      return arguments.error();
    operands.insert(operands.end(), arguments->begin(), arguments->end());
    if (consume(','))
      next(); // the prototype
  } else if (!peek().is(';')) {
    next(); // the prototype
  }
  site.numArguments = static_cast<uint32_t>(operands.size()) - site.numResults;
  if (site.function == CallSite::Indirect)
    operands.push_back(*target);
  if (Status status = expect(';'); !status.ok())
    return status;
  instruction.text = addOpcode(opcode);
  instruction.firstOperand = addOperands(operands);
  instruction.numOperands = static_cast<uint32_t>(operands.size());
  instruction.descriptor = static_cast<uint32_t>(kernel_.calls.size());
  ListSizes before = listSizes(kernel_);
  kernel_.calls.push_back(site);
  addInstruction(instruction, before);
  return {};
}

/// `brx.idx index, list;`
Status Parser::parseTableBranch(const Operand &guard) {
  Instruction instruction;
  instruction.op = Op::BraTable;
  instruction.line = peek().line;
  instruction.guard = guard;
  instruction.type = Type::U32;
  instruction.text = addOpcode("brx.idx");
  Expected<Operand> index = parsePrimary();
  if (!index)
    return index.error();
  if (index->kind != Operand::Kind::Register || index->type == Type::Pred)
    return error("'brx.idx': expected a register as index");
  if (Status status = expect(','); !status.ok())
    return status;
  if (peek().kind != Token::Kind::Word)
    return error("'brx.idx': expected the name of a list of labels");
  std::string list(next().text);
  if (Status status = expect(';'); !status.ok())
    return status;
  instruction.firstOperand = addOperands({*index});
  instruction.numOperands = 1;
  instruction.descriptor = static_cast<uint32_t>(kernel_.branchTables.size());
  ListSizes before = listSizes(kernel_);
  kernel_.branchTables.emplace_back();
  branches_.push_back({static_cast<uint32_t>(kernel_.code.size()), scope_,
                       std::move(list), instruction.line,
                       instruction.descriptor});
  addInstruction(instruction, before);
  return {};
}
