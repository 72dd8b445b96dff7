// RUN: dgk-opt %s --split-input-file --verify-diagnostics

// expected-error @below {{'dgk.kernel' op [kernel-c1] argument has type 'vector<4xf32>', expected a memref, integer, float or index}}
dgk.kernel @argument(%a: vector<4xf32>) {
  dgk.return
}

// -----

// expected-error @below {{'dgk.kernel' op [kernel-c1] has 1 results, expected none}}
dgk.kernel @result() -> i32 {
  dgk.return
}

// -----

// expected-error @below {{'dgk.kernel' op [kernel-c2] roles have 256 threads, but the launch plan's block is 128}}
dgk.kernel @block() attributes {
    launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 128, cluster = 1, shared = 0,
                              workspace = 0, maps = [], parameters = []>} {
  dgk.roles {
    dgk.role @all warps(8) {
    }
  }
  dgk.return
}

// -----

// expected-error @below {{'dgk.kernel' op [kernel-c3] needs 2048 bytes of shared memory, but sm_x has 1024 for a CTA; use fewer stages or a smaller tile}}
dgk.kernel @shared() attributes {
    target = #dgk.target<"sm_x", sm90, ptx = 80,
      limits = #dgk.limits<sharedPerCta = 1024, registersPerSm = 1024, registersPerThread = 255,
                           warpsPerSm = 64, clusterSize = 1, tensorMemoryColumns = 0>,
      rates = #dgk.rates<smCount = 1, smsPerGpc = 1, smsOfLastGpc = 0, clockMhz = 1,
            bf16PerCycle = 1, fp8PerCycle = 1, fp4PerCycle = 1, memoryGbs = 1>, instructions = []>,
    launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 128, cluster = 1, shared = 2048,
                              workspace = 0, maps = [], parameters = []>} {
  dgk.return
}

// -----

// expected-error @below {{'dgk.kernel' op [kernel-c4] has no body; a kernel cannot be only declared}}
dgk.kernel @declaration()

// -----

func.func @kernel(%a: i32) {
  // expected-error @below {{'dgk.launch' op [launch-c1] @kernel is not a dgk.kernel in this module}}
  dgk.launch @kernel(%a) : i32
  return
}

// -----

dgk.kernel @kernel(%a: i64) {
  dgk.return
}
func.func @host(%a: i32) {
  // expected-error @below {{'dgk.launch' op [launch-c2] operand types 'i32' differ from the kernel's argument types 'i64'}}
  dgk.launch @kernel(%a) : i32
  return
}

// -----

dgk.kernel @tiles(%n: index) {
  // expected-error @below {{'dgk.tiles' op [tiles-c1] has 2 coordinates for 1 extents, expected one of type index for each}}
  dgk.tiles (%i, %j) in (%n by 8) {
  }
  dgk.return
}

// -----

dgk.kernel @tiles(%n: index) {
  // expected-error @below {{'dgk.tiles' op [tiles-c2] has tile sizes [0] for 1 extents, expected a positive one for each}}
  dgk.tiles (%i) in (%n by 0) {
  }
  dgk.return
}

// -----

dgk.kernel @tiles(%n: index) {
  // expected-error @below {{'dgk.tiles' op [tiles-c3] has a cluster along k over 2 dimensions, expected at least 3: splits of K, M and N}}
  dgk.tiles (%i, %j) in (%n by 8, %n by 8) cluster <size = 2, along = k> {
  }
  dgk.return
}

// -----

dgk.kernel @tiles(%n: index) {
  // expected-error @below {{'dgk.tiles' op [tiles-c3] has a raster or cluster over 1 dimension, expected at least 2}}
  dgk.tiles (%i) in (%n by 8) raster <group = 8, along = m> {
  }
  dgk.return
}

// -----

dgk.kernel @tiles(%n: index) {
  // expected-error @below {{'dgk.tiles' op [tiles-c4] has per_cluster and cluster; expected tiles that are taken together or side by side, not both}}
  dgk.tiles (%i, %j) in (%n by 8, %n by 8) cluster <size = 2, along = n> per_cluster {
  }
  dgk.return
}

// -----

dgk.kernel @roles() {
  // expected-error @below {{'dgk.roles' op [roles-c1] holds 'dgk.role', expected only dgk.role with names of their own}}
  dgk.roles {
    dgk.role @load warps(4) {
    }
    dgk.role @load warps(4) {
    }
  }
  dgk.return
}

// -----

dgk.kernel @roles() {
  // expected-error @below {{'dgk.roles' op [roles-c1] holds 'dgk.dependency_wait', expected only dgk.role with names of their own}}
  dgk.roles {
    dgk.dependency_wait
  }
  dgk.return
}

// -----

dgk.kernel @roles() {
  // expected-error @below {{'dgk.roles' op [roles-c1] holds no dgk.role, expected at least one}}
  "dgk.roles"() ({
  ^bb0:
  }) : () -> ()
  dgk.return
}

// -----

