//===- ExecMatrix.cpp - ldmatrix, stmatrix, mma.sync ----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cta.h"

#include <algorithm>
#include <cstring>

using namespace dgemm::sim;

void Cta::executeMatrixMove(uint32_t mask) {
  const MatrixMove &move = kernel_.moves[instruction_->descriptor];
  bool load = instruction_->op == Op::LdMatrix;
  const Operand &memory = operand(load ? 1 : 0);
  const Operand &data = operand(load ? 0 : 1);
  uint32_t lanes = move.addressLanes();
  uint32_t used = lanes == 32 ? ~0u : (1u << lanes) - 1;
  if (!isUniformlyDefined(memory, used, "an address"))
    return fault("undefined-address", "a row needs a defined address");
  Lanes address;
  addresses(memory, address);
  uint8_t *rows[32] = {};
  uint8_t *written[32] = {};
  for (uint32_t lane = 0; lane < lanes; ++lane) {
    uint64_t at = address[lane];
    if (instruction_->space == Space::Generic && !sharedAddress(at))
      return fault("out-of-bounds", "a row is not in shared memory",
                   static_cast<int>(lane));
    address[lane] = at;
    if (at % 16 != 0)
      return fault("misaligned", "a row must start at a multiple of 16 bytes",
                   static_cast<int>(lane));
    rows[lane] = resolveShared(at, 16, lane, !load, written[lane]);
    if (!rows[lane])
      return;
    uint32_t bytes = load ? move.rowBytes() : 0;
    if (std::memchr(written[lane], 0, bytes))
      report("uninitialised-read",
             "a row at shared address " + std::to_string(at) +
                 " that nothing wrote, or that a copy is still writing",
             static_cast<int>(lane), instruction_->line,
             static_cast<int>(warp_->index));
  }
  countWavefronts(address, used, 16);
  if (checker_ && load)
    checker_->readRows(site(), address.v, lanes);
  else if (checker_)
    checker_->writeRows(site(), address.v, lanes);
  WarpRegister registers[4];
  if (load) {
    loadMatrix(move, rows, registers);
    watchLoaded(data);
    return writeVector(data, registers, ~0u);
  }
  bool defined = (mask & ~definedLanes(data)) == 0;
  fetchVector(data, registers);
  storeMatrix(move, registers, rows);
  for (uint32_t lane = 0; lane < lanes; ++lane)
    std::memset(written[lane], defined, 16);
}

void Cta::executeMma(uint32_t mask) {
  const MmaOp &op = kernel_.matrices[instruction_->descriptor];
  WarpRegister a[4], b[4], c[4], scaleA[1], scaleB[1];
  fetchVector(operand(1), a);
  fetchVector(operand(2), b);
  fetchVector(operand(3), c);
  uint32_t poison = ~(definedLanes(operand(1)) & definedLanes(operand(2)) &
                      definedLanes(operand(3)));
  MmaScales scales;
  bool scaled = instruction_->has(FlagBlockScale);
  if (scaled) {
    fetchVector(operand(4), scaleA);
    fetchVector(operand(6), scaleB);
    unsigned *fields[] = {&scales.select.byteA, &scales.select.threadA,
                          &scales.select.byteB, &scales.select.threadB};
    for (unsigned i = 0; i < 4; ++i) {
      Lanes value;
      fetch(element(operand(5 + 2 * (i / 2)), i % 2), Type::U16, value);
      *fields[i] = static_cast<unsigned>(value[0]);
    }
    scales.a = scaleA;
    scales.b = scaleB;
    if (Status status = validate(op, scales.select); !status.ok())
      return fault("scale-selector", status.message());
    poison |= scales.lanesA() & ~definedLanes(operand(4));
    poison |= scales.lanesB() & ~definedLanes(operand(6));
  }
  const MmaScales *used = scaled ? &scales : nullptr;
  if (Status status = checkOperandBits(op, a, b, used); !status.ok())
    return fault("operand-bits", status.message());
  WarpRegister d[4];
  mma(op, a, b, c, d, used);
  writeVector(operand(0), d, poison == 0 ? ~0u : 0);
  statistics_.multiplyAccumulates += uint64_t(16) * 8 * op.k;
}
