"""Forecasts of a yes or no for pairs and years, and how good they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betaln, expit, logit

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
LEAST = 1e-4
"""No forecast is surer than this."""


def log_score(forecast: Floats, happened: Bools) -> float:
    """Mean of -log of what was said of what came (Good 1952), in nats: lower is better."""
    p = np.clip(forecast, LEAST, 1 - LEAST)
    return float(np.mean(-np.log(np.where(happened, p, 1 - p))))


def brier(forecast: Floats, happened: Bools) -> float:
    """Mean squared error (Brier 1950)."""
    return float(np.mean((forecast - happened) ** 2))


def ranked(forecast: Floats, happened: Bools) -> float:
    """Area under the ROC curve: how often what came had been given more than what did not."""
    yes, no = forecast[happened], forecast[~happened]
    return float(np.mean((yes[:, None] > no[None, :]) + 0.5 * (yes[:, None] == no[None, :])))


def common(count: Floats, years: Floats) -> float:
    """Rate of all together, with half an event and a year more (Jeffreys)."""
    return float((np.sum(count) + 0.5) / (np.sum(years) + 1.0))


def own_past(count: Floats, years: Floats) -> Floats:
    """Each pair's own rate, drawn to that of all: the mean of a beta posterior, its prior by maximum likelihood.

    Where nothing ever came there is nothing to tell pairs apart by: the common rate, with half an event (Jeffreys).
    """
    if not count.any():
        return np.full(len(count), common(count, years))

    def minus(ab: Floats) -> float:
        a, b = np.exp(ab)
        return -float(np.sum(betaln(a + count, b + years - count) - betaln(a, b)))

    mean = float(np.sum(count) / np.sum(years))
    found = minimize(minus, np.log([mean, 1 - mean]), method="Nelder-Mead")
    a, b = np.exp(found.x)
    return np.asarray((a + count) / (a + b + years))


def fitted(features: Floats, happened: Bools, weights: Bools) -> Floats:
    """Coefficients of a logistic regression (pairs, years) on features (pairs, F): a constant first; light ridge."""
    x = np.concatenate([np.ones((len(features), 1)), features], axis=1)

    def minus(beta: Floats) -> float:
        p = np.clip(expit(x @ beta), 1e-12, 1 - 1e-12)[:, None]
        said = np.where(happened, np.log(p), np.log(1 - p))
        return -float(np.sum(said[weights])) + 0.5 * float(np.sum(beta[1:] ** 2))

    return np.asarray(minimize(minus, np.zeros(x.shape[1]), method="BFGS").x)


def foretold(features: Floats, beta: Floats) -> Floats:
    """What a fitted regression says of each pair."""
    return np.asarray(expit(beta[0] + features @ beta[1:]))


def feature(rate: Floats) -> Floats:
    """A rate as a feature: its log odds, kept from the ends."""
    return np.asarray(logit(np.clip(rate, LEAST, 1 - LEAST)))


def resampled(losses: Floats, times: int, seed: int) -> tuple[float, float]:
    """95 % interval of a mean loss (pairs, years) over pairs drawn with replacement: a pair's years go together."""
    rng = np.random.default_rng(seed)
    by_pair = losses.mean(axis=1)
    draws = rng.integers(0, len(by_pair), (times, len(by_pair)))
    low, high = np.quantile(by_pair[draws].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)
