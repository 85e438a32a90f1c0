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
            Self::Moving => "In everything that is moved through",
            Self::List => "In every list of the home screen",
            Self::Communities => "In communities",
            Self::Members => "In members",
            Self::Meetups => "In meetups",
            Self::Detail => "In the detail",
            Self::Window => "In every window",
            Self::Form => "In forms",
            Self::Question => "In questions",
            Self::Plan => "In what is shown before it is done",
            Self::Text => "In texts that are longer than their window",
            Self::Message => "In messages",
            Self::History => "In the history",
            Self::Columns => "In the choice of columns",
            Self::Names => "In lists of names",
            Self::Organisations => "In organisations",
            Self::Roll => "In the roll",
            Self::Attendance => "On somebody at a meetup",
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
    Find, "find", Home, ["/"], "find", "Filters the list as you type";
    New, "new", Home, ["n"], "new", "Adds a community, a person, a meetup, a seat";
    Edit, "edit", Home, ["e"], "edit", "Changes what is under the cursor";
    Remove, "remove", Home, ["d", "delete"], "", "Removes what is marked, or what is under the cursor";
    History, "history", Home, ["H"], "", "Shows what was done, newest first";
    HistoryHere, "history of this", Home, ["h"], "history", "Shows what was done to the thing under the cursor";
    Import, "import", Home, ["i"], "import", "Reads people from a file, after a review";
    Export, "export", Home, ["x"], "export", "Writes the marked or listed people to a file";
    ShowAll, "show all", Home, ["0"], "", "Shows everybody and every meetup, whatever the community";
    PaneCommunities, "go to communities", Home, ["1"], "", "Moves to the communities";
    PaneMembers, "go to members", Home, ["2"], "", "Moves to the members";
    PaneMeetups, "go to meetups", Home, ["3"], "", "Moves to the meetups";
    PaneDetail, "go to detail", Home, ["4"], "", "Moves to the detail";
    NextPane, "next pane", Home, ["tab", "right", "l"], "", "Moves to the next pane";
    PreviousPane, "previous pane", Home, ["backtab", "left"], "", "Moves to the previous pane";
    Views, "views", Home, ["V"], "", "Picks a saved view";
    SaveView, "save view", Home, ["W"], "", "Saves this search with its columns and order";
    RemoveView, "remove view", Home, [], "", "Removes a saved view";
    Copy, "copy", Home, ["y"], "copy", "Copies the address here, or all marked as a To: line";
    CopyPart, "copy a part", Home, ["Y"], "", "Copies one part of what is under the cursor";
    OpenLink, "open link", Home, ["o"], "open link", "Opens a link or begins a mail, after showing it";
    Today, "today", Home, ["g t"], "", "Shows what to do this week, the most pressing first";
    Organisations, "organisations", Home, ["g o"], "", "Lists the organisations, to add or change one";
    PublishPage, "publish page", Home, ["g p"], "", "Writes the public page, after showing what changes";
    CheckPage, "page check", Home, [], "", "Looks at seats, ways to join, rules and counts";
    Handover, "handover pack", Home, [], "", "Copies all that a community's next head should know";
    CheckFile, "check file", Home, [], "", "Looks whether the roster's file is sound";
    Wider, "wider", Home, [">"], "", "Gives this pane more room";
    Narrower, "narrower", Home, ["<"], "", "Gives this pane less room";

    Undo, "undo", Steps, ["u"], "undo", "Undoes the last step";
    Redo, "redo", Steps, ["ctrl-r"], "", "Redoes the step that was undone last";

    Help, "help", Everywhere, ["?", "f1"], "help", "Shows the keys that work here";
    Palette, "commands", Everywhere, [":", "ctrl-p"], "commands", "Finds any command by name";
    Back, "back", Everywhere, ["esc"], "", "Goes back one step: ends the search, drops the marks";
    Reload, "reload", Everywhere, ["f5", "ctrl-l"], "", "Reads everything again and draws the screen anew";
    Suspend, "suspend", Everywhere, ["ctrl-z"], "", "Puts Guildhall to sleep; fg wakes it";
    Quit, "quit", Everywhere, ["q"], "", "Quits; everything is saved already";
    QuitAtOnce, "quit at once", Everywhere, ["ctrl-c"], "", "Quits from anywhere; what is typed in a form is kept";

    Down, "down", Moving, ["down", "j"], "", "Moves down";
    Up, "up", Moving, ["up", "k"], "", "Moves up";
    PageDown, "page down", Moving, ["pagedown", "ctrl-d"], "", "Moves down a page";
    PageUp, "page up", Moving, ["pageup", "ctrl-u"], "", "Moves up a page";
    First, "first", Moving, ["home", "g g"], "", "Moves to the first";
    Last, "last", Moving, ["end", "G"], "", "Moves to the last";

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

    Roll, "take the roll", Meetups, ["a"], "who came", "Ticks who came, each found by three letters";
    MarkHeld, "mark as held", Meetups, ["m"], "mark as held", "Marks the meetup as held";

    Take, "take", Window, ["enter"], "takes it", "Takes what is under the cursor, or goes on";

    Save, "save", Form, ["ctrl-s"], "saves", "Saves what was filled in";
    NextField, "next field", Form, ["tab"], "next", "Moves to the next field; completes the name of a file";
    PreviousField, "previous field", Form, ["backtab"], "", "Moves to the previous field";
    UseTheirs, "use theirs", Form, ["alt-u"], "", "Uses what somebody else has saved in this field";
    NewLine, "new line", Form, ["alt-enter"], "", "Begins a new line in a note";

    Yes, "yes", Question, ["y"], "yes", "Says yes to the question";
    Replace, "replace", Question, ["r"], "replace", "Replaces the existing file";

    LeaveOut, "leave out community", Plan, ["c"], "", "Imports people without putting them into the community";
    Mend, "mend the page", Plan, ["r"], "mends the damage too", "Imports a page and mends its damaged text too";

    NextPage, "next page", Text, ["space"], "", "Shows what comes next of a long text";

    CopyText, "copy text", Message, ["y"], "copies it", "Copies the text that is shown";

    BackToHere, "back to here", History, ["b"], "goes back to here", "Goes back to how everything stood after this step";

    ShowColumn, "show column", Columns, ["space", "x"], "shows", "Shows the column, or no longer";
    ColumnLater, "column later", Columns, ["J", "shift-down", "ctrl-down", "alt-down"], "moves it down", "Moves the column down";
    ColumnEarlier, "column earlier", Columns, ["K", "shift-up", "ctrl-up", "alt-up"], "moves it up", "Moves the column up";
    SortByThis, "sort by this", Columns, ["s"], "sorts", "Sorts by the column; again, the other way round";

    RemoveThis, "remove this", Names, ["delete"], "removes it", "Removes the one under the cursor";

    AddOrganisation, "add organisation", Organisations, ["f2", "insert"], "adds", "Adds an organisation";
    FindPeople, "find its people", Organisations, ["ctrl-f"], "finds its people", "Searches the members for those of the organisation";

    Tick, "tick", Roll, ["space"], "ticks", "Ticks the one under the cursor, or no longer";

    SayYes, "answered yes", Attendance, ["alt-y"], "yes", "Records that they said yes";
    SayMaybe, "answered maybe", Attendance, ["alt-m"], "maybe", "Records that they said maybe";
    SayNo, "answered no", Attendance, ["alt-n"], "no", "Records that they said no";
    SayWaiting, "on the waiting list", Attendance, ["alt-w"], "waiting", "Puts them on the waiting list";
    NoShow, "no-show", Attendance, ["alt-x"], "no-show", "Records that they didn't come";
    AsSpeaker, "speaker", Attendance, ["alt-s"], "speaker", "Makes them a speaker, or no longer";
    AsHost, "host", Attendance, ["alt-h"], "host", "Makes them a host, or no longer";
    AsOrganiser, "organiser", Attendance, ["alt-o"], "organiser", "Makes them an organiser, or no longer";
    AsFacilitator, "facilitator", Attendance, ["alt-f"], "facilitator", "Makes them a facilitator, or no longer";
    AsNotes, "notes", Attendance, ["alt-t"], "takes notes", "Makes them the one who takes notes, or no longer";

    GoThere, "go there", Today, ["enter"], "go there", "Goes to the thing, on the home screen";
    DoThis, "do this", Today, ["e"], "do it", "Opens what deals with the thing";

    StartSample, "sample book", Welcome, ["s"], "", "Opens a book of invented people, to look around in";
    StartImport, "first import", Welcome, ["i"], "", "Starts a book with a list, reviewed before it is kept";
    StartEmpty, "empty book", Welcome, ["e"], "", "Starts an empty book";
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
