// The drivers only differ in what they know: problems stop at dgk-opt.
// RUN: dgemm-opt --help | FileCheck %s --check-prefix=HELP
// RUN: dgemm-opt --show-dialects | FileCheck %s --check-prefix=ALL
// RUN: dgk-opt --show-dialects | FileCheck %s --check-prefix=KERNEL
// RUN: not dgk-opt %s 2>&1 | FileCheck %s --check-prefix=LEAK
// RUN: dgemm-lsp-server --help | FileCheck %s --check-prefix=LSP

// HELP: OVERVIEW: dgemm optimizer driver
// HELP: --one-shot-bufferize
// ALL: bufferization{{.*}}dgemm{{.*}}linalg{{.*}}tensor
// KERNEL-NOT: dgemm
// KERNEL: nvvm
// LSP: OVERVIEW: MLIR LSP Language Server

// LEAK: error: #"dgemm"<"leak"> : 'none' attribute created with unregistered dialect
module attributes {test.leak = #dgemm.leak} {
}
