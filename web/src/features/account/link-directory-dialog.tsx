import { useState } from "react";

import type { AuthSource } from "@/api/types";
import { Button } from "@/ui/button";
import { Dialog, DialogActions, DialogBody } from "@/ui/dialog";
import { ProblemNote } from "@/ui/problem-note";
import { DirectoryFields, isFilled } from "../sign-in/directory-fields";
import { useLinkDirectory } from "./queries";

/** Asks for name and password in a directory, which prove that the account there is one's own. */
export function LinkDirectoryDialog({ source, onClose }: { source: AuthSource; onClose: () => void }) {
  const link = useLinkDirectory();
  const [account, setAccount] = useState({ user: "", password: "" });
  const ready = isFilled(account) && !link.isPending;
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={`Link ${source.name}`}
      description="Your name and password there, to prove that the account is yours. The password is passed on and not kept."
    >
      <form
        className="contents"
        onSubmit={(event) => {
          event.preventDefault();
          if (!ready) return;
          link.mutate(
            { source: source.id, user: account.user.trim(), password: account.password },
            { onSuccess: onClose },
          );
        }}
      >
        <DialogBody className="flex flex-col gap-3">
          <DirectoryFields value={account} onChange={setAccount} />
          {link.isError ? <ProblemNote error={link.error} /> : null}
        </DialogBody>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" pending={link.isPending} disabled={!ready}>
            Link
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
