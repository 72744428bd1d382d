//! Where a text could be: every column of every table, every record of every topic, Redis, every log.

use bus::{Partition, Reader, Start};
use sqlx::{Connection, PgConnection, Row};
use testkit::System;

/// Every place that shows one of these texts, with how often it does.
pub async fn places_with(system: &System, texts: &[&str]) -> Vec<String> {
    let mut places = Vec::new();
    for text in texts {
        places.extend(tables_with(system, text).await);
        places.extend(topics_with(system, text).await);
        places.extend(redis_with(system, text).await);
        if system.logs().contains(text) {
            places.push("a log".to_owned());
        }
    }
    places
}

/// All columns as text; bytes are written in hex there, so the text is looked for in hex too.
async fn tables_with(system: &System, text: &str) -> Vec<String> {
    let mut database = PgConnection::connect(system.stack.postgres.as_str()).await.unwrap();
    let tables = "select format('%I.%I', table_schema, table_name) as name from information_schema.tables
                   where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')";
    let tables = sqlx::query(tables).fetch_all(&mut database).await.unwrap();
    assert!(tables.len() > 20, "the tables were found: {}", tables.len());
    let mut found = Vec::new();
    for table in tables {
        let name: String = table.get("name");
        let query = format!("select count(*) from {name} t where t::text ilike $1 or t::text ilike $2");
        let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        let count = sqlx::query_scalar(&query).bind(format!("%{text}%")).bind(format!("%{hex}%"));
        let count: i64 = count.fetch_one(&mut database).await.unwrap();
        if count > 0 {
            found.push(format!("{name}: {count} rows"));
        }
    }
    found
}

/// Keys, values and headers, as bytes.
async fn topics_with(system: &System, text: &str) -> Vec<String> {
    let config = bus::Config { bootstrap: system.stack.kafka.clone(), ..bus::Config::default() };
    let (topics, mut found, mut read) = (config.topics(), Vec::new(), 0);
    let facts = [topics.sessions(), topics.projects(), topics.users(), topics.inspections()];
    let streams =
        [topics.access_log(), topics.session_stream(), topics.generation_requests(), topics.generation_control()];
    for topic in facts.into_iter().chain(streams) {
        for number in 0..topics.partitions(&topic).unwrap() as i32 {
            let partition = Partition::new(topic.as_str(), number);
            let reader = Reader::new(&config).unwrap();
            let (low, high) = reader.range(&partition).await.unwrap();
            if low == high {
                continue;
            }
            reader.add(&partition, Start::Beginning).await.unwrap();
            loop {
                let record = reader.next().await.unwrap();
                read += 1;
                if format!("{record:?}").contains(text) || contains(&record.payload, text) {
                    found.push(format!("{topic}[{number}]@{}", record.offset));
                }
                if record.offset + 1 >= high {
                    break;
                }
            }
        }
    }
    assert!(read > 10, "the topics were read: {read} records");
    found
}

async fn redis_with(system: &System, text: &str) -> Vec<String> {
    let client = redis::Client::open(system.stack.redis.as_str()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let keys: Vec<String> = redis::cmd("KEYS").arg("*").query_async(&mut connection).await.unwrap();
    let mut found = Vec::new();
    for key in keys {
        let dump: Option<Vec<u8>> = redis::cmd("DUMP").arg(&key).query_async(&mut connection).await.unwrap();
        if key.contains(text) || dump.is_some_and(|dump| contains(&dump, text)) {
            found.push(format!("redis {key}"));
        }
    }
    found
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
