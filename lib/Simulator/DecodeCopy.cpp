//===- DecodeCopy.cpp - Modifiers of asynchronous copies ------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DecodeCopy.h"
#include "Parser.h"

#include <algorithm>

using namespace dgemm::sim;
using Path = CopyForm::Path;
using Mode = CopyForm::Mode;

namespace {

/// Reads the modifiers of one bulk copy, then checks them together.
class BulkDecoder {
public:
  BulkDecoder(std::string_view opcode, std::string_view target)
      : opcode_(opcode), target_(target), chip_(parseChip(target)) {}

  Expected<DecodedCopy<CopyForm>> run();

private:
  bool modifier(std::string_view name);
  bool modeModifier(std::string_view name);
  bool reduction(std::string_view name);
  Status finishPath();
  Status finishMode();
  Status finishCompletion();
  Status finishReduction();
  Status checkTarget() const;
  Status lacks(const std::string &feature) const {
    return Error{"'" + std::string(target_) + "' has no " + feature};
  }
  int8_t operand(char letter) {
    signature_ += letter;
    return static_cast<int8_t>(signature_.size() - 1);
  }
  void assignOperands();

  std::string_view opcode_;
  std::string_view target_;
  Chip chip_;
  CopyForm form_;
  std::string signature_;
  std::vector<std::string_view> spaces_;
  std::string_view unknown_;
  std::string_view reduceType_;
  bool prefetch_ = false;
  bool tensor_ = false;
  bool mbarrier_ = false;
  bool bulkGroup_ = false;
  bool cacheHint_ = false;
  bool noFtz_ = false;
  bool hasOp_ = false;
};

} // namespace

static constexpr std::pair<std::string_view, ReduceOp> reduceOps[] = {
    {"add", ReduceOp::Add}, {"min", ReduceOp::Min}, {"max", ReduceOp::Max},
    {"inc", ReduceOp::Inc}, {"dec", ReduceOp::Dec}, {"and", ReduceOp::And},
    {"or", ReduceOp::Or},   {"xor", ReduceOp::Xor}};

static constexpr std::pair<std::string_view, ReduceType> reduceTypes[] = {
    {"f16", ReduceType::F16}, {"bf16", ReduceType::BF16},
    {"f32", ReduceType::F32}, {"f64", ReduceType::F64},
    {"u32", ReduceType::U32}, {"s32", ReduceType::S32},
    {"u64", ReduceType::U64}, {"s64", ReduceType::S64},
    {"b32", ReduceType::U32}, {"b64", ReduceType::U64}};

std::vector<std::string_view> dgemm::sim::splitDots(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    size_t dot = text.find('.');
    parts.push_back(text.substr(0, dot));
    if (dot == std::string_view::npos)
      break;
    text.remove_prefix(dot + 1);
  }
  return parts;
}

Chip dgemm::sim::parseChip(std::string_view target) {
  Chip chip;
  if (target.substr(0, 3) != "sm_")
    return chip;
  target.remove_prefix(3);
  for (; !target.empty() && target[0] >= '0' && target[0] <= '9' &&
         chip.number < 100000;
       target.remove_prefix(1))
    chip.number = chip.number * 10 + unsigned(target[0] - '0');
  if (!target.empty())
    chip.suffix = target[0];
  return chip;
}

uint32_t Chip::sharedMemoryLimit() const {
  switch (number) {
  case 70:
  case 72:
    return 96 * 1024;
  case 75:
    return 64 * 1024;
  case 80:
  case 87:
    return 163 * 1024;
  case 86:
  case 89:
  case 120:
  case 121:
    return 99 * 1024;
  default:
    return 227 * 1024;
  }
}

bool BulkDecoder::reduction(std::string_view name) {
  for (const auto &[spelling, op] : reduceOps) {
    if (name != spelling)
      continue;
    form_.reduceOp = op;
    hasOp_ = true;
    return true;
  }
  for (const auto &[spelling, type] : reduceTypes) {
    if (name != spelling || tensor_)
      continue;
    form_.reduceType = type;
    reduceType_ = name;
    return true;
  }
  noFtz_ |= name == "noftz";
  return name == "noftz";
}

