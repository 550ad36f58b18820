//! An answer file of Windows Vista and later, edited in place: what the image's own file says besides stays as it is.

use std::fmt::Write;

use roxmltree::{Document, Node};

const EMPTY: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<unattend xmlns=\"urn:schemas-microsoft-com:unattend\">\n</unattend>\n";
const NAMESPACE: &str = "urn:schemas-microsoft-com:unattend";
const WCM: &str = "http://schemas.microsoft.com/WMIConfig/2002/State";

/// A pass of setup, and in it a component of the processor's architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Component {
    pub(super) pass: &'static str,
    pub(super) name: &'static str,
    pub(super) architecture: &'static str,
}

/// The text of an answer file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UnattendXml(String);

/// An element on the way to a value: its name, and attributes that tell it from others of this name.
struct Step<'s> {
    name: &'s str,
    told_by: Vec<(&'s str, &'s str)>,
    /// Attributes that it is made with besides.
    made_with: Vec<(&'s str, &'s str)>,
}

impl UnattendXml {
    /// A file that answers nothing.
    pub(super) fn empty() -> Self {
        Self(EMPTY.to_owned())
    }

    /// Takes the content of a file; `None` if it is no answer file in UTF-8 whose elements have no prefix.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)).ok()?;
        let document = Document::parse(text).ok()?;
        let root = document.root_element();
        let is_ours = root.tag_name().namespace() == Some(NAMESPACE)
            && qualified_name(&text[root.range()]) == "unattend";
        is_ours.then(|| Self(text.to_owned()))
    }

    /// The content of the file.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }

    /// Sets the value at `path` in a component: `["Identification", "JoinDomain"]`. What is not there is made.
    pub(super) fn set(&mut self, component: Component, path: &[&str], value: &str) {
        let mut steps = steps_to(component);
        steps.extend(path.iter().map(|name| Step { name, told_by: Vec::new(), made_with: Vec::new() }));
        self.put(&steps, &escaped(value), false);
    }

    /// Adds an item behind those that the list at `path` has: `<item wcm:action="add">` with these elements in it.
    pub(super) fn add(&mut self, component: Component, path: &[&str], item: &str, elements: &str) {
        let mut steps = steps_to(component);
        steps.extend(path.iter().map(|name| Step { name, told_by: Vec::new(), made_with: Vec::new() }));
        let item = format!("<{item} xmlns:wcm=\"{WCM}\" wcm:action=\"add\">{elements}</{item}>");
        self.put(&steps, &item, true);
    }

    /// The largest number that an element of this name has in the list at `path`.
    pub(super) fn largest(&self, component: Component, list: &str, element: &str) -> u32 {
        let Ok(document) = Document::parse(&self.0) else { return 0 };
        let Some(within) = descend(document.root_element(), &steps_to(component)) else { return 0 };
        let lists = within.children().filter(|node| node.tag_name().name() == list);
        let numbers = lists
            .flat_map(|list| list.descendants())
            .filter(|node| node.tag_name().name() == element)
            .filter_map(|node| node.text()?.trim().parse().ok());
        numbers.max().unwrap_or(0)
    }

    /// Puts `content` into the element that the steps lead to, in place of what is in it or behind that.
    fn put(&mut self, steps: &[Step<'_>], content: &str, behind: bool) {
        let Ok(document) = Document::parse(&self.0) else { return };
        let mut node = document.root_element();
        let mut missing = steps;
        while let [step, rest @ ..] = missing {
            let Some(child) = node.children().find(|child| step.is(*child)) else { break };
            (node, missing) = (child, rest);
        }
        let made = made(missing, content);
        let range = node.range();
        let text = &self.0[range.clone()];
        let edited = match text.strip_suffix("/>") {
            Some(start) => format!("{}>{made}</{}>", start.trim_end(), qualified_name(text)),
            None => {
                let end = text.rfind("</").unwrap_or(text.len());
                let start = node.first_child().map_or(end, |child| child.range().start - range.start);
                let kept = if missing.is_empty() && !behind { start } else { end };
                format!("{}{made}{}", &text[..kept], &text[end..])
            }
        };
        self.0.replace_range(range, &edited);
    }
}

impl Step<'_> {
    fn is(&self, node: Node<'_, '_>) -> bool {
        let has = |(name, value): &(&str, &str)| {
            node.attribute(*name).is_some_and(|found| found.eq_ignore_ascii_case(value))
        };
        node.tag_name().name() == self.name && self.told_by.iter().all(has)
    }
}

fn descend<'a, 'i>(root: Node<'a, 'i>, steps: &[Step<'_>]) -> Option<Node<'a, 'i>> {
    steps.iter().try_fold(root, |node, step| node.children().find(|child| step.is(*child)))
}

fn steps_to(component: Component) -> Vec<Step<'static>> {
    let settings = Step { name: "settings", told_by: vec![("pass", component.pass)], made_with: Vec::new() };
    let component = Step {
        name: "component",
        told_by: vec![("name", component.name), ("processorArchitecture", component.architecture)],
        made_with: vec![
            ("publicKeyToken", "31bf3856ad364e35"),
            ("language", "neutral"),
            ("versionScope", "nonSxS"),
        ],
    };
    vec![settings, component]
}

