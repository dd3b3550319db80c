import { Field, Input } from "@/ui/field";
import { PasswordField } from "./password-field";

export interface DirectoryAccount {
  user: string;
  password: string;
}

/** Whether there is something to ask the directory. */
export const isFilled = ({ user, password }: DirectoryAccount) => user.trim() !== "" && password !== "";

/** Name and password of an account in a directory. */
export function DirectoryFields({
  value,
  onChange,
}: {
  value: DirectoryAccount;
  onChange: (value: DirectoryAccount) => void;
}) {
  return (
    <>
      <Field label="User name">
        {(props) => (
          <Input
            {...props}
            autoFocus
            autoComplete="username"
            autoCapitalize="none"
            value={value.user}
            onChange={(event) => onChange({ ...value, user: event.target.value })}
          />
        )}
      </Field>
      <PasswordField
        label="Password"
        value={value.password}
        onChange={(password) => onChange({ ...value, password })}
      />
    </>
  );
}
