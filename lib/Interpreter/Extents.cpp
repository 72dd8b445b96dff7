//===- Extents.cpp - Extents of an op's operands --------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Extents.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace dgemm;

std::optional<int64_t> dgemm::evaluate(const ExtentExpr &expr,
                                       const SymbolMap &symbols) {
  int64_t value = expr.factor;
  for (const std::string *symbol : {&expr.symbol, &expr.times}) {
    if (symbol->empty())
      continue;
    auto it = symbols.find(*symbol);
    if (it == symbols.end() ||
        __builtin_mul_overflow(value, it->second, &value))
      return std::nullopt;
  }
  value = value / expr.divisor + (value % expr.divisor != 0);
  if (value < 0 || __builtin_add_overflow(value, expr.plus, &value))
    return std::nullopt;
  return value;
}

std::optional<int64_t> dgemm::solve(const ExtentExpr &expr, int64_t extent,
                                    const SymbolMap &symbols) {
  if (expr.symbol.empty() || expr.divisor != 1 || symbols.count(expr.symbol))
    return std::nullopt;
  int64_t multiplier = expr.factor;
  if (!expr.times.empty()) {
    auto it = symbols.find(expr.times);
    if (it == symbols.end())
      return std::nullopt;
    multiplier *= it->second;
  }
  int64_t total = extent - expr.plus;
  if (multiplier <= 0 || total % multiplier != 0)
    return std::nullopt;
  return total / multiplier;
}

