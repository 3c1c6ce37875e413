//! Settings: what the layers come to, and how what is wrong in them is told.

use amends::promise::Office;
use amends::settings::{DEFAULT, FILE_IN_DATA, Flag, Layers, LogFormat, Settings};
use amends::webhook::Secret;
use insta::assert_snapshot;
use jiff::SignedDuration;
use std::io;
use std::path::{Path, PathBuf};

/// Reads settings where these files lie.
fn with(
    files: &[(&str, &str)],
    config: Option<&str>,
    environment: &[(&str, &str)],
    flags: &[(&'static str, &'static str, &str)],
) -> Result<Settings, String> {
    let environment: Vec<(String, String)> =
        environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let flags: Vec<Flag> =
        flags.iter().map(|&(name, key, value)| Flag { name, key, value: value.to_owned() }).collect();
    let read = |path: &Path| {
        let found = files.iter().find(|(name, _)| Path::new(name) == path);
        found.map(|(_, text)| (*text).to_owned()).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    };
    let layers = Layers { config: config.map(Path::new), environment: &environment, flags: &flags, read: &read };
    Settings::read(&layers).map_err(|errors| errors.to_string())
}

/// Reads a user's file.
fn file(text: &str) -> Result<Settings, String> {
    with(&[("my.toml", text)], Some("my.toml"), &[], &[])
}

fn wrong(text: &str) -> String {
    file(text).unwrap_err()
}

#[test]
fn what_is_built_in_is_good() {
    let settings = with(&[], None, &[], &[]).unwrap();
    assert_eq!(settings.data, PathBuf::from("amends-data"));
    assert_eq!(settings.server.address.to_string(), "127.0.0.1:8460");
    assert_eq!(settings.server.url(settings.server.address), "http://127.0.0.1:8460");
    assert_eq!(settings.server.body_limit, 8 << 20);
    assert_eq!(settings.office, Office::in_zone("UTC").unwrap());
    assert_eq!((settings.text_days, settings.session), (None, SignedDuration::from_hours(12)));
    assert!(settings.hooks.tools.is_empty() && settings.warnings.is_empty());
}

#[test]
fn every_key_that_is_commented_out_is_known() {
    let is_key = |line: &str| {
        let name = line.split([' ', '=']).next().unwrap_or_default();
        line.starts_with('[') || line.contains(" = ") && name.chars().all(|c| c.is_ascii_lowercase() || c == '_')
    };
    let uncommented = DEFAULT.lines().map(|line| match line.strip_prefix("# ") {
        Some(rest) if is_key(rest) => format!("{rest}\n"),
        _ => format!("{line}\n"),
    });
    let text: String = uncommented.collect();
    assert_ne!(text, DEFAULT);
    let settings =
        with(&[("my.toml", &text)], Some("my.toml"), &[("ZENDESK_WEBHOOK_SECRET", "a secret of some length")], &[])
            .unwrap();
    assert_eq!(settings.hooks.tools["zendesk"].secrets, [Secret::new("a secret of some length").unwrap()]);
    assert_eq!(settings.server.public_url.as_deref(), Some("https://quality.example.com"));
}

#[test]
fn a_later_layer_counts_over_an_earlier_one() {
    let text = "[server]\naddress = '127.0.0.1:1'\nworkers = 1\n[log]\nformat = 'json'\n";
    let environment =
        [("AMENDS_SERVER__ADDRESS", "127.0.0.1:2"), ("AMENDS_SERVER__WORKERS", "2"), ("AMENDS_LOG__LEVEL", "")];
    let flags = [("--address", "server.address", "127.0.0.1:3")];
    let settings = with(&[("my.toml", text)], Some("my.toml"), &environment, &flags).unwrap();
    assert_eq!(settings.server.address.port(), 3);
    assert_eq!(settings.server.workers, Some(2));
    assert_eq!(settings.log.format, LogFormat::Json);
    assert_eq!(settings.log.level, tracing::Level::INFO);
}

