//===- DGKAttrs.cpp - Attributes of the kernel dialect --------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGK/IR/DGK.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace dgk;

#include "dgemm/Dialect/DGK/IR/DGKInterfaces.cpp.inc"

/// A list in brackets, which may be empty.
template <typename T>
static ParseResult parseList(AsmParser &parser, SmallVector<T> &result) {
  return parser.parseCommaSeparatedList(
      AsmParser::Delimiter::Square, [&]() -> ParseResult {
        FailureOr<T> element = FieldParser<T>::parse(parser);
        if (failed(element))
          return failure();
        result.push_back(*element);
        return success();
      });
}

template <typename T>
static void printList(AsmPrinter &p, ArrayRef<T> elements) {
  p << "[";
  p.printStrippedAttrOrType(elements);
  p << "]";
}

/// A number, or an expression over symbols: `64`, `()[s0] -> (s0 * 64)`.
static ParseResult parseSize(AsmParser &parser, AffineMap &result) {
  int64_t value = 0;
  OptionalParseResult number = parser.parseOptionalInteger(value);
  if (!number.has_value())
    return parser.parseAffineMap(result);
  result = AffineMap::getConstantMap(value, parser.getContext());
  return *number;
}

static void printSize(AsmPrinter &p, AffineMap map) {
  if (map.isSingleConstant())
    p << map.getSingleConstantResult();
  else
    p << AffineMapAttr::get(map).getAffineMap();
}

#define GET_ATTRDEF_CLASSES
#include "dgemm/Dialect/DGK/IR/DGKAttrs.cpp.inc"

void DGKDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dgemm/Dialect/DGK/IR/DGKAttrs.cpp.inc"
      >();
}

using EmitError = function_ref<InFlightDiagnostic()>;

//===----------------------------------------------------------------------===//
// Memory and matrix instructions
//===----------------------------------------------------------------------===//

LogicalResult SharedAttr::verify(EmitError emitError, Swizzle swizzle,
                                 int64_t ctaGroup, bool scaleWords,
                                 bool columnMajor, bool expanded) {
  if (ctaGroup != 1 && ctaGroup != 2)
    return emitError() << "[shared-c1] cta_group is " << ctaGroup
                       << ", expected 1 or 2";
  if (scaleWords && swizzle != Swizzle::None)
    return emitError() << "[shared-c2] scale_words has swizzle "
                       << stringifySwizzle(swizzle) << ", expected none";
  if (columnMajor && (swizzle == Swizzle::None || ctaGroup != 1))
    return emitError() << "[shared-c3] column_major has swizzle "
                       << stringifySwizzle(swizzle) << " and cta_group "
                       << ctaGroup << ", expected a swizzle and cta_group 1";
  bool isTmaOrder = swizzle == Swizzle::None || swizzle == Swizzle::B128;
  if (expanded && (scaleWords || (!columnMajor && !isTmaOrder)))
    return emitError() << "[shared-c4] expanded has swizzle "
                       << stringifySwizzle(swizzle)
                       << (scaleWords ? " and scale_words" : "")
                       << ", expected b128 or none and no other order, as TMA "
                          "writes it, or column_major";
  return success();
}

void SharedAttr::print(AsmPrinter &p) const {
  p << "<" << stringifySwizzle(getSwizzle());
  if (getCtaGroup() != 1)
    p << ", cta_group = " << getCtaGroup();
  if (getScaleWords())
    p << ", scale_words";
  if (getColumnMajor())
    p << ", column_major";
  if (getExpanded())
    p << ", expanded";
  p << ">";
}

Attribute SharedAttr::parse(AsmParser &parser, Type) {
  int64_t ctaGroup = 1;
  bool scaleWords = false, columnMajor = false, expanded = false;
  if (parser.parseLess())
    return {};
  FailureOr<Swizzle> swizzle = FieldParser<Swizzle>::parse(parser);
  if (failed(swizzle))
    return {};
  while (succeeded(parser.parseOptionalComma())) {
    if (succeeded(parser.parseOptionalKeyword("scale_words")))
      scaleWords = true;
    else if (succeeded(parser.parseOptionalKeyword("column_major")))
      columnMajor = true;
    else if (succeeded(parser.parseOptionalKeyword("expanded")))
      expanded = true;
    else if (parser.parseKeyword("cta_group",
                                 ", expected cta_group, scale_words, "
                                 "column_major or expanded") ||
             parser.parseEqual() || parser.parseInteger(ctaGroup))
      return {};
  }
  if (parser.parseGreater())
    return {};
  return parser.getChecked<SharedAttr>(parser.getContext(), *swizzle, ctaGroup,
                                       scaleWords, columnMajor, expanded);
}

