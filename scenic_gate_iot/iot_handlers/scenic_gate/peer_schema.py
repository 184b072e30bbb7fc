"""Tables of what other boxes of the site did; part of the schema of the store."""

SCHEMA = """
CREATE TABLE peer_use (
    op TEXT PRIMARY KEY, box INTEGER NOT NULL, epoch TEXT NOT NULL, seq INTEGER,
    upto INTEGER NOT NULL, run BLOB, number INTEGER, uid INTEGER NOT NULL, zone TEXT NOT NULL,
    used INTEGER NOT NULL, t INTEGER NOT NULL, lane TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX peer_use_uid ON peer_use (uid);
CREATE INDEX peer_use_claim ON peer_use (box) WHERE run IS NOT NULL;
-- facts of others, to be told on
CREATE TABLE peer_fact (
    box INTEGER NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL,
    t INTEGER NOT NULL, lane TEXT NOT NULL, zone TEXT, uid INTEGER NOT NULL, pax INTEGER NOT NULL,
    op TEXT, PRIMARY KEY (box, epoch, seq)) WITHOUT ROWID;
-- how far each journal of another box is known
CREATE TABLE peer_seen (
    box INTEGER NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, t INTEGER NOT NULL,
    PRIMARY KEY (box, epoch)) WITHOUT ROWID;
-- how much of a journal the server's number of uses elsewhere contains
CREATE TABLE listed_use (
    uid INTEGER NOT NULL, box INTEGER NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY (uid, box, epoch)) WITHOUT ROWID;
-- tickets whose state is or was another than valid; no = place in the server's feed
CREATE TABLE state_news (
    uid INTEGER PRIMARY KEY, gen INTEGER NOT NULL, state TEXT NOT NULL, no INTEGER NOT NULL,
    t INTEGER NOT NULL);
CREATE INDEX state_news_no ON state_news (no);
"""
