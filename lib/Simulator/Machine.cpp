//===- Machine.cpp - Global memory, launches, findings --------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cluster.h"
#include "GlobalRaces.h"
#include "dgemm/Reference/Parallel.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <mutex>

using namespace dgemm;
using namespace dgemm::sim;

/// Between buffers: no access that a kernel gets slightly wrong crosses it.
static constexpr uint64_t guardBytes = uint64_t(1) << 24;

uint64_t GlobalMemory::add(std::string name, std::vector<uint8_t> bytes,
                           bool written) {
  auto buffer = std::make_unique<Buffer>();
  buffer->name = std::move(name);
  buffer->address = next_;
  if (!written)
    buffer->written.resize(bytes.size());
  buffer->bytes = std::move(bytes);
  next_ += (buffer->bytes.size() + 511) / 512 * 512 + guardBytes;
  uint64_t address = buffer->address;
  auto later = std::upper_bound(
      buffers_.begin(), buffers_.end(), address,
      [](uint64_t at, const auto &entry) { return at < entry->address; });
  buffers_.insert(later, std::move(buffer));
  return address;
}

void GlobalMemory::addAt(uint64_t address, std::string name,
                         std::vector<uint8_t> bytes) {
  uint64_t saved = next_;
  next_ = address;
  add(std::move(name), std::move(bytes), true);
  next_ = saved;
}

bool GlobalMemory::remove(uint64_t address) {
  auto found =
      std::find_if(buffers_.begin(), buffers_.end(), [&](const auto &buffer) {
        return buffer->address == address;
      });
  if (found == buffers_.end())
    return false;
  buffers_.erase(found);
  return true;
}

GlobalMemory::Buffer *GlobalMemory::find(uint64_t address, uint64_t size) {
  auto later = std::upper_bound(
      buffers_.begin(), buffers_.end(), address,
      [](uint64_t at, const auto &entry) { return at < entry->address; });
  if (later == buffers_.begin())
    return nullptr;
  Buffer *buffer = (later - 1)->get();
  uint64_t offset = address - buffer->address, bytes = buffer->bytes.size();
  return size <= bytes && offset <= bytes - size ? buffer : nullptr;
}

const GlobalMemory::Buffer *GlobalMemory::find(const std::string &name) const {
  for (const auto &buffer : buffers_)
    if (buffer->name == name)
      return buffer.get();
  return nullptr;
}

std::string GlobalMemory::describe(uint64_t address) const {
  const Buffer *near = nullptr;
  for (const auto &buffer : buffers_)
    if (buffer->address <= address)
      near = buffer.get();
  if (!near)
    return buffers_.empty() || address + guardBytes < buffers_[0]->address
               ? "where no buffer is"
               : std::to_string(buffers_[0]->address - address) +
                     " bytes before '" + buffers_[0]->name + "'";
  uint64_t offset = address - near->address;
  if (offset > near->bytes.size() + guardBytes)
    return "where no buffer is";
  return "byte " + std::to_string(offset) + " of '" + near->name +
         "', which has " + std::to_string(near->bytes.size());
}

std::string Finding::toString() const {
  std::string text = kind + ": kernel " + kernel;
  if (line != 0)
    text += ", line " + std::to_string(line);
  text += ", CTA (" + std::to_string(cta[0]) + ", " + std::to_string(cta[1]) +
          ", " + std::to_string(cta[2]) + ")";
  if (warp >= 0)
    text += ", warp " + std::to_string(warp);
  if (lane >= 0)
    text += ", lane " + std::to_string(lane);
  return text + ": " + message;
}

void Statistics::merge(const Statistics &other) {
  executed.resize(std::max(executed.size(), other.executed.size()));
  for (size_t role = 0; role < other.executed.size(); ++role) {
    const std::vector<uint64_t> &from = other.executed[role];
    executed[role].resize(from.size());
    for (size_t i = 0; i < from.size(); ++i)
      executed[role][i] += from[i];
  }
  counts.resize(std::max(counts.size(), other.counts.size()));
  for (size_t i = 0; i < other.counts.size(); ++i) {
    counts[i].sharedAccesses += other.counts[i].sharedAccesses;
    counts[i].wavefronts += other.counts[i].wavefronts;
    counts[i].bankConflicts += other.counts[i].bankConflicts;
    counts[i].waits += other.counts[i].waits;
    counts[i].waitSlices += other.counts[i].waitSlices;
  }
  multiplyAccumulates += other.multiplyAccumulates;
  warpgroupMatrices += other.warpgroupMatrices;
  operandWavefronts += other.operandWavefronts;
  bytesLoadedByCopies += other.bytesLoadedByCopies;
  bytesStoredByCopies += other.bytesStoredByCopies;
  ctas += other.ctas;
}