bool BulkDecoder::modeModifier(std::string_view name) {
  if (name.size() == 2 && name[1] == 'd' && name[0] >= '1' && name[0] <= '5')
    form_.rank = static_cast<uint8_t>(name[0] - '0');
  else if (name == "tile")
    form_.mode = Mode::Tile;
  else if (name == "tile::gather4")
    form_.mode = Mode::Gather4;
  else if (name == "tile::scatter4")
    form_.mode = Mode::Scatter4;
  else if (name == "cta_group::1" || name == "cta_group::2")
    form_.ctaGroup = static_cast<uint8_t>(name.back() - '0');
  else
    return false;
  return true;
}

bool BulkDecoder::modifier(std::string_view name) {
  if (form_.reduces && reduction(name))
    return true;
  if (tensor_ && modeModifier(name))
    return true;
  if (name == "global" || name == "shared::cta" || name == "shared::cluster")
    spaces_.push_back(name);
  else if (name == "mbarrier::complete_tx::bytes")
    mbarrier_ = true;
  else if (name == "bulk_group")
    bulkGroup_ = true;
  else if (name == "multicast::cluster")
    form_.multicast = true;
  else if (name == "L2::cache_hint")
    cacheHint_ = true;
  else if (name == "cp_mask")
    form_.byteMask = true;
  else if (name != "L2" || !prefetch_)
    return false;
  return true;
}

Status BulkDecoder::finishPath() {
  auto between = [this](std::string_view to, std::string_view from) {
    return spaces_.size() == 2 && spaces_[0] == to && spaces_[1] == from;
  };
  form_.toCluster = !spaces_.empty() && spaces_[0] == "shared::cluster";
  if (prefetch_ && spaces_.size() == 1 && spaces_[0] == "global")
    form_.path = Path::Prefetch;
  else if (between("global", "shared::cta"))
    form_.path = Path::SharedToGlobal;
  else if (between("shared::cluster", "shared::cta") && !tensor_)
    form_.path = Path::SharedToCluster;
  else if ((between("shared::cluster", "global") ||
            between("shared::cta", "global")) &&
           !form_.reduces)
    form_.path = Path::GlobalToShared;
  else
    return Error{"no copy between these state spaces; expected "
                 ".shared::cluster.global, .shared::cta.global, "
                 ".global.shared::cta or .shared::cluster.shared::cta"};
  if (prefetch_ != (form_.path == Path::Prefetch))
    return Error{"a prefetch is .L2.global"};
  return {};
}

Status BulkDecoder::finishMode() {
  if (!tensor_)
    return {};
  if (form_.mode == Mode::Bulk)
    form_.mode = Mode::Tile;
  if (form_.rank == 0)
    return Error{"expected the rank of the tensor, .1d to .5d"};
  bool store = form_.path == Path::SharedToGlobal;
  if (form_.mode == Mode::Tile)
    return {};
  if (form_.rank != 2)
    return Error{"tile::gather4 and tile::scatter4 are .2d"};
  if (store != (form_.mode == Mode::Scatter4) || form_.reduces)
    return Error{"tile::gather4 is for loads and prefetches, tile::scatter4 "
                 "for stores"};
  return {};
}

Status BulkDecoder::finishCompletion() {
  bool onBarrier =
      form_.path == Path::GlobalToShared || form_.path == Path::SharedToCluster;
  bool inGroup = form_.path == Path::SharedToGlobal;
  if (onBarrier != mbarrier_)
    return Error{onBarrier ? "expected .mbarrier::complete_tx::bytes"
                           : "does not complete on an mbarrier"};
  if (inGroup != bulkGroup_)
    return Error{inGroup ? "expected .bulk_group"
                         : "does not complete in a bulk group"};
  bool load = form_.path == Path::GlobalToShared;
  if (form_.multicast && (!load || !form_.toCluster))
    return Error{".multicast::cluster needs .shared::cluster.global"};
  if (form_.ctaGroup && !load)
    return Error{".cta_group is for loads"};
  if (form_.byteMask && (!inGroup || tensor_ || form_.reduces))
    return Error{".cp_mask is for plain copies from .shared::cta to .global"};
  if (cacheHint_ && form_.path == Path::SharedToCluster)
    return Error{".L2::cache_hint needs .global on one side"};
  return {};
}

