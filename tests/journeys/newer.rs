//! What a newer version of the server wrote while this one still runs beside it: of what it cannot
//! read nothing is done, and everything else goes on.

use countersign_accounts::Invite;
use countersign_domain::{
    Fault as _, decision::Handling, operation::Method, role::Role, tool::Choice,
};
use countersign_tests::{House, Upstream};
use countersign_tool_registry::{DecideTools, LookedAt, Seen, TurnOff, TurnOn};
use serde_json::json;
use sqlx::Executor as _;

use crate::{
    denied, forms,
    front::{Browser, Front},
};

const REVIEW: &str = "/t/acme/sources/corner-shop";

/// Writes a part of the definition of a tool as some version to come may.
async fn write(house: &House, tool: &str, part: &str, value: &str) {
    let sql = "UPDATE tool_version v SET definition = jsonb_set(definition, $2::text[], $3::jsonb)
         FROM tool t WHERE t.current_version = v.id AND t.name = $1";
    let query = sqlx::query(sql).bind(tool).bind(part).bind(value);
    let written = query.execute(&mut house.database.admin().await).await;
    let written = written.unwrap();
    assert_eq!(written.rows_affected(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tool_that_cannot_be_read_takes_no_other_along() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let owner = house.owner_of("acme").await;
    let shop = house.shop(&owner, &upstream.base).await;
    // Of one only how it is called cannot be read, of the other not even what it is.
    write(&house, "create_refund", "{body,kind}", r#""hologram""#).await;
    write(&house, "delete_order", "{risk,class}", r#""SPACE""#).await;

    let front = Front::open(&house, "newer").await;
    let (cookie, request) = denied::asked(&house, &front).await;
    let mut ada = front.browser(&house, &owner).await;
    let signed_in = ada.cookie.clone();
    ada.cookie = format!("{signed_in}; {cookie}");
    let consent = forms::get(&ada, &format!("/oauth/consent?request={request}"))
        .await
        .replace("<wbr>", "");
    assert!(consent.contains("get_order"), "{consent}");
    for lost in ["create_refund", "delete_order"] {
        assert!(!consent.contains(lost), "{lost}: {consent}");
    }
    ada.cookie = signed_in;

    let agent = house.agent_of(&owner, &shop).await;
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    let list = house.post(&agent, &list).await;
    let listed = list.body["result"]["tools"].as_array().unwrap();
    let names: Vec<_> = listed.iter().map(|tool| &tool["name"]).collect();
    assert_eq!(names, ["get_order", "list_orders", "set_order_labels"]);
    for tool in ["create_refund", "delete_order", "no_such_tool"] {
        let refused = house.call(&agent, tool, &json!({"order_id": "a"})).await;
        let told = refused.body["error"]["message"].as_str().unwrap();
        assert_eq!(told.replace(tool, "it"), "Unknown tool: it");
    }
    let order = json!({"order_id": "a"});
    assert!(!house.call(&agent, "get_order", &order).await.is_error());

    let (status, page) = ada.ask(Method::Get, REVIEW, None).await;
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("1 tool is not shown"), "{page}");
    let refund = page.split("data-name=\"create_refund\"").nth(1).unwrap();
    let refund = refund.split("</tr>").next().unwrap();
    assert!(refund.contains("this one cannot read"), "{refund}");
    assert_eq!(page.matches("this one cannot read").count(), 2, "{page}");

    let tools = house.tools(&owner, shop.source, shop.environment).await;
    let refund = tools.iter().find(|view| view.tool.name == "create_refund");
    let off = TurnOff {
        tool: refund.unwrap().tool.id,
        environment: shop.environment,
        reason: "it is too new".parse().unwrap(),
    };
    let off = house.registry.turn_off(&owner.scope, off).await;
    assert_eq!(off.unwrap().choice, Choice::Off);
    front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tool_that_cannot_be_read_is_not_turned_on() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let owner = house.owner_of("acme").await;
    let shop = house.shop(&owner, &upstream.base).await;
    let tools = house.tools(&owner, shop.source, shop.environment).await;
    let named = |name: &str| tools.iter().find(|view| view.tool.name == name).unwrap();
    let (refund, order) = (named("create_refund"), named("get_order"));
    let reason = || "the desk needs it".parse().unwrap();
    let decide = async |choice: Choice| {
        let wish = DecideTools {
            source: shop.source,
            environment: shop.environment,
            choice,
            tools: [refund, order]
                .map(|view| LookedAt {
                    seen: Seen::Unsaid,
                    ..view.looked_at()
                })
                .to_vec(),
            reason: reason(),
        };
        let outcome = house.registry.decide_tools(&owner.scope, wish).await;
        outcome.unwrap()
    };
    assert_eq!(decide(Choice::Off).await.decided.len(), 2);
    write(&house, "create_refund", "{body,kind}", r#""hologram""#).await;

    let alone = TurnOn {
        tool: refund.tool.id,
        version: refund.tool.version,
        seen: Seen::Unsaid,
        environment: shop.environment,
        handling: Handling::Hold,
        reason: reason(),
    };
    let alone = house.registry.turn_on(&owner.scope, alone).await;
    assert_eq!(alone.unwrap_err().code(), "tool_unreadable");
    let together = decide(Choice::On(Handling::Hold)).await;
    assert_eq!(together.decided, ["get_order"]);
    assert_eq!(together.refused[0].why.code(), "tool_unreadable");
    assert_eq!(decide(Choice::Off).await.decided, ["get_order"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_say_what_they_leave_out() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let owner = house.owner_of("acme").await;
    house.member_of(&owner, Role::Reviewer, "rev").await;
    let shop = house.shop(&owner, &upstream.base).await;
    write(&house, "delete_order", "{risk,class}", r#""SPACE""#).await;
    let newer = r#"ALTER TABLE member DROP CONSTRAINT member_role_check;
        UPDATE member SET role = 'curator' WHERE role = 'reviewer';
        UPDATE credential SET base_url = 'http://[hologram';
        INSERT INTO tool_override (tenant_id, id, tool_id, kind, said, instead_of, about_print, reason, given_by,
            given_at)
        SELECT t.tenant_id, gen_random_uuid(), t.id, 'risk', '{"kind": "risk", "class": "SPACE"}', '{"kind": "risk"}',
            sha256(''), 'it is far away', m.id, now()
        FROM tool t JOIN member m ON m.tenant_id = t.tenant_id AND m.role = 'owner' WHERE t.name = 'list_orders'"#;
    let mut admin = house.database.admin().await;
    admin.execute(sqlx::raw_sql(newer)).await.unwrap();

    let front = Front::open(&house, "left-out").await;
    let ada = front.browser(&house, &owner).await;
    let members = forms::get(&ada, "/t/acme/members").await;
    assert!(members.contains("1 more member is not shown"), "{members}");
    assert!(members.contains("owner@acme.example"), "{members}");
    let gone = members.split("An owner can remove <a href=\"").nth(1);
    let gone = gone.unwrap().split('"').next().unwrap().to_owned();
    // The member, the address that a credential is sent to, and what was said of a tool.
    let report = forms::get(&ada, "/t/acme/report").await;
    assert!(report.contains("3 entries are not shown"), "{report}");
    assert!(report.contains("set_<wbr>order_<wbr>labels"), "{report}");
    let review = forms::get(&ada, REVIEW).await;
    assert!(review.contains("2 tools are not shown"), "{review}");
    let path = format!("/t/acme/endpoints/{}", shop.endpoint);
    let endpoint = forms::get(&ada, &path).await;
    assert!(
        endpoint.contains("2 chosen tools are left out"),
        "{endpoint}"
    );

    // What cannot be read stays where it is.
    let form = forms::drawn(&endpoint, "endpoint-tools-form");
    let (status, page) = forms::post(&ada, &format!("{path}/tools"), &form).await;
    assert_eq!(status, 303, "{page}");
    let chosen = "SELECT count(*) FROM endpoint_tool";
    let chosen: i64 = sqlx::query_scalar(chosen)
        .fetch_one(&mut admin)
        .await
        .unwrap();
    assert_eq!(chosen, 5);

    let admin_too = house.member_of(&owner, Role::Admin, "adm").await;
    let adm = front.browser(&house, &admin_too).await;
    let stranger = house.owner_of("globex").await;
    let eve = front.browser(&house, &stranger).await;
    let form = forms::drawn(&forms::get(&ada, &gone).await, "remove-form");
    let remove = async |browser: &Browser<'_>| {
        let form = form.replace(&ada.csrf, &browser.csrf);
        let form = format!("{form}&confirm=yes&reason=left+the+desk");
        forms::post(browser, &gone, &form).await
    };
    let (status, page) = remove(&adm).await;
    assert_eq!(status, 409, "{page}");
    assert!(
        page.contains("Only an owner can make, change or remove"),
        "{page}"
    );
    assert_eq!(remove(&eve).await.0, 404);
    let (status, page) = remove(&ada).await;
    assert_eq!(status, 303, "{page}");
    let members = forms::get(&ada, "/t/acme/members").await;
    assert!(!members.contains("not shown"), "{members}");
    front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn agents_and_invitations_that_cannot_be_read_are_said_wherever_they_are_left_out() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let owner = house.owner_of("acme").await;
    let stranger = house.owner_of("globex").await;
    let shop = house.shop(&owner, &upstream.base).await;
    house.agent_of(&owner, &shop).await;
    let email = "new@acme.example".parse().unwrap();
    let role = Role::Reviewer;
    let invited = house.accounts.invite(&owner.scope, Invite { email, role });
    invited.await.unwrap();
    let newer = "UPDATE oauth_grant SET scopes = ARRAY['tools:teleport'];
        ALTER TABLE invitation DROP CONSTRAINT invitation_role_check;
        UPDATE invitation SET role = 'curator'";
    let mut admin = house.database.admin().await;
    admin.execute(sqlx::raw_sql(newer)).await.unwrap();

    let front = Front::open(&house, "agents-left-out").await;
    let ada = front.browser(&house, &owner).await;
    let eve = front.browser(&house, &stranger).await;
    let said = "not shown: another version of Countersign wrote what this one cannot read.";
    let agent = format!("1 more agent of the organisation is {said}");
    let tool = house.tools(&owner, shop.source, shop.environment).await;
    let (tool, member) = (tool[0].tool.id, owner.scope.member().unwrap());
    let pages = [
        "endpoints".to_owned(),
        format!("endpoints/{}", shop.endpoint),
        format!("tools/{tool}"),
        format!("members/{member}/remove"),
        "stop".to_owned(),
    ];
    for path in &pages {
        let page = forms::get(&ada, &format!("/t/acme/{path}")).await;
        assert!(page.contains(&agent), "{path}: {page}");
    }
    let members = forms::get(&ada, "/t/acme/members").await;
    let invitation = format!("1 more open invitation is {said}");
    assert!(members.contains(&invitation), "{members}");
    for path in ["endpoints", "members", "stop"] {
        let page = forms::get(&eve, &format!("/t/globex/{path}")).await;
        assert!(!page.contains("not shown"), "{path}: {page}");
    }
    front.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_whose_credential_cannot_be_read_takes_no_other_along() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let owner = house.owner_of("acme").await;
    let shop = house.shop(&owner, &upstream.base).await;
    let mut admin = house.database.admin().await;
    let newer = r#"UPDATE credential SET scheme = '{"kind": "entangled"}'"#;
    admin.execute(newer).await.unwrap();

    let agent = house.agent_of(&owner, &shop).await;
    let order = json!({"order_id": "a"});
    let order = house.call(&agent, "get_order", &order).await;
    assert_eq!(order.code(), "not_connected", "{}", order.body);
    assert_eq!(upstream.seen().len(), 0);
}
