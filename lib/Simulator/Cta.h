//===- Cta.h - Warps, barriers and copies of one CTA ------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_SIMULATOR_CTA_H
#define DGEMM_LIB_SIMULATOR_CTA_H

#include "Checker.h"
#include "TensorMapProxy.h"
#include "Warp.h"
#include "WgmmaUnit.h"

#include "dgemm/Simulator/MBarrier.h"
#include "dgemm/Simulator/Machine.h"

#include <map>
#include <memory>
#include <set>

namespace dgemm::sim {

class Cluster;
class Cta;
class OperandBuffer;
class TmemAllocator;
struct Tcgen05Load;
struct Tcgen05Task;
struct Tcgen05Unit;
struct TmemAddress;

struct NamedBarrier {
  uint32_t expected = 0;
  uint32_t arrived = 0;
  bool wholeCta = false;
  std::vector<uint32_t> waiting; // warps
  // Of barrier.red: how many threads voted, whether all and any did.
  uint32_t votes = 0;
  bool all = true, any = false;
};

class Cta;

/// A bulk copy that is under way, to one destination.
struct AsyncCopy {
  enum class State : uint8_t { Issued, Read };
  const CopyForm *form = nullptr;
  State state = State::Issued;
  /// Addresses in shared memory are offsets: of the issuing CTA where a copy
  /// reads it, else of `target`. Between CTAs `global` of a chunk is the offset
  /// of the destination.
  CopyPlan plan;
  Cta *target = nullptr; // whose shared memory is written
  Cta *signal = nullptr; // whose mbarrier the copy completes on
  ReduceType reduceType = ReduceType::U32;
  uint16_t bytes = 0xffff; // that .cp_mask lets through, of each 16
  uint32_t mbarrier = 0;   // offset in the window of `signal`
  uint32_t thread = 0;
  uint32_t group = 0;
  uint32_t line = 0;
  AsyncOp op;                // for the checker
  AsyncOp writes;            // of a copy out of shared memory: its destination
  std::vector<uint8_t> data; // from shared memory, once read

  bool readsShared() const {
    return form->path != CopyForm::Path::GlobalToShared;
  }
  bool inGroup() const { return form->path == CopyForm::Path::SharedToGlobal; }
};

/// The operands of a bulk copy in one lane.
struct BulkRequest {
  uint32_t lane = 0;
  uint64_t global = 0; // address, or that of the tensor map
  int32_t coordinates[5] = {};
  uint64_t shared = 0;
  uint64_t remote = 0;
  uint32_t size = 0;
  uint64_t mbarrier = 0;
  uint16_t ctaMask = 0;
  uint16_t bytes = 0xffff;
};

/// cp.async of some lanes of a warp, or the arrive that follows such copies.
struct SmallCopy {
  uint32_t warp = 0;
  uint32_t mask = 0;
  uint32_t group = 0;
  uint32_t line = 0;
  uint64_t order = 0;       // of issue
  uint32_t clocks[32] = {}; // of an arrive: what it publishes, for the checker
  bool arrive = false;
  uint8_t bytes = 0;
  uint8_t valid[32]; // bytes that come from global memory
  uint64_t global[32];
  uint32_t shared[32]; // destination, or the mbarrier
};

/// An instruction that changed the transaction count of an mbarrier, and the
/// phase that it did so in.
struct TransactionSite {
  uint32_t line = 0; // 0: there was none
  uint32_t rank = 0;
  int warp = -1;
  uint64_t phase = 0;
};

/// The last of them on one mbarrier.
struct TransactionSites {
  TransactionSite expects, completes;
};

/// st.async or red.async of one lane, under way.
struct AsyncStore {
  const Instruction *instruction = nullptr;
  Cta *target = nullptr; // has the destination and the mbarrier
  uint32_t address = 0;  // offsets in its window
  uint32_t mbarrier = 0;
  uint32_t thread = 0;
  uint32_t defined = 0; // a bit per element
  AsyncOp op;           // for the checker
  uint64_t value[4] = {};

