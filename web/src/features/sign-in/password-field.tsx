import { Eye, EyeOff } from "lucide-react";
import { useState } from "react";

import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";

/** The shortest password that the server takes. */
export const SHORTEST = 12;

export interface PasswordFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** A new password, which managers then offer to make. */
  fresh?: boolean;
  error?: string | undefined;
  autoFocus?: boolean;
  aside?: React.ReactNode;
}

export function PasswordField({
  label,
  value,
  onChange,
  fresh,
  error,
  autoFocus,
  aside,
}: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  const Icon = shown ? EyeOff : Eye;
  return (
    <div className="relative">
      {aside ? <div className="absolute top-0 right-0 z-1 text-sm">{aside}</div> : null}
      <Field
        label={label}
        error={error}
        hint={fresh ? `At least ${SHORTEST} characters. A few unrelated words are easy to keep.` : undefined}
      >
        {(props) => (
          <span className="relative block">
            <Input
              {...props}
              type={shown ? "text" : "password"}
              autoComplete={fresh ? "new-password" : "current-password"}
              autoFocus={autoFocus}
              value={value}
              onChange={(event) => onChange(event.target.value)}
              className="pr-10"
            />
            <Button
              kind="quiet"
              size="small"
              square
              aria-label={shown ? "Hide the password" : "Show the password"}
              aria-pressed={shown}
              onClick={() => setShown(!shown)}
              className="absolute top-0.5 right-0.5 max-md:top-1.5 max-md:right-1.5"
            >
              <Icon aria-hidden />
            </Button>
          </span>
        )}
      </Field>
    </div>
  );
}
