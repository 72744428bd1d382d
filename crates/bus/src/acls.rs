//! Who may do what on the brokers, as declared in `infra/kafka/acls.yaml`.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::topics::declared;

/// Everybody who speaks to Kafka, and those roles that do not.
pub fn principals() -> &'static [Principal] {
    static PRINCIPALS: LazyLock<Vec<Principal>> = LazyLock::new(|| {
        let file: File = serde_yaml_ng::from_str(include_str!("../../../infra/kafka/acls.yaml"))
            .unwrap_or_else(|error| panic!("acls.yaml is part of this build, and a test reads it: {error}"));
        file.principals
    });
    &PRINCIPALS
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    principals: Vec<Principal>,
}

/// Somebody with credentials of their own: a role, or who works from outside.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Principal {
    /// Without prefix, for example `edge`.
    pub name: String,
    /// What it is there for.
    pub why: String,
    pub grants: Vec<Grant>,
}

/// What somebody may do with some topics and groups; by their names without prefix.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    pub may: Vec<Operation>,
    #[serde(default)]
    topics: Vec<String>,
    #[serde(default)]
    groups: Vec<String>,
    /// What it is needed for.
    pub why: String,
}

/// What one may do, by Kafka's own names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all(deserialize = "kebab-case"))]
pub enum Operation {
    Read,
    Write,
    Describe,
    Create,
    DescribeConfigs,
    AlterConfigs,
}

/// What is granted, by its full name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Resource {
    #[serde(rename = "resource")]
    pub kind: Kind,
    pub name: String,
    pub pattern: Pattern,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Topic,
    Group,
}

/// Whether a name is meant alone, or all that begin with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Pattern {
    Literal,
    Prefixed,
}

impl Principal {
    /// Whether it may do this with a topic, by its name without prefix. Describing is not asked for here: it
    /// comes with reading and writing.
    pub fn may(&self, operation: Operation, topic: &str) -> bool {
        let of = |grant: &Grant| grant.may.contains(&operation) && grant.topics().any(|name| name == topic);
        self.grants.iter().any(of)
    }
}

impl Grant {
    /// The topics and groups in one installation.
    pub fn resources(&self, prefix: &str) -> Vec<Resource> {
        let topic = |name: &str| Resource::of(Kind::Topic, format!("{prefix}{name}"));
        let group = |name: &String| Resource::of(Kind::Group, format!("{prefix}{name}"));
        self.topics().map(topic).chain(self.groups.iter().map(group)).collect()
    }

    fn topics(&self) -> impl Iterator<Item = &str> {
        let all = self.topics == ["*"];
        let every = declared().iter().filter(move |_| all).map(|topic| topic.name.as_str());
        self.topics.iter().filter(move |_| !all).map(String::as_str).chain(every)
    }
}

impl Resource {
    fn of(kind: Kind, name: String) -> Self {
        match name.strip_suffix('*') {
            Some(beginning) => Self { kind, name: beginning.to_owned(), pattern: Pattern::Prefixed },
            None => Self { kind, name, pattern: Pattern::Literal },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::Topics;

    fn who_may(operation: Operation, topic: &str) -> Vec<&'static str> {
        let able = principals().iter().filter(|principal| principal.may(operation, topic));
        able.map(|principal| principal.name.as_str()).collect()
    }

    #[test]
    fn every_grant_is_for_declared_topics_and_no_name_stands_twice() {
        let names: BTreeSet<_> = principals().iter().map(|principal| &principal.name).collect();
        assert_eq!(names.len(), principals().len());
        for grant in principals().iter().flat_map(|principal| &principal.grants) {
            let unknown = grant.topics().find(|name| declared().iter().all(|topic| topic.name != *name));
            assert_eq!(unknown, None, "{grant:?}");
            assert!(!grant.may.is_empty() && !grant.resources("").is_empty(), "{grant:?}");
            assert!(grant.resources("").iter().all(|resource| resource.kind == Kind::Group || resource.is_literal()));
        }
    }

    #[test]
    fn every_fact_has_one_writer_and_every_topic_but_billing_has_some() {
        for topic in Topics::new("").of_aggregates() {
            assert_eq!(who_may(Operation::Write, &topic), ["relay"], "{topic}");
        }
        let unwritten = declared().iter().filter(|topic| who_may(Operation::Write, &topic.name).is_empty());
        let unwritten: Vec<_> = unwritten.map(|topic| topic.name.as_str()).collect();
        assert_eq!(unwritten, ["billing", "billing.dead-letter"]);
    }

    #[test]
    fn a_name_with_a_star_is_a_beginning_and_one_star_is_all_topics() {
        let grant = |text: &str| serde_yaml_ng::from_str::<Grant>(text).unwrap();
        let groups = grant("{ may: [read], groups: [projector.*], why: x }").resources("t.");
        let prefixed = Resource { kind: Kind::Group, name: "t.projector.".to_owned(), pattern: Pattern::Prefixed };
        assert_eq!(groups, [prefixed]);
        assert_eq!(grant("{ may: [create], topics: ['*'], why: x }").resources("t.").len(), declared().len());
        assert!(serde_yaml_ng::from_str::<Grant>("{ may: [red], topics: ['*'], why: x }").is_err());
    }

    impl Resource {
        fn is_literal(&self) -> bool {
            self.pattern == Pattern::Literal
        }
    }
}
