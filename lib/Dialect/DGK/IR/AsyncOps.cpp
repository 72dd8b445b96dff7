//===- AsyncOps.cpp - Buffers, pipelines and asynchronous copies ----------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGK/IR/DGK.h"

#include "mlir/Interfaces/LoopLikeInterface.h"

using namespace mlir;
using namespace dgk;

//===----------------------------------------------------------------------===//
// Memory and its order of reuse
//===----------------------------------------------------------------------===//

LogicalResult BufferOp::verify() {
  auto offset = static_cast<int64_t>(getOffset().value_or(0));
  int64_t alignment = getType().getAlignment();
  if (offset >= 0 && offset % alignment == 0)
    return success();
  return emitOpError("[buffer-c5] offset ")
         << offset << " is not a multiple of " << alignment
         << ", which the layout needs";
}

LogicalResult PipelineOp::verify() {
  auto producers = static_cast<int64_t>(getProducers()),
       consumers = static_cast<int64_t>(getConsumers()),
       ctas = static_cast<int64_t>(getCtas());
  if (producers < 1 || consumers < 1 || ctas < 1)
    return emitOpError("[pipeline-c1] has ")
           << producers << " producers and " << consumers << " consumers in "
           << ctas << " CTAs, expected at least one of each";
  if (getOffset().value_or(0) % 8 != 0)
    return emitOpError("[pipeline-c2] offset ")
           << *getOffset() << " is not a multiple of 8";
  return success();
}

LogicalResult CommitOp::verify() {
  auto acquire = getSlot().getDefiningOp<AcquireOp>();
  if (!acquire || acquire.getPipeline() != getPipeline())
    return emitOpError("[commit-c1] slot does not come from dgk.acquire of "
                       "the same pipeline");
  if (!getBytes())
    return success();
  int64_t bytes = 0;
  for (Operation *user : getSlot().getUsers())
    if (auto copy = dyn_cast<CopyAsyncOp>(user);
        copy && !copy.getElementwise() && !copy.getByThreads())
      bytes += copy.getBuffer().getType().getTransferBytes();
  if (static_cast<int64_t>(*getBytes()) != bytes)
    return emitOpError("[commit-c2] announces ")
           << *getBytes() << " bytes, but the copies into the slot transfer "
           << bytes;
  return success();
}

/// Whether `slot` is what dgk.wait got from `pipeline`, now or in an iteration
/// before, of which the loop carries it on.
static bool isWaitedFor(Value slot, Value pipeline,
                        SmallPtrSetImpl<Value> &seen) {
  if (!seen.insert(slot).second)
    return true;
  if (auto wait = slot.getDefiningOp<WaitOp>())
    return wait.getPipeline() == pipeline;
  auto argument = dyn_cast<BlockArgument>(slot);
  auto loop = dyn_cast_if_present<LoopLikeOpInterface>(
      argument ? argument.getOwner()->getParentOp() : slot.getDefiningOp());
  if (loop && !argument)
    argument = loop.getTiedLoopRegionIterArg(cast<OpResult>(slot));
  OpOperand *init = loop && argument ? loop.getTiedLoopInit(argument) : nullptr;
  OpOperand *yielded = init ? loop.getTiedLoopYieldedValue(argument) : nullptr;
  return yielded && isWaitedFor(init->get(), pipeline, seen) &&
         isWaitedFor(yielded->get(), pipeline, seen);
}

LogicalResult ReleaseOp::verify() {
  SmallPtrSet<Value, 4> seen;
  if (isWaitedFor(getSlot(), getPipeline(), seen))
    return success();
  return emitOpError("[release-c1] slot does not come from dgk.wait of the "
                     "same pipeline");
}

//===----------------------------------------------------------------------===//
// ViewOp
//===----------------------------------------------------------------------===//

