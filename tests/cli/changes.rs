//! The commands that change the roster, as scripts use them.

use std::io::Write as _;
use std::process::Stdio;
use std::sync::Arc;

use guildhall::book::{Book, SystemClock};

use crate::{Desk, code, err, out};

impl Desk {
    /// Runs the program with this standard input.
    fn fed(&self, words: &[&str], input: &str) -> std::process::Output {
        let mut child = self.command().args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    /// Returns the dump and the number of steps, which a command that does nothing leaves unchanged.
    fn state(&self) -> (String, usize) {
        let book = Book::open(&self.folder.path().join("roster.guildhall"), Arc::new(SystemClock)).unwrap();
        (book.dump().unwrap(), book.history(None, 1_000).unwrap().len())
    }

    /// Runs a command that must fail with this exit code and message, and change nothing.
    fn refuses(&self, words: &[&str], ends: i32, says: &str) {
        let before = self.state();
        let run = self.run(words);
        assert_eq!(code(&run), ends, "{words:?}: {} {}", out(&run), err(&run));
        assert!(err(&run).contains(says), "{words:?}: {}", err(&run));
        assert_eq!(self.state(), before, "{words:?}");
    }

    /// Runs a command that must succeed completely.
    fn does(&self, words: &[&str], says: &str) {
        let run = self.run(words);
        assert_eq!(code(&run), 0, "{words:?}: {}", err(&run));
        assert!(out(&run).contains(says), "{words:?}: {}", out(&run));
    }
}

/// Adds three more people, two of them with the same name, and a meetup.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.file("more.csv", "Name,E-mail,Company\nCy Young,cy@digital.gov.uk,HMRC\nCy Young,cy2@example.org,DWP\nDi Able,,DWP\n");
    assert!(desk.run(&["import", "more.csv"]).status.success());
    desk.does(&["add", "meetup", "--set", "title=Show and tell", "--set", "starts=3 dec 18:00"], "Added the meetup Show and tell");
    desk
}

#[test]
fn records_are_added_and_edited_by_the_fields_of_their_forms() {
    let desk = desk();
    desk.does(&["add", "community", "--set", "name=Design", "--set", "status=active"], "Added the community Design");
    desk.does(&["add", "organisation", "--set", "name=Ministry of Works", "--set", "Short Name=MOW"], "Added Ministry of Works");
    let eve = ["add", "member", "--set", "shoe size=43", "--set", "add a field=Shoe size", "--set", "name=Eve", "--community", "design"];
    desk.does(&eve, "Added Eve to Design");
    desk.does(&["edit", "member", "Eve", "--set", "with us since=3 mar 2024", "--set", "tags=a; b"], "Changed Eve");
    desk.does(&["edit", "member", "Eve", "--set", "tags=a; b"], "Nothing to change");
    let shown = out(&desk.run(&["show", "member", "eve"]));
    assert!(shown.contains("Shoe size        43") && shown.contains("Tags             a; b") && shown.contains("3 Mar 2024"), "{shown}");
    desk.does(&["add", "seat", "Design", "--set", "title=Head", "--set", "held by=cy2@example.org"], "Cy Young");
    desk.does(&["edit", "seat", "design", "head", "--set", "held by="], "vacant");
    desk.does(&["edit", "community", "Design", "--set", "purpose=Better forms"], "Changed the community Design");
    desk.does(&["edit", "organisation", "MOW", "--set", "sector=central"], "Changed Ministry of Works");
    desk.does(&["edit", "meetup", "Show and tell on:2026-12-03", "--set", "room for=20"], "Changed the meetup Show and tell");
    // Several people are changed in one step.
    let several = desk.fed(&["edit", "member", "-", "--set", "job title=Designer"], "ann@example.org\nbo@example.org\n");
    assert_eq!(out(&several), "Changed 2 people\n");
    desk.does(&["undo"], "Undone");
    assert!(!out(&desk.run(&["list", "members"])).contains("Designer"));
    // A person can be named by UUID.
    let json: serde_json::Value = serde_json::from_slice(&desk.run(&["show", "member", "eve", "--format", "json"]).stdout).unwrap();
    desk.does(&["edit", "member", json["uuid"].as_str().unwrap(), "--set", "name=Eve Fox"], "Changed Eve Fox");
}

