/*===- dgemm-c/Runtime.h - Launching packs from C -----------------*- C -*-===*\
|*                                                                            *|
|* Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.         *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/
/*
 * libdgemm_runtime: opens packs and launches their kernels. It needs the CUDA
 * driver when it launches, and nothing else of CUDA.
 *
 *   dgemm_driver *driver;
 *   dgemm_pack *pack;
 *   dgemm_kernel *kernel;
 *   dgemm_launcher *launcher;
 *   dgemm_error *error = dgemm_driver_open(NULL, &driver);
 *   error = dgemm_pack_open("k.dgpack", &pack);
 *   error = dgemm_kernel_load(driver, pack, NULL, &kernel);
 *   error = dgemm_launcher_create(kernel, &launcher);
 *   error = dgemm_launch(launcher, operands, count, NULL, stream);
 *   if (error) {
 *     fprintf(stderr, "%s\n", dgemm_error_message(error));
 *     dgemm_error_free(error);
 *   }
 *
 * Every function that can fail returns NULL on success, else an error that the
 * caller frees; then what it would have made is not touched. Objects are used
 * by many threads at the same time, launchers by one. An object outlives those
 * made of it, but a kernel keeps the driver and all that it needs of the pack.
 */

#ifndef DGEMM_C_RUNTIME_H
#define DGEMM_C_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DGEMM_API __attribute__((visibility("default")))
/* Dimensions that an operand may have. */
#define DGEMM_MAX_RANK 8

typedef struct dgemm_error dgemm_error;
typedef struct dgemm_driver dgemm_driver;
typedef struct dgemm_pack dgemm_pack;
typedef struct dgemm_kernel dgemm_kernel;
typedef struct dgemm_launcher dgemm_launcher;

/* What kind of mistake an error is; dgemm/Launch/Result.h explains each. */
typedef enum dgemm_error_code {
  DGEMM_MALFORMED_PLAN,
  DGEMM_UNSUPPORTED_VERSION,
  DGEMM_WRONG_ARGUMENTS,
  DGEMM_NULL_ADDRESS,
  DGEMM_MISALIGNED_ADDRESS,
  DGEMM_BAD_STRIDE,
  DGEMM_NEGATIVE_SIZE,
  DGEMM_OUT_OF_RANGE,
  DGEMM_MALFORMED_PACK,
  DGEMM_NO_FILE,
  DGEMM_NO_DRIVER,
  DGEMM_NO_DEVICE,
  DGEMM_DRIVER_ERROR,
  DGEMM_WRONG_CHIP,
  DGEMM_HOST_ADDRESS,
  DGEMM_WRONG_DEVICE,
  DGEMM_BAD_WORKSPACE,
  DGEMM_BAD_HANDLE,
  DGEMM_NO_MEMORY
} dgemm_error_code;

DGEMM_API dgemm_error_code dgemm_error_get_code(const dgemm_error *error);
/* "null_address". */
DGEMM_API const char *dgemm_error_name(const dgemm_error *error);
/* For people; names the kernel, the operand and the driver's reason. */
DGEMM_API const char *dgemm_error_message(const dgemm_error *error);
/* Takes NULL, too. */
DGEMM_API void dgemm_error_free(dgemm_error *error);

/* Opens the driver. `path` is what dlopen takes; NULL: libcuda.so.1. */
DGEMM_API dgemm_error *dgemm_driver_open(const char *path,
                                         dgemm_driver **driver);
DGEMM_API void dgemm_driver_close(dgemm_driver *driver);

/* Reads a pack from a file or from memory, and checks every byte of it. */
DGEMM_API dgemm_error *dgemm_pack_open(const char *path, dgemm_pack **pack);
DGEMM_API dgemm_error *dgemm_pack_read(const void *bytes, size_t size,
                                       dgemm_pack **pack);
DGEMM_API void dgemm_pack_close(dgemm_pack *pack);

/* Strings live as long as the pack. */
DGEMM_API const char *dgemm_pack_kernel(const dgemm_pack *pack);
/* "sm_90a". */
DGEMM_API const char *dgemm_pack_chip(const dgemm_pack *pack);
/* "dgemm.matmul"; empty for a kernel that no op describes. */
DGEMM_API const char *dgemm_pack_op(const dgemm_pack *pack);
/* The schedule as an attribute of MLIR. */
DGEMM_API const char *dgemm_pack_schedule(const dgemm_pack *pack);
/* The launch plan as JSON (docs/LaunchPlan.md). */
DGEMM_API const char *dgemm_pack_plan(const dgemm_pack *pack);

/* One operand as the kernel expects it. Sizes of different operands belong
 * together as the product says (M, N and K, docs/Pack.md); a launch checks
 * that, and that elements of the result do not share memory. */
