//! A snapshot read by a fresh terminal leads to the same terminal, for every output.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::Terminal;
use super::screen::Buffer;

/// Everything that can be seen or matters later, as text.
fn describe(terminal: &Terminal) -> String {
    let screen = &terminal.screen;
    let mut text = String::new();
    let buffer = |text: &mut String, buffer: &Buffer| {
        for row in &buffer.rows {
            let mut line = String::new();
            for cell in &row.cells {
                if cell.is_continuation() {
                    line.push('<');
                } else {
                    cell.text(&screen.clusters, &mut line);
                }
            }
            let pens: Vec<_> =
                row.cells.iter().map(|cell| cell.pen).filter(|pen| *pen != Default::default()).collect();
            writeln!(text, "{line:?} {} {pens:?}", row.wrapped).unwrap();
        }
        writeln!(text, "saved {:?} region {}..{}", buffer.saved, buffer.top, buffer.bottom).unwrap();
    };
    let mut scrollback = Vec::new();
    screen.scrollback.write(usize::MAX, &mut scrollback);
    writeln!(text, "scrollback {:?}", String::from_utf8_lossy(&scrollback)).unwrap();
    buffer(&mut text, &screen.primary);
    if let Some(alternate) = &screen.alternate {
        text.push_str("alternate\n");
        buffer(&mut text, alternate);
    }
    writeln!(text, "{:?} {:?} {:?}", screen.cursor, screen.pen, screen.charsets).unwrap();
    writeln!(text, "{:?} {:?}", screen.modes, screen.stops).unwrap();
    writeln!(text, "title {:?} printed {:?}", screen.title, screen.printed).unwrap();
    writeln!(text, "partial {:?}", terminal.parser.partial().map(char::from).collect::<String>()).unwrap();
    text
}

fn replayed(terminal: &mut Terminal) -> Terminal {
    let snapshot = terminal.snapshot();
    let mut fresh = Terminal::new(snapshot.columns, snapshot.rows);
    fresh.push(&snapshot.bytes);
    fresh.parse(usize::MAX);
    assert!(fresh.parser.same_as(&terminal.parser));
    fresh
}

fn fed(columns: u16, rows: u16, bytes: &[u8]) -> Terminal {
    let mut terminal = Terminal::new(columns, rows);
    terminal.push(bytes);
    terminal.parse(usize::MAX);
    terminal
}

