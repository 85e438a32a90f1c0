//! The blocks of a Markdown text: headings, paragraphs, tables, list items, and the links in them, each with its byte range.
//!
//! Must not know what they mean.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// A link: its words, its target, and the range of all of its Markdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    pub words: String,
    pub target: String,
    pub range: Range<usize>,
}

/// A run of text: its plain text, its links, and its range.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Run {
    pub text: String,
    pub links: Vec<Link>,
    pub range: Range<usize>,
}

/// A block of a Markdown text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Block {
    /// A heading: its level, its content, and the range of the whole line.
    Heading(u8, Run, Range<usize>),
    Paragraph(Run),
    Item(Run),
    /// The header cells, and the rows, each with its range.
    Table(Vec<Run>, Vec<(Vec<Run>, Range<usize>)>),
    /// HTML, a code block, a thematic break: kept but not read.
    Other(Range<usize>),
}

/// The state while blocks are being built.
#[derive(Default)]
struct Builder {
    blocks: Vec<Block>,
    run: Option<Run>,
    /// The range of a heading's content, without the markers around it.
    inner: Option<Range<usize>>,
    link: Option<Link>,
    header: Vec<Run>,
    rows: Vec<(Vec<Run>, Range<usize>)>,
    cells: Vec<Run>,
    depth: usize,
}

/// Returns the blocks of a text, in order.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let mut b = Builder::default();
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        if !matches!(event, Event::Start(Tag::Heading { .. }) | Event::End(_)) {
            b.reach(&range);
        }
        match event {
            Event::Start(tag) => b.start(&tag, range, text),
            Event::End(tag) => b.end(tag, range),
            Event::Text(t) | Event::Code(t) => b.text(&t),
            Event::SoftBreak => b.text(" "),
            Event::HardBreak => b.text("\n"),
            Event::InlineHtml(t) if is_break(&t) => b.text("\n"),
            Event::Html(_) | Event::Rule => b.blocks.push(Block::Other(range)),
            _ => {}
        }
    }
    b.blocks
}

/// Returns whether an HTML tag is a line break, as used in table cells.
fn is_break(tag: &str) -> bool {
    let plain: String = tag.chars().filter(|c| c.is_ascii_alphabetic()).collect();
    plain.eq_ignore_ascii_case("br")
}

impl Builder {
    fn text(&mut self, text: &str) {
        if let Some(link) = &mut self.link {
            link.words.push_str(text);
        }
        if let Some(run) = &mut self.run {
            run.text.push_str(text);
        }
    }

    /// Extends the range of the content to this part of it.
    fn reach(&mut self, range: &Range<usize>) {
        if self.run.is_some() {
            let inner = self.inner.take().unwrap_or_else(|| range.clone());
            self.inner = Some(inner.start.min(range.start)..inner.end.max(range.end));
        }
    }

    fn start(&mut self, tag: &Tag<'_>, range: Range<usize>, source: &str) {
        match tag {
            Tag::Heading { .. } | Tag::Paragraph => {
                self.inner = None;
                self.run = Some(Run { range: trimmed(source, range), ..Run::default() });
            }
            Tag::Item => {
                // Only the item's own line: a nested list has items of its own.
                let end = source[range.clone()].find('\n').map_or(range.end, |at| range.start + at);
                self.depth += 1;
                self.run = Some(Run { range: trimmed(source, range.start..end), ..Run::default() });
            }
            Tag::TableCell => self.run = Some(Run { range: trimmed(source, range), ..Run::default() }),
            Tag::TableHead | Tag::TableRow => self.cells.clear(),
            Tag::Link { dest_url, .. } => self.link = Some(Link { words: String::new(), target: dest_url.to_string(), range }),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Heading(level) => {
                if let Some(mut run) = self.run.take() {
                    // The range of an underlined heading covers more than its words.
                    run.range = self.inner.take().unwrap_or(run.range);
                    self.blocks.push(Block::Heading(number(level), run, range));
                }
            }
            TagEnd::Paragraph if self.depth == 0 => self.blocks.extend(self.run.take().map(Block::Paragraph)),
            TagEnd::Item => {
                self.depth = self.depth.saturating_sub(1);
                self.blocks.extend(self.run.take().filter(|r| !r.text.trim().is_empty()).map(Block::Item));
            }
            TagEnd::TableCell => self.cells.extend(self.run.take()),
            TagEnd::TableHead => self.header = std::mem::take(&mut self.cells),
            TagEnd::TableRow => self.rows.push((std::mem::take(&mut self.cells), range)),
            TagEnd::Table => {
                let (header, rows) = (std::mem::take(&mut self.header), std::mem::take(&mut self.rows));
                self.blocks.push(Block::Table(header, rows));
            }
            TagEnd::Link => {
                if let (Some(link), Some(run)) = (self.link.take(), &mut self.run) {
                    run.links.push(link);
                }
            }
            TagEnd::CodeBlock | TagEnd::HtmlBlock => self.blocks.push(Block::Other(range)),
            _ => {}
        }
    }
}

/// Returns the level of a heading as a number.
const fn number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

/// Returns a range without the blanks at its ends and the markers of a heading. A range of only blanks stays unchanged.
pub(super) fn trimmed(source: &str, range: Range<usize>) -> Range<usize> {
    let Some(part) = source.get(range.clone()).filter(|part| !part.trim().is_empty()) else { return range };
    let part = part.trim_end();
    let start = part.len() - part.trim_start().len();
    let inner = part[start..].trim_start_matches('#');
    let start = if inner.len() < part.len() - start { part.len() - inner.trim_start().len() } else { start };
    range.start + start..range.start + part.len()
}
