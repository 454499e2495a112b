#!/usr/bin/python3
"""Times numpy, where it is installed, on the first task of uncertainty_bench.

    bench/compare_uncertainty.py build/release/bench/uncertainty_bench

10^6 samples of a product of five log-normals, with three quantiles, on one thread; each time is the
least of several runs. Numpy does it in several ways, from the usual one to the fastest.
"""
import sys

from compare_stats import least_time, print_ratios, times_of_pfsday

SAMPLES = 1_000_000
LEVELS = (0.05, 0.5, 0.95)


def by_lognormal(np, source, mean, sigma):
    values = np.prod([source.lognormal(m, sigma, SAMPLES) for m in mean], axis=0)
    return np.quantile(values, LEVELS)


def by_logarithms(np, source, mean, sigma):
    """One matrix product, one exponential of the sum."""
    values = np.exp(np.full(len(mean), sigma) @ source.standard_normal((len(mean), SAMPLES)) + mean.sum())
    return np.quantile(values, LEVELS)


def by_partition(np, source, mean, sigma):
    """Order statistics instead of interpolated quantiles, chosen among the logarithms."""
    logs = np.full(len(mean), sigma) @ source.standard_normal((len(mean), SAMPLES))
    ranks = [round(level * (SAMPLES - 1)) for level in LEVELS]
    logs.partition(ranks)
    return np.exp(logs[ranks] + mean.sum())


def times_of_numpy():
    try:
        import numpy as np
    except ImportError:
        return {}
    source = np.random.Generator(np.random.SFC64(1))
    sigma = np.log(10) / (2 * 1.6448536269514722)
    mean = np.log(np.arange(1, 6)) + np.log(10) / 2
    ways = {"lognormal": by_lognormal, "logarithms": by_logarithms, "partition": by_partition}
    times = {}
    for name, way in ways.items():
        quantiles = way(np, source, mean, sigma)
        assert abs(quantiles[1] / 37947.332 - 1) < 0.02, quantiles
        times[f"product_of_five:numpy_{name}"] = least_time(lambda: way(np, source, mean, sigma), 10)
    return times


if __name__ == "__main__":
    print_ratios(times_of_pfsday(sys.argv[1]), times_of_numpy())
