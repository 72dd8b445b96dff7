//===- DGKAttrs.td - Attributes of the kernel dialect ------*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGK_IR_DGKATTRS_TD
#define DGEMM_DIALECT_DGK_IR_DGKATTRS_TD

include "dgemm/Dialect/DGK/IR/DGKDialect.td"
include "dgemm/Dialect/DGK/IR/DGKEnums.td"
include "dgemm/Dialect/DGK/IR/DGKInterfaces.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"

class DGK_Attr<string name, string mnem, list<Trait> traits = []>
    : AttrDef<DGK_Dialect, name, traits> {
  let mnemonic = mnem;
}

def DGK_ReduceKindAttr : EnumAttr<DGK_Dialect, DGK_ReduceKind, "reduce_kind">;

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

def DGK_SharedAttr : DGK_Attr<"Shared", "shared"> {
  let summary = "Layout of a tile in shared memory";
  let description = [{
    A tile is row-major with the swizzle's span as row pitch. A row longer than
    the span is cut into atoms of one span each, stored one whole atom column
    after the other (the order in which TMA boxes arrive). Example:
    `#dgk.shared<b128>`.

    `cta_group` is 2 when the tile is spread over a CTA pair: each CTA holds
    half of the rows, as `tcgen05.mma.cta_group::2` reads its operands.

    `scale_words` is the order in which `tcgen05.cp` reads 32-bit scale words:
    row r of each 128 is at word (r mod 32) * 4 + r / 32. TMA cannot write it.

    `column_major` exchanges rows and columns in all of the above: neighbours in
    a column lie side by side, a column longer than the span is cut. It is the
    layout of an operand whose memory is contiguous along M or N:
    `#dgk.shared<b128, column_major>`.

    `expanded` gives 4-bit elements a byte each, as instructions of kind
    `mxf8f6f4` want them: 16 elements take 16 bytes, of which the first 8 hold
    them packed and the others nothing (PTX ISA, `b4x16_p64`). It is also the form
    in which `ldmatrix` turns 4-bit elements, with `column_major`: threads write
    it, and exchange the two lines of each pair in the upper 8 of 16, so that
    neither 8 neighbouring lines nor 8 even ones meet in a bank.

    #### Constraints
    1. `shared-c1`: `cta_group` is 1 or 2.
    2. `shared-c2`: `scale_words` goes with swizzle `none`.
    3. `shared-c3`: `column_major` goes with a swizzle, and with `cta_group` 1.
    4. `shared-c4`: `expanded` goes without `scale_words`, and in row-major tiles
       with swizzle `b128` or `none`.
  }];
  let parameters = (ins EnumParameter<DGK_Swizzle>:$swizzle,
                        DefaultValuedParameter<"int64_t", "1">:$ctaGroup,
                        DefaultValuedParameter<"bool", "false">:$scaleWords,
                        DefaultValuedParameter<"bool", "false">:$columnMajor,
                        DefaultValuedParameter<"bool", "false">:$expanded);
  let builders = [AttrBuilder<(ins "::dgk::Swizzle":$swizzle,
                                   CArg<"bool", "false">:$columnMajor,
                                   CArg<"bool", "false">:$expanded), [{
    return $_get($_ctxt, swizzle, /*ctaGroup=*/1, /*scaleWords=*/false,
                 columnMajor, expanded);
  }]>];
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def DGK_TensorMemoryAttr : DGK_Attr<"TensorMemory", "tmem"> {
  let summary = "Layout of a tile in tensor memory (sm_100)";
  let description = [{
    Rows are lanes, columns are 32-bit columns. `cta_group` is 2 when the tile
    is spread over a CTA pair, which halves its rows in each CTA. Example:
    `#dgk.tmem<cta_group = 2>`.

    #### Constraints
    1. `tmem-c1`: `cta_group` is 1 or 2.
  }];
  let parameters = (ins "int64_t":$ctaGroup);
  let assemblyFormat = "`<` `cta_group` `=` $ctaGroup `>`";
  let genVerifyDecl = 1;
}

//===----------------------------------------------------------------------===//
// Output columns
//===----------------------------------------------------------------------===//

def DGK_HeadSplitAttr : DGK_Attr<"HeadSplit", "head_split"> {
  let summary = "Columns that are stored with a gap in the middle of each head";
  let description = [{
    Columns are heads of `left + right`. Column n goes to
    `n + (n + right) / (left + right) * mid`: each head is `left` columns, a gap
    of `mid` columns that is not written, and `right` columns.
    `#dgk.head_split<left = 128, mid = 64, right = 128>`.

    #### Constraints
    1. `head_split-c1`: sizes are not negative and below 2^31 in all,
       `left + right` is positive.
  }];
  let parameters = (ins "int64_t":$left, "int64_t":$mid, "int64_t":$right);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Whether `columns` neighbours stay neighbours, where the first of them is
    /// a multiple of their number.
    bool keepsTogether(int64_t columns) const {
      return getLeft() % columns == 0 && getRight() % columns == 0;
    }
  }];
}

