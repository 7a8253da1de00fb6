//! Who may do what, as a table that a change has to change.

#[test]
fn the_table_of_roles_and_actions_is_the_reviewed_one() {
    let reviewed = include_str!("authority.txt");
    let present = countersign_access::matrix();
    assert_eq!(
        present, reviewed,
        "review the change, then write it to tests/structure/authority.txt"
    );
}
