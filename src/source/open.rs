//! Opening what an auditor gives: files, globs, standard input; plain, `.gz`, `.zst` or `.zip`, told by
//! their first bytes and not by their names.

use super::Problem;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use thiserror::Error;

/// Why an input cannot be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The file cannot be read.
    #[error("cannot read {name}: {source}")]
    Io {
        /// As given.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// A pattern that names no file.
    #[error("no file matches `{0}`")]
    NoMatch(String),
    /// A pattern that is none.
    #[error("`{pattern}` is no pattern: {problem}")]
    Pattern {
        /// As given.
        pattern: String,
        /// Why.
        problem: String,
    },
    /// An archive that cannot be opened.
    #[error("cannot open the archive {name}: {problem}")]
    Archive {
        /// As given.
        name: String,
        /// Why.
        problem: String,
    },
}

/// A file to be read; standard input and pipes are put into a temporary one, so that it can be read again.
#[derive(Debug)]
pub struct Input {
    /// As shown to people.
    pub name: String,
    /// Its size in bytes as it lies on the disk.
    pub size: u64,
    path: PathBuf,
    /// Removes the copy of standard input in the end.
    _copy: Option<tempfile::TempPath>,
}

/// The inputs that `given` names, in its order, those of a pattern sorted by name; a folder stands for the
/// files in it, `-` for standard input.
///
/// # Errors
/// Where one of them cannot be read or names nothing.
pub fn inputs(given: &[String]) -> Result<Vec<Input>, OpenError> {
    let mut inputs = Vec::new();
    for name in given {
        if name == "-" {
            inputs.push(copied("stdin".into(), &mut io::stdin().lock())?);
            continue;
        }
        for path in paths(name)? {
            let name = path.display().to_string();
            let io = |source| OpenError::Io { name: name.clone(), source };
            let metadata = std::fs::metadata(&path).map_err(io)?;
            if metadata.is_file() {
                inputs.push(Input { name, size: metadata.len(), path, _copy: None });
            } else {
                // A pipe, as `<(zcat …)` gives it, cannot be read twice.
                let mut pipe = File::open(&path).map_err(io)?;
                inputs.push(copied(name, &mut pipe)?);
            }
        }
    }
    Ok(inputs)
}

fn paths(name: &str) -> Result<Vec<PathBuf>, OpenError> {
    let path = Path::new(name);
    let io = |source| OpenError::Io { name: name.to_owned(), source };
    if path.is_dir() {
        let mut inside = Vec::new();
        for entry in std::fs::read_dir(path).map_err(io)? {
            let entry = entry.map_err(io)?;
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if !hidden && entry.path().is_file() {
                inside.push(entry.path());
            }
        }
        inside.sort();
        return if inside.is_empty() { Err(OpenError::NoMatch(name.to_owned())) } else { Ok(inside) };
    }
    // A file may well have `[` in its name.
    if path.exists() || !name.contains(['*', '?', '[']) {
        return Ok(vec![path.to_owned()]);
    }
    let matches = glob::glob(name)
        .map_err(|error| OpenError::Pattern { pattern: name.to_owned(), problem: error.msg.to_owned() })?;
    let found: Vec<PathBuf> = matches.filter_map(Result::ok).filter(|path| path.is_file()).collect();
    if found.is_empty() { Err(OpenError::NoMatch(name.to_owned())) } else { Ok(found) }
}

/// What `reader` holds, in a temporary file.
fn copied(name: String, reader: &mut dyn Read) -> Result<Input, OpenError> {
    let io = |source| OpenError::Io { name: name.clone(), source };
    let mut copy = tempfile::NamedTempFile::with_prefix("amends-input-").map_err(io)?;
    let size = io::copy(reader, &mut copy).map_err(io)?;
    copy.flush().map_err(io)?;
    let kept = copy.into_temp_path();
    Ok(Input { name, size, path: kept.to_path_buf(), _copy: Some(kept) })
}

/// Reads on and counts, for a progress bar.
struct Counted<R> {
    reader: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl<R: Seek> Seek for Counted<R> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.reader.seek(to)
    }
}