/// Something a program may write.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        5 => "[ -~]{1,14}".prop_map(String::into_bytes),
        2 => proptest::sample::select(vec!["漢字", "é", "e\u{301}", "👍🏽", "\u{200d}", "ü", "ｗ", "\u{fe0f}", "─"])
            .prop_map(|text| text.as_bytes().to_vec()),
        3 => proptest::sample::select(vec!["\n", "\r\n", "\r", "\t", "\x08", "\x0e", "\x0f", "\x0b"])
            .prop_map(|text| text.as_bytes().to_vec()),
        3 => proptest::sample::select(vec![
            "\x1b7", "\x1b8", "\x1bD", "\x1bE", "\x1bM", "\x1bH", "\x1b(0", "\x1b(B", "\x1b)0", "\x1b=", "\x1b>", "\x1b#8",
            "\x1b[!p", "\x1b[?1049h", "\x1b[?1049l", "\x1b[?47h", "\x1b[?47l", "\x1b[?1048h", "\x1b[4h", "\x1b[4l", "\x1b[20h",
            "\x1b[?6h", "\x1b[?6l", "\x1b[?7l", "\x1b[?7h", "\x1b[?25l", "\x1b[?2004h", "\x1b[?1000h", "\x1b[?1003h", "\x1b[?1006h",
            "\x1b[?1h", "\x1b[3g", "\x1b[g", "\x1b[5 q", "\x1b[>4;2m", "\x1b]2;a title\x07", "\x1b]0;other\x1b\\", "\x1bPq#1\x1b\\",
            "\x1b[r", "\x1bc",
        ]).prop_map(|text| text.as_bytes().to_vec()),
        4 => (proptest::sample::select(b"@ABCDEFGHIJKLMPSTXZ`abdefghlrsu".to_vec()), 0u16..9, 0u16..9)
            .prop_map(|(last, first, second)| format!("\x1b[{first};{second}{}", char::from(last)).into_bytes()),
        3 => (proptest::sample::select(b"@ABCDEFGIJKLMPSTXZ`abdem".to_vec()), 0u16..9)
            .prop_map(|(last, first)| format!("\x1b[{first}{}", char::from(last)).into_bytes()),
        3 => proptest::sample::select(vec![
            "1", "0", "7", "31", "44", "97", "4:3", "21", "38;5;120", "48;2;1;2;3", "38:2::9;8;7", "48:5:33", "1;3;9;53", "39;49", "",
        ]).prop_map(|text| format!("\x1b[{text}m").into_bytes()),
        1 => proptest::collection::vec(any::<u8>(), 1..8),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn a_snapshot_leads_to_the_same_terminal_and_stays_the_same_afterwards(
        pieces in proptest::collection::vec(piece(), 0..60),
        cut in 0usize..4,
        columns in 1u16..12,
        rows in 1u16..7,
        after in proptest::collection::vec(piece(), 0..12),
    ) {
        let mut bytes = pieces.concat();
        bytes.truncate(bytes.len().saturating_sub(cut));
        let mut terminal = fed(columns, rows, &bytes);
        let mut fresh = replayed(&mut terminal);
        prop_assert_eq!(describe(&fresh), describe(&terminal), "after {:?}", String::from_utf8_lossy(&bytes));
        let more = after.concat();
        for each in [&mut terminal, &mut fresh] {
            each.push(&more);
            each.parse(usize::MAX);
        }
        prop_assert_eq!(describe(&fresh), describe(&terminal), "{:?} then {:?}", bytes, more);
    }

    #[test]
    fn a_snapshot_after_resizing_leads_to_the_same_terminal(
        first in proptest::collection::vec(piece(), 0..40),
        second in proptest::collection::vec(piece(), 0..20),
        sizes in proptest::collection::vec((1u16..14, 1u16..7), 1..4),
    ) {
        let mut terminal = fed(8, 4, &first.concat());
        for (columns, rows) in sizes {
            terminal.resize(columns, rows);
            terminal.push(&second.concat());
        }
        let fresh = replayed(&mut terminal);
        prop_assert_eq!(describe(&fresh), describe(&terminal));
    }

    #[test]
    fn how_output_is_cut_into_reads_makes_no_difference(
        pieces in proptest::collection::vec(piece(), 0..40),
        cuts in proptest::collection::vec(1usize..7, 1..40),
    ) {
        let bytes = pieces.concat();
        let whole = fed(9, 4, &bytes);
        let mut parts = Terminal::new(9, 4);
        let mut rest = &bytes[..];
        for cut in cuts.iter().cycle() {
            let (head, tail) = rest.split_at((*cut).min(rest.len()));
            parts.push(head);
            parts.parse(usize::MAX);
            rest = tail;
            if rest.is_empty() { break; }
        }
        prop_assert_eq!(describe(&parts), describe(&whole));
    }
}

fn lines(terminal: &Terminal) -> Vec<String> {
    let screen = &terminal.screen;
    screen
        .buffer()
        .rows
        .iter()
        .map(|row| {
            let mut line = String::new();
            row.cells
                .iter()
                .filter(|cell| !cell.is_continuation())
                .for_each(|cell| cell.text(&screen.clusters, &mut line));
            line.trim_end().to_owned()
        })
        .collect()
}

