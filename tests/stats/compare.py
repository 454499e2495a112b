"""Holds the fits of module stats against statsmodels, scipy and R on random points.

    compare.py PRINT_FITS        (the program built from print_fits.cpp)

Estimates, robust errors and the objectives of quantile regression must be equal to 1e-9; break fits
must be no worse than those of R's segmented and equal to those of strucchange, both of which are
given the same least number of points. Exits with 77, for skipped, where neither is installed.
"""
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile

SYSTEM_PYTHON = "/usr/bin/python3"  # Debian's packages are of this one
SKIPPED = 77

R_SCRIPT = r"""
have <- function(p) suppressPackageStartupMessages(suppressWarnings(require(p, character.only = TRUE)))
say <- function(...) cat(..., "\n")
for (file in commandArgs(trailingOnly = TRUE)) {
  say("file", file)
  d <- read.table(file); x <- d[[1]]; y <- d[[2]]; n <- length(x)
  if (have("quantreg")) for (t in c(0.1, 0.5, 0.9)) {
    q <- suppressWarnings(rq(y ~ x, tau = t)); r <- residuals(q)
    say(sprintf("rq%g", t), format(sum(r * (t - (r < 0))), digits = 17))
  }
  if (have("strucchange")) for (k in 1:2) {
    b <- breakpoints(y ~ x, h = 6, breaks = k)
    say(sprintf("jump%d", k), format(summary(b)$RSS["RSS", as.character(k)], digits = 17))
  }
  if (have("segmented")) for (k in 1:2) {
    s <- try(suppressWarnings(segmented(lm(y ~ x), seg.Z = ~x, npsi = k)), silent = TRUE)
    if (inherits(s, "segmented")) {
      counts <- table(findInterval(x, sort(s$psi[, 2])))
      if (length(counts) == k + 1 && min(counts) >= 3)
        say(sprintf("worse_free_hinge%d", k), format(deviance(s), digits = 17))
    }
  }
}
"""


def make_points(seed):
    """Distinct x in order, a line that may bend, noise that grows; some seeds have far outliers."""
    source = random.Random(seed)
    n = source.choice([20, 35, 60, 120])
    x = sorted(source.sample(range(1000), n))
    bend = source.choice([0, 0.004, -0.006])
    points = []
    for value in x:
        noise = source.gauss(0, 0.5 + value / 2000) * (8 if source.random() < 0.03 else 1)
        points.append((value / 50, 20 + value / 90 + bend * max(0, value - 500) + noise))
    return points


def fits_of(program, points):
    text = "".join(f"{x!r} {y!r}\n" for x, y in points)
    done = subprocess.run([program], input=text, capture_output=True, text=True, check=True)
    return {name: float(value) for name, value in (line.split() for line in done.stdout.splitlines())}


def fits_of_python(points):
    import numpy as np
    import scipy.stats
    import statsmodels.api as sm
    x, y = (np.array(column) for column in zip(*points))
    model = sm.OLS(y, sm.add_constant(x))
    plain = model.fit()
    fits = {"intercept": plain.params[0], "slope": plain.params[1], "r2": plain.rsquared,
            "classical": plain.bse[1]}
    for kind in ("HC0", "HC1", "HC2", "HC3"):
        fits[kind] = model.fit(cov_type=kind).bse[1]
    fits["HAC4"] = model.fit(cov_type="HAC", cov_kwds={"maxlags": 4}).bse[1]
    robust = sm.RLM(y, sm.add_constant(x), M=sm.robust.norms.HuberT(1.345))
    fits["huber"] = robust.fit(tol=1e-14, maxiter=5000, conv="coefs").params[1]
    fits["theil_sen"] = scipy.stats.theilslopes(y, x)[0]
    return fits


def fits_of_r(sets):
    """A dictionary per set; empty ones where R or a package is missing."""
    if not shutil.which("Rscript"):
        return [{} for _ in sets]
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for index, points in enumerate(sets):
            files.append(os.path.join(folder, str(index)))
            with open(files[-1], "w", encoding="utf-8") as file:
                file.writelines(f"{x!r} {y!r}\n" for x, y in points)
        script = os.path.join(folder, "fits.R")
        with open(script, "w", encoding="utf-8") as file:
            file.write(R_SCRIPT)
        done = subprocess.run(["Rscript", script, *files], capture_output=True, text=True, check=True)
    fits = []
    for line in done.stdout.splitlines():
        name, value = line.split()
        if name == "file":
            fits.append({})
        else:
            fits[-1][name] = float(value)
    return fits


def disagreements(ours, theirs):
    for name, value in theirs.items():
        if name.startswith("worse_"):
            own = ours[name.removeprefix("worse_")]
            if own > value * (1 + 1e-9):
                yield f"{name}: {own!r} is worse than {value!r}"
        elif not math.isclose(ours[name], value, rel_tol=1e-9, abs_tol=1e-12):
            yield f"{name}: {ours[name]!r}, not {value!r}"


def main():
    program = sys.argv[1]
    try:
        import statsmodels  # noqa: F401
        has_python = True
    except ImportError:
        if os.path.exists(SYSTEM_PYTHON) and not os.path.samefile(sys.executable, SYSTEM_PYTHON) \
                and "PFSDAY_COMPARE" not in os.environ:
            os.execve(SYSTEM_PYTHON, [SYSTEM_PYTHON, *sys.argv], {**os.environ, "PFSDAY_COMPARE": "1"})
        has_python = False
    sets = [make_points(seed) for seed in range(12)]
    of_r = fits_of_r(sets)
    if not has_python and not any(of_r):
        print("skipped: neither python3-statsmodels nor R with quantreg, strucchange or segmented")
        return SKIPPED
    compared, faults = {}, 0
    for seed, points in enumerate(sets):
        ours = fits_of(program, points)
        theirs = {**of_r[seed], **(fits_of_python(points) if has_python else {})}
        for name in theirs:
            compared[name] = compared.get(name, 0) + 1
        for fault in disagreements(ours, theirs):
            faults += 1
            print(f"set {seed}, n {len(points)}: {fault}")
    print("compared:", ", ".join(f"{name} {count}" for name, count in sorted(compared.items())))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
