//! Reads the arguments and hands over.

use std::process::ExitCode;

use clap::Parser;
use guildhall::cli::{self, Args};
use guildhall::paths::Paths;

fn main() -> ExitCode {
    let args = Args::parse();
    let paths = Paths::find(cli::roster_of(&args).as_deref());
    match args.verb {
        Some(verb) => cli::run(&verb, &paths.roster).into(),
        None => ExitCode::SUCCESS,
    }
}
