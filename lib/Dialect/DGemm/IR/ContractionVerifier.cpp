//===- ContractionVerifier.cpp - Constraints that matrix products share ---===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ContractionVerifier.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace dgemm;

ContractionVerifier::ContractionVerifier(
    ContractionProblem problem, std::optional<GranularityAttr> granularity,
    const ContractionRules &rules)
    : op(problem.getOperation()), aOperand{problem.getA(), "a"},
      bOperand{problem.getB(), "b"}, cOperand{problem.getC(), "c"},
      dOperand{problem.getD(), "d"},
      aScaleOperand{problem.getAScale(), "a_scale"},
      bScaleOperand{problem.getBScale(), "b_scale"}, granularity(granularity),
      rules(rules) {}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

LogicalResult ContractionVerifier::checkOperands(bool allowBF16, bool allowFP8,
                                                 bool allowFP4,
                                                 StringRef where) {
  if (failed(checkForm(op, rules.form)))
    return failure();
  Type aType = a().getElementType();
  Type bType = b().getElementType();
  auto isScaled = [&](Type type) {
    return (allowFP8 && isFP8(type)) || (allowFP4 && isFP4(type));
  };
  bool isLegal = (allowBF16 && aType.isBF16() && bType.isBF16()) ||
                 (isScaled(aType) && isScaled(bType));
  if (!isLegal) {
    InFlightDiagnostic error = fail(op, rules.elementTypes);
    error << "a has elements of type " << aType << " and b of type " << bType
          << ", expected ";
    if (allowFP8)
      error << (allowFP4 ? "each f8E4M3FN or f4E2M1FN" : "both f8E4M3FN");
    if (allowFP8 && allowBF16)
      error << ", or ";
    if (allowBF16)
      error << "both bf16";
    return error << where;
  }
  return checkScalePresence();
}

LogicalResult ContractionVerifier::checkScalePresence() {
  for (Named scale : {aScale(), bScale()}) {
    if (static_cast<bool>(scale) != isBF16())
      continue;
    if (isBF16())
      return fail(op, rules.scales)
             << "has " << scale.name
             << ", expected none for bf16 operands; remove 'scaled by'";
    return fail(op, rules.scales)
           << "lacks " << scale.name << ", expected one for a of "
           << a().getElementType() << " and b of " << b().getElementType()
           << "; add 'scaled by'";
  }
  if (granularity.has_value() != isBF16())
    return success();
  if (isBF16())
    return fail(op, rules.scales)
           << "has " << *granularity << ", expected none for bf16 operands";
  return fail(op, rules.scales)
         << "lacks 'granularity', expected one for scaled operands, such as "
            "#dgemm.granularity<a = 1x128, b = 128x128>";
}

LogicalResult ContractionVerifier::checkOutputTypes(bool allowBF16,
                                                    bool allowF32,
                                                    StringRef where) {
  Type type = d().getElementType();
  if (!(allowBF16 && type.isBF16()) && !(allowF32 && type.isF32()))
    return fail(op, rules.outputTypes)
           << "d has elements of type " << type << ", expected "
           << (allowBF16 ? "bf16" : "") << (allowBF16 && allowF32 ? " or " : "")
           << (allowF32 ? "f32" : "") << where;
  if (!c() || c().getElementType() == type)
    return success();
  return fail(op, rules.outputTypes)
         << "c has elements of type " << c().getElementType() << ", expected "
         << type << " as in d";
}

LogicalResult ContractionVerifier::checkAccumulatorShape() {
  if (!c())
    return success();
  if (succeeded(verifyCompatibleShape(c().getType(), d().getType())))
    return success();
  return fail(op, rules.extents)
         << "c has shape " << shapeText(c().getType().getShape())
         << ", expected " << shapeText(d().getType().getShape()) << " as d";
}

//===----------------------------------------------------------------------===//
// Scales
//===----------------------------------------------------------------------===//

LogicalResult ContractionVerifier::checkGranularity() {
  if (!granularity)
    return success();
  if (hasFineScales())
    return checkFineScales();
  for (auto [name, block] : {std::pair("a", granularity->getA()),
                             std::pair("b", granularity->getB())})
    if (block.k != 32 && block.k != 128)
      return fail(op, rules.granularity)
             << "granularity " << name << " = " << block.mn << "x" << block.k
             << " has " << block.k
             << " elements of K for each scale, expected 32 or 128";
  return success();
}

bool ContractionVerifier::hasFineScales() {
  auto isFine = [](Named scale) {
    return scale && isa<Float8E4M3FNType>(scale.getElementType());
  };
  return !rules.fineScales.empty() && (isFine(aScale()) || isFine(bScale()));
}

LogicalResult ContractionVerifier::checkFineScales() {
  constexpr int64_t kElements = 16;
  auto isWrong = [&](Named operand, Named scale, ScaleBlock block) {
    return !isFP4(operand.getElementType()) ||
           !isa<Float8E4M3FNType>(scale.getElementType()) || block.mn != 1 ||
           block.k != kElements;
  };
  for (auto [operand, scale, block] :
       {std::tuple(a(), aScale(), granularity->getA()),
        std::tuple(b(), bScale(), granularity->getB())})
    if (isWrong(operand, scale, block))
      return fail(op, rules.fineScales)
             << operand.name << " has elements of type "
             << operand.getElementType() << " and scales of type "
             << scale.getElementType() << " for " << block.mn << "x" << block.k
             << ", expected f4E2M1FN and f8E4M3FN for 1x" << kElements
             << " of both operands where one has scales of f8E4M3FN";
  return success();
}