  uint32_t elementBytes() const { return bitWidth(instruction->type) / 8; }
  uint32_t bytes() const { return elementBytes() * instruction->count; }
};

/// What all CTAs of a launch share.
struct LaunchContext {
  const Program &program;
  const Kernel &kernel;
  const Launch &launch;
  GlobalMemory &memory;
  const Options &options;
  std::vector<uint8_t> parameters = {};
  uint32_t threads = 0;
  uint32_t warps = 0;
  uint32_t sharedEnd = 0; // of the window: bytes from 0
  uint32_t registersAtLaunch = 0;
  uint32_t cluster[3] = {1, 1, 1}; // CTAs of a cluster
  uint32_t clusterSize = 1;
  bool explicitCluster = false;
  std::vector<Role> roles = {}; // every warp has one
  std::vector<uint32_t> roleOfWarp = {};
  Chip chip = {};
  TensorMapProxy *maps = nullptr;
};

/// "0x7f10", for diagnostics.
std::string hexadecimal(uint64_t value);
/// What an atomic operation leaves in memory that held `old`.
uint64_t combineAtomic(const Instruction &instruction, uint64_t old, uint64_t b,
                       uint64_t c);
/// An element of at most eight bytes, extended by the type's sign.
uint64_t loadValue(const uint8_t *from, unsigned bytes, Type type);

class Random {
public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  uint32_t below(uint32_t bound) {
    return static_cast<uint32_t>((next() >> 32) * bound >> 32);
  }

private:
  uint64_t state_;
};

class Cta {
public:
  /// `id`: of the CTA in the grid.
  Cta(Cluster &cluster, const uint32_t *id, uint32_t rank);
  ~Cta();

  /// Lets one warp, copy or wgmma make progress. False if nothing can.
  bool runSlice();
  /// Ends a CTA without live warps. Copies into memory of others stay pending.
  void finish();
  bool hasEnded() const { return liveWarps_ == 0; }
  bool hasCopies() const {
    return !copies_.empty() || !asyncStores_.empty() || !smallCopies_.empty();
  }
  /// Has issued to the tensor core what has not executed.
  bool hasTcgen05Tasks() const;
  bool hasFaulted() const { return faulted_; }
  uint64_t executed() const { return executed_; }
  /// What each warp waits for, and a line to show: that of lanes which miss
  /// others of their warp, if there are any.
  std::string describeWaits(uint32_t &line, bool &diverged);
  /// No warp can go on, or one only tries again and again: mbarriers whose
  /// phase cannot complete with the bytes and arrivals that came.
  void reportStuckTransactions();
  /// All has ended: mbarriers with bytes that are still expected, or too many.
  void reportLeftTransactions();
  std::string describeOpenTransactions();
  void report(const char *kind, const std::string &message, int lane,
              uint32_t line, int warp);

  uint32_t rank() const { return rank_; }
  /// In the grid.
  uint32_t index() const;
  /// What shared addresses of this CTA start with: its rank.
  uint32_t sharedWindow() const { return rank_ << SharedRankShift; }
  std::vector<Finding> &findings() { return findings_; }
  const Statistics &statistics() const { return statistics_; }

private:
  // Schedule.cpp: which lanes run next.
  bool runWarp(Warp &warp, uint32_t steps);
  Group *selectGroup(Warp &warp);
  bool retryWaiting(Warp &warp);
  void mergeGroups(Warp &warp);
  std::string describeWait(Warp &warp, const Group &group);
  void reportPendingCopies();

  // Execute.cpp
  void step(Warp &warp, Group &group);
  void execute(uint32_t mask);
  bool converged(uint32_t mask);
  void branch(uint32_t taken);
  void endLanes(uint32_t mask);
  void block(Wait reason);
  void endWait(const Warp &warp, Group &group);
  InstructionCounts &counts() {
    return statistics_
        .counts[static_cast<size_t>(instruction_ - kernel_.code.data())];
  }
  void countExecuted(const Warp &warp, uint32_t pc);
  void fault(const char *kind, const std::string &message, int lane = -1);

  // ExecCall.cpp
  void enterFrame(Warp &warp, uint32_t frame);
  void executeCall(uint32_t mask);
  uint32_t findFrame(const Frame &call) const;
  bool callFunction(uint32_t function, uint32_t mask);
  bool callBuiltin(const Function &function, uint32_t mask);
  void executeReturn(uint32_t mask);
  void executeBranchTable(uint32_t mask);
  void moveGroup(uint32_t pc, uint32_t mask, uint32_t frame);
  void leaveFrames(Warp &warp, uint32_t frame, uint32_t mask);
  void copyToFormal(const Operand &from, const Formal &formal,
                    uint32_t callerBase, uint32_t calleeFrame, uint32_t mask,
                    const Lanes &value, uint32_t defined);
  void copyFromFormal(const Formal &formal, uint32_t calleeBase,
                      const Operand &to, uint32_t callerBase, uint32_t mask,
                      const Lanes &value, uint32_t defined);
  void copyLocal(uint32_t thread, uint64_t to, uint64_t from, uint32_t bytes);
  bool growLocal(uint32_t end, uint32_t from, uint32_t mask);
  std::string readString(uint64_t address);

