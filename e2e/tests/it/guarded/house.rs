//! Atelier on the guarded Kafka: a process for each role, with that role's credentials.

use reqwest::{Client, Method};
use serde_json::json;
use testkit::{Page, Person, Process, eventually};
use tokio::net::TcpListener;
use url::Url;

use super::fort::Fort;

/// Secrets of an installation that lives for one test run.
const SECRETS: [(&str, &str); 5] = [
    ("KEYS_KEK", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
    ("STORE_PEPPER", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVpbXF1eX2A="),
    ("AUTH_SEALING_KEY", "MTIzNDU2Nzg5Ojs8PT4/QEFCQ0RFRkdISUpLTE1OT1A="),
    ("AUDIT_SIGNING_KEY", "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXowMTIzNDU="),
    ("IDENTITY_INTERNAL_SECRET", "the internal secret of a test"),
];

/// Who plays what. The one that serves people comes last: the others are there when it is ready.
const PROCESSES: [&str; 8] = ["auth", "command", "relay", "generation", "projector", "registry", "edge", "gateway"];

pub struct House {
    shared: Shared,
    client: Client,
    processes: Vec<Process>,
}

impl House {
    /// Returns when all are ready.
    pub async fn start(fort: &Fort) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        fort.settled("operator", &["migrate"]).await;
        let shared = Shared::new(fort).await;
        let mut house = Self { shared, client: Client::new(), processes: Vec::new() };
        let mut ready = Vec::new();
        for who in PROCESSES {
            let port = free_port().await;
            let mut process = Process::new(
                who,
                &["serve", "--roles", who],
                house.shared.settings(fort, who, port),
                fort.folder.path(),
            );
            process.start().unwrap();
            house.processes.push(process);
            ready.push(format!("http://127.0.0.1:{port}/readyz"));
        }
        for url in ready {
            eventually(&format!("{url} is ready\n{}", house.logs()), || async {
                let response = house.client.get(&url).send().await.ok()?;
                response.status().is_success().then_some(())
            })
            .await;
        }
        house
    }

    pub async fn sign_up(&self, name: &str) -> Person {
        Person::sign_up(&self.shared.url, &self.client, name).await
    }

    /// The same person by the edge's door, as the ingress would send them.
    pub fn at_the_edge(&self, person: &Person) -> Person {
        Person { url: self.shared.edge.clone(), ..person.clone() }
    }

    /// One call for scripts works there too; the gateway says where streams are, and the edge has nothing else.
    pub async fn streams_are_the_edge_s(&self, person: &Person, session: &str) {
        let there = self.at_the_edge(person);
        let prompt = json!({ "prompt": "A sign-in form" });
        let response = there.request(Method::POST, "generate").json(&prompt).send().await.unwrap();
        let generation = response.headers()["atelier-generation-id"].to_str().unwrap().to_owned();
        assert_eq!(Page::new(response).sees_the_end(&generation).await.event, "generation.completed");
        there.get("projects").await.expect(404);

        for answer in [person.get(&format!("sessions/{session}/events")).await, person.post("generate", &prompt).await]
        {
            assert_eq!((answer.status.as_u16(), answer.code().as_str()), (503, "unavailable"));
            assert!(answer.text("detail").contains("edge"), "{}", answer.body);
        }
    }

    /// What the command line says to the operator.
    pub async fn says(&self, fort: &Fort, arguments: &[&str]) -> String {
        let operator = Process::new("operator", &[], self.shared.settings(fort, "operator", 0), fort.folder.path());
        let output = operator.runs(arguments).await.unwrap();
        [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat()
    }

    pub fn logs(&self) -> String {
        self.processes.iter().map(Process::log).collect()
    }
}

/// What every process is told.
struct Shared {
    url: Url,
    edge: Url,
    settings: Vec<(String, String)>,
}

impl Shared {
    async fn new(fort: &Fort) -> Self {
        let [public, edge, auth, command, registry] =
            [free_port().await, free_port().await, free_port().await, free_port().await, free_port().await];
        let url = format!("http://127.0.0.1:{public}");
        let told = [
            ("DATABASE_URL", fort.stack.postgres.to_string()),
            ("REDIS_URL", fort.stack.redis.to_string()),
            ("MAIL_OUTBOX", fort.folder.path().join("outbox").display().to_string()),
            ("GATEWAY_PUBLIC_URL", url.clone()),
            ("AUTH_LISTEN", format!("127.0.0.1:{auth}")),
            ("RPC_AUTH_URL", format!("http://127.0.0.1:{auth}")),
            ("RPC_COMMAND_LISTEN", format!("127.0.0.1:{command}")),
            ("RPC_COMMAND_URL", format!("http://127.0.0.1:{command}")),
            ("REGISTRY_LISTEN", format!("127.0.0.1:{registry}")),
            ("AUDIT_ROOT_EVERY", "200ms".to_owned()),
            ("LLM_DEMO_PACE", "0".to_owned()),
        ];
        let told = told.into_iter().chain(SECRETS.map(|(name, value)| (name, value.to_owned())));
        let settings = told.map(|(name, value)| (format!("ATELIER_{name}"), value)).collect();
        let edge = format!("http://127.0.0.1:{edge}");
        Self { url: url.parse().unwrap(), edge: edge.parse().unwrap(), settings }
    }

    fn settings(&self, fort: &Fort, who: &str, operations: u16) -> Vec<(String, String)> {
        let door = if who == "edge" { &self.edge } else { &self.url };
        let own = [
            ("ATELIER_GATEWAY_LISTEN".to_owned(), format!("127.0.0.1:{}", door.port().unwrap())),
            ("ATELIER_CONFIG".to_owned(), fort.settings(who).display().to_string()),
            ("ATELIER_OPERATIONS_LISTEN".to_owned(), format!("127.0.0.1:{operations}")),
        ];
        self.settings.iter().cloned().chain(own).collect()
    }
}

async fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}
