//===- PackTest.cpp - Packs as bytes --------------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Pack/Pack.h"

#include "PackFormat.h"
#include "Samples.h"

#include "gtest/gtest.h"

#include <cstdio>
#include <fstream>

using namespace dgemm;
using namespace dgemm::pack;

namespace {

Pack makePack() {
  Pack pack;
  pack.op = "dgemm.matmul";
  Matmul matmul;
  matmul.a = 0;
  matmul.b = 0;
  matmul.d = 1;
  matmul.aScale = 1;
  matmul.aGranularity = Granularity{1, 128};
  matmul.heads = HeadSplit{64, 8, 32};
  matmul.arithmetic.productsPerRounding = 32;
  matmul.arithmetic.alignmentBits = 13;
  pack.matmul = matmul;
  pack.target = "#dgk.target<\"sm_120a\">";
  pack.schedule = "#dgk.schedule<tile = 128x48x64>";
  pack.chip = ChipFacts{188, 101376};
  pack.plan = *launch::parsePlan(kSamplePlan);
  pack.facts = PtxasFacts{168, 0, 4, 8, 16, 2};
  pack.ptx = ".version 8.8\n.target sm_120a\n";
  pack.cubin = std::string("\x7f"
                           "ELF\0\1",
                           6);
  return pack;
}

std::string makeFile() { return *writePack(makePack()); }

/// Gives `file` the digest of what it holds now.
std::string sealed(std::string file) {
  Sha256::Digest digest = digestOf(file);
  std::copy(digest.begin(), digest.end(), file.begin() + kDigestOffset);
  return file;
}

/// What reading `file` complains about; empty when it does not.
std::string complaint(const std::string &file) {
  Result<Pack> pack = readPack(file);
  return pack ? "" : pack.error().message;
}

/// The pack with another text of the same length in its manifest.
std::string edited(const std::string &from, const std::string &to) {
  EXPECT_EQ(from.size(), to.size());
  return sealed(replaced(makeFile(), from, to));
}

TEST(Sha256, KnowsThePublishedVectors) {
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb924"
                        "27ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223"
                           "b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039"
            "a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67"
            "f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, DoesNotDependOnThePieces) {
  std::string text(200, 'x');
  for (size_t cut = 0; cut <= text.size(); cut += 7) {
    Sha256 whole, pieces;
    whole.add(text);
    pieces.add(std::string_view(text).substr(0, cut));
    pieces.add(std::string_view(text).substr(cut));
    EXPECT_EQ(whole.finish(), pieces.finish()) << cut;
  }
}

TEST(Pack, ComesBackAsItWas) {
  Pack before = makePack();
  Result<Pack> after = readPack(makeFile());
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_EQ(after->op, before.op);
  EXPECT_EQ(after->target, before.target);
  EXPECT_EQ(after->schedule, before.schedule);
  EXPECT_EQ(after->ptx, before.ptx);
  EXPECT_EQ(after->cubin, before.cubin);
  EXPECT_EQ(launch::writePlan(after->plan), launch::writePlan(before.plan));
  ASSERT_TRUE(after->matmul && after->matmul->heads && after->facts);
  EXPECT_EQ(after->matmul->d, 1u);
  EXPECT_EQ(after->matmul->aGranularity->k, 128);
  EXPECT_FALSE(after->matmul->bScale || after->matmul->c);
  EXPECT_EQ(after->matmul->heads->mid, 8);
  EXPECT_EQ(after->matmul->arithmetic.alignmentBits, 13);
  EXPECT_EQ(after->facts->barriers, 2);
  ASSERT_TRUE(after->chip);
  EXPECT_EQ(after->chip->smCount, 188);
  EXPECT_EQ(after->chip->sharedPerCta, 101376);
  EXPECT_EQ(*writePack(*after), makeFile());
}

TEST(Pack, HoldsOneFormOfCodeAndNoProblem) {
  Pack pack = makePack();
  pack.cubin.clear();
  pack.matmul.reset();
  pack.facts.reset();
  pack.op.clear();
  Result<Pack> after = readPack(*writePack(pack));
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_TRUE(after->cubin.empty() && !after->matmul && !after->facts);
}

TEST(Pack, NoticesEveryChangedByte) {
  std::string file = makeFile();
  ASSERT_EQ(complaint(file), "");
  for (size_t i = 0; i < file.size(); ++i)
    for (int mask : {1, 0x80, 0xff}) {
      std::string damaged = file;
      damaged[i] = static_cast<char>(damaged[i] ^ mask);
      EXPECT_NE(complaint(damaged), "") << "byte " << i;
      EXPECT_FALSE(readManifest(damaged)) << "byte " << i;
    }
}

TEST(Pack, NoticesEveryTruncationAndAddition) {
  std::string file = makeFile();
  for (size_t size = 0; size < file.size(); ++size)
    EXPECT_NE(complaint(file.substr(0, size)), "") << size;
  EXPECT_EQ(complaint(file + std::string(1, '\0')),
            "pack: the file has " + std::to_string(file.size() + 1) +
                " bytes, its header says " + std::to_string(file.size()) +
                ": cut off, added to, or damaged");
}

TEST(Pack, NamesOtherVersions) {
  std::string file = makeFile();
  file[kVersionOffset] = 2;
  Result<Pack> pack = readPack(sealed(file));
  ASSERT_FALSE(pack);
  EXPECT_EQ(pack.error().code, ErrorCode::UnsupportedVersion);
}

TEST(Pack, BelievesNoManifestForItsDigest) {
  EXPECT_EQ(complaint(edited("\"layout\": \"nt\"", "\"layout\": \"xx\"")),
            "pack: matmul.layout is none of nt, nn, tn and tt");
  EXPECT_EQ(complaint(edited("\"d\": 1", "\"d\": 7")),
            "pack: matmul.d is 7, but the plan has 3 arguments");
  EXPECT_EQ(complaint(edited("\"d\": 1", "\"d\": 2")),
            "pack: the matmul uses argument 2 'alpha', which has 0 dimensions, "
            "expected those of a matrix");
  EXPECT_EQ(complaint(edited("\"checked\"", "\"chequed\"")),
            "pack: matmul lacks 'checked'");
  EXPECT_EQ(complaint(edited("\"in_place\": false", "\"in_place\": true ")),
            "pack: matmul is in place but has no c");
  EXPECT_EQ(complaint(edited("\"registers\": 168", "\"registers\": \"x\"")),
            "pack: ptxas.registers is no 64-bit integer from 0 on");
  EXPECT_EQ(complaint(edited("\"kind\": \"cubin\"", "\"kind\": \"cubic\"")),
            "pack: payloads[1].kind is 'cubic', expected ptx or cubin");
  EXPECT_EQ(complaint(edited("\"bytes\": 29,", "\"bytes\": 99,")),
            "pack: payloads[0] reaches beyond the end of the file");
  EXPECT_EQ(complaint(edited("\"block\": 384", "\"block\": 385")),
            "launch plan: block is 385, expected a multiple of 32");
  EXPECT_EQ(complaint(edited("{\n  \"format\"", "[\n  \"format\"")),
            "pack: the manifest is no JSON");
  // The payload with a right digest of the file and a wrong one of its own.
  std::string file = makeFile();
  file.back() ^= 1;
  EXPECT_EQ(complaint(sealed(file)),
            "pack: payloads[1].sha256 is not that of the payload");
  // More bytes than the payloads account for.
  file = makeFile() + "x";
  file[kFileBytesOffset] = static_cast<char>(file.size() & 0xff);
  file[kFileBytesOffset + 1] = static_cast<char>(file.size() >> 8);
  EXPECT_EQ(complaint(sealed(file)), "pack: the file has " +
                                         std::to_string(file.size()) +
                                         " bytes, its payloads end at " +
                                         std::to_string(file.size() - 1));
}

TEST(Pack, IsNotMadeOfNonsense) {
  Pack pack = makePack();
  pack.ptx.clear();
  pack.cubin.clear();
  Result<std::string> file = writePack(pack);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, ErrorCode::WrongArguments);
  pack = makePack();
  pack.matmul->c = 3;
  file = writePack(pack);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().message,
            "pack: the matmul uses argument 3, but the plan has 3");
  pack = makePack();
  pack.plan.block = 7;
  file = writePack(pack);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, ErrorCode::MalformedPlan);
}

TEST(Pack, ReadsFiles) {
  std::string path = testing::TempDir() + "/sample.dgpack";
  std::ofstream(path, std::ios::binary) << makeFile();
  EXPECT_TRUE(readPackFile(path));
  std::remove(path.c_str());
  Result<Pack> missing = readPackFile(path);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::NoFile);
}

/// A directory can be opened, and the memory of a process has no byte 0.
TEST(Pack, SaysWhyAFileCannotBeRead) {
  Result<Pack> directory = readPackFile(testing::TempDir());
  ASSERT_FALSE(directory);
  EXPECT_EQ(directory.error().code, ErrorCode::NoFile);
  EXPECT_EQ(directory.error().message,
            "cannot read '" + testing::TempDir() + "': Is a directory");
  Result<Pack> broken = readPackFile("/proc/self/mem");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().message,
            "cannot read '/proc/self/mem': Input/output error");
}

} // namespace
