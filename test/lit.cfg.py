"""Configuration of the lit tests.

Environment:
  DGEMM_CHECK_ROUNDTRIP=0  do not turn each run of dgemm-opt and dgk-opt into a
                           round-trip test
  DGEMM_FUZZ_SECONDS=N     how long the mutation fuzz runs (60)
  DGEMM_FUZZ_SEED=N        its first seed (1)
  DGEMM_RANDOM_FORMS=N     forms of matmul of which a random kernel runs in the
                           simulator (60)
  CUDA_HOME                where to look for ptxas and nvdisasm besides PATH
"""

import os
import shutil
import subprocess

import lit.formats

config.name = "dgemm"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["CMakeLists.txt", "Inputs", "Unit"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.dgemm_binary_dir, "test")

# A hanging test fails instead of stopping the run. lit needs psutil for that.
if lit_config.maxIndividualTestTimeIsSupported[0]:
    lit_config.maxIndividualTestTime = 600


def prepend_path(directory):
    path = config.environment.get("PATH", "")
    config.environment["PATH"] = os.pathsep.join([directory, path])


def find_tool(name):
    return shutil.which(name, path=config.environment["PATH"])


# Search order: this build, LLVM 22, the wheels that quickstart installed, the
# CUDA toolkit, the rest of PATH.
venv_bin = os.path.join(config.dgemm_binary_dir, "venv", "bin")
cuda_homes = [os.environ.get("CUDA_HOME"), "/usr/local/cuda"]
for home in reversed([home for home in cuda_homes if home]):
    prepend_path(os.path.join(home, "bin"))
prepend_path(venv_bin)
prepend_path(config.llvm_tools_dir)
prepend_path(config.dgemm_tools_dir)

for name in ["HOME", "CUDA_HOME", "PYTHONPATH"]:
    if name in os.environ:
        config.environment[name] = os.environ[name]

# A python with numpy and ml_dtypes where quickstart made one.
venv_python = os.path.join(venv_bin, "python")
python = venv_python if os.path.exists(venv_python) else config.python
config.environment["PYTHONDONTWRITEBYTECODE"] = "1"


def has_python_module(module):
    command = [python, "-c", "import " + module]
    answer = subprocess.run(command, capture_output=True, env=config.environment)
    return answer.returncode == 0


# Every run of an optimizer driver also checks that what it parsed prints and
# parses to the same IR.
roundtrip = os.environ.get("DGEMM_CHECK_ROUNDTRIP", "1") != "0"
flags = " --verify-roundtrip" if roundtrip else ""
for tool in ["dgemm-opt", "dgk-opt"]:
    path = os.path.join(config.dgemm_tools_dir, tool)
    # As a command: not as part of a longer name or of a path.
    config.substitutions.append((r"(?<![\w./%-])" + tool + r"(?![\w./-])", path + flags))

fuzz_seconds = float(os.environ.get("DGEMM_FUZZ_SECONDS", "60"))
config.substitutions += [
    ("%fuzz_seconds", str(fuzz_seconds)),
    ("%fuzz_pass_seconds", str(fuzz_seconds / 2)),
    ("%fuzz_seed", os.environ.get("DGEMM_FUZZ_SEED", "1")),
    ("%random_forms", os.environ.get("DGEMM_RANDOM_FORMS", "60")),
    ("%python", python),
    ("%src", config.dgemm_source_dir),
    ("%build", config.dgemm_binary_dir),
    ("%examples", os.path.join(config.dgemm_source_dir, "docs", "examples")),
    ("%scripts", os.path.join(config.test_source_root, "scripts")),
    ("%mlir_cmake_dir", config.mlir_cmake_dir),
    ("%cc", config.c_compiler),
    ("%cxx", config.cxx_compiler),
]

for tool in ["ptxas", "nvcc", "nvdisasm", "cmake"]:
    if find_tool(tool):
        config.available_features.add(tool)
# Versions format differently: only the one that the project uses will do.
if os.path.exists(os.path.join(config.llvm_tools_dir, "clang-format")):
    config.available_features.add("clang-format")
for tool in ["dgemm-compile", "dgemm-run", "dgemm-explain", "dgemm-bench"]:
    if os.path.exists(os.path.join(config.dgemm_tools_dir, tool)):
        config.available_features.add(tool)
for module in ["numpy", "ml_dtypes"]:
    if has_python_module(module):
        config.available_features.add(module)


def gpu_features():
    """A feature such as sm90 for the chip of each GPU of this machine."""
    smi = shutil.which("nvidia-smi")
    if not smi:
        return []
    query = [smi, "--query-gpu=compute_cap", "--format=csv,noheader"]
    answer = subprocess.run(query, capture_output=True, text=True)
    if answer.returncode != 0:
        return []
    return ["sm" + line.strip().replace(".", "") for line in answer.stdout.split()]


config.available_features.update(gpu_features())
