import { Link, useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { Compass } from "lucide-react";

import { ApiError } from "@/api/problem";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/layout";
import { ProblemNote } from "@/ui/problem-note";
import { usePage } from "./page";

export function NotFound({ what = "page" }: { what?: string }) {
  usePage(`No such ${what}`);
  return (
    <EmptyState
      icon={<Compass aria-hidden />}
      title={`There is no such ${what}`}
      action={
        <Button asChild kind="primary">
          <Link to="/instances">Go to your instances</Link>
        </Button>
      }
    >
      <p>It may have been deleted, or it belongs to another tenant: the switch is at the top left.</p>
    </EmptyState>
  );
}

/** What a page shows when it could not be shown. A deploy replaces the code that an open page wants to load: reloading helps. */
export function PageError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  if (error instanceof ApiError && error.status === 404) return <NotFound what="object" />;
  return (
    <div className="mx-auto max-w-2xl px-6 py-10">
      <h1 className="mb-3 text-xl font-semibold">This page could not be shown</h1>
      <ProblemNote error={error} />
      <div className="mt-4 flex gap-2">
        <Button
          kind="primary"
          onClick={() => {
            reset();
            void router.invalidate();
          }}
        >
          Try again
        </Button>
        <Button onClick={() => window.location.reload()}>Reload</Button>
      </div>
    </div>
  );
}
