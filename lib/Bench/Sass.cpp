//===- Sass.cpp - Machine code, counted -----------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Bench/Sass.h"

#include "dgemm/Bench/KernelSet.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <tuple>
#include <unistd.h>

using namespace dgemm::bench;

//===----------------------------------------------------------------------===//
// Lines
//===----------------------------------------------------------------------===//

namespace {

/// What is left of a line.
class Cursor {
public:
  explicit Cursor(std::string_view text) : text(text) {}

  void skipBlanks() {
    while (!text.empty() && (text[0] == ' ' || text[0] == '\t'))
      text.remove_prefix(1);
  }
  bool take(std::string_view prefix) {
    if (text.substr(0, prefix.size()) != prefix)
      return false;
    text.remove_prefix(prefix.size());
    return true;
  }
  /// The longest prefix of characters that `accepts`.
  template <typename Predicate> std::string_view takeWhile(Predicate accepts) {
    size_t size = 0;
    while (size < text.size() && accepts(text[size]))
      ++size;
    std::string_view out = text.substr(0, size);
    text.remove_prefix(size);
    return out;
  }

  std::string_view text;
};

struct Instruction {
  uint64_t address = 0;
  /// With suffixes.
  std::string_view opcode;
  std::string_view operands;

  std::string getKind() const {
    return std::string(opcode.substr(0, opcode.find('.')));
  }
};

struct Code {
  std::string_view name;
  std::vector<Instruction> instructions;
  /// Index of the instruction after a label.
  std::map<std::string_view, size_t> labels;
};

} // namespace

static bool isDigit(char c) { return c >= '0' && c <= '9'; }
static bool isHex(char c) { return isDigit(c) || (c >= 'a' && c <= 'f'); }
static bool isName(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' ||
         c == '$';
}
static bool isOpcode(char c) {
  return (c >= 'A' && c <= 'Z') || isDigit(c) || c == '_' || c == '.';
}

/// `.section .text.NAME,...`
static std::string_view parseSection(std::string_view line) {
  Cursor cursor(line);
  cursor.skipBlanks();
  if (!cursor.take(".section"))
    return {};
  cursor.skipBlanks();
  return cursor.take(".text.") ? cursor.takeWhile(isName) : std::string_view();
}

/// `.L_x_12:`
static std::string_view parseLabel(std::string_view line) {
  Cursor cursor(line);
  cursor.skipBlanks();
  if (!cursor.take(".L_x_"))
    return {};
  std::string_view number = cursor.takeWhile(isDigit);
  return cursor.take(":") ? number : std::string_view();
}

/// `/*0070*/ @!P1 BRA operands ;`
static std::optional<Instruction> parseInstruction(std::string_view line) {
  Cursor cursor(line);
  cursor.skipBlanks();
  if (!cursor.take("/*"))
    return std::nullopt;
  std::string address(cursor.takeWhile(isHex));
  if (address.size() < 4 || !cursor.take("*/"))
    return std::nullopt;
  cursor.skipBlanks();
  if (cursor.take("@")) {
    cursor.takeWhile([](char c) { return c != ' '; });
    cursor.skipBlanks();
  }
  std::string_view opcode = cursor.takeWhile(isOpcode);
  size_t end = cursor.text.find(';');
  if (opcode.empty() || isDigit(opcode[0]) || opcode[0] == '.' ||
      end == std::string_view::npos)
    return std::nullopt;
  return Instruction{std::strtoull(address.c_str(), nullptr, 16), opcode,
                     cursor.text.substr(0, end)};
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

static std::vector<Code> readCode(std::string_view text) {
  std::vector<Code> out;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    if (std::string_view name = parseSection(line); !name.empty())
      out.push_back({name, {}, {}});
    if (out.empty())
      continue;
    Code &code = out.back();
    if (std::string_view label = parseLabel(line); !label.empty())
      code.labels[label] = code.instructions.size();
    if (std::optional<Instruction> instruction = parseInstruction(line))
      code.instructions.push_back(*instruction);
  }
  return out;
}

