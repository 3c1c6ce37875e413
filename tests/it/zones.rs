//! HTML to text, and zones. All mail is invented.

use amends::text::ZoneKind::{self, Authored, AutoHeader, Disclaimer, Quoted, Signature};
use amends::text::{Markup, Span, Text};
use proptest::prelude::*;

/// The zones with their plain words, blank ones left out; checks that they cover the text.
fn zones_of(body: &str, markup: Markup) -> Vec<(ZoneKind, String)> {
    let text = Text::read(body, markup);
    let mut at = 0;
    for zone in text.zones() {
        assert_eq!(zone.span.start, at, "gap or overlap in {body:?}");
        at = zone.span.end;
    }
    assert_eq!(at as usize, text.plain().len(), "not all of {body:?}");
    text.zones()
        .iter()
        .map(|zone| (zone.kind, zone.span.of(text.plain()).trim().to_owned()))
        .filter(|(_, words)| !words.is_empty())
        .collect()
}

fn plain(body: &str) -> Vec<(ZoneKind, String)> {
    zones_of(body, Markup::Plain)
}

fn kinds(zones: &[(ZoneKind, String)]) -> Vec<ZoneKind> {
    zones.iter().map(|(kind, _)| *kind).collect()
}

/// What is left as the author's words, parts joined by " / ".
fn authored(body: &str, markup: Markup) -> String {
    let text = Text::read(body, markup);
    assert!(!text.zoning_uncertain(), "uncertain: {body:?}");
    let zones = zones_of(body, markup);
    let own: Vec<_> = zones.iter().filter(|(kind, _)| *kind == Authored).map(|(_, words)| words.as_str()).collect();
    own.join(" / ")
}

fn authored_plain(body: &str) -> String {
    authored(body, Markup::Plain)
}

fn authored_html(body: &str) -> String {
    authored(body, Markup::Html)
}

fn text_of(html: &str) -> String {
    Text::read(html, Markup::Html).plain().to_owned()
}

#[test]
fn a_message_without_markers_is_all_the_authors() {
    for body in [
        "Hi Ana, we are sorry about the late parcel.",
        "Hi Ana,\n\nOn reflection he wrote: this will not do.\nWe agree.\n",
        "I looked it up: on 3 May 2025 you wrote: \"the box was wet\".\nThat is on us.",
        "On 3 May you wrote:\nthe box was wet. We are sorry for that.",
        "Your visit:\nDate: 3 March\nTime: 10:00\nTo: Room 4\nPlease be on time.",
        "From: London\nTo: Leeds\nThat is the route.",
        "Thanks, and please send us the photo. We will look at it today.",
        "Thanks,\nwe will look into it and write again tomorrow.",
        "Best\nwe can do is a refund.",
        ">3 days is too long, we know.",
        "->50% off\n>=5 items",
        "Sent via courier yesterday.\nIt will arrive on Monday.",
        "Sent from our store in Leeds on Monday, it should be there by now.",
        "- first\n- second\n-- third",
        "To unsubscribe, open Settings and choose Mail.",
        "You received this by mistake. We are sorry.",
        "This email was sent by mistake, please ignore it.",
        "________________________________\nOne part ends here.",
        "Begin with the lid.\nAm Ende hilft es.",
        "5 * 3 = 15 ^2",
        "Thank you for the photos!\n\nThank you!",
    ] {
        assert_eq!(authored_plain(body), body.trim(), "{body}");
    }
    for body in ["", " \n\n", "\n"] {
        assert!(!Text::read(body, Markup::Plain).zoning_uncertain());
        assert!(plain(body).is_empty());
    }
}

#[test]
fn quoted_lines_are_not_the_authors_and_lines_between_are() {
    assert_eq!(
        authored_plain("> where is it?\n>> older\nIt left today.\n\n> and the bill?\n\nIt is attached.\n"),
        "It left today. / It is attached."
    );
    // email_reply_parser #3: a reply that ends with its own quote.
    assert_eq!(authored_plain("We are sorry.\n\nAs you said:\n> it broke\n"), "We are sorry.\n\nAs you said:");
}

