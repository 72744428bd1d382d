//! What Atelier writes to people.

use crate::Mail;
use crate::render::Parts;

/// Every mail that there is. Names and devices are as people and programs call themselves: they stay text.
#[derive(Clone, Copy)]
pub enum Letter<'a> {
    /// After a sign-up; `link` verifies the address.
    Welcome { name: &'a str, link: &'a str },
    /// `link` verifies the address.
    Verify { name: &'a str, link: &'a str },
    /// `link` sets a new password.
    Reset { link: &'a str },
    /// `link` accepts.
    Invite { organisation: &'a str, by: &'a str, link: &'a str },
    /// Somebody signed in where they never did before; `link` leads to the devices.
    NewDevice { name: &'a str, device: &'a str, at: &'a str, link: &'a str },
    /// Six digits instead of a password.
    SignInCode { code: &'a str },
}

impl Letter<'_> {
    pub fn to(self, address: &str) -> Mail {
        match self {
            Self::Welcome { name, link } => welcome(name, link).to(address),
            Self::Verify { name, link } => verify(name, link).to(address),
            Self::Reset { link } => reset(link).to(address),
            Self::Invite { organisation, by, link } => invite(organisation, by, link).to(address),
            Self::NewDevice { name, device, at, link } => new_device(name, (device, at), link).to(address),
            Self::SignInCode { code } => sign_in_code(code).to(address),
        }
    }
}

fn welcome<'a>(name: &str, link: &'a str) -> Parts<'a> {
    Parts {
        subject: "Welcome to Atelier".into(),
        greeting: hello(name),
        paragraphs: vec![
            "good that you are here: describe an interface, and watch it come alive.".into(),
            "Please confirm that this address is yours. The link is good for three days.".into(),
        ],
        link: Some(("Verify this address", link)),
        code: None,
        footer: "If you did not open this account, do nothing.",
    }
}

fn verify<'a>(name: &str, link: &'a str) -> Parts<'a> {
    Parts {
        subject: "Verify your e-mail address".into(),
        greeting: hello(name),
        paragraphs: vec!["Please confirm that this address is yours. The link is good for three days.".into()],
        link: Some(("Verify this address", link)),
        code: None,
        footer: "If you have no account at Atelier, somebody mistyped theirs: do nothing.",
    }
}

fn reset(link: &str) -> Parts<'_> {
    Parts {
        subject: "A new password for Atelier".into(),
        greeting: hello(""),
        paragraphs: vec![
            "somebody, probably you, asked for a new password. The link works once, within 30 minutes, and signs you \
             out everywhere."
                .into(),
        ],
        link: Some(("Choose a new password", link)),
        code: None,
        footer: "If it was not you, do nothing: your password stays as it is.",
    }
}

fn invite<'a>(organisation: &str, by: &str, link: &'a str) -> Parts<'a> {
    Parts {
        subject: format!("{} invites you to {}", one_line(by), one_line(organisation)).into(),
        greeting: hello(""),
        paragraphs: vec![
            format!("{by} invites you to work together in {organisation} on Atelier.").into(),
            "The link works once, within seven days.".into(),
        ],
        link: Some(("Accept the invitation", link)),
        code: None,
        footer: "If you do not know them, do nothing.",
    }
}

fn new_device<'a>(name: &str, (device, at): (&str, &str), link: &'a str) -> Parts<'a> {
    let seen = format!("at {at} somebody signed in to your account from a device that was not seen before: {device}");
    Parts {
        subject: "A new device signed in to your account".into(),
        greeting: hello(name),
        paragraphs: vec![
            seen.into(),
            "If it was you, all is well. If not, end that device and change your password.".into(),
        ],
        link: Some(("See your devices", link)),
        code: None,
        footer: "You get this mail because the account has your address.",
    }
}

fn sign_in_code(code: &str) -> Parts<'_> {
    Parts {
        subject: "Your sign-in code".into(),
        greeting: hello(""),
        paragraphs: vec![
            "this code signs you in to Atelier. It is good for ten minutes. Nobody of us will ever ask you for it."
                .into(),
        ],
        link: None,
        code: Some(code),
        footer: "If you did not ask for it, do nothing.",
    }
}

fn hello(name: &str) -> String {
    if name.trim().is_empty() { "Hello,".to_owned() } else { format!("Hello {},", one_line(name)) }
}

/// A subject is one line; a name that has more would end it.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(120).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "https://atelier.example/verify#abc&x=1";

    fn all() -> [Mail; 6] {
        let to = "ada@example.org";
        [
            Letter::Welcome { name: "Ada", link: LINK }.to(to),
            Letter::Verify { name: "Ada", link: LINK }.to(to),
            Letter::Reset { link: LINK }.to(to),
            Letter::Invite { organisation: "Engines", by: "Charles", link: LINK }.to(to),
            Letter::NewDevice { name: "Ada", device: "Firefox", at: "noon", link: LINK }.to(to),
            Letter::SignInCode { code: "123456" }.to(to),
        ]
    }

    #[test]
    fn every_letter_says_the_same_in_text_and_html() {
        for mail in all() {
            assert!(mail.to == "ada@example.org" && !mail.subject.contains('\n'));
            let essence = if mail.text.contains("123456") { "123456" } else { LINK };
            assert!(mail.text.contains(essence), "{}", mail.text);
            assert!(mail.html.contains(&essence.replace('&', "&amp;")), "{}", mail.html);
        }
    }

    #[test]
    fn a_name_is_text_and_adds_no_header() {
        let name = "<script>alert(1)</script>\r\nBcc: eve@example.org";
        let mail = Letter::Invite { organisation: "X", by: name, link: LINK }.to("ada@example.org");
        assert!(!mail.html.contains("<script>"));
        assert!(!mail.subject.contains(['\r', '\n']));
    }
}