/// Index of the instruction that a branch jumps to.
static std::optional<size_t> getTarget(const Code &code,
                                       std::string_view operands) {
  constexpr std::string_view kLabel = ".L_x_";
  if (size_t at = operands.find(kLabel); at != std::string_view::npos) {
    Cursor cursor(operands.substr(at + kLabel.size()));
    auto found = code.labels.find(cursor.takeWhile(isDigit));
    if (found == code.labels.end())
      return std::nullopt;
    return found->second;
  }
  size_t at = operands.find("0x");
  if (at == std::string_view::npos)
    return std::nullopt;
  uint64_t address =
      std::strtoull(std::string(operands.substr(at)).c_str(), nullptr, 16);
  for (size_t i = 0; i < code.instructions.size(); ++i)
    if (code.instructions[i].address == address)
      return i;
  return std::nullopt;
}

/// QMMA, OMMA, HMMA, IMMA; HGMMA, QGMMA, IGMMA; UTC...MMA.
static bool isMatrix(const std::string &kind) {
  static constexpr std::string_view kNames[] = {
      "QMMA", "OMMA", "HMMA", "IMMA", "HGMMA", "QGMMA", "IGMMA"};
  bool isTensor = kind.rfind("UTC", 0) == 0 && kind.size() > 6 &&
                  kind.compare(kind.size() - 3, 3, "MMA") == 0;
  return isTensor || std::find(std::begin(kNames), std::end(kNames), kind) !=
                         std::end(kNames);
}

static SassLoop makeLoop(const Code &code, size_t begin, size_t end) {
  SassLoop loop;
  loop.begin = begin;
  loop.end = end;
  for (size_t i = begin; i <= end; ++i)
    ++loop.kinds[code.instructions[i].getKind()];
  for (const auto &[kind, count] : loop.kinds)
    loop.matrix += isMatrix(kind) ? count : 0;
  return loop;
}

static std::vector<SassLoop> findLoops(const Code &code) {
  std::map<size_t, SassLoop> longest;
  for (size_t end = 0; end < code.instructions.size(); ++end) {
    const Instruction &branch = code.instructions[end];
    if (branch.getKind() != "BRA")
      continue;
    std::optional<size_t> begin = getTarget(code, branch.operands);
    if (!begin || *begin > end)
      continue;
    SassLoop loop = makeLoop(code, *begin, end);
    if (loop.matrix > 0 && loop.count("EXIT") == 0)
      longest[*begin] = std::move(loop);
  }
  std::vector<SassLoop> out;
  for (auto &[begin, loop] : longest)
    out.push_back(std::move(loop));
  return out;
}

static std::optional<size_t> findMainLoop(const std::vector<SassLoop> &loops) {
  std::optional<size_t> best;
  for (size_t i = 0; i < loops.size(); ++i) {
    bool isInner =
        std::none_of(loops.begin(), loops.end(), [&](const SassLoop &other) {
          return &other != &loops[i] && loops[i].begin <= other.begin &&
                 other.end <= loops[i].end;
        });
    if (isInner && (!best || loops[i].matrix > loops[*best].matrix))
      best = i;
  }
  return best;
}

/// One more than the highest R number.
static int64_t countRegisters(const Code &code) {
  int64_t count = 0;
  for (const Instruction &instruction : code.instructions) {
    std::string_view text = instruction.operands;
    for (size_t i = 0; i + 1 < text.size(); ++i) {
      bool isStart = text[i] == 'R' && isDigit(text[i + 1]) &&
                     (i == 0 || !isName(text[i - 1]));
      if (isStart)
        count = std::max<int64_t>(
            count, std::atoi(std::string(text.substr(i + 1, 4)).c_str()) + 1);
    }
  }
  return count;
}

/// nvdisasm without -c prints the register count that the driver will use:
/// EIATTR_REGCOUNT, then `index@(NAME)`, then `.word 0x18`. 0 if it is not
/// there.
static int64_t findDeclaredRegisters(std::string_view text,
                                     std::string_view kernel) {
  std::string index = "index@(" + std::string(kernel) + ")";
  for (size_t at = text.find("EIATTR_REGCOUNT"); at != std::string_view::npos;
       at = text.find("EIATTR_REGCOUNT", at + 1)) {
    size_t name = text.find("index@(", at);
    if (name == std::string_view::npos ||
        text.substr(name, index.size()) != index)
      continue;
    size_t word = text.find("0x", text.find(".word", name + index.size()));
    if (word != std::string_view::npos)
      return std::strtoll(std::string(text.substr(word, 18)).c_str(), nullptr,
                          16);
  }
  return 0;
}