bool dgk::isColumnMajor(Attribute layout) {
  auto shared = dyn_cast_if_present<SharedAttr>(layout);
  return shared && shared.getColumnMajor();
}

TileLines dgk::getLines(ArrayRef<int64_t> shape, Attribute layout) {
  if (shape.size() == 1)
    return {1, shape.front()};
  if (isColumnMajor(layout))
    return {shape.back(), shape.front()};
  return {shape.front(), shape.back()};
}

bool dgk::hasTmaStrides(MemRefType type, int64_t inner, bool whenUnknown) {
  constexpr int64_t kAlignment = 16;
  SmallVector<int64_t> strides;
  int64_t offset;
  if (type.getRank() != 2 ||
      failed(type.getStridesAndOffset(strides, offset)) || strides[inner] != 1)
    return false;
  int64_t outer = strides[1 - inner];
  if (ShapedType::isDynamic(outer))
    return whenUnknown;
  return getBytes(outer, type.getElementType()) % kAlignment == 0;
}

bool dgk::comesAsTile(MemRefType type, MatrixInstruction instruction) {
  return instruction.readsShared() &&
         hasTmaStrides(type, /*inner=*/1, /*whenUnknown=*/false);
}

bool dgk::isCopiedByThreads(Attribute layout) {
  auto shared = dyn_cast_if_present<SharedAttr>(layout);
  return shared && shared.getColumnMajor() && shared.getExpanded();
}

bool dgk::fillsSpans(int64_t columns, Type element) {
  return getBytes(columns, element) % static_cast<int64_t>(Swizzle::B32) == 0;
}

int64_t dgk::getCopyDimension(int64_t rank, ArrayRef<int64_t> shape,
                              Attribute layout, bool transposed) {
  if (shape.size() == 1)
    return rank - 1;
  // A single column moves along its rows.
  bool alongRows = shape.back() == 1 || isColumnMajor(layout);
  return alongRows == transposed ? rank - 1 : rank - 2;
}

LogicalResult HeadSplitAttr::verify(EmitError emitError, int64_t left,
                                    int64_t mid, int64_t right) {
  constexpr int64_t kMaxSize = std::numeric_limits<int32_t>::max();
  auto isSize = [](int64_t size) { return size >= 0 && size <= kMaxSize; };
  if (isSize(left) && isSize(mid) && isSize(right) && left + right > 0 &&
      left + mid + right <= kMaxSize)
    return success();
  return emitError() << "[head_split-c1] has sizes " << left << ", " << mid
                     << " and " << right << ", expected sizes of at most "
                     << kMaxSize << " in all, left + right positive";
}

LogicalResult TensorMemoryAttr::verify(EmitError emitError, int64_t ctaGroup) {
  if (ctaGroup == 1 || ctaGroup == 2)
    return success();
  return emitError() << "[tmem-c1] cta_group is " << ctaGroup
                     << ", expected 1 or 2";
}

static bool packsFp4(MmaKind kind) {
  return kind == MmaKind::MXF4 || kind == MmaKind::MXF4NVF4;
}

/// 8-bit containers for every narrow type, unless the kind packs FP4.
static int64_t getContainerBits(MmaKind kind, Type type) {
  int64_t bits = std::max(type.getIntOrFloatBitWidth(), 1u);
  return packsFp4(kind) ? 4 : std::max<int64_t>(bits, 8);
}

/// A shape is legal when it is one that the instruction set has; the element
/// types follow from the kind.
static LogicalResult verifyInstruction(EmitError emitError, StringRef name,
                                       MmaKind kind, int64_t k, Type aType,
                                       Type bType, int64_t scaleBlock) {
  if (!aType.isIntOrFloat() || !bType.isIntOrFloat())
    return emitError() << "[mma_instruction-c4] " << name << " multiplies "
                       << aType << " by " << bType
                       << ", expected integers or floats";
  bool packedFp4 = packsFp4(kind);
  int64_t container = getContainerBits(kind, aType);
  if (k * container != 256)
    return emitError() << "[mma_instruction-c1] " << name << " has k = " << k
                       << " with " << container
                       << "-bit elements, expected k = " << 256 / container;
  bool scaled = packedFp4 || kind == MmaKind::MXF8F6F4;
  if (scaled && scaleBlock != 32 && !(packedFp4 && scaleBlock == 16))
    return emitError() << "[mma_instruction-c2] " << name
                       << " has scale_block = " << scaleBlock << ", expected 32"
                       << (packedFp4 ? " or 16" : "");
  if (!scaled && scaleBlock != 0)
    return emitError() << "[mma_instruction-c2] " << name
                       << " has scale_block = " << scaleBlock
                       << ", but its kind takes no scales";
  return success();
}

