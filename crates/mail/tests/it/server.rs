use std::num::NonZeroU32;
use std::time::Duration;

use mail::{Config, Error, Letter, Mail, Mailer};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

/// Takes one conversation and gives back what it was sent. `recipient` is its answer to RCPT.
async fn takes_one(listener: &TcpListener, recipient: &str) -> String {
    let (socket, _) = listener.accept().await.unwrap();
    let (reader, mut writer) = socket.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 played.example ESMTP\r\n").await.unwrap();
    let (mut heard, mut in_data) = (String::new(), false);
    while let Ok(Some(line)) = lines.next_line().await {
        heard.push_str(&line);
        heard.push('\n');
        let answer = match line.split(' ').next().unwrap_or_default() {
            "." if in_data => {
                in_data = false;
                "250 taken"
            }
            _ if in_data => continue,
            "DATA" => {
                in_data = true;
                "354 go on"
            }
            "RCPT" => recipient,
            "QUIT" => "221 bye",
            _ => "250 fine",
        };
        writer.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
    }
    heard
}

fn mailer(address: std::net::SocketAddr) -> Mailer {
    let url = format!("smtp://{address}");
    let attempts = NonZeroU32::new(2).unwrap();
    let config = Config { url: Some(url.into()), attempts, pause: Duration::from_millis(50), ..Config::default() };
    Mailer::new(config).unwrap()
}

fn letter() -> Mail {
    Letter::Reset { link: "https://atelier.example/reset#abc" }.to("ada@example.org")
}

#[tokio::test]
async fn a_server_gets_the_mail_in_both_forms() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mailer = mailer(listener.local_addr().unwrap());
    let letter = letter();
    let send = async {
        let sent = mailer.send(&letter).await;
        drop(mailer);
        sent
    };
    let (heard, sent) = tokio::join!(takes_one(&listener, "250 fine"), send);
    sent.unwrap();
    assert!(heard.contains("RCPT TO:<ada@example.org>"), "{heard}");
    assert!(heard.contains("Subject: A new password for Atelier"), "{heard}");
    assert!(heard.contains("text/plain") && heard.contains("text/html"), "{heard}");
}

#[tokio::test]
async fn a_mailbox_that_does_not_exist_is_a_clear_no() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mailer = mailer(listener.local_addr().unwrap());
    let letter = letter();
    let (_, sent) = tokio::join!(takes_one(&listener, "550 no such mailbox <ada@example.org>"), mailer.send(&letter));
    let error = sent.unwrap_err();
    assert!(matches!(error, Error::Refused(_)), "{error}");
    assert!(!error.to_string().contains("ada@example.org"), "an address does not reach a log: {error}");
}

#[tokio::test]
async fn a_server_that_is_down_is_away_and_given_up_in_the_end() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let mailer = mailer(address);
    let error = mailer.send(&letter()).await.unwrap_err();
    assert!(matches!(error, Error::Away(_)), "{error}");
    assert_eq!((mailer.again_after(1), mailer.again_after(2)), (Some(Duration::from_millis(50)), None));
}

#[test]
fn a_url_that_is_none_is_refused_without_showing_it() {
    let config = Config { url: Some("ftp://a:hunter2@mail.example".into()), ..Config::default() };
    let Err(error) = Mailer::new(config) else { panic!("it was accepted") };
    assert!(error.to_string().contains("smtps://") && !error.to_string().contains("hunter2"));
}
