//! A second gateway with an auth role of its own, beside the system and on the same data.

use testkit::{Person, Process, System, eventually};
use url::Url;

pub struct Annex {
    pub auth: Process,
    pub command: Process,
    _front: Process,
    url: Url,
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

const AHEAD: &str = "ATELIER_CLOCK_AHEAD";
const COMMAND: &str = "ATELIER_RPC_COMMAND_URL";

fn forgetful() -> Vec<(&'static str, String)> {
    vec![
        ("ATELIER_GATEWAY_IDENTITY_CACHE", "1ms".to_owned()),
        ("ATELIER_GATEWAY_IDENTITY_CACHE_SHARED", "0s".to_owned()),
    ]
}

impl Annex {
    /// `otherwise`: what the gateway is told.
    pub async fn beside(system: &System, otherwise: &[(&str, String)]) -> Self {
        Self::of(system, &[], otherwise).await
    }

    /// Who is asking is found out for each request.
    pub async fn that_remembers_nobody(system: &System) -> Self {
        Self::of(system, &[], &forgetful()).await
    }

    /// One whose auth role dies where that is planned.
    pub async fn whose_auth_dies_at(system: &System, place: &str) -> Self {
        Self::of(system, &[("ATELIER_CRASH_AT", format!("{place}:1"))], &[]).await
    }

    pub async fn whose_auth_is_ahead(system: &System, seconds: i64) -> Self {
        Self::of(system, &[(AHEAD, seconds.to_string())], &forgetful()).await
    }

    pub async fn whose_gateway_is_ahead(system: &System, seconds: i64) -> Self {
        let gateway = [forgetful(), vec![(AHEAD, seconds.to_string())]].concat();
        Self::of(system, &[], &gateway).await
    }

    /// One that can be killed without the rest.
    pub async fn with_a_command_role(system: &System) -> Self {
        let port = free_port();
        let listens = ("ATELIER_RPC_COMMAND_LISTEN", format!("127.0.0.1:{port}"));
        let auth = ("ATELIER_RPC_AUTH_URL", system.core.setting("ATELIER_RPC_AUTH_URL").to_owned());
        let mut command = system.beside("annex-command", "command", &[listens, auth]).await.unwrap();
        system.brings_up(&mut command).await.unwrap();
        let url = (COMMAND, format!("http://127.0.0.1:{port}"));
        let gateway = [forgetful(), vec![url.clone()]].concat();
        Self { command, ..Self::of(system, &[url], &gateway).await }
    }

    async fn of(system: &System, auth: &[(&str, String)], gateway: &[(&str, String)]) -> Self {
        let (port, public) = (free_port(), free_port());
        let listens = [("ATELIER_AUTH_LISTEN", format!("127.0.0.1:{port}"))];
        let mut auth = system.beside("annex-auth", "auth", &[&listens, auth].concat()).await.unwrap();
        let address = format!("http://127.0.0.1:{public}");
        let asks = [
            ("ATELIER_RPC_AUTH_URL", format!("http://127.0.0.1:{port}")),
            ("ATELIER_GATEWAY_LISTEN", format!("127.0.0.1:{public}")),
            ("ATELIER_GATEWAY_PUBLIC_URL", address.clone()),
        ];
        let front = system.beside("annex-front", "gateway,edge", &[&asks, gateway].concat()).await;
        let mut front = front.unwrap();
        system.brings_up(&mut auth).await.unwrap();
        system.brings_up(&mut front).await.unwrap();
        eventually("the second gateway listens", || async {
            system.client.get(format!("{address}/api/v1/auth/providers")).send().await.ok()
        })
        .await;
        let command = system.beside("annex-command", "command", &[]).await.unwrap();
        Self { auth, command, _front: front, url: address.parse().unwrap() }
    }

    /// Somebody who comes by this gateway.
    pub fn person(&self, person: &Person) -> Person {
        Person { url: self.url.clone(), ..person.clone() }
    }
}