#[test]
fn a_forum_quotes_the_paragraph_after_a_name() {
    assert_eq!(
        authored_plain("pip_77 said\nIt is all your fault.\nPlease try the new version."),
        "Please try the new version."
    );
    assert_eq!(
        authored_plain("Hello.\nAna Lima wrote:\nNothing works.\n\nDoes it now?\nBo said:\nYes.\nGood."),
        "Hello. / Does it now?\n / Good.".replace("\n /", " /")
    );
    for own in [
        "As I said\nplease wait.",
        "You said:\nit broke.",
        "The engineer said\nit is fixed.",
        "That is what she wrote\nyesterday.",
    ] {
        assert_eq!(authored_plain(own), own);
    }
}

#[test]
fn the_line_above_a_quote_in_several_languages() {
    for above in [
        "On Mon, 3 Mar 2025 at 10:22, Ana Diaz <ana@example.com> wrote:",
        "On Mon, Mar 3, 2025 at 10:22 AM Ana Diaz\n<ana@example.com> wrote:",
        "On Monday, 3 March 2025 at 10:22,\nAna Diaz of the Long Name Company\n<ana@example.com> wrote:",
        "Am Mo., 3. März 2025 um 10:22 Uhr schrieb Ana Diaz <ana@example.com>:",
        "Am 03.03.2025 um 10:22 schrieb Ana Diaz:",
        "Le lun. 3 mars 2025 à 10:22, Ana Diaz <ana@example.com> a écrit :",
        "Le 3 mars 2025 à 10:22, Ana Diaz a écrit\u{a0}:",
        "El lun, 3 mar 2025 a las 10:22, Ana Diaz (<ana@example.com>) escribió:",
        "Op ma 3 mrt 2025 om 10:22 schreef Ana Diaz <ana@example.com>:",
        "Il giorno lun 3 mar 2025 alle ore 10:22 Ana Diaz <ana@example.com> ha scritto:",
        "Em seg., 3 de mar. de 2025 às 10:22, Ana Diaz <ana@example.com> escreveu:",
        "2025-03-03 10:22 GMT+01:00 Ana Diaz <ana@example.com>:",
        "Ana Diaz <ana@example.com> wrote:",
        "---- On Mon, 03 Mar 2025 10:22:00 +0100 Ana Diaz wrote ----",
        "-----Original Message-----\nFrom: Ana Diaz\nSent: Monday\nTo: Help",
        "-----Original Message-----",
        "-----Ursprüngliche Nachricht-----\nVon: Ana Diaz",
        "---------- Forwarded message ---------\nFrom: Ana Diaz <ana@example.com>\nDate: Mon\nSubject: box\nTo: <help@example.com>",
        "Begin forwarded message:\n\nFrom: Ana Diaz <ana@example.com>\nSubject: box",
        "________________________________\nFrom: Ana Diaz <ana@example.com>\nSent: Monday, March 3, 2025\nTo: Help\nSubject: box",
        "From: Ana Diaz\nSent: Monday, March 3, 2025 10:22 AM\nTo: Help <help@example.com>\nSubject: Re: box",
        "*From:* Ana Diaz <ana@example.com>\n*Sent:* Monday\n*To:* Help\n*Subject:* box",
        "Von: Ana Diaz <ana@example.com>\nGesendet: Montag, 3. März 2025\nAn: Hilfe\nBetreff: Kiste",
        "Date: Mon, 3 Mar 2025\nFrom: Ana Diaz <ana@example.com>\nTo: help@example.com",
    ] {
        let body = format!("It left today, sorry.\n\n{above}\n\nNobody ever apologised to me.\nAna\n");
        assert_eq!(authored_plain(&body), "It left today, sorry.", "{above}");
        let body = format!("It left today, sorry.\r\n\r\n{}\r\n", above.replace('\n', "\r\n"));
        assert_eq!(authored_plain(&body), "It left today, sorry.", "{above}");
    }
    let above = "On Mon, 3 Mar 2025 at 10:22, Ana <ana@example.com> wrote:";
    assert_eq!(authored_plain(&format!("{above}\n\n> where is it?\n\nIt left today.")), "It left today.");
    assert_eq!(authored_plain("W dniu 03.03.2025 o 10:22, Ana Diaz pisze:\n> gdzie?\n\nIt left."), "It left.");
}

