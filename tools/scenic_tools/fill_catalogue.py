"""Bring a PO file up to a fresh export: `fill_catalogue TARGET EXPORT SOURCE ...`.

What TARGET translates stays; what is empty then comes from the export or the sources.
"""

import sys
from pathlib import Path

import polib


def main() -> None:
    target, export, *sources = sys.argv[1:]
    known: dict[str, str] = {}
    for source in sources:
        for entry in polib.pofile(source):
            if entry.translated():
                known.setdefault(entry.msgid, entry.msgstr)
    present = polib.pofile(target) if Path(target).exists() else []
    chosen = {entry.msgid: entry.msgstr for entry in present}
    catalogue = polib.pofile(export, wrapwidth=78)
    for entry in catalogue:
        entry.msgstr = chosen.get(entry.msgid) or entry.msgstr or known.get(entry.msgid, "")
    catalogue.metadata["Language"] = "zh_CN"
    catalogue.sort(key=lambda entry: entry.msgid)
    catalogue.save(target)
    left = len(catalogue.untranslated_entries())
    print(f"{target}: {len(catalogue)} texts, {left} without translation")


if __name__ == "__main__":
    main()
