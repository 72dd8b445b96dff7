//===- ComputeOps.cpp - Arithmetic on tiles and accumulators --------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGK/IR/DGK.h"

using namespace mlir;
using namespace dgk;

static ArrayRef<int64_t> getShape(Value value) {
  if (auto tile = dyn_cast<TileType>(value.getType()))
    return tile.getShape();
  if (auto fragments = dyn_cast<FragmentsType>(value.getType()))
    return fragments.getShape();
  return cast<AccumulatorType>(value.getType()).getShape();
}

//===----------------------------------------------------------------------===//
// MmaOp
//===----------------------------------------------------------------------===//

/// Words scale a row each; an f32 may scale a block of rows.
static bool areScalesOf(int64_t count, Type element, int64_t rows) {
  if (element.isInteger(32))
    return count == rows;
  return element.isF32() && rows % count == 0;
}

static bool isByteScale(Type type) {
  return isa<Float8E8M0FNUType, Float8E4M3FNType>(type);
}

static bool isScaleTile(TileType tile, int64_t rows) {
  ArrayRef<int64_t> shape = tile.getShape();
  if (shape.size() != 2)
    return false;
  if (isByteScale(tile.getElementType()))
    return shape[0] == rows &&
           (shape[1] == 4 || shape[1] == 8 || shape[1] == 16);
  return shape[1] == 1 && areScalesOf(shape[0], tile.getElementType(), rows);
}

static LogicalResult verifyScale(MmaOp op, Side side, Type type, bool indexed,
                                 std::optional<uint64_t> per, int64_t rows) {
  auto scales = dyn_cast<ScalesType>(type);
  bool fits =
      scales ? scales.getSide() == side &&
                   areScalesOf(scales.getRows(), scales.getElementType(), rows)
             : isScaleTile(cast<TileType>(type), rows);
  if (!fits || !indexed)
    return op.emitOpError("[mma-c2] scale of ")
           << stringifySide(side) << " is " << type << ", expected a tile of "
           << rows << "x1xi32, of " << rows
           << " rows of 4, 8 or 16 bytes, one of f32 with a divisor of " << rows
           << " rows, or such scales of that side, and an index";
  if (per != 16u && per != 32u && per != 128u)
    return op.emitOpError("[mma-c4] scale of ")
           << stringifySide(side) << " covers " << per.value_or(0)
           << " elements, expected 16, 32 or 128";
  return success();
}

static LogicalResult verifySide(MmaOp op, Value operand, Side side) {
  auto fragments = dyn_cast<FragmentsType>(operand.getType());
  if (!fragments || fragments.getSide() == side)
    return success();
  return op.emitOpError("[mma-c6] takes ")
         << fragments << " as " << stringifySide(side)
         << ", expected fragments of side " << stringifySide(side);
}

/// Whether `count` rows from `first` on lie in `rows`: all of them if no first
/// row is given.
static bool hasRowsOf(int64_t rows, int64_t count,
                      std::optional<uint64_t> first) {
  if (!first)
    return rows == count;
  auto row = static_cast<int64_t>(*first);
  return row >= 0 && count <= rows && row <= rows - count;
}

LogicalResult MmaOp::verify() {
  ArrayRef<int64_t> a = getShape(getA()), b = getShape(getB()),
                    acc = getAccumulator().getType().getShape();
  if (a.size() != 2 || b.size() != 2 || a[1] != b[1] ||
      !hasRowsOf(a[0], acc[0], getFirstRow()) ||
      !hasRowsOf(b[0], acc[1], getFirstColumn()))
    return emitOpError("[mma-c1] multiplies ")
           << getA().getType() << " by " << getB().getType() << " into "
           << getAccumulator().getType() << ", expected M x K, N x K and M x N";
  for (auto [first, operand] :
       {std::pair(getFirstRow(), getA()), std::pair(getFirstColumn(), getB())})
    if (first && (getAScale() || !isa<TileType>(operand.getType())))
      return emitOpError("[mma-c7] takes rows of ")
             << operand.getType() << (getAScale() ? " with scales" : "")
             << ", expected a tile without scales";
  if (failed(verifySide(*this, getA(), Side::A)) ||
      failed(verifySide(*this, getB(), Side::B)))
    return failure();
  if (!getAScale() != !getBScale())
    return emitOpError("[mma-c3] has a scale for ")
           << (getAScale() ? "A" : "B") << " only, expected both or neither";
  if (!getAScale())
    return success();
  if (failed(verifyScale(*this, Side::A, getAScale().getType(),
                         !!getAScaleIndex(), getAScalePer(), a[0])))
    return failure();
  return verifyScale(*this, Side::B, getBScale().getType(), !!getBScaleIndex(),
                     getBScalePer(), b[0]);
}

