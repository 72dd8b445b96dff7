//===- KernelOps.td - Kernels, roles and tile loops --------*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGK_IR_KERNELOPS_TD
#define DGEMM_DIALECT_DGK_IR_KERNELOPS_TD

include "dgemm/Dialect/DGK/IR/DGKOpBase.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/FunctionInterfaces.td"

def DGK_KernelOp : DGK_Op<"kernel",
    [IsolatedFromAbove, AutomaticAllocationScope, FunctionOpInterface]> {
  let summary = "One GPU kernel";
  let description = [{
    A function on views of global memory and scalars. It carries the chip it is
    for, the schedule it follows and, once everything has an address, the
    launch plan.

    #### Constraints
    1. `kernel-c1`: arguments are memrefs, integers, floats or index; no results.
    2. `kernel-c2`: with `dgk.roles`, the roles' warps times 32 are the plan's block.
    3. `kernel-c3`: the launch plan's shared memory is within the target's limit.
    4. `kernel-c4`: it has a body.

    Example:
    ```mlir
    dgk.kernel @copy(%a: memref<?x64xbf16>, %d: memref<?x64xbf16>) {
      ...
      dgk.return
    }
    ```
  }];
  let arguments = (ins
    SymbolNameAttr:$sym_name,
    TypeAttrOf<FunctionType>:$function_type,
    OptionalAttr<DGK_TargetAttr>:$target,
    OptionalAttr<DGK_ScheduleAttr>:$schedule,
    OptionalAttr<DGK_LaunchPlanAttr>:$launch,
    OptionalAttr<DictArrayAttr>:$arg_attrs,
    OptionalAttr<DictArrayAttr>:$res_attrs);
  let regions = (region AnyRegion:$body);
  let builders = [OpBuilder<(ins "::llvm::StringRef":$name,
                                 "::mlir::FunctionType":$type)>];
  let skipDefaultBuilders = 1;
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    ::llvm::ArrayRef<::mlir::Type> getArgumentTypes() {
      return getFunctionType().getInputs();
    }
    ::llvm::ArrayRef<::mlir::Type> getResultTypes() {
      return getFunctionType().getResults();
    }
    ::mlir::Region *getCallableRegion() { return &getBody(); }
    /// The roles of an asynchronous kernel, null in the synchronous form.
    ::dgk::RolesOp getRoles();
  }];
}

def DGK_ReturnOp : DGK_Op<"return", [Pure, Terminator, HasParent<"KernelOp">]> {
  let summary = "End of a kernel";
  let description = [{
    Results go to memory, so it has no operands.

    Example: `dgk.return`
  }];
  let assemblyFormat = "attr-dict";
}

def DGK_LaunchOp : DGK_Op<"launch",
    [DeclareOpInterfaceMethods<SymbolUserOpInterface>,
     MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Runs a kernel on the host's behalf";
  let description = [{
    Stands where the problem op stood. The kernel's launch plan says what the
    host does.

    #### Constraints
    1. `launch-c1`: the symbol names a `dgk.kernel`, or what it was compiled to (it
       has the attribute `dgk.launch`).
    2. `launch-c2`: operand types are the kernel's argument types.

    Example: `dgk.launch @proj(%a, %d) : memref<?x64xbf16>, memref<?x64xbf16>`
  }];
  let arguments = (ins FlatSymbolRefAttr:$kernel, Variadic<AnyType>:$operands);
  let assemblyFormat = "$kernel `(` $operands `)` attr-dict (`:` type($operands)^)?";
}

