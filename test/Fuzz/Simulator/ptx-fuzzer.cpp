//===- ptx-fuzzer.cpp - Any text is read or refused in words --------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Simulator/Program.h"

#include <cstdlib>

using namespace dgemm::sim;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string text(reinterpret_cast<const char *>(data), size);
  Expected<Program> program = parsePtx(text);
  // An error says something; a program refers only to what it has.
  if (!program)
    return program.message().empty() ? std::abort(), 0 : 0;
  for (const Kernel &kernel : program->kernels)
    for (const Instruction &instruction : kernel.code)
      if (instruction.firstOperand + instruction.numOperands >
              kernel.operands.size() ||
          instruction.text >= program->opcodes.size())
        std::abort();
  return 0;
}
