//! A projector that was frozen longer than its membership lasts, and comes back.

use std::time::Duration;

use projector::Config;

use crate::child::{Process, Task};
use crate::exactly_once::{some_life, undisturbed};
use crate::world::{World, config, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_frozen_projector_had_in_hand_is_not_folded_twice_when_it_thaws() {
    let world = World::open().await;
    // The shortest that a broker allows; small batches, so that it is frozen among many.
    let config = Config { session_timeout: Duration::from_secs(6), batch_events: 3, ..config() };
    some_life(&world, 6, 40).await;
    let mut zombie = Process::starts(&world, Task::Project, config.clone());
    until("it has begun", async || world.database.folded("sessions").await > 100).await;
    zombie.freezes();
    let left = world.database.folded("sessions").await;
    assert!(left < 6 + 6 * 40 * 5, "it was faster than we; it had nothing left to do");

    let heir = world.projects(config);
    some_life(&world, 6, 4).await;
    world.is_folded().await;
    zombie.thaws();
    some_life(&world, 6, 10).await;
    world.is_folded().await;
    assert!(zombie.is_running(), "being fenced is no reason to die");

    // It takes part again: the heir leaves, and the rest is folded all the same.
    heir.stops().await;
    some_life(&world, 6, 4).await;
    world.is_folded().await;
    zombie.is_killed();
    assert_eq!(world.database.count("parked").await, 0);
    assert_eq!(world.database.dump().await, undisturbed(&world).await);
}
