//===- Fragments.h - Where mma.sync keeps its elements ----------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_TARGET_FRAGMENTS_FRAGMENTS_H
#define DGEMM_LIB_TARGET_FRAGMENTS_FRAGMENTS_H

// How accumulators lie in the registers of the math role, and how they leave
// it. mma.sync and wgmma agree: 16 rows x 8 columns are 4 registers of a warp's
// threads. Lane l holds rows l / 4 and l / 4 + 8, columns 2 (l % 4) and the
// next (PTX ISA, "Matrix fragments for mma.m16n8k32", "Register fragments and
// shared memory matrix layouts" of wgmma). Private to the families.

#include "dgemm/Conversion/DGKToNVVM/KernelLowering.h"

namespace dgk::fragments {

constexpr int64_t kRows = 16;
constexpr int64_t kColumns = 8;
/// Registers of one thread for 16 x 8 elements.
constexpr int64_t kAccumulators = 4;

/// Registers of one thread for 16 rows of `columns` columns.
constexpr int64_t getRegisters(int64_t columns) {
  return kAccumulators * (columns / kColumns);
}

/// The part of the output tile that one math warp owns: blocks of 16 rows, each
/// as wide as the warp's tile.
struct WarpTile {
  explicit WarpTile(ScheduleAttr schedule);

  int64_t getTilesM() const { return rows / kRows; }
  int64_t getTilesN() const { return columns / kColumns; }
  int64_t getElements() const {
    return kAccumulators * getTilesM() * getTilesN();
  }
  /// First register of 16 x 8 elements: row block `i`, column block `j`.
  int64_t getIndex(int64_t i, int64_t j) const {
    return kAccumulators * (i * getTilesN() + j);
  }

  /// First row and first column of the warp's tile.
  mlir::Value getFirstRow(mlir::ImplicitLocOpBuilder &b,
                          mlir::Value warp) const;
  mlir::Value getFirstColumn(mlir::ImplicitLocOpBuilder &b,
                             mlir::Value warp) const;

  int64_t rows, columns, gridN;
  /// Warps that execute one instruction together: neighbours along M.
  int64_t group;
  int64_t instructionM;
  /// Distance between row blocks of a warp. Between them are the blocks of the
  /// other groups, so that rows [i * rowStep, (i + 1) * rowStep) are one
  /// instruction of each group.
  int64_t rowStep;
};

/// A branch with results: what `then` builds where `condition` holds, and what
/// `otherwise` builds elsewhere, values of `types`.
llvm::SmallVector<mlir::Value>
buildBranch(mlir::ImplicitLocOpBuilder &b, mlir::TypeRange types,
            mlir::Value condition,
            llvm::function_ref<llvm::SmallVector<mlir::Value>()> then,
            llvm::function_ref<llvm::SmallVector<mlir::Value>()> otherwise);

/// The row blocks of a warp's tile beside the rows that are stored, which may
/// end in front of some of them.
class RowBlocks {
public:
  using Update = llvm::function_ref<llvm::SmallVector<mlir::Value>(
      int64_t, mlir::ValueRange)>;

  /// Rows of the tile from `rows`, an index, on are not stored.
  RowBlocks(mlir::ImplicitLocOpBuilder &b, const WarpTile &tile,
            mlir::Value warp, mlir::Value lane, mlir::Value rows);

  /// Whether this lane's upper row of block `i` is stored. The lower one may
  /// not be, which costs nothing.
  mlir::Value holdsRows(int64_t i) const;

  /// Computes `holdsRows` of all blocks here, once for all branches behind.
  void computeAll();

  /// Builds `body` for each block, for the lanes that hold rows of it.
  void forEach(llvm::function_ref<void(int64_t)> body) const;

  /// The registers of all blocks, in the order of `values`: those that `update`
  /// builds from the ones of its block, in lanes that hold rows of it and where
  /// `condition`, if there is one, holds; elsewhere `values`.
  llvm::SmallVector<mlir::Value> update(mlir::ValueRange values, Update update,
                                        mlir::Value condition = {}) const;

private:
  mlir::ImplicitLocOpBuilder &b;
  const WarpTile &tile;
  mlir::Value firstRow, rows;
  llvm::SmallVector<mlir::Value> computed;
};

/// The lane's number for what follows the products. Where these take all
/// registers, what is computed from it stays behind them: addresses of stores
/// must not be kept meanwhile.
mlir::Value getLaneOfStores(mlir::ImplicitLocOpBuilder &b,
                            const KernelLowering &kernel);

/// A row of a swizzled tile, relative to the tile's address: its offset, and
/// what its 16-byte chunks are XORed with. Tiles start at a repeat of the
/// swizzle.
struct SwizzledRow {
  mlir::Value offset, pattern;
};
SwizzledRow getSwizzledRow(mlir::ImplicitLocOpBuilder &b, mlir::Value row,
                           int64_t span);

/// A matrix in global memory: its address, strides in elements, sizes.
struct Matrix {
  Matrix(mlir::ImplicitLocOpBuilder &b, const KernelLowering &kernel,
         mlir::Value memory);

  /// Whether `row` of a tile is in the matrix; the same for a column.
  mlir::Value hasRow(mlir::ImplicitLocOpBuilder &b, mlir::Value row) const;
  mlir::Value hasColumn(mlir::ImplicitLocOpBuilder &b,
                        mlir::Value column) const;
  /// Elements from the first one to the beginning of `row`.
  mlir::Value getRowStart(mlir::ImplicitLocOpBuilder &b, mlir::Value row) const;
  mlir::Value getAddress(mlir::ImplicitLocOpBuilder &b, mlir::Value rowStart,
                         mlir::Value column) const;

  mlir::Type element;
  mlir::Value pointer, rowStride, columnStride, rows, columns;
  /// Known to consist of whole tiles, so that all of their rows are in it, or
  /// all columns. (LLVM reduces the question to one about the tile's
  /// coordinates, for which ptxas 13.0 then gives up uniform registers.)
  bool hasWholeRows = false, hasWholeColumns = false;
};

/// Column of D for `column` of the product; the same without heads.
mlir::Value splitHeads(mlir::ImplicitLocOpBuilder &b, HeadSplitAttr heads,
                       mlir::Value column);

/// Patterns for `dgk.store` and `dgk.add_from`.
void populateDirectPatterns(KernelLowering &kernel,
                            const mlir::TypeConverter &converter,
                            mlir::RewritePatternSet &patterns);

/// Pattern for `dgk.add_tile`.
void populateAddendPatterns(KernelLowering &kernel,
                            const mlir::TypeConverter &converter,
                            mlir::RewritePatternSet &patterns);

/// Those, and one for `dgk.store_async`.
void populateStorePatterns(KernelLowering &kernel,
                           const mlir::TypeConverter &converter,
                           mlir::RewritePatternSet &patterns);

/// Pattern for `dgk.combine`.
void populateCombinePatterns(KernelLowering &kernel,
                             const mlir::TypeConverter &converter,
                             mlir::RewritePatternSet &patterns);

/// Pattern for `dgk.combine_in_cluster`.
void populateClusterCombinePatterns(KernelLowering &kernel,
                                    const mlir::TypeConverter &converter,
                                    mlir::RewritePatternSet &patterns);

} // namespace dgk::fragments

#endif // DGEMM_LIB_TARGET_FRAGMENTS_FRAGMENTS_H