#[test]
fn what_cannot_be_filled_in_is_refused_and_nothing_is_changed() {
    let desk = desk();
    for (words, ends, says) in [
        (vec!["add", "member"], 2, "needs at least one --set"),
        (vec!["add", "member", "--set", "name"], 2, "field=value"),
        (vec!["add", "member", "--set", "nam=Eve"], 2, "did you mean name?"),
        (vec!["add", "member", "--set", "name=A", "--set", "NAME=B"], 2, "set twice"),
        (vec!["add", "member", "--set", "e-mail=nonsense"], 2, "e-mail: "),
        (vec!["add", "member", "--set", "note=nobody"], 1, "name"),
        (vec!["add", "member", "--set", "name=Eve", "--community", "Reserch"], 1, "did you mean Research?"),
        (vec!["add", "community", "--set", "name=research"], 1, "called research already"),
        (vec!["add", "community", "--set", "name=X", "--set", "status=open"], 2, "open isn't"),
        (vec!["add", "meetup", "--set", "title=X", "--set", "starts=tomorrow"], 2, "the time is missing"),
        (vec!["add", "meetup", "--set", "title=X"], 2, "enter when it starts"),
        (vec!["add", "seat", "Research", "--set", "title=Head", "--set", "held by=Nobody"], 1, "nobody on the roster is called Nobody"),
        (vec!["edit", "member", "Cy Young", "--set", "job title=X"], 1, "cy2@example.org"),
        (vec!["edit", "member", "Ann Exampl", "--set", "job title=X"], 1, "Ann Example <ann@example.org>"),
        (vec!["edit", "member", "ann@example.org"], 2, "--set 'field=value'"),
        (vec!["edit", "meetup", "Show", "--set", "room for=2"], 1, "no meetup called Show"),
        (vec!["edit", "organisation", "HMR", "--set", "sector=x"], 1, "did you mean HMRC?"),
        (vec!["edit", "seat", "Research", "Head", "--set", "interim=yes"], 1, "has no seats"),
        (vec!["remove", "member", "ann@example.org"], 1, "remove Ann Example; add --yes"),
        (vec!["edit", "member", "-", "--set", "e-mail=x@example.org"], 1, "the list is empty"),
        (vec!["remove", "community", "Research"], 1, "add --yes"),
        (vec!["--config", "absent.toml", "tag", "a11y", "org:dwp"], 2, "absent.toml"),
        (vec!["put", "Research"], 2, "name the people"),
        (vec!["put", "Nowhere", "org:dwp"], 1, "no community called Nowhere"),
        (vec!["put", "Research", "org:dwp", "--status", "keen"], 2, "use one of identified"),
        (vec!["tag", "a11y"], 2, "name the people"),
        (vec!["tag", "a11y", " "], 2, "name the people"),
        (vec!["tag", "", "org:dwp"], 2, "can't be empty"),
        (vec!["tag", "a11y", "zzz"], 1, "finds nobody"),
        (vec!["tag", "a11y", "org:"], 2, "org:"),
        (vec!["tag", "a11y", "--who", "absent.txt"], 1, "absent.txt"),
        (vec!["consent", "mail", "granted", "org:dwp"], 2, "--source and --date"),
        (vec!["consent", "mail", "granted", "org:dwp", "--source", "form", "--date", "2099-01-01"], 2, "in the future"),
        (vec!["consent", "post", "granted", "org:dwp"], 2, "use one of mail, directory"),
        (vec!["consent", "mail", "yes", "org:dwp"], 2, "use one of unknown, granted"),
        (vec!["roll", "Show and tell", "org:dwp"], 2, "--came"),
        (vec!["roll", "Show and tell", "--came", "--no", "org:dwp"], 2, "cannot be used"),
        (vec!["apply", "absent.jsonl"], 1, "absent.jsonl"),
    ] {
        desk.refuses(&words, ends, says);
    }
}