def DGK_TilesOp : DGK_Op<"tiles",
    [RecursiveMemoryEffects, SingleBlockImplicitTerminator<"YieldOp">,
     DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames"]>]> {
  let summary = "Persistent loop over the tiles of an index space";
  let description = [{
    CTA `c` of `g` takes tiles `c`, `c + g`, `c + 2g`, ... of the space. The body
    gets the coordinates of the tile's first element. Every role that runs the
    loop sees the same tiles in the same order. With `per_cluster`, the CTAs of
    a cluster take each tile together: cluster `c` of `g` takes tile `c`, and
    values in the body are spread over its CTAs.

    With `cluster` (see `#dgk.cluster`), the CTAs of a cluster take neighbouring
    tiles in each step: cluster `c` of `g` takes group `c` of `size` tiles along
    the axis, and its CTA of rank `r` the r-th of them. The last two dimensions
    are M and N, the one in front of them K. All CTAs of a cluster take equally
    many tiles. Where the axis is no multiple of the group, the last
    CTAs get tiles beyond its end: what is loaded there is zero, and nothing is
    stored.

    With `raster`, the last two dimensions are walked in groups of tiles (see
    `#dgk.raster`); otherwise the last dimension is the fastest.

    #### Constraints
    1. `tiles-c1`: one block argument of type index for each extent.
    2. `tiles-c2`: as many tile sizes as extents, each positive.
    3. `tiles-c3`: a raster or cluster needs at least two dimensions, a cluster
       along K three.
    4. `tiles-c4`: `per_cluster` and `cluster` exclude each other.

    Example:
    ```mlir
    dgk.tiles (%m, %n) in (%rows by 128, %cols by 128) raster <group = 8, along = m> {
      ...
    }
    ```
  }];
  let arguments = (ins Variadic<Index>:$extents,
                       DenseI64ArrayAttr:$sizes,
                       OptionalAttr<DGK_RasterAttr>:$raster,
                       OptionalAttr<DGK_ClusterAttr>:$cluster,
                       UnitAttr:$perCluster);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Tiles along `dimension` that the CTAs of a cluster take in one step.
    int64_t getTilesPerStep(size_t dimension);
  }];
}

def DGK_RolesOp : DGK_Op<"roles",
    [RecursiveMemoryEffects, NoTerminator, SingleBlock, HasParent<"KernelOp">]> {
  let summary = "Everything that runs beside everything else";
  let description = [{
    The roles start together; warps are numbered in the order of the roles.

    #### Constraints
    1. `roles-c1`: the body holds only `dgk.role`, at least one, with distinct names.
    2. `roles-c2`: the registers of all roles are no more than the threads start
       with on the target, since `setmaxnreg` would wait for the others for ever. A
       role without registers keeps what it starts with.
    3. `roles-c3`: where the threads start with as many registers as one can have,
       no role has more.
    4. `roles-c4`: a role with registers begins at a multiple of 4 warps.
    5. `roles-c5`: the roles have 32 warps at most, as many as a CTA.

    Example:
    ```mlir
    dgk.roles {
      dgk.role @math warps(8) registers(232) { ... }
      dgk.role @load warps(4) registers(40) elected { ... }
    }
    ```
  }];
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$body attr-dict";
  let hasRegionVerifier = 1;
}

def DGK_RoleOp : DGK_Op<"role",
    [RecursiveMemoryEffects, SingleBlockImplicitTerminator<"YieldOp">,
     HasParent<"RolesOp">]> {
  let summary = "The job of some warps";
  let description = [{
    `registers` is what `setmaxnreg` gives each thread before anything else; it
    applies to whole warpgroups. A role without it has no `setmaxnreg`, and keeps
    what it starts with. `dgk-warp-specialize` decides which of the two. With `elected`, one thread runs the body and the others only
    hold the warpgroup complete; otherwise all threads run it together. With
    `leader`, only the leading CTA of a cluster runs it.

    #### Constraints
    1. `role-c1`: warps is 1 to 32, and a multiple of 4 when registers are given.
    2. `role-c2`: registers is a multiple of 8 in 24..256.

    Example:
    ```mlir
    dgk.role @load warps(4) registers(40) elected { ... }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, I64Attr:$warps,
                       OptionalAttr<I64Attr>:$registers,
                       UnitAttr:$elected, UnitAttr:$leader);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name `warps` `(` $warps `)` (`registers` `(` $registers^ `)`)?
    (`elected` $elected^)? (`leader` $leader^)? attr-dict-with-keyword $body
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Whether any of its copies is `by_threads`. Then all of its threads run it,
    /// and one of them speaks for it: issues all other copies and announces
    /// bytes.
    bool copiesByThreads();
  }];
}

def DGK_YieldOp : DGK_Op<"yield",
    [Pure, ReturnLike, Terminator,
     ParentOneOf<["TilesOp", "RoleOp", "MapOp"]>]> {
  let summary = "End of a body";
  let description = [{
    Ends `dgk.tiles` and `dgk.role` without operands, `dgk.map` with the new
    value of each element.

    Example: `dgk.yield %scaled : f32`
  }];
  let arguments = (ins Variadic<AnyType>:$values);
  let builders = [OpBuilder<(ins), [{
    build($_builder, $_state, ::mlir::ValueRange{});
  }]>];
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
}

#endif // DGEMM_DIALECT_DGK_IR_KERNELOPS_TD
