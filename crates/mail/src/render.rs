//! A mail from its parts: the same words as plain text and as simple HTML.

use std::borrow::Cow;

use crate::Mail;

/// What a mail is made of.
pub struct Parts<'a> {
    pub subject: Cow<'a, str>,
    pub greeting: String,
    pub paragraphs: Vec<Cow<'a, str>>,
    /// A button, and its address in full for those who see no HTML.
    pub link: Option<(&'a str, &'a str)>,
    /// To be read off and typed in.
    pub code: Option<&'a str>,
    pub footer: &'a str,
}

impl Parts<'_> {
    pub fn to(&self, to: &str) -> Mail {
        Mail { to: to.to_owned(), subject: self.subject.clone().into_owned(), text: self.text(), html: self.html() }
    }

    fn text(&self) -> String {
        let mut blocks = vec![self.greeting.clone()];
        blocks.extend(self.paragraphs.iter().map(ToString::to_string));
        blocks.extend(self.code.map(|code| format!("    {code}")));
        blocks.extend(self.link.map(|(label, address)| format!("{label}:\n{address}")));
        blocks.push(format!("-- \n{}", self.footer));
        blocks.join("\n\n") + "\n"
    }

    fn html(&self) -> String {
        let mut body = format!("<p>{}</p>", escaped(&self.greeting));
        self.paragraphs.iter().for_each(|paragraph| body.push_str(&format!("<p>{}</p>", escaped(paragraph))));
        if let Some(code) = self.code {
            body.push_str(&format!(
                "<p style=\"font:600 28px ui-monospace,monospace;letter-spacing:6px\">{}</p>",
                escaped(code)
            ));
        }
        if let Some((label, address)) = self.link {
            let (label, address) = (escaped(label), escaped(address));
            body.push_str(&format!(
                "<p><a href=\"{address}\" style=\"display:inline-block;padding:10px 18px;border-radius:8px;\
                 background:#18181b;color:#fff;text-decoration:none\">{label}</a></p>\
                 <p style=\"font-size:12px;color:#71717a\">Or copy this address: {address}</p>"
            ));
        }
        format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{}</title></head>\
             <body style=\"font:15px/1.6 system-ui,sans-serif;color:#18181b;max-width:34rem;margin:2rem auto;padding:0 1rem\">\
             {body}<p style=\"font-size:12px;color:#71717a;border-top:1px solid #e4e4e7;padding-top:12px\">{}</p></body></html>",
            escaped(&self.subject),
            escaped(self.footer)
        )
    }
}

/// Text that stays text.
fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
        out
    })
}
