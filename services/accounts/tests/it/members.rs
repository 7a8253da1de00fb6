//! Members: their roles, their going, and what another tenant sees of them.

use countersign_accounts::{ChangeRole, MemberError, RemoveMember};
use countersign_domain::{Fault, Timestamp, id::MemberId, role::Role};

use crate::house::{House, Resident, give_grant};

fn change(who: &Resident, role: Role) -> ChangeRole {
    ChangeRole {
        member: who.scope.member().expect("a member came in"),
        role,
    }
}

pub(crate) fn remove(member: MemberId) -> RemoveMember {
    let reason = "they left".parse().expect("a reason");
    RemoveMember { member, reason }
}

fn code<T>(answer: Result<T, MemberError>) -> &'static str {
    answer.map_or_else(|error| error.code(), |_| "yes")
}

#[tokio::test]
async fn a_change_of_role_is_in_force_at_the_next_request() {
    let house = House::open().await;
    let ada = house.owner("ada@example.com", "Acme").await;
    let bob = house.member(&ada, "bob@example.com", Role::Admin).await;
    let accounts = &house.accounts;

    accounts
        .change_role(&ada.scope, change(&bob, Role::Auditor))
        .await
        .unwrap();

    let scope = accounts.enter(bob.signed_in.session, &ada.tenant).await;
    assert_eq!(scope.unwrap().unwrap().role(), Some(Role::Auditor));
    // Not even a request that came in before the change manages members after it.
    let late = accounts
        .change_role(&bob.scope, change(&bob, Role::Admin))
        .await;
    assert_eq!(code(late), "forbidden");
    assert_eq!(house.records("member.changed").await, 1);
    let events: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM event WHERE payload->>'event' = 'members_changed'",
    )
    .fetch_one(&mut house.database.admin().await)
    .await
    .unwrap();
    assert_eq!(events, 1);
}

#[tokio::test]
async fn a_role_is_as_old_as_its_last_change() {
    const SQL: &str = "SELECT role_since FROM member WHERE id = $1";
    let house = House::open().await;
    let ada = house.owner("ada@example.com", "Acme").await;
    let bob = house.member(&ada, "bob@example.com", Role::Developer).await;
    let mut admin = house.database.admin().await;
    let member = bob.scope.member().unwrap();
    let mut since = Vec::new();
    for role in [Role::Developer, Role::Reviewer, Role::Reviewer] {
        let cmd = ChangeRole { member, role };
        house.accounts.change_role(&ada.scope, cmd).await.unwrap();
        let row: Timestamp = sqlx::query_scalar(SQL)
            .bind(member.as_uuid())
            .fetch_one(&mut admin)
            .await
            .unwrap();
        since.push(row);
    }
    assert!(since[0] < since[1], "a promotion is new: {since:?}");
    assert_eq!(since[1], since[2], "the same again changes nothing");
    println!("{} changes, 1 of them new", since.len());
}

#[tokio::test]
async fn a_removed_member_is_out_at_the_next_request_with_their_agents() {
    let house = House::open().await;
    let ada = house.owner("ada@example.com", "Acme").await;
    let bob = house.member(&ada, "bob@example.com", Role::Admin).await;
    give_grant(&house, &bob).await;

    let member = bob.scope.member().unwrap();
    house
        .accounts
        .remove_member(&ada.scope, remove(member))
        .await
        .unwrap();

    let entered = house
        .accounts
        .enter(bob.signed_in.session, &ada.tenant)
        .await;
    assert!(entered.unwrap().is_none());
    let signed_in = house.accounts.session(&bob.token).await.unwrap().unwrap();
    assert!(signed_in.memberships.is_empty());
    let live: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM oauth_grant WHERE revoked_at IS NULL)
              + (SELECT count(*) FROM oauth_access_token WHERE revoked_at IS NULL)",
    )
    .fetch_one(&mut house.database.admin().await)
    .await
    .unwrap();
    assert_eq!(live, 0);
    let again = house
        .accounts
        .remove_member(&ada.scope, remove(member))
        .await;
    assert_eq!(code(again), "not_found");
    assert_eq!(house.records("member.removed").await, 1);
}

