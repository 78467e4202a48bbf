"""The cards of own data sets: whose a data set is, and how that changes.

Several people may bring the same content: one of them is the owner, the others have titles of their own for it.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import replace

from app.own_data.entries import Entry
from app.people.person import Person
from engine.datasets.own import Card


def people_of(card: Card) -> set[str]:
    """The ids of all who brought the data set."""
    return {*card.others, *([card.owner] if card.owner else [])}


def is_brought_by(person: Person, card: Card) -> bool:
    return bool(person.id) and person.id in people_of(card)


def title_for(card: Card, person: Person) -> str:
    """What a person calls the data set."""
    return card.others.get(person.id, card.title)


def kept(before: Entry | None, owner: str | None, title: str, *, shared: bool) -> Card:
    """The card of a data set that a person keeps.

    Args:
        before: the data set as it is in the folder already; None: it is new.
        owner: the person's id; None: it comes from the data folder, or from a lab without a class.
    """
    if before is None:
        return Card(title=title, owner=owner, shared=shared, made_at=time.time())
    card = before.card
    if not before.is_there:  # deleted: all who brought it stay, as others than its new owner
        others = {**card.others, **_own_title(card)}
        others.pop(owner or "", None)
        return Card(title=title, owner=owner, shared=shared, made_at=time.time(), others=others)
    if owner is not None and owner != card.owner:
        return replace(card, others={**card.others, owner: title})
    if owner is None and card.owner is not None:  # the same content comes from the data folder now
        others = {**card.others, **_own_title(card)}
        return replace(card, title=title, owner=None, shared=shared, others=others)
    return replace(card, title=title, shared=card.shared or shared)


def changed(card: Card, person: str, *, title: str | None, shared: bool | None) -> Card:
    """The card after a person has changed the data set's title or whether it is shared; what is None stays."""
    before = card
    if shared and not card.shared and person in card.others:
        card = _handed_over(card, person)  # who shares it answers for it, under their title
        card = replace(card, others={**card.others, **_own_title(before)})
    if title is not None and person in card.others:
        card = replace(card, others={**card.others, person: title})
    elif title is not None:
        card = replace(card, title=title)
    return card if shared is None else replace(card, shared=shared)


def left_by(card: Card, person: str | None) -> Card | None:
    """The card after a person, or the data folder (None), gave the data set up; None if no other person has it."""
    if not card.others:
        return None
    if person in card.others:
        return replace(card, others=_without(card.others, [person]))
    return replace(_handed_over(card, next(iter(card.others))), shared=False)


def without_people(card: Card, people: Collection[str]) -> Card:
    """The card without these people; if these are all who brought it, it becomes private and has no owner."""
    remaining = replace(card, others=_without(card.others, people))
    if card.owner not in people:
        return remaining
    heir = next(iter(remaining.others), None)
    return _handed_over(remaining, heir) if heir else replace(remaining, owner=None, shared=False)


def _handed_over(card: Card, heir: str) -> Card:
    """The card with `heir`, one of the others, as its owner. The owner before is left out."""
    return replace(card, owner=heir, title=card.others[heir], others=_without(card.others, [heir]))


def _own_title(card: Card) -> dict[str, str]:
    """The owner's id and title, to be added to `others`; empty without an owner."""
    return {card.owner: card.title} if card.owner else {}


def _without(others: dict[str, str], people: Collection[str]) -> dict[str, str]:
    return {person: title for person, title in others.items() if person not in people}