LogicalResult AwaitOp::verify() {
  if (getProduct().getDefiningOp<MmaOp>() && getProduct().hasOneUse())
    return success();
  Operation *source = getProduct().getDefiningOp();
  auto error = emitOpError("[await-c1] takes ");
  if (isa_and_present<MmaOp>(source))
    error << "a product with "
          << std::distance(getProduct().use_begin(), getProduct().use_end())
          << " users";
  else
    error << (source ? source->getName().getStringRef() : "a block argument");
  return error << ", expected a product of dgk.mma with no other user; let the "
                  "others use what dgk.await gives";
}

LogicalResult ReadFragmentsOp::verify() {
  TileType tile = getInput().getType();
  FragmentsType result = getType();
  ArrayRef<int64_t> whole = tile.getShape(), part = result.getShape();
  auto offset = static_cast<int64_t>(getOffset());
  if (whole.size() == 2 && whole[0] == part[0] && offset >= 0 &&
      offset + part[1] <= whole[1] &&
      tile.getElementType() == result.getElementType())
    return success();
  return emitOpError("[read_fragments-c1] reads ")
         << result << " at " << offset << " from " << tile
         << ", expected the same rows and element type and a step inside";
}

LogicalResult ReadScalesOp::verify() {
  TileType tile = getInput().getType();
  ScalesType result = getType();
  Type element = tile.getElementType();
  auto first = static_cast<int64_t>(getFirst());
  int64_t rows = tile.getShape().front(), columns = tile.getShape().back();
  if (isByteScale(element) && result.getElementType().isInteger(32) &&
      rows == result.getRows() && columns % 4 == 0 && first >= 0 &&
      first % result.getWords() == 0 &&
      4 * (first + result.getWords()) <= columns)
    return success();
  if (tile.getShape() == ArrayRef<int64_t>({result.getRows(), 1}) &&
      element == result.getElementType() && result.getWords() == 1 &&
      first == 0)
    return success();
  return emitOpError("[read_scales-c1] reads ")
         << tile << " for " << result << " from word " << first << ", expected "
         << TileType::get({result.getRows(), 1}, result.getElementType())
         << ", or bytes in a row for as many groups of words as end with those "
            "of the result";
}

LogicalResult UnpackScalesOp::verify() {
  ScalesType input = getInput().getType(), result = getType();
  if (input.getElementType().isInteger(32) && input.getWords() == 1 &&
      result.getElementType().isF32() && input.getSide() == result.getSide() &&
      input.getRows() == result.getRows())
    return success();
  return emitOpError("[unpack_scales-c1] makes ")
         << result << " of " << input
         << ", expected f32 of one word of i32 for each row, and the same side "
            "and rows";
}

LogicalResult AddTileOp::verify() {
  TileType tile = getTile().getType();
  if (tile.getShape() != getType().getShape())
    return emitOpError("[add_tile-c1] adds ")
           << tile << " to " << getType() << ", expected the same shape";
  Type element = tile.getElementType();
  if (!getType().getElementType().isF32() ||
      (!element.isF32() && !element.isBF16()))
    return emitOpError("[add_tile-c2] adds ")
           << tile << " to " << getType()
           << ", expected elements of f32 or bf16 and an accumulator of f32";
  auto shared = dyn_cast_if_present<SharedAttr>(tile.getLayout());
  if (!tile.getLayout() ||
      (shared && shared.getSwizzle() != Swizzle::None &&
       !shared.getColumnMajor() && shared.getCtaGroup() == 1))
    return success();
  return emitOpError("[add_tile-c3] adds ")
         << tile << ", expected a row-major, swizzled tile in shared memory";
}

