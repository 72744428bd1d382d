use domain::UserId;

use crate::directory::Mood;
use crate::household::{Household, PASSWORD, address, code};

#[tokio::test]
async fn a_new_account_can_sign_in_again() {
    let house = Household::new().await;
    let email = address();
    let first = house.signs_up(&email).await;
    let second = house.signs_in(&email, PASSWORD).await.unwrap();
    assert_eq!(first.user_id, second.user_id);
    assert_eq!(first.tenant_id, second.tenant_id);
    assert_ne!(first.access_token, second.access_token);
    assert_eq!((first.expires_in, first.refresh_expires_in), (900, 604_800));
}

#[tokio::test]
async fn an_address_in_any_spelling_belongs_to_one_account() {
    let house = Household::new().await;
    let email = address();
    house.signs_up(&email).await;
    for (again, password) in [(email.clone(), PASSWORD), (email.to_uppercase(), "another lantern, red")] {
        let refused = house.tries_to_sign_up(&again, password).await;
        assert_eq!(code(&refused), "email_taken");
    }
    house.signs_in(&format!(" {} ", email.to_uppercase()), PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_sign_up_cut_off_after_the_registration_is_finished_by_repeating_it() {
    let house = Household::new().await;
    let email = address();
    house.directory.is(Mood::LosesAnswers);
    assert_eq!(code(&house.tries_to_sign_up(&email, PASSWORD).await), "unavailable");
    house.directory.is(Mood::Fine);

    let stranger = house.tries_to_sign_up(&email, "not the one from before").await;
    assert_eq!(code(&stranger), "email_taken");
    let finished = house.signs_up(&email).await;
    assert_eq!(Some(finished.user_id), house.directory.user_of(&email));
    assert_eq!(code(&house.tries_to_sign_up(&email, PASSWORD).await), "email_taken");
}

#[tokio::test]
async fn a_sign_up_cut_off_after_the_registration_is_finished_by_signing_in() {
    let house = Household::new().await;
    let email = address();
    house.directory.is(Mood::LosesAnswers);
    house.tries_to_sign_up(&email, PASSWORD).await.unwrap_err();
    house.directory.is(Mood::Fine);
    house.signs_in(&email, PASSWORD).await.unwrap();
    assert_eq!(code(&house.tries_to_sign_up(&email, PASSWORD).await), "email_taken");
}

#[tokio::test]
async fn a_sign_up_cut_off_before_the_registration_leaves_the_address_free() {
    let house = Household::new().await;
    let email = address();
    house.directory.is(Mood::Down);
    assert_eq!(code(&house.tries_to_sign_up(&email, "squatting on this one").await), "unavailable");
    house.directory.is(Mood::Fine);
    house.signs_up(&email).await;
    assert_eq!(code(&house.signs_in(&email, "squatting on this one").await), "invalid_credentials");
}

#[tokio::test]
async fn an_account_whose_credentials_are_gone_goes_to_whoever_takes_the_address_up() {
    let house = Household::new().await;
    let email = address();
    house.directory.is(Mood::LosesAnswers);
    house.tries_to_sign_up(&email, PASSWORD).await.unwrap_err();
    house.directory.is(Mood::Fine);
    let user: UserId = house.directory.user_of(&email).unwrap().parse().unwrap();
    sqlx::query("delete from auth.credentials where user_id = $1")
        .bind(user.as_uuid())
        .execute(&house.pool)
        .await
        .unwrap();

    let taken_up = house.tries_to_sign_up(&email, "somebody else's words").await.unwrap();
    assert_eq!(taken_up.user_id, user.to_string());
    house.signs_in(&email, "somebody else's words").await.unwrap();
}

#[tokio::test]
async fn of_many_who_want_one_address_at_once_one_gets_it() {
    let house = Household::new().await;
    let email = address();
    let passwords: Vec<String> = (0..6).map(|n| format!("six lanterns, this is {n}")).collect();
    let tries = passwords.iter().map(|password| house.tries_to_sign_up(&email, password));
    let answers = futures::future::join_all(tries).await;

    let winners: Vec<_> = answers.iter().enumerate().filter(|(_, answer)| answer.is_ok()).collect();
    assert_eq!(winners.len(), 1);
    assert!(answers.iter().filter(|answer| answer.is_err()).all(|answer| code(answer) == "email_taken"));
    house.signs_in(&email, &passwords[winners[0].0]).await.unwrap();
}

#[tokio::test]
async fn what_is_wrong_with_the_form_is_said() {
    let house = Household::new().await;
    assert_eq!(code(&house.tries_to_sign_up("nobody", PASSWORD).await), "invalid_email");
    assert_eq!(code(&house.tries_to_sign_up(&address(), "short").await), "password_too_short");
    assert_eq!(code(&house.tries_to_sign_up(&address(), "Password123456").await), "password_too_common");
    house.tries_to_sign_up(&address(), &"a long and winding sentence ".repeat(10)).await.unwrap();
}