int64_t dgemm::defaultExtent(StringRef symbol, const SymbolMap &known) {
  auto get = [&](const char *name, int64_t otherwise) {
    auto it = known.find(name);
    return it == known.end() ? otherwise : it->second;
  };
  // Pages for sequences of 256 tokens.
  if (symbol == "blocks")
    return (get("columns", 256) + get("block_kv", 64) - 1) /
           get("block_kv", 64);
  if (symbol == "columns")
    return get("blocks", 4) * get("block_kv", 64);
  if (symbol == "pages")
    return get("m", 4) * get("blocks", 4);
  return llvm::StringSwitch<int64_t>(symbol)
      .Case("m", 64)
      .Case("groups", 4)
      .Case("batch", 4)
      .Case("heads", 32)
      .Case("dim", 128)
      .Case("next_n", 2)
      .Case("slots", 16)
      .Case("k", 256)
      .Case("skv", 256)
      .Default(128);
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

namespace {
/// Collects the operands of one op; absent ones are left out.
class OperandList {
public:
  void add(const char *name, Value value, SmallVector<ExtentExpr> extents) {
    if (value)
      operands.push_back({name, value, std::move(extents)});
  }
  SmallVector<OperandExtents> take() { return std::move(operands); }

private:
  SmallVector<OperandExtents> operands;
};
} // namespace

static bool isPacked(Value scale) {
  return cast<ShapedType>(scale.getType()).getElementType().isInteger(32);
}

/// The two inner extents of a scale: rows, columns.
static SmallVector<ExtentExpr> scaleExtents(Value scale, ScaleBlock block,
                                            const char *mn, const char *k) {
  int64_t columns = scale && isPacked(scale) ? 4 * block.k : block.k;
  return {ExtentExpr::ceilDiv(mn, block.mn), ExtentExpr::ceilDiv(k, columns)};
}

static ScaleBlock blockOf(std::optional<GranularityAttr> granularity, bool b) {
  if (!granularity)
    return {1, 128};
  return b ? granularity->getB() : granularity->getA();
}

static SmallVector<OperandExtents> extentsOf(MatmulOp op) {
  OperandList operands;
  Layout layout = op.getLayout();
  bool ta = layout == Layout::TN || layout == Layout::TT;
  bool tb = layout == Layout::NN || layout == Layout::TN;
  using Dims = SmallVector<ExtentExpr>;
  operands.add("a", op.getA(), ta ? Dims{"k", "m"} : Dims{"m", "k"});
  operands.add("b", op.getB(), tb ? Dims{"k", "n"} : Dims{"n", "k"});
  operands.add("a_scale", op.getAScale(),
               scaleExtents(op.getAScale(), blockOf(op.getGranularity(), false),
                            "m", "k"));
  operands.add("b_scale", op.getBScale(),
               scaleExtents(op.getBScale(), blockOf(op.getGranularity(), true),
                            "n", "k"));
  ExtentExpr columns = "n";
  if (std::optional<HeadSplitAttr> split = op.getEpilogue()) {
    columns.factor = split->getStoredHeadWidth();
    columns.divisor = split->getHeadWidth();
  }
  operands.add("c", op.getC(), {"m", columns});
  operands.add("d", op.getD(), {"m", columns});
  return operands.take();
}

static SmallVector<OperandExtents> kGroupedExtents(GroupedMatmulOp op) {
  OperandList operands;
  bool isTN = op.getLayout() == Layout::TN;
  using Dims = SmallVector<ExtentExpr>;
  operands.add("group", op.getGroup(), {"groups"});
  operands.add("d", op.getD(), {"groups", "m", "n"});
  operands.add("c", op.getC(), {"groups", "m", "n"});
  operands.add("a", op.getA(),
               isTN ? Dims{"k", "m"} : Dims{ExtentExpr::product("k", "m")});
  operands.add("b", op.getB(),
               isTN ? Dims{"k", "n"} : Dims{ExtentExpr::product("k", "n")});
  // These depend on each group's K: the generator knows.
  operands.add("a_scale", op.getAScale(), {"m", "a_scale_columns"});
  operands.add("b_scale", op.getBScale(), {"n", "b_scale_columns"});
  return operands.take();
}

static SmallVector<OperandExtents> extentsOf(GroupedMatmulOp op) {
  GroupingKind kind = op.getGrouping().getKind();
  if (kind == GroupingKind::KGrouped)
    return kGroupedExtents(op);
  OperandList operands;
  bool isMasked = kind == GroupingKind::Masked;
  bool isNN = op.getLayout() == Layout::NN;
  auto grouped = [&](bool with, SmallVector<ExtentExpr> extents) {
    if (with)
      extents.insert(extents.begin(), "groups");
    return extents;
  };
  using Dims = SmallVector<ExtentExpr>;
  operands.add("a", op.getA(), grouped(isMasked, {"m", "k"}));
  operands.add("b", op.getB(),
               grouped(true, isNN ? Dims{"k", "n"} : Dims{"n", "k"}));
  operands.add(
      "a_scale", op.getAScale(),
      grouped(isMasked,
              scaleExtents(op.getAScale(), blockOf(op.getGranularity(), false),
                           "m", "k")));
  operands.add("b_scale", op.getBScale(),
               grouped(true, scaleExtents(op.getBScale(),
                                          blockOf(op.getGranularity(), true),
                                          "n", "k")));
  bool byRow = kind == GroupingKind::ContiguousIndex;
  operands.add("group", op.getGroup(), {byRow ? "m" : "groups"});
  operands.add("d", op.getD(), grouped(isMasked, {"m", "n"}));
  return operands.take();
}

static SmallVector<OperandExtents> extentsOf(BatchedMatmulOp op) {
  struct Names {
    const char *a[3], *b[3];
  };
  // What each dimension of A and B is: rows (m, n), batch, or k.
  Names names = {{"batch", "m", "k"}, {"batch", "n", "k"}};
  SmallVector<ExtentExpr> d = {"m", "n"};
  switch (op.getEquation()) {
  case Equation::BHR_HDR_BHD:
    names = {{"m", "batch", "k"}, {"batch", "n", "k"}};
    d = {"m", "batch", "n"};
    break;
  case Equation::BHD_HDR_BHR:
    names = {{"m", "batch", "k"}, {"batch", "k", "n"}};
    d = {"m", "batch", "n"};
    break;
  case Equation::BHD_BHR_HDR:
    names = {{"k", "batch", "m"}, {"k", "batch", "n"}};
    d = {"batch", "m", "n"};
    break;
  case Equation::BMK_BNK_MN:
    break;
  }
  auto scaled = [](const char *const(&dims)[3], Value scale, ScaleBlock block) {
    SmallVector<ExtentExpr> extents;
    if (!scale)
      return extents;
    for (StringRef dim : dims) {
      int64_t divisor = dim == "k"       ? (isPacked(scale) ? 4 : 1) * block.k
                        : dim == "batch" ? 1
                                         : block.mn;
      extents.push_back(ExtentExpr::ceilDiv(dim.data(), divisor));
    }
    return extents;
  };
  OperandList operands;
  operands.add("a", op.getA(), {names.a[0], names.a[1], names.a[2]});
  operands.add("b", op.getB(), {names.b[0], names.b[1], names.b[2]});
  operands.add(
      "a_scale", op.getAScale(),
      scaled(names.a, op.getAScale(), blockOf(op.getGranularity(), false)));
  operands.add(
      "b_scale", op.getBScale(),
      scaled(names.b, op.getBScale(), blockOf(op.getGranularity(), true)));
  operands.add("c", op.getC(), d);
  operands.add("d", op.getD(), d);
  return operands.take();
}

static SmallVector<OperandExtents> extentsOf(HCPrenormOp op) {
  OperandList operands;
  operands.add("a", op.getA(), {"m", "k"});
  operands.add("b", op.getB(), {"n", "k"});
  using Dims = SmallVector<ExtentExpr>;
  std::optional<int64_t> splits = op.getNumSplits();
  operands.add("d", op.getD(),
               splits ? Dims{*splits, "m", "n"} : Dims{"m", "n"});
  operands.add("sqr_sum", op.getSqrSum(),
               splits ? Dims{*splits, "m"} : Dims{"m"});
  return operands.take();
}

static SmallVector<OperandExtents> extentsOf(MQALogitsOp op) {
  OperandList operands;
  operands.add("q", op.getQ(), {"m", "heads", "dim"});
  operands.add("q_scale", op.getQScale(), {"m", "heads"});
  operands.add("kv", op.getKv(), {"skv", "dim"});
  operands.add("kv_scale", op.getKvScale(), {"skv"});
  operands.add("weights", op.getWeights(), {"m", "heads"});
  operands.add("ks", op.getKs(), {"m"});
  operands.add("ke", op.getKe(), {"m"});
  operands.add("logits", op.getLogits(),
               {"m", op.getCompressed() ? "columns" : "skv"});
  return operands.take();
}

static SmallVector<OperandExtents> extentsOf(PagedMQALogitsOp op) {
  OperandList operands;
  bool isFP4 = isa<Float4E2M1FNType>(
      cast<ShapedType>(op.getQ().getType()).getElementType());
  ExtentExpr bytes = "dim";
  bytes.divisor = isFP4 ? 2 : 1;
  bytes.plus = 4;
  ExtentExpr blockKV = static_cast<int64_t>(op.getBlockKv());
  ExtentExpr slots = "slots";
  slots.plus = 1;
  operands.add("q", op.getQ(), {"m", "next_n", "heads", "dim"});
  operands.add("q_scale", op.getQScale(), {"m", "next_n", "heads"});
  operands.add("kv_cache", op.getKvCache(),
               {"pages", blockKV, ExtentExpr(int64_t(1)), bytes});
  operands.add("block_table", op.getBlockTable(), {"m", "blocks"});
  operands.add("context_lens", op.getContextLens(), {"m", "next_n"});
  operands.add("metadata", op.getMetadata(), {slots, ExtentExpr(int64_t(2))});
  operands.add("indices", op.getIndices(), {"m"});
  ExtentExpr rows = ExtentExpr::product("m", "next_n");
  operands.add("weights", op.getWeights(), {rows, "heads"});
  operands.add("logits", op.getLogits(), {rows, "columns"});
  return operands.take();
}

static SmallVector<OperandExtents> extentsOf(PagedMQAMetadataOp op) {
  OperandList operands;
  ExtentExpr slots = "slots";
  slots.plus = 1;
  operands.add("context_lens", op.getContextLens(), {"m", "next_n"});
  operands.add("indices", op.getIndices(), {"m"});
  operands.add("metadata", op.getMetadata(), {slots, ExtentExpr(int64_t(2))});
  return operands.take();
}

static SmallVector<OperandExtents> extentsOf(CleanLogitsOp op) {
  OperandList operands;
  ExtentExpr rows = "m";
  rows.factor = op.getNextN();
  operands.add("ks", op.getKs(), {"m"});
  operands.add("ke", op.getKe(), {"m"});
  operands.add("logits", op.getLogits(), {rows, "columns"});
  return operands.take();
}

static SmallVector<OperandExtents> extentsOf(PackScalesOp op) {
  OperandList operands;
  using Dims = SmallVector<ExtentExpr>;
  ScaleBlock block = op.getGranularity().getBlock();
  bool isBatched = cast<ShapedType>(op.getScales().getType()).getRank() == 3;
  if (op.getKs()) {
    operands.add("ks", op.getKs(), {"groups"});
    operands.add("scales", op.getScales(), {"m", "scale_columns"});
    operands.add("packed", op.getPacked(), {"m", "packed_columns"});
    return operands.take();
  }
  Dims scales = {ExtentExpr::ceilDiv("m", block.mn), "scale_columns"};
  Dims packed = {"m", ExtentExpr::ceilDiv("scale_columns", 4)};
  if (isBatched) {
    scales.insert(scales.begin(), "batch");
    packed.insert(packed.begin(), "batch");
  }
  operands.add("scales", op.getScales(), scales);
  operands.add("packed", op.getPacked(), packed);
  return operands.take();
}

SmallVector<OperandExtents> dgemm::operandExtents(Operation *op) {
  return llvm::TypeSwitch<Operation *, SmallVector<OperandExtents>>(op)
      .Case<MatmulOp, GroupedMatmulOp, BatchedMatmulOp, HCPrenormOp,
            MQALogitsOp, PagedMQALogitsOp, PagedMQAMetadataOp, CleanLogitsOp,
            PackScalesOp>([](auto op) { return extentsOf(op); })
      .Default([](Operation *) { return SmallVector<OperandExtents>(); });
}
