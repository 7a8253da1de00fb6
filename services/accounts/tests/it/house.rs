//! A database with people in it.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set its house up has failed"
)]

use std::net::IpAddr;

use countersign_access::TenantScope;
use countersign_accounts::{
    Accept, Accounts, Invite, Joining, NewSession, SignIn, SignInError, SignUp, SignUpError,
    SignedIn,
};
use countersign_domain::{name::Slug, role::Role, secret::Secret};
use countersign_testkit::{Database, world};

pub(crate) const PASSWORD: &str = "correct horse battery staple";

pub(crate) struct House {
    pub(crate) database: Database,
    pub(crate) accounts: Accounts,
}

/// A person with a session, and the tenant they came in by.
pub(crate) struct Resident {
    pub(crate) token: String,
    pub(crate) signed_in: SignedIn,
    pub(crate) tenant: Slug,
    pub(crate) scope: TenantScope,
}

pub(crate) fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

pub(crate) fn address(number: u8) -> IpAddr {
    [192, 0, 2, number].into()
}

impl House {
    pub(crate) async fn open() -> Self {
        let database = Database::create().await;
        let accounts = Accounts::new(database.store(), world());
        Self { database, accounts }
    }

    pub(crate) async fn sign_up(
        &self,
        email: &str,
        organisation: &str,
    ) -> Result<NewSession, SignUpError> {
        self.sign_up_from(address(1), (email, PASSWORD), organisation)
            .await
    }

    pub(crate) async fn sign_up_from(
        &self,
        address: IpAddr,
        (email, password): (&str, &str),
        organisation: &str,
    ) -> Result<NewSession, SignUpError> {
        let cmd = SignUp {
            email: email.parse().unwrap(),
            password: secret(password),
            organisation: organisation.parse().unwrap(),
            address,
            user_agent: "a browser".to_owned(),
        };
        self.accounts.sign_up(cmd).await
    }

    pub(crate) async fn sign_in(
        &self,
        email: &str,
        password: &str,
    ) -> Result<NewSession, SignInError> {
        self.sign_in_from(address(2), email, password).await
    }

    pub(crate) async fn sign_in_from(
        &self,
        address: IpAddr,
        email: &str,
        password: &str,
    ) -> Result<NewSession, SignInError> {
        let cmd = SignIn {
            email: email.parse().unwrap(),
            password: secret(password),
            address,
            user_agent: "a browser".to_owned(),
        };
        self.accounts.sign_in(cmd).await
    }

    pub(crate) async fn owner(&self, email: &str, organisation: &str) -> Resident {
        let session = self.sign_up(email, organisation).await.unwrap();
        let tenant = session.tenant.clone().unwrap();
        self.resident(session.token.expose(), tenant).await
    }

    /// Invites somebody new and lets them in.
    pub(crate) async fn member(&self, by: &Resident, email: &str, role: Role) -> Resident {
        let token = self.invitation(by, email, role).await;
        let accepted = self.accounts.accept(newcomer(&token)).await.unwrap();
        let session = accepted.token.unwrap();
        self.resident(session.expose(), accepted.tenant).await
    }

    pub(crate) async fn invitation(&self, by: &Resident, email: &str, role: Role) -> String {
        let invite = Invite {
            email: email.parse().unwrap(),
            role,
        };
        let invited = self.accounts.invite(&by.scope, invite).await.unwrap();
        invited.token.expose().to_owned()
    }

    async fn resident(&self, token: &str, tenant: Slug) -> Resident {
        let signed_in = self.accounts.session(token).await.unwrap().unwrap();
        let scope = self.accounts.enter(signed_in.session, &tenant).await;
        Resident {
            token: token.to_owned(),
            scope: scope.unwrap().unwrap(),
            signed_in,
            tenant,
        }
    }

    /// Counts the rows of the audit logs about one act, by name.
    pub(crate) async fn records(&self, act: &str) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM record WHERE act = $1")
            .bind(act)
            .fetch_one(&mut self.database.admin().await)
            .await
            .unwrap()
    }

    /// The details of the newest row of the audit logs about one act.
    pub(crate) async fn detail(&self, act: &str) -> sqlx::types::JsonValue {
        sqlx::query_scalar(
            "SELECT detail FROM record WHERE act = $1 ORDER BY committed_at DESC LIMIT 1",
        )
        .bind(act)
        .fetch_one(&mut self.database.admin().await)
        .await
        .unwrap()
    }

    /// Changes rows behind the product's back: to make things old.
    pub(crate) async fn age(&self, sql: &'static str) {
        sqlx::query(sql)
            .execute(&mut self.database.admin().await)
            .await
            .unwrap();
    }
}

pub(crate) fn newcomer(token: &str) -> Accept {
    Accept {
        token: secret(token),
        joining: Joining::New {
            password: secret(PASSWORD),
            address: address(3),
            user_agent: "a browser".to_owned(),
        },
    }
}

/// An agent of a member, with a token.
pub(crate) async fn give_grant(house: &House, who: &Resident) {
    let sql = "
        INSERT INTO oauth_client (id, name, redirect_uris, created_at)
            VALUES (gen_random_uuid(), 'an agent', '{http://127.0.0.1/}', now());
        INSERT INTO endpoint (tenant_id, id, environment_id, slug, name, created_at, created_by)
            SELECT e.tenant_id, gen_random_uuid(), e.id, 'support', 'Support', now(), m.id
            FROM environment e JOIN member m ON m.tenant_id = e.tenant_id AND m.id = '{member}';
        INSERT INTO oauth_grant (tenant_id, id, endpoint_id, client_id, member_id, scopes, resource, created_at, expires_at)
            SELECT e.tenant_id, gen_random_uuid(), e.id, c.id, '{member}', '{READ}', 'https://x', now(), now() + interval '1 day'
            FROM endpoint e, oauth_client c;
        INSERT INTO oauth_access_token (tenant_id, digest, grant_id, scopes, created_at, expires_at)
            SELECT tenant_id, '\\x00', id, scopes, now(), now() + interval '1 day' FROM oauth_grant;";
    let member = who.scope.member().unwrap().as_uuid().to_string();
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.replace("{member}", &member)))
        .execute(&mut house.database.admin().await)
        .await
        .unwrap();
}
