//! People and how they come in: sign-up, sign-in, sessions, members, invitations.
//!
//! What must always hold:
//! - a token (session, invitation) is 256 random bits, given out once and kept as a digest;
//! - whoever asks for a session learns the same, in the same time, whether the address is known
//!   or not ([`Accounts::sign_in`]);
//! - authority is read from the database for each request ([`Accounts::enter`]), so that a
//!   change of role or a removal is in force at the next one;
//! - a tenant always has an owner, and only owners make or unmake owners.
//!
//! One file per thing that somebody does; [`Accounts`] is what they hang on.

mod accept;
mod accounts;
mod denied;
mod invite;
mod limits;
mod manage;
mod password;
mod rules;
mod session;
mod sign_in;
mod sign_up;
mod token;

pub use accept::{Accept, AcceptError, Accepted, Joining};
pub use accounts::Accounts;
pub use countersign_store::{
    invitations::{FoundInvitation, OpenInvitation},
    members::{KeptMember, Member},
};
pub use invite::{Invite, Invited};
pub use limits::Limited;
pub use manage::{ChangeRole, Members, RemoveMember};
pub use password::{PasswordProblem, RECOMMENDED_LENGTH};
pub use rules::MemberError;
pub use session::{MembershipView, NewSession, SignedIn};
pub use sign_in::{SignIn, SignInError};
pub use sign_up::{SignUp, SignUpError};
