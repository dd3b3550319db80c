//! Tables that fit the terminal: the last columns are cut, never wrapped.

use super::{Output, Tone};

/// Rows under headings. Cells may carry a tone; widths are counted in characters.
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
        self.rows.push(cells);
    }

    pub fn print(&self, output: &Output) {
        if self.rows.is_empty() {
            output.note("There is nothing yet.");
            return;
        }
        for line in self.lines(output, super::width()) {
            output.line(line);
        }
    }

    fn lines(&self, output: &Output, width: usize) -> Vec<String> {
        let columns = self.headings.len();
        let mut widths: Vec<usize> = self.headings.iter().map(|heading| heading.chars().count()).collect();
        for row in &self.rows {
            for (column, (cell, _)) in row.iter().enumerate().take(columns) {
                widths[column] = widths[column].max(cell.chars().count());
            }
        }
        let headings =
            self.headings.iter().map(|heading| ((*heading).to_owned(), Some(Tone::Faint))).collect();
        std::iter::once(&headings)
            .chain(&self.rows)
            .map(|row| Self::fit(row, &widths, output, width))
            .collect()
    }

    fn fit(row: &[(String, Option<Tone>)], widths: &[usize], output: &Output, width: usize) -> String {
        let mut line = String::new();
        let mut used = 0;
        for (column, (cell, tone)) in row.iter().enumerate() {
            let room = width.saturating_sub(used);
            if room < 4 {
                break;
            }
            let length = cell.chars().count();
            let shown: String = if length > room {
                cell.chars().take(room - 1).chain(['…']).collect()
            } else {
                cell.clone()
            };
            let length = shown.chars().count();
            line.push_str(&tone.map_or_else(|| shown.clone(), |tone| output.paint(tone, &shown)));
            used += length;
            if column + 1 < row.len() {
                let padding = widths.get(column).map_or(0, |wanted| wanted.saturating_sub(length)) + 2;
                line.push_str(&" ".repeat(padding));
                used += padding;
            }
        }
        line.trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let output = Output { json: false, quiet: false, colour: false, live: false };
        let mut table = Table::new(&["NAME", "STATE", "REASON"]);
        table.row(vec![("shop".into(), None), ("running".into(), Some(Tone::Good)), ("x".repeat(200), None)]);
        table.row(vec![
            ("a-rather-long-name".into(), None),
            ("stopped".into(), None),
            ("short".into(), None),
        ]);
        for width in [20, 40, 80] {
            assert!(table.lines(&output, width).iter().all(|line| line.chars().count() <= width));
        }
    }
}
