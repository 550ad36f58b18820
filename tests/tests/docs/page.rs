//! A document, cut into the commands that it shows.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A document of this repository.
pub(crate) struct Page {
    pub(crate) path: PathBuf,
    pub(crate) lines: Vec<String>,
    pub(crate) blocks: Vec<Block>,
}

/// A `console` block.
#[derive(Default)]
pub(crate) struct Block {
    /// The program that its commands need beside medv: `<!-- needs: PROGRAM -->` in front of the block.
    pub(crate) needs: Option<String>,
    /// Typed in a folder of its own, its output not shown: `<!-- at a glance -->` in front of the block.
    pub(crate) at_a_glance: bool,
    pub(crate) commands: Vec<Command>,
}

/// A command and what is shown of its output.
pub(crate) struct Command {
    pub(crate) text: String,
    /// Number of its first line, counted from 0.
    pub(crate) line: usize,
    /// The lines with its output.
    pub(crate) shown: Range<usize>,
    /// A `json` block follows the command: the document that it prints.
    pub(crate) json: Option<String>,
    /// The exit code that it must have: `<!-- exits: CODE -->` in front of the block, for its last command.
    pub(crate) exits: i32,
}

/// All documents, read.
pub(crate) fn pages() -> Vec<Page> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace's root");
    let mut found = Vec::new();
    for folder in [".", "docs", "spec", "benches", "fuzz", "tests"] {
        // Only some of them have documents.
        let Ok(entries) = fs::read_dir(root.join(folder)) else { continue };
        let paths = entries.map(|entry| entry.expect("a readable folder").path());
        found.extend(paths.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    }
    found.sort();
    found.into_iter().map(Page::read).collect()
}

impl Page {
    fn read(path: PathBuf) -> Self {
        let text = fs::read_to_string(&path).expect("a readable document");
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let blocks = blocks(&lines, &path);
        Self { path, lines, blocks }
    }

    pub(crate) fn name(&self) -> String {
        self.path.file_name().expect("a document has a name").to_string_lossy().into_owned()
    }

    /// Where a command stands, for messages.
    pub(crate) fn place(&self, command: &Command) -> String {
        format!("{}:{}: {}", self.name(), command.line + 1, command.text)
    }

    pub(crate) fn commands(&self) -> impl Iterator<Item = &Command> {
        self.blocks.iter().flat_map(|block| &block.commands)
    }
}

fn blocks(lines: &[String], path: &Path) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let (mut needs, mut exits, mut at_a_glance) = (None, 0, false);
    let mut follows_block = false;
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += 1;
        let comment = line.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->"));
        match comment.map(|comment| comment.split_once(": ").unwrap_or((comment, ""))) {
            Some(("needs", program)) => needs = Some(program.to_owned()),
            Some(("exits", code)) => exits = code.parse().expect("an exit code"),
            Some(("at a glance", _)) => at_a_glance = true,
            _ => {}
        }
        let Some(language) = line.strip_prefix("```") else {
            follows_block &= line.is_empty();
            continue;
        };
        let start = at;
        let len = lines[start..].iter().position(|line| line == "```");
        let end = start + len.unwrap_or_else(|| panic!("{}: a block does not end", path.display()));
        at = end + 1;
        match language {
            "console" => {
                let mut block =
                    Block { needs: needs.take(), at_a_glance, commands: commands(lines, start..end) };
                let last = block.commands.last_mut();
                last.unwrap_or_else(|| panic!("{}:{start}: no command", path.display())).exits = exits;
                blocks.push(block);
            }
            "json" if follows_block => {
                let command = blocks.last_mut().and_then(|block| block.commands.last_mut());
                command.expect("a block has a command").json = Some(lines[start..end].join("\n"));
            }
            _ => {}
        }
        follows_block = language == "console";
        (exits, at_a_glance) = (0, false);
    }
    blocks
}

/// A command begins with `$ `, and goes on in the next line behind a backslash; what follows it is its output.
fn commands(lines: &[String], block: Range<usize>) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    let mut goes_on = false;
    for line in block {
        let text = &lines[line];
        if goes_on {
            let last = commands.last_mut().expect("the command that goes on");
            last.text = format!("{} {}", last.text.trim_end_matches('\\').trim_end(), text.trim());
            last.shown = line + 1..line + 1;
        } else if let Some(text) = text.strip_prefix("$ ") {
            let (text, shown) = (text.to_owned(), line + 1..line + 1);
            commands.push(Command { text, line, shown, json: None, exits: 0 });
        } else {
            commands.last_mut().expect("output follows a command").shown.end = line + 1;
        }
        goes_on = (goes_on || text.starts_with("$ ")) && text.ends_with('\\');
    }
    commands
}
