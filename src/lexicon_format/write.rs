//! A parsed label file to its canonical text.

use super::comments::{before, behind};
use super::{FILE, FormatError, ONE_A_LINE, RULE, WHEN};
use toml_edit::{Array, ArrayOfTables, Decor, DocumentMut, Item, Table, TableLike, Value};

/// Lists that fit are one line; lists that do not are filled to this.
const WIDTH: usize = 120;

pub(super) fn document(document: &DocumentMut) -> Result<String, FormatError> {
    let mut out = String::new();
    let table = document.as_table();
    allowed(table, &[&FILE[..], &["when", "classes", "rule"]].concat())?;
    // The head comment belongs to the file, whichever field it happens to stand before.
    let first = table.iter().next().map(|(key, _)| key);
    let head = first.map(|first| before(key_space(table, first))).unwrap_or_default();
    comment_lines(&mut out, &head);
    for name in FILE {
        if let Some(value) = table.get(name).and_then(Item::as_value) {
            let space = if Some(name) == first { Vec::new() } else { before(key_space(table, name)) };
            field(&mut out, name, value, &space);
        }
    }
    if let Some(item) = table.get("when") {
        let head = if first == Some("when") { Vec::new() } else { before(key_space(table, "when")) };
        section(&mut out, "when", item, head, Some(&WHEN))?;
    }
    if let Some(item) = table.get("classes") {
        section(&mut out, "classes", item, Vec::new(), None)?;
    }
    match table.get("rule") {
        None => {}
        Some(Item::ArrayOfTables(rules)) => all_rules(&mut out, rules)?,
        Some(_) => return Err(FormatError::Unexpected("rule".into())),
    }
    let end = format!("{}\n", document.trailing().as_str().unwrap_or_default());
    let mut end = before(&end);
    while end.last().is_some_and(|line| line.is_empty()) {
        end.pop();
    }
    if !end.is_empty() {
        out.push('\n');
        comment_lines(&mut out, &end);
    }
    Ok(out)
}

fn allowed(table: &dyn TableLike, names: &[&str]) -> Result<(), FormatError> {
    match table.iter().map(|(key, _)| key).find(|key| !names.contains(key)) {
        Some(key) => Err(FormatError::Unexpected(key.to_owned())),
        None => Ok(()),
    }
}

/// The space before a key, with its comments.
fn key_space<'t>(table: &'t dyn TableLike, key: &str) -> &'t str {
    table.key(key).map_or("", |key| prefix(key.leaf_decor()))
}

fn prefix(decor: &Decor) -> &str {
    decor.prefix().and_then(|space| space.as_str()).unwrap_or_default()
}

fn suffix(decor: &Decor) -> &str {
    decor.suffix().and_then(|space| space.as_str()).unwrap_or_default()
}

fn comment_lines(out: &mut String, lines: &[&str]) {
    for line in lines {
        out.push_str(line);
        out.push('\n');
    }
}

fn end_line(out: &mut String, comment: Option<&str>) {
    if let Some(comment) = comment {
        out.push(' ');
        out.push_str(comment);
    }
    out.push('\n');
}

/// `[when]` or `[classes]`, however it was written.
fn section<'i>(
    out: &mut String,
    name: &str,
    item: &'i Item,
    mut head: Vec<&'i str>,
    order: Option<&[&str]>,
) -> Result<(), FormatError> {
    let table = item.as_table_like().ok_or_else(|| FormatError::Unexpected(name.to_owned()))?;
    let mut comment = None;
    match item {
        Item::Table(table) if !table.is_dotted() => {
            head.extend(before(prefix(table.decor())));
            comment = behind(suffix(table.decor()));
        }
        Item::Value(value) => comment = behind(suffix(value.decor())),
        _ => {}
    }
    out.push('\n');
    comment_lines(out, &head);
    out.push_str(&format!("[{name}]"));
    end_line(out, comment);
    let written: Vec<&str> = table.iter().map(|(key, _)| key).collect();
    if let Some(order) = order {
        allowed(table, order)?;
    }
    for (position, key) in order.unwrap_or(&written).iter().enumerate() {
        let Some(item) = table.get(key) else { continue };
        let value = item.as_value().ok_or_else(|| FormatError::Unexpected((*key).to_owned()))?;
        let space = key_space(table, key);
        let comments = before(space);
        // Classes come in groups: a blank line between them stays.
        if order.is_none() && position > 0 && space.starts_with(['\n', '\r']) {
            out.push('\n');
        }
        field(out, key, value, &comments);
    }
    Ok(())
}

