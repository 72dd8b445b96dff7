//===- KernelBackend.cpp - Ops run as compiled kernels --------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Execution/KernelBackend.h"

#include "dgemm/Compiler/Compiler.h"
#include "dgemm/Compiler/LaunchPlan.h"
#include "dgemm/Compiler/PackContent.h"
#include "dgemm/Dialect/DGemm/IR/DGemmOps.h"
#include "dgemm/Target/Targets.h"

#include "mlir/IR/Builders.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"

using namespace mlir;
using namespace dgemm;
using reference::Expected;
using reference::Tensor;
using reference::View;

namespace {
/// An op as code.
struct CompiledOp {
  launch::LaunchPlan plan;
  std::string code;
  Arithmetic arithmetic;
};
} // namespace

bool OpRun::passed() const {
  return llvm::all_of(
      runs, [](const device::KernelRun &run) { return run.passed(); });
}

//===----------------------------------------------------------------------===//
// Compilation
//===----------------------------------------------------------------------===//

/// Where rows and words are in an operand that holds packed scales.
static std::optional<PackedScaleDims> getPackedDims(OpOperand &operand) {
  auto problem = dyn_cast<ProblemOpInterface>(operand.getOwner());
  return problem ? problem.getPackedScaleDims(operand) : std::nullopt;
}

/// The buffer that an operand is in: its own type, or that of a dense buffer
/// for a tensor, with the layout that packed scales need.
static MemRefType getBufferType(OpOperand &operand) {
  Type type = operand.get().getType();
  if (auto memref = dyn_cast<MemRefType>(type))
    return memref;
  auto tensor = cast<RankedTensorType>(type);
  std::optional<PackedScaleDims> packed = getPackedDims(operand);
  if (!packed)
    return MemRefType::get(tensor.getShape(), tensor.getElementType());
  auto layout =
      StridedLayoutAttr::get(tensor.getContext(), /*offset=*/0,
                             getPackedScaleStrides(tensor.getShape(), *packed));
  return MemRefType::get(tensor.getShape(), tensor.getElementType(), layout);
}

/// A module with a function that does nothing but `op`, on buffers that are its
/// arguments.
static OwningOpRef<ModuleOp> outline(Operation *op) {
  OpBuilder builder(op->getContext());
  OwningOpRef<ModuleOp> module = ModuleOp::create(op->getLoc());
  llvm::MapVector<Value, Type> types;
  for (OpOperand &operand : op->getOpOperands())
    types.insert({operand.get(), getBufferType(operand)});
  auto arguments = llvm::to_vector(llvm::make_second_range(types));
  auto around = op->getParentOfType<func::FuncOp>();
  builder.setInsertionPointToEnd(module->getBody());
  auto function = func::FuncOp::create(builder, op->getLoc(),
                                       around ? around.getSymName() : "dgemm",
                                       builder.getFunctionType(arguments, {}));
  Block *body = function.addEntryBlock();
  IRMapping mapping;
  for (auto [value, argument] :
       llvm::zip_equal(llvm::make_first_range(types), body->getArguments()))
    mapping.map(value, argument);
  SmallVector<Value> operands;
  for (Value operand : op->getOperands())
    operands.push_back(mapping.lookup(operand));
  builder.setInsertionPointToEnd(body);
  builder.insert(Operation::create(
      op->getLoc(), op->getName(), /*resultTypes=*/TypeRange(), operands,
      op->getAttrDictionary(), op->getPropertiesStorage(),
      /*successors=*/BlockRange(), /*numRegions=*/0));
  func::ReturnOp::create(builder, op->getLoc());
  return module;
}

static Arithmetic convert(const pack::Arithmetic &arithmetic) {
  Arithmetic result;
  result.productsPerRounding = arithmetic.productsPerRounding;
  result.truncation.products = arithmetic.truncatedProducts;
  result.truncation.alignmentBits = static_cast<int>(arithmetic.alignmentBits);
  result.truncation.fractionBits = static_cast<int>(arithmetic.fractionBits);
  result.truncation.chain = arithmetic.chain;
  return result;
}

/// Expects the extents that a product has. One of 0 rows needs a kernel, too:
/// that nothing is launched is up to its plan.
static void setExtents(Operation *op, ArrayRef<View> views,
                       CompileOptions &options) {
  auto matmul = dyn_cast<MatmulOp>(op);
  if (!matmul)
    return;
  Layout layout = matmul.getLayout();
  bool isKFirstInA = layout == Layout::TN || layout == Layout::TT;
  bool isKFirstInB = layout == Layout::NN || layout == Layout::TN;
  auto getShape = [&](Value value) {
    size_t index = llvm::find(op->getOperands(), value).getIndex();
    return ArrayRef<int64_t>(views[index].shape);
  };
  ArrayRef<int64_t> a = getShape(matmul.getA()), b = getShape(matmul.getB());
  options.expectedM = std::max<int64_t>(a[isKFirstInA], 1);
  options.expectedN = std::max<int64_t>(b[isKFirstInB], 1);
  options.expectedK = std::max<int64_t>(b[!isKFirstInB], 1);
}

