//===- KernelBackendTest.cpp - Ops run as compiled kernels ----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Execution/KernelBackend.h"

#include "dgemm/InitAll.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"

#include "gtest/gtest.h"

using namespace mlir;
using namespace dgemm;

namespace {

constexpr llvm::StringLiteral matmul = R"(
func.func @proj(%a: memref<?x512xf8E4M3FN>, %sa: memref<?x1xi32, strided<[1, ?]>>,
                %b: memref<256x512xf8E4M3FN>, %sb: memref<256x1xi32, strided<[1, 256]>>,
                %d: memref<?x256xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x512xf8E4M3FN>, memref<?x1xi32, strided<[1, ?]>>,
        memref<256x512xf8E4M3FN>, memref<256x1xi32, strided<[1, 256]>>)
    outs(%d : memref<?x256xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
})";

class FakeKernel final : public device::LoadedKernel {};

/// Computes nothing; every launch after the first has a finding.
class FakeDevice final : public device::Device {
public:
  const char *name() const override { return "fake"; }
  int64_t smCount() const override { return 7; }
  device::Expected<std::unique_ptr<device::LoadedKernel>>
  load(const std::string &code, const launch::LaunchPlan &) override {
    loaded = code;
    return std::unique_ptr<device::LoadedKernel>(
        std::make_unique<FakeKernel>());
  }
  device::Expected<uint64_t> allocate(const std::string &name,
                                      uint64_t bytes) override {
    names.push_back(name);
    memory.emplace_back(bytes, device::kPoison);
    return memory.size() << 32;
  }
  device::Status release(uint64_t) override { return {}; }
  device::Status write(uint64_t address, const void *from,
                       uint64_t bytes) override {
    std::memcpy(at(address), from, bytes);
    return {};
  }
  device::Status read(uint64_t address, void *to,
                      uint64_t bytes) const override {
    std::memcpy(to, const_cast<FakeDevice *>(this)->at(address), bytes);
    return {};
  }
  device::Status poison(uint64_t address, uint64_t bytes) override {
    std::memset(at(address), device::kPoison, bytes);
    return {};
  }
  device::Expected<device::LaunchReport> launch(const device::LoadedKernel &,
                                                const launch::Launch &launch,
                                                uint64_t seed) override {
    grid = launch.grid;
    device::LaunchReport report;
    if (seed != 40)
      report.findings.push_back("boom");
    report.statistics = "{\"seed\": " + std::to_string(seed) + "}\n";
    return report;
  }

  std::string loaded;
  std::vector<std::string> names;
  uint32_t grid = 0;

private:
  uint8_t *at(uint64_t address) {
    return memory[(address >> 32) - 1].data() + (address & 0xffffffffu);
  }
  std::vector<std::vector<uint8_t>> memory;
};

class KernelBackendTest : public ::testing::Test {
protected:
  KernelBackendTest() {
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.printOpOnDiagnostic(false);
    module = parseSourceString<ModuleOp>(matmul, &context);
  }

  /// Runs @proj with 20 rows.
  LogicalResult run(KernelBackend &backend) {
    InterpreterOptions options;
    options.backend = &backend;
    options.check = true;
    options.threads = 1;
    options.extents["m"] = 20;
    interpreter = std::make_unique<Interpreter>(
        *module->getOps<func::FuncOp>().begin(), options);
    if (failed(interpreter->prepare()))
      return failure();
    return interpreter->run();
  }

  DialectRegistry registry;
  MLIRContext context{MLIRContext::Threading::DISABLED};
  OwningOpRef<ModuleOp> module;
  std::unique_ptr<Interpreter> interpreter;
};

TEST_F(KernelBackendTest, LaunchesOnceForEachSeed) {
  FakeDevice device;
  KernelBackend backend(device, {"sm_121a", 40, 2});
  ASSERT_TRUE(succeeded(run(backend)));
  EXPECT_NE(device.loaded.find(".target sm_121a"), std::string::npos);
  EXPECT_EQ(device.names,
            (std::vector<std::string>{"a", "b", "a_scale", "b_scale", "d"}));
  // Not more CTAs than the device has multiprocessors.
  EXPECT_GT(device.grid, 0u);
  EXPECT_LE(device.grid, 7u);
  ASSERT_EQ(backend.getRuns().size(), 1u);
  const OpRun &opRun = backend.getRuns().front();
  EXPECT_EQ(opRun.kernel, "proj_kernel");
  EXPECT_FALSE(opRun.passed());
  EXPECT_TRUE(opRun.runs.at(0).passed());
  EXPECT_EQ(opRun.runs.at(1).report.findings, std::vector<std::string>{"boom"});
  EXPECT_EQ(backend.getStatistics(),
            "[\n{\"seed\": 40}\n,\n{\"seed\": 41}\n]\n");
}

TEST_F(KernelBackendTest, TheReferenceChecksWhatTheDeviceWrote) {
  FakeDevice device;
  KernelBackend backend(device, {"sm_120a", 40, 1});
  ASSERT_TRUE(succeeded(run(backend)));
  // The fake wrote nothing, so everything is wrong.
  ASSERT_EQ(interpreter->getChecks().size(), 1u);
  EXPECT_EQ(interpreter->getChecks().front().details.failures, 20 * 256);
}

TEST_F(KernelBackendTest, ChipsAreThoseOfTheCompiler) {
  auto chip = getSimulatedChip(module->getLoc(), "sm_120a");
  ASSERT_TRUE(succeeded(chip));
  EXPECT_EQ(chip->smCount, 188);
  EXPECT_EQ(chip->sharedPerCta, 101376u);
  std::string error;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    error = diagnostic.str();
    return success();
  });
  EXPECT_TRUE(failed(getSimulatedChip(module->getLoc(), "sm_1")));
  EXPECT_EQ(error.find("unknown target 'sm_1'; known targets: sm_90a"), 0u);
}

} // namespace