/// The combinations that ptxas 13.0 takes.
Status BulkDecoder::finishReduction() {
  if (!form_.reduces)
    return {};
  if (!hasOp_)
    return Error{"expected a reduction: .add .min .max .inc .dec .and .or "
                 ".xor"};
  if (tensor_)
    return noFtz_ ? Status(Error{"unsupported modifier '.noftz'"}) : Status();
  if (reduceType_.empty())
    return Error{"expected an element type"};
  auto is = [this](std::initializer_list<std::string_view> types) {
    return std::find(types.begin(), types.end(), reduceType_) != types.end();
  };
  bool toShared = form_.path == Path::SharedToCluster;
  bool legal = false;
  switch (form_.reduceOp) {
  case ReduceOp::Add:
    legal = is({"u32", "s32", "u64"}) ||
            (!toShared && is({"f16", "bf16", "f32", "f64"}));
    break;
  case ReduceOp::Min:
  case ReduceOp::Max:
    legal =
        is({"u32", "s32"}) || (!toShared && is({"u64", "s64", "f16", "bf16"}));
    break;
  case ReduceOp::Inc:
  case ReduceOp::Dec:
    legal = is({"u32"});
    break;
  default:
    legal = is({"b32"}) || (!toShared && is({"b64"}));
  }
  if (!legal)
    return Error{"no such reduction of ." + std::string(reduceType_) +
                 (toShared ? " in .shared::cluster" : " in .global")};
  bool half = is({"f16", "bf16"}) && form_.reduceOp == ReduceOp::Add;
  if (half != noFtz_)
    return Error{half ? "an addition of ." + std::string(reduceType_) +
                            " needs .noftz"
                      : "'.noftz' is for additions of .f16 and .bf16"};
  return {};
}

Status BulkDecoder::checkTarget() const {
  if (chip_.number < 90)
    return lacks("bulk copies; they need sm_90 or later");
  bool datacenter = chip_.isDatacenterBlackwell();
  if (form_.byteMask && chip_.number < 100)
    return lacks(".cp_mask; it needs sm_100 or later");
  if (form_.ctaGroup && !datacenter)
    return lacks(".cta_group; it needs sm_100a");
  if (form_.mode == Mode::Scatter4 && !datacenter)
    return lacks("tile::scatter4; it needs sm_100a");
  if (form_.mode != Mode::Gather4)
    return {};
  if (form_.path == Path::Prefetch && !datacenter)
    return lacks("prefetch of tile::gather4; it needs sm_100a");
  if (form_.toCluster && !datacenter)
    return lacks(
        "tile::gather4 with .shared::cluster as destination; it "
        "needs sm_100a" +
        std::string(chip_.number >= 100 ? ", or spell it .shared::cta" : ""));
  if (chip_.number < 100)
    return lacks("tile::gather4; it needs sm_100 or later");
  return {};
}

void BulkDecoder::assignOperands() {
  bool store = form_.path == Path::SharedToGlobal;
  bool load = form_.path == Path::GlobalToShared;
  char globalLetter = tensor_ ? 't' : 'm';
  if (form_.path == Path::SharedToCluster)
    form_.remote = operand('m');
  if (store || form_.path == Path::Prefetch)
    form_.global = operand(globalLetter);
  if (form_.path != Path::Prefetch)
    form_.shared = operand('m');
  if (load)
    form_.global = operand(globalLetter);
  if (!tensor_)
    form_.size = operand('s');
  if (load || form_.path == Path::SharedToCluster)
    form_.mbarrier = operand('m');
  if (form_.multicast)
    form_.ctaMask = operand('s');
  if (cacheHint_)
    operand('s');
  if (form_.byteMask)
    form_.bytes = operand('s');
}

Expected<DecodedCopy<CopyForm>> BulkDecoder::run() {
  std::vector<std::string_view> parts = splitDots(opcode_);
  form_.reduces = parts.size() > 1 && parts[1] == "reduce";
  size_t first = form_.reduces ? 4 : 3; // behind cp{.reduce}.async.bulk
  for (; first < parts.size(); ++first) {
    bool isPrefetch = parts[first] == "prefetch",
         isTensor = parts[first] == "tensor";
    if (!isPrefetch && !isTensor)
      break;
    prefetch_ |= isPrefetch;
    tensor_ |= isTensor;
  }
  for (size_t i = first; i < parts.size(); ++i) {
    if (parts[i].substr(0, 6) == "im2col")
      return Error{"modifier '." + std::string(parts[i]) +
                   "': tensor copies are simulated in tile mode only"};
    if (!modifier(parts[i]))
      return Error{"unsupported modifier '." + std::string(parts[i]) + "'"};
  }
  for (auto step :
       {&BulkDecoder::finishPath, &BulkDecoder::finishMode,
        &BulkDecoder::finishCompletion, &BulkDecoder::finishReduction})
    if (Status status = (this->*step)(); !status.ok())
      return status.error();
  if (Status status = checkTarget(); !status.ok())
    return status.error();
  assignOperands();
  return DecodedCopy<CopyForm>{form_, signature_};
}

