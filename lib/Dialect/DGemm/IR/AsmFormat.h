//===- AsmFormat.h - Custom assembly of the problem ops ---------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Directives of the declarative assembly formats. An input list is written as
//   operand (keyword operand)* : type, type, ...
// with the types in the order of the operands.
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_DIALECT_DGEMM_IR_ASMFORMAT_H
#define DGEMM_LIB_DIALECT_DGEMM_IR_ASMFORMAT_H

#include "mlir/IR/OpImplementation.h"

namespace dgemm {

using Operand = mlir::OpAsmParser::UnresolvedOperand;
using OptionalOperand = std::optional<mlir::OpAsmParser::UnresolvedOperand>;

// `a [scaled by s], b [scaled by t] [plus c]`
mlir::ParseResult parseScaledPair(mlir::OpAsmParser &parser, Operand &a,
                                  mlir::Type &aType, OptionalOperand &aScale,
                                  mlir::Type &aScaleType, Operand &b,
                                  mlir::Type &bType, OptionalOperand &bScale,
                                  mlir::Type &bScaleType, OptionalOperand &c,
                                  mlir::Type &cType);
void printScaledPair(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                     mlir::Value a, mlir::Type aType, mlir::Value aScale,
                     mlir::Type aScaleType, mlir::Value b, mlir::Type bType,
                     mlir::Value bScale, mlir::Type bScaleType, mlir::Value c,
                     mlir::Type cType);

// `a [scaled by s], b [scaled by t] grouped by g [plus c]`
mlir::ParseResult parseGroupedPair(mlir::OpAsmParser &parser, Operand &a,
                                   mlir::Type &aType, OptionalOperand &aScale,
                                   mlir::Type &aScaleType, Operand &b,
                                   mlir::Type &bType, OptionalOperand &bScale,
                                   mlir::Type &bScaleType, Operand &group,
                                   mlir::Type &groupType, OptionalOperand &c,
                                   mlir::Type &cType);
void printGroupedPair(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                      mlir::Value a, mlir::Type aType, mlir::Value aScale,
                      mlir::Type aScaleType, mlir::Value b, mlir::Type bType,
                      mlir::Value bScale, mlir::Type bScaleType,
                      mlir::Value group, mlir::Type groupType, mlir::Value c,
                      mlir::Type cType);

// `q [scaled by s], kv scaled by t weighted by w from ks to ke`
mlir::ParseResult
parseMQAInputs(mlir::OpAsmParser &parser, Operand &q, mlir::Type &qType,
               OptionalOperand &qScale, mlir::Type &qScaleType, Operand &kv,
               mlir::Type &kvType, Operand &kvScale, mlir::Type &kvScaleType,
               Operand &weights, mlir::Type &weightsType, Operand &ks,
               mlir::Type &ksType, Operand &ke, mlir::Type &keType);
void printMQAInputs(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                    mlir::Value q, mlir::Type qType, mlir::Value qScale,
                    mlir::Type qScaleType, mlir::Value kv, mlir::Type kvType,
                    mlir::Value kvScale, mlir::Type kvScaleType,
                    mlir::Value weights, mlir::Type weightsType, mlir::Value ks,
                    mlir::Type ksType, mlir::Value ke, mlir::Type keType);

// `q [scaled by s], cache paged by table weighted by w to lens
//  scheduled by metadata [indexed by indices]`
mlir::ParseResult parsePagedMQAInputs(
    mlir::OpAsmParser &parser, Operand &q, mlir::Type &qType,
    OptionalOperand &qScale, mlir::Type &qScaleType, Operand &kvCache,
    mlir::Type &kvCacheType, Operand &blockTable, mlir::Type &blockTableType,
    Operand &weights, mlir::Type &weightsType, Operand &contextLens,
    mlir::Type &contextLensType, Operand &metadata, mlir::Type &metadataType,
    OptionalOperand &indices, mlir::Type &indicesType);
void printPagedMQAInputs(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                         mlir::Value q, mlir::Type qType, mlir::Value qScale,
                         mlir::Type qScaleType, mlir::Value kvCache,
                         mlir::Type kvCacheType, mlir::Value blockTable,
                         mlir::Type blockTableType, mlir::Value weights,
                         mlir::Type weightsType, mlir::Value contextLens,
                         mlir::Type contextLensType, mlir::Value metadata,
                         mlir::Type metadataType, mlir::Value indices,
                         mlir::Type indicesType);

// `lens [indexed by indices]`
mlir::ParseResult parsePagedMetadataInputs(mlir::OpAsmParser &parser,
                                           Operand &contextLens,
                                           mlir::Type &contextLensType,
                                           OptionalOperand &indices,
                                           mlir::Type &indicesType);
void printPagedMetadataInputs(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                              mlir::Value contextLens,
                              mlir::Type contextLensType, mlir::Value indices,
                              mlir::Type indicesType);

// `[from ks] to ke`
mlir::ParseResult parseRowRange(mlir::OpAsmParser &parser, OptionalOperand &ks,
                                mlir::Type &ksType, Operand &ke,
                                mlir::Type &keType);
void printRowRange(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                   mlir::Value ks, mlir::Type ksType, mlir::Value ke,
                   mlir::Type keType);

// `scales [grouped by ks]`
mlir::ParseResult parsePackInputs(mlir::OpAsmParser &parser, Operand &scales,
                                  mlir::Type &scalesType, OptionalOperand &ks,
                                  mlir::Type &ksType);
void printPackInputs(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                     mlir::Value scales, mlir::Type scalesType, mlir::Value ks,
                     mlir::Type ksType);

// `init : type`; a tensor init makes a result of its type.
mlir::ParseResult parseInit(mlir::OpAsmParser &parser, Operand &init,
                            mlir::Type &initType, mlir::Type &resultType);
void printInit(mlir::OpAsmPrinter &printer, mlir::Operation *op,
               mlir::Value init, mlir::Type initType, mlir::Type resultType);

// `init, init : type, type`
mlir::ParseResult parseInitPair(mlir::OpAsmParser &parser, Operand &first,
                                mlir::Type &firstType, Operand &second,
                                mlir::Type &secondType,
                                llvm::SmallVectorImpl<mlir::Type> &resultTypes);
void printInitPair(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                   mlir::Value first, mlir::Type firstType, mlir::Value second,
                   mlir::Type secondType, mlir::TypeRange resultTypes);

} // namespace dgemm

#endif // DGEMM_LIB_DIALECT_DGEMM_IR_ASMFORMAT_H
