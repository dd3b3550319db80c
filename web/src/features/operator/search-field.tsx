import { useEffect, useRef, useState } from "react";

import { useHotkeys } from "@/app/hotkeys";
import { Input } from "@/ui/field";

/** Tells what was typed once typing rests. `/` leads to it. */
export function SearchField({ label, onSearch }: { label: string; onSearch: (text: string) => void }) {
  const [text, setText] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const latest = useRef(onSearch);
  useEffect(() => {
    latest.current = onSearch;
  });
  useEffect(() => {
    const timer = setTimeout(() => latest.current(text.trim()), 200);
    return () => clearTimeout(timer);
  }, [text]);
  useHotkeys({ "/": () => field.current?.focus() });
  return (
    <Input
      ref={field}
      type="search"
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={(event) => setText(event.target.value)}
      className="max-w-xs"
    />
  );
}