#[test]
fn the_emulator_follows_xterm_in_what_programs_rely_on() {
    let cases: &[(&str, &[&str], (usize, usize))] = &[
        ("abc\r\ndef", &["abc", "def", ""], (1, 3)),
        ("0123456789", &["01234567", "89", ""], (1, 2)),
        ("01234567\r\nx", &["01234567", "x", ""], (1, 1)),
        ("a\r\nb\r\nc\r\nd", &["b", "c", "d"], (2, 1)),
        ("abcdef\x1b[3D\x1b[K", &["abc", "", ""], (0, 3)),
        ("abcdef\x1b[1;3H\x1b[2P", &["abef", "", ""], (0, 2)),
        ("abcdef\x1b[1;3H\x1b[2@", &["ab  cdef", "", ""], (0, 2)),
        ("a\r\nb\r\nc\x1b[1;1H\x1b[L", &["", "a", "b"], (0, 0)),
        ("a\r\nb\r\nc\x1b[1;1H\x1b[M", &["b", "c", ""], (0, 0)),
        ("a\r\nb\r\nc\x1b[2;3r\x1b[3;1H\n", &["a", "c", ""], (2, 0)),
        ("a\r\nb\r\nc\x1b[1;1H\x1bM", &["", "a", "b"], (0, 0)),
        ("漢字漢字", &["漢字漢字", "", ""], (0, 7)),
        ("abcdefg漢", &["abcdefg", "漢", ""], (1, 2)),
        ("漢\x08x", &[" x", "", ""], (0, 2)),
        ("a\tb\x1b[Zc", &["c      b", "", ""], (0, 1)),
        ("x\x1b[3b", &["xxxx", "", ""], (0, 4)),
        ("\x1b(0lqk\x1b(B", &["┌─┐", "", ""], (0, 3)),
        ("main\x1b[?1049hvim\x1b[?1049l!", &["main!", "", ""], (0, 5)),
        ("\x1b[?1049hvim", &["vim", "", ""], (0, 3)),
        ("e\u{301}x", &["e\u{301}x", "", ""], (0, 2)),
        ("\x1b[2;1Hx\x1b[1Jy", &["", " y", ""], (1, 2)),
        ("abc\x1b[?7l\x1b[1;8Hxyz", &["abc    z", "", ""], (0, 7)),
    ];
    for (input, expected, cursor) in cases {
        let terminal = fed(8, 3, input.as_bytes());
        assert_eq!(lines(&terminal), *expected, "{input:?}");
        assert_eq!((terminal.screen.cursor.row, terminal.screen.cursor.column), *cursor, "{input:?}");
    }
}

#[test]
fn scrollback_is_part_of_the_snapshot_and_is_broken_anew_for_another_width() {
    let mut terminal = Terminal::new(10, 2);
    for number in 0..5_000 {
        terminal.push(format!("line {number} \x1b[3{}mtail\x1b[m\r\n", number % 8).as_bytes());
    }
    terminal.resize(7, 3);
    let fresh = replayed(&mut terminal);
    assert_eq!(describe(&fresh), describe(&terminal));
    let mut text = Vec::new();
    fresh.screen.scrollback.write(usize::MAX, &mut text);
    assert!(String::from_utf8_lossy(&text).contains("line 49 \r90 "));
}

#[test]
fn the_largest_screen_of_different_colours_still_fits_into_one_frame() {
    let mut terminal = Terminal::new(500, 300);
    let mut output = Vec::new();
    for number in 0..500u32 * 300 {
        output.extend_from_slice(format!("\x1b[38;2;{};{};7mx", number % 251, number % 13).as_bytes());
    }
    terminal.push(&output);
    assert!(terminal.snapshot().bytes.len() + 12 <= stead_core::frame::MAX_PAYLOAD);
}

#[test]
fn lines_with_marks_do_not_grow_the_screen_without_bound() {
    let mut terminal = Terminal::new(20, 5);
    for number in 0..20_000u32 {
        let mark = char::from_u32(0x300 + number % 100).unwrap();
        let base = char::from_u32(0x61 + (number / 100) % 26).unwrap();
        terminal.push(format!("{base}{mark}{mark}").as_bytes());
    }
    terminal.parse(usize::MAX);
    let fresh = replayed(&mut terminal);
    assert_eq!(describe(&fresh), describe(&terminal));
}