void ViewOp::build(OpBuilder &builder, OperationState &state, Value buffer,
                   Value slot) {
  build(builder, state, cast<BufferType>(buffer.getType()).getTileType(),
        buffer, slot);
}

ParseResult ViewOp::parse(OpAsmParser &parser, OperationState &result) {
  OpAsmParser::UnresolvedOperand buffer;
  SmallVector<OpAsmParser::UnresolvedOperand, 1> slots;
  BufferType type;
  if (parser.parseOperand(buffer) ||
      parser.parseOperandList(slots, OpAsmParser::Delimiter::OptionalSquare) ||
      parser.parseOptionalAttrDict(result.attributes) || parser.parseColon() ||
      parser.parseType(type) ||
      parser.resolveOperand(buffer, type, result.operands) ||
      parser.resolveOperands(slots, SlotType::get(parser.getContext()),
                             result.operands))
    return failure();
  result.addTypes(type.getTileType());
  return success();
}

void ViewOp::print(OpAsmPrinter &p) {
  p << " " << getBuffer();
  if (Value slot = getSlot())
    p << "[" << slot << "]";
  p.printOptionalAttrDict((*this)->getAttrs());
  p << " : " << getBuffer().getType();
}

LogicalResult ViewOp::verify() {
  BufferType buffer = getBuffer().getType();
  if (getType() != buffer.getTileType())
    return emitOpError("[view-c1] result is ")
           << getType() << ", expected " << buffer.getTileType();
  if (!getSlot() && buffer.getSlots() != 1)
    return emitOpError("[view-c2] names no slot, but the buffer has ")
           << buffer.getSlots() << "; take one from a pipeline";
  return success();
}

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

/// Whether `type` has the stride 1 that a copy into a tile of `shape` needs. A
/// tile of one column may be one of a row-major memory, too. False where the
/// layout is not strided or the stride is known to be something else.
static bool isContiguousForCopy(MemRefType type, ArrayRef<int64_t> shape,
                                Attribute layout, bool transposed) {
  SmallVector<int64_t> strides;
  int64_t offset;
  if (failed(type.getStridesAndOffset(strides, offset)) || strides.empty())
    return false;
  auto rank = static_cast<int64_t>(strides.size());
  bool column = shape.size() == 2 && shape.back() == 1 && strides.back() == 1;
  return column ||
         strides[getCopyDimension(rank, shape, layout, transposed)] == 1;
}

/// The CTAs in `mask` must wait for each other before they reuse the slot.
static LogicalResult verifyMulticast(CopyAsyncOp op, uint64_t mask) {
  auto acquire = op.getSlot().getDefiningOp<AcquireOp>();
  auto pipeline =
      acquire ? acquire.getPipeline().getDefiningOp<PipelineOp>() : nullptr;
  int64_t ctas = pipeline ? static_cast<int64_t>(pipeline.getCtas()) : 1;
  if (mask != 0 && (ctas >= 64 || mask >> ctas == 0))
    return success();
  return op.emitOpError("[copy_async-c4] multicast mask is ")
         << mask << ", but the slot's pipeline spans " << ctas
         << " CTAs; give dgk.pipeline a larger ctas(n)";
}

static LogicalResult verifyElementwise(CopyAsyncOp op) {
  BufferType buffer = op.getBuffer().getType();
  ArrayRef<int64_t> shape = buffer.getShape();
  constexpr int64_t kMaxElements = 32;
  ArrayRef<int64_t> rows = op.getRows().value_or(ArrayRef<int64_t>({1, 1}));
  bool haveSteps = rows.size() == 2 && rows[0] > 0 && rows[1] > 0;
  if (haveSteps && shape.size() == 2 && shape[0] <= kMaxElements &&
      shape[1] == 1 && getElementBits(buffer.getElementType()) == 32 &&
      !op.getMulticast() &&
      cast<SharedAttr>(buffer.getLayout()).getSwizzle() == Swizzle::None &&
      op.getElementwise())
    return success();
  return op.emitOpError("[copy_async-c6] copies ")
         << buffer << " elementwise, expected at most " << kMaxElements
         << " x 1 elements of 4 bytes, without swizzle and multicast, and two "
            "positive row numbers or none; copy by TMA, without elementwise "
            "and rows";
}

