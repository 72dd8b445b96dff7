//===- DGKTypes.cpp - Types of the kernel dialect -------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGK/IR/DGK.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace dgk;

#define GET_TYPEDEF_CLASSES
#include "dgemm/Dialect/DGK/IR/DGKTypes.cpp.inc"

void DGKDialect::registerTypes() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dgemm/Dialect/DGK/IR/DGKTypes.cpp.inc"
      >();
}

using EmitError = function_ref<InFlightDiagnostic()>;

/// Checks the sizes and the element type of a tile; `shapeRule` and `typeRule`
/// are the numbers of these constraints.
static LogicalResult verifyShape(EmitError emitError, StringRef shapeRule,
                                 StringRef typeRule, ArrayRef<int64_t> shape,
                                 Type elementType, size_t minRank) {
  if (shape.size() < minRank || shape.size() > 2 ||
      llvm::any_of(shape, [](int64_t v) { return v <= 0 || v > 65536; }))
    return emitError() << "[" << shapeRule << "] has " << shape.size()
                       << " sizes, expected " << (minRank == 2 ? "2" : "1 or 2")
                       << ", each in 1..65536";
  if (!elementType.isIntOrFloat())
    return emitError() << "[" << typeRule << "] element type is " << elementType
                       << ", expected an integer or float";
  return success();
}

static LogicalResult verifyLayout(EmitError emitError, StringRef rule,
                                  Attribute layout) {
  if (isa<SharedAttr, TensorMemoryAttr>(layout))
    return success();
  return emitError() << "[" << rule << "] layout is " << layout
                     << ", expected #dgk.shared or #dgk.tmem";
}

static void printShape(AsmPrinter &p, ArrayRef<int64_t> shape, Type type) {
  for (int64_t size : shape)
    p << size << "x";
  p << type;
}

static ParseResult parseShape(AsmParser &parser,
                              SmallVectorImpl<int64_t> &shape, Type &type) {
  return failure(parser.parseDimensionList(shape, /*allowDynamic=*/false) ||
                 parser.parseType(type));
}

//===----------------------------------------------------------------------===//
// Tile
//===----------------------------------------------------------------------===//

LogicalResult TileType::verify(EmitError emitError, ArrayRef<int64_t> shape,
                               Type elementType, Attribute layout) {
  if (failed(
          verifyShape(emitError, "tile-c1", "tile-c2", shape, elementType, 1)))
    return failure();
  return layout ? verifyLayout(emitError, "tile-c3", layout) : success();
}

void TileType::print(AsmPrinter &p) const {
  p << "<";
  printShape(p, getShape(), getElementType());
  if (getLayout())
    p << ", " << getLayout();
  p << ">";
}

Type TileType::parse(AsmParser &parser) {
  SmallVector<int64_t> shape;
  Type type;
  Attribute layout;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parseShape(parser, shape, type))
    return {};
  if (succeeded(parser.parseOptionalComma()) && parser.parseAttribute(layout))
    return {};
  if (parser.parseGreater())
    return {};
  return parser.getChecked<TileType>(loc, parser.getContext(), shape, type,
                                     layout);
}

//===----------------------------------------------------------------------===//
// Accumulator
//===----------------------------------------------------------------------===//

LogicalResult AccumulatorType::verify(EmitError emitError,
                                      ArrayRef<int64_t> shape,
                                      Type elementType) {
  return verifyShape(emitError, "accumulator-c1", "accumulator-c2", shape,
                     elementType, 2);
}

void AccumulatorType::print(AsmPrinter &p) const {
  p << "<";
  printShape(p, getShape(), getElementType());
  p << ">";
}

Type AccumulatorType::parse(AsmParser &parser) {
  SmallVector<int64_t> shape;
  Type type;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parseShape(parser, shape, type) ||
      parser.parseGreater())
    return {};
  return parser.getChecked<AccumulatorType>(loc, parser.getContext(), shape,
                                            type);
}

//===----------------------------------------------------------------------===//
// Fragments
//===----------------------------------------------------------------------===//

LogicalResult FragmentsType::verify(EmitError emitError, Side,
                                    ArrayRef<int64_t> shape, Type elementType) {
  return verifyShape(emitError, "fragments-c1", "fragments-c1", shape,
                     elementType, 2);
}

void FragmentsType::print(AsmPrinter &p) const {
  p << "<" << stringifySide(getSide()) << ", ";
  printShape(p, getShape(), getElementType());
  p << ">";
}

Type FragmentsType::parse(AsmParser &parser) {
  SmallVector<int64_t> shape;
  Type type;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess())
    return {};
  FailureOr<Side> side = FieldParser<Side>::parse(parser);
  if (failed(side) || parser.parseComma() || parseShape(parser, shape, type) ||
      parser.parseGreater())
    return {};
  return parser.getChecked<FragmentsType>(loc, parser.getContext(), *side,
                                          shape, type);
}

//===----------------------------------------------------------------------===//
// Buffer
//===----------------------------------------------------------------------===//

/// CTAs over which a tile with this layout is spread.
static int64_t getCtaGroup(Attribute layout) {
  if (auto shared = dyn_cast<SharedAttr>(layout))
    return shared.getCtaGroup();
  return cast<TensorMemoryAttr>(layout).getCtaGroup();
}

