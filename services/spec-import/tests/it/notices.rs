//! What members are told about imports, and until when.

use countersign_domain::{id::RevisionId, role::Role};
use countersign_testkit::world;
use serde_json::{Value, json};

use crate::{
    imports::{Desk, document, get, paste},
    reimports::turn_on,
};

fn pets() -> Value {
    document(json!({
        "/pets": {"get": get("listPets", "List pets")},
        "/cats": {"get": get("listCats", "List cats")},
    }))
}

/// Says how many imports somebody is told of.
async fn told(desk: &Desk, scope: &countersign_access::TenantScope) -> usize {
    desk.imports.notices(scope).await.unwrap().imports.len()
}

#[tokio::test]
async fn each_member_is_told_what_an_import_changed_until_they_have_looked() {
    let desk = Desk::new().await;
    let reviewer = desk.house.member(&desk.database, Role::Reviewer).await;
    let started = desk.start(paste(&pets())).await;
    assert_eq!(told(&desk, &reviewer).await, 0, "of a first import nothing");
    turn_on(&desk, &desk.tools(started.source).await["GET /pets"]).await;

    let mut changed = pets();
    changed["paths"]["/pets"]["get"]["security"] = json!([]);
    changed["paths"]["/dogs"]["get"] = get("listDogs", "List dogs");
    let paths = changed["paths"].as_object_mut().unwrap();
    paths.remove("/cats");
    let revision = desk.again(started.source, &changed).await;
    for scope in [&reviewer, &desk.developer] {
        let notices = desk.imports.notices(scope).await.unwrap();
        let [one] = notices.imports.as_slice() else {
            panic!("{notices:?}");
        };
        assert_eq!((one.revision, one.number), (revision.id, 2));
        assert_eq!(
            (one.review, one.removed, one.added, one.informed),
            (1, 1, 1, 0)
        );
        assert_eq!(one.security, 1, "it became public");
        assert_eq!(one.by, desk.developer.who().person_label);
        assert!(!one.scheduled && !notices.more);
    }

    let looked = desk.imports.looked_at_imports(&reviewer, revision.id);
    looked.await.unwrap();
    assert_eq!(told(&desk, &reviewer).await, 0);
    assert_eq!(
        told(&desk, &desk.developer).await,
        1,
        "looks for themselves"
    );
    let late = desk.house.member(&desk.database, Role::Auditor).await;
    assert_eq!(told(&desk, &late).await, 0, "it was before their time");
}

#[tokio::test]
async fn an_import_that_came_while_somebody_looked_is_still_told() {
    let desk = Desk::new().await;
    let mut given = pets();
    let started = desk.start(paste(&given)).await;
    let mut revisions = Vec::new();
    for summary in ["List a", "List b", "List c", "List d", "List e", "List f"] {
        given["paths"]["/pets"]["get"]["summary"] = summary.into();
        revisions.push(desk.again(started.source, &given).await.id);
    }
    let notices = desk.imports.notices(&desk.developer).await.unwrap();
    let listed: Vec<_> = notices.imports.iter().map(|one| one.revision).collect();
    let newest: Vec<_> = revisions.iter().rev().take(5).copied().collect();
    assert_eq!((listed, notices.more), (newest, true));

    let mark = |id| desk.imports.looked_at_imports(&desk.developer, id);
    mark(revisions[4]).await.unwrap();
    assert_eq!(told(&desk, &desk.developer).await, 1);
    mark(revisions[0]).await.unwrap();
    assert_eq!(told(&desk, &desk.developer).await, 1, "never back again");
    assert!(mark(world().id::<RevisionId>()).await.is_err());
    println!("N = {} imports, told until looked at", revisions.len());
}

#[tokio::test]
async fn another_tenant_is_told_nothing_and_marks_nothing() {
    let desk = Desk::new().await;
    let other = desk.database.house("globex").await;
    let stranger = other.member(&desk.database, Role::Owner).await;
    let mut given = pets();
    let started = desk.start(paste(&given)).await;
    given["paths"]["/pets"]["get"]["summary"] = "List all pets".into();
    let revision = desk.again(started.source, &given).await;
    assert_eq!(told(&desk, &stranger).await, 0);
    let marked = desk.imports.looked_at_imports(&stranger, revision.id);
    let error = marked.await.unwrap_err();
    assert_eq!(countersign_domain::Fault::code(&error), "not_found");
    assert_eq!(told(&desk, &desk.developer).await, 1);
}
