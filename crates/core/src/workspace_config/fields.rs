//! The keys of `phazeai.yaml`, what each may hold, and the collection of everything that is wrong.

use std::collections::BTreeMap;

use super::document::{Node, Place, Value, boolean, is_number};
use super::quantities::{parse_bytes, parse_cpu, parse_duration};
use super::{IdleTimeout, MAX_ERRORS, PartialResources, WorkspaceConfig};
use crate::error::FieldError;
use crate::instance::rules::{self, shown};
use crate::instance::{PortSpec, TaskMode, TaskSpec, Visibility};

pub(super) const TOP: [&str; 6] = ["image", "resources", "env", "ports", "tasks", "idle_timeout"];
pub(super) const RESOURCES: [&str; 4] = ["cpu", "memory", "disk", "pids"];
pub(super) const PORT: [&str; 4] = ["port", "label", "name", "visibility"];
pub(super) const TASK: [&str; 4] = ["name", "command", "background", "env"];

/// Names that other tools use for the same thing.
const SYNONYMS: [(&str, &str); 22] = [
    ("cpus", "cpu"),
    ("cores", "cpu"),
    ("mem", "memory"),
    ("ram", "memory"),
    ("storage", "disk"),
    ("processes", "pids"),
    ("environment", "env"),
    ("variables", "env"),
    ("vars", "env"),
    ("startup", "tasks"),
    ("scripts", "tasks"),
    ("commands", "tasks"),
    ("container", "image"),
    ("docker_image", "image"),
    ("limits", "resources"),
    ("timeout", "idle_timeout"),
    ("expose", "ports"),
    ("public", "visibility"),
    ("run", "command"),
    ("script", "command"),
    ("init", "command"),
    ("detached", "background"),
];

/// Collects errors up to [`MAX_ERRORS`].
#[derive(Debug, Default)]
pub(super) struct Errors(Vec<FieldError>);

impl Errors {
    pub(super) fn add(&mut self, field: &str, place: Place, message: impl Into<String>) {
        if self.0.len() < MAX_ERRORS {
            self.0.push(FieldError {
                field: field.to_owned(),
                message: message.into(),
                line: Some(place.line),
                column: Some(place.column),
            });
        }
    }

    /// Forgets what was found before: the text cannot be understood at all.
    pub(super) fn only(&mut self, field: &str, place: Place, message: impl Into<String>) {
        self.0.clear();
        self.add(field, place, message);
    }

    pub(super) fn finish(mut self) -> Result<(), Vec<FieldError>> {
        if self.0.is_empty() {
            return Ok(());
        }
        self.0.sort_by_key(|error| (error.line, error.column));
        Err(self.0)
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// Edits between two words, swaps of neighbours counted as one (optimal string alignment).
fn distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let width = right.len() + 1;
    let mut table = vec![0; (left.len() + 1) * width];
    for (index, cell) in table.iter_mut().enumerate() {
        let (row, column) = (index / width, index % width);
        if row == 0 || column == 0 {
            *cell = row + column;
        }
    }
    for row in 1..=left.len() {
        for column in 1..=right.len() {
            let same = usize::from(left[row - 1] != right[column - 1]);
            let mut best = (table[(row - 1) * width + column] + 1)
                .min(table[row * width + column - 1] + 1)
                .min(table[(row - 1) * width + column - 1] + same);
            if row > 1
                && column > 1
                && left[row - 1] == right[column - 2]
                && left[row - 2] == right[column - 1]
            {
                best = best.min(table[(row - 2) * width + column - 2] + 1);
            }
            table[row * width + column] = best;
        }
    }
    table[left.len() * width + right.len()]
}

fn nearest<'a>(given: &str, known: &[&'a str]) -> Option<&'a str> {
    let simple = given.to_lowercase().replace(['-', ' '], "_");
    if simple.chars().count() > 40 {
        return None;
    }
    if let Some((_, meant)) = SYNONYMS.iter().find(|(other, _)| *other == simple)
        && let Some(key) = known.iter().find(|key| *key == meant)
    {
        return Some(key);
    }
    known
        .iter()
        .map(|key| (distance(&simple, key), *key))
        .filter(|(distance, key)| *distance <= (key.len() / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, key)| key)
}

