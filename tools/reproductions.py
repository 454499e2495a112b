#!/usr/bin/env python3
"""Regenerates the tables of docs/reproductions.md: published trends and the record of forecasts,
each row by one command.

    tools/reproductions.py check PFSDAY    exits 1 where the page is out of date, 77 without the tables
    tools/reproductions.py write PFSDAY    rewrites the page

The published tables stand in the folder data/ of the one that PFSDAY_SHARED names (default: `shared`
beside the project). Each row has a command with --json added, and the members of its document that
are shown.
"""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reproductions.md"
SHARED = Path(os.environ.get("PFSDAY_SHARED") or ROOT.parent / "shared")
BEGIN, END = "<!-- table: written by tools/reproductions.py -->\n", "<!-- end of the table -->\n"


def doubling(document):
    return f"doubling {document['doubling_months']:.2f} months, n {document['n']}"


def doubling_of_2018(document):
    without = document["variants"][0]
    return (f"{document['doubling_months']:.3f} months with AlphaGo Zero at 1,740 pfs-days, "
            f"{without['doubling_months']:.3f} without; "
            f"{document['factor_per_year']:.1f}x and {without['factor_per_year']:.1f}x a year")


def factor(document):
    return f"{document['factor_per_year']:.3f}x a year, n {document['n']}"


def factor_with_interval(document):
    low, high = document["interval"]["factor_per_year"]
    return (f"{document['factor_per_year']:.3f}x a year ({100 * document['interval']['level']:.0f} % "
            f"{low:.3f} to {high:.3f}), n {document['n']}, R2 {document['r2']:.3f}")


def slope_with_interval(document):
    low, high = document["interval"]["factor_per_year"]
    return (f"{document['slope_oom_per_year']:.6f} OOM a year, {document['factor_per_year']:.5f}x "
            f"(90 % {low:.3f} to {high:.3f}), n {document['n']}")


def between(document):
    return f"{document['factor']:,.0f}x in {document['years']:.2f} years"


def growth(unit):
    def show(document):
        values = document["values"] + document.get("as_doubling_time", [])
        value = next(value["value"] for value in values if value["unit"] == unit)
        return f"{value:.4g} {unit}"
    return show


def break_month(document):
    eras = document["eras"]["fits"][document["eras"]["best_by_bic"]]["eras"]
    factors = " then ".join(f"{era['factor_per_year']:.2f}x" for era in eras)
    return f"{', '.join(day[:7] for day in document['breaks'])}: {factors} a year"


def drivers(document):
    return ", ".join(f"{driver['name']} {driver['factor_per_year']:.2f}x (n {driver['n']})"
                     for driver in document["drivers"][:3])


def matched(document):
    match = document["matched"]
    share = 100 * match["differ_by_over_5_percent"] / match["common"]
    return (f"{match['common']} common, {share:.1f} % differ by over 5 %, "
            f"median factor {match['median_factor']:.2f}")


def chip_doubling(per):
    def show(document):
        trend = next(trend for trend in document["trends"]
                     if trend["of"] == "fp32" and trend["per"] == per)
        return f"FP32 doubles in {trend['doubling_months'] / 12:.2f} years, n {trend['n']}"
    return show


def coverage(document):
    """What bands of 90 % covered, 1, 2 and 3 years ahead, and the skill."""
    tests = document["backtests"]
    return " | ".join([str(tests[0]["forecasts"])] +
                      [f"{100 * test['coverage']:.1f} %, {round(test['skill'], 2) + 0.0:+.2f}" for test in tests])


# Breaks as Epoch AI looked for them in May 2024.
BREAK_RULE = ("--breaks 1 --variance per-era --break-places months --least-years 0 "
              "--break-draws 0")

