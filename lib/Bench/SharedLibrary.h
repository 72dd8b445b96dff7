//===- SharedLibrary.h - Functions of a library that may be there -*- C++
//-*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_BENCH_SHAREDLIBRARY_H
#define DGEMM_LIB_BENCH_SHAREDLIBRARY_H

#include "dgemm/Bench/Problem.h"

#include <dlfcn.h>

namespace dgemm::bench {

/// A library opened at run time. It stays open: what it started may live on.
class SharedLibrary {
public:
  /// Opens the first of `names` that there is.
  Status open(const std::vector<std::string> &names) {
    for (const std::string &name : names)
      if (!handle)
        handle = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle)
      return {};
    std::string text = names.front();
    for (size_t i = 1; i < names.size(); ++i)
      text += ", " + names[i];
    return Error{"none of these libraries can be opened: " + text};
  }

  /// Finds a function; fails when it is missing.
  template <typename Function>
  Status find(const char *name, Function *&function) const {
    function = reinterpret_cast<Function *>(dlsym(handle, name));
    if (function)
      return {};
    return Error{std::string("the library has no function ") + name};
  }

private:
  void *handle = nullptr;
};

} // namespace dgemm::bench

#endif // DGEMM_LIB_BENCH_SHAREDLIBRARY_H
