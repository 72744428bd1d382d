//! The stories users live through; see `tests/it`.
