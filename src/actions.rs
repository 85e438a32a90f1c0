//! The one table of actions: what can be done, where, with which keys, in which words.
//!
//! Keymap, footer, help, palette, `guildhall keys` and the README's key table walk it. Pure data: must not name any
//! other module, nor know how an action is carried out.

/// Where an action can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everywhere; a letter alone is typed where there is a text field.
    Everywhere,
    /// On the home screen.
    Home,
    /// Where steps are taken back: at home and in the history.
    Steps,
    /// In everything that is moved through.
    Moving,
    /// In every list of the home screen.
    List,
    /// In the list of communities.
    Communities,
    /// In the list of members.
    Members,
    /// In the list of meetups.
    Meetups,
    /// In the detail of what is under the cursor.
    Detail,
    /// In every window that lies on a screen.
    Window,
    /// In what has several fields to fill in.
    Form,
    /// Where a question is asked.
    Question,
    /// In what is shown before it is done.
    Plan,
    /// In a text that may be longer than its window.
    Text,
    /// In a text that is shown.
    Message,
    /// In the history.
    History,
    /// In the choice of columns.
    Columns,
    /// In a list of names to choose from.
    Names,
    /// In the list of organisations.
    Organisations,
    /// In the roll of a meetup.
    Roll,
    /// On somebody at a meetup, in the roll or in the meetup's detail.
    Attendance,
    /// On the screen of what to do this week.
    Today,
    /// On the first run, before a roster exists.
    Welcome,
}

