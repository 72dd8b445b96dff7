//===- WritePack.cpp - A pack as bytes ------------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PackFormat.h"
#include "dgemm/Pack/Operands.h"
#include "dgemm/Pack/Pack.h"

#include <nlohmann/json.hpp>

using namespace dgemm;
using namespace dgemm::pack;
// Keeps the order in which keys are added.
using Json = nlohmann::ordered_json;

static Json toJson(const std::optional<size_t> &index) {
  return index ? Json(*index) : Json(nullptr);
}

static Json toJson(const std::optional<Granularity> &granularity) {
  if (!granularity)
    return nullptr;
  return {{"mn", granularity->mn}, {"k", granularity->k}};
}

static Json toJson(const std::optional<HeadSplit> &heads) {
  if (!heads)
    return nullptr;
  return {{"left", heads->left}, {"mid", heads->mid}, {"right", heads->right}};
}

static Json toJson(const Arithmetic &arithmetic) {
  return {{"products_per_rounding", arithmetic.productsPerRounding},
          {"truncated_products", arithmetic.truncatedProducts},
          {"alignment_bits", arithmetic.alignmentBits},
          {"fraction_bits", arithmetic.fractionBits},
          {"chain", arithmetic.chain}};
}

static Json toJson(const std::optional<Matmul> &matmul) {
  if (!matmul)
    return nullptr;
  return {{"layout", matmul->layout},
          {"a", matmul->a},
          {"b", matmul->b},
          {"a_scale", toJson(matmul->aScale)},
          {"b_scale", toJson(matmul->bScale)},
          {"c", toJson(matmul->c)},
          {"d", matmul->d},
          {"in_place", matmul->inPlace},
          {"a_granularity", toJson(matmul->aGranularity)},
          {"b_granularity", toJson(matmul->bGranularity)},
          {"head_split", toJson(matmul->heads)},
          {"checked", matmul->checked},
          {"arithmetic", toJson(matmul->arithmetic)}};
}

static Json toJson(const std::optional<ChipFacts> &chip) {
  if (!chip)
    return nullptr;
  return {{"sm_count", chip->smCount},
          {"shared_bytes_per_cta", chip->sharedPerCta}};
}

static Json toJson(const std::optional<PtxasFacts> &facts) {
  if (!facts)
    return nullptr;
  return {{"registers", facts->registers},
          {"spill_store_bytes", facts->spillStores},
          {"spill_load_bytes", facts->spillLoads},
          {"stack_bytes", facts->stack},
          {"static_shared_bytes", facts->staticShared},
          {"barriers", facts->barriers}};
}

/// Payloads count their offsets from the first of them, so that the manifest
/// does not depend on its own length.
static Json toPayload(const char *kind, size_t offset,
                      const std::string &bytes) {
  return {{"kind", kind},
          {"offset", offset},
          {"bytes", bytes.size()},
          {"sha256", sha256(bytes)}};
}

static std::string makeManifest(const Pack &pack) {
  Json payloads = Json::array();
  size_t offset = 0;
  auto add = [&](const char *kind, const std::string &bytes) {
    if (bytes.empty())
      return;
    payloads.push_back(toPayload(kind, offset, bytes));
    offset = alignPayload(offset + bytes.size());
  };
  add(kPtx, pack.ptx);
  add(kCubin, pack.cubin);
  Json json = {{"format", kFormat},
               {"version", kPackVersion},
               {"op", pack.op},
               {"matmul", toJson(pack.matmul)},
               {"target", pack.target},
               {"schedule", pack.schedule},
               {"chip", toJson(pack.chip)},
               {"plan", Json::parse(launch::writePlan(pack.plan))},
               {"ptxas", toJson(pack.facts)},
               {"payloads", std::move(payloads)}};
  // Text that is no UTF-8 must not end the process.
  return json.dump(2, ' ', /*ensure_ascii=*/true,
                   Json::error_handler_t::replace) +
         "\n";
}

static void storeInteger(std::string &file, size_t offset, uint64_t value,
                         size_t bytes) {
  for (size_t i = 0; i < bytes; ++i)
    file[offset + i] = static_cast<char>(value >> (8 * i) & 0xff);
}

static void appendPayload(std::string &file, const std::string &bytes) {
  if (bytes.empty())
    return;
  file.resize(alignPayload(file.size()));
  file += bytes;
}

Result<std::string> dgemm::pack::writePack(const Pack &pack) {
  if (Status status = launch::validate(pack.plan); !status.ok())
    return status.error();
  if (pack.ptx.empty() && pack.cubin.empty())
    return Error{ErrorCode::WrongArguments,
                 "pack: '" + pack.plan.entry + "' has neither PTX nor a cubin"};
  if (pack.matmul)
    if (Status status = validate(*pack.matmul, pack.plan); !status.ok())
      return Error{status.error().code, "pack: " + status.error().message};
  std::string manifest = makeManifest(pack);
  std::string file(kHeaderBytes, 0);
  file.replace(0, kMagic.size(), kMagic);
  file += manifest;
  appendPayload(file, pack.ptx);
  appendPayload(file, pack.cubin);
  storeInteger(file, kVersionOffset, kPackVersion, 4);
  storeInteger(file, kFileBytesOffset, file.size(), 8);
  storeInteger(file, kManifestBytesOffset, manifest.size(), 8);
  Sha256::Digest digest = digestOf(file);
  std::copy(digest.begin(), digest.end(), file.begin() + kDigestOffset);
  return file;
}
