//===- NearestLegal.cpp - A legal call near an illegal one ----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Changes are tried in the order of their cost and the rules are asked what is
// legal. So nothing here knows a rule, and a rule that goes needs no edit.
//
//===----------------------------------------------------------------------===//

#include "dgemm/Schedule/Explain.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace dgemm;
using namespace dgemm::schedule;

static constexpr int64_t kTmaBytes = 16;
static constexpr int64_t kDynamic = ShapedType::kDynamic;

namespace {

/// A dgemm.matmul by its types and attributes.
struct Call {
  ShapedType a, b, aScale, bScale, c, d;
  Layout layout;
  GranularityAttr granularity;
  HeadSplitAttr epilogue;
  bool checked;
  /// C and D are one buffer.
  bool isInPlace = false;

  int64_t getM() const { return a.getDimSize(isKFirstInA() ? 1 : 0); }
  int64_t getK() const { return a.getDimSize(isKFirstInA() ? 0 : 1); }
  int64_t getN() const { return b.getDimSize(isKFirstInB() ? 1 : 0); }

  bool isKFirstInA() const {
    return layout == Layout::TN || layout == Layout::TT;
  }
  bool isKFirstInB() const {
    return layout == Layout::NN || layout == Layout::TN;
  }
};

/// Changes a call; false if there is nothing to change.
using Change = bool (*)(Call &);

struct Option {
  int cost;
  const char *text;
  Change apply;
};

/// Of these at most one is taken.
using Category = SmallVector<Option>;

} // namespace

//===----------------------------------------------------------------------===//
// Changes
//===----------------------------------------------------------------------===//

static MemRefType toMemRef(ShapedType type) {
  if (auto memref = dyn_cast<MemRefType>(type))
    return memref;
  return MemRefType::get(type.getShape(), type.getElementType());
}

static bool bufferize(Call &call) {
  bool changed = false;
  for (ShapedType *type :
       {&call.a, &call.b, &call.aScale, &call.bScale, &call.c, &call.d}) {
    if (!*type || isa<MemRefType>(*type))
      continue;
    *type = toMemRef(*type);
    changed = true;
  }
  return changed;
}

/// Whether a type says along which dimension elements are neighbours.
static bool hasUnitStride(MemRefType type) {
  return llvm::is_contained(type.getStridesAndOffset().first, 1);
}

/// Says that the operands are contiguous along their last dimension, where
/// their types leave that open.
static bool stateUnitStride(Call &call) {
  bool changed = false;
  for (ShapedType *type : {&call.a, &call.b}) {
    auto memref = dyn_cast<MemRefType>(*type);
    if (!memref || hasUnitStride(memref))
      continue;
    auto strides = memref.getStridesAndOffset().first;
    if (strides.back() != kDynamic)
      continue;
    strides.back() = 1;
    *type = MemRefType::get(
        memref.getShape(), memref.getElementType(),
        StridedLayoutAttr::get(memref.getContext(), 0, strides));
    changed = true;
  }
  return changed;
}

static bool makeKMajor(Call &call) {
  auto isKMajor = [](ShapedType type) {
    auto memref = dyn_cast<MemRefType>(type);
    return !memref || memref.getStridesAndOffset().first.back() == 1;
  };
  if (call.layout == Layout::NT && isKMajor(call.a) && isKMajor(call.b))
    return false;
  int64_t m = call.getM(), n = call.getN(), k = call.getK();
  call.a = MemRefType::get({m, k}, call.a.getElementType());
  call.b = MemRefType::get({n, k}, call.b.getElementType());
  call.layout = Layout::NT;
  return true;
}

/// TMA gives FP4 beside FP8 a byte for each element.
static bool isExpanded(const Call &call, ShapedType type) {
  return call.a.getElementType() != call.b.getElementType() &&
         dgk::getElementBits(type.getElementType()) == 4;
}

/// K a multiple of what TMA expands at a time.
static bool padK(Call &call) {
  constexpr int64_t kElements = 128;
  int64_t k = call.getK();
  bool isMixed = isExpanded(call, call.a) || isExpanded(call, call.b);
  if (!isMixed || call.layout != Layout::NT || k == kDynamic ||
      k % kElements == 0)
    return false;
  auto padded = static_cast<int64_t>(llvm::alignTo(k, kElements));
  call.a = MemRefType::get({call.getM(), padded}, call.a.getElementType());
  call.b = MemRefType::get({call.getN(), padded}, call.b.getElementType());
  return true;
}

