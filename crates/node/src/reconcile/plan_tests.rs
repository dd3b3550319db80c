use std::collections::BTreeMap;

use proptest::prelude::*;
use stead_core::error::{Error, Problem};
use stead_core::ids::{Id, InstanceId, TenantId, UploadId};
use stead_core::instance::{
    DriverKind, ExitStatus, GitSource, InstanceSpec, Resources, Source, TaskMode, TaskSpec,
};
use uuid::Uuid;

use super::super::memory::{Failure, TaskRun};
use super::*;

/// What a driver would have after each step.
#[derive(Debug, Clone)]
struct Machine {
    observation: Observation,
    memory: Memory,
}

const OK: ExitStatus = ExitStatus { code: 0, signal: None, out_of_memory: false };

impl Machine {
    fn seen(&self) -> Observation {
        seen(self.observation, &self.memory)
    }

    fn next(&self, document: &InstanceDocument) -> Action {
        next_action(document, &self.memory, self.seen())
    }

    /// What `work` does, on a model.
    fn take(&mut self, document: &InstanceDocument, action: &Action) {
        match action {
            Action::Settled => {}
            Action::Prepare { rootfs } => {
                self.memory.prepared = Some(rootfs.clone());
                if self.observation == Observation::Absent {
                    self.observation = Observation::Stopped { run: 0, exit: None };
                }
            }
            Action::StartSandbox => {
                self.memory.sandbox = Some(Sandbox::for_fetching(document));
                self.memory.adopted = None;
                self.memory.resources = Some(document.spec.resources);
                self.observation = Observation::Running { run: FETCH_RUN };
            }
            Action::Fetch => {
                assert!(matches!(self.observation, Observation::Running { .. }));
                self.memory.fetched = true;
                self.memory.fetched_at = Some(document.generation);
            }
            Action::Adopt { run } => {
                assert_eq!(self.observation, Observation::Running { run: FETCH_RUN });
                self.memory.adopted = Some(*run);
                self.memory.started = Some(*run);
                self.memory.starts = 1;
                self.memory.stopped = false;
                self.memory.resources = Some(document.spec.resources);
            }
            Action::Start { run } => {
                assert!(matches!(self.observation, Observation::Stopped { .. }), "{:?}", self.observation);
                self.memory.begin_start(*run, Sandbox::of(document));
                self.memory.resources = Some(document.spec.resources);
                self.observation = Observation::Running { run: *run };
            }
            Action::Limit => self.memory.resources = Some(document.spec.resources),
            Action::Tasks { run } => {
                assert!(matches!(self.observation, Observation::Running { .. }));
                self.memory.tasks = Some(TaskRun { run: *run, tasks: Vec::new(), done: true, problem: None });
            }
            Action::Pause => match self.observation {
                Observation::Running { run } => self.observation = Observation::Paused { run },
                other => panic!("pausing {other:?}"),
            },
            Action::Resume => match self.observation {
                Observation::Paused { run } => self.observation = Observation::Running { run },
                other => panic!("resuming {other:?}"),
            },
            Action::Stop { .. } => match self.observation {
                Observation::Running { run } | Observation::Paused { run } => {
                    self.memory.stopped |= self.seen() != Observation::Running { run: FETCH_RUN }
                        && self.seen() != Observation::Paused { run: FETCH_RUN };
                    self.observation = Observation::Stopped { run, exit: Some(OK) };
                }
                other => panic!("stopping {other:?}"),
            },
            Action::Delete => {
                self.memory = Memory { deleted: true, ..Memory::default() };
                self.observation = Observation::Absent;
            }
        }
    }

    fn settle(&mut self, document: &InstanceDocument) -> Vec<Action> {
        if self.memory.deleted && document.wanted != Wanted::Absent {
            self.memory = Memory::default();
        }
        let mut taken = Vec::new();
        loop {
            let action = self.next(document);
            assert_eq!(action, self.next(document), "the same question has the same answer");
            if action == Action::Settled {
                return taken;
            }
            self.take(document, &action);
            taken.push(action);
            assert!(taken.len() <= 10, "does not converge: {taken:?}");
        }
    }
}

fn rootfs() -> impl Strategy<Value = Rootfs> {
    prop_oneof![
        Just(Rootfs::HostUserland),
        prop_oneof![Just("debian:12"), Just("alpine:3")]
            .prop_map(|reference| Rootfs::Image { reference: reference.to_owned() }),
    ]
}

fn wanted() -> impl Strategy<Value = Wanted> {
    prop_oneof![
        Just(Wanted::Fetched),
        (1_u64..6).prop_map(|run| Wanted::Running { run }),
        (1_u64..6).prop_map(|run| Wanted::Paused { run }),
        (0_u64..20).prop_map(|seconds| Wanted::Stopped { grace: Duration::from_secs(seconds) }),
        Just(Wanted::Absent),
    ]
}