impl Scope {
    /// All of them, in the order of the key table.
    pub const ALL: &'static [Self] = &[
        Self::Everywhere,
        Self::Home,
        Self::Steps,
        Self::Moving,
        Self::List,
        Self::Communities,
        Self::Members,
        Self::Meetups,
        Self::Detail,
        Self::Window,
        Self::Form,
        Self::Question,
        Self::Plan,
        Self::Text,
        Self::Message,
        Self::History,
        Self::Columns,
        Self::Names,
        Self::Organisations,
        Self::Roll,
        Self::Attendance,
        Self::Today,
        Self::Welcome,
    ];

    /// Its heading.
    #[must_use]
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Everywhere => "Everywhere",
            Self::Home => "On the home screen",
            Self::Steps => "On the home screen and in the history",
            Self::Moving => "In lists and text",
            Self::List => "In every list of the home screen",
            Self::Communities => "In communities",
            Self::Members => "In members",
            Self::Meetups => "In meetups",
            Self::Detail => "In the detail",
            Self::Window => "In every dialog",
            Self::Form => "In forms",
            Self::Question => "In questions",
            Self::Plan => "In a review",
            Self::Text => "In long text",
            Self::Message => "In messages",
            Self::History => "In the history",
            Self::Columns => "In the choice of columns",
            Self::Names => "In lists of names",
            Self::Organisations => "In organisations",
            Self::Roll => "In the roll",
            Self::Attendance => "For a person at a meetup",
            Self::Today => "On the Today screen",
            Self::Welcome => "In the welcome",
        }
    }

    /// Its heading within a sentence.
    #[must_use]
    pub fn place(self) -> String {
        let heading = self.heading();
        heading.chars().take(1).flat_map(char::to_lowercase).chain(heading.chars().skip(1)).collect()
    }

    /// Whether it is that of a pane of the home screen.
    #[must_use]
    pub const fn is_pane(self) -> bool {
        matches!(self, Self::Communities | Self::Members | Self::Meetups | Self::Detail)
    }

    /// The scopes whose keys work where this one is what has the focus, itself first. The one place that says so: keymap, help, palette
    /// and the search for keys that clash ask here.
    #[must_use]
    pub const fn working(self) -> &'static [Self] {
        use Scope as S;
        match self {
            S::Everywhere => &[S::Everywhere],
            S::Home | S::List => &[S::List, S::Moving, S::Steps, S::Home, S::Everywhere],
            S::Communities => &[S::Communities, S::List, S::Moving, S::Steps, S::Home, S::Everywhere],
            S::Members => &[S::Members, S::List, S::Moving, S::Steps, S::Home, S::Everywhere],
            S::Meetups => &[S::Meetups, S::List, S::Moving, S::Steps, S::Home, S::Everywhere],
            S::Detail => &[S::Detail, S::Attendance, S::List, S::Moving, S::Steps, S::Home, S::Everywhere],
            S::Steps | S::History => &[S::History, S::Steps, S::Moving, S::Window, S::Everywhere],
            S::Moving | S::Window => &[S::Moving, S::Window, S::Everywhere],
            S::Form => &[S::Form, S::Moving, S::Window, S::Everywhere],
            // Nothing moves in a question: any key but the one that says yes leaves it.
            S::Question => &[S::Question, S::Window, S::Everywhere],
            S::Plan => &[S::Plan, S::Text, S::Moving, S::Window, S::Everywhere],
            S::Text | S::Message => &[S::Message, S::Text, S::Moving, S::Window, S::Everywhere],
            S::Columns => &[S::Columns, S::Moving, S::Window, S::Everywhere],
            S::Names => &[S::Names, S::Moving, S::Window, S::Everywhere],
            S::Organisations => &[S::Organisations, S::Names, S::Moving, S::Window, S::Everywhere],
            S::Roll | S::Attendance => &[S::Roll, S::Attendance, S::Moving, S::Window, S::Everywhere],
            S::Today => &[S::Today, S::Moving, S::Steps, S::Everywhere],
            S::Welcome => &[S::Welcome, S::Moving, S::Window, S::Everywhere],
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
    Find, "find", Home, ["/"], "find", "Filter the list as you type";
    New, "new", Home, ["n"], "new", "Add a community, a person, a meetup or a seat";
    Edit, "edit", Home, ["e"], "edit", "Edit what is under the cursor";
    Remove, "remove", Home, ["d", "delete"], "", "Remove what is marked, or what is under the cursor";
    History, "history", Home, ["H"], "", "Show the history, newest first";
    HistoryHere, "history of this", Home, ["h"], "history", "Show the history of the selected item";
    Import, "import", Home, ["i"], "import", "Import people from a file, after a review";
    Export, "export", Home, ["x"], "export", "Export the marked or listed people to a file";
    ShowAll, "show all", Home, ["0"], "", "Show everybody and every meetup, in any community";
    PaneCommunities, "go to communities", Home, ["1"], "", "Go to the communities";
    PaneMembers, "go to members", Home, ["2"], "", "Go to the members";
    PaneMeetups, "go to meetups", Home, ["3"], "", "Go to the meetups";
    PaneDetail, "go to detail", Home, ["4"], "", "Go to the detail";
    NextPane, "next pane", Home, ["tab", "right", "l"], "", "Go to the next pane";
    PreviousPane, "previous pane", Home, ["backtab", "left"], "", "Go to the previous pane";
    Views, "views", Home, ["V"], "", "Open a saved view";
    SaveView, "save view", Home, ["W"], "", "Save this search, with its columns and order, as a view";
    RemoveView, "remove view", Home, [], "", "Remove a saved view";
    Copy, "copy", Home, ["y"], "copy", "Copy the address, or those of all marked as a To: line";
    CopyPart, "copy a part", Home, ["Y"], "", "Copy one part of what is under the cursor";
    OpenLink, "open link", Home, ["o"], "open link", "Open a link or start an e-mail, after showing it";
    Today, "today", Home, ["g t"], "", "Show what to do this week, the most pressing first";
    Organisations, "organisations", Home, ["g o"], "", "List the organisations, to add or edit one";
    PublishPage, "publish page", Home, ["g p"], "", "Publish the public page, after showing what changes";
    CheckPage, "page check", Home, [], "", "Check seats, ways to join, rules and counts";
    Handover, "handover pack", Home, [], "", "Copy what the next head of a community should know";
    CheckFile, "check file", Home, [], "", "Check the file for damage";
    Wider, "wider", Home, [">"], "", "Give this pane more room";
    Narrower, "narrower", Home, ["<"], "", "Give this pane less room";

    Undo, "undo", Steps, ["u"], "undo", "Undo the last change";
    Redo, "redo", Steps, ["ctrl-r"], "", "Redo the last change that was undone";

    Help, "help", Everywhere, ["?", "f1"], "help", "Show the keys that work here";
    Palette, "commands", Everywhere, [":", "ctrl-p"], "commands", "Find any command by name";
    Back, "back", Everywhere, ["esc"], "", "Go back one step: end the search, clear the marks";
    Reload, "reload", Everywhere, ["f5", "ctrl-l"], "", "Reload everything and redraw the screen";
    Suspend, "suspend", Everywhere, ["ctrl-z"], "", "Suspend Guildhall; fg resumes it";
    Quit, "quit", Everywhere, ["q"], "", "Quit; everything is already saved";
    QuitAtOnce, "quit at once", Everywhere, ["ctrl-c"], "", "Quit from anywhere; text in an open form is kept";

    Down, "down", Moving, ["down", "j"], "", "Move down";
    Up, "up", Moving, ["up", "k"], "", "Move up";
    PageDown, "page down", Moving, ["pagedown", "ctrl-d"], "", "Move down one screen";
    PageUp, "page up", Moving, ["pageup", "ctrl-u"], "", "Move up one screen";
    First, "first", Moving, ["home", "g g"], "", "Move to the first row";
    Last, "last", Moving, ["end", "G"], "", "Move to the last row";

    Columns, "columns", List, ["C"], "", "Choose the columns, their order and the sort";
    SortNext, "sort by next column", List, ["S"], "", "Sort the list by the next column";
    SortReverse, "reverse sort", List, ["R"], "", "Reverse the order of the list";
    Open, "open", List, ["enter"], "open", "Open the selected item";

    AddMembers, "add members", Members, ["a"], "add people", "Add people by address, typed or pasted as a list";
    Mark, "mark", Members, ["space"], "mark", "Mark or unmark the person";
    MarkRange, "mark range", Members, ["v"], "", "Mark everybody from the last mark to here";
    MarkAll, "mark all", Members, ["*"], "", "Mark everybody in the list, or unmark all";
    PutInto, "add to community", Members, ["p"], "add to", "Add the marked people to a community";
    TakeOut, "remove from community", Members, ["t"], "", "Remove the marked people from this community";
    SetStatus, "set status", Members, ["s"], "", "Set the status of the marked people in this community";
    SetOrganisation, "set organisation", Members, ["O"], "", "Set the organisation of the marked people";
    SetDiscipline, "set discipline", Members, ["D"], "", "Set the discipline of the marked people";
    AddTag, "add tag", Members, ["T"], "", "Tag the marked people";
    RemoveTag, "remove tag", Members, [], "", "Remove a tag from the marked people";
    SetField, "set field", Members, ["F"], "", "Set one of your own fields for the marked people";
    SetConsent, "set consent", Members, ["c"], "", "Record what the marked people consent to";
    StopMail, "never mail", Members, ["M"], "", "Unsubscribe people, or allow mail to one person again";

    Roll, "attendance", Meetups, ["a"], "who came", "Record who came: find each by three letters";
    MarkHeld, "mark as held", Meetups, ["m"], "mark as held", "Mark the meetup as held";

    Take, "take", Window, ["enter"], "choose", "Choose what is under the cursor, or continue";

    Save, "save", Form, ["ctrl-s"], "save", "Save the form";
    NextField, "next field", Form, ["tab"], "next", "Go to the next field; complete a file name";
    PreviousField, "previous field", Form, ["backtab"], "", "Go to the previous field";
    UseTheirs, "use theirs", Form, ["alt-u"], "", "Use the value that another program saved";
    NewLine, "new line", Form, ["alt-enter"], "", "Start a new line in a note";

    Yes, "yes", Question, ["y"], "yes", "Confirm the question";
    Replace, "replace", Question, ["r"], "replace", "Replace the existing file";

    LeaveOut, "import without community", Plan, ["c"], "", "Import people without adding them to the community";
    Mend, "repair page", Plan, ["r"], "repair the damage too", "Import a page and repair its damaged text";

    NextPage, "next screenful", Text, ["space"], "", "Show the next part of a long text";

    CopyText, "copy text", Message, ["y"], "copy it", "Copy the text that is shown";

    BackToHere, "restore", History, ["b"], "restore to here", "Restore everything to how it was after this change";

    ShowColumn, "show column", Columns, ["space", "x"], "show", "Show or hide the column";
    ColumnLater, "column later", Columns, ["J", "shift-down", "ctrl-down", "alt-down"], "move it down", "Move the column down";
    ColumnEarlier, "column earlier", Columns, ["K", "shift-up", "ctrl-up", "alt-up"], "move it up", "Move the column up";
    SortByThis, "sort by this", Columns, ["s"], "sort", "Sort by the column; a second time reverses the order";

    RemoveThis, "remove this", Names, ["delete"], "remove it", "Remove the selected name";

    AddOrganisation, "add organisation", Organisations, ["f2", "insert"], "add", "Add an organisation";
    FindPeople, "find its people", Organisations, ["ctrl-f"], "find its people", "Find the members who belong to the organisation";

    Tick, "tick", Roll, ["space"], "tick", "Tick or untick the person under the cursor";

    SayYes, "answered yes", Attendance, ["alt-y"], "yes", "Record that they said yes";
    SayMaybe, "answered maybe", Attendance, ["alt-m"], "maybe", "Record that they said maybe";
    SayNo, "answered no", Attendance, ["alt-n"], "no", "Record that they said no";
    SayWaiting, "on the waiting list", Attendance, ["alt-w"], "waiting", "Record that they are on the waiting list";
    NoShow, "no-show", Attendance, ["alt-x"], "no-show", "Record that they didn't come";
    AsSpeaker, "speaker", Attendance, ["alt-s"], "speaker", "Make them a speaker, or undo that";
    AsHost, "host", Attendance, ["alt-h"], "host", "Make them a host, or undo that";
    AsOrganiser, "organiser", Attendance, ["alt-o"], "organiser", "Make them an organiser, or undo that";
    AsFacilitator, "facilitator", Attendance, ["alt-f"], "facilitator", "Make them a facilitator, or undo that";
    AsNotes, "notes", Attendance, ["alt-t"], "note-taker", "Make them the note-taker, or undo that";

    GoThere, "go there", Today, ["enter"], "go there", "Show it on the home screen";
    DoThis, "do this", Today, ["e"], "do it", "Open the form for this task";

    StartSample, "sample roster", Welcome, ["s"], "", "Open a roster of invented people to look around in";
    StartImport, "first import", Welcome, ["i"], "", "Start a roster from a file, reviewed before it is saved";
    StartEmpty, "empty roster", Welcome, ["e"], "", "Start an empty roster";
}

