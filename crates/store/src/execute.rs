//! Load, decide, append; and again, if somebody was quicker.

use chrono::{DateTime, Utc};
use domain::{Aggregate, Rejection, TenantId};
use keys::Sealer;
use runtime::trace::{Kind, Step};
use serde_json::Value;
use tokio::time::sleep;

use crate::answers::Stored;
use crate::append::{Append, Failure};
use crate::era::Era;
use crate::load::{Basis, Loaded};
use crate::rows::Place;
use crate::{Call, Error, Store, claims, rows, snapshot};

/// What a command led to.
#[derive(Clone, Debug, PartialEq)]
pub struct Executed<A: Aggregate> {
    /// The sequence of the aggregate's last event; of a replay, what it was then.
    pub version: i64,
    /// The aggregate after the command; of a replay, as it is now.
    pub state: A,
    /// What happened: nothing, if the command changed nothing or is a replay.
    pub events: Vec<A::Event>,
    /// Their ids, in the same order.
    pub event_ids: Vec<String>,
    /// As stored, the same for each repeat.
    pub answer: Value,
    /// The same call was carried out before.
    pub replayed: bool,
    pub occurred_at: DateTime<Utc>,
}

impl Store {
    /// Carries a command out, once per idempotency key. `answer` makes what a repeat will hear: ids and
    /// versions, no secrets. It may run more than once.
    pub async fn execute<A>(
        &self,
        call: &Call,
        id: &str,
        command: A::Command,
        answer: impl Fn(&Executed<A>) -> Value + Send + Sync,
    ) -> Result<Executed<A>, Error>
    where
        A: Aggregate,
        A::Command: Clone,
    {
        let era = self.era().await?;
        if let Some(loaded) = self.hot.find::<A>(call.tenant, id, &era)
            && let Some(executed) = self.at_once(call, id, command.clone(), (&era, &loaded), &answer).await?
        {
            return Ok(executed);
        }
        let mut lost = 0;
        loop {
            let era = self.era().await?;
            let basis = self.basis::<A>(call.tenant, Some(call), id).await?;
            match self.attempt(call, id, command.clone(), (&era, basis), &answer).await {
                Ok(executed) => return Ok(executed),
                Err(Failure::Other(error)) => return Err(error),
                Err(Failure::Taken | Failure::Lost) if lost == self.config.races => return Err(Error::Conflict),
                Err(Failure::Taken | Failure::Lost) => lost += 1,
            }
            self.pause(lost).await;
        }
    }

    /// Carries out the first command of an aggregate whose id was made for this call: nothing need be read to know
    /// that nothing has happened to it. If something has, or this is a repeat, it is carried out as any other.
    pub async fn create<A>(
        &self,
        call: &Call,
        id: &str,
        command: A::Command,
        answer: impl Fn(&Executed<A>) -> Value + Send + Sync,
    ) -> Result<Executed<A>, Error>
    where
        A: Aggregate,
        A::Command: Clone,
    {
        let nothing = (&self.era().await?, &Loaded::default());
        match self.at_once(call, id, command.clone(), nothing, &answer).await? {
            Some(executed) => Ok(executed),
            None => self.execute(call, id, command, answer).await,
        }
    }

    /// Decides on what is remembered. `None`: only what is stored can tell.
    async fn at_once<A: Aggregate>(
        &self,
        call: &Call,
        id: &str,
        command: A::Command,
        (era, loaded): (&Era, &Loaded<A>),
        answer: &(impl Fn(&Executed<A>) -> Value + Send + Sync),
    ) -> Result<Option<Executed<A>>, Error> {
        let decided = require_version(call, loaded.version).and_then(|()| self.decide(loaded, command, answer));
        let Some(executed) = decided.ok().filter(|executed| !executed.events.is_empty()) else { return Ok(None) };
        match self.commit(call, id, (era, loaded.version), &executed).await {
            Ok(event_ids) => Ok(Some(Executed { event_ids, ..executed })),
            Err(Failure::Lost | Failure::Taken) => {
                self.hot.forget(id);
                Ok(None)
            }
            Err(Failure::Other(error)) => Err(error),
        }
    }

    async fn attempt<A: Aggregate>(
        &self,
        call: &Call,
        id: &str,
        command: A::Command,
        (era, basis): (&Era, Basis<A>),
        answer: &(impl Fn(&Executed<A>) -> Value + Send + Sync),
    ) -> Result<Executed<A>, Failure> {
        let Basis { loaded, stored } = basis;
        if let Some(stored) = self.repeated(call, stored).await? {
            return Ok(self.replay(loaded.state, stored));
        }
        require_version(call, loaded.version)?;
        let executed = self.decide(&loaded, command, answer)?;
        let event_ids = self.commit(call, id, (era, loaded.version), &executed).await?;
        Ok(Executed { event_ids, ..executed })
    }

