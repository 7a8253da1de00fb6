//! One kind of secret is never taken for another (T11).

use actix_web::test::TestRequest;

use crate::house::{House, session};

#[actix_web::test]
async fn a_secret_of_one_kind_is_an_unknown_value_everywhere_else() {
    let house = House::open().await;
    let resource = house.acme.resource("support");
    let code = house.code(house.acme.owner, &resource).await;
    let connected = house.connect(house.acme.owner, &resource).await;
    let cookie = session(house.acme.owner).value().to_owned();
    let swapped = |secret: &str, prefix: &str| format!("{prefix}{}", &secret[4..]);
    let others = [
        ("session cookie", cookie.clone()),
        ("client id", connected.client.clone()),
        ("random text", "csx_".to_owned() + &cookie),
        ("bare random part", connected.access[4..].to_owned()),
        ("longer", connected.access.clone() + "A"),
        ("upper case", connected.access.to_uppercase()),
    ];
    let mut tried = 0;

    let not_access = [&code.text, &connected.refresh];
    let disguised = not_access.map(|secret| swapped(secret, "csa_"));
    for secret in not_access
        .into_iter()
        .chain(&disguised)
        .chain(others.iter().map(|(_, text)| text))
    {
        let found = house.speaks_for(secret, &resource).await;
        assert!(found.is_none(), "{secret}");
        tried += 1;
    }

    let not_code = [&connected.access, &connected.refresh];
    let disguised = not_code.map(|secret| swapped(secret, "csc_"));
    for secret in not_code
        .into_iter()
        .chain(&disguised)
        .chain(others.iter().map(|(_, text)| text))
    {
        let answer = house.token(&code.form_but("code", Some(secret))).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error().as_str()),
            (400, "invalid_grant"),
            "{secret}"
        );
        tried += 1;
    }

    let not_refresh = [&connected.access, &code.text];
    let disguised = not_refresh.map(|secret| swapped(secret, "csr_"));
    for secret in not_refresh
        .into_iter()
        .chain(&disguised)
        .chain(others.iter().map(|(_, text)| text))
    {
        let mut form = connected.refresh_form();
        form[2] = ("refresh_token", secret);
        let answer = house.token(&form).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error().as_str()),
            (400, "invalid_grant"),
            "{secret}"
        );
        tried += 1;
    }

    for secret in [&connected.access, &connected.refresh, &code.text] {
        let cookie = actix_web::cookie::Cookie::new("countersign", secret.clone());
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(House::request(&connected.client, &resource))
            .finish();
        let request = TestRequest::get()
            .uri(&format!("/oauth/authorize?{query}"))
            .cookie(cookie);
        let answer = house.ask(request).await;
        assert!(
            answer.header("location").starts_with("/sign-in?"),
            "{secret}"
        );
        tried += 1;
    }

    assert!(house.is_alive(&connected).await);
    assert_eq!(house.token(&code.form()).await.status, 200);
    println!("{tried} secrets in the wrong place, none taken");
    assert!(tried >= 33);
}
