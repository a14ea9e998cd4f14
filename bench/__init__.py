"""Benchmarks: one figure a file, real servers, each figure a ratio to a floor of the same run.

`python -m bench [NAME...] [--json FILE] [--quick]`; a module's docstring says what it measures.
"""
