//===- DGKEnums.td - Enumerations of the kernel dialect ----*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGK_IR_DGKENUMS_TD
#define DGEMM_DIALECT_DGK_IR_DGKENUMS_TD

include "mlir/IR/EnumAttr.td"

class DGK_Enum<string name, string summary, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::dgk";
  let genSpecializedAttr = 0;
}

def DGK_Swizzle : DGK_Enum<"Swizzle",
    "XOR pattern of shared-memory addresses; the number is the span in bytes "
    "(PTX ISA, tensor swizzling modes)", [
      I32EnumAttrCase<"None", 0, "none">,
      I32EnumAttrCase<"B32", 32, "b32">,
      I32EnumAttrCase<"B64", 64, "b64">,
      I32EnumAttrCase<"B128", 128, "b128">]>;

def DGK_Family : DGK_Enum<"Family",
    "GPU generation that shares matrix instructions and memory model", [
      I32EnumAttrCase<"SM90", 90, "sm90">,
      I32EnumAttrCase<"SM100", 100, "sm100">,
      I32EnumAttrCase<"SM120", 120, "sm120">]>;

def DGK_MmaKind : DGK_Enum<"MmaKind",
    "Arithmetic of a matrix instruction, named as in the PTX ISA", [
      I32EnumAttrCase<"BF16", 0, "bf16">,
      I32EnumAttrCase<"TF32", 1, "tf32">,
      I32EnumAttrCase<"F8F6F4", 2, "f8f6f4">,
      I32EnumAttrCase<"MXF8F6F4", 3, "mxf8f6f4">,
      I32EnumAttrCase<"MXF4", 4, "mxf4">,
      I32EnumAttrCase<"MXF4NVF4", 5, "mxf4nvf4">]>;

def DGK_Axis : DGK_Enum<"Axis", "Axis of a matrix product", [
      I32EnumAttrCase<"M", 0, "m">,
      I32EnumAttrCase<"N", 1, "n">,
      I32EnumAttrCase<"K", 2, "k">]>;

def DGK_Side : DGK_Enum<"Side", "Operand of a matrix product", [
      I32EnumAttrCase<"A", 0, "a">,
      I32EnumAttrCase<"B", 1, "b">]>;

def DGK_StorePath : DGK_Enum<"StorePath",
    "How accumulators reach global memory", [
      I32EnumAttrCase<"Tma", 0, "tma">,
      I32EnumAttrCase<"Registers", 1, "registers">]>;

def DGK_ReduceKind : DGK_Enum<"ReduceKind", "Combining function", [
      I32EnumAttrCase<"Add", 0, "add">,
      I32EnumAttrCase<"Max", 1, "max">]>;

def DGK_SymbolKind : DGK_Enum<"SymbolKind", "What a launch-time symbol stands for", [
      I32EnumAttrCase<"Dim", 0, "dim">,
      I32EnumAttrCase<"Stride", 1, "stride">,
      I32EnumAttrCase<"SmCount", 2, "sm_count">]>;

def DGK_ParameterKind : DGK_Enum<"ParameterKind", "What a kernel parameter is", [
      I32EnumAttrCase<"Map", 0, "map">,
      I32EnumAttrCase<"Symbol", 1, "symbol">,
      I32EnumAttrCase<"Pointer", 2, "pointer">,
      I32EnumAttrCase<"Workspace", 3, "workspace">]>;

#endif // DGEMM_DIALECT_DGK_IR_DGKENUMS_TD
