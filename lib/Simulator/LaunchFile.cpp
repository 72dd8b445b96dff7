//===- LaunchFile.cpp - Launches as JSON ----------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Simulator/LaunchFile.h"
#include "Json.h"
#include "dgemm/Reference/Npy.h"
#include "dgemm/Simulator/TensorMap.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <limits>
#include <sstream>

using namespace dgemm;
using namespace dgemm::sim;

/// What the shape of an output may come to.
static constexpr uint64_t maxBufferBytes = uint64_t(1) << 36;

static Error inside(const std::string &where, const std::string &message) {
  return Error{where + ": " + message};
}

/// Members outside of `known` are mistakes.
static Status checkMembers(const Json &object, const std::string &where,
                           std::initializer_list<std::string_view> known) {
  if (!object.isObject())
    return inside(where, "expected an object");
  for (const auto &[key, value] : object.members)
    if (std::find(known.begin(), known.end(), key) == known.end())
      return inside(where, "unknown member '" + key + "'");
  return {};
}

/// An array of integers, or a single one. Missing is `absent`.
template <typename T>
static Status readIntegers(const Json &object, const char *name, size_t most,
                           const std::string &where, std::vector<T> &out) {
  const Json *value = object.find(name);
  if (!value)
    return {};
  std::vector<Json> items =
      value->isArray() ? value->items : std::vector<Json>{*value};
  if (items.size() > most)
    return inside(where, std::string("'") + name + "' has more than " +
                             std::to_string(most) + " elements");
  out.clear();
  for (const Json &item : items) {
    Expected<uint64_t> number = item.integer();
    if (!number)
      return inside(where, std::string("'") + name + "': " + number.message());
    if (*number > static_cast<uint64_t>(std::numeric_limits<T>::max()))
      return inside(where, std::string("'") + name + "': " + item.text +
                               " is out of range");
    out.push_back(static_cast<T>(*number));
  }
  return {};
}

template <typename T>
static Status readInteger(const Json &object, const char *name,
                          const std::string &where, T &out) {
  std::vector<T> values;
  if (Status status = readIntegers(object, name, 1, where, values);
      !status.ok())
    return status;
  if (!values.empty())
    out = values[0];
  return {};
}

/// One to three extents.
static Status readExtents(const Json &object, const char *name,
                          std::vector<uint32_t> &out) {
  out = {1};
  Status status = readIntegers(object, name, 3, "launch", out);
  if (status.ok() && out.empty())
    return inside("launch", std::string("'") + name + "' is empty");
  out.resize(3, 1);
  return status;
}

/// The text of an optional string.
static Status readText(const Json &object, const char *name,
                       const std::string &where, std::string &out) {
  const Json *value = object.find(name);
  if (!value)
    return {};
  if (!value->isString() || value->text.empty())
    return inside(where, std::string("'") + name + "' is no text");
  out = value->text;
  return {};
}

static std::string resolvePath(const std::string &directory,
                               const std::string &path) {
  return path.empty() || path[0] == '/' || directory.empty()
             ? path
             : directory + "/" + path;
}

namespace {

class LaunchReader {
public:
  LaunchReader(std::string directory, uint64_t maxBytes)
      : directory_(std::move(directory)), room_(maxBytes) {}

  Expected<LaunchFile> run(const Json &json);

private:
  Status readDimensions(const Json &json);
  Status readBuffer(const std::string &name, const Json &json);
  Status readOutput(const std::string &name, const Json &json);
  Status readParameter(const Json &json, const std::string &where);
  Status readRole(const Json &json, const std::string &where);
  Status readTensorMap(const Json &json, const std::string &where,
                       std::vector<uint8_t> &bytes);
  Expected<uint64_t> address(const Json &json, const char *name,
                             const std::string &where);

  std::string directory_;
  uint64_t room_; // bytes that buffers may still take
  LaunchFile file_;
};

struct Named {
  const char *name;
  uint8_t value;
};

} // namespace

static Status readName(const Json &object, const char *member,
                       const std::vector<Named> &names,
                       const std::string &where, uint8_t &out) {
  const Json *value = object.find(member);
  if (!value)
    return {};
  std::string all;
  for (const Named &entry : names) {
    if (value->isString() && value->text == entry.name) {
      out = entry.value;
      return {};
    }
    all += std::string(all.empty() ? "" : ", ") + entry.name;
  }
  return inside(where, std::string("'") + member + "' is '" + value->text +
                           "', expected one of " + all);
}

