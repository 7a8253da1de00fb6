//! Invitations: one tenant, one address, one use.

use countersign_accounts::{Accept, AcceptError, Invite, Joining, MemberError};
use countersign_domain::{Fault, role::Role};

use crate::house::{House, newcomer, secret};

#[tokio::test]
async fn an_invitation_is_used_once_however_many_try_at_once() {
    const RUNNERS: usize = 20;
    let house = House::open().await;
    let ada = house.owner("ada@example.com", "Acme").await;
    let token = house
        .invitation(&ada, "bob@example.com", Role::Reviewer)
        .await;

    let runners = (0..RUNNERS).map(|_| {
        let (accounts, accept) = (house.accounts.clone(), newcomer(&token));
        tokio::spawn(async move { accounts.accept(accept).await })
    });
    let answers = futures_util::future::join_all(runners).await;

    let (won, lost): (Vec<_>, Vec<_>) = answers
        .into_iter()
        .map(Result::unwrap)
        .partition(Result::is_ok);
    println!("{RUNNERS} accepted at once, {} came in", won.len());
    assert_eq!(won.len(), 1);
    for answer in lost {
        let error = answer.err().unwrap();
        assert!(matches!(error, AcceptError::NotGood), "{error}");
    }
    assert_eq!(
        house.accounts.members(&ada.scope).await.unwrap().all.len(),
        2
    );
    assert_eq!(house.records("member.joined").await, 1);
}

#[tokio::test]
async fn an_invitation_is_good_only_for_its_own_address() {
    let house = House::open().await;
    let ada = house.owner("ada@example.com", "Acme").await;
    let eve = house.owner("eve@example.com", "Evil").await;
    let bob = house.owner("bob@example.com", "Bobs").await;
    let token = house.invitation(&ada, "bob@example.com", Role::Admin).await;
    let as_who = |who: &crate::house::Resident| Accept {
        token: secret(&token),
        joining: Joining::SignedIn(who.signed_in.session),
    };

    let error = house.accounts.accept(as_who(&eve)).await.err().unwrap();
    assert!(matches!(error, AcceptError::OtherPerson), "{error}");
    // Somebody else's try did not use it up, and neither does an account that exists already.
    let error = house.accounts.accept(newcomer(&token)).await.err().unwrap();
    assert!(matches!(error, AcceptError::EmailTaken), "{error}");
    let accepted = house.accounts.accept(as_who(&bob)).await.unwrap();
    assert_eq!(accepted.tenant, ada.tenant);
    assert!(accepted.token.is_none());

    let scope = house
        .accounts
        .enter(bob.signed_in.session, &ada.tenant)
        .await;
    assert_eq!(scope.unwrap().unwrap().role(), Some(Role::Admin));
    let error = house.accounts.accept(as_who(&bob)).await.err().unwrap();
    assert!(matches!(error, AcceptError::NotGood), "{error}");
}

#[tokio::test]
async fn an_invitation_is_tried_from_one_address_only_so_often() {
    let house = House::open().await;
    let ada = house.owner("ada@example.com", "Acme").await;
    let token = house
        .invitation(&ada, "ada@example.org", Role::Reviewer)
        .await;
    house.owner("ada@example.org", "Elsewhere").await;

    let mut codes = Vec::new();
    for _ in 0..40 {
        let error = house.accounts.accept(newcomer(&token)).await.err().unwrap();
        codes.push(error.code());
    }

    assert_eq!((codes[0], codes[39]), ("email_taken", "too_many_attempts"));
    assert!(house.accounts.invitation(&token).await.is_ok());
}

