//===- Legality.cpp - Which problems a target can run ---------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Schedule/Legality.h"

#include "dgemm/Target/Targets.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace dgemm;
using namespace dgemm::schedule;

/// TMA: every stride but the innermost is a multiple of 16 bytes.
static constexpr int64_t kTmaBytes = 16;
/// TMA copies that give 4-bit elements a byte each: multiples of strides, and
/// of the elements in a row (CUDA driver API, 16U4_ALIGN16B).
static constexpr int64_t kTmaExpandedBytes = 32;
static constexpr int64_t kTmaExpandedElements = 128;
/// 4-bit elements along M or N, which threads copy 16 at a time.
static constexpr int64_t kPieceBytes = 8;
/// Scales that are bytes, where TMA does not find their rows.
static constexpr int64_t kScalePieceBytes = 4;
static constexpr StringLiteral kRunsOnReference =
    "it runs on --device=reference";

//===----------------------------------------------------------------------===//
// What is lowered
//===----------------------------------------------------------------------===//

/// True if a lowering uses this instruction for dense products.
static bool isLowered(dgk::MatrixInstruction instruction) {
  if (auto mma = dyn_cast<dgk::MmaSyncAttr>(instruction))
    return mma.getScaleBlock() != 0 || mma.getKind() == dgk::MmaKind::BF16;
  auto mma = dyn_cast<dgk::WgmmaAttr>(instruction);
  return mma && mma.getKind() != dgk::MmaKind::TF32;
}

static bool hasDenseLowering(dgk::TargetAttr target) {
  return llvm::any_of(target.getInstructions(), [](Attribute attr) {
    return isLowered(cast<dgk::MatrixInstruction>(attr));
  });
}

//===----------------------------------------------------------------------===//
// Rules of dgemm.matmul
//===----------------------------------------------------------------------===//

namespace {

/// An operand and what the documentation calls it.
struct Operand {
  Value value;
  StringRef name;
  bool isOfB = false;
  /// The dimension that is K.
  int64_t kDim = 1;

  MemRefType getType() const { return cast<MemRefType>(value.getType()); }
  Type getElementType() const { return getType().getElementType(); }
  SmallVector<int64_t> getStrides() const {
    auto [strides, offset] = getType().getStridesAndOffset();
    return strides;
  }
};

/// The rules select-c5 to select-c11 for one op and one target.
class MatmulRules {
public:
  MatmulRules(MatmulOp op, dgk::TargetAttr target) : op(op), target(target) {}

  LogicalResult run() {
    return success(succeeded(elementTypes()) && succeeded(contiguity()) &&
                   succeeded(layout()) && succeeded(scaleTypes()) &&
                   succeeded(epilogue()) && succeeded(expansion()) &&
                   succeeded(rowStrides()) && succeeded(scaleStrides()));
  }

  Operand d() { return {op.getD(), "d"}; }
  SmallVector<Operand, 2> matrices() {
    Layout layout = op.getLayout();
    bool aIsTransposed = layout == Layout::TN || layout == Layout::TT;
    bool bIsTransposed = layout == Layout::NN || layout == Layout::TN;
    return {{op.getA(), "a", false, aIsTransposed ? 0 : 1},
            {op.getB(), "b", true, bIsTransposed ? 0 : 1}};
  }
  static bool isKMajor(const Operand &x) { return x.getStrides()[x.kDim] == 1; }
  SmallVector<Operand, 2> scales() {
    if (!op.getAScale())
      return {};
    return {{op.getAScale(), "a_scale"}, {op.getBScale(), "b_scale", true}};
  }
  /// Whether the instruction applies the scales, as bytes.
  bool wantsPackedScales() { return getInstruction().getScaleBlock() != 0; }
  /// Format in which an instruction would apply the scales.
  Type getScaleType();
  /// The target's instruction for A and B: of those for scaled operands the one
  /// that knows scales, if there is one. Null if there is none.
  dgk::MatrixInstruction getInstruction();

private:
  InFlightDiagnostic fail(StringRef rule) {
    return op.emitOpError() << "[" << rule << "] ";
  }
  /// Rows and K elements of A (B) that share a scale.
  ScaleBlock getBlock(StringRef scale);

