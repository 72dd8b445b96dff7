/*===- CHeader.c - The C header is C --------------------------------*- C
-*-===*\
|*                                                                            *|
|* Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.         *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#include "dgemm-c/Runtime.h"

/* Called by CApiTest.cpp. */
int dgemm_test_open_nothing(void);

int dgemm_test_open_nothing(void) {
  dgemm_pack *pack = NULL;
  dgemm_error *error = dgemm_pack_open("/nowhere/k.dgpack", &pack);
  int code = error ? (int)dgemm_error_get_code(error) : -1;
  dgemm_error_free(error);
  return code;
}