#[test]
fn a_dry_run_says_what_would_be_done_and_does_nothing() {
    let desk = desk();
    let before = desk.state();
    for (words, says) in [
        (vec!["add", "member", "--set", "name=Eve"], "Added Eve"),
        (vec!["edit", "member", "ann@example.org", "--set", "name=Eve"], "Changed Eve"),
        (vec!["remove", "member", "ann@example.org"], "Removed Ann Example"),
        (vec!["put", "Research", "org:dwp"], "Research"),
        (vec!["take", "Research", "org:dwp"], "Research"),
        (vec!["tag", "a11y", "org:dwp"], "a11y"),
        (vec!["consent", "photo", "granted", "org:dwp"], "photo: granted"),
        (vec!["roll", "Show and tell", "--yes", "org:dwp"], "3 people answered yes"),
    ] {
        let words = [words, vec!["--dry-run"]].concat();
        desk.does(&words, "Dry run, nothing was changed: ");
        desk.does(&words, says);
        let json = [words, vec!["--format", "json"]].concat();
        let told: serde_json::Value = serde_json::from_slice(&desk.run(&json).stdout).unwrap();
        assert_eq!((told["dry_run"].as_bool(), told["changes"].as_u64() > Some(0)), (Some(true), true), "{json:?}: {told}");
    }
    assert_eq!(desk.state(), before);
}

#[test]
fn people_are_tagged_put_into_a_community_and_put_on_a_roll_by_query_or_list() {
    let desk = desk();
    desk.does(&["tag", "a11y", "org:dwp"], "Tagged 3 people with a11y");
    desk.does(&["tag", "a11y", "org:dwp"], "Nothing to change: all of them are already tagged a11y");
    let listed = desk.fed(&["tag", "new", "--who", "-"], "\u{feff}bo@example.org\n\nCy Young\nabsent@example.org\nDi Able\n");
    assert_eq!(code(&listed), 3, "{}", err(&listed));
    let said = out(&listed);
    assert!(said.contains("Tagged 2 people with new") && said.contains("left out: line 3: Cy Young: 2 people"), "{said}");
    assert!(said.contains("line 4: absent@example.org: nobody on the roster has the address absent@example.org"), "{said}");
    assert!(out(&desk.run(&["list", "members", "tag:new"])).contains("Di Able"));
    desk.does(&["untag", "new", "tag:new"], "2 people");
    desk.does(&["put", "Research", "org:dwp", "--status", "invited"], "Set 3 people to invited in Research");
    desk.does(&["put", "Research", "bo@example.org", "--status", "left"], "Set Bo Smith to left in Research");
    desk.does(&["put", "Research", "bo@example.org", "--status", "invited"], "Set Bo Smith to invited in Research");
    assert!(out(&desk.run(&["show", "community", "Research"])).contains("3 invited"));
    desk.does(&["put", "Research", "org:dwp"], "they are already members");
    desk.does(&["take", "Research", "di able"], "Di Able");
    desk.does(&["take", "Research", "di able"], "none of them is in the community");
    desk.does(&["roll", "Show and tell", "--yes", "org:dwp"], "3 people answered yes for Show and tell");
    // A meetup in the future has no outcomes yet.
    desk.refuses(&["roll", "Show and tell", "--no-show", "bo"], 1, "is still to come");
    desk.does(&["edit", "meetup", "Show and tell", "--set", "starts=2026-11-03 18:00"], "Changed the meetup");
    desk.does(&["roll", "Show and tell", "--no-show", "bo"], "Bo Smith");
    desk.does(&["roll", "Show and tell", "--no-show", "bo"], "Nothing to change");
    assert!(out(&desk.run(&["show", "meetup", "Show and tell"])).contains("no-show"));
    desk.does(&["remove", "member", "Di Able", "--yes"], "Removed Di Able");
    desk.does(&["undo"], "Undone: Removed Di Able");
}

