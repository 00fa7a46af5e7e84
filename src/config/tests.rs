use super::*;

fn sources() -> Sources {
    Sources { folder: std::env::temp_dir().join("audit-gateway-no-such-folder"), ..Sources::default() }
}

fn with_file(text: &str) -> (tempfile::TempDir, Sources) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("audit-gateway.toml"), text).unwrap();
    let sources = Sources { folder: folder.path().to_owned(), ..Sources::default() };
    (folder, sources)
}

#[test]
fn starts_with_no_source_at_all() {
    let loaded = load(&sources()).unwrap();
    assert_eq!(loaded.config, Config::default());
    assert_eq!(loaded.config.listen.as_str(), "127.0.0.1:8080");
    assert_eq!(loaded.config.store().expose(), "sqlite://data/audit-gateway.sqlite");
    assert!(loaded.decided.is_empty());
}

#[test]
fn every_default_can_be_written_back() {
    let mut config = Config::default();
    for setting in SETTINGS {
        let text = setting.show(&config);
        if !text.is_empty() {
            (setting.set)(&mut config, &[text]).unwrap();
        }
    }
    assert_eq!(config, Config::default());
}

#[test]
fn the_environment_wins_over_the_file_and_flags_over_both() {
    let (_folder, mut sources) = with_file("pool-size = 1\npool-wait = '1s'\nlock-timeout = '1s'\n");
    sources.environment.insert("AUDIT_GATEWAY_POOL_SIZE".into(), "2".into());
    sources.environment.insert("AUDIT_GATEWAY_POOL_WAIT".into(), "2s".into());
    sources.flags.insert("pool-size", vec!["3".into()]);
    let Loaded { config, decided } = load(&sources).unwrap();
    assert_eq!((config.pool_size, config.pool_wait.as_secs(), config.lock_timeout.as_secs()), (3, 2, 1));
    assert_eq!(decided["pool-size"], Source::Flag("pool-size"));
    assert_eq!(decided["pool-wait"], Source::Environment("AUDIT_GATEWAY_POOL_WAIT".into()));
    assert!(matches!(decided["lock-timeout"], Source::File(_)));
}

#[test]
fn a_named_file_must_exist_and_an_unnamed_one_need_not() {
    let named = Sources { file: Some("/no/such/file.toml".into()), ..sources() };
    assert!(load(&named).unwrap_err().0.contains("/no/such/file.toml"));
    let mut by_variable = sources();
    by_variable.environment.insert("AUDIT_GATEWAY_CONFIG".into(), "/no/such/file.toml".into());
    assert!(load(&by_variable).is_err());
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest_one() {
    let (_folder, sources) = with_file("reqest-timeout = '1s'\n");
    assert!(load(&sources).unwrap_err().0.contains("did you mean `request-timeout`?"));
}

#[test]
fn a_refusal_names_the_source_and_never_the_value() {
    let (_folder, mut sources) = with_file("signing-secrets = ['short-but-secret']\n");
    let refusal = load(&sources).unwrap_err().0;
    assert!(refusal.contains("signing-secrets") && !refusal.contains("short-but-secret"), "{refusal}");
    sources.folder = "/nowhere".into();
    sources.environment.insert("AUDIT_GATEWAY_REQUEST_TIMEOUT".into(), "soon".into());
    let refusal = load(&sources).unwrap_err().0;
    assert_eq!(refusal, "AUDIT_GATEWAY_REQUEST_TIMEOUT must be a duration such as 500ms, 10s, 15m, 12h or 30d");
    let (_folder, broken) = with_file("pool-size = 1\nsigning-secrets = ['a secret that is long enough for this'\n");
    let refusal = load(&broken).unwrap_err().0;
    assert!(refusal.contains("line ") && !refusal.contains("long enough"), "{refusal}");
}

#[test]
fn secrets_are_masked_wherever_they_are_shown() {
    let (_folder, mut sources) = with_file("signing-secrets = ['MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=']\n");
    sources.environment.insert("DATABASE_URL".into(), "postgres://me:pa@ss@db/audit?password=word".into());
    let config = load(&sources).unwrap().config;
    let shown: String = SETTINGS.iter().map(|setting| setting.show(&config)).collect::<Vec<_>>().join("\n");
    for text in [shown, format!("{config:?}")] {
        assert!(
            !text.contains("MDEyMzQ1")
                && !text.contains("48, 49, 50")
                && !text.contains("ss@db")
                && !text.contains("word"),
            "{text}"
        );
    }
    assert_eq!(config.database_url.unwrap().to_string(), "postgres://me:***@db/audit?***");
}

#[test]
fn durations_and_sizes_read_as_people_write_them() {
    let duration = |text: &str| Duration::read(&[text.to_owned()]).map(|value| value.as_millis());
    assert_eq!(duration("500ms"), Ok(500));
    assert_eq!(duration("10"), Ok(10_000));
    assert_eq!(duration("15m"), Ok(900_000));
    assert_eq!(duration("30d"), Ok(2_592_000_000));
    for wrong in ["", "0s", "-1s", "1y", "1.5s", "99999999999999999999s", "18446744073709551615d"] {
        assert!(duration(wrong).is_err(), "{wrong}");
    }
    let size = |text: &str| Bytes::read(&[text.to_owned()]).map(|bytes| bytes.0);
    assert_eq!(size("1MiB"), Ok(1 << 20));
    assert_eq!(size("4096"), Ok(4_096));
    for wrong in ["", "0", "1MB", "8192MiB"] {
        assert!(size(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn the_table_has_a_row_for_every_setting() {
    let table = markdown_table();
    assert_eq!(table.lines().count(), SETTINGS.len() + 2);
    assert!(table.contains("| `request-timeout` | `AUDIT_GATEWAY_REQUEST_TIMEOUT` | `--request-timeout` | `10s` |"));
    assert!(SETTINGS.iter().all(|setting| !setting.meaning.trim().is_empty()));
}

#[test]
fn the_readme_shows_every_setting() {
    let table = markdown_table();
    assert!(include_str!("../../README.md").contains(&table), "the README's table should be:\n{table}");
}
