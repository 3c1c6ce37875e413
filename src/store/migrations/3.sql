-- What people write in the pages: rules and scorecards, each a file as in a folder of their own (`en/ours.toml`,
-- `scorecards/shop.toml`), and settings by their keys (`retention.text_days`). Each change is a row; the latest of a
-- subject counts, the others tell what was before.
CREATE TABLE edit (
    key INTEGER PRIMARY KEY,
    subject TEXT NOT NULL,
    -- Null where it was taken away.
    text TEXT,
    at INTEGER NOT NULL,
    -- Who: `user:3`, and the name as it was.
    actor TEXT NOT NULL,
    name TEXT NOT NULL
) STRICT;
CREATE INDEX edit_subject ON edit (subject, key);

-- Secrets of webhooks that were given in the pages. They stand here as they are: signatures are made with them.
CREATE TABLE hook_secret (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    tool TEXT NOT NULL,
    secret TEXT NOT NULL,
    created INTEGER NOT NULL,
    -- Who gave it, by name.
    name TEXT NOT NULL,
    UNIQUE (tool, secret)
) STRICT;