/// Whether threads can copy rows of bytes, 4 at a time.
static bool hasRowsOfBytes(BufferType buffer) {
  auto shared = dyn_cast<SharedAttr>(buffer.getLayout());
  return shared && shared.getSwizzle() == Swizzle::None &&
         getElementBits(buffer.getElementType()) == 8 &&
         buffer.getShape().size() == 2 && buffer.getShape().back() % 4 == 0;
}

/// Pieces of lines begin at multiples of their size.
static LogicalResult verifyPieces(CopyAsyncOp op) {
  auto source = cast<MemRefType>(op.getSource().getType());
  BufferType buffer = op.getBuffer().getType();
  SmallVector<int64_t> strides;
  int64_t offset;
  if (failed(source.getStridesAndOffset(strides, offset)))
    return success();
  int64_t inner = getCopyDimension(2, buffer.getShape(), buffer.getLayout(),
                                   op.getTransposed());
  int64_t stride = strides[1 - inner];
  int64_t piece = isCopiedByThreads(buffer.getLayout()) ? 8 : 4;
  int64_t bits = stride * getElementBits(source.getElementType());
  if (ShapedType::isDynamic(stride) || bits % (8 * piece) == 0)
    return success();
  return op.emitOpError("[copy_async-c10] copies ")
         << source << " by_threads, whose lines are " << stride
         << " elements apart, expected a multiple of " << piece
         << " bytes; pad them";
}

LogicalResult CopyAsyncOp::verify() {
  auto source = cast<MemRefType>(getSource().getType());
  BufferType buffer = getBuffer().getType();
  if (static_cast<int64_t>(getCoordinates().size()) != source.getRank() ||
      source.getRank() < static_cast<int64_t>(buffer.getShape().size()))
    return emitOpError("[copy_async-c1] has ")
           << getCoordinates().size() << " coordinates for " << source
           << ", expected one per dimension";
  if (!buffer.isShared() || buffer.getElementType() != source.getElementType())
    return emitOpError("[copy_async-c2] copies ")
           << source << " to " << buffer
           << ", expected shared memory and equal element types";
  if (getTransposed() && (buffer.getShape().size() != 2 || getElementwise()))
    return emitOpError("[copy_async-c7] copies to ")
           << buffer << (getElementwise() ? " elementwise and" : "")
           << " transposed, expected two dimensions and TMA";
  bool isTurned = isCopiedByThreads(buffer.getLayout());
  bool isByThreads = getByThreads() && (isTurned || hasRowsOfBytes(buffer)) &&
                     !getElementwise() && !getMulticast() &&
                     source.getRank() == 2 && (isTurned || !getTransposed());
  if (getByThreads() ? !isByThreads : isTurned)
    return emitOpError("[copy_async-c8] copies ")
           << source << " to " << buffer
           << (getByThreads() ? " by_threads" : "")
           << (getElementwise() ? " elementwise" : "")
           << (getMulticast() ? " with multicast" : "")
           << ", expected by_threads alone, from two dimensions, where the "
              "buffer is expanded and column_major; else only rows of 4 bytes "
              "without swizzle may have it";
  if ((getElementwise() || getByThreads()) && getEvictFirst())
    return emitOpError("[copy_async-c9] copies to ")
           << buffer << (getElementwise() ? " elementwise" : " by_threads")
           << " with evict_first, which only TMA copies have; leave it out";
  if (getElementwise() || getRows())
    return verifyElementwise(*this);
  if (!isContiguousForCopy(source, buffer.getShape(), buffer.getLayout(),
                           getTransposed()))
    return emitOpError("[copy_async-c3] ")
           << source << " is not contiguous along the rows of " << buffer
           << "; TMA copies need an inner stride of 1";
  if (getByThreads() && failed(verifyPieces(*this)))
    return failure();
  if (std::optional<uint64_t> mask = getMulticast())
    if (failed(verifyMulticast(*this, *mask)))
      return failure();
  if (cast<SharedAttr>(buffer.getLayout()).getScaleWords())
    return emitOpError("[copy_async-c5] copies to ")
           << buffer << ", but TMA cannot write the order scale_words; copy to "
           << "a plain layout and reorder with dgk.unpack and dgk.write";
  return success();
}

