//! The list and the receipt, for people or as JSON.

use command::erasure::Receipt;
use serde::Serialize;

use super::Person;
use super::places::{Count, Places};

pub fn places(person: &Person, places: &Places, json: bool) -> anyhow::Result<()> {
    if json {
        return print(&serde_json::json!({
            "dry_run": true, "user_id": person.user, "tenant_id": person.tenant, "already_erased": person.erased,
            "places": places,
        }));
    }
    let erased = if person.erased { ", who is erased already," } else { "" };
    println!("{}{erased} appears in:", person.user);
    for events in &places.store.events {
        line(&format!("store.events {}", events.event_type), events.stored);
    }
    line("store.unique_claims", places.store.unique_claims);
    line("store.idempotency", places.store.idempotency_answers);
    line("store.snapshots", places.store.snapshots);
    line("keys.data_keys", places.keys);
    [&places.auth, &places.read_models, &places.topics, &places.redis].into_iter().flatten().for_each(count);
    for note in &places.elsewhere {
        println!("  {:<52} {}", note.place, note.rule);
    }
    println!("Nothing was changed.");
    Ok(())
}

pub fn receipt(receipt: &Receipt, again: bool, json: bool) -> anyhow::Result<()> {
    if json {
        return print(receipt);
    }
    let already = if again { " already" } else { "" };
    println!(
        "{} was{already} erased: decided {}, finished {}",
        receipt.user_id, receipt.requested_at, receipt.finished_at
    );
    println!("Gone:");
    for gone in &receipt.gone {
        let count = gone.count.map(|count| format!("{count} ")).unwrap_or_default();
        println!("  {:<52} {count}{}", gone.what, gone.how);
    }
    println!("Stays:");
    for stays in &receipt.stays {
        println!("  {:<52} {}", stays.what, stays.why);
    }
    println!(
        "Receipt: {} with {} events, kept in store.erasures (--json prints it)",
        receipt.event_id,
        receipt.events.len()
    );
    Ok(())
}

fn count(Count { place, count }: &Count) {
    line(place, *count);
}

fn line(place: &str, count: i64) {
    println!("  {place:<52} {count:>8}");
}

fn print(value: &impl Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}
