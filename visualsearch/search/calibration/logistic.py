"""Logistic regression in a few lines of NumPy."""

from __future__ import annotations

from math import exp

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

RIDGE = 1.0
"""How strongly weights are held to 0, in terms of the standardised features; the intercept is free."""

_ROUNDS = 100
_SETTLED = 1e-10


def sigmoid(value: float) -> float:
    """Return 1 / (1 + e^-value), without overflow."""
    return 1 / (1 + exp(-value)) if value >= 0 else exp(value) / (1 + exp(value))


def fit_logistic(features: Values, right: Values, counts: Values | None = None, *, ridge: float = RIDGE) -> list[float]:
    """Return intercept and weights of P(right | features) = sigmoid(intercept + weights . features).

    `features` has shape (n, k), `right` shape (n,) of 0 and 1, `counts` shape (n,) says how often each row counts.
    A weight that comes out negative is 0 and its feature left out: more evidence must never make one less sure.
    By Newton's method. Raises ValueError where all answers are alike, which fits no curve.
    """
    counts = np.ones(len(right)) if counts is None else counts
    if len(features) != len(right) or not 0 < float((counts * right).sum()) < float(counts.sum()):
        raise ValueError("Expected right and wrong answers, one for each row of features.")
    used = list(range(features.shape[1]))
    while True:
        fitted = _fit(features[:, used], right, counts, ridge)
        if not used or min(fitted[1:]) >= 0:
            break
        used.pop(int(np.argmin(fitted[1:])))
    weights = dict(zip(used, fitted[1:], strict=True))
    return [float(fitted[0]), *(float(weights.get(column, 0.0)) for column in range(features.shape[1]))]


def _fit(features: Values, right: Values, counts: Values, ridge: float) -> Values:
    middle, scale = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-12)
    rows = np.column_stack([np.ones(len(features)), (features - middle) / scale])
    held = np.diag([0.0] + [ridge] * features.shape[1])
    weights = np.zeros(rows.shape[1])
    for _ in range(_ROUNDS):
        expected = 1 / (1 + np.exp(-(rows @ weights).clip(-30, 30)))
        slope = rows.T @ (counts * (right - expected)) - held @ weights
        bend = (rows * (counts * expected * (1 - expected) + 1e-9)[:, None]).T @ rows + held
        step = np.linalg.solve(bend, slope)
        # A full step from far away may overshoot for ever.
        weights = weights + step / max(1.0, float(np.abs(step).max()) / 4)
        if float(np.abs(step).max()) < _SETTLED:
            break
    back = weights[1:] / scale
    return np.concatenate([[weights[0] - float(back @ middle)], back])