fn source() -> impl Strategy<Value = Option<Source>> {
    prop_oneof![
        Just(None),
        Just(Some(Source::Git(GitSource { url: "https://git.example/a".to_owned(), revision: None }))),
        Just(Some(Source::Bundle {
            upload: UploadId::from_uuid(Uuid::from_u128(9)),
            origin: None,
            branch: None
        })),
    ]
}

fn document() -> impl Strategy<Value = InstanceDocument> {
    (wanted(), rootfs(), source(), 0_usize..3, 1_u64..5, 1_u32..3, any::<bool>()).prop_map(
        |(wanted, rootfs, source, tasks, generation, cpus, env)| InstanceDocument {
            instance: InstanceId::from_uuid(Uuid::from_u128(1)),
            tenant: TenantId::from_uuid(Uuid::from_u128(2)),
            name: "shop".to_owned(),
            generation,
            driver: DriverKind::Sim,
            wanted,
            spec: InstanceSpec {
                rootfs,
                resources: Resources { cpu_millis: cpus * 1_000, ..Resources::DEFAULT },
                env: if env { BTreeMap::from([("A".to_owned(), "b".to_owned())]) } else { BTreeMap::new() },
                source,
                tasks: (0..tasks).map(|number| task(&number.to_string())).collect(),
                ..InstanceSpec::blank()
            },
        },
    )
}

fn task(name: &str) -> TaskSpec {
    TaskSpec {
        name: name.to_owned(),
        command: "true".to_owned(),
        mode: TaskMode::Foreground,
        env: BTreeMap::new(),
    }
}

fn observation() -> impl Strategy<Value = Observation> {
    let exit = prop_oneof![Just(None), Just(Some(OK))];
    prop_oneof![
        Just(Observation::Absent),
        (0_u64..6, exit).prop_map(|(run, exit)| Observation::Stopped { run, exit }),
        (0_u64..6).prop_map(|run| Observation::Running { run }),
        (0_u64..6).prop_map(|run| Observation::Paused { run }),
    ]
}

fn problem() -> Problem {
    Error::conflict("broken", "It broke.").to_problem()
}

/// Any memory at all, also ones that no history leads to: a ledger may be damaged.
fn memory() -> impl Strategy<Value = Memory> {
    (
        proptest::option::of(rootfs()),
        any::<bool>(),
        proptest::option::of(1_u64..6),
        0_u32..6,
        proptest::option::of(1_u64..6),
        any::<bool>(),
        proptest::option::of((1_u64..6, any::<bool>())),
        proptest::option::of(1_u64..5),
        (any::<bool>(), proptest::option::of(document())),
    )
        .prop_map(
            |(prepared, fetched, started, starts, adopted, stopped, tasks, failed, (deleted, sandbox))| {
                Memory {
                    prepared,
                    fetched,
                    started,
                    starts,
                    adopted,
                    stopped,
                    tasks: tasks.map(|(run, done)| TaskRun { run, tasks: Vec::new(), done, problem: None }),
                    failure: failed.map(|generation| Failure { generation, problem: problem() }),
                    deleted,
                    sandbox: sandbox.map(|document| Sandbox::of(&document)),
                    ..Memory::default()
                }
            },
        )
}