  // Registers.cpp
  const Operand &operand(uint32_t index) const {
    return kernel_.operands[instruction_->firstOperand + index];
  }
  uint32_t numOperands() const { return instruction_->numOperands; }
  void fetch(const Operand &operand, Type type, Lanes &out) const;
  uint32_t fetchPredicate(const Operand &operand) const;
  uint32_t definedLanes(const Operand &operand) const;
  void write(const Operand &operand, const Lanes &value, uint32_t mask,
             uint32_t defined = ~0u);
  void writePredicate(const Operand &operand, uint32_t value, uint32_t mask,
                      uint32_t defined = ~0u);
  uint64_t special(Special special, uint32_t lane) const;
  uint32_t smId() const;
  void fetchVector(const Operand &operand, WarpRegister *out) const;
  void writeVector(const Operand &operand, const WarpRegister *in,
                   uint32_t defined);
  const Operand &element(const Operand &operand, uint32_t index) const;
  bool isUniformlyDefined(const Operand &operand, uint32_t mask,
                          const char *what);

  // ExecInteger.cpp, ExecFloat.cpp, ExecConvert.cpp
  bool executeInteger(uint32_t mask);
  void executeAdd(uint32_t mask);
  void executeMultiply(uint32_t mask);
  void executeShift(uint32_t mask);
  void executeBits(uint32_t mask);
  void executeHalf(uint32_t mask);
  template <typename T> void executeFloat(uint32_t mask);
  void executeFloatPair(uint32_t mask);
  bool executeIntegerSpecial(uint32_t mask);
  void executeMultiplyCarry(uint32_t mask);
  void executeConvert(uint32_t mask);
  void executeConvertPack(uint32_t mask);
  void executeTestClass(uint32_t mask);
  void executeSet(uint32_t mask);
  void executeSelect(uint32_t mask);
  Operand wordOf(const Operand &operand, uint32_t word) const;
  void executeMove(uint32_t mask);
  template <typename F> void map1(uint32_t mask, F function);
  template <typename F> void map2(uint32_t mask, F function);
  template <typename F> void map3(uint32_t mask, F function);

  // ExecMemory.cpp
  void addresses(const Operand &memory, Lanes &out) const;
  uint8_t *resolve(Space space, uint64_t address, uint32_t bytes, uint32_t lane,
                   bool write, uint8_t *&written);
  /// `remote`: the address is in the shared::cluster window, of any CTA.
  uint8_t *resolveShared(uint64_t address, uint32_t bytes, uint32_t lane,
                         bool write, uint8_t *&written, bool remote = false);
  bool inLocal(const uint8_t *written, uint32_t lane) const;
  void executeLoad(uint32_t mask);
  void executeStore(uint32_t mask);
  void executeAtomic(uint32_t mask);
  void combineWide(uint8_t *at, const uint64_t *b, const uint64_t *c,
                   uint64_t *old);
  void executeAddressOf(uint32_t mask);
  void countWavefronts(const Lanes &address, uint32_t mask, uint32_t bytes);
  bool sharedAddress(uint64_t &address) const;

  // ExecCheck.cpp: what the checker is told. Nothing happens without one.
  enum class Touch : uint8_t { Read, Write, Atomic };
  Site site() const;
  void watch(Space space, uint64_t address, uint32_t bytes, uint32_t lane,
             Touch touch);
  void watchLoaded(const Operand &to);
  void watchUse(const Operand &operand);
  void watchUses();
  void executeFence(uint32_t mask);
  SyncId namedBarrierSync(const NamedBarrier &barrier);
  void watchArrive(const Cta &owner, const Lanes &address, uint32_t mask,
                   uint32_t lane);
  void watchInit(const Cta &owner, uint64_t address, uint32_t lane);
  void watchPhase(const Cta &owner, uint64_t address, const MBarrier &barrier,
                  uint64_t before);
  void watchWaited(const Lanes &address, uint32_t done);
  void watchBulkWait(uint32_t mask, const Lanes &pending, bool read);

