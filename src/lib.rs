//! temp
pub mod text;
pub mod conversation;
pub mod lexicon;
pub mod detect;
pub mod language;
pub mod score;
pub mod situation;
pub mod library;
pub mod check;
pub mod reading;
pub mod evaluation;
pub mod cli;
