//! The `amends` program.

fn main() -> std::process::ExitCode {
    std::process::ExitCode::from(amends::cli::run())
}
