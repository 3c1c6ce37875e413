-- The key of the newest conversation, of those that were erased too: none is given again.
INSERT INTO counter SELECT 'conversation',
    max(coalesce((SELECT max(key) FROM conversation), 0), coalesce((SELECT max(conversation) FROM removed), 0));

-- What lists of a channel go by.
CREATE INDEX conversation_channel ON conversation (channel, last_sent);
