//===- TargetRules.cpp - What a target has --------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpcodeTable.h"

#include <string>

using namespace dgemm::sim;

namespace {

/// Groups of targets. "a" and "f" of a generation have what is not portable.
enum class Needs : uint8_t {
  Sm80,
  Sm89,
  Sm90,
  Sm100,
  Sm90a,
  Sm100a,     // tcgen05 and its like
  Sm120a,     // block-scaled mma.sync
  Sm100Or120a // either
};

struct Rule {
  std::string_view opcode; // it starts with this
  std::string_view part;   // and has this
  Needs needs;
};

} // namespace

static constexpr Rule rules[] = {
    {"wgmma.", "", Needs::Sm90a},
    {"tcgen05.", "", Needs::Sm100a},
    {"mma.sync.", ".kind::", Needs::Sm120a},
    {"mma.sync.", ".block_scale", Needs::Sm120a},
    {"mma.sync.", ".e4m3", Needs::Sm89},
    {"mma.sync.", ".e5m2", Needs::Sm89},
    {"ldmatrix.", ".m8n16", Needs::Sm100Or120a},
    {"ldmatrix.", ".m16n16", Needs::Sm100Or120a},
    {"stmatrix.", ".m16n8", Needs::Sm100Or120a},
    {"stmatrix.", "", Needs::Sm90},
    {"cvt.", ".e2m1", Needs::Sm100Or120a},
    {"cvt.", ".e2m3", Needs::Sm100Or120a},
    {"cvt.", ".e3m2", Needs::Sm100Or120a},
    {"cvt.", ".ue8m0", Needs::Sm100Or120a},
    {"cvt.", ".e4m3", Needs::Sm89},
    {"cvt.", ".e5m2", Needs::Sm89},
    {"cp.async.bulk.tensor.", "scatter4", Needs::Sm100a},
    {"cp.async.bulk.tensor.", "gather4", Needs::Sm100},
    {"cp.async.bulk.tensor.", ".cta_group::", Needs::Sm100a},
    {"cp.async.bulk", "", Needs::Sm90},
    {"cp.reduce.async.bulk", "", Needs::Sm90},
    {"cp.async", "", Needs::Sm80},
    {"mbarrier.", "", Needs::Sm80},
    {"setmaxnreg.", "", Needs::Sm90},
    {"elect.", "", Needs::Sm90},
    {"mapa", "", Needs::Sm90},
    {"getctarank", "", Needs::Sm90},
    {"barrier.cluster.", "", Needs::Sm90},
    {"griddepcontrol.", "", Needs::Sm90},
    {"st.async", "", Needs::Sm90},
    {"red.async", "", Needs::Sm90},
    {"redux.sync.", ".f32", Needs::Sm100a},
    {"redux.sync.", "", Needs::Sm80},
    {"createpolicy.", "", Needs::Sm80},
    {"add.", ".f32x2", Needs::Sm100},
    {"sub.", ".f32x2", Needs::Sm100},
    {"mul.", ".f32x2", Needs::Sm100},
    {"fma.", ".f32x2", Needs::Sm100},
    {"add.", ".f32.f16", Needs::Sm100},
    {"add.", ".f32.bf16", Needs::Sm100},
    {"sub.", ".f32.f16", Needs::Sm100},
    {"sub.", ".f32.bf16", Needs::Sm100},
    {"fma.", ".f32.f16", Needs::Sm100},
    {"fma.", ".f32.bf16", Needs::Sm100},
    {"ld.", ".v8.", Needs::Sm100},
    {"st.", ".v8.", Needs::Sm100},
    {"atom.", ".v", Needs::Sm90},
    {"red.", ".v", Needs::Sm90},
    {"atom.", ".b128", Needs::Sm90},
};

static const char *describe(Needs needs) {
  switch (needs) {
  case Needs::Sm80:
    return "sm_80 or later";
  case Needs::Sm89:
    return "sm_89 or later";
  case Needs::Sm90:
    return "sm_90 or later";
  case Needs::Sm100:
    return "sm_100 or later";
  case Needs::Sm90a:
    return "sm_90a";
  case Needs::Sm100a:
    return "sm_100a, sm_103a or sm_110a";
  case Needs::Sm120a:
    return "sm_120a or sm_121a";
  case Needs::Sm100Or120a:
    return "sm_100a, sm_103a, sm_110a, sm_120a or sm_121a";
  }
  return "";
}

static bool fulfils(Needs needs, unsigned number, bool specific) {
  bool hundred = specific && number >= 100 && number < 120;
  bool twenty = specific && number >= 120 && number < 130;
  switch (needs) {
  case Needs::Sm80:
    return number >= 80;
  case Needs::Sm89:
    return number >= 89;
  case Needs::Sm90:
    return number >= 90;
  case Needs::Sm100:
    return number >= 100;
  case Needs::Sm90a:
    return specific && number == 90;
  case Needs::Sm100a:
    return hundred;
  case Needs::Sm120a:
    return twenty;
  case Needs::Sm100Or120a:
    return hundred || twenty;
  }
  return false;
}

Status dgemm::sim::checkTarget(std::string_view target,
                               std::string_view opcode) {
  unsigned number = 0;
  size_t at = target.rfind('_');
  if (target.substr(0, 3) != "sm_")
    return {}; // a module without a target, for tests
  for (++at; at < target.size() && target[at] >= '0' && target[at] <= '9'; ++at)
    number = number * 10 % 10000 + static_cast<unsigned>(target[at] - '0');
  bool specific = at < target.size(); // the a or f of sm_100a, sm_100f
  for (const Rule &rule : rules) {
    bool starts = opcode.substr(0, rule.opcode.size()) == rule.opcode;
    if (!starts || opcode.find(rule.part) == std::string_view::npos ||
        fulfils(rule.needs, number, specific))
      continue;
    return Error{"'" + std::string(opcode) + "': the target " +
                 std::string(target) + " does not have it; it needs " +
                 describe(rule.needs)};
  }
  return {};
}
