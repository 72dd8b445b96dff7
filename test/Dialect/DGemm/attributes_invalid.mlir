// RUN: dgemm-opt %s -split-input-file -verify-diagnostics

// expected-error@+2 {{expected rows x elements of K, such as 1x128}}
// expected-error@+1 {{failed to parse DGemm_GranularityAttr parameter 'a'}}
func.func private @f() attributes {g = #dgemm.granularity<a = 128, b = 1x128>}

// -----

// expected-error@+1 {{granularity b = 0x128 is empty; both extents must be at least 1}}
func.func private @f() attributes {g = #dgemm.granularity<a = 1x128, b = 0x128>}

// -----

// expected-error@+1 {{scale block = 1x0 is empty; both extents must be at least 1}}
func.func private @f() attributes {g = #dgemm.scale_block<1x0>}

// -----

// expected-error@+1 {{head_split width -1 is out of range, expected 0 to 2147483648}}
func.func private @f() attributes {g = #dgemm.head_split<left = 64, mid = -1, right = 64>}

// -----

// expected-error@+1 {{head_split has left + right = 0; a head needs at least one column}}
func.func private @f() attributes {g = #dgemm.head_split<left = 0, mid = 1, right = 0>}

// -----

// expected-error@+1 {{alignment = 0 must be at least 1 row}}
func.func private @f() attributes {g = #dgemm.grouping<contiguous_index, alignment = 0>}

// -----

// expected-error@+1 {{expected_m = -5 must be positive; leave it out if unknown}}
func.func private @f() attributes {g = #dgemm.grouping<masked, expected_m = -5>}

// -----

// expected-error@+1 {{'alignment' is given twice}}
func.func private @f() attributes {g = #dgemm.grouping<masked, alignment = 1, alignment = 2>}

// -----

// expected-error@+1 {{unknown parameter 'align', expected 'alignment' or 'expected_m'}}
func.func private @f() attributes {g = #dgemm.grouping<masked, align = 1>}

// -----

// expected-error@+1 {{expected one of [contiguous_index, contiguous_psum, masked, k_grouped]}}
func.func private @f() attributes {g = #dgemm.grouping<grouped>}

// -----

// expected-error@+2 {{to be one of: nt, nn, tn, tt}}
// expected-error@+1 {{failed to parse DGemm_LayoutAttr parameter 'value'}}
func.func private @f() attributes {g = #dgemm.layout<kk>}

// -----

// expected-error@+2 {{to be one of: bhr_hdr_bhd, bhd_hdr_bhr, bhd_bhr_hdr, bmk_bnk_mn}}
// expected-error@+1 {{failed to parse DGemm_EquationAttr parameter 'value'}}
func.func private @f() attributes {g = #dgemm.equation<bhr>}
