//! The real program in a real terminal: quitting, errors, signals, suspending, colours, pasting, tiny sizes.
#![cfg(unix)]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that fails should stop there"
)]

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use guildhall::book::Clock;
use guildhall::paths::Paths;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

const PROGRAM: &str = env!("CARGO_BIN_EXE_guildhall");
/// The longest that anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

struct Session {
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    out: Arc<Mutex<Vec<u8>>>,
    folder: tempfile::TempDir,
}

impl Session {
    fn start(size: (u16, u16), environment: &[(&str, &str)]) -> Self {
        Self::run(size, environment, |roster| {
            let mut command = CommandBuilder::new(PROGRAM);
            command.arg(roster);
            command
        })
    }

    fn run((columns, rows): (u16, u16), environment: &[(&str, &str)], command: impl Fn(&Path) -> CommandBuilder) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let pty = native_pty_system().openpty(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
        let mut command = command(&folder.path().join("roster.guildhall"));
        command.env_clear();
        for (name, value) in [
            ("TERM", "xterm-256color"),
            ("HOME", folder.path().to_str().unwrap()),
            ("PATH", "/usr/bin:/bin"),
            ("LANG", "C.UTF-8"),
            (BREAKS_IN, folder.path().to_str().unwrap()),
        ] {
            command.env(name, value);
        }
        for (name, value) in environment {
            command.env(name, value);
        }
        let child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        let out = Arc::new(Mutex::new(Vec::new()));
        let mut reader = pty.master.try_clone_reader().unwrap();
        let sink = Arc::clone(&out);
        std::thread::spawn(move || {
            let mut buffer = [0; 65536];
            while let Ok(n) = reader.read(&mut buffer) {
                if n == 0 {
                    break;
                }
                sink.lock().unwrap().extend_from_slice(&buffer[..n]);
            }
        });
        let keys = pty.master.take_writer().unwrap();
        Self { master: pty.master, child, keys, out, folder }
    }

    fn roster(&self) -> PathBuf {
        // The sample roster has its own file name.
        Some(self.folder.path().join("sample.guildhall"))
            .filter(|p| p.exists())
            .unwrap_or_else(|| self.folder.path().join("roster.guildhall"))
    }

