//! The containers of `docker-compose.yml` are given what their roles need.

use platform::roles::Role;

#[test]
fn exactly_the_roles_that_need_the_vault_have_its_key() {
    let text = include_str!("../../../../docker-compose.yml");
    let services = text.split("\nservices:\n").nth(1).unwrap();
    let services = services.split("\nnetworks:\n").next().unwrap();
    for role in Role::ALL {
        let service = services
            .split("\n\n")
            .find(|service| service.contains(&format!("[serve, --role, {role}]")));
        let service = service.unwrap_or_else(|| panic!("{role} has no container"));
        for given in ["secrets: [vault_key]", "COUNTERSIGN_VAULT_KEY_FILE"] {
            assert_eq!(
                service.contains(given),
                role.needs_vault(),
                "{role}: {given}"
            );
        }
    }
    println!(
        "N = {} roles, each with the key or without",
        Role::ALL.len()
    );
}