typedef struct dgemm_operand_info {
  const char *name; /* "a_scale" */
  const char *type; /* "f8E4M3FN" */
  int32_t rank;
  /* Elements; -1: any. */
  int64_t shape[DGEMM_MAX_RANK];
  int64_t strides[DGEMM_MAX_RANK];
  /* Bytes that the address must be a multiple of. */
  uint64_t alignment;
  /* Elements that every stride which is -1 above must be a multiple of, where
   * its dimension has more than one element. */
  int64_t stride_multiple;
  /* The operand that this one must be, with the same address and strides,
   * because the kernel works in place: of C, that is D. -1: none. */
  int32_t alias;
} dgemm_operand_info;

/* Operands of a launch stand in this order: operands[i] of dgemm_launch is what
 * dgemm_pack_operand describes for i. */
DGEMM_API size_t dgemm_pack_operand_count(const dgemm_pack *pack);
/* Fails with DGEMM_OUT_OF_RANGE when there is no such operand. */
DGEMM_API dgemm_error *dgemm_pack_operand(const dgemm_pack *pack, size_t index,
                                          dgemm_operand_info *info);

/* Loads the code into `context`, a CUcontext; NULL: the current one of this
 * thread, which may be that of the CUDA runtime. */
DGEMM_API dgemm_error *dgemm_kernel_load(const dgemm_driver *driver,
                                         const dgemm_pack *pack, void *context,
                                         dgemm_kernel **kernel);
DGEMM_API void dgemm_kernel_unload(dgemm_kernel *kernel);
/* "cubin", or "ptx" where the driver compiled it. */
DGEMM_API const char *dgemm_kernel_code(const dgemm_kernel *kernel);

/* An operand with elements. The address is the device's, of the element whose
 * indices are all 0; sizes and strides are in elements. */
typedef struct dgemm_operand {
  uint64_t address;
  int32_t rank;
  int64_t shape[DGEMM_MAX_RANK];
  int64_t strides[DGEMM_MAX_RANK];
} dgemm_operand;

/* Zeros are the defaults. */
typedef struct dgemm_launch_options {
  /* Streaming multiprocessors to use; 0: all. */
  int64_t sm_count;
  /* Global memory for the kernel itself, of dgemm_launcher_workspace bytes or
   * more, at a multiple of 256. Kernels that split K keep partial sums and
   * counters there:
   *  - it must be zeros before the first launch; see
   *    dgemm_launcher_prepare_workspace;
   *  - afterwards only the kernel writes to it. Every launch, and every replay
   *    of a graph, leaves it as the next one needs it. With other contents D
   *    stays unwritten, and no error says so;
   *  - it belongs to one kernel, for launches of any shapes that follow each
   *    other. What may run at the same time needs a workspace of its own;
   *  - after a kernel was aborted it must be zeros again. */
  uint64_t workspace;
  uint64_t workspace_bytes;
} dgemm_launch_options;

/* What launches of one thread reuse. */
DGEMM_API dgemm_error *dgemm_launcher_create(const dgemm_kernel *kernel,
                                             dgemm_launcher **launcher);
DGEMM_API void dgemm_launcher_destroy(dgemm_launcher *launcher);

/* Bytes of workspace that a launch with these operands needs. */
DGEMM_API dgemm_error *
dgemm_launcher_workspace(dgemm_launcher *launcher,
                         const dgemm_operand *operands, size_t count,
                         const dgemm_launch_options *options, uint64_t *bytes);

/* Makes `bytes` bytes of global memory at `workspace` a workspace for this
 * launcher's kernel: fills them with zeros on `stream`, before what follows
 * there, and does not wait. Once for new memory, not for each launch. Fails
 * with DGEMM_BAD_WORKSPACE where they do not begin at a multiple of 256, and as
 * a launch does where they are no memory of the device; 0 bytes need nothing.
 */
DGEMM_API dgemm_error *
dgemm_launcher_prepare_workspace(dgemm_launcher *launcher, uint64_t workspace,
                                 uint64_t bytes, void *stream);

/* Launches on `stream`, a CUstream or cudaStream_t, which may be capturing.
 * operands[i] is what dgemm_pack_operand describes for i, and `count` is
 * dgemm_pack_operand_count. A launch with the same operands and options as the
 * one before it checks and encodes nothing anew.
 * Neither waits nor allocates, except for an error. M = 0 launches nothing.
 * `options` may be NULL. */
DGEMM_API dgemm_error *dgemm_launch(dgemm_launcher *launcher,
                                    const dgemm_operand *operands, size_t count,
                                    const dgemm_launch_options *options,
                                    void *stream);

#ifdef __cplusplus
}
#endif

#endif /* DGEMM_C_RUNTIME_H */