    /// Starts the program with more arguments after the roster.
    fn with(words: &'static [&'static str], environment: &[(&str, &str)]) -> Self {
        let mut session = Self::run((100, 24), environment, |roster| {
            let mut command = CommandBuilder::new(PROGRAM);
            command.arg(roster);
            command.args(words);
            command
        });
        session.wait_for("Open the sample roster");
        session.send("s");
        session.wait_for("> Everybody");
        session
    }

    /// Opens the same roster in a new session.
    fn again(self, environment: &[(&str, &str)]) -> Self {
        let path = self.roster();
        let Self { folder, .. } = self;
        let mut session = Self::run((100, 24), environment, |_| {
            let mut command = CommandBuilder::new(PROGRAM);
            command.arg(&path);
            command
        });
        session.folder = folder;
        session
    }

    fn has_sent(&self, bytes: &str) -> bool {
        let raw = self.raw();
        raw.windows(bytes.len()).any(|w| w == bytes.as_bytes())
    }

    #[track_caller]
    fn wait_for_bytes(&self, bytes: &str) {
        let begun = Instant::now();
        while !self.has_sent(bytes) {
            assert!(begun.elapsed() < PATIENCE, "{bytes:?} was not sent");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Returns the position of the terminal's cursor, and whether it is visible.
    fn cursor(&self) -> ((u16, u16), bool) {
        let size = self.master.get_size().unwrap();
        let mut parser = vt100::Parser::new(size.rows.try_into().unwrap(), size.cols.try_into().unwrap(), 0);
        parser.process(&self.raw());
        (parser.screen().cursor_position(), !parser.screen().hide_cursor())
    }

    fn raw(&self) -> Vec<u8> {
        self.out.lock().unwrap().clone()
    }

    /// Returns the text of the screen after the last complete frame.
    fn screen(&self) -> String {
        let size = self.master.get_size().unwrap();
        let raw = self.raw();
        // A frame ends where its synchronised update ends. An incomplete one is ignored.
        let end = raw.windows(8).rposition(|w| w == b"\x1b[?2026l").map_or(raw.len(), |p| p + 8);
        let mut parser = vt100::Parser::new(size.rows.try_into().unwrap(), size.cols.try_into().unwrap(), 0);
        parser.process(&raw[..end]);
        parser.screen().contents()
    }

    #[track_caller]
    fn wait_for(&self, what: &str) {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if self.screen().contains(what) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{what:?} did not come:\n{}", self.screen());
    }

    fn send(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    #[track_caller]
    fn ended(&mut self) -> u32 {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().unwrap() {
                // The reader thread needs a moment for the last output.
                std::thread::sleep(Duration::from_millis(100));
                // Shown only if the test fails.
                println!("it ended, and said last:\n{}", self.after_the_screen());
                return status.exit_code();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("it goes on:\n{}", self.screen());
    }

    /// Returns the output after the terminal was restored, such as a panic message.
    fn after_the_screen(&self) -> String {
        let raw = self.raw();
        let end = raw.windows(8).rposition(|w| w == b"\x1b[?1049l").unwrap_or_default();
        String::from_utf8_lossy(&raw[end..]).escape_debug().to_string()
    }

    /// Asserts that the terminal is restored: no alternate screen, no mouse capture, no bracketed paste, a visible cursor.
    #[track_caller]
    fn assert_restored(&self) {
        let raw = self.raw();
        let last = |sequence: &[u8]| raw.windows(sequence.len()).rposition(|w| w == sequence);
        for (on, off) in
            [("\x1b[?1049h", "\x1b[?1049l"), ("\x1b[?1000h", "\x1b[?1000l"), ("\x1b[?25l", "\x1b[?25h"), ("\x1b[?2004h", "\x1b[?2004l")]
        {
            assert!(last(on.as_bytes()) <= last(off.as_bytes()), "{on:?} was not taken back");
        }
        // Canonical mode and echo are on again.
        if let Some(modes) = self.master.get_termios() {
            assert_eq!(modes.local_flags.bits() & 0o12, 0o12, "it was left raw");
        }
    }

    #[track_caller]
    fn signal(&self, name: &str) {
        let pid = self.child.process_id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    fn sample(size: (u16, u16), environment: &[(&str, &str)]) -> Self {
        let mut session = Self::start(size, environment);
        session.wait_for("Open the sample roster");
        session.send("s");
        session.wait_for("63 people");
        session
    }
}

#[test]
fn convention_9_the_first_run_is_a_welcome_and_q_gives_the_terminal_back() {
    let mut session = Session::start((120, 30), &[]);
    session.wait_for("Start an empty roster");
    session.send("q");
    assert_eq!(session.ended(), 0);
    session.assert_restored();
    assert!(!session.roster().exists(), "nothing was chosen, nothing was made");
}

#[test]
fn the_sample_opens_and_everything_typed_is_in_the_file() {
    let mut session = Session::sample((120, 30), &[]);
    session.wait_for("To start your own roster");
    session.wait_for("Guildhall: the sample");
    session.send("2nVera Typed\tvera@example.org\x13");
    session.wait_for("Added Vera Typed");
    session.send("q");
    assert_eq!(session.ended(), 0);
    session.assert_restored();
    let out = std::process::Command::new(PROGRAM).arg("-f").arg(session.roster()).args(["show", "member", "vera"]).output().unwrap();
    assert!(String::from_utf8_lossy(&out.stdout).contains("vera@example.org"));
}

#[test]
fn convention_9_an_error_on_opening_is_said_on_a_terminal_that_is_whole() {
    let mut session = Session::run((80, 24), &[], |roster| {
        std::fs::write(roster, "shopping list").unwrap();
        let mut command = CommandBuilder::new(PROGRAM);
        command.arg(roster);
        command
    });
    assert_eq!(session.ended(), 1);
    session.assert_restored();
    assert!(String::from_utf8_lossy(&session.raw()).contains("is not a Guildhall roster"));
}

#[test]
fn convention_9_whatever_signal_ends_it_the_terminal_is_given_back() {
    for (signal, code) in
        [("TERM", 143), ("HUP", 129), ("INT", 130), ("QUIT", 131), ("ALRM", 142), ("USR1", 138), ("USR2", 140), ("XCPU", 152)]
    {
        let mut session = Session::sample((80, 24), &[]);
        session.signal(signal);
        assert_eq!(session.ended(), code, "{signal}");
        session.assert_restored();
    }
}

/// Nothing could resume the program: no member of its process group has a parent in the same session.
#[test]
fn convention_9_in_an_orphaned_process_group_neither_ctrl_z_nor_a_signal_puts_it_to_sleep() {
    let mut session = Session::sample((80, 24), &[]);
    session.send("\x1a");
    session.send("3");
    session.wait_for("> Thu");
    session.signal("TSTP");
    session.send("1");
    session.wait_for("> Everybody");
    session.send("q");
    assert_eq!(session.ended(), 0);
    session.assert_restored();
}

#[test]
fn convention_9_a_paste_that_never_ends_is_over_after_a_second() {
    let mut session = Session::sample((120, 30), &[]);
    session.send("2n");
    session.wait_for("New person");
    let begun = Instant::now();
    session.send("\x1b[200~Half of it");
    session.wait_for("Half of it");
    assert!(begun.elapsed() >= Duration::from_secs(1));
    // An end mark that comes too late is ignored, and keys work again.
    session.send("\x1b[201~!");
    session.wait_for("Half of it!");
    session.send("\x03");
    assert_eq!(session.ended(), 0);
    session.assert_restored();
}

#[test]
fn convention_9_half_a_sequence_takes_no_key_with_it_and_a_mark_in_two_parts_is_one() {
    let mut session = Session::sample((120, 30), &[]);
    session.send("2");
    session.wait_for("> Anton");
    // A paste outside a field, with its start mark in two parts: none of it counts as keys.
    session.send("\x1b");
    session.send("[200~dy\x1b[201~");
    session.wait_for("Text is pasted into fields");
    for half in ["\x1b[5", "\x1b[200", "\x1b[<", "\x1b[?", "\x1b["] {
        session.send(half);
        std::thread::sleep(Duration::from_millis(400));
        session.send("j");
    }
    session.wait_for("> Clara");
    session.send("\x1b[200~and no end");
    std::thread::sleep(Duration::from_millis(400));
    session.send("\x03");
    assert_eq!(session.ended(), 0);
    session.assert_restored();
}

#[test]
fn convention_9_twenty_thousand_keys_at_once_are_drawn_in_a_few_pictures() {
    let mut session = Session::sample((120, 30), &[]);
    session.send("2/");
    let pictures = |session: &Session| session.raw().windows(8).filter(|w| *w == b"\x1b[?2026l").count();
    session.wait_for("keep the search");
    let before = pictures(&session);
    let begun = Instant::now();
    session.send(&"x".repeat(20_000));
    std::thread::sleep(Duration::from_millis(300));
    session.send("\x1b");
    session.wait_for("> Anton");
    // At most one frame for each tenth of a second, and one for each batch of keys that the terminal delivers late.
    let most = 200 + usize::try_from(begun.elapsed().as_millis() / 100).unwrap();
    assert!(pictures(&session) - before <= most, "{} pictures", pictures(&session) - before);
    session.send("\x03");
    assert_eq!(session.ended(), 0);
}

#[test]
fn convention_9_a_terminal_that_claims_to_be_endless_is_drawn_as_far_as_anybody_sees() {
    let mut session = Session::sample((120, 30), &[]);
    session.master.resize(PtySize { rows: u16::MAX, cols: u16::MAX, pixel_width: 0, pixel_height: 0 }).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    session.master.resize(PtySize { rows: 30, cols: 120, pixel_width: 0, pixel_height: 0 }).unwrap();
    session.send("3");
    session.wait_for("> Thu");
    session.send("q");
    assert_eq!(session.ended(), 0);
}

#[test]
fn convention_9_a_terminal_that_hangs_up_ends_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let pty = native_pty_system().openpty(PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 }).unwrap();
    let mut command = CommandBuilder::new(PROGRAM);
    command.arg(folder.path().join("roster.guildhall"));
    command.env("TERM", "xterm-256color");
    let mut child = pty.slave.spawn_command(command).unwrap();
    drop(pty.slave);
    let mut reader = pty.master.try_clone_reader().unwrap();
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains("Guildhall") {
        let mut buffer = [0; 4096];
        let n = reader.read(&mut buffer).unwrap();
        seen.extend_from_slice(&buffer[..n]);
    }
    // Closing every handle of the test on the terminal makes it disappear.
    drop(reader);
    drop(pty.master);
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < PATIENCE, "the program goes on");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn convention_9_ctrl_z_sleeps_and_fg_wakes() {
    let mut session = Session::run((80, 24), &[], |roster| {
        let mut command = CommandBuilder::new("/bin/bash");
        command.args([
            "--norc",
            "--noprofile",
            "-i",
            "-c",
            &format!("set -m; '{PROGRAM}' '{}'; echo AS''LEEP; fg; echo ALL''DONE", roster.display()),
        ]);
        command
    });
    session.wait_for("Open the sample roster");
    session.send("s");
    session.wait_for("63 people");
    session.send("\x1a");
    session.wait_for("63 people");
    session.send("3");
    session.wait_for("> Thu");
    session.send("q");
    session.ended();
    let raw = String::from_utf8_lossy(&session.raw()).into_owned();
    let (asleep, done) = (raw.find("ASLEEP"), raw.find("ALLDONE"));
    assert!(asleep.is_some() && asleep < done, "{asleep:?} {done:?}");
    session.assert_restored();
}

/// Another program suspends and resumes it.
#[test]
fn convention_9_sigtstp_gives_the_terminal_back_and_sigcont_takes_it_again() {
    let mut session = Session::run((80, 24), &[], |roster| {
        let mut command = CommandBuilder::new("/bin/bash");
        let run = format!("set -m; '{PROGRAM}' '{}'; echo AS''LEEP; sleep 1; fg; echo ALL''DONE", roster.display());
        command.args(["--norc", "--noprofile", "-i", "-c", &run]);
        command
    });
    session.wait_for("Open the sample roster");
    session.send("s");
    session.wait_for("63 people");
    let shell = session.child.process_id().unwrap();
    assert!(std::process::Command::new("pkill").args(["-TSTP", "-P", &shell.to_string()]).status().unwrap().success());
    session.wait_for_bytes("ASLEEP");
    session.assert_restored();
    // It is suspended for a second, and redraws everything when it resumes.
    let begun = Instant::now();
    while !String::from_utf8_lossy(&session.raw()).split("ASLEEP").nth(1).is_some_and(|after| after.contains("63 people")) {
        assert!(begun.elapsed() < PATIENCE, "it sleeps on");
        std::thread::sleep(Duration::from_millis(10));
    }
    session.send("3");
    session.wait_for("> Thu");
    session.send("q");
    session.ended();
    session.wait_for_bytes("ALLDONE");
    session.assert_restored();
}

#[test]
fn convention_8_no_color_means_no_colour() {
    let colours = |raw: &[u8]| {
        let text = String::from_utf8_lossy(raw).into_owned();
        (30..38).chain(90..98).any(|c| text.contains(&format!("\x1b[{c}m"))) || text.contains("\x1b[38;")
    };
    let mut plain = Session::sample((120, 30), &[("NO_COLOR", "1")]);
    plain.send("q");
    plain.ended();
    assert!(!colours(&plain.raw()));
    let mut coloured = Session::sample((120, 30), &[]);
    coloured.send("q");
    coloured.ended();
    assert!(colours(&coloured.raw()));
}

#[test]
fn convention_9_a_paste_goes_into_a_field_as_one_text() {
    let mut session = Session::sample((120, 30), &[]);
    session.send("2n");
    session.wait_for("New person");
    session.send("\x1b[200~Pasted\nName q\x1b[201~");
    session.wait_for("Pasted Name q");
    session.send("\x1b\x1b");
    // A key that follows Esc immediately is a key with Alt, so wait.
    std::thread::sleep(Duration::from_millis(200));
    session.send("\x03");
    assert_eq!(session.ended(), 0);
    session.assert_restored();
}

#[test]
fn convention_9_four_hundred_resizes_down_to_one_by_one_are_survived() {
    let mut session = Session::sample((120, 30), &[]);
    for (cols, rows) in [(80, 24), (40, 10), (20, 3), (1, 1), (3, 60), (300, 2), (1, 1), (120, 30)].repeat(50) {
        session.master.resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
        std::thread::sleep(Duration::from_millis(2));
    }
    session.send("3");
    session.wait_for("> Thu");
    session.send("q");
    assert_eq!(session.ended(), 0);
}

#[test]
fn convention_4_a_named_configuration_holds_and_its_mistakes_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("mine.toml");
    std::fs::write(&config, "mouse = false\n[keys]\nquit = \"Q\"\nbogus = \"x\"\n").unwrap();
    let mut session = Session::with(&[], &[("GUILDHALL_CONFIG", config.to_str().unwrap())]);
    session.wait_for("there is no action called");
    assert!(!session.has_sent("\x1b[?1000h"), "the mouse is the terminal's own");
    session.send("\r");
    session.send("q");
    session.send("?");
    session.wait_for("type to narrow");
    session.send("\x1b");
    std::thread::sleep(Duration::from_millis(100));
    session.send("Q");
    assert_eq!(session.ended(), 0);
}

#[test]
fn convention_6_unsaved_text_is_offered_after_a_kill() {
    let mut session = Session::sample((100, 24), &[]);
    session.send("2nVera Typed");
    session.wait_for("Vera Typed");
    let pid = session.child.process_id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-s", "KILL", &pid]).status().unwrap().success());
    session.ended();
    let mut session = session.again(&[]);
    session.wait_for("Not saved: New person");
    session.send("\r");
    session.wait_for("Vera Typed");
    session.send("\x13");
    session.wait_for("Added Vera Typed");
    session.send("q");
    assert_eq!(session.ended(), 0);
}

#[test]
fn convention_8_plain_has_no_boxes_no_second_screen_and_the_cursor_on_the_current_row() {
    let mut session = Session::with(&["--plain"], &[]);
    session.send("2jj");
    session.wait_for("> Beatriz Quill");
    session.wait_for("Everybody. 63 of 63");
    let screen = session.screen();
    assert!(!screen.contains(['│', '╭', '─', '┃']), "{screen}");
    assert!(screen.contains("Everybody. 63 of 63"), "{screen}");
    let row = screen.lines().position(|l| l.contains("> Beatriz Quill")).unwrap();
    // The cursor is shown after the frame is drawn.
    let begun = Instant::now();
    while session.cursor() != ((u16::try_from(row).unwrap(), 0), true) {
        assert!(begun.elapsed() < PATIENCE, "{:?}", session.cursor());
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(!session.has_sent("\x1b[?1049h") && !session.has_sent("\x1b[?1000h"));
    session.send("q");
    assert_eq!(session.ended(), 0);
    session.assert_restored();
}

#[test]
fn convention_8_every_kind_of_terminal_gets_the_colours_that_it_has() {
    for (kind, sixteen, many) in [("dumb", false, false), ("xterm", true, false), ("xterm-256color", false, true)] {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("mine.toml");
        std::fs::write(&config, "[theme]\nkey = 208\nerror = \"red\"\n").unwrap();
        let mut session = Session::with(&[], &[("TERM", kind), ("GUILDHALL_CONFIG", config.to_str().unwrap())]);
        session.send("2/orgg:x");
        session.wait_for("there is no field");
        session.send("\x03");
        session.ended();
        let raw = String::from_utf8_lossy(&session.raw()).into_owned();
        // The error is red, as one of sixteen colours where the terminal has no more.
        assert_eq!((raw.contains("[31;") || raw.contains("[31m"), raw.contains("38;5;208")), (sixteen, many), "{kind}");
        assert!(!raw.contains("38;5;") || many, "{kind}");
    }
}

#[test]
fn convention_9_a_terminal_without_a_second_screen_is_cleared_and_given_back() {
    let mut session = Session::with(&[], &[("TERM", "vt220")]);
    session.send("3");
    session.wait_for("> Thu");
    session.send("q");
    assert_eq!(session.ended(), 0);
    assert!(!session.has_sent("\x1b[?1049h") && !session.has_sent("\x1b[?1049l"));
    session.assert_restored();
}

#[test]
fn convention_10_copies_reach_the_clipboard_through_tmux_too() {
    // "anton.grigore@tnorth.example" in base64.
    let sequence = "\x1b]52;c;YW50b24uZ3JpZ29yZUB0bm9ydGguZXhhbXBsZQ==";
    for (environment, wrapped) in [(&[][..], false), (&[("TMUX", "/tmp/tmux-0/default,1,0")][..], true)] {
        let mut session = Session::with(&[], environment);
        session.send("2y");
        session.wait_for_bytes(sequence);
        session.wait_for("Copied anton.grigore@tnorth.example");
        assert_eq!(session.has_sent("\x1bPtmux;\x1b\x1b]52;c;YW50"), wrapped);
        session.send("q");
        assert_eq!(session.ended(), 0);
    }
}

#[test]
fn convention_10_the_log_and_what_is_remembered_lie_by_xdg_and_hold_no_personal_data() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let environment = [("XDG_STATE_HOME", state.to_str().unwrap())];
    let mut session = Session::with(&[], &environment);
    session.send("2nVera Typed\tvera@example.org\x13");
    session.wait_for("Added Vera Typed");
    session.send("/vera\rS");
    session.wait_for("Sorted by");
    session.send("nAnton\tanton.grigore@tnorth.example\x13");
    session.wait_for("belongs to");
    session.send("\x03");
    assert_eq!(session.ended(), 0);
    let log = std::fs::read_to_string(state.join("guildhall/guildhall.log")).unwrap();
    assert!(log.contains("started") && log.contains("quit") && log.contains("refused"), "{log}");
    let kept = std::fs::read_to_string(state.join("guildhall/screen.toml")).unwrap();
    for word in ["Vera", "vera", "example", "Anton", "anton"] {
        assert!(!log.contains(word) && !kept.contains(word), "{word}: {log}{kept}");
    }
}

/// A clock that panics after the program has set up the screen.
struct Broken;

impl Clock for Broken {
    fn now(&self) -> chrono::NaiveDateTime {
        chrono::NaiveDateTime::default()
    }

    fn today(&self) -> chrono::NaiveDate {
        panic!("on purpose")
    }

    fn local(&self, utc: chrono::NaiveDateTime) -> chrono::NaiveDateTime {
        utc
    }

    fn action_id(&self) -> [u8; 16] {
        [0; 16]
    }
}

/// The variable that names the folder of [`a_program_whose_clock_breaks`]; without it, that test does nothing.
const BREAKS_IN: &str = "GUILDHALL_TEST_BREAKS_IN";

/// Runs the program for the test below, which starts it in its own process and terminal.
#[test]
fn a_program_whose_clock_breaks() {
    if let Some(folder) = std::env::var_os(BREAKS_IN) {
        let paths = Paths::under(Path::new(&folder), "roster.guildhall");
        guildhall::tui::run(&paths, false, Arc::new(Broken)).unwrap();
    }
}

#[test]
fn convention_9_a_panic_gives_the_terminal_back_before_it_is_told() {
    let mut session = Session::run((80, 24), &[], |roster| {
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args(["--exact", "a_program_whose_clock_breaks", "--nocapture"]);
        command.cwd(roster.parent().unwrap());
        command
    });
    assert_eq!(session.ended(), 101);
    session.assert_restored();
    let raw = String::from_utf8_lossy(&session.raw()).into_owned();
    let (left, told) = (raw.rfind("\x1b[?1049l").unwrap(), raw.find("on purpose").unwrap());
    assert!(left < told, "the message stands on the shell's own screen");
}