std::vector<Role> dgemm::sim::allRoles(const Launch &launch, uint32_t warps) {
  std::vector<Role> roles = launch.roles;
  uint32_t next = 0;
  for (const Role &role : roles)
    next += role.warps;
  for (; next < warps; ++next)
    roles.push_back({"warp " + std::to_string(next), 1});
  return roles;
}

/// "1 parameter", "2 parameters".
static std::string countOf(size_t number, const std::string &what) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

static std::string extents(const uint32_t (&values)[3]) {
  return "(" + std::to_string(values[0]) + ", " + std::to_string(values[1]) +
         ", " + std::to_string(values[2]) + ")";
}

static Error noKernel(const Program &program, const std::string &name) {
  std::string message = "there is no kernel '" + name + "' in the module";
  if (program.kernels.empty())
    return Error{message + ", which has none"};
  message += "; it has ";
  for (const Kernel &kernel : program.kernels)
    message +=
        (&kernel == &program.kernels.front() ? "'" : ", '") + kernel.name + "'";
  return Error{message};
}

/// Lays out the parameter block.
static Status packParameters(const Kernel &kernel, const Launch &launch,
                             std::vector<uint8_t> &block) {
  if (launch.parameters.size() != kernel.parameters.size())
    return Error{"kernel '" + kernel.name + "' has " +
                 countOf(kernel.parameters.size(), "parameter") +
                 ", the launch gives " +
                 std::to_string(launch.parameters.size())};
  block.resize(kernel.parameterBytes);
  for (size_t i = 0; i < kernel.parameters.size(); ++i) {
    const Parameter &parameter = kernel.parameters[i];
    const std::vector<uint8_t> &bytes = launch.parameters[i];
    if (bytes.size() != parameter.size)
      return Error{"parameter " + std::to_string(i) + " ('" + parameter.name +
                   "') has " + countOf(parameter.size, "byte") +
                   ", the launch gives " + std::to_string(bytes.size())};
    std::copy(bytes.begin(), bytes.end(), block.begin() + parameter.offset);
  }
  return {};
}

/// .blocksareclusters: the launch counts clusters, not CTAs.
static Status expandGrid(const Kernel &kernel, Launch &launch) {
  if (!kernel.blocksAreClusters)
    return {};
  if (kernel.requiredCluster[0] == 0 || kernel.requiredThreads[0] == 0)
    return Error{"kernel '" + kernel.name +
                 "' is .blocksareclusters, which needs .reqntid and "
                 ".reqnctapercluster"};
  for (unsigned i = 0; i < 3; ++i) {
    uint64_t extent = uint64_t(launch.grid[i]) * kernel.requiredCluster[i];
    if (extent > (uint64_t(1) << 31))
      return Error{"the grid has more than 2^31 CTAs"};
    launch.grid[i] = static_cast<uint32_t>(extent);
  }
  return {};
}

static Status checkShape(const Kernel &kernel, const Launch &launch) {
  uint64_t threads = 1, ctas = 1;
  for (unsigned i = 0; i < 3; ++i) {
    if (launch.grid[i] == 0)
      return Error{"the grid is " + extents(launch.grid) +
                   ", expected positive extents"};
    if (launch.block[i] == 0 || launch.block[i] > 1024)
      return Error{"the block is " + extents(launch.block) +
                   ", expected extents from 1 to 1024"};
    threads *= launch.block[i];
    ctas *= launch.grid[i];
    if (ctas > (uint64_t(1) << 31))
      return Error{"the grid has more than 2^31 CTAs"};
    uint32_t required = kernel.requiredThreads[i];
    if (required != 0 && required != launch.block[i])
      return Error{"dimension " + std::to_string(i) + " of the block is " +
                   std::to_string(launch.block[i]) + ", .reqntid says " +
                   std::to_string(required)};
  }
  if (threads > 1024 || (kernel.maxThreads != 0 && threads > kernel.maxThreads))
    return Error{"the block has " + std::to_string(threads) +
                 " threads, the kernel takes " +
                 std::to_string(kernel.maxThreads ? kernel.maxThreads : 1024)};
  return {};
}

