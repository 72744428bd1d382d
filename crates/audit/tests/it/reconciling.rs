use audit::reconcile::{Kind, Parts};
use audit::{Difference, Reconciled, reconcile};
use bus::{Message, Partition, Producer, Reader, Start};
use projector::Progress;
use runtime::Health;
use tokio_util::sync::CancellationToken;

use crate::Office;
use crate::office::acts_as;

impl Office {
    pub async fn projects(&self) {
        let shutdown = CancellationToken::new();
        let parts = projector::Parts {
            pool: acts_as(&self.url, "read"),
            bus: self.kafka.clone(),
            keys: self.keys.clone(),
            progress: Progress::default(),
            health: Health::default().role("projector"),
        };
        let projector = tokio::spawn(projector::serve(projector::Config::default(), parts, shutdown.clone()));
        self.becomes_true(
            "select (select coalesce(sum(version), 0) from read.sessions) = (select count(*) from store.events)",
        )
        .await;
        self.becomes_true("select (select count(*) from read.audit_sessions) = (select count(*) from store.events)")
            .await;
        let usage = "select (select sum(next_offset) from read.offsets where projection = 'usage')
                          = (select count(*) from store.events)";
        self.becomes_true(usage).await;
        shutdown.cancel();
        projector.await.unwrap().unwrap();
    }

    async fn with_everything() -> Self {
        let office = Self::with_a_log().await;
        office.projects().await;
        office
    }

    pub async fn reconciled(&self) -> Reconciled {
        let (owner, kafka, keys) = (self.owner.clone(), self.kafka.clone(), self.keys.clone());
        let parts = Parts { owner, kafka, keys, scratch: self.url.clone() };
        reconcile(&parts, &|_, _, _| {}).await.unwrap()
    }

    pub async fn only_difference(&self) -> Difference {
        let found = self.reconciled().await;
        assert_eq!(found.count, 1, "{:#?}", found.differences);
        found.differences.into_iter().next().unwrap()
    }

    /// Every record of the sessions, by partition and offset.
    async fn sessions(&self) -> Vec<bus::Record> {
        let topic = self.kafka.topics().sessions();
        let mut records = Vec::new();
        for number in 0..self.kafka.topics().partitions(&topic).unwrap() as i32 {
            let partition = Partition::new(topic.as_str(), number);
            let reader = Reader::new(&self.kafka).unwrap();
            let (low, high) = range(&reader, &partition).await;
            reader.add(&partition, Start::Beginning).await.unwrap();
            for _ in low..high {
                records.push(reader.next().await.unwrap());
            }
        }
        records
    }

    /// Topics that say what `change` makes of each record: what somebody with access to the broker's files does.
    async fn rewrites_the_topic(&mut self, change: impl Fn(Message) -> Option<Message>) {
        let records = self.sessions().await;
        self.kafka.prefix = format!("rewritten_{}", self.kafka.prefix);
        bus::admin::apply(&self.kafka).await.unwrap();
        let producer = Producer::new(&self.kafka).unwrap();
        for record in records {
            let (topic, key) = (self.kafka.topics().sessions(), record.key_text().to_owned());
            let Some(message) = change(Message { topic, key, payload: record.payload, headers: record.headers }) else {
                continue;
            };
            producer.send(message).await.unwrap().await.unwrap();
        }
    }
}

#[tokio::test]
async fn an_untouched_installation_is_the_same_everywhere() {
    let office = Office::with_everything().await;
    let found = office.reconciled().await;
    assert_eq!(found.differences, []);
    assert_eq!((found.events, found.count), (12, 0));
    let folded: Vec<_> =
        found.read_models.iter().map(|model| (model.projection, model.folded, model.rows > 0)).collect();
    let expected = [
        ("users", 0, false),
        ("tenants", 0, false),
        ("projects", 0, false),
        ("sessions", 12, true),
        ("usage", 12, true),
        ("audit_users", 0, false),
        ("audit_tenants", 0, false),
        ("audit_projects", 0, false),
        ("audit_sessions", 12, true),
        ("audit_inspections", 0, false),
    ];
    assert_eq!(folded, expected);
    let left = "select count(*) from pg_database where datname like 'atelier_reconcile%'";
    let _: i64 = sqlx::query_scalar(left).fetch_one(&office.owner).await.unwrap();
}

#[tokio::test]
async fn a_record_that_was_altered_is_named_with_its_offset() {
    let mut office = Office::with_a_log().await;
    let (event, key, _) = office.at(7).await;
    office
        .rewrites_the_topic(|mut message| {
            if message.headers.position() == Some(7) {
                let mut bytes = message.payload.to_vec();
                *bytes.last_mut().unwrap() ^= 1;
                message.payload = bytes.into();
            }
            Some(message)
        })
        .await;
    let difference = office.only_difference().await;
    let record = office.sessions().await.into_iter().find(|record| record.headers.position() == Some(7)).unwrap();
    assert_eq!(record.key_text(), key);
    assert_eq!((difference.kind, difference.position, difference.event_id), (Kind::Different, Some(7), Some(event)));
    assert_eq!(difference.place, format!("{} offset {}", record.partition, record.offset));
}

