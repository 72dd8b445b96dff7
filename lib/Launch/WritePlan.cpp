//===- WritePlan.cpp - A plan as JSON -------------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PlanNames.h"
#include "dgemm/Launch/LaunchPlan.h"

#include <nlohmann/json.hpp>

using namespace dgemm::launch;
// Keeps the order in which keys are added.
using Json = nlohmann::ordered_json;

// Before `toList`, which calls them.
static Json toJson(const Argument &argument);
static Json toJson(const Symbol &symbol);
static Json toJson(const TensorMap &map);
static Json toJson(const Parameter &parameter);
static Json toJson(const Role &role);

static Json toJson(const Expression &expression) {
  std::vector<Json> stack;
  for (const Expression::Node &node : expression.getNodes()) {
    if (node.op == Expression::Op::Constant) {
      stack.emplace_back(node.value);
      continue;
    }
    if (node.op == Expression::Op::Symbol) {
      stack.push_back(Json{{"symbol", node.value}});
      continue;
    }
    Json rhs = std::move(stack.back());
    stack.pop_back();
    stack.back() = Json{{"op", getName(kOperators, node.op)},
                        {"lhs", std::move(stack.back())},
                        {"rhs", std::move(rhs)}};
  }
  return std::move(stack.back());
}

static Json toJson(const Extent &extent) {
  return extent ? Json(*extent) : Json(nullptr);
}

template <typename T> static Json toList(const std::vector<T> &values) {
  Json list = Json::array();
  for (const T &value : values)
    list.push_back(toJson(value));
  return list;
}

static Json toJson(const Argument &argument) {
  Json result = {{"name", argument.name},
                 {"kind", argument.isBuffer ? "buffer" : "scalar"},
                 {"type", getName(argument.type)}};
  if (!argument.isBuffer)
    return result;
  result["shape"] = toList(argument.shape);
  result["strides"] = toList(argument.strides);
  return result;
}

static Json toJson(const Symbol &symbol) {
  Json result;
  result["kind"] = getName(kSymbolKinds, symbol.kind);
  if (symbol.kind == Symbol::Kind::SmCount)
    return result;
  result["argument"] = symbol.argument;
  result["dimension"] = symbol.dimension;
  return result;
}

static Json toJson(const TensorMap &map) {
  return {{"argument", map.argument},       {"offset_bytes", map.byteOffset},
          {"type", getName(map.type)},      {"dims", toList(map.dims)},
          {"strides", toList(map.strides)}, {"box", map.box},
          {"swizzle", map.swizzle},         {"fill", kFill}};
}

static Json toJson(const Parameter &parameter) {
  return {{"kind", getName(kParameterKinds, parameter.kind)},
          {"index", parameter.index}};
}

static Json toJson(const Role &role) {
  return {{"name", role.name}, {"warps", role.warps}};
}

std::string dgemm::launch::writePlan(const LaunchPlan &plan) {
  Json json = {{"format", kFormat},
               {"version", kPlanVersion},
               {"entry", plan.entry},
               {"chip", plan.chip},
               {"arguments", toList(plan.arguments)},
               {"symbols", toList(plan.symbols)},
               {"grid", toJson(plan.grid)},
               {"block", plan.block},
               {"cluster", plan.cluster},
               {"shared_bytes", plan.sharedBytes},
               {"workspace_bytes", toJson(plan.workspaceBytes)},
               {"tensor_maps", toList(plan.maps)},
               {"parameters", toList(plan.parameters)},
               {"roles", toList(plan.roles)}};
  // A name that is no UTF-8 must not end the process.
  return json.dump(2, ' ', /*ensure_ascii=*/true,
                   Json::error_handler_t::replace) +
         "\n";
}