#[test]
fn those_who_share_a_name_or_a_day_are_told_apart_by_uuid() {
    let desk = desk();
    for _ in 0..2 {
        desk.does(&["add", "member", "--set", "name=Twin"], "Added Twin");
        desk.does(&["add", "meetup", "--set", "title=Call", "--set", "starts=20 dec 10:00"], "Added the meetup Call");
        desk.does(&["add", "seat", "Research", "--set", "title=Deputy"], "Deputy");
    }
    // The message lists each match with its UUID, and the commands accept that.
    let uuid = |words: &[&str]| {
        let said = err(&desk.run(words));
        assert_eq!(said.lines().count(), 3, "{said}");
        said.lines().last().unwrap().split_whitespace().last().unwrap().to_owned()
    };
    let twin = uuid(&["edit", "member", "Twin", "--set", "note=x"]);
    desk.does(&["edit", "member", &twin, "--set", "note=x"], "Changed Twin");
    let call = uuid(&["edit", "meetup", "Call on:2026-12-20", "--set", "minutes=30"]);
    desk.does(&["edit", "meetup", &call, "--set", "minutes=30"], "Changed the meetup Call");
    let seat = uuid(&["edit", "seat", "Research", "Deputy", "--set", "interim=yes"]);
    desk.does(&["edit", "seat", "Research", &seat, "--set", "title=Deputy head"], "Deputy head");
    for words in [["show", "member", ""], ["remove", "member", " "]] {
        desk.refuses(&words, 2, "a name is empty");
    }
    // Tags that are added together can be removed together. A rehearsal needs no confirmation.
    desk.does(&["tag", "p; q", "name:Twin note:x"], "Tagged Twin");
    desk.does(&["untag", "p; q", "tag:p"], "Twin");
    assert!(!out(&desk.run(&["show", "member", &twin])).contains("Tags"));
    desk.file("a.jsonl", &format!("{{\"do\":\"remove-member\",\"who\":\"{twin}\"}}\n"));
    desk.does(&["apply", "a.jsonl", "--dry-run"], "1 action can be applied");
    // A person's history shows only their own changes.
    desk.does(&["tag", "all", "org:dwp"], "Tagged 3 people");
    let history = out(&desk.run(&["history", "bo@example.org"]));
    assert!(history.contains("Bo Smith: tags:") && !history.contains("Di Able:"), "{history}");
}

#[test]
fn who_is_not_eligible_is_left_out_unless_that_is_confirmed() {
    let desk = desk();
    desk.file(
        "communities.md",
        "# Communities\n\nOnly people with a `digital.gov.uk` address may join.\n\n## Digital\n\n### Research\n\nHead: person TBC\n",
    );
    assert!(desk.run(&["directory", "import", "communities.md"]).status.success());
    let run = desk.run(&["put", "Research", "cy"]);
    assert_eq!(code(&run), 3);
    let said = out(&run);
    assert!(said.contains("Added Cy Young to Research"), "{said}");
    assert!(said.contains("left out: Cy Young <cy2@example.org>: not eligible"), "{said}");
    // Without an address nobody can tell whether a person is eligible: they are added, and named.
    let run = desk.run(&["put", "Research", "di"]);
    assert_eq!(code(&run), 0, "{}", out(&run));
    assert!(out(&run).contains("can't tell whether Di Able is eligible"), "{}", out(&run));
    desk.does(&["put", "Research", "cy", "--yes"], "Added Cy Young to Research");
    desk.refuses(&["add", "member", "--set", "e-mail=eve@example.org", "--community", "Research"], 1, "isn't eligible for Research");
    desk.does(&["add", "member", "--set", "e-mail=eve@example.org", "--community", "Research", "--yes"], "eve@example.org");
    // The same rule applies to a list of actions.
    desk.file("a.jsonl", "{\"do\":\"put\",\"who\":\"ann@example.org\",\"community\":\"Research\"}\n");
    desk.does(&["take", "Research", "ann"], "Ann Example");
    let run = desk.run(&["apply", "a.jsonl"]);
    assert_eq!(code(&run), 3);
    assert!(out(&run).contains("left out: line 1: Ann Example <ann@example.org>: not eligible"), "{}", out(&run));
    desk.does(&["apply", "a.jsonl", "--yes"], "Applied a.jsonl (1 action)");
}

