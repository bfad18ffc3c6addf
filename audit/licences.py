"""On what terms each package may be used, as its own metadata says. One that nobody has judged is refused."""

from collections.abc import Iterable
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from typing import Final

from audit.lock import Pinned

ALLOWED: Final = frozenset(  # may be used unchanged in a service of a municipality's own, with their notices kept
    {
        "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "LGPL-2.1-or-later", "LGPL-3.0-only",
        "LGPL-3.0-or-later", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0", "Python-2.0", "Unlicense", "Zlib",
    }
)  # fmt: skip
CLASSIFIERS: Final = {  # the older way of saying it
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",  # the strictest that it may mean
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.1-or-later",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}
WORDS: Final = {  # said in words alone
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "MIT License": "MIT",
    "MIT license": "MIT",
}
PREFIX: Final = "License :: OSI Approved :: "


def refusals(pinned: Iterable[Pinned]) -> list[str]:
    """Return why packages may not be used, one line each. What is for other machines is judged on them."""
    found = []
    for package in pinned:
        if not package.is_here:
            continue
        try:
            said = metadata(package.name)
        except PackageNotFoundError:
            found.append(f"{package.name}: not installed, so its licence cannot be read (run make with a fresh .venv)")
            continue
        licence = licence_of(said)
        if licence is None:
            found.append(f"{package.name}: no licence in its metadata that we know")
        elif not is_allowed(licence):
            found.append(f"{package.name}: {licence}")
    return found


def licence_of(said: PackageMetadata) -> str | None:
    """Return the licence as an expression of SPDX; None when the metadata does not tell."""
    expression = _field(said, "License-Expression")
    if expression:
        return expression
    named = [line.removeprefix(PREFIX) for line in said.get_all("Classifier") or [] if line.startswith(PREFIX)]
    known = [CLASSIFIERS[name] for name in named if name in CLASSIFIERS]
    if known and len(known) == len(named):
        return " OR ".join(known)  # each is offered by itself
    words = _field(said, "License")
    return WORDS.get(words, words if words in ALLOWED else None)


def _field(said: PackageMetadata, name: str) -> str:
    return next(iter(said.get_all(name) or []), "").strip()


def is_allowed(expression: str) -> bool:
    """Tell whether an expression can be met.

    >>> is_allowed("(MIT OR GPL-3.0-only) AND ISC"), is_allowed("MIT AND GPL-3.0-only")
    (True, False)
    """
    terms = (term.strip("() ") for term in expression.split(" AND "))
    return all(any(part.strip("() ") in ALLOWED for part in term.split(" OR ")) for term in terms)