#[test]
fn the_reply_line_of_a_help_desk() {
    let line = "##- Please type your reply above this line -##";
    assert_eq!(
        plain(&format!("{line}\n\nHi Ana, it left today.\n")),
        [(AutoHeader, line.to_owned()), (Authored, "Hi Ana, it left today.".to_owned())]
    );
    let zones = plain(&format!("It left today.\n\n{line}\n\nYour request was updated.\n"));
    assert_eq!(kinds(&zones), [Authored, AutoHeader, Quoted]);
    assert_eq!(authored_plain("-- Please reply above this line --\nHello there."), "Hello there.");
    assert_eq!(authored_plain("—-—-—-— Reply above this line —-—-—-—\nHello there."), "Hello there.");
    assert_eq!(authored_plain("Sign above this line, please."), "Sign above this line, please.");
}

#[test]
fn signatures() {
    for end in [
        "-- \nAna Diaz\nhttps://example.com and many more words of all kinds here",
        "--\nGreetings,\n\nAna Diaz",
        "Sent from my iPhone",
        "Get Outlook for iOS",
        "Sent via Superhuman",
        "Von meinem iPhone gesendet",
        "Best regards,\nAna",
        "Kind regards,\n\nAna Diaz\nCustomer Support Specialist\nAcme Ltd | 1 High Street, Leeds\n+44 20 7946 0000\nwww.example.com",
        "Sincerely,\nThe Acme Team",
        "Many thanks,\nAna",
        "Thanks!\nAna",
        "Thanks,",
        "Cheers,\nAna\n\nSent from my iPhone",
        "Best regards, Ana",
        "Best,\nAna from Acme",
        "Warm regards\n*Ana Diaz*",
        "Mit freundlichen Grüßen\nAna Diaz",
    ] {
        let zones = plain(&format!("It left today, we are sorry.\n\n{end}\n"));
        assert_eq!(
            zones,
            [(Authored, "It left today, we are sorry.".to_owned()), (Signature, end.to_owned())],
            "{end}"
        );
    }
    let zones = plain("Sorry.\n\nBest regards,\nAna\n\nOn 3 March 2025, Bo <bo@example.com> wrote:\n> late\n");
    assert_eq!(kinds(&zones), [Authored, Signature, Quoted]);
    let zones = plain("Sorry.\n-- \nAna\n> late\nIt was late indeed.");
    assert_eq!(kinds(&zones), [Authored, Signature, Quoted, Authored]);
    let zones = plain("@bo Sorry about that, please send us a message. ^AB");
    assert_eq!(zones[1], (Signature, "^AB".to_owned()));
    // A rule between two long parts is no signature.
    let long = format!("First part.\n--\n{}", "Another line of the text.\n".repeat(20));
    assert_eq!(kinds(&plain(&long)), [Authored]);
    // Words below the sign-off: it was none.
    let body = "Thanks,\nAna\n\nOne more thing: the second box is still here and we will send it tomorrow.";
    assert_eq!(authored_plain(body), body);
}

#[test]
fn notices() {
    for notice in [
        "This e-mail and any attachments are confidential and intended\nsolely for the addressee.",
        "If you are not the intended recipient, please delete it.",
        "Please consider the environment before printing this e-mail.",
        "Registered in England No. 123456. Registered office: 1 High Street.",
        "CONFIDENTIALITY NOTICE: this message is for the named recipient.",
        "Unsubscribe | Preferences",
    ] {
        let zones = plain(&format!("It left today.\n\n{notice}\n\nAnd the bill too.\n"));
        assert_eq!(kinds(&zones), [Authored, Disclaimer, Authored], "{notice}");
        assert_eq!(zones[1].1, notice);
        let zones = plain(&format!("It left today.\n\nBest regards,\nAna\n\n{notice}\n"));
        assert_eq!(kinds(&zones), [Authored, Signature, Disclaimer], "{notice}");
    }
}