//===----------------------------------------------------------------------===//
// Matrix instructions
//===----------------------------------------------------------------------===//

// Constraints of all three, listed with each.
//   mma_instruction-c1: K covers 32 bytes of A's elements.
//   mma_instruction-c2: scale_block fits the kind.
//   mma_instruction-c3: M and N are shapes of the instruction set.
//   mma_instruction-c4: element types are integers or floats.
class DGK_MmaAttr<string name, string mnem>
    : DGK_Attr<name, mnem, [DeclareAttrInterfaceMethods<DGK_MatrixInstructionInterface>]> {
  let parameters = (ins
    EnumParameter<DGK_MmaKind>:$kind,
    "int64_t":$m, "int64_t":$n, "int64_t":$k,
    "::mlir::Type":$aType, "::mlir::Type":$bType,
    DefaultValuedParameter<"int64_t", "0">:$scaleBlock);
  let assemblyFormat = [{
    `<` $kind `,` `m` `=` $m `,` `n` `=` $n `,` `k` `=` $k `,` `a` `=` $aType
    `,` `b` `=` $bType (`,` `scale_block` `=` $scaleBlock^)? `>`
  }];
  let genVerifyDecl = 1;
}

def DGK_MmaSyncAttr : DGK_MmaAttr<"MmaSync", "mma_sync"> {
  let summary = "mma.sync: one warp, operands and accumulator in registers";
  let description = [{
    Block-scaled form of sm_120:
    `#dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN,
    b = f8E4M3FN, scale_block = 32>`.
    Source: PTX ISA, "Warp-level matrix instructions, mma".

    #### Constraints
    1. `mma_instruction-c1`: K covers 32 bytes of A's elements.
    2. `mma_instruction-c2`: `scale_block` is 32, or 16 for packed FP4, with a
       kind that scales, and absent with the others.
    3. `mma_instruction-c3`: m = 16, n = 8.
    4. `mma_instruction-c4`: element types are integers or floats.
  }];
}

def DGK_WgmmaAttr : DGK_MmaAttr<"Wgmma", "wgmma"> {
  let summary = "wgmma: one warpgroup, operands in shared memory (sm_90)";
  let description = [{
    `#dgk.wgmma<f8f6f4, m = 64, n = 128, k = 32, a = f8E4M3FN, b = f8E4M3FN>`.
    Source: PTX ISA, "Asynchronous warpgroup level matrix instructions".

    #### Constraints
    1. `mma_instruction-c1`: K covers 32 bytes of A's elements.
    2. `mma_instruction-c2`: `scale_block` is 32, or 16 for packed FP4, with a
       kind that scales, and absent with the others.
    3. `mma_instruction-c3`: m = 64, n a multiple of 8 up to 256.
    4. `mma_instruction-c4`: element types are integers or floats.
  }];
}

def DGK_Tcgen05Attr : DGK_MmaAttr<"Tcgen05", "tcgen05"> {
  let summary = "tcgen05.mma: one thread, accumulator in tensor memory (sm_100)";
  let description = [{
    `#dgk.tcgen05<mxf8f6f4, m = 256, n = 256, k = 32, a = f8E4M3FN,
    b = f8E4M3FN, scale_block = 32>`.
    Source: PTX ISA, "TensorCore 5th generation family instructions".

    #### Constraints
    1. `mma_instruction-c1`: K covers 32 bytes of A's elements.
    2. `mma_instruction-c2`: `scale_block` is 32, or 16 for packed FP4, with a
       kind that scales, and absent with the others.
    3. `mma_instruction-c3`: m = 64, 128 or 256, n a multiple of 8 up to 256.
    4. `mma_instruction-c4`: element types are integers or floats.
  }];
}

