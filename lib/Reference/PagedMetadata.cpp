//===- PagedMetadata.cpp - Division of paged logits into slots ------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Reference/Logits.h"
#include "dgemm/Reference/Quantize.h"

#include <algorithm>

using namespace dgemm::reference;

namespace {
/// Queries that share their loads of keys, and how many splits they need.
struct Atom {
  int64_t id;
  int64_t splits;
};
} // namespace

static Status validate(const PagedMetadata &p) {
  const View &lens = p.contextLens;
  if (lens.rank() != 2 || p.metadata.rank() != 2 || p.metadata.size(1) != 2 ||
      p.metadata.size(0) < 2)
    return Error{"context_lens " + shapeString(lens.shape) + " and metadata " +
                 shapeString(p.metadata.shape) +
                 " must be [batch, next_n] and [slots + 1, 2]"};
  if (p.splitKV < 1 || p.atom < 1 || lens.size(1) < 1)
    return Error{"split_kv, atom and next_n must be positive"};
  if (p.indices && (lens.size(1) != 1 ||
                    p.indices->shape != std::vector<int64_t>{lens.size(0)}))
    return Error{"indices need next_n = 1 and one entry for each token"};
  return {};
}

static int64_t splitsOf(const PagedMetadata &p, int64_t row) {
  int64_t last = p.contextLens.size(1) - 1;
  int64_t length = p.contextLens.loadInteger(p.contextLens.at(row, last));
  return ceilDiv(std::max<int64_t>(0, length), p.splitKV);
}

static std::vector<Atom> atomsOf(const PagedMetadata &p) {
  std::vector<Atom> atoms;
  int64_t rows = p.contextLens.size(0);
  int64_t perRow = ceilDiv(p.contextLens.size(1), p.atom);
  for (int64_t row = 0; row < rows; ++row) {
    if (!p.indices) {
      for (int64_t i = 0; i < perRow; ++i)
        atoms.push_back({row * perRow + i, splitsOf(p, row)});
      continue;
    }
    // Neighbouring tokens of one sequence form an atom; the last one is
    // longest.
    int64_t first = row;
    while (row + 1 < rows && row + 1 - first < p.atom &&
           p.indices->loadInteger(p.indices->at(row + 1)) ==
               p.indices->loadInteger(p.indices->at(first)))
      ++row;
    atoms.push_back({first, splitsOf(p, row)});
  }
  return atoms;
}

/// The id that follows the last atom.
static int64_t endId(const PagedMetadata &p) {
  int64_t rows = p.contextLens.size(0);
  return p.indices ? rows : rows * ceilDiv(p.contextLens.size(1), p.atom);
}

Status dgemm::reference::run(const PagedMetadata &p) {
  if (Status status = validate(p); !status.ok())
    return status;
  std::vector<Atom> atoms = atomsOf(p);
  int64_t total = 0;
  for (const Atom &atom : atoms)
    total += atom.splits;
  int64_t slots = p.metadata.size(0) - 1;
  int64_t each = total / slots;
  int64_t remainder = total % slots;
  size_t atom = 0;
  int64_t before = 0; // splits of all atoms before this one
  for (int64_t i = 0; i <= slots; ++i) {
    int64_t start = i * each + std::max<int64_t>(0, i - (slots - remainder));
    while (atom < atoms.size() && start >= before + atoms[atom].splits)
      before += atoms[atom++].splits;
    bool done = atom == atoms.size();
    p.metadata.store(p.metadata.at(i, 0),
                     static_cast<double>(done ? endId(p) : atoms[atom].id));
    p.metadata.store(p.metadata.at(i, 1),
                     static_cast<double>(done ? 0 : start - before));
  }
  return {};
}

/// Lists all work units in order and counts them off, slot by slot.
Expected<CheckResult> dgemm::reference::check(const PagedMetadata &p) {
  if (Status status = validate(p); !status.ok())
    return status.error();
  std::vector<std::pair<int64_t, int64_t>> units;
  const int64_t most = int64_t(1) << 26;
  std::vector<Atom> atoms = atomsOf(p);
  int64_t count = 0;
  for (const Atom &atom : atoms)
    count += atom.splits;
  if (count > most)
    return Error{"metadata of " + std::to_string(count) +
                 " units of work are too long to check"};
  for (const Atom &atom : atoms)
    for (int64_t split = 0; split < atom.splits; ++split)
      units.push_back({atom.id, split});
  size_t total = units.size();
  units.push_back({endId(p), 0});
  size_t slots = static_cast<size_t>(p.metadata.size(0) - 1);
  CheckResult result;
  size_t position = 0;
  for (size_t i = 0; i <= slots; ++i) {
    int64_t row = static_cast<int64_t>(i);
    for (int64_t j : {0, 1}) {
      ++result.elements;
      result.compare(ElementType::I32, p.metadata.load(p.metadata.at(row, j)),
                     j == 0 ? units[position].first : units[position].second,
                     0.5, [&] {
                       return "metadata [" + std::to_string(i) + ", " +
                              std::to_string(j) + "]";
                     });
    }
    bool extra = i >= slots - total % slots;
    if (i < slots)
      position += total / slots + (extra ? 1 : 0);
  }
  return result;
}
