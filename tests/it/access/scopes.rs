//! Roles, scopes, and whose scores a principal sees.

use super::{agent, later, now, somebody};
use amends::access::{
    AccountName, Credential, Grant, GrantError, Principal, Role, Scope, Scopes, Secret, SecretKind, Token,
};
use proptest::prelude::*;

fn any_scopes() -> impl Strategy<Value = Scopes> {
    prop::collection::vec(prop::sample::select(Scope::ALL.to_vec()), 0..9).prop_map(Scopes::from)
}

fn admin() -> Principal {
    somebody(Role::Admin, &Scope::ALL, None)
}

fn grant(role: Role, scopes: &[Scope]) -> Grant {
    Grant { name: "Dashboard".to_owned(), role, scopes: Scopes::of(scopes), agent: None, expires: None }
}

#[test]
fn each_role_may_do_its_own() {
    let table: Vec<String> = Role::ALL.iter().map(|role| format!("{role}: {}", role.scopes())).collect();
    assert_eq!(
        table,
        [
            "admin: score ingest read review export erase manage",
            "reviewer: score read review export",
            "agent: score read",
            "integration: score ingest read export",
        ]
    );
}

#[test]
fn names_are_read_back_and_unknown_ones_refused_with_what_is_allowed() {
    assert_eq!("reviewer".parse(), Ok(Role::Reviewer));
    assert_eq!("  read  score ".parse(), Ok(Scopes::of(&[Scope::Score, Scope::Read])));
    assert_eq!("".parse(), Ok(Scopes::NONE));
    let role = "Admin".parse::<Role>().unwrap_err().to_string();
    assert_eq!(role, "`Admin` is no role; allowed: admin, reviewer, agent, integration");
    let scope = "read write".parse::<Scopes>().unwrap_err().to_string();
    assert_eq!(scope, "`write` is no scope; allowed: score, ingest, read, review, export, erase, manage");
    let json = serde_json::to_string(&Role::Agent.scopes()).unwrap();
    assert_eq!(json, r#"["score","read"]"#);
    assert_eq!(serde_json::from_str::<Scopes>(&json).unwrap(), Role::Agent.scopes());
    assert!(serde_json::from_str::<Scopes>(r#"["write"]"#).is_err());
}

proptest! {
    #[test]
    fn scopes_are_written_and_read_back(scopes in any_scopes()) {
        prop_assert_eq!(scopes.to_string().parse(), Ok(scopes));
        let json = serde_json::to_string(&scopes).unwrap();
        prop_assert_eq!(serde_json::from_str::<Scopes>(&json).unwrap(), scopes);
    }

    #[test]
    fn nobody_may_do_more_than_their_role(scopes in any_scopes(), role in prop::sample::select(Role::ALL.to_vec())) {
        let principal = Principal::new(Credential::Token(3), String::new(), role, scopes, None);
        for scope in Scope::ALL {
            prop_assert_eq!(principal.may(scope), scopes.contains(scope) && role.scopes().contains(scope));
        }
        prop_assert!(principal.scopes().are_within(scopes) && principal.scopes().are_within(role.scopes()));
    }

    #[test]
    fn what_is_granted_is_never_more_than_the_granter_has(
        held in any_scopes(), wanted in any_scopes(), role in prop::sample::select(Role::ALL.to_vec())
    ) {
        let by = Principal::new(Credential::Token(3), String::new(), Role::Admin, held, None);
        let grant = Grant { scopes: wanted, agent: Some(agent("7")), ..grant(role, &[]) };
        if grant.check(&by, now()).is_ok() {
            prop_assert!(by.may(Scope::Manage) && wanted.are_within(held) && wanted.are_within(role.scopes()));
        }
    }
}

#[test]
fn an_agent_sees_only_their_own() {
    let dana = somebody(Role::Agent, &Scope::ALL, Some(agent("7")));
    assert!(dana.may_see(&agent("7")) && !dana.may_see(&agent("8")) && !dana.may_see_everybody());
    let mut elsewhere = agent("7");
    elsewhere.source = "intercom".to_owned();
    assert!(!dana.may_see(&elsewhere), "the same number in another tool is another person");

    let unknown = somebody(Role::Agent, &Scope::ALL, None);
    assert!(!unknown.may_see(&agent("7")) && !unknown.may_see_everybody());

    for role in [Role::Admin, Role::Reviewer, Role::Integration] {
        assert!(somebody(role, &Scope::ALL, None).may_see(&agent("7")));
        let answers_too = somebody(role, &Scope::ALL, Some(agent("7")));
        assert!(answers_too.may_see(&agent("8")) && answers_too.may_see_everybody());
        let scores_only = somebody(role, &[Scope::Score], Some(agent("7")));
        assert!(!scores_only.may_see(&agent("7")) && !scores_only.may_see_everybody());
    }
}

#[test]
fn the_audit_log_tells_users_from_tokens() {
    assert_eq!(Credential::User(7).to_string(), "user:7");
    assert_eq!(Credential::Token(7).to_string(), "token:7");
}

#[test]
fn a_token_acts_as_it_was_granted_until_it_ends() {
    let dashboard = Grant { expires: Some(later(60)), ..grant(Role::Integration, &[Scope::Read]) };
    let (secret, token) = Token::issue(dashboard, &admin(), now()).unwrap();
    assert_eq!(token.start, secret.start());
    let principal = token.principal(12);
    assert_eq!((principal.credential, principal.name.as_str()), (Credential::Token(12), "Dashboard"));
    assert!(principal.may(Scope::Read) && !principal.may(Scope::Ingest) && principal.may_see_everybody());
    assert!(token.opens(&secret.digest(), later(59)));
    assert!(!token.opens(&secret.digest(), later(60)), "ended");
    let other = Secret::random(SecretKind::Token).unwrap();
    assert!(!token.opens(&other.digest(), now()), "another's secret");
}

#[test]
fn what_speaks_against_a_token_is_said() {
    let refused = |grant: Grant, by: &Principal| Token::issue(grant, by, now()).unwrap_err().to_string();
    let good = || grant(Role::Integration, &[Scope::Read]);

    assert!(refused(Grant { name: "  ".to_owned(), ..good() }, &admin()).contains("needs a name"));
    assert!(refused(Grant { name: "x".repeat(101), ..good() }, &admin()).contains("1 to 100"));
    assert_eq!(
        refused(grant(Role::Integration, &[]), &admin()),
        "a token needs at least one scope; those of the role `integration`: score ingest read export"
    );
    assert_eq!(
        refused(grant(Role::Integration, &[Scope::Review]), &admin()),
        "the role `integration` has no scope `review`; allowed: score ingest read export"
    );
    assert!(refused(grant(Role::Agent, &[Scope::Read]), &admin()).contains("agent's source"));
    let past = refused(Grant { expires: Some(now()), ..good() }, &admin());
    assert_eq!(past, "the token would end at 2026-11-22T09:00:00Z, which is past");

    let reviewer = somebody(Role::Reviewer, &Scope::ALL, None);
    assert_eq!(Token::issue(good(), &reviewer, now()).unwrap_err(), GrantError::NotHeld(Scope::Manage));
    let manages_only = somebody(Role::Admin, &[Scope::Manage], None);
    let everything = grant(Role::Admin, &[Scope::Manage, Scope::Erase]);
    assert_eq!(Token::issue(everything, &manages_only, now()).unwrap_err(), GrantError::NotHeld(Scope::Erase));
}

#[test]
fn an_account_has_one_way_of_writing() {
    let name = |text: &str| text.parse::<AccountName>().map(|name| name.to_string());
    assert_eq!(name(" Dana@Quality.example "), Ok("dana@quality.example".to_owned()));
    assert_eq!(name("zoe\u{308}"), name("ZOË"));
    for none in ["", "   ", "dana kowalczyk", "da\0na", &"x".repeat(255)] {
        assert!(name(none).is_err(), "{none:?}");
    }
    let said = "dana kowalczyk".parse::<AccountName>().unwrap_err().to_string();
    assert_eq!(said, "an account's name has 1 to 254 characters and neither spaces nor control characters");
}