//===----------------------------------------------------------------------===//
// Target
//===----------------------------------------------------------------------===//

def DGK_LimitsAttr : DGK_Attr<"Limits", "limits"> {
  let summary = "What one streaming multiprocessor of a chip offers";
  let parameters = (ins
    "int64_t":$sharedPerCta, "int64_t":$registersPerSm,
    "int64_t":$registersPerThread, "int64_t":$warpsPerSm,
    "int64_t":$clusterSize, "int64_t":$tensorMemoryColumns);
  let description = [{
    Bytes of shared memory that one CTA may use, 32-bit registers of one SM and
    of one thread, resident warps, CTAs of a portable cluster, 32-bit columns
    of tensor memory.

    #### Constraints
    1. `limits-c1`: tensor memory is in 0..2^31-1, the others in 1..2^31-1.
  }];
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def DGK_RatesAttr : DGK_Attr<"Rates", "rates"> {
  let summary = "Size and speed of a part, which the cost model counts with";
  let description = [{
    | parameter | meaning |
    | --- | --- |
    | `smCount` | streaming multiprocessors (SMs) |
    | `smsPerGpc` | SMs of a graphics processing cluster (GPC), on which clusters of more than two CTAs lie |
    | `smsOfLastGpc` | SMs of a smaller one beside these, 0 for none |
    | `clockMhz` | clock of an SM at which the part has the rates of its data sheet |
    | `bf16PerCycle`, `fp8PerCycle`, `fp4PerCycle` | dense operations of an SM in a cycle with f32 accumulation, two for each multiplication; 0 if there is no such instruction. TF32 has half of BF16 |
    | `memoryGbs` | memory bandwidth of the data sheet in GB/s |

    There are as many whole GPCs as the SMs beside the last one fill. What is left
    over has no place for a cluster. A part without clusters has GPCs of one SM.

    #### Constraints
    1. `rates-c1`: `smCount`, `clockMhz` and `memoryGbs` are in 1..2^31-1.
    2. `rates-c2`: operations per cycle are in 0..2^31-1.
    3. `rates-c3`: `smsPerGpc` is in 1..`smCount`, `smsOfLastGpc` at least 0 and
       below `smsPerGpc`.
  }];
  let parameters = (ins
    "int64_t":$smCount, "int64_t":$smsPerGpc, "int64_t":$smsOfLastGpc,
    "int64_t":$clockMhz, "int64_t":$bf16PerCycle, "int64_t":$fp8PerCycle,
    "int64_t":$fp4PerCycle, "int64_t":$memoryGbs);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Dense operations of an SM in a cycle on operands that take `bits` each;
    /// 0 if there is no such instruction.
    double getPerCycle(int64_t bits) const;
    /// Dense rate of the part in TFLOP/s on operands that take `bits` each.
    double getTflops(int64_t bits) const;
    /// Clusters of `size` CTAs, one on each SM, that GPCs have room for at a time;
    /// at least 1.
    int64_t getClusters(int64_t size) const;
  }];
}

def DGK_TargetAttr : DGK_Attr<"Target", "target"> {
  let summary = "A chip: name, limits, rates, matrix instructions";
  let description = [{
    All that passes know of a chip. `dgk::lookupTarget` makes one from the name
    of a chip or of a part; the table is in `lib/Target`. One that is written by
    hand is taken as it is.

    #### Constraints
    1. `target-c1`: the discardable attribute `dgk.target` is a `#dgk.target`.
    2. `target-c2`: each instruction is a matrix instruction.
    3. `target-c3`: operations per cycle are positive for each instruction.
    4. `target-c4`: a portable cluster fits a GPC.
  }];
  let parameters = (ins
    StringRefParameter<"chip name, e.g. sm_120a">:$chip,
    EnumParameter<DGK_Family>:$family,
    "int64_t":$ptxVersion,
    "::dgk::LimitsAttr":$limits,
    "::dgk::RatesAttr":$rates,
    ArrayRefParameter<"::mlir::Attribute">:$instructions);
  let assemblyFormat = [{
    `<` $chip `,` $family `,` `ptx` `=` $ptxVersion `,` `limits` `=` $limits
    `,` `rates` `=` $rates `,` `instructions` `=` custom<List>($instructions) `>`
  }];
  let genVerifyDecl = 1;
}

