//! A projector or a rebuild in a process of its own, which can be frozen and killed.

use std::process::{Child, Command, Stdio};

use projector::Config;
use serde::{Deserialize, Serialize};

use crate::database::Database;
use crate::world::{World, keys_of, run, tools};

/// What the other process is to do.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub enum Task {
    Project,
    RebuildSessions,
}

#[derive(Serialize, Deserialize)]
struct Order {
    task: Task,
    url: String,
    bootstrap: String,
    prefix: String,
    config: Config,
}

const ORDER: &str = "ATELIER_TEST_ORDER";

/// Another process; it ends with this value.
pub struct Process(Child);

impl Process {
    /// This test program again, told to do one thing.
    pub fn starts(world: &World, task: Task, config: Config) -> Self {
        let (url, bus) = (world.database.url.clone(), &world.bus);
        let order = Order { task, url, bootstrap: bus.bootstrap.clone(), prefix: bus.prefix.clone(), config };
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "child::does_as_ordered"])
            .env(ORDER, serde_json::to_string(&order).unwrap())
            .stdout(Stdio::null())
            .spawn();
        Self(child.unwrap())
    }

    pub fn freezes(&self) {
        self.signal("-STOP");
    }

    pub fn thaws(&self) {
        self.signal("-CONT");
    }

    /// As the kernel does it when memory runs out.
    pub fn is_killed(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    pub fn is_running(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }

    fn signal(&self, signal: &str) {
        assert!(Command::new("kill").args([signal, &self.0.id().to_string()]).status().unwrap().success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[ignore = "the other process of a test, not one itself"]
fn does_as_ordered() {
    let Ok(order) = std::env::var(ORDER) else { return };
    let order: Order = serde_json::from_str(&order).unwrap();
    let bus = bus::Config { bootstrap: order.bootstrap, prefix: order.prefix, ..bus::Config::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let (database, keys) = (Database::at(&order.url), keys_of(&order.url));
        match order.task {
            Task::Project => {
                let _running = run(&database, bus, keys, order.config);
                std::future::pending::<()>().await;
            }
            Task::RebuildSessions => {
                let tools = tools(&database, bus, keys);
                let operator = projector::rebuild::Operator::of("sessions", order.config, tools).unwrap();
                operator.rebuild(false, &|_| {}).await.unwrap();
            }
        }
    });
}
