//! The one table of actions: what can be done, where, with which keys, in which words.
//!
//! Keymap, footer, help, palette, `guildhall keys` and the README's key table walk it. Pure data: must not name any
//! other module, nor know how an action is carried out.

/// Where an action can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everywhere but in a text field.
    Everywhere,
    /// In every list.
    List,
    /// In the list of communities.
    Communities,
    /// In the list of members.
    Members,
    /// In the list of meetups.
    Meetups,
    /// In the detail of what is under the cursor.
    Detail,
}

impl Scope {
    /// All of them, in the order of the key table.
    pub const ALL: &'static [Self] = &[Self::Everywhere, Self::List, Self::Communities, Self::Members, Self::Meetups, Self::Detail];

    /// Its heading.
    #[must_use]
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Everywhere => "Everywhere",
            Self::List => "In every list",
            Self::Communities => "In communities",
            Self::Members => "In members",
            Self::Meetups => "In meetups",
            Self::Detail => "In the detail",
        }
    }
}

macro_rules! actions {
    ($($variant:ident, $name:literal, $scope:ident, [$($key:literal),*], $footer:literal, $doc:literal;)+) => {
        /// Something that can be done. Has no payload; a command of the book has.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action { $(#[doc = $doc] $variant),+ }

        /// Every action with its words and keys.
        pub const ACTIONS: &[ActionInfo] = &[$(ActionInfo {
            action: Action::$variant, name: $name, scope: Scope::$scope, keys: &[$($key),*], footer: $footer, doc: $doc,
        }),+];
    };
}

/// An action as the table has it.
#[derive(Debug)]
pub struct ActionInfo {
    /// The action.
    pub action: Action,
    /// Its name in the palette and in the configuration.
    pub name: &'static str,
    /// Where it can be asked for.
    pub scope: Scope,
    /// The keys that ask for it unless the lead says otherwise.
    pub keys: &'static [&'static str],
    /// The word in the footer; empty if it isn't shown there.
    pub footer: &'static str,
    /// What it does, in a sentence.
    pub doc: &'static str,
}

actions! {
    Help, "help", Everywhere, ["?", "f1"], "help", "Shows the keys that work here";
    Palette, "commands", Everywhere, [":", "ctrl-p"], "commands", "Finds any command by name";
    Find, "find", Everywhere, ["/"], "find", "Filters the list as you type";
    New, "new", Everywhere, ["n"], "new", "Adds a community, a person, a meetup, a seat";
    Edit, "edit", Everywhere, ["e"], "edit", "Changes what is under the cursor";
    Remove, "remove", Everywhere, ["d", "delete"], "", "Removes what is marked, or what is under the cursor";
    Undo, "undo", Everywhere, ["u"], "undo", "Takes back the last step";
    Redo, "redo", Everywhere, ["ctrl-r"], "", "Does again what undo took back";
    History, "history", Everywhere, ["H"], "", "Shows what was done, newest first";
    HistoryHere, "history of this", Everywhere, ["h"], "history", "Shows what was done to the thing under the cursor";
    Import, "import", Everywhere, ["i"], "import", "Reads people from a file, after a review";
    Export, "export", Everywhere, ["x"], "export", "Writes the marked or listed people to a file";
    ShowAll, "show all", Everywhere, ["0"], "", "Shows everybody and every meetup, whatever the community";
    PaneCommunities, "go to communities", Everywhere, ["1"], "", "Moves to the communities";
    PaneMembers, "go to members", Everywhere, ["2"], "", "Moves to the members";
    PaneMeetups, "go to meetups", Everywhere, ["3"], "", "Moves to the meetups";
    PaneDetail, "go to detail", Everywhere, ["4"], "", "Moves to the detail";
    NextPane, "next pane", Everywhere, ["tab", "right", "l"], "", "Moves to the next pane";
    PreviousPane, "previous pane", Everywhere, ["backtab", "left"], "", "Moves to the previous pane";
    Views, "views", Everywhere, ["V"], "", "Picks a saved view";
    SaveView, "save view", Everywhere, ["W"], "", "Saves this search with its columns and order";
    RemoveView, "remove view", Everywhere, [], "", "Removes a saved view";
    Copy, "copy", Everywhere, ["y"], "copy", "Copies the address here, or all marked as a To: line";
    CopyPart, "copy a part", Everywhere, ["Y"], "", "Copies one part of what is under the cursor";
    OpenLink, "open link", Everywhere, ["o"], "open link", "Opens a link or begins a mail, after showing it";
    Organisations, "organisations", Everywhere, ["g o"], "", "Lists the organisations, to add or change one";
    PublishPage, "publish page", Everywhere, ["g p"], "", "Writes the public page, after showing what changes";
    CheckPage, "page check", Everywhere, [], "", "Looks at seats, ways to join, rules and counts";
    Handover, "handover pack", Everywhere, [], "", "Copies all that a community's next head should know";
    CheckFile, "check file", Everywhere, [], "", "Looks whether the roster's file is sound";
    Back, "back", Everywhere, ["esc"], "", "Goes back one step: ends the search, drops the marks";
    Wider, "wider", Everywhere, [">"], "", "Gives this pane more room";
    Narrower, "narrower", Everywhere, ["<"], "", "Gives this pane less room";
    Reload, "reload", Everywhere, ["f5", "ctrl-l"], "", "Reads everything again and draws the screen anew";
    Suspend, "suspend", Everywhere, ["ctrl-z"], "", "Puts Guildhall to sleep; fg wakes it";
    Quit, "quit", Everywhere, ["q"], "", "Quits; everything is saved already";

    Down, "down", List, ["down", "j"], "", "Moves down";
    Up, "up", List, ["up", "k"], "", "Moves up";
    PageDown, "page down", List, ["pagedown", "ctrl-d"], "", "Moves down a page";
    PageUp, "page up", List, ["pageup", "ctrl-u"], "", "Moves up a page";
    First, "first", List, ["home", "g g"], "", "Moves to the first";
    Last, "last", List, ["end", "G"], "", "Moves to the last";
    Columns, "columns", List, ["C"], "", "Chooses the columns, their order and the sort";
    SortNext, "sort by next column", List, ["S"], "", "Sorts the list by the next column";
    SortReverse, "reverse sort", List, ["R"], "", "Turns the order of the list round";
    Open, "open", List, ["enter"], "open", "Moves on to what belongs to this one";

    AddMembers, "add members", Members, ["a"], "add people", "Adds people by address: typed, or a pasted list";
    Mark, "mark", Members, ["space"], "mark", "Marks or unmarks the person";
    MarkRange, "mark range", Members, ["v"], "", "Marks from the last mark to here";
    MarkAll, "mark all", Members, ["*"], "", "Marks everybody in the list, or unmarks all";
    PutInto, "put into community", Members, ["p"], "put into", "Puts the marked people into a community";
    TakeOut, "take out of community", Members, ["t"], "", "Takes the marked people out of the community shown";
    SetStatus, "set status", Members, ["s"], "", "Sets the marked people's status in this community";
    SetOrganisation, "set organisation", Members, ["O"], "", "Sets the organisation of the marked people";
    SetDiscipline, "set discipline", Members, ["D"], "", "Sets the discipline of the marked people";
    AddTag, "add tag", Members, ["T"], "", "Tags the marked people";
    RemoveTag, "remove tag", Members, [], "", "Takes a tag off the marked people";
    SetField, "set field", Members, ["F"], "", "Sets a field of your own for the marked people";
    SetConsent, "set consent", Members, ["c"], "", "Notes what the marked people agree to, or not";
    StopMail, "never mail", Members, ["M"], "", "Never mail this person again, or record their consent";

    Roll, "take the roll", Meetups, ["a"], "who came", "Ticks who came: find by three letters, Enter ticks";
}