//===----------------------------------------------------------------------===//
// Schedule
//===----------------------------------------------------------------------===//

def DGK_RasterAttr : DGK_Attr<"Raster", "raster"> {
  let summary = "Order of the output tiles";
  let description = [{
    `group` tiles along `along` are swept over the whole other axis before the
    next group begins, so that the operand rows of a group stay in L2.
    `#dgk.raster<group = 8, along = m>`.

    #### Constraints
    1. `raster-c1`: the group is positive.
    2. `raster-c2`: it goes along M or N.
  }];
  let parameters = (ins "int64_t":$group, EnumParameter<DGK_Axis>:$along);
  let assemblyFormat = "`<` `group` `=` $group `,` `along` `=` $along `>`";
  let genVerifyDecl = 1;
}

def DGK_ClusterAttr : DGK_Attr<"Cluster", "cluster"> {
  let summary = "Tiles that the CTAs of a cluster take together";
  let description = [{
    The `size` CTAs of a cluster take tiles of the output that are neighbours
    along `along`. What these tiles have in common is fetched once for all of
    them, by multicast: along M the tile of B, along N the tile of A.
    `#dgk.cluster<size = 2, along = m>`.

    Along K they take the same tile of the output and a part of K each, which
    they add up through shared memory (`dgk.combine_in_cluster`).

    #### Constraints
    1. `cluster-c1`: the size is in 2..16; without a cluster there is no attribute.
  }];
  let parameters = (ins "int64_t":$size, EnumParameter<DGK_Axis>:$along);
  let assemblyFormat = "`<` `size` `=` $size `,` `along` `=` $along `>`";
  let genVerifyDecl = 1;
}

def DGK_RoleSpecAttr : DGK_Attr<"RoleSpec", "role_spec"> {
  let summary = "Warps of a role and registers of each of their threads";
  let description = [{
    `#dgk.role_spec<warps = 8, registers = 232>`. Registers are what the role may
    have; `dgk-warp-specialize` gives them to it by `setmaxnreg` where that pays.

    #### Constraints
    1. `role_spec-c1`: warps is a multiple of 4 from 4 to 32.
    2. `role_spec-c2`: registers is a multiple of 8 in 24..256.
  }];
  let parameters = (ins "int64_t":$warps, "int64_t":$registers);
  let assemblyFormat = "`<` `warps` `=` $warps `,` `registers` `=` $registers `>`";
  let genVerifyDecl = 1;
}

