//! A Kafka that asks who somebody is and refuses what was not granted: SASL_SSL, and `infra/kafka/acls.yaml`.
//!
//! Everybody has credentials of their own, and grants are made with what `atelier topics acls` prints.

mod fort;
mod house;
mod visitor;

use std::collections::BTreeMap;

use bus::acls::{Operation, principals};
use bus::{Topics, declared};
use futures::future::join_all;
use rdkafka::error::RDKafkaErrorCode;
use testkit::eventually;
use tokio::sync::OnceCell;

use crate::RUNTIME;
use fort::{Fort, fort};
use house::House;
use visitor::Visitor;

/// What somebody was let do with a topic when they tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Let {
    read: bool,
    write: bool,
}

const NOTHING: Let = Let { read: false, write: false };

/// What became of every pair: by principal and topic, without prefix.
type Pairs = BTreeMap<(&'static str, &'static str), Let>;

/// Everybody tries everything, once for all tests here.
async fn pairs(fort: &Fort) -> &'static Pairs {
    static PAIRS: OnceCell<Pairs> = OnceCell::const_new();
    let try_all = || async {
        let _turn = fort.turn().await;
        let before = fort.refusals().len();
        let tried = join_all(principals().iter().map(|principal| tried(fort, &principal.name))).await;
        assert!(fort.refusals().len() > before, "the broker writes down what it refuses");
        tried.into_iter().flatten().collect()
    };
    PAIRS.get_or_init(try_all).await
}

async fn tried(fort: &Fort, who: &'static str) -> Pairs {
    let visitor = Visitor::new(fort.kafka(who));
    let mut pairs = Pairs::new();
    for topic in declared() {
        let full = fort.topics().named(&topic.name);
        let write = visitor.writes(&full).await;
        pairs.insert((who, &topic.name), Let { read: visitor.reads(&full).await, write });
    }
    pairs
}

fn facts() -> Vec<String> {
    Topics::new("").of_aggregates().chain(["billing".to_owned()]).collect()
}