static FailureOr<CompiledOp> compileOp(Operation *op, ArrayRef<View> views,
                                       const KernelBackendOptions &backend) {
  const std::string &target = backend.target;
  OwningOpRef<ModuleOp> module = outline(op);
  CompileOptions options;
  options.target = target;
  setExtents(op, views, options);
  if (backend.expectedM > 0)
    options.expectedM = backend.expectedM;
  options.stage = Stage::DGKAsync;
  if (failed(compile(*module, options)))
    return failure();
  auto kernels = llvm::to_vector(module->getOps<dgk::KernelOp>());
  if (kernels.size() != 1)
    return op->emitOpError("became ")
           << kernels.size() << " kernels, expected one to launch";
  FailureOr<launch::LaunchPlan> plan = getLaunchPlan(kernels.front(), target);
  if (failed(plan))
    return failure();
  CompiledOp result;
  result.plan = std::move(*plan);
  if (kernels.front().getScheduleAttr())
    result.arithmetic = convert(getArithmetic(kernels.front()));
  options.stage = backend.assemble && findPtxas() ? Stage::Cubin : Stage::PTX;
  FailureOr<CompileResult> code = compile(*module, options);
  if (failed(code))
    return failure();
  result.code = std::move(code->output);
  return result;
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

/// `view` with the strides that packed scales have on a device. The copy is
/// kept in `copies`.
static Expected<View> repack(const View &view, PackedScaleDims dims,
                             std::vector<Tensor> &copies) {
  SmallVector<int64_t> strides = getPackedScaleStrides(view.shape, dims);
  Expected<Tensor> copy =
      Tensor::create(view.type, view.shape, {strides.begin(), strides.end()});
  if (!copy)
    return copy.error();
  if (reference::Status status = reference::copyElements(view, copy->view());
      !status.ok())
    return status.error();
  copies.push_back(*copy);
  return copy->view();
}

/// What the kernel of `op` is given for its operands.
static Expected<std::vector<device::KernelOperand>>
getKernelOperands(Operation *op, ArrayRef<View> views,
                  std::vector<Tensor> &copies) {
  auto destination = dyn_cast<DestinationStyleOpInterface>(op);
  auto problem = dyn_cast<ProblemOpInterface>(op);
  std::vector<device::KernelOperand> result;
  for (auto [operand, view] : llvm::zip_equal(op->getOpOperands(), views)) {
    device::KernelOperand &entry = result.emplace_back();
    entry.view = view;
    entry.isWritten = destination && destination.isDpsInit(&operand);
    entry.isRead = !entry.isWritten || (problem && problem.readsInits());
    std::optional<PackedScaleDims> packed = getPackedDims(operand);
    bool isTensor = isa<TensorType>(operand.get().getType());
    if (!packed || !isTensor || entry.isWritten)
      continue;
    Expected<View> copy = repack(view, *packed, copies);
    if (!copy)
      return copy.error();
    entry.view = *copy;
  }
  return result;
}

FailureOr<Arithmetic> KernelBackend::run(Operation *op, ArrayRef<View> views) {
  FailureOr<CompiledOp> compiled = compileOp(op, views, options);
  if (failed(compiled))
    return failure();
  auto fail = [&](const std::string &message) {
    return op->emitOpError("on ") << device.name() << ": " << message;
  };
  auto kernel = device.load(compiled->code, compiled->plan);
  if (!kernel)
    return fail(kernel.message());
  std::vector<Tensor> copies;
  auto operands = getKernelOperands(op, views, copies);
  if (!operands)
    return fail(operands.message());
  std::vector<uint64_t> seeds;
  for (uint64_t i = 0; i < options.orders; ++i)
    seeds.push_back(options.seed + i);
  auto runs =
      device::runKernel(device, **kernel, compiled->plan, *operands, seeds);
  if (!runs)
    return fail(runs.message());
  opRuns.push_back({op, compiled->plan.entry, std::move(*runs)});
  return compiled->arithmetic;
}

std::string KernelBackend::getStatistics() const {
  std::string result;
  for (const OpRun &opRun : opRuns)
    for (const device::KernelRun &run : opRun.runs)
      result += (result.empty() ? "[\n" : ",\n") + run.report.statistics;
  return result.empty() ? "[]\n" : result + "]\n";
}

FailureOr<device::SimulatedChip> dgemm::getSimulatedChip(Location location,
                                                         StringRef target) {
  location.getContext()->loadDialect<dgk::DGKDialect>();
  dgk::TargetAttr chip = dgk::lookupTarget(location.getContext(), target);
  if (!chip)
    return emitError(location, "unknown target '")
           << target
           << "'; known targets: " << llvm::join(dgk::getKnownChips(), ", ");
  device::SimulatedChip result;
  result.smCount = chip.getRates().getSmCount();
  result.sharedPerCta =
      static_cast<uint32_t>(chip.getLimits().getSharedPerCta());
  return result;
}