/// The extents of a cluster: those of the launch, or what the kernel requires,
/// or one CTA.
static Status chooseCluster(const Kernel &kernel, const Launch &launch,
                            LaunchContext &context) {
  const uint32_t *required = kernel.requiredCluster;
  bool given = launch.cluster[0] != 0;
  context.explicitCluster = given || required[0] != 0;
  if (kernel.explicitCluster && !context.explicitCluster)
    return Error{"kernel '" + kernel.name +
                 "' is .explicitcluster: the launch must give 'cluster'"};
  for (unsigned i = 0; i < 3; ++i) {
    uint32_t extent = given              ? launch.cluster[i]
                      : required[0] != 0 ? required[i]
                                         : 1;
    std::string what = "dimension " + std::to_string(i) +
                       " of the cluster is " + std::to_string(extent);
    if (extent == 0 || extent > MaxClusterSize)
      return Error{what + ", must be 1 to " + std::to_string(MaxClusterSize)};
    if (required[0] != 0 && extent != required[i])
      return Error{what + ", .reqnctapercluster says " +
                   std::to_string(required[i])};
    if (launch.grid[i] % extent != 0)
      return Error{what + ", which does not divide the grid's " +
                   std::to_string(launch.grid[i])};
    context.cluster[i] = extent;
    context.clusterSize = (i == 0 ? 1 : context.clusterSize) * extent;
  }
  uint32_t limit = launch.nonPortableCluster ? MaxClusterSize : 8;
  if (kernel.maxClusterRank != 0)
    limit = std::min(limit, kernel.maxClusterRank);
  if (context.clusterSize > limit)
    return Error{"the cluster has " + std::to_string(context.clusterSize) +
                 " CTAs, at most " + std::to_string(limit) + " are allowed" +
                 (kernel.maxClusterRank != 0 && limit == kernel.maxClusterRank
                      ? " (.maxclusterrank)"
                  : launch.nonPortableCluster
                      ? ""
                      : "; 'non_portable_cluster' allows 16")};
  return {};
}

static Status assignRoles(const Launch &launch, LaunchContext &context) {
  context.roles = allRoles(launch, context.warps);
  for (uint32_t i = 0; i < context.roles.size(); ++i)
    context.roleOfWarp.insert(context.roleOfWarp.end(), context.roles[i].warps,
                              i);
  if (context.roleOfWarp.size() != context.warps)
    return Error{"the roles have " + std::to_string(context.roleOfWarp.size()) +
                 " warps, the CTA has " + std::to_string(context.warps)};
  return {};
}

/// What each thread owns before setmaxnreg: the chip's file by the threads, in
/// units of eight.
static uint32_t registersAtLaunch(const Kernel &kernel, uint32_t warps) {
  if (kernel.maxRegisters != 0)
    return kernel.maxRegisters;
  return std::min(65536 / (warps * 32) / 8 * 8, 255u);
}

namespace {

/// Runs clusters of CTAs and collects what they found, in the order of the
/// grid.
class Grid {
public:
  Grid(const LaunchContext &context, uint32_t clusters)
      : context_(context), clusters_(clusters) {}

  Result run();

private:
  void runOne(uint32_t index);
  void runTogether();
  void collect(Cluster &cluster);
  void reportRaces();

  const LaunchContext &context_;
  uint32_t clusters_;
  std::mutex mutex_;
  std::vector<std::pair<uint32_t, Finding>> findings_;
  Statistics statistics_;
  GlobalRaces races_;
};

} // namespace

void Grid::reportRaces() {
  const uint32_t *grid = context_.launch.grid;
  auto setCta = [&](uint32_t index, uint32_t *id) {
    id[0] = index % grid[0];
    id[1] = index / grid[0] % grid[1];
    id[2] = index / grid[0] / grid[1];
  };
  for (const auto &[write, other] : races_.find()) {
    uint32_t id[3];
    setCta(other.cta, id);
    Finding finding;
    finding.kind = "data-race";
    finding.kernel = context_.kernel.name;
    finding.line = write.line;
    setCta(write.cta, finding.cta);
    finding.warp = static_cast<int>(write.warp);
    finding.lane = static_cast<int>(write.lane);
    finding.message =
        "writes global address " +
        hexadecimal(std::max(write.begin, other.begin)) + ", which CTA (" +
        std::to_string(id[0]) + ", " + std::to_string(id[1]) + ", " +
        std::to_string(id[2]) + "), warp " + std::to_string(other.warp) +
        ", lane " + std::to_string(other.lane) + ", line " +
        std::to_string(other.line) +
        " writes too, and no atomic or ordered access orders the two";
    findings_.push_back({write.cta, std::move(finding)});
  }
}

