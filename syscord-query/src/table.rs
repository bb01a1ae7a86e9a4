//! Aligned tables.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

/// The style of headings.
pub(crate) const HEADING: Style = Style::new().bold();
/// The style of what a row is about.
pub(crate) const SUBJECT: Style = AnsiColor::Cyan.on_default();
/// The style of errors and losses.
pub(crate) const BAD: Style = AnsiColor::Red.on_default();
/// The style of everything else.
pub(crate) const PLAIN: Style = Style::new();

/// A cell: text that is safe to print, and how it looks in colour.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// A plain cell.
    pub(crate) fn new(text: impl Into<String>) -> Cell {
        Cell { text: text.into(), style: PLAIN }
    }

    /// The same in another style.
    pub(crate) fn style(mut self, style: Style) -> Cell {
        self.style = style;
        self
    }
}

/// A table with a heading.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// Heading and whether the column's cells stand at the right.
    columns: Vec<(&'static str, bool)>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Adds a column of text.
    pub(crate) fn left(mut self, heading: &'static str) -> Table {
        self.columns.push((heading, false));
        self
    }

    /// Adds a column of numbers.
    pub(crate) fn right(mut self, heading: &'static str) -> Table {
        self.columns.push((heading, true));
        self
    }

    /// Adds a row, with a cell for each column.
    pub(crate) fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// The table as text, one line a row.
    pub(crate) fn render(&self, colour: bool) -> String {
        let heads = self.columns.iter().map(|(text, _)| Cell::new(*text).style(HEADING)).collect();
        let rows: Vec<&Vec<Cell>> = std::iter::once(&heads).chain(&self.rows).collect();
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|at| rows.iter().map(|row| width(row, at)).max().unwrap_or(0))
            .collect();
        let mut out = String::new();
        for row in rows {
            self.line(&mut out, row, &widths, colour);
        }
        out
    }

    fn line(&self, out: &mut String, row: &[Cell], widths: &[usize], colour: bool) {
        let last = self.columns.len().saturating_sub(1);
        for (at, (cell, (_, right))) in row.iter().zip(&self.columns).enumerate() {
            let padding = widths[at] - width(row, at);
            let (before, after) = if *right { (padding, 0) } else { (0, padding) };
            // Nothing follows the last column, spaces neither.
            let after = if at == last { 0 } else { after + 2 };
            let Cell { text, style } = cell;
            // A String takes every write.
            let _ = if colour {
                write!(out, "{:before$}{style}{text}{style:#}{:after$}", "", "")
            } else {
                write!(out, "{:before$}{text}{:after$}", "", "")
            };
        }
        out.push('\n');
    }
}

/// How many columns of a terminal a cell takes, if its characters take one each.
fn width(row: &[Cell], at: usize) -> usize {
    row.get(at).map_or(0, |cell| cell.text.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::default().left("syscall").right("calls");
        table.row(vec![Cell::new("read").style(SUBJECT), Cell::new("12345678")]);
        table.row(vec![Cell::new("clock_nanosleep"), Cell::new("1")]);
        table
    }

    #[test]
    fn columns_are_aligned() {
        let expected = "\
syscall             calls
read             12345678
clock_nanosleep         1
";
        assert_eq!(table().render(false), expected);
    }

    #[test]
    fn colours_do_not_count() {
        let text = table().render(true);
        assert!(text.contains("\x1b[36mread\x1b[0m           "), "{text:?}");
    }
}
