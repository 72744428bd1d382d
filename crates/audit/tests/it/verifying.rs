use audit::Wrong;
use chain::EventRow;
use sqlx::FromRow;

use crate::Office;

/// Gives a row the digest of what it says now.
async fn digests_anew(office: &Office, event_id: &str) {
    let query = format!("select {} from store.events e where event_id = $1", chain::COLUMNS);
    let row = sqlx::query(&query).bind(event_id).fetch_one(&office.owner).await.unwrap();
    let row = EventRow::from_row(&row).unwrap();
    let digest = row.digest_now().unwrap();
    sqlx::query("update store.events set digest = $2 where event_id = $1")
        .bind(event_id)
        .bind(digest.as_slice())
        .execute(&office.owner)
        .await
        .unwrap();
}

#[tokio::test]
async fn an_untouched_log_is_unbroken_and_signed() {
    let office = Office::with_a_log().await;
    let report = office.verified().await;
    assert_eq!(report.first_wrong, None);
    assert_eq!((report.from, report.to, report.events), (1, 12, 12));
    assert!(report.roots > 0 && report.signed_up_to == 12, "{report:?}");
    let part = office.verified_from(Some(4), Some(9)).await;
    assert_eq!((part.first_wrong, part.events, part.signed_up_to <= 9), (None, 6, true));
}

#[tokio::test]
async fn an_empty_log_is_unbroken() {
    let office = Office::open().await;
    assert_eq!(office.verified().await.first_wrong, None);
}

#[tokio::test]
async fn an_edited_row_is_named() {
    let office = Office::with_a_log().await;
    let (event, aggregate, sequence) = office.at(7).await;
    for change in [
        "actor = 'mallory'",
        "occurred_at = occurred_at - interval '1 day'",
        "payload = payload || '{\"by\": \"x\"}'",
        "metadata = '{}'",
    ] {
        office.owner_does(&format!("create table kept as select * from store.events where event_id = '{event}'")).await;
        office.tampers(&format!("update store.events set {change} where event_id = '{event}'")).await;
        let wrong = office.first_wrong().await;
        assert_eq!((wrong.position, wrong.wrong), (7, Wrong::AlteredRow), "{change}");
        assert_eq!(wrong.event_id.as_deref(), Some(event.as_str()));
        assert_eq!((wrong.aggregate.as_deref(), wrong.sequence), (Some(aggregate.as_str()), Some(sequence)));
        let put_back = "update store.events e set actor = k.actor, occurred_at = k.occurred_at, payload = k.payload,
                               metadata = k.metadata from kept k where e.event_id = k.event_id";
        office.tampers(put_back).await;
        office.owner_does("drop table kept").await;
    }
    assert_eq!(office.verified().await.first_wrong, None);
}

#[tokio::test]
async fn a_row_that_was_edited_with_its_digest_is_named() {
    let office = Office::with_a_log().await;
    for position in [12, 5] {
        let (event, ..) = office.at(position).await;
        office.tampers(&format!("update store.events set actor = 'mallory' where event_id = '{event}'")).await;
        digests_anew(&office, &event).await;
        let wrong = office.first_wrong().await;
        assert_eq!(
            (wrong.position, wrong.wrong, wrong.event_id),
            (position, Wrong::AlteredRow, Some(event)),
            "{}",
            wrong.detail
        );
    }
}

#[tokio::test]
async fn a_missing_row_is_named() {
    let office = Office::with_a_log().await;
    let (event, ..) = office.at(6).await;
    office.tampers(&format!("delete from store.events where event_id = '{event}'")).await;
    let wrong = office.first_wrong().await;
    assert_eq!((wrong.position, wrong.wrong, wrong.event_id), (6, Wrong::MissingRow, Some(event)));
}

#[tokio::test]
async fn a_changed_log_entry_is_named() {
    let office = Office::with_a_log().await;
    office.tampers("update store.log set chain_hash = decode(repeat('07', 32), 'hex') where position = 8").await;
    let wrong = office.first_wrong().await;
    assert_eq!((wrong.position, wrong.wrong), (8, Wrong::ChangedLog));

    office
        .tampers("update store.log set event_id = 'evt_019aa000-0000-7000-8000-000000000000' where position = 3")
        .await;
    let wrong = office.first_wrong().await;
    assert_eq!((wrong.position, wrong.wrong), (3, Wrong::ChangedLog), "{}", wrong.detail);
}

#[tokio::test]
async fn two_events_that_changed_places_are_named() {
    let office = Office::with_a_log().await;
    let ((fourth, ..), (ninth, ..)) = (office.at(4).await, office.at(9).await);
    office.tampers("update store.log set event_id = 'evt_0' where position = 4").await;
    office.tampers(&format!("update store.log set event_id = '{fourth}' where position = 9")).await;
    office.tampers(&format!("update store.log set event_id = '{ninth}' where position = 4")).await;
    let wrong = office.first_wrong().await;
    assert_eq!((wrong.position, wrong.wrong), (4, Wrong::ChangedLog));
    assert!(wrong.detail.contains(&fourth), "{}", wrong.detail);
}

#[tokio::test]
async fn a_position_that_was_taken_out_is_named_with_its_event() {
    let office = Office::with_a_log().await;
    let (event, ..) = office.at(6).await;
    office.tampers("delete from store.log where position = 6").await;
    let wrong = office.first_wrong().await;
    assert_eq!((wrong.position, wrong.wrong, wrong.event_id), (6, Wrong::MissingPosition, Some(event)));
}

