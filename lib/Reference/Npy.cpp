//===- Npy.cpp - NumPy .npy files -----------------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Reference/Npy.h"

#include <cctype>
#include <cstdio>
#include <cstring>

using namespace dgemm::reference;

//===----------------------------------------------------------------------===//
// The header: a Python dictionary literal with three known keys.
//===----------------------------------------------------------------------===//

namespace {
struct Header {
  std::string descr;
  bool fortranOrder = false;
  std::vector<int64_t> shape;
};

/// A parser for exactly the literals that NumPy writes.
class HeaderParser {
public:
  explicit HeaderParser(std::string text) : text_(std::move(text)) {}

  Expected<Header> parse();

private:
  Status entry(Header &header);
  bool string(std::string &out);
  bool boolean(bool &out);
  bool tuple(std::vector<int64_t> &out);
  bool integer(int64_t &out);
  void skipSpace() {
    while (pos_ < text_.size() &&
           std::isspace(static_cast<unsigned char>(text_[pos_])))
      ++pos_;
  }
  bool eat(char c) {
    skipSpace();
    if (pos_ >= text_.size() || text_[pos_] != c)
      return false;
    ++pos_;
    return true;
  }
  Error malformed(const std::string &what) const {
    return Error{"malformed .npy header: " + what + " at character " +
                 std::to_string(pos_)};
  }

  std::string text_;
  size_t pos_ = 0;
  unsigned seen_ = 0;
};
} // namespace

bool HeaderParser::string(std::string &out) {
  skipSpace();
  if (pos_ >= text_.size() || (text_[pos_] != '\'' && text_[pos_] != '"'))
    return false;
  char quote = text_[pos_++];
  size_t end = text_.find(quote, pos_);
  if (end == std::string::npos)
    return false;
  out = text_.substr(pos_, end - pos_);
  pos_ = end + 1;
  return true;
}

bool HeaderParser::boolean(bool &out) {
  skipSpace();
  for (bool value : {false, true}) {
    const char *word = value ? "True" : "False";
    if (text_.compare(pos_, std::strlen(word), word) != 0)
      continue;
    pos_ += std::strlen(word);
    out = value;
    return true;
  }
  return false;
}

bool HeaderParser::integer(int64_t &out) {
  skipSpace();
  size_t start = pos_;
  out = 0;
  while (pos_ < text_.size() && text_[pos_] >= '0' && text_[pos_] <= '9') {
    if (__builtin_mul_overflow(out, 10, &out) ||
        __builtin_add_overflow(out, text_[pos_] - '0', &out))
      return false;
    ++pos_;
  }
  return pos_ != start;
}

bool HeaderParser::tuple(std::vector<int64_t> &out) {
  if (!eat('('))
    return false;
  while (!eat(')')) {
    int64_t extent;
    // 32 dimensions are NumPy's own limit.
    if (!integer(extent) || out.size() == 32)
      return false;
    out.push_back(extent);
    if (eat(')'))
      return true;
    if (!eat(','))
      return false;
  }
  return true;
}

Status HeaderParser::entry(Header &header) {
  std::string key;
  if (!string(key) || !eat(':'))
    return malformed("expected 'key':");
  unsigned bit = key == "descr"           ? 1
                 : key == "fortran_order" ? 2
                 : key == "shape"         ? 4
                                          : 0;
  if (bit == 0 || (seen_ & bit))
    return malformed("unexpected or repeated key '" + key + "'");
  seen_ |= bit;
  if (bit == 1 && !string(header.descr))
    return malformed("descr must be a string (structured types are not "
                     "supported)");
  if (bit == 2 && !boolean(header.fortranOrder))
    return malformed("fortran_order must be True or False");
  if (bit == 4 && !tuple(header.shape))
    return malformed("shape must be a tuple of non-negative integers");
  return {};
}

