//===- WaitAhead.cpp - Waiting for the next slot behind the products ------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGK/Transforms/Passes.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/SCF/Transforms/Transforms.h"

using namespace mlir;

namespace dgk {
#define GEN_PASS_DEF_DGKWAITAHEADPASS
#include "dgemm/Dialect/DGK/Transforms/Passes.h.inc"
} // namespace dgk

using namespace dgk;

/// Scales of which a thread can hold two sets beside its sums: those of rows,
/// two for each instruction, and those of few blocks.
static constexpr int64_t kFewScales = 8;

static bool areFew(Value scales) {
  auto type = cast<ScalesType>(scales.getType());
  return type.getSide() == Side::A || type.getRows() <= kFewScales;
}

/// Whether `view` shows scales that can be read a K tile ahead.
static bool isReadAhead(ViewOp view) {
  return llvm::all_of(view->getUsers(), [&](Operation *user) {
    auto read = dyn_cast<ReadScalesOp>(user);
    return read && read->getBlock() == view->getBlock() && areFew(read);
  });
}

/// The last product of the loop's body, null if there is none.
static MmaOp getLastProduct(Block &body) {
  MmaOp last;
  for (auto product : body.getOps<MmaOp>())
    last = product;
  return last;
}

/// What happens a K tile ahead: the wait, the reads of few scales, and all that
/// these need.
static llvm::SetVector<Operation *> getReadAhead(scf::ForOp loop, WaitOp wait) {
  SmallVector<Operation *> roots = {wait};
  for (Operation *user : wait.getSlot().getUsers())
    if (auto view = dyn_cast<ViewOp>(user); view && isReadAhead(view))
      llvm::append_range(roots, view->getUsers());
  for (auto fetch : loop.getBody()->getOps<FetchScalesOp>())
    if (areFew(fetch))
      roots.push_back(fetch);

  llvm::SetVector<Operation *> ahead;
  BackwardSliceOptions options;
  options.inclusive = true;
  options.omitBlockArguments = true;
  options.filter = [&](Operation *op) {
    return op->getBlock() == loop.getBody();
  };
  for (Operation *root : roots)
    (void)getBackwardSlice(root, &ahead, options);
  return ahead;
}

/// Lets `product` be in flight until the operation behind it.
static AwaitOp await(MmaOp product) {
  OpBuilder builder(product);
  builder.setInsertionPointAfter(product);
  auto wait = AwaitOp::create(builder, product.getLoc(), product);
  product.getResult().replaceAllUsesExcept(wait, wait);
  return wait;
}

/// The body's operations with their stages: 0 for what is a K tile ahead, which
/// stands in front of `next`.
static std::vector<std::pair<Operation *, unsigned>>
getOrder(scf::ForOp loop, const llvm::SetVector<Operation *> &ahead,
         Operation *next) {
  std::vector<std::pair<Operation *, unsigned>> order;
  for (Operation &op : loop.getBody()->without_terminator()) {
    if (&op == next)
      for (Operation &first : loop.getBody()->without_terminator())
        if (ahead.contains(&first))
          order.emplace_back(&first, 0);
    if (!ahead.contains(&op))
      order.emplace_back(&op, 1);
  }
  return order;
}

/// Leaves the body of `loop` alone, which has one iteration: the pipeliner,
/// which wants constants, makes a bound of arithmetic that does not show it.
static void removeLoop(RewriterBase &rewriter, scf::ForOp loop) {
  rewriter.setInsertionPoint(loop);
  loop.setUpperBound(arith::ConstantIndexOp::create(
      rewriter, loop.getLoc(),
      *getConstantIntValue(loop.getLowerBound()) +
          *getConstantIntValue(loop.getStep())));
  (void)loop.promoteIfSingleIteration(rewriter);
}

namespace {
struct WaitAhead : dgk::impl::DGKWaitAheadPassBase<WaitAhead> {
  void runOnOperation() override {
    // Others read fragments ahead: dgk-overlap-slots.
    ScheduleAttr schedule = getOperation().getScheduleAttr();
    if (!schedule || !schedule.getMatrixInstruction().readsShared())
      return;
    SmallVector<scf::ForOp> loops;
    getOperation().walk([&](scf::ForOp loop) { loops.push_back(loop); });
    for (scf::ForOp loop : loops)
      if (failed(waitAhead(loop)))
        return signalPassFailure();
  }

  LogicalResult waitAhead(scf::ForOp loop) {
    Block &body = *loop.getBody();
    auto waits = body.getOps<WaitOp>();
    MmaOp last = getLastProduct(body);
    std::optional<APInt> trips = loop.getStaticTripCount();
    if (!last || !llvm::hasSingleElement(waits) || !trips || trips->ult(2))
      return success();
    scf::PipeliningOption options;
    AwaitOp next = await(last);
    options.getScheduleFn = [&](scf::ForOp loop, auto &order) {
      order = getOrder(loop, getReadAhead(loop, *waits.begin()), next);
    };
    IRRewriter rewriter(loop);
    FailureOr<scf::ForOp> rest = scf::pipelineForLoop(rewriter, loop, options);
    if (failed(rest))
      return loop.emitOpError("[wait_ahead-c1] carries a value that scales of "
                              "the next K tile need before it is known, "
                              "expected the position of scales to depend on "
                              "the induction variable only; compute it from "
                              "that");
    // A product that starts from zero must see that it does, in a body that is
    // left without a loop.
    if (*trips == 2)
      removeLoop(rewriter, *rest);
    ++numAhead;
    return success();
  }
};
} // namespace
