//! The words of the command as the report shows them: secrets and hidden names left out.

/// An export in thousands of files makes a long command; so many characters of it are shown.
const MOST: usize = 600;

/// The command made of `words`, the program's name first. Where agents' names are hidden, so are those
/// that were asked for.
pub(super) fn shown(words: impl Iterator<Item = String>, names_hidden: bool) -> String {
    let mut shown = "amends".to_owned();
    let mut hidden_next = false;
    for word in words.skip(1) {
        let word = if std::mem::take(&mut hidden_next) { "…".to_owned() } else { word };
        hidden_next = names_hidden && word == "--agent";
        let word = match word.split_once('=') {
            Some((option @ "--anonymise-agents", _)) => format!("{option}=…"),
            Some((option @ "--agent", _)) if names_hidden => format!("{option}=…"),
            _ => word,
        };
        shown.push(' ');
        shown.push_str(&quoted(&word));
        if shown.chars().count() > MOST {
            return shown.chars().take(MOST).chain(" …".chars()).collect();
        }
    }
    shown
}

/// As a shell reads it back.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./,:=+%@…".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    fn shown(command: &[&str], names_hidden: bool) -> String {
        super::shown(command.iter().map(|&word| word.to_owned()), names_hidden)
    }

    #[test]
    fn no_secret_is_shown() {
        assert_eq!(
            shown(
                &["/opt/amends", "audit", "a b.json", "--agent", "Dana", "--agent=Kim", "--anonymise-agents=s3"],
                true
            ),
            "amends audit 'a b.json' --agent … --agent=… --anonymise-agents=…"
        );
        assert_eq!(
            shown(&["amends", "audit", "it's", "--agent", "Dana"], false),
            r"amends audit 'it'\''s' --agent Dana"
        );
    }
}
