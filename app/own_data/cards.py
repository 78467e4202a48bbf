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


def kept(before: Entry | None, owner: str | None, title: str, *, shared: bool) -> Card:
    """The card of a data set that a person keeps.

    Args:
        before: what is there of it already.
        owner: the person's id; None: it comes from the data folder.
    """
    if before is None:
        return Card(title=title, owner=owner, shared=shared, made_at=time.time())
    card = before.card
    if not before.is_there:
        others = {**card.others, **_own_title(card)}
        others.pop(owner or "", None)
        return Card(title=title, owner=owner, shared=shared, made_at=time.time(), others=others)
    if owner is not None and owner != card.owner:
        return replace(card, others={**card.others, owner: title})
    if owner is None and card.owner is not None:  # what a person brought lies in the data folder too
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
    """The card after a person, or the data folder (None), gave the data set up; None: no other person brought it."""
    if not card.others:
        return None
    if person in card.others:
        return replace(card, others=_without(card.others, [person]))
    return replace(_handed_over(card, next(iter(card.others))), shared=False)


def without_people(card: Card, people: Collection[str]) -> Card:
    """The card without these people; if none is left who brought it, it is private and has no owner."""
    card_left = replace(card, others=_without(card.others, people))
    if card.owner not in people:
        return card_left
    heir = next(iter(card_left.others), None)
    return _handed_over(card_left, heir) if heir else replace(card_left, owner=None, shared=False)


def _handed_over(card: Card, heir: str) -> Card:
    """The card with one of the others as the owner; the owner is none of them."""
    return replace(card, owner=heir, title=card.others[heir], others=_without(card.others, [heir]))


def _own_title(card: Card) -> dict[str, str]:
    """The owner and their title, as one of the others."""
    return {card.owner: card.title} if card.owner else {}


def _without(others: dict[str, str], people: Collection[str]) -> dict[str, str]:
    return {one: title for one, title in others.items() if one not in people}
