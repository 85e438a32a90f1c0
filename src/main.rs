//! Reads the arguments and hands over.

use std::process::ExitCode;
use std::sync::Arc;

use guildhall::book::{Clock, SystemClock};
use guildhall::cli::{self, Args, Ended, Verb};
use guildhall::tui;

fn main() -> ExitCode {
    let args = Args::read(std::env::args_os());
    let paths = cli::paths_of(&args);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let result = match &args.verb {
        Some(Verb::Demo) => tui::demo(&paths, args.plain, clock),
        Some(verb) => return cli::run(verb, &paths).into(),
        None => tui::run(&paths, args.plain, clock),
    };
    match result {
        Ok(()) => Ended::Done.into(),
        Err(e) => {
            cli::say(&format!("guildhall: {e}"));
            Ended::Failed.into()
        }
    }
}
