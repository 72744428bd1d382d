mod belonging;
mod erasing;
mod inviting;
mod keys;
mod login;
mod story;
