"""Chinese is complete: models, screens, code and JavaScript of every addon that is installed."""

import re
from pathlib import Path

import polib

from odoo.modules import get_module_path
from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import TranslationModuleReader

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|<[a-z]+|</[a-z]+|&\w+;|class=\"[^\"]*\"|/?>")


def catalogue_of(addon):
    """Return the Chinese catalogue of an addon."""
    return polib.pofile(str(Path(get_module_path(addon)) / "i18n" / "zh_CN.po"))


def _is_a_text(source):
    return any(letter.isalpha() for letter in PLACEHOLDER.sub("", source))


def _fits(entry):
    """Tell whether a translation has the placeholders and tags of its text."""
    return sorted(PLACEHOLDER.findall(entry.msgstr)) == sorted(PLACEHOLDER.findall(entry.msgid))


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        installed = [("state", "=", "installed"), ("name", "=like", "scenic\\_%")]
        cls.addons = cls.env["ir.module.module"].search(installed).mapped("name")

    def test_no_text_lacks_its_chinese(self):
        self.assertIn("scenic_ticketing", self.addons)
        for addon in self.addons:
            known = {entry.msgid for entry in catalogue_of(addon).translated_entries()}
            reader = TranslationModuleReader(self.env.cr, modules=[addon], lang=None)
            texts = {row[4] for row in reader} - known
            with self.subTest(addon=addon):
                self.assertEqual([text for text in texts if _is_a_text(text)], [])

    def test_placeholders_and_tags_survive_translation(self):
        for addon in self.addons:
            entries = catalogue_of(addon).translated_entries()
            self.assertTrue(entries)
            damaged = [entry.msgid for entry in entries if entry.fuzzy or not _fits(entry)]
            with self.subTest(addon=addon):
                self.assertEqual(damaged, [])

    def test_reasons_speak_chinese(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.module.module"]._load_module_terms(["scenic_ticketing"], ["zh_CN"])
        english = self.env["scenic.reason"]._reason_labels("en_US")
        chinese = self.env["scenic.reason"]._reason_labels("zh_CN")
        self.assertEqual(set(english), set(chinese))
        for code, sentence in chinese.items():
            self.assertRegex(sentence, "[\u4e00-\u9fff]", code)