/// The entries of a mapping with known keys, in the order of the text; reports other keys and repeated ones.
fn entries<'n>(
    node: &'n Node,
    path: &str,
    known: &[&'static str],
    errors: &mut Errors,
) -> Vec<(&'static str, &'n Node)> {
    let mut found: Vec<(&'static str, &'n Node)> = Vec::new();
    for (key, value) in keyed(node, path, errors) {
        if let Some(name) = known.iter().find(|name| **name == key.0) {
            found.push((name, value));
        } else {
            let hint = match nearest(key.0, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known keys are {}.", known.join(", ")),
            };
            errors.add(&join(path, &shown(key.0)), key.1, format!("Unknown key `{}`; {hint}", shown(key.0)));
        }
    }
    found
}

type Keyed<'n> = Vec<((&'n str, Place), &'n Node)>;

/// All entries of a mapping, each key once.
fn keyed<'n>(node: &'n Node, path: &str, errors: &mut Errors) -> Keyed<'n> {
    let Value::Mapping(pairs) = &node.value else {
        if !node.is_null() {
            let name = if path.is_empty() { "The file" } else { path };
            errors.add(
                path,
                node.place,
                format!("{name} must be a mapping of keys and values, not {}.", node.described()),
            );
        }
        return Vec::new();
    };
    let mut seen: BTreeMap<&str, Place> = BTreeMap::new();
    let mut found = Vec::new();
    for (key, value) in pairs {
        let Value::Scalar { text, .. } = &key.value else {
            errors.add(path, key.place, format!("A key must be text, not {}.", key.described()));
            continue;
        };
        if let Some(first) = seen.get(text.as_str()) {
            errors.add(
                &join(path, &shown(text)),
                key.place,
                format!("`{}` stands here a second time; it was set on line {}.", shown(text), first.line),
            );
            continue;
        }
        seen.insert(text, key.place);
        found.push(((text.as_str(), key.place), value));
    }
    found
}

fn items<'n>(node: &'n Node, path: &str, errors: &mut Errors) -> &'n [Node] {
    match &node.value {
        Value::Sequence(items) => items,
        _ => {
            if !node.is_null() {
                errors.add(
                    path,
                    node.place,
                    format!("{path} must be a list (lines that begin with `- `), not {}.", node.described()),
                );
            }
            &[]
        }
    }
}

/// Text; numbers and booleans only where `lenient`, as they stand in the file.
fn text<'n>(node: &'n Node, path: &str, lenient: bool, errors: &mut Errors) -> Option<&'n str> {
    match &node.value {
        Value::Scalar { text, plain } => {
            if node.is_null() {
                errors.add(path, node.place, format!("{path} has no value; give it one or remove the key."));
                return None;
            }
            if *plain && !lenient && (boolean(text).is_some() || is_number(text)) {
                errors.add(
                    path,
                    node.place,
                    format!("{path} must be text, not {}; put it into quotes.", node.described()),
                );
                return None;
            }
            Some(text)
        }
        _ => {
            errors.add(path, node.place, format!("{path} must be text, not {}.", node.described()));
            None
        }
    }
}

fn truth(node: &Node, path: &str, errors: &mut Errors) -> Option<bool> {
    let value = match &node.value {
        Value::Scalar { text, plain: true } => boolean(text),
        _ => None,
    };
    if value.is_none() {
        errors.add(path, node.place, format!("{path} must be true or false, not {}.", node.described()));
    }
    value
}

fn checked<T>(outcome: Result<T, String>, path: &str, place: Place, errors: &mut Errors) -> Option<T> {
    outcome.map_err(|message| errors.add(path, place, message)).ok()
}

pub(super) fn workspace(root: &Node, errors: &mut Errors) -> WorkspaceConfig {
    let mut config = WorkspaceConfig::default();
    for (key, node) in entries(root, "", &TOP, errors) {
        match key {
            "image" => {
                config.image = text(node, key, false, errors)
                    .and_then(|text| checked(rules::parse_image(text), key, node.place, errors));
            }
            "resources" => config.resources = resources(node, errors),
            "env" => config.env = env(node, key, errors),
            "ports" => config.ports = ports(node, errors),
            "tasks" => config.tasks = tasks(node, errors),
            "idle_timeout" => config.idle_timeout = idle_timeout(node, errors),
            _ => {}
        }
    }
    config
}

