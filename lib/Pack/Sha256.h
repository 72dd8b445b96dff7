//===- Sha256.h - SHA-256 of bytes ------------------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_PACK_SHA256_H
#define DGEMM_LIB_PACK_SHA256_H

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dgemm::pack {

/// SHA-256 (FIPS 180-4) of bytes that come in pieces.
class Sha256 {
public:
  using Digest = std::array<uint8_t, 32>;

  void add(std::string_view bytes);
  /// The digest of all that was added; nothing may be added after it.
  Digest finish();

private:
  void addBlock(const uint8_t *block);

  std::array<uint32_t, 8> state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372,
                                   0xa54ff53a, 0x510e527f, 0x9b05688c,
                                   0x1f83d9ab, 0x5be0cd19};
  std::array<uint8_t, 64> rest{};
  size_t restBytes = 0;
  uint64_t bytesAdded = 0;
};

/// The digest of `bytes` as 64 hexadecimal digits.
std::string sha256(std::string_view bytes);

} // namespace dgemm::pack

#endif // DGEMM_LIB_PACK_SHA256_H
