"""What is said of an account and the store that it is bound to. Pure."""

from __future__ import annotations

from slackbridge.domain.account import BoundStore

NEW_NAME = "Give the other store an account with a name of its own, and leave this one as it was."


def refusal(account: str, bound: BoundStore, now: BoundStore) -> str:
    """Why an account must not be used as it is configured; '' = it may."""
    if not bound.differs(now):
        return ""
    said = (
        f"Account {account!r} is bound to {bound}, where its threads and what waits to be sent "
        f"belong; now it is configured for {now}. {NEW_NAME}"
    )
    if bound.provider != now.provider or bound.denies(now):
        return said
    return (
        f"{said} If it is the same store at a new address, run `slackbridge adopt {account}`: it "
        "shows first what would happen."
    )


def doubled(account: str, other: str, why: str) -> str:
    """That two accounts are of one store, and how that is known."""
    return (
        f"Accounts {other!r} and {account!r} are of one store: {why}. Each ticket would get two "
        "threads. Remove one of the two."
    )


def by_one_id(one: BoundStore, other: BoundStore) -> bool:
    """Whether two accounts are certainly of one store.

    A credential may open several, and a copy of the marketplace at another address has the same.
    """
    here = (one.provider, one.address) == (other.provider, other.address)
    return here and len(one.ids) == 1 and one.ids == other.ids


def with_ids(bound: BoundStore | None, now: BoundStore) -> BoundStore:
    """What is stored of a store that was verified: what was told once is kept."""
    ids = now.ids or (bound.ids if bound else ())
    chosen = now.chosen or (bound.chosen if bound else "")
    return now.model_copy(update={"ids": ids, "chosen": chosen})