def DGK_ScheduleAttr : DGK_Attr<"Schedule", "schedule"> {
  let summary = "How a problem is computed: the choice, as data";
  let description = [{
    | parameter | meaning |
    | --- | --- |
    | `tile` | CTA tile M x N x K in elements |
    | `warp_grid` | math warps along M x along N; each owns tile / grid |
    | `stages` | ring slots of the operand pipeline |
    | `scale_stages` | ring slots of the pipeline of scale words that span several K tiles |
    | `instruction` | matrix instruction |
    | `swizzle_a`, `swizzle_b` | shared-memory layout of the operand tiles |
    | `math`, `load` | warps and registers of the two roles |
    | `store` | path of the output, with `store_slots` staging slots, the same number for each math warp |
    | `raster` | order of the output tiles |
    | `cluster` | CTAs of a cluster, and the operand that they share (see `#dgk.cluster`) |
    | `split_k` | CTAs that share the K range of one output tile |
    | `swap_ab` | computes D transposed, so that a small M meets the small axis of the instruction |
    | `evict_first` | operand of the kernel that is read once: the L2 cache gives its lines up before others |

    A person may write it by hand; `dgemm-select-schedule` then keeps it and
    verifies it against the target.

    #### Constraints
    1. `schedule-c1`: the discardable attribute `dgk.schedule` is a `#dgk.schedule`.
    2. `schedule-c2`: `instruction` is a matrix instruction.
    3. `schedule-c3`: three positive tile sizes, two positive warp counts.
    4. `schedule-c4`: the warp grid has as many warps as the math role.
    5. `schedule-c5`: the tile is a whole number of instructions for each warp.
    6. `schedule-c6`: stages, scale stages and split K are at least 1, store
       slots at least 0.
  }];
  let parameters = (ins
    ArrayRefParameter<"int64_t">:$tile,
    ArrayRefParameter<"int64_t">:$warpGrid,
    "int64_t":$stages,
    "int64_t":$scaleStages,
    "::mlir::Attribute":$instruction,
    EnumParameter<DGK_Swizzle>:$swizzleA,
    EnumParameter<DGK_Swizzle>:$swizzleB,
    "::dgk::RoleSpecAttr":$math,
    "::dgk::RoleSpecAttr":$load,
    EnumParameter<DGK_StorePath>:$store,
    "int64_t":$storeSlots,
    "::dgk::RasterAttr":$raster,
    OptionalParameter<"::dgk::ClusterAttr">:$cluster,
    DefaultValuedParameter<"int64_t", "1">:$splitK,
    DefaultValuedParameter<"bool", "false">:$swapAb,
    DefaultValuedParameter<"::std::optional<::dgk::Side>",
                           "::std::optional<::dgk::Side>()">:$evictFirst);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    int64_t getTileM() const { return getTile()[0]; }
    int64_t getTileN() const { return getTile()[1]; }
    int64_t getTileK() const { return getTile()[2]; }
    /// Rows of the output tile that one math warp owns.
    int64_t getWarpTileM() const { return getTileM() / getWarpGrid()[0]; }
    /// Columns of the output tile that one math warp owns.
    int64_t getWarpTileN() const { return getTileN() / getWarpGrid()[1]; }
    /// Whether the CTAs of a cluster share the K range of a tile.
    bool combinesInCluster() const {
      return getCluster() && getCluster().getAlong() == Axis::K;
    }
    /// CTAs of a cluster.
    int64_t getClusterSize() const {
      return getCluster() ? getCluster().getSize() : 1;
    }
    /// Threads of a CTA.
    int64_t getThreads() const {
      return 32 * (getMath().getWarps() + getLoad().getWarps());
    }
    ::dgk::MatrixInstruction getMatrixInstruction() const;
    /// Layout of a staging slot for an output of `element`s: the widest swizzle
    /// whose span divides a row of D in one warp's tile, so that a copy never reaches
    /// into a neighbour's and both sides are free of bank conflicts; `None`
    /// where no span divides it.
    ::dgk::Swizzle getStoreSwizzle(::mlir::Type element) const;
  }];
}

//===----------------------------------------------------------------------===//
// Launch plan
//===----------------------------------------------------------------------===//

def DGK_SymbolAttr : DGK_Attr<"Symbol", "symbol"> {
  let summary = "A value that is known when the kernel is launched";
  let description = [{
    `#dgk.symbol<dim 0 of 1>`: dimension 0 of kernel argument 1, in elements;
    `#dgk.symbol<stride 0 of 1>`: its stride, in elements;
    `#dgk.symbol<sm_count>`: streaming multiprocessors of the device.
  }];
  let parameters = (ins "::dgk::SymbolKind":$kind, "int64_t":$argument,
                        "int64_t":$dimension);
  let hasCustomAssemblyFormat = 1;
}

