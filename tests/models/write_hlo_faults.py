#!/usr/bin/env python3
"""Writes the damaged and hostile XLA programs that tests/golden/count/hlo_faults.test reads.

    write_hlo_faults.py write|check
"""
import gzip
import os
import sys

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hlo")


def entry(*lines, before=""):
    body = "".join(f"  {line}\n" for line in lines)
    return f"HloModule m\n\n{before}ENTRY main {{\n  x = f32[4] parameter(0)\n{body}}}\n"


def loop(trips):
    return entry(
        "z = s32[] constant(0)", "t = (s32[]) tuple(z)",
        "ROOT w = (s32[]) while(t), condition=goes_on, body=next, "
        f'backend_config={{"known_trip_count":{{"n":"{trips}"}}}}',
        before="""goes_on {
  p = (s32[]) parameter(0)
  ROOT r = pred[] constant(true)
}
next {
  ROOT p = (s32[]) parameter(0)
}
""")


PROGRAMS = {
    "cyclic": entry("ROOT y = f32[4] call(x), to_apply=a", before="""a {
  p = f32[4] parameter(0)
  ROOT r = f32[4] call(p), to_apply=b
}
b {
  p = f32[4] parameter(0)
  ROOT r = f32[4] call(p), to_apply=a
}
"""),
    "trips": loop(10 ** 30),
    "size": entry("ROOT y = f32[99999999999999999999] add(x, x)"),
    "shape": entry("ROOT y = f32[1000000000,1000000000,1000000000] add(x, x)"),
    "unbalanced": entry("ROOT y = f32[4] add(x, x"),
    "unclosed": entry('ROOT y = f32[4] add(x, x), metadata={op_name="a}'),
    "operand": entry("ROOT y = f32[4] add(x)"),
    "undefined": entry("ROOT y = f32[4] add(x, z)"),
    "twice": entry("x = f32[4] add(x, x)"),
    "roots": entry("ROOT y = f32[4] add(x, x)", "ROOT z = f32[4] add(x, x)"),
    "element": entry("ROOT y = f31[4] add(x, x)"),
    "disagree": entry("y = f32[4] tanh(x)", "ROOT z = f32[5] add(y, y)"),
    "operation": entry("y = f32[4] tanh(x)", "ROOT z = f32[4] frobnicate(y)"),
    "nested": entry("ROOT y = " + "(" * 100 + "f32[]" + ")" * 100 + " tuple(x)"),
}


def files():
    """Bytes by name; of the packed one what it holds, for packers differ."""
    all_files = {name + ".hlo": text.encode() for name, text in PROGRAMS.items()}
    all_files["bomb.hlo.gz"] = b"HloModule m\n" + b" " * (17 << 20)
    return all_files


def main():
    different = []
    for name, content in files().items():
        path = os.path.join(HERE, name)
        is_packed = name.endswith(".gz")
        if sys.argv[1:] == ["write"]:
            with open(path, "wb") as file:
                file.write(gzip.compress(content, 9, mtime=0) if is_packed else content)
            continue
        with (gzip.open if is_packed else open)(path, "rb") as file:
            if file.read() != content:
                different.append(name)
    if different:
        print("not what write_hlo_faults.py writes:", ", ".join(different))
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