Expected<DecodedCopy<CopyForm>>
dgemm::sim::decodeBulkCopy(std::string_view opcode, std::string_view target) {
  return BulkDecoder(opcode, target).run();
}

/// What cp.async may carry besides .ca, .cg and the state spaces.
static bool isSmallCopyHint(std::string_view name) {
  return name == "L2::cache_hint" || name == "L2::64B" || name == "L2::128B" ||
         name == "L2::256B";
}

Expected<DecodedCopy<SmallCopySource>>
dgemm::sim::decodeSmallCopy(std::string_view opcode,
                            const std::vector<Operand> &operands) {
  std::vector<std::string_view> parts = splitDots(opcode);
  bool all = parts.size() > 2 && parts[2] == "ca";
  bool global = parts.size() > 2 && parts[2] == "cg";
  bool spaces = parts.size() > 4 &&
                (parts[3] == "shared" || parts[3] == "shared::cta") &&
                parts[4] == "global";
  if ((!all && !global) || !spaces)
    return Error{"expected cp.async.ca.shared.global or "
                 "cp.async.cg.shared.global"};
  bool policy = false;
  for (size_t i = 5; i < parts.size(); ++i) {
    if (!isSmallCopyHint(parts[i]))
      return Error{"unsupported modifier '." + std::string(parts[i]) + "'"};
    policy |= parts[i] == "L2::cache_hint";
  }
  DecodedCopy<SmallCopySource> result{SmallCopySource::All, "mms"};
  if (operands.size() > 3u + policy) {
    bool ignore = operands[3].type == Type::Pred;
    result.form = ignore ? SmallCopySource::Ignore : SmallCopySource::Size;
    result.signature += ignore ? 'p' : 's';
  }
  if (policy)
    result.signature += 's';
  if (operands.size() < 3)
    return result;
  if (operands[2].kind != Operand::Kind::Immediate)
    return Error{"the number of bytes must be a constant"};
  uint64_t bytes = operands[2].value;
  if (bytes != 16 && (global || (bytes != 4 && bytes != 8)))
    return Error{"copies " + std::to_string(bytes) + " bytes, must be " +
                 (global ? "16 with .cg" : "4, 8 or 16")};
  return result;
}

namespace {
struct MapFieldName {
  std::string_view name;
  TensorMapField field;
  bool ordinal;
  bool wide; // .b64
};
} // namespace

static constexpr MapFieldName mapFields[] = {
    {"global_address", TensorMapField::GlobalAddress, false, true},
    {"rank", TensorMapField::Rank, false, false},
    {"box_dim", TensorMapField::BoxDim, true, false},
    {"global_dim", TensorMapField::GlobalDim, true, false},
    {"global_stride", TensorMapField::GlobalStride, true, true},
    {"element_stride", TensorMapField::ElementStride, true, false},
    {"elemtype", TensorMapField::ElemType, false, false},
    {"interleave_layout", TensorMapField::InterleaveLayout, false, false},
    {"swizzle_mode", TensorMapField::SwizzleMode, false, false},
    {"swizzle_atomicity", TensorMapField::SwizzleAtomicity, false, false},
    {"fill_mode", TensorMapField::FillMode, false, false}};

