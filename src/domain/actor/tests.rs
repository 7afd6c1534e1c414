//! What evidence is had by whom.

use super::*;
use crate::domain::permission::of;

fn member(role: Role) -> Member {
    let person =
        Person { id: Uuid::nil(), email: "a@example.com".into(), name: "A".into(), is_admin: true };
    let project = Project { id: Uuid::nil(), slug: "acme".into(), name: "Acme".into() };
    Member::admit(person, project, role)
}

#[test]
fn each_role_has_what_it_is_for_and_no_more() {
    for role in Role::ALL {
        let member = member(*role);
        assert!(member.can::<of::RegistryRead>().is_ok(), "{role:?}");
        assert_eq!(member.can::<of::RegistryDelete>().is_ok(), *role == Role::Owner);
        assert_eq!(
            member.can::<of::RegistryWrite>().err(),
            (!member.may(Permission::RegistryWrite)).then_some(Error::Forbidden)
        );
    }
    assert_eq!(Granter::reauthenticated(&member(Role::Auditor)).err(), Some(Error::Forbidden));
    assert!(Granter::reauthenticated(&member(Role::Maintainer)).is_ok());
}

#[test]
fn every_actor_has_the_name_that_events_carry() {
    let owner = member(Role::Owner);
    let evidence = owner.can::<of::PipelineWrite>().unwrap();
    assert_eq!(evidence.actor(), Actor::Person { id: Uuid::nil(), name: "A".into() });
    assert_eq!(owner.person().instance_admin().unwrap().actor(), evidence.actor());
    for (sudo_user, name) in [
        (None, "operator (uid 7)"),
        (Some(""), "operator (uid 7)"),
        (Some("dana"), "operator (uid 7, sudo by dana)"),
        (Some("da\nna\u{1b}[2J)"), "operator (uid 7, sudo by dana2J)"),
    ] {
        let operator = Operator::at_the_machine(7, sudo_user);
        assert_eq!((operator.actor().id(), operator.actor().name()), (None, name));
        assert_eq!(operator.instance_admin().actor(), operator.actor());
    }
    assert_eq!((Actor::Product.id(), Actor::Product.name()), (None, "Regcred"));
}