#[tokio::test]
async fn an_invitation_that_is_over_taken_back_or_made_up_is_not_good() {
    let house = House::open().await;
    let ada = house.owner("ada@example.com", "Acme").await;
    let carl = house.member(&ada, "carl@example.com", Role::Admin).await;
    let invitation = async |email: &str| house.invitation(&ada, email, Role::Developer).await;

    let replaced = invitation("r@example.com").await;
    let current = invitation("r@example.com").await;
    let taken_back = invitation("t@example.com").await;
    let of_the_removed = house.invitation(&carl, "c@example.com", Role::Admin).await;
    let open = house.accounts.invitations(&ada.scope).await.unwrap();
    assert_eq!(open.len(), 3);
    let id = open
        .iter()
        .find(|i| i.email.as_str() == "t@example.com")
        .unwrap()
        .id;
    house
        .accounts
        .revoke_invitation(&ada.scope, id)
        .await
        .unwrap();
    assert_eq!(house.records("member.invited").await, 5);
    assert_eq!(house.records("member.invitation_revoked").await, 1);
    let carls = carl.scope.member().unwrap();
    house
        .accounts
        .remove_member(&ada.scope, crate::members::remove(carls))
        .await
        .unwrap();
    assert!(house.accounts.invitation(&current).await.is_ok());
    house
        .age("UPDATE invitation SET expires_at = now() WHERE email = 'r@example.com'")
        .await;

    let tokens = [
        replaced,
        current,
        taken_back,
        of_the_removed,
        "x".repeat(43),
        String::new(),
    ];
    for token in &tokens {
        let shown = house.accounts.invitation(token).await.err().unwrap();
        let used = house.accounts.accept(newcomer(token)).await.err().unwrap();
        for error in [shown, used] {
            assert!(matches!(error, AcceptError::NotGood), "{error}");
        }
    }
    println!("{} bad invitations, none good", tokens.len());
    assert_eq!(
        house.accounts.members(&ada.scope).await.unwrap().all.len(),
        1
    );
}

#[tokio::test]
async fn the_trail_says_who_invited_and_that_they_saw_the_link() {
    let house = House::open().await;
    let ada = house.owner("ada@example.com", "Acme").await;
    let carl = house.member(&ada, "carl@example.com", Role::Admin).await;

    let token = house
        .invitation(&carl, "bob@example.com", Role::Reviewer)
        .await;
    let invited = house.detail("member.invited").await;
    assert_eq!(invited["email"], "bob@example.com");
    assert_eq!(invited["link_shown_to"], "carl@example.com");

    house.accounts.accept(newcomer(&token)).await.unwrap();
    let joined = house.detail("member.joined").await;
    assert_eq!(joined["role"], "reviewer");
    assert_eq!(joined["invited_by"], "carl@example.com");
    assert_eq!(joined["link_shown_to"], "carl@example.com");
    assert_eq!(joined["invitation"], invited["invitation"]);
    println!("2 rows that name the inviter");
}

#[tokio::test]
async fn who_may_invite_whom_to_what() {
    let house = House::open().await;
    let ada = house.owner("ada@example.com", "Acme").await;
    let admin = house.member(&ada, "admin@example.com", Role::Admin).await;
    let developer = house.member(&ada, "dev@example.com", Role::Developer).await;
    let invite = async |by: &crate::house::Resident, email: &str, role| {
        let email = email.parse().unwrap();
        let answer = house
            .accounts
            .invite(&by.scope, Invite { email, role })
            .await;
        answer
            .map(|_| ())
            .map_err(|error: MemberError| error.code())
    };

    assert_eq!(invite(&admin, "n@example.com", Role::Admin).await, Ok(()));
    assert_eq!(
        invite(&admin, "n@example.com", Role::Owner).await,
        Err("owner_required")
    );
    assert_eq!(invite(&ada, "n@example.com", Role::Owner).await, Ok(()));
    assert_eq!(
        invite(&ada, "DEV@example.com", Role::Admin).await,
        Err("already_member")
    );
    assert_eq!(
        invite(&developer, "n@example.com", Role::Auditor).await,
        Err("forbidden")
    );
    let listed = house.accounts.invitations(&developer.scope).await;
    assert_eq!(listed.err().unwrap().code(), "forbidden");
}