Expected<DecodedCopy<MapReplaceForm>>
dgemm::sim::decodeMapReplace(std::string_view opcode, std::string_view target) {
  std::vector<std::string_view> parts = splitDots(opcode);
  if (parts.size() < 4 || parts[2] != "tile")
    return Error{"expected tensormap.replace.tile and a field"};
  auto field = std::find_if(
      std::begin(mapFields), std::end(mapFields),
      [&](const MapFieldName &entry) { return entry.name == parts[3]; });
  if (field == std::end(mapFields))
    return Error{"unknown field '." + std::string(parts[3]) + "'"};
  DecodedCopy<MapReplaceForm> result;
  result.form.field = field->field;
  result.form.ordinal = field->ordinal;
  size_t next = 4;
  if (next < parts.size() && parts[next] == "global")
    result.form.space = Space::Global;
  else if (next < parts.size() && parts[next] == "shared::cta")
    result.form.space = Space::Shared;
  next += result.form.space != Space::Generic;
  std::string_view type = field->wide ? "b64" : "b32";
  if (parts.size() != next + 2 || parts[next] != "b1024" ||
      parts[next + 1] != type)
    return Error{"expected .global or .shared::cta, then .b1024." +
                 std::string(type)};
  Chip chip = parseChip(target);
  if (chip.number < 90 || !chip.hasSuffix())
    return Error{"'" + std::string(target) +
                 "' has no tensormap.replace; it needs sm_90a, sm_100a or "
                 "sm_120a"};
  if (field->field == TensorMapField::SwizzleAtomicity && chip.number < 100)
    return Error{"'" + std::string(target) +
                 "' has no .swizzle_atomicity; it needs sm_100a or later"};
  result.signature = field->ordinal ? "mss" : "ms";
  return result;
}

Status Decoder::decodeCopy(std::string_view opcode, Instruction &instruction,
                           const std::vector<Operand> &operands,
                           std::string &signature) {
  if (instruction.op == Op::SmallCopy) {
    Expected<DecodedCopy<SmallCopySource>> copy =
        decodeSmallCopy(opcode, operands);
    if (!copy)
      return copy.error();
    instruction.mode = static_cast<uint8_t>(copy->form);
    signature = copy->signature;
    return {};
  }
  if (instruction.op == Op::MapReplace) {
    Expected<DecodedCopy<MapReplaceForm>> replace =
        decodeMapReplace(opcode, target_);
    if (!replace)
      return replace.error();
    instruction.mode = static_cast<uint8_t>(replace->form.field);
    instruction.space = replace->form.space;
    signature = replace->signature;
    kernel_.changesTensorMaps = true;
    return {};
  }
  Expected<DecodedCopy<CopyForm>> copy = decodeBulkCopy(opcode, target_);
  if (!copy)
    return copy.error();
  signature = copy->signature;
  bool tensor = copy->form.mode != Mode::Bulk;
  kernel_.tensorCopies |= tensor;
  // Other CTAs may add to the same elements.
  kernel_.globalAtomics |=
      copy->form.reduces && copy->form.path == Path::SharedToGlobal;
  instruction.descriptor = static_cast<uint32_t>(kernel_.copies.size());
  kernel_.copies.push_back(copy->form);
  return {};
}

Status Decoder::checkBulkCopy(const Instruction &instruction,
                              const std::vector<Operand> &operands) {
  const CopyForm &form = kernel_.copies[instruction.descriptor];
  if (form.size >= 0) {
    const Operand &size = operands[size_t(form.size)];
    if (size.kind == Operand::Kind::Immediate && size.value % 16 != 0)
      return Error{"copies " + std::to_string(size.value) +
                   " bytes, must be a multiple of 16"};
  }
  if (form.mode == Mode::Bulk)
    return {};
  const Operand &tensor = operands[size_t(form.global)];
  const Operand &vector = kernel_.operands[tensor.first + 1];
  if (vector.count != form.coordinates())
    return Error{"has " + std::to_string(vector.count) +
                 " coordinates, must have " +
                 std::to_string(form.coordinates())};
  return {};
}

Status Decoder::checkMapOperands(const Instruction &instruction,
                                 const std::vector<Operand> &operands) {
  if (instruction.op == Op::MapReplace) {
    auto field = static_cast<TensorMapField>(instruction.mode);
    bool constant = field >= TensorMapField::ElemType || operands.size() == 3;
    if (constant && operands[1].kind != Operand::Kind::Immediate)
      return Error{operands.size() == 3 ? "the ordinal must be a constant"
                                        : "the value must be a constant"};
    return {};
  }
  kernel_.changesTensorMaps |= instruction.op != Op::CacheHint;
  // Tensor maps and cache lines have 128 bytes.
  bool sized = !operands.empty() && operands.size() != 1;
  if (sized && (operands.back().kind != Operand::Kind::Immediate ||
                operands.back().value != 128))
    return Error{"the size must be the constant 128"};
  return {};
}
