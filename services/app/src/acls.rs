//! `atelier topics acls`: who may do what on the brokers, as Kafka's own tool takes it.

use std::fmt::Write as _;

use anyhow::{Context, bail};
use bus::acls::{Grant, Kind, Operation, Pattern, Principal, Resource, principals};
use clap::Args;
use serde::Serialize;

use crate::config::Config;

/// Prints who may do what on the brokers, as lines for Kafka's tool `kafka-acls`. Changes nothing itself.
///
/// The lines are a shell script. It asks for the brokers in $BROKERS, and for the settings of somebody who may grant in
/// the file admin.properties. Granting again changes nothing.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Acls {
    /// What principals are called; `{role}` stands for the name of the role.
    #[arg(long, default_value = "User:atelier-{role}")]
    principal: String,

    /// Only these; all of them if none is named.
    #[arg(long, value_delimiter = ',')]
    roles: Vec<String>,

    /// A JSON list of the grants.
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  atelier topics acls
  atelier topics acls | BROKERS=kafka:9093 sh -e                          grants it all, where kafka-acls is
  atelier topics acls --principal 'User:CN={role},O=Example'
  atelier topics acls --roles gateway,edge --principal User:atelier-front
                                            for a process that plays both roles
  atelier topics acls --json

infra/kafka/acls.yaml declares them; docs/operations.md says how brokers and processes are set up.";

/// Where a role's name stands in a principal.
const ROLE: &str = "{role}";

/// One grant as JSON has it.
#[derive(Serialize)]
struct Granted<'a> {
    principal: &'a str,
    operation: Operation,
    #[serde(flatten)]
    resource: Resource,
    why: &'a str,
}

impl Acls {
    /// Asks no broker.
    pub fn run(self, config: &Config) -> anyhow::Result<()> {
        let prefix = &config.kafka.prefix;
        let wanted = self.wanted()?;
        if self.json {
            let granted = wanted.iter().flat_map(|(name, principal)| granted(name, principal, prefix));
            println!("{}", serde_json::to_string_pretty(&granted.collect::<Vec<_>>())?);
        } else {
            wanted.iter().for_each(|(name, principal)| print!("{}", script(name, principal, prefix)));
        }
        Ok(())
    }

    /// Each with what it is called on the brokers.
    fn wanted(&self) -> anyhow::Result<Vec<(String, &'static Principal)>> {
        if self.roles.is_empty() && !self.principal.contains(ROLE) {
            bail!("--principal without {ROLE} would grant everything to one: name its --roles");
        }
        let all = principals().iter();
        let chosen: Vec<_> = match self.roles.as_slice() {
            [] => all.collect(),
            names => names.iter().map(|name| known(name)).collect::<Result<_, _>>()?,
        };
        Ok(chosen.into_iter().map(|it| (self.principal.replace(ROLE, &it.name), it)).collect())
    }
}

fn known(name: &str) -> anyhow::Result<&'static Principal> {
    principals().iter().find(|principal| principal.name == name).with_context(|| {
        let names: Vec<_> = principals().iter().map(|principal| principal.name.as_str()).collect();
        format!("there is no {name}; there are {}", names.join(", "))
    })
}

fn granted<'a>(name: &'a str, principal: &'a Principal, prefix: &str) -> impl Iterator<Item = Granted<'a>> {
    let of = move |grant: &'a Grant, resource: Resource| {
        let one = move |operation: &Operation| Granted {
            principal: name,
            operation: *operation,
            resource: resource.clone(),
            why: &grant.why,
        };
        grant.may.iter().map(one)
    };
    let all = principal.grants.iter().map(move |grant| (grant, grant.resources(prefix)));
    all.flat_map(move |(grant, resources)| resources.into_iter().flat_map(move |resource| of(grant, resource)))
}

