use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::ErrorKind;
use crate::ids::{Id, InstanceId};
use crate::instance::report::{ExitStatus, Progress};

const STATES: [ObservedState; 9] = [
    ObservedState::Absent,
    ObservedState::Preparing,
    ObservedState::Prepared,
    ObservedState::Starting,
    ObservedState::Running,
    ObservedState::Paused,
    ObservedState::Stopping,
    ObservedState::Stopped,
    ObservedState::Failed,
];

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

fn report(state: ObservedState, generation: u64, run: u64) -> InstanceReport {
    InstanceReport {
        instance: InstanceId::from_uuid(Uuid::from_u128(1)),
        generation,
        state,
        run,
        since: at(100),
        progress: None,
        exit: None,
        source: None,
        tasks: Vec::new(),
        listening: Vec::new(),
        problem: None,
    }
}

fn problem(message: &str) -> Problem {
    Problem {
        kind: ErrorKind::Upstream,
        code: "x".into(),
        message: message.into(),
        next_step: None,
        fields: Vec::new(),
    }
}

fn ada() -> Cause {
    Cause::Person { name: "Ada".into() }
}

fn calm<'a>(wish: Wish, cause: &'a Cause, observed: Option<&'a InstanceReport>) -> Circumstances<'a> {
    Circumstances {
        wish,
        wish_cause: cause,
        wish_since: at(90),
        intent: Some((1, Wanted::Running { run: 1 })),
        observed,
        operation: None,
        failure: None,
        cancelled: None,
        node: Some("n1"),
        node_connected: true,
        node_seen: Some(at(100)),
    }
}

fn said(circumstances: &Circumstances<'_>) -> (Phase, String) {
    let state = public_state(circumstances, at(220));
    (state.phase, state.reason)
}

#[test]
fn sentences_for_people() {
    let ada = ada();
    let idle = Cause::Idle { after: Duration::from_mins(30) };
    let running = report(ObservedState::Running, 1, 1);
    let stopped = report(ObservedState::Stopped, 1, 1);
    assert_eq!(said(&calm(Wish::Running, &ada, Some(&running))), (Phase::Running, "Started by Ada.".into()));
    assert_eq!(said(&calm(Wish::Stopped, &ada, Some(&stopped))), (Phase::Stopped, "Stopped by Ada.".into()));
    assert_eq!(
        said(&calm(Wish::Stopped, &idle, Some(&stopped))),
        (Phase::Stopped, "Stopped: idle for 30 min.".into())
    );

    let sick =
        InstanceReport { problem: Some(problem("Startup task build ended with 1.")), ..running.clone() };
    assert_eq!(
        said(&calm(Wish::Running, &ada, Some(&sick))),
        (Phase::Unhealthy, "Startup task build ended with 1.".into())
    );

    let cloning = InstanceReport {
        progress: Some(Progress { label: "Cloning repository".into(), done: None, total: None }),
        ..report(ObservedState::Preparing, 1, 0)
    };
    let create = Underway {
        action: Action::Create,
        since: at(95),
        step: Some("Fetch the source".into()),
        undoing: false,
    };
    let creating = Circumstances { operation: Some(&create), ..calm(Wish::Running, &ada, Some(&cloning)) };
    assert_eq!(said(&creating), (Phase::Starting, "Being created: Cloning repository.".into()));

    let away = Circumstances { node_connected: false, ..calm(Wish::Running, &ada, Some(&running)) };
    assert_eq!(said(&away), (Phase::Unknown, "Node n1 has not been heard from for 2 min.".into()));
    let away = Circumstances { node_connected: false, ..calm(Wish::Stopped, &ada, Some(&stopped)) };
    assert_eq!(said(&away).0, Phase::Stopped);
    let away = Circumstances { node_connected: false, ..calm(Wish::Deleted, &ada, Some(&stopped)) };
    assert_eq!(
        said(&away),
        (Phase::Deleting, "Being deleted; what is left is removed when node n1 is back.".into())
    );

    let killed = InstanceReport {
        exit: Some(ExitStatus { code: 137, signal: Some(9), out_of_memory: true }),
        ..stopped.clone()
    };
    assert_eq!(said(&calm(Wish::Running, &ada, Some(&killed))).0, Phase::Failed);
    let unreachable = problem("The repository could not be reached.");
    let failed = Circumstances { failure: Some((&unreachable, at(99))), ..calm(Wish::Running, &ada, None) };
    assert_eq!(said(&failed), (Phase::Failed, "The repository could not be reached.".into()));
    // What was stopped after a failure is stopped.
    let failed =
        Circumstances { failure: Some((&unreachable, at(99))), ..calm(Wish::Stopped, &ada, Some(&stopped)) };
    assert_eq!(said(&failed).0, Phase::Stopped);
}

