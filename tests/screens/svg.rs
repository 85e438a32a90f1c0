//! Renders the screen's cells as SVG.

use std::fmt::Write;

use guildhall::domain::text;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

/// Width and height of a cell in pixels. The font size is 14.
const CELL: (f32, f32) = (8.4, 18.0);
const MARGIN: f32 = 12.0;
const PAPER: &str = "#1b1f27";
const INK: &str = "#d5d9e2";

/// Returns a colour as a dark terminal shows it.
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

/// Returns the picture as SVG. A screen reader reads out `title`.
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
            let (from, mut cells) = (x, Vec::new());
            while x < buf.area.width && Look::of(&buf[(x, y)]) == look {
                let symbol = buf[(x, y)].symbol();
                cells.push((x, symbol));
                x += u16::try_from(text::width(symbol)).unwrap_or(1).max(1);
            }
            piece(&mut out, (from, y), x - from, &cells, look);
        }
    }
    out.push_str("</g>\n</svg>\n");
    out
}

/// Writes cells of one style: background, borders as lines, and each letter at its own position, so that a font's widths shift nothing.
fn piece(out: &mut String, (x, y): (u16, u16), columns: u16, cells: &[(u16, &str)], look: Look) {
    let left = |x: u16| MARGIN + f32::from(x) * CELL.0;
    let top = MARGIN + f32::from(y) * CELL.1;
    if let Some(paper) = look.paper {
        let width = f32::from(columns) * CELL.0;
        writeln!(out, "<rect x=\"{:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{}\" fill=\"{paper}\"/>", left(x), CELL.1).unwrap();
    }
    let lines: String = cells.iter().filter_map(|(x, symbol)| border(symbol, left(*x), top)).collect();
    if !lines.is_empty() {
        let opacity = if look.dim { " opacity=\"0.55\"" } else { "" };
        writeln!(out, "<path d=\"{}\" fill=\"none\" stroke=\"{}\"{opacity}/>", lines.trim_end(), look.ink).unwrap();
    }
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
    let letters = cells.iter().filter(|(_, symbol)| !symbol.trim().is_empty() && border(symbol, 0.0, 0.0).is_none());
    // The `x` list has a position for each character, so a symbol of several characters gets its own `text` element.
    let (single, composed): (Vec<_>, Vec<_>) = letters.partition(|(_, symbol)| symbol.chars().count() == 1);
    let mut text = |cells: &[&(u16, &str)]| {
        if cells.is_empty() {
            return;
        }
        let places = cells.iter().map(|(x, _)| format!("{:.1}", left(*x))).collect::<Vec<_>>().join(" ");
        let words: String = cells.iter().map(|(_, symbol)| *symbol).collect();
        writeln!(out, "<text x=\"{places}\" y=\"{base:.1}\" {style}>{}</text>", escape(&words)).unwrap();
    };
    text(&single);
    composed.iter().for_each(|cell| text(&[*cell]));
}

/// Returns a border symbol as a path from edge to edge of its cell, so that it meets the next cells' lines; `None` for other symbols.
fn border(symbol: &str, x: f32, y: f32) -> Option<String> {
    let (right, bottom) = (x + CELL.0, y + CELL.1);
    let (middle, centre, bend) = (x + CELL.0 / 2.0, y + CELL.1 / 2.0, CELL.0 / 2.0);
    Some(match symbol {
        "─" => format!("M{x:.1} {centre:.1}H{right:.1} "),
        "│" => format!("M{middle:.1} {y:.1}V{bottom:.1} "),
        "┃" => format!("M{middle:.1} {y:.1}V{bottom:.1}M{:.1} {y:.1}V{bottom:.1} ", middle + 1.0),
        "╭" => format!("M{middle:.1} {bottom:.1}V{:.1}Q{middle:.1} {centre:.1} {right:.1} {centre:.1} ", centre + bend),
        "╮" => format!("M{x:.1} {centre:.1}Q{middle:.1} {centre:.1} {middle:.1} {:.1}V{bottom:.1} ", centre + bend),
        "╰" => format!("M{middle:.1} {y:.1}V{:.1}Q{middle:.1} {centre:.1} {right:.1} {centre:.1} ", centre - bend),
        "╯" => format!("M{x:.1} {centre:.1}Q{middle:.1} {centre:.1} {middle:.1} {:.1}V{y:.1} ", centre - bend),
        _ => return None,
    })
}