/// One line for all that the same may be done with, because each line starts a JVM; or two, because Kafka's tool takes
/// names and beginnings of names apart.
fn script(name: &str, principal: &Principal, prefix: &str) -> String {
    let mut text = format!("# {}: {}\n", principal.name, principal.why);
    for (may, grants) in by_operations(principal) {
        grants.iter().for_each(|grant| text += &format!("# - {}\n", grant.why));
        for pattern in [Pattern::Literal, Pattern::Prefixed] {
            let mut resources: Vec<_> = grants.iter().flat_map(|grant| grant.resources(prefix)).collect();
            resources.retain(|resource| resource.pattern == pattern);
            if !resources.is_empty() {
                text += &line(name, may, &resources, pattern);
            }
        }
    }
    text + "\n"
}

/// In the order in which they are declared.
fn by_operations(principal: &Principal) -> Vec<(&[Operation], Vec<&Grant>)> {
    let mut groups: Vec<(&[Operation], Vec<&Grant>)> = Vec::new();
    for grant in &principal.grants {
        match groups.iter_mut().find(|(may, _)| *may == grant.may) {
            Some((_, grants)) => grants.push(grant),
            None => groups.push((&grant.may, vec![grant])),
        }
    }
    groups
}

fn line(name: &str, may: &[Operation], resources: &[Resource], pattern: Pattern) -> String {
    let mut line = "kafka-acls --bootstrap-server \"$BROKERS\" --command-config admin.properties --add".to_owned();
    let _ = write!(line, " --allow-principal {}", quoted(name));
    for operation in may {
        let _ = write!(line, " --operation {operation:?}");
    }
    for Resource { kind, name, .. } in resources {
        let flag = if *kind == Kind::Topic { "--topic" } else { "--group" };
        let _ = write!(line, " {flag} {}", quoted(name));
    }
    let pattern = if pattern == Pattern::Literal { "literal" } else { "prefixed" };
    line + " --resource-pattern-type " + pattern + "\n"
}

/// As one word of a shell.
fn quoted(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || ".-_:=/".contains(letter);
    if text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roles::Role;

    fn acls(principal: &str, roles: &[&str]) -> Acls {
        let roles = roles.iter().map(|&role| role.to_owned()).collect();
        Acls { principal: principal.to_owned(), roles, json: false }
    }

    #[test]
    fn every_role_is_declared() {
        assert!(Role::ALL.iter().all(|role| known(role.name()).is_ok()));
    }

    #[test]
    fn a_grant_is_a_line_for_kafkas_tool() {
        let edge = script("User:CN=it's the edge", known("edge").unwrap(), "atelier.");
        let grants = ["Read --topic atelier.session-stream", "Write --topic atelier.access-log"];
        let lines = grants.map(|grant| format!(r#"kafka-acls --bootstrap-server "$BROKERS" --command-config admin.properties --add --allow-principal 'User:CN=it'\''s the edge' --operation {grant} --resource-pattern-type literal"#));
        assert_eq!(edge.lines().filter(|line| line.contains("--topic")).collect::<Vec<_>>(), lines);
        let projector = script("User:p", known("projector").unwrap(), "t.");
        assert!(projector.contains(" --operation Read --group t.projector. --resource-pattern-type prefixed\n"));
        let relay = script("User:r", known("relay").unwrap(), "t.");
        assert_eq!(relay.lines().filter(|line| line.starts_with("kafka-acls")).count(), 1, "{relay}");
    }

    #[test]
    fn a_process_of_two_roles_gets_the_grants_of_both() {
        let wanted = acls("User:front", &["gateway", "edge"]).wanted().unwrap();
        assert_eq!(
            wanted.iter().map(|(name, it)| (&**name, &*it.name)).collect::<Vec<_>>(),
            [("User:front", "gateway"), ("User:front", "edge")]
        );
        assert!(acls("User:all", &[]).wanted().is_err());
        assert!(acls("User:{role}", &["egde"]).wanted().unwrap_err().to_string().contains("edge"));
    }

    #[test]
    fn as_json_every_operation_on_every_resource_stands_alone() {
        let all = granted("User:operator", known("operator").unwrap(), "t.");
        let all = serde_json::to_value(all.collect::<Vec<_>>()).unwrap();
        let first = serde_json::json!({
            "principal": "User:operator", "operation": "Create", "resource": "topic", "name": "t.users",
            "pattern": "literal", "why": "Topics plan and topics apply.",
        });
        assert_eq!(all[0], first);
    }
}
