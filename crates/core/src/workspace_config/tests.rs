use proptest::prelude::*;

use super::*;

fn errors(text: &str) -> Vec<(String, u32, u32, String)> {
    parse(text)
        .unwrap_err()
        .into_iter()
        .map(|error| (error.field, error.line.unwrap_or(0), error.column.unwrap_or(0), error.message))
        .collect()
}

#[test]
fn a_full_file_is_read() {
    let config = parse(
        r#"
# what this repository needs
image: debian:12
resources:
  cpu: 2
  memory: 4GiB
  disk: 20GB
  pids: 512
env:
  RUST_LOG: info
  RETRIES: 3
  VERSION: 1.10
  VERBOSE: true
  EMPTY: ""
ports:
  - 8000
  - {port: 3000, label: web, visibility: public}
  - port: 5432
    name: database
tasks:
  - npm ci
  - name: build
    command: |
      npm run build
      echo done
  - command: npm run dev
    background: true
    env: {PORT: 3000}
idle_timeout: 1h30m
"#,
    )
    .unwrap();
    assert_eq!(config.image, Some(Rootfs::Image { reference: "debian:12".into() }));
    assert_eq!(
        config.resources,
        PartialResources {
            cpu_millis: Some(2_000),
            memory_bytes: Some(4 << 30),
            disk_bytes: Some(20_000_000_000),
            pids: Some(512)
        }
    );
    assert_eq!(config.env["RETRIES"], "3");
    assert_eq!(config.env["VERSION"], "1.10", "a number stays as it was written");
    assert_eq!(config.env["VERBOSE"], "true");
    assert_eq!(config.env["EMPTY"], "");
    assert_eq!(config.ports.iter().map(|port| port.port).collect::<Vec<_>>(), [8000, 3000, 5432]);
    assert_eq!(config.ports[1].visibility, Visibility::Public);
    assert_eq!(config.ports[2].label.as_deref(), Some("database"));
    assert_eq!(
        config.tasks.iter().map(|task| task.name.as_str()).collect::<Vec<_>>(),
        ["npm ci", "build", "npm run dev"]
    );
    assert_eq!(config.tasks[1].command, "npm run build\necho done\n");
    assert_eq!(config.tasks[2].mode, TaskMode::Background);
    assert_eq!(config.idle_timeout, Some(IdleTimeout::After(Duration::from_secs(5_400))));
}

#[test]
fn every_mistake_is_reported_with_its_place_and_the_nearest_key() {
    let found = errors(
        "imge: debian:12\nresources:\n  cpu: many\n  memmory: 4GiB\n  memory: 4G\nports: 8000\nenv:\n  1A: x\n  B: [1]\ntasks:\n  - name: build\n  - command: x\n    background: sometimes\nidle_timeout: 30\nimage: a\nimage: b\n",
    );
    let places: Vec<(&str, u32, u32)> =
        found.iter().map(|(field, line, column, _)| (field.as_str(), *line, *column)).collect();
    assert_eq!(
        places,
        [
            ("imge", 1, 1),
            ("resources.cpu", 3, 8),
            ("resources.memmory", 4, 3),
            ("resources.memory", 5, 11),
            ("ports", 6, 8),
            ("env.1A", 8, 3),
            ("env.B", 9, 6),
            ("tasks[0]", 11, 5),
            ("tasks[1].background", 13, 17),
            ("idle_timeout", 14, 15),
            ("image", 16, 1),
        ]
    );
    assert!(found[0].3.contains("did you mean `image`?"), "{}", found[0].3);
    assert!(found[2].3.contains("did you mean `memory`?"));
    assert!(found[3].3.contains("4GiB"));
    assert!(found[10].3.contains("line 15"));
    let problem = invalid(parse("imge: x\ncpu: 3\n").unwrap_err()).to_problem();
    assert_eq!(problem.code, "workspace_config_invalid");
    assert_eq!(problem.fields.len(), 2);
    assert!(problem.message.contains("2 errors: line 1, column 1"));
}

#[test]
fn keys_of_other_tools_are_understood_as_a_hint() {
    assert!(errors("environment: {}\n")[0].3.contains("`env`"));
    assert!(errors("resources: {cpus: 2}\n")[0].3.contains("`cpu`"));
    assert!(errors("Image: x\n")[0].3.contains("`image`"));
    assert!(errors("zzzzzz: x\n")[0].3.contains("known keys are image, resources"));
}

#[test]
fn syntax_errors_stand_alone() {
    let found = errors("imge: x\nenv: {A: b\ntasks:\n  - x\n");
    assert_eq!(found.len(), 1);
    assert!(found[0].1 >= 2, "{found:?}");
    assert!(found[0].3.starts_with("This is not valid YAML"));
}

#[test]
fn empty_files_mean_nothing_special() {
    for text in ["", "# only a comment\n", "---\n", "env:\nports:\n", "~"] {
        assert_eq!(parse(text).unwrap(), WorkspaceConfig::default(), "{text:?}");
    }
}

#[test]
fn bombs_are_refused_quickly() {
    let mut bomb = "a: &a [x,x,x,x,x,x,x,x]\n".to_owned();
    for (new, old) in ('b'..='z').zip('a'..) {
        let _ = writeln!(bomb, "{new}: &{new} [*{old},*{old},*{old},*{old},*{old},*{old},*{old},*{old}]");
    }
    assert!(errors(&bomb).iter().any(|(.., message)| message.contains("Aliases")));
    assert!(!errors(&"[".repeat(60_000)).is_empty());
    assert!(!errors(&(0..2_000).map(|depth| " ".repeat(depth % 30) + "- \n").collect::<String>()).is_empty());
    assert_eq!(errors(&"a: 1\n".repeat(10_000)).len(), MAX_ERRORS);
    assert_eq!(parse(&"x".repeat(MAX_LENGTH + 1)).unwrap_err().len(), 1);
    assert!(errors("a: 1\n---\nb: 2\n")[0].3.contains("only one document"));
    assert!(errors("env: !!map {}\n")[0].3.contains("Tags"));
}

