//! Holds a stack until it is killed: `hold FOLDER test|up|environment`. Prints the three pids, one a line.

use devstack::{Keep, Options, Source, Stack};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    if let Err(error) = hold().await {
        eprintln!("{error}");
        std::process::exit(1);
    }
}

async fn hold() -> Result<(), devstack::Error> {
    let mut args = std::env::args().skip(1);
    let state = args.next().unwrap_or_else(|| "hold".to_owned()).into();
    let options = match args.next().as_deref() {
        Some("environment") => Options { state, source: Source::Environment, ..Options::test() },
        Some("up") => Options { state, source: Source::Native, keep: Keep::Data, ..Options::test() },
        _ => Options { state, source: Source::Native, ..Options::test() },
    };

    let stack = Stack::start(options, |line| eprintln!("{line}")).await?;
    for pid in [stack.kafka_pid(), stack.postgres_pid(), stack.redis_pid()] {
        println!("{}", pid.unwrap_or_default());
    }
    std::future::pending().await
}