LogicalResult MmaSyncAttr::verify(EmitError emitError, MmaKind kind, int64_t m,
                                  int64_t n, int64_t k, Type aType, Type bType,
                                  int64_t scaleBlock) {
  if (m != 16 || n != 8)
    return emitError() << "[mma_instruction-c3] mma_sync is m = " << m
                       << ", n = " << n << ", expected m = 16, n = 8";
  return verifyInstruction(emitError, "mma_sync", kind, k, aType, bType,
                           scaleBlock);
}

LogicalResult WgmmaAttr::verify(EmitError emitError, MmaKind kind, int64_t m,
                                int64_t n, int64_t k, Type aType, Type bType,
                                int64_t scaleBlock) {
  if (m != 64 || n < 8 || n > 256 || n % 8 != 0)
    return emitError() << "[mma_instruction-c3] wgmma is m = " << m
                       << ", n = " << n
                       << ", expected m = 64 and n a multiple of 8 in 8..256";
  return verifyInstruction(emitError, "wgmma", kind, k, aType, bType,
                           scaleBlock);
}

LogicalResult Tcgen05Attr::verify(EmitError emitError, MmaKind kind, int64_t m,
                                  int64_t n, int64_t k, Type aType, Type bType,
                                  int64_t scaleBlock) {
  if ((m != 64 && m != 128 && m != 256) || n < 8 || n > 256 || n % 8 != 0)
    return emitError() << "[mma_instruction-c3] tcgen05 is m = " << m
                       << ", n = " << n
                       << ", expected m = 64, 128 or 256 and n a multiple of 8 "
                          "in 8..256";
  return verifyInstruction(emitError, "tcgen05", kind, k, aType, bType,
                           scaleBlock);
}

Type MmaSyncAttr::getAccumulatorType() const {
  return Float32Type::get(getContext());
}
Type WgmmaAttr::getAccumulatorType() const {
  return Float32Type::get(getContext());
}
Type Tcgen05Attr::getAccumulatorType() const {
  return Float32Type::get(getContext());
}
/// Blocks of 16 elements have scales with a fraction (PTX ISA, "mma", kind
/// mxf4nvf4: `scale_vec::4X` with ue4m3).
static Type getScaleType(MLIRContext *context, int64_t scaleBlock) {
  if (scaleBlock == 0)
    return {};
  if (scaleBlock == 16)
    return Float8E4M3FNType::get(context);
  return Float8E8M0FNUType::get(context);
}
Type MmaSyncAttr::getScaleType() const {
  return ::getScaleType(getContext(), getScaleBlock());
}
Type WgmmaAttr::getScaleType() const {
  return ::getScaleType(getContext(), getScaleBlock());
}
Type Tcgen05Attr::getScaleType() const {
  return ::getScaleType(getContext(), getScaleBlock());
}
int64_t MmaSyncAttr::getContainerBits(Side side) const {
  return ::getContainerBits(getKind(),
                            side == Side::A ? getAType() : getBType());
}
int64_t WgmmaAttr::getContainerBits(Side side) const {
  return ::getContainerBits(getKind(),
                            side == Side::A ? getAType() : getBType());
}
int64_t Tcgen05Attr::getContainerBits(Side side) const {
  return ::getContainerBits(getKind(),
                            side == Side::A ? getAType() : getBType());
}
int64_t MmaSyncAttr::getThreads() const { return 32; }
int64_t WgmmaAttr::getThreads() const { return 128; }
int64_t Tcgen05Attr::getThreads() const { return 1; }
int64_t MmaSyncAttr::getColumnStep() const { return getN(); }
int64_t WgmmaAttr::getColumnStep() const { return 8; }
int64_t Tcgen05Attr::getColumnStep() const { return 8; }
int64_t MmaSyncAttr::getAlignmentBits() const { return 0; }
/// Measured on an H100: 13 bits for FP8, 25 for 16-bit types and TF32.
int64_t WgmmaAttr::getAlignmentBits() const {
  return getKind() == MmaKind::F8F6F4 ? 13 : 25;
}
int64_t Tcgen05Attr::getAlignmentBits() const { return 0; }
bool MmaSyncAttr::readsShared() const { return false; }
bool WgmmaAttr::readsShared() const { return true; }
bool Tcgen05Attr::readsShared() const { return true; }

