"""What a file calls its categories: laid beside the rows, shown, and with the commit turned into categories.

What was decided lies sealed under a name that a keyed hash of it makes: of two commits at once one wins, and its
order names its own decision.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

from chalicelib.expenses import api as expenses
from chalicelib.expenses.commands import PAIRS_PER_PAGE, Label, Pair, labels_key, leg_of, pairs_key
from chalicelib.interchange.errors import UnfitLabels
from chalicelib.interchange.model.belonging import Tie
from chalicelib.interchange.model.examining import Examined
from chalicelib.interchange.model.importing import Import, Reading, read_rows
from chalicelib.interchange.model.labels import (
    Named,
    Tree,
    kinds_of,
    label_text,
    named_key,
)
from chalicelib.interchange.repository import imports as repository
from chalicelib.interchange.schemas.import_answers import LabelOut
from chalicelib.interchange.schemas.import_requests import NEW, CommitImport
from chalicelib.kernel import blobs
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import FieldProblem
from chalicelib.kernel.paging import decode_cursor, encode_cursor
from chalicelib.kernel.vault import Vault
from chalicelib.kernel.wire import PageOut, PageQuery

_MOST_PROBLEMS: Final = 50


def lay(vault: Vault, prefix: str, examined: Examined) -> None:
    """Lay labels and pairs of a file beside its pages, where it has any."""
    if examined.labels:
        blobs.put(vault, named_key(prefix), [one.to_json() for one in examined.labels])
    for page, start in enumerate(range(0, len(examined.pairs), PAIRS_PER_PAGE)):
        ties = examined.pairs[start : start + PAIRS_PER_PAGE]
        blobs.put(vault, pairs_key(prefix, page), [_pair(examined, one).to_json() for one in ties])


def _pair(examined: Examined, tie: Tie) -> Pair:
    first, second = (examined.rows[place].row for place in (tie.first, tie.second))
    return Pair(first=leg_of(first), second=leg_of(second), said=tie.said)


def list_labels(ctx: Context, import_id: str, query: PageQuery) -> PageOut[LabelOut]:
    """Give the categories that a file names, those of the most rows first, with what each means.

    Of a committed import it is what each became. Refuses with `ImportNotReady` before there are rows, `BlobGone`
    after they expired.
    """
    one, _ = repository.get(ctx, import_id)
    reading = read_rows(one)
    owner, question = str(ctx.owner), f"interchange.labels:{import_id}"
    resume = decode_cursor(query.cursor, owner=owner, question=question)
    start = int(resume["label"]) if resume else 0
    found = _found(ctx.vault, reading)
    shown = found[start : start + query.limit]
    end = start + query.limit
    after = {"label": str(end)} if end < len(found) else None
    return PageOut[LabelOut](
        items=_written(ctx, one, reading, shown) if shown else [],
        next_cursor=encode_cursor(after, owner=owner, question=question),
    )


def _written(ctx: Context, one: Import, reading: Reading, shown: list[Named]) -> list[LabelOut]:
    if one.labels:
        became = {
            tuple(path): category_id
            for path, category_id in blobs.get(ctx.vault, labels_key(reading.prefix, one.labels))
        }
        return [LabelOut.became(named, became.get(named.path)) for named in shown]
    tree = Tree(expenses.category_names(ctx.owner, ctx.vault))
    return [LabelOut.would_be(tree.meaning(named)) for named in shown]


def _found(vault: Vault, reading: Reading) -> list[Named]:
    if not reading.labels:
        return []
    return [Named.from_json(raw) for raw in blobs.get(vault, named_key(reading.prefix))]


# --- with the commit


def choice_of(ctx: Context, body: CommitImport) -> str:
    """Give a keyed hash of what a commit says of labels."""
    said = [sorted((body.categories or {}).items()), body.new_categories]
    return ctx.vault.fingerprint("choice", json.dumps(said)).hex()[:16]


def decide(ctx: Context, one: Import, reading: Reading, body: CommitImport) -> str:
    """Say which category each label becomes, make those that are missing, and lay it down; gives the blob's name.

    Refuses labels that the file does not have and paths that are closed (`UnfitLabels`), categories that are
    absent or archived, and more new ones than the owner may have, in the ledger's own words.
    """
    asked = dict(body.categories or {})
    named = _found(ctx.vault, reading)
    unknown = asked.keys() - {label_text(label.path) for label in named}
    if unknown:
        said = "the file has no such label"
        raise UnfitLabels(*(_problem(text, said) for text in sorted(unknown)[:_MOST_PROBLEMS]))
    if not named:
        return ""
    became, wanted = _chosen(ctx, named, asked, make=body.new_categories)
    became |= _made(ctx, one.id, wanted, asked)
    return _laid(ctx, reading, became)


def _chosen(
    ctx: Context, named: Sequence[Named], asked: Mapping[str, str | None], *, make: bool
) -> tuple[dict[Label, str], list[Named]]:
    """Give the category of each label that has one, and the labels for which one is to be made."""
    views = expenses.category_names(ctx.owner, ctx.vault)
    tree = Tree(views)
    became: dict[Label, str] = {}
    wanted: list[Named] = []
    for one in named:
        text = label_text(one.path) or ""
        said = asked.get(text)
        meant = None if text in asked else tree.meaning(one)
        if said == NEW or (make and meant is not None and meant.outcome == "new"):
            wanted.append(one)
        elif said is not None:
            became[one.path] = expenses.category_to_use(views, said)
        elif meant is not None and meant.category_id is not None:
            became[one.path] = meant.category_id
    return became, wanted


def _made(
    ctx: Context, import_id: str, wanted: list[Named], asked: Mapping[str, str | None]
) -> dict[Label, str]:
    if not wanted:
        return {}
    made = expenses.make_categories(
        ctx,
        [
            expenses.WantedCategory(path=one.path, kind=kind, must=label_text(one.path) in asked)
            for one, kind in zip(wanted, kinds_of(wanted), strict=True)
        ],
        import_id=import_id,
    )
    closed = [
        text
        for one, identity in zip(wanted, made, strict=True)
        if identity is None and (text := label_text(one.path)) in asked
    ]
    if closed:
        said = "a category on this path is archived, or it stands too deep"
        raise UnfitLabels(*(_problem(str(text), said) for text in closed[:_MOST_PROBLEMS]))
    return {one.path: identity for one, identity in zip(wanted, made, strict=True) if identity}


def _problem(text: str, detail: str) -> FieldProblem:
    pointer = text.replace("~", "~0").replace("/", "~1")
    return FieldProblem(f"/categories/{pointer}", detail)


def _laid(ctx: Context, reading: Reading, became: Mapping[Label, str]) -> str:
    value = [[list(path), category_id] for path, category_id in became.items()]
    name = ctx.vault.fingerprint("labels", json.dumps(value)).hex()[:16]
    blobs.put(ctx.vault, labels_key(reading.prefix, name), value)
    return name
