//===- AsmFormat.cpp - Custom assembly of the problem ops -----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AsmFormat.h"

using namespace mlir;
using namespace dgemm;

namespace {

/// Parses operands, then, in finish(), their types in the same order.
class InputParser {
public:
  explicit InputParser(OpAsmParser &parser) : parser(parser) {}

  ParseResult comma() { return parser.parseComma(); }

  ParseResult operand(Operand &operand, Type &type) {
    types.push_back(&type);
    return parser.parseOperand(operand);
  }

  /// An operand behind one or two words, such as "scaled by".
  ParseResult operand(StringRef words, Operand &operand, Type &type) {
    auto [first, second] = words.split(' ');
    if (parser.parseKeyword(first))
      return failure();
    return afterFirstWord(second, operand, type);
  }

  /// The same, if the first word is there.
  ParseResult optionalOperand(StringRef words, OptionalOperand &operand,
                              Type &type) {
    auto [first, second] = words.split(' ');
    if (failed(parser.parseOptionalKeyword(first)))
      return success();
    operand.emplace();
    return afterFirstWord(second, *operand, type);
  }

  ParseResult finish() {
    if (parser.parseColon())
      return failure();
    for (auto [index, type] : llvm::enumerate(types)) {
      if (index != 0 && parser.parseComma())
        return failure();
      if (parser.parseType(*type))
        return failure();
    }
    return success();
  }

private:
  ParseResult afterFirstWord(StringRef second, Operand &operand, Type &type) {
    if (!second.empty() && parser.parseKeyword(second))
      return failure();
    return this->operand(operand, type);
  }

  OpAsmParser &parser;
  SmallVector<Type *> types;
};

/// Prints what InputParser parses; an absent operand is null and left out.
class InputPrinter {
public:
  explicit InputPrinter(OpAsmPrinter &printer) : printer(printer) {}

  InputPrinter &comma() {
    printer << ", ";
    return *this;
  }
  InputPrinter &operand(Value value, Type type) {
    printer << value;
    types.push_back(type);
    return *this;
  }
  InputPrinter &operand(StringRef words, Value value, Type type) {
    if (!value)
      return *this;
    if (!types.empty())
      printer << ' ';
    printer << words << ' ';
    return operand(value, type);
  }
  void finish() {
    printer << " : ";
    llvm::interleaveComma(types, printer);
  }

private:
  OpAsmPrinter &printer;
  SmallVector<Type> types;
};

} // namespace

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

static ParseResult parseScaledOperands(InputParser &in, Operand &a, Type &aType,
                                       OptionalOperand &aScale,
                                       Type &aScaleType, Operand &b,
                                       Type &bType, OptionalOperand &bScale,
                                       Type &bScaleType) {
  return failure(in.operand(a, aType) ||
                 in.optionalOperand("scaled by", aScale, aScaleType) ||
                 in.comma() || in.operand(b, bType) ||
                 in.optionalOperand("scaled by", bScale, bScaleType));
}

ParseResult dgemm::parseScaledPair(OpAsmParser &parser, Operand &a, Type &aType,
                                   OptionalOperand &aScale, Type &aScaleType,
                                   Operand &b, Type &bType,
                                   OptionalOperand &bScale, Type &bScaleType,
                                   OptionalOperand &c, Type &cType) {
  InputParser in(parser);
  return failure(parseScaledOperands(in, a, aType, aScale, aScaleType, b, bType,
                                     bScale, bScaleType) ||
                 in.optionalOperand("plus", c, cType) || in.finish());
}

void dgemm::printScaledPair(OpAsmPrinter &printer, Operation *, Value a,
                            Type aType, Value aScale, Type aScaleType, Value b,
                            Type bType, Value bScale, Type bScaleType, Value c,
                            Type cType) {
  InputPrinter(printer)
      .operand(a, aType)
      .operand("scaled by", aScale, aScaleType)
      .comma()
      .operand(b, bType)
      .operand("scaled by", bScale, bScaleType)
      .operand("plus", c, cType)
      .finish();
}

