/** The first letter of a name in a square: what tells tenants apart at a glance. */
export function Initial({ name }: { name: string }) {
  return (
    <span
      aria-hidden
      className="flex size-5 shrink-0 items-center justify-center rounded-sm bg-accent-soft text-xs font-semibold text-accent-ink"
    >
      {name.slice(0, 1).toUpperCase()}
    </span>
  );
}