/// What is done with the name and the unpacked bytes of each file.
type Each<'e> = dyn FnMut(&str, &mut dyn BufRead) -> Result<(), Problem> + 'e;

impl Input {
    /// The file as it lies on the disk, packed or not.
    ///
    /// # Errors
    /// Where it cannot be opened.
    pub fn file(&self) -> Result<File, OpenError> {
        File::open(&self.path).map_err(|source| OpenError::Io { name: self.name.clone(), source })
    }

    /// Calls `each` with the unpacked bytes of the file, or of every file in it where it is an archive.
    /// Bytes as they lie on the disk are added to `read`.
    ///
    /// # Errors
    /// Where it cannot be opened. What goes wrong later is a [`Problem`] of `each`, which is given back.
    pub fn each(&self, read: &Arc<AtomicU64>, each: &mut Each<'_>) -> Result<Vec<Problem>, OpenError> {
        let io = |source| OpenError::Io { name: self.name.clone(), source };
        let mut start = Vec::new();
        let mut file = File::open(&self.path).map_err(io)?;
        Read::by_ref(&mut file).take(4).read_to_end(&mut start).map_err(io)?;
        file.rewind().map_err(io)?;
        let counted = Counted { reader: file, read: Arc::clone(read) };
        let mut problems = Vec::new();
        let mut note = |result: Result<(), Problem>| problems.extend(result.err());
        match start.as_slice() {
            [0x1F, 0x8B, ..] => note(each(&self.name, &mut buffered(flate2::read::MultiGzDecoder::new(counted)))),
            [0x28, 0xB5, 0x2F, 0xFD] => note(each(&self.name, &mut buffered(Zstandard::new(buffered(counted))))),
            [b'P', b'K', 3, 4] => {
                let archive = |error: zip::result::ZipError| OpenError::Archive {
                    name: self.name.clone(),
                    problem: error.to_string(),
                };
                let mut files = zip::ZipArchive::new(buffered(counted)).map_err(archive)?;
                for index in 0..files.len() {
                    let member = match files.by_index(index) {
                        Ok(member) => member,
                        Err(error) => {
                            let reason = format!("file {} of the archive cannot be unpacked: {error}", index + 1);
                            note(Err(Problem { fatal: true, ..Problem::of(reason) }));
                            continue;
                        }
                    };
                    let inside = member.name().map_or_else(|_| (index + 1).to_string(), |name| name.into_owned());
                    // What some systems put beside the files.
                    let junk = inside.starts_with("__MACOSX/") || inside.ends_with(".DS_Store");
                    if member.is_file() && !junk {
                        let name = format!("{}/{inside}", self.name);
                        note(each(&name, &mut buffered(member)));
                    }
                }
            }
            _ => note(each(&self.name, &mut buffered(counted))),
        }
        Ok(problems)
    }
}

fn buffered<R: Read>(reader: R) -> BufReader<R> {
    BufReader::with_capacity(256 << 10, reader)
}

/// Frames of Zstandard after one another, as `pzstd` and `cat` write them.
struct Zstandard<R: BufRead> {
    frame: Option<ruzstd::decoding::StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>,
    rest: Option<R>,
}

impl<R: BufRead> Zstandard<R> {
    const fn new(reader: R) -> Self {
        Self { frame: None, rest: Some(reader) }
    }
}

impl<R: BufRead> Read for Zstandard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(frame) = &mut self.frame {
                let read = frame.read(buffer)?;
                if read > 0 || buffer.is_empty() {
                    return Ok(read);
                }
            }
            self.rest = self.frame.take().map(ruzstd::decoding::StreamingDecoder::into_inner).or(self.rest.take());
            let Some(mut reader) = self.rest.take() else { return Ok(0) };
            if reader.fill_buf()?.is_empty() {
                return Ok(0);
            }
            let frame = ruzstd::decoding::StreamingDecoder::new(reader).map_err(io::Error::other)?;
            self.frame = Some(frame);
        }
    }
}
