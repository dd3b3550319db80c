import type { OperationState, Phase, StepState, TaskPhase } from "./states";
import { cx } from "./cx";
import {
  OPERATION_LOOKS,
  PHASE_LOOKS,
  STEP_LOOKS,
  TASK_LOOKS,
  TONES,
  type Look,
  type Shape,
  type Tone,
} from "./states";

/** The mark alone. Shapes differ so that nobody has to tell colours apart. */
export function StateMark({ shape, tone }: { shape: Shape; tone: Tone }) {
  return (
    <svg aria-hidden viewBox="0 0 12 12" className={cx("size-3 shrink-0", TONES[tone].mark)}>
      {SHAPES[shape]}
    </svg>
  );
}

const SHAPES: Record<Shape, React.ReactNode> = {
  full: <circle cx="6" cy="6" r="4" fill="currentColor" />,
  half: (
    <>
      <circle cx="6" cy="6" r="3.5" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M6 2.5a3.5 3.5 0 0 0 0 7z" fill="currentColor" />
    </>
  ),
  bars: <path d="M2.5 2h2.5v8h-2.5zM7 2h2.5v8h-2.5z" fill="currentColor" />,
  ring: <circle cx="6" cy="6" r="3.5" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  triangle: <path d="M6 1.5 11 10.5H1z" fill="currentColor" />,
  cross: (
    <path d="m2.5 2.5 7 7m0-7-7 7" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
  ),
  question: (
    <>
      <path
        d="M3.7 4.2a2.3 2.300 0 1 1 3.4 2.2c-.8.5-1.100.9-1.100 1.6"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinecap="round"
      />
      <circle cx="6" cy="10.3" r="1" fill="currentColor" />
    </>
  ),
  check: (
    <path
      d="m2 6.5 2.700 2.700L10 3.5"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  ),
  undo: (
    <path
      d="M3 3v3h3M3.2 6a3.6 3.600 0 1 1 1 3"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
    />
  ),
};

function Pill({ look }: { look: Look }) {
  const tone = TONES[look.tone];
  return (
    <span
      className={cx(
        "inline-flex h-6 items-center gap-1.5 rounded-md px-2 text-sm font-medium whitespace-nowrap",
        tone.soft,
        tone.ink,
      )}
    >
      <StateMark shape={look.shape} tone={look.tone} />
      {look.word}
    </span>
  );
}

export function StatePill({ phase }: { phase: Phase }) {
  return <Pill look={PHASE_LOOKS[phase]} />;
}
export function OperationPill({ state }: { state: OperationState }) {
  return <Pill look={OPERATION_LOOKS[state]} />;
}
export function TaskPill({ phase }: { phase: TaskPhase }) {
  return <Pill look={TASK_LOOKS[phase]} />;
}
export function StepMark({ state }: { state: StepState }) {
  const look = STEP_LOOKS[state];
  return (
    <span className="inline-flex size-5 items-center justify-center">
      <StateMark shape={look.shape} tone={look.tone} />
      <span className="sr-only">{look.word}:</span>
    </span>
  );
}
export function Badge({ tone = "still", children }: { tone?: Tone; children: React.ReactNode }) {
  return (
    <span
      className={cx(
        "inline-flex h-5 items-center rounded-sm px-1.5 text-xs font-medium whitespace-nowrap",
        TONES[tone].soft,
        TONES[tone].ink,
      )}
    >
      {children}
    </span>
  );
}
