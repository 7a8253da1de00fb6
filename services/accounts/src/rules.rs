//! Who may do what to whom among members. Pure: the rows go in, a yes or a no comes out.

use countersign_access::{ActionName, Denied, allows};
use countersign_domain::{Fault, Kind, id::MemberId, role::Role};
use countersign_store::{StoreError, members::Member};

/// Why a member, or an invitation to become one, was not changed.
#[derive(Debug, thiserror::Error)]
pub enum MemberError {
    /// The caller's role does not allow it.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Only owners make, change and remove owners.
    #[error("only an owner can make, change or remove owners")]
    OwnerRequired,
    /// Somebody has to be left who can do everything.
    #[error("this is the last owner; make another member an owner first")]
    LastOwner,
    /// They are in already.
    #[error("this person is already a member")]
    AlreadyMember,
    /// There is no such member or invitation.
    #[error("there is no such member")]
    NotFound,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for MemberError {
    fn kind(&self) -> Kind {
        match self {
            Self::Denied(denied) => denied.kind(),
            Self::OwnerRequired => Kind::Forbidden,
            Self::LastOwner | Self::AlreadyMember => Kind::Conflict,
            Self::NotFound => Kind::NotFound,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Denied(denied) => denied.code(),
            Self::OwnerRequired => "owner_required",
            Self::LastOwner => "last_owner",
            Self::AlreadyMember => "already_member",
            Self::NotFound => "not_found",
            Self::Store(error) => error.code(),
        }
    }
}

/// Decides whether one member may give another a role, or take every role away (`None`).
/// The acting member's role is the one in the rows, not the one they came in with.
pub(crate) fn change(
    members: &[Member],
    by: Option<MemberId>,
    target: MemberId,
    role: Option<Role>,
) -> Result<Member, MemberError> {
    let acting = acting(members, by)?;
    let target = find(members, target).ok_or(MemberError::NotFound)?;
    let about_owners = target.role == Role::Owner || role == Some(Role::Owner);
    if about_owners && acting.role != Role::Owner {
        return Err(MemberError::OwnerRequired);
    }
    let owners = members.iter().filter(|m| m.role == Role::Owner).count();
    if target.role == Role::Owner && role != Some(Role::Owner) && owners == 1 {
        return Err(MemberError::LastOwner);
    }
    Ok(target.clone())
}

/// Decides whether a member may remove one whose role cannot be read: it may be an owner's.
pub(crate) fn remove_unreadable(
    members: &[Member],
    by: Option<MemberId>,
) -> Result<(), MemberError> {
    match acting(members, by)?.role {
        Role::Owner => Ok(()),
        Role::Admin | Role::Reviewer | Role::Developer | Role::Auditor => {
            Err(MemberError::OwnerRequired)
        }
    }
}

/// Decides whether a member may invite somebody to a role.
pub(crate) fn invite(
    members: &[Member],
    by: Option<MemberId>,
    email: &countersign_domain::name::Email,
    role: Role,
) -> Result<MemberId, MemberError> {
    let acting = acting(members, by)?;
    if role == Role::Owner && acting.role != Role::Owner {
        return Err(MemberError::OwnerRequired);
    }
    if members.iter().any(|member| member.email == *email) {
        return Err(MemberError::AlreadyMember);
    }
    Ok(acting.id)
}

fn acting(members: &[Member], by: Option<MemberId>) -> Result<&Member, MemberError> {
    let action = ActionName::ManageMembers;
    by.and_then(|id| find(members, id))
        .filter(|member| allows(member.role, action))
        .ok_or(MemberError::Denied(Denied { action }))
}

fn find(members: &[Member], id: MemberId) -> Option<&Member> {
    members.iter().find(|member| member.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn member(number: u128, role: Role) -> Member {
        Member {
            id: Uuid::from_u128(number).into(),
            person: Uuid::from_u128(number).into(),
            email: format!("{number}@example.com").parse().unwrap(),
            role,
            created_at: countersign_domain::Timestamp::UNIX_EPOCH,
        }
    }

    fn answer(members: &[Member], by: usize, target: usize, role: Option<Role>) -> &'static str {
        match change(members, Some(members[by].id), members[target].id, role) {
            Ok(_) => "yes",
            Err(error) => error.code(),
        }
    }

    #[test]
    fn every_change_of_every_role_by_every_role_is_as_written() {
        let mut wrong = 0;
        let mut count = 0;
        for by in Role::ALL {
            for target in Role::ALL {
                for role in Role::ALL.into_iter().map(Some).chain([None]) {
                    let members = [member(1, by), member(2, target), member(3, Role::Owner)];
                    let wanted = match by {
                        Role::Admin if target == Role::Owner || role == Some(Role::Owner) => {
                            "owner_required"
                        }
                        Role::Owner | Role::Admin => "yes",
                        Role::Reviewer | Role::Developer | Role::Auditor => "forbidden",
                    };
                    count += 1;
                    wrong += u32::from(answer(&members, 0, 1, role) != wanted);
                }
            }
        }
        println!("{count} changes of roles");
        assert_eq!(wrong, 0);
    }

    #[test]
    fn the_last_owner_stays() {
        let members = [member(1, Role::Owner), member(2, Role::Admin)];
        assert_eq!(answer(&members, 0, 0, None), "last_owner");
        assert_eq!(answer(&members, 0, 0, Some(Role::Admin)), "last_owner");
        assert_eq!(answer(&members, 0, 0, Some(Role::Owner)), "yes");
        let two = [member(1, Role::Owner), member(2, Role::Owner)];
        assert_eq!(answer(&two, 0, 0, None), "yes");
    }

    #[test]
    fn somebody_who_is_no_longer_a_member_changes_nothing() {
        let members = [member(1, Role::Owner), member(2, Role::Admin)];
        let gone = Some(Uuid::from_u128(9).into());
        let refused = change(&members, gone, members[1].id, None).unwrap_err();
        assert_eq!(refused.code(), "forbidden");
    }
}