ParseResult dgemm::parseGroupedPair(OpAsmParser &parser, Operand &a,
                                    Type &aType, OptionalOperand &aScale,
                                    Type &aScaleType, Operand &b, Type &bType,
                                    OptionalOperand &bScale, Type &bScaleType,
                                    Operand &group, Type &groupType,
                                    OptionalOperand &c, Type &cType) {
  InputParser in(parser);
  return failure(parseScaledOperands(in, a, aType, aScale, aScaleType, b, bType,
                                     bScale, bScaleType) ||
                 in.operand("grouped by", group, groupType) ||
                 in.optionalOperand("plus", c, cType) || in.finish());
}

void dgemm::printGroupedPair(OpAsmPrinter &printer, Operation *, Value a,
                             Type aType, Value aScale, Type aScaleType, Value b,
                             Type bType, Value bScale, Type bScaleType,
                             Value group, Type groupType, Value c, Type cType) {
  InputPrinter(printer)
      .operand(a, aType)
      .operand("scaled by", aScale, aScaleType)
      .comma()
      .operand(b, bType)
      .operand("scaled by", bScale, bScaleType)
      .operand("grouped by", group, groupType)
      .operand("plus", c, cType)
      .finish();
}

//===----------------------------------------------------------------------===//
// MQA logits
//===----------------------------------------------------------------------===//

ParseResult dgemm::parseMQAInputs(OpAsmParser &parser, Operand &q, Type &qType,
                                  OptionalOperand &qScale, Type &qScaleType,
                                  Operand &kv, Type &kvType, Operand &kvScale,
                                  Type &kvScaleType, Operand &weights,
                                  Type &weightsType, Operand &ks, Type &ksType,
                                  Operand &ke, Type &keType) {
  InputParser in(parser);
  return failure(in.operand(q, qType) ||
                 in.optionalOperand("scaled by", qScale, qScaleType) ||
                 in.comma() || in.operand(kv, kvType) ||
                 in.operand("scaled by", kvScale, kvScaleType) ||
                 in.operand("weighted by", weights, weightsType) ||
                 in.operand("from", ks, ksType) ||
                 in.operand("to", ke, keType) || in.finish());
}

void dgemm::printMQAInputs(OpAsmPrinter &printer, Operation *, Value q,
                           Type qType, Value qScale, Type qScaleType, Value kv,
                           Type kvType, Value kvScale, Type kvScaleType,
                           Value weights, Type weightsType, Value ks,
                           Type ksType, Value ke, Type keType) {
  InputPrinter(printer)
      .operand(q, qType)
      .operand("scaled by", qScale, qScaleType)
      .comma()
      .operand(kv, kvType)
      .operand("scaled by", kvScale, kvScaleType)
      .operand("weighted by", weights, weightsType)
      .operand("from", ks, ksType)
      .operand("to", ke, keType)
      .finish();
}

ParseResult dgemm::parsePagedMQAInputs(
    OpAsmParser &parser, Operand &q, Type &qType, OptionalOperand &qScale,
    Type &qScaleType, Operand &kvCache, Type &kvCacheType, Operand &blockTable,
    Type &blockTableType, Operand &weights, Type &weightsType,
    Operand &contextLens, Type &contextLensType, Operand &metadata,
    Type &metadataType, OptionalOperand &indices, Type &indicesType) {
  InputParser in(parser);
  return failure(in.operand(q, qType) ||
                 in.optionalOperand("scaled by", qScale, qScaleType) ||
                 in.comma() || in.operand(kvCache, kvCacheType) ||
                 in.operand("paged by", blockTable, blockTableType) ||
                 in.operand("weighted by", weights, weightsType) ||
                 in.operand("to", contextLens, contextLensType) ||
                 in.operand("scheduled by", metadata, metadataType) ||
                 in.optionalOperand("indexed by", indices, indicesType) ||
                 in.finish());
}

