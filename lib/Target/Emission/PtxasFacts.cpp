//===- PtxasFacts.cpp - What ptxas -v says about a kernel -----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What ptxas prints for each entry function:
//
//   ptxas info    : Compiling entry function 'k' for 'sm_120a'
//   ptxas info    : Function properties for k
//       0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
//   ptxas info    : Used 159 registers, used 1 barriers, 452 bytes cmem[0]
//
// Numbers come before what they count, so a comma-separated piece is read as
// "[used] number words".
//
//===----------------------------------------------------------------------===//

#include "dgemm/Target/PtxasFacts.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace dgemm;

/// The section of the output that is about one entry function.
static StringRef getSection(StringRef output, StringRef kernel) {
  constexpr StringLiteral start = "Compiling entry function '";
  while (true) {
    size_t begin = output.find(start);
    if (begin == StringRef::npos)
      return {};
    output = output.drop_front(begin + start.size());
    if (output.consume_front(kernel) && output.starts_with("'"))
      return output.take_front(output.find(start));
  }
}

static int64_t *getField(PtxasFacts &facts, StringRef words) {
  return StringSwitch<int64_t *>(words)
      .Case("registers", &facts.registers)
      .Case("bytes spill stores", &facts.spillStores)
      .Case("bytes spill loads", &facts.spillLoads)
      .Case("bytes stack frame", &facts.stack)
      .Case("bytes smem", &facts.staticShared)
      .Case("barriers", &facts.barriers)
      .Default(nullptr);
}

static void readPiece(PtxasFacts &facts, StringRef piece) {
  piece = piece.trim();
  if (!piece.consume_front("Used "))
    piece.consume_front("used ");
  int64_t number;
  if (piece.consumeInteger(10, number))
    return;
  if (int64_t *field = getField(facts, piece.trim()))
    *field = number;
}

std::optional<PtxasFacts> dgemm::parsePtxasFacts(StringRef output,
                                                 StringRef kernel) {
  StringRef section = getSection(output, kernel);
  if (!section.contains(" registers"))
    return std::nullopt;
  PtxasFacts facts;
  for (StringRef line : split(section, '\n')) {
    if (line.contains("ptxas info"))
      line = line.split(':').second;
    for (StringRef piece : split(line, ','))
      readPiece(facts, piece);
  }
  return facts;
}

void dgemm::printPtxasFacts(raw_ostream &os, const PtxasFacts &facts) {
  auto row = [&](StringRef name, int64_t value, StringRef unit) {
    os << formatv("  {0,-22}{1,8}  {2}\n", name, value, unit);
  };
  row("registers", facts.registers, "per thread");
  row("spill stores", facts.spillStores, "bytes");
  row("spill loads", facts.spillLoads, "bytes");
  row("stack", facts.stack, "bytes");
  row("static shared memory", facts.staticShared, "bytes");
  row("barriers", facts.barriers, "named");
}
