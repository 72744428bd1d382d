//! One full and, where something is nullable, one bare event of every type.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use domain::session::{
    AbandonReason, Answer, AttemptAbandoned, CancellationRequested, FilesImported, GenerationCancelled,
    GenerationCompleted, GenerationFailed, GenerationQueued, GenerationRequested, GenerationStarted, MessagePosted,
    Outcome, Prompt, SessionDeleted, SessionErased, SessionOpened, SessionRenamed, Title, TitleChange, VersionRestored,
};
use domain::{Cost, Event, FileChange, FileOp, Usage, inspection, project, session, user};
use events::{Contract, Envelope};
use serde_json::{Map, Value};

/// One event of the domain with what the store would hold of it.
pub struct Sample {
    pub aggregate: &'static str,
    pub event_type: &'static str,
    /// As in the store: personal parts replaced by bytes.
    pub sealed: Value,
    pub bare: bool,
    is_again: Box<dyn Fn(Value) -> bool>,
}

impl Sample {
    pub fn new<E: Event>(aggregate: &'static str, event: E, bare: bool) -> Self {
        Self {
            aggregate,
            event_type: event.event_type(),
            sealed: seal(event.payload()),
            bare,
            is_again: Box::new(move |payload| E::from_parts(event.event_type(), open(payload)).unwrap() == event),
        }
    }

    pub fn contract(&self) -> &'static Contract {
        events::latest(self.event_type).unwrap()
    }

    /// Whether a decoded payload is, opened, this event of the domain.
    pub fn is_again(&self, payload: Value) -> bool {
        (self.is_again)(payload)
    }
}

const PARTS: [(&str, &str, &str); 2] =
    [("private", "sealed", "key_id"), ("private_files", "sealed_files", "files_key_id")];

fn seal(payload: Value) -> Value {
    let Value::Object(mut fields) = payload else { panic!("a payload is an object") };
    for (clear, sealed, key) in PARTS {
        if let Some(part) = fields.remove(clear).filter(|part| !part.is_null()) {
            let bytes = [b"\x00\xff".as_slice(), part.to_string().as_bytes()].concat();
            fields.insert(sealed.to_owned(), STANDARD.encode(bytes).into());
            fields.insert(key.to_owned(), format!("key-of-{clear}").into());
        }
    }
    fields.into()
}

fn open(payload: Value) -> Value {
    let Value::Object(mut fields) = payload else { panic!("a payload is an object") };
    for (clear, sealed, key) in PARTS {
        if let Some(Value::String(text)) = fields.remove(sealed) {
            let bytes = STANDARD.decode(text).unwrap();
            fields.insert(clear.to_owned(), serde_json::from_slice(&bytes[2..]).unwrap());
            assert_eq!(fields.remove(key), Some(Value::from(format!("key-of-{clear}"))));
        }
    }
    fields.into()
}

pub fn envelope() -> Envelope {
    Envelope {
        event_id: id("evt", 1),
        tenant_id: id("ten", 2),
        aggregate_type: "session".to_owned(),
        aggregate_id: "ses_0199d3a0-0000-7000-8000-000000000003".to_owned(),
        sequence: 7,
        occurred_at: noon(),
        actor: "usr_0199d3a0-0000-7000-8000-000000000004".to_owned(),
        correlation_id: "req-1".to_owned(),
        causation_id: Some("evt_0199d3a0-0000-7000-8000-000000000000".to_owned()),
    }
}

pub fn noon() -> DateTime<Utc> {
    "2026-11-21T12:00:00.123456Z".parse().unwrap()
}

pub fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(prefix: &str, number: u32) -> T {
    format!("{prefix}_0199d3a0-0000-7000-8000-{number:012}").parse().unwrap()
}

pub fn all() -> Vec<Sample> {
    [users(), accounts(), super::tenants::all(), projects(), conversation(), generations(), files(), inspections()]
        .into_iter()
        .flatten()
        .collect()
}

fn both<E: Event>(aggregate: &'static str, full: E, bare: E) -> [Sample; 2] {
    [Sample::new(aggregate, full, false), Sample::new(aggregate, bare, true)]
}

