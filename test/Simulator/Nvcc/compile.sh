#!/bin/sh
# Compiles the CUDA sources of this folder to PTX: compile.sh NVCC FOLDER
# What it writes to Inputs/ is committed, so that machines without nvcc can run
# it too. Debug information holds the path of the compiler's folder: it is cut.
set -eu
nvcc=$1
mkdir -p "$2"
out=$(cd "$2" && pwd)
cd "$(dirname "$0")"

# compile NAME SUFFIX ARCHITECTURE OPTIONS...
compile() {
  name=$1 to=$out/$1-$2.ptx architecture=$3
  shift 3
  "$nvcc" -ptx -arch="$architecture" "$@" -o "$to" "$name.cu"
  sed -i -e 's|^\([[:space:]]*\.file[^"]*"\).*/|\1|' \
    -e '/^\t\.section\t\.debug_info/,/^\t}/{/^\.b8 /d}' "$to"
}

compile scalar O3 sm_90a -O3
compile scalar G sm_90a -G
compile warps O3 sm_90a -O3
compile clusters O3 sm_90a -O3 -std=c++17
compile warpgroups O3 sm_90a -O3
compile gemm O3-sm_90a sm_90a -O3
compile gemm O3-sm_120a sm_120a -O3
compile gemm G sm_90a -G
