//! The Python module `amends`: the library's reading for texts and for Arrow tables.
//!
//! ```text
//! stream    tables in and out, by the Arrow C stream interface
//!   ▼
//! input     columns, checked; rows as the field's messages
//!   ▼
//! gather    rows of a conversation put together
//!   ▼
//! scoring   conversations read side by side
//!   ▼
//! rows      what was read, as Arrow tables
//! sums      figures of groups, which any engine can add up
//! reader    all of it as Python sees it
//! ```

mod error;
mod gather;
mod input;
mod method;
mod reader;
mod rows;
mod scores;
mod scoring;
mod stream;
mod sums;
mod texts;

use pyo3::prelude::*;

/// What `amends/__init__.py` builds on.
#[pymodule]
fn _amends(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("SCHEMA_VERSION", rows::SCHEMA_VERSION)?;
    module.add("InputError", module.py().get_type::<error::InputError>())?;
    module.add_class::<reader::Reader>()?;
    module.add_class::<scores::Scores>()?;
    module.add_class::<scores::Batches>()?;
    module.add_class::<stream::Table>()?;
    module.add_function(wrap_pyfunction!(reader::demo, module)?)?;
    Ok(())
}