#[test]
fn every_role_may_do_with_every_topic_what_is_declared_and_nothing_else() {
    RUNTIME.block_on(async {
        let pairs = pairs(fort().await).await;
        assert_eq!(pairs.len(), principals().len() * declared().len());
        let mut wrong = Vec::new();
        for principal in principals() {
            for topic in declared() {
                let may = |operation| principal.may(operation, &topic.name);
                let declared = Let { read: may(Operation::Read), write: may(Operation::Write) };
                let was = pairs[&(principal.name.as_str(), topic.name.as_str())];
                if was != declared {
                    wrong.push(format!("{} on {}: {was:?}, but {declared:?} is declared", principal.name, topic.name));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    });
}

#[test]
fn the_edge_reads_what_browsers_watch_and_writes_nothing_but_who_asked() {
    RUNTIME.block_on(async {
        for ((_, topic), was) in pairs(fort().await).await.iter().filter(|((who, _), _)| *who == "edge") {
            let declared = Let { read: *topic == "session-stream", write: *topic == "access-log" };
            assert_eq!(*was, declared, "{topic}");
        }
    });
}

#[test]
fn a_worker_writes_pieces_of_answers_and_neither_work_nor_facts() {
    RUNTIME.block_on(async {
        let pairs = pairs(fort().await).await;
        let written = pairs.iter().filter(|((who, _), was)| *who == "generation" && was.write);
        let written: Vec<_> = written.map(|((_, topic), _)| *topic).collect();
        assert_eq!(written, ["generation-requests.dead-letter", "session-stream"]);
    });
}

#[test]
fn nobody_but_the_relay_writes_facts() {
    RUNTIME.block_on(async {
        let pairs = pairs(fort().await).await;
        for fact in facts() {
            let writers = pairs.iter().filter(|((_, topic), was)| *topic == fact && was.write);
            let writers: Vec<_> = writers.map(|((who, _), _)| *who).collect();
            let expected: &[&str] = if fact == "billing" { &[] } else { &["relay"] };
            assert_eq!(writers, expected, "{fact}");
        }
    });
}

#[test]
fn who_has_no_business_with_kafka_gets_nothing() {
    RUNTIME.block_on(async {
        let pairs = pairs(fort().await).await;
        for role in ["auth", "command", "registry"] {
            assert!(pairs.iter().filter(|((who, _), _)| *who == role).all(|(_, was)| *was == NOTHING), "{role}");
        }
    });
}

#[test]
fn nobody_joins_a_group_that_is_not_theirs() {
    RUNTIME.block_on(async {
        let fort = fort().await;
        let _turn = fort.turn().await;
        let groups = ["generation", "projector.sessions", "consumer.theirs", "reader", "session-stream-edge-live"];
        let mine = |who: &str, group: &str| match who {
            "generation" => group == "generation",
            "projector" | "consumer" => group.starts_with(who),
            _ => false,
        };
        let tries = principals().iter().flat_map(|principal| groups.map(|group| (principal, group)));
        let tries = tries.filter(|(principal, group)| !mine(&principal.name, group));
        join_all(tries.map(|(principal, group)| async move {
            let readable = declared().iter().find(|topic| principal.may(Operation::Read, &topic.name));
            let topic = fort.topics().named(readable.map_or("sessions", |topic| topic.name.as_str()));
            let refused = Visitor::new(fort.kafka(&principal.name)).joins(&fort.topics().named(group), &topic).await;
            assert_eq!(refused, RDKafkaErrorCode::GroupAuthorizationFailed, "{} in {group}", principal.name);
        }))
        .await;
    });
}

#[test]
fn a_stranger_a_wrong_password_and_who_speaks_in_the_clear_are_not_let_in() {
    RUNTIME.block_on(async {
        let fort = fort().await;
        let (mut wrong, mut unknown, mut clear) = (fort.kafka("relay"), fort.kafka("relay"), fort.kafka("relay"));
        wrong.properties.insert("sasl.password".to_owned(), "a guess".to_owned().into());
        unknown.properties.remove("ssl.ca.location");
        clear.properties.clear();
        let reasons = [fort.kafka("mallory"), wrong, clear, unknown].map(|it| Visitor::new(it).hears_why_not());
        let [stranger, wrong, clear, unknown] = join_all(reasons).await.try_into().unwrap();
        assert_eq!(stranger, RDKafkaErrorCode::Authentication);
        assert_eq!(wrong, RDKafkaErrorCode::Authentication);
        assert!(
            matches!(clear, RDKafkaErrorCode::BrokerTransportFailure | RDKafkaErrorCode::AllBrokersDown),
            "{clear}"
        );
        assert_eq!(unknown, RDKafkaErrorCode::SSL, "we do not speak to a broker that we cannot know");
    });
}

/// What the command line asks of Kafka, and words of its answer.
const OPERATORS: [(&[&str], &str); 5] = [
    (&["topics", "plan"], "every topic is as declared"),
    (&["projections", "list"], "audit_inspections live"),
    (&["projections", "rebuild", "users"], "no row differs"),
    (&["events", "show", "--skip-unreadable"], "GenerationCompleted"),
    (&["audit", "verify"], "the log is unbroken"),
];

/// Sign-up, project, prompt, answer, and reading it back; every role in a process with credentials of its own.
#[test]
fn a_prompt_is_answered_by_roles_that_may_only_do_what_they_were_granted() {
    RUNTIME.block_on(async {
        let fort = fort().await;
        let _turn = fort.turn().await;
        let before = fort.refusals();
        let house = House::start(fort).await;

        let alice = house.sign_up("alice").await;
        let session = alice.opens_a_session().await;
        let mut page = house.at_the_edge(&alice).watches(&session).await;
        let generation = alice.asks(&session, "A small pricing page").await;
        assert_eq!(page.sees_the_end(&generation).await.event, "generation.completed", "{}", house.logs());
        let answer = alice.reads_the_answer(&session, &generation).await;
        assert_eq!(answer["status"], "completed", "{answer}");
        house.streams_are_the_edge_s(&alice, &session).await;

        // Each topic began with a record that nobody can read: who works on it sets it aside, where that belongs.
        let aside = ["users", "tenants", "projects", "sessions", "inspections", "generation-requests"];
        let aside = aside.map(|topic| format!("{topic}.dead-letter"));
        for topic in aside.iter().map(String::as_str).chain(["access-log", "audit-roots"]) {
            let topic = fort.topics().named(topic);
            eventually(&format!("{topic} has more\n{}", house.logs()), || async {
                (fort.records(&topic).await > 1).then_some(())
            })
            .await;
        }
        for (work, words) in OPERATORS {
            let said = house.says(fort, work).await;
            assert!(said.contains(words), "{work:?}: {said}");
        }
        assert_eq!(fort.refusals(), before, "the brokers refused what a role needs");
    });
}