fn resources(node: &Node, errors: &mut Errors) -> PartialResources {
    let mut resources = PartialResources::default();
    for (key, value) in entries(node, "resources", &RESOURCES, errors) {
        let path = join("resources", key);
        let Some(text) = text(value, &path, true, errors) else { continue };

        match key {
            "cpu" => {
                let parsed = parse_cpu(text).and_then(|millis| rules::check_cpu(millis).map(|()| millis));
                resources.cpu_millis = checked(parsed, &path, value.place, errors);
            }
            "memory" => {
                let parsed = parse_bytes(text).and_then(|bytes| rules::check_memory(bytes).map(|()| bytes));
                resources.memory_bytes = checked(parsed, &path, value.place, errors);
            }
            "disk" => {
                let parsed = parse_bytes(text).and_then(|bytes| rules::check_disk(bytes).map(|()| bytes));
                resources.disk_bytes = checked(parsed, &path, value.place, errors);
            }
            "pids" => {
                let parsed = text
                    .parse::<u32>()
                    .map_err(|_| "pids is a whole number such as 2048.".to_owned())
                    .and_then(|pids| rules::check_pids(pids).map(|()| pids));
                resources.pids = checked(parsed, &path, value.place, errors);
            }
            _ => {}
        }
    }
    resources
}

fn env(node: &Node, path: &str, errors: &mut Errors) -> BTreeMap<String, String> {
    let mut env = BTreeMap::new();
    for ((name, name_place), value) in keyed(node, path, errors) {
        let field = join(path, &shown(name));
        let name_is_fine = checked(rules::check_env_name(name), &field, name_place, errors).is_some();
        if value.is_null() {
            errors.add(&field, value.place, format!("{field} has no value; write \"\" for an empty one."));
            continue;
        }
        let Some(text) = text(value, &field, true, errors) else { continue };
        if name_is_fine && checked(rules::check_env_value(text), &field, value.place, errors).is_some() {
            env.insert(name.to_owned(), text.to_owned());
        }
    }
    checked(rules::check_env_size(&env), path, node.place, errors);
    env
}

fn port_number(node: &Node, path: &str, errors: &mut Errors) -> Option<u16> {
    let parsed = match &node.value {
        Value::Scalar { text, .. } => text.parse::<u16>().ok().filter(|port| *port > 0),
        _ => None,
    };
    if parsed.is_none() {
        errors.add(path, node.place, "A port is a whole number from 1 to 65535.");
    }
    parsed
}

fn ports(node: &Node, errors: &mut Errors) -> Vec<PortSpec> {
    let mut found: Vec<PortSpec> = Vec::new();
    for (index, item) in items(node, "ports", errors).iter().enumerate() {
        let path = format!("ports[{index}]");
        if index >= rules::MAX_PORTS {
            errors.add("ports", item.place, format!("There can be at most {} ports.", rules::MAX_PORTS));
            break;
        }
        let port = if matches!(item.value, Value::Mapping(_)) {
            port(item, &path, errors)
        } else {
            plain_port(item, &path, errors)
        };
        let Some(port) = port else { continue };
        if found.iter().any(|other| other.port == port.port) {
            errors.add(&path, item.place, format!("Port {} stands here a second time.", port.port));
        } else {
            found.push(port);
        }
    }
    found
}

fn plain_port(item: &Node, path: &str, errors: &mut Errors) -> Option<PortSpec> {
    if matches!(item.value, Value::Sequence(_)) || item.is_null() {
        errors.add(
            path,
            item.place,
            "A port is a number such as 8000, or a mapping with `port`, `label` and `visibility`.",
        );
        return None;
    }
    port_number(item, path, errors).map(|port| PortSpec {
        port,
        label: None,
        visibility: Visibility::Private,
    })
}

fn port(item: &Node, path: &str, errors: &mut Errors) -> Option<PortSpec> {
    let (mut number, mut has_number) = (None, false);
    let mut label: Option<String> = None;
    let mut visibility = Visibility::Private;
    for (key, value) in entries(item, path, &PORT, errors) {
        let field = join(path, key);
        match key {
            "port" => {
                has_number = true;
                number = port_number(value, &field, errors);
            }
            "label" | "name" => {
                if label.is_some() {
                    errors.add(&field, value.place, "`label` and `name` mean the same; keep one.");
                    continue;
                }
                label = text(value, &field, true, errors).and_then(|text| {
                    checked(rules::check_label(text).map(|()| text.to_owned()), &field, value.place, errors)
                });
            }
            "visibility" => match text(value, &field, true, errors) {
                Some("private") => visibility = Visibility::Private,
                Some("public") => visibility = Visibility::Public,
                Some(_) => errors.add(&field, value.place, "visibility is `private` or `public`."),
                None => {}
            },
            _ => {}
        }
    }
    if !has_number {
        errors.add(path, item.place, "A port needs its number: `port: 8000`.");
    }
    number.map(|port| PortSpec { port, label, visibility })
}

