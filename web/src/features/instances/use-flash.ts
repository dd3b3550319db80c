import { useEffect, useRef, useState } from "react";

/** True for a moment after `value` changed: the row that an event touched is marked. */
export function useFlash(value: string): boolean {
  const before = useRef(value);
  const [flash, setFlash] = useState(false);
  useEffect(() => {
    if (before.current === value) return;
    before.current = value;
    setFlash(true);
    const timer = setTimeout(() => setFlash(false), 1200);
    return () => clearTimeout(timer);
  }, [value]);
  return flash;
}