Status LaunchReader::readDimensions(const Json &json) {
  Launch &launch = file_.launch;
  const std::pair<const char *, uint32_t *> extents[] = {
      {"grid", launch.grid}, {"block", launch.block}};
  for (const auto &[name, target] : extents) {
    std::vector<uint32_t> values;
    if (Status status = readExtents(json, name, values); !status.ok())
      return status;
    std::copy(values.begin(), values.end(), target);
  }
  if (json.find("cluster")) {
    std::vector<uint32_t> values;
    if (Status status = readExtents(json, "cluster", values); !status.ok())
      return status;
    std::copy(values.begin(), values.end(), launch.cluster);
    if (!launch.cluster[0] || !launch.cluster[1] || !launch.cluster[2])
      return inside("launch", "'cluster' must have positive extents");
  }
  if (const Json *allowed = json.find("non_portable_cluster")) {
    if (allowed->kind != Json::Kind::Bool)
      return inside("launch", "'non_portable_cluster' is true or false");
    launch.nonPortableCluster = allowed->boolean;
  }
  if (Status status = readInteger(json, "sm_count", "launch", launch.smCount);
      !status.ok())
    return status;
  if (launch.smCount == 0)
    return inside("launch", "'sm_count' is 0, expected at least 1");
  return readInteger(json, "shared", "launch", launch.sharedBytes);
}

Status LaunchReader::readOutput(const std::string &name, const Json &json) {
  std::string where = "buffer '" + name + "'";
  Output output;
  std::string path;
  if (Status status = readText(json, "out", where, path); !status.ok())
    return status;
  if (path.empty())
    return {};
  output.buffer = name;
  output.path = resolvePath(directory_, path);
  const GlobalMemory::Buffer *buffer = file_.memory.find(name);
  output.shape = {static_cast<int64_t>(buffer->bytes.size())};
  if (const Json *dtype = json.find("dtype")) {
    const std::string &text = dtype->text;
    size_t at = !text.empty() && (text[0] == '<' || text[0] == '|') ? 1 : 0;
    if (text.size() != at + 2 || !std::strchr("fiu", text[at]) ||
        !std::strchr("1248", text[at + 1]))
      return inside(where, "'dtype' is '" + text + "', expected such as '<u2'");
    output.kind = text[at];
    output.itemSize = static_cast<unsigned>(text[at + 1] - '0');
    output.shape = {output.shape[0] / output.itemSize};
  }
  if (Status status = readIntegers(json, "shape", 16, where, output.shape);
      !status.ok())
    return status;
  uint64_t bytes = output.itemSize;
  for (int64_t extent : output.shape)
    bytes = extent != 0 && bytes > maxBufferBytes / uint64_t(extent)
                ? maxBufferBytes + 1
                : bytes * uint64_t(extent);
  if (bytes != buffer->bytes.size())
    return inside(where, "'shape' and 'dtype' do not make " +
                             std::to_string(buffer->bytes.size()) + " bytes");
  file_.outputs.push_back(std::move(output));
  return {};
}

Status LaunchReader::readBuffer(const std::string &name, const Json &json) {
  std::string where = "buffer '" + name + "'";
  if (Status status = checkMembers(
          json, where, {"npy", "bytes", "fill", "out", "dtype", "shape"});
      !status.ok())
    return status;
  const Json *npy = json.find("npy"), *size = json.find("bytes");
  if ((npy != nullptr) == (size != nullptr))
    return inside(where, "expected either 'npy' or 'bytes'");
  if (npy) {
    std::string path;
    if (Status status = readText(json, "npy", where, path); !status.ok())
      return status;
    if (json.find("fill"))
      return inside(where, "'fill' goes with 'bytes', not with 'npy'");
    Expected<reference::NpyArray> array =
        reference::readNpy(resolvePath(directory_, path));
    if (!array)
      return inside(where, array.message());
    file_.memory.add(name, std::move(array->data), true);
    return readOutput(name, json);
  }
  Expected<uint64_t> bytes = size->integer();
  if (!bytes || *bytes > room_)
    return inside(
        where, "'bytes' is " + size->text + ", expected an integer up to " +
                   std::to_string(room_) + ", which is left for all buffers");
  room_ -= *bytes;
  uint8_t fill = 0;
  if (Status status = readInteger(json, "fill", where, fill); !status.ok())
    return status;
  file_.memory.add(name, std::vector<uint8_t>(*bytes, fill),
                   json.find("fill") != nullptr);
  return readOutput(name, json);
}

Expected<uint64_t> LaunchReader::address(const Json &json, const char *name,
                                         const std::string &where) {
  const Json *buffer = json.find(name);
  if (!buffer || !buffer->isString())
    return inside(where, std::string("expected '") + name + "'");
  const GlobalMemory::Buffer *found = file_.memory.find(buffer->text);
  if (!found)
    return inside(where, "there is no buffer '" + buffer->text + "'");
  uint64_t offset = 0;
  if (Status status = readInteger(json, "offset", where, offset); !status.ok())
    return status.error();
  if (offset > found->bytes.size())
    return inside(where, "offset " + std::to_string(offset) +
                             " is behind the end of '" + buffer->text + "'");
  return found->address + offset;
}

