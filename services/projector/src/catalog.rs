//! The projections there are: a new one is a line here.

use std::pin::Pin;

use domain::{inspection, project, session, tenant, user};
use projections::Projection;
use projections::audit::Audit;
use projections::projects::Projects;
use projections::sessions::Sessions;
use projections::tenants::Tenants;
use projections::usage::Usage;
use projections::users::Users;
use tokio_util::sync::CancellationToken;

use crate::home::Home;
use crate::readiness::Readiness;
use crate::rebuild::Tools;
use crate::rebuild::fill::{self, Filling};
use crate::{Config, Parts, run};

/// All of them.
pub(crate) const ALL: [Entry; 10] = [
    Entry::of::<Users>(),
    Entry::of::<Tenants>(),
    Entry::of::<Projects>(),
    Entry::of::<Sessions>(),
    Entry::of::<Usage>(),
    Entry::of::<Audit<user::Event>>(),
    Entry::of::<Audit<tenant::Event>>(),
    Entry::of::<Audit<project::Event>>(),
    Entry::of::<Audit<session::Event>>(),
    Entry::of::<Audit<inspection::Event>>(),
];

type NewFiller = fn(Config, &Tools, Home, Vec<i32>) -> anyhow::Result<Box<dyn Filling>>;
type Work<T> = Pin<Box<dyn Future<Output = anyhow::Result<T>> + Send>>;

/// One projection, whichever it is.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub name: &'static str,
    pub topic: &'static str,
    pub tables: &'static [&'static str],
    /// Follows its topic into the live tables.
    pub run: fn(Config, Parts, &Readiness, CancellationToken) -> Work<()>,
    /// Follows a share of its topic's partitions into a copy.
    pub filler: NewFiller,
}

impl Entry {
    const fn of<P: Projection>() -> Self {
        Self {
            name: P::NAME,
            topic: P::TOPIC,
            tables: P::TABLES,
            run: |config, parts, readiness, shutdown| {
                Box::pin(run::run::<P>(config, parts, readiness.of::<P>(), shutdown))
            },
            filler: fill::filler::<P>,
        }
    }
}