  // ExecCluster.cpp
  Cta *findOwner(uint64_t address, uint32_t lane, bool remote);
  void executeMapA(uint32_t mask);
  void executeGetCtaRank(uint32_t mask);
  void executeClusterArrive(uint32_t mask);
  void executeClusterWait(uint32_t mask);
  void leaveClusterBarrier(uint32_t mask);
  // What must have happened before this CTA ends.
  void noteUse(const Site &by, uint32_t lane, const Checker::Moment &moment,
               bool copy);
  void settleUses(uint32_t mask);
  void reportUses();
  void executeAsyncStore(uint32_t mask);
  bool issueAsyncStore(AsyncStore &store, uint64_t address, uint64_t mbarrier,
                       uint32_t lane);
  void completeAsyncStore(size_t index);
  void writeAsyncStore(const AsyncStore &store);

  // ExecWarp.cpp
  void executeShuffle(uint32_t mask);
  void executeVote(uint32_t mask);
  void executeRedux(uint32_t mask);
  void executeMatch(uint32_t mask);
  void executeElect(uint32_t mask);
  void executeBarrier(uint32_t mask);
  void executeSetMaxNReg();
  bool membersHere(const Operand &members, uint32_t &mask);
  template <typename F>
  void forEachSet(const Operand &members, uint32_t mask, F function);
  void orderMembers(const Operand &members, uint32_t mask);
  void voteAmong(uint32_t mask);
  void reduceAmong(uint32_t mask);
  void matchAmong(uint32_t mask);
  void electAmong(uint32_t mask);
  void completeBarrier(NamedBarrier &barrier);
  void deliverReduction(Warp &warp, Group &group, const NamedBarrier &barrier);
  void releaseFromBarriers();

  // ExecAsync.cpp
  void executeMBarrier(uint32_t mask);
  void executeMBarrierWait(uint32_t mask);
  bool givesUp();
  MBarrier *findMBarrier(uint64_t address, uint32_t lane, bool remote = false,
                         Cta **holder = nullptr);
  void executePendingCount(uint32_t mask);

  // ExecTransactions.cpp
  void noteTransactions(uint32_t mbarrier, bool expects, TransactionSite by);
  void noteTransactionsOf(Cta &owner, uint64_t address);
  std::string describeTransactions(uint32_t mbarrier, const MBarrier &barrier);
  bool isWaitedFor(uint32_t mbarrier);
  void reportTransactions(uint32_t mbarrier, const MBarrier &barrier,
                          const std::string &when);
  MBarrierError operateMBarrier(MBarrier &barrier, uint32_t value,
                                uint32_t count);

  // ExecBulk.cpp: bulk copies are issued.
  void executeBulkCopy(uint32_t mask);
  void issueBulkCopy(const CopyForm &form, BulkRequest request);
  Expected<CopyPlan> planCopy(const CopyForm &form, const BulkRequest &request,
                              ReduceType &reduceType);
  Expected<CopyPlan> planTensor(const CopyForm &form,
                                const BulkRequest &request,
                                ReduceType &reduceType);
  bool findTarget(AsyncCopy &copy, BulkRequest &request);
  bool findSignal(AsyncCopy &copy, uint32_t lane, uint64_t mbarrier);
  bool claimShared(const AsyncCopy &copy, uint32_t lane);
  void beginCopy(AsyncCopy &copy, uint32_t lane);
  void multicast(const AsyncCopy &copy, const BulkRequest &request);
  void executeBulkWait(uint32_t mask);
  void executeCacheHint(uint32_t mask);
  void executeCachePolicy(uint32_t mask);

  // CompleteBulk.cpp: and complete some time later.
  void faultInCopy(const AsyncCopy &copy, const char *kind,
                   const std::string &message);
  void reportInCopy(const AsyncCopy &copy, const char *kind,
                    const std::string &message);
  void completeSomeCopy();
  void completeBulkCopy(size_t index);
  void completeLoad(AsyncCopy &copy);
  void readSource(AsyncCopy &copy);
  void writeGlobal(AsyncCopy &copy);
  void writePeer(AsyncCopy &copy);
  void completeTransactions(AsyncCopy &copy);
  GlobalMemory::Buffer *copyBuffer(const AsyncCopy &copy,
                                   const CopyChunk &chunk, const char *verb);