  LogicalResult elementTypes();
  LogicalResult contiguity();
  LogicalResult layout();
  LogicalResult scaleTypes();
  LogicalResult byteScales(Operand x);
  LogicalResult plainScales(Operand x);
  LogicalResult epilogue();
  /// Whether TMA gives elements of a matrix more bits in shared memory.
  bool isExpanded(Operand x);
  /// Whether threads copy the matrix.
  static bool isCopiedByThreads(const Operand &x) {
    return !isKMajor(x) && dgk::getElementBits(x.getElementType()) == 4;
  }
  LogicalResult rowStrides();
  LogicalResult expansion();
  LogicalResult scaleStrides();

  MatmulOp op;
  dgk::TargetAttr target;
};

} // namespace

dgk::MatrixInstruction MatmulRules::getInstruction() {
  Type a = matrices()[0].getElementType();
  Type b = matrices()[1].getElementType();
  if (op.getAScale())
    if (dgk::MatrixInstruction scaled =
            dgk::findInstruction(target, a, b, /*scaled=*/true, getScaleType()))
      return scaled;
  return dgk::findInstruction(target, a, b, /*scaled=*/false);
}

/// "f8E4M3FN x f8E4M3FN or bf16 x bf16": what has a lowering on the target.
static std::string getLoweredTypes(dgk::TargetAttr target) {
  // Several instructions may multiply the same types.
  llvm::SetVector<std::pair<Type, Type>> pairs;
  for (Attribute attr : target.getInstructions())
    if (auto instruction = cast<dgk::MatrixInstruction>(attr);
        isLowered(instruction))
      pairs.insert({instruction.getAType(), instruction.getBType()});
  std::string text;
  llvm::raw_string_ostream stream(text);
  for (auto [a, b] : pairs)
    stream << (text.empty() ? "" : " or ") << a << " x " << b;
  return text;
}

LogicalResult MatmulRules::elementTypes() {
  dgk::MatrixInstruction instruction = getInstruction();
  if (instruction && isLowered(instruction))
    return success();
  InFlightDiagnostic error = fail("select-c5");
  error << "a x b is " << matrices()[0].getElementType() << " x "
        << matrices()[1].getElementType() << ", expected "
        << getLoweredTypes(target) << " on " << target.getChip() << ": ";
  if (instruction)
    return error << "no lowering uses its " << instruction << " yet; "
                 << kRunsOnReference;
  return error << "it has no instruction for this pair; " << kRunsOnReference;
}

/// Descriptors of wgmma can say that an operand of 16-bit elements lies along M
/// or N. ldmatrix turns elements of 8 and of 4 bits as well.
static bool isReadAlongRows(dgk::MatrixInstruction instruction, Type type) {
  return dgk::getElementBits(type) == 16 || !instruction.readsShared();
}

LogicalResult MatmulRules::contiguity() {
  for (Operand x : matrices())
    if (!llvm::is_contained(x.getStrides(), 1))
      return fail("select-c6")
             << x.name << " is " << x.getType()
             << ", expected stride 1 along one dimension in its type: copies "
                "are compiled for it; if one is contiguous, cast to a type "
                "that says so, as strided<[?, 1]>, otherwise copy the operand";
  return success();
}

LogicalResult MatmulRules::layout() {
  for (Operand x : matrices())
    if (!isKMajor(x) && !isReadAlongRows(getInstruction(), x.getElementType()))
      return fail("select-c6")
             << x.name << " is " << x.getType() << " with layout "
             << stringifyLayout(op.getLayout())
             << ", expected stride 1 along K: " << target.getChip() << " loads "
             << x.getElementType()
             << " along K only; copy the operand to K-major";
  return success();
}

LogicalResult MatmulRules::scaleTypes() {
  for (Operand x : scales())
    if (failed(wantsPackedScales() ? byteScales(x) : plainScales(x)))
      return failure();
  return success();
}

/// Scales that the instruction applies.
LogicalResult MatmulRules::byteScales(Operand x) {
  bool areBytes = isa<Float8E8M0FNUType, Float8E4M3FNType>(x.getElementType());
  if (!areBytes && !x.getElementType().isSignlessInteger(32))
    return fail("select-c7")
           << x.name << " has elements of type " << x.getElementType()
           << ", expected i32 that packs four UE8M0 scales on "
           << target.getChip() << ", or f8E8M0FNU; convert it with "
           << "dgemm.pack_scales";
  if (int64_t rows = getBlock(x.name).mn; rows != 1)
    return fail("select-c7")
           << x.name << " has " << rows
           << " rows for each scale, expected 1 on " << target.getChip()
           << "; dgemm.pack_scales repeats the scale for "
           << "each row";
  return success();
}

