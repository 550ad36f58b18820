//! How the screen looks. Nothing depends on colours.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect, Size};
use ratatui::style::Stylize;
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Paragraph};

use super::model::{Agent, Mode, Model, Page};
use super::pages::{self, Content};
use super::text::folded;
use crate::logs::printable;

/// The smallest terminal.
const LEAST: Size = Size { width: 80, height: 24 };

/// Lines that are not the page's: title, tabs, frame, keys. The message comes to that.
const AROUND: usize = 5;

/// A message may say a path, a reason and what to do; but not take the page's place.
const MESSAGE_LINES: usize = 4;

/// How many columns a page has.
pub(crate) fn width(size: Size) -> usize {
    size.width.saturating_sub(4).into()
}

/// How many lines of a page's body are seen.
pub(crate) fn height(model: &Model, content: &Content) -> usize {
    let others = AROUND + message_of(model).len() + content.head.len();
    usize::from(model.size.height).saturating_sub(others)
}

pub(crate) fn draw(model: &Model, frame: &mut Frame) {
    let area = frame.area();
    if area.width < LEAST.width || area.height < LEAST.height {
        let text = format!(
            "The toolkit needs {} columns and {} lines; here are {} and {}. q quits.",
            LEAST.width, LEAST.height, area.width, area.height
        );
        let lines = folded(&text, area.width.into());
        frame.render_widget(Paragraph::new(lines.join("\n")), area);
        return;
    }
    let said = message_of(model);
    let [title, tabs, page, message, keys] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(said.len() as u16),
        Constraint::Length(1),
    ])
    .areas(area);
    frame.render_widget(Line::from(title_of(model)).bold(), title);
    frame.render_widget(Line::from(tabs_of(model.page)), tabs);
    draw_page(model, frame, page);
    frame.render_widget(Paragraph::new(said.join("\n")), message);
    frame.render_widget(Line::from(format!(" {}", keys_of(model))).reversed(), keys);
    match &model.mode {
        Mode::Look | Mode::Filter => {}
        Mode::Restart => draw_question(frame, page, &restart_question(model)),
        Mode::Reset(typed) => draw_question(frame, page, &reset_question(model, typed)),
    }
}

fn title_of(model: &Model) -> String {
    let agent = match &model.agent {
        Agent::Asked => "is asked",
        Agent::Absent => "is not running",
        Agent::Failed(_) => "does not answer",
        Agent::There(_) => "is running",
    };
    let workspace = model.workspace().unwrap_or_else(|why| why);
    format!(" medv toolkit: {workspace}; the host agent {agent}")
}

fn message_of(model: &Model) -> Vec<String> {
    let lines = folded(&printable(&model.message), width(model.size));
    lines.into_iter().take(MESSAGE_LINES).map(|line| format!(" {line}")).collect()
}

/// All of them in 80 columns; the one that is shown is in brackets.
fn tabs_of(current: Page) -> String {
    let mut tabs = String::new();
    for page in Page::ALL {
        let is_current = page == current;
        let is_behind = page == current.further(1) && page != Page::State;
        let before = if is_current {
            "["
        } else if is_behind {
            "]"
        } else {
            " "
        };
        tabs.extend([before, &page.key().to_string(), " ", page.tab()]);
    }
    tabs + if current == Page::Actions { "]" } else { "" }
}

fn draw_page(model: &Model, frame: &mut Frame, area: Rect) {
    let content = pages::content(model, width(model.size));
    let shown = height(model, &content);
    let end = content.body.len().saturating_sub(shown);
    let at = model.positions[model.page as usize].min(end);
    let mut block = Block::bordered().title(format!(" {} ", model.page.title()));
    if end > 0 {
        let last = content.body.len().min(at + shown);
        block = block.title_bottom(
            Line::from(format!(" {}-{last} of {} ", at + 1, content.body.len())).right_aligned(),
        );
    }
    let lines = content.head.into_iter().chain(content.body.into_iter().skip(at).take(shown));
    let lines: Vec<Line> = lines.map(|line| Line::from(format!(" {line}"))).collect();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

/// The keys that do something now.
fn keys_of(model: &Model) -> String {
    let own = match (&model.mode, model.page) {
        (Mode::Filter, _) => return "type what to look for   Enter keep   Esc show all".to_owned(),
        (Mode::Restart, _) => return "y restart   any other key: do nothing".to_owned(),
        (Mode::Reset(_), _) => return "type the name   Enter reset   Esc do nothing".to_owned(),
        (Mode::Look, Page::State | Page::Apps | Page::Addresses) => "",
        (Mode::Look, Page::Setup) => "f only failed   ",
        (Mode::Look, Page::HostLog) => "e w i d level   ",
        (Mode::Look, Page::GuestLogs) => "\u{2190} \u{2192} log   f fetch   ",
        (Mode::Look, Page::Settings) => "/ filter   ",
        (Mode::Look, Page::Level) => "e w i set   ",
        (Mode::Look, Page::Actions) => "s show   r restart   x reset   ",
    };
    format!("{own}1-9 Tab page   \u{2191} \u{2193} scroll   F5 again   q quit")
}

fn restart_question(model: &Model) -> String {
    let name = model.workspace().unwrap_or_default();
    format!(
        "Restart the guest of {name}? Its applications are closed, and what is not saved in them is lost."
    )
}

fn reset_question(model: &Model, typed: &str) -> String {
    let name = model.workspace().unwrap_or_default();
    format!(
        "Throw away your machine of {name}, with all that is in it, and set up a new one? To confirm, type the name of the \
         workspace.\n\n> {typed}_"
    )
}

fn draw_question(frame: &mut Frame, page: Rect, question: &str) {
    let width = 60;
    let lines: Vec<Line> = question
        .lines()
        .flat_map(|line| folded(&printable(line), width))
        .map(|line| Line::from(format!(" {}", line.trim_start())))
        .collect();
    let size = (width as u16 + 4, lines.len() as u16 + 2);
    let area = page.centered(Constraint::Length(size.0), Constraint::Length(size.1));
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(Block::bordered().title(" Are you sure? ")), area);
}