static bool isScaleOf(ScalesType scales, Side side, int64_t rows) {
  return scales.getSide() == side && scales.getElementType().isF32() &&
         rows % scales.getRows() == 0;
}

LogicalResult PromoteOp::verify() {
  ArrayRef<int64_t> shape = getType().getShape();
  AccumulatorType partial = getPartial().getType();
  ArrayRef<int64_t> part = partial.getShape();
  if (part.size() != 2 || shape.size() != 2 ||
      partial.getElementType() != getType().getElementType() ||
      !hasRowsOf(shape[0], part[0], getFirstRow()) ||
      !hasRowsOf(shape[1], part[1], getFirstColumn()))
    return emitOpError("[promote-c2] adds ")
           << partial << " from row "
           << static_cast<int64_t>(getFirstRow().value_or(0)) << ", column "
           << static_cast<int64_t>(getFirstColumn().value_or(0)) << " to "
           << getType()
           << ", expected a part of it, all rows without `rows` and all "
              "columns "
              "without `columns`";
  if (isScaleOf(getAScale().getType(), Side::A, shape[0]) &&
      isScaleOf(getBScale().getType(), Side::B, shape[1]))
    return success();
  return emitOpError("[promote-c1] has scales ")
         << getAScale().getType() << " and " << getBScale().getType()
         << ", expected f32 scales of a and b whose numbers divide the rows "
            "and "
            "columns of "
         << getType();
}

//===----------------------------------------------------------------------===//
// MapOp
//===----------------------------------------------------------------------===//

ParseResult MapOp::parse(OpAsmParser &parser, OperationState &result) {
  SmallVector<OpAsmParser::Argument> arguments;
  SmallVector<OpAsmParser::UnresolvedOperand> inputs;
  SmallVector<Type> types;
  Type resultType;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseCommaSeparatedList(
          OpAsmParser::Delimiter::Paren,
          [&] {
            return failure(parser.parseArgument(arguments.emplace_back()) ||
                           parser.parseEqual() ||
                           parser.parseOperand(inputs.emplace_back()));
          }) ||
      parser.parseOptionalAttrDictWithKeyword(result.attributes) ||
      parser.parseColonTypeList(types) || parser.parseArrow() ||
      parser.parseType(resultType) ||
      parser.resolveOperands(inputs, types, loc, result.operands))
    return failure();
  for (auto [argument, type] : llvm::zip(arguments, types)) {
    auto accumulator = dyn_cast<AccumulatorType>(type);
    if (!accumulator)
      return parser.emitError(loc)
             << "operand has type " << type << ", expected a dgk.accumulator";
    argument.type = accumulator.getElementType();
  }
  result.addTypes(resultType);
  return parser.parseRegion(*result.addRegion(), arguments);
}

