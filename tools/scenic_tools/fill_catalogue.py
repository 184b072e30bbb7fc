"""Fill the empty entries of one PO file from others: `fill_catalogue TARGET SOURCE ...`."""

import sys

import polib


def main() -> None:
    target, *sources = sys.argv[1:]
    known: dict[str, str] = {}
    for source in sources:
        for entry in polib.pofile(source):
            if entry.translated():
                known.setdefault(entry.msgid, entry.msgstr)
    catalogue = polib.pofile(target, wrapwidth=78)
    for entry in catalogue.untranslated_entries():
        entry.msgstr = known.get(entry.msgid, "")
    catalogue.metadata["Language"] = "zh_CN"
    catalogue.sort(key=lambda entry: entry.msgid)
    catalogue.save()
    left = len(catalogue.untranslated_entries())
    print(f"{target}: {len(catalogue)} texts, {left} without translation")


if __name__ == "__main__":
    main()