#[tokio::test]
async fn a_record_that_is_missing_and_one_that_nobody_wrote_are_named() {
    let mut office = Office::with_a_log().await;
    let (event, key, _) = office.at(5).await;
    office.rewrites_the_topic(|message| (message.headers.position() != Some(5)).then_some(message)).await;
    let difference = office.only_difference().await;
    assert_eq!((difference.kind, difference.position, difference.event_id), (Kind::Missing, Some(5), Some(event)));
    let partition = bus::partition_of(key.as_bytes(), 12);
    assert!(difference.place.ends_with(&format!("sessions[{partition}]")), "{}", difference.place);

    let smuggled = Message {
        topic: office.kafka.topics().sessions(),
        key: "ses_nobody".to_owned(),
        payload: "anything".into(),
        headers: bus::Headers::new().with("position", 3).with("event-id", "evt_nobody"),
    };
    let placed = Producer::new(&office.kafka).unwrap().send(smuggled).await.unwrap().await.unwrap();
    let found = office.reconciled().await;
    let place = format!("offset {}", placed.offset);
    assert!(
        found
            .differences
            .iter()
            .any(|it| it.kind == Kind::Different && it.position == Some(3) && it.place.ends_with(&place)),
        "{:#?}",
        found.differences
    );
}

#[tokio::test]
async fn a_repeat_of_the_relay_is_no_difference() {
    let office = Office::with_a_log().await;
    let record = office.sessions().await.into_iter().next().unwrap();
    let (topic, key) = (office.kafka.topics().sessions(), record.key_text().to_owned());
    let repeat = Message { topic, key, payload: record.payload, headers: record.headers };
    Producer::new(&office.kafka).unwrap().send(repeat).await.unwrap().await.unwrap();
    let found = office.reconciled().await;
    assert_eq!((found.count, found.repeats), (0, 1), "{:#?}", found.differences);
}

#[tokio::test]
async fn a_topic_that_was_truncated_is_named_with_what_is_gone() {
    let office = Office::with_everything().await;
    let first = office.sessions().await.into_iter().next().unwrap();
    office.truncates(&first.partition, 1).await;
    let found = office.reconciled().await;
    let kinds: Vec<_> = found.differences.iter().map(|it| (it.kind, it.position)).collect();
    assert_eq!(kinds, [(Kind::Truncated, None), (Kind::Missing, first.headers.position())], "{:#?}", found.differences);
    assert!(found.differences[0].place.contains("begins at offset 1"), "{}", found.differences[0].place);
}

#[tokio::test]
async fn a_row_that_was_edited_by_hand_is_named_without_what_it_says() {
    let office = Office::with_everything().await;
    let session: String =
        sqlx::query_scalar("select id from read.sessions limit 1").fetch_one(&office.owner).await.unwrap();
    office.tampers(&format!("update read.sessions set title = 'a private word' where id = '{session}'")).await;
    let difference = office.only_difference().await;
    assert_eq!(difference.kind, Kind::Different);
    assert_eq!(difference.place, format!("projection sessions, read.sessions row {session}"));
    assert!(difference.detail.ends_with(": title") && !difference.detail.contains("private"), "{}", difference.detail);
}

#[tokio::test]
async fn rows_that_were_deleted_or_made_by_hand_are_named() {
    let office = Office::with_everything().await;
    let message: String =
        sqlx::query_scalar("select id from read.messages order by id limit 1").fetch_one(&office.owner).await.unwrap();
    office.tampers(&format!("delete from read.messages where id = '{message}'")).await;
    office.tampers("insert into read.audit_sessions select 'evt_by_hand', tenant_id, 99, at, actor, event_type, aggregate_type, aggregate_id, version,
                           origin, correlation_id, old, new, old_personal, new_personal, files, erased from read.audit_sessions limit 1").await;
    let found = office.reconciled().await;
    let places: Vec<_> = found.differences.iter().map(|it| (it.kind, it.place.as_str())).collect();
    let deleted = format!("projection sessions, read.messages row {message}");
    let expected = [
        (Kind::Missing, deleted.as_str()),
        (Kind::Extra, "projection audit_sessions, read.audit_sessions row evt_by_hand"),
    ];
    assert_eq!(places, expected);
}

#[tokio::test]
async fn a_user_who_may_make_no_database_is_told_what_to_do() {
    let office = Office::open().await;
    let name = format!("reader_{}", uuid::Uuid::now_v7().simple());
    office.owner_does(&format!("create role {name} login password 'x'")).await;
    let mut url = url::Url::parse(&office.url).unwrap();
    url.set_username(&name).unwrap();
    url.set_password(Some("x")).unwrap();
    let parts = Parts {
        owner: office.owner.clone(),
        kafka: office.kafka.clone(),
        keys: office.keys.clone(),
        scratch: url.into(),
    };
    let refused = reconcile(&parts, &|_, _, _| {}).await.unwrap_err().to_string();
    assert!(refused.contains("--scratch-url"), "{refused}");
}

/// A partition that was just made has no leader for a moment.
async fn range(reader: &Reader, partition: &Partition) -> (i64, i64) {
    let asked = tokio::time::Instant::now();
    loop {
        match reader.range(partition).await {
            Ok(range) => return range,
            Err(error) => assert!(asked.elapsed().as_secs() < 60, "{error}"),
        }
    }
}
