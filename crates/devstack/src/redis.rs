//! A native Redis: the system's `redis-server`.

use std::path::Path;

use url::Url;

use crate::error::{At, Result};
use crate::home::{Home, make_folder};
use crate::launch::{Ending, Launch};
use crate::options::{Keep, Options};
use crate::ports;
use crate::ready::Address;
use crate::server::Server;
use crate::tool;

pub(crate) async fn start(home: &Home, options: &Options) -> Result<(Url, Server)> {
    let port = ports::pick(options.redis)?;
    let mark = home.mark("redis");
    let launch = launch(home, options, port, &mark)?;
    let url = url(port);
    let server = Server::start(launch, Address::Redis(url.clone()), mark, options.patience).await?;
    Ok((url, server))
}

fn launch(home: &Home, options: &Options, port: u16, mark: &str) -> Result<Launch> {
    let folder = home.folder("redis")?;
    let data = options.places.redis.as_ref().unwrap_or(&folder);
    make_folder(data, 0o700)?;
    // Its command line is its name and this file, so the file carries the mark.
    let file = folder.join(mark).with_extension("conf");
    std::fs::write(&file, settings(data, port, home.keep())).at(&file)?;
    Ok(Launch {
        name: "redis",
        program: tool::REDIS.path()?,
        args: vec![file.into()],
        folder,
        log: home.log("redis")?,
        account: None,
        ending: if home.keep() == Keep::Data { Ending::Terminate } else { Ending::Kill },
    })
}

fn settings(folder: &Path, port: u16, keep: Keep) -> String {
    let durable = if keep == Keep::Data { "yes" } else { "no" };
    format!(
        "bind 127.0.0.1\nport {port}\ndir \"{}\"\nappendonly {durable}\nsave \"\"\ndaemonize no\nset-proc-title no\n",
        folder.display()
    )
}

/// The URL of a Redis without a password on loopback.
pub(crate) fn url(port: u16) -> Url {
    // It cannot fail: a constant with a number in it.
    format!("redis://127.0.0.1:{port}").parse().expect("a URL")
}
