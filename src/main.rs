//! The `amends` program.

use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> std::process::ExitCode {
    std::process::ExitCode::from(amends::cli::run())
}