fn tasks(node: &Node, errors: &mut Errors) -> Vec<TaskSpec> {
    let mut found: Vec<TaskSpec> = Vec::new();
    for (index, item) in items(node, "tasks", errors).iter().enumerate() {
        let path = format!("tasks[{index}]");
        if index >= rules::MAX_TASKS {
            errors.add("tasks", item.place, format!("There can be at most {} tasks.", rules::MAX_TASKS));
            break;
        }
        let (task, named) = if matches!(item.value, Value::Mapping(_)) {
            task(item, &path, errors)
        } else {
            let command = text(item, &path, false, errors).filter(|command| {
                checked(rules::check_task_command(command), &path, item.place, errors).is_some()
            });
            (
                command.map(|command| TaskSpec {
                    name: name_of(command),
                    command: command.to_owned(),
                    mode: TaskMode::Foreground,
                    env: BTreeMap::new(),
                }),
                None,
            )
        };
        let Some(mut task) = task else { continue };
        let taken = |name: &str| found.iter().any(|other| other.name == name);
        if taken(&task.name) {
            if let Some(place) = named {
                errors.add(
                    &join(&path, "name"),
                    place,
                    format!("Another task is already called `{}`.", shown(&task.name)),
                );
            } else {
                let base = task.name.clone();
                task.name = (2..)
                    .map(|number| format!("{base} ({number})"))
                    .find(|name| !taken(name))
                    .unwrap_or(base);
            }
        }
        found.push(task);
    }
    found
}

/// A made-up name for a task: the beginning of its command's first line.
fn name_of(command: &str) -> String {
    let line = command.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("task");
    let name: String = line.chars().filter(|c| !c.is_control()).take(40).collect();
    let name = name.trim();
    if name.is_empty() { "task".to_owned() } else { name.to_owned() }
}

/// The task and the place of its name, when it has one of its own.
fn task(item: &Node, path: &str, errors: &mut Errors) -> (Option<TaskSpec>, Option<Place>) {
    let mut name: Option<(String, Place)> = None;
    let (mut command, mut has_command) = (None, false);
    let mut mode = TaskMode::Foreground;
    let mut variables = BTreeMap::new();
    for (key, value) in entries(item, path, &TASK, errors) {
        let field = join(path, key);
        match key {
            "name" => {
                name = text(value, &field, true, errors)
                    .and_then(|text| {
                        checked(
                            rules::check_task_name(text).map(|()| text.to_owned()),
                            &field,
                            value.place,
                            errors,
                        )
                    })
                    .map(|name| (name, value.place));
            }
            "command" => {
                has_command = true;
                command = text(value, &field, false, errors).and_then(|text| {
                    checked(
                        rules::check_task_command(text).map(|()| text.to_owned()),
                        &field,
                        value.place,
                        errors,
                    )
                });
            }
            "background" => {
                mode = if truth(value, &field, errors) == Some(true) {
                    TaskMode::Background
                } else {
                    TaskMode::Foreground
                };
            }
            "env" => variables = env(value, &field, errors),
            _ => {}
        }
    }
    if !has_command {
        errors.add(path, item.place, "A task needs a command: `command: npm install`.");
    }
    let place = name.as_ref().map(|(_, place)| *place);
    let task = command.map(|command| TaskSpec {
        name: name.map_or_else(|| name_of(&command), |(name, _)| name),
        command,
        mode,
        env: variables,
    });
    (task, place)
}

fn idle_timeout(node: &Node, errors: &mut Errors) -> Option<IdleTimeout> {
    let text = text(node, "idle_timeout", true, errors)?;
    if text == "never" {
        return Some(IdleTimeout::Never);
    }
    let parsed = parse_duration(text)
        .map_err(|_| "idle_timeout is a duration such as 30m or 2h, or never.".to_owned())
        .and_then(|duration| rules::check_idle_timeout(duration).map(|()| IdleTimeout::After(duration)));
    checked(parsed, "idle_timeout", node.place, errors)
}
