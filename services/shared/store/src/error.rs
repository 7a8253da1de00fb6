//! What can go wrong between us and the database.

use countersign_domain::{Fault, Kind};
use sea_orm::{DbErr, RuntimeErr};

/// A query did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The thing is not there, or is another tenant's.
    #[error("there is no such thing")]
    NotFound,
    /// The member who asks was removed or given another role since they were let in.
    #[error("your membership has changed since this request began")]
    MembershipChanged,
    /// People have stopped all calls of the tenant.
    #[error("all calls are stopped")]
    CallsStopped,
    /// A constraint said no; its name says which.
    #[error("this is already there or is no longer so")]
    Conflict {
        /// The constraint's name in the migrations.
        constraint: String,
    },
    /// What the database holds cannot be understood.
    #[error("stored data is not readable")]
    Unreadable {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's id.
        row: String,
    },
    /// The database cannot be reached.
    #[error("the database is not available")]
    Unavailable(#[source] DbErr),
    /// A statement took longer than it may.
    #[error("the database did not answer in time")]
    TookTooLong(#[source] DbErr),
    /// The query itself failed.
    #[error("a query failed")]
    Query(#[source] DbErr),
}

impl StoreError {
    /// The constraint that refused, if one did.
    #[must_use]
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Self::Conflict { constraint } => Some(constraint),
            Self::NotFound
            | Self::MembershipChanged
            | Self::CallsStopped
            | Self::Unreadable { .. }
            | Self::Unavailable(_)
            | Self::TookTooLong(_)
            | Self::Query(_) => None,
        }
    }
}

impl Fault for StoreError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::NotFound,
            Self::MembershipChanged => Kind::Forbidden,
            Self::CallsStopped | Self::Conflict { .. } => Kind::Conflict,
            Self::Unavailable(_) | Self::TookTooLong(_) => Kind::Unavailable,
            Self::Unreadable { .. } | Self::Query(_) => Kind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::MembershipChanged => "forbidden",
            Self::CallsStopped => "stopped",
            Self::Conflict { .. } => "conflict",
            Self::Unavailable(_) | Self::TookTooLong(_) => "database_unavailable",
            Self::Unreadable { .. } | Self::Query(_) => "internal",
        }
    }
}

impl From<DbErr> for StoreError {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the error types of sea-orm and sqlx are non-exhaustive"
    )]
    fn from(error: DbErr) -> Self {
        let sqlx = match &error {
            DbErr::Exec(RuntimeErr::SqlxError(inner))
            | DbErr::Query(RuntimeErr::SqlxError(inner)) => Some(inner.as_ref()),
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => return Self::Unavailable(error),
            _ => None,
        };
        match sqlx {
            Some(sqlx::Error::Database(database)) => match database.constraint() {
                Some("calls_are_stopped") => Self::CallsStopped,
                Some(constraint) => Self::Conflict {
                    constraint: constraint.to_owned(),
                },
                // By statement_timeout.
                None if database.code().is_some_and(|code| code == "57014") => {
                    Self::TookTooLong(error)
                }
                // 57P0x shutting down, 55P03 a lock was not to be had in time, 53xxx out of
                // connections, memory or disk, 08xxx gone.
                None if database.code().is_some_and(|code| {
                    ["57", "55P03", "53", "08"]
                        .iter()
                        .any(|start| code.starts_with(start))
                }) =>
                {
                    Self::Unavailable(error)
                }
                None => Self::Query(error),
            },
            Some(
                sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed,
            ) => Self::Unavailable(error),
            Some(_) | None => Self::Query(error),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::from(DbErr::Query(RuntimeErr::SqlxError(std::sync::Arc::new(
            error,
        ))))
    }
}
