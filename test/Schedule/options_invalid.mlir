// RUN: not dgemm-opt %s --dgemm-select-schedule="target=sm_120a m=0" 2>&1 | FileCheck %s
// CHECK: error: option m of dgemm-select-schedule is 0, expected at least 1