Type MatmulRules::getScaleType() {
  auto isFine = [](Operand x) {
    return isa<Float8E4M3FNType>(x.getElementType());
  };
  MLIRContext *context = op.getContext();
  if (llvm::any_of(scales(), isFine))
    return Float8E4M3FNType::get(context);
  return Float8E8M0FNUType::get(context);
}

/// Scales that are applied to the sums of 128 products each.
LogicalResult MatmulRules::plainScales(Operand x) {
  ScaleBlock block = getBlock(x.name);
  if (block.k == 128 && (block.mn == 1 || (block.mn == 128 && x.isOfB)))
    return success();
  return fail("select-c7") << x.name << " has granularity " << block.mn << "x"
                           << block.k << ", expected 1x128"
                           << (x.isOfB ? " or 128x128" : "") << " on "
                           << target.getChip();
}

ScaleBlock MatmulRules::getBlock(StringRef scale) {
  GranularityAttr granularity = op.getGranularityAttr();
  return scale == "a_scale" ? granularity.getA() : granularity.getB();
}

LogicalResult MatmulRules::epilogue() {
  HeadSplitAttr split = op.getEpilogueAttr();
  constexpr int64_t kMaxWidth = std::numeric_limits<int32_t>::max();
  if (!split || split.getStoredHeadWidth() <= kMaxWidth)
    return success();
  return fail("select-c9") << "has epilogue " << split << " with heads of "
                           << split.getStoredHeadWidth()
                           << " columns, expected at most " << kMaxWidth;
}

bool MatmulRules::isExpanded(Operand x) {
  dgk::Side side = x.isOfB ? dgk::Side::B : dgk::Side::A;
  return isKMajor(x) && getInstruction().getContainerBits(side) >
                            dgk::getElementBits(x.getElementType());
}

LogicalResult MatmulRules::rowStrides() {
  for (Operand x : matrices()) {
    bool byThreads = isCopiedByThreads(x);
    int64_t unit = byThreads       ? kPieceBytes
                   : isExpanded(x) ? kTmaExpandedBytes
                                   : kTmaBytes;
    int64_t stride = x.getStrides()[isKMajor(x) ? 1 - x.kDim : x.kDim];
    if (ShapedType::isDynamic(stride))
      continue;
    int64_t bytes = dgk::getBytes(stride, x.getElementType());
    if (bytes % unit != 0)
      return fail("select-c10")
             << (isKMajor(x) ? "rows of " : "columns of ") << x.name << " are "
             << bytes << " bytes apart, expected a multiple of " << unit
             << (byThreads ? " as copies of 16 elements need" : " as TMA needs")
             << "; pad them to " << llvm::alignTo(bytes, unit) << " bytes";
  }
  return success();
}

LogicalResult MatmulRules::expansion() {
  int64_t k = op.getProblemShape().k;
  if (ShapedType::isDynamic(k) || k % kTmaExpandedElements == 0)
    return success();
  for (Operand x : matrices())
    if (isExpanded(x))
      return fail("select-c10")
             << "K is " << k << ", expected a multiple of "
             << kTmaExpandedElements << ": TMA expands the "
             << x.getElementType() << " elements of " << x.name
             << " in groups of that size beside the other operand's bytes; pad "
                "K of both operands with zeros to "
             << llvm::alignTo(k, kTmaExpandedElements);
  return success();
}

