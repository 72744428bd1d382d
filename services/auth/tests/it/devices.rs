//! Devices: shown, ended one by one or all, and told about.

use rpc::auth::v1::*;
use rpc::command::v1::note_account_request::Change;

use crate::household::{Household, PASSWORD, address, code};

async fn devices(house: &Household, token: &str) -> Vec<Device> {
    house.auth.list_devices(ListDevicesRequest {}, token).await.unwrap().devices
}

#[tokio::test]
async fn one_device_ends_another_and_everyone_hears_of_it() {
    let house = Household::new().await;
    let email = address();
    let phone = house.signs_up(&email).await;
    let desk = house.signs_in_on(&email, PASSWORD, "a desk").await.unwrap();
    let token = house.internal(&desk).await;
    let known = devices(&house, &token).await;
    assert!(known.iter().find(|device| device.name == "a desk").unwrap().current);
    let other = known.into_iter().find(|device| !device.current).unwrap();
    let mut feed = house.revocations.subscribe();

    let end = || EndDeviceRequest { device_id: other.family_id.clone(), origin: String::new() };
    house.auth.end_device(end(), &token).await.unwrap();

    assert_eq!(feed.next().await.unwrap().unwrap().to_string(), other.family_id);
    assert_eq!(code(&house.exchanges(&phone.access_token).await), "unauthenticated");
    assert_eq!(code(&house.refreshes(&phone.refresh_token).await), "unauthenticated");
    house.exchanges(&desk.access_token).await.unwrap();
    assert_eq!(code(&house.auth.end_device(end(), &token).await), "not_found", "it is over already");
    let told = house.directory.noted(&desk.user_id);
    assert!(
        told.iter().any(|change| matches!(change, Change::DeviceEnded(ended) if ended.device_id == other.family_id))
    );
}

#[tokio::test]
async fn nobody_ends_a_stranger_s_device() {
    let house = Household::new().await;
    let alice = house.signs_up(&address()).await;
    let mallory = house.signs_up(&address()).await;
    let family = house.exchanges(&alice.access_token).await.unwrap().family_id;
    let token = house.internal(&mallory).await;
    for device_id in [family, "fam_0199d3a0-0000-7000-8000-000000000000".into(), "garbage".into()] {
        let ended = house.auth.end_device(EndDeviceRequest { device_id, origin: String::new() }, &token).await;
        assert_eq!(code(&ended), "not_found");
    }
    house.exchanges(&alice.access_token).await.unwrap();
}

#[tokio::test]
async fn everywhere_is_everywhere_with_or_without_this_one() {
    let house = Household::new().await;
    let email = address();
    let phone = house.signs_up(&email).await;
    let desk = house.signs_in(&email, PASSWORD).await.unwrap();
    let token = house.internal(&desk).await;
    let everywhere = |keep_this| SignOutEverywhereRequest { keep_this, origin: String::new() };
    assert_eq!(house.auth.sign_out_everywhere(everywhere(true), &token).await.unwrap().ended, 1);
    assert_eq!(code(&house.exchanges(&phone.access_token).await), "unauthenticated");
    house.exchanges(&desk.access_token).await.unwrap();
    assert_eq!(house.auth.sign_out_everywhere(everywhere(false), &token).await.unwrap().ended, 1);
    assert_eq!(code(&house.refreshes(&desk.refresh_token).await), "unauthenticated");
}

#[tokio::test]
async fn a_new_kind_of_device_is_told_to_its_person_once() {
    let one_by_one = auth::Config { mails_at_once: std::num::NonZeroUsize::MIN, ..auth::Config::default() };
    let house = Household::with(one_by_one).await;
    let email = address();
    let alice = house.signs_up(&email).await;
    house.signs_in_on(&email, PASSWORD, "Firefox/140.0 on <b>Linux</b>").await.unwrap();
    let mail = house.mail(&email, "new device").await;
    assert!(mail.text.contains("Firefox/140.0") && !mail.html.contains("<b>Linux"));
    house.signs_in_on(&email, PASSWORD, "Firefox/141.0 on <b>Linux</b>").await.unwrap();
    house.signs_in_on(&email, PASSWORD, "a test").await.unwrap();
    // A later errand is done: there were no others before it.
    let other = address();
    house.signs_up(&other).await;
    house.mail(&other, "Welcome").await;
    let mails = house.outbox.list(100).await.unwrap();
    assert_eq!(mails.iter().filter(|mail| mail.subject.contains("new device")).count(), 1);
    let told = house.directory.noted(&alice.user_id);
    assert!(matches!(&told[0], Change::SignedIn(told) if told.method == "password" && told.device.contains("Firefox")));
}

#[tokio::test]
async fn a_mail_that_cannot_leave_keeps_nobody_out() {
    let mail = mail::Config { url: Some("smtp://127.0.0.1:1".into()), ..mail::Config::default() };
    let house = Household::with_mail(mail).await;
    let email = address();
    house.signs_up(&email).await;
    house.signs_in_on(&email, PASSWORD, "a new one").await.unwrap();
}
