"""spellings.py PARSER...: does the parser take exactly the spellings of spellings.txt?

PARSER is a command that gets a file of PTX; with `ptxas` in its name it must also take those marked ~."""

import pathlib
import subprocess
import sys
import tempfile

KERNEL = """.version 9.0
.target sm_100a
.address_size 64
.visible .entry k() {
.reg .b32 %%r<40>; .reg .b64 %%d<8>; .reg .pred %%p<2>; .reg .f32 %%f<8>; .reg .b16 %%h<8>;
.shared .align 128 .b8 sm[64];
%s
ret;
}
"""


def main():
    command = sys.argv[1:]
    wanted = "+~" if "ptxas" in command[0] else "+"
    lines = (pathlib.Path(__file__).parent / "spellings.txt").read_text().splitlines()
    spellings = [(line[0], line[2:]) for line in lines if line[0] in "+-~"]
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "k.ptx"

        def takes(instruction):
            path.write_text(KERNEL % instruction)
            return subprocess.run(command + [str(path)], capture_output=True, text=True)

        for mark, instruction in spellings:
            done = takes(instruction)
            if (done.returncode == 0) != (mark in wanted):
                wrong.append(f"{mark} {instruction}\n    {done.stderr.strip()[:200]}")
    print(len(spellings), "spellings")
    sys.exit("\n".join(wrong) or 0)


if __name__ == "__main__":
    main()
