//===- Program.h - PTX, decoded once, ready to execute ----------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_SIMULATOR_PROGRAM_H
#define DGEMM_SIMULATOR_PROGRAM_H

// Everything that is text in PTX (opcodes, modifiers, names) is a number here:
// the executor compares no strings.

#include "dgemm/Simulator/CopyForm.h"
#include "dgemm/Simulator/Matrix.h"
#include "dgemm/Simulator/Status.h"
#include "dgemm/Simulator/Tcgen05.h"
#include "dgemm/Simulator/Wgmma.h"

#include <cstdint>
#include <string>
#include <vector>

namespace dgemm::sim {

/// Instruction families. Modifiers select within a family.
enum class Op : uint8_t {
#define DGEMM_SIM_OP(name) name,
#include "dgemm/Simulator/Opcodes.def"
};

/// Fundamental types, and the packed ones that conversions use.
enum class Type : uint8_t {
  None,
  Pred,
  B8,
  B16,
  B32,
  B64,
  B128,
  U8,
  U16,
  U32,
  U64,
  S8,
  S16,
  S32,
  S64,
  F16,
  BF16,
  F16x2,
  BF16x2,
  F32,
  F32x2,
  F64,
  TF32,
  E4M3,
  E5M2,
  E2M1,
  E2M3,
  E3M2,
  UE8M0,
  UE4M3,
  E4M3x2,
  E5M2x2,
  E2M1x2,
  E2M3x2,
  E3M2x2,
  UE8M0x2,
  // What cvt.pack makes, and pairs of integers.
  U2,
  S2,
  U4,
  S4,
  U16x2,
  S16x2
};

unsigned bitWidth(Type type);
bool isSigned(Type type);
bool isFloat(Type type);

/// Shared is the memory of the executing CTA (.shared, .shared::cta).
enum class Space : uint8_t {
  Generic,
  Global,
  Shared,
  Local,
  Param,
  Const,
  SharedCluster
};

enum class Special : uint8_t {
  TidX,
  TidY,
  TidZ,
  NTidX,
  NTidY,
  NTidZ,
  CtaIdX,
  CtaIdY,
  CtaIdZ,
  NCtaIdX,
  NCtaIdY,
  NCtaIdZ,
  LaneId,
  WarpId,
  NWarpId,
  SmId,
  NSmId,
  GridId,
  Clock,
  Clock64,
  GlobalTimer,
  LaneMaskEq,
  LaneMaskLe,
  LaneMaskLt,
  LaneMaskGe,
  LaneMaskGt,
  ClusterCtaIdX,
  ClusterCtaIdY,
  ClusterCtaIdZ,
  ClusterNCtaIdX,
  ClusterNCtaIdY,
  ClusterNCtaIdZ,
  ClusterCtaRank,
  ClusterNCtaRank,
  ClusterIdX,
  ClusterIdY,
  ClusterIdZ,
  NClusterIdX,
  NClusterIdY,
  NClusterIdZ,
  IsExplicitCluster,
  DynamicSmemSize,
  TotalSmemSize,
  ReservedSmem,
  GlobalTimerHigh,
  Zero
};

/// One operand. A vector or a memory operand refers to further operands.
struct Operand {
  enum class Kind : uint8_t {
    None,
    Register,  // reg, slot
    Immediate, // value
    Special,   // value
    Address,   // first operand (register or none), offset in value
    Vector,    // `count` operands from `first`
    Sink       // `_`
  };
  Kind kind = Kind::None;
  Type type = Type::None;     // of a register
  bool negated = false;       // `!p`
  bool dynamicShared = false; // an address that the launch moves
  bool shared = false;        // an address within the shared window of the CTA
  bool kernelShared = false;  // an address that the module's variables move
  bool inFrame = false;       // an address that the frame of the call moves
  uint32_t reg = 0;           // number of the register
  uint32_t slot = 0;          // first word of it in the register file of a warp
  uint32_t first = 0;
  uint32_t count = 0;
  uint64_t value = 0;
};

enum class Compare : uint8_t {
  None,
  Eq,
  Ne,
  Lt,
  Le,
  Gt,
  Ge,
  Equ,
  Neu,
  Ltu,
  Leu,
  Gtu,
  Geu,
  Num,
  Nan
};
enum class BoolOp : uint8_t { None, And, Or, Xor };
enum class Round : uint8_t { None, Rn, Rz, Rm, Rp, Rna, Rni, Rzi, Rmi, Rpi };
/// What atom, red, redux, vote, shfl and friends do.
enum class Action : uint8_t {
  None,
  Add,
  Min,
  Max,
  And,
  Or,
  Xor,
  Exch,
  Cas,
  Inc,
  Dec,
  Up,
  Down,
  Bfly,
  Idx,
  All,
  Any,
  Uni,
  Ballot,
  Eq,
  Popc
};

/// What an operation on memory orders beside itself.
enum class Order : uint8_t { Weak, Relaxed, Acquire, Release, AcquireRelease };
/// Whom it orders that for. None: not said.
enum class MemoryScope : uint8_t { None, Cta, Cluster, Gpu, System };

enum class FenceKind : uint8_t {
  None,             // of aliases, ...
  Thread,           // fence.acq_rel, fence.sc, membar
  ProxyAsync,       // fence.proxy.async
  ProxyAsyncShared, // .shared::cta, .shared::cluster
  ProxyAsyncGlobal, // .global
  MBarrierInit,     // fence.mbarrier_init
  TensorBeforeSync, // tcgen05.fence::before_thread_sync
  TensorAfterSync   // tcgen05.fence::after_thread_sync
};

/// Modifiers that are present or not.
enum Flag : uint32_t {
  FlagWide = 1u << 0,
  FlagHigh = 1u << 1,
  FlagSat = 1u << 2,
  FlagFtz = 1u << 3,
  FlagRelu = 1u << 4,
  FlagApprox = 1u << 5,
  FlagRight = 1u << 6,   // shf.r
  FlagClamp = 1u << 7,   // shf.clamp; shfl segments
  FlagAligned = 1u << 8, // all live lanes of the warp take part
  FlagSync = 1u << 9,
  FlagParity = 1u << 10,
  FlagExpectTx = 1u << 11,
  FlagNoComplete = 1u << 12,
  FlagTranspose = 1u << 13,
  FlagRead = 1u << 14,
  FlagBlockScale = 1u << 15,
  FlagTo = 1u << 16, // cvta.to
  FlagNan = 1u << 17,
  FlagCarryOut = 1u << 18,
  FlagCarryIn = 1u << 19,
  FlagDrop = 1u << 20,
  FlagInc = 1u << 22,
  FlagCluster = 1u << 23, // .shared::cluster
  FlagNoInc = 1u << 24,   // cp.async.mbarrier.arrive.noinc
  FlagAcquire = 1u << 25, // the acquiring side of a fence
  FlagParam = 1u << 26,   // the address is in parameter space
  FlagSatFinite = 1u << 29,
  FlagXorSign = 1u << 30,
  FlagAbs = 1u << 31
};

struct Instruction {
  Op op = Op::Nop;
  Type type = Type::None; // of the result, or the only type
  Type sourceType = Type::None;
  Compare compare = Compare::None;
  BoolOp boolOp = BoolOp::None;
  Round round = Round::None;
  Action action = Action::None;
  Space space = Space::Generic;
  uint8_t count = 1; // vector elements, matrices, dimensions of a copy
  uint8_t mode = 0;  // prmt mode, kind of matrix shape, direction of a copy,
                     // FenceKind
  Order order = Order::Weak;
  MemoryScope scope = MemoryScope::None;
  uint32_t flags = 0;
  Operand guard; // a predicate register, or none
  uint32_t firstOperand = 0;
  uint32_t numOperands = 0;
  uint32_t target = 0; // of a branch
  /// In the list of Kernel that fits; Parser::listSizes has all such lists.
  uint32_t descriptor = 0;
  uint32_t line = 0;
  uint32_t text = 0; // opcode as written, in Program::opcodes