  // ExecCpAsync.cpp
  void executeSmallCopy(uint32_t mask);
  void issueSmallCopy(SmallCopy copy);
  void executeSmallWait(uint32_t mask);
  void executeSmallArrive(uint32_t mask);
  void completeSmallCopy();
  void writeSmallCopy(const SmallCopy &copy);
  void arriveAfterCopies(const SmallCopy &copy);
  void reportInSmallCopy(const SmallCopy &copy, uint32_t lane, const char *kind,
                         const std::string &message);

  // ExecTensorMap.cpp
  uint8_t *mapBytes(Space space, uint64_t address, uint32_t lane, bool write);
  bool readTensorMap(uint64_t address, uint32_t lane, TensorMap &map);
  void executeMapReplace(uint32_t mask);
  void executeMapCopyFence(uint32_t mask);
  void executeMapFence(uint32_t mask);
  void executeMapPrefetch(uint32_t mask);
  const TensorMap::Image *acquiredMap(uint64_t address, uint32_t lane) const;
  void acquireMap(uint64_t address, uint32_t lane);
  void releaseMap(uint64_t address, const TensorMap::Image &image,
                  uint32_t lane);
  void releaseMaps(uint32_t lane);
  Checker::Moment moment(uint32_t lane);
  bool follows(uint32_t lane, const Checker::Moment &moment) const;
  void noteMapStore(uint64_t address, const uint8_t *bytes, uint32_t lane);
  void noteMapChange(uint64_t address, uint32_t lane);

  // ExecMatrix.cpp
  void executeMatrixMove(uint32_t mask);
  void executeMma(uint32_t mask);

  // ExecWgmma.cpp
  void executeWgmma();
  void issueWgmma(Warpgroup &group, WgmmaMember &member);
  void waitForWgmma(Warpgroup &group, WgmmaMember &member);
  std::string describeWgmmaWait(const Warp &warp) const;
  WgmmaMember &wgmmaMember();
  Warpgroup *findWarpgroup();
  bool passWithWarpgroup(Warpgroup &group);
  bool uniformOperand(const Operand &from, Type type, const char *what,
                      uint64_t &value);
  bool locateOperand(AsyncWgmma &operation, bool isA);
  bool readWgmmaOperands(AsyncWgmma &operation, bool first);
  void watchOperands(const WgmmaMember &member, const AsyncWgmma &operation);
  void reportFence(const std::string &message);
  void checkAccumulators(WgmmaMember &member, const AsyncWgmma &operation,
                         uint32_t number);
  void checkFragments(WgmmaMember &member, uint32_t number);
  void noteRegisterAccess(WgmmaMember &member, const Operand &operand);
  void noteRegisterAccesses(WgmmaMember &member);
  void executeSomeWgmma();
  void gatherOperand(const AsyncWgmma &operation, uint32_t firstWarp, bool isA,
                     std::vector<uint8_t> &bytes);
  void completeWgmma(uint32_t index, const AsyncWgmma &operation);

  // ExecTcgen05.cpp
  void executeTcgen05(uint32_t mask);
  bool fetchUniform(const Operand &operand, Type type, uint32_t mask,
                    const char *what, uint64_t &value);
  Cta *pairCta();
  bool meetPairForAlloc(uint32_t count);
  void executeTmemAlloc(uint32_t mask);
  void executeTmemDealloc(uint32_t mask);
  void finishTcgen05();
  bool checkTmemColumns(const TmemAllocator &allocator, uint64_t first,
                        uint32_t count, const char *what);
  bool checkTmemLanes(const TmemAddress &at, const Tcgen05Op &op);
  bool tmemAccess(const Operand &memory, int64_t second, uint32_t mask,
                  uint32_t &address);
  void executeTmemLoad(uint32_t mask);
  void executeTmemStore(uint32_t mask);
  void endTmemLoads();
  void endTmemAccesses(bool loads);
  void watchTmemMove(const TmemAddress &at, const Tcgen05Op &op, int64_t second,
                     bool split, uint32_t lane);
  const Tcgen05Load *findTmemLoad(const Operand &operand) const;
  void checkTmemLoads(uint32_t mask);