#[test]
fn consent_never_ends_a_withdrawal_or_a_suppression() {
    let desk = desk();
    desk.does(&["suppress", "bo@example.org"], "Suppressed");
    desk.does(&["consent", "mail", "withdrawn", "di able"], "withdrawn");
    let run = desk.run(&["consent", "mail", "granted", "org:dwp", "--source", "form", "--date", "yesterday"]);
    assert_eq!(code(&run), 3);
    let said = out(&run);
    assert!(said.contains("Consent of Cy Young to mail: granted"), "{said}");
    assert!(said.contains("left out: Bo Smith <bo@example.org>") && said.contains("left out: Di Able: withdrew consent to mail"), "{said}");
    let one = desk.run(&["consent", "mail", "unknown", "di able"]);
    assert_eq!((code(&one), out(&one).contains("left out: Di Able")), (3, true), "{}", out(&one));
    assert!(!out(&desk.run(&["export", "notify"])).contains("bo@example.org"));
    // Addresses can come from standard input, so that they aren't in the shell's history.
    let run = desk.fed(&["allow", "-", "--source", "their e-mail", "--date", "today"], "bo@example.org\n");
    assert_eq!(code(&run), 0, "{}", err(&run));
    let run = desk.fed(&["suppress", "-"], "bo@example.org\ncy2@example.org\n");
    assert_eq!((code(&run), out(&run).contains("2 addresses")), (0, true), "{}", out(&run));
    assert_eq!(code(&desk.fed(&["suppress", "-"], "\n")), 2);
    // An invalid line doesn't prevent the other addresses from being suppressed.
    let run = desk.fed(&["suppress", "-"], "cy@digital.gov.uk\nnonsense\n");
    assert_eq!(code(&run), 3);
    assert!(out(&run).contains("Suppressed cy@digital.gov.uk") && out(&run).contains("left out: line 2: nonsense"), "{}", out(&run));
}

#[test]
fn actions_are_applied_as_one_step_and_see_each_other() {
    let desk = desk();
    let before = desk.state();
    desk.file(
        "actions.jsonl",
        concat!(
            "{\"do\": \"add-member\", \"set\": {\"name\": \"Eve Fox\", \"e-mail\": \"eve@example.org\", \"add a field\": \"Shoe size\", \"shoe size\": 43}, \"community\": \"research\"}\n",
            "\n",
            "{\"do\": \"tag\", \"who\": [\"eve@example.org\", \"Di Able\"], \"tag\": \"a11y\"}\n",
            "{\"do\": \"roll\", \"who\": \"Eve Fox\", \"meetup\": \"Show and tell on:2026-12-03\", \"is\": \"yes\"}\n",
            "{\"do\": \"add-community\", \"set\": {\"name\": \"Design\"}}\n",
            "{\"do\": \"add-seat\", \"community\": \"Design\", \"set\": {\"title\": \"Head\", \"held by\": \"eve@example.org\"}}\n",
            "{\"do\": \"edit-seat\", \"community\": \"Design\", \"seat\": \"Head\", \"set\": {\"interim\": \"yes\"}}\n",
            "{\"do\": \"edit-member\", \"who\": \"eve@example.org\", \"set\": {\"job title\": \"Researcher\"}}\n",
            "{\"do\": \"suppress\", \"address\": \"cy2@example.org\"}\n",
        ),
    );
    desk.does(&["apply", "actions.jsonl", "--dry-run"], "8 actions can be applied");
    assert_eq!(desk.state(), before);
    desk.does(&["apply", "actions.jsonl"], "Applied actions.jsonl (8 actions)");
    let eve = out(&desk.run(&["show", "member", "eve@example.org"]));
    for part in ["Shoe size        43", "a11y", "Show and tell", "Head, Design", "Researcher", "Research: active"] {
        assert!(eve.contains(part), "{part}: {eve}");
    }
    desk.does(&["undo"], "Undone: Applied actions.jsonl (8 actions)");
    assert!(err(&desk.run(&["show", "member", "eve@example.org"])).contains("nobody"));
    desk.does(&["redo", "--yes"], "Redone");
    assert_eq!(out(&desk.run(&["show", "member", "eve@example.org"])), eve);
}