/// The table's line for an action.
#[must_use]
pub fn info(action: Action) -> &'static ActionInfo {
    // INVARIANT: the macro makes one line for each variant, in their order.
    &ACTIONS[action as usize]
}

/// The key table as Markdown: what the README shows.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::new();
    for scope in Scope::ALL {
        if !ACTIONS.iter().any(|a| a.scope == *scope && !a.keys.is_empty()) {
            continue;
        }
        out.push_str(&format!("**{}**\n\n| Keys | Does |\n| --- | --- |\n", scope.heading()));
        for a in ACTIONS.iter().filter(|a| a.scope == *scope && !a.keys.is_empty()) {
            let keys = a.keys.iter().map(|k| format!("`{}`", key_word(k))).collect::<Vec<_>>().join(" ");
            out.push_str(&format!("| {keys} | {} |\n", a.doc));
        }
        out.push('\n');
    }
    out
}

/// A key as people read it, or two in a row.
#[must_use]
pub fn key_word(key: &str) -> String {
    key.split(' ').map(one_key_word).collect::<Vec<_>>().join(" ")
}

fn one_key_word(key: &str) -> String {
    match key {
        "esc" => "Esc".into(),
        "enter" => "Enter".into(),
        "space" => "Space".into(),
        "tab" => "Tab".into(),
        "backtab" | "shift-tab" => "Shift-Tab".into(),
        "pageup" => "PgUp".into(),
        "pagedown" => "PgDn".into(),
        "delete" => "Del".into(),
        "insert" => "Ins".into(),
        "backspace" => "Backspace".into(),
        "up" => "↑".into(),
        "down" => "↓".into(),
        "left" => "←".into(),
        "right" => "→".into(),
        "home" => "Home".into(),
        "end" => "End".into(),
        _ => {
            if let Some(rest) = key.strip_prefix("ctrl-") {
                return format!("Ctrl-{}", if rest.len() == 1 { rest.to_uppercase() } else { one_key_word(rest) });
            }
            if let Some(rest) = key.strip_prefix("alt-") {
                return format!("Alt-{}", one_key_word(rest));
            }
            let is_function = key.len() > 1 && key.starts_with('f') && key[1..].bytes().all(|b| b.is_ascii_digit());
            if is_function { key.to_uppercase() } else { key.to_owned() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_action_once_and_in_order() {
        for (i, a) in ACTIONS.iter().enumerate() {
            assert_eq!(a.action as usize, i, "{}", a.name);
            assert!(!a.doc.is_empty() && !a.doc.ends_with('.'), "{}", a.name);
            // So that the help shows it whole on 80 columns.
            assert!(a.doc.len() <= 58, "{}", a.name);
            assert_eq!(ACTIONS.iter().filter(|b| b.name == a.name).count(), 1, "{}", a.name);
        }
    }
}