LogicalResult BufferType::verify(EmitError emitError, int64_t slots,
                                 ArrayRef<int64_t> shape, Type elementType,
                                 Attribute layout) {
  if (slots < 1 || slots > 1024)
    return emitError() << "[buffer-c4] " << slots
                       << " slots, expected 1 to 1024";
  if (failed(verifyShape(emitError, "buffer-c1", "buffer-c2", shape,
                         elementType, 1)) ||
      failed(verifyLayout(emitError, "buffer-c3", layout)))
    return failure();
  int64_t group = getCtaGroup(layout);
  if (shape.front() % group != 0)
    return emitError() << "[buffer-c6] " << shape.front()
                       << " rows cannot be spread over " << group << " CTAs";
  auto shared = dyn_cast<SharedAttr>(layout);
  if (shared && shared.getExpanded()) {
    int64_t unit = shared.getColumnMajor() ? 16 : 128;
    int64_t length = getLines(shape, shared).length;
    if (getElementBits(elementType) != 4 || length % unit != 0)
      return emitError() << "[buffer-c8] expands "
                         << (shared.getColumnMajor() ? "columns" : "rows")
                         << " of " << length << " elements of type "
                         << elementType << ", expected a multiple of " << unit
                         << " elements of 4 bits";
  }
  bool scaleWords =
      shape.size() == 2 && shape[1] == 1 && elementType.isInteger(32);
  if (isa<TensorMemoryAttr>(layout) && !scaleWords &&
      (shape.size() != 2 || shape.front() / group > 128))
    return emitError() << "[buffer-c7] " << shape.front() / group
                       << " rows in each CTA's tensor memory, expected a tile "
                          "of at most 128 or scale words (rows x 1 x i32)";
  return success();
}

void BufferType::print(AsmPrinter &p) const {
  p << "<" << getSlots() << " x ";
  printShape(p, getShape(), getElementType());
  p << ", " << getLayout() << ">";
}

Type BufferType::parse(AsmParser &parser) {
  int64_t slots = 0;
  SmallVector<int64_t> shape;
  Type type;
  Attribute layout;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseInteger(slots) ||
      parser.parseKeyword("x") || parseShape(parser, shape, type) ||
      parser.parseComma() || parser.parseAttribute(layout) ||
      parser.parseGreater())
    return {};
  return parser.getChecked<BufferType>(loc, parser.getContext(), slots, shape,
                                       type, layout);
}

bool BufferType::isShared() const { return isa<SharedAttr>(getLayout()); }

/// Bits that an element of a tile with this layout takes.
static int64_t getContainerBits(Attribute layout, Type elementType) {
  auto shared = dyn_cast<SharedAttr>(layout);
  return shared && shared.getExpanded() ? 8 : getElementBits(elementType);
}

int64_t BufferType::getTransferBytes() const {
  int64_t elements = 1;
  for (int64_t size : getShape())
    elements *= size;
  return getBytes(elements, getElementType()) / getCtaGroup(getLayout());
}

int64_t BufferType::getAlignment() const {
  auto shared = dyn_cast<SharedAttr>(getLayout());
  if (!shared)
    return 1;
  // The swizzle works on absolute addresses and repeats after 8 spans; TMA
  // needs 128 bytes (PTX ISA, "Tensor swizzling modes").
  return std::max<int64_t>(128, 8 * static_cast<int64_t>(shared.getSwizzle()));
}

int64_t BufferType::getSlotBytes() const {
  int64_t bits = getContainerBits(getLayout(), getElementType());
  int64_t bytes = getTransferBytes() * bits / getElementBits(getElementType());
  auto shared = dyn_cast<SharedAttr>(getLayout());
  if (shared && shared.getSwizzle() != Swizzle::None) {
    // Every row of an atom takes one span, however narrow the tile is.
    auto span = static_cast<int64_t>(shared.getSwizzle());
    TileLines lines = getLines(getShape(), shared);
    int64_t rowBytes = llvm::divideCeil(lines.length * bits, 8);
    int64_t rows = llvm::divideCeil(lines.count, shared.getCtaGroup());
    bytes = llvm::divideCeil(rowBytes, span) * rows * span;
  }
  return llvm::alignTo(bytes, getAlignment());
}

int64_t BufferType::getSlotColumns() const {
  if (isShared())
    return 0;
  int64_t rows = getShape().front() / getCtaGroup(getLayout());
  if (getShape().back() == 1 && getElementType().isInteger(32))
    return llvm::divideCeil(rows, 32);
  return llvm::divideCeil(getShape().back() * getElementBits(getElementType()),
                          32);
}

TileType BufferType::getTileType() const {
  return TileType::get(getShape(), getElementType(), getLayout());
}

LogicalResult PipelineType::verify(EmitError emitError, int64_t slots) {
  if (slots >= 1 && slots <= 64)
    return success();
  return emitError() << "[pipeline-c3] " << slots << " slots, expected 1 to 64";
}

LogicalResult ScalesType::verify(EmitError emitError, Side, int64_t rows,
                                 Type elementType, int64_t words) {
  if (rows < 1 || rows > 65536)
    return emitError() << "[scales-c1] " << rows
                       << " rows, expected 1 to 65536";
  if (!elementType.isSignlessInteger(32) && !elementType.isF32())
    return emitError() << "[scales-c2] elements of type " << elementType
                       << ", expected i32 (four UE8M0 bytes) or f32";
  if (words < 1 || words > (elementType.isF32() ? 1 : 4))
    return emitError() << "[scales-c3] " << words << " words of " << elementType
                       << " for each row, expected 1, or up to 4 of i32";
  return success();
}