Status LaunchReader::readTensorMap(const Json &json, const std::string &where,
                                   std::vector<uint8_t> &bytes) {
  if (Status status = checkMembers(
          json, where,
          {"buffer", "offset", "type", "dims", "strides", "box",
           "element_strides", "swizzle", "fill", "interleave", "l2_promotion"});
      !status.ok())
    return status;
  Expected<uint64_t> base = address(json, "buffer", where);
  if (!base)
    return base.error();
  TensorMap map;
  map.address = *base;
  std::vector<uint64_t> dims, strides;
  std::vector<uint32_t> box, steps;
  Status statuses[] = {readIntegers(json, "dims", 5, where, dims),
                       readIntegers(json, "strides", 4, where, strides),
                       readIntegers(json, "box", 5, where, box),
                       readIntegers(json, "element_strides", 5, where, steps)};
  for (Status &status : statuses)
    if (!status.ok())
      return status;
  size_t rank = dims.size();
  if (rank == 0 || box.size() != rank || strides.size() + 1 != rank ||
      (!steps.empty() && steps.size() != rank))
    return inside(where, "'dims', 'box', 'strides' (one less) and "
                         "'element_strides' must agree in rank");
  map.rank = static_cast<unsigned>(rank);
  std::copy(dims.begin(), dims.end(), map.dim.begin());
  std::copy(strides.begin(), strides.end(), map.stride.begin());
  std::copy(box.begin(), box.end(), map.box.begin());
  std::copy(steps.begin(), steps.end(), map.elementStride.begin());
  uint8_t type = 255, swizzle = 0, fill = 0, interleave = 0, promotion = 0;
  Status names[] = {
      readName(json, "type",
               {{"u8", 0},
                {"u16", 1},
                {"u32", 2},
                {"s32", 3},
                {"u64", 4},
                {"s64", 5},
                {"f16", 6},
                {"f32", 7},
                {"f64", 8},
                {"bf16", 9},
                {"f32_ftz", 10},
                {"tf32", 11},
                {"tf32_ftz", 12},
                {"u4_align8", 13},
                {"u4_align16", 14},
                {"u6_align16", 15}},
               where, type),
      readName(json, "swizzle",
               {{"none", 0},
                {"32B", 1},
                {"64B", 2},
                {"128B", 3},
                {"128B_atom32", 4},
                {"128B_atom32_flip8", 5},
                {"128B_atom64", 6}},
               where, swizzle),
      readName(json, "fill", {{"zero", 0}, {"nan", 1}}, where, fill),
      readName(json, "interleave", {{"none", 0}, {"16B", 1}, {"32B", 2}}, where,
               interleave),
      // Caches are not simulated.
      readName(json, "l2_promotion",
               {{"none", 0}, {"64B", 1}, {"128B", 2}, {"256B", 3}}, where,
               promotion)};
  for (Status &status : names)
    if (!status.ok())
      return status;
  if (type == 255)
    return inside(where, "expected 'type'");
  map.type = static_cast<TensorMapType>(type);
  map.swizzle = static_cast<Swizzle>(swizzle);
  map.fill = static_cast<OutOfBounds>(fill);
  map.interleave = static_cast<Interleave>(interleave);
  if (Status status = validate(map); !status.ok())
    return inside(where, status.message());
  TensorMap::Image image = map.encode();
  bytes.assign(image.begin(), image.end());
  return {};
}

Status LaunchReader::readParameter(const Json &json, const std::string &where) {
  std::vector<uint8_t> bytes;
  auto append = [&](const void *data, size_t size) {
    bytes.assign(static_cast<const uint8_t *>(data),
                 static_cast<const uint8_t *>(data) + size);
  };
  if (!json.isObject() || json.members.empty())
    return inside(where, "expected an object such as {\"u32\": 1}");
  const auto &[key, value] = json.members[0];
  if (json.members.size() > 1 && key != "pointer")
    return inside(where, "unknown member '" + json.members[1].first + "'");
  if (key == "pointer") {
    if (Status status = checkMembers(json, where, {"pointer", "offset"});
        !status.ok())
      return status;
    Expected<uint64_t> pointer = address(json, "pointer", where);
    if (!pointer)
      return pointer.error();
    append(&*pointer, 8);
  } else if (key == "tensor_map") {
    if (Status status = readTensorMap(value, where, bytes); !status.ok())
      return status;
  } else if (key == "bytes") {
    if (Status status = readIntegers(json, "bytes", 32764, where, bytes);
        !status.ok())
      return status;
  } else if (key == "f32" || key == "f64") {
    Expected<double> real = value.real();
    if (!real)
      return inside(where, real.message());
    float narrow = static_cast<float>(*real);
    if (key == "f32")
      append(&narrow, 4);
    else
      append(&*real, 8);
  } else {
    static constexpr std::pair<const char *, unsigned> widths[] = {
        {"u8", 1},  {"s8", 1},  {"u16", 2}, {"s16", 2},
        {"u32", 4}, {"s32", 4}, {"u64", 8}, {"s64", 8}};
    unsigned width = 0;
    for (const auto &[name, size] : widths)
      width = key == name ? size : width;
    if (width == 0)
      return inside(where, "unknown kind of parameter '" + key + "'");
    Expected<uint64_t> number = value.integer();
    if (!number)
      return inside(where, number.message());
    int64_t sign = static_cast<int64_t>(*number);
    int64_t limit = width == 8 ? 0 : int64_t(1) << (8 * width);
    if (width < 8 && (sign >= limit || sign < -limit / 2))
      return inside(where, value.text + " does not fit " + key);
    append(&*number, width);
  }
  file_.launch.parameters.push_back(std::move(bytes));
  return {};
}

