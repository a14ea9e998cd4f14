"""What a visitor of the page cannot have: one sentence and an HTTP status."""

from __future__ import annotations


class Problem(Exception):
    """`status` is 4xx; the sentence is shown to a person as it is."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


def unknown(what: str) -> Problem:
    """404: there is no such thing."""
    return Problem(f"There is no {what}.", 404)