#[tokio::test]
async fn the_last_owner_stays_even_when_two_owners_go_at_once() {
    let house = House::open().await;
    let accounts = &house.accounts;
    let ada = house.owner("ada@example.com", "Acme").await;
    let alone = accounts
        .remove_member(&ada.scope, remove(ada.scope.member().unwrap()))
        .await;
    assert_eq!(code(alone), "last_owner");
    let demoted = accounts
        .change_role(&ada.scope, change(&ada, Role::Admin))
        .await;
    assert_eq!(code(demoted), "last_owner");

    let bob = house.member(&ada, "bob@example.com", Role::Owner).await;
    let mut races = 0;
    for _ in 0..10 {
        let answers = tokio::join!(
            accounts.change_role(&ada.scope, change(&bob, Role::Admin)),
            accounts.change_role(&bob.scope, change(&ada, Role::Admin)),
        );
        let yes = [code(answers.0), code(answers.1)]
            .iter()
            .filter(|c| **c == "yes")
            .count();
        assert_eq!(yes, 1, "one of the two, never both");
        races += 1;
        house.age("UPDATE member SET role = 'owner'").await;
    }
    println!("{races} races of two owners, always one left");
}

#[tokio::test]
async fn another_tenant_sees_and_changes_nothing() {
    let house = House::open().await;
    let accounts = &house.accounts;
    let ada = house.owner("ada@example.com", "Acme").await;
    let bob = house.member(&ada, "bob@example.com", Role::Developer).await;
    house
        .invitation(&ada, "carl@example.com", Role::Admin)
        .await;
    let invitation = accounts.invitations(&ada.scope).await.unwrap()[0].id;
    let eve = house.owner("eve@example.com", "Evil").await;

    let seen = accounts.members(&eve.scope).await.unwrap();
    assert_eq!(seen.all.len(), 1);
    assert_eq!(seen.all[0].email.as_str(), "eve@example.com");
    assert!(accounts.invitations(&eve.scope).await.unwrap().is_empty());
    let made_up = MemberId::from(uuid::Uuid::from_u128(7));
    let mut tried = 0;
    for member in [
        bob.scope.member().unwrap(),
        ada.scope.member().unwrap(),
        made_up,
    ] {
        let role = Role::Owner;
        let changed = accounts
            .change_role(&eve.scope, ChangeRole { member, role })
            .await;
        let removed = accounts.remove_member(&eve.scope, remove(member)).await;
        assert_eq!([code(changed), code(removed)], ["not_found"; 2]);
        tried += 2;
    }
    let taken_back = accounts.revoke_invitation(&eve.scope, invitation).await;
    assert_eq!(code(taken_back), "not_found");
    println!(
        "{} changes of another tenant's members, none done",
        tried + 1
    );
    assert_eq!(accounts.members(&ada.scope).await.unwrap().all.len(), 2);
    assert_eq!(accounts.invitations(&ada.scope).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_member_that_cannot_be_read_keeps_nobody_else_in() {
    let house = House::open().await;
    let ada = house.owner("ada@example.com", "Acme").await;
    let bob = house.member(&ada, "bob@example.com", Role::Admin).await;
    let newer = house.member(&ada, "eve@example.com", Role::Owner).await;
    for sql in [
        "ALTER TABLE member DROP CONSTRAINT member_role_check",
        "UPDATE member SET role = 'steward'
         WHERE person_id = (SELECT id FROM person WHERE email = 'eve@example.com')",
    ] {
        let mut admin = house.database.admin().await;
        sqlx::query(sql).execute(&mut admin).await.unwrap();
    }
    let accounts = &house.accounts;

    let changed = accounts
        .change_role(&ada.scope, change(&bob, Role::Auditor))
        .await;
    assert_eq!(code(changed), "yes");
    let removed = remove(bob.scope.member().unwrap());
    assert_eq!(
        code(accounts.remove_member(&ada.scope, removed).await),
        "yes"
    );
    // Nobody relies on an owner that cannot be read.
    let last = remove(ada.scope.member().unwrap());
    assert_eq!(
        code(accounts.remove_member(&ada.scope, last).await),
        "last_owner"
    );
    let unread = remove(newer.scope.member().unwrap());
    assert_eq!(
        code(accounts.remove_member(&ada.scope, unread).await),
        "yes"
    );
}