Status LaunchReader::readRole(const Json &json, const std::string &where) {
  if (Status status = checkMembers(json, where, {"name", "warps"});
      !status.ok())
    return status;
  const Json *name = json.find("name");
  Role role;
  if (Status status = readInteger(json, "warps", where, role.warps);
      !status.ok())
    return status;
  if (!name || !name->isString() || !json.find("warps"))
    return inside(where, "expected such as {\"name\": \"load\", \"warps\": 4}");
  if (role.warps == 0 || role.warps > 32)
    return inside(where, "'warps' is " + std::to_string(role.warps) +
                             ", expected 1 to 32");
  role.name = name->text;
  file_.launch.roles.push_back(std::move(role));
  return {};
}

/// The elements of an optional list.
static Expected<std::vector<Json>> readList(const Json &json,
                                            const char *name) {
  const Json *list = json.find(name);
  if (!list)
    return std::vector<Json>();
  if (!list->isArray())
    return inside("launch", std::string("'") + name + "' is not a list");
  return list->items;
}

Expected<LaunchFile> LaunchReader::run(const Json &json) {
  if (Status status = checkMembers(
          json, "launch",
          {"entry", "grid", "block", "cluster", "non_portable_cluster",
           "shared", "sm_count", "buffers", "parameters", "roles"});
      !status.ok())
    return status.error();
  const Json *entry = json.find("entry");
  if (!entry)
    return inside("launch", "expected 'entry', the name of a kernel");
  if (!entry->isString())
    return inside("launch", "'entry' is no text");
  file_.launch.entry = entry->text;
  if (Status status = readDimensions(json); !status.ok())
    return status.error();
  if (const Json *buffers = json.find("buffers")) {
    if (!buffers->isObject())
      return inside("launch", "'buffers' is not an object");
    for (const auto &[name, value] : buffers->members)
      if (Status status = readBuffer(name, value); !status.ok())
        return status.error();
  }
  Expected<std::vector<Json>> parameters = readList(json, "parameters");
  if (!parameters)
    return parameters.error();
  for (size_t i = 0; i < parameters->size(); ++i)
    if (Status status =
            readParameter((*parameters)[i], "parameter " + std::to_string(i));
        !status.ok())
      return status.error();
  Expected<std::vector<Json>> roles = readList(json, "roles");
  if (!roles)
    return roles.error();
  for (size_t i = 0; i < roles->size(); ++i)
    if (Status status = readRole((*roles)[i], "role " + std::to_string(i));
        !status.ok())
      return status.error();
  return std::move(file_);
}

Expected<LaunchFile> dgemm::sim::parseLaunch(const std::string &text,
                                             const std::string &directory,
                                             uint64_t maxBytes) {
  Expected<Json> json = parseJson(text);
  if (!json)
    return json.error();
  return LaunchReader(directory, maxBytes).run(*json);
}

Expected<LaunchFile> dgemm::sim::readLaunchFile(const std::string &path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream)
    return Error{"cannot read '" + path + "'"};
  // A folder can be opened, but not read.
  std::ostringstream text;
  if (stream.peek() != std::ifstream::traits_type::eof())
    text << stream.rdbuf();
  if (stream.bad())
    return Error{"cannot read '" + path + "': is it a folder?"};
  size_t slash = path.rfind('/');
  Expected<LaunchFile> file = parseLaunch(
      text.str(), slash == std::string::npos ? "" : path.substr(0, slash));
  if (!file)
    return Error{path + ": " + file.message()};
  return file;
}

Status dgemm::sim::writeOutputs(const LaunchFile &file) {
  for (const Output &output : file.outputs) {
    reference::NpyArray array;
    array.kind = output.kind;
    array.itemSize = output.itemSize;
    array.shape = output.shape;
    array.data = file.memory.find(output.buffer)->bytes;
    if (Status status = reference::writeNpy(output.path, array); !status.ok())
      return status;
  }
  return {};
}
