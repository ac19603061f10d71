"""Reference numbers for the statistics in lib/domain, from irrCAC 0.4.4, krippendorff 0.9.0, scipy and statsmodels 0.15.

Needs: pip install irrCAC krippendorff statsmodels. Writes tests/parity/reference/statistics.json:
    python tests/parity/make_statistics.py
"""
import json
import math
import pathlib

import krippendorff
import numpy as np
import pandas as pd
import statsmodels.api as sm
from irrCAC.raw import CAC
from scipy import stats
from statsmodels.miscmodels.ordinal_model import OrderedModel

rng = np.random.default_rng(20261123)
VECTOR = ["11-1", "2232", "3333", "3333", "2222", "1234", "4444", "1121", "2222", "-555", "--11", "--3-"]
DIGITS = 12


def ratings_of(vector):
    return [[None if c == "-" else int(c) for c in row] for row in vector]


def random_ratings(subjects, raters, categories, missing):
    truth = rng.integers(1, categories + 1, subjects)
    table = []
    for value in truth:
        row = []
        for _ in range(raters):
            if rng.random() < missing:
                row.append(None)
            else:
                row.append(int(np.clip(value + rng.choice([-2, -1, 0, 0, 0, 1, 2]), 1, categories)))
        if all(r is None for r in row):
            row[0] = int(value)
        table.append(row)
    return table


def agreement_case(name, rows, categories):
    frame = pd.DataFrame(rows, dtype=float)
    case = {"name": name, "categories": categories, "ratings": rows, "expected": {}}
    for kind in ["identity", "ordinal", "linear", "quadratic"]:
        cac = CAC(frame, weights=kind, categories=[float(c) for c in range(1, categories + 1)], digits=DIGITS)
        for method in ["gwet", "krippendorff"]:
            est = getattr(cac, method)()["est"]
            case["expected"][f"{method} {kind}"] = {
                "coefficient": est["coefficient_value"],
                "standardError": est["se"],
                "observed": est["pa"],
                "interval": list(est["confidence_interval"]),
            }
    data = frame.to_numpy().T
    case["krippendorffPackageNominal"] = krippendorff.alpha(
        data, level_of_measurement="nominal", value_domain=list(range(1, categories + 1))
    )
    return case


def battles_case(name, policies, count, clusters, styled):
    true = rng.normal(0, 0.8, policies)
    rows = []
    for _ in range(count):
        i, j = rng.choice(policies, 2, replace=False)
        style = float(rng.normal()) if styled else 0.0
        p = 1 / (1 + math.exp(-(true[i] - true[j] + 0.4 * style)))
        u = rng.random()
        outcome = 0.5 if u < 0.1 else float(rng.random() < p)
        rows.append([int(i), int(j), outcome, style, int(rng.integers(clusters))])
    x = np.zeros((count, policies - 1 + (1 if styled else 0)))
    for n, (i, j, _, style, _) in enumerate(rows):
        if i > 0:
            x[n, i - 1] += 1
        if j > 0:
            x[n, j - 1] -= 1
        if styled:
            x[n, -1] = style
    y = np.array([r[2] for r in rows])
    groups = np.array([r[4] for r in rows])
    fit = sm.GLM(y, x, family=sm.families.Binomial()).fit(
        cov_type="cluster", cov_kwds={"groups": groups}, tol=1e-14, maxiter=200
    )
    n, k = x.shape
    cov = fit.cov_params() / ((n - 1) / (n - k))
    full = np.zeros((policies, k))
    for p in range(1, policies):
        full[p, p - 1] = 1
    centre = (np.eye(policies) - 1 / policies) @ full
    ratings = centre @ fit.params
    errors = np.sqrt(np.diag(centre @ cov @ centre.T))
    case = {"name": name, "policies": policies, "battles": rows, "ratings": ratings.tolist(), "errors": errors.tolist()}
    case["style"] = [float(fit.params[-1]), float(math.sqrt(cov[-1, -1]))] if styled else None
    return case


def strengths_case(annotators, groups, each):
    shift = rng.normal(0, 0.7, annotators)
    level = np.linspace(-1, 1, groups)
    cuts = np.array([-0.8, 0.4, 1.9])
    rows, counts = [], {}
    for a in range(annotators):
        for g in range(groups):
            for _ in range(each):
                latent = shift[a] + level[g] + rng.logistic()
                k = int((latent > cuts).sum())
                rows.append((a, g, k))
                counts.setdefault((a, g), [0, 0, 0, 0])[k] += 1
    y = np.array([r[2] for r in rows])
    x = np.zeros((len(rows), annotators - 1 + groups - 1))
    for n, (a, g, _) in enumerate(rows):
        if a > 0:
            x[n, a - 1] = 1
        if g > 0:
            x[n, annotators - 1 + g - 1] = 1
    fit = OrderedModel(y, x, distr="logit").fit(method="bfgs", maxiter=2000, gtol=1e-9, disp=0)
    beta = [0.0, *fit.params[: annotators - 1]]
    return {
        "table": [{"annotator": a, "group": g, "counts": c} for (a, g), c in counts.items()],
        "differences": [b - beta[0] for b in beta],
        "levels": [0.0, *fit.params[annotators - 1 : annotators + groups - 2]],
    }


def main():
    cases = {
        "agreement": [
            agreement_case("published test vector", ratings_of(VECTOR), 5),
            agreement_case("two raters, eight steps", random_ratings(40, 2, 8, 0.1), 8),
            agreement_case("five raters, three bins, gaps", random_ratings(30, 5, 3, 0.45), 3),
            agreement_case("three raters, four grades", random_ratings(60, 3, 4, 0.2), 4),
        ],
        "bradleyTerry": [
            battles_case("four policies", 4, 400, 12, False),
            battles_case("six policies, length", 6, 600, 25, True),
        ],
        "strengths": strengths_case(6, 3, 60),
        "student": [[p, df, float(stats.t.ppf(p, df))] for p in [0.9, 0.975, 0.9995] for df in [1, 2, 5, 11, 120, 1e6]],
        "binomial": [[k, n, p, float(stats.binom.cdf(k, n, p))] for k, n, p in [(0, 5, 0.5), (3, 10, 0.4), (480, 1000, 0.5), (7, 7, 0.9)]],
    }
    target = pathlib.Path(__file__).parent / "reference" / "statistics.json"
    target.write_text(json.dumps(cases, separators=(",", ":")) + "\n")


main()