void Grid::collect(Cluster &cluster) {
  std::lock_guard<std::mutex> lock(mutex_);
  for (uint32_t rank = 0; rank < cluster.size(); ++rank) {
    Cta &cta = cluster.cta(rank);
    for (Finding &finding : cta.findings())
      findings_.push_back({cta.index(), std::move(finding)});
    statistics_.merge(cta.statistics());
  }
  if (clusters_ > 1)
    races_.add(cluster);
}

void Grid::runOne(uint32_t index) {
  Cluster cluster(context_, index);
  while (cluster.run(1u << 20))
    continue;
  collect(cluster);
}

/// CTAs that may wait for each other through global memory: in turns, on one
/// thread, as many at a time as the chip has SMs.
void Grid::runTogether() {
  std::vector<std::unique_ptr<Cluster>> resident;
  uint32_t limit = std::max(1u, context_.launch.smCount / context_.clusterSize);
  uint32_t next = 0;
  while (next < clusters_ || !resident.empty()) {
    while (next < clusters_ && resident.size() < limit)
      resident.push_back(std::make_unique<Cluster>(context_, next++));
    for (size_t i = resident.size(); i-- > 0;) {
      if (resident[i]->run(16 * context_.clusterSize))
        continue;
      collect(*resident[i]);
      resident.erase(resident.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
}

Result Grid::run() {
  auto start = std::chrono::steady_clock::now();
  if (context_.kernel.globalAtomics)
    runTogether();
  else
    reference::Parallel(context_.options.threads)
        .forEach(clusters_,
                 [&](int64_t index) { runOne(static_cast<uint32_t>(index)); });
  reportRaces();
  // In the order of the grid, however the host's threads ran.
  std::map<uint32_t, std::vector<Finding>> byCta;
  for (auto &[index, finding] : findings_)
    byCta[index].push_back(std::move(finding));
  Result result;
  std::set<std::pair<std::string, uint32_t>> seen;
  for (auto &[index, findings] : byCta)
    for (Finding &finding : findings)
      if (result.findings.size() < context_.options.maxFindings &&
          seen.insert({finding.kind, finding.line}).second)
        result.findings.push_back(std::move(finding));
  result.statistics = std::move(statistics_);
  result.kernel = context_.kernel.name;
  result.roles = context_.roles;
  result.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  return result;
}

Expected<Result> dgemm::sim::simulate(const Program &program,
                                      const Launch &given, GlobalMemory &memory,
                                      const Options &options) {
  const Kernel *kernel = program.find(given.entry);
  if (!kernel)
    return noKernel(program, given.entry);
  if (!kernel->unresolved.empty())
    return Error{kernel->unresolved};
  Launch launch = given;
  if (Status status = expandGrid(*kernel, launch); !status.ok())
    return status.error();
  if (Status status = checkShape(*kernel, launch); !status.ok())
    return status.error();
  LaunchContext context{program, *kernel, launch, memory, options};
  context.chip = parseChip(program.target);
  if (Status status = chooseCluster(*kernel, launch, context); !status.ok())
    return status.error();
  if (Status status = packParameters(*kernel, launch, context.parameters);
      !status.ok())
    return status.error();
  context.threads = launch.block[0] * launch.block[1] * launch.block[2];
  context.warps = (context.threads + 31) / 32;
  if (Status status = assignRoles(launch, context); !status.ok())
    return status.error();
  uint64_t end = uint64_t(kernel->dynamicShared) + launch.sharedBytes;
  uint64_t limit = options.sharedLimit != 0 ? options.sharedLimit
                                            : context.chip.sharedMemoryLimit();
  if (end - SharedBase > limit)
    return Error{"the CTA needs " + std::to_string(end - SharedBase) +
                 " bytes of shared memory, the chip has " +
                 std::to_string(limit) + " (target " + program.target + ", " +
                 std::to_string(launch.sharedBytes) +
                 " of these bytes are dynamic)"};
  context.sharedEnd = static_cast<uint32_t>(end);
  context.registersAtLaunch = registersAtLaunch(*kernel, context.warps);
  for (const GlobalVariable &variable : program.globals)
    if (!memory.find(variable.address, 1) && !variable.bytes.empty())
      memory.addAt(variable.address, variable.name, variable.bytes);
  TensorMapProxy maps;
  if (kernel->tensorCopies)
    maps.rememberMaps(memory);
  context.maps = &maps;
  uint32_t ctas = launch.grid[0] * launch.grid[1] * launch.grid[2];
  return Grid(context, ctas / context.clusterSize).run();
}
