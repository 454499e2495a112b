#!/usr/bin/env python3
"""Counts the multiply-adds of dots and convolutions in XLA's text form, apart from pfsday.

It knows no graph: each line is one instruction, a product is counted from the sizes that its line
names, and how often a computation runs is the sum over the lines that call it. What its figures
have in common with those of pfsday is the file alone.

    hlo_products.py FILE...           one line each: dots, convolutions, file
"""
import collections
import functools
import gzip
import re
import sys

LINE = re.compile(r"(?:ROOT )?%?([\w.\-]+) = (.*)", re.S)
ARRAY = re.compile(r"\b[a-z]\w*\[([\d,<= ?]*)\]")
CALLS = re.compile(r"\b(to_apply|calls|body|condition|true_computation|false_computation|"
                   r"branch_computations|called_computations|select|scatter)=(\{[^}]*\}|%?[\w.\-]+)")


def read(path):
    data = open(path, "rb").read()
    return (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode()


def balanced(text, at):
    """The end of the parenthesis that opens at `at`."""
    depth = 0
    for i in range(at, len(text)):
        depth += (text[i] in "({[") - (text[i] in ")}]")
        if depth == 0:
            return i + 1
    raise SystemExit("unbalanced: " + text[:80])


def sizes(type_text):
    found = ARRAY.search(type_text)
    return [int(d.strip().lstrip("<=")) for d in found.group(1).split(",") if d.strip()]


class Instruction:
    def __init__(self, text):
        self.is_root = text.startswith("ROOT ")
        self.name, rest = LINE.match(text).groups()
        rest = rest.strip()
        end = balanced(rest, 0) if rest[0] == "(" else re.match(r"\S+?\[[^\]]*\](\{[^}]*\})?|\S+",
                                                                rest).end()
        self.type, rest = rest[:end], rest[end:].strip()
        open_at = rest.index("(")
        self.op = rest[:open_at]
        close = balanced(rest, open_at)
        self.arguments = rest[open_at + 1:close - 1]
        self.attributes = rest[close:]
        self.operands = re.findall(r"([A-Za-z_%][\w.\-]*)(?=\s*(?:,|$))", self.arguments)
        self.operands = [o.lstrip("%") for o in self.operands]

    def axes(self, name):
        found = re.search(rf"\b{name}={{([\d,\s]*)}}", self.attributes)
        return [int(x) for x in found.group(1).split(",") if x.strip()] if found else []

    def integer(self, name, fallback=1):
        found = re.search(rf"\b{name}=(\d+)", self.attributes)
        return int(found.group(1)) if found else fallback


def statements(body):
    """Instructions, which may go over several lines."""
    parts = []
    for line in body:
        line = line.strip()
        if LINE.match(line):
            parts.append(line)
        elif parts and line:
            parts[-1] += " " + line
    return [Instruction(part) for part in parts]


def computations(text):
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    text = "\n".join(line for line in text.split("\n") if not line.lstrip().startswith("//"))
    text = re.sub(r'"(?:[^"\\]|\\.)*"', lambda m: '"' + re.sub(r"[(){}\[\]=,%]", "_", m[0][1:-1])
                  + '"', text)
    found, entry, name, body = {}, None, None, []
    for line in text.split("\n"):
        head = re.match(r"(ENTRY )?\s*%?([\w.\-]+)\s*(\(.*\)\s*->.*)?\{\s*$", line)
        if name is None and head and "=" not in line.split("{")[0].split("(")[0]:
            name, body = head.group(2), []
            if head.group(1):
                entry = name
        elif name is not None and re.match(r"\}", line):
            found[name], name = statements(body), None
        elif name is not None:
            body.append(line)
    return found, entry or list(found)[-1]


def dot(inst, shapes):
    left = shapes[inst.operands[0]]
    contracted = 1
    for axis in inst.axes("lhs_contracting_dims"):
        contracted *= left[axis]
    product = contracted
    for size in sizes(inst.type):
        product *= size
    return product


def convolution(inst, shapes):
    """Every tap of the window that does not fall into a hole of a dilated input."""
    labels = re.search(r"dim_labels=(\w+)_(\w+)->(\w+)", inst.attributes).groups()
    kernel, result = shapes[inst.operands[1]], sizes(inst.type)
    window = re.search(r"window={([^}]*)}", inst.attributes)
    fields = dict(part.split("=") for part in window.group(1).split()) if window else {}
    product = kernel[labels[1].index("i")]
    product *= result[labels[2].index("b")] * result[labels[2].index("f")]
    rank = len(labels[0]) - 2
    for d in range(rank):
        product *= taps(fields, d, shapes[inst.operands[0]][labels[0].index(str(d))],
                        kernel[labels[1].index(str(d))], result[labels[2].index(str(d))])
    batch_groups = inst.integer("batch_group_count")
    assert batch_groups == 1 or shapes[inst.operands[0]][labels[0].index("b")] % batch_groups == 0
    return product


def taps(fields, d, size, kernel, result):
    def field(name, fallback):
        return int(fields[name].split("x")[d]) if name in fields else fallback
    hole = field("lhs_dilate", 1)
    if hole == 1:
        return kernel * result
    stride, dilation = field("stride", 1), field("rhs_dilate", 1)
    low = int(fields["pad"].split("x")[d].split("_")[0]) if "pad" in fields else 0
    return sum(1 for o in range(result) for k in range(kernel)
               if (o * stride + k * dilation - low) % hole == 0)


def trips(loop, comps, where, given):
    if loop.name in given:
        return given[loop.name]
    known = re.search(r'known_trip_count_:?_?_n_:_?(\d+)', re.sub(r'["\s:{]', "_", loop.attributes))
    known = known or re.search(r"known_trip_count\W+n\W+(\d+)", loop.attributes)
    if known:
        return int(known.group(1))
    names = dict(CALLS.findall(loop.attributes))
    condition = comps[names["condition"].strip("%{}")]
    constants = {i.name: int(i.arguments) for i in condition
                 if i.op == "constant" and re.fullmatch(r"-?\d+", i.arguments)}
    counted = {i.name for i in condition if i.op == "get-tuple-element"}
    bounds = [constants[o] for i in condition if i.op == "compare" for o in i.operands
              if constants.get(o, 0) > 0 and counted & set(i.operands)
              and re.search("direction=(LT|NE)", i.attributes)]
    if not bounds:
        raise SystemExit(f"{where}: {loop.name}: no bound")
    return min(bounds)


def live(body):
    """Those instructions that the last one, or what is marked as the root, is computed of."""
    by_name = {inst.name: inst for inst in body}
    wanted, names = [next((i for i in body if i.is_root), body[-1])], set()
    while wanted:
        inst = wanted.pop()
        if inst.name not in names:
            names.add(inst.name)
            wanted += [by_name[o] for o in inst.operands if o in by_name]
    return [inst for inst in body if inst.name in names]


def count(path, given=None):
    """Multiply-adds of dots and of convolutions; `given` are trips of loops by name."""
    comps, entry = computations(read(path))

    @functools.lru_cache(None)
    def work(name):
        total = collections.Counter()
        body = comps[name]
        shapes = {i.name: sizes(i.type) for i in body if i.type[0] != "(" and ARRAY.search(i.type)}
        for inst in live(body):
            if inst.op == "dot":
                total["dot"] += dot(inst, shapes)
            elif inst.op == "convolution":
                total["convolution"] += convolution(inst, shapes)
            called = [(kind, c.strip().lstrip("%")) for kind, names in CALLS.findall(inst.attributes)
                      for c in names.strip("{}").split(",") if c.strip()]
            times = trips(inst, comps, path, given or {}) if inst.op == "while" else 1
            parts = [work(c) for _, c in called if c in comps]
            if inst.op == "conditional":
                parts = [max(parts, key=lambda part: sum(part.values()))]
            for part in parts:
                for key, value in part.items():
                    total[key] += value * times
        return total

    sys.setrecursionlimit(10_000)
    total = work(entry)
    return total["dot"], total["convolution"]


def main():
    for path in sys.argv[1:]:
        dots, convolutions = count(path)
        print(dots, convolutions, path)


if __name__ == "__main__":
    main()