LogicalResult MatmulRules::scaleStrides() {
  for (Operand x : scales()) {
    // A scale for many rows is read element by element.
    // So are plain ones that TMA cannot copy.
    if (getBlock(x.name).mn > 1 || !wantsPackedScales())
      continue;
    SmallVector<int64_t> strides = x.getStrides();
    bool areBytes = dgk::getElementBits(x.getElementType()) == 8;
    int64_t row = areBytes ? strides[0] : strides[1];
    int64_t bytes =
        ShapedType::isDynamic(row) ? 0 : dgk::getBytes(row, x.getElementType());
    if (strides[areBytes] == 1 &&
        bytes % (areBytes ? kScalePieceBytes : kTmaBytes) == 0)
      continue;
    if (areBytes)
      return fail("select-c11")
             << x.name << " is " << x.getType()
             << ", expected stride 1 along K and rows a multiple of "
             << kScalePieceBytes
             << " bytes apart, which are copied at once; pad the rows, or pack "
                "the scales with dgemm.pack_scales";
    InFlightDiagnostic error = fail("select-c11");
    error << x.name << " is " << x.getType()
          << ", expected stride 1 along the rows and along K a multiple of 4 "
             "words as TMA needs; make it with dgemm.pack_scales";
    return error;
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Analysis
//===----------------------------------------------------------------------===//

static int64_t getOr(int64_t extent, int64_t expected) {
  return ShapedType::isDynamic(extent) ? expected : extent;
}

static DenseProblem describe(MatmulOp op, MatmulRules &rules,
                             const ExpectedExtents &expected) {
  ProblemShape shape = op.getProblemShape();
  DenseProblem problem;
  problem.m = getOr(shape.m, expected.m);
  problem.n = getOr(shape.n, expected.n);
  problem.k = getOr(shape.k, expected.k);
  problem.hasKnownK = !ShapedType::isDynamic(shape.k);
  problem.aType = rules.matrices()[0].getElementType();
  problem.bType = rules.matrices()[1].getElementType();
  problem.dType = rules.d().getElementType();
  if (GranularityAttr granularity = op.getGranularityAttr()) {
    problem.blockA = granularity.getA().k;
    problem.blockB = granularity.getB().k;
    problem.blockRowsA = granularity.getA().mn;
    problem.blockRowsB = granularity.getB().mn;
    problem.hasPackedScales = rules.wantsPackedScales();
    if (problem.hasPackedScales)
      problem.scaleType = rules.getScaleType();
    auto getCount = [&](Operand x) {
      return x.getElementType().isInteger(32) ? 4 : 16;
    };
    problem.scalesPerLoadA = getCount(rules.scales()[0]);
    problem.scalesPerLoadB = getCount(rules.scales()[1]);
  }
  auto isFetched = [&](Value scale, int64_t blockRows) {
    if (!scale || problem.hasPackedScales)
      return false;
    auto type = cast<MemRefType>(scale.getType());
    return dgk::getElementBits(type.getElementType()) == 8 ||
           (blockRows == 1 && !dgk::hasTmaStrides(type, /*inner=*/0,
                                                  /*whenUnknown=*/true));
  };
  problem.fetchesScalesA = isFetched(op.getAScale(), problem.blockRowsA);
  problem.fetchesScalesB = isFetched(op.getBScale(), problem.blockRowsB);
  bool isAddedInPlace = op.getC() == op.getD() && problem.dType.isF32();
  problem.hasCTile = op.getC() && !isAddedInPlace &&
                     dgk::comesAsTile(cast<MemRefType>(op.getC().getType()),
                                      rules.getInstruction());
  problem.isAKMajor = MatmulRules::isKMajor(rules.matrices()[0]);
  problem.isBKMajor = MatmulRules::isKMajor(rules.matrices()[1]);
  problem.hasHeads = static_cast<bool>(op.getEpilogueAttr());
  problem.hasC = bool(op.getC());
  problem.isOutputPlain = !op.getC() && !op.getEpilogueAttr();
  // TMA writes rows in whole units: elements up to the next multiple of 16
  // bytes behind the last column as well (measured, docs/Conformance.md).
  auto isWhole = [&](int64_t elements) {
    return !ShapedType::isDynamic(elements) &&
           dgk::getBytes(elements, problem.dType) % kTmaBytes == 0;
  };
  problem.dIsTmaAligned =
      isWhole(rules.d().getStrides().front()) &&
      isWhole(cast<MemRefType>(op.getD().getType()).getShape().back());
  // The pieces of a staged store are at most that wide.
  constexpr int64_t kMaxSpan = 128;
  int64_t piece = kMaxSpan / dgk::getBytes(1, problem.dType);
  if (HeadSplitAttr split = op.getEpilogueAttr())
    problem.dIsTmaAligned &=
        split.getLeft() % piece == 0 && split.getRight() % piece == 0;
  return problem;
}

FailureOr<DenseProblem>
dgemm::schedule::analyze(ProblemOpInterface op, dgk::TargetAttr target,
                         const ExpectedExtents &expected) {
  auto matmul = dyn_cast<MatmulOp>(op.getOperation());
  if (!matmul || !hasDenseLowering(target))
    return op->emitOpError()
           << "[select-c2] no lowering for " << op->getName().getStringRef()
           << " on " << target.getChip() << " yet; " << kRunsOnReference;
  for (Value operand : op->getOperands())
    if (!isa<MemRefType>(operand.getType()))
      return op->emitOpError()
             << "[select-c3] operand of type " << operand.getType()
             << ", expected a memref: strides decide how tiles are loaded and "
                "stored; run --one-shot-bufferize first";
  MatmulRules rules(matmul, target);
  if (failed(rules.run()))
    return failure();
  return describe(matmul, rules, expected);
}
