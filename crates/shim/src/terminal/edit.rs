//! Erasing, inserting, deleting and scrolling.

use super::cell::Row;
use super::screen::Screen;

impl Screen {
    pub(super) fn erase_cells(&mut self, count: usize) {
        let (from, cell) = (self.cursor.column, self.erased());
        self.cursor.wraps = false;
        self.row_mut().fill(from, from.saturating_add(count), cell);
    }

    pub(super) fn erase_line(&mut self, what: u16) {
        let (column, columns, cell) = (self.cursor.column, self.columns, self.erased());
        self.cursor.wraps = false;
        match what {
            0 => self.row_mut().fill(column, columns, cell),
            1 => self.row_mut().fill(0, column + 1, cell),
            2 => self.row_mut().clear(cell),
            _ => {}
        }
    }

    pub(super) fn erase_display(&mut self, what: u16) {
        let (row, cell) = (self.cursor.row, self.erased());
        let rows = match what {
            0 => {
                self.erase_line(0);
                row + 1..self.height
            }
            1 => {
                self.erase_line(1);
                0..row
            }
            2 => 0..self.height,
            3 => {
                self.scrollback.clear();
                return;
            }
            _ => return,
        };
        self.cursor.wraps = false;
        for row in &mut self.buffer_mut().rows[rows] {
            row.clear(cell);
        }
    }

    pub(super) fn insert_cells(&mut self, count: usize) {
        let (column, columns, cell) = (self.cursor.column, self.columns, self.erased());
        let count = count.min(columns - column);
        self.cursor.wraps = false;
        let row = self.row_mut();
        row.split_wide(column);
        row.split_wide(columns - count);
        row.cells.copy_within(column..columns - count, column + count);
        row.cells[column..column + count].fill(cell);
        row.occupied = columns;
        row.wrapped = false;
    }

    pub(super) fn delete_cells(&mut self, count: usize) {
        let (column, columns, cell) = (self.cursor.column, self.columns, self.erased());
        let count = count.min(columns - column);
        self.cursor.wraps = false;
        let row = self.row_mut();
        row.split_wide(column);
        row.split_wide(column + count);
        row.cells.copy_within(column + count.., column);
        row.cells[columns - count..].fill(cell);
        row.occupied = columns;
        row.wrapped = false;
    }

    pub(super) fn insert_lines(&mut self, count: usize) {
        let row = self.cursor.row;
        if (self.buffer().top..self.buffer().bottom).contains(&row) {
            self.shift_down(row, count);
            self.move_to(row, 0);
        }
    }

    pub(super) fn delete_lines(&mut self, count: usize) {
        let row = self.cursor.row;
        if (self.buffer().top..self.buffer().bottom).contains(&row) {
            self.shift_up(row, count);
            self.move_to(row, 0);
        }
    }

    pub(super) fn scroll_up(&mut self, count: usize) {
        let (top, bottom) = (self.buffer().top, self.buffer().bottom);
        if self.alternate.is_none() && top == 0 {
            self.push_scrollback(count.min(bottom));
        }
        self.shift_up(top, count);
    }

    pub(super) fn scroll_down(&mut self, count: usize) {
        self.shift_down(self.buffer().top, count);
    }

    /// Removes `count` rows at `first` and adds blank ones at the region's end.
    fn shift_up(&mut self, first: usize, count: usize) {
        let cell = self.erased();
        let scrolls_all = first == 0;
        let buffer = self.buffer_mut();
        let region = &mut buffer.rows[first..buffer.bottom];
        let count = count.min(region.len());
        region.rotate_left(count);
        let blank = region.len() - count;
        region[blank..].iter_mut().for_each(|row: &mut Row| row.clear(cell));
        // The row that went on in a removed one ends there now.
        if !scrolls_all {
            buffer.rows[first - 1].wrapped = false;
        }
    }

    /// Adds `count` blank rows at `first`; those at the region's end are lost.
    fn shift_down(&mut self, first: usize, count: usize) {
        let cell = self.erased();
        let buffer = self.buffer_mut();
        let region = &mut buffer.rows[first..buffer.bottom];
        let count = count.min(region.len());
        region.rotate_right(count);
        region[..count].iter_mut().for_each(|row| row.clear(cell));
        if let Some(last) = region.last_mut() {
            last.wrapped = false;
        }
        if let Some(above) = first.checked_sub(1) {
            buffer.rows[above].wrapped = false;
        }
    }
}
