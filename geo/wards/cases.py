"""Reports as ward figures are made from them."""

from dataclasses import dataclass

import numpy as np

from geo.columns import Columns, Integers, Moments, Truths

MOMENTS = ("received_at", "due_at", "intake_at", "answered_at", "closed_at")
OUTCOMES = ("evidence", "satisfied")
"""Columns of `Cases`, named as those of reports."""


@dataclass(frozen=True)
class Cases(Columns):
    """What ward figures are made from: a row for each report.

    Parameters
    ----------
    unit_id : ndarray of int64, shape (n,)
        Database ids of wards; 0 for a report that is in none.
    cell : ndarray of int64
        Of resolution 9 or finer.
    category : ndarray of int64
        Place of the category among all, from 0 on; -1 for one that is there no more.
    month : ndarray of datetime64[M]
        Local month of the report.
    reporter : ndarray of int64
        The same number, below 2**32, for the same person; 0 for all reports that name none.
        Cell, category, month and reporter matter to the public's figures alone, and are 0 where they were not read.
    received_at, due_at, intake_at, answered_at, closed_at : ndarray of datetime64
        UTC; NaT for what has not happened.
    evidence, satisfied : ndarray of int64
        1 for yes, 0 for no, -1 for not told.
    reopened : ndarray of int64
        How often.
    merged, synthetic : ndarray of bool
        Whether it went into another report about the same; whether the demo made it.
    """

    unit_id: Integers
    cell: Integers
    category: Integers
    month: Moments
    reporter: Integers
    received_at: Moments
    due_at: Moments
    intake_at: Moments
    answered_at: Moments
    closed_at: Moments
    evidence: Integers
    satisfied: Integers
    reopened: Integers
    merged: Truths
    synthetic: Truths

    @property
    def kind(self) -> Integers:
        """A number for month, category and synthetic of each row: what totals can be asked by."""
        width = 2 + self.category.max(initial=0)
        numbers: Integers = 2 * (self.month.astype(np.int64) * width + self.category) + self.synthetic
        return numbers