  // ExecTcgen05Async.cpp: issue
  void issueTcgen05(uint32_t mask);
  uint64_t laneValue(uint32_t index, uint32_t lane) const;
  bool sharedDescriptor(uint32_t index, uint32_t lane, MatrixDescriptor &out);
  bool issueTcgen05Mma(Tcgen05Task &task);
  bool issueTmemCopy(Tcgen05Task &task);
  bool issueTmemShift(Tcgen05Task &task);
  bool issueTcgen05Commit(Tcgen05Task &task);
  bool checkMmaTask(const Tcgen05Task &task);
  bool checkMmaShared(const Tcgen05Task &task);
  bool checkAsyncSource(Cta &owner, uint32_t at, const Tcgen05Task &task);
  void watchCommit(Tcgen05Task &task);
  void watchTmemTask(const Tcgen05Task &task);
  void watchTmemArea(Cta &owner, uint32_t groups, uint32_t column,
                     uint32_t columns, bool write, int lane);
  const Tcgen05Task *findTaskOn(uint32_t first, uint32_t count);
  // ExecTcgen05Run.cpp: execution
  Cta &taskCta(unsigned index);
  void reportInTask(const Tcgen05Task &task, const char *kind,
                    const std::string &message);
  void runTcgen05Task();
  const uint8_t *readAsyncSource(const Tcgen05Task &task, Cta &owner,
                                 uint32_t at, uint32_t bytes);
  const uint32_t *readTmem(const Tcgen05Task &task, Cta &owner, unsigned lane,
                           unsigned column, unsigned count);
  void readMmaOperands(const Tcgen05Task &task, OperandBuffer &buffer);
  uint8_t readScale(const Tcgen05Task &task, Cta &owner, bool isA,
                    unsigned index, unsigned j);
  void readMmaScales(const Tcgen05Task &task, OperandBuffer &buffer);
  void runTcgen05Mma(const Tcgen05Task &task);
  void runTmemCopy(const Tcgen05Task &task);
  void runTmemShift(const Tcgen05Task &task);
  void runTcgen05Commit(const Tcgen05Task &task);

  Cluster &cluster_;
  const LaunchContext &context_;
  const Kernel &kernel_;
  uint32_t id_[3];
  uint32_t rank_;
  Checker *checker_; // of the cluster; null if nobody checks
  Random &random_;   // of the cluster
  std::vector<Warp> warps_;
  std::vector<uint8_t> shared_;
  std::vector<uint8_t> sharedWritten_;
  std::vector<LocalMemory> local_; // of each thread
  NamedBarrier barriers_[16];
  std::vector<SyncId> barrierSyncs_;
  std::map<uint32_t, MBarrier> mbarriers_;
  std::map<uint32_t, TransactionSites> transactions_; // by mbarrier
  uint32_t mbarrierBegin_ = ~0u, mbarrierEnd_ = 0;    // all of them lie within
  std::vector<AsyncCopy> copies_;
  std::vector<AsyncStore> asyncStores_;
  std::vector<uint32_t> bulkCommits_; // of each thread
  /// Of each thread: one more than the phase of the cluster barrier that it has
  /// arrived at and not waited for, or 0.
  std::vector<uint32_t> clusterArrivals_;
  /// The latest uses of this CTA's shared memory by peers and by copies, of
  /// each agent and lane, that no thread knew of when it exited.
  struct Use {
    Site by;
    uint32_t lane = 0;
    bool copy = false;
    Checker::Moment moment;
  };
  std::map<std::pair<uint32_t, uint32_t>, Use> uses_;
  WgmmaUnit wgmma_;
  std::vector<SmallCopy> smallCopies_;
  std::vector<uint32_t> smallCommits_; // of each thread
  uint64_t smallOrder_ = 0;
  /// Tensor maps in global memory that this CTA changed since its last release,
  /// and what it acquired.
  std::map<uint64_t, std::vector<Checker::Moment>> changedMaps_;
  std::map<uint64_t, AcquiredMap> acquiredMaps_;
  std::unique_ptr<Tcgen05Unit> tcgen05_; // if the kernel uses it
  uint32_t freeRegisters_ = 0;
  uint32_t liveWarps_ = 0;
  uint64_t executed_ = 0;
  uint64_t slice_ = 1;
  bool faulted_ = false;

  // The instruction in execution.
  const Instruction *instruction_ = nullptr;
  Warp *warp_ = nullptr;
  Group *group_ = nullptr;
  uint64_t waitsSince_ = 0; // of the group, if it tried before
  bool blocked_ = false;
  bool branched_ = false;

  std::vector<Finding> findings_;
  std::set<std::pair<std::string, uint32_t>> reported_;
  Statistics statistics_;
};

/// What a fault says of a known instruction in a form that is not executed.
std::string describeUnsupported(const std::string &opcode);
} // namespace dgemm::sim

#endif // DGEMM_LIB_SIMULATOR_CTA_H