#[tokio::test]
async fn a_log_that_was_cut_off_is_noticed() {
    let office = Office::with_a_log().await;
    office.tampers("delete from store.log where position > 10").await;
    let wrong = office.first_wrong().await;
    assert_eq!((wrong.position, wrong.wrong), (11, Wrong::TruncatedLog));
    assert!(wrong.detail.contains("12"), "{}", wrong.detail);
}

#[tokio::test]
async fn a_gap_in_a_sequence_is_named_even_where_the_chain_was_made_anew() {
    let office = Office::with_a_log().await;
    let query = "select position from store.log join store.events using (event_id)
                  where sequence = 2 and exists (select from store.events l where l.aggregate_id = events.aggregate_id and l.sequence = 3)
                  order by position limit 1";
    let second: i64 = sqlx::query_scalar(query).fetch_one(&office.owner).await.unwrap();
    let (event, aggregate, _) = office.at(second).await;
    office.tampers(&format!("delete from store.events where event_id = '{event}'")).await;
    office.tampers(&format!("delete from store.log where event_id = '{event}'")).await;
    office.chains_anew().await;
    office.tampers("delete from store.roots").await;
    let wrong = office.verified_without_kafka().await.first_wrong.unwrap();
    assert_eq!((wrong.wrong, wrong.aggregate, wrong.sequence), (Wrong::SequenceGap, Some(aggregate), Some(3)));
}

#[tokio::test]
async fn a_repeat_in_a_sequence_is_named() {
    let office = Office::with_a_log().await;
    let query = "select event_id from store.log join store.events using (event_id) where sequence = 2 order by position limit 1";
    let event: String = sqlx::query_scalar(query).fetch_one(&office.owner).await.unwrap();
    office.owner_does("alter table store.events drop constraint events_sequence").await;
    office.tampers(&format!("update store.events set sequence = 1 where event_id = '{event}'")).await;
    digests_anew(&office, &event).await;
    office.chains_anew().await;
    let wrong = office.verified_without_kafka().await.first_wrong.unwrap();
    assert_eq!((wrong.wrong, wrong.event_id, wrong.sequence), (Wrong::SequenceRepeat, Some(event), Some(1)));
}

/// Rows, digests, log and the relay's own word: all of it fits. Only the roots do not.
#[tokio::test]
async fn a_database_that_was_rewritten_as_a_whole_is_noticed() {
    let office = Office::with_a_log().await;
    let (event, ..) = office.at(5).await;
    office.tampers(&format!("update store.events set actor = 'mallory' where event_id = '{event}'")).await;
    digests_anew(&office, &event).await;
    office.chains_anew().await;
    let wrong = office.first_wrong().await;
    assert_eq!(wrong.wrong, Wrong::WrongRoot, "{wrong}");

    // With roots of their own hash, but without the key.
    let hashes = "update store.roots r set chain_hash = l.chain_hash from store.log l where l.position = r.position";
    office.tampers(hashes).await;
    let wrong = office.verified_without_kafka().await.first_wrong.unwrap();
    assert!(wrong.wrong == Wrong::WrongRoot && wrong.detail.contains("signature"), "{wrong}");

    // Without any roots: the topic has them.
    office.tampers("delete from store.roots").await;
    let wrong = office.first_wrong().await;
    assert_eq!(wrong.wrong, Wrong::WrongRoot, "{wrong}");
}

#[tokio::test]
async fn a_store_that_was_cut_off_everywhere_is_noticed_by_the_topic() {
    let office = Office::with_a_log().await;
    office
        .tampers("delete from store.events where event_id in (select event_id from store.log where position > 10)")
        .await;
    office.tampers("delete from store.log where position > 10").await;
    office.tampers("delete from store.roots where position > 10").await;
    office.chains_anew().await;
    let wrong = office.first_wrong().await;
    assert_eq!((wrong.position, wrong.wrong), (11, Wrong::TruncatedLog), "{wrong}");
}

#[tokio::test]
async fn a_row_that_the_log_never_had_is_named() {
    let office = Office::with_a_log().await;
    let smuggled = "insert into store.events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
                           tenant_id, event_id, occurred_at, actor, schema_id, digest, xid)
                    select aggregate_type, 'ses_019aa000-0000-7000-8000-000000000000', sequence, event_type, event_version, payload,
                           metadata, tenant_id, 'evt_019aa000-0000-7000-8000-000000000000', occurred_at, actor, schema_id, digest, '3'::xid8
                      from store.events limit 1";
    office.tampers(smuggled).await;
    let wrong = office.first_wrong().await;
    assert_eq!(wrong.wrong, Wrong::UnloggedRow, "{wrong}");
    assert_eq!(wrong.event_id.as_deref(), Some("evt_019aa000-0000-7000-8000-000000000000"));
}

#[tokio::test]
async fn what_is_not_relayed_yet_is_no_fault() {
    let office = Office::with_a_log().await;
    let session = office.opens().await;
    office.renames(session, "unpublished").await;
    assert_eq!(office.verified().await.first_wrong, None);
}

#[tokio::test]
async fn positions_that_are_not_there_are_refused() {
    let office = Office::with_a_log().await;
    let trusted = office.audit().trusted().unwrap();
    let refused = audit::verify(&office.owner, audit::verify::Topic::Unread, &trusted, (Some(99), None), &|_| {}).await;
    assert!(refused.unwrap_err().to_string().contains("1 to 12"));
}
