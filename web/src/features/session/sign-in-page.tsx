import { getRouteApi, useRouter } from "@tanstack/react-router";
import { LoaderCircle } from "lucide-react";
import { useEffect, useRef, useState, type SubmitEvent } from "react";

import { Button } from "@/ui/button";
import { CliBlock } from "@/ui/copy";
import { Field, Input } from "@/ui/field";
import { Logo } from "@/ui/logo";
import { ProblemNote } from "@/ui/problem-note";
import { useSignIn } from "./queries";
import { tokenFrom, whereTo } from "./sign-in-link";

const route = getRouteApi("/sign-in");

export function SignInPage() {
  const { from } = route.useSearch();
  const router = useRouter();
  const signIn = useSignIn();
  const [pasted, setPasted] = useState("");
  const used = useRef<string>(undefined);
  // Taken once: below it is removed from the address and the history.
  const [token] = useState(() => tokenFrom(window.location.hash));

  useEffect(() => {
    document.title = "Sign in · Stead";
    if (!token || used.current === token) return;
    used.current = token;
    window.history.replaceState(null, "", `/sign-in${window.location.search}`);
    enter(token);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- a link is used once
  }, [token]);

  function enter(value: string) {
    signIn.mutate(value, {
      onSuccess: () => {
        const target = whereTo(from);
        // Addresses under /v1/ are the server's own, such as the one that opens a private preview.
        if (target.startsWith("/v1/")) window.location.assign(target);
        else router.history.replace(target);
      },
    });
  }

  function submit(event: SubmitEvent) {
    event.preventDefault();
    const value = tokenFrom(pasted);
    if (value) enter(value);
  }

  const busy = signIn.isPending || signIn.isSuccess;
  return (
    <main className="flex min-h-full items-center justify-center p-4">
      <div className="w-full max-w-sm">
        <Logo className="mb-6" />
        <div className="rounded-lg border bg-surface p-5">
          <h1 className="text-lg font-semibold">{busy ? "Signing you in" : "Sign in"}</h1>
          {busy ? (
            <p role="status" className="mt-2 flex items-center gap-2 text-muted">
              <LoaderCircle aria-hidden className="size-4 animate-turn" /> Checking the link.
            </p>
          ) : (
            <>
              {signIn.isError ? <ProblemNote error={signIn.error} className="mt-3" /> : null}
              <p className="mt-2 text-muted">
                You sign in with a link that works once. On the machine that runs Stead, or wherever you are
                signed in with the command line:
              </p>
              <div className="mt-3">
                <CliBlock command="stead dashboard" />
              </div>
              <p className="mt-2 text-sm text-faint">
                It opens this page with a fresh link. A link lasts 15 minutes.
              </p>
              <form onSubmit={submit} className="mt-5 flex flex-col gap-3 border-t pt-4">
                <Field
                  label="Have a link already?"
                  hint="From another browser: Account, then “New sign-in link”."
                >
                  {(props) => (
                    <Input
                      {...props}
                      mono
                      value={pasted}
                      onChange={(event) => setPasted(event.target.value)}
                      placeholder="Paste the link"
                    />
                  )}
                </Field>
                <Button type="submit" kind="primary" disabled={!tokenFrom(pasted)}>
                  Sign in
                </Button>
              </form>
            </>
          )}
        </div>
      </div>
    </main>
  );
}
