//! Whatever happens outside, every operation ends, and undoes exactly what it began.

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone, Copy)]
enum Outcome {
    Done,
    Transient,
    Permanent,
    /// The engine died; another one resumes.
    Crash,
    Cancel,
    Abandon,
    LongTime,
}

fn outcomes() -> impl Strategy<Value = Vec<Outcome>> {
    let outcome = prop_oneof![
        6 => Just(Outcome::Done),
        2 => Just(Outcome::Transient),
        1 => Just(Outcome::Permanent),
        1 => Just(Outcome::Crash),
        1 => Just(Outcome::Cancel),
        1 => Just(Outcome::LongTime),
        1 => prop_oneof![9 => Just(Outcome::Done), 1 => Just(Outcome::Abandon)],
    ];
    prop::collection::vec(outcome, 0..60)
}

fn problem(kind: ErrorKind) -> Problem {
    Problem { kind, code: "test".into(), message: "It failed.".into(), next_step: None, fields: Vec::new() }
}

fn plan(points_of_no_return: &[bool]) -> Vec<StepPlan> {
    points_of_no_return
        .iter()
        .enumerate()
        .map(|(index, point_of_no_return)| StepPlan {
            name: format!("step{index}"),
            title: format!("Step {index}"),
            point_of_no_return: *point_of_no_return,
            retry: RetryPolicy::default(),
        })
        .collect()
}

struct Run {
    record: OperationRecord,
    begun: Vec<usize>,
    undone: Vec<usize>,
    abandoned: bool,
    no_return: Option<usize>,
}

/// Plays the engine: does what the machine says, and lets the world answer with `outcomes`, then with success or failure for good.
fn play(points: &[bool], outcomes: &[Outcome], afterwards: Outcome, deadline: u64) -> Run {
    let mut now = Timestamp::from_micros(0);
    let mut run = Run {
        record: OperationRecord::new(plan(points), now, now.plus(Duration::from_secs(deadline))),
        begun: Vec::new(),
        undone: Vec::new(),
        abandoned: false,
        no_return: None,
    };
    let mut outcomes = outcomes.iter().copied();
    let mut event = Event::Resume;
    for _ in 0..2_000 {
        now = now.plus(Duration::from_millis(1));
        let decision = next(&run.record, event, now, 7);
        run.record = decision.record;
        event = match decision.action {
            Action::End => return run,
            Action::Wait(at) => {
                assert!(at > now, "waiting for the past would spin");
                now = at;
                Event::Resume
            }
            Action::Interrupt => Event::Interrupted,
            Action::Continue => Event::StepDone,
            Action::Run(index) => {
                if !run.begun.contains(&index) {
                    run.begun.push(index);
                }
                if points[index] {
                    run.no_return = Some(index);
                }
                match outcomes.next().unwrap_or(afterwards) {
                    Outcome::Done => Event::StepDone,
                    Outcome::Transient => Event::StepFailed(problem(ErrorKind::Unavailable)),
                    Outcome::Permanent => Event::StepFailed(problem(ErrorKind::Upstream)),
                    Outcome::Crash => Event::Resume,
                    Outcome::Cancel => Event::Cancel(Cancel::Undo),
                    Outcome::Abandon => {
                        run.abandoned = true;
                        Event::Cancel(Cancel::Abandon)
                    }
                    Outcome::LongTime => {
                        now = now.plus(Duration::from_secs(deadline / 2));
                        if now >= run.record.deadline { Event::Interrupted } else { Event::StepDone }
                    }
                }
            }
            Action::Undo(index) => match outcomes.next().unwrap_or(afterwards) {
                Outcome::Done | Outcome::LongTime | Outcome::Cancel => {
                    run.undone.push(index);
                    Event::UndoDone
                }
                Outcome::Transient | Outcome::Permanent => Event::UndoFailed(problem(ErrorKind::Unavailable)),
                Outcome::Crash => Event::Resume,
                Outcome::Abandon => {
                    run.abandoned = true;
                    Event::Cancel(Cancel::Abandon)
                }
            },
        };
    }
    panic!("the operation did not end: {:?}", run.record);
}

