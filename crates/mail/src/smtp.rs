//! SMTP, with TLS as the URL says.

use lettre::message::{Mailbox, MultiPart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};

use crate::{Config, Error, Mail};

/// One mail server.
#[derive(Clone)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Smtp {
    pub fn new(url: &SecretString, config: &Config) -> Result<Self, Error> {
        // The cause would show the URL, and with it the password.
        let wrong = |_| Error::Misconfigured("url is not smtp://… or smtps://…".to_owned());
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret()).map_err(wrong)?;
        let transport = transport.timeout(Some(config.timeout)).build();
        let from = config.from.parse().map_err(|_| Error::Misconfigured("from is not an address".to_owned()))?;
        Ok(Self { transport, from })
    }

    pub async fn send(&self, mail: &Mail) -> Result<(), Error> {
        let message = self.message(mail)?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(Error::Refused(kind(&error))),
            Err(error) => Err(Error::Away(kind(&error))),
        }
    }

    fn message(&self, mail: &Mail) -> Result<Message, Error> {
        let to: Mailbox = mail.to.parse().map_err(|_| Error::Refused("the address cannot be written to".to_owned()))?;
        let body = MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone());
        let message = Message::builder().from(self.from.clone()).to(to).subject(&mail.subject).multipart(body);
        message.map_err(|error| Error::Refused(error.to_string()))
    }
}

/// The server's own words may repeat the address.
fn kind(error: &lettre::transport::smtp::Error) -> String {
    match error.status() {
        Some(code) => format!("it answered {code}"),
        None if error.is_timeout() => "it did not answer in time".to_owned(),
        None if error.is_tls() => "TLS failed".to_owned(),
        None => "no connection".to_owned(),
    }
}
