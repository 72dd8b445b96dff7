//===- PlanNames.h - Names in the JSON of a plan ----------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_LAUNCH_PLANNAMES_H
#define DGEMM_LIB_LAUNCH_PLANNAMES_H

#include "dgemm/Launch/LaunchPlan.h"

#include <optional>
#include <string_view>

namespace dgemm::launch {

inline constexpr std::string_view kFormat = "dgemm.launch-plan";
/// The only way to fill elements outside of a tensor.
inline constexpr std::string_view kFill = "zero";

/// A value and its name.
template <typename T> struct Named {
  T value;
  std::string_view name;
};

inline constexpr Named<Expression::Op> kOperators[] = {
    {Expression::Op::Add, "add"},
    {Expression::Op::Mul, "mul"},
    {Expression::Op::FloorDiv, "floordiv"},
    {Expression::Op::CeilDiv, "ceildiv"},
    {Expression::Op::Mod, "mod"},
    {Expression::Op::Min, "min"}};

inline constexpr Named<Symbol::Kind> kSymbolKinds[] = {
    {Symbol::Kind::SmCount, "sm_count"},
    {Symbol::Kind::Dim, "dim"},
    {Symbol::Kind::Stride, "stride"}};

inline constexpr Named<Parameter::Kind> kParameterKinds[] = {
    {Parameter::Kind::Map, "map"},
    {Parameter::Kind::Symbol, "symbol"},
    {Parameter::Kind::Pointer, "pointer"},
    {Parameter::Kind::Workspace, "workspace"}};

template <typename T, size_t N>
std::string_view getName(const Named<T> (&table)[N], T value) {
  for (const Named<T> &row : table)
    if (row.value == value)
      return row.name;
  return table[0].name;
}

template <typename T, size_t N>
std::optional<T> findName(const Named<T> (&table)[N], std::string_view name) {
  for (const Named<T> &row : table)
    if (row.name == name)
      return row.value;
  return std::nullopt;
}

} // namespace dgemm::launch

#endif // DGEMM_LIB_LAUNCH_PLANNAMES_H
