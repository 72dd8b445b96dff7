//===- PackFormat.h - Layout of a pack in bytes -----------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_PACK_PACKFORMAT_H
#define DGEMM_LIB_PACK_PACKFORMAT_H

#include "Sha256.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace dgemm::pack {

/// No text begins so, and a transfer that changes line ends is noticed at once.
inline constexpr std::string_view kMagic = "\x89"
                                           "DGP\r\n\x1a\n";
inline constexpr std::string_view kFormat = "dgemm.pack";
inline constexpr const char *kPtx = "ptx";
inline constexpr const char *kCubin = "cubin";

// Offsets in the header; integers are little-endian.
inline constexpr size_t kVersionOffset = 8;
inline constexpr size_t kReservedOffset = 12;
inline constexpr size_t kFileBytesOffset = 16;
inline constexpr size_t kManifestBytesOffset = 24;
inline constexpr size_t kDigestOffset = 32;
inline constexpr size_t kHeaderBytes = 64;
/// What payloads begin at a multiple of, zeros in front of them.
inline constexpr size_t kPayloadAlignment = 64;

inline size_t alignPayload(size_t offset) {
  return (offset + kPayloadAlignment - 1) / kPayloadAlignment *
         kPayloadAlignment;
}

/// The digest of a whole file: all of its bytes but those of the digest.
inline Sha256::Digest digestOf(std::string_view file) {
  Sha256 hash;
  hash.add(file.substr(0, kDigestOffset));
  hash.add(file.substr(kHeaderBytes));
  return hash.finish();
}

} // namespace dgemm::pack

#endif // DGEMM_LIB_PACK_PACKFORMAT_H
