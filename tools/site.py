"""The static files of the front door: the API's document and its page, and the web app where it is built.

`python -m tools.site build/site` writes them, and prints the page's content security policy, which names the page's
script by its hash. tools/deploy.py uploads them.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import Any, Final

from tools.reach import ROOT

APP: Final = ROOT / "web" / "dist"
"""The built web app, once there is one."""
_TYPES: Final = {
    ".css": "text/css",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_OTHER: Final = "application/octet-stream"
_FOR_EVER: Final = "public, max-age=31536000, immutable"
"""What the build names by its hash, under assets/, never changes."""
_FIRST_PAGE: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>xPense</title>
<h1>xPense</h1>
<p><a href="/docs">The API, route by route</a>, <a href="/openapi.json">as OpenAPI 3.1</a></p>
</html>
"""
"""What stands at `/` as long as there is no web app."""


def build(folder: Path) -> None:
    """Write all files anew."""
    from tools import docs_page, openapi

    shutil.rmtree(folder, ignore_errors=True)
    if APP.is_dir():
        shutil.copytree(APP, folder)
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "index.html").exists():
        (folder / "index.html").write_text(_FIRST_PAGE, encoding="utf-8")
    document = openapi.document()
    (folder / "openapi.json").write_text(openapi.text(document), encoding="utf-8")
    (folder / "docs").write_text(docs_page.render(document), encoding="utf-8")


def upload(client: Any, bucket: str, folder: Path) -> int:  # noqa: ANN401 - one of botocore's
    """Send all files to the bucket behind the front door; say how many. What is not there any more stays."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in files:
        key = path.relative_to(folder).as_posix()
        client.put_object(
            Bucket=bucket,
            Key=key,
            Body=path.read_bytes(),
            ContentType=_TYPES.get(
                path.suffix, "text/html; charset=utf-8" if not path.suffix else _OTHER
            ),
            CacheControl=_FOR_EVER if key.startswith("assets/") else "no-cache",
        )
    return len(files)


def main() -> None:
    """Write the files and print the policy."""
    from tools import docs_page

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    build(parser.parse_args().folder)
    print(docs_page.content_security_policy())


if __name__ == "__main__":
    main()