//===----------------------------------------------------------------------===//
// Schedule
//===----------------------------------------------------------------------===//

LogicalResult RasterAttr::verify(EmitError emitError, int64_t group,
                                 Axis along) {
  if (group <= 0)
    return emitError() << "[raster-c1] group is " << group
                       << ", expected a positive number of tiles";
  if (along == Axis::K)
    return emitError() << "[raster-c2] goes along k, expected m or n: the "
                          "tiles of the output have no other axes";
  return success();
}

LogicalResult ClusterAttr::verify(EmitError emitError, int64_t size, Axis) {
  // PTX ISA, "Cluster dimension directives": 16 where the launch allows it.
  if (size >= 2 && size <= 16)
    return success();
  return emitError() << "[cluster-c1] size is " << size
                     << ", expected 2 to 16; leave the cluster out for CTAs "
                        "that work alone";
}

LogicalResult RoleSpecAttr::verify(EmitError emitError, int64_t warps,
                                   int64_t registers) {
  if (warps <= 0 || warps > kMostWarps || warps % 4 != 0)
    return emitError() << "[role_spec-c1] warps is " << warps
                       << ", expected a multiple of 4 up to " << kMostWarps
                       << ": setmaxnreg works on whole warpgroups, and a CTA "
                          "has at most 1024 threads";
  if (registers < 24 || registers > 256 || registers % 8 != 0)
    return emitError() << "[role_spec-c2] registers is " << registers
                       << ", expected a multiple of 8 in 24..256";
  return success();
}

Swizzle ScheduleAttr::getStoreSwizzle(Type element) const {
  int64_t bytes =
      getBytes(getSwapAb() ? getWarpTileM() : getWarpTileN(), element);
  for (Swizzle swizzle : {Swizzle::B128, Swizzle::B64, Swizzle::B32})
    if (bytes % static_cast<int64_t>(swizzle) == 0)
      return swizzle;
  return Swizzle::None;
}

MatrixInstruction ScheduleAttr::getMatrixInstruction() const {
  return cast<MatrixInstruction>(getInstruction());
}

LogicalResult ScheduleAttr::verify(EmitError emitError, ArrayRef<int64_t> tile,
                                   ArrayRef<int64_t> warpGrid, int64_t stages,
                                   int64_t scaleStages, Attribute instruction,
                                   Swizzle, Swizzle, RoleSpecAttr math,
                                   RoleSpecAttr, StorePath, int64_t storeSlots,
                                   RasterAttr, ClusterAttr, int64_t splitK,
                                   bool, std::optional<Side>) {
  auto mma = dyn_cast<MatrixInstruction>(instruction);
  if (!mma)
    return emitError() << "[schedule-c2] instruction is " << instruction
                       << ", expected a matrix instruction such as "
                          "#dgk.mma_sync<...>";
  if (tile.size() != 3 || warpGrid.size() != 2 ||
      llvm::any_of(tile, [](int64_t v) { return v <= 0; }) ||
      llvm::any_of(warpGrid, [](int64_t v) { return v <= 0; }))
    return emitError() << "[schedule-c3] expected three positive tile sizes "
                          "and two positive warp counts, got "
                       << tile.size() << " and " << warpGrid.size();
  if (warpGrid[0] * warpGrid[1] != math.getWarps())
    return emitError() << "[schedule-c4] warp_grid " << warpGrid[0] << " x "
                       << warpGrid[1] << " has " << warpGrid[0] * warpGrid[1]
                       << " warps, but the math role has " << math.getWarps();
  int64_t warps = std::max<int64_t>(mma.getThreads() / 32, 1);
  if (tile[0] % (warpGrid[0] * mma.getM() / warps) ||
      tile[1] % (warpGrid[1] * mma.getColumnStep()) || tile[2] % mma.getK())
    return emitError() << "[schedule-c5] tile " << tile[0] << " x " << tile[1]
                       << " x " << tile[2]
                       << " is not a whole number of instructions m = "
                       << mma.getM() << ", n = " << mma.getColumnStep()
                       << ", k = " << mma.getK() << " for each warp";
  if (stages < 1 || scaleStages < 1 || storeSlots < 0 || splitK < 1)
    return emitError() << "[schedule-c6] stages, scale_stages and split_k are "
                          "at least 1, store_slots at least 0";
  return success();
}

//===----------------------------------------------------------------------===//
// Schedule: assembly
//===----------------------------------------------------------------------===//

static void printSizes(AsmPrinter &p, ArrayRef<int64_t> sizes) {
  llvm::interleave(sizes, p, "x");
}

