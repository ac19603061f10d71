"""Reference numbers for Poisson rates (lib/domain/poisson-rate.ts), from scipy 1.17: quantiles of the chi-squared distribution.

Needs: pip install scipy. Writes tests/parity/reference/poisson.json:
    python tests/parity/make_poisson.py
"""
import json
import pathlib

from scipy import special, stats

CASES = [(0, 1.0), (0, 12.5), (1, 0.5), (2, 40.0), (7, 3.25), (18, 10.0), (45, 100.0), (450, 1000.0), (12_345, 6789.5)]
GAMMA = [(0.5, 0.1), (1.0, 1.0), (3.0, 2.0), (3.0, 9.0), (50.0, 45.0), (50.0, 70.0), (2000.0, 1990.0), (2000.0, 2100.0)]


def interval(found, hours):
    low = stats.chi2.ppf(0.025, 2 * found) / 2 if found else 0.0
    high = stats.chi2.ppf(0.975, 2 * found + 2) / 2
    return [float(low / hours), float(high / hours)]


def main():
    reference = {
        "rates": [[found, hours, *interval(found, hours)] for found, hours in CASES],
        "incompleteGamma": [[a, x, float(special.gammainc(a, x))] for a, x in GAMMA],
    }
    target = pathlib.Path(__file__).parent / "reference" / "poisson.json"
    target.write_text(json.dumps(reference, separators=(",", ":")) + "\n")


main()