  bool has(uint32_t flag) const { return (flags & flag) != 0; }
};

/// A parameter or result of a device function: a register of its frame, or
/// bytes of the frame's memory.
struct Formal {
  Operand operand; // Register, or Immediate: the offset
  uint32_t bytes = 0;
};

/// A device function, linked into a kernel.
struct Function {
  std::string name;
  uint32_t entry = 0; // in Kernel::code
  uint32_t numRegisters = 0;
  uint32_t registerWords = 0;
  uint32_t frameBytes = 0; // of one thread: local and .param variables
  std::vector<Formal> results;
  std::vector<Formal> parameters;
  /// What the runtime of CUDA provides.
  enum class Builtin : uint8_t {
    None,
    Printf,
    AssertFail
  } builtin = Builtin::None;
  bool linked = false; // the kernel can reach it
};

/// What a call instruction refers to. Its operands are the results, then the
/// arguments, then the address of the function if that is not known.
struct CallSite {
  static constexpr uint32_t Indirect = ~0u;
  uint32_t function = Indirect; // in Kernel::functions
  uint32_t numResults = 0;
  uint32_t numArguments = 0;
};

struct Parameter {
  std::string name;
  uint32_t offset = 0;
  uint32_t size = 0;
  uint32_t alignment = 1;
};

/// A kernel: straight code with branch targets as indices.
struct Kernel {
  std::string name;
  std::vector<Parameter> parameters;
  uint32_t parameterBytes = 0;
  std::vector<Instruction> code;
  std::vector<Operand> operands;
  std::vector<MmaOp> matrices;
  std::vector<MatrixMove> moves;
  std::vector<WgmmaOp> warpgroupMatrices;
  std::vector<CopyForm> copies;
  std::vector<Tcgen05Op> tcgen05;
  uint8_t ctaGroup = 0; // of all tcgen05 instructions; 0: not said
  uint32_t numRegisters = 0;
  uint32_t registerWords = 0; // register file of one warp, in 32-bit words
  uint32_t staticShared = 0;  // bytes after SharedBase
  uint32_t sharedAlignment = 16;
  uint32_t dynamicShared = 0; // address of .extern .shared variables
  uint32_t localBytes = 0;    // of one thread, without device functions
  uint32_t requiredThreads[3] = {0, 0, 0};
  uint32_t maxThreads = 0;
  uint32_t maxRegisters = 0;
  bool globalAtomics = false;
  uint32_t requiredCluster[3] = {0, 0, 0}; // .reqnctapercluster
  uint32_t maxClusterRank = 0;             // .maxclusterrank
  bool explicitCluster = false;            // .explicitcluster
  bool blocksAreClusters = false;          // the grid counts clusters
  std::vector<Function> functions;         // of the module, in its order
  std::vector<CallSite> calls;
  std::vector<std::vector<uint32_t>> branchTables;
  /// Why the kernel cannot run: a function without a body, say.
  std::string unresolved;
  bool tensorCopies = false;
  bool changesTensorMaps = false; // has the instructions for it
};

/// Initialised or zero module variable.
struct GlobalVariable {
  std::string name;
  uint64_t address = 0;
  uint32_t alignment = 1;
  std::vector<uint8_t> bytes;
};

struct Program {
  std::string target; // "sm_120a"
  std::vector<Kernel> kernels;
  std::vector<GlobalVariable> globals;
  std::vector<std::string> opcodes;