#[test]
fn the_request_wins_over_the_file() {
    let file = parse(
        "image: debian:12\nresources: {cpu: 4, memory: 8GiB}\nenv: {A: file, B: file}\nidle_timeout: 30m\n",
    )
    .unwrap();
    let requested = RequestedSettings {
        resources: PartialResources { cpu_millis: Some(1_000), ..PartialResources::default() },
        env: BTreeMap::from([("A".to_owned(), "request".to_owned())]),
        idle_timeout: Some(IdleTimeout::Never),
        ..RequestedSettings::default()
    };
    let spec = merge(&requested, None, Some(&file));
    assert_eq!(spec.rootfs, Rootfs::Image { reference: "debian:12".into() });
    assert_eq!(spec.resources.cpu_millis, 1_000);
    assert_eq!(spec.resources.memory_bytes, 8 << 30);
    assert_eq!(spec.resources.disk_bytes, Resources::DEFAULT.disk_bytes);
    assert_eq!((spec.env["A"].as_str(), spec.env["B"].as_str()), ("request", "file"));
    assert_eq!(spec.idle_timeout, None);
}

#[test]
fn the_schema_for_editors_knows_the_same_keys() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../../../docs/phazeai.schema.json"))
            .expect("the schema is JSON");
    let keys = |node: &serde_json::Value| -> Vec<String> {
        let mut keys: Vec<String> =
            node["properties"].as_object().expect("properties").keys().cloned().collect();
        keys.sort();
        keys
    };
    let sorted = |known: &[&str]| {
        let mut known: Vec<String> = known.iter().map(|key| (*key).to_owned()).collect();
        known.sort();
        known
    };
    assert_eq!(keys(&schema), sorted(&fields::TOP));
    assert_eq!(keys(&schema["properties"]["resources"]), sorted(&fields::RESOURCES));
    assert_eq!(keys(&schema["$defs"]["port"]), sorted(&fields::PORT));
    assert_eq!(keys(&schema["$defs"]["task"]), sorted(&fields::TASK));
}

#[test]
fn the_example_of_the_guide_is_valid() {
    let guide = include_str!("../../../../docs/phazeai-yaml.md");
    let example =
        guide.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    parse(example).unwrap();
}

fn any_text() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::char::any().prop_filter("no NUL", |c| *c != '\0'), 0..24)
        .prop_map(|chars| chars.into_iter().collect())
}

fn line() -> impl Strategy<Value = String> {
    "[^\\p{C}\\p{Z}][^\\p{C}\\p{Zl}\\p{Zp}]{0,20}"
}

prop_compose! {
    fn any_env()(env in proptest::collection::btree_map("[A-Za-z_][A-Za-z0-9_]{0,8}", any_text(), 0..4)) -> BTreeMap<String, String> {
        env
    }
}

prop_compose! {
    fn any_config()(
        image in proptest::option::of(prop_oneof![Just("host"), Just("debian:12"), Just("archive:x.tar")]),
        cpu in proptest::option::of(rules::CPU_MILLIS),
        memory in proptest::option::of(rules::MEMORY_BYTES),
        disk in proptest::option::of(rules::DISK_BYTES),
        pids in proptest::option::of(rules::PIDS),
        env in any_env(),
        ports in proptest::collection::btree_map(1_u16.., (proptest::option::of(line()), any::<bool>()), 0..4),
        tasks in proptest::collection::btree_map(line(), (line(), any::<bool>(), any_env()), 0..4),
        idle in proptest::option::of(proptest::option::of(60_u64..2_000_000)),
    ) -> WorkspaceConfig {
        WorkspaceConfig {
            image: image.map(|text| rules::parse_image(text).unwrap()),
            resources: PartialResources { cpu_millis: cpu, memory_bytes: memory, disk_bytes: disk, pids },
            env,
            ports: ports
                .into_iter()
                .map(|(port, (label, public))| PortSpec {
                    port,
                    label,
                    visibility: if public { Visibility::Public } else { Visibility::Private },
                })
                .collect(),
            tasks: tasks
                .into_iter()
                .map(|(name, (command, background, env))| TaskSpec {
                    name,
                    command,
                    mode: if background { TaskMode::Background } else { TaskMode::Foreground },
                    env,
                })
                .collect(),
            idle_timeout: idle
                .map(|seconds| seconds.map_or(IdleTimeout::Never, |seconds| IdleTimeout::After(Duration::from_secs(seconds)))),
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_with_places(text in "\\PC*|[-a-z:\\[\\]{},&*!|>'\"# \n\t]{0,200}") {
        if let Err(found) = parse(&text) {
            prop_assert!(!found.is_empty());
            prop_assert!(found.iter().all(|error| error.line.is_some() && error.column.is_some()));
        }
    }

    #[test]
    fn valid_files_round_trip(config in any_config()) {
        let text = config.to_yaml();
        prop_assert_eq!(parse(&text).map_err(|errors| (errors, text)), Ok(config));
    }

    #[test]
    fn damaged_files_never_panic(config in any_config(), at in any::<prop::sample::Index>(), with in proptest::char::any()) {
        let mut chars: Vec<char> = config.to_yaml().chars().collect();
        if !chars.is_empty() {
            let index = at.index(chars.len());
            chars[index] = with;
        }
        let _ = parse(&chars.into_iter().collect::<String>());
    }
}