void ScheduleAttr::print(AsmPrinter &p) const {
  p << "<tile = ";
  printSizes(p, getTile());
  p << ", warp_grid = ";
  printSizes(p, getWarpGrid());
  p << ", stages = " << getStages() << ", scale_stages = " << getScaleStages()
    << ", instruction = " << getInstruction()
    << ", swizzle = " << stringifySwizzle(getSwizzleA()) << " x "
    << stringifySwizzle(getSwizzleB()) << ", math = ";
  p.printStrippedAttrOrType(getMath());
  p << ", load = ";
  p.printStrippedAttrOrType(getLoad());
  p << ", store = " << stringifyStorePath(getStore())
    << ", store_slots = " << getStoreSlots() << ", raster = ";
  p.printStrippedAttrOrType(getRaster());
  if (getCluster()) {
    p << ", cluster = ";
    p.printStrippedAttrOrType(getCluster());
  }
  if (getSplitK() != 1)
    p << ", split_k = " << getSplitK();
  if (getSwapAb())
    p << ", swap_ab";
  if (getEvictFirst())
    p << ", evict_first = " << stringifySide(*getEvictFirst());
  p << ">";
}

static ParseResult parseSizes(AsmParser &parser,
                              SmallVectorImpl<int64_t> &out) {
  return parser.parseDimensionList(out, /*allowDynamic=*/false,
                                   /*withTrailingX=*/false);
}

/// `name` `=` value, with a comma before it.
template <typename Fn>
static ParseResult parseField(AsmParser &parser, StringRef name, Fn value) {
  return failure(parser.parseComma() || parser.parseKeyword(name) ||
                 parser.parseEqual() || value());
}

Attribute ScheduleAttr::parse(AsmParser &parser, Type) {
  SmallVector<int64_t> tile, warpGrid;
  int64_t stages = 0, scaleStages = 0, storeSlots = 0, splitK = 1;
  Attribute instruction;
  FailureOr<Swizzle> swizzleA = failure(), swizzleB = failure();
  FailureOr<StorePath> store = failure();
  FailureOr<RoleSpecAttr> math = failure(), load = failure();
  FailureOr<RasterAttr> raster = failure();
  FailureOr<ClusterAttr> cluster = ClusterAttr();
  bool swapAb = false;
  FailureOr<Side> evictFirst = failure();
  auto integer = [&](int64_t &v) {
    return [&parser, &v] { return parser.parseInteger(v); };
  };
  auto nested = [&](auto &v) {
    return [&parser, &v] {
      v = FieldParser<std::decay_t<decltype(*v)>>::parse(parser);
      return ParseResult(failure(failed(v)));
    };
  };

  if (parser.parseLess() || parser.parseKeyword("tile") ||
      parser.parseEqual() || parseSizes(parser, tile) ||
      parseField(parser, "warp_grid",
                 [&] { return parseSizes(parser, warpGrid); }) ||
      parseField(parser, "stages", integer(stages)) ||
      parseField(parser, "scale_stages", integer(scaleStages)) ||
      parseField(parser, "instruction",
                 [&] { return parser.parseAttribute(instruction); }) ||
      parseField(parser, "swizzle", nested(swizzleA)) ||
      parser.parseKeyword("x") || nested(swizzleB)() ||
      parseField(parser, "math", nested(math)) ||
      parseField(parser, "load", nested(load)) ||
      parseField(parser, "store", nested(store)) ||
      parseField(parser, "store_slots", integer(storeSlots)) ||
      parseField(parser, "raster", nested(raster)))
    return {};
  while (succeeded(parser.parseOptionalComma())) {
    StringRef key;
    SMLoc loc = parser.getCurrentLocation();
    if (parser.parseKeyword(&key))
      return {};
    if (key == "swap_ab") {
      swapAb = true;
      continue;
    }
    if (key != "cluster" && key != "split_k" && key != "evict_first") {
      parser.emitError(loc)
          << "unknown schedule parameter '" << key
          << "', expected cluster, split_k, swap_ab or evict_first";
      return {};
    }
    if (parser.parseEqual() || (key == "cluster"   ? nested(cluster)()
                                : key == "split_k" ? integer(splitK)()
                                                   : nested(evictFirst)()))
      return {};
  }
  if (parser.parseGreater())
    return {};
  return parser.getChecked<ScheduleAttr>(
      parser.getContext(), tile, warpGrid, stages, scaleStages, instruction,
      *swizzleA, *swizzleB, *math, *load, *store, storeSlots, *raster, *cluster,
      splitK, swapAb,
      succeeded(evictFirst) ? std::optional<Side>(*evictFirst) : std::nullopt);
}
