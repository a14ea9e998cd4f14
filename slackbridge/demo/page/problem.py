"""A refused request: one sentence and an HTTP status."""

from __future__ import annotations


class Problem(Exception):
    """`status` is 4xx; the sentence is shown to the visitor unchanged."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


def unknown(what: str) -> Problem:
    """404: `There is no {what}.`"""
    return Problem(f"There is no {what}.", 404)
