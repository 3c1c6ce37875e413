//! `amends token` and `amends user`.

use super::{amends, code, err, out};
use ::amends::access::{AccountName, Passwords, Role, Scope, Secret, SecretKind};
use ::amends::store::{Store, access, users};

#[test]
fn a_stopped_service_is_given_tokens_and_people() {
    let folder = tempfile::tempdir().unwrap();
    let create = ["token", "create", "sync", "--role", "integration", "--scopes", "ingest,read", "--data", "data"];
    let created = amends(folder.path(), &create);
    assert_eq!(code(&created), 0, "{}", err(&created));
    let secret = Secret::parse(SecretKind::Token, out(&created).trim()).unwrap();
    let added = amends(folder.path(), &["user", "add", "Dana", "--role", "admin", "--data", "data"]);
    assert_eq!(code(&added), 0, "{}", err(&added));
    let again = amends(folder.path(), &["user", "add", "dana", "--role", "reviewer", "--data", "data"]);
    assert_eq!((code(&again), err(&again).contains("there is somebody called `dana` already")), (2, true));

    let store = Store::open(&folder.path().join("data")).unwrap();
    let token = store.read(|transaction| access::token(transaction, &secret.digest())).unwrap().unwrap().token;
    assert_eq!(token.grant.scopes.iter().collect::<Vec<_>>(), [Scope::Ingest, Scope::Read]);
    let name: AccountName = "dana".parse().unwrap();
    let dana = store.read(|transaction| users::user_named(transaction, &name)).unwrap().unwrap().user;
    assert_eq!(dana.role, Role::Admin);
    let password = Passwords::new().unwrap().verify(out(&added).trim(), dana.password.as_ref());
    assert!(password.unwrap(), "the one that was printed");

    let refused = amends(folder.path(), &create);
    assert_eq!(code(&refused), 2);
    assert!(err(&refused).contains("is in use by a running service"), "{}", err(&refused));
    let wrong: [&[&str]; 3] = [
        &["token", "create", "x", "--role", "boss"],
        &["token", "create", "x", "--role", "agent"],
        &["user", "add", "x", "--role", "integration"],
    ];
    for arguments in wrong {
        assert_eq!(code(&amends(folder.path(), arguments)), 2, "{arguments:?}");
    }
}