#[test]
fn stop_and_delete_do_not_wait_for_a_slow_start() {
    assert!(Action::Stop.supersedes(Action::Create) && Action::Delete.supersedes(Action::Create));
    assert!(Action::Delete.supersedes(Action::Stop) && Action::Kill.supersedes(Action::Stop));
    for action in Action::ALL {
        assert!(!action.supersedes(Action::Delete) && !action.supersedes(action), "{action:?}");
        assert_eq!(Action::parse(action.kind()), Some(action));
        for wish in Wish::ALL {
            assert_eq!(Wish::parse(wish.as_str()), Some(wish));
        }
    }
}

fn any_wanted() -> impl Strategy<Value = Wanted> {
    prop_oneof![
        Just(Wanted::Fetched),
        (0_u64..3).prop_map(|run| Wanted::Running { run }),
        (0_u64..3).prop_map(|run| Wanted::Paused { run }),
        Just(Wanted::Stopped { grace: Duration::from_secs(10) }),
        Just(Wanted::Absent),
    ]
}

prop_compose! {
    fn any_report()(
        state in proptest::sample::select(STATES.as_slice()),
        generation in 0_u64..3,
        run in 0_u64..3,
        exit in proptest::option::of((0_i32..3, proptest::option::of(1_i32..20), any::<bool>())),
        sick in any::<bool>(),
    ) -> InstanceReport {
        InstanceReport {
            exit: exit.map(|(code, signal, out_of_memory)| ExitStatus { code, signal, out_of_memory }),
            problem: sick.then(|| problem("Something is wrong.")),
            ..report(state, generation, run)
        }
    }
}

fn any_cause() -> impl Strategy<Value = Cause> {
    prop_oneof![
        Just(ada()),
        (0_u64..1_000_000).prop_map(|seconds| Cause::Idle { after: Duration::from_secs(seconds) }),
        Just(Cause::System { why: "its creation was cancelled".into() }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_096))]
    #[test]
    fn every_combination_has_a_truthful_phase_and_can_be_deleted(
        wish in proptest::sample::select(Wish::ALL.as_slice()),
        cause in any_cause(),
        intent in proptest::option::of((0_u64..3, any_wanted())),
        observed in proptest::option::of(any_report()),
        operation in proptest::option::of((proptest::sample::select(Action::ALL.as_slice()), any::<bool>(), any::<bool>())),
        failed in any::<bool>(),
        cancelled in proptest::option::of(proptest::sample::select(Action::ALL.as_slice())),
        placed in any::<bool>(),
        node_connected in any::<bool>(),
        seen in proptest::option::of(0_i64..300),
    ) {
        let failure = problem("It could not be done.");
        let operation = operation
            .map(|(action, step, undoing)| Underway { action, since: at(95), step: step.then(|| "A step".into()), undoing });
        let circumstances = Circumstances {
            wish,
            wish_cause: &cause,
            wish_since: at(90),
            intent,
            observed: observed.as_ref(),
            operation: operation.as_ref(),
            failure: failed.then_some((&failure, at(99))),
            cancelled: cancelled.map(|action| (action, at(99))),
            node: placed.then_some("n1"),
            node_connected,
            node_seen: seen.map(at),
        };
        let state = public_state(&circumstances, at(220));
        prop_assert!(state.reason.ends_with('.') && !state.reason.ends_with(".."), "{}", state.reason);
        prop_assert!(!state.reason.contains('\n'));
        let sees = |wanted| observed.as_ref().is_some_and(|report| report.state == wanted) && (node_connected || !placed);
        match state.phase {
            Phase::Running | Phase::Unhealthy => prop_assert!(sees(ObservedState::Running)),
            Phase::Paused => prop_assert!(sees(ObservedState::Paused)),
            Phase::Unknown => prop_assert!(placed && !node_connected),
            Phase::Deleting => {
                prop_assert!(wish == Wish::Deleted || operation.as_ref().is_some_and(|operation| operation.action == Action::Delete));
            }
            Phase::Stopped => prop_assert!(!sees(ObservedState::Running)),
            _ => {}
        }
        if wish == Wish::Deleted {
            prop_assert_eq!(state.phase, Phase::Deleting);
        }
        prop_assert!(check_action(Action::Delete, wish, state.phase).is_ok());
        if wish != Wish::Deleted {
            prop_assert!(check_action(Action::Stop, wish, state.phase).is_ok());
            prop_assert!(check_action(Action::Start, wish, state.phase).is_ok());
        }
        for action in Action::ALL {
            let _ = check_action(action, wish, state.phase);
        }
    }
}
