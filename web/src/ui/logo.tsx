import { cx } from "./cx";

export function Logo({ className, compact }: { className?: string; compact?: boolean }) {
  return (
    <span className={cx("inline-flex items-center gap-2 font-semibold", className)}>
      <svg aria-hidden viewBox="0 0 32 32" className="size-6 shrink-0">
        <rect width="32" height="32" rx="7" className="fill-accent" />
        <path
          d="M7 22.5h18M7 16h18M7 9.5h11"
          className="stroke-on-accent"
          strokeWidth="3.2"
          strokeLinecap="round"
        />
        <circle cx="24" cy="9.5" r="2.1" className="fill-on-accent" />
      </svg>
      {compact ? (
        <span className="sr-only">Stead</span>
      ) : (
        <span className="text-lg tracking-tight">Stead</span>
      )}
    </span>
  );
}
