//! Names on disk. A file that was synced outlives a loss of power, but is found only where its folder was synced, too.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf, absolute};

/// Makes `folder` where it is missing, and those that it lies in; what is new outlives a loss of power.
///
/// # Errors
/// Where one cannot be made or synced.
pub(super) fn make(folder: &Path) -> io::Result<()> {
    let folder = absolute(folder)?;
    let missing: Vec<PathBuf> = folder.ancestors().take_while(|one| !one.exists()).map(Path::to_owned).collect();
    fs::create_dir_all(&folder)?;
    missing.iter().try_for_each(|one| sync_name(one))
}

/// Brings the name of `path` to disk, which is new or was another one.
///
/// # Errors
/// Where its folder cannot be synced.
pub(super) fn sync_name(path: &Path) -> io::Result<()> {
    absolute(path)?.parent().map_or(Ok(()), sync)
}

#[cfg(unix)]
fn sync(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        // Not every file system has folders that can be synced, such as one over a network.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        done => done,
    }
}

/// Elsewhere a folder cannot be opened, nor need it be.
#[cfg(not(unix))]
fn sync(_: &Path) -> io::Result<()> {
    Ok(())
}