#[test]
fn nothing_is_lost_when_all_looks_added() {
    for (body, markup, own) in [
        ("From: Ana <ana@example.com>\nSent: Monday\nTo: Help\n\nWe are sorry.", Markup::Plain, "We are sorry."),
        ("Best regards,\nAna", Markup::Plain, "Best regards,\nAna"),
        ("<div class=\"gmail_quote\">We are sorry.</div>", Markup::Html, "We are sorry."),
        ("<blockquote type=cite><p>We are sorry.", Markup::Html, "We are sorry."),
        ("<div id=appendonsend></div><p>We are sorry.</p>", Markup::Html, "We are sorry."),
    ] {
        let text = Text::read(body, markup);
        assert!(text.zoning_uncertain(), "{body}");
        assert!(zones_of(body, markup).contains(&(Authored, own.to_owned())), "{body}");
    }
    let all_quoted = "> one\n> two\n";
    assert!(Text::read(all_quoted, Markup::Plain).zoning_uncertain());
    assert_eq!(kinds(&plain(all_quoted)), [Quoted]);
}

#[test]
fn html_reads_as_a_browser_shows_it() {
    for (html, text) in [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<div>One</div><div><br></div><div>Two</div>", "One\n\nTwo"),
        ("One<br>Two<br/>\n  Three", "One\nTwo\nThree"),
        ("  One \n\t two  ", "One two"),
        ("sor<b>ry</b>, <i>we</i> <u>know</u>", "sorry, we know"),
        (
            "Fish &amp; chips, it&#39;s &lt;here&gt;&nbsp;now &copy2024 &bogus; AT&T",
            "Fish & chips, it's <here>\u{a0}now ©2024 &bogus; AT&T",
        ),
        ("<pre>a  b\nc</pre>", "a  b\nc"),
        ("<ul><li>One</li><li>Two</ul>", "One\nTwo"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a\tb\nc"),
        ("<head><title>No</title><style>p{color:red}</style></head><body>Yes<script>no()</script></body>", "Yes"),
        ("a<!-- no -->b", "ab"),
        ("<div style=\"color:red; DISPLAY : none\">no</div>Yes", "Yes"),
        ("a <span style=display:none> x </span>b", "a b"),
        ("<a href=\"https://example.com\">our page</a><img src=x alt=no>", "our page"),
        ("a<hr>b", "a\nb"),
        ("<h1>Big</h1>small", "Big\n\nsmall"),
    ] {
        assert_eq!(text_of(html), text, "{html}");
    }
}

#[test]
fn broken_html_loses_no_words() {
    for html in [
        "<div style=display:none>We are sorry",
        "add the <script> tag. We are sorry",
        "a <style> b We are sorry",
        "<a href=\"x>here</a> We are sorry <br",
        "We are sorry<div class=",
        "</div></div>We are sorry</p></td>",
        "<table><td><div>We are sorry</table></div>",
        "We are sorry <",
        "We are sorry </",
    ] {
        assert!(text_of(html).contains("We are sorry"), "{html}: {}", text_of(html));
    }
}

#[test]
fn what_mail_programs_mark() {
    for html in [
        // Gmail
        "<div dir=ltr>We are sorry.</div><br><div class=\"gmail_quote\"><div dir=ltr class=\"gmail_attr\">On Mon, Ana wrote:<br></div><blockquote class=\"gmail_quote\">late!</blockquote></div>",
        "<div>We are sorry.</div><div class=gmail_quote><div class=gmail_attr>---------- Forwarded message ---------<br>From: Ana</div><p>late!</p><blockquote class=gmail_quote>older</blockquote></div>",
        "<div>We are sorry.</div><div class=gmail_extra>2025 Ana:<br><blockquote class=gmail_quote>late!</blockquote></div>",
        "<div>We are sorry.</div><div class=\"gmail_signature\" data-smartmail=\"gmail_signature\">Ana<br>Acme</div>",
        // Outlook
        "<p>We are sorry.</p><div id=\"appendonsend\"></div><hr><div id=\"divRplyFwdMsg\"><b>From:</b> Ana</div><div>late!</div>",
        "<p>We are sorry.</p><div id=\"x_divRplyFwdMsg\">Von Ana</div><div>late!</div>",
        "<p>We are sorry.</p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt'><p class=MsoNormal><b>Od:</b> Ana<br><b>Wysłano:</b> dzis<br></p></div></div><p>late!</p>",
        // Thunderbird, Apple
        "We are sorry.<div class=moz-cite-prefix>Ana pisze:<br></div><blockquote type=\"cite\">late!</blockquote>",
        "We are sorry.<pre class=\"moz-signature\">-- \nAna</pre>",
        "<div>We are sorry.</div><div><br><blockquote type=\"cite\"><div>On 3 Mar, Ana wrote:</div><div>late!</div></blockquote></div>",
        // Yahoo, Proton, Zimbra
        "<div>We are sorry.</div><div id=yahoo_quoted_1 class=\"yahoo_quoted\"><div>On Monday, Ana wrote:</div>late!<blockquote type=cite>older</blockquote></div>",
        "<div>We are sorry.</div><div class=\"protonmail_signature_block\">Ana</div><div class=\"protonmail_quote\">W dniu 3 Ana:<br><blockquote class=\"protonmail_quote\" type=\"cite\">late!</blockquote></div>",
        "<div>We are sorry.</div><hr id=\"zwchr\" data-marker=\"__DIVIDER__\"><div data-marker=\"__HEADERS__\">From: Ana</div><div data-marker=\"__QUOTED_TEXT__\">late!</div>",
        // Help desks
        "We are sorry.<br><span class=\"js-signatureMarker\"></span><br>--<br>Greetings,<br><br>Emma Taylor<br>",
        "We are sorry.<br><span class=\"js-signatureMarker\"></span><br>Emma<blockquote type=cite>late!</blockquote>",
        "<div class=\"zd-comment\"><p>We are sorry.</p></div><div class=\"zd-comment\"><p>late!</p></div>",
        "<div>We are sorry.</div><div class=\"freshdesk_quote\"><blockquote class=\"freshdesk_quote\">late!</blockquote></div>",
        "We are sorry.<blockquote class=\"front-blockquote\">late!</blockquote>",
        "<div>We are sorry.</div><div>On Wed, Feb 14, 2024, at 09:30 PM, Help &lt;<a href=\"mailto:h@example.com\">h@example.com</a>&gt; wrote:</div><blockquote class=\"gorgias_quote\">late!</blockquote>",
        "<p>We are sorry.</p><p>On 3 March 2025, Ana wrote:</p><blockquote>late!</blockquote>",
    ] {
        assert_eq!(authored_html(html), "We are sorry.", "{html}");
    }
}

#[test]
fn answers_below_and_between_html_quotes_stay() {
    let quote = "<blockquote class=gmail_quote>late!</blockquote>";
    for (html, own) in [
        (
            format!(
                "<div class=gmail_quote><div class=gmail_attr>On 3 Mar 2025 Ana wrote:</div>{quote}<div>We are sorry.</div>{quote}<div>It left.</div></div>"
            ),
            "We are sorry. / It left.",
        ),
        // talon #48: one block around reply and quote.
        (
            format!(
                "<div class=gmail_quote><p>We are sorry.</p><p>On 3 Mar 2025, Ana &lt;a@example.com&gt; wrote:</p>{quote}</div>"
            ),
            "We are sorry.",
        ),
        (
            "<p>On 3 March 2025, Ana wrote:</p><blockquote>late!</blockquote><p>We are sorry.</p>".to_owned(),
            "We are sorry.",
        ),
        // A quotation that is not of mail.
        (
            "<p>Our terms say:</p><blockquote>Two weeks.</blockquote><p>Sorry.</p>".to_owned(),
            "Our terms say:\n\nTwo weeks.\n\nSorry.",
        ),
        ("<div class=\"zd-comment\"><p>We are sorry.</p></div>".to_owned(), "We are sorry."),
        (
            "Sorry.<blockquote type=cite>older<span class=js-signatureMarker></span>Bo</blockquote>It left.".to_owned(),
            "Sorry. / It left.",
        ),
    ] {
        assert_eq!(authored_html(&html), own, "{html}");
    }
}

#[test]
fn html_is_told_from_text_with_a_stray_sign() {
    for text in [
        "a < b and c > d",
        "I <3 this, </3 that",
        "write to <john@example.com>",
        "see <https://example.com>.",
        "if a <b and c> d",
        "put <script> into the page",
        "5<br",
        "<your name>",
        "x <a b",
        "<-- here",
        "a &nbsp; b",
        "<<<<",
    ] {
        assert_eq!(Text::read(text, Markup::Sniff).plain(), text, "{text}");
    }
    for html in [
        "<!DOCTYPE html>Hi",
        "Hi<br>you",
        "<p>Hi",
        "<div dir=\"ltr\">Hi</div>",
        "Hi <b>you</b>",
        "<a href='x'>Hi",
        "Hi<BR />you",
        "a < b<br>",
        "<img src=x>Hi&nbsp;you",
    ] {
        assert_ne!(Text::read(html, Markup::Sniff).plain(), html, "{html}");
    }
}

#[test]
fn a_span_of_words_leads_back_to_the_body() {
    let html = "<p>We&nbsp;are so<b>rr</b>y &amp; it&#39;s</p>\n<p>done   now</p>";
    let text = Text::read(html, Markup::Html);
    for (words, source) in [
        ("sorry", "so<b>rr</b>y"),
        ("&", "&amp;"),
        ("it's", "it&#39;s"),
        ("We\u{a0}are", "We&nbsp;are"),
        ("done now", "done   now"),
        ("s\n\ndone", "s</p>\n<p>done"),
    ] {
        let at = text.plain().find(words).unwrap_or(0);
        let span = Span::new(at as u32, (at + words.len()) as u32);
        assert_eq!(text.raw_span(span).of(html), source);
    }
}

#[test]
fn long_junk_is_read_to_its_end() {
    const SIZE: usize = 1_000_000;
    for part in [
        "<",
        ">",
        "> a\n",
        "On ",
        "On 3\n",
        "<div>",
        "<b",
        "<a href=\"",
        "</div>",
        "<p style=display:none>",
        "&",
        "&#",
        "Best,\n",
        "Thanks,\nAna\n",
        "-- \n",
        "--\n",
        "From: a\n",
        "From: a@b\nTo: c\n",
        "This email\n",
        "Sent from my a b c d e f g h i\nTo unsubscribe\n",
        "##- reply above this line\n",
        "<div class=gmail_quote>",
        "<div class=gmail_quote><blockquote type=cite>",
        "<td>",
        "<span><td></span>",
        "<!--",
        "<script>",
        "wrote:\n",
        "On 3 you wrote:\n\n\n",
        "<blockquote>",
        "On 3 a@b wrote:<blockquote>",
        "\n",
        " ",
        "\u{a0}",
        "_____\n",
        "<div style='border-top:solid #e1e1e1'>",
        "&amp;",
    ] {
        let body = part.repeat(SIZE / part.len());
        for markup in [Markup::Sniff, Markup::Html] {
            // Were it not linear, this test would not come to its end.
            zones_of(&body, markup);
        }
    }
}

/// Pieces that mail is made of, good and bad.
fn junk() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("<p>"),
        Just("</p>"),
        Just("<div class=gmail_quote>"),
        Just("</div>"),
        Just("<br>"),
        Just("<blockquote type=cite>"),
        Just("</blockquote>"),
        Just("<span style='display:none'>"),
        Just("</span>"),
        Just("<td>"),
        Just("</table>"),
        Just("<pre>"),
        Just("</pre>"),
        Just("<script>"),
        Just("</script>"),
        Just("<style"),
        Just("<a href=\""),
        Just("\">"),
        Just(">"),
        Just("<"),
        Just("<!--"),
        Just("-->"),
        Just("&"),
        Just("&amp;"),
        Just("&#39"),
        Just("&#x1F600;"),
        Just("&notit;"),
        Just("\r\n"),
        Just("\n"),
        Just(" "),
        Just("\t"),
        Just("sorry"),
        Just("é"),
        Just("\u{a0}"),
        Just("😀"),
        Just("--"),
        Just("\n> "),
        Just("On 3 Ana wrote:\n"),
        Just("From: a@b\n"),
        Just("Sent: c\n"),
        Just("Best regards,\n"),
        Just("<span class=js-signatureMarker>"),
        Just("\0"),
        Just("<div id=appendonsend>"),
        Just("<div class=signature>"),
        Just("</a x='"),
        Just("<![CDATA["),
        Just("]]>"),
        Just("<?x"),
        Just("<title>"),
        Just("<textarea>"),
        Just("##- Please reply above this line -##"),
        Just("^AB"),
    ];
    prop::collection::vec(part, 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_junk_is_read_with_its_places(body in prop_oneof![junk(), any::<String>()]) {
        for markup in [Markup::Sniff, Markup::Plain, Markup::Html] {
            let zones = zones_of(&body, markup);
            prop_assert!(zones.len() <= body.len());
            let text = Text::read(&body, markup);
            let mut last = 0;
            for (at, letter) in text.plain().char_indices() {
                let raw = text.raw_span(Span::new(at as u32, (at + letter.len_utf8()) as u32));
                prop_assert!(raw.start >= last && raw.end >= raw.start && raw.end as usize <= body.len());
                prop_assert!(body.get(raw.range()).is_some());
                last = raw.end.max(last);
            }
            for zone in text.zones() {
                prop_assert!(text.plain().get(zone.span.range()).is_some());
            }
        }
    }

    #[test]
    fn words_in_tags_lead_back_to_themselves(
        words in prop::collection::vec(("[a-zé&<']{1,8}", 0..6usize, 0..5usize), 1..12)
    ) {
        let mut body = String::new();
        for (word, inside, around) in &words {
            let mut source = String::new();
            for (nth, letter) in word.chars().enumerate() {
                if nth == *inside { source.push_str(["<b>", "</i>", "<o:p>", "<!-- x -->", "<font size=1>", "<a\nhref='>'>"][*inside]); }
                match letter {
                    '&' => source.push_str("&amp;"),
                    '<' => source.push_str("&lt;"),
                    '\'' => source.push_str("&#39;"),
                    'é' if *around == 0 => source.push_str("&eacute;"),
                    letter => source.push(letter),
                }
            }
            let (open, close) = [("<p>", "</p>"), ("", " \n"), ("<div>", "</div>"), ("<td>", "</td>"), ("<br>", "\t")][*around];
            body.push_str(&format!("{open}{source}{close}"));
        }
        let text = Text::read(&body, Markup::Html);
        let mut at = 0;
        for (word, ..) in &words {
            let start = at + text.plain()[at..].find(|letter: char| !letter.is_whitespace()).unwrap_or(0);
            at = start + word.len();
            prop_assert_eq!(text.plain().get(start..at), Some(word.as_str()));
            let raw = text.raw_span(Span::new(start as u32, at as u32)).of(&body);
            prop_assert_eq!(&text_of(raw), word);
        }
    }
}

#[test]
fn handles_at_the_start_are_no_words() {
    let words = |body: &'static str| {
        let text = Text::read(body, Markup::Plain);
        text.tokens().spans().map(|span| span.of(body)).collect::<Vec<_>>()
    };
    assert_eq!(words("@ana @shop_7: Sorry, @ana"), ["Sorry", "ana"]);
    assert_eq!(words(" @Zoë, hi"), ["hi"]);
    assert_eq!(words("@ana"), [""; 0]);
    assert_eq!(words("@ noon we call"), ["noon", "we", "call"]);
    assert_eq!(words("@home.example is down"), ["home", "example", "is", "down"]);
}
