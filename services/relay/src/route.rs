//! Which event goes where.

use bus::Topics;

/// What a browser watches besides the pieces of an answer.
const MILESTONES: [&str; 13] = [
    "MessagePosted",
    "GenerationQueued",
    "GenerationStarted",
    "CancellationRequested",
    "AttemptAbandoned",
    "GenerationCompleted",
    "GenerationFailed",
    "GenerationCancelled",
    "SessionRenamed",
    "SessionDeleted",
    "SessionErased",
    "FilesImported",
    "VersionRestored",
];

/// The topics by their full names, looked up once.
pub struct Routes {
    topics: Topics,
    requests: String,
    control: String,
    stream: String,
}

impl Routes {
    pub fn new(topics: Topics) -> Self {
        Self {
            requests: topics.generation_requests(),
            control: topics.generation_control(),
            stream: topics.session_stream(),
            topics,
        }
    }

    /// The aggregate's own topic first, then the others. `None`: no topic is meant for this aggregate.
    pub fn of(&self, aggregate_type: &str, event_type: &str) -> Option<Vec<String>> {
        let mut topics = vec![self.topics.of_aggregate(aggregate_type)?];
        match event_type {
            "GenerationRequested" => topics.push(self.requests.clone()),
            "CancellationRequested" => topics.push(self.control.clone()),
            _ => {}
        }
        if MILESTONES.contains(&event_type) {
            topics.push(self.stream.clone());
        }
        Some(topics)
    }

    pub fn requests(&self) -> &str {
        &self.requests
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(aggregate_type: &str, event_type: &str) -> Vec<String> {
        Routes::new(Topics::new("x.")).of(aggregate_type, event_type).unwrap_or_default()
    }

    #[test]
    fn work_control_and_milestones_go_to_their_own_topics_too() {
        assert_eq!(of("user", "UserRegistered"), ["x.users"]);
        assert_eq!(of("session", "GenerationRequested"), ["x.sessions", "x.generation-requests"]);
        assert_eq!(of("session", "CancellationRequested"), ["x.sessions", "x.generation-control", "x.session-stream"]);
        assert_eq!(of("session", "GenerationCompleted"), ["x.sessions", "x.session-stream"]);
        assert!(of("martian", "Landed").is_empty());
    }

    #[test]
    fn every_milestone_is_an_event_of_a_session() {
        for name in MILESTONES {
            assert!(domain::session::Event::TYPES.contains(&name), "{name}");
        }
    }
}
