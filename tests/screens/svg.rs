//! A picture of the screen's cells as SVG.

use std::fmt::Write;

use guildhall::domain::text;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

/// How wide and high a cell is, in pixels; letters are 14 high.
const CELL: (f32, f32) = (8.4, 18.0);
const MARGIN: f32 = 12.0;
const PAPER: &str = "#1b1f27";
const INK: &str = "#d5d9e2";

/// The colours of a dark terminal.
fn colour(c: Color) -> &'static str {
    match c {
        Color::Red | Color::LightRed => "#f07178",
        Color::Green | Color::LightGreen => "#a5d6a0",
        Color::Yellow | Color::LightYellow => "#f2ce7e",
        Color::Blue | Color::LightBlue => "#7fb0f5",
        Color::Magenta | Color::LightMagenta => "#d0a3ee",
        Color::Cyan | Color::LightCyan => "#76cfd6",
        Color::DarkGray => "#7b8394",
        _ => INK,
    }
}

#[derive(PartialEq, Clone, Copy)]
struct Look {
    ink: &'static str,
    paper: Option<&'static str>,
    bold: bool,
    dim: bool,
    underlined: bool,
}

impl Look {
    fn of(cell: &Cell) -> Self {
        let ink = colour(cell.fg);
        let reversed = cell.modifier.contains(Modifier::REVERSED);
        Self {
            ink: if reversed { PAPER } else { ink },
            paper: reversed.then_some(ink),
            bold: cell.modifier.contains(Modifier::BOLD),
            dim: cell.modifier.contains(Modifier::DIM),
            underlined: cell.modifier.contains(Modifier::UNDERLINED),
        }
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The picture; `title` is what a screen reader says of it.
pub(crate) fn svg(buf: &Buffer, title: &str) -> String {
    let (columns, rows) = (f32::from(buf.area.width), f32::from(buf.area.height));
    let (width, height) = (columns * CELL.0 + 2.0 * MARGIN, rows * CELL.1 + 2.0 * MARGIN);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.1} {height:.1}\" \
         role=\"img\" aria-label=\"{0}\">\n<title>{0}</title>\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{PAPER}\"/>\n\
         <g font-family=\"ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace\" font-size=\"14\" xml:space=\"preserve\">\n",
        escape(title)
    );
    for y in 0..buf.area.height {
        let mut x = 0;
        while x < buf.area.width {
            let look = Look::of(&buf[(x, y)]);
            let (from, mut run, mut cells) = (x, String::new(), 0_u16);
            while x < buf.area.width && Look::of(&buf[(x, y)]) == look {
                let symbol = buf[(x, y)].symbol();
                let wide = u16::try_from(text::width(symbol)).unwrap_or(1).max(1);
                run.push_str(symbol);
                cells += wide;
                x += wide;
            }
            piece(&mut out, (from, y), cells, &run, look);
        }
    }
    out.push_str("</g>\n</svg>\n");
    out
}

fn piece(out: &mut String, (x, y): (u16, u16), cells: u16, run: &str, look: Look) {
    let (left, top, width) = (MARGIN + f32::from(x) * CELL.0, MARGIN + f32::from(y) * CELL.1, f32::from(cells) * CELL.0);
    if let Some(paper) = look.paper {
        writeln!(out, "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{}\" fill=\"{paper}\"/>", CELL.1).unwrap();
    }
    if run.trim().is_empty() {
        return;
    }
    // Blanks at the ends need no letters.
    let lead = run.len() - run.trim_start().len();
    let (left, run) = (left + f32::from(u16::try_from(lead).unwrap()) * CELL.0, run.trim());
    let width = f32::from(u16::try_from(text::width(run)).unwrap()) * CELL.0;
    let mut style = format!("fill=\"{}\"", look.ink);
    if look.bold {
        style.push_str(" font-weight=\"bold\"");
    }
    if look.dim {
        style.push_str(" opacity=\"0.55\"");
    }
    if look.underlined {
        style.push_str(" text-decoration=\"underline\"");
    }
    let base = top + 13.5;
    writeln!(out, "<text x=\"{left:.1}\" y=\"{base:.1}\" textLength=\"{width:.1}\" {style}>{}</text>", escape(run)).unwrap();
}