    fn replay<A: Aggregate>(&self, state: A, stored: Stored) -> Executed<A> {
        let Stored { version, answer, .. } = stored;
        let (events, event_ids) = (Vec::new(), Vec::new());
        Executed { version, state, events, event_ids, answer, replayed: true, occurred_at: self.now() }
    }

    fn decide<A: Aggregate>(
        &self,
        loaded: &Loaded<A>,
        command: A::Command,
        answer: &impl Fn(&Executed<A>) -> Value,
    ) -> Result<Executed<A>, Error> {
        let occurred_at = self.now();
        let events = loaded.state.decide(command, occurred_at)?;
        let state = events.iter().fold(loaded.state.clone(), A::apply);
        let version = loaded.version + events.len() as i64;
        let (event_ids, answer_yet) = (Vec::new(), Value::Null);
        let executed = Executed { version, state, events, event_ids, answer: answer_yet, replayed: false, occurred_at };
        Ok(Executed { answer: answer(&executed), ..executed })
    }

    /// Appends what was decided on version `after`, in this era; the ids of the events.
    pub(crate) async fn commit<A: Aggregate>(
        &self,
        call: &Call,
        id: &str,
        (era, after): (&Era, i64),
        executed: &Executed<A>,
    ) -> Result<Vec<String>, Failure> {
        let step = Step::begin(Kind::Internal, format_args!("append {}", A::TYPE), call.traceparent.as_deref());
        let call = &*call.within(&step);
        let sealer = self.sealer(call.tenant, &executed.state).await?;
        refuse_the_erased(call, sealer.as_ref(), executed)?;
        let place = Place { call, aggregate_type: A::TYPE, aggregate_id: id, after, at: executed.occurred_at };
        let rows = rows::of(&place, sealer.as_ref(), &executed.events)?;
        let claims = claims::rows(&self.pepper, call.tenant, &executed.events);
        let answer = call.idempotency.as_ref().map(|_| executed.answer.clone());
        let snapshot = self.snapshot_if_due(sealer.as_ref(), id, after, executed)?;
        let releases = executed.events.iter().any(domain::Event::releases);
        let append = Append { place, era, rows, claims, releases, answer, snapshot };
        match self.append(&append).await {
            Ok(()) => {
                let loaded = Loaded { state: executed.state.clone(), version: append.version() };
                self.hot.keep(call.tenant, id, era.clone(), loaded);
                Ok(append.rows.into_iter().map(|row| row.event_id).collect())
            }
            Err(Failure::Taken) => Err(self.who_was_quicker(call, &append).await?),
            Err(failure) => Err(failure),
        }
    }

    /// A taken value may be our own call's doing, from a moment ago: then its answer is there to be repeated.
    async fn who_was_quicker(&self, call: &Call, append: &Append<'_>) -> Result<Failure, Error> {
        if call.idempotency.is_some() && self.was_answered(call).await? {
            return Ok(Failure::Lost);
        }
        let kind = self.taken(&append.claims).await?;
        Ok(kind.map_or(Failure::Taken, |kind| Failure::Other(Error::Claimed { kind: kind.to_owned() })))
    }

    async fn sealer<A: Aggregate>(&self, tenant: TenantId, state: &A) -> Result<Option<Sealer>, Error> {
        match state.owners() {
            None => Ok(None),
            Some(owners) => Ok(Some(self.keys.sealer(tenant, owners).await?)),
        }
    }

    fn snapshot_if_due<A: Aggregate>(
        &self,
        sealer: Option<&Sealer>,
        id: &str,
        after: i64,
        executed: &Executed<A>,
    ) -> Result<Option<Value>, Error> {
        let every = self.config.snapshot_every.get() as i64;
        match sealer {
            Some(sealer) if after / every < executed.version / every => snapshot::seal(sealer, id, &executed.state),
            _ => Ok(None),
        }
    }

    async fn pause(&self, lost: u32) {
        let longest = self.config.pause.saturating_mul(1 << lost.min(6));
        sleep(longest.mul_f64(rand::random())).await;
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// A token may be good for some minutes more; its person is not.
fn refuse_the_erased<A: Aggregate>(call: &Call, sealer: Option<&Sealer>, executed: &Executed<A>) -> Result<(), Error> {
    let owner = executed.state.owners().map(|owners| owners.texts.to_string());
    let acts = owner.is_some_and(|owner| owner == call.actor) && !executed.events.is_empty();
    if acts && sealer.is_some_and(Sealer::is_erased) { Err(Rejection::Erased.into()) } else { Ok(()) }
}

const fn require_version(call: &Call, actual: i64) -> Result<(), Error> {
    match call.expected_version {
        Some(expected) if expected != actual => Err(Error::VersionMismatch { actual }),
        _ => Ok(()),
    }
}