/// TMA undoes the swizzle of rows that are one span long.
static LogicalResult verifySpan(StoreAsyncOp op) {
  BufferType staging = op.getStaging().getType();
  auto span =
      static_cast<int64_t>(cast<SharedAttr>(staging.getLayout()).getSwizzle());
  int64_t columns = span * 8 / getElementBits(staging.getElementType());
  if (span != 0 && staging.getShape().back() == columns)
    return success();
  InFlightDiagnostic error = op.emitOpError("[store_async-c7] stages ");
  error << staging << ", expected rows of one swizzle span";
  if (span != 0)
    error << ", here " << columns << " columns";
  else
    error << " with swizzle b32, b64 or b128";
  return error;
}

LogicalResult StoreAsyncOp::verify() {
  auto destination = cast<MemRefType>(getDestination().getType());
  BufferType staging = getStaging().getType();
  Type type = getValue().getType().getElementType();
  if (!staging.isShared() || staging.getElementType() != type ||
      destination.getElementType() != type)
    return emitOpError("[store_async-c1] stores ")
           << getValue().getType() << " through " << staging << " to "
           << destination << ", expected shared memory and equal element types";
  if (static_cast<int64_t>(getCoordinates().size()) != destination.getRank() ||
      destination.getRank() < 2)
    return emitOpError("[store_async-c2] has ")
           << getCoordinates().size() << " coordinates for " << destination
           << ", expected one per dimension and at least 2";
  if (getAccumulate() && !type.isF32())
    return emitOpError("[store_async-c4] accumulates ")
           << type << ", expected f32; add with dgk.add_from and store the sum";
  HeadSplitAttr heads = getHeadsAttr();
  if (getTransposed() && (getAccumulate() || heads))
    return emitOpError("[store_async-c6] is transposed with ")
           << (heads ? "heads" : "accumulate")
           << ", expected neither; use dgk.store or operands in their places";
  if (heads &&
      (getAccumulate() || !heads.keepsTogether(staging.getShape().back())))
    return emitOpError("[store_async-c5] stores ")
           << staging << " with " << heads
           << (getAccumulate() ? " and accumulate" : "")
           << ", expected left and right to be multiples of the columns of the "
              "staging buffer, and no accumulate; use dgk.store";
  return verifySpan(*this);
}

//===----------------------------------------------------------------------===//
// Tensor memory
//===----------------------------------------------------------------------===//

static bool inTensorMemory(TileType tile) {
  return isa_and_present<TensorMemoryAttr>(tile.getLayout());
}

static bool inSharedMemory(TileType tile) {
  return isa_and_present<SharedAttr>(tile.getLayout());
}

/// CTAs over which a tile in memory is spread.
static int64_t getCtaGroup(TileType tile) {
  if (auto shared = dyn_cast_or_null<SharedAttr>(tile.getLayout()))
    return shared.getCtaGroup();
  return cast<TensorMemoryAttr>(tile.getLayout()).getCtaGroup();
}

static bool areScaleWords(TileType tile) {
  ArrayRef<int64_t> shape = tile.getShape();
  return shape.size() == 2 && shape[1] == 1 &&
         tile.getElementType().isInteger(32);
}

