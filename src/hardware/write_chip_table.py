#!/usr/bin/env python3
"""Writes the table of chips as C++, from the catalogue.

    write_chip_table.py OUTPUT.cpp FILE.toml...

docs/hardware.md says how the files are written. Every key must be known and every figure have a
source; a fault names the file and the chip, and fails the build.
"""

import datetime
import json
import math
import re
import sys
import tomllib
from pathlib import Path

# The formats of peaks, in the order in which they are shown, and the bits of an operand.
FORMATS = {"fp64": 64, "fp64-vector": 64, "fp32": 32, "fp32-vector": 32, "tf32": 19,
           "bf16": 16, "bf16-vector": 16, "fp16": 16, "fp16-vector": 16, "fp8": 8, "fp6": 6,
           "fp4": 4, "int16": 16, "int8": 8, "int4": 4}
KINDS = ("gpu", "tpu", "accelerator")
REQUIRED = ("id", "name", "family", "kind", "default_format", "source", "released", "peak")
OPTIONAL = ("variant", "aliases", "memory", "bandwidth", "tdp", "price", "note")


class Fault(Exception):
    pass


def check_keys(table, what, required, optional=()):
    for key in table:
        if key not in (*required, *optional):
            raise Fault(f'unknown key "{key}" in {what}')
    for key in required:
        if key not in table:
            raise Fault(f'"{key}" is missing in {what}')


def text(value):
    """A string as a C++ literal: JSON escapes it the same way."""
    if not isinstance(value, str):
        raise Fault(f"{value!r} is no text")
    return json.dumps(value, ensure_ascii=False)


def positive(value, what):
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not 0 < value < math.inf:
        raise Fault(f"{what} is {value!r}, not a positive number")
    return repr(float(value))


class Sources:
    """The sources of all files, each once; a figure refers to its place in the table."""

    def __init__(self):
        self.places = {}

    def place(self, source, named):
        """Of a source that is named in the file, or written out."""
        if isinstance(source, str):
            if source not in named:
                raise Fault(f'no source is called "{source}"')
            source = named[source]
        check_keys(source, "a source", ("url", "what"))
        if not re.match(r"https?://[^\s]+$", source["url"]):
            raise Fault(f'"{source["url"]}" is no address')
        key = (source["url"], source["what"])
        return f"&sources[{self.places.setdefault(key, len(self.places))}]"


def read_date(written):
    """The day, and how precisely it is told: the middle where a month or a year is."""
    if not re.fullmatch(r"\d{4}(-\d\d){0,2}", written):
        raise Fault(f'"{written}" is not written YYYY, YYYY-MM or YYYY-MM-DD')
    precision, rest = {4: ("year", "-07-02"), 7: ("month", "-15"), 10: ("day", "")}[len(written)]
    try:
        return datetime.date.fromisoformat(written + rest), precision
    except ValueError as fault:
        raise Fault(f'"{written}" is no date') from fault