proptest! {
    #[test]
    fn it_always_ends(
        points in prop::collection::vec(prop::bool::weighted(0.15), 1..6),
        outcomes in outcomes(),
        afterwards in prop_oneof![Just(Outcome::Done), Just(Outcome::Transient), Just(Outcome::Permanent)],
        deadline in 10_u64..4_000,
    ) {
        let run = play(&points, &outcomes, afterwards, deadline);
        prop_assert!(run.record.state.is_finished());
        prop_assert!(!run.record.steps.iter().any(|step| step.state == StepState::Running));
        if run.record.state == OperationState::Failed {
            prop_assert!(run.record.problem.is_some(), "a failure says why");
        }
    }

    #[test]
    fn it_undoes_exactly_what_it_began_in_reverse(
        points in prop::collection::vec(prop::bool::weighted(0.15), 1..6),
        outcomes in outcomes(),
        deadline in 10_u64..4_000,
    ) {
        let run = play(&points, &outcomes, Outcome::Done, deadline);
        let expected: Vec<usize> = match run.record.state {
            OperationState::Succeeded => Vec::new(),
            _ => run.begun.iter().copied().rev().filter(|index| run.no_return.is_none_or(|point| *index > point)).collect(),
        };
        let given_up: Vec<usize> = run.record.steps.iter().enumerate()
            .filter(|(_, step)| step.undo == UndoState::GivenUp).map(|(index, _)| index).collect();
        let expected: Vec<usize> = expected.into_iter().filter(|index| !given_up.contains(index)).collect();
        if run.abandoned {
            prop_assert_eq!(run.record.state, OperationState::Cancelled);
            prop_assert!(expected.starts_with(&run.undone));
        } else {
            prop_assert_eq!(run.undone, expected);
        }
    }

    #[test]
    fn an_ended_operation_can_be_tried_again_and_then_succeeds(
        points in prop::collection::vec(prop::bool::weighted(0.15), 1..6),
        outcomes in outcomes(),
    ) {
        let run = play(&points, &outcomes, Outcome::Done, 100);
        prop_assume!(run.record.is_retryable());
        let mut now = run.record.deadline.plus(Duration::from_secs(100_000));
        let deadline = now.plus(Duration::from_secs(60));
        let mut decision = next(&run.record, Event::Retry { deadline }, now, 0);
        prop_assert_eq!(decision.record.state, OperationState::Queued);
        let mut event = Event::Resume;
        for _ in 0..20 {
            now = now.plus(Duration::from_millis(1));
            decision = next(&decision.record, event, now, 0);
            if decision.action == Action::End { break; }
            event = Event::StepDone;
        }
        prop_assert_eq!(decision.record.state, OperationState::Succeeded);
    }

    #[test]
    fn the_back_off_grows_and_stays_in_its_bounds(failures in 1_u32..100, jitter: u64) {
        let policy = RetryPolicy::default();
        let delay = policy.delay(failures, jitter);
        prop_assert!(delay >= policy.first_delay / 2 && delay <= policy.longest_delay);
    }
}

#[test]
fn a_step_waits_minutes_for_a_node_that_is_away_and_half_a_minute_for_anything_else() {
    let waited = |code: &str| {
        let mut now = Timestamp::from_micros(0);
        let deadline = now.plus(Duration::from_secs(7_200));
        let mut decision = next(&OperationRecord::new(plan(&[false]), now, deadline), Event::Resume, now, 0);
        while decision.record.state == OperationState::Running {
            let away = Problem { code: code.to_owned(), ..problem(ErrorKind::Unavailable) };
            decision = next(&decision.record, Event::StepFailed(away), now, 0);
            now = decision.record.not_before.max(now);
            if decision.record.state == OperationState::Running {
                decision = next(&decision.record, Event::Resume, now, 0);
            }
        }
        now.since(Timestamp::from_micros(0))
    };
    assert!(waited(NODE_DISCONNECTED) > Duration::from_secs(150));
    assert!(waited(NODE_DISCONNECTED) < Duration::from_secs(600));
    assert!(waited("registry_unreachable") < Duration::from_secs(40));
}

#[test]
fn cancelling_past_the_point_of_no_return_changes_nothing() {
    let now = Timestamp::from_micros(0);
    let record = OperationRecord::new(plan(&[true, false]), now, now.plus(Duration::from_secs(60)));
    let decision = next(&record, Event::Resume, now, 0);
    assert_eq!(decision.action, Action::Run(0));
    assert!(!decision.record.is_cancellable());
    let decision = next(&decision.record, Event::Cancel(Cancel::Undo), now, 0);
    assert_eq!(decision.action, Action::Continue);
    let decision = next(&decision.record, Event::StepDone, now, 0);
    assert_eq!(decision.action, Action::Run(1));
    let decision = next(&decision.record, Event::StepDone, now, 0);
    assert_eq!(decision.record.state, OperationState::Succeeded);
}

#[test]
fn cancelling_a_queued_operation_ends_it_without_running_anything() {
    let now = Timestamp::from_micros(0);
    let record = OperationRecord::new(plan(&[false]), now, now.plus(Duration::from_secs(60)));
    let decision = next(&record, Event::Cancel(Cancel::Undo), now, 0);
    assert_eq!((decision.record.state, decision.action), (OperationState::Cancelled, Action::End));
}
