"""The bill of materials of a service's zip, in CycloneDX 1.6: what of others is in it, from which file, under which licence.

`make package` writes dist/<service>.cdx.json beside each zip; `make audit` asks what is known to be broken in it.
The same commit gives the same bytes: the serial number is made of the content, and the time is the one of a zip's entries.
"""

from __future__ import annotations

import hashlib
import uuid
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path
from typing import Final

from cyclonedx.contrib.hash.factories import HashTypeFactory
from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.utils import canonicalize_name

from tools.requirements import Pin, Target, closure, names_for, needs_of
from tools.wheels import fetch

_SPACE: Final = uuid.UUID("6d2bc3f2-6a2c-5d0d-9a3d-1f3b8f6c7a10")
"""Where our serial numbers are names: one made for this project."""

_LONG_AGO: Final = datetime(1980, 1, 1, tzinfo=UTC)


def bill(service: str, target: Target) -> str:
    """Give the bill of a service's zip for a target, as JSON text."""
    pins = closure(names_for(service), target)
    wheels = fetch(pins, target)
    parts = {str(canonicalize_name(pin.name)): _part(pin, wheels[pin.name]) for pin in pins}
    root = Component(
        name=f"xpense-{service}",
        type=ComponentType.APPLICATION,
        bom_ref=f"xpense-{service}",
        properties=[
            Property(name="xpense:runtime", value=f"python{target.python}"),
            Property(name="xpense:target", value=target.label),
        ],
    )
    bom = Bom(components=parts.values(), serial_number=_serial(service, target, parts))
    bom.metadata.component = root
    bom.metadata.timestamp = _LONG_AGO
    asked = {canonicalize_name(name) for name in names_for(service)} & parts.keys()
    bom.register_dependency(root, [parts[name] for name in sorted(asked)])
    for name, part in parts.items():
        bom.register_dependency(
            part, [parts[one] for one in needs_of(name, target) if one in parts]
        )
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def write(service: str, target: Target, folder: Path) -> Path:
    """Write `<service>.cdx.json` into a folder and give its path."""
    made = folder / f"{service}.cdx.json"
    made.write_text(bill(service, target), encoding="utf-8")
    return made


def _part(pin: Pin, wheel: Path) -> Component:
    name = canonicalize_name(pin.name)
    about = _metadata(wheel)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    url = PackageURL("pypi", None, name, pin.version)
    licence = _licence(about)
    return Component(
        name=name,
        version=pin.version,
        type=ComponentType.LIBRARY,
        bom_ref=str(url),
        purl=url,
        description=about.get("Summary"),
        hashes=[HashTypeFactory().from_composite_str(f"sha256:{digest}")],
        licenses=[LicenseFactory().make_from_string(licence)] if licence else [],
    )


def _metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        inside = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return HeaderParser().parsestr(archive.read(inside).decode())


def _licence(about: Message) -> str | None:
    """Give the licence as the package states it: the SPDX expression, else the short name, else the classifier."""
    stated = about.get("License-Expression") or about.get("License")
    if stated and "\n" not in stated and len(stated) <= 100:
        return str(stated)
    classified = [
        line.rpartition(" :: ")[2]
        for line in about.get_all("Classifier", [])
        if line.startswith("License :: OSI Approved")
    ]
    return classified[0] if classified else None


def _serial(service: str, target: Target, parts: Mapping[str, Component]) -> uuid.UUID:
    told = [str(part.bom_ref) + str(sorted(map(str, part.hashes))) for part in parts.values()]
    return uuid.uuid5(_SPACE, "\n".join([service, target.label, *sorted(told)]))
