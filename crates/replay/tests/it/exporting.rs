//! Files that other tools read.

use std::fs::{self, File};
use std::path::Path;

use domain::SessionId;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use replay::{Choice, Entry, Export, Format};
use serde_json::Value;
use tempfile::TempDir;

use crate::topics::topics;

async fn some_events() -> Vec<Entry> {
    let mut written = topics().await;
    written.registers(written.alice).await;
    written.opens(written.session).await;
    for tokens in 1..=30 {
        written.completes(written.session, tokens, "0.000000000001").await;
        written.opens(SessionId::generate()).await;
    }
    written.read(&Choice::default()).await.unwrap()
}

fn export(folder: &TempDir, name: &str, format: Format, entries: &[Entry]) -> std::path::PathBuf {
    let target = folder.path().join(name);
    let mut export = Export::create(&target, format, false).unwrap();
    entries.iter().for_each(|entry| export.write(entry).unwrap());
    assert!(!target.exists(), "nothing is there before it is whole");
    export.finish().unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    target
}

#[tokio::test]
async fn json_lines_say_everything() {
    let (folder, entries) = (tempfile::tempdir().unwrap(), some_events().await);
    let text = fs::read_to_string(export(&folder, "e.jsonl", Format::Json, &entries)).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, entries.iter().map(Entry::to_json).collect::<Vec<_>>());
}

#[tokio::test]
async fn parquet_has_typed_columns_that_add_up() {
    let (folder, entries) = (tempfile::tempdir().unwrap(), some_events().await);
    let file = File::open(export(&folder, "e.parquet", Format::Parquet, &entries)).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    let (mut rows, mut tokens, mut cost) = (0, 0, 0);
    for row in reader.get_row_iter(None).unwrap() {
        rows += 1;
        for (name, field) in row.unwrap().get_column_iter() {
            match (name.as_str(), field) {
                ("completion_tokens", Field::Long(number)) => tokens += number,
                ("cost_amount", Field::Decimal(amount)) => cost += i32::from(*amount.data().last().unwrap()),
                ("occurred_at", field) => assert!(matches!(field, Field::TimestampMicros(_))),
                ("data", Field::Str(text)) => assert!(text.starts_with('{')),
                _ => {}
            }
        }
    }
    assert_eq!((rows, tokens, cost), (entries.len(), 465, 30));
}

#[tokio::test]
async fn avro_is_read_by_another_library() {
    let (folder, entries) = (tempfile::tempdir().unwrap(), some_events().await);
    let file = File::open(export(&folder, "e.avro", Format::Avro, &entries)).unwrap();
    let read = apache_avro::Reader::new(std::io::BufReader::new(file)).unwrap();
    let values: Vec<_> = read.map(Result::unwrap).collect();
    assert_eq!(values.len(), entries.len());
    let apache_avro::types::Value::Record(fields) = &values[0] else { panic!("no record") };
    assert_eq!(fields[0].0, "position");
}

#[tokio::test]
async fn a_file_that_is_there_stays() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("mine.parquet");
    fs::write(&target, "mine").unwrap();
    for format in [Format::Json, Format::Avro, Format::Parquet] {
        let error = Export::create(&target, format, false).err().unwrap().to_string();
        assert!(error.contains("is there already; --force"), "{error}");
        drop(Export::create(&target, format, true).unwrap());
        assert_eq!(fs::read_to_string(&target).unwrap(), "mine", "what was not finished replaces nothing");
    }
}

/// `/dev/full` is a disk that is always full.
#[tokio::test]
async fn a_full_disk_is_named_and_leaves_nothing() {
    let entries = some_events().await;
    for format in [Format::Json, Format::Avro, Format::Parquet] {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("events");
        let partial = folder.path().join(format!(".events.{}.partial", std::process::id()));
        std::os::unix::fs::symlink("/dev/full", &partial).unwrap();
        let error = written(&target, format, &entries).unwrap_err().to_string();
        assert!(error.contains("No space left on device"), "{format:?}: {error}");
        assert!(error.contains("nothing was left under that name"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{format:?}");
    }
}

fn written(target: &Path, format: Format, entries: &[Entry]) -> Result<(), replay::Error> {
    let mut export = Export::create(target, format, false)?;
    entries.iter().try_for_each(|entry| export.write(entry))?;
    export.finish()
}

#[tokio::test]
async fn an_amount_that_is_none_is_an_error_and_not_a_zero() {
    let mut written = topics().await;
    written.completes(written.session, 1, "0.0000000000001").await;
    let entries = written.read(&Choice::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    for format in [Format::Avro, Format::Parquet] {
        let mut export = Export::create(&folder.path().join("e"), format, false).unwrap();
        let error = export.write(&entries[0]).unwrap_err().to_string();
        assert!(error.contains("amount 0.0000000000001"), "{error}");
    }
}