/// The elements of these steps, one in another, with `content` in the innermost.
fn made(steps: &[Step<'_>], content: &str) -> String {
    let mut text = String::new();
    for step in steps {
        let attributes = step.told_by.iter().chain(&step.made_with);
        let attributes = attributes.map(|(name, value)| format!(" {name}=\"{}\"", escaped(value)));
        let _ = write!(text, "<{}{}>", step.name, attributes.collect::<String>());
    }
    text.push_str(content);
    for step in steps.iter().rev() {
        let _ = write!(text, "</{}>", step.name);
    }
    text
}

/// The name with which an element begins, with its prefix.
fn qualified_name(element: &str) -> &str {
    let ends = |c: char| c.is_whitespace() || c == '/' || c == '>';
    element.trim_start_matches('<').split(ends).next().unwrap_or_default()
}

/// A text as it stands in XML. Characters that cannot stand there are left out.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SHELL: Component =
        Component { pass: "specialize", name: "Microsoft-Windows-Shell-Setup", architecture: "amd64" };

    fn value(file: &UnattendXml, component: Component, path: &[&str]) -> Option<String> {
        let document = Document::parse(&file.0).expect("it is well-formed");
        let mut steps = steps_to(component);
        steps.extend(path.iter().map(|name| Step { name, told_by: Vec::new(), made_with: Vec::new() }));
        let node = descend(document.root_element(), &steps)?;
        assert_eq!(node.tag_name().namespace(), Some(NAMESPACE));
        Some(node.text().unwrap_or_default().to_owned())
    }

    #[test]
    fn what_is_not_there_is_made() {
        let mut file = UnattendXml::empty();
        file.set(SHELL, &["ComputerName"], "MEDV-1");
        file.set(SHELL, &["TimeZone"], "UTC");
        file.set(Component { architecture: "x86", ..SHELL }, &["ComputerName"], "MEDV-1");
        assert_eq!(value(&file, SHELL, &["ComputerName"]).as_deref(), Some("MEDV-1"));
        assert_eq!(value(&file, SHELL, &["TimeZone"]).as_deref(), Some("UTC"));
        assert_eq!(file.0.matches("<settings ").count(), 1);
        assert_eq!(file.0.matches("<component ").count(), 2);
    }

    #[test]
    fn only_the_value_changes_in_the_images_own_file() {
        let own = "<?xml version='1.0'?>\r\n<unattend xmlns='urn:schemas-microsoft-com:unattend'><!-- IT -->\r\n\
            <settings pass='specialize'>\r\n <component name='Microsoft-Windows-Shell-Setup' processorArchitecture='AMD64'>\r\n\
            \t<ComputerName>*</ComputerName>\r\n\t<ProductKey>A&amp;B</ProductKey><TimeZone/>\r\n </component></settings></unattend>";
        let mut file = UnattendXml::from_bytes(own.as_bytes()).unwrap();
        file.set(SHELL, &["ComputerName"], "MEDV-1");
        file.set(SHELL, &["TimeZone"], "UTC");
        let expected = own.replace(">*<", ">MEDV-1<").replace("<TimeZone/>", "<TimeZone>UTC</TimeZone>");
        assert_eq!(file.0, expected);
    }

    #[test]
    fn what_is_added_to_a_list_stands_behind_what_is_in_it() {
        let mut file = UnattendXml::empty();
        for name in ["a", "b"] {
            let order = file.largest(SHELL, "Commands", "Order") + 1;
            let elements = format!("<Order>{order}</Order><Name>{name}</Name>");
            file.add(SHELL, &["Commands"], "Command", &elements);
        }
        let (a, b) = (file.0.find("<Name>a").unwrap(), file.0.find("<Name>b").unwrap());
        assert!(a < b && file.0.contains("<Order>2</Order><Name>b"), "{}", file.0);
        Document::parse(&file.0).unwrap();
    }

    #[test]
    fn what_is_no_answer_file_is_not_taken() {
        let prefixed = "<u:unattend xmlns:u='urn:schemas-microsoft-com:unattend'/>";
        let another = "<a xmlns='urn:schemas-microsoft-com:unattend'/>";
        for text in ["", "<unattend/>", another, prefixed, "<unattend", "\u{0}"] {
            assert_eq!(UnattendXml::from_bytes(text.as_bytes()), None, "{text}");
        }
        assert!(UnattendXml::from_bytes(&[b"\xEF\xBB\xBF", EMPTY.as_bytes()].concat()).is_some());
    }

    proptest! {
        #[test]
        fn any_text_comes_back_as_it_was(text in "[^\\p{Cc}\u{FFFE}\u{FFFF}]{0,40}") {
            let mut file = UnattendXml::empty();
            file.set(SHELL, &["RegisteredOwner"], &text);
            prop_assert_eq!(value(&file, SHELL, &["RegisteredOwner"]), Some(text));
        }

        #[test]
        fn whatever_a_text_has_the_file_stays_well_formed(text in ".*", other in ".*") {
            let mut file = UnattendXml::empty();
            file.set(SHELL, &["RegisteredOwner"], &text);
            file.set(SHELL, &["RegisteredOwner"], &other);
            prop_assert!(value(&file, SHELL, &["RegisteredOwner"]).is_some());
        }
    }
}