dgk.kernel @roles() attributes {
    target = #dgk.target<"sm_x", sm90, ptx = 80,
      limits = #dgk.limits<sharedPerCta = 1024, registersPerSm = 16384, registersPerThread = 255,
                           warpsPerSm = 64, clusterSize = 1, tensorMemoryColumns = 0>,
      rates = #dgk.rates<smCount = 1, smsPerGpc = 1, smsOfLastGpc = 0, clockMhz = 1,
            bf16PerCycle = 1, fp8PerCycle = 1, fp4PerCycle = 1, memoryGbs = 1>, instructions = []>} {
  // expected-error @below {{'dgk.roles' op [roles-c2] take 32768 registers, but 256 threads start with 64 on sm_x, 16384 in all; a role without registers keeps what it starts with; give the roles fewer registers or warps}}
  dgk.roles {
    dgk.role @math warps(8) registers(128) {
    }
  }
  dgk.return
}

// -----

// 168 registers for each thread at launch: @math waits for what @load keeps.
dgk.kernel @roles() attributes {
    target = #dgk.target<"sm_x", sm90, ptx = 80,
      limits = #dgk.limits<sharedPerCta = 1024, registersPerSm = 65536, registersPerThread = 255,
                           warpsPerSm = 64, clusterSize = 1, tensorMemoryColumns = 0>,
      rates = #dgk.rates<smCount = 1, smsPerGpc = 1, smsOfLastGpc = 0, clockMhz = 1,
            bf16PerCycle = 1, fp8PerCycle = 1, fp4PerCycle = 1, memoryGbs = 1>, instructions = []>} {
  // expected-error @below {{'dgk.roles' op [roles-c2] take 80896 registers, but 384 threads start with 168 on sm_x, 64512 in all}}
  dgk.roles {
    dgk.role @math warps(8) registers(232) {
    }
    dgk.role @load warps(4) {
    }
  }
  dgk.return
}

// -----

// setmaxnreg lowers what a thread starts with, or raises it to what others gave up.
dgk.kernel @roles() attributes {
    target = #dgk.target<"sm_x", sm90, ptx = 80,
      limits = #dgk.limits<sharedPerCta = 1024, registersPerSm = 65536, registersPerThread = 255,
                           warpsPerSm = 64, clusterSize = 1, tensorMemoryColumns = 0>,
      rates = #dgk.rates<smCount = 1, smsPerGpc = 1, smsOfLastGpc = 0, clockMhz = 1,
            bf16PerCycle = 1, fp8PerCycle = 1, fp4PerCycle = 1, memoryGbs = 1>, instructions = []>} {
  // expected-error @below {{'dgk.roles' op [roles-c3] give 256 registers to each thread of @math, but 256 threads start with 255 on sm_x, which setmaxnreg can only lower; expected a multiple of 8 in 24..248}}
  dgk.roles {
    dgk.role @math warps(4) registers(256) {
    }
    dgk.role @load warps(4) registers(40) {
    }
  }
  dgk.return
}

// -----

dgk.kernel @roles() {
  // expected-error @below {{'dgk.roles' op [roles-c4] give registers to @math, which begins at warp 2; setmaxnreg is for whole warpgroups, so expected a multiple of 4: put the role in front of those with other numbers of warps, or leave its registers out}}
  dgk.roles {
    dgk.role @load warps(2) {
    }
    dgk.role @math warps(4) registers(128) {
    }
  }
  dgk.return
}

// -----

dgk.kernel @role() {
  dgk.roles {
    // expected-error @below {{'dgk.role' op [role-c1] has 3 warps, expected 1 to 32, and a multiple of 4 where registers are given}}
    dgk.role @math warps(3) registers(128) {
    }
  }
  dgk.return
}

// -----

dgk.kernel @role() {
  dgk.roles {
    // expected-error @below {{'dgk.role' op [role-c1] has 9223372036854775807 warps, expected 1 to 32, and a multiple of 4 where registers are given}}
    dgk.role @math warps(9223372036854775807) {
    }
  }
  dgk.return
}

// -----

dgk.kernel @roles() {
  // expected-error @below {{'dgk.roles' op [roles-c5] have 33 warps, but a CTA has at most 32; give the roles fewer warps}}
  dgk.roles {
    dgk.role @math warps(32) {
    }
    dgk.role @load warps(1) {
    }
  }
  dgk.return
}

// -----

dgk.kernel @role() {
  dgk.roles {
    // expected-error @below {{'dgk.role' op [role-c2] has 264 registers, expected a multiple of 8 in 24..256}}
    dgk.role @math warps(4) registers(264) {
    }
  }
  dgk.return
}

// -----

dgk.kernel @barrier() {
  dgk.roles {
    dgk.role @math warps(4) {
      // expected-error @below {{'dgk.role_barrier' op [role_barrier-c1] id is 16, expected 1 to 15}}
      dgk.role_barrier id(16)
    }
  }
  dgk.return
}

// -----

dgk.kernel @barrier() {
  // expected-error @below {{'dgk.role_barrier' op [role_barrier-c2] stands in no role, expected a role whose threads all run it}}
  dgk.role_barrier id(1)
  dgk.return
}

// -----

dgk.kernel @barrier() {
  dgk.roles {
    dgk.role @load warps(4) elected {
      // expected-error @below {{'dgk.role_barrier' op [role_barrier-c2] stands in an elected role, expected a role whose threads all run it}}
      dgk.role_barrier id(1)
    }
  }
  dgk.return
}