void MapOp::print(OpAsmPrinter &p) {
  p << " (";
  llvm::interleaveComma(
      llvm::zip(getBody().getArguments(), getInputs()), p,
      [&](auto pair) { p << std::get<0>(pair) << " = " << std::get<1>(pair); });
  p << ")";
  p.printOptionalAttrDictWithKeyword((*this)->getAttrs());
  p << " : " << getInputs().getTypes() << " -> " << getType() << " ";
  p.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

LogicalResult MapOp::verifyRegions() {
  Block &body = getBody().front();
  if (body.getNumArguments() != getInputs().size())
    return emitOpError("[map-c1] body has ")
           << body.getNumArguments() << " arguments for " << getInputs().size()
           << " operands";
  AccumulatorType result = getType();
  for (auto [argument, input] : llvm::zip(body.getArguments(), getInputs())) {
    auto type = cast<AccumulatorType>(input.getType());
    if (argument.getType() != type.getElementType())
      return emitOpError("[map-c1] body argument has type ")
             << argument.getType() << ", expected " << type.getElementType();
    for (auto [size, expected] : llvm::zip(type.getShape(), result.getShape()))
      if (size != expected && size != 1)
        return emitOpError("[map-c3] operand is ")
               << type << ", which does not broadcast to " << result;
  }
  Operation *yield = body.getTerminator();
  if (yield->getNumOperands() != 1 ||
      yield->getOperand(0).getType() != result.getElementType())
    return emitOpError("[map-c2] body yields ")
           << yield->getOperandTypes() << ", expected one "
           << result.getElementType();
  return success();
}

//===----------------------------------------------------------------------===//
// Shape rules of the others
//===----------------------------------------------------------------------===//

LogicalResult ReduceOp::verify() {
  auto axis = static_cast<int64_t>(getAxis());
  auto group = static_cast<int64_t>(getGroup());
  if (axis != 0 && axis != 1)
    return emitOpError("[reduce-c1] axis is ") << axis << ", expected 0 or 1";
  AccumulatorType input = getInput().getType(), result = getType();
  int64_t size = input.getShape()[axis];
  if (group <= 0 || size % group != 0)
    return emitOpError("[reduce-c2] group ")
           << group << " does not divide the " << size
           << " elements along axis " << axis;
  if (result.getShape()[axis] != size / group ||
      result.getShape()[1 - axis] != input.getShape()[1 - axis])
    return emitOpError("[reduce-c3] result is ")
           << result << ", expected " << size / group << " elements along axis "
           << axis << " of " << input;
  return success();
}

LogicalResult ConvertOp::verify() {
  if (getInput().getType().getShape() == getType().getShape())
    return success();
  return emitOpError("[convert-c1] result is ")
         << getType() << ", expected the shape of " << getInput().getType();
}

/// Same sizes, not counting sizes of 1.
static bool areEqualUpToOnes(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  auto notOne = [](int64_t size) { return size != 1; };
  return llvm::equal(llvm::make_filter_range(a, notOne),
                     llvm::make_filter_range(b, notOne));
}

LogicalResult UnpackOp::verify() {
  ArrayRef<int64_t> whole = getInput().getType().getShape(),
                    part = getType().getShape();
  if (getOffsets().empty()) {
    if (areEqualUpToOnes(whole, part))
      return success();
    return emitOpError("[unpack-c1] result is ")
           << getType() << ", expected the shape of " << getInput().getType();
  }
  if (getOffsets().size() == 2 && whole.size() == 2 && part[0] <= whole[0] &&
      part[1] <= whole[1])
    return success();
  return emitOpError("[unpack-c2] has ")
         << getOffsets().size() << " offsets for a part " << getType() << " of "
         << getInput().getType()
         << ", expected two for a part of a tile of two dimensions";
}

LogicalResult WriteOp::verify() {
  TileType tile = getDestination().getType();
  AccumulatorType value = getValue().getType();
  if (!areEqualUpToOnes(value.getShape(), tile.getShape()))
    return emitOpError("[write-c1] writes ")
           << value << " to " << tile << ", expected the same shape";
  if (!tile.getLayout())
    return emitOpError("[write-c2] writes to ")
           << tile << ", expected a tile in memory: a dgk.view of a buffer";
  if (value.getElementType() != tile.getElementType())
    return emitOpError("[write-c3] writes ")
           << value << " to " << tile
           << ", expected equal element types; use dgk.convert";
  return success();
}

LogicalResult ExtractOp::verify() {
  ArrayRef<int64_t> offsets = getOffsets(), part = getType().getShape(),
                    whole = getInput().getType().getShape();
  bool inside = offsets.size() == 2;
  for (size_t i = 0; inside && i < 2; ++i)
    inside = offsets[i] >= 0 && offsets[i] + part[i] <= whole[i];
  if (inside)
    return success();
  return emitOpError("[extract-c1] part ")
         << getType() << " at [" << offsets << "] is not inside "
         << getInput().getType();
}