/// Bytes of which the distance of rows (columns, where these are contiguous) is
/// a multiple: 16 for TMA, 32 where it expands elements, 8 for columns of 4-bit
/// elements, which threads copy.
static int64_t getRowUnit(const Call &call, ShapedType type, bool isKFirst) {
  if (isKFirst && dgk::getElementBits(type.getElementType()) == 4)
    return kTmaBytes / 2;
  return isExpanded(call, type) ? 2 * kTmaBytes : kTmaBytes;
}

/// Pads rows (columns) to the next multiple of what they need, which is at most
/// `unit` bytes, and somewhere that.
template <int64_t unit> static bool padRows(Call &call) {
  int64_t most = 0;
  for (auto [type, isKFirst] : {std::pair(&call.a, call.isKFirstInA()),
                                std::pair(&call.b, call.isKFirstInB())}) {
    auto memref = dyn_cast<MemRefType>(*type);
    if (!memref || !hasUnitStride(memref))
      continue;
    auto strides = memref.getStridesAndOffset().first;
    bool isReversed = strides.back() != 1;
    int64_t &stride = strides[isReversed];
    int64_t bytes = getRowUnit(call, memref, isKFirst != isReversed);
    int64_t elements = bytes * 8 / dgk::getElementBits(memref.getElementType());
    if (stride == kDynamic || stride % elements == 0)
      continue;
    stride = static_cast<int64_t>(llvm::alignTo(stride, elements));
    *type = MemRefType::get(
        memref.getShape(), memref.getElementType(),
        StridedLayoutAttr::get(memref.getContext(), 0, strides));
    most = std::max(most, bytes);
  }
  return most == unit;
}

static int64_t divide(int64_t extent, int64_t by) {
  return extent == kDynamic ? kDynamic : llvm::divideCeil(extent, by);
}

/// Scales as TMA reads them: stride 1 along the rows, columns of whole 16
/// bytes; scales for several rows are contiguous.
static MemRefType getScaleType(int64_t rows, int64_t k, ScaleBlock block,
                               Type element) {
  int64_t perWord = element.isF32() ? 1 : 4;
  int64_t columns = divide(k, block.k * perWord);
  if (block.mn > 1)
    return MemRefType::get({divide(rows, block.mn), columns}, element);
  int64_t stride = rows == kDynamic
                       ? kDynamic
                       : static_cast<int64_t>(llvm::alignTo(rows, 4));
  auto layout = StridedLayoutAttr::get(element.getContext(), 0, {1, stride});
  return MemRefType::get({rows, columns}, element, layout);
}

static bool setScales(Call &call, ScaleBlock a, ScaleBlock b, Type element) {
  Call before = call;
  call.granularity = GranularityAttr::get(element.getContext(), a, b);
  call.aScale = getScaleType(call.getM(), call.getK(), a, element);
  call.bScale = getScaleType(call.getN(), call.getK(), b, element);
  return before.granularity != call.granularity ||
         before.aScale != call.aScale || before.bScale != call.bScale;
}

static Type getI32(const Call &call) {
  return IntegerType::get(call.a.getContext(), 32);
}
static Type getF32(const Call &call) {
  return Float32Type::get(call.a.getContext());
}

static bool packScales(Call &call) {
  return call.granularity && setScales(call, call.granularity.getA(),
                                       call.granularity.getB(), getI32(call));
}

static bool arrangeF32Scales(Call &call) {
  return call.granularity && setScales(call, call.granularity.getA(),
                                       call.granularity.getB(), getF32(call));
}

template <int64_t block> static bool usePackedScales(Call &call) {
  return setScales(call, {1, block}, {1, block}, getI32(call));
}

template <int64_t rowsB> static bool useF32Scales(Call &call) {
  return setScales(call, {1, 128}, {rowsB, 128}, getF32(call));
}

static bool dropC(Call &call) {
  bool had = bool(call.c);
  call.c = {};
  return had;
}

static bool dropEpilogue(Call &call) {
  if (!call.epilogue)
    return false;
  call.epilogue = {};
  call.d = MemRefType::get({call.getM(), call.getN()}, call.d.getElementType());
  return true;
}

static bool setElements(Call &call, Type type) {
  if (call.a.getElementType() == type && call.b.getElementType() == type)
    return false;
  call.a = MemRefType::get(call.a.getShape(), type);
  call.b = MemRefType::get(call.b.getShape(), type);
  return true;
}

static bool useFp8(Call &call) {
  return setElements(call, Float8E4M3FNType::get(call.a.getContext()));
}

