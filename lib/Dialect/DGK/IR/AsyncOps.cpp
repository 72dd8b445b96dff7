//===- AsyncOps.cpp - Buffers, pipelines and asynchronous copies ----------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGK/IR/DGK.h"

using namespace mlir;
using namespace dgk;

//===----------------------------------------------------------------------===//
// Memory and its order of reuse
//===----------------------------------------------------------------------===//

LogicalResult BufferOp::verify() {
  std::optional<uint64_t> offset = getOffset();
  int64_t alignment = getType().getAlignment();
  if (!offset || *offset % alignment == 0)
    return success();
  return emitOpError("[buffer-c1] offset ")
         << *offset << " is not a multiple of " << alignment
         << ", which the layout needs";
}

LogicalResult PipelineOp::verify() {
  if (static_cast<int64_t>(getProducers()) < 1 ||
      static_cast<int64_t>(getConsumers()) < 1)
    return emitOpError("[pipeline-c1] has ")
           << static_cast<int64_t>(getProducers()) << " producers and "
           << static_cast<int64_t>(getConsumers())
           << " consumers, expected at least one of each";
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
    if (auto copy = dyn_cast<CopyAsyncOp>(user))
      bytes += copy.getBuffer().getType().getTransferBytes();
  if (static_cast<int64_t>(*getBytes()) != bytes)
    return emitOpError("[commit-c2] announces ")
           << *getBytes() << " bytes, but the copies into the slot transfer "
           << bytes;
  return success();
}

LogicalResult ReleaseOp::verify() {
  auto wait = getSlot().getDefiningOp<WaitOp>();
  if (wait && wait.getPipeline() == getPipeline())
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
  OpAsmParser::UnresolvedOperand buffer, slot;
  BufferType type;
  if (parser.parseOperand(buffer) || parser.parseLSquare() ||
      parser.parseOperand(slot) || parser.parseRSquare() ||
      parser.parseOptionalAttrDict(result.attributes) || parser.parseColon() ||
      parser.parseType(type) ||
      parser.resolveOperand(buffer, type, result.operands) ||
      parser.resolveOperand(slot, SlotType::get(parser.getContext()),
                            result.operands))
    return failure();
  result.addTypes(type.getTileType());
  return success();
}

void ViewOp::print(OpAsmPrinter &p) {
  p << " " << getBuffer() << "[" << getSlot() << "]";
  p.printOptionalAttrDict((*this)->getAttrs());
  p << " : " << getBuffer().getType();
}

LogicalResult ViewOp::verify() {
  if (getType() == getBuffer().getType().getTileType())
    return success();
  return emitOpError("[view-c1] result is ")
         << getType() << ", expected " << getBuffer().getType().getTileType();
}

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

/// The dimension of `type` that is contiguous for a copy of `shape`: the last,
/// or the second to last for a tile of one column. Nothing where the layout
/// is not strided or the stride is known to be something else.
static bool isContiguousForCopy(MemRefType type, ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides;
  int64_t offset;
  if (failed(type.getStridesAndOffset(strides, offset)) || strides.empty())
    return false;
  bool column = shape.size() == 2 && shape.back() == 1 && strides.size() >= 2;
  return strides.back() == 1 || (column && strides[strides.size() - 2] == 1);
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
  if (!isContiguousForCopy(source, buffer.getShape()))
    return emitOpError("[copy_async-c3] ")
           << source << " is not contiguous along the rows of " << buffer
           << "; TMA copies need an inner stride of 1";
  return success();
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
  if (static_cast<int64_t>(getCoordinates().size()) != destination.getRank())
    return emitOpError("[store_async-c2] has ")
           << getCoordinates().size() << " coordinates for " << destination
           << ", expected one per dimension";
  return success();
}

//===----------------------------------------------------------------------===//
// Tensor memory
//===----------------------------------------------------------------------===//

static bool inTensorMemory(TileType tile) {
  return isa_and_present<TensorMemoryAttr>(tile.getLayout());
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
  if (!getAScale() != !getBScale() ||
      (getAScale() && (!inTensorMemory(getAScale().getType()) ||
                       !inTensorMemory(getBScale().getType()))))
    return emitOpError("[mma_async-c2] expected scales in tensor memory for "
                       "both operands or neither");
  return success();
}

LogicalResult CopyToTmemOp::verify() {
  TileType source = getSource().getType(),
           destination = getDestination().getType();
  if (isa_and_present<SharedAttr>(source.getLayout()) &&
      inTensorMemory(destination) &&
      source.getShape() == destination.getShape() &&
      source.getElementType() == destination.getElementType())
    return success();
  return emitOpError("[copy_to_tmem-c1] copies ")
         << source << " to " << destination
         << ", expected shared to tensor memory, same shape and element type";
}

//===----------------------------------------------------------------------===//
// Synchronisation
//===----------------------------------------------------------------------===//

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