  const Kernel *find(const std::string &name) const;
};

// Address map. Shared memory starts above the bytes that the system reserves,
// generic windows lie far above the buffers.
constexpr uint32_t SharedBase = 1024;
// The shared::cluster window: the rank of the CTA above the offset within its
// own window. A shared address of a CTA has its rank there, as on the chip.
constexpr uint32_t SharedRankShift = 24;
constexpr uint32_t SharedOffsetMask = (1u << SharedRankShift) - 1;
constexpr uint32_t MaxClusterSize = 16;
constexpr uint64_t SharedWindow = uint64_t(0x7f10) << 32;
constexpr uint64_t LocalWindow = uint64_t(0x7f20) << 32;
constexpr uint64_t ParamWindow = uint64_t(0x7f30) << 32;
constexpr uint64_t ModuleWindow = uint64_t(0x0700) << 32;
/// Addresses of device functions: FunctionWindow + 16 * index.
constexpr uint64_t FunctionWindow = uint64_t(0x0600) << 32;
/// .param variables of bodies lie in the frame, at FrameParams and above of the
/// param window.
constexpr uint64_t FrameParams = uint64_t(1) << 24;
constexpr uint64_t BufferWindow = uint64_t(0x0001) << 32;

/// Decodes a module. An error names the line.
Expected<Program> parsePtx(const std::string &text);

} // namespace dgemm::sim

#endif // DGEMM_SIMULATOR_PROGRAM_H