static bool useBf16(Call &call) {
  if (!setElements(call, BFloat16Type::get(call.a.getContext())))
    return false;
  call.granularity = {};
  call.aScale = call.bScale = {};
  call.checked = false;
  return true;
}

/// Gives B and D the extents that A and B have.
static bool fitExtents(Call &call) {
  Call before = call;
  int64_t n = call.getN(), k = call.getK();
  SmallVector<int64_t, 2> shape = {n, k};
  if (call.isKFirstInB())
    shape = {k, n};
  if (shape != call.b.getShape())
    call.b = MemRefType::get(shape, call.b.getElementType());
  SmallVector<int64_t, 2> output = {call.getM(), n};
  if (!call.epilogue && output != call.d.getShape())
    call.d = MemRefType::get(output, call.d.getElementType());
  if (call.c && call.c.getShape() != call.d.getShape())
    call.c = MemRefType::get(output, call.d.getElementType());
  return before.b != call.b || before.d != call.d || before.c != call.c;
}

static bool makeContiguous(ShapedType &type) {
  auto memref = dyn_cast_if_present<MemRefType>(type);
  if (!memref || memref.getLayout().isIdentity())
    return false;
  type = MemRefType::get(memref.getShape(), memref.getElementType());
  return true;
}

static bool makeDContiguous(Call &call) { return makeContiguous(call.d); }

static bool makeCContiguous(Call &call) {
  return !call.isInPlace && makeContiguous(call.c);
}

static bool storeF32(Call &call) {
  Type f32 = getF32(call);
  if (call.d.getElementType() == f32)
    return false;
  call.d = call.d.clone(f32);
  return true;
}

/// Elements as D has them.
static bool convertC(Call &call) {
  Type type = call.d.getElementType();
  if (!call.c || call.c.getElementType() == type)
    return false;
  call.c = call.c.clone(type);
  return true;
}

/// Later categories build on what earlier ones made.
static SmallVector<Category> getCategories() {
  return {
      {{1, "bufferize: memrefs instead of tensors", bufferize}},
      {{6, "store BF16 operands, without scales", useBf16},
       {5, "quantise both operands to f8E4M3FN", useFp8}},
      {{3, "give B and D the extents of A and B", fitExtents}},
      {{1, "say in the types of the operands that the last stride is 1",
        stateUnitStride}},
      {{2, "copy the operands to K-major, layout nt", makeKMajor}},
      {{2, "pad K of the operands with zeros to a multiple of 128", padK}},
      {{1, "pad the columns of the operands to a multiple of 8 bytes",
        padRows<8>},
       {1, "pad the rows of the operands to a multiple of 16 bytes",
        padRows<16>},
       {1, "pad the rows of the operands to a multiple of 32 bytes",
        padRows<32>}},
      {{1, "pack the scales with dgemm.pack_scales", packScales},
       {1, "arrange the scales as f32 with stride 1 along the rows",
        arrangeF32Scales},
       {4, "scale 1x128 elements, packed UE8M0", usePackedScales<128>},
       {4, "scale 1x32 elements, packed UE8M0", usePackedScales<32>},
       {4, "scale 1x128 elements of A and 128x128 of B, f32",
        useF32Scales<128>},
       {4, "scale 1x128 elements, f32", useF32Scales<1>}},
      {{2, "leave out c and add it afterwards", dropC}},
      {{2, "leave out the epilogue and split the heads afterwards",
        dropEpilogue}},
      {{2, "make d contiguous", makeDContiguous}},
      {{2, "make c contiguous", makeCContiguous}},
      {{3, "store d as f32", storeF32}},
      {{2, "give c the elements of d", convertC}},
  };
}

//===----------------------------------------------------------------------===//
// Search
//===----------------------------------------------------------------------===//

