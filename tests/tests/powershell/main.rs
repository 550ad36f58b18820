//! The PowerShell that packages carry, read by a parser of that language.
//!
//! The parser knows no typographic quotes, which PowerShell takes for quotes: [`Script::text`] reads strings as PowerShell does.

mod module;
mod script;

use std::ops::Range;

use tree_sitter::{Node, Parser};

/// A script and what it consists of.
struct Script(String);

/// A part of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    kind: String,
    range: Range<usize>,
}

impl Script {
    /// A file of a package: with a byte order mark, lines end as on Windows.
    fn of_file(bytes: Vec<u8>) -> Self {
        let text = String::from_utf8(bytes).unwrap();
        let text = text.strip_prefix('\u{feff}').expect("a byte order mark");
        assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "a line that ends otherwise");
        Self(text.to_owned())
    }

    /// Every part, in the order in which they begin, larger ones first; with `None` in between for what is wrong.
    fn parts(&self) -> Vec<Option<Part>> {
        let mut parser = Parser::new();
        parser.set_language(&tree_sitter_powershell::LANGUAGE.into()).expect("a grammar for this parser");
        let tree = parser.parse(&self.0, None).expect("it is not told to stop");
        let mut parts = Vec::new();
        let mut open: Vec<Node<'_>> = vec![tree.root_node()];
        while let Some(node) = open.pop() {
            let is_wrong = node.is_error() || node.is_missing();
            parts.push((!is_wrong).then(|| Part { kind: node.kind().to_owned(), range: node.byte_range() }));
            let mut children: Vec<Node<'_>> = node.children(&mut node.walk()).collect();
            children.reverse();
            open.extend(children);
        }
        parts
    }

    fn is_right(&self) -> bool {
        self.parts().iter().all(Option::is_some)
    }

    /// The parts of a kind within `range`.
    fn within(&self, kind: &str, range: &Range<usize>) -> Vec<Part> {
        let is_within = |part: &Part| range.start <= part.range.start && part.range.end <= range.end;
        self.parts().into_iter().flatten().filter(|part| part.kind == kind && is_within(part)).collect()
    }

    /// All parts of a kind.
    fn all(&self, kind: &str) -> Vec<Part> {
        self.within(kind, &(0..self.0.len()))
    }

    fn source(&self, part: &Part) -> &str {
        &self.0[part.range.clone()]
    }

    /// What a string in single quotes is.
    fn text(&self, literal: &Part) -> String {
        let source = self.source(literal);
        let inner =
            source.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).expect("single quotes");
        let mut letters = inner.chars();
        let mut text = String::new();
        while let Some(letter) = letters.next() {
            let is_quote = |letter: char| matches!(letter, '\'' | '\u{2018}'..='\u{201B}');
            if is_quote(letter) {
                let second = letters.next().filter(|second| is_quote(*second));
                text.push(second.unwrap_or_else(|| panic!("PowerShell ends {source} early")));
            } else {
                text.push(letter);
            }
        }
        text
    }

    /// The strings within `range`.
    fn texts(&self, range: &Range<usize>) -> Vec<String> {
        self.within("string_literal", range).iter().map(|literal| self.text(literal)).collect()
    }
}

#[test]
fn what_is_wrong_is_found() {
    for right in ["$a = 'b'\r\n", "@{ A = @('b', 'it''s') }\r\n", "function F { param([string]$A) }"] {
        assert!(Script(right.to_owned()).is_right(), "{right}");
    }
    for wrong in
        ["$a = 'b\r\n", "@{ A = 'b'\r\n", "function F { param([string]$A }", "$a = @('b', 'it's')", "$a = "]
    {
        assert!(!Script(wrong.to_owned()).is_right(), "{wrong}");
    }
}

#[test]
#[should_panic(expected = "PowerShell ends")]
fn a_typographic_quote_ends_a_string() {
    let script = Script("$a = 'it\u{2019}s'".to_owned());
    script.text(&script.all("string_literal")[0]);
}