/// The table's line for an action.
#[must_use]
pub fn info(action: Action) -> &'static ActionInfo {
    // INVARIANT: the macro makes one line for each variant, in their order.
    &ACTIONS[action as usize]
}

/// Whether an action changes the roster, so that it can't be done in one that is open for reading only.
#[must_use]
pub const fn changes_roster(action: Action) -> bool {
    use Action as A;
    matches!(
        action,
        A::New
            | A::Edit
            | A::Remove
            | A::Import
            | A::SaveView
            | A::RemoveView
            | A::Undo
            | A::Redo
            | A::BackToHere
            | A::AddMembers
            | A::PutInto
            | A::TakeOut
            | A::SetStatus
            | A::SetOrganisation
            | A::SetDiscipline
            | A::AddTag
            | A::RemoveTag
            | A::SetField
            | A::SetConsent
            | A::StopMail
            | A::Roll
            | A::MarkHeld
            | A::LeaveOut
            | A::Mend
            | A::RemoveThis
            | A::AddOrganisation
            | A::Tick
            | A::SayYes
            | A::SayMaybe
            | A::SayNo
            | A::SayWaiting
            | A::NoShow
            | A::AsSpeaker
            | A::AsHost
            | A::AsOrganiser
            | A::AsFacilitator
            | A::AsNotes
    )
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
            if let Some(rest) = key.strip_prefix("shift-") {
                return format!("Shift-{}", one_key_word(rest));
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
