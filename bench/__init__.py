"""Benchmarks with real servers, one per module, each compared with a floor from the same run.

`python -m bench [NAME...] [--json FILE] [--quick]`; a module's docstring says what it measures.
"""
