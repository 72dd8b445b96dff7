//===- DGK.h - The kernel dialect -------------------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGK_IR_DGK_H
#define DGEMM_DIALECT_DGK_IR_DGK_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/TypeSwitch.h"

#include "dgemm/Dialect/Support/RequiredOperands.h"

#include "dgemm/Dialect/DGK/IR/DGKDialect.h.inc"

#include "dgemm/Dialect/DGK/IR/DGKEnums.h.inc"

#include "dgemm/Dialect/DGK/IR/DGKInterfaces.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dgemm/Dialect/DGK/IR/DGKAttrs.h.inc"

#define GET_TYPEDEF_CLASSES
#include "dgemm/Dialect/DGK/IR/DGKTypes.h.inc"

namespace dgk {
class RolesOp;

/// Number of bits that one element takes in memory: 4 for f4E2M1FN, whose
/// elements are packed two to a byte.
unsigned getElementBits(mlir::Type type);

/// Bytes that `elements` consecutive elements take.
int64_t getBytes(int64_t elements, mlir::Type type);

/// Warps that a CTA can have: 1024 threads (CUDA C++ Programming Guide,
/// "Technical Specifications per Compute Capability").
constexpr int64_t kMostWarps = 32;

/// Registers that each thread of a CTA of `threads` has when it starts, before
/// any `setmaxnreg`: the register file divided by the threads in steps of 8,
/// and no more than one may have. Without a target, of the 65,536 registers
/// that all chips with `setmaxnreg` have. `threads` is positive.
int64_t getRegistersAtLaunch(TargetAttr target, int64_t threads);

/// Whether `layout` is one in shared memory with the neighbours of a column
/// side by side.
bool isColumnMajor(mlir::Attribute layout);

/// The sizes of a tile of `shape` as it lies in memory: how many rows of
/// contiguous elements, and how many elements in each.
struct TileLines {
  int64_t count, length;
};
TileLines getLines(llvm::ArrayRef<int64_t> shape, mlir::Attribute layout);

/// Whether TMA finds the rows of a matrix: stride 1 along dimension `inner`,
/// the other a multiple of 16 bytes. `whenUnknown`: what to say of a stride
/// that only the launch knows.
bool hasTmaStrides(mlir::MemRefType type, int64_t inner, bool whenUnknown);

/// Whether a C of `type` comes as a tile in shared memory: where tiles of the
/// operands do not take all of that, and TMA can copy it. Its rows must fill
/// swizzle spans (`fillsSpans`).
bool comesAsTile(mlir::MemRefType type, MatrixInstruction instruction);

/// Whether tiles with this layout are filled by the threads of a role: 4-bit
/// elements that lie along the rows of an operand.
bool isCopiedByThreads(mlir::Attribute layout);

/// Whether a row of `columns` elements is a whole number of swizzle spans, of
/// which the shortest are 32 bytes.
bool fillsSpans(int64_t columns, mlir::Type element);

/// The dimension of a memref of `rank` dimensions along which a copy of a tile
/// moves contiguous elements.
int64_t getCopyDimension(int64_t rank, llvm::ArrayRef<int64_t> shape,
                         mlir::Attribute layout, bool transposed);
} // namespace dgk

#define GET_OP_CLASSES
#include "dgemm/Dialect/DGK/IR/DGKOps.h.inc"

#endif // DGEMM_DIALECT_DGK_IR_DGK_H