#[test]
fn a_file_in_the_data_folder_counts_where_none_is_named() {
    let of_folder = ("here/amends.toml", "server.workers = 3");
    assert_eq!(FILE_IN_DATA, "amends.toml");
    let workers = |settings: Result<Settings, String>| settings.unwrap().server.workers;
    assert_eq!(workers(with(&[of_folder], None, &[("AMENDS_DATA", "here")], &[])), Some(3));
    assert_eq!(workers(with(&[of_folder], None, &[("AMENDS_DATA", "there")], &[])), None);
    let other = ("other.toml", "data = 'here'");
    assert_eq!(workers(with(&[of_folder, other], None, &[("AMENDS_CONFIG", "other.toml")], &[])), None);
    let moving = ("amends-data/amends.toml", "\ndata = 'elsewhere'");
    assert_snapshot!(with(&[moving], None, &[], &[]).unwrap_err(), @"
    amends-data/amends.toml:2:1: data: a file in the data folder cannot say where that is; use a flag or AMENDS_DATA
      |
    2 | data = 'elsewhere'
      | ^
    1 error in the settings
    ");
}

#[test]
fn lists_in_variables_stand_between_commas() {
    let environment = [
        ("AMENDS_OFFICE__WORKING_DAYS", "sun, mon,tue"),
        ("AMENDS_OFFICE__HOLIDAYS", "2026-12-25,2026-12-26"),
        ("AMENDS_OFFICE__DATE_ORDER", "day-first"),
        ("AMENDS_HOOKS__FRONT__SECRETS", "env:AMENDS_FRONT_SECRET"),
        ("AMENDS_FRONT_SECRET", "of a variable, long enough"),
        ("HOME", "/root"),
    ];
    let settings = with(&[], None, &environment, &[]).unwrap();
    assert!(settings.office.works_on("2026-11-22".parse().unwrap()));
    assert!(!settings.office.works_on("2026-11-25".parse().unwrap()));
    assert!(settings.office.date_order().is_some() && settings.date_order.is_some());
    assert_eq!(settings.hooks.tools["front"].secrets, [Secret::new("of a variable, long enough").unwrap()]);
}

#[test]
fn secrets_come_from_elsewhere_and_are_never_shown() {
    let text = "hooks.zammad.secrets = ['file:key', 'written here, long enough']\n";
    let settings =
        with(&[("my.toml", text), ("key", "of the file, long enough\n")], Some("my.toml"), &[], &[]).unwrap();
    let secrets = ["of the file, long enough", "written here, long enough"].map(|text| Secret::new(text).unwrap());
    assert_eq!(settings.hooks.tools["zammad"].secrets, secrets);
    assert!(!format!("{settings:?}").contains("long enough"));
    assert_snapshot!(settings.warnings.join("\n"), @r#"hooks.zammad.secrets: item 2 is a secret in plain sight; "env:NAME" and "file:PATH" keep it elsewhere"#);
    assert_snapshot!(wrong("[hooks.zammad]\nsecrets = ['hush', 'env:NOWHERE', 'file:none']"), @"
    my.toml:2:1: hooks.zammad.secrets: item 1: what is written here is no secret of Zammad: it has fewer than 8 characters
    my.toml:2:1: hooks.zammad.secrets: item 2: the variable NOWHERE is not set
    my.toml:2:1: hooks.zammad.secrets: item 3: cannot read none: entity not found
    3 errors in the settings
    ");
    assert_snapshot!(wrong("[hooks.zammad]\nsecrets = 'hush'"), @r#"
    my.toml:2:1: hooks.zammad.secrets: expected a list such as ["…"], found a text
    1 error in the settings
    "#);
    assert_snapshot!(wrong("[hooks.zammad]\nsecrets = [\n  'hush\n]"), @"
    my.toml:3:8: invalid literal string, expected `'`
    1 error in the settings
    ");
    assert_snapshot!(wrong("[hooks.zammad]\ntoken = 'hush'\n"), @"
    my.toml:2:1: hooks.zammad.token: at least one secret is needed, or anybody could send
    my.toml:2:1: hooks.zammad.token: there is no such setting; `amends settings` shows all
    2 errors in the settings
    ");
    assert_snapshot!(wrong("[hooks.zammad]\nsecrets = []\n[hooks.fax]\nsecrets = ['hush']\n"), @"
    my.toml:2:1: hooks.zammad.secrets: at least one secret is needed, or anybody could send
    my.toml:4:1: hooks.fax.secrets: no tool called `fax` sends webhooks; allowed are chatwoot, freshdesk, front, gorgias, helpscout, hubspot, intercom, neutral, standard, zammad, zendesk
    2 errors in the settings
    ");
}

#[test]
fn unknown_keys_are_refused() {
    assert_snapshot!(wrong("[server]\nadress = '127.0.0.1:80'\n[office]\ntext_days = 3\n[empty]\n"), @"
    my.toml:2:1: server.adress: there is no such setting; did you mean server.address?
      |
    2 | adress = '127.0.0.1:80'
      | ^
    my.toml:4:1: office.text_days: there is no such setting; did you mean retention.text_days?
      |
    4 | text_days = 3
      | ^
    my.toml:5:2: empty: there is no such setting; `amends settings` shows all
      |
    5 | [empty]
      |  ^
    3 errors in the settings
    ");
    assert_snapshot!(wrong("server = 8460\n[log.level]\nhigh = true\n"), @"
    my.toml:1:1: server: expected a table, with server.address, server.body_limit, server.cors_origins, server.forwarded_by, server.import_limit, server.public_url, server.shutdown_seconds, server.tls.certificate, server.tls.key, server.trusted_proxies, server.workers
      |
    1 | server = 8460
      | ^
    my.toml:3:1: log.level.high: there is no such setting; `amends settings` shows all
      |
    3 | high = true
      | ^
    2 errors in the settings
    ");
    assert_snapshot!(with(&[], None, &[("AMENDS_SERVER_ADDRESS", "[::]:80")], &[]).unwrap_err(), @"
    AMENDS_SERVER_ADDRESS: server_address: there is no such setting; did you mean AMENDS_SERVER__ADDRESS?
    1 error in the settings
    ");
}

#[test]
fn impossible_values_are_refused_all_at_once() {
    let text = "\
[server]
address = 'localhost'
public_url = 'quality.example.com'
workers = 0
cors_origins = ['https://a.example', '*']
body_limit = '8 mebibytes'
tls.key = 'key.pem'

[log]
format = 'xml'

[office]
timezone = 'Mars/Olympus'
working_days = ['mon', 'tuesday']
hours = '9 to 5'
holidays = [2026-12-25, '25.12.2026']
date_order = 'year-first'

[reading]
alone = 'yes'
least_confidence = 60

[retention]
text_days = '30'
";
    assert_snapshot!(wrong(text), @r#"
    my.toml:2:1: server.address: expected an IP address and a port, such as 127.0.0.1:8460, 0.0.0.0:80 or [::]:8460, found `localhost`
      |
    2 | address = 'localhost'
      | ^
    my.toml:3:1: server.public_url: expected an address such as https://quality.example.com or https://example.com/quality, found `quality.example.com`
      |
    3 | public_url = 'quality.example.com'
      | ^
    my.toml:4:1: server.workers: expected a whole number from 1 to 1024, found 0
      |
    4 | workers = 0
      | ^
    my.toml:5:38: server.cors_origins: expected an origin such as https://desk.example.com, without a path and without *, found `*`
      |
    5 | cors_origins = ['https://a.example', '*']
      |                                      ^
    my.toml:6:1: server.body_limit: expected a size above 0, such as 1048576, "8 MB" or "8 MiB", found `8 mebibytes`
      |
    6 | body_limit = '8 mebibytes'
      | ^
    my.toml:7:5: server.tls.key: server.tls.certificate is needed with it
      |
    7 | tls.key = 'key.pem'
      |     ^
    my.toml:10:1: log.format: there is no `xml`; allowed are text, json
       |
    10 | format = 'xml'
       | ^
    my.toml:13:1: office.timezone: no time zone is called `Mars/Olympus`; names are those of the IANA database, such as Europe/Amsterdam
       |
    13 | timezone = 'Mars/Olympus'
       | ^
    my.toml:14:24: office.working_days: there are mon, tue, wed, thu, fri, sat, sun
       |
    14 | working_days = ['mon', 'tuesday']
       |                        ^
    my.toml:15:1: office.hours: expected two times such as 09:00-17:00
       |
    15 | hours = '9 to 5'
       | ^
    my.toml:16:25: office.holidays: expected a day such as 2026-12-25, found `25.12.2026`
       |
    16 | holidays = [2026-12-25, '25.12.2026']
       |                         ^
    my.toml:17:1: office.date_order: there is no `year-first`; allowed are day-first, month-first
       |
    17 | date_order = 'year-first'
       | ^
    my.toml:20:1: reading.alone: expected true or false, found a text
       |
    20 | alone = 'yes'
       | ^
    my.toml:21:1: reading.least_confidence: expected a number from 0 to 1, such as 0.6, found 60
       |
    21 | least_confidence = 60
       | ^
    my.toml:24:1: retention.text_days: expected a whole number from 1 to 36500, found a text
       |
    24 | text_days = '30'
       | ^
    15 errors in the settings
    "#);
    assert_snapshot!(wrong("office.working_days = []\n"), @"
    my.toml:1:8: office.working_days: an office needs at least one working day
      |
    1 | office.working_days = []
      |        ^
    1 error in the settings
    ");
    assert_snapshot!(wrong("office.hours = '17:00-09:00'\nreading.alone = true"), @"
    my.toml:1:8: office.hours: an office opens before it closes on the same day; 17:00:00 is not before 09:00:00
      |
    1 | office.hours = '17:00-09:00'
      |        ^
    my.toml:2:9: reading.alone: there are no rules to stand alone without reading.lexicons
      |
    2 | reading.alone = true
      |         ^
    2 errors in the settings
    ");
}

#[test]
fn variables_flags_and_files_that_are_missing_are_named() {
    let environment = [("AMENDS_LIMITS__LOGINS_PER_MINUTE", "many"), ("AMENDS_READING__LEAST_CONFIDENCE", "1.5")];
    let flags = [("--address", "server.address", "8460")];
    assert_snapshot!(with(&[], None, &environment, &flags).unwrap_err(), @"
    --address: server.address: expected an IP address and a port, such as 127.0.0.1:8460, 0.0.0.0:80 or [::]:8460, found `8460`
    AMENDS_READING__LEAST_CONFIDENCE: reading.least_confidence: expected a number from 0 to 1, such as 0.6, found 1.5
    AMENDS_LIMITS__LOGINS_PER_MINUTE: limits.logins_per_minute: expected a whole number from 1 to 10000, found `many`
    3 errors in the settings
    ");
    assert_snapshot!(with(&[], Some("none.toml"), &[], &[]).unwrap_err(), @"
    --config: cannot read none.toml: entity not found
    1 error in the settings
    ");
    assert_snapshot!(wrong("[server\naddress = 1"), @"
    my.toml:1:8: unclosed table, expected `]`
      |
    1 | [server
      |        ^
    1 error in the settings
    ");
}

#[test]
fn an_open_port_without_tls_is_warned_of() {
    let open = "server.address = '0.0.0.0:8460'\n";
    assert_snapshot!(file(open).unwrap().warnings.join("\n"), @"server.address: 0.0.0.0:8460 can be reached from other machines, and nothing is encrypted; put a proxy that speaks TLS before it and set server.public_url, or set server.tls");
    let behind_a_proxy = format!("{open}server.public_url = 'https://quality.example.com/'\n");
    let settings = file(&behind_a_proxy).unwrap();
    assert!(settings.warnings.is_empty());
    assert_eq!(settings.server.url(settings.server.address), "https://quality.example.com");
}
