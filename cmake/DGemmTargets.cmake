# Build rules shared by every library and tool of the project.

# Flags of our own code only: headers of LLVM and MLIR are SYSTEM includes.
function(dgemm_set_flags target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wno-unused-parameter)
  if(DGEMM_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(DGEMM_ENABLE_ASSERTIONS)
    target_compile_options(${target} PRIVATE -UNDEBUG)
  endif()
  if(DGEMM_USE_PCH AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # A precompiled header that ccache brings back is older or newer than the
    # files it was made of; clang would refuse it for that alone.
    target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  endif()
endfunction()

# One precompiled header for all MLIR code: parsing MLIR's headers is most of
# the cost of a translation unit.
function(dgemm_add_pch target)
  add_library(${target} OBJECT "${DGEMM_SOURCE_DIR}/lib/Support/Precompiled.cpp")
  dgemm_set_flags(${target})
  target_precompile_headers(${target} PRIVATE
    "${DGEMM_SOURCE_DIR}/lib/Support/Precompiled.h")
endfunction()

# dgemm_add_mlir_library(NAME sources... [DEPENDS tablegen targets] [LINK libs])
# A static library that uses MLIR.
function(dgemm_add_mlir_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  dgemm_set_flags(${name})
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
  if(DGEMM_USE_PCH)
    target_precompile_headers(${name} REUSE_FROM DGemmPCH)
  endif()
endfunction()

# dgemm_add_tool(NAME sources... [LINK libs])
# An executable linked against the shared MLIR and LLVM.
function(dgemm_add_tool name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  dgemm_set_flags(${name})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} MLIR LLVM)
  if(DGEMM_USE_PCH)
    target_precompile_headers(${name} REUSE_FROM DGemmPCH)
  endif()
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${DGEMM_BINARY_DIR}/bin")
endfunction()

# dgemm_add_plain_library(NAME sources... [LINK libs])
# A static library without MLIR or LLVM: formats, numerics, runtime.
function(dgemm_add_plain_library name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  dgemm_set_flags(${name})
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
endfunction()

# dgemm_add_device_tool(NAME sources... [LINK libs])
# An executable for machines with a GPU and nothing else: no LLVM, no CUDA
# toolkit, and no C++ library but its own.
function(dgemm_add_device_tool name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  dgemm_set_flags(${name})
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  target_link_options(${name} PRIVATE -static-libstdc++ -static-libgcc)
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${DGEMM_BINARY_DIR}/bin")
endfunction()