void dgemm::printPagedMQAInputs(OpAsmPrinter &printer, Operation *, Value q,
                                Type qType, Value qScale, Type qScaleType,
                                Value kvCache, Type kvCacheType,
                                Value blockTable, Type blockTableType,
                                Value weights, Type weightsType,
                                Value contextLens, Type contextLensType,
                                Value metadata, Type metadataType,
                                Value indices, Type indicesType) {
  InputPrinter(printer)
      .operand(q, qType)
      .operand("scaled by", qScale, qScaleType)
      .comma()
      .operand(kvCache, kvCacheType)
      .operand("paged by", blockTable, blockTableType)
      .operand("weighted by", weights, weightsType)
      .operand("to", contextLens, contextLensType)
      .operand("scheduled by", metadata, metadataType)
      .operand("indexed by", indices, indicesType)
      .finish();
}

ParseResult dgemm::parsePagedMetadataInputs(OpAsmParser &parser,
                                            Operand &contextLens,
                                            Type &contextLensType,
                                            OptionalOperand &indices,
                                            Type &indicesType) {
  InputParser in(parser);
  return failure(in.operand(contextLens, contextLensType) ||
                 in.optionalOperand("indexed by", indices, indicesType) ||
                 in.finish());
}

void dgemm::printPagedMetadataInputs(OpAsmPrinter &printer, Operation *,
                                     Value contextLens, Type contextLensType,
                                     Value indices, Type indicesType) {
  InputPrinter(printer)
      .operand(contextLens, contextLensType)
      .operand("indexed by", indices, indicesType)
      .finish();
}

ParseResult dgemm::parseRowRange(OpAsmParser &parser, OptionalOperand &ks,
                                 Type &ksType, Operand &ke, Type &keType) {
  InputParser in(parser);
  return failure(in.optionalOperand("from", ks, ksType) ||
                 in.operand("to", ke, keType) || in.finish());
}

void dgemm::printRowRange(OpAsmPrinter &printer, Operation *, Value ks,
                          Type ksType, Value ke, Type keType) {
  InputPrinter(printer)
      .operand("from", ks, ksType)
      .operand("to", ke, keType)
      .finish();
}

//===----------------------------------------------------------------------===//
// Scales
//===----------------------------------------------------------------------===//

ParseResult dgemm::parsePackInputs(OpAsmParser &parser, Operand &scales,
                                   Type &scalesType, OptionalOperand &ks,
                                   Type &ksType) {
  InputParser in(parser);
  return failure(in.operand(scales, scalesType) ||
                 in.optionalOperand("grouped by", ks, ksType) || in.finish());
}

void dgemm::printPackInputs(OpAsmPrinter &printer, Operation *, Value scales,
                            Type scalesType, Value ks, Type ksType) {
  InputPrinter(printer)
      .operand(scales, scalesType)
      .operand("grouped by", ks, ksType)
      .finish();
}

//===----------------------------------------------------------------------===//
// Inits
//===----------------------------------------------------------------------===//

ParseResult dgemm::parseInit(OpAsmParser &parser, Operand &init, Type &initType,
                             Type &resultType) {
  InputParser in(parser);
  if (in.operand(init, initType) || in.finish())
    return failure();
  if (isa<TensorType>(initType))
    resultType = initType;
  return success();
}

void dgemm::printInit(OpAsmPrinter &printer, Operation *, Value init,
                      Type initType, Type) {
  InputPrinter(printer).operand(init, initType).finish();
}

ParseResult dgemm::parseInitPair(OpAsmParser &parser, Operand &first,
                                 Type &firstType, Operand &second,
                                 Type &secondType,
                                 SmallVectorImpl<Type> &resultTypes) {
  InputParser in(parser);
  if (in.operand(first, firstType) || in.comma() ||
      in.operand(second, secondType) || in.finish())
    return failure();
  for (Type type : {firstType, secondType})
    if (isa<TensorType>(type))
      resultTypes.push_back(type);
  return success();
}

void dgemm::printInitPair(OpAsmPrinter &printer, Operation *, Value first,
                          Type firstType, Value second, Type secondType,
                          TypeRange) {
  InputPrinter(printer)
      .operand(first, firstType)
      .comma()
      .operand(second, secondType)
      .finish();
}
