"""The readable page of the API document: one HTML file without anything to fetch, so it works offline.

Rendered from the document alone. The only script filters the list; without it everything is there.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

from tools.openapi_diff import flat, operations

Json = Mapping[str, Any]
_DEEPEST: Final = 6
_CODE: Final = re.compile(r"`([^`]+)`")

STYLE: Final = """
:root{color-scheme:light dark;--ink:light-dark(#1b1f24,#e6e8ea);--soft:light-dark(#5b6570,#9aa4ae);
--line:light-dark(#d8dde2,#363c43);--back:light-dark(#fff,#15181c);--box:light-dark(#f5f7f9,#1d2126);
--get:light-dark(#0a6b4b,#5fd0a5);--post:light-dark(#0b57c2,#7db4ff);--put:light-dark(#8a5300,#f0b45a);
--patch:light-dark(#6a3fb5,#bfa1ff);--delete:light-dark(#b3261e,#ff9088)}
*{box-sizing:border-box}body{margin:0;background:var(--back);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
.page{display:grid;grid-template-columns:15rem minmax(0,1fr);max-width:76rem;margin:0 auto}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1.5rem 1rem;border-right:1px solid var(--line)}
nav a{display:flex;justify-content:space-between;padding:.2rem .4rem;color:inherit;text-decoration:none;
border-radius:4px}nav a:hover,nav a:focus-visible{background:var(--box)}nav small{color:var(--soft)}
main{padding:1.5rem 2rem 6rem}h1{margin:.2rem 0}h2{margin:3rem 0 .2rem;text-transform:capitalize}
.soft{color:var(--soft)}.search{position:sticky;top:0;background:var(--back);padding:.75rem 0;z-index:1}
.search input{width:100%;padding:.6rem .8rem;font:inherit;color:inherit;background:var(--box);
border:1px solid var(--line);border-radius:6px}
details.op{border:1px solid var(--line);border-radius:6px;margin:.5rem 0}
details.op>summary{display:grid;grid-template-columns:4.5rem minmax(0,auto) 1fr;gap:.75rem;align-items:baseline;
padding:.5rem .75rem;cursor:pointer;list-style:none}summary::-webkit-details-marker{display:none}
details.op[open]>summary{border-bottom:1px solid var(--line);background:var(--box)}
.in{padding:.25rem 1rem 1rem}.verb{font:600 .8rem ui-monospace,monospace}
.get{color:var(--get)}.post{color:var(--post)}.put{color:var(--put)}.patch{color:var(--patch)}
.delete{color:var(--delete)}code,pre{font:.875rem/1.45 ui-monospace,SFMono-Regular,Menlo,monospace}
summary code{overflow-wrap:anywhere}summary .soft{text-align:right}
h4{margin:1.2rem 0 .3rem}table{border-collapse:collapse;width:100%}
td{padding:.35rem .6rem .35rem 0;border-top:1px solid var(--line);vertical-align:top}
td:first-child{width:30%;overflow-wrap:anywhere}.must{color:var(--delete);font-size:.75rem}
pre{background:var(--box);border:1px solid var(--line);border-radius:6px;padding:.75rem;overflow:auto;margin:.4rem 0}
.tag{font-size:.75rem;border:1px solid var(--line);border-radius:99px;padding:.05rem .5rem;color:var(--soft)}
.inner{margin-left:.4rem;padding-left:.8rem;border-left:2px solid var(--line)}.hide{display:none!important}
@media(max-width:50rem){.page{display:block}nav{display:none}main{padding:1rem}
details.op>summary{grid-template-columns:4rem 1fr}summary .soft{grid-column:2;text-align:left}}
"""

SCRIPT: Final = """
const box=document.getElementById('filter'),none=document.getElementById('none');
const all=[...document.querySelectorAll('details.op')];
box.addEventListener('input',()=>{const words=box.value.toLowerCase().split(/\\s+/);let left=0;
for(const op of all){const hit=words.every(word=>op.dataset.text.includes(word));
op.classList.toggle('hide',!hit);left+=hit}
for(const part of document.querySelectorAll('main section'))
part.classList.toggle('hide',!part.querySelector('details.op:not(.hide)'));
none.classList.toggle('hide',left>0)});
const open=()=>{const op=document.getElementById(location.hash.slice(1));if(op&&op.tagName==='DETAILS')op.open=true};
addEventListener('hashchange',open);open();
"""


def content_security_policy() -> str:
    """Give the policy under which the page works: its own style and script, by hash, and nothing else."""
    return (
        f"default-src 'none'; style-src '{_hash(STYLE)}'; script-src '{_hash(SCRIPT)}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _hash(part: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()


def render(document: Json) -> str:
    """Render the page of an OpenAPI 3.1 document; every text of the document is escaped."""
    info, tags = document["info"], document.get("tags", [])
    groups = {tag["name"]: list(_of_tag(document, tag["name"])) for tag in tags}
    links = "".join(
        f'<a href="#{_e(name)}">{_e(name)}<small>{len(group)}</small></a>'
        for name, group in groups.items()
    )
    sections = "".join(
        f'<section id="{_e(tag["name"])}"><h2>{_e(tag["name"])}</h2>'
        f'<p class="soft">{_prose(tag.get("description", ""))}</p>{"".join(groups[tag["name"]])}</section>'
        for tag in tags
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{_e(info['title'])} API</title><style>{STYLE}</style></head><body>"
        f'<div class="page"><nav aria-label="Services"><strong>{_e(info["title"])}</strong>'
        f'<p class="soft">{_e(info["version"])}</p>{links}</nav><main>'
        f"<h1>{_e(info['title'])} API</h1><p>{_e(info.get('summary', ''))}</p>"
        f'<p class="soft">{_prose(info.get("description", ""))}</p>'
        '<p><a href="/openapi.json">openapi.json</a></p>'
        '<div class="search"><input id="filter" type="search" autocomplete="off" '
        'placeholder="Filter: a path, a method, a word" aria-label="Filter the operations"></div>'
        f'<p id="none" class="soft hide">Nothing matches.</p>{sections}</main></div>'
        f"<script>{SCRIPT}</script></body></html>"
    )


def _e(value: object) -> str:
    return escape(str(value), quote=True)


def _prose(text: str) -> str:
    """Escape a text, and show as code what stands between backticks."""
    return _CODE.sub(r"<code>\1</code>", _e(text))


def _of_tag(document: Json, tag: str) -> Iterator[str]:
    for name, operation in operations(document).items():
        if tag in operation.get("tags", ()):
            method, _, path = name.partition(" ")
            yield _operation(document, method, path, operation)


def _operation(document: Json, method: str, path: str, operation: Json) -> str:
    words = f"{method} {path} {operation.get('summary', '')} {operation.get('description', '')}"
    parts = [
        f"<p>{_prose(operation.get('description', ''))}</p>",
        f"<p>{''.join(_badges(operation))}</p>",
        _parameters(document, operation.get("parameters", [])),
        _body(document, operation.get("requestBody")),
        *(_answer(document, status, one) for status, one in operation["responses"].items()),
    ]
    return (
        f'<details class="op" id="{_e(operation["operationId"])}" data-text="{_e(words.lower())}">'
        f'<summary><span class="verb {method.lower()}">{method}</span><code>{_e(path)}</code>'
        f'<span class="soft">{_e(operation.get("summary", ""))}</span></summary>'
        f'<div class="in">{"".join(parts)}</div></details>'
    )


def _badges(operation: Json) -> Iterator[str]:
    ways = operation.get("security", [])
    yield f'<span class="tag">{"bearer token" if ways else "public"}</span> '
    for scope in (scope for way in ways for scopes in way.values() for scope in scopes):
        yield f'<span class="tag">scope {_e(scope)}</span> '
    limit = operation.get("x-rate-limit")
    if limit:
        yield f'<span class="tag">{_e(limit["quota"])} per {_e(limit["window"])} s</span>'


def _parameters(document: Json, parameters: list[Json]) -> str:
    rows = "".join(
        _row(
            document, one["name"], {**one["schema"], **_about(one)}, must=one.get("required", False)
        )
        for one in parameters
    )
    return f"<h4>Parameters</h4><table>{rows}</table>" if rows else ""


def _about(parameter: Json) -> dict[str, str]:
    where = parameter["in"] if parameter["in"] != "query" else ""
    text = " ".join(filter(None, [where and f"({where})", parameter.get("description", "")]))
    return {"description": text} if text else {}


def _body(document: Json, body: Json | None) -> str:
    return "<h4>Request</h4>" + _content(document, body["content"]) if body else ""


def _answer(document: Json, status: str, answer: Json) -> str:
    full = flat(document, answer)
    about = f"<h4>{_e(status)} <span class='soft'>{_prose(full.get('description', ''))}</span></h4>"
    return about + (_content(document, full.get("content", {})) if status < "300" else "")


def _content(document: Json, content: Json) -> str:
    parts = []
    for media in content.values():
        if "example" in media:
            text = json.dumps(media["example"], indent=2, ensure_ascii=False)
            parts.append(f"<pre><code>{_e(text)}</code></pre>")
        parts.append(_fields(document, media.get("schema", {}), ()))
    return "".join(parts)


def _fields(document: Json, schema: Json, inside: tuple[str, ...]) -> str:
    """The fields of an object, or of the objects in a list or a choice, as a table."""
    reference = schema.get("$ref", "")
    if (reference and reference in inside) or len(inside) > _DEEPEST:
        return ""
    inside = (*inside, reference) if reference else inside
    full = flat(document, schema)
    rows = "".join(
        _row(document, name, one, must=name in full.get("required", ()), inside=inside)
        for name, one in full.get("properties", {}).items()
    )
    nested = [
        full[word] for word in ("items", "additionalProperties") if isinstance(full.get(word), dict)
    ]
    nested += [one for word in ("anyOf", "oneOf") for one in full.get(word, ())]
    deeper = "".join(_fields(document, one, inside) for one in nested)
    return (f"<table>{rows}</table>" if rows else "") + deeper


def _row(
    document: Json, name: str, schema: Json, *, must: bool, inside: tuple[str, ...] = ()
) -> str:
    mark = ' <span class="must">required</span>' if must else ""
    full = flat(document, schema)
    about = schema.get("description") or full.get("description") or ""
    inner = _fields(document, schema, inside) if _has_fields(document, schema) else ""
    held = f'<div class="inner">{inner}</div>' if inner else ""
    return (
        f"<tr><td><code>{_e(name)}</code>{mark}</td>"
        f'<td><span class="soft">{_e(kind(document, schema))}</span> {_prose(about)}{held}</td></tr>'
    )


def _has_fields(document: Json, schema: Json) -> bool:
    full = flat(document, schema)
    if "properties" in full or isinstance(full.get("additionalProperties"), dict):
        return True
    if isinstance(full.get("items"), dict):
        return _has_fields(document, full["items"])
    return any(
        "$ref" in one or "properties" in one
        for word in ("anyOf", "oneOf")
        for one in full.get(word, ())
    )


def kind(document: Json, schema: Json) -> str:
    """Say a schema's type and bounds in words, such as `text, at most 100 characters, or null`."""
    full = flat(document, schema)
    for word in ("anyOf", "oneOf"):
        if word in full:
            return " or ".join(kind(document, one) for one in full[word])
    if "const" in full:
        return json.dumps(full["const"])
    if "enum" in full:
        return " | ".join(map(str, full["enum"]))
    if full.get("type") == "array":
        return f"list of {kind(document, full.get('items', {}))}"
    named = {"string": full.get("format", "text"), "integer": "whole number"}
    bounds = [f"{word} {full[name]}" for name, word in _BOUNDS.items() if name in full]
    return ", ".join([named.get(full.get("type", ""), str(full.get("type", "anything"))), *bounds])


_BOUNDS: Final[Mapping[str, str]] = {
    "minLength": "at least",
    "maxLength": "at most",
    "minimum": "from",
    "maximum": "to",
    "pattern": "like",
    "default": "default",
}
