//===- reference-numerics.cpp - Numbers of the reference for tests --------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// A command line for numpy tests: formats, quantisers and files, without ops.

#include "dgemm/Reference/Npy.h"
#include "dgemm/Reference/Quantize.h"

#include <cstdio>
#include <cstdlib>

using namespace dgemm::reference;

static const char *usage =
    "usage: reference-numerics decode FORMAT OUT        all codes as f64\n"
    "       reference-numerics encode FORMAT IN OUT     f64 to codes\n"
    "       reference-numerics tf32 IN OUT              f32 to f32\n"
    "       reference-numerics quantize FORMAT MN K POWERS_OF_TWO IN CODES "
    "SCALES\n"
    "       reference-numerics copy IN OUT              read and write\n";

[[noreturn]] static void fail(const std::string &message) {
  std::fprintf(stderr, "reference-numerics: %s\n", message.c_str());
  std::exit(1);
}

template <typename T> static T take(Expected<T> value) {
  if (!value)
    fail(value.message());
  return *value;
}

static void require(const Status &status) {
  if (!status.ok())
    fail(status.message());
}

static ElementType parseFormat(const std::string &text) {
  for (ElementType type :
       {ElementType::F4E2M1FN, ElementType::F8E4M3FN, ElementType::F8E5M2,
        ElementType::F8E8M0FNU, ElementType::BF16, ElementType::F16})
    if (text == name(type))
      return type;
  fail("unknown format " + text);
}

static Tensor read(ElementType type, const std::string &path) {
  NpyArray array = take(readNpy(path));
  Tensor tensor = take(Tensor::create(type, tensorShape(type, array.shape)));
  require(fromNpy(array, tensor.view()));
  return tensor;
}

static void write(const Tensor &tensor, const std::string &path) {
  require(writeNpy(path, take(toNpy(tensor.view()))));
}

static void decode(ElementType type, const std::string &out) {
  int64_t codes = int64_t(1) << bitWidth(type);
  Tensor values = take(Tensor::create(ElementType::F64, {codes}));
  for (int64_t code = 0; code < codes; ++code) {
    uint8_t bytes[2] = {};
    storeBits(type, bytes, 0, static_cast<uint64_t>(code));
    values.view().store(code, loadElement(type, bytes, 0));
  }
  write(values, out);
}

static void encode(ElementType type, const std::string &in,
                   const std::string &out) {
  Tensor values = read(ElementType::F64, in);
  Tensor codes = take(Tensor::create(type, values.shape()));
  require(copyElements(values.view(), codes.view()));
  write(codes, out);
}

static void tf32(const std::string &in, const std::string &out) {
  Tensor values = read(ElementType::F32, in);
  const View &view = values.view();
  for (int64_t i = 0; i < view.numElements(); ++i)
    view.store(i, roundToTF32(static_cast<float>(view.load(i))));
  write(values, out);
}

static void quantizeFile(char **arguments) {
  ElementType type = parseFormat(arguments[0]);
  Granularity g = {std::atol(arguments[1]), std::atol(arguments[2])};
  Tensor x = read(ElementType::F32, arguments[4]);
  if (x.shape().size() != 2 || g.mn < 1 || g.k < 1)
    fail("quantize needs a matrix and a positive granularity");
  Tensor codes = take(Tensor::create(type, x.shape()));
  Tensor scales =
      take(Tensor::create(ElementType::F32, {ceilDiv(x.shape()[0], g.mn),
                                             ceilDiv(x.shape()[1], g.k)}));
  require(quantize(Parallel(), x.view(), g, std::atoi(arguments[3]) != 0,
                   codes.view(), scales.view()));
  write(codes, arguments[5]);
  write(scales, arguments[6]);
}

int main(int argc, char **argv) {
  std::string command = argc > 1 ? argv[1] : "";
  if (command == "decode" && argc == 4)
    decode(parseFormat(argv[2]), argv[3]);
  else if (command == "encode" && argc == 5)
    encode(parseFormat(argv[2]), argv[3], argv[4]);
  else if (command == "tf32" && argc == 4)
    tf32(argv[2], argv[3]);
  else if (command == "quantize" && argc == 9)
    quantizeFile(argv + 2);
  else if (command == "copy" && argc == 4)
    require(writeNpy(argv[3], take(readNpy(argv[2]))));
  else
    fail(usage);
  return 0;
}
