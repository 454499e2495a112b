#!/usr/bin/env python3
"""Each fault of a catalogue file is found, and names the file and the chip."""

import tempfile
import unittest
from pathlib import Path

from write_chip_table import Fault, write_table

GOOD = """
vendor = "Acme"
[source.sheet]
url = "https://acme.example/sheet"
what = "data sheet"
[[chip]]
id = "a1"
name = "Acme A1"
family = "A"
kind = "gpu"
default_format = "bf16"
source = "sheet"
released = 2020-05
tdp = {value = 300, note = "a note"}
peak.bf16 = {dense = 2e12, clock = 1000, per_cycle = 2000}
""".replace("2020-05\n", '"2020-05"\n')


def table_of(*documents):
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, document in enumerate(documents):
            paths.append(Path(folder) / f"{number}.toml")
            paths[-1].write_text(document)
        return write_table(paths)


class WriteChipTable(unittest.TestCase):
    def test_a_chip(self):
        table = table_of(GOOD)
        self.assertIn('{"https://acme.example/sheet", "data sheet"}', table)
        self.assertIn('{"bf16", 2000000000000.0, {}, 1000.0, 2000.0, &sources[0], ""}', table)
        self.assertIn('Figure{300.0, &sources[0], "a note"}', table)
        self.assertIn("{{18397}, Precision::month, &sources[0]}", table)  # 2020-05-15

    def test_chips_are_sorted_by_vendor_then_release(self):
        later = GOOD.replace('"a1"', '"a2"').replace("2020-05", "2021")
        other = GOOD.replace('"a1"', '"b1"').replace("Acme", "Beta")
        table = table_of(other, later, GOOD)
        self.assertLess(table.index('"a1"'), table.index('"a2"'))
        self.assertLess(table.index('"a2"'), table.index('"b1"'))

    def test_faults(self):
        cases = [
            ("tdp =", "tpd =", 'a1: unknown key "tpd" in the chip'),
            ('family = "A"', "", 'a1: "family" is missing in the chip'),
            ("clock =", "clok =", 'a1: unknown key "clok" in peak.bf16'),
            ('source = "sheet"', 'source = "shed"', 'a1: no source is called "shed"'),
            ("https://acme", "acme", 'a1: "acme.example/sheet" is no address'),
            ("peak.bf16", "peak.bf15", 'a1: no format is called "bf15"'),
            ('"bf16"', '"fp32"', 'a1: "fp32" has no peak'),
            ("dense = 2e12", "dense = 0", "a1: bf16 is 0, not a positive number"),
            ("dense = 2e12", "dense = inf", "a1: bf16 is inf, not a positive number"),
            ("dense = 2e12", "dense = nan", "a1: bf16 is nan, not a positive number"),
            ("2020-05", "2020-13", 'a1: "2020-13" is no date'),
            ("2020-05", "May 2020", 'a1: "May 2020" is not written'),
            ('"gpu"', '"cpu"', 'a1: no kind is called "cpu"'),
            ('"a1"', '"A1"', "A1: an id is lower-case words"),
            ('vendor = "Acme"', "", '0.toml: "vendor" is missing in the file'),
            ("[[chip]]", "[[chip", "0.toml: "),
        ]
        for before, after, expected in cases:
            with self.subTest(expected), self.assertRaises(Fault) as fault:
                table_of(GOOD.replace(before, after, 1))
            self.assertIn(expected, str(fault.exception))

    def test_an_id_twice(self):
        with self.assertRaisesRegex(Fault, "1.toml: a1: a chip of this id is already there"):
            table_of(GOOD, GOOD)


if __name__ == "__main__":
    unittest.main()
