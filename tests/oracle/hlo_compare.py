#!/usr/bin/env python3
"""Holds pfsday's counts of XLA programs against hlo_products.py, on real dumps.

    hlo_compare.py PFSDAY

The dumps are those of the folder models/hlo in the one that PFSDAY_SHARED names (default: `shared`
beside the project); skipped, and said so, where it is missing. The figures of some of them are known
besides: those stand below.
"""
import glob
import json
import os
import subprocess
import sys

import hlo_products

PROJECT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SKIPPED = 77

# Multiply-adds of dots.
KNOWN = {
    "hlo_llama31_8b_bf16_1x8.hlo.gz": 386_083_200_172_032,
    "hlo_llama3_8b_bf16_activation_offloading_1x8.hlo": 193_041_600_086_016,
    "hlo_llama31_405b_bf16_16x8.hlo": 12_346_725_305_942_016,
    "nv_maxtext_1n1g_jit_train_step_before_optimization.hlo": 70_175_470_649_344,
    "dlrm_keras_jax_f32_train_step.hlo": 1_452_193_792,
}
# Loops that the data may end: as many trips for both.
TRIPS = {
    "gemma2_2b_keras_jax.hlo.gz": {"while.14219": 31},
    "hlo_gemma4_2b_bf16.hlo.gz": {"while.7": 41},
    "translate_while.hlo": {"while.2": 0},
}


def counted(binary, path, trips):
    """Multiply-adds of dots and of convolutions, as the program prints them."""
    command = [binary, "count", path, "--by", "op", "--json"]
    for name, number in trips.items():
        command += ["--trips", f"{name}={number}"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if run.returncode != 0:
        return f"exit {run.returncode}: {run.stderr.strip()}"
    sums = {"dot": 0, "convolution": 0}
    for row in json.loads(run.stdout)["by"]:
        if row["op"] in sums:
            sums[row["op"]] += row["macs"]
    return sums["dot"], sums["convolution"]


def main():
    binary = sys.argv[1]
    folder = os.environ.get("PFSDAY_SHARED") or os.path.join(PROJECT, "..", "shared")
    paths = sorted(glob.glob(os.path.join(folder, "models", "hlo", "*")))
    if not paths:
        print(f"skipped: there are no dumps in {os.path.normpath(folder)}/models/hlo")
        return SKIPPED
    faults = 0
    for path in paths:
        name = os.path.basename(path)
        trips = TRIPS.get(name, {})
        found = counted(binary, path, trips)
        expected = hlo_products.count(path, trips)
        same = found == expected and KNOWN.get(name, expected[0]) == expected[0]
        faults += not same
        print(f"{'same' if same else 'DIFFERENT'}: {name}: {found}, {expected}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