class ChipWriter:
    """One chip as a C++ initializer, with the arrays that it refers to."""

    def __init__(self, chip, vendor, named, sources, number):
        check_keys(chip, "the chip", REQUIRED, OPTIONAL)
        self.chip, self.vendor, self.named = chip, vendor, named
        self.sources, self.number = sources, number
        self.arrays = ""

    def source(self, table):
        return self.sources.place(table.get("source", self.chip["source"]), self.named)

    def figure(self, key):
        table = self.chip[key]
        if not isinstance(table, dict):
            table = {"value": table}
        check_keys(table, key, ("value",), ("source", "note"))
        return (f"Figure{{{positive(table['value'], key)}, {self.source(table)}, "
                f"{text(table.get('note', ''))}}}")

    def memory(self):
        table = self.chip["memory"]
        check_keys(table, "memory", ("bytes",), ("kind", "source"))
        return (f"Memory{{{positive(table['bytes'], 'memory')}, {text(table.get('kind', ''))}, "
                f"{self.source(table)}}}")

    def released(self):
        table = self.chip["released"]
        if not isinstance(table, dict):
            table = {"date": table}
        check_keys(table, "released", ("date",), ("source",))
        self.day, precision = read_date(str(table["date"]))
        days = (self.day - datetime.date(1970, 1, 1)).days
        return f"{{{{{days}}}, Precision::{precision}, {self.source(table)}}}"

    def peak(self, name, table):
        if not isinstance(table, dict):
            table = {"dense": table}
        check_keys(table, f"peak.{name}", ("dense",),
                   ("sparse", "clock", "per_cycle", "source", "note"))
        optional = [positive(table[key], f"{name} {key}") if key in table else "{}"
                    for key in ("sparse", "clock", "per_cycle")]
        return (f"    {{{text(name)}, {positive(table['dense'], name)}, {', '.join(optional)}, "
                f"{self.source(table)}, {text(table.get('note', ''))}}},\n")

    def peaks(self):
        table = self.chip["peak"]
        for name in table:
            if name not in FORMATS:
                raise Fault(f'no format is called "{name}"')
        if self.chip["default_format"] not in table:
            raise Fault(f'"{self.chip["default_format"]}" has no peak')
        rows = "".join(self.peak(name, table[name]) for name in FORMATS if name in table)
        self.arrays += f"constexpr Peak peaks_{self.number}[] = {{\n{rows}}};\n"
        return f"peaks_{self.number}"

    def aliases(self):
        words = self.chip.get("aliases", [])
        if not words:
            return "{}"
        self.arrays += (f"constexpr std::string_view aliases_{self.number}[] = "
                        f"{{{', '.join(text(word) for word in words)}}};\n")
        return f"aliases_{self.number}"

    def write(self):
        chip = self.chip
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", chip["id"]):
            raise Fault("an id is lower-case words joined by '-'")
        if chip["kind"] not in KINDS:
            raise Fault(f'no kind is called "{chip["kind"]}"')
        members = [text(chip["id"]), text(chip["name"]), text(self.vendor), text(chip["family"]),
                   text(chip.get("variant", "")), text(chip["kind"]), text(chip["default_format"]),
                   self.aliases(), self.released(), self.peaks(),
                   self.memory() if "memory" in chip else "{}"]
        members += [self.figure(key) if key in chip else "{}"
                    for key in ("bandwidth", "tdp", "price")]
        members.append(text(chip.get("note", "")))
        return "    {" + ",\n     ".join(members) + "},\n"


def read_file(path):
    """The vendor, the named sources and the chips of a file."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    check_keys(document, "the file", ("vendor", "chip"), ("source",))
    return document["vendor"], document.get("source", {}), document["chip"]


def write_table(paths):
    sources, ids = Sources(), set()
    chips = []  # (vendor, day, number, initializer), to be sorted
    arrays = ""
    for path in paths:
        chip_id = ""
        try:
            vendor, named, tables = read_file(path)
            for table in tables:
                chip_id = table.get("id", "")
                if chip_id in ids:
                    raise Fault("a chip of this id is already there")
                ids.add(chip_id)
                writer = ChipWriter(table, vendor, named, sources, len(chips))
                row = writer.write()
                arrays += writer.arrays
                chips.append((vendor.lower(), writer.day, len(chips), row))
        except (Fault, tomllib.TOMLDecodeError) as fault:
            raise Fault(f"{path}: {chip_id}{': ' if chip_id else ''}{fault}") from fault
    rows = "".join(f"    {{{text(url)}, {text(what)}}},\n" for url, what in sources.places)
    formats = "".join(f"    {{{text(name)}, {bits}}},\n" for name, bits in FORMATS.items())
    table = "".join(row for *_, row in sorted(chips))
    return f"""// Generated by write_chip_table.py from data/hardware.
#include "hardware/chip.h"

namespace pfsday::hardware {{
namespace {{

constexpr Format format_table[] = {{
{formats}}};
constexpr Source sources[] = {{
{rows}}};
{arrays}
constexpr Chip chip_table[] = {{
{table}}};

}}  // namespace

std::span<const Format> formats() {{ return format_table; }}
std::span<const Chip> chips() {{ return chip_table; }}

}}  // namespace pfsday::hardware
"""


def main():
    output, *paths = (Path(argument) for argument in sys.argv[1:])
    try:
        output.write_text(write_table(paths), encoding="utf-8")
    except Fault as fault:
        sys.exit(f"error: {fault}")


if __name__ == "__main__":
    main()
