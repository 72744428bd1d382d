//! What the command role does besides commands, on a real Postgres.

mod budgets;
mod closing;
mod house;
