//! `atelier forget`: erases a person, or shows where they appear.

mod places;
mod show;

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Args;
use command::erasure::Receipt;
use domain::{TenantId, User, UserId};
use sqlx::PgPool;
use store::{Call, Store};

use crate::config::Config;
use crate::platform::{Platform, pool};
use crate::roles::Role;
use places::Places;

/// How long the projector is waited for; it forgets when it runs again.
const READ_MODELS: Duration = Duration::from_secs(30);

/// Erases a person: destroys their key, ends their sign-ins, and writes a receipt.
///
/// What they wrote can never be opened again, their e-mail address is free, their usage stays without a name.
/// It cannot be undone. A run that was cut off is finished by running it again; who is erased already gets the
/// receipt once more, and exit code 0.
#[derive(Args)]
#[command(after_help = "\
Examples:
  atelier forget alice@example.com --dry-run
  atelier forget usr_0199d3a0-0000-7000-8000-000000000000 --projects transfer:usr_0199d3a0-…
  atelier forget alice@example.com --projects delete --json > receipt.json")]
pub struct Forget {
    /// An id (usr_…) or an e-mail address.
    user: String,

    /// Changes nothing: lists every place where the person appears.
    #[arg(long)]
    dry_run: bool,

    /// What becomes of their projects: `delete`, or `transfer:<user>` to somebody of the same organisation.
    #[arg(long, default_value = "delete", value_parser = parse_projects)]
    projects: Projects,

    /// The list, or the receipt, as JSON.
    #[arg(long)]
    json: bool,
}

/// What becomes of the projects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Projects {
    Delete,
    Transfer(UserId),
}

fn parse_projects(text: &str) -> Result<Projects, String> {
    match text.split_once(':') {
        None if text == "delete" => Ok(Projects::Delete),
        Some(("transfer", user)) => user.parse().map(Projects::Transfer).map_err(|error| format!("{user}: {error}")),
        _ => Err("expected `delete` or `transfer:usr_…`".to_owned()),
    }
}

/// Whom it is about.
struct Person {
    user: UserId,
    tenant: TenantId,
    erased: bool,
}

impl Forget {
    pub async fn run(self, config: Config) -> anyhow::Result<()> {
        let owner = PgPool::connect(config.database_url()?).await.context("the database does not answer")?;
        let read = pool(&config, "read", 1)?;
        let platform = Platform::new(config.clone(), &[Role::Auth, Role::Command])?;
        let person = self.find(platform.store()?, &owner).await?;
        if self.dry_run {
            let traces = platform.eraser()?.traces(person.tenant, person.user).await?;
            let places = Places::of((&owner, &read), &config, person.user, traces).await?;
            return show::places(&person, &places, self.json);
        }
        let receipt = self.erase(&platform, &person).await?;
        // What they wrote is also in the copies of a rebuild, which nobody folds on.
        projector::rebuild::discard_all(&owner)
            .await
            .context("erased, but copies of read models are left: run again")?;
        show::receipt(&receipt, person.erased, self.json)?;
        self.wait_for_read_models(&read, person.user, &receipt).await
    }

    /// An id names somebody the store knows, an address somebody who has claimed it.
    async fn find(&self, store: &Store, owner: &PgPool) -> anyhow::Result<Person> {
        let found = match self.user.parse::<UserId>() {
            Ok(user) => places::tenant_of(owner, user).await?.map(|tenant| (tenant, user)),
            Err(_) if self.user.contains('@') => {
                let claimed = store.claimed("email", &domain::user::normalise_email(&self.user)).await?;
                claimed.and_then(|(tenant, id)| Some((tenant, id.parse().ok()?)))
            }
            Err(_) => bail!("{} is neither a user id (usr_…) nor an e-mail address", self.user),
        };
        let Some((tenant, user)) = found else {
            bail!("there is no user {}: nothing was changed (an erased person is found by id only)", self.user)
        };
        let state = store.load::<User>(tenant, &user.to_string()).await?.state;
        Ok(Person { user, tenant, erased: matches!(state, User::Erased { .. }) })
    }

    async fn erase(&self, platform: &Platform, person: &Person) -> anyhow::Result<Receipt> {
        let transfer_to = match self.projects {
            Projects::Delete => None,
            Projects::Transfer(heir) => Some(heir),
        };
        let eraser = platform.eraser()?;
        if !person.erased {
            eraser.decide(&by_operator(person), person.user, transfer_to).await?;
        }
        let quiet = self.json;
        let progress = move |step: &str| {
            if !quiet {
                eprintln!("  {step}");
            }
        };
        let finished = eraser.finish(person.user, &progress).await;
        finished.context("the erasure is decided and not finished; run this again, or let the command role finish it")
    }

    /// They are folded from the events by the projector, which may not be running.
    async fn wait_for_read_models(&self, read: &PgPool, user: UserId, receipt: &Receipt) -> anyhow::Result<()> {
        let begun = Instant::now();
        let erased_by: Vec<_> = receipt.events.iter().map(|event| event.event_id.clone()).collect();
        while places::left_in_read_models(read, user, &erased_by).await? > 0 {
            if begun.elapsed() > READ_MODELS {
                eprintln!("  the read models still show texts: they forget as soon as the projector runs");
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        if !self.json {
            eprintln!("  the read models have forgotten");
        }
        Ok(())
    }
}

fn by_operator(person: &Person) -> Call {
    command::call::by_service(person.tenant, "operator", &format!("forget {}", person.user))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn projects_are_deleted_or_transferred_to_a_user() {
        let heir = UserId::generate();
        assert_eq!(parse_projects("delete"), Ok(Projects::Delete));
        assert_eq!(parse_projects(&format!("transfer:{heir}")), Ok(Projects::Transfer(heir)));
        for wrong in ["", "transfer", "transfer:", "transfer:bob", "give:usr_1", "delete:x"] {
            assert!(parse_projects(wrong).is_err(), "{wrong}");
        }
    }
}