Expected<Header> HeaderParser::parse() {
  Header header;
  if (!eat('{'))
    return malformed("expected '{'");
  while (!eat('}')) {
    if (Status status = entry(header); !status.ok())
      return status.error();
    if (eat('}'))
      break;
    if (!eat(','))
      return malformed("expected ',' or '}'");
  }
  if (seen_ != 7)
    return malformed("descr, fortran_order and shape are all needed");
  skipSpace();
  if (pos_ != text_.size())
    return malformed("text after the dictionary");
  return header;
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

static Status parseDescr(const std::string &descr, NpyArray &array) {
  std::string known = "fiubV";
  size_t start = !descr.empty() && std::strchr("<>|=", descr[0]) ? 1 : 0;
  if (!descr.empty() && descr[0] == '>')
    return Error{"big-endian .npy data (" + descr + ") are not supported"};
  if (descr.size() != start + 2 ||
      known.find(descr[start]) == std::string::npos ||
      std::string("1248").find(descr[start + 1]) == std::string::npos)
    return Error{"unsupported .npy element type '" + descr + "'"};
  array.kind = descr[start];
  array.itemSize = static_cast<unsigned>(descr[start + 1] - '0');
  return {};
}

/// Elements of `array`, or an error if their bytes are not `available`.
static Expected<int64_t> checkedCount(const NpyArray &array, size_t available) {
  int64_t count = 1;
  for (int64_t extent : array.shape)
    if (extent == 0)
      count = 0;
  for (int64_t extent : array.shape)
    if (count != 0 && __builtin_mul_overflow(count, extent, &count))
      return Error{".npy shape " + shapeString(array.shape) +
                   " exceeds 64 bits"};
  int64_t bytes;
  if (__builtin_mul_overflow(count, int64_t(array.itemSize), &bytes) ||
      static_cast<uint64_t>(bytes) != available)
    return Error{".npy shape " + shapeString(array.shape) + " of " +
                 std::to_string(array.itemSize) +
                 "-byte elements does not "
                 "match the " +
                 std::to_string(available) + " bytes of data"};
  return count;
}

/// Copies column-major data into row-major order.
static void reorder(NpyArray &array, int64_t count) {
  std::vector<uint8_t> ordered(array.data.size());
  size_t itemSize = array.itemSize;
  for (int64_t i = 0; i < count; ++i) {
    int64_t rest = i;
    int64_t target = 0;
    // Index i in column-major order: the first dimension runs fastest.
    std::vector<int64_t> index;
    for (int64_t extent : array.shape) {
      index.push_back(rest % extent);
      rest /= extent;
    }
    for (size_t dim = 0; dim < index.size(); ++dim)
      target = target * array.shape[dim] + index[dim];
    std::memcpy(&ordered[static_cast<size_t>(target) * itemSize],
                &array.data[static_cast<size_t>(i) * itemSize], itemSize);
  }
  array.data = std::move(ordered);
}

Expected<NpyArray> dgemm::reference::parseNpy(const uint8_t *bytes,
                                              size_t size) {
  if (size < 10 || std::memcmp(bytes, "\x93NUMPY", 6) != 0)
    return Error{"not a .npy file: the magic bytes are missing"};
  unsigned major = bytes[6];
  if (major < 1 || major > 3)
    return Error{"unsupported .npy version " + std::to_string(major)};
  size_t prefix = major == 1 ? 10 : 12;
  if (size < prefix)
    return Error{"truncated .npy header"};
  size_t length = bytes[8] | size_t(bytes[9]) << 8;
  if (major > 1)
    length |= size_t(bytes[10]) << 16 | size_t(bytes[11]) << 24;
  if (length > size - prefix)
    return Error{"truncated .npy header: it announces " +
                 std::to_string(length) + " bytes"};
  HeaderParser parser(
      std::string(reinterpret_cast<const char *>(bytes) + prefix, length));
  Expected<Header> header = parser.parse();
  if (!header)
    return header.error();

  NpyArray array;
  if (Status status = parseDescr(header->descr, array); !status.ok())
    return status.error();
  array.shape = header->shape;
  const uint8_t *data = bytes + prefix + length;
  size_t available = size - prefix - length;
  Expected<int64_t> count = checkedCount(array, available);
  if (!count)
    return count.error();
  array.data.assign(data, data + available);
  if (header->fortranOrder && array.shape.size() > 1)
    reorder(array, *count);
  return array;
}

Expected<NpyArray> dgemm::reference::readNpy(const std::string &path) {
  FILE *file = std::fopen(path.c_str(), "rb");
  if (!file)
    return Error{"cannot open '" + path + "': " + std::strerror(errno)};
  std::vector<uint8_t> bytes;
  std::vector<uint8_t> chunk(1 << 20);
  size_t got;
  while ((got = std::fread(chunk.data(), 1, chunk.size(), file)) > 0)
    bytes.insert(bytes.end(), chunk.begin(), chunk.begin() + got);
  bool failed = std::ferror(file) != 0;
  std::fclose(file);
  if (failed)
    return Error{"cannot read '" + path + "'"};
  Expected<NpyArray> array = parseNpy(bytes.data(), bytes.size());
  if (!array)
    return Error{path + ": " + array.message()};
  return array;
}

std::vector<uint8_t> dgemm::reference::formatNpy(const NpyArray &array) {
  std::string shape;
  for (int64_t extent : array.shape)
    shape += std::to_string(extent) + ", ";
  if (array.shape.size() > 1)
    shape.resize(shape.size() - 2);
  else if (array.shape.size() == 1)
    shape.pop_back();
  std::string header = "{'descr': '";
  header += array.itemSize == 1 ? '|' : '<';
  header += array.kind + std::to_string(array.itemSize) +
            "', 'fortran_order': False, 'shape': (" + shape + "), }";
  // The data start at a multiple of 64; the header ends with a line feed.
  while ((10 + header.size() + 1) % 64 != 0)
    header += ' ';
  header += '\n';
  std::vector<uint8_t> bytes = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  bytes.push_back(static_cast<uint8_t>(header.size() & 0xff));
  bytes.push_back(static_cast<uint8_t>(header.size() >> 8));
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.insert(bytes.end(), array.data.begin(), array.data.end());
  return bytes;
}

Status dgemm::reference::writeNpy(const std::string &path,
                                  const NpyArray &array) {
  FILE *file = std::fopen(path.c_str(), "wb");
  if (!file)
    return Error{"cannot create '" + path + "': " + std::strerror(errno)};
  std::vector<uint8_t> bytes = formatNpy(array);
  size_t written = std::fwrite(bytes.data(), 1, bytes.size(), file);
  if (std::fclose(file) != 0 || written != bytes.size())
    return Error{"cannot write '" + path + "'"};
  return {};
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

std::vector<int64_t> dgemm::reference::npyShape(ElementType type,
                                                std::vector<int64_t> shape) {
  if (type == ElementType::F4E2M1FN && !shape.empty())
    shape.back() /= 2;
  return shape;
}

std::vector<int64_t> dgemm::reference::tensorShape(ElementType type,
                                                   std::vector<int64_t> shape) {
  if (type == ElementType::F4E2M1FN && !shape.empty())
    shape.back() *= 2;
  return shape;
}

/// How a type is written: kind and bytes.
static std::pair<char, unsigned> storage(ElementType type) {
  switch (type) {
  case ElementType::F16:
  case ElementType::F32:
  case ElementType::F64:
    return {'f', bitWidth(type) / 8};
  case ElementType::I8:
  case ElementType::I32:
  case ElementType::I64:
    return {'i', bitWidth(type) / 8};
  case ElementType::F4E2M1FN:
    return {'u', 1};
  default:
    return {'u', bitWidth(type) / 8};
  }
}

static bool accepts(ElementType type, const NpyArray &array) {
  auto [kind, itemSize] = storage(type);
  if (array.itemSize != itemSize)
    return false;
  if (array.kind == kind)
    return true;
  if (!isFloat(type))
    return array.kind == 'u';
  // Raw bytes, and 'f1', the name that ml_dtypes gives 8-bit floats.
  bool raw = kind == 'u';
  return raw && (array.kind == 'V' || (array.kind == 'f' && itemSize == 1) ||
                 (array.kind == 'i' && itemSize == 1));
}

/// Calls fn(position in the view, byte position in the file) for every element,
/// in row-major order.
template <typename Fn> static void forEachElement(const View &view, Fn fn) {
  int64_t count = view.numElements();
  for (int64_t i = 0; i < count; ++i)
    fn(view.atLinear(i), i);
}

Expected<NpyArray> dgemm::reference::toNpy(const View &view) {
  NpyArray array;
  std::tie(array.kind, array.itemSize) = storage(view.type);
  array.shape = npyShape(view.type, view.shape);
  int64_t bits = view.numElements() * int64_t(bitWidth(view.type));
  array.data.resize(static_cast<size_t>((bits + 7) / 8));
  forEachElement(view, [&](int64_t position, int64_t linear) {
    storeBits(view.type, array.data.data(), linear,
              loadBits(view.type, view.data, position));
  });
  return array;
}

Status dgemm::reference::fromNpy(const NpyArray &array, const View &view) {
  auto [kind, itemSize] = storage(view.type);
  if (!accepts(view.type, array))
    return Error{std::string("element type is '") + array.kind +
                 std::to_string(array.itemSize) + "', expected '" + kind +
                 std::to_string(itemSize) + "' for " + name(view.type)};
  std::vector<int64_t> expected = npyShape(view.type, view.shape);
  if (array.shape != expected)
    return Error{"shape is " + shapeString(array.shape) + ", expected " +
                 shapeString(expected) + " for " + shapeString(view.shape) +
                 "x" + name(view.type)};
  forEachElement(view, [&](int64_t position, int64_t linear) {
    storeBits(view.type, view.data, position,
              loadBits(view.type, array.data.data(), linear));
  });
  return {};
}
