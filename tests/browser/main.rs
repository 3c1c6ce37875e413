//! The pages in a real browser: Chromium without a window, driven through its WebDriver, on invented data.
//!
//! Without `chromedriver` on this machine these tests say so and pass, unless `TEST_BROWSER=required`, as `.ci/run`
//! has it. `TEST_SHOTS=folder` keeps a picture of every page, on a phone and on a wide screen, light and dark.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]
#![expect(clippy::disallowed_methods, reason = "browsers take time, and the environment says whether there is one")]

mod chromium;
mod demo;
mod importing;
mod judging;
mod pages;
mod reviewing;
mod settings;
mod trouble;
mod trying;
