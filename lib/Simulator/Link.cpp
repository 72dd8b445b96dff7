//===- Link.cpp - Device functions into kernels ---------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A kernel gets a copy of each function that it can reach, behind its own code:
// the executor then sees one array of instructions and one of operands.
//
//===----------------------------------------------------------------------===//

#include "Parser.h"

#include <algorithm>

using namespace dgemm::sim;

template <typename T>
static uint32_t appendTo(std::vector<T> &to, const std::vector<T> &from) {
  uint32_t base = static_cast<uint32_t>(to.size());
  to.insert(to.end(), from.begin(), from.end());
  return base;
}

/// The sizes of the lists that descriptors of instructions refer to.
Parser::ListSizes Parser::listSizes(const Kernel &kernel) {
  return {kernel.matrices.size(),    kernel.moves.size(),
          kernel.copies.size(),      kernel.warpgroupMatrices.size(),
          kernel.tcgen05.size(),     kernel.calls.size(),
          kernel.branchTables.size()};
}

void Parser::append(Kernel &kernel, uint32_t index) {
  const FunctionBody &function = functions_[index];
  const Kernel &body = function.body;
  ListSizes before = listSizes(kernel);
  uint32_t code = static_cast<uint32_t>(kernel.code.size());
  uint32_t operands = appendTo(kernel.operands, body.operands);
  appendTo(kernel.matrices, body.matrices);
  appendTo(kernel.moves, body.moves);
  appendTo(kernel.copies, body.copies);
  appendTo(kernel.warpgroupMatrices, body.warpgroupMatrices);
  appendTo(kernel.tcgen05, body.tcgen05);
  appendTo(kernel.calls, body.calls);
  uint32_t tables = appendTo(kernel.branchTables, body.branchTables);
  for (size_t i = operands; i < kernel.operands.size(); ++i)
    if (kernel.operands[i].kind == Operand::Kind::Vector ||
        kernel.operands[i].kind == Operand::Kind::Address)
      kernel.operands[i].first += operands;
  for (size_t i = tables; i < kernel.branchTables.size(); ++i)
    for (uint32_t &target : kernel.branchTables[i])
      target += code;
  for (size_t i = 0; i < body.code.size(); ++i) {
    Instruction instruction = body.code[i];
    instruction.firstOperand += operands;
    instruction.target += code;
    if (uint8_t list = function.lists[i])
      instruction.descriptor += static_cast<uint32_t>(before[list - 1u]);
    kernel.code.push_back(instruction);
  }
  kernel.functions[index].entry = code;
  kernel.functions[index].linked = true;
  kernel.globalAtomics |= body.globalAtomics;
  kernel.tensorCopies |= body.tensorCopies;
  kernel.changesTensorMaps |= body.changesTensorMaps;
  if (kernel.ctaGroup == 0)
    kernel.ctaGroup = body.ctaGroup;
}

void Parser::linkFunctions(Kernel &kernel) {
  for (const FunctionBody &function : functions_)
    kernel.functions.push_back(function.info);
  // Grows while functions are appended, whose calls are seen in turn.
  for (size_t i = 0; i < kernel.code.size(); ++i) {
    if (kernel.code[i].op != Op::Call)
      continue;
    uint32_t line = kernel.code[i].line;
    CallSite site = kernel.calls[kernel.code[i].descriptor];
    if (site.function == CallSite::Indirect) {
      for (uint32_t f = 0; f < functions_.size(); ++f)
        if (functions_[f].addressTaken && functions_[f].defined &&
            !kernel.functions[f].linked)
          append(kernel, f);
      continue;
    }
    const Function &callee = kernel.functions[site.function];
    if (kernel.unresolved.empty() &&
        (callee.parameters.size() != site.numArguments ||
         callee.results.size() != site.numResults))
      kernel.unresolved =
          "line " + std::to_string(line) + ": 'call': '" + callee.name +
          "' takes " + std::to_string(callee.parameters.size()) +
          " arguments and returns " + std::to_string(callee.results.size()) +
          ", the call has " + std::to_string(site.numArguments) + " and " +
          std::to_string(site.numResults);
    if (callee.linked || callee.builtin != Function::Builtin::None)
      continue;
    if (functions_[site.function].defined)
      append(kernel, site.function);
    else if (kernel.unresolved.empty())
      kernel.unresolved = "line " + std::to_string(line) + ": 'call': '" +
                          callee.name + "' has no body in this module";
  }
}

/// The module's variables come first, then the kernel's, then `.extern .shared`
/// where the largest alignment allows it.
void Parser::finishShared(Kernel &kernel) {
  uint32_t alignment = std::max(kernel.sharedAlignment, moduleSharedAlignment_);
  auto align = [&](uint32_t value) {
    return (value + alignment - 1) / alignment * alignment;
  };
  uint32_t first =
      kernel.staticShared == 0 ? moduleShared_ : align(moduleShared_);
  kernel.sharedAlignment = alignment;
  kernel.staticShared += first;
  kernel.dynamicShared = align(SharedBase + kernel.staticShared);
  for (Operand &operand : kernel.operands)
    operand.value += operand.dynamicShared  ? kernel.dynamicShared
                     : operand.kernelShared ? first
                                            : 0;
}

void Parser::link() {
  for (FunctionBody &function : functions_) {
    if (function.alias.empty())
      continue;
    const FunctionBody &real = functions_[lookup(function.alias)->index];
    std::string name = function.info.name;
    function.info = real.info;
    function.info.name = name;
    function.body = real.body;
    function.lists = real.lists;
    function.defined = real.defined;
  }
  for (Kernel &kernel : program_.kernels) {
    linkFunctions(kernel);
    finishShared(kernel);
  }
}