fn users() -> Vec<Sample> {
    let registered = user::UserRegistered {
        user_id: id("usr", 4),
        home_tenant_id: id("ten", 2),
        private: Some(user::Profile { email: "ada@example.org".to_owned(), name: "Ada".to_owned() }),
    };
    let changed = user::ProfileChanged {
        user_id: id("usr", 4),
        private: Some(user::NameChange { old: "Ada".to_owned(), new: "Ada L.".to_owned() }),
    };
    let bare = (
        user::UserRegistered { private: None, ..registered.clone() },
        user::ProfileChanged { private: None, ..changed.clone() },
    );
    let erased = user::UserErased { user_id: id("usr", 4), transferred_to: Some(id("usr", 9)) };
    let gone = user::UserErased { transferred_to: None, ..erased.clone() };
    let of = |full: user::Event, bare: user::Event| both("user", full, bare);
    let pairs =
        [of(registered.into(), bare.0.into()), of(changed.into(), bare.1.into()), of(erased.into(), gone.into())];
    let (user_id, by) = (id("usr", 4), id("usr", 9));
    let tier = user::TierChanged { user_id, old: user::Tier::Free, tier: user::Tier::Premium, by };
    let role = user::RoleChanged { user_id, old: user::SystemRole::User, role: user::SystemRole::Administrator, by };
    let ended = user::SignInsEnded { user_id, by };
    let plain: [user::Event; 3] = [tier.into(), role.into(), ended.into()];
    let plain = plain.map(|event| Sample::new("user", event, false));
    pairs.into_iter().flatten().chain(plain).collect()
}

fn accounts() -> Vec<Sample> {
    let (user_id, device_id) = (id("usr", 4), "fam_0199d3a0-0000-7000-8000-000000000008".to_owned());
    let provider = "example".to_owned();
    let identity = user::Identity { subject: "248289761001".to_owned(), email: Some("ada@example.org".to_owned()) };
    let signed_in = user::SignedIn {
        user_id,
        device_id: device_id.clone(),
        method: "password".to_owned(),
        factor: Some(user::Factor::Totp),
        private: Some(user::Device { name: "A browser".to_owned() }),
    };
    let linked = user::IdentityLinked { user_id, provider: provider.clone(), private: Some(identity) };
    let bare = (
        user::SignedIn { factor: None, private: None, ..signed_in.clone() },
        user::IdentityLinked { private: None, ..linked.clone() },
    );
    let pairs = [
        both::<user::Event>("user", signed_in.into(), bare.0.into()),
        both::<user::Event>("user", linked.into(), bare.1.into()),
    ];
    let factor = user::Factor::Totp;
    let plain: [user::Event; 6] = [
        user::EmailVerified { user_id }.into(),
        user::PasswordChanged { user_id, how: user::HowChanged::Reset }.into(),
        user::FactorAdded { user_id, factor }.into(),
        user::FactorRemoved { user_id, factor }.into(),
        user::DeviceEnded { user_id, device_id, because: user::Ended::ByPerson }.into(),
        user::IdentityUnlinked { user_id, provider }.into(),
    ];
    let plain = plain.into_iter().map(|event| Sample::new::<user::Event>("user", event, false));
    pairs.into_iter().flatten().chain(plain).collect()
}

fn projects() -> Vec<Sample> {
    let label = project::Label { name: "Shop".to_owned(), description: Some("Ünïcode ✓".to_owned()) };
    let project_id = id("prj", 5);
    let created = project::ProjectCreated { project_id, owner: id("usr", 4), private: Some(label.clone()) };
    let renamed = project::ProjectRenamed {
        project_id,
        private: Some(project::LabelChange { old: project::Label::default(), new: label }),
    };
    let bare = (
        project::ProjectCreated { private: None, ..created.clone() },
        project::ProjectRenamed { private: None, ..renamed.clone() },
    );
    let transferred = project::ProjectTransferred {
        project_id,
        from: id("usr", 4),
        to: id("usr", 9),
        private: Some(project::Label { name: "Transferred project".to_owned(), description: None }),
    };
    let unnamed = project::ProjectTransferred { private: None, ..transferred.clone() };
    let of = |full: project::Event, bare: project::Event| both("project", full, bare);
    let erased = Sample::new::<project::Event>("project", project::ProjectErased { project_id }.into(), false);
    let deleted = Sample::new::<project::Event>("project", project::ProjectDeleted { project_id }.into(), false);
    let mut samples: Vec<_> =
        [of(created.into(), bare.0.into()), of(renamed.into(), bare.1.into())].into_iter().flatten().collect();
    samples.extend(of(transferred.into(), unnamed.into()));
    samples.extend([deleted, erased]);
    samples.extend(shared());
    samples
}

