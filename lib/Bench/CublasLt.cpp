//===- CublasLt.cpp - The baseline ----------------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CublasLt.h"

#include "SharedLibrary.h"

#include <cstdlib>

using namespace dgemm::bench;

/// cublasLtMatmulHeuristicResult_t.
namespace {
struct HeuristicResult {
  uint64_t algorithm[8] = {};
  size_t workspaceBytes = 0;
  int state = 0;
  float waves = 0;
  int reserved[4] = {};
};
} // namespace

struct dgemm::bench::CublasLtFunctions {
  SharedLibrary library;
  int (*create)(void **) = nullptr;
  int (*createDescription)(void **, int, int) = nullptr;
  int (*setDescription)(void *, int, const void *, size_t) = nullptr;
  int (*createLayout)(void **, int, uint64_t, uint64_t, int64_t) = nullptr;
  int (*createPreference)(void **) = nullptr;
  int (*setPreference)(void *, int, const void *, size_t) = nullptr;
  int (*getHeuristic)(void *, void *, void *, void *, void *, void *, void *,
                      int, HeuristicResult *, int *) = nullptr;
  int (*matmul)(void *, void *, const void *, const void *, void *,
                const void *, void *, const void *, const void *, void *,
                void *, void *, const void *, void *, size_t, void *) = nullptr;

  Status load(const std::string &path);
};

// Numbers of enumerators: cudaDataType, cublasComputeType_t, attributes of
// descriptions and preferences, cublasOperation_t.
static constexpr int kF32 = 0;
static constexpr int kBf16 = 14;
static constexpr int kF8E4M3 = 28;
static constexpr int kCompute32F = 68;
static constexpr int kTransA = 3;
static constexpr int kTransB = 4;
static constexpr int kScaleOfA = 17;
static constexpr int kScaleOfB = 18;
static constexpr int kMaxWorkspace = 1;
static constexpr int32_t kNoTranspose = 0;
static constexpr int32_t kTranspose = 1;
static constexpr uint64_t kWorkspaceBytes = uint64_t(32) << 20;
static constexpr uint64_t kScaleDistance = 256;

Status CublasLtFunctions::load(const std::string &path) {
  std::vector<std::string> names = {path};
  if (path.empty()) {
    names = {"libcublasLt.so.13", "libcublasLt.so.12", "libcublasLt.so"};
    if (const char *home = std::getenv("CUDA_HOME"))
      names.push_back(std::string(home) + "/lib64/libcublasLt.so");
    names.push_back("/usr/local/cuda/lib64/libcublasLt.so");
  }
  Status status = library.open(names);
  auto find = [&](const char *name, auto *&function) {
    if (status.ok())
      status = library.find(name, function);
  };
  find("cublasLtCreate", create);
  find("cublasLtMatmulDescCreate", createDescription);
  find("cublasLtMatmulDescSetAttribute", setDescription);
  find("cublasLtMatrixLayoutCreate", createLayout);
  find("cublasLtMatmulPreferenceCreate", createPreference);
  find("cublasLtMatmulPreferenceSetAttribute", setPreference);
  find("cublasLtMatmulAlgoGetHeuristic", getHeuristic);
  find("cublasLtMatmul", matmul);
  return status;
}

CublasLt::CublasLt() : functions(std::make_unique<CublasLtFunctions>()) {}
CublasLt::~CublasLt() = default;

Expected<std::unique_ptr<CublasLt>> CublasLt::open(const Gpu &gpu,
                                                   const std::string &path) {
  std::unique_ptr<CublasLt> out(new CublasLt);
  if (Status status = out->functions->load(path); !status.ok())
    return status.error();
  if (int result = out->functions->create(&out->handle))
    return Error{"cublasLtCreate failed: " + std::to_string(result)};
  Expected<GpuMemory> workspace = gpu.allocate(kWorkspaceBytes);
  if (!workspace)
    return workspace.error();
  out->workspace = std::move(*workspace);
  // Far enough apart for any alignment.
  std::vector<float> ones(2 * kScaleDistance / sizeof(float), 1.0f);
  Expected<GpuMemory> scales = gpu.allocate(2 * kScaleDistance);
  if (!scales)
    return scales.error();
  out->scales = std::move(*scales);
  Status status =
      gpu.write(out->scales.getAddress(), ones.data(), 2 * kScaleDistance);
  if (!status.ok())
    return status.error();
  return out;
}

static int getType(const std::string &type) {
  return type == "bf16" ? kBf16 : type == "f8E4M3FN" ? kF8E4M3 : kF32;
}

// cuBLASLt is column-major: what it calls A is our B, and D is transposed. The
// descriptions live as long as the process; there are a few hundred of them.
Expected<std::function<Status()>>
CublasLt::prepare(const Problem &problem, const ProductAddresses &addresses) {
  CublasLtFunctions &f = *functions;
  void *description = nullptr, *a = nullptr, *b = nullptr, *d = nullptr;
  void *preference = nullptr;
  int failed = f.createDescription(&description, kCompute32F, kF32);
  auto set = [&](int attribute, const auto &value) {
    if (!failed)
      failed = f.setDescription(description, attribute, &value, sizeof(value));
  };
  bool isKMajorA = problem.layout[0] == 'n',
       isKMajorB = problem.layout[1] == 't';
  set(kTransA, isKMajorB ? kTranspose : kNoTranspose);
  set(kTransB, isKMajorA ? kNoTranspose : kTranspose);
  if (problem.hasScales()) {
    set(kScaleOfA, scales.getAddress());
    set(kScaleOfB, scales.getAddress() + kScaleDistance);
  }
  auto layout = [&](void *&out, const std::string &type, int64_t rows,
                    int64_t columns) {
    if (!failed)
      failed = f.createLayout(&out, getType(type), rows, columns, rows);
  };
  layout(a, problem.b, isKMajorB ? problem.k : problem.n,
         isKMajorB ? problem.n : problem.k);
  layout(b, problem.a, isKMajorA ? problem.k : problem.m,
         isKMajorA ? problem.m : problem.k);
  layout(d, problem.d, problem.n, problem.m);
  if (!failed)
    failed = f.createPreference(&preference);
  if (!failed)
    failed = f.setPreference(preference, kMaxWorkspace, &kWorkspaceBytes,
                             sizeof(kWorkspaceBytes));
  HeuristicResult best;
  int found = 0;
  if (!failed)
    failed = f.getHeuristic(handle, description, a, b, d, d, preference, 1,
                            &best, &found);
  if (failed || found == 0)
    return Error{"cuBLASLt has no algorithm for " + problem.getName() +
                 " (status " + std::to_string(failed) + ")"};
  return std::function<Status()>([=]() -> Status {
    const float alpha = 1, beta = problem.accumulate ? 1 : 0;
    auto pointer = [](uint64_t address) {
      return reinterpret_cast<void *>(address);
    };
    int result = functions->matmul(
        handle, description, &alpha, pointer(addresses.b), a,
        pointer(addresses.a), b, &beta, pointer(addresses.d), d,
        pointer(addresses.d), d, best.algorithm,
        pointer(workspace.getAddress()), kWorkspaceBytes, nullptr);
    if (result == 0)
      return {};
    return Error{"cublasLtMatmul failed: " + std::to_string(result)};
  });
}