proptest! {
    #[test]
    fn every_state_converges_to_what_is_wanted(document in document(), memory in memory(), observation in observation()) {
        let mut machine = Machine { observation, memory };
        let given_up = machine.memory.failed_at(document.generation).is_some();
        machine.settle(&document);
        let state = state(&document, &machine.memory, machine.seen(), &Action::Settled);
        match document.wanted {
            Wanted::Absent => {
                prop_assert_eq!(machine.observation, Observation::Absent);
                prop_assert_eq!(state, ObservedState::Absent);
            }
            Wanted::Stopped { .. } => {
                let at_rest = matches!(machine.observation, Observation::Absent | Observation::Stopped { .. });
                prop_assert!(at_rest);
            }
            _ if given_up => {}
            Wanted::Fetched => {
                prop_assert!(machine.memory.fetched_at == Some(document.generation) || document.spec.source.is_none());
                prop_assert_eq!(state, ObservedState::Prepared);
            }
            Wanted::Running { run } => match machine.seen() {
                Observation::Running { run: current } => prop_assert!(current >= run),
                // It ended by itself, or was lost too often.
                Observation::Stopped { run: current, .. } => prop_assert!(current >= run && !machine.memory.stopped),
                other => prop_assert!(false, "{other:?}"),
            },
            Wanted::Paused { run } => match machine.seen() {
                Observation::Paused { run: current } => prop_assert!(current >= run),
                Observation::Stopped { run: current, .. } => prop_assert!(current >= run && !machine.memory.stopped),
                other => prop_assert!(false, "{other:?}"),
            },
        }
        prop_assert!(machine.settle(&document).is_empty(), "settled stays settled");
    }

    #[test]
    fn any_sequence_of_documents_is_followed_also_when_interrupted(
        documents in proptest::collection::vec((document(), 0_usize..12), 1..8),
    ) {
        let mut machine = Machine { observation: Observation::Absent, memory: Memory::default() };
        for (index, (document, steps)) in documents.iter().enumerate() {
            let document = InstanceDocument { generation: index as u64 + 1, ..document.clone() };
            if machine.memory.deleted && document.wanted != Wanted::Absent {
                machine.memory = Memory::default();
            }
            for _ in 0..*steps {
                let action = machine.next(&document);
                machine.take(&document, &action);
            }
        }
        let (last, _) = documents.last().unwrap();
        let last = InstanceDocument { generation: 100, ..last.clone() };
        machine.settle(&last);
        let gone = InstanceDocument { generation: 101, wanted: Wanted::Absent, ..last };
        prop_assert!(machine.settle(&gone).len() <= 1, "delete needs nothing before it");
        prop_assert_eq!(machine.observation, Observation::Absent);
    }

    #[test]
    fn delete_and_stop_look_at_no_failure_and_no_memory(document in document(), memory in memory(), observation in observation()) {
        let absent = InstanceDocument { wanted: Wanted::Absent, ..document.clone() };
        let action = next_action(&absent, &memory, observation);
        prop_assert!(action == Action::Delete || (action == Action::Settled && observation == Observation::Absent));
        let grace = Duration::ZERO;
        let stopped = InstanceDocument { wanted: Wanted::Stopped { grace }, ..document };
        let action = next_action(&stopped, &memory, observation);
        let runs = matches!(observation, Observation::Running { .. } | Observation::Paused { .. });
        prop_assert_eq!(action, if runs { Action::Stop { grace } } else { Action::Settled });
    }

    #[test]
    fn a_run_that_ended_by_itself_is_not_started_again_and_a_higher_number_is(document in document(), run in 1_u64..5) {
        let document = InstanceDocument { wanted: Wanted::Running { run }, generation: 1, ..document };
        let mut machine = Machine { observation: Observation::Absent, memory: Memory::default() };
        machine.settle(&document);
        let Observation::Running { run: driver_run } = machine.observation else { panic!("it runs") };
        machine.observation = Observation::Stopped { run: driver_run, exit: Some(OK) };
        prop_assert!(machine.settle(&document).is_empty());
        let again = InstanceDocument { wanted: Wanted::Running { run: run + 1 }, generation: 2, ..document };
        machine.settle(&again);
        prop_assert_eq!(machine.seen(), Observation::Running { run: run + 1 });
    }

    #[test]
    fn a_run_cut_off_by_the_machine_comes_back_but_not_for_ever(document in document(), run in 1_u64..5) {
        let document = InstanceDocument { wanted: Wanted::Running { run }, generation: 1, ..document };
        let mut machine = Machine { observation: Observation::Absent, memory: Memory::default() };
        machine.settle(&document);
        let mut comebacks = 0;
        while let Observation::Running { run } = machine.observation {
            machine.observation = Observation::Stopped { run, exit: None };
            machine.settle(&document);
            comebacks += 1;
            prop_assert!(comebacks <= MAX_STARTS);
        }
        prop_assert!(comebacks > 1);
        prop_assert_eq!(state(&document, &machine.memory, machine.seen(), &Action::Settled), ObservedState::Failed);
    }
}

#[test]
fn a_workspace_keeps_the_sandbox_that_fetched() {
    let source = Some(Source::Git(GitSource { url: "https://git.example/a".to_owned(), revision: None }));
    let document = InstanceDocument {
        instance: InstanceId::from_uuid(Uuid::from_u128(1)),
        tenant: TenantId::from_uuid(Uuid::from_u128(2)),
        name: "shop".to_owned(),
        generation: 1,
        driver: DriverKind::Sim,
        wanted: Wanted::Fetched,
        spec: InstanceSpec { source, tasks: vec![task("build")], ..InstanceSpec::blank() },
    };
    let mut machine = Machine { observation: Observation::Absent, memory: Memory::default() };
    let host = Action::Prepare { rootfs: Rootfs::HostUserland };
    assert_eq!(machine.settle(&document), [host, Action::StartSandbox, Action::Fetch]);
    let mut running = InstanceDocument { generation: 2, wanted: Wanted::Running { run: 1 }, ..document };
    running.spec.resources.cpu_millis += 1;
    assert_eq!(machine.settle(&running), [Action::Adopt { run: 1 }, Action::Tasks { run: 1 }]);
}
