"""Policies that were in force before drafts existed are published ones."""


def migrate(cr, version):
    if version:
        cr.execute("UPDATE scenic_policy SET state = 'published' WHERE published_at IS NULL")