fn shared() -> Vec<Sample> {
    let (project_id, user_id, by) = (id("prj", 5), id("usr", 9), id("usr", 4));
    let (editor, viewer) = (domain::ProjectRole::Editor, domain::ProjectRole::Viewer);
    let more = project::ProjectShared { project_id, user_id, old: Some(viewer), role: editor, by };
    let first = project::ProjectShared { old: None, role: viewer, ..more.clone() };
    let over = project::ProjectUnshared { project_id, user_id, role: editor, by };
    vec![
        Sample::new::<project::Event>("project", more.into(), false),
        Sample::new::<project::Event>("project", first.into(), true),
        Sample::new::<project::Event>("project", over.into(), false),
    ]
}

fn full(event: impl Into<session::Event>) -> Sample {
    Sample::new::<session::Event>("session", event.into(), false)
}

fn bare(event: impl Into<session::Event>) -> Sample {
    Sample::new::<session::Event>("session", event.into(), true)
}

fn conversation() -> Vec<Sample> {
    let session_id = id("ses", 3);
    let opened = SessionOpened {
        session_id,
        project_id: id("prj", 5),
        owner: id("usr", 4),
        private: Some(Title { title: "A shop".to_owned() }),
    };
    let renamed =
        SessionRenamed { session_id, private: Some(TitleChange { old: "A shop".to_owned(), new: String::new() }) };
    let posted = MessagePosted {
        session_id,
        message_id: id("msg", 6),
        generation_id: id("gen", 7),
        author: id("usr", 4),
        base_version: 3,
        private: Some(Prompt { content: "A pricing page".to_owned() }),
    };
    vec![
        full(opened.clone()),
        bare(SessionOpened { private: None, ..opened }),
        full(renamed.clone()),
        bare(SessionRenamed { private: None, ..renamed }),
        full(SessionDeleted { session_id }),
        full(SessionErased { session_id, person: id("usr", 4), to: Some(id("usr", 9)) }),
        bare(SessionErased { session_id, person: id("usr", 4), to: None }),
        full(posted.clone()),
        bare(MessagePosted { private: None, ..posted }),
    ]
}

fn generations() -> Vec<Sample> {
    let (session_id, generation_id, message_id) = (id("ses", 3), id("gen", 7), id("msg", 6));
    let model = Some("qwen3-coder".to_owned());
    let queued = GenerationQueued { session_id, generation_id, message_id, model: model.clone(), place: 2 };
    let requested = GenerationRequested { session_id, generation_id, message_id, model };
    let abandoned = AttemptAbandoned {
        session_id,
        generation_id,
        attempt: 1,
        reason: AbandonReason::WorkerLost,
        usage: usage(Some(0)),
    };
    vec![
        full(queued.clone()),
        bare(GenerationQueued { model: None, ..queued }),
        full(requested.clone()),
        bare(GenerationRequested { model: None, ..requested }),
        full(GenerationStarted {
            session_id,
            generation_id,
            attempt: i32::MAX,
            worker_id: id("wrk", 8),
            model: "qwen3-coder".to_owned(),
            provider: "vllm".to_owned(),
        }),
        full(abandoned.clone()),
        bare(AttemptAbandoned { reason: AbandonReason::Released, usage: usage(None), ..abandoned }),
        full(CancellationRequested { session_id, generation_id, attempt: 1, by: id("usr", 4) }),
    ]
    .into_iter()
    .chain(endings())
    .collect()
}