static OwningOpRef<ModuleOp> buildModule(const Call &call,
                                         MLIRContext *context) {
  Location location = UnknownLoc::get(context);
  OwningOpRef<ModuleOp> module(ModuleOp::create(location));
  OpBuilder builder = OpBuilder::atBlockEnd(module->getBody());
  SmallVector<Type> types;
  ShapedType addend = call.isInPlace ? ShapedType() : call.c;
  for (ShapedType type :
       {call.a, call.aScale, call.b, call.bScale, addend, call.d})
    if (type)
      types.push_back(type);
  SmallVector<Type> results;
  if (isa<RankedTensorType>(call.d))
    results.push_back(call.d);
  auto function = func::FuncOp::create(builder, location, "nearest",
                                       builder.getFunctionType(types, results));
  Block *body = function.addEntryBlock();
  builder.setInsertionPointToEnd(body);
  size_t next = 0;
  auto take = [&](ShapedType type) {
    return type ? Value(body->getArgument(next++)) : Value();
  };
  Value a = take(call.a), aScale = take(call.aScale), b = take(call.b);
  Value bScale = take(call.bScale), c = take(addend), d = take(call.d);
  if (call.c && call.isInPlace)
    c = d;
  auto matmul = MatmulOp::create(builder, location, a, b, aScale, bScale, c, d,
                                 call.granularity, call.layout, call.epilogue,
                                 call.checked);
  func::ReturnOp::create(builder, location, matmul->getResults());
  return module;
}

static bool isLegal(ModuleOp module, dgk::TargetAttr target,
                    const ExpectedExtents &expected) {
  ScopedDiagnosticHandler silence(module.getContext(),
                                  [](Diagnostic &) { return success(); });
  if (failed(verify(module)))
    return false;
  bool isLegal = false;
  module.walk([&](MatmulOp op) {
    FailureOr<Explanation> explanation = explain(op, target, expected);
    isLegal = succeeded(explanation) && explanation->chosen.has_value();
  });
  return isLegal;
}

namespace {

/// A call that options of some categories, at most one of each, lead to.
struct Plan {
  Call call;
  int cost = 0;
  /// Indices of the options, -1 for none.
  SmallVector<int> options;
  SmallVector<std::string> texts;
};

} // namespace

/// All calls that the changes lead to, the cheapest first.
static SmallVector<Plan> getPlans(const Call &start) {
  SmallVector<Plan> plans = {{start, 0, {}, {}}};
  for (const Category &category : getCategories()) {
    SmallVector<Plan> longer;
    for (Plan &plan : plans) {
      for (auto [index, option] : llvm::enumerate(category)) {
        Plan next = plan;
        if (!option.apply(next.call))
          continue;
        if (next.call.c && next.call.isInPlace)
          next.call.c = next.call.d;
        next.cost += option.cost;
        next.options.push_back(static_cast<int>(index));
        next.texts.push_back(option.text);
        longer.push_back(std::move(next));
      }
      plan.options.push_back(-1);
      longer.push_back(std::move(plan));
    }
    plans = std::move(longer);
  }
  llvm::sort(plans, [](const Plan &x, const Plan &y) {
    return std::tie(x.cost, x.options) < std::tie(y.cost, y.options);
  });
  return plans;
}

/// Nothing for what is no matrix product at all; the op need not verify.
static std::optional<Call> describe(MatmulOp op) {
  for (unsigned required : {0u, 1u, 5u})
    if (op.getODSOperandIndexAndLength(required).second != 1)
      return std::nullopt;
  if (!llvm::all_of(op->getOperandTypes(), llvm::IsaPred<ShapedType>))
    return std::nullopt;
  auto type = [](Value value) {
    return value ? cast<ShapedType>(value.getType()) : ShapedType();
  };
  Call call{type(op.getA()),      type(op.getB()),         type(op.getAScale()),
            type(op.getBScale()), type(op.getC()),         type(op.getD()),
            op.getLayout(),       op.getGranularityAttr(), op.getEpilogueAttr(),
            op.getChecked(),      op.getC() == op.getD()};
  for (ShapedType x : {call.a, call.b, call.d})
    if (!x.hasRank() || x.getRank() != 2)
      return std::nullopt;
  return call;
}

LegalCall
dgemm::schedule::findNearestLegalCall(ProblemOpInterface op,
                                      dgk::TargetAttr target,
                                      const ExpectedExtents &expected) {
  auto matmul = dyn_cast<MatmulOp>(op.getOperation());
  std::optional<Call> start = matmul ? describe(matmul) : std::nullopt;
  if (!start)
    return {};
  // A call that is legal for other extents is changed for these.
  OwningOpRef<ModuleOp> launched;
  if (isLegal(*buildModule(*start, op->getContext()), target, expected)) {
    launched = instantiate(matmul, expected);
    launched->walk([&](MatmulOp op) { start = describe(op); });
  }
  for (Plan &plan : getPlans(*start)) {
    OwningOpRef<ModuleOp> module = buildModule(plan.call, op->getContext());
    if (isLegal(*module, target, expected))
      return {std::move(module), std::move(plan.texts)};
  }
  return {};
}
