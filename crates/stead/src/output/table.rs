//! Tables that fit the terminal: columns are cut, never wrapped. In a pipe nothing is cut.
//!
//! An id is of use only as a whole, so what stands beside it gives way first; without ids, or where even that is too much, the last
//! columns are cut.

use std::io::IsTerminal as _;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::{Output, Tone, on_one_line};

/// The column that [`Output::quiet`] leaves.
const ID: &str = "ID";
/// Narrower no column is made.
const LEAST: usize = 6;
/// Between columns.
const GAP: usize = 2;

/// Rows under headings. Cells may carry a tone; widths are those that a terminal gives them.
#[derive(Debug)]
pub struct Table {
    headings: Vec<&'static str>,
    rows: Vec<Vec<(String, Option<Tone>)>>,
}

impl Table {
    #[must_use]
    pub fn new(headings: &[&'static str]) -> Self {
        Self { headings: headings.to_vec(), rows: Vec::new() }
    }

    pub fn row(&mut self, cells: Vec<(String, Option<Tone>)>) {
        self.rows.push(cells.into_iter().map(|(text, tone)| (on_one_line(&text), tone)).collect());
    }

    /// The rows; with [`Output::quiet`] only their ids, when they have any.
    pub fn print(&self, output: &Output) {
        if let Some(ids) = self.ids().filter(|_| output.quiet) {
            ids.for_each(|id| output.line(id));
            return;
        }
        if self.rows.is_empty() {
            output.note("There is nothing yet.");
            return;
        }
        let width = if std::io::stdout().is_terminal() { super::width() } else { usize::MAX };
        for line in self.lines(output, width) {
            output.line(line);
        }
    }

    fn ids(&self) -> Option<impl Iterator<Item = &str>> {
        let column = self.headings.iter().position(|heading| *heading == ID)?;
        let cells = self.rows.iter().filter_map(move |row| row.get(column));
        Some(cells.map(|(id, _)| id.as_str()).filter(|id| !id.is_empty()))
    }

    fn lines(&self, output: &Output, width: usize) -> Vec<String> {
        let columns = self.headings.len();
        let mut widths: Vec<usize> = self.headings.iter().map(|heading| heading.width()).collect();
        for row in &self.rows {
            for (column, (cell, _)) in row.iter().enumerate().take(columns) {
                widths[column] = widths[column].max(cell.width());
            }
        }
        self.give_way(&mut widths, width);
        let headings =
            self.headings.iter().map(|heading| ((*heading).to_owned(), Some(Tone::Faint))).collect();
        std::iter::once(&headings)
            .chain(&self.rows)
            .map(|row| Self::fit(row, &widths, output, width))
            .collect()
    }

    /// Makes the widest columns narrower until the ids fit as well; nothing, when they cannot.
    fn give_way(&self, widths: &mut Vec<usize>, width: usize) {
        let Some(ids) = self.headings.iter().position(|heading| *heading == ID) else { return };
        let gaps = GAP * widths.len().saturating_sub(1);
        let mut narrower = widths.clone();
        while narrower.iter().sum::<usize>() + gaps > width {
            let others = narrower.iter_mut().enumerate().filter(|(column, _)| *column != ids);
            match others.map(|(_, width)| width).max().filter(|width| **width > LEAST) {
                Some(widest) => *widest -= 1,
                None => return,
            }
        }
        *widths = narrower;
    }

    fn fit(row: &[(String, Option<Tone>)], widths: &[usize], output: &Output, width: usize) -> String {
        let mut line = String::new();
        let mut used = 0;
        for (column, (cell, tone)) in row.iter().enumerate() {
            let room = width.saturating_sub(used);
            if room < 4 {
                break;
            }
            let room = room.min(widths.get(column).copied().unwrap_or(room));
            let shown = if cell.width() > room { cut(cell, room) } else { cell.clone() };
            let length = shown.width();
            line.push_str(&tone.map_or_else(|| shown.clone(), |tone| output.paint(tone, &shown)));
            used += length;
            if column + 1 < row.len() {
                let padding = widths.get(column).map_or(0, |wanted| wanted.saturating_sub(length)) + GAP;
                line.push_str(&" ".repeat(padding));
                used += padding;
            }
        }
        line.trim_end().to_owned()
    }
}

/// As much of the text as fits, and a sign that there is more.
fn cut(text: &str, room: usize) -> String {
    let mut used = 1;
    let fits = |letter: &char| {
        used += letter.width().unwrap_or(0);
        used <= room
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Output = Output { json: false, quiet: false, colour: false, live: false };

    #[test]
    fn columns_stand_under_each_other_whatever_is_in_them() {
        let mut table = Table::new(&["NAME", "STATE", "ID"]);
        for name in ["東京", "shop", "é\u{301}", "a\nb\u{1b}[2J"] {
            table.row(vec![(name.into(), None), ("running".into(), None), ("inst_1".into(), None)]);
        }
        let lines = table.lines(&PLAIN, usize::MAX);
        let before = |line: &str| line.split_once("running").map(|(before, _)| before.width());
        assert!(lines[1..].iter().all(|line| before(line) == before(&lines[1])), "{lines:?}");
        assert_eq!(lines[4].trim_start_matches("a b�[2J"), "  running  inst_1");
        assert!(table.lines(&PLAIN, 20).iter().all(|line| line.width() <= 20));
        assert!(table.ids().is_some_and(|ids| ids.eq(["inst_1"; 4])));
        assert!(Table::new(&["USED", "OF"]).ids().is_none());
    }

    #[test]
    fn ids_stay_whole_as_long_as_they_can() {
        let mut table = Table::new(&["NAME", "ADDRESS", "ID"]);
        let id = "user_01j9zz3kq8f7v9x2m4n5p6r7st";
        table.row(vec![
            ("Ada Lovelace".into(), None),
            ("ada.lovelace@example.org".into(), None),
            (id.into(), None),
        ]);
        for (width, whole) in [(usize::MAX, true), (80, true), (50, true), (40, false)] {
            let lines = table.lines(&PLAIN, width);
            assert_eq!(lines[1].ends_with(id), whole, "{lines:?}");
            assert!(lines.iter().all(|line| line.width() <= width), "{lines:?}");
        }
        assert!(table.lines(&PLAIN, 60)[1].starts_with("Ada Lovelace  "), "the widest gives way");
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let mut table = Table::new(&["NAME", "STATE", "REASON"]);
        table.row(vec![("shop".into(), None), ("running".into(), Some(Tone::Good)), ("x".repeat(200), None)]);
        table.row(vec![
            ("a-rather-long-name".into(), None),
            ("stopped".into(), None),
            ("short".into(), None),
        ]);
        for width in [20, 40, 80] {
            assert!(table.lines(&PLAIN, width).iter().all(|line| line.chars().count() <= width));
        }
    }
}