LogicalResult ContractionVerifier::checkRowGranularity(StringRef where) {
  if (!granularity)
    return success();
  for (auto [name, block] : {std::pair("a", granularity->getA()),
                             std::pair("b", granularity->getB())})
    if (block.mn != 1)
      return fail(op, rules.granularity)
             << "granularity " << name << " = " << block.mn << "x" << block.k
             << " has " << block.mn << " rows for each scale, expected 1"
             << where;
  return success();
}

LogicalResult ContractionVerifier::checkScaleType(Named scale,
                                                  ScaleBlock block) {
  Type type = scale.getElementType();
  bool isPacked = type.isSignlessInteger(32);
  bool isFine = !rules.fineScales.empty() && isa<Float8E4M3FNType>(type);
  if (!isPacked && !isFine && !type.isF32() && !isa<Float8E8M0FNUType>(type))
    return fail(op, rules.scaleTypes)
           << scale.name << " has elements of type " << type
           << ", expected f32, f8E8M0FNU, or i32 that packs four UE8M0 bytes";
  if (isPacked && block.mn != 1)
    return fail(op, rules.scaleTypes)
           << scale.name << " is packed in i32 with " << block.mn
           << " rows for each scale, expected 1; dgemm.pack_scales repeats the "
              "scale for each row";
  return success();
}

/// Elements of dimension `axis` that one element of the scale operand covers.
static int64_t coverage(ScaleAxis axis, ScaleBlock block, bool isPacked) {
  switch (axis) {
  case ScaleAxis::Batch:
    return 1;
  case ScaleAxis::MN:
    return block.mn;
  case ScaleAxis::K:
    return isPacked ? 4 * block.k : block.k;
  }
  llvm_unreachable("unknown axis");
}

LogicalResult ContractionVerifier::checkScaleDim(Named scale, ScaleBlock block,
                                                 int64_t dim,
                                                 ArrayRef<ScaledDim> dims) {
  bool isPacked = scale.getElementType().isSignlessInteger(32);
  const Extent &extent = *dims[dim].extent;
  if (!extent.isStatic())
    return success();
  int64_t covered = coverage(dims[dim].axis, block, isPacked);
  int64_t expected = llvm::divideCeil(extent.size, covered);
  if (!isStaticNot(scale.getExtent(dim), expected))
    return success();
  SmallVector<int64_t> shape(scale.getType().getShape());
  InFlightDiagnostic error = fail(op, rules.scaleShapes);
  error << scale.name << " has shape " << shapeText(shape) << ", expected ";
  shape[dim] = expected;
  error << shapeText(shape) << " (" << extent.name << " = " << extent.size
        << ", " << covered << (covered == 1 ? " element" : " elements")
        << " per " << (isPacked ? "word of packed scales" : "scale")
        << "); rebuild the scale or set granularity";
  return error;
}

LogicalResult ContractionVerifier::checkScale(Named scale, ScaleBlock block,
                                              ArrayRef<ScaledDim> dims) {
  if (failed(checkScaleType(scale, block)))
    return failure();
  if (scale.getRank() != static_cast<int64_t>(dims.size()))
    return fail(op, rules.scaleShapes)
           << scale.name << " has " << scale.getRank()
           << (scale.getRank() == 1 ? " dimension (" : " dimensions (")
           << scale.getType() << "), expected " << dims.size();
  for (size_t dim = 0; dim < dims.size(); ++dim)
    if (failed(checkScaleDim(scale, block, dim, dims)))
      return failure();
  return checkScaleStrides(scale, dims);
}

LogicalResult ContractionVerifier::checkScaleStrides(Named scale,
                                                     ArrayRef<ScaledDim> dims) {
  if (!scale.getElementType().isSignlessInteger(32))
    return success();
  PackedScaleDims packed;
  for (auto [dim, scaled] : llvm::enumerate(dims)) {
    if (scaled.axis == ScaleAxis::MN)
      packed.mn = dim;
    if (scaled.axis == ScaleAxis::K)
      packed.k = dim;
  }
  return checkPackedStrides(op, rules.scaleStrides, scale, packed);
}

LogicalResult dgemm::checkPackedStrides(Operation *op, Rule rule, Named scale,
                                        PackedScaleDims dims) {
  auto memref = dyn_cast<MemRefType>(scale.value.getType());
  if (!memref || hasPackedScaleStrides(memref, dims))
    return success();
  std::optional<SmallVector<int64_t>> strides = stridesOf(scale);
  if (!strides)
    return fail(op, rule) << scale.name << " is " << memref
                          << ", expected a memref with strides";
  return fail(op, rule)
         << scale.name << " has strides " << shapeText(*strides)
         << ", expected "
         << shapeText(getPackedScaleStrides(memref.getShape(), dims))
         << " (words lie along M or N, rounded up to 4); make them with "
            "dgemm.pack_scales";
}
