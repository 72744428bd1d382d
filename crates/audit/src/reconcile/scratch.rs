//! A database for a while, in which read models are folded anew.

use std::str::FromStr;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Executor, PgPool};
use uuid::Uuid;

use crate::Error;

pub struct Scratch {
    pub pool: PgPool,
    server: PgConnectOptions,
    name: String,
}

impl Scratch {
    /// On the server of this URL, whose user must be allowed to make databases.
    pub async fn make(url: &str) -> Result<Self, Error> {
        let server = PgConnectOptions::from_str(url)?;
        let name = format!("atelier_reconcile_{}", Uuid::now_v7().simple());
        let mut admin = server.connect().await?;
        admin.execute(format!("create database {name}").as_str()).await.map_err(Error::Scratch)?;
        let options = server.clone().database(&name).options([("search_path", "read")]);
        let scratch = Self { pool: PgPoolOptions::new().max_connections(2).connect_lazy_with(options), server, name };
        match scratch.fill().await {
            Ok(()) => Ok(scratch),
            Err(error) => {
                scratch.drop().await?;
                Err(error)
            }
        }
    }

    async fn fill(&self) -> Result<(), Error> {
        self.pool.execute("create schema if not exists read").await?;
        projections::MIGRATIONS.run(&self.pool).await.map_err(|error| Error::Database(error.into()))
    }

    pub async fn drop(self) -> Result<(), Error> {
        self.pool.close().await;
        let mut admin = self.server.connect().await?;
        admin.execute(format!("drop database if exists {} with (force)", self.name).as_str()).await?;
        Ok(())
    }
}
