import { lazy, Suspense, useEffect, useState } from "react";

import { setStepUpHandler } from "@/api/step-up";

const StepUpDialog = lazy(() =>
  import("@/features/sign-in/step-up-dialog").then((module) => ({ default: module.StepUpDialog })),
);

/** Opens the window that asks for a fresh proof, whenever a request wants one. Its code comes when it is first needed. */
export function StepUp() {
  const [asked, setAsked] = useState<{ answer: (proven: boolean) => void }>();
  useEffect(() => {
    setStepUpHandler(() => new Promise((answer) => setAsked({ answer })));
    return () => setStepUpHandler(undefined);
  }, []);
  if (!asked) return null;
  return (
    <Suspense fallback={null}>
      <StepUpDialog
        onDone={(proven) => {
          setAsked(undefined);
          asked.answer(proven);
        }}
      />
    </Suspense>
  );
}
