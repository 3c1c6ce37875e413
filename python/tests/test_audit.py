"""Tables give what the program's audit gives."""

import corpus
import pyarrow as pa


def test_every_figure_is_that_of_the_audit(messages, audited):
    reader = corpus.reader()
    scores = reader.score_table(messages.sort_by("body"))
    assert corpus.check_messages(pa.table(scores.messages).to_pylist(), audited) > 2_000
    assert corpus.check_promises(pa.table(scores.promises).to_pylist(), audited) > 200
    assert corpus.check_conversations(pa.table(scores.conversations).to_pylist(), audited) > 1_000
    assert corpus.check_agents(pa.table(reader.agents(reader.sums(scores.nested))), audited) > 10


def test_the_trend_is_that_of_the_report(messages, audited):
    reader = corpus.reader()
    trend = pa.table(reader.trend(reader.sums(reader.score_table(messages).nested), "excuse")).to_pylist()
    report = (audited / "report.html").read_text()
    assert len(trend) > 20
    for row in trend:
        assert row["period"] in report
        assert f"{row['met']} of {row['applicable']}" in report
