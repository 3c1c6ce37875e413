//! `amends token` and `amends user`: who may, for a service that is stopped.

use super::data::{DataArgs, open_stopped};
use super::{Failure, OK, output};
use crate::access::{
    AccountName, AgentKey, Credential, Grant, Passwords, Principal, Role, Scope, Scopes, Secret, SecretKind, Token,
};
use crate::conversation::ParticipantId;
use crate::store::users::User;
use crate::store::{access, audit_log, users};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use std::io::Read;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct TokenArgs {
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Make a token for a program; it is printed once
    Create(CreateArgs),
}

#[derive(Debug, Args)]
struct CreateArgs {
    /// What it is for
    name: String,
    /// admin, reviewer, agent or integration
    #[arg(long)]
    role: Role,
    /// What it may do, such as score,ingest; all that its role may where this is left out
    #[arg(long, value_delimiter = ',')]
    scopes: Option<Vec<Scope>>,
    /// Whose scores a token of the role agent may see, as SOURCE/ID
    #[arg(long, value_parser = agent)]
    agent: Option<AgentKey>,
    /// When it ends by itself, such as 2027-10-19T08:15:30Z
    #[arg(long, value_name = "TIME")]
    expires: Option<Timestamp>,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Debug, Args)]
pub(super) struct UserArgs {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Add somebody who signs in
    Add(AddArgs),
}

#[derive(Debug, Args)]
struct AddArgs {
    /// By which they sign in, often an e-mail address
    name: AccountName,
    /// admin, reviewer or agent
    #[arg(long)]
    role: Role,
    /// Name shown to people; NAME where this is left out
    #[arg(long)]
    shown_name: Option<String>,
    /// File whose first line is the password, - for standard input; without it one is made and printed once
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Who they are in the ticketing tool, as SOURCE/ID
    #[arg(long, value_parser = agent)]
    agent: Option<AgentKey>,
    #[command(flatten)]
    data: DataArgs,
}

fn agent(text: &str) -> Result<AgentKey, String> {
    match text.split_once('/') {
        Some((source, id)) if !source.is_empty() && !id.is_empty() => {
            Ok(AgentKey { source: source.to_owned(), id: ParticipantId(id.to_owned()) })
        }
        _ => Err("expected SOURCE/ID, such as zendesk/4711".to_owned()),
    }
}

pub(super) fn token(args: &TokenArgs) -> Result<u8, Failure> {
    let TokenCommand::Create(args) = &args.command;
    let grant = Grant {
        name: args.name.trim().to_owned(),
        role: args.role,
        scopes: args.scopes.as_ref().map_or(args.role.scopes(), |scopes| scopes.iter().copied().collect::<Scopes>()),
        agent: args.agent.clone(),
        expires: args.expires,
    };
    // Whoever may write to the folder may everything.
    let by = Principal::new(Credential::User(0), "command line".into(), Role::Admin, Role::Admin.scopes(), None);
    let (secret, token) = Token::issue(grant, &by, Timestamp::now())?;
    let store = open_stopped(&args.data.settings()?, "curl -H 'Authorization: Bearer TOKEN' -d '{…}' URL/v1/tokens")?;
    let kept = store.write(move |transaction| {
        let key = access::add_token(transaction, &token)?;
        let detail = format!("{}: {}; by the command line", token.grant.role, token.grant.scopes);
        let subject = Credential::Token(key).to_string();
        audit_log::add(transaction, None, "token_created", Some(&subject), Some(&detail))
    });
    kept.wait()?;
    output::tell(&format!("{}\n", secret.reveal()))?;
    Ok(OK)
}

pub(super) fn user(args: &UserArgs) -> Result<u8, Failure> {
    let UserCommand::Add(args) = &args.command;
    if args.role == Role::Integration {
        return Err("nobody signs in with the role `integration`: make a token for a program".into());
    }
    let shown_name = args.shown_name.as_deref().map_or(args.name.as_str(), str::trim).to_owned();
    let (password, made) = match &args.password_file {
        Some(file) => (first_line(file)?, None),
        None => {
            let made = random_password()?;
            (made.clone(), Some(made))
        }
    };
    let hash = Passwords::new()?.hash(&password, &[args.name.as_str(), &shown_name])?;
    let user = User {
        name: args.name.clone(),
        shown_name,
        role: args.role,
        password: Some(hash),
        agent: args.agent.clone(),
        disabled: None,
    };
    let store = open_stopped(&args.data.settings()?, "curl -H 'Authorization: Bearer TOKEN' -d '{…}' URL/v1/users")?;
    let added = store.write(move |transaction| {
        let added = users::add_user(transaction, &user, Timestamp::now())?;
        if let Some(added) = &added {
            let subject = Credential::User(added.key).to_string();
            let detail = format!("{}; by the command line", user.role);
            audit_log::add(transaction, None, "user_added", Some(&subject), Some(&detail))?;
        }
        Ok(added)
    });
    if added.wait()?.is_none() {
        return Err(format!("there is somebody called `{}` already", args.name).into());
    }
    if let Some(password) = made {
        output::tell(&format!("{password}\n"))?;
    }
    Ok(OK)
}

fn first_line(file: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    if file == Path::new("-") {
        std::io::stdin().read_to_string(&mut text)?;
    } else {
        text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// 24 characters of base64, 144 random bits.
pub(super) fn random_password() -> Result<String, Failure> {
    let secret = Secret::random(SecretKind::Token)?;
    let start = SecretKind::Token.prefix().len();
    Ok(secret.reveal().chars().skip(start).take(24).collect())
}
