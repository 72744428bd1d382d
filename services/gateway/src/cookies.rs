//! The session's cookies. Scripts never see a token; they read the `csrf` cookie only.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use rpc::auth::v1::SignedIn;

use crate::origin::PublicOrigin;

/// Readable by our pages, who send it back in `X-CSRF-Token`.
pub const CSRF: &str = "csrf";

/// Names and attributes of the cookies.
///
/// Browsers refuse `__Host-` and `Secure` cookies over plain http, so on a plain-http loopback URL, which nobody
/// can listen on, the cookies have neither.
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    access: &'static str,
    refresh: &'static str,
    flow: &'static str,
    ticket: &'static str,
    secure: bool,
}

impl Cookies {
    pub const fn new(origin: &PublicOrigin) -> Self {
        if origin.is_https() {
            Self {
                access: "__Host-atelier_access",
                refresh: "__Host-atelier_refresh",
                flow: "__Host-atelier_flow",
                ticket: "__Host-atelier_ticket",
                secure: true,
            }
        } else {
            Self {
                access: "atelier_access",
                refresh: "atelier_refresh",
                flow: "atelier_flow",
                ticket: "atelier_ticket",
                secure: false,
            }
        }
    }

    pub fn access<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        read(headers, self.access)
    }

    pub fn refresh<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        read(headers, self.refresh)
    }

    /// The browser's half of a sign-in by a provider.
    pub fn flow<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        read(headers, self.flow)
    }

    /// What a browser that came back from a provider shows with its second factor.
    pub fn mfa_ticket<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        read(headers, self.ticket)
    }

    /// It leaves for a provider; 0 seconds: it is back.
    pub fn leaving(&self, flow: &str, seconds: u32) -> HeaderMap {
        self.set(self.flow, flow, seconds, true).into_iter().collect()
    }

    /// Between two steps of a sign-in; 0 seconds: it is over.
    pub fn ticket(&self, ticket: &str, seconds: u32) -> HeaderMap {
        self.set(self.ticket, ticket, seconds, true).into_iter().collect()
    }

    /// Whether the browser says whose it is, with either token.
    pub fn any(&self, headers: &HeaderMap) -> bool {
        self.access(headers).is_some() || self.refresh(headers).is_some()
    }

    /// New tokens, and a new anti-CSRF token with them.
    pub fn signed_in(&self, signed_in: &SignedIn) -> HeaderMap {
        let term = signed_in.refresh_expires_in;
        let csrf = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 24]>());
        [
            self.set(self.access, &signed_in.access_token, signed_in.expires_in, true),
            self.set(self.refresh, &signed_in.refresh_token, term, true),
            self.set(CSRF, &csrf, term, false),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Takes all of them back.
    pub fn signed_out(&self) -> HeaderMap {
        let gone = |name, hidden| self.set(name, "", 0, hidden);
        [gone(self.access, true), gone(self.refresh, true), gone(CSRF, false)].into_iter().flatten().collect()
    }

    fn set(&self, name: &str, value: &str, seconds: u32, hidden: bool) -> Option<(http::HeaderName, HeaderValue)> {
        let hidden = if hidden { "; HttpOnly" } else { "" };
        let secure = if self.secure { "; Secure" } else { "" };
        let cookie = format!("{name}={value}; Path=/; Max-Age={seconds}; SameSite=Lax{hidden}{secure}");
        HeaderValue::from_str(&cookie).ok().map(|value| (SET_COOKIE, value))
    }
}

/// The first cookie of this name.
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(';'));
    let mut named = pairs.filter_map(|pair| pair.trim().split_once('=')).filter(|(key, _)| *key == name);
    named.next().map(|(_, value)| value.trim_matches('"')).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    fn cookies(public_url: &str) -> Cookies {
        let config = Config { public_url: Some(public_url.parse().unwrap()), ..Config::default() };
        Cookies::new(&PublicOrigin::new(&config).unwrap())
    }

    fn set(headers: &HeaderMap) -> Vec<&str> {
        headers.get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap()).collect()
    }

    fn tokens() -> SignedIn {
        SignedIn {
            access_token: "atl_a_1".into(),
            refresh_token: "atl_r_1".into(),
            expires_in: 900,
            refresh_expires_in: 604_800,
            ..SignedIn::default()
        }
    }

    #[test]
    fn over_https_cookies_are_bound_to_the_host_and_hidden_from_scripts() {
        let headers = cookies("https://atelier.example.com").signed_in(&tokens());
        let lines = set(&headers);
        assert_eq!(lines[0], "__Host-atelier_access=atl_a_1; Path=/; Max-Age=900; SameSite=Lax; HttpOnly; Secure");
        assert!(lines[1].starts_with("__Host-atelier_refresh=atl_r_1; ") && lines[1].contains("HttpOnly; Secure"));
        assert!(lines[2].starts_with("csrf=") && !lines[2].contains("HttpOnly") && lines[2].ends_with("Secure"));
    }

    #[test]
    fn on_plain_loopback_they_have_names_that_browsers_accept_there() {
        let headers = cookies("http://127.0.0.1:8080").signed_in(&tokens());
        assert_eq!(set(&headers)[0], "atelier_access=atl_a_1; Path=/; Max-Age=900; SameSite=Lax; HttpOnly");
        assert!(!set(&headers).iter().any(|line| line.contains("Secure") || line.contains("__Host-")));
    }

    #[test]
    fn every_sign_in_has_another_csrf_token_and_signing_out_takes_all_back() {
        let cookies = cookies("http://127.0.0.1:8080");
        assert_ne!(set(&cookies.signed_in(&tokens()))[2], set(&cookies.signed_in(&tokens()))[2]);
        let gone = cookies.signed_out();
        assert_eq!(set(&gone).len(), 3);
        assert!(set(&gone).iter().all(|line| line.contains("Max-Age=0")));
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let headers = HeaderMap::from_iter([(COOKIE, "a=1; atelier_access=tok ;csrf=\"x\"; empty=".parse().unwrap())]);
        assert_eq!(read(&headers, "atelier_access"), Some("tok"));
        assert_eq!(read(&headers, "csrf"), Some("x"));
        assert_eq!(read(&headers, "empty"), None);
        assert_eq!(read(&headers, "access"), None);
    }
}
