//===- DGKTypes.td - Types of the kernel dialect -----------*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGK_IR_DGKTYPES_TD
#define DGEMM_DIALECT_DGK_IR_DGKTYPES_TD

include "dgemm/Dialect/DGK/IR/DGKAttrs.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/CommonTypeConstraints.td"

class DGK_Type<string name, string mnem> : TypeDef<DGK_Dialect, name> {
  let mnemonic = mnem;
}

def DGK_TileType : DGK_Type<"Tile", "tile"> {
  let summary = "A rectangular piece of an operand";
  let description = [{
    `!dgk.tile<128x64xf8E4M3FN>` is a value; with a layout, as in
    `!dgk.tile<128x64xf8E4M3FN, #dgk.shared<b64>>`, it is the content of that
    memory and valid until its slot is released.

    #### Constraints
    1. `tile-c1`: one or two sizes in 1..65536.
    2. `tile-c2`: the element type is an integer or float.
    3. `tile-c3`: a layout is `#dgk.shared` or `#dgk.tmem`.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$shape,
                        "::mlir::Type":$elementType,
                        "::mlir::Attribute":$layout);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let builders = [
    TypeBuilderWithInferredContext<(ins
      "::llvm::ArrayRef<int64_t>":$shape, "::mlir::Type":$elementType,
      CArg<"::mlir::Attribute", "{}">:$layout), [{
      return $_get(elementType.getContext(), shape, elementType, layout);
    }]>];
}

def DGK_AccumulatorType : DGK_Type<"Accumulator", "accumulator"> {
  let summary = "A tile in the registers of the threads that compute it";
  let description = [{
    `!dgk.accumulator<128x128xf32>`. Which thread holds which element follows
    from the kernel's matrix instruction and warp grid; arithmetic on
    accumulators never depends on it. A dimension of size 1 broadcasts.

    #### Constraints
    1. `accumulator-c1`: two sizes in 1..65536.
    2. `accumulator-c2`: the element type is an integer or float.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$shape,
                        "::mlir::Type":$elementType);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let builders = [
    TypeBuilderWithInferredContext<(ins
      "::llvm::ArrayRef<int64_t>":$shape, "::mlir::Type":$elementType), [{
      return $_get(elementType.getContext(), shape, elementType);
    }]>];
}

def DGK_BufferType : DGK_Type<"Buffer", "buffer"> {
  let summary = "A ring of tiles in on-chip memory";
  let description = [{
    `!dgk.buffer<3 x 128x128xf8E4M3FN, #dgk.shared<b128>>`: three slots. The
    layout names the memory: `#dgk.shared` or `#dgk.tmem`.

    #### Constraints
    1. `buffer-c1`: one or two sizes in 1..65536.
    2. `buffer-c2`: the element type is an integer or float.
    3. `buffer-c3`: the layout is `#dgk.shared` or `#dgk.tmem`.
    4. `buffer-c4`: 1 to 1024 slots.
    5. `buffer-c6`: what is spread over a CTA pair has an even number of rows.
    6. `buffer-c7`: a tile in tensor memory has at most 128 rows in each CTA,
       or is one of scale words (rows x 1 x i32).
    7. `buffer-c8`: an expanded tile has elements of 4 bits, and a multiple of
       128 in a row, or of 16 in a column where it is column-major.
  }];
  let parameters = (ins "int64_t":$slots, ArrayRefParameter<"int64_t">:$shape,
                        "::mlir::Type":$elementType,
                        "::mlir::Attribute":$layout);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let builders = [
    TypeBuilderWithInferredContext<(ins "int64_t":$slots,
      "::llvm::ArrayRef<int64_t>":$shape, "::mlir::Type":$elementType,
      "::mlir::Attribute":$layout), [{
      return $_get(elementType.getContext(), slots, shape, elementType, layout);
    }]>];
  let extraClassDeclaration = [{
    /// Bytes of one slot in the shared memory of each CTA.
    int64_t getSlotBytes() const;
    /// Bytes that a copy into one slot transfers to each CTA: those of the
    /// elements, without what the layout adds.
    int64_t getTransferBytes() const;
    /// 32-bit columns of one slot in tensor memory. Scale words take a column
    /// for each 32 rows.
    int64_t getSlotColumns() const;
    /// Address multiple that a slot must start at: the repeat of its swizzle.
    int64_t getAlignment() const;
    bool isShared() const;
    /// The tile that one slot holds.
    ::dgk::TileType getTileType() const;
  }];
}

def DGK_PipelineType : DGK_Type<"Pipeline", "pipeline"> {
  let summary = "Order of reuse of the slots of one or more buffers";
  let description = [{
    `!dgk.pipeline<4>`: four slots, each with a full and an empty barrier. Every
    role has its own cursor, which starts at slot 0 and is never reset, so the
    ring does not drain between output tiles.

    #### Constraints
    1. `pipeline-c3`: 1 to 64 slots.
  }];
  let parameters = (ins "int64_t":$slots);
  let assemblyFormat = "`<` $slots `>`";
  let genVerifyDecl = 1;
}

def DGK_SlotType : DGK_Type<"Slot", "slot"> {
  let summary = "A slot of a pipeline that the holder may use";
  let description = [{
    `!dgk.slot`: a producer holds it from `dgk.acquire` to `dgk.commit`, a
    consumer from `dgk.wait` to `dgk.release`.
  }];
}

def DGK_ScalesType : DGK_Type<"Scales", "scales"> {
  let summary = "Scales of an operand's rows, in registers";
  let description = [{
    `!dgk.scales<a, 128, i32>`: one word of four UE8M0 bytes for each of the 128
    rows of operand A, in the lanes where the matrix instruction looks for them;
    `!dgk.scales<a, 128, i32, words = 4>`: four neighbouring words for each.
    `!dgk.scales<b, 1, f32>`: one f32 for all rows of operand B, with the threads
    that hold the accumulator's elements of these rows.

    #### Constraints
    1. `scales-c1`: rows is in 1..65536.
    2. `scales-c2`: the element type is i32 or f32.
    3. `scales-c3`: 1 to 4 words for each row, 1 of f32.
  }];
  let parameters = (ins EnumParameter<DGK_Side>:$side, "int64_t":$rows,
                        "::mlir::Type":$elementType,
                        DefaultValuedParameter<"int64_t", "1">:$words);
  let builders = [
    TypeBuilderWithInferredContext<(ins "::dgk::Side":$side, "int64_t":$rows,
      "::mlir::Type":$elementType, CArg<"int64_t", "1">:$words), [{
      return $_get(elementType.getContext(), side, rows, elementType, words);
    }]>];
  let assemblyFormat = [{
    `<` $side `,` $rows `,` $elementType (`,` `words` `=` $words^)? `>`
  }];
  let genVerifyDecl = 1;
}

def DGK_FragmentsType : DGK_Type<"Fragments", "fragments"> {
  let summary = "One K step of an operand, in registers";
  let description = [{
    `!dgk.fragments<a, 128x32xf8E4M3FN>`: all rows of operand A of a CTA tile and
    the elements of K that one matrix instruction consumes, spread over the math
    role as the instruction wants them.

    #### Constraints
    1. `fragments-c1`: two positive sizes, and an integer or float element type.
  }];
  let parameters = (ins EnumParameter<DGK_Side>:$side,
                        ArrayRefParameter<"int64_t">:$shape,
                        "::mlir::Type":$elementType);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let builders = [
    TypeBuilderWithInferredContext<(ins "::dgk::Side":$side,
      "::llvm::ArrayRef<int64_t>":$shape, "::mlir::Type":$elementType), [{
      return $_get(elementType.getContext(), side, shape, elementType);
    }]>];
}

def DGK_MmaA : AnyTypeOf<[DGK_TileType, DGK_FragmentsType, DGK_AccumulatorType]>;
def DGK_MmaB : AnyTypeOf<[DGK_TileType, DGK_FragmentsType]>;

def DGK_TileOrScales : AnyTypeOf<[DGK_TileType, DGK_ScalesType]>;

def DGK_TileOrAccumulator : AnyTypeOf<[DGK_TileType, DGK_AccumulatorType]>;

#endif // DGEMM_DIALECT_DGK_IR_DGKTYPES_TD