static LogicalResult verifyAsyncScale(MmaAsyncOp op, StringRef name,
                                      TileType scale, bool indexed,
                                      std::optional<uint64_t> per,
                                      int64_t rows) {
  if (areScaleWords(scale) && scale.getShape()[0] == rows && indexed &&
      (per == 16u || per == 32u || per == 128u))
    return success();
  return op.emitOpError("[mma_async-c3] scale of ")
         << name << " is " << scale << " per " << per.value_or(0)
         << ", expected " << rows << "x1xi32 with an index, per 16, 32 or 128";
}

LogicalResult MmaAsyncOp::verify() {
  TileType a = getA().getType(), b = getB().getType(),
           acc = getAccumulator().getType();
  if (!inTensorMemory(acc) || a.getShape().size() != 2 ||
      b.getShape().size() != 2 || a.getShape()[1] != b.getShape()[1] ||
      acc.getShape() != ArrayRef<int64_t>({a.getShape()[0], b.getShape()[0]}))
    return emitOpError("[mma_async-c1] multiplies ")
           << a << " by " << b << " into " << acc
           << ", expected M x K, N x K and M x N in tensor memory";
  if (!a.getLayout() || !inSharedMemory(b))
    return emitOpError("[mma_async-c4] multiplies ")
           << a << " by " << b
           << ", expected A in shared or tensor memory and B in shared memory";
  int64_t group = getCtaGroup(acc);
  if (getCtaGroup(a) != group || getCtaGroup(b) != group)
    return emitOpError("[mma_async-c5] has cta_group ")
           << getCtaGroup(a) << " for A, " << getCtaGroup(b) << " for B and "
           << group << " for the accumulator, expected the same";
  if (!getAScale() && !getBScale())
    return success();
  if (!getAScale() || !getBScale() || !inTensorMemory(getAScale().getType()) ||
      !inTensorMemory(getBScale().getType()))
    return emitOpError("[mma_async-c2] expected scales in tensor memory for "
                       "both operands or neither");
  if (failed(verifyAsyncScale(*this, "A", getAScale().getType(),
                              !!getAScaleIndex(), getAScalePer(),
                              a.getShape()[0])))
    return failure();
  return verifyAsyncScale(*this, "B", getBScale().getType(), !!getBScaleIndex(),
                          getBScalePer(), b.getShape()[0]);
}

LogicalResult CopyToTmemOp::verify() {
  TileType source = getSource().getType(),
           destination = getDestination().getType();
  if (!inSharedMemory(source) || !inTensorMemory(destination) ||
      source.getShape() != destination.getShape() ||
      source.getElementType() != destination.getElementType())
    return emitOpError("[copy_to_tmem-c1] copies ")
           << source << " to " << destination
           << ", expected shared to tensor memory, same shape and element type";
  if (areScaleWords(source) &&
      !cast<SharedAttr>(source.getLayout()).getScaleWords())
    return emitOpError("[copy_to_tmem-c2] copies scale words from ")
           << source << ", expected the order scale_words; reorder them with "
           << "dgk.unpack and dgk.write";
  return success();
}

//===----------------------------------------------------------------------===//
// Synchronisation
//===----------------------------------------------------------------------===//

LogicalResult ClusterBarrierOp::verify() {
  if (isa_and_present<KernelOp>((*this)->getParentOp()))
    return success();
  return emitOpError("[cluster_barrier-c1] stands in '")
         << (*this)->getParentOp()->getName()
         << "', expected the body of dgk.kernel, where all threads pass";
}

LogicalResult RoleBarrierOp::verify() {
  if (getId() < 1 || getId() > 15)
    return emitOpError("[role_barrier-c1] id is ")
           << getId() << ", expected 1 to 15";
  auto role = (*this)->getParentOfType<RoleOp>();
  if (!role || role.getElected())
    return emitOpError("[role_barrier-c2] stands in ")
           << (role ? "an elected role" : "no role")
           << ", expected a role whose threads all run it";
  return success();
}