std::vector<SassKernel> dgemm::bench::parseSass(std::string_view text) {
  std::vector<SassKernel> out;
  for (const Code &code : readCode(text)) {
    SassKernel kernel;
    kernel.name = code.name;
    kernel.instructions = static_cast<int64_t>(code.instructions.size());
    kernel.registers = findDeclaredRegisters(text, code.name);
    if (kernel.registers == 0)
      kernel.registers = countRegisters(code);
    for (const Instruction &instruction : code.instructions) {
      std::string kind = instruction.getKind();
      kernel.spills += kind == "LDL" || kind == "STL";
    }
    kernel.loops = findLoops(code);
    kernel.mainLoop = findMainLoop(kernel.loops);
    out.push_back(std::move(kernel));
  }
  return out;
}

//===----------------------------------------------------------------------===//
// nvdisasm
//===----------------------------------------------------------------------===//

Expected<std::string> dgemm::bench::findNvdisasm(const std::string &path) {
  std::vector<std::string> candidates;
  if (!path.empty()) {
    candidates.push_back(path);
  } else {
    const char *variable = std::getenv("PATH");
    std::string folders = variable ? variable : "";
    for (size_t begin = 0; begin < folders.size();) {
      size_t end = std::min(folders.find(':', begin), folders.size());
      candidates.push_back(folders.substr(begin, end - begin) + "/nvdisasm");
      begin = end + 1;
    }
    if (const char *home = std::getenv("CUDA_HOME"))
      candidates.push_back(std::string(home) + "/bin/nvdisasm");
    candidates.push_back("/usr/local/cuda/bin/nvdisasm");
  }
  for (const std::string &candidate : candidates)
    if (access(candidate.c_str(), X_OK) == 0)
      return candidate;
  return Error{(path.empty() ? "no nvdisasm on PATH, in $CUDA_HOME/bin or in "
                               "/usr/local/cuda/bin"
                             : "'" + path + "' is not an executable file") +
               "; give its path with --nvdisasm (it is in the CUDA toolkit and "
               "in the PyPI package nvidia-cuda-nvdisasm)"};
}

/// For a shell.
static std::string quote(const std::string &text) {
  std::string out = "'";
  for (char c : text)
    out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

Expected<std::string> dgemm::bench::disassemble(const std::string &file,
                                                const std::string &nvdisasm) {
  Expected<std::string> content = readFile(file);
  if (!content || content->rfind("\x7f"
                                 "ELF",
                                 0) != 0)
    return content;
  Expected<std::string> tool = findNvdisasm(nvdisasm);
  if (!tool)
    return tool.error();
  FILE *pipe = popen((quote(*tool) + " " + quote(file)).c_str(), "r");
  if (!pipe)
    return Error{"cannot run '" + *tool + "'"};
  std::string text;
  char buffer[65536];
  for (size_t size; (size = std::fread(buffer, 1, sizeof(buffer), pipe)) > 0;)
    text.append(buffer, size);
  if (pclose(pipe) != 0)
    return Error{"'" + *tool + "' fails on '" + file + "'"};
  return text;
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static std::string describe(const SassLoop &loop, bool isMain) {
  char line[160];
  std::snprintf(line, sizeof(line),
                "  %s: %lld instructions, %lld MMA, %.2f per MMA, %.2f LDSM "
                "per MMA\n    ",
                isMain ? "main loop" : "loop",
                static_cast<long long>(loop.getLength()),
                static_cast<long long>(loop.matrix), loop.getPerMatrix(),
                loop.getPerMatrix("LDSM"));
  std::vector<std::pair<std::string, int64_t>> kinds(loop.kinds.begin(),
                                                     loop.kinds.end());
  std::sort(kinds.begin(), kinds.end(), [](const auto &x, const auto &y) {
    return std::tie(y.second, x.first) < std::tie(x.second, y.first);
  });
  constexpr size_t kShown = 12;
  std::string text = line;
  for (size_t i = 0; i < std::min(kShown, kinds.size()); ++i)
    text += (i ? ", " : "") + kinds[i].first + " " +
            std::to_string(kinds[i].second);
  return text + "\n";
}

std::string dgemm::bench::describe(const SassKernel &kernel) {
  std::string text = kernel.name + ": " + std::to_string(kernel.instructions) +
                     " instructions, " + std::to_string(kernel.registers) +
                     " registers, " + std::to_string(kernel.spills) +
                     " spill instructions\n";
  for (size_t i = 0; i < kernel.loops.size(); ++i)
    text += ::describe(kernel.loops[i], i == kernel.mainLoop);
  return text;
}