#[test]
fn a_wrong_action_is_named_by_its_line_and_nothing_is_done() {
    let desk = desk();
    let good = "{\"do\":\"tag\",\"who\":\"ann@example.org\",\"tag\":\"a11y\"}";
    let long = format!("{{\"do\":\"tag\",\"who\":\"ann@example.org\",\"tag\":\"{}\"}}", "x".repeat(1 << 20));
    for (line, says) in [
        ("{\"do\":\"tagg\",\"who\":\"a\",\"tag\":\"b\"}", "unknown action `tagg`"),
        ("{\"do\":\"tag\",\"who\":\"ann@example.org\",\"tag\":\"b\",\"why\":\"x\"}", "unknown key `why`"),
        ("{\"do\":\"tag\",\"who\":\"ann@example.org\"}", "missing key `tag`"),
        ("{\"do\":\"tag\",\"who\":\"a\",\"who\":\"b\",\"tag\":\"c\"}", "duplicate key `who`"),
        ("{\"do\":\"tag\",\"who\":7,\"tag\":\"c\"}", "line 2: "),
        ("{\"do\":\"tag\",\"who\":[],\"tag\":\"c\"}", "who is empty"),
        ("{\"do\":\"tag\",\"who\":\"Cy Young\",\"tag\":\"c\"}", "2 people are called Cy Young"),
        ("{\"do\":\"tag\",\"who\":\"ann@example.org\",\"tag\":\" \"}", "can't be empty"),
        ("{\"do\":\"edit-member\",\"who\":\"ann@example.org\",\"set\":{\"name\":\"A\",\"name\":\"B\"}}", "set twice"),
        ("{\"do\":\"edit-member\",\"who\":\"ann@example.org\",\"set\":{\"name\":[]}}", "isn't a text"),
        ("{\"do\":\"edit-member\",\"who\":\"ann@example.org\",\"set\":{\"nam\":\"A\"}}", "did you mean name?"),
        ("{\"do\":\"remove-member\",\"who\":\"ann@example.org\"}", "add --yes"),
        ("{\"do\":\"consent\",\"who\":\"ann@example.org\",\"purpose\":\"mail\",\"state\":\"granted\"}", "--source and --date"),
        ("[]", "line 2: "),
        ("nonsense", "it isn't a JSON object"),
        (long.as_str(), "1,048,576"),
    ] {
        desk.file("a.jsonl", &format!("{good}\n{line}\n"));
        desk.refuses(&["apply", "a.jsonl"], 1, says);
        desk.refuses(&["apply", "a.jsonl"], 1, "line 2: ");
        desk.refuses(&["apply", "a.jsonl"], 1, "nothing was done");
    }
    desk.file("a.jsonl", "\n");
    desk.refuses(&["apply", "a.jsonl"], 1, "no actions");
    desk.file("a.jsonl", &format!("{good}\n{{\"do\":\"remove-member\",\"who\":\"ann@example.org\"}}\n"));
    desk.does(&["apply", "a.jsonl", "--yes"], "Applied a.jsonl (2 actions)");
}

#[test]
fn the_schema_names_every_action_that_is_read() {
    let desk = Desk::new();
    let schema: serde_json::Value = serde_json::from_slice(&desk.run(&["apply", "--schema"]).stdout).unwrap();
    let named: Vec<&str> = schema["oneOf"].as_array().unwrap().iter().map(|a| a["properties"]["do"]["const"].as_str().unwrap()).collect();
    // The parser's message about an unknown action lists the known ones.
    desk.file("a.jsonl", "{\"do\":\"x\"}\n");
    let said = err(&desk.run(&["apply", "a.jsonl"]));
    let mut read: Vec<&str> = said.split('`').skip(1).step_by(2).filter(|w| *w != "x").collect();
    let mut named_sorted = named.clone();
    read.sort_unstable();
    named_sorted.sort_unstable();
    assert_eq!(named_sorted, read);
    // An action with its required keys only is parsed. It fails later, because the things that it names don't exist.
    for action in schema["oneOf"].as_array().unwrap() {
        let mut object = serde_json::Map::new();
        for key in action["required"].as_array().unwrap() {
            let key = key.as_str().unwrap();
            let property = &action["properties"][key];
            let value = property["const"].as_str().or(property["enum"][0].as_str()).unwrap_or("zzz");
            object.insert(key.to_owned(), if key == "set" { serde_json::json!({}) } else { value.into() });
        }
        desk.file("a.jsonl", &format!("{}\n", serde_json::Value::Object(object)));
        let said = err(&desk.run(&["apply", "a.jsonl"]));
        assert!(!said.contains("unknown") && !said.contains("missing") && said.contains("line 1: "), "{action}: {said}");
    }
}