fn endings() -> Vec<Sample> {
    let (session_id, generation_id) = (id("ses", 3), id("gen", 7));
    let completed = GenerationCompleted {
        session_id,
        generation_id,
        attempt: 1,
        number: Some(4),
        outcome: outcome(Some(12)),
        private: Some(answer()),
        private_files: Some(changes()),
    };
    let failed = GenerationFailed {
        session_id,
        generation_id,
        attempt: 2,
        code: "model_rate_limited".to_owned(),
        retryable: true,
        number: Some(4),
        outcome: Some(outcome(Some(12))),
        private: Some(answer()),
        private_files: Some(changes()),
    };
    let cancelled = GenerationCancelled {
        session_id,
        generation_id,
        attempt: 2,
        number: Some(4),
        outcome: Some(outcome(None)),
        private: Some(answer()),
        private_files: Some(changes()),
    };
    vec![
        full(completed.clone()),
        bare(GenerationCompleted {
            number: None,
            outcome: outcome(None),
            private: None,
            private_files: None,
            ..completed
        }),
        full(failed.clone()),
        bare(GenerationFailed { number: None, outcome: None, private: None, private_files: None, ..failed }),
        full(cancelled.clone()),
        bare(GenerationCancelled { number: None, outcome: None, private: None, private_files: None, ..cancelled }),
    ]
}

fn files() -> Vec<Sample> {
    let (session_id, by) = (id("ses", 3), id("usr", 4));
    let imported = FilesImported { session_id, by, base_version: 3, number: 4, private_files: Some(changes()) };
    vec![
        full(imported.clone()),
        bare(FilesImported { private_files: None, ..imported }),
        full(VersionRestored { session_id, by, old: 4, restored: 2, number: 5 }),
    ]
}

fn inspections() -> Vec<Sample> {
    let read = inspection::AuditRead {
        inspection_id: id("ins", 10),
        what: "events".to_owned(),
        format: "csv".to_owned(),
        actor: Some("usr_0199d3a0-0000-7000-8000-000000000004".to_owned()),
        event_type: Some("SessionRenamed".to_owned()),
        aggregate: Some("ses_0199d3a0-0000-7000-8000-000000000003".to_owned()),
        since: Some("2026-11-21T12:00:00Z".to_owned()),
        until: Some("2026-11-22T12:00:00Z".to_owned()),
        count: 250,
    };
    let all = inspection::AuditRead {
        actor: None,
        event_type: None,
        aggregate: None,
        since: None,
        until: None,
        ..read.clone()
    };
    let of = |full: inspection::Event, bare: inspection::Event| both("inspection", full, bare);
    let account = inspection::AccountsRead {
        inspection_id: id("ins", 10),
        user_id: Some(id("usr", 9)),
        searched: true,
        count: 1,
    };
    let accounts = inspection::AccountsRead { user_id: None, ..account.clone() };
    let mut samples = Vec::from(of(read.into(), all.into()));
    samples.extend(of(account.into(), accounts.into()));
    samples
}

fn usage(reasoning_tokens: Option<i64>) -> Usage {
    Usage { prompt_tokens: 1_000, completion_tokens: i64::from(u32::MAX) + 1, reasoning_tokens, total_tokens: 0 }
}

fn outcome(max_tokens: Option<i64>) -> Outcome {
    Outcome {
        model: "qwen3-coder".to_owned(),
        provider: "vllm".to_owned(),
        prompt_digest: "00".repeat(32),
        max_tokens,
        temperature: max_tokens.map(|_| "0.2".to_owned()),
        finish_reason: "stop".to_owned(),
        usage: usage(max_tokens),
        cost: Cost { amount: "0.0123".to_owned(), currency: "USD".to_owned(), price_list: "2026-11".to_owned() },
        pieces: 512,
    }
}

fn answer() -> Answer {
    Answer { explanation: "Here it is.".to_owned(), reasoning: String::new() }
}

fn changes() -> Vec<FileChange> {
    vec![FileChange {
        path: "src/App.tsx".to_owned(),
        op: FileOp::Create,
        content: Some("export default () => null".to_owned()),
        sha256: Some("11".repeat(32)),
        from: None,
    }]
}

/// The fields of an object, in alphabetical order.
pub fn names(fields: &Map<String, Value>) -> Vec<String> {
    let mut names: Vec<_> = fields.keys().cloned().collect();
    names.sort();
    names
}
