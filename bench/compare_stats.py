#!/usr/bin/python3
"""Times the tasks of stats_bench in numpy, statsmodels and R where they are installed.

    bench/compare_stats.py build/release/bench/stats_bench

Prints a line per task and rival: milliseconds of both, and how many times faster pfsday is. All on
one thread; each time is the least of several runs.
"""
import json
import os
import shutil
import subprocess
import sys
import time

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

R_SCRIPT = r"""
have <- function(p) suppressPackageStartupMessages(suppressWarnings(require(p, character.only = TRUE)))
time <- function(task, runs, f) {
  took <- sapply(seq_len(runs), function(i) system.time(f())[["elapsed"]])
  cat(task, 1000 * min(took), "\n")
}
set.seed(1)
make <- function(n) { x <- sort(runif(n, 0, 15)); data.frame(x, y = 17 + 0.4 * x + 0.5 * pmax(0, x - 8) + rnorm(n, 0, 1.2)) }
d <- make(1000); e <- make(428)
time("ols_bootstrap:R_fit", 3, function() for (i in 1:1000) {
  k <- sample.int(1000, replace = TRUE); .lm.fit(cbind(1, d$x[k]), d$y[k]) })
if (have("quantreg")) time("quantile_line:R_quantreg", 5, function() rq(y ~ x, tau = 0.9, data = d))
if (have("strucchange")) time("two_breaks/jump:R_strucchange", 1, function() breakpoints(y ~ x, h = 42, breaks = 2, data = e))
if (have("segmented")) time("two_breaks/hinge:R_segmented", 3, function() segmented(lm(y ~ x, data = e), seg.Z = ~x, npsi = 2))
"""


MILLISECONDS = {"ns": 1e-6, "us": 1e-3, "ms": 1}


def least_time(run, runs):
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        times.append(1000 * (time.perf_counter() - start))
    return min(times)


def bootstrap_by_gather(np, source, x, y, draws):
    rows = source.integers(0, x.size, (draws, x.size))
    u, v = x[rows], y[rows]
    mean_u, mean_v = u.mean(axis=1), v.mean(axis=1)
    spread = np.einsum("ij,ij->i", u, u) - x.size * mean_u**2
    return (np.einsum("ij,ij->i", u, v) - x.size * mean_u * mean_v) / spread


def bootstrap_by_counts(np, source, x, y, draws):
    """How often each row is drawn, then one matrix product with what each row adds."""
    n = x.size
    rows = source.integers(0, n, (draws, n)) + n * np.arange(draws)[:, None]
    counts = np.bincount(rows.ravel(), minlength=n * draws).reshape(draws, n).astype(float)
    sums = counts @ np.stack([x, y, x * x, x * y], axis=1)
    return (sums[:, 3] - sums[:, 0] * sums[:, 1] / n) / (sums[:, 2] - sums[:, 0]**2 / n)


def times_of_python():
    try:
        import numpy as np
    except ImportError:
        return {}
    source = np.random.Generator(np.random.SFC64(1))
    x = np.sort(source.uniform(0, 15, 1000))
    y = 17 + 0.4 * x + source.normal(0, 1.2, 1000)
    times = {}
    for name, way in (("gather", bootstrap_by_gather), ("counts", bootstrap_by_counts)):
        times[f"ols_bootstrap:numpy_{name}"] = least_time(lambda: way(np, source, x, y, 1000), 10)
    try:
        import statsmodels.api as sm
        times["ols_line:statsmodels"] = least_time(lambda: sm.OLS(y, sm.add_constant(x)).fit().bse, 10)
        times["quantile_line:statsmodels"] = least_time(
            lambda: sm.QuantReg(y, sm.add_constant(x)).fit(q=0.9), 3)
    except ImportError:
        pass
    try:
        import scipy.stats
        times["theil_sen:scipy"] = least_time(lambda: scipy.stats.theilslopes(y, x), 3)
    except ImportError:
        pass
    return times


def times_of_r():
    if not shutil.which("Rscript"):
        return {}
    done = subprocess.run(["Rscript", "-e", R_SCRIPT], capture_output=True, text=True, check=True)
    return {name: float(value) for name, value in (line.split() for line in done.stdout.splitlines())}


def times_of_pfsday(program):
    done = subprocess.run([program, "--benchmark_format=json"], capture_output=True, text=True, check=True)
    return {run["name"]: run["cpu_time"] * MILLISECONDS[run["time_unit"]] for run in json.loads(done.stdout)["benchmarks"]}


def print_ratios(ours, rivals):
    for name, milliseconds in ours.items():
        print(f"{name:<22} {'pfsday':<18} {milliseconds:>9.3f} ms")
    for name, milliseconds in rivals.items():
        task, rival = name.split(":")
        print(f"{task:<22} {rival:<18} {milliseconds:>9.3f} ms  {milliseconds / ours[task]:>8.1f}x")


if __name__ == "__main__":
    print_ratios(times_of_pfsday(sys.argv[1]), {**times_of_python(), **times_of_r()})
