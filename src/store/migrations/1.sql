-- Times are milliseconds since 1970-01-01T00:00:00Z. Bits of `findings`, `situation`, `met` and `unmet` are
-- told in src/store/analysis.rs.

-- Counts up with everything that changes; what follows the store (the search index) remembers how far it is.
CREATE TABLE counter (name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO counter VALUES ('change', 0);
-- Tells this store from every other.
INSERT INTO counter VALUES ('identity', random());

-- A ticketing tool. The time of its newest message is the end of the data: until then promises are judged.
CREATE TABLE source (name TEXT NOT NULL PRIMARY KEY, newest INTEGER) STRICT, WITHOUT ROWID;

-- Who somebody is, where a tool tells it apart from messages.
CREATE TABLE person (
    source TEXT NOT NULL, id TEXT NOT NULL, role TEXT, name TEXT, PRIMARY KEY (source, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE conversation (
    key INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    id TEXT NOT NULL,
    channel TEXT,
    -- When the earliest message was sent that tells it; the greatest number where none has a time.
    channel_since INTEGER,
    requester TEXT,
    -- The change that last gave reason to read it, and the one that its analysis rests on.
    revision INTEGER NOT NULL,
    analysed INTEGER NOT NULL DEFAULT 0,
    -- The change by which what is shown of it last changed: what the search index follows.
    change INTEGER NOT NULL DEFAULT 0,
    -- The time from which an open promise may be judged otherwise.
    judge_at INTEGER,
    first_sent INTEGER,
    last_sent INTEGER,
    messages INTEGER NOT NULL DEFAULT 0,
    -- Messages of which nothing tells on which side their author is.
    sideless INTEGER NOT NULL DEFAULT 0,
    service_failure INTEGER NOT NULL DEFAULT 0,
    -- How a failure was made good (JSON); null before it is read.
    recovery TEXT,
    -- What it was read with.
    version INTEGER REFERENCES version,
    -- When its text was dropped, where nothing came since.
    dropped INTEGER,
    UNIQUE (source, id)
) STRICT;
CREATE INDEX conversation_unread ON conversation (revision) WHERE analysed < revision;
CREATE INDEX conversation_change ON conversation (change);
CREATE INDEX conversation_last_sent ON conversation (last_sent);
CREATE INDEX conversation_requester ON conversation (source, requester) WHERE requester IS NOT NULL;
CREATE INDEX conversation_text ON conversation (last_sent) WHERE dropped IS NULL;
CREATE INDEX conversation_judge_at ON conversation (source, judge_at) WHERE judge_at IS NOT NULL;

CREATE TABLE message (
    key INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversation ON DELETE CASCADE,
    -- As the tool names it; where it does not, `~` and a digest of time, author and text.
    id TEXT NOT NULL,
    -- Its place in what brought it: the order of messages of the same time.
    position INTEGER NOT NULL,
    role TEXT,
    author TEXT,
    author_name TEXT,
    sent TEXT,
    sent_at INTEGER,
    internal INTEGER NOT NULL,
    format TEXT,
    automatic INTEGER NOT NULL,
    -- Null once its text was dropped.
    body TEXT,
    UNIQUE (conversation, id)
) STRICT;
CREATE INDEX message_sideless ON message (author) WHERE role IS NULL;
CREATE INDEX message_customer ON message (author) WHERE role = 'customer';

CREATE TABLE team (key INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE agent (
    key INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT,
    team INTEGER REFERENCES team ON DELETE SET NULL,
    UNIQUE (source, id)
) STRICT;
CREATE INDEX agent_team ON agent (team);

-- What analyses are made with.
CREATE TABLE version (
    key INTEGER PRIMARY KEY,
    amends TEXT NOT NULL,
    language TEXT NOT NULL,
    lexicon TEXT NOT NULL,
    scorecard TEXT NOT NULL,
    scorecard_version TEXT NOT NULL,
    scorecard_digest TEXT NOT NULL,
    least_confidence REAL NOT NULL,
    -- The criteria in the order of the bits (JSON).
    criteria TEXT NOT NULL,
    UNIQUE (amends, language, lexicon, scorecard, scorecard_digest, least_confidence)
) STRICT;

-- What was read in a public message of an agent.
CREATE TABLE analysis (
    message INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE,
    conversation INTEGER NOT NULL,
    agent INTEGER NOT NULL REFERENCES agent,
    version INTEGER NOT NULL REFERENCES version,
    sent_at INTEGER,
    -- Hundredths of a point.
    score INTEGER,
    uncritical_score INTEGER,
    not_scored TEXT,
    words INTEGER NOT NULL,
    situation INTEGER NOT NULL,
    findings INTEGER NOT NULL,
    met INTEGER NOT NULL,
    unmet INTEGER NOT NULL,
    -- Detections and cues with their places (JSON).
    evidence TEXT NOT NULL
) STRICT;
-- All that a trend needs, so that it reads no other page.
CREATE INDEX analysis_agent
    ON analysis (agent, sent_at, conversation, version, not_scored, situation, findings, met, unmet, score);
-- What lists by time are filtered by.
CREATE INDEX analysis_sent ON analysis (sent_at, agent, score, findings, unmet, version);
CREATE INDEX analysis_conversation ON analysis (conversation);

CREATE TABLE promise (
    key INTEGER PRIMARY KEY,
    message INTEGER NOT NULL,
    conversation INTEGER NOT NULL REFERENCES conversation ON DELETE CASCADE,
    agent INTEGER NOT NULL REFERENCES agent,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    act TEXT NOT NULL,
    conditional INTEGER NOT NULL,
    made INTEGER,
    due INTEGER,
    precision TEXT,
    fate TEXT NOT NULL,
    -- The message that kept it, and when.
    kept_by INTEGER,
    kept_at INTEGER,
    -- What became of it, in a sentence.
    told TEXT NOT NULL
) STRICT;
CREATE INDEX promise_conversation ON promise (conversation);
CREATE INDEX promise_fate ON promise (fate, due, agent);
CREATE INDEX promise_agent ON promise (agent, made, fate, due);

-- What was removed, so that what follows the store removes it, too.
CREATE TABLE removed (change INTEGER PRIMARY KEY, conversation INTEGER NOT NULL) STRICT;

-- People who sign in.
CREATE TABLE user (
    -- Never given to somebody else again: the audit log names people by it.
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    -- By which they sign in, in its one way of writing (lower case).
    name TEXT NOT NULL UNIQUE,
    shown_name TEXT NOT NULL,
    role TEXT NOT NULL,
    password TEXT,
    agent INTEGER REFERENCES agent,
    created INTEGER NOT NULL,
    disabled INTEGER
) STRICT;

CREATE TABLE session (
    digest BLOB NOT NULL PRIMARY KEY,
    user INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
    created INTEGER NOT NULL,
    -- When they were last seen, to the minute.
    used INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_user ON session (user);

-- Programs' tokens, and the one-time set-up secret (role `setup`).
CREATE TABLE token (
    key INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- Its first characters, by which people tell it from others.
    shown TEXT NOT NULL,
    role TEXT NOT NULL,
    -- Space-separated; null for all of its role.
    scopes TEXT,
    agent INTEGER REFERENCES agent,
    created INTEGER NOT NULL,
    expires INTEGER,
    used INTEGER,
    revoked INTEGER
) STRICT;

CREATE TABLE audit_log (
    key INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    -- Who: `user:3`, `token:7`, or nobody.
    actor TEXT,
    name TEXT,
    action TEXT NOT NULL,
    subject TEXT,
    detail TEXT
) STRICT;
CREATE INDEX audit_log_at ON audit_log (at);
CREATE INDEX audit_log_actor ON audit_log (actor, at);
CREATE INDEX audit_log_action ON audit_log (action, at);

-- A person's verdict on a message; the machine's analysis stays as it is.
CREATE TABLE review (
    key INTEGER PRIMARY KEY,
    message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
    -- Whose it is: `user:3` or `token:7`, and the name as it was.
    actor TEXT NOT NULL,
    reviewer TEXT NOT NULL,
    -- `review` of a reviewer, or `dispute` of the agent.
    kind TEXT NOT NULL,
    -- Whether it was given before the machine's score was shown.
    blind INTEGER NOT NULL,
    comment TEXT,
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    UNIQUE (message, actor, kind)
) STRICT;
CREATE INDEX review_changed ON review (kind, changed);

CREATE TABLE verdict (
    review INTEGER NOT NULL REFERENCES review ON DELETE CASCADE,
    -- `criterion`, `finding`, or `detection`.
    about TEXT NOT NULL,
    -- The criterion's or finding's name, or `rule@start-end` of a detection.
    subject TEXT NOT NULL,
    -- Of a criterion `met`, `unmet` or `not_applicable`; else `yes` or `no`.
    verdict TEXT NOT NULL,
    PRIMARY KEY (review, about, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX verdict_subject ON verdict (about, subject, verdict);

-- The same conversations given to several reviewers, who do not see what the others say until it is closed.
CREATE TABLE calibration (
    key INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    -- Who made it, by name.
    maker TEXT NOT NULL,
    -- Reviews from then on belong to it.
    created INTEGER NOT NULL,
    closed INTEGER
) STRICT;

CREATE TABLE calibration_item (
    calibration INTEGER NOT NULL REFERENCES calibration ON DELETE CASCADE,
    position INTEGER NOT NULL,
    conversation INTEGER NOT NULL REFERENCES conversation ON DELETE CASCADE,
    PRIMARY KEY (calibration, position),
    UNIQUE (conversation, calibration)
) STRICT, WITHOUT ROWID;

CREATE TABLE calibration_reviewer (
    calibration INTEGER NOT NULL REFERENCES calibration ON DELETE CASCADE,
    user INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
    PRIMARY KEY (calibration, user)
) STRICT, WITHOUT ROWID;

-- Uploaded exports and other long work.
CREATE TABLE job (
    key INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    -- What was asked for (JSON).
    request TEXT NOT NULL,
    state TEXT NOT NULL,
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    -- Counts so far, and what was wrong (JSON).
    progress TEXT NOT NULL,
    actor TEXT
) STRICT;

-- Rows of a job that could not be read, each as a line of `rejected.jsonl`.
CREATE TABLE rejected (
    key INTEGER PRIMARY KEY, job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE, line TEXT NOT NULL
) STRICT;
CREATE INDEX rejected_job ON rejected (job);

-- Answers given, for a request that comes again with the same Idempotency-Key.
CREATE TABLE answered (
    token TEXT NOT NULL,
    key TEXT NOT NULL,
    request BLOB NOT NULL,
    -- Null while the first request is still at work.
    status INTEGER,
    body BLOB,
    created INTEGER NOT NULL,
    PRIMARY KEY (token, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX answered_created ON answered (created);

-- Deliveries of webhooks: those seen, so that the same one is taken once; and those that wait for somebody, with
-- their body.
CREATE TABLE delivery (
    -- The tool, as the address names it that it sends to.
    source TEXT NOT NULL,
    id TEXT NOT NULL,
    received INTEGER NOT NULL,
    -- See `Outcome` in src/store/deliveries.rs.
    outcome TEXT NOT NULL,
    -- Of a thin one: the conversation that it tells of, where that is one, and the source that has it.
    kept_as TEXT,
    conversation TEXT,
    detail TEXT,
    body BLOB,
    PRIMARY KEY (source, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_received ON delivery (received);
CREATE INDEX delivery_source ON delivery (source, received);
CREATE INDEX delivery_outcome ON delivery (outcome, received);
CREATE INDEX delivery_source_outcome ON delivery (source, outcome, received);
CREATE INDEX delivery_body ON delivery (kept_as, conversation) WHERE body IS NOT NULL;

-- Conversations of which a tool told that there is something new in them, without saying what.
CREATE TABLE awaited (
    source TEXT NOT NULL,
    conversation TEXT NOT NULL,
    -- What happened, in the tool's words.
    what TEXT NOT NULL,
    -- When that was last told.
    told INTEGER NOT NULL,
    -- As it was then: the newest message's key, and whether there was such a conversation.
    known INTEGER NOT NULL,
    existed INTEGER NOT NULL,
    PRIMARY KEY (source, conversation, what)
) STRICT, WITHOUT ROWID;

-- Searches that people keep.
CREATE TABLE saved_search (
    key INTEGER PRIMARY KEY,
    user INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    UNIQUE (user, name)
) STRICT;