def DGK_TensorMapAttr : DGK_Attr<"TensorMap", "tensor_map"> {
  let summary = "One TMA descriptor, symbolically";
  let description = [{
    What `cuTensorMapEncodeTiled` is given: the kernel argument it views, the
    element type of the copy, sizes (innermost first, elements) and strides
    (bytes, without the innermost) as expressions over the plan's symbols, box
    (innermost first), and swizzle. `of 3 at 8192` views what begins 8192 bytes
    after the argument's first element. Elements outside are filled with zeros.

    #### Constraints
    1. `tensor_map-c1`: n sizes, n - 1 strides and n box sizes for n in 1..5.
    2. `tensor_map-c2`: box sizes are in 1..256.
    3. `tensor_map-c3`: the box is a multiple of 16 bytes wide.
    4. `tensor_map-c4`: the box is at most one swizzle span wide.
    5. `tensor_map-c5`: the element type is an integer or float.
    6. `tensor_map-c6`: the byte offset is a multiple of 16.
    7. `tensor_map-c7`: `expanded`, which spreads 4-bit elements as the layout of
       that name, has boxes 128 elements wide, with swizzle `b128` or `none`.
  }];
  let parameters = (ins
    "int64_t":$argument, "::mlir::Type":$elementType,
    "::mlir::AffineMap":$dims, "::mlir::AffineMap":$strides,
    ArrayRefParameter<"int64_t">:$box, EnumParameter<DGK_Swizzle>:$swizzle,
    DefaultValuedParameter<"int64_t", "0">:$byteOffset,
    DefaultValuedParameter<"bool", "false">:$expanded);
  let builders = [AttrBuilder<(ins "int64_t":$argument,
      "::mlir::Type":$elementType, "::mlir::AffineMap":$dims,
      "::mlir::AffineMap":$strides, "::llvm::ArrayRef<int64_t>":$box,
      "::dgk::Swizzle":$swizzle, CArg<"bool", "false">:$expanded), [{
    return $_get($_ctxt, argument, elementType, dims, strides, box, swizzle,
                 /*byteOffset=*/0, expanded);
  }]>];
  let assemblyFormat = [{
    `<` `of` $argument (`at` $byteOffset^)? `,` $elementType `,` `dims` `=` $dims `,` `strides` `=`
    $strides `,` `box` `=` `[` $box `]` `,` `swizzle` `=` $swizzle
    (`,` `expanded` `=` $expanded^)? `>`
  }];
  let genVerifyDecl = 1;
}

def DGK_ParameterAttr : DGK_Attr<"Parameter", "parameter"> {
  let summary = "One parameter of the compiled kernel, in order";
  let description = [{
    `#dgk.parameter<map 0>`: the 128 bytes of tensor map 0;
    `#dgk.parameter<symbol 1>`: symbol 1 as i32;
    `#dgk.parameter<pointer 4>`: the address of kernel argument 4;
    `#dgk.parameter<workspace>`: the address of the workspace.
  }];
  let parameters = (ins "::dgk::ParameterKind":$kind, "int64_t":$index);
  let hasCustomAssemblyFormat = 1;
}

def DGK_LaunchPlanAttr : DGK_Attr<"LaunchPlan", "launch_plan"> {
  let summary = "What the host does to launch a kernel";
  let description = [{
    Grid as an expression over the symbols (several results mean their
    minimum), threads of a CTA, CTAs of a cluster, dynamic shared memory and
    workspace in bytes, tensor maps and parameters.
    It is all that a launcher needs; no host code is made per kernel.

    The workspace is global memory that the kernel has for itself; its size is a
    number or an expression over the symbols. The caller fills it with zeros once;
    every launch leaves it as the next one needs it, whatever the shapes of either.

    #### Constraints
    1. `launch_plan-c1`: the grid has results and uses only the plan's symbols.
    2. `launch_plan-c2`: the block is a multiple of 32 up to 1024, the cluster
       at least 1.
    3. `launch_plan-c3`: numbers of bytes are not negative.
    4. `launch_plan-c4`: tensor maps use only the plan's symbols.
    5. `launch_plan-c5`: parameters name maps and symbols that exist.
    6. `launch_plan-c6`: the size of the workspace is one expression that uses
       only the plan's symbols.
  }];
  let parameters = (ins
    ArrayRefParameter<"::dgk::SymbolAttr">:$symbols,
    "::mlir::AffineMap":$grid,
    "int64_t":$block,
    "int64_t":$cluster,
    "int64_t":$sharedBytes,
    "::mlir::AffineMap":$workspace,
    ArrayRefParameter<"::dgk::TensorMapAttr">:$maps,
    ArrayRefParameter<"::dgk::ParameterAttr">:$params);
  let assemblyFormat = [{
    `<` `symbols` `=` custom<List>($symbols) `,` `grid` `=` $grid `,` `block` `=` $block
    `,` `cluster` `=` $cluster `,` `shared` `=` $sharedBytes `,` `workspace` `=` custom<Size>($workspace)
    `,` `maps` `=` custom<List>($maps) `,` `parameters` `=` custom<List>($params) `>`
  }];
  let genVerifyDecl = 1;
}

#endif // DGEMM_DIALECT_DGK_IR_DGKATTRS_TD
