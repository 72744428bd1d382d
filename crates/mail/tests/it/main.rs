//! Mails in a folder and over a real socket; the server is played, its words are those of RFC 5321.

mod folder;
mod server;
