//! Certificates: of the public port, and of processes among themselves.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use reqwest::{Certificate, Client};
use serde_json::json;
use testkit::{System, eventually};
use tokio::process::{Child, Command};

use crate::story;

/// Somebody who signs certificates.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    pub fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        // Of another name than what it signs: to OpenSSL those would have signed themselves.
        params.distinguished_name.push(DnType::CommonName, "an authority of tests");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// A certificate of this machine's loopback, its key and our own, as three files of that name.
    pub fn signs(&self, folder: &Path, name: &str) -> [PathBuf; 3] {
        let key = KeyPair::generate().unwrap();
        let names = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
        let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &self.issuer).unwrap();
        let files = ["pem", "key", "ca"].map(|kind| folder.join(format!("{name}.{kind}")));
        for (file, text) in files.iter().zip([certificate.pem(), key.serialize_pem(), self.pem.clone()]) {
            std::fs::write(file, text).unwrap();
        }
        files
    }

    /// Somebody who trusts this authority and no other, on a connection of their own.
    fn client(&self) -> Client {
        let root = Certificate::from_pem(self.pem.as_bytes()).unwrap();
        Client::builder().tls_certs_only([root]).timeout(Duration::from_secs(10)).build().unwrap()
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// What a process is told about TLS between processes.
fn internal([certificate, key, ca]: &[PathBuf; 3]) -> Vec<(&'static str, String)> {
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    vec![
        ("ATELIER_TLS_INTERNAL_CERTIFICATE", text(certificate)),
        ("ATELIER_TLS_INTERNAL_KEY", text(key)),
        ("ATELIER_TLS_INTERNAL_CA", text(ca)),
    ]
}

fn serves(system: &System, roles: &str, settings: &[(&str, String)]) -> Child {
    let mut command = system.atelier(&["serve", "--roles", roles]).unwrap();
    command.env("ATELIER_OPERATIONS_LISTEN", format!("127.0.0.1:{}", free_port()));
    command.env("ATELIER_TLS_RELOAD_EVERY", "100ms");
    let settings = settings.iter().map(|(name, value)| (name, value));
    command.envs(settings).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// The status of a sign-up: it needs gateway, auth and command.
async fn signs_up(client: &Client, port: u16) -> Option<u16> {
    let email = format!("tls-{}@example.org", uuid::Uuid::now_v7().simple());
    let body = json!({ "email": email, "password": "a quiet green lantern", "name": "T", "transport": "token" });
    let url = format!("https://127.0.0.1:{port}/api/v1/auth/sign-up");
    client.post(url).json(&body).send().await.ok().map(|answer| answer.status().as_u16())
}

#[test]
fn processes_know_each_other_by_their_certificates_and_let_nobody_else_in() {
    story(async |system: &System| {
        let folder = tempfile::tempdir().unwrap();
        let (ours, theirs, web) = (Authority::new(), Authority::new(), Authority::new());
        let own = internal(&ours.signs(folder.path(), "own"));
        let wrong = internal(&theirs.signs(folder.path(), "wrong"));
        let [certificate, key, _] = web.signs(folder.path(), "web");
        let (auth, command) = (free_port(), free_port());
        let listens = [
            ("ATELIER_AUTH_LISTEN", format!("127.0.0.1:{auth}")),
            ("ATELIER_RPC_COMMAND_LISTEN", format!("127.0.0.1:{command}")),
        ];
        let _house = serves(system, "auth,command", &[own.clone(), listens.to_vec()].concat());
        let gateway = |scheme: &str, identity: &[(&'static str, String)]| {
            let port = free_port();
            let settings = vec![
                ("ATELIER_GATEWAY_LISTEN", format!("127.0.0.1:{port}")),
                ("ATELIER_GATEWAY_PUBLIC_URL", format!("https://127.0.0.1:{port}")),
                ("ATELIER_TLS_CERTIFICATE", certificate.to_str().unwrap().to_owned()),
                ("ATELIER_TLS_KEY", key.to_str().unwrap().to_owned()),
                ("ATELIER_RPC_AUTH_URL", format!("{scheme}://127.0.0.1:{auth}")),
                ("ATELIER_RPC_COMMAND_URL", format!("{scheme}://127.0.0.1:{command}")),
            ];
            (serves(system, "gateway", &[settings, identity.to_vec()].concat()), port)
        };
        let client = web.client();
        let (_known, known) = gateway("https", &own);
        eventually("who is known is let in", || async { (signs_up(&client, known).await == Some(201)).then_some(()) })
            .await;

        // The house is up by now: whoever is refused is refused for what they show.
        for (what, (_process, port)) in [("wrong", gateway("https", &wrong)), ("none", gateway("http", &[]))] {
            let status = eventually("it answers", || async { signs_up(&client, port).await }).await;
            assert!([500, 503].contains(&status), "{what}: {status}");
        }
        assert_eq!(signs_up(&client, known).await, Some(201));
        let plain = Client::new().get(format!("http://127.0.0.1:{known}/api/v1/auth/providers")).send().await;
        assert!(plain.is_err(), "the port speaks TLS and nothing else");
    });
}

#[test]
fn a_new_certificate_is_used_without_a_restart_and_a_broken_one_is_not() {
    story(async |system: &System| {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (Authority::new(), Authority::new());
        let [certificate, key, _] = first.signs(folder.path(), "web");
        let port = free_port();
        let settings = [
            ("ATELIER_GATEWAY_LISTEN", format!("127.0.0.1:{port}")),
            ("ATELIER_GATEWAY_PUBLIC_URL", format!("https://127.0.0.1:{port}")),
            ("ATELIER_TLS_CERTIFICATE", certificate.to_str().unwrap().to_owned()),
            ("ATELIER_TLS_KEY", key.to_str().unwrap().to_owned()),
        ];
        let mut gateway = serves(system, "gateway", &settings);
        // A new client each time: a connection that is open stays as it is.
        let trusts = async |authority: &Authority| signs_up(&authority.client(), port).await == Some(201);
        eventually("it serves the first one", || async { trusts(&first).await.then_some(()) }).await;
        assert!(!trusts(&second).await);
        let open = first.client();
        assert_eq!(signs_up(&open, port).await, Some(201));

        std::fs::write(&certificate, "half a file").unwrap();
        std::fs::write(&key, "half a key").unwrap();
        // Looked at ten times a second: it has seen it when the next ones are served.
        for _ in 0..5 {
            assert!(trusts(&first).await, "what was there goes on");
        }
        second.signs(folder.path(), "web");
        eventually("it serves the second one", || async { trusts(&second).await.then_some(()) }).await;
        assert!(!trusts(&first).await);
        assert_eq!(signs_up(&open, port).await, Some(201), "who was there goes on");
        assert!(gateway.try_wait().unwrap().is_none(), "nobody started it again");
        gateway.kill().await.unwrap();
    });
}

/// Whether somebody who insists on this gets through, with a certificate of their own or without.
async fn shakes_hands(port: u16, identity: Option<&[PathBuf; 3]>, insists: &[&str]) -> bool {
    let mut command = Command::new("openssl");
    command.args(["s_client", "-connect", &format!("127.0.0.1:{port}")]).args(insists);
    if let Some([certificate, key, _]) = identity {
        command.arg("-cert").arg(certificate).arg("-key").arg(key);
    }
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output().await;
    output.expect("openssl is installed").status.success()
}

/// All that this machine's OpenSSL can offer below TLS 1.3, also what nobody should.
async fn ciphers() -> Vec<String> {
    let output = Command::new("openssl").args(["ciphers", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"]).output().await.unwrap();
    let names = String::from_utf8(output.stdout).unwrap();
    names.trim().split(':').filter(|name| !name.starts_with("TLS_")).map(str::to_owned).collect()
}

/// What a port agrees to, of everything that can be offered.
async fn agrees_to(port: u16, identity: Option<&[PathBuf; 3]>) -> Vec<String> {
    let mut agreed = Vec::new();
    for version in ["-tls1", "-tls1_1"] {
        if shakes_hands(port, identity, &[version, "-cipher", "ALL:@SECLEVEL=0"]).await {
            agreed.push(version.to_owned());
        }
    }
    for cipher in ciphers().await {
        let only = format!("{cipher}:@SECLEVEL=0");
        if shakes_hands(port, identity, &["-tls1_2", "-cipher", &only]).await {
            agreed.push(cipher);
        }
    }
    agreed
}

#[test]
fn no_port_agrees_to_a_weak_protocol_or_cipher() {
    story(async |system: &System| {
        let offered = ciphers().await;
        assert!(
            ["AES128-SHA", "NULL-SHA256"].iter().all(|weak| offered.iter().any(|name| name == weak)),
            "{offered:?}"
        );
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::new();
        let own = authority.signs(folder.path(), "own");
        let (public, inside) = (free_port(), free_port());
        let settings = [
            ("ATELIER_GATEWAY_LISTEN", format!("127.0.0.1:{public}")),
            ("ATELIER_GATEWAY_PUBLIC_URL", format!("https://127.0.0.1:{public}")),
            ("ATELIER_TLS_CERTIFICATE", own[0].to_str().unwrap().to_owned()),
            ("ATELIER_TLS_KEY", own[1].to_str().unwrap().to_owned()),
        ];
        let _gateway = serves(system, "gateway", &settings);
        let listens = ("ATELIER_RPC_COMMAND_LISTEN", format!("127.0.0.1:{inside}"));
        let _command = serves(system, "command", &[internal(&own), vec![listens]].concat());
        for (port, identity) in [(public, None), (inside, Some(&own))] {
            eventually("it speaks TLS 1.3", || async {
                shakes_hands(port, identity, &["-tls1_3"]).await.then_some(())
            })
            .await;
            let agreed = agrees_to(port, identity).await;
            let strong = |name: &String| name.contains("ECDHE") && (name.contains("GCM") || name.contains("CHACHA20"));
            assert!(!agreed.is_empty() && agreed.iter().all(strong), "{agreed:?}");
        }
    });
}
