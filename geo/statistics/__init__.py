"""Statistics of counts on cells: where it concentrates, whether that is chance, what changes, what may come.

Every module is about one method, on arrays alone: counts come as ``(n,)`` or ``(n, steps)``, in the order of the cells
that the `geo.statistics.weights.Weights` were made from. Formulas, sources and what no method can say are in
docs/statistics.md.
"""
