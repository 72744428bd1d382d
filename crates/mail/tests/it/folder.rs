use std::os::unix::fs::PermissionsExt;

use mail::{Config, Letter, Mailer};

#[tokio::test]
async fn a_mail_is_a_file_that_only_its_owner_reads() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = folder.path().join("outbox");
    let mailer = Mailer::new(Config { outbox: outbox.clone(), ..Config::default() }).unwrap();

    mailer.send(&Letter::SignInCode { code: "123456" }.to("ada@example.org")).await.unwrap();
    mailer.send(&Letter::SignInCode { code: "654321" }.to("ada@example.org")).await.unwrap();

    let mails = mailer.outbox().unwrap().list(10).await.unwrap();
    assert_eq!(mails.len(), 2);
    assert!(mails[0].text.contains("654321") && mails[0].to == "ada@example.org", "the newest first");
    for entry in std::fs::read_dir(&outbox).unwrap() {
        let mode = entry.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert_eq!(std::fs::metadata(&outbox).unwrap().permissions().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn an_outbox_that_nobody_wrote_to_is_empty() {
    let folder = tempfile::tempdir().unwrap();
    let mailer = Mailer::new(Config { outbox: folder.path().join("none"), ..Config::default() }).unwrap();
    assert!(mailer.outbox().unwrap().list(10).await.unwrap().is_empty());
}