# Set and rule, what was published, the command, and what of its document is shown.
ROWS = [
    ("AI and Compute, the chart of 2018", "3.43 months; 10x a year",
     "pfsday fit --set 2018-chart", doubling_of_2018),
    ("AI and Compute, AlexNet to AlphaGo Zero", "300,000x",
     'pfsday fit --between AlexNet "AlphaGo Zero"', between),
    ("3.43 months in days", "3.5 months, later 3.4", "pfsday convert 3.43 months", growth("days")),
    ("10x a year as a doubling time", "-", "pfsday convert 10x a year", growth("days to double")),
    ("Doubling in 100 days", "-", "pfsday convert 100 days", growth("x/year")),
    ("Sevilla et al. 2022, before 2010, without low outliers", "21.3 months",
     "pfsday fit DATA/sevilla2022_compute_trends_123.csv --select no-low --to 2009-12-31 "
     "--axis 30-day-months", doubling),
    ("Sevilla et al. 2022, large-scale", "9.9 months",
     "pfsday fit DATA/sevilla2022_compute_trends_123.csv --select large-scale "
     "--axis 30-day-months", doubling),
    ("Epoch AI, May 2024, notable since 2010", "4.14x a year",
     "pfsday fit DATA/pcd_2024-05.csv --select notable --from 2010-01-01", factor),
    ("Epoch AI, May 2024, top 10 at release since 2010", "5.26x a year",
     "pfsday fit DATA/pcd_2024-05.csv --select notable,top-10 --from 2010-01-01", factor),
    ("Epoch AI, May 2024, language since June 2017", "9.54x a year",
     "pfsday fit DATA/pcd_2024-05.csv --select notable --domain Language --domain Multimodal "
     "--from 2017-06-01", factor),
    ("Epoch AI, May 2024, break in the top 10", "2018-01",
     "pfsday fit DATA/pcd_2024-05.csv --select notable,top-10 --from 2010-01-01 " + BREAK_RULE,
     break_month),
    ("Epoch AI, May 2024, break in the top 10 without AlphaGo Master and Zero", "2018-01",
     "pfsday fit DATA/pcd_2024-05.csv --select notable,top-10 --from 2010-01-01 "
     '--leave-out "AlphaGo Master" --leave-out "AlphaGo Zero" ' + BREAK_RULE, break_month),
    ("Epoch AI, May 2024, break in the top 10 of language", "2020-06",
     "pfsday fit DATA/pcd_2024-05.csv --select notable,top-10 --domain Language "
     "--domain Multimodal --from 2017-06-01 " + BREAK_RULE, break_month),
    ("Epoch AI, June 2025, notable since 2010", "n 428, R2 0.60, 4.7x a year",
     "pfsday fit DATA/pcd_2025-06.csv --select notable --from 2010-01-01", factor_with_interval),
    ("Epoch AI, July 2026, notable since 2010", "-",
     "pfsday fit DATA/notable_2026-07.csv --from 2010-01-01", factor),
    ("Epoch AI, July 2026, top 10 at release since 2010", "-",
     "pfsday fit DATA/notable_2026-07.csv --select top-10 --from 2010-01-01", factor),
    ("Cottier et al. 2024, amortized cost of hardware and energy", "0.39 OOM a year, 2.4x",
     "pfsday fit DATA/cost_hardware_capex_energy_2024-05.csv --y cost --axis decimal-year",
     slope_with_interval),
    ("Epoch AI, January 2025, drivers since 2018",
     "chips 1.69x, peak 1.41x, time 1.53x",
     "pfsday fit DATA/notable_2025-02-24.csv --select no-fine-tunes,top-10 --from 2018-01-01 "
     "--drivers --chips DATA/chips_2024-05.csv", drivers),
    ("Hobbhahn et al. 2023, peak rate of accelerators", "2.3 years",
     "pfsday fit DATA/epoch_ml_hardware_2026-07.csv --to 2023-06-30 --chip-trends", chip_doubling("")),
    ("Hobbhahn et al. 2023, peak rate per watt", "3 years",
     "pfsday fit DATA/epoch_ml_hardware_2026-07.csv --to 2023-06-30 --chip-trends", chip_doubling("watt")),
    ("Hobbhahn et al. 2023, peak rate per dollar", "2.1 years",
     "pfsday fit DATA/epoch_ml_hardware_2026-07.csv --to 2023-06-30 --chip-trends", chip_doubling("dollar")),
    ("Values of May 2024 and June 2025, matched by name", "-",
     "pfsday fit DATA/pcd_2024-05-13.csv --against DATA/pcd_2025-06.csv", matched),
]

# Table and rule, and the command.
FORECASTS = [(title, f"pfsday forecast DATA/{words} --from 2010-01-01 --backtest") for title, words in [
    ("Epoch AI, May 2024, notable", "pcd_2024-05.csv --select notable"),
    ("Epoch AI, May 2024, top 10", "pcd_2024-05.csv --select notable,top-10"),
    ("Epoch AI, June 2025, notable", "pcd_2025-06.csv --select notable"),
    ("Epoch AI, June 2025, top 10", "pcd_2025-06.csv --select notable,top-10"),
    ("Epoch AI, July 2026, notable", "notable_2026-07.csv"),
    ("Epoch AI, July 2026, top 10", "notable_2026-07.csv --select top-10"),
    ("Epoch AI, July 2026, records", "notable_2026-07.csv --select records"),
    ("Sevilla et al. 2022", "sevilla2022_compute_trends_123.csv"),
]]


def run(program, command):
    words = [word.replace("DATA/", f"{SHARED}/data/") for word in shlex.split(command)]
    done = subprocess.run([program, *words[1:], "--json"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{command}\n{done.stderr}")
    return json.loads(done.stdout)


def trends(program):
    lines = ["| trend | published | computed | command |", "|---|---|---|---|"]
    for title, published, command, show in ROWS:
        lines.append(f"| {title} | {published} | {show(run(program, command))} | `{command}` |")
    return "\n".join(lines) + "\n"


def forecasts(program):
    lines = ["| systems | outcomes in a year | 1 year ahead | 2 years | 3 years | command |",
             "|---|---|---|---|---|---|"]
    for title, command in FORECASTS:
        lines.append(f"| {title} | {coverage(run(program, command))} | `{command}` |")
    return "\n".join(lines) + "\n"


def write_tables(page, program):
    """The page with its tables, in the order in which it has them, computed anew."""
    head, *parts = page.split(BEGIN)
    for table, part in zip((trends, forecasts), parts, strict=True):
        head += BEGIN + table(program) + END + part.split(END)[1]
    return head


def main(mode, program):
    if not (SHARED / "data" / "pcd_2024-05.csv").exists():
        print("SKIPPED: the published tables are not beside the project (PFSDAY_SHARED)")
        return 77
    page = PAGE.read_text()
    written = write_tables(page, str(Path(program).resolve()))
    if mode == "write":
        PAGE.write_text(written)
        return 0
    if written == page:
        return 0
    old = page.splitlines()
    for line in written.splitlines():
        if line not in old:
            print(f"docs/reproductions.md lacks: {line}")
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