fn all_rules(out: &mut String, rules: &ArrayOfTables) -> Result<(), FormatError> {
    for rule in rules {
        out.push('\n');
        comment_lines(out, &before(prefix(rule.decor())));
        out.push_str("[[rule]]");
        end_line(out, behind(suffix(rule.decor())));
        allowed(rule, &RULE)?;
        for name in RULE {
            match rule.get(name) {
                None => {}
                Some(item) if name == "when" => inline_when(out, rule, item)?,
                Some(item) => {
                    let value = item.as_value().ok_or_else(|| FormatError::Unexpected(name.to_owned()))?;
                    let comments: Vec<&str> =
                        before(key_space(rule, name)).into_iter().filter(|line| !line.is_empty()).collect();
                    field(out, name, value, &comments);
                }
            }
        }
    }
    Ok(())
}

/// `when = { … }`, however it was written.
fn inline_when(out: &mut String, rule: &Table, item: &Item) -> Result<(), FormatError> {
    let table = item.as_table_like().ok_or_else(|| FormatError::Unexpected("when".into()))?;
    allowed(table, &WHEN)?;
    let mut comments = before(key_space(rule, "when"));
    let mut comment = None;
    match item {
        Item::Table(table) => {
            comments.extend(before(prefix(table.decor())));
            comment = behind(suffix(table.decor()));
            comments.extend(table.iter().flat_map(|(key, _)| before(key_space(table, key))));
        }
        Item::Value(value) => comment = behind(suffix(value.decor())),
        _ => {}
    }
    comments.retain(|line| !line.is_empty());
    comment_lines(out, &comments);
    let parts: Vec<String> =
        WHEN.iter().filter_map(|name| Some(format!("{name} = {}", scalar(table.get(name)?.as_value()?)))).collect();
    out.push_str(&format!("when = {{ {} }}", parts.join(", ")));
    end_line(out, comment);
    Ok(())
}

fn field(out: &mut String, name: &str, value: &Value, comments: &[&str]) {
    comment_lines(out, comments);
    let comment = behind(suffix(value.decor()));
    match value {
        Value::Array(array) => list(out, name, array),
        value => out.push_str(&format!("{name} = {}", scalar(value))),
    }
    end_line(out, comment);
}

/// A value as it was written, without the space and the comments around it.
fn scalar(value: &Value) -> String {
    let mut bare = value.clone();
    bare.decor_mut().clear();
    bare.to_string()
}

/// An item of a list with its comments.
struct Element<'v> {
    before: Vec<&'v str>,
    text: String,
    behind: Option<&'v str>,
}

fn list(out: &mut String, name: &str, array: &Array) {
    let (elements, last) = elements(array);
    let commented = !last.is_empty() || elements.iter().any(|one| !one.before.is_empty() || one.behind.is_some());
    let one_line =
        format!("{name} = [{}]", elements.iter().map(|one| one.text.as_str()).collect::<Vec<_>>().join(", "));
    let one_each = ONE_A_LINE.contains(&name);
    if elements.is_empty() && !commented || !one_each && !commented && one_line.chars().count() <= WIDTH {
        out.push_str(&one_line);
        return;
    }
    out.push_str(&format!("{name} = ["));
    // Characters on the line so far; `None` where the next item begins one.
    let mut filled = None;
    for one in &elements {
        let width = one.text.chars().count() + 1;
        match filled {
            Some(length) if one.before.is_empty() && !one_each && length + 1 + width <= WIDTH => {
                out.push(' ');
                filled = Some(length + 1 + width);
            }
            _ => {
                out.push('\n');
                for comment in &one.before {
                    out.push_str(&format!("  {comment}\n"));
                }
                out.push_str("  ");
                filled = Some(2 + width);
            }
        }
        out.push_str(&one.text);
        out.push(',');
        if let Some(comment) = one.behind {
            out.push(' ');
            out.push_str(comment);
            filled = None;
        }
    }
    out.push('\n');
    for comment in last {
        out.push_str(&format!("  {comment}\n"));
    }
    out.push(']');
}

/// The items, and the comments after the last one.
fn elements(array: &Array) -> (Vec<Element<'_>>, Vec<&str>) {
    let mut elements: Vec<Element<'_>> = Vec::with_capacity(array.len());
    // Comments after the item before, up to its comma.
    let mut carried = Vec::new();
    for value in array {
        let mut own = carried;
        own.extend(attach(&mut elements, prefix(value.decor())));
        elements.push(Element { before: own, text: scalar(value), behind: None });
        carried = attach(&mut elements, suffix(value.decor()));
    }
    carried.extend(attach(&mut elements, array.trailing().as_str().unwrap_or_default()));
    (elements, carried)
}

/// Of the comments in `space` the one on the same line goes to the item before; gives the others.
fn attach<'v>(elements: &mut [Element<'v>], space: &'v str) -> Vec<&'v str> {
    let mut comments: Vec<&str> = space.lines().map(str::trim).filter(|line| line.starts_with('#')).collect();
    if let Some(same_line) = behind(space)
        && let Some(one) = elements.last_mut()
        && one.behind.is_none()
    {
        one.behind = Some(same_line);
        comments.remove(0);
    }
    comments
}
